"""A stage: the part of a tape between two cuts, as a linear map that is swept through in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from advis.analysis.edges import elemental_edges
from advis.autodiff.errors import MissingRule
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.sweep import Sweep
from advis.autodiff.tape import Tape


@dataclass(frozen=True, eq=False)
class Stage:
    """What happens between the nodes of one cut and those of the next.

    Attributes
    ----------
    tape : Tape
        The whole tape with the nodes of the first cut as its inputs, and those of the next as its outputs.
    sources, targets : tuple of int
        The nodes of the two cuts. A target may stand here twice.
    nodes : tuple of int
        The nodes that a sweep over the stage visits: those behind the sources, the targets included.
    """

    tape: Tape
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    nodes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of its Jacobian."""
        rows, columns = (sum(prod(shape) for shape in self._shapes(ends)) for ends in (self.targets, self.sources))
        return rows, columns

    @cached_property
    def edges(self) -> int:
        """How many elemental partials it has: what one tangent or adjoint costs."""
        return elemental_edges(self.tape, self.nodes)

    def jvps(self, columns: np.ndarray) -> np.ndarray:
        """Return the Jacobian times a matrix (n, k), from one forward sweep that carries k tangents."""
        return self._gathered(self.tape.forward(*self._seeds(columns.T, self.sources)), self.targets).T

    def vjps(self, rows: np.ndarray) -> np.ndarray:
        """Return a matrix (k, m) times the Jacobian, from one reverse sweep that carries k adjoints."""
        return self._gathered(self.tape.reverse(tuple(self._seeds(rows, self.targets))), self.sources)

    def jacobian(self) -> np.ndarray:
        """Return the whole Jacobian, from sweeps in the direction that needs fewer; reverse where both need as many."""
        rows, columns = self.shape

        def forward() -> np.ndarray:
            return self.jvps(np.eye(columns))

        def reverse() -> np.ndarray:
            return self.vjps(np.eye(rows))

        cheaper, other = (forward, reverse) if columns < rows else (reverse, forward)
        try:
            return cheaper()
        except MissingRule:
            return other()

    def _seeds(self, rows: np.ndarray, ends: Sequence[int]) -> list[np.ndarray]:
        """Each row cut into pieces in the shapes of the nodes."""
        shapes = self._shapes(ends)
        pieces = np.split(rows, np.cumsum([prod(shape) for shape in shapes])[:-1], axis=1)
        return [np.reshape(piece, (len(rows), *shape)) for piece, shape in zip(pieces, shapes, strict=True)]

    def _gathered(self, sweep: Sweep, ends: Sequence[int]) -> np.ndarray:
        """What arrived at some nodes, a row for each seed."""
        pairs = zip(ends, self._shapes(ends), strict=True)
        parts = [np.reshape(sweep.at(index), (sweep.count or 0, prod(shape))) for index, shape in pairs]
        self.tape._latest.clear()  # a batch of sweeps is large, and nobody looks at it here
        return np.concatenate(parts, axis=1)

    def _shapes(self, ends: Sequence[int]) -> list[tuple[int, ...]]:
        return [tuple(shape_of(self.tape.values[index])) for index in ends]
