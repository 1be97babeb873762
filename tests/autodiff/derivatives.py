"""Oracles for derivatives: central finite differences, the two modes against each other, and order two by nesting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import advis as av

Function = Callable[..., Any]
Arguments = tuple[Any, ...]


def directions(arguments: Arguments, seed: int) -> Arguments:
    """Return a random tangent for each argument, of its shape and type."""
    rng = np.random.default_rng(seed)
    return tuple(np.asarray(rng.normal(size=np.shape(x)), np.result_type(x, np.float32))[()] for x in arguments)


def moved(arguments: Arguments, tangents: Arguments, step: float) -> Arguments:
    """Return the arguments a step further along the tangents."""
    return tuple(x + step * t for x, t in zip(arguments, tangents, strict=True))


def slope(f: Function, arguments: Arguments, tangents: Arguments, step: float = 1e-5) -> Any:
    """Return the derivative of f along the tangents: Richardson's extrapolation of central differences."""

    def central(h: float) -> Any:
        return (f(*moved(arguments, tangents, h)) - f(*moved(arguments, tangents, -h))) / (2 * h)

    return (4 * central(step) - central(2 * step)) / 3


def inner(a: Any, b: Any) -> Any:
    """Return Σ a b over all the elements: of one array, or of a tuple of them. Complex numbers are not conjugated."""
    if isinstance(a, tuple):
        return sum(inner(x, y) for x, y in zip(a, b, strict=True))
    return np.sum(a * b)


def tupled(result: Any, count: int) -> tuple[Any, ...]:
    """Return the result of a reverse sweep as a tuple, also for one argument."""
    return (result,) if count == 1 else tuple(result)


def forward_of(f: Function, arguments: Arguments, tangents: Arguments) -> Any:
    """Return F'(x) v."""
    return av.trace(f, *arguments).forward(*tangents).result


def reverse_of(f: Function, arguments: Arguments, adjoint: Any) -> tuple[Any, ...]:
    """Return uᵀ F'(x), one part for each argument."""
    return tupled(av.trace(f, *arguments).reverse(adjoint).result, len(arguments))


def gradient(f: Function, *arguments: Any) -> Any:
    """Return the gradient of a scalar function."""
    return av.trace(f, *arguments).reverse().result


def jacobian(f: Function, x: Any) -> np.ndarray:
    """Return the Jacobian of a function of one array by finite differences: rows of the result, columns of x."""
    x = np.asarray(x, float)
    columns = [slope(f, (x,), (np.reshape(one, x.shape),)) for one in np.eye(x.size)]
    return np.stack([np.ravel(column) for column in columns], axis=1)
