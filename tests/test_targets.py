"""The targets of the shipped plan, against a list made by hand from its text."""

import csv
import io
import json

import pytest

from corpus.fold import squeeze
from corpus.parse import parse_plan
from corpus.targets import find_targets
from qa.targets import COLUMNS, EXTRACTED, source, to_csv, to_json_lines, to_table, to_xlsx

# ref, indicator, comparator, value, unit, horizon
GOLD = [
    ("一/（三）", "环境空气质量（AQI）优良率", "左右", 85, "%", 2023),
    ("一/（三）", "PM_{2.5} 年均浓度", "以下", 35, "微克/立方米", 2023),
    ("一/（三）", "市考核断面达到或好于Ⅲ类水体比例", "不低于", 50, "%", 2023),
    ("一/（三）", "污染地块安全利用率", "", 100, "%", 2023),
    ("一/（三）", "生活垃圾回收利用率", "以上", 43, "%", 2023),
    ("一/（三）", "生活垃圾无害化处理率", "", 100, "%", 2023),
    ("一/（三）", "全区绿化覆盖率", "", 30.1, "%", 2023),
    ("一/（三）", "人均公园绿地面积", "", 5.7, "平方米", 2023),
    ("二/（一）/1/（2）", "普陀区分流制排水系统污水管道维修工程", "", 18, "个", None),
    ("二/（一）/3/（1）", "新开桃浦湖", "约", 12000, "平方米", None),
    ("二/（二）/3/（2）", "在建（符合安装条件）工地扬尘在线监控安装率", "", 100, "%", None),
    ("二/（二）/3/（2）", "拆房工地洒水或喷淋措施执行率", "", 100, "%", None),
    ("二/（二）/3/（2）", "装配式建筑的单体预制率", "以上", 40, "%", None),
    ("二/（二）/3/（2）", "装配率", "以上", 60, "%", None),
    ("二/（二）/3/（3）", "全区道路机械化清扫率", "以上", 96, "%", 2023),
    ("二/（三）/2/（2）", "土壤安全利用率", "", 100, "%", None),
    ("二/（四）/1/（1）", "生活垃圾回收利用率", "以上", 43, "%", None),
    ("二/（四）/1/（1）", "生活垃圾分类达标率", "", 95, "%", None),
    ("二/（四）/1/（1）", "生活垃圾无害化处理率", "", 100, "%", None),
    ("二/（六）/1/（1）", "新建公园绿地", "", 300000, "平方米", None),
    ("二/（六）/1/（2）", "中心城区基本实现公园绿地服务半径扫盲", "", 500, "米", None),
    ("二/（六）/2", "新建绿道", "", 18, "公里", None),
    ("二/（六）/3", "新建立体绿化", "", 30000, "平方米", None),
    ("二/（九）/2/（4）", "监测站要具备可同时应对区级响应突发环境事件的应急监测能力", "", 2, "起", None),
]


def test_all_targets_and_none_invented(plan):
    found = [(t.sentence.ref, t.indicator, t.comparator, t.value, t.unit, t.horizon) for t in find_targets(plan)]
    assert found == GOLD


def test_every_target_stands_in_its_sentence(plan):
    for target in find_targets(plan):
        assert target.sentence.text[target.figure.start : target.figure.end] == target.figure.text
        assert target.sentence.text in plan.by_ref[target.sentence.ref].text


def test_figures_of_the_past_and_ordinals_are_no_targets():
    past = "一、现状\n2020年本区已建成公园12个，绿地率比上年同比提高3%。"
    plan = parse_plan("p", f"{past}\n二、目标\n到2025年，建成公园20个，第二次普查完成。")
    assert [(t.indicator, t.value, t.horizon) for t in find_targets(plan)] == [("建成公园", 20, 2025)]


def test_table_csv_and_json_hold_the_same_rows(plan):
    rows = list(csv.DictReader(io.StringIO(to_csv([plan]))))
    assert tuple(rows[0]) == (*COLUMNS, "note")
    assert [r["indicator"] for r in rows] == [g[1] for g in GOLD]
    assert [json.loads(line)["value"] for line in to_json_lines([plan]).splitlines()] == [g[3] for g in GOLD]
    assert to_table([plan]).splitlines()[-3] == "二、（六）2.  新建绿道  18 公里"


def test_excel(plan, tmp_path):
    from openpyxl import load_workbook

    to_xlsx([plan], tmp_path / "targets.xlsx")
    sheet = load_workbook(tmp_path / "targets.xlsx")["指标"]
    assert sheet.max_row == len(GOLD) + 1
    assert [c.value for c in sheet[1]][:4] == ["计划", "编号", "位置", "指标"]
    assert [c.value for c in sheet["K"]] == ["说明", *[EXTRACTED] * len(GOLD)]
    assert sheet.cell(11, 6).value == 12000


def test_every_row_of_a_table_says_how_it_was_made_and_json_holds_the_data_alone(plan):
    assert EXTRACTED == "按规则自动提取，以计划原文为准"
    assert {row["note"] for row in csv.DictReader(io.StringIO(to_csv([plan])))} == {EXTRACTED}
    assert all(tuple(json.loads(line)) == COLUMNS for line in to_json_lines([plan]).splitlines())


def test_a_target_is_cited_by_its_number(plan):
    for number, target in enumerate(find_targets(plan), 1):
        citation = source(plan, number)
        assert (citation.ref, citation.quote) == (target.sentence.ref, target.sentence.text)
        assert [citation.quote[start:end] for start, end in citation.marks] == [target.figure.text]
        assert squeeze(plan.text[citation.start : citation.end]) == squeeze(citation.quote)
    assert [source(plan, number) for number in (-1, 0, len(GOLD) + 1)] == [None] * 3


def test_a_cell_is_never_a_formula():
    plan = parse_plan("p", "一、目标\n=HYPERLINK比例达到30%。")
    assert to_csv([plan]).splitlines()[1].split(",")[3].startswith("'=")


def test_excel_that_cannot_be_written(plan, tmp_path):
    from corpus.errors import SourceError

    with pytest.raises(SourceError, match="请检查路径"):
        to_xlsx([plan], tmp_path / "missing" / "targets.xlsx")
