"""Singular values and vectors: svd and svdvals; stacked and complex, too.

Rules are those of Townsend (2016), "Differentiating the singular value decomposition", and, complex, of Wan & Zhang
(2019), arXiv:1909.02659, written for the pairing Re Σ u v, without conjugation. The rule of U serves V, too:
Aᴴ = V S Uᴴ.
"""

from functools import partial
from typing import Any

import numpy as np

from advis.autodiff.primitives.decompositions import adjoint, conj, differences, inverse_gaps, transposed
from advis.autodiff.primitives.once import Once, output_primitive, outputs
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, refuse, shape_of

SVDResult: Any = type(np.linalg.svd(np.eye(1)))  # NumPy's named tuple


def _resized(p, rows, columns):
    """A matrix cut, or filled up with zeros, to so many rows and columns."""
    have = shape_of(p)[-2:]
    p = p[..., :rows, :columns]
    missing = max(rows - have[0], 0), max(columns - have[1], 0)
    return np.pad(p, [(0, 0)] * (len(shape_of(p)) - 2) + [(0, n) for n in missing]) if any(missing) else p


def _filled(s, count):
    """Singular values filled up with zeros: those of the further columns of a square U."""
    missing = count - shape_of(s)[-1]
    return np.concatenate([s, np.zeros((*shape_of(s)[:-1], missing))], axis=-1) if missing else s


def _rotation_weights(s, count):
    """1 / (sⱼ − sᵢ), 1 / (sⱼ + sᵢ) and 1 / sⱼ. After the first ``count`` come columns that belong to no singular value:
    how they turn among themselves is not determined either, but what they span is, so it is taken as zero.
    """
    places = np.arange(shape_of(s)[-1])
    free = np.minimum(places[:, np.newaxis], places) >= count
    instead = np.where(free | (places[:, np.newaxis] == places), 0.0, np.nan).astype(plain_value(s).dtype)
    return (
        inverse_gaps(s, differences(s), instead),
        inverse_gaps(s, np.expand_dims(s, -2) + np.expand_dims(s, -1), 0.0),
        inverse_gaps(s, np.expand_dims(s, -2), np.nan),
    )


def _left_jvp(t, factors, weights):
    """dU = U Ω + (I − U Uᴴ) dA V S⁻¹. With P = Uᴴ dA V, Ωᵢⱼ = ½ (P + Pᴴ)ᵢⱼ / (sⱼ − sᵢ) + ½ (P − Pᴴ)ᵢⱼ / (sⱼ + sᵢ)."""
    u, s, vh = factors
    rows, columns = shape_of(u)[-2:]
    moved = t @ adjoint(vh)
    p = _resized(adjoint(u) @ moved, columns, columns)
    apart, together, inverse = weights.of(_filled(s, columns))
    du = 0.5 * u @ (apart * (p + adjoint(p)) + together * (p - adjoint(p)))
    if rows > columns:
        b = moved[..., :columns] * inverse
        du = du + b - u @ (adjoint(u) @ b)
    return du


def _left_vjp(g, factors, weights):
    u, s, vh = factors
    rows, columns = shape_of(u)[-2:]
    apart, together, inverse = weights.of(_filled(s, columns))
    inner = transposed(u) @ g
    one, other = apart * inner, together * inner
    p = 0.5 * (one + other + adjoint(one - other))
    found = conj(u) @ _resized(p, columns, shape_of(vh)[-2]) @ conj(vh)
    if rows > columns:
        b = (g - conj(u) @ inner) * inverse
        found = found + b @ conj(vh[..., :columns, :])
    return found


def _singular_jvp(t, u, s, vh):
    """dS = Re diag(Uᴴ dA V)."""
    count = shape_of(s)[-1]
    return np.real(np.sum(conj(u[..., :count]) * (t @ adjoint(vh[..., :count, :])), axis=-2))


def _singular_vjp(g, u, s, vh):
    count = shape_of(s)[-1]
    return (conj(u[..., :count]) * np.expand_dims(g, -2)) @ conj(vh[..., :count, :])


svd_u = output_primitive(
    "svd",
    "U({0})",
    lambda t, ans, x, output, shared, weights: _left_jvp(t, shared.of(x), weights),
    lambda g, ans, x, output, shared, weights: _left_vjp(g, shared.of(x), weights),
)
svd_s = output_primitive(
    "svd",
    "S({0})",
    lambda t, ans, x, output, shared, weights: _singular_jvp(t, *shared.of(x)),
    lambda g, ans, x, output, shared, weights: _singular_vjp(g, *shared.of(x)),
)


def _turned(factors):
    """The factors of Aᴴ."""
    u, s, vh = factors
    return adjoint(vh), s, adjoint(u)


svd_vh = output_primitive(
    "svd",
    "Vᴴ({0})",
    lambda t, ans, x, output, shared, weights: adjoint(_left_jvp(adjoint(t), _turned(shared.of(x)), weights)),
    lambda g, ans, x, output, shared, weights: adjoint(_left_vjp(adjoint(g), _turned(shared.of(x)), weights)),
)


def _thin(x):
    return np.linalg.svd(x, full_matrices=False)


svdvals = Primitive(
    "svdvals",
    np.linalg.svdvals,
    (lambda t, ans, x: _singular_jvp(t, *_thin(x)),),
    (lambda g, ans, x: _singular_vjp(g, *_thin(x)),),
    ("dense",),
    ("0",),
)
adapter(np.linalg.svdvals)(lambda x, /: svdvals(x))


@adapter(np.linalg.svd)
def _svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    refuse("np.linalg.svd", hermitian=hermitian or None)
    if not compute_uv:
        return svdvals(a)
    decompose = partial(np.linalg.svd, full_matrices=bool(full_matrices))
    weights = Once(partial(_rotation_weights, count=min(shape_of(a)[-2:])))
    u, s, vh = outputs((svd_u, svd_s, svd_vh), decompose, a, weights=weights)
    return SVDResult(u, s, vh)
