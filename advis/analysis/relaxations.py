"""A hard function beside its relaxation: what each width costs in value, and what it gives as a derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.analysis.relaxation_gallery import GALLERY, Example
from advis.autodiff.numbers import number
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.shown import Shown
from advis.autodiff.table import Table
from advis.autodiff.trace import function_name
from advis.autodiff.transforms import jvp

WIDTHS = (1.0, 0.5, 0.2, 0.1, 0.05)
POINTS = 241
NEAR = 1e-6
MOST = 3


@dataclass(frozen=True, slots=True)
class Softened:
    """A relaxation at one width.

    Attributes
    ----------
    width : float
    values, slopes : array
        One row for each point, one column for each output.
    bias : float
        The root of the mean square of soft − hard.
    typical, largest : float
        The median over all points, and the maximum, of the size of the derivative.
    """

    width: float
    values: np.ndarray
    slopes: np.ndarray
    bias: float
    typical: float
    largest: float


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Relaxations(Shown):
    """A hard function beside its relaxation, from wide to narrow.

    Attributes
    ----------
    name : str
    parameter : str
        ``width`` or ``temperature``.
    xs : array
        Where they are compared.
    hard, hard_slopes : array
        The values of the hard function: one row for each point, one column for each output. Its derivative: not a
        number at jumps and kinks.
    outputs : tuple of str
        What the columns are called.
    rows : tuple of Softened
        One for each width.
    """

    name: str
    parameter: str
    xs: np.ndarray
    hard: np.ndarray
    hard_slopes: np.ndarray
    outputs: tuple[str, ...]
    rows: tuple[Softened, ...]

    def table(self) -> Table:
        """Return bias and derivative of every width as a table."""
        headings = (self.parameter, "bias", "median |derivative|", "largest |derivative|")
        rows = [(row.width, row.bias, row.typical, row.largest) for row in self.rows]
        cells = tuple(tuple(number(x, 4) for x in row) for row in rows)
        low, high = number(self.xs[0]), number(self.xs[-1])
        title = f"{self.name}: soft against hard at {len(self.xs)} points from {low} to {high}"
        return Table(title, headings, cells, (True,) * 4)

    def __str__(self) -> str:
        return self.table().text()


def compare_relaxations(
    soft: str | Callable[[Any, float], Any],
    hard: Callable[[Any], Any] | None = None,
    xs: Any = None,
    widths: Sequence[float] = WIDTHS,
) -> Relaxations:
    """Show a hard function and its relaxation side by side, for one width after the other.

    Parameters
    ----------
    soft : str or callable
        A name in ``av.relax``, for an example of it; or a function ``soft(x, width)`` of an array of points that
        returns one number, or one row of up to three, for each point.
    hard : callable, optional
        Of the points alone; needed for a function of your own.
    xs : array, optional
        The points, in ascending order.
    widths : sequence of float
        Or temperatures; shown in the order in which they are given.

    Returns
    -------
    Relaxations
        Its picture steps through the widths: the value, the derivative, and what is traded: bias against the size of
        the derivative.

    Raises
    ------
    ValueError
        For an unknown name, points that do not increase, no width, or more than three outputs.
    TypeError
        If a function of your own comes without its hard one.

    Examples
    --------
    >>> import advis as av
    >>> print(av.compare_relaxations("step", widths=(1.0, 0.1)))
    step: soft against hard at 241 points from -2 to 2
    <BLANKLINE>
    width     bias  median |derivative|  largest |derivative|
    ─────  ───────  ───────────────────  ────────────────────
        1   0.3022               0.1966                  0.25
      0.1  0.09278             0.000454                   2.5
    """
    example = _example(soft, hard)
    points = np.linspace(example.low, example.high, POINTS) if xs is None else np.asarray(xs, float)
    if points.ndim != 1 or len(points) < 2 or not np.all(np.diff(points) > 0):
        raise ValueError(f"compare_relaxations: xs of shape {points.shape} must be one row of increasing points")
    if not len(widths):
        raise ValueError("compare_relaxations: widths is empty; give at least one, such as widths=(1.0, 0.1)")
    plain = _columns(example.hard(points), points)
    if plain.shape[1] > MOST:
        raise ValueError(f"compare_relaxations: {plain.shape[1]} outputs cannot be told apart; return at most {MOST}")
    outputs = example.outputs or tuple(f"soft {k}" for k in range(1, plain.shape[1] + 1))
    rows = tuple(_softened(example, points, plain, float(width)) for width in widths)
    return Relaxations(example.name, example.parameter, points, plain, _hard_slopes(example, points), outputs, rows)


def _example(soft: str | Callable[[Any, float], Any], hard: Callable[[Any], Any] | None) -> Example:
    if isinstance(soft, str):
        if soft not in GALLERY:
            raise ValueError(f"compare_relaxations: {soft!r} is not known; choose from {', '.join(GALLERY)}")
        return GALLERY[soft]
    if not callable(soft) or not callable(hard):
        raise TypeError("compare_relaxations: give a name of av.relax, or two functions: soft(x, width) and hard(x)")
    return Example(function_name(soft), soft, hard)


def _softened(example: Example, points: Any, hard: np.ndarray, width: float) -> Softened:
    value, slope = jvp(lambda x: example.soft(x, width), (points,), (np.ones_like(points),))
    values, slopes = _columns(value, points), _columns(slope, points)
    sizes = np.sqrt(np.sum(slopes**2, axis=1))
    bias = float(np.sqrt(np.mean((values - hard) ** 2)))
    return Softened(width, values, slopes, bias, float(np.median(sizes)), float(np.max(sizes)))


def _hard_slopes(example: Example, points: np.ndarray) -> np.ndarray:
    """By differences to both sides; not a number where these disagree, or where one of them crosses a jump."""
    left, here, right = (_columns(example.hard(points + shift), points) for shift in (-NEAR, 0.0, NEAR))
    before, after = (here - left) / NEAR, (right - here) / NEAR
    smooth = (np.abs(before - after) < 1e-3 * (1.0 + np.abs(after))) & (np.abs(after) < 1.0 / np.sqrt(NEAR))
    return np.where(smooth, (right - left) / (2 * NEAR), np.nan)


def _columns(values: Any, points: np.ndarray) -> np.ndarray:
    """One row for each point."""
    if not shape_of(values) or len(values) != len(points) or np.ndim(values) > 2:
        raise ValueError(
            f"compare_relaxations: of {len(points)} points the function gave shape {shape_of(values)}; it must give "
            "one number, or one row, for each of them"
        )
    return np.reshape(np.asarray(values, float), (len(points), -1))
