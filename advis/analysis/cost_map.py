"""The map of costs: what forward, reverse and the best order cost as the numbers of inputs and outputs vary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from advis.analysis.orders import cheapest, cost_of, multiplied
from advis.autodiff.numbers import number
from advis.autodiff.shown import Shown
from advis.autodiff.table import Table

if TYPE_CHECKING:
    from advis.analysis.chain import Chain

POINTS = 37  # along each axis


@dataclass(frozen=True, repr=False, eq=False)
class CostMap(Shown):
    """Costs over the plane of n inputs and m outputs; the inner sizes are those of a chain.

    Attributes
    ----------
    chain : Chain
        Its own n and m are one point of the plane.
    decades : int
        Both axes run from 1 to 10 to this power.
    """

    chain: Chain
    decades: int

    @cached_property
    def axis(self) -> tuple[int, ...]:
        """The sizes along both axes, evenly spaced by their logarithm and rounded."""
        return tuple(round(float(10**x)) for x in np.linspace(0, self.decades, POINTS))

    @property
    def inner(self) -> tuple[int, ...]:
        """The sizes that do not vary, from the output to the input."""
        return self.chain.sizes[1:-1]

    def costs(self, n: int, m: int) -> tuple[int, int, int]:
        """Return the fma of forward, of reverse, and of the best order, for n inputs and m outputs."""
        inner = self.inner
        between = sum(a * b for a, b in pairwise(inner))
        forward = n * (between + m * inner[0])
        reverse = m * (between + n * inner[-1])
        sizes = (m, *inner, n)
        splits = {span: k for span, (_, k) in cheapest(sizes).items()}
        return forward, reverse, cost_of(multiplied(splits, len(sizes) - 1), sizes).total

    @cached_property
    def grid(self) -> np.ndarray:
        """The three costs at every point: an array (3, outputs, inputs).

        What lies between the inner sizes does not vary: its best order is found once, and extended to both sides.
        """
        n, m = (np.array(self.axis, float)[place] for place in (np.s_[None, :], np.s_[:, None]))
        inner = [float(size) for size in self.inner]
        between = sum(a * b for a, b in pairwise(inner))
        cost = _between(inner)
        last = len(inner) - 1
        left, right = [0.0 * m], [0.0 * n]  # the best cost from the output to each inner size, and on to the input
        for j in range(1, last + 1):
            left.append(np.min([left[i] + cost[i, j] + m * inner[i] * inner[j] for i in range(j)], axis=0))
        for i in range(1, last + 1):
            ends = [(last - i, last - k) for k in range(i)]
            right.append(np.min([right[last - b] + cost[a, b] + n * inner[a] * inner[b] for a, b in ends], axis=0))
        best = np.min([left[i] + right[last - i] + m * inner[i] * n for i in range(last + 1)], axis=0)
        return np.stack([n * (between + m * inner[0]), m * (between + n * inner[-1]), best])

    def crossing(self, m: float) -> float:
        """Return the number of inputs at which forward and reverse cost the same, for m outputs.

        Below it forward is cheaper; infinite if it always is.
        """
        between = sum(a * b for a, b in pairwise(self.inner))
        rest = between + m * (self.inner[0] - self.inner[-1])
        return m * between / rest if rest > 0 else float("inf")

    def crossing_outputs(self, n: float) -> float:
        """Return the number of outputs at which forward and reverse cost the same, for n inputs; see `crossing`."""
        between = sum(a * b for a, b in pairwise(self.inner))
        rest = between + n * (self.inner[-1] - self.inner[0])
        return n * between / rest if rest > 0 else float("inf")

    def table(self) -> Table:
        """Return where forward and reverse cross, and the costs of the chain's own sizes."""
        m, n = self.chain.shape
        forward, reverse, best = self.costs(n, m)
        rows = [(f"{size:,}", number(self.crossing(size))) for size in (10**k for k in range(self.decades + 1))]
        own = f"at n = {n:,}, m = {m:,}: forward {forward:,} fma, reverse {reverse:,}, the best order {best:,}"
        title = f"{self.chain.title}: what forward and reverse cost as n and m vary"
        return Table(title, ("outputs m", "forward is cheaper below n ="), tuple(rows), (True, True), (own,))

    def __str__(self) -> str:
        return self.table().text()


def mapped(chain: Chain) -> CostMap:
    """Return the map of a chain; see `Chain.map`.

    Raises
    ------
    ValueError
        For a chain of fewer than three factors: two can be multiplied in one order only.
    """
    if len(chain.factors) < 3:
        raise ValueError(
            f"map: {chain.title} has {len(chain.factors)} factor{'s' * (len(chain.factors) != 1)}, which leave no "
            "choice of order; take a chain of at least three"
        )
    widest = max(max(chain.sizes), 25)
    return CostMap(chain, int(np.ceil(np.log10(4 * widest))))


def _between(inner: list[float]) -> np.ndarray:
    """The best cost of the product from each inner size to each other one (Cormen et al., section 15.2)."""
    count = len(inner)
    sizes, cost = np.array(inner), np.zeros((count, count))
    for length in range(2, count):
        i = np.arange(count - length)[:, None]
        j, k = i + length, i + np.arange(1, length)
        found = cost[i, k] + cost[k, j] + sizes[i] * sizes[k] * sizes[j]
        cost[i[:, 0], j[:, 0]] = found.min(axis=1)
    return cost
