"""Functions of complex numbers: holomorphic ones, and ones that take them apart."""

from typing import Any

import numpy as np
from scipy import special

from tests.autodiff.cases import Case
from tests.autodiff.cases.elementwise import UNARY

HOLOMORPHIC = {name: UNARY[name] for name in (
    "negative", "exp", "expm1", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "cube", "inverse",
    "base", "square", "over itself", "to itself", "fan-out",
)}  # fmt: skip
OF_COMPLEX = {
    "abs": np.abs,
    "real": np.real,
    "imag": np.imag,
    "conj": np.conj,
    "x.real": lambda z: z.real * z.imag,
    "abs squared": lambda z: (z * z.conjugate()).real,
    "matmul": lambda z: z @ z,
    "sum": np.sum,
    "index": lambda z: z[[0, 0, 1]],
    "angle": lambda z: np.angle(z, deg=True),
    "arccosh": np.arccosh,
    "arcsinh": np.arcsinh,
    "arctanh": np.arctanh,
    "average": lambda z: np.average(z, weights=z * z),
    "corrcoef": lambda z: np.corrcoef(z, z**2),
    "cov": lambda z: np.cov(np.stack([z, z**2]), aweights=[1.0, 2.0, 0.5]),
    "cumulative_prod": np.cumulative_prod,
    "erf": lambda z: special.erf(z),
    "float_power": lambda z: np.float_power(z, 1.5),
    "linspace": lambda z: np.linspace(z, z * z, 3),
    "loggamma": lambda z: special.loggamma(z + 2),
    "nan_to_num": lambda z: np.nan_to_num(z) * z,
    "norm 1": lambda z: np.linalg.norm(z, 1),
    "norm 3": lambda z: np.linalg.norm(z, 3),
    "norm inf": lambda z: np.linalg.norm(z, np.inf),
    "nanmean": lambda z: np.nanmean(np.where([True, False, True], z, np.nan)),
    "prod of some": lambda z: np.prod(z, where=np.array([True, False, True])),
    "real_if_close": lambda z: np.real_if_close(z * z),
    "std": np.std,
    "trapezoid": lambda z: np.trapezoid(z, z * z),
    "var": lambda z: np.var(z, ddof=1),
    "var of some": lambda z: np.var(z, where=np.array([True, False, True])),
}


def z(*shape: int, seed: int = 3) -> Any:
    """Return random complex numbers."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def positive(x: Any) -> Any:
    """A positive definite Hermitian matrix."""
    return x @ np.conj(np.swapaxes(x, -1, -2)) + np.eye(x.shape[-1])


def both(function: Any, *options: Any) -> Any:
    """All outputs of a function together, each with a weight of its own, as one array."""

    def f(x: Any) -> Any:
        return np.concatenate([np.ravel(part) * (k + 1.0) for k, part in enumerate(function(x, *options))])

    return f


def rebuilt(x: Any) -> Any:
    """Of the factors of svd what does not depend on the phases of their vectors."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return u * s**2 @ vh + np.sum(np.abs(u)) + np.sum(np.abs(vh) ** 3)


def beside(x: Any) -> Any:
    """The projection beside the space that the columns span, by the further columns of U."""
    more = np.linalg.svd(x)[0][:, x.shape[1] :]
    return more @ np.conj(more).T


OF_MATRICES = {
    "solve": (np.linalg.solve, (z(3, 3), z(3, 2))),
    "solve vector": (np.linalg.solve, (z(2, 3, 3), z(3))),
    "inv": (np.linalg.inv, (z(2, 3, 3),)),
    "det": (np.linalg.det, (z(3, 3),)),
    "det of a singular matrix": (lambda x: np.linalg.det(x * np.array([1, 0, 1])), (z(3, 3),)),
    "slogdet": (both(np.linalg.slogdet), (z(3, 3),)),
    "pinv tall": (np.linalg.pinv, (z(4, 2),)),
    "pinv wide": (np.linalg.pinv, (z(2, 4),)),
    "lstsq": (lambda a, b: np.linalg.lstsq(a, b)[0], (z(4, 2), z(4))),
    "cholesky": (lambda x: np.linalg.cholesky(positive(x)), (z(3, 3),)),
    "cholesky of a triangle": (lambda x: np.linalg.cholesky(x + 9 * np.eye(3)), (z(3, 3),)),
    "cholesky upper": (lambda x: np.linalg.cholesky(x + 9 * np.eye(3), upper=True), (z(3, 3),)),
    "qr": (both(np.linalg.qr), (z(3, 3),)),
    "qr tall": (both(np.linalg.qr), (z(4, 2),)),
    "qr wide": (both(np.linalg.qr), (z(2, 4),)),
    "eigh": (lambda x: np.abs(np.linalg.eigh(x)[1]) + np.linalg.eigh(x)[0], (z(3, 3),)),
    "eigvalsh": (lambda x: np.linalg.eigvalsh(x, "U"), (z(2, 3, 3),)),
    "eig": (both(np.linalg.eig), (z(3, 3),)),
    "eigvals": (np.linalg.eigvals, (z(3, 3),)),
    "svd": (rebuilt, (z(3, 3),)),
    "svd tall": (rebuilt, (z(4, 2),)),
    "svd wide": (rebuilt, (z(2, 4),)),
    "svd full": (beside, (z(4, 2),)),
    "svdvals": (np.linalg.svdvals, (z(2, 4, 3),)),
    "vdot": (np.vdot, (z(3), z(3, seed=4))),
    "vecdot": (np.vecdot, (z(2, 3), z(3))),
    "vecmat": (np.vecmat, (z(3), z(3, 2))),
    "inner": (np.inner, (z(3), z(2, 3))),
    "tensordot": (np.tensordot, (z(2, 3), z(2, 3, seed=4))),
    "einsum": (lambda a, b: np.einsum("ij,jk->i", a, b), (z(2, 3), z(3, 2))),
    "convolve": (np.convolve, (z(4), z(3))),
    "correlate": (lambda a, b: np.correlate(a, b, "same"), (z(2), z(5))),
    "interp": (lambda f: np.interp([0.5, 1.2], [0.0, 1.0, 2.0], f), (z(3),)),
    "fft": (lambda x: np.fft.fft(x, 5), (z(4),)),
    "irfft": (lambda x: np.fft.irfft(x, 5), (z(4),)),
    "hfft": (np.fft.hfft, (z(4),)),
    "ihfft of real numbers": (lambda x: np.fft.ihfft(x.real), (z(5),)),
    "fftn": (np.fft.fftn, (z(2, 3),)),
    "irfftn": (np.fft.irfftn, (z(2, 3),)),
    "trace": (np.trace, (z(3, 3),)),
    "roots": (np.roots, (z(4),)),
    "polyval": (np.polyval, (z(3), z(2))),
}

COMPLEX = [
    *(
        Case(f"complex {name}", f, (np.array([0.5 + 0.3j, -0.7 + 1.1j, 0.2 - 0.4j]),))
        for name, f in (HOLOMORPHIC | OF_COMPLEX).items()
    ),
    *(Case(f"complex {name}", f, arguments) for name, (f, arguments) in OF_MATRICES.items()),
]
CASES: list[Case] = []  # checked by directional derivatives of their own
