"""Typing errors that sound or look right: 绿话 → 绿化, and questions typed in pinyin. For matching only."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from corpus.words import Words

_CJK_RUN = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST, _SHORTEST = 6, 2
# what people ask with; a plan does not hold these words
_ASKING = (
    "多少",
    "什么",
    "怎么",
    "怎么样",
    "哪里",
    "哪些",
    "几个",
    "是多少",
    "有多少",
    "多大",
    "多长",
    "要达到",
    "达到",
    "什么时候",
    "请问",
    "新建",
    "目标",
    "指标",
)

_LATIN_RUN = re.compile(r"[a-z]{2,}(?: [a-z]+)*")
# endings of spoken questions, and what holds words together: no plan need hold them
_FUNCTION = frozenset("是有不了吗的我你他")  # hardly ever typed for something else
_PARTICLES = frozenset("a ya ba ma ne la le o de di".split())


def _pinyin(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(text))


class Variants:
    """Knows how the plans' words sound. Built when the first odd question comes in."""

    def __init__(self, texts: Iterable[str], words: Words) -> None:
        self._texts = tuple(texts)
        self._words = words

    @cached_property
    def _by_sound(self) -> dict[tuple[str, ...], str]:
        """The sound of every run of 2 to 6 characters in the plans → the most frequent run that sounds so."""
        counts: dict[str, int] = {}
        for run in (r for text in self._texts for r in _CJK_RUN.findall(text)):
            for size in range(_SHORTEST, _LONGEST + 1):
                for i in range(len(run) - size + 1):
                    piece = run[i : i + size]
                    counts[piece] = counts.get(piece, 0) + 1
        known = {word: 1 << 20 for word in _ASKING}
        sounds: dict[tuple[str, ...], str] = {}
        for piece, _ in sorted((counts | known).items(), key=lambda item: (item[1], item[0])):
            sounds[_pinyin(piece)] = piece
        return sounds

    @cached_property
    def _by_shape(self) -> dict[str, str]:
        """Runs of 3 or 4 characters with one left open (机＊化) → the run of the plans that fits."""
        return {
            f"{piece[:i]}*{piece[i + 1 :]}": piece
            for piece in self._by_sound.values()
            if len(piece) in (3, 4)
            for i in range(len(piece))
        }

    @cached_property
    def _syllables(self) -> frozenset[str]:
        return frozenset(s for sound in self._by_sound for s in sound)

    def correct(self, folded: str) -> str:
        """The question with runs of unknown characters replaced by words of the plans that sound the same."""
        read = self.pinyin_inside(folded)
        pieces, wordlike = self._words.cut_all(read), frozenset(self._words.guessed(read))
        result, at = "", 0
        while at < len(pieces):
            found = self._replacement(pieces, at, wordlike)
            result, at = (result + found[0], at + found[1]) if found else (result + pieces[at], at + 1)
        return result

    def pinyin_inside(self, folded: str) -> str:
        """A Chinese question in which some words are typed in pinyin: 小区er ci gong shui → 小区二次供水."""
        return _LATIN_RUN.sub(lambda match: self._read(match[0]) or match[0], folded)

    def _read(self, latin: str) -> str | None:
        """The plans' word that a run of pinyin spells, None where it spells none as a whole."""
        cut = [self._cut(word) for word in latin.split()]
        syllables = tuple(s for word in cut for s in word or ())
        return None if None in cut or len(syllables) < _SHORTEST else self._by_sound.get(syllables)

    def _replacement(self, pieces: list[str], at: int, wordlike: frozenset[str]) -> tuple[str, int] | None:
        """The plans' word for the longest run of pieces from here on that only sounds right, and the number of pieces."""
        for count in range(min(4, len(pieces) - at), 0, -1):
            run = "".join(pieces[at : at + count])
            odd = count > 1 or not self._words.knows(run)
            if not (_SHORTEST <= len(run) <= _LONGEST and odd and _CJK_RUN.fullmatch(run)) or self._held(run):
                continue
            parts = pieces[at : at + count]
            stop = bool(self._words.stop.intersection(parts)) and run not in wordlike
            if count > 1 and (all(map(self._is_word, parts)) or stop or (len(run) == _SHORTEST and run not in wordlike)):
                continue  # known words side by side are no typing error, and 的 is none; nor are 种点花 one for 重点
            found = self._sounding(run) or self._looking(run, parts)
            if found and found != run and (len(run) > _SHORTEST or sum(a == b for a, b in zip(run, found, strict=True))):
                return found, count
        return None

    def _sounding(self, run: str) -> str | None:
        """The words of the plans that sound like a run; each character that differs belongs to one of them."""
        found = self._by_sound.get(_pinyin(run))
        pieces = self._words.cut_all(found or "")
        inside = [self._is_word(piece) for piece in pieces for _ in piece]
        differ = [i for i in range(len(run)) if found and run[i] != found[i]]
        return found if all(inside[i] and run[i] not in _FUNCTION for i in differ) else None

    def _looking(self, run: str, parts: Sequence[str]) -> str | None:
        """The word of the plans that differs from a run in one character, which belongs to no word of the run itself.

        What is but a word and a character (数字准) is no 数字化 gone wrong.
        """
        strange = [i for i, known in enumerate(self._is_word(part) for part in parts for _ in part) if not known]
        if len(strange) < _SHORTEST:
            return None
        shapes = (self._by_shape.get(f"{run[:i]}*{run[i + 1 :]}") for i in strange)
        return next((found for found in shapes if found and self._is_word(found)), None)

    def _is_word(self, text: str) -> bool:
        return len(text) > 1 and self._words.knows(text)

    def _held(self, run: str) -> bool:
        return any(run in text for text in self._texts)

    def from_pinyin(self, folded: str) -> str | None:
        """A question typed in pinyin, in characters, as far as the plans' words go; None for one that is not pinyin."""
        words = re.findall(r"[a-z]+|[^a-z\s]+", folded)
        latin = [w for w in words if w.isascii() and w.isalpha()]
        cut = {w: (w,) if w in _PARTICLES else self._cut(w) for w in latin}
        if len(latin) < 3 or sum(cut[w] is not None for w in latin) < 0.9 * len(latin):
            return None
        syllables = [s for w in words for s in (cut.get(w) or (w,))]
        result, at = "", 0
        while at < len(syllables):
            size = next(
                (
                    n
                    for n in range(min(_LONGEST, len(syllables) - at), 1, -1)
                    if tuple(syllables[at : at + n]) in self._by_sound
                ),
                1,
            )
            piece = tuple(syllables[at : at + size])
            result += self._by_sound.get(piece, "" if piece[0].isalpha() and piece[0].isascii() else piece[0])
            at += size
        return result or None

    def _cut(self, word: str) -> tuple[str, ...] | None:
        """A word of pinyin as syllables, the longest first; None where it is none."""
        # from the end, each rest once: trying all the ways to cut xianxianxian… would double with every syllable
        rests: list[tuple[str, ...] | None] = [*(None for _ in word), ()]
        for at in range(len(word) - 1, -1, -1):
            for size in range(min(_LONGEST, len(word) - at), 0, -1):
                rest = rests[at + size]
                if rest is not None and word[at : at + size] in self._syllables:
                    rests[at] = (word[at : at + size], *rest)
                    break
        return rests[0]
