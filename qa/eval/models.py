"""What a language model brings and costs: the same questions with and without one, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from corpus.errors import SettingError
from corpus.parse import Plan
from qa.eval.answers import AnswerScores, Line, parse_lines, score_answers
from qa.eval.questions import GoldSet
from qa.eval.tables import table


def parse_prices(text: str | None) -> tuple[float, float] | None:
    """What a million tokens cost, in and out. Raises: SettingError."""
    if not text:
        return None
    try:
        put_in, put_out = (float(part) for part in text.split(","))
    except ValueError as error:
        raise SettingError(f"--prices {text}：应为两个用逗号分开的数，如 0.8,2；请改正") from error
    return put_in, put_out


def side_by_side(gold: GoldSet, plan: Plan, answers: Mapping[str, Sequence[Line]], prices: tuple[float, float] | None) -> str:
    """One table: what is right, what the check caught, and what it took, a column for each name in `answers`."""
    columns = [_column(gold, plan, lines, prices) for lines in answers.values()]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    return table([["", *answers], *rows])


def _column(gold: GoldSet, plan: Plan, lines: Sequence[Line], prices: tuple[float, float] | None) -> dict[str, str]:
    scores = score_answers(gold, parse_lines(lines), plan).scores
    traces = [line["model"] for line in lines if line.get("model")]
    return _figures(scores) | _traced(traces, prices)


def _figures(scores: AnswerScores) -> dict[str, str]:
    latency = scores.latency_ms
    return {
        "答对 right": f"{round(scores.right.value * scores.right.n)}/{scores.right.n} {scores.right}",
        "误拒 false_refusal": str(scores.false_refusal or "—"),
        "漏拒 missed_refusal": str(scores.missed_refusal or "—"),
        "数字无出处的回答 unsupported": str(scores.unsupported),
        "非原文的引文 not_verbatim": f"{scores.not_verbatim} / {scores.quotes}",
        "用时 latency p50 / p95": f"{latency.p50:.0f} / {latency.p95:.0f} ms" if latency else "—",
    }


def _traced(traces: Sequence[dict[str, Any]], prices: tuple[float, float] | None) -> dict[str, str]:
    put_in, put_out = (sum(t[name] for t in traces) for name in ("tokens_in", "tokens_out"))
    cost = (put_in * prices[0] + put_out * prices[1]) / 1e6 if prices else None
    kept, dropped = sum(t["kept"] for t in traces), sum(len(t["dropped"]) for t in traces)
    shown = {
        "问过模型的题 asked": str(len(traces)),
        "用了模型的回答 used": str(sum(t["used"] for t in traces)),
        "模型没有帮上 trouble": str(sum(bool(t["trouble"]) for t in traces)),
        "通过核对的陈述 kept": str(kept),
        "核对删去的陈述 dropped": str(dropped),
        "词元 tokens in / out": f"{put_in} / {put_out}",
        "费用 cost": "—" if cost is None else f"{cost:.4f}",
    }
    return shown if traces else dict.fromkeys(shown, "—")
