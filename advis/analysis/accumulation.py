"""An accumulation: the factors of a chain multiplied in some order, each product kept, its cost counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.analysis.bracketing import Span, tex_fraction, tex_of, text_of, tree_of
from advis.analysis.factor import Factor, refuse_large
from advis.analysis.orders import ADJOINT, PRODUCT, TANGENT, Cost, Turn, cost_of, splits_of
from advis.analysis.sparsity import sparse_costs
from advis.autodiff.numbers import looked_at
from advis.autodiff.shown import Shown
from advis.autodiff.sweeps import quiet

if TYPE_CHECKING:
    from advis.analysis.chain import Chain


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Product:
    """One turn of an accumulation: two neighbours become one.

    Attributes
    ----------
    number : int
        Its place in the accumulation, from 1.
    kind : str
        ``product`` of two matrices; or, matrix-free, ``tangent`` (the factor on the left is applied to the columns on
        its right by forward sweeps) or ``adjoint`` (the factor on the right, by reverse sweeps).
    left, right : tuple of int
        The spans of the operands: half-open intervals of factors as written. An empty one is the identity, from which
        a factor's own matrix is accumulated.
    shape : tuple of int
    inner : int
        The size q at which (p, q) and (q, r) meet.
    fma : int
        p·q·r, or the stage's edges for each column or row that is swept.
    fma_sparse : int or None
        Multiplications of two structural nonzeros; None if there are no numbers, or it is swept.
    total : int
        All fma so far.
    alive : int
        Entries of products there at this moment, with the operands still there.
    peak : int
        The most entries alive so far.
    matrix : ndarray or None
        The product, None if planned from shapes alone.
    name : str
        ``∂y/∂b``.
    """

    number: int
    kind: str
    left: Span
    right: Span
    shape: tuple[int, int]
    inner: int
    fma: int
    fma_sparse: int | None
    total: int
    alive: int
    peak: int
    matrix: np.ndarray | None
    name: str

    @property
    def span(self) -> Span:
        """The factors that it is the product of."""
        return self.left[0], self.right[1]

    def __repr__(self) -> str:
        return f"{self.name}: {self.shape[0]}×{self.shape[1]} by {self.kind}, {self.fma:,} fma"


class Accumulation(Shown):
    """The product of a chain's factors, accumulated in some order.

    Attributes
    ----------
    chain : Chain
        The factors that were multiplied; of a JVP the direction is the last one, of a VJP the weights are the first.
    order : str
        What was asked for.
    turns : tuple of Turn
    matrices : tuple of ndarray or None
        What each turn gave; None if planned from shapes alone.
    matrix_free : bool
        Whether factors were applied by sweeps, without their matrices.
    """

    def __init__(
        self,
        chain: Chain,
        order: str,
        turns: tuple[Turn, ...],
        matrix_free: bool = False,
        shaped: Callable[[np.ndarray], Any] | None = None,
    ) -> None:
        self.chain = chain
        self.order = order
        self.turns = turns
        self.matrix_free = matrix_free
        self.matrices = carried_out(chain.factors, turns, chain.max_entries) if chain.is_known else None
        self._shaped = shaped

    @cached_property
    def cost(self) -> Cost:
        """What each turn costs."""
        edges = [factor.edges for factor in self.chain.factors] if self.matrix_free else ()
        return cost_of(self.turns, self.chain.sizes, edges)

    @property
    def fma(self) -> int:
        """All fused multiply-adds: Σ p·q·r over the products, edges for each column or row over the sweeps."""
        return self.cost.total

    @property
    def fma_sparse(self) -> int | None:
        """All multiplications of two structural nonzeros; None if there are no numbers, or something is swept."""
        costs = self._sparse
        return None if None in costs else sum(cost or 0 for cost in costs)

    @property
    def peak_entries(self) -> int:
        """The most entries of products there at once; the factors do not count, the result does."""
        return self.cost.peak

    @property
    def largest_intermediate(self) -> tuple[int, int]:
        """The shape of the largest product, the result included; (0, 0) if there was nothing to multiply."""
        return self.cost.largest

    @cached_property
    def steps(self) -> tuple[Product, ...]:
        """The products in the order in which they were made."""
        found: list[Product] = []
        total = peak = 0
        for number, turn in enumerate(self.turns):
            total, peak = total + self.cost.fma[number], max(peak, self.cost.alive[number])
            found.append(self._step(number, turn, total, peak))
        return tuple(found)

    def _step(self, number: int, turn: Turn, total: int, peak: int) -> Product:
        sizes, (i, j) = self.chain.sizes, turn.span
        return Product(
            number + 1,
            turn.kind,
            turn.left,
            turn.right,
            (sizes[i], sizes[j]),
            sizes[turn.left[1]],
            self.cost.fma[number],
            self._sparse[number],
            total,
            self.cost.alive[number],
            peak,
            None if self.matrices is None else self.matrices[number],
            self.chain.name_of(turn.span),
        )

    @cached_property
    def _sparse(self) -> Sequence[int | None]:
        matrices = [factor.jacobian for factor in self.chain.factors] if not self.matrix_free else [None]
        known = [matrix for matrix in matrices if matrix is not None]
        return sparse_costs(self.turns, known) if len(known) == len(matrices) else [None] * len(self.turns)

    @property
    def jacobian(self) -> np.ndarray | None:
        """The product of all factors; None if planned from shapes alone."""
        return self.matrices[-1] if self.matrices else self.chain.factors[0].jacobian

    def matrix_of(self, span: Span) -> np.ndarray | None:
        """Return a product that was made, or the matrix of a factor; None if planned from shapes alone."""
        if self.matrices is None:
            return None
        made = {turn.span: matrix for turn, matrix in zip(self.turns, self.matrices, strict=True)}
        return made[span] if span in made else self.chain.factors[span[0]].jacobian

    @property
    def result(self) -> Any:
        """What was asked for: the Jacobian, F'(x) v in the shape of the output, or uᵀ F'(x) in that of the input."""
        matrix = self.jacobian
        return matrix if matrix is None or self._shaped is None else self._shaped(matrix)

    @property
    def tree(self) -> Any:
        """The bracketing as nested tuples over the indices of the factors."""
        return tree_of(splits_of(self.turns), len(self.chain.factors))

    @property
    def bracketing(self) -> str:
        """The bracketing as text, in the names of the stages: ``((D C) B) A``."""
        return text_of(splits_of(self.turns), self.chain.labels)

    @property
    def tex(self) -> str:
        """The bracketing in TeX, as a product of ∂y/∂c, ∂c/∂b, …"""
        fractions = [
            tex_fraction(factor.row, factor.column) if factor.column and factor.row else rf"\mathrm{{{factor.label}}}"
            for factor in self.chain.factors
        ]
        return tex_of(splits_of(self.turns), fractions)

    def __str__(self) -> str:
        from advis.analysis.chain_tables import accumulation_table

        return accumulation_table(self).text()


def carried_out(factors: Sequence[Factor], turns: Sequence[Turn], limit: int) -> tuple[np.ndarray, ...]:
    """Carry turns out, and return what each of them gave.

    Raises
    ------
    ValueError
        If a factor or a product has too many entries; said before anything is multiplied.
    """
    for turn in turns:
        _check_sizes(turn, factors, limit)
    made: dict[Span, np.ndarray] = {}

    def operand(span: Span) -> Any:
        if span[0] == span[1]:  # the identity, from which a factor's own matrix is accumulated
            return np.eye(factors[span[0]].shape[0] if span[0] < len(factors) else factors[-1].shape[1])
        return made[span] if span in made else factors[span[0]].jacobian

    with quiet():
        for turn in turns:
            made[turn.span] = _carried_out(turn, factors, operand)
    return tuple(looked_at(made[turn.span]) for turn in turns)


def _check_sizes(turn: Turn, factors: Sequence[Factor], limit: int) -> None:
    """A vector is never too large: it has no more entries than the reader's own variables."""
    spans = [turn.span, turn.left, turn.right] if turn.kind == PRODUCT else [turn.span]
    for i, j in spans:
        first, last = factors[i], factors[j - 1]
        if first.row and last.column:
            refuse_large(f"∂{first.row}/∂{last.column}", (first.shape[0], last.shape[1]), limit)
    for i, j in (turn.left, turn.right):
        if i == j:
            factor = factors[turn.span[0]]
            size = factor.shape[0 if turn.kind == ADJOINT else 1]
            refuse_large(f"the identity from which {factor.name} is swept,", (size, size), limit)


def _carried_out(turn: Turn, factors: Sequence[Factor], operand: Callable[[Span], Any]) -> np.ndarray:
    if turn.kind == PRODUCT:
        product: np.ndarray = operand(turn.left) @ operand(turn.right)
        return product
    factor = factors[turn.left[0] if turn.kind == TANGENT else turn.right[0]]
    assert factor.stage is not None, "what is swept has a stage"
    if turn.kind == ADJOINT:
        return factor.stage.vjps(operand(turn.left))
    return factor.stage.jvps(operand(turn.right))
