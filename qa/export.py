"""Answers for a memo: citations as CSV or Excel, a conversation as a Word file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from corpus.parse import Plan
from qa.answer import Answer, Citation
from qa.targets import safe_cell

SUBSCRIPT = re.compile(r"_\{([^{}]*)\}")
_TITLES = ("问题", "序号", "计划", "文号", "编号", "位置", "标题", "原文", "说明")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MADE = "自动生成，以计划原文为准"
"""The label of every answer that leaves the program; in a table a column, so that it goes with each row."""


def _legal(text: str) -> str:
    """A text without the characters that no office file may hold."""
    return _ILLEGAL.sub("", text)


def plain_text(text: str) -> str:
    """Text without the source's own markup, as in `PM_{2.5}` and `**title**`."""
    return SUBSCRIPT.sub(r"\1", text).replace("**", "")


def official(citation: Citation, plan: Plan) -> str:
    """A citation as an official writes it: “原文”（《计划》（文号）地址）."""
    number = f"（{plan.meta.number}）" if plan.meta.number else ""
    return plain_text(f"“{citation.quote}”（《{plan.title}》{number}{citation.address}）")


def citation_rows(answers: Sequence[Answer], plans: Mapping[str, Plan]) -> list[list[object]]:
    """One row for each citation, in the order of _TITLES; no cell is one that a spreadsheet would run."""
    return [
        [
            safe_cell(_legal(value) if isinstance(value, str) else value)
            for value in (
                answer.question,
                c.mark,
                plans[c.plan].title,
                plans[c.plan].meta.number,
                c.ref,
                c.address,
                c.title,
                c.quote,
                MADE,
            )
        ]
        for answer in answers
        for c in answer.citations
    ]


def to_csv(answers: Sequence[Answer], plans: Mapping[str, Plan]) -> bytes:
    """CSV in UTF-8 with a byte order mark, without which Excel reads Chinese wrongly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_TITLES)
    writer.writerows(citation_rows(answers, plans))
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(answers: Sequence[Answer], plans: Mapping[str, Plan]) -> bytes:
    """An Excel file."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("引文", 0)
    for row in (_TITLES, *citation_rows(answers, plans)):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_docx(answers: Sequence[Answer], plans: Mapping[str, Plan]) -> bytes:
    """A Word file: each question, its answer, and its sources as an official cites them."""
    from docx import Document

    document = Document()
    document.add_heading("、".join(f"《{title}》" for title in dict.fromkeys(p.title for p in plans.values())) + "问答记录", 1)
    for answer in answers:
        document.add_heading(_legal(f"问：{answer.question}"), 2)
        for line in answer.text.split("\n"):
            document.add_paragraph(_legal(line))
        for citation in answer.citations:
            document.add_paragraph(_legal(f"[{citation.mark}] {official(citation, plans[citation.plan])}"))
    document.add_paragraph(MADE)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
