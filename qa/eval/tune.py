"""Which value each documented constant would best have: a grid, cross-validated. Nothing is changed.

The constants are passed to the code explicitly. A value chosen on some questions is measured on others: what the choice is
worth is the held-out figure, not the best point of the curve.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.errors import SettingError
from corpus.parse import Plan
from index import retrieve
from index.retrieve import WEIGHTS, Index, Signals
from index.settings import Settings
from qa import judge
from qa.eval.answers import evaluate_answers, refused_at
from qa.eval.questions import GoldSet
from qa.eval.retrieval import Dataset, Phase, Run, best_chunks, embed_queries, fold_hits, measure, own_index, silent
from qa.eval.stats import SEED, Numbers, p_value
from qa.pipeline import PlanQA

FOLDS = 5  # Kohavi 1995: five or ten
WEIGHT_GRID = tuple(round(0.1 * i, 1) for i in range(11))
CHARS_GRID = (200, 300, 400, 600, 800)
CHANCE_GRID = tuple(round(0.25 * i, 2) for i in range(21))
_PLACES = {
    "dense": "index.retrieve.DENSE_WEIGHT",
    "known": "index.retrieve.QUESTION_WEIGHT",
    "meant": "index.retrieve.MEANT_WEIGHT",
    "max_chars": "corpus.chunks.MAX_CHARS",
    "chance": "qa.judge.CHANCE",
}
CONSTANTS = tuple(_PLACES)


@dataclass(frozen=True)
class Curve:
    """What each value of a constant scores, and which would be chosen.

    `folds` holds the value chosen on four fifths of the questions, for each fifth left out; `held_out` is the mean score of
    those choices on the fifths that they did not see. `p`: the chosen against the current value, by randomisation.
    """

    constant: str
    measure: str
    questions: int
    current: float
    points: tuple[tuple[float, float], ...]
    folds: tuple[float, ...]
    held_out: float
    chosen: float
    p: float

    def score(self, value: float) -> float:
        """The mean score of a value of the grid."""
        return dict(self.points)[value]


# ---- choosing -------------------------------------------------------------------------------------------------------


def best(grid: Sequence[float], means: Numbers, current: float) -> int:
    """The place of the best value in a grid; of equals the one nearest to the current value."""
    top = means.max() - 1e-12
    return min((i for i in range(len(grid)) if means[i] >= top), key=lambda i: (abs(grid[i] - current), grid[i]))


def curve_of(constant: str, measured: str, grid: Sequence[float], current: float, scores: Numbers) -> Curve:
    """The curve and the choice from the score of each value for each question, shape (values, questions)."""
    count = scores.shape[1]
    order = np.random.default_rng(SEED).permutation(count)
    folds = [fold for fold in np.array_split(order, min(FOLDS, count)) if len(fold)]
    chosen, unseen = [], np.zeros(count)
    for fold in folds:
        seen = np.setdiff1d(order, fold)
        pick = best(grid, scores[:, seen if len(seen) else fold].mean(axis=1), current)
        chosen.append(float(grid[pick]))
        unseen[fold] = scores[pick, fold]
    means = scores.mean(axis=1)
    top, now = best(grid, means, current), list(grid).index(current)
    points = tuple((float(value), float(mean)) for value, mean in zip(grid, means, strict=True))
    return Curve(
        _PLACES[constant],
        measured,
        count,
        float(current),
        points,
        tuple(chosen),
        float(unseen.mean()),
        float(grid[top]),
        p_value(scores[top], scores[now]),
    )


def with_current(grid: Sequence[float], current: float) -> list[float]:
    """A grid that holds the current value too."""
    return sorted({*grid, current})


# ---- scoring each value ---------------------------------------------------------------------------------------------


def see(dataset: Dataset, phase: Phase) -> list[Signals]:
    """What a search sees of each question, once for all weights; places are let go, for they take much memory."""
    vectors = embed_queries([q.text for q in dataset.queries], dataset.embedder, phase("问题向量"))
    show, seen = phase("检索"), []
    for done, (query, vector) in enumerate(zip(dataset.queries, vectors, strict=True), 1):
        signals = dataset.index.signals(query.text, language=query.language, vector=vector)
        seen.append(replace(signals, sentences=None, known=None))
        show(done, len(dataset.queries))
    return seen


def _fused_run(dataset: Dataset, seen: Sequence[Signals], weights: retrieve.Weights) -> Run:
    return {
        query.id: fold_hits(query, best_chunks(np.asarray(Index.fuse(signals, weights), dtype=np.float64), dataset.refs))
        for query, signals in zip(dataset.queries, seen, strict=True)
    }


def tune_weight(name: str, dataset: Dataset, seen: Sequence[Signals], measured: str) -> Curve | None:
    """The curve of a fusion weight; None where no question bears on it."""
    keep = [i for i, signals in enumerate(seen) if name != "known" or signals.asked is not None]
    if not keep:
        return None
    some, signals = replace(dataset, queries=tuple(dataset.queries[i] for i in keep)), [seen[i] for i in keep]
    current = float(getattr(WEIGHTS, name))
    grid = with_current(WEIGHT_GRID, current)
    scores = [measure(some.queries, _fused_run(some, signals, replace(WEIGHTS, **{name: value})))[measured] for value in grid]
    return curve_of(name, measured, grid, current, np.array(scores))


def tune_chars(dataset: Dataset, settings: Settings, measured: str, phase: Phase) -> Curve:
    """The curve of the longest chunk: an index of its own for each length."""
    grid, scores = with_current(CHARS_GRID, settings.max_chars), []
    for length in grid:
        other = replace(settings, max_chars=int(length))
        index = own_index(dataset.index.source, other, dataset.embedder, phase(f"分块 {length:g} 字"))
        changed = replace(dataset, index=index)
        scores.append(measure(changed.queries, _fused_run(changed, see(changed, phase), WEIGHTS))[measured])
    return curve_of("max_chars", measured, grid, settings.max_chars, np.array(scores))


def tune_chance(engine: PlanQA, gold: GoldSet, plan: Plan, phase: Phase) -> Curve | None:
    """The curve of the refusal threshold by balanced accuracy; None without questions of both kinds.

    What the engine answers or refuses by rule stays; only refusals for want of nearness move with the threshold.
    """
    verdicts = evaluate_answers(engine, gold, plan, phase("回答")).verdicts
    kinds = np.array([v.refusable for v in verdicts])
    if kinds.all() or not kinds.any():
        return None
    # each kind weighs one half, however many questions it has
    weight = np.where(kinds, len(kinds) / (2 * kinds.sum()), len(kinds) / (2 * (~kinds).sum()))
    grid = with_current(CHANCE_GRID, judge.CHANCE)
    right = [[refused_at(v, value) == v.refusable for v in verdicts] for value in grid]
    return curve_of("chance", "balanced accuracy", grid, judge.CHANCE, np.array(right) * weight)


# ---- all of it ------------------------------------------------------------------------------------------------------


def check_constants(names: Sequence[str]) -> None:
    """Raises: SettingError for a name that is no constant."""
    unknown = next((name for name in names if name not in CONSTANTS), None)
    if unknown is not None:
        raise SettingError(f"没有常数 {unknown or '（空）'}；可用的有 {'、'.join(CONSTANTS)}")


def tune(
    dataset: Dataset,
    settings: Settings,
    names: Sequence[str],
    measured: str = "nDCG@10",
    phase: Phase = silent,
    answers: Callable[[], Curve | None] | None = None,
) -> list[Curve]:
    """The curve of each constant on a data set; `answers` makes that of the refusal threshold, where there are answers.

    Raises: SettingError for an unknown constant.
    """
    check_constants(names)
    weights = [name for name in names if name not in ("max_chars", "chance")]
    seen = see(dataset, phase) if weights else []
    found: list[Curve | None] = [tune_weight(name, dataset, seen, measured) for name in weights]
    if "max_chars" in names:
        found.append(tune_chars(dataset, settings, measured, phase))
    if "chance" in names and answers:
        found.append(answers())
    return [curve for curve in found if curve]
