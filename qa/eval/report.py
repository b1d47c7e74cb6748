"""Results as one page of HTML that opens offline: figures, plots, and every question that failed."""

from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from qa.eval.answers import AnswerResult, Spread, trade_off
from qa.eval.charts import bars, histogram, legend, lines
from qa.eval.results import json_text
from qa.eval.retrieval import MEASURES, RetrievalResult
from qa.eval.stats import Estimate

_THRESHOLD = "qa.judge.CHANCE"
_SHOWN = 5  # hits shown of each system
_LONG = ("question", "answer", "gold", "why")  # columns that need room

Cell = str | int | float | bool | None


# ---- the page -------------------------------------------------------------------------------------------------------


def _asset(name: str) -> str:
    return resources.files("qa.eval").joinpath(name).read_text(encoding="utf-8")


def page(title: str, note: str, sections: Sequence[tuple[str, str]], settings: Mapping[str, Any]) -> str:
    """A whole page; the sections' bodies are HTML, everything else is text."""
    parts = "".join(f"<section><h2>{escape(head)}</h2>{body}</section>" for head, body in sections if body)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_asset('report.css')}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<p class="note">{escape(note)}</p>{parts}<section><h2>设置与版本 Settings and versions</h2>'
        f"<pre>{escape(json_text(settings))}</pre></section></main><script>{_asset('report.js')}</script></body></html>\n"
    )


def _cell(name: str, value: Cell) -> str:
    if isinstance(value, float):
        return f'<td class="number" data-value="{value!r}">{value:.3f}</td>'
    kind = "long" if name.partition(" ")[2] in _LONG else "short"
    return f'<td class="{kind}">{escape("" if value is None else str(value))}</td>'


def sortable(caption: str, rows: Sequence[Mapping[str, Cell]]) -> str:
    """A table whose columns can be sorted by; "" without a row."""
    if not rows:
        return ""
    heads = "".join(f'<th scope="col"><button type="button">{escape(name)}</button></th>' for name in rows[0])
    body = "".join(f"<tr>{''.join(_cell(name, value) for name, value in row.items())}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _known(groups: Mapping[str, Mapping[str, Estimate | None]]) -> dict[str, dict[str, Estimate]]:
    return {group: {name: e for name, e in found.items() if e} for group, found in groups.items()}


# ---- answers --------------------------------------------------------------------------------------------------------


def _figure_rows(result: AnswerResult) -> list[dict[str, Cell]]:
    s = result.scores
    estimates = {
        "答对 right": s.right,
        "误拒：能答而拒 false_refusal": s.false_refusal,
        "漏拒：该拒而答 missed_refusal": s.missed_refusal,
        "引用准确率 citation_precision": s.citation_precision,
        "引用召回率 citation_recall": s.citation_recall,
        "首条引用正确 first_citation": s.first_citation,
    }
    counts = {
        "数字无出处的回答 unsupported": str(s.unsupported),
        "非原文的引文 not_verbatim": f"{s.not_verbatim} / {s.quotes}",
        "没有回答的题 missing": str(s.missing),
        "回答长度（字）length": _spread(s.length),
        "用时（毫秒）latency_ms": _spread(s.latency_ms),
    }
    shown = {name: str(e) if e else "—" for name, e in estimates.items()} | counts
    return [{"指标 figure": name, "数值与 95% 区间 value, 95 % interval": text} for name, text in shown.items()]


def _spread(found: Spread | None) -> str:
    return f"p50 {found.p50:.0f} · p95 {found.p95:.0f} · max {found.largest:.0f}" if found else "—"


def _trade_off(result: AnswerResult, settings: Mapping[str, Any]) -> str:
    points = trade_off(result.verdicts)
    if not points:
        return '<p class="note">回答文件里没有 confidence，画不出这条曲线。The file of answers tells no confidence.</p>'
    series = {
        "误拒 false refusals": [(p.threshold, p.false_refusal) for p in points],
        "漏拒 missed refusals": [(p.threshold, p.missed_refusal) for p in points],
    }
    x_label = "门槛：最近的句子高出偶然几个标准差 threshold, deviations above chance"
    note = "若把这个门槛以下的问题一律拒答，两种错误各占多少；按规则拒答的（别处、别年等）不受影响。虚线为现行门槛。"
    # where planqa itself draws the line; another system's confidence has another scale
    mark = settings["constants"].get(_THRESHOLD) if settings["answers"] is None else None
    plot = lines("拒答权衡 refusal trade-off", x_label, series, points[-1].threshold, mark)
    return f'<p class="note">{note}</p>{legend(list(series))}{plot}'


def _latencies(result: AnswerResult) -> str:
    values = [v.latency_ms for v in result.verdicts if v.latency_ms is not None]
    if not values:
        return '<p class="note">回答文件里没有 timings_ms。The file of answers tells no times.</p>'
    return histogram("用时分布 latency histogram", "毫秒 ms", values)


def _failed(result: AnswerResult) -> list[dict[str, Cell]]:
    return [
        {
            "编号 id": row["id"],
            "题型 type": row["type"],
            "语言 lang": row["lang"],
            "问题 question": "\n".join(filter(None, (row["history"], row["question"]))),
            "回答 answer": row["text"],
            "标准 gold": f"{row['answer'] or '（应拒答 refuse）'}\n{row['sections']}",
            "原因 why": row["why"],
            "引用 cited": row["cited"].replace(" ", "\n"),
            "命中 hits": "\n".join(row["found"].split(" ")[:_SHOWN]),
            "把握 confidence": row["confidence"],
        }
        for row in result.rows()
        if row["why"]
    ]


def answers_report(result: AnswerResult, settings: Mapping[str, Any]) -> str:
    """The page of an answer evaluation."""
    scores, failed = result.scores, _failed(result)
    by = {**scores.by_type, **{f"lang {name}": e for name, e in scores.by_lang.items()}}
    plot = bars("各题型答对率 right by type", {name: {"right": e} for name, e in by.items()})
    sections = [
        ("指标 Figures", sortable("95% 区间由自助法得出 bootstrap intervals", _figure_rows(result))),
        ("各题型答对率 Right by type", plot),
        ("拒答权衡 Refusal trade-off", _trade_off(result, settings)),
        ("用时分布 Latency", _latencies(result)),
        ("未通过的题 Failed questions", sortable(f"{len(failed)} 道；点击列名排序 press a heading to sort", failed)),
    ]
    note = f"planqa eval answers · 计划 plan {result.plan} · {len(result.gold)} 道题 questions"
    return page(f"回答评测 Answer evaluation：{result.name}", note, sections, settings)


# ---- retrieval ------------------------------------------------------------------------------------------------------


def _system_rows(result: RetrievalResult) -> list[dict[str, Cell]]:
    return [
        {"系统 system": name, **{m: str(e) if e else "—" for m, e in found.items()}} for name, found in result.scores().items()
    ]


def _test_rows(result: RetrievalResult) -> list[dict[str, Cell]]:
    return [
        {"系统 system": f"{t.left} − {t.right}", "measure": t.measure, "之差 difference": t.difference, "p": f"{t.p:.4f}"}
        for t in result.tests
    ]


def _by_group(result: RetrievalResult, key: str) -> str:
    groups = result.groups(key)
    if len(groups) < 2:
        return ""
    found = {name: {s: measures[MEASURES[0]] for s, measures in result.scores(rows).items()} for name, rows in groups.items()}
    return legend([s.system for s in result.systems]) + bars(f"{MEASURES[0]} by {key}", _known(found))


def _overall(result: RetrievalResult) -> str:
    scores = result.scores()
    found = {m: {name: measures[m] for name, measures in scores.items()} for m in MEASURES}
    return legend([s.system for s in result.systems]) + bars("各系统 systems", _known(found))


def _missed(result: RetrievalResult) -> list[dict[str, Cell]]:
    """The questions for which a system did not put a right section first."""
    rows: list[dict[str, Cell]] = []
    for i, query in enumerate(result.queries):
        for s in result.systems:
            hits = s.run.get(query.id, ())
            if hits and hits[0].ref in {ref for ref, _ in query.relevant}:
                continue
            rows.append(
                {
                    "系统 system": s.system,
                    "编号 id": query.id,
                    "题型 type": query.type,
                    "问题 question": query.typed,
                    "检索用语 searched": query.text if query.text != query.typed else "",
                    "标准 gold": "\n".join(ref for ref, _ in query.relevant),
                    "命中 hits": "\n".join(f"{rank}. {hit.ref}" for rank, hit in enumerate(hits[:_SHOWN], 1)),
                    "RR@10": float(s.values["RR@10"][i]),
                }
            )
    return rows


def retrieval_report(result: RetrievalResult, settings: Mapping[str, Any]) -> str:
    """The page of a retrieval evaluation."""
    missed = _missed(result)
    sections = [
        ("各系统 Systems", sortable("95% 区间由自助法得出 bootstrap intervals", _system_rows(result)) + _overall(result)),
        ("各题型 By type", _by_group(result, "type")),
        ("各语言 By language", _by_group(result, "lang")),
        ("配对随机化检验 Paired randomisation tests", sortable("前者减后者 the first minus the second", _test_rows(result))),
        ("首位不对的题 Not found first", sortable(f"{len(missed)} 行；点击列名排序 press a heading to sort", missed)),
    ]
    note = f"planqa eval retrieval · {len(result.queries)} 道题 questions · 不计 skipped {result.skipped}"
    return page(f"检索评测 Retrieval evaluation：{result.name}", note, sections, settings)
