import pytest

from corpus.headings import Marker, Outline, chinese_number, is_contents_line, read_marker

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
        ("一、发展目标", False),
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


def outline_of(*lines):
    """The paths of the lines that open sections."""
    outline, paths = Outline(), []
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
