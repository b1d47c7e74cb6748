"""Searching: vectors and words fused, hits folded from ways to chunks."""

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus.chunks import Chunk, chunk_plan
from corpus.fold import fold, squeeze
from corpus.load import Source
from corpus.parse import FRAME, Plan
from corpus.words import Words
from index.bilingual import translate
from index.bm25 import Groups
from index.embed import Embedder, Vectors
from index.settings import Settings
from index.store import Background, Manifest, Stored, chunk_terms, meeting, open_index, rendered, words_of
from index.variants import Variants
from index.ways import Ways

# best by `planqa eval tune`: .5 on tuning (recall@1 .825 Chinese, .826 English at .6) and on CMRC2018 dev (.989; .988 at .6)
DENSE_WEIGHT = 0.6
# A word score counts for what it is of the most that the question's words could score together (the sum of their idf, the limit
# of Lucene's BM25), times this: a chunk of usual length that holds them all comes to about .4 of it. Scaled to the best chunk
# instead, one shared everyday word would weigh as much as a question told in the plan's own words: recall@1 of 195
# Chinese questions on ten other documents .86 at 4 and .82 so, of CMRC2018 dev .988 and .986. 5 is worse for English ones.
FULL_SCORE = 4.0
_UNKNOWN = 0.5  # an English word without a translation may be one that Chinese does without
# how much the known questions count beside the text, where a plan has them: `planqa eval tune tuning`, .81 at .4 and .3
QUESTION_WEIGHT = 0.4
MAX_WAYS = 1000  # ways asked of the vector index; a plan of 11,000 characters has about 470
MAX_QUESTIONS = 200  # known questions asked of it; further ones are too far off to matter


@dataclass(frozen=True)
class Hit:
    """A chunk that was found. `score`: fused, 0 to about 1, higher is better; `rank` begins with 1.

    `dense` is the nearness of the best of the chunk's ways (see `Ways`), `bm25` the chunk's word score; `sentences` holds
    the nearness of each of its sentences that the search saw, keyed by the sentence's offset, and `questions` that of the
    best question which the sentence is known to answer.
    """

    plan: str
    ref: str
    chunk: Chunk
    score: float
    rank: int
    dense: float
    bm25: float
    sentences: dict[int, float] = field(default_factory=dict, hash=False)
    questions: dict[int, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Places:
    """What the ways of a collection lead to: for each its chunk's number, and its sentence's offset (-1 for none)."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]


@dataclass(frozen=True)
class Seen:
    """The ways that a search saw, the nearest first: chunk, sentence offset and nearness of each."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    cosines: NDArray[np.float32]

    def of(self, row: int) -> dict[int, float]:
        """The nearness of each sentence of a chunk, by its best way."""
        best: dict[int, float] = {}
        for i in np.flatnonzero((self.rows == row) & (self.starts >= 0)):
            best.setdefault(int(self.starts[i]), float(self.cosines[i]))
        return best


@dataclass(frozen=True)
class Weights:
    """What the parts of a score count, 0 to 1: vectors against words, and known questions against the text."""

    dense: float = DENSE_WEIGHT
    known: float = QUESTION_WEIGHT


WEIGHTS = Weights()


@dataclass(frozen=True)
class Signals:
    """What one search saw of each chunk: arrays of shape (chunks,), higher is better.

    `dense` is the nearness of its best way and `bm25` its word score; `asked` and `worded` are the same of the questions that
    it is known to answer, None where the plans have none. `limit` is what no word score can reach, 0 for a question without
    a word.
    """

    dense: NDArray[np.float32]
    bm25: NDArray[np.float32]
    sentences: Seen | None
    limit: float
    asked: NDArray[np.float32] | None = None
    worded: NDArray[np.float32] | None = None
    known: Seen | None = None

    def only(self, rows: NDArray[np.intp]) -> "Signals":
        """The same of some chunks."""
        asked, worded = (None if part is None else part[rows] for part in (self.asked, self.worded))
        return replace(self, dense=self.dense[rows], bm25=self.bm25[rows], asked=asked, worded=worded)


def _scaled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


class Index:
    """An opened index: plans in, ranked hits out. Safe to share between threads; never changes."""

    def __init__(self, stored: Stored, words: Words, embedder: Embedder) -> None:
        self._stored = stored
        self.words = words
        self.embedder = embedder
        self.plans: dict[str, Plan] = {s.plan.id: s.plan for s in stored.sources}
        self.sources: dict[str, Source] = {s.plan.id: s for s in stored.sources}
        self.chunks: tuple[tuple[str, Chunk], ...] = tuple(
            (plan.id, chunk) for plan in self.plans.values() for chunk in chunk_plan(plan, stored.manifest.max_chars)
        )
        self._rendered = rendered(stored.sources)
        self._row = {(plan, chunk.id): i for i, (plan, chunk) in enumerate(self.chunks)}
        self._of_plan = {p: np.array([i for i, (q, _) in enumerate(self.chunks) if q == p], dtype=np.intp) for p in self.plans}
        self._places = self._led_to(stored.ways), self._led_to(stored.questions)

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder | None = None) -> "Index":
        """The current index of a home. Raises: IndexMissingError, IndexMismatchError, IndexError_."""
        stored = open_index(settings)
        stored = stored if settings.expansion else stored.without_questions()
        return cls(stored, words_of(stored.sources, settings), embedder or Embedder(settings.model, settings.cache))

    @property
    def version(self) -> str:
        """The name of the version on the disk that this is."""
        return self._stored.version

    @property
    def manifest(self) -> Manifest:
        """What the index was built from."""
        return self._stored.manifest

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every term that the plans use."""
        return frozenset(self._document_frequency)

    @cached_property
    def _document_frequency(self) -> Counter[str]:
        return Counter(t for plan, c in self.chunks for t in set(chunk_terms(self.sources[plan], self.words, c)))

    def idf(self, term: str) -> float:
        """How rare a term is among the chunks, as in BM25 (Lucene); the highest for one that none holds."""
        df = self._document_frequency[term]
        return math.log(1 + (len(self.chunks) - df + 0.5) / (df + 0.5))

    def rendering(self, plan: str, ref: str, chinese: str) -> str:
        """The unofficial English of a sentence or title; "" where there is none."""
        source = self.sources.get(plan)
        return source.rendering(ref, chinese) if source else ""

    def names(self, plan: str) -> tuple[tuple[str, str], ...]:
        """The proper names in a plan's glossary: English, with a capital, and the plan's word."""
        return tuple((en, zh) for en, zh in self.sources[plan].glossary if en[:1].isupper() and not en.isupper())

    @cached_property
    def folded(self) -> dict[str, str]:
        """The folded text of each plan, without white space."""
        return {plan.id: squeeze(fold(plan.text)) for plan in self.plans.values()}

    def translations(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each English word or phrase with the plans' words that it may stand for."""
        return translate(text, self._stored.english)

    def groups(self, text: str, language: str) -> Groups:
        """What a question is matched by: its terms, or for an English one the words that each of its words may stand for."""
        own = tuple((term,) for term in dict.fromkeys(self.words.terms(text)))
        if language == "zh":
            return own
        known = [g for phrase, words in self.translations(text) for g in self._alternatives(phrase.split(), words) if g]
        held = {term for group in known for term in group}
        return tuple(dict.fromkeys([*known, *(g for g in own if g[0] in self.vocabulary and g[0] not in held)]))

    def _alternatives(self, phrase: list[str], words: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What an English word may match, or what each part of a phrase must.

        A glossary's term may be longer than the segmenter's words: then all of its parts are wanted.
        """
        whole = [word for word in words if word in self.vocabulary]
        parts = self.words.content(words[0]) if words and not whole else []
        if len(phrase) == 1:
            first = [*phrase, *whole, *parts[:1]]
            groups = [first, *([part] for part in parts[1:])]
        else:
            groups = [*([stem] for stem in phrase), *([whole] if whole else ([part] for part in parts))]
        return [tuple(term for term in group if term in self.vocabulary) for group in groups]

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        language: str = "zh",
        groups: Groups | None = None,
        vector: Vectors | None = None,
        weights: Weights = WEIGHTS,
        plan: str | None = None,
    ) -> list[Hit]:
        """The k best chunks (of one plan, where it is named), the best first; equal scores keep the plans' order.

        One embedding, unless a vector is given.
        """
        signals = self.signals(question, language=language, groups=groups, vector=vector)
        # a plan's chunks are weighed against each other: what else the library holds changes no answer from it
        rows = np.arange(len(self.chunks)) if plan is None else self._of_plan[plan]
        score = self.fuse(signals.only(rows), weights)
        ranking = np.argsort(-score, kind="stable")[:k]
        return [self._hit(int(rows[i]), rank, float(score[i]), signals) for rank, i in enumerate(ranking, 1)]

    def nearest_plans(self, question: str, language: str, vector: Vectors) -> list[str]:
        """The plans in the order in which a search comes upon them: by what their text says, and with known questions."""
        signals = self.signals(question, language=language, vector=vector)
        by_text = self.fuse(replace(signals, asked=None, worded=None), WEIGHTS)
        both = (np.argsort(-score, kind="stable") for score in (by_text, self.fuse(signals, WEIGHTS)))
        return list(dict.fromkeys(self.chunks[i][0] for pair in zip(*both, strict=True) for i in pair))

    def signals(
        self, question: str, *, language: str = "zh", groups: Groups | None = None, vector: Vectors | None = None
    ) -> Signals:
        """How near each chunk is to the question by each measure.

        One embedding, unless a vector is given; one more for an English question to plans without a rendering.
        """
        vector = self.embedder.query(question) if vector is None else vector
        if language == "en" and not self._rendered:
            vector = meeting(question, vector, self._stored.english, self.embedder)
        groups = self.groups(question, language) if groups is None else groups
        dense, sentences = self._dense(self._stored.ways, self._places[0], vector, MAX_WAYS)
        bm25 = self._stored.words.scores(groups)
        limit = self._limit(question, language, groups)
        if not self._stored.manifest.questions:
            return Signals(dense, bm25, sentences, limit)
        asked, known = self._dense(self._stored.questions, self._places[1], vector, MAX_QUESTIONS)
        return Signals(dense, bm25, sentences, limit, asked, self._stored.question_words.scores(groups), known)

    def _limit(self, question: str, language: str, groups: Groups) -> float:
        """The sum of the idf of a question's words, those that no plan uses included."""
        missing = 0
        if language == "en":
            held = {term for group in groups for term in group}
            missing = sum(not words and held.isdisjoint(p.split()) for p, words in self.translations(question))
        return sum(min(map(self.idf, group)) for group in groups if group) + missing * _UNKNOWN * self.idf("")

    @staticmethod
    def fuse(signals: Signals, weights: Weights) -> NDArray[np.float32]:
        """One score for each chunk, about 0 to 1, higher is better."""
        dense = weights.dense
        words = signals.bm25 * np.float32(FULL_SCORE / (signals.limit or 1.0))
        score: NDArray[np.float32] = dense * _scaled(signals.dense) + (1 - dense) * words
        if signals.asked is None or signals.worded is None:
            return score
        known: NDArray[np.float32] = dense * _scaled(signals.asked) + (1 - dense) * _scaled(signals.worded)
        whole: NDArray[np.float32] = (1 - weights.known) * score + weights.known * known
        return whole

    def background(self, language: str) -> Background:
        """What chance looks like in this index for questions of a language."""
        return self._stored.background[language]

    @cached_property
    def variants(self) -> Variants:
        """How the plans' words sound."""
        return Variants(self.folded.values(), self.words)

    def with_frame(self, hits: list[Hit], plan: str) -> list[Hit]:
        """The hits, and behind them the notice, preamble and closing lines: what a document says of itself has few words."""
        held = {(h.plan, h.chunk.id) for h in hits}
        frame = [c for p, c in self.chunks if p == plan and c.ref in FRAME and (p, c.id) not in held]
        return [*hits, *(Hit(plan, c.ref, c, 0.0, len(hits) + i, 0.0, 0.0) for i, c in enumerate(frame, 1))]

    def _hit(self, row: int, rank: int, score: float, signals: Signals) -> Hit:
        plan, chunk = self.chunks[row]
        dense, bm25 = float(signals.dense[row]), float(signals.bm25[row])
        sentences, known = (seen.of(row) if seen else {} for seen in (signals.sentences, signals.known))
        return Hit(plan, chunk.ref, chunk, score, rank, dense, bm25, sentences, known)

    def _led_to(self, ways: Ways) -> Places:
        rows, starts = [], []
        for way in ways.ids:
            plan, _, place = way.partition("/")
            chunk, *start = place.split("|")
            rows.append(self._row[plan, chunk])
            starts.append(int(start[0]) if start else -1)
        return Places(np.array(rows, dtype=np.intp), np.array(starts, dtype=np.intp))

    def _dense(self, ways: Ways, places: Places, vector: Vectors, most: int) -> tuple[NDArray[np.float32], Seen]:
        """The best cosine of each chunk's ways, and those of single sentences; unseen chunks get the lowest seen."""
        found = ways.nearest(vector, most)
        lowest = found.cosines[-1] if len(found.cosines) else -1.0
        best = np.full(len(self.chunks), lowest, dtype=np.float32)
        np.maximum.at(best, places.rows[found.numbers], found.cosines)
        return best, Seen(places.rows[found.numbers], places.starts[found.numbers], found.cosines)
