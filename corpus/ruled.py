"""Tables that are ruled on the pages of a PDF file: their cells, in a grid, and what stands above and below them."""

import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from corpus.tables import Cell, table_lines

if TYPE_CHECKING:
    import pdfplumber.page
    import pypdfium2

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in points from the upper left corner of the page."""
_LINES_MIN = 6  # drawn lines of a page that may hold a table: the frame of two cells side by side
_SAME = 2.0  # points that edges of one line may lie apart
_LINE = 0.7  # of a character's height: what stands lower than that before stands in another line
_HYPHEN = re.compile(r"[\x02\ufffe]")  # what PDFium gives for a hyphen at the end of a line
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SPACE = re.compile(r"\s+")
# a line broken within a cell; between Chinese characters there was no space
_BROKEN = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])")


@dataclass(frozen=True)
class Ruled:
    """A table as it is drawn: where its columns begin and end, and its rows."""

    edges: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def goes_on(self, after: "Ruled") -> bool:
        """Whether it is the rest of a table that the page before ends with."""
        return len(self.edges) == len(after.edges) and all(
            abs(a - b) <= _SAME for a, b in zip(self.edges, after.edges, strict=True)
        )

    def joined(self, rest: "Ruled") -> "Ruled":
        """Both as one table; a header that is printed again is left out."""
        again = rest.rows[0] == self.rows[0]
        return Ruled(self.edges, (*self.rows, *rest.rows[again:]))

    def lines(self) -> list[str]:
        """A line for the header and each row."""
        return table_lines(self.rows)


def cleaned(text: str) -> str:
    """PDFium's text with plain line breaks and hyphens."""
    return _CONTROL.sub("", _HYPHEN.sub("-", text)).replace("\r\n", "\n").replace("\r", "\n")


def _has_rules(page: "pypdfium2.PdfPage") -> bool:
    """Whether so much is drawn on a page that it may hold a table."""
    from pypdfium2 import raw

    drawn = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)
    return sum(1 for _ in zip(drawn, range(_LINES_MIN), strict=False)) == _LINES_MIN


def _unreadable() -> tuple[type[Exception], ...]:
    """What pdfplumber raises for pages that PDFium reads: its own errors, and two that damaged page objects let through."""
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    return PdfminerException, MalformedPDFException, TypeError, IndexError


class Rules:
    """Where tables are ruled in a file; it is opened for this when the first page comes that may hold one.

    `unread` counts the pages on which they could not be looked for.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.unread = 0

    def pieces(self, page: "pypdfium2.PdfPage", number: int) -> list[str | Ruled] | None:
        """The text of a page (as it is, with line breaks) and its tables from the top down.

        None where there is no table, or where this would lose a character or give one twice. `number` is the page's in the
        file, from 0.
        """
        boxes = self._tables(number) if _has_rules(page) else []
        if not boxes:
            return None
        text, height = page.get_textpage(), page.get_height()
        try:
            whole = str(text.get_text_bounded())
            ruled = [
                _ruled(cells, [str(text.get_text_bounded(x0, height - y1, x1, height - y0)) for x0, y0, x1, y1 in cells])
                for _, cells in boxes
            ]
            found = _in_order(text, height, [box for box, _ in boxes], ruled)
        finally:
            text.close()
        return found if _characters(whole) == _characters("".join(map(_all, found))) else None

    @cached_property
    def _pages(self) -> "Sequence[pdfplumber.page.Page]":
        import pdfplumber

        logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font of a browser
        try:
            return pdfplumber.open(io.BytesIO(self._data)).pages
        except _unreadable():
            return ()  # then each page that is looked for is found wanting, and counted

    def _tables(self, number: int) -> list[tuple[Box, list[Box]]]:
        """The boxes of a page's tables and of their cells, from the top down; a frame around a text is none."""
        try:
            page = self._pages[number]
            tables = [(table.bbox, [cell for cell in table.cells if cell]) for table in page.find_tables()]
            page.close()
        except _unreadable():
            self.unread += 1
            return []
        real = [(box, cells) for box, cells in tables if len(_steps(cells, 0)) > 2 and len(_steps(cells, 1)) > 2]
        return sorted(real, key=lambda table: table[0][1])


def _in_order(text: "pypdfium2.PdfTextPage", height: float, boxes: Sequence[Box], ruled: Sequence[Ruled]) -> list[str | Ruled]:
    """What is written outside the tables, in the file's own order, and each table where its first character stands."""
    from pypdfium2 import raw

    found: list[str | Ruled] = []
    outside: list[str] = []
    told: set[int] = set()
    middle = size = 0.0
    for i in range(text.count_chars()):
        character = chr(raw.FPDFText_GetUnicode(text, i))
        if character in "\r\n":  # PDFium's line breaks follow the order in the file: here the places count
            continue
        left, bottom, right, top = text.get_charbox(i, loose=True)
        x, y = (left + right) / 2, height - (bottom + top) / 2
        table = next((n for n, (x0, y0, x1, y1) in enumerate(boxes) if x0 <= x <= x1 and y0 <= y <= y1), None)
        if table is None:
            below = character.strip() and abs(y - middle) > _LINE * max(size, top - bottom)
            outside.append(f"\n{character}" if below else character)
        elif character.strip() and table not in told:
            told.add(table)
            found += ["".join(outside), ruled[table]]
            outside = []
        if character.strip():
            middle, size = y, top - bottom
    return [*found, "".join(outside)]


def _steps(cells: Sequence[Box], axis: int) -> list[float]:
    """Where cells begin and end along an axis."""
    steps: list[float] = []
    for at in sorted(cell[i] for cell in cells for i in (axis, axis + 2)):
        if not steps or at - steps[-1] > _SAME:
            steps.append(at)
    return steps


def _ruled(cells: Sequence[Box], texts: Sequence[str]) -> Ruled:
    columns, rows = _steps(cells, 0), _steps(cells, 1)

    def nearest(steps: Sequence[float], at: float) -> int:
        return min(range(len(steps)), key=lambda i: abs(steps[i] - at))

    grid: list[list[tuple[int, Cell]]] = [[] for _ in rows[:-1]]
    for (left, top, right, bottom), text in zip(cells, texts, strict=True):
        x, y = nearest(columns, left), nearest(rows, top)
        told = _BROKEN.sub("", cleaned(text).strip())
        grid[y].append((x, Cell(told, nearest(columns, right) - x, nearest(rows, bottom) - y)))
    return Ruled(tuple(columns), tuple(tuple(cell for _, cell in sorted(row, key=lambda c: c[0])) for row in grid))


def _all(piece: "str | Ruled") -> str:
    return piece if isinstance(piece, str) else "".join(cell.text for row in piece.rows for cell in row)


def _characters(text: str) -> list[str]:
    return sorted(_SPACE.sub("", cleaned(text)))
