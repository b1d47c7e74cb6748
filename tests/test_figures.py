from itertools import pairwise

import documents
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.figures import find_figures, number_value, numbers_in, unit_family, unit_names, values_in

YEAR = 525600.0  # minutes


def found(text):
    return [(f.text, f.family, f.value) for f in find_figures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # percentages
        ("覆盖率为30.10%", [("30.10%", "percent", 30.1)]),
        ("占比３０．５％", [("３０．５％", "percent", 30.5)]),
        ("提高10个百分点", [("10个百分点", "percent", 10.0)]),
        ("下降三个百分点", [("三个百分点", "percent", 3.0)]),
        ("百分之四十三", [("百分之四十三", "percent", 43.0)]),
        ("百分之三点五", [("百分之三点五", "percent", 3.5)]),
        ("百分之43", [("百分之43", "percent", 43.0)]),
        ("死亡率5‰", [("5‰", "percent", 0.5)]),
        # fractions and halves
        ("4/5与信息有关", [("4/5", "percent", 80.0)]),
        ("三分之一以上", [("三分之一以上", "percent", 100 / 3)]),
        ("进修满半年", [("半年", "duration", YEAR / 2)]),
        ("半年度", []),
        ("24/7服务", [("24", "", 24.0), ("7", "", 7.0)]),
        ("比例＝人数/总人数×100%", []),
        # scores and levels
        ("满分100分", [("100分", "score", 100.0)]),
        ("5分类", []),
        ("十分重要", []),
        ("三级医院", [("三级", "label", 3.0)]),
        ("两级框架", [("两级", "count", 2.0)]),
        ("二次污染", []),
        ("上一年度", []),
        # scales and units
        ("精度优于20m，", [("20m", "length", 20.0)]),
        ("厚5 mm", [("5 mm", "length", 0.005)]),
        ("带宽20M", [("20", "", 20.0)]),
        ("浓度5mmol", [("5", "", 5.0)]),
        ("容积20m³", [("20", "", 20.0)]),
        ("３８５００多亿元", [("３８５００多亿元", "money", 3.85e12)]),
        ("45周岁", [("45周岁", "age", 45.0)]),
        ("3位专家", [("3位", "people", 3.0)]),
        ("厚度0.01毫米", [("0.01毫米", "length", 1e-5)]),
        ("1.2万平方米", [("1.2万平方米", "area", 12000.0)]),
        ("新建 30 万平方米", [("30 万平方米", "area", 300000.0)]),
        ("12,000平方米", [("12,000平方米", "area", 12000.0)]),
        ("１２，０００人", [("１２，０００人", "people", 12000.0)]),
        ("约3公顷", [("约3公顷", "area", 30000.0)]),
        ("5m²", [("5m²", "area", 5.0)]),
        ("新建绿道 18 公里", [("18 公里", "length", 18000.0)]),
        ("5KM", [("5KM", "length", 5000.0)]),
        ("500米", [("500米", "length", 500.0)]),
        ("1.5亿元", [("1.5亿元", "money", 150000000.0)]),
        ("10万亿元", [("10万亿元", "money", 1e13)]),
        ("百万人", [("百万人", "people", 1e6)]),
        ("每百户2个", [("百户", "people", 100.0), ("2个", "count", 2.0)]),
        ("一千户家庭", [("一千户", "people", 1000.0)]),
        ("3千瓦时", [("3千瓦时", "energy", 3.0)]),
        ("3千元", [("3千元", "money", 3000.0)]),
        ("35 微克/立方米", [("35 微克/立方米", "concentration", 35.0)]),
        ("100吨/日", [("100吨/日", "rate", 100.0)]),
        ("20余项", [("20余项", "count", 20.0)]),
        ("三百二十人", [("三百二十人", "people", 320.0)]),
        ("两家", [("两家", "count", 2.0)]),
        ("五类排放源", [("五类", "count", 5.0)]),
        ("3倍", [("3倍", "times", 3.0)]),
        ("60岁", [("60岁", "age", 60.0)]),
        ("614地块", [("614", "", 614.0)]),
        # dates and periods
        ("到2023年底", [("2023年", "date", 2023.0)]),
        ("2021年6月7日", [("2021年6月7日", "date", 2021.0)]),
        ("2021 年 6 月", [("2021 年 6 月", "date", 2021.0)]),
        ("二〇二三年", [("二〇二三年", "date", 2023.0)]),
        ("二○二一年六月", [("二○二一年六月", "date", 2021.0)]),
        ("１９９６年", [("１９９６年", "date", 1996.0)]),
        ("6月30日", [("6月30日", "date", None)]),
        ("6月底前", [("6月", "date", None)]),
        ("①2021年6月30日", [("2021年6月30日", "date", 2021.0)]),
        # spans of time are no dates
        ("三年行动计划", [("三年", "duration", 3 * YEAR)]),
        ("有效期5年", [("5年", "duration", 5 * YEAR)]),
        ("十五分钟生活圈", [("十五分钟", "duration", 15.0)]),
        ("自发布之日起30日内", [("30日", "duration", 43200.0)]),
        ("24小时", [("24小时", "duration", 1440.0)]),
        ("10个工作日", [("10个工作日", "duration", 14400.0)]),
        ("只要八成装上就行", [("八成", "percent", 80.0)]),
        ("六成半", [("六成半", "percent", 65.0)]),
        ("九成新的车", []),
        # an ordinal keeps its 第
        ("第二次全国普查", [("第二次", "count", 2.0)]),
        ("第119次会议", [("第119次", "count", 119.0)]),
        ("第八轮", [("第八轮", "count", 8.0)]),
        ("2.0版", [("2.0版", "label", 2.0)]),
    ],
)
def test_a_figure_has_a_text_a_family_and_a_value(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "一批重大项目",
        "进一步加强",
        "一步一个脚印",
        "第一批",
        "一把手",
        "一网通办",
        "一体化",
        "十分重要",
        "百分百",
        "千方百计",
        "万元户",
        "上百家",
        "第一，第二，第三",
        "一厂一策",
        "双随机",
        "人均",
        "百",
        "",
    ],
)
def test_set_phrases_are_no_figures(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "printed", "value", "last", "family"),
    [
        ("（2021—2023年）", "2021—2023年", 2021.0, 2023.0, "date"),
        ("2020-2022年", "2020-2022年", 2020.0, 2022.0, "date"),
        ("2021年至2025年", "2021年至2025年", 2021.0, 2025.0, "date"),
        ("（2021—2023）", "2021—2023", 2021.0, 2023.0, "date"),
        ("15-20%", "15-20%", 15.0, 20.0, "percent"),
        ("15%—20%", "15%—20%", 15.0, 20.0, "percent"),
        ("1.2—1.5万平方米", "1.2—1.5万平方米", 12000.0, 15000.0, "area"),
        ("5至10家", "5至10家", 5.0, 10.0, "count"),
        ("3—5年", "3—5年", 3 * YEAR, 5 * YEAR, "duration"),
        ("1-5号绿地", "1-5号", 1.0, 5.0, "label"),
        ("1000-2000元", "1000-2000元", 1000.0, 2000.0, "money"),
        ("2000—2050元", "2000—2050元", 2000.0, 2050.0, "money"),
    ],
)
def test_a_range_has_both_its_ends(text, printed, value, last, family):
    (figure,) = find_figures(text)
    assert (figure.text, figure.value, figure.last, figure.family) == (printed, value, last, family)


def test_from_one_value_to_another_is_no_range():
    assert found("从95%到90%") == [("95%", "percent", 95.0), ("90%", "percent", 90.0)]


@pytest.mark.parametrize(
    ("text", "printed", "comparator"),
    [
        ("比例不低于 50%。", "不低于 50%", "不低于"),
        ("不少于3次", "不少于3次", "不少于"),
        ("不得超过30%", "不得超过30%", "不得超过"),
        ("超过1万户", "超过1万户", "超过"),
        ("低于5%", "低于5%", "低于"),
        ("达到43%以上，", "达到43%以上", "达到以上"),
        ("稳定控制在 35 微克/立方米以下", "控制在 35 微克/立方米以下", "控制在以下"),
        ("保持在 85%左右", "保持在 85%左右", "保持在左右"),
        ("约1.2万平方米", "约1.2万平方米", "约"),
        ("近30家", "近30家", "近"),
        ("至少两次", "至少两次", "至少"),
        ("3000元以内", "3000元以内", "以内"),
        ("百分之四十三以上", "百分之四十三以上", "以上"),
        ("18公里", "18公里", ""),
    ],
)
def test_a_figure_keeps_its_qualifiers(text, printed, comparator):
    (figure,) = find_figures(text)
    assert (figure.text, figure.comparator) == (printed, comparator)


def test_figures_come_in_order_with_their_places():
    text = "到2023年，覆盖率达到30.10%，人均绿地5.70平方米。"
    figures = find_figures(text)
    assert [(f.text, f.start, f.end) for f in figures] == [("2023年", 1, 6), ("达到30.10%", 10, 18), ("5.70平方米", 23, 30)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,000", 12000.0),
        ("１２", 12.0),
        ("两", 2.0),
        ("二十一", 21.0),
        ("百", 100.0),
        ("三点五", 3.5),
        ("〇", 0.0),
        ("二零二三", 2023.0),
        ("二○二三", 2023.0),
        ("一万二", 12000.0),
        ("", None),
        ("十百", None),
        ("甲", None),
        ("0亿0", None),
    ],
)
def test_numbers_in_both_scripts_have_values(text, value):
    assert number_value(text) == value


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("新增1,200个，占３％，2.50倍", {"1200", "3", "2.50"}),
        ("2021—2023年", {"2021", "2023"}),
        ("①2021年", {"2021"}),
        ("第十二条", set()),
        ("PM2.5为35。", {"2.5", "35"}),
    ],
)
def test_numbers_that_a_quote_must_support(text, numbers):
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2万平方米", 12000),
        ("18公里", 18),
        ("18公里", 18000),
        ("百分之四十三", 43),
        ("二十所", 20),
        ("2021—2023年", 2023),
        ("30 万平方米", 300000),
    ],
)
def test_values_hold_the_derived_forms(text, value):
    assert value in values_in(text)


def test_a_value_that_no_figure_has_is_not_held():
    assert values_in("新建绿道18公里，到2023年") == {18.0, 18000.0, 2023.0}
    assert values_in("进一步加强") == frozenset()


@pytest.mark.parametrize(
    ("unit", "family"),
    [
        ("%", "percent"),
        ("公里", "length"),
        ("亩", "area"),
        ("元", "money"),
        ("个", "count"),
        ("人次", "people"),
        ("小时", "duration"),
        ("甲", ""),
    ],
)
def test_units_belong_to_families(unit, family):
    assert unit_family(unit) == family


def test_the_longest_unit_comes_first():
    names = unit_names()
    assert names.index("平方公里") < names.index("公里")
    assert names.index("微克/立方米") < names.index("立方米") < names.index("米")
    assert len(set(names)) == len(names)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.one_of(
        documents.ARBITRARY, st.text(st.sampled_from("一二十百千万亿两零〇点019.,，%％年月日个人米至到-—第约以上"), max_size=16)
    )
)
def test_figures_of_any_text_stand_in_it_and_apart(text):
    figures = find_figures(text)
    assert [f.text for f in figures] == [text[f.start : f.end] for f in figures]
    assert all(a.end <= b.start for a, b in pairwise(figures))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("一二三十百千万亿两零〇○点019.,１ "), max_size=8))
def test_any_string_of_digits_has_a_value_or_none(text):
    value = number_value(text)
    assert value is None or value >= 0


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("PM2.5年均浓度在35微克以下", ["35微克以下"]),
        ("PM_{2.5}和臭氧", []),
        ("IPv6用户4.6亿", ["4.6亿"]),
        ("占GDP10%", ["10%"]),
        ("GDP2万亿元", ["2万亿元"]),
    ],
)
def test_a_number_that_belongs_to_a_name_is_none(text, figures):
    assert [f.text for f in find_figures(text)] == figures
