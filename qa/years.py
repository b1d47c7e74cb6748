"""Which years a sentence is about, and whether they are those that a question asks for."""

from collections.abc import Collection

from corpus.parse import Plan
from qa import cues
from qa.evidence import Evidence, Ranker, clause_of
from qa.understand import Question

_FOR_GOOD = 2100  # a year that no plan sees


def years_in(text: str) -> set[int]:
    """The years that a text names, each of a span, and all from one on that something begins in; none to compare with."""
    years: set[int] = set()
    for figure in Ranker.figures(text):
        compared = cues.COMPARED.search(text, 0, figure.start) or cues.COMPARED_WITH.match(text, figure.end)
        if figure.family == "date" and figure.value and not compared:
            last = _FOR_GOOD if cues.FROM_THEN.match(text, figure.end) else int(figure.last or figure.value)
            years.update(range(int(figure.value), last + 1))
    return years


def years_of(plan: Plan, evidence: Evidence) -> set[int]:
    """The years that a sentence is about: its own, else those of its lead, else of a heading above it."""
    sentence = evidence.sentence
    before = [s.text for s in plan.by_ref[sentence.ref].sentences if s.start < sentence.start]
    leads = [text for text in reversed(before) if text.endswith(("：", ":"))]
    headings = [s.title for s in reversed(plan.path(sentence.ref))]
    figure = evidence.figure
    clause = sentence.text[slice(*clause_of(sentence.text, figure.start))] if figure and figure.family != "date" else ""
    return next(filter(None, map(years_in, (clause, sentence.text, *leads, *headings))), set())


def of_years(plan: Plan, evidence: Evidence, asked: Collection[int]) -> bool:
    """Whether a sentence is about one of these years: its own, else those of the plan's period; true where none is asked."""
    years = years_of(plan, evidence)
    if not years and plan.meta.period:
        first, last = plan.meta.period
        years = set(range(first, last + 1))
    return not asked or not years.isdisjoint(asked)


def is_past(plan: Plan, found: Evidence) -> bool:
    """Whether a sentence is about years before the plan's period: no target is set for them."""
    years, period = years_of(plan, found), plan.meta.period
    return period is not None and bool(years) and max(years) < period[0]


def _tells_status(plan: Plan, found: Evidence) -> bool:
    """Whether a sentence stands under a heading about what has been reached already."""
    return any(cues.STATUS.search(section.title) for section in plan.path(found.sentence.ref))


def other_time(question: Question, plan: Plan, found: Evidence) -> bool:
    """Whether a figure is asked for a year beyond those that it is given for, or one before the plan's period.

    Of a text without a period, for any other year.
    """
    years, period = years_of(plan, found), plan.meta.period
    if question.years and not years and period and min(question.years) >= period[0] and _tells_status(plan, found):
        return True
    same = bool(years & set(question.years))
    if not question.years or same:
        return False
    if period and max(question.years) < period[0]:  # what the plan gives without a year, it means for its own period
        return True
    return bool(years) and (min(question.years) > max(years) or not period)
