"""How sure one can be that the plan answers a question, and that a sentence does."""

from collections.abc import Sequence

from index.retrieve import Index
from qa import cues
from qa.evidence import Evidence
from qa.understand import Question

NEAR_COVER = 0.35  # with this share of the question's words a sentence is near it
SURE_COVER = 0.5  # with this share of the question's words a sentence is certainly about it
# ... or with this score in all: of a plan with known questions (1.25 gave the same tuning answers, so the stricter of the two),
# and of one without, where .86 of 472 right sentences lie above it and .14 of 236 others
SURE_SCORE, SURE_SCORE_ALONE = 1.35, 1.05
SURE_KNOWN, SURE_LEAD = 3.0, 0.1  # ... or with a known question this many deviations nearer than chance, well ahead of the next
# deviations above the general questions that the plan does not answer; the second by `planqa eval tune tuning
# --constants chance`: balanced accuracy .987 at 2, less on both sides
ABOVE_CHANCE, CHANCE, FAR_ABOVE_CHANCE = 1.5, 2.0, 4.0
# ... of an English question to a plan without a word of English: words that a dictionary makes of it are shared by chance.
# On 386 questions that eleven plans answer and 190 that they do not 10 % and 32 % are on the wrong side; by words too 16 and 61
ABOVE_CHANCE_ACROSS = 0.7
# below this in all, no English question of the tuning files was answered rightly
LEAST_SCORE = 1.0
SOME_COVER, CLEAR_LEAD = 0.2, 0.3


class Judge:
    """Judges evidence by what questions and plans share by chance."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def sure(self, question: Question, evidence: Evidence) -> bool:
        """Whether a sentence is certainly about the question.

        By shared words, by all signs together, or by a known question much like it that no other sentence comes near.
        """
        _, known = self._index.background(question.language).above(0.0, evidence.asked)
        alone = known >= SURE_KNOWN and evidence.lead >= SURE_LEAD
        return evidence.cover >= SURE_COVER or self.above_sure(evidence) >= 0 or alone

    def across(self, question: Question) -> bool:
        """Whether a question is English and the plan has no word of it: then words are shared by chance."""
        return question.language == "en" and not self._index.source.english

    def above_sure(self, evidence: Evidence) -> float:
        """How far a sentence's score lies above the line of `sure`, so that plans with and without questions compare."""
        return evidence.score - (SURE_SCORE if self._index.source.expansion else SURE_SCORE_ALONE)

    def near(self, question: Question, best: Evidence) -> bool:
        """Whether a sentence is near enough to a question to be held against what it states."""
        return best.cover >= NEAR_COVER or self.sure(question, best)

    def relevant(self, question: Question, ranked: Sequence[Evidence]) -> bool:
        """Whether anything in the plan comes nearer to the question than chance would.

        Sharing no word with the text, a question has to come near one of the known questions, where the plan has them.
        """
        best = ranked[0]
        text, known = self._index.background(question.language).above(
            max(e.cosine for e in ranked), max(e.asked for e in ranked)
        )
        if best.cover >= SURE_COVER and best.lead >= CLEAR_LEAD:
            return True
        if question.holds is cues.DOCUMENT_NUMBER and cues.DOCUMENT_NUMBER.search(best.sentence.text):
            return True
        source = self._index.source
        if not source.expansion:
            if self.across(question):
                return text >= ABOVE_CHANCE_ACROSS
            return text >= ABOVE_CHANCE or best.cover >= NEAR_COVER
        if question.language == "en" and best.score < LEAST_SCORE:
            return False
        return known >= CHANCE or text >= (CHANCE if best.cover >= SOME_COVER else FAR_ABOVE_CHANCE)
