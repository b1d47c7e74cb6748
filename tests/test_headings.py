import pytest

from corpus.headings import Marker, Outline, address_of, chinese_number, is_contents_line, is_decimal, read_marker

MARKERS = [
    ("第一章　总则", "章", 1, "第一章", "第一章"),
    ("第 二 编 分则", "编", 2, "第二编", "第二编"),
    ("第二编 分则", "编", 2, "第二编", "第二编"),
    ("第十二节 监督", "节", 12, "第十二节", "第十二节"),
    ("第二十一条　处置单位应当", "条", 21, "第二十一条", "第二十一条"),
    ("第21条 处置单位应当", "条", 21, "第21条", "第21条"),
    ("一、总体要求", "一、", 1, "一", "一、"),
    ("十一、保障措施", "一、", 11, "十一", "十一、"),
    ("（六）赛事活动", "（一）", 6, "（六）", "（六）"),
    ("(六) 赛事活动", "（一）", 6, "（六）", "（六）"),
    ("（十）、赛事活动", "（一）", 10, "（十）", "（十）"),
    ("2. 场地建设", "1.", 2, "2", "2."),
    ("2．场地建设", "1.", 2, "2", "2."),
    ("１２．场地建设", "1.", 12, "12", "12."),
    ("2、场地建设", "1.", 2, "2", "2."),
    ("1.2022年底前完成招标。", "1.", 1, "1", "1."),
    ("（3）新建", "（1）", 3, "（3）", "（3）"),
    ("(3) 新建", "（1）", 3, "（3）", "（3）"),
    ("（３）新建", "（1）", 3, "（3）", "（3）"),
    ("③ 新建", "①", 3, "③", "③"),
    ("附件1", "附件", 1, "附件1", "附件1"),
    ("附件：", "附件", 1, "附件", "附件"),
    ("附件2 任务分工表", "附件", 2, "附件2", "附件2"),
    ("专栏3 重点工程", "专栏", 3, "专栏3", "专栏3"),
    ("专栏三：重点工程", "专栏", 3, "专栏三", "专栏三"),
    ("## 第三章 附则", "章", 3, "第三章", "第三章"),
    ("**一、总体要求**", "一、", 1, "一", "一、"),
    ("　　（二）目标", "（一）", 2, "（二）", "（二）"),
    ("第一，明确责任。", "第一，", 1, "第一", "第一，"),
    ("第十二,明确责任。", "第一，", 12, "第十二", "第十二，"),
    ("1 总则", "1", 1, "1", "1"),
    ("１２　“一网通办”", "1", 12, "12", "12"),
    ("1.2 适用范围", "1.1", 2, "1.2", "1.2"),
    ("1.10适用范围", "1.1", 10, "1.10", "1.10"),
    ("１．２ 适用范围", "1.1", 2, "1.2", "1.2"),
    ("1.2. 《办法》", "1.1", 2, "1.2", "1.2"),
    ("2.1.3 分级", "1.1.1", 3, "2.1.3", "2.1.3"),
    ("2.1.3.4 分级", "1.1.1.1", 4, "2.1.3.4", "2.1.3.4"),
    ("第 一 章　总　则", "章", 1, "第一章", "第一章"),
    ("第 十 二 条　骑行者", "条", 12, "第十二条", "第十二条"),
    ("附件１", "附件", 1, "附件1", "附件1"),
    ("专栏 2 重点工程", "专栏", 2, "专栏2", "专栏2"),
]


@pytest.mark.parametrize(("line", "kind", "number", "label", "address"), MARKERS)
def test_a_printed_number_is_read(line, kind, number, label, address):
    marker = read_marker(line)
    assert (marker.kind, marker.number, marker.label, marker.address) == (kind, number, label, address)


@pytest.mark.parametrize(
    "line",
    [
        "1.5亿元用于道路改造。",
        "1.５亿元用于道路改造。",
        "2022年6月前完成。",
        "3家单位参与。",
        "一是政府主导，",
        "一批项目",
        "附件中的项目",
        "附件：1.任务分工表",
        "1234. 编号",
        "十百、不是数字",
        "第二十零十0条",
        "—新建",
        "1.2万平方米的球馆。",
        "2.6 平方米的场地。",
        "3.5公里的步道。",
        "1.5 倍",
        "3 个项目",
        "2022 年起实施",
        "1.2",
        "3.5%",
        "第一是政府主导。",
        "第一，",
        "一、总体要求\t1",
        "1.1 总则\t12",
        "",
        "。",
    ],
)
def test_text_is_no_heading(line):
    assert read_marker(line) is None


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("一、总体要求", "总体要求"),
        ("2. 场地建设", "场地建设"),
        ("（ 六 ） 赛事", "赛事"),
        ("第一章　总则", "　总则"),
        ("## 第三章 附则", " 附则"),
        ("③新建", "新建"),
        ("专栏3：工程", "工程"),
        ("1.1编制目的", "编制目的"),
        ("1.1. 编制目的", "编制目的"),
        ("1  总则", "总则"),
        ("第一，明确责任", "明确责任"),
        ("第 十 二 条 骑行者", " 骑行者"),
    ],
)
def test_width_reaches_to_the_words_of_the_heading(line, rest):
    assert line[read_marker(line).width :] == rest


@pytest.mark.parametrize(
    ("line", "is_entry"),
    [
        ("一、发展目标.......................1", True),
        ("二、重点任务 ……………………………… 12", True),
        ("（一）指导思想·······3", True),
        ("一、发展目标\t1", True),
        ("第一章\t总则\t 12", True),
        (f"一、发展目标{'.' * 500}1", True),
        ("一、发展目标", False),
        ("\t12", False),
        ("2025年\t30万人", False),
        ("2025年\t2030", False),
        ("推进建设……", False),
        ("等等...等", False),
    ],
)
def test_a_table_of_contents_opens_no_sections(line, is_entry):
    assert is_contents_line(line) == is_entry
    if is_entry:
        assert read_marker(line) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十一", 21),
        ("一百零三", 103),
        ("21", 21),
        ("③", 3),
        ("⑳", 20),
        ("", 1),
        ("十百", None),
        ("二十零十0", None),
    ],
)
def test_section_numbers_have_values(text, number):
    assert chinese_number(text) == number


def outline_of(*lines, decimal=False):
    """The paths of the lines that open sections."""
    outline, paths = Outline(decimal=decimal), []
    for line in lines:
        marker = read_marker(line)
        if marker and outline.accepts(marker):
            paths.append("/".join(m.label for m in outline.enter(marker)))
    return paths


def test_depth_comes_from_the_order_in_which_kinds_open():
    assert outline_of("一、甲", "（一）乙", "1.丙", "（1）丁", "2.戊", "（二）己", "二、庚", "（一）辛") == [
        "一",
        "一/（一）",
        "一/（一）/1",
        "一/（一）/1/（1）",
        "一/（一）/2",
        "一/（二）",
        "二",
        "二/（一）",
    ]


def test_decimal_numbers_stand_below_their_parents():
    lines = (
        "1 总则",
        "1.1 目的",
        "1.2 范围",
        "1.2.1 分级",
        "（1）甲",
        "1.2.2 分类",
        "2 组织",
        "2.1 机构",
        "2.1.1 职责",
        "2.2 人员",
    )
    assert outline_of(*lines, decimal=True) == [
        "1",
        "1/1.1",
        "1/1.2",
        "1/1.2/1.2.1",
        "1/1.2/1.2.1/（1）",
        "1/1.2/1.2.2",
        "2",
        "2/2.1",
        "2/2.1/2.1.1",
        "2/2.2",
    ]


def test_decimal_numbers_below_numbers_with_a_point():
    assert outline_of("1.总则", "1.1目的", "1.2范围", "2.组织", "2.1机构") == ["1", "1/1.1", "1/1.2", "2", "2/2.1"]


def test_decimal_numbers_without_parents_open_nothing():
    assert outline_of("一、目标", "1.1 甲", "2.1 乙", decimal=True) == ["一"]


def test_numbers_without_a_point_open_sections_only_in_decimal_documents():
    assert outline_of("一、目标", "1 总则", "2 组织") == ["一"]


@pytest.mark.parametrize(
    ("lines", "decimal"),
    [
        (["1 总则", "1.1 目的", "1.2 范围"], True),
        (["1.总则", "1.1目的", "甲", "1.2范围"], True),
        (["1 总则", "1.1 目的", "2 组织", "2.1 机构"], False),
        (["1.1 亿元", "1.2 亿元"], False),
        ([], False),
    ],
)
def test_a_document_in_decimal_numbers(lines, decimal):
    assert is_decimal(map(read_marker, lines)) == decimal


def test_the_same_kinds_may_nest_the_other_way_round():
    assert outline_of("1.甲", "（一）乙", "（二）丙", "2.丁") == ["1", "1/（一）", "1/（二）", "2"]


def test_numbers_may_run_on_across_chapters():
    assert outline_of("第一章 甲", "第一条 乙", "第二条 丙", "第二章 丁", "第三条 戊") == [
        "第一章",
        "第一章/第一条",
        "第一章/第二条",
        "第二章",
        "第二章/第三条",
    ]


def test_a_number_that_jumps_opens_nothing():
    assert outline_of("一、甲", "五、乙", "二、丙") == ["一", "二"]


def test_one_lost_heading_is_passed_over():
    assert outline_of("一、甲", "三、乙", "四、丙") == ["一", "三", "四"]


def test_a_number_never_goes_back_except_to_one():
    assert outline_of("一、甲", "二、乙", "二、丙", "一、丁") == ["一", "二", "一"]


def test_annexes_begin_anew():
    assert outline_of("一、甲", "（一）乙", "附件1", "一、丙", "附件2", "一、丁") == [
        "一",
        "一/（一）",
        "附件1",
        "附件1/一",
        "附件2",
        "附件2/一",
    ]


def test_a_box_stands_below_the_section_it_is_in():
    assert outline_of("一、甲", "专栏1 乙", "二、丙", "专栏2 丁") == ["一", "一/专栏1", "二", "二/专栏2"]


@pytest.mark.parametrize(
    ("kind", "label", "address"),
    [
        ("一、", "二", "二、"),
        ("（一）", "（六）", "（六）"),
        ("1.", "2", "2."),
        ("（1）", "（3）", "（3）"),
        ("条", "第二十一条", "第二十一条"),
        ("附件", "附件1", "附件1"),
        ("附件", "附件", "附件"),
        ("①", "④", "④"),
    ],
)
def test_an_address_is_what_an_official_writes(kind, label, address):
    assert Marker(kind, 1, label, 0).address == address


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["二、甲", "（六）乙", "2.丙"], "二、（六）2."),
        (["1 总则", "1.2 范围", "1.2.1 分级"], "1.2.1"),
        (["1 总则", "1.2 范围", "（3）分级"], "1.2（3）"),
        (["第一章 甲", "第一条 乙"], "第一章第一条"),
        (["第一，甲", "1.乙"], "第一，1."),
        (["专栏1 甲", "1.乙"], "专栏1 1."),
        (["附件2", "一、甲"], "附件2一、"),
    ],
)
def test_the_address_of_a_path(lines, address):
    assert address_of([read_marker(line) for line in lines]) == address
