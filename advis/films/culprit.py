"""The graph of a tape with the culprit marked: what a check found, or where a tape was sabotaged.

The mark is not only a colour: a dashed, thick frame and edge, and the sign ✗.
"""

from __future__ import annotations

from dataclasses import replace

from advis.analysis.bugs import SabotagedTape
from advis.analysis.check import Check
from advis.analysis.findings import Finding, told_apart
from advis.autodiff.numbers import minus, number
from advis.autodiff.partial import Partial
from advis.autodiff.tape import Tape
from advis.films.film import Box, Film, Scene, Spans, State
from advis.films.graph import Additions, links, subtitle, tape_scenes, title, value_tracks

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
        edges[_key(tape, located.edge)] = State(role, f"{CROSS} {_numbers(located)}")
    said: Spans = (("strong", check.text().split("\n")[0]), ("", _line(located)))
    word = "ok" if check.ok else f"wrong at {culprit.name}" if culprit is not None else "wrong"
    return _marked(tape, culprit.index if culprit else None, edges, said, "check", word, engine, direction)


def sabotaged_film(tape: SabotagedTape, engine: str = "layered", direction: str = "right") -> Film:
    """Return the graph of a sabotaged tape, with the place of the bug marked."""
    bug = tape.bug
    places = bug.lost if bug.place is None else {(bug.index, bug.place)}
    edges = {_key(tape, Partial(tape, *place)): State("flow wrong adjoint", CROSS) for place in sorted(places)}
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
    tokens = {key: str(state.text) for key, state in edges.items()}
    scenes = tape_scenes(tape, Additions(tokens=tokens), engine, direction)
    tracks = value_tracks(tape) | {key: ((0, state),) for key, state in edges.items()}
    tracks["say"] = ((0, State("", tuple(span for span in said if span[1]))),)
    if index is not None:
        tracks[f"n{index}"] = ((0, State("active wrong value")),)
        scenes = tuple(crossed(scene, f"n{index}") for scene in scenes)
    return Film(kind, title(tape), scenes, tracks, 0, f"{subtitle(tape)} · {word}", data={"notes": list(tape.notes)})


def crossed(scene: Scene, key: str) -> Scene:
    """Return a scene with ✗ beside the title of one box."""
    marks = tuple(
        replace(mark, note=f"{mark.note} {CROSS}".strip()) if isinstance(mark, Box) and mark.key == key else mark
        for mark in scene.marks
    )
    return replace(scene, marks=marks)


def _key(tape: Tape, edge: Partial) -> str:
    return next(link.key for link in links(tape) if (link.target, link.place) == (edge.index, edge.place))


def _numbers(finding: Finding) -> str:
    """What was found and what should have been, as short as tells them apart."""
    short = number(finding.found, 4), number(finding.expected, 4)
    if short[0] == short[1]:
        short = told_apart(finding.found, finding.expected)
    return minus(f"{short[0]} ≠ {short[1]}")


def _line(finding: Finding | None) -> str:
    return f" ({finding.line})" if finding is not None and finding.line is not None else ""
