"""Derivatives without rules: finite differences with an estimate of their own error, and the complex step.

They are the oracle of `advis.check`. An oracle must know when it does not know: where its estimates do not settle, or
the two sides of a point disagree (a kink), nothing can be said about a rule.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import plain_value
from advis.autodiff.sweeps import zero_like

Function = Callable[[list[Any]], np.ndarray]
"""From a list of numbers and arrays to one flat array."""

WIDEST = 0.05  # the first step, as a part of each number
RATIO = 4.0  # each further step is so much smaller
STEPS = 9
COMPLEX_STEP = 1e-30
ROUND_OFF = 2.0**-52
ONE_SIDED = 1e-5  # the step of a one-sided difference


@dataclass(frozen=True, slots=True)
class Slope:
    """The derivative of a function along a direction, element by element, and how far it may be off."""

    value: np.ndarray
    error: np.ndarray


def slope(function: Function, point: Sequence[Any], direction: Sequence[Any]) -> Slope:
    """Return the derivative of a function along a direction, by differences of its values alone.

    Central differences with smaller and smaller steps are extrapolated to step 0, and of all extrapolations each
    element takes the one that changed least: Ridders, *Accurate computation of F'(x) and F'(x) F''(x)*, Advances in
    Engineering Software 4 (1982), p. 75. Where the function runs on complex numbers and agrees, the complex step
    replaces it, since it has no cancellation: Squire & Trapp, *Using complex variables to estimate derivatives of
    real functions*, SIAM Review 40 (1998), p. 110.

    Parameters
    ----------
    function : callable
        Takes a list of arrays, returns one flat array. Where it raises or is not finite it says nothing.
    point, direction : sequence of array

    Returns
    -------
    Slope

    Examples
    --------
    >>> found = slope(lambda x: np.sin(x[0]) * np.ones(1), [2.0], [1.0])
    >>> bool(abs(found.value[0] - np.cos(2.0)) < 1e-12)
    True
    """
    value, error = _extrapolated(function, point, direction)
    exact = _complex_step(function, point, direction)
    if exact is not None and exact.shape == value.shape:
        agrees = np.abs(exact - value) <= 10 * error + 1e-6 * np.abs(exact)
        value, error = np.where(agrees, exact, value), np.where(agrees, 0.0, error)
    return Slope(value, error)


def _extrapolated(function: Function, point: Sequence[Any], direction: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    steps = WIDEST / RATIO ** np.arange(STEPS)
    round_off = ROUND_OFF * np.abs(_at(function, point, direction, 0.0))
    sides = [[_at(function, point, direction, step) for step in side] for side in (steps, -steps)]
    first = row = (np.array(sides[0]) - np.array(sides[1])) / (2 * steps[:, None])
    values, changes = [], []
    for order in range(1, STEPS):
        gain = RATIO ** (2 * order)
        better = (gain * row[1:] - row[:-1]) / (gain - 1)
        change = np.maximum(np.abs(better - row[1:]), np.abs(better - row[:-1]))
        changes.append(change + round_off / steps[order:, None])
        values.append(better)
        row = better
    errors = np.concatenate(changes)
    errors = np.where(errors < np.inf, errors, np.inf)
    best = np.argmin(errors, axis=0), np.arange(errors.shape[1])
    error = errors[best]
    return np.where(error < np.inf, np.concatenate(values)[best], first[0]), error


def _at(function: Function, point: Sequence[Any], direction: Sequence[Any], step: float | complex) -> np.ndarray:
    """The function a step away; where it refuses the point, nothing is known."""
    try:
        return function([x + step * t for x, t in zip(point, direction, strict=True)])
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return np.full(function(list(point)).shape, np.nan)


def _complex_step(function: Function, point: Sequence[Any], direction: Sequence[Any]) -> np.ndarray | None:
    """Im f(x + ih v) / h; None where f is not real, or complex numbers stop it or lose their imaginary part in it."""
    if any(np.iscomplexobj(x) for x in point):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            here = function([x + 1j * COMPLEX_STEP * t for x, t in zip(point, direction, strict=True)])
            real = function(list(point))
        except Exception:  # any refusal: a function of real numbers owes complex ones nothing
            return None
    if np.iscomplexobj(real) or not np.iscomplexobj(here) or not np.allclose(here.real, real, rtol=1e-12, atol=0.0):
        return None
    return np.asarray(here.imag / COMPLEX_STEP)


def kinked(function: Function, point: Sequence[Any], direction: Sequence[Any]) -> np.ndarray:
    """Return which elements of the result have a kink or jump here: their two one-sided differences do not meet.

    On a smooth function they meet as the step shrinks; so a gap that does not shrink is a kink, and where it is not
    finite there is one too.

    Examples
    --------
    >>> kinked(lambda x: np.array([abs(x[0]), x[0] ** 2]), [0.0], [1.0])
    array([ True, False])
    """
    here = function(list(point))

    def gap(step: float) -> np.ndarray:
        after, before = _at(function, point, direction, step), _at(function, point, direction, -step)
        return np.asarray(np.abs((after - here) / step - (here - before) / step))

    wide, narrow = gap(ONE_SIDED), gap(ONE_SIDED / RATIO)
    open_still = (narrow > 0.6 * wide) & (narrow > 1e-4 * (1e-6 + np.abs(here)))
    return np.asarray(open_still | ~np.isfinite(narrow))


# -- directions, and arrays as one flat vector


def direction_like(value: Any, rng: np.random.Generator, least: float = 0.0) -> Any:
    """Return a random direction for a number or array, each element as large as the one that it moves.

    So a step never leaves the domain of a logarithm or a root, and none is too small beside a large element. With
    ``least`` the small ones move so far: the step of a tiny number may be lost in the round-off of a sum.
    """
    sizes = np.maximum(np.abs(np.asarray(value)), least)
    sizes = np.where((sizes > 0) & np.isfinite(sizes), sizes, 1.0)
    numbers = weights(sizes.shape, rng) * sizes
    if np.iscomplexobj(value):
        numbers = numbers + 1j * weights(sizes.shape, rng) * sizes
    return numbers.astype(np.result_type(value))[()]


def adjoint_like(value: Any, rng: np.random.Generator) -> Any:
    """Return a random adjoint of a value, of its shape and type."""
    zero = zero_like(value)
    numbers = weights(zero.shape, rng)
    if np.iscomplexobj(zero):
        numbers = numbers + 1j * weights(zero.shape, rng)
    return numbers.astype(zero.dtype)[()]


def weights(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return random numbers of either sign that are neither small nor large: from 0.5 to 1.5."""
    return np.asarray(rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape))


def doubled(value: Any) -> Any:
    """Return a number or array in double precision, for differences; what is not floating-point as it is."""
    value = plain_value(value)
    kind = np.asarray(value).dtype.kind
    return np.asarray(value, {"f": np.float64, "c": np.complex128}[kind])[()] if kind in "fc" else value


def flat(values: Sequence[Any]) -> np.ndarray:
    """Return numbers and arrays one after the other as one vector."""
    parts = [np.ravel(np.asarray(plain_value(value))) for value in values]
    whole = np.concatenate(parts) if parts else np.zeros(0)
    return whole if whole.dtype.kind in "fc" else whole.astype(float)


def pairing(adjoints: Any, tangents: Any) -> float:
    """Return Re Σ u v, without conjugation: what an adjoint says about a tangent."""
    return float(np.real(np.sum(adjoints * tangents)))
