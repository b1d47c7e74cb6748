"""What leaves the program: an answer, its status and its citations."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from index.retrieve import Hit


class Reason(StrEnum):
    """Why a question is refused: a closed list, documented in the README."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    ORDER = "order"
    WRITING = "writing"
    SMALL_TALK = "small_talk"
    PERSONAL_CASE = "personal_case"
    PERSONAL_NUMBER = "personal_number"
    OTHER_PERIOD = "other_period"
    OTHER_PLACE = "other_place"
    NO_FIGURE = "no_figure"
    NO_RESULT = "no_result"
    NO_DETAIL = "no_detail"
    NOT_IN_PLAN = "not_in_plan"


@dataclass(frozen=True)
class Citation:
    """A verbatim quote and where it stands; `start` and `end` count characters of the plan's source text.

    `marks` are the spans of the quote to highlight, as offsets in it.
    """

    mark: int
    plan: str
    ref: str
    address: str
    title: str
    quote: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The form that leaves the program."""
        return {
            "mark": self.mark,
            "plan": self.plan,
            "ref": self.ref,
            "address": self.address,
            "title": self.title,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True)
class Nearest:
    """The section that came closest to a question that was refused: where to read on, never a source."""

    plan: str
    ref: str
    address: str
    title: str


@dataclass(frozen=True)
class ModelTrace:
    """What a language model had to do with an answer: for the record and for evaluation, never shown.

    `raw` is all that it wrote, `used` whether the answer's text is from it, `dropped` its statements that did not pass, each
    with why, `trouble` what kept it from helping ("" for nothing), and tokens are those of all its calls. `growing` says that
    it is still writing.
    """

    raw: str = ""
    used: bool = False
    kept: int = 0
    dropped: tuple[str, ...] = ()
    trouble: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    growing: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer or a refusal: `reason` is None for an answer, `citations` is empty for a refusal.

    `sureness` is higher for surer, above 0 for certain: by it the answers of several plans are told apart. `note` tells the
    reader what a language model had to do with it; without a model it is empty and leaves no trace in any form.
    """

    question: str
    language: str
    text: str
    reason: Reason | None = None
    citations: tuple[Citation, ...] = ()
    nearest: Nearest | None = None
    rewritten: str | None = None
    hits: tuple[Hit, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict, hash=False, compare=False)
    sureness: float = field(default=0.0, compare=False)
    note: str = ""
    model: ModelTrace | None = field(default=None, compare=False)

    @property
    def status(self) -> str:
        """`answered` or `refused`."""
        return "refused" if self.reason else "answered"

    @property
    def growing(self) -> bool:
        """Whether a language model is still writing it: another follows, with all that this one says."""
        return self.model is not None and self.model.growing

    def to_json(self, question_id: str | None = None) -> dict[str, Any]:
        """The form that leaves the program (README, "JSON")."""
        return {
            "id": question_id,
            "question": self.question,
            "language": self.language,
            "status": self.status,
            "reason": self.reason.value if self.reason else None,
            "text": self.text,
            "citations": [c.to_json() for c in self.citations],
            "rewritten": self.rewritten,
            **({"note": self.note} if self.note else {}),
            "timings_ms": self.timings_ms,
        }
