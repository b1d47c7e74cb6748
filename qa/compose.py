"""From evidence to the text of an answer: the plan's own words, cut to the part that answers."""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from corpus.figures import Figure
from corpus.parse import Plan
from corpus.sentences import Sentence
from qa.answer import Citation
from qa.evidence import Evidence, clause_of, is_lead

# characters of an answer's text by language; a longer sentence is cut to the clauses that answer
MAX_TEXT = {"zh": 160, "en": 480}
SAYS_MIN = 8  # characters: 请遵照执行 adds nothing to an answer
MAX_MEASURES = {"zh": 190, "en": 520}
_HORIZON = re.compile(r"(?:^|，)((?:到|至)\s*\d{4}\s*年[底末]?)，")
_BREAK = re.compile(r"[，；]|[,;](?= )")
_TRIM = "，；：、。,; *"  # and the marks of bold type that a scan may carry


def cite(plan: Plan, sentence: Sentence, mark: int, marks: Iterable[tuple[int, int]] = ()) -> Citation:
    """A sentence as a citation: its place is that in the plan's source text."""
    section = plan.by_ref[sentence.ref]
    start, last = section.place(sentence.start), section.place(sentence.end - 1)
    return Citation(
        mark, plan.id, section.ref, section.address, plan.heading(section.ref), sentence.text, start, last + 1, tuple(marks)
    )


def cite_heading(plan: Plan, ref: str, mark: int) -> Citation:
    """A section's heading, as printed, as a citation."""
    section = plan.by_ref[ref]
    return Citation(
        mark,
        plan.id,
        ref,
        section.address,
        plan.heading(ref),
        section.printed,
        section.start,
        section.start + len(section.printed),
    )


def following(plan: Plan, sentence: Sentence) -> Sentence | None:
    """The next sentence of the section."""
    return next((s for s in plan.by_ref[sentence.ref].sentences if s.start >= sentence.end), None)


def figure_text(sentence: str, figure: Figure) -> str:
    """The clause that holds the figure, with its subject and its horizon.

    >>> from corpus.figures import find_figures
    >>> s = "到 2023 年，全区绿化覆盖率达到30.10%，人均公园绿地面积达到5.70平方米。"
    >>> figure_text(s, find_figures(s)[2])
    '到 2023 年，人均公园绿地面积达到5.70平方米'
    """
    begin, end = clause_of(sentence, figure.start)
    while begin and len(re.sub(r"\W", "", sentence[begin : figure.start])) < 4:  # a figure without its subject
        begin = clause_of(sentence, begin - 1)[0] if begin > 1 else 0
    clause = sentence[begin:end].strip(_TRIM)
    horizon = next(reversed([m for m in _HORIZON.finditer(sentence, 0, begin + 1)]), None)
    if horizon and horizon[1] not in clause:
        return f"{horizon[1]}，{clause}"
    return clause


NEAR = 0.75  # how near to the best a further sentence of its section must score to be told, or held against a question, too


def shorten(text: str, wanted: Sequence[str], limit: int) -> str:
    """The text, or of a long one the run of clauses around the wanted words, at most `limit` characters."""
    if len(text) <= limit:
        return text.strip(_TRIM)
    edges = [0, *(m.end() for m in _BREAK.finditer(text)), len(text)]
    clauses = [text[a:b] for a, b in itertools.pairwise(edges)]
    worth = [sum(w in c.lower() for w in wanted) for c in clauses]
    first = last = max(range(len(clauses)), key=lambda i: (worth[i], -i))
    while True:
        grown = [
            (a, b)
            for a, b in ((first, last + 1), (first - 1, last))
            if a >= 0 and b < len(clauses) and len("".join(clauses[a : b + 1])) <= limit
        ]
        if not grown:
            return "".join(clauses[first : last + 1]).strip(_TRIM)
        first, last = max(grown, key=lambda ab: sum(worth[ab[0] : ab[1] + 1]))


def measures(
    plan: Plan, ranked: Sequence[Evidence], near: float, length: Callable[[Sentence], int], limit: int
) -> list[Sentence]:
    """The best sentence and those of its section that score at least `near` times as much, in the plan's order."""
    best = ranked[0].sentence
    chosen = [best]
    for evidence in ranked[1:6]:
        sentence = evidence.sentence
        fits_in = sum(map(length, chosen)) + length(sentence) <= limit
        says = len(sentence.text) >= SAYS_MIN and not is_lead(plan, sentence)
        if sentence.ref == best.ref and evidence.score >= near * ranked[0].score and fits_in and says:
            chosen.append(sentence)
    return sorted(chosen, key=lambda s: s.start)
