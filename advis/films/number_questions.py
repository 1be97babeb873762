"""Questions for a value, a tangent or an adjoint that is a number, with the classic mistakes named.

A mistake that would be right, or the same as another one, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from advis.autodiff import expressions
from advis.autodiff.numbers import PICTURE, minus, number
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Contribution
from advis.autodiff.table import term_text
from advis.autodiff.tape import Tape
from advis.films.film import Spans
from advis.films.questions import Answer, Question, named, operation_said
from advis.films.reseed import word
from advis.films.sweep import Script
from advis.films.words import picture_value

CLOSE = 2e-3
"""Two numbers nearer than this fraction are one answer: pictures show four digits, and people round. As in quiz.js."""


def value_question(tape: Tape, index: int, step: int) -> Question | None:
    """Return the question for a number that is computed; None if it is not a number."""
    value = plain_value(tape.values[index])
    if shape_of(value) or isinstance(value, (bool, np.bool_, complex, np.complexfloating)):
        return None
    asked: Spans = (
        *named(tape, index),
        ("strong", f" = {operation_said(tape, index)}"),
        ("", " is next. What is its value?"),
    )
    operands = [(tape.names[k], picture_value(tape, k)) for k in dict.fromkeys(tape.parents[index]) if tape.names[k]]
    where = ", ".join(f"{name} = {text}" for name, text in operands)
    said = f"{operation_said(tape, index)}{f' with {where}' if where else ''} is {picture_value(tape, index)}."
    name = tape.primitives[index].name
    slips = [(-value, "Look at the sign."), *_other_functions(name, tape, index)]
    return _number(step, asked, value, expressions.residue_scale(tape, index), (("", said),), slips)


def _other_functions(name: str, tape: Tape, index: int) -> list[tuple[float, str]]:
    """What a calculator in the wrong mode shows."""
    degrees = "That is in degrees; angles are in radians."
    functions: dict[str, tuple[Callable[[Any], Any], str]] = {
        "sin": (lambda x: np.sin(np.deg2rad(x)), degrees),
        "cos": (lambda x: np.cos(np.deg2rad(x)), degrees),
        "tan": (lambda x: np.tan(np.deg2rad(x)), degrees),
        "log": (np.log10, "That is the logarithm to base 10; log is the natural one."),
        "exp": (lambda x: np.power(10.0, x), "That is a power of 10; exp is a power of e."),
    }
    if name not in functions:
        return []
    function, said = functions[name]
    with np.errstate(all="ignore"):
        return [(float(function(plain_value(tape.values[tape.parents[index][0]]))), said)]


def _number(
    step: int, asked: Spans, right: Any, scale: float, why: Spans, slips: Iterable[tuple[float, str]]
) -> Question:
    """A question for a number. What is shown as 0 is asked for as 0; mistakes that are right, or one, are left out."""
    right = 0.0 if number(right, PICTURE, scale) == "0" else float(right)
    answers, taken = [Answer(word(right), True, why)], [right]
    for slip, said in slips:
        if not any(close(float(slip), other) for other in taken):
            answers.append(Answer(word(float(slip) + 0.0), False, (("", said),)))
            taken.append(float(slip))
    return Question(step, "number", asked, tuple(answers))


def close(answer: float, other: float) -> bool:
    """Whether two numbers are one answer.

    Examples
    --------
    >>> close(0.284, 0.28366), close(0.28, 0.28366), close(0.0, 1e-3)
    (True, False, False)
    """
    if not (np.isfinite(answer) and np.isfinite(other)):
        return word(answer) == word(other)
    return abs(answer - other) <= max(CLOSE * abs(other), 1e-9)


# -- what a tangent or an adjoint is


def tangent_question(script: Script, step: int) -> Question | None:
    """Return the question for a tangent; None if it is no number."""
    index, flows, tape = script.order[step - 1], script.flows[step], script.sweep.tape
    if not _are_numbers(script, flows):
        return None
    last = script.arrivals[index][-1]
    scale = last.scale if len(flows) > 1 else 0.0
    operation = ("strong", f" = {operation_said(tape, index)}")
    asked: Spans = (*named(tape, index), operation, ("", " is next. What is its tangent?"))
    terms = " + ".join(_term(script, flow) for flow in flows)
    result = minus(number(last.total, PICTURE, scale))
    why: Spans = (*named(tape, index), ("", " collects "), ("tangent", terms), ("", f", so its tangent is {result}."))
    slips = [
        (flow.amount, f"That is what comes from {flow.source.name} alone; contributions add up.") for flow in flows
    ]
    slips += [
        (sum(_partial(flow) for flow in flows), "Those are the partials alone: each is multiplied by a tangent."),
        (
            sum(_given(script, flow) for flow in flows),
            "Those are the tangents alone: each is multiplied by its partial.",
        ),
        (-last.total, "Look at the sign."),
        (tape.values[index], f"That is the value of {tape.names[index]}; its tangent is asked for."),
    ]
    return _number(step, asked, last.total, scale, why, slips)


def adjoint_question(script: Script, step: int) -> Question | None:
    """Return the question for the sum at one of the nodes that get something in a step; None if it is no number."""
    index, flows, tape = script.order[step - 1], script.flows[step], script.sweep.tape
    if not flows or not _are_numbers(script, flows):
        return None
    target = max(flows, key=lambda flow: _worth(script, flow, step)).target.index
    mine = [flow for flow in flows if flow.target.index == target]
    arrived = script.arrivals[target]
    before = next((a.total for a in reversed(arrived) if a.step < step), script.sweep._seeds[target])
    last = next(a for a in reversed(arrived) if a.step == step)
    adjoint, name = script.sweep.at(index), tape.names[target]
    so_far = "" if before is None else f" {name} has {_shown(before, last.scale)} so far."
    asked: Spans = (
        *named(tape, index),
        ("strong", f" = {operation_said(tape, index)}"),
        ("", " hands its adjoint "),
        ("adjoint", _shown(adjoint)),
        ("", f" back.{so_far} What does "),
        *named(tape, target),
        ("", " have then?"),
    )
    terms = " + ".join(_term(script, flow) for flow in mine)
    top = "" if before is None else f" on top of {_shown(before, last.scale)}"
    why: Spans = (
        *named(tape, target),
        ("adjoint", f" gets {terms}"),
        ("", f"{top}, so {_shown(last.total, last.scale)}."),
    )
    slips = [*_adjoint_slips(script, mine, before, adjoint), *_sibling_slips(flows, target, before, adjoint)]
    return _number(step, asked, last.total, last.scale, why, slips)


def _adjoint_slips(script: Script, mine: list[Contribution], before: Any, adjoint: Any) -> Iterable[tuple[float, str]]:
    """The classic mistakes, the most telling first."""
    amount, partial = sum(flow.amount for flow in mine), sum(_partial(flow) for flow in mine)
    start, name, index = before or 0.0, mine[0].target.name, mine[0].target.index
    if before is not None:
        yield amount, f"That is this contribution alone: {name} had {_shown(before)} already, and contributions add up."
        yield before, f"That is what {name} had before; its new contribution comes on top."
    if len(mine) > 1:
        yield start + mine[0].amount, f"{name} is used {len(mine)} times here: every use contributes."
    yield start - amount, "Look at the sign of the contribution."
    yield -(start + amount), "Look at the sign."
    alone = f"That is the partial alone: it is multiplied by the incoming adjoint, {_shown(adjoint)}."
    yield start + partial, alone
    yield partial, alone
    bare = f"That is the incoming adjoint alone: it is multiplied by the partial, {_shown(_partial(mine[0]))}."
    yield start + adjoint, bare
    yield adjoint, bare
    yield script.sweep.tape.values[index], f"That is the value of {name}; its adjoint is asked for."


def _sibling_slips(
    flows: tuple[Contribution, ...], target: int, before: Any, adjoint: Any
) -> Iterable[tuple[float, str]]:
    """The partial of the other operand, as in a product taken the wrong way round."""
    for flow in flows:
        if flow.target.index != target:
            said = f"That is with the partial for {flow.target.name}; asked is the other one."
            yield (before or 0.0) + _partial(flow) * adjoint, said


def _worth(script: Script, flow: Contribution, step: int) -> tuple[bool, bool, float]:
    """How much a target is worth asking for: a growing sum first, then a partial that is not 1."""
    grows = any(arrival.step < step for arrival in script.arrivals[flow.target.index])
    return grows, abs(_partial(flow)) != 1, -flow.target.index


def _are_numbers(script: Script, flows: tuple[Contribution, ...]) -> bool:
    values = script.sweep.tape.values
    ends = [values[end.index] for flow in flows for end in (flow.source, flow.target)]
    return (
        script.sweep.count is None
        and not any(np.iscomplexobj(plain_value(number)) for number in (*ends, *(flow.amount for flow in flows)))
        and all(
            flow.partial.shape == (1, 1)
            and not shape_of(flow.amount)
            and not shape_of(flow.source.tape.values[flow.source.index])
            for flow in flows
        )
    )


def _partial(flow: Contribution) -> float:
    return float(np.real(flow.partial.value))


def _given(script: Script, flow: Contribution) -> Any:
    return script.sweep.at(flow.source.index)


def _term(script: Script, flow: Contribution) -> str:
    return minus(term_text(script.sweep, flow, PICTURE))


def _shown(x: Any, scale: float = 0.0) -> str:
    return minus(number(plain_value(x), PICTURE, scale))
