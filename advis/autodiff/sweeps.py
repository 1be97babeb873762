"""The two sweeps over the columns of a tape: tangents forward, adjoints in reverse. No recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from advis.autodiff.primitives.part import Part, whole
from advis.autodiff.primitives.rule import (
    CONSTANT,
    INPUT,
    TRACED,
    Primitive,
    is_traced,
    plain_value,
    shape_of,
)

_NUMBER, _ARRAY, _FLOAT = np.float64, np.ndarray, np.dtype(float)
"""On the hot path a name is found sooner than an attribute."""

Column = list[Any]
"""A tangent or an adjoint for each node; None stands for zero."""


def quiet() -> np.errstate:
    """NumPy's warnings off: a derivative that is not finite is shown as such, with its node and line.

    A warning would name a line of advis, not the reader's.
    """
    return np.errstate(divide="ignore", over="ignore", invalid="ignore")


def forward_column(
    primitives: Sequence[Primitive],
    parents: Sequence[Any],
    values: Sequence[Any],
    seeds: Column,
    fit: Callable[[Any, Any], Any] | None = None,
) -> Column:
    """Return the tangent of every node, given those of the inputs.

    Each node is visited once, in the order of the record; its tangent is the sum of what its parents contribute
    (Griewank & Walther 2008, section 3.1). ``fit`` brings a sum into the shape of its value; `grown` if not given.
    """
    one = fit is None  # of several seeds at once, a shape like the value's may be another one without its first axis
    fit = fit or grown
    tangents = list(seeds)
    for index, primitive in enumerate(primitives):
        rules = primitive.jvps
        if not rules:
            continue
        sources, value, total = parents[index], values[index], None
        # as in reverse, rules are called with one or two arguments by name
        if len(sources) == 1:
            tangent = tangents[sources[0]]
            if tangent is not None and rules[0] is not None:
                total = rules[0](tangent, value, values[sources[0]])
        elif len(sources) == 2:
            first, second = sources
            x, y = values[first], values[second]
            if tangents[first] is not None and rules[0] is not None:
                total = rules[0](tangents[first], value, x, y)
            if tangents[second] is not None and rules[1] is not None:
                amount = rules[1](tangents[second], value, x, y)
                total = amount if total is None else total + amount
        elif primitive.places is not None:
            moving = [tangents[source] for source in sources]
            if any(tangent is not None for tangent in moving):
                args = [values[source] for source in sources]
                total = primitive.call(*filled(moving, args, one), **primitive.options)
        else:
            args = [values[source] for source in sources]
            for source, rule in zip(sources, rules):  # noqa: B905 (hot path)
                tangent = tangents[source]
                if tangent is not None and rule is not None:
                    amount = rule(tangent, value, *args)
                    total = amount if total is None else total + amount
        if total is None:
            continue
        kind = type(total)
        fits = kind is _NUMBER or (one and kind is _ARRAY and total.shape == value.shape and total.dtype is value.dtype)
        tangents[index] = total if fits and kind is type(value) else fit(total, value)
    return tangents


def filled(tangents: Sequence[Any], args: Sequence[Any], one: bool = True) -> list[Any]:
    """Return the tangents of several arguments, zeros for None; of several seeds each has an axis in front."""
    many = () if one else shape_of(next(t for t in tangents if t is not None))[:1]
    return [np.zeros((*many, *shape_of(x))) if t is None else t for t, x in zip(tangents, args, strict=True)]


def reverse_column(
    primitives: Sequence[Primitive],
    parents: Sequence[Any],
    values: Sequence[Any],
    seeds: Column,
    fit: Callable[[Any, Any], Any] | None = None,
    keep: bool = True,
) -> Column:
    """Return the adjoint of every node, given those of the outputs.

    Each node is visited once, from the last to the first; by then all its uses have added their contributions
    (Griewank & Walther 2008, section 3.2). ``fit`` brings one into the shape of its value; `fitted` if not given.
    Without ``keep`` only the inputs' adjoints remain: what has had its turn is let go, its value too, and one number
    stands for an adjoint whose elements are all equal, as far as the rules allow.
    """
    one = fit is None
    fit = fit or fitted
    adjoints = list(seeds)
    own: set[int] = set()  # whose adjoint is an array made here, that nobody else holds: it is added to in place

    def give(source: int, amount: Any) -> None:
        before, value, kind = adjoints[source], values[source], type(amount)
        if kind is _NUMBER is type(value):
            adjoints[source] = amount if before is None else before + amount
        elif before is None and kind is not Part:
            uniform = kind is _NUMBER and not keep and _takes_a_number(primitives, parents, values, source)
            adjoints[source] = amount if uniform else fit(amount, value)
        else:
            adjoints[source] = _added(before, amount, value, fit, own, source)

    for index in range(len(primitives) - 1, -1, -1):
        adjoint = adjoints[index]
        if adjoint is None:
            continue
        primitive = primitives[index]
        rules = primitive.vjps
        if not rules:
            continue
        sources, value = parents[index], values[index]
        # rules are called with one or two arguments by name: *args takes the way through C, twice as long
        if len(sources) == 1:
            source, rule = sources[0], rules[0]
            if rule is not None and not primitives[source].blind:
                x = values[source]
                amount = rule(adjoint, value, x)
                fits = type(amount) is _ARRAY is type(x) and (primitive.elementwise or amount.shape == x.shape)
                if one and fits and adjoints[source] is None and amount.dtype is x.dtype:
                    adjoints[source] = amount  # nothing to mend, nothing to add
                else:
                    give(source, amount)
        elif len(sources) == 2:
            first, second = sources
            x, y = values[first], values[second]
            if rules[0] is not None and not primitives[first].blind:
                give(first, rules[0](adjoint, value, x, y))
            if rules[1] is not None and not primitives[second].blind:
                give(second, rules[1](adjoint, value, x, y))
        else:
            takers = [None if primitives[source].blind else source for source in sources]
            for source, amount in _shares(primitive, adjoint, value, takers, [values[source] for source in sources]):
                give(source, amount)
        if not keep:
            adjoints[index] = values[index] = None  # type: ignore[index]
    return adjoints


def _shares(
    primitive: Primitive, adjoint: Any, value: Any, takers: Sequence[int | None], args: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    """What each of several arguments gets from an adjoint, if anybody takes it."""
    if primitive.places is not None:
        for taker, place in zip(takers, primitive.places(*args), strict=True):
            if taker is not None:
                yield taker, adjoint[place]
        return
    for taker, rule in zip(takers, primitive.vjps, strict=False):
        if taker is not None and rule is not None:
            yield taker, rule(adjoint, value, *args)


def _added(before: Any, amount: Any, value: Any, fit: Any, own: set[int], source: int) -> Any:
    """The sum of an adjoint and a contribution, made in place where the adjoint is an array of the sweep's own.

    A part of an array is added where it stands, so that reading an array element by element takes time in proportion.
    """
    if type(amount) is Part and not is_traced(before):
        if before is None:
            own.add(source)
            return amount.begun(value.dtype)
        if source not in own:
            own.add(source)
            before = np.array(fit(before, value))
        amount.add_to(before)
        return before
    amount = fit(whole(amount), value)
    if source in own and type(amount) is _ARRAY:
        before += amount
        return before
    total = before + amount
    (own.add if type(total) is _ARRAY else own.discard)(source)
    return total


def _takes_a_number(primitives: Sequence[Primitive], parents: Sequence[Any], values: Sequence[Any], index: int) -> bool:
    """Whether the rules of a node can do with one number for an array of equal adjoints.

    They do where they work element by element and no argument was repeated to meet another: there is nothing to sum.
    """
    value = plain_value(values[index])
    if not primitives[index].elementwise or value.dtype is not _FLOAT:
        return False
    for parent in parents[index]:
        if not primitives[parent].blind and plain_value(values[parent]).shape != value.shape:
            return False
    return True


def fitted(amount: Any, value: Any) -> Any:
    """Return a contribution in the shape and type of the value that it is the adjoint of.

    Where broadcasting repeated an element, its adjoint is the sum over the repetitions.
    """
    if type(amount) is _ARRAY is type(value) and amount.shape == value.shape and amount.dtype is value.dtype:
        return amount  # nothing to mend, as nearly always
    if _fits(amount, value):
        return amount
    if type(amount) is _NUMBER:  # the adjoint of a sum
        plain = plain_value(value)
        if type(plain) is _ARRAY and plain.dtype is amount.dtype:
            return _widened(amount, plain.shape)
    amount = whole(amount)
    shape, wanted = shape_of(amount), shape_of(value)
    if shape != wanted:
        if len(shape) > len(wanted):
            amount = np.sum(amount, axis=tuple(range(len(shape) - len(wanted))))
            shape = shape_of(amount)
        narrow = tuple(k for k, n in enumerate(wanted[len(wanted) - len(shape) :]) if n == 1 != shape[k])
        if narrow:
            amount = np.sum(amount, axis=narrow, keepdims=True)
        if shape_of(amount) != wanted:
            amount = _widened(amount, wanted)
    return _typed(amount, value)


def grown(amount: Any, value: Any) -> Any:
    """Return a tangent in the shape and type of its value: a broadcast argument moves every copy of itself."""
    if type(amount) is _ARRAY is type(value) and amount.shape == value.shape and amount.dtype is value.dtype:
        return amount
    if _fits(amount, value):
        return amount
    if shape_of(amount) != shape_of(value):
        amount = _widened(amount, shape_of(value))
    return _typed(amount, value)


def _fits(amount: Any, value: Any) -> bool:
    """Whether two have the same shape and type; an array without axes is not a number."""
    while type(amount) in TRACED:  # the properties of a traced value take longer
        amount = amount.value
    while type(value) in TRACED:
        value = value.value
    try:
        same = amount.dtype is value.dtype and amount.shape == value.shape
    except AttributeError:  # a reader's rule may return a number of Python's, and a part has no type
        return False
    return same and (type(amount) is not _ARRAY or amount.ndim > 0)


def _widened(amount: Any, shape: tuple[int, ...]) -> Any:
    """``np.broadcast_to``; of one number eight times as fast, and as read-only."""
    if isinstance(amount, np.generic):
        return _ARRAY(shape, amount.dtype, amount, 0, (0,) * len(shape))
    return np.broadcast_to(amount, shape)


def _typed(amount: Any, value: Any) -> Any:
    if type(amount) is np.ndarray and not amount.shape:
        amount = amount[()]
    dtype = getattr(value, "dtype", None)
    if dtype is None or dtype.kind not in "fc" or getattr(amount, "dtype", dtype) == dtype:
        return amount
    if dtype.kind == "f" and amount.dtype.kind == "c":
        amount = amount.real
    return amount.astype(dtype)


def carries(primitives: Sequence[Primitive], parents: Sequence[Any]) -> list[bool]:
    """Return for each node whether a derivative can reach it from an input."""
    carried: list[bool] = []
    for primitive, sources in zip(primitives, parents, strict=True):
        rules = primitive.jvps
        carried.append(
            primitive is INPUT or any(rule is not None and carried[p] for p, rule in zip(sources, rules, strict=False))
        )
    return carried


def zero_like(value: Any) -> Any:
    """Return the zero tangent or adjoint of a value, of its shape and type."""
    value = plain_value(value)
    dtype = getattr(value, "dtype", np.dtype(float))
    return np.zeros(shape_of(value), dtype if dtype.kind in "fc" else float)[()]


def one_like(value: Any) -> Any:
    """Return the seed 1 of a number, of its type."""
    return np.float64(1.0) if type(value) is _NUMBER else zero_like(value) + 1


def owned(value: Any) -> Any:
    """Return a copy of an array for the caller to change: it may be shared with the tape, or be read-only."""
    if isinstance(value, np.ndarray):
        return np.array(value)
    return value.copy() if is_traced(value) else value


def is_operation(primitive: Primitive) -> bool:
    """Whether a node computes something, rather than being given."""
    return primitive is not INPUT and primitive is not CONSTANT
