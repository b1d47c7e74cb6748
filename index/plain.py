"""Texts in ChromaDB and nothing else: what a search engine has to be better than."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.embed import Embedder, Vectors
from index.store import Progress

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

_BATCH = 32
_EXACT = 20_000  # steps of a search: as many as there are texts make it exact
_QUERIES = 100  # asked of ChromaDB at once


class PlainIndex:
    """An index in memory of some texts, by similarity alone."""

    def __init__(self, collection: "Collection") -> None:
        self._collection = collection

    @classmethod
    def build(cls, texts: Sequence[str], embedder: Embedder, progress: Progress) -> "PlainIndex":
        """From texts in the order in which they shall be numbered."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        client = chromadb.EphemeralClient(ChromaSettings(anonymized_telemetry=False))
        # in one process all such clients share their collections
        name = f"plain-{hashlib.sha256(repr((embedder.model, texts)).encode('utf-8', 'replace')).hexdigest()[:32]}"
        if name in {collection.name for collection in client.list_collections()}:
            client.delete_collection(name)
        exact = max(100, min(len(texts), _EXACT))
        collection = client.create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": exact}}
        )
        for at in range(0, len(texts), _BATCH):
            some = list(texts[at : at + _BATCH])
            collection.upsert(ids=[str(at + i) for i in range(len(some))], embeddings=embedder.documents(some))
            progress(at + len(some), len(texts))
        return cls(collection)

    def search(self, vectors: Vectors, k: int) -> Iterator[list[tuple[int, float]]]:
        """For each vector the k nearest texts: number and cosine, the nearest first."""
        k = min(k, self._collection.count())
        for at in range(0, len(vectors), _QUERIES):
            some = vectors[at : at + _QUERIES].astype(np.float32)
            found = self._collection.query(query_embeddings=some, n_results=k, include=["distances"])
            for ids, distances in zip(found["ids"], found["distances"] or [], strict=True):
                yield [(int(i), 1 - d) for i, d in zip(ids, distances, strict=True)]
