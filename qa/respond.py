"""One question becomes one checked answer: refuse early, find evidence, decide, compose, check."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from corpus.figures import Figure
from corpus.fold import fold, squeeze
from corpus.parse import Plan
from corpus.places import cities_in, names_district, short_name
from corpus.sentences import Sentence
from index.retrieve import Hit, Index
from qa import cues, texts
from qa.answer import Answer, Citation, Nearest, Reason
from qa.check import faults
from qa.claims import (
    WORD,
    agrees,
    contradicts,
    ended,
    english_claims,
    english_contradiction,
    met,
    opposite_word,
    other_city,
    other_code,
    other_date,
    other_level,
    other_number,
    other_quoted,
    other_rank,
    other_span,
    reworded,
    same_unit,
    stated,
)
from qa.compare import Comparison
from qa.compose import MAX_MEASURES, MAX_TEXT, cite, cite_heading, following, measures, shorten
from qa.evidence import IN_FOCUS, SOME_FOCUS, Evidence, Ranker, clause_of, is_lead
from qa.lists import Lister
from qa.speak import Draft, Speaker
from qa.understand import Kind, Question, Scope, language_of, premise, supposes

_PART = re.compile("[；;]")
EVIDENCE_HITS = 12  # sections of which sentences are read
FIGURE_COVER = 0.35  # a figure counts as the answer only where this share of the question's words stands around it
HALF = 0.5  # ... or more of the words for the thing counted behind it: of 45 such figures 41 were the answer
FIGURE_DISTANCE = 0.25  # ... and where its sentence scores about as well as the best
COVER_DISTANCE = 0.2  # ... and holds about as much of the question: of seven figures that did not one was the answer
MAX_DATED = 80  # characters of a sentence that is told whole for its date
SURE_COVER = 0.5  # with this share of the question's words a sentence is certainly about it
# ... or with this score in all: of a plan with known questions (1.25 gave the same tuning answers, so the stricter of the two),
# and of one without, where .86 of 472 right sentences lie above it and .14 of 236 others
SURE_SCORE, SURE_SCORE_ALONE = 1.35, 1.05
YES_COVER, YES_KNOWN = 0.15, 4.0  # of 80 yeses to the tuning questions these took 4 away, one of them wrong
YES_COVER_ALONE = 0.25  # ... of a plan without known questions: of the 12 yeses between the two 6 were wrong
YES_COVER_ACROSS = 0.3  # ... of an English question to a plan without English
AS_NEAR = 0.7  # a figure with this share of the words around the best one may be the one that is meant
PREMISE_COVER = 0.6  # share of what a figure is stated of that has to stand around the plan's own
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
NEAR = 0.75  # how near to the best a further sentence of its section must score to be told too
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
            Nearest(plan.id, hit.ref, plan.by_ref[hit.ref].address, self.speaker.title(plan, hit.ref, language))
            if hit
            else None
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
            if asked.search(question.text) and not given.search(self.index.plan.by_ref[evidence[0].sentence.ref].text):
                return name
        places = ((cues.ASKS_CITY, cities_in, cues.CITY), (cues.ASKS_DISTRICT, names_district, cues.DISTRICT))
        for asks, names, name in places:
            given_name = any(names(e.sentence.text) for e in evidence[:5])
            if asks.search(question.text) and not given_name and not self._correction(question, evidence, self.index.plan):
                return name
        return None

    # ---- answering --------------------------------------------------------------------------------------------------

    def preferred(self, question: Question, plan: Plan, boost: Sequence[str]) -> tuple[str, ...]:
        """The sections to look in first: those cited last in the conversation, and the one that the question names by title."""
        section = self.lister.named(question, plan)
        return (*boost, section.ref) if section else tuple(boost)

    def sure(self, question: Question, evidence: Evidence) -> bool:
        """Whether a sentence is certainly about the question.

        By shared words, by all signs together, or by a known question much like it that no other sentence comes near.
        """
        _, known = self.index.background(question.language).above(0.0, evidence.asked)
        alone = known >= SURE_KNOWN and evidence.lead >= SURE_LEAD
        return evidence.cover >= SURE_COVER or self._above_sure(evidence) >= 0 or alone

    def sureness(self, question: Question, ranked: Sequence[Evidence]) -> float:
        """How far the best sentence lies above the line of `sure`, so that plans with and without questions compare."""
        return self._above_sure(ranked[0])

    def _above_sure(self, evidence: Evidence) -> float:
        return evidence.score - (SURE_SCORE if self.index.source.expansion else SURE_SCORE_ALONE)

    def draft(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | Reason:
        """The answer before it is checked, or why there is none."""
        whole = self._own_period(question, plan) or self.lister.whole(question, plan, ranked)
        if whole:
            return whole
        # words alone do not make a sentence sure here: it is their share that is too small
        strange = self.lister.strange(question) and self._above_sure(ranked[0]) < 0
        if strange or not self.relevant(question, ranked):
            return self._premise(question, ranked, plan) or Reason.NOT_IN_PLAN
        special = (
            self.lister.tasks(question, plan, ranked[0].sentence)
            or self._correction(question, ranked, plan)
            or (self.lister.introduced(question, plan, ranked[0]) if self._near(question, ranked[0]) else None)
        )
        if special:
            return special
        if question.kind in (Kind.FIGURE, Kind.DATE):
            return self._figure(question, ranked, plan)
        return self._fact(question, ranked, plan)

    def _own_period(self, question: Question, plan: Plan) -> Draft | None:
        """The years that the plan runs for, where that is asked and a heading or a sentence gives both."""
        years = [str(year) for year in plan.meta.period or ()]
        if not years or not cues.OWN_PERIOD.search(fold(question.text)):
            return None
        headings = (cite_heading(plan, s.ref, 1) for s in plan.sections if all(y in s.title for y in years))
        sentences = (cite(plan, x, 1) for s in plan.sections for x in s.sentences if all(y in x.text for y in years))
        citation = next((c for found in (headings, sentences) for c in found), None)
        said = texts.pick(texts.OWN_PERIOD, question.language).format(first=years[0], last=years[-1])
        return Draft(f"{said}[1]", (citation,)) if citation else None

    def relevant(self, question: Question, ranked: Sequence[Evidence]) -> bool:
        """Whether anything in the plan comes nearer to the question than chance would.

        Sharing no word with the text, a question has to come near one of the known questions, where the plan has them.
        """
        best = ranked[0]
        text, known = self.index.background(question.language).above(
            max(e.cosine for e in ranked), max(e.asked for e in ranked)
        )
        if best.cover >= SURE_COVER and best.lead >= CLEAR_LEAD:
            return True
        if question.holds is cues.DOCUMENT_NUMBER and cues.DOCUMENT_NUMBER.search(best.sentence.text):
            return True
        source = self.index.source
        if not source.expansion:
            if question.language == "en" and not source.english:
                return text >= ABOVE_CHANCE_ACROSS
            return text >= ABOVE_CHANCE or best.cover >= FIGURE_COVER
        if question.language == "en" and best.score < LEAST_SCORE:
            return False
        return known >= CHANCE or text >= (CHANCE if best.cover >= SOME_COVER else FAR_ABOVE_CHANCE)

    def _correction(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | None:
        """What the plan says where the question states another figure."""
        best, language = ranked[0], question.language
        near = [e.sentence for e in ranked[:6] if e.sentence.ref == best.sentence.ref and e.score >= NEAR * best.score]
        wrong = next(filter(None, (self._wrong_figure(question, near, plan, claim) for claim in question.claims)), None)
        wrong = wrong or self._premise(question, ranked, plan)
        if wrong:
            return wrong
        if question.kind in (Kind.FIGURE, Kind.DATE):
            gone = next((e for e in ranked[:4] if self._about_end(question, e)), None)
            if gone:
                return self._corrected(question, self._shortened(question, plan, gone.sentence), cite(plan, gone.sentence, 1))
        if language == "zh" or cues.OWN_CASE.search(question.text):
            return None
        wrongly = [s for s in near if english_contradiction(question.text, self.speaker.sentence(plan, s, "en"))]
        # another sentence than the best is held against only where that gives no number itself
        if not wrongly or (wrongly[0] != best.sentence and english_claims(self.speaker.sentence(plan, best.sentence, "en"))):
            return None
        return self._corrected(question, self._shortened(question, plan, wrongly[0]), cite(plan, wrongly[0], 1))

    def _premise(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | None:
        return next(filter(None, (self._wrong_premise(question, ranked, plan, claim) for claim in question.claims)), None)

    def _wrong_premise(self, question: Question, ranked: Sequence[Evidence], plan: Plan, claim: Figure) -> Draft | None:
        """What the plan says where a clause that does not ask states another figure than it."""
        topic = premise(question, claim)
        stated = replace(question, topic=topic)
        groups = self.ranker.groups(stated) if topic else ()
        if cues.HEARD.search(question.text):  # said of the plan, so in the plan's words as far as it has them
            groups = tuple(g for g in groups if any(t in self.index.vocabulary for t in g))
        weights = self.ranker.weights(groups)
        covers = {
            (e.sentence, f): self.ranker.figure_cover(stated, groups, weights, plan.id, e.sentence, f)
            for e in (ranked if groups else ())
            for f in self.ranker.figures(e.sentence.text)
            if f.family == claim.family and same_unit(claim, f)
        }
        near = {place: cover for place, cover in covers.items() if cover >= PREMISE_COVER}
        if not near or any(met(claim, figure, fold(question.text)) for _, figure in near):
            return None
        sentence, figure = max(near, key=lambda place: near[place])
        said = self.speaker.figure(plan, sentence, figure, question.language)
        return self._corrected(question, said, cite(plan, sentence, 1, [(figure.start, figure.end)]))

    def _about_end(self, question: Question, evidence: Evidence) -> bool:
        """Whether a sentence says that what the question supposes to be there is gone: when will the last one be closed."""
        known = tuple(g for g in self.ranker.groups(question) if any(t in self.index.vocabulary for t in g))
        inside = self.ranker.sentence_terms(evidence.plan, evidence.sentence)
        about = self.ranker.cover(known, self.ranker.weights(known), inside, frozenset()) >= FIGURE_COVER
        return about and ended(fold(question.text), fold(evidence.sentence.text))

    def _wrong_figure(self, question: Question, near: Sequence[Sentence], plan: Plan, claim: Figure) -> Draft | None:
        """What the sentences near the answer give for a figure that the question states; None where that is so."""
        covers = self._figures_like(question, plan, near, claim)
        best = {s: max((f for t, f in covers if t == s), key=lambda f, s=s: covers[s, f]) for s, _ in covers}  # type: ignore[misc]
        asked = fold(question.text)
        if not best or any(met(claim, figure, asked) for figure in best.values()):
            return None
        sentence, figure = next(iter(best.items()))
        # that of another thing in the same sentence, about as near: which one is meant cannot be told
        if any(agrees(claim, f) and cover >= AS_NEAR * covers[sentence, figure] for (_, f), cover in covers.items()):
            return None
        said = self.speaker.figure(plan, sentence, figure, question.language)
        return self._corrected(question, said, cite(plan, sentence, 1, [(figure.start, figure.end)]))

    def _figures_like(
        self, question: Question, plan: Plan, sentences: Iterable[Sentence], claim: Figure
    ) -> dict[tuple[Sentence, Figure], float]:
        """The figures that measure what a claimed one does, each with the share of the question's words around it."""
        groups = self.ranker.groups(question)
        weights = self.ranker.weights(groups)
        return {
            (s, f): self.ranker.figure_cover(question, groups, weights, plan.id, s, f)
            for s in sentences
            for f in self.ranker.figures(s.text)
            if f.family == claim.family and same_unit(claim, f)
        }

    def _corrected(self, question: Question, said: str, citation: Citation) -> Draft:
        text = self.speaker.marked([said], question.language)
        return Draft(texts.pick(texts.CORRECTION, question.language).format(text=text), (citation,))

    def _shortened(self, question: Question, plan: Plan, sentence: Sentence, years: Iterable[int] = ()) -> str:
        """The sentence, or of a long one the clauses around these years, else around the question's words."""
        wanted = [*map(str, years)] or [term for group in self.ranker.groups(question) for term in group]
        return shorten(self.speaker.sentence(plan, sentence, question.language), wanted, MAX_TEXT[question.language])

    def several(self, question: Question, sides: Sequence[Evidence], plan: Plan) -> Draft:
        """Several figures in one answer, each with its sentence."""
        sentences = list(dict.fromkeys(side.sentence for side in sides))
        spans = {s: [(e.figure.start, e.figure.end) for e in sides if e.figure and e.sentence == s] for s in sentences}
        # a clause that gives two of the figures is told once
        said = dict.fromkeys(
            (self.speaker.figure(plan, e.sentence, e.figure, question.language), sentences.index(e.sentence) + 1)
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
        best, found = ranked[0], self.figure_of(question, ranked)
        left_open = self._left_open(question, best)
        if left_open and not (question.strict and question.family == "money"):
            open_clause = left_open if question.language == "zh" else self._shortened(question, plan, best.sentence)
            return Draft(
                texts.pick(texts.NO_VALUE, question.language).format(
                    text=self.speaker.marked([open_clause], question.language)
                ),
                (cite(plan, best.sentence, 1),),
            )
        if not found or not found.figure:
            often = question.family == "duration" and cues.OFTEN.search(best.sentence.text)
            # when may be answered by an event, which year by a year alone
            event = question.kind is Kind.DATE and not cues.DAY_ASKED.search(question.text)
            if (often or event) and not question.strict and self.sure(question, best):
                return self._fact(question, ranked, plan)
            return Reason.NO_FIGURE
        achieved = cues.RESULT.search(fold(question.text)) and not cues.TO_COME.search(question.text)
        if achieved and not cues.STANDS.search(found.sentence.text) and not self._before(found):
            return Reason.NO_RESULT
        if self._other_time(question, found):
            return Reason.NO_FIGURE
        whole = self.speaker.sentence(plan, found.sentence, question.language)
        # a date is told with what it begins or ends, and a sentence with two dates is not torn
        dated = question.kind is Kind.DATE and len(whole) <= MAX_DATED
        said = whole if dated else self.speaker.figure(plan, found.sentence, found.figure, question.language)
        text = self.speaker.marked([said], question.language)
        if question.years and not self._years(found) & set(question.years):
            text += texts.pick(texts.WHOLE_PERIOD if plan.meta.period else texts.UNDATED, question.language)
        return Draft(text, (cite(plan, found.sentence, 1, [(found.figure.start, found.figure.end)]),))

    def figure_of(self, question: Question, ranked: Sequence[Evidence]) -> Evidence | None:
        """The sentence with the figure that was asked for, None where the plan gives none."""
        found = next((e for e in ranked if e.figure), None)
        return found if found and self._figure_holds(question, ranked[0], found) else None

    def _figure_holds(self, question: Question, best: Evidence, found: Evidence) -> bool:
        """Whether the figure found is what was asked for: near the best sentence, and among the question's words."""
        if found.score < best.score - FIGURE_DISTANCE or self._of_another(question, found):
            return False
        counted = self.ranker.counts(question, found.sentence, found.figure) if found.figure else None
        if counted == 0 and question.language == "en":  # a Chinese question may call the thing otherwise than the plan
            return False
        if counted and counted > HALF:
            return True
        if found.cover < best.cover - COVER_DISTANCE:
            return False
        if found.cover >= FIGURE_COVER:
            return True
        focus = self.ranker.in_focus(question, found)
        # sums are asked for more often than plans give them: that the sentence comes near is not enough
        enough = SOME_FOCUS if question.strict and question.family in cues.SELDOM_GIVEN else 0.0
        return (self.sure(question, found) and focus >= enough) or (bool(question.focus) and focus >= IN_FOCUS)

    def _of_another(self, question: Question, found: Evidence) -> bool:
        """Whether a sentence speaks of another thing than the one whose figure is asked for.

        That of 建筑垃圾的利用率是多少 is 建筑垃圾: the plan knows it, and neither the sentence nor a heading above it does.
        A sentence that is known to answer such a question may well put it in other words.
        """
        sentence = found.sentence
        asked, told = squeeze(question.topic), squeeze(fold(sentence.text))
        if opposite_word(asked, told) or other_level(asked, told, self.index.folded):  # the topic is without 多少
            return True
        if self.index.background(question.language).above(0.0, found.asked)[1] >= CHANCE:
            return False
        said = self._said_above(sentence)
        return any(owner not in said for owner in self._owners(question))

    def _said_above(self, sentence: Sentence) -> str:
        """A sentence with all that it stands under: its headings, their own text, and the line that introduces it; folded."""
        *above, own = self.index.plan.path(sentence.ref)
        lead = next((s.text for s in own.sentences[:1] if s.text.endswith(("：", ":"))), "")
        texts = (self.index.plan.title, *(s.whole for s in above), own.title, lead, sentence.text)
        return squeeze(fold("\n".join(texts)))

    def _owners(self, question: Question) -> list[str]:
        """What a question asks the figure of, as far as the plan uses the words: the last word of it, of a share the whole."""
        asked = cues.OWN_YEAR["zh"].sub("", fold(question.text))
        found = (owner["owner"] for pattern in cues.OWNERS if (owner := pattern.search(asked)))
        last = [w for owner in found for w in self.index.words.terms(owner)[-1:] if w in self.index.vocabulary]
        share = cues.SHARE_OF.search(asked)
        ends = (share["owner"][i:] for i in range(len(share["owner"]))) if share else ()
        whole = next((end for end in ends if end in self.index.folded), "")
        return [name for name in (*last, whole) if len(name) >= WORD and not self.ranker.figures(name)]

    def _left_open(self, question: Question, best: Evidence) -> str | None:
        """The clause that names the indicator and leaves its figure to somebody else."""
        groups = self.ranker.groups(question)
        weights, sentence = self.ranker.weights(groups), best.sentence.text
        spans = list(dict.fromkeys(clause_of(sentence, i) for i in range(len(sentence))))
        covers = [self.ranker.span_cover(groups, weights, sentence, span) for span in spans]
        top = max(range(len(spans)), key=lambda i: covers[i])
        clause = sentence[slice(*spans[top])]
        return clause if covers[top] >= SURE_COVER and cues.LEFT_OPEN.search(clause) and not re.search(r"\d", clause) else None

    def _fact(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft:
        best, language = ranked[0], question.language
        chosen = measures(plan, ranked, NEAR, lambda s: len(self.speaker.sentence(plan, s, language)), MAX_MEASURES[language])
        in_charge = self._in_charge(question, plan, best)
        if in_charge and in_charge not in chosen:
            chosen = [best.sentence, in_charge]
        after = following(plan, best.sentence)
        if chosen == [best.sentence] and is_lead(plan, best.sentence) and after:
            chosen = [best.sentence, after]
        parts = [self._shortened(question, plan, s) for s in chosen]
        citations = tuple(cite(plan, s, i) for i, s in enumerate(chosen, 1))
        return Draft(self._opening(question, best, plan, self.speaker.marked(parts, language)), citations)

    def _in_charge(self, question: Question, plan: Plan, best: Evidence) -> Sentence | None:
        """The line of the section that says who is in charge, where the question asks that or names a body."""
        if not (question.holds and question.holds.search("部门")) and not cues.NAMES_BODY.search(question.text):
            return None
        return next((s for s in plan.by_ref[best.sentence.ref].sentences if cues.IN_CHARGE.search(s.text)), None)

    def _in_role(self, question: Question, plan: Plan, best: Evidence) -> str:
        """The bodies that the section names for the part that a question asks about, else the whole section; folded."""
        section, role = plan.by_ref[best.sentence.ref], cues.ROLE_ASKED.search(question.text)
        line = self._in_charge(question, plan, best)
        parts = cues.ROLE.split(line.text) if role and line else []
        named = [bodies for name, bodies in zip(parts[1::2], parts[2::2], strict=True) if role and name == role[1]]
        return squeeze(fold(named[0] if named else section.whole))

    def _opening(self, question: Question, best: Evidence, plan: Plan, body: str) -> str:
        """The body, behind yes, no or a correction where the question calls for one."""
        asked, sentence = fold(question.text), best.sentence.text
        if cues.ASKS_FOR_VALUE.search(asked):
            has = any(f.family not in ("date", "label", "") for f in self.ranker.figures(sentence))
            pair = texts.YES if has and not self._left_open(question, best) else texts.NO_VALUE
        elif question.kind is not Kind.YES_NO:
            states = cues.PRESUMES.search(asked) or self._states(asked) or self._misquotes(question, best)
            presumes = states and self._near(question, best) and self._disputed(question, best, plan)
            unsaid = cues.WHY.search(asked) and not cues.BECAUSE.search(
                self.speaker.sentence(plan, best.sentence, question.language)
            )
            pair = texts.CORRECTION if presumes else texts.NO_REASON if unsaid else texts.PLAIN
        elif cues.CHOICE.search(asked):
            pair = texts.PLAIN
        elif self._near(question, best) and self._disputed(question, best, plan):
            pair = texts.NOT_SO
        else:
            pair = texts.YES if self._affirmed(question, plan, best) else texts.RELATED
        return texts.pick(pair, question.language).format(text=body)

    @staticmethod
    def _states(asked: str) -> bool:
        """Whether a Chinese question is but a statement with a question mark."""
        return asked.endswith("?") and language_of(asked) == "zh" and not cues.ASKS_IN_WORDS.search(asked)

    @staticmethod
    def _misquotes(question: Question, best: Evidence) -> bool:
        return other_quoted(squeeze(fold(question.text)), squeeze(fold(best.sentence.text)))

    def _affirmed(self, question: Question, plan: Plan, best: Evidence) -> bool:
        """Whether a sentence is so certainly what a question asks about that it can be answered with yes.

        A place or a project that both name does not do: whether it will be filled in shares only its name with the sentence.
        """
        _, known = self.index.background(question.language).above(0.0, best.asked)
        across = question.language == "en" and not self.index.source.english  # then words are shared by chance
        least = YES_COVER if self.index.source.expansion else YES_COVER_ACROSS if across else YES_COVER_ALONE
        asked, told = fold(question.text), fold(best.sentence.text)
        return (
            (best.cover >= least or known >= YES_KNOWN)
            and not reworded(asked, told)
            and not self._unheard(question)
            and self.sure(question, best)
            and self._borne_out(question, plan, best)
            and self._member_named(question, plan, best)
            and self._of_kind(question, best)
            and (not cues.STILL_NEEDED.search(asked) or bool(cues.DUTY.search(told)))
        )

    def _member_named(self, question: Question, plan: Plan, best: Evidence) -> bool:
        """Whether the section names what the question asks to be among others, by its last word; true where nothing is."""
        asked = cues.MEMBER.search(fold(question.text))
        words = [w for w in self.index.words.terms(asked["thing"]) if len(w) >= WORD] if asked else []
        return not words or words[-1] in squeeze(fold(plan.by_ref[best.sentence.ref].whole))

    def _of_kind(self, question: Question, best: Evidence) -> bool:
        """Whether the kind that the question puts something in is named by the sentence or above it; true without one."""
        asked = cues.CLASSED.search(squeeze(fold(question.text)))
        *above, own = self.index.plan.path(best.sentence.ref)
        return not asked or asked["thing"] in squeeze(fold("\n".join([*(s.title for s in above), own.whole])))

    def _unheard(self, question: Question) -> bool:
        """Whether the question quotes a word that the plan does not use."""
        return any(squeeze(q) not in self.index.folded for q in question.quoted)

    def _borne_out(self, question: Question, plan: Plan, best: Evidence) -> bool:
        """Whether the section gives each figure that the question states."""
        sentences = plan.by_ref[best.sentence.ref].sentences
        figures = [f for s in sentences for f in self.ranker.figures(s.text)]
        asked = fold(question.text)
        return all(any(f.family == claim.family and met(claim, f, asked) for f in figures) for claim in question.claims)

    def _near(self, question: Question, best: Evidence) -> bool:
        return best.cover >= FIGURE_COVER or self.sure(question, best)

    def _disputed(self, question: Question, best: Evidence, plan: Plan) -> bool:
        """Whether the sentence speaks against what the question states: by its words, or by naming another thing."""
        put = fold(question.text) if cues.PRESUMES.search(question.text) else stated(fold(question.text))
        if contradicts(put, fold(best.sentence.text)):
            return True
        body = cues.NAMES_BODY.search(question.text)
        if body and squeeze(fold(body[1] or body[2])) not in self._in_role(question, plan, best):
            return True
        if question.kind is Kind.YES_NO and self._other_year(question, best):
            return True
        asked, told = squeeze(fold(question.text)), squeeze(fold(best.sentence.text))
        plan_text = self.index.folded
        if other_rank(asked, told) or other_span(asked, told) or other_quoted(asked, told) or other_city(asked, told):
            return True
        if other_date(asked, told) or other_code(asked, told, plan_text) or other_level(asked, told, plan_text):
            return True
        if question.language == "en" and other_number(question.text, self.speaker.sentence(plan, best.sentence, "en")):
            return True
        return self._names_another(question, best, plan)

    def _years(self, evidence: Evidence) -> set[int]:
        """The years that a sentence is about: its own, else those of its lead, else of a heading above it."""
        plan, sentence = self.index.plan, evidence.sentence
        before = [s.text for s in plan.by_ref[sentence.ref].sentences if s.start < sentence.start]
        leads = [text for text in reversed(before) if text.endswith(("：", ":"))]
        headings = [s.title for s in reversed(plan.path(sentence.ref))]
        figure = evidence.figure
        clause = sentence.text[slice(*clause_of(sentence.text, figure.start))] if figure and figure.family != "date" else ""
        return next(filter(None, map(self._years_in, (clause, sentence.text, *leads, *headings))), set())

    def _before(self, found: Evidence) -> bool:
        """Whether a sentence is about years before the plan's period: no target is set for them."""
        years, period = self._years(found), self.index.plan.meta.period
        return period is not None and bool(years) and max(years) < period[0]

    def _years_in(self, text: str) -> set[int]:
        dates = (f for f in self.ranker.figures(text) if f.family == "date" and not cues.COMPARED.search(text, 0, f.start))
        return {int(f.value) for f in dates if f.value}

    def _other_year(self, question: Question, best: Evidence) -> bool:
        """Whether the sentence names years, and none that the question names, or another span of them."""
        years = self._years_in(self._part_about(question, best.sentence.text))
        apart = bool(question.years and years and years.isdisjoint(question.years))
        return apart or other_span(fold(question.text), fold(best.sentence.text))

    def _part_about(self, question: Question, text: str) -> str:
        """The part of a sentence that holds most of the question's words, of one that ； divides."""
        groups = self.ranker.groups(question)
        weights = self.ranker.weights(groups)
        ends = [0, *(m.end() for m in _PART.finditer(text)), len(text)]
        return text[slice(*max(itertools.pairwise(ends), key=lambda span: self.ranker.span_cover(groups, weights, text, span)))]

    def _other_time(self, question: Question, found: Evidence) -> bool:
        """Whether a figure is asked for a year beyond those that it is given for; of a text without a period, for another."""
        years = self._years(found)
        if not question.years or not years:
            return False
        period = self.index.plan.meta.period
        before = period is not None and max(question.years) < min(period[0], *years)
        return before or min(question.years) > max(years) or not (period or years & set(question.years))

    def supposed(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | None:
        """What the plan says where a question about a year outside its period supposes what is not so."""
        if not supposes(question):
            return None
        return self.other_period(question, ranked, plan) or self._correction(question, ranked, plan)

    def other_period(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | None:
        """No, where a question supposes a year outside the plan's period for something that the plan sets another year for."""
        best = ranked[0]
        if not (supposes(question) and self._near(question, best) and self._other_year(question, best)):
            return None
        said = self._shortened(question, plan, best.sentence, self._years_in(best.sentence.text))
        body = self.speaker.marked([said], question.language)
        return Draft(texts.pick(texts.NOT_SO, question.language).format(text=body), (cite(plan, best.sentence, 1),))

    def _names_another(self, question: Question, best: Evidence, plan: Plan) -> bool:
        """Whether the question names a thing of the plan's own that the sentence and its section do not."""
        section = squeeze(fold(plan.by_ref[best.sentence.ref].whole))
        asked = squeeze(fold(question.text))
        own = {squeeze(fold(n)) for place in plan.meta.place for n in (place, short_name(place))}
        names = [(en, zh) for en, zh in self.index.names if squeeze(fold(zh)) not in own]
        if question.language == "en":
            named = [zh for en, zh in names if en in question.text]
        else:
            named = [w for w in {*self.index.words.lexicon, *(zh for _, zh in names)} if squeeze(fold(w)) in asked]
        return any(name not in own and name not in section for name in (squeeze(fold(n)) for n in named))

    def checked(self, draft: Draft) -> Draft:
        """The draft if it holds; else its quotes alone, which always do."""
        answer = Answer("", "", draft.text, citations=draft.citations)
        if not faults(answer, {self.index.plan.id: self.index.plan}, draft.allowed):
            return draft
        return Draft("".join(f"{c.quote}[{c.mark}]" for c in draft.citations), draft.citations)
