"""What several outputs and their rules share: the factors of a matrix, the order of a sort, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from advis.autodiff.primitives.rule import Primitive, Rule, is_traced

_MOST = 8  # a check asks for many arrays near the recorded one


class Once:
    """A function of an array, called once for each array that it meets.

    A node has one value, so a decomposition is one node for each output. They share one of these, as an option; so do
    their rules: no sweep decomposes again.
    """

    __slots__ = ("_function", "_known")

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._known: dict[int, tuple[Any, Any]] = {}

    def of(self, x: Any) -> Any:
        """Return the function's result for this array, the very same object as before."""
        known = self._known.get(id(x))
        if known is None or known[0] is not x:
            if len(self._known) == _MOST:
                self._known.clear()
            known = self._known[id(x)] = x, self._function(x)
        return known[1]

    def remember(self, x: Any, result: Any) -> None:
        """Keep what is known already; it stands for this array as each enclosing trace sees it."""
        self._known[id(x)] = x, result

    def __repr__(self) -> str:
        return "once"


def outputs(primitives: Sequence[Primitive], function: Callable[..., Any], x: Any, **options: Any) -> list[Any]:
    """Record one node for each output of a function of ``x`` that is worked out once.

    Each primitive is called with ``shared``, a `Once`, and with ``output``, its place among the outputs, by which the
    node finds its name in ``u, s, vh = …``.
    """
    shared = Once(function)
    nodes = [primitive(x, output=k, shared=shared, **options) for k, primitive in enumerate(primitives)]
    outer = nodes
    while is_traced(x):  # what is one trace's value is a node, or a plain array, of the trace around it
        x, outer = x.value, [node.value for node in outer]
        if is_traced(x):
            shared.remember(x, outer)
    return nodes


def output_primitive(name: str, symbol: str, jvp: Rule, vjp: Rule) -> Primitive:
    """Return the primitive of one of `outputs`; its rules read the array, and ask ``shared`` for the others."""
    return Primitive(name, _output_of, (jvp,), (vjp,), ("dense",), ("0",), symbol=symbol)


def _output_of(x: Any, output: int, shared: Once, **options: Any) -> Any:
    return shared.of(x)[output]
