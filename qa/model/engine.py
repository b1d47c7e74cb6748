"""ModelQA: the default path's answer, worded by a language model where code finds every word of that in the plan."""

import re
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from corpus.fold import squeeze
from corpus.parse import Plan
from index.retrieve import Hit, Index
from index.settings import Settings
from index.shelf import FEW, Shelf
from qa import texts
from qa.answer import Answer, ModelTrace, Reason
from qa.check import faults
from qa.model import question as asking
from qa.model.chat import Chat, ChatError, Reply, Trouble
from qa.model.evidence import Shown, by_key, gather
from qa.model.statements import SCHEMA, SYSTEM, Sound, Statement, checked, compose, read_statements, statements_so_far
from qa.model.verify import figures_of, plain
from qa.pipeline import Ask, PlanQA
from qa.steps import returned
from qa.understand import Question

# refusals that another wording of the question may cure; all others are about what was asked, not how
_CURABLE = (Reason.NOT_IN_PLAN, Reason.NO_FIGURE, Reason.NO_DETAIL)
_MARK = re.compile(r"\[\d+\]")
_WITHOUT = ("，这是不用模型的回答。", "; this is the answer without it.")
NOTES = {
    "used": (
        "由语言模型从计划原文中选句连接，逐句核对过。",
        "Selected and joined from the plan's text by a language model; every sentence was checked.",
    ),
    "growing": (
        "语言模型正在从计划原文中选句，已显示的逐句核对过。",
        "A language model is still selecting from the plan's text; every sentence shown was checked.",
    ),
    "asked": (
        "问题由语言模型改写，回答没有用模型。",
        "The question was reworded by a language model; the answer is without one.",
    ),
} | {
    kind: (zh + _WITHOUT[0], en + _WITHOUT[1])
    for kind, zh, en in (
        ("dropped", "语言模型写的内容没有通过核对", "What the language model wrote did not pass the check"),
        (Trouble.DOWN, "语言模型连接不上", "The language model cannot be reached"),
        (Trouble.SLOW, "语言模型没有及时答复", "The language model was too slow"),
        (Trouble.LIMITED, "语言模型限制了调用次数", "The language model's rate limit was reached"),
        (Trouble.DENIED, "语言模型拒绝了密钥", "The language model did not accept the key"),
        (Trouble.BUSY, "语言模型正忙", "The language model is busy"),
        (Trouble.BUDGET, "今天的语言模型用量已用完", "Today's budget for the language model is used up"),
        (Trouble.REFUSED, "语言模型没有作答", "The language model declined to answer"),
        (Trouble.NONSENSE, "语言模型的答复无法使用", "The language model's reply could not be used"),
        (Trouble.EMPTY, "语言模型没有作答", "The language model gave no answer"),
        (Trouble.UNSUPPORTED, "语言模型不接受这样的请求", "The language model does not take such requests"),
    )
}


@dataclass
class _Work:
    """What has come of the model so far, for one question."""

    until: float
    streamed: bool = False
    raw: list[str] = field(default_factory=list)
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    def traced(self, answer: Answer, note: str, trace: ModelTrace) -> Answer:
        """The answer with what the reader is told, and what is kept, of the model's part in it."""
        trace = replace(trace, raw="\n".join(self.raw), tokens_in=self.tokens_in, tokens_out=self.tokens_out)
        timings = {**answer.timings_ms, "model": round(self.seconds * 1000, 1)}
        told = texts.pick(NOTES[note], answer.language)
        return replace(answer, note=told, model=trace, timings_ms=timings)


class ModelQA(Runnable[Ask | str | dict[str, Any], Answer]):
    """Question in, checked answer out, as `PlanQA` does it: the same interface, and never an answer later than the time-out."""

    def __init__(self, base: PlanQA, chat: Chat) -> None:
        self.base = base
        self.chat = chat

    @property
    def shelf(self) -> Shelf:
        """The plans with their indexes."""
        return self.base.shelf

    @property
    def plans(self) -> Mapping[str, Plan]:
        """The plans that can be asked, by their names."""
        return self.base.plans

    def index(self, plan: str) -> Index:
        """The index of one plan. Raises: IndexMismatchError, IndexError_."""
        return self.base.index(plan)

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.base.settings

    def reopened(self) -> "ModelQA":
        """The same on the index that is current now. Raises: IndexMissingError, IndexMismatchError, IndexError_."""
        return ModelQA(self.base.reopened(), self.chat)

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """The k best chunks for a question."""
        return self.base.search(question, k)

    def understood(self, ask: Ask) -> Question:
        """The question as the default path searches for it."""
        return self.base.understood(ask)

    def invoke(self, input: Ask | str | dict[str, Any], config: RunnableConfig | None = None, **_: object) -> Answer:
        """One answer. Raises: QuestionsError for the form of a question, as the default path does."""
        config = ensure_config(config)
        return self._call_with_config(lambda ask: returned(self._answer(Ask.of(ask))), input, config, run_type="chain")

    def stream(self, input: Ask | str | dict[str, Any], config: RunnableConfig | None = None, **_: object) -> Iterator[Answer]:
        """The answer as it grows: each one is checked, and says all that those before it have said; the last one counts.

        Only where the model breaks off in the middle is the last one that without a model. Raises: QuestionsError.
        """

        def steps(asks: Iterator[Ask | str | dict[str, Any]]) -> Iterator[Answer]:
            for ask in asks:
                yield (yield from self._answer(Ask.of(ask), streamed=True))

        return self._transform_stream_with_config(iter([input]), steps, ensure_config(config), run_type="chain")

    def _answer(self, ask: Ask, *, streamed: bool = False) -> Generator[Answer, None, Answer]:
        work = _Work(self.chat.deadline(), streamed)
        base = answer = self.base.invoke(ask)
        try:
            answer = self._asked_anew(ask, base, work)
            lead = _lead(answer, self.shelf) if "answer" in self.settings.uses else None
            if lead is not None:
                return (yield from self._worded(answer, lead, work))
        except ChatError as error:
            work.raw += [error.raw] if error.raw else []
            return work.traced(answer, error.trouble, ModelTrace(trouble=str(error)))
        return work.traced(answer, "dropped" if answer is base else "asked", ModelTrace()) if work.raw else answer

    # ---- the question -----------------------------------------------------------------------------------------------

    def _asked_anew(self, ask: Ask, answer: Answer, work: _Work) -> Answer:
        """The answer to the question as a model rewrites it, where the default path could do nothing with it as it is."""
        uses, curable = self.settings.uses, answer.reason in _CURABLE
        if "translate" in uses and asking.foreign(ask.question) and (curable or answer.reason is None):
            names = [ask.plan] if ask.plan else list(self.plans)[:FEW]
            language = "en" if any(self.shelf.source(name).english for name in names) else "zh"
            text = self._rewritten(asking.TRANSLATE[language], {"question": ask.question}, work)
            sound = asking.faithful(text, ask.question, language)
        elif "followup" in uses and curable and ask.history:
            text = self._rewritten(asking.FOLLOWUP, asking.conversation(ask), work)
            sound = asking.of_conversation(text, ask)
        else:
            return answer
        if not sound or text == ask.question:
            return answer
        found = self.base.invoke(Ask(text, (), ask.plan))
        return answer if found.reason else replace(found, question=ask.question, rewritten=found.rewritten or text)

    def _rewritten(self, system: str, data: object, work: _Work) -> str:
        reply = returned(self._reply(system, data, asking.SCHEMA, work, streamed=False))
        return asking.asked_for(reply.text, self.settings.max_question)

    def _reply(
        self, system: str, data: object, schema: dict[str, Any], work: _Work, *, streamed: bool
    ) -> Generator[str, None, Reply]:
        begun = time.monotonic()
        try:
            reply = yield from self.chat.hear(system, data, schema, work.until, streamed=streamed)
        finally:
            work.seconds += time.monotonic() - begun
        work.raw.append(reply.text)
        work.tokens_in += reply.tokens_in
        work.tokens_out += reply.tokens_out
        return reply

    # ---- the answer -------------------------------------------------------------------------------------------------

    def _worded(self, base: Answer, lead: str, work: _Work) -> Generator[Answer, None, Answer]:
        """The answer in the model's selection; the one without it where that does not hold. Raises: ChatError."""
        shown = gather(base, self.shelf, whole=self.settings.chat_whole)
        asked = {"question": base.rewritten or base.question, "evidence": [s.to_json() for s in shown]}
        keys, so_far = by_key(shown), 0
        hearing = self._reply(SYSTEM[base.language], asked, SCHEMA, work, streamed=work.streamed)
        while True:
            try:
                statements = statements_so_far(next(hearing))
            except StopIteration as end:
                statements = read_statements(end.value.text)
                break
            if len(statements) > so_far:
                so_far = len(statements)
                answer, trace = self._selected(base, lead, statements, keys)
                if answer:
                    yield work.traced(answer, "growing", replace(trace, growing=True))
        if not statements:
            raise ChatError(Trouble.EMPTY)
        answer, trace = self._selected(base, lead, statements, keys)
        return work.traced(answer or base, "used" if answer else "dropped", trace)

    def _selected(
        self, base: Answer, lead: str, statements: Sequence[Statement], keys: Mapping[str, Shown]
    ) -> tuple[Answer | None, ModelTrace]:
        """What the statements that hold say together, and what became of each."""
        results = [(s.text, checked(s, keys, base)) for s in statements]
        dropped = tuple(f"{why}: {text}" for text, why in results if isinstance(why, str))
        sound = [one for _, found in results if not isinstance(found, str) for one in found]
        answer = self._composed(base, lead, sound)
        return answer, ModelTrace(used=answer is not None, kept=len(results) - len(dropped), dropped=dropped)

    def _composed(self, base: Answer, lead: str, sound: Sequence[Sound]) -> Answer | None:
        """The new answer; None where it would say less than the one without a model, or anything unsupported."""
        if not any(one.source.cited for one in sound):
            return None
        text, citations = compose(sound, base.language, lead)
        answer = replace(base, text=text, citations=citations)
        first = base.citations[0]
        kept = any((c.plan, c.start) == (first.plan, first.start) for c in citations)
        figures = _figures(base) <= _figures(answer)
        return answer if kept and figures and not faults(answer, self.plans) else None


def _figures(answer: Answer) -> frozenset[str]:
    return figures_of(_MARK.sub("", answer.text), answer.language)


def _lead(answer: Answer, shelf: Shelf) -> str | None:
    """What a worded answer has to begin with; None for an answer that says more than the plan's words.

    A verdict, a correction, a count, a remark on the period: these are conclusions of the default path, and stay.
    """
    if answer.reason or not answer.citations or "\n" in answer.text:
        return None
    leads = [texts.pick(pair, answer.language).split("{text}")[0] for pair in (texts.RELATED, texts.YES)]
    lead = next((found for found in leads if answer.text.startswith(found)), "")
    quotes = [c.quote for c in answer.citations]
    if answer.language == "en":
        quotes += [shelf.rendering(c.plan, c.ref, c.quote) for c in answer.citations]
    held = squeeze(plain("\n".join(quotes)))
    said = (squeeze(plain(part)).strip("。.") for part in _MARK.split(answer.text.removeprefix(lead)))
    return lead if all(part in held for part in said) else None


Engine = PlanQA | ModelQA


def open_engine(settings: Settings) -> Engine:
    """The engine that the settings name: with a language model where one is set. Raises: SettingError, IndexError_."""
    if not settings.chat_model:
        return PlanQA.open(settings)
    chat = Chat.open(settings)  # a fault in its settings is told before the index is read
    return ModelQA(PlanQA.open(settings), chat)
