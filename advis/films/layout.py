"""Layout: positions for the boxes, edges and labels of a directed acyclic graph, without any outside program.

`layered` draws in the manner of Sugiyama: `ranks` gives every box a column, `layers` orders the columns,
`coordinates` places the boxes within them, `curves` routes the edges and `labels` puts text on them.
`advis.films.dot.dot_layout` has the same form and takes its positions from Graphviz.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from math import inf, sqrt

import numpy as np

from advis.films.coordinates import Spacing, places
from advis.films.curves import box_starts, columns, level_lanes, lines_beside, ports, routes
from advis.films.labels import place_labels
from advis.films.layers import Layers, crowded, proper, reduce_crossings
from advis.films.ranks import later, ranks, topological

Pair = tuple[float, float]
Edges = Sequence[tuple[int, int]]

LAYER_GAP = 64.0
NODE_GAP = 30.0
LANE = 10.0  # height of the lane of a long edge
LANE_GAP = 12.0
LABEL_MARGIN = 12.0  # on either side of a label that stands in a gap
PLANE_GAP = 64.0
PART_GAP = 48.0  # between unconnected parts


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the parts of a drawing; x grows to the right, y downwards.

    Attributes
    ----------
    width, height : float
        Size of the drawing, whose top-left corner is the origin.
    boxes : tuple of (x, y)
        The top-left corner of each box.
    curves : tuple of tuple of float
        For each edge x0, y0, then c1x, c1y, c2x, c2y, x, y for each cubic Bézier piece, from the border of the
        source box to that of the target box.
    labels : tuple of (x, y)
        The centre of each edge's label, a point of its curve.
    """

    width: float
    height: float
    boxes: tuple[Pair, ...]
    curves: tuple[tuple[float, ...], ...]
    labels: tuple[Pair, ...]


@dataclass(slots=True)
class Drawing:
    """Boxes and curves of one connected part, along and across the flow."""

    along: float
    across: float
    boxes: list[Pair]
    curves: list[tuple[float, ...]]


def layered(
    sizes: Sequence[Pair],
    edges: Edges,
    *,
    labels: Sequence[Pair] | None = None,
    direction: str = "right",
    layer_gap: float = LAYER_GAP,
    node_gap: float = NODE_GAP,
    planes: Sequence[int] | None = None,
) -> Layout:
    """Return a layered drawing of an acyclic graph; the same input always gives the same drawing.

    After K. Sugiyama, S. Tagawa and M. Toda (1981); the modules that hold the steps name their sources.

    Parameters
    ----------
    sizes : sequence of (width, height)
        The size of each box.
    edges : sequence of (source, target)
        Indices of boxes; the same pair may occur several times and is drawn as often.
    labels : sequence of (width, height), optional
        The room each edge's label takes; without it labels need none.
    direction : {"right", "down"}
        Where the edges lead.
    layer_gap, node_gap : float
        The least room between columns, and between boxes of a column.
    planes : sequence of int, optional
        Of each box; those of a higher number stand beyond all those of a lower one, across the flow, if the graph is
        connected.

    Returns
    -------
    Layout
        Numbers are rounded to a tenth.

    Raises
    ------
    ValueError
        If an argument is malformed or the graph has a cycle.

    Examples
    --------
    >>> layered([(40, 20), (40, 20)], [(0, 1)])
    Layout(width=144.0, height=20.0, boxes=((0.0, 0.0), (104.0, 0.0)), \
curves=((40.0, 10.0, 61.3, 10.0, 82.7, 10.0, 104.0, 10.0),), labels=((72.0, 10.0),))
    """
    check("layered", sizes, edges, labels, direction)
    turned = direction == "down"
    flow_sizes = [(height, width) if turned else (width, height) for width, height in sizes]
    room = [label[1 if turned else 0] for label in labels] if labels is not None else [0.0] * len(edges)
    parts = _parts(len(sizes), edges)
    drawings = [
        _draw(
            [flow_sizes[node] for node in nodes],
            _renumbered(nodes, [edges[member] for member in members]),
            [room[member] for member in members],
            layer_gap,
            node_gap,
            [planes[node] for node in nodes] if planes is not None else [],
        )
        for nodes, members in parts
    ]
    width, height, boxes, curves = _assembled(parts, drawings, turned)
    centres = place_labels(boxes, sizes, edges, curves, [(0.0, 0.0)] * len(edges) if labels is None else labels)
    middles = _tenths(np.array(centres).reshape(-1, 2)).tolist()
    return Layout(width, height, tuple(boxes), tuple(curves), tuple(map(tuple, middles)))


def check(name: str, sizes: Sequence[Pair], edges: Edges, labels: Sequence[Pair] | None, direction: str) -> None:
    """Raise ValueError, naming the function and the argument, unless these arguments can be drawn.

    Examples
    --------
    >>> check("layered", [(10, 10)], [(0, 1)], None, "right")
    Traceback (most recent call last):
    ...
    ValueError: layered: edges[0] = (0, 1) names a box outside 0..0; use indices into sizes
    """
    if direction not in ("right", "down"):
        raise ValueError(f'{name}: direction = {direction!r} is unknown; use "right" or "down"')
    for argument, pairs in (("sizes", sizes), ("labels", labels or ())):
        for index, pair in enumerate(pairs):
            if len(pair) != 2 or not (0 <= pair[0] < inf and 0 <= pair[1] < inf):
                raise ValueError(f"{name}: {argument}[{index}] = {pair!r} is no size; use (width, height), both >= 0")
    for index, (source, target) in enumerate(edges):
        if not (0 <= source < len(sizes) and 0 <= target < len(sizes)):
            raise ValueError(
                f"{name}: edges[{index}] = {(source, target)} names a box outside 0..{len(sizes) - 1}; "
                "use indices into sizes"
            )
    if labels is not None and len(labels) != len(edges):
        raise ValueError(f"{name}: {len(labels)} labels for {len(edges)} edges; give one size per edge, or None")
    cycle = _cycle(len(sizes), edges)
    if cycle:
        steps = " -> ".join(map(str, cycle))
        raise ValueError(f"{name}: edges hold the cycle {steps}; remove an edge, only acyclic graphs are drawn")


def _cycle(count: int, edges: Edges) -> list[int]:
    """Return the nodes of a cycle, the first one again at the end, or nothing."""
    free = set(topological(count, edges))
    if len(free) == count:
        return []
    back = {target: source for source, target in edges if source not in free and target not in free}
    node = min(back)
    trail: list[int] = []
    seen: set[int] = set()
    while node not in seen:
        seen.add(node)
        trail.append(node)
        node = back[node]
    loop = trail[trail.index(node) :]
    return [node, *reversed(loop)]


def _parts(count: int, edges: Edges) -> list[tuple[list[int], list[int]]]:
    """Return the nodes and edges of each connected part, parts in the order of their first node."""
    leader = list(range(count))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for source, target in edges:
        first, second = find(source), find(target)
        if first != second:
            leader[max(first, second)] = min(first, second)
    if not any(map(find, range(count))):
        return [(list(range(count)), list(range(len(edges))))] if count else []
    parts: dict[int, tuple[list[int], list[int]]] = {}
    for node in range(count):
        parts.setdefault(find(node), ([], []))[0].append(node)
    for index, (source, _) in enumerate(edges):
        parts[find(source)][1].append(index)
    return list(parts.values())


def _renumbered(nodes: Sequence[int], edges: Edges) -> list[tuple[int, int]]:
    """Return the edges in terms of positions in nodes."""
    number = {node: index for index, node in enumerate(nodes)}
    return [(number[source], number[target]) for source, target in edges]


def _draw(
    sizes: Sequence[Pair],
    edges: Edges,
    label_room: Sequence[float],
    layer_gap: float,
    node_gap: float,
    planes: Sequence[int],
) -> Drawing:
    """Draw one connected part, flowing along the first axis."""
    heights = [across + node_gap for _, across in sizes]
    rank = ranks(len(sizes), edges, heights)
    if crowded(rank, edges):
        rank = later(rank, edges, heights)
    layers = ordered(tuple(rank), tuple(edges))
    layers = replace(layers, rows=[list(row) for row in layers.rows])
    every = _planes_of_all(layers, planes)
    for row in layers.rows if planes else []:
        row.sort(key=every.__getitem__)  # inside each plane the order stays
    across = [size[1] for size in sizes] + [LANE] * (layers.size - len(sizes))
    spacing = Spacing(across, len(sizes), node_gap, LANE_GAP)
    place = places(layers, spacing)
    if planes:
        _part(place, across, every)
    beside = lines_beside(layers, edges, rank, place, across, LANE + LANE_GAP)
    at = ports(layers, edges, sizes, place, beside)
    level_lanes(layers, spacing, place, at)
    gaps = [layer_gap] * max(0, len(layers.rows) - 1)
    for (source, target), room in zip(edges, label_room, strict=True):
        for gap in {rank[source], rank[target] - 1}:
            gaps[gap] = max(gaps[gap], room + 2 * LABEL_MARGIN)
    cols = columns(layers, sizes, place, gaps)
    begin = box_starts(layers, sizes, cols)
    curves = routes(layers, edges, sizes, rank, place, begin, cols, at, beside)
    boxes = [(begin[node], place[node] - sizes[node][1] / 2) for node in range(len(sizes))]
    return _from_origin(sizes, boxes, curves)


@lru_cache(maxsize=64)
def ordered(rank: tuple[int, ...], edges: tuple[tuple[int, int], ...]) -> Layers:
    """Return the layers of a graph with few crossings, which depend on no size: all films of a tape share them.

    Examples
    --------
    >>> ordered((0, 0, 1, 1), ((0, 3), (1, 2))).rows
    [[0, 1], [3, 2]]
    """
    layers = proper(rank, edges)
    reduce_crossings(layers)
    return layers


def _planes_of_all(layers: Layers, planes: Sequence[int]) -> list[int]:
    """The plane of every node; a long edge bends in that of its target."""
    every = [*planes, *[0] * (layers.size - len(planes))]
    for path in layers.paths if planes else []:
        for bend in path[1:-1]:
            every[bend] = planes[path[-1]]
    return every


def _part(place: list[float], across: Sequence[float], planes: Sequence[int]) -> None:
    """Move each plane as a whole, so that it begins where those before it have ended."""
    reached = 0.0
    for number, plane in enumerate(sorted(set(planes))):
        nodes = [node for node, own in enumerate(planes) if own == plane]
        begins = min(place[node] - across[node] / 2 for node in nodes)
        shift = reached + PLANE_GAP - begins if number else 0.0
        for node in nodes:
            place[node] += shift
        reached = max(place[node] + across[node] / 2 for node in nodes)


def _from_origin(sizes: Sequence[Pair], boxes: Sequence[Pair], curves: Sequence[tuple[float, ...]]) -> Drawing:
    """Return the drawing moved so that it starts at the origin, its numbers rounded to tenths."""
    points = np.fromiter(chain.from_iterable(curves), dtype=float).reshape(-1, 2)
    left = min(x for x, _ in boxes)
    top = min([y for _, y in boxes] + points[:, 1:].min(axis=0, initial=inf).tolist())
    placed = [(round(x - left, 1), round(y - top, 1)) for x, y in boxes]
    drawn = _tenths(points - np.array([left, top]))
    along = max(x + width for (x, _), (width, _) in zip(placed, sizes, strict=True))
    across = max(
        [y + height for (_, y), (_, height) in zip(placed, sizes, strict=True)]
        + drawn[:, 1:].max(axis=0, initial=-inf).tolist()
    )
    return Drawing(round(along, 1), round(across, 1), placed, _parted(drawn, curves))


def _tenths(points: np.ndarray) -> np.ndarray:
    """Round to tenths, as Python does."""
    tenths = 10.0 * points
    rounded: np.ndarray = np.rint(tenths) / 10.0
    close = np.abs(tenths % 1.0 - 0.5) < 1e-6  # the product may be a tie where the number is none
    rounded[close] = [round(number, 1) for number in points[close].tolist()]
    return rounded


def _parted(points: np.ndarray, like: Sequence[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Return points, one curve after another, as curves of the same lengths as others."""
    flat = points.ravel().tolist()
    return [tuple(flat[start:end]) for start, end in pairwise(accumulate(map(len, like), initial=0))]


def _shifted(curves: Sequence[tuple[float, ...]], dx: float, dy: float, turned: bool) -> list[tuple[float, ...]]:
    """Return the curves shifted, their numbers rounded to tenths, x and y exchanged if turned."""
    if not (dx or dy or turned):
        return list(curves)
    points = np.fromiter(chain.from_iterable(curves), dtype=float).reshape(-1, 2)
    moved = _tenths(points + np.array([dx, dy]))
    return _parted(moved[:, ::-1] if turned else moved, curves)


def _shelves(drawings: Sequence[Drawing]) -> tuple[list[Pair], float, float]:
    """Stack the parts, several beside each other where they are short; return their corners and the whole size."""
    if not drawings:
        return [], 0.0, 0.0
    area = sum((drawing.along + PART_GAP) * (drawing.across + PART_GAP) for drawing in drawings)
    limit = max(max(drawing.along for drawing in drawings), 1.5 * sqrt(area))
    corners: list[Pair] = []
    x = y = shelf = along = across = 0.0
    for drawing in drawings:
        if x and x + drawing.along > limit:
            x, y, shelf = 0.0, y + shelf + PART_GAP, 0.0
        corners.append((round(x, 1), round(y, 1)))
        along, across = max(along, x + drawing.along), max(across, y + drawing.across)
        x, shelf = x + drawing.along + PART_GAP, max(shelf, drawing.across)
    return corners, along, across


def _assembled(
    parts: Sequence[tuple[list[int], list[int]]], drawings: Sequence[Drawing], turned: bool
) -> tuple[float, float, list[Pair], list[tuple[float, ...]]]:
    """Return width, height, boxes and curves of the whole, in the order of the caller."""
    boxes: dict[int, Pair] = {}
    curves: dict[int, tuple[float, ...]] = {}
    corners, along, across = _shelves(drawings)
    for (nodes, members), drawing, (dx, dy) in zip(parts, drawings, corners, strict=True):
        for node, (x, y) in zip(nodes, drawing.boxes, strict=True):
            boxes[node] = _turn(x + dx, y + dy, turned)
        curves.update(zip(members, _shifted(drawing.curves, dx, dy, turned), strict=True))
    width, height = _turn(along, across, turned)
    return width, height, [boxes[node] for node in sorted(boxes)], [curves[edge] for edge in sorted(curves)]


def _turn(along: float, across: float, turned: bool) -> Pair:
    """Return x and y of a point given along and across the flow."""
    along, across = round(along, 1), round(across, 1)
    return (across, along) if turned else (along, across)
