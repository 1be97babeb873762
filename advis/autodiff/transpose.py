"""The transpose of a derivative rule: a rule is a linear map; its record, swept backwards, is that map transposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from advis.autodiff import sweeps
from advis.autodiff.errors import MissingRule, OffTape
from advis.autodiff.primitives import arithmetic, choices, products, reductions, shaping
from advis.autodiff.primitives.rule import INPUT, Primitive, Rule, plain_value
from advis.autodiff.tape import Tape
from advis.autodiff.trace import trace
from advis.autodiff.tracer import _to_float as to_float

_TOGETHER = frozenset(
    primitive.call
    for primitive in (
        arithmetic.add, arithmetic.subtract, arithmetic.negative, arithmetic.positive, arithmetic.conjugate,
        arithmetic.real, arithmetic.imag, reductions.sum_, reductions.mean, reductions.cumsum, shaping.reshape,
        shaping.raveled, shaping.transpose, shaping.squeeze, shaping.expand_dims, shaping.broadcast_to,
        shaping.concatenate, shaping.stack, shaping.getitem, shaping.scatter, shaping.setitem, to_float,
    )
)  # fmt: skip
"""Linear in all their arguments together; one that does not move with them must be zero."""

_ONE_AT_A_TIME = frozenset({arithmetic.multiply.call, products.matmul.call, products.einsum.call})
"""Linear in one argument while the others stay."""


def transposed(rule: Rule, place: int, name: str, given: str) -> Rule:
    """Return the rule of the other mode, for one argument of an own primitive.

    Parameters
    ----------
    rule : callable
        The rule that is known.
    place : int
        Of which argument.
    name : str
        The primitive's name, for errors.
    given : {"jvp", "vjp"}
        Which rule it is.

    Returns
    -------
    callable
        Records the rule as a function of what it is linear in, at the current values, and runs a reverse sweep over
        that record. It raises a TypeError if the record is not linear.
    """

    def other(item: Any, ans: Any, *args: Any, **options: Any) -> Any:
        source, target = (args[place], ans) if given == "jvp" else (ans, args[place])
        fit = sweeps.grown if given == "jvp" else sweeps.fitted
        try:
            tape = trace(lambda d: fit(rule(d, ans, *args, **options), target), sweeps.zero_like(source), source=False)
            _check_linear(tape)
        except OffTape as error:
            verb = "vjp" if given == "jvp" else "jvp"
            raise MissingRule(
                f"{name}: no {verb} is given, and the {given} of argument {place + 1} cannot be transposed "
                f"({str(error).splitlines()[0]}); define {name}.def{verb}(…)"
            ) from error
        seeds: list[Any] = [None] * len(tape)
        seeds[tape.outputs[0].index] = item
        found = sweeps.reverse_column(tape.primitives, tape.parents, tape.values, seeds)[0]
        return sweeps.zero_like(source) if found is None else found

    return other


def _check_linear(tape: Tape) -> None:
    """Raise unless the tape's one output is a linear function of its one input."""
    moves: list[bool] = []
    for primitive, parents in zip(tape.primitives, tape.parents, strict=True):
        moving = [moves[parent] for parent in parents]
        moves.append(primitive is INPUT or any(moving))
        if any(moving) and not _is_linear(primitive, moving, [tape.values[parent] for parent in parents]):
            raise OffTape(f"{primitive.name} is not linear in it")
    if tape.branches:
        raise OffTape("it is steered by a comparison")
    if not tape.outputs:
        raise OffTape("it does not return an array")
    output = tape.outputs[0].index
    if not moves[output] and not _is_zero(tape.values[output]):
        raise OffTape("it does not depend on what it should be linear in")


def _is_linear(primitive: Primitive, moving: Sequence[bool], values: Sequence[Any]) -> bool:
    """Whether an application is linear in the arguments that move."""
    if not is_affine(primitive, moving):
        return False
    if is_product(primitive) or primitive.call is arithmetic.divide.call:
        return True
    parts = list(zip(moving, values, strict=True))[primitive.call is choices.where.call :]
    return all(moved or _is_zero(value) for moved, value in parts)


def is_affine(primitive: Primitive, moving: Sequence[bool]) -> bool:
    """Return whether a primitive is known to be linear, up to a constant, in the arguments that move."""
    call = primitive.call
    if is_product(primitive):
        return sum(moving) == 1
    if call is arithmetic.divide.call:
        return not moving[1]
    if call is choices.where.call:
        return not moving[0]
    return call in _TOGETHER


def is_product(primitive: Primitive) -> bool:
    """Return whether a primitive is linear in each of its arguments while the others stay."""
    return primitive.call in _ONE_AT_A_TIME


def _is_zero(value: Any) -> bool:
    """Whether a value is zero and stays so: one that an outer trace records may be zero only here."""
    return plain_value(value) is value and not np.any(value)
