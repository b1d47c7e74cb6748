"""Which of several plans a question goes to, and one answer from several."""

import pytest
from small import IDS, QINGXI, WALK, YUNLING, quiet, text, write

from corpus.errors import QuestionsError
from corpus.load import load_source
from corpus.meta import PlanMeta
from corpus.parse import parse_plan
from index.settings import Settings
from qa.answer import Answer, Citation, Reason
from qa.library import Library
from qa.pipeline import PlanQA
from qa.route import asked_across, best, joined, named

THREE = (*IDS, "云岭二")


@pytest.fixture(scope="module")
def county(_built):
    """The engine on three plans: two rounds of one county, and one of another."""
    return PlanQA.open(Settings.load(environ={}, home=_built(*THREE)))


def cited(answer):
    return [c.plan for c in answer.citations]


# ---- one plan -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "plan", "figure"),
    [
        (WALK, "云岭", "61公里"),
        ("青溪县新建健身步道多少公里", "青溪", "47公里"),
        ("青溪的养老床位新增多少张", "青溪", "520张"),
        ("2022年云岭县新建健身步道多少公里", "云岭", "61公里"),
        ("2025年云岭县新建健身步道多少公里", "云岭二", "72公里"),
        ("2025年新建健身步道多少公里", "云岭二", "72公里"),
        ("《云岭县便民服务行动计划（2024—2026年）》要新增养老床位多少张", "云岭二", "350张"),
        ("云岭县便民服务行动计划 （2021—2023年） 要新增养老床位多少张", "云岭", "310张"),
    ],
)
def test_a_question_goes_to_the_plan_of_its_place_its_year_or_its_title(county, question, plan, figure):
    answer = county.invoke(question)
    assert cited(answer) == [plan]
    assert figure in answer.text


def test_without_a_name_the_nearest_text_answers(own_home):
    settings = own_home(*IDS)
    other = write(settings.home, "图书", text("白石县", 9, 8, extra="\n三、图书阅览\n新建图书馆12座，晚间开放。\n"), "白石县")
    Library(settings).add([load_source(other)], quiet)
    assert cited(PlanQA.open(settings).invoke("要新建多少座图书馆")) == ["图书"]


def test_a_place_that_no_plan_speaks_of_is_refused(county):
    answer = county.invoke("徐汇区新建健身步道多少公里")
    assert (answer.reason, answer.citations) == (Reason.OTHER_PLACE, ())


def test_a_year_that_no_plan_covers_is_refused(county):
    assert county.invoke("2035年云岭县新建健身步道多少公里").reason is Reason.OTHER_PERIOD


def test_the_plan_that_is_given_is_asked_whatever_the_question_names(county):
    assert cited(county.invoke({"question": "新建健身步道多少公里", "plan": "云岭二"})) == ["云岭二"]
    assert cited(county.invoke({"question": "云岭县和青溪县的健身步道各是多少公里", "plan": "青溪"})) in ([], ["青溪"])
    with pytest.raises(QuestionsError, match=r"^没有计划 无；已建索引的有：云岭、青溪、云岭二$"):
        county.invoke({"question": WALK, "plan": "无"})


@pytest.mark.parametrize(("before", "plan"), [("青溪县新建健身步道多少公里", "青溪"), ("2025年云岭县的步道多长", "云岭二")])
def test_a_follow_up_keeps_to_the_place_before(county, before, plan):
    history = [{"role": "user", "content": before}, {"role": "assistant", "content": "……"}]
    answer = county.invoke({"question": "养老床位呢", "history": history})
    assert answer.rewritten == "养老床位是多少？"
    assert cited(answer)[0][:2] == plan[:2]
    later = [*history, {"role": "user", "content": "养老床位呢"}, {"role": "assistant", "content": "……"}]
    assert cited(county.invoke({"question": "健身步道呢", "history": later}))[0][:2] == plan[:2]


def test_a_follow_up_that_names_another_place_goes_there(county):
    history = [{"role": "user", "content": WALK}, {"role": "assistant", "content": "61公里"}]
    assert cited(county.invoke({"question": "青溪县呢", "history": history})) in ([], ["青溪"])
    assert cited(county.invoke({"question": "青溪县的养老床位呢", "history": history})) == ["青溪"]


def test_a_question_of_its_own_does_not_keep_to_the_place_before(county):
    history = [{"role": "user", "content": "青溪县新建健身步道多少公里"}, {"role": "assistant", "content": "47公里"}]
    assert cited(county.invoke({"question": WALK, "history": history})) == ["云岭"]


# ---- several plans --------------------------------------------------------------------------------------------------


def test_two_places_are_compared_under_their_titles_with_marks_numbered_through(own_home):
    engine = PlanQA.open(own_home(*IDS))
    answer = engine.invoke("云岭县和青溪县的健身步道各是多少公里")
    assert answer.text == (
        "《云岭县便民服务行动计划（2021—2023年）》：新建健身步道61公里。[1]\n"
        "《青溪县便民服务行动计划（2021—2023年）》：新建健身步道47公里。[2]"
    )
    assert [(c.mark, c.plan) for c in answer.citations] == [(1, "云岭"), (2, "青溪")]
    for citation, content in zip(answer.citations, (YUNLING, QINGXI), strict=True):
        assert content[citation.start : citation.end] == citation.quote
    assert cited(engine.invoke("两个县分别新增养老床位多少张")) == ["云岭", "青溪"]


def test_where_no_plan_compared_answers_one_refuses(county):
    answer = county.invoke("云岭县和青溪县的机场各有几座")
    assert answer.reason is not None
    assert answer.citations == ()


def plan(name, title, place=(), english=()):
    found = parse_plan(name, "一、总则\n新建步道。\n", title=title)
    return found.with_meta(PlanMeta(title=title, place=place, english_place=english))


A = plan("a", "云岭县步道计划（2021—2023年）", ("云岭县",), ("Yunling County",))
A2 = plan("a2", "云岭县步道计划（2024—2026年）", ("云岭县",), ("Yunling County",))
B = plan("b", "青溪县步道计划", ("青溪县",), ("Qingxi County",))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("云岭的步道", ["a", "a2"]),
        ("云岭县步道计划（2024—2026年）的步道", ["a2"]),
        ("云 岭 县 的步道", ["a", "a2"]),
        ("Trails in YUNLING COUNTY and Qingxi county", ["a", "a2", "b"]),
        ("步道", []),
    ],
)
def test_plans_are_called_by_place_and_title(question, names):
    assert [p.id for p in named(question, [A, A2, B])] == names


@pytest.mark.parametrize(
    ("question", "put"),
    [
        ("云岭县和青溪县的步道各是多少", [("a", "云岭县的步道是多少"), ("b", "青溪县的步道是多少")]),
        ("对比两个县的步道", [("a", "步道"), ("b", "步道")]),
        ("云岭县的步道是多少", []),
        ("步道是多少", []),
    ],
)
def test_what_is_asked_across_plans_is_put_to_each(question, put):
    assert [(p.id, text.replace(" ", "")) for p, text in asked_across(question, [A, B])] == put


def test_two_rounds_of_one_place_are_not_compared_by_their_place_alone():
    assert asked_across("云岭县的步道是多少", [A, A2]) == []
    assert [p.id for p, _ in asked_across("两轮的步道各是多少", [A, A2])] == ["a", "a2"]


def test_names_of_several_words_are_taken_out_of_the_question():
    found = asked_across("compare trails of Yunling County and Qingxi County", [A, B])
    assert [(p.id, text) for p, text in found] == [("a", "trails of yunling county"), ("b", "trails of  qingxi county")]


def test_more_plans_than_one_answer_can_tell_of_are_not_compared():
    many = [plan(str(i), f"{c}山县步道计划", (f"{c}山县",)) for i, c in enumerate("甲乙丙丁戊")]
    assert len(asked_across("各个计划的步道", many[:4])) == 4
    assert asked_across("各个计划的步道", many) == []


@pytest.mark.parametrize("question", ["全市各县的步道怎么修", "电动两轮车停在哪", "步道比较长的是哪条", "步道要修多长"])
def test_words_that_only_look_like_a_comparison_compare_nothing(question):
    assert asked_across(question, [A, B]) == []


def test_an_answer_is_better_than_a_refusal_and_the_surest_best():
    refused = Answer("q", "zh", "没有", Reason.NOT_IN_PLAN, sureness=9.0)
    first, second = (Answer("q", "zh", text, sureness=0.2) for text in "一二")
    surer = Answer("q", "zh", "三", sureness=0.3)
    assert best([refused, first, second]).text == "一"
    assert best([first, surer]).text == "三"
    assert best([refused]).text == "没有"


def test_marks_are_numbered_through():
    def answer(*marks):
        text = "".join(f"甲[{m}]" for m in marks)
        return Answer("q", "zh", text, citations=tuple(Citation(m, "p", "一", "一、", "", "甲", 0, 1) for m in marks))

    whole = joined("各是多少", [(A, answer(1, 2)), (B, answer()), (B, answer(1))])
    assert [c.mark for c in whole.citations] == [1, 2, 3]
    assert whole.text.split("\n") == [
        "《云岭县步道计划（2021—2023年）》：甲[1]甲[2]",
        "《青溪县步道计划》：",
        "《青溪县步道计划》：甲[3]",
    ]
    assert whole.question == "各是多少"
