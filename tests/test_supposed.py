"""Questions that ask for several figures, suppose something, or ask for what the plan does not know."""

from dataclasses import replace

import pytest

from qa.answer import Reason
from qa.compose import cite
from qa.followup import Turn
from qa.lists import Lister
from qa.pipeline import Ask, PlanQA
from qa.respond import Responder
from qa.several import read_several
from qa.stated import Stated
from qa.understand import Scope, understand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("空气优良率和PM2.5年均浓度分别定了多少", ("空气优良率是多少？", "PM2.5年均浓度是多少？")),
        ("新建公园绿地、绿道、立体绿化各是多少？", ("新建公园绿地是多少？", "绿道是多少？", "立体绿化是多少？")),
        ("绿化覆盖率、人均公园绿地，2023年的目标值各是？", ("绿化覆盖率是多少？", "人均公园绿地是多少？")),
        (
            "What are the targets for green coverage and road sweeping by 2023?",
            ("What is the target for green coverage?", "What is the target for road sweeping?"),
        ),
        ("绿道要新建多少公里？", ()),
        ("绿道和公园怎么建？", ()),
    ],
)
def test_each_figure_is_asked_for_alone(text, expected, plan, qa):
    assert read_several(understand(text, Scope(plan, qa.index("putuo-2021-2023").folded))) == expected


def test_a_name_is_not_found_within_another(qa):
    # China II is a name of the plan too
    assert qa.invoke("Will China III diesel vehicles largely be phased out?").text.startswith("Yes. ")


@pytest.mark.parametrize(
    "question", ["我有一块100平方米的绿地，怎么办？", "I have 100 square metres of green space, what now?"]
)
def test_what_an_asker_has_is_no_claim_about_the_plan(question, qa):
    answer = qa.invoke(question)
    assert not answer.text.startswith(("与计划不符", "No"))


def test_both_figures_are_told_and_one_sentence_is_cited_once(qa):
    answer = qa.invoke("绿化覆盖率、人均公园绿地，2023年的目标值各是？")
    assert answer.text == "到2023年，全区绿化覆盖率达到30.10%。[1]到2023年，人均公园绿地面积达到5.70平方米（按常住人口计）。[1]"
    assert [c.ref for c in answer.citations] == ["一/（三）"]
    assert len(answer.citations[0].marks) == 2


def test_figures_of_two_sections_have_a_citation_each(qa):
    answer = qa.invoke("新建绿道和新建立体绿化分别是多少？")
    assert [c.ref for c in answer.citations] == ["二/（六）/2", "二/（六）/3"]
    assert "18 公里" in answer.text
    assert "3万平方米" in answer.text


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("桃浦605地块为何要建燃煤电站？", "计划没有说明原因。计划的表述是："),
        ("全区道路机械化清扫率96%以上，期限是2025年吗？", "否，并非如此。计划的表述是："),
        ("普陀区的劣V类水体是不是已经全面消除了？", "是。计划的表述是："),
        (
            "既然PM2.5要控制在25微克以下，那怎么做到？",
            "与计划不符。计划的表述是：PM_{2.5} 年均浓度稳定控制在 35 微克/立方米以下。",
        ),
        (
            "听说PM2.5的控制线放宽到45微克了，理由是什么？",
            "与计划不符。计划的表述是：PM_{2.5} 年均浓度稳定控制在 35 微克/立方米以下。",
        ),
        ("听说绿道要建30公里，这些绿道归谁管？", "与计划不符。计划的表述是：推进新建绿道 18 公里。"),
        ("新建立体绿化要做30万平方米，是吗", "与计划不符。计划的表述是：推进新建立体绿化3万平方米。"),
    ],
)
def test_what_a_question_supposes_is_held_against_the_plan(question, opening, qa):
    assert qa.invoke(question).text.startswith(opening)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("哪些任务涉及高铁建设？", Reason.NOT_IN_PLAN),
        ("列出所有关于地铁的措施", Reason.NOT_IN_PLAN),
        ("Which tasks mention nuclear power?", Reason.NOT_IN_PLAN),
        ("绿道和公园绿地的投资分别是多少", Reason.NO_FIGURE),
        ("Does the plan cover Suzhou city?", Reason.OTHER_PLACE),
    ],
)
def test_what_the_plan_does_not_know_is_refused(question, reason, qa):
    assert qa.invoke(question).reason == reason


def test_a_river_that_bears_a_city_s_name_is_not_that_city(qa):
    assert qa.invoke("When will the Suzhou Creek Shoreline Park open up the right bank of the creek?").reason is None


def test_a_list_tells_what_each_place_says(qa):
    lines = qa.invoke("哪些任务里提到了加油站？").text.splitlines()
    assert lines[0] == f"共 {len(lines) - 1} 处："
    assert all("：" in line and "加油站" in line for line in lines[1:])


def test_a_list_may_count_and_number_but_not_make_up_a_figure(qa, plan):
    sentence = plan.by_ref["二/（六）/2"].sentences[0]
    citation = cite(plan, sentence, 1)
    for line, text in (
        ("二、（六）2. 绿道：新建绿道 18 公里[1]", "共 1 处：\n二、（六）2. 绿道：新建绿道 18 公里[1]"),
        ("二、（六）2. 绿道：新建绿道 97 公里[1]", f"{sentence.text}[1]"),
    ):
        draft = Lister._draft(plan, "共 1 处：", [line], [citation])
        assert Responder(qa.index(plan.id), 300).checked(draft).text == text


def test_who_is_in_charge_is_cited_beside_the_task(qa, plan):
    task, line = plan.by_ref["二/（六）/2"].sentences[:2]
    assert Lister._told(plan, task) == (task,)
    charged = replace(line, text="（责任部门：市水务局、市生态环境局）")
    assert Lister._told(plan, charged) == (task, charged)


def test_the_places_of_a_name_are_those_that_hold_it(qa):
    answer = qa.invoke("Where in the text does Taopu Lake come up?")
    assert [c.ref for c in answer.citations] == ["二/（一）/3/（1）"]
    assert all("桃浦湖" in c.quote for c in answer.citations)
    named = qa.invoke("Which sections mention the Taopu River?")
    assert {c.ref for c in named.citations} == {"一/（三）", "二/（一）/3/（1）"}
    assert all("Taopu River" in line for line in named.text.split("\n")[1:])


def test_the_places_of_a_body_are_found_by_what_the_question_says_of_it(qa):
    refs = {c.ref for c in qa.invoke("哪些任务提及真如城市副中心？").citations}
    assert refs == {"一/（三）", "二/（五）/3", "二/（七）/3", "二/（八）/2"}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        # the year lies outside the period, but what is supposed of it is answered first
        ("为什么2025年机械化清扫率才要86%？", "否，并非如此。计划的表述是：进一步提高道路保洁机械化水平，到 2023 年，"),
        ("新建绿道20公里？", "与计划不符。计划的表述是：推进新建绿道 18 公里。[1]"),
        ("In 2020, what was the rate of mechanised road cleaning?", "The plan does not give that figure."),
    ],
)
def test_what_a_question_about_another_year_supposes(question, text, qa):
    assert qa.invoke(question).text.startswith(text)


def test_what_was_asked_before_is_no_detail_that_is_wanting(qa):
    before = Turn("user", "由谁负责排查入河排污口？"), Turn("assistant", "没有写明（二、（一）4.（2））。")
    answer = qa.invoke(Ask("这个排查到哪一年基本完成？", before))
    assert answer.text.startswith("到2023年，基本完成镇管以上河道入河排污口排查溯源。[1]")


def test_a_figure_of_another_matter_in_the_sentence_that_comes_nearest_is_not_told(qa):
    assert qa.invoke("By what percentage must carbon intensity fall by 2023?").reason is Reason.NO_FIGURE


@pytest.mark.parametrize(
    ("asked", "states"), [("新建绿道20公里?", True), ("新建绿道在哪?", False), ("新建绿道", False), ("is it so?", False)]
)
def test_a_statement_with_a_question_mark(asked, states):
    assert Stated.is_statement(asked) is states


def test_a_wrong_span_is_answered_with_the_clause_that_gives_the_right_one(qa):
    answer = qa.invoke("Why does the eighth three-year action plan of Putuo run from 2021 to 2026?")
    assert answer.text.startswith("No, not as put. The plan says: ")
    assert "2021–2023" in answer.text


@pytest.fixture
def small(own_home):
    """A plan of two sections that knows neither a city nor a word of English."""
    return PlanQA.open(own_home("云岭"))


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("健身步道要建61公里，放在哪个城市？", "计划没有写明是哪个城市。"),
        ("健身步道要建90公里，放在哪个城市？", "与计划不符。计划的表述是：新建健身步道61公里。"),
    ],
)
def test_a_wrong_figure_comes_before_a_detail_that_the_plan_lacks(question, opening, small):
    assert small.invoke(question).text.startswith(opening)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many kilometres of fitness trail will be built?", "新建健身步道61公里。[1]"),
        ("How many beds for the elderly will be added?", "新增养老床位310张。[1]"),
    ],
)
def test_an_english_question_is_answered_from_a_plan_without_english(question, text, small):
    assert small.invoke(question).text == text


@pytest.mark.parametrize("question", ["How do I return a train ticket?", "What score do I need to enter university?"])
def test_an_english_question_that_a_plan_without_english_does_not_answer_is_refused(question, small):
    assert small.invoke(question).reason is Reason.NOT_IN_PLAN


def test_a_clause_that_gives_both_figures_is_told_once_and_whole(qa):
    answer = qa.invoke("Is the recycling rate of household waste lower than the sorting compliance rate?")
    assert answer.text.startswith("Yes. The plan says: Advance the recycling rate of household waste to 43% or more")
    assert answer.text.count("43%") == 1
    assert [c.ref for c in answer.citations] == ["二/（四）/1/（1）"]
    assert len(answer.citations[0].marks) == 2
