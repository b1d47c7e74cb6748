import hashlib
import json

import documents
import pytest

from corpus.errors import PlanqaError, SourceError
from corpus.load import SHIPPED, load_source, load_sources, shipped_path, source_of


@pytest.fixture
def beside(tmp_path):
    """Writes a document with files beside it and gives its path."""

    def write(text=documents.RUN_IN, name="云岭.txt", **sidecars):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        for suffix, content in sidecars.items():
            kind = {
                "meta": "meta.json",
                "lexicon": "lexicon.txt",
                "glossary": "glossary.tsv",
                "english": "english.jsonl",
                "expansion": "expansion.jsonl",
            }[suffix]
            content = (
                json.dumps(content, ensure_ascii=False) if suffix == "meta" and not isinstance(content, bytes) else content
            )
            (tmp_path / f"{path.stem}.{kind}").write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def message(call, *args):
    with pytest.raises(SourceError) as caught:
        call(*args)
    assert isinstance(caught.value, PlanqaError)
    text = str(caught.value)
    assert "\n" not in text
    return text


# ---- documents that cannot be read ------------------------------------------------------------------------------------


def test_a_missing_file(tmp_path):
    assert message(load_source, tmp_path / "无.txt") == f"{tmp_path}/无.txt：没有这个文件；请检查路径"


@pytest.mark.parametrize("name", ["文件夹", "文件夹.txt"])
def test_a_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    assert (
        message(load_source, tmp_path / name)
        == f"{tmp_path}/{name}：是文件夹；请给出其中的 .txt、.md、.docx、.doc、.html、.htm、.pdf 文件"
    )


KINDS = ".txt、.md、.docx、.doc、.html、.htm、.pdf"


@pytest.mark.parametrize(("name", "kind"), [("计划.xlsx", ".xlsx"), ("计划.pages", ".pages"), ("计划", "无后缀")])
def test_a_file_of_another_kind(beside, name, kind):
    assert message(load_source, beside(name=name)) == f"{name}：不支持 {kind} 文件；请提供 {KINDS} 文件"


def test_a_file_that_is_too_large(tmp_path):
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    assert message(load_source, path) == f"{path}：超过 50 MB；请拆分后再提供"


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16"])
def test_a_file_in_another_encoding(beside, encoding):
    text = "一、甲\n推进建设，2023年达到 98%。"
    source = load_source(beside(text.encode(encoding)))
    assert (source.plan.text, source.data.decode()) == (text, text)
    assert source.notes == (f"按 {'UTF-16' if encoding == 'utf-16' else 'GB18030'} 编码读入",)


@pytest.mark.parametrize(
    "data",
    [
        "一、甲".encode() + b"\xff",
        b"\x89PNG\r\n\x1a\n",
        b"\x00\x01\x02\x03",
        "一、甲\x00内容。".encode(),
        b"PK\x03\x04\x14\x00",
        "甲".encode() + b"\x00" * 20,
    ],
)
def test_a_file_that_is_no_text(beside, data):
    assert message(load_source, beside(data)) == "云岭.txt：不是 UTF-8 或 GB 18030 编码的文本；请另存为 UTF-8 编码"


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", "　\n".encode(), b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_text(beside, data):
    assert message(load_source, beside(data)) == "云岭.txt：文件没有文字；请提供计划全文"


def test_two_documents_of_one_name(tmp_path):
    paths = [tmp_path / folder / "云岭.txt" for folder in "ab"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(documents.RUN_IN, encoding="utf-8")
    assert message(load_sources, paths) == "两个文件都叫 云岭；请改名，计划以文件名区分"


def test_one_name_with_two_suffixes(beside):
    assert "两个文件都叫 云岭" in message(load_sources, [beside(), beside(name="云岭.md")])


# ---- data beside a document that cannot be used -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ({"tittle": "甲"}, "未知的键 tittle"),
        ({"period": [2021]}, "period 应为 [起始年, 结束年]"),
        ({"period": "2021"}, "period 应为 [起始年, 结束年]"),
        ({"period": [2023, 2021]}, "period 应为 [起始年, 结束年]"),
        ({"place": "上海市"}, "place 应为地名的列表，由大到小"),
        ({"english_place": [1]}, "english_place 应为地名的列表，由大到小"),
        ({"title": 5}, "title 应为文字"),
        ({"sha256": None}, "sha256 应为文字"),
        ([1], "应为 {…} 形式"),
    ],
)
def test_meta_that_holds_something_else(beside, meta, reason):
    assert (
        message(load_source, beside(meta=meta)) == f"云岭.meta.json：元数据无法读取（{reason}）；请参照 README “计划旁的数据”"
    )


@pytest.mark.parametrize("data", [b"{", b"", "{'title': '甲'}".encode(), b"\xff\xfe{"])
def test_meta_that_is_no_json(beside, data):
    text = message(load_source, beside(meta=data))
    assert text.startswith("云岭.meta.json：元数据无法读取（")
    assert text.endswith("）；请参照 README “计划旁的数据”")


def test_a_text_that_is_not_the_one_described(beside):
    digest = hashlib.sha256(documents.RUN_IN.encode()).hexdigest()
    assert message(load_source, beside(meta={"sha256": "0" * 64})) == (
        f"云岭.txt：sha256 为 {digest[:8]}…，元数据记为 00000000…；请恢复原文或更新 云岭.meta.json"
    )
    assert load_source(beside(meta={"sha256": digest.upper()})).sha256 == digest


@pytest.mark.parametrize(
    ("line", "said"),
    [("network 网络", "network 网络"), ("\t网络", "\t网络"), ("network\t", "network"), ("network\t ", "network")],
)
def test_a_glossary_line_without_both_sides(beside, line, said):
    path = beside(glossary=f"# 词汇\n\ncountryside\t乡村\n{line}\n")
    assert message(load_source, path) == f"云岭.glossary.tsv 第 4 行“{said}”：应为“英文<Tab>中文”；请改正"


@pytest.mark.parametrize(("kind", "key"), [("english", "en"), ("expansion", "q")])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "应为含 ref、zh、{} 的 JSON；请改正"),
        ("3", "应为含 ref、zh、{} 的 JSON；请改正"),
        ('{"ref": "一"}', "应为含 ref、zh、{} 的 JSON；请改正"),
        ('{"ref": ["一"], "zh": "重点工程", "en": "x", "q": "x"}', "ref、zh、{} 应为文字；请改正"),
        ('{"ref": "一", "zh": "重点工程", "en": null, "q": null}', "ref、zh、{} 应为文字；请改正"),
        ('{"ref": "一", "zh": "重点任务", "en": "x", "q": "x"}', "一 中没有“重点任务”；请按原文改正"),
        ('{"ref": "九", "zh": "重点工程", "en": "x", "q": "x"}', "九 中没有“重点工程”；请按原文改正"),
    ],
)
def test_a_line_that_belongs_to_no_sentence(beside, kind, key, line, said):
    path = beside(**{kind: f"# 注\n{line}\n"})
    assert message(load_source, path) == f"云岭.{kind}.jsonl 第 2 行：{said.format(key)}"


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("lexicon", "lexicon.txt"), ("glossary", "glossary.tsv"), ("english", "english.jsonl"), ("expansion", "expansion.jsonl")],
)
def test_data_that_is_not_utf8(beside, kind, suffix):
    path = beside(**{kind: "乡村".encode("gbk")})
    assert message(load_source, path) == f"云岭.{suffix}：第 0 字节不是 UTF-8；请另存为 UTF-8 编码"


# ---- documents that can be read ---------------------------------------------------------------------------------------


def test_a_document_alone(beside):
    source = load_source(beside())
    assert (source.plan.id, source.plan.title) == ("云岭", "云岭县数字乡村实施方案")
    assert source.sha256 == hashlib.sha256(documents.RUN_IN.encode()).hexdigest()
    assert (source.lexicon, source.glossary, source.english, source.expansion) == ((), (), {}, {})


def test_a_document_with_all_that_can_stand_beside_it(beside):
    sentence = "建设数字农田。"
    source = load_source(
        beside(
            meta={"title": "云岭县 方案", "period": [2023, 2025], "place": ["云岭县"], "english_title": "Yunling scheme"},
            lexicon="# 词\n数字农田\n\n光纤通达率  \n",
            glossary="digital farmland\t数字农田\n",
            english=json.dumps({"ref": "一/（二）", "zh": sentence, "en": "Build digital farmland."}) + "\n",
            expansion="".join(
                json.dumps({"ref": "一/（二）", "zh": sentence, "q": q}) + "\n" for q in ("种地怎么数字化", "What about farms?")
            ),
        )
    )
    assert source.plan.title == source.plan.meta.title == "云岭县 方案"
    assert (source.plan.meta.period, source.plan.meta.place) == ((2023, 2025), ("云岭县",))
    assert source.lexicon == ("数字农田", "光纤通达率")
    assert source.glossary == (("digital farmland", "数字农田"),)
    assert source.rendering("一/（二）", "建设数字农田。 ") == "Build digital farmland."
    assert source.rendering("一/（一）", sentence) == ""
    assert source.questions("一/（二）", sentence) == ("种地怎么数字化", "What about farms?")
    assert source.questions("一/（一）", sentence) == ()


def test_windows_line_ends_and_byte_order_marks(beside):
    plain = load_source(beside())
    windows = load_source(beside(b"\xef\xbb\xbf" + documents.RUN_IN.replace("\n", "\r\n").encode()))
    assert windows.plan == plain.plan
    assert windows.sha256 != plain.sha256


def test_old_mac_line_ends():
    assert source_of("x.txt", "一、甲\r内容。".encode()).plan.text == "一、甲\n内容。"


def test_a_stray_control_character_and_page_breaks_are_no_fault(beside):
    text = "一、甲\n" + "推进建设。\f" * 300 + "\x07"
    assert load_source(beside(text)).plan.by_ref["一"].text.count("推进建设。") == 300


def test_suffixes_in_capitals_and_markdown(beside):
    assert load_source(beside(name="甲.TXT")).plan.id == "甲"
    assert load_source(beside(documents.MARKDOWN, name="乙.md")).plan.title == "云岭县河湖保护办法"


def test_several_documents_keep_their_order(beside):
    assert [s.plan.id for s in load_sources([beside(name="乙.txt"), beside(name="甲.txt")])] == ["乙", "甲"]


def test_the_shipped_plan_is_what_is_read_when_none_is_named():
    assert [s.plan.id for s in load_sources([])] == [SHIPPED]
    assert shipped_path().name == f"{SHIPPED}.txt"
