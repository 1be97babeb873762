"""From a sweep to its film: at each step one node is active, contributions flow, and sums grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from advis.autodiff.numbers import PICTURE, minus, number, scale_of, shape_text, value_text
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution, Sweep
from advis.autodiff.table import residue_scale, term_text
from advis.films import narration
from advis.films.draw import token_width
from advis.films.film import Film, Spans, Stack, State, Track
from advis.films.graph import (
    LONGEST_TOKEN,
    MOST_BOXES,
    Additions,
    drawn,
    links,
    subtitle,
    tape_scenes,
    title,
    value_tracks,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One contribution, with the step and the edge by which it arrives and the sum so far."""

    step: int
    edge: str
    contribution: Contribution
    total: Any
    scale: float  # the largest term so far, by which round-off is measured


@dataclass(slots=True)
class Script:
    """Everything that happens in a sweep, step by step, before it is put into tracks."""

    sweep: Sweep
    order: list[int]
    flows: list[tuple[Contribution, ...]] = field(default_factory=list)  # of each step, in the order of the parents
    arrivals: dict[int, list[Arrival]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The closing step, after every node had its turn."""
        return len(self.order) + 1


def sweep_film(sweep: Sweep, engine: str = "layered", direction: str = "right") -> Film:
    """Return the film of a sweep: step 0 is the seed, then one step for each node's turn, then the result.

    Parameters
    ----------
    sweep : Sweep
    engine, direction : str
        As in `advis.films.graph.tape_film`.
    """
    tape, voice = sweep.tape, sweep.voice
    if len(drawn(tape)) < sum(1 for p in tape.primitives if p.name != "constant"):
        return _summary_film(sweep, engine, direction)
    script = write_script(sweep)
    tokens = tokens_of(script)
    rows = derivative_tracks(script)
    texts = {key: tuple(str(state.text) for _, state in track) for key, track in rows.items()}
    additions = Additions((voice,), texts, tokens, stacks(script))
    tracks = value_tracks(tape) | rows | node_tracks(script) | edge_tracks(script, tokens)
    tracks["say"] = tuple((step, State("", spans)) for step, spans in enumerate(narration.sentences(script)))
    scenes = tape_scenes(tape, additions, engine, direction)
    return Film(
        "sweep", title(tape), scenes, tracks, script.last, subtitle(tape), voice, data={"notes": list(tape.notes)}
    )


def write_script(sweep: Sweep) -> Script:
    """Return what arrives where at which step, with the sum so far."""
    edges = {(link.source, link.target, link.place): link.key for link in links(sweep.tape)}
    script = Script(sweep, [step.node.index for step in sweep.steps])
    for step in sweep.steps:
        script.flows.append(step.contributions)
        for flow in script.flows[-1]:
            edge = edges[flow.partial.parent, flow.partial.index, flow.partial.place]
            target = flow.target.index
            before = script.arrivals.setdefault(target, [])
            total, scale = (before[-1].total, before[-1].scale) if before else _start(sweep, target)
            total = flow.amount if total is None else total + flow.amount
            before.append(
                Arrival(step.number, edge, flow, total, max(scale, residue_scale(sweep, [flow]), scale_of(flow.amount)))
            )
    return script


def _start(sweep: Sweep, index: int) -> tuple[Any, float]:
    """A node that was seeded begins with its seed."""
    seed = sweep._seeds[index]
    return seed, 0.0 if seed is None else scale_of(seed)


def tokens_of(script: Script) -> dict[str, str]:
    """Return what travels along each edge, by its key."""
    arrivals = (arrival for arrived in script.arrivals.values() for arrival in arrived)
    return {arrival.edge: token(script.sweep, arrival.contribution) for arrival in arrivals}


def token(sweep: Sweep, flow: Contribution) -> str:
    """Return what travels along an edge: ``5 · 1 = 5`` for numbers, shape and size for arrays."""
    amount = flow.amount
    if shape_of(amount):
        count = int(np.size(amount))
        shape = shape_text(shape_of(amount))
        return f"{shape} = {count:,}" if "×" in shape else f"{shape} numbers"
    product = minus(number(amount, PICTURE))
    if flow.partial.shape != (1, 1):
        return product
    said = f"{minus(term_text(sweep, flow, PICTURE))} = {product}"
    return said if token_width(said) <= LONGEST_TOKEN else f"= {product}"


# -- tracks


def derivative_tracks(script: Script) -> dict[str, Track]:
    """Return the track of each tangent or adjoint: empty, then the sum so far with ``…``, then the sum."""
    sweep, tape = script.sweep, script.sweep.tape
    turns = {index: step for step, index in enumerate(script.order, 1)}
    tracks: dict[str, Track] = {}
    for index in drawn(tape):
        if not tape.carried[index]:
            continue
        entries: dict[int, State] = {}
        arrivals = script.arrivals.get(index, [])
        seed = sweep._seeds[index]
        given = index in {node.index for node in (tape.inputs if sweep.direction == "forward" else tape.outputs)}
        if given and (seed is not None or sweep.direction == "forward"):
            entries[0] = _row_state(sweep._full(index, seed), 0.0, len(arrivals))
        for place, arrival in enumerate(arrivals):
            left = sum(later.step > arrival.step for later in arrivals[place + 1 :])
            entries[arrival.step] = _row_state(arrival.total, arrival.scale, left)
        if not entries:
            entries[turns.get(index, script.last)] = _row_state(sweep.at(index), 0.0, 0)
        tracks[f"n{index}.{sweep.voice[0]}"] = tuple(sorted(entries.items()))
    return tracks


def _row_state(value: Any, scale: float, left: int) -> State:
    text = minus(value_text(plain_value(value), PICTURE, scale, room=2))
    return State("partial", f"{text} …") if left else State("", text)


def node_tracks(script: Script) -> dict[str, Track]:
    """Return which node is active when: the seeded ends first, each node in its turn, the result at last."""
    sweep, tape = script.sweep, script.sweep.tape
    forward = sweep.direction == "forward"
    starts, ends = (tape.inputs, tape.outputs) if forward else (tape.outputs, tape.inputs)
    idle = [index for index in drawn(tape) if tape.carried[index] and not sweep.reached(index)]
    entries: dict[int, dict[int, str]] = {index: {0: "idle"} for index in idle}
    for node in starts:
        if sweep._seeds[node.index] is not None:
            entries.setdefault(node.index, {}).update({0: "active", 1: "done"})
    for step, index in enumerate(script.order, 1):
        entries.setdefault(index, {}).update({step: "active", step + 1: "done" if sweep.reached(index) else "idle"})
    for node in ends:
        entries.setdefault(node.index, {})[script.last] = "active"
    return {
        f"n{index}": tuple((step, State(_node_role(script, index, word, step))) for step, word in sorted(words.items()))
        for index, words in entries.items()
    }


def _node_role(script: Script, index: int, word: str, step: int) -> str:
    """The role of a node; ``odd`` once its number is not finite, ``idle`` where the sweep brings nothing."""
    arrived = [arrival.total for arrival in script.arrivals.get(index, []) if arrival.step <= step]
    odd = bool(arrived) and not np.all(np.isfinite(plain_value(arrived[-1])))
    return word if word == "idle" else f"{word} {script.sweep.voice}{' odd' if odd else ''}"


def edge_tracks(script: Script, tokens: dict[str, str]) -> dict[str, Track]:
    """Return the track of each edge: it carries its token for one step, and is done."""
    voice = script.sweep.voice
    return {
        arrival.edge: (
            (arrival.step, State(f"flow {voice}", tokens[arrival.edge])),
            (arrival.step + 1, State(f"done {voice}")),
        )
        for arrivals in script.arrivals.values()
        for arrival in arrivals
    }


def stacks(script: Script) -> dict[int, tuple[Stack, ...]]:
    """Return for each sum of several terms its meter: one piece per term, as long as the term is large."""
    found = {}
    for index, arrivals in script.arrivals.items():
        if len(arrivals) < 2:
            continue
        sizes = [_magnitude(arrival.contribution.amount) for arrival in arrivals]
        whole, start, pieces = sum(sizes) or 1.0, 0.0, []
        for arrival, size in zip(arrivals, sizes, strict=True):
            negative = not shape_of(arrival.contribution.amount) and float(np.real(arrival.contribution.amount)) < 0
            pieces.append(Stack(arrival.edge, round(start / whole, 4), round(size / whole, 4), negative))
            start += size
        found[index] = tuple(pieces)
    return found


def _magnitude(amount: Any) -> float:
    """The Euclidean norm of a contribution, 0 where it is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        norm = float(np.sqrt(np.sum(np.abs(np.asarray(plain_value(amount))) ** 2)))
    return norm if np.isfinite(norm) else 0.0


# -- a program that is too long to be drawn node by node


def _summary_film(sweep: Sweep, engine: str, direction: str) -> Film:
    """The whole program as one box, with the seed and the result: two steps."""
    tape, voice = sweep.tape, sweep.voice
    shown = [index for index in drawn(tape) if tape.carried[index]]
    starts = {node.index for node in (tape.inputs if sweep.direction == "forward" else tape.outputs)}
    rows: dict[str, Track] = {}
    for index in shown:
        text = minus(value_text(plain_value(sweep.at(index)), PICTURE, room=2))
        rows[f"n{index}.{voice[0]}"] = ((0 if index in starts else 1, State("", text)),)
    texts = {key: tuple(str(state.text) for _, state in track) for key, track in rows.items()}
    scenes = tape_scenes(tape, Additions((voice,), texts), engine, direction)
    said: Spans = (
        ("", f"{len(tape):,} nodes are more than a drawing can show ({MOST_BOXES}): the program is one box."),
    )
    lit: dict[str, Track] = {"program": ((0, State("")), (1, State(f"active {voice}")))}
    tracks = value_tracks(tape) | rows | lit | {"say": ((0, State("", said)), (1, State("", narration.closing(sweep))))}
    return Film("sweep", title(tape), scenes, tracks, 1, subtitle(tape), voice, data={"notes": list(tape.notes)})
