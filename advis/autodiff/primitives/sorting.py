"""Sorting and selecting: sort, partition and unique move numbers; positions and counts are nodes without tangent.

Which of several equal elements a sorted one came from is what ``np.argsort`` says, for the kind of sort that was asked
for: with ``kind="stable"``, the first of them comes first.
"""

from functools import partial

import numpy as np

from advis.autodiff.primitives.indexing import along_index
from advis.autodiff.primitives.once import Once
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, refuse, shape_of, without_tangent


def _ordered(x, order, axis):
    return np.take_along_axis(x, order, axis)


def _put_back(g, order, axis):
    """Each adjoint where its element came from."""
    if type(g) is np.ndarray:
        found = np.empty_like(g)
        found[along_index(g.shape, order, axis)] = g
        return found
    return np.take_along_axis(g, np.argsort(order, axis=axis), axis)


sort = Primitive(
    "sort",
    lambda x, axis, order: _ordered(x, order.of(x), axis),
    (lambda t, ans, x, axis, order: _ordered(t, order.of(plain_value(x)), axis),),
    (lambda g, ans, x, axis, order: _put_back(g, order.of(plain_value(x)), axis),),
    ("permutation",),
    ("0",),
    symbol="sort({0}, axis={axis})",
)
partition: Primitive = Primitive(
    "partition", sort.call, sort.jvps, sort.vjps, ("permutation",), ("0",), symbol="partition({0}, axis={axis})"
)


def _sortable(name, a, axis):
    """The array to be sorted and the axis: all in one row if there is none."""
    if plain_value(a).dtype.kind == "c":
        raise TypeError(f"{name}: complex numbers are not recorded by advis; sort by a real key: z[np.argsort(z.real)]")
    if axis is None:
        return np.ravel(a), 0
    np.lib.array_utils.normalize_axis_index(axis, len(shape_of(a)))
    return a, axis


@adapter(np.sort)
def _sort(a, axis=-1, kind=None, order=None, *, stable=None):
    refuse("np.sort", order=order)
    a, axis = _sortable("np.sort", a, axis)
    return sort(a, axis=axis, order=Once(partial(np.argsort, axis=axis, kind=kind, stable=stable)))


@adapter(np.partition)
def _partition(a, kth, axis=-1, kind="introselect", order=None):
    refuse("np.partition", order=order)
    a, axis = _sortable("np.partition", a, axis)
    return partition(a, axis=axis, order=Once(partial(np.argpartition, kth=kth, axis=axis, kind=kind)))


argpartition = without_tangent(np.argpartition)
searchsorted = Primitive("searchsorted", np.searchsorted)
digitize = Primitive("digitize", np.digitize)
argwhere = without_tangent(np.argwhere)
flatnonzero = without_tangent(np.flatnonzero)


@adapter(np.searchsorted)
def _searchsorted(a, v, side="left", sorter=None):
    return searchsorted(a, v, side=side, **({} if sorter is None else {"sorter": np.asarray(sorter)}))


@adapter(np.digitize)
def _digitize(x, bins, right=False):
    return digitize(x, bins, right=right)


lexsort = Primitive("lexsort", lambda *keys, axis: np.lexsort(keys, axis), variadic=True)
adapter(np.lexsort)(lambda keys, axis=-1: lexsort(*keys, axis=axis))


@adapter(np.unique)
def _unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, **options):
    """The first of each group of equal elements, taken from the array; what counts them is plain."""
    if axis is None:
        ar, axis = np.ravel(ar), 0
    _, index, inverse, counts = np.unique(plain_value(ar), True, True, True, axis, **options)
    found = [np.take(ar, index, axis)]
    found += [
        part for part, wanted in ((index, return_index), (inverse, return_inverse), (counts, return_counts)) if wanted
    ]
    return tuple(found) if len(found) > 1 else found[0]
