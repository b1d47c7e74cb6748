"""What is kept: answers, what readers say of them, accounts and the off switch, in one database through SQLAlchemy.

SQLite in the home by default, PostgreSQL by `PLANQA_DATABASE_URL`. Times are milliseconds since 1970, UTC. What a method has
returned for is on disk. Nobody's address or name is stored: a visitor is a hash with a salt of the day, and the salts of past
days are deleted, after which nobody can find an address for a hash.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from corpus.errors import SettingError
from corpus.fold import fold, squeeze
from qa import database
from qa.accounts import Accounts
from qa.answer import Answer
from qa.privacy import masked

if TYPE_CHECKING:
    from sqlalchemy import Subquery

    from index.settings import Settings

DAY_MS = 86_400_000
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


def day_of(at: int) -> str:
    """The day of a time, as 2026-01-31 (UTC)."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


class Record:
    """The database. Safe to share between threads, and between processes."""

    def __init__(self, url: str) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        self._engine = database.connect(url)
        self._tables = database.Tables()
        self.accounts = Accounts(self._engine, self._tables)
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
        day = day_of(database.now_ms() if at is None else at)
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
            "at": database.now_ms(),
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
            "at": database.now_ms(),
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
        said = self._said_wrong(since)
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._refused_or_wrong(since):
            wording = "".join(c for c in squeeze(fold(row["question"])) if c.isalnum())
            groups.setdefault(wording, []).append(row)
        found = [self._trouble(rows, [s for row in rows for s in said.get(row["question"], ())]) for rows in groups.values()]
        return sorted(found, key=lambda t: (-t.count, -t.last))

    @staticmethod
    def _trouble(rows: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]) -> Trouble:
        """One of several wordings that are the same question: what is told of it is told of the one asked last."""
        last = max(rows, key=lambda row: row["at"])
        in_order = sorted(said, key=lambda s: s["last"])
        reason = last["reason"] or (in_order[-1]["verdict"] if in_order else "")
        comments = tuple(dict.fromkeys(s["comment"] for s in in_order if s["comment"]))
        return Trouble(last["question"], sum(row["count"] for row in rows), reason, last["text"], comments, last["at"])

    def _marked(self, since: int) -> "Subquery":
        """The answers that readers have marked wrong, each once."""
        from sqlalchemy import select

        said = self._tables.feedback
        return select(said.c.answer).where(said.c.at >= since, said.c.verdict != "up").distinct().subquery()

    def _refused_or_wrong(self, since: int) -> list[Mapping[str, Any]]:
        """Each question, to the letter, that was refused or marked wrong: how often, and what came of it last."""
        from sqlalchemy import func, or_, select

        table, marked = self._tables.answers, self._marked(since)
        latest_first = (table.c.at.desc(), table.c.id.desc())
        newest = func.row_number().over(partition_by=table.c.question, order_by=latest_first).label("newest")
        count = func.count().over(partition_by=table.c.question).label("count")
        asked = (
            select(table.c.question, table.c.reason, table.c.text, table.c.at, count, newest)
            .join(marked, marked.c.answer == table.c.id, isouter=True)
            .where(table.c.at >= since, or_(table.c.status == "refused", marked.c.answer.is_not(None)))
            .subquery()
        )
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(asked).where(asked.c.newest == 1)).mappings()]

    def _said_wrong(self, since: int) -> dict[str, list[Mapping[str, Any]]]:
        """What readers have said against the answers to each question: verdict, comment, and when it was said last."""
        from sqlalchemy import func, select

        answers, said = self._tables.answers, self._tables.feedback
        what = (answers.c.question, said.c.verdict, said.c.comment)
        query = (
            select(*what, func.max(said.c.at).label("last"))
            .join(answers, answers.c.id == said.c.answer)
            .where(answers.c.at >= since, said.c.at >= since, said.c.verdict != "up")
            .group_by(*what)
        )
        found: dict[str, list[Mapping[str, Any]]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                found.setdefault(row["question"], []).append(dict(row))
        return found

    def days(self, since: int = 0) -> list[DayCount]:
        """The counts of each day on which something was asked, the oldest first."""
        from sqlalchemy import func, select

        table, marked = self._tables.answers, self._marked(since)
        day = (table.c.at // DAY_MS).label("day")
        counts = [func.count().filter(table.c.status == status) for status in ("answered", "refused")]
        query = (
            select(day, *counts, func.count(marked.c.answer))
            .join(marked, marked.c.answer == table.c.id, isouter=True)
            .where(table.c.at >= since)
            .group_by(day)
            .order_by(day)
        )
        with self._engine.connect() as connection:
            return [DayCount(day_of(at * DAY_MS), *counted) for at, *counted in connection.execute(query)]

    def purge(self, days: int, at: int | None = None) -> int:
        """Delete all that is older than so many days, and sessions that have ended. Returns: the number of answers deleted."""
        from sqlalchemy import delete

        now = database.now_ms() if at is None else at
        before, tables = now - days * DAY_MS, self._tables
        with self._engine.begin() as connection:
            connection.execute(delete(tables.feedback).where(tables.feedback.c.at < before))
            connection.execute(delete(tables.sessions).where(tables.sessions.c.until < now))
            connection.execute(delete(tables.salts).where(tables.salts.c.day < day_of(now)))
            return int(connection.execute(delete(tables.answers).where(tables.answers.c.at < before)).rowcount)

    # ---- the off switch ---------------------------------------------------------------------------------------------

    def close_public(self, reason: str, by: str) -> None:
        """Take the public page out of service; readers are shown the reason."""
        from sqlalchemy import delete, insert
        from sqlalchemy.exc import IntegrityError

        switches = self._tables.switches
        row = {"name": "public", "reason": reason[:MAX_COMMENT], "by": by, "at": database.now_ms()}
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


def _fit(text: str) -> str:
    """What may be kept of a text that a visitor wrote: no personal number, and no character that PostgreSQL has not."""
    return masked(text).replace("\x00", "\ufffd")
