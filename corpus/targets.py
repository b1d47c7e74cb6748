"""Targets as data: every figure that a plan sets itself, with what it measures."""

import re
from dataclasses import dataclass

from corpus.figures import Figure, find_figures
from corpus.parse import Plan
from corpus.sentences import Sentence

_MEASURED = frozenset(
    "percent area length concentration volume mass money power energy sound rate times people computing data".split()
)
_COUNTED = re.compile(
    r"完成|建成|新建|改建|扩建|建设|打造|创建|培育|新增|达到|建立|形成|引进|具备|同时|推广|布局|实现|争取|突破"
)
_BREAK = re.compile(r"[，；：。]")
_HORIZON = re.compile(r"(?:到|至)?\s*(\d{4})\s*年(?:底|末)?")
_SECTION_HORIZON = re.compile(r"^(?:到|至)\s*(\d{4})\s*年(?:底|末)?")
# what stands between an indicator and its figure, or before it, and belongs to neither
_LEAD_IN = re.compile(
    r"^(?:——|其中|力争|确保|基本实现|基本|全面|推进|加快|完成|实现|使|将|并|要|具备可?|可|新增|推动|着力|积极|大力|争取|努力|逐步|进一步)+"
)
_TRAILING = re.compile(
    r"(?:分别|均|都)?(?:稳定|总体|基本)?(?:保持|达到|达|控制|维持|提高到?|提升到?|增长|降至|降到|下降|为|在|至|到|约|超过|突破|实现|或)*$"
)
_NO_BOUND = re.compile("保持在|控制在|达到|维持")
_OPENING = "“《（(‘"
_PAST = re.compile(r"(?:已|累计已|截至|较上年|同比)")


@dataclass(frozen=True)
class Target:
    """A quantified target: `value` in plain units of `unit` (1.2万平方米 → 12000), `horizon` the year it is set for.

    `comparator` says how the value binds (不低于, 以上, 以下, 左右; "" for exactly), `figure` is as printed; `horizon` is None
    where the plan names no year of its own for it: then its whole period counts.
    """

    indicator: str
    comparator: str
    value: float
    unit: str
    horizon: int | None
    figure: Figure
    sentence: Sentence


def _clause_start(text: str, at: int, previous: int) -> int:
    cuts = [m.end() for m in _BREAK.finditer(text, 0, at)]
    parts = [i + 1 for i, c in enumerate(text[:at]) if c in "、或和" and i >= previous > 0]
    return max([0, *cuts, *parts])


def _indicator(text: str, figure: Figure, previous: int) -> str:
    before = text[_clause_start(text, figure.start, previous) : figure.start]
    before = _HORIZON.sub("", before).strip("，、 ")
    before = _TRAILING.sub("", _LEAD_IN.sub("", before.strip()).strip()).strip()
    after = re.split(r"[，；。、”）)]", text[figure.end :], maxsplit=1)[0].strip()
    noun_follows = figure.family == "count" or (figure.family == "length" and after[:2] in ("服务", "范围", "半径"))
    name = (before if figure.family != "count" else before.rpartition("“")[2]) + (after if noun_follows else "")
    return name.strip("，、“”《》 \u3000")


def _is_target(text: str, figure: Figure) -> bool:
    if figure.value is None or figure.text.startswith("第"):
        return False
    if figure.family in _MEASURED:
        return True
    clause = text[_clause_start(text, figure.start, 0) : figure.end]
    return (
        figure.family == "count"
        and bool(_COUNTED.search(clause))
        and text[figure.start - 1 : figure.start] not in tuple(_OPENING)
    )


def _horizon(sentence: Sentence, figure: Figure, section_year: int | None) -> int | None:
    years = [int(m[1]) for m in _HORIZON.finditer(sentence.text, 0, figure.start)]
    return years[-1] if years else section_year


def find_targets(plan: Plan) -> tuple[Target, ...]:
    """The quantified targets of a plan, by rule, in reading order."""
    found = []
    for section in plan.sections:
        opening = next((m for s in section.sentences[:1] if (m := _SECTION_HORIZON.match(s.text))), None)
        for sentence in section.sentences:
            previous = 0
            for figure in find_figures(sentence.text):
                if _is_target(sentence.text, figure) and not _PAST.search(sentence.text[: figure.start]):
                    indicator = _indicator(sentence.text, figure, previous)
                    year = _horizon(sentence, figure, int(opening[1]) if opening else None)
                    comparator = _NO_BOUND.sub("", figure.comparator)
                    if indicator:
                        found.append(Target(indicator, comparator, figure.plain_value, figure.unit, year, figure, sentence))
                    previous = figure.end
    return tuple(found)
