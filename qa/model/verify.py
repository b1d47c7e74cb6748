"""Whether a statement of a model is the plan's: clause by clause, its figures by value.

A sentence of a statement must be made of whole clauses of one cited sentence, in their order. What may differ is what changes
no meaning: connecting words at the front, quotation marks and white space, what stands in brackets, and how a figure is
written (1.2万平方米, 12000平方米). So a changed figure, comparator, negation, name or unit is another clause and does not
pass, and neither does a clause that is torn from the condition, the date or the exception which its sentence gives it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.figures import Figure, find_figures
from corpus.tables import is_row

Clause = tuple[str, ...]
"""The tokens of a clause: a figure is one token, a Chinese character one, a word in Latin letters one."""

# ---- tokens ---------------------------------------------------------------------------------------------------------

_QUALIFIERS = re.compile(
    r"不得超过|不得低于|不低于|不少于|不高于|不超过|低于|高于|超过|至少|至多|大于|小于|控制在|保持在|维持|约|近|及以上|及以下|"
    r"以上|以下|以内|之内|左右|上下|之间|内|余|多"
)
_DASHES = re.compile(r"[-—–~～至到]+")
_BY_UNIT = frozenset({"count", "people", "label", "times", "", "degree"})  # here the unit says what is counted
_MOVABLE = frozenset({"length", "area", "volume", "mass", "power", "energy"})  # 绿地3公顷, 3公顷绿地; not 街道3个, 3个街道
_SILENT = re.compile(r"[\s“”‘’\"'《》「」（）()的和与及并也还且、]")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|\d[\d,]*(?:\.\d+)?%?|.", re.DOTALL)
_ARTICLES = frozenset("the a an also and will is are".split())
_MARKUP = re.compile(r"_\{?([0-9.]+)\}?|\*\*")
_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)")


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:.9g}"


def canonical(figure: Figure) -> str:
    """One form for all ways to write a figure: what it measures, its value in base units, and its qualifiers in order."""
    text = unicodedata.normalize("NFKC", re.sub(r"\s", "", figure.text))
    # a year's value is not all of a date; without a value the printed form alone can be compared
    if figure.family == "date" or figure.value is None:
        return f"<{_DASHES.sub('-', text)}>"
    unit = figure.unit if figure.family in _BY_UNIT else figure.family
    return f"<{unit}|{_amount(figure.value)}|{_amount(figure.last)}|{''.join(_QUALIFIERS.findall(text))}>"


def _is_figure(token: str) -> bool:
    return token.startswith("<") and len(token) > 1


def plain(text: str) -> str:
    """A source's text without the mark-up that a scan may carry: PM_{2.5} is PM2.5."""
    return _MARKUP.sub(r"\1", text)


@lru_cache(maxsize=8192)
def tokens(text: str, language: str) -> Clause:
    """The tokens of a text without what changes no meaning."""
    if language == "en":
        words = (w.lower().replace(",", "") if len(w) > 1 else w.lower() for w in _WORD.findall(text))
        return tuple(w for w in words if w not in _ARTICLES and not _SILENT.fullmatch(w))
    found: list[str] = []
    at = 0
    for figure in find_figures(text):
        found += [*_chars(text[at : figure.start]), canonical(figure)]
        at = figure.end
    return tuple([*found, *_chars(text[at:])])


def _chars(text: str) -> list[str]:
    return [w for w in _WORD.findall(text) if not _SILENT.fullmatch(w)]


# ---- clauses --------------------------------------------------------------------------------------------------------

_BREAKS = {"zh": re.compile(r"[，；。！？;!?]+|(?<!\d),|,(?!\d)"), "en": re.compile(r"[,;.!?]+(?=\s|$)")}
_SENTENCES = {"zh": re.compile(r"[。；！？;!?\n]+"), "en": re.compile(r"[.;!?]+(?=\s|$)|\n+")}
# words before a clause that only lead up to it; no clause means anything else without them
_LEADS = {
    "zh": re.compile(
        r"^(?:此外|另外|同时|其次|首先|最后|并且|而且|其中|具体而言|具体来说|(?:根据|按照)(?:本|该)?计划|"
        r"(?:本|该)?(?:计划|文件)(?:还|也)?(?:中)?(?:提出|要求|明确|规定|指出)|(?:主要|具体)?(?:措施|任务|内容|要求)?包括|计划|将|要|需要?)+[：:，,]?"
    ),
    "en": re.compile(
        r"^(?:(?:in addition|moreover|also|furthermore|specifically|at the same time|finally|"
        r"(?:according to|under) the plan|the plan (?:also )?(?:says|states|requires|calls for)(?: that)?)[:,]?\s*)+",
        re.IGNORECASE,
    ),
}
# verbs of advancing, which may stand before any measure or be left out
_NEUTRAL = re.compile(r"^(?:进一步|持续|积极|大力|加快|深入|着力|切实|不断|有序|继续|推进|推动|开展|实施|做好)+(?=.{4})")
_TOPIC = re.compile(r"^(?:在|关于|就)(?P<topic>[^，。；]{2,24})(?:方面|上|中)?$")


@dataclass(frozen=True)
class _Part:
    """A sentence taken apart; `heads` are the numbers of the clauses that begin anew (the first, and those after ；)."""

    clauses: tuple[Clause, ...]
    texts: tuple[str, ...]
    heads: frozenset[int]


def _clause(text: str, language: str) -> Clause:
    bare = _LEADS[language].sub("", text.strip())
    if language == "zh":
        bare = _NEUTRAL.sub("", re.sub(r"^[“”‘’\"'《》\s]+", "", bare))
    return tokens(bare, language)


@lru_cache(maxsize=4096)
def _part(text: str, language: str) -> _Part:
    if is_row(text):  # its cells say nothing without each other
        return _Part((tokens(text, language),), (text,), frozenset({0}))
    clauses: list[Clause] = []
    texts: list[str] = []
    heads = set()
    for sentence in _SENTENCES[language].split(text):
        heads.add(len(clauses))
        for piece in _BREAKS[language].split(sentence):
            clause = _clause(piece, language)
            if clause:
                clauses.append(clause)
                texts.append(piece.strip())
    return _Part(tuple(clauses), tuple(texts), frozenset(heads))


def _same(stated: Clause, given: Clause) -> bool:
    if stated == given:
        return True
    figures = [t for t in stated if _is_figure(t)]
    if len(figures) != 1 or figures != [t for t in given if _is_figure(t)] or figures[0][1:].split("|")[0] not in _MOVABLE:
        return False
    return [t for t in stated if t != figures[0]] == [t for t in given if t != figures[0]]


# ---- what a clause needs beside it ----------------------------------------------------------------------------------

# a clause that only says on what those after it depend: alone it says nothing
_HANGS = re.compile(
    r"^(?:除|如|若|凡|当|一旦|对|针对|经|因|在.*(?:下|时|前|后|内|外)$)"
    r"|(?:外|的|前提|前提下|情况下|条件下|时|后|前|基础上|的话|下列\w*)[：:]?$"
)
# a clause with a prohibition or a mood that those after it may share
_MOODS = re.compile(r"^(?:不|未|无|非|禁|严禁|停|杜绝|防止|避免|力争|争取|原则|鼓励|支持|探索|研究|试点|逐步|有条件|暂|拟|可)")
_EXCEPTS = {
    "zh": re.compile(r"^(?:但|不含|不包括|除|其余|特殊情况)|(?:除外|例外)$"),
    "en": re.compile(r"^(?:but|except|excluding|unless|other than|without|only|if|provided|where)\b", re.IGNORECASE),
}
_SHORT = 4  # tokens: a figure with fewer before it has its subject in the clause before


def _is_date(clause: Clause) -> bool:
    """Whether a clause only says when: 到2023年底."""
    rest = [t for t in clause if not _is_figure(t)]
    return any(_is_figure(t) and "|" not in t for t in clause) and len(rest) <= _SHORT


def _needs_before(part: _Part, at: int) -> bool:
    clause = part.clauses[at]
    first = next((i for i, t in enumerate(clause) if _is_figure(t) and "|" in t), None)
    return at > 0 and first is not None and first < _SHORT


def _whole(part: _Part, kept: Sequence[int], language: str) -> bool:
    """Whether clauses stand for themselves: nothing that bears on them was left out."""
    if language == "en":
        # a comma of an English list is no clause's end: only a run from where the sentence begins is whole
        run = list(range(kept[0], kept[-1] + 1))
        return run == list(kept) and kept[0] in part.heads and not _excepted(part, kept[-1], language)
    held = set(kept)
    if _leads(part, kept[-1]):
        return False
    return all(_needed(part, at) <= held and not (_excepted(part, at, language) and at + 1 not in held) for at in kept)


def _leads(part: _Part, at: int) -> bool:
    """Whether a clause says nothing without one after it; the last of a sentence has none."""
    lead = _HANGS.search(part.texts[at]) or _is_date(part.clauses[at])
    return bool(lead) and at + 1 < len(part.clauses) and at + 1 not in part.heads


def _excepted(part: _Part, at: int, language: str) -> bool:
    return at + 1 < len(part.texts) and bool(_EXCEPTS[language].search(part.texts[at + 1]))


def _needed(part: _Part, at: int) -> set[int]:
    """The clauses that have to stand before one: all that govern it, its date, and its subject."""
    needed = {i for i in range(at) if _HANGS.search(part.texts[i]) or _MOODS.search(part.texts[i])}
    if not _is_date(part.clauses[at]):
        needed |= set([i for i in range(at) if _is_date(part.clauses[i])][-1:])
    return needed | ({at - 1} if _needs_before(part, at) else set())


# ---- statements -----------------------------------------------------------------------------------------------------

_UNSAFE = re.compile(r"[<>\[\]{}|`@\\^_=#*]|://|www\.|\w\.[A-Za-z]{2,}|[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def sentences_of(text: str, language: str) -> list[str]:
    """A statement's sentences, without their full stops."""
    return [s.strip() for s in _SENTENCES[language].split(text.strip()) if s.strip()]


def unsafe(text: str) -> bool:
    """Whether a text holds a link, mark-up, or characters that cannot be seen."""
    return bool(_UNSAFE.search(text)) or any(unicodedata.category(c) in ("Cf", "Cc", "Co", "Cs", "Mn", "Me") for c in text)


def _topic(clause: str, about: str) -> bool:
    """Whether a clause only names what the next one is about, in words that stand there."""
    found = _TOPIC.match(clause.strip())
    named = tokens(found["topic"].removesuffix("方面"), "zh") if found else ()
    given = tokens(about, "zh")
    held = any(given[i : i + len(named)] == named for i in range(len(given)))
    return len(named) > 1 and held and not any(_is_figure(t) for t in named)


def _order(wanted: Sequence[Clause], given: Sequence[Clause]) -> list[int] | None:
    """Where the wanted clauses stand, in order; None where one of them does not."""
    found: list[int] = []
    for clause in wanted:
        at = next((i for i in range(found[-1] + 1 if found else 0, len(given)) if _same(clause, given[i])), None)
        if at is None:
            return None
        found.append(at)
    return found


def says(sentence: str, source: str, language: str, heading: str = "") -> bool:
    """Whether a source says what a sentence says.

    >>> says("计划提出，新建绿道18公里", "完善绿道体系，推进新建绿道 18 公里。", "zh")
    True
    >>> says("新建绿道19公里", "完善绿道体系，推进新建绿道 18 公里。", "zh")
    False
    """
    source = plain(source)
    if unsafe(sentence):
        return False
    if is_row(source):
        return tokens(sentence, language) == tokens(source, language)
    pieces = _BREAKS[language].split(_LEADS[language].sub("", sentence))
    named = language == "zh" and len(pieces) > 1 and _topic(pieces[0], f"{heading}\n{source}")
    return _made_of(pieces, source, language) or (named and _made_of(pieces[1:], source, language))


def _made_of(pieces: Sequence[str], source: str, language: str) -> bool:
    """Whether these clauses are whole ones of the source, in its order, with all that bears on them."""
    wanted = [clause for clause in (_clause(piece, language) for piece in pieces) if clause]
    parts = [_part(variant, language) for variant in dict.fromkeys((source, _BRACKETS.sub("", source)))]
    if sum(map(len, wanted)) < 2 and (not wanted or wanted != list(parts[0].clauses)):
        return False
    return any(_whole(part, kept, language) for part in parts for kept in _placed(wanted, part.clauses))


def _placed(wanted: Sequence[Clause], given: Sequence[Clause]) -> Iterable[list[int]]:
    """The places where the wanted clauses stand in order: from each beginning the first that follow."""
    for start in [i for i, clause in enumerate(given) if _same(wanted[0], clause)]:
        rest = _order(wanted[1:], given[start + 1 :])
        if rest is not None:
            yield [start, *(start + 1 + i for i in rest)]


def figures_of(text: str, language: str) -> frozenset[str]:
    """The figures of a text in canonical form."""
    return frozenset(t for t in tokens(text, language) if _is_figure(t) or t[0].isdigit())


def families_of(text: str) -> frozenset[str]:
    """What the figures of a text measure, dates aside."""
    return frozenset(f.family for f in find_figures(text) if f.family not in ("date", "label"))
