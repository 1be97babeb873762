"""How large the result of a function of NumPy can become, estimated from its arguments before anything is computed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import shape_of

LARGEST = 1_000_000
"""A result that could have more elements is refused."""

SIGNS: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
    "!=": operator.ne, "[]": operator.getitem,
}  # fmt: skip
"""What Python's operators are as functions."""

_PRODUCTS = (operator.matmul, np.matmul, np.dot, np.inner)
_BROADCAST = frozenset(SIGNS.values()) | {np.where, np.clip, np.select, np.choose, np.piecewise, np.isclose}
_SQUARED = (np.diag, np.diagflat, np.cov, np.corrcoef, np.linalg.svd, np.linalg.qr)
_GROWING = frozenset({
    *_SQUARED,
    *(np.outer, np.linalg.outer, np.kron, np.einsum, np.tensordot, np.linalg.tensordot, np.linalg.multi_dot),
    *(np.tile, np.repeat, np.pad, np.resize, np.broadcast_to, np.linspace, np.logspace, np.geomspace, np.vander),
    *(np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.meshgrid, np.ix_, np.broadcast_arrays, np.take),
    *(np.percentile, np.quantile, np.nanpercentile, np.nanquantile, np.bincount, np.histogram, np.cross, np.vecdot),
    *(np.linalg.solve, np.linalg.tensorsolve, np.linalg.lstsq, np.linalg.cross, np.linalg.vecdot, np.gradient),
    *(np.lib.stride_tricks.sliding_window_view, np.unravel_index),
    *(getattr(np.fft, name) for name in np.fft.__all__),
})  # fmt: skip
_WITHOUT_SIZES = (np.percentile, np.quantile, np.nanpercentile, np.nanquantile, np.take)


def bounded(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call a function of NumPy, or an operator, if its result cannot become too large.

    Raises
    ------
    ValueError
        If it can: nothing was computed.

    Examples
    --------
    >>> import numpy as np
    >>> float(bounded(np.sum, np.ones(3)))
    3.0
    >>> bounded(np.outer, np.ones(2000), np.ones(1000))
    Traceback (most recent call last):
    ...
    ValueError: np.outer: the result can have 2,000,000 elements; an expression computes with at most 1,000,000
    """
    size = _estimate(function, [*args, *options.values()])
    if size <= LARGEST:
        found = function(*args, **options)
        size = sum(map(_size, _leaves(found)))
        if size <= LARGEST:
            return found
    name = next((sign for sign, known in SIGNS.items() if known is function), f"np.{function.__name__}")
    raise ValueError(f"{name}: the result can have {size:,} elements; an expression computes with at most {LARGEST:,}")


def _estimate(function: Callable[..., Any], given: list[Any]) -> int:
    """A size that the result does not exceed, if the function is one that enlarges anything; else 0."""
    if function is operator.getitem:
        array, index = given
        return _many(array) * prod(map(_many, index if isinstance(index, tuple) else (index,)))
    if function in _PRODUCTS:
        common = max(shape_of(given[0])[-1:] or (1,))
        return prod(map(_size, given[:2])) // max(1, common) ** 2
    if function in _BROADCAST or isinstance(function, np.ufunc):
        try:
            return prod(np.broadcast_shapes(*(shape_of(leaf) for leaf in _leaves(given))))
        except ValueError:  # the function says why these do not go together
            return 0
    if function not in _GROWING:
        return 0
    size = prod(map(_many, given)) * (_aspect(given[0]) if function in _SQUARED else 1)
    if function in _WITHOUT_SIZES:
        return size
    factor = prod(map(_enlarging, _leaves(given)))
    return int(size * factor ** max(1, len(shape_of(given[0])))) if function is np.pad else size * factor


def _aspect(given: Any) -> int:
    """By how much the squares on both sides of a matrix, or of a vector, are larger than it."""
    sides = () if isinstance(given, (list, tuple)) else shape_of(given)[-2:]
    return 2 * max(sides) // max(1, min(sides)) if len(sides) == 2 else _many(given)


def _enlarging(given: Any) -> int:
    """What a whole number, or an array of them, can enlarge an argument by: as a width on both sides, or a count."""
    if not isinstance(given, (int, np.integer, np.ndarray)) or np.asarray(given).dtype.kind not in "iu":
        return 1
    largest = int(np.max(np.abs(given), initial=0))
    return 2 * largest + 1 if largest > 1 else 1


def _many(value: Any) -> int:
    """How many elements an argument has, at least 1: those of a list are taken together."""
    return max(1, sum(map(_size, _leaves(value))))


def _size(value: Any) -> int:
    return int(prod(shape_of(value)))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    elif value is not None and not isinstance(value, (str, slice, type(...))):
        yield value
