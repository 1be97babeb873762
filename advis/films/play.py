"""Evaluation, forward sweep and reverse sweep over the same picture, one after the other or each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from advis.analysis.play import Play
from advis.autodiff.numbers import PICTURE, minus
from advis.autodiff.sweeps import is_operation
from advis.films import narration
from advis.films.cast import Cast, casts, drawn, drawn_as, words_of
from advis.films.code import code_scene
from advis.films.details import arrays_data
from advis.films.draw import token_width
from advis.films.film import Film, Spans, State, Track, Variant
from advis.films.folds import Passage, fold_tracks
from advis.films.graph import tape_graph, value_tracks
from advis.films.places import plan
from advis.films.reseed import seeds_of
from advis.films.sweep import additions_of, sweep_tracks, tokens_of, write_script
from advis.films.words import Words, shortly, subtitle, title

Tracks = dict[str, Track]


WIDEST = "−1.234e−05"  # no number of a picture is wider
WIDEST_TOKEN = "0" * 15  # as wide as the longest token


def play_film(
    shown: Play, engine: str = "layered", direction: str = "right", fold: bool | None = None, steady: bool = False
) -> Film:
    """Return the film of a play: it runs forward and then in reverse; its variants are the parts by themselves.

    Parameters
    ----------
    shown : Play
    engine, direction, fold
        As in `advis.films.graph.tape_film`.
    steady : bool
        Whether every box and token has room for any number, so that nothing moves when only numbers change.
    """
    tape, seen = shown.tape, casts(plan(shown.tape, fold))
    words = words_of(tape, seen)
    forward, reverse = write_script(shown.forward, words, seen), write_script(shown.reverse, words, seen)
    tokens = [tokens_of(script) for script in (forward, reverse)]
    values, there, back = value_tracks(words, seen), sweep_tracks(forward, tokens[0]), sweep_tracks(reverse, tokens[1])
    back["sum"] = _conserved_track(shown, reverse.last)
    parts = [
        ("evaluate", "value", *evaluation(words, seen)),
        ("forward", "tangent", forward.last, values | there),
        ("reverse", "adjoint", reverse.last, values | back),
    ]
    first, second = additions_of(forward, there, tokens[0]), additions_of(reverse, back, tokens[1])
    seeds = None if forward.folded or drawn_as(seen) else seeds_of(shown)
    usual = ("−0.8888 …",) * bool(seeds)  # other seeds bring other numbers
    texts = {key: usual + said for key, said in {**first.texts, **second.texts}.items()}
    widest = _widest(first.tokens, second.tokens)
    if steady:
        texts = {key: (*held, WIDEST) for key, held in texts.items()}
        widest = {key: max(token, WIDEST_TOKEN, key=token_width) for key, token in widest.items()}
    additions = replace(second, voices=("tangent", "adjoint"), texts=texts, tokens=widest)
    graph = tape_graph(words, seen, additions, engine, direction)
    both = {**graph.tracks, **values, **_in_turn(there, back, forward.last + 1)}
    keys = both.keys() | {key for *_, tracks in parts for key in tracks}
    variants = tuple(
        Variant(label, voice, last, _whole({**graph.tracks, **tracks}, keys)) for label, voice, last, tracks in parts
    )
    steps = forward.last + 1 + reverse.last
    data: dict[str, Any] = {"notes": list(tape.notes), "label": "both"}
    if seeds:
        data["seeds"] = seeds
    data |= arrays_data(tape, seen, shown.forward, shown.reverse)
    codes = (("code forward", "▸ Code", shown.forward), ("code reverse", "◂ Code", shown.reverse))
    code = () if reverse.folded else tuple(s for name, said, sweep in codes for s in code_scene(sweep, name, said))
    return Film(
        kind="play",
        title=title(tape),
        scenes=graph.scenes + code,
        tracks=_whole(both, keys),
        steps=steps,
        subtitle=subtitle(tape),
        variants=variants,
        blocks=graph.blocks,
        data=data,
    )


def _conserved_track(shown: Play, last: int) -> Track:
    """The number that does not move, as long as it is the same text in one entry."""
    entries: list[tuple[int, State]] = []
    for step in range(last + 1):
        state = State("", _conserved(shown, step))
        if not entries or entries[-1][1] != state:
            entries.append((step, state))
    return tuple(entries)


def _in_turn(first: Tracks, second: Tracks, later: int) -> Tracks:
    """One after the other: the second begins at a later step, and what was idle in the first is idle no longer."""
    moved = {key: tuple((step + later, state) for step, state in track) for key, track in second.items()}
    for key, track in moved.items():
        if track[0][0] > later and key in first and first[key][-1][1].role == "idle":
            moved[key] = ((later, State()), *track)
    return {key: (*first.get(key, ()), *moved.get(key, ())) for key in (*first, *moved)}


def _whole(tracks: Tracks, keys: Iterable[str]) -> Tracks:
    """Tracks for every key, so that a player which changes between variants leaves nothing behind."""
    return {key: tracks.get(key, ((0, State()),)) for key in sorted(keys)}


def _widest(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Of the two tokens of each edge the wider one: it decides how much room there is."""
    pairs = {key: (first.get(key, ""), second.get(key, "")) for key in (*first, *second)}
    return {key: max(pair, key=token_width) for key, pair in pairs.items()}


def _conserved(shown: Play, step: int) -> Spans:
    """The number that does not move."""
    return (
        ("", "Σ⟨"),
        ("adjoint", "adjoint so far"),
        ("", ", "),
        ("tangent", "tangent"),
        ("", "⟩ = "),
        ("strong", minus(shown.conserved(step, PICTURE))),
        ("", " = ⟨u, Jv⟩"),
    )


def evaluation(words: Words, shown: list[Cast]) -> tuple[int, Tracks]:
    """Return the steps and tracks of the evaluation, from the inputs on: one step for each operation."""
    tape = words.tape
    order = [k for k, primitive in enumerate(tape.primitives) if is_operation(primitive)]
    turns = {index: step for step, index in enumerate(order, 1)}
    tracks: Tracks = {"say": ((0, State("", _inputs_said(words))),)}
    for index in drawn(shown):
        step = turns.get(index, 0)
        tracks[f"n{index}.v"] = ((step, State("", words.value(index))),)
        if step:
            tracks[f"n{index}"] = ((step, State("active value")), (step + 1, State("done value")))
            tracks["say"] += ((step, State("", _step_said(words, index, _count(step, len(order), shown)))),)
    for cast in shown:
        for key, sources, uses in cast.bundles():
            step = turns[uses[0][0]]
            text = _passing(words, sources)
            tracks[key] = ((step, State("flow value", text)), (step + 1, State("done value")))
        for link in (link for link in cast.links if link.fold is None and not link.bundle):
            source, (target, place) = cast.vertices[link.source], link.uses[0]
            targets = cast.everywhere(target)
            for key, node in zip(cast.keys(link), targets, strict=True):
                text = "" if source.kind == "constant" else words.value(tape.parents[node][place])
                flow = State("flow value" if text else "done value", text)
                tracks[key] = ((turns[node], flow), (turns[node] + 1, State("done value")))
    tracks |= fold_tracks(shown, turns, "value", _passage(words, len(order)))
    tracks["say"] = tuple(sorted(tracks["say"], key=lambda entry: entry[0]))
    return len(order), tracks


def _passing(words: Words, sources: tuple[int, ...]) -> str:
    return words.value(sources[0]) if len(sources) == 1 else f"{len(sources):,} values"


def _passage(words: Words, steps: int) -> Passage:
    """How the evaluation goes through a fold."""

    def amount(sources: tuple[int, ...], _: list[tuple[int, int]]) -> tuple[str, float, bool]:
        return _passing(words, sources), 0.0, False

    def said(label: str, count: int, first: int, last: int, passed: list[tuple[str, str]]) -> Spans:
        many = f"operations {first:,} to {last:,} of {steps:,}" if count > 1 else f"operation {first:,} of {steps:,}"
        return (("strong", label), ("", f" computes {many}."))

    return Passage(words, amount, said)


def _inputs_said(words: Words) -> Spans:
    tape = words.tape
    spans: list[tuple[str, str]] = [("", "The inputs: ")]
    for place, node in enumerate(tape.inputs[: narration.MOST_NAMED]):
        spans += [("", ", " if place else ""), ("name", node.name), ("", f" = {words.value(node.index)}")]
    more = len(tape.inputs) - narration.MOST_NAMED
    return (*spans, ("", f", and {more} more." if more > 0 else "."))


def _count(step: int, steps: int, shown: list[Cast]) -> str:
    """Which step this is; a place of a folded program has steps of its own."""
    return f"Step {step} of {steps}. " if len(shown) == 1 else ""


def _step_said(words: Words, index: int, count: str) -> Spans:
    name, operation = words.told(index)
    return (
        *((("", count),) if count else ()),
        ("name", name),
        ("strong", f" = {shortly(operation)}"),
        ("", " is "),
        ("value", words.value(index)),
        ("", "."),
    )
