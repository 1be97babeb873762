"""Questions about what comes next in an evaluation or a sweep, with the answers that readers give and what is said to each.

A question is made of what a sweep did, so the same film asks the same. An answer that many give by mistake (not summed,
wrong sign, the incoming adjoint forgotten) is named, and is left out where it would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff import expressions
from advis.autodiff.numbers import PICTURE, minus, number, shape_text
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.rule import INPUT, plain_value, shape_of
from advis.autodiff.sweep import Contribution
from advis.autodiff.table import term_text
from advis.autodiff.tape import Tape
from advis.films.film import Spans
from advis.films.graph import picture_value
from advis.films.reseed import word
from advis.films.sweep import Script

CLOSE = 2e-3
"""Two numbers nearer than this fraction are one answer: pictures show four digits, and people round. As in quiz.js."""

MOST_NAMED_ANSWERS = 12
CHOICES = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that a reader may answer, whether it is right, and what is said to it."""

    value: str  # a node's key, a number, a shape
    right: bool
    said: Spans


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a step is shown.

    Attributes
    ----------
    step : int
        The step that shows the answer.
    kind : {"node", "number", "shape"}
    asked : Spans
    answers : tuple of Answer
        The expected one first.
    choices : tuple of str
        Of a shape: what can be chosen.
    """

    step: int
    kind: str
    asked: Spans
    answers: tuple[Answer, ...]
    choices: tuple[str, ...] = ()


# -- whose turn is next


def turn_question(order: list[int], step: int, tape: Tape, direction: str) -> Question | None:
    """Return the question whose turn is next, None where only one node is left. Every node that is ready is right."""
    waiting, done = order[step - 1 :], order[: step - 1]
    if len(waiting) < 2:
        return None
    asked = {
        "evaluate": "Which operation can be computed next?",
        "forward": "Whose tangent can be computed next?",
        "reverse": "Which node hands its adjoint back next?",
    }[direction]
    needs = _users(tape, order) if direction == "reverse" else _operands(tape, order)
    next_one, missing = waiting[0], {index: [k for k in needs[index] if k in waiting] for index in waiting}
    answers = [Answer(f"n{next_one}", True, _ready(tape, next_one, direction))]
    for index in waiting[1:]:
        if missing[index]:
            answers.append(Answer(f"n{index}", False, _not_ready(tape, index, missing[index][0], direction)))
        else:
            also: Spans = (*_named(tape, index), ("", " is ready too; the record takes "), *_named(tape, next_one))
            answers.append(Answer(f"n{index}", True, (*also, ("", " first."))))
    given = [place.index for place in tape.input_places]
    ends = ": adjoints end there." if direction == "reverse" else " and was given at the start."
    answers += [Answer(f"n{k}", False, (*_named(tape, k), ("", f" is an input{ends}"))) for k in given]
    answers += [Answer(f"n{k}", False, (*_named(tape, k), ("", " has had its turn."))) for k in reversed(done)]
    return Question(step, "node", (("", asked),), tuple(answers[:MOST_NAMED_ANSWERS]))


def _users(tape: Tape, order: list[int]) -> dict[int, list[int]]:
    """For each node those in an order that use it."""
    users: dict[int, list[int]] = {index: [] for index in range(len(tape))}
    for index in order:
        for parent in tape.parents[index]:
            users[parent].append(index)
    return users


def _operands(tape: Tape, order: list[int]) -> dict[int, list[int]]:
    return {index: [parent for parent in tape.parents[index] if parent in order] for index in order}


def _ready(tape: Tape, index: int, direction: str) -> Spans:
    if direction == "reverse":
        return (("", "All that uses "), *_named(tape, index), ("", " has had its turn: its adjoint is complete."))
    what = "values are" if direction == "evaluate" else "tangents are"
    return (("", f"All {what} there that "), *_named(tape, index), ("", " needs."))


def _not_ready(tape: Tape, index: int, other: int, direction: str) -> Spans:
    if direction == "reverse":
        waits: Spans = (("", ", which has not had its turn: its adjoint is not complete."),)
        return (*_named(tape, index), ("", " is used by "), *_named(tape, other), *waits)
    what = "value" if direction == "evaluate" else "tangent"
    return (*_named(tape, index), ("", f" needs the {what} of "), *_named(tape, other), ("", " first."))


def _named(tape: Tape, index: int) -> Spans:
    return (("name", tape.names[index]),)


# -- what a node's value is


def value_question(tape: Tape, index: int, step: int) -> Question | None:
    """Return the question for a number that is computed; None if it is not a number."""
    value = plain_value(tape.values[index])
    if shape_of(value) or isinstance(value, (bool, np.bool_, complex, np.complexfloating)):
        return None
    asked: Spans = (
        *_named(tape, index),
        ("strong", f" = {_operation(tape, index)}"),
        ("", " is next. What is its value?"),
    )
    operands = [(tape.names[k], picture_value(tape, k)) for k in dict.fromkeys(tape.parents[index]) if tape.names[k]]
    where = ", ".join(f"{name} = {text}" for name, text in operands)
    said = f"{_operation(tape, index)}{f' with {where}' if where else ''} is {picture_value(tape, index)}."
    name = tape.primitives[index].name
    slips = [(-value, "Look at the sign."), *_other_functions(name, tape, index)]
    return _number(step, asked, value, expressions.residue_scale(tape, index), (("", said),), slips)


def _other_functions(name: str, tape: Tape, index: int) -> list[tuple[float, str]]:
    """What a calculator in the wrong mode shows."""
    functions: dict[str, tuple[Callable[[Any], Any], str]] = {
        **{
            f.__name__: (lambda x, f=f: f(np.deg2rad(x)), "That is in degrees; angles are in radians.")
            for f in (np.sin, np.cos, np.tan)
        },
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
    index, flows, tape = script.order[step - 1], script.flows[step - 1], script.sweep.tape
    if not _are_numbers(script, flows):
        return None
    last = script.arrivals[index][-1]
    scale = last.scale if len(flows) > 1 else 0.0
    operation = ("strong", f" = {_operation(tape, index)}")
    asked: Spans = (*_named(tape, index), operation, ("", " is next. What is its tangent?"))
    terms = " + ".join(_term(script, flow) for flow in flows)
    result = minus(number(last.total, PICTURE, scale))
    why: Spans = (*_named(tape, index), ("", " collects "), ("tangent", terms), ("", f", so its tangent is {result}."))
    slips = [
        (flow.amount, f"That is what comes from {flow.source.name} alone; contributions add up.") for flow in flows
    ]
    slips += [
        (sum(flow.partial.value for flow in flows), "Those are the partials alone: each is multiplied by a tangent."),
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
    index, flows, tape = script.order[step - 1], script.flows[step - 1], script.sweep.tape
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
        *_named(tape, index),
        ("strong", f" = {_operation(tape, index)}"),
        ("", " hands its adjoint "),
        ("adjoint", _shown(adjoint)),
        ("", f" back.{so_far} What does "),
        *_named(tape, target),
        ("", " have then?"),
    )
    terms = " + ".join(_term(script, flow) for flow in mine)
    top = "" if before is None else f" on top of {_shown(before, last.scale)}"
    why: Spans = (
        *_named(tape, target),
        ("adjoint", f" gets {terms}"),
        ("", f"{top}, so {_shown(last.total, last.scale)}."),
    )
    slips = [*_adjoint_slips(script, mine, before, adjoint), *_sibling_slips(flows, target, before, adjoint)]
    return _number(step, asked, last.total, last.scale, why, slips)


def _adjoint_slips(script: Script, mine: list[Contribution], before: Any, adjoint: Any) -> Iterable[tuple[float, str]]:
    """The classic mistakes, the most telling first."""
    amount, partial = sum(flow.amount for flow in mine), sum(flow.partial.value for flow in mine)
    start, name = before or 0.0, mine[0].target.name
    if before is not None:
        yield amount, f"That is this contribution alone: {name} had {_shown(before)} already, and contributions add up."
        yield before, f"That is what {name} had before; its new contribution comes on top."
    if len(mine) > 1:
        yield start + mine[0].amount, f"{name} is used {len(mine)} times here: every use contributes."
    yield start - amount, "Look at the sign of the contribution."
    yield -(start + amount), "Look at the sign."
    yield start + partial, f"That is the partial alone: it is multiplied by the incoming adjoint, {_shown(adjoint)}."
    yield partial, f"That is the partial alone: it is multiplied by the incoming adjoint, {_shown(adjoint)}."
    yield (
        start + adjoint,
        f"That is the adjoint alone: it is multiplied by the partial, {_shown(mine[0].partial.value)}.",
    )
    yield (
        adjoint,
        f"That is the adjoint that comes in: it is multiplied by the partial, {_shown(mine[0].partial.value)}.",
    )
    yield script.sweep.tape.values[mine[0].target.index], f"That is the value of {name}; its adjoint is asked for."


def _sibling_slips(
    flows: tuple[Contribution, ...], target: int, before: Any, adjoint: Any
) -> Iterable[tuple[float, str]]:
    """The partial of the other operand, as in a product taken the wrong way round."""
    for flow in flows:
        if flow.target.index != target:
            said = f"That is with the partial for {flow.target.name}; asked is the other one."
            yield (before or 0.0) + flow.partial.value * adjoint, said


def _worth(script: Script, flow: Contribution, step: int) -> tuple[bool, bool, float]:
    """How much a target is worth asking for: a growing sum first, then a partial that is not 1."""
    grows = any(arrival.step < step for arrival in script.arrivals[flow.target.index])
    return grows, abs(flow.partial.value) != 1, -flow.target.index


def _are_numbers(script: Script, flows: tuple[Contribution, ...]) -> bool:
    real = all(not isinstance(plain_value(flow.amount), (complex, np.complexfloating)) for flow in flows)
    return (
        script.sweep.count is None
        and real
        and all(
            flow.partial.shape == (1, 1)
            and not shape_of(flow.amount)
            and not shape_of(flow.source.tape.values[flow.source.index])
            for flow in flows
        )
    )


def _given(script: Script, flow: Contribution) -> Any:
    return script.sweep.at(flow.source.index)


def _term(script: Script, flow: Contribution) -> str:
    return minus(term_text(script.sweep, flow, PICTURE))


def _shown(x: Any, scale: float = 0.0) -> str:
    return minus(number(plain_value(x), PICTURE, scale))


def _operation(tape: Tape, index: int) -> str:
    operation = expressions.expression(tape, index, PICTURE)
    return operation if len(operation) <= 48 else operation[:47] + "…"


# -- what shape something has


def value_shape_question(tape: Tape, index: int, step: int) -> Question | None:
    """Return the question for the shape of a value, None where no array is around."""
    parents = [k for k in tape.parents[index] if shape_of(tape.values[k])]
    shape = tuple(shape_of(tape.values[index]))
    if not parents and not shape:
        return None
    asked: Spans = (
        *_named(tape, index),
        ("strong", f" = {_operation(tape, index)}"),
        ("", " is next. What is its shape?"),
    )
    of = " and ".join(
        f"{tape.names[k] or 'a constant'} ({_worded(shape_of(tape.values[k]))})" for k in dict.fromkeys(parents)
    )
    why: Spans = (*_named(tape, index), ("", f" is made of {of or 'numbers'}: {_worded(shape, whole=True)}."))
    others = [
        (tuple(shape_of(tape.values[k])), f"That is the shape of {tape.names[k] or 'the constant'}.") for k in parents
    ]
    return _shape(step, asked, shape, why, others)


def flow_shape_question(script: Script, step: int) -> Question | None:
    """Return the question for the shape of a tangent or of what a node gets back; None where all are numbers."""
    sweep, flows, tape = script.sweep, script.flows[step - 1], script.sweep.tape
    wide = [flow for flow in flows if shape_of(tape.values[flow.target.index])]
    if sweep.count is not None or not wide:
        return None
    flow = max(wide, key=lambda one: len(shape_of(tape.values[one.target.index])))
    index, target = script.order[step - 1], flow.target.index
    shape = tuple(shape_of(tape.values[target]))
    if sweep.direction == "forward":
        end: Spans = (("", " is next. What is the shape of its tangent?"),)
    else:
        end = (("", " hands its adjoint back. What is the shape of what "), *_named(tape, target), ("", " gets?"))
    asked: Spans = (*_named(tape, index), ("strong", f" = {_operation(tape, index)}"), *end)
    why: Spans = (
        ("", f"{'A tangent' if sweep.direction == 'forward' else 'An adjoint'} has the shape of its value, "),
        *_named(tape, target),
        ("", f": {_worded(shape, whole=True)}."),
    )
    jacobian = "That is the shape of the Jacobian; it is applied, not put together."
    other = f"That is the shape of {flow.source.name}, where it comes from."
    others = [(Partial(tape, flow.partial.index, flow.partial.place).shape, jacobian)]
    others.append((tuple(shape_of(tape.values[flow.source.index])), other))
    return _shape(step, asked, shape, why, others)


def _shape(
    step: int, asked: Spans, shape: tuple[int, ...], why: Spans, others: list[tuple[tuple[int, ...], str]]
) -> Question:
    """A question with up to four shapes to choose from, in an order that does not tell."""
    others = [
        *others,
        (shape[::-1], "That is the transpose."),
        (shape[1:], "An axis is missing."),
        (shape[:-1], "An axis is missing."),
        ((1, *shape), "That is one axis too many."),
        ((int(np.prod(shape)),), "That would be all of it in one row."),
        ((2, 2), "Count the axes and how long each of them is."),
    ]
    answers = {_worded(shape): Answer(_worded(shape), True, why)}
    for other, said in others:
        if len(answers) < CHOICES:
            answers.setdefault(_worded(other), Answer(_worded(other), False, (("", said),)))
    return Question(
        step, "shape", asked, tuple(answers.values()), tuple(sorted(answers, key=lambda text: (len(text), text)))
    )


def _worded(shape: tuple[int, ...], whole: bool = False) -> str:
    """A shape for a button, or (``whole``) in a sentence."""
    if whole:
        return f"its shape is {shape_text(shape)}" if shape else "it is a number"
    return shape_text(shape) or "number"


def operations(tape: Tape, nodes: Iterable[int]) -> list[int]:
    """Return the operations among nodes: what has a turn."""
    return [index for index in nodes if tape.primitives[index] is not INPUT]
