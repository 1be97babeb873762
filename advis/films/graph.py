"""From a tape to the scenes of its film: the graph, the evaluation trace and the reader's source, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType

import numpy as np

from advis.autodiff import expressions
from advis.autodiff.code import display_name, source_lines, source_of
from advis.autodiff.errors import MissingRule
from advis.autodiff.numbers import PICTURE, minus, number, shape_text, value_text
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.rule import CONSTANT, INPUT, plain_value, shape_of
from advis.autodiff.table import mapping_text, operations_text
from advis.autodiff.tape import Tape
from advis.autodiff.visible import brief, visible
from advis.films.draw import (
    LABEL_SIZE,
    LOCAL_SIZE,
    NAME_SIZE,
    NOTE_SIZE,
    NUMBER_SIZE,
    PAD,
    TITLE_SIZE,
    VOICES,
    box_height,
    token_width,
)
from advis.films.film import Box, Edge, Film, Line, Mark, Row, Scene, Spans, Stack, State, Track
from advis.films.layout import Layout, layered
from advis.films.metrics import shortened, text_width
from advis.films.pack import canonical

MOST_BOXES = 400
"""A drawing with more boxes says nothing: the program is then shown as one box."""

BOLD = 1.12  # how much wider a semibold text is
NARROWEST, WIDEST = 132.0, 280.0
CONSTANT_HEIGHT = 20.0
LONGEST_TOKEN = 136.0
MARGIN = 12.0


@dataclass(frozen=True, slots=True)
class Link:
    """One edge of the graph: which parent of which node, its key, and its partial in small type."""

    key: str
    source: int
    target: int
    place: int
    label: str


@dataclass(frozen=True, slots=True)
class Additions:
    """What a sweep adds to the picture of its tape.

    ``texts`` are all texts that will stand in each row, ``tokens`` what flows on each edge: they decide the widths.
    """

    voices: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]] | None = None
    tokens: Mapping[str, str] | None = None
    stacks: Mapping[int, tuple[Stack, ...]] | None = None


def tape_film(tape: Tape, engine: str = "layered", direction: str = "right") -> Film:
    """Return the film of a tape: one step, the graph with every value and every partial.

    Parameters
    ----------
    tape : Tape
    engine : {"layered", "dot"}
        Who places the boxes: our own layout, or Graphviz's ``dot``, which must be installed.
    direction : {"right", "down"}
        Where the computation flows.
    """
    scenes = tape_scenes(tape, Additions(), engine, direction)
    tracks = value_tracks(tape) | {"say": ((0, State("", tape_sentence(tape))),)}
    return Film("tape", title(tape), scenes, tracks, 0, subtitle(tape), "value", data={"notes": list(tape.notes)})


def tape_scenes(tape: Tape, additions: Additions, engine: str, direction: str) -> tuple[Scene, ...]:
    """Return the three scenes: graph, source, trace. Scenes that would be empty are left out."""
    scenes = (graph_scene(tape, additions, engine, direction), source_scene(tape), trace_scene(tape, additions.voices))
    return tuple(scene for scene in scenes if scene.marks)


def title(tape: Tape) -> str:
    """Return ``f(x1, x2)``."""
    return f"{tape.function}({', '.join(tape.parameters)})"


def subtitle(tape: Tape) -> str:
    """Return ``ℝ² → ℝ · 5 operations``."""
    return f"{mapping_text(tape)} · {operations_text(tape)}"


def tape_sentence(tape: Tape) -> Spans:
    """Return the sentence below the picture of a tape."""
    note = f" Note: {'; '.join(tape.notes)}." if tape.notes else ""
    return (
        (
            "",
            f"The record of one run of {tape.function}: {operations_text(tape)}, from the inputs to the result.{note}",
        ),
    )


def picture_value(tape: Tape, index: int) -> str:
    """Return a node's value as it stands in a picture: four digits, true minus."""
    value = plain_value(tape.values[index])
    return minus(value_text(value, PICTURE, expressions.residue_scale(tape, index), room=2))


def value_tracks(tape: Tape) -> dict[str, Track]:
    """Return the tracks that show every value from the start."""
    return {f"n{index}.v": ((0, State("", picture_value(tape, index))),) for index in drawn(tape)}


def drawn(tape: Tape) -> list[int]:
    """Return the nodes that have a box or a row: all but constants; of a very long tape the first ones."""
    nodes = [index for index, primitive in enumerate(tape.primitives) if primitive is not CONSTANT]
    if len(nodes) <= MOST_BOXES:
        return nodes
    ends = {place.index for place in (*tape.input_places[:MOST_ENDS], *tape.output_places[:MOST_ENDS])}
    return sorted(ends | set(nodes[:MOST_ROWS]))


MOST_ENDS, MOST_ROWS = 20, 60


def links(tape: Tape) -> list[Link]:
    """Return the edges of the graph in the order of the record."""
    found: list[Link] = []
    for target, parents in enumerate(tape.parents):
        for place, source in enumerate(parents):
            found.append(Link(f"e{len(found)}", source, target, place, partial_text(Partial(tape, target, place))))
    return found


def partial_text(partial: Partial) -> str:
    """Return a partial for its edge: a number, or size and structure; nothing where no derivative passes."""
    if not partial.passes:
        return ""
    if partial.shape == (1, 1):
        try:
            return minus(number(partial.value, PICTURE))
        except MissingRule:
            return "?"
    rows, columns = partial.shape
    return f"{rows}×{columns} {partial.structure}"


# -- the graph


def graph_scene(tape: Tape, additions: Additions, engine: str = "layered", direction: str = "right") -> Scene:
    """Return the drawing: a box for each node, a curve for each use of one node by another."""
    count = sum(primitive is not CONSTANT for primitive in tape.primitives)
    if count > MOST_BOXES:
        return _folded_scene(tape, additions, engine, direction, count)
    edges = links(tape)
    nodes = list(range(len(tape)))
    width = _common_width(tape, additions, nodes)
    sizes = [_size(tape, index, width, additions) for index in nodes]
    tokens = additions.tokens or {}
    labels = [_label_size(link, tokens.get(link.key, "")) for link in edges]
    placed = place_boxes(engine, sizes, [(link.source, link.target) for link in edges], labels, direction)
    boxes = [_box(tape, index, placed.boxes[index], sizes[index], additions) for index in nodes]
    return _drawing(tape, boxes, _curves(edges, placed), placed)


def place_boxes(
    engine: str,
    sizes: list[tuple[float, float]],
    edges: list[tuple[int, int]],
    labels: list[tuple[float, float]],
    direction: str,
) -> Layout:
    """Return the places of boxes, curves and labels from one of the layout engines.

    Raises
    ------
    ValueError
        For an unknown engine.
    """
    if engine == "layered":
        return _with_margin(layered(sizes, edges, labels=labels, direction=direction), direction)
    if engine == "dot":
        from advis.films.dot import dot_layout

        return _with_margin(dot_layout(sizes, edges, labels=labels, direction=direction), direction)
    raise ValueError(f"engine={engine!r} is not known; write engine='layered' (built in) or engine='dot' (Graphviz)")


def _with_margin(placed: Layout, direction: str) -> Layout:
    """The same layout with room around it, so that thick borders and arrowheads are not cut off."""

    def moved(points: tuple[float, ...]) -> tuple[float, ...]:
        return canonical([round(x + MARGIN, 2) for x in points], direction)

    return Layout(
        placed.width + 2 * MARGIN,
        placed.height + 2 * MARGIN,
        tuple((x + MARGIN, y + MARGIN) for x, y in placed.boxes),
        tuple(moved(curve) for curve in placed.curves),
        tuple((x + MARGIN, y + MARGIN) for x, y in placed.labels),
    )


def _drawing(tape: Tape, boxes: list[Box], curves: list[Edge], placed: Layout) -> Scene:
    marks: tuple[Mark, ...] = (*curves, *boxes)
    names = [", ".join(brief(node.name) for node in nodes[:8]) for nodes in (tape.inputs, tape.outputs)]
    said = f"Graph of {tape.function}: inputs {names[0]}; {operations_text(tape)}; output {names[1]}."
    return Scene("graph", "drawing", "Graph", marks, placed.width, placed.height, description=said)


def _curves(edges: list[Link], placed: Layout) -> list[Edge]:
    return [
        Edge(link.key, placed.curves[k], link.label, placed.labels[k], f"n{link.source}", f"n{link.target}")
        for k, link in enumerate(edges)
    ]


def _rows(tape: Tape, index: int, voices: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The rows that a node's box reserves: its value, and what the sweeps will bring to it."""
    brought = voices if tape.carried[index] else ()
    return tuple((voice, f"n{index}.{voice[0]}") for voice in ("value", *brought))


def _title(tape: Tape, index: int) -> tuple[str, str]:
    """Name and operation, as they stand in a box's title."""
    if tape.primitives[index] is INPUT:
        return tape.names[index], ""
    return tape.names[index], f" = {expressions.expression(tape, index, PICTURE)}"


def _title_width(tape: Tape, index: int) -> float:
    name, operation = _title(tape, index)
    note = shape_text(shape_of(tape.values[index]))
    beside = text_width(note, NOTE_SIZE) + 10 if note else 0.0
    return text_width(name, NAME_SIZE) + text_width(operation, TITLE_SIZE) + beside


def _common_width(tape: Tape, additions: Additions, nodes: list[int]) -> float:
    """One width for all boxes, so that columns align: what the widest needs, within bounds."""
    needs = [NARROWEST]
    for index in nodes:
        if tape.primitives[index] is not CONSTANT:
            needs.append(_title_width(tape, index))
            for voice, key in _rows(tape, index, additions.voices):
                texts = (additions.texts or {}).get(key, ()) if voice != "value" else (picture_value(tape, index),)
                weight = 1.0 if voice == "value" else BOLD
                label = text_width(VOICES[voice], LABEL_SIZE) + 8
                needs += [label + weight * text_width(text, NUMBER_SIZE) for text in texts]
    return float(min(WIDEST, 4 * -(-(max(needs) + 2 * PAD) // 4)))


def _size(tape: Tape, index: int, width: float, additions: Additions) -> tuple[float, float]:
    if tape.primitives[index] is CONSTANT:
        return text_width(_constant_title(tape, index), NUMBER_SIZE) + 10, CONSTANT_HEIGHT
    stacked = bool((additions.stacks or {}).get(index))
    return width, box_height(len(_rows(tape, index, additions.voices)), stacked)


def _constant_title(tape: Tape, index: int) -> str:
    return shortened(expressions.constant_text(tape, index, PICTURE), NUMBER_SIZE, NARROWEST)


def _label_size(link: Link, token: str) -> tuple[float, float]:
    """The room that an edge needs for its partial, and for the token that will cover it."""
    widest = max(text_width(link.label, LOCAL_SIZE) + 8 if link.label else 0.0, token_width(token) if token else 0.0)
    return (widest, 22.0 if token else 16.0 if link.label else 0.0)


def _box(tape: Tape, index: int, corner: tuple[float, float], size: tuple[float, float], additions: Additions) -> Box:
    if tape.primitives[index] is CONSTANT:
        name = _constant_title(tape, index)
        return Box(f"n{index}", "constant", (*corner, *size), (("name" if tape.names[index] else "", name),))
    name, operation = _title(tape, index)
    note = shape_text(shape_of(tape.values[index]))
    room = size[0] - 2 * PAD - (text_width(note, NOTE_SIZE) + 10 if note else 0.0)
    name_shown = shortened(name, NAME_SIZE, room)
    rest = shortened(operation, TITLE_SIZE, room - text_width(name_shown, NAME_SIZE)) if operation else ""
    spans = (("name", name_shown), ("soft", rest)) if rest else (("name", name_shown),)
    whole = "" if (name_shown, rest) == (name, operation) else name + operation
    stack = (additions.stacks or {}).get(index, ())
    return Box(
        f"n{index}",
        _shape(tape, index),
        (*corner, *size),
        spans,
        _rows(tape, index, additions.voices),
        stack,
        note,
        whole,
    )


def _shape(tape: Tape, index: int) -> str:
    """The look of a box, by what the node is."""
    if tape.primitives[index] is INPUT:
        kind = "input"
    elif not tape.carried[index]:
        kind = "blind"
    else:
        kind = "output" if any(place.index == index for place in tape.output_places) else "operation"
    return kind if _finite(tape.values[index]) else f"{kind} odd"


def _finite(value: object) -> bool:
    array = np.asarray(plain_value(value))
    return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))


def _folded_scene(tape: Tape, additions: Additions, engine: str, direction: str, count: int) -> Scene:
    """The whole program as one box between its inputs and its outputs."""
    inputs = [place.index for place in tape.input_places[:MOST_ENDS]]
    outputs = list(dict.fromkeys(place.index for place in tape.output_places[:MOST_ENDS]))
    width = max(180.0, _common_width(tape, additions, [*inputs, *outputs]))
    sizes = [_size(tape, index, width, additions) for index in inputs] + [(width, 60.0)]
    sizes += [_size(tape, index, width, additions) for index in outputs]
    block = len(inputs)
    edges = [(k, block) for k in range(block)] + [(block, block + 1 + k) for k in range(len(outputs))]
    placed = place_boxes(engine, sizes, edges, [(0.0, 0.0)] * len(edges), direction)
    boxes = [_box(tape, i, placed.boxes[k], sizes[k], additions) for k, i in enumerate(inputs)]
    fold = Box(
        "program", "block", (*placed.boxes[block], *sizes[block]), (("name", tape.function),), note=f"{count:,} nodes"
    )
    boxes += [fold]
    boxes += [
        _box(tape, i, placed.boxes[block + 1 + k], sizes[block + 1 + k], additions) for k, i in enumerate(outputs)
    ]
    keys = [box.key for box in boxes]
    curves = [Edge(f"f{k}", placed.curves[k], source=keys[a], target=keys[b]) for k, (a, b) in enumerate(edges)]
    return _drawing(tape, boxes, curves, placed)


# -- the trace and the source


def trace_scene(tape: Tape, voices: tuple[str, ...]) -> Scene:
    """Return the evaluation trace as a table that fills in step with the graph."""
    more = tuple((VOICES[voice], voice) for voice in voices)
    columns = (("", "name"), ("operation", "soft"), ("value", "value"), *more)
    rows = tuple(_table_row(tape, index, voices) for index in drawn(tape))
    return Scene("trace", "table", "Trace", rows, columns=columns)


def _table_row(tape: Tape, index: int, voices: tuple[str, ...]) -> Row:
    name, operation = _title(tape, index)
    texts: tuple[str | Spans, ...] = ((("name", name),), (("soft", operation.removeprefix(" = ")),), f"n{index}.v")
    none: Spans = (("soft", "–"),)
    return Row(f"n{index}", (*texts, *(f"n{index}.{v[0]}" if tape.carried[index] else none for v in voices)))


def source_scene(tape: Tape) -> Scene:
    """Return the reader's functions, with the piece of each line that made each node."""
    codes: dict[CodeType, tuple[str, ...]] = {}
    pieces: dict[tuple[object, int], list[tuple[str, int, int]]] = {}
    for index in drawn(tape):
        code = tape.contexts[tape.positions[index][0]].code
        source = source_of(tape.contexts, tape.positions[index])
        if code is None or source is None:
            continue
        lines = codes.setdefault(code, source_lines(code))
        for line, start, stop in _spread(source.span, lines):
            pieces.setdefault((code, line), []).append((f"n{index}", start, stop))
    shown: list[Mark] = []
    for code, lines in codes.items():
        if shown and lines:
            shown.append(Line(0, ""))
        shown += [_line(k, text, pieces.get((code, k), [])) for k, text in enumerate(lines, 1)]
    return Scene(
        "source", "lines", "Source", tuple(shown), description=", ".join(display_name(c.co_name) for c in codes)
    )


def _line(number: int, text: str, pieces: list[tuple[str, int, int]]) -> Line:
    """A line of which every character can be seen; what belongs to the nodes moves along."""

    def place(column: int) -> int:
        return len(visible(text[:column]))

    return Line(number, visible(text), tuple((key, place(start), place(stop)) for key, start, stop in pieces))


def _spread(span: tuple[int, int, int, int], lines: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """The columns of an expression on each of its lines."""
    first, start, last, stop = span
    if last > len(lines):
        return []
    spread = []
    for line in range(first, last + 1):
        text = lines[line - 1]
        begin = start if line == first else len(text) - len(text.lstrip())
        end = stop if line == last else len(text.rstrip())
        if 0 <= begin < end:
            spread.append((line, begin, end))
    return spread
