"""Smooth stand-ins for functions whose derivative is zero or jumps: `advis.relax`.

All are plain NumPy code that works on arrays as on traced values. Everything with a ``width`` comes from one function,
the logistic step σ(x / width): `maximum`, `abs` and `clip` are its integrals, bins of a `histogram` its differences.
Everything with a ``temperature`` replaces a choice by weights that sum to 1. As width or temperature goes to 0, each
becomes the hard function; its gradient then dies almost everywhere, and grows beyond bounds where the jump is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import is_traced, plain_value, shape_of
from advis.autodiff.through.relax_histogram import histogram
from advis.autodiff.through.relax_order import argmax, one_hot, permutation, quantile, rank, sort, top_k
from advis.autodiff.through.smooth import check_width, real, scaled, sigmoid

__all__ = [
    "abs", "argmax", "clip", "histogram", "maximum", "minimum", "one_hot", "permutation", "quantile", "rank", "round",
    "sign", "sort", "step", "top_k", "where",
]  # fmt: skip


def step(x: Any, *, width: Any) -> Any:
    """Return a smooth step, 0 far below 0 and 1 far above: σ(x / width).

    Parameters
    ----------
    x : number or array
        The margin: ``x - cut`` for a cut ``x > cut``.
    width : float or array
        Between 10 % and 90 % it takes 4.4 widths; the steepest slope is 1 / (4 width).

    Returns
    -------
    number or array
        As width goes to 0, ``np.heaviside(x, 0.5)``. The derivative at x falls as exp(−\\|x\\| / width).

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Examples
    --------
    >>> import advis as av
    >>> float(av.relax.step(0.3, width=0.1)), av.grad(lambda x: av.relax.step(x, width=0.1))(0.0)
    (0.9525741268224331, 2.5)
    """
    check_width("step", width)
    return sigmoid(scaled(real("step", x), width))


def where(margin: Any, x: Any, y: Any, *, width: Any) -> Any:
    """Return x where the margin is positive and y where it is negative, mixed around 0.

    Parameters
    ----------
    margin : number or array
        Whose sign decides: ``a - b`` for ``np.where(a > b, x, y)``.
    x, y : number or array
        Both are computed, and must be finite: 0 · ∞ is not a number.
    width : float or array

    Returns
    -------
    number or array
        ``step(margin) x + step(−margin) y``; as width goes to 0, ``np.where(margin > 0, x, y)``.

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Examples
    --------
    >>> import advis as av
    >>> float(av.relax.where(0.0, 10.0, 20.0, width=0.5))
    15.0
    """
    check_width("where", width)
    z = scaled(real("where", margin), width)
    return sigmoid(z) * x + sigmoid(-z) * y


def sign(x: Any, *, width: Any) -> Any:
    """Return a smooth sign: tanh(x / 2 width), which is 2 step − 1.

    As width goes to 0, ``np.sign(x)``.

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Examples
    --------
    >>> import advis as av
    >>> float(av.relax.sign(0.0, width=0.1)), av.grad(lambda x: av.relax.sign(x, width=0.1))(0.0)
    (0.0, 5.0)
    """
    check_width("sign", width)
    return np.tanh(scaled(real("sign", x), 2.0 * width))


def round(x: Any, *, width: Any) -> Any:
    """Return a smooth staircase through all half integers, that meets ``np.round`` at the integers.

    Parameters
    ----------
    x : number or array
    width : float or array
        Of a stair, as of `step`. For large widths the result is x itself.

    Returns
    -------
    number or array
        As width goes to 0, ``np.round(x)``. It increases strictly and is once continuously differentiable.

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Notes
    -----
    Agustsson and Theis, *Universally Quantized Neural Compression*, NeurIPS 2020, with α = 1 / (2 width).

    Examples
    --------
    >>> import advis as av
    >>> [float(av.relax.round(x, width=0.1)) for x in (2.0, 2.5, 2.75)]
    [2.0, 2.5, 2.929896283454892]
    """
    check_width("round", width)
    x = real("round", x)
    stair = np.floor(x) + 0.5
    rise = np.tanh(scaled(0.25, width))
    rise = rise if is_traced(rise) or shape_of(rise) else float(rise)  # so that single precision stays
    return stair + 0.5 * (np.tanh(scaled(x - stair, 2.0 * width)) / rise)


def abs(x: Any, *, width: Any) -> Any:
    """Return a smooth absolute value: the integral of `sign`, ``maximum(x, 0) + maximum(−x, 0)``.

    As width goes to 0, ``np.abs(x)``. It is above it, at 0 by 2 log(2) width.

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Examples
    --------
    >>> import advis as av
    >>> f"{av.relax.abs(0.0, width=0.1):.6f}", av.grad(lambda x: av.relax.abs(x, width=0.1))(0.0)
    ('0.138629', 0.0)
    """
    check_width("abs", width)
    z = scaled(real("abs", x), 2.0 * width)
    return 2.0 * width * np.logaddexp(z, -z)


def maximum(x: Any, y: Any, *, width: Any) -> Any:
    """Return a smooth maximum of two: width · log(exp(x / width) + exp(y / width)).

    As width goes to 0, ``np.maximum(x, y)``. It is above it, at a tie by log(2) width. The derivative of
    ``maximum(x, 0)`` is `step`.

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Examples
    --------
    >>> import advis as av
    >>> f"{av.relax.maximum(3.0, 3.0, width=0.1):.6f}"
    '3.069315'
    """
    check_width("maximum", width)
    x, y = real("maximum", x), real("maximum", y)
    return width * np.logaddexp(scaled(x, width), scaled(y, width))


def minimum(x: Any, y: Any, *, width: Any) -> Any:
    """Return a smooth minimum of two: −maximum(−x, −y).

    Raises
    ------
    ValueError
        If the width is not positive.
    TypeError
        For an array of comparisons, or of what is not real.

    Examples
    --------
    >>> import advis as av
    >>> f"{av.relax.minimum(3.0, 3.0, width=0.1):.6f}"
    '2.930685'
    """
    check_width("minimum", width)
    x, y = real("minimum", x), real("minimum", y)
    return -width * np.logaddexp(scaled(-x, width), scaled(-y, width))


def clip(x: Any, low: Any = None, high: Any = None, *, width: Any) -> Any:
    """Return x, bent smoothly into the range from low to high.

    Parameters
    ----------
    x : number or array
    low, high : number or array, optional
        With only one of them, `maximum` or `minimum`.
    width : float or array
        Of the two bends.

    Returns
    -------
    number or array
        It increases, stays between low and high, and its derivative is the difference of two `step`; as width goes to
        0, ``np.clip(x, low, high)``.

    Raises
    ------
    ValueError
        If no bound is given, or the lower one is above the upper one.

    Examples
    --------
    >>> import advis as av
    >>> [float(av.relax.clip(x, 0.0, 1.0, width=0.1)) for x in (-1e9, 0.5, 1e9)]
    [0.0, 0.5, 1.0]
    """
    check_width("clip", width)
    x = real("clip", x)
    if low is None and high is None:
        raise ValueError(f"relax.clip: x of shape {shape_of(x)} was given no bound; give low, high or both")
    if low is None or high is None:
        return minimum(x, high, width=width) if low is None else maximum(x, low, width=width)
    if not np.all(plain_value(low) <= plain_value(high)):
        raise ValueError(f"relax.clip: low={plain_value(low)} is above high={plain_value(high)}")
    left, away, right = (scaled(bound, width) for bound in (-real("clip", low), -x, -real("clip", high)))
    return low + width * (np.logaddexp(away, left) - np.logaddexp(away, right))
