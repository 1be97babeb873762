"""The inside of a primitive that is a closed box: a function of which nothing is recorded, and rules kept closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advis.autodiff.errors import off_tape
from advis.autodiff.primitives.rule import Primitive, Rule, is_traced
from advis.autodiff.recorder import active_recorders


class Body:
    """The inside of an own primitive: it computes a value, and nothing of it is recorded.

    Attributes
    ----------
    mark : str
        What stands in its box: how derivatives pass.
    told : str
        What it does in its turn of a sweep, before it hands on: ``solves a linear system, and ``.
    """

    __slots__ = ("function", "mark", "name", "told")

    def __init__(self, function: Callable[..., Any], name: str, mark: str = "own rule", told: str = "") -> None:
        self.function = function
        self.name = name
        self.mark, self.told = mark, told

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Compute the value.

        Raises
        ------
        OffTape
            If the function used a traced value that it was not given: that derivative would be lost.
        TypeError
            If it returned a container.
        """
        before = [(recorder, len(recorder.values), len(recorder.branches)) for recorder in active_recorders()]
        value = self.function(*(map(_protected, args) if before else args), **options)
        touched = any(len(r.values) != count or len(r.branches) != turns for r, count, turns in before)
        if touched or is_traced(value):
            raise off_tape(
                f"{self.name} used {_captured(self.function)}, which it was not given as an argument: it is one node "
                "of the tape, so that derivative would be lost",
                f"pass it to {self.name} as a positional argument",
            )
        if isinstance(value, (tuple, list, dict)):
            raise TypeError(f"{self.name} returned a {type(value).__name__}; an own primitive returns one array")
        return np.asarray(value)[()] if isinstance(value, (int, float, complex)) else value


def mark_of(primitive: Primitive) -> str:
    """Return what stands in the box of a primitive whose inside is not recorded; of others nothing."""
    return primitive.call.mark if isinstance(primitive.call, Body) else ""


def told_of(primitive: Primitive) -> str:
    """Return what such a primitive does in its turn of a sweep, in words."""
    return primitive.call.told if isinstance(primitive.call, Body) else ""


class ClosedRule:
    """A rule that `Sweep.code` calls instead of writing out what it does."""

    __slots__ = ("__name__", "rule")

    def __init__(self, rule: Rule, name: str) -> None:
        self.rule = rule
        self.__name__ = name

    def __call__(self, *args: Any) -> Any:
        """Apply the rule."""
        return self.rule(*args)


def _captured(function: Callable[..., Any]) -> str:
    """The traced variables of a function's closure, in words."""
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None) or ()
    pairs = zip(code.co_freevars if code is not None else (), cells, strict=False)
    names = [name for name, cell in pairs if _holds_traced(cell)]
    return f"the traced value{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else "a traced value"


def _holds_traced(cell: Any) -> bool:
    try:
        return is_traced(cell.cell_contents)
    except ValueError:  # the variable was never assigned
        return False


def _protected(arg: Any) -> Any:
    """A view of an array that cannot be written into: what is on the tape must stay as it was recorded."""
    if not isinstance(arg, np.ndarray):
        return arg
    view = arg.view()
    view.flags.writeable = False
    return view
