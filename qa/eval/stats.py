"""Intervals and tests over questions, with one fixed seed: the same data give the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEED = 20210701  # any; fixed so that a second run prints what the first did
RESAMPLES = 2000  # Efron & Tibshirani 1993: 1,000 to 2,000 for percentile intervals
PERMUTATIONS = 10_000  # a p-value of .01 is then known to ±.002
_BLOCK = 1000
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure over questions with its 95 % bootstrap interval; `n` is the number of questions behind it."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@lru_cache(maxsize=8)
def _resamples(n: int) -> NDArray[np.float32]:
    """How often each of n questions is drawn in each resample, shape (RESAMPLES, n)."""
    return np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(np.float32)


def ratio(numerators: ArrayLike, denominators: ArrayLike) -> Estimate | None:
    """The sum of the one over the sum of the other, questions resampled; None where the denominators sum to 0."""
    above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    if below.sum() == 0:
        return None
    counted = below > 0
    above, below = above[counted], below[counted]
    draws = _resamples(len(below))
    values = (draws @ above) / (draws @ below)
    low, high = np.quantile(values, [0.025, 0.975])
    return Estimate(float(above.sum() / below.sum()), float(low), float(high), len(below))


def mean(values: ArrayLike) -> Estimate | None:
    """The mean with its interval; None without a value."""
    return ratio(values, np.ones(len(np.asarray(values))))


def p_value(left: Sequence[float] | Numbers, right: Sequence[float] | Numbers) -> float:
    """Paired randomisation test, two-sided: how often chance alone makes a difference of means as large as this.

    Smucker, Allan & Carterette 2007; equal questions cannot change sides and are left out.
    """
    differences = np.asarray(left, dtype=np.float64) - np.asarray(right, dtype=np.float64)
    differences = differences[differences != 0]
    if not len(differences):
        return 1.0
    rng, extreme = np.random.default_rng(SEED), 0
    observed = abs(float(differences.sum())) - 1e-9
    for _ in range(PERMUTATIONS // _BLOCK):
        signs = rng.integers(0, 2, (_BLOCK, len(differences)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ differences) >= observed).sum())
    return (extreme + 1) / (PERMUTATIONS + 1)
