"""Ranking: order, ties, size, and the same answer every time (invariant 7)."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.retrieve import WEIGHTS, Index, Signals

QUESTIONS = [
    "2023年绿道目标是多少",
    "小区里的垃圾房会怎么改",
    "哪些任务提到苏州河",
    "How many kilometres of greenway will be built?",
    "徐汇区的绿道有多长",
]


@pytest.fixture
def index(qa):
    return qa.index("putuo-2021-2023")


@pytest.mark.parametrize(
    ("question", "language", "ref"),
    [
        ("新建绿道多少公里", "zh", "二/（六）/2"),
        ("人均公园绿地面积", "zh", "一/（三）"),
        ("马路上的灰尘怎么治", "zh", "二/（二）/3/（3）"),
        ("桃浦605地块2号分布式能源站", "zh", "二/（七）/2"),
        ("how many kilometres of new greenways", "en", "二/（六）/2"),
        ("distributed energy station", "en", "二/（七）/2"),
    ],
)
def test_the_best_hit(question, language, ref, index):
    assert index.search(question, k=1, language=language)[0].ref == ref


def test_hits_are_sorted_and_ranked_from_one(index):
    hits = index.search("绿化覆盖率达到多少", k=20)
    assert [h.rank for h in hits] == list(range(1, 21))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert all(h.score >= 0 and -1 <= h.dense <= 1.000001 and h.bm25 >= 0 for h in hits)
    assert hits[0].score > hits[-1].score


def test_fewer_hits_are_the_first_of_more(index):
    assert index.search("绿道", k=3) == index.search("绿道", k=50)[:3]


def test_more_hits_than_chunks_are_all_chunks_once(index):
    hits = index.search("绿道", k=10_000)
    assert sorted(h.chunk.id for h in hits) == sorted(chunk.id for chunk in index.chunks)
    assert len(hits) == len(index.chunks)


def test_a_hit_knows_its_chunk_and_the_sentences_seen(index):
    for hit in index.search("绿道建设", k=10):
        assert hit.plan == "putuo-2021-2023"
        assert hit.chunk.ref == hit.ref
        assert hit.chunk.id.startswith(f"{hit.ref}#")
        starts = {s.start for s in hit.chunk.sentences}
        assert starts >= set(hit.sentences)
        assert starts >= set(hit.questions)


def test_equal_scores_keep_the_plans_order(index):
    hits = index.search("绿道", k=1000, groups=(), vector=np.zeros(896, dtype=np.float32))
    assert {h.score for h in hits} == {hits[0].score}
    assert [h.chunk for h in hits] == list(index.chunks)


def test_words_alone_decide_where_the_vector_says_nothing(index):
    hits = index.search("", k=1, groups=(("绿道",), ("贯通",)), vector=np.zeros(896, dtype=np.float32))
    assert hits[0].ref == "二/（六）/2"


def test_an_english_question_is_matched_by_the_plans_words(index):
    groups = index.groups("How many kilometres of greenway will be built?", "en")
    assert any("绿道" in group for group in groups)
    assert index.groups("新建绿道", "zh") == tuple((term,) for term in index.words.terms("新建绿道"))


def test_a_rare_term_weighs_more_than_a_common_one_and_an_unknown_one_the_most(index):
    assert index.idf("生态") < index.idf("绿道") < index.idf("没有的词")


def signals(bm25, limit, meant=(0.0, 0.0, 0.0)):
    return Signals(
        np.array([0.9, 0.5, 0.1], dtype=np.float32),
        np.array(bm25, dtype=np.float32),
        np.array(meant, dtype=np.float32),
        None,
        limit,
    )


def test_a_word_score_counts_for_its_share_of_what_the_question_could_score():
    # all that the question says, in the last chunk, outweighs the nearest vector; one common word of many does not
    told = Index.fuse(signals([0.0, 0.0, 4.0], 8.0), WEIGHTS)
    assert told.tolist() == pytest.approx([0.6, 0.3, 0.8])
    shared = Index.fuse(signals([0.0, 0.0, 4.0], 80.0), WEIGHTS)
    assert shared.tolist() == pytest.approx([0.6, 0.3, 0.08])
    assert Index.fuse(signals([0.0, 0.0, 0.0], 0.0), WEIGHTS).tolist() == pytest.approx([0.6, 0.3, 0.0])


def test_a_chunk_loses_of_its_score_what_its_words_are_farther_off_than_the_nearest():
    near = Index.fuse(signals([0.0, 0.0, 0.0], 0.0, [0.25, 0.75, 0.75]), WEIGHTS)
    assert near.tolist() == pytest.approx([0.3, 0.3, 0.0])
    alike = Index.fuse(signals([0.0, 0.0, 0.0], 0.0, [0.5, 0.5, 0.5]), WEIGHTS)
    assert alike.tolist() == pytest.approx([0.6, 0.3, 0.0])


def test_a_question_that_shares_no_word_with_the_text_has_near_words_there(index):
    assert index.vocabulary.isdisjoint(index.words.terms("上网课"))
    meant = index.signals("上网课", vector=np.zeros(896, dtype=np.float32)).meant
    assert 0 < meant.max() < 1
    assert "网上服务" in index.chunks[int(meant.argmax())].text


def test_words_that_no_plan_uses_raise_what_a_question_could_score(index):
    told, strange = (index.signals(q, vector=np.zeros(896, dtype=np.float32)).limit for q in ("绿道贯通", "绿道贯通鹦鹉"))
    assert strange == pytest.approx(told + index.idf("鹦鹉"))
    english = (
        index.signals(q, language="en", vector=np.zeros(896)).limit for q in ("greenway", "greenway parrot", "greenway the")
    )
    plain, parrot, article = english
    assert parrot == pytest.approx(plain + index.idf("parrot") / 2)
    assert article == plain


def same(answer):
    """What has to be the same every time: all but the time it took."""
    value = answer if isinstance(answer, dict) else answer.to_json()
    return json.dumps({k: v for k, v in value.items() if k not in ("id", "timings_ms")}, ensure_ascii=False)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_gives_the_same_answer(question, qa):
    assert same(qa.invoke(question)) == same(qa.invoke(question))


def test_threads_give_the_same_hits_as_one_alone(qa):
    questions = QUESTIONS * 4
    alone = [qa.search(q, 5) for q in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda q: qa.search(q, 5), questions)) == alone


def test_another_process_gives_the_same_answers(qa, home):
    lines = "".join(json.dumps({"id": str(i), "question": q}) + "\n" for i, q in enumerate(QUESTIONS))
    done = subprocess.run(
        [sys.executable, "-m", "qa.cli", "batch", "-", "--home", str(home)],
        input=lines,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=True,
    )
    assert done.stderr == ""
    assert [same(json.loads(line)) for line in done.stdout.splitlines()] == [same(qa.invoke(q)) for q in QUESTIONS]
