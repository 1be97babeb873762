"""An array with more around it: np.pad in all its modes."""

from typing import Any

import numpy as np

from advis.autodiff.primitives.rearranging import along
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, shape_of

pad = Primitive(
    "pad",
    lambda x, width, **options: np.pad(x, width, **options),
    (lambda t, ans, x, width, **_: np.pad(t, width),),
    (
        lambda g, ans, x, width, **_: g[
            tuple(slice(before, before + n) for (before, _), n in zip(width, shape_of(x), strict=True))
        ],
    ),
    ("selection",),
    ("",),
)
_BY_POSITION = ("edge", "reflect", "symmetric", "wrap")
_STATISTICS = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}


def _pairs(item, count):
    """A number, a pair or pairs, as one pair for each axis."""
    return [tuple(pair) for pair in np.broadcast_to(np.asarray(item), (count, 2)).tolist()]


@adapter(np.pad)
def _pad(array, pad_width, mode="constant", **kwargs):
    """Zeros or constants at once; every other mode axis by axis, by taking, averaging or weighting what is there."""
    np.pad(np.zeros((2,) * len(shape_of(array))), pad_width, mode, **kwargs)  # NumPy's own complaints
    count = len(shape_of(array))
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(k, pad_width.get(k - count, 0)) for k in range(count)]
        pad_width = [(width, width) if isinstance(width, int) else width for width in pad_width]
    widths = _pairs(pad_width, count)
    if mode == "constant":
        given = kwargs.get("constant_values", 0)
        constants = {} if np.ndim(given) == 0 and given == 0 else {"constant_values": given}
        return pad(array, width=tuple(widths), **constants)
    if callable(mode) or mode == "empty":
        raise TypeError(f"np.pad: mode={mode!r} is not recorded by advis; write it with np.concatenate")
    for axis, width in enumerate(widths):
        if any(width):
            array = _padded(array, axis, width, mode, kwargs, count)
    return array


def _padded(x, axis, width, mode, options, count):
    if mode in _BY_POSITION:
        order = np.pad(np.arange(shape_of(x)[axis]), width, mode)
        found = x[along(axis, order, count)]
        return _odd(x, found, axis, width, count, mode) if options.get("reflect_type") == "odd" else found
    before, after = (
        np.broadcast_to(edge, (*shape_of(x)[:axis], n, *shape_of(x)[axis + 1 :]))
        for edge, n in zip(_edges(x, axis, mode, options, count), width, strict=True)
    )
    if mode == "linear_ramp":
        before, after = _ramps(before, after, axis, _pairs(options.get("end_values", 0), count)[axis], count)
    return np.concatenate([before, x, after], axis=axis)


def _edges(x, axis, mode, options, count):
    """What stands before and after an array along an axis, as a slice of length 1."""
    length = shape_of(x)[axis]
    if mode == "linear_ramp":
        sizes = 1, 1
    else:
        given = options.get("stat_length")
        sizes = (length, length) if given is None else tuple(min(n, length) for n in _pairs(given, count)[axis])
    first, last = sizes
    statistic: Any = _STATISTICS.get(mode, np.sum)
    return [
        statistic(x[along(axis, piece, count)], axis=axis, keepdims=True)
        for piece in (slice(None, first), slice(length - last, None))
    ]


def _ramps(before, after, axis, ends, count):
    """Straight lines from the end values, which are reached at the far ends, to the edges."""
    shape = [-1 if k == axis else 1 for k in range(count)]
    n, m = shape_of(before)[axis], shape_of(after)[axis]
    dtype = plain_value(before).dtype
    rising = np.reshape(np.arange(n) / max(n, 1), shape).astype(dtype)
    falling = np.reshape(np.arange(m)[::-1] / max(m, 1), shape).astype(dtype)
    return ends[0] + (before - ends[0]) * rising, ends[1] + (after - ends[1]) * falling


def _odd(x, found, axis, width, count, mode):
    """Reflected through the edges: twice the edge less what is mirrored there."""
    length, before = shape_of(x)[axis], width[0]
    room = length if mode == "symmetric" else length - 1
    if max(width) > room or mode not in ("reflect", "symmetric"):
        raise TypeError("np.pad: reflect_type='odd' is recorded by advis for widths up to the length of the array")
    left, middle, right = (
        found[along(axis, piece, count)]
        for piece in (slice(None, before), slice(before, before + length), slice(before + length, None))
    )
    first, last = x[along(axis, slice(None, 1), count)], x[along(axis, slice(-1, None), count)]
    return np.concatenate([2 * first - left, middle, 2 * last - right], axis=axis)
