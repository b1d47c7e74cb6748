"""The figure that a question asks for: whether one that was found is it."""

import re
from collections.abc import Sequence

from corpus.fold import fold, squeeze
from corpus.sentences import Sentence
from index.retrieve import Index
from qa import cues
from qa.claims import WORD, opposite_word, other_kinds, other_numbering
from qa.evidence import IN_FOCUS, SOME_FOCUS, Evidence, Ranker, clause_of
from qa.judge import CHANCE, NEAR_COVER, SURE_COVER, Judge
from qa.understand import Kind, Question

HALF = 0.5  # more of the words for the thing counted behind a figure than that make it the answer: of 45 such figures 41 were
FIGURE_DISTANCE = 0.25  # ... where its sentence scores about as well as the best
# ... and where none of the first sentences holds so much more of the question, though without such a figure
SEEN, BESIDE_DISTANCE = 3, 0.4
COVER_DISTANCE = 0.2  # ... and holds about as much of the question: of seven figures that did not one was the answer


class Sought:
    """Tells the figure that was asked for from others."""

    def __init__(self, index: Index, ranker: Ranker, judge: Judge) -> None:
        self._index = index
        self._ranker = ranker
        self._judge = judge

    def figure(self, question: Question, ranked: Sequence[Evidence]) -> Evidence | None:
        """The sentence with the figure that was asked for, None where the plan gives none."""
        found = next((e for e in ranked if e.figure), None)
        return found if found and self._holds(question, ranked, found) else None

    def _holds(self, question: Question, ranked: Sequence[Evidence], found: Evidence) -> bool:
        """Whether the figure found is what was asked for: near the best sentence, and among the question's words."""
        best = ranked[0]
        if found.score < best.score - FIGURE_DISTANCE or self._of_another(question, found):
            return False
        counted = self._ranker.counts(question, found.sentence, found.figure) if found.figure else None
        if counted == 0 and question.language == "en":  # a Chinese question may call the thing otherwise than the plan
            return False
        if counted and counted > HALF:
            return True
        if found.cover < best.cover - COVER_DISTANCE:
            return False
        if found.cover >= NEAR_COVER:
            return True
        beside = max(e.cover for e in ranked[:SEEN])
        if question.kind is Kind.FIGURE and not self._judge.across(question) and found.cover < beside - BESIDE_DISTANCE:
            return False
        focus = self._ranker.in_focus(question, found)
        # sums are asked for more often than plans give them: that the sentence comes near is not enough
        enough = SOME_FOCUS if question.strict and question.family in cues.SELDOM_GIVEN else 0.0
        return (self._judge.sure(question, found) and focus >= enough) or (bool(question.focus) and focus >= IN_FOCUS)

    def _of_another(self, question: Question, found: Evidence) -> bool:
        """Whether a sentence speaks of another thing than the one whose figure is asked for.

        That of 建筑垃圾的利用率是多少 is 建筑垃圾: the plan knows it, and neither the sentence nor a heading above it does.
        A sentence that is known to answer such a question may well put it in other words.
        """
        sentence = found.sentence
        asked, told = squeeze(question.topic), squeeze(fold(sentence.text))
        if (
            opposite_word(asked, told) or other_kinds(asked, told) or other_numbering(asked, told, self._index.folded)
        ):  # the topic is without 多少
            return True
        if self._index.background(question.language).above(0.0, found.asked)[1] >= CHANCE:
            return False
        said = self._said_above(sentence)
        return any(owner not in said for owner in self._owners(question))

    def _said_above(self, sentence: Sentence) -> str:
        """A sentence with all that it stands under: its headings, their own text, and the line that introduces it; folded."""
        *above, own = self._index.plan.path(sentence.ref)
        lead = next((s.text for s in own.sentences[:1] if s.text.endswith(("：", ":"))), "")
        texts = (self._index.plan.title, *(s.whole for s in above), own.title, lead, sentence.text)
        return squeeze(fold("\n".join(texts)))

    def _owners(self, question: Question) -> list[str]:
        """What a question asks the figure of, as far as the plan uses the words: the last word of it, of a share the whole."""
        asked = cues.OWN_YEAR["zh"].sub("", fold(question.text))
        found = (owner["owner"] for pattern in cues.OWNERS if (owner := pattern.search(asked)))
        last = [w for owner in found for w in self._index.words.terms(owner)[-1:] if w in self._index.vocabulary]
        share = cues.SHARE_OF.search(asked)
        ends = (share["owner"][i:] for i in range(len(share["owner"]))) if share else ()
        whole = next((end for end in ends if end in self._index.folded), "")
        return [name for name in (*last, whole) if len(name) >= WORD and not self._ranker.figures(name)]

    def left_open(self, question: Question, best: Evidence) -> str | None:
        """The clause that names the indicator and leaves its figure to somebody else."""
        groups = self._ranker.groups(question)
        weights, sentence = self._ranker.weights(groups), best.sentence.text
        spans = list(dict.fromkeys(clause_of(sentence, i) for i in range(len(sentence))))
        covers = [self._ranker.span_cover(groups, weights, sentence, span) for span in spans]
        top = max(range(len(spans)), key=lambda i: covers[i])
        clause = sentence[slice(*spans[top])]
        return clause if covers[top] >= SURE_COVER and cues.LEFT_OPEN.search(clause) and not re.search(r"\d", clause) else None
