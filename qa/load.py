"""What the server bears: many clients without a pause, many visitors at one instant, and whether each got an own answer.

A server of its own process is asked over HTTP. It shares nothing with the one that readers use but the index, which is only
read: what it answers goes to a database that is deleted in the end.
"""

import contextlib
import http.client
import itertools
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from corpus.errors import SettingError, SourceError
from index.settings import Settings
from qa.record import Record
from qa.setup import ensure_index
from qa.terminal import progress

HOST = "127.0.0.1"
CLIENTS = 8  # four times as many as are answered at a time by default: always some are waiting
ROUNDS = 3  # of each measure, taken in turn; the median goes into the table
WARM_S = 3.0
TIMEOUT_S = 120.0  # longer than the server lets anybody wait for a place
STOP_S = 30.0
MAX_VISITORS = 500  # each needs a file of this process and one of the server, of which many systems allow 1024
# twice as many as the service keeps answers: when all have been asked, the answer to the first has been forgotten
MIN_QUESTIONS, MAX_QUESTIONS = 4096, 50_000
_WORDS = re.compile(r"[^\W\d_]{4,24}")  # between two signs or figures: about as long as what people ask about
_HEADS = ("", "请问", "我想了解", "我想知道", "计划里", "关于", "方案中", "麻烦查一下")
_TAILS = (
    "有哪些要求？", "要达到多少？", "由谁负责？", "是什么？", "怎么做？", "有什么措施？",
    "什么时候完成？", "的目标是多少？", "在哪一部分？", "包括哪些内容？", "是否有规定？", "有多少项？",
)  # fmt: skip


# ---- a server and its clients ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A server in a process of its own, on this machine."""

    process: subprocess.Popen[str]
    port: int


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


def _environ(settings: Settings) -> dict[str, str]:
    """The environment in which a process finds these settings."""
    values = {name: str(int(v) if isinstance(v, bool) else v) for name, v in vars(settings).items()}
    return {**os.environ, **{f"PLANQA_{name.upper()}": value for name, value in values.items()}}


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """A server with these settings, on a free port of this machine; it ends with the block. Raises: SettingError.

    It believes what `X-Forwarded-For` says, so that each client can be a visitor of its own.
    """
    port = _free_port()
    environ = _environ(replace(settings, host=HOST, port=port, trusted_proxies=HOST))
    command = [sys.executable, "-c", "import sys; from qa.cli import run; sys.exit(run())", "serve"]
    # a pipe that nobody reads would stop the server once it is full
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8")
        with process:
            try:
                if process.stdout is None or not process.stdout.readline():
                    code, _ = process.wait(STOP_S), errors.seek(0)
                    raise SettingError(_not_started(code, errors.read()))
                yield Server(process, port)
            finally:
                _stop(process)


def _not_started(code: int, errors: str) -> str:
    said = (errors.strip().splitlines() or ["没有说明"])[-1]
    return f"压测用的服务器没有启动（退出码 {code}，{said}）；请先让 planqa serve 能启动"


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()


@dataclass(frozen=True)
class Reply:
    """What came of a request: HTTP status, 0 where nothing came; the JSON; seconds from asking to having read it."""

    asked: str
    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def answered(self) -> bool:
        """Whether there is an answer; one that refuses, because the plan does not say, is one too."""
        return self.status == 200

    @property
    def turned_away(self) -> bool:
        """Whether the visitor was told why there is no answer now."""
        return self.status in (429, 503) and all(self.body.get(name) for name in ("detail", "cause"))


class Client:
    """A connection to a server, kept open between requests."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def connect(self) -> None:
        """Open the connection before it is needed; if that fails, so will the request."""
        with contextlib.suppress(OSError):
            self._connection.connect()

    def post(self, path: str, body: Mapping[str, str], visitor: str) -> Reply:
        """Send JSON in the name of a visitor's address; `asked` of the reply is the body's question, if it has one."""
        headers = {"Content-Type": "application/json", "X-Forwarded-For": visitor}
        start = time.perf_counter()
        status, content = self._send("POST", path, json.dumps(body).encode(), headers)
        seconds = time.perf_counter() - start
        return Reply(body.get("question", ""), status, content if isinstance(content, dict) else {}, seconds)

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON it is
        """Fetch JSON. Raises: SettingError."""
        status, content = self._send("GET", path, None, {})
        if status != 200:
            raise SettingError(f"压测用的服务器没有给出 {path}（HTTP {status}）；请先让 planqa serve 能回答")
        return content

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
            return 0, None


# ---- questions ------------------------------------------------------------------------------------------------------


def make_questions(texts: Iterable[str]) -> list[str]:
    """Different questions made from a plan's headings and sentences, in a mixed order that is always the same.

    Enough to measure by, not to judge by. Raises: SourceError where the text is too short for so many that no answer is kept.
    """
    topics = list(dict.fromkeys(words for text in texts for words in _WORDS.findall(text)))
    made = [f"{head}{topic}{tail}" for topic, head, tail in itertools.product(topics, _HEADS, _TAILS)]
    if len(made) < MIN_QUESTIONS:
        raise SourceError(f"计划只够造 {len(made)} 个不同的问题，压测需要 {MIN_QUESTIONS} 个；请先为较长的计划建索引")
    random.Random(0).shuffle(made)  # neighbours differ in all three parts, as those of different people do
    return made[:MAX_QUESTIONS]


def plan_texts(port: int) -> list[str]:
    """The headings and texts of all plans that a server answers from."""
    with Client(port) as client:
        found = [client.get(f"/api/plans/{quote(plan['id'], safe='')}/sections") for plan in client.get("/api/plans")]
    return [text for sections in found for section in sections for text in (section["title"], section["text"])]


class Crowd:
    """All who ask in one run: each question is the next one, and each comes from an address of its own."""

    def __init__(self, port: int, questions: Sequence[str]) -> None:
        self._port = port
        self._questions = questions
        self._numbers = itertools.count()
        self.replies: list[Reply] = []

    def _ask(self, client: Client) -> Reply:
        number = next(self._numbers)
        visitor = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return client.post("/api/ask", {"question": self._questions[number % len(self._questions)]}, visitor)

    def without_pause(self, clients: int, seconds: float) -> "Round":
        """So many clients, each of whom asks as soon as it has been answered."""

        def work() -> list[Reply]:
            end, replies = time.perf_counter() + seconds, list[Reply]()
            with Client(self._port) as client:
                while time.perf_counter() < end:
                    replies.append(self._ask(client))
                    if not replies[-1].status:
                        break  # a server that is gone would be asked thousands of times
            return replies

        return self._together(clients, work)

    def at_one_instant(self, visitors: int) -> "Round":
        """So many visitors who ask one question each, all of them at the same moment."""
        start = threading.Barrier(visitors)

        def work() -> list[Reply]:
            with Client(self._port) as client:
                client.connect()
                start.wait()
                return [self._ask(client)]

        return self._together(visitors, work)

    def _together(self, people: int, work: Callable[[], list[Reply]]) -> "Round":
        begun = time.perf_counter()
        with ThreadPoolExecutor(people) as threads:
            tasks = [threads.submit(work) for _ in range(people)]
            replies = [reply for task in tasks for reply in task.result()]
        self.replies += replies
        return Round(tuple(replies), time.perf_counter() - begun)


# ---- what came of it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """The replies of one round, and the seconds that it took."""

    replies: tuple[Reply, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(r.answered for r in self.replies) / self.seconds

    def milliseconds(self, share: float) -> float:
        """So long, at most, this share of the answers took; nan where there is none."""
        times = sorted(r.seconds for r in self.replies if r.answered)
        return times[int(len(times) * share)] * 1000 if times else float("nan")


def audit(replies: Sequence[Reply], rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """How many replies were lost and how many mixed up, by the record's rows.

    Lost: who got neither an answer nor a reason why not, and answers that are not on record. Mixed up: an answer to another
    question than was asked, or on record with another; and what is on record more often than it was asked.
    """
    kept = {str(row["id"]): str(row["question"]) for row in rows}
    answers = [r for r in replies if r.answered]
    unheard = sum(not r.answered and not r.turned_away for r in replies)
    unrecorded = len(answers) - len({r.body.get("answer_id") for r in answers} & kept.keys())
    swapped = sum({r.body.get("question"), kept.get(str(r.body.get("answer_id")), r.asked)} != {r.asked} for r in answers)
    surplus = (Counter(kept.values()) - Counter(r.asked for r in replies)).total()
    return unheard + unrecorded, swapped + surplus


def _row(name: str, rounds: Sequence[Round], base: float) -> str:
    rate, p50, p95 = (
        statistics.median(values)
        for values in zip(*((r.rate, r.milliseconds(0.5), r.milliseconds(0.95)) for r in rounds), strict=True)
    )
    failed = sum(not reply.answered for r in rounds for reply in r.replies)
    ratio = rate / base if base else float("nan")
    return f"{name:<28}{rate:>10.1f}{p50:>10.1f} ms{p95:>10.1f} ms{ratio:>9.2f}×{failed:>9}"


def _table(single: Sequence[Round], many: Sequence[Round], burst: Sequence[Round], visitors: int) -> list[str]:
    base = statistics.median(r.rate for r in single)
    statuses = Counter(reply.status for r in burst for reply in r.replies)
    refused = [reply.body.get("status") == "refused" for r in many for reply in r.replies if reply.answered]
    return [
        f"{'服务器（已预热）':<20}{'回答/秒':>7}{'p50':>13}{'p95':>13}{'倍数':>8}{'非200':>9}",
        _row("one client", single, base),
        _row(f"{CLIENTS} clients", many, base),
        _row(f"{visitors} visitors at once", burst, base),
        f"{visitors} visitors, {ROUNDS} times: "
        + ", ".join(f"{statuses[status]} × {status}" for status in sorted({200, 429, 503} | statuses.keys())),
        f"refusals among the answers to {CLIENTS} clients: {sum(refused) / max(1, len(refused)):.0%}",
    ]


def report(settings: Settings, seconds: int, visitors: int) -> str:
    """The table that `planqa load` prints: medians of three rounds of so many seconds; ratios are to one client in this run.

    Raises: SettingError, SourceError, IndexError_.
    """
    if visitors > MAX_VISITORS:
        raise SettingError(f"同时提问的人数为 {visitors}，最多 {MAX_VISITORS}；请改小")
    ensure_index(settings, progress("建立索引"))
    with tempfile.TemporaryDirectory() as folder:
        own = replace(settings, database_url=f"sqlite:///{Path(folder) / 'load.db'}")
        with running(own) as server:
            crowd = Crowd(server.port, make_questions(plan_texts(server.port)))
            crowd.at_one_instant(1)  # returns once all that the server loads is loaded
            crowd.without_pause(CLIENTS, WARM_S)
            single, many, burst = [], [], []
            for _ in range(ROUNDS):
                single.append(crowd.without_pause(1, seconds))
                many.append(crowd.without_pause(CLIENTS, seconds))
                burst.append(crowd.at_one_instant(visitors))
        record = Record.open(own)
        try:
            rows = record.answers()
        finally:
            record.close()
    lost, mixed = audit(crowd.replies, rows)
    checked = f"{len(crowd.replies)} questions asked, {len(rows)} answers on record: lost {lost}, mixed up {mixed}"
    return "\n".join([*_table(single, many, burst, visitors), checked])
