"""The conversation as HTML: answers, refusals, examples; and the history that the engine reads."""

import re
from dataclasses import replace

import pytest
from drawn import EN, EVIL, PLAN, ZH, Drawn, answered, cited

from corpus.parse import Plan, parse_plan
from qa.answer import Answer, Citation, Nearest, Reason
from qa.web.conversation import Example, Exchange, answer_html, example_questions, exchange_html, history, log_html
from qa.web.panel import header_html, outline_html, section_html, tabs_html


@pytest.fixture(scope="module")
def plan() -> Plan:
    return PLAN


def test_an_answer_shows_marks_as_buttons_figures_and_how_it_was_made(plan):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。", marks=((5, 10),))
    html = answer_html(answered(plan, "新建绿道 18 公里。[1]（见[7]）", citation), 3, ZH)
    assert "新建绿道 <strong>18 公里</strong>。" in html
    assert 'aria-label="出处 1：一、（一） 总体目标" data-turn="3" data-mark="1">[1]</button>' in html
    assert "（见[7]）" in Drawn(html).text
    assert "自动生成，以计划原文为准" in html
    assert "<mark>" not in html


@pytest.mark.parametrize(("after", "kept"), [("；其余", "；"), ("。）其余", "。）"), (". More", "."), ("其余", "")])
def test_no_line_begins_with_the_punctuation_behind_a_mark(plan, after, kept):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。")
    html = answer_html(answered(plan, f"18 公里[1]{after}", citation), 1, ZH)
    assert re.findall(r'<span class="pq-kept"><button.*?</button>(.*?)</span>', html) == ([kept] if kept else [])
    assert Drawn(html).text.startswith(f"18 公里[1]{after}")


def test_where_all_plans_are_asked_each_source_names_its_own(plan):
    reader = replace(ZH, titles={"plan": "甲市计划"})
    answer = answered(plan, "18 公里。[1]", cited(plan, "一/（一）", "新建绿道 18 公里。"))
    html = answer_html(answer, 1, reader)
    assert 'aria-label="出处 1：《甲市计划》一、（一） 总体目标"' in html
    assert "[1] 《甲市计划》一、（一） 总体目标" in Drawn(html).text
    near = Nearest(plan.id, "一/（一）", "一、（一）", "总体目标")
    refused = answer_html(Answer("问", "zh", "没有。", Reason.NO_FIGURE, nearest=near), 1, reader)
    assert "去看最接近的章节《甲市计划》一、（一） 总体目标" in Drawn(refused).text


def test_what_leads_on_is_put_to_the_plan_that_answered(plan):
    answer = answered(plan, "18 公里。[1]", cited(plan, "一/（一）", "新建绿道 18 公里。"))
    html = exchange_html(Exchange(1, "多少", answer, further=("基本原则有哪些要求？",)), ZH)
    assert 'data-question="基本原则有哪些要求？" data-plan="plan"' in html


def test_an_english_answer_says_that_it_is_a_translation(plan):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。")
    html = answer_html(answered(plan, "Build 18 kilometres.[1]", citation, language="en"), 1, EN)
    assert EN.words.made_english in html
    assert "一、（一）</span> Overall goals" in html


def test_a_list_becomes_a_list(plan):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。")
    html = answer_html(answered(plan, "共 1 处：\n一、（一） 总体目标[1]", citation), 1, ZH)
    assert Drawn(html).tags.count("li") == 1
    assert '<p class="pq-said">共 1 处：</p>' in html


def test_a_refusal_has_no_source_but_the_nearest_section(plan):
    near = Nearest(plan.id, "一/（一）", "一、（一）", "总体目标")
    html = answer_html(Answer("问", "zh", "计划没有给出这个数。", Reason.NO_FIGURE, nearest=near), 1, ZH)
    assert "去看最接近的章节" in html
    assert 'data-plan="plan" data-ref="一/（一）"' in html
    assert "data-mark" not in html
    assert ZH.words.sources not in Drawn(html).text


def test_a_completed_question_is_shown(plan):
    html = answer_html(answered(plan, "有。", rewritten=f"绿道{EVIL}？"), 1, ZH)
    assert "按此理解：绿道&lt;script&gt;" in html


@pytest.mark.parametrize("reader", [ZH, EN], ids=["zh", "en"])
def test_questions_answers_titles_and_faults_are_escaped(plan, reader):
    near = Nearest(EVIL, EVIL, EVIL, EVIL)
    citation = Citation(1, plan.id, "一/（二）", EVIL, EVIL, EVIL, 0, 9)
    exchanges = [
        Exchange(1, EVIL, Answer(EVIL, "zh", EVIL, Reason.NO_FIGURE, nearest=near)),
        Exchange(2, EVIL, fault=EVIL),
        Exchange(3, EVIL, answered(plan, f"{EVIL}[1]", citation)),
    ]
    pages = [
        log_html(exchanges, [Example(EVIL, EVIL, EVIL)], reader),
        log_html([], [Example(EVIL, EVIL, EVIL)], reader),
        tabs_html(exchanges[2], 1, reader),
        header_html(plan, reader),
        outline_html(plan, reader),
        section_html(plan, "一/（二）", reader, citation),
    ]
    for html in pages:
        assert "<script" not in html
        assert not {"script", "img"} & set(Drawn(html).tags)


def test_an_empty_question_is_shown_as_such():
    assert "<i>（空）</i>" in exchange_html(Exchange(1, "  ", fault="错"), ZH)


def test_examples_are_made_of_section_titles_under_their_themes(plan):
    assert example_questions([plan], ZH) == [
        Example("总体要求", "总体目标有哪些要求？", "plan"),
        Example("公园绿地建设", "街心花园建设有哪些要求？", "plan"),
        Example("主要任务", "林荫道路建设有哪些要求？", "plan"),
    ]
    assert example_questions([plan], EN)[0] == Example("总体要求", "What does the plan require on overall goals?", "plan")


def test_examples_of_several_plans_are_shared_out_each_under_the_title_of_its_plan(plan):
    other = parse_plan("other", "一、步道建设\n新建步道3公里。\n二、养老服务\n新增床位5张。", "乙市计划")
    expected = [
        Example(plan.title, "总体目标有哪些要求？", "plan"),
        Example(plan.title, "街心花园建设有哪些要求？", "plan"),
        Example(plan.title, "林荫道路建设有哪些要求？", "plan"),
        Example("乙市计划", "步道建设有哪些要求？", "other"),
        Example("乙市计划", "养老服务有哪些要求？", "other"),
    ]
    assert example_questions([plan, other], ZH) == expected
    assert [e.plan for e in example_questions([plan, *[other] * 9], ZH)] == ["plan", *["other"] * 5]
    assert 'data-question="步道建设有哪些要求？" data-plan="other"' in log_html([], expected, ZH)


def test_a_plan_without_titles_has_no_examples():
    assert example_questions([parse_plan("p", "没有标题的一段话。")], ZH) == []
    assert "<ul" not in log_html([], [], ZH)


def test_the_history_holds_plain_answers_and_their_addresses(plan):
    one = cited(plan, "一/（一）", "新建绿道 18 公里。")
    two = cited(plan, "二/（一）/1", "新建街心花园5处。")
    exchanges = [
        Exchange(1, "多少？", answered(plan, "18 公里。[1]5处。[2]", one, two)),
        Exchange(2, " ", Answer("", "zh", "空", Reason.EMPTY)),
        Exchange(3, "问", fault="错"),
        Exchange(4, "另一问", Answer("", "zh", "没有。", Reason.NOT_IN_PLAN)),
    ]
    assert history(exchanges) == [
        {"role": "user", "content": "多少？"},
        {"role": "assistant", "content": "18 公里。5处。（一、（一）；二、（一）1.）"},
        {"role": "user", "content": "另一问"},
        {"role": "assistant", "content": "没有。"},
    ]
