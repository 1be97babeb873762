"""The film of a diagnosis: the graph with walls, poison, kinks and dead inputs marked, and one finding a step.

A mark is a shape and a word, not only a colour: a bar across what comes into a wall, a tag on the border of a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from advis.analysis.blocked import Blocked
from advis.analysis.diagnosis import MOST_SHOWN, Diagnosis
from advis.analysis.poison import Poison
from advis.analysis.symptoms import Symptom
from advis.autodiff.numbers import minus
from advis.films.cast import Cast, casts, drawn_as, edge_key
from advis.films.culprit import CROSS, folds_of
from advis.films.film import Box, Film, Group, Ink, Scene, Spans, State, Track
from advis.films.graph import Additions, tape_film_of, tape_graph, value_tracks
from advis.films.places import plan
from advis.films.words import Words

SIGNS = {"wall": "▮", "poison": "✱", "dead": "∅", "branch": "◇", "kink": "∧", "scale": "≷"}
"""What stands before the word of each kind of mark."""
BAR = 6.0  # the thickness of a wall
OVER = 9.0  # how far it stands out beyond its box


def diagnosis_film(diagnosis: Diagnosis, engine: str = "layered", direction: str = "right") -> Film:
    """Return the film of a diagnosis: step 0 shows all marks, then each finding, then each note has a step.

    Parameters
    ----------
    diagnosis : Diagnosis
    engine, direction : str
        As in `advis.films.graph.tape_film`.
    """
    tape = diagnosis.tape
    words, seen = Words(tape), casts(plan(tape))
    told = [*diagnosis.findings, *diagnosis.notes][:MOST_SHOWN]
    whole = drawn_as(seen)
    edges = {key: CROSS for found in told for key in _stopped(found, whole)}
    graph = tape_graph(words, seen, Additions(tokens=edges), engine, direction)
    tags = _tags(told, seen)
    graph = replace(graph, scenes=tuple(_marked(scene, tags, direction) for scene in graph.scenes))
    tracks: dict[str, Track] = {**graph.tracks, **value_tracks(words, seen), **_tracks(told, seen, whole)}
    tracks["say"] = tuple((step, State("", spans)) for step, spans in enumerate(_sentences(diagnosis, told)))
    count = len(diagnosis.findings)
    word = "clean" if diagnosis.clean else f"{count} finding{'s' if count > 1 else ''}"
    return tape_film_of(tape, "diagnosis", graph, tracks, len(told), "value", word)


def _stopped(found: Symptom, whole: Mapping[str, str]) -> list[str]:
    """The edges on which a derivative stops at this finding, by the keys under which they are drawn."""
    if not isinstance(found, (Blocked, Poison)) or found.node is None:
        return []
    tape, inside = found.node.tape, set(found.path)
    keys = [
        edge_key((index, place))
        for index in (found.marked if isinstance(found, Blocked) else (found.node.index,))
        for place, parent in enumerate(tape.parents[index])
        if parent in inside and (tape.carried[parent] or found.grave)
    ]
    return list(dict.fromkeys(whole.get(key, key) for key in keys))


# -- what is marked all the time


def _tags(told: list[Symptom], seen: list[Cast]) -> dict[str, list[str]]:
    """The words of every box that is marked, or in which something marked is folded away."""
    tags: dict[str, list[str]] = {}
    for found in told:
        pairs = [(index, found.word) for index in found.marked]
        if isinstance(found, Blocked):
            pairs += [(node.index, "dead") for node in found.inputs]
        for index, word in pairs:
            if found.word == "branch" and not found.grave:
                continue  # an ordinary branch is told, and no fault
            for key in _keys(seen, index):
                words = tags.setdefault(key, [])
                words += [word] if word not in words else []
    return tags


def _keys(seen: list[Cast], index: int) -> list[str]:
    return [f"n{index}", *folds_of(seen, index)]


def _marked(scene: Scene, tags: dict[str, list[str]], direction: str) -> Scene:
    """A drawing with the tags, and the walls, of its boxes."""
    if scene.kind != "drawing":
        return scene
    boxes = [box for box in scene.marks if isinstance(box, Box) and box.key in tags]
    added = [mark for box in boxes for mark in _marks(box, tags[box.key], direction)]
    return replace(scene, marks=(*scene.marks, *added))


def _marks(box: Box, words: list[str], direction: str) -> Iterator[Group]:
    left, top, width, height = box.at
    down = direction == "down"
    if "wall" in words:
        bar = (
            (left - OVER, top - BAR - 2, width + 2 * OVER, BAR, 1.0)
            if down
            else (left - BAR - 2, top - OVER, BAR, height + 2 * OVER, 1.0)
        )
        yield Group(f"wall {box.key}", (Ink("rect", "wall", bar),))
    said = "  ".join(f"{SIGNS[word]} {word}" for word in words)
    text = Ink("text", "tag", (left + width - 8, top + (height + 8 if down else 4)), (("", said),), "end")
    yield Group(f"tag {box.key}", (text,), more=", ".join(words))


# -- what is marked in a step


def _tracks(told: list[Symptom], seen: list[Cast], whole: Mapping[str, str]) -> dict[str, Track]:
    """In the step of a finding its nodes are marked; of a wall, what lies before it is grey, and its edge crossed."""
    entries: dict[str, dict[int, State]] = {}

    def show(key: str, step: int, state: State) -> None:
        track = entries.setdefault(key, {0: State()})
        track[step] = state
        track.setdefault(step + 1, State())

    for step, found in enumerate(told, 1):
        role = "active wrong value" if found.grave else "active value"
        lost = isinstance(found, Blocked) and bool(found.inputs)
        for index in found.path if lost else ():
            for key in _keys(seen, index):
                show(key, step, State("idle"))
        for index in found.marked:
            for key in _keys(seen, index):
                show(key, step, State(role))
        for key in _stopped(found, whole):
            show(key, step, State("flow wrong adjoint", CROSS))
    last = len(told)
    return {
        key: tuple((step, state) for step, state in sorted(track.items()) if step <= last)
        for key, track in entries.items()
    }


def _sentences(diagnosis: Diagnosis, told: list[Symptom]) -> Iterator[Spans]:
    count, notes = len(diagnosis.findings), len(diagnosis.notes)
    head = (
        "A finite derivative reaches every input."
        if diagnosis.clean
        else f"{count} findings, one a step, the most important first."
        if count > 1
        else "1 finding."
    )
    more = f" {notes} note{'s' if notes > 1 else ''}, no fault{'s' if notes > 1 else ''}." if notes else ""
    yield (("strong", "Diagnosis: "), ("", head + more))
    for found in told:
        yield tuple(span for span in _spans(found) if span[1])


def _spans(found: Symptom) -> Spans:
    """What is the matter, where, and what helps; the text of the line stands beside it."""
    where = f" (line {found.line.line})" if found.line is not None else ""
    kind = found.kind if found.grave else f"note, {found.kind}"
    cure: Spans = (("strong", " Cure: "), ("", f"{found.cure}.")) if found.cure else ()
    return (("strong", f"{kind}: "), ("", f"{minus(found.brief or found.message)}{where}."), *cure)
