"""Text as it is set: escaping and highlighting."""

from qa.web.markup import highlight


def test_highlights_exact_spans():
    assert highlight("新建绿道 18 公里。以绿道", [(0, 11)], [(5, 10)]) == (
        "<mark>新建绿道 <strong>18 公里</strong>。</mark>以绿道"
    )


def test_highlight_escapes_inside_and_outside_the_marks():
    assert highlight("<a>&<b>", [(3, 7)], [(4, 5)]) == "&lt;a&gt;<mark>&amp;<strong>&lt;</strong>b&gt;</mark>"


def test_highlight_without_spans_is_the_escaped_text():
    assert highlight('a"<') == "a&quot;&lt;"


def test_a_subscript_is_set_whole_even_where_a_mark_begins_inside_it():
    assert highlight("PM_{2.5} 浓度", [(4, 11)]) == "PM<mark><sub>2.5</sub> 浓度</mark>"
