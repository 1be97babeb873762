"""Labels: put a small rectangle on every curve so that it covers no box, no other label and few other curves.

Greedy, the shortest curve first since it has least choice: every label tries places along its curve, from the
preferred one outwards, and takes the cheapest; a grid of cells finds what is near. A short edge prefers its middle, a
fan its spread-out end, a long edge the gap beside the box where it is more alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise, takewhile
from math import floor, inf
from typing import Any

import numpy as np

Pair = tuple[float, float]
Rectangle = tuple[float, float, float, float]

CELL = 64.0  # side of a grid cell
ROWS = 1 << 32  # of the grid, at most
PIECES = 8  # chords a cubic is sampled by
STEP = 10.0  # between two places tried along a curve ...
TRIES = 32  # ... of which there are about so many at most ...
MANY = 300  # ... but where there are more labels, ...
ENOUGH = 6_000  # ... so many for all of them together, ...
FEWER = 5  # ... chords for each cubic, and ...
NUMEROUS = 700  # of more labels each would cover curves anyway: these do not count then; ...
PATIENCE = 3_400  # ... labels and further places tried where one stands on another, in all
MOST = 1_000  # of still more labels each stands where its curve climbs: they cover each other anyway
BRANCH = 0.15  # ... or where it leaves its lane: lanes stand apart
OVERLAP = 1_000.0  # what a square unit shared with a box or a label costs
SHORT = 220.0  # longer edges carry their label near one end ...
BESIDE = 62.0  # ... this far from the box
TAIL = 160.0  # of a trunk before a branch may carry the label of the branch, where this has no room
PADDING = 3.0  # white space kept around a label
COVERED = 30.0  # a label rather moves so far along its curve than cover another curve


def point(curve: Sequence[float], piece: int, t: Any) -> tuple[Any, Any]:
    """Return the point of one of a curve's cubic pieces at a parameter between 0 and 1.

    Examples
    --------
    >>> point((0, 0, 1, 0, 2, 0, 3, 0), 0, 0.5)
    (1.5, 0.0)
    """
    x0, y0, x1, y1, x2, y2, x3, y3 = curve[6 * piece : 6 * piece + 8]
    u = 1 - t
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _bernstein(t: float) -> tuple[float, float, float, float]:
    u = 1 - t
    return u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t


def sample(curve: Sequence[float], pieces: int = PIECES) -> list[Pair]:
    """Return points on a curve: its start, then as many per cubic piece.

    Examples
    --------
    >>> sample((0, 0, 1, 0, 2, 0, 3, 0), pieces=3)[1:]
    [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
    """
    xs, ys, _ = _sampled([curve], pieces)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _sampled(curves: Sequence[Sequence[float]], pieces: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return x and y of the samples of all curves, one curve after the other, and where those of each begin."""
    counts = [(len(curve) - 2) // 6 for curve in curves]
    begins = list(accumulate((1 + pieces * count for count in counts), initial=0))
    numbers = np.fromiter(chain.from_iterable(curves), dtype=float)
    first = np.repeat(2 * np.arange(len(curves)), counts) + 6 * np.arange(sum(counts))  # number each cubic begins with
    weights = np.array([_bernstein(step / pieces) for step in range(1, pieces + 1)]).T
    later = np.ones(begins[-1], dtype=bool)
    later[begins[:-1]] = False
    sides = []
    for side in (0, 1):
        side_of_all = np.empty(begins[-1])
        side_of_all[begins[:-1]] = numbers[np.array([0, *accumulate(map(len, curves))], dtype=np.intp)[:-1] + side]
        x0, x1, x2, x3 = (numbers[first + side + 2 * corner][:, None] for corner in range(4))
        a, b, c, d = weights
        side_of_all[later] = (a * x0 + b * x1 + c * x2 + d * x3).ravel()
        sides.append(side_of_all)
    return sides[0], sides[1], begins


def place_labels(
    boxes: Sequence[Pair],
    sizes: Sequence[Pair],
    edges: Sequence[tuple[int, int]],
    curves: Sequence[Sequence[float]],
    labels: Sequence[Pair],
) -> list[Pair]:
    """Return the centre of each label, a point of its curve.

    Examples
    --------
    >>> place_labels([(0, 0), (80, 0)], [(20, 20)] * 2, [(0, 1)], [(20, 10, 40, 10, 60, 10, 80, 10)], [(20, 10)])
    [(50.0, 10.0)]
    """
    leaving = [0] * len(sizes)
    entering = [0] * len(sizes)
    for source, target in edges:
        leaving[source] += 1
        entering[target] += 1
    if len(edges) > MOST:
        return _on_climbs(curves, [_middle(leaving[source], entering[target]) for source, target in edges])
    surroundings = _Surroundings(PIECES if len(edges) <= MANY else FEWER, patience=PATIENCE - len(edges))
    for (x, y), (width, height) in zip(boxes, sizes, strict=True):
        surroundings.add((x, y, x + width, y + height))
    shared = _shared(curves)
    curves = [curve[6 * passed :] for curve, (passed, _) in zip(curves, shared, strict=True)]
    xs, ys, begins = _sampled(curves, surroundings.pieces)
    if len(edges) <= NUMEROUS:
        _file(surroundings, xs, ys, begins)
    walked = _walked(xs, ys, begins)
    parted = [way[surroundings.pieces * count] for way, (_, count) in zip(walked, shared, strict=True)]
    turns = 2 * TRIES + 2 if len(edges) <= MANY else ENOUGH // len(edges)
    centres: list[Pair] = [(0.0, 0.0)] * len(edges)
    for index in sorted(range(len(edges)), key=lambda edge: (walked[edge][-1] - parted[edge], edge)):
        source, target = edges[index]
        own = parted[index]
        wish = own + _wish(walked[index][-1] - own, leaving[source], entering[target])
        first = max(0.0, own - TAIL)
        centres[index] = _best(index, curves[index], walked[index], first, wish, labels[index], surroundings, turns)
        surroundings.add(_around(centres[index], labels[index]))
    return centres


def _on_climbs(curves: Sequence[Sequence[float]], middles: Sequence[float]) -> list[Pair]:
    """Return of each curve a point of its last piece that is not level: where it leaves its lane, if it had one."""
    shares = [BRANCH if len(curve) >= 20 else middle for curve, middle in zip(curves, middles, strict=True)]
    level = [len(curve) > 8 and (curve[-1] == curve[-7] or curve[-2] == curve[-8]) for curve in curves]
    climbs = [curve[-14:-6] if before else curve[-8:] for curve, before in zip(curves, level, strict=True)]
    corners: Any = np.array(climbs).T  # as of one curve, but each a row
    xs, ys = point(corners, 0, np.array(shares))
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _shared(curves: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return of each curve the pieces that lie on another one from the same port, where no label belongs.

    Of these are counted first those that may be left out: all but the last one, and none of the longest curve, on which
    the others lie; then the rest.
    """
    fans: defaultdict[Sequence[float], list[int]] = defaultdict(list)
    for index, curve in enumerate(curves):
        fans[curve[0], curve[1], curve[7 - _flow(curve)]].append(index)
    shared = [(0, 0)] * len(curves)
    for fan in fans.values():
        if len(fan) < 2:
            continue
        flow = _flow(curves[fan[0]])
        second, longest = sorted(fan, key=lambda index: (curves[index][flow - 2], index))[-2:]
        for index in fan:
            curve, other = curves[index], curves[second if index == longest else longest]
            begins = range(0, len(curve) - 8, 6)  # its last piece is its own
            alike = (_same_way(curve[begin : begin + 8], other[begin : begin + 8]) for begin in begins)
            pieces = sum(takewhile(bool, alike))
            kept = pieces if index == longest else min(1, pieces)
            shared[index] = pieces - kept, kept
    return shared


def _flow(curve: Sequence[float]) -> int:
    """Return the axis along which a curve leaves its box: 0 for x, 1 for y."""
    return int(curve[1] != curve[3])


def _same_way(piece: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two pieces begin as one: they are the same, or both are level and from the same point."""
    across = 1 - _flow(piece)
    return piece == other or (piece[:2] == other[:2] and piece[across] == piece[across + 6] == other[across + 6])


@dataclass(slots=True)
class _Surroundings:
    """Rectangles and points of curves, filed by the grid cells they touch."""

    pieces: int  # chords that each cubic piece is sampled by
    patience: int = 0  # further places to try
    rectangles: defaultdict[int, list[Rectangle]] = field(default_factory=lambda: defaultdict(list))
    points: tuple[list[float], list[float], list[int]] = ([], [], [])  # x, y and curve of each, cell after cell
    filed: dict[int, slice] = field(default_factory=dict)  # which of these lie in each cell

    def add(self, rectangle: Rectangle) -> None:
        for cell in _cells(rectangle):
            self.rectangles[cell].append(rectangle)

    def overlap(self, rectangle: Rectangle, cells: Sequence[int]) -> float:
        """Return the area shared with rectangles (again for every cell they meet in)."""
        left, top, right, bottom = rectangle
        area = 0.0
        for cell in cells:
            for x0, y0, x1, y1 in self.rectangles.get(cell, ()):
                if x0 < right and left < x1 and y0 < bottom and top < y1:
                    area += (min(x1, right) - max(x0, left)) * (min(y1, bottom) - max(y0, top))
        return area

    def covered(self, rectangle: Rectangle, cells: Sequence[int], index: int) -> int:
        """Return how many curves other than the one with this index show in the rectangle."""
        left, top, right, bottom = rectangle
        xs, ys, owners = self.points
        shown: set[int] = set()
        for cell in cells:
            here = self.filed.get(cell)
            if here is not None:
                for x, y, owner in zip(xs[here], ys[here], owners[here], strict=True):
                    if left < x < right and top < y < bottom:
                        shown.add(owner)
        return len(shown) - (index in shown)


def _file(surroundings: _Surroundings, xs: np.ndarray, ys: np.ndarray, begins: Sequence[int]) -> None:
    """File the samples of all curves, of which those of each begin there, by the cells they lie in."""
    owners = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
    cells = np.floor(xs / CELL).astype(np.int64) * ROWS + np.floor(ys / CELL).astype(np.int64)
    order = np.argsort(cells, kind="stable")
    surroundings.points = xs[order].tolist(), ys[order].tolist(), owners[order].tolist()
    cells = cells[order]
    starts = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]])[: len(cells)])
    within = [slice(begin, end) for begin, end in pairwise([*starts.tolist(), len(order)])]
    surroundings.filed = dict(zip(cells[starts].tolist(), within, strict=True))


def _walked(xs: np.ndarray, ys: np.ndarray, begins: Sequence[int]) -> list[list[float]]:
    """Return for each curve the way from its first sample to every one."""
    dx, dy = np.diff(xs), np.diff(ys)
    chords = np.sqrt(dx * dx + dy * dy).tolist()  # unlike np.hypot, the same on every machine
    return [list(accumulate(chords[begin : end - 1], initial=0.0)) for begin, end in pairwise(begins)]


def _cells(rectangle: Rectangle) -> Sequence[int]:
    left, top, right, bottom = rectangle
    first, last = floor(left / CELL) * ROWS, floor(right / CELL) * ROWS
    upper, lower = floor(top / CELL), floor(bottom / CELL)
    if first == last:
        return range(first + upper, first + lower + 1)
    if upper == lower:
        return range(first + upper, last + upper + 1, ROWS)
    return [column + row for column in range(first, last + 1, ROWS) for row in range(upper, lower + 1)]


def _around(centre: Pair, size: Pair) -> Rectangle:
    (x, y), half_width, half_height = centre, size[0] / 2, size[1] / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def _wish(length: float, leaving: int, entering: int) -> float:
    """Return how far along a curve its label wants to stand."""
    if length > SHORT:
        return length - BESIDE if leaving >= entering else BESIDE
    return length * _middle(leaving, entering)


def _middle(leaving: int, entering: int) -> float:
    """Return the share of a curve before its label, by the number of edges at either end: where they stand apart."""
    return 0.5 + 0.25 * (leaving - entering) / (leaving + entering)


def _best(
    index: int,
    curve: Sequence[float],
    walked: Sequence[float],
    first: float,
    wish: float,
    size: Pair,
    surroundings: _Surroundings,
    turns: int,
) -> Pair:
    """Return the cheapest place after the first: overlaps weigh most, then curves covered, then the way to the wish."""
    length = walked[-1]
    step = max(STEP, (length - first) / TRIES)
    half_width, half_height = size[0] / 2 + PADDING, size[1] / 2 + PADDING
    best: Pair | None = None
    cheapest = inf
    hurried = turns < 2 * TRIES
    for turn in range(2 * TRIES + 2):
        way = (turn + 1) // 2 * step
        if way >= cheapest or (turn >= turns and (cheapest < OVERLAP or not surroundings.patience)):
            break
        surroundings.patience -= turn >= turns
        where = wish + way if turn % 2 else wish - way
        if not first < where < length:
            continue
        x, y = centre = _reached(curve, walked, where, surroundings.pieces)
        rectangle = x - half_width, y - half_height, x + half_width, y + half_height
        cells = _cells(rectangle)
        shared = surroundings.overlap(rectangle, cells)
        cost = way + OVERLAP * shared
        if cost < cheapest and not (shared and hurried):
            cost += COVERED * surroundings.covered(rectangle, cells, index)
        if cost < cheapest:
            best, cheapest = centre, cost
    return best or _reached(curve, walked, wish, surroundings.pieces)


def _reached(curve: Sequence[float], walked: Sequence[float], where: float, pieces: int) -> Pair:
    """Return the point of a curve that far along it, given the way walked to each of its samples."""
    chord = bisect_right(walked, where, 1, len(walked) - 1) - 1
    begin = walked[chord]
    span = walked[chord + 1] - begin
    piece, sample = divmod(chord, pieces)
    return point(curve, piece, (sample + ((where - begin) / span if span else 0.0)) / pieces)
