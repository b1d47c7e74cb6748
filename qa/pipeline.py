"""PlanQA: the way from a question to an answer, as a LangChain Runnable."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from corpus.errors import QuestionsError
from corpus.fold import fold
from corpus.parse import Plan
from index.embed import Vectors
from index.retrieve import Hit, Index
from index.settings import Settings
from index.shelf import FEW, Shelf
from qa import route, texts
from qa.answer import Answer, Reason
from qa.compare import comparable, read_comparison
from qa.evidence import Evidence
from qa.followup import Completed, Turn, complete
from qa.privacy import masked
from qa.respond import EVIDENCE_HITS, Responder
from qa.several import read_several
from qa.speak import Draft
from qa.understand import Kind, Question, Scope, language_of, supposes, understand, without_orders


@dataclass(frozen=True)
class Ask:
    """A question with the turns before it; `plan` limits it to one plan."""

    question: str
    history: tuple[Turn, ...] = ()
    plan: str | None = None

    @classmethod
    def of(cls, value: "Ask | str | dict[str, Any]") -> "Ask":
        """From a string, or a dict as in a line of `planqa batch`. Raises: QuestionsError."""
        if isinstance(value, Ask):
            return value
        if isinstance(value, str):
            return cls(_whole(value))
        if not isinstance(value, dict):
            raise QuestionsError(f"{str(value)[:20]}：不是问题；应为文字，或含 question 的对象")
        question, history, plan = value.get("question"), value.get("history") or [], value.get("plan")
        if not isinstance(question, str):
            raise QuestionsError("字段 question 缺失或不是文字；请补上问题")
        if not isinstance(plan, str | None):
            raise QuestionsError(f"字段 plan 为 {plan}，应为计划的名字；请改正")
        try:
            turns = tuple(Turn(str(t["role"]), _whole(str(t["content"]))) for t in history)
        except (TypeError, KeyError) as error:
            raise QuestionsError('字段 history 应为 [{"role", "content"}, …]；请改正') from error
        return cls(_whole(question), turns, plan)


def _whole(text: str) -> str:
    # half a surrogate pair, as broken JSON escapes give it, is no character and cannot leave as UTF-8
    return text.encode("utf-8", "replace").decode("utf-8")


_Embed = Callable[[str], Vectors]
LISTED = 20  # plans that a message names


class _Clock:
    """Milliseconds spent in each step."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, step: str) -> None:
        now = time.perf_counter()
        self.timings[step] = round(self.timings.get(step, 0.0) + (now - self._last) * 1000, 1)
        self._last = now


class PlanQA(Runnable[Ask | str | dict[str, Any], Answer]):
    """Question in, checked answer out; `invoke`, `batch`, `stream` and callbacks as in every Runnable.

    >>> PlanQA.open(Settings.load()).invoke("2023年绿道目标是多少").text  # doctest: +SKIP
    '推进新建绿道 18 公里。[1]（计划没有按年分列，这是整个计划期的数。）'
    """

    def __init__(self, shelf: Shelf, settings: Settings) -> None:
        self.shelf = shelf
        self.settings = settings
        self._reader = functools.lru_cache(maxsize=settings.open_plans)(self._read)

    @classmethod
    def open(cls, settings: Settings) -> "PlanQA":
        """On the current index of a home. Raises: IndexMissingError, IndexMismatchError, IndexError_."""
        return cls(Shelf.open(settings), settings)

    def reopened(self) -> "PlanQA":
        """The same on the index that is current now, warmed. Raises: IndexMissingError, IndexMismatchError, IndexError_."""
        engine = PlanQA(Shelf.open(self.settings, self.shelf.embedder), self.settings)
        for name in list(engine.plans)[:FEW]:  # what is read at the first question
            engine.index(name).search(engine.plans[name].title)
        return engine

    @property
    def plans(self) -> Mapping[str, Plan]:
        """The plans that can be asked, by their names."""
        return self.shelf.plans

    def index(self, plan: str) -> Index:
        """The index of one plan. Raises: IndexMismatchError, IndexError_."""
        return self.shelf.index(plan)

    def _read(self, plan: str) -> "_Reader":
        index = self.shelf.index(plan)
        return _Reader(index, Responder(index, self.settings.max_question), Scope(index.plan, index.folded))

    def invoke(self, input: Ask | str | dict[str, Any], config: RunnableConfig | None = None, **_: object) -> Answer:
        """One answer; whatever the question, a fault is never raised for it but QuestionsError for its form."""
        return self._call_with_config(lambda ask: self._answer(Ask.of(ask)), input, ensure_config(config), run_type="chain")

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """The k best chunks for a question."""
        asked = understand(_whole(question)[: self.settings.max_question], self._first.scope)
        return self.shelf.search(asked.topic, k=k, language=asked.language)

    @property
    def _first(self) -> "_Reader":
        return self._reader(next(iter(self.plans)))

    def _asked(self, ask: Ask, embed: _Embed) -> list[str]:
        """The plans that are asked: the one named, else those that fit the question, the one that comes nearest first."""
        if ask.plan is not None and ask.plan not in self.plans:
            raise QuestionsError(f"没有计划 {ask.plan}；{_listed(self.plans)}")
        if ask.plan is not None or len(self.plans) == 1:
            return [ask.plan or next(iter(self.plans))]
        first = self._first
        completed = complete(ask.question.strip()[: self.settings.max_question], ask.history, first.index.plan)
        asked = understand(completed.text, first.scope)
        order = self.shelf.nearest(asked.topic, asked.language, embed(asked.topic))
        before = [turn.content for turn in reversed(ask.history) if turn.role == "user" and completed.rewritten]
        entries = [self.shelf.entries[name] for name in order]
        return [e.id for e in route.fitting(completed.text, before, entries, lambda entry: self._reader(entry.id).scope)]

    def _answer(self, ask: Ask) -> Answer:
        embed = functools.cache(self.shelf.embedder.query)  # several plans are asked with one vector
        across = route.asked_across(ask.question, list(self.shelf.entries.values())) if ask.plan is None else []
        if across:
            answers = [(e, self._reader(e.id).answer(replace(ask, question=text), embed)) for e, text in across]
            if any(answer.reason is None for _, answer in answers):
                return route.joined(ask.question, answers)
        return route.best([self._reader(name).answer(ask, embed) for name in self._asked(ask, embed)])

    def understood(self, ask: Ask) -> Question:
        """The question as it is searched for: completed from the turns before it, typing errors undone."""
        reader = self._reader(self._asked(ask, self.shelf.embedder.query)[0])
        return reader.understood(ask.question.strip(), ask)[1]


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return f"已建索引的有：{'、'.join(shown[:LISTED])}{'等' if len(shown) > LISTED else ''}"


class _Reader:
    """One plan, asked."""

    def __init__(self, index: Index, responder: Responder, scope: Scope) -> None:
        self.index = index
        self.scope = scope
        self._responder = responder

    def answer(self, ask: Ask, embed: _Embed) -> Answer:
        """The plan's answer to a question."""
        clock, text, plan, most = _Clock(), ask.question.strip(), self.index.plan, self._responder.max_question
        if not any(c.isalnum() for c in text) or len(text) > most:
            reason = Reason.TOO_LONG if len(text) > most else Reason.EMPTY
            return self._responder.refuse(ask.question, language_of(text), reason, plan)
        if masked(text) != text:
            return self._responder.refuse(masked(text), language_of(text), Reason.PERSONAL_NUMBER, plan)
        completed, question = self.understood(text, ask)
        clock.mark("understand")
        answer = self._respond(question, completed, clock, embed)
        return replace(answer, question=ask.question, rewritten=completed.rewritten, timings_ms=clock.timings)

    def understood(self, text: str, ask: Ask) -> tuple[Completed, Question]:
        """The question completed from the turns before it, and what is made of it."""
        rest = without_orders(text)
        completed = complete(rest, ask.history, self.index.plan)
        if rest != text:
            completed = replace(completed, rewritten=completed.text)
        question = understand(completed.text, self.scope, rest if completed.rewritten else None)
        return completed, self._corrected(question)

    def _corrected(self, question: Question) -> Question:
        """The question with typing errors of its topic undone; one typed in pinyin is understood anew."""
        variants = self.index.variants
        typed = variants.from_pinyin(fold(question.text)) if question.language == "en" else None
        if typed:
            return replace(understand(typed, self.scope), text=question.text)
        return replace(question, topic=variants.correct(question.topic)) if question.language == "zh" else question

    def _respond(self, question: Question, completed: Completed, clock: _Clock, embed: _Embed) -> Answer:
        responder, language, plan = self._responder, question.language, self.index.plan
        unmet = responder.unmet(question, self.scope)
        # a year that a yes-or-no question supposes may be another than the plan's: that is a no
        if unmet and not (unmet[0] is Reason.OTHER_PERIOD and supposes(question)):
            return responder.refuse(question.text, language, unmet[0], plan, details=unmet[1])
        figures = self._figures(question)
        if figures:
            checked = responder.checked(figures)
            clock.mark("answer")
            return Answer(question.text, language, checked.text, citations=checked.citations, sureness=1.0)
        vector = embed(question.topic)
        hits = self.index.search(question.topic, k=EVIDENCE_HITS, language=language, vector=vector)
        hits = self.index.with_frame(hits)
        clock.mark("retrieve")
        ranked = responder.ranker.rank(question, hits, responder.preferred(question, plan, completed.boost))
        answer = self._decide(question, ranked, unmet)
        clock.mark("answer")
        return replace(answer, hits=tuple(hits), sureness=responder.sureness(question, ranked))

    def _figures(self, question: Question) -> Draft | None:
        """The answer to a question about several figures: compared, or each told; None where the plan lacks one of them."""
        comparison = read_comparison(question.text)
        if comparison:
            pair = comparable(*self._sides((comparison.first, comparison.second)))
            return self._responder.compare(question, comparison, pair, self.index.plan) if pair else None
        sides = self._sides(read_several(question))
        found = [side for side in sides if side and side.figure]
        whole = bool(found) and len({(e.sentence, e.figure) for e in found}) == len(sides)
        return self._responder.several(question, found, self.index.plan) if whole else None

    def _sides(self, texts: Sequence[str]) -> list[Evidence | None]:
        """The sentence and figure of each of the figures that a question is about; one batch of embeddings for all."""
        asked = [replace(understand(text, self.scope), kind=Kind.FIGURE) for text in texts]
        vectors = self.index.embedder.queries([a.topic for a in asked]) if asked else ()
        return [self._side(question, vector) for question, vector in zip(asked, vectors, strict=True)]

    def _side(self, asked: Question, vector: Vectors) -> Evidence | None:
        hits = self.index.search(asked.topic, k=EVIDENCE_HITS, language=asked.language, vector=vector)
        return self._responder.sought.figure(asked, self._responder.ranker.rank(asked, hits))

    def _decide(self, question: Question, ranked: Sequence[Evidence], unmet: tuple[Reason, dict[str, str]] | None) -> Answer:
        responder, language, plan = self._responder, question.language, self.index.plan
        other = responder.corrections.supposed(question, ranked) if unmet else None
        if unmet and not other:
            return responder.refuse(question.text, language, unmet[0], plan, details=unmet[1])
        detail = responder.missing_detail(question, ranked)
        if detail:
            return responder.refuse(
                question.text, language, Reason.NO_DETAIL, plan, ranked[0].hit, details={"detail": texts.pick(detail, language)}
            )
        draft = other or responder.draft(question, ranked, plan)
        if not isinstance(draft, Draft):
            return responder.refuse(question.text, language, draft, plan, ranked[0].hit)
        checked = responder.checked(draft)
        return Answer(question.text, language, checked.text, citations=checked.citations)
