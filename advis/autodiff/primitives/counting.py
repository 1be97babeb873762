"""Counts of values: bincount and histogram. Positions have no derivative; the weights that are added up have one."""

import numpy as np

from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, plain_value, shape_of
from advis.autodiff.primitives.shaping import scatter

bincount_blind = Primitive("bincount", lambda x, minlength: np.bincount(x, minlength=minlength))
histogram_blind = Primitive("histogram", lambda a, output, **options: np.histogram(a, **options)[output])


def _summed(weights, places, count):
    """The sum of the weights that belong to each place."""
    if is_traced(weights):
        return scatter(weights, index=places, shape=(count,))
    return np.bincount(places, weights, count)


@adapter(np.bincount)
def _bincount(x, /, weights=None, minlength=0):
    if weights is None:
        return bincount_blind(x, minlength=minlength)
    plain = np.asarray(x)
    count = np.bincount(plain, minlength=minlength).size
    if shape_of(weights) != plain.shape:
        raise ValueError("The weights and list don't have the same length.")
    return _summed(weights.astype(float) if is_traced(weights) else weights, plain, count)


@adapter(np.histogram)
def _histogram(a, bins=10, range=None, density=None, weights=None):
    """The counts and the edges, without tangent; with traced weights, the sum of those that fall into each bin."""
    options = {"bins": np.asarray(bins).tolist() if not isinstance(bins, (str, int)) else bins, "range": range}
    if not is_traced(weights):
        options |= {"density": density, "weights": weights}
        return tuple(histogram_blind(a, output=k, **options) for k in (0, 1))
    plain = np.ravel(plain_value(a))
    edges = np.histogram_bin_edges(plain, bins, range)
    if shape_of(weights) != shape_of(a):
        raise ValueError("weights should have the same shape as a.")
    places = np.searchsorted(edges, plain, side="right") - 1
    places[plain == edges[-1]] = edges.size - 2  # the last bin is closed
    inside = np.flatnonzero((places >= 0) & (places < edges.size - 1))
    counts = _summed(np.ravel(weights)[inside], places[inside], edges.size - 1)
    if density:
        counts = counts / np.diff(edges) / np.sum(counts)
    if is_traced(a):
        return counts, histogram_blind(a, output=1, **options)
    return counts, edges
