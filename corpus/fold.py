"""Folding for matching: never for showing."""

import functools
import re
import unicodedata
from typing import Protocol

_SUBSCRIPT = re.compile(r"_\{?([0-9.]+)\}?")  # PM_{2.5}, as scanned formulas print it
_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # a terminal's colour, which is no 31 m
_SPACE = re.compile(r"\s+")
_CJK = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef"
_CJK_SPACE = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@functools.cache
def _simplifier() -> _Converter:
    import opencc

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def simplify(text: str) -> str:
    """Traditional characters become simplified ones; the length may change."""
    return text if text.isascii() else _simplifier().convert(text)


def fold(text: str) -> str:
    """One form for all widths, cases and scripts: `ＰＭ_{2.5} 濃度` → `pm2.5浓度`."""
    text = unicodedata.normalize("NFKC", _SUBSCRIPT.sub(r"\1", _ESCAPE.sub("", text))).lower()
    text = _CJK_SPACE.sub("", _SPACE.sub(" ", text))
    return simplify(text).strip()


@functools.lru_cache(maxsize=1 << 14)
def _folded(char: str) -> str:
    narrow = fold(char)
    return narrow if len(narrow) == 1 else char


def fold_each(text: str) -> str:
    """The text folded character by character: as long as before, so that places in it stay what they were.

    >>> fold_each("ＶＯＣｓ 濃度")
    'vocs 浓度'
    """
    return "".join(map(_folded, text))


def squeeze(text: str) -> str:
    """The text without any white space: what must stay equal when a source is cut up."""
    return _SPACE.sub("", text)
