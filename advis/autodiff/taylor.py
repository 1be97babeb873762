"""Taylor coefficients of f along a line, to any order, from one recorded run: the forward mode of higher order.

A power series in t runs through the tape in place of a value. Products and quotients have recurrences of their own; for
every other primitive the rule of the forward mode is enough: ż = ∂z/∂x ẋ holds along the whole line, so the series of
the right-hand side, one order shorter, gives the coefficients of z. (Griewank & Walther, *Evaluating Derivatives*, 2nd
ed., SIAM 2008, chapter 13, has the recurrences; that rules suffice is the observation behind their table 13.2.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from advis.autodiff.numbers import friendly
from advis.autodiff.primitives import arithmetic
from advis.autodiff.primitives.rule import CONSTANT, INPUT, Primitive, is_traced, plain_value, shape_of
from advis.autodiff.structure import fill, planted, same_structure
from advis.autodiff.sweeps import grown, quiet, zero_like
from advis.autodiff.tape import Tape
from advis.autodiff.trace import trace
from advis.autodiff.transpose import is_affine, is_product

Series = list[Any]
"""The coefficients of 1, t, t², …; those that are left out are 0."""


def taylor(f: Callable[[Any], Any], x: Any, v: Any, order: int) -> list[Any]:
    """Return the coefficients c₀, c₁, …, of f(x + t v) = c₀ + c₁ t + c₂ t² + …

    Parameters
    ----------
    f : callable
        Of one argument.
    x, v
        Where, and in which direction: numbers, arrays, or the same structure of them.
    order : int
        Of the last coefficient. The k-th one is the k-th derivative along v, over k!.

    Returns
    -------
    list
        order + 1 coefficients, each in the structure of f's result.

    Raises
    ------
    ValueError
        If the order is negative or no whole number, or x and v differ in structure or shape.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> [round(c, 6) for c in av.taylor(np.exp, 0.0, 1.0, 4)]
    [1.0, 1.0, 0.5, 0.166667, 0.041667]
    >>> av.taylor(lambda x: x[0] * x[1], np.array([2.0, 5.0]), np.array([1.0, 1.0]), 3)
    [10.0, 7.0, 1.0, 0.0]
    """
    if not isinstance(order, (int, np.integer)) or order < 0:
        raise ValueError(f"taylor: order={order!r} must be a whole number, 0 or more; 0 gives the value alone")
    if not same_structure(v, x):
        raise ValueError("taylor: v must have the structure of x")
    tape = trace(f, x, source=False)
    given: dict[int, Series] = {}
    for place, direction in planted(tape._arguments, (v,)):
        here = tape.values[place.index]
        if shape_of(direction) != shape_of(here):
            raise ValueError(f"taylor: v has shape {shape_of(direction)} where x has {shape_of(here)}")
        given[place.index] = [here, direction if is_traced(direction) else np.asarray(direction, here.dtype)[()]]
    with quiet():
        found = _run(tape, given, order)

    def coefficient(k: int, index: int) -> Any:
        series = found[index]
        amount = series[k] if k < len(series) else zero_like(series[0])
        return friendly(amount[()] if isinstance(amount, np.ndarray) else amount)  # an array of no axes is a number

    return [fill(tape._outcome, partial(coefficient, k)) for k in range(order + 1)]


def _run(tape: Tape, given: dict[int, Series], order: int) -> list[Series]:
    """The series of every node, from those of the inputs."""
    found: list[Series] = []
    for index, (primitive, parents) in enumerate(zip(tape.primitives, tape.parents, strict=True)):
        value = tape.values[index]
        if primitive is INPUT:
            found.append(given[index][: order + 1])
        elif primitive is CONSTANT or primitive.blind:
            found.append([value])
        else:
            found.append(_applied(primitive, value, [found[parent] for parent in parents], order))
    return found


def _applied(primitive: Primitive, value: Any, args: list[Series], order: int) -> Series:
    """The series of a node from those of its parents."""
    moving = [len(series) > 1 for series in args]
    if not order or not any(moving):
        return [value]
    if is_affine(primitive, moving):
        return [value, *_affine(primitive, args, moving)]
    if is_product(primitive) and len(args) == 2:
        left, right = args
        return [value, *(_convolved(primitive, left, right, k) for k in range(1, _length(args, order)))]
    if primitive.call is arithmetic.divide.call:
        return _quotient(value, args[0], args[1], order)
    return _integrated(primitive, value, args, moving, order)


def _length(args: Sequence[Series], order: int) -> int:
    """How many coefficients a product can have."""
    return min(order, sum(len(series) - 1 for series in args)) + 1


def _affine(primitive: Primitive, args: list[Series], moving: list[bool]) -> Series:
    """Each coefficient by itself; what does not move takes no part, unless it is a factor."""
    kept = is_product(primitive) or primitive.call is arithmetic.divide.call
    still = [kept or np.asarray(plain_value(series[0])).dtype.kind == "b" for series in args]

    def at(series: Series, moves: bool, stays: bool, k: int) -> Any:
        if not moves:
            return series[0] if stays else zero_like(series[0])
        return series[k] if k < len(series) else zero_like(series[0])

    apply = primitive.settled()
    return [
        apply(*(at(*parts, k) for parts in zip(args, moving, still, strict=True)))
        for k in range(1, max(map(len, args)))
    ]


def _convolved(primitive: Primitive, a: Series, b: Series, k: int) -> Any:
    """The k-th coefficient of a product."""
    apply, places = primitive.settled(), range(max(0, k + 1 - len(b)), min(k + 1, len(a)))
    return sum(apply(a[j], b[k - j]) for j in places)


def _quotient(value: Any, a: Series, b: Series, order: int) -> Series:
    """Q = a / b from q b = a."""
    found = [value]
    for k in range(1, order + 1):
        rest = a[k] if k < len(a) else 0.0
        found.append((rest - sum(b[j] * found[k - j] for j in range(1, min(k + 1, len(b))))) / b[0])
    return found


def _integrated(primitive: Primitive, value: Any, args: list[Series], moving: list[bool], order: int) -> Series:
    """From ż = Σ ∂z/∂x ẋ: at once, or coefficient by coefficient where the rules read z itself."""
    rules = [_recorded(primitive, value, args, moving, place) for place, moves in enumerate(moving) if moves]
    answer: Series = [value]
    steps = range(order) if any(reads for _, reads, _ in rules) else [order - 1]
    for last in steps:
        slopes = [_slope(tape, place, answer, args, moving, last) for tape, _, place in rules if tape]
        for k in range(len(answer) - 1, last + 1):
            terms = [slope[k] for slope in slopes if k < len(slope)]
            answer.append(sum(terms) / (k + 1) if terms else zero_like(value))
    return answer


def _recorded(
    primitive: Primitive, value: Any, args: list[Series], moving: list[bool], place: int
) -> tuple[Tape | None, bool, int]:
    """The forward rule of an argument as a tape over (tangent, answer, what moves), and whether it reads the answer."""
    rule = primitive.jvps[place]
    if rule is None:
        return None, False, place

    def slope(tangent: Any, answer: Any, *moved: Any) -> Any:
        new = iter(moved)
        full = [next(new) if moves else series[0] for series, moves in zip(args, moving, strict=True)]
        return grown(rule(tangent, answer, *full), value)

    values = [series[0] for series, moves in zip(args, moving, strict=True) if moves]
    tape = trace(slope, args[place][1], value, *values, source=False)
    reads = any(1 in parents for parents in tape.parents)  # the answer is the second input
    return tape, reads, place


def _slope(tape: Tape, place: int, answer: Series, args: list[Series], moving: list[bool], order: int) -> Series:
    """The series of one term of ż."""
    moved = [series for series, moves in zip(args, moving, strict=True) if moves]
    inputs = [_derived(args[place]), answer, *moved]
    found = _run(tape, {p.index: series for p, series in zip(tape.input_places, inputs, strict=True)}, order)
    output = tape._outcome
    return found[output.index] if hasattr(output, "index") else [output]


def _derived(series: Series) -> Series:
    """The derivative of a series with respect to t."""
    return [k * coefficient for k, coefficient in enumerate(series)][1:]
