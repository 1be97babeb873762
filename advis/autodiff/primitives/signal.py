"""Samples on a grid: interp, gradient, diff, trapezoid, convolve, correlate."""

import numpy as np

from advis.autodiff.primitives.part import scattered
from advis.autodiff.primitives.rearranging import along, taken
from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, plain_value, shape_of
from advis.autodiff.primitives.shaping import scatter

# -- interp


def _segments(x, xp):
    """For each x the segment that it lies in, and whether it lies before the first point, or after the last one."""
    x, xp = plain_value(x), plain_value(xp)
    last = shape_of(xp)[0] - 1
    segment = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(last - 1, 0))
    return segment, x < xp[0], x > xp[last]


def _place(x, xp, segment, before, after):
    """How far x is along its segment, from 0 to 1; outside it stands at the nearest point."""
    following = np.minimum(segment + 1, shape_of(xp)[0] - 1)
    width = xp[following] - xp[segment]
    width = np.where(plain_value(width) == 0, 1.0, width)
    return np.where(before, 0.0, np.where(after, 1.0, (x - xp[segment]) / width)), width, following


def _slope(x, xp, fp):
    """The slope of the segment to the right of x, and of the last one at its end; 0 outside."""
    segment, before, after = _segments(x, xp)
    _, width, following = _place(x, xp, segment, before, after)
    return np.where(before | after, 0.0, (fp[following] - fp[segment]) / width)


def _between(t, x, xp, fixed):
    """What stands at the points, interpolated; 0 where a number was given for what is outside."""
    segment, before, after = _segments(x, xp)
    place, _, following = _place(x, xp, segment, before, after)
    found = t[segment] * (1.0 - place) + t[following] * place
    return np.where((before & fixed[0]) | (after & fixed[1]), 0.0, found)


def _back(g, x, xp, fixed):
    """The transpose of `_between`: each point receives what was taken from it."""
    segment, before, after = _segments(x, xp)
    place, _, following = _place(x, xp, segment, before, after)
    g = np.where((before & fixed[0]) | (after & fixed[1]), 0.0, g)
    return _put(g * (1.0 - place), segment, xp) + _put(g * place, following, xp)


def _put(amount, places, xp):
    """Zeros at the points, with the amounts added at their places."""
    if is_traced(amount):
        return scatter(amount, index=places, shape=shape_of(xp))
    return scattered(amount, places, shape_of(xp))


def _fixed(left, right):
    return left is not None, right is not None


interp = Primitive(
    "interp",
    np.interp,
    (
        lambda t, ans, x, xp, fp, left, right: t * _slope(x, xp, fp),
        lambda t, ans, x, xp, fp, left, right: -_slope(x, xp, fp) * _between(t, x, xp, _fixed(left, right)),
        lambda t, ans, x, xp, fp, left, right: _between(t, x, xp, _fixed(left, right)),
    ),
    (
        lambda g, ans, x, xp, fp, left, right: g * _slope(x, xp, fp),
        lambda g, ans, x, xp, fp, left, right: _back(-g * _slope(x, xp, fp), x, xp, _fixed(left, right)),
        lambda g, ans, x, xp, fp, left, right: _back(g, x, xp, _fixed(left, right)),
    ),
    ("diagonal", "dense", "dense"),
    ("0 1 2", "0 1 2", "0 1"),
)


@adapter(np.interp)
def _interp(x, xp, fp, left=None, right=None, period=None):
    if period is not None:
        order = np.argsort(plain_value(xp) % period)
        xp, fp = (xp % period)[order], np.ravel(fp)[order]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        x, fp, left, right = x % period, np.concatenate([fp[-1:], fp, fp[:1]]), None, None
    return interp(x, xp, fp, left=left, right=right)


# -- differences


@adapter(np.diff)
def _diff(a, n=1, axis=-1, prepend=None, append=None):
    if n == 0:
        return a
    a = a if is_traced(a) else np.asarray(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    ends = [None if end is None or end is np._NoValue else _end(end, shape_of(a), axis) for end in (prepend, append)]
    if any(end is not None for end in ends):
        a = np.concatenate([part for part in (ends[0], a, ends[1]) if part is not None], axis=axis)
    for _ in range(n):
        a = taken(a, slice(1, None), axis) - taken(a, slice(None, -1), axis)
    return a


def _end(end, shape, axis):
    """What is joined to an array along an axis: a number stands for one slice of it."""
    if shape_of(end):
        return end
    axis %= len(shape)
    return np.broadcast_to(end, (*shape[:axis], 1, *shape[axis + 1 :]))


@adapter(np.ediff1d)
def _ediff1d(ary, to_end=None, to_begin=None):
    ary = np.ravel(ary)
    steps = ary[1:] - ary[:-1]
    kind = steps.dtype if plain_value(steps).dtype.kind in "fc" else float
    first, last = (None if end is None else np.ravel(end).astype(kind) for end in (to_begin, to_end))
    return np.concatenate([part for part in (first, steps, last) if part is not None])


@adapter(np.gradient)
def _gradient(f, *varargs, axis=None, edge_order=1):
    """Central differences of second order inside, one-sided ones at the edges; on uneven grids as in NumPy."""
    f = f if is_traced(f) else np.asarray(f)
    f = f if f.dtype.kind in "fc" else f.astype(float)
    count = len(shape_of(f))
    axes = range(count) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, count)
    axes = tuple(axes)
    given = varargs or (1.0,)
    if len(given) == 1 and not shape_of(given[0]):
        given = given * len(axes)
    if len(given) != len(axes):
        raise TypeError("invalid number of arguments")
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    given = tuple(np.asarray(h) if isinstance(h, (list, tuple)) else h for h in given)
    found = [_slope_along(f, h, k, edge_order) for k, h in zip(axes, given, strict=True)]
    return found[0] if len(axes) == 1 else tuple(found)


def _slope_along(f, spacing, axis, edge_order):
    count, length = len(shape_of(f)), shape_of(f)[axis]
    if length < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, "
            "at least (edge_order + 1) elements are required."
        )

    def at(start, stop):
        return f[along(axis, slice(start, stop), count)]

    even = not shape_of(spacing)
    if not even and shape_of(spacing)[0] != length:
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    steps = spacing * np.ones(length - 1, plain_value(f).dtype) if even else spacing[1:] - spacing[:-1]
    steps = np.reshape(steps, [-1 if k == axis else 1 for k in range(count)])

    def step(start, stop):
        return steps[along(axis, slice(start, stop), count)]

    rises = (at(1, None) - at(None, -1)) / steps  # the slope of each interval
    if even:
        inner = (at(2, None) - at(None, -2)) / (2.0 * spacing)
    else:
        left, right = step(None, -1), step(1, None)
        slopes = (rises[along(axis, slice(start, stop), count)] for start, stop in ((None, -1), (1, None)))
        before, after = slopes
        inner = (right * before + left * after) / (left + right)
    first, last = (rises[along(axis, piece, count)] for piece in (slice(None, 1), slice(-1, None)))
    if edge_order == 2:  # the parabola through the last three points
        one, two = step(None, 1), step(1, 2)
        first = first - one / (one + two) * (rises[along(axis, slice(1, 2), count)] - first)
        one, two = step(-1, None), step(-2, -1 if length > 2 else None)
        last = last + one / (one + two) * (last - rises[along(axis, slice(-2, -1), count)])
    return np.concatenate([first, inner, last], axis=axis).astype(f.dtype)


@adapter(np.trapezoid)
def _trapezoid(y, x=None, dx=1.0, axis=-1):
    y = y if is_traced(y) else np.asarray(y)
    if x is not None:
        dx = np.diff(x, axis=-1 if len(shape_of(x)) == 1 else axis)
        if len(shape_of(x)) == 1:
            dx = np.reshape(dx, [-1 if k == axis % len(shape_of(y)) else 1 for k in range(len(shape_of(y)))])
    return np.sum(dx * (taken(y, slice(1, None), axis) + taken(y, slice(None, -1), axis)) / 2.0, axis=axis)


# -- convolution


def _span(m, n, mode):
    """Where the result of a mode stands in that of ``full``, and how long it is."""
    shorter, longer = min(m, n), max(m, n)
    return {"full": (0, m + n - 1), "same": ((shorter - 1) // 2, longer), "valid": (shorter - 1, longer - shorter + 1)}[
        mode
    ]


def _factor_adjoint(g, a, v, mode):
    """The adjoint of one factor: g in the place that it has in the full product, and the other factor backwards."""
    m, n = shape_of(a)[0], shape_of(v)[0]
    start, length = _span(m, n, mode)
    whole = np.pad(g, (start, m + n - 1 - start - length)) if mode != "full" else g
    return np.convolve(whole, v[::-1], "valid")


convolve = Primitive(
    "convolve",
    np.convolve,
    (lambda t, ans, a, v, mode: np.convolve(t, v, mode), lambda t, ans, a, v, mode: np.convolve(a, t, mode)),
    (
        lambda g, ans, a, v, mode: _factor_adjoint(g, a, v, mode),
        lambda g, ans, a, v, mode: _factor_adjoint(g, v, a, mode),
    ),
    ("dense", "dense"),
    ("1", "0"),
    symbol="{0} ∗ {1}",
    strength=2,
)
_MODES = {"v": "valid", "s": "same", "f": "full", 0: "valid", 1: "same", 2: "full"}


def _mode(mode):
    return _MODES.get(mode[:1].lower() if isinstance(mode, str) else mode, mode)


@adapter(np.convolve)
def _convolve(a, v, mode="full"):
    return convolve(np.atleast_1d(a), np.atleast_1d(v), mode=_mode(mode))


@adapter(np.correlate)
def _correlate(a, v, mode="valid"):
    """The convolution with v backwards, conjugated if it is complex; the shorter one moves along the longer."""
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    if shape_of(v)[0] > shape_of(a)[0]:
        return _conj(np.correlate(v, a, mode)[::-1])
    return np.convolve(a, _conj(v[::-1]), mode)


def _conj(x):
    return np.conjugate(x) if plain_value(x).dtype.kind == "c" else x
