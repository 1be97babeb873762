"""Quality of drawings, ours against dot's: crossings, overlaps, edges through boxes, length; and the graphs to measure.

Run as a script for the table; the tests import the graphs and the measures.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise, product
from math import hypot
from statistics import median
from time import perf_counter, process_time

from advis.films.dot import dot_layout
from advis.films.labels import sample
from advis.films.layout import Layout, layered, ordered

BOX = (176.0, 74.0)
CONSTANT = (40.0, 24.0)
LABEL_WIDTHS = (40.0, 52.0, 64.0, 90.0)
NEARBY = 8.0  # crossings of the same two lines that are closer than this are one


@dataclass(slots=True)
class Graph:
    """A graph under construction: sizes of boxes, edges, sizes of labels."""

    sizes: list[tuple[float, float]] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)

    @property
    def labels(self) -> list[tuple[float, float]]:
        return [(LABEL_WIDTHS[edge % 4], 16.0 + 2 * (edge % 4)) for edge in range(len(self.edges))]

    def box(self, *arguments: int) -> int:
        """Add a box that uses the arguments; return its index."""
        self.sizes.append(BOX)
        self.edges += [(argument, len(self.sizes) - 1) for argument in arguments]
        return len(self.sizes) - 1

    def constant(self) -> int:
        self.sizes.append(CONSTANT)
        return len(self.sizes) - 1

    def total(self, terms: Sequence[int]) -> int:
        """Sum terms one after another."""
        result = terms[0]
        for term in terms[1:]:
            result = self.box(result, term)
        return result


def classic() -> Graph:
    """f = ln x1 + x1 x2 - sin x2 (Griewank and Walther's first example)."""
    g = Graph()
    x1, x2 = g.box(), g.box()
    g.box(g.box(g.box(x1), g.box(x1, x2)), g.box(x2))
    return g


def mlp() -> Graph:
    """Loss of a network with three dense layers, weight decay included."""
    g = Graph()
    x, target = g.box(), g.box()
    weights = []
    for _ in range(3):
        w, b = g.box(), g.box()
        weights.append(w)
        x = g.box(g.box(g.box(x, w), b))
    loss = g.box(g.box(g.box(x, target), g.constant()))
    decay = g.total([g.box(g.box(w, w)) for w in weights])
    g.box(loss, g.box(g.constant(), decay))
    return g


def attention() -> Graph:
    """One attention head with mask, softmax, projection, residual and normalisation."""
    g = Graph()
    x = g.box()
    q, k, v = (g.box(g.box(x, g.box()), g.box()) for _ in range(3))
    scores = g.box(g.box(g.box(q, g.box(k)), g.constant()), g.constant())
    shifted = g.box(scores, g.box(scores))
    power = g.box(shifted)
    softmax = g.box(power, g.box(power))
    out = g.box(x, g.box(g.box(softmax, v), g.box()))
    centred = g.box(out, g.box(out))
    variance = g.box(g.box(centred, centred))
    g.box(centred, g.box(g.box(variance, g.constant())))
    return g


def fft() -> Graph:
    """The butterfly of FFT-8, with the twiddle factors written out."""
    g = Graph()
    values = [g.box() for _ in range(8)]
    values = [values[i] for i in (0, 4, 2, 6, 1, 5, 3, 7)]
    for span in (1, 2, 4):
        for i in range(8):
            if i & span:
                continue
            low, high = values[i], values[i + span]
            if i % span:
                high = g.box(high, g.constant())
            values[i], values[i + span] = g.box(low, high), g.box(low, high)
    return g


def butterfly() -> Graph:
    """The bare butterfly of FFT-8: three stages of eight."""
    g = Graph()
    values = [g.box() for _ in range(8)]
    for span in (1, 2, 4):
        values = [g.box(*sorted((values[i], values[i ^ span]))) for i in range(8)]
    return g


def lorenz() -> Graph:
    """Three steps of the classical Runge-Kutta method for the Lorenz system, on scalars."""
    g = Graph()
    sigma, rho, beta, step = (g.box() for _ in range(4))
    state = [g.box() for _ in range(3)]

    def slope(x: int, y: int, z: int) -> list[int]:
        return [g.box(sigma, g.box(y, x)), g.box(g.box(x, g.box(rho, z)), y), g.box(g.box(x, y), g.box(beta, z))]

    for _ in range(3):
        half = g.box(step, g.constant())
        k1 = slope(*state)
        k2 = slope(*(g.box(s, g.box(half, k)) for s, k in zip(state, k1, strict=True)))
        k3 = slope(*(g.box(s, g.box(half, k)) for s, k in zip(state, k2, strict=True)))
        k4 = slope(*(g.box(s, g.box(step, k)) for s, k in zip(state, k3, strict=True)))
        sixth = g.box(step, g.constant())
        state = [
            g.box(s, g.box(sixth, g.total([a, g.box(g.constant(), b), g.box(g.constant(), c), d])))
            for s, a, b, c, d in zip(state, k1, k2, k3, k4, strict=True)
        ]
    return g


def lstm() -> Graph:
    """One LSTM cell."""
    g = Graph()
    x, h, c = g.box(), g.box(), g.box()
    gates = [g.box(g.box(g.box(g.box(g.box(), x), g.box(g.box(), h)), g.box())) for _ in range(4)]
    cell = g.box(g.box(gates[0], c), g.box(gates[1], gates[2]))
    g.box(gates[3], g.box(cell))
    return g


def horner() -> Graph:
    """A polynomial of degree 8 by Horner's rule."""
    g = Graph()
    x = g.box()
    value = g.constant()
    for _ in range(8):
        value = g.box(g.box(value, x), g.constant())
    return g


def cross_entropy() -> Graph:
    """Softmax cross-entropy of four logits, the maximum subtracted."""
    g = Graph()
    logits = [g.box() for _ in range(4)]
    top = logits[0]
    for logit in logits[1:]:
        top = g.box(top, logit)
    shifted = [g.box(logit, top) for logit in logits]
    normal = g.box(g.total([g.box(s) for s in shifted]))
    g.box(g.total([g.box(g.constant(), g.box(normal, s)) for s in shifted]))
    return g


def staircase() -> Graph:
    """One input feeding 20 nodes that are summed one after another."""
    g = Graph()
    x = g.box()
    g.total([g.box(x) for _ in range(20)])
    return g


def fan(count: int = 20) -> Graph:
    """One input feeding count nodes that all feed one output."""
    g = Graph()
    x = g.box()
    g.box(*[g.box(x) for _ in range(count)])
    return g


def chain(count: int = 12) -> Graph:
    """Every node uses the one before it."""
    g = Graph()
    node = g.box()
    for _ in range(count - 1):
        node = g.box(node)
    return g


def wild(count: int, seed: int) -> Graph:
    """A random connected graph: every node uses one to three of the twelve before it."""
    g = Graph()
    draw = random.Random(seed)
    for node in range(count):
        if node < 3:
            g.box()
        else:
            g.box(*[draw.randrange(max(0, node - 12), node) for _ in range(draw.randint(1, 3))])
    return g


def layers_of(count: int, width: int, seed: int = 1) -> Graph:
    """A layered random graph: every node has one to three parents, most of them in the layer before."""
    g = Graph()
    draw = random.Random(seed)
    for node in range(count):
        parents = []
        for _ in range(draw.randint(1, 3) if node >= width else 0):
            level = max(0, node // width - draw.choice((1, 1, 1, 1, 2, 4)))
            parents.append(level * width + draw.randrange(width))
        g.box(*parents)
    return g


def operations(count: int, operands: float, reach: int, seed: int) -> Graph:
    """A random program: every operation takes so many of the last values, on average."""
    g = Graph()
    draw = random.Random(seed)
    g.box()
    for node in range(1, count):
        some = int(operands) + (draw.random() < operands % 1)
        g.box(*[draw.randrange(max(0, node - reach), node) for _ in range(some)])
    return g


def recurrent(steps: int, weights: int = 2) -> Graph:
    """A recurrent network, unrolled: every step uses the same weights."""
    g = Graph()
    shared, state = [g.box() for _ in range(weights)], g.box()
    for _ in range(steps):
        for weight in shared:
            state = g.box(state, weight)
        state = g.box(state)
    return g


def sum_of(count: int) -> Graph:
    """Many functions of one input, summed one after another."""
    g = Graph()
    x = g.box()
    g.total([g.box(x) for _ in range(count)])
    return g


def delayed(count: int, lag: int) -> Graph:
    """Every value uses the one before it and one from so many steps ago."""
    g = Graph()
    values = [g.box()]
    for _ in range(count - 1):
        values.append(g.box(values[-1], values[max(0, len(values) - 1 - lag)]))
    return g


def stencil(width: int, steps: int) -> Graph:
    """A row of cells, each new one from the three around its place in the row before."""
    g = Graph()
    row = [g.box() for _ in range(width)]
    for _ in range(steps - 1):
        row = [g.box(*row[max(0, k - 1) : k + 2]) for k in range(width)]
    return g


def lstm_cells(steps: int) -> Graph:
    """A network of LSTM cells, unrolled: every step uses the same eight weights."""
    g = Graph()
    weights, h, c = [g.box() for _ in range(8)], g.box(), g.box()
    for _ in range(steps):
        x = g.box()
        gates = [g.box(g.box(weights[2 * k], x), g.box(weights[2 * k + 1], h)) for k in range(4)]
        c = g.box(g.box(gates[0], c), g.box(gates[1], gates[2]))
        h = g.box(gates[3], g.box(c))
    return g


def newton(steps: int) -> Graph:
    """Newton's method for a polynomial of degree 5 by Horner's rule, its slope as one operation."""
    g = Graph()
    coefficients, x = [g.box() for _ in range(5)], g.box()
    for _ in range(steps):
        value = x
        for coefficient in coefficients:
            value = g.box(value, coefficient)
        x = g.box(x, g.box(value, g.box(x, *coefficients)))
    return g


def concatenating(count: int) -> Graph:
    """A densely connected network: every layer uses the results of all before it."""
    g = Graph()
    values = [g.box()]
    for _ in range(count):
        values.append(g.box(g.box(*values)))
    return g


def fully_connected(width: int, depth: int) -> Graph:
    """Layers of single neurons, each of which uses all of the layer before."""
    g = Graph()
    row = [g.box() for _ in range(width)]
    for _ in range(depth - 1):
        row = [g.box(*row) for _ in range(width)]
    return g


DENSE: dict[str, Callable[[], Graph]] = {
    **{
        f"3 operands of the last {reach}": partial(operations, 300, 3, reach, seed)
        for seed, reach in enumerate((12, 30, 100, 300), 4)
    },
    **{
        f"{operands} operands of the last {reach}": partial(operations, 300, operands, reach, operands)
        for operands, reach in ((4, 300), (5, 12), (5, 300), (7, 30), (20, 300))
    },
    "recurrent network, 98 steps": partial(recurrent, 98),
    "sum of 149 functions": partial(sum_of, 149),
    "LSTM cells, 16 steps": partial(lstm_cells, 16),
    "Newton's method, 36 steps": partial(newton, 36),
    "each from 150 steps ago": partial(delayed, 300, 150),
    "stencil, 60 cells, 5 steps": partial(stencil, 60, 5),
    "dense network of 30 layers": partial(concatenating, 30),
    "dense network of 60 layers": partial(concatenating, 60),
    "37 layers of 8 neurons": partial(fully_connected, 8, 37),
    "10 layers of 30 neurons": partial(fully_connected, 30, 10),
}
"""Scenes of at most 300 boxes that are hard to lay out."""

LARGE: dict[str, Callable[[], Graph]] = {
    f"{operands} operands of the last {reach}": partial(operations, 300, operands, reach, seed)
    for seed, (operands, reach) in enumerate(product((1.5, 2), (5, 12, 30, 100, 300)))
}

GALLERY: dict[str, Callable[[], Graph]] = {
    "classic": classic,
    "mlp": mlp,
    "attention": attention,
    "fft": fft,
    "butterfly": butterfly,
    "lorenz": lorenz,
    "lstm": lstm,
    "horner": horner,
    "cross_entropy": cross_entropy,
    "staircase": staircase,
    "fan": fan,
    "chain": chain,
    "wild30": lambda: wild(30, 1),
    "wild50": lambda: wild(50, 2),
    "wild80": lambda: wild(80, 3),
    "wild100": lambda: wild(100, 4),
    "wild120": lambda: wild(120, 5),
}


def crossings(layout: Layout) -> int:
    """Count where curves cross, sampled by chords; meetings at their ends do not count.

    Where several edges of a source run as one line, one crosses it once.
    """
    chords = [
        (min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1), (x0, y0, x1, y1), index)
        for index, path in enumerate(layout.curves)
        for (x0, y0), (x1, y1) in pairwise(sample(path, 11))  # odd, because symmetric curves meet at their middles
    ]
    chords.sort(key=lambda chord: chord[0])
    active: list[tuple[float, float, float, float, tuple[float, float, float, float], int]] = []
    found = set()
    for chord in chords:
        left, _, top, bottom, line, curve = chord
        active = [other for other in active if other[1] >= left]
        for _, _, above, below, other, index in active:
            if above < bottom and top < below and index != curve and _crosses(line, other):
                ports = sorted((layout.curves[index][:2], layout.curves[curve][:2]))
                x, y = _meeting(line, other)
                found.add((*ports, round(x / NEARBY), round(y / NEARBY)))
        active.append(chord)
    return len(found)


def _side(chord: tuple[float, float, float, float], x: float, y: float) -> float:
    """On which side of a chord a point is; 0 on it, but for round-off."""
    area = (chord[2] - chord[0]) * (y - chord[1]) - (chord[3] - chord[1]) * (x - chord[0])
    return area if abs(area) > 1e-3 else 0.0


def _crosses(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Tell whether two chords cross properly (each separates the ends of the other)."""
    return _side(a, b[0], b[1]) * _side(a, b[2], b[3]) < 0 and _side(b, a[0], a[1]) * _side(b, a[2], a[3]) < 0


def _meeting(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return where two chords cross."""
    first, second = _side(a, b[0], b[1]), _side(a, b[2], b[3])
    share = first / (first - second)
    return b[0] + share * (b[2] - b[0]), b[1] + share * (b[3] - b[1])


def box_overlaps(layout: Layout, sizes: Sequence[tuple[float, float]]) -> int:
    """Count pairs of boxes that share area."""
    boxes = sorted((x, y, x + w, y + h) for (x, y), (w, h) in zip(layout.boxes, sizes, strict=True))
    return _overlapping_pairs(boxes)


def _overlapping_pairs(boxes: Sequence[tuple[float, float, float, float]]) -> int:
    count = 0
    for index, (_, top, right, bottom) in enumerate(boxes):
        for x0, y0, _, y1 in boxes[index + 1 :]:
            if x0 >= right - 0.11:
                break
            count += y0 < bottom - 0.11 and top < y1 - 0.11
    return count


def edges_through_boxes(layout: Layout, sizes: Sequence[tuple[float, float]], pieces: int = 24) -> int:
    """Count pairs of an edge and a box of which the edge has a point inside."""
    boxes = sorted((x, y, x + w, y + h) for (x, y), (w, h) in zip(layout.boxes, sizes, strict=True))
    count = 0
    for curve in layout.curves:
        points = sample(curve, pieces)
        low, high = min(y for _, y in points), max(y for _, y in points)
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        for x0, y0, x1, y1 in boxes:
            if x0 > right:
                break
            if x1 >= left and y0 <= high and y1 >= low:
                count += any(x0 + 0.2 < x < x1 - 0.2 and y0 + 0.2 < y < y1 - 0.2 for x, y in points)
    return count


def label_overlaps(layout: Layout, sizes: Sequence[tuple[float, float]], labels: Sequence[tuple[float, float]]) -> int:
    """Count labels that share area with a box or with another label."""
    boxes = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(layout.boxes, sizes, strict=True)]
    rectangles = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2) for (x, y), (w, h) in zip(layout.labels, labels, strict=True)
    ]
    count = 0
    for index, label in enumerate(rectangles):
        others = boxes + rectangles[:index] + rectangles[index + 1 :]
        count += any(
            label[0] < x1 - 0.11 and x0 < label[2] - 0.11 and label[1] < y1 - 0.11 and y0 < label[3] - 0.11
            for x0, y0, x1, y1 in others
        )
    return count


def total_length(layout: Layout) -> float:
    """Return the length of all curves together."""
    total = 0.0
    for curve in layout.curves:
        points = sample(curve, 10)
        total += sum(hypot(c - a, d - b) for (a, b), (c, d) in pairwise(points))
    return total


def centre_length(layout: Layout, graph: Graph) -> float:
    """Return the sum of the straight distances between the centres of joined boxes."""
    centres = [(x + w / 2, y + h / 2) for (x, y), (w, h) in zip(layout.boxes, graph.sizes, strict=True)]
    return sum(hypot(centres[t][0] - centres[s][0], centres[t][1] - centres[s][1]) for s, t in graph.edges)


def crossings_of_the_gallery() -> str:
    """Return the Markdown table of docs/benchmarks.md: crossings of the gallery's programs, ours and dot's."""
    from tests.films.test_gallery_layout import GALLERY, problem

    rows = []
    for name in GALLERY:
        sizes, edges, labels = problem(name)
        counts = [crossings(draw(sizes, edges, labels=labels)) for draw in (layered, dot_layout)]
        rows.append(f"| {name} | {len(sizes)} | {counts[0]} | {counts[1]} |")
    return "\n".join(["| graph | boxes | crossings | `dot` |", "|---|---:|---:|---:|", *rows])


def anew(*args: object, **options: object) -> Layout:
    """Lay out as the first time, for figures: without the rows that an earlier layout of the graph has left."""
    ordered.cache_clear()
    return layered(*args, **options)  # type: ignore[arg-type]


def milliseconds(graph: Graph, runs: int = 9) -> float:
    """Return the median of the processor's time for a layout, labels included."""
    times = []
    for _ in range(runs):
        start = process_time()
        anew(graph.sizes, graph.edges, labels=graph.labels)
        times.append(1e3 * (process_time() - start))
    return median(times)


def large_graphs() -> str:
    """Return the Markdown table of docs/benchmarks.md: random programs of 300 boxes, ours and dot's."""
    rows = []
    for name, make in LARGE.items():
        graph = make()
        ours = layered(graph.sizes, graph.edges, labels=graph.labels)
        dots = dot_layout(graph.sizes, graph.edges, labels=graph.labels)
        length = total_length(ours) / total_length(dots)
        counts = f"{crossings(ours)} | {crossings(dots)} | {length:.2f}"
        rows.append(f"| {name} | {len(graph.edges)} | {milliseconds(graph):.0f} ms | {counts} |")
    return "\n".join(
        ["| 300 boxes | edges | time | crossings | `dot` | length |", "|---|---:|---:|---:|---:|---:|", *rows]
    )


def dense_graphs() -> str:
    """Return the Markdown table of docs/benchmarks.md: the scenes that are hard to lay out."""
    graphs = {name: make() for name, make in DENSE.items()}
    rows = [
        f"| {name} | {len(graph.sizes)} | {len(graph.edges)} | {milliseconds(graph):.0f} ms |"
        for name, graph in graphs.items()
    ]
    return "\n".join(["| scene | boxes | edges | time |", "|---|---:|---:|---:|", *rows])


def main() -> None:
    """Print one line per graph: ours, dot's, and the medians of the ratios."""
    crossed, lengths, distances = [], [], []
    for name, make in GALLERY.items():
        graph = make()
        layered(graph.sizes, graph.edges)
        start = perf_counter()
        ours = anew(graph.sizes, graph.edges, labels=graph.labels)
        middle = perf_counter()
        dots = dot_layout(graph.sizes, graph.edges, labels=graph.labels)
        end = perf_counter()
        figures = [(crossings(d), total_length(d), centre_length(d, graph), d.width, d.height) for d in (ours, dots)]
        (c0, l0, d0, w0, h0), (c1, l1, d1, w1, h1) = figures
        crossed.append((c0 + 1) / (c1 + 1))
        lengths.append(l0 / l1)
        distances.append(d0 / d1)
        bad = (
            box_overlaps(ours, graph.sizes),
            edges_through_boxes(ours, graph.sizes),
            label_overlaps(ours, graph.sizes, graph.labels),
        )
        print(
            f"{name:14}{len(graph.sizes):5}{len(graph.edges):5} ms {1000 * (middle - start):6.1f}"
            f"{1000 * (end - middle):7.1f}  crossings {c0:5}{c1:5}  length {l0 / l1:.2f} centres {d0 / d1:.2f}"
            f"  size {w0:.0f}x{h0:.0f} {w1:.0f}x{h1:.0f}  bad {bad} dot's labels"
            f" {label_overlaps(dots, graph.sizes, graph.labels)} through {edges_through_boxes(dots, graph.sizes)}"
        )
    print("median ratios of crossings, lengths, centres:", *(f"{median(r):.2f}" for r in (crossed, lengths, distances)))
    print(crossings_of_the_gallery())
    print(large_graphs())
    print(dense_graphs())


if __name__ == "__main__":
    sys.exit(main())
