"""Values that know how to write themselves: what a rule computes, and the NumPy text that computes it.

A rule or a primitive is applied to Terms instead of arrays. Every operator and NumPy function that it uses arrives
here, is computed, and is written down as it was called. So the text is the rule's own, in its order and with its
operations, and gives the same numbers to the last bit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff.primitives.rule import TRACED, is_traced

if TYPE_CHECKING:
    from advis.autodiff.writer import Writer

UNARY, POWER, ATOM = 3.0, 4.0, 9.0

_INFIX: dict[str, tuple[str, float, Callable[[Any, Any], Any]]] = {
    "or": ("|", 0.4, operator.or_),
    "xor": ("^", 0.5, operator.xor),
    "and": ("&", 0.6, operator.and_),
    "add": ("+", 1.0, operator.add),
    "sub": ("-", 1.0, operator.sub),
    "mul": ("*", 2.0, operator.mul),
    "truediv": ("/", 2.0, operator.truediv),
    "floordiv": ("//", 2.0, operator.floordiv),
    "mod": ("%", 2.0, operator.mod),
    "matmul": ("@", 2.0, operator.matmul),
    "pow": ("**", POWER, operator.pow),
    "lt": ("<", 0.0, operator.lt),
    "le": ("<=", 0.0, operator.le),
    "gt": (">", 0.0, operator.gt),
    "ge": (">=", 0.0, operator.ge),
    "eq": ("==", 0.0, operator.eq),
    "ne": ("!=", 0.0, operator.ne),
}
"""The operators of Python: symbol, how tightly it binds, and what it computes."""

_AS_OPERATOR = {
    np.add: "add", np.subtract: "sub", np.multiply: "mul", np.divide: "truediv", np.matmul: "matmul",
    np.less: "lt", np.less_equal: "le", np.greater: "gt", np.greater_equal: "ge", np.equal: "eq", np.not_equal: "ne",
    np.bitwise_and: "and", np.bitwise_or: "or", np.bitwise_xor: "xor",
}  # fmt: skip
"""Ufuncs that compute what the operator computes, bit for bit; ``**`` and ``%`` have ways of their own."""


class Term:
    """A number or an array, and the text that computes it."""

    __slots__ = ("_writer", "strength", "text", "value")
    __array_priority__ = 2000.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, writer: Writer, text: str, value: Any, strength: float = ATOM) -> None:
        self._writer = writer
        self.text = text
        self.value = value if isinstance(value, np.ndarray) else np.asarray(value)[()]
        self.strength = strength

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any(is_traced(item) for item in inputs):
            return NotImplemented
        if method == "__call__" and not options and ufunc in _AS_OPERATOR:
            return _infix(_AS_OPERATOR[ufunc], self._writer, *inputs)
        if method == "__call__" and not options and ufunc in (np.negative, np.invert):
            return _prefix("-" if ufunc is np.negative else "~", self._writer, inputs[0], ufunc)
        name = self._writer.function(ufunc)
        if method == "at":
            return inputs[0]._write_at(ufunc, name, inputs[1:])
        value = getattr(ufunc, method)(*_plain(inputs), **_plain(options))
        text = self._writer.call(ufunc, inputs, options).removeprefix(name)
        return self._writer.term(f"{name}{'' if method == '__call__' else '.' + method}{text}", value)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if any(kind in TRACED for kind in types):
            return NotImplemented
        value = function(*_plain(args), **_plain(kwargs))
        if not isinstance(value, (np.ndarray, np.generic, tuple, list)):
            return value
        return self._writer.term(self._writer.call(function, args, kwargs), value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise TypeError(
            "code(): a rule turned a value into a plain array, so it cannot be written as text; "
            "write the rule with np. functions, without np.asarray or item assignment into a plain array"
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.value, name)
        if not callable(found):
            return self._writer.term(f"{self._writer.text(self, ATOM)}.{name}", found)

        def method(*args: Any, **kwargs: Any) -> Any:
            items = [self._writer.text(arg) for arg in args] + [
                f"{key}={self._writer.text(item)}" for key, item in kwargs.items()
            ]
            text = f"{self._writer.text(self, ATOM)}.{name}({', '.join(items)})"
            return self._writer.term(text, found(*_plain(args), **_plain(kwargs)))

        return method

    def __getitem__(self, index: Any) -> Any:
        text = f"{self._writer.text(self, ATOM)}[{self._writer.index(index)}]"
        return self._writer.term(text, self.value[_plain(index)])

    def __setitem__(self, index: Any, item: Any) -> None:
        self._own()
        self._writer.write(f"{self.text}[{self._writer.index(index)}] = {self._writer.text(item)}")
        self.value[_plain(index)] = _plain(item)

    def _write_at(self, ufunc: np.ufunc, name: str, operands: tuple[Any, ...]) -> None:
        self._own()
        items = ", ".join(self._writer.text(operand) for operand in operands)
        self._writer.write(f"{name}.at({self.text}, {items})")
        ufunc.at(self.value, *_plain(operands))

    def _own(self) -> None:
        """Before it is written into: give it a name that nothing else shares."""
        if not self._writer.is_part(self):
            fresh = self if not self.text.isidentifier() else self.copy()
            named = self._writer.part(fresh)
            self.text, self.value, self.strength = named.text, np.array(named.value), ATOM

    def __neg__(self) -> Any:
        return _prefix("-", self._writer, self, operator.neg)

    def __pos__(self) -> Any:
        return _prefix("+", self._writer, self, operator.pos)

    def __invert__(self) -> Any:
        return _prefix("~", self._writer, self, operator.invert)

    def __abs__(self) -> Any:
        return np.abs(self)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __index__(self) -> int:
        return operator.index(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __repr__(self) -> str:
        return self.text


def _plain(tree: Any) -> Any:
    """The values in the arguments of a call."""
    if isinstance(tree, Term):
        return tree.value
    if isinstance(tree, dict):
        return {name: _plain(item) for name, item in tree.items()}
    if isinstance(tree, (tuple, list)):
        return type(tree)(_plain(item) for item in tree)
    return tree


def _infix(name: str, writer: Writer, left: Any, right: Any) -> Any:
    if is_traced(left) or is_traced(right):
        return NotImplemented
    symbol, strength, compute = _INFIX[name]
    if name == "add" and isinstance(right, Term) and right.text.startswith("-") and right.strength == UNARY:
        positive = Term(writer, right.text[1:], -right.value)
        return _infix("sub", writer, left, positive)  # a + −b is a − b to the last bit
    first = writer.text(left, strength, tight=strength in (0.0, POWER))
    second = writer.text(right, strength, tight=True)
    return writer.term(f"{first} {symbol} {second}", compute(_plain(left), _plain(right)), strength)


def _prefix(symbol: str, writer: Writer, item: Any, compute: Callable[[Any], Any]) -> Any:
    return writer.term(f"{symbol}{writer.text(item, UNARY, tight=True)}", compute(_plain(item)), UNARY)


def _install() -> None:
    """Give Term the operators, and their reflections."""
    for name in _INFIX:
        setattr(Term, f"__{name}__", lambda self, other, name=name: _infix(name, self._writer, self, other))
        if _INFIX[name][1]:
            setattr(Term, f"__r{name}__", lambda self, other, name=name: _infix(name, self._writer, other, self))


_install()
