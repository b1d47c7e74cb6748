"""The vectors of an index in memory: which ways are nearest to a question, found exactly.

ChromaDB keeps the vectors. A collection of some thousands is read once, at opening, and a question is compared with all of
them: exact, the same every time, and some ten milliseconds quicker than a query. A large one is asked.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

IN_MEMORY = 20_000  # ways; 30 MB of vectors
_BATCH = 5_000


@dataclass(frozen=True)
class Found:
    """The nearest ways, the nearest first: their numbers, and their inner products with the question."""

    numbers: NDArray[np.intp]
    cosines: NDArray[np.float32]


class Ways:
    """A collection of vectors; a way's number is its place in `ids`."""

    def __init__(self, collection: "Collection", faults: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        """`faults` names what goes wrong when a large collection is asked."""
        count = collection.count()
        self.in_memory = count <= IN_MEMORY
        self.ids: list[str] = []
        rows = []
        for at in range(0, count, _BATCH):
            got = collection.get(limit=_BATCH, offset=at, include=["embeddings"] if self.in_memory else [])
            self.ids += got["ids"]
            if self.in_memory:
                rows.append(np.asarray(got["embeddings"], dtype=np.float32))
        self._vectors: Vectors = np.concatenate(rows) if rows else np.zeros((0, 1), dtype=np.float32)
        self._collection = None if self.in_memory else collection
        self._faults = faults
        self._number = {} if self.in_memory else {way: i for i, way in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, begin: int, end: int) -> Vectors:
        """The vectors of some ways, shape (end - begin, dim)."""
        if self._collection is None:
            return self._vectors[begin:end]
        with self._faults():
            got = self._collection.get(limit=end - begin, offset=begin, include=["embeddings"])
        return np.asarray(got["embeddings"], dtype=np.float32)

    def nearest(self, vector: Vectors, most: int) -> Found:
        """The nearest ways, at most so many; equally near ones by their number."""
        most = min(most, len(self.ids))
        if not most:
            return Found(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32))
        if self._collection is not None:
            return self._asked(self._collection, vector, most)
        # not the product of a matrix library: its threads would wait for those of other questions
        cosines = np.einsum("ij,j->i", self._vectors, vector.astype(np.float32))
        numbers = np.argsort(-cosines, kind="stable")[:most]
        return Found(numbers, cosines[numbers])

    def _asked(self, collection: "Collection", vector: Vectors, most: int) -> Found:
        query = vector[None].astype(np.float32)
        with self._faults():
            found = collection.query(query_embeddings=query, n_results=most, include=["distances"])
        numbers = np.array([self._number[way] for way in found["ids"][0]], dtype=np.intp)
        return Found(numbers, np.float32(1) - np.asarray((found["distances"] or [[]])[0], dtype=np.float32))
