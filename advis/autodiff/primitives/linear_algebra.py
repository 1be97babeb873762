"""Solving with matrices: solve, inv, det, slogdet, pinv, lstsq, and what is made of them; stacked and complex, too.

Rules are those of Giles (2008), "An extended collection of matrix derivative results for forward and reverse mode";
that of pinv is by Golub & Pereyra (1973), "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate".
"""

import operator
from functools import reduce

import numpy as np

from advis.autodiff.primitives.decompositions import adjoint, is_complex, transposed
from advis.autodiff.primitives.once import outputs
from advis.autodiff.primitives.rule import Primitive, adapter, is_traced, plain_value, shape_of


def _as_columns(x, b):
    """A solution or an adjoint as matrices; NumPy takes b as a vector only if it has one axis."""
    return np.expand_dims(x, -1) if len(shape_of(b)) == 1 else x


def _as_b(x, b):
    return x[..., 0] if len(shape_of(b)) == 1 else x


def _solve_left_jvp(t, ans, a, b):
    """dx = −A⁻¹ dA x."""
    return _as_b(-np.linalg.solve(a, t @ _as_columns(ans, b)), b)


def _solve_left_vjp(g, ans, a, b):
    return -np.linalg.solve(transposed(a), _as_columns(g, b)) @ transposed(_as_columns(ans, b))


solve = Primitive(
    "solve",
    np.linalg.solve,
    (
        _solve_left_jvp,
        lambda t, ans, a, b: _as_b(np.linalg.solve(a, _as_columns(t, b)), b),
    ),
    (
        _solve_left_vjp,
        lambda g, ans, a, b: _as_b(np.linalg.solve(transposed(a), _as_columns(g, b)), b),
    ),
    ("dense", "dense"),
    ("0 ans", "0"),
)
adapter(np.linalg.solve)(lambda a, b: solve(a, b))

inv = Primitive(
    "inv",
    np.linalg.inv,
    (lambda t, ans, x: -(ans @ t @ ans),),
    (lambda g, ans, x: -(transposed(ans) @ g @ transposed(ans)),),
    ("dense",),
    ("ans",),
)
adapter(np.linalg.inv)(lambda a: inv(a))


# -- determinants

SlogdetResult = type(np.linalg.slogdet(np.eye(1)))  # NumPy's named tuple


def _each(number):
    """A number for each matrix, ready to multiply it."""
    return np.expand_dims(number, (-2, -1))


def _cofactors(ans, x):
    """The derivative of det by each entry: det(x) x⁻ᵀ; of a (nearly) singular matrix by its singular values, exact."""
    if _is_well_conditioned(plain_value(x)):
        return _each(ans) * transposed(np.linalg.inv(x))
    u, s, vh = np.linalg.svd(x)
    others = np.prod(np.where(np.eye(shape_of(s)[-1], dtype=bool), 1.0, np.expand_dims(s, -2)), axis=-1)
    inner = np.conjugate(u) * np.expand_dims(others, -2) @ np.conjugate(vh)
    return _each(np.linalg.det(u) * np.linalg.det(vh)) * inner


def _is_well_conditioned(x):
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return False
    return bool(np.all(np.linalg.norm(x, axis=(-2, -1)) * np.linalg.norm(inverse, axis=(-2, -1)) < 1e8))


det = Primitive(
    "det",
    np.linalg.det,
    (lambda t, ans, x: np.sum(_cofactors(ans, x) * t, axis=(-2, -1)),),
    (lambda g, ans, x: _each(g) * _cofactors(ans, x),),
    ("dense",),
    ("0 ans",),
)
adapter(np.linalg.det)(lambda a: det(a))


def _logarithmic(x):
    """The derivative of log det(x), x⁻ᵀ."""
    try:
        return transposed(np.linalg.inv(x))
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError("np.linalg.slogdet: log|det| of a singular matrix has no derivative") from error


def _turn_jvp(t, ans, x):
    """The sign of a complex determinant turns by Im tr(x⁻¹ dx)."""
    return 1j * ans * np.imag(np.sum(_logarithmic(x) * t, axis=(-2, -1)))


def _turn_vjp(g, ans, x):
    return _each(1j * np.imag(g * ans)) * _logarithmic(x)


def _part_of_slogdet(x, output, shared):
    return shared.of(x)[output]


sign_of_det = Primitive("slogdet", _part_of_slogdet, symbol="sign det({0})")
turn_of_det = Primitive(
    "slogdet",
    _part_of_slogdet,
    (lambda t, ans, x, output, shared: _turn_jvp(t, ans, x),),
    (lambda g, ans, x, output, shared: _turn_vjp(g, ans, x),),
    ("dense",),
    ("0 ans",),
    symbol="sign det({0})",
)
logdet = Primitive(
    "slogdet",
    _part_of_slogdet,
    (lambda t, ans, x, output, shared: np.real(np.sum(_logarithmic(x) * t, axis=(-2, -1))),),
    (lambda g, ans, x, output, shared: _each(g) * _logarithmic(x),),
    ("dense",),
    ("0",),
    symbol="log |det({0})|",
)


@adapter(np.linalg.slogdet)
def _slogdet(a):
    sign = turn_of_det if is_complex(a) else sign_of_det
    return SlogdetResult(*outputs((sign, logdet), np.linalg.slogdet, a))


# -- pseudo-inverses, at matrices near which the rank does not change


def _pinv_jvp(t, ans, x):
    """dP = −P dA P + P Pᴴ dAᴴ (I − A P) + (I − P A) dAᴴ Pᴴ P."""
    down = adjoint(t)
    across, along = x @ ans, ans @ x
    first = ans @ adjoint(ans) @ (down - down @ across)
    last = down @ adjoint(ans) @ ans
    return first - ans @ t @ ans + last - along @ last


def _pinv_vjp(g, ans, x):
    back = transposed(g)
    first = back @ ans @ adjoint(ans)
    last = adjoint(ans) @ ans @ back
    found = first - (x @ ans) @ first + last - last @ (ans @ x)
    return (np.conjugate(found) if is_complex(x) else found) - transposed(ans) @ g @ transposed(ans)


pinv = Primitive(
    "pinv",
    np.linalg.pinv,
    (lambda t, ans, x, **_: _pinv_jvp(t, ans, x),),
    (lambda g, ans, x, **_: _pinv_vjp(g, ans, x),),
    ("dense",),
    ("0 ans",),
)


@adapter(np.linalg.pinv)
def _pinv(a, rcond=None, hermitian=False, *, rtol=np._NoValue):
    given = {"rcond": rcond} if rcond is not None else {} if rtol is np._NoValue else {"rtol": rtol}
    return pinv(a, **given, **({"hermitian": True} if hermitian else {}))


@adapter(np.linalg.lstsq)
def _lstsq(a, b, rcond=None):
    """The solution by the pseudo-inverse, which gives it its derivative; residuals where NumPy gives them."""
    a, b = (x if is_traced(x) else np.asarray(x) for x in (a, b))
    found = np.linalg.lstsq(plain_value(a), plain_value(b), rcond)
    rows, columns = shape_of(a)
    cut = np.finfo(np.result_type(plain_value(a), np.float32)).eps * max(rows, columns) if rcond is None else rcond
    x = np.linalg.pinv(a, max(cut, 0.0)) @ b
    rest = b - a @ x
    squares = np.sum(np.abs(rest) ** 2 if is_complex(rest) else rest * rest, axis=0)
    residuals = np.reshape(squares, (-1,)) if shape_of(found[1]) != (0,) else found[1]
    return x, residuals, found[2], np.linalg.svdvals(a).astype(found[3].dtype)


# -- made of the others


@adapter(np.linalg.matrix_power)
def _matrix_power(a, n):
    n = operator.index(n)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 0:
        return np.broadcast_to(np.eye(shape_of(a)[-1], dtype=plain_value(a).dtype), shape_of(a)).copy()
    found = []
    while n:  # n is a sum of powers of two: the matrices that it is made of, by squaring
        n, odd = divmod(n, 2)
        found += [a] * odd
        a = np.matmul(a, a) if n else a
    return reduce(np.matmul, found)


@adapter(np.linalg.cond)
def _cond(x, p=None):
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


matrix_rank = Primitive("matrix_rank", np.linalg.matrix_rank)


@adapter(np.linalg.matrix_rank)
def _matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    return matrix_rank(A, tol=tol, hermitian=hermitian, **({} if rtol is None else {"rtol": rtol}))


@adapter(np.linalg.tensorsolve)
def _tensorsolve(a, b, axes=None):
    if axes is not None:
        count = len(shape_of(a))
        moved = [axis % count for axis in axes]
        a = np.transpose(a, [axis for axis in range(count) if axis not in moved] + moved)
    unknowns = shape_of(a)[len(shape_of(b)) :]
    flat = np.reshape(a, (-1, int(np.prod(unknowns))))
    return np.reshape(np.linalg.solve(flat, np.ravel(b)), unknowns)


@adapter(np.linalg.tensorinv)
def _tensorinv(a, ind=2):
    shape = shape_of(a)
    flat = np.reshape(a, (int(np.prod(shape[ind:])), -1))
    return np.reshape(np.linalg.inv(flat), shape[ind:] + shape[:ind])
