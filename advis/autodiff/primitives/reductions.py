"""From many numbers to fewer: sum, mean, max, min, prod, logsumexp; and the running sum and product."""

import numpy as np

from advis.autodiff.primitives.arithmetic import _share
from advis.autodiff.primitives.rule import TRACED, Primitive, adapter, plain_value, refuse, shape_of


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


logsumexp_ = Primitive(
    "logsumexp",
    np.logaddexp.reduce,
    (lambda t, ans, x, axis, keepdims: np.sum(t * _shares(ans, x, axis, keepdims), axis=axis, keepdims=keepdims),),
    (lambda g, ans, x, axis, keepdims: _spread(g, shape_of(x), axis, keepdims) * _shares(ans, x, axis, keepdims),),
    ("dense",),
    ("0 ans",),
)


def _shares(ans, x, axis, keepdims):
    """The softmax weights; 0 where all terms are exp(−∞) = 0."""
    return _share(_spread(ans, shape_of(x), axis, keepdims), x)


def logsumexp(x, axis=0, keepdims=False, initial=None, where=None):
    """Return ``np.logaddexp.reduce``."""
    result = logsumexp_(_only(x, where, -np.inf), axis=axis, keepdims=_kept(keepdims))
    return np.logaddexp(result, initial) if _given(initial) else result


# -- NumPy's options: dtype= converts before, where= puts a neutral element in place, initial= is one operand more


def _given(option):
    return option is not None and option is not np._NoValue


def _kept(keepdims):
    return _given(keepdims) and bool(keepdims)


def _only(x, where, neutral):
    """The elements where a mask holds, and a neutral element for the others; the mask may add axes."""
    return x if not _given(where) or where is True else np.where(where, x, neutral)


def _typed(x, dtype):
    """In the type that was asked for."""
    return x if not _given(dtype) or np.dtype(dtype) == plain_value(x).dtype else x.astype(dtype)


def _combined(result, combine, initial):
    return combine(result, initial) if _given(initial) else result


def _reduction(name, primitive, combine, neutral, of_all=None):
    whole = of_all or primitive.at(1, _OF_ALL)

    def adapt(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
        if axis is dtype is out is initial is where is None and keepdims is False and type(a) in TRACED:
            return TRACED[type(a)](whole, (a,), whole.options)
        refuse(name, out=out)
        result = primitive(_only(_typed(a, dtype), where, neutral), axis=axis, keepdims=_kept(keepdims))
        return _combined(result, combine, initial)

    return adapt


_OF_ALL = {"axis": None, "keepdims": False}
"""The options of a reduction of all elements, as at the end of nearly every loss."""

sum_of_all = sum_.at(1, _OF_ALL).with_rules(
    (lambda t, ans, x, axis=None, keepdims=False: np.sum(t),),
    (lambda g, ans, x, axis=None, keepdims=False: g,),
)
adapter(np.sum)(_reduction("np.sum", sum_, np.add, 0.0, sum_of_all))
adapter(np.prod)(_reduction("np.prod", prod, np.multiply, 1.0))


@adapter(np.mean)
def _mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    refuse("np.mean", out=out)
    a, keepdims = _typed(a, dtype), _kept(keepdims)
    if not _given(where) or where is True:
        return mean(a, axis=axis, keepdims=keepdims)
    return np.sum(a, axis=axis, keepdims=keepdims, where=where) / number_of(a, axis, keepdims, where)


def number_of(x, axis, keepdims, where):
    """Return how many elements of x a mask leaves to each element of the reduced array, in its type."""
    mask = np.broadcast_to(plain_value(where), np.broadcast_shapes(shape_of(x), shape_of(where)))
    return np.sum(mask, axis=axis, keepdims=keepdims).astype(plain_value(x).real.dtype)[()]


def _extremum(name, primitive, combine, worst):
    def adapt(a, axis=None, out=None, keepdims=False, initial=None, where=None):
        refuse(name, out=out)
        if _given(where) and where is not True and not _given(initial):
            raise ValueError(
                f"reduction operation '{primitive.name}imum' does not have an identity, so to use a where mask one has "
                "to specify 'initial'"
            )
        if _given(initial) and not np.prod(shape_of(a), dtype=int):
            a = np.full_like(a, worst, shape=tuple(max(n, 1) for n in shape_of(a)))
        result = primitive(_only(a, where, worst), axis=axis, keepdims=_kept(keepdims))
        return _combined(result, combine, initial)

    return adapt


adapter(np.max, np.amax)(_extremum("np.max", max_, np.maximum, -np.inf))
adapter(np.min, np.amin)(_extremum("np.min", min_, np.minimum, np.inf))


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
    refuse("np.cumsum", out=out)
    a = _typed(a, dtype)
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
    refuse("np.cumprod", out=out)
    a = _typed(a, dtype)
    if axis is None:
        a, axis = np.ravel(a), 0
    return cumprod(a, axis=axis)


def _cumulative(function, start):
    def adapt(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        refuse(f"np.cumulative_{function.__name__[3:]}", out=out)
        if axis is None and len(shape_of(x)) != 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        running = function(x, axis=axis or 0, dtype=dtype)
        if not include_initial:
            return running
        first = list(shape_of(running))
        first[axis or 0] = 1
        return np.concatenate([np.full(first, start, plain_value(running).dtype), running], axis=axis or 0)

    return adapt


adapter(np.cumulative_sum)(_cumulative(np.cumsum, 0.0))
adapter(np.cumulative_prod)(_cumulative(np.cumprod, 1.0))
