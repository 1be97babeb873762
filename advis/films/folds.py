"""What is seen of a folded block while a sweep goes through it: one turn, what passes its border, and one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from advis.films.cast import Cast, Link, Vertex, automatic
from advis.films.film import Spans, State, Track
from advis.films.places import Fold, Use
from advis.films.words import Words


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of one way to go through a program: a sweep, or the evaluation.

    Attributes
    ----------
    words : Words
    amount : callable
        What passes a curve into a fold, from the nodes whose values these are and the edges that the curve stands for:
        its text, its share of the sum to which it is added, and whether it is negative; None if nothing passes.
    said : callable
        The sentence of a fold's step, from its label, how many operations had their turn, the first and the last of
        these steps, and what passed: pairs of a name (none for several values) and a text.
    """

    words: Words
    amount: Callable[[tuple[int, ...], list[Use]], tuple[str, float, bool] | None]
    said: Callable[[str, int, int, int, list[tuple[str, str]]], Spans]


def fold_tracks(shown: list[Cast], turns: Mapping[int, int], voice: str, passage: Passage) -> dict[str, Track]:
    """Return the tracks of every fold, in every turn of the place in which it stands.

    A fold is active from the first to the last step of its nodes. With the last one what passes its border flows.

    Parameters
    ----------
    shown : list of Cast
    turns : mapping
        The step at which each node has its turn.
    voice : str
    passage : Passage
    """
    tracks: dict[str, Track] = {}
    for cast in shown:
        folds = [vertex for vertex in cast.vertices if vertex.fold is not None]
        entrances = {fold.key: [link for link in cast.links if cast.vertices[link.target] is fold] for fold in folds}
        for q, turn in cast.turns():
            for vertex in folds:
                tracks |= _turn(cast, vertex, entrances[vertex.key], q, turn, turns, voice, passage)
    return tracks


def _turn(
    cast: Cast,
    vertex: Vertex,
    links: list[Link],
    q: int,
    turn: tuple[int, ...],
    turns: Mapping[int, int],
    voice: str,
    passage: Passage,
) -> dict[str, Track]:
    """The tracks of a fold, and of what leads into it, in one turn of its place."""
    fold = vertex.fold
    assert fold is not None
    steps = [turns[index] for index in inside(cast, fold, turn) if index in turns]
    if not steps:
        return {}
    low, high = min(steps), max(steps)
    tracks: dict[str, Track] = {}
    passed: list[tuple[str, str]] = []
    for link in links:
        uses = [(turn[cast.place.order[target]], place) for target, place in link.uses]
        sources = tuple(cast.place.elsewhere(cast.tape, turn, index, link.uses[0]) for index in link.sources)
        found = passage.amount(sources, uses)
        if found is None:
            continue
        text, level, negative = found
        sign = " negative" if negative else ""
        flowing, later = State(f"flow {voice}{sign}", text, level), State(f"done {voice}{sign}", "", level)
        tracks[link.key.replace("@", str(q))] = ((high, flowing), (high + 1, later))
        passed.append((_called(passage.words, cast, link, sources), text))
    said = passage.said(fold.block.name, len(steps), low, high, passed)
    active, done = f"active {voice}", f"done {voice}"
    begun = ((low, State(active)),) if low < high else ()
    tracks[vertex.key.replace("@", str(q))] = (*begun, (high, State(active, said)), (high + 1, State(done)))
    return tracks


def _called(words: Words, cast: Cast, link: Link, sources: tuple[int, ...]) -> str:
    """How the picture calls what passes a curve: by its name, or by the fold that hides it, as it does several."""
    fold = cast.vertices[link.source].fold
    if len(sources) != 1:
        return fold.block.name if fold is not None else ""
    name = words.title(sources[0])[0]
    if cast.place.shared or fold is not None:
        name = words.common(name, cast.place.key)
    return fold.block.name if fold is not None and automatic(name) else name


def inside(cast: Cast, fold: Fold, turn: tuple[int, ...]) -> tuple[int, ...]:
    """Return the nodes of a fold in one turn of its place."""
    order = cast.place.order
    return turn[order[fold.block.first] : order[fold.block.last] + 1]
