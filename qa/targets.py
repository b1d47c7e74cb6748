"""The targets of plans as a table: for the terminal, as CSV, JSON lines or an Excel file."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import SourceError
from corpus.parse import Plan
from corpus.targets import find_targets

COLUMNS = ("plan", "ref", "address", "indicator", "comparator", "value", "unit", "horizon", "figure", "quote")
_TITLES = ("计划", "编号", "位置", "指标", "限定", "数值", "单位", "年份", "原文数字", "原文")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be run by a spreadsheet

Row = dict[str, str | float | int | None]


def rows(plans: Sequence[Plan]) -> list[Row]:
    """One row for each target, in reading order; the keys are COLUMNS."""
    return [
        {
            "plan": plan.id,
            "ref": t.sentence.ref,
            "address": plan.by_ref[t.sentence.ref].address,
            "indicator": t.indicator,
            "comparator": t.comparator,
            "value": int(t.value) if t.value == int(t.value) else t.value,
            "unit": t.unit,
            "horizon": t.horizon,
            "figure": t.figure.text,
            "quote": t.sentence.text,
        }
        for plan in plans
        for t in find_targets(plan)
    ]


def to_table(plans: Sequence[Plan]) -> str:
    """One line for each target: address, indicator, figure."""
    return "\n".join(f"{r['address']}  {r['indicator']}  {r['figure']}" for r in rows(plans))


def to_json_lines(plans: Sequence[Plan]) -> str:
    """One JSON object a line."""
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in rows(plans))


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def to_csv(plans: Sequence[Plan]) -> str:
    """CSV with a heading line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: safe_cell(v) for k, v in r.items()} for r in rows(plans))
    return out.getvalue().rstrip("\n")


def to_xlsx(plans: Sequence[Plan], path: Path) -> None:
    """An Excel file with Chinese headings. Raises: SourceError when it cannot be written."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("指标", 0)
    sheet.append(list(_TITLES))
    for row in rows(plans):
        sheet.append([safe_cell(row[c]) for c in COLUMNS])
    try:
        book.save(path)
    except OSError as error:
        raise SourceError(f"{path}：写不进（{error.strerror}）；请检查路径、空间和权限") from error
