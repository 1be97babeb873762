"""Median, percentiles and quantiles: each is a mean, with weights, of two neighbours in the sorted row."""

import numpy as np

from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, plain_value, refuse, shape_of
from advis.autodiff.primitives.shaping import scatter

_SLOPES = {
    "linear": -1.0, "interpolated_inverted_cdf": 0.0, "hazen": 0.0, "weibull": 1.0, "median_unbiased": 1 / 3,
    "normal_unbiased": 1 / 4,
}  # fmt: skip
"""By what the position of a quantile moves with q: the number of elements, plus this; other methods take steps."""


def _places(x, q, method, gaps):
    """For each row how many numbers it has, and where its quantiles would stand if it were sorted.

    A fraction lies between two elements. NumPy's own quantile of 0, 1, 2, … tells the place, for all its methods.
    """
    rows, q = _rows(plain_value(x)), np.ravel(plain_value(q))
    ladder = np.arange(float(shape_of(rows)[-1]))
    if not gaps:
        return shape_of(rows)[-1], np.quantile(ladder, q, method=method)
    counts = np.sum(~np.isnan(rows), axis=-1, keepdims=True)
    ladders = np.where(ladder < np.maximum(counts, 1), ladder, np.nan)
    return counts, np.transpose(np.nanquantile(ladders, q, axis=-1, method=method))


def _weights(x, q, method, gaps, scale):
    """The two neighbours of each quantile as an index into the rows (beside each other), and their weights.

    Those move with q: what is added to them is 0, and moves as they do.
    """
    order = np.argsort(_rows(plain_value(x)), axis=-1, kind="stable")
    counts, places = _places(x, plain_value(q) * scale, method, gaps)
    low = np.floor(places).astype(int)
    neighbours = np.concatenate([low, np.clip(low + 1, 0, np.maximum(counts - 1, 0))], axis=-1)
    height = shape_of(order)[0]
    rows = np.expand_dims(np.arange(height), 1)
    index = rows, order[rows, np.broadcast_to(neighbours, (height, shape_of(neighbours)[-1]))]
    share = (places - low).astype(plain_value(x).dtype)
    if is_traced(q):
        share = share + np.ravel(q - plain_value(q)) * _speed(counts, places, method, scale)
    return index, np.concatenate([1 - share, share], axis=-1)


def _speed(counts, places, method, scale):
    """By what the place of each quantile moves with q; at both ends of a row it is held back."""
    if method not in _SLOPES:
        return np.zeros(shape_of(places))
    moving = (places > 0) & (places < counts - 1) if method != "linear" else True
    return np.where(moving, (counts + _SLOPES[method]) * scale, 0.0)


def _halves_added(pairs):
    count = shape_of(pairs)[-1] // 2
    return pairs[:, :count] + pairs[:, count:]


def _to_answer(rows, ans):
    """From one row per reduced row to NumPy's order of axes: those of q come first."""
    return np.reshape(np.transpose(rows), shape_of(ans))


def _to_rows(g, q):
    return np.transpose(np.reshape(g, (int(np.prod(shape_of(q), dtype=int)), -1)))


def _rows(x):
    return np.reshape(x, (-1, shape_of(x)[-1]))


def _rules(gaps, scale=1.0):
    """The rules of x and q for quantiles of q · scale; rows may have gaps (what is not a number)."""

    def x_jvp(t, ans, x, q, method):
        index, weights = _weights(x, q, method, gaps, scale)
        return _to_answer(_halves_added(_rows(t)[index] * weights), ans)

    def x_vjp(g, ans, x, q, method):
        index, weights = _weights(x, q, method, gaps, scale)
        g, rows = _to_rows(g, q), _rows(plain_value(x))
        amount = np.concatenate([g, g], axis=1) * weights
        return np.reshape(scatter(amount, index=index, shape=shape_of(rows)), shape_of(x))

    def slope(x, q, method):
        """How fast each quantile moves with q, one row for each row of x."""
        index, _ = _weights(x, plain_value(q), method, gaps, scale)
        counts, places = _places(x, plain_value(q) * scale, method, gaps)
        pairs = _rows(x)[index] * np.repeat([-1.0, 1.0], shape_of(places)[-1])
        return _halves_added(pairs) * _speed(counts, places, method, scale)

    def q_jvp(t, ans, x, q, method):
        return _to_answer(slope(x, q, method) * np.ravel(t), ans)

    def q_vjp(g, ans, x, q, method):
        return np.reshape(np.sum(_to_rows(g, q) * slope(x, q, method), axis=0), shape_of(q))

    return (x_jvp, q_jvp), (x_vjp, q_vjp)


def _of_rows(name, function, gaps, scale=1.0):
    jvps, vjps = _rules(gaps, scale)
    call = lambda x, q, method: function(x, q, axis=-1, method=method)  # noqa: E731
    return Primitive(name, call, jvps, vjps, ("dense", "dense"), ("0 1", "0 1"))


def _median(name, function, gaps):
    """As the quantile ½, which is no argument here."""
    (jvp, _), (vjp, _) = _rules(gaps)
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


quantile = _of_rows("quantile", np.quantile, gaps=False)
percentile = _of_rows("percentile", np.percentile, gaps=False, scale=0.01)
nanquantile = _of_rows("nanquantile", np.nanquantile, gaps=True)
nanpercentile = _of_rows("nanpercentile", np.nanpercentile, gaps=True, scale=0.01)
median = _median("median", np.median, gaps=False)
nanmedian = _median("nanmedian", np.nanmedian, gaps=True)

_register_quantile(np.quantile, quantile)
_register_quantile(np.percentile, percentile)
_register_quantile(np.nanquantile, nanquantile)
_register_quantile(np.nanpercentile, nanpercentile)
_register_median(np.median, median)
_register_median(np.nanmedian, nanmedian)
