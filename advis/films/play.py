"""Evaluation, forward sweep and reverse sweep over the same picture, one after the other or each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advis.analysis.play import Play
from advis.autodiff import expressions
from advis.autodiff.numbers import PICTURE, minus
from advis.autodiff.primitives.rule import CONSTANT, INPUT
from advis.autodiff.tape import Tape
from advis.films import narration
from advis.films.draw import token_width
from advis.films.film import Film, Spans, State, Track, Variant
from advis.films.graph import Additions, drawn, links, picture_value, subtitle, tape_scenes, title, value_tracks
from advis.films.sweep import (
    Script,
    derivative_tracks,
    edge_tracks,
    node_tracks,
    stacks,
    sweep_film,
    tokens_of,
    write_script,
)

Tracks = dict[str, Track]


WIDEST = "−1.234e−05"  # no number of a picture is wider
WIDEST_TOKEN = "0" * 15  # as wide as the longest token


def play_film(shown: Play, engine: str = "layered", direction: str = "right", steady: bool = False) -> Film:
    """Return the film of a play: it runs forward and then in reverse; its variants are the parts by themselves.

    Parameters
    ----------
    shown : Play
    engine, direction : str
        As in `advis.films.graph.tape_film`.
    steady : bool
        Whether every box and token has room for any number, so that nothing moves when only numbers change.
    """
    tape = shown.tape
    if len(drawn(tape)) < sum(primitive is not CONSTANT for primitive in tape.primitives):
        return sweep_film(shown.reverse, engine, direction)
    forward, reverse = write_script(shown.forward), write_script(shown.reverse)
    tokens = [tokens_of(script) for script in (forward, reverse)]
    values, there, back = value_tracks(tape), _swept(forward, tokens[0]), _swept(reverse, tokens[1])
    back["sum"] = tuple((step, State("", _conserved(shown, step))) for step in range(reverse.last + 1))
    both = values | _in_turn(there, back, forward.last + 1)
    steps = forward.last + 1 + reverse.last
    parts = [
        ("evaluate", "value", *_evaluated(tape)),
        ("forward", "tangent", forward.last, values | there),
        ("reverse", "adjoint", reverse.last, values | back),
    ]
    keys = both.keys() | {key for *_, tracks in parts for key in tracks}
    variants = tuple(Variant(label, voice, last, _whole(tracks, keys)) for label, voice, last, tracks in parts)
    texts = {key: _texts(track) for key, track in both.items() if key.endswith((".t", ".a"))}
    widest = _widest(*tokens)
    if steady:
        texts = {key: (*held, WIDEST) for key, held in texts.items()}
        widest = {key: max(token, WIDEST_TOKEN, key=token_width) for key, token in widest.items()}
    additions = Additions(("tangent", "adjoint"), texts, widest, stacks(reverse))
    scenes = tape_scenes(tape, additions, engine, direction)
    data = {"notes": list(tape.notes), "label": "both"}
    return Film(
        "play", title(tape), scenes, _whole(both, keys), steps, subtitle(tape), "value", variants=variants, data=data
    )


def _swept(script: Script, tokens: Mapping[str, str]) -> Tracks:
    """The tracks of one sweep."""
    tracks = derivative_tracks(script) | node_tracks(script) | edge_tracks(script, dict(tokens))
    tracks["say"] = tuple((step, State("", spans)) for step, spans in enumerate(narration.sentences(script)))
    return tracks


def _in_turn(first: Tracks, second: Tracks, later: int) -> Tracks:
    """One after the other: the second begins at a later step."""
    moved = {key: tuple((step + later, state) for step, state in track) for key, track in second.items()}
    return {key: (*first.get(key, ()), *moved.get(key, ())) for key in (*first, *moved)}


def _whole(tracks: Tracks, keys: Iterable[str]) -> Tracks:
    """Tracks for every key, so that a player which changes between variants leaves nothing behind."""
    return {key: tracks.get(key, ((0, State()),)) for key in sorted(keys)}


def _widest(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Of the two tokens of each edge the wider one: it decides how much room there is."""
    pairs = {key: (first.get(key, ""), second.get(key, "")) for key in (*first, *second)}
    return {key: max(pair, key=token_width) for key, pair in pairs.items()}


def _texts(track: Track) -> tuple[str, ...]:
    return tuple(str(state.text) for _, state in track)


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


def _evaluated(tape: Tape) -> tuple[int, Tracks]:
    """The evaluation, from the inputs on: one step for each operation."""
    order = [index for index in drawn(tape) if tape.primitives[index] is not INPUT]
    values = value_tracks(tape)
    tracks: Tracks = {f"n{node.index}.v": values[f"n{node.index}.v"] for node in tape.inputs}
    tracks["say"] = ((0, State("", _inputs_said(tape))),)
    for step, index in enumerate(order, 1):
        tracks[f"n{index}.v"] = ((step, values[f"n{index}.v"][0][1]),)
        tracks[f"n{index}"] = ((step, State("active value")), (step + 1, State("done value")))
        tracks["say"] += ((step, State("", _step_said(tape, index, step, len(order)))),)
    turn = {index: step for step, index in enumerate(order, 1)}
    for link in links(tape):
        step, constant = turn[link.target], tape.primitives[link.source] is CONSTANT
        text = "" if constant else picture_value(tape, link.source)
        flow = State("done value" if constant else "flow value", text)
        tracks[link.key] = ((step, flow), (step + 1, State("done value")))
    return len(order), tracks


def _inputs_said(tape: Tape) -> Spans:
    spans: list[tuple[str, str]] = [("", "The inputs: ")]
    for place, node in enumerate(tape.inputs[: narration.MOST_NAMED]):
        spans += [("", ", " if place else ""), ("name", node.name), ("", f" = {picture_value(tape, node.index)}")]
    more = len(tape.inputs) - narration.MOST_NAMED
    return (*spans, ("", f", and {more} more." if more > 0 else "."))


def _step_said(tape: Tape, index: int, step: int, steps: int) -> Spans:
    operation = expressions.expression(tape, index, PICTURE)
    return (
        ("", f"Step {step} of {steps}. "),
        ("name", tape.names[index]),
        ("strong", f" = {operation if len(operation) <= 48 else operation[:47] + '…'}"),
        ("", " is "),
        ("value", picture_value(tape, index)),
        ("", "."),
    )
