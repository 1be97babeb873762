"""Arrays made between traced ends: linspace, logspace, geomspace; and places in arrays told in other numbers."""

import numpy as np

from advis.autodiff.primitives.rule import METADATA, adapter, plain_value, shape_of, without_tangent


def _steps(start, stop, num, endpoint):
    """How far along the way each sample stands: from 0 to 1, in a new first axis; and how many steps the way has."""
    count = max(num - 1 if endpoint else num, 0)
    dimensions = len(np.broadcast_shapes(shape_of(start), shape_of(stop)))
    dtype = np.result_type(plain_value(start), plain_value(stop), 1.0)
    return np.reshape(np.arange(num) / max(count, 1), (-1, *(1,) * dimensions)).astype(dtype), count


def _finished(samples, dtype, axis):
    samples = samples if dtype is None else samples.astype(dtype)
    return samples if axis == 0 else np.moveaxis(samples, 0, axis)


@adapter(np.linspace)
def _linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    share, count = _steps(start, stop, num, endpoint)
    way = np.subtract(stop, start)
    samples = _finished(start + way * share, dtype, axis)
    return (samples, way / count if count else np.nan) if retstep else samples


@adapter(np.logspace)
def _logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    return _finished(np.power(base, np.linspace(start, stop, num, endpoint)), dtype, axis)


@adapter(np.geomspace)
def _geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """From start to stop by equal factors; both have the same sign."""
    if np.any(plain_value(start) * plain_value(stop) <= 0):
        raise ValueError("np.geomspace: a start and a stop of different signs are not recorded; write np.linspace")
    share, _ = _steps(start, stop, num, endpoint)
    share = share.astype(np.result_type(share, float))  # in NumPy, too, it is as precise at least
    return _finished(start * np.power(np.divide(stop, start), share), dtype, axis)


@adapter(np.unravel_index)
def _unravel_index(indices, shape, order="C"):
    """A position has no derivative: reading it is a turn that the program takes."""
    return np.unravel_index(np.asarray(indices), shape, order)


@adapter(np.ravel_multi_index)
def _ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    return np.ravel_multi_index(tuple(np.asarray(index) for index in multi_index), dims, mode, order)


without_tangent(np.isin)
METADATA |= {np.array2string, np.array_repr, np.array_str, np.shares_memory}
