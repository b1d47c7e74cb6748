import documents
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.chunks import MAX_CHARS, chunk_plan
from corpus.parse import parse_plan
from corpus.sentences import says_something

# three sentences of 6, 8 and 5 characters in one section, one of 5 in the next
SMALL = "一、甲\n推进绿化。。\n加强日常管理。。\n讲实效。。\n二、乙\n严执法。。"


def chunks(max_chars, text=SMALL):
    return [(c.id, c.text) for c in chunk_plan(parse_plan("x", text), max_chars)]


@pytest.mark.parametrize(
    ("max_chars", "expected"),
    [
        (400, [("一#0", "推进绿化。。加强日常管理。。讲实效。。"), ("二#0", "严执法。。")]),
        (19, [("一#0", "推进绿化。。加强日常管理。。讲实效。。"), ("二#0", "严执法。。")]),
        (18, [("一#0", "推进绿化。。加强日常管理。。"), ("一#1", "讲实效。。"), ("二#0", "严执法。。")]),
        (13, [("一#0", "推进绿化。。"), ("一#1", "加强日常管理。。讲实效。。"), ("二#0", "严执法。。")]),
        (1, [("一#0", "推进绿化。。"), ("一#1", "加强日常管理。。"), ("一#2", "讲实效。。"), ("二#0", "严执法。。")]),
    ],
)
def test_a_chunk_is_a_run_of_whole_sentences_of_one_section(max_chars, expected):
    assert chunks(max_chars) == expected


def test_a_chunk_knows_the_headings_above_it():
    found = {c.id: c for c in chunk_plan(parse_plan("x", documents.PLAN))}
    assert found["二/（一）/2#0"].heading == "主要任务 场地建设 开放学校场地"
    assert found["二/（一）/1/（2）#0"].heading == "主要任务 场地建设 新建体育公园"
    assert found["二/（一）/1/（2）#0"].ref == "二/（一）/1/（2）"


def test_a_section_without_text_has_no_chunk():
    assert [c.ref for c in chunk_plan(parse_plan("x", documents.RUN_IN))] == [
        "一/（一）",
        "一/（二）",
        "二/（三）",
        "二/（四）",
    ]


def test_the_shipped_plan_in_chunks(plan):
    found = chunk_plan(plan)
    assert len(found) == 67
    assert [c.id for c in found if c.ref == "一/（三）"] == ["一/（三）#0", "一/（三）#1", "一/（三）#2"]
    assert max(len(c.text) for c in found) <= MAX_CHARS


def test_what_is_left_over_from_a_web_page_is_in_no_chunk():
    link = "原文链接**: [http://a.gov.cn/1.html](http://a.gov.cn/1.html)。"
    text = f"一、链接\n{link}---。材料经 http://a.gov.cn 网上报送。\n二、空\n---。"
    assert chunks(400, text) == [("一#0", "材料经 http://a.gov.cn 网上报送。"), ("二#0", "---。")]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(documents.ARBITRARY, st.integers(1, 120))
def test_no_chunk_crosses_a_section_or_cuts_a_sentence(text, max_chars):
    plan = parse_plan("x", text)
    found = chunk_plan(plan, max_chars)
    assert len({c.id for c in found}) == len(found)
    told = ([s for s in section.sentences if says_something(s.text)] or section.sentences for section in plan.sections)
    assert [s for c in found for s in c.sentences] == [s for sentences in told for s in sentences]
    for chunk in found:
        assert {s.ref for s in chunk.sentences} == {chunk.ref}
        assert len(chunk.text) <= max_chars or len(chunk.sentences) == 1
