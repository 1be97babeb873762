"""From many numbers to fewer: sum, mean, max, min, prod, norm; and the running sum and product."""

import numpy as np

from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, refuse, shape_of


def _spread(g, shape, axis, keepdims):
    """Give back to a reduced array of this shape the axes that it lost, as far as broadcasting needs them."""
    if axis is None or keepdims or not shape_of(g):
        return g
    axes = axis if isinstance(axis, tuple) else (axis,)
    return np.expand_dims(g, tuple(a % len(shape) for a in axes))


def _size(shape, axis):
    """How many elements of an array of this shape go into one element of the reduced array."""
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([shape[a] for a in axes], dtype=int))


def _total(x, axis, keepdims):
    """``np.sum``; of a plain array without its checks of arguments, which take longer than a short sum."""
    return (np.add.reduce if type(x) is np.ndarray else np.sum)(x, axis=axis, keepdims=keepdims)


sum_ = Primitive(
    "sum",
    _total,
    (lambda t, ans, x, axis, keepdims: np.sum(t, axis=axis, keepdims=keepdims),),
    (lambda g, ans, x, axis, keepdims: _spread(g, shape_of(x), axis, keepdims),),
    ("dense",),
    ("",),
)
mean = Primitive(
    "mean",
    np.mean,
    (lambda t, ans, x, axis, keepdims: np.mean(t, axis=axis, keepdims=keepdims),),
    (lambda g, ans, x, axis, keepdims: _spread(g / _size(shape_of(x), axis), shape_of(x), axis, keepdims),),
    ("dense",),
    ("",),
)


def _extreme_weights(ans, x, axis, keepdims):
    """1 at the extreme element and 0 elsewhere; elements that tie share equally (as in jax.numpy)."""
    ties = plain_value(x) == _spread(plain_value(ans), shape_of(x), axis, keepdims)
    return ties / np.sum(ties, axis=axis, keepdims=True)


def _extreme(name, function):
    def jvp(t, ans, x, axis, keepdims):
        return np.sum(t * _extreme_weights(ans, x, axis, keepdims), axis=axis, keepdims=keepdims)

    def vjp(g, ans, x, axis, keepdims):
        return _spread(g, shape_of(x), axis, keepdims) * _extreme_weights(ans, x, axis, keepdims)

    return Primitive(name, function, (jvp,), (vjp,), ("dense",), ("0 ans",))


max_ = _extreme("max", np.max)
min_ = _extreme("min", np.min)


def _product_of_others(x, axis):
    """For each element the product of all others along the axes: exact when some of them are zero.

    Without zeros it is the whole product divided by the element. With zeros, each element in turn is replaced by
    one and the product is taken anew: n² work, only when it is needed.
    """
    shape = shape_of(x)
    axes = tuple(range(len(shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(a % len(shape) for a in axes)
    if not np.any(plain_value(x) == 0):
        return np.prod(x, axis=axes, keepdims=True) / x
    kept = tuple(a for a in range(len(shape)) if a not in axes)
    order = kept + axes
    rows = np.reshape(np.transpose(x, order), (*(shape[a] for a in kept), -1))
    count = shape_of(rows)[-1]
    others = np.prod(np.where(np.eye(count, dtype=bool), 1.0, np.expand_dims(rows, -2)), axis=-1)
    return np.transpose(np.reshape(others, tuple(shape[a] for a in order)), tuple(np.argsort(order)))


prod = Primitive(
    "prod",
    np.prod,
    (
        lambda t, ans, x, axis, keepdims: np.sum(
            t * (_product_of_others(x, axis) if shape_of(x) else 1.0), axis=axis, keepdims=keepdims
        ),
    ),
    (
        lambda g, ans, x, axis, keepdims: (
            _spread(g, shape_of(x), axis, keepdims) * (_product_of_others(x, axis) if shape_of(x) else 1.0)
        ),
    ),
    ("dense",),
    ("0",),
)


def _kept(keepdims):
    return keepdims is not np._NoValue and bool(keepdims)


def _reduction(name, primitive):
    def adapt(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
        if dtype is not None or out is not None or initial is not None or where is not None:
            refuse(name, dtype=dtype, out=out, initial=initial, where=where)
        return primitive(a, axis=axis, keepdims=_kept(keepdims))

    return adapt


adapter(np.sum)(_reduction("np.sum", sum_))
adapter(np.prod)(_reduction("np.prod", prod))


@adapter(np.mean)
def _mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    refuse("np.mean", dtype=dtype, out=out, where=where)
    return mean(a, axis=axis, keepdims=_kept(keepdims))


@adapter(np.max, np.amax)
def _max(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    refuse("np.max", out=out, initial=initial, where=where)
    return max_(a, axis=axis, keepdims=_kept(keepdims))


@adapter(np.min, np.amin)
def _min(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    refuse("np.min", out=out, initial=initial, where=where)
    return min_(a, axis=axis, keepdims=_kept(keepdims))


def _backwards(x, axis):
    return x[(slice(None),) * (axis % len(shape_of(x))) + (slice(None, None, -1),)]


cumsum = Primitive(
    "cumsum",
    np.cumsum,
    (lambda t, ans, x, axis: np.cumsum(t, axis=axis),),
    (lambda g, ans, x, axis: _backwards(np.cumsum(_backwards(g, axis), axis=axis), axis),),
    ("dense",),
    ("",),
)


@adapter(np.cumsum)
def _cumsum(a, axis=None, dtype=None, out=None):
    refuse("np.cumsum", dtype=dtype, out=out)
    if axis is None:
        a, axis = np.ravel(a), 0
    return cumsum(a, axis=axis)


def _products_without(x):
    """In row i, column j the product of the elements of x up to j, without the i-th; 0 before it."""
    count = shape_of(x)[-1]
    rows = np.where(np.eye(count, dtype=bool), 1.0, np.expand_dims(x, -2))
    return np.cumprod(rows, axis=-1) * np.triu(np.ones((count, count)))


def _cumprod_jvp(t, ans, x, axis):
    """Without zeros by dividing; with zeros each product is taken anew: n² work, only when it is needed."""
    if not np.any(plain_value(x) == 0):
        return ans * np.cumsum(t / x, axis=axis)
    t, x = np.swapaxes(t, axis, -1), np.swapaxes(x, axis, -1)
    return np.swapaxes(np.sum(np.expand_dims(t, -1) * _products_without(x), axis=-2), axis, -1)


def _cumprod_vjp(g, ans, x, axis):
    if not np.any(plain_value(x) == 0):
        return _backwards(np.cumsum(_backwards(g * ans, axis), axis=axis), axis) / x
    g, x = np.swapaxes(g, axis, -1), np.swapaxes(x, axis, -1)
    return np.swapaxes(np.sum(np.expand_dims(g, -2) * _products_without(x), axis=-1), axis, -1)


cumprod = Primitive("cumprod", np.cumprod, (_cumprod_jvp,), (_cumprod_vjp,), ("dense",), ("0 ans",))


@adapter(np.cumprod)
def _cumprod(a, axis=None, dtype=None, out=None):
    refuse("np.cumprod", dtype=dtype, out=out)
    if axis is None:
        a, axis = np.ravel(a), 0
    return cumprod(a, axis=axis)


def _direction(ans, x, axis, keepdims):
    """x over its norm, mirrored if it is complex; 0 where the norm is 0 (a subgradient)."""
    length = _spread(np.where(plain_value(ans) == 0, 1.0, ans), shape_of(x), axis, keepdims)
    return (np.conjugate(x) if plain_value(x).dtype.kind == "c" else x) / length


norm = Primitive(
    "norm",
    np.linalg.norm,
    (
        lambda t, ans, x, axis, keepdims: np.real(
            np.sum(t * _direction(ans, x, axis, keepdims), axis=axis, keepdims=keepdims)
        ),
    ),
    (lambda g, ans, x, axis, keepdims: _spread(g, shape_of(x), axis, keepdims) * _direction(ans, x, axis, keepdims),),
    ("dense",),
    ("0 ans",),
)


@adapter(np.linalg.norm)
def _norm(x, ord=None, axis=None, keepdims=False):
    """The length √Σ|x|²: of vectors (ord 2), of matrices (ord 'fro'), of all elements (no ord)."""
    dimensions = len(np.atleast_1d(axis)) if axis is not None else len(shape_of(x))
    if ord not in (None, 2 if dimensions == 1 else "fro"):
        raise TypeError(
            f"np.linalg.norm: ord={ord!r} is not recorded by advis for {dimensions} axes; "
            "write it with np.sum, np.max and np.abs"
        )
    return norm(x, axis=axis, keepdims=bool(keepdims))
