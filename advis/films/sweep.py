"""From a sweep to its film: at each step one node is active, contributions flow, and sums grow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from advis.autodiff.numbers import PICTURE, minus, number, scale_of, shape_text, value_text
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution, Sweep, contributions
from advis.autodiff.table import residue_scale
from advis.films import narration
from advis.films.cast import Cast, casts, drawn, edge_key, words_of
from advis.films.code import code_scene
from advis.films.details import arrays_data
from advis.films.draw import token_width
from advis.films.film import Film, Spans, State, Track
from advis.films.folds import Passage, fold_tracks
from advis.films.graph import LONGEST_TOKEN, Additions, tape_film_of, tape_graph, value_tracks
from advis.films.magnitude import level_of, odd_word
from advis.films.places import plan
from advis.films.words import Words, finite

SMALLEST = 0.001
"""The least part of a meter, so that a contribution of nearly nothing is seen to have come."""


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
    """Everything that is seen of a sweep, step by step, before it is put into tracks."""

    sweep: Sweep
    words: Words
    shown: list[Cast]
    order: list[int]
    nodes: list[int] = field(default_factory=list)  # those that are seen
    turns: dict[int, int] = field(default_factory=dict)  # of each node its step
    flows: dict[int, tuple[Contribution, ...]] = field(default_factory=dict)  # of each step that is seen, by parent
    arrivals: dict[int, list[Arrival]] = field(default_factory=dict)
    edges: dict[str, Arrival] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The closing step, after every node had its turn."""
        return len(self.order) + 1

    @property
    def folded(self) -> bool:
        """Whether some of the program is not seen at once."""
        return len(self.shown) > 1


def sweep_film(sweep: Sweep, engine: str = "layered", direction: str = "right", fold: bool | None = None) -> Film:
    """Return the film of a sweep: step 0 is the seed, then one step for each node's turn, then the result.

    Parameters
    ----------
    sweep : Sweep
    engine, direction, fold
        As in `advis.films.graph.tape_film`.
    """
    tape, shown = sweep.tape, casts(plan(sweep.tape, fold))
    words = words_of(tape, shown)
    script = write_script(sweep, words, shown)
    tokens = tokens_of(script)
    swept = sweep_tracks(script, tokens)
    graph = tape_graph(words, shown, additions_of(script, swept, tokens), engine, direction)
    tracks = {**graph.tracks, **value_tracks(words, shown), **swept}
    film = tape_film_of(tape, "sweep", graph, tracks, script.last, sweep.voice)
    code = () if script.folded else code_scene(sweep)
    return replace(film, scenes=film.scenes + code, data={**film.data, **arrays_data(tape, shown, sweep)})


def sweep_tracks(script: Script, tokens: dict[str, str]) -> dict[str, Track]:
    """Return everything that changes during a sweep."""
    tracks = derivative_tracks(script) | node_tracks(script) | edge_tracks(script, tokens) | bundle_tracks(script)
    tracks |= fold_tracks(script.shown, script.turns, script.sweep.voice, passages(script))
    tracks["say"] = tuple((step, State("", spans)) for step, spans in narration.sentences(script).items())
    return tracks


def additions_of(script: Script, swept: dict[str, Track], tokens: dict[str, str]) -> Additions:
    """Return what a sweep adds to the picture of its tape."""
    suffix = f".{script.sweep.voice[0]}"
    texts = {key: tuple(str(state.text) for _, state in swept[key]) for key in swept if key.endswith(suffix)}
    tokens = tokens | {key: str(track[0][1].text) for key, track in swept.items() if ".i" in key}
    arrivals = {key: arrival.step for key, arrival in script.edges.items()}
    arrivals |= {key: track[0][0] for key, track in swept.items() if ".i" in key}
    return Additions((script.sweep.voice,), texts, tokens, arrivals, script.sweep.direction == "reverse")


def write_script(sweep: Sweep, words: Words, shown: list[Cast]) -> Script:
    """Return what arrives where at which step, with the sum so far, as far as it is seen in one of the places."""
    tape, forward = sweep.tape, sweep.direction == "forward"
    script = Script(sweep, words, shown, [step.node.index for step in sweep.steps], drawn(shown))
    script.turns = {index: step for step, index in enumerate(script.order, 1)}
    seen = set(script.nodes)
    entered = {target for cast in shown for fold in cast.place.folds for target in cast.entered(fold)}
    for step, index in enumerate(script.order, 1):
        if index not in seen and index not in entered and (forward or seen.isdisjoint(tape.parents[index])):
            continue
        script.flows[step] = contributions(sweep, tape[index])
        for flow in script.flows[step]:
            target = flow.target.index
            before = script.arrivals.setdefault(target, [])
            total, scale = (before[-1].total, before[-1].scale) if before else _start(sweep, target)
            total = flow.amount if total is None else total + flow.amount
            scale = max(scale, residue_scale(sweep, [flow]), scale_of(flow.amount))
            edge = edge_key((flow.partial.index, flow.partial.place))
            before.append(Arrival(step, edge, flow, total, scale))
            script.edges[edge] = before[-1]
    return script


def _start(sweep: Sweep, index: int) -> tuple[Any, float]:
    """A node that was seeded begins with its seed."""
    seed = sweep._seeds[index]
    return seed, 0.0 if seed is None else scale_of(seed)


def tokens_of(script: Script) -> dict[str, str]:
    """Return what travels along each edge that is drawn, by its key."""
    links = [(cast, link) for cast in script.shown for link in cast.links if link.fold is None and not link.bundle]
    keys = [key for cast, link in links for key in cast.keys(link)]
    flows = ((key, script.edges[key].contribution) for key in keys if key in script.edges)
    return {key: token(script, flow) for key, flow in flows}


def token(script: Script, flow: Contribution) -> str:
    """Return what travels along an edge: ``5 · 1 = 5`` for numbers, shape and size for arrays."""
    amount = flow.amount
    if shape_of(amount):
        return _amount_text(amount)
    product = minus(number(amount, PICTURE))
    if flow.partial.shape != (1, 1):
        return product
    said = f"{script.words.term(script.sweep, flow)} = {product}"
    return said if token_width(said) <= LONGEST_TOKEN else f"= {product}"


# -- tracks


def derivative_tracks(script: Script) -> dict[str, Track]:
    """Return the track of each tangent or adjoint: empty, then the sum so far with ``…``, then the sum."""
    sweep, tape = script.sweep, script.sweep.tape
    tracks: dict[str, Track] = {}
    given = {node.index for node in (tape.inputs if sweep.direction == "forward" else tape.outputs)}
    for index in script.nodes:
        if not tape.carried[index]:
            continue
        entries: dict[int, State] = {}
        arrivals = script.arrivals.get(index, [])
        seed = sweep._seeds[index]
        if index in given and (seed is not None or sweep.direction == "forward"):
            entries[0] = _row_state(sweep._full(index, seed), 0.0, left=bool(arrivals))
        latest = {arrival.step: arrival for arrival in arrivals}  # of each step the sum after all that it brings
        for step, arrival in latest.items():
            entries[step] = _row_state(arrival.total, arrival.scale, left=step < arrivals[-1].step)
        if not entries:
            entries[script.turns.get(index, script.last)] = _row_state(sweep.at(index), 0.0, left=False)
        tracks[f"n{index}.{sweep.voice[0]}"] = tuple(sorted(entries.items()))
    return tracks


def _row_state(value: Any, scale: float, left: bool) -> State:
    text = minus(value_text(plain_value(value), PICTURE, scale, room=2))
    role = " ".join(["partial"] * left + ["odd"] * (not finite(value)))
    return State(role, f"{text} …" if left else text, level_of(value))


def node_tracks(script: Script) -> dict[str, Track]:
    """Return which node is active when: the seeded ends first, each node in its turn, the result at last."""
    sweep, tape = script.sweep, script.sweep.tape
    forward = sweep.direction == "forward"
    starts, ends = (tape.inputs, tape.outputs) if forward else (tape.outputs, tape.inputs)
    idle = [index for index in script.nodes if tape.carried[index] and not sweep.reached(index)]
    entries: dict[int, dict[int, str]] = {index: {0: "idle"} for index in idle}
    for node in starts:
        if sweep._seeds[node.index] is not None:
            entries.setdefault(node.index, {}).update({0: "active", 1: "done"})
    for index in script.nodes:
        if index in script.turns:
            step, later = script.turns[index], "done" if sweep.reached(index) else "idle"
            entries.setdefault(index, {}).update({step: "active", step + 1: later})
    for node in ends:
        entries.setdefault(node.index, {})[script.last] = "active"
    seen = set(script.nodes)
    return {
        f"n{index}": tuple((step, State(_node_role(script, index, word, step))) for step, word in sorted(words.items()))
        for index, words in entries.items()
        if index in seen
    }


def _node_role(script: Script, index: int, word: str, step: int) -> str:
    """The role of a node; ``odd`` once its number is not finite, ``idle`` where the sweep brings nothing."""
    arrived = [arrival.total for arrival in script.arrivals.get(index, []) if arrival.step <= step]
    odd = bool(arrived) and not finite(arrived[-1])
    return word if word == "idle" else f"{word} {script.sweep.voice}{' odd' if odd else ''}"


def edge_tracks(script: Script, tokens: dict[str, str]) -> dict[str, Track]:
    """Return the track of each edge: it carries its token for one step. Its level is its share of a sum.

    What is not finite stays told on it.
    """
    voice = script.sweep.voice
    tracks: dict[str, Track] = {}
    for arrivals in script.arrivals.values():
        sizes = [_magnitude(arrival.contribution.amount) for arrival in arrivals]
        whole = sum(sizes) or 1.0
        for arrival, size in zip(arrivals, sizes, strict=True):
            if arrival.edge not in tokens:
                continue
            level = max(round(size / whole, 4), SMALLEST)
            amount = arrival.contribution.amount
            sign = " negative" if len(arrivals) > 1 and _negative(amount) else ""
            odd, word = ("", "") if finite(amount) else (" odd", odd_word(amount))
            tracks[arrival.edge] = (
                (arrival.step, State(f"flow{odd} {voice}{sign}", tokens[arrival.edge], level)),
                (arrival.step + 1, State(f"done{odd} {voice}{sign}", word, level)),
            )
    return tracks


def bundle_tracks(script: Script) -> dict[str, Track]:
    """Return the track of each bundle that carries something: all its contributions flow in one step."""
    tracks: dict[str, Track] = {}
    for key, sources, uses in (bundle for cast in script.shown for bundle in cast.bundles()):
        arrived = [script.edges[edge] for edge in map(edge_key, uses) if edge in script.edges]
        if arrived:
            tracks[key] = _bundle_track(script, sources, arrived)
    return tracks


def _bundle_track(script: Script, sources: tuple[int, ...], arrived: list[Arrival]) -> Track:
    voice, step = script.sweep.voice, arrived[0].step
    text, negative = _carried(script, sources, arrived)
    share = _share(script, arrived) if voice == "tangent" or len(sources) == 1 else 0.0
    wrong = next((a.contribution.amount for a in arrived if not finite(a.contribution.amount)), None)
    odd, word = ("", "") if wrong is None else (" odd", odd_word(wrong))
    role = f"{odd} {voice}{' negative' if negative else ''}"
    return (step, State(f"flow{role}", text, share)), (step + 1, State(f"done{role}", word, share))


def _carried(script: Script, sources: tuple[int, ...], arrived: list[Arrival]) -> tuple[str, bool]:
    """What a bundle carries: a tangent, what comes back to one node, or so many; and whether that is negative."""
    if len(sources) > 1:
        return f"{len(arrived):,} {script.sweep.voice}s", False
    if script.sweep.direction == "forward":
        return _amount_text(script.sweep.at(sources[0])), False
    amounts = [arrival.contribution.amount for arrival in arrived]
    total = sum(amounts[1:], amounts[0])
    return _amount_text(total, arrived[-1].scale), _negative(total)


def _share(script: Script, arrived: list[Arrival]) -> float:
    """The part of a sum that several contributions to it have."""
    own, whole = (
        sum(_magnitude(arrival.contribution.amount) for arrival in arrivals)
        for arrivals in (arrived, script.arrivals[arrived[0].contribution.target.index])
    )
    return max(round(own / (whole or 1.0), 4), SMALLEST)


def _negative(amount: Any) -> bool:
    return not shape_of(amount) and float(np.real(amount)) < 0


def _magnitude(amount: Any) -> float:
    """The Euclidean norm of a contribution, 0 where it is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        norm = float(np.sqrt(np.sum(np.abs(np.asarray(plain_value(amount))) ** 2)))
    return norm if np.isfinite(norm) else 0.0


# -- what is seen of a fold


def passages(script: Script) -> Passage:
    """Return how to tell what passes into or out of a fold, in the words of this sweep."""
    sweep = script.sweep

    @cache
    def whole(index: int) -> float:  # what arrives there in all, asked for again by every fold that adds to it
        return sum(_magnitude(arrival.contribution.amount) for arrival in script.arrivals[index]) or 1.0

    def amount(sources: tuple[int, ...], uses: list[tuple[int, int]]) -> tuple[str, float, bool] | None:
        arrived = [script.edges[key] for key in map(edge_key, uses) if key in script.edges]
        if not arrived:
            return None
        if len(sources) > 1:
            return f"{len(sources):,} {sweep.voice}s", 0.0, False
        if sweep.direction == "forward":
            return _amount_text(sweep.at(sources[0])), 0.0, False
        total = sum((arrival.contribution.amount for arrival in arrived[1:]), arrived[0].contribution.amount)
        share = max(round(_magnitude(total) / whole(sources[0]), 4), SMALLEST)
        return _amount_text(total, arrived[-1].scale), share, _negative(total)

    def said(label: str, count: int, first: int, last: int, passed: list[tuple[str, str]]) -> Spans:
        return narration.through(sweep, label, count, script.last - 1, passed)

    return Passage(script.words, amount, said)


def _amount_text(amount: Any, scale: float = 0.0) -> str:
    shape = shape_of(amount)
    if not shape:
        return minus(number(plain_value(amount), PICTURE, scale))
    said = shape_text(shape)
    return f"{said} = {int(np.size(amount)):,}" if "×" in said else f"{said} numbers"
