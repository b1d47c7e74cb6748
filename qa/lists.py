"""Complete lists: an exhaustive pass over a plan's sentences, headings or targets, never the top k."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.figures import ENGLISH_NUMBERS, find_figures, number_value, numbers_in
from corpus.fold import fold, squeeze
from corpus.parse import Plan, Section
from corpus.sentences import Sentence
from corpus.targets import Target, find_targets
from index.bilingual import stems
from index.bm25 import Groups
from index.retrieve import Index
from qa import cues, texts
from qa.answer import Citation
from qa.compose import cite, cite_heading, shorten
from qa.evidence import LEAD_MAX, Evidence, Ranker
from qa.speak import Draft, Speaker
from qa.understand import Kind, Question

LIST_MAX = 60
# share of a list question's words, weighted by rarity, that the plan has to use: the least of a right list of the tuning
# questions was .47 in Chinese and .70 in English
KNOWN = {"zh": 0.4, "en": 0.65}
CLAUSE_MAX = {"zh": 60, "en": 160}  # characters of what is told of each sentence in a list
ITEM_MAX = 120  # characters of an item without a title that are told
_BODY_MIN = 3  # characters of a body's name
_TOLD_ALONE = (Kind.FIGURE, Kind.DATE, Kind.YES_NO)  # kinds of question that no list answers
HELD = 0.45  # a sentence belongs to a list when it holds this share of the topic's words, weighted by rarity


def list_topic(topic: str) -> str:
    """The matter of a list question: what it says that it is about, else its topic without the words that ask for a list."""
    plain = cues.ASIDE.sub(" ", topic)
    found = cues.MATTER.search(plain)
    matter = next((m for m in found.groups() if m and not cues.PRONOUN.search(m)), "") if found else ""
    return cues.LIST_WORDS.sub(" ", matter).strip() or cues.LIST_WORDS.sub(" ", plain).strip()


def _leads(section: Section) -> tuple[Sentence, ...]:
    """The short sentences with which the paragraphs of a section begin, where each does: its principles, its aims."""
    starts = [0, *(m.end() for m in re.finditer("\n", section.text))]
    leads = [s for s in section.sentences if s.start in starts and len(s.text) <= LEAD_MAX]
    return tuple(leads) if len(leads) >= max(2, len(starts) - 1) else ()


def _count(expected: re.Match[str]) -> float | None:
    chinese = expected["zh"] or expected["which"]
    return number_value(chinese) if chinese else float(ENGLISH_NUMBERS.index(expected["en"].lower()))


class Lister:
    """Answers list questions; None where a question is none, or the list would have one place only."""

    def __init__(self, index: Index, ranker: Ranker, speaker: Speaker) -> None:
        self._index = index
        self._ranker = ranker
        self._speaker = speaker

    def whole(self, question: Question, plan: Plan, ranked: Sequence[Evidence]) -> Draft | None:
        """The list that a question asks for; None where it asks for none, or the plan holds no list of it."""
        best = ranked[0]
        lists = not question.quoted and (question.kind is Kind.LIST or cues.PARTS.search(question.text)) and best.cover >= HELD
        below = (
            self.counted(question, plan, ranked)
            or (self.introduced(question, plan, best) if lists else None)
            or self.around(question, plan, ranked)
        )
        return below or (self.places if question.kind is Kind.LIST else self.parts)(question, plan)

    def parts(self, question: Question, plan: Plan) -> Draft | None:
        """The parts of a section that the question names by its title: its children, else its paragraphs' leads."""
        if not cues.PARTS.search(question.text) or question.kind in _TOLD_ALONE:
            return None
        section = self.named(question, plan)
        if not section or len(question.quoted) > 1:
            return None
        return self._listed(question, plan, section)

    def introduced(self, question: Question, plan: Plan, best: Evidence) -> Draft | None:
        """The items below the sentence that answers, where that only introduces them: 必须满足以下条件。"""
        section = plan.by_ref[best.sentence.ref]
        children = plan.children(section.ref)
        introduces = cues.INTRODUCES.search(best.sentence.text) and best.sentence == section.sentences[-1]
        asks_else = question.holds or question.kind in _TOLD_ALONE
        if len(children) < 2 or not introduces or asks_else:
            return None
        return self._children(question, plan, section)

    def counted(self, question: Question, plan: Plan, ranked: Sequence[Evidence]) -> Draft | None:
        """The parts of a section near the answer that has as many as the question says, and speaks of its matter."""
        expected = cues.EXPECTED.search(question.text)
        if not expected or question.holds or question.kind in _TOLD_ALONE:
            return None
        parts = _count(expected)
        whole = [s for s in plan.sections if parts in (len(plan.children(s.ref)), len(_leads(s)))]
        if cues.OF_PLAN.search(question.text):
            top = min((s.ref.count("/") for s in whole), default=0)
            highest = [s for s in whole if s.ref.count("/") == top]
            return self._listed(question, plan, highest[0]) if len(highest) == 1 else None
        near = {s.ref for e in ranked for s in plan.path(e.sentence.ref)}
        named = self.named(question, plan)
        covers = {s: 1.0 if s == named else self._heading_cover(question, plan, s.ref) for s in whole if s.ref in near}
        best = max(covers, key=lambda s: covers[s], default=None)
        return self._listed(question, plan, best) if best and covers[best] >= HELD else None

    def around(self, question: Question, plan: Plan, ranked: Sequence[Evidence]) -> Draft | None:
        """The parts of the section that holds the three sections found first: its tasks, or several things that it names."""
        tasks = cues.SECTION_TASKS.search(question.text)
        several = cues.SEVERAL.search(question.text) and not question.holds and question.kind not in _TOLD_ALONE
        if question.quoted or not (tasks or several):
            return None
        nearest = [plan.path(ref) for _, ref in sorted({e.hit.rank: e.hit.ref for e in ranked}.items())[:3]]
        common = [level[0] for level in zip(*nearest, strict=False) if len({s.ref for s in level}) == 1]
        section = common[-1] if common else None
        if section is None or len(plan.children(section.ref)) < 2:
            return None
        if tasks:
            return self._children(question, plan, section) if len(common) > 1 else None
        beside = all(path[-2:-1] == (section,) for path in nearest)
        if not beside or self.named(question, plan) not in (None, section):
            return None
        return self._children(question, plan, section) if self._heading_cover(question, plan, section.ref) >= HELD else None

    def _heading_cover(self, question: Question, plan: Plan, ref: str) -> float:
        """The share of a list's matter, as far as the plan has words for it, that a section says before its parts."""
        _, known = self._matter(question.topic, question)
        own = {*self._index.words.terms(plan.title), *stems(plan.meta.english_title or "")}
        known = tuple(g for g in known if own.isdisjoint(g)) or known  # the plan's own matter does not tell its parts apart
        section = plan.by_ref[ref]
        before = section.sentences if plan.children(ref) else _leads(section)
        texts = [section.title, self._index.rendering(ref, section.title), *(s.text for s in before)]
        inside = frozenset(t for text in texts for t in (*self._index.words.terms(text), *stems(text)))
        beside = frozenset(t for s in plan.path(ref)[:-1] for t in self._index.words.terms(s.title))
        return self._ranker.cover(known, self._ranker.weights(known), inside, beside)

    def tasks(self, question: Question, plan: Plan, best: Sentence) -> Draft | None:
        """The tasks below the section that a question describes, where the best sentence introduces them."""
        section = plan.by_ref[best.ref]
        asks = not question.quoted and cues.TASKS.search(question.text)
        return self._children(question, plan, section) if asks and len(plan.children(section.ref)) > 1 else None

    def places(self, question: Question, plan: Plan) -> Draft | None:
        """Every place that holds what a list question is about, grouped by section, with a count."""
        special = self._targets(question, plan) or self.parts(question, plan)
        if special:
            return special
        found, wanted = self._holding(question, plan)
        refs = list(dict.fromkeys(s.ref for s in found))
        if not found or (len(refs) == 1 and not question.quoted):
            return None  # one place is an answer, not a list
        cited = list(dict.fromkeys(told for s in found for told in self._told(plan, s)))[:LIST_MAX]
        citations = tuple(cite(plan, sentence, mark) for mark, sentence in enumerate(cited, 1))
        between, colon = ("；", "：") if question.language == "zh" else ("; ", ": ")
        lines = []
        for ref in dict.fromkeys(s.ref for s in cited):
            said = (f"{self._clause(question, plan, s, wanted)}[{i}]" for i, s in enumerate(cited, 1) if s.ref == ref)
            lines.append(f"{self._line(question, plan, ref)}{colon}{between.join(said)}")
        head = texts.pick(texts.LIST_HEAD, question.language).format(count=len(refs))
        return self._draft(plan, head, lines, citations)

    @staticmethod
    def _draft(plan: Plan, head: str, lines: Sequence[str], citations: Sequence[Citation]) -> Draft:
        # the count and the numbers of addresses stand in no quote, and need not
        allowed = numbers_in(head).union(*(numbers_in(plan.by_ref[c.ref].address) for c in citations))
        return Draft("\n".join([head, *lines]), tuple(citations), allowed)

    def _clause(self, question: Question, plan: Plan, sentence: Sentence, wanted: Sequence[str]) -> str:
        """The part of a sentence that a line of a list tells."""
        return shorten(self._speaker.sentence(sentence, question.language), wanted, CLAUSE_MAX[question.language])

    @staticmethod
    def _told(plan: Plan, sentence: Sentence) -> tuple[Sentence, ...]:
        """The sentence, and before a line that only says who is in charge the task itself."""
        first = plan.by_ref[sentence.ref].sentences[0]
        return (first, sentence) if cues.IN_CHARGE.search(sentence.text) else (sentence,)

    def _line(self, question: Question, plan: Plan, ref: str) -> str:
        """A section's address and title; one without a title is known by its address."""
        section, above = plan.by_ref[ref], plan.path(ref)[-2:-1]
        own = section.title or not above or plan.heading(ref) != plan.heading(above[0].ref)
        return f"{section.address} {self._speaker.title(ref, question.language) if own else ''}".strip()

    def named(self, question: Question, plan: Plan) -> Section | None:
        """The section whose title, in either language, stands in the question; the longest title wins."""
        folded = squeeze(fold(question.text))
        named = {
            title: section
            for section in plan.sections
            for title in (section.title, self._index.rendering(section.ref, section.title))
            if len(title) >= 3 and squeeze(fold(title)) in folded
        }
        return named[max(named, key=len)] if named else None

    def _children(self, question: Question, plan: Plan, section: Section) -> Draft:
        """The sections below one, a line each: by title, or where they have none by what they say."""
        lead = section.sentences[-1] if section.sentences and cues.INTRODUCES.search(section.sentences[-1].text) else None
        citations = [cite(plan, lead, 1)] if lead else []
        lines, children = [], plan.children(section.ref)
        for child in children:
            first = len(citations) + 1
            if child.title:
                citations.append(cite_heading(plan, child.ref, first))
                lines.append(f"{self._line(question, plan, child.ref)}[{first}]")
                continue
            told = self._short(child)
            citations += [cite(plan, s, mark) for mark, s in enumerate(told, first)]
            said = (f"{self._clause(question, plan, s, ())}[{mark}]" for mark, s in enumerate(told, first))
            lines.append(f"{child.address} {'；'.join(said)}")
        if lead:
            head = f"{self._speaker.sentence(lead, question.language).rstrip('。.：:')}：[1]"
        else:
            head = self._head(question, plan, section, len(children))
        return self._draft(plan, head, lines, citations)

    def _head(self, question: Question, plan: Plan, section: Section, parts: int) -> str:
        title = self._speaker.title(section.ref, question.language)
        number = texts.count(parts, question.language)
        return texts.pick(texts.LIST_CHILDREN, question.language).format(title=title, count=number)

    @staticmethod
    def _short(section: Section) -> tuple[Sentence, ...]:
        """The sentences of an item, as many as a line of a list has room for, at least the first."""
        sizes = itertools.accumulate(len(s.text) for s in section.sentences)
        room = [s for s, size in zip(section.sentences, sizes, strict=True) if size <= ITEM_MAX]
        return tuple(room) or section.sentences[:1]

    def _listed(self, question: Question, plan: Plan, section: Section) -> Draft | None:
        """The parts of a section: the sections below it, else what its paragraphs begin with."""
        if plan.children(section.ref):
            return self._children(question, plan, section)
        leads = _leads(section)
        if not leads:
            return None
        head = self._head(question, plan, section, len(leads))
        lines = [f"{self._speaker.sentence(s, question.language)}[{i}]" for i, s in enumerate(leads, 1)]
        return Draft("\n".join([head, *lines]), tuple(cite(plan, s, i) for i, s in enumerate(leads, 1)), numbers_in(head))

    def _holding(self, question: Question, plan: Plan) -> tuple[list[Sentence], list[str]]:
        """Every sentence that holds what the question quotes, or most of its topic's words; and what they were found by."""
        titles = {squeeze(fold(s.title)): s.ref for s in plan.sections if s.title}
        quoted = [squeeze(q) for q in question.quoted]
        within = next((titles[q] for q in quoted if q in titles), "") if len(quoted) > 1 else ""
        sentences = [s for section in plan.sections if section.ref.startswith(within) for s in section.sentences]
        phrases = [q for q in quoted if not within or q not in titles] or (
            self._bodies(question, plan) or self._dates(question) or self._names(question)
        )
        held = [s for s in sentences if any(p in squeeze(fold(s.text)) for p in phrases)]
        if held:
            return held, phrases
        groups = self._known(question)
        if not groups:
            return [], []
        weights = self._ranker.weights(groups)
        covers = {
            s: self._ranker.cover(groups, weights, self._ranker.sentence_terms(plan.id, s), frozenset()) for s in sentences
        }
        enough = min(HELD, max(covers.values()))
        return [s for s in sentences if covers[s] >= enough], [term for group in groups for term in group]

    def _known(self, question: Question) -> Groups:
        """The words of a list's matter that the plan uses; () where they are too few to be what was asked."""
        every, known = self._matter(question.topic, question)
        enough = KNOWN[question.language] * self._ranker.weights(every).sum()
        return known if question.quoted or self._ranker.weights(known).sum() >= enough else ()

    def _matter(self, topic: str, question: Question) -> tuple[Groups, Groups]:
        """The words of a list's matter, and those of them that the plan uses."""
        every = self._ranker.groups(replace(question, topic=list_topic(topic)))
        return every, self._ranker.known(every)

    def strange(self, question: Question) -> bool:
        """Whether a list is asked for of something that the plan does not speak of."""
        return question.kind is Kind.LIST and not question.quoted and not self._known(question)

    def _bodies(self, question: Question, plan: Plan) -> list[str]:
        """The bodies that a question names, as far as the plan writes them so: 由省市场监管局牵头 → 省市场监管局."""
        text, found = self._index.folded, []
        for run in cues.BODY.findall(squeeze(list_topic(question.topic))):
            named = next((run[i:] for i in range(len(run) - _BODY_MIN + 1) if run[i:] in text), None)
            found += [named] if named else []
        return found

    @staticmethod
    def _dates(question: Question) -> list[str]:
        """The days and months that a question names."""
        return [squeeze(fold(f.text)) for f in find_figures(question.text) if f.family == "date" and "月" in f.text]

    def _names(self, question: Question) -> list[str]:
        """The proper name that is all an English question asks the places of: the plan's word for it, and the English one."""
        if question.language == "zh":
            return []
        topic = list_topic(question.topic).lower()
        named = ((en.lower(), zh) for en, zh in self._index.names if en.lower() in topic)
        longest = max(named, key=lambda name: len(name[0]), default=None)
        if not longest or self._matter(topic.replace(longest[0], " "), question)[1]:
            return []
        return [squeeze(fold(longest[1])), longest[0]]

    def _targets(self, question: Question, plan: Plan) -> Draft | None:
        """The plan's quantified targets, all or those that the question's words choose."""
        if not cues.TARGETS.search(question.text):
            return None
        topic = cues.TARGET_WORDS.sub(" ", cues.ASIDE.sub(" ", question.topic)).strip()
        groups = [g for g in self._ranker.groups(replace(question, topic=topic)) if g] if re.search(r"\w", topic) else []
        family = "percent" if cues.PERCENT.search(question.text) else ""
        found = [
            t
            for t in find_targets(plan)
            if (t.figure.family == family if family else not groups or self._about(groups, plan, t))
        ]
        if not found:
            return None
        marks = {sentence: i for i, sentence in enumerate(dict.fromkeys(t.sentence for t in found), 1)}
        spans = {s: [(t.figure.start, t.figure.end) for t in found if t.sentence == s] for s in marks}
        head = texts.pick(texts.LIST_TARGETS, question.language).format(count=len(found))
        lines = [f"{plan.by_ref[t.sentence.ref].address} {t.indicator} {t.figure.text}[{marks[t.sentence]}]" for t in found]
        addresses = (numbers_in(plan.by_ref[t.sentence.ref].address) for t in found)
        citations = tuple(cite(plan, s, i, spans[s]) for s, i in marks.items())
        return Draft("\n".join([head, *lines]), citations, numbers_in(head).union(*addresses))

    def _about(self, groups: Sequence[tuple[str, ...]], plan: Plan, target: Target) -> bool:
        headings = {t for s in plan.path(target.sentence.ref) for t in self._index.words.terms(s.title)}
        rendering = self._index.rendering(target.sentence.ref, target.sentence.text)
        terms = headings.union(self._index.words.terms(target.indicator), stems(rendering))
        return any(terms.intersection(g) for g in groups)
