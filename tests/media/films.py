"""Films for the tests of the media: a reverse sweep of a small function, every kind of mark, and hostile labels."""

from __future__ import annotations

from advis.films.draw import box_height
from advis.films.film import Box, Edge, Film, Line, Mark, Row, Scene, State

NAMES = ["x1", "x2", "v1", "v2", "v3", "v4", "y"]
TERMS = ["", "", "log(x1)", "x1 · x2", "v1 + v2", "sin(x2)", "v3 − v4"]
VALUES = ["2", "5", "0.6931", "10", "10.69", "−0.9589", "11.65"]
PLACES = [(14, 50), (14, 262), (316, 14), (316, 152), (566, 76), (316, 290), (806, 170)]
EDGES = [(0, 2, "0.5"), (0, 3, "5"), (1, 3, "2"), (2, 4, "1"), (3, 4, "1"), (1, 5, "0.2837"), (4, 6, "1"), (5, 6, "−1")]
AMOUNTS = ["0.5 · 1", "5 · 1 = 5", "2 · 1 = 2", "1 · 1", "1 · 1", "0.2837 · −1", "1 · 1", "−1 · 1"]
TURNS = {6: 1, 5: 2, 4: 3, 3: 4, 2: 5}
STACKS = {
    0: ("e1", "e0"),
    1: ("e5", "e2"),
}
SHARES = {1: (0.9091, ""), 0: (0.0909, ""), 5: (0.1242, " negative"), 2: (0.8758, "")}
ADJOINTS = {
    6: ((0, State("", "1")),),
    4: ((1, State("", "1")),),
    5: ((1, State("", "−1")),),
    2: ((3, State("", "1")),),
    3: ((3, State("", "1")),),
    1: ((2, State("partial", "−0.2837 …")), (4, State("", "1.716"))),
    0: ((4, State("partial", "5 …")), (5, State("", "5.5"))),
}


def sample() -> Film:
    """Return the reverse sweep of ``log(x1) + x1 * x2 - sin(x2)``: 7 boxes, 8 edges, a table, source, 6 steps."""
    boxes = [_box(i) for i in range(7)]
    graph = Scene("graph", "drawing", "Graph", (*boxes, *_edges(boxes)), 1000.0, 384.0, (), "The graph of f: 7 nodes.")
    columns = (("", "name"), ("operation", "soft"), ("value", "value"), ("◂ adjoint", "adjoint"))
    rows = tuple(Row(f"n{i}", ((("name", NAMES[i]),), (("soft", TERMS[i]),), f"n{i}.v", f"n{i}.a")) for i in range(7))
    table = Scene("trace", "table", "Trace", rows, columns=columns)
    lines = (
        Line(1, "def f(x1, x2):"),
        Line(2, "    return (np.log(x1)", (("n2", 12, 22),)),
        Line(3, "            + x1 * x2", (("n3", 14, 21), ("n0", 14, 16))),
        Line(4, "            - np.sin(x2))", (("n5", 14, 24),)),
    )
    scenes = (graph, Scene("source", "lines", "Source", lines), table)
    return Film("sweep", "f(x1, x2)", scenes, _tracks(), 6, "ℝ² → ℝ · 5 operations", "adjoint")


def _box(i: int) -> Box:
    stack = STACKS.get(i, ())
    shape = "input" if i < 2 else "output" if i == 6 else "operation"
    title = (("name", NAMES[i]), ("soft", f" = {TERMS[i]}")) if TERMS[i] else (("name", NAMES[i]),)
    at = (float(PLACES[i][0]), float(PLACES[i][1]), 176.0, box_height(2, bool(stack)))
    return Box(f"n{i}", shape, at, title, (("value", f"n{i}.v"), ("adjoint", f"n{i}.a")), stack)


def _edges(boxes: list[Box]) -> list[Edge]:
    edges = []
    for k, (source, target, partial) in enumerate(EDGES):
        start, end = boxes[source].at, boxes[target].at
        x, y, x2, y2 = start[0] + 176, start[1] + start[3] / 2, end[0], end[1] + end[3] / 2
        middle = (x + x2) / 2
        path = (x, y, middle, y, middle, y2, x2, y2)
        edges.append(Edge(f"e{k}", path, partial, (middle, (y + y2) / 2), f"n{source}", f"n{target}"))
    return edges


def _tracks() -> dict[str, tuple[tuple[int, State], ...]]:
    tracks = {f"n{i}.v": ((0, State("", value)),) for i, value in enumerate(VALUES)}
    tracks |= {f"n{i}.a": track for i, track in ADJOINTS.items()}
    tracks |= {f"n{i}": _turn("active", turn) for i, turn in TURNS.items()}
    for k, edge in enumerate(EDGES):
        tracks[f"e{k}"] = _turn("flow", TURNS[edge[1]], AMOUNTS[k], *SHARES.get(k, ()))
    told = [(("", "Seed: "), ("name", "y"), ("", " starts with adjoint "), ("adjoint", "1"), ("", "."))]
    told += [
        (("", f"Step {t} of 5. "), ("strong", NAMES[n]), ("", " hands its adjoint back.")) for n, t in TURNS.items()
    ]
    told.append((("", "Done. "), ("adjoint", "∂y/∂x1 = 5.5"), ("", ".")))
    return tracks | {"say": tuple((t, State("", said)) for t, said in enumerate(told))}


def _turn(role: str, turn: int, text: str = "", share: float = 0.0, sign: str = "") -> tuple[tuple[int, State], ...]:
    return ((turn, State(f"{role} adjoint{sign}", text, share)), (turn + 1, State(f"done adjoint{sign}", "", share)))


def shapes() -> Film:
    """Return a film with a box of every shape in every voice, a vertical edge and a number that is not finite."""
    names = ("input", "operation", "output", "constant", "blind", "blind walled", "block")
    marks: list[Mark] = []
    tracks = {}
    for i, shape in enumerate(names):
        for j, voice in enumerate(("value", "tangent", "adjoint")):
            key, at = f"n{3 * i + j}", (20.0 + 200.5 * i, 20.0 + 120.25 * j, 176.0, 99.0)
            rows = (("value", f"{key}.v"), ("tangent", f"{key}.t"), ("adjoint", f"{key}.a"))
            marks.append(Box(key, shape, at, (("name", f"v{i}"),), rows, note="(3, 4)", more="all of it"))
            tracks[key] = ((1, State(f"active {voice}")), (2, State(f"odd done {voice}")))
            tracks[f"{key}.v"] = ((0, State("", "−∞ …")),)
    path = (108.0, 119.0, 108.0, 125.0, 108.5, 130.0, 108.5, 140.25)
    marks.append(Edge("e0", path, "2×3", (108.0, 130.0), "n0", "n1"))
    tracks["e0"] = ((1, State("flow tangent", (("", "𝔸 · "), ("strong", "2")))), (2, State("done tangent")))
    scene = Scene("graph", "drawing", "Graph", tuple(marks), 1240.0, 400.0)
    return Film("sweep", "shapes", (scene,), tracks, 2, voice="tangent")


HOSTILE = '</script><script>window.hacked=1</script><!--"><img src=x onerror=window.hacked=1>\u2028&amp;\x00]]>'


def hostile() -> Film:
    """Return a film in which every text is an attack."""
    title, rows = ((HOSTILE, HOSTILE),), (("value", "n0.v"),)
    box = Box("n0", "operation", (20.0, 20.0, 176.0, 80.0), title, rows, (), HOSTILE, HOSTILE)
    edge = Edge("e0", (196.0, 60.0, 220.0, 60.0, 240.0, 60.0, 260.0, 60.0), HOSTILE, (228.0, 60.0), "n0", "n0")
    row = Row("n0", (((HOSTILE, HOSTILE),), "n0.v"))
    scenes = (
        Scene("graph", "drawing", HOSTILE, (box, edge), 280.0, 120.0, (), HOSTILE),
        Scene("trace", "table", HOSTILE, (row,), columns=((HOSTILE, "name"), (HOSTILE, "value"))),
        Scene("source", "lines", HOSTILE, (Line(1, HOSTILE, (("n0", 3, 9),)),)),
    )
    tracks = {key: ((0, State("", HOSTILE)), (1, State("flow adjoint", HOSTILE))) for key in ("n0.v", "e0", "say")}
    return Film("sweep", HOSTILE, scenes, tracks, 1, HOSTILE, "adjoint")


def large(boxes: int = 200) -> Film:
    """Return a film of ten boxes a column, two edges into each, and one step for each box."""
    marks: list[Mark] = []
    tracks = {"say": tuple((t, State("", f"Step {t} of {boxes}.")) for t in range(boxes + 1))}
    at = [(20 + (i // 10) * 330.0, 20 + (i % 10) * 120.0, 176.0, box_height(2, False)) for i in range(boxes)]
    for i in range(boxes):
        title = (("name", f"v{i}"), ("soft", f" = v{max(i - 10, 0)} · v{max(i - 9, 0)}"))
        marks.append(Box(f"n{i}", "operation", at[i], title, (("value", f"n{i}.v"), ("adjoint", f"n{i}.a"))))
        tracks[f"n{i}.v"] = ((0, State("", f"{1.37 * i:.4g}")),)
        tracks[f"n{i}.a"] = ((boxes - i, State("", f"{0.77 * i:.4g}")),)
        tracks[f"n{i}"] = _turn("active", boxes - i)
        for source in {max(i - 10, 0), max(i - 9, 0)} - {0}:
            key, (x, y), (x2, y2) = f"e{i}-{source}", at[source][:2], at[i][:2]
            path = (x + 176, y + 40, x + 253, y + 40, x + 253, y2 + 40, x2, y2 + 40)
            marks.append(Edge(key, path, f"{0.3 * i:.3g}", (x + 253, (y + y2) / 2), f"n{source}", f"n{i}"))
            tracks[key] = _turn("flow", boxes - i, f"{0.3 * i:.3g} · 2")
    rows = tuple(Row(f"n{i}", ((("name", f"v{i}"),), f"n{i}.v", f"n{i}.a")) for i in range(boxes))
    columns = (("", "name"), ("value", "value"), ("◂ adjoint", "adjoint"))
    graph = Scene("graph", "drawing", "Graph", tuple(marks), 330.0 * boxes / 10, 1240.0)
    table = Scene("trace", "table", "Trace", rows, columns=columns)
    return Film("sweep", "g(x)", (graph, table), tracks, boxes, voice="adjoint")


FILMS = {"sample": sample, "shapes": shapes, "hostile": hostile, "large": lambda: large(40)}
