"""Linear algebra: solves and determinants, decompositions, products of more than two; stacked matrices."""

from typing import Any

import numpy as np

from tests.autodiff.cases import Case, mixed, numbers

rng = np.random.default_rng(20)
A33, A44, A243 = (rng.normal(size=shape) for shape in ((3, 3), (4, 4), (2, 4, 3)))
regular = A33 + 3 * np.eye(3)
stacked = rng.normal(size=(2, 3, 3)) + np.array([3.0, -4.0])[:, np.newaxis, np.newaxis] * np.eye(3)
tall, wide = rng.normal(size=(4, 2)), rng.normal(size=(2, 4))
b3, b32, b232 = mixed(3), mixed(3, 2), mixed(2, 3, 2)


def positive(x: Any) -> Any:
    """A positive definite matrix."""
    return x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1])


def both(function: Any, *options: Any) -> Any:
    """All outputs of a function together, each with a weight of its own, as one array."""

    def f(x: Any) -> Any:
        found = function(x, *options)
        return np.concatenate([np.ravel(part) * (k + 1.0) for k, part in enumerate(found)])

    return f


SOLVES = {
    "solve vector": (np.linalg.solve, (regular, b3)),
    "solve matrix": (np.linalg.solve, (regular, b32)),
    "solve stacked": (np.linalg.solve, (stacked, b232)),
    "solve stacked, one right side": (np.linalg.solve, (stacked, b3)),
    "solve one matrix, stacked right sides": (np.linalg.solve, (regular, b232)),
    "solve nothing": (np.linalg.solve, (np.zeros((0, 0)), np.zeros((0, 2)))),
    "solve constant matrix": (lambda b: np.linalg.solve(regular, b) ** 2, (b3,)),
    "inv": (np.linalg.inv, (regular,)),
    "inv stacked": (np.linalg.inv, (stacked,)),
    "det": (np.linalg.det, (regular,)),
    "det stacked": (np.linalg.det, (stacked,)),
    "det of a singular matrix": (lambda x: np.linalg.det(x * np.array([[1.0], [0.0], [1.0]])), (regular,)),
    "slogdet": (lambda x: np.linalg.slogdet(x).logabsdet ** 2, (regular,)),
    "slogdet stacked": (lambda x: np.multiply(*np.linalg.slogdet(x)), (stacked,)),
    "pinv tall": (np.linalg.pinv, (tall,)),
    "pinv wide": (lambda x: np.linalg.pinv(x, rtol=1e-9), (wide,)),
    "pinv stacked": (np.linalg.pinv, (A243,)),
    "lstsq": (lambda a, b: np.linalg.lstsq(a, b)[0], (tall, mixed(4))),
    "lstsq wide": (lambda a, b: np.linalg.lstsq(a, b)[0], (wide, mixed(2, 2))),
    "lstsq residuals": (lambda a, b: np.linalg.lstsq(a, b)[1], (tall, mixed(4, 2))),
    "lstsq singular values": (lambda a: np.linalg.lstsq(a, b3[:2] @ wide)[3], (A44[:, :2],)),
    "matrix_power 3": (lambda x: np.linalg.matrix_power(x, 3), (regular,)),
    "matrix_power -2": (lambda x: np.linalg.matrix_power(x, -2), (stacked,)),
    "matrix_power 0": (lambda x: np.linalg.matrix_power(x, 0) * x, (regular,)),
    "cond": (np.linalg.cond, (regular,)),
    "cond fro": (lambda x: np.linalg.cond(x, "fro"), (regular,)),
    "matrix_rank": (lambda x: x * np.linalg.matrix_rank(x), (regular,)),
    "tensorsolve": (np.linalg.tensorsolve, (np.reshape(A44, (2, 2, 4)), mixed(2, 2))),
    "tensorsolve axes": (
        lambda a, b: np.linalg.tensorsolve(a, b, axes=(0,)),
        (np.reshape(A44, (4, 2, 2)), mixed(2, 2)),
    ),
    "tensorinv": (lambda x: np.linalg.tensorinv(np.reshape(x, (4, 2, 2)), 1), (A44,)),
}
DECOMPOSITIONS = {
    "cholesky": (lambda x: np.linalg.cholesky(positive(x)), (A33,)),
    "cholesky stacked": (lambda x: np.linalg.cholesky(positive(x)), (stacked,)),
    "cholesky of a lower triangle": (lambda x: np.linalg.cholesky(np.tril(x) + 9 * np.eye(3)), (A33,)),
    "cholesky upper": (lambda x: np.linalg.cholesky(x + 9 * np.eye(3), upper=True), (A33,)),
    "qr square": (both(np.linalg.qr), (regular,)),
    "qr tall": (both(np.linalg.qr), (tall,)),
    "qr wide": (both(np.linalg.qr), (wide,)),
    "qr stacked": (both(np.linalg.qr), (A243,)),
    "qr r": (lambda x: np.linalg.qr(x, mode="r"), (tall,)),
    "eigh": (both(np.linalg.eigh), (A33,)),
    "eigh upper": (both(np.linalg.eigh, "U"), (A33,)),
    "eigh stacked": (both(np.linalg.eigh), (stacked,)),
    "eigvalsh": (np.linalg.eigvalsh, (A44,)),
    "eig real": (both(np.linalg.eig), (np.diag([1.0, 2.0, 4.0]) + A33 / 9,)),
    "eigvals real": (np.linalg.eigvals, (np.diag([1.0, 2.0, 4.0]) + A33 / 9,)),
    "eig turning": (lambda x: np.abs(np.linalg.eig(x)[1]) + np.linalg.eig(x)[0].imag, (np.array([[1.0, 2], [-3, 1]]),)),
    "eigvals turning": (lambda x: np.abs(np.linalg.eigvals(x) + 1), (np.array([[1.0, 2], [-3, 1]]),)),
    "svd square": (both(np.linalg.svd), (regular,)),
    "svd stacked": (both(np.linalg.svd), (stacked,)),
    "svd tall": (both(np.linalg.svd, False), (tall,)),
    "svd wide": (both(np.linalg.svd, False), (wide,)),
    "svd full": (
        lambda x: np.abs(np.linalg.svd(x)[0][:, 2:]) @ np.ones((2, 1)) * 0 + np.linalg.svd(x)[0][:, :2],
        (tall,),
    ),
    "svd of one column": (both(np.linalg.svd, False), (mixed(3, 1),)),
    "svdvals": (np.linalg.svdvals, (A243,)),
    "svd without vectors": (lambda x: np.linalg.svd(x, compute_uv=False), (wide,)),
}
PRODUCTS = {
    "tensordot": (np.tensordot, (mixed(2, 3, 4), mixed(3, 4, 2))),
    "tensordot number": (lambda a, b: np.tensordot(a, b, 1), (mixed(2, 3), mixed(3, 2, 2))),
    "tensordot 0": (lambda a, b: np.tensordot(a, b, 0), (mixed(2), mixed(3))),
    "tensordot axes": (lambda a, b: np.tensordot(a, b, ([-1, 0], [0, 2])), (mixed(2, 3, 4), mixed(4, 3, 2))),
    "inner": (np.inner, (mixed(2, 3), mixed(4, 3))),
    "inner numbers": (np.inner, (numbers(), mixed(3))),
    "vdot": (np.vdot, (mixed(2, 3), mixed(2, 3))),
    "vecdot": (np.vecdot, (mixed(2, 3), mixed(3))),
    "linalg.vecdot": (lambda a, b: np.linalg.vecdot(a, b, axis=0), (mixed(3, 2), mixed(3, 2))),
    "matvec": (np.matvec, (mixed(2, 3), mixed(4, 3))),
    "vecmat": (np.vecmat, (mixed(4, 3), mixed(3, 2))),
    "cross": (np.cross, (mixed(3), mixed(3))),
    "cross broadcast": (np.cross, (mixed(2, 3), mixed(3))),
    "cross axes": (lambda a, b: np.cross(a, b, 0, -1, 0), (mixed(3, 2), mixed(2, 3))),
    "linalg.cross": (lambda a, b: np.linalg.cross(a, b, axis=0), (mixed(3, 2), mixed(3, 2))),
    "kron": (np.kron, (mixed(2, 3), mixed(2, 2))),
    "kron of unequal axes": (np.kron, (mixed(2), mixed(2, 2))),
    "multi_dot": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), (mixed(2, 3), mixed(3, 4), mixed(4, 2))),
    "multi_dot of vectors": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), (mixed(3), mixed(3, 4), mixed(4))),
    "linalg.outer": (np.linalg.outer, (mixed(2), mixed(3))),
    "linalg.matmul": (np.linalg.matmul, (mixed(2, 3), mixed(3, 2))),
    "einsum of four": (lambda a, b: np.einsum("ij,jk,kl,li->i", a, b, a, b), (mixed(2, 3), mixed(3, 2))),
    "einsum repeated in the result": (lambda a, b: np.einsum("bi,bj->bij", a, b), (mixed(2, 3), mixed(2, 3))),
}
TRIANGLES = {
    "trace": np.trace,
    "trace offset": lambda x: np.trace(x, 1, -1, 0),
    "linalg.trace": lambda x: np.linalg.trace(x, offset=-1),
    "diagonal": np.diagonal,
    "diagonal offset": lambda x: np.diagonal(x, -1, 2, 0),
    "linalg.diagonal": np.linalg.diagonal,
    "diag of a matrix": lambda x: np.diag(x[0], 1),
    "diag of a vector": lambda x: np.diag(x[0, 0], -1),
    "diagflat": lambda x: np.diagflat(x[0]),
    "tril": np.tril,
    "triu": lambda x: np.triu(x, 1),
    "tril of a vector": lambda x: np.tril(x[0, 0]),
    "matrix_transpose": np.matrix_transpose,
    "linalg.matrix_transpose": np.linalg.matrix_transpose,
    "vander": lambda x: np.vander(x[0, 0]),
    "vander increasing": lambda x: np.vander(x[0, 1], 3, increasing=True),
}

CASES = [
    *(
        Case(name, f, arguments)
        for family in (SOLVES, DECOMPOSITIONS, PRODUCTS)
        for name, (f, arguments) in family.items()
    ),
    *(Case(name, lambda x, f=f: f(x) ** 2, (numbers(2, 3, 4),)) for name, f in TRIANGLES.items()),
]
