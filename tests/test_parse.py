import documents
import pytest
from hypothesis import given, settings

from corpus.fold import squeeze
from corpus.parse import Plan, lost_characters, parse_plan, parse_sections


def outline(text):
    return tuple((s.ref, s.title) for s in parse_plan("x", text).sections)


def texts(text):
    return {s.ref: s.text for s in parse_plan("x", text).sections}


# ---- the forms that official documents come in -----------------------------------------------------------------------


def test_a_notice_with_a_plan():
    assert outline(documents.PLAN) == documents.PLAN_OUTLINE


def test_addresses_of_a_plan():
    sections = parse_plan("x", documents.PLAN).by_ref
    assert sections["二"].address == "二、"
    assert sections["二/（一）"].address == "二、（一）"
    assert sections["二/（一）/2"].address == "二、（一）2."
    assert sections["二/（一）/1/（2）"].address == "二、（一）1.（2）"
    assert sections["落款"].address == "落款"


def test_a_regulation_in_chapters_and_articles():
    assert outline(documents.REGULATION) == (
        ("序言", "云岭县公共自行车管理办法"),
        ("第一章", "总则"),
        ("第一章/第一条", ""),
        ("第一章/第二条", ""),
        ("第二章", "使用"),
        ("第二章/第三条", ""),
        ("第二章/第三条/（一）", ""),
        ("第二章/第三条/（二）", ""),
        ("第二章/第四条", ""),
        ("第三章", "附则"),
        ("第三章/第五条", ""),
    )
    plan = parse_plan("x", documents.REGULATION)
    assert plan.by_ref["第三章/第五条"].address == "第三章第五条"
    assert plan.by_ref["第一章/第二条"].text == "本办法所称公共自行车，是指由政府投放的自行车。\n骑行者应当遵守交通法规。"


def test_a_heading_that_carries_its_first_sentence():
    assert outline(documents.RUN_IN) == (
        ("序言", "云岭县数字乡村实施方案"),
        ("一", "重点工程"),
        ("一/（一）", ""),
        ("一/（二）", ""),
        ("二", "保障措施"),
        ("二/（三）", ""),
        ("二/（四）", ""),
    )
    plan = parse_plan("x", documents.RUN_IN)
    section = plan.by_ref["二/（四）"]
    assert (section.printed, section.text) == ("（四）", "加大投入。统筹资金3000万元。")
    assert plan.heading("二/（四）") == "加大投入"


def test_a_document_without_headings():
    plan = parse_plan("防火", documents.FLAT)
    assert plan.flat
    assert [s.ref for s in plan.sections] == ["第1段", "第2段", "第3段"]
    assert plan.by_ref["第3段"].text == "火险期内禁止一切野外用火。"
    assert plan.heading("第3段") == "第3段"


def test_boxes_and_annexes():
    assert outline(documents.ANNEXES) == (
        ("序言", "云岭县旅游发展规划"),
        ("一", "发展目标"),
        ("一/专栏1", "精品线路"),
        ("二", "重点项目"),
        ("二/专栏2", "配套设施"),
        ("附件1", ""),
        ("附件1/一", "在建项目"),
        ("附件2", ""),
    )
    assert texts(documents.ANNEXES)["附件2"] == "任务分工表\n县文旅局牵头。"


def test_markdown():
    assert outline(documents.MARKDOWN) == (
        ("通知", "通知"),
        ("序言", "云岭县河湖保护办法"),
        ("第一章", "总则"),
        ("第一章/第一条", ""),
        ("第二章", "保护措施"),
        ("第二章/第二条", ""),
    )
    assert parse_plan("x", documents.MARKDOWN).by_ref["第二章"].printed == "## 第二章 **保护措施**"
    assert texts(documents.MARKDOWN)["通知"].split("\n") == [
        "# 云岭县人民政府办公室关于印发《云岭县河湖保护办法》的通知",
        "**来源**: https://example.org/a/very/long/address/without/any/full/stop",
        "---",
        "云政办发〔2021〕15号",
    ]


def test_a_table_of_contents_is_no_second_tree():
    assert outline(documents.CONTENTS) == (("序言", "云岭县教育发展规划"), ("一", "发展目标"), ("二", "重点任务"))
    assert texts(documents.CONTENTS)["序言"].split("\n") == [
        "目 录",
        "一、发展目标.......................1",
        "二、重点任务 ……………………………… 3",
    ]


def test_numbers_at_the_start_of_a_line_that_are_text():
    assert outline(documents.DECOYS) == (("序言", "云岭县民生实事工作要点"), ("一", "资金安排"), ("二", "进度安排"))
    assert texts(documents.DECOYS)["一"].split("\n") == [
        "1.5亿元用于道路改造。",
        "2022年6月前完成招标。",
        "3家单位参与建设。",
        "九、这个数字跳得太远，不是标题。",
    ]


def test_lines_as_short_as_a_printed_page():
    assert outline(documents.NARROW) == (
        ("序言", "云岭县养老服务行动计划"),
        ("一", "建设服务网络"),
        ("一/（一）", ""),
        ("一/（二）", ""),
        ("二", "加强队伍建设"),
    )
    found = texts(documents.NARROW)
    assert found["一/（一）"] == (
        "新建服务中心。到二〇二五年，在全县新建服务中心二十所，每个乡镇至少要有一所中心，偏远的村由中心派人上门服务。\n"
        "支持社会力量兴办养老机构，对新建的床位按规定给予一次性补助。"
    )
    assert found["二"] == "培训养老护理员，提高他们的待遇和社会地位，让更多的年轻人愿意从事这一行业。"


def test_a_list_of_short_lines_is_not_joined():
    text = "一、项目\n" + "\n".join(f"第{i}期湖滨公园改造和扩建" for i in "甲乙丙丁戊己庚辛") + "\n步行街"
    assert texts(text)["一"].count("\n") == 8


def test_a_text_that_has_lost_its_line_breaks():
    assert outline(documents.ONE_LINE) == (("序言", "云岭县稳定就业若干措施"), ("一", "支持企业"), ("二", "鼓励创业"))
    found = texts(documents.ONE_LINE)
    assert found["一"].split("\n")[0] == "对不裁员的企业，返还失业保险费的 50%。"
    assert found["二"] == "创业担保贷款最高30万元。"


def test_decimal_numbers():
    assert outline(documents.DECIMAL) == (
        ("序言", "云岭县防汛应急预案"),
        ("1", "总则"),
        ("1/1.1", "编制目的"),
        ("1/1.2", "适用范围"),
        ("1/1.2/1.2.1", "分级"),
        ("1/1.2/1.2.1/（1）", ""),
        ("2", "组织体系"),
        ("2/2.1", "指挥部"),
    )
    plan = parse_plan("x", documents.DECIMAL)
    assert [s.address for s in plan.sections] == ["序言", "1", "1.1", "1.2", "1.2.1", "1.2.1（1）", "2", "2.1"]
    assert plan.by_ref["1/1.1"].text == "规范应急工作，投入\n1.5亿元，改造\n2.6公里堤防。"


def test_points_of_a_speech():
    assert outline("云岭县工作报告\n第一，明确责任。各乡镇要落实。\n第二，加大投入。") == (
        ("序言", "云岭县工作报告"),
        ("第一", ""),
        ("第二", ""),
    )
    assert texts("第一，明确责任。各乡镇要落实。\n第二，加大投入。")["第一"] == "明确责任。各乡镇要落实。"


def test_numbers_in_full_width():
    text = "云岭县工作要点\n一、目标\n１．新建步道３０公里。\n２．改造球馆。\n（１）扩建。\n附件１\n任务表"
    assert outline(text) == (
        ("序言", "云岭县工作要点"),
        ("一", "目标"),
        ("一/1", ""),
        ("一/2", ""),
        ("一/2/（1）", ""),
        ("附件1", ""),
    )
    assert texts(text)["一/1"] == "新建步道３０公里。"


def test_letter_spaced_lines():
    text = "云 岭 县 河 湖 保 护 办 法\n第 一 章　总　　则\n第 一 条　保护河湖。\n第 二 章　附　　则\n第 二 条　公布之日施行。"
    assert outline(text) == (
        ("序言", "云岭县河湖保护办法"),
        ("第一章", "总则"),
        ("第一章/第一条", ""),
        ("第二章", "附则"),
        ("第二章/第二条", ""),
    )
    assert parse_plan("x", text).by_ref["序言"].printed == "云 岭 县 河 湖 保 护 办 法"


@pytest.mark.parametrize("entry", ["一、目标\n二、重点任务", "一、目标 1\n二、重点任务 12", "一、目标\t1\n二、重点任务\t12"])
@pytest.mark.parametrize("head", ["目录", "目　录", "# 目 录"])
def test_a_table_of_contents_without_dots(head, entry):
    text = f"云岭县教育规划\n{head}\n{entry}\n一、目标\n新建学校4所。\n二、重点任务\n扩建幼儿园。"
    assert outline(text) == (("序言", "云岭县教育规划"), ("一", "目标"), ("二", "重点任务"))
    assert texts(text)["序言"] == f"{head}\n{entry}"


def test_the_word_contents_hides_no_sections():
    assert outline("云岭县档案规划\n目录\n一、目标\n编制目录。\n二、任务\n公布。")[1:] == (("一", "目标"), ("二", "任务"))


def test_a_heading_of_the_contents_is_no_title_of_the_document():
    text = "云岭县就业规划\n目录\n一、总体要求\n二、保障措施\n一、总体要求\n稳定就业。\n二、保障措施\n加大投入。"
    assert parse_plan("x", text).title == "云岭县就业规划"


def test_a_list_of_annexes_opens_no_sections():
    text = (
        "云岭县水利方案\n一、任务\n修水库。\n附件：1.任务表\n　　　2.分工表\n云岭县人民政府\n2022年3月5日\n"
        "附件1\n任务表\n1.水库\n2.堤防\n附件2\n分工表"
    )
    assert outline(text) == (
        ("序言", "云岭县水利方案"),
        ("一", "任务"),
        ("落款", ""),
        ("附件1", ""),
        ("附件1/1", "水库"),
        ("附件1/2", "堤防"),
        ("附件2", ""),
    )
    assert texts(text)["落款"] == "附件：1.任务表\n2.分工表\n云岭县人民政府\n2022年3月5日"


def test_numbers_behind_a_list_of_annexes_open_sections_again():
    assert [ref for ref, _ in outline("附件：1.任务表\n一、甲\n1.乙\n2.丙")] == ["序言", "一", "一/1", "一/2"]


def test_closing_lines_in_front_of_an_annex():
    text = "一、任务\n修水库。\n云岭县人民政府\n2022年3月5日\n附件\n任务表\n一、水库\n加固。"
    assert texts(text) == {"一": "修水库。", "落款": "云岭县人民政府\n2022年3月5日", "附件": "任务表", "附件/一": "加固。"}


def test_rows_of_a_table_stay_rows():
    text = "云岭县计划\n一、任务\n一、指标│2025年\n一、步道：60公里│2025年：5\n│1.合计\n二、保障\n加大投入。"
    assert outline(text)[1:] == (("一", "任务"), ("二", "保障"))
    section = parse_plan("x", text).by_ref["一"]
    assert [s.text for s in section.sentences] == ["一、指标│2025年", "一、步道：60公里│2025年：5", "│1.合计"]


def test_a_row_is_one_sentence_and_no_closing_line():
    text = "一、任务\n甲│乙\n甲：推进。完善。│乙：2022年3月"
    assert [s.text for s in parse_plan("x", text).by_ref["一"].sentences] == ["甲│乙", "甲：推进。完善。│乙：2022年3月"]


def test_a_text_in_which_not_even_spaces_are_left():
    text = documents.LOST
    assert outline(text) == (
        ("序言", ""),
        ("一", "总体要求"),
        ("一/（一）", ""),
        ("一/（二）", ""),
        ("二", "主要任务"),
        ("二/（一）", ""),
        ("二/（一）/1", ""),
        ("二/（一）/2", ""),
        ("二/（二）", ""),
        ("三", ""),
    )
    found = texts(text)
    assert found["一/（一）"] == "指导思想坚持以人为本。"
    assert found["一/（二）"].startswith("目标到2025年，新增1.5亿元，共3项。")
    assert (found["二/（一）/1"], found["二/（一）/2"]) == ("新建水库3座。", "改造管网20公里。")


def test_decimal_numbers_in_a_text_that_has_lost_its_line_breaks():
    text = f"云岭县防汛预案 1 总则 1.1 目的 制定本预案。{documents.PADDING} 1.2 范围 适用本县。 2 组织 2.1 机构 设立。"
    assert outline(text) == (
        ("序言", "云岭县防汛预案"),
        ("1", "总则"),
        ("1/1.1", "目的"),
        ("1/1.2", "范围"),
        ("2", "组织"),
        ("2/2.1", "机构"),
    )


def test_a_short_text_in_one_line_has_lost_nothing():
    assert outline("一、甲（一）乙。（二）丙。") == (("一", ""),)


# ---- page breaks, titles, closing lines ------------------------------------------------------------------------------


def test_sentences_that_a_page_break_cut_are_whole():
    found = texts(documents.PLAN)
    assert found["一/（一）"] == (
        "到2024年，人均体育场地面积达到2.6平方米，经常参加锻炼的人数比例不低于 42%，三年累计投入1.5亿元，新建健身步道60公里。"
    )
    assert found["二"] == "推进“一刻钟健身圈”建设，做到“出门即健身、小病不出村”，让健身走进生活。"
    assert found["二/（一）/1/（1）"] == "在县城新建体育公园3个，总面积约1.2万平方米。结合旧厂房改造，把闲置厂房改建为球馆。"
    assert "**云岭县人民政府关于印发《云岭县全民健身三年行动计划（2022—2024年）》的通知**" in found["通知"].split("\n")


def test_a_line_that_ends_in_a_comma_goes_on():
    assert texts(documents.PLAN)["一/（二）"] == "坚持三条原则。一是政府主导，二是社会参与，三是“人人可及、处处可健身”。"


def test_a_signature_is_not_drawn_into_the_text():
    assert texts(documents.PLAN)["落款"] == "云岭县人民政府办公室\n2022年3月8日印发"
    assert texts(documents.PLAN)["三"] == "加强组织领导。"


def test_the_title_of_a_notice_is_not_drawn_into_its_number():
    notice = "云岭县人民政府关于印发云岭县全民健身行动计划的通知\n云政发〔2022〕8号\n各乡镇：\n云岭县行动计划\n一、甲\n内容。"
    assert texts(notice)["通知"].split("\n")[1] == "云政发〔2022〕8号"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("云岭县人民政府关于加强\n水资源保护工作的意见", "云岭县人民政府关于加强水资源保护工作的意见"),
        ("云岭县人民政府\n关于加强水资源\n保护工作的意见", "关于加强水资源保护工作的意见"),
        ("云岭县人民政府关于印发规划的通知\n云岭县水利规划", "云岭县水利规划"),
    ],
)
def test_a_title_broken_over_lines(lines, title):
    assert parse_plan("x", f"{lines}\n各乡镇：\n一、甲\n内容。").title == title


def test_a_bracket_that_is_never_closed_holds_no_paragraphs_together():
    long = "推进（健身。" + "各乡镇要加强领导。" * 30
    assert texts(f"一、甲\n{long}\n完善设施。\n加大投入。")["一"] == f"{long}\n完善设施。\n加大投入。"


def test_a_last_line_without_a_date_is_no_closing():
    assert texts("一、甲\n推进建设。\n二、乙\n注重实效")["二"] == "注重实效"


def test_paragraphs_stay_apart():
    assert texts("一、甲\n推进建设。\n加强管理。")["一"] == "推进建设。\n加强管理。"


def test_refs_that_would_repeat_are_told_apart():
    sections = parse_sections("一、甲\n内容。\n二、乙\n（一）丙\n一、丁\n（一）戊\n内容。\n（二）己\n内容。")
    assert [s.ref for s in sections] == ["一", "二", "二/（一）", "一·2", "一·2/（一）", "一·2/（二）"]
    assert sections[4].address == "一、（一）"


def test_one_lost_heading_does_not_swallow_the_rest():
    assert [s.ref for s in parse_sections("一、甲\n内容。\n三、丙\n（一）丁\n四、戊")] == ["一", "三", "三/（一）", "四"]


# ---- what a section knows --------------------------------------------------------------------------------------------


def test_the_path_leads_from_the_outermost_section():
    plan = parse_plan("x", documents.PLAN)
    assert [s.ref for s in plan.path("二/（一）/1/（1）")] == ["二", "二/（一）", "二/（一）/1", "二/（一）/1/（1）"]
    assert [s.ref for s in plan.children("二")] == ["二/（一）", "二/（二）"]
    assert plan.children("三") == ()


def test_a_section_without_a_title_is_known_by_its_lead_or_its_parent():
    plan = parse_plan("x", documents.PLAN)
    assert plan.heading("二/（二）/1") == "举办联赛"
    assert plan.heading("二/（一）/1/（2）") == "新建体育公园"
    assert plan.heading("二/（一）") == "场地建设"


def test_the_title_given_is_preferred_to_the_printed_one():
    assert parse_plan("x", documents.RUN_IN).title == "云岭县数字乡村实施方案"
    assert parse_plan("x", documents.RUN_IN, title="别名").title == "别名"
    assert parse_plan("编号七", "一、甲\n内容。").title == "编号七"


def test_a_place_in_a_section_is_a_place_in_the_source():
    plan = parse_plan("x", documents.PLAN)
    section = plan.by_ref["一/（一）"]
    at = section.text.index("1.5亿元")
    assert plan.text[section.place(at) :].startswith("1.5亿元，新建健身步道60公里。")
    assert plan.text[section.place(0) :].startswith("到2024年")


def test_whole_is_number_heading_and_text():
    plan = parse_plan("x", documents.PLAN)
    assert plan.by_ref["三"].whole == "三、保障措施\n加强组织领导。"
    assert plan.by_ref["二/（一）/1/（2）"].whole == "(2)\n在乡镇建设健身广场。"


def test_nothing_shown_is_repaired():
    text = "一、目标\n(1) 到 2023 年，ＰＭ_{2.5} 控制在 35 微克/立方米以下，全面加强保护 and 建设。"
    assert texts(text)["一/（1）"] == "到 2023 年，ＰＭ_{2.5} 控制在 35 微克/立方米以下，全面加强保护 and 建设。"


@pytest.mark.parametrize(
    ("sections", "lost"), [("一、甲\n推进。", "建设。"), ("一、甲", "推进。建设。"), ("", "一、甲推进。建设。")]
)
def test_lost_characters_names_what_is_missing(sections, lost):
    plan = Plan("x", "一、甲\n推进。建设。", parse_sections(sections) if sections else ())
    assert lost_characters(plan) == lost


def test_lost_characters_sees_what_is_used_twice():
    sections = parse_sections("一、甲\n推进。")
    assert lost_characters(Plan("x", "一、甲\n推进。", sections * 2)) == "一、甲推进。"


# ---- any document at all (invariants 1 and 2) ------------------------------------------------------------------------


@settings(max_examples=300, deadline=None, derandomize=True)
@given(documents.ARBITRARY)
def test_no_character_is_lost_or_used_twice(text):
    plan = parse_plan("x", text)
    assert squeeze("".join(s.whole for s in plan.sections)) == squeeze(text)
    assert lost_characters(plan) == ""


@settings(max_examples=300, deadline=None, derandomize=True)
@given(documents.ARBITRARY)
def test_refs_are_unique_and_lead_back_to_the_source(text):
    plan = parse_plan("x", text)
    refs = [s.ref for s in plan.sections]
    assert len(set(refs)) == len(refs)
    assert [s.start for s in plan.sections] == sorted(s.start for s in plan.sections)
    for section in plan.sections:
        assert [s.ref for s in plan.path(section.ref)][-1] == section.ref
        assert plan.heading(section.ref)
        if section.printed:
            assert text[section.start :].startswith(section.printed)
        for offset, char in enumerate(section.text):
            assert char == "\n" or text[section.place(offset)] == char


@settings(max_examples=50, deadline=None, derandomize=True)
@given(documents.ARBITRARY)
def test_the_same_text_gives_the_same_plan(text):
    assert parse_plan("x", text) == parse_plan("x", text)
