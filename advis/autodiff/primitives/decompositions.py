"""Matrices in factors: cholesky, qr, eigh, eig, svd, and their relatives without vectors; stacked and complex, too.

Rules are those of Giles (2008), "An extended collection of matrix derivative results for forward and reverse mode";
for qr Walter & Lehmann (2010), "Algorithmic differentiation of linear algebra functions"; for svd Townsend (2016),
"Differentiating the singular value decomposition", and, complex, Wan & Zhang (2019), arXiv:1909.02659. Each is written
for the pairing Re Σ u v, without conjugation.

Vectors that belong to equal eigenvalues or singular values are not determined: only the space that they span is. Their
derivative within that space is taken as zero, which is right for everything that does not depend on the choice.
"""

from functools import partial

import numpy as np

from advis.autodiff.primitives.once import outputs
from advis.autodiff.primitives.rule import Primitive, adapter, plain_value, refuse, shape_of


def transposed(x):
    """Return the matrices with rows and columns exchanged."""
    return np.swapaxes(x, -1, -2)


def adjoint(x):
    """Return the transposed matrices, conjugated if they are complex."""
    return np.conjugate(transposed(x)) if is_complex(x) else transposed(x)


def is_complex(x):
    """Whether the numbers in an array are complex."""
    return plain_value(x).dtype.kind == "c"


def _conj(x):
    return np.conjugate(x) if is_complex(x) else x


def _diagonals(v):
    """Vectors as diagonal matrices."""
    return np.expand_dims(v, -1) * np.eye(shape_of(v)[-1])


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
    return _folded(transposed(inverse) @ _half(transposed(ans) @ g) @ _conj(inverse), True)


cholesky = Primitive("cholesky", np.linalg.cholesky, (_cholesky_jvp,), (_cholesky_vjp,), ("dense",), ("ans",))


@adapter(np.linalg.cholesky)
def _cholesky(a, /, *, upper=False):
    return adjoint(cholesky(adjoint(a))) if upper else cholesky(a)


def _inverse_gaps(values, gaps):
    """1 over the gaps, and 0 where two values are equal within rounding."""
    plain = np.abs(plain_value(values))
    largest = np.max(plain, axis=-1, initial=0.0)[..., np.newaxis, np.newaxis]
    tied = np.abs(plain_value(gaps)) <= plain.shape[-1] * np.finfo(plain.dtype).eps * largest
    return np.where(tied, 0.0, 1.0 / np.where(tied, 1.0, gaps))


def _differences(v):
    """v[j] − v[i] in row i, column j."""
    return np.expand_dims(v, -2) - np.expand_dims(v, -1)


def _eigh_values_jvp(t, vectors, lower):
    """dλ = diag(Vᴴ dA V)."""
    return np.real(np.sum(_conj(vectors) * (_mirrored(t, lower) @ vectors), axis=-2))


def _eigh_values_vjp(g, vectors, lower):
    return _folded((_conj(vectors) * np.expand_dims(g, -2)) @ transposed(vectors), lower)


def _eigh_vectors_jvp(t, values, vectors, lower):
    """dV = V (F ∘ Vᴴ dA V), with Fᵢⱼ = 1 / (λⱼ − λᵢ)."""
    inner = adjoint(vectors) @ _mirrored(t, lower) @ vectors
    return vectors @ (_inverse_gaps(values, _differences(values)) * inner)


def _eigh_vectors_vjp(g, values, vectors, lower):
    inner = _inverse_gaps(values, _differences(values)) * (transposed(vectors) @ g)
    return _folded(_conj(vectors) @ inner @ transposed(vectors), lower)


def _output(x, output, shared, **options):
    return shared.of(x)[output]


eigh_values = Primitive(
    "eigh",
    _output,
    (lambda t, ans, x, output, shared, lower: _eigh_values_jvp(t, shared.of(x)[1], lower),),
    (lambda g, ans, x, output, shared, lower: _eigh_values_vjp(g, shared.of(x)[1], lower),),
    ("dense",),
    ("0",),
    symbol="eigenvalues({0})",
)
eigh_vectors = Primitive(
    "eigh",
    _output,
    (lambda t, ans, x, output, shared, lower: _eigh_vectors_jvp(t, *shared.of(x), lower),),
    (lambda g, ans, x, output, shared, lower: _eigh_vectors_vjp(g, *shared.of(x), lower),),
    ("dense",),
    ("0",),
    symbol="eigenvectors({0})",
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
    return _named(np.linalg.eigh, outputs((eigh_values, eigh_vectors), decompose, a, lower=UPLO.upper() == "L"))


def _named(function, found):
    """Outputs as NumPy's own named tuple."""
    return type(function(np.eye(1)))(*found)


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
    moved = vectors @ (_inverse_gaps(values, _differences(values)) * inner)
    stretch = np.real(np.sum(_conj(vectors) * moved, axis=-2, keepdims=True))
    if not is_complex(vectors):
        return moved - vectors * stretch
    there = _largest(vectors)
    turn = np.imag(np.sum(there * moved, axis=-2, keepdims=True) / np.sum(there * vectors, axis=-2, keepdims=True))
    return moved - vectors * (stretch + 1j * turn)


def _eig_vectors_vjp(g, values, vectors):
    along = np.sum(g * vectors, axis=-2, keepdims=True)
    inner = g - np.real(along) * _conj(vectors)
    if is_complex(vectors):
        there = _largest(vectors)
        inner = inner - 1j * there * np.imag(along) / np.sum(there * vectors, axis=-2, keepdims=True)
    inner = _inverse_gaps(values, _differences(values)) * (transposed(vectors) @ inner)
    return transposed(np.linalg.inv(vectors)) @ inner @ transposed(vectors)


eig_values = Primitive(
    "eig",
    _output,
    (lambda t, ans, x, output, shared: _eig_values_jvp(t, *shared.of(x)),),
    (lambda g, ans, x, output, shared: _eig_values_vjp(g, *shared.of(x)),),
    ("dense",),
    ("0",),
    symbol="eigenvalues({0})",
)
eig_vectors = Primitive(
    "eig",
    _output,
    (lambda t, ans, x, output, shared: _eig_vectors_jvp(t, *shared.of(x)),),
    (lambda g, ans, x, output, shared: _eig_vectors_vjp(g, *shared.of(x)),),
    ("dense",),
    ("0",),
    symbol="eigenvectors({0})",
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
    return _named(np.linalg.eig, outputs((eig_values, eig_vectors), np.linalg.eig, a))


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
    if output:
        b = _conj(q) @ _upper_transposed(g @ transposed(r))
    else:
        b = g - _conj(q) @ _upper_transposed(transposed(q) @ g)
    return b @ transposed(np.linalg.inv(r))


qr_q, qr_r = (
    Primitive(
        "qr",
        _output,
        (lambda t, ans, x, output, shared: _qr_jvp(t, output, shared.of(x)),),
        (lambda g, ans, x, output, shared: _qr_vjp(g, output, shared.of(x)),),
        ("dense",),
        ("0",),
        symbol=symbol,
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
    return r if mode == "r" else _named(np.linalg.qr, (q, r))


# -- svd. The rule of U serves V, too: Aᴴ = V S Uᴴ


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


def _rotation_weights(s):
    """1 / (sⱼ² − sᵢ²), and the inverse singular values; 0 where they would be infinite."""
    sums = np.expand_dims(s, -2) + np.expand_dims(s, -1)
    tied = plain_value(sums) == 0
    return _inverse_gaps(s, _differences(s)) / np.where(tied, 1.0, sums), _inverse_gaps(s, s[..., np.newaxis])[..., 0]


def _left_jvp(t, u, s, vh):
    """dU = U Ω + (I − U Uᴴ) dA V S⁻¹, with Ωᵢⱼ = Fᵢⱼ (Pᵢⱼ sⱼ + sᵢ P̄ⱼᵢ) and P = Uᴴ dA V."""
    rows, columns = shape_of(u)[-2:]
    moved = t @ adjoint(vh)
    p = _resized(adjoint(u) @ moved, columns, columns)
    s = _filled(s, columns)
    weights, inverse = _rotation_weights(s)
    omega = weights * (p * np.expand_dims(s, -2) + np.expand_dims(s, -1) * adjoint(p))
    if is_complex(u):
        omega = omega + 0.5j * np.imag(_diagonal_part(p)) * np.expand_dims(inverse, -1)
    du = u @ omega
    if rows > columns:
        b = moved[..., :columns] * np.expand_dims(inverse, -2)
        du = du + b - u @ (adjoint(u) @ b)
    return du


def _left_vjp(g, u, s, vh):
    rows, columns = shape_of(u)[-2:]
    across = shape_of(vh)[-2]
    s = _filled(s, columns)
    weights, inverse = _rotation_weights(s)
    inner = transposed(u) @ g
    omega = weights * inner
    p = omega * np.expand_dims(s, -2) + adjoint(omega * np.expand_dims(s, -1))
    if is_complex(u):
        p = p + 0.5j * np.imag(_diagonal_part(inner)) * np.expand_dims(inverse, -1)
    found = _conj(u) @ _resized(p, columns, across) @ _conj(vh)
    if rows > columns:
        b = (g - _conj(u) @ inner) * np.expand_dims(inverse, -2)
        found = found + b @ _conj(vh[..., :columns, :])
    return found


def _singular_jvp(t, u, s, vh):
    """dS = Re diag(Uᴴ dA V)."""
    count = shape_of(s)[-1]
    return np.real(np.sum(_conj(u[..., :count]) * (t @ adjoint(vh[..., :count, :])), axis=-2))


def _singular_vjp(g, u, s, vh):
    count = shape_of(s)[-1]
    return (_conj(u[..., :count]) * np.expand_dims(g, -2)) @ _conj(vh[..., :count, :])


svd_u = Primitive(
    "svd",
    _output,
    (lambda t, ans, x, output, shared: _left_jvp(t, *shared.of(x)),),
    (lambda g, ans, x, output, shared: _left_vjp(g, *shared.of(x)),),
    ("dense",),
    ("0",),
    symbol="U({0})",
)
svd_s = Primitive(
    "svd",
    _output,
    (lambda t, ans, x, output, shared: _singular_jvp(t, *shared.of(x)),),
    (lambda g, ans, x, output, shared: _singular_vjp(g, *shared.of(x)),),
    ("dense",),
    ("0",),
    symbol="S({0})",
)


def _turned(factors):
    """The factors of Aᴴ."""
    u, s, vh = factors
    return adjoint(vh), s, adjoint(u)


svd_vh = Primitive(
    "svd",
    _output,
    (lambda t, ans, x, output, shared: adjoint(_left_jvp(adjoint(t), *_turned(shared.of(x)))),),
    (lambda g, ans, x, output, shared: adjoint(_left_vjp(adjoint(g), *_turned(shared.of(x)))),),
    ("dense",),
    ("0",),
    symbol="Vᴴ({0})",
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
    return _named(np.linalg.svd, outputs((svd_u, svd_s, svd_vh), decompose, a))
