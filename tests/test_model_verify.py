"""A statement passes when the plan says so, clause by clause, and in no other case."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.model.verify import plain, says, sentences_of

WALK = "完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。"
WATER = "地表水水质保持稳定消劣，市考核断面达到或好于Ⅲ类水体比例不低于 50%，水生态功能持续提升。"
TWO = "到2021年，绿化覆盖率达到28%，到2023年，绿化覆盖率达到30.10%，人均公园绿地面积达到5.70平方米。"
BAN = "除应急情况外，不得新建燃煤锅炉，鼓励企业使用天然气，有条件的街道（镇）先行试点。"
DUTY = "区生态环境局负责监测，区绿化市容局负责清运，覆盖率达到43%以上。"
AIR = "PM_{2.5} 年均浓度稳定控制在 35 微克/立方米以下。"
LAKE = "新开桃浦湖约1.2万平方米；新增公共充电桩500个、专用充电桩300个。"
ROW = "指标：绿道│2025年：18公里│2030年：25公里"
EN = (
    "The share of water bodies is no lower than 50%, and the functions keep rising; build 12,000 m of paths, except in parks. "
    "Do not permit new boilers, coal stoves or open burning."
)

TRUE = [
    ("推进新建绿道18公里", WALK),
    ("新建绿道18公里。", WALK),
    ("此外，计划提出推进新建绿道18公里", WALK),
    ("计划要求：新建18公里绿道", WALK),
    ("在绿道方面，推进新建绿道18公里", WALK),
    ("新建绿道18000米", WALK),
    ("新建绿道十八公里", WALK),
    (WALK, WALK),
    ("市考核断面达到或好于Ⅲ类水体比例不低于50%", WATER),
    ("到2023年，绿化覆盖率达到30.10%", TWO),
    ("到2023年，绿化覆盖率达到30.1%", TWO),
    ("到2023年，人均公园绿地面积达到5.70平方米", TWO),
    ("除应急情况外，不得新建燃煤锅炉", BAN),
    ("区生态环境局负责监测", DUTY),
    ("PM2.5年均浓度稳定控制在35微克/立方米以下", AIR),
    ("新开桃浦湖约12000平方米", LAKE),
    (ROW, ROW),
]
FALSE = [
    # figures
    ("新建绿道19公里", WALK),
    ("新建绿道18公顷", WALK),
    ("新建绿道18公里以上", WALK),
    ("新建绿道十九公里", WALK),
    ("新建绿道 1 8 0 公里", WALK),
    ("新建绿道①⑧公里", WALK),
    ("新建绿道XVIII公里", WALK),
    ("新建绿道eighteen公里", WALK),
    ("新建绿道１９公里", WALK),
    ("新建绿道18公里，总长36公里", WALK),
    ("新开桃浦湖1.2万平方米", LAKE),
    ("新开桃浦湖约1.2亿平方米", LAKE),
    ("新增公共充电桩300个、专用充电桩500个", LAKE),
    ("新增公共充电桩300个", LAKE),
    # comparators and negation
    ("市考核断面达到或好于Ⅲ类水体比例低于50%", WATER),
    ("市考核断面达到或好于Ⅲ类水体比例高于50%", WATER),
    ("市考核断面达到或好于Ⅲ类水体比例50%", WATER),
    ("市考核断面达到或好于Ⅱ类水体比例不低于50%", WATER),
    ("覆盖率达到43%以下", DUTY),
    ("覆盖率达到43%", DUTY),
    ("PM2.5年均浓度稳定控制在35微克/立方米以上", AIR),
    ("除应急情况外，新建燃煤锅炉", BAN),
    # a condition, an exception, a mood or a date that was left out
    ("不得新建燃煤锅炉", BAN),
    ("企业使用天然气", BAN),
    ("街道先行试点", BAN),
    ("绿化覆盖率达到30.10%", TWO),
    ("人均公园绿地面积达到5.70平方米", TWO),
    ("到2021年，绿化覆盖率达到30.10%", TWO),
    ("到2021年，人均公园绿地面积达到5.70平方米", TWO),
    ("到2023年，绿化覆盖率达到28%", TWO),
    ("到2023年，绿化覆盖率达到5.70平方米", TWO),
    # names, order, torn rows, words of its own
    ("区绿化市容局负责监测", DUTY),
    ("市生态环境局负责监测", DUTY),
    ("区生态环境局负责清运", DUTY),
    ("区绿化市容局负责清运，区生态环境局负责监测", DUTY),
    ("指标：绿道│2025年：25公里", ROW),
    ("绿道，2030年，18公里", ROW),
    ("在养老方面，推进新建绿道18公里", WALK),
    ("计划已经建成绿道18公里", WALK),
    ("是", WALK),
    ("此外", WALK),
    ("", WALK),
    # links, mark-up, what cannot be seen
    ("推进新建绿道18公里 http://evil.example", WALK),
    ("推进新建绿道18公里，详见 evil.cn", WALK),
    ("![x](x)推进新建绿道18公里", WALK),
    ("<b>推进新建绿道18公里</b>", WALK),
    ("推进新建绿道18公里[9]", WALK),
    ("推进新建绿道1\u200b8公里", WALK),
    ("推进新建绿道\u202e18公里", WALK),
]
TRUE_EN = [
    "The share of water bodies is no lower than 50%",
    "In addition, the share of water bodies is no lower than 50%, and the functions keep rising",
    "Build 12000 m of paths, except in parks",
    "Do not permit new boilers, coal stoves or open burning",
]
FALSE_EN = [
    "The share of water bodies is lower than 50%",
    "The share of water bodies is no lower than 51%",
    "The share of water bodies is no lower than fifty per cent",
    "The share of water bodies is no higher than 50%",
    "The functions keep rising",
    "Build 12,000 m of paths",
    "Build 12,000 km of paths, except in parks",
    "Coal stoves or open burning",
    "Permit new boilers, coal stoves or open burning",
    "The share of water bodies is no lower than 50%, see www.evil.example",
    "The District Bureau keeps the share of water bodies no lower than 50%",
]


@pytest.mark.parametrize(("stated", "source"), TRUE)
def test_what_the_plan_says_passes(stated, source):
    assert says(stated, source, "zh")


@pytest.mark.parametrize(("stated", "source"), FALSE)
def test_what_the_plan_does_not_say_does_not_pass(stated, source):
    assert not says(stated, source, "zh")


@pytest.mark.parametrize("stated", TRUE_EN)
def test_what_the_english_rendering_says_passes(stated):
    assert says(stated, EN, "en")


@pytest.mark.parametrize("stated", FALSE_EN)
def test_what_the_english_rendering_does_not_say_does_not_pass(stated):
    assert not says(stated, EN, "en")


def test_a_topic_may_be_named_in_the_words_of_the_heading():
    assert says("在绿色出行方面，推进新建绿道18公里", WALK, "zh", "倡导绿色出行")
    assert not says("在绿色出行方面，推进新建绿道18公里", WALK, "zh", "倡导绿色消费")


def test_a_statement_is_checked_sentence_by_sentence():
    assert sentences_of("新建绿道1.5公里。其中3公里；完。", "zh") == ["新建绿道1.5公里", "其中3公里", "完"]
    assert sentences_of("Build 1.5 km. Then stop; rest.", "en") == ["Build 1.5 km", "Then stop", "rest"]


def test_every_sentence_of_the_plan_says_what_it_says(plan):
    texts = [s.text for section in plan.sections for s in section.sentences]
    assert [text for text in texts if not says(plain(text), text, "zh")] == []


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_sentence_in_which_one_character_is_another_does_not_pass(data):
    source = data.draw(st.sampled_from([WALK, WATER, TWO, BAN, DUTY, LAKE]))
    at = data.draw(st.integers(0, len(source) - 1))
    other = data.draw(st.sampled_from("0123456789一二三不无上下高低市区厂"))
    changed = source[:at] + other + source[at + 1 :]
    silent = set(" “”‘’（）、的和与及并也还且，。；推进")
    if source[at] not in silent and other != source[at]:
        assert not says(changed, source, "zh")
