"""Arithmetic, elementary functions and choices: what works on each element alone."""

import numpy as np

from tests.autodiff.cases import Case, mixed, numbers

SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 3), (0,)]
BROADCASTS = [
    ((), ()), ((), (3,)), ((3,), ()), ((3,), (1,)), ((2, 3), (3,)), ((1, 3), (2, 1)), ((3,), (2, 1, 3)), ((0,), ()),
]  # fmt: skip

UNARY = {
    "negative": lambda x: -x,
    "positive": lambda x: +x,
    "abs": abs,
    "np.abs": np.abs,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "square": np.square,
    "reciprocal": np.reciprocal,
    "sin": np.sin,
    "cos": np.cos,
    "tan": lambda x: np.tan(x / 2),
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "arcsin": lambda x: np.arcsin(x / 3),
    "arccos": lambda x: np.arccos(x / 3),
    "arctan": np.arctan,
    "cube": lambda x: x**3,
    "root": lambda x: x**0.5,
    "inverse": lambda x: x**-1,
    "base": lambda x: 2.0**x,
    "array exponent": lambda x: x ** np.array(2.5),
    "one over": lambda x: 1 / x,
    "minus from": lambda x: 3 - x,
    "add number": lambda x: x + 2,
    "number add": lambda x: 2 + x,
    "times itself": lambda x: x * x,
    "plus itself": lambda x: x + x,
    "over itself": lambda x: x / x,
    "to itself": lambda x: x**x,
    "modulo": lambda x: x % 0.53,
    "clip": lambda x: np.clip(x, 0.6, 1.7) * x,
    "clip low": lambda x: np.clip(x, 0.6, None) * x,
    "clip method": lambda x: x.clip(max=1.7) * x,
    "real": lambda x: np.real(x) * x,
    "full_like": lambda x: np.full_like(x, np.sum(x * x)),
    "astype": lambda x: (x * x).astype(float),
    "sinc": np.sinc,
    "sinc near 0": lambda x: np.sinc(x / 7),
    "fan-out": lambda x: np.sin(x) * x + x * np.exp(x) - x,
}  # fmt: skip

BINARY = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
    "np.power": np.power,
    "arctan2": np.arctan2,
    "hypot": np.hypot,
    "logaddexp": np.logaddexp,
    "maximum": lambda x, y: np.maximum(x, y + 0.03) * x,
    "minimum": lambda x, y: np.minimum(x, y + 0.03) * y,
    "where": lambda x, y: np.where(x > y + 0.03, x * x, y * y),
    "clip between": lambda x, y: np.clip(x, y + 0.03, y + 0.5) * x,
    "parallel edges": lambda x, y: (x * y) * (x * y) + x * x,
}

KEEP_SIGN = ("negative", "positive", "abs", "np.abs", "exp", "square", "sin", "cos", "sinh", "tanh", "arctan", "cube",
             "inverse", "times itself", "fan-out")  # fmt: skip

x3, x23 = numbers(3), numbers(2, 3)

CASES = [
    *(Case(f"{name} {shape}", f, (numbers(*shape),)) for name, f in UNARY.items() for shape in SHAPES),
    *(Case(f"{name} both signs", UNARY[name], (mixed(5),)) for name in KEEP_SIGN),
    *(
        Case(f"{name} {left} {right}", f, (numbers(*left, seed=3), numbers(*right, seed=4)))
        for name, f in BINARY.items()
        for left, right in BROADCASTS
    ),
    *(Case(f"{name} constant left", lambda y, f=f: f(numbers(2, 3, seed=5), y), (x3,)) for name, f in BINARY.items()),
    *(Case(f"{name} constant right", lambda x, f=f: f(x, numbers(2, 3, seed=5)), (x3,)) for name, f in BINARY.items()),
    *(Case(f"{name} list right", lambda x, f=f: f(x, np.array([0.5, 1.5, 1.0]).tolist()), (x3,))
      for name, f in (("multiply", BINARY["multiply"]), ("power", BINARY["power"]))),
    Case("where number", lambda x: np.where(x > 1, x * x, 2.0), (x23,)),
    Case("where broadcast", lambda x, y: np.where(np.array([[True], [False]]), x * x, y), (x3, numbers())),
    Case("where list", lambda x: np.where([True, False, True], x * x, np.sin(x)), (x3,)),
    Case("three arguments", lambda x, y, z: x * np.sin(y) + z**x, (x3, numbers(), numbers(2, 1))),
]  # fmt: skip
