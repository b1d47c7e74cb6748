"""Follow-up questions are completed from the turns before them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.fold import fold
from corpus.parse import Plan
from qa import cues
from qa.understand import language_of


@dataclass(frozen=True)
class Turn:
    """One message of the conversation: `role` is `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True)
class Completed:
    """A question that stands by itself. `rewritten` is None where it did so already; `boost` are the refs last cited."""

    text: str
    rewritten: str | None = None
    boost: tuple[str, ...] = ()


_ABOUT_ZH = re.compile(r"^(?:那么?|还有|另外)?[，,]?(?P<topic>.{1,24}?)(?:方面|这块|这一块|的话)?呢[？?]?$")
_POINTS_ZH = re.compile(
    r"^(?:那么?|这样)?(?:除(?:了|去)?(?:他们|它们|此|这些?|那些?)(?:(?:之|以)?外)?"
    r"|[在对把给从]?(?:(?:这|那)(?:一)?(?:条|项|个|部分|些|里|段|份|点|类|块|件事?)|[这那][样么]做|此举|该|上述|以上|前述|其(?=[^他它余])|它(?!们)))"
    r"(?:任务|工作|指标|目标|要求|措施|内容|计划|规定)?"
    r"|(?:它们|它|其中|这里面|上面(?:说|提到)的|刚才(?:说|提到)的)"
)
# the document itself, which needs no question before it: 这份计划管哪几年
_OF_PLAN_ZH = re.compile(r"(?:这[个份部项]?|本)(?:行动)?(?:计划|方案|规划|文件|条例|办法)(?!里|中|的)")
_TAIL_ZH = re.compile(
    r"(?:有(?:什么|哪些|没有)|是(?:什么|多少|谁)|怎么|如何|怎样|要(?:达到|维持|新建|完成)?多少|多少|几|由谁|在哪|什么时候|何时|打算).*$"
)
# 要修多少公里公路 is about 要修公路
_COUNTED_ZH = re.compile(rf"(?:多少|(?<!哪)几)\s*[万亿千百]?(?:{cues.UNIT})?(?=[\u4e00-\u9fff]{{2}})")
_HOW_MUCH_ZH = re.compile(r"多少|百分之几|多大|多长|几[个类项张起级公里米座条]")
# a short question that begins so names no matter of its own: 由谁负责, 哪一年完成, 有多长
_NO_TOPIC_ZH = re.compile(r"(?:那么?)?(?:谁|哪|什么|怎么|如何|为什么|为何|多少|几|有|由|在|要|还|到|何时|何地|是|能|会|具体)")
_BARE_ZH = re.compile(r".{1,4}的")  # 国三的呢: of what, the question before says
_SHORT_ZH = 8
# a question that leans on the one before: 那…, 还…, 具体要建什么清单
_LEANS_ZH = re.compile(r"(?:那|还|又|再|另外|具体|其中|同样|分别|一共)|.{2,6}再")
_LEANING_ZH = 14  # characters, at most
_ABOUT_EN = re.compile(
    r"^(?:and |so |ok,? |okay,? )?(?:what|how) about (?P<topic>.+?)\W*$"
    r"|^and (?!which|what|who|when|where|how|why|is |are |do |does |will |can )(?P<and>.{2,40}?)\W*$",
    re.IGNORECASE,
)
_ONES_EN = re.compile(r"\bones?\W*$", re.IGNORECASE)  # of what, the question before says
_SHORT_EN = 4  # words: "By which year?"
_LEANS_EN = re.compile(
    r"(?:and|but|or|also),? (?:what|which|who|whom|whose|when|where|how|why|is|are|do|does|did|will|can)\b"
    r"|(?:with|by|in|for|at|on|from|to|of) (?:what|which|whom|whose|when|how)\b(?:\W+\w+){0,4}\W*$"
    r"|.*\bones?\b",
    re.IGNORECASE,
)
# a figure of another matter: And how much is planned for new parks?
_OWN_EN = re.compile(
    r"^(?:and|but|or|also),? (?:how (?:much|many|large|long)|what (?:is|are) the (?:targets?|shares?|figures?|rates?))\b.*"
    r"\b(?:for|of) (?:[a-z-]+ ){0,3}[a-z-]{3,}\W*$",
    re.IGNORECASE,
)
_POINTS_EN = re.compile(
    r"\b(?:it|its|they|them|their|this|these|those|there|else|same|the (?:latter|former))\b"
    r"|\bthat (?:one|task|section|target|plan|item)\b|\bthat(?=\W*$| (?:be|is|was|will|should|has|have|happens?|means?)\b)",
    re.IGNORECASE,
)


def _last(history: Sequence[Turn], role: str) -> str:
    return next((t.content for t in reversed(history) if t.role == role), "")


def cited_refs(text: str, plan: Plan) -> tuple[str, ...]:
    """The sections whose addresses or refs stand in a text, the longest first where one contains another."""
    folded, found = fold(text), []
    names = [(fold(name), s.ref) for s in plan.sections if s.ref.count("/") for name in (s.address, s.ref)]
    for name, ref in sorted(names, key=lambda pair: -len(pair[0])):
        if name in folded:
            found.append(ref)
            folded = folded.replace(name, " ")
    return tuple(dict.fromkeys(found))


def _asking(before: str) -> str:
    """How the question before asked, without its matter and its unit: 要修多少公里公路 → 是多少."""
    if _HOW_MUCH_ZH.search(before):
        return "是多少"
    tail = _TAIL_ZH.search(before.rstrip("？? "))
    return tail[0] if tail else "有什么内容"


def _complete_zh(text: str, before: str) -> str | None:
    if _OF_PLAN_ZH.match(text):
        return None
    about = _ABOUT_ZH.match(text)
    if about and _BARE_ZH.fullmatch(about["topic"]):
        return f"{about['topic'].removesuffix('的')}：{before}"
    if about:
        return f"{about['topic']}{_asking(before)}？"
    leans = len(text) <= _LEANING_ZH and _LEANS_ZH.match(text)
    if leans or _POINTS_ZH.search(text) or (len(text) <= _SHORT_ZH and _NO_TOPIC_ZH.match(text)):
        head = _TAIL_ZH.sub("", _COUNTED_ZH.sub("", before.rstrip("？?。 "))).rstrip("，,的") or before
        return f"{head}：{_POINTS_ZH.sub('', text, count=1).lstrip('，,') or text}"
    return None


_ASKED_EN = {"figure": "What is the target for {}?", "date": "When is {} due?", "": "What does the plan say about {}?"}


def _asked_en(before: str) -> str:
    lowered = before.lower()
    return "date" if cues.DATE.search(lowered) else "figure" if cues.FIGURE["en"].search(lowered) else ""


def _complete_en(text: str, before: str) -> str | None:
    about = _ABOUT_EN.match(text)
    if about and not _ONES_EN.search(text):
        return _ASKED_EN[_asked_en(before)].format(about["topic"] or about["and"])
    if _OWN_EN.search(text) and not _POINTS_EN.search(text):
        return None
    short = bool(about) or len(text.split()) <= _SHORT_EN or bool(_LEANS_EN.match(text))
    return f"{text} (after: {before})" if short or _POINTS_EN.search(text) else None


def complete(text: str, history: Sequence[Turn], plan: Plan) -> Completed:
    """The question with what it leaves out; one with a topic of its own stays as it is."""
    before = _last(history, "user").strip()
    if not before:
        return Completed(text)
    stripped = text.strip()
    rewritten = (_complete_zh if language_of(stripped) == "zh" else _complete_en)(stripped, before)
    if not rewritten:
        return Completed(text)
    return Completed(rewritten, rewritten, cited_refs(_last(history, "assistant"), plan))
