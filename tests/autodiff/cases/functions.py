"""More functions of one element, with where=, and choices between several."""

import numpy as np

from tests.autodiff.cases import Case, mixed, numbers

UNARY = {
    "angle of a number": lambda x: np.angle(x + 1j),
    "angle in degrees": lambda x: np.angle(x - 2j, deg=True),
    "np.astype": lambda x: np.astype(x, np.float64) * x,
    "arccosh": lambda x: np.arccosh(x + 1),
    "arcsinh": np.arcsinh,
    "arctanh": lambda x: np.arctanh(x / 3),
    "cbrt": np.cbrt,
    "deg2rad": np.deg2rad,
    "degrees": np.degrees,
    "divmod": lambda x: divmod(x, 0.53)[1] * divmod(2.3, x)[1],
    "fabs": lambda x: np.fabs(x) * x,
    "fix": lambda x: np.fix(x) * x,
    "frexp": lambda x: np.frexp(x)[0] * x,
    "i0": np.i0,
    "ldexp": lambda x: np.ldexp(x, 3) * x,
    "ldexp of both": lambda x: np.ldexp(*np.frexp(x)) * x,
    "modf": lambda x: np.modf(x)[0] * np.modf(x)[1] * x,
    "nan_to_num": lambda x: np.nan_to_num(x) * x,
    "rad2deg": np.rad2deg,
    "radians": np.radians,
    "real_if_close": lambda x: np.real_if_close(x * x + 0j),
    "spacing": lambda x: np.spacing(x) * x,
    "unwrap": lambda x: np.unwrap(8 * np.atleast_1d(x)) ** 2,
    "where=": lambda x: np.where(x > 1, np.log(x, where=x > 1), x) * x,
}

BINARY = {
    "copysign": lambda x, y: np.copysign(x, -y) * x,
    "float_power": np.float_power,
    "fmax": lambda x, y: np.fmax(x, y + 0.03) * x,
    "fmin": lambda x, y: np.fmin(x, y + 0.03) * y,
    "fmod": lambda x, y: np.fmod(x, y / 3.1) * y,
    "heaviside": lambda x, y: np.heaviside(np.floor(x), y * y) * x,
    "logaddexp2": np.logaddexp2,
    "multiply where=": lambda x, y: np.where(x > y + 0.03, np.multiply(x, y, where=x > y + 0.03), x) * x,
    "remainder": lambda x, y: np.remainder(x, y / 3.1) * y,
}

x3, x23, x234 = numbers(3), numbers(2, 3), numbers(2, 3, 4)

CHOICES = {
    "select": lambda x: np.select([x < 0.7, x < 1.4], [x**2, np.sin(x)], x),
    "select without default": lambda x: np.select([x < 0.7, x < 1.4], [x**2, 2.0]) * x,
    "choose": lambda x: np.choose(np.array([2, 0, 1]), [x, x**2, 1.0]) * x,
    "choose wrap": lambda x: np.choose(np.array([5, -1, 1]), (x, x**2), mode="wrap") * x,
    "choose by traced positions": lambda x: np.choose(np.argsort(x), [x, x**2, 2 * x], mode="clip"),
    "choose method": lambda x: np.argsort(x).choose([x, x**2, 2 * x]),
    "piecewise": lambda x: np.piecewise(x, [x < 0.7, x > 1.4], [lambda v: v**2, 3.0, np.sin]) * x,
    "piecewise at a number": lambda x: np.piecewise(
        x[0], [x[0] < 0.7], [lambda v: v**2, lambda v, k=1.0: np.sin(k * v)]
    ),
    "piecewise without default": lambda x: np.piecewise(x, x > 1, [lambda v, k: k * v**2], 3.0) * x,
}

CASES = [
    *(Case(f"{name} {shape}", f, (numbers(*shape),)) for name, f in UNARY.items() for shape in ((), (2, 3))),
    *(Case(f"{name} both signs", UNARY[name], (mixed(5),)) for name in ("arcsinh", "arctanh", "cbrt", "fabs", "i0")),
    Case("i0 far", lambda x: np.log(np.i0(x)), (np.array([1e-9, 3.0, 40.0, 600.0]),)),
    *(
        Case(f"{name} {left} {right}", f, (numbers(*left, seed=3), numbers(*right, seed=4)))
        for name, f in BINARY.items()
        for left, right in (((), ()), ((3,), ()), ((2, 3), (3,)), ((0,), ()))
    ),
    *(Case(name, f, (numbers(3),)) for name, f in CHOICES.items()),
    Case("fmax without numbers", lambda x: np.fmax(x, np.array([np.nan, 0.5, 3.0])) ** 2, (x3,)),
    Case("nan_to_num of all", lambda x: np.nan_to_num(np.where(x > 1, x, [np.nan, 0, np.inf]), posinf=1.0) * x, (x3,)),
    Case("where= and broadcasting", lambda x, y: np.divide(y, x, where=x > 1.0)[x > 1.0], (x23, numbers(3, seed=4))),
    Case("where= of all", lambda x: np.exp(x, where=True) * x, (x3,)),
    *(Case(f"np.{ufunc.__name__}.{method}", lambda x, u=ufunc, m=method: getattr(u, m)(x, axis=1) ** 2, (x234,))
      for ufunc in (np.add, np.multiply, np.subtract, np.divide, np.maximum, np.logaddexp, np.hypot)
      for method in ("reduce", "accumulate")),
    Case("reduce of all", lambda x: np.subtract.reduce(x, axis=None), (x3,)),
    *(Case(f"np.{ufunc.__name__}.reduce of all", lambda x, u=ufunc: u.reduce(x, axis=None) ** 2, (x23,))
      for ufunc in (np.add, np.maximum)),
    Case("reduce keeps", lambda x: np.divide.reduce(x, axis=0, keepdims=True), (x23,)),
    Case("reduce initial", lambda x: np.add.reduce(x, axis=(0, 1), initial=2.0, where=x > 1) ** 2, (x23,)),
    Case("logaddexp.reduce of some", lambda x: np.logaddexp.reduce(x, axis=None, initial=0.5, where=x > 1), (x3,)),
    Case("logaddexp.reduce keeps", lambda x: x - np.logaddexp.reduce(x, axis=-1, keepdims=True), (x234,)),
    *(Case(f"np.{ufunc.__name__}.outer", lambda x, y, u=ufunc: u.outer(x, y), (x23, numbers(2, seed=5)))
      for ufunc in (np.add, np.multiply, np.power, np.arctan2)),
    Case("outer with a number", lambda x: np.subtract.outer(x, 2.0) ** 2, (x3,)),
    *(Case(f"np.{ufunc.__name__}.reduceat", lambda x, u=ufunc: u.reduceat(x, [0, 2, 1], axis=-1) ** 2, (x23,))
      for ufunc in (np.add, np.multiply, np.maximum)),
]  # fmt: skip

SPACES = {
    "linspace": lambda a, b: np.linspace(a, b, 4) ** 2,
    "linspace open": lambda a, b: np.linspace(a, b, 3, endpoint=False, axis=-1) ** 2,
    "linspace to a number": lambda a, b: np.linspace(a, 2.0, 3) * b,
    "linspace with its step": lambda a, b: np.prod(np.linspace(a, b, 3, retstep=True)[1]) * a,
    "logspace": lambda a, b: np.logspace(a, b, 3, base=2.0),
    "geomspace": lambda a, b: np.geomspace(a, b, 4),
}
CASES += [
    Case(f"{name} {shape}", f, (numbers(*shape, seed=8), numbers(*shape, seed=9) + 1))
    for name, f in SPACES.items()
    for shape in ((), (3,))
]


def added_at(x, amount):
    z = x * 1.0
    np.add.at(z, [0, 2, 0], amount)
    np.subtract.at(z, (np.array([1]),), amount[:1] ** 2)
    return z * z


CASES.append(Case("add.at", added_at, (x3, numbers(3, seed=5))))
