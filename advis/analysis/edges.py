"""Elemental edges: how many scalar partials the nodes of a tape have, which is what one sweep costs in fma."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from advis.autodiff.partial import Partial
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.tape import Tape

_ONE_FOR_EACH_ROW = ("scalar", "identity", "diagonal", "broadcast", "permutation")
_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod", "norm"})


def elemental_edges(tape: Tape, nodes: Iterable[int] | None = None) -> int:
    """Return the number of scalar partials on all edges that a derivative passes, of some nodes or of all.

    An elementwise operation on n elements has n, a matrix times a vector one for each entry of the matrix: zeros that
    follow from the kind of operation do not count, zeros that stand in the data do.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> elemental_edges(av.trace(lambda x: np.tanh(np.ones((3, 2)) @ x), np.ones(2)))
    9
    """
    indices = range(len(tape)) if nodes is None else nodes
    partials = (Partial(tape, index, place) for index in indices for place in range(len(tape.parents[index])))
    return sum(_edges(partial) for partial in partials if partial.passes)


def _edges(partial: Partial) -> int:
    rows, columns = partial.shape
    primitive, structure = partial.tape.primitives[partial.index], partial.structure
    if structure in _ONE_FOR_EACH_ROW or primitive.name in ("getitem", "broadcast_to", "tile", "repeat"):
        return rows
    if structure == "selection":
        return min(rows, columns)
    shapes = [shape_of(partial.tape.values[parent]) for parent in partial.tape.parents[partial.index]]
    if primitive.name == "matmul":
        return rows * int(shapes[0][-1])
    if primitive.name == "einsum":
        return _einsum_edges(primitive.options["subscripts"], shapes, partial.place)
    if primitive.name in _REDUCTIONS:
        return columns
    if primitive.name in ("cumsum", "cumprod"):
        return columns * (int(shapes[0][primitive.options["axis"]]) + 1) // 2
    return rows * columns


def _einsum_edges(subscripts: str, shapes: list[tuple[int, ...]], place: int) -> int:
    """One for each value of the letters of the operand and of the output."""
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for letter, size in zip(term, shape, strict=True):
            sizes[letter] = max(sizes.get(letter, 1), size)
    return prod(sizes[letter] for letter in set(terms[place]) | set(output))
