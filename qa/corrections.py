"""What the plan says where a question takes something for given that is not so."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from corpus.figures import Figure
from corpus.fold import fold
from corpus.sentences import Sentence
from index.bm25 import Groups
from index.retrieve import Index
from qa import cues, texts
from qa.answer import Citation
from qa.claims import agrees, ended, english_claims, english_contradiction, met, same_unit
from qa.compose import NEAR, cite
from qa.evidence import Evidence, Ranker
from qa.judge import NEAR_COVER, Judge
from qa.speak import Draft, Speaker
from qa.stated import Stated
from qa.understand import Kind, Question, premise
from qa.years import years_in

AS_NEAR = 0.7  # a figure with this share of the words around the best one may be the one that is meant
PREMISE_COVER = 0.6  # share of what a figure is stated of that has to stand around the plan's own


def _beside(ranked: Sequence[Evidence]) -> list[Sentence]:
    """The best sentence and those of its section that come about as near."""
    best = ranked[0]
    return [e.sentence for e in ranked[:6] if e.sentence.ref == best.sentence.ref and e.score >= NEAR * best.score]


class Corrections:
    """Answers that correct a question."""

    def __init__(self, index: Index, ranker: Ranker, speaker: Speaker, judge: Judge, stated: Stated) -> None:
        self._index = index
        self._ranker = ranker
        self._speaker = speaker
        self._judge = judge
        self._stated = stated

    def correction(self, question: Question, ranked: Sequence[Evidence]) -> Draft | None:
        """What the plan says where the question states another figure, or what is gone; None where nothing of it is wrong."""
        ways = (self._wrong_figure, self.premise, self._gone, self._wrong_number)
        return next(filter(None, (way(question, ranked) for way in ways)), None)

    def premise(self, question: Question, ranked: Sequence[Evidence]) -> Draft | None:
        """What the plan says of a figure that a clause states which does not ask; None where that is so."""
        return next(filter(None, (self._wrong_premise(question, ranked, claim) for claim in question.claims)), None)

    def _wrong_premise(self, question: Question, ranked: Sequence[Evidence], claim: Figure) -> Draft | None:
        topic = premise(question, claim)
        stated = replace(question, topic=topic)
        groups = self._ranker.groups(stated) if topic else ()
        if cues.HEARD.search(question.text):  # said of the plan, so in the plan's words as far as it has them
            groups = self._ranker.known(groups)
        covers = self._figures_like(stated, groups, [e.sentence for e in ranked] if groups else [], claim)
        near = {place: cover for place, cover in covers.items() if cover >= PREMISE_COVER}
        if not near or any(met(claim, figure, fold(question.text)) for _, figure in near):
            return None
        return self._told(question, *max(near, key=lambda place: near[place]))

    def _wrong_figure(self, question: Question, ranked: Sequence[Evidence]) -> Draft | None:
        """What the sentences near the answer give for a figure that the question states."""
        near = _beside(ranked)
        return next(filter(None, (self._other_figure(question, near, claim) for claim in question.claims)), None)

    def _other_figure(self, question: Question, near: Sequence[Sentence], claim: Figure) -> Draft | None:
        covers = self._figures_like(question, self._ranker.groups(question), near, claim)
        of_each = itertools.groupby(covers, key=lambda place: place[0])  # sentence by sentence, as they were found
        places = [max(group, key=lambda place: covers[place]) for _, group in of_each]
        if not places or any(met(claim, figure, fold(question.text)) for _, figure in places):
            return None
        # that of another thing in the same sentence, about as near: which one is meant cannot be told
        least = AS_NEAR * covers[places[0]]
        if any(agrees(claim, figure) and cover >= least for (_, figure), cover in covers.items()):
            return None
        return self._told(question, *places[0])

    def _figures_like(
        self, question: Question, groups: Groups, sentences: Iterable[Sentence], claim: Figure
    ) -> dict[tuple[Sentence, Figure], float]:
        """The figures that measure what a claimed one does, each with the share of the words around it."""
        weights = self._ranker.weights(groups)
        return {
            (s, f): self._ranker.figure_cover(question, groups, weights, self._index.plan.id, s, f)
            for s in sentences
            for f in self._ranker.figures(s.text)
            if f.family == claim.family and same_unit(claim, f)
        }

    def _gone(self, question: Question, ranked: Sequence[Evidence]) -> Draft | None:
        """The sentence that says that what the question supposes to be there is gone: when will the last one be closed."""
        asks = question.kind in (Kind.FIGURE, Kind.DATE)
        gone = next((e.sentence for e in ranked[:4] if self._says_gone(question, e)), None) if asks else None
        return self._corrected(question, self._said(question, gone), cite(self._index.plan, gone, 1)) if gone else None

    def _says_gone(self, question: Question, evidence: Evidence) -> bool:
        known = self._ranker.known(self._ranker.groups(question))
        inside = self._ranker.sentence_terms(evidence.plan, evidence.sentence)
        about = self._ranker.cover(known, self._ranker.weights(known), inside, frozenset()) >= NEAR_COVER
        return about and ended(fold(question.text), fold(evidence.sentence.text))

    def _wrong_number(self, question: Question, ranked: Sequence[Evidence]) -> Draft | None:
        """The sentence that gives another number than an English question for the same thing."""
        if question.language == "zh" or cues.OWN_CASE.search(question.text):
            return None
        best = ranked[0].sentence
        # another sentence than the best is held against only where that gives no number itself
        held = [best] if english_claims(self._speaker.sentence(best, "en")) else _beside(ranked)
        other = next((s for s in held if english_contradiction(question.text, self._speaker.sentence(s, "en"))), None)
        return self._corrected(question, self._said(question, other), cite(self._index.plan, other, 1)) if other else None

    def _told(self, question: Question, sentence: Sentence, figure: Figure) -> Draft:
        said = self._speaker.figure(sentence, figure, question.language)
        return self._corrected(question, said, cite(self._index.plan, sentence, 1, [(figure.start, figure.end)]))

    def _corrected(self, question: Question, said: str, citation: Citation, pair: tuple[str, str] = texts.CORRECTION) -> Draft:
        text = self._speaker.marked([said], question.language)
        return Draft(texts.pick(pair, question.language).format(text=text), (citation,))

    def supposed(self, question: Question, ranked: Sequence[Evidence]) -> Draft | None:
        """What the plan says where a question about a year outside its period supposes what is not so."""
        return self._other_period(question, ranked[0]) or self.correction(question, ranked)

    def _other_period(self, question: Question, best: Evidence) -> Draft | None:
        """No, where the plan sets another year for what is asked."""
        if not (self._judge.near(question, best) and self._stated.other_year(question, best)):
            return None
        said = self._said(question, best.sentence, years_in(best.sentence.text))
        return self._corrected(question, said, cite(self._index.plan, best.sentence, 1), texts.NOT_SO)

    def _said(self, question: Question, sentence: Sentence, years: Iterable[int] = ()) -> str:
        """The sentence, or of a long one the clauses around these years, else around the question's words."""
        wanted = [*map(str, years)] or self._ranker.wanted(question)
        return self._speaker.shortened(sentence, question.language, wanted)
