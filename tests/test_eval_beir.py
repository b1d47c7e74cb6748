"""BEIR folders come in as a document with a section for each of theirs; what is wrong with them is one line."""

import pytest
from eval_toys import DOCUMENTS, QUERIES, write_beir, write_lines

from corpus.beir import load_beir, ref_of
from corpus.chunks import chunk_plan
from corpus.errors import QuestionsError


@pytest.fixture
def folder(tmp_path):
    return write_beir(tmp_path / "toy")


def test_each_document_is_a_section(folder):
    beir = load_beir(folder)
    assert [s.ref for s in beir.source.plan.sections] == list(DOCUMENTS)
    assert [(s.title, s.text) for s in beir.source.plan.sections] == list(DOCUMENTS.values())
    assert [(q.id, q.text, q.relevant) for q in beir.queries] == [(i, t, ((d, 1),)) for i, (t, d) in QUERIES.items()]
    assert beir.name == beir.source.plan.id == "toy"


def test_a_place_in_a_section_leads_to_the_text(folder):
    plan = load_beir(folder).source.plan
    for section in plan.sections:
        for sentence in section.sentences:
            start = section.place(sentence.start)
            assert plan.text[start : start + len(sentence.text)] == sentence.text


def test_chunks_carry_the_title(folder):
    chunks = chunk_plan(load_beir(folder).source.plan)
    assert [(c.id, c.heading) for c in chunks] == [("d1#0", "绿道"), ("d2#0", "湖泊"), ("d3#0", "垃圾"), ("d4#0", "")]


def test_underscored_ids_and_a_folder_of_qrels_are_read(folder):
    write_lines(folder / "corpus.jsonl", [{"_id": "d1", "text": "绿道"}])
    write_lines(folder / "queries.jsonl", [{"_id": "q1", "text": "绿道"}, {"_id": "q2", "text": "不问"}])
    (folder / "qrels.tsv").unlink()
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t2\n", encoding="utf-8")
    beir = load_beir(folder)
    assert [(q.id, q.relevant) for q in beir.queries] == [("q1", (("d1", 2),))]


def test_signs_that_refs_are_made_of_are_written_otherwise(folder):
    write_lines(folder / "corpus.jsonl", [{"id": "a/b|c", "title": "", "text": "绿道"}])
    write_lines(folder / "queries.jsonl", [{"id": "q1", "text": "绿道"}])
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ta/b|c\t1\n", encoding="utf-8")
    assert load_beir(folder).queries[0].relevant == ((ref_of("a/b|c"), 1),)
    assert ref_of("a/b|c") == "a／b｜c"


def test_a_document_that_is_a_title_alone_is_found_by_it(folder):
    write_lines(folder / "corpus.jsonl", [{"id": i, "title": "只有标题", "text": ""} for i in DOCUMENTS])
    assert load_beir(folder).source.plan.sections[0].text == "只有标题"


def test_an_index_of_a_set_never_passes_for_that_of_a_plan(folder, tmp_path):
    from corpus.load import load_source

    source = load_beir(folder).source
    (tmp_path / "toy.txt").write_bytes(source.data)
    assert load_source(tmp_path / "toy.txt").sha256 != source.sha256


def test_the_chinese_set_is_read_whole(shared):
    beir = load_beir(shared / "eval" / "cmrc2018_dev")
    assert (len(beir.source.plan.sections), len(beir.queries)) == (848, 3219)


ROW = "query-id\tcorpus-id\tscore\n"
BAD = [
    ("corpus.jsonl", "", "corpus.jsonl：文件是空的；每行应为一个 JSON 对象"),
    ("corpus.jsonl", '{"id": "d1", "text": "a"}\nnope\n', "corpus.jsonl 第 2 行：不是 JSON"),
    ("corpus.jsonl", "[1]\n", "corpus.jsonl 第 1 行：不是 JSON 对象"),
    ("corpus.jsonl", '{"text": "a"}\n', "corpus.jsonl 第 1 行：字段 id 缺失或不是文字；请补上"),
    ("corpus.jsonl", '{"id": "d 1", "text": "a"}\n', "corpus.jsonl 第 1 行：id “d 1” 含有空白"),
    ("corpus.jsonl", '{"id": "d1"}\n', "corpus.jsonl 第 1 行：字段 text 缺失；请补上"),
    ("corpus.jsonl", '{"id": "d1", "text": 3}\n', "corpus.jsonl 第 1 行：字段 text 应为文字，现为 3；请改正"),
    ("corpus.jsonl", '{"id": "d1", "text": "a"}\n\n{"id": "d1", "text": "b"}\n', "corpus.jsonl 第 3 行：id d1 重复"),
    ("queries.jsonl", '{"id": "q1", "text": "a"}\n{"id": "q1", "text": "b"}\n', "queries.jsonl 第 2 行：id q1 重复"),
    ("queries.jsonl", '{"id": "q1", "text": "a"}\n', "queries.jsonl：没有标注里的问题 q2；请补上"),
    ("qrels.tsv", "", "qrels.tsv：文件是空的"),
    ("qrels.tsv", ROW + "q1\td1\n", "qrels.tsv 第 2 行：有 2 列，应为 query-id<Tab>corpus-id<Tab>score；请改正"),
    ("qrels.tsv", ROW + "q1\td1\tmany\n", "qrels.tsv 第 2 行：score “many” 不是整数；请改正"),
    ("qrels.tsv", ROW + "q1\td9\t1\n", "qrels.tsv 第 2 行：corpus.jsonl 中没有 d9；请改正 corpus-id"),
    ("qrels.tsv", ROW + "q1\td1\t0\n", "没有一个问题有相关文档；请检查 qrels.tsv"),
]


@pytest.mark.parametrize(("file", "text", "line"), BAD)
def test_a_bad_file_is_one_line_with_place_and_cure(file, text, line, folder):
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsError) as caught:
        load_beir(folder)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_bytes_of_another_encoding_are_named_by_line(file, folder):
    with (folder / file).open("ab") as out:
        out.write("绿道\n".encode("gbk"))
    with pytest.raises(QuestionsError, match=rf"{file} 第 \d 行：不是 UTF-8；请把整个文件另存为 UTF-8 编码"):
        load_beir(folder)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl"])
def test_a_missing_file_is_named(file, folder):
    (folder / file).unlink()
    with pytest.raises(QuestionsError, match=rf"{file}：没有这个文件；请检查路径"):
        load_beir(folder)


def test_missing_qrels_are_named(folder):
    (folder / "qrels.tsv").unlink()
    with pytest.raises(QuestionsError, match=r"没有 qrels\.tsv 或 qrels/\*\.tsv；请补上相关性标注"):
        load_beir(folder)
