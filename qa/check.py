"""What is checked before an answer is shown: quotes stand in the plan, figures stand in the quotes."""

import re
from collections.abc import Iterable, Mapping

from corpus.figures import numbers_in, values_in
from corpus.parse import Plan
from qa.answer import Answer, Citation


def quote_holds(citation: Citation, plans: Mapping[str, Plan]) -> bool:
    """Whether the quote stands word for word in the cited section, and at the place that the citation gives."""
    plan = plans.get(citation.plan)
    section = plan.by_ref.get(citation.ref) if plan else None
    if not plan or not section or not citation.quote or citation.quote not in section.whole:
        return False
    source = re.sub(r"\s", "", plan.text[citation.start : citation.end])
    return source == re.sub(r"\s", "", citation.quote)


def unsupported_numbers(text: str, quotes: Iterable[str], allowed: Iterable[str] = ()) -> frozenset[str]:
    """The numbers of a text that stand in none of the quotes, neither as printed nor by value (1.2万 → 12,000)."""
    joined = "\n".join(quotes)
    printed, values = numbers_in(joined), values_in(joined)
    stray = numbers_in(text) - printed - frozenset(allowed)
    return frozenset(n for n in stray if float(n) not in values)


def _without_marks(answer: Answer) -> str:
    # only those of its own citations: any other number in brackets is a number, or a mark that somebody made up
    marks = {f"[{c.mark}]" for c in answer.citations}
    return re.sub(r"\[\d+\]", lambda found: "" if found[0] in marks else found[0], answer.text)


def faults(answer: Answer, plans: Mapping[str, Plan], allowed: Iterable[str] = ()) -> list[str]:
    """Everything that must not leave the program, one line each; empty for a sound answer."""
    found = [f"quote of [{c.mark}] does not stand in {c.ref}" for c in answer.citations if not quote_holds(c, plans)]
    if answer.status == "answered":
        if not answer.citations:
            found.append("an answer without a citation")
        stray = unsupported_numbers(_without_marks(answer), (c.quote for c in answer.citations), allowed)
        found += [f"number {n} stands in no quote" for n in sorted(stray)]
    elif answer.citations:
        found.append("a refusal with sources")
    return found
