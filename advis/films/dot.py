"""Dot: the same interface as `advis.films.layout.layered`, with positions from Graphviz.

Only positions are taken from `dot`: the boxes have fixed sizes, so nothing depends on the fonts it finds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from advis.films.labels import place_labels
from advis.films.layout import LABEL_MARGIN, LAYER_GAP, NODE_GAP, Layout, check

INCH = 72.0

Pair = tuple[float, float]


def dot_layout(
    sizes: Sequence[Pair],
    edges: Sequence[tuple[int, int]],
    *,
    labels: Sequence[Pair] | None = None,
    direction: str = "right",
) -> Layout:
    """Return the drawing that Graphviz' ``dot`` makes of an acyclic graph.

    Parameters
    ----------
    sizes, edges, labels, direction
        As for `advis.films.layout.layered`.

    Returns
    -------
    Layout
        The same form as from `advis.films.layout.layered`; numbers differ between versions of Graphviz.

    Raises
    ------
    ValueError
        If an argument is malformed, the graph has a cycle, or there is no ``dot`` to ask.

    Notes
    -----
    E. R. Gansner, E. Koutsofios, S. C. North and K.-P. Vo, "A technique for drawing directed graphs", IEEE
    Transactions on Software Engineering 19(3), 1993.
    """
    check("dot_layout", sizes, edges, labels, direction)
    if not sizes:
        return Layout(0.0, 0.0, (), (), ())
    side = 0 if direction == "right" else 1
    room = max((label[side] + 2 * LABEL_MARGIN for label in labels or ()), default=0.0)
    answer = _ask(sizes, edges, direction, max(LAYER_GAP, room))
    left, bottom, right, top = (float(number) for number in answer["bb"].split(","))
    boxes: list[Pair] = [(0.0, 0.0)] * len(sizes)
    for node in answer["objects"]:
        x, y = (float(number) for number in node["pos"].split(","))
        width, height = sizes[int(node["name"])]
        boxes[int(node["name"])] = (round(x - left - width / 2, 1), round(top - y - height / 2, 1))
    curves: list[tuple[float, ...]] = [()] * len(edges)
    for edge in answer.get("edges", ()):
        points = [tuple(map(float, point.split(","))) for point in edge["pos"].split()]
        curves[int(edge["id"])] = tuple(c for x, y in points for c in (round(x - left, 1), round(top - y, 1)))
    label_sizes = labels if labels is not None else [(0.0, 0.0)] * len(edges)
    centres = place_labels(boxes, sizes, edges, curves, label_sizes)
    rounded = tuple((round(x, 1), round(y, 1)) for x, y in centres)
    return Layout(round(right - left, 1), round(top - bottom, 1), tuple(boxes), tuple(curves), rounded)


def _ask(sizes: Sequence[Pair], edges: Sequence[tuple[int, int]], direction: str, layer_gap: float) -> Any:
    """Return dot's answer as the dictionary its JSON describes; edges are recognised by their id."""
    try:
        import graphviz
    except ImportError:
        raise ValueError(_missing("the Python package graphviz", "pip install graphviz")) from None
    graph = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR" if direction == "right" else "TB",
            "ranksep": f"{layer_gap / INCH:.4f}",
            "nodesep": f"{NODE_GAP / INCH:.4f}",
        },
        node_attr={"shape": "box", "fixedsize": "true", "label": "", "margin": "0"},
        edge_attr={"arrowhead": "none"},
    )
    for node, (width, height) in enumerate(sizes):
        graph.node(str(node), width=f"{width / INCH:.4f}", height=f"{height / INCH:.4f}")
    for index, (source, target) in enumerate(edges):
        graph.edge(str(source), str(target), id=str(index))
    try:
        return json.loads(graph.pipe(format="json"))
    except graphviz.ExecutableNotFound:
        raise ValueError(_missing("the program dot", "apt install graphviz (or brew, conda, winget)")) from None


def _missing(what: str, how: str) -> str:
    return f'dot_layout: {what} is missing; install it ({how}) or use engine="layered", which needs nothing'
