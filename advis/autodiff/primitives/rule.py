"""What a primitive is: a NumPy function, the derivative rules of its arguments, and how it reads on paper.

A rule is a linear map. ``jvps[k](t, ans, *args, **options)`` takes a tangent of argument ``k`` to the tangent of the
answer; ``vjps[k](g, ans, *args, **options)`` takes an adjoint of the answer to the adjoint of argument ``k``. Both are
written with ``np.`` functions, so that they are themselves recorded, and differentiated, when their arguments are
traced. A reverse rule may return a broadcast shape: the sweep sums it down to the shape of the argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

Rule = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A function with known derivative rules, and the options with which it was applied.

    Attributes
    ----------
    name : str
        The name of the function in NumPy.
    call : callable
        Computes the value: ``call(*args, **options)``.
    jvps, vjps : tuple of callable or None
        One rule for each argument; None where no derivative passes. ``()`` for a node without tangent.
    structures : tuple of str
        Of each argument's partial: ``identity``, ``diagonal``, ``permutation``, ``selection``, ``dense``.
    symbol : str
        How it reads on paper, with ``{0}``, ``{1}`` … for the arguments; empty for ``name(…)``.
    options : mapping
        What is not an array: axes, shapes, indices.
    """

    name: str
    call: Callable[..., Any]
    jvps: Sequence[Rule | None] = ()
    vjps: Sequence[Rule | None] = ()
    structures: tuple[str, ...] = ()
    symbol: str = ""
    strength: int = 9  # how tightly the symbol binds: 1 sum, 2 product, 3 sign, 4 power, 9 never in parentheses
    options: Mapping[str, Any] = field(default_factory=dict)
    variadic: bool = False  # any number of arguments: one rule, which is told the argument's place
    blind: bool = field(init=False)  # no derivative passes: a constant, a comparison, an argmax, a rounding

    def __post_init__(self) -> None:
        object.__setattr__(self, "blind", not self.vjps and self.name != "input")

    def at(self, count: int, options: Mapping[str, Any]) -> Primitive:
        """Return this primitive as applied to ``count`` arguments with these options, its rules ready to be called."""
        if not options and not self.variadic:
            return self
        places = count if self.variadic else None
        jvps = Bound(self.jvps, options, places) if self.jvps else ()
        vjps = Bound(self.vjps, options, places) if self.vjps else ()
        applied = self.with_rules(jvps, vjps)
        _set(applied, "options", options)
        if self.variadic:
            _set(applied, "structures", self.structures * count)
        return applied

    def with_rules(self, jvps: Sequence[Rule | None], vjps: Sequence[Rule | None]) -> Primitive:
        """Return this primitive with other rules; it is on the hot path, where `dataclasses.replace` is too slow."""
        copy = object.__new__(Primitive)
        for name in _KEPT:
            _set(copy, name, getattr(self, name))
        _set(copy, "jvps", jvps)
        _set(copy, "vjps", vjps)
        return copy

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Apply the primitive; if an argument is traced, the application is recorded."""
        for arg in args:
            record = getattr(type(arg), "_record", None)
            if record is not None:
                return record(self, args, options)
        return self.call(*args, **options)


_set = object.__setattr__
_KEPT = ("name", "call", "structures", "symbol", "strength", "options", "variadic", "blind")


class Bound(Sequence[Rule | None]):
    """The rules of an applied primitive, with its options put in when a sweep first asks: recording need not wait."""

    __slots__ = ("_bound", "_count", "_options", "_rules")

    def __init__(self, rules: Sequence[Rule | None], options: Mapping[str, Any], count: int | None) -> None:
        self._rules = rules
        self._options = options
        self._count = count  # of arguments, where one rule serves them all and is told the place
        self._bound: tuple[Rule | None, ...] | None = None

    def _all(self) -> tuple[Rule | None, ...]:
        if self._bound is None:
            options, rule = self._options, self._rules[0]
            if self._count is None:
                self._bound = tuple(rule and partial(rule, **options) for rule in self._rules)
            else:
                self._bound = tuple(rule and partial(rule, place, **options) for place in range(self._count))
        return self._bound

    def __len__(self) -> int:
        return len(self._rules) if self._count is None else self._count

    def __getitem__(self, key: Any) -> Any:
        return self._all()[key]

    def __iter__(self) -> Iterator[Rule | None]:
        return iter(self._all())


def _no_value(*_: Any) -> None:
    """Inputs and constants are given, not computed."""


INPUT = Primitive("input", _no_value)
CONSTANT = Primitive("constant", _no_value)

UFUNCS: dict[np.ufunc, Primitive] = {}
"""Which primitive a ufunc is."""

FUNCTIONS: dict[Any, Callable[..., Any]] = {}
"""For other NumPy functions: an adapter of the same signature that applies a primitive."""

METADATA: set[Any] = set()
"""NumPy functions that look at shape or type only: they see the plain value."""


def elementwise(ufunc: np.ufunc, *rules: Rule | None, symbol: str = "", strength: int = 9, name: str = "") -> Primitive:
    """Register a ufunc whose partials are diagonal: one rule for each argument serves both modes.

    A diagonal map is its own transpose, so ``rule(d, ans, *args)`` multiplies a tangent and an adjoint alike.
    """
    count = len(rules)
    primitive = Primitive(name or ufunc.__name__, ufunc, rules, rules, ("diagonal",) * count, symbol, strength)
    UFUNCS[ufunc] = primitive
    return primitive


def without_tangent(function: Any, name: str = "", symbol: str = "", strength: int = 9) -> Primitive:
    """Register a function whose result is recorded, but through which no derivative passes."""
    primitive = Primitive(name or function.__name__, function, symbol=symbol, strength=strength)
    if isinstance(function, np.ufunc):
        UFUNCS[function] = primitive
    else:
        FUNCTIONS[function] = primitive
    return primitive


def adapter(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function with NumPy's own signature that applies a primitive to traced arguments."""

    def register(adapt: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            FUNCTIONS[function] = adapt
        return adapt

    return register


def shape_of(x: Any) -> tuple[int, ...]:
    """Return the shape of an array, a list, a scalar or a traced value, without recording anything."""
    return np.shape(x) if isinstance(x, (list, tuple)) else getattr(x, "shape", ())


def plain_value(x: Any) -> Any:
    """Return the number or array inside a traced value, through every level."""
    while hasattr(type(x), "_record"):
        x = x.value
    return x


def refuse(function: str, **options: Any) -> None:
    """Raise for the first option that was given: its derivative is not known.

    Raises
    ------
    TypeError
        Names the function, the option, and the way out.
    """
    for name, value in options.items():
        if value is not None and value is not np._NoValue:
            hint = "assign the result to a name instead" if name == "out" else f"call {function} without it"
            raise TypeError(f"{function}: {name}= is not recorded by advis; {hint}")
