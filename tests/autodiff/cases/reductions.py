"""From many numbers to fewer, and running sums and products."""

import numpy as np

from tests.autodiff.cases import Case, numbers

x3, x23, x234 = numbers(3), numbers(2, 3), numbers(2, 3, 4)
AXES = [None, 0, 1, 2, -1, -2, (0, 1), (0, 2), (-1, 0), (0, 1, 2), ()]
REDUCTIONS = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod}

MORE = {
    "cumsum": np.cumsum,
    "cumsum 0": lambda x: np.cumsum(x, axis=0),
    "cumsum -1": lambda x: x.cumsum(axis=-1),
    "cumprod": np.cumprod,
    "cumprod 0": lambda x: np.cumprod(x, axis=0),
    "cumprod -1": lambda x: np.cumprod(x, axis=-1),
    "cumprod with zeros": lambda x: np.cumprod(x * np.array([1.0, 0.0, 1.0, 0.0]), axis=2),
    "norm": lambda x: np.linalg.norm(x),
    "norm axis": lambda x: np.linalg.norm(x, axis=1),
    "norm axis 2": lambda x: np.linalg.norm(x, 2, axis=-1, keepdims=True),
    "norm axes": lambda x: np.linalg.norm(x, "fro", axis=(0, 2)),
    "norm of a vector": lambda x: np.linalg.norm(x[0, 0], ord=2),
}

CASES = [
    *(
        Case(f"{name} {axis} {keepdims}", lambda x, f=f, a=axis, k=keepdims: f(x, axis=a, keepdims=k) ** 2, (x234,))
        for name, f in REDUCTIONS.items()
        for axis in AXES
        for keepdims in (False, True)
    ),
    *(Case(f"{name} {np.shape(x)}", lambda x, f=f: f(x) ** 2, (x,)) for name, f in REDUCTIONS.items()
      for x in (numbers(), numbers(1), x3, x23)),
    *(Case(f"{name} method", lambda x, n=name: getattr(x, n)(axis=0, keepdims=True) ** 2, (x23,))
      for name in REDUCTIONS),
    *(Case(name, lambda x, f=f: f(x) ** 2, (x234,)) for name, f in MORE.items()),
    Case("sum of nothing", lambda x: np.sum(x * x), (np.zeros(0),)),
    Case("sum of nothing, axis", lambda x: np.sum(x * x, axis=1), (np.zeros((2, 0)),)),
    Case("prod of nothing", lambda x: np.prod(x, axis=0), (np.zeros((0, 2)),)),
    Case("cumsum of nothing", np.cumsum, (np.zeros(0),)),
    Case("cumsum of a number", np.cumsum, (numbers(),)),
]  # fmt: skip
