"""A chain's accumulation seen on its graph: one matrix-seeded sweep, which passes stage after stage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.shown import Shown
from advis.autodiff.sweep import Sweep
from advis.autodiff.table import Table

if TYPE_CHECKING:
    from advis.analysis.chain import Chain


@dataclass(frozen=True, repr=False, eq=False)
class ChainSweep(Shown):
    """A sweep over the tape of a chain that carries all n tangents, or all m adjoints, at once.

    Attributes
    ----------
    chain : Chain
    direction : str
        ``forward`` or ``reverse``.
    """

    chain: Chain
    direction: str

    @cached_property
    def sweep(self) -> Sweep:
        """The sweep, seeded with the identity."""
        tape = self.chain.tape
        assert tape is not None, "a planned chain has no tape"
        places = tape.input_places if self.direction == "forward" else tape.output_places
        shapes = [tuple(shape_of(tape.values[place.index])) for place in places]
        sizes = [int(np.prod(shape, dtype=int)) for shape in shapes]
        rows = np.split(np.eye(sum(sizes)), np.cumsum(sizes)[:-1], axis=1)
        seeds = [np.reshape(row, (len(row), *shape)) for row, shape in zip(rows, shapes, strict=True)]
        return tape.forward(*seeds) if self.direction == "forward" else tape.reverse(seeds[0])

    @cached_property
    def passed(self) -> tuple[int, ...]:
        """How many stages the sweep has passed after each of its steps, from step 0."""
        factors = self.chain.factors if self.direction == "reverse" else self.chain.factors[::-1]
        turns = {step.node.index for step in self.sweep.steps}  # constants of a stage have none
        left = [turns.intersection(factor.stage.nodes if factor.stage is not None else ()) for factor in factors]
        counts = [0]
        for step in self.sweep.steps:
            for nodes in left:
                nodes.discard(step.node.index)
            counts.append(next((k for k, nodes in enumerate(left) if nodes), len(left)))
        return tuple(counts)

    def table(self) -> Table:
        """Return the sweep's own table."""
        return self.sweep.table()

    def __str__(self) -> str:
        return self.table().text()


def swept(chain: Chain, direction: str) -> ChainSweep:
    """Return the sweep of a chain; see `Chain.sweep`.

    Raises
    ------
    ValueError
        For an unknown direction, or a chain that was planned from shapes alone.
    """
    if direction not in ("forward", "reverse"):
        raise ValueError(f"sweep: direction={direction!r} is not known; choose 'forward' or 'reverse'")
    if chain.tape is None:
        raise ValueError(
            "sweep: this chain was planned from shapes alone, so it has no graph; make it with av.chain(F, x)"
        )
    if direction == "reverse" and len(chain.tape.output_places) != 1:
        raise ValueError(
            f"sweep: {chain.tape.function} returns {len(chain.tape.output_places)} arrays; the reverse sweep of a "
            "chain is shown for one, so let the last stage put them together"
        )
    return ChainSweep(chain, direction)
