"""A web page as text: its main part, line by line, without menus, scripts and frames of the site."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.errors import SourceError
from corpus.fold import squeeze
from corpus.headings import read_marker
from corpus.tables import Cell, is_listing, spread, table_lines

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_UNSEEN = {"title", "script", "style", "noscript", "template", "button", "select", "textarea", "iframe"}
_CHROME = {"nav", "footer", "aside"}  # of the site, unless a tag that was never closed put the text into it
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav"),
    *("ol", "p", "pre", "section", "summary", "table", "td", "th", "tr", "ul"),
}
_INLINE = re.compile(r"</?(?:a|b|em|font|i|o:p|small|span|strong|u)(?:\s[^>]*)?>", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_PUNCTUATION = re.compile(r"[，。；]")  # menus and footers have colons, but hardly these
_MAIN_SHARE = 0.8  # the main part holds this share of the page's running text
_MAX_BESIDE = 12  # marks of punctuation in what is left out; more is a part of the text
_MAX_NESTED = 8  # tables within tables; further ones are taken for frames
_MAX_DIGITS = 4
_DECLARED = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]+encoding=["']([\w-]+)""", re.IGNORECASE)
_XML = re.compile(r"^\s*<\?xml[^>]*\?>")
_EVENTS = ("start", "end", "comment", "pi")


def declared_encoding(data: bytes) -> str:
    """The encoding that a page names for itself; "" where it names none."""
    found = _DECLARED.search(data[:4096])
    return (found[1] or found[2] or b"").decode("ascii") if found else ""


def read_html(text: str, name: str) -> str:
    """The lines of a page's main part, its title above them; tables as `tables` writes them.

    Raises: SourceError that names the file, for a page nested too deep to be read whole.
    """
    root = _parsed(_XML.sub("", text), name)
    if root is None:
        return ""
    title = _title(root)
    lines = _lines(_main(root))
    return "\n".join(lines if squeeze(title) in squeeze("".join(lines)) else [title, *lines])


def _parsed(text: str, name: str) -> "HtmlElement | None":
    """A page's root; None where there is nothing but comments."""
    from lxml import etree, html

    for source in (text, _INLINE.sub("", text)):  # tags that are never closed nest without end, most of them such
        parser = html.HTMLParser(huge_tree=True)
        try:
            root: HtmlElement = html.document_fromstring(source, parser=parser)
        except etree.ParserError:
            return None
        # the parser stops at a limit and gives what stands before it
        if not any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
            return root
    raise SourceError(f"{name}：网页标签嵌套过深，读不到全文；请用浏览器打开后另存为 PDF 或文本")


def _title(root: "HtmlElement") -> str:
    """The title that a page names for its article, else its only heading of the first rank; "" where there is neither."""
    for meta in root.iter("meta"):
        if meta.get("name", "").lower() == "articletitle":
            return " ".join(meta.get("content", "").split())
    first = list(root.iter("h1"))
    return " ".join(first[0].text_content().split()) if len(first) == 1 else ""


def _marks(text: str | None) -> int:
    return len(_PUNCTUATION.findall(text or ""))


def _weights(root: "HtmlElement") -> "dict[HtmlElement, int]":
    """How much running text stands in each element: its punctuation, links aside."""
    weights: dict[HtmlElement, int] = {}
    for element in reversed(list(root.iter())):  # what stands inside comes before what it stands in
        plain = isinstance(element.tag, str) and not (element.tag == "a" and element.get("href"))
        inside = sum(weights[child] + _marks(child.tail) for child in element) if plain else 0
        weights[element] = inside + _marks(element.text) if plain else 0
    return weights


def _drop(root: "HtmlElement") -> None:
    """Takes from a page what is not seen, and what frames every page of its site."""
    for unseen in [e for e in root.iter() if e.tag in _UNSEEN and e.getparent() is not None]:
        unseen.drop_tree()
    weights = _weights(root)
    for chrome in [e for e in root.iter() if e.tag in _CHROME and 2 * weights[e] <= weights[root]]:
        chrome.drop_tree()


def _main(root: "HtmlElement") -> "HtmlElement":
    """The innermost element that holds the page's running text, and beside which links stand: what is the site's."""
    _drop(root)
    weights = _weights(root)
    main = place = next(root.iter("body"), root)
    allowed = min((1 - _MAIN_SHARE) * weights[place], _MAX_BESIDE)
    least = weights[place] - allowed
    while weights[place]:
        inner = [e for e in place if isinstance(e.tag, str) and e.tag != "p"]
        best = max(inner, key=weights.__getitem__, default=None)
        if best is None or weights[best] < least or _is_data(best):
            break
        if any(a.get("href") for e in inner if e is not best for a in e.iter("a")):
            main = best
        place = best
    return main


def _rows(table: "HtmlElement") -> list[list[Cell]]:
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    return [[_cell(c) for c in row if c.tag in ("td", "th")] for row in rows]


def _cell(cell: "HtmlElement") -> Cell:
    columns, rows = (_number(cell.get(name)) for name in ("colspan", "rowspan"))
    return Cell("\n".join(_lines(cell)), columns, rows)


def _is_data(element: "HtmlElement") -> bool:
    """A table within which there is none, and which lists something."""
    return element.tag == "table" and all(e is element for e in element.iter("table")) and is_listing(spread(_rows(element)))


def _number(value: str | None) -> int:
    """The value of an attribute that is a number; 1 for others."""
    digits = (value or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _MAX_DIGITS else 1


def _lines(element: "HtmlElement", *, beside_cells: bool = False) -> list[str]:
    """The lines of what stands in an element, as a browser would break them; `beside_cells`: in a table, out of its cells."""
    pieces = "".join(_pieces(element, beside_cells=beside_cells)).split("\n")
    return [line for line in (piece.strip() for piece in pieces) if line]


def _pieces(root: "HtmlElement", *, beside_cells: bool) -> Iterator[str]:
    from lxml import etree

    walk = etree.iterwalk(root, events=_EVENTS)  # pages may nest deeper than functions may call themselves
    counts: dict[HtmlElement, int] = {}
    kept = 0  # how many <pre> are open, in which spaces and line breaks stay
    for event, element in walk:
        edge = "\n" if element.tag in _BLOCKS else ""
        kept += (element.tag == "pre") * {"start": 1, "end": -1}.get(event, 0)
        if event != "start":
            yield edge
            yield _inline(element.tail if element is not root else "", kept=kept > 0)
        elif _is_table(element) and not (beside_cells and element is root):
            yield "\n".join([edge, *_lines(element, beside_cells=True), *table_lines(_rows(element))])
            walk.skip_subtree()
        elif beside_cells and _is_cell(element):
            walk.skip_subtree()
        else:
            yield edge + _list_number(element, counts)
            yield _inline(element.text, kept=kept > 0)


def _inline(text: str | None, *, kept: bool) -> str:
    # the browser folds these, and breaks no line where the source does
    return text or "" if kept else _SPACE.sub(" ", text or "")


def _is_table(element: "HtmlElement") -> bool:
    return element.tag == "table" and sum(1 for _ in element.iterancestors("table")) < _MAX_NESTED


def _is_cell(element: "HtmlElement") -> bool:
    return element.tag in ("td", "th") and element.getparent().tag == "tr"


def _list_number(element: "HtmlElement", counts: "dict[HtmlElement, int]") -> str:
    """The number that a browser prints before an item of a list; none where the item brings its own."""
    above = element.getparent() if element.tag == "li" else None
    if above is None or above.tag != "ol":
        return ""
    number = _number(element.get("value", str(counts.get(above, _number(above.get("start"))))))
    counts[above] = number + 1
    text = element.text_content().strip()
    return f"{number}. " if text and not read_marker(text) else ""
