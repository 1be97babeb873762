"""f around a point: its values along a line, or over a plane, with its slope or gradient there.

The grid follows from how much one run records, not from the clock, so that the same point gives the same picture; only
where a run turns out to be far slower than its record does the clock cut it down.
"""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.analysis.space import Space
from advis.autodiff.numbers import TEXT, number
from advis.autodiff.structure import leaves
from advis.autodiff.tape import Tape

CURVE, PLANE = 161, (35, 35)  # evaluations where they are cheap
COARSE, LEAST = 21, 9  # fewer along a line would be no picture
WORK = 120_000.0  # microseconds that a grid may take, by the estimate below
SLOW = 1.0  # seconds after which the clock ends a grid
EVER_FINER = 8.0  # how many times as long the next grid takes, about
Window = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Values of f along one line.

    Attributes
    ----------
    name : str
        Of what moves along the line.
    output : str
        Of f's result.
    xs, ys : numpy.ndarray
        Where f was evaluated, and its values; nan where it has none.
    at, value, slope : float
        The point, f there, and its derivative along the line.
    way : str
        Where the line leads, if not along an input: ``"along the tangents"``.
    """

    name: str
    output: str
    xs: np.ndarray
    ys: np.ndarray
    at: float
    value: float
    slope: float
    way: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Values of f over two inputs.

    Attributes
    ----------
    names : tuple of str
        Of the inputs, to the right and upwards.
    output : str
        Of f's result.
    xs, ys, zs : numpy.ndarray
        The grid, and the values in it: a row for each y; nan where f has none.
    at, gradient : tuple of float
        The point, and the gradient there.
    value : float
        f there.
    """

    names: tuple[str, str]
    output: str
    xs: np.ndarray
    ys: np.ndarray
    zs: np.ndarray
    at: tuple[float, float]
    value: float
    gradient: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Unplotted:
    """Why there is no plot."""

    reason: str


Landscape = Curve | Plane | Unplotted
Values = Callable[[Mapping[str, float]], float]


def nice_half(value: float) -> float:
    """Return how far one looks to both sides of a number: a round number, larger than it.

    Examples
    --------
    >>> [nice_half(x) for x in (2.0, 5.0, 0.0, 0.1, -30.0)]
    [3.0, 6.0, 2.0, 0.15, 40.0]
    """
    size = 1.2 * abs(value)
    if not size or not np.isfinite(size):
        return 2.0
    power = 10.0 ** np.floor(np.log10(size))
    steps = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    return float(f"{power * next(step for step in steps if step * power >= size * (1 - 1e-9)):.6g}")


def window_around(value: float) -> Window:
    """Return the range that one sees around a number.

    Examples
    --------
    >>> window_around(2.0)
    (-1.0, 5.0)
    """
    half = nice_half(value)
    return float(f"{value - half:.6g}"), float(f"{value + half:.6g}")


def evaluations(tape: Tape) -> int:
    """Return how many runs of f a plot may take: the fewer, the more one run records.

    Examples
    --------
    >>> import advis as av
    >>> evaluations(av.trace(lambda x: x * x, 2.0)) > 10_000
    True
    """
    elements = sum(int(np.size(value)) for value in tape.values if isinstance(value, np.ndarray))
    return int(WORK / (5.0 + 2.0 * len(tape) + 0.004 * elements))


def plain_values(f: Callable[..., Any], space: Space, keywords: Mapping[str, Any]) -> Values:
    """Return f as a function of the handles, without a record; nan where it has no value."""

    def value(point: Mapping[str, float]) -> float:
        try:
            with np.errstate(all="ignore"):
                result = f(*space.arguments(point), **keywords)
            ((_, leaf),) = leaves(result)
            return float(np.asarray(leaf).reshape(()))
        except Exception:  # outside of the domain of f: the curve has a gap there
            return float("nan")

    return value


def why_not(tape: Tape) -> str:
    """Return why f cannot be plotted, or nothing if it can.

    Examples
    --------
    >>> import advis as av
    >>> why_not(av.trace(lambda x: np.array([1.0, 2.0]) * x, 2.0))
    'No plot: lambda returns an array of 2 numbers, and a plot shows one number.'
    """
    values = [np.asarray(node.value) for node in tape.outputs]
    if len(values) != 1:
        return f"No plot: {tape.function} returns {len(values)} results, and a plot shows one number."
    if values[0].ndim:
        return f"No plot: {tape.function} returns an array of {values[0].size:,} numbers, and a plot shows one number."
    if values[0].dtype.kind == "c":
        return f"No plot: {tape.function} returns a complex number."
    if evaluations(tape) < LEAST:
        return f"No plot: a run of {tape.function} records {len(tape):,} nodes; a plot needs too many of them."
    return ""


def line(
    values: Values, ways: Callable[[float], Mapping[str, float]], window: Window, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(xs, ys)``: f at evenly spaced places of a window; ``ways`` says which point stands at a place.

    Raises
    ------
    TimeoutError
        If f takes so long that even a coarse grid has no end.
    """
    grids = [np.linspace(*window, _odd(min(count, most))) for most in (COARSE, CURVE)]
    xs, ys = _finest(grids, lambda xs: [ways(x) for x in xs.tolist()], values)
    return xs, ys


def plane(
    values: Values, names: tuple[str, str], point: Mapping[str, float], windows: tuple[Window, Window], count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(xs, ys, zs)``: f over a grid of two windows; raises as `line` does."""
    share = min(1.0, np.sqrt(count / (PLANE[0] * PLANE[1])))
    sides = [(5, 5), tuple(max(6, int(n * share)) for n in PLANE)]
    grids = [tuple(np.linspace(*window, n) for window, n in zip(windows, side, strict=True)) for side in sides]

    def points(grid: Any) -> list[Mapping[str, float]]:
        xs, ys = (side.tolist() for side in grid)
        return [{**point, names[0]: x, names[1]: y} for y in ys for x in xs]

    (xs, ys), zs = _finest(grids, points, values)
    return xs, ys, zs.reshape(len(ys), len(xs))


def _odd(count: int) -> int:
    """So that the middle of a window is one of the places."""
    return max(LEAST, count - 1 + count % 2)


def _finest(grids: Sequence[Any], points: Callable[[Any], list[Mapping[str, float]]], values: Values) -> Any:
    """The last of some grids, ever finer, that does not take too long, with f's values on it."""
    found = None
    for grid in grids:
        begin = time.perf_counter()
        evaluated = _evaluated(points(grid), values, begin + SLOW)
        if evaluated is None:
            break
        found = grid, evaluated
        if (time.perf_counter() - begin) * EVER_FINER > SLOW:
            break
    if found is None:
        raise TimeoutError("No plot: f takes too long to be run as often as a plot needs.")
    return found


def _evaluated(points: list[Mapping[str, float]], values: Values, deadline: float) -> np.ndarray | None:
    """f at all points, None if the deadline passes; what it prints or warns about is not repeated for each."""
    found = np.empty(len(points))
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k, point in enumerate(points):
            if time.perf_counter() > deadline:
                return None
            found[k] = values(point)
    return found


def reading(landscape: Landscape) -> str:
    """Return what a plot says at its point, as text.

    Examples
    --------
    >>> reading(Curve("x", "y", np.zeros(0), np.zeros(0), 2.0, 4.0, 4.0))
    'y = 4 at x = 2, slope 4'
    """
    if isinstance(landscape, Unplotted):
        return landscape.reason
    value = number(landscape.value, TEXT)
    if isinstance(landscape, Curve):
        at, slope = number(landscape.at, TEXT), number(landscape.slope, TEXT)
        return f"{landscape.output} = {value} at {landscape.name} = {at}, slope {slope}"
    at = ", ".join(f"{name} = {number(x, TEXT)}" for name, x in zip(landscape.names, landscape.at, strict=True))
    gradient = ", ".join(number(x, TEXT) for x in landscape.gradient)
    return f"{landscape.output} = {value} at {at}, gradient ({gradient})"
