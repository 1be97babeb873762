"""From a tape to the scenes of its film: of each place the graph, the evaluation trace and the reader's source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from advis.autodiff.body import mark_of
from advis.autodiff.numbers import shape_text
from advis.autodiff.primitives.rule import INPUT, shape_of
from advis.autodiff.table import operations_text
from advis.autodiff.tape import Tape
from advis.autodiff.visible import brief
from advis.films.cast import Cast, Link, Vertex, casts, drawn, words_of
from advis.films.details import arrays_data
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
from advis.films.film import Block, Box, Edge, Film, Group, Ink, Mark, Scene, State, Track
from advis.films.layout import Layout, Pair, layered
from advis.films.metrics import shortened, text_width
from advis.films.pack import canonical
from advis.films.places import plan
from advis.films.titles import WIDEST, Titles
from advis.films.trace import held, source_scene, trace_scene
from advis.films.words import Words, finite, subtitle, tape_sentence, title

BOLD = 1.12  # how much wider a semibold text is
NARROWEST = 132.0
CONSTANT_HEIGHT = 20.0
LONGEST_TOKEN = 136.0
MARGIN = 12.0
LEVELS = ("the function", "a sweep over it", "a sweep over that sweep")


@dataclass(frozen=True, slots=True)
class Additions:
    """What a sweep adds to the picture of its tape.

    ``texts`` are all texts that will stand in each row, ``tokens`` what flows on each edge: they decide the widths.
    ``arrivals`` are the steps at which contributions arrive; sums of several of them have a meter.
    """

    voices: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    arrivals: Mapping[str, int] = field(default_factory=dict)
    backward: bool = True  # which way contributions flow


@dataclass(frozen=True, slots=True)
class Graph:
    """The scenes of a tape in all its places, what opens them, and the texts that differ from turn to turn."""

    scenes: tuple[Scene, ...]
    blocks: tuple[Block, ...] = ()
    tracks: Mapping[str, Track] = field(default_factory=dict)


def tape_film(tape: Tape, engine: str = "layered", direction: str = "right", fold: bool | None = None) -> Film:
    """Return the film of a tape: one step, the graph with every value and every partial.

    Parameters
    ----------
    tape : Tape
    engine : {"layered", "dot", "planes"}
        Who places the boxes: our own layout, or Graphviz's ``dot``, which must be installed. ``planes`` is our own,
        with the function and each level of sweeps over it below each other.
    direction : {"right", "down"}
        Where the computation flows; in planes to the right.
    fold : bool, optional
        Whether functions, loops and named parts are boxes that open. By default they are in a program of more than 60
        boxes; one of more than 400, or with more than 8,000 curves, is always folded.
    """
    shown = casts(plan(tape, fold))
    words = words_of(tape, shown)
    graph = tape_graph(words, shown, Additions(), engine, direction)
    tracks = {**graph.tracks, **value_tracks(words, shown), "say": ((0, State("", tape_sentence(tape))),)}
    film = tape_film_of(tape, "tape", graph, tracks, 0, "value")
    return replace(film, data={**film.data, **arrays_data(tape, shown)})


def tape_film_of(
    tape: Tape, kind: str, graph: Graph, tracks: Mapping[str, Track], steps: int, voice: str, word: str = ""
) -> Film:
    """Return a film over the picture of a tape; ``word`` is added to its subtitle."""
    said = f"{subtitle(tape)} · {word}" if word else subtitle(tape)
    data = {"notes": list(tape.notes)}
    return Film(kind, title(tape), graph.scenes, tracks, steps, said, voice, blocks=graph.blocks, data=data)


def tape_graph(words: Words, shown: list[Cast], additions: Additions, engine: str, direction: str) -> Graph:
    """Return the scenes of every place: graph, source, trace. Scenes that would be empty are left out."""
    scenes: list[Scene] = []
    tracks: dict[str, Track] = {}
    opened = frozenset(cast.place.key for cast in shown)
    for cast in shown:
        titles = Titles(words, cast)
        place = _graph_scene(titles, additions, engine, direction, opened), source_scene(cast)
        key = cast.place.key
        for scene in (*place, trace_scene(titles, additions.voices)):
            if scene.marks:
                scenes.append(replace(scene, name=f"{scene.name} {key}", block=key) if key else scene)
        tracks |= titles.tracks
    folds = tuple(
        Block(cast.place.key, cast.place.label, cast.place.parent, cast.place.each, cast.nodes()) for cast in shown[1:]
    )
    return Graph(tuple(scenes), folds, tracks)


def value_tracks(words: Words, shown: list[Cast]) -> dict[str, Track]:
    """Return the tracks that show every value from the start."""
    values, nodes = words.tape.values, drawn(shown)
    return {f"n{k}.v": ((0, State("" if finite(values[k]) else "odd", words.value(k))),) for k in nodes}


# -- the graph of a place


def _graph_scene(titles: Titles, additions: Additions, engine: str, direction: str, opened: frozenset[str]) -> Scene:
    """Return the drawing: a box for each node and fold, a curve for each use of one by another."""
    cast = titles.cast
    stacks = _stacks(cast, additions)
    width = _common_width(titles, additions)
    sizes = [_size(titles, vertex, width, additions, stacks) for vertex in cast.vertices]
    labels = [titles.label(link) for link in cast.links]
    tokens = [_widest_token(cast, link, additions.tokens) for link in cast.links]
    rooms = [_label_size(label, token) for (_, label), token in zip(labels, tokens, strict=True)]
    pairs = [(link.source, link.target) for link in cast.links]
    if engine == "planes":
        placed, framing = _planes(cast, sizes, pairs, rooms)
    else:
        placed, framing = place_boxes(engine, sizes, pairs, rooms, direction), ()
    keys = [vertex.key for vertex in cast.vertices]
    curves = [
        Edge(
            link.key,
            placed.curves[k],
            labels[k][0] or "",
            placed.labels[k],
            keys[link.source],
            keys[link.target],
            titles.passing(link),
        )
        for k, link in enumerate(cast.links)
    ]
    boxes = []
    for k, vertex in enumerate(cast.vertices):
        stack = stacks.get(vertex.index, ())
        boxes.append(_box(titles, vertex, (*placed.boxes[k], *sizes[k]), additions, stack, opened))
    marks: tuple[Mark, ...] = (*framing, *curves, *boxes)
    said = _described(cast)
    return Scene("graph", "drawing", "Graph", marks, placed.width, placed.height, description=said)


def _planes(
    cast: Cast, sizes: list[Pair], edges: list[tuple[int, int]], labels: list[Pair]
) -> tuple[Layout, tuple[Group, ...]]:
    """The levels of a tape below each other; what is made from a deeper level stands there too."""
    planes: list[int] = []
    before = {target: [a for a, b in edges if b == target] for target in range(len(sizes))}
    for k, vertex in enumerate(cast.vertices):
        user = vertex.user[0] if vertex.user is not None else vertex.index
        planes.append(max([cast.tape[user].level, *(planes[parent] for parent in before[k])]))
    placed = _with_margin(layered(sizes, edges, labels=labels, planes=planes), "right")
    return placed, (_parted(placed, sizes, planes),) if len(set(planes)) > 1 else ()


def _parted(placed: Layout, sizes: list[Pair], planes: list[int]) -> Group:
    """A line between any two planes, with what they are above and below it."""
    levels, inks, strokes = sorted(set(planes)), [], []
    for upper, lower in pairwise(levels):
        ends = [
            y + height for (_, y), (_, height), own in zip(placed.boxes, sizes, planes, strict=True) if own == upper
        ]
        begins = [y for (_, y), own in zip(placed.boxes, planes, strict=True) if own == lower]
        y = round((max(ends) + min(begins)) / 2, 1)
        strokes += [0.0, y, placed.width, y]
        for level, at in ((upper, y - 9.0), (lower, y + 18.0)):
            inks.append(Ink("text", "size", (placed.width - MARGIN, at), (("", LEVELS[min(level, 2)]),), "end"))
    return Group("planes", (Ink("lines", "parting", tuple(strokes)), *inks))


def _described(cast: Cast) -> str:
    tape = cast.tape
    if cast.place.key:
        turns = f", {len(cast.place.turns):,} turns" if cast.place.shared else ""
        return f"Graph of {cast.place.label} in {tape.function}: {len(cast.place.items)} boxes{turns}."
    names = [", ".join(brief(node.name) for node in nodes[:8]) for nodes in (tape.inputs, tape.outputs)]
    return f"Graph of {tape.function}: inputs {names[0]}; {operations_text(tape)}; output {names[1]}."


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
        return _layered(tuple(sizes), tuple(edges), tuple(labels), direction)
    if engine == "dot":
        from advis.films.dot import dot_layout

        return _with_margin(dot_layout(sizes, edges, labels=labels, direction=direction), direction)
    known = "'layered' (built in), 'planes' (a gradient's own graph by levels) or 'dot' (Graphviz)"
    raise ValueError(f"engine={engine!r} is not known; write engine={known}")


@lru_cache(maxsize=256)
def _layered(
    sizes: tuple[Pair, ...], edges: tuple[tuple[int, int], ...], labels: tuple[Pair, ...], direction: str
) -> Layout:
    """Our own layout; the places of a long program often look the same."""
    return _with_margin(layered(sizes, edges, labels=labels, direction=direction), direction)


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


def _stacks(cast: Cast, additions: Additions) -> dict[int, tuple[str, ...]]:
    """For each node that sums several contributions the curves by which they come, in the order of arrival."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for link in cast.links:
        vertex = cast.vertices[link.source if additions.backward else link.target]
        keys = [key for key in cast.keys(link) if key in additions.arrivals]
        if keys and vertex.kind == "node":
            place = link.uses[0][1]
            found.setdefault(vertex.index, []).append((additions.arrivals[keys[0]], place, link.key))
    return {index: tuple(key for _, _, key in sorted(keys)) for index, keys in found.items() if len(keys) > 1}


def _widest_token(cast: Cast, link: Link, tokens: Mapping[str, str]) -> str:
    """The longest of what flows on a curve in any turn: it decides how much room there is."""
    return max((tokens.get(key, "") for key in cast.keys(link)), key=token_width, default="") if tokens else ""


def _rows(cast: Cast, vertex: Vertex, voices: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The rows that a box reserves: its value, and what the sweeps will bring to it; of a fold those of its result."""
    key, index = vertex.key, vertex.index
    if vertex.fold is not None:
        if len(vertex.fold.outputs) != 1:
            return ()
        index = vertex.fold.outputs[0]
        key = cast.node(index)
    brought = voices if cast.tape.carried[index] else ()
    return tuple((voice, f"{key}.{voice[0]}") for voice in ("value", *brought))


def _row_nodes(cast: Cast, vertex: Vertex) -> list[int]:
    """The nodes whose numbers stand in the rows of a box, in all turns."""
    if vertex.fold is None:
        return cast.anywhere(vertex.index, vertex.user)
    return cast.anywhere(vertex.fold.outputs[0]) if len(vertex.fold.outputs) == 1 else []


def _note(titles: Titles, vertex: Vertex) -> str:
    """What stands small at the right of a title: how derivatives pass, an array's shape; how much a fold holds."""
    if vertex.fold is not None:
        return held(titles.cast, vertex.fold)
    tape, index = titles.cast.tape, vertex.index
    mark = "wall" if _is_wall(tape, index) else mark_of(tape.primitives[index])
    return " · ".join(text for text in (mark, shape_text(shape_of(tape.values[index]))) if text)


def _is_wall(tape: Tape, index: int) -> bool:
    """Whether a node was put there so that no derivative passes."""
    return tape.primitives[index].name == "stop_gradient"


def _title(titles: Titles, vertex: Vertex) -> tuple[str, str]:
    """Name and operation, the longest of any turn, as they stand in a box's title."""
    if vertex.fold is not None:
        return "", vertex.fold.block.name
    name, operation = titles.widest(vertex)
    return name, f" = {operation}" if operation and vertex.kind == "node" else ""


def _common_width(titles: Titles, additions: Additions) -> float:
    """One width for all boxes, so that columns align: what the widest needs, within bounds."""
    cast, needs = titles.cast, [NARROWEST]
    for vertex in cast.vertices:
        if vertex.kind in ("constant", "more"):
            continue
        (name, operation), note = _title(titles, vertex), _note(titles, vertex)
        beside = text_width(note, NOTE_SIZE) + 10 if note else 0.0
        weight = BOLD if vertex.fold is not None else 1.0
        needs.append(text_width(name, NAME_SIZE) + weight * text_width(operation, TITLE_SIZE) + beside)
        nodes = _row_nodes(cast, vertex)
        for voice, _ in _rows(cast, vertex, additions.voices):
            label = text_width(VOICES[voice], LABEL_SIZE) + 8
            for node in nodes:
                swept = additions.texts.get(f"n{node}.{voice[0]}", ())
                texts, weight = ((titles.words.value(node),), 1.0) if voice == "value" else (swept, BOLD)
                needs += [label + weight * text_width(text, NUMBER_SIZE) for text in texts]
    return float(min(WIDEST, 4 * -(-(max(needs) + 2 * PAD) // 4)))


def _size(
    titles: Titles, vertex: Vertex, width: float, additions: Additions, stacks: Mapping[int, tuple[str, ...]]
) -> tuple[float, float]:
    if vertex.kind in ("constant", "more"):
        return text_width(_constant_title(titles, vertex), NUMBER_SIZE) + 10, CONSTANT_HEIGHT
    rows = _rows(titles.cast, vertex, additions.voices)
    return width, box_height(len(rows), vertex.index in stacks) if rows else 44.0


def _constant_title(titles: Titles, vertex: Vertex) -> str:
    if vertex.kind == "more":
        return f"and {vertex.count:,} more"
    return shortened(titles.widest(vertex)[0], NUMBER_SIZE, NARROWEST)


def _label_size(label: str, token: str) -> tuple[float, float]:
    """The room that an edge needs for its partial, and for the token that will cover it."""
    widest = max(text_width(label, LOCAL_SIZE) + 8 if label else 0.0, token_width(token) if token else 0.0)
    return (widest, 22.0 if token else 16.0 if label else 0.0)


def _box(
    titles: Titles,
    vertex: Vertex,
    at: tuple[float, float, float, float],
    additions: Additions,
    stack: tuple[str, ...],
    opened: frozenset[str],
) -> Box:
    tape, fold = titles.cast.tape, vertex.fold
    if vertex.kind in ("constant", "more"):
        named = "name" if vertex.kind == "constant" and tape.names[vertex.index] else ""
        fixed = titles.texts(vertex) is not None if vertex.kind == "constant" else True
        return Box(vertex.key, "constant", at, ((named, _constant_title(titles, vertex)),) if fixed else ())
    name, operation = _title(titles, vertex)
    note = _note(titles, vertex)
    room = at[2] - 2 * PAD - (text_width(note, NOTE_SIZE) + 10 if note else 0.0)
    name_shown = shortened(name, NAME_SIZE, room)
    size = TITLE_SIZE * BOLD if fold is not None else TITLE_SIZE
    rest = shortened(operation, size, room - text_width(name_shown, NAME_SIZE)) if operation else ""
    spans = tuple(span for span in (("name", name_shown), ("strong" if fold else "soft", rest)) if span[1])
    whole = "" if (name_shown, rest) == (name, operation) else name + operation
    if fold is None and titles.texts(vertex) is None:
        spans, whole = (), ""
    rows = _rows(titles.cast, vertex, additions.voices)
    return Box(vertex.key, _shape(titles, vertex, opened), at, spans, rows, stack, note, whole)


def _shape(titles: Titles, vertex: Vertex, opened: frozenset[str]) -> str:
    """The look of a box, by what it stands for."""
    tape, cast, index = titles.cast.tape, titles.cast, vertex.index
    nodes = _row_nodes(cast, vertex)
    if vertex.fold is not None:
        kind = "block" if vertex.fold.key in opened else "block closed"
        nodes = [k for q in vertex.fold.members for k in range(q.first, q.last + 1)] if not cast.place.shared else nodes
    elif tape.primitives[index] is INPUT or vertex.kind == "entrance":
        kind = "input"
    elif not tape.carried[index]:
        kind = "blind walled" if _is_wall(tape, index) else "blind"
    else:
        kind = "output" if index in cast.place.leaving else "operation"
    whole = [finite(tape.values[node]) for node in nodes]
    odd = not any(whole) if cast.place.shared else not all(whole)  # what only some turns are is not drawn for all
    return f"{kind} odd" if odd and whole else kind
