"""The same numbers in another arrangement: reshape, transpose, broadcast, stack, index."""

from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from advis.autodiff.primitives.part import Part, is_basic, scattered
from advis.autodiff.primitives.rule import (
    METADATA,
    SIMPLE,
    TRACED,
    Primitive,
    adapter,
    is_traced,
    plain_value,
    refuse,
    shape_of,
)

reshape = Primitive(
    "reshape",
    np.reshape,
    (lambda t, ans, x, shape: np.reshape(t, shape_of(ans)),),
    (lambda g, ans, x, shape: np.reshape(g, shape_of(x)),),
    ("identity",),
    ("",),
)


def _rows_first(name, a, order, known="CFAK"):
    """Whether elements are read row by row; order 'A' and 'K' follow the memory, if it is in one of the two orders."""
    if order in ("C", "F"):
        return order == "C"
    flags = getattr(plain_value(a), "flags", None)
    if order not in known or not (flags is None or flags.c_contiguous or flags.f_contiguous or order == "A"):
        raise TypeError(f"{name}: order={order!r} is not recorded by advis for this array; say order='C' or order='F'")
    return flags is None or flags.c_contiguous or not flags.f_contiguous


@adapter(np.reshape)
def _reshape(a, /, shape=None, order="C", *, newshape=None, copy=None):
    shape = newshape if shape is None else shape
    shape = shape if isinstance(shape, tuple) else tuple(np.atleast_1d(shape).tolist())
    if _rows_first("np.reshape", a, order, "CFA"):
        return reshape(a, shape=shape)
    return np.transpose(reshape(np.transpose(a), shape=shape[::-1]))


# a view where all elements stand side by side, else a copy: of a slice with steps np.reshape is a view still
raveled = replace(reshape, call=lambda x, shape: np.ravel(x))


@adapter(np.ravel)
def _ravel(a, order="C"):
    return raveled(a if _rows_first("np.ravel", a, order) else np.transpose(a), shape=(-1,))


transpose = Primitive(
    "transpose",
    np.transpose,
    (lambda t, ans, x, axes: np.transpose(t, axes),),
    (lambda g, ans, x, axes: np.transpose(g, None if axes is None else tuple(np.argsort(axes).tolist())),),
    ("permutation",),
    ("",),
)


@adapter(np.transpose)
def _transpose(a, axes=None):
    if axes is not None:
        axes = tuple(axis % len(axes) if -len(axes) <= axis < len(axes) else axis for axis in axes)
    return transpose(a, axes=axes)


@adapter(np.swapaxes)
def _swapaxes(a, axis1, axis2):
    axes = list(range(len(shape_of(a))))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return transpose(a, axes=tuple(axes))


squeeze = Primitive(
    "squeeze",
    np.squeeze,
    (lambda t, ans, x, axis: np.reshape(t, shape_of(ans)),),
    (lambda g, ans, x, axis: np.reshape(g, shape_of(x)),),
    ("identity",),
    ("",),
)
adapter(np.squeeze)(lambda a, axis=None: squeeze(a, axis=axis))

expand_dims = Primitive(
    "expand_dims",
    np.expand_dims,
    (lambda t, ans, x, axis: np.reshape(t, shape_of(ans)),),
    (lambda g, ans, x, axis: np.reshape(g, shape_of(x)),),
    ("identity",),
    ("",),
)
adapter(np.expand_dims)(lambda a, axis: expand_dims(a, axis=axis))

broadcast_to = Primitive(
    "broadcast_to",
    np.broadcast_to,
    (lambda t, ans, x, shape: np.broadcast_to(t, shape),),
    (lambda g, ans, x, shape: g,),  # the sweep sums an adjoint down to the shape of its value
    ("selection",),
    ("",),
)


@adapter(np.broadcast_to)
def _broadcast_to(array, shape, subok=False):
    return broadcast_to(array, shape=tuple(np.atleast_1d(shape).tolist()))


def _fresh(a, array):
    """An array that can be written into: if it can carry a derivative, it is recorded beside the traced ``a``."""
    return a.beside(array) if is_traced(a) and array.dtype.kind in "fc" else array


@adapter(np.zeros_like, np.empty_like)
def _zeros_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """What ``np.empty_like`` leaves open is zero, so that the record is the same each time."""
    return _fresh(a, np.zeros_like(plain_value(a), dtype, order, subok, shape))


@adapter(np.ones_like)
def _ones_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    return _fresh(a, np.ones_like(plain_value(a), dtype, order, subok, shape))


@adapter(np.copy)
def _copy(a, order="K", subok=False):
    return a.copy()


@adapter(np.full_like)
def _full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """The shape and type come from ``a``, traced or not; what fills it is recorded if it is traced."""
    like = plain_value(a)
    shape, dtype = like.shape if shape is None else shape, np.dtype(dtype or like.dtype)
    if fill_value is plain_value(fill_value):
        return _fresh(a, np.full(shape, fill_value, dtype))
    return np.broadcast_to(fill_value.astype(dtype), shape).copy()


def _alone(tangent, arrays, place):
    """The tangents of several arguments of which one moves."""
    return [tangent if k == place else np.zeros(shape_of(x)) for k, x in enumerate(arrays)]


def _joined(arrays, axis):
    """Where each of these arrays stands in their concatenation."""
    axis %= len(shape_of(arrays[0]))
    ends = accumulate((shape_of(x)[axis] for x in arrays), initial=0)
    return [(slice(None),) * axis + (slice(start, stop),) for start, stop in pairwise(ends)]


def _piece(arrays, axis, place):
    """Where one of them stands."""
    return _joined(arrays[: place + 1], axis)[place]


concatenate = Primitive(
    "concatenate",
    lambda *arrays, axis: np.concatenate(arrays, axis=axis),
    (lambda place, t, ans, *arrays, axis: np.concatenate(_alone(t, arrays, place), axis=axis),),
    (lambda place, g, ans, *arrays, axis: g[_piece(arrays, axis, place)],),
    ("selection",),
    ("",),
    variadic=True,
    places=lambda *arrays, axis: _joined(arrays, axis),
)


@adapter(np.concatenate)
def _concatenate(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    refuse("np.concatenate", out=out, dtype=dtype)
    if axis is None:
        arrays, axis = [np.ravel(x) for x in arrays], 0
    return concatenate(*arrays, axis=axis)


def _slot(arrays, axis, place):
    """Where one of these arrays stands when they are stacked."""
    return *(slice(None),) * (axis % (len(shape_of(arrays[0])) + 1)), place


stack = Primitive(
    "stack",
    lambda *arrays, axis: np.stack(arrays, axis=axis),
    (lambda place, t, ans, *arrays, axis: np.stack(_alone(t, arrays, place), axis=axis),),
    (lambda place, g, ans, *arrays, axis: g[_slot(arrays, axis, place)],),
    ("selection",),
    ("",),
    variadic=True,
    places=lambda *arrays, axis: [_slot(arrays, axis, place) for place in range(len(arrays))],
)


@adapter(np.stack)
def _stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    refuse("np.stack", out=out, dtype=dtype)
    return stack(*arrays, axis=axis)


@adapter(np.hstack)
def _hstack(tup, *, dtype=None, casting="same_kind"):
    refuse("np.hstack", dtype=dtype)
    arrays = [np.reshape(x, (1,)) if not shape_of(x) else x for x in tup]
    return concatenate(*arrays, axis=0 if len(shape_of(arrays[0])) == 1 else 1)


@adapter(np.vstack)
def _vstack(tup, *, dtype=None, casting="same_kind"):
    refuse("np.vstack", dtype=dtype)
    return concatenate(*(np.reshape(x, (1, -1)) if len(shape_of(x)) < 2 else x for x in tup), axis=0)


def part(g, index, shape):
    """Zeros of a shape, with g added where the index points: not written out before the sweep adds it up."""
    if is_traced(g):
        applied = _scattering(index, shape)
        return TRACED[type(g)](applied, (g,), applied.options)
    return Part(g, index, shape, type(index) is int or is_basic(index))


def _scattering(index, shape):
    """`scatter` with these options; of a slice it is found sooner than by `Primitive.at`."""
    if type(index) is slice:
        bounds = index.start, index.stop, index.step
        if SIMPLE.issuperset(map(type, bounds)):
            return _scattering_of_slice(bounds, shape)
    return scatter.at(1, {"index": index, "shape": shape})


@lru_cache(maxsize=4096)
def _scattering_of_slice(bounds, shape):
    return scatter.at(1, {"index": slice(*bounds), "shape": shape})


def _index_text(index: object) -> str:
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(_part_text(part) for part in parts)


def _part_text(part: object) -> str:
    if isinstance(part, slice):
        start, stop, step = ("" if bound is None else str(bound) for bound in (part.start, part.stop, part.step))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    if part is Ellipsis:
        return "…"
    if isinstance(part, np.ndarray) and part.size > 4:
        return f"{'×'.join(map(str, part.shape))} indices"
    return str(part.tolist() if isinstance(part, (np.ndarray, np.integer)) else part)


getitem = Primitive(
    "getitem",
    lambda x, index: x[index],
    (lambda t, ans, x, index: t[index],),
    (lambda g, ans, x, index: part(g, index, shape_of(x)),),
    ("selection",),
    ("",),
    symbol="{0}[{index}]",
)
scatter: Primitive = Primitive(
    "scatter",
    scattered,
    (lambda t, ans, x, index, shape: scatter(t, index=index, shape=shape),),
    (lambda g, ans, x, index, shape: g[index],),
    ("selection",),
    ("",),
)


def _assigned(x, item, index):
    array = np.copy(x)
    array[index] = item
    return array


def _item_tangent(t, ans, x, item, index):
    """Zeros, and the item's tangent where the item stands."""
    return setitem(np.zeros_like(t, shape=shape_of(ans)), t, index=index)


def _item_adjoint(g, ans, x, item, index):
    """The adjoint where the item stands, summed over the places where an element was repeated.

    Where an index names one place twice, the last element is what NumPy leaves there: the others moved nothing.
    """
    part = g[index]
    if not is_basic(index):
        part = np.where(_last_there(index, shape_of(ans), shape_of(part)), part, 0.0)
    surplus = len(shape_of(item)) - len(shape_of(part))  # an item may have more axes than its place, of length 1
    return part if surplus <= 0 else np.reshape(part, (1,) * surplus + shape_of(part))


def _last_there(index, shape, part):
    """For each element that was assigned whether it stayed: a number is written for each, and read back."""
    numbers = np.arange(np.prod(part, dtype=int)).reshape(part)
    array = np.empty(shape, int)
    array[index] = numbers
    return array[index] == numbers


setitem: Primitive = Primitive(
    "setitem",
    _assigned,
    (lambda t, ans, x, item, index: setitem(t, 0.0, index=index), _item_tangent),
    (lambda g, ans, x, item, index: setitem(g, 0.0, index=index), _item_adjoint),
    ("diagonal", "selection"),
    ("", ""),
    symbol="{0} with [{index}] = {1}",
    strength=0,
)
setitem_blind = Primitive("setitem", _assigned, symbol="{0} with [{index}] = {1}", strength=0)

METADATA |= {
    np.shape, np.ndim, np.size, np.result_type,
    np.iscomplexobj, np.isrealobj, np.may_share_memory, np.can_cast, np.common_type, np.min_scalar_type,
}  # fmt: skip
