"""Typing errors and pinyin: what is understood, and what stays as it was typed."""

import pytest

from corpus.fold import fold
from index.variants import Variants


@pytest.fixture
def variants(qa):
    return qa.index("putuo-2021-2023").variants


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # sounds the same
        ("桃浦胡面积多大", "桃浦湖面积多大"),
        ("绿到目标", "绿道目标"),
        ("苏洲河", "苏州河"),
        ("真茹城市副中心", "真如城市副中心"),
        ("人均公圆绿地面积", "人均公园绿地面积"),
        ("立体录化", "立体绿化"),
        ("垃级分类", "垃圾分类"),
        ("公园绿地500米扫忙", "公园绿地500米扫盲"),
        ("环境空气质良", "环境空气质量"),
        # looks the same
        ("道路机戒化清扫率", "道路机械化清扫率"),
        ("雨污浑接", "雨污混接"),
    ],
)
def test_typing_errors_are_undone(typed, meant, variants):
    assert variants.correct(fold(typed)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "绿道目标是多少",
        "我想知道小区垃圾怎么分",
        "苏州河岸线公园",
        "长寿路的水质",
        "徐汇区的绿道",
        "北京的天气怎么样",
        "推广哪个小区的低碳社区做法",
        "每个月补贴最多几块钱",
        "这数字准吗",
        "请第三方来做的事情",
        "最长缓多久",
        "怎么办",
        "区里打算怎么治理马路扬尘",
        "空气质量优良率保持在85%左右",
        "pm2.5年均浓度",
        "how many greenways",
        ",。?!",
        "",
    ],
)
def test_what_is_no_typing_error_stays(text, variants):
    assert variants.correct(text) == text


def test_every_sentence_of_the_plan_stays(variants, plan):
    sentences = [fold(s.text) for section in plan.sections for s in section.sentences]
    changed = {s: variants.correct(s) for s in sentences}
    assert {s: c for s, c in changed.items() if s != c} == {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lv dao mu biao shi duo shao", "绿道目标是多少"),
        ("lvdao mubiao shi duoshao", "绿道目标是多少"),
        ("LvDao MuBiao Shi DuoShao?", "绿道目标是多少?"),
        ("2023 nian lv dao mu biao", "2023绿道目标"),
        ("xin jian lv dao duo shao gong li", "新建绿道多少公里"),
        ("taopuhu mianji duo da", "桃浦湖面积多大"),
        ("lv dao mu biao duo shao a", "绿道目标多少"),
    ],
)
def test_pinyin_is_read(typed, meant, variants):
    assert variants.from_pinyin(fold(typed)).replace("?", "") == meant.replace("?", "")


@pytest.mark.parametrize(
    "text",
    [
        "what is the target of greenways",
        "hello how are you",
        "the man can run",
        "lv dao",  # two words alone may be anything
        "",
        "2023",
        "绿道目标",
    ],
)
def test_what_is_no_pinyin_is_none(text, variants):
    assert variants.from_pinyin(text) is None


def test_a_long_word_that_could_be_cut_in_many_ways_is_cut_at_once(variants):
    # xian is one syllable or two: trying every way would take 2 to the 70th steps
    assert variants.from_pinyin(f"{'xian' * 70}v dao mu") is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xin jian lv dao duo shao gong li", "新建绿道多少公里"),
        ("道路机戒化清扫率要达到多少", "道路机械化清扫率要达到多少"),
        ("新開桃浦胡面積約多少", "新开桃浦湖面积约多少"),
        ("全区绿化覆盖率达到多少？", "全區綠化覆蓋率達到多少？"),
        ("２０２３年绿道目标", "2023年绿道目标"),
    ],
)
def test_the_answer_is_the_one_to_the_question_meant(typed, meant, qa):
    answers = [qa.invoke(question) for question in (typed, meant)]
    assert answers[0].status == "answered"
    assert answers[0].text == answers[1].text
    assert answers[0].citations == answers[1].citations
    assert answers[0].question == typed


def test_words_of_another_plan_are_its_own(qa):
    variants = Variants(["建设滨海步道二十公里"], qa.index("putuo-2021-2023").words)
    assert variants.correct("修滨嗨步道") == "修滨海步道"
    assert variants.correct("桃浦胡") == "桃浦胡"
    assert variants.from_pinyin("bin hai bu dao duo shao gong li") == "滨海步道多少公里"
