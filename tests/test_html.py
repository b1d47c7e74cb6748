import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SourceError
from corpus.fold import squeeze
from corpus.html import declared_encoding, read_html
from corpus.load import source_of
from corpus.read import read_document

# as a district's site prints it: menus, a side bar, the way to the page, a box to share it, a footer
PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>健身计划_云岭区人民政府</title>
<meta name="ArticleTitle" content="云岭区人民政府关于印发健身计划的通知">
<style>p{color:red}</style><script>var a = "一、脚本。";</script></head>
<body>
<header><h1>云岭区人民政府</h1><a href="/">首页</a></header>
<nav><ul><li><a href="/a">政务公开，政策文件</a></li><li><a href="/b">办事服务</a></li></ul></nav>
<div class="page">
  <div class="side"><h3>栏目</h3><ul><li><a href="/c">规划计划。</a></li><li><a href="/d">统计公报。</a></li></ul></div>
  <div class="main">
    <div class="way">您的位置：<a href="/">首页</a> &gt; <a href="/e">规划</a></div>
    <h2 class="title">云岭区人民政府关于印发健身计划的通知</h2>
    <div class="share">【字体：<a href="#">大</a> <a href="#">小</a>】</div>
    <div class="text">
      <p>各镇人民政府：</p>
      <p>　　现将《云岭区健身计划》印发给你们，请认真执行。</p>
      <p style="text-align:right">云岭区人民政府</p><p>2022年3月5日</p>
      <p>云岭区健身计划</p>
      <p>一、总体要求</p>
      <p>到2025年，新建健身步道
         60公里，<b>覆盖率</b>达到<span>42%</span>。</p>
      <p>二、主要任务</p>
      <table border="1">
        <tr><th rowspan="2">指标</th><th colspan="2">目标</th></tr>
        <tr><th>2023年</th><th>2025年</th></tr>
        <tr><td>健身步道</td><td>30公里</td><td>60公里</td></tr>
        <tr><td>体育公园</td><td colspan="2">3个</td></tr>
      </table>
      <p>鼓励社会力量参与，按规定给予补助。</p>
    </div>
  </div>
</div>
<footer>主办：云岭区人民政府办公室，承办：云岭区大数据中心。</footer>
</body></html>
"""

LINES = """云岭区人民政府关于印发健身计划的通知
各镇人民政府：
现将《云岭区健身计划》印发给你们，请认真执行。
云岭区人民政府
2022年3月5日
云岭区健身计划
一、总体要求
到2025年，新建健身步道 60公里，覆盖率达到42%。
二、主要任务
指标│目标 2023年│目标 2025年
指标：健身步道│目标 2023年：30公里│目标 2025年：60公里
指标：体育公园│目标 2023年：3个│目标 2025年：3个
鼓励社会力量参与，按规定给予补助。"""


def read(text):
    return read_html(text, "页.html").split("\n")


# ---- a page of a site ------------------------------------------------------------------------------------------------


def test_a_page_without_what_frames_it():
    assert read_html(PAGE, "页.html") == LINES


def test_a_page_is_a_plan():
    source = source_of("健身.html", PAGE.encode())
    assert [(s.ref, s.title) for s in source.plan.sections] == [
        ("通知", "通知"),
        ("序言", "云岭区健身计划"),
        ("一", "总体要求"),
        ("二", "主要任务"),
    ]
    assert source.data.decode() == LINES
    assert (source.plan.meta.issuer, source.plan.meta.issued) == ("云岭区人民政府", "2022-03-05")
    assert [s.text for s in source.plan.by_ref["二"].sentences][:2] == [
        "指标│目标 2023年│目标 2025年",
        "指标：健身步道│目标 2023年：30公里│目标 2025年：60公里",
    ]


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030"])
def test_a_page_in_an_older_encoding(declared):
    page = PAGE.replace('charset="utf-8"', f'http-equiv="Content-Type" content="text/html; charset={declared}"')
    reading = read_document(page.encode("gb18030"), "页.htm")
    assert (reading.text, reading.notes) == (LINES, ("按 GB18030 编码读入",))


def test_a_page_in_traditional_characters():
    page = "<meta charset=big5><p>雲嶺區健身計劃，加強領導。</p>".encode("big5")
    reading = read_document(page, "页.html")
    assert (reading.text, reading.notes) == ("雲嶺區健身計劃，加強領導。", ("按 BIG5 编码读入",))


@pytest.mark.parametrize("declared", ["hex", "unicode_escape", "idna", "utf-16", "x-none", "latin-1"])
def test_a_page_that_names_an_encoding_it_is_not_in(declared):
    page = f"<meta charset={declared}><p>一、总体要求</p><p>新建步道60公里。</p>"
    assert read_document(page.encode("gbk"), "页.html").text == "一、总体要求\n新建步道60公里。"
    assert read_document(page.encode(), "页.html").text == "一、总体要求\n新建步道60公里。"


def test_a_page_whose_meta_tags_are_cut_within_a_character():
    for encoding in ("utf-8", "gbk"):
        page = b'<meta name="description" content="' + "云岭".encode(encoding)[:-1] + b'"><p>'
        reading = read_document(page + "一、总体要求：推进全民健身，加强组织领导。".encode(encoding) + b"</p>", "页.html")
        assert reading.text == "一、总体要求：推进全民健身，加强组织领导。"
        assert reading.notes == ("网页在正文之外有损坏的字符",)


def test_a_page_whose_text_is_cut_within_a_character_is_refused():
    with pytest.raises(SourceError, match=r"^页.html：第 60 字节不是 UTF-8；请另存为 UTF-8 编码$"):
        read_document("<p>云岭区健身计划，推进全民健身，加强领导。".encode()[:-1], "页.html")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b'<meta charset="GBK">', "GBK"),
        (b"<META http-equiv=Content-Type content='text/html; charset=gb2312'>", "gb2312"),
        (b'<?xml version="1.0" encoding="gb18030"?>', "gb18030"),
        (b"<p>charset=gbk</p>", ""),
        (b"", ""),
    ],
)
def test_the_encoding_that_a_page_names(data, encoding):
    assert declared_encoding(data) == encoding


@pytest.mark.parametrize("mark", ["", "\ufeff", " \n"])
def test_an_xml_declaration(mark):
    assert read(f'{mark}<?xml version="1.0" encoding="gb2312"?><html><body><p>一、甲</p></body></html>') == ["一、甲"]


@pytest.mark.parametrize("text", ["", " ", "<!-- 甲 -->", "<?php echo ?>", "<script>甲</script>", "<title>甲</title>"])
def test_a_page_without_text(text):
    assert read(text) == [""]


# ---- what is the page's, and what is the site's ----------------------------------------------------------------------


def test_the_title_stands_above_the_text_once():
    text = "<div><h1>云岭区健身计划</h1><div><a href=x>分享</a></div><div>{}推进健身，加强领导。</div></div>"
    assert read(text.format("")) == ["云岭区健身计划", "推进健身，加强领导。"]
    assert read(text.format("云岭区<br>健身计划<br>")) == ["云岭区", "健身计划", "推进健身，加强领导。"]


def test_two_headings_of_the_first_rank_name_no_title():
    text = "<h1>云岭区人民政府</h1><h1>健身计划</h1><div><a href=x>分享</a></div><div>推进健身，加强领导。</div>"
    assert read(text) == ["推进健身，加强领导。"]


def test_what_stands_beside_the_text_without_links_is_kept():
    text = "<div><div>云岭区健身计划</div><div>推进健身，加强领导。完善设施。</div><div>云岭区人民政府</div></div>"
    assert read(text) == ["云岭区健身计划", "推进健身，加强领导。完善设施。", "云岭区人民政府"]


def test_a_short_last_part_of_a_long_text_is_kept():
    first, last = "推进全民健身，加强组织领导。" * 100, "附则，自公布之日起施行。" * 10
    text = f"<div><a href=x>首页</a></div><div><div>{first}</div><div>{last}<a href=y>附件</a></div></div>"
    assert read(text) == [first, f"{last}附件"]


@pytest.mark.parametrize("tag", ["nav", "aside", "footer", "form"])
def test_a_frame_around_the_whole_page_hides_nothing(tag):
    assert read(f"<{tag}><p>一、总体要求</p><p>推进健身，加强领导。</p>") == ["一、总体要求", "推进健身，加强领导。"]


def test_what_no_reader_sees():
    text = "<p>甲</p><noscript>乙</noscript><textarea>丙</textarea><select><option>丁</select><button>戊</button><!-- 己 -->"
    assert read(text) == ["甲"]


def test_a_page_laid_out_in_a_table():
    text = """<table><tr><td colspan=2><a href=a>首页</a></td></tr><tr>
    <td><table><tr><td><a href=b>规划</a></td></tr><tr><td><a href=c>公报</a></td></tr></table></td>
    <td><p>一、总体要求</p><p>推进健身，加强领导。</p>
    <table><tr><td>指标</td><td>目标</td></tr><tr><td>步道</td><td>60公里</td></tr></table></td></tr></table>"""
    assert read(text) == ["一、总体要求", "推进健身，加强领导。", "指标│目标", "指标：步道│目标：60公里"]


def test_a_page_that_is_one_table():
    text = "<body><table><caption>表1</caption><tr><td>指标<td>目标<tr><td>步道，公园<td>60公里。</table>"
    assert read(text) == ["表1", "指标│目标", "指标：步道，公园│目标：60公里。"]


# ---- lines as a browser breaks them ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<p>甲</p><p>乙</p>", ["甲", "乙"]),
        ("甲<br>乙<br/>丙", ["甲", "乙", "丙"]),
        ("<div>甲<div>乙</div>丙</div>", ["甲", "乙", "丙"]),
        ("<p>甲\n 乙\t丙</p>", ["甲 乙 丙"]),
        ("<p>&nbsp;&emsp;甲&#12288;</p><p>&nbsp;</p>", ["甲"]),
        ("<p>甲<!-- 注 -->乙<?x y?>丙</p>", ["甲乙丙"]),
        ("<p>&ldquo;甲&rdquo;&lt;5&amp;6</p>", ["“甲”<5&6"]),
        ("<pre>甲<br>乙\n丙</pre>丁", ["甲", "乙", "丙", "丁"]),
        ("<dl><dt>甲<dd>乙</dl>", ["甲", "乙"]),
        ("<h2>一、甲</h2>乙", ["一、甲", "乙"]),
    ],
)
def test_lines(text, lines):
    assert read(text) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<ol><li>甲<li>乙</ol>", ["1. 甲", "2. 乙"]),
        ("<ol start=3><li>甲<li value=7>乙<li>丙</ol>", ["3. 甲", "7. 乙", "8. 丙"]),
        ("<ol><li>甲<ol><li>乙</ol><li>丙</ol>", ["1. 甲", "1. 乙", "2. 丙"]),
        ("<ol><li>（一）甲<li>（二）乙</ol>", ["（一）甲", "（二）乙"]),
        ("<ol><li></li><li>乙</ol>", ["2. 乙"]),
        (f"<ol start={'9' * 5000}><li>甲<li value=x>乙</ol>", ["1. 甲", "1. 乙"]),
        ("<ul><li>甲<li>乙</ul>", ["甲", "乙"]),
    ],
)
def test_the_numbers_of_lists(text, lines):
    assert read(text) == lines


# ---- tables ----------------------------------------------------------------------------------------------------------


def table(rows):
    return read(f"<table>{rows}</table>")


def test_head_body_and_foot_of_a_table():
    text = "<thead><tr><th>指标<th>目标</thead><tbody><tr><td>步道<td>60公里</tbody><tfoot><tr><td>合计<td>60公里</tfoot>"
    assert table(text) == ["指标│目标", "指标：步道│目标：60公里", "指标：合计│目标：60公里"]


def test_lines_and_marks_within_a_cell():
    text = "<tr><td>指标<td>目标<tr><td><p>步</p><p>道</p><td><b>60</b><br>公里"
    assert table(text) == ["指标│目标", "指标：步 道│目标：60 公里"]


def test_an_empty_row_that_cells_reach_into():
    text = "<tr><td>指标<td>目标<tr><td rowspan=2>步道<td rowspan=2>60公里</tr><tr></tr><tr><td>公园<td>3个"
    assert table(text) == ["指标│目标", "指标：步道│目标：60公里", "指标：公园│目标：3个"]


@pytest.mark.parametrize("span", ["99999999", "9" * 5000, "x", "", "-1", "1.5", "100%"])
def test_a_span_that_makes_no_sense(span):
    assert table(f"<tr><td colspan='{span}'>指标<td>目标<tr><td>步道<td>60公里") == ["指标│目标", "指标：步道│目标：60公里"]


def test_text_in_a_table_but_in_no_cell_is_kept():
    assert table("甲<tr><p>乙</p><td>丙") == ["甲", "乙", "丙"]
    assert table("<td>甲<td>乙") == ["甲", "乙"]


def test_a_table_within_a_cell_of_a_listing_is_text_of_it():
    text = "<tr><td>指标<td>目标<tr><td>步道<td><table><tr><td>年<td>数<tr><td>2025<td>60</table>"
    assert table(text) == ["指标│目标", "指标：步道│目标：年|数 年：2025|数：60"]


# ---- pages that are at fault -----------------------------------------------------------------------------------------


def test_tags_that_are_never_closed_hide_nothing():
    text = "".join(f"<p><font><b>第{i}段，推进健身。" for i in range(3000))
    assert read(text) == [f"第{i}段，推进健身。" for i in range(3000)]


def test_tables_within_tables():
    assert read("<table><tr><td>" * 300 + "甲。") == ["甲。"]


def test_a_page_that_nests_deeper_than_can_be_read_is_refused():
    with pytest.raises(SourceError) as caught:
        read("<div>" * 5000 + "甲。")
    assert str(caught.value) == "页.html：网页标签嵌套过深，读不到全文；请用浏览器打开后另存为 PDF 或文本"


@pytest.mark.parametrize("text", ["<p>甲<p", "<p>甲</div></p></table>", "<p>甲<table><tr><td", "甲</body></html>", "<p>甲<!--"])
def test_a_page_that_breaks_off(text):
    assert read(text) == ["甲"]


WORDS = st.sampled_from(("云岭区", "推进健身，", "加强领导。", "一、目标", "（一）", "60公里", "甲\n乙", "&amp;", "《计划》"))
TAGS = st.sampled_from(
    "<p>|<div>|<span>|<b>|<br>|<ul><li>|<li>|<table>|<tr>|<td>|<td rowspan=2>|<th colspan=3>|<h2>|<pre>|<a name=x>|<form>|"
    "</p>|</div>|</b>|</ul>|</table>|</pre>|</a>|</td>".split("|")
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.one_of(WORDS, TAGS), max_size=30))
def test_no_text_of_a_page_is_lost(pieces):
    text = "".join(pieces)
    words = [squeeze(piece.replace("&amp;", "&")) for piece in pieces if not piece.startswith("<")]
    written = squeeze("".join(read(text)))
    for word in words:
        assert written.count(word) >= words.count(word)


PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=4).map("".join), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PARAGRAPHS)
def test_every_paragraph_of_a_framed_page_arrives_in_order(paragraphs):
    text = PAGE[: PAGE.index("<p>各镇")] + "".join(f"<p>{p}</p>" for p in paragraphs) + "</div></div></div>"
    lines = read(text)
    wanted = [p.replace("&amp;", "&").replace("\n", " ") for p in paragraphs]
    assert lines[-len(wanted) :] == wanted
