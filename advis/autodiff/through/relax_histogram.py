"""Soft histograms: events are spread over bins, as kernels or as shares, so that contents have derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.through.smooth import check_width, real, scaled, sigmoid, softmax

METHODS = ("kernel", "share")


def histogram(
    x: Any,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    *,
    width: Any,
    weights: Any = None,
    method: str = "kernel",
) -> tuple[Any, Any]:
    """Return a histogram whose bins change smoothly with the events.

    Parameters
    ----------
    x : array
        The events; axes are not distinguished.
    bins : int or array
        How many bins of equal width, or their edges, which may be traced.
    range : pair of float, optional
        For a number of bins: from the smallest to the largest event, if not given.
    width : float
        Of the kernel, in the units of x; well below that of the bins, the histogram is nearly the hard one.
    weights : array, optional
        Of the events.
    method : {"kernel", "share"}
        Either every event is a logistic density of this width, integrated over each bin: what leaks out of the range
        is lost, and the contents are those of a kernel density estimate. Or it is shared between the bins by a softmax
        in which neighbours meet at their edge: nothing is lost, and events outside go to the outermost bins.

    Returns
    -------
    contents, edges
        As of ``np.histogram``, to which they go as width goes to 0, but for events on an edge, which are halved.

    Raises
    ------
    ValueError
        If the width is not positive, edges do not increase, or for an unknown method.

    Notes
    -----
    Kernel densities in a binned fit: Simpson and Heinrich, *neos: End-to-End-Optimised Summary Statistics for High
    Energy Physics*, 2022. Soft bins: Yang, Garcia Morillo and Hospedales, *Deep Neural Decision Trees*, 2018. A matrix
    of events × bins is held in memory.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> contents, edges = av.relax.histogram(np.array([0.2, 0.6, 0.7]), bins=2, range=(0.0, 1.0), width=0.01)
    >>> np.round(contents, 3), edges
    (array([1., 2.]), array([0. , 0.5, 1. ]))
    """
    if method not in METHODS:
        raise ValueError(f"relax.histogram: method={method!r} is not known; choose from {', '.join(METHODS)}")
    check_width("histogram", width)
    if shape_of(width):
        raise ValueError(f"relax.histogram: width of shape {shape_of(width)} must be one number")
    x = np.reshape(real("histogram", x), (-1, 1))
    edges = _edges(x, bins, range)
    filled = (kernels if method == "kernel" else _shares)(x, edges, width)
    if weights is not None:
        if int(np.prod(shape_of(weights))) != shape_of(x)[0]:
            raise ValueError(f"relax.histogram: weights of shape {shape_of(weights)} for {shape_of(x)[0]} events")
        filled = filled * np.reshape(weights, (-1, 1))
    return np.sum(filled, axis=0), edges


def _edges(x: Any, bins: Any, range: tuple[float, float] | None) -> Any:
    if not shape_of(bins):
        edges = np.histogram_bin_edges(np.ravel(plain_value(x)), plain_value(bins), range)
    else:
        edges = real("histogram", bins)
    plain = plain_value(edges)
    if np.ndim(plain) != 1 or len(plain) < 2 or not np.all(np.diff(plain) > 0):
        raise ValueError(f"relax.histogram: the edges, of shape {np.shape(plain)}, must increase: a < b < c …")
    return edges


def kernels(x: Any, edges: Any, width: Any) -> Any:
    """Return how much of each event's logistic density lies in each bin; events stand in a column.

    It is the difference of two tails, those on the side of the bin: on the other side both would be nearly 1.
    """
    beyond = scaled(x - edges, width)
    low, high = beyond[:, :-1], beyond[:, 1:]
    below = plain_value(low) + plain_value(high) > 0
    return sigmoid(np.where(below, -high, low)) - sigmoid(np.where(below, -low, high))


def _shares(x: Any, edges: Any, width: Any) -> Any:
    """The weights of each event in the bins; those of two neighbours are as 1 to exp((x − edge) / width)."""
    beyond = np.cumsum(scaled(x - edges[1:-1], width), axis=-1)
    return softmax(np.concatenate([np.zeros_like(x), beyond], axis=-1))
