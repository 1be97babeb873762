"""What a solver is asked: a function of an unknown and parameters, with containers packed and traced values told."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import is_traced, plain_value, shape_of
from advis.autodiff.structure import leaves, map_leaves, same_structure
from advis.autodiff.through.hoisting import hoisted, refusal
from advis.autodiff.trace import function_name


class Packing:
    """How a container of numbers and arrays is laid out as one vector; a single array keeps its shape."""

    def __init__(self, verb: str, name: str, tree: Any) -> None:
        self.verb, self.name, self.tree = verb, name, map_leaves(plain_value, tree)
        self.single = not isinstance(tree, (tuple, list, dict))
        self.paths = [path for path, _ in leaves(tree, name)]
        self.shapes = [shape_of(leaf) for _, leaf in leaves(tree)]
        for path, leaf in leaves(self.tree, name):
            if np.asarray(leaf).dtype.kind not in "fiu":
                raise TypeError(f"{verb}: {path} = {leaf!r} is not a real number or an array of them")
        if not self.shapes:
            raise TypeError(f"{verb}: {name} holds no number; give the solver something to start from")

    def pack(self, tree: Any, who: str = "") -> Any:
        """Return a container of this structure as one array, to be recorded if it is traced.

        Raises
        ------
        ValueError
            If a shape or the structure differs.
        TypeError
            For what is not a real number.
        """
        found = [leaf for _, leaf in leaves(tree)]
        who = who or self.name
        if not same_structure(tree, self.tree) or len(found) != len(self.shapes):
            raise ValueError(f"{self.verb}: {who} must have the structure of {self.name}, {self.tree!r}")
        for path, leaf, shape in zip(self.paths, found, self.shapes, strict=True):
            if shape_of(leaf) != shape:
                raise ValueError(
                    f"{self.verb}: {who} has shape {shape_of(leaf)} where {path} has shape {shape}; the two must agree"
                )
        found = [leaf if is_traced(leaf) else self._float(leaf, who) for leaf in found]
        return found[0] if self.single else np.concatenate([_flat(leaf) for leaf in found])

    def _float(self, leaf: Any, who: str) -> Any:
        array = np.asarray(leaf)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"{self.verb}: {who} holds {leaf!r}, which is not a real number or an array of them")
        return (array if array.dtype.kind == "f" else array.astype(float))[()]

    def unpack(self, array: Any) -> Any:
        """Return the container that an array stands for."""
        if self.single:
            return array
        parts, start = [], 0
        for shape in self.shapes:
            size = int(np.prod(shape, dtype=int))
            part = array[start : start + size] if shape else array[start]
            parts.append(np.reshape(part, shape) if len(shape) > 1 else part)
            start += size
        remaining = iter(parts)
        return map_leaves(lambda leaf: next(remaining), self.tree)


def _flat(leaf: Any) -> Any:
    return leaf if len(shape_of(leaf)) == 1 else np.reshape(leaf, (-1,))


class Problem:
    """A function f(x, *params) as a solver sees it.

    Attributes
    ----------
    verb, name : str
        Who asks, and what f is called: for errors.
    start
        Where to start from, as it was given.
    packing : Packing
        Of x.
    args : tuple
        The traced values among the parameters and in f's surroundings: what a derivative passes to.
    plain : tuple
        Their numbers.
    rebuilt : callable
        Takes values in the place of ``args`` and returns ``(*params, f)`` with those.
    """

    def __init__(self, verb: str, f: Callable[..., Any], x0: Any, params: tuple[Any, ...]) -> None:
        if not callable(f):
            raise TypeError(f"{verb}: the first argument must be a function, not {f!r}")
        self.verb, self.name = verb, function_name(f)
        self.start = x0
        self.packing = Packing(verb, "x0", x0)
        found = hoisted((*params, f))
        self.rebuilt = found.rebuilt
        self.args: tuple[Any, ...] = found.values
        self.plain = tuple(plain_value(value) for value in found.values)
        self.returned = f"what {self.name} returned"
        self._latest: tuple[tuple[Any, ...], tuple[Any, ...]] = ((), found.rebuilt(()) if not found.values else ())

    def hand_over(self) -> tuple[Any, ...]:
        """Return ``args`` for a box, and hold nothing traced any more.

        The tape holds the box, and the box this problem: a cycle would keep the tape alive.
        """
        args, self.args, self.start = self.args, (), None
        return args

    def bound(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return ``(*params, f)`` with these numbers in the place of ``args``; the latest are remembered."""
        known, found = self._latest
        if len(known) != len(args) or not all(map(is_, known, args)):
            found = self.rebuilt(args)
            self._latest = args, found
        return found

    def apply(self, x: Any, *args: Any) -> Any:
        """Return f at a packed x, with these numbers in the place of ``args``."""
        *params, f = self.bound(args)
        return f(self.packing.unpack(x), *params)

    def mapped(self, x: Any, *args: Any) -> Any:
        """Return f at a packed x where f returns what x is: packed again."""
        return self.packing.pack(self.apply(x, *args), self.returned)

    def step(self, args: tuple[Any, ...]) -> Callable[[Any], Any]:
        """Return `mapped` as a function of x alone, for numbers, without detours: it is the inside of a long loop."""
        *params, f = self.bound(args)
        packing = self.packing
        shape = packing.shapes[0] if packing.single else None

        def stepped(x: Any) -> Any:
            result = f(x if shape is not None else packing.unpack(x), *params)
            if type(result) is np.ndarray and result.shape == shape and result.dtype is x.dtype:
                return result
            result = packing.pack(result, self.returned)
            if is_traced(result):
                raise refusal(self.verb, self.name)
            return result

        return stepped

    def quietly(self, compute: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[Any], Any]:
        """Return a function of x alone; what it returns must not be traced. It is run under `shut`."""

        def computed(x: Any) -> Any:
            result = compute(x, *args)
            if is_traced(result):
                raise refusal(self.verb, self.name)
            return result

        return computed
