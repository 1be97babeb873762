"""All orders of a chain side by side: what each costs, before anything is multiplied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advis.analysis.bracketing import Splits, every_bracketing, forward_splits, how_many, reverse_splits, text_of
from advis.analysis.orders import PRODUCT, Cost, Turn, cheaper_modes, cheapest, cost_of, multiplied, splits_of, swept
from advis.autodiff.shown import Shown

if TYPE_CHECKING:
    from advis.analysis.chain import Chain

MOST_LISTED = 14
"""So many bracketings are listed one by one, which is all of them for up to five factors."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one order costs.

    Attributes
    ----------
    label : str
        ``forward``, ``reverse``, ``optimal``; a bracketing; ``n JVPs one by one``.
    bracketing : str
        As text; of sweeps, with the vector v or u, or the identity I, as a factor of its own.
    fma : int
    peak_entries : int
    largest_intermediate : tuple of int
    kind : str
        ``order`` (forward, reverse, optimal, worst), ``bracketing`` (any other), ``sweep`` (all vectors at once),
        ``vectors`` (one by one) or ``matrix-free``.
    """

    label: str
    bracketing: str
    fma: int
    peak_entries: int
    largest_intermediate: tuple[int, int]
    kind: str


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparison(Shown):
    """The orders of a chain side by side.

    Attributes
    ----------
    chain : Chain
    rows : tuple of Row
    bracketings : int
        How many bracketings there are; if they are many, only the best and the worst stand in the rows.
    """

    chain: Chain
    rows: tuple[Row, ...]
    bracketings: int

    @property
    def best(self) -> Row:
        """The row with the fewest fma; of several the one with the lowest peak, then the first."""
        return min(self.rows, key=lambda row: (row.fma, row.peak_entries))

    def plot(self) -> Any:
        """Return the chart of all orders as a matplotlib figure.

        Returns
        -------
        matplotlib.figure.Figure

        Examples
        --------
        >>> import advis as av
        >>> figure = av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)]).compare().plot()
        >>> [text.get_text() for text in figure.axes[0].texts][:2]
        ['order', 'fma']
        """
        return Shown._doors.plot(self, "chart")

    def __getitem__(self, label: str) -> Row:
        for row in self.rows:
            if label in (row.label, row.bracketing):
                return row
        raise KeyError(f"compare: no row is called {label!r}; there are {', '.join(row.label for row in self.rows)}")

    def __str__(self) -> str:
        from advis.analysis.chain_tables import comparison_table

        return comparison_table(self).text()


def compared(chain: Chain, matrix_free: bool = False) -> Comparison:
    """Return the orders of a chain side by side; see `Chain.compare`."""
    if matrix_free:
        return Comparison(chain, tuple(_matrix_free(chain)), how_many(len(chain.factors)))
    sizes, labels, count = chain.sizes, chain.labels, len(chain.factors)
    named = {
        "forward": forward_splits(count),
        "reverse": reverse_splits(count),
        "optimal": _splits(sizes, dearest=False),
    }
    if how_many(count) > MOST_LISTED:
        named["worst"] = _splits(sizes, dearest=True)
    rows = [_row(label, splits, sizes, labels, "order") for label, splits in named.items()]
    if how_many(count) <= MOST_LISTED:
        others = [splits for splits in every_bracketing(count) if splits not in named.values()]
        rows += [_row(text_of(splits, labels), splits, sizes, labels, "bracketing") for splits in others]
    return Comparison(chain, (*rows, *_sweeps(sizes, labels)), how_many(count))


def _matrix_free(chain: Chain) -> list[Row]:
    """Forward, reverse and optimal by sweeps; and all matrices accumulated first, then multiplied in the best order."""
    sizes, labels, count = chain.sizes, chain.labels, len(chain.factors)
    rows = []
    for label in ("forward", "reverse", "optimal", "factors first"):
        if label == "factors first":
            choices = {span: (PRODUCT, k) for span, k in _splits(sizes, dearest=False).items()}
            turns = swept(choices, cheaper_modes(sizes), count)
        else:
            turns = chain.turns(label, matrix_free=True)
        cost = cost_of(turns, sizes, chain.edges)
        text = text_of(splits_of(turns), labels)
        rows.append(Row(label, text, cost.total, cost.peak, cost.largest, "matrix-free"))
    return rows


def _splits(sizes: Sequence[int], dearest: bool) -> Splits:
    return {span: k for span, (_, k) in cheapest(sizes, dearest=dearest).items()}


def _row(label: str, splits: Splits, sizes: Sequence[int], labels: Sequence[str], kind: str) -> Row:
    cost = cost_of(multiplied(splits, len(labels)), sizes)
    return Row(label, text_of(splits, labels), cost.total, cost.peak, cost.largest, kind)


def _sweeps(sizes: Sequence[int], labels: Sequence[str]) -> list[Row]:
    """J by sweeps: all vectors in one, and one by one."""
    m, n = sizes[0], sizes[-1]
    rows = []
    for many, word, forward in ((n, "JVP", True), (m, "VJP", False)):
        said = f"{many:,} {word}{'s' if many != 1 else ''}"
        once, one = _swept(sizes, many, forward), _swept(sizes, 1, forward)
        rows += [
            Row(f"{said} in one sweep", _text(labels, "I", forward), once.total, once.peak, once.largest, "sweep"),
            Row(
                f"{said} one by one",
                _text(labels, "v" if forward else "u", forward),
                many * one.total,
                one.peak if many else 0,
                one.largest if many else (0, 0),
                "vectors",
            ),
        ]
    return rows


def _swept(sizes: Sequence[int], vectors: int, forward: bool) -> Cost:
    """What one sweep costs that carries so many vectors through all factors."""
    count = len(sizes) - 1
    if forward:
        turns = [Turn(PRODUCT, (i, i + 1), (i + 1, count + 1)) for i in reversed(range(count))]
        return cost_of(turns, [*sizes, vectors])
    return cost_of([Turn(PRODUCT, (0, k), (k, k + 1)) for k in range(1, count + 1)], [vectors, *sizes])


def _text(labels: Sequence[str], vector: str, forward: bool) -> str:
    operands = [*labels, vector] if forward else [vector, *labels]
    return text_of((forward_splits if forward else reverse_splits)(len(operands)), operands)
