"""The nearest words: exact scores on vectors that are easy to see, and the words of a small plan."""

import numpy as np
import pytest

from index.maxsim import MaxSim

# twenty words, of which 绿道 and 步道 point the same way and all others elsewhere
NAMES = ["绿道", "步道", *(f"词{i:02}" for i in range(18))]
VECTORS = {name: np.eye(20, dtype=np.float32)[max(i, 1)] for i, name in enumerate(NAMES)}


def embed(words):
    return np.stack([VECTORS[word] for word in words])


@pytest.fixture
def texts():
    return MaxSim.build([["步道", "词00"], [], ["词01"], NAMES[2:]], embed)


def ones(count):
    return np.ones(count, dtype=np.float32)


def test_a_word_stands_for_another_that_points_the_same_way(texts):
    assert texts.scores(embed(["绿道"]), ones(1)).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_the_share_of_the_question_is_weighted(texts):
    asked = embed(["绿道", "词01"])
    assert texts.scores(asked, ones(2)).tolist() == [0.5, 0.0, 0.5, 0.5]
    assert texts.scores(asked, np.array([3, 1], dtype=np.float32)).tolist() == [0.75, 0.0, 0.25, 0.25]


def test_what_nine_words_of_ten_are_as_near_to_counts_nothing(texts):
    assert texts.scores(np.full((1, 20), 0.5, dtype=np.float32), ones(1)).tolist() == [0.0] * 4


def test_nearness_counts_from_there_on():
    common = np.full(20, 0.6, dtype=np.float32)
    vectors = {**{name: common for name in NAMES}, "绿道": np.ones(20, dtype=np.float32)}
    found = MaxSim.build([[name] for name in NAMES], lambda words: np.stack([vectors[w] / 20**0.5 for w in words]))
    asked = np.ones((1, 20), dtype=np.float32) / np.float32(20**0.5)
    # .6 is chance here, and 1 as near as can be: the vectors are kept in steps of 1/127
    assert found.scores(asked, ones(1)).tolist() == pytest.approx([1.0, *[0.0] * 19], abs=0.05)


def test_a_question_or_a_plan_without_a_word_is_near_to_nothing(texts):
    assert texts.scores(np.zeros((0, 20), dtype=np.float32), ones(0)).tolist() == [0.0] * 4
    empty = MaxSim.build([[], []], lambda words: np.zeros((0, 1), dtype=np.float32))
    assert empty.scores(embed(["绿道"]), ones(1)).tolist() == [0.0, 0.0]


def test_what_is_saved_is_read(texts, tmp_path):
    texts.save(tmp_path / "maxsim")
    read = MaxSim.load(tmp_path / "maxsim")
    assert read.words.dtype == np.int8
    assert read.scores(embed(["绿道", "词01"]), ones(2)).tolist() == [0.5, 0.0, 0.5, 0.5]
