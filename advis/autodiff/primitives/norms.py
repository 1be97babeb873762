"""The norms of vectors and matrices, by every order that NumPy knows."""

import numpy as np

from advis.autodiff.primitives.order_statistics import reduced_last
from advis.autodiff.primitives.reductions import _spread
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, shape_of


def _unit(x, length):
    """x over a length, mirrored if it is complex; 0 where the length is 0 (a subgradient)."""
    return np.conjugate(x) / np.where(plain_value(length) == 0, 1.0, length)


def _direction(ans, x, axis, keepdims, ord):
    """The derivative of the norm by each element: for the order 2, the direction of x."""
    length = _spread(ans, shape_of(x), axis, keepdims)
    if ord in (None, 2, "fro"):
        return _unit(x, length)
    size = np.abs(x)
    share = size / np.where(plain_value(length) == 0, 1.0, length)
    return _unit(x, size) * share ** (ord - 1)


norm = Primitive(
    "norm",
    np.linalg.norm,
    (
        lambda t, ans, x, axis, keepdims, ord: np.real(
            np.sum(t * _direction(ans, x, axis, keepdims, ord), axis=axis, keepdims=keepdims)
        ),
    ),
    (
        lambda g, ans, x, axis, keepdims, ord: (
            _spread(g, shape_of(x), axis, keepdims) * _direction(ans, x, axis, keepdims, ord)
        ),
    ),
    ("dense",),
    ("0 ans",),
)


def _of_vectors(x, ord, axis, keepdims):
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(np.not_equal(x, 0).astype(plain_value(x).real.dtype), axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    return norm(x, axis=axis, keepdims=keepdims, ord=ord)


def _of_matrices(x, ord, axis, keepdims):
    """Sums of absolute values, along columns (±1) or rows (±∞); or what the singular values say."""
    rows, columns = (a % len(shape_of(x)) for a in axis)
    if rows == columns:
        raise ValueError("Duplicate axes given.")
    if ord in (None, "fro", "f"):
        return norm(x, axis=axis, keepdims=keepdims, ord=None if ord is None else "fro")
    if ord in (1, -1, np.inf, -np.inf):
        summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = np.sum(np.abs(x), axis=summed, keepdims=True)
        result = (np.max if ord > 0 else np.min)(sums, axis=kept, keepdims=True)
    elif ord in (2, -2, "nuc"):
        others = tuple(a for a in range(len(shape_of(x))) if a not in (rows, columns))
        values = np.linalg.svd(np.transpose(x, (*others, rows, columns)), compute_uv=False)
        of_values = np.sum if ord == "nuc" else np.max if ord > 0 else np.min
        result = of_values(values, axis=-1)
        result = np.expand_dims(result, tuple(sorted((rows, columns))))
    else:
        raise ValueError("Invalid norm order for matrices.")
    return result if keepdims else np.squeeze(result, axis=(rows, columns))


@adapter(np.linalg.norm)
def _norm(x, ord=None, axis=None, keepdims=False):
    """The length √Σ|x|² of all elements, or the norm of an order of vectors (one axis) or matrices (two)."""
    keepdims, dimensions = bool(keepdims), len(shape_of(x))
    if axis is None and (ord is None or (ord in ("f", "fro") and dimensions == 2) or (ord == 2 and dimensions == 1)):
        return norm(x, axis=None, keepdims=keepdims, ord=None)
    axis = tuple(range(dimensions)) if axis is None else tuple(np.atleast_1d(axis).tolist())
    if len(axis) == 1:
        return _of_vectors(x, ord, axis[0], keepdims)
    if len(axis) == 2:
        return _of_matrices(x, ord, axis, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


@adapter(np.linalg.vector_norm)
def _vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    rows, axes = reduced_last(x, axis)
    result = _of_vectors(rows, ord, -1, False)
    return np.reshape(result, tuple(1 if a in axes else n for a, n in enumerate(shape_of(x)))) if keepdims else result


@adapter(np.linalg.matrix_norm)
def _matrix_norm(x, /, *, keepdims=False, ord="fro"):
    return _of_matrices(x, ord, (-2, -1), bool(keepdims))
