"""Files of questions with their gold, and files of answers to them: read whole or refused with one line."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from corpus.errors import QuestionsError
from corpus.lines import read_id, read_objects, read_text
from corpus.parse import Plan
from qa.followup import Turn

LANGUAGES = ("zh", "en")
ANSWER_MODES = ("any", "all", "refuse")
SECTIONS_MODES = ("any", "all", "none")
POLARITIES = ("yes", "no")
STATUSES = ("answered", "refused")
_REQUIRED = ("id", "question", "lang", "type", "answer", "answer_mode", "sections", "sections_mode")
_OPTIONAL = ("history", "polarity", "refusal_or", "forbidden", "quote", "notes")


@dataclass(frozen=True)
class GoldQuestion:
    """A question and what is right about it; the README documents each field.

    `answer` holds key strings, in which `|` separates alternatives; `sections` holds refs.
    """

    id: str
    question: str
    lang: str
    type: str
    answer: tuple[str, ...]
    answer_mode: str
    sections: tuple[str, ...]
    sections_mode: str
    history: tuple[Turn, ...] = ()
    polarity: str | None = None
    refusal_or: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    quote: tuple[str, ...] = ()
    notes: str = ""

    @property
    def refusable(self) -> bool:
        """Whether the right answer is a refusal."""
        return self.answer_mode == "refuse"


@dataclass(frozen=True)
class GoldSet:
    """A file of questions: its name, what plan it is about where the name says so, and the digest of its bytes."""

    name: str
    plan: str | None
    questions: tuple[GoldQuestion, ...]
    sha256: str


@dataclass(frozen=True)
class GivenCitation:
    """A citation as it stands in a file of answers."""

    ref: str
    quote: str


@dataclass(frozen=True)
class GivenHit:
    """A passage that a system found for a question, where its file of answers says so."""

    ref: str
    score: float
    text: str


@dataclass(frozen=True)
class GivenAnswer:
    """An answer as it stands in a file: what is scored, whoever wrote it.

    `latency_ms` is the sum of its `timings_ms`; `confidence`, `hits` and `latency_ms` are None or empty where the file does
    not tell them.
    """

    id: str
    status: Literal["answered", "refused"]
    text: str
    citations: tuple[GivenCitation, ...]
    reason: str | None = None
    hits: tuple[GivenHit, ...] = ()
    confidence: float | None = None
    latency_ms: float | None = None

    @property
    def refused(self) -> bool:
        """Whether it is a refusal."""
        return self.status == "refused"


# ---- fields ---------------------------------------------------------------------------------------------------------


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:40]


def _strings(where: str, value: Mapping[str, Any], key: str, *, single: bool = False) -> tuple[str, ...]:
    """A list of texts; with `single` also one text alone. Raises: QuestionsError."""
    found = value.get(key, [])
    if single and isinstance(found, str):
        return (found,) if found else ()
    if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
        raise QuestionsError(f"{where}：字段 {key} 应为文字的列表，现为 {_shown(found)}；请改正")
    return tuple(found)


def _text_or_none(where: str, value: Mapping[str, Any], key: str) -> str:
    """A text; "" where it is missing or null. Raises: QuestionsError."""
    return read_text(where, dict(value), key) if value.get(key) is not None else ""


def _choice(where: str, value: Mapping[str, Any], key: str, allowed: Collection[str]) -> str:
    found = value.get(key)
    if found not in allowed:
        raise QuestionsError(f"{where}：字段 {key} 应为 {'、'.join(allowed)} 之一，现为 {_shown(found)}；请改正")
    return str(found)


def _number(where: str, value: Mapping[str, Any], key: str) -> float | None:
    found = value.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise QuestionsError(f"{where}：字段 {key} 应为数，现为 {_shown(found)}；请改正")
    return float(found)


def _objects(where: str, value: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = value.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise QuestionsError(f"{where}：字段 {key} 应为对象的列表，现为 {_shown(found)}；请改正")
    return found


def _history(where: str, value: Mapping[str, Any]) -> tuple[Turn, ...]:
    turns = _objects(where, value, "history")
    if not all(isinstance(t.get("role"), str) and isinstance(t.get("content"), str) for t in turns):
        raise QuestionsError(f'{where}：字段 history 应为 [{{"role", "content"}}, …]，现为 {_shown(turns)}；请改正')
    return tuple(Turn(t["role"], t["content"]) for t in turns)


# ---- questions ------------------------------------------------------------------------------------------------------


def _check_keys(where: str, value: Mapping[str, Any]) -> None:
    missing = next((key for key in _REQUIRED if key not in value), None)
    if missing:
        raise QuestionsError(f"{where}：缺少字段 {missing}；请补上")
    unknown = next((key for key in value if key not in (*_REQUIRED, *_OPTIONAL)), None)
    if unknown:
        raise QuestionsError(f"{where}：未知字段 {unknown}；可用的有 {'、'.join((*_REQUIRED, *_OPTIONAL))}")


def _check_gold(where: str, gold: GoldQuestion) -> None:
    if gold.refusable:
        return
    if not gold.answer:
        raise QuestionsError(f"{where}：answer_mode 为 {gold.answer_mode} 而 answer 为空；请补上关键词，或改为 refuse")
    if not gold.sections or gold.sections_mode == "none":
        raise QuestionsError(f"{where}：answer_mode 为 {gold.answer_mode} 而没有给出章节；请补上 sections 和 sections_mode")


def _gold(where: str, value: dict[str, Any]) -> GoldQuestion:
    _check_keys(where, value)
    question, kind = read_text(where, value, "question"), read_text(where, value, "type")
    if not question.strip() or not kind.strip():
        raise QuestionsError(f"{where}：字段 {'type' if question.strip() else 'question'} 为空；请补上")
    polarity = _choice(where, value, "polarity", POLARITIES) if value.get("polarity") is not None else None
    gold = GoldQuestion(
        read_id(where, value),
        question,
        _choice(where, value, "lang", LANGUAGES),
        kind,
        _strings(where, value, "answer"),
        _choice(where, value, "answer_mode", ANSWER_MODES),
        _strings(where, value, "sections"),
        _choice(where, value, "sections_mode", SECTIONS_MODES),
        _history(where, value),
        polarity,
        _strings(where, value, "refusal_or"),
        _strings(where, value, "forbidden"),
        _strings(where, value, "quote", single=True),
        read_text(where, {"notes": "", **value}, "notes"),
    )
    _check_gold(where, gold)
    return gold


def _check_refs(where: str, gold: GoldQuestion, plan: Plan | None) -> None:
    unknown = next((ref for ref in gold.sections if plan and ref not in plan.by_ref), None)
    if plan and unknown:
        raise QuestionsError(f"{where}：计划 {plan.id} 没有章节 {unknown}；请改正（planqa sections 列出全部章节）")


def _each_once(path: Path, read: Callable[[str, dict[str, Any]], Any]) -> list[Any]:
    """What each line holds, when no two have one id."""
    seen: dict[str, Any] = {}
    for where, value in read_objects(path):
        item = read(where, value)
        if item.id in seen:
            raise QuestionsError(f"{where}：id {item.id} 重复；请改为不同的 id")
        seen[item.id] = item
    return list(seen.values())


def read_gold(path: Path | str, plan: Plan | None = None) -> GoldSet:
    """A file of questions, `PLAN.NAME.jsonl` or any other name; with a plan, the refs are looked up in it.

    Raises: QuestionsError naming file, line and cure.
    """
    path = Path(path)

    def read(where: str, value: dict[str, Any]) -> GoldQuestion:
        gold = _gold(where, value)
        _check_refs(where, gold, plan)
        return gold

    questions = tuple(_each_once(path, read))
    parts = path.name.removesuffix(".jsonl").rpartition(".")
    return GoldSet(path.name.removesuffix(".jsonl"), parts[0] or None, questions, _sha256(path))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- answers --------------------------------------------------------------------------------------------------------


def _citations(where: str, value: Mapping[str, Any]) -> tuple[GivenCitation, ...]:
    return tuple(
        GivenCitation(_text_or_none(where, c, "ref"), _text_or_none(where, c, "quote"))
        for c in _objects(where, value, "citations")
    )


def _hits(where: str, value: Mapping[str, Any]) -> tuple[GivenHit, ...]:
    return tuple(
        GivenHit(read_text(where, h, "ref"), _number(where, h, "score") or 0.0, _text_or_none(where, h, "text"))
        for h in _objects(where, value, "hits")
    )


def _latency(where: str, value: Mapping[str, Any]) -> float | None:
    timings = value.get("timings_ms")
    if timings is None:
        return None
    if not isinstance(timings, dict):
        raise QuestionsError(f"{where}：字段 timings_ms 应为对象，现为 {_shown(timings)}；请改正")
    return sum(_number(where, timings, key) or 0.0 for key in timings) if timings else None


def parse_answer(where: str, value: dict[str, Any]) -> GivenAnswer:
    """A line of a file of answers. Raises: QuestionsError that names where it stands."""
    return GivenAnswer(
        read_id(where, value),
        "refused" if _choice(where, value, "status", STATUSES) == "refused" else "answered",
        _text_or_none(where, value, "text"),
        _citations(where, value),
        read_text(where, value, "reason") if value.get("reason") is not None else None,
        _hits(where, value),
        _number(where, value, "confidence"),
        _latency(where, value),
    )


def read_answers(path: Path | str) -> dict[str, GivenAnswer]:
    """A file of answers, as `planqa batch` or anything else writes it, by id. Raises: QuestionsError."""
    return {answer.id: answer for answer in _each_once(Path(path), parse_answer)}


# ---- files that come with the package -------------------------------------------------------------------------------


def shipped() -> dict[str, Path]:
    """The question files that come with the package, by their short names: `dev` is `PLAN.dev.jsonl`."""
    folder = Path(str(resources.files("qa.eval").joinpath("data")))
    return {path.name.removesuffix(".jsonl").rpartition(".")[2]: path for path in sorted(folder.glob("*.jsonl"))}


def find(name: str) -> Path:
    """A path as it stands, or the shipped file of that short name where there is no such path."""
    path = Path(name)
    return path if path.exists() else shipped().get(name, path)
