"""Charts as films: lines, points and bars over linear or logarithmic axes, in panels side by side.

A step may show other curves than the one before, or a mark at another place: a slider over a width, a cursor over the
iterations. What stays is drawn once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from advis.autodiff.numbers import PICTURE, minus, number
from advis.films.film import Film, Group, Ink, Scene, Spans, State, Track
from advis.films.metrics import text_width

LEFT, RIGHT, BOTTOM = 62.0, 20.0, 52.0  # around the area of a panel
HEADING, ROW, LABEL = 34.0, 22.0, 32.0  # above it: its title, each row of its legend, what the upward axis counts
WIDE = {1: 640.0, 2: 420.0, 3: 330.0}
HIGH = 280.0
SAMPLE, GAP = 26.0, 18.0  # of a line in the legend; between two entries
SIZE = 13.0
TICKS = 5
MOST_DECADES = 7
DOT = 3.5

Window = tuple[float, float]
Numbers = Sequence[float] | np.ndarray
Piece = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """What runs along an axis, whether by logarithm, and what is seen of it: all that is finite, if not given."""

    label: str = ""
    log: bool = False
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers that are drawn alike.

    Attributes
    ----------
    label : str
        In the legend; an empty one, or one that stands there already, needs no entry.
    xs, ys : sequence of float
        Of ``bars`` the xs are their edges, one more than there are ys; a ``level`` has one y, a ``mark`` one x.
    role : str
        A voice or ``soft``, and ``dashed`` or ``dotted``, ``thin`` or ``pale``: never told apart by colour alone.
    shape : str
        ``line``, ``points``, ``bars``, ``level`` (across the whole panel) or ``mark`` (from its top to its bottom).
    steps : pair of int, optional
        The first and the last step at which it is seen; always, if not given.
    """

    label: str
    xs: Numbers
    ys: Numbers
    role: str = "value"
    shape: str = "line"
    steps: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A pair of axes with what is drawn between them."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]


def chart_film(
    title: str, panels: Sequence[Panel], said: Sequence[Spans], subtitle: str = "", description: str = ""
) -> Film:
    """Return the film of a chart: one sentence for each step.

    Parameters
    ----------
    title, subtitle : str
    panels : sequence of Panel
        At most three, side by side.
    said : sequence of spans
        The sentences of the steps; at least one.
    description : str
        The chart in words.

    Examples
    --------
    >>> errors = Series("forward", [1e-8, 1e-4], [1e-8, 1e-4])
    >>> panel = Panel("", Axis("h", log=True), Axis("error", log=True), (errors,))
    >>> film = chart_film("Errors", [panel], [(("", "The error grows with h."),)])
    >>> film.kind, film.steps, film.scenes[0].width
    ('chart', 0, 722.0)
    """
    scene, tracks = chart_scene(panels, description or title)
    tracks["say"] = tuple((step, State("", sentence)) for step, sentence in enumerate(said))
    return Film("chart", title, (scene,), tracks, len(said) - 1, subtitle)


def chart_scene(panels: Sequence[Panel], description: str, name: str = "chart") -> tuple[Scene, dict[str, Track]]:
    """Return the drawing of a chart, and the tracks of what is not seen at every step."""
    width = WIDE[len(panels)]
    legends = [_legend(panel, width) for panel in panels]
    rows = max(1 + max((row for _, row, _ in legend), default=-1) for legend in legends)
    top = HEADING * any(panel.title for panel in panels) + ROW * rows + LABEL
    marks: list[Group] = []
    tracks: dict[str, Track] = {}
    for place, (panel, legend) in enumerate(zip(panels, legends, strict=True)):
        area = _area(panel, LEFT + place * (LEFT + width + RIGHT), top, width)
        marks.append(_frame(panel, area, legend, f"a{place}"))
        for index, series in enumerate(panel.series):
            group = Group(f"s{place}.{index}", tuple(_drawn(series, area)))
            marks.append(group)
            if series.steps:
                tracks[group.key] = _seen(*series.steps)
    size = len(panels) * (LEFT + width + RIGHT), top + HIGH + BOTTOM
    return Scene(name, "drawing", "Chart", tuple(marks), *size, description=description), tracks


def _seen(first: int, last: int) -> Track:
    before = ((0, State("off")),) if first else ()
    return (*before, (first, State()), (last + 1, State("off")))


# -- axes


@dataclass(frozen=True, slots=True)
class Area:
    """Where the numbers of a panel lie."""

    x: Axis
    y: Axis
    xs: Window
    ys: Window
    left: float
    top: float
    width: float

    def right(self, x: float) -> float:
        """Return where a number lies on the axis to the right."""
        return self.left + self.width * _share(x, self.xs, self.x.log)

    def up(self, y: float) -> float:
        """Return where a number lies on the upward axis."""
        return self.top + HIGH * (1.0 - _share(y, self.ys, self.y.log))


def _share(value: float, window: Window, log: bool) -> float:
    low, high = map(math.log10, window) if log else window
    return ((math.log10(value) if log else value) - low) / (high - low)


def _area(panel: Panel, left: float, top: float, width: float) -> Area:
    xs = _window(panel.x, (x for series in panel.series for x in series.xs))
    base = [0.0] if not panel.y.log and any(series.shape == "bars" for series in panel.series) else []
    ys = _window(panel.y, (*base, *(y for series in panel.series for y in series.ys)), room=0.06)
    return Area(panel.x, panel.y, xs, ys, left, top, width)


def _window(axis: Axis, values: Iterable[float], room: float = 0.0) -> Window:
    """What is seen of an axis: all that can be drawn, and a little room."""
    if axis.window:
        return axis.window
    drawn = [value for value in map(float, values) if _drawable(value, axis.log)]
    low, high = (min(drawn), max(drawn)) if drawn else (1.0, 10.0)
    if axis.log:
        return (low, high) if high > low else (low / 10.0, high * 10.0)
    around = room * (high - low) or (0.0 if high > low else 0.5 * abs(high) or 1.0)
    return (low if low == 0.0 else low - around), high + around


def _drawable(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def ticks(low: float, high: float, count: int = TICKS) -> list[float]:
    """Return about so many round numbers in a range.

    Examples
    --------
    >>> ticks(-1.0, 5.0), ticks(0.0, 0.3, 3)
    ([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.1, 0.2, 0.3])
    """
    if not high > low:
        return [float(low)]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / rough)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.10g}") + 0.0 for k in range(first, last + 1)]


def decades(low: float, high: float) -> list[int]:
    """Return the exponents of the powers of ten in a range: every one, or every second, third …

    Examples
    --------
    >>> decades(0.05, 200.0), decades(1e-16, 1.0)
    ([-1, 0, 1, 2], [-15, -12, -9, -6, -3, 0])
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100) if (last - first) / step < MOST_DECADES)
    return [power for power in range(first, last + 1) if power % step == 0]


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _marked(axis: Axis, window: Window) -> list[tuple[float, str]]:
    """The numbers along an axis and how they are written."""
    if axis.log and len(decades(*window)) > 1:
        return [(10.0**power, _power(power)) for power in decades(*window)]
    if axis.log and len(within := _between_decades(*window)) > 1:
        return [(value, minus(number(value, PICTURE))) for value in within]
    return [(value, minus(number(value, PICTURE))) for value in ticks(*window) if _drawable(value, axis.log)]


def _between_decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten in a range, whose numbers have room by logarithm."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [value for power in powers for m in (1, 2, 5) if low <= (value := float(f"{m}e{power}")) <= high]


def _power(exponent: int) -> str:
    return {0: "1", 1: "10"}.get(exponent, f"10{str(exponent).translate(_RAISED)}")


def _frame(panel: Panel, area: Area, legend: list[tuple[Series, int, float]], key: str) -> Group:
    """The axes with round numbers, a pale grid, what they count, the panel's title and its legend."""
    left, top, right, bottom = area.left, area.top, area.left + area.width, area.top + HIGH
    inks = [Ink("text", "heading", (left + area.width / 2, bottom + 42.0), (("", panel.x.label),), "middle")]
    inks.append(Ink("text", "heading", (left - 46.0, top - 12.0), (("", panel.y.label),)))
    grid: list[float] = []
    for x, text in _marked(panel.x, area.xs):
        grid += [area.right(x), top, area.right(x), bottom]
        inks.append(Ink("text", "tick", _rounded(area.right(x), bottom + 20.0), (("", text),), "middle"))
    for y, text in _marked(panel.y, area.ys):
        grid += [left, area.up(y), right, area.up(y)]
        inks.append(Ink("text", "tick", _rounded(left - 8.0, area.up(y) + 4.5), (("", text),), "end"))
    if panel.title:
        inks.append(Ink("text", "caption", (left - 46.0, 20.0), (("strong", panel.title),)))
    below = HEADING if panel.title else 0.0
    for series, row, along in legend:
        inks += _entry(series, left - 46.0 + along, below + ROW * row + 12.0)
    border = (left, top, left, bottom, left, bottom, right, bottom)
    return Group(key, (Ink("lines", "grid", _rounded(*grid)), Ink("lines", "axis", border), *inks))


def _rounded(*numbers: float) -> tuple[float, ...]:
    return tuple(round(number, 2) for number in numbers)


# -- legend


def _legend(panel: Panel, width: float) -> list[tuple[Series, int, float]]:
    """The series that need an entry, each with its row and how far along it stands."""
    found: list[tuple[Series, int, float]] = []
    row, along, named = 0, 0.0, set()
    for series in panel.series:
        if not series.label or series.label in named:
            continue
        named.add(series.label)
        needed = SAMPLE + 8.0 + text_width(series.label, SIZE)
        if along and along + needed > width + LEFT - 16.0:
            row, along = row + 1, 0.0
        found.append((series, row, along))
        along += needed + GAP
    return found


def _entry(series: Series, x: float, y: float) -> list[Ink]:
    """A sample of a series and its name."""
    sample = {
        "points": _dot(series.role, x + SAMPLE / 2, y),
        "bars": Ink("tiles", f"bin {series.role}", (x + 6.0, y - 6.0, SAMPLE - 12.0, 12.0)),
    }.get(series.shape, Ink("lines", f"series {series.role}", (x, y, x + SAMPLE, y)))
    return [sample, Ink("text", "key", (x + SAMPLE + 8.0, y + 4.5), (("", series.label),))]


# -- what is drawn


def _drawn(series: Series, area: Area) -> Iterator[Ink]:
    role = series.role
    if series.shape == "points":
        for x, y in _points(series, area):
            if _within(x, area.xs) and _within(y, area.ys):
                yield Ink(
                    "rect", f"point {role}", _rounded(area.right(x) - DOT, area.up(y) - DOT, 2 * DOT, 2 * DOT, DOT)
                )
    elif series.shape == "bars":
        yield Ink("tiles", f"bin {role}", tuple(_bars(series, area)))
    elif series.shape == "level":
        y = area.up(series.ys[0])
        yield Ink("lines", f"series {role}", _rounded(area.left, y, area.left + area.width, y))
    elif series.shape == "mark":
        x = area.right(series.xs[0])
        yield Ink("lines", f"series {role}", _rounded(x, area.top, x, area.top + HIGH))
    else:
        yield Ink("lines", f"series {role}", tuple(_pieces(series, area)))


def _dot(role: str, x: float, y: float) -> Ink:
    return Ink("rect", f"point {role}", _rounded(x - DOT, y - DOT, 2 * DOT, 2 * DOT, DOT))


def _points(series: Series, area: Area) -> list[tuple[float, float]]:
    """The pairs that can be drawn."""
    pairs = zip(map(float, series.xs), map(float, series.ys), strict=True)
    return [(x, y) for x, y in pairs if _drawable(x, area.x.log) and _drawable(y, area.y.log)]


def _within(value: float, window: Window) -> bool:
    room = 1e-9 * (window[1] - window[0])
    return window[0] - room <= value <= window[1] + room


def _bars(series: Series, area: Area) -> Iterator[float]:
    """Rectangles from the bottom, or from zero, with a little air between them."""
    base = area.up(area.ys[0] if area.y.log else min(max(0.0, area.ys[0]), area.ys[1]))
    for (low, high), y in zip(pairwise(map(float, series.xs)), series.ys, strict=True):
        if _drawable(float(y), area.y.log) and _within(low, area.xs) and _within(high, area.xs):
            left, right, end = area.right(low), area.right(high), area.up(min(max(float(y), area.ys[0]), area.ys[1]))
            air = min(1.0, 0.1 * (right - left))
            yield from _rounded(left + air / 2, min(base, end), right - left - air, abs(base - end))


def _pieces(series: Series, area: Area) -> Iterator[float]:
    """Straight pieces inside what is seen; none to or from a number that cannot be drawn."""
    places = [
        (area.right(x), area.up(y)) if _drawable(x, area.x.log) and _drawable(y, area.y.log) else None
        for x, y in zip(map(float, series.xs), map(float, series.ys), strict=True)
    ]
    for first, second in pairwise(places):
        if not first or not second:
            continue
        upright = clipped(*first, *second, area.top, area.top + HIGH)
        lying = upright and clipped(*_mirrored(*upright), area.left, area.left + area.width)
        yield from _rounded(*_mirrored(*lying)) if lying else ()


def _mirrored(x: float, y: float, x2: float, y2: float) -> Piece:
    """A piece mirrored at the diagonal."""
    return y, x, y2, x2


def clipped(x: float, y: float, x2: float, y2: float, low: float, high: float) -> Piece | None:
    """Return the part of a straight piece between two heights; None if there is none.

    Examples
    --------
    >>> clipped(0.0, 0.0, 2.0, 4.0, 1.0, 10.0)
    (0.5, 1.0, 2.0, 4.0)
    """
    if max(y, y2) < low or min(y, y2) > high:
        return None

    def at(height: float) -> float:
        return x + (x2 - x) * (height - y) / (y2 - y)

    begin, end = (min(max(height, low), high) for height in (y, y2))
    return (x if begin == y else at(begin)), begin, (x2 if end == y2 else at(end)), end
