"""A document's file as text: .txt and .md in the encodings that offices use, .docx, .html and .pdf; .doc by LibreOffice."""

import codecs
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourceError

TEXT = (".txt", ".md")
SUFFIXES = (*TEXT, ".docx", ".doc", ".html", ".htm", ".pdf")
MAX_BYTES = 50_000_000
_MAX_TEXT = 5_000_000  # characters; the longest of plans has a twentieth of it
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MAX_CONTROL = 0.001  # a text file may hold a stray control character; one in a thousand means that it is no text
_WIDE = re.compile(r"[^\x00-\x7f]")
_COMMON = re.compile(r"[\t-\r\x20-\x7e°±·×÷\u2000-\u9fff\uff00-\uffef\U00020000-\U0002ffff]")
_MIN_COMMON = 0.9  # bytes that are no text decode to characters that nobody writes
_DAMAGED = 0.1  # with fewer of its characters broken, a text is damaged UTF-8 and nothing else
_DECLARABLE = ("gb18030", "big5", "big5hkscs", "cp950")  # of what a page may declare, the sets that hold Chinese
_OFFICE = ("soffice", "libreoffice")
_OFFICE_S = 120


@dataclass(frozen=True)
class Reading:
    """A document's text, and what its readers should know of how it was read."""

    text: str
    notes: tuple[str, ...] = ()


def read_document(data: bytes, name: str) -> Reading:
    """The text of a file, by the suffix of its name. Raises: SourceError that names the file, what is wrong and the cure."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"{name}：不支持 {suffix or '无后缀'} 文件；请提供 {'、'.join(SUFFIXES)} 文件")
    if len(data) > MAX_BYTES:
        raise SourceError(f"{name}：超过 {MAX_BYTES // 1_000_000} MB；请拆分后再提供")
    reading = _read(data, name, suffix)
    text = reading.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SourceError(f"{name}：文件没有文字；请提供计划全文")
    if len(text) > _MAX_TEXT:
        raise SourceError(f"{name}：有 {len(text)} 字，超过 {_MAX_TEXT} 字；请拆分后再提供")
    return Reading(text, reading.notes)


def _read(data: bytes, name: str, suffix: str) -> Reading:
    from corpus.pdf import read_pdf
    from corpus.word import read_docx

    if suffix == ".doc":
        return Reading(read_docx(_converted(data, name), name), ("由 LibreOffice 从 .doc 转换而来",))
    if suffix == ".docx":
        return Reading(read_docx(data, name))
    if suffix == ".pdf":
        return Reading(*read_pdf(data, name))
    if suffix in TEXT:
        return decoded(data, name)
    return _page(data, name)


def _page(data: bytes, name: str) -> Reading:
    from corpus.html import declared_encoding, read_html

    try:
        reading = decoded(data, name, declared_encoding(data))
        return Reading(read_html(reading.text, name), reading.notes)
    except SourceError:
        for encoding in ("utf-8-sig", "gb18030"):  # many sites cut the words of their meta tags within a character
            text = read_html(data.decode(encoding, "replace"), name)
            if text and "\ufffd" not in text and _is_text(text, sure=False):
                return Reading(text, ("网页在正文之外有损坏的字符",))
        raise


def decoded(data: bytes, name: str, declared: str = "") -> Reading:
    """The text of bytes: UTF-8, else what a mark or the file itself declares, else GB 18030.

    Raises: SourceError for bytes that are no text in any of them, and for UTF-8 with a broken character.
    """
    marked = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
    broken = _broken_utf8(data) if not marked else None
    if broken is not None:
        raise SourceError(f"{name}：第 {broken} 字节不是 UTF-8；请另存为 UTF-8 编码")
    for encoding in (marked, "utf-8-sig", _known(declared), "gb18030"):
        try:
            text = data.decode(encoding) if encoding else None
        except UnicodeDecodeError:
            continue
        if text is not None and _is_text(text, sure=encoding == "utf-8-sig"):
            return Reading(text, () if encoding == "utf-8-sig" else (f"按 {encoding.upper()} 编码读入",))
    raise SourceError(f"{name}：不是 UTF-8 或 GB 18030 编码的文本；请另存为 UTF-8 编码")


def _broken_utf8(data: bytes) -> int | None:
    """Which byte breaks a text that is UTF-8 for the rest; as GB 18030 it could be read, but not understood."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = _WIDE.findall(data.decode("utf-8", "replace"))
        return error.start if wide.count("\ufffd") < len(wide) * _DAMAGED else None
    return None


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name if encoding else ""
    except LookupError:
        return ""
    name = "gb18030" if name in ("gb2312", "gbk") else name  # pages that declare the smaller sets use the larger one
    return name if name in _DECLARABLE else ""


def _is_text(text: str, *, sure: bool) -> bool:
    if len(_CONTROL.findall(text)) > len(text) * _MAX_CONTROL:
        return False
    return sure or len(_COMMON.findall(text)) >= len(text) * _MIN_COMMON


def _converted(data: bytes, name: str) -> bytes:
    """A .doc file as .docx. Raises: SourceError where LibreOffice is missing or fails."""
    office = next(filter(None, map(shutil.which, _OFFICE)), None)
    if office is None:
        raise SourceError(f"{name}：读 .doc 文件需要 LibreOffice；请安装它，或用 Word 另存为 .docx")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source.doc")
        source.write_bytes(data)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = [office, profile, "--headless", "--convert-to", "docx", "--outdir", folder, str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_OFFICE_S)
            return source.with_suffix(".docx").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise SourceError(f"{name}：LibreOffice 没能转换这个文件；请用 Word 另存为 .docx") from error
