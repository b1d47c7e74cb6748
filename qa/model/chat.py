"""One way to a chat model, within a deadline, a budget and a bound on calls; what goes wrong becomes one kind of trouble."""

import json
import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from corpus.errors import SettingError, first_line
from qa.steps import returned, steps

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

    from index.settings import Settings

MAX_CALLS = 8  # at a time, those that a slow server has not given back included: so they cannot pile up
FAULTS, REST_S = 3, 30.0  # after so many faults in a row a model is left alone so long: readers need not wait for each of them
MAX_DETAIL = 160  # characters of a provider's own words
PAUSE_S = 0.5  # before the first retry, doubled for each further one
_UNSUPPORTED = (400, 404, 415, 422)  # what servers say to a form of request that they do not know


class Trouble(StrEnum):
    """Why a model did not help."""

    DOWN = "down"
    SLOW = "slow"
    LIMITED = "limited"
    DENIED = "denied"
    BUSY = "busy"
    BUDGET = "budget"
    REFUSED = "refused"
    NONSENSE = "nonsense"
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"


class ChatError(Exception):
    """A model did not help: the kind of trouble, and the provider's own words for the record."""

    def __init__(self, trouble: Trouble, detail: str = "", raw: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else trouble.value)
        self.trouble = trouble
        self.raw = raw


@dataclass(frozen=True)
class Reply:
    """What a model wrote, and what it cost in tokens: counted by the provider, else estimated by characters."""

    text: str
    tokens_in: int
    tokens_out: int


Hearing = Generator[str, None, Reply]
"""What has been written so far, each time that there is more of it; returns the whole. Raises: ChatError."""


class Budget:
    """Tokens spent today, on disk beside the index: a restart does not give them back."""

    def __init__(self, settings: "Settings") -> None:
        self._file = settings.home / "chat-budget.json"
        self._most = settings.chat_budget

    def spend(self, tokens: int, *, within: bool = True) -> None:
        """Count tokens. Raises: ChatError where the day's budget is used up, unless not `within`."""
        from filelock import FileLock

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock"):
                spent = self.spent()
                if within and spent >= self._most:
                    raise ChatError(Trouble.BUDGET, f"{spent} of {self._most} tokens")
                partial = self._file.with_suffix(".part")
                partial.write_text(json.dumps({"day": _today(), "tokens": max(0, spent + tokens)}), encoding="utf-8")
                partial.replace(self._file)
        except OSError as error:  # what cannot be counted is not spent
            raise ChatError(Trouble.BUDGET, f"{self._file.name}: {error.strerror}") from error

    def spent(self) -> int:
        """Tokens spent since midnight, UTC; a file that cannot be understood counts as a day used up."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return int(kept["tokens"]) if kept["day"] == _today() else 0
        except FileNotFoundError:
            return 0
        except (ValueError, TypeError, KeyError):
            return self._most


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def open_model(settings: "Settings") -> "BaseChatModel":
    """The model that the settings name. Raises: SettingError, one line that names the cure."""
    from langchain.chat_models import init_chat_model

    named = f"PLANQA_CHAT_MODEL={settings.chat_model}"
    options: dict[str, Any] = {"temperature": 0, "timeout": settings.chat_timeout, "max_retries": 0}
    if settings.chat_base_url:
        options["base_url"] = settings.chat_base_url
    try:
        model: BaseChatModel = init_chat_model(settings.chat_model, **options)
    except ImportError as error:
        cure = '请运行 pip install "planqa[model]"，或安装所说的软件包'
        raise SettingError(f"{named}：没有安装这个提供方的软件包（{first_line(error)}）；{cure}") from error
    except Exception as error:  # each provider has exceptions of its own for a missing key or an unknown name
        cure = "应为“提供方:模型”，如 openai:qwen-plus，密钥放在提供方的环境变量里，如 OPENAI_API_KEY"
        raise SettingError(f"{named}：无法使用（{first_line(error)}）；{cure}") from error
    return model


class Chat:
    """A chat model, asked so that nothing can hang. Safe to share between threads."""

    def __init__(self, model: "BaseChatModel", settings: "Settings") -> None:
        self.model = model
        self.budget = Budget(settings)
        self.seconds = settings.chat_timeout
        self._retries = settings.chat_retries
        self._free = threading.BoundedSemaphore(MAX_CALLS)
        self._unfit: set[tuple[bool, bool]] = set()
        self._faults = 0
        self._rests_until = 0.0
        self._last = Trouble.DOWN

    @classmethod
    def open(cls, settings: "Settings") -> Self:
        """Raises: SettingError."""
        return cls(open_model(settings), settings)

    def deadline(self) -> float:
        """When a question that is asked now has to be answered, in seconds of the monotonic clock."""
        return time.monotonic() + self.seconds

    def ask(self, system: str, data: object, schema: dict[str, Any], until: float) -> Reply:
        """What the model writes to these instructions and data before the deadline. Raises: ChatError."""
        return returned(self.hear(system, data, schema, until, streamed=False))

    def hear(self, system: str, data: object, schema: dict[str, Any], until: float, *, streamed: bool = True) -> Hearing:
        """The same while it is being written, where `streamed` and the provider can do that."""
        from langchain_core.messages import HumanMessage, SystemMessage

        if time.monotonic() < self._rests_until:
            raise ChatError(self._last, f"{FAULTS} faults in a row, left alone")
        messages: list[BaseMessage] = [SystemMessage(system), HumanMessage(json.dumps(data, ensure_ascii=False))]
        try:
            reply = yield from self._persistently(messages, schema, until, streamed)
        except ChatError as error:
            if error.trouble in (Trouble.DOWN, Trouble.SLOW, Trouble.LIMITED, Trouble.DENIED):
                self._faults, self._last = self._faults + 1, error.trouble
                self._rests_until = time.monotonic() + REST_S if self._faults >= FAULTS else 0.0
            raise
        self._faults = 0
        return reply

    def _persistently(self, messages: "list[BaseMessage]", schema: dict[str, Any], until: float, streamed: bool) -> Hearing:
        for attempt in range(self._retries + 1):
            try:
                return (yield from self._once(messages, schema, until, streamed))
            except ChatError as error:
                pause = PAUSE_S * 2**attempt
                again = error.trouble in (Trouble.DOWN, Trouble.LIMITED) and attempt < self._retries
                if not again or time.monotonic() + pause >= until:
                    raise
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, messages: "list[BaseMessage]", schema: dict[str, Any], until: float, streamed: bool) -> Hearing:
        asked = sum(len(str(m.content)) for m in messages)
        self.budget.spend(asked)  # before the call: a crash in the middle of it has cost something too
        message = yield from self._within(lambda hear: self._call(messages, schema, hear if streamed else None), until)
        text = _written(message)
        usage = getattr(message, "usage_metadata", None) or {}
        reply = Reply(text, int(usage.get("input_tokens") or asked), int(usage.get("output_tokens") or len(text)))
        self.budget.spend(reply.tokens_in + reply.tokens_out - asked, within=False)
        refusal = getattr(message, "additional_kwargs", {}).get("refusal")
        if refusal:
            raise ChatError(Trouble.REFUSED, str(refusal)[:200], str(refusal))
        if not text.strip():
            raise ChatError(Trouble.EMPTY, raw=text)
        return reply

    def _call(self, messages: "list[BaseMessage]", schema: dict[str, Any], hear: Callable[[str], None] | None) -> "BaseMessage":
        """The model's message, in the form of the schema where the provider can hold it to one."""
        forms = [(held, streamed) for held in (True, False) for streamed in (True, False) if hear or not streamed]
        for form in forms[:-1]:
            if form in self._unfit:
                continue
            try:
                return self._called(form, messages, schema, hear)
            except Exception as error:  # providers have exceptions of their own
                if not isinstance(error, NotImplementedError) and getattr(error, "status_code", None) not in _UNSUPPORTED:
                    raise
                self._unfit.add(form)
        return self._called(forms[-1], messages, schema, hear)

    def _called(
        self, form: tuple[bool, bool], messages: "list[BaseMessage]", schema: dict[str, Any], hear: Callable[[str], None] | None
    ) -> "BaseMessage":
        """The model's message: held to the schema or not, told while it is being written or not."""
        held, streamed = form
        model = _held(self.model, schema) if held else self.model
        return _joined(model.stream(messages), hear) if streamed and hear else model.invoke(messages)

    def _within(
        self, work: "Callable[[Callable[[str], None]], BaseMessage]", until: float
    ) -> "Generator[str, None, BaseMessage]":
        """What the work says and returns, in a thread that is left behind when time is up. Raises: ChatError."""
        if not self._free.acquire(blocking=False):
            raise ChatError(Trouble.BUSY, f"{MAX_CALLS} calls")

        def freed(hear: Callable[[str], None]) -> "BaseMessage":
            try:
                return work(hear)
            finally:
                self._free.release()

        try:
            return (yield from steps(freed, until))
        except Exception as error:  # providers have exceptions of their own
            raise ChatError(_trouble(error), f"{type(error).__name__}: {first_line(error)[:MAX_DETAIL]}") from error


def _held(model: "BaseChatModel", schema: dict[str, Any]) -> "Runnable[Any, BaseMessage]":
    """The model held to a schema, without the parser behind it. Raises: NotImplementedError where it cannot be held."""
    from langchain_core.runnables import RunnableSequence

    chain: Any = model.with_structured_output(schema)
    first: Runnable[Any, BaseMessage] = chain.first if isinstance(chain, RunnableSequence) else model
    return first


def _joined(chunks: "Iterable[BaseMessage]", hear: Callable[[str], None]) -> "BaseMessage":
    """The pieces of a message as one; what has been written so far is told after each."""
    whole: Any = None
    for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
        hear(_written(whole))
    if whole is None:
        raise ValueError("no message")  # a reply that cannot be read, as `_trouble` sees it
    message: BaseMessage = whole
    return message


def _written(message: "BaseMessage") -> str:
    """The text of a message, or the arguments of the call in which providers put structured output."""
    pieces = getattr(message, "tool_call_chunks", None)
    if pieces:  # as they came: the parsed ones close what has been cut off
        return pieces[0]["args"] or ""
    calls = getattr(message, "tool_calls", None)
    if calls:
        return json.dumps(calls[0]["args"], ensure_ascii=False)
    content = message.content
    parts = [content] if isinstance(content, str) else content
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts)


def _trouble(error: Exception) -> Trouble:
    """By what is common to all providers: the HTTP status, and the name of the exception."""
    status, name = getattr(error, "status_code", None), type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return Trouble.SLOW
    if status == 429 or "RateLimit" in name:
        return Trouble.LIMITED
    if status in (401, 403):
        return Trouble.DENIED
    if isinstance(error, ValueError | KeyError | TypeError | AssertionError):  # a reply that the client could not read
        return Trouble.NONSENSE
    return Trouble.UNSUPPORTED if status in _UNSUPPORTED else Trouble.DOWN
