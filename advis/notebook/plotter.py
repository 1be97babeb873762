"""f's plot while one moves: what is seen of it, and which grid can be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from advis.analysis.landscape import (
    Curve,
    Landscape,
    Plane,
    Unplotted,
    Window,
    evaluations,
    line,
    plain_values,
    plane,
    why_not,
    window_around,
)
from advis.analysis.play import Play
from advis.analysis.space import Space
from advis.autodiff.structure import fill
from advis.autodiff.tape import Tape

UNEQUAL = 4.0  # windows of two inputs are made equal up to this ratio, so that the gradient stands at right angles
ALONG = (-2.0, 2.0)


def first_windows(space: Space, ranges: Mapping[str, Window]) -> dict[str, Window]:
    """Return what is seen of each handle at first."""
    windows = {name: window_around(value) for name, value in space.start.items()}
    if space.along:
        windows[space.handles[-1].name] = ALONG
    elif len(windows) == 2:
        halves = [(high - low) / 2 for low, high in windows.values()]
        if max(halves) <= UNEQUAL * min(halves):
            windows = {name: (value - max(halves), value + max(halves)) for name, value in space.start.items()}
    return windows | {name: (float(low), float(high)) for name, (low, high) in ranges.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader has moved to: the inputs, their tangents, and what is seen of each."""

    point: Mapping[str, float]
    tangents: Mapping[str, float]
    windows: Mapping[str, Window]


class Plotter:
    """Makes the plots of one function; a grid over what is seen is kept while one moves inside it."""

    def __init__(self, f: Callable[..., Any], keywords: Mapping[str, Any]) -> None:
        self._f, self._keywords = f, dict(keywords)
        self.forget()

    def forget(self) -> None:
        """What was computed holds no longer."""
        self._key: Any = None
        self._grid: Any = None
        self._slow = ""

    def landscape(self, space: Space, shown: Play, place: Place) -> Landscape:
        """Return f around a place: along its one input, over two, or along the tangents of more."""
        reason = why_not(shown.tape) or self._slow
        if reason:
            return Unplotted(reason)
        try:
            return self._plotted(space, shown.tape, place)
        except TimeoutError as error:  # told by the grid; it is not tried again at every move
            self._slow = str(error)
            return Unplotted(self._slow)

    def _plotted(self, space: Space, tape: Tape, place: Place) -> Landscape:
        point, tangents, windows = place.point, place.tangents, place.windows
        names, count = list(space.start), evaluations(tape)
        values = plain_values(self._f, space, self._keywords)
        output, value = tape.outputs[0].name, float(tape.outputs[0].value)
        partials = space.partials(tape.reverse(filled(tape, 1.0)).result)
        if len(names) == 1:
            (name,) = names
            xs, ys = self._kept((windows[name],), lambda: line(values, lambda x: {name: x}, windows[name], count))
            return Curve(name, output, xs, ys, point[name], value, partials[name])
        if len(names) == 2:
            first, second = names
            pair, seen = (first, second), (windows[first], windows[second])
            xs, ys, zs = self._kept(seen, lambda: plane(values, pair, point, seen, count))
            at, gradient = (point[first], point[second]), (partials[first], partials[second])
            return Plane(pair, output, xs, ys, zs, at, value, gradient)
        slope = sum(partials[name] * tangents[name] for name in names)
        xs, ys = line(values, lambda t: {n: point[n] + t * tangents[n] for n in names}, ALONG, count)
        return Curve("t", output, xs, ys, 0.0, value, slope, "along the tangents")

    def _kept(self, key: Any, make: Callable[[], Any]) -> Any:
        if key != self._key:
            self._key, self._grid = key, make()
        return self._grid


def filled(tape: Tape, number: float) -> Any:
    """Return a seed of a reverse sweep: a number, in the structure of f's result."""
    return fill(tape._outcome, lambda index: number)
