import pytest

from qa.compare import read_comparison


@pytest.mark.parametrize(
    ("text", "first", "second", "more", "which"),
    [
        ("分类达标率比绿化覆盖率高吗", "分类达标率", "绿化覆盖率", True, False),
        ("绿道里程低于道路里程吗？", "绿道里程", "道路里程", False, False),
        ("新建绿地和立体绿化哪个更多", "新建绿地", "立体绿化", True, True),
        ("甲指标和乙指标一样吗", "甲指标", "乙指标", None, False),
        ("Is the sorting rate higher than the recycling rate?", "the sorting rate", "the recycling rate", True, False),
        ("Is the area of parks larger than that of roofs?", "the area of parks", "the area of roofs", True, False),
    ],
)
def test_sides(text, first, second, more, which):
    found = read_comparison(text)
    assert (found.first, found.second, found.more, found.asks_which) == (first, second, more, which)


@pytest.mark.parametrize(
    "text",
    [
        "绿化覆盖率是多少",
        "新建绿道的目标超过20公里了吗？",
        "药品损耗占比要控制在多少",
        "湿垃圾的频次有什么规定，跟干垃圾一样吗",
        "收入超过了低保线，低保还能再留一段时间吗",
        "How large is the lake?",
        "",
    ],
)
def test_others_are_none(text):
    assert read_comparison(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "钢产量有没有超过一亿吨？",
        "住院时间最长不能超过几小时？",
        "面积是否大于三百平方米吗",
        "甲的占比比一半高吗",
        "Is the rate higher than half of it?",
        "Is the rate higher than 50 per cent?",
    ],
)
def test_a_figure_of_the_questions_own_is_no_side(text):
    assert read_comparison(text) is None


def test_verdicts():
    higher = read_comparison("甲指标比乙指标高吗")
    assert (higher.verdict(2, 1), higher.verdict(1, 2), higher.verdict(1, 1)) == ("yes", "no", "no")
    lower = read_comparison("甲指标比乙指标低吗")
    assert (lower.verdict(2, 1), lower.verdict(1, 2)) == ("no", "yes")
    which = read_comparison("甲指标和乙指标哪个更高")
    assert (which.verdict(2, 1), which.verdict(1, 2), which.verdict(1, 1)) == ("first", "second", "same")
    same = read_comparison("甲指标和乙指标相同吗")
    assert (same.verdict(1, 1), same.verdict(1, 2)) == ("yes", "no")
