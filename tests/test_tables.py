import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.fold import squeeze
from corpus.tables import EDGE, Cell, Table, is_listing, is_row, read_table, spread, table_lines


def rows(*lines):
    """Cells of one column and row each, from lines such as 指标|2025年."""
    return [[Cell(text) for text in line.split("|")] for line in lines]


# ---- tables as a reader sees them ------------------------------------------------------------------------------------


def test_each_row_says_under_which_header_its_cells_stand():
    assert table_lines(rows("指标|2024年|2025年", "新增床位|20张|30张", "健身步道|5公里|8公里")) == [
        "指标│2024年│2025年",
        "指标：新增床位│2024年：20张│2025年：30张",
        "指标：健身步道│2024年：5公里│2025年：8公里",
    ]


def test_an_empty_cell_says_nothing():
    assert table_lines(rows("指标|2024年|2025年", "新增床位||30张")) == ["指标│2024年│2025年", "指标：新增床位│2025年：30张"]


def test_a_row_with_one_part_is_told_to_be_a_row():
    assert table_lines(rows("指标|2025年", "新增床位|30张", "备注|")) == [
        "指标│2025年",
        "指标：新增床位│2025年：30张",
        "│指标：备注",
    ]


def test_a_column_without_a_header():
    assert table_lines(rows("|2025年", "1.新增床位|30张")) == ["│2025年", "│1.新增床位│2025年：30张"]


def test_a_cell_over_several_rows_stands_in_each():
    table = [
        [Cell("领域"), Cell("指标"), Cell("目标")],
        [Cell("养老", rows=2), Cell("床位"), Cell("30张")],
        [Cell("食堂"), Cell("5处")],
    ]
    assert table_lines(table)[1:] == ["领域：养老│指标：床位│目标：30张", "领域：养老│指标：食堂│目标：5处"]


def test_a_header_of_two_rows():
    table = [[Cell("指标", rows=2), Cell("2025年", columns=2)], [Cell("目标"), Cell("单位")], *rows("床位|30|张")]
    assert table_lines(table) == ["指标│2025年 目标│2025年 单位", "指标：床位│2025年 目标：30│2025年 单位：张"]


def test_a_header_of_three_rows():
    table = [
        [Cell("指标", rows=3), Cell("目标", columns=2)],
        [Cell("2025年", columns=2)],
        [Cell("上限"), Cell("下限")],
        *rows("床位|30|20"),
    ]
    assert table_lines(table)[1:] == ["指标：床位│目标 2025年 上限：30│目标 2025年 下限：20"]


def test_a_header_over_two_columns_with_figures_right_below_is_of_one_row():
    table = [[Cell("类别"), Cell("内容", columns=2)], *rows("养老|床位|30张", "文化|书屋|2处")]
    assert table_lines(table) == ["类别│内容│内容", "类别：养老│内容：床位│内容：30张", "类别：文化│内容：书屋│内容：2处"]


def test_a_group_in_the_first_row_is_no_header_of_several_rows():
    table = [[Cell("养老", rows=2), Cell("床位"), Cell("30张")], [Cell("食堂"), Cell("5处")]]
    assert table_lines(table) == ["养老│床位│30张", "养老：养老│床位：食堂│30张：5处"]


def test_title_and_unit_stand_above_the_header():
    table = [[Cell("表1 主要指标", columns=2)], [Cell("单位：张", columns=2)], *rows("指标|2025年", "床位|30")]
    assert table_lines(table) == ["表1 主要指标", "单位：张", "指标│2025年", "指标：床位│2025年：30"]


def test_a_title_in_one_cell_of_a_narrower_row():
    assert table_lines([[Cell("表1 主要指标")], *rows("指标|2025年", "床位|30")])[:2] == ["表1 主要指标", "指标│2025年"]


def test_a_heading_within_a_table():
    table = [*rows("指标|2025年"), [Cell("一、民生", columns=2)], *rows("床位|30张")]
    assert table_lines(table) == ["指标│2025年", "│一、民生", "指标：床位│2025年：30张"]


def test_two_cells_with_one_value_are_no_heading():
    assert table_lines(rows("2024年|2025年", "10|10")) == ["2024年│2025年", "2024年：10│2025年：10"]


def test_rows_without_text_are_left_out():
    table = [*rows("|", "指标|2025年", "|"), [], *rows("床位|30张")]
    assert table_lines(table) == ["指标│2025年", "指标：床位│2025年：30张"]


def test_an_empty_row_below_cells_that_reach_into_it():
    table = [*rows("指标|2025年"), [Cell("床位", rows=2), Cell("30张", rows=2)], [], *rows("食堂|5处")]
    assert table_lines(table)[1:] == ["指标：床位│2025年：30张", "指标：食堂│2025年：5处"]


def test_a_cell_is_one_line_and_holds_no_edge():
    assert table_lines(rows("指标|2025年", "新增\n床位|30│张"))[1] == "指标：新增 床位│2025年：30|张"


@pytest.mark.parametrize(
    "table",
    [
        rows("一、总体要求|二、主要任务"),
        rows("一、总体要求", "二、主要任务"),
        rows("一、总体要求|" + "推进建设。" * 20, "二、主要任务|" + "加强管理。" * 20),
        rows("一、总体要求|二", "甲|" + "加强管理。" * 300),
    ],
    ids=["one row", "one column", "long cells", "one very long cell"],
)
def test_a_frame_for_layout_gives_the_lines_of_its_cells(table):
    assert table_lines(table) == [cell.text for row in table for cell in row]
    assert not is_listing(spread(table))


def test_lines_within_a_cell_of_a_frame_stay_lines():
    assert table_lines([[Cell("一、总体要求\n\n推进建设。")]]) == ["一、总体要求", "推进建设。"]


def test_a_title_with_nothing_but_one_row_below_it():
    assert table_lines([[Cell("表1", columns=2)], *rows("10|10")]) == ["表1", "10 10"]


def test_a_table_without_rows():
    assert table_lines([]) == []
    assert table_lines([[], []]) == []
    assert spread([[], []]) == [[], []]


# ---- files that are at fault -----------------------------------------------------------------------------------------


def test_a_cell_over_more_columns_than_any_table_has():
    grid = spread([[Cell("甲", columns=10**9), Cell("乙")], [Cell("丙"), Cell("丁")]])
    assert [len(line) for line in grid] == [201, 201]
    assert (grid[0][0], grid[0][200], grid[1][:2]) == ("甲", "乙", ["丙", "丁"])


def test_a_cell_over_more_rows_than_there_are():
    assert spread([[Cell("甲", rows=10**9), Cell("乙")], [Cell("丙")]]) == [["甲", "乙"], ["甲", "丙"]]


@pytest.mark.parametrize("span", [0, -1])
def test_a_cell_over_nothing_is_one_cell(span):
    assert spread([[Cell("甲", columns=span, rows=span), Cell("乙")]]) == [["甲", "乙"]]


@pytest.mark.parametrize(
    "table",
    [[[Cell("甲", columns=200, rows=200)] * 30] * 30, [[Cell("甲")] * 1000, *[[Cell("乙")]] * 1000]],
    ids=["many cells of great reach", "one long row and many short ones"],
)
def test_a_table_larger_than_any_is_a_list_of_its_cells(table):
    assert spread(table) == [[cell.text] for row in table for cell in row]
    assert len(table_lines(table)) == sum(map(len, table))


# ---- lines as a table again ------------------------------------------------------------------------------------------


def test_a_table_is_drawn_from_its_lines():
    lines = table_lines(
        [*rows("指标|2024年|2025年", "床位||30张"), [Cell("一、民生", columns=3)], *rows("步道|5公里|", "||8公里")]
    )
    assert read_table(lines) == Table(
        ("指标", "2024年", "2025年"), (("床位", "", "30张"), ("一、民生", "", ""), ("步道", "5公里", ""), ("", "", "8公里"))
    )


def test_columns_of_one_name_and_of_none():
    lines = table_lines(rows("|单位|单位", "床位|民政局|街道"))
    assert read_table(lines) == Table(("", "单位", "单位"), (("床位", "民政局", "街道"),))


def test_a_part_too_many_is_kept_in_the_last_column():
    assert read_table(["甲│乙", "甲：1│乙：2│丙：3"]).rows == (("1", "2 丙：3"),)


@pytest.mark.parametrize(("line", "row"), [("指标│2025年", True), ("│合计", True), ("指标：床位", False), ("", False)])
def test_a_row_is_told_by_its_edge(line, row):
    assert is_row(line) == row


# ---- any table at all ------------------------------------------------------------------------------------------------

TEXT = st.sampled_from(("", " ", "床位", "30张", "1.5亿元", "一、目标", "甲：乙", "多\n行", "a b", "长" * 61, "边│线", "　"))
CELLS = st.builds(Cell, TEXT, st.integers(-1, 4), st.integers(-1, 4))
TABLES = st.lists(st.lists(CELLS, max_size=5), max_size=6)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TABLES)
def test_a_grid_is_rectangular_and_holds_every_cell(table):
    grid = spread(table)
    assert len(grid) == len(table)
    assert len({len(line) for line in grid}) <= 1
    for row, line in zip(table, grid, strict=True):
        assert {cell.text for cell in row} <= set(line)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TABLES)
def test_no_text_of_a_cell_is_lost(table):
    written = squeeze("".join(table_lines(table))).replace(EDGE, "|")
    for cell in (cell for row in table for cell in row):
        assert squeeze(cell.text).replace(EDGE, "|") in written


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TABLES)
def test_every_line_has_text_and_is_one_line(table):
    lines = table_lines(table)
    assert all(line.strip() and "\n" not in line for line in lines)


VALUES = st.sampled_from(("", "床位", "30张", "1.5亿元", "甲 乙", "长" * 59))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from("指标 年度 单位 目标 备注".split()), min_size=2, unique=True), st.data())
def test_what_is_written_is_read_again(header, data):
    body = data.draw(st.lists(st.lists(VALUES, min_size=len(header), max_size=len(header)), min_size=1, max_size=5))
    table = [[Cell(text) for text in line] for line in (header, *body)]
    lines = table_lines(table)
    assert read_table(lines) == Table(tuple(header), tuple(tuple(line) for line in body if any(line)))
