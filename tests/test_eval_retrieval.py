"""Retrieval evaluation: hits folded to sections, measured as ir_measures does, the same twice."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from eval_toys import QUERIES, ToyEmbedder, gold_line, write_beir, write_lines

from corpus.errors import QuestionsError, SettingError
from index.settings import Settings
from qa.eval.naive import CHUNK_OVERLAP, CHUNK_SIZE, RawText, refs_within, split
from qa.eval.questions import read_gold
from qa.eval.results import trec_qrels, trec_run
from qa.eval.retrieval import (
    EVERY_SYSTEM,
    MEASURES,
    SYSTEMS,
    Query,
    Ranked,
    _in_favour,
    beir_dataset,
    check_systems,
    evaluate_retrieval,
    fold_hits,
    gold_query,
    measure,
    plan_dataset,
    plan_of,
)


def query(gold=("二/（六）",), *, any_will_do=False, relevant=None):
    pairs = relevant or tuple((ref, 1) for ref in (gold[:1] if any_will_do else gold))
    return Query("q1", "绿道", "绿道", "zh", "zh", "numeric_zh", pairs, tuple(gold), any_will_do)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beir")
    return beir_dataset(write_beir(folder / "toy"), Settings(home=folder / "home", model="toy"), embedder=ToyEmbedder())


# ---- folding --------------------------------------------------------------------------------------------------------


def test_the_first_hit_of_a_section_counts():
    assert [h.ref for h in fold_hits(query(()), [("a", 3), ("b", 2), ("a", 1), ("c", 0)])] == ["a", "b", "c"]


def test_a_section_below_the_gold_section_counts_as_it():
    assert [h.ref for h in fold_hits(query(), [("二/（六）/2", 3), ("二/（六）", 2), ("二/（七）", 1)])] == [
        "二/（六）",
        "二/（七）",
    ]


def test_of_several_sections_that_will_do_one_is_enough():
    several = query(("一", "二"), any_will_do=True)
    assert [h.ref for h in fold_hits(several, [("三", 3), ("二/1", 2), ("一", 1)])] == ["三", "一"]
    assert several.relevant == (("一", 1),)


def test_scores_strictly_fall_in_32_bits():
    hits = fold_hits(query(()), [("a", 0.5), ("b", 0.5), ("c", 0.5), ("d", 0.4)])
    scores = np.array([h.score for h in hits], dtype=np.float32)
    assert (np.diff(scores) < 0).all()
    assert scores == pytest.approx([0.5, 0.5, 0.5, 0.4], abs=1e-6)


def test_a_question_without_a_section_is_not_asked(tmp_path):
    refuse = {"answer": [], "answer_mode": "refuse", "sections": [], "sections_mode": "none"}
    path = write_lines(tmp_path / "q.jsonl", [gold_line(), gold_line(id="g2", **refuse)])
    assert [gold_query(q) is None for q in read_gold(path).questions] == [False, True]


# ---- measuring ------------------------------------------------------------------------------------------------------


def test_measures_are_those_of_the_textbook_and_a_question_without_a_hit_counts_0():
    queries = [
        query(("a",)),
        Query("q2", "x", "x", "zh", "zh", "t", (("b", 1),)),
        Query("q3", "x", "x", "zh", "zh", "t", (("c", 1), ("d", 1))),
    ]
    run = {"q1": (Ranked("x", 2.0), Ranked("a", 1.0)), "q3": (Ranked("d", 2.0), Ranked("c", 1.0))}
    found = {name: values.tolist() for name, values in measure(queries, run).items()}
    assert found == {
        "recall@1": [0, 0, 0.5],
        "recall@5": [1, 0, 1],
        "nDCG@10": pytest.approx([1 / np.log2(3), 0, 1]),
        "RR@10": [0.5, 0, 1],
    }


def test_the_command_of_ir_measures_reads_the_files_and_finds_the_same(dataset, tmp_path):
    result = evaluate_retrieval(dataset, EVERY_SYSTEM)
    (tmp_path / "qrels").write_text(trec_qrels(result.queries), encoding="utf-8")
    for system in result.systems:
        (tmp_path / "run").write_text(trec_run(system.run, system.system), encoding="utf-8")
        command = [Path(sys.executable).parent / "ir_measures", "qrels", "run", "R@1", "R@5", "nDCG@10", "RR@10", "-p", "6"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True)
        figures = [float(line.split("\t")[1]) for line in done.stdout.splitlines()]
        assert figures == pytest.approx([system.estimate(name).value for name in MEASURES], abs=1e-6)


# ---- systems --------------------------------------------------------------------------------------------------------


def test_systems_stand_side_by_side_in_the_order_asked_for(dataset):
    result = evaluate_retrieval(dataset, ["naive", "bm25", "naive"])
    assert [s.system for s in result.systems] == ["naive", "bm25"]
    assert [(t.left, t.right) for t in result.tests[:1]] == [("naive", "bm25")]
    assert len(result.tests) == len(MEASURES)


def test_every_system_finds_the_easy_ones(dataset):
    result = evaluate_retrieval(dataset)
    assert [s.system for s in result.systems] == list(SYSTEMS)
    assert {s.system: s.estimate("recall@1").value for s in result.systems} == dict.fromkeys(SYSTEMS, 1.0)
    assert set(result.systems[0].run) == set(QUERIES)


def test_words_alone_find_nothing_where_no_word_is_shared(tmp_path):
    folder = write_beir(tmp_path / "other", queries={"q1": ("xyzzy", "d1")})
    dataset = beir_dataset(folder, Settings(home=tmp_path / "home", model="toy"), embedder=ToyEmbedder())
    result = evaluate_retrieval(dataset, ["bm25", "dense"])
    assert result.systems[0].run == {"q1": ()}
    assert result.systems[0].estimate("recall@5").value == 0
    assert len(result.systems[1].run["q1"]) == 4


def test_a_second_run_finds_the_same(dataset, tmp_path):
    folder = write_beir(tmp_path / "toy")
    again = beir_dataset(folder, Settings(home=tmp_path / "home", model="toy"), embedder=ToyEmbedder())
    first, second = evaluate_retrieval(dataset), evaluate_retrieval(again)
    assert [s.run for s in first.systems] == [s.run for s in second.systems]
    assert first.tests == second.tests
    assert first.scores() == second.scores()


def test_an_index_of_an_earlier_run_is_used_again(tmp_path):
    folder, settings = write_beir(tmp_path / "toy"), Settings(home=tmp_path / "home", model="toy")
    beir_dataset(folder, settings, embedder=ToyEmbedder())
    again = ToyEmbedder()
    beir_dataset(folder, settings, embedder=again)
    assert again.seen == []


def test_a_changed_set_gets_an_index_of_its_own(tmp_path):
    folder, settings = write_beir(tmp_path / "toy"), Settings(home=tmp_path / "home", model="toy")
    beir_dataset(folder, settings, embedder=ToyEmbedder())
    write_lines(folder / "corpus.jsonl", [{"id": f"d{i}", "text": f"另一份文字{i}"} for i in range(1, 5)])
    changed = beir_dataset(folder, settings, embedder=ToyEmbedder())
    assert changed.index.chunks[0].text == "另一份文字1"


@pytest.mark.parametrize(
    ("names", "shown"), [(["bm25", "colbert"], "没有系统 colbert"), ([""], "没有系统 （空）"), ([], "没有系统 （空）")]
)
def test_an_unknown_system_is_named(names, shown):
    with pytest.raises(SettingError, match=f"{shown}；可用的有 bm25、dense、hybrid-text、hybrid、naive"):
        check_systems(names)


# ---- the naive system -----------------------------------------------------------------------------------------------


def test_a_chunk_of_raw_text_stands_in_the_sections_that_it_touches_the_largest_first():
    raw = RawText("x" * 100, ((0, "a"), (10, "b"), (60, "c")))
    assert refs_within(raw, 5, 40) == ("b", "a")
    assert refs_within(raw, 60, 100) == ("c",)
    assert refs_within(raw, 0, 100) == ("b", "c", "a")
    assert refs_within(RawText("xx", ((1, "a"),)), 0, 1) == ()


def test_the_raw_text_is_cut_as_langchain_cuts_it(plan):
    raw = RawText(plan.text, tuple((s.start, s.ref) for s in plan.sections))
    pieces = split([raw])
    assert max(len(p.text) for p in pieces) <= CHUNK_SIZE
    assert all(p.text in plan.text and p.refs for p in pieces)
    assert (CHUNK_SIZE, CHUNK_OVERLAP) == (500, 50)
    assert {ref for p in pieces for ref in p.refs} == set(plan.by_ref)


def test_the_naive_system_gets_the_benefit_of_the_doubt():
    found = list(_in_favour(query(("c",)), [(("a", "b"), 0.9), (("b", "c"), 0.8)]))
    assert found == [("a", 0.9), ("c", 0.8)]


# ---- plans ----------------------------------------------------------------------------------------------------------


def test_planqa_searches_for_what_the_engine_makes_of_a_question(qa, plan, tmp_path):
    history = [{"role": "user", "content": "2023年绿道目标是多少"}, {"role": "assistant", "content": "18 公里"}]
    path = write_lines(tmp_path / "q.jsonl", [gold_line(question="那公园绿地呢？", history=history)])
    gold = read_gold(path, plan)
    assert plan_dataset(qa, gold).queries[0].typed == "那公园绿地呢？"
    assert plan_dataset(qa, gold).queries[0].text != "那公园绿地呢？"
    assert plan_dataset(qa, gold, as_typed=True).queries[0].text == "那公园绿地呢？"


def test_the_right_section_is_found_on_the_shipped_plan(qa, plan, tmp_path):
    gold = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line()]), plan)
    result = evaluate_retrieval(plan_dataset(qa, gold), ["bm25", "dense", "hybrid"])
    assert {s.system: s.estimate("recall@5").value for s in result.systems} == {"bm25": 1, "dense": 1, "hybrid": 1}


def test_a_file_without_a_section_to_be_found_is_named(qa, tmp_path):
    refuse = {"answer": [], "answer_mode": "refuse", "sections": [], "sections_mode": "none"}
    gold = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line(**refuse)]))
    with pytest.raises(QuestionsError, match="q：没有一道题给出应找到的章节；请补上 sections"):
        plan_dataset(qa, gold)


def test_the_plan_is_the_one_named_or_that_of_the_files_name_or_the_first(plan, tmp_path):
    plans = {"first": plan, "second": plan, "putuo-2021-2023": plan}
    named = read_gold(write_lines(tmp_path / "second.dev.jsonl", [gold_line()]))
    plain = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line()]))
    assert plan_of({"first": plan}, plain) is plan
    assert plan_of(plans, named) is plans["second"]
    with pytest.raises(SettingError, match="没有计划 third；已建索引的有：first、second"):
        plan_of(plans, named, "third")
