"""Taking elements: take, compress, take_along_axis; and putting them in place: put, place, copyto, fill_diagonal."""

from itertools import product

import numpy as np

from advis.autodiff.primitives.rearranging import along, taken
from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, refuse, settled, shape_of


def _wrapped(indices, length, mode):
    """Positions inside an array of this length, as ``mode`` brings them there."""
    if mode == "wrap":
        return indices % length
    return np.clip(indices, 0, length - 1) if mode == "clip" else indices


@adapter(np.take)
def _take(a, indices, axis=None, out=None, mode="raise"):
    refuse("np.take", out=out)
    if axis is None:
        a, axis = np.ravel(a), 0
    np.lib.array_utils.normalize_axis_index(axis, len(shape_of(a)))
    return taken(a, _wrapped(np.asarray(indices), shape_of(a)[axis], mode), axis)


def along_index(shape, indices, axis):
    """Return the index by which ``take_along_axis`` takes from an array of this shape."""
    axis %= len(shape)
    grids = [
        np.arange(n).reshape([-1 if k == place else 1 for k in range(len(shape))]) for place, n in enumerate(shape)
    ]
    return tuple(indices if k == axis else grid for k, grid in enumerate(grids))


def _along(name, arr, indices, axis):
    """An array and the positions in it along an axis, as NumPy checks them."""
    indices = np.asarray(indices)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    np.lib.array_utils.normalize_axis_index(axis, len(shape_of(arr)))
    if indices.ndim != len(shape_of(arr)):
        raise ValueError(f"{name}: `indices` has {indices.ndim} axes and `arr` {len(shape_of(arr))}; they must agree")
    return arr, along_index(shape_of(arr), indices, axis)


@adapter(np.take_along_axis)
def _take_along_axis(arr, indices, axis=-1):
    arr, index = _along("np.take_along_axis", arr, indices, axis)
    return arr[index]


@adapter(np.compress)
def _compress(condition, a, axis=None, out=None):
    refuse("np.compress", out=out)
    return _take(a, np.flatnonzero(np.asarray(condition)), axis)


@adapter(np.extract)
def _extract(condition, arr):
    return np.ravel(arr)[np.flatnonzero(np.asarray(condition))]


adapter(np.ix_)(lambda *args: np.ix_(*map(np.asarray, args)))


# -- writing in place


def _writable(name, array):
    """Raise unless the array that is written into is recorded itself."""
    if not is_traced(array):
        raise TypeError(
            f"{name}: a traced value was written into a plain array of shape {np.shape(array)}, which cannot hold it; "
            "make the array with np.zeros_like(x)"
        )


def _as_many(values, count):
    """Values repeated, or cut, to so many."""
    values = np.ravel(values)
    return values if shape_of(values)[0] in (1, count) else np.resize(values, count)


@adapter(np.put_along_axis)
def _put_along_axis(arr, indices, values, axis):
    _writable("np.put_along_axis", arr)
    if axis is None:
        return _put(arr, indices, values)
    arr, index = _along("np.put_along_axis", arr, indices, axis)
    arr[index] = values
    return None


@adapter(np.put)
def _put(a, ind, v, mode="raise"):
    _writable("np.put", a)
    places = np.arange(a.size)[_wrapped(np.ravel(np.asarray(ind)), a.size, mode)]
    if places.size:
        a[np.unravel_index(places, shape_of(a))] = _as_many(v, places.size)


@adapter(np.place)
def _place(arr, mask, vals):
    _writable("np.place", arr)
    mask = np.asarray(mask).astype(bool)
    if mask.any():
        arr[np.reshape(mask, shape_of(arr))] = _as_many(vals, int(mask.sum()))


@adapter(np.putmask)
def _putmask(a, /, mask, values):
    _writable("np.putmask", a)
    mask = np.reshape(np.asarray(mask), shape_of(a)).astype(bool)
    a[mask] = np.reshape(_as_many(values, a.size) * np.ones(a.size), shape_of(a))[mask]


@adapter(np.copyto)
def _copyto(dst, src, casting="same_kind", where=True):
    _writable("np.copyto", dst)
    if where is True:
        dst[...] = src
    else:
        dst[...] = np.where(where, src, dst)


@adapter(np.fill_diagonal)
def _fill_diagonal(a, val, wrap=False):
    _writable("np.fill_diagonal", a)
    marked = np.zeros(shape_of(a), bool)
    np.fill_diagonal(marked, True, wrap)
    a[np.nonzero(marked)] = _as_many(val, int(marked.sum()))


# -- a function of each slice


@adapter(np.apply_along_axis)
def _apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """``func1d`` of each vector along an axis; what it returns takes the place of that axis."""
    count = len(shape_of(arr))
    axis = np.lib.array_utils.normalize_axis_index(axis, count)
    others = [n for k, n in enumerate(shape_of(arr)) if k != axis]
    if not np.prod(others, dtype=int):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    found = []
    for place in product(*map(range, others)):
        found.append(func1d(arr[(*place[:axis], slice(None), *place[axis:])], *args, **kwargs))
    result = np.reshape(np.stack(found), (*others, *shape_of(found[0])))
    inner = len(shape_of(found[0]))
    last = list(range(len(others), len(others) + inner))
    order = [*range(axis), *last, *range(axis, len(others))]
    return np.transpose(result, order) if order != sorted(order) else result


@adapter(np.apply_over_axes)
def _apply_over_axes(func, a, axes):
    count = len(shape_of(a))
    for axis in np.atleast_1d(axes).tolist():
        found = func(a, axis % count)
        a = found if len(shape_of(found)) == count else np.expand_dims(found, axis % count)
    return a


@adapter(np.lib.stride_tricks.sliding_window_view)
def _sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    """Windows as copies: one index for each axis that a window moves along."""
    window_shape = settled(window_shape)
    sizes = (window_shape,) if isinstance(window_shape, (int, np.integer)) else tuple(window_shape)
    count = len(shape_of(x))
    axes = tuple(range(count)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, count, None, True)
    np.lib.stride_tricks.sliding_window_view(np.broadcast_to(0.0, shape_of(x)), window_shape, axis)  # its complaints
    for axis, size in zip(axes, sizes, strict=True):
        starts = np.arange(shape_of(x)[axis] - size + 1)
        index = starts[:, np.newaxis] + np.arange(size)
        x = np.moveaxis(x[along(axis, index, len(shape_of(x)))], axis + 1, -1)
    return x


nonzero = Primitive("nonzero", lambda x, output: np.nonzero(x)[output])
adapter(np.nonzero)(lambda a: tuple(nonzero(a, output=k) for k in range(len(shape_of(a)))))
