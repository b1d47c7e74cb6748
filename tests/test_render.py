"""From answers and sections to HTML: escaping, highlighting, examples, the history that the engine reads."""

import re
from html.parser import HTMLParser

import pytest

from corpus.meta import PlanMeta
from corpus.parse import Plan, parse_plan
from qa.answer import Answer, Citation, Nearest, Reason
from qa.web import render
from qa.web.render import LABELS, Exchange

ZH, EN = LABELS["zh"], LABELS["en"]
EVIL = '<script>alert("1")</script>&\'<img src=x onerror=alert(2)>'
TEXT = f"""甲市绿化建设计划（2021—2023年）
为改善环境，制定本计划。
一、总体要求
（一）总体目标
新建绿道 18 公里。到2023年，PM_{{2.5}} 浓度下降。新建绿道 18 公里。
（二）基本原则
坚持{EVIL}，做好工作。
二、主要任务
（一）公园绿地建设
新建公园3座。
1. 街心花园建设
新建街心花园5处。
2. 立体绿化建设
新建立体绿化2万平方米。
（二）林荫道路建设
新建林荫道路10条。
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    meta = PlanMeta(title=f"甲市计划{EVIL}", number="甲府〔2021〕1号", period=(2021, 2023))
    return parse_plan("plan", TEXT).with_meta(meta)


def english(plan_id: str, ref: str, chinese: str) -> str:
    return {"总体目标": "Overall goals", "新建公园3座。": "Build <3> parks.", "街心花园建设": "Street gardens"}.get(chinese, "")


def cited(plan: Plan, ref: str, quote: str, nth: int = 0, marks: tuple[tuple[int, int], ...] = ()) -> Citation:
    section = plan.by_ref[ref]
    at = [m.start() for m in re.finditer(re.escape(quote), section.text)][nth]
    start = section.place(at)
    return Citation(1, plan.id, ref, section.address, section.title, quote, start, start + len(quote), marks)


class Reader(HTMLParser):
    """Tags in order; fails the test at a tag that is left open or was never opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_highlights_exact_spans():
    assert render.highlight("新建绿道 18 公里。以绿道", [(0, 11)], [(5, 10)]) == (
        "<mark>新建绿道 <strong>18 公里</strong>。</mark>以绿道"
    )


def test_highlight_escapes_inside_and_outside_the_marks():
    assert render.highlight("<a>&<b>", [(3, 7)], [(4, 5)]) == "&lt;a&gt;<mark>&amp;<strong>&lt;</strong>b&gt;</mark>"


def test_highlight_without_spans_is_the_escaped_text():
    assert render.highlight('a"<') == "a&quot;&lt;"


def test_a_subscript_is_set_whole_even_where_a_mark_begins_inside_it():
    assert render.highlight("PM_{2.5} 浓度", [(4, 11)]) == "PM<mark><sub>2.5</sub> 浓度</mark>"


@pytest.mark.parametrize("nth", [0, 1])
def test_a_quote_that_stands_twice_is_found_by_its_place(plan, nth):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。", nth)
    html = render.section_html(plan, "一/（一）", ZH, english, citation)
    before_the_mark = html[html.index("<h3>") : html.index("<mark>")]
    assert before_the_mark.count("新建绿道") == nth
    assert html.count("<mark>") == 1


def test_a_section_shows_path_address_heading_text_quote_and_figure(plan):
    citation = cited(plan, "二/（一）/1", "新建街心花园5处。", marks=((6, 8),))
    html = render.section_html(plan, "二/（一）/1", ZH, english, citation)
    text = Reader(html).text
    assert "<mark>新建街心花园<strong>5处</strong>。</mark>" in html
    assert "<h3>1. 街心花园建设</h3>" in html
    shown = ["二、主要任务", "（一）公园绿地建设", "二、（一）1.", "新建街心花园5处", "甲府〔2021〕1号"]
    assert sorted(shown, key=text.index) == shown


def test_a_heading_can_be_the_quote(plan):
    section = plan.by_ref["二/（二）"]
    end = section.start + len(section.printed)
    citation = Citation(1, plan.id, section.ref, section.address, section.title, section.printed, section.start, end)
    assert "<h3><mark>（二）林荫道路建设</mark></h3>" in render.section_html(plan, section.ref, ZH, english, citation)


def test_a_section_lists_what_is_below_it(plan):
    html = render.section_html(plan, "二/（一）", ZH, english)
    assert 'data-ref="二/（一）/1">1. 街心花园建设</button>' in html
    assert "<mark>" not in html


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_every_section_is_well_formed_and_escaped(plan, labels):
    for section in plan.sections:
        html = render.section_html(plan, section.ref, labels, english)
        assert not {"script", "img"} & set(Reader(html).tags)


def test_plan_text_is_escaped(plan):
    html = render.section_html(plan, "一/（二）", ZH, english)
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in html
    assert "<script" not in html


def test_the_english_page_shows_titles_and_sentences_in_english(plan):
    html = render.section_html(plan, "二/（一）", EN, english)
    assert "Build &lt;3&gt; parks." in html
    assert "1. Street gardens" in html
    assert 'lang="en"' not in render.section_html(plan, "二/（一）", ZH, english)


def answered(plan: Plan, text: str, *citations: Citation, **more: object) -> Answer:
    return Answer("问", more.pop("language", "zh"), text, citations=citations, **more)


def test_an_answer_shows_marks_as_buttons_figures_and_how_it_was_made(plan):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。", marks=((5, 10),))
    html = render.answer_html(answered(plan, "新建绿道 18 公里。[1]（见[7]）", citation), 3, ZH, english)
    assert "新建绿道 <strong>18 公里</strong>。" in html
    assert 'aria-label="出处 1：一、（一） 总体目标" data-turn="3" data-mark="1">[1]</button>' in html
    assert "（见[7]）" in Reader(html).text
    assert "自动生成，以计划原文为准" in html
    assert "<mark>" not in html


def test_an_english_answer_says_that_it_is_a_translation(plan):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。")
    html = render.answer_html(answered(plan, "Build 18 kilometres.[1]", citation, language="en"), 1, EN, english)
    assert EN.made_english in html
    assert "一、（一） Overall goals" in html


def test_a_list_becomes_a_list(plan):
    citation = cited(plan, "一/（一）", "新建绿道 18 公里。")
    html = render.answer_html(answered(plan, "共 1 处：\n一、（一） 总体目标[1]", citation), 1, ZH, english)
    assert Reader(html).tags.count("li") == 1
    assert '<p class="pq-said">共 1 处：</p>' in html


def test_a_refusal_has_no_source_but_the_nearest_section(plan):
    near = Nearest(plan.id, "一/（一）", "一、（一）", "总体目标")
    html = render.answer_html(Answer("问", "zh", "计划没有给出这个数。", Reason.NO_FIGURE, nearest=near), 1, ZH, english)
    assert "去看最接近的章节" in html
    assert 'data-plan="plan" data-ref="一/（一）"' in html
    assert "data-mark" not in html
    assert ZH.sources not in Reader(html).text


def test_a_completed_question_is_shown(plan):
    html = render.answer_html(answered(plan, "有。", rewritten=f"绿道{EVIL}？"), 1, ZH, english)
    assert "按此理解：绿道&lt;script&gt;" in html


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_questions_answers_titles_and_faults_are_escaped(plan, labels):
    near = Nearest(EVIL, EVIL, EVIL, EVIL)
    citation = Citation(1, plan.id, "一/（二）", EVIL, EVIL, EVIL, 0, 9)
    exchanges = [
        Exchange(1, EVIL, Answer(EVIL, "zh", EVIL, Reason.NO_FIGURE, nearest=near)),
        Exchange(2, EVIL, fault=EVIL),
        Exchange(3, EVIL, answered(plan, f"{EVIL}[1]", citation)),
    ]
    pages = [
        render.log_html(exchanges, [(EVIL, EVIL)], labels, english),
        render.log_html([], [(EVIL, EVIL)], labels, english),
        render.tabs_html(exchanges[2], 1, labels),
        render.header_html(plan, labels),
        render.outline_html(plan, labels, english),
        render.section_html(plan, "一/（二）", labels, english, citation),
    ]
    for html in pages:
        assert "<script" not in html
        assert not {"script", "img"} & set(Reader(html).tags)


def test_an_empty_question_is_shown_as_such():
    assert "<i>（空）</i>" in render.exchange_html(Exchange(1, "  ", fault="错"), ZH, english)


def test_the_open_source_is_pressed(plan):
    one = cited(plan, "一/（一）", "新建绿道 18 公里。")
    two = Citation(2, one.plan, one.ref, one.address, one.title, one.quote, one.start, one.end)
    html = render.tabs_html(Exchange(1, "问", answered(plan, "答[1][2]", one, two)), 2, ZH)
    assert re.findall(r'aria-pressed="(\w+)".*?>(\[\d\])<', html) == [("false", "[1]"), ("true", "[2]")]


def test_the_header_names_the_plan_its_number_and_period(plan):
    text = Reader(render.header_html(plan, ZH)).text
    assert "甲府〔2021〕1号" in text
    assert "2021—2023年" in text
    assert "不是已经做到的结果" in text


def test_the_header_of_a_plan_of_which_nothing_is_known():
    assert Reader(render.header_html(parse_plan("p", "一、总则\n内容。"), EN)).tags.count("dt") == 0


def test_the_outline_is_two_levels_deep(plan):
    text = Reader(render.outline_html(plan, ZH, english)).text
    assert "（一）公园绿地建设" in text
    assert "街心花园建设" not in text


def test_examples_are_made_of_section_titles_under_their_themes(plan):
    assert render.example_questions(plan, ZH, english) == [
        ("总体要求", "总体目标有哪些要求？"),
        ("公园绿地建设", "街心花园建设有哪些要求？"),
        ("主要任务", "林荫道路建设有哪些要求？"),
    ]
    assert render.example_questions(plan, EN, english)[0] == ("总体要求", "What does the plan require on overall goals?")


def test_a_plan_without_titles_has_no_examples():
    assert render.example_questions(parse_plan("p", "没有标题的一段话。"), ZH, english) == []


def test_the_history_holds_plain_answers_and_their_addresses(plan):
    one = cited(plan, "一/（一）", "新建绿道 18 公里。")
    two = cited(plan, "二/（一）/1", "新建街心花园5处。")
    exchanges = [
        Exchange(1, "多少？", answered(plan, "18 公里。[1]5处。[2]", one, two)),
        Exchange(2, " ", Answer("", "zh", "空", Reason.EMPTY)),
        Exchange(3, "问", fault="错"),
        Exchange(4, "另一问", Answer("", "zh", "没有。", Reason.NOT_IN_PLAN)),
    ]
    assert render.history(exchanges) == [
        {"role": "user", "content": "多少？"},
        {"role": "assistant", "content": "18 公里。5处。（一、（一）；二、（一）1.）"},
        {"role": "user", "content": "另一问"},
        {"role": "assistant", "content": "没有。"},
    ]
