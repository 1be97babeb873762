"""Which values a derivative rule reads: as its primitive declares, and as its own code says."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Sequence
from functools import lru_cache, partial
from types import CodeType, FunctionType
from typing import Any

ANSWER = -1
"""Stands for the value of the node itself, beside the places of its arguments: 0, 1, …"""


def read_by(rules: Sequence[Any], count: int) -> frozenset[int]:
    """Return which values the rules of a node read: places of its ``count`` arguments, and `ANSWER`.

    A value of which a rule only takes ``shape_of`` is not read. Of a rule that is not a plain function of so many
    arguments, everything counts as read.

    Examples
    --------
    >>> sorted(read_by([lambda g, ans, x, y: g * y], 2)), sorted(read_by([lambda g, ans, x: g * ans], 1))
    ([1], [-1])
    """
    found: set[int] = set()
    for rule in rules:
        if isinstance(rule, partial) and not rule.args:
            rule = rule.func
        code = rule.__code__ if type(rule) is FunctionType else None
        if code is None or code.co_flags & inspect.CO_VARARGS or code.co_argcount < count + 2:
            return frozenset(range(ANSWER, count))
        found |= _read(code, count)
    return frozenset(found)


def declared(needs: str, place: int, count: int) -> tuple[int, ...]:
    """Return which values the reverse rule of one of ``count`` arguments reads, by its primitive's declaration.

    Examples
    --------
    >>> declared("1 ans", 0, 2), declared("others", 1, 3)
    ((1, -1), (0, 2))
    """
    found: list[int] = []
    for word in needs.split():
        if word == "others":
            found += [other for other in range(count) if other != place]
        else:
            found.append(ANSWER if word == "ans" else int(word))
    return tuple(found)


@lru_cache(maxsize=1024)
def _read(code: CodeType, count: int) -> frozenset[int]:
    """Which of a rule's arguments its code loads other than to ask for their shape."""
    names = set(code.co_cellvars)
    before: Any = None
    for instruction in dis.get_instructions(code):
        loaded = instruction.argval
        if instruction.opname.startswith("LOAD_FAST") and before != "shape_of":
            names.update(loaded if isinstance(loaded, tuple) else (loaded,))
        before = loaded
    arguments = code.co_varnames[1 : count + 2]  # the first is the adjoint
    return frozenset(place + ANSWER for place, name in enumerate(arguments) if name in names)
