"""Questions about what comes next in an evaluation or a sweep: whose turn it is, and what shape something has.

A question is made of what a sweep did, so the same film asks the same. It holds the answers that readers give, right or
by mistake, and what is said to each. Questions for numbers are in `advis.films.number_questions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from advis.autodiff import expressions
from advis.autodiff.numbers import PICTURE, shape_text
from advis.autodiff.primitives.rule import INPUT, shape_of
from advis.autodiff.tape import Tape
from advis.films.film import Spans
from advis.films.sweep import Script

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
            also: Spans = (*named(tape, index), ("", " is ready too; the record takes "), *named(tape, next_one))
            answers.append(Answer(f"n{index}", True, (*also, ("", " first."))))
    given = [place.index for place in tape.input_places]
    ends = ": adjoints end there." if direction == "reverse" else " and was given at the start."
    answers += [Answer(f"n{k}", False, (*named(tape, k), ("", f" is an input{ends}"))) for k in given]
    answers += [Answer(f"n{k}", False, (*named(tape, k), ("", " has had its turn."))) for k in reversed(done)]
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
        return (("", "All that uses "), *named(tape, index), ("", " has had its turn: its adjoint is complete."))
    what = "values are" if direction == "evaluate" else "tangents are"
    return (("", f"All {what} there that "), *named(tape, index), ("", " needs."))


def _not_ready(tape: Tape, index: int, other: int, direction: str) -> Spans:
    if direction == "reverse":
        waits: Spans = (("", ", which has not had its turn: its adjoint is not complete."),)
        return (*named(tape, index), ("", " is used by "), *named(tape, other), *waits)
    what = "value" if direction == "evaluate" else "tangent"
    return (*named(tape, index), ("", f" needs the {what} of "), *named(tape, other), ("", " first."))


def named(tape: Tape, index: int) -> Spans:
    """Return a node's name as a piece of a sentence."""
    return (("name", tape.names[index]),)


def operation_said(tape: Tape, index: int) -> str:
    """Return a node's operation, shortened where it is long."""
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
        *named(tape, index),
        ("strong", f" = {operation_said(tape, index)}"),
        ("", " is next. What is its shape?"),
    )
    of = " and ".join(
        f"{tape.names[k] or 'a constant'} ({_worded(shape_of(tape.values[k]))})" for k in dict.fromkeys(parents)
    )
    why: Spans = (*named(tape, index), ("", f" is made of {of or 'numbers'}: {_worded(shape, whole=True)}."))
    others = [
        (tuple(shape_of(tape.values[k])), f"That is the shape of {tape.names[k] or 'the constant'}.") for k in parents
    ]
    return _shape(step, asked, shape, why, others)


def flow_shape_question(script: Script, step: int) -> Question | None:
    """Return the question for the shape of a tangent or of what a node gets back; None where all are numbers."""
    sweep, flows, tape = script.sweep, script.flows[step], script.sweep.tape
    wide = [flow for flow in flows if shape_of(tape.values[flow.target.index])]
    if sweep.count is not None or not wide:
        return None
    flow = max(wide, key=lambda one: len(shape_of(tape.values[one.target.index])))
    index, target = script.order[step - 1], flow.target.index
    shape = tuple(shape_of(tape.values[target]))
    if sweep.direction == "forward":
        end: Spans = (("", " is next. What is the shape of its tangent?"),)
    else:
        end = (("", " hands its adjoint back. What is the shape of what "), *named(tape, target), ("", " gets?"))
    asked: Spans = (*named(tape, index), ("strong", f" = {operation_said(tape, index)}"), *end)
    why: Spans = (
        ("", f"{'A tangent' if sweep.direction == 'forward' else 'An adjoint'} has the shape of its value, "),
        *named(tape, target),
        ("", f": {_worded(shape, whole=True)}."),
    )
    jacobian = "That is the shape of the Jacobian; it is applied, not put together."
    other = f"That is the shape of {flow.source.name}, where it comes from."
    source = tuple(shape_of(tape.values[flow.source.index]))
    return _shape(step, asked, shape, why, [(flow.partial.shape, jacobian), (source, other)])


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
