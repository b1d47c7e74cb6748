"""One question becomes one checked answer: refuse early, find evidence, decide, compose, check."""

from collections.abc import Sequence
from dataclasses import replace

from corpus.fold import fold, squeeze
from corpus.parse import Plan
from corpus.places import cities_in, names_district
from index.retrieve import Hit, Index
from qa import cues, texts
from qa.answer import Answer, Nearest, Reason
from qa.check import faults
from qa.claims import KINDS
from qa.compare import Comparison
from qa.compose import MAX_MEASURES, NEAR, cite, cite_heading, following, measures
from qa.corrections import Corrections
from qa.evidence import Evidence, Ranker, is_lead
from qa.judge import Judge
from qa.lists import Lister
from qa.sought import Sought
from qa.speak import Draft, Speaker
from qa.stated import Stated
from qa.understand import Kind, Question, Scope
from qa.years import is_past, other_time, years_of

EVIDENCE_HITS = 12  # sections of which sentences are read
MAX_DATED = 80  # characters of a sentence that is told whole for its date
_KINDS_REFUSED = {
    Kind.ORDER: Reason.ORDER,
    Kind.WRITING: Reason.WRITING,
    Kind.SMALL_TALK: Reason.SMALL_TALK,
    Kind.PERSONAL_CASE: Reason.PERSONAL_CASE,
}


class Responder:
    """Answers questions from an index. Safe to share between threads; the same question gives the same answer."""

    def __init__(self, index: Index, max_question: int) -> None:
        self.index = index
        self.ranker = Ranker(index)
        self.speaker = Speaker(index)
        self.lister = Lister(index, self.ranker, self.speaker)
        self.judge = Judge(index)
        self.sought = Sought(index, self.ranker, self.judge)
        self.stated = Stated(index, self.ranker, self.speaker, self.judge)
        self.corrections = Corrections(index, self.ranker, self.speaker, self.judge, self.stated)
        self.max_question = max_question

    # ---- refusing ---------------------------------------------------------------------------------------------------

    def refuse(
        self,
        text: str,
        language: str,
        reason: Reason,
        plan: Plan,
        hit: Hit | None = None,
        details: dict[str, str] | None = None,
    ) -> Answer:
        """A refusal in the asker's language, with the nearest section where one was found."""
        meta = plan.meta
        title = meta.english_title if language == "en" and meta.english_title else plan.title
        message = texts.pick(texts.REFUSALS[reason], language).format(
            limit=self.max_question, title=title, hotline=texts.HOTLINE, **(details or {})
        )
        nearest = (
            Nearest(plan.id, hit.ref, plan.by_ref[hit.ref].address, self.speaker.title(hit.ref, language)) if hit else None
        )
        if nearest and reason in (Reason.NO_FIGURE, Reason.NO_DETAIL, Reason.NOT_IN_PLAN):
            message += texts.pick(texts.NEAREST, language).format(address=nearest.address, title=nearest.title)
        if reason in (Reason.NO_DETAIL, Reason.NOT_IN_PLAN):
            message += texts.pick(texts.TURN_TO, language).format(hotline=texts.HOTLINE)
        return Answer(text, language, message, reason, nearest=nearest)

    def unmet(self, question: Question, scope: Scope) -> tuple[Reason, dict[str, str]] | None:
        """The condition that the question sets and the plan does not meet, with the words to say so."""
        zh, meta = question.language == "zh", scope.meta
        if question.kind in _KINDS_REFUSED:
            return _KINDS_REFUSED[question.kind], {}
        if question.places:
            own = "".join(meta.place) if zh else ", ".join(reversed(meta.english_place or meta.place))
            return Reason.OTHER_PLACE, {"detail": ("、" if zh else ", ").join(question.places), "place": own}
        years = [f"{y}年" if zh else str(y) for y in scope.unmet_years(question.years)]
        outside = [*years, *scope.unmet_rounds(question.rounds)]
        if not outside:
            return None
        first, last = meta.period or (0, 0)
        period = (f"{first}—{last}年" if zh else f"{first}–{last}") if meta.period else scope.plan.title
        return Reason.OTHER_PERIOD, {"detail": ("、" if zh else ", ").join(outside), "period": period}

    def missing_detail(self, question: Question, evidence: Sequence[Evidence]) -> tuple[str, str] | None:
        """What the question asks for and no sentence near it gives: a phone number, an address, a name.

        A question that states a wrong figure is answered with the right one, whatever it asks.
        """
        for asked, given, name in cues.DETAILS:
            if asked.search(question.own) and not given.search(self.index.plan.by_ref[evidence[0].sentence.ref].text):
                return name
        places = ((cues.ASKS_CITY, cities_in, cues.CITY), (cues.ASKS_DISTRICT, names_district, cues.DISTRICT))
        for asks, names, name in places:
            if not asks.search(question.own) or any(names(e.sentence.text) for e in evidence[:5]):
                continue
            if not self.corrections.correction(question, evidence):
                return name
        return None

    # ---- answering --------------------------------------------------------------------------------------------------

    def preferred(self, question: Question, plan: Plan, boost: Sequence[str]) -> tuple[str, ...]:
        """The sections to look in first: those cited last in the conversation, and the one that the question names by title."""
        section = self.lister.named(question, plan)
        return (*boost, section.ref) if section else tuple(boost)

    def sureness(self, question: Question, ranked: Sequence[Evidence]) -> float:
        """How far the best sentence lies above the line of `sure`, so that plans with and without questions compare."""
        return self.judge.above_sure(ranked[0])

    def draft(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | Reason:
        """The answer before it is checked, or why there is none."""
        whole = self._own_period(question, plan) or self.lister.whole(question, plan, ranked)
        if whole:
            return whole
        # words alone do not make a sentence sure here: it is their share that is too small
        strange = self.lister.strange(question) and self.judge.above_sure(ranked[0]) < 0
        if strange or not self.judge.relevant(question, ranked):
            return self.corrections.premise(question, ranked) or Reason.NOT_IN_PLAN
        special = (
            self.lister.tasks(question, plan, ranked[0].sentence)
            or self.corrections.correction(question, ranked)
            or (self.lister.introduced(question, plan, ranked[0]) if self.judge.near(question, ranked[0]) else None)
        )
        if special:
            return special
        if question.kind in (Kind.FIGURE, Kind.DATE):
            return self._figure(question, ranked, plan)
        return self._fact(question, ranked, plan)

    def _own_period(self, question: Question, plan: Plan) -> Draft | None:
        """The years that the plan runs for, where that is asked and a heading or a sentence gives both."""
        years = [str(year) for year in plan.meta.period or ()]
        asked = cues.OWN_PERIOD.search(fold(question.text))
        if not years or not asked or (asked["called"] or "") not in squeeze(fold(plan.title)):
            return None
        headings = (cite_heading(plan, s.ref, 1) for s in plan.sections if all(y in s.title for y in years))
        sentences = (cite(plan, x, 1) for s in plan.sections for x in s.sentences if all(y in x.text for y in years))
        citation = next((c for found in (headings, sentences) for c in found), None)
        said = texts.pick(texts.OWN_PERIOD, question.language).format(first=years[0], last=years[-1])
        return Draft(f"{said}[1]", (citation,)) if citation else None

    def several(self, question: Question, sides: Sequence[Evidence], plan: Plan) -> Draft:
        """Several figures in one answer, each with its sentence."""
        sentences = list(dict.fromkeys(side.sentence for side in sides))
        spans = {s: [(e.figure.start, e.figure.end) for e in sides if e.figure and e.sentence == s] for s in sentences}
        # a clause that gives two of the figures is told once
        said = dict.fromkeys(
            (self.speaker.figure(e.sentence, e.figure, question.language), sentences.index(e.sentence) + 1)
            for e in sides
            if e.figure
        )
        return Draft(
            self.speaker.marked([text for text, _ in said], question.language, [mark for _, mark in said]),
            tuple(cite(plan, s, mark, spans[s]) for mark, s in enumerate(sentences, 1)),
        )

    def compare(self, question: Question, comparison: Comparison, sides: tuple[Evidence, Evidence], plan: Plan) -> Draft:
        """Yes, no, or which of two figures is the larger, with both sentences."""
        first, second = (side.figure.value if side.figure else None for side in sides)
        assert first is not None and second is not None  # noqa: PT018 - `comparable` chose them so
        verdict = comparison.verdict(first, second)
        pair = {"yes": texts.YES, "no": texts.NO, "same": texts.SAME}.get(verdict, texts.LARGER)
        name = comparison.first if verdict == "first" else comparison.second
        both = self.several(question, sides, plan)
        return replace(both, text=texts.pick(pair, question.language).format(text=both.text, name=name))

    def _figure(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | Reason:
        best, found = ranked[0], self.sought.figure(question, ranked)
        left_open = self.sought.left_open(question, best)
        if left_open and not (question.strict and question.family == "money"):
            open_clause = (
                left_open
                if question.language == "zh"
                else self.speaker.shortened(best.sentence, question.language, self.ranker.wanted(question))
            )
            return Draft(
                texts.pick(texts.NO_VALUE, question.language).format(
                    text=self.speaker.marked([open_clause], question.language)
                ),
                (cite(plan, best.sentence, 1),),
            )
        if not found or not found.figure:
            kinds = question.unit in KINDS  # of how many kinds something is may be told without the number
            often = question.family == "duration" and cues.OFTEN.search(best.sentence.text)
            # when may be answered by an event, which year by a year alone
            event = question.kind is Kind.DATE and not cues.DAY_ASKED.search(question.text)
            if (often or event or kinds) and (kinds or not question.strict) and self.judge.sure(question, best):
                return self._fact(question, ranked, plan)
            return Reason.NO_FIGURE
        achieved = cues.RESULT.search(fold(question.text)) and not cues.TO_COME.search(question.text)
        if achieved and not cues.STANDS.search(found.sentence.text) and not is_past(plan, found):
            return Reason.NO_RESULT
        if other_time(question, plan, found):
            return Reason.NO_FIGURE
        whole = self.speaker.sentence(found.sentence, question.language)
        # a date is told with what it begins or ends, and a sentence with two dates is not torn
        dated = question.kind is Kind.DATE and len(whole) <= MAX_DATED
        said = whole if dated else self.speaker.figure(found.sentence, found.figure, question.language)
        text = self.speaker.marked([said], question.language)
        if question.years and not years_of(plan, found) & set(question.years):
            text += texts.pick(texts.WHOLE_PERIOD if plan.meta.period else texts.UNDATED, question.language)
        return Draft(text, (cite(plan, found.sentence, 1, [(found.figure.start, found.figure.end)]),))

    def _fact(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft:
        best, language = ranked[0], question.language
        chosen = measures(plan, ranked, NEAR, lambda s: len(self.speaker.sentence(s, language)), MAX_MEASURES[language])
        in_charge = self.stated.in_charge(question, best)
        if in_charge and in_charge not in chosen:
            chosen = [best.sentence, in_charge]
        after = following(plan, best.sentence)
        if chosen == [best.sentence] and is_lead(plan, best.sentence) and after:
            chosen = [best.sentence, after]
        wanted = self.ranker.wanted(question)
        parts = [self.speaker.shortened(s, language, wanted) for s in chosen]
        citations = tuple(cite(plan, s, i) for i, s in enumerate(chosen, 1))
        told = [e for e in ranked if e.sentence in chosen]
        return Draft(self._opening(question, told, self.speaker.marked(parts, language)), citations)

    def _opening(self, question: Question, told: Sequence[Evidence], body: str) -> str:
        """The body, behind yes, no or a correction where the question calls for one."""
        best = told[0]
        asked, sentence = fold(question.text), best.sentence.text
        if cues.ASKS_FOR_VALUE.search(asked):
            has = any(f.family not in ("date", "label", "") for f in self.ranker.figures(sentence))
            pair = texts.YES if has and not self.sought.left_open(question, best) else texts.NO_VALUE
        elif question.kind is not Kind.YES_NO:
            states = cues.PRESUMES.search(asked) or self.stated.is_statement(asked) or self.stated.misquotes(question, best)
            presumes = states and self.judge.near(question, best) and self.stated.disputed(question, [best])
            unsaid = cues.WHY.search(asked) and not cues.BECAUSE.search(self.speaker.sentence(best.sentence, question.language))
            pair = texts.CORRECTION if presumes else texts.NO_REASON if unsaid else texts.PLAIN
        elif cues.CHOICE.search(asked):
            pair = texts.PLAIN
        elif self.judge.near(question, best) and self.stated.disputed(question, told):
            pair = texts.NOT_SO
        else:
            pair = texts.YES if self.stated.affirmed(question, best) else texts.RELATED
        return texts.pick(pair, question.language).format(text=body)

    def checked(self, draft: Draft) -> Draft:
        """The draft if it holds; else its quotes alone, which always do."""
        answer = Answer("", "", draft.text, citations=draft.citations)
        if not faults(answer, {self.index.plan.id: self.index.plan}, draft.allowed):
            return draft
        return Draft("".join(f"{c.quote}[{c.mark}]" for c in draft.citations), draft.citations)
