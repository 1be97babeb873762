"""Chains, accumulations and comparisons as tables, in the style of the evaluation trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod

import numpy as np

from advis.analysis.accumulation import Accumulation, Product
from advis.analysis.assembly import Assembly
from advis.analysis.chain import Chain
from advis.analysis.comparison import Comparison
from advis.analysis.factor import Factor
from advis.analysis.orders import PRODUCT
from advis.autodiff.numbers import number, scale_of, shape_text, value_text
from advis.autodiff.table import LIMIT, Table


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, each written when it is shown."""

    count: int
    cells: Callable[[int], tuple[str, ...]]


def chain_table(chain: Chain) -> Table:
    """Return the factors: name, stage, shape, entries, nonzeros, structure, edges."""
    known = chain.is_known
    edges = all(factor.planned_edges is not None or factor.stage is not None for factor in chain.factors)
    built = _built(chain)
    headings = ["factor", "stage", "shape", "entries"] + ["nonzero", "structure"] * known + ["edges"] * edges
    rows = Rows(len(chain.factors), lambda k: _factor_row(chain.factors[k], known, k < built, edges))
    m, n = chain.shape
    title = f"{chain.title}: J = {' · '.join(factor.name for factor in chain.factors)} is {m:,}×{n:,}"
    numeric = [False, False, False, True] + [True, False] * known + [True] * edges
    return _table(title, headings, rows, numeric, _chain_notes(chain))


def _built(chain: Chain) -> int:
    """How many factors are built to be looked at: a table of many large ones must not fill the memory."""
    entries = accumulate(prod(factor.shape) for factor in chain.factors)
    return sum(so_far <= chain.max_entries for so_far in entries)


def _factor_row(factor: Factor, known: bool, built: bool, edges: bool) -> tuple[str, ...]:
    rows, columns = factor.shape
    if not known:
        more: list[str] = []
    elif not built:
        more = ["–", "not built"]
    else:
        more = [f"{factor.nnz:,}", str(factor.structure)]
    last = [f"{factor.edges:,}"] if edges else []
    return (factor.name, factor.label, shape_text(factor.shape), f"{rows * columns:,}", *more, *last)


def _chain_notes(chain: Chain) -> tuple[str, ...]:
    notes = []
    for name, shape in chain.flattened.items():
        several = isinstance(shape, tuple) and bool(shape) and isinstance(shape[0], tuple)
        if not several:
            notes.append(f"{name}, of shape {shape_text(shape)}, is flattened to a vector")
        elif len(shape) > 1:
            notes.append(f"{name} is a vector of {len(shape)} values, one after the other")
    return tuple(notes)


def accumulation_table(accumulation: Accumulation) -> Table:
    """Return the products in order: what is multiplied, shape, fma and their sum, entries alive, and the numbers."""
    steps, chain = accumulation.steps, accumulation.chain
    known = accumulation.matrices is not None
    sweeps = any(step.kind != PRODUCT for step in steps)
    headings = ["step", "product", *(["how"] * sweeps), "shape", "fma", "total", "alive", *(["value"] * known)]

    def row(k: int) -> tuple[str, ...]:
        step = steps[k]
        return (
            str(step.number),
            f"{step.name} = {_operand(chain, step.left)} · {_operand(chain, step.right)}",
            *([step.kind] * sweeps),
            shape_text(step.shape),
            f"{step.fma:,}",
            f"{step.total:,}",
            f"{step.alive:,}",
            *([_value_text(accumulation, step)] if known else []),
        )

    rows = Rows(len(steps), row)
    return _table(
        _accumulation_title(accumulation),
        headings,
        rows,
        [True, False, *([False] * sweeps), False, True, True, True, *([True] * known)],
    )


def _value_text(accumulation: Accumulation, step: Product) -> str:
    """The numbers of a product; what is round-off beside its operands is written as 0."""
    assert step.matrix is not None, "only a known accumulation has a column of values"
    if step.kind != PRODUCT:
        return _entries_text(step.matrix, scale_of(step.matrix))
    left, right = (accumulation.matrix_of(span) for span in (step.left, step.right))
    return _entries_text(step.matrix, scale_of(left) * scale_of(right))


def _entries_text(matrix: np.ndarray, scale: float = 0.0) -> str:
    """A number, a row or a column as such, and the range of a matrix."""
    if 1 in matrix.shape:
        matrix = np.ravel(matrix)
    return value_text(matrix[0] if matrix.shape == (1,) else matrix, scale=scale)


def _accumulation_title(accumulation: Accumulation) -> str:
    order = accumulation.order + (", matrix-free" if accumulation.matrix_free else "")
    said = f"{accumulation.bracketing} ({order}): {accumulation.fma:,} fma"
    sparse = accumulation.fma_sparse
    said += f" ({sparse:,} without zeros)" if sparse is not None and sparse < accumulation.fma else ""
    largest = shape_text(accumulation.largest_intermediate)
    return f"{said}, at most {accumulation.peak_entries:,} entries alive, largest {largest}"


def _operand(chain: Chain, span: tuple[int, int]) -> str:
    """``∂y/∂b``, ``v``, or I for the identity."""
    if span[0] == span[1]:
        return "I"
    return chain.factors[span[0]].name if span[1] - span[0] == 1 else chain.name_of(span)


def comparison_table(comparison: Comparison) -> Table:
    """Return the orders: bracketing, fma, the times of the best one, entries at the peak, the largest."""
    best = comparison.best

    def cells(k: int) -> tuple[str, ...]:
        row = comparison.rows[k]
        return (
            row.label + (" ←" if row is best else ""),
            row.bracketing if row.label != row.bracketing else "",
            f"{row.fma:,}",
            number(row.fma / best.fma) if best.fma else "–",
            f"{row.peak_entries:,}",
            shape_text(row.largest_intermediate),
        )

    rows = Rows(len(comparison.rows), cells)
    headings = ["order", "bracketing", "fma", "× best", "peak", "largest"]
    notes = (f"there are {comparison.bracketings:,} bracketings",) if comparison.bracketings > 1 else ()
    title = f"{comparison.chain.title}: orders of accumulation"
    return _table(title, headings, rows, [False, False, True, True, True, False], notes)


def assembly_table(assembly: Assembly) -> Table:
    """Return the sweeps: which vector, fma, and the column or row that was found."""
    forward = assembly.direction == "forward"
    names = ("tangent", "column") if forward else ("adjoint", "row")
    known = assembly.chain.is_known
    one = assembly.cost.total

    def row(k: int) -> tuple[str, ...]:
        found = [_entries_text(vector)] if (vector := assembly.sweeps[k].found) is not None else []
        return (f"of {assembly.sweeps[k].entry}", f"{one:,}", f"{(k + 1) * one:,}", *found)

    rows = Rows(len(assembly.sweeps), row)
    count = f"{len(assembly.sweeps):,} {'JVP' if forward else 'VJP'}{'s' if len(assembly.sweeps) != 1 else ''}"
    title = (
        f"{assembly.chain.title}: J {names[1]} by {names[1]}, {count}: "
        f"{assembly.fma:,} fma, at most {assembly.peak_entries:,} entries alive"
    )
    return _table(
        title, [f"one-hot {names[0]}", "fma", "total", *([names[1]] * known)], rows, [False, True, True, True]
    )


def _table(
    title: str, headings: Sequence[str], rows: Rows, numeric: Sequence[bool], notes: tuple[str, ...] = ()
) -> Table:
    """A table of at most so many rows; what is left out is said, and not worked out."""
    omitted, gap = max(rows.count - LIMIT, 0), 2 * LIMIT // 3
    shown = [k for k in range(rows.count) if not omitted or not gap <= k < gap + omitted]
    cells = tuple(rows.cells(k) for k in shown)
    return Table(title, tuple(headings), cells, tuple(numeric)[: len(headings)], notes, omitted, gap if omitted else 0)
