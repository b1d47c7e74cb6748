"""Files of questions and answers: every field read, every fault one line that names file, line and cure."""

import json

import pytest
from eval_toys import answer_line, gold_line, write_lines

from corpus.errors import QuestionsError
from qa.eval.questions import GivenCitation, find, read_answers, read_gold, shipped
from qa.followup import Turn


def gold(tmp_path, *lines):
    return write_lines(tmp_path / "q.jsonl", lines)


def test_every_field_is_read(tmp_path):
    line = gold_line(
        history=[{"role": "user", "content": "绿道呢"}],
        polarity="no",
        refusal_or=["*cited*"],
        forbidden=["30"],
        quote=["推进新建绿道 18 公里。"],
        notes="记者",
    )
    question = read_gold(gold(tmp_path, line)).questions[0]
    assert question.history == (Turn("user", "绿道呢"),)
    assert (question.polarity, question.refusal_or, question.forbidden) == ("no", ("*cited*",), ("30",))
    assert (question.answer, question.sections, question.quote) == (("18",), ("二/（六）/2",), ("推进新建绿道 18 公里。",))
    assert not question.refusable


def test_a_quote_may_be_one_text(tmp_path):
    assert read_gold(gold(tmp_path, gold_line(quote="一句"))).questions[0].quote == ("一句",)


def test_a_byte_order_mark_and_empty_lines_do_no_harm(tmp_path):
    path = gold(tmp_path, gold_line(), gold_line(id="g2"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert [q.id for q in read_gold(path).questions] == ["g1", "g2"]


def test_the_name_tells_the_plan(tmp_path):
    path = write_lines(tmp_path / "some.plan.dev.jsonl", [gold_line()])
    found = read_gold(path)
    assert (found.name, found.plan, len(found.sha256)) == ("some.plan.dev", "some.plan", 64)


BAD_GOLD = [
    ({"answer": None}, "字段 answer 应为文字的列表，现为 null；请改正"),
    ({"answer": "18"}, '字段 answer 应为文字的列表，现为 "18"；请改正'),
    ({"answer": [18]}, "字段 answer 应为文字的列表，现为 [18]；请改正"),
    ({"answer": []}, "answer_mode 为 any 而 answer 为空；请补上关键词，或改为 refuse"),
    ({"sections": []}, "answer_mode 为 any 而没有给出章节；请补上 sections 和 sections_mode"),
    ({"sections_mode": "none"}, "answer_mode 为 any 而没有给出章节；请补上 sections 和 sections_mode"),
    ({"question": 3}, "字段 question 应为文字，现为 3；请改正"),
    ({"question": "  "}, "字段 question 为空；请补上"),
    ({"type": ""}, "字段 type 为空；请补上"),
    ({"lang": "fr"}, '字段 lang 应为 zh、en 之一，现为 "fr"；请改正'),
    ({"answer_mode": "some"}, '字段 answer_mode 应为 any、all、refuse 之一，现为 "some"；请改正'),
    ({"polarity": "maybe"}, '字段 polarity 应为 yes、no 之一，现为 "maybe"；请改正'),
    ({"history": ["绿道呢"]}, '字段 history 应为对象的列表，现为 ["绿道呢"]；请改正'),
    ({"history": [{"role": "user"}]}, '字段 history 应为 [{"role", "content"}, …]'),
    ({"id": ""}, "字段 id 缺失或不是文字；请补上"),
    ({"id": "a b"}, "id “a b” 含有空白，写不进 TREC 文件；请去掉空白"),
    ({"polarty": "yes"}, "未知字段 polarty；可用的有 id、question"),
]


@pytest.mark.parametrize(("change", "line"), BAD_GOLD)
def test_a_wrong_field_is_one_line_with_place_and_cure(change, line, tmp_path):
    path = gold(tmp_path, gold_line(id="g0"), gold_line(**change))
    with pytest.raises(QuestionsError) as caught:
        read_gold(path)
    assert str(caught.value).startswith(f"{path} 第 2 行：")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("field", ["id", "question", "lang", "type", "answer", "answer_mode", "sections", "sections_mode"])
def test_a_missing_field_is_named(field, tmp_path):
    line = gold_line()
    del line[field]
    with pytest.raises(QuestionsError, match=f"第 1 行：缺少字段 {field}；请补上"):
        read_gold(gold(tmp_path, line))


def test_an_id_given_twice_is_named(tmp_path):
    with pytest.raises(QuestionsError, match="第 2 行：id g1 重复；请改为不同的 id"):
        read_gold(gold(tmp_path, gold_line(), gold_line()))


def test_a_section_that_the_plan_lacks_is_named(tmp_path, plan):
    path = gold(tmp_path, gold_line(), gold_line(id="g2", sections=["二/（六）/99"]))
    with pytest.raises(QuestionsError, match=r"第 2 行：计划 putuo-2021-2023 没有章节 二/（六）/99；请改正"):
        read_gold(path, plan)
    assert len(read_gold(path).questions) == 2


FAULTS = [
    (b"", "文件是空的；每行应为一个 JSON 对象"),
    (b" \n\n", "文件是空的；每行应为一个 JSON 对象"),
    (b"nope\n", "第 1 行：不是 JSON"),
    (b'"text"\n', "第 1 行：不是 JSON 对象"),
    (b"[" * 100_000, "第 1 行：不是 JSON（"),
    (json.dumps(gold_line()).encode() + b"\n" + '{"id": "绿"}'.encode("gbk") + b"\n", "第 2 行：不是 UTF-8；请把整个文件"),
    (json.dumps(gold_line()).encode("utf-16"), "第 1 行：不是 UTF-8；请把整个文件另存为 UTF-8 编码"),
]


@pytest.mark.parametrize(("data", "line"), FAULTS)
@pytest.mark.parametrize("read", [read_gold, read_answers])
def test_a_file_that_is_none_is_one_line(read, data, line, tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_bytes(data)
    with pytest.raises(QuestionsError) as caught:
        read(path)
    if read is read_gold or b"answer_mode" not in data:
        assert line in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(QuestionsError, match=r"none\.jsonl：没有这个文件；请检查路径"):
        read_gold(tmp_path / "none.jsonl")


def test_answers_of_any_system_are_read(tmp_path):
    path = write_lines(
        tmp_path / "a.jsonl",
        [
            answer_line(timings_ms={"a": 1.5, "b": 2}, confidence=3, hits=[{"ref": "二/（六）/2", "score": 0.5}]),
            {"id": 2, "status": "refused", "text": None},
            {"id": "g3", "status": "answered", "citations": [{"quote": None}]},
        ],
    )
    answers = read_answers(path)
    assert list(answers) == ["g1", "2", "g3"]
    assert (answers["g1"].latency_ms, answers["g1"].confidence, answers["g1"].hits[0].score) == (3.5, 3.0, 0.5)
    assert answers["2"].refused
    assert answers["2"].latency_ms is None
    assert answers["g3"].citations == (GivenCitation("", ""),)


BAD_ANSWERS = [
    ({"status": "done"}, '字段 status 应为 answered、refused 之一，现为 "done"；请改正'),
    ({"text": 5}, "字段 text 应为文字，现为 5；请改正"),
    ({"citations": "二"}, '字段 citations 应为对象的列表，现为 "二"；请改正'),
    ({"citations": [{"ref": 1}]}, "字段 ref 应为文字，现为 1；请改正"),
    ({"hits": [{"score": 1}]}, "字段 ref 缺失；请补上"),
    ({"confidence": "high"}, '字段 confidence 应为数，现为 "high"；请改正'),
    ({"timings_ms": [1]}, "字段 timings_ms 应为对象，现为 [1]；请改正"),
    ({"id": None}, "字段 id 缺失或不是文字；请补上"),
]


@pytest.mark.parametrize(("change", "line"), BAD_ANSWERS)
def test_a_wrong_answer_line_is_named(change, line, tmp_path):
    path = write_lines(tmp_path / "a.jsonl", [answer_line(id="g0"), answer_line(**change)])
    with pytest.raises(QuestionsError) as caught:
        read_answers(path)
    assert f"{path} 第 2 行：{line}" in str(caught.value)


def test_an_answer_given_twice_is_named(tmp_path):
    with pytest.raises(QuestionsError, match="第 2 行：id g1 重复"):
        read_answers(write_lines(tmp_path / "a.jsonl", [answer_line(), answer_line()]))


def test_the_development_questions_come_with_the_package(shared):
    assert shipped()["dev"].read_bytes() == (shared / "eval" / "putuo_dev.jsonl").read_bytes()


def test_every_shipped_file_fits_the_shipped_plan(plan):
    for path in shipped().values():
        assert read_gold(path, plan).plan == plan.id


def test_a_path_goes_before_a_short_name(tmp_path, monkeypatch):
    assert find("dev") == shipped()["dev"]
    monkeypatch.chdir(tmp_path)
    gold(tmp_path, gold_line()).rename(tmp_path / "dev")
    assert find("dev").resolve() == tmp_path / "dev"
