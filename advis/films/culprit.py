"""The graph of a tape with the culprit marked: what a check found, or where a tape was sabotaged.

The mark is not only a colour: a dashed, thick frame and edge, and the sign ✗.
"""

from __future__ import annotations

from dataclasses import replace

from advis.analysis.bugs import SabotagedTape
from advis.analysis.check import Check
from advis.analysis.findings import Finding, told_apart
from advis.autodiff.numbers import minus, number
from advis.autodiff.tape import Tape
from advis.films.cast import Cast, casts, drawn_as, edge_key
from advis.films.film import Box, Film, Scene, Spans, State, Track
from advis.films.folds import inside
from advis.films.graph import Additions, tape_film_of, tape_graph, value_tracks
from advis.films.places import plan
from advis.films.words import Words, signed

CROSS = "✗"
BACKWARD = ("reverse rule", "pair of rules", "sum")
"""The findings that are about the way from a node back to its parent."""


def check_film(check: Check, engine: str = "layered", direction: str = "right") -> Film:
    """Return the graph of what was checked; if something is wrong, the first culprit and its edge are marked.

    Parameters
    ----------
    check : Check
    engine, direction : str
        As in `advis.films.graph.tape_film`.
    """
    tape, culprit = check.tape, check.culprit
    located = next((finding for finding in check.findings if finding.node is not None), None)
    edges: dict[str, State] = {}
    if located is not None and located.edge is not None:
        role = "flow wrong adjoint" if located.kind in BACKWARD else "flow wrong tangent"
        edges[edge_key((located.edge.index, located.edge.place))] = State(role, f"{CROSS} {_numbers(located)}")
    told = "nothing is wrong" if check.ok else signed(check.findings[0].sentence)
    said: Spans = (("strong", f"Check: {told}"), ("", f"{_line(located)}."))
    word = "ok" if check.ok else f"wrong at {culprit.name}" if culprit is not None else "wrong"
    return _marked(tape, culprit.index if culprit else None, edges, said, "check", word, engine, direction)


def sabotaged_film(tape: SabotagedTape, engine: str = "layered", direction: str = "right") -> Film:
    """Return the graph of a sabotaged tape, with the place of the bug marked."""
    bug = tape.bug
    places = bug.lost if bug.place is None else {(bug.index, bug.place)}
    edges = {edge_key(place): State("flow wrong adjoint", CROSS) for place in sorted(places)}
    said: Spans = (("strong", f"Sabotaged ({bug.kind}): "), ("", f"{bug.sentence}."))
    return _marked(tape, bug.index, edges, said, "tape", f"sabotaged: {bug.kind}", engine, direction)


def _marked(
    tape: Tape,
    index: int | None,
    edges: dict[str, State],
    said: Spans,
    kind: str,
    word: str,
    engine: str,
    direction: str,
) -> Film:
    words, seen = Words(tape), casts(plan(tape, fold=False))
    whole = drawn_as(seen)
    edges = {whole.get(key, key): state for key, state in edges.items()}
    tokens = {key: str(state.text) for key, state in edges.items()}
    graph = tape_graph(words, seen, Additions(tokens=tokens), engine, direction)
    tracks: dict[str, Track] = {**graph.tracks, **value_tracks(words, seen)}
    tracks |= {key: ((0, state),) for key, state in edges.items()}
    tracks["say"] = ((0, State("", tuple(span for span in said if span[1]))),)
    if index is not None:
        keys = [f"n{index}", *folds_of(seen, index)]
        tracks |= {key: ((0, State("active wrong value")),) for key in keys}
        for key in keys:
            graph = replace(graph, scenes=tuple(crossed(scene, key) for scene in graph.scenes))
    return tape_film_of(tape, kind, graph, tracks, 0, "value", word)


def folds_of(seen: list[Cast], index: int) -> list[str]:
    """Return the folds, and their turns, in which a node is hidden."""
    return [
        cast.fold(fold).replace("@", str(q))
        for cast in seen
        for fold in cast.place.folds
        for q, turn in cast.turns()
        if index in inside(cast, fold, turn)
    ]


def crossed(scene: Scene, key: str) -> Scene:
    """Return a scene with ✗ beside the title of one box."""
    marks = tuple(
        replace(mark, note=f"{mark.note} {CROSS}".strip()) if isinstance(mark, Box) and mark.key == key else mark
        for mark in scene.marks
    )
    return replace(scene, marks=marks)


def _numbers(finding: Finding) -> str:
    """What was found and what should have been, as short as tells them apart."""
    short = number(finding.found, 4), number(finding.expected, 4)
    if short[0] == short[1]:
        short = told_apart(finding.found, finding.expected)
    return minus(f"{short[0]} ≠ {short[1]}")


def _line(finding: Finding | None) -> str:
    return f" ({finding.line})" if finding is not None and finding.line is not None else ""
