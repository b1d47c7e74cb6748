"""BM25 against the formula of Lucene, written out plainly."""

import math

import numpy as np
import pytest

from index.bm25 import WordIndex

K1, B = 1.5, 0.75
CORPUS = [
    ["新建", "绿道", "18", "公里", "绿道"],
    ["道路", "清扫", "率", "96", "%"],
    ["绿道", "绿化", "景观"],
    ["垃圾", "分类", "达标", "率", "95", "%", "垃圾", "回收", "垃圾"],
    ["公园"],
    ["绿化", "率", "30.10", "%"],
]


def lucene(documents, term):
    """The score of one term for each document (Lucene's BM25: no factor k1 + 1 above the line)."""
    df = sum(term in d for d in documents)
    idf = math.log(1 + (len(documents) - df + 0.5) / (df + 0.5))
    mean = sum(map(len, documents)) / len(documents)
    return [idf * d.count(term) / (d.count(term) + K1 * (1 - B + B * len(d) / mean)) for d in documents]


@pytest.fixture(scope="module")
def index():
    return WordIndex.build(CORPUS)


@pytest.mark.parametrize("term", ["绿道", "率", "垃圾", "公园", "%"])
def test_one_term_scores_as_in_lucene(term, index):
    assert index.scores(((term,),)).tolist() == pytest.approx(lucene(CORPUS, term), rel=1e-5)


def test_terms_add_up(index):
    expected = [a + b + c for a, b, c in zip(*(lucene(CORPUS, t) for t in ("绿道", "率", "景观")), strict=True)]
    scores = index.scores((("绿道",), ("率",), ("景观",)))
    assert scores.tolist() == pytest.approx(expected, rel=1e-5)
    assert scores.dtype == np.float32


def test_a_group_takes_its_best_alternative(index):
    expected = [max(pair) for pair in zip(lucene(CORPUS, "绿道"), lucene(CORPUS, "绿化"), strict=True)]
    assert index.scores((("绿道", "绿化"),)).tolist() == pytest.approx(expected, rel=1e-5)
    assert index.scores((("绿道", "地铁", "绿化"),)).tolist() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("groups", [(), (("地铁",),), (("地铁", "机场"), ("bus",)), ((),)])
def test_what_no_document_holds_scores_nothing(groups, index):
    assert index.scores(groups).tolist() == [0.0] * len(CORPUS)


def test_an_unknown_term_changes_no_score(index):
    assert index.scores((("绿道",), ("地铁",))).tolist() == index.scores((("绿道",),)).tolist()


def test_a_document_without_terms_is_never_found():
    index = WordIndex.build([["绿道"], [], ["绿道", "公里"]])
    scores = index.scores((("绿道",), ("公里",)))
    assert scores[1] == 0
    assert scores[0] > 0
    assert scores[2] > scores[0]


def test_documents_without_any_term_can_be_indexed():
    assert WordIndex.build([[], []]).scores((("绿道",),)).tolist() == [0.0, 0.0]


def test_saved_and_loaded_it_scores_the_same(index, tmp_path):
    index.save(tmp_path / "words")
    again = WordIndex.load(tmp_path / "words")
    groups = (("绿道", "垃圾"), ("率",))
    assert again.scores(groups).tolist() == index.scores(groups).tolist()
    assert again.size == len(CORPUS)
