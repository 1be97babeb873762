"""Curves: columns, ports and lanes turn an ordered and placed layered graph into boxes and cubic Béziers.

Everything here speaks of *along* (across the columns, the direction the edges flow) and *across* (within a column).
A bend of a long edge stands for a straight lane through its column, clear of the boxes there; all climbing happens in
the gaps between columns, where there are no boxes: so no curve can pass through a box.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def ports(layers: Layers, edges: Edges, sizes: Sequence[Pair], place: Sequence[float]) -> Ports:
    """Spread the edges over the sides of their boxes, in the order in which they lead away.

    The one edge that leads straight on keeps the middle of the side, the others stand around it at equal distances.

    Examples
    --------
    >>> from advis.films.layers import proper
    >>> edges = [(0, 1), (0, 2)]
    >>> ports(proper([0, 1, 1], edges), edges, [(80, 60)] * 3, [0, 0, 90])
    Ports(leave=[0.0, 21.0], enter=[0.0, 90.0])
    """
    leave = [place[source] for source, _ in edges]
    enter = [place[target] for _, target in edges]
    leaving: list[list[int]] = [[] for _ in range(layers.count)]
    entering: list[list[int]] = [[] for _ in range(layers.count)]
    for index, path in enumerate(layers.paths):
        if path:
            leaving[path[0]].append(index)
            entering[path[-1]].append(index)
    for node in range(layers.count):
        half = sizes[node][1] / 2
        for side, ends, at in ((leaving[node], leave, 1), (entering[node], enter, -2)):
            side.sort(key=lambda edge: (place[layers.paths[edge][at]], edge))
            away = [place[layers.paths[edge][at]] - place[node] for edge in side]
            for edge, offset in zip(side, _offsets(away, half), strict=True):
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
    for edge, path in enumerate(layers.paths):
        if len(path) < 3:
            continue
        first = 2
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


def curve(stops: Sequence[Pair]) -> tuple[float, ...]:
    """Return cubic Béziers with level ends through the stops; a level piece and the next one on its height are joined.

    Examples
    --------
    >>> curve([(0.0, 0.0), (40.0, 0.0), (60.0, 0.0), (100.0, 30.0)])
    (0.0, 0.0, 20.0, 0.0, 40.0, 0.0, 60.0, 0.0, 80.0, 0.0, 80.0, 30.0, 100.0, 30.0)
    """
    kept: list[Pair] = []
    for stop in stops:
        if kept and stop[0] - kept[-1][0] < EVEN and abs(stop[1] - kept[-1][1]) < EVEN:
            continue
        if len(kept) > 1 and abs(kept[-2][1] - kept[-1][1]) < EVEN and abs(kept[-1][1] - stop[1]) < EVEN:
            kept.pop()
        kept.append(stop)
    numbers = list(kept[0])
    for (x0, y0), (x1, y1) in pairwise(kept):
        level = abs(y1 - y0) < EVEN
        first, second = (x0 + (x1 - x0) / 3, x1 - (x1 - x0) / 3) if level else ((x0 + x1) / 2, (x0 + x1) / 2)
        numbers += (first, y0, second, y1, x1, y1)
    return tuple(numbers)


def stops(
    layers: Layers,
    edges: Edges,
    sizes: Sequence[Pair],
    rank: Sequence[int],
    place: Sequence[float],
    begin: Sequence[float],
    cols: Columns,
    at: Ports,
    lane: float,
) -> list[list[Pair]]:
    """Return for every edge the points it passes level: its ports, and both ends of its lane in every column.

    Edges without a path (see `layers.proper`) run beyond all boxes, one lane for all edges of a source.
    """
    edge_of_all = max((place[node] + sizes[node][1] / 2 for node in range(layers.count)), default=0.0)
    outer: dict[int, float] = {}
    lines: list[list[Pair]] = []
    for index, (source, target) in enumerate(edges):
        line = [(begin[source] + sizes[source][0], at.leave[index]), (cols.ends[rank[source]], at.leave[index])]
        path = layers.paths[index]
        for level, node in enumerate(path[1:-1], rank[source] + 1):
            line += [(cols.starts[level], place[node]), (cols.ends[level], place[node])]
        if not path:
            height = outer.setdefault(source, edge_of_all + lane * (len(outer) + 1))
            line += [(cols.starts[rank[source] + 1], height), (cols.ends[rank[target] - 1], height)]
        line += [(cols.starts[rank[target]], at.enter[index]), (begin[target], at.enter[index])]
        lines.append(line)
    return lines
