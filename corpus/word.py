"""A Word file (.docx) as text: its paragraphs with the numbers that Word prints before them, its tables row by row."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cn2an

from corpus.errors import SourceError
from corpus.headings import CIRCLED
from corpus.tables import Cell, table_lines

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what .doc files begin with, and what Word puts around a locked file
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MAX_XML = 50_000_000  # bytes, unpacked; the longest of plans has a fifth of it
_MAX_UNPACKED = 200_000_000  # with its pictures
_MAX_DIGITS = 4  # of a number in the file

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # what stands before it, once more
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_MOVED = _W + "moveFrom"  # what was moved away while changes were tracked
_BOX = _W + "txbxContent"
_AROUND = {_W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}  # paragraphs and tables
_NOTES = {_W + "footnoteReference": _W + "footnote", _W + "endnoteReference": _W + "endnote"}

_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting")
_DIGITS = {"ideographDigital": "〇一二三四五六七八九", "decimalFullWidth": "０１２３４５６７８９"}
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_LISTED = {
    "decimalEnclosedCircle": CIRCLED,
    "decimalEnclosedCircleChinese": CIRCLED,
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lowerRoman": _ROMAN,
    "upperRoman": tuple(map(str.upper, _ROMAN)),
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
}
_LEVEL = re.compile(r"%([1-9])")


def read_docx(data: bytes, name: str) -> str:
    """The lines of a document. Raises: SourceError for what is no .docx file, is locked, or unpacks beyond measure."""
    import docx

    if data.startswith(_OLE):
        cure = "有密码保护；请去掉密码后再提供" if _LOCKED in data else "其实是 .doc 文件；请用 Word 另存为 .docx"
        raise SourceError(f"{name}：{cure}")
    try:
        unpacked = _unpacked(data)
        document = docx.Document(io.BytesIO(data)) if unpacked is None else None
    except Exception as error:  # the library lets through whatever zip, XML or a missing part raise
        raise SourceError(f"{name}：不是完好的 .docx 文件（{type(error).__name__}）；请用 Word 重新保存") from error
    if document is None:
        raise SourceError(f"{name}：解压后有 {unpacked} MB；请拆分后再提供")
    body = document.part.element.find(_W + "body")
    return "\n".join(line for line in _body(body if body is not None else (), _Print.of(document)) if line.strip())


def _unpacked(data: bytes) -> int | None:
    """How many megabytes are packed in a file, where they are too many."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sizes = [(item.file_size, "/media/" in item.filename) for item in package.infolist()]
    whole = sum(size for size, _ in sizes)
    xml = sum(size for size, is_media in sizes if not is_media)
    return whole // 1_000_000 if whole > _MAX_UNPACKED or xml > _MAX_XML else None


def _body(element: "Iterable[Element]", page: "_Print") -> Iterator[str]:
    """The lines of the paragraphs and tables, in order; content controls and tracked insertions are walked through."""
    for child in element:
        if child.tag == _W + "p":
            yield from _paragraph(child, page)
        elif child.tag == _W + "tbl":
            yield from table_lines(_rows(child, page))
        elif child.tag in _AROUND:
            yield from _body(child, page)


def _paragraph(paragraph: "Element", page: "_Print") -> Iterator[str]:
    """The lines of a paragraph; below it the text boxes that hang on it, and its notes."""
    text, number = "".join(_runs(paragraph)), page.number(paragraph)
    yield from f"{number if text.strip() else ''}{text}".split("\n")
    for box in paragraph.iter(_BOX):
        above = next(box.iterancestors(_W + "p", _FALLBACK))
        if above is paragraph:
            yield from _body(box, page)
    for reference in paragraph.iter(*_NOTES):
        yield from _body(page.notes.get((_NOTES[str(reference.tag)], reference.get(_W + "id", "")), ()), page)


def _runs(element: "Element") -> Iterator[str]:
    for child in element:
        if child.tag in (_FALLBACK, _MOVED, _BOX):
            continue
        if child.tag in (_W + "t", _FORMULA):
            yield child.text or ""
        elif child.tag in (_W + "br", _W + "cr"):
            yield "\n"
        elif child.tag == _W + "noBreakHyphen":
            yield "-"
        elif child.tag == _W + "tab" and element.tag == _W + "r":  # others say where a tab stops
            yield "\t"
        else:
            yield from _runs(child)


def _rows(table: "Element", page: "_Print") -> list[list[Cell]]:
    rows = [row for row in table.iter(_W + "tr") if next(row.iterancestors(_W + "tbl")) is table]
    cells = [[cell for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row] for row in rows]
    skipped = [_int(_value(row, "trPr", "gridBefore"), 0) for row in rows]  # columns before a row's first cell
    grid = [[*[(Cell(""), False)] * n, *(_cell(cell, page) for cell in row)] for n, row in zip(skipped, cells, strict=True)]
    return _merged(grid)


def _cell(cell: "Element", page: "_Print") -> tuple[Cell, bool]:
    """A cell, and whether it goes on from the one above it."""
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    text = "\n".join(line for line in _body(cell, page) if line.strip())
    goes_on = merge is not None and merge.get(_W + "val") in (None, "continue")
    return Cell(text, _int(_value(cell, "tcPr", "gridSpan"), 1)), goes_on


def _merged(grid: list[list[tuple[Cell, bool]]]) -> list[list[Cell]]:
    """Rows in which a cell that goes on from above is part of that one."""
    above: dict[int, tuple[int, int]] = {}  # column → row and place of the cell that reaches down
    rows: list[list[Cell]] = []
    for row in grid:
        rows.append([])
        column = 0
        for cell, goes_on in row:
            if goes_on and column in above:
                y, x = above[column]
                rows[y][x] = Cell(rows[y][x].text, rows[y][x].columns, rows[y][x].rows + 1)
            else:
                above[column] = len(rows) - 1, len(rows[-1])
                rows[-1].append(cell)
            column += cell.columns
    return rows


# ---- what Word prints by itself -------------------------------------------------------------------------------------


def _value(element: "Element", *path: str) -> str:
    """The value of what stands in an element; "" where there is none."""
    found = element.find("/".join(_W + tag for tag in path))
    return str(found.get(_W + "val", "")) if found is not None else ""


def _int(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) <= _MAX_DIGITS else default


def _number(form: str, number: int) -> str:
    if form in _CHINESE:
        return str(cn2an.an2cn(number)).removeprefix("一" if 10 <= number < 20 else "")
    if form in _DIGITS:
        return "".join(_DIGITS[form][int(digit)] for digit in str(number))
    if 1 <= number <= len(_LISTED.get(form, "")):
        return _LISTED[form][number - 1]
    return "" if form in ("bullet", "none") else str(number)


@dataclass(frozen=True)
class _Level:
    """How the numbers of one level of a list look."""

    start: int = 1
    form: str = "decimal"
    text: str = ""  # 第%1章
    runs_on: bool = False  # across the numbers above it
    legal: bool = False  # 1.1 below 第一章
    gap: str = " "

    @classmethod
    def of(cls, level: "Element") -> "_Level":
        form, legal = _value(level, "numFmt"), level.find(_W + "isLgl") is not None
        gap = "" if _value(level, "suff") == "nothing" else " "
        start, runs_on = _int(_value(level, "start"), 1), _value(level, "lvlRestart") == "0"
        return cls(start, form or "decimal", _value(level, "lvlText"), runs_on, legal, gap)


@dataclass
class _Print:
    """Counts the numbered paragraphs of a document as Word does, and knows its notes."""

    lists: dict[str, str] = field(default_factory=dict)  # numId → abstractNumId; the lists of one kind count on together
    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)  # of a list
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)  # lists that begin anew, until they have
    styles: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # list, level, and the style it is based on
    notes: "dict[tuple[str, str], Element]" = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: "Document") -> "_Print":
        found = cls()
        for style in _part(document, "styles", _W + "style"):
            numbered = _value(style, "pPr", "numPr", "numId"), _value(style, "pPr", "numPr", "ilvl")
            found.styles[style.get(_W + "styleId", "")] = *numbered, _value(style, "basedOn")
        kinds = {kind.get(_W + "abstractNumId", ""): kind for kind in _part(document, "numbering", _W + "abstractNum")}
        for listed in _part(document, "numbering", _W + "num"):
            found._add(listed, kinds)
        for kind in ("footnotes", "endnotes"):
            found.notes |= {(str(n.tag), n.get(_W + "id", "")): n for n in _part(document, kind, *_NOTES.values())}
        return found

    def _add(self, listed: "Element", kinds: "dict[str, Element]") -> None:
        name, kind = listed.get(_W + "numId", ""), _value(listed, "abstractNumId")
        self.lists[name] = kind
        own = listed.iter(_W + "lvl")
        for level in [*(kinds[kind].iter(_W + "lvl") if kind in kinds else ()), *own]:
            self.levels[name, _int(level.get(_W + "ilvl"), 0)] = _Level.of(level)
        for override in listed.iter(_W + "lvlOverride"):
            start = _int(_value(override, "startOverride"), -1)
            if start >= 0:
                self.restarts[name, _int(override.get(_W + "ilvl"), 0)] = start

    def _place(self, paragraph: "Element") -> tuple[str, int]:
        """The list and the level that a paragraph is numbered in, by itself or by its style."""
        listed, level = _value(paragraph, "pPr", "numPr", "numId"), _value(paragraph, "pPr", "numPr", "ilvl")
        style, seen = _value(paragraph, "pPr", "pStyle"), 0
        while style in self.styles and seen < len(self.styles):  # a damaged file may base a style on itself
            above, at, style = self.styles[style]
            listed, level, seen = listed or above, level or at, seen + 1
        return listed, _int(level, 0)

    def number(self, paragraph: "Element") -> str:
        """The number that Word prints before a paragraph; "" for most. To be asked once for each, in order."""
        listed, level = self._place(paragraph)
        kind = self.lists.get(listed)
        if kind is None:
            return ""
        first = self.levels.get((listed, level), _Level()).start
        last = self.restarts.pop((listed, level), self.counts.get((kind, level), first - 1) + 1)
        self.counts[kind, level] = last
        for deeper in [(k, at) for k, at in self.counts if k == kind and at > level]:
            if not self.levels.get((listed, deeper[1]), _Level()).runs_on:
                del self.counts[deeper]
        return self._printed(listed, level)

    def _printed(self, listed: str, level: int) -> str:
        shown = self.levels.get((listed, level), _Level())
        if shown.form == "bullet":
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            upper = self.levels.get((listed, at), _Level())
            count = self.counts.get((self.lists[listed], at), upper.start)
            return _number("decimal" if shown.legal else upper.form, count)

        text = _LEVEL.sub(number, shown.text)
        return text + (shown.gap if text[-1:].isdecimal() or text[-1:].isalpha() else "")  # 第一章 总则, but 一、总则


def _part(document: "Document", kind: str, *tags: str) -> "list[Element]":
    """The elements of a part of the file; none where the part is missing or cannot be read."""
    from lxml import etree

    for relation in document.part.rels.values():
        if not relation.is_external and str(relation.reltype).endswith(f"/{kind}"):
            try:
                parser = etree.XMLParser(resolve_entities=False)
                return list(etree.fromstring(relation.target_part.blob, parser).iter(*tags))
            except etree.XMLSyntaxError:
                return []
    return []
