"""Beside the graph of a place: its evaluation trace as a table, and the reader's source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import CodeType

from advis.analysis.blocks import Block, nodes_of
from advis.autodiff.code import display_name, home, source_lines, source_of, stands_in
from advis.autodiff.primitives.rule import INPUT
from advis.autodiff.recorder import Position
from advis.autodiff.tape import Tape
from advis.autodiff.visible import visible
from advis.films.cast import Cast, Vertex
from advis.films.draw import VOICES
from advis.films.film import Line, Mark, Row, Scene, Spans
from advis.films.places import Fold
from advis.films.titles import Titles

Piece = tuple[str, tuple[int, int, int, int]]
"""The key of what a piece of source made, and the first line, first column, last line, last column of the piece."""

MOST_PIECES = 60
"""Of so many operations in a block at most the pieces of source light up."""

MOST_LINES, AROUND = 80, 2
"""A longer function is shown in pieces: so many lines around each that computes something."""
GAP = Line(0, "⋮")
NONE: Spans = (("soft", "–"),)


def trace_scene(titles: Titles, voices: tuple[str, ...]) -> Scene:
    """Return the evaluation trace as a table that fills in step with the graph."""
    cast = titles.cast
    more = tuple((VOICES[voice], voice) for voice in voices)
    columns = (("", "name"), ("operation", "soft"), ("value", "value"), *more)
    rows = tuple(
        _fold_row(cast, vertex, voices) if vertex.fold is not None else _row(titles, vertex, voices)
        for vertex in cast.vertices
        if vertex.kind in ("node", "entrance", "fold")
    )
    return Scene("trace", "table", "Trace", rows, columns=columns)


def _row(titles: Titles, vertex: Vertex, voices: tuple[str, ...]) -> Row:
    key, carried = vertex.key, titles.cast.tape.carried[vertex.index]
    texts = titles.texts(vertex)
    names: str | Spans = f"{key}.n" if texts is None else (("name", texts[0]),)
    operations: str | Spans = f"{key}.o" if texts is None else (("soft", texts[1]),)
    if vertex.kind == "entrance":
        operations = (("soft", "from outside"),)
    return Row(key, (names, operations, f"{key}.v", *(f"{key}.{v[0]}" if carried else NONE for v in voices)))


def _fold_row(cast: Cast, vertex: Vertex, voices: tuple[str, ...]) -> Row:
    fold = vertex.fold
    assert fold is not None
    said = (("soft", held(cast, fold)),)
    cells = ("value", *voices)
    if len(fold.outputs) != 1:
        return Row(vertex.key, ((("strong", fold.block.name),), said, *(NONE for _ in cells)))
    index = fold.outputs[0]
    key, carried = cast.node(index), cast.tape.carried[index]
    shown = (f"{key}.{v[0]}" if carried or v == "value" else NONE for v in cells)
    return Row(vertex.key, ((("strong", fold.block.name),), said, *shown))


def held(cast: Cast, fold: Fold) -> str:
    """Return how much a fold holds: ``50 times``, ``12 operations``, or ``100 inputs``."""
    if len(fold.members) > 1:
        return f"{len(fold.members):,} times"
    nodes = nodes_of(cast.tape, fold.block)
    count = sum(cast.tape.primitives[index] is not INPUT for index in nodes)
    return f"{count:,} operations" if count else f"{len(nodes):,} inputs"


# -- the source


def source_scene(cast: Cast) -> Scene:
    """Return the reader's functions, with the piece of each line that made each node, or what is folded."""
    tape = cast.tape
    codes: dict[CodeType, list[Piece]] = {}
    for vertex in cast.vertices:
        if not tape.positions or vertex.kind not in ("node", "fold"):
            continue
        item: int | Block = vertex.index if vertex.fold is None else vertex.fold.members[vertex.fold.model]
        for position in dict.fromkeys(islice(_positions(tape, item), MOST_PIECES)):
            code, source = home(tape.contexts, position), source_of(tape.contexts, position)
            if code is not None and source is not None:
                codes.setdefault(code, []).append((vertex.key, source.span))
    shown: list[Mark] = []
    codes = _gathered(codes)
    for code, pieces in codes.items():
        shown += [Line(0, "")] * bool(shown and source_lines(code))
        shown += _text(source_lines(code), pieces)
    said = ", ".join(display_name(code.co_name) for code in codes)
    return Scene("source", "lines", "Source", tuple(shown), description=said)


def _gathered(codes: dict[CodeType, list[Piece]]) -> dict[CodeType, list[Piece]]:
    """The same without codes whose text stands inside another one's: their pieces are those of that text."""
    found: dict[CodeType, list[Piece]] = {}
    for code, pieces in codes.items():
        for outer in codes:
            if (further := stands_in(code, outer)) is not None:
                down, right = further
                pieces = [(key, (a + down, b + right, c + down, d + right)) for key, (a, b, c, d) in pieces]
                code = outer
        found.setdefault(code, []).extend(pieces)
    return {code: found[code] for code in codes if code in found}


def _text(lines: tuple[str, ...], pieces: list[Piece]) -> list[Line]:
    """The lines of a function with their pieces."""
    lit: dict[int, list[tuple[str, int, int]]] = {}
    for key, span in pieces:
        for line, start, stop in spread(span, lines):
            lit.setdefault(line, []).append((key, start, stop))
    shown: list[Line] = []
    for k, text in enumerate(lines, 1):
        if _near(k, set(lit), len(lines)):
            shown.append(_line(k, text, lit.get(k, [])))
        elif shown and shown[-1] != GAP:
            shown.append(GAP)
    return shown


def _line(number: int, text: str, pieces: list[tuple[str, int, int]]) -> Line:
    """A line of which every character can be seen; what belongs to the nodes moves along."""

    def place(column: int) -> int:
        return len(visible(text[:column]))

    return Line(number, visible(text), tuple((key, place(start), place(stop)) for key, start, stop in pieces))


def _near(line: int, lit: set[int], count: int) -> bool:
    """Whether a line is shown: of a long function those around what is computed in this place, and its head."""
    return count <= MOST_LINES or line == 1 or not lit.isdisjoint(range(line - AROUND, line + AROUND + 1))


def _positions(tape: Tape, item: int | Block) -> Iterator[Position]:
    """Where in the reader's code something was computed: of a function, where it was called."""
    if not isinstance(item, Block):
        yield tape.positions[item]
        return
    context = tape.contexts[item.context]
    if item.kind == "function" and context.call >= 0:
        yield context.parent, context.call
        return
    for inner in item.items:
        yield from _positions(tape, inner)


def spread(span: tuple[int, int, int, int], lines: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """Return the columns of an expression on each of its lines."""
    first, start, last, stop = span
    if last > len(lines):
        return []
    found = []
    for line in range(first, last + 1):
        text = lines[line - 1]
        begin = start if line == first else len(text) - len(text.lstrip())
        end = stop if line == last else len(text.rstrip())
        if 0 <= begin < end:
            found.append((line, begin, end))
    return found
