"""J put together from sweeps of vectors: column by column from one-hot tangents, row by row from one-hot adjoints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from advis.analysis.accumulation import Accumulation
from advis.analysis.factor import Variable, refuse_large
from advis.analysis.orders import Cost
from advis.autodiff.numbers import looked_at
from advis.autodiff.shown import Shown

if TYPE_CHECKING:
    from advis.analysis.chain import Chain


@dataclass(frozen=True, slots=True)
class Sweeping:
    """One sweep of vectors, and what it finds of J. It is carried out when it is looked at.

    Attributes
    ----------
    chain : Chain
    direction : str
        ``forward`` finds a column, ``reverse`` a row.
    index : int
        Which column, or which row.
    entry : str
        The name of the input or output that the one-hot vector points at.
    """

    chain: Chain
    direction: str
    index: int
    entry: str

    @property
    def accumulation(self) -> Accumulation:
        """The sweep itself: the vectors that flow."""
        forward = self.direction == "forward"
        one = np.zeros(self.chain.sizes[-1 if forward else 0], self.chain.dtype)
        one[self.index] = 1.0
        return self.chain.jvp(one) if forward else self.chain.vjp(one)

    @property
    def found(self) -> np.ndarray | None:
        """The column or row, None if planned from shapes alone."""
        matrix = self.accumulation.jacobian
        return None if matrix is None else np.ravel(matrix)


@dataclass(frozen=True, repr=False, eq=False)
class Assembly(Shown):
    """J, one sweep at a time.

    Attributes
    ----------
    chain : Chain
    direction : str
        ``forward``: n JVPs, each a column. ``reverse``: m VJPs, each a row.
    sweeps : tuple of Sweeping
    """

    chain: Chain
    direction: str
    sweeps: tuple[Sweeping, ...]

    @cached_property
    def cost(self) -> Cost:
        """What one sweep costs: all cost the same."""
        return self.sweeps[0].accumulation.cost if self.sweeps else Cost((), (), (0, 0))

    @property
    def fma(self) -> int:
        """All fused multiply-adds, of all sweeps."""
        return len(self.sweeps) * self.cost.total

    @property
    def peak_entries(self) -> int:
        """The most entries alive at once: those of one sweep, since each is over before the next. J is not counted."""
        return self.cost.peak

    @property
    def largest_intermediate(self) -> tuple[int, int]:
        """The shape of the largest vector."""
        return self.cost.largest

    @cached_property
    def jacobian(self) -> np.ndarray | None:
        """J; None if planned from shapes alone."""
        if not self.chain.is_known:
            return None
        found = [part for sweep in self.sweeps if (part := sweep.found) is not None]
        if not found:
            return np.zeros(self.chain.shape)
        matrix: np.ndarray = looked_at(np.stack(found, axis=1 if self.direction == "forward" else 0))
        return matrix

    def __str__(self) -> str:
        from advis.analysis.chain_tables import assembly_table

        return assembly_table(self).text()


def by_columns(chain: Chain) -> Assembly:
    """Return J from n JVPs; see `Chain.by_columns`."""
    return _assembly(chain, "forward", chain.ends[-1])


def by_rows(chain: Chain) -> Assembly:
    """Return J from m VJPs; see `Chain.by_rows`."""
    return _assembly(chain, "reverse", chain.ends[0])


def _assembly(chain: Chain, direction: str, end: Variable) -> Assembly:
    refuse_large(f"∂{chain.variables[0]}/∂{chain.variables[-1]}", chain.shape, chain.max_entries)
    sweeps = (Sweeping(chain, direction, index, entry) for index, entry in enumerate(end.entries))
    return Assembly(chain, direction, tuple(sweeps))
