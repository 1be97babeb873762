"""Soft order: sort, rank, argmax, one-hot, top-k and quantile, with weights that sum to 1 in place of a choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.through.smooth import back, check_width, last, real, scaled, sigmoid, softmax, threshold

METHODS = ("softsort", "neuralsort")
WHOLE = 1e-9
"""A count that is as near to a whole number as this is meant to be whole: 10 · (1 − 0.3) is 7."""


def _ready(name: str, x: Any, temperature: Any, axis: int) -> Any:
    check_width(name, temperature, "temperature")
    if shape_of(temperature):
        raise ValueError(f"relax.{name}: temperature of shape {shape_of(temperature)} must be one number")
    return last(name, real(name, x), axis)


def permutation(x: Any, *, temperature: float, method: str = "softsort", axis: int = -1) -> Any:
    """Return the soft permutation that sorts x: row i holds how much each element is the i-th smallest.

    Parameters
    ----------
    x : array
    temperature : float
        In the units of x. Small against the gaps between neighbours, each row is nearly one-hot.
    method : {"softsort", "neuralsort"}
        SoftSort compares with the sorted elements; NeuralSort with the sums of all distances.
    axis : int

    Returns
    -------
    array
        With two axes of n in place of the one, at the end: rows of weights that sum to 1. Columns need not.

    Raises
    ------
    ValueError
        If the temperature is not positive, for an unknown method, or nothing to sort.

    Notes
    -----
    Prillo and Eisenschlos, *SoftSort*, ICML 2020; Grover, Wang, Zweig and Ermon, *Stochastic Optimization of Sorting
    Networks via Continuous Relaxations* (NeuralSort), ICLR 2019. Both take n² numbers. Where elements tie, distances
    have a kink: the derivative is the mean of both sides.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> print(np.round(av.relax.permutation(np.array([3.0, 1.0, 2.0]), temperature=0.2), 3))
    [[0.    0.993 0.007]
     [0.007 0.007 0.987]
     [0.993 0.    0.007]]
    """
    return _permutation("permutation", _ready("permutation", x, temperature, axis), temperature, method)


def _permutation(name: str, x: Any, temperature: float, method: str) -> Any:
    """The soft permutation of what lies along the last axis."""
    if method not in METHODS:
        raise ValueError(f"relax.{name}: method={method!r} is not known; choose from {', '.join(METHODS)}")
    apart = np.expand_dims(x, -2)
    if method == "softsort":
        scores = -np.abs(np.expand_dims(np.sort(x, axis=-1), -1) - apart)
    else:
        n = shape_of(x)[-1]
        distances = np.sum(np.abs(np.expand_dims(x, -1) - apart), axis=-1)
        scores = np.arange(1.0 - n, n, 2.0)[:, None] * apart - np.expand_dims(distances, -2)
    return softmax(scaled(scores, temperature))


def sort(x: Any, *, temperature: float, method: str = "softsort", axis: int = -1) -> Any:
    """Return x in ascending order, softly: the soft `permutation` times x.

    As temperature goes to 0, ``np.sort(x)``. Each result is a weighted mean of elements, so all lie between the
    smallest and the largest.

    Raises
    ------
    ValueError
        If the temperature is not positive, there is nothing along the axis, or the method is not known.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> av.relax.sort(np.array([3.0, 1.0, 2.0]), temperature=0.05)
    array([1., 2., 3.])
    """
    x = _ready("sort", x, temperature, axis)
    weights = _permutation("sort", x, temperature, method)
    return back(np.sum(weights * np.expand_dims(x, -2), axis=-1), axis)


def rank(x: Any, *, temperature: float, axis: int = -1) -> Any:
    """Return the rank of each element from 0, softly: how many others are smaller, each counted by a soft step.

    As temperature goes to 0, the position in ``np.sort(x)``, and its mean where elements tie. The ranks always sum to
    n (n − 1) / 2.

    Raises
    ------
    ValueError
        If the temperature is not positive, or there is nothing along the axis.

    Notes
    -----
    Qin, Liu and Li, *A general approximation framework for direct optimization of information retrieval measures*,
    Information Retrieval 13, 2010. For ranks as optimal transport: Cuturi, Teboul and Vert, *Differentiable Ranking and
    Sorting using Optimal Transport*, NeurIPS 2019; as a projection: Blondel, Teboul, Berthet and Djolonga, *Fast
    Differentiable Sorting and Ranking*, ICML 2020.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> np.round(av.relax.rank(np.array([3.0, 1.0, 2.0]), temperature=0.1), 3)
    array([2., 0., 1.])
    """
    x = _ready("rank", x, temperature, axis)
    gaps = np.expand_dims(x, -1) - np.expand_dims(x, -2)
    return back(np.sum(sigmoid(scaled(gaps, temperature)), axis=-1) - 0.5, axis)  # an element is no other of itself


def one_hot(x: Any, *, temperature: float, axis: int = -1) -> Any:
    """Return weights that mark the largest element: the softmax of x / temperature.

    As temperature goes to 0, 1 at ``np.argmax(x)`` and 0 elsewhere; elements that tie share equally.

    Raises
    ------
    ValueError
        If the temperature is not positive, or there is nothing along the axis.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> np.round(av.relax.one_hot(np.array([3.0, 1.0, 2.0]), temperature=0.2), 3)
    array([0.993, 0.   , 0.007])
    """
    return back(softmax(scaled(_ready("one_hot", x, temperature, axis), temperature)), axis)


def argmax(x: Any, *, temperature: float, axis: int = -1) -> Any:
    """Return the position of the largest element, softly: the mean of all positions with the weights of `one_hot`.

    As temperature goes to 0, ``np.argmax(x)``; of elements that tie, the mean of their positions.

    Raises
    ------
    ValueError
        If the temperature is not positive, or there is nothing along the axis.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> round(float(av.relax.argmax(np.array([1.0, 3.0, 2.0]), temperature=0.1)), 4)
    1.0
    """
    weights = softmax(scaled(_ready("argmax", x, temperature, axis), temperature))
    return np.sum(weights * np.arange(float(shape_of(weights)[-1])), axis=-1)


def top_k(x: Any, k: int, *, temperature: float, axis: int = -1) -> Any:
    """Return weights between 0 and 1 that mark the k largest elements, and sum to k.

    Parameters
    ----------
    x : array
    k : int
        From 1 to n.
    temperature : float
    axis : int

    Returns
    -------
    array
        ``step(x − t, width=temperature)``, with the threshold t at which they sum to k; its derivative is that of an
        implicit function. As temperature goes to 0, 1 for the k largest and 0 for the others.

    Raises
    ------
    ValueError
        If the temperature is not positive, or k is not from 1 to n.

    Notes
    -----
    Amos, Koltun and Kolter, *The Limited Multi-Label Projection Layer*, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> np.round(av.relax.top_k(np.array([3.0, 1.0, 2.0, 2.5]), 2, temperature=0.05), 3)
    array([1.   , 0.   , 0.007, 0.993])
    """
    x = _ready("top_k", x, temperature, axis)
    n = shape_of(x)[-1]
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= n:
        raise ValueError(f"relax.top_k: k={k!r} of {n} elements; choose a whole number from 1 to {n}")
    if k == n:
        return back(np.ones_like(x), axis)
    z = scaled(x, temperature)
    return back(sigmoid(z - np.expand_dims(threshold(z, count=float(k)), -1)), axis)


def quantile(x: Any, q: float, *, temperature: float, axis: int = -1) -> Any:
    """Return the value below which the share q of all elements lies, each counted by a soft step.

    Parameters
    ----------
    x : array
    q : float
        Between 0 and 1, both excluded; 0.5 for the median.
    temperature : float
    axis : int

    Returns
    -------
    number or array
        The t with mean(step(t − x, width=temperature)) = q. Its derivatives are weights that sum to 1, those of an
        implicit function. As temperature goes to 0, ``np.quantile(x, q, method="averaged_inverted_cdf")``.

    Raises
    ------
    ValueError
        If the temperature or q is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> x = np.array([3.0, 1.0, 2.0, 10.0, 5.0])
    >>> round(float(av.relax.quantile(x, 0.5, temperature=0.01)), 6)
    3.0
    >>> np.round(av.grad(lambda x: av.relax.quantile(x, 0.5, temperature=0.5))(x), 3) + 0.0
    array([0.673, 0.036, 0.225, 0.   , 0.066])
    """
    x = _ready("quantile", x, temperature, axis)
    if shape_of(q) or not 0 < plain_value(q) < 1 or q is not plain_value(q):
        raise ValueError(f"relax.quantile: q={plain_value(q)!r}; give one plain number between 0 and 1, both excluded")
    count = shape_of(x)[-1] * (1.0 - q)
    whole = float(np.round(count))
    count = whole if np.abs(count - whole) < WHOLE and 0 < whole < shape_of(x)[-1] else count
    return temperature * threshold(scaled(x, temperature), count=float(count))
