"""Curves: columns, ports and lanes turn an ordered and placed layered graph into boxes and cubic Béziers.

Everything here speaks of *along* (across the columns, the direction the edges flow) and *across* (within a column).
A bend of a long edge stands for a straight lane through its column, clear of the boxes there; all climbing happens in
the gaps between columns, where there are no boxes: so no curve can pass through a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from advis.films.coordinates import EVEN, Spacing
from advis.films.layers import Layers

PORT_GAP = 22.0  # between two edges at one side of a box, if its side is long enough
PORT_MARGIN = 9.0  # from the corner of a box to its first port
STEEP = 3.5  # an edge may climb this many times the width of its gap before the gap grows ...
GROWTH = 1.5  # ... to at most this many times its width
REACH = 60.0  # how far a lane shifts to end level with its port

Edges = Sequence[tuple[int, int]]
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column begins and ends along the flow."""

    starts: list[float]
    ends: list[float]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each edge leaves its source and enters its target, across the flow."""

    leave: list[float]
    enter: list[float]


def columns(layers: Layers, sizes: Sequence[Pair], place: Sequence[float], gaps: Sequence[float]) -> Columns:
    """Return the columns; a gap grows where an edge climbs steeply through it.

    Examples
    --------
    >>> from advis.films.layers import proper
    >>> columns(proper([0, 1], [(0, 1)]), [(20, 10), (20, 10)], [0, 0], [50])
    Columns(starts=[0.0, 70.0], ends=[20.0, 90.0])
    """
    starts: list[float] = []
    ends: list[float] = []
    cursor = 0.0
    for index, row in enumerate(layers.rows):
        starts.append(cursor)
        cursor += max((sizes[node][0] for node in row if node < layers.count), default=0.0)
        ends.append(cursor)
        if index < len(gaps):
            climb = max((abs(place[other] - place[node]) for node in row for other in layers.after[node]), default=0.0)
            cursor += max(gaps[index], min(climb / STEEP, GROWTH * gaps[index]))
    return Columns(starts, ends)


def box_starts(layers: Layers, sizes: Sequence[Pair], cols: Columns) -> list[float]:
    """Return where each box begins along the flow: sources late in their column, sinks early, others amid."""
    begin = [0.0] * layers.count
    for index, row in enumerate(layers.rows):
        for node in row:
            if node < layers.count:
                free = cols.ends[index] - cols.starts[index] - sizes[node][0]
                share = 1.0 if not layers.before[node] else 0.0 if not layers.after[node] else 0.5
                begin[node] = cols.starts[index] + share * free
    return begin


def ports(
    layers: Layers, edges: Edges, sizes: Sequence[Pair], place: Sequence[float], beside: Mapping[int, float]
) -> Ports:
    """Spread the edges over the sides of their boxes, in the order in which they lead away.

    The one edge that leads straight on keeps the middle of the side, the others stand around it at equal distances.
    Edges without a path lead to the line of their source (see `lines_beside`).

    Examples
    --------
    >>> from advis.films.layers import proper
    >>> edges = [(0, 1), (0, 2)]
    >>> ports(proper([0, 1, 1], edges), edges, [(80, 60)] * 3, [0.0, 0.0, 90.0], {})
    Ports(leave=[0.0, 21.0], enter=[0.0, 90.0])
    """
    leave = [place[source] for source, _ in edges]
    enter = [place[target] for _, target in edges]
    paths = layers.paths
    leaving: list[list[int]] = [[] for _ in range(layers.count)]
    entering: list[list[int]] = [[] for _ in range(layers.count)]
    for index, (source, target) in enumerate(edges):
        leaving[source].append(index)
        entering[target].append(index)
    for node in range(layers.count):
        half = sizes[node][1] / 2
        for side, ends, at in ((leaving[node], leave, 1), (entering[node], enter, -2)):
            if len(side) < 2:
                continue  # it keeps the middle
            goal = {edge: place[paths[edge][at]] if paths[edge] else beside[edges[edge][0]] for edge in side}
            side.sort(key=goal.__getitem__)
            heads = list(range(len(side)))
            if at > 0:  # what leaves by the same bend, or to the same line, leaves from one port
                ahead = [paths[edge][at] if paths[edge] else layers.size for edge in side]
                heads = [k for k in heads if not k or ahead[k] < layers.count or ahead[k] != ahead[k - 1]]
            offsets = _offsets([goal[side[head]] - place[node] for head in heads], half)
            for head, end, offset in zip(heads, [*heads[1:], len(side)], offsets, strict=True):
                for edge in side[head:end]:
                    ends[edge] = place[node] + offset
    return Ports(leave, enter)


def _offsets(away: Sequence[float], half: float) -> list[float]:
    """Return the ports of one side, from its middle, for edges that lead to the given sorted heights."""
    last = len(away) - 1
    straight = [index for index, height in enumerate(away) if abs(height) <= EVEN]
    centre = straight[0] if len(straight) == 1 else last / 2
    reach = max(centre, last - centre)
    step = min(PORT_GAP, max(0.0, half - min(PORT_MARGIN, half / 2)) / reach) if reach else 0.0
    return [(index - centre) * step for index in range(last + 1)]


def level_lanes(layers: Layers, spacing: Spacing, place: list[float], at: Ports) -> None:
    """Shift straight runs of bends so that they end level with their port, where their neighbours leave room."""
    neighbours: dict[int, tuple[int, int]] = {}
    for row in layers.rows:
        for index, node in enumerate(row):
            if node >= layers.count:
                below = row[index + 1] if index + 1 < len(row) else -1
                neighbours[node] = (row[index - 1] if index else -1, below)
    for edge in _trunks(layers).values():
        path, first = layers.paths[edge], 2
        while first < len(path) - 1 and abs(place[path[first]] - place[path[1]]) <= EVEN:
            first += 1
        last = len(path) - 3
        while last > 0 and abs(place[path[last]] - place[path[-2]]) <= EVEN:
            last -= 1
        for run, goal in ((path[last + 1 : -1], at.enter[edge]), (path[1:first], at.leave[edge])):
            if abs(goal - place[run[0]]) <= REACH and all(
                (above < 0 or goal - place[above] >= spacing.between(above, node))
                and (below < 0 or place[below] - goal >= spacing.between(node, below))
                for node in run
                for above, below in (neighbours[node],)
            ):
                for node in run:
                    place[node] = goal


def _trunks(layers: Layers) -> dict[int, int]:
    """Return for each bend next to a source the edge that passes it; of those that share it, the longest."""
    longest: dict[int, int] = {}
    for edge, path in enumerate(layers.paths):
        if len(path) > 2 and len(path) > len(layers.paths[longest.setdefault(path[1], edge)]):
            longest[path[1]] = edge
    return longest


def curve(stops: Sequence[Pair]) -> tuple[float, ...]:
    """Return cubic Béziers with level ends through the stops; a level piece and the next one on its height are joined.

    Examples
    --------
    >>> curve([(0.0, 0.0), (40.0, 0.0), (60.0, 0.0), (100.0, 30.0)])
    (0.0, 0.0, 20.0, 0.0, 40.0, 0.0, 60.0, 0.0, 80.0, 0.0, 80.0, 30.0, 100.0, 30.0)
    """
    kept: list[Pair] = []
    _extend(kept, stops)
    return (*kept[0], *_pieces(kept))


def _extend(kept: list[Pair], stops: Sequence[Pair]) -> None:
    """Add stops to those that a curve keeps; only the last one of these may have to go."""
    for stop in stops:
        if kept and abs(kept[-1][1] - stop[1]) < EVEN:
            if stop[0] - kept[-1][0] < EVEN:
                continue
            if len(kept) > 1 and abs(kept[-2][1] - kept[-1][1]) < EVEN:
                kept.pop()
        kept.append(stop)


def _pieces(kept: Sequence[Pair]) -> list[float]:
    """Return the numbers of the cubic pieces from each stop to the next."""
    numbers: list[float] = []
    for (x0, y0), (x1, y1) in pairwise(kept):
        if abs(y1 - y0) < EVEN:
            third = (x1 - x0) / 3
            numbers += (x0 + third, y0, x1 - third, y1, x1, y1)
        else:
            middle = (x0 + x1) / 2
            numbers += (middle, y0, middle, y1, x1, y1)
    return numbers


@dataclass(frozen=True, slots=True)
class _Trunk:
    """The way of a long edge through the ranks that it passes, for all edges that share it.

    ``kept`` are the stops of its curve and ``numbers`` the pieces between them. After each rank there are ``counts``
    of these stops, of which the last one stands at ``lasts``.
    """

    kept: list[Pair]
    numbers: list[float]
    counts: list[int]
    lasts: list[Pair]

    def to(self, rank: int, ending: Sequence[Pair]) -> tuple[float, ...]:
        """Return the curve that leaves it after so many ranks, through further stops."""
        before = self.counts[rank - 1] - 2
        rest = [*self.kept[max(0, before) : before + 1], self.lasts[rank - 1]]
        _extend(rest, ending)
        return (*self.kept[0], *self.numbers[: 6 * max(0, before)], *_pieces(rest))


def routes(
    layers: Layers,
    edges: Edges,
    sizes: Sequence[Pair],
    rank: Sequence[int],
    place: Sequence[float],
    begin: Sequence[float],
    cols: Columns,
    at: Ports,
    beside: Mapping[int, float],
) -> list[tuple[float, ...]]:
    """Return the curve of every edge. It passes level its ports and, at its lane's height, all columns on the way.

    Edges without a path (see `layers.proper`) run in the line of their source, beside the boxes.
    """

    def start(edge: int) -> tuple[Pair, Pair]:
        source, height = edges[edge][0], at.leave[edge]
        return (begin[source] + sizes[source][0], height), (cols.ends[rank[source]], height)

    def trunk(edge: int) -> _Trunk:
        kept: list[Pair] = []
        _extend(kept, start(edge))
        counts, lasts = [], []
        for level, node in enumerate(layers.paths[edge][1:-1], rank[edges[edge][0]] + 1):
            _extend(kept, [(cols.starts[level], place[node]), (cols.ends[level], place[node])])
            counts.append(len(kept))
            lasts.append(kept[-1])
        return _Trunk(kept, _pieces(kept), counts, lasts)

    def line(edge: int) -> _Trunk:
        source = edges[edge][0]
        kept: list[Pair] = []
        _extend(kept, [*start(edge), (cols.starts[rank[source] + 1], beside[source])])
        return _Trunk(kept, _pieces(kept), [len(kept)], [kept[-1]])

    trunks = {bend: trunk(edge) for bend, edge in _trunks(layers).items()}
    lines: dict[int, _Trunk] = {}
    curves = []
    for index, (source, target) in enumerate(edges):
        path = layers.paths[index]
        ending = (cols.starts[rank[target]], at.enter[index]), (begin[target], at.enter[index])
        if len(path) > 2:
            curves.append(trunks[path[1]].to(len(path) - 2, ending))
            continue
        if not path:
            if source not in lines:
                lines[source] = line(index)
            curves.append(lines[source].to(1, [(cols.ends[rank[target] - 1], beside[source]), *ending]))
        else:
            curves.append(curve([*start(index), *ending]))
    return curves


def lines_beside(
    layers: Layers, edges: Edges, rank: Sequence[int], place: Sequence[float], heights: Sequence[float], lane: float
) -> dict[int, float]:
    """Return for each source of edges without a path the height of its line, above all boxes and bends or below them.

    It runs in the first lane that is free from there to its last target, on the side where its edges are shorter.
    """
    joined: dict[int, list[int]] = {}
    for (source, target), path in zip(edges, layers.paths, strict=True):
        if not path:
            joined.setdefault(source, []).append(target)
    if not joined:
        return {}
    until = {source: max(rank[target] for target in targets) for source, targets in joined.items()}
    sides = (
        (min(centre - height / 2 for centre, height in zip(place, heights, strict=True)), -lane),
        (max(centre + height / 2 for centre, height in zip(place, heights, strict=True)), lane),
    )
    free: tuple[list[int], list[int]] = [], []  # from which rank on each lane is
    beside: dict[int, float] = {}
    for source in sorted(joined, key=lambda node: (rank[node], -until[node], node)):
        ends = [place[source], *(place[target] for target in joined[source])]
        numbers = [_first_free(lanes, rank[source]) for lanes in free]
        both = [border + step * (1 + k) for (border, step), k in zip(sides, numbers, strict=True)]
        ways = [sum(abs(height - end) for end in ends) for height in both]
        side = ways.index(min(ways))
        beside[source] = both[side]
        free[side][numbers[side] : numbers[side] + 1] = [until[source]]
    return beside


def _first_free(lanes: Sequence[int], rank: int) -> int:
    """The first lane that is free from a rank on, or the next one."""
    return next((k for k, begin in enumerate(lanes) if begin <= rank), len(lanes))
