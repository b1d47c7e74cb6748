"""The shipped plan and the data beside it; the documents beside the repository, where they are there."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from corpus.errors import SourceError
from corpus.figures import find_figures, numbers_in, values_in
from corpus.fold import squeeze
from corpus.load import SIDECARS, load_source, shipped_path
from corpus.parse import lost_characters, parse_plan

REFS = """
通知 序言 一 一/（一） 一/（二） 一/（三） 二 二/（一） 二/（一）/1 二/（一）/1/（1） 二/（一）/1/（2） 二/（一）/2
二/（一）/2/（1） 二/（一）/2/（2） 二/（一）/3 二/（一）/3/（1） 二/（一）/3/（2） 二/（一）/3/（3） 二/（一）/4
二/（一）/4/（1） 二/（一）/4/（2） 二/（一）/5 二/（二） 二/（二）/1 二/（二）/2 二/（二）/2/（1） 二/（二）/2/（2）
二/（二）/3 二/（二）/3/（1） 二/（二）/3/（2） 二/（二）/3/（3） 二/（二）/4 二/（三） 二/（三）/1 二/（三）/2
二/（三）/2/（1） 二/（三）/2/（2） 二/（三）/3 二/（四） 二/（四）/1 二/（四）/1/（1） 二/（四）/1/（2） 二/（四）/2
二/（四）/3 二/（四）/4 二/（五） 二/（五）/1 二/（五）/2 二/（五）/3 二/（五）/4 二/（六） 二/（六）/1
二/（六）/1/（1） 二/（六）/1/（2） 二/（六）/2 二/（六）/3 二/（七） 二/（七）/1 二/（七）/2 二/（七）/3 二/（七）/4
二/（八） 二/（八）/1 二/（八）/2 二/（九） 二/（九）/1 二/（九）/1/（1） 二/（九）/1/（2） 二/（九）/1/（3）
二/（九）/2 二/（九）/2/（1） 二/（九）/2/（2） 二/（九）/2/（3） 二/（九）/2/（4） 二/（九）/3 二/（九）/3/（1）
二/（九）/3/（2） 落款
""".split()

# sha256 over ref, title and text of each section, white space aside, one section a line
TREE = "2900dd7ed02235c255c999dfa44133b039e17632748e0969a47846db3961d719"

# what stands on both sides of each page break inside a sentence
PAGE_BREAKS = [
    ("一/（一）", "“人民城市人民建，人民城市为人民”"),
    ("一/（二）", "推动环境治理手段"),
    ("一/（三）", "碳排放强度、用水量和主要污染物排放总量"),
    ("二/（一）/1/（1）", "桃浦智创城核心区初期雨水调蓄池建设"),
    ("二/（一）/3/（1）", "智慧城水系西片水环境整治工程"),
    ("二/（二）/3/（3）", "进一步提高道路保洁机械化水平"),
    ("二/（三）/2/（1）", "城乡规划论证和审批管理"),
    ("二/（四）/3", "小微企业危险废物收运监管"),
    ("二/（五）/1", "第二次全国污染源普查清查出的"),
    ("二/（六）", "“让绿色走进城区、让城区融进绿色”"),
    ("二/（八）/2", "根据国家和上海市相关规定"),
    ("二/（九）/1/（2）", "将考核结果与党政领导的提拔任用挂钩"),
    ("二/（九）/2/（2）", "构建区-街道（镇）两级环境执法工作框架"),
    ("二/（九）/3/（1）", "健全多部门企业环境信用信息共享"),
]

MONTHS = "January February March April May June July August September October November December".split()


@pytest.fixture(scope="module")
def source():
    return load_source(shipped_path())


def sidecar(suffix):
    lines = shipped_path().with_name(shipped_path().stem + suffix).read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip() and not line.startswith("#")]


# ---- the tree ---------------------------------------------------------------------------------------------------------


def test_the_plan_has_these_sections(plan):
    assert len(REFS) == 78
    assert [s.ref for s in plan.sections] == REFS


def test_the_tree_is_the_one_that_was_checked(plan):
    lines = [f"{s.ref}\t{squeeze(s.title)}\t{squeeze(s.text)}\n" for s in plan.sections]
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == TREE


def test_the_tree_is_that_of_the_evaluation_material(plan, shared):
    lines = (shared / "eval" / "putuo_outline.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [(o["path"], squeeze(o["heading"]), squeeze(o["text"])) for o in map(json.loads, lines)]
    assert [(s.ref, squeeze(s.title), squeeze(s.text)) for s in plan.sections] == expected


def test_the_plan_is_the_one_that_was_issued(shared):
    assert shipped_path().read_bytes() == (shared / "plan" / shipped_path().name).read_bytes()


def test_the_parts_of_the_plan_joined_are_the_plan(plan):
    assert squeeze("".join(s.whole for s in plan.sections)) == squeeze(plan.text)


@pytest.mark.parametrize(
    ("ref", "address", "title"),
    [
        ("二/（六）/2", "二、（六）2.", "推进多层次绿道贯通建设"),
        ("二/（二）/3/（1）", "二、（二）3.（1）", ""),
        ("一/（三）", "一、（三）", "主要目标"),
        ("二", "二、", "主要任务安排"),
        ("二/（四）", "二、（四）", "固体废物和噪声污染防治"),  # printed with half-width brackets
        ("通知", "通知", "通知"),
    ],
)
def test_addresses_and_titles(plan, ref, address, title):
    section = plan.by_ref[ref]
    assert (section.address, section.title) == (address, title)


# ---- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ref", "fragment"), PAGE_BREAKS)
def test_a_sentence_that_a_page_break_cut_is_whole(plan, ref, fragment):
    assert fragment not in plan.text
    assert [fragment in s.text for s in plan.by_ref[ref].sentences].count(True) == 1


def test_no_other_sentence_was_joined(plan):
    broken = [
        (s.ref, s.text[:offset][-4:]) for s in plan.sections for offset, _ in s.anchors if offset and s.text[offset - 1] != "\n"
    ]
    assert [ref for ref, _ in broken if ref != "通知"] == [ref for ref, _ in PAGE_BREAKS]
    assert [end for ref, end in broken if ref == "通知"] == ["关于印发", "环境保护"]  # the title of the notice, in three lines


def test_every_sentence_leads_back_to_the_source(plan):
    for section in plan.sections:
        for sentence in section.sentences:
            start, end = section.place(sentence.start), section.place(sentence.end - 1) + 1
            assert squeeze(plan.text[start:end]) == squeeze(sentence.text)


def test_every_section_leads_back_to_the_source(plan):
    for section in plan.sections:
        assert plan.text.startswith(section.printed or section.text[0], section.start)
        assert [c for c in section.text if c != "\n"] == [
            plan.text[section.place(i)] for i, c in enumerate(section.text) if c != "\n"
        ]


def test_sentences_are_whole(plan):
    without_stop = [s.text for section in plan.sections for s in section.sentences if s.text[-1] not in "。："]
    assert without_stop == [
        "普府办〔2021〕27号",
        "**上海市普陀区人民政府办公室关于印发《普陀区第八轮（2021—2023年）生态环境保护和建设三年行动计划》的通知**",
        "上海市普陀区人民政府办公室",
        "2021年6月30日",
        "上海市普陀区人民政府办公室",
        "2021年7月6日印发",
    ]


def test_the_text_is_shown_as_it_was_printed(plan):
    assert "全面加强生态环境保护 and 建设" in plan.by_ref["序言"].text
    assert "PM_{2.5} 年均浓度稳定控制在 35 微克/立方米以下" in plan.by_ref["一/（三）"].text
    assert plan.by_ref["二/（四）"].printed == "(四) 固体废物和噪声污染防治"


# ---- what is known about the plan -------------------------------------------------------------------------------------


def test_meta(source):
    meta = source.plan.meta
    assert meta.title == source.plan.title == "普陀区第八轮（2021—2023年）生态环境保护和建设三年行动计划"
    assert (meta.number, meta.issuer) == ("普府办〔2021〕27号", "上海市普陀区人民政府办公室")
    assert (meta.issued, meta.printed, meta.period, meta.place) == (
        "2021-06-30",
        "2021-07-06",
        (2021, 2023),
        ("上海市", "普陀区"),
    )
    assert meta.sha256 == source.sha256 == hashlib.sha256(shipped_path().read_bytes()).hexdigest()


def test_what_the_plan_says_about_itself_is_what_was_given(source):
    given = source.plan.meta
    read = parse_plan("x", source.plan.text)
    from corpus.meta import read_meta

    found = read_meta(read)
    assert (found.title, found.number, found.issuer, found.issued, found.period, found.place) == (
        given.title,
        given.number,
        given.issuer,
        given.issued,
        given.period,
        given.place,
    )


def test_a_changed_text_is_noticed(tmp_path):
    for suffix in (".txt", *SIDECARS):
        copy = shipped_path().with_name(shipped_path().stem + suffix)
        (tmp_path / copy.name).write_bytes(copy.read_bytes())
    path = tmp_path / shipped_path().name
    assert load_source(path).plan.title
    path.write_text(path.read_text(encoding="utf-8").replace("30.10%", "31.10%"), encoding="utf-8")
    with pytest.raises(SourceError, match="请恢复原文或更新"):
        load_source(path)


def test_all_data_that_can_stand_beside_a_plan_is_there(source):
    assert [suffix for suffix, _ in source.sidecars] == list(SIDECARS)
    assert (len(source.lexicon), len(source.glossary), len(source.english)) == tuple(
        len(sidecar(s)) for s in (".lexicon.txt", ".glossary.tsv", ".english.jsonl")
    )


def test_every_word_of_the_lexicon_stands_in_the_plan_once(source):
    assert [w for w in source.lexicon if w not in squeeze(source.plan.text)] == []
    assert len(set(source.lexicon)) == len(source.lexicon) > 100


def test_the_chinese_side_of_the_glossary_stands_in_the_plan(source):
    assert [pair for pair in source.glossary if pair[1] not in squeeze(source.plan.text)] == []
    assert len(set(source.glossary)) == len(source.glossary) > 300
    assert [english for english, _ in source.glossary if not english.isascii()] == []


# ---- the English rendering --------------------------------------------------------------------------------------------


def pairs(source):
    return [
        (zh, source.rendering(s.ref, zh))
        for s in source.plan.sections
        for zh in (s.title, *(x.text for x in s.sentences))
        if zh
    ]


def test_every_sentence_and_title_is_rendered(source):
    assert [zh for zh, english in pairs(source) if not english.strip()] == []
    assert [english for _, english in pairs(source) if re.search(r"[\u4e00-\u9fff]", english)] == []


def differing_figures(chinese, english):
    """The numbers that only one side has, values compared: 30 万 is 300,000, 6月 is June."""
    said = {float(n) for n in numbers_in(english)}
    months = [int(m) for m in re.findall(r"(\d+)\s*月", chinese)]
    named = [m for m in months if MONTHS[m - 1] in english]
    plain = re.sub(r"\d+\s*月", "月", chinese) if len(named) == len(months) else chinese
    lost = set()
    for number in numbers_in(plain):
        scaled = {
            v for f in find_figures(plain) if f.family != "date" and number in numbers_in(f.text) for v in values_in(f.text)
        }
        if not said & {float(number), *scaled}:
            lost.add(number)
    return lost | {str(n) for n in said - values_in(chinese) - {float(n) for n in numbers_in(chinese)}}


def test_figures_of_a_rendering_are_those_of_the_sentence(source):
    assert {zh: differing_figures(zh, en) for zh, en in pairs(source) if differing_figures(zh, en)} == {}
    assert [zh for zh, en in pairs(source) if zh.count("%") != en.count("%") + len(re.findall(r"per ?cent\b", en))] == []


@pytest.mark.parametrize(
    ("chinese", "english", "differing"),
    [
        ("达到30.10%", "reach 30.10%", set()),
        ("达到30.10%", "reach 31.10%", {"30.10", "31.1"}),
        ("新建 30 万平方米", "300,000 square metres", set()),
        ("新建 30 万平方米", "30,000 square metres", {"30", "30000.0"}),
        ("2021年6月7日", "7 June 2021", set()),
        ("2021年6月7日", "7 July 2021", {"6"}),
        ("十五分钟", "15 minutes", set()),
    ],
)
def test_a_wrong_figure_would_be_seen(chinese, english, differing):
    assert differing_figures(chinese, english) == differing


# ---- questions that sentences answer ----------------------------------------------------------------------------------


def test_questions_belong_to_sentences_and_none_is_there_twice(source):
    lines = [json.loads(line) for line in sidecar(".expansion.jsonl")]
    questions = [line["q"] for line in lines]
    assert len(set(questions)) == len(questions) > 1000
    assert sum(len(q) for q in source.expansion.values()) == len(lines)
    assert all(q == q.strip() != "" for q in questions)
    sentences = {(s.ref, squeeze(x.text)) for s in source.plan.sections for x in s.sentences}
    titles = {(s.ref, squeeze(s.title)) for s in source.plan.sections}
    assert source.expansion.keys() <= sentences | titles


def test_both_languages_ask(source):
    english = [q for qs in source.expansion.values() for q in qs if q.isascii()]
    assert 100 < len(english) < sum(len(qs) for qs in source.expansion.values()) - 100


def copied(question, sentence, length=8):
    """The first run of `length` characters that the question has from the sentence."""
    question, sentence = squeeze(question), squeeze(sentence)
    return next(
        (question[i : i + length] for i in range(len(question) - length + 1) if question[i : i + length] in sentence), ""
    )


def test_questions_are_in_other_words_than_the_sentence(source):
    assert {q: copied(q, zh) for (_, zh), qs in source.expansion.items() for q in qs if copied(q, zh)} == {}
    assert copied("请问全区绿化覆盖率达到 多少", "到2023年，全区绿化覆盖率达到30.10%") == "全区绿化覆盖率达"


# ---- other documents --------------------------------------------------------------------------------------------------

# how many sections each has, and the address of one of them
OTHERS = {
    "03_shanghai_bci_plan": (25, "六、17."),
    "06_shanghai_key_lab_rules": (60, "第四章第二十一条"),
    "08_national_145_digital": (50, "十一、（五）"),
    "12_shandong_services_digital": (70, "三、（三）5."),
    "16_qingdao_ai_zone": (25, "三、12."),
    "18_national_145_smart_mfg": (23, "三、（二）专栏3"),
    "20_national_smart_elderly": (46, "八、（四）"),
    "21_national_smart_forestry": (93, "第三章五、（四）"),
    "32_national_1997_work_report": (14, "七、"),
    "36_shanghai_waste_regulation": (114, "第三章第二十一条"),
    "40_guangdong_employment": (11, "九、"),
}


def test_documents_of_all_kinds_are_read_without_loss(shared):
    paths = [path for path in sorted((shared / "documents").iterdir()) if path.suffix != ".jsonl"]
    assert {path.suffix for path in paths} == {".txt", ".html", ".docx"}
    for path in paths:
        plan = load_source(path).plan
        assert lost_characters(plan) == "", path.name
        refs = [s.ref for s in plan.sections]
        assert len(set(refs)) == len(refs), path.name
        for section in plan.sections:
            assert all(c == "\n" or plan.text[section.place(i)] == c for i, c in enumerate(section.text)), path.name


@pytest.mark.parametrize("name", OTHERS)
def test_the_trees_of_other_documents(shared, name):
    plan = load_source(shared / "documents" / f"{name}.txt").plan
    sections, address = OTHERS[name]
    assert len(plan.sections) == sections
    assert address in {s.address for s in plan.sections}


OUTLINES = sorted((Path(__file__).parent / "outlines").glob("*.txt"))


def test_the_outlines_are_there():
    assert [path.stem for path in OUTLINES] == ["02", "08", "12", "20", "24", "25", "32", "36"]


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_the_outlines_made_by_hand(shared, path):
    """Refs listed by a reader of the document; found and listed are the same, precision and recall 1."""
    document = next((shared / "documents").glob(f"{path.stem}_*"))
    assert [s.ref for s in load_source(document).plan.sections] == path.read_text(encoding="utf-8").split()
