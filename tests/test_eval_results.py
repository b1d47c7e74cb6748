"""The results folder is there whole or not at all; bounds and baselines say what changed."""

import csv
import json

import pytest
from eval_toys import answer_line, gold_line, write_lines

from corpus.errors import PlanqaError, QuestionsError, SettingError
from qa.eval.answers import parse_lines, score_answers
from qa.eval.questions import read_gold
from qa.eval.ragas import ragas_rows
from qa.eval.results import (
    Bound,
    answer_changes,
    answer_figures,
    check_bounds,
    check_target,
    parse_bounds,
    publish,
    read_baseline,
    write_csv,
    write_text,
)
from qa.eval.results import write_lines as line_writer


@pytest.fixture
def result(tmp_path, plan):
    gold = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line(), gold_line(id="g2"), gold_line(id="g3", type="list")]))
    lines = [answer_line(), answer_line(id="g2", text="没有。"), answer_line(id="stray")]
    return score_answers(gold, parse_lines(lines), plan)


def left_over(folder):
    return sorted(p.name for p in folder.iterdir())


# ---- the folder -----------------------------------------------------------------------------------------------------


def test_a_folder_appears_when_it_is_complete(tmp_path):
    seen = []
    publish(tmp_path / "deep" / "out", [write_text("settings.json", "{}"), lambda folder: seen.append(folder.name)])
    assert left_over(tmp_path / "deep") == ["out"]
    assert left_over(tmp_path / "deep" / "out") == ["settings.json"]
    assert seen[0].endswith(".part")


def test_results_replace_those_of_an_earlier_run_whole(tmp_path):
    publish(tmp_path / "out", [write_text("settings.json", "1"), write_text("old", "x")])
    publish(tmp_path / "out", [write_text("settings.json", "2")])
    assert left_over(tmp_path) == ["out"]
    assert left_over(tmp_path / "out") == ["settings.json"]
    assert (tmp_path / "out" / "settings.json").read_text() == "2"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a fault"), KeyboardInterrupt()])
def test_nothing_half_written_is_left_and_the_earlier_results_stay(error, tmp_path):
    publish(tmp_path / "out", [write_text("settings.json", "1")])

    def fail(folder):
        (folder / "half").write_text("x")
        raise error

    with pytest.raises(QuestionsError if isinstance(error, OSError) else type(error)):
        publish(tmp_path / "out", [write_text("settings.json", "2"), fail])
    assert left_over(tmp_path) == ["out"]
    assert (tmp_path / "out" / "settings.json").read_text() == "1"


def test_a_disk_that_refuses_is_one_line_with_a_cure(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(QuestionsError, match=r"file/out：写不进（.*）；请检查路径、空间和权限"):
        publish(tmp_path / "file" / "out", [])


def test_a_folder_with_other_things_in_it_is_never_replaced(tmp_path):
    (tmp_path / "memo.txt").write_text("mine")
    with pytest.raises(QuestionsError, match="不是评测结果的文件夹，不会覆盖；请另选一个空文件夹"):
        publish(tmp_path, [])
    with pytest.raises(QuestionsError, match=r"memo\.txt：已有同名文件；请另选文件夹"):
        check_target(tmp_path / "memo.txt")
    assert left_over(tmp_path) == ["memo.txt"]


def test_rows_are_read_back_as_they_were(tmp_path):
    rows = [{"id": "a", "text": '逗号, "引号"\n换行'}]
    write_csv("rows.csv", rows)(tmp_path)
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == rows
    assert (tmp_path / "rows.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_lines_are_json(tmp_path):
    line_writer("lines.jsonl", [{"字": 1}, {"字": 2}])(tmp_path)
    assert [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text("utf-8").splitlines()] == [{"字": 1}, {"字": 2}]


# ---- bounds ---------------------------------------------------------------------------------------------------------


def test_bounds_are_read():
    assert parse_bounds("right=0.9, unsupported=0") == (Bound("right", 0.9), Bound("unsupported", 0.0))


@pytest.mark.parametrize("text", ["right", "right=", "=0.9", "right=high", "", "right=0.9,"])
def test_a_bound_that_is_none_is_named(text):
    with pytest.raises(SettingError, match=r"--fail-under “.*”：应为 名称=数"):
        parse_bounds(text)


def test_figures_within_bounds_pass(result):
    figures = answer_figures(result)
    check_bounds(figures, parse_bounds("right=0.3333,right.numeric_zh=0.5,right.zh=0.3,false_refusal=0,missing=1"))
    assert (figures["right.list"], figures["missing"]) == (0.0, 1)
    assert "missed_refusal" not in figures  # no question bears on it


def test_every_figure_out_of_bounds_is_named(result):
    with pytest.raises(PlanqaError) as caught:
        check_bounds(answer_figures(result), parse_bounds("right=0.9,missing=0,first_citation=0.5"))
    assert str(caught.value) == "未达到要求：right 为 0.3333，应不低于 0.9；missing 为 1，应不超过 0"


def test_a_figure_that_there_is_not_is_named(result):
    with pytest.raises(SettingError, match=r"没有指标 wrong；可用的有 right、"):
        check_bounds(answer_figures(result), parse_bounds("wrong=0.9"))


# ---- against an earlier run -----------------------------------------------------------------------------------------


def test_what_got_better_and_worse_is_told_question_by_question(result, tmp_path, plan):
    publish(tmp_path / "out", [write_text("settings.json", '{"kind": "answers"}'), write_csv("questions.csv", result.rows())])
    gold = read_gold(tmp_path / "q.jsonl")
    lines = [answer_line(text="没有。"), answer_line(id="g2"), answer_line(id="g3", text="没有。")]
    later = score_answers(gold, parse_lines(lines), plan)
    changes = answer_changes(read_baseline(tmp_path / "out", "answers"), later)
    assert [(c.id, c.better, c.before, c.after) for c in changes] == [
        ("g1", False, "right", "缺关键词 keys missing"),
        ("g2", True, "缺关键词 keys missing", "right"),
    ]


def test_a_baseline_that_is_none_or_of_another_kind_is_named(tmp_path):
    with pytest.raises(QuestionsError, match="不是评测结果的文件夹；请给出 planqa eval … -o 写成的文件夹"):
        read_baseline(tmp_path, "answers")
    publish(tmp_path / "out", [write_text("settings.json", '{"kind": "retrieval"}'), write_csv("questions.csv", [{"id": 1}])])
    with pytest.raises(QuestionsError, match="不是 planqa eval answers 的结果；请给出同类结果的文件夹"):
        read_baseline(tmp_path / "out", "answers")


# ---- other forms ----------------------------------------------------------------------------------------------------


def test_ragas_gets_its_four_fields(tmp_path, plan):
    gold = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line(), gold_line(id="g2", quote="原文。", answer=["十八|18"])]))
    hits = [{"ref": "二/（六）/2", "score": 1, "text": "推进新建绿道 18 公里。"}]
    rows = list(ragas_rows(score_answers(gold, parse_lines([answer_line(hits=hits), answer_line(id="g2")]), plan)))
    assert rows == [
        {
            "user_input": "绿道目标是多少？",
            "retrieved_contexts": ["推进新建绿道 18 公里。"],
            "response": "推进新建绿道 18 公里。[1]",
            "reference": reference,
        }
        for reference in ("18", "原文。")
    ]


def test_frames_hold_a_row_for_each_question(result):
    frame = result.to_frame()
    assert frame["id"].tolist() == ["g1", "g2", "g3"]
    assert frame.groupby("type")["right"].mean().to_dict() == {"list": 0.0, "numeric_zh": 0.5}


def test_answers_to_no_question_are_told(result):
    assert result.strays == ("stray",)
