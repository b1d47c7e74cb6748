"""The targets of a plan as a table whose bars are the chart: on a page of their own, and beside the conversation."""

import re
from collections.abc import Callable
from html import escape

from corpus.parse import Plan
from corpus.targets import Target, find_targets
from qa.evidence import english_span
from qa.targets import Row, row
from qa.web.markup import Reader, typeset

_CLAUSE_END = re.compile("[,;] ")
Place = Callable[[Row, int], str]
"""From a row and its number, counted from 1, to the HTML that leads to the sentence that it was read from."""


def targets_html(plan: Plan, reader: Reader, place: Place) -> str:
    """Show what each target is, how much, for when, and where it stands; that it is no result, and how the table was made."""
    words, targets = reader.words, find_targets(plan)
    if not targets:
        return f"<p>{escape(words.nothing)}</p>"
    english = [_english(target, reader, plan.id) for target in targets]
    numbered = enumerate(zip(targets, english, strict=True), 1)
    lines = "".join(_line(target, said, place(row(plan, target), number)) for number, (target, said) in numbered)
    made = words.extracted_english if any(english) else words.extracted
    names = (words.indicator, words.figure, words.chart, words.horizon, words.place)
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in names)
    # rows are stacked where they find no room, and browsers take what is stacked for no table: hence the roles
    return (
        f'<p>{escape(words.targets_note)}</p><p class="soft">{escape(made)}</p>'
        f'<table class="targets" role="table" aria-label="{escape(words.targets)}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{lines}</tbody></table>'
    )


def _line(target: Target, english: str, place: str) -> str:
    translated = f'<span class="english" lang="en">{typeset(english)}</span>' if english else ""
    indicator = f'<span lang="zh-CN">{typeset(target.indicator)}</span>{translated}'
    return (
        f'<tr role="row"><th scope="row" role="rowheader">{indicator}</th>'
        f'<td role="cell" class="much" lang="zh-CN">{typeset(target.figure.text)}</td>'
        f'<td role="cell" class="plot">{_bar(target)}</td>'
        f'<td role="cell" class="when">{target.horizon or ""}</td><td role="cell" class="where">{place}</td></tr>'
    )


def _english(target: Target, reader: Reader, plan: str) -> str:
    """The clause of the unofficial English that gives the figure, for a reader of English."""
    if reader.words.language == "zh":
        return ""
    clauses = _CLAUSE_END.split(reader.english(plan, target.sentence.ref, target.sentence.text))
    clause = next((c for c in clauses if english_span(c, target.figure)), "").removeprefix("and ").rstrip(".,;")
    return clause[:1].upper() + clause[1:]


def _bar(target: Target) -> str:
    if target.unit != "%" or not 0 <= target.value <= 100:
        return ""
    rest = '<rect class="rest" width="100" height="6"/>'
    bar = f'<rect class="bar" width="{target.value:g}" height="6"/>'
    return f'<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{rest}{bar}</svg>'
