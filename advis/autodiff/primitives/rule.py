"""What a primitive is: a NumPy function, the derivative rules of its arguments, and how it reads on paper.

A rule is a linear map. ``jvps[k](t, ans, *args, **options)`` takes a tangent of argument ``k`` to the tangent of the
answer; ``vjps[k](g, ans, *args, **options)`` takes an adjoint of the answer to the adjoint of argument ``k``. Both are
written with ``np.`` functions, so that they are themselves recorded, and differentiated, when their arguments are
traced. A reverse rule may return another shape that broadcasts with the argument's: the sweep sums it down, or spreads
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    needs : tuple of str
        Which values each argument's reverse rule reads, in words: ``"0 1"`` the first two arguments, ``"ans"`` the
        answer, ``"others"`` all arguments but its own; ``""`` at most their shapes.
    symbol : str
        How it reads on paper, with ``{0}``, ``{1}`` … for the arguments; empty for ``name(…)``.
    options : mapping
        What is not an array: axes, shapes, indices.
    places : callable or None
        Of a function that copies each of any number of arguments into a place of its own: ``places(*args, **options)``
        are these places, as indices into the answer; its only option is ``axis``. So all tangents go in, and all
        adjoints come out, in one step; one rule after the other would take time in proportion to the square of their
        number. None once it is applied to one or two arguments, whose rules are as fast.
    """

    name: str
    call: Callable[..., Any]
    jvps: Sequence[Rule | None] = ()
    vjps: Sequence[Rule | None] = ()
    structures: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    symbol: str = ""
    strength: int = 9  # how tightly the symbol binds: 1 sum, 2 product, 3 sign, 4 power, 9 never in parentheses
    options: Mapping[str, Any] = field(default_factory=dict)
    variadic: bool = False  # any number of arguments: one rule, which is told the argument's place
    places: Callable[..., list[Any]] | None = None
    blind: bool = field(init=False)  # no derivative passes: a constant, a comparison, an argmax, a rounding
    elementwise: bool = field(init=False)  # one rule per argument serves both modes, element by element

    def __post_init__(self) -> None:
        _set(self, "blind", not self.vjps and self.name != "input")
        _set(self, "elementwise", self.jvps is self.vjps and set(self.structures) == {"diagonal"})

    def at(self, count: int, options: Mapping[str, Any]) -> Primitive:
        """Return this primitive as applied to ``count`` arguments with these options, its rules ready to be called.

        The same application is made once, where its options can be told by a key: a loop applies it again and again.
        """
        if options is self.options or not (options or self.variadic):
            return self
        given = options.values()
        if SIMPLE.issuperset(map(type, given)):
            key = (self, count, *options, *given, *map(type, given))
        else:
            key = (self, count, *options, *map(_key, given))
        applied = _applied.get(key)
        if applied is None:
            applied = self._bound(count, options)
            if _UNIQUE not in key:
                if len(_applied) == _MOST:
                    _applied.clear()
                _applied[key] = applied
        return applied

    def _bound(self, count: int, options: Mapping[str, Any]) -> Primitive:
        """This primitive with the options put into its rules; a rule for any number of arguments is told the place."""
        jvps, vjps = (
            tuple([rule and partial(rule, place, **options) for rule in rules for place in range(count)])
            if self.variadic
            else tuple([rule and partial(rule, **options) for rule in rules])
            for rules in (self.jvps, self.vjps)
        )
        applied = self.with_rules(jvps, vjps)
        _set(applied, "options", options)
        _set(applied, "places", partial(self.places, **options) if self.places and count > 2 else None)
        if self.variadic:
            _set(applied, "structures", self.structures * count)
            _set(applied, "needs", self.needs * count)
        return applied

    def with_rules(self, jvps: Sequence[Rule | None], vjps: Sequence[Rule | None]) -> Primitive:
        """Return this primitive with other rules, which are then called one by one.

        It is on the hot path, where `dataclasses.replace` is too slow.
        """
        copy = object.__new__(Primitive)
        for name in _KEPT:
            _set(copy, name, getattr(self, name))
        _set(copy, "jvps", jvps)
        _set(copy, "vjps", vjps)
        _set(copy, "places", None)
        _set(copy, "elementwise", jvps is vjps and self.elementwise)
        return copy

    def settled(self) -> Primitive:
        """Return this recorded primitive with its options put in, so that it can be applied, and recorded, again."""
        if not self.options and not self.variadic:
            return self
        return replace(self, call=partial(self.call, **self.options), variadic=False, options={})

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Apply the primitive; if an argument is traced, the application is recorded."""
        for option in options.values():
            if type(option) in TRACED:
                return self(*args, **{name: settled(option) for name, option in options.items()})
        for arg in args:
            if type(arg) in TRACED:
                return TRACED[type(arg)](self, args, options)
        return self.call(*args, **options)


_set = object.__setattr__
_KEPT = ("name", "call", "structures", "needs", "symbol", "strength", "options", "variadic", "blind")


_MOST = 4096
_applied: dict[tuple[Any, ...], Primitive] = {}
SIMPLE = frozenset({int, bool, str, type(None)})
"""Types of options that stand for themselves in a key."""
_UNIQUE = object()  # in the key of what has none


def _key(option: Any) -> Any:
    """What an option is told by; types stand in it because True and 1 are equal, but are not the same index."""
    kind = type(option)
    if kind in SIMPLE:
        return kind, option
    if kind is tuple:
        if SIMPLE.issuperset(map(type, option)):
            return kind, option, *map(type, option)
        parts = tuple([_key(part) for part in option])
        return _UNIQUE if _UNIQUE in parts else parts
    if kind is slice:
        bounds = option.start, option.stop, option.step
        return (slice, *bounds) if SIMPLE.issuperset(map(type, bounds)) else _UNIQUE
    return _UNIQUE


def _no_value(*_: Any) -> None:
    """Inputs and constants are given, not computed."""


INPUT = Primitive("input", _no_value)
CONSTANT = Primitive("constant", _no_value)

TRACED: dict[type, Callable[..., Any]] = {}
"""The types of traced values, and how an application to one is recorded; the tracer enters itself here."""

UFUNCS: dict[np.ufunc, Primitive] = {}
"""Which primitive a ufunc is."""

FUNCTIONS: dict[Any, Callable[..., Any]] = {}
"""For other NumPy functions: an adapter of the same signature that applies a primitive."""

METADATA: set[Any] = set()
"""NumPy functions that look at shape or type only: they see the plain value."""


def elementwise(
    ufunc: np.ufunc,
    *rules: Rule | None,
    needs: tuple[str, ...] = (),
    symbol: str = "",
    strength: int = 9,
    name: str = "",
) -> Primitive:
    """Register a ufunc whose partials are diagonal: one rule for each argument serves both modes.

    A diagonal map is its own transpose, so ``rule(d, ans, *args)`` multiplies a tangent and an adjoint alike.
    """
    diagonal = ("diagonal",) * len(rules)
    primitive = Primitive(name or ufunc.__name__, ufunc, rules, rules, diagonal, needs, symbol, strength)
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
    while type(x) in TRACED:
        x = x.value
    return x


def settled(option: Any) -> Any:
    """Return a position, a count, or several, without traces: using them is a turn that the program took.

    Raises
    ------
    OffTape
        If it is a number with a derivative, which would be lost.
    """
    if isinstance(option, (tuple, list)):
        return type(option)(map(settled, option))
    if type(option) not in TRACED:
        return option
    plain = np.asarray(option)
    return plain if plain.shape else plain.item()


def is_traced(x: Any) -> bool:
    """Whether a value is being recorded."""
    return type(x) in TRACED


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
