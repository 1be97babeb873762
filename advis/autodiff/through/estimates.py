"""Derivatives of expectations from samples: the score function with baselines, the pathwise estimator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.errors import off_tape
from advis.autodiff.numbers import friendly, number, value_text
from advis.autodiff.primitives.rule import is_traced
from advis.autodiff.shown import Shown
from advis.autodiff.structure import map_leaves
from advis.autodiff.tape import Node, Tape
from advis.autodiff.through.distributions import Distribution
from advis.autodiff.through.straight import straight_through
from advis.autodiff.trace import function_name, trace
from advis.autodiff.transforms import jacobian

Family = Callable[..., Distribution]
BASELINES = ("mean", "optimal")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Estimate(Shown):
    """The derivative of an expectation, estimated from samples.

    Attributes
    ----------
    method : str
        ``score function``, ``pathwise`` or ``straight-through``, and its baseline.
    function : str
    samples : array or tuple of arrays
        One estimate for each sample, along a leading axis; a tuple for a tuple of parameters.
    baseline : str or float or None
    true : float or array or tuple or None
        The derivative itself, where the distribution can be summed up.
    notes : tuple of str
    """

    method: str
    function: str
    samples: Any
    baseline: Any = None
    true: Any = None
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> Any:
        """The mean of all estimates, in the structure of the parameters."""
        return map_leaves(lambda g: friendly(np.mean(g, axis=0)), self.samples)

    @property
    def variance(self) -> Any:
        """The variance of the estimate from one sample."""
        return map_leaves(lambda g: friendly(np.var(g, axis=0, ddof=1)), self.samples)

    @property
    def standard_error(self) -> Any:
        """By how much the value is off, typically: the root of the variance over the number of samples."""
        return map_leaves(lambda g: friendly(np.sqrt(np.var(g, axis=0, ddof=1) / len(g))), self.samples)

    def __len__(self) -> int:
        first = self.samples[0] if isinstance(self.samples, tuple) else self.samples
        return len(first)

    def __str__(self) -> str:
        lines = [f"{self.method}: d E[{self.function}] from {len(self):,} samples"]
        rows = {"value": self.value, "standard error": self.standard_error, "variance of one": self.variance}
        if self.true is not None:
            rows["true derivative"] = self.true
        lines += [f"  {label:<16} {_written(row)}" for label, row in rows.items()]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def _written(row: Any) -> str:
    return ", ".join(value_text(part) for part in row) if isinstance(row, tuple) else value_text(row)


def score_function(
    f: Callable[[Any], Any],
    family: Family,
    parameters: Any,
    *,
    samples: int = 1000,
    seed: int = 0,
    baseline: float | str | None = None,
) -> Estimate:
    """Estimate the derivative of an expectation by the score: E[(f(x) − baseline) ∂ log p(x) / ∂θ].

    f itself is only evaluated; it may jump, or not be differentiable at all.

    Parameters
    ----------
    f : callable
        Takes all samples, along a leading axis, and returns one number for each.
    family : callable
        ``family(*parameters)`` is the distribution: a class such as ``av.distributions.Bernoulli``, or plain NumPy code
        that computes its parameters from others.
    parameters : number, array, or tuple of them
        Where to differentiate.
    samples, seed : int
        How many samples, and the seed of the generator that draws them.
    baseline : float, {"mean", "optimal"} or None
        What is taken off f, without bias, since the score is 0 in the mean: a number; the mean of f over all other
        samples; or Σ f s² / Σ s² over all other samples, with which the variance is least.

    Returns
    -------
    Estimate
        With its ``value``, ``standard_error``, and one estimate for each sample.

    Raises
    ------
    ValueError
        For fewer than two samples, or an unknown baseline; if f does not give one number for each sample.
    TypeError
        If the family gives no distribution, or one without a log density.

    Notes
    -----
    Williams, *Simple statistical gradient-following algorithms for connectionist reinforcement learning*, Machine
    Learning 8, 1992; Greensmith, Bartlett and Baxter, *Variance Reduction Techniques for Gradient Estimates in
    Reinforcement Learning*, JMLR 5, 2004; Mohamed, Rosca, Figurnov and Mnih, *Monte Carlo Gradient Estimation in
    Machine Learning*, JMLR 21, 2020.

    Examples
    --------
    >>> import advis as av
    >>> def cost(b):
    ...     return (b - 0.45) ** 2
    >>> print(av.score_function(cost, av.distributions.Bernoulli, 1.0, samples=10_000, baseline="mean"))
    score function, mean baseline: d E[cost] from 10,000 samples
      value            0.0195963
      standard error   0.000205227
      variance of one  0.000421183
      true derivative  0.0196612
    """
    if baseline is not None and baseline not in BASELINES and not isinstance(baseline, (int, float, np.number)):
        raise ValueError(
            f"score_function: baseline={baseline!r} is not known; give a number, {', '.join(BASELINES)} or None"
        )
    values, scores = values_and_scores(f, family, _tupled(parameters), samples, seed)
    found = tuple(less(values, score, baseline) * score for score in scores)
    true = true_derivative(f, family, parameters)
    return Estimate(f"score function{_said(baseline)}", function_name(f), _like(parameters, found), baseline, true)


def values_and_scores(
    f: Callable[[Any], Any], family: Family, theta: tuple[Any, ...], samples: int, seed: int
) -> tuple[Any, tuple[Any, ...]]:
    """Return f of every sample, and for each parameter ∂ log p / ∂θ at every sample."""
    distribution = _made("score_function", family, theta)
    _check("score_function", samples)
    if type(distribution).log_density is Distribution.log_density:
        raise TypeError(
            f"score_function: {type(distribution).__name__} has no log_density; write one, or, if its samples "
            "move with its parameters, use av.pathwise"
        )
    x = distribution.sample(np.random.default_rng(seed), samples)
    return _evaluated(f, x, samples, "score_function"), _scores(family, theta, x)


def pathwise(
    f: Callable[[Any], Any], family: Family, parameters: Any, *, samples: int = 1000, seed: int = 0
) -> Estimate:
    """Estimate the derivative of an expectation along the paths of its samples: E[∂ f(x(θ, noise)) / ∂θ].

    It is right where f is continuous; a jump of f is not seen by it.

    Parameters
    ----------
    f : callable
        Plain NumPy code that takes all samples, along a leading axis, and returns one number for each.
    family, parameters, samples, seed
        As of `score_function`. The distribution's samples must move with its parameters, as those of ``Normal`` do.

    Returns
    -------
    Estimate
        Its ``notes`` name what f does on the way that passes no derivative.

    Raises
    ------
    TypeError
        If the samples do not move, or f passes no derivative; the message names the place in f.

    Notes
    -----
    Glasserman, *Gradient Estimation via Perturbation Analysis*, 1991; Kingma and Welling, *Auto-Encoding Variational
    Bayes*, ICLR 2014.

    Examples
    --------
    >>> import advis as av
    >>> estimate = av.pathwise(lambda x: x**2, av.distributions.Normal, (1.0, 0.5), samples=2000)
    >>> [round(g, 2) for g in estimate.value], [round(g, 2) for g in estimate.true]
    ([1.97, 0.95], [2.0, 1.0])
    """
    theta = _tupled(parameters)
    distribution = _made("pathwise", family, theta)
    _check("pathwise", samples)
    if not distribution.moves:
        raise TypeError(
            f"pathwise: samples of {type(distribution).__name__} do not move with its parameters; use "
            "av.score_function, or av.straight_through with the distribution's mean"
        )
    noise = distribution.noise(np.random.default_rng(seed), samples)
    x = distribution.path(noise)
    _evaluated(f, x, samples, "pathwise")
    notes = _passes(f, x, "pathwise")
    found = _slopes(lambda *at: f(family(*at).path(noise)), theta)
    return Estimate(
        "pathwise", function_name(f), _like(parameters, found), None, true_derivative(f, family, parameters), notes
    )


def straight_through_estimate(
    f: Callable[[Any], Any], family: Family, parameters: Any, *, samples: int = 1000, seed: int = 0
) -> Estimate:
    """Estimate the derivative of an expectation as if samples moved with the distribution's mean.

    It is biased, unless f is linear, and often steady. It takes what `pathwise` takes; the distribution needs a
    differentiable ``mean``.

    Raises
    ------
    TypeError
        If samples move by themselves, there is no mean, or f passes no derivative.

    Notes
    -----
    Bengio, Léonard and Courville, *Estimating or Propagating Gradients Through Stochastic Neurons for Conditional
    Computation*, 2013.
    """
    theta = _tupled(parameters)
    distribution = _made("straight_through_estimate", family, theta)
    _check("straight_through_estimate", samples)
    if distribution.moves:
        raise TypeError(
            f"straight_through_estimate: samples of {type(distribution).__name__} move by themselves; use av.pathwise"
        )
    if not hasattr(distribution, "mean"):
        raise TypeError(f"straight_through_estimate: {type(distribution).__name__} has no mean; use av.score_function")
    x = distribution.sample(np.random.default_rng(seed), samples)
    _evaluated(f, x, samples, "straight_through_estimate")
    notes = _passes(f, x, "straight_through_estimate")

    def along(*at: Any) -> Any:
        mean: Any = family(*at).mean  # type: ignore[attr-defined]
        return f(straight_through(x, np.broadcast_to(mean, np.shape(x))))

    found = _slopes(along, theta)
    true = true_derivative(f, family, parameters)
    return Estimate("straight-through", function_name(f), _like(parameters, found), None, true, notes)


def true_derivative(f: Callable[[Any], Any], family: Family, parameters: Any) -> Any:
    """Return the derivative of the expectation itself, as a sum over the distribution, or None.

    A distribution with a few outcomes is summed exactly, a density of one variable over 20,000 small steps.
    """
    theta = _tupled(parameters)
    distribution = _made("true_derivative", family, theta)
    grid = distribution.grid()
    if grid is None:
        return None
    points, widths = grid
    weights = np.exp(distribution.log_density(points)) * widths
    values = _evaluated(f, points, len(points), "true_derivative")
    slopes = [np.tensordot(weights * values, score, 1) for score in _scores(family, theta, points)]
    return _like(parameters, tuple(friendly(slope[()]) for slope in slopes))


# -- parts


def _said(baseline: Any) -> str:
    if isinstance(baseline, str):
        return f", {baseline} baseline"
    return "" if baseline is None else f", baseline {number(baseline)}"


def _tupled(parameters: Any) -> tuple[Any, ...]:
    return parameters if isinstance(parameters, tuple) else (parameters,)


def _like(parameters: Any, parts: tuple[Any, ...]) -> Any:
    return parts if isinstance(parameters, tuple) else parts[0]


def _made(verb: str, family: Family, theta: tuple[Any, ...]) -> Distribution:
    if not callable(family):
        raise TypeError(f"{verb}: the family, {family!r:.60}, is not callable; give a class such as Bernoulli")
    distribution = family(*theta)
    if not isinstance(distribution, Distribution):
        raise TypeError(
            f"{verb}: the family gave a {type(distribution).__name__}, not one of av.distributions; write a function "
            "of the parameters that returns one, or a class that inherits av.distributions.Distribution"
        )
    if any(is_traced(leaf) for leaf in (*theta, *getattr(distribution, "__dict__", {}).values())):
        raise off_tape(
            f"{verb}: its distribution is made of traced values; it draws numbers, and their derivative would be lost",
            f"call av.{verb} outside of what is recorded",
        )
    return distribution


def _check(verb: str, samples: int) -> None:
    if isinstance(samples, bool) or not isinstance(samples, (int, np.integer)) or samples < 2:
        raise ValueError(f"{verb}: samples={samples!r}: an estimate and its error need at least two")


def _evaluated(f: Callable[[Any], Any], x: Any, count: int, verb: str) -> Any:
    """f of all samples: one number for each."""
    values = np.asarray(f(x))
    if values.shape != (count,) or values.dtype.kind not in "fiub":
        raise ValueError(
            f"{verb}: {function_name(f)} must return one real number for each sample; of samples of shape "
            f"{np.shape(x)} it gave {values.dtype} of shape {values.shape}. Reduce over axis=-1, or wrap a function of "
            "one sample in np.vectorize"
        )
    return values.astype(float)


def _scores(family: Family, theta: tuple[Any, ...], x: Any) -> tuple[Any, ...]:
    """∂ log p(x) / ∂θ, one row for each sample."""
    return _slopes(lambda *at: family(*at).log_density(x), theta)


def _slopes(f: Callable[..., Any], theta: tuple[Any, ...]) -> tuple[Any, ...]:
    found: tuple[Any, ...] = jacobian(f, argnums=tuple(range(len(theta))), mode="forward")(*theta)
    return found


def less(values: Any, score: Any, baseline: Any) -> Any:
    """Return f less its baseline, in the shape of the scores; that of each sample without the sample itself."""
    values = np.reshape(values, (-1, *(1,) * (np.ndim(score) - 1)))
    if baseline is None or not isinstance(baseline, str):
        return values - (baseline or 0.0)
    weights = score * score if baseline == "optimal" else np.ones_like(values)
    others = np.sum(weights, axis=0) - weights
    mean = (np.sum(weights * values, axis=0) - weights * values) / np.where(others > 0, others, 1.0)
    return values - mean


def _passes(f: Callable[[Any], Any], x: Any, verb: str) -> tuple[str, ...]:
    """What f does with the samples that passes no derivative, in words.

    Raises
    ------
    TypeError
        If nothing else leads to its value.
    """
    tape = trace(f, x)
    carried, blocked = tape.carried, _blocked(tape)
    words = tuple(f"{node.name} = {node.expression}{_place(node)}" for node in blocked)
    if any(carried[place.index] for place in tape.output_places):
        return tuple(
            f"{said} passes no derivative: where {function_name(f)} jumps there, the estimate is biased"
            for said in words
        )
    cause = f"its value comes through {' and '.join(words)} alone, which" if words else "its value, which"
    raise TypeError(
        f"{verb}: {function_name(f)} passes no derivative: {cause} does not move with the samples; use "
        "av.score_function, which only evaluates it, or make it smooth with av.relax"
    )


def _blocked(tape: Tape) -> list[Node]:
    """The nodes at which derivatives end on their way from the input to the output."""
    needed = {place.index for place in tape.output_places}
    for index in reversed(range(len(tape))):
        if index in needed:
            needed.update(tape.parents[index])
    carried = tape.carried
    return [
        node
        for node in tape
        if node.index in needed and node.primitive.blind and any(carried[p.index] for p in node.parents)
    ]


def _place(node: Node) -> str:
    source = node.source
    return f" (line {source.line} of {source.function})" if source else ""
