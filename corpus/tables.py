"""Tables as lines of text: each row says under which header each of its cells stands.

| 指标 | 2025年 |   becomes   指标│2025年
| 新增 | 30万人 |             指标：新增│2025年：30万人

So a row can be found and quoted by itself, and the table can be drawn again from its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

EDGE = "│"  # a box-drawing line, which no running text has
_SAYS = "："
_LONG_CELL = 60  # tables whose usual cell is longer arrange a page, they list nothing
_LONGEST_CELL = 1000  # and so do those with a cell that holds a page's whole text
_MAX_SPAN = 200  # of a cell over columns or rows; more is a fault of the file
_MAX_CELLS = 500_000  # of a table; a larger one was never drawn by anybody


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in a document: its text, and over how many columns and rows it reaches."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Table:
    """A table to be drawn: its header cells, and rows of as many cells ("" where there is none)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def is_row(line: str) -> bool:
    """Whether a line of text is a row of a table."""
    return EDGE in line


def _reach(span: int) -> int:
    return min(max(span, 1), _MAX_SPAN)


def spread(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """A rectangular grid in which a cell over several columns or rows stands in each of them.

    One column of all cells where it would be larger than any table is.
    """
    grid: list[dict[int, str]] = [{} for _ in rows]
    fits = sum(_reach(c.columns) * _reach(c.rows) for row in rows for c in row) <= _MAX_CELLS
    for y, row in enumerate(rows if fits else ()):
        x = 0
        for cell in row:
            while x in grid[y]:
                x += 1
            for line in grid[y : y + _reach(cell.rows)]:
                line.update(dict.fromkeys(range(x, x + _reach(cell.columns)), cell.text))
            x += _reach(cell.columns)
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    if not fits or width * len(rows) > _MAX_CELLS:
        return [[cell.text] for row in rows for cell in row]
    return [[row.get(x, "") for x in range(width)] for row in grid]


def is_listing(grid: Sequence[Sequence[str]]) -> bool:
    """Whether a grid is a table that lists something, and no frame for a page's layout."""
    lengths = sorted(len(cell) for row in grid for cell in row if cell)
    short = bool(lengths) and lengths[len(lengths) // 2] <= _LONG_CELL and lengths[-1] <= _LONGEST_CELL
    return short and len(grid) > 1 and max(map(len, grid), default=0) > 1


def _bare(text: str) -> str:
    return " ".join(text.replace(EDGE, "|").split())


def _has_text(row: Sequence[Cell]) -> bool:
    return any(cell.text.strip() for cell in row)


def _is_across(row: Sequence[Cell], line: Sequence[str]) -> bool:
    """Whether a row is one cell over the whole table, or with nothing beside it."""
    return len(row) == 1 and not any(text and text != row[0].text for text in line)


def _header_rows(rows: Sequence[Sequence[Cell]], grid: Sequence[Sequence[str]]) -> int:
    """How many rows the header has: several where cells over many columns are divided below, and the others reach down."""
    deep = max(_reach(cell.rows) + (cell.columns > 1) for cell in rows[0])
    x = 0
    for cell in rows[0]:
        if cell.columns <= 1 and any(line[x].strip() for line in grid[_reach(cell.rows) : deep]):
            return 1
        x += _reach(cell.columns)
    return deep if deep < len(rows) else 1


def _heads(header: Sequence[Sequence[str]]) -> list[str]:
    return [_bare(" ".join(dict.fromkeys(cell for cell in column if cell))) for column in zip(*header, strict=True)]


def table_lines(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """A table as lines: the header first, then each row; a frame for layout as the lines of its cells."""
    grid = spread(rows)
    if not is_listing(grid):
        return [line for row in rows for cell in row for line in cell.text.split("\n") if line.strip()]
    # what goes across the whole table stands above the header: its title, the unit of its figures
    top = next((y for y, row in enumerate(rows) if _has_text(row) and not _is_across(row, grid[y])), len(rows))
    above, rows, grid = [cell.text for row in rows[:top] for cell in row], rows[top:], grid[top:]
    if not is_listing(grid):
        return [line for line in map(_bare, [*above, *(" ".join(cell.text for cell in row) for row in rows)]) if line]
    headers = _header_rows(rows, grid)
    heads = _heads(grid[:headers])
    below = zip(rows[headers:], grid[headers:], strict=True)
    lines = [_row(heads, line, across=_is_across(row, line)) for row, line in below if _has_text(row)]
    return [*filter(None, map(_bare, above)), EDGE.join(heads), *lines]


def _row(heads: Sequence[str], cells: Sequence[str], *, across: bool) -> str:
    if across:  # a heading within the table
        return f"{EDGE}{_bare(cells[0])}"
    pairs = [(head, _bare(cell)) for head, cell in zip(heads, cells, strict=True)]
    said = [f"{head}{_SAYS}{cell}" if head else cell for head, cell in pairs if cell]
    # a line of one part, or one that begins with a cell's own text, is told to be a row by the edge before it
    return EDGE.join(said if len(said) > 1 and heads[0] else ["", *said])


def read_table(lines: Sequence[str]) -> Table:
    """The table that its lines make; a part whose header is not among the first line's has a place of its own."""
    header = tuple(lines[0].split(EDGE))
    return Table(header, tuple(_cells(header, line) for line in lines[1:]))


def _cells(header: tuple[str, ...], line: str) -> tuple[str, ...]:
    cells = [""] * len(header)
    at = 0
    for part in (p for p in line.split(EDGE) if p):
        place = next((i for i in range(at, len(header)) if header[i] and part.startswith(header[i] + _SAYS)), None)
        text = part.removeprefix(header[place] + _SAYS) if place is not None else part
        place = min(at, len(header) - 1) if place is None else place
        cells[place] = f"{cells[place]} {text}".strip()
        at = place + 1
    return tuple(cells)
