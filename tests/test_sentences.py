import re

import documents
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.fold import squeeze
from corpus.parse import parse_sections
from corpus.sentences import Sentence, split_sentences


def split(text):
    return [s.text for s in split_sentences("一", text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("推进建设。加强管理。", ["推进建设。", "加强管理。"]),
        ("推进建设", ["推进建设"]),
        ("怎么办？马上办！办好了。", ["怎么办？", "马上办！", "办好了。"]),
        ("真的吗？！是的。", ["真的吗？！", "是的。"]),
        ("推进建设；加强管理；注重实效。", ["推进建设；加强管理；注重实效。"]),
        ("推进建设。\n加强管理", ["推进建设。", "加强管理"]),
        ("推进建设。　 加强管理。 ", ["推进建设。", "加强管理。"]),
        ("", []),
        (" \n　\n", []),
    ],
)
def test_sentences_end_at_full_stops_and_paragraphs(text, sentences):
    assert split(text) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "他说：“要快。要好。”大家同意。",
        "落实《关于加强管理。严格执法的意见》的要求。",
        "对企业（包括外资。不含个体户！）给予补助。",
        "依据(见附表。第3页)执行。",
        "做到“‘一窗受理。’全程网办。”的目标。",
        "按照〔2021。〕号文办理。",
        "绿化覆盖率达到30.10%，面积1.2万平方米，占比2.5。",
    ],
)
def test_brackets_quotation_marks_and_numbers_are_never_cut(text):
    assert split(text) == [text]


def test_text_goes_on_behind_a_closed_bracket():
    assert split("建设公园（3个）。开放学校（2所。）。") == ["建设公园（3个）。", "开放学校（2所。）。"]


def test_a_quotation_that_ends_a_sentence_is_not_cut_off():
    assert split("他问：“好吗？”没人回答。") == ["他问：“好吗？”没人回答。"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("他说“要快。大家同意。", ["他说“要快。", "大家同意。"]),
        ("（一推进。二管理。", ["（一推进。", "二管理。"]),
        ("推进》建设。管理。", ["推进》建设。", "管理。"]),
        ("要快。”大家同意。好。", ["要快。”大家同意。", "好。"]),
        ("甲（乙“丙）丁。戊。", ["甲（乙“丙）丁。", "戊。"]),
    ],
)
def test_a_bracket_without_a_partner_holds_nothing_together(text, sentences):
    assert split(text) == sentences


def test_places_count_from_the_beginning_of_the_text():
    text = "推进建设。 加强管理。\n　注重实效。"
    assert split_sentences("二", text) == (
        Sentence("二", "推进建设。", 0),
        Sentence("二", "加强管理。", 6),
        Sentence("二", "注重实效。", 13),
    )
    assert [text[s.start : s.end] for s in split_sentences("二", text)] == ["推进建设。", "加强管理。", "注重实效。"]


def assert_sound(text):
    """Invariants 2 and 4 for the sentences of a text, checked by another way than the one they were made by."""
    sentences = split_sentences("一", text)
    assert squeeze("".join(s.text for s in sentences)) == squeeze(text)
    for s in sentences:
        assert text[s.start : s.end] == s.text == s.text.strip() != ""
    ends = {s.start for s in sentences[1:]} | {s.end for s in sentences[:-1]}
    for paragraph in re.finditer(r"[^\n]+", text):
        # innermost pairs of one kind without another bracket between them; numbers
        for held in re.finditer(
            r"《[^《》“”（）()\n]*》|“[^《》“”（）()\n]*”|（[^《》“”（）()\n]*）|\d+(?:[.,]\d+)*", paragraph[0]
        ):
            inside = range(paragraph.start() + held.start() + 1, paragraph.start() + held.end())
            assert not ends.intersection(inside), (held[0], [s.text for s in sentences])


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("绿道建设。！？；，、.,0123456789%《》“”（）()\n　 "), max_size=60))
def test_any_text_is_split_soundly(text):
    assert_sound(text)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(documents.ARBITRARY)
def test_the_sections_of_any_document_are_split_soundly(text):
    for section in parse_sections(text):
        assert_sound(section.text)
        assert {s.ref for s in section.sentences} <= {section.ref}
