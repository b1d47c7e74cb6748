"""Segmentation by jieba, with a tokenizer of its own so that no other user of jieba in the process is touched."""

import functools
import logging
import re
from collections.abc import Iterable
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.fold import fold

if TYPE_CHECKING:
    import jieba.posseg

_TOKEN = re.compile(r"[\w.%]+")
_LATIN = re.compile(r"[a-z0-9][a-z0-9.\-]*")


def stopwords() -> frozenset[str]:
    """Words that carry no content, Chinese and English: package data."""
    text = resources.files("corpus").joinpath("data/stopwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def background_questions() -> tuple[str, ...]:
    """General questions that no plan answers, Chinese and English: package data."""
    text = resources.files("corpus").joinpath("data/background.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _makes(folder: Path) -> bool:
    # without a folder of its own jieba takes the system's, and is as right and only slower at the next start
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return True


class Words:
    """Cuts text into folded words.

    `lexicon` holds words that the general dictionary would cut apart, `cache` is a folder for jieba's compiled
    dictionary; both belong to this object alone.
    """

    def __init__(self, lexicon: Iterable[str] = (), cache: Path | None = None) -> None:
        self.lexicon = tuple(sorted(set(lexicon)))
        self._cache = cache

    @cached_property
    def _tokenizer(self) -> "jieba.Tokenizer":
        import jieba

        # that its dictionary cannot be kept on a full disk costs the next start a second, and no more
        jieba.setLogLevel(logging.CRITICAL)
        tokenizer = jieba.Tokenizer()
        tokenizer.cache_file = "jieba.cache"
        if self._cache and _makes(self._cache):
            tokenizer.tmp_dir = str(self._cache)
        for word in self.lexicon:
            tokenizer.add_word(fold(word))
        return tokenizer

    @cached_property
    def _tagger(self) -> "jieba.posseg.POSTokenizer":
        import jieba.posseg

        return jieba.posseg.POSTokenizer(self._tokenizer)

    @cached_property
    def stop(self) -> frozenset[str]:
        """The stop words, folded."""
        return frozenset(fold(w) for w in stopwords())

    def cut_all(self, folded: str) -> list[str]:
        """The known words of a folded text, and each character between them by itself: joined they are the text."""
        return list(self._tokenizer.cut(folded, HMM=False))

    def guessed(self, folded: str) -> list[str]:
        """The pieces of a folded text, where characters that stand together like a word count as one though it is unknown."""
        return list(self._tokenizer.cut(folded))

    def cut(self, text: str) -> list[str]:
        """The folded words of a text in order, punctuation left out."""
        return [w for w in self._tokenizer.cut(fold(text)) if _TOKEN.fullmatch(w)]

    def terms(self, text: str) -> list[str]:
        """What is matched: the words without stop words, and the shorter words inside long ones (海绵城市 → 海绵, 城市)."""
        cut = self._tokenizer.cut_for_search(fold(text))
        return [w for w in cut if _TOKEN.fullmatch(w) and w not in self.stop]

    def content(self, text: str) -> list[str]:
        """The words without stop words, each once, in order."""
        return list(dict.fromkeys(w for w in self.cut(text) if w not in self.stop))

    def tagged(self, text: str) -> list[tuple[str, str]]:
        """Words with jieba's part-of-speech tags (`ns` is a place)."""
        return [(pair.word, pair.flag) for pair in self._tagger.cut(fold(text))]

    def knows(self, word: str) -> bool:
        """Whether the dictionary holds the word."""
        self._tokenizer.check_initialized()
        return bool(self._tokenizer.FREQ.get(word))


@functools.lru_cache(maxsize=16)  # each holds a dictionary of some 60 MB
def _shared(lexicon: tuple[str, ...], cache: Path | None) -> Words:
    return Words(lexicon, cache)


def words_of(lexicon: Iterable[str], cache: Path | None) -> Words:
    """The segmenter that knows a lexicon; plans of the same lexicon, as those without one, share it."""
    return _shared(tuple(sorted(set(lexicon))), cache)


def latin_words(text: str) -> list[str]:
    """The Latin words and numbers of a text, folded, in order."""
    return _LATIN.findall(fold(text))
