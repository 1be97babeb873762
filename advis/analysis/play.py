"""Both modes together: one tape with a forward and a reverse sweep, and the number that both of them know."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from advis.analysis.checks import cut_sums
from advis.autodiff.numbers import TEXT, number, scale_of
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.shown import Shown
from advis.autodiff.structure import Place, fill
from advis.autodiff.sweep import Sweep
from advis.autodiff.table import Table, sweep_table
from advis.autodiff.tape import Tape


@dataclass(frozen=True, repr=False, eq=False)
class Play(Shown):
    """Evaluation, forward sweep and reverse sweep of one tape. Made by `advis.play`.

    Attributes
    ----------
    tape : Tape
    forward, reverse : Sweep
    """

    tape: Tape
    forward: Sweep
    reverse: Sweep

    @cached_property
    def sums(self) -> tuple[float, ...]:
        """Σ⟨adjoint so far, tangent⟩ before the reverse sweep and after each of its steps: always ⟨u, J v⟩."""
        return tuple(cut_sums(self.forward, self.reverse))

    @cached_property
    def _scale(self) -> float:
        """The size of what the sums were computed from."""
        return 1e-3 * scale_of(np.array(self.sums))

    def table(self) -> Table:
        """Return the trace with value, tangent and adjoint of every node."""
        tangents, adjoints = sweep_table(self.forward), sweep_table(self.reverse)
        rows = [(*a[:3], a[-1], b[-1]) for a, b in zip(tangents.rows, adjoints.rows, strict=True)]
        headings = (*tangents.headings[:3], tangents.headings[-1], adjoints.headings[-1])
        note = f"Σ⟨adjoint so far, tangent⟩ is {self.conserved()} at every step of the reverse sweep"
        numeric = (*tangents.numeric[:3], True, True)
        title = tangents.title.partition(";")[0]
        return Table(title, headings, tuple(rows), numeric, (note, *self.tape.notes), tangents.omitted, tangents.gap)

    def conserved(self, step: int = 0, digits: int = TEXT) -> str:
        """Return the conserved sum at a step of the reverse sweep, as text."""
        return number(self.sums[min(step, len(self.sums) - 1)], digits, self._scale)

    def __str__(self) -> str:
        return self.table().text()


def play(tape: Tape, tangents: Any = None, adjoint: Any = None, output: int | str | None = None) -> Play:
    """Return evaluation, forward sweep and reverse sweep of a tape as one, to be played in turn or together.

    Parameters
    ----------
    tape : Tape
    tangents : optional
        The direction v: by name (what is left out does not move), or in the structure of the arguments; of a single
        argument, its own tangent. If it is not given, every input moves by one.
    adjoint : optional
        The weights u in the structure of the result; ones if not given.
    output : int or str, optional
        A node of the tape, by name or index, that is taken as the result: the program then ends there.

    Returns
    -------
    Play
        Shown, a player with the tabs evaluate, forward, reverse and both, and the conserved sum
        Σ⟨adjoint so far, tangent⟩ = ⟨u, J v⟩ as a number that does not move.

    Raises
    ------
    TypeError
        For something that is not a tape.
    IndexError, KeyError
        If there is no such node, or no such input.
    ValueError
        For an output that no derivative reaches, and for seeds that do not fit, or that carry several vectors at once.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> tape = av.trace(lambda x1, x2: x1 * x2 + np.sin(x1), 0.0, 5.0)
    >>> print(av.play(tape, {"x1": 1.0}))
    lambda(x1, x2): ℝ² → ℝ, 3 operations
    <BLANKLINE>
    name  operation  value ↓  tangent ↓  adjoint ↑
    ────  ─────────  ───────  ─────────  ─────────
    x1                     0          1          6
    x2                     5          0          0
    v1    x1 · x2          0          5          1
    v2    sin(x1)          0          1          1
    y     v1 + v2          0          6          1
    <BLANKLINE>
    Note: Σ⟨adjoint so far, tangent⟩ is 6 at every step of the reverse sweep.
    """
    if not isinstance(tape, Tape):
        raise TypeError(f"play: {tape!r} is no tape; record one with av.trace(f, *args)")
    if output is not None:
        tape = ending_at(tape, tape[output].index)
    ones = lambda index: np.ones(shape_of(tape.values[index]))[()]  # noqa: E731
    if isinstance(tangents, dict):
        forward = tape.forward(**tangents)
    else:
        forward = tape.forward(*(fill(tape._arguments, ones) if tangents is None else _seeds(tape, tangents)))
    reverse = tape.reverse(fill(tape._outcome, ones) if adjoint is None else adjoint)
    if forward.count is not None or reverse.count is not None:
        raise ValueError("play: give one direction and one weight, not several vectors at once")
    return Play(tape, forward, reverse)


def _seeds(tape: Tape, tangents: Any) -> tuple[Any, ...]:
    """One seed for each argument; that of a single argument may stand alone."""
    several = isinstance(tangents, tuple) or (isinstance(tangents, list) and len(tape._arguments) > 1)
    return tuple(tangents) if several else (tangents,)


def ending_at(tape: Tape, index: int) -> Tape:
    """Return the record up to a node, with that node as the one output; names, inputs and indices stay.

    Raises
    ------
    ValueError
        If no derivative reaches the node.
    """
    if not tape.carried[index]:
        name = tape.names[index] or f"node {index}"
        raise ValueError(f"play: output={name!r} has no derivative with respect to any input; choose another node")
    part, length = copy.copy(tape), 1 + max(index, *(place.index for place in tape.input_places))
    for name in ("notes", "carried", "output_places", "_index_by_name"):  # worked out from the whole
        part.__dict__.pop(name, None)
    part.names = tape.names[:length]
    part.primitives, part.parents = tape.primitives[:length], tape.parents[:length]
    part.values, part.positions = tape.values[:length], tape.positions[:length]
    part._steered = [turn for turn in tape._steered if turn[0] < length]
    part._outcome, part._latest = Place(index), {}
    return part
