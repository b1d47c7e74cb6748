"""What an official takes away: citations as CSV and Excel, the conversation as a Word file."""

import csv
import io

import pytest

from corpus.meta import PlanMeta
from corpus.parse import parse_plan
from qa.answer import Answer, Citation, Reason
from qa.export import MADE, citation_rows, official, to_csv, to_docx, to_xlsx

PLAN = parse_plan("p", "一、总则\n（一）目标\n新建绿道18公里。\n", "绿化计划").with_meta(PlanMeta(number="普府办〔2021〕27号"))
BARE = parse_plan("b", "一、总则\n清淤8公里。\n", "清淤计划")
PLANS = {"p": PLAN, "b": BARE}
HEADINGS = ["问题", "序号", "计划", "文号", "编号", "位置", "标题", "原文", "说明"]
CITED = Citation(1, "p", "一/（一）", "一、（一）", "目标", "新建绿道18公里。", 11, 20)
ROW = ["绿道多少？", 1, "绿化计划", "普府办〔2021〕27号", "一/（一）", "一、（一）", "目标", "新建绿道18公里。", MADE]
ANSWERS = [
    Answer("绿道多少？", "zh", "共 1 处：\n18公里。[1]", citations=(CITED,)),
    Answer("电话多少？", "zh", "计划没有电话。", reason=Reason.NO_DETAIL),
    Answer("清淤呢", "zh", "8公里。[1]", citations=(Citation(1, "b", "一", "一、", "总则", "清淤8公里。", 5, 12),)),
]


def in_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def in_xlsx(data: bytes) -> list[list[object]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    assert book.active is not None
    assert book.active.title == "引文"
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def in_docx(data: bytes) -> list[tuple[str, str]]:
    from docx import Document

    return [(p.style.name, p.text) for p in Document(io.BytesIO(data)).paragraphs]


def test_a_citation_as_an_official_writes_it():
    assert official(CITED, PLAN) == "“新建绿道18公里。”（《绿化计划》（普府办〔2021〕27号）一、（一））"
    assert official(ANSWERS[2].citations[0], BARE) == "“清淤8公里。”（《清淤计划》一、）"


def test_csv_has_one_line_for_each_citation():
    rows = in_csv(to_csv(ANSWERS, PLANS))
    assert rows == [
        HEADINGS,
        [str(cell) for cell in ROW],
        ["清淤呢", "1", "清淤计划", "", "一", "一、", "总则", "清淤8公里。", MADE],
    ]


def test_every_row_of_a_table_carries_the_label_of_what_is_made_automatically():
    assert MADE == "自动生成，以计划原文为准"
    for rows in (in_csv(to_csv(ANSWERS, PLANS)), in_xlsx(to_xlsx(ANSWERS, PLANS))):
        assert [row[-1] for row in rows] == ["说明", MADE, MADE]
        assert {len(row) for row in rows} == {9}


def test_csv_opens_with_a_byte_order_mark_so_that_excel_reads_chinese():
    data = to_csv(ANSWERS, PLANS)
    assert data.startswith(b"\xef\xbb\xbf\xe9\x97\xae\xe9\xa2\x98,")
    assert data.count(b"\xef\xbb\xbf") == 1


def test_excel_has_the_same_rows_with_numbers_as_numbers():
    rows = in_xlsx(to_xlsx(ANSWERS, PLANS))
    assert rows[:2] == [HEADINGS, ROW]
    assert [["" if cell is None else str(cell) for cell in row] for row in rows] == in_csv(to_csv(ANSWERS, PLANS))


@pytest.mark.parametrize("question", ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_run_as_a_formula(question):
    answers = [Answer(question, "zh", "18公里。[1]", citations=(CITED,))]
    assert citation_rows(answers, PLANS)[0][0] == f"'{question}"
    assert in_csv(to_csv(answers, PLANS))[1][0] == f"'{question}"
    assert in_xlsx(to_xlsx(answers, PLANS))[1][0].replace("_x000D_", "\r").startswith("'")


def test_commas_quotes_and_line_breaks_survive_csv():
    question = '绿道,"多少"\n公里'
    rows = in_csv(to_csv([Answer(question, "zh", "18[1]", citations=(CITED,))], PLANS))
    assert rows[1][0] == question
    assert len(rows) == 2


def test_the_word_file_tells_question_answer_and_source():
    assert in_docx(to_docx(ANSWERS, PLANS)) == [
        ("Heading 1", "《绿化计划》、《清淤计划》问答记录"),
        ("Heading 2", "问：绿道多少？"),
        ("Normal", "共 1 处："),
        ("Normal", "18公里。[1]"),
        ("Normal", "[1] “新建绿道18公里。”（《绿化计划》（普府办〔2021〕27号）一、（一））"),
        ("Heading 2", "问：电话多少？"),
        ("Normal", "计划没有电话。"),
        ("Heading 2", "问：清淤呢"),
        ("Normal", "8公里。[1]"),
        ("Normal", "[1] “清淤8公里。”（《清淤计划》一、）"),
        ("Normal", MADE),
    ]


def test_an_empty_conversation_gives_files_that_open():
    assert in_csv(to_csv([], PLANS)) == in_xlsx(to_xlsx([], PLANS)) == [HEADINGS]
    assert [text for _, text in in_docx(to_docx([], PLANS))][1:] == [MADE]


@pytest.mark.parametrize("write", [to_xlsx, to_docx])
@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x00"], ids=["vertical-tab", "form-feed", "nul"])
def test_characters_that_no_file_may_hold_spoil_none(write, character):
    answers = [Answer(f"绿道{character}多少", "zh", "18公里。[1]", citations=(CITED,))]
    assert write(answers, PLANS)
