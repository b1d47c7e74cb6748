"""Sentences: the unit of evidence and of quoting."""

from dataclasses import dataclass

from corpus.tables import is_row

_PAIRS = {"《": "》", "“": "”", "（": "）", "(": ")", "〔": "〕", "「": "」", "【": "】", "‘": "’"}
_CLOSERS = {close: opener for opener, close in _PAIRS.items()}
_ENDS = "。！？!?"


@dataclass(frozen=True)
class Sentence:
    """A sentence of a section; `start` counts characters from the beginning of the section's text."""

    ref: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.text)


def _protected(paragraph: str) -> list[bool]:
    """For each character: whether it stands inside a matched pair of brackets or quotation marks."""
    inside = [False] * len(paragraph)
    stack: list[tuple[str, int]] = []
    for i, char in enumerate(paragraph):
        if char in _PAIRS:
            stack.append((char, i))
        elif char in _CLOSERS:
            # an opener that is never closed protects nothing
            depth = next((d for d in reversed(range(len(stack))) if stack[d][0] == _CLOSERS[char]), None)
            if depth is not None:
                start = stack[depth][1]
                inside[start : i + 1] = [True] * (i + 1 - start)
                del stack[depth:]
    return inside


def _cut_points(paragraph: str) -> list[int]:
    if is_row(paragraph):  # its cells say nothing without each other
        return [len(paragraph)]
    inside = _protected(paragraph)
    cuts = [
        i + 1
        for i, char in enumerate(paragraph)
        if char in _ENDS and not inside[i] and paragraph[i + 1 : i + 2] not in (*_ENDS, *_CLOSERS, "")
    ]
    return [*cuts, len(paragraph)]


def split_sentences(ref: str, text: str) -> tuple[Sentence, ...]:
    """The sentences of a section's text; together they hold every character that is not white space.

    None is broken inside 《》, “”, （） or a number, and none runs over the end of a paragraph.
    """
    sentences: list[Sentence] = []
    offset = 0
    for paragraph in text.split("\n"):
        begin = 0
        for cut in _cut_points(paragraph):
            piece = paragraph[begin:cut]
            if piece.strip():
                lead = len(piece) - len(piece.lstrip())
                sentences.append(Sentence(ref, piece.strip(), offset + begin + lead))
            begin = cut
        offset += len(paragraph) + 1
    return tuple(sentences)
