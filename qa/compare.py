"""Questions that compare two figures of a plan: 甲比乙高吗, which of the two is larger."""

import re
from dataclasses import dataclass

from corpus.figures import find_figures
from corpus.fold import fold
from qa import cues
from qa.evidence import Evidence

_MORE = ("高", "多", "大", "长", "超过", "higher", "more", "larger", "greater", "longer", "bigger", "above")
_ADJECTIVES_ZH = "高|低|多|少|大|小|长|短"
_ADJECTIVES_EN = "higher|lower|more|less|larger|greater|smaller|longer|shorter|bigger"
_ELIDED = re.compile(r"^(?:that|those|the one) (?:of|for|in) ", re.IGNORECASE)
_SHARE = re.compile(r"一半|半数|[一二三四五六七八九]成|\d+(?:\.\d+)? (?:%|per ?cent)")
_ASKS_ELSE = re.compile("什么|怎么|哪|多少|几")  # 收运频次有什么规定，跟干垃圾一样吗 compares no figures
_FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"^(?P<a>.{{2,40}}?)(?:和|与|跟|、)(?P<b>.{{2,40}}?)[,，]?(?:相比)?[,，]?(?:哪个|谁|哪一个|哪项)更?(?P<which>{_ADJECTIVES_ZH})"
    ),
    re.compile(
        rf"^(?P<a>.{{2,40}}?)(?:是否|是不是|会不会)?(?:要)?(?<![占对相同环])比(?![例重率值])(?P<b>.{{2,40}}?)(?:还|更|要)?(?P<op>{_ADJECTIVES_ZH})(?!少)"
    ),
    re.compile(
        r"^(?P<a>.{2,40}?)(?:是否|是不是|会不会)?(?P<op>高于|低于|大于|小于|多于|少于|超过)(?P<b>[^\d，,。；;]{2,40}?)(?:吗|么)?[?？]*$"
    ),
    re.compile(r"^(?P<a>.{2,40}?)(?:和|与|跟)(?P<b>.{2,40}?)(?:是否|是不是)?(?P<same>相同|一样|一致)"),
    re.compile(
        rf"^(?:is|are|will) (?P<a>.{{3,80}}?) (?:be )?(?P<op>{_ADJECTIVES_EN}) than (?P<b>.{{3,80}}?)\W*$", re.IGNORECASE
    ),
    re.compile(rf"^(?:which|what) is (?P<which>{_ADJECTIVES_EN}),? (?P<a>.{{3,80}}?) or (?P<b>.{{3,80}}?)\W*$", re.IGNORECASE),
    re.compile(r"^(?:is|are) (?P<a>.{3,80}?) (?P<same>the same as|equal to) (?P<b>.{3,80}?)\W*$", re.IGNORECASE),
)


@dataclass(frozen=True)
class Comparison:
    """Two sides and what is claimed of them: `more` that the first is more; None where sameness or the larger is asked."""

    first: str
    second: str
    more: bool | None
    asks_which: bool = False

    def verdict(self, first: float, second: float) -> str:
        """`yes` or `no` to what is claimed; `first`, `second` or `same` where the larger (or smaller) is asked."""
        if self.asks_which:
            return "same" if first == second else "first" if (first > second) == self.more else "second"
        holds = first == second if self.more is None else first > second if self.more else first < second
        return "yes" if holds else "no"


def read_comparison(text: str) -> Comparison | None:
    """The two sides of a question that compares, None for any other."""
    for form in _FORMS:
        match = form.search(text.strip())
        if match:
            groups = match.groupdict()
            word = groups.get("op") or groups.get("which")
            more = word.lower().startswith(_MORE) if word else None
            first, second = groups["a"], groups["b"]
            if _ASKS_ELSE.search(first + second) or _is_quantity(second):
                return None
            elided = _ELIDED.match(second)  # "that of new parks": the measure is that of the first side
            if elided:
                second = f"{first.split(' of ')[0]} of {second[elided.end() :]}"
            return Comparison(first, second, more, bool(groups.get("which")))
    return None


def _is_quantity(side: str) -> bool:
    """Whether a side is a figure itself, 一亿吨, half of it: the plan's own is held against it, not against another of its."""
    folded = fold(side)
    return bool(_SHARE.match(folded) or cues.SHARE_EN.fullmatch(folded)) or any(
        figure.text == folded for figure in find_figures(folded)
    )


def comparable(first: Evidence | None, second: Evidence | None) -> tuple[Evidence, Evidence] | None:
    """The evidence of the two sides, where each has a figure of the same family."""
    if not first or not second or not first.figure or not second.figure or first.figure.family != second.figure.family:
        return None
    return first, second
