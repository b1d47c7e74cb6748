"""A PDF file as text, without the headers and page numbers that run through its pages; scanned pages through OCR."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError
from corpus.ruled import Ruled, Rules, cleaned

if TYPE_CHECKING:
    import pypdfium2

Line = str | Ruled
"""What a page is read as: a line of text, or a table in its place."""
_EDGE = 2  # running headers and page numbers stand in so many lines at the top and the bottom
_SHARE = 0.5  # on so many of the pages
_PAGE_NUMBER = re.compile(r"[—–－\-\s·]*(?:第\s*)?\d{1,4}\s*(?:页|/\s*\d{1,4})?\s*(?:[/，]?\s*共\s*\d{1,4}\s*页)?[—–－\-\s·]*")
_NUMBER = "0"  # stands for all page numbers, whatever is printed around them
_MAX_NUMBER = 30  # characters around a page's number
_DIGITS = re.compile(r"\d+")
_SENTENCE = re.compile(r"[，。；！？]")  # no running header has these
_SCANNED = 8  # characters; a page with fewer and an image on it was scanned
_OCR_SCALE = 3.0  # pixels to a point: 216 dpi
_MAX_SIDE = 4000  # pixels; a page of this size in points would not fit into memory at that scale
_MAX_PAGES = 2000
_ONE_AT_A_TIME = threading.Lock()  # PDFium may not be called from two threads at once


def read_pdf(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The lines of a file, and notes on what was done. Raises: SourceError for a damaged, locked or scanned file."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(data)
            try:
                return _read(document, data, name)
            finally:
                document.close()
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            cure = "有密码保护；请去掉密码后再提供" if locked else "不是完好的 PDF 文件；请重新导出"
            raise SourceError(f"{name}：{cure}") from error


def _read(document: "pypdfium2.PdfDocument", data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    if len(document) > _MAX_PAGES:
        raise SourceError(f"{name}：有 {len(document)} 页，超过 {_MAX_PAGES} 页；请拆分后再提供")
    rules = Rules(data)
    pages = [_lines(page, rules, number) for number, page in enumerate(document)]
    scanned = [i for i, lines in enumerate(pages) if _characters(lines) < _SCANNED and _has_image(document[i])]
    if scanned:
        recognise = _ocr(name, len(scanned))
        for i in scanned:
            pages[i] = [*recognise(document[i])]
    kept, running = without_running(pages)
    notes = (
        f"{len(scanned)} 页是扫描件，文字由光学识别得出，请逐字核对" if scanned else "",
        f"去掉了 {running} 行页眉、页脚和页码" if running else "",
        f"{rules.unread} 页里的表格没能逐行读出，文字按原来的行保留" if rules.unread else "",
    )
    return "\n".join(_drawn([line for lines in kept for line in lines])), tuple(filter(None, notes))


def _lines(page: "pypdfium2.PdfPage", rules: Rules, number: int) -> list[Line]:
    pieces = rules.pieces(page, number)
    if pieces is not None:
        return [line for piece in pieces for line in (_split(piece) if isinstance(piece, str) else [piece])]
    text = page.get_textpage()
    try:
        return [*_split(str(text.get_text_bounded()))]
    finally:
        text.close()


def _drawn(lines: Sequence[Line]) -> list[str]:
    """The lines with each table row by row; what goes on at the top of the next page is one table."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else ""
        if isinstance(line, Ruled) and isinstance(last, Ruled) and line.goes_on(last):
            joined[-1] = last.joined(line)
        else:
            joined.append(line)
    return [row for line in joined for row in ([line] if isinstance(line, str) else line.lines())]


def _split(text: str) -> list[str]:
    return [line.strip() for line in cleaned(text).split("\n") if line.strip()]


def _characters(lines: Sequence[Line]) -> int:
    return sum(len(line) if isinstance(line, str) else _SCANNED for line in lines)  # a table is text enough


def _has_image(page: "pypdfium2.PdfPage") -> bool:
    from pypdfium2 import raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))


def without_running(pages: Sequence[Sequence[Line]]) -> tuple[list[list[Line]], int]:
    """The pages' lines without those that run through them, and how many these were."""
    seen = Counter(f for lines in pages for f in {_form(line) for line in [*lines[:_EDGE], *lines[-_EDGE:]]})
    runs = {form for form, n in seen.items() if form and n >= _SHARE * len(pages) and n >= (2 if form == _NUMBER else 3)}
    kept: list[list[Line]] = []
    for lines in pages:
        top = _count(lines, runs)
        bottom = _count(lines[top:][::-1], runs)
        kept.append(list(lines[top : len(lines) - bottom]))
    return kept, sum(map(len, pages)) - sum(map(len, kept))


def _form(line: Line) -> str:
    """What lines that run through the pages have in common; "" for a table and for a line of text or of figures."""
    if isinstance(line, Ruled):
        return ""
    if len(line) <= _MAX_NUMBER and _PAGE_NUMBER.fullmatch(line):
        return _NUMBER
    return "" if _SENTENCE.search(line) or not any(map(str.isalpha, line)) else _DIGITS.sub("0", line)


def _count(lines: Sequence[Line], runs: set[str]) -> int:
    """How many lines run through the pages, from the edge of one on; of two numbers only one is that of the page."""
    forms = [_form(line) for line in lines[:_EDGE]]
    return next((i for i, form in enumerate(forms) if form not in runs or form in forms[:i]), len(forms))


def _ocr(name: str, pages: int) -> Callable[["pypdfium2.PdfPage"], list[str]]:
    """What reads the lines of a page's picture. Raises: SourceError where no OCR is installed."""
    try:
        from rapidocr import RapidOCR

        engine = RapidOCR(params={"Global.log_level": "error"})  # its models come with it; what computes them may be missing
    except ImportError as error:
        raise SourceError(f"{name}：有 {pages} 页是扫描件，没有文字；请提供文字版，或安装 planqa[ocr] 后再试") from error

    def recognise(page: "pypdfium2.PdfPage") -> list[str]:
        scale = min(_OCR_SCALE, _MAX_SIDE / max(*page.get_size(), 1))
        found: Any = engine(page.render(scale=scale).to_numpy())
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
