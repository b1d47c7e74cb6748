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
_COMMON = re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffefA-Za-z0-9\s.,;:()\-“”‘’—…·]")
_MIN_COMMON = 0.9  # bytes that are no text decode to characters that nobody writes
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
    from corpus.html import declared_encoding, read_html
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
    reading = decoded(data, name, declared_encoding(data))
    return Reading(read_html(reading.text), reading.notes)


def decoded(data: bytes, name: str, declared: str = "") -> Reading:
    """The text of bytes: UTF-8, else what a mark or the file itself declares, else GB 18030.

    Raises: SourceError for bytes that are no text in any of them.
    """
    marked = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
    for encoding in (marked, "utf-8-sig", _known(declared), "gb18030"):
        try:
            text = data.decode(encoding) if encoding else None
        except UnicodeDecodeError:
            continue
        if text is not None and _is_text(text, sure=encoding == "utf-8-sig"):
            return Reading(text, () if encoding == "utf-8-sig" else (f"按 {encoding.upper()} 编码读入",))
    raise SourceError(f"{name}：不是 UTF-8 或 GB 18030 编码的文本；请另存为 UTF-8 编码")


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name if encoding else ""
    except LookupError:
        return ""
    return "gb18030" if name in ("gb2312", "gbk") else name  # pages that declare the smaller sets use the larger one


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
