"""Primitives of the reader's own: a function as one node of the tape, with derivative rules that the reader gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, overload

import numpy as np

from advis.autodiff.body import Body
from advis.autodiff.errors import MissingRule, off_tape
from advis.autodiff.primitives.rule import UFUNCS, Primitive, Rule, plain_value
from advis.autodiff.structure import leaves, map_leaves
from advis.autodiff.transpose import transposed

STRUCTURES = ("identity", "diagonal", "permutation", "selection", "dense")
_OTHER = {"jvp": "vjp", "vjp": "jvp"}


class OwnPrimitive:
    """A function that is one node of the tape. Made by `advis.primitive`."""

    __name__: str

    def __init__(self, function: Callable[..., Any], structure: str) -> None:
        update_wrapper(self, function)
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.structure = structure
        self._call = function if isinstance(function, np.ufunc) else Body(function, self.__name__)
        self._rules: dict[str, tuple[Rule | None, ...]] = {}
        self._by_count: dict[int, Primitive] = {}
        self._register()

    def defjvp(self, *rules: Rule | None) -> OwnPrimitive:
        """Give the forward rules, one for each positional argument; None where no derivative passes.

        Parameters
        ----------
        *rules : callable or None
            ``rule(t, ans, *args, **options)`` returns the derivative along a tangent t of its argument; ``ans`` is the
            function's value. It is linear in t, and written with ``np.`` functions.

        Returns
        -------
        OwnPrimitive
            Itself.
        """
        return self._define("jvp", rules)

    def defvjp(self, *rules: Rule | None) -> OwnPrimitive:
        """Give the reverse rules, one for each positional argument; None where no derivative passes.

        Parameters
        ----------
        *rules : callable or None
            ``rule(g, ans, *args, **options)`` returns the adjoint of its argument for an adjoint g of the value
            ``ans``. It is linear in g, and written with ``np.`` functions. Where broadcasting repeated an argument,
            advis sums the result down to its shape.

        Returns
        -------
        OwnPrimitive
            Itself.
        """
        return self._define("vjp", rules)

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Compute the value; if an argument is traced, record one node."""
        self._check(args, options)
        return self._primitive(len(args))(*args, **options)

    def __repr__(self) -> str:
        return f"primitive {self.__name__} with {' and '.join(self._rules) or 'no rules'}"

    def _define(self, verb: str, rules: tuple[Rule | None, ...]) -> OwnPrimitive:
        for rule in rules:
            if rule is not None and not callable(rule):
                raise TypeError(f"{self.__name__}.def{verb}: {rule!r} is not a rule; give a function, or None")
        wanted = self._call.nin if isinstance(self._call, np.ufunc) else len(next(iter(self._rules.values()), rules))
        if len(rules) != wanted:
            raise TypeError(f"{self.__name__}.def{verb} takes {wanted} rules, one for each argument, not {len(rules)}")
        self._rules[verb] = rules
        self._by_count.clear()
        self._register()
        return self

    def _register(self) -> None:
        if isinstance(self._call, np.ufunc):
            UFUNCS[self._call] = self._primitive(self._call.nin)

    def _primitive(self, count: int) -> Primitive:
        """What is recorded for so many arguments."""
        if count not in self._by_count:
            jvps, vjps = (tuple(self._rule(verb, place, count) for place in range(count)) for verb in ("jvp", "vjp"))
            structures, everything = (self.structure,) * count, " ".join([*map(str, range(count)), "ans"])
            self._by_count[count] = Primitive(self.__name__, self._call, jvps, vjps, structures, (everything,) * count)
        return self._by_count[count]

    def _rule(self, verb: str, place: int, count: int) -> Rule | None:
        """The rule of an argument: as it was given, or the other mode's rule transposed, or one that complains."""
        given = verb if verb in self._rules else _OTHER[verb]
        rules = self._rules.get(given)
        if rules is None:
            return partial(_missing, self.__name__, count)
        if len(rules) != count:
            raise TypeError(
                f"{self.__name__} was called with {count} positional arguments, but def{given} gave it "
                f"{len(rules)} rules; pass what has no rule as a keyword, or give it the rule None"
            )
        rule = rules[place]
        return rule if rule is None or given == verb else transposed(rule, place, self.__name__, given)

    def _check(self, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Refuse what could hide a traced value: containers of them, and keywords."""
        traced = False
        for place, arg in enumerate(args):
            inner = [leaf for _, leaf in leaves(arg) if plain_value(leaf) is not leaf]
            if inner and isinstance(arg, (tuple, list, dict)):
                raise off_tape(
                    f"{self.__name__}: argument {place + 1} is a {type(arg).__name__} of traced values",
                    "an own primitive takes arrays and numbers; pass each by itself, or np.stack them",
                )
            traced = traced or bool(inner)
        for name, option in options.items():
            if any(plain_value(leaf) is not leaf for _, leaf in leaves(option)):
                raise off_tape(
                    f"{self.__name__}: the keyword {name} is traced, and a keyword has no rule",
                    f"pass {name} as a positional argument",
                )
        for place, arg in enumerate(args if traced else ()):
            if np.asarray(0.0 if plain_value(arg) is not arg else arg).dtype.kind not in "fciub":
                raise TypeError(
                    f"{self.__name__}: argument {place + 1} is {arg!r}, which is not a number or an array; "
                    "pass it as a keyword"
                )


def _missing(name: str, count: int, *_: Any, **__: Any) -> Any:
    rules = "rule" if count == 1 else ", ".join(f"rule{k}" for k in range(count))
    raise MissingRule(
        f"{name} has no derivative rules; give it {name}.defvjp({rules}) or {name}.defjvp({rules}), and record again"
    )


@overload
def primitive(function: Callable[..., Any], /, *, structure: str = "") -> OwnPrimitive: ...
@overload
def primitive(*, structure: str = "") -> Callable[[Callable[..., Any]], OwnPrimitive]: ...
def primitive(function: Callable[..., Any] | None = None, /, *, structure: str = "") -> Any:
    """Make a function one node of the tape, with derivative rules of your own. Its inside is not recorded.

    Parameters
    ----------
    function : callable or ufunc
        Takes numbers and arrays by position and returns one array or number; keyword arguments are options, without
        derivative. A ufunc, of SciPy for example, is registered: used as it is, it is recorded.
    structure : str, optional
        Of the partials, for pictures: ``"diagonal"`` if it works on each element alone (every ufunc does), else
        ``"dense"``.

    Returns
    -------
    OwnPrimitive
        Callable like the function; give it rules with ``.defjvp(…)`` or ``.defvjp(…)``. One is enough if its rules can
        be transposed: each is a linear map, which advis records and runs backwards.

    Raises
    ------
    TypeError
        For a ufunc that has rules already or more than one result; when a rule is needed that is neither given nor
        can be derived.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> @av.primitive
    ... def softplus(x):
    ...     return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0.0)
    >>> softplus.defvjp(lambda g, ans, x: g / (1 + np.exp(-x)))
    primitive softplus with vjp
    >>> av.grad(softplus)(0.0), av.trace(softplus, 0.0).forward(1.0).result
    (0.5, 0.5)
    """
    if function is None:
        return partial(primitive, structure=structure)
    if not callable(function):
        raise TypeError(f"primitive: {function!r} is not a function")
    elementwise = isinstance(function, np.ufunc)
    structure = structure or ("diagonal" if elementwise else "dense")
    if structure not in STRUCTURES:
        raise ValueError(f"primitive: structure={structure!r} is not known; choose from {', '.join(STRUCTURES)}")
    if isinstance(function, np.ufunc):
        _check_ufunc(function)
    return OwnPrimitive(function, structure)


_built_in = frozenset(UFUNCS)


def _check_ufunc(ufunc: np.ufunc) -> None:
    if ufunc in _built_in:
        raise TypeError(
            f"primitive: {ufunc.__name__} has rules already; wrap it in a function of your own to give it others"
        )
    if ufunc.nout != 1 or ufunc.signature is not None:
        raise TypeError(f"primitive: {ufunc.__name__} does not compute one number from each element; wrap it")


_stop = Primitive("stop_gradient", lambda x: x.copy() if isinstance(x, np.ndarray) else x)


def stop_gradient(x: Any) -> Any:
    """Return x as it is, without derivative: a node of the tape that no tangent and no adjoint passes.

    Parameters
    ----------
    x : number, array, or nested tuples, lists and dicts of them

    Returns
    -------
    same as x

    Examples
    --------
    >>> import advis as av
    >>> av.grad(lambda x: x * av.stop_gradient(x))(3.0)
    3.0
    """
    return map_leaves(_stop, x)
