"""How well the right section is found: systems side by side over one set of questions, hits folded to sections."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.beir import BeirSet, load_beir
from corpus.chunks import Chunk
from corpus.errors import IndexError_, SettingError
from corpus.parse import Plan
from index.bulk import BulkEmbedder
from index.cache import cached_embedder
from index.embed import Embedder, Vectors
from index.retrieve import WEIGHTS, Index, Signals, Weights
from index.settings import Settings
from index.store import Manifest, Progress, build, describe, open_for, words_of
from qa.eval.naive import NaiveIndex, RawText
from qa.eval.questions import GoldQuestion, GoldSet
from qa.eval.scoring import covers
from qa.eval.stats import Estimate, Numbers, mean, p_value
from qa.pipeline import Ask, PlanQA
from qa.understand import language_of

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("recall@1", "recall@5", "nDCG@10", "RR@10")
_IR_NAMES = {"recall@1": "R@1", "recall@5": "R@5", "nDCG@10": "nDCG@10", "RR@10": "RR@10"}
DEPTH = 20  # sections of a run; the deepest measure looks at ten
NAIVE_CHUNKS = 20  # each stands for one section or more
_QUERIES = 256  # embedded at once
_SHOWN = 10  # sections shown of a run
Phase = Callable[[str], Progress]
"""From the name of a phase to what shows its progress."""

# how each of planqa's own systems weighs what a search saw
_FUSED = {"hybrid": WEIGHTS, "hybrid-text": replace(WEIGHTS, known=0.0)}
SYSTEMS = ("bm25", "dense", "hybrid", "naive")
EVERY_SYSTEM = ("bm25", "dense", "hybrid-text", "hybrid", "naive")


def silent(_: str) -> Progress:
    """Shows nothing."""
    return lambda done, total: None


# ---- what is asked --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    """A question as it is searched for. `text` is what planqa's systems look for, `typed` what was typed.

    `language` is the one it was taken for, `lang` the one that its file gives and that figures are told apart by.
    `relevant` pairs refs with grades. `fold` maps a ref that was found to the one that it counts as: a section below a gold
    section, or one of several that will do.
    """

    id: str
    text: str
    typed: str
    language: str
    lang: str
    type: str
    relevant: tuple[tuple[str, int], ...]
    gold: tuple[str, ...] = ()
    any_will_do: bool = False

    def fold(self, ref: str) -> str:
        """The ref as which a hit counts."""
        section = next((g for g in self.gold if covers(ref, g)), None)
        return ref if section is None else self.gold[0] if self.any_will_do else section


@dataclass(frozen=True)
class Dataset:
    """An index and the questions asked of it. `skipped` counts those that have no section to be found."""

    name: str
    index: Index
    embedder: Embedder
    queries: tuple[Query, ...]
    raw: tuple[RawText, ...]
    sha256: str
    skipped: int = 0
    home: str = ""  # the plan whose refs stand alone; hits of other plans are named with it

    @property
    def manifest(self) -> Manifest:
        """What the index was built from."""
        return self.index.manifest

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The section of each chunk, as runs name it."""
        return tuple(label(plan, chunk.ref, self.home) for plan, chunk in self.index.chunks)


def label(plan: str, ref: str, home: str) -> str:
    """A section's name in a run: its ref, behind the plan's id where it is not the plan that the questions are about."""
    return ref if plan == home else f"{plan}:{ref}"


def _raw_plan(plan: Plan, home: str) -> RawText:
    return RawText(plan.text, tuple((s.start, label(plan.id, s.ref, home)) for s in plan.sections))


def _plan_query(engine: PlanQA, gold: GoldQuestion, plan: str, *, as_typed: bool) -> Query:
    asked = engine.understood(Ask(gold.question, gold.history, plan))
    several = gold.sections_mode == "any"
    relevant = tuple((ref, 1) for ref in (gold.sections[:1] if several else gold.sections))
    text = gold.question if as_typed else asked.topic
    language = language_of(gold.question) if as_typed else asked.language
    return Query(gold.id, text, gold.question, language, gold.lang, gold.type, relevant, gold.sections, several)


def plan_of(engine: PlanQA, gold: GoldSet, plan: str | None = None) -> Plan:
    """The plan that questions are about: the one named, else that of the file's name, else the first of the index."""
    plans = engine.index.plans
    name = plan or (gold.plan if gold.plan in plans else next(iter(plans)))
    if name not in plans:
        raise SettingError(f"没有计划 {name}；已建索引的有：{'、'.join(plans)}")
    return plans[name]


def plan_dataset(engine: PlanQA, gold: GoldSet, plan: Plan, *, as_typed: bool = False) -> Dataset:
    """The questions of a file that have a section to be found, on the engine's index.

    planqa's systems search for what the engine makes of a question (completed from the turns before it, typing errors
    undone), unless `as_typed`.
    """
    asked = [q for q in gold.questions if q.sections and not q.refusable]
    queries = tuple(_plan_query(engine, q, plan.id, as_typed=as_typed) for q in asked)
    raw = tuple(_raw_plan(p, plan.id) for p in engine.index.plans.values())
    embedder = cached_embedder(engine.settings, engine.index.embedder)
    return Dataset(gold.name, engine.index, embedder, queries, raw, gold.sha256, len(gold.questions) - len(asked), plan.id)


# ---- BEIR -----------------------------------------------------------------------------------------------------------


def _beir_home(beir: BeirSet, settings: Settings) -> Settings:
    return replace(settings, home=settings.home / "eval" / f"{beir.name}-{beir.source.sha256[:8]}-{settings.max_chars}")


def _beir_index(beir: BeirSet, settings: Settings, embedder: Embedder, progress: Progress) -> Index:
    """The index of a data set: that of an earlier run where it still fits, else a new one."""
    sources, home = (beir.source,), _beir_home(beir, settings)
    try:
        stored = open_for(sources, home)
    except IndexError_:
        build(sources, home, embedder, progress)
        stored = open_for(sources, home)
    return Index(stored, words_of(sources, home), embedder)


def beir_dataset(folder: Path, settings: Settings, phase: Phase = silent, embedder: Embedder | None = None) -> Dataset:
    """A BEIR folder, indexed by the code that indexes plans. Raises: QuestionsError."""
    beir = load_beir(folder)
    embedder = embedder or cached_embedder(settings, BulkEmbedder(settings.model))
    index = _beir_index(beir, settings, embedder, phase("建立索引"))
    languages = [language_of(q.text) for q in beir.queries]
    queries = tuple(
        Query(q.id, q.text, q.text, language, language, "query", q.relevant)
        for q, language in zip(beir.queries, languages, strict=True)
    )
    sections = beir.source.plan.sections
    # title and text in one, as BEIR's own models read them
    raw = tuple(RawText(f"{s.title} {s.text}".strip(), ((0, s.ref),)) for s in sections)
    return Dataset(beir.name, index, embedder, queries, raw, beir.sha256, home=beir.source.plan.id)


# ---- searching ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """A section in a run; scores of one question strictly fall, in 32 bits, so that every tool reads one order."""

    ref: str
    score: float


Run = dict[str, tuple[Ranked, ...]]


def _fold(query: Query, hits: Iterable[tuple[str, float]]) -> tuple[Ranked, ...]:
    """The first `DEPTH` sections of hits that come best first."""
    best: dict[str, float] = {}
    last = np.float32(np.inf)
    for found, score in hits:
        ref = query.fold(found)
        if ref not in best:
            last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
            best[ref] = float(last)
            if len(best) == DEPTH:
                break
    return tuple(Ranked(ref, score) for ref, score in best.items())


def _chunk_scores(system: str, signals: Signals, language: str) -> Numbers:
    """A score for each chunk, shape (chunks,); minus infinity for one that the system does not find."""
    if system == "bm25":
        return np.where(signals.bm25 > 0, signals.bm25, -np.inf)
    return np.asarray(signals.dense if system == "dense" else Index.fuse(signals, language, _FUSED[system]), dtype=np.float64)


def _best_chunks(scores: Numbers, labels: Sequence[str]) -> Iterable[tuple[str, float]]:
    order = np.argsort(-scores, kind="stable")
    return ((labels[i], float(scores[i])) for i in order if scores[i] > -np.inf)


def embed_queries(texts: Sequence[str], embedder: Embedder, progress: Progress) -> Vectors:
    """Unit vectors, shape (len(texts), dim), a few hundred at a time."""
    parts = []
    for at in range(0, len(texts), _QUERIES):
        parts.append(embedder.queries(list(texts[at : at + _QUERIES])))
        progress(min(at + _QUERIES, len(texts)), len(texts))
    return np.concatenate(parts)


def _own_runs(dataset: Dataset, systems: Sequence[str], phase: Phase) -> dict[str, Run]:
    """The runs of planqa's systems: each question is searched once, and each system weighs what was seen."""
    queries, index, labels = dataset.queries, dataset.index, dataset.labels
    vectors = embed_queries([q.text for q in queries], dataset.embedder, phase("问题向量"))
    show, runs = phase("检索"), {system: Run() for system in systems}
    for done, (query, vector) in enumerate(zip(queries, vectors, strict=True), 1):
        signals = index.signals(query.text, language=query.language, vector=vector)
        for system in systems:
            scores = _chunk_scores(system, signals, query.language)
            runs[system][query.id] = _fold(query, _best_chunks(scores, labels))
        if done % 50 == 0 or done == len(queries):
            show(done, len(queries))
    return runs


def _naive_run(dataset: Dataset, phase: Phase) -> Run:
    naive = NaiveIndex(dataset.raw, dataset.embedder, phase("建立 naive 索引"))
    vectors = embed_queries([q.typed for q in dataset.queries], dataset.embedder, phase("naive 问题向量"))
    found = naive.search(vectors, NAIVE_CHUNKS)
    return {query.id: _fold(query, hits) for query, hits in zip(dataset.queries, found, strict=True)}


def run_systems(dataset: Dataset, systems: Sequence[str], phase: Phase = silent) -> dict[str, Run]:
    """What each system finds for each question. Raises: SettingError for an unknown system."""
    unknown = next((s for s in systems if s not in EVERY_SYSTEM), None)
    if unknown is not None or not systems:
        raise SettingError(f"没有系统 {unknown or '（空）'}；可用的有 {'、'.join(EVERY_SYSTEM)}")
    own = [s for s in systems if s != "naive"]
    runs = _own_runs(dataset, own, phase) if own else {}
    if "naive" in systems:
        runs["naive"] = _naive_run(dataset, phase)
    return {system: runs[system] for system in dict.fromkeys(systems)}


# ---- measuring ------------------------------------------------------------------------------------------------------


def measure(queries: Sequence[Query], run: Run) -> dict[str, Numbers]:
    """Each measure of ir_measures for each question, in their order; a question without a hit counts 0."""
    import ir_measures

    names = {ir_measures.parse_measure(ir): name for name, ir in _IR_NAMES.items()}
    qrels = [ir_measures.Qrel(q.id, ref, grade) for q in queries for ref, grade in q.relevant]
    found = [ir_measures.ScoredDoc(qid, hit.ref, hit.score) for qid, hits in run.items() for hit in hits]
    place = {q.id: i for i, q in enumerate(queries)}
    values = {name: np.zeros(len(queries)) for name in MEASURES}
    for metric in ir_measures.iter_calc(list(names), qrels, found):
        values[names[metric.measure]][place[metric.query_id]] = metric.value
    return values


@dataclass(frozen=True)
class SystemResult:
    """What one system found, and each measure for each question in the order of the data set's."""

    system: str
    run: Run
    values: dict[str, Numbers]

    def estimate(self, name: str, rows: Sequence[int] | slice = slice(None)) -> Estimate | None:
        """A measure over some questions, with its interval."""
        return mean(self.values[name][rows])


@dataclass(frozen=True)
class PairTest:
    """One system against another: the difference of means and how likely chance alone would make as large a one."""

    left: str
    right: str
    measure: str
    difference: float
    p: float


@dataclass(frozen=True)
class RetrievalResult:
    """Systems side by side over one set of questions."""

    name: str
    queries: tuple[Query, ...]
    systems: tuple[SystemResult, ...]
    tests: tuple[PairTest, ...]
    skipped: int = 0

    def groups(self, key: str) -> dict[str, list[int]]:
        """The rows of the questions of each `type` or `lang`, in alphabetical order."""
        found: dict[str, list[int]] = {}
        for row, query in enumerate(self.queries):
            found.setdefault(getattr(query, key), []).append(row)
        return dict(sorted(found.items()))

    def scores(self, rows: Sequence[int] | slice = slice(None)) -> dict[str, dict[str, Estimate | None]]:
        """System → measure → figure."""
        return {s.system: {name: s.estimate(name, rows) for name in MEASURES} for s in self.systems}

    def to_frame(self) -> "pd.DataFrame":
        """One row for each question and system. Raises: SettingError when pandas is not installed."""
        return frame([row for row in self.rows()])

    def rows(self) -> list[dict[str, Any]]:
        """One row for each question and system: its measures, and the sections found."""
        return [
            {
                "id": query.id,
                "type": query.type,
                "lang": query.lang,
                "question": query.typed,
                "searched": query.text,
                "system": s.system,
                **{name: float(s.values[name][row]) for name in MEASURES},
                "gold": " ".join(ref for ref, _ in query.relevant),
                "found": " ".join(hit.ref for hit in s.run.get(query.id, ())[:_SHOWN]),
            }
            for row, query in enumerate(self.queries)
            for s in self.systems
        ]


def frame(rows: list[dict[str, Any]]) -> "pd.DataFrame":
    """Rows as a pandas frame. Raises: SettingError when pandas is not installed."""
    try:
        import pandas as pd
    except ImportError as error:
        raise SettingError("需要 pandas；请运行 pip install 'planqa[eval]'") from error
    return pd.DataFrame(rows)


def compare(systems: Sequence[SystemResult]) -> tuple[PairTest, ...]:
    """Every pair of systems, the later one against the earlier, by every measure."""
    return tuple(
        PairTest(
            left.system,
            right.system,
            name,
            float(left.values[name].mean() - right.values[name].mean()),
            p_value(left.values[name], right.values[name]),
        )
        for left, right in combinations(systems, 2)
        for name in MEASURES
    )


def evaluate_retrieval(dataset: Dataset, systems: Sequence[str] = SYSTEMS, phase: Phase = silent) -> RetrievalResult:
    """Systems side by side over the questions of a data set. Raises: SettingError."""
    runs = run_systems(dataset, systems, phase)
    results = tuple(SystemResult(system, run, measure(dataset.queries, run)) for system, run in runs.items())
    return RetrievalResult(dataset.name, dataset.queries, results, compare(results), dataset.skipped)
