"""A Word file (.docx) as text: its paragraphs with the numbers that Word prints before them, its tables row by row."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cn2an

from corpus.errors import SourceError
from corpus.tables import Cell, table_lines

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # what stands before it, once more
_MOVED = _W + "moveFrom"  # what was moved away while changes were tracked
_CHINESE = ("chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting")
_CIRCLED = ("decimalEnclosedCircle", "decimalEnclosedCircleChinese")
_LEVEL = re.compile(r"%([1-9])")


def read_docx(data: bytes, name: str) -> str:
    """The lines of a document. Raises: SourceError for what is no .docx file."""
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
    except Exception as error:  # the library lets through whatever zip, XML or a missing part raise
        raise SourceError(f"{name}：不是完好的 .docx 文件（{type(error).__name__}）；请用 Word 重新保存") from error
    numbers = _Numbers.of(document)
    return "\n".join(line for line in _body(document.element.body, numbers) if line.strip())


def _body(element: "Element", numbers: "_Numbers") -> Iterator[str]:
    """The lines of the paragraphs and tables, in order; content controls and tracked insertions are walked through."""
    for child in element:
        if child.tag == _W + "p":
            yield from (numbers.before(child) + _text(child)).split("\n")
        elif child.tag == _W + "tbl":
            yield from table_lines(_rows(child, numbers))
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "moveTo", _W + "customXml"):
            yield from _body(child, numbers)


def _text(paragraph: "Element") -> str:
    return "".join(_runs(paragraph))


def _runs(element: "Element") -> Iterator[str]:
    for child in element:
        if child.tag in (_FALLBACK, _MOVED):
            continue
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in (_W + "tab", _W + "noBreakHyphen"):
            yield "\t" if child.tag == _W + "tab" and element.tag == _W + "r" else "-" * (child.tag != _W + "tab")
        elif child.tag in (_W + "br", _W + "cr"):
            yield "\n"
        else:
            inside = child.tag == _W + "p"  # of a text box
            yield "\n" if inside else ""
            yield from _runs(child)
            yield "\n" if inside else ""


def _rows(table: "Element", numbers: "_Numbers") -> list[list[Cell]]:
    rows = [row for row in table.iter(_W + "tr") if next(row.iterancestors(_W + "tbl")) is table]
    cells = [[cell for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row] for row in rows]
    grid = [[_cell(cell, numbers) for cell in row] for row in cells]
    return [row for row in _merged(grid) if row]


def _cell(cell: "Element", numbers: "_Numbers") -> tuple[Cell, bool]:
    """A cell, and whether it goes on from the one above it."""
    properties = cell.find(_W + "tcPr")
    span = properties.find(_W + "gridSpan") if properties is not None else None
    merge = properties.find(_W + "vMerge") if properties is not None else None
    columns = _value(span)
    text = "\n".join(line for line in _body(cell, numbers) if line.strip())
    goes_on = merge is not None and merge.get(_W + "val") in (None, "continue")
    return Cell(text, int(columns) if columns.isdecimal() else 1), goes_on


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


# ---- the numbers that Word prints by itself -------------------------------------------------------------------------


def _value(element: "Element | None") -> str:
    return str(element.get(_W + "val", "")) if element is not None else ""


def _number(form: str, number: int) -> str:
    if form in _CHINESE:
        return str(cn2an.an2cn(number)).removeprefix("一" if 10 <= number < 20 else "")
    if form in _CIRCLED and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter if form == "lowerLetter" else letter.upper()
    return "" if form in ("bullet", "none") else str(number)


@dataclass
class _Numbers:
    """Counts the numbered paragraphs of a document as Word does."""

    levels: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)  # numId → abstractNumId
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: "Document") -> "_Numbers":
        found = cls()
        part: Any = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is not None:
            for abstract in part.element.iter(_W + "abstractNum"):
                for level in abstract.iter(_W + "lvl"):
                    key = abstract.get(_W + "abstractNumId"), int(level.get(_W + "ilvl"))
                    names = "start", "numFmt", "lvlText"
                    found.levels[key] = {name: _value(level.find(_W + name)) for name in names}
            found.lists = {n.get(_W + "numId"): _value(n.find(_W + "abstractNumId")) for n in part.element.iter(_W + "num")}
        for style in document.styles.element.iter(_W + "style"):
            numbered = found._numbering(style.find(_W + "pPr"))
            if numbered:
                found.styles[style.get(_W + "styleId")] = numbered
        return found

    @staticmethod
    def _numbering(properties: "Element | None") -> tuple[str, int] | None:
        wanted = properties.find(_W + "numPr") if properties is not None else None
        if wanted is None or not _value(wanted.find(_W + "numId")):
            return None
        level = _value(wanted.find(_W + "ilvl"))
        return _value(wanted.find(_W + "numId")), int(level) if level.isdecimal() else 0

    def before(self, paragraph: "Element") -> str:
        """The number that Word prints before a paragraph; "" for most."""
        properties = paragraph.find(_W + "pPr")
        style = _value(properties.find(_W + "pStyle")) if properties is not None else ""
        numbered = self._numbering(properties) or self.styles.get(style)
        if numbered is None or numbered[0] not in self.lists or not _text(paragraph).strip():
            return ""
        abstract, level = self.lists[numbered[0]], numbered[1]
        start = self.levels.get((abstract, level), {}).get("start", "")
        first = int(start) if start.isdecimal() else 1
        self.counts[abstract, level] = self.counts.get((abstract, level), first - 1) + 1
        for deeper in [key for key in self.counts if key[0] == abstract and key[1] > level]:
            del self.counts[deeper]
        return self._printed(abstract, level)

    def _printed(self, abstract: str, level: int) -> str:
        shown = self.levels.get((abstract, level), {})
        if shown.get("numFmt") == "bullet":
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            form = self.levels.get((abstract, at), {}).get("numFmt", "decimal")
            return _number(form, self.counts.get((abstract, at), 1))

        return _LEVEL.sub(number, shown.get("lvlText", ""))
