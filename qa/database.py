"""The database of the record: its tables, its times, and the way to it. SQLAlchemy is imported when one is opened."""

import time
from typing import TYPE_CHECKING, Any

from corpus.errors import SettingError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection


def now_ms() -> int:
    """The time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Tables:
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


def connect(url: str) -> "Engine":
    """The engine of a database. Raises: SettingError."""
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
