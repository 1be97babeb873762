"""Functions of complex numbers: holomorphic ones, and ones that take them apart."""

import numpy as np

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
}

COMPLEX = [
    Case(f"complex {name}", f, (np.array([0.5 + 0.3j, -0.7 + 1.1j, 0.2 - 0.4j]),))
    for name, f in (HOLOMORPHIC | OF_COMPLEX).items()
]
CASES: list[Case] = []  # checked by directional derivatives of their own
