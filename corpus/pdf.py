"""A PDF file as text, without the headers and page numbers that run through its pages; scanned pages through OCR."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError

if TYPE_CHECKING:
    import pypdfium2

_EDGE = 2  # running headers and page numbers stand in so many lines at the top and the bottom
_SHARE = 0.5  # on so many of the pages
_PAGE_NUMBER = re.compile(r"[—–\-\s·]*(?:第\s*)?\d{1,4}\s*(?:页|/\s*\d{1,4})?[—–\-\s·]*")
_DIGITS = re.compile(r"\d+")
_SCANNED = 8  # characters; a page with fewer and an image on it was scanned
_OCR_SCALE = 3.0  # pixels to a point: 216 dpi
_MAX_PAGES = 2000


def read_pdf(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The lines of a file, and notes on what was done. Raises: SourceError for a damaged, locked or scanned file."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        cure = "有密码保护；请去掉密码后再提供" if locked else "不是完好的 PDF 文件；请重新导出"
        raise SourceError(f"{name}：{cure}") from error
    try:
        if len(document) > _MAX_PAGES:
            raise SourceError(f"{name}：有 {len(document)} 页，超过 {_MAX_PAGES} 页；请拆分后再提供")
        return _read(document, name)
    finally:
        document.close()


def _read(document: "pypdfium2.PdfDocument", name: str) -> tuple[str, tuple[str, ...]]:
    pages = [_lines(page) for page in document]
    scanned = [i for i, lines in enumerate(pages) if sum(map(len, lines)) < _SCANNED and _has_image(document[i])]
    if scanned:
        recognise = _ocr(name, len(scanned))
        for i in scanned:
            pages[i] = recognise(document[i])
    kept, running = without_running(pages)
    notes = (f"{len(scanned)} 页是扫描件，文字由光学识别得出，请逐字核对",) if scanned else ()
    return "\n".join(line for lines in kept for line in lines), (
        *notes,
        *([f"去掉了 {running} 行页眉、页脚和页码"] if running else []),
    )


def _lines(page: "pypdfium2.PdfPage") -> list[str]:
    text = page.get_textpage()
    try:
        lines = str(text.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    finally:
        text.close()
    return [line.strip() for line in lines if line.strip()]


def _has_image(page: "pypdfium2.PdfPage") -> bool:
    from pypdfium2 import raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))


def without_running(pages: Sequence[Sequence[str]]) -> tuple[list[list[str]], int]:
    """The pages' lines without those that run through them, and how many these were."""

    def form(line: str) -> str:
        return _DIGITS.sub("0", line)

    seen = Counter(f for lines in pages for f in {form(line) for line in [*lines[:_EDGE], *lines[-_EDGE:]]})
    runs = {f for f, n in seen.items() if n >= 3 and n >= _SHARE * len(pages)}

    def is_running(i: int, line: str, count: int) -> bool:
        at_edge = i < _EDGE or i >= count - _EDGE
        return at_edge and (form(line) in runs or (len(pages) > 1 and _PAGE_NUMBER.fullmatch(line) is not None))

    kept = [[line for i, line in enumerate(lines) if not is_running(i, line, len(lines))] for lines in pages]
    return kept, sum(map(len, pages)) - sum(map(len, kept))


def _ocr(name: str, pages: int) -> Callable[["pypdfium2.PdfPage"], list[str]]:
    """What reads the lines of a page's picture. Raises: SourceError where no OCR is installed."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise SourceError(f"{name}：有 {pages} 页是扫描件，没有文字；请提供文字版，或安装 planqa[ocr] 后再试") from error
    engine = RapidOCR(params={"Global.log_level": "error"})

    def recognise(page: "pypdfium2.PdfPage") -> list[str]:
        found: Any = engine(page.render(scale=_OCR_SCALE).to_numpy())
        return lines_of(list(zip(found.boxes, found.txts, strict=True))) if found.txts else []

    return recognise


def lines_of(pieces: Sequence[tuple[Sequence[Sequence[float]], str]]) -> list[str]:
    """Recognised pieces, each a box of four corners and its text, as lines from the top down, each from left to right."""
    placed = [
        (min(c[1] for c in box), max(c[1] for c in box), min(c[0] for c in box), text) for box, text in pieces if text.strip()
    ]
    lines: list[list[tuple[float, float, float, str]]] = []
    for piece in sorted(placed, key=lambda p: (p[0] + p[1]) / 2):
        middle = (piece[0] + piece[1]) / 2
        if lines and lines[-1][0][0] <= middle <= lines[-1][0][1]:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return ["".join(text for *_, text in sorted(line, key=lambda p: p[2])) for line in lines]
