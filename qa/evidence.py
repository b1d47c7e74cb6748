"""From hits to sentences: which sentence answers, and which clause of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus.figures import Figure, english_forms, find_figures, unit_size
from corpus.fold import fold
from corpus.parse import Plan
from corpus.sentences import Sentence
from index.bilingual import stems
from index.bm25 import Groups
from index.retrieve import Hit, Index
from index.store import terms_of
from qa import cues
from qa.understand import Kind, Question

# the sentence's own meaning, that of the questions it is known to answer, shared words, the section's rank: near the centre
# of the best 100 of 4,000 random weightings on the tuning questions (.93 of 301 sentences right)
W_TEXT, W_KNOWN, W_COVER, W_SECTION = 0.35, 0.4, 0.7, 0.6
IN_SECTION = 0.25  # a question's word counts a quarter where it stands beside the sentence, in its heading or chunk
LEAD_MALUS = 0.08  # a sentence that only announces what its section says
# a line without a full stop that shares hardly a word with the question and is not known to answer any: a title, a date, a
# mark of the page it is from
FRAGMENT_MALUS, FRAGMENT_MAX, FRAGMENT_COVER = 0.3, 30, 0.2
TYPE_BONUS, TYPE_MALUS, CLAUSE_BONUS = 0.15, 0.25, 0.4
# a figure per head where none is asked for; a ceiling, that of the whole, or a day, where one is
PER_HEAD_MALUS, MEANT_BONUS = 0.2, 0.15
YEAR_BONUS = 0.3  # a sentence that names the year asked for
PREFERRED_BONUS = 0.3  # the section that the question names by its title, or that was cited last
NUMBER_BONUS = 0.5  # a document has one number, and hardly any word to find it by
# share of the asking clause's words that have to stand around a figure: by themselves, or where all else speaks for it
IN_FOCUS, SOME_FOCUS = 0.5, 0.15
Weights = NDArray[np.float64]
LEAD_MAX = 22  # characters
_APART = 60  # times: months are told as days, hours not as minutes
_UNKNOWN = 0.5  # an English word without a translation may be one that Chinese does without
_PERSONS = ("人", "名", "位")
_GENERAL = ("个", "项", "种")  # 100个企业 is as good as 100家企业
_ENGLISH_BREAK = re.compile(r"[,;:] | and | or ")
_BREAK = re.compile(r"[，；：,;]")
_WHOLE = re.compile(r"[。！？；;：:][”」）)]?\s*$")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_IN_QUOTES = re.compile(r"“[^”]*”|《[^》]*》")


@dataclass(frozen=True)
class Evidence:
    """A sentence as an answer: how well it fits, and its figure where one was asked for.

    `score` is higher for better; `cover` is the share of the question's words that the sentence and its section hold,
    weighted by rarity, 0 to 1; `lead` how far the score lies above the next sentence's; `cosine` that of the sentence and
    the question, `asked` that of the nearest question which the sentence is known to answer; `meant` says how well the
    sentence's words stand for the question's, 0 to 1.
    """

    plan: str
    sentence: Sentence
    score: float
    cover: float
    cosine: float
    asked: float
    hit: Hit
    figure: Figure | None = None
    lead: float = 0.0
    meant: float = 0.0


@lru_cache(maxsize=8192)
def _figures(text: str) -> tuple[Figure, ...]:
    return find_figures(text)


class _Scale:
    """Maps the cosines that one search saw onto 0 to 1."""

    def __init__(self, cosines: Sequence[float]) -> None:
        self.low, self.high = (min(cosines), max(cosines)) if cosines else (0.0, 0.0)

    def __call__(self, cosine: float) -> float:
        return (cosine - self.low) / ((self.high - self.low) or 1)


class Ranker:
    """Ranks the sentences of hits as answers to a question."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._cached = lru_cache(maxsize=16384)(self._terms)
        self._counted = lru_cache(maxsize=1024)(self._counted_words)

    def _terms(self, plan: str, ref: str, text: str) -> frozenset[str]:
        return frozenset(terms_of(self._index.source, self._index.words, ref, text))

    @staticmethod
    def figures(text: str) -> tuple[Figure, ...]:
        """The figures of a sentence."""
        return _figures(text)

    def sentence_terms(self, plan: str, sentence: Sentence) -> frozenset[str]:
        """What a sentence is matched by, in both languages."""
        return self._cached(plan, sentence.ref, sentence.text)

    def _beside(self, hit: Hit) -> frozenset[str]:
        """The terms of a chunk's headings and of all its sentences."""
        headings = ((s.ref, s.title) for s in self._index.plan.path(hit.ref) if s.title)
        return frozenset().union(
            *(self._cached(hit.plan, ref, text) for ref, text in (*headings, *((s.ref, s.text) for s in hit.chunk.sentences)))
        )

    def weights(self, groups: Groups) -> Weights:
        """The weight of each group: its rarest known alternative's idf, the highest for words that no plan uses."""
        return np.array(
            [min(self._index.idf(term) for term in group) if group else self._index.idf("") * _UNKNOWN for group in groups]
        )

    def groups(self, question: Question) -> Groups:
        """The words of the question, each with what it may stand for; () for an English word without a translation."""
        if question.language == "zh":
            return self._index.groups(question.topic, "zh")
        known = self._index.groups(question.topic, "en")
        held = {term for group in known for term in group}
        missing = [
            phrase
            for phrase, words in self._index.translations(question.topic)
            if not words and not held.intersection(phrase.split())
        ]
        return (*known, *(() for _ in missing))

    def known(self, groups: Groups) -> Groups:
        """The groups of which the plan uses a word."""
        return tuple(g for g in groups if any(t in self._index.vocabulary for t in g))

    def wanted(self, question: Question) -> list[str]:
        """All words by which a part of a sentence is known to be about the question."""
        return [term for group in self.groups(question) for term in group]

    def cover(self, groups: Groups, weights: Weights, inside: frozenset[str], beside: frozenset[str]) -> float:
        """The weighted share of groups that the words hold, those beside counting half."""
        if not groups or not weights.sum():
            return 0.0
        held = [1.0 if inside.intersection(g) else IN_SECTION if beside.intersection(g) else 0.0 for g in groups]
        return float(np.dot(held, weights) / weights.sum())

    def rank(self, question: Question, hits: Sequence[Hit], boost: Iterable[str] = ()) -> list[Evidence]:
        """The sentences of the hits, the best first; sections in `boost` are preferred."""
        groups = self.groups(question)
        weights = self.weights(groups)
        focus = self.groups(replace(question, topic=question.focus)) if question.focus else ()
        text, known = (
            _Scale([c for hit in hits for c in hit.sentences.values()]),
            _Scale([c for hit in hits for c in hit.questions.values()]),
        )
        # what only sends the document out answers nothing but a question about that
        formula = not cues.ASKS_ISSUE.search(question.text)
        preferred, ranked = set(boost), []
        for hit in hits:
            beside = self._beside(hit)
            for sentence in hit.chunk.sentences:
                cosine, asked = hit.sentences.get(sentence.start, text.low), hit.questions.get(sentence.start, known.low)
                dense = W_TEXT * text(cosine) + W_KNOWN * known(asked) if known.high else (W_TEXT + W_KNOWN / 2) * text(cosine)
                cover = self.cover(groups, weights, self._cached(hit.plan, sentence.ref, sentence.text), beside)
                figure, fit = self._typed(question, hit.plan, sentence, groups, weights, focus)
                stray = figure is None and fit <= 0 and sentence.start not in hit.questions and cover < FRAGMENT_COVER
                score = (
                    dense
                    + W_COVER * cover
                    + W_SECTION * hit.score
                    + fit
                    + (YEAR_BONUS if self._of_year(question, sentence) else 0)
                    + (PREFERRED_BONUS if hit.ref in preferred else 0)
                    - (LEAD_MALUS if is_lead(self._index.plan, sentence) else 0)
                    - (
                        FRAGMENT_MALUS
                        if (formula and cues.ISSUED.search(sentence.text)) or (stray and _is_fragment(sentence))
                        else 0
                    )
                )
                meant = hit.meant.get(sentence.start, 0.0)
                ranked.append(Evidence(hit.plan, sentence, score, cover, cosine, asked, hit, figure, meant=meant))
        ranked.sort(key=lambda e: -e.score)
        below = [e.score for e in ranked[1:]] or [0.0]
        return [replace(e, lead=e.score - s) for e, s in zip(ranked, [*below, below[-1]], strict=False)]

    def in_focus(self, question: Question, found: Evidence) -> float:
        """The share of what a question's asking clause names that stands around a figure: 想建实验室，固定人员最少多少人."""
        if not found.figure:
            return 0.0
        asked = replace(question, topic=question.focus or question.topic)
        groups = self.groups(asked)
        return self.figure_cover(asked, groups, self.weights(groups), found.plan, found.sentence, found.figure)

    def best_figure(self, question: Question, plan: str, sentence: Sentence, family: str) -> Figure | None:
        """The figure of a family whose clause holds most of the question's words."""
        groups = self.groups(question)
        weights = self.weights(groups)
        found = [f for f in _figures(sentence.text) if f.family == family]
        return max(found, key=lambda f: self.figure_cover(question, groups, weights, plan, sentence, f), default=None)

    def figure_cover(
        self, question: Question, groups: Groups, weights: Weights, plan: str, sentence: Sentence, figure: Figure
    ) -> float:
        """The share of the question's words that stand around a figure, in either language."""
        terms = set(self._index.words.terms(sentence.text[slice(*figure_span(sentence.text, figure))]))
        if question.language == "en":
            terms.update(stems(english_span(self._index.rendering(sentence.ref, sentence.text), figure)))
        return self.cover(groups, weights, frozenset(terms), frozenset())

    def _counted_words(self, counted: str, language: str) -> frozenset[str]:
        """The plan's words for the thing that a question counts; of an English one those of its last word or phrase."""
        terms = self._index.words.terms
        if language == "zh":
            return frozenset(w for w in terms(counted) if len(w) > 1)
        found = self._index.translations(counted)
        return frozenset(term for word in (found[-1][1] if found else ()) for term in terms(word))

    def counts(self, question: Question, sentence: Sentence, figure: Figure) -> float | None:
        """The share of the words for the thing counted that stand with a figure: 领军, 企业 in 10家知名的领军企业.

        Of an English question, whether one of the Chinese words does. None where nothing is counted, or the plan has no word
        for it; of a sentence with a rendering too, which may well put it in other words.
        """
        asked = self._counted(question.counted, question.language) if question.counted else None
        if not asked:
            return None
        if question.language == "zh":
            behind = fold(sentence.text[figure.end : figure_span(sentence.text, figure)[1]])
            return sum(word in behind for word in asked) / len(asked)
        if self._index.rendering(sentence.ref, sentence.text):
            return None
        begin, end = clause_of(sentence.text, figure.start)
        terms = self._index.words.terms
        # 四类收集容器, or 床位310张 where nothing follows
        around = terms(sentence.text[figure.end : end]) or terms(sentence.text[begin : figure.end])
        return float(not asked.isdisjoint(around))

    def span_cover(self, groups: Groups, weights: Weights, text: str, span: tuple[int, int]) -> float:
        """The share of the question's words that a part of a sentence holds."""
        return self.cover(groups, weights, frozenset(self._index.words.terms(text[slice(*span)])), frozenset())

    @staticmethod
    def _of_year(question: Question, sentence: Sentence) -> bool:
        return any(f.family == "date" and f.value in question.years for f in _figures(sentence.text))

    def _chosen(
        self,
        question: Question,
        plan: str,
        sentence: Sentence,
        figures: Sequence[Figure],
        covers: Sequence[float],
        focus: Groups,
    ) -> int:
        """Which of a sentence's figures is meant: by the words around it, above all those that ask, what it counts and when."""
        rare = self.weights(focus)
        named = [
            cover
            + self.figure_cover(question, focus, rare, plan, sentence, figure)
            + (self.counts(question, sentence, figure) or 0.0)
            + _timed(question, sentence.text, figure)
            for cover, figure in zip(covers, figures, strict=True)
        ]
        return max(range(len(figures)), key=lambda i: (named[i], figures[i].family != "count", -i))

    def _typed(
        self, question: Question, plan: str, sentence: Sentence, groups: Groups, weights: Weights, focus: Groups
    ) -> tuple[Figure | None, float]:
        """The figure that fits the question's type, and what that is worth. `focus` are the words of the clause that asks."""
        if question.kind not in (Kind.FIGURE, Kind.DATE):
            if any(f.family == c.family and f.unit == c.unit for c in question.claims for f in _figures(sentence.text)):
                return None, TYPE_BONUS
            if not question.holds or not question.holds.search(sentence.text):
                return None, 0.0
            return None, NUMBER_BONUS if question.holds is cues.DOCUMENT_NUMBER else TYPE_BONUS
        fitting = [f for f in _figures(sentence.text) if fits(question, f)]
        if not fitting:
            return None, -TYPE_MALUS
        covers = [self.figure_cover(question, groups, weights, plan, sentence, f) for f in fitting]
        best = self._chosen(question, plan, sentence, fitting, covers, focus) if len(fitting) > 1 else 0
        # without a hint at the unit a measure is likelier meant than a count
        bonus = TYPE_BONUS * (
            1 if question.family or question.kind is Kind.DATE else 0.25 if fitting[best].family == "count" else 0.75
        )
        return fitting[best], bonus + CLAUSE_BONUS * covers[best] + _manner(question, sentence.text, fitting[best])


def _timed(question: Question, text: str, figure: Figure) -> float:
    """Whether a figure's clause tells the time asked for: 今年 beside 去年, what came of it beside what was meant."""
    clause = text[slice(*clause_of(text, figure.start))]
    years = [{cues.SAME_YEAR.get(y.lower(), y) for y in cues.THIS_YEAR.findall(t)} for t in (question.text, clause)]
    came = cues.RESULT.search(question.text) and cues.RESULT.search(clause)
    return float(bool(years[0] & years[1])) + float(bool(came))


def _manner(question: Question, text: str, figure: Figure) -> float:
    """Whether a figure is meant as the question means it: a whole, one per head, a ceiling, a day."""
    around = text[slice(*figure_span(text, figure))] + figure.text
    whole = figure.family != "money" and not cues.PER_HEAD.search(question.text)  # grants and fines are told per head anyway
    per_head = whole and cues.PER_HEAD.search(around)
    ceiling = cues.CEILING.search(question.text) and cues.AT_MOST.search(around)
    total = cues.WHOLE.search(question.text) and cues.IN_ALL.search(around)
    day = question.kind is Kind.DATE and cues.DAY_MEANT.search(question.text) and cues.DAY.search(figure.text)
    return (MEANT_BONUS if ceiling or total or day else 0.0) - (PER_HEAD_MALUS if per_head else 0.0)


def _is_fragment(sentence: Sentence) -> bool:
    return len(sentence.text) <= FRAGMENT_MAX and not _WHOLE.search(sentence.text)


def is_lead(plan: Plan, sentence: Sentence) -> bool:
    """Whether the sentence only announces what its section says: short, first, and more follow."""
    return sentence.start == 0 and len(sentence.text) <= LEAD_MAX and len(plan.by_ref[sentence.ref].sentences) > 1


def fits(question: Question, figure: Figure) -> bool:
    """Whether a figure measures what the question asks for."""
    if question.kind is Kind.DATE:
        return figure.family == "date"
    if figure.text.startswith("第") != ("第几" in question.text):
        return False  # 第八轮 does not say how many, and 八轮 not which
    if question.family == "length" and cues.HOW_LONG.search(question.text):
        return figure.family in ("length", "duration")
    if question.unit in _PERSONS and figure.unit in _PERSONS:
        return True
    if question.unit and question.family in ("count", "label", "people"):
        general = question.unit in _GENERAL or (question.family == "count" and fold(figure.unit) in _GENERAL)
        return fold(figure.unit) == question.unit or (general and figure.family == "count")
    if question.family:
        return figure.family == question.family and not _far_apart(question.unit, figure)
    return _fits_any(question, figure)


def _fits_any(question: Question, figure: Figure) -> bool:
    """Whether a figure is one that a question may mean which names neither unit nor measure."""
    if not figure.family:
        return bool(re.search("[万亿]", figure.text))  # 用户数达到4.6亿
    asks = {"大": cues.MAIN_EN, "轮": cues.ROUNDS_EN, "届": cues.ROUNDS_EN}.get(figure.unit)
    if asks and not asks.search(question.text):
        return False
    if figure.family in ("date", "label"):
        return False
    if cues.HOW_MANY_EN.search(question.text):  # how many years, or per cent, is asked by name
        wanted = cues.UNIT_COUNTED.search(question.text)
        return figure.family not in ("duration", *cues.NO_NUMBER_OF) if wanted else figure.family in ("count", "people")
    return True


def _far_apart(unit: str, figure: Figure) -> bool:
    """Whether a duration is asked for in a unit that it is hardly told in: minutes, of 48小时."""
    if figure.family != "duration" or not unit:
        return False
    small, large = sorted((unit_size(unit), unit_size(fold(figure.unit))))
    return large >= _APART * small


def clause_of(text: str, at: int) -> tuple[int, int]:
    """The clause of a sentence around an offset, as a span; 、 parts clauses where both sides hold a figure."""
    cuts = [m.start() for m in _BREAK.finditer(text)]
    figures = _figures(text)
    cuts += [i for i, c in enumerate(text) if c == "、" and _between_figures(text, i, figures)]
    whole = [(f.start, f.end) for f in figures] + [m.span() for m in _IN_QUOTES.finditer(text)]
    cuts = sorted(c for c in cuts if not any(start <= c < end for start, end in whole))
    begin = max((c + 1 for c in cuts if c < at), default=0)
    end = min((c for c in cuts if c >= at), default=len(text.rstrip("。！？；")))
    return begin, end


def english_span(rendering: str, figure: Figure) -> str:
    """The part of an English sentence that holds a figure; "" where it is not to be found there."""
    forms = "|".join(re.escape(form) for form in sorted(english_forms(figure), key=len, reverse=True))
    parts = _ENGLISH_BREAK.split(rendering)
    return next((part for part in parts if re.search(rf"(?<![\d.,]){forms}(?![\d]|[.,]\d)", part)), "")


def figure_span(text: str, figure: Figure) -> tuple[int, int]:
    """The words that say what a figure measures: from the figure before it, or its clause's start, to itself.

    The thing counted, or what a distance or an area is of, follows the figure: there the span runs to the clause's end.
    """
    begin, end = clause_of(text, figure.start)
    before = max((f.end for f in _figures(text) if f.end <= figure.start and f.family not in ("date", "label", "")), default=0)
    follows = figure.family in ("count", "label", "length", "people", "")
    if not follows and not _CJK.match(text, figure.end):
        return max(begin, before), figure.end
    after = min((f.start for f in _figures(text) if f.start >= figure.end and f.family == figure.family), default=end)
    return max(begin, before), min(end, after)


def _between_figures(text: str, at: int, figures: Sequence[Figure]) -> bool:
    left, right = max(text.rfind("，", 0, at), text.rfind("、", 0, at)), len(text)
    for stop in ("，", "、", "。"):
        found = text.find(stop, at + 1)
        right = found if 0 <= found < right else right
    return any(left < f.start < at for f in figures) and any(at < f.start < right for f in figures)
