"""Numbers that name a person are made unreadable, and numbers of a plan are not."""

import pytest

from qa.answer import Reason
from qa.privacy import masked


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我的手机是13812345678，请回电", "我的手机是***，请回电"),
        ("138 1234 5678", "***"),
        ("138-1234-5678", "***"),
        ("+86 13812345678", "***"),
        ("身份证11010519491231002X有问题", "身份证***有问题"),
        ("110105194912310021", "***"),
        ("写信到li.ming+plan@mail.example.cn吧", "写信到***吧"),
        ("13812345678和13912345678", "***和***"),
    ],
)
def test_a_personal_number_is_masked(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize("text", ["+8613812345678", "8613812345678", "１３８１２３４５６７８"])
def test_a_telephone_number_is_masked_however_it_is_written(text):
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "12345热线",
        "2021—2023年",
        "普府办〔2021〕27号",
        "新建公园绿地300000平方米",
        "12812345678",
        "138123456789",  # a digit too many
        "1381234567",  # a digit too few
        "110105194913310021",  # no such month
        "二氧化碳@工厂",
    ],
)
def test_a_number_that_names_nobody_is_kept(text):
    assert masked(text) == text


def test_what_is_masked_stays_masked():
    assert masked(masked("找13812345678")) == "找***"


def test_every_number_of_the_shipped_plan_is_kept(plan):
    assert masked(plan.text) == plan.text


def test_a_question_with_a_personal_number_is_refused_and_does_not_repeat_it(qa):
    answer = qa.invoke("我的手机13812345678什么时候能收到绿道通知")
    assert (answer.status, answer.reason) == ("refused", Reason.PERSONAL_NUMBER)
    assert answer.question == "我的手机***什么时候能收到绿道通知"
    assert "13812345678" not in str(answer.to_json())
