"""Diagonals and triangles: diag, diagonal, trace, tril, triu, vander."""

import numpy as np

from advis.autodiff.primitives.part import Part
from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, refuse, settled, shape_of
from advis.autodiff.primitives.shaping import scatter

_DEFAULTS = {"offset": 0, "axis1": 0, "axis2": 1, "k": 0}


def _stated(**options):
    """The options that say something: those that differ from NumPy's defaults."""
    return {name: option for name, option in options.items() if settled(option) != _DEFAULTS[name]}


def _places(shape, offset, axis1, axis2):
    """The diagonal's index in an array of this shape, and where NumPy leaves its axis in what is indexed."""
    count = len(shape)
    axis1, axis2 = axis1 % count, axis2 % count
    steps = np.arange(np.diagonal(np.empty((shape[axis1], shape[axis2])), offset).size)
    index = [slice(None)] * count
    index[axis1], index[axis2] = steps + max(-offset, 0), steps + max(offset, 0)
    return tuple(index), min(axis1, axis2) if abs(axis1 - axis2) == 1 else 0


def _diagonal_vjp(g, ans, x, offset=0, axis1=0, axis2=1):
    """Zeros, and the adjoint on the diagonal."""
    index, place = _places(shape_of(x), offset, axis1, axis2)
    amount = np.moveaxis(g, -1, place) if place != len(shape_of(g)) - 1 else g
    if is_traced(g):
        return scatter(amount, index=index, shape=shape_of(x))
    return Part(amount, index, shape_of(x), basic=False)


diagonal = Primitive(
    "diagonal",
    np.diagonal,
    (lambda t, ans, x, offset=0, axis1=0, axis2=1: np.diagonal(t, offset, axis1, axis2),),
    (_diagonal_vjp,),
    ("selection",),
    ("",),
)


@adapter(np.diagonal)
def _diagonal(a, offset=0, axis1=0, axis2=1):
    return diagonal(a, **_stated(offset=offset, axis1=axis1, axis2=axis2))


@adapter(np.linalg.diagonal)
def _diagonal_of_matrices(x, /, *, offset=0):
    return diagonal(x, **_stated(offset=offset, axis1=-2, axis2=-1))


diag = Primitive(
    "diag",
    np.diag,
    (lambda t, ans, x, k=0: np.diag(t, k),),
    (lambda g, ans, x, k=0: np.diagonal(g, k),),
    ("selection",),
    ("",),
)


@adapter(np.diag)
def _diag(v, k=0):
    return np.diagonal(v, k) if len(shape_of(v)) == 2 else diag(v, **_stated(k=k))


adapter(np.diagflat)(lambda v, k=0: np.diag(np.ravel(v), k))


def _trace_vjp(g, ans, x, offset=0, axis1=0, axis2=1):
    """The adjoint on the diagonal of the plane, for each matrix."""
    count = len(shape_of(x))
    axis1, axis2 = axis1 % count, axis2 % count
    eye = np.eye(shape_of(x)[axis1], shape_of(x)[axis2], offset)
    eye = eye if axis1 < axis2 else eye.T
    shape = [shape_of(x)[k] if k in (axis1, axis2) else 1 for k in range(count)]
    return np.expand_dims(g, (axis1, axis2)) * np.reshape(eye, shape)


trace = Primitive(
    "trace",
    lambda x, offset=0, axis1=0, axis2=1: np.trace(x, offset, axis1, axis2),
    (lambda t, ans, x, offset=0, axis1=0, axis2=1: np.trace(t, offset, axis1, axis2),),
    (_trace_vjp,),
    ("dense",),
    ("",),
)


@adapter(np.trace)
def _trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    refuse("np.trace", dtype=dtype, out=out)
    return trace(a, **_stated(offset=offset, axis1=axis1, axis2=axis2))


@adapter(np.linalg.trace)
def _trace_of_matrices(x, /, *, offset=0, dtype=None):
    refuse("np.linalg.trace", dtype=dtype)
    return trace(x, **_stated(offset=offset, axis1=-2, axis2=-1))


tril = Primitive(
    "tril",
    np.tril,
    (lambda t, ans, x, k=0: np.tril(t, k),),
    (lambda g, ans, x, k=0: np.tril(g, k),),
    ("diagonal",),
    ("",),
)
triu = Primitive(
    "triu",
    np.triu,
    (lambda t, ans, x, k=0: np.triu(t, k),),
    (lambda g, ans, x, k=0: np.triu(g, k),),
    ("diagonal",),
    ("",),
)
adapter(np.tril)(lambda m, k=0: tril(m, **_stated(k=k)))
adapter(np.triu)(lambda m, k=0: triu(m, **_stated(k=k)))


@adapter(np.vander)
def _vander(x, N=None, increasing=False):
    """The powers of each number, in columns."""
    count = shape_of(x)[0] if N is None else settled(N)
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    return np.expand_dims(x, -1) ** powers
