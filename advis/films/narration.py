"""What is said at each step of a sweep, in words that a first-year student says aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advis.autodiff import expressions
from advis.autodiff.numbers import PICTURE, minus, number, shape_text, value_text
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution, Sweep
from advis.autodiff.table import term_text
from advis.autodiff.tape import Node

if TYPE_CHECKING:
    from advis.films.sweep import Script

from advis.films.film import Spans

MOST_NAMED = 3


def sentences(script: Script) -> list[Spans]:
    """Return one sentence for each step, from the seed to the result."""
    turns = [_turn(script, step) for step in range(1, script.last)]
    said = [_opening(script.sweep), *turns, closing(script.sweep)]
    return [tuple(span for span in spans if span[1]) for spans in said]


def _text(value: Any, scale: float = 0.0) -> str:
    value = plain_value(value)
    if shape_of(value):
        return f"({shape_text(shape_of(value))})"
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
            ("name", node.name),
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
    operation = expressions.expression(node.tape, node.index, PICTURE)
    head: Spans = (
        ("", f"Step {step} of {len(script.order)}. "),
        ("name", node.name),
        ("strong", f" = {operation if len(operation) <= 48 else operation[:47] + '…'} "),
    )
    flows = script.flows[step - 1]
    if script.sweep.direction == "forward":
        return head + _collects(script, node, flows)
    return head + _hands_back(script, node, flows, step)


def _collects(script: Script, node: Node, flows: tuple[Contribution, ...]) -> Spans:
    if not flows:
        return (("", "depends on nothing that moves: its tangent is 0."),)
    spans: list[tuple[str, str]] = [("", "collects ")]
    for place, flow in enumerate(flows[:MOST_NAMED]):
        spans += [
            ("", " plus " if place else ""),
            ("tangent", _product(script.sweep, flow)),
            ("", " from "),
            ("name", flow.source.name),
        ]
    if len(flows) > MOST_NAMED:
        spans.append(("", f" and {len(flows) - MOST_NAMED} more"))
    arrivals = script.arrivals[node.index]
    total = _text(arrivals[-1].total, arrivals[-1].scale if len(arrivals) > 1 else 0.0)
    return (
        *spans,
        ("", ": its tangent is " if len(flows) > 1 else ", so its tangent is "),
        ("tangent", total),
        ("", "."),
    )


def _hands_back(script: Script, node: Node, flows: tuple[Contribution, ...], step: int) -> Spans:
    spans: list[tuple[str, str]] = [("", "hands its adjoint "), ("adjoint", _text(script.sweep.at(node.index)))]
    spans.append(("", " back: "))
    for place, flow in enumerate(flows[:MOST_NAMED]):
        before = [a for a in script.arrivals[flow.target.index] if a.step < step]
        spans += [
            ("", "; " if place else ""),
            ("name", flow.target.name),
            ("adjoint", f" gets {_product(script.sweep, flow)}"),
        ]
        if before:
            spans.append(("", f" on top of {_text(before[-1].total, before[-1].scale)}"))
    if len(flows) > MOST_NAMED:
        spans.append(("", f"; and {len(flows) - MOST_NAMED} more"))
    return (*spans, ("", "."))


def _product(sweep: Sweep, flow: Contribution) -> str:
    """``5 · 1`` for numbers; for arrays which Jacobian was applied."""
    if flow.partial.shape == (1, 1) and not shape_of(flow.amount):
        return minus(term_text(sweep, flow, PICTURE))
    rows, columns = flow.partial.shape
    return f"{_text(flow.amount)} through a {rows}×{columns} {flow.partial.structure} Jacobian"


def closing(sweep: Sweep) -> Spans:
    """Return the sentence of the last step: the result."""
    tape = sweep.tape
    ends = tape.outputs if sweep.direction == "forward" else tape.inputs
    spans: list[tuple[str, str]] = [("", "Done: ")]
    for place, node in enumerate(ends[:MOST_NAMED]):
        result = minus(value_text(plain_value(sweep.at(node.index)), PICTURE, room=3))
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
        return (("", f"the {sweep.voice} of "), ("name", node.name))
    top, bottom = (node, seeded[0]) if forward else (seeded[0], node)
    return (("", "∂"), ("name", top.name), ("", "/∂"), ("name", bottom.name))
