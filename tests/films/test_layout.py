"""The layered layout: nothing overlaps, edges and labels are where they belong, and the drawings are regular."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from itertools import pairwise
from math import hypot
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import layout_quality as quality
from tools import needs

from advis.films.dot import dot_layout
from advis.films.labels import sample
from advis.films.layers import crossings, proper, reduce_crossings
from advis.films.layout import Layout, layered
from advis.films.ranks import later, ranks
from advis.films.simplex import minimise

GALLERY = list(quality.GALLERY)


@cache
def draw(name: str, direction: str = "right") -> tuple[quality.Graph, Layout]:
    graph = quality.GALLERY[name]()
    return graph, layered(graph.sizes, graph.edges, labels=graph.labels, direction=direction)


def centre(layout: Layout, graph: quality.Graph, node: int) -> float:
    return layout.boxes[node][1] + graph.sizes[node][1] / 2


def assert_sound(graph: quality.Graph, layout: Layout, direction: str = "right") -> None:
    """No overlaps, no edge through a box, curves from border to border, everything inside the drawing."""
    assert quality.box_overlaps(layout, graph.sizes) == 0
    assert quality.edges_through_boxes(layout, graph.sizes) == 0
    axis = 0 if direction == "right" else 1
    for (source, target), curve in zip(graph.edges, layout.curves, strict=True):
        assert len(curve) % 6 == 2
        assert len(curve) >= 8
        for node, point, far in ((source, curve[:2], True), (target, curve[-2:], False)):
            corner, size = layout.boxes[node], graph.sizes[node]
            assert point[axis] == pytest.approx(corner[axis] + far * size[axis], abs=0.11)
            assert corner[1 - axis] - 0.11 <= point[1 - axis] <= corner[1 - axis] + size[1 - axis] + 0.11
        along = [point[axis] for point in sample(curve, 6)]
        assert along == sorted(along)
    for (x, y), (width, height) in zip(layout.boxes, graph.sizes, strict=True):
        assert x >= 0
        assert y >= 0
        assert x + width <= layout.width + 0.11
        assert y + height <= layout.height + 0.11
    for curve in layout.curves:
        assert all(-0.11 <= x <= layout.width + 0.11 for x in curve[::2])
        assert all(-0.11 <= y <= layout.height + 0.11 for y in curve[1::2])


def distance(point: tuple[float, float], curve: tuple[float, ...]) -> float:
    """Return how far a point is from a curve, taken as a fine polyline."""
    px, py = point
    nearest = float("inf")
    for (x0, y0), (x1, y1) in pairwise(sample(curve, 60)):
        dx, dy = x1 - x0, y1 - y0
        share = min(1.0, max(0.0, ((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy or 1.0)))
        nearest = min(nearest, hypot(x0 + share * dx - px, y0 + share * dy - py))
    return nearest


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", GALLERY)
def test_boxes_and_edges_keep_clear_of_each_other(name: str, direction: str) -> None:
    assert_sound(*draw(name, direction), direction)


@pytest.mark.parametrize("name", GALLERY)
def test_labels_stand_on_their_edges(name: str) -> None:
    _, layout = draw(name)
    for curve, label in zip(layout.curves, layout.labels, strict=True):
        assert distance(label, curve) < 0.5


@pytest.mark.parametrize("name", [name for name in GALLERY if not name.startswith("wild")])
def test_labels_are_free(name: str) -> None:
    graph, layout = draw(name)
    assert quality.label_overlaps(layout, graph.sizes, graph.labels) == 0


def test_few_labels_overlap_on_random_graphs() -> None:
    drawn = [draw(name) for name in GALLERY if name.startswith("wild")]
    overlaps = sum(quality.label_overlaps(layout, graph.sizes, graph.labels) for graph, layout in drawn)
    assert overlaps <= 0.01 * sum(len(graph.edges) for graph, _ in drawn)


def test_a_chain_is_straight() -> None:
    _, layout = draw("chain")
    assert {y for _, y in layout.boxes} == {0.0}
    assert all(len(set(curve[1::2])) == 1 for curve in layout.curves)


def test_a_fan_is_symmetric() -> None:
    graph, layout = draw("fan")
    middle = layout.height / 2
    heights = [centre(layout, graph, node) for node in range(1, 21)]
    assert centre(layout, graph, 0) == centre(layout, graph, 21) == middle
    assert [round(middle - y, 1) for y in heights] == [round(y - middle, 1) for y in reversed(heights)]
    for upper, lower in zip(layout.curves[:20], reversed(layout.curves[:20]), strict=True):
        if upper[1] < middle:
            assert [round(2 * middle - y, 1) for y in upper[1::2]] == [round(y, 1) for y in lower[1::2]]


def test_a_butterfly_is_regular() -> None:
    graph, layout = draw("butterfly")
    rows = {centre(layout, graph, node) for node in range(32)}
    assert len(rows) == 8
    assert len({round(b - a, 1) for a, b in zip(sorted(rows), sorted(rows)[1:], strict=False)}) == 1


def test_the_main_path_of_a_network_is_straight() -> None:
    graph, layout = draw("mlp")
    node, heights = 0, set()
    while node is not None:
        heights.add(centre(layout, graph, node))
        node = next((target for source, target in graph.edges if source == node), None)
    assert len(heights) == 1


def test_inputs_stand_in_their_order() -> None:
    graph, layout = draw("classic")
    assert centre(layout, graph, 0) < centre(layout, graph, 1)


def test_parallel_edges_are_two_curves() -> None:
    layout = layered([(80, 40)] * 2, [(0, 1), (0, 1)])
    assert layout.curves[0] != layout.curves[1]
    assert layout.curves[0][1] != layout.curves[1][1]
    assert layout.curves[0][-1] != layout.curves[1][-1]


def test_constants_stand_directly_before_their_use() -> None:
    graph, layout = draw("horner")
    for source, target in graph.edges:
        if graph.sizes[source] == quality.CONSTANT:
            assert layout.boxes[target][0] - layout.boxes[source][0] < quality.BOX[0] + quality.CONSTANT[0]


def test_nothing_gives_an_empty_layout() -> None:
    assert layered([], []) == Layout(0.0, 0.0, (), (), ())
    assert layered([(30, 20)], []) == Layout(30.0, 20.0, ((0.0, 0.0),), (), ())


def test_unconnected_parts_do_not_overlap() -> None:
    sizes = [(80.0, 40.0)] * 30
    layout = layered(sizes, [(0, 1), (1, 2), (3, 4), (3, 5)])
    assert quality.box_overlaps(layout, sizes) == 0
    assert layout.width < 20 * 80
    assert layout.height < 20 * 40


def test_wide_labels_widen_their_gap() -> None:
    sizes, edges = [(40.0, 20.0)] * 2, [(0, 1)]
    layout = layered(sizes, edges, labels=[(300.0, 20.0)])
    assert quality.label_overlaps(layout, sizes, [(300.0, 20.0)]) == 0


def test_gaps_are_kept() -> None:
    layout = layered([(40, 20)] * 3, [(0, 1), (0, 2)], layer_gap=100, node_gap=50)
    assert layout.boxes[1] == (140.0, 0.0)
    assert layout.boxes[2] == (140.0, 70.0)


def test_a_long_chain_needs_no_recursion() -> None:
    count = 5 * sys.getrecursionlimit()
    layout = layered([(10, 10)] * count, [(node, node + 1) for node in range(count - 1)])
    assert {y for _, y in layout.boxes} == {0.0}


def test_too_many_bends_run_outside_in_as_few_lanes_as_pass_one_place() -> None:
    count = 120
    graph = quality.Graph([(20.0, 10.0)] * count, [(node, node + 1) for node in range(count - 1)])
    graph.edges += [(node, node + 50) for node in range(count - 50)]
    paths = proper(list(range(count)), graph.edges).paths
    outside = [edge for edge, path in zip(graph.edges, paths, strict=True) if not path]
    assert outside
    layout = layered(graph.sizes, graph.edges)
    assert_sound(graph, layout)
    top, bottom = min(y for _, y in layout.boxes), max(y + 10.0 for _, y in layout.boxes)
    drawn = {edge: curve for edge, curve in zip(graph.edges, layout.curves, strict=True) if edge in outside}
    above = {edge: min(curve[1::2]) for edge, curve in drawn.items() if min(curve[1::2]) < top}
    below = {edge: max(curve[1::2]) for edge, curve in drawn.items() if max(curve[1::2]) > bottom}
    assert sorted([*above, *below]) == outside
    for heights in (above, below):
        most = max(sum(source < place < target for source, target in heights) for place in range(count))
        assert len(set(heights.values())) == most > 0


def test_of_many_edges_all_long_ones_run_beside_the_boxes_one_line_for_each_value() -> None:
    graph = quality.concatenating(60)
    layout = layered(graph.sizes, graph.edges, labels=graph.labels)
    assert_sound(graph, layout)
    assert len({y for _, y in layout.boxes}) == 1  # nothing stands between the boxes
    lines: dict[int, set[float]] = {}
    entering: dict[int, list[float]] = {}
    middle = layout.boxes[0][1] + quality.BOX[1] / 2
    for (source, target), curve in zip(graph.edges, layout.curves, strict=True):
        entering.setdefault(target, []).append(curve[-1])
        if target > source + 1:
            lines.setdefault(source, set()).add(max(curve[1::2], key=lambda y: abs(y - middle)))
    assert len(lines) > 50
    assert all(len(heights) == 1 for heights in lines.values())
    assert len(set().union(*lines.values())) == len(lines)
    assert quality.label_overlaps(layout, graph.sizes, graph.labels) < 0.01 * len(graph.edges)
    assert all(len(set(ends)) == len(ends) for ends in entering.values())  # every line has a port of its own


def test_where_bends_crowd_out_boxes_the_edges_of_a_source_share_a_trunk() -> None:
    """The weights of a recurrent network: one line along the whole chain, from which each step branches off."""
    graph = quality.Graph()
    weights, state = [graph.box(), graph.box()], graph.box()
    for _ in range(30):
        for weight in weights:
            state = graph.box(state, weight)
    layout = layered(graph.sizes, graph.edges, labels=graph.labels)
    assert_sound(graph, layout)
    assert quality.label_overlaps(layout, graph.sizes, graph.labels) == 0
    assert quality.crossings(layout) == 0
    for weight in weights:
        lines = [curve for (source, _), curve in zip(graph.edges, layout.curves, strict=True) if source == weight]
        assert len({curve[:2] for curve in lines}) <= 2  # the first use is next to it, all others leave as one
        assert len({curve[-2:] for curve in lines}) == len(lines)
    assert layout.height < 6 * quality.BOX[1]


def test_labels_stand_on_the_branches_of_a_trunk() -> None:
    """Horner's scheme: each step uses x, and what it contributes is not read from the line that all steps share."""
    graph = quality.Graph()
    x, total = graph.box(), graph.box()
    for _ in range(30):
        total = graph.box(graph.box(total, x))
    for direction in ("right", "down"):
        layout = layered(graph.sizes, graph.edges, labels=graph.labels, direction=direction)
        uses = [index for index, (source, _) in enumerate(graph.edges) if source == x]
        for use in uses:
            others = [layout.curves[other] for other in uses if other != use]
            assert min(distance(layout.labels[use], curve) for curve in others) > 5.0


def test_labels_stand_on_the_trunk_at_their_branch_where_a_fan_leaves_them_no_room() -> None:
    graph = quality.concatenating(20)
    labels = [(100.0, 22.0)] * len(graph.edges)
    layout = layered(graph.sizes, graph.edges, labels=labels)
    assert quality.label_overlaps(layout, graph.sizes, labels) <= 0.02 * len(graph.edges)
    for (source, target), curve, (x, _) in zip(graph.edges, layout.curves, layout.labels, strict=True):
        shared = [other for (begin, _), other in zip(graph.edges, layout.curves, strict=True) if begin == source]
        if any(other[-2] > curve[-2] and other[:2] == curve[:2] for other in shared):
            assert x > layout.boxes[target][0] - 3 * quality.BOX[0]


def test_what_hangs_on_a_trunk_stands_at_its_use() -> None:
    """The terms of a sum, two boxes each, wait at the trunk of x rather than in lanes of their own."""
    graph = quality.Graph()
    x = graph.box()
    graph.total([graph.box(graph.box(x, graph.constant())) for _ in range(60)])
    layout = layered(graph.sizes, graph.edges, labels=graph.labels)
    assert_sound(graph, layout)
    assert quality.crossings(layout) <= 2
    assert layout.height < 8 * quality.BOX[1]


def test_the_same_drawing_in_every_process() -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; import layout_quality as q; from advis.films.layout import layered\n"
        "g = q.wild(60, 7); print(layered(g.sizes, g.edges, labels=g.labels))"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, str(root), str(root / "tests" / "benchmarks")]
    answers = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(answers) == 1
    assert "Layout(" in answers.pop()


@st.composite
def graphs(draw_: st.DrawFn) -> quality.Graph:
    count = draw_(st.integers(1, 24))
    sizes = draw_(st.lists(st.tuples(st.integers(10, 180), st.integers(10, 80)), min_size=count, max_size=count))
    order = draw_(st.permutations(range(count)))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1])
    drawn = draw_(st.lists(pairs, max_size=50)) if count > 1 else []
    return quality.Graph([(float(w), float(h)) for w, h in sizes], [(order[min(p)], order[max(p)]) for p in drawn])


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(["right", "down"]))
def test_any_acyclic_graph_is_drawn_soundly(graph: quality.Graph, direction: str) -> None:
    layout = layered(graph.sizes, graph.edges, labels=graph.labels, direction=direction)
    assert_sound(graph, layout, direction)
    for curve, label in zip(layout.curves, layout.labels, strict=True):
        assert distance(label, curve) < 0.5


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_ranks_respect_the_edges_and_cannot_be_improved_by_moving_one_node(graph: quality.Graph) -> None:
    edges = [*graph.edges, *((node, len(graph.sizes)) for node in range(len(graph.sizes)))]  # connects the graph
    rank = ranks(len(graph.sizes) + 1, edges, [1.0] * (len(graph.sizes) + 1))
    assert min(rank) == 0
    assert all(rank[source] < rank[target] for source, target in edges)
    for node in range(len(rank)):
        for step in (-1, 1):
            moved = [place + step * (index == node) for index, place in enumerate(rank)]
            if all(moved[source] < moved[target] for source, target in edges):
                assert sum(moved[t] - moved[s] for s, t in edges) >= sum(rank[t] - rank[s] for s, t in edges)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_later_ranks_respect_the_edges_and_lengthen_neither_trunks_nor_columns(graph: quality.Graph) -> None:
    heights = [height for _, height in graph.sizes]
    rank = ranks(len(graph.sizes), graph.edges, heights)
    moved = later(rank, graph.edges, heights)

    def trunks(rank: list[int]) -> int:
        reach = {source: rank[source] for source, _ in graph.edges}
        for source, target in graph.edges:
            reach[source] = max(reach[source], rank[target])
        return sum(end - rank[source] for source, end in reach.items())

    def fullest(rank: list[int]) -> float:
        return max(sum(heights[node] for node, here in enumerate(rank) if here == column) for column in rank)

    assert all(moved[source] < moved[target] for source, target in graph.edges)
    assert set(moved) == set(range(max(moved) + 1))
    assert trunks(moved) <= trunks(rank)
    assert fullest(moved) <= fullest(rank)


def test_the_simplex_keeps_lengths_even_without_effort() -> None:
    edges, lengths = [(0, 1), (1, 2), (0, 2), (3, 2)], [1, 2, 5, 1]
    for effort in (0, 100):
        place = minimise([0, 4, 9, 0], edges, lengths, [1, 1, 1, 9], effort)
        assert all(place[t] - place[s] >= length for (s, t), length in zip(edges, lengths, strict=True))


def test_crossings_are_counted_and_removed() -> None:
    layers = proper([0, 0, 0, 1, 1, 1], [(0, 5), (1, 4), (2, 3)])
    assert crossings(layers) == 3
    reduce_crossings(layers)
    assert crossings(layers) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [(1, 1)], "edges": [(0, 1)]}, r"edges\[0\] = \(0, 1\) names a box outside 0\.\.0"),
        ({"sizes": [(1, 1)] * 3, "edges": [(0, 1), (1, 2), (2, 1)]}, r"cycle 1 -> 2 -> 1"),
        ({"sizes": [(1, 1)], "edges": [(0, 0)]}, r"cycle 0 -> 0"),
        ({"sizes": [(1, 1)], "edges": [], "direction": "up"}, r"direction = 'up' is unknown"),
        ({"sizes": [(1, -1)], "edges": []}, r"sizes\[0\] = \(1, -1\) is no size"),
        ({"sizes": [(1, 1)] * 2, "edges": [(0, 1)], "labels": []}, r"0 labels for 1 edges"),
    ],
)
@pytest.mark.parametrize("function", [layered, dot_layout])
def test_errors_name_the_argument_and_the_way_out(function, arguments, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=f"{function.__name__}: .*{message}.*(use|give|remove)"):
        function(**arguments)


@pytest.fixture
def dot() -> str:
    return needs("dot")


needs_dot = pytest.mark.usefixtures("dot")


@needs_dot
def test_dot_layout_has_the_same_form() -> None:
    graph = quality.classic()
    for direction in ("right", "down"):
        layout = dot_layout(graph.sizes, graph.edges, labels=graph.labels, direction=direction)
        assert len(layout.boxes) == 7
        assert len(layout.curves) == len(layout.labels) == len(graph.edges)
        assert quality.box_overlaps(layout, graph.sizes) == 0
        assert all(len(curve) % 6 == 2 for curve in layout.curves)
        for (source, target), curve in zip(graph.edges, layout.curves, strict=True):
            for node, (x, y) in ((source, curve[:2]), (target, curve[-2:])):
                assert layout.boxes[node][0] - 1 <= x <= layout.boxes[node][0] + graph.sizes[node][0] + 1
                assert layout.boxes[node][1] - 1 <= y <= layout.boxes[node][1] + graph.sizes[node][1] + 1


@needs_dot
def test_drawings_compare_well_with_dot() -> None:
    crossed, lengths = [], []
    for name in GALLERY:
        graph, ours = draw(name)
        dots = dot_layout(graph.sizes, graph.edges, labels=graph.labels)
        crossed.append((quality.crossings(ours) + 1) / (quality.crossings(dots) + 1))
        lengths.append(quality.total_length(ours) / quality.total_length(dots))
    assert median(crossed) <= 1.0
    assert median(lengths) <= 1.1


def test_without_dot_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match=r'dot_layout: .* is missing; install it \(.*\) or use engine="layered"'):
        dot_layout([(10, 10)], [])


def test_planes_stand_below_each_other():
    edges = [(0, 1), (1, 2), (0, 3), (1, 4), (3, 4), (2, 5), (4, 5)]
    planes = [0, 0, 0, 1, 1, 1]
    sizes = [(60.0, 30.0)] * 6
    placed = layered(sizes, edges, planes=planes)
    upper = [y for (_, y), plane in zip(placed.boxes, planes, strict=True) if plane == 0]
    lower = [y for (_, y), plane in zip(placed.boxes, planes, strict=True) if plane == 1]
    assert max(upper) + 30.0 + 60.0 <= min(lower)
    assert [x for x, _ in placed.boxes] == [x for x, _ in layered(sizes, edges).boxes]
    for curve, (source, target) in zip(placed.curves, edges, strict=True):
        left, top = placed.boxes[source]
        assert (curve[0], top <= curve[1] <= top + 30.0) == (left + 60.0, True)
        assert curve[-2] == placed.boxes[target][0]
