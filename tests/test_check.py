"""What must not leave the program: forged quotes, wrong places, numbers from nowhere (invariants 5 and 6)."""

from dataclasses import replace

import pytest

from qa.answer import Answer, Citation, Reason
from qa.check import faults, quote_holds, unsupported_numbers

QUOTE = "推进新建绿道 18 公里。"
WIDER = "完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。"


@pytest.fixture(scope="module")
def plans(plan):
    return {plan.id: plan}


def cited(plan, ref, quote, mark=1):
    start = plan.text.index(quote)
    section = plan.by_ref[ref]
    return Citation(mark, plan.id, ref, section.address, section.title, quote, start, start + len(quote))


@pytest.fixture
def sound(plan):
    """A citation in which nothing is wrong."""
    return cited(plan, "二/（六）/2", WIDER)


def answer(text, *citations, **changes):
    return Answer("绿道目标是多少", "zh", text, citations=citations, **changes)


def test_a_sound_answer_has_no_faults(sound, plans):
    assert quote_holds(sound, plans)
    assert faults(answer("推进新建绿道 18 公里。[1]", sound), plans) == []


def test_a_quote_may_run_over_a_page_break_of_the_source(plan, plans):
    section = plan.by_ref["一/（一）"]
    quote = section.sentences[0].text
    assert "人民城市人民建" in quote  # the source has a blank line between the two
    start = plan.text.index("以习近平新时代")
    end = plan.text.index("底色和亮色。") + len("底色和亮色。")
    assert quote_holds(Citation(1, plan.id, section.ref, section.address, section.title, quote, start, end), plans)


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": WIDER.replace("18", "81")},
        {"quote": WIDER.replace(" 18 ", "18")},
        {"quote": WIDER.replace("，", ",")},
        {"quote": WIDER[:-1] + "！"},
        {"quote": "全区新建绿道 18 公里。"},
        {"quote": ""},
        {"ref": "二/（六）/1"},
        {"ref": "二/（六）"},
        {"ref": "二/（六）/9"},
        {"ref": ""},
        {"plan": "pudong"},
        {"start": 0},
        {"end": 0},
        {"start": 0, "end": 0},
        {"start": -40, "end": -1},
    ],
    ids=str,
)
def test_a_forged_citation_is_a_fault(changes, sound, plans):
    forged = replace(sound, **changes)
    assert not quote_holds(forged, plans)
    message = f"quote of [1] does not stand in {forged.ref}"
    assert message in faults(answer("推进新建绿道 18 公里。[1]", forged), plans)


@pytest.mark.parametrize("shift", [-1, 1, 500])
def test_a_quote_at_a_wrong_place_is_a_fault(shift, sound, plans):
    moved = replace(sound, start=sound.start + shift, end=sound.end + shift)
    assert faults(answer("推进新建绿道 18 公里。[1]", moved), plans) == ["quote of [1] does not stand in 二/（六）/2"]


def test_every_forged_citation_is_named(sound, plans):
    second = replace(sound, mark=2, quote="推进新建绿道 81 公里。")
    assert faults(answer(f"{WIDER}[1][2]", sound, second), plans) == ["quote of [2] does not stand in 二/（六）/2"]


def test_an_answer_without_a_source_is_a_fault(plans):
    assert faults(answer("推进新建绿道。"), plans) == ["an answer without a citation"]


def test_a_refusal_with_sources_is_a_fault(sound, plans):
    refusal = answer("计划没有给出这个数。", reason=Reason.NO_FIGURE)
    assert faults(refusal, plans) == []
    assert faults(replace(refusal, citations=(sound,)), plans) == ["a refusal with sources"]


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("推进新建绿道 81 公里。[1]", ["81"]),
        ("推进新建绿道 1 公里。[1]", ["1"]),
        ("推进新建绿道 180 公里。[1]", ["180"]),
        ("推进新建绿道 18.5 公里。[1]", ["18.5"]),
        ("推进新建绿道 １９ 公里。[1]", ["19"]),
        ("到2023年，新建绿道 18 公里、公园30个。[1]", ["2023", "30"]),
        ("推进新建绿道 18 公里。[7]", ["7"]),
        ("推进新建绿道 18 公里。[605][1]", ["605"]),
    ],
)
def test_a_number_that_stands_in_no_quote_is_a_fault(text, stray, sound, plans):
    assert faults(answer(text, sound), plans) == [f"number {n} stands in no quote" for n in stray]


@pytest.mark.parametrize("text", ["推进新建绿道 18 公里。[1]", "新建绿道１８公里[1]。", "新建绿道18,公里[1][1]", "绿道[1]"])
def test_a_number_that_stands_in_the_quote_is_none(text, sound, plans):
    assert faults(answer(text, sound), plans) == []


def test_a_number_may_stand_in_any_of_the_quotes(plan, sound, plans):
    lake = cited(plan, "二/（一）/3/（1）", "新开桃浦湖约1.2万平方米。", mark=2)
    assert faults(answer("新建绿道 18 公里[1]，新开桃浦湖约12,000平方米[2]。", sound, lake), plans) == []


@pytest.mark.parametrize(
    ("text", "quote", "stray"),
    [
        ("约12,000平方米", "新开桃浦湖约1.2万平方米。", set()),
        ("约12000平方米", "新开桃浦湖约1.2万平方米。", set()),
        ("1.2万平方米", "新开桃浦湖约１.２万平方米。", set()),
        ("约1,200平方米", "新开桃浦湖约1.2万平方米。", {"1200"}),
        ("205地块", "推进桃浦605地块2号分布式能源站建设。", {"205"}),
        ("605地块", "推进桃浦205地块2号分布式能源站建设。", {"605"}),
        ("5地块", "推进桃浦605地块2号分布式能源站建设。", {"5"}),
        ("达到30.1%", "绿化覆盖率达到30.10%", set()),
        ("达到30%", "绿化覆盖率达到30.10%", {"30"}),
        ("2.50倍", "2.5倍", set()),
        ("43%", "生活垃圾回收利用率达到４３％以上", set()),
        ("五类", "五类排放源", set()),
        ("2021年6月30日", "2021年6月30日", set()),
        ("2021年7月6日", "2021年6月30日", {"7"}),
        ("", "", set()),
        ("18", "", {"18"}),
    ],
)
def test_numbers_count_as_printed_or_by_value(text, quote, stray):
    assert unsupported_numbers(text, [quote]) == stray


def test_a_count_of_our_own_can_be_allowed(sound, plans):
    found = answer("共 3 处：\n推进新建绿道 18 公里。[1]", sound)
    assert faults(found, plans) == ["number 3 stands in no quote"]
    assert faults(found, plans, {"3"}) == []


# questions of our own, of every kind of answer but lists, which count what they found
QUESTIONS = [
    "道路机械化清扫率2023年要达到多少？",
    "绿化覆盖率目标",
    "PM2.5年均浓度要控制在多少以下",
    "空气质量优良率",
    "垃圾分类达标率维持在多少",
    "垃圾回收利用率要到多少才行",
    "新建立体绿化多少平方米",
    "公园绿地新建多少万平方米",
    "桃浦湖有多大",
    "装配式建筑装配率",
    "污染地块安全利用率",
    "工地扬尘在线监控安装率是多少",
    "监测站要能同时应对几起突发环境事件",
    "公园绿地服务半径多少米",
    "分布式能源站建在哪里",
    "哪一天印发的",
    "这份文件的文号是多少",
    "污水管道维修工程涉及几个分流制排水系统",
    "餐饮油烟怎么管",
    "老旧柴油车怎么处理",
    "医疗废物如何收运",
    "加油站要做什么",
    "二次供水有什么项目",
    "快递包装要绿色转型吗",
    "区里会推广新能源车吗",
    "道路机械化清扫率要从96%降到90%，原因是什么",
    "What is the target for green coverage?",
    "How large is the new Taopu Lake?",
    "When was the plan issued?",
    "Will new energy vehicles be promoted?",
]


def test_there_are_thirty_questions():
    assert len(set(QUESTIONS)) == 30


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_leaves_the_program_is_sound(question, qa):
    found = qa.invoke(question)
    assert found.status == "answered"
    assert faults(found, qa.plans) == []
    for citation in found.citations:  # invariant 5, said once more without the module under test
        section = qa.plans[citation.plan].by_ref[citation.ref]
        assert citation.quote in f"{section.printed}\n{section.text}"
        assert (citation.address, f"[{citation.mark}]" in found.text) == (section.address, True)
