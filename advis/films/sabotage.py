"""A wrong reverse sweep beside the right one: it plays until the first step at which a number differs, and says why."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.analysis.bugs import Sabotage, running, same
from advis.autodiff.numbers import PICTURE, minus, number
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution
from advis.films import narration
from advis.films.culprit import CROSS, crossed
from advis.films.film import Film, Spans, State
from advis.films.graph import Additions, drawn, links, subtitle, tape_scenes, title, value_tracks
from advis.films.sweep import derivative_tracks, edge_tracks, node_tracks, stacks, sweep_film, tokens_of, write_script


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
    if first is None or len(drawn(tape)) < sum(1 for p in tape.primitives if p.name != "constant"):
        return sweep_film(sweep, engine, direction)
    last = first.number
    script = write_script(sweep)
    tokens = tokens_of(script)
    flows, rows = _differing(shown, last)
    edges = _keys(shown)
    wrong_edges = {edges[flow.partial.index, flow.partial.place]: flow for flow in flows}
    tokens |= {key: f"{CROSS} {tokens[key]}" for key in wrong_edges}
    tracks = value_tracks(tape) | derivative_tracks(script) | node_tracks(script) | edge_tracks(script, tokens)
    said = [*narration.sentences(script)[:last], _verdict(shown, last, rows)]
    tracks["say"] = tuple((step, State("", spans)) for step, spans in enumerate(said))
    tracks = {key: tuple(entry for entry in track if entry[0] <= last) for key, track in tracks.items()}
    for key in wrong_edges:
        tracks[key] = (*tracks[key][:-1], (last, State("flow wrong adjoint", tokens[key])))
    for index, text in rows.items():
        key = f"n{index}.a"
        tracks[key] = (*(e for e in tracks[key] if e[0] < last), (last, State("wrong", text)))
    culprit = f"n{shown.bug.index}"
    role = "active wrong adjoint" if shown.bug.index == first.node.index else "wrong"
    tracks[culprit] = (*(e for e in tracks.get(culprit, ()) if e[0] < last), (last, State(role)))
    texts = {key: tuple(str(state.text) for _, state in track) for key, track in tracks.items() if key.endswith(".a")}
    scenes = tape_scenes(tape, Additions((sweep.voice,), texts, tokens, stacks(script)), engine, direction)
    scenes = tuple(crossed(scene, culprit) for scene in scenes)
    word = f"{subtitle(tape)} · sabotaged: {shown.bug.kind}"
    return Film("sweep", title(tape), scenes, tracks, last, word, sweep.voice, data={"notes": list(tape.notes)})


def _keys(shown: Sabotage) -> dict[tuple[int, int], str]:
    """The key of each edge, by node and place of the parent."""
    return {(link.target, link.place): link.key for link in links(shown.wrong.tape)}


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
