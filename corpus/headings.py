"""The numbering grammar of official documents: which lines open a section, and at which depth.

Headings are told by their printed numbers, never by styles: 第一章, 一、, （一）, 1., （1）, ①, 附件1, 专栏1, 第一，, 1.1.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cn2an

_CHINESE = "一二三四五六七八九十百零〇"
_SPREAD = rf"[{_CHINESE}\d](?:\s*[{_CHINESE}\d])*"  # 十 二, spaced out to fill the line
_BARE = "1"  # 1 总则, in documents that go on with 1.1
_WORD = r"(?=[\u4e00-\u9fff“《])(?![亿万千百倍个元吨月]|年(?!度)|公里|公顷|平方|立方)"  # 1.2 万 is a figure
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# (kind, pattern of the marker, how the number stands in a ref, how it stands in an address)
_GRAMMAR: tuple[tuple[str, re.Pattern[str], str, str], ...] = (
    *(
        (unit, re.compile(rf"第\s*({_SPREAD})\s*{unit}(?=[\s、:：]|[^{_CHINESE}]|$)"), "第{}" + unit, "第{}" + unit)
        for unit in "编篇章节条"
    ),
    ("第一，", re.compile(rf"第([{_CHINESE}]+)\s*[，,](?=\S)"), "第{}", "第{}，"),
    ("附件", re.compile(r"附件\s*([\d一二三四五六七八九十]*)\s*[:：、.]?(?=\s|$)"), "附件{}", "附件{}"),
    ("专栏", re.compile(r"专栏\s*([\d一二三四五六七八九十]+)\s*[:：、.]?"), "专栏{}", "专栏{}"),
    ("一、", re.compile(rf"([{_CHINESE}]+)\s*、"), "{}", "{}、"),
    ("（一）", re.compile(rf"[（(]\s*([{_CHINESE}]+)\s*[）)]\s*、?"), "（{}）", "（{}）"),
    *((f"1{'.1' * n}", re.compile(rf"(\d{{1,2}}(?:[.．]\d{{1,2}}){{{n}}})[.．]?\s*{_WORD}"), "{}", "{}") for n in (3, 2, 1)),
    (_BARE, re.compile(rf"(\d{{1,2}})\s+{_WORD}"), "{}", "{}"),
    ("1.", re.compile(r"(\d{1,3})\s*[.．、](?!\s*\d(?!\d{3}年))\s*"), "{}", "{}."),  # 1.5亿 is none, 1.2022年底前 is
    ("（1）", re.compile(r"[（(]\s*(\d{1,3})\s*[）)]\s*"), "（{}）", "（{}）"),
    ("①", re.compile(rf"([{CIRCLED}])\s*"), "{}", "{}"),
)
_ADDRESS = {kind: address for kind, _, _, address in _GRAMMAR}
_WIDE_DIGIT = re.compile(r"[^\D0-9]")
_DECORATION = re.compile(r"[\s#*]*")
_CONTENTS_LINE = re.compile(r"(?:[.．·…‥⋯]{3,}\s*\d*|(?<=[^\t])\t\s*\d{1,3})\s*$")  # Word draws the dots where a tab is
_MAX_DOTS = 200  # characters; a line of more dots is read from its end
_TOUCHING = re.compile(r"(\d)\0(?=\d)")  # 专栏1 and 1. are not 专栏11.
_MISSED = 2  # a number may be this far ahead of the last one: one heading may have been lost in the scan


@dataclass(frozen=True)
class Marker:
    """A printed number at the start of a line; `width` counts the characters up to the heading's first word."""

    kind: str
    number: int
    label: str
    width: int

    @property
    def address(self) -> str:
        """The number as an official writes it in a reference: `二、`, `（六）`, `2.`."""
        return _ADDRESS[self.kind].format(re.sub(r"^第|[编篇章节条]$|附件|专栏|[（）]", "", self.label))

    @property
    def is_decimal(self) -> bool:
        """Whether the number has its parents' numbers in it."""
        return "." in self.label

    @property
    def above(self) -> str:
        """The number that a decimal one stands below: 2.1 of 2.1.3."""
        return self.label.rpartition(".")[0]


def chinese_number(text: str) -> int | None:
    """The value of a section number: `二十一` → 21, `21` → 21, `③` → 3; an empty one counts as 1.

    None where the characters are no number, such as 十百.
    """
    if not text or text in CIRCLED:
        return CIRCLED.index(text) + 1 if text else 1
    try:
        return int(cn2an.cn2an(text, "smart"))
    except (ValueError, KeyError):  # cn2an raises the latter for such as 二十零十0
        return None


def address_of(path: Sequence[Marker]) -> str:
    """The numbers down to a section as an official writes them: 二、（六）2.; a decimal one has all in itself."""
    shown = [m for m, below in zip(path, [*path[1:], None], strict=True) if not below or not below.is_decimal]
    return _TOUCHING.sub(r"\1 ", "\0".join(m.address for m in shown)).replace("\0", "")


def is_decimal(markers: Iterable[Marker | None]) -> bool:
    """Whether a document numbers its sections 1, 1.1, 1.2: both of these open lines of it."""
    found = {m.label for m in markers if m and m.is_decimal}
    return {"1.1", "1.2"} <= found


def is_contents_line(line: str) -> bool:
    """Whether the line is an entry of a table of contents: dots or a tab lead to a page number."""
    return bool(_CONTENTS_LINE.search(line[-_MAX_DOTS:]))


def read_marker(line: str) -> Marker | None:
    """The marker that opens the line, if it has the form of one; whether it is a heading the sequence decides."""
    if is_contents_line(line):
        return None
    skip = _DECORATION.match(line)
    start = skip.end() if skip else 0
    # digits may be printed in full width; one character stays one character
    narrow = _WIDE_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), line)
    for kind, pattern, ref, _ in _GRAMMAR:
        match = pattern.match(narrow, start)
        printed = "".join(match[1].replace("．", ".").split()) if match else ""
        number = chinese_number(printed.rpartition(".")[2]) if match else None
        if match and number is not None:
            return Marker(kind, number, ref.format(printed), match.end())
    return None


class Outline:
    """Follows a document's numbers from line to line and says which markers open sections.

    A marker opens a section when its number is 1 or follows the last number of its kind, wherever that stood: numbering
    may run on across chapters. Its depth is that of the open section of its kind, or one below the last section. A decimal
    number, 1.2, stands below the open section 1; numbers without a point open sections only in a `decimal` document.
    """

    def __init__(self, *, decimal: bool = False) -> None:
        self._open: list[Marker] = []
        self._last: dict[str, int] = {}
        self._decimal = decimal

    def accepts(self, marker: Marker) -> bool:
        """Whether the marker continues or restarts its sequence."""
        if marker.kind == _BARE and not self._decimal:
            return False
        if marker.is_decimal and all(m.label != marker.above for m in self._open):
            return False
        return marker.number == 1 or 1 <= marker.number - self._last.get(marker.kind, 0) <= _MISSED

    def enter(self, marker: Marker) -> tuple[Marker, ...]:
        """The path of markers down to this one."""
        kinds = [m.kind for m in self._open]
        if marker.kind in ("附件",):
            self._open = []
        elif marker.kind in kinds:
            self._open = self._open[: kinds.index(marker.kind)]
        self._open.append(marker)
        self._last[marker.kind] = marker.number
        return tuple(self._open)
