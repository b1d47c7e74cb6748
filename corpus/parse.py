"""A plan's text becomes the tree of its sections.

Nothing of the source is lost, repaired or used twice: what a section shows is slices of the source, joined where a page
break cut a sentence.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from corpus.fold import squeeze
from corpus.headings import Marker, Outline, address_of, is_contents_line, is_decimal, read_marker
from corpus.meta import PlanMeta
from corpus.sentences import Sentence, split_sentences
from corpus.tables import is_row

NOTICE, PREAMBLE, CLOSING = FRAME = ("通知", "序言", "落款")
FLAT = "第{}段"  # refs of a document in which no numbered heading was found

_TERMINAL = "。！？；：;:!?…"
_UNFINISHED = "，、,"  # no paragraph ends so
_CUT_MIN = 25  # a shorter line without a full stop is a signature or a title, not a sentence cut by a page break
_BREAK = re.compile(r"\n|(?<=[。；！？])[ \t\u3000]+(?=[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)")
_LOST_BREAK = re.compile(r"(?<=[^\x00-\x7f、])[ \t\u3000]+(?=[^\x00-\x7f])")
_ONE_LINE = 1000  # a longer text in one line has lost its line breaks; what is left of them is a space
_NARROW = range(15, 46)  # text that was copied from a page comes in lines of so many characters, broken anywhere
_INDENT = 5  # the first line of a paragraph is two characters shorter, and punctuation hangs over at most three
_NUMBER_LIKE = re.compile(
    r"第\s*[一二三四五六七八九十百零〇\d]|附件|专栏|[一二三四五六七八九十百]+\s*、|[（(]\s*[一二三四五六七八九十\d]|[①-⑳]|\d"
)
_BOUNDARY = "。；！？;!?*# \t\u3000"
_TITLE_MAX = 40  # the longest heading in the documents read so far has 36 characters
_SURE_TITLE_MAX = 22  # up to this length a numbered line without a full stop is a heading, whatever its siblings are
_CLOSING_MAX = 40
_MAX_INSIDE = 200  # characters between brackets; one that is open for longer was never closed
_OPENERS, _CLOSERS = "《“（(", "》”）)"
_KINDS_OF_DOCUMENT = "计划|预案|指南|标准|公告|通告|决定|规划|方案|纲要|意见|办法|规定|条例|细则|措施|要点|报告|章程|制度"
_DOCUMENT_TITLE = re.compile(rf"^[^。；！？]*(?:{_KINDS_OF_DOCUMENT})(?:[（(][^）)]*[）)])?$")
_CLOSED = re.compile(rf"(?:通知|{_KINDS_OF_DOCUMENT}|[。；：，！？》])[*\s]*$")
_OPENS_ANEW = ("#", "**", "---", "<!--")  # markdown that begins something else
_SPACED = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")  # 总　则: spaced out to fill the line
_LEADS_TO_PAGE = "0123456789.．·…‥⋯"  # what stands behind an entry in a table of contents
_ANNEX_LIST = re.compile(r"附件\s*[:：]\s*1\s*[.．、]")
_DATE = re.compile(r"[\d〇○零一二三四五六七八九十]{2,4}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月")


@dataclass(frozen=True)
class Line:
    """A stripped line of the source; `start` is its place there, in characters.

    `full` lines go up to the edge of a narrow page, so that the text behind them goes on in the next line.
    """

    text: str
    start: int
    marker: Marker | None = None
    full: bool = False


@dataclass(frozen=True)
class Section:
    """A node of the heading tree.

    `printed` is the number and heading as they stand in the source, `title` the heading alone (empty where the text runs
    on behind the number), `text` the section's own paragraphs, one a line. `anchors` pairs offsets in `text` with places
    in the source, in ascending order.
    """

    ref: str
    address: str
    title: str
    printed: str
    text: str
    start: int
    anchors: tuple[tuple[int, int], ...] = ()

    def place(self, offset: int) -> int:
        """Where the character at this offset of `text` stands in the source."""
        at = bisect_right(self.anchors, (offset, 1 << 60)) - 1
        in_text, in_source = self.anchors[at]
        return in_source + offset - in_text

    @property
    def whole(self) -> str:
        """Heading and text: what a quote of this section must stand in."""
        return f"{self.printed}\n{self.text}"

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of `text`, in order."""
        return split_sentences(self.ref, self.text)


@dataclass(frozen=True)
class Plan:
    """One document, as issued: an id, its text, what is known about it, and its sections in reading order."""

    id: str
    text: str
    sections: tuple[Section, ...]
    title: str = ""
    flat: bool = False
    meta: PlanMeta = field(default_factory=PlanMeta)

    @cached_property
    def by_ref(self) -> dict[str, Section]:
        """Each section under its ref."""
        return {s.ref: s for s in self.sections}

    def path(self, ref: str) -> tuple[Section, ...]:
        """The section and all above it, the outermost first."""
        parts = ref.split("/")
        refs = ("/".join(parts[: i + 1]) for i in range(len(parts)))
        return tuple(self.by_ref[r] for r in refs if r in self.by_ref)

    def heading(self, ref: str) -> str:
        """The title that a reader knows the section by: its own, else its first short sentence, else its parent's."""
        section = self.by_ref[ref]
        if section.title:
            return section.title
        lead = section.sentences[0].text.rstrip("。；：") if len(section.sentences) > 1 else ""
        if 0 < len(lead) <= _SURE_TITLE_MAX:
            return lead
        return next((s.title for s in reversed(self.path(ref)) if s.title), ref)

    def with_meta(self, meta: PlanMeta) -> "Plan":
        """The same plan with what is known about it."""
        return replace(self, meta=meta, title=meta.title or self.title)

    def children(self, ref: str) -> tuple[Section, ...]:
        """The sections directly below, in order."""
        depth = ref.count("/") + 1
        return tuple(s for s in self.sections if s.ref.startswith(ref + "/") and s.ref.count("/") == depth)


def _lines(text: str) -> list[Line]:
    lost = "\n" not in text.strip() and len(text) > _ONE_LINE
    breaks = {m.end() for m in (_LOST_BREAK if lost else _BREAK).finditer(text)} | (set(_lost_numbers(text)) if lost else set())
    lines = []
    for begin, end in pairwise([0, *sorted(breaks - {0}), len(text)]):
        stripped = text[begin:end].strip()
        if stripped:
            lines.append(Line(stripped, begin + text[begin:end].index(stripped[0])))
    return lines


def _lost_numbers(text: str) -> Iterator[int]:
    """Where the numbers of headings stand in a text without line breaks: behind a sentence's end, a space or a heading."""
    begun = (m.start() for m in _NUMBER_LIKE.finditer(text) if text[m.start() - 1] in _BOUNDARY)
    decimal = is_decimal(read_marker(text[at : at + _TITLE_MAX]) for at in begun)
    outline, last, end = Outline(decimal=decimal), -_SURE_TITLE_MAX, 0
    for found in _NUMBER_LIKE.finditer(text):
        at = found.start()
        near = at - last <= _SURE_TITLE_MAX  # the heading before it has no full stop
        marker = read_marker(text[at : at + _TITLE_MAX]) if near or not at or text[at - 1] in _BOUNDARY else None
        listed = marker and marker.kind == "附件" and text[at : at + marker.width].rstrip().endswith((":", "："))
        if marker and not listed and at >= end and outline.accepts(marker):
            outline.enter(marker)
            yield at
            last, end = at, at + marker.width


def _mark(lines: list[Line]) -> list[Line]:
    """The lines with the markers that open sections; other numbers at the start of a line are text."""
    markers = [None if is_row(line.text) else read_marker(line.text) for line in lines]
    outline, marked = Outline(decimal=is_decimal(markers)), []
    listed = _contents(lines, markers) | _annex_list(lines, markers)
    for i, (line, marker) in enumerate(zip(lines, markers, strict=True)):
        if marker and i not in listed and outline.accepts(marker):
            outline.enter(marker)
            marked.append(Line(line.text, line.start, marker))
        else:
            marked.append(line)
    return marked


def _contents(lines: list[Line], markers: Sequence[Marker | None]) -> set[int]:
    """Which lines are a table of contents: from 目录 up to where its first entry stands again."""
    entries = [squeeze(line.text).rstrip(_LEADS_TO_PAGE) for line in lines]
    at = next((i for i, entry in enumerate(entries) if entry.strip("*#") == "目录"), len(lines))
    first = next((i for i in range(at, len(lines)) if markers[i]), None)
    if first is None or entries[first] not in entries[first + 1 :]:
        return set()
    return set(range(first, entries.index(entries[first], first + 1)))


def _annex_list(lines: list[Line], markers: Sequence[Marker | None]) -> set[int]:
    """Which lines go on with a list of annexes: 2. behind 附件：1.."""
    found, expected = set(), 0
    for i, (line, marker) in enumerate(zip(lines, markers, strict=True)):
        if _ANNEX_LIST.match(line.text):
            expected = 2
        elif marker and marker.kind == "1." and marker.number == expected:
            found.add(i)
            expected += 1
        elif marker:
            expected = 0
    return found


def _fill(lines: list[Line]) -> list[Line]:
    """The lines with those marked that are full, where many of them are broken at the edge of a narrow page."""
    plain = [line.text for line in lines if not line.marker and not is_row(line.text)]
    width = sorted(map(len, plain))[len(plain) * 9 // 10] if plain else 0
    broken = sum(len(text) >= width - _INDENT and text[-1] not in _TERMINAL for text in plain)
    if width not in _NARROW or 3 * broken < len(plain):  # paragraphs of two or three lines are usual
        return lines
    return [replace(line, full=len(line.text) >= width - _INDENT) for line in lines]


def _unclosed(text: str) -> bool:
    near = text[-_MAX_INSIDE:]
    return text.count("**") % 2 == 1 or any(near.count(o) > near.count(c) for o, c in zip(_OPENERS, _CLOSERS, strict=True))


def _is_cut(text: str, following: Line, *, running: bool) -> bool:
    """Whether a sentence goes on from the end of `text` into the following line; `running`: behind a number or a full line."""
    if following.marker or text[-1] in _TERMINAL or is_contents_line(text) or is_row(text) or is_row(following.text):
        return False
    if (text.startswith("#") or following.text.startswith(_OPENS_ANEW)) and not _unclosed(text):
        return False
    enough = _TITLE_MAX if text[-1] in "”）)》" else _CUT_MIN
    long = len(text) >= enough and not text.endswith(("**", "通知")) and not _is_title(text)
    return running or long or _unclosed(text) or text[-1] in _UNFINISHED


def _is_title(text: str) -> bool:
    bare = _SPACED.sub("", text.strip("*# "))
    return len(bare) <= 2 * _TITLE_MAX and bool(_DOCUMENT_TITLE.match(bare)) and "，" not in bare


def _run_in_kinds(lines: list[Line]) -> set[str]:
    """The kinds of marker behind which the text usually runs on, so that a cut first sentence is not taken for a title."""
    seen: Counter[str] = Counter()
    for line in lines:
        if line.marker:
            seen[line.marker.kind] += 1 if line.text[-1] in _TERMINAL else -1
    return {kind for kind, balance in seen.items() if balance > 0}


@dataclass(frozen=True)
class _Paragraph:
    text: str
    anchors: tuple[tuple[int, int], ...]


def _paragraphs(lines: list[Line], *, running: bool) -> list[_Paragraph]:
    """Lines joined where a page break, or the edge of a title, cut them apart."""
    joined: list[tuple[str, list[tuple[int, int]]]] = []
    for i, line in enumerate(lines):
        if joined and _is_cut(joined[-1][0], line, running=lines[i - 1].full or (running and len(joined) == 1)):
            text, anchors = joined[-1]
            joined[-1] = (text + line.text, [*anchors, (len(text), line.start)])
        else:
            joined.append((line.text, [(0, line.start)]))
    return [_Paragraph(text, tuple(anchors)) for text, anchors in joined]


def _section(ref: str, address: str, title: str, printed: Line | None, body: list[Line], *, running: bool = False) -> Section:
    paragraphs, anchors, at = _paragraphs(body, running=running), [], 0
    for paragraph in paragraphs:
        anchors += [(at + offset, place) for offset, place in paragraph.anchors]
        at += len(paragraph.text) + 1
    start = printed.start if printed else body[0].start
    return Section(
        ref,
        address,
        title,
        printed.text if printed else "",
        "\n".join(p.text for p in paragraphs),
        start,
        tuple(anchors) or ((0, start),),
    )


def _numbered(lines: list[Line]) -> list[Section]:
    """The sections that numbers open; `lines` begins with the first of them."""
    outline, run_in = Outline(), _run_in_kinds(lines)
    sections: list[Section] = []
    starts = [i for i, line in enumerate(lines) if line.marker] + [len(lines)]
    for begin, end in pairwise(starts):
        line, marker = lines[begin], lines[begin].marker
        assert marker is not None  # narrows the type; starts are chosen so
        path = outline.enter(marker)
        ref, address = "/".join(m.label for m in path), address_of(path)
        head, rest = line.text[: marker.width].rstrip(), line.text[marker.width :].strip("*# \u3000")
        titled = (
            rest
            and rest[-1] not in _TERMINAL
            and "。" not in rest
            and len(rest) <= (_SURE_TITLE_MAX if marker.kind in run_in else _TITLE_MAX)
            and not line.full
        )
        body = lines[begin + 1 : end]
        if titled or not rest:
            sections.append(_section(ref, address, _SPACED.sub("", rest), line, body))
        else:
            text = line.text[marker.width :].lstrip()
            first = Line(text, line.start + len(line.text) - len(text), full=line.full)
            sections.append(_section(ref, address, "", Line(head, line.start), [first, *body], running=True))
    return sections


def _leads_to_title(text: str) -> bool:
    """Whether a line is the beginning of a title that was broken: …关于加强, and the rest in the next line."""
    return len(text) <= _TITLE_MAX and "关于" in text and not _CLOSED.search(text)


def _split_opening(lines: list[Line]) -> tuple[list[Line], Line | None, list[Line]]:
    """Covering notice, document title and preamble of the lines before the first numbered heading."""
    titles = [i for i, line in enumerate(lines) if _is_title(line.text) and not read_marker(line.text)]
    if not titles:
        return [], None, lines
    at = begin = titles[-1]
    while begin and _leads_to_title(lines[begin - 1].text):
        begin -= 1
    title = Line("".join(line.text for line in lines[begin : at + 1]), lines[begin].start)
    return lines[:begin], title, lines[at + 1 :]


def _may_close(text: str) -> bool:
    return len(text) <= _CLOSING_MAX and text[-1] not in "。；" and not is_row(text)


def _split_closing(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """The body and the closing lines: short, without a full stop, a date among them."""
    at = len(lines)
    while at and not lines[at - 1].marker and _may_close(lines[at - 1].text):
        at -= 1
    return (lines[:at], lines[at:]) if any(_DATE.search(line.text) for line in lines[at:]) else (lines, [])


def _unique(sections: list[Section]) -> tuple[Section, ...]:
    """Sections whose refs are unique: where numbering restarts without an outer number, a later one gets `·2`."""
    seen: Counter[str] = Counter()
    renamed: dict[str, str] = {}
    result = []
    for s in sections:
        parent = s.ref.rpartition("/")[0]
        ref = f"{renamed.get(parent, parent)}/{s.ref.rpartition('/')[2]}" if parent else s.ref
        seen[ref] += 1
        unique = ref if seen[ref] == 1 else f"{ref}·{seen[ref]}"
        renamed[s.ref] = unique
        result.append(Section(unique, s.address, s.title, s.printed, s.text, s.start, s.anchors))
    return tuple(result)


def _flat(lines: list[Line]) -> list[Section]:
    return [_section(FLAT.format(i), FLAT.format(i), "", None, [line]) for i, line in enumerate(lines, 1)]


def parse_sections(text: str) -> tuple[Section, ...]:
    """The sections of a document in reading order; their `printed` and `text` hold every character but white space."""
    lines = _fill(_mark(_lines(text)))
    first = next((i for i, line in enumerate(lines) if line.marker), None)
    if first is None:
        return tuple(_flat(lines))
    notice, title, preamble = _split_opening(lines[:first])
    annex = next((i for i, line in enumerate(lines) if i > first and line.marker and line.marker.kind == "附件"), len(lines))
    sections = [_section(NOTICE, NOTICE, NOTICE, None, notice)] if notice else []
    if title or preamble:
        shown = _SPACED.sub("", title.text.strip("*# ")) if title else ""
        sections.append(_section(PREAMBLE, PREAMBLE, shown, title, preamble))
    for part in (lines[first:annex], lines[annex:]):  # what is annexed stands behind the closing lines
        body, closing = _split_closing(part)
        sections += _numbered(body)
        if closing:
            sections.append(_section(CLOSING, CLOSING, "", None, closing))
    return _unique(sections)


def parse_plan(plan_id: str, text: str, title: str = "") -> Plan:
    """A plan from its text. Deterministic; without a `title` the document's own is taken."""
    sections = parse_sections(text)
    preamble = next((s for s in sections if s.ref == PREAMBLE), None)
    title = title or (preamble.title if preamble else "") or plan_id
    return Plan(plan_id, text, sections, title, flat=sections[0].ref == FLAT.format(1))


def lost_characters(plan: Plan) -> str:
    """What the sections do not hold of the source, as one string: empty unless the parser is broken."""
    kept = squeeze("".join(s.whole for s in plan.sections))
    source = squeeze(plan.text)
    if kept == source:
        return ""
    at = next((i for i, (a, b) in enumerate(zip(kept, source, strict=False)) if a != b), min(len(kept), len(source)))
    return source[at:] or kept[at:]
