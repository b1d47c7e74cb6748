"""Tuning: the curve, the choice, and that a choice is measured on questions it was not made on."""

import numpy as np
import pytest
from eval_toys import QUERIES, ToyEmbedder, write_beir

from corpus.errors import SettingError
from index import retrieve
from index.retrieve import WEIGHTS
from index.settings import Settings
from qa.eval.retrieval import beir_dataset, evaluate_retrieval
from qa.eval.tables import curve_table
from qa.eval.tune import FOLDS, best, curve_of, see, tune, tune_weight, with_current


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("tune")


@pytest.fixture(scope="module")
def settings(home):
    return Settings(home=home / "home", model="toy")


@pytest.fixture(scope="module")
def dataset(home, settings):
    return beir_dataset(write_beir(home / "toy"), settings, embedder=ToyEmbedder())


def test_of_equal_values_the_one_nearest_to_the_present_is_chosen():
    means = np.array([0.8, 0.9, 0.9, 0.9, 0.7])
    assert best([0.1, 0.2, 0.3, 0.4, 0.5], means, 0.5) == 3
    assert best([0.1, 0.2, 0.3, 0.4, 0.5], means, 0.3) == 2


def test_a_grid_holds_the_present_value():
    assert with_current((0.1, 0.3), 0.2) == [0.1, 0.2, 0.3]
    assert with_current((0.1, 0.3), 0.3) == [0.1, 0.3]


def test_a_better_value_is_found_on_every_fold_and_holds_on_the_rest():
    scores = np.array([np.zeros(50), np.ones(50), np.full(50, 0.5)])
    curve = curve_of("dense", "nDCG@10", [0.1, 0.2, 0.3], 0.1, scores)
    assert (curve.chosen, curve.current, curve.folds, curve.held_out) == (0.2, 0.1, (0.2,) * FOLDS, 1.0)
    assert curve.p < 0.001
    assert curve.constant == "index.retrieve.DENSE_WEIGHT"


def test_a_choice_is_measured_on_questions_that_it_was_not_made_on():
    # each value is right on one question alone: chosen for it, it fails on every other
    curve = curve_of("dense", "nDCG@10", list(range(10)), 0, np.eye(10))
    assert max(score for _, score in curve.points) == pytest.approx(0.1)
    assert curve.held_out == 0.0


def test_the_curve_passes_through_what_the_engine_does_now(dataset):
    for name in ("dense", "known", "meant"):
        curve = tune_weight(name, dataset, see(dataset, lambda label: lambda done, total: None), "RR@10")
        if curve:
            now = evaluate_retrieval(dataset, ["hybrid"]).systems[0].estimate("RR@10").value
            assert curve.score(getattr(WEIGHTS, name)) == pytest.approx(now)


def test_weights_at_the_ends_are_the_systems_alone(dataset):
    curve = tune_weight("dense", dataset, see(dataset, lambda label: lambda done, total: None), "RR@10")
    dense = evaluate_retrieval(dataset, ["dense"]).systems[0].estimate("RR@10").value
    assert curve.score(1.0) == pytest.approx(dense)


def test_a_constant_on_which_no_question_bears_has_no_curve(dataset, settings):
    assert tune(dataset, settings, ["known", "chance"]) == []


def test_each_length_of_chunk_has_an_index_of_its_own(dataset, settings):
    (curve,) = tune(dataset, settings, ["max_chars"], "recall@1")
    assert [value for value, _ in curve.points] == [200, 300, 400, 600, 800]
    assert curve.current == settings.max_chars == curve.chosen
    assert curve.questions == len(QUERIES)


def test_nothing_is_changed(dataset, settings):
    before = (retrieve.DENSE_WEIGHT, retrieve.QUESTION_WEIGHT, WEIGHTS, dataset.index.manifest)
    tune(dataset, settings, ["dense", "max_chars"])
    assert before == (retrieve.DENSE_WEIGHT, retrieve.QUESTION_WEIGHT, WEIGHTS, dataset.index.manifest)


def test_an_unknown_constant_is_named(dataset, settings):
    with pytest.raises(SettingError, match="没有常数 k1；可用的有 dense、known、meant、max_chars、chance"):
        tune(dataset, settings, ["k1"])


def test_the_table_shows_curve_choice_and_present_value():
    curve = curve_of("dense", "nDCG@10", [0.1, 0.2], 0.1, np.array([np.zeros(10), np.ones(10)]))
    shown = curve_table(curve)
    assert "index.retrieve.DENSE_WEIGHT（现为 0.1）：nDCG@10，10 道题" in shown
    assert "0.1  0.0000   现值 current" in shown
    assert "0.2  1.0000   选取 chosen" in shown
    assert "选取 0.2：与现值相差 +1.0000（p=0.00" in shown
