"""Primitives that are closed boxes: rules that share their work between a box's parents, and are not opened as text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from advis.autodiff.body import Body, ClosedRule
from advis.autodiff.primitives.rule import Primitive, Rule


class _Shared:
    """The adjoints of all of a box's parents, found at once, and handed out one by one.

    A sweep asks for them in turn, with the same adjoint, answer and arguments. What was handed out is let go.
    """

    def __init__(self, pulled: Callable[..., list[Any]]) -> None:
        self.pulled = pulled
        self.asked: tuple[Any, ...] = ()
        self.found: list[Any] = []

    def at(self, place: int, g: Any, ans: Any, *args: Any) -> Any:
        asked = (g, ans, *args)
        same = len(asked) == len(self.asked) and all(a is b for a, b in zip(asked, self.asked, strict=True))
        if not same or self.found[place] is None:
            self.asked, self.found = asked, list(self.pulled(g, ans, *args))
        found, self.found[place] = self.found[place], None
        if all(part is None for part in self.found):
            self.asked, self.found = (), []
        return found


def together(
    moved: Callable[..., Any], pulled: Callable[..., list[Any]], count: int
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the rules of both modes for so many parents.

    Parameters
    ----------
    moved : callable
        ``moved(place, t, ans, *args)``: the tangent of the answer for a tangent of one argument.
    pulled : callable
        ``pulled(g, ans, *args)``: the adjoints of all arguments for an adjoint of the answer.
    count : int
    """
    shared = _Shared(pulled)
    jvps = tuple(ClosedRule(partial(moved, place), f"tangent_{place + 1}") for place in range(count))
    return jvps, tuple(ClosedRule(partial(shared.at, place), f"adjoint_{place + 1}") for place in range(count))


def closed_primitive(
    name: str,
    call: Callable[..., Any],
    rules: tuple[tuple[Rule, ...], tuple[Rule, ...]],
    mark: str = "",
    told: str = "",
    symbol: str = "",
) -> Primitive:
    """Return a primitive of dense partials that no text opens; for ``mark`` and ``told`` see `Body`."""
    call.__name__ = name
    jvps, vjps = rules
    count = len(jvps)
    everything = " ".join([*map(str, range(count)), "ans"])
    return Primitive(
        name, Body(call, name, mark, told), jvps, vjps, ("dense",) * count, (everything,) * count, symbol=symbol
    )
