"""Matrices in factors: cholesky, qr, eigh, eig, and their relatives without vectors; stacked and complex, too.

Rules are those of Giles (2008), "An extended collection of matrix derivative results for forward and reverse mode", and
for qr of Walter & Lehmann (2010), "Algorithmic differentiation of linear algebra functions". Each is written for the
pairing Re Σ u v, without conjugation.

Vectors that belong to equal eigenvalues or singular values (within rounding) are not determined, only the space that
they span is: their derivative is not a number. The values themselves keep theirs.
"""

from functools import partial
from typing import Any

import numpy as np

from advis.autodiff.primitives.once import output_primitive, outputs
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, shape_of

EighResult: Any = type(np.linalg.eigh(np.eye(1)))
EigResult: Any = type(np.linalg.eig(np.eye(1)))
QRResult: Any = type(np.linalg.qr(np.eye(1)))


def transposed(x):
    """Return the matrices with rows and columns exchanged."""
    return np.swapaxes(x, -1, -2)


def adjoint(x):
    """Return the transposed matrices, conjugated if they are complex."""
    return np.conjugate(transposed(x)) if is_complex(x) else transposed(x)


def is_complex(x):
    """Whether the numbers in an array are complex."""
    return plain_value(x).dtype.kind == "c"


def conj(x):
    """Return the conjugate of what is complex, and what is real as it is."""
    return np.conjugate(x) if is_complex(x) else x


def _diagonal_part(x):
    return x * np.eye(shape_of(x)[-1])


# -- a Hermitian matrix, of which NumPy reads one triangle


def _mirrored(t, lower):
    """The Hermitian matrix of which NumPy reads the lower or the upper triangle: linear in its real numbers."""
    half = np.tril(t, -1) if lower else np.triu(t, 1)
    return half + adjoint(half) + np.real(_diagonal_part(t))


def _folded(g, lower):
    """The transpose of `_mirrored`: what the other triangle received belongs to this one."""
    back = adjoint(g)
    half = np.tril(g + back, -1) if lower else np.triu(g + back, 1)
    return half + np.real(_diagonal_part(g))


def _half(x):
    """The lower triangle, with half of the diagonal."""
    return np.tril(x) - 0.5 * _diagonal_part(x)


def _cholesky_jvp(t, ans, x):
    """dL = L Φ(L⁻¹ dA L⁻ᴴ), with Φ the lower triangle and half of the diagonal."""
    inverse = np.linalg.inv(ans)
    return ans @ _half(inverse @ _mirrored(t, True) @ adjoint(inverse))


def _cholesky_vjp(g, ans, x):
    inverse = np.linalg.inv(ans)
    return _folded(transposed(inverse) @ _half(transposed(ans) @ g) @ conj(inverse), True)


cholesky = Primitive("cholesky", np.linalg.cholesky, (_cholesky_jvp,), (_cholesky_vjp,), ("dense",), ("ans",))


@adapter(np.linalg.cholesky)
def _cholesky(a, /, *, upper=False):
    return adjoint(cholesky(adjoint(a))) if upper else cholesky(a)


def inverse_gaps(values, gaps, instead):
    """Return 1 over the gaps, and ``instead`` where two values are equal within rounding."""
    plain = np.abs(plain_value(values))
    largest = np.max(plain, axis=-1, initial=0.0)[..., np.newaxis, np.newaxis]
    tied = np.abs(plain_value(gaps)) <= shape_of(plain)[-1] * np.finfo(plain.dtype).eps * largest
    return np.where(tied, instead, 1.0 / np.where(tied, 1.0, gaps))


def _apart(values):
    """1 / (λⱼ − λᵢ): 0 on the diagonal, and not a number where two are equal."""
    instead = np.where(np.eye(shape_of(values)[-1], dtype=bool), 0.0, np.nan)
    return inverse_gaps(values, differences(values), instead.astype(plain_value(values).dtype))


def differences(v):
    """Return v[j] − v[i] in row i, column j."""
    return np.expand_dims(v, -2) - np.expand_dims(v, -1)


def _eigh_values_jvp(t, vectors, lower):
    """dλ = diag(Vᴴ dA V)."""
    return np.real(np.sum(conj(vectors) * (_mirrored(t, lower) @ vectors), axis=-2))


def _eigh_values_vjp(g, vectors, lower):
    return _folded((conj(vectors) * np.expand_dims(g, -2)) @ transposed(vectors), lower)


def _eigh_vectors_jvp(t, factors, lower):
    """dV = V (F ∘ Vᴴ dA V), with Fᵢⱼ = 1 / (λⱼ − λᵢ)."""
    values, vectors = factors
    inner = adjoint(vectors) @ _mirrored(t, lower) @ vectors
    return vectors @ (_apart(values) * inner)


def _eigh_vectors_vjp(g, factors, lower):
    values, vectors = factors
    inner = _apart(values) * (transposed(vectors) @ g)
    return _folded(conj(vectors) @ inner @ transposed(vectors), lower)


eigh_values = output_primitive(
    "eigh",
    "eigenvalues({0})",
    lambda t, ans, x, output, shared, lower: _eigh_values_jvp(t, shared.of(x)[1], lower),
    lambda g, ans, x, output, shared, lower: _eigh_values_vjp(g, shared.of(x)[1], lower),
)
eigh_vectors = output_primitive(
    "eigh",
    "eigenvectors({0})",
    lambda t, ans, x, output, shared, lower: _eigh_vectors_jvp(t, shared.of(x), lower),
    lambda g, ans, x, output, shared, lower: _eigh_vectors_vjp(g, shared.of(x), lower),
)
eigvalsh = Primitive(
    "eigvalsh",
    np.linalg.eigvalsh,
    (lambda t, ans, x, UPLO: _eigh_values_jvp(t, np.linalg.eigh(x, UPLO)[1], UPLO.upper() == "L"),),
    (lambda g, ans, x, UPLO: _eigh_values_vjp(g, np.linalg.eigh(x, UPLO)[1], UPLO.upper() == "L"),),
    ("dense",),
    ("0",),
)
adapter(np.linalg.eigvalsh)(lambda a, UPLO="L": eigvalsh(a, UPLO=UPLO))


@adapter(np.linalg.eigh)
def _eigh(a, UPLO="L"):
    decompose = partial(np.linalg.eigh, UPLO=UPLO)
    return EighResult(*outputs((eigh_values, eigh_vectors), decompose, a, lower=UPLO.upper() == "L"))


# -- a general matrix: NumPy scales each eigenvector to length 1, its largest element real


def _eig_values_jvp(t, values, vectors):
    """dλ = diag(V⁻¹ dA V)."""
    return np.sum(np.linalg.inv(vectors) * transposed(t @ vectors), axis=-1)


def _eig_values_vjp(g, values, vectors):
    return transposed(np.linalg.inv(vectors)) @ (np.expand_dims(g, -1) * transposed(vectors))


def _largest(vectors):
    """1 at the largest element of each eigenvector, and 0 elsewhere."""
    places = np.argmax(np.abs(plain_value(vectors)), axis=-2)
    return np.expand_dims(places, -2) == np.arange(shape_of(vectors)[-2])[:, np.newaxis]


def _eig_vectors_jvp(t, values, vectors):
    """dV = V (F ∘ V⁻¹ dA V), less what would change the length of a vector or turn its largest element."""
    inner = np.linalg.inv(vectors) @ t @ vectors
    moved = vectors @ (_apart(values) * inner)
    stretch = np.real(np.sum(conj(vectors) * moved, axis=-2, keepdims=True))
    if not is_complex(vectors):
        return moved - vectors * stretch
    there = _largest(vectors)
    turn = np.imag(np.sum(there * moved, axis=-2, keepdims=True) / np.sum(there * vectors, axis=-2, keepdims=True))
    return moved - vectors * (stretch + 1j * turn)


def _eig_vectors_vjp(g, values, vectors):
    along = np.sum(g * vectors, axis=-2, keepdims=True)
    inner = g - np.real(along) * conj(vectors)
    if is_complex(vectors):
        there = _largest(vectors)
        inner = inner - 1j * there * np.imag(along) / np.sum(there * vectors, axis=-2, keepdims=True)
    inner = _apart(values) * (transposed(vectors) @ inner)
    return transposed(np.linalg.inv(vectors)) @ inner @ transposed(vectors)


eig_values = output_primitive(
    "eig",
    "eigenvalues({0})",
    lambda t, ans, x, output, shared: _eig_values_jvp(t, *shared.of(x)),
    lambda g, ans, x, output, shared: _eig_values_vjp(g, *shared.of(x)),
)
eig_vectors = output_primitive(
    "eig",
    "eigenvectors({0})",
    lambda t, ans, x, output, shared: _eig_vectors_jvp(t, *shared.of(x)),
    lambda g, ans, x, output, shared: _eig_vectors_vjp(g, *shared.of(x)),
)
eigvals = Primitive(
    "eigvals",
    np.linalg.eigvals,
    (lambda t, ans, x: _matching(ans, x, lambda values, vectors: _eig_values_jvp(t, values, vectors)),),
    (lambda g, ans, x: _matching(ans, x, lambda values, vectors: _eig_values_vjp(g, values, vectors)),),
    ("dense",),
    ("0 ans",),
)
adapter(np.linalg.eigvals)(lambda a: eigvals(a))


def _matching(ans, x, rule):
    """A rule for eigenvalues, with the vectors in their order: with and without vectors, NumPy may order them apart."""
    values, vectors = np.linalg.eig(x)
    distance = np.abs(np.expand_dims(plain_value(ans), -1) - np.expand_dims(plain_value(values), -2))
    order = np.argmin(distance, axis=-1)
    return rule(np.take_along_axis(values, order, -1), np.take_along_axis(vectors, np.expand_dims(order, -2), -1))


@adapter(np.linalg.eig)
def _eig(a):
    return EigResult(*outputs((eig_values, eig_vectors), np.linalg.eig, a))


# -- qr: LAPACK keeps the diagonal of R real


def _upper(c):
    """The upper triangular matrix that C differs from by a skew one, with a real diagonal."""
    return np.triu(c, 1) + adjoint(np.tril(c, -1)) + np.real(_diagonal_part(c))


def _upper_transposed(g):
    upper = np.triu(g, 1)
    return upper + adjoint(upper) + np.real(_diagonal_part(g))


def _qr_jvp(t, output, factors):
    """With B = dA R⁻¹ and C = Qᴴ B: dQ = B − Q U(C) and dR = U(C) R."""
    q, r = factors
    b = t @ np.linalg.inv(r)
    upper = _upper(adjoint(q) @ b)
    return upper @ r if output else b - q @ upper


def _qr_vjp(g, output, factors):
    q, r = factors
    inner = g @ transposed(r) if output else -(transposed(q) @ g)
    b = conj(q) @ _upper_transposed(inner)
    return (b if output else g + b) @ transposed(np.linalg.inv(r))


qr_q, qr_r = (
    output_primitive(
        "qr",
        symbol,
        lambda t, ans, x, output, shared: _qr_jvp(t, output, shared.of(x)),
        lambda g, ans, x, output, shared: _qr_vjp(g, output, shared.of(x)),
    )
    for symbol in ("Q({0})", "R({0})")
)


@adapter(np.linalg.qr)
def _qr(a, mode="reduced"):
    """A wide matrix is factored by its first columns; Q turns the others."""
    rows, columns = shape_of(a)[-2:]
    if mode not in ("reduced", "complete", "r") or (mode == "complete" and rows > columns):
        raise TypeError(
            f"np.linalg.qr: mode={mode!r} is not recorded by advis for {rows}×{columns} matrices: "
            "columns of Q that A does not span are not determined; use mode='reduced'"
        )
    q, r = outputs((qr_q, qr_r), np.linalg.qr, a[..., :rows] if rows < columns else a)
    if rows < columns:
        r = np.concatenate([r, adjoint(q) @ a[..., rows:]], axis=-1)
    return r if mode == "r" else QRResult(q, r)
