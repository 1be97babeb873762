"""A wrong reverse sweep beside the right one: it plays until the first step at which a number differs, and says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from advis.analysis.bugs import Sabotage, running, same
from advis.autodiff.numbers import PICTURE, minus, number
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution
from advis.films.cast import casts, drawn_as, edge_key
from advis.films.culprit import CROSS, crossed
from advis.films.film import Film, Spans, State
from advis.films.graph import tape_film_of, tape_graph, value_tracks
from advis.films.places import plan, shown_flat
from advis.films.sweep import additions_of, sweep_film, sweep_tracks, tokens_of, write_script
from advis.films.words import Words


def sabotage_film(shown: Sabotage, engine: str = "layered", direction: str = "right") -> Film:
    """Return the film of a wrong sweep. Where a number differs both stand: ``wrong ≠ right``; there it stops.

    Parameters
    ----------
    shown : Sabotage
    engine, direction : str
        As in `advis.films.graph.tape_film`.
    """
    sweep, first = shown.wrong, shown.step
    tape = sweep.tape
    if first is None or not shown_flat(tape):
        return sweep_film(sweep, engine, direction)
    last, words, seen = first.number, Words(tape), casts(plan(tape, fold=False))
    script = write_script(sweep, words, seen)
    tokens = tokens_of(script)
    flows, rows = _differing(shown, last)
    whole = drawn_as(seen)
    keys = [edge_key((flow.partial.index, flow.partial.place)) for flow in flows]
    wrong_edges = {whole.get(key, key) for key in keys}
    tokens |= {key: f"{CROSS} {tokens.get(key, '')}".strip() for key in wrong_edges}
    tracks = value_tracks(words, seen) | sweep_tracks(script, tokens)
    tracks["say"] = (*tracks["say"][:last], (last, State("", _verdict(shown, last, rows))))
    begun = {key: tuple(entry for entry in track if entry[0] <= last) for key, track in tracks.items()}
    tracks = {key: track for key, track in begun.items() if track}
    for key in sorted(wrong_edges):
        level = tracks[key][-1][1].level
        tracks[key] = (*tracks[key][:-1], (last, State("flow wrong adjoint", tokens[key], level)))
    for index, text in rows.items():
        key = f"n{index}.a"
        tracks[key] = (*(e for e in tracks[key] if e[0] < last), (last, State("wrong", text)))
    culprit = f"n{shown.bug.index}"
    role = "active wrong adjoint" if shown.bug.index == first.node.index else "wrong"
    tracks[culprit] = (*(e for e in tracks.get(culprit, ()) if e[0] < last), (last, State(role)))
    graph = tape_graph(words, seen, additions_of(script, tracks, tokens), engine, direction)
    graph = replace(graph, scenes=tuple(crossed(scene, culprit) for scene in graph.scenes))
    return tape_film_of(tape, "sweep", graph, tracks, last, sweep.voice, f"sabotaged: {shown.bug.kind}")


def _differing(shown: Sabotage, last: int) -> tuple[list[Contribution], dict[int, str]]:
    """The contributions of the last step after which a sum differs, and both sums of each such target."""
    right = {step.node.index: arrived for step, arrived in running(shown.right)}
    step, arrived = next((step, arrived) for step, arrived in running(shown.wrong) if step.number == last)
    flows, rows = [], {}
    for (flow, now), (_, meant) in zip(arrived, right[step.node.index], strict=True):
        if not same(now, meant):
            flows.append(flow)
            rows[flow.target.index] = _pair(plain_value(now), plain_value(meant))
    return flows, rows


def _pair(wrong: Any, right: Any) -> str:
    """Both numbers; of arrays those of the element that differs most: ``[0, 2] 1.5 ≠ 3``."""
    if not shape_of(wrong):
        return minus(f"{number(wrong, PICTURE)} ≠ {number(right, PICTURE)}")
    gap = np.abs(wrong - right)
    place = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
    index = ", ".join(str(int(k)) for k in place)
    return minus(f"[{index}] {number(wrong[place], PICTURE)} ≠ {number(right[place], PICTURE)}")


def _verdict(shown: Sabotage, last: int, rows: dict[int, str]) -> Spans:
    """The sentence of the last step: what went wrong, and both numbers."""
    tape = shown.wrong.tape
    spans: list[tuple[str, str]] = [
        ("", f"Step {last} of {len(shown.wrong.steps)}. "),
        ("strong", "Here it goes wrong: "),
        ("", f"{shown.bug.sentence}. "),
    ]
    for place, (index, text) in enumerate(rows.items()):
        spans += [("", "; " if place else ""), ("name", tape.names[index]), ("", " has "), ("adjoint", text)]
    return (*spans, ("", " (wrong ≠ right)."))
