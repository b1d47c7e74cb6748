"""A sentence that comes near is held against what was asked: whose figure, which year, which level, what is counted."""

from dataclasses import replace

import pytest
import small

from qa import cues
from qa.answer import Reason
from qa.respond import Responder
from qa.understand import Scope, understand, without_own_case

CLINICS = """青溪县社区门诊管理办法

为方便群众，制定本办法。

一、设立
申请设立社区门诊必须满足以下条件：
（一）有独立场所，面积须在三百平方米以上。
（二）队伍稳定。固定人员须在十二人以上。
（三）管理制度健全。

二、运行
门诊主任每届任期五年，累计任职不超过两届。固定人员占总人数的比例不低于60%。流动人员由门诊聘用，签订工作协议。三级门诊设8项指标。药品损耗占比控制在2%以下。耗材单独登记。

三、考核
考核内容包括用药，不包括护理。考核结果用于门诊自身比较，不在门诊之间比较。2025年3月底前，全部门诊接入县健康平台。到2026年，建成20个带药房的标准门诊。去年登记志愿者300人，今年要增加到450人。废弃药品由门诊单独收运。在已全部淘汰纸质病历的基础上，推行电子病历。

四、附则
《青溪县门诊建设规划（2021—2025年）》已经2021年6月7日县政府常务会议审议通过。
"""


SAYS = "计划的表述是："


@pytest.fixture(scope="module")
def clinics(tmp_path_factory, embedder):
    return small.engine(tmp_path_factory.mktemp("clinics"), "门诊", CLINICS, embedder)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("固定人员占总人数的比例是多少", "固定人员占总人数的比例不低于60%。[1]"),
        ("要建成几个带药房的标准门诊", "到2026年，建成20个带药房的标准门诊。[1]"),
        ("社区门诊的固定人员最少得有多少人", "固定人员须在十二人以上。[1]"),
        ("今年志愿者要增加到多少人", "今年要增加到450人。[1]"),
        ("门诊主任每届任期几年", "门诊主任每届任期五年。[1]"),
        ("现在还有纸质病历，打算哪年淘汰？", "与计划不符。计划的表述是：在已全部淘汰纸质病历的基础上，推行电子病历。[1]"),
        ("门诊主任的任期是六年，怎么这么长？", "与计划不符。计划的表述是：门诊主任每届任期五年。[1]"),
        ("固定人员占总人数的比例过半了吗？", "是。计划的表述是：固定人员占总人数的比例不低于60%。[1]"),
        ("固定人员占总人数的比例不到一半？", "与计划不符。计划的表述是：固定人员占总人数的比例不低于60%。[1]"),
        ("固定人员占总人数的比例有没有定在五成以上？", "是。计划的表述是：固定人员占总人数的比例不低于60%。[1]"),
        ("固定人员占总人数的比例不到四成？", "与计划不符。计划的表述是：固定人员占总人数的比例不低于60%。[1]"),
        ("面积还要在三百平方米以上吗？", "是。计划的表述是：有独立场所，面积须在三百平方米以上。[1]"),
        (
            "全部门诊接入县健康平台是在2025年6月底前，对吧",
            "否，并非如此。计划的表述是：2025年3月底前，全部门诊接入县健康平台。[1]",
        ),
        (
            "门诊建设规划是2022年由县政府常务会议通过的吗",
            "否，并非如此。计划的表述是：《青溪县门诊建设规划（2021—2025年）》已经2021年6月7日县政府常务会议审议通过。[1]",
        ),
        (
            "门诊建设规划是2021年由县政府常务会议通过的吗",
            "是。计划的表述是：《青溪县门诊建设规划（2021—2025年）》已经2021年6月7日县政府常务会议审议通过。[1]",
        ),
        ("全部门诊接入县健康平台是在2025年3月底前，对吧", "是。计划的表述是：2025年3月底前，全部门诊接入县健康平台。[1]"),
    ],
)
def test_told(question, text, clinics):
    assert clinics.invoke(question).text == text


@pytest.fixture(scope="module")
def put(clinics):
    """What the engine makes of a question: its parts, the question as understood, and the sentences, the best first."""
    index = clinics.index("门诊")
    responder = Responder(index, 300)

    def put(text):
        asked = understand(text, Scope(index.plan, index.folded))
        hits = index.search(asked.topic, language=asked.language)
        return responder, asked, responder.ranker.rank(asked, hits)

    return put


def test_a_question_is_held_against_the_best_and_what_says_as_much(put):
    responder, _, ranked = put("耗材单独登记吗")
    best = ranked[0]
    lower, as_much, less = (replace(best, meant=best.meant + by) for by in (0.1, 0.06, 0.0))
    assert responder.stated.held([best, lower, as_much, less]) == [best, lower, as_much]


def test_what_one_of_the_sentences_told_denies_is_denied(put):
    responder, asked, ranked = put("考核结果会在门诊之间比较吗")
    denying = next(e for e in ranked if "不在门诊之间" in e.sentence.text)
    other = next(e for e in ranked if "运行" not in e.sentence.text and "比较" not in e.sentence.text)
    assert responder.stated.disputed(asked, [other, denying])
    assert not responder.stated.disputed(asked, [other, replace(denying, meant=other.meant - 0.1)])


@pytest.mark.parametrize(
    ("change", "affirmed"),
    [({}, True), ({"lead": 0.04}, False), ({"lead": 0.06}, True), ({"cosine": 0.0, "asked": 0.0}, False)],
)
def test_a_yes_needs_a_sentence_ahead_of_the_next_and_nearer_than_chance(change, affirmed, put):
    responder, asked, ranked = put("门诊主任每届任期五年吗")
    assert responder.stated.affirmed(asked, replace(ranked[0], **change)) is affirmed


def test_a_yes_needs_the_numbers_that_are_asked_for(clinics):
    assert clinics.invoke("三级门诊设8项指标吗").text.startswith("是。")
    assert clinics.invoke("我家有35平方米的房子，三级门诊设8项指标吗").text.startswith("是。")
    assert not clinics.invoke("第12街坊的三级门诊设8项指标吗").text.startswith("是。")


def test_a_comma_within_a_number_parts_no_clauses():
    assert without_own_case("is it 12,000 square metres?") == "is it 12,000 square metres?"
    assert without_own_case("i run a shop of 35 square metres, is it 12,000?") == " , is it 12,000?"


def test_a_yes_needs_the_year_that_is_asked_for(clinics):
    assert clinics.invoke("2026年建成20个带药房的标准门诊吗").text.startswith("是。")
    assert not clinics.invoke("2025年门诊主任每届任期五年吗").text.startswith("是。")


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Does the assessment cover nursing care?", "No, not as put. The plan says: 考核内容包括用药，不包括护理。"),
        (
            "Is the share of permanent staff in the total number more than half of the staff?",
            "Yes. The plan says: 固定人员占总人数的比例不低于60%。",
        ),
        (
            "Are permanent staff less than half of all staff?",
            "No, the plan does not say that. It says: 固定人员占总人数的比例不低于60%。",
        ),
    ],
)
def test_english_yes_and_no(question, opening, clinics):
    assert clinics.invoke(question).text.startswith(opening)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("流动人员占总人数的比例是多少", Reason.NO_FIGURE),
        ("门诊副主任每届任期几年", Reason.NO_FIGURE),
        ("二级门诊设几项指标", Reason.NO_FIGURE),
        ("耗材的损耗占比要控制在多少", Reason.NO_FIGURE),
        ("到2030年要建成多少个标准门诊", Reason.NO_FIGURE),
        ("药品登记在考核里占多少分", Reason.NO_FIGURE),
        ("目前全县一共有多少个标准门诊", Reason.NO_RESULT),
        ("How much is a volunteer supposed to be paid?", Reason.NO_FIGURE),
        ("标准门诊交给哪几家公司建", Reason.NO_DETAIL),
        ("门诊的药柜用什么颜色", Reason.NO_DETAIL),
        ("考核小组组长由谁担任", Reason.NO_DETAIL),
        ("志愿者每个月发多少", Reason.NO_FIGURE),
        ("废弃药品的收运由哪个局负责", Reason.NO_DETAIL),
    ],
)
def test_not_given(question, reason, clinics):
    answer = clinics.invoke(question)
    assert (answer.reason, answer.citations) == (reason, ()), answer.text


@pytest.mark.parametrize(("kind", "affirmed"), [("考核", False), ("运行", True)])
def test_of_what_kind_a_thing_is_said_to_be(kind, affirmed, clinics):
    index = clinics.index("门诊")
    responder = Responder(index, 300)
    asked = understand(f"门诊主任归到{kind}类吗？", Scope(index.plan, index.folded))
    best = responder.ranker.rank(asked, index.search(asked.topic))[0]
    assert responder.stated.affirmed(asked, replace(best, cover=0.9)) is affirmed


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Which city is first?", True),
        ("What cities", True),
        ("Which city department pays?", False),
        ("Which city by-law applies?", False),
    ],
)
def test_a_city_is_asked_for_where_it_stands_by_itself(question, asks):
    assert bool(cues.ASKS_CITY.search(question)) is asks


@pytest.mark.parametrize("question", ["社区门诊落在哪个区？", "社区门诊设在哪几个县？", "Which district are the clinics in?"])
def test_a_district_is_named_or_not_told(question, clinics):
    assert clinics.invoke(question).reason is Reason.NO_DETAIL


def test_that_a_burden_stays_is_said_only_of_a_sentence_that_lays_it(clinics):
    assert clinics.invoke("耗材还要单独登记吗？").text == "计划中相关的内容是：耗材单独登记。[1]"


def test_a_hospital_is_named_or_not_told(clinics):
    answer = clinics.invoke("社区门诊的药房设在哪几家医院？")
    assert (answer.reason, answer.text[:12]) == (Reason.NO_DETAIL, "计划没有写明是哪家医院。")


def test_what_a_sentence_denies_is_not_so(clinics):
    answer = clinics.invoke("考核结果会拿到门诊之间比较吗")
    assert answer.text.startswith("否，并非如此。计划的表述是：考核结果用于门诊自身比较，不在门诊之间比较。[1]")


def test_conditions_are_told_item_by_item(clinics):
    answer = clinics.invoke("申请设立社区门诊必须具备哪些条件？")
    assert answer.text.splitlines() == [
        "申请设立社区门诊必须满足以下条件：[1]",
        "一、（一） 有独立场所，面积须在三百平方米以上[2]",
        "一、（二） 队伍稳定[3]；固定人员须在十二人以上[4]",
        "一、（三） 管理制度健全[5]",
    ]
    assert [c.ref for c in answer.citations] == ["一", "一/（一）", "一/（二）", "一/（二）", "一/（三）"]


def test_an_undated_sentence_is_not_said_to_be_of_a_period(clinics):
    assert clinics.plans["门诊"].meta.period is None
    answer = clinics.invoke("2025年药品损耗占比要控制在多少")
    assert answer.text == "药品损耗占比控制在2%以下。[1]（原文这一句没有写明年份。）"
