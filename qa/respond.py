"""One question becomes one checked answer: refuse early, find evidence, decide, compose, check."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.figures import numbers_in
from corpus.fold import fold, squeeze
from corpus.parse import Plan, Section
from corpus.sentences import Sentence
from index.retrieve import Hit, Index
from qa import cues, texts
from qa.answer import Answer, Citation, Nearest, Reason
from qa.check import faults
from qa.compose import MAX_MEASURES, MAX_TEXT, cite, cite_heading, figure_text, following, measures, shorten
from qa.evidence import LEAD_MAX, Evidence, Ranker, clause_of, is_lead
from qa.understand import Kind, Question, Scope

EVIDENCE_HITS = 12  # sections of which sentences are read
FIGURE_COVER = 0.35  # a figure counts as the answer only where this share of the question's words stands around it
FIGURE_DISTANCE = 0.25  # ... and where its sentence scores about as well as the best
SURE_COVER = 0.5  # with this share of the question's words a sentence is certainly about it
SURE_KNOWN = 3.0  # ... or with a known question this many deviations nearer than chance
CHANCE = 2.0  # deviations: nearer than any of 52 general questions that the plan does not answer
MEASURES_NEAR, FACT_NEAR = 0.75, 0.92  # how near to the best a further sentence of its section must score to be told too
LIST_MAX = 60
_KINDS_REFUSED = {
    Kind.ORDER: Reason.ORDER,
    Kind.WRITING: Reason.WRITING,
    Kind.SMALL_TALK: Reason.SMALL_TALK,
    Kind.PERSONAL_CASE: Reason.PERSONAL_CASE,
}


@dataclass(frozen=True)
class Draft:
    """Text and citations before they are checked."""

    text: str
    citations: tuple[Citation, ...]
    allowed: frozenset[str] = frozenset()


class Responder:
    """Answers questions from an index. Safe to share between threads; the same question gives the same answer."""

    def __init__(self, index: Index, max_question: int) -> None:
        self.index = index
        self.ranker = Ranker(index)
        self._max_question = max_question

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
            limit=self._max_question, title=title, hotline=texts.HOTLINE, **(details or {})
        )
        nearest = Nearest(plan.id, hit.ref, plan.by_ref[hit.ref].address, self.title(plan, hit.ref, language)) if hit else None
        if nearest and reason in (Reason.NO_FIGURE, Reason.NO_DETAIL, Reason.NOT_IN_PLAN):
            message += texts.pick(texts.NEAREST, language).format(address=nearest.address, title=nearest.title)
        if reason in (Reason.NO_DETAIL, Reason.NOT_IN_PLAN):
            message += texts.pick(texts.TURN_TO, language).format(hotline=texts.HOTLINE)
        return Answer(text, language, message, reason, nearest=nearest)

    def title(self, plan: Plan, ref: str, language: str) -> str:
        """A section's title in the asker's language, where it has one."""
        heading = plan.heading(ref)
        if language == "zh":
            return heading
        path = [self.index.rendering(plan.id, s.ref, s.title) for s in plan.path(ref) if s.title]
        return (path[-1] if path else "") or heading

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
        """What the question asks for and no sentence near it gives: a phone number, an address, a name."""
        for asked, given, name in cues.DETAILS:
            if asked.search(question.text) and not any(given.search(e.sentence.text) for e in evidence[:5]):
                return name
        return None

    # ---- answering --------------------------------------------------------------------------------------------------

    def sure(self, question: Question, evidence: Evidence) -> bool:
        """Whether a sentence is certainly about the question: by shared words, or by a known question much like it."""
        _, known = self.index.background(question.language).above(0.0, evidence.asked)
        return evidence.cover >= SURE_COVER or known >= SURE_KNOWN

    def draft(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | Reason:
        """The answer before it is checked, or why there is none."""
        listed = self._list(question, plan) if question.kind is Kind.LIST else self._children(question, plan)
        if listed:
            return listed
        if not self.relevant(question, ranked):
            return Reason.NOT_IN_PLAN
        corrected = self._correction(question, ranked, plan)
        if corrected:
            return corrected
        if question.kind in (Kind.FIGURE, Kind.DATE):
            return self._figure(question, ranked, plan)
        return self._fact(question, ranked, plan)

    def relevant(self, question: Question, ranked: Sequence[Evidence]) -> bool:
        """Whether anything in the plan comes nearer to the question than chance would."""
        background = self.index.background(question.language)
        text, known = background.above(max(e.cosine for e in ranked), max(e.asked for e in ranked))
        return text >= CHANCE or known >= CHANCE

    def _correction(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | None:
        """What the plan says where the question states another figure."""
        best = ranked[0]
        for claim in question.claims:
            figure = self.ranker.best_figure(question, best.sentence.text, claim.family)
            if not figure or (claim.family == "count" and claim.unit != figure.unit):
                continue
            if (
                figure.value is not None
                and claim.value is not None
                and abs(figure.value - claim.value) > 1e-6 * abs(figure.value)
            ):
                text = self._say(question, best, figure_text(best.sentence.text, figure))
                return Draft(
                    texts.pick(texts.CORRECTION, question.language).format(text=text),
                    (cite(plan, best.sentence, 1, [(figure.start, figure.end)]),),
                )
        return None

    def _figure(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft | Reason:
        best, found = ranked[0], next((e for e in ranked if e.figure), None)
        left_open = self._left_open(question, best)
        if left_open and not (question.strict and question.family == "money"):
            return Draft(
                texts.pick(texts.NO_VALUE, question.language).format(text=self._say(question, best, left_open)),
                (cite(plan, best.sentence, 1),),
            )
        if not found or found.figure is None or not self._figure_holds(question, best, found):
            if question.kind is Kind.DATE and not question.strict and self.sure(question, best):
                return self._fact(question, ranked, plan)
            return Reason.NO_FIGURE
        text = self._say(question, found, figure_text(found.sentence.text, found.figure))
        if question.years and not any(str(y) in found.sentence.text for y in question.years):
            text += texts.pick(texts.WHOLE_PERIOD, question.language)
        return Draft(text, (cite(plan, found.sentence, 1, [(found.figure.start, found.figure.end)]),))

    def _figure_holds(self, question: Question, best: Evidence, found: Evidence) -> bool:
        """Whether the figure found is what was asked for: near the best sentence, and among the question's words."""
        return found.score >= best.score - FIGURE_DISTANCE and (found.cover >= FIGURE_COVER or self.sure(question, found))

    def _left_open(self, question: Question, best: Evidence) -> str | None:
        """The clause that names the indicator and leaves its figure to somebody else."""
        groups = self.ranker.groups(question)
        weights, sentence = self.ranker.weights(groups), best.sentence.text
        spans = list(dict.fromkeys(clause_of(sentence, i) for i in range(len(sentence))))
        covers = [self.ranker.clause_cover(groups, weights, sentence, begin) for begin, _ in spans]
        top = max(range(len(spans)), key=lambda i: covers[i])
        clause = sentence[slice(*spans[top])]
        return clause if covers[top] >= SURE_COVER and cues.LEFT_OPEN.search(clause) and not re.search(r"\d", clause) else None

    def _fact(self, question: Question, ranked: Sequence[Evidence], plan: Plan) -> Draft:
        best, language = ranked[0], question.language
        wanted = [term for group in self.ranker.groups(question) for term in group]

        def said(sentence: Sentence) -> int:
            return len(self._words(question, plan.id, sentence, sentence.text))

        near = MEASURES_NEAR if question.kind is Kind.MEASURES else FACT_NEAR
        chosen = measures(plan, ranked, near, said, MAX_MEASURES[language])
        after = following(plan, best.sentence)
        if chosen == [best.sentence] and is_lead(plan, best.sentence) and after:
            chosen = [best.sentence, after]
        limit = MAX_TEXT[language] if len(chosen) == 1 else MAX_MEASURES[language]
        parts = [shorten(self._words(question, plan.id, s, s.text), wanted, limit) for s in chosen]
        body = self._marked(question, parts)
        citations = tuple(cite(plan, s, i) for i, s in enumerate(chosen, 1))
        return Draft(self._opening(question, best, body), citations)

    def _opening(self, question: Question, best: Evidence, body: str) -> str:
        """The body, behind yes, no or a correction where the question calls for one."""
        if cues.ASKS_FOR_VALUE.search(question.text.lower()):
            has = any(f.family not in ("date", "label", "") for f in self.ranker.figures(best.sentence.text))
            pair = texts.YES if has else texts.NO_VALUE
        elif question.kind is not Kind.YES_NO or cues.CHOICE.search(question.text):
            return body
        elif not (question.claims or self.sure(question, best)):
            pair = texts.RELATED
        else:
            pair = texts.NOT_SO if contradicts(question.text, best.sentence.text) else texts.YES
        return texts.pick(pair, question.language).format(text=body)

    def _list(self, question: Question, plan: Plan) -> Draft | None:
        children = self._children(question, plan)
        if children:
            return children
        found = self._holding(question, plan)
        refs = list(dict.fromkeys(s.ref for s in found))
        if not found or (len(refs) == 1 and not question.quoted):
            return None  # one place is an answer, not a list
        citations = tuple(cite(plan, sentence, mark) for mark, sentence in enumerate(found[:LIST_MAX], 1))
        marks = {ref: "".join(f"[{c.mark}]" for c in citations if c.ref == ref) for ref in refs}
        lines = [f"{plan.by_ref[ref].address} {self.title(plan, ref, question.language)}{marks[ref]}" for ref in refs]
        head = texts.pick(texts.LIST_HEAD, question.language).format(count=len(refs))
        return Draft(
            "\n".join([head, *lines]), citations, numbers_in(head) | frozenset(n for line in lines for n in numbers_in(line))
        )

    def _holding(self, question: Question, plan: Plan) -> list[Sentence]:
        """Every sentence that holds what the question quotes, or its topic's words: all, else the rarest that some hold."""
        sentences = [sentence for section in plan.sections for sentence in section.sentences]
        phrases = [squeeze(q) for q in question.quoted]
        held = [s for s in sentences if any(p in squeeze(fold(s.text)) for p in phrases)]
        if held:
            return held
        groups = [g for g in self.ranker.groups(replace(question, topic=list_topic(question.topic))) if g]
        weights = self.ranker.weights(tuple(groups)).tolist()
        ordered = [g for _, g in sorted(zip(weights, groups, strict=True), key=lambda pair: -pair[0])]
        terms = {s: self.ranker.sentence_terms(plan.id, s) for s in sentences}
        while ordered:
            held = [s for s in sentences if all(terms[s].intersection(g) for g in ordered)]
            if held:
                return held
            ordered.pop()
        return []

    def _children(self, question: Question, plan: Plan) -> Draft | None:
        """The parts of a section that the question names by its title."""
        if not cues.PARTS.search(question.text) or question.kind in (Kind.FIGURE, Kind.DATE, Kind.YES_NO):
            return None
        folded = squeeze(fold(question.text))
        named = [
            s
            for s in plan.sections
            for title in (s.title, self.index.rendering(plan.id, s.ref, s.title))
            if len(title) >= 3 and squeeze(fold(title)) in folded
        ]
        if not named:
            return None
        section = max(named, key=lambda s: len(s.title))
        children = plan.children(section.ref)
        if not children:
            return self._leads(question, plan, section)
        lines = [f"{c.address} {self.title(plan, c.ref, question.language)}[{i}]" for i, c in enumerate(children, 1)]
        head = texts.pick(texts.LIST_CHILDREN, question.language).format(
            title=self.title(plan, section.ref, question.language), count=len(children)
        )
        citations = tuple(
            cite_heading(plan, c.ref, i) if c.title else cite(plan, c.sentences[0], i) for i, c in enumerate(children, 1)
        )
        return Draft(
            "\n".join([head, *lines]), citations, numbers_in(head) | frozenset(n for line in lines for n in numbers_in(line))
        )

    def _leads(self, question: Question, plan: Plan, section: Section) -> Draft | None:
        """The short sentences with which the paragraphs of a section begin, where each does: its principles, its aims."""
        starts = [0, *(m.end() for m in re.finditer("\n", section.text))]
        leads = [s for s in section.sentences if s.start in starts and len(s.text) <= LEAD_MAX]
        if len(leads) < 2 or len(leads) < len(starts) - 1:
            return None
        head = texts.pick(texts.LIST_CHILDREN, question.language).format(
            title=self.title(plan, section.ref, question.language), count=len(leads)
        )
        lines = [f"{self._words(question, plan.id, s, s.text)}[{i}]" for i, s in enumerate(leads, 1)]
        return Draft("\n".join([head, *lines]), tuple(cite(plan, s, i) for i, s in enumerate(leads, 1)), numbers_in(head))

    # ---- words ------------------------------------------------------------------------------------------------------

    def _say(self, question: Question, evidence: Evidence, chinese: str) -> str:
        """The Chinese clause, or for an English question the rendering of its sentence, with the mark of its source."""
        return self._marked(question, [self._words(question, evidence.plan, evidence.sentence, chinese)])

    def _words(self, question: Question, plan: str, sentence: Sentence, chinese: str) -> str:
        """A sentence in the asker's language: the Chinese as given, or the rendering of the whole where there is one."""
        english = self.index.rendering(plan, sentence.ref, sentence.text) if question.language == "en" else ""
        return english or chinese

    @staticmethod
    def _marked(question: Question, parts: Sequence[str]) -> str:
        """The parts in one run, each with the mark of its source."""
        stop = (
            "。"
            if question.language == "zh" or any(not p.isascii() and re.search(r"[\u4e00-\u9fff]", p) for p in parts)
            else "."
        )
        return "".join(f"{part.rstrip('。.')}{stop}[{mark}]" for mark, part in enumerate(parts, 1))

    def checked(self, draft: Draft) -> Draft:
        """The draft if it holds; else its quotes alone, which always do."""
        answer = Answer("", "", draft.text, citations=draft.citations)
        if not faults(answer, self.index.plans, draft.allowed):
            return draft
        return Draft("".join(f"{c.quote}[{c.mark}]" for c in draft.citations), draft.citations)


def contradicts(question: str, sentence: str) -> bool:
    """Whether a sentence says otherwise than a yes-or-no question puts it: 只…不… against 延伸至, 必须 against 鼓励."""
    universal = cues.UNIVERSAL.search(question)
    if universal and cues.SOFT.search(sentence) and universal[0] not in sentence:
        return True
    return bool(cues.NEGATED.search(question)) != bool(cues.FORBIDS.search(sentence))


def list_topic(topic: str) -> str:
    """The matter of a list question: its topic without the words that ask for a list."""
    return cues.LIST_WORDS.sub(" ", cues.ASIDE.sub(" ", topic)).strip()
