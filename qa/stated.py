"""What a question states, held against a sentence: whether it bears it out or speaks against it."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.fold import fold, squeeze
from corpus.places import cities_in, short_name
from corpus.sentences import Sentence
from index.retrieve import Index
from qa import cues
from qa.claims import (
    WORD,
    contradicts,
    denied_words,
    met,
    numbers_named,
    other_city,
    other_date,
    other_frequency,
    other_kinds,
    other_month,
    other_number,
    other_numbering,
    other_ordinal,
    other_prefix,
    other_quoted,
    other_rank,
    other_share,
    other_span,
    reworded,
    stated,
)
from qa.evidence import Evidence, Ranker
from qa.judge import Judge
from qa.speak import Speaker
from qa.understand import Kind, Question, language_of, without_own_case
from qa.years import of_years, years_in

_PART = re.compile("[；;]")
_TITLES = re.compile("《[^》]*》")
YES_COVER, YES_KNOWN = 0.15, 4.0  # of 80 yeses to the tuning questions these took 4 away, one of them wrong
YES_COVER_ALONE = 0.25  # ... of a plan without known questions: of the 12 yeses between the two 6 were wrong
YES_COVER_ACROSS = 0.3  # ... of an English question to a plan without English
# ... and be this many deviations nearer than chance, unless a known question is near, and this far ahead of the next sentence:
# of 99 yeses to questions written by others these took none of 67 right ones away and 8 of 32 wrong ones, of 138 right ones to
# earlier questions one
YES_TEXT, YES_LEAD = 2.0, 0.05
# how much less of a question a sentence may say that it is held against; of 610 questions by .1 no more were answered rightly
AS_MEANT = 0.05


class Stated:
    """Tells whether a sentence says what a question states, or otherwise."""

    def __init__(self, index: Index, ranker: Ranker, speaker: Speaker, judge: Judge) -> None:
        self._index = index
        self._ranker = ranker
        self._speaker = speaker
        self._judge = judge

    @staticmethod
    def held(told: Sequence[Evidence]) -> list[Evidence]:
        """The sentences that a question is held against, of those that it is answered with, the best first.

        That is the best, and those whose words stand for the question's as well as any: what is asked for may be said by one
        of them, and what it is about by another.
        """
        most = max(e.meant for e in told)
        return [e for i, e in enumerate(told) if not i or e.meant >= most - AS_MEANT]

    def disputed(self, question: Question, told: Sequence[Evidence]) -> bool:
        """Whether what is told speaks against what the question states: by its words, or by naming another thing."""
        text = fold("".join(e.sentence.text for e in told))
        put = fold(question.text) if cues.PRESUMES.search(question.text) else stated(fold(question.text))
        return any(self._disputed(question, put, sentence, text) for sentence in self.held(told))

    def _disputed(self, question: Question, put: str, best: Evidence, text: str) -> bool:
        """The same of one sentence; `put` is what the question states, `text` all that is told."""
        if contradicts(put, fold(best.sentence.text), text):
            return True
        body = cues.NAMES_BODY.search(question.text)
        if body and squeeze(fold(next(filter(None, body.groups())))) not in self._in_role(question, best):
            return True
        if question.kind is Kind.YES_NO and self.other_year(question, best):
            return True
        asked, told = squeeze(fold(question.text)), squeeze(fold(best.sentence.text))
        if any(other(asked, told) for other in (other_frequency, other_rank, other_span, other_date, other_kinds)):
            return True
        plan_text = self._index.folded
        if other_quoted(asked, told, plan_text) or other_numbering(asked, told, plan_text):
            return True
        if other_city(self._cities(asked), self._cities(told)):
            return True
        if question.language == "en":
            rendering = self._speaker.sentence(best.sentence, "en")
            if any(other(question.text, rendering) for other in (other_number, other_month, other_share, other_prefix)):
                return True
        if self._judge.across(question) and (other_ordinal(question.text, told) or self._denied_across(question, told)):
            return True
        return self._names_another(question, best)

    def _denied_across(self, question: Question, told: str) -> bool:
        """Whether a Chinese sentence denies what one of the words of an English question stands for: 不包括门诊手术."""
        words = {term for group in self._ranker.groups(question) for term in group}
        return not cues.NEGATED.search(question.text) and not words.isdisjoint(denied_words(told))

    def _names_another(self, question: Question, best: Evidence) -> bool:
        """Whether the question names a thing of the plan's own that the sentence and its section do not."""
        section = squeeze(fold(self._index.plan.by_ref[best.sentence.ref].whole))
        asked = squeeze(fold(question.text))
        own = {squeeze(fold(n)) for place in self._index.plan.meta.place for n in (place, short_name(place))}
        names = [(en, zh) for en, zh in self._index.names if squeeze(fold(zh)) not in own]
        if question.language == "en":
            named = [zh for en, zh in names if re.search(rf"\b{re.escape(en)}\b", question.text)]
        else:
            named = [w for w in {*self._index.words.lexicon, *(zh for _, zh in names)} if squeeze(fold(w)) in asked]
        return any(name not in own and name not in section for name in (squeeze(fold(n)) for n in named))

    def other_year(self, question: Question, best: Evidence) -> bool:
        """Whether the sentence names years, and none that the question names, or another span of them."""
        # a document that is named is of its own years
        years = years_in(self._part_about(question, _TITLES.sub("", best.sentence.text)))
        apart = bool(question.years and years and years.isdisjoint(question.years))
        return apart or other_span(fold(question.text), fold(best.sentence.text))

    def _part_about(self, question: Question, text: str) -> str:
        """The part of a sentence that holds most of the question's words, of one that ； divides."""
        groups = self._ranker.groups(question)
        weights = self._ranker.weights(groups)
        ends = [0, *(m.end() for m in _PART.finditer(text)), len(text)]
        return text[
            slice(*max(itertools.pairwise(ends), key=lambda span: self._ranker.span_cover(groups, weights, text, span)))
        ]

    @staticmethod
    def is_statement(asked: str) -> bool:
        """Whether a Chinese question is but a statement with a question mark."""
        return asked.endswith("?") and language_of(asked) == "zh" and not cues.ASKS_IN_WORDS.search(asked)

    def _cities(self, text: str) -> frozenset[str]:
        """The cities and provinces that are words of a text, without the plan's own."""
        own = {short_name(place) for place in self._index.plan.meta.place}
        return cities_in(text).intersection(self._index.words.terms(text)) - own

    def misquotes(self, question: Question, best: Evidence) -> bool:
        """Whether the question quotes a name that the sentence quotes otherwise."""
        return other_quoted(squeeze(fold(question.text)), squeeze(fold(best.sentence.text)), self._index.folded)

    def affirmed(self, question: Question, best: Evidence) -> bool:
        """Whether a sentence is so certainly what a question asks about that it can be answered with yes.

        A place or a project that both name does not do: whether it will be filled in shares only its name with the sentence.
        """
        return self._certain(question, best) and self._borne_out(question, best)

    def _certain(self, question: Question, best: Evidence) -> bool:
        """Whether a sentence is near enough to a question for a yes, and no other about as near."""
        text, known = self._index.background(question.language).above(best.cosine, best.asked)
        alone = YES_COVER_ACROSS if self._judge.across(question) else YES_COVER_ALONE
        least = YES_COVER if self._index.source.expansion else alone
        near = known >= YES_KNOWN or (best.cover >= least and text >= YES_TEXT)
        return near and best.lead >= YES_LEAD and self._judge.sure(question, best)

    def _borne_out(self, question: Question, best: Evidence) -> bool:
        """Whether a sentence and its section say what a question does, as far as words, numbers and years show it."""
        asked, told = fold(question.text), fold(best.sentence.text)
        return (
            not reworded(asked, told)
            and not self._unheard(question)
            and self._figures_given(question, best)
            and self._numbers_given(question, best)
            and not self._dated_otherwise(question, best)
            and of_years(self._index.plan, best, question.years)
            and self._member_named(question, best)
            and self._of_kind(question, best)
            and (not cues.STILL_NEEDED.search(asked) or bool(cues.DUTY.search(told)))
            and not (self._judge.across(question) and cues.NEGATED.search(told) and not cues.NEGATED.search(asked))
        )

    def _member_named(self, question: Question, best: Evidence) -> bool:
        """Whether the section names what the question asks to be among others, by its last word; true where nothing is."""
        asked = cues.MEMBER.search(fold(question.text))
        return not asked or self._named(asked["thing"], best)

    def _named(self, what: str, best: Evidence) -> bool:
        """Whether the section holds the last word of what is asked about; true where that has none."""
        words = [w for w in self._index.words.terms(what) if len(w) >= WORD]
        return not words or words[-1] in squeeze(fold(self._index.plan.by_ref[best.sentence.ref].whole))

    def _of_kind(self, question: Question, best: Evidence) -> bool:
        """Whether the section names what the question puts in a kind, and it or what stands above it the kind.

        True where the question does not classify.
        """
        text = squeeze(fold(question.text))
        asked = cues.CLASSED.search(text)
        if not asked:
            return True
        *above, own = self._index.plan.path(best.sentence.ref)
        around = squeeze(fold("\n".join([*(s.title for s in above), own.whole])))
        return asked["thing"] in around and self._named(text[: asked.start()], best)

    def _unheard(self, question: Question) -> bool:
        """Whether the question quotes a word that the plan does not use."""
        return any(squeeze(q) not in self._index.folded for q in question.quoted)

    def _figures_given(self, question: Question, best: Evidence) -> bool:
        """Whether the section gives each figure that the question states."""
        sentences = self._index.plan.by_ref[best.sentence.ref].sentences
        figures = [f for s in sentences for f in self._ranker.figures(s.text)]
        asked = fold(question.text)
        return all(any(f.family == claim.family and met(claim, f, asked) for f in figures) for claim in question.claims)

    def _numbers_given(self, question: Question, best: Evidence) -> bool:
        """Whether the section, in either language, gives each number that the question names and that is no figure of it."""
        claimed = [claim.text for claim in question.claims]
        asked = numbers_named(without_own_case(fold(question.text))) - numbers_named(" ".join(claimed))
        if not asked:
            return True
        section = self._index.plan.by_ref[best.sentence.ref]
        said = [section.whole, *(self._speaker.sentence(s, "en") for s in section.sentences)]
        return asked <= {number for text in said for number in numbers_named(fold(text))}

    def _dated_otherwise(self, question: Question, best: Evidence) -> bool:
        """Whether the line that says who is in charge, which is told beside the sentence, is of another year."""
        line = self.in_charge(question, best)
        return line is not None and self.other_year(question, replace(best, sentence=line))

    def in_charge(self, question: Question, best: Evidence) -> Sentence | None:
        """The line of the section that says who is in charge, where the question asks that or names a body."""
        if not (question.holds and question.holds.search("部门")) and not cues.NAMES_BODY.search(question.text):
            return None
        return next((s for s in self._index.plan.by_ref[best.sentence.ref].sentences if cues.IN_CHARGE.search(s.text)), None)

    def _in_role(self, question: Question, best: Evidence) -> str:
        """The bodies that the section names for the part that a question asks about, else the whole section; folded."""
        section, role = self._index.plan.by_ref[best.sentence.ref], cues.ROLE_ASKED.search(question.text)
        line = self.in_charge(question, best)
        parts = cues.ROLE.split(line.text) if role and line else []
        named = [bodies for name, bodies in zip(parts[1::2], parts[2::2], strict=True) if role and name == role[1]]
        return squeeze(fold(named[0] if named else section.whole))
