"""The logistic function, the softmax and the soft threshold: what every relaxation is made of, as primitives."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff.body import Body
from advis.autodiff.primitives.rule import Primitive, is_traced, plain_value, shape_of

HALVINGS = 64
"""After so many, a threshold is known to the last bit of the interval that it was sought in."""


def _sigmoid_rule(d: Any, ans: Any, x: Any) -> Any:
    return d * (ans * sigmoid(-x))  # not 1 − ans, which is 0 from x = 37 on


sigmoid: Primitive = Primitive(
    "sigmoid",
    lambda x: np.exp(-np.logaddexp(0.0, -x)),  # does not overflow, and is exact in the tail
    (_sigmoid_rule,),
    (_sigmoid_rule,),
    ("diagonal",),
    ("0 ans",),
    "σ({0})",
)


def _softmax(x: Any) -> Any:
    grown = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return grown / np.sum(grown, axis=-1, keepdims=True)


def _softmax_rule(d: Any, ans: Any, x: Any) -> Any:
    """The Jacobian diag(p) − p pᵀ is its own transpose."""
    return ans * (d - np.sum(d * ans, axis=-1, keepdims=True))


softmax: Primitive = Primitive("softmax", _softmax, (_softmax_rule,), (_softmax_rule,), ("dense",), ("ans",))
"""Along the last axis."""


def log_slope(z: Any) -> Any:
    """Return the logarithm of the derivative of the logistic function, σ(z) σ(−z), exact in both tails."""
    return -np.logaddexp(0.0, z) - np.logaddexp(0.0, -z)


def solved_threshold(x: Any, count: float) -> Any:
    """Solve Σ σ(x − t) = count for t along the last axis, by halving.

    What exceeds the count among the smaller elements must make up for what the larger ones lack. Both are sums of
    tails, so that nothing cancels; where the count is whole and the gap is wide, their logarithms are compared.
    """
    ordered = np.sort(x, axis=-1)
    whole = int(np.floor(count))
    low, high = np.split(ordered, [ordered.shape[-1] - whole], axis=-1)
    reach = np.log(ordered.shape[-1]) + 2.0 - min(0.0, np.log(min(count, ordered.shape[-1] - count)))
    below, above = ordered[..., 0] - reach, ordered[..., -1] + reach
    for _ in range(HALVINGS):
        middle = below + (above - below) / 2.0
        exceeds = _exceeds(low - middle[..., None], middle[..., None] - high, count - whole)
        below, above = np.where(exceeds, middle, below), np.where(exceeds, above, middle)
    return np.asarray(below + (above - below) / 2.0, x.dtype)[()]


def _exceeds(low: Any, high: Any, rest: float) -> Any:
    """Whether Σ σ(low) > Σ σ(high) + rest."""
    if rest:
        return np.sum(sigmoid.call(low), axis=-1) > np.sum(sigmoid.call(high), axis=-1) + rest
    gained, lacking = (np.logaddexp.reduce(-np.logaddexp(0.0, -z), axis=-1) for z in (low, high))
    return gained > lacking


def _threshold_weights(ans: Any, x: Any) -> Any:
    """∂t/∂x of Σ σ(x − t) = count: the slopes, each divided by their sum, which may be smaller than any number."""
    return softmax(log_slope(x - np.expand_dims(ans, -1)))


threshold: Primitive = Primitive(
    "threshold",
    Body(solved_threshold, "threshold"),  # called where a sweep is written as text: its halvings are not spelt out
    (lambda t, ans, x, count: np.sum(t * _threshold_weights(ans, x), axis=-1),),
    (lambda g, ans, x, count: np.expand_dims(g, -1) * _threshold_weights(ans, x),),
    ("dense",),
    ("0 ans",),
)
"""The t with Σ σ(x − t) = count along the last axis: its rule is that of an implicit function."""


# -- what the reader gives


def real(name: str, x: Any) -> Any:
    """Return an argument as real numbers: a traced one as it is.

    Raises
    ------
    TypeError
        For a comparison, which has no derivative any more, and for what is no real number.
    """
    plain = plain_value(x) if is_traced(x) else np.asarray(x)
    kind = np.asarray(plain).dtype.kind
    if kind == "b":
        raise TypeError(
            f"relax.{name}: the argument of shape {np.shape(plain)} holds true and false, and how far it is from "
            "changing is lost; give the margin instead: x - 1 for x > 1"
        )
    if kind not in "fiu":
        raise TypeError(f"relax.{name} takes real numbers, not {plain!r:.60}")
    return x if is_traced(x) else np.asarray(x, plain.dtype if kind == "f" else float)[()]


def check_width(name: str, width: Any, what: str = "width") -> None:
    """Raise if a width or a temperature is not positive and finite.

    Raises
    ------
    ValueError
    """
    plain = np.asarray(plain_value(width))
    if plain.dtype.kind not in "fiu" or not np.all((plain > 0) & np.isfinite(plain)):
        said = plain.item() if not plain.shape else f"an array with {np.min(plain)}"
        raise ValueError(
            f"relax.{name}: {what}={said} is not a positive number; the smaller, the nearer to the hard function, "
            "and for that itself, which has no gradient, take NumPy's own"
        )


def scaled(x: Any, width: Any) -> Any:
    """Return x / width; what is beyond all numbers may be infinite."""
    with np.errstate(over="ignore"):
        return x / width


def last(name: str, x: Any, axis: int) -> Any:
    """Return an array with the axis that is worked along as its last.

    Raises
    ------
    ValueError
        For a single number, or nothing along the axis.
    """
    shape = shape_of(x)
    if not shape or not shape[np.lib.array_utils.normalize_axis_index(axis, len(shape))]:
        raise ValueError(f"relax.{name}: there is nothing along axis {axis} of an array of shape {shape}")
    return x if axis in (-1, len(shape) - 1) else np.moveaxis(x, axis, -1)


def back(x: Any, axis: int) -> Any:
    """Return an array whose last axis was moved there to where that was."""
    return x if axis in (-1, len(shape_of(x)) - 1) else np.moveaxis(x, -1, axis)
