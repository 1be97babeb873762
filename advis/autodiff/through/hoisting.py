"""Traced values that a function took from its surroundings become arguments, so that no derivative is lost.

A solver and a checkpoint run their function more than once, and not on the tape. A traced value that the function holds
in its closure, its defaults or a ``functools.partial`` is taken out and handed over as an argument; one that cannot be
taken out is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import CellType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from advis.autodiff.errors import off_tape
from advis.autodiff.primitives.rule import is_traced
from advis.autodiff.recorder import active_recorders
from advis.autodiff.structure import leaves, map_leaves


class Hoisted(NamedTuple):
    """A function whose traced surroundings are arguments.

    Attributes
    ----------
    values : tuple
        The traced values that it held.
    rebuilt : callable
        Takes as many values and returns the function that holds those instead.
    changed : bool
        Whether that is another function: it held something traced.
    """

    values: tuple[Any, ...]
    rebuilt: Callable[[Sequence[Any]], Any]
    changed: bool


def hoisted(item: Any) -> Hoisted:
    """Take the traced values out of a function, a container, or the value itself.

    Examples
    --------
    >>> import advis as av
    >>> def outer(a):
    ...     found = hoisted(lambda x: a * x)
    ...     print(len(found.values), found.rebuilt([3.0])(2.0))
    ...     return a
    >>> tape = av.trace(outer, 5.0)
    1 6.0
    """
    if is_traced(item) and item.dtype.kind in "iub":
        settled = np.asarray(item)[()]  # a mask, a position, a count: without derivative, a turn that is taken
        return Hoisted((), lambda values: settled, True)
    if is_traced(item):
        return Hoisted((item,), lambda values: values[0], True)
    if isinstance(item, (tuple, list, dict)):
        emptied = map_leaves(lambda leaf: None, item)
        return _joined([hoisted(leaf) for _, leaf in leaves(item)], partial(_filled, emptied), item)
    if isinstance(item, partial):
        parts = [hoisted(part) for part in (item.func, item.args, item.keywords)]
        return _joined(parts, lambda new: partial(new[0], *new[1], **new[2]), item)
    if isinstance(item, FunctionType):
        return _of_function(item)
    return Hoisted((), lambda values: item, False)


class _Walking(threading.local):
    """The functions that are being looked into; each thread has its own, since several may look into the same one."""

    def __init__(self) -> None:
        self.functions: set[int] = set()


_walking = _Walking()


def _of_function(function: FunctionType) -> Hoisted:
    """Of a function: its cells and defaults; a function that it calls, too. One that calls itself is walked once."""
    if id(function) in _walking.functions:
        return Hoisted((), lambda values: function, False)
    _walking.functions.add(id(function))
    try:
        cells = function.__closure__ or ()
        parts = [hoisted(_content(cell)) for cell in cells]
        parts += [hoisted(function.__defaults__ or ()), hoisted(function.__kwdefaults__ or {})]
    finally:
        _walking.functions.discard(id(function))

    kept = [None if part.changed else cell for cell, part in zip(cells, parts, strict=False)]
    code, module, name, attributes = function.__code__, function.__globals__, function.__name__, function.__dict__

    def rebuilt(new: list[Any]) -> FunctionType:
        closure = tuple(CellType(content) if cell is None else cell for cell, content in zip(kept, new, strict=False))
        copy = FunctionType(code, module, name, new[-2] or None, closure)
        copy.__kwdefaults__ = new[-1] or None
        copy.__dict__.update(attributes)
        return copy

    return _joined(parts, rebuilt, function)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # the variable was never assigned
        return None


def _filled(tree: Any, new: list[Any]) -> Any:
    remaining = iter(new)
    return map_leaves(lambda leaf: next(remaining), tree)


def _joined(parts: Sequence[Hoisted], rebuild: Callable[[list[Any]], Any], original: Any) -> Hoisted:
    """Several parts as one; if they hold nothing traced, it is the original."""
    values = tuple(value for part in parts for value in part.values)
    if not any(part.changed for part in parts):
        return Hoisted(values, lambda given: original, False)
    # without the traced values themselves: what rebuilds stands on the tape that they hold, and would be a cycle
    steps = [(part.rebuilt, len(part.values)) for part in parts]

    def rebuilt(given: Sequence[Any]) -> Any:
        new, start = [], 0
        for rebuilt_part, count in steps:
            new.append(rebuilt_part(given[start : start + count]))
            start += count
        return rebuild(new)

    return Hoisted(values, rebuilt, True)


class shut:  # noqa: N801 (reads as a verb: with shut("fixed_point", "f"))
    """Run a function off the tape, and refuse it if something of it was recorded all the same.

    Raises
    ------
    OffTape
        If the function used a traced value that it was not given: an attribute of an object, a global variable.
    """

    __slots__ = ("before", "function", "verb")

    def __init__(self, verb: str, function: str) -> None:
        self.verb, self.function = verb, function

    def __enter__(self) -> None:
        self.before = [(item, len(item.values), len(item.branches)) for item in active_recorders()]

    def __exit__(self, kind: object, *_: object) -> None:
        touched = any(len(item.values) != count or len(item.branches) != turns for item, count, turns in self.before)
        if touched and kind is None:
            raise refusal(self.verb, self.function)


def refusal(verb: str, function: str) -> Exception:
    """Return the error for a traced value that could not be taken out."""
    return off_tape(
        f"{verb}: {function} used a traced value that it was not given as an argument, and that stands neither in its "
        "closure nor in its defaults (an attribute of an object, a global variable): that derivative would be lost",
        f"pass it to {verb} as a parameter",
    )
