"""The rules by which an answer is right: no model, no judge. Each is explained in the README, "Evaluation"."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.parse import Plan
from qa.eval.questions import GivenAnswer, GivenCitation, GoldQuestion

LIMITS = {"zh": 220, "en": 600}  # characters; a longer text is a passage, not an answer. Lists are exempt
OPENING = 60  # characters in which the answer to a yes-or-no question must show
SMALL_COUNTS = 60  # a list may count its items without a quote that says the number
ANY_CITATION = "*cited*"  # in `refusal_or`: an answer that cites where the plan is silent will do
_POLARITY = {
    "yes": re.compile(r"^\W*(是|对|会|有|需要|相同|高于|更高|一致|鼓励|可以|yes|correct|right|they are|it is)", re.IGNORECASE),
    "no": re.compile(
        r"^\W*(不|否|并非|并不|没有|未|无|非|与计划不|计划中并|no\b|not\b|incorrect|actually|the plan does not|the plan doesn)"
        r"|不是|并非|有误|不符|不一致|不准确|而不是|而非|并未|未提|没有|\bnot\b|\brather\b|\bincorrect\b|n't\b",
        re.IGNORECASE,
    ),
}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# addresses and marks are no claims: 二、（六）2. and [1]
_ADDRESS = re.compile(r"[一二三四五六七八九十]+、（.*?）\S*|\[\d+\]")
_WAN = re.compile(r"(\d+(?:\.\d+)?)\s*万")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Verdict:
    """One answer, judged. `why` says in a few words each what is wrong; `missing` that there is no answer line.

    `cited`, `cited_gold`: its citations, and those of them in or above a gold section; `gold`, `gold_cited`: the sections
    that had to be cited, and those of them that are. `first`: whether the first citation is gold, None without one.
    """

    id: str
    type: str
    lang: str
    refusable: bool
    right: bool
    why: tuple[str, ...]
    missing: bool = False
    refused: bool = False
    stray: tuple[str, ...] = ()
    quotes: int = 0
    not_verbatim: int = 0
    cited: int = 0
    cited_gold: int = 0
    gold: int = 0
    gold_cited: int = 0
    first: bool | None = None
    length: int = 0
    latency_ms: float | None = None
    confidence: float | None = None
    reason: str | None = None


def norm(text: str) -> str:
    """One form for all widths and cases, without white space: how keys and quotes are compared."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def has(text: str, key: str) -> bool:
    """Whether a text holds a key, or one of its alternatives; thousands separators do not count."""
    bare = norm(text).replace(",", "")
    return any(norm(k).replace(",", "") in bare for k in key.split("|"))


def covers(ref: str, gold: str) -> bool:
    """Whether a section is the gold section or one below it."""
    return ref == gold or ref.startswith(gold + "/")


def numbers(text: str) -> set[str]:
    """The numbers of a text in digits, without thousands separators."""
    return {n.replace(",", "").rstrip(".") for n in _NUMBER.findall(unicodedata.normalize("NFKC", text))}


def unsupported(gold: GoldQuestion, text: str, quotes: str) -> set[str]:
    """The numbers of a text that stand neither in the quotes nor in the question; 1.2万 may be written 12,000."""
    allowed = numbers(quotes) | numbers(gold.question)
    if gold.type == "list":
        allowed |= {str(i) for i in range(SMALL_COUNTS)}
    wan = {str(int(float(m) * 10000)) for m in _WAN.findall(quotes)}
    return numbers(_ADDRESS.sub("", text)) - allowed - wan


def _keys_hold(gold: GoldQuestion, text: str, quotes: str) -> bool:
    keys = [has(text, key) for key in gold.answer]
    if gold.answer_mode != "all":
        return any(keys)
    # a list may carry its items in the quotes shown under the text
    return all(keys) or (gold.type == "list" and all(has(text + quotes, key) for key in gold.answer))


def _covered(gold: GoldQuestion, refs: Sequence[str]) -> list[bool]:
    return [any(covers(ref, section) for ref in refs) for section in gold.sections]


def _sections_hold(gold: GoldQuestion, refs: Sequence[str]) -> bool:
    covered = _covered(gold, refs)
    return all(covered) if gold.sections_mode == "all" else any(covered)


def _refusal_faults(gold: GoldQuestion, answer: GivenAnswer) -> list[str]:
    also = any((key == ANY_CITATION and bool(answer.citations)) or has(answer.text, key) for key in gold.refusal_or)
    forbidden = any(has(answer.text, key) for key in gold.forbidden)
    return [] if (answer.refused or also) and not forbidden else ["应拒答 should refuse"]


def _answer_faults(gold: GoldQuestion, answer: GivenAnswer, quotes: str) -> list[str]:
    text, refs = answer.text, [c.ref for c in answer.citations]
    opens = not gold.polarity or bool(_POLARITY[gold.polarity].search(text[:OPENING].strip()))
    short = gold.type == "list" or len(text) <= LIMITS[gold.lang]
    found = {
        "拒答了 refused": answer.refused,
        "缺关键词 keys missing": not _keys_hold(gold, text, quotes),
        "未引应引章节 section not cited": not _sections_hold(gold, refs),
        f"开头未答{'是' if gold.polarity == 'yes' else '否'} does not open with {gold.polarity}": not opens,
        f"长达 {len(text)} 字 too long": not short,
    }
    return [fault for fault, holds in found.items() if holds]


def _verbatim(citation: GivenCitation, plan: str) -> bool:
    quote = norm(citation.quote)
    return bool(quote) and quote in plan


def judge(gold: GoldQuestion, answer: GivenAnswer | None, plan: str) -> Verdict:
    """One answer against its gold; `plan` is the plan's text as `norm` makes it."""
    due = 0 if gold.refusable else len(gold.sections) if gold.sections_mode == "all" else 1
    if answer is None:
        why = ("没有回答 no answer line",)
        return Verdict(gold.id, gold.type, gold.lang, gold.refusable, right=False, why=why, missing=True, gold=due)
    quotes = " ".join(c.quote for c in answer.citations)
    stray = tuple(sorted(unsupported(gold, answer.text, quotes))) if not answer.refused else ()
    faults = _refusal_faults(gold, answer) if gold.refusable else _answer_faults(gold, answer, quotes)
    refs = [] if gold.refusable else [c.ref for c in answer.citations]
    covered = [] if gold.refusable else _covered(gold, refs)
    return Verdict(
        gold.id,
        gold.type,
        gold.lang,
        gold.refusable,
        right=not faults,
        why=(*([f"数字无出处 unsupported: {', '.join(stray)}"] if stray else []), *faults),
        refused=answer.refused,
        stray=stray,
        quotes=len(answer.citations),
        not_verbatim=sum(not _verbatim(c, plan) for c in answer.citations),
        cited=len(refs),
        cited_gold=sum(any(covers(r, s) or covers(s, r) for s in gold.sections) for r in refs),
        gold=due,
        gold_cited=(sum(covered) if gold.sections_mode == "all" else int(any(covered))),
        first=any(covers(refs[0], s) for s in gold.sections) if refs else None,
        length=len(answer.text),
        latency_ms=answer.latency_ms,
        confidence=answer.confidence,
        reason=answer.reason,
    )


def judge_all(gold: Iterable[GoldQuestion], answers: Mapping[str, GivenAnswer], plan: Plan) -> tuple[Verdict, ...]:
    """Every question judged, in the order of the gold."""
    text = norm(plan.text)
    return tuple(judge(question, answers.get(question.id), text) for question in gold)
