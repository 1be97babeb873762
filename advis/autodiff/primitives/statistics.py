"""Variance, averages, covariance; sums and extremes that ignore what is not a number."""

import numpy as np

from advis.autodiff.primitives.reductions import _given, _kept, _only, _size, _spread, _typed, number_of
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, refuse, shape_of, without_tangent


def _deviations(x, axis):
    """What the variance moves by, but for 2 / n: x less its mean, mirrored if it is complex."""
    return np.conjugate(x - np.mean(x, axis=axis, keepdims=True))


def _variance_factor(x, axis, ddof):
    return 2 / np.maximum(_size(shape_of(x), axis) - ddof, 0)


var = Primitive(
    "var",
    np.var,
    (
        lambda t, ans, x, axis, ddof, keepdims: (
            np.real(np.sum(t * _deviations(x, axis), axis=axis, keepdims=keepdims)) * _variance_factor(x, axis, ddof)
        ),
    ),
    (
        lambda g, ans, x, axis, ddof, keepdims: (
            _spread(g, shape_of(x), axis, keepdims) * (_deviations(x, axis) * _variance_factor(x, axis, ddof))
        ),
    ),
    ("dense",),
    ("0",),
)


def _std_factor(ans, x, axis, ddof):
    """Half of the variance's, over the deviation; 0 where all elements are equal (a subgradient)."""
    return _variance_factor(x, axis, ddof) / (2 * np.where(plain_value(ans) == 0, 1.0, ans))


std = Primitive(
    "std",
    np.std,
    (
        lambda t, ans, x, axis, ddof, keepdims: (
            np.real(np.sum(t * _deviations(x, axis), axis=axis, keepdims=keepdims)) * _std_factor(ans, x, axis, ddof)
        ),
    ),
    (
        lambda g, ans, x, axis, ddof, keepdims: (
            _spread(g * _std_factor(ans, x, axis, ddof), shape_of(x), axis, keepdims) * _deviations(x, axis)
        ),
    ),
    ("dense",),
    ("0 ans",),
)


def _spread_measure(name, primitive, finish):
    def adapt(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None):
        refuse(name, out=out, mean=mean)
        a, keepdims, ddof = _typed(a, dtype), _kept(keepdims), correction if _given(correction) else ddof
        if not _given(where) or where is True:
            return primitive(a, axis=axis, ddof=ddof, keepdims=keepdims)
        middle = np.mean(a, axis=axis, keepdims=True, where=where)
        deviations = _only(a - middle, where, 0.0)
        squares = np.real(deviations * np.conjugate(deviations))
        count = np.maximum(number_of(a, axis, keepdims, where) - ddof, 0)
        return finish(np.sum(squares, axis=axis, keepdims=keepdims) / count)

    return adapt


def _root(variance):
    """The root; where the variance is 0, so is its slope (as for std)."""
    still = plain_value(variance) == 0
    return np.where(still, 0.0, np.sqrt(np.where(still, 1.0, variance))) if np.any(still) else np.sqrt(variance)


adapter(np.var)(_spread_measure("np.var", var, lambda x: x))
adapter(np.std)(_spread_measure("np.std", std, _root))


@adapter(np.ptp)
def _ptp(a, axis=None, out=None, keepdims=False):
    refuse("np.ptp", out=out)
    return np.max(a, axis=axis, keepdims=_kept(keepdims)) - np.min(a, axis=axis, keepdims=_kept(keepdims))


@adapter(np.average)
def _average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """The mean, or Σ w a / Σ w: the weights have the array's shape, or that of the axes."""
    keepdims = _kept(keepdims)
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        total = np.full_like(plain_value(result), _size(shape_of(a), axis))[()]
    else:
        if shape_of(weights) != shape_of(a):
            weights = _along(weights, shape_of(a), axis)
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        if np.any(plain_value(total) == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / total
    return (result, np.broadcast_to(total, shape_of(result))) if returned else result


def _along(weights, shape, axis):
    """Weights of some axes, laid along these axes of an array."""
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = tuple(a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,)))
    if shape_of(weights) != tuple(shape[a] for a in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    weights = np.transpose(weights, tuple(np.argsort(axes).tolist()))
    return np.reshape(weights, tuple(n if a in axes else 1 for a, n in enumerate(shape)))


# -- without what is not a number


def _numbers(a, where=None):
    """Where an array has numbers, and a mask holds."""
    there = np.logical_not(np.isnan(a))
    return there if not _given(where) or where is True else np.logical_and(there, where)


def _nan_sum(name, function):
    @adapter(name)
    def adapt(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
        refuse(f"np.{name.__name__}", out=out)
        return function(
            a, axis=axis, dtype=dtype, keepdims=_kept(keepdims), **_if_given(initial=initial), where=_numbers(a, where)
        )


def _if_given(**options):
    return {name: option for name, option in options.items() if _given(option)}


_nan_sum(np.nansum, np.sum)
_nan_sum(np.nanprod, np.prod)


def _nan_extreme(name, function, worst):
    @adapter(name)
    def adapt(a, axis=None, out=None, keepdims=False, initial=None, where=None):
        """Where there is no number at all the result is not a number, unless there is an initial one."""
        refuse(f"np.{name.__name__}", out=out)
        start = initial if _given(initial) else worst
        there, keepdims = _numbers(a, where), _kept(keepdims)
        result = function(a, axis=axis, keepdims=keepdims, initial=start, where=there)
        nothing = ~np.any(plain_value(there), axis=axis, keepdims=keepdims)
        return result if _given(initial) or not np.any(nothing) else np.where(nothing, np.nan, result)


_nan_extreme(np.nanmax, np.max, -np.inf)
_nan_extreme(np.nanmin, np.min, np.inf)


@adapter(np.nanmean)
def _nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    refuse("np.nanmean", out=out)
    return np.mean(a, axis=axis, dtype=dtype, keepdims=_kept(keepdims), where=_numbers(a, where))


def _nan_spread(name, function):
    @adapter(name)
    def adapt(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None):
        refuse(f"np.{name.__name__}", out=out, mean=mean)
        ddof = correction if _given(correction) else ddof
        there = _numbers(a, where)
        return function(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=_kept(keepdims), where=there)


_nan_spread(np.nanvar, np.var)
_nan_spread(np.nanstd, np.std)


def _nan_running(name, function, neutral):
    @adapter(name)
    def adapt(a, axis=None, dtype=None, out=None):
        refuse(f"np.{name.__name__}", out=out)
        return function(np.where(_numbers(a), a, neutral), axis=axis, dtype=dtype)


_nan_running(np.nancumsum, np.cumsum, 0.0)
_nan_running(np.nancumprod, np.cumprod, 1.0)
without_tangent(np.nanargmax)
without_tangent(np.nanargmin)


# -- covariance


@adapter(np.cov)
def _cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """The covariance of variables, each a row (or a column); weights count observations."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    rows = _variables(m, rowvar)
    if y is not None:
        rows = np.concatenate([rows, _variables(y, rowvar)])
    aweights = np.asarray(aweights, float) if isinstance(aweights, (list, tuple)) else aweights
    rows, ddof = _typed(rows, dtype), (0 if bias else 1) if ddof is None else ddof
    weights = 1.0 if fweights is None else np.asarray(fweights, float)
    weights = weights if aweights is None else weights * aweights
    if fweights is None and aweights is None:
        factor = np.maximum(shape_of(rows)[1] - ddof, 0)
        centred = rows - np.mean(rows, axis=1, keepdims=True)
        return np.squeeze(centred @ np.conjugate(np.transpose(centred)) / factor)
    total = np.sum(weights)
    freedom = total if not ddof else total - ddof * (1.0 if aweights is None else np.sum(weights * aweights) / total)
    centred = rows - np.sum(rows * weights, axis=1, keepdims=True) / total
    return np.squeeze(centred @ np.conjugate(np.transpose(centred * weights)) / freedom)


def _variables(m, rowvar):
    """One row for each variable."""
    if len(shape_of(m)) > 2:
        raise ValueError("m has more than 2 dimensions")
    m = np.reshape(m, (1, -1)) if len(shape_of(m)) < 2 else m
    return m if rowvar or shape_of(m)[0] == 1 else np.transpose(m)


@adapter(np.corrcoef)
def _corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """Covariances over the deviations of both; a single variable correlates with itself by 1."""
    covariance = np.cov(x, y, rowvar, dtype=dtype)
    if not shape_of(covariance):
        return covariance / covariance
    deviations = np.sqrt(np.real(np.einsum("ii->i", covariance)))
    return covariance / np.expand_dims(deviations, 1) / np.expand_dims(deviations, 0)
