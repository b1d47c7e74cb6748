"""Vectors kept by model and content, so that the same text is never embedded twice.

One SQLite file, `PLANQA_HOME/cache/embeddings.sqlite`: several processes may use it at once, and it may be deleted at any
time. Texts are kept as digests only. Questions that people ask never get here: `query` goes past the cache.
"""

import contextlib
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from corpus.errors import IndexError_
from index.embed import Embedder, Vectors
from index.settings import Settings

T = TypeVar("T")

_FORMAT = 1
_AT_ONCE = 500  # keys in one SELECT; SQLite allows 999 parameters
_WAIT = 60.0  # seconds for another process to finish its write
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID"


def digest(model: str, kind: str, text: str) -> bytes:
    """What a vector is kept under: 32 bytes of the model's fingerprint, the kind of text and the text."""
    return hashlib.sha256(f"{model}\0{kind}\0{text}".encode("utf-8", "surrogatepass")).digest()


def _version(base: sqlite3.Connection) -> int:
    return int(base.execute("PRAGMA user_version").fetchone()[0])


def _prepare(base: sqlite3.Connection) -> None:
    base.execute("BEGIN IMMEDIATE")
    if _version(base) != _FORMAT:  # else another process was first
        base.execute("DROP TABLE IF EXISTS vectors")
        base.execute(_SCHEMA)
        base.execute(f"PRAGMA user_version = {_FORMAT}")
    base.execute("COMMIT")


class EmbeddingCache:
    """Digest → vector. A file that is no cache, or a damaged one, is begun anew; a damaged vector counts as missing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are there, float32, of those keys. Raises: IndexError_ when the file cannot be used."""
        return self._run(lambda base: dict(self._rows(base, keys)))

    def put(self, vectors: Iterable[tuple[bytes, Vectors]]) -> None:
        """Keep vectors; one that is there already is replaced. Raises: IndexError_ when the disk refuses."""
        rows = [(key, data := vector.astype("<f4").tobytes(), zlib.crc32(data)) for key, vector in vectors]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

        if rows:
            self._run(write)

    @staticmethod
    def _rows(base: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[tuple[bytes, Vectors]]:
        for at in range(0, len(keys), _AT_ONCE):
            some = keys[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            for key, data, crc in base.execute(f"SELECT key, vector, crc FROM vectors WHERE key IN ({marks})", some):
                if isinstance(data, bytes) and len(data) % 4 == 0 and zlib.crc32(data) == crc:
                    yield key, np.frombuffer(data, dtype="<f4").astype(np.float32)

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._attempt(work)
        except sqlite3.OperationalError as error:
            raise self._unusable(str(error)) from error
        except sqlite3.DatabaseError:  # not a database, or a damaged one: nothing in it is worth more than its computation
            self._discard()
        try:
            return self._attempt(work)
        except sqlite3.DatabaseError as error:
            raise self._unusable(str(error)) from error

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        with contextlib.closing(sqlite3.connect(self.path, timeout=_WAIT)) as base, base:
            if _version(base) != _FORMAT:
                _prepare(base)
            return work(base)

    def _discard(self) -> None:
        try:
            for path in (self.path, Path(f"{self.path}-journal")):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _unusable(self, reason: str) -> IndexError_:
        return IndexError_(f"{self.path}：嵌入缓存无法使用（{reason}）；请检查空间和权限，或删除这个文件")


class CachedEmbedder(Embedder):
    """An embedder that looks into a cache first. `query`, which embeds what people ask, goes past it."""

    def __init__(self, inner: Embedder, cache: EmbeddingCache) -> None:
        super().__init__(inner.model)
        self._inner = inner
        self._cache = cache

    def load(self) -> None:
        """Load the model now. Raises: ModelError."""
        self._inner.load()

    @cached_property
    def fingerprint(self) -> str:
        """That of the model behind the cache."""
        return self._inner.fingerprint

    def documents(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim), float32."""
        return self._through("document", texts, self._inner.documents)

    def queries(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim), float32."""
        return self._through("query", texts, self._inner.queries)

    def query(self, text: str) -> Vectors:
        """A unit vector, shape (dim,), float32; never kept."""
        return self._inner.query(text)

    def words(self, texts: list[str]) -> Vectors:
        """Unit vectors of single words, shape (len(texts), dim), float32."""
        return self._through("word", texts, self._inner.words)

    def query_words(self, texts: tuple[str, ...]) -> Vectors:
        """The same of a question's words; never kept in the file."""
        return self._inner.query_words(texts)

    def _through(self, kind: str, texts: list[str], embed: Callable[[list[str]], Vectors]) -> Vectors:
        keys = [digest(self.fingerprint, kind, text) for text in texts]
        known = self._cache.get(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = dict(zip(missing, embed(list(missing.values())), strict=True))
            self._cache.put(fresh.items())
            known |= fresh
        return np.stack([known[key] for key in keys]) if keys else embed([])


def cache_path(settings: Settings) -> Path:
    """Where the vectors of a home are kept."""
    return settings.cache / "embeddings.sqlite"


def cached_embedder(settings: Settings, inner: Embedder | None = None) -> CachedEmbedder:
    """The embedder of the settings (or another one) in front of the home's cache."""
    return CachedEmbedder(inner or Embedder(settings.model, settings.cache), EmbeddingCache(cache_path(settings)))
