"""Which plans a question goes to, where there are several; and one answer from several plans."""

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol, TypeVar

from corpus.fold import fold, squeeze
from corpus.meta import PlanMeta
from corpus.places import short_name
from qa import cues
from qa.answer import Answer, Citation
from qa.understand import Scope, language_of, understand

TRIED = 3  # plans that are asked at most; the one that answers best is heard
COMPARED = 4  # plans that one answer tells of at most
_MARK = re.compile(r"\[(\d+)\]")
LOOKED = 16  # plans of which it is found out whether they fit
_TITLE_MIN = 4


class Titled(Protocol):
    """A plan, or as much of it as is known without opening it."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def meta(self) -> PlanMeta:
        """What is known about it."""


T = TypeVar("T", bound=Titled)


def _names(plan: Titled) -> frozenset[str]:
    """What a question calls a plan by: its place, its title, without case and white space."""
    return _names_of(plan.title, plan.meta)


@functools.lru_cache(maxsize=10_000)  # of every plan there is, at every question
def _names_of(title: str, meta: PlanMeta) -> frozenset[str]:
    place = {name for full in meta.place[-1:] for name in (full, short_name(full))} | set(meta.english_place[-1:])
    titles = {t for t in (title, meta.english_title) if len(t) >= _TITLE_MIN}
    return frozenset(squeeze(fold(name)) for name in place | titles if name)


def _named(text: str, plans: Iterable[T]) -> list[tuple[T, set[str]]]:
    """The plans that a question names, each with what it is called there; of two with one name that which has more of them."""
    asked = squeeze(fold(text))
    found = [(plan, {name for name in _names(plan) if name in asked}) for plan in plans]
    # the title of one plan of a place holds the name of the place, and so a name of all its plans
    return [(plan, own) for plan, own in found if own and not any(own < other for _, other in found)]


def named(text: str, plans: Iterable[T]) -> list[T]:
    """The plans that a question names."""
    return [plan for plan, _ in _named(text, plans)]


def fitting(text: str, before: Sequence[str], nearest: Iterable[T], scope: Callable[[T], Scope]) -> list[T]:
    """The plans to ask, the nearest first: those of the place and the years that the question names, else the nearest.

    `before` are the questions that a follow-up leans on, the last one first: it keeps to the plans that they name.
    """
    near = list(nearest)
    called = next(filter(None, (named(each, near) for each in (text, *before))), [])

    def fits(plan: T) -> bool:
        question, own = understand(text, scope(plan)), scope(plan)
        return not (question.places or own.unmet_years(question.years) or own.unmet_rounds(question.rounds))

    found = list(islice((plan for plan in islice(called or near, LOOKED) if fits(plan)), TRIED))
    return found or (called or near)[:1]


def asked_across(text: str, plans: Sequence[T]) -> list[tuple[T, str]]:
    """Each of the plans that a question compares, with the question as it is put to that plan; [] for any other question.

    普陀区和杨浦区的绿化覆盖率各是多少 → 普陀区的绿化覆盖率是多少, 杨浦区的绿化覆盖率是多少.
    """
    if len(plans) < 2:
        return []
    found = _named(text, plans)
    # two rounds of one place that a question calls by the place alone are not compared: its year tells which is meant
    apart = len({frozenset(own) for _, own in found}) > 1
    chosen = ([plan for plan, _ in found] or list(plans)) if apart or cues.ACROSS.search(text) else []
    if not 1 < len(chosen) <= COMPARED:
        return []
    return [(plan, _put_to(text, plan, chosen)) for plan in chosen]


def _put_to(text: str, plan: Titled, chosen: Sequence[Titled]) -> str:
    others = {name for other in chosen if other is not plan for name in _names(other)} - _names(plan)
    text = cues.ACROSS.sub("", fold(text))
    for name in sorted(others, key=len, reverse=True):
        printed = r"\s*".join(map(re.escape, name))  # names are kept without white space
        text = re.sub(rf"(?:和|与|跟|及|以及|、|\band\b)?\s*{printed}\s*(?:和|与|跟|及|以及|、|\band\b)?", " ", text)
    return cues.EACH.sub("", text).strip("，,的 ") or text


def best(answers: Sequence[Answer]) -> Answer:
    """The answer that is surest, a refusal only where all refuse; of equals the first."""
    return max(answers, key=lambda a: (a.reason is None, a.sureness))


def _numbered_from(first: int, text: str) -> str:
    return _MARK.sub(lambda found: f"[{int(found[1]) + first}]", text)


def joined(question: str, answers: Sequence[tuple[Titled, Answer]]) -> Answer:
    """One answer that tells what each plan says, under its title; citations are numbered through."""
    language, parts = language_of(question), []
    citations: list[Citation] = []
    for plan, answer in answers:
        first = len(citations)
        parts.append(f"《{squeeze(plan.title)}》：{_numbered_from(first, answer.text)}")
        citations += [replace(c, mark=c.mark + first) for c in answer.citations]
    hits = tuple(hit for _, answer in answers for hit in answer.hits)
    return Answer(question, language, "\n".join(parts), citations=tuple(citations), hits=hits)
