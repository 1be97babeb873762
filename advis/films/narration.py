"""What is said at each step of a sweep, in words that a first-year student says aloud."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from advis.autodiff.body import told_of
from advis.autodiff.numbers import PICTURE, minus, number, shape_text, value_text
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution, Sweep
from advis.autodiff.tape import Node

if TYPE_CHECKING:
    from advis.films.sweep import Script

from advis.films.cast import MOST_SINGLE
from advis.films.film import Spans
from advis.films.words import lowered, shortly

MOST_NAMED = 3


def sentences(script: Script) -> dict[int, Spans]:
    """Return one sentence for each step that is seen, from the seed to the result."""
    seen = set(script.nodes)
    turns = {step: _turn(script, step) for step in script.flows if script.order[step - 1] in seen}
    said = {0: _opening(script.sweep), **turns, script.last: closing(script)}
    return {step: tuple(span for span in spans if span[1]) for step, spans in said.items()}


def through(sweep: Sweep, label: str, count: int, steps: int, passed: list[tuple[str, str]]) -> Spans:
    """Return the sentence of a folded block: ``layer hands its adjoint back through 12 operations: x gets 5.``"""
    forward = sweep.direction == "forward"
    many = f"{count:,} of {steps:,} operations" if count < steps else f"all {count:,} operations"
    spans: list[tuple[str, str]] = [("strong", shortly(label))]
    verb = "carries the tangent forward" if forward else "hands its adjoint back"
    spans.append(("", f" {verb} through {many}"))
    named = groupby(passed[:MOST_NAMED], key=lambda one: one[0])
    for place, (name, several) in enumerate(named):
        text = ", ".join(text for _, text in several)
        spans += [
            ("", "; " if place else ": "),
            ("name", shortly(name)),
            (sweep.voice, f" {'brings' if forward else 'gets'} {text}" if name else text),
        ]
    more = len(passed) - MOST_NAMED
    spans.append(("", f"; and {more} more." if more > 0 else "."))
    return tuple(span for span in spans if span[1])


def _text(value: Any, scale: float = 0.0) -> str:
    value = plain_value(value)
    if shape_of(value):
        return f"({shape_text(shape_of(value))} numbers)"
    return minus(number(value, PICTURE, scale))


def _opening(sweep: Sweep) -> Spans:
    forward = sweep.direction == "forward"
    ends = sweep.tape.inputs if forward else sweep.tape.outputs
    seeded = [node for node in ends if sweep._seeds[node.index] is not None]
    spans: list[tuple[str, str]] = [("", "The seed: ")]
    for place, node in enumerate(seeded[:MOST_NAMED]):
        seed = minus(value_text(plain_value(sweep._seeds[node.index]), PICTURE, room=2))
        spans += [
            ("", ", " if place else ""),
            ("name", lowered(node.name)),
            ("", f" starts with {sweep.voice} "),
            (sweep.voice, seed),
        ]
    if len(seeded) > MOST_NAMED:
        spans.append(("", f", and {len(seeded) - MOST_NAMED} more"))
    rest = "; the other inputs do not move." if forward and len(seeded) < len(ends) else "."
    many = f" {sweep.count} seeds travel at once." if (sweep.count or 1) != 1 else ""
    tape = sweep.tape
    idle = any(carried and not sweep.reached(index) for index, carried in enumerate(tape.carried))
    grey = " The seed does not reach what is grey." if idle and seeded else ""
    return (*spans, ("", rest + many + grey))


def _turn(script: Script, step: int) -> Spans:
    node = script.sweep.tape[script.order[step - 1]]
    name, operation = script.words.told(node.index)
    count = f"Step {step} of {len(script.order)}. " if not script.folded else ""  # a place has steps of its own
    head: Spans = (
        ("", count),
        ("name", name),
        ("strong", f" = {shortly(operation)} "),
    )
    flows = script.flows[step]
    told = told_of(node.primitive)
    head += (("", told),) if told and flows else ()
    if script.sweep.direction == "forward":
        return head + _collects(script, node, flows)
    return head + _hands_back(script, node, flows, step)


def _collects(script: Script, node: Node, flows: tuple[Contribution, ...]) -> Spans:
    if not flows:
        return (("", "depends on nothing that moves: its tangent is 0."),)
    spans: list[tuple[str, str]] = [("", "collects ")]
    parts, each = _parts(flows, forward=True), _jacobian_of_all(flows)
    for place, part in enumerate(parts[:MOST_NAMED]):
        flow = part[0]
        amount = _text(script.sweep.at(flow.source.index)) if len(part) > 1 or each else _product(script, flow)
        spans += [
            ("", " plus " if place else ""),
            ("tangent", amount),
            ("", " from "),
            ("name", script.words.told(flow.source.index, node.index)[0]),
            ("", f" in {len(part):,} places" if len(part) > 1 else ""),
        ]
    if len(parts) > MOST_NAMED:
        spans.append(("", f" and {len(parts) - MOST_NAMED:,} more"))
    arrivals = script.arrivals[node.index]
    total = _text(arrivals[-1].total, arrivals[-1].scale if len(arrivals) > 1 else 0.0)
    return (
        *spans,
        ("", each),
        ("", ": its tangent is " if len(flows) > 1 else ", so its tangent is "),
        ("tangent", total),
        ("", "."),
    )


def _hands_back(script: Script, node: Node, flows: tuple[Contribution, ...], step: int) -> Spans:
    spans: list[tuple[str, str]] = [("", "hands its adjoint "), ("adjoint", _text(script.sweep.at(node.index)))]
    spans.append(("", " back: "))
    parts, each = _parts(flows, forward=False), _jacobian_of_all(flows)
    for place, part in enumerate(parts[:MOST_NAMED]):
        flow = part[0]
        before = [a for a in script.arrivals[flow.target.index] if a.step < step]
        total = sum((other.amount for other in part[1:]), flow.amount)
        spans += [
            ("", "; " if place else ""),
            ("name", script.words.told(flow.target.index, node.index)[0]),
            ("adjoint", " gets "),
            ("adjoint", _text(total) if len(part) > 1 or each else _product(script, flow)),
            ("", f" from {len(part):,} places" if len(part) > 1 else ""),
        ]
        if before:
            spans.append(("", f" on top of {_text(before[-1].total, before[-1].scale)}"))
    if len(parts) > MOST_NAMED:
        spans.append(("", f"; and {len(parts) - MOST_NAMED:,} more"))
    return (*spans, ("", f"{each}."))


def _parts(flows: tuple[Contribution, ...], forward: bool) -> list[list[Contribution]]:
    """The contributions one by one, but all of one node together if that has many."""
    found: dict[int, list[Contribution]] = {}
    for flow in flows:
        found.setdefault((flow.source if forward else flow.target).index, []).append(flow)
    parts: list[list[Contribution]] = []
    for flow in flows:
        part = found[(flow.source if forward else flow.target).index]
        if len(part) <= MOST_SINGLE:
            parts.append([flow])
        elif flow is part[0]:
            parts.append(part)
    return parts


def _jacobian_of_all(flows: tuple[Contribution, ...]) -> str:
    """Which Jacobian each of many contributions passes, if that is to be said only once."""
    kinds = {(flow.partial.shape, flow.partial.structure) for flow in flows} if len(flows) > MOST_NAMED else set()
    if len(kinds) != 1:
        return ""
    (((rows, columns), structure),) = kinds
    return f", each through a {rows}×{columns} {structure} Jacobian" if (rows, columns) != (1, 1) else ""


def _product(script: Script, flow: Contribution) -> str:
    """``5 · 1`` for numbers; for arrays which Jacobian was applied."""
    if flow.partial.shape == (1, 1) and not shape_of(flow.amount):
        return script.words.term(script.sweep, flow)
    rows, columns = flow.partial.shape
    return f"{_text(flow.amount)} through a {rows}×{columns} {flow.partial.structure} Jacobian"


def closing(script: Script) -> Spans:
    """Return the sentence of the last step: the result."""
    sweep, tape = script.sweep, script.sweep.tape
    ends = tape.outputs if sweep.direction == "forward" else tape.inputs
    spans: list[tuple[str, str]] = [("", "Done: ")]
    for place, node in enumerate(ends[:MOST_NAMED]):
        arrived = script.arrivals.get(node.index)
        scale = arrived[-1].scale if arrived else 0.0  # as in its box
        result = minus(value_text(plain_value(sweep.at(node.index)), PICTURE, scale, room=3))
        spans += [("", "; " if place else ""), *_derivative_name(sweep, node), ("", " = "), (sweep.voice, result)]
    if len(ends) > MOST_NAMED:
        spans.append(("", f"; and {len(ends) - MOST_NAMED} more"))
    return (*spans, ("", "."))


def _derivative_name(sweep: Sweep, node: Node) -> Spans:
    """``∂y/∂x1`` where the one seed is 1, else ``the adjoint of x1``."""
    tape = sweep.tape
    forward = sweep.direction == "forward"
    seeded = [n for n in (tape.inputs if forward else tape.outputs) if sweep._seeds[n.index] is not None]
    unit = len(seeded) == 1 and not seeded[0].shape and sweep.count is None and sweep._seeds[seeded[0].index] == 1
    if not unit:
        return (("", f"the {sweep.voice} of "), ("name", lowered(node.name)))
    top, bottom = (node, seeded[0]) if forward else (seeded[0], node)
    return (("", "∂"), ("name", lowered(top.name)), ("", "/∂"), ("name", lowered(bottom.name)))
