"""Sentences: the unit of evidence and of quoting."""

import re
from dataclasses import dataclass

from corpus.tables import is_row

_PAIRS = {"《": "》", "“": "”", "（": "）", "(": ")", "〔": "〕", "「": "」", "【": "】", "‘": "’"}
_CLOSERS = {close: opener for opener, close in _PAIRS.items()}
_ENDS = "。！？!?"
_ADDRESS = re.compile(r"https?://[^\s（）()\[\]，。；]+")
_LETTER = re.compile(r"[\u3400-\u9fffA-Za-z]")
_NAME_OF_LINK = 7  # letters; a line that has fewer beside an address only names the link


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


def says_something(text: str) -> bool:
    """Whether a sentence is more than a rule or an address that was left over from a web page.

    >>> [says_something(text) for text in ("原文链接**: [http://a.gov.cn/1.html]", "---", "材料经 http://a.gov.cn 网上报送。")]
    [False, False, True]
    """
    bare = _ADDRESS.sub("", text)
    return len(_LETTER.findall(bare)) >= (_NAME_OF_LINK if bare != text else 2)


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
