"""One factor of a chain: the Jacobian of a stage, its name, shape and structure, and the variables at its two sides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from advis.analysis.sparsity import structure_of
from advis.analysis.stage import Stage
from advis.autodiff.numbers import looked_at


@dataclass(frozen=True, slots=True)
class Variable:
    """What flows from one stage to the next: one array or several, seen as one vector.

    Attributes
    ----------
    name : str
    parts : tuple
        The name and shape of each array in it.
    """

    name: str
    parts: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return sum(prod(shape) for _, shape in self.parts)

    @property
    def entries(self) -> tuple[str, ...]:
        """A name for each number: ``c1``, ``c2``, …, in C order; plain ``c`` if there is one."""
        named: list[str] = []
        for name, shape in self.parts:
            size, stem = prod(shape), name if name[-1:].isalpha() else f"{name}_"
            named += [name] if size == 1 else [f"{stem}{k + 1}" for k in range(size)]
        return tuple(named)

    @property
    def flattened(self) -> tuple[int, ...] | tuple[tuple[int, ...], ...] | None:
        """The shape that it had, or shapes if it was several arrays; None for a vector or a number."""
        shapes = tuple(shape for _, shape in self.parts)
        if len(shapes) == 1:
            return shapes[0] if len(shapes[0]) > 1 else None
        return shapes


def vector(name: str, size: int) -> Variable:
    """Return the variable of a plain vector, or of a number."""
    return Variable(name, ((name, (size,)),))


@dataclass(frozen=True, eq=False, repr=False)
class Factor:
    """The Jacobian of one stage. Its matrix is built when it is asked for.

    Attributes
    ----------
    out, into : Variable
        What comes out of the stage (rows), and what goes into it (columns).
    label : str
        The name of the stage, as it is written in a bracketing.
    stage : Stage or None
        The part of the tape, None if planned from shapes alone.
    given : ndarray or None
        The matrix itself, if it was given: the direction v, or the weights u.
    planned_edges : int or None
        The number of elemental edges, as given for planning.
    max_entries : int
        A larger matrix is not built.
    """

    out: Variable
    into: Variable
    label: str
    stage: Stage | None = None
    given: np.ndarray | None = None
    planned_edges: int | None = None
    max_entries: int = 10**7

    @property
    def name(self) -> str:
        """``∂y/∂c``."""
        return f"∂{self.row}/∂{self.column}" if self.column and self.row else self.label

    @property
    def row(self) -> str:
        """The variable of its rows."""
        return self.out.name

    @property
    def column(self) -> str:
        """The variable of its columns."""
        return self.into.name

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of its rows' entries: ``("c1", "c2")``."""
        return self.out.entries

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns' entries."""
        return self.into.entries

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.out.size, self.into.size

    @property
    def is_known(self) -> bool:
        """Whether there are numbers: it was not planned from shapes alone."""
        return self.stage is not None or self.given is not None

    @property
    def is_too_large(self) -> bool:
        """Whether it has more than ``max_entries`` entries, and so is not built."""
        return prod(self.shape) > self.max_entries

    @cached_property
    def jacobian(self) -> np.ndarray | None:
        """The matrix, from sweeps over the stage in the direction that needs fewer; None if planned from shapes alone.

        Raises
        ------
        ValueError
            If it would have more than ``max_entries`` entries; said before it is built.
        """
        if self.given is not None or self.stage is None:
            return self.given
        refuse_large(self.name, self.shape, self.max_entries)
        matrix: np.ndarray = looked_at(self.stage.jacobian())
        return matrix

    @cached_property
    def nnz(self) -> int | None:
        """How many entries are not zero."""
        return None if self.jacobian is None else int(np.count_nonzero(self.jacobian))

    @cached_property
    def structure(self) -> str | None:
        """``zero``, ``identity``, ``diagonal``, ``banded``, ``sparse`` or ``dense``, as its zeros say."""
        return None if self.jacobian is None else structure_of(self.jacobian)

    @property
    def edges(self) -> int | None:
        """How many elemental partials its stage has: the cost in fma of one tangent or adjoint."""
        return self.planned_edges if self.stage is None else self.stage.edges

    def __repr__(self) -> str:
        known = f" {self.structure}" if self.is_known and not self.is_too_large else ""
        return f"{self.name}: {self.shape[0]}×{self.shape[1]}{known}"


def refuse_large(name: str, shape: tuple[int, int], limit: int) -> None:
    """Raise for a matrix that is too large to be built.

    Raises
    ------
    ValueError
    """
    if prod(shape) > limit:
        raise ValueError(
            f"chain: {name} of shape {shape} would have {prod(shape):,} entries, more than max_entries={limit:,}; it "
            "is not built. Without the matrix: chain.jvp(v), chain.vjp(u), chain.accumulate(…, matrix_free=True); or "
            "allow it with av.chain(…, max_entries=…)"
        )
