"""Estimators of the derivative of an expectation side by side: how their estimates lie around the true one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.numbers import number
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.shown import Shown
from advis.autodiff.table import Table
from advis.autodiff.through.estimates import (
    BASELINES,
    Family,
    less,
    pathwise,
    score_function,
    straight_through_estimate,
    values_and_scores,
)
from advis.autodiff.trace import function_name


@dataclass(frozen=True, slots=True)
class Estimator:
    """One way to estimate, carried out many times.

    Attributes
    ----------
    name : str
    estimates : array
        One for each repetition, each the mean over so many samples.
    spread : float
        The standard deviation of the estimate from a single sample.
    bias : float
        How far the mean of all of them is from the true derivative; not a number, if that is not known.
    bias_error : float
        The statistical error of the bias.
    """

    name: str
    estimates: np.ndarray
    spread: float
    bias: float
    bias_error: float

    @property
    def biased(self) -> bool:
        """Whether the bias is more than four of its errors."""
        return abs(self.bias) > 4.0 * self.bias_error


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Estimators(Shown):
    """Estimators side by side.

    Attributes
    ----------
    function : str
    samples : int
        So many make one estimate.
    true : float
        The derivative; the mean of the steadiest estimator where it is not known.
    known : bool
    rows : tuple of Estimator
    left_out : tuple of str
        Which do not apply, and why.
    """

    function: str
    samples: int
    true: float
    known: bool
    rows: tuple[Estimator, ...]
    left_out: tuple[str, ...]

    def __getitem__(self, name: str) -> Estimator:
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no estimator {name!r}; there are {', '.join(row.name for row in self.rows)}")

    def table(self) -> Table:
        """Return mean, bias and spread of every estimator as a table."""
        headings = ("estimator", "mean", "bias", "± error", "spread of one sample")
        cells = tuple(
            (row.name, number(np.mean(row.estimates)), *(number(x, 3) for x in (row.bias, row.bias_error, row.spread)))
            for row in self.rows
        )
        times = len(self.rows[0].estimates)
        title = f"d E[{self.function}], {'' if self.known else 'about '}{number(self.true)}: {times} estimates from "
        return Table(f"{title}{self.samples} samples each", headings, cells, (False, *(True,) * 4), self.left_out)

    def __str__(self) -> str:
        return self.table().text()


def compare_estimators(
    f: Callable[[Any], Any],
    family: Family,
    parameter: Any,
    *,
    samples: int = 100,
    repeats: int = 400,
    seed: int = 0,
) -> Estimators:
    """Estimate the derivative of an expectation in every way that applies, many times.

    Parameters
    ----------
    f, family
        As of `score_function`.
    parameter : float
        One number.
    samples : int
        How many make one estimate.
    repeats : int
        How many estimates of each kind.
    seed : int

    Returns
    -------
    Estimators
        The score function without baseline and with two; the pathwise estimator, where samples move; and the
        straight-through estimator, where they do not. Its picture shows how the estimates of each are distributed
        around the true derivative, and how the error falls with the number of samples: down to the bias.

    Raises
    ------
    ValueError
        For a parameter that is no single number, or fewer than two repeats.

    Examples
    --------
    >>> import advis as av
    >>> def cost(b):
    ...     return (b - 0.45) ** 2
    >>> print(av.compare_estimators(cost, av.distributions.Bernoulli, 1.0))
    d E[cost], 0.0196612: 400 estimates from 100 samples each
    <BLANKLINE>
    estimator              mean      bias   ± error  spread of one sample
    ────────────────  ─────────  ────────  ────────  ────────────────────
    score function    0.0195847  -7.65e-5  0.000501                   0.1
    mean baseline     0.0196831   2.19e-5  0.000102                0.0204
    optimal baseline   0.019667   5.84e-6    1.4e-5                0.0028
    straight-through   0.110388    0.0907  0.000859                 0.172
    <BLANKLINE>
    Note: pathwise: samples of Bernoulli do not move with its parameters.
    """
    if shape_of(parameter) or isinstance(parameter, tuple):
        raise ValueError("compare_estimators: give one number as the parameter; av.score_function takes several")
    if isinstance(repeats, bool) or not isinstance(repeats, (int, np.integer)) or repeats < 2:
        raise ValueError(f"compare_estimators: repeats={repeats!r}: a distribution of estimates needs at least two")
    options = {"samples": samples * repeats, "seed": seed}
    plain = score_function(f, family, parameter, **options)
    found = {"score function": _means(plain.samples, repeats)}
    found |= {f"{name} baseline": _with_baseline(f, family, parameter, name, repeats, options) for name in BASELINES}
    left_out = []
    for estimate in (pathwise, straight_through_estimate):
        try:
            one = estimate(f, family, parameter, **options)
        except TypeError as error:
            left_out.append(str(error).partition(";")[0])
        else:
            found[one.method] = _means(one.samples, repeats)
    known = plain.true is not None
    true = plain.true if known else float(np.mean(min(found.values(), key=np.var)))
    rows = tuple(_estimator(name, means, samples, true, known) for name, means in found.items())
    return Estimators(function_name(f), samples, float(true), known, rows, tuple(left_out))


def _means(estimates: Any, repeats: int) -> np.ndarray:
    means: np.ndarray = np.mean(np.reshape(estimates, (repeats, -1)), axis=1)
    return means


def _with_baseline(
    f: Callable[[Any], Any], family: Family, parameter: Any, baseline: str, repeats: int, options: dict[str, int]
) -> np.ndarray:
    """The score function, where every repetition takes the baseline from its own samples."""
    values, (score,) = values_and_scores(f, family, (parameter,), **options)
    pairs = zip(np.split(values, repeats), np.split(score, repeats), strict=True)
    return np.array([np.mean(less(value, part, baseline) * part) for value, part in pairs])


def _estimator(name: str, means: np.ndarray, samples: int, true: float, known: bool) -> Estimator:
    deviation = float(np.std(means, ddof=1))
    bias = float(np.mean(means)) - true if known else np.nan
    return Estimator(name, means, deviation * samples**0.5, bias, deviation / len(means) ** 0.5)
