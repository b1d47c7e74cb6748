"""What is shown beside the conversation: sections with their quotes, contents, targets, the choice of plans; and the head."""

import re
from dataclasses import replace

import pytest
from drawn import EN, PLAN, ZH, Drawn, answered, cited

from corpus.parse import Plan, parse_plan
from qa.answer import Citation
from qa.web.conversation import Exchange
from qa.web.panel import (
    OUTLINE,
    SECTION,
    TARGETS,
    View,
    header_html,
    outline_html,
    plan_targets_html,
    plans_html,
    section_html,
    tabs_html,
    views_html,
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return PLAN


@pytest.mark.parametrize("nth", [0, 1])
def test_a_quote_that_stands_twice_is_found_by_its_place(plan, nth):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。", nth)
    html = section_html(plan, "一/（一）", ZH, citation)
    before_the_mark = html[html.index("<h3>") : html.index("<mark>")]
    assert before_the_mark.count("新建绿道") == nth
    assert html.count("<mark>") == 1


def test_a_section_shows_path_address_heading_text_quote_and_figure(plan):
    citation = cited(plan, "二/（一）/1", "新建街心花园5处。", marks=((6, 8),))
    html = section_html(plan, "二/（一）/1", ZH, citation)
    text = Drawn(html).text
    assert "<mark>新建街心花园<strong>5处</strong>。</mark>" in html
    assert "<h3>1. 街心花园建设</h3>" in html
    shown = ["二、主要任务", "（一）公园绿地建设", "二、（一）1.", "新建街心花园5处", "甲府〔2021〕1号"]
    assert sorted(shown, key=text.index) == shown


def test_a_heading_can_be_the_quote(plan):
    section = plan.by_ref["二/（二）"]
    end = section.start + len(section.printed)
    citation = Citation(1, plan.id, section.ref, section.address, section.title, section.printed, section.start, end)
    assert "<h3><mark>（二）林荫道路建设</mark></h3>" in section_html(plan, section.ref, ZH, citation)


def test_a_section_lists_what_is_below_it(plan):
    html = section_html(plan, "二/（一）", ZH)
    assert 'data-ref="二/（一）/1">1. 街心花园建设</button>' in html
    assert "<mark>" not in html


@pytest.mark.parametrize("reader", [ZH, EN], ids=["zh", "en"])
def test_every_section_is_well_formed_and_escaped(plan, reader):
    for section in plan.sections:
        html = section_html(plan, section.ref, reader)
        assert not {"script", "img"} & set(Drawn(html).tags)


def test_plan_text_is_escaped(plan):
    html = section_html(plan, "一/（二）", ZH)
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in html
    assert "<script" not in html


def test_the_english_page_shows_titles_and_sentences_in_english(plan):
    html = section_html(plan, "二/（一）", EN)
    assert "Build &lt;3&gt; parks." in html
    assert "1. Street gardens" in html
    assert 'lang="en"' not in section_html(plan, "二/（一）", ZH)


def test_the_open_source_is_pressed(plan):
    one = cited(plan, "一/（一）", "新建绿道 18 公里。")
    two = Citation(2, one.plan, one.ref, one.address, one.title, one.quote, one.start, one.end)
    html = tabs_html(Exchange(1, "问", answered(plan, "答[1][2]", one, two)), 2, ZH)
    assert re.findall(r'aria-pressed="(\w+)".*?>(\[\d\])<', html) == [("false", "[1]"), ("true", "[2]")]


def test_the_header_names_the_plan_its_number_and_period(plan):
    text = Drawn(header_html(plan, ZH)).text
    assert "甲府〔2021〕1号" in text
    assert "2021—2023年" in text
    assert "不是已经做到的结果" in text


def test_the_header_of_a_plan_of_which_nothing_is_known():
    assert Drawn(header_html(parse_plan("p", "一、总则\n内容。"), EN)).tags.count("dt") == 0


def test_the_outline_is_two_levels_deep(plan):
    text = Drawn(outline_html(plan, ZH)).text
    assert "（一）公园绿地建设" in text
    assert "街心花园建设" not in text


# ---- targets --------------------------------------------------------------------------------------------------------


TARGETS_TEXT = """一、目标
到2023年，绿化覆盖率达到30.1%，<b>PM_{2.5} 年均浓度控制在35微克/立方米以下。
二、任务
新建绿道18公里。
"""


def spoken(plan_id: str, ref: str, chinese: str) -> str:
    renderings = {"新建绿道18公里。": "To link parks, and build 18 kilometres of greenways; and more."}
    return renderings.get(chinese, "")


@pytest.fixture(scope="module")
def targets() -> Plan:
    return parse_plan("t", TARGETS_TEXT, "目标计划")


def cells(html: str) -> list[list[str]]:
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        for row in re.findall(r"<tbody.*?>(.*)</tbody>", html)[0].split("</tr>")[:-1]
    ]


def test_a_target_is_a_row_with_its_figure_year_and_a_button_to_its_sentence(targets):
    html = plan_targets_html(targets, ZH)
    first, second, third = ([Drawn(cell).text for cell in row] for row in cells(html))
    assert first == ["绿化覆盖率", "达到30.1%", "", "2023", "一、"]
    assert second == ["<b>PM2.5 年均浓度", "控制在35微克/立方米以下", "", "2023", "一、"]
    assert third == ["新建绿道", "18公里", "", "", "二、"]
    assert re.findall(r'aria-label="(二、[^"]*)"([^>]*)>二、<', html) == [
        ("二、 新建绿道", ' data-plan="t" data-ref="二" data-target="3"')
    ]
    assert not {"script", "b"} & set(Drawn(html).tags)


def test_only_what_is_a_share_has_a_bar_as_long_as_it_is(targets):
    assert re.findall(r'<rect class="bar" width="([\d.]+)"', plan_targets_html(targets, ZH)) == ["30.1"]


def test_the_table_says_that_targets_are_no_results_and_how_it_was_made(targets):
    for reader in (ZH, EN):
        text = Drawn(plan_targets_html(targets, reader)).text
        assert reader.words.targets_note in text
        assert reader.words.extracted in text


def test_stacked_rows_are_still_a_table_for_a_screen_reader(targets):
    html = plan_targets_html(targets, ZH)
    roles = [re.search(r'role="(\w+)"', tag)[1] for tag in re.findall(r"<(?:table|thead|tbody|tr|th|td)\b[^>]*>", html)]
    row = ["row", "rowheader", *["cell"] * 4]
    assert roles == ["table", "rowgroup", "row", *["columnheader"] * 5, "rowgroup", *row * 3]


def test_a_reader_of_english_is_told_the_clause_of_the_rendering_that_gives_the_figure(targets):
    html = plan_targets_html(targets, replace(EN, english=spoken))
    assert re.findall(r'<span class="english" lang="en">(.*?)</span>', html) == ["Build 18 kilometres of greenways"]
    assert EN.words.extracted_english in html
    assert 'class="english"' not in plan_targets_html(targets, replace(ZH, english=spoken))


def test_a_plan_without_targets_says_so():
    assert Drawn(plan_targets_html(parse_plan("p", "一、总则\n内容。"), ZH)).text == "没有。"


# ---- several plans --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shows", [OUTLINE, TARGETS])
def test_each_plan_opens_its_contents_or_its_targets(plan, targets, shows):
    html = plans_html((plan, targets), shows, ZH)
    assert re.findall(r'data-view="(\w+)" data-plan="(\w+)"', html) == [(shows, "plan"), (shows, "t")]
    assert "甲府〔2021〕1号" in Drawn(html).text
    assert not {"script", "img"} & set(Drawn(html).tags)


def test_where_all_plans_are_asked_there_is_a_way_back_to_them(targets):
    reader = replace(ZH, titles={"t": "目标计划", "plan": "甲市计划"})
    pages = {
        OUTLINE: outline_html(targets, reader),
        TARGETS: plan_targets_html(targets, reader),
        SECTION: section_html(targets, "二", reader),
    }
    for shows, html in pages.items():
        path = re.search(r'<nav class="pq-path".*?</nav>', html)[0]
        assert f'data-view="{TARGETS if shows == TARGETS else OUTLINE}" data-plan="">全部计划' in path
        assert Drawn(path).text == "全部计划目标计划"
    assert "全部计划" not in outline_html(targets, ZH)


# ---- what can be shown ----------------------------------------------------------------------------------------------


def test_the_view_that_is_open_is_pressed_and_the_last_section_stays_within_reach():
    section = View(SECTION, "p", "一", turn=2, mark=1)

    def buttons(view: View, last: View | None) -> list[tuple[str, str]]:
        return re.findall(r'aria-pressed="(\w+)"[^>]*>(.*?)<', views_html(view, last, ZH.words))

    assert buttons(View(OUTLINE, "p"), None) == [("true", "计划目录"), ("false", "指标一览")]
    assert buttons(View(TARGETS, "p"), section) == [("false", "计划目录"), ("true", "指标一览"), ("false", "章节原文")]
    assert buttons(section, section)[2] == ("true", "章节原文")


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        (View(OUTLINE, "p"), {"view": "outline", "plan": "p"}),
        (View(TARGETS), {"view": "targets", "plan": ""}),
        (View(SECTION, "p", "一"), {"plan": "p", "ref": "一"}),
        (View(SECTION, "p", "一", target=3), {"plan": "p", "ref": "一", "target": 3}),
        (View(SECTION, "p", "一", turn=2, mark=1), {"turn": 2, "mark": 1}),
    ],
    ids=["contents", "targets", "section", "target", "source"],
)
def test_a_view_is_asked_for_again_by_what_it_is(view, asked):
    assert view.asked() == asked


def test_the_head_leads_to_the_targets_in_place_and_without_a_script_to_their_page(plan):
    link = '<a href="/plans/plan/targets?lang=zh" data-act="cite" data-view="targets" data-plan="plan">指标一览</a>'
    assert link in header_html(plan, ZH)
    assert '<a href="/plans?lang=en" data-act="cite" data-view="targets" data-plan="">Targets</a>' in header_html(None, EN)
