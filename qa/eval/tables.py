"""Results as tables for the terminal, in both languages, in columns that hold although Chinese is twice as wide."""

import unicodedata
from collections.abc import Iterable, Sequence

from qa.eval.answers import AnswerResult, Spread
from qa.eval.results import Change
from qa.eval.retrieval import MEASURES, RetrievalResult
from qa.eval.stats import Estimate
from qa.eval.tune import Curve

_MAX_CHANGES = 40


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as lines, each column as wide as its widest cell."""
    rows = [list(row) for row in rows]
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _shown(estimate: Estimate | None) -> str:
    return str(estimate) if estimate else "—"


def _short(estimate: Estimate | None) -> str:
    return f"{estimate.value:.3f}" if estimate else "—"


# ---- retrieval ------------------------------------------------------------------------------------------------------


def _by_group(result: RetrievalResult, key: str, title: str) -> list[str]:
    groups = result.groups(key)
    if len(groups) < 2:
        return []
    names = [s.system for s in result.systems]
    rows = [[title, "n", *names]]
    for group, members in groups.items():
        scores = result.scores(members)
        rows.append([group, str(len(members)), *(_short(scores[name][MEASURES[0]]) for name in names)])
    return [f"\n{MEASURES[0]}：", table(rows)]


def _tests(result: RetrievalResult) -> list[str]:
    if not result.tests:
        return []
    pairs = dict.fromkeys((t.left, t.right) for t in result.tests)
    found = {(t.left, t.right, t.measure): t for t in result.tests}
    rows = [["之差 difference", *MEASURES]]
    for left, right in pairs:
        tests = [found[left, right, m] for m in MEASURES]
        rows.append([f"{left} − {right}", *(f"{t.difference:+.3f} (p={t.p:.4f})" for t in tests)])
    return ["\n配对随机化检验 paired randomisation test：", table(rows)]


def retrieval_table(result: RetrievalResult) -> str:
    """Systems side by side: figures with intervals, by type and language, and tests of their differences."""
    skipped = f"（另有 {result.skipped} 道没有应找到的章节，不计）" if result.skipped else ""
    scores = result.scores()
    rows = [["系统 system", *MEASURES], *([s, *(_shown(found[m]) for m in MEASURES)] for s, found in scores.items())]
    return "\n".join(
        [
            f"{result.name}：{len(result.queries)} 道题{skipped}，方括号内为 95% 区间",
            table(rows),
            *_by_group(result, "type", "题型 type"),
            *_by_group(result, "lang", "语言 lang"),
            *_tests(result),
        ]
    )


# ---- answers --------------------------------------------------------------------------------------------------------


def _spread(found: Spread | None, unit: str) -> str:
    return f"p50 {found.p50:.0f}，p95 {found.p95:.0f}，最大 {found.largest:.0f} {unit}" if found else "—"


def latency_line(result: AnswerResult) -> str:
    """What the answers took; apart from the table, which is the same at every run."""
    return f"用时 latency：{_spread(result.scores.latency_ms, 'ms')}"


def _figures(result: AnswerResult) -> list[list[str]]:
    s = result.scores
    return [
        ["指标", "", "数值与 95% 区间"],
        ["答对", "right", _shown(s.right)],
        ["误拒", "false_refusal", _shown(s.false_refusal)],
        ["漏拒", "missed_refusal", _shown(s.missed_refusal)],
        ["引用准确率", "citation_precision", _shown(s.citation_precision)],
        ["引用召回率", "citation_recall", _shown(s.citation_recall)],
        ["首条引用正确", "first_citation", _shown(s.first_citation)],
        ["数字无出处的回答", "unsupported", str(s.unsupported)],
        ["非原文的引文", "not_verbatim", f"{s.not_verbatim} / {s.quotes}"],
        ["没有回答的题", "missing", str(s.missing)],
        ["回答长度", "length", _spread(s.length, "字")],
    ]


def _groups(title: str, groups: dict[str, Estimate]) -> str:
    rows = [[name, f"{round(e.value * e.n)}/{e.n}", str(e)] for name, e in groups.items()]
    return table([[title, "答对", "right"], *rows])


def answers_table(result: AnswerResult, show: int = 0) -> str:
    """The figures of an answer evaluation, by type and language, and the first `show` wrong answers."""
    wrong = [row for row in result.rows() if not row["right"]][:show]
    strays = f"，另有 {len(result.strays)} 行回答没有对应的题" if result.strays else ""
    return "\n".join(
        [
            f"{result.name}：{len(result.gold)} 道题{strays}",
            table(_figures(result)),
            "",
            _groups("题型 type", result.scores.by_type),
            "",
            _groups("语言 lang", result.scores.by_lang),
            *(f"✗ {row['id']} {row['type']} {row['question']} | {row['why']} | {row['text'][:80]}" for row in wrong),
        ]
    )


def changes_table(changes: Sequence[Change], same: int) -> str:
    """What got better and worse against an earlier run, question by question."""
    better = sum(change.better for change in changes)
    lines = [f"与基线相比：{better} 项变好，{len(changes) - better} 项变差，{same} 项不变"]
    ordered = sorted(changes, key=lambda change: change.better)
    lines += [f"{'↑' if c.better else '↓'} {c.id} {c.question}：{c.before} → {c.after}" for c in ordered[:_MAX_CHANGES]]
    if len(ordered) > _MAX_CHANGES:
        lines.append(f"……其余 {len(ordered) - _MAX_CHANGES} 项见结果文件夹的 changes.csv")
    return "\n".join(lines)


# ---- tuning ---------------------------------------------------------------------------------------------------------


def curve_table(curve: Curve) -> str:
    """The curve of a constant, and what would be chosen."""
    marks = {curve.current: "现值 current"}
    marks[curve.chosen] = " ".join(filter(None, (marks.get(curve.chosen), "选取 chosen")))
    rows = [[f"{value:g}", f"{score:.4f}", marks.get(value, "")] for value, score in curve.points]
    folds = "、".join(f"{value:g}" for value in curve.folds)
    difference = curve.score(curve.chosen) - curve.score(curve.current)
    verdict = "现值已是最好" if curve.chosen == curve.current else f"与现值相差 {difference:+.4f}（p={curve.p:.4f}）"
    return "\n".join(
        [
            f"{curve.constant}（现为 {curve.current:g}）：{curve.measure}，{curve.questions} 道题",
            table([["值", curve.measure, ""], *rows]),
            f"各折选取 {folds}；折外得分 {curve.held_out:.4f}，现值 {curve.score(curve.current):.4f}",
            f"选取 {curve.chosen:g}：{verdict}",
        ]
    )
