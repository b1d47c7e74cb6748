"""Lists of the parts of a section: as many as were asked for, below the section that speaks of them. And one of several."""

from dataclasses import replace

import pytest
import small

from qa.answer import Reason
from qa.evidence import Ranker
from qa.lists import list_topic
from qa.respond import Responder
from qa.understand import Scope, understand

LIBRARIES = """青溪县公共图书馆建设方案（2024—2026年）

为方便读者，制定本方案。经县政府同意，现将本方案印发给你们，请认真落实。2023年，全县馆藏图书达到5万册。到2026年，馆藏图书达到8万册。

一、重点任务
（一）延长开放时间
县馆每周开放不少于六十小时。
（二）充实纸本馆藏
优先补充农业技术图书。
（三）培训基层馆员
每年培训两期。
（四）走进山区学校
流动书车每月到校一次。

二、读者服务
读者服务从借阅、咨询、活动三个方面改进。
（一）借阅
推行一卡通借。
（二）咨询
设立咨询台。
（三）活动
举办朗读活动。

三、加强乡镇图书室经费支持
1. 每个图书室每年补助购书经费。
2. 对山区图书室减收网络费用。
3. 鼓励企业向图书室捐赠设备。

四、馆舍
阅览室包括成人区和老年区。以县馆为主体的阅读功能区面积约900平方米，以乡镇馆为主体的流通功能区面积约300平方米。全县馆舍总面积1500平方米。阅读推广经费占财政支出的比重达到1.5%。借阅率占比的数据来自县统计系统。

五、发展现状
流动书车达到12辆。

六、工作原则
坚持公益。图书馆向所有人免费开放。
坚持便民。开放时间由读者评议。
坚持共享。各馆图书通借通还。
坚持节约。设备坏了先修再买，书架旧了先补再换。
坚持安全。每月检查一次消防设施。

青溪县人民政府
2024年2月5日
2024年3月发布
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory, embedder):
    return small.engine(tmp_path_factory.mktemp("libraries"), "图书馆", LIBRARIES, embedder)


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        (
            "方案的重点任务归为哪四大块？",
            [
                "“重点任务”下共四项：",
                "一、（一） 延长开放时间[1]",
                "一、（二） 充实纸本馆藏[2]",
                "一、（三） 培训基层馆员[3]",
                "一、（四） 走进山区学校[4]",
            ],
        ),
        (
            "读者服务要从哪三个方面改进？",
            ["“读者服务”下共三项：", "二、（一） 借阅[1]", "二、（二） 咨询[2]", "二、（三） 活动[3]"],
        ),
        (
            "乡镇图书室经费方面有哪些支持？",
            [
                "“加强乡镇图书室经费支持”下共三项：",
                "三、1. 每个图书室每年补助购书经费[1]",
                "三、2. 对山区图书室减收网络费用[2]",
                "三、3. 鼓励企业向图书室捐赠设备[3]",
            ],
        ),
    ],
)
def test_parts(question, lines, libraries):
    assert libraries.invoke(question).text.splitlines() == lines


def test_the_parts_of_the_whole_plan_are_those_of_the_one_section_that_has_as_many(libraries):
    assert libraries.invoke("这份方案分成哪四个方面？").text.startswith("“重点任务”下共四项：\n一、（一） 延长开放时间[1]")
    assert "共三项" not in libraries.invoke("这份方案分成哪三个方面？").text  # two sections have three


@pytest.mark.parametrize(
    ("question", "told"),
    [("流动书车有多少辆？", "流动书车达到12辆。[1]"), ("到2026年流动书车要达到多少辆？", "计划没有给出这个数。")],
)
def test_what_stands_under_the_state_of_things_is_no_target(question, told, libraries):
    assert libraries.invoke(question).text.startswith(told)


def test_principles_are_told_by_what_their_paragraphs_begin_with(libraries):
    answer = libraries.invoke("要守住的五条原则是什么？")
    assert answer.text.split("\n") == [
        "“工作原则”下共五项：",
        *(f"坚持{word}。[{i}]" for i, word in enumerate(("公益", "便民", "共享", "节约", "安全"), 1)),
    ]


@pytest.mark.parametrize(
    ("topic", "matter"),
    [
        ("第五部分提到图书的地方有哪些", "图书"),
        ("which sections refer to loan desks", "loan desks"),
        ("loan desks: which sections refer to them?", "loan desks: to them?"),
    ],
)
def test_a_pronoun_is_no_matter_of_a_list(topic, matter):
    assert " ".join(list_topic(topic).split()) == matter


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("这个方案管哪几年？", "计划期是2024—2026年。[1]"),
        ("本方案的期限是几年到几年", "计划期是2024—2026年。[1]"),
        ("What years does this plan cover?", "The plan covers 2024–2026.[1]"),
        ("How long will the plan run?", "The plan covers 2024–2026.[1]"),
    ],
)
def test_the_years_of_the_plan_itself(question, text, libraries):
    answer = libraries.invoke(question)
    assert answer.text == text
    assert "2024—2026年" in answer.citations[0].quote


def test_no_list_is_made_of_a_section_that_has_not_as_many_parts(libraries):
    assert "共三项" not in libraries.invoke("读者服务要从哪四个方面改进？").text


ISSUED = "经县政府同意，现将本方案印发给你们，请认真落实。"


@pytest.mark.parametrize(
    ("question", "sentence", "held_back"),
    [
        ("孩子放学以后去哪里看书", "青溪县人民政府", 0.3),  # no sentence, and no word shared
        ("县政府同意流动书车进校吗", ISSUED, 0.3),
        ("方案经谁同意印发", ISSUED, 0.0),
    ],
)
def test_what_says_little_comes_late(question, sentence, held_back, libraries, monkeypatch):
    index = libraries.index("图书馆")
    asked = understand(question, Scope(index.plan, index.folded))

    def score() -> float:
        ranked = Ranker(index).rank(asked, index.with_frame(index.search(asked.topic)))
        return next(e.score for e in ranked if e.sentence.text == sentence)

    before = score()
    monkeypatch.setattr("qa.evidence.FRAGMENT_MALUS", 0.0)
    assert score() == pytest.approx(before + held_back)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("2023年全县馆藏图书实际达到多少册？", "全县馆藏图书达到5万册。[1]"),
        ("阅读推广投入强度是多少？", "阅读推广经费占财政支出的比重达到1.5%。[1]"),
        ("以乡镇馆为主体的那个功能区占地多少平方米？", "以乡镇馆为主体的流通功能区面积约300平方米。[1]"),
        ("整个馆舍有多大的地盘？", "全县馆舍总面积1500平方米。[1]"),
        ("借阅率占比的数据从哪儿来？", "借阅率占比的数据来自县统计系统。[1]"),
    ],
)
def test_told(question, text, libraries):
    assert libraries.invoke(question).text == text


def test_whether_the_plan_says_something_asks_for_no_member(libraries):
    assert libraries.invoke("计划里有没有提到阅览室包括老年区？").text.startswith(
        "是。计划的表述是：阅览室包括成人区和老年区。[1]"
    )


@pytest.mark.parametrize(("thing", "opening"), [("老年区", "是。计划的表述是："), ("儿童区", "计划中相关的内容是：")])
def test_what_is_not_named_among_others_is_not_said_to_be_one_of_them(thing, opening, libraries):
    assert libraries.invoke(f"阅览室包括{thing}吗？").text.startswith(f"{opening}阅览室包括成人区和老年区。[1]")


@pytest.mark.parametrize(("cover", "affirmed"), [(0.2, False), (0.3, True)])
def test_a_yes_needs_more_shared_words_where_no_question_is_known(cover, affirmed, libraries):
    index = libraries.index("图书馆")
    responder = Responder(index, 300)
    asked = understand("阅览室包括老年区吗？", Scope(index.plan, index.folded))
    best = responder.ranker.rank(asked, index.search(asked.topic))[0]
    assert responder.stated.affirmed(asked, replace(best, cover=cover, score=2.0)) is affirmed


def test_what_came_of_a_year_of_the_plan_itself_is_not_told(libraries):
    assert libraries.invoke("2026年馆藏图书实际达到了多少册？").reason is Reason.NO_RESULT
