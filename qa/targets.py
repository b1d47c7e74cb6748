"""The targets of plans as a table: for the terminal, as CSV, JSON lines or an Excel file."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import SourceError
from corpus.parse import Plan
from corpus.targets import Target, find_targets
from qa.answer import Citation
from qa.compose import cite

COLUMNS = ("plan", "ref", "address", "indicator", "comparator", "value", "unit", "horizon", "figure", "quote")
_TITLES = ("计划", "编号", "位置", "指标", "限定", "数值", "单位", "年份", "原文数字", "原文", "说明")
EXTRACTED = "按规则自动提取，以计划原文为准"
"""The label of a table of targets: what a figure measures, and for when, is the program's reading, as an answer is."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be run by a spreadsheet

Row = dict[str, str | float | int | None]


def row(plan: Plan, target: Target) -> Row:
    """A target of a plan; the keys are COLUMNS."""
    return {
        "plan": plan.id,
        "ref": target.sentence.ref,
        "address": plan.by_ref[target.sentence.ref].address,
        "indicator": target.indicator,
        "comparator": target.comparator,
        "value": int(target.value) if target.value == int(target.value) else target.value,
        "unit": target.unit,
        "horizon": target.horizon,
        "figure": target.figure.text,
        "quote": target.sentence.text,
    }


def rows(plans: Sequence[Plan]) -> list[Row]:
    """One row for each target, in reading order."""
    return [row(plan, target) for plan in plans for target in find_targets(plan)]


def source(plan: Plan, number: int) -> Citation | None:
    """The sentence that sets a target, its figure marked; targets are counted from 1. None where there are fewer."""
    found = find_targets(plan)
    if not 1 <= number <= len(found):
        return None
    target = found[number - 1]
    return cite(plan, target.sentence, 1, [(target.figure.start, target.figure.end)])


def to_table(plans: Sequence[Plan]) -> str:
    """One line for each target: address, indicator, figure."""
    return "\n".join(f"{r['address']}  {r['indicator']}  {r['figure']}" for r in rows(plans))


def to_json_lines(plans: Sequence[Plan]) -> str:
    """One JSON object a line."""
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in rows(plans))


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _labelled(plans: Sequence[Plan]) -> list[list[object]]:
    """The rows as cells, the label in the last one: a row that is copied out of the table takes it along."""
    return [[*(safe_cell(row[column]) for column in COLUMNS), EXTRACTED] for row in rows(plans)]


def to_csv(plans: Sequence[Plan]) -> str:
    """CSV with a heading line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, "note"))
    writer.writerows(_labelled(plans))
    return out.getvalue().rstrip("\n")


def to_xlsx(plans: Sequence[Plan], path: Path) -> None:
    """An Excel file with Chinese headings. Raises: SourceError when it cannot be written."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("指标", 0)
    sheet.append(list(_TITLES))
    for cells in _labelled(plans):
        sheet.append(cells)
    try:
        book.save(path)
    except OSError as error:
        raise SourceError(f"{path}：写不进（{error.strerror}）；请检查路径、空间和权限") from error
