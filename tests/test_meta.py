import documents
import pytest

from corpus.meta import PlanMeta, read_meta
from corpus.parse import parse_plan


def meta(text):
    return read_meta(parse_plan("x", text))


def test_what_a_notice_says_about_a_plan():
    assert meta(documents.PLAN) == PlanMeta(
        title="云岭县全民健身三年行动计划（2022—2024年）",
        number="云政发〔2022〕8号",
        issuer="云岭县人民政府",
        issued="2022-03-05",
        period=(2022, 2024),
    )


def test_what_is_not_said_stays_empty():
    assert meta(documents.REGULATION) == PlanMeta(title="云岭县公共自行车管理办法")
    assert meta(documents.FLAT) == PlanMeta(title="x")


def test_the_number_stands_by_itself_behind_front_matter():
    assert meta(documents.MARKDOWN).number == "云政办发〔2021〕15号"


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("云政发〔2022〕8号", "云政发〔2022〕8号"),
        ("云政发[2022]8号", "云政发[2022]8号"),
        ("云政发（2022） 18 号", "云政发（2022）18号"),
        ("文件编号：甲", ""),
    ],
)
def test_numbers_as_they_are_printed(printed, number):
    assert meta(f"{printed}\n各单位：\n云岭县某某规划\n一、甲\n内容。").number == number


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("云岭县行动计划（2022—2024年）", (2022, 2024)),
        ("云岭县2022-2024年行动计划", (2022, 2024)),
        ("云岭县行动方案（2022年至2024年）", (2022, 2024)),
        ("云岭县“十四五”发展规划", (2021, 2025)),
        ("云岭县“十三五”发展规划", (2016, 2020)),
        ("云岭县行动计划\n（2023-2025 年）", (2023, 2025)),
        ("云岭县行动计划\n自2023年起到2025年实施。", None),
        ("云岭县行动计划", None),
    ],
)
def test_the_period_stands_in_the_title_or_right_below_it(title, period):
    assert meta(f"{title}\n一、甲\n内容。").period == period


@pytest.mark.parametrize(
    ("title", "issuer", "place"),
    [
        ("浙江省安吉县绿化规划", "", ("浙江省", "安吉县")),
        ("徐汇区绿化规划", "上海市徐汇区人民政府", ("上海市", "徐汇区")),
        ("城市更新规划", "杭州市人民政府", ("杭州市",)),
        ("城市更新规划", "", ()),
        ("**安吉县绿化规划**", "", ("安吉县",)),
    ],
)
def test_the_place_is_a_division_that_there_is(title, issuer, place):
    notice = f"各单位：\n{issuer}\n2022年3月5日\n" if issuer else ""
    found = meta(f"{notice}{title}\n一、甲\n内容。")
    assert (found.issuer, found.place) == (issuer, place)


def test_what_is_given_goes_before_what_is_read():
    given, read = PlanMeta(title="甲", place=("上海市",)), PlanMeta(title="乙", number="1号", place=("杭州市",))
    assert given.completed_by(read) == PlanMeta(title="甲", number="1号", place=("上海市",))


def test_meta_survives_the_way_through_a_file():
    value = PlanMeta(title="甲", issued="2022-03-05", period=(2022, 2024), place=("上海市", "徐汇区"))
    assert (
        PlanMeta.from_json({**value.to_json(), "period": [2022, 2024], "place": ["上海市", "徐汇区"], "english_place": []})
        == value
    )
