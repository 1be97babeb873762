"""The derivative by SymPy: the tape of numbers as one expression, differentiated and counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff.primitives.rule import CONSTANT, INPUT, Primitive

if TYPE_CHECKING:
    from advis.analysis.methods import Method
    from advis.autodiff.tape import Tape

DIGITS = 30
MOST = 400  # operations on the tape; an expression may grow exponentially with them
LONGEST = 200_000  # operations in a derivative that are still evaluated

_SAME = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "sign")
_NAMES = {name: name for name in _SAME} | {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "arctan2": "atan2", "abs": "Abs", "maximum": "Max", "minimum": "Min", "erf": "erf",
}  # fmt: skip
_RULES: dict[str, Any] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
}
_OWN: dict[str, Callable[[Any, Any], Any]] = {
    "cbrt": lambda sympy, x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3),  # SymPy's own is complex below 0
    "sinc": lambda sympy, x: sympy.sinc(sympy.pi * x),  # NumPy's has its zeros at the whole numbers
}
"""Functions that SymPy means otherwise."""


def symbolic_method(tape: Tape) -> Method:
    """Return the gradient by SymPy, with the operations of its expressions counted; or why there is none.

    Raises
    ------
    ModuleNotFoundError
        If SymPy is not installed.
    """
    from advis.analysis.methods import Method

    try:
        import sympy
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "compare_methods: symbolic=True needs SymPy; install it with: pip install sympy"
        ) from error
    refusal = _refusal(tape, sympy)
    if refusal:
        return Method("symbolic", None, note=refusal)
    symbols = {place.index: sympy.Symbol(f"x{k}", real=True) for k, place in enumerate(tape.input_places)}
    expression = _expression(tape, symbols, sympy)
    slopes = [sympy.diff(expression, symbol) for symbol in symbols.values()]
    operations, shared = _counted(slopes, sympy)
    written = f"f has {sympy.count_ops(expression):,} operations when written out"
    note = f"{written}; the derivative has {shared:,} when its common parts are shared"
    if operations > LONGEST:
        return Method("symbolic", None, operations=operations, note=f"{operations:,} operations: not evaluated")
    point = {symbol: sympy.Rational(float(tape.values[index])) for index, symbol in symbols.items()}
    gradient = np.array([_evaluated(slope, point) for slope in slopes])
    if not np.all(np.isfinite(gradient)):
        return Method("symbolic", None, operations=operations, note="the derivative has no finite number at this point")
    return Method("symbolic", gradient, 0.0, 0, 0, operations, note)


def _evaluated(slope: Any, point: dict[Any, Any]) -> float:
    """A derivative at a point; not a number where SymPy leaves it open, as at a jump."""
    try:
        return float(slope.evalf(DIGITS, subs=point))
    except TypeError:
        return float("nan")


def _counted(slopes: list[Any], sympy: Any) -> tuple[int, int]:
    """The operations of all expressions, written out and with common parts shared."""
    replaced, reduced = sympy.cse(slopes)
    shared = sum(int(sympy.count_ops(part)) for _, part in replaced) + sum(
        int(sympy.count_ops(part)) for part in reduced
    )
    return sum(int(sympy.count_ops(slope)) for slope in slopes), shared


def _refusal(tape: Tape, sympy: Any) -> str:
    """Why a tape cannot be written as an expression; nothing if it can."""
    if any(np.size(value) != 1 for value in tape.values):
        return "for functions of numbers only; here are arrays"
    if len(tape) > MOST:
        return f"not tried: {len(tape):,} nodes, and an expression may grow exponentially with them"
    constants = (value for p, value in zip(tape.primitives, tape.values, strict=True) if p is CONSTANT)
    if not all(np.all(np.isfinite(value)) for value in constants):
        return "a constant is not finite, and is no number of SymPy's"
    for primitive in tape.primitives:
        if primitive not in (INPUT, CONSTANT) and _meaning(primitive, sympy) is None:
            return f"SymPy's name of {primitive.name} is not known here"
    return ""


def _meaning(primitive: Primitive, sympy: Any) -> Any:
    """What a primitive is in SymPy; None if that is not known."""
    if primitive.options:
        return None
    if primitive.name in _OWN:
        return partial(_OWN[primitive.name], sympy)
    known = _RULES.get(primitive.name)
    return known or getattr(sympy, _NAMES.get(primitive.name, ""), None)


def _expression(tape: Tape, symbols: dict[int, Any], sympy: Any) -> Any:
    found: list[Any] = []
    for index, (primitive, parents) in enumerate(zip(tape.primitives, tape.parents, strict=True)):
        if primitive is INPUT:
            found.append(symbols[index])
        elif primitive is CONSTANT:
            found.append(_number(tape.values[index], sympy))
        else:
            found.append(_meaning(primitive, sympy)(*(found[parent] for parent in parents)))
    return found[tape.output_places[0].index]


def _number(value: Any, sympy: Any) -> Any:
    """A constant as an integer or a fraction: the very number that f computes with."""
    exact = np.asarray(value).item()
    return sympy.Integer(exact) if float(exact).is_integer() else sympy.Rational(exact)
