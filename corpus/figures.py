"""Figures in a text: numbers with their units and qualifiers, dates and periods, and their values."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import cn2an

# unit → (family, factor): figures of one family answer the same question and compare by value
_UNITS: dict[str, tuple[str, float]] = {
    "%": ("percent", 1),
    "个百分点": ("percent", 1),
    "‰": ("percent", 0.1),
    "公里": ("length", 1000),
    "千米": ("length", 1000),
    "km": ("length", 1000),
    "米": ("length", 1),
    "m": ("length", 1),
    "cm": ("length", 0.01),
    "mm": ("length", 0.001),
    "厘米": ("length", 0.01),
    "毫米": ("length", 0.001),
    "微米": ("length", 1e-6),
    "平方公里": ("area", 1e6),
    "平方千米": ("area", 1e6),
    "平方米": ("area", 1),
    "㎡": ("area", 1),
    "m2": ("area", 1),
    "公顷": ("area", 1e4),
    "亩": ("area", 666.67),
    "立方米": ("volume", 1),
    "升": ("volume", 0.001),
    "微克/立方米": ("concentration", 1),
    "毫克/立方米": ("concentration", 1000),
    "微克": ("concentration", 1),
    "毫克/升": ("concentration", 1),
    "吨": ("mass", 1),
    "吨/日": ("rate", 1),
    "公斤": ("mass", 0.001),
    "克": ("mass", 1e-6),
    "毫克": ("mass", 1e-9),
    "毫升": ("volume", 1e-6),
    "千克": ("mass", 0.001),
    "元": ("money", 1),
    "块钱": ("money", 1),
    "美元": ("money", 1),
    "千瓦": ("power", 1),
    "兆瓦": ("power", 1000),
    "千瓦时": ("energy", 1),
    "度": ("degree", 1),
    "摄氏度": ("temperature", 1),
    "℃": ("temperature", 1),
    "赫兹": ("frequency", 1),
    "千伏": ("voltage", 1000),
    "伏": ("voltage", 1),
    "毫秒": ("duration", 1 / 60000),
    "纳秒": ("duration", 1 / 6e10),
    "ns": ("duration", 1 / 6e10),
    "吨标准煤": ("energy", 1),
    "分贝": ("sound", 1),
    "比特": ("data", 1),
    "EFLOPS": ("computing", 1),
    "年": ("date", 1),
    "月": ("date", 1),
    "日": ("date", 1),
    "小时": ("duration", 60),
    "分钟": ("duration", 1),
    "秒": ("duration", 1 / 60),
    "天": ("duration", 1440),
    "个工作日": ("duration", 1440),
    "个月": ("duration", 43200),
    "周": ("duration", 10080),
    "倍": ("times", 1),
    "人": ("people", 1),
    "名": ("people", 1),
    "位": ("people", 1),
    "人次": ("people", 1),
    "户": ("people", 1),
    "岁": ("age", 1),
    "周岁": ("age", 1),
    "分": ("score", 1),
    "号": ("label", 1),
    "级": ("label", 1),
    "版": ("label", 1),
    "届": ("label", 1),
    "期": ("label", 1),
}
_MEASURES = (
    "个 项 类 家 处 座 条 张 起 大 轮 次 件 台 辆 所 套 批 种 块 片 支 只 部 门 间 层 层次 场 方面 步 点 线 网 "
    "环 轴 带 款 例 栋 幢 篇 株 棵 组 班 亩"
).split()
_COUNTED = {m: ("count", 1.0) for m in _MEASURES}
_SCALES = {"百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12}


def _spelled(unit: str) -> str:
    """A unit as a pattern: one in Latin letters ends where they do, and m is no M."""
    latin = unit.isascii() and unit.isalpha()
    return (f"(?-i:{unit})" if unit == "m" else re.escape(unit)) + (r"(?![A-Za-z\d²³])" if latin else "")


_unit_pattern = "|".join(map(_spelled, sorted({*_UNITS, *_COUNTED}, key=len, reverse=True)))
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = r"[一二三四五六七八九十百两〇零]+"
_DASH = r"\s*[-—–~～至到]+\s*"
_EITHER = rf"\s*(?:{_ARABIC}|{_HAN})\s*"
_DATE = re.compile(
    rf"(?:(?<!\d)\d{{4}}|[一二三四五六七八九〇零○]{{4}})\s*年(?:{_EITHER}月(?:{_EITHER}日)?)?"
    rf"|\d{{1,2}}\s*月\s*\d{{1,2}}\s*日"
)
_YEAR = r"(?:19|20)\d{2}"
# without 年 a unit may follow, and then it is no period: 1500-2000元
_PERIOD = re.compile(rf"(?<!\d)(?P<first>{_YEAR})\s*年?{_DASH}(?P<last>{_YEAR})(?:\s*年|(?!\d|\s*(?:万|亿|{_unit_pattern})))")
_QUANTITY = re.compile(
    rf"第?(?P<number>{_ARABIC}|{_HAN})(?P<range>(?:%[-—–~～]+|{_DASH})(?:{_ARABIC}))?"
    rf"\s*[余多]?(?P<scale>万亿|百万|千万|十万|万|亿|千(?![瓦克])|百)?[余多]?\s*(?P<unit>{_unit_pattern})?",
    re.IGNORECASE,
)
_PERCENT_WORDS = re.compile(rf"百分之(?P<number>{_HAN}(?:点{_HAN})?|{_ARABIC})")
_FRACTION = re.compile(r"(?<![\d/.])(?P<part>[1-9])/(?P<whole>[2-9]|[1-9]\d)(?![\d/.])")  # not 24/7
_PARTS = re.compile(r"(?P<whole>[二三四五六七八九十])分之(?P<part>[一二三四五六七八九])")
_YEAR_MINUTES = 525600.0
_HALF = re.compile(r"半(?P<unit>年|天|个月|小时)(?!度)")
# 八成 is 80%; 一成不变 and 三成熟 are not
_TENTHS = re.compile(r"(?P<number>[一二三四五六七八九])成(?P<half>半)?(?!不变|立|熟|套|新)")
# measure words that a Chinese one-digit number forms set phrases with (一个, 一批, 一步, 一线): no figures
_NO_FIGURE = re.compile(
    r"^(?:第?一|百|千|万)(?:个|批|次|步|项|类|点|线|层|级|种|家|位|条|部|网|门|起|片|带|方面|大|不|区|体)?$"
    r"|^(?:十|百|千)$|^二次$|^十分$"
)
_BEFORE_ONE = re.compile(r"[上下前后]$")  # 上一年度, 下一个月
_FORMULA = re.compile(r"[×*÷]\s*$")  # 死亡人数/总人数×100%
_NO_SCORE = re.compile(r"[之类别区部工布开享流期段]")  # 三分之二, 五分类

_NAMED = re.compile(r"[A-Za-z](?:_\{)?$")  # a number that belongs to a name: PM2.5, PM_{2.5}, IPv6
_ENUMERATION = re.compile(r"[①-⓿]")  # numbers of items, not of things: ①2021年 is no 12021
_BEFORE = re.compile(
    r"(不低于|不少于|不高于|不超过|不得超过|不得低于|低于|高于|超过|至少|大于|小于|达到|控制在|保持在|"
    r"维持|约|近)\s*(?:在|到)?\s*$"
)
_WITHIN = re.compile(r"\s*(?:之内|内|以内|以上|以下)")
_AFTER = re.compile(r"^\s*(以上|以下|以内|左右|上下|之间|及以上|及以下)")


@dataclass(frozen=True)
class Figure:
    """A figure as printed: `start` and `end` span number, unit and the qualifiers next to it, in characters of the text.

    `family` says what it measures (percent, length, area, money, date, count, …; "" for a bare number), `value` its
    amount in the family's base unit (a year for dates), `last` the end of a range.
    """

    text: str
    start: int
    end: int
    family: str
    unit: str
    value: float | None
    last: float | None = None
    comparator: str = ""

    @property
    def plain_value(self) -> float:
        """The amount in the figure's own unit: 1.2万平方米 → 12000, 18 公里 → 18."""
        factor = (_UNITS.get(self.unit) or ("", 1.0))[1] if self.family != "date" else 1.0
        return round((self.value or 0.0) / factor, 6)


def number_value(text: str) -> float | None:
    """The value of a number in Arabic or Chinese digits: `12,000` → 12000, `两` → 2; None where it is none."""
    text = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if text[:1] in ("百", "千", "万"):  # 百万人, 每百户
        text = "一" + text
    if re.fullmatch(r"[〇○零一二三四五六七八九]{4}", text):
        return float("".join(str("〇一二三四五六七八九".index(c.replace("零", "〇").replace("○", "〇"))) for c in text))
    try:
        return float(cn2an.cn2an(text, "smart"))
    except (ValueError, KeyError):  # cn2an raises the latter for such as 0亿0
        return None


def _narrow(text: str) -> str:
    # full-width digits, percent and commas, one character for one, so that offsets stay those of the text
    text = _ENUMERATION.sub("\u3000", text)
    return "".join(n if len(n := unicodedata.normalize("NFKC", c)) == 1 and n.isascii() else c for c in text)


def _qualified(text: str, start: int, end: int) -> tuple[int, int, str]:
    before, after = _BEFORE.search(text[:start]), _AFTER.match(text[end:])
    comparator = "".join(m[1] for m in (before, after) if m)
    return (before.start() if before else start), (end + after.end() if after else end), comparator


def _number(match: re.Match[str], group: str) -> float:
    return number_value(match[group]) or 0.0


# figures told in words or as fractions: pattern, family, unit (that of the match where it is "") and value
_WORDED: tuple[tuple[re.Pattern[str], str, str, Callable[[re.Match[str]], float | None]], ...] = (
    (_PERCENT_WORDS, "percent", "%", lambda m: number_value(m["number"])),
    (_FRACTION, "percent", "%", lambda m: 100 * _number(m, "part") / _number(m, "whole")),
    (_PARTS, "percent", "%", lambda m: 100 * _number(m, "part") / _number(m, "whole")),
    (_TENTHS, "percent", "%", lambda m: 10 * _number(m, "number") + (5 if m["half"] else 0)),
    (_HALF, "duration", "", lambda m: (_YEAR_MINUTES if m["unit"] == "年" else _UNITS[m["unit"]][1]) / 2),
)


def _dates(text: str) -> list[Figure]:
    found = []
    for match in _PERIOD.finditer(text):
        found.append(Figure(match[0], match.start(), match.end(), "date", "年", float(match["first"]), float(match["last"])))
    taken = [(f.start, f.end) for f in found]
    for match in _DATE.finditer(text):
        if not any(a <= match.start() < b for a, b in taken):
            year = re.match(r"(.{4})\s*年", match[0])
            found.append(Figure(match[0], match.start(), match.end(), "date", "年", number_value(year[1]) if year else None))
    return found


def _is_none(text: str, match: re.Match[str], printed: str, unit: str) -> bool:
    """Whether a number measures nothing: part of a name, a set phrase, an ordinal, a formula."""
    before, number = match.start(), match["number"]
    han, bare = not number[0].isascii(), not unit and not match["scale"]
    return bool(
        (not match["scale"] and unit in ("", "年") and _NAMED.search(text, 0, before))
        or (unit == "分" and (han or _NO_SCORE.match(text, match.end())))
        or _FORMULA.search(text, 0, before)
        or (number == "一" and _BEFORE_ONE.search(text, 0, before))
        or (han and (not unit or _NO_FIGURE.match(printed)))
        or (bare and printed.startswith("第"))
    )


def _quantity(text: str, match: re.Match[str]) -> Figure | None:
    printed, unit = match[0].rstrip(), match["unit"] or ""
    if _is_none(text, match, printed, unit):
        return None
    family, factor = _UNITS.get(unit) or _UNITS.get(unit.upper()) or _UNITS.get(unit.lower()) or _COUNTED.get(unit) or ("", 1.0)
    if unit == "级" and match["number"] == "两":  # two levels, where 二级 is one of them
        family = "count"
    scale = _SCALES.get(match["scale"] or "", 1.0)
    value = number_value(match["number"])
    if unit == "年" and value is not None and value < 1000:  # 三年 is a span, not the year 3
        family, factor = "duration", _YEAR_MINUTES
    elif unit == "日" and _WITHIN.match(text, match.end()):  # 30日内 is a span, not the thirtieth
        family, factor = "duration", 1440.0
    elif family == "date" and unit != "年":  # a month or day alone names no year
        value = None
    last = number_value(re.sub(r"^[-%—–~～至到\s]+", "", match["range"])) if match["range"] else None
    start, end, comparator = _qualified(text, match.start(), match.start() + len(printed))
    return Figure(
        text[start:end],
        start,
        end,
        family,
        unit,
        None if value is None else value * factor * scale,
        None if last is None else last * factor * scale,
        comparator,
    )


def find_figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text in order, none inside another.

    >>> [(f.text, f.family, f.value) for f in find_figures("到2023年，全区绿化覆盖率达到30.10%")]
    [('2023年', 'date', 2023.0), ('达到30.10%', 'percent', 30.1)]
    """
    narrow = _narrow(text)
    found = _dates(narrow)
    for pattern, family, unit, value_of in _WORDED:
        for match in pattern.finditer(narrow):
            start, end, comparator = _qualified(narrow, match.start(), match.end())
            value = value_of(match)
            found.append(Figure(narrow[start:end], start, end, family, unit or match["unit"], value, None, comparator))
    for match in _QUANTITY.finditer(narrow):
        if any(f.start < match.end() and match.start() < f.end for f in found):
            continue
        figure = _quantity(narrow, match)
        if figure:
            found.append(figure)
    return tuple(
        Figure(text[f.start : f.end], f.start, f.end, f.family, f.unit, f.value, f.last, f.comparator)
        for f in sorted(found, key=lambda f: f.start)
    )


def unit_family(unit: str) -> str:
    """The family that a unit or measure word belongs to; "" for an unknown one."""
    return (_UNITS.get(unit) or _COUNTED.get(unit) or ("", 1.0))[0]


def unit_size(unit: str) -> float:
    """How much of its family's measure a unit is: of a duration the minutes; 1 for an unknown one.

    >>> unit_size("小时"), unit_size("年")
    (60, 525600.0)
    """
    return _YEAR_MINUTES if unit == "年" else (_UNITS.get(unit) or ("", 1))[1]


def unit_names() -> tuple[str, ...]:
    """All units and measure words, the longest first."""
    return tuple(sorted({*_UNITS, *_COUNTED}, key=len, reverse=True))


def numbers_in(text: str) -> frozenset[str]:
    """Every number of a text as digits, thousands separators removed: what must be supported by a quote.

    >>> sorted(numbers_in("新增1,200个，占３％，2.50倍"))
    ['1200', '2.50', '3']
    """
    plain = unicodedata.normalize("NFKC", _ENUMERATION.sub(" ", text))
    return frozenset(n.replace(",", "").rstrip(".") for n in re.findall(r"\d[\d,]*(?:\.\d+)?", plain))


def values_in(text: str) -> frozenset[float]:
    """The values of all figures of a text, in plain numbers: `1.2万平方米` holds 12000."""
    values = set()
    for figure in find_figures(text):
        for value in (figure.value, figure.last):
            if value is not None:
                factor = (_UNITS.get(figure.unit) or ("", 1.0))[1]
                values |= {value, round(value / factor, 6)}
    return frozenset(values)


ENGLISH_NUMBERS = tuple("zero one two three four five six seven eight nine ten eleven twelve".split())


def english_forms(figure: Figure) -> tuple[str, ...]:
    """How an English text may write a figure's number: 1.2万 as 12,000 or 12000, 两 as two."""
    plain = f"{figure.plain_value:,.10g}"
    forms = [*sorted(numbers_in(figure.text)), plain, plain.replace(",", "")]
    small = figure.plain_value in range(len(ENGLISH_NUMBERS))
    return tuple(dict.fromkeys([*forms, *([ENGLISH_NUMBERS[int(figure.plain_value)]] if small else [])]))
