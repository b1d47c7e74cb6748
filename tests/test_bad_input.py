"""Questions and files of questions that nobody should send: a clear refusal or one line, never a traceback."""

import json
import os
import re
import subprocess
import sys

import pytest

from qa.answer import Reason
from qa.check import faults
from qa.cli import main

GREENWAY = "推进新建绿道 18 公里。[1]"
EMPTY, TOO_LONG = "请输入一个问题。", "问题太长（最多 300 字），请只问一件事。"

REFUSED = {
    "": (Reason.EMPTY, EMPTY),
    "   ": (Reason.EMPTY, EMPTY),
    "\n\t\u3000\u200b": (Reason.EMPTY, EMPTY),
    "？！。…——“”": (Reason.EMPTY, EMPTY),
    "?!.,;": (Reason.EMPTY, EMPTY),
    "\0": (Reason.EMPTY, EMPTY),
    "\x07\x1b\x7f": (Reason.EMPTY, EMPTY),
    "😀": (Reason.EMPTY, EMPTY),
    "👨‍👩‍👧🏽": (Reason.EMPTY, EMPTY),
    "绿" * 10_000: (Reason.TOO_LONG, TOO_LONG),
    "绿道" * 150 + "？": (Reason.TOO_LONG, TOO_LONG),
    "?" * 301: (Reason.TOO_LONG, TOO_LONG),
    "how " * 2500: (Reason.TOO_LONG, "The question is too long (at most 300 characters); please ask one thing."),
    "שלום עולם": (Reason.NOT_IN_PLAN, None),
    "ما هو هدف الممر الأخضر": (Reason.NOT_IN_PLAN, None),
    "12345": (Reason.NOT_IN_PLAN, None),
    "1.5": (Reason.NOT_IN_PLAN, None),
    "٣٤": (Reason.NOT_IN_PLAN, None),
    "<script>alert(1)</script>": (Reason.NOT_IN_PLAN, None),
    "'; DROP TABLE ways; --": (Reason.NOT_IN_PLAN, None),
    "%s%n{0}{title}{x!r}": (Reason.NOT_IN_PLAN, None),
    "{title}的电话": (Reason.NO_DETAIL, None),
    "q" * 300: (Reason.NOT_IN_PLAN, None),
}
UNDERSTOOD = {
    "绿道\0目标\x07是多少\x1b[31m": GREENWAY,
    "😀😀绿道目标是多少😀": GREENWAY,
    "\u202e绿道目标是多少": GREENWAY,  # right to left from here on
    "\ufeff绿道目标是多少": GREENWAY,
    "\r\n\r\n绿道目标是多少\r\n": GREENWAY,
    "绿 道 目 标 是 多 少": GREENWAY,
    "绿道目标是多少" + "？" * 200: GREENWAY,
}
HALVES = ["\ud800", "绿道目标是多少\ud800", "\udfff绿道", "\ud83d绿道\ude00"]


def short(question):
    return repr(question[:12])


@pytest.mark.parametrize("question", REFUSED, ids=short)
def test_refused(question, qa):
    answer = qa.invoke(question)
    reason, text = REFUSED[question]
    assert (answer.status, answer.reason) == ("refused", reason)
    assert answer.text == text if text else answer.text.strip()
    assert answer.question == question
    assert faults(answer, qa.plans) == []


@pytest.mark.parametrize("question", UNDERSTOOD, ids=short)
def test_understood_all_the_same(question, qa):
    answer = qa.invoke(question)
    assert (answer.status, answer.text) == ("answered", UNDERSTOOD[question])
    assert answer.question == question


@pytest.mark.parametrize("question", HALVES[1:], ids=short)
def test_half_a_surrogate_pair(question, qa):
    assert qa.invoke(question).status in ("answered", "refused")
    qa.search(question)


def test_half_a_surrogate_pair_alone_is_no_question(qa):
    assert qa.invoke(HALVES[0]).reason is Reason.EMPTY


@pytest.mark.parametrize("question", ["", " ", "？", "😀", "\0", "12345", "שלום"], ids=short)
def test_searching_for_nothing_ranks_the_chunks_all_the_same(question, qa):
    hits = qa.search(question, 3)
    assert [h.rank for h in hits] == [1, 2, 3]
    assert hits == qa.search(question, 3)


def test_bad_turns_before_a_question_do_no_harm(qa):
    turns = [
        {"role": role, "content": content} for content in ("", "\0", "😀" * 500, "?") for role in ("user", "assistant", "x")
    ]
    assert qa.invoke({"question": "绿道目标是多少", "history": turns}).text == GREENWAY


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "字段 question 缺失或不是文字；请补上问题"),
        ({"question": None}, "字段 question 缺失或不是文字；请补上问题"),
        ({"question": 5}, "字段 question 缺失或不是文字；请补上问题"),
        ({"question": ["绿道"]}, "字段 question 缺失或不是文字；请补上问题"),
        *(
            ({"question": "绿道", "history": history}, '字段 history 应为 [{"role", "content"}, …]；请改正')
            for history in ("绿道", 5, {"role": "user"}, ["绿道"], [5], [{"role": "user"}])
        ),
        ({"question": "绿道", "plan": "pudong"}, "没有计划 pudong；已建索引的有：putuo-2021-2023"),
        ({"question": "绿道", "plan": ""}, "没有计划 ；已建索引的有：putuo-2021-2023"),
    ],
    ids=str,
)
def test_a_question_of_the_wrong_form(value, message, qa):
    from corpus.errors import QuestionsError

    with pytest.raises(QuestionsError, match=f"^{re.escape(message)}$"):
        qa.invoke(value)


# ---- on the command line --------------------------------------------------------------------------------------------


def lines(questions):
    """As ASCII, so that everything can be written: \\u0000, \\ud800."""
    return "".join(json.dumps({"id": i, "question": q}) + "\n" for i, q in enumerate(questions))


def test_a_batch_of_bad_questions(home, tmp_path, capsys):
    questions = [*REFUSED, *UNDERSTOOD]
    (tmp_path / "in.jsonl").write_text(lines(questions), encoding="utf-8")
    assert main(["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl"), "--home", str(home)]) == 0
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [a["question"] for a in answers] == questions
    assert [a["id"] for a in answers] == [str(i) for i in range(len(questions))]
    assert [a["reason"] for a in answers] == [*(reason.value for reason, _ in REFUSED.values()), *(None for _ in UNDERSTOOD)]
    assert "Traceback" not in capsys.readouterr().err


def test_an_id_that_has_no_utf8_comes_back_as_it_was(home, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": "\\ud800", "question": ""}\n', encoding="utf-8")
    assert main(["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl"), "--home", str(home)]) == 0
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["id"] == "\ud800"


@pytest.mark.parametrize("question", ["", "   ", "？"])
def test_asking_nothing(question, home, capsys):
    assert main(["ask", question, "--home", str(home)]) == 0
    assert capsys.readouterr() == (f"{EMPTY}\n", "")


def test_an_argument_that_is_no_utf8(home):
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"qa.cli", b"ask", b"\xff\xfe", b"--json", b"--home", os.fsencode(home)],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    answer = json.loads(done.stdout)
    assert (answer["reason"], answer["question"]) == ("empty", "??")


GOOD = b'{"id": "q1", "question": "\xe7\xbb\xbf\xe9\x81\x93"}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "：文件是空的；每行应为一个 JSON 对象"),
        (b"\n  \n\xef\xbb\xbf\n", "：文件是空的；每行应为一个 JSON 对象"),
        (GOOD + b"\xff\xfe\n", " 第 2 行：不是 UTF-8；请把整个文件另存为 UTF-8 编码"),
        ("{'id': 'q1'}".encode("utf-16"), " 第 1 行：不是 UTF-8；请把整个文件另存为 UTF-8 编码"),
        (b"\n\n" + GOOD + "绿道目标是多少".encode() + b"\n", " 第 4 行：不是 JSON（*）；每行应为一个 JSON 对象"),
        (b'{"id": "q1", "question": "x"', " 第 1 行：不是 JSON（*）；每行应为一个 JSON 对象"),
        (b"[" * 100_000, " 第 1 行：不是 JSON（*）；每行应为一个 JSON 对象"),
        (GOOD + b"null\n", " 第 2 行：不是 JSON 对象；每行应为一个 JSON 对象"),
        (b'["q1", "x"]', " 第 1 行：不是 JSON 对象；每行应为一个 JSON 对象"),
        (b'"q1"', " 第 1 行：不是 JSON 对象；每行应为一个 JSON 对象"),
        (b"{}", " 第 1 行：缺少 id、question；请补上"),
        (GOOD + b'{"id": "q2"}', " 第 2 行：缺少 question；请补上"),
        (b'{"question": "x"}', " 第 1 行：缺少 id；请补上"),
        (b'{"id": null, "question": "x"}', " 第 1 行：缺少 id；请补上"),
        (GOOD + b'{"id": "q2", "question": "x"}\n' + GOOD, " 第 3 行：id q1 重复；请改为不同的 id"),
        (b'{"id": 1, "question": "x"}\n{"id": "1", "question": "x"}', " 第 2 行：id 1 重复；请改为不同的 id"),
        (b'{"id": "q1", "question": 5}', " 第 1 行：question 为 5，应为文字；请改正"),
        (b'{"id": "q1", "question": ["x"]}', ' 第 1 行：question 为 ["x"]，应为文字；请改正'),
        (b'{"id": {"n": 1}, "question": "x"}', ' 第 1 行：id 为 {"n": 1}，应为文字或整数；请改正'),
        (b'{"id": "q1", "question": "x", "history": "y"}', ' 第 1 行：history 为 "y"，应为[{"role", "content"}, …]；请改正'),
        (
            b'{"id": "q1", "question": "x", "history": ["y"]}',
            ' 第 1 行：history 为 ["y"]，应为[{"role", "content"}, …]；请改正',
        ),
        (
            b'{"id": "q1", "question": "x", "history": [{"role": "user", "content": null}]}',
            ' 第 1 行：history 为 [{"role": "user", "content": null}]，应为[{"role", "content"}, …]；请改正',
        ),
        (b'{"id": "q1", "question": "x", "plan": ["y"]}', ' 第 1 行：plan 为 ["y"]，应为文字；请改正'),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else "",
)
def test_a_file_of_questions_that_cannot_be_used(content, message, tmp_path, capsys):
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(content)
    assert main(["batch", str(path), "-o", str(out), "--home", str(tmp_path / "home")]) == 1
    printed = capsys.readouterr()
    expected = re.escape(f"{path}{message}").replace(r"\*", r"[^\n]+")
    assert re.fullmatch(f"{expected}\n", printed.err)
    assert printed.out == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]  # noticed before anything is built or written


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.jsonl", "没有这个文件；请检查路径"), ("folder", "无法读取（Is a directory）；请检查文件和权限")],
)
def test_a_file_of_questions_that_cannot_be_read(name, message, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    assert main(["batch", str(tmp_path / name), "--home", str(tmp_path / "home")]) == 1
    assert capsys.readouterr() == ("", f"{tmp_path / name}：{message}\n")


def test_an_unknown_plan_leaves_no_half_written_answers(home, tmp_path, capsys):
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(GOOD + b'{"id": "q2", "question": "x", "plan": "pudong"}\n')
    assert main(["batch", str(path), "-o", str(out), "--home", str(home)]) == 1
    message = f"{path} 中 id 为 q2 的问题：没有计划 pudong；已建索引的有：putuo-2021-2023\n"
    assert capsys.readouterr().err.endswith(message)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]


@pytest.mark.parametrize(
    ("out", "reason"),
    [("none/out.jsonl", "No such file or directory"), ("in.jsonl/out.jsonl", "Not a directory"), ("folder", "Is a directory")],
)
def test_answers_that_cannot_be_written(out, reason, home, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    (tmp_path / "in.jsonl").write_bytes(GOOD)
    assert main(["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / out), "--home", str(home)]) == 1
    assert capsys.readouterr().err.endswith(f"{tmp_path / out}：写不进（{reason}）；请检查路径、空间和权限\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "in.jsonl"]
