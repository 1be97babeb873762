"""J put together from sweeps of vectors: column by column from one-hot tangents, row by row from one-hot adjoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advis.analysis.accumulation import Accumulation
from advis.analysis.factor import refuse_large
from advis.autodiff.shown import Shown

if TYPE_CHECKING:
    from advis.analysis.chain import Chain


@dataclass(frozen=True, slots=True)
class Sweeping:
    """One sweep of vectors, and what it found of J.

    Attributes
    ----------
    index : int
        Which column, or which row.
    entry : str
        The name of the input or output that the one-hot vector points at.
    accumulation : Accumulation
    found : ndarray or None
        The column or row, None if planned from shapes alone.
    """

    index: int
    entry: str
    accumulation: Accumulation
    found: np.ndarray | None


@dataclass(frozen=True, slots=True, repr=False, eq=False)
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

    @property
    def fma(self) -> int:
        """All fused multiply-adds, of all sweeps."""
        return sum(sweep.accumulation.fma for sweep in self.sweeps)

    @property
    def peak_entries(self) -> int:
        """The most entries alive at once: those of one sweep, since each is over before the next. J is not counted."""
        return max((sweep.accumulation.peak_entries for sweep in self.sweeps), default=0)

    @property
    def largest_intermediate(self) -> tuple[int, int]:
        """The shape of the largest vector."""
        shapes = [sweep.accumulation.largest_intermediate for sweep in self.sweeps]
        return max(shapes, key=lambda shape: shape[0] * shape[1], default=(0, 0))

    @property
    def jacobian(self) -> np.ndarray | None:
        """J; None if planned from shapes alone."""
        if not self.chain.is_known:
            return None
        found = [sweep.found for sweep in self.sweeps if sweep.found is not None]
        if not found:
            return np.zeros(self.chain.shape)
        return np.stack(found, axis=1 if self.direction == "forward" else 0)

    def __str__(self) -> str:
        from advis.analysis.chain_tables import assembly_table

        return assembly_table(self).text()


def by_columns(chain: Chain) -> Assembly:
    """Return J from n JVPs; see `Chain.by_columns`."""
    _check(chain)
    entries = chain.ends[-1].entries
    swept = (chain.jvp(one) for one in _one_hot(len(entries)))
    return Assembly(chain, "forward", _sweepings(entries, swept))


def by_rows(chain: Chain) -> Assembly:
    """Return J from m VJPs; see `Chain.by_rows`."""
    _check(chain)
    entries = chain.ends[0].entries
    swept = (chain.vjp(one) for one in _one_hot(len(entries)))
    return Assembly(chain, "reverse", _sweepings(entries, swept))


def _check(chain: Chain) -> None:
    first, last = chain.variables[0], chain.variables[-1]
    refuse_large(f"∂{first}/∂{last}", chain.shape, chain.max_entries)


def _one_hot(size: int) -> Iterator[np.ndarray]:
    """The one-hot vectors, one at a time: all of them would be a matrix."""
    for place in range(size):
        one = np.zeros(size)
        one[place] = 1.0
        yield one


def _sweepings(entries: tuple[str, ...], swept: Iterator[Accumulation]) -> tuple[Sweeping, ...]:
    return tuple(
        Sweeping(k, entry, one, None if one.jacobian is None else np.ravel(one.jacobian))
        for k, (entry, one) in enumerate(zip(entries, swept, strict=True))
    )
