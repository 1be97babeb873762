"""The less usual ways to call a ufunc: with ``where=``, and by its methods reduce, accumulate, outer, at, reduceat."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce as folded
from typing import Any

import numpy as np

from advis.autodiff import inplace
from advis.autodiff.errors import off_tape
from advis.autodiff.primitives import reductions, shaping
from advis.autodiff.primitives.rule import is_traced, plain_value, shape_of


def where_only(ufunc: np.ufunc, inputs: tuple[Any, ...], where: Any) -> Any:
    """Apply a ufunc to those elements where a mask holds; what NumPy leaves open elsewhere is zero.

    The others are not computed at all, so that no infinity among them spoils a derivative.
    """
    shape = np.broadcast_shapes(*map(shape_of, inputs), shape_of(where))
    if not shape:
        return ufunc(*inputs) if where else np.zeros_like(ufunc(*[np.ones_like(plain_value(x)) for x in inputs]))[()]
    mask = np.broadcast_to(np.asarray(where), shape)  # a turn that the program takes, if it is traced
    amount = ufunc(*[np.broadcast_to(x, shape)[mask] for x in inputs])
    return shaping.scatter(amount, index=mask, shape=shape)


def reduce(
    ufunc: np.ufunc, x: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False, **options: Any
) -> Any:
    """Apply a ufunc between all elements along an axis: by the function that is known for it, else one by one."""
    _check_plain(ufunc, "reduce", out)
    known = _REDUCTIONS.get(ufunc)
    if known is not None:
        given = {"dtype": dtype} if dtype is not None else {}
        return known(x, axis=axis, keepdims=keepdims, **given, **options)
    if dtype is not None or options or isinstance(axis, tuple):
        name = "dtype" if dtype is not None else next(iter(options), "axis=(…)")
        raise off_tape(f"np.{ufunc.__name__}.reduce: {name}= is not recorded", "reduce along one axis without it")
    if axis is None and len(shape_of(x)) != 1:
        raise ValueError(
            f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may be specified"
        )
    axis = axis or 0
    if not shape_of(x)[axis]:
        return np.broadcast_to(ufunc.reduce(np.zeros(0)), np.delete(shape_of(x), axis))
    result = folded(ufunc, _slices(x, axis))
    return np.expand_dims(result, axis) if keepdims else result


def accumulate(ufunc: np.ufunc, x: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """Apply a ufunc between all elements up to each: running sums and products, else one after the other."""
    _check_plain(ufunc, "accumulate", out, dtype=dtype)
    known = _RUNNING.get(ufunc)
    if known is not None:
        return known(x, axis=axis)
    results: list[Any] = []
    for part in _slices(x, axis):
        results.append(ufunc(results[-1], part) if results else part)
    return np.stack(results, axis=axis) if results else x


def outer(ufunc: np.ufunc, a: Any, b: Any) -> Any:
    """Apply a ufunc to each pair."""
    a, b = (x if is_traced(x) else np.asarray(x) for x in (a, b))  # in NumPy, too, a number has its type here
    return ufunc(np.reshape(a, (*shape_of(a), *(1,) * len(shape_of(b)))), b)


def at(ufunc: np.ufunc, array: Any, index: Any, amount: Any = None) -> None:
    """Add to (or subtract from) the elements where an index points, as often as it points there."""
    name = f"np.{ufunc.__name__}.at"
    if ufunc not in (np.add, np.subtract):
        raise off_tape(f"{name} is not recorded", "np.add.at and np.subtract.at are; or write a loop")
    if not is_traced(array):
        raise off_tape(
            f"{name}: a traced value was written into a plain array of shape {shape_of(array)}",
            "make the array with np.zeros_like(x), which can be written into",
        )
    index = plain_value(index)
    part = shape_of(np.empty(shape_of(array), bool)[index])
    change = shaping.scatter(np.broadcast_to(amount, part), index=index, shape=shape_of(array))
    inplace.write(array, ufunc(array, change).astype(array.dtype))


def reduceat(ufunc: np.ufunc, x: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """Reduce a slice for each index: from there to the next one; where that is not further on, its one element."""
    _check_plain(ufunc, "reduceat", out, dtype=dtype)
    starts = [int(start) for start in indices]
    stops = [*starts[1:], shape_of(x)[axis]]
    before = (slice(None),) * (axis % len(shape_of(x)))
    parts = [
        reduce(ufunc, x[(*before, slice(start, stop))], axis) if start < stop else x[(*before, start)]
        for start, stop in zip(starts, stops, strict=True)
    ]
    return np.stack(parts, axis=axis)


def _slices(x: Any, axis: int) -> list[Any]:
    before = (slice(None),) * (axis % len(shape_of(x)))
    return [x[(*before, k)] for k in range(shape_of(x)[axis])]


def _check_plain(ufunc: np.ufunc, method: str, out: Any, **options: Any) -> None:
    for name, item in (("out", out), *options.items()):
        if item is not None:
            raise off_tape(f"np.{ufunc.__name__}.{method}: {name}= is not recorded", "call it without")


_REDUCTIONS: dict[Any, Callable[..., Any]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.fmax: np.nanmax,
    np.fmin: np.nanmin,
    np.logical_and: np.all,
    np.logical_or: np.any,
    np.logaddexp: reductions.logsumexp,
}

_RUNNING: dict[Any, Callable[..., Any]] = {np.add: np.cumsum, np.multiply: np.cumprod}

METHODS: dict[str, Callable[..., Any]] = {
    "accumulate": accumulate,
    "at": at,
    "outer": outer,
    "reduce": reduce,
    "reduceat": reduceat,
}
