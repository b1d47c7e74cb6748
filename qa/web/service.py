"""One way to an answer for all pages and interfaces: limits first, then the engine, then the record."""

import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from corpus.errors import IndexError_
from corpus.parse import Plan
from index.retrieve import Hit
from index.settings import Settings
from index.shelf import Entry, current_version
from qa.answer import Answer
from qa.library import Library
from qa.model.engine import Engine
from qa.pipeline import Ask
from qa.record import Record
from qa.web.visitors import address_of, trusted

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request

T = TypeVar("T")
Seen = Callable[[Answer], None]
MINUTE_S = 60.0
KEPT_ANSWERS = 2048  # the same question gives the same answer: it need not be found twice
MAX_VISITORS = 100_000  # whose last minute is remembered
WAIT_S = 30.0  # for a place among those who are answered


class TurnedAwayError(Exception):
    """A question that is not answered now: an HTTP status, and why, in Chinese and English."""

    def __init__(self, status: int, cause: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.status = status
        self.cause = cause
        self.zh = zh
        self.en = en

    def said(self, language: str) -> str:
        """Why, in one language."""
        return self.zh if language == "zh" else self.en


def _often(limit: int) -> TurnedAwayError:
    return TurnedAwayError(
        429, "often", f"一分钟内最多提问 {limit} 次，请稍后再问。", f"At most {limit} questions a minute; please wait a little."
    )


def _still() -> TurnedAwayError:
    return TurnedAwayError(
        429, "still", "上一个问题还没有答完，请稍候。", "Your last question is still being answered; please wait."
    )


def _busy() -> TurnedAwayError:
    return TurnedAwayError(
        503, "busy", "提问的人太多，请过一会儿再试。", "Too many people are asking at the moment; please try again shortly."
    )


def _closed(reason: str) -> TurnedAwayError:
    return TurnedAwayError(
        503, "closed", f"问答服务暂停：{reason}", f"The service is paused. The office in charge writes: {reason}"
    )


def _down() -> TurnedAwayError:
    return TurnedAwayError(
        503,
        "down",
        "检索服务暂时连不上，请过几分钟再试。",
        "The search service cannot be reached at the moment; please try again in a few minutes.",
    )


class Gate:
    """Who may ask now: so many a minute and one at a time of each visitor, and a queue with a bound for all."""

    def __init__(self, per_minute: int, workers: int, queue: int) -> None:
        self._per_minute = per_minute
        self._most = workers + queue
        self._places = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._asking: set[str] = set()
        self._inside = 0

    @property
    def inside(self) -> int:
        """How many are waiting or being answered."""
        return self._inside

    @contextmanager
    def place(self, visitor: str) -> Iterator[None]:
        """A place for one question. Raises: TurnedAwayError."""
        self._enter(visitor)
        try:
            if not self._places.acquire(timeout=WAIT_S):
                raise _busy()
            try:
                yield
            finally:
                self._places.release()
        finally:
            with self._lock:
                self._inside -= 1
                self._asking.discard(visitor)

    def _enter(self, visitor: str) -> None:
        now = time.monotonic()
        with self._lock:
            if visitor in self._asking:
                raise _still()
            if self._inside >= self._most:
                raise _busy()
            asked = self._asked.setdefault(visitor, deque())
            self._asked.move_to_end(visitor)
            while asked and asked[0] <= now - MINUTE_S:
                asked.popleft()
            if len(asked) >= self._per_minute:
                raise _often(self._per_minute)
            asked.append(now)
            self._asking.add(visitor)
            self._inside += 1
            while len(self._asked) > MAX_VISITORS:
                self._asked.popitem(last=False)


class Metrics:
    """Counts for `/metrics`, in a registry of their own."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry: CollectorRegistry = CollectorRegistry()
        self.answers = Counter("planqa_answers", "Answers", ["channel", "status", "reason"], registry=self.registry)
        self.turned_away = Counter("planqa_turned_away", "Questions not answered", ["cause"], registry=self.registry)
        self.feedback = Counter("planqa_feedback", "Feedback", ["verdict"], registry=self.registry)
        self.seconds = Histogram("planqa_answer_seconds", "From question to answer, waiting included", registry=self.registry)
        self.inside = Gauge("planqa_questions_inside", "Questions waiting or being answered", registry=self.registry)

    def text(self) -> bytes:
        """In the form that Prometheus reads."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


@dataclass(frozen=True)
class Kept:
    """An answer and the id under which it is on record."""

    id: str
    answer: Answer


class Service:
    """Answers, recorded. Safe to share between threads."""

    def __init__(self, engine: Engine, record: Record, settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
        """`ready` returns once the engine has been warmed; questions wait for it. Raises: SettingError."""
        self.engine = engine
        self.library = Library(settings)
        self._changing = threading.Lock()
        self.proxies = trusted(settings)
        self._ready = ready
        self.record = record
        self.settings = settings
        self.metrics = Metrics()
        self.gate = Gate(settings.questions_per_minute, settings.workers, settings.queue)
        self.metrics.inside.set_function(lambda: self.gate.inside)
        self._known: OrderedDict[Ask, Answer] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def plans(self) -> Mapping[str, Plan]:
        """The plans that can be asked."""
        return self.engine.plans

    @property
    def listed(self) -> Mapping[str, Entry]:
        """The same as far as they are known without opening them: there may be thousands."""
        return self.engine.shelf.entries

    @property
    def retired(self) -> dict[str, Plan]:
        """The plans that can only be read."""
        return {name: source.plan for name, source in self.library.retired().items() if name not in self.plans}

    def plan(self, name: str) -> Plan | None:
        """A plan to read: one that can be asked, or a retired one."""
        retired = None if name in self.plans else self.library.retired_source(name)
        return retired.plan if retired else self.plans.get(name)

    def rendering(self, plan: str, ref: str, chinese: str) -> str:
        """The unofficial English of a sentence or title; "" where there is none."""
        return self.engine.shelf.rendering(plan, ref, chinese) if plan in self.plans else ""

    def refresh(self) -> bool:
        """Answer from the newest index, where another than the one in use has been published. Raises: IndexError_."""
        with self._changing:
            version = current_version(self.settings)
            if version is None or version == self.engine.shelf.version:
                return False
            engine = self.engine.reopened()
            with self._lock:
                self.engine = engine
                self._known.clear()
            return True

    def address(self, request: "HTTPConnection") -> str:
        """Where a request comes from, as far as proxies are trusted."""
        return address_of(request, self.proxies)

    def ask(self, ask: Ask, address: str, channel: str, seen: Seen | None = None) -> Kept:
        """An answer for a visitor, on record before it is given. Raises: TurnedAwayError, QuestionsError.

        `seen` is shown what a language model has written so far, as far as it has passed.
        """
        visitor, begun = self.record.visitor(address), time.perf_counter()
        try:
            self.check_open()
            with self.gate.place(visitor):
                self._ready()
                answer = self._answer(ask, seen)
                key = self.record.add_answer(answer, visitor, channel)
        except TurnedAwayError as turned:
            self.metrics.turned_away.labels(turned.cause).inc()
            raise
        self.metrics.seconds.observe(time.perf_counter() - begun)
        self.metrics.answers.labels(channel, answer.status, answer.reason.value if answer.reason else "").inc()
        return Kept(key, answer)

    def search(self, question: str, k: int, address: str) -> list[Hit]:
        """The best chunks for a question, within the same limits. Raises: TurnedAwayError."""
        self.check_open()
        with self.gate.place(self.record.visitor(address)):
            self._ready()
            return self._on_newest(lambda engine: engine.search(question, k))

    def answer_inside(self, ask: Ask) -> Answer:
        """An answer for an official at the desk: no limits, and the desk stays open when the public page is closed."""
        self._ready()
        return self._answer(ask)

    def keep_inside(self, answer: Answer, name: str) -> str:
        """Put an answer given at the desk on record. Returns: its id."""
        return self.record.add_answer(answer, self.record.visitor(f"desk {name}"), "desk")

    def check_open(self) -> None:
        """Raises: TurnedAwayError while the public page is out of service."""
        reason = self.record.closed()
        if reason is not None:
            raise _closed(reason)

    def say(self, answer: str, verdict: str, comment: str = "") -> bool:
        """Keep what a reader says of an answer; False where there is no such answer or verdict."""
        kept = self.record.add_feedback(answer, verdict, comment)
        if kept:
            self.metrics.feedback.labels(verdict).inc()
        return kept

    def _on_newest(self, work: Callable[[Engine], T]) -> T:
        """What the engine gives; where its index has gone or does not answer, what that gives which is there now.

        Raises: TurnedAwayError where none answers.
        """
        try:
            return work(self.engine)
        except IndexError_ as error:
            sys.stderr.write(f"{error}\n")
        try:
            self.refresh()
            return work(self.engine)
        except IndexError_ as error:
            raise _down() from error

    def _answer(self, ask: Ask, seen: Seen | None = None) -> Answer:
        with self._lock:
            known = self._known.get(ask)
            if known is not None:
                self._known.move_to_end(ask)
                return known
        engine = self.engine
        answer = self._on_newest(lambda engine: _told(engine, ask, seen))
        with self._lock:
            # it has been replaced meanwhile, or its language model may help the next time
            if engine is not self.engine or (answer.model and answer.model.trouble):
                return answer
            self._known[ask] = answer
            if len(self._known) > KEPT_ANSWERS:
                self._known.popitem(last=False)
        return answer


def _told(engine: Engine, ask: Ask, seen: Seen | None) -> Answer:
    """The engine's answer; each one on the way to it is shown to `seen`."""
    if seen is None:
        return engine.invoke(ask)
    answer = None
    for answer in engine.stream(ask):
        if answer.growing:
            seen(answer)
    assert answer is not None
    return answer


def service_of(request: "Request") -> Service:
    """The service of the application that a request was sent to."""
    service: Service = request.app.state.service
    return service
