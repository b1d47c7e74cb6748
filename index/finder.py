"""Which of many plans a question is about, told without opening them.

A plan is known by what each of its chunks is about (the mean of its ways' vectors) and by how often it holds each word.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.words import words_of
from index.bm25 import WordIndex
from index.embed import Vectors
from index.retrieve import scaled
from index.store import read_json

# what nearness counts against words: of 386 Chinese questions that name none of fifteen plans .972 had theirs among
# the first eight, .946 at .6; of 79 English ones .937 at both. The mean of a plan's best three chunks finds it less
DENSE = 0.4


class Finder:
    """Orders plans. Safe to share between threads."""

    def __init__(
        self, names: Sequence[str], profiles: Vectors, begins: NDArray[np.intp], words: WordIndex, cache: Path
    ) -> None:
        """`profiles`: the chunks of all plans, shape (chunks, dim); `begins`: where each plan's first one stands."""
        self._names = names
        self._profiles = profiles
        self._begins = begins
        self._index = words
        self._cache = cache

    @staticmethod
    def write(folder: Path, parts: Sequence[Path]) -> None:
        """Gather what the parts of the plans hold. Raises: OSError."""
        profiles = [np.load(part / "profile.npy") for part in parts]
        np.save(folder / "profiles.npy", np.concatenate(profiles))
        np.save(folder / "begins.npy", np.cumsum([0, *(len(p) for p in profiles[:-1])]))
        terms = (read_json(part / "terms.json") for part in parts)
        WordIndex.build([[t for term, count in held.items() for t in [term] * count] for held in terms]).save(folder / "words")

    @classmethod
    def read(cls, folder: Path, names: Sequence[str], cache: Path) -> "Finder":
        """What `write` wrote; `names` are the plans' in the order of their parts."""
        profiles, begins = (np.load(folder / f"{name}.npy") for name in ("profiles", "begins"))
        return cls(names, profiles, begins, WordIndex.load(folder / "words"), cache)

    def order(self, question: str, vector: Vectors) -> list[str]:
        """The plans' names, the one that a question is most likely about first."""
        # not the product of a matrix library: its threads would wait for those of other questions
        near = np.einsum("ij,j->i", self._profiles, vector.astype(np.float32))
        dense = np.maximum.reduceat(near, self._begins)
        words = self._index.scores(tuple((term,) for term in words_of((), self._cache).terms(question)))
        score = DENSE * scaled(dense) + (1 - DENSE) * scaled(words)
        return [self._names[i] for i in np.argsort(-score, kind="stable")]
