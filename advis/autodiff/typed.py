"""An expression that somebody typed, made a function that sees NumPy's recorded functions, its variables, and no more.

The text is parsed, every part of it is held against a list of what is allowed, and only then is it compiled (not
interpreted, so that a picture has its source). Whole numbers become floats in arithmetic, and no power is taken of
Python's integers, which grow without limit. Every call and operator goes through `bounded`, so that no result is huge.
"""

from __future__ import annotations

import ast
import keyword
import linecache
import warnings
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from advis.autodiff.bounds import SIGNS, bounded
from advis.autodiff.primitives import FUNCTIONS, UFUNCS
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.visible import brief, visible

LONGEST = 1000
"""An expression has at most so many characters."""

LARGEST = 1000
"""The largest whole number as an axis, an index or a size."""

CONSTANTS = frozenset({"pi", "e", "euler_gamma", "inf", "nan"})
KEYWORDS = frozenset({
    "N", "a_max", "a_min", "append", "atol", "axes", "axis", "axis1", "axis2", "base", "bias", "compute_uv",
    "constant_values", "correction", "ddof", "decimals", "deg", "dx", "edge_order", "endpoint", "equal_nan",
    "full_matrices", "hermitian", "increasing", "initial", "k", "keepdims", "left", "m", "max", "min", "n", "num",
    "offset", "ord", "p", "pad_width", "period", "prepend", "q", "rcond", "repeats", "reps", "right", "rowvar",
    "rtol", "s", "shape", "shift", "to_begin", "to_end", "weights",
})  # fmt: skip
"""Keyword arguments: none of them takes a function, a type or a place to write to."""

TEXTS = frozenset({"UPLO", "indexing", "method", "mode", "norm", "side"})
"""Keyword arguments that are words."""

WORDED = (np.einsum, np.pad, np.convolve, np.correlate, np.linalg.norm, np.linalg.qr)
"""Functions of which a positional argument may be a word."""

LOOKING = (np.ndim, np.shape, np.size, np.isrealobj, np.iscomplexobj)
WITHOUT = (np.astype, np.apply_along_axis, np.apply_over_axes, np.copyto, np.place, np.put, np.putmask)
"""Functions that take a type or a function, or that write into an argument and return nothing."""

POWERS = (np.power, np.linalg.matrix_power)
FOLDERS = {"linalg": np.linalg, "fft": np.fft}
OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def typed_function(text: str, names: Sequence[str]) -> Callable[..., Any]:
    """Return the function of these variables that an expression describes.

    Parameters
    ----------
    text : str
        Such as ``"np.log(x1) + x1 * x2"``: numbers, operators, comparisons, indices, ``a if c else b``, the variables,
        and those functions of NumPy that advis records.
    names : sequence of str
        The variables; each must stand in the expression.

    Raises
    ------
    ValueError
        For anything else; the message names the part, in one line. Nothing of the expression has been run.

    Examples
    --------
    >>> float(typed_function("np.log(x1) + x1 * x2", ["x1", "x2"])(1.0, 5.0))
    5.0
    >>> typed_function("__import__('os').getcwd()", [])
    Traceback (most recent call last):
    ...
    ValueError: __import__('os').getcwd: only functions of np can be called, such as np.sin(x1)
    """
    for name in names:
        _check_name(name)
    source = f"def f({', '.join(names)}):\n    return {text.strip()}\n"
    tree, body = _parsed(text, source)
    reader = _Reader([argument.arg for argument in tree.body[0].args.args])  # type: ignore[attr-defined]
    if len({*reader.names}) < len(names):
        raise ValueError(f"two variables have the same name: {', '.join(names)}")
    try:
        body.value = reader.result(body.value)
        for name in reader.names:
            if not any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(body)):
                raise ValueError(f"{name} is given, but does not stand in the expression")
        filename = f"<f({', '.join(names)}) = {text.strip()}>"
        code = compile(ast.fix_missing_locations(tree), filename, "exec")
    except (RecursionError, MemoryError):
        raise ValueError(f"{_said(text)}: the expression is nested too deeply") from None
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    space: dict[str, Any] = {"__builtins__": {}, "__name__": "typed", "np": np, **_OWN}
    exec(code, space)
    made: Callable[..., Any] = space["f"]
    return made


def typed_value(text: str) -> Any:
    """Return a number, or an array written as nested lists.

    Raises
    ------
    ValueError
        If it is neither; the message says so in one line.

    Examples
    --------
    >>> typed_value("-np.pi / 2"), typed_value("[1, 2.5]")
    (-1.5707963267948966, array([1. , 2.5]))
    """
    try:
        found = np.asarray(typed_function(text, ())())
    except (ArithmeticError, TypeError, IndexError, MemoryError) as error:
        raise ValueError(f"{_said(text)}: {error}") from None
    except ValueError as error:
        uneven = "inhomogeneous" in str(error)
        raise ValueError(f"{_said(text)}: the rows have different lengths" if uneven else str(error)) from None
    if found.dtype.kind not in "fciu":
        raise ValueError(f"{_said(text)} is no number and no list of numbers")
    return (found if found.dtype.kind == "c" else found.astype(float))[()] if found.shape else found.item()


def _check_name(name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_") or name == "np":
        raise ValueError(f"{_said(name)} cannot be the name of a variable; take letters and digits, such as x1")


def _parsed(text: str, source: str) -> tuple[ast.Module, Any]:
    """The function around an expression as a tree, and its one statement."""
    if not text.strip():
        raise ValueError("the expression is empty; write one such as 'np.sin(x1) * x1'")
    if len(text) > LONGEST:
        raise ValueError(f"the expression has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"{_said(text)} is no expression: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ValueError(f"{_said(text)} cannot be read as an expression") from None
    match tree.body:
        case [ast.FunctionDef(body=[ast.Return(value=ast.expr()) as returned])]:
            return tree, returned
    raise ValueError(f"{_said(text)} is not one expression")


class _Reader:
    """Goes through the tree, refuses what is not allowed, and returns what to run in its place."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def result(self, node: Any) -> Any:
        """A number, or several of them."""
        if isinstance(node, (ast.Tuple, ast.List)):
            node.elts = [self.result(item) for item in node.elts]
            return node
        return self.number(node)

    def number(self, node: Any) -> Any:
        """What arithmetic is done with."""
        match node:
            case ast.Constant(value=value) if type(value) in (int, float, complex):
                node.value = _as_float(value)
            case ast.Name(id=name) if name in self.names:
                pass
            case ast.BinOp(op=sign) if type(sign) in OPERATORS:
                sides = [self.number(node.left), self.number(node.right)]
                power = isinstance(sign, ast.Pow)
                return _bounded(node, _own(node, OPERATORS[type(sign)]), *(map(_guarded, sides) if power else sides))
            case ast.UnaryOp():
                node.operand = self.number(node.operand)
            case ast.Compare(ops=[sign]) if type(sign) in COMPARISONS:
                sides = [self.number(node.left), self.number(node.comparators[0])]
                return _bounded(node, _own(node, COMPARISONS[type(sign)]), *sides)
            case ast.Compare(ops=signs) if all(type(sign) in COMPARISONS for sign in signs):
                sides = [_call(side, "single", self.number(side)) for side in (node.left, *node.comparators)]
                node.left, node.comparators = sides[0], sides[1:]
            case ast.BoolOp():
                node.values = [*map(self.number, node.values)]
            case ast.IfExp():
                node.test, node.body, node.orelse = map(self.number, (node.test, node.body, node.orelse))
            case ast.Subscript():
                return _bounded(node, _own(node, "[]"), self.number(node.value), self.index(node.slice))
            case ast.Attribute(value=ast.Name(id="np"), attr=name) if name in CONSTANTS:
                pass
            case ast.Call():
                return self.call(node)
            case _:
                raise _refusal(node)
        return node

    def call(self, node: ast.Call) -> ast.Call:
        """A call of a function that advis records."""
        function, text = self.function(node.func), ast.unparse(node.func)
        read = self.operand if isinstance(function, np.ufunc) else self.argument
        node.args = [arg if function in WORDED and _is_text(arg) else read(arg) for arg in node.args]
        if function in POWERS:
            node.args = [*map(_guarded, node.args)]
        for given in node.keywords:
            if given.arg not in KEYWORDS | TEXTS:
                raise ValueError(f"{text}: {given.arg or '**'}= cannot be given in an expression")
            given.value = self.option(given.arg, given.value)
        return _bounded(node, node.func, *node.args, keywords=node.keywords)

    def function(self, node: ast.expr) -> Any:
        """The function of NumPy that a name stands for."""
        text = ast.unparse(node)
        match node:
            case ast.Attribute(value=ast.Name(id="np"), attr=name):
                found = vars(np).get(name)
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"), attr=folder), attr=name) if (
                folder in FOLDERS
            ):
                found = vars(FOLDERS[folder]).get(name)
            case ast.Name(id=name) if callable(vars(np).get(name)) and not name.startswith("_"):
                raise ValueError(f"{name} is not known; write np.{name}(…)")
            case _:
                raise ValueError(f"{_said(text)}: only functions of np can be called, such as np.sin(x1)")
        if not callable(found):
            raise ValueError(f"{_said(text)} is no function of NumPy")
        known = found in FUNCTIONS or found in UFUNCS or found in LOOKING
        if not known or found in WITHOUT:
            raise ValueError(f"{_said(text)} cannot be used in an expression, only what advis records")
        return found

    def operand(self, node: Any) -> Any:
        """An argument of a function that works element by element."""
        return self.argument(node) if isinstance(node, (ast.List, ast.Tuple)) else self.number(node)

    def option(self, name: str | None, node: Any) -> Any:
        """A keyword argument."""
        plain = isinstance(node, ast.Constant) and node.value is None
        return node if plain or (name in TEXTS and _is_text(node)) else self.argument(node)

    def argument(self, node: Any) -> Any:
        """An argument of a function: a number, an axis, a size, yes or no, or several of these."""
        match node:
            case ast.Tuple() | ast.List():
                node.elts = [*map(self.argument, node.elts)]
                return node
            case ast.Constant(value=True | False):
                return node
        return node if _is_whole(node) else self.number(node)

    def index(self, node: Any) -> Any:
        """What stands between square brackets."""
        if isinstance(node, ast.Slice):
            ends = (node.lower, node.upper, node.step)
            return _call(node, "slice", *(self.index(end) if end else ast.Constant(None) for end in ends))
        if isinstance(node, ast.Tuple):
            node.elts = [*map(self.index, node.elts)]
            return node
        if isinstance(node, ast.Constant) and (node.value is Ellipsis or node.value is None):
            return node
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "np.newaxis":
            return node
        return self.argument(node)


def _is_whole(node: Any) -> bool:
    """Whether a node is a whole number with or without a sign; a large one is refused."""
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)) else node
    if not isinstance(inner, ast.Constant) or type(inner.value) is not int:
        return False
    if inner.value > LARGEST:
        raise ValueError(
            f"{_said(ast.unparse(inner))} is too large for an axis, an index or a size; write 1.0 for a float"
        )
    return True


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _as_float(value: Any) -> Any:
    try:
        return float(value) if type(value) is int else value
    except OverflowError:
        raise ValueError("a number in the expression is too large for a float") from None


def _own(node: ast.expr, name: str) -> ast.Name:
    return ast.copy_location(ast.Name(f"{name} of an expression", ast.Load()), node)


def _call(node: ast.expr, name: str, *args: Any) -> ast.Call:
    """A call of one of `_OWN`, in the place of a node."""
    return ast.copy_location(ast.Call(_own(node, name), list(args), []), node)


def _bounded(node: ast.expr, function: ast.expr, *args: Any, keywords: Sequence[ast.keyword] = ()) -> ast.Call:
    """A call, in the place of a node, that is refused if its result can become too large."""
    call = _call(node, "bounded", function, *args)
    call.keywords = list(keywords)
    return call


def _guarded(node: ast.expr) -> ast.expr:
    """A base or an exponent, of which Python's integers are made floats when it is run."""
    return node if isinstance(node, (ast.Name, ast.Constant)) else _call(node, "as a number", node)


def _as_number(value: Any) -> Any:
    if isinstance(value, (bool, int)):
        return float(value)
    if getattr(value, "dtype", np.dtype(float)).kind == "O":
        raise TypeError("an array of Python objects has no power")
    return value


def _single(value: Any) -> Any:
    if prod(shape_of(value)) != 1:
        raise ValueError("a chain such as 0 < x < 1 compares single numbers; write (0 < x) & (x < 1)")
    return value


_OWN = {f"{name} of an expression": function for name, function in {
    **SIGNS, "bounded": bounded, "slice": slice, "single": _single, "as a number": _as_number,
}.items()}  # fmt: skip
"""What an expression calls in the place of what was typed; no text can take these names."""


def _refusal(node: Any) -> ValueError:
    """Why a part of an expression is refused, and what to write."""
    text = _said(ast.unparse(node))
    match node:
        case ast.Name(id="np"):
            return ValueError("np by itself is no number; write a function of it, such as np.sin(x1)")
        case ast.Name(id=name) if name in CONSTANTS or (callable(vars(np).get(name)) and not name.startswith("_")):
            return ValueError(f"{name} is not known; write np.{name}")
        case ast.Name():
            return ValueError(f"{text} has no value; give one, as {text}=2")
        case ast.Attribute(value=ast.Name(id="np")):
            return ValueError(f"{text} is no number; functions are called, as np.sin(x1)")
        case ast.Attribute():
            return ValueError(f"{text}: an expression has no attributes or methods; write np.sum(x) for x.sum()")
        case ast.Constant(value=str() | bytes()):
            return ValueError(f"{text}: a text is no number")
    return ValueError(f"{text} cannot stand in an expression here")


def _said(text: str) -> str:
    return brief(visible(" ".join(text.split())))
