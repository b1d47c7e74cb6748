import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SourceError
from corpus.fold import squeeze
from corpus.load import source_of
from corpus.word import read_docx

SPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{name}"'
    for prefix, name in (
        ("w", "wordprocessingml/2006/main"),
        ("mc", "markup-compatibility/2006"),
        ("m", "officeDocument/2006/math"),
    )
)
NOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"


def saved(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def lines(data):
    return read_docx(data if isinstance(data, bytes) else saved(data), "计划.docx").split("\n")


def of(*blocks, numbering="", styles=""):
    """A document of these blocks of WordprocessingML, with this numbering and these styles."""
    document = docx.Document()
    body = document.element.body
    for block in parse_xml(f"<w:body {SPACES}>{''.join(blocks)}</w:body>"):
        body.insert(len(body) - 1, block)  # in front of the section's properties
    if numbering:
        root = document.part.numbering_part.element
        root[:] = parse_xml(f"<w:numbering {SPACES}>{numbering}</w:numbering>")[:]
    for style in parse_xml(f"<w:styles {SPACES}>{styles}</w:styles>"):
        document.styles.element.append(style)
    return document


def p(text="", number=None, style="", inside=""):
    """A paragraph; `number` is its list and level."""
    listed = '<w:numPr><w:ilvl w:val="{1}"/><w:numId w:val="{0}"/></w:numPr>'.format(*number) if number else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{listed}</w:pPr>{r(text) if text else ''}{inside}</w:p>"


def r(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def level(at, form, text, *, start=1, more=""):
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*levels, lists=1):
    kinds = f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
    return kinds + "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="7"/></w:num>' for n in range(1, lists + 1))


OFFICIAL = numbering(
    level(0, "chineseCounting", "%1、"), level(1, "chineseCountingThousand", "（%2）"), level(2, "decimal", "%3."), lists=2
)


# ---- numbers that Word prints by itself ------------------------------------------------------------------------------


def test_the_levels_of_an_official_document():
    document = of(
        p("总体要求", (1, 0)),
        p("工作目标", (1, 1)),
        p("新建步道60公里。", (1, 2)),
        p("新建公园3个。", (1, 2)),
        p("工作原则", (1, 1)),
        p("政府主导。"),
        p("主要任务", (1, 0)),
        p("场地建设", (1, 1)),
        p("改造球馆。", (1, 2)),
        numbering=OFFICIAL,
    )
    assert lines(document) == [
        "一、总体要求",
        "（一）工作目标",
        "1.新建步道60公里。",
        "2.新建公园3个。",
        "（二）工作原则",
        "政府主导。",
        "二、主要任务",
        "（一）场地建设",
        "1.改造球馆。",
    ]
    assert [s.ref for s in source_of("计划.docx", saved(document)).plan.sections] == [
        "一",
        "一/（一）",
        "一/（一）/1",
        "一/（一）/2",
        "一/（二）",
        "二",
        "二/（一）",
        "二/（一）/1",
    ]


@pytest.mark.parametrize(
    ("form", "text", "numbers"),
    [
        ("chineseCounting", "%1、", {1: "一、", 10: "十、", 11: "十一、", 20: "二十、", 21: "二十一、"}),
        ("ideographDigital", "%1、", {2: "二、", 10: "一〇、"}),
        ("ideographTraditional", "%1、", {1: "甲、", 10: "癸、", 11: "11、"}),
        ("decimal", "%1.", {1: "1.", 12: "12."}),
        ("decimalFullWidth", "%1．", {12: "１２．"}),
        ("decimalEnclosedCircle", "%1", {1: "①", 20: "⑳"}),
        ("lowerLetter", "%1)", {1: "a)", 2: "b)"}),
        ("upperLetter", "%1)", {3: "C)"}),
        ("lowerRoman", "%1.", {4: "iv."}),
        ("upperRoman", "%1.", {9: "IX."}),
        ("chineseCounting", "第%1章", {3: "第三章 "}),
        ("decimal", "附件%1", {2: "附件2 "}),
        ("bullet", "●", {1: ""}),
        ("none", "", {1: ""}),
        ("somethingElse", "%1.", {2: "2."}),
    ],
)
def test_the_form_of_a_number(form, text, numbers):
    found = lines(of(*[p("甲", (1, 0))] * 21, numbering=numbering(level(0, form, text))))
    assert {n: found[n - 1] for n in numbers} == {n: f"{printed}甲" for n, printed in numbers.items()}


def test_numbers_that_hold_those_above_them():
    levels = level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%1.%2.%3")
    blocks = p("总则", (1, 0)), p("目的", (1, 1)), p("范围", (1, 1)), p("分级", (1, 2)), p("组织", (1, 0)), p("机构", (1, 1))
    document = of(*blocks, numbering=numbering(*levels))
    assert lines(document) == ["1 总则", "1.1 目的", "1.2 范围", "1.2.1 分级", "2 组织", "2.1 机构"]
    assert [(s.ref, s.title) for s in source_of("预案.docx", saved(document)).plan.sections] == [
        ("1", "总则"),
        ("1/1.1", "目的"),
        ("1/1.2", "范围"),
        ("1/1.2/1.2.1", "分级"),
        ("2", "组织"),
        ("2/2.1", "机构"),
    ]


def test_figures_below_chinese_numbers():
    levels = level(0, "chineseCounting", "第%1章"), level(1, "decimal", "%1.%2", more="<w:isLgl/>")
    found = lines(of(p("总则", (1, 0)), p("目的", (1, 1)), numbering=numbering(*levels)))
    assert found == ["第一章 总则", "1.1 目的"]


def test_articles_run_on_across_chapters():
    levels = level(0, "chineseCounting", "第%1章"), level(1, "chineseCounting", "第%2条", more='<w:lvlRestart w:val="0"/>')
    blocks = [p("总则", (1, 0)), p("甲。", (1, 1)), p("乙。", (1, 1)), p("附则", (1, 0)), p("丙。", (1, 1))]
    found = lines(of(*blocks, numbering=numbering(*levels)))
    assert found == ["第一章 总则", "第一条 甲。", "第二条 乙。", "第二章 附则", "第三条 丙。"]


def test_nothing_between_a_number_and_its_heading():
    levels = level(0, "decimal", "%1", more='<w:suff w:val="nothing"/>')
    assert lines(of(p("总则", (1, 0)), numbering=numbering(levels))) == ["1总则"]


def test_a_list_that_begins_elsewhere():
    assert lines(of(p("甲", (1, 0)), p("乙", (1, 0)), numbering=numbering(level(0, "decimal", "%1.", start=5)))) == [
        "5.甲",
        "6.乙",
    ]


def test_lists_of_one_kind_count_on_together():
    assert lines(of(p("甲", (1, 0)), p("乙", (2, 0)), numbering=OFFICIAL)) == ["一、甲", "二、乙"]


def test_a_list_that_begins_anew():
    anew = (
        '<w:num w:numId="9"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    found = lines(of(p("甲", (1, 0)), p("乙", (1, 0)), p("丙", (9, 0)), p("丁", (9, 0)), numbering=OFFICIAL + anew))
    assert found == ["一、甲", "二、乙", "一、丙", "二、丁"]


def test_a_list_with_a_level_of_its_own():
    own = (
        '<w:num w:numId="9"><w:abstractNumId w:val="7"/>'
        f'<w:lvlOverride w:ilvl="0">{level(0, "decimal", "（%1）")}</w:lvlOverride></w:num>'
    )
    assert lines(of(p("甲", (9, 0)), numbering=OFFICIAL + own)) == ["（1）甲"]


def test_an_empty_paragraph_counts_but_is_not_shown():
    assert lines(of(p("甲", (1, 0)), p("", (1, 0)), p("丙", (1, 0)), numbering=OFFICIAL)) == ["一、甲", "三、丙"]


def test_numbers_that_come_with_a_style():
    styles = (
        '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:pPr>'
        '<w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/>'
        '<w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="C"/><w:basedOn w:val="C"/></w:style>'
    )
    blocks = p("甲", style="A"), p("乙", style="B"), p("丙", style="C"), p("丁", (0, 0), style="A"), p("戊", style="A")
    assert lines(of(*blocks, numbering=OFFICIAL, styles=styles)) == ["一、甲", "（一）乙", "丙", "丁", "二、戊"]


def test_a_number_in_a_list_that_is_not_there():
    assert lines(of(p("甲", (5, 0)), p("乙", (1, 8)), numbering=OFFICIAL)) == ["甲", "乙"]


# ---- paragraphs ------------------------------------------------------------------------------------------------------


def test_a_document_as_word_users_write_it():
    document = docx.Document()
    document.add_heading("云岭区健身计划", 0)
    document.add_paragraph("一、总体要求").runs[0].font.size = Pt(16)
    paragraph = document.add_paragraph("到2025年，")
    paragraph.add_run("新建步道").bold = True
    paragraph.add_run("60公里。")
    document.add_paragraph("")
    document.sections[0].header.paragraphs[0].text = "页眉"
    assert lines(document) == ["云岭区健身计划", "一、总体要求", "到2025年，新建步道60公里。"]


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>", ["甲", "乙"]),
        ('<w:r><w:t>甲</w:t><w:br w:type="page"/><w:cr/><w:t>乙</w:t></w:r>', ["甲", "乙"]),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r>", ["甲\t乙"]),
        ("<w:r><w:t>2021</w:t><w:noBreakHyphen/><w:t>2025</w:t></w:r>", ["2021-2025"]),
        (f"<w:hyperlink>{r('甲')}</w:hyperlink>{r('乙')}", ["甲乙"]),
        (f"<w:smartTag>{r('甲')}</w:smartTag><w:fldSimple>{r('乙')}</w:fldSimple>", ["甲乙"]),
        (f"<w:ins>{r('增')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>{r('留')}", ["增留"]),
        (f"<w:moveFrom>{r('移')}</w:moveFrom>{r('留')}<w:moveTo>{r('来')}</w:moveTo>", ["留来"]),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{r('控件')}</w:sdtContent></w:sdt>", ["控件"]),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>" + r("甲"), ["甲"]),
        ("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>" + r("，即甲"), ["x=1，即甲"]),
        ('<w:r><w:t xml:space="preserve">Plan </w:t></w:r>' + r(" ") + r("A"), ["Plan  A"]),
    ],
    ids="break page-break tab hyphen link tag tracked moved control field formula spaces".split(),
)
def test_what_stands_in_a_paragraph(inside, found):
    assert lines(of(p(inside=inside))) == found


@pytest.mark.parametrize(
    "around", ["<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>", "<w:ins>{}</w:ins>", "<w:customXml>{}</w:customXml>"]
)
def test_what_stands_around_paragraphs(around):
    assert lines(of(p("甲"), around.format(p("乙") + p("丙")), p("丁"))) == ["甲", "乙", "丙", "丁"]


def test_a_text_box_stands_below_the_paragraph_it_hangs_on():
    shape = "<w:pict><w:txbxContent>{}</w:txbxContent></w:pict>"
    box = p("专栏1 重点工程") + f"<w:tbl>{row('指标', '目标')}{row('步道', '60公里')}</w:tbl>"
    anchor = (
        f"<w:r><mc:AlternateContent><mc:Choice>{shape.format(box)}</mc:Choice>"
        f"<mc:Fallback>{shape.format(box)}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    found = lines(of(p(inside=anchor + r("总体要求"), number=(1, 0)), p("甲"), numbering=OFFICIAL))
    assert found == ["一、总体要求", "专栏1 重点工程", "指标│目标", "指标：步道│目标：60公里", "甲"]


def test_a_footnote_stands_below_its_paragraph():
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    document = of(p("健身圈", inside=reference + r("建设。")), p("乙", inside='<w:r><w:footnoteReference w:id="9"/></w:r>'))
    texts = {1: "无关", 2: "指15分钟可达。"}
    notes = "".join(f'<w:footnote w:id="{number}">{p(text)}</w:footnote>' for number, text in texts.items())
    notes = f"<w:footnotes {SPACES}>{notes}</w:footnotes>"
    part = Part(PackURI("/word/footnotes.xml"), NOTES, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATION)
    assert lines(document) == ["健身圈建设。", "指15分钟可达。", "乙"]


def test_a_table_of_contents_opens_no_sections():
    toc = [p(inside=f"{r(text)}<w:r><w:tab/></w:r>{r(page)}") for text, page in (("一、总体要求", "1"), ("二、主要任务", "12"))]
    document = of(p("云岭区健身计划"), p("目 录"), *toc, p("一、总体要求"), p("甲。"), p("二、主要任务"), p("乙。"))
    assert [(s.ref, s.text) for s in source_of("计划.docx", saved(document)).plan.sections] == [
        ("序言", "目 录\n一、总体要求\t1\n二、主要任务\t12"),
        ("一", "甲。"),
        ("二", "乙。"),
    ]


# ---- tables ----------------------------------------------------------------------------------------------------------


def cell(text, span=1, merge=None, inside=""):
    down = "" if merge is None else f'<w:vMerge w:val="{merge}"/>' if merge else "<w:vMerge/>"
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{down}</w:tcPr>{inside}{p(text)}</w:tc>'


def row(*cells, before=0):
    skipped = f'<w:trPr><w:gridBefore w:val="{before}"/></w:trPr>' if before else ""
    return f"<w:tr>{skipped}{''.join(c if c.startswith('<') else cell(c) for c in cells)}</w:tr>"


def table(*rows):
    return lines(of(f"<w:tbl>{''.join(rows)}</w:tbl>"))


def test_a_table_of_python_docx_with_merged_cells():
    document = docx.Document()
    made = document.add_table(rows=4, cols=3)
    texts = ("指标", "目标", "", "", "2023年", "2025年", "步道", "30公里", "60公里", "公园", "3个", "")
    for at, text in zip((c for each in made.rows for c in each.cells), texts, strict=True):
        at.text = text
    made.cell(0, 0).merge(made.cell(1, 0))
    made.cell(0, 1).merge(made.cell(0, 2))
    made.cell(3, 1).merge(made.cell(3, 2))
    assert lines(document) == [
        "指标│目标 2023年│目标 2025年",
        "指标：步道│目标 2023年：30公里│目标 2025年：60公里",
        "指标：公园│目标 2023年：3个│目标 2025年：3个",
    ]


def test_a_cell_over_three_rows():
    found = table(
        row("领域", "指标"),
        row(cell("健身", merge="restart"), "步道"),
        row(cell("", merge=""), "公园"),
        row(cell("", merge="continue"), "球馆"),
    )
    assert found == ["领域│指标", "领域：健身│指标：步道", "领域：健身│指标：公园", "领域：健身│指标：球馆"]


def test_a_row_of_nothing_but_merged_cells():
    merged = row(cell("步道", merge="restart"), cell("60公里", merge="restart")), row(cell("", merge=""), cell("", merge=""))
    assert table(row("指标", "目标"), *merged, row("公园", "3个")) == [
        "指标│目标",
        "指标：步道│目标：60公里",
        "指标：公园│目标：3个",
    ]


def test_a_row_that_begins_in_a_later_column():
    assert table(row("指标", "目标"), row("60公里", before=1)) == ["指标│目标", "│目标：60公里"]


def test_a_cell_that_goes_on_from_nothing():
    assert table(row(cell("指标", merge=""), "目标"), row("步道", "60公里")) == ["指标│目标", "指标：步道│目标：60公里"]


def test_a_nested_table_is_text_of_its_cell():
    inner = f"<w:tbl>{row('年', '数')}{row('2025', '60')}</w:tbl>"
    assert table(row("指标", "目标"), row("步道", cell("", inside=inner))) == [
        "指标│目标",
        "指标：步道│目标：年|数 年：2025|数：60",
    ]


def test_a_nested_table_in_a_frame_is_a_table():
    inner = f"<w:tbl>{row('指标', '目标')}{row('步道', '60公里')}</w:tbl>"
    assert table(row(cell("二、主要任务", inside=inner))) == ["指标│目标", "指标：步道│目标：60公里", "二、主要任务"]


def test_rows_and_cells_within_content_controls():
    controlled = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    controlled = controlled.format(row("步道", controlled.format(cell("60公里"))))
    assert table(row("指标", "目标"), controlled) == ["指标│目标", "指标：步道│目标：60公里"]


def test_numbered_paragraphs_in_cells():
    rows = row("任务", "单位"), f"<w:tr><w:tc>{p('修路', (1, 0))}{p('架桥', (1, 0))}</w:tc>{cell('交通局')}</w:tr>"
    found = lines(of(f"<w:tbl>{''.join(rows)}</w:tbl>", numbering=OFFICIAL))
    assert found == ["任务│单位", "任务：一、修路 二、架桥│单位：交通局"]


@pytest.mark.parametrize("span", ["99999999999", "x", "", "-3"])
def test_a_span_that_makes_no_sense(span):
    assert table(row(cell("指标", span=span), "目标"), row("步道", "60公里")) == ["指标│目标", "指标：步道│目标：60公里"]


# ---- files that cannot be read ---------------------------------------------------------------------------------------


def message(data):
    with pytest.raises(SourceError) as caught:
        read_docx(data, "计划.docx")
    return str(caught.value)


def repacked(data, **parts):
    """The file with other parts; None takes one away."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as changed:
        held = {name: package.read(name) for name in package.namelist()} | parts
        for name, part in held.items():
            if part is not None:
                changed.writestr(name, part)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "BadZipFile"),
        (b"PK\x03\x04", "BadZipFile"),
        (saved(of(p("甲")))[:-50], "BadZipFile"),
        (repacked(saved(of(p("甲"))), **{"[Content_Types].xml": None}), "KeyError"),
        (repacked(saved(of(p("甲"))), **{"word/document.xml": b"<w:p>"}), "XMLSyntaxError"),
    ],
    ids=["empty", "cut", "cut at the end", "no types", "no XML"],
)
def test_a_damaged_file(data, what):
    assert message(data) == f"计划.docx：不是完好的 .docx 文件（{what}）；请用 Word 重新保存"


def test_a_file_that_nests_deeper_than_word_allows():
    body = "<w:tbl><w:tr><w:tc>" * 100 + "</w:tc></w:tr></w:tbl>" * 100
    document = f"<w:document {SPACES}><w:body>{body}</w:body></w:document>".encode()
    assert "（XMLSyntaxError）" in message(repacked(saved(of()), **{"word/document.xml": document}))


def test_tables_nested_as_deep_as_is_allowed():
    body = "<w:tbl><w:tr><w:tc>" * 80 + p("甲") + "</w:tc></w:tr></w:tbl>" * 80
    document = f"<w:document {SPACES}><w:body>{body}</w:body></w:document>".encode()
    assert lines(repacked(saved(of()), **{"word/document.xml": document})) == ["甲"]


def test_a_locked_file_and_an_old_one():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert message(ole + "EncryptedPackage".encode("utf-16-le")) == "计划.docx：有密码保护；请去掉密码后再提供"
    assert message(ole) == "计划.docx：其实是 .doc 文件；请用 Word 另存为 .docx"


def test_a_file_that_unpacks_beyond_measure():
    small = saved(of(p("甲")))
    assert message(repacked(small, **{"word/other.xml": bytes(51_000_000)})) == "计划.docx：解压后有 51 MB；请拆分后再提供"
    assert message(repacked(small, **{"word/media/a.bmp": bytes(201_000_000)})) == "计划.docx：解压后有 201 MB；请拆分后再提供"
    assert lines(repacked(small, **{"word/media/a.bmp": bytes(60_000_000)})) == ["甲"]


def test_entities_are_not_unfolded():
    bomb = '<!DOCTYPE x [<!ENTITY a "甲甲甲甲"><!ENTITY b "&a;&a;&a;&a;">]>'
    document = f"{bomb}<w:document {SPACES}><w:body><w:p>{r('乙&b;')}</w:p></w:body></w:document>".encode()
    assert lines(repacked(saved(of()), **{"word/document.xml": document})) == ["乙"]


@pytest.mark.parametrize("document", [f"<w:document {SPACES}/>", "<x/>"])
def test_a_document_without_a_body(document):
    assert lines(repacked(saved(of()), **{"word/document.xml": document.encode()})) == [""]


def test_a_part_without_a_type():
    types = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
    one = b'<Relationship Id="rId1" Target="styles.xml"/>'
    assert lines(repacked(saved(of(p("甲"))), **{"word/_rels/document.xml.rels": types % one})) == ["甲"]


@pytest.mark.parametrize(
    "wrong",
    [
        '<w:abstractNum/><w:num/><w:num w:numId="1"/>',
        '<w:abstractNum w:abstractNumId="7"><w:lvl/><w:lvl w:ilvl="x"><w:start w:val="-1"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/><w:lvlOverride/></w:num>',
        numbering(level(0, "chineseCounting", "", start="9" * 5000)),
    ],
    ids=["empty", "no numbers", "huge numbers"],
)
def test_numbering_that_makes_no_sense(wrong):
    assert lines(of(p("甲", (1, 0)), numbering=wrong)) == ["甲"]


# ---- any document at all ---------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(("云岭区", "推进健身，", "一、目标", "（一）", "60公里", "甲 乙", "《计划》"))
PARAGRAPHS = st.builds(p, TEXTS, st.sampled_from((None, (1, 0), (1, 1), (3, 0))))
CELLS = st.builds(cell, TEXTS, st.sampled_from((1, 2)), st.sampled_from((None, "restart")))
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=3).map(lambda cells: row(*cells)), min_size=1, max_size=4).map(
    lambda rows: f"<w:tbl>{''.join(rows)}</w:tbl>"
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.one_of(PARAGRAPHS, TABLES), min_size=1, max_size=5))
def test_no_text_of_a_document_is_lost(blocks):
    written = squeeze("".join(lines(of(*blocks, numbering=OFFICIAL))))
    given_texts = [t.text for block in blocks for t in parse_xml(f"<w:body {SPACES}>{block}</w:body>").iter("{*}t")]
    for text in given_texts:
        assert written.count(squeeze(text)) >= given_texts.count(text)
