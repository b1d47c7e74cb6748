"""How good the answers are: generating and scoring are two steps, joined by a file that any system can write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.parse import Plan
from index.retrieve import Hit
from index.store import Progress
from qa.answer import Reason
from qa.eval.questions import GivenAnswer, GoldQuestion, GoldSet, parse_answer
from qa.eval.scoring import Verdict, judge_all
from qa.eval.stats import Estimate, mean, ratio
from qa.model.engine import Engine
from qa.pipeline import Ask
from qa.respond import EVIDENCE_HITS

if TYPE_CHECKING:
    import pandas as pd

Line = dict[str, Any]


# ---- generating -----------------------------------------------------------------------------------------------------


def confidence(engine: Engine, plan: str, hits: Sequence[Hit], language: str) -> float:
    """How far the nearest sentence or known question lies above chance, in deviations: what a refusal rests on."""
    text = max((c for hit in hits for c in hit.sentences.values()), default=0.0)
    known = max((c for hit in hits for c in hit.questions.values()), default=0.0)
    return max(engine.index(plan).background(language).above(text, known))


def _hit_line(hit: Hit) -> Line:
    return {"plan": hit.plan, "ref": hit.ref, "score": round(hit.score, 4), "text": hit.chunk.text}


def _hits(engine: Engine, ask: Ask, plan: str) -> Sequence[Hit]:
    """What would have been found for a question that was answered or refused without a search."""
    understood = engine.understood(ask)
    return engine.index(plan).search(understood.topic, k=EVIDENCE_HITS, language=understood.language)


def _line(engine: Engine, question: GoldQuestion, plan: Plan) -> Line:
    ask = Ask(question.question, question.history, plan.id)
    answer = engine.invoke(ask)
    hits = answer.hits or _hits(engine, ask, plan.id)
    return {
        **answer.to_json(question.id),
        "confidence": round(confidence(engine, plan.id, hits, answer.language), 3),
        "hits": [_hit_line(hit) for hit in hits],
        **({"model": asdict(answer.model)} if answer.model else {}),
    }


def generate(engine: Engine, gold: GoldSet, plan: Plan, progress: Progress = lambda done, total: None) -> tuple[Line, ...]:
    """The engine's answers to a file of questions, as lines of a file of answers.

    Beside what `planqa batch` writes, a line holds `hits`, the passages found, and `confidence`; with a language model also
    `model`: what it wrote, what of that was dropped and why, and its tokens.
    """
    for question in {q.lang: q for q in gold.questions}.values():  # model and caches are warm before time is taken
        engine.invoke(question.question)
    lines = []
    for done, question in enumerate(gold.questions, 1):
        lines.append(_line(engine, question, plan))
        progress(done, len(gold.questions))
    return tuple(lines)


def parse_lines(lines: Iterable[Line]) -> dict[str, GivenAnswer]:
    """Lines as `generate` makes them, read as those of a file are."""
    parsed = (parse_answer(f"回答 {number}", line) for number, line in enumerate(lines, 1))
    return {answer.id: answer for answer in parsed}


# ---- scoring --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """Median, 95th percentile and largest of some values."""

    p50: float
    p95: float
    largest: float
    n: int


def spread(values: Iterable[float]) -> Spread | None:
    """None without a value."""
    found = np.array(list(values), dtype=np.float64)
    if not len(found):
        return None
    p50, p95 = np.quantile(found, [0.5, 0.95])
    return Spread(float(p50), float(p95), float(found.max()), len(found))


@dataclass(frozen=True)
class AnswerScores:
    """The figures of a set of answers; the README explains each. None where no question bears on a figure.

    `unsupported` counts answers with a number that no quote of theirs holds, `not_verbatim` quotes that the plan does not
    hold word for word, `missing` questions without an answer line.
    """

    right: Estimate
    by_type: dict[str, Estimate]
    by_lang: dict[str, Estimate]
    false_refusal: Estimate | None
    missed_refusal: Estimate | None
    citation_precision: Estimate | None
    citation_recall: Estimate | None
    first_citation: Estimate | None
    unsupported: int
    quotes: int
    not_verbatim: int
    missing: int
    length: Spread | None
    latency_ms: Spread | None


def _right(verdicts: Sequence[Verdict]) -> Estimate:
    found = mean([v.right for v in verdicts])
    if found is None:
        raise ValueError("no question")  # a gold file holds at least one
    return found


def _by(verdicts: Sequence[Verdict], key: str) -> dict[str, Estimate]:
    names = sorted({getattr(v, key) for v in verdicts})
    return {name: _right([v for v in verdicts if getattr(v, key) == name]) for name in names}


def scores_of(verdicts: Sequence[Verdict]) -> AnswerScores:
    """The figures of judged answers."""
    given = [v for v in verdicts if not v.missing]
    answerable, refusable = [v for v in given if not v.refusable], [v for v in given if v.refusable]
    due = [v for v in verdicts if not v.refusable]
    first = [v for v in answerable if v.first is not None]
    return AnswerScores(
        _right(verdicts),
        _by(verdicts, "type"),
        _by(verdicts, "lang"),
        mean([v.refused for v in answerable]),
        mean([not v.right for v in refusable]),
        ratio([v.cited_gold for v in answerable], [v.cited for v in answerable]),
        ratio([v.gold_cited for v in due], [v.gold for v in due]),
        mean([bool(v.first) for v in first]),
        sum(bool(v.stray) for v in given),
        sum(v.quotes for v in given),
        sum(v.not_verbatim for v in given),
        len(verdicts) - len(given),
        spread(v.length for v in answerable if not v.refused),
        spread(v.latency_ms for v in given if v.latency_ms is not None),
    )


@dataclass(frozen=True)
class TradeOff:
    """What refusing below a confidence would do: the share of answerable questions refused, of others answered."""

    threshold: float
    false_refusal: float
    missed_refusal: float


def refused_at(verdict: Verdict, threshold: float) -> bool:
    """Whether a question would be refused if only what lies this far above chance were answered.

    A refusal by another rule stays one. What was answered by a rule that asks for no confidence is not told apart.
    """
    by_rule = verdict.refused and verdict.reason != Reason.NOT_IN_PLAN
    return by_rule or (verdict.confidence or 0.0) < threshold


def trade_off(verdicts: Sequence[Verdict], steps: int = 81, most: float = 8.0) -> tuple[TradeOff, ...]:
    """Both kinds of error for thresholds from 0 to `most`; empty where a file of answers tells no confidence."""
    known = [v for v in verdicts if v.confidence is not None]
    answerable, refusable = [v for v in known if not v.refusable], [v for v in known if v.refusable]
    if not answerable or not refusable:
        return ()
    return tuple(
        TradeOff(
            float(threshold),
            sum(refused_at(v, threshold) for v in answerable) / len(answerable),
            sum(not refused_at(v, threshold) for v in refusable) / len(refusable),
        )
        for threshold in np.linspace(0, most, steps).tolist()
    )


@dataclass(frozen=True)
class AnswerResult:
    """Answers to a file of questions, judged."""

    name: str
    plan: str
    gold: tuple[GoldQuestion, ...]
    answers: dict[str, GivenAnswer]
    verdicts: tuple[Verdict, ...]

    @cached_property
    def scores(self) -> AnswerScores:
        """The figures."""
        return scores_of(self.verdicts)

    @cached_property
    def strays(self) -> tuple[str, ...]:
        """The ids of answers to no question of the file."""
        return tuple(sorted(set(self.answers) - {q.id for q in self.gold}))

    def rows(self) -> list[dict[str, Any]]:
        """One row for each question: what was asked, what was answered, and the verdict."""
        return [
            _row(question, self.answers.get(question.id), verdict)
            for question, verdict in zip(self.gold, self.verdicts, strict=True)
        ]

    def to_frame(self) -> "pd.DataFrame":
        """One row for each question."""
        import pandas as pd

        return pd.DataFrame(self.rows())


def _row(question: GoldQuestion, answer: GivenAnswer | None, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": question.id,
        "type": question.type,
        "lang": question.lang,
        "right": verdict.right,
        "why": "; ".join(verdict.why),
        "question": question.question,
        "history": " / ".join(turn.content for turn in question.history),
        "status": answer.status if answer else "",
        "reason": (answer.reason or "") if answer else "",
        "text": answer.text if answer else "",
        "answer": "; ".join(question.answer),
        "sections": " ".join(question.sections),
        "cited": " ".join(c.ref for c in answer.citations) if answer else "",
        "found": " ".join(dict.fromkeys(hit.ref for hit in answer.hits)) if answer else "",
        "unsupported": " ".join(verdict.stray),
        "quotes": verdict.quotes,
        "not_verbatim": verdict.not_verbatim,
        "length": verdict.length,
        "latency_ms": verdict.latency_ms,
        "confidence": verdict.confidence,
    }


def score_answers(gold: GoldSet, answers: Mapping[str, GivenAnswer], plan: Plan) -> AnswerResult:
    """Answers judged against the questions, whoever gave them; quotes are looked up in the plan."""
    return AnswerResult(gold.name, plan.id, gold.questions, dict(answers), judge_all(gold.questions, answers, plan))


def evaluate_answers(engine: Engine, gold: GoldSet, plan: Plan, progress: Progress = lambda done, total: None) -> AnswerResult:
    """The engine's own answers, generated and judged."""
    return score_answers(gold, parse_lines(generate(engine, gold, plan, progress)), plan)
