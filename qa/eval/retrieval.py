"""How well the right section is found: systems side by side over one set of questions, hits folded to sections."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.beir import load_beir
from corpus.errors import QuestionsError, SettingError
from corpus.load import Source
from corpus.parse import Plan
from corpus.words import words_of
from index.cache import cached_embedder
from index.embed import Embedder, Vectors
from index.retrieve import WEIGHTS, Index, Signals
from index.settings import Settings
from index.store import Maker, Manifest, Progress, find_part, read_part, write_part
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

    @property
    def manifest(self) -> Manifest:
        """What the index was built from."""
        return self.index.manifest

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """The section of each chunk."""
        return tuple(chunk.ref for chunk in self.index.chunks)


def gold_query(gold: GoldQuestion) -> Query | None:
    """A question as it was typed, with its gold; None for one that has no section to be found."""
    if gold.refusable or not gold.sections:
        return None
    several = gold.sections_mode == "any"
    relevant = tuple((ref, 1) for ref in (gold.sections[:1] if several else gold.sections))
    language = language_of(gold.question)
    return Query(gold.id, gold.question, gold.question, language, gold.lang, gold.type, relevant, gold.sections, several)


def _understood(engine: PlanQA, query: Query, gold: GoldQuestion, plan: str) -> Query:
    """The query with what the engine makes of the question."""
    asked = engine.understood(Ask(gold.question, gold.history, plan))
    return replace(query, text=asked.topic, language=asked.language)


def plan_of(plans: Mapping[str, Plan], gold: GoldSet, plan: str | None = None) -> Plan:
    """The plan that questions are about: the one named, else that of the file's name, else the first.

    Raises: SettingError when there is no plan of that name.
    """
    name = plan or next((name for name in (gold.plan or "", gold.name, *plans) if name in plans), "")
    if name not in plans:
        raise SettingError(f"没有计划 {name}；已建索引的有：{'、'.join(plans)}")
    return plans[name]


def plan_dataset(engine: PlanQA, gold: GoldSet, plan: Plan | None = None, *, as_typed: bool = False) -> Dataset:
    """The questions of a file that have a section to be found, on the engine's index.

    planqa's systems search for what the engine makes of a question (completed from the turns before it, typing errors
    undone), unless `as_typed`. Raises: QuestionsError when no question has a section to be found.
    """
    plan = plan or plan_of(engine.plans, gold)
    pairs = [(query, question) for question in gold.questions if (query := gold_query(question))]
    if not pairs:
        raise QuestionsError(f"{gold.name}：没有一道题给出应找到的章节；请补上 sections")
    queries = tuple(q if as_typed else _understood(engine, q, question, plan.id) for q, question in pairs)
    raw = RawText(plan.text, tuple((s.start, s.ref) for s in plan.sections))
    embedder = cached_embedder(engine.settings, engine.shelf.embedder)
    skipped = len(gold.questions) - len(queries)
    return Dataset(gold.name, engine.index(plan.id), embedder, queries, (raw,), gold.sha256, skipped)


# ---- BEIR -----------------------------------------------------------------------------------------------------------


def beir_dataset(folder: Path, settings: Settings, phase: Phase = silent, embedder: Embedder | None = None) -> Dataset:
    """A BEIR folder, indexed by the code that indexes plans. Raises: QuestionsError."""
    beir = load_beir(folder)
    embedder = embedder or cached_embedder(settings)
    index = own_index(beir.source, settings, embedder, phase("建立索引"))
    languages = [language_of(q.text) for q in beir.queries]
    queries = tuple(
        Query(q.id, q.text, q.text, language, language, "query", q.relevant)
        for q, language in zip(beir.queries, languages, strict=True)
    )
    # title and text in one, as BEIR's own models read them
    raw = tuple(RawText(f"{s.title} {s.text}".strip(), ((0, s.ref),)) for s in beir.source.plan.sections)
    return Dataset(beir.name, index, embedder, queries, raw, beir.sha256)


def own_index(source: Source, settings: Settings, embedder: Embedder, progress: Progress) -> Index:
    """An index apart from the home's own: that of an earlier run where it still fits, else a new one."""
    root = settings.home / "eval"
    root.mkdir(parents=True, exist_ok=True)
    there = find_part(root, source, settings)
    stored = there[1] if there else read_part(write_part(root, source, Maker(settings, embedder), progress), source, settings)
    return Index(stored, words_of(source.lexicon, settings.cache), embedder)


# ---- searching ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """A section in a run; scores of one question strictly fall, in 32 bits, so that every tool reads one order."""

    ref: str
    score: float


Run = dict[str, tuple[Ranked, ...]]


def fold_hits(query: Query, hits: Iterable[tuple[str, float]]) -> tuple[Ranked, ...]:
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


def _chunk_scores(system: str, signals: Signals) -> Numbers:
    """A score for each chunk, shape (chunks,); minus infinity for one that the system does not find."""
    if system == "bm25":
        return np.where(signals.bm25 > 0, signals.bm25, -np.inf)
    return np.asarray(signals.dense if system == "dense" else Index.fuse(signals, _FUSED[system]), dtype=np.float64)


def best_chunks(scores: Numbers, refs: Sequence[str]) -> Iterable[tuple[str, float]]:
    """The sections of chunks in the order of their scores, with them; equal scores keep the plan's order."""
    order = np.argsort(-scores, kind="stable")
    return ((refs[i], float(scores[i])) for i in order if scores[i] > -np.inf)


def embed_queries(texts: Sequence[str], embedder: Embedder, progress: Progress) -> Vectors:
    """Unit vectors, shape (len(texts), dim), a few hundred at a time."""
    parts = []
    for at in range(0, len(texts), _QUERIES):
        parts.append(embedder.queries(list(texts[at : at + _QUERIES])))
        progress(min(at + _QUERIES, len(texts)), len(texts))
    return np.concatenate(parts)


def _own_runs(dataset: Dataset, systems: Sequence[str], phase: Phase) -> dict[str, Run]:
    """The runs of planqa's systems: each question is searched once, and each system weighs what was seen."""
    queries, index = dataset.queries, dataset.index
    vectors = embed_queries([q.text for q in queries], dataset.embedder, phase("问题向量"))
    show, runs = phase("检索"), {system: Run() for system in systems}
    for done, (query, vector) in enumerate(zip(queries, vectors, strict=True), 1):
        signals = index.signals(query.text, language=query.language, vector=vector)
        for system in systems:
            scores = _chunk_scores(system, signals)
            runs[system][query.id] = fold_hits(query, best_chunks(scores, dataset.refs))
        if done % 50 == 0 or done == len(queries):
            show(done, len(queries))
    return runs


def _naive_run(dataset: Dataset, phase: Phase) -> Run:
    naive = NaiveIndex(dataset.raw, dataset.embedder, phase("建立 naive 索引"))
    vectors = embed_queries([q.typed for q in dataset.queries], dataset.embedder, phase("naive 问题向量"))
    found = naive.search(vectors, NAIVE_CHUNKS)
    return {query.id: fold_hits(query, _in_favour(query, hits)) for query, hits in zip(dataset.queries, found, strict=True)}


def _in_favour(query: Query, chunks: list[tuple[tuple[str, ...], float]]) -> Iterable[tuple[str, float]]:
    """Each chunk as the right sections that stand in it, else as the one that fills most of it.

    A chunk of raw text spans several sections and cannot tell them apart: it gets the benefit of the doubt.
    """
    right = {ref for ref, _ in query.relevant}
    for refs, score in chunks:
        yield from ((ref, score) for ref in ([ref for ref in refs if query.fold(ref) in right] or refs[:1]))


def check_systems(systems: Sequence[str]) -> list[str]:
    """The systems, each once. Raises: SettingError for an unknown one."""
    found = [name.strip() for name in systems]
    unknown = next((name for name in found if name not in EVERY_SYSTEM), None)
    if unknown is not None or not found:
        raise SettingError(f"没有系统 {unknown or '（空）'}；可用的有 {'、'.join(EVERY_SYSTEM)}")
    return list(dict.fromkeys(found))


def run_systems(dataset: Dataset, systems: Sequence[str], phase: Phase = silent) -> dict[str, Run]:
    """What each system finds for each question. Raises: SettingError for an unknown system."""
    systems = check_systems(systems)
    own = [s for s in systems if s != "naive"]
    runs = _own_runs(dataset, own, phase) if own else {}
    if "naive" in systems:
        runs["naive"] = _naive_run(dataset, phase)
    return {system: runs[system] for system in systems}


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
        """One row for each question and system."""
        import pandas as pd

        return pd.DataFrame(self.rows())

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
