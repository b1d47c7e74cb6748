"""What is known about a plan: given in a file beside it, else read from its own text."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from corpus.fold import squeeze
from corpus.places import leading_places

if TYPE_CHECKING:
    from corpus.parse import Plan

_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,8}[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号")
_PERIOD = re.compile(r"(\d{4})\s*年?\s*[-—–~～至到]+\s*(\d{4})\s*年?")
_ROUND = {"十三五": (2016, 2020), "十四五": (2021, 2025), "十五五": (2026, 2030)}  # five-year plans, by their names
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


_HEAD = 4  # the first lines, in which a document without a covering notice has its number


def _is_list(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


@dataclass(frozen=True)
class PlanMeta:
    """Title, number, issuer, dates (ISO) and scope of a plan; empty where unknown. `place` goes from large to small."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    issued: str = ""
    printed: str = ""
    period: tuple[int, int] | None = None
    place: tuple[str, ...] = ()
    english_title: str = ""
    english_place: tuple[str, ...] = ()
    sha256: str = ""

    @classmethod
    def from_json(cls, value: object) -> Self:
        """From the file beside a plan. Raises: ValueError for an unknown key or a wrong value."""
        if not isinstance(value, dict):
            raise ValueError("应为 {…} 形式")
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(value) - known)
        if unknown:
            raise ValueError(f"未知的键 {unknown[0]}")
        period, places = value.get("period"), {k: value.get(k, []) for k in ("place", "english_place")}
        if period is not None and not (_is_list(period, int) and len(period) == 2 and period[0] <= period[1]):
            raise ValueError("period 应为 [起始年, 结束年]")
        for key, names in places.items():
            if not _is_list(names, str):
                raise ValueError(f"{key} 应为地名的列表，由大到小")
        for key in sorted(known - {"period", *places}):
            if not isinstance(value.get(key, ""), str):
                raise ValueError(f"{key} 应为文字")
        return cls(**{**value, "period": tuple(period) if period else None, **{k: tuple(v) for k, v in places.items()}})

    def completed_by(self, other: "PlanMeta") -> "PlanMeta":
        """These values, with those of the other where this one has none."""
        return PlanMeta(**{f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)})

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return asdict(self)


def _place(*texts: str) -> tuple[str, ...]:
    return max((leading_places(text.lstrip("*《“ ")) for text in texts), key=len)  # 江苏省苏州市 says more than 苏州市


def _period(title: str) -> tuple[int, int] | None:
    match = _PERIOD.search(title)
    if match:
        return int(match[1]), int(match[2])
    return next((years for name, years in _ROUND.items() if name in title), None)


def _signature(lines: Sequence[str]) -> tuple[str, str]:
    """Who signed, and the date below (ISO); "" for what is not there."""
    for above, line in pairwise(["", *lines]):
        date = _DATE.fullmatch(line.strip())
        if date:
            year, month, day = map(int, date.groups())
            return above, f"{year:04d}-{month:02d}-{day:02d}"
    return "", ""


def read_meta(plan: "Plan") -> PlanMeta:
    """What the text of a plan says about itself, by rule; whatever is not found stays empty."""
    notice, preamble, closing = (plan.by_ref.get(ref) for ref in ("通知", "序言", "落款"))
    lines = notice.text.split("\n") if notice else preamble.text.split("\n")[:_HEAD] if preamble else []
    number = next((m[0] for m in map(_NUMBER.search, map(squeeze, lines)) if m), "")
    issuer, issued = _signature(lines if notice else closing.text.split("\n") if closing else [])
    subtitle = preamble.text.partition("\n")[0] if preamble else ""
    period = _period(plan.title) or (_period(subtitle) if subtitle.startswith(("（", "(")) else None)
    return PlanMeta(
        title=squeeze(plan.title), number=number, issuer=issuer, issued=issued, period=period, place=_place(plan.title, issuer)
    )
