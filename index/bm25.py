"""Words in BM25 (bm25s) over jieba's terms."""

import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
# one alternative of a group is enough to match: the Chinese words that an English word may stand for
Groups = tuple[tuple[str, ...], ...]


class WordIndex:
    """BM25 over documents given as lists of terms (Lucene's variant, k1 1.5, b 0.75: bm25s' defaults)."""

    def __init__(self, index: bm25s.BM25) -> None:
        self._index = index
        self.size = int(index.scores["num_docs"])

    @classmethod
    def build(cls, documents: Sequence[list[str]]) -> "WordIndex":
        """From the documents' terms; a document without terms is never found."""
        index = bm25s.BM25(method="lucene")
        # bm25s cannot index a corpus without a single term
        index.index([terms or ["\u0000"] for terms in documents], show_progress=False)
        return cls(index)

    def save(self, folder: Path) -> None:
        """Write into a folder, which is made."""
        self._index.save(str(folder))

    @classmethod
    def load(cls, folder: Path) -> "WordIndex":
        """What `save` wrote."""
        return cls(bm25s.BM25.load(str(folder), load_corpus=False))

    @property
    def vocabulary(self) -> Collection[str]:
        """Every term of the documents."""
        known: Collection[str] = self._index.vocab_dict.keys()
        return known

    def frequency(self, term: str) -> int:
        """How many of the documents hold a term."""
        number, ends = self._index.vocab_dict.get(term), self._index.scores["indptr"]
        known = number is not None and number + 1 < len(ends)  # bm25s adds an empty term, which no document holds
        return int(ends[number + 1] - ends[number]) if known else 0

    def scores(self, groups: Groups, weight: Callable[[str], float] | None = None) -> Scores:
        """A score for each document, shape (size,), float32: the best alternative of each group, summed; 0 without a match.

        `weight` says what a term counts, by default how rare it is among the documents.
        """
        total = np.zeros(self.size, dtype=np.float32)
        for group in groups:
            known = [term for term in group if term in self._index.vocab_dict]
            if known:
                total += np.max([self._scores(term, weight) for term in known], axis=0)
        return total

    def _scores(self, term: str, weight: Callable[[str], float] | None) -> Scores:
        scores: Scores = self._index.get_scores([term])
        return scores if weight is None else scores * np.float32(weight(term) / idf(self.frequency(term), self.size))


def idf(frequency: int, size: int) -> float:
    """How rare a term is that so many of the documents hold, as in BM25 (Lucene)."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))
