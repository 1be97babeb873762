"""f around a point as a picture: a curve with its tangent line, or contours with the gradient as an arrow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from advis.analysis.landscape import Curve, Landscape, Plane, Unplotted, Window, reading
from advis.autodiff.numbers import PICTURE, minus, number
from advis.films.chart import clipped, ticks
from advis.films.film import Film, Group, Ink, Scene, Spans, State

LEFT, TOP, RIGHT, BOTTOM = 66.0, 44.0, 18.0, 46.0  # margins around the area of the axes
WIDE, HIGH, SQUARE = 350.0, 240.0, 270.0
LEVELS = 10  # contours, about
ARROW = 64.0
JUMP = 0.03  # of the window: two neighbours further apart, and far more than those beside them, are no curve


@dataclass(frozen=True, slots=True)
class Axes:
    """The area of a plot: what is seen of each axis, and where it lies."""

    xs: Window
    ys: Window
    width: float
    height: float

    def right(self, x: float) -> float:
        """Return where a number lies on the axis to the right."""
        return round(LEFT + self.width * (x - self.xs[0]) / (self.xs[1] - self.xs[0]), 2)

    def up(self, y: float) -> float:
        """Return where a number lies on the upward axis."""
        return round(TOP + self.height * (self.ys[1] - y) / (self.ys[1] - self.ys[0]), 2)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole picture."""
        return LEFT + self.width + RIGHT, TOP + self.height + BOTTOM


def landscape_film(shown: Landscape, function: str) -> Film:
    """Return the film of a plot: one still picture.

    Parameters
    ----------
    shown : Curve, Plane or Unplotted
    function : str
        The name of f.
    """
    if isinstance(shown, Unplotted):
        return Film("plot", f"Plot of {function}", (), {"say": ((0, State("", shown.reason)),)})
    axes, marks, said = _curve(shown) if isinstance(shown, Curve) else _plane(shown)
    told = Group("reading", (Ink("text", "told reading", (LEFT, 24.0)),))
    scene = Scene("plot", "drawing", "Plot", (*marks, told), *axes.size, description=reading(shown))
    over = shown.way or f"over {shown.name}" if isinstance(shown, Curve) else f"over {', '.join(shown.names)}"
    return Film("plot", f"{shown.output} {over}", (scene,), {"reading": ((0, State("", said)),)})


# -- one input


def _curve(shown: Curve) -> tuple[Axes, Iterable[Group], Spans]:
    ends = float(shown.xs[0]), float(shown.xs[-1])
    axes = Axes(ends, y_window(shown), WIDE, HIGH)
    marks = [_frame(axes, (shown.name, shown.output)), Group("curve", (Ink("lines", "curve", _pieces(shown, axes)),))]
    said: Spans = (("", f"{_said(shown.output, shown.value)} at {_said(shown.name, shown.at)}"),)
    if not math.isfinite(shown.value):
        return axes, marks, (*said, ("soft", ": no tangent line"))
    tangent = _tangent(shown, axes) if math.isfinite(shown.slope) else ()
    marks.append(Group("slope", (Ink("lines", "slope tangent", tangent),)))
    marks.append(_dot(axes, shown.at, shown.value))
    return axes, marks, (*said, ("", ", "), ("tangent", f"slope {minus(number(shown.slope, PICTURE))}"))


def y_window(shown: Curve) -> Window:
    """Return what is seen of the upward axis: nearly all values, without the peaks of a pole, and the point.

    Examples
    --------
    >>> xs = np.linspace(-1.0, 1.0, 9)
    >>> y_window(Curve("x", "y", xs, xs**2, 0.5, 0.25, 1.0))
    (-0.08, 1.08)
    """
    finite = shown.ys[np.isfinite(shown.ys)]
    if not finite.size:
        finite = np.array([0.0])
    low, high = (float(x) for x in np.quantile(finite, (0.06, 0.94)))
    reach = 1.5 * (high - low)
    low, high = max(low - reach, float(finite.min())), min(high + reach, float(finite.max()))
    if math.isfinite(shown.value):
        low, high = min(low, shown.value), max(high, shown.value)
    room = 0.08 * (high - low) or 0.5 * abs(high) or 1.0
    return float(f"{low - room:.6g}"), float(f"{high + room:.6g}")


def _pieces(shown: Curve, axes: Axes) -> tuple[float, ...]:
    """The curve as straight pieces; none where f has no value, jumps, or leaves what is seen."""
    (low, high), points = axes.ys, list(zip(shown.xs.tolist(), shown.ys.tolist(), strict=True))
    steps = np.abs(np.diff(shown.ys))
    beside = np.maximum(np.append(steps[1:], 0.0), np.append(0.0, steps[:-1]))
    numbers: list[float] = []
    for ((x, y), (x2, y2)), step, near in zip(pairwise(points), steps.tolist(), beside.tolist(), strict=True):
        if not math.isfinite(step) or (step > JUMP * (high - low) and (step > 5 * near or _pole(y, y2, low, high))):
            continue
        seen = clipped(x, y, x2, y2, low, high)
        if seen:
            numbers += [axes.right(seen[0]), axes.up(seen[1]), axes.right(seen[2]), axes.up(seen[3])]
    return tuple(numbers)


def _pole(y: float, y2: float, low: float, high: float) -> bool:
    """Whether a piece goes from below what is seen to above it, or the other way."""
    return (y < low and y2 > high) or (y > high and y2 < low)


def _tangent(shown: Curve, axes: Axes) -> tuple[float, ...]:
    (low, high), (left, right) = axes.ys, axes.xs
    ends = [shown.value + shown.slope * (x - shown.at) for x in (left, right)]
    seen = clipped(left, ends[0], right, ends[1], low, high)
    if seen is None:
        return ()
    return axes.right(seen[0]), axes.up(seen[1]), axes.right(seen[2]), axes.up(seen[3])


# -- two inputs


def _plane(shown: Plane) -> tuple[Axes, Iterable[Group], Spans]:
    axes = Axes((float(shown.xs[0]), float(shown.xs[-1])), (float(shown.ys[0]), float(shown.ys[-1])), SQUARE, SQUARE)
    marks = [_frame(axes, shown.names), *_contours(shown, axes)]
    gradient = ", ".join(minus(number(x, PICTURE)) for x in shown.gradient)
    said: Spans = (("", f"{_said(shown.output, shown.value)}, "), ("adjoint", f"gradient ({gradient})"))
    if all(math.isfinite(x) for x in shown.gradient) and any(shown.gradient):
        marks.append(Group("slope", (Ink("lines", "slope adjoint", _arrow(shown, axes)),)))
    return axes, [*marks, _dot(axes, *shown.at)], said


def _contours(shown: Plane, axes: Axes) -> list[Group]:
    """Lines of equal value, each with its number where there is room."""
    from contourpy import contour_generator

    finite = shown.zs[np.isfinite(shown.zs)]
    if not finite.size:
        return []
    low, high = (float(x) for x in np.quantile(finite, (0.02, 0.98)))
    lines = contour_generator(shown.xs, shown.ys, np.ma.masked_invalid(shown.zs))
    strokes: dict[str, list[float]] = {"contour": [], "contour strong": []}
    labels: list[Ink] = []
    for level in ticks(low, high, LEVELS):
        for points in lines.lines(level):
            places = [(axes.right(x), axes.up(y)) for x, y in np.asarray(points).tolist()]
            role = "contour strong" if level == 0 else "contour"
            strokes[role] += [number for pair in pairwise(places) for end in pair for number in end]
            labels += _label(places, minus(number(level, PICTURE)), labels)
    groups = [Group(role, (Ink("lines", role, tuple(numbers)),)) for role, numbers in strokes.items() if numbers]
    return [*groups, Group("heights", tuple(labels))]


def _label(places: Sequence[tuple[float, float]], text: str, labels: Sequence[Ink]) -> list[Ink]:
    """The number of a contour, in its middle, unless another number stands near."""
    if len(places) < 8:
        return []
    x, y = places[len(places) // 2]
    beside = any(abs(ink.at[0] - x) < 34 and abs(ink.at[1] - y - 4) < 16 for ink in labels)
    edge = not LEFT + 16 < x < LEFT + SQUARE - 16 or not TOP + 12 < y < TOP + SQUARE - 12
    return [] if beside or edge else [Ink("text", "height", (x, round(y + 4, 2)), (("", text),), "middle")]


def _arrow(shown: Plane, axes: Axes) -> tuple[float, ...]:
    """Where f grows fastest; of one length, as only its direction can be read from a map."""
    x, y = axes.right(shown.at[0]), axes.up(shown.at[1])
    wide, high = axes.xs[1] - axes.xs[0], axes.ys[1] - axes.ys[0]
    along, up = shown.gradient[0] * axes.width / wide, -shown.gradient[1] * axes.height / high
    length = math.hypot(along, up)
    along, up = along / length, up / length
    tip = x + ARROW * along, y + ARROW * up
    strokes = [x, y, *tip]
    for side in (1, -1):
        strokes += [tip[0] - 9 * along + side * 5 * up, tip[1] - 9 * up - side * 5 * along, *tip]
    return tuple(round(number, 2) for number in strokes)


# -- both


def _said(name: str, value: float) -> str:
    return f"{name} = {minus(number(value, PICTURE))}"


def _dot(axes: Axes, x: float, y: float) -> Group:
    at = axes.right(x), axes.up(y)
    inside = axes.xs[0] <= x <= axes.xs[1] and axes.ys[0] <= y <= axes.ys[1]
    return Group("here", (Ink("rect", "here", (at[0] - 6.5, at[1] - 6.5, 13.0, 13.0, 6.5)),) if inside else ())


def _frame(axes: Axes, names: tuple[str, str]) -> Group:
    """The axes with round numbers, a pale grid, and what runs along them."""
    bottom, right = TOP + axes.height, LEFT + axes.width
    inks = [Ink("text", "heading", (LEFT + axes.width / 2, bottom + 40.0), (("name", names[0]),), "middle")]
    inks.append(Ink("text", "heading", (14.0, TOP + axes.height / 2), (("name", names[1]),)))
    grid: list[float] = []
    for x in ticks(*axes.xs):
        grid += [axes.right(x), TOP, axes.right(x), bottom]
        inks.append(Ink("text", "tick", (axes.right(x), bottom + 20.0), _tick(x), "middle"))
    for y in ticks(*axes.ys):
        grid += [LEFT, axes.up(y), right, axes.up(y)]
        inks.append(Ink("text", "tick", (LEFT - 8.0, axes.up(y) + 4.5), _tick(y), "end"))
    border = (LEFT, TOP, LEFT, bottom, LEFT, bottom, right, bottom)
    return Group("axes", (Ink("lines", "grid", tuple(grid)), Ink("lines", "axis", border), *inks))


def _tick(value: float) -> Spans:
    return (("", minus(number(value, PICTURE))),)
