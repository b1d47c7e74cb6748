"""Intervals and tests: known cases, and the same figures twice."""

from itertools import product

import numpy as np
import pytest

from qa.eval.stats import PERMUTATIONS, mean, p_value, ratio


def test_the_mean_lies_in_its_interval_and_that_is_as_wide_as_theory_says():
    values = np.tile([0, 1, 1, 1], 100)
    found = mean(values)
    assert (found.value, found.n) == (0.75, 400)
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (found.low, found.high) == (pytest.approx(0.75 - half, abs=0.006), pytest.approx(0.75 + half, abs=0.006))


def test_the_same_values_give_the_same_interval():
    values = np.random.default_rng(1).random(60)
    assert mean(values) == mean(list(values))


def test_a_ratio_weighs_questions_by_their_denominators():
    found = ratio([1, 0, 3, 0], [1, 0, 4, 5])
    assert (found.value, found.n) == (0.4, 3)
    assert 0 <= found.low < 0.4 < found.high <= 1


def test_nothing_to_average_is_none_and_not_nan():
    assert mean([]) is None
    assert ratio([0, 0], [0, 0]) is None


def test_one_value_has_an_interval_of_no_width():
    assert mean([1.0]) == mean([True])
    assert (mean([1.0]).low, mean([1.0]).high) == (1.0, 1.0)


def test_the_p_value_is_that_of_all_permutations():
    left, right = np.array([1, 1, 1, 0.5, 1, 1, 1, 0.2]), np.array([0, 0.5, 0.2, 1, 0.1, 0, 0.6, 0])
    differences = left - right
    sums = [abs(np.dot(signs, differences)) for signs in product([1, -1], repeat=len(differences))]
    exact = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9)
    assert p_value(left, right) == pytest.approx(exact, abs=0.006)


def test_equal_systems_differ_by_chance_and_the_test_has_no_direction():
    assert p_value([1, 0, 1], [1, 0, 1]) == 1.0
    assert p_value([1, 0, 1, 1], [0, 0, 1, 0]) == p_value([0, 0, 1, 0], [1, 0, 1, 1])


def test_a_clear_difference_has_the_least_p_value():
    assert p_value(np.ones(100), np.zeros(100)) == 1 / (PERMUTATIONS + 1)
