"""The accounts of the desk and their sessions. Times are milliseconds since 1970, UTC."""

import hashlib
import secrets
from typing import TYPE_CHECKING

from corpus.errors import SettingError
from qa import database

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SESSION_MS = 8 * 3_600_000  # a working day
MAX_FAILURES, LOCKED_MS = 5, 15 * 60_000  # wrong passwords in a row, and how long the account is locked then
# the hash of a password that nobody has: a wrong name takes as long as a wrong password
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$+FNxBKowHVADHWZphDufvQ$HKRAc7gUl1Zbe0ULFwo9pohmGBTvn+UQSLL/4ugJTMw"


class Accounts:
    """Who may come to the desk."""

    def __init__(self, engine: "Engine", tables: database.Tables) -> None:
        self._engine = engine
        self._tables = tables

    def add(self, name: str, password: str) -> None:
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

    def remove(self, name: str) -> bool:
        """Delete an account and its sessions; False where there is none."""
        from sqlalchemy import delete

        accounts, sessions = self._tables.accounts, self._tables.sessions
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.name == name))
            return bool(connection.execute(delete(accounts).where(accounts.c.name == name)).rowcount)

    def names(self) -> list[str]:
        """The names of all accounts."""
        from sqlalchemy import select

        with self._engine.connect() as connection:
            return list(connection.execute(select(self._tables.accounts.c.name).order_by("name")).scalars())

    def log_in(self, name: str, password: str) -> str | None:
        """A new session's token; None for a wrong name or password, or a locked account."""
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError
        from sqlalchemy import select, update

        accounts, now = self._tables.accounts, database.now_ms()
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
            query = select(sessions.c.name).where(sessions.c.token == _hashed(token), sessions.c.until > database.now_ms())
            name = connection.execute(query).scalar()
        return str(name) if name is not None else None

    def log_out(self, token: str) -> None:
        """End a session."""
        from sqlalchemy import delete

        sessions = self._tables.sessions
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == _hashed(token)))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
