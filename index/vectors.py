"""The vectors of one plan in ChromaDB: in a folder of the plan's own, or on a server that several machines share."""

import contextlib
import functools
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from urllib.request import urlopen

from corpus.errors import SettingError, StoreDownError, first_line
from index.ways import IN_MEMORY, Ways

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings as ChromaSettings

EF_LARGE = 2_000  # steps of a search through the graph: twice as many as a question asks for
ANSWERS_S = 5.0  # a server that does not say within this time that it lives is taken for down


def check_url(url: str) -> None:
    """Raises: SettingError for what is no address of a server."""
    address = urlsplit(url)
    if url and (address.scheme not in ("http", "https") or not address.hostname):
        raise SettingError(f"PLANQA_CHROMA_URL={url}：应如 http://127.0.0.1:8000；请改正")


def _quiet() -> "ChromaSettings":
    from chromadb.config import Settings as ChromaSettings

    return ChromaSettings(anonymized_telemetry=False)


def _folder(path: Path) -> "Client":
    import chromadb

    return cast("Client", chromadb.PersistentClient(str(path), _quiet()))


@functools.lru_cache(maxsize=4)
def _server(url: str) -> "Client":
    """The client of a server, made once: ChromaDB never closes its connections."""
    import chromadb

    address = urlsplit(url)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    return cast("Client", chromadb.HttpClient(str(address.hostname), port, secure, settings=_quiet()))


class VectorStore:
    """The collections of one plan. Open it for one read or one write, then close it."""

    def __init__(self, folder: Path, name: str, url: str = "") -> None:
        """`folder` keeps them, unless `url` names a server; `name` tells them apart there. Raises: SettingError."""
        check_url(url)
        self._folder = folder
        self._name = name
        self._url = url

    @cached_property
    def _client(self) -> "Client":
        if self._url:
            try:
                # the client itself waits without end for a server that has stopped
                urlopen(f"{self._url.rstrip('/')}/api/v2/heartbeat", timeout=ANSWERS_S).close()
                return _server(self._url)
            except (OSError, ValueError) as error:
                raise self._down(error) from error
        try:
            return _folder(self._folder)
        except (AttributeError, ValueError) as error:  # so ChromaDB speaks of a damaged one
            raise OSError(first_line(error)) from error

    def create(self, name: str, count: int) -> "Collection":
        """A new collection for so many vectors. Raises: OSError, StoreDownError."""
        steps = 100 if count <= IN_MEMORY else EF_LARGE  # what is read into memory is never asked of the graph
        with self.faults():
            return self._client.create_collection(
                f"{self._name}-{name}",
                embedding_function=None,
                configuration={"hnsw": {"space": "ip", "ef_construction": 200, "max_neighbors": 32, "ef_search": steps}},
            )

    def read(self, name: str) -> Ways:
        """The vectors of a collection. Raises: StoreDownError, OSError, ValueError."""
        with self.faults():
            return Ways(self._client.get_collection(f"{self._name}-{name}", embedding_function=None), self.faults)

    def drop(self) -> None:
        """Delete the collections on a server; a folder is deleted by whoever made it. Raises: StoreDownError."""
        if not self._url:
            return
        with self.faults(), contextlib.closing(self):
            own = [c.name for c in self._client.list_collections() if c.name.startswith(f"{self._name}-")]
            for name in own:
                self._client.delete_collection(name)

    def close(self) -> None:
        """Let go of what is open."""
        if "_client" in self.__dict__ and not self._url:
            self._client.close()

    @contextlib.contextmanager
    def faults(self) -> Iterator[None]:
        """What ChromaDB says of a folder becomes an OSError, and of a server that does not answer a StoreDownError."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            yield
        except HTTPError as error:
            raise self._down(error) from error
        except ChromaError as error:
            raise OSError(first_line(error)) from error

    def _down(self, error: Exception) -> StoreDownError:
        cure = "请检查那台服务器和 PLANQA_CHROMA_URL，稍后再试"
        return StoreDownError(f"{self._url}：Chroma 服务器没有回应（{first_line(error)}）；{cure}")
