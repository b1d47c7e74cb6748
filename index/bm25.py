"""Words in BM25 (bm25s) over jieba's terms."""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
# one alternative of a group is enough to match: the Chinese words that an English word may stand for
Groups = tuple[tuple[str, ...], ...]


class WordIndex:
    """BM25 over documents given as lists of terms (Lucene's variant, k1 1.5, b 0.75: bm25s' defaults)."""

    def __init__(self, index: bm25s.BM25, size: int) -> None:
        self._index = index
        self.size = size

    @classmethod
    def build(cls, documents: Sequence[list[str]]) -> "WordIndex":
        """From the documents' terms; a document without terms is never found."""
        index = bm25s.BM25(method="lucene")
        # bm25s cannot index a corpus without a single term
        index.index([terms or ["\u0000"] for terms in documents], show_progress=False)
        return cls(index, len(documents))

    def save(self, folder: Path) -> None:
        """Write into a folder, which is made."""
        self._index.save(str(folder))

    @classmethod
    def load(cls, folder: Path, size: int) -> "WordIndex":
        """What `save` wrote; `size` is the number of documents."""
        return cls(bm25s.BM25.load(str(folder), load_corpus=False), size)

    def scores(self, groups: Groups) -> Scores:
        """A score for each document, shape (size,), float32: the best alternative of each group, summed; 0 without a match."""
        total = np.zeros(self.size, dtype=np.float32)
        for group in groups:
            known = [term for term in group if term in self._index.vocab_dict]
            if known:
                total += np.max([self._index.get_scores([term]) for term in known], axis=0)
        return total
