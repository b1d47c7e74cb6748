"""Searching: vectors and words fused, hits folded from ways to chunks."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus.chunks import Chunk, chunk_plan
from corpus.fold import fold, squeeze
from corpus.load import Source
from corpus.parse import FRAME, Plan
from corpus.words import Words, latin_words
from index.bilingual import translate
from index.bm25 import Groups, idf
from index.embed import Embedder, Vectors
from index.store import Background, Manifest, Stored, meeting
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
# How much of its score a chunk loses that has no word near to the question's (see `MaxSim`): on 656 English questions to text
# without a rendering recall@1 rose from .70 to .78 by it, on 378 in everyday words from .61 to .65, on all 1,333 Chinese ones
# from .88 to .89.
MEANT_WEIGHT = 1.0
MAX_WAYS = 1000  # ways asked of the vector index; a plan of 11,000 characters has about 470
MAX_QUESTIONS = 200  # known questions asked of it; further ones are too far off to matter


@dataclass(frozen=True)
class Hit:
    """A chunk that was found. `score`: fused, 0 to about 1, higher is better; `rank` begins with 1.

    `dense` is the nearness of the best of the chunk's ways (see `Ways`), `bm25` the chunk's word score; `sentences` holds
    the nearness of each of its sentences that the search saw, keyed by the sentence's offset, `questions` that of the best
    question which the sentence is known to answer, and `meant` how well its words stand for the question's, 0 to 1.
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
    meant: dict[int, float] = field(default_factory=dict, hash=False)


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
    """What the parts of a score count: vectors against words, known questions against the text, near words; 0 to 1."""

    dense: float = DENSE_WEIGHT
    known: float = QUESTION_WEIGHT
    meant: float = MEANT_WEIGHT


WEIGHTS = Weights()
Values = NDArray[np.float32]


def scaled(values: Values) -> Values:
    """The same values from 0 to 1; all 0 where they do not differ."""
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


@dataclass(frozen=True)
class Signals:
    """What one search saw of each chunk: arrays of shape (chunks,), higher is better.

    `dense` is the nearness of its best way and `bm25` its word score; `asked` and `worded` are the same of the questions that
    it is known to answer, None where the plans have none. `limit` is what no word score can reach, 0 for a question without
    a word. `meant` says how well the words of its best sentence, or of its heading, stand for the question's, 0 to 1; `texts`
    the same of each sentence and heading, in the order of `MaxSim`, empty where several plans are seen as one.
    """

    dense: Values
    bm25: Values
    meant: Values
    sentences: Seen | None
    limit: float
    asked: Values | None = None
    worded: Values | None = None
    known: Seen | None = None
    texts: Values = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


class Index:
    """An opened plan: questions in, ranked hits out. Safe to share between threads; never changes."""

    def __init__(self, stored: Stored, words: Words, embedder: Embedder) -> None:
        self._stored = stored
        self.words = words
        self.embedder = embedder
        self.source: Source = stored.source
        self.plan: Plan = stored.source.plan
        self.chunks: tuple[Chunk, ...] = tuple(chunk_plan(self.plan, stored.manifest.max_chars))
        self._row = {chunk.id: i for i, chunk in enumerate(self.chunks)}
        self._places = self._led_to(stored.ways), self._led_to(stored.questions)
        # where each chunk's texts begin in `MaxSim`: its sentences, and its heading behind them
        self._begins = np.cumsum([0, *(len(chunk.sentences) + 1 for chunk in self.chunks[:-1])])

    @property
    def manifest(self) -> Manifest:
        """What the index was built from."""
        return self._stored.manifest

    @property
    def vocabulary(self) -> Collection[str]:
        """Every term that the plan uses."""
        return self._stored.words.vocabulary

    def frequency(self, term: str) -> int:
        """How many of the chunks hold a term."""
        return self._stored.words.frequency(term)

    def idf(self, term: str) -> float:
        """How rare a term is among the chunks; the highest for one that none holds."""
        return idf(self.frequency(term), len(self.chunks))

    def rendering(self, ref: str, chinese: str) -> str:
        """The unofficial English of a sentence or title; "" where there is none."""
        return self.source.rendering(ref, chinese)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The proper names in the plan's glossary: English, with a capital, and the plan's word."""
        return tuple((en, zh) for en, zh in self.source.glossary if en[:1].isupper() and not en.isupper())

    @cached_property
    def folded(self) -> str:
        """The folded text of the plan, without white space."""
        return squeeze(fold(self.plan.text))

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
    ) -> list[Hit]:
        """The k best chunks, the best first; equal scores keep the plan's order. One embedding, unless a vector is given."""
        signals = self.signals(question, language=language, groups=groups, vector=vector)
        score = self.fuse(signals, weights)
        ranking = np.argsort(-score, kind="stable")[:k]
        return [self.hit(int(row), rank, float(score[row]), signals) for rank, row in enumerate(ranking, 1)]

    def signals(
        self,
        question: str,
        *,
        language: str = "zh",
        groups: Groups | None = None,
        vector: Vectors | None = None,
        weight: Callable[[str], float] | None = None,
    ) -> Signals:
        """How near each chunk is to the question by each measure.

        One embedding, unless a vector is given; one more for an English question to a plan without a rendering, unless plans
        are only told apart: then `weight` says what a term counts, which by default is how rare it is in this plan.
        """
        vector = self.embedder.query(question) if vector is None else vector
        if language == "en" and not self.source.english and weight is None:
            vector = meeting(question, vector, self._stored.english, self.embedder)
        groups = self.groups(question, language) if groups is None else groups
        dense, sentences = self._dense(self._stored.ways, self._places[0], vector, MAX_WAYS)
        counted = weight or self.idf
        texts = self._meant(question, language, counted)
        meant: Values = np.maximum.reduceat(texts, self._begins)
        bm25, limit = self._stored.words.scores(groups, weight), self._limit(question, language, groups, counted)
        if not self._stored.manifest.questions:
            return Signals(dense, bm25, meant, sentences, limit, texts=texts)
        asked, known = self._dense(self._stored.questions, self._places[1], vector, MAX_QUESTIONS)
        worded = self._stored.question_words.scores(groups)
        return Signals(dense, bm25, meant, sentences, limit, asked, worded, known, texts)

    def _meant(self, question: str, language: str, weight: Callable[[str], float]) -> Values:
        """How well the words of each sentence and heading stand for the question's."""
        words = self.words.terms(question) if language == "zh" else latin_words(question)
        asked = tuple(dict.fromkeys(word for word in words if word not in self.words.stop))
        weights = np.array([weight(word) for word in asked], dtype=np.float32)
        return self._stored.maxsim.scores(self.embedder.query_words(asked), weights)

    def _limit(self, question: str, language: str, groups: Groups, weight: Callable[[str], float]) -> float:
        """The sum of what a question's words count, those that the plan does not use included."""
        missing = 0
        if language == "en":
            held = {term for group in groups for term in group}
            missing = sum(not words and held.isdisjoint(p.split()) for p, words in self.translations(question))
        return sum(min(map(weight, group)) for group in groups if group) + missing * _UNKNOWN * weight("")

    @staticmethod
    def fuse(signals: Signals, weights: Weights) -> NDArray[np.float32]:
        """One score for each chunk, about 0 to 1, higher is better."""
        dense = weights.dense
        words = signals.bm25 * np.float32(FULL_SCORE / (signals.limit or 1.0))
        score: NDArray[np.float32] = dense * scaled(signals.dense) + (1 - dense) * words
        # by what is lost against the best, so that a score means the same whether a question has many near words or few
        score *= 1 - weights.meant * (signals.meant.max() - signals.meant)
        if signals.asked is None or signals.worded is None:
            return score
        known: NDArray[np.float32] = dense * scaled(signals.asked) + (1 - dense) * scaled(signals.worded)
        whole: NDArray[np.float32] = (1 - weights.known) * score + weights.known * known
        return whole

    def background(self, language: str) -> Background:
        """What chance looks like in this index for questions of a language."""
        return self._stored.background[language]

    @cached_property
    def variants(self) -> Variants:
        """How the plans' words sound."""
        return Variants([self.folded], self.words)

    def with_frame(self, hits: list[Hit]) -> list[Hit]:
        """The hits, and behind them the notice, preamble and closing lines: what a document says of itself has few words."""
        held = {hit.chunk.id for hit in hits}
        frame = [c for c in self.chunks if c.ref in FRAME and c.id not in held]
        return [*hits, *(Hit(self.plan.id, c.ref, c, 0.0, len(hits) + i, 0.0, 0.0) for i, c in enumerate(frame, 1))]

    def hit(self, row: int, rank: int, score: float, signals: Signals) -> Hit:
        """The chunk of this number as a hit."""
        chunk, dense, bm25 = self.chunks[row], float(signals.dense[row]), float(signals.bm25[row])
        sentences, known = (seen.of(row) if seen else {} for seen in (signals.sentences, signals.known))
        texts = signals.texts[self._begins[row] :][: len(chunk.sentences)]
        meant = {sentence.start: float(value) for sentence, value in zip(chunk.sentences, texts, strict=False)}
        return Hit(self.plan.id, chunk.ref, chunk, score, rank, dense, bm25, sentences, known, meant)

    def _led_to(self, ways: Ways) -> Places:
        rows, starts = [], []
        for way in ways.ids:
            chunk, *start = way.split("|")
            rows.append(self._row[chunk])
            starts.append(int(start[0]) if start else -1)
        return Places(np.array(rows, dtype=np.intp), np.array(starts, dtype=np.intp))

    def _dense(self, ways: Ways, places: Places, vector: Vectors, most: int) -> tuple[NDArray[np.float32], Seen]:
        """The best cosine of each chunk's ways, and those of single sentences; unseen chunks get the lowest seen."""
        found = ways.nearest(vector, most)
        lowest = found.cosines[-1] if len(found.cosines) else -1.0
        best = np.full(len(self.chunks), lowest, dtype=np.float32)
        np.maximum.at(best, places.rows[found.numbers], found.cosines)
        return best, Seen(places.rows[found.numbers], places.starts[found.numbers], found.cosines)


# ---- several plans --------------------------------------------------------------------------------------------------


def _seen_together(indexes: Sequence[Index], question: str, language: str, vector: Vectors) -> list[Signals]:
    chunks = sum(len(index.chunks) for index in indexes)

    def weight(term: str) -> float:  # a word that is rare in one plan may be what another is all about
        return idf(sum(index.frequency(term) for index in indexes), chunks)

    return [index.signals(question, language=language, vector=vector, weight=weight) for index in indexes]


def search_plans(indexes: Sequence[Index], question: str, k: int, language: str, vector: Vectors) -> list[Hit]:
    """The k best chunks of several plans, as if they were one."""
    parts = _seen_together(indexes, question, language, vector)
    places = [(index, row, part) for index, part in zip(indexes, parts, strict=True) for row in range(len(index.chunks))]
    score = Index.fuse(_joined(parts), WEIGHTS)
    found = enumerate(np.argsort(-score, kind="stable")[:k], 1)
    return [index.hit(row, rank, float(score[i]), part) for rank, i in found for index, row, part in [places[i]]]


def nearest_plans(indexes: Sequence[Index], question: str, language: str, vector: Vectors) -> list[str]:
    """Plans in the order in which one search of them all comes upon them: by what their text says, and with known questions."""
    if len(indexes) < 2:
        return [index.plan.id for index in indexes]
    signals = _joined(_seen_together(indexes, question, language, vector))
    owners = [index.plan.id for index in indexes for _ in index.chunks]
    by_text = Index.fuse(replace(signals, asked=None, worded=None), WEIGHTS)
    both = (np.argsort(-score, kind="stable") for score in (by_text, Index.fuse(signals, WEIGHTS)))
    return list(dict.fromkeys(owners[row] for pair in zip(*both, strict=True) for row in pair))


def _joined(parts: Sequence[Signals]) -> Signals:
    """The signals of several plans as those of one; a plan without known questions is as far from them as can be."""
    lowest = min((float(p.asked.min()) for p in parts if p.asked is not None), default=None)
    return Signals(
        np.concatenate([p.dense for p in parts]),
        np.concatenate([p.bm25 / np.float32(p.limit or 1.0) for p in parts]),
        np.concatenate([p.meant for p in parts]),
        None,
        1.0,
        None if lowest is None else np.concatenate([_or(p.asked, p.dense, lowest) for p in parts]),
        None if lowest is None else np.concatenate([_or(p.worded, p.dense, 0.0) for p in parts]),
    )


def _or(values: Values | None, like: Values, value: float) -> Values:
    return np.full_like(like, value) if values is None else values
