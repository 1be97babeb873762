"""Median, percentiles and quantiles: each is a mean, with weights, of two neighbours in the sorted row."""

import numpy as np

from advis.autodiff.primitives.part import scattered
from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, plain_value, refuse, shape_of
from advis.autodiff.primitives.shaping import scatter

_SLOPES = {
    "linear": -1.0, "interpolated_inverted_cdf": 0.0, "hazen": 0.0, "weibull": 1.0, "median_unbiased": 1 / 3,
    "normal_unbiased": 1 / 4,
}  # fmt: skip
"""By what the position of a quantile moves with q: the number of elements, plus this; other methods take steps."""


def _positions(x, q, method):
    """Where in each sorted row the quantiles stand: a fraction lies between two elements.

    NumPy's own quantile of the places 0, 1, 2, … tells the place, for all its methods.
    """
    rows = np.reshape(plain_value(x), (-1, shape_of(x)[-1]))
    counts = np.sum(~np.isnan(rows), axis=-1)
    wanted = np.ravel(plain_value(q))
    found = {n: np.quantile(np.arange(max(n, 1.0)), wanted, method=method) for n in set(counts.tolist())}
    places = np.array([found[n] for n in counts.tolist()]).reshape(len(rows), len(wanted))
    return np.argsort(rows, axis=-1, kind="stable"), counts[:, np.newaxis], places


def _weights(x, q, method, scale):
    """The two neighbours of each quantile as an index into the rows (beside each other), and their weights.

    Those move with q: what is added to them is 0, and moves as they do.
    """
    order, counts, places = _positions(x, plain_value(q) * scale, method)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, np.maximum(counts - 1, 0))
    index = np.arange(len(order))[:, np.newaxis], np.take_along_axis(order, np.concatenate([low, high], axis=1), axis=1)
    share = (places - low).astype(plain_value(x).dtype)
    if is_traced(q):
        share = share + np.reshape(q - plain_value(q), (1, -1)) * _speed(counts, places, method, scale)
    return index, np.concatenate([1 - share, share], axis=1)


def _speed(counts, places, method, scale):
    """By what the place of each quantile moves with q; at both ends of a row it is held back."""
    if method not in _SLOPES:
        return np.zeros(places.shape)
    moving = (places > 0) & (places < counts - 1) if method != "linear" else True
    return np.where(moving, (counts + _SLOPES[method]) * scale, 0.0)


def _halves_added(pairs):
    count = shape_of(pairs)[-1] // 2
    return pairs[:, :count] + pairs[:, count:]


def _to_answer(rows, ans, q):
    """From one row per reduced row to NumPy's order of axes: those of q come first."""
    return np.reshape(np.transpose(rows), shape_of(ans))


def _to_rows(g, q):
    return np.transpose(np.reshape(g, (int(np.prod(shape_of(q), dtype=int)), -1)))


def _rows(x):
    return np.reshape(x, (-1, shape_of(x)[-1]))


def _rules(scale):
    """The rules of x and q for quantiles of q · scale."""

    def x_jvp(t, ans, x, q, method):
        index, weights = _weights(x, q, method, scale)
        return _to_answer(_halves_added(_rows(t)[index] * weights), ans, q)

    def x_vjp(g, ans, x, q, method):
        index, weights = _weights(x, q, method, scale)
        g = _to_rows(g, q)
        amount, shape = np.concatenate([g, g], axis=1) * weights, (len(index[0]), shape_of(x)[-1])
        spread = scatter if is_traced(amount) else scattered
        return np.reshape(spread(amount, index=index, shape=shape), shape_of(x))

    def slope(x, q, method):
        """How fast each quantile moves with q, one row for each row of x."""
        index, _ = _weights(x, plain_value(q), method, scale)
        _, counts, places = _positions(x, plain_value(q) * scale, method)
        pairs = _rows(x)[index] * np.repeat([-1.0, 1.0], places.shape[1])
        return _halves_added(pairs) * _speed(counts, places, method, scale)

    def q_jvp(t, ans, x, q, method):
        return _to_answer(slope(x, q, method) * np.reshape(t, (1, -1)), ans, q)

    def q_vjp(g, ans, x, q, method):
        return np.reshape(np.sum(_to_rows(g, q) * slope(x, q, method), axis=0), shape_of(q))

    return (x_jvp, q_jvp), (x_vjp, q_vjp)


def _of_rows(name, function, scale=1.0):
    jvps, vjps = _rules(scale)
    call = lambda x, q, method: function(x, q, axis=-1, method=method)  # noqa: E731
    return Primitive(name, call, jvps, vjps, ("dense", "dense"), ("0 1", "0 1"))


def _median(name, function):
    """As the quantile ½, which is no argument here."""
    (jvp, _), (vjp, _) = _rules(1.0)
    return Primitive(
        name,
        lambda x: function(x, axis=-1),
        (lambda t, ans, x: jvp(t, ans, x, np.float64(0.5), "linear"),),
        (lambda g, ans, x: vjp(g, ans, x, np.float64(0.5), "linear"),),
        ("dense",),
        ("0",),
    )


def reduced_last(a, axis):
    """Return the array with the axes that will be reduced as its last one, and which they were."""
    shape = shape_of(a)
    axes = tuple(range(len(shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(axis % len(shape) if -len(shape) <= axis < len(shape) else axis for axis in axes)
    if axes == (len(shape) - 1,):
        return a, axes
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
    if axes != tuple(range(len(kept), len(shape))):
        a = np.transpose(a, kept + axes)
    return np.reshape(a, (*(shape[axis] for axis in kept), -1)), axes


def _finished(result, a, axes, keepdims, before):
    """The reduced axes as axes of length 1, behind those of q, if they are to be kept."""
    if keepdims is np._NoValue or not keepdims:
        return result
    kept = tuple(1 if axis in axes else n for axis, n in enumerate(shape_of(a)))
    return np.reshape(result, (*before, *kept))


def _register_quantile(function, primitive):
    name = f"np.{function.__name__}"

    @adapter(function)
    def adapt(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None,
              interpolation=None):  # fmt: skip
        refuse(name, out=out, weights=weights, interpolation=interpolation)
        rows, axes = reduced_last(a, axis)
        q = np.asarray(q, float) if isinstance(q, (list, tuple)) else float(q) if isinstance(q, int) else q
        return _finished(primitive(rows, q, method=method), a, axes, keepdims, shape_of(q))


def _register_median(function, primitive):
    name = f"np.{function.__name__}"

    @adapter(function)
    def adapt(a, axis=None, out=None, overwrite_input=False, keepdims=False):
        refuse(name, out=out)
        rows, axes = reduced_last(a, axis)
        return _finished(primitive(rows), a, axes, keepdims, ())


quantile = _of_rows("quantile", np.quantile)
percentile = _of_rows("percentile", np.percentile, 0.01)
nanquantile = _of_rows("nanquantile", np.nanquantile)
nanpercentile = _of_rows("nanpercentile", np.nanpercentile, 0.01)
median, nanmedian = _median("median", np.median), _median("nanmedian", np.nanmedian)

_register_quantile(np.quantile, quantile)
_register_quantile(np.percentile, percentile)
_register_quantile(np.nanquantile, nanquantile)
_register_quantile(np.nanpercentile, nanpercentile)
_register_median(np.median, median)
_register_median(np.nanmedian, nanmedian)
