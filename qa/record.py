"""What is kept: answers, what readers say of them, accounts and the off switch, in one database through SQLAlchemy.

SQLite in the home by default, PostgreSQL by `PLANQA_DATABASE_URL`. Times are milliseconds since 1970, UTC. What a method has
returned for is on disk. Nobody's address or name is stored: a visitor is a hash with a salt of the day, and the salts of past
days are deleted, after which nobody can find an address for a hash.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from corpus.errors import SettingError
from corpus.fold import fold, squeeze
from qa.answer import Answer
from qa.privacy import masked

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from index.settings import Settings

DAY_MS = 86_400_000
SESSION_MS = 8 * 3_600_000  # a working day
MAX_FAILURES, LOCKED_MS = 5, 15 * 60_000  # wrong passwords in a row, and how long the account is locked then
MAX_COMMENT = 500  # characters
VERDICTS = ("up", "down", "wrong_answer", "wrong_source")


@dataclass(frozen=True)
class Trouble:
    """A question that was refused or marked wrong: how often, and what came of it last."""

    question: str
    count: int
    reason: str  # why it was refused, or the verdict of its readers
    text: str
    comments: tuple[str, ...]
    last: int


@dataclass(frozen=True)
class DayCount:
    """One day's questions: how many were answered, refused, and marked wrong."""

    day: str
    answered: int
    refused: int
    wrong: int


def now_ms() -> int:
    """The time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def day_of(at: int) -> str:
    """The day of a time, as 2026-01-31 (UTC)."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


class _Tables:
    """The tables, made when a database is opened: SQLAlchemy is not imported before."""

    def __init__(self) -> None:
        from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text

        self.metadata = MetaData()

        def table(name: str, *columns: Column[Any]) -> Table:
            return Table(name, self.metadata, *columns)

        self.answers = table(
            "answers",
            Column("id", String(32), primary_key=True),
            Column("at", BigInteger, nullable=False, index=True),
            Column("visitor", String(32), nullable=False),
            Column("channel", String(16), nullable=False),
            Column("language", String(2), nullable=False),
            Column("question", Text, nullable=False),
            Column("rewritten", Text),
            Column("status", String(16), nullable=False),
            Column("reason", String(32)),
            Column("text", Text, nullable=False),
            Column("citations", Text, nullable=False),
            Column("timings", Text, nullable=False),
            Column("model", Text),  # what a language model wrote, and what was dropped of it; null without one
        )
        self.feedback = table(
            "feedback",
            Column("id", String(32), primary_key=True),
            Column("at", BigInteger, nullable=False, index=True),
            Column("answer", String(32), nullable=False, index=True),
            Column("verdict", String(16), nullable=False),
            Column("comment", Text, nullable=False),
        )
        self.accounts = table(
            "accounts",
            Column("name", String(64), primary_key=True),
            Column("password", Text, nullable=False),
            Column("failures", BigInteger, nullable=False),
            Column("locked_until", BigInteger, nullable=False),
        )
        self.sessions = table(
            "sessions",
            Column("token", String(64), primary_key=True),  # its hash: a stolen database opens no session
            Column("name", String(64), nullable=False),
            Column("until", BigInteger, nullable=False),
        )
        self.salts = table("salts", Column("day", String(10), primary_key=True), Column("salt", String(64), nullable=False))
        self.switches = table(
            "switches",
            Column("name", String(32), primary_key=True),
            Column("reason", Text, nullable=False),
            Column("by", String(64), nullable=False),
            Column("at", BigInteger, nullable=False),
        )


def _engine(url: str) -> "Engine":
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        engine = create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise SettingError(
            f"PLANQA_DATABASE_URL 无法使用（{error}）；应为 sqlite:///文件 或 postgresql+psycopg://用户@主机/库"
        ) from error
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: "DBAPIConnection", _: object) -> None:
            # readers go on while one writes, and what has been committed survives a power cut
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                connection.cursor().execute(f"PRAGMA {pragma}")

    return engine


class Record:
    """The database. Safe to share between threads, and between processes."""

    def __init__(self, url: str) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        self._engine = _engine(url)
        self._tables = _Tables()
        try:
            self._tables.metadata.create_all(self._engine)
            self._complete()
        except SQLAlchemyError as error:
            self._engine.dispose()
            cause = str(getattr(error, "orig", error)).splitlines()[0]
            raise SettingError(f"数据库无法打开（{cause}）；请检查 PLANQA_DATABASE_URL") from error
        self._salt: tuple[str, str] = ("", "")

    def _complete(self) -> None:
        """Give a database of an earlier version the columns that it lacks."""
        from sqlalchemy import inspect, text
        from sqlalchemy.exc import OperationalError, ProgrammingError

        def lacks() -> bool:
            return "model" not in {column["name"] for column in inspect(self._engine).get_columns("answers")}

        if lacks():
            try:
                with self._engine.begin() as connection:
                    connection.execute(text("ALTER TABLE answers ADD COLUMN model TEXT"))
            except (OperationalError, ProgrammingError):
                if lacks():  # else another process was faster
                    raise

    @classmethod
    def open(cls, settings: "Settings") -> Self:
        """The database that the settings name. Raises: SettingError."""
        if settings.database_url:
            return cls(settings.database_url)
        settings.home.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{settings.home / 'records.db'}")

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def check(self) -> bool:
        """Whether the database answers."""
        from sqlalchemy import select
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    # ---- visitors ---------------------------------------------------------------------------------------------------

    def visitor(self, address: str, at: int | None = None) -> str:
        """Who asks, as a hash that holds for one day."""
        day = day_of(now_ms() if at is None else at)
        if self._salt[0] != day:
            self._salt = (day, self._salt_of(day))
        return hashlib.sha256(f"{self._salt[1]}{address}".encode()).hexdigest()[:16]

    def _salt_of(self, day: str) -> str:
        from sqlalchemy import delete, insert, select
        from sqlalchemy.exc import IntegrityError

        salts = self._tables.salts
        with self._engine.begin() as connection:
            connection.execute(delete(salts).where(salts.c.day < day))
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(salts).values(day=day, salt=secrets.token_hex(16)))
        except IntegrityError:
            pass  # another process has made the day's salt
        with self._engine.connect() as connection:
            return str(connection.execute(select(salts.c.salt).where(salts.c.day == day)).scalar_one())

    # ---- answers and what is said of them ---------------------------------------------------------------------------

    def add_answer(self, answer: Answer, visitor: str, channel: str) -> str:
        """Keep an answer; the id by which feedback names it. `channel` is where it was asked: page, form, api, desk."""
        from sqlalchemy import insert

        key = secrets.token_hex(8)
        row = {
            "id": key,
            "at": now_ms(),
            "visitor": visitor,
            "channel": channel,
            "language": answer.language,
            "question": _fit(answer.question),
            "rewritten": _fit(answer.rewritten) if answer.rewritten else None,
            "status": answer.status,
            "reason": answer.reason.value if answer.reason else None,
            "text": answer.text,
            "citations": json.dumps([c.to_json() for c in answer.citations], ensure_ascii=False),
            "timings": json.dumps(answer.timings_ms),
            "model": _fit(json.dumps(asdict(answer.model), ensure_ascii=False)) if answer.model else None,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(self._tables.answers).values(**row))
        return key

    def add_feedback(self, answer: str, verdict: str, comment: str = "") -> bool:
        """Keep what a reader says of an answer; False where there is no such answer or verdict."""
        from sqlalchemy import insert

        if verdict not in VERDICTS or not self._exists(answer):
            return False
        row = {
            "id": secrets.token_hex(8),
            "at": now_ms(),
            "answer": answer,
            "verdict": verdict,
            "comment": _fit(comment)[:MAX_COMMENT],
        }
        with self._engine.begin() as connection:
            connection.execute(insert(self._tables.feedback).values(**row))
        return True

    def _exists(self, answer: str) -> bool:
        from sqlalchemy import select

        answers = self._tables.answers
        with self._engine.connect() as connection:
            return connection.execute(select(answers.c.id).where(answers.c.id == answer)).first() is not None

    def answers(self, since: int = 0) -> list[Mapping[str, Any]]:
        """All answers kept since a time, the oldest first, as rows."""
        from sqlalchemy import select

        table = self._tables.answers
        with self._engine.connect() as connection:
            found = connection.execute(select(table).where(table.c.at >= since).order_by(table.c.at, table.c.id))
            return [dict(row) for row in found.mappings()]

    def feedback(self, since: int = 0) -> list[Mapping[str, Any]]:
        """All feedback kept since a time, the oldest first, as rows."""
        from sqlalchemy import select

        table = self._tables.feedback
        with self._engine.connect() as connection:
            found = connection.execute(select(table).where(table.c.at >= since).order_by(table.c.at, table.c.id))
            return [dict(row) for row in found.mappings()]

    def troubles(self, since: int = 0) -> list[Trouble]:
        """The questions that were refused or marked wrong, grouped by their wording, the most frequent first."""
        wrong: dict[str, list[Mapping[str, Any]]] = {}
        for said in self.feedback(since):
            if said["verdict"] != "up":
                wrong.setdefault(said["answer"], []).append(said)
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.answers(since):
            if row["status"] == "refused" or row["id"] in wrong:
                key = "".join(c for c in squeeze(fold(row["question"])) if c.isalnum())
                groups.setdefault(key, []).append(row)
        found = [self._trouble(rows, wrong) for rows in groups.values()]
        return sorted(found, key=lambda t: (-t.count, -t.last))

    @staticmethod
    def _trouble(rows: Sequence[Mapping[str, Any]], wrong: Mapping[str, Sequence[Mapping[str, Any]]]) -> Trouble:
        last = rows[-1]
        said = [s for row in rows for s in wrong.get(row["id"], ())]
        reason = last["reason"] or (said[-1]["verdict"] if said else "")
        return Trouble(
            last["question"], len(rows), reason, last["text"], tuple(s["comment"] for s in said if s["comment"]), last["at"]
        )

    def days(self, since: int = 0) -> list[DayCount]:
        """The counts of each day on which something was asked, the oldest first."""
        wrong = {s["answer"] for s in self.feedback(since) if s["verdict"] != "up"}
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.answers(since):
            found.setdefault(day_of(row["at"]), []).append(row)
        return [
            DayCount(
                day,
                sum(r["status"] == "answered" for r in rows),
                sum(r["status"] == "refused" for r in rows),
                sum(r["id"] in wrong for r in rows),
            )
            for day, rows in found.items()
        ]

    def purge(self, days: int, at: int | None = None) -> int:
        """Delete all that is older than so many days, and sessions that have ended. Returns: the number of answers deleted."""
        from sqlalchemy import delete

        now = now_ms() if at is None else at
        before, tables = now - days * DAY_MS, self._tables
        with self._engine.begin() as connection:
            connection.execute(delete(tables.feedback).where(tables.feedback.c.at < before))
            connection.execute(delete(tables.sessions).where(tables.sessions.c.until < now))
            connection.execute(delete(tables.salts).where(tables.salts.c.day < day_of(now)))
            return int(connection.execute(delete(tables.answers).where(tables.answers.c.at < before)).rowcount)

    # ---- accounts and sessions --------------------------------------------------------------------------------------

    def add_account(self, name: str, password: str) -> None:
        """Make an account, or give it a new password and unlock it; its sessions end. Raises: SettingError."""
        from argon2 import PasswordHasher
        from sqlalchemy import delete, insert

        if not 1 <= len(name) <= 64 or not name.isprintable():
            raise SettingError(f"帐户名 {name!r} 不能用；应为 1 到 64 个字符")
        if len(password) < 10:
            raise SettingError("密码太短；至少 10 个字符")
        accounts, sessions = self._tables.accounts, self._tables.sessions
        row = {"name": name, "password": PasswordHasher().hash(password), "failures": 0, "locked_until": 0}
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.name == name))
            connection.execute(delete(accounts).where(accounts.c.name == name))
            connection.execute(insert(accounts).values(**row))

    def remove_account(self, name: str) -> bool:
        """Delete an account and its sessions; False where there is none."""
        from sqlalchemy import delete

        accounts, sessions = self._tables.accounts, self._tables.sessions
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.name == name))
            return bool(connection.execute(delete(accounts).where(accounts.c.name == name)).rowcount)

    def accounts(self) -> list[str]:
        """The names of all accounts."""
        from sqlalchemy import select

        with self._engine.connect() as connection:
            return list(connection.execute(select(self._tables.accounts.c.name).order_by("name")).scalars())

    def log_in(self, name: str, password: str) -> str | None:
        """A new session's token; None for a wrong name or password, or a locked account."""
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError
        from sqlalchemy import select, update

        accounts, now = self._tables.accounts, now_ms()
        with self._engine.connect() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().first()
        stored = row["password"] if row else _NOBODY
        try:
            right = PasswordHasher().verify(stored, password) and row is not None
        except (Argon2Error, InvalidHashError):
            right = False
        if row is None or row["locked_until"] > now:
            return None
        mine = accounts.c.name == name
        with self._engine.begin() as connection:
            if right:
                connection.execute(update(accounts).where(mine).values(failures=0))
                return self._begin(connection, name, now)
            # counted by the database: of many guesses at the same time each one counts
            connection.execute(update(accounts).where(mine).values(failures=accounts.c.failures + 1))
            many = accounts.c.failures >= MAX_FAILURES
            connection.execute(update(accounts).where(mine, many).values(failures=0, locked_until=now + LOCKED_MS))
            return None

    def _begin(self, connection: "Connection", name: str, now: int) -> str:
        from sqlalchemy import insert

        token = secrets.token_urlsafe(32)
        connection.execute(insert(self._tables.sessions).values(token=_hashed(token), name=name, until=now + SESSION_MS))
        return token

    def who(self, token: str) -> str | None:
        """The name of a session's account; None for one that has ended or never was."""
        from sqlalchemy import select

        sessions = self._tables.sessions
        with self._engine.connect() as connection:
            query = select(sessions.c.name).where(sessions.c.token == _hashed(token), sessions.c.until > now_ms())
            name = connection.execute(query).scalar()
        return str(name) if name is not None else None

    def log_out(self, token: str) -> None:
        """End a session."""
        from sqlalchemy import delete

        sessions = self._tables.sessions
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == _hashed(token)))

    # ---- the off switch ---------------------------------------------------------------------------------------------

    def close_public(self, reason: str, by: str) -> None:
        """Take the public page out of service; readers are shown the reason."""
        from sqlalchemy import delete, insert
        from sqlalchemy.exc import IntegrityError

        switches = self._tables.switches
        row = {"name": "public", "reason": reason[:MAX_COMMENT], "by": by, "at": now_ms()}
        try:
            with self._engine.begin() as connection:  # one step: the page is at no moment open between two reasons
                connection.execute(delete(switches).where(switches.c.name == "public"))
                connection.execute(insert(switches).values(**row))
        except IntegrityError:
            pass  # closed by somebody else at the same moment: closed it is

    def open_public(self) -> None:
        """Put the public page into service again."""
        from sqlalchemy import delete

        with self._engine.begin() as connection:
            connection.execute(delete(self._tables.switches).where(self._tables.switches.c.name == "public"))

    def closed(self) -> str | None:
        """Why the public page is out of service; None where it is not."""
        from sqlalchemy import select

        switches = self._tables.switches
        with self._engine.connect() as connection:
            reason = connection.execute(select(switches.c.reason).where(switches.c.name == "public")).scalar()
        return str(reason) if reason is not None else None


# the hash of a password that nobody has: a wrong name takes as long as a wrong password
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$+FNxBKowHVADHWZphDufvQ$HKRAc7gUl1Zbe0ULFwo9pohmGBTvn+UQSLL/4ugJTMw"


def _fit(text: str) -> str:
    """What may be kept of a text that a visitor wrote: no personal number, and no character that PostgreSQL has not."""
    return masked(text).replace("\x00", "\ufffd")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
