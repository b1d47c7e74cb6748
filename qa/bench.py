"""What an answer costs: time of each step, cold start, index build and memory, as medians of this machine's runs."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from corpus.load import load_sources
from index.embed import Embedder
from index.settings import Settings
from index.shelf import build
from qa.pipeline import PlanQA
from qa.setup import ensure_index


def questions(engine: PlanQA, count: int = 30) -> list[str]:
    """Questions made from the plan's own headings: enough to measure by, not to judge by."""
    plan = next(iter(engine.plans.values()))
    titles = [s.title for s in plan.sections if s.title and s.text][:count]
    return [
        f"{title}{tail}" for title, tail in zip(titles, ["有哪些要求？", "要达到多少？", "由谁负责？"] * count, strict=False)
    ]


def _milliseconds(run: Callable[[str], object], asked: list[str], rounds: int) -> list[float]:
    for question in asked:  # warm
        run(question)
    times = []
    for _ in range(rounds):
        for question in asked:
            start = time.perf_counter()
            run(question)
            times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


def _row(name: str, times: list[float], whole: float) -> str:
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    return f"{name:<28}{p50:>8.1f} ms{p95:>10.1f} ms{p50 / whole:>9.0%}"


def _build_seconds(settings: Settings, embedder: Embedder, *, expansion: bool) -> float:
    sources = load_sources([])
    if not expansion:
        sources = tuple(replace(s, expansion={}) for s in sources)
    with tempfile.TemporaryDirectory() as home:
        start = time.perf_counter()
        build(sources, replace(settings, home=Path(home)), embedder, lambda done, total: None)
        return time.perf_counter() - start


def _cold_seconds(settings: Settings, question: str) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-c", "import sys; from qa.cli import run; sys.exit(run())", "ask", question]
    subprocess.run([*command, "--home", str(settings.home)], check=True, capture_output=True)
    return time.perf_counter() - start


def resident_megabytes() -> float:
    """What this process holds in memory."""
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def report(settings: Settings, rounds: int) -> str:
    """The table that `planqa bench` prints; shares are of the whole answer's median in the same run."""
    ensure_index(settings, lambda done, total: None)
    engine = PlanQA.open(settings)
    asked = questions(engine)
    whole = _milliseconds(engine.invoke, asked, rounds)
    base = statistics.median(whole)
    lines = [
        f"{'一次问答（进程已预热）':<20}{'p50':>10}{'p95':>13}{'占比':>9}",
        _row("embedding", _milliseconds(engine.shelf.embedder.query, asked, rounds), base),
        _row("retrieval", _milliseconds(engine.search, asked, rounds), base),
        _row("whole answer", whole, base),
        f"{'memory of this process':<28}{resident_megabytes():>8.0f} MB",
        f"{'index build, text only':<28}{_build_seconds(settings, engine.shelf.embedder, expansion=False):>8.1f} s",
        f"{'index build, whole':<28}{_build_seconds(settings, engine.shelf.embedder, expansion=True):>8.1f} s",
        f"{'planqa ask, cold':<28}{statistics.median(_cold_seconds(settings, asked[0]) for _ in range(3)):>8.1f} s",
    ]
    return "\n".join(lines)
