"""The system to be better than: what most people would write.

LangChain's `RecursiveCharacterTextSplitter`, 500 characters with 50 of overlap, over the raw text; the same embedder;
ChromaDB's similarity. No sections, no words, no sentences.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from index.embed import Embedder, Vectors
from index.plain import PlainIndex
from index.store import Progress

CHUNK_SIZE, CHUNK_OVERLAP = 500, 50


@dataclass(frozen=True)
class RawText:
    """A text as it came in, and where in it each section begins: pairs of offset and label, in ascending order."""

    text: str
    sections: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Piece:
    """A chunk of raw text and the sections that its characters stand in, the largest share first."""

    text: str
    refs: tuple[str, ...]


def refs_within(raw: RawText, start: int, end: int) -> tuple[str, ...]:
    """The sections that a span of a raw text touches, the one with most of its characters first."""
    starts = [at for at, _ in raw.sections]
    first = max(0, bisect_right(starts, start) - 1)
    shares = []
    for i in range(first, len(starts)):
        if starts[i] >= end:
            break
        until = starts[i + 1] if i + 1 < len(starts) else len(raw.text)
        shares.append((min(end, until) - max(start, starts[i]), raw.sections[i][1]))
    return tuple(ref for _, ref in sorted(shares, key=lambda share: -share[0]))


def split(texts: Sequence[RawText]) -> list[Piece]:
    """The chunks of raw texts."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, add_start_index=True)
    pieces = []
    for raw in texts:
        for document in splitter.create_documents([raw.text]):
            start = int(document.metadata["start_index"])
            text = document.page_content
            pieces.append(Piece(text, refs_within(raw, start, start + len(text))))
    return pieces


class NaiveIndex:
    """The naive system on some texts, in memory."""

    def __init__(self, texts: Sequence[RawText], embedder: Embedder, progress: Progress) -> None:
        self.pieces = split(texts)
        self._index = PlainIndex.build([piece.text for piece in self.pieces], embedder, progress)

    def search(self, vectors: Vectors, k: int) -> list[list[tuple[tuple[str, ...], float]]]:
        """For each question the k nearest chunks: the sections that each stands in, and its cosine."""
        return [[(self.pieces[row].refs, score) for row, score in hits] for hits in self._index.search(vectors, k)]
