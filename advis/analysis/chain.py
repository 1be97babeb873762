"""A chain: the Jacobian of a composition as a product of factors, one for each stage."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from advis.analysis.accumulation import Accumulation
from advis.analysis.assembly import Assembly, by_columns, by_rows
from advis.analysis.bracketing import Span, forward_splits, parsed, reverse_splits
from advis.analysis.chain_sweep import ChainSweep
from advis.analysis.chain_sweep import swept as swept_whole
from advis.analysis.comparison import Comparison, compared
from advis.analysis.cost_map import CostMap, mapped
from advis.analysis.factor import Factor, Variable
from advis.analysis.orders import (
    ADJOINT,
    PRODUCT,
    TANGENT,
    Turn,
    cheaper_modes,
    cheapest,
    cheapest_within,
    multiplied,
    swept,
)
from advis.analysis.vectors import flat_vector, in_shape
from advis.autodiff.shown import Shown
from advis.autodiff.tape import Tape

LIMIT = 10**7


class Chain(Shown):
    """A Jacobian as a product of factors, made by `advis.chain`.

    Attributes
    ----------
    factors : tuple of Factor
        Left to right as written: ∂y/∂c, ∂c/∂b, ∂b/∂a, ∂a/∂x.
    title : str
        ``F = D ∘ C ∘ B ∘ A``.
    tape : Tape or None
        The record of the whole function; None if planned from shapes alone.
    max_entries : int
        A larger matrix is not built.
    """

    def __init__(self, factors: Sequence[Factor], title: str, tape: Tape | None, max_entries: int = LIMIT) -> None:
        self.factors = tuple(factors)
        self.title = title
        self.tape = tape
        self.max_entries = max_entries

    @property
    def is_known(self) -> bool:
        """Whether there are numbers: it was not planned from shapes alone."""
        return all(factor.is_known for factor in self.factors)

    @property
    def ends(self) -> tuple[Variable, ...]:
        """What stands between the factors and at both ends, from the output to the input."""
        return (*(factor.out for factor in self.factors), self.factors[-1].into)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, from the output to the input: ``("y", "c", "b", "a", "x")``."""
        return tuple(end.name for end in self.ends)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the variables: (m, |c|, |b|, |a|, n)."""
        return tuple(end.size for end in self.ends)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """The shapes of the factors."""
        return tuple(factor.shape for factor in self.factors)

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of the Jacobian, (m, n)."""
        return self.sizes[0], self.sizes[-1]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers: that of the inputs."""
        if self.tape is None:
            return np.dtype(float)
        return np.result_type(*(self.tape.values[place.index] for place in self.tape.input_places))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the stages as written, for bracketings: ``("D", "C", "B", "A")``."""
        return tuple(factor.label for factor in self.factors)

    @property
    def flattened(self) -> dict[str, Any]:
        """The variables that were not vectors or numbers, with the shape that was flattened, or several shapes."""
        return {end.name: end.flattened for end in reversed(self.ends) if end.flattened is not None}

    def name_of(self, span: Span) -> str:
        """Return the name of a product of factors: ``∂y/∂b``; of a JVP ``tangent of b``, of a VJP ``adjoint of b``."""
        row, column = self.factors[span[0]].row, self.factors[span[1] - 1].column
        if not column:
            return f"tangent of {row}"
        return f"∂{row}/∂{column}" if row else f"adjoint of {column}"

    # -- accumulating

    def accumulate(self, order: Any = "optimal", matrix_free: bool = False) -> Accumulation:
        """Multiply the factors in some order, and keep each product.

        Parameters
        ----------
        order : str or tuple, optional
            ``"forward"`` (from the input), ``"reverse"`` (from the output), ``"optimal"`` (the fewest fma), a
            bracketing as text, ``"((D C) B) A"``, or as nested tuples of indices of factors.
        matrix_free : bool, optional
            Whether factors are applied by sweeps over their stage, at the cost of its elemental edges. Forward is then
            one sweep of n tangents, reverse one of m adjoints; otherwise each pair is put together in the cheapest of
            three ways: a product of two accumulated matrices, a sweep of tangents, or a sweep of adjoints.

        Returns
        -------
        Accumulation
            ``.jacobian``, ``.fma``, ``.peak_entries``, ``.largest_intermediate``, ``.bracketing``, ``.steps``.

        Raises
        ------
        ValueError
            For a wrong bracketing (it says where), a matrix of more than ``max_entries`` entries, or
            ``matrix_free=True`` for a chain that was planned without edges.

        Examples
        --------
        >>> import advis as av
        >>> chain = av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)])
        >>> [(chain.accumulate(order).fma, chain.accumulate(order).peak_entries) for order in ("forward", "reverse")]
        [(12040, 540), (1400, 70)]
        >>> av.chain(shapes=[(2, 1), (1, 3), (3, 3)], edges=[7, 14, 29]).accumulate("optimal", matrix_free=True).fma
        56
        """
        said = order if isinstance(order, str) else str(order)
        return Accumulation(self, said, self.turns(order, matrix_free), matrix_free)

    def turns(self, order: Any, matrix_free: bool = False) -> tuple[Turn, ...]:
        """Return the turns that an order takes, without carrying them out; see `accumulate`."""
        return self._swept(order) if matrix_free else self._multiplied(order)

    def _multiplied(self, order: Any) -> tuple[Turn, ...]:
        if order == "optimal":
            return multiplied({span: k for span, (_, k) in cheapest(self.sizes).items()}, len(self.factors))
        return multiplied(self._splits(order), len(self.factors))

    def _splits(self, order: Any) -> dict[Span, int]:
        count = len(self.factors)
        if order == "forward":
            return forward_splits(count)
        if order == "reverse":
            return reverse_splits(count)
        return parsed(order, self.labels, [factor.name for factor in self.factors])

    def _swept(self, order: Any) -> tuple[Turn, ...]:
        edges, count = self.edges, len(self.factors)
        if order == "forward":
            return swept({(0, count): (TANGENT, count - 1)}, [TANGENT] * count, count)
        if order == "reverse":
            return swept({(0, count): (ADJOINT, 1)}, [ADJOINT] * count, count)
        if order == "optimal":
            choices = cheapest(self.sizes, edges)
        else:
            choices = cheapest_within(self._splits(order), self.sizes, edges)
        return swept(choices, cheaper_modes(self.sizes), count)

    @property
    def edges(self) -> list[int]:
        """The elemental edges of each factor, which are what a sweep costs.

        Raises
        ------
        ValueError
            If the chain was planned without them.
        """
        missing = [factor.name for factor in self.factors if factor.edges is None]
        if missing:
            raise ValueError(
                f"chain: the elemental edges of {missing[0]} are not known, so matrix_free=True has no cost; give "
                "av.chain(shapes=…, edges=[…]), one number for each factor"
            )
        return [factor.edges or 0 for factor in self.factors]

    def jvp(self, v: Any = None, matrix_free: bool | None = None) -> Accumulation:
        """Return F'(x) v: the direction v is the last factor, and only vectors flow.

        Parameters
        ----------
        v : array or container, optional
            In the structure of the arguments, or flat with n numbers. 1.0 if there is one input; none is needed for
            planning.
        matrix_free : bool, optional
            Whether the factors are applied by sweeps, at the cost of their elemental edges, rather than as matrices.
            If it is not given: only where a factor is too large to be built.

        Returns
        -------
        Accumulation
            ``.result`` has the structure of the output.

        Raises
        ------
        ValueError
            For v of the wrong size.

        Examples
        --------
        >>> import numpy as np
        >>> import advis as av
        >>> chain = av.chain(av.compose(np.sum, np.sin), np.array([0.0, np.pi]))
        >>> chain.jvp([1.0, 0.0]).result
        1.0
        """
        matrix = flat_vector(self, v, "jvp")
        direction = Factor(self.ends[-1], Variable("", (("v", ()),)), "v", given=_column(matrix))
        count = len(self.factors)
        extended = Chain((*self.factors, direction), f"{self.title}, times v", self.tape, self.max_entries)
        spans = [((i, i + 1), (i + 1, count + 1)) for i in reversed(range(count))]
        return self._vector("jvp", extended, TANGENT, spans, matrix_free)

    def vjp(self, u: Any = None, matrix_free: bool | None = None) -> Accumulation:
        """Return uᵀ F'(x): the weights u are the first factor, and only vectors flow.

        Parameters
        ----------
        u : array or container, optional
            In the structure of the output, or flat with m numbers. 1.0 if there is one output; none is needed for
            planning.
        matrix_free : bool, optional
            As for `jvp`.

        Returns
        -------
        Accumulation
            ``.result`` has the structure of the arguments.

        Raises
        ------
        ValueError
            For u of the wrong size.

        Examples
        --------
        >>> import numpy as np
        >>> import advis as av
        >>> av.chain(av.compose(np.sum, np.sin), np.array([0.0, np.pi])).vjp().result
        array([ 1., -1.])
        """
        matrix = flat_vector(self, u, "vjp")
        weights = Factor(Variable("", (("u", ()),)), self.ends[0], "u", given=_row(matrix))
        extended = Chain((weights, *self.factors), f"uᵀ times {self.title}", self.tape, self.max_entries)
        spans = [((0, k), (k, k + 1)) for k in range(1, len(self.factors) + 1)]
        return self._vector("vjp", extended, ADJOINT, spans, matrix_free)

    def _vector(
        self, verb: str, extended: Chain, kind: str, spans: list[tuple[Span, Span]], matrix_free: bool | None
    ) -> Accumulation:
        if matrix_free is None:
            matrix_free = self.is_known and any(factor.is_too_large for factor in self.factors)
        if matrix_free:
            self.edges  # noqa: B018 (raises where they are not known)
        turns = tuple(Turn(kind if matrix_free else PRODUCT, left, right) for left, right in spans)
        return Accumulation(extended, verb, turns, matrix_free, in_shape(self, verb))

    def by_columns(self) -> Assembly:
        """Return J column by column: one JVP for each input, along a one-hot tangent; n sweeps of vectors."""
        return by_columns(self)

    def by_rows(self) -> Assembly:
        """Return J row by row: one VJP for each output, with a one-hot adjoint; m sweeps of vectors."""
        return by_rows(self)

    def sweep(self, direction: str = "reverse") -> ChainSweep:
        """Return one sweep over the graph that carries the whole matrix: the accumulation, seen on the graph.

        Parameters
        ----------
        direction : {"reverse", "forward"}, optional
            m adjoints at once, or n tangents at once.

        Returns
        -------
        ChainSweep
            ``.sweep`` is the sweep, seeded with the identity; shown, rail and graph go in step.

        Raises
        ------
        ValueError
            For an unknown direction, or a chain that was planned from shapes alone.

        Examples
        --------
        >>> import numpy as np
        >>> import advis as av
        >>> chain = av.chain(av.compose(np.sum, np.sin), np.array([0.0, np.pi]))
        >>> chain.sweep("reverse").sweep.result
        array([[ 1., -1.]])
        """
        return swept_whole(self, direction)

    def map(self) -> CostMap:
        """Return the map of costs over the numbers of inputs and outputs: where forward, reverse or neither is best.

        Returns
        -------
        CostMap
            ``.costs(n, m)``, ``.crossing(m)``; shown, the chain's own sizes are marked.

        Raises
        ------
        ValueError
            For a chain of fewer than three factors.

        Examples
        --------
        >>> import advis as av
        >>> av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)]).map().costs(n=10, m=1)
        (12040, 1400, 1400)
        """
        return mapped(self)

    def compare(self, matrix_free: bool = False) -> Comparison:
        """Return all orders side by side: forward, reverse, optimal, other bracketings, sweep by sweep.

        Parameters
        ----------
        matrix_free : bool, optional
            Whether to compare the matrix-free orders instead, whose cost includes accumulating the factors.

        Returns
        -------
        Comparison
            ``.rows``, ``.best``; nothing is multiplied.

        Examples
        --------
        >>> import advis as av
        >>> av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)]).compare().best.label
        'reverse'
        """
        return compared(self, matrix_free)

    def __str__(self) -> str:
        from advis.analysis.chain_tables import chain_table

        return chain_table(self).text()


def _column(flat: np.ndarray | None) -> np.ndarray | None:
    return None if flat is None else flat[:, None]


def _row(flat: np.ndarray | None) -> np.ndarray | None:
    return None if flat is None else flat[None, :]
