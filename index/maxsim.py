"""How well a sentence's words stand for a question's: the nearest word for each of them, by the vectors of single words.

Late interaction (MaxSim, as in ColBERT), with words for tokens: a question in everyday words or in English may share no word
with the sentence that answers it, and yet have one near to each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors

# Of the plan's words this share is taken to be no nearer to a word of the question than any other would be
_STRANGE = 0.9
_STEPS = 127  # a vector is kept in whole numbers of 8 bits: a quarter of the memory
Values = NDArray[np.float32]


@dataclass(frozen=True)
class MaxSim:
    """The words of a plan, and which of them each of its texts holds.

    `words`: shape (vocabulary, dim), int8. `held`: the numbers of the words of all texts, one text after the other;
    `begins`: where each text's first one stands in it. A text without a word holds none.
    """

    words: NDArray[np.int8]
    held: NDArray[np.int32]
    begins: NDArray[np.int64]

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]], embed: Callable[[list[str]], Vectors]) -> "MaxSim":
        """From the words of each text; `embed` gives unit vectors for words."""
        vocabulary = sorted({word for text in texts for word in text})
        number = {word: i for i, word in enumerate(vocabulary)}
        held = [number[word] for text in texts for word in dict.fromkeys(text)]
        begins = np.cumsum([0, *(len(set(text)) for text in texts)])
        vectors = np.rint(embed(vocabulary) * _STEPS).astype(np.int8)
        return cls(vectors, np.array(held, dtype=np.int32), begins.astype(np.int64))

    def save(self, folder: Path) -> None:
        """Write into a folder, which is made."""
        folder.mkdir()
        for name, array in vars(self).items():
            np.save(folder / f"{name}.npy", array)

    @classmethod
    def load(cls, folder: Path) -> "MaxSim":
        """What `save` wrote."""
        return cls(*(np.load(folder / f"{field.name}.npy") for field in fields(cls)))

    def scores(self, asked: Vectors, weights: Values) -> Values:
        """How well each text stands for the question, 0 to 1, shape (texts,).

        `asked`: the vectors of its words, shape (n, dim); `weights`: what each of them counts.
        """
        texts = len(self.begins) - 1
        if not len(asked) or not len(self.held):
            return np.zeros(texts, dtype=np.float32)
        words = self.words.astype(np.float32)
        # not the product of a matrix library: its threads would wait for those of other questions
        near = np.einsum("ij,kj->ki", words, asked) / np.float32(_STEPS)
        chance = np.quantile(near, _STRANGE, axis=1, keepdims=True)
        near = np.clip((near - chance) / np.maximum(1 - chance, np.float32(1e-6)), 0, 1)
        full = np.flatnonzero(np.diff(self.begins))
        best = np.zeros((len(asked), texts), dtype=np.float32)
        best[:, full] = np.maximum.reduceat(near[:, self.held], self.begins[full], axis=1)
        return np.average(best, axis=0, weights=weights).astype(np.float32)
