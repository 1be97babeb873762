"""The partial on an edge: a local Jacobian, its shape and structure, applied both ways, dense when asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff import sweeps
from advis.autodiff.errors import MissingRule
from advis.autodiff.primitives.reads import ANSWER, declared
from advis.autodiff.primitives.rule import plain_value, shape_of

if TYPE_CHECKING:
    from advis.autodiff.tape import Tape


@dataclass(frozen=True, slots=True, repr=False)
class Partial:
    """The derivative of a node with respect to one of its parents.

    Attributes
    ----------
    tape : Tape
    index : int
        The node.
    place : int
        Which of its parents, by position.
    """

    tape: Tape
    index: int
    place: int

    @property
    def parent(self) -> int:
        """The index of the parent."""
        return self.tape.parents[self.index][self.place]

    @property
    def passes(self) -> bool:
        """Whether a derivative passes this edge at all."""
        rules = self.tape.primitives[self.index].jvps
        return self.place < len(rules) and rules[self.place] is not None and self.tape.carried[self.parent]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows (elements of the node) and columns (elements of the parent)."""
        return _size(self.tape.values[self.index]), _size(self.tape.values[self.parent])

    @property
    def structure(self) -> str:
        """``scalar``, ``identity``, ``diagonal``, ``permutation``, ``selection``, ``broadcast`` or ``dense``."""
        if self.shape == (1, 1):
            return "scalar"
        declared = self.tape.primitives[self.index].structures[self.place]
        same = shape_of(self.tape.values[self.index]) == shape_of(self.tape.values[self.parent])
        if declared == "diagonal" and not same:
            return "broadcast"
        if declared == "diagonal" and self.tape.primitives[self.index].name in ("add", "subtract"):
            return "identity" if self.place == 0 or self.tape.primitives[self.index].name == "add" else "diagonal"
        return declared

    @property
    def needs(self) -> tuple[int, ...]:
        """The nodes whose values the reverse rule of this edge reads; it may look at the shapes of others."""
        primitive, parents = self.tape.primitives[self.index], self.tape.parents[self.index]
        if not self.passes:
            return ()
        read = declared(primitive.needs[self.place], self.place, len(parents))
        return tuple(dict.fromkeys([self.index if place == ANSWER else parents[place] for place in read]))

    def jvp(self, tangent: Any) -> Any:
        """Return the partial times a tangent of the parent: a tangent of the node."""
        rule = self.tape.primitives[self.index].jvps[self.place]
        value = self.tape.values[self.index]
        with sweeps.quiet():
            return sweeps.grown(rule(tangent, value, *self._args()), value)  # type: ignore[misc]

    def vjp(self, adjoint: Any) -> Any:
        """Return an adjoint of the node times the partial: a contribution to the adjoint of the parent."""
        rule = self.tape.primitives[self.index].vjps[self.place]
        with sweeps.quiet():
            amount = rule(adjoint, self.tape.values[self.index], *self._args())  # type: ignore[misc]
            return sweeps.fitted(amount, self.tape.values[self.parent])

    def _args(self) -> list[Any]:
        return [self.tape.values[p] for p in self.tape.parents[self.index]]

    @property
    def value(self) -> float | complex:
        """The number itself, of a scalar partial."""
        if self.shape != (1, 1):
            raise ValueError(f"this partial is a {self.shape} matrix, not a number; use .dense() or .jvp(t), .vjp(g)")
        try:
            found = self.jvp(np.ones(shape_of(self.tape.values[self.parent]))[()])
        except MissingRule:
            found = self.vjp(np.ones(shape_of(self.tape.values[self.index]))[()])
        number: float | complex = _flat(found)[0].item()
        return number

    def dense(self) -> np.ndarray:
        """Return the local Jacobian as a matrix, rows and columns in C order; built column by column or row by row."""
        rows, columns = self.shape
        parent, node = self.tape.values[self.parent], self.tape.values[self.index]
        if not rows or not columns:
            return np.zeros((rows, columns))

        def by_columns() -> np.ndarray:
            return np.stack([_flat(self.jvp(one)) for one in _units(parent, columns)], axis=1)

        def by_rows() -> np.ndarray:
            return np.stack([_flat(self.vjp(one)) for one in _units(node, rows)])

        cheaper, other = (by_columns, by_rows) if columns <= rows else (by_rows, by_columns)
        try:
            return cheaper()
        except MissingRule:
            return other()

    def __repr__(self) -> str:
        names = self.tape.names
        return f"∂{names[self.index]}/∂{names[self.parent]}: {self.shape[0]}×{self.shape[1]} {self.structure}"


def _size(value: Any) -> int:
    return math.prod(shape_of(value))


def _flat(x: Any) -> np.ndarray:
    return np.ravel(plain_value(x))


def _units(value: Any, count: int) -> list[Any]:
    """The one-hot vectors in the shape of a value."""
    shape = shape_of(value)
    return [np.reshape(row, shape)[()] for row in np.eye(count)]
