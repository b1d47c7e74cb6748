"""What is known about a plan: given in a file beside it, else read from its own text."""

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from corpus.fold import squeeze

if TYPE_CHECKING:
    from corpus.parse import Plan

_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,8}[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号")
_PERIOD = re.compile(r"(\d{4})\s*年?\s*[-—–~～至到]+\s*(\d{4})\s*年?")
_ROUND = {"十三五": (2016, 2020), "十四五": (2021, 2025), "十五五": (2026, 2030)}  # five-year plans, by their names
_PLACE = re.compile(r"([\u4e00-\u9fff]{2,3}?(?:省|市|自治区))?([\u4e00-\u9fff]{1,4}?(?:区|县|市))?")
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


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
    def from_json(cls, value: dict[str, Any]) -> Self:
        """From the file beside a plan. Raises: TypeError for an unknown key, ValueError for a wrong value."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(value) - known)
        if unknown:
            raise ValueError(f"未知的键 {unknown[0]}")
        period = value.get("period")
        if period is not None and (len(period) != 2 or not all(isinstance(y, int) for y in period)):
            raise ValueError("period 应为 [起始年, 结束年]")
        return cls(**{**value, "period": tuple(period) if period else None, "place": tuple(value.get("place", ())),
                      "english_place": tuple(value.get("english_place", ()))})

    def completed_by(self, other: "PlanMeta") -> "PlanMeta":
        """These values, with those of the other where this one has none."""
        return PlanMeta(**{f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)})

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return asdict(self)


def _place(*texts: str) -> tuple[str, ...]:
    for text in texts:
        match = _PLACE.match(text.lstrip("*《“ "))
        if match and any(match.groups()):
            return tuple(part for part in match.groups() if part)
    return ()


def _period(title: str) -> tuple[int, int] | None:
    match = _PERIOD.search(title)
    if match:
        return int(match[1]), int(match[2])
    return next((years for name, years in _ROUND.items() if name in title), None)


def read_meta(plan: "Plan") -> PlanMeta:
    """What the text of a plan says about itself, by rule; whatever is not found stays empty."""
    notice = plan.by_ref.get("通知")
    opening = notice.text if notice else ""
    lines = [line for line in opening.split("\n") if line]
    number = next((m[0] for m in map(_NUMBER.search, map(squeeze, lines)) if m), "")
    signature = next((i for i, line in enumerate(lines) if _DATE.fullmatch(line.strip())), None)
    issuer = lines[signature - 1] if signature else ""
    dates = [f"{int(y):04d}-{int(m):02d}-{int(d):02d}" for y, m, d in _DATE.findall(lines[signature] if signature else "")]
    return PlanMeta(title=squeeze(plan.title), number=number, issuer=issuer,
                    issued=dates[0] if dates else "", period=_period(plan.title), place=_place(plan.title, issuer))
