"""A tape under examination: its values, one reverse sweep, and which values and derivatives reach what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from advis.analysis.differences import adjoint_like
from advis.autodiff.primitives.part import whole
from advis.autodiff.primitives.rule import CONSTANT, plain_value, shape_of
from advis.autodiff.structure import fill
from advis.autodiff.sweep import reverse_seeds
from advis.autodiff.sweeps import forward_column, one_like, reverse_column, zero_like
from advis.autodiff.tape import Tape

SEED = 7


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is a finding; see `advis.diagnose`."""

    flat: float
    near: float
    vanishing: float
    exploding: float


class Examined:
    """What the search for every kind of finding looks at.

    Attributes
    ----------
    tape : Tape
    limits : Limits
    values : list
        Plain, whatever was being recorded around.
    adjoints : list
        Of one reverse sweep; None where nothing arrived. The tape's latest sweep is another's.
    seeds : list
        What that started from: 1 at a result that is one number, else random numbers of a fixed seed.
    """

    def __init__(self, tape: Tape, limits: Limits, seed: Any = None) -> None:
        self.tape = tape
        self.limits = limits
        self.values = [plain_value(value) for value in tape.values]
        self.seeds = _seeds(tape, seed)
        self.adjoints = reverse_column(tape.primitives, tape.parents, self.values, list(self.seeds))

    @property
    def inputs(self) -> list[int]:
        """Where the inputs stand."""
        return [place.index for place in self.tape.input_places]

    @property
    def outputs(self) -> list[int]:
        """Where the outputs stand, each once."""
        return list(dict.fromkeys(place.index for place in self.tape.output_places))

    @cached_property
    def users(self) -> list[list[int]]:
        """Of each node those that use its value."""
        users: list[list[int]] = [[] for _ in self.values]
        for index, parents in enumerate(self.tape.parents):
            for parent in dict.fromkeys(parents):
                users[parent].append(index)
        return users

    @cached_property
    def depends(self) -> list[bool]:
        """Whether the value of a node depends on an input, with a derivative or without."""
        given = set(self.inputs)
        found: list[bool] = []
        for index, parents in enumerate(self.tape.parents):
            found.append(index in given or any(found[parent] for parent in parents))
        return found

    @cached_property
    def counts(self) -> list[bool]:
        """Whether an output depends on the value of a node, with a derivative or without."""
        return self.ancestors(self.outputs)

    @cached_property
    def size(self) -> float:
        """The size of the results, as they are seeded."""
        terms = [np.abs(np.asarray(self.seeds[k]) * self.values[k]) for k in self.outputs if self.seeds[k] is not None]
        return float(sum(np.sum(term[np.isfinite(term)]) for term in terms))

    @cached_property
    def push(self) -> float:
        """The size of the seeds."""
        return float(sum(np.sum(np.abs(self.seeds[k])) for k in self.outputs if self.seeds[k] is not None))

    def ancestors(self, ends: Iterable[int]) -> list[bool]:
        """Return which nodes some ends depend on, themselves among them."""
        found = [False] * len(self.values)
        for end in ends:
            found[end] = True
        for index in range(len(found) - 1, -1, -1):
            if found[index]:
                for parent in self.tape.parents[index]:
                    found[parent] = True
        return found

    def subgraph(self, ends: Iterable[int]) -> tuple[int, ...]:
        """Return the nodes, constants left out, that some ends depend on."""
        found = self.ancestors(ends)
        return tuple(k for k, there in enumerate(found) if there and self.tape.primitives[k] is not CONSTANT)

    def is_number(self, index: int) -> bool:
        """Whether a value can carry a derivative: it is of real or complex numbers."""
        return getattr(self.values[index], "dtype", np.dtype(float)).kind in "fc"

    def rule(self, index: int, place: int) -> Any:
        """Return the reverse rule of an edge, None where no derivative passes."""
        rules = self.tape.primitives[index].vjps
        return rules[place] if place < len(rules) else None

    def handed(self, index: int, place: int, adjoint: Any, args: list[Any] | None = None) -> Any:
        """Return what a node hands back along an edge, of an adjoint, as its rule gave it."""
        args = [self.values[parent] for parent in self.tape.parents[index]] if args is None else args
        return whole(self.rule(index, place)(adjoint, self.values[index], *args))

    def tangents(self) -> list[Any]:
        """Return the tangents of a forward sweep in which every input moves by 1."""
        seeds: list[Any] = [None] * len(self.values)
        for index in self.inputs:
            seeds[index] = zero_like(self.values[index]) + 1
        return forward_column(self.tape.primitives, self.tape.parents, self.values, seeds)

    def gradient_of(self, ends: dict[int, Any]) -> dict[int, Any]:
        """Return for each input what it gets from a reverse sweep that starts at some nodes with these adjoints."""
        last = max(ends) + 1
        seeds: list[Any] = [None] * last
        for index, adjoint in ends.items():
            seeds[index] = adjoint
        found = reverse_column(self.tape.primitives[:last], self.tape.parents[:last], self.values[:last], seeds)
        return {k: found[k] for k in self.inputs if k < last and found[k] is not None}


def _seeds(tape: Tape, seed: Any) -> list[Any]:
    """The column of output adjoints: the reader's, 1 for one number, else random."""
    places = tape.output_places
    if not places:
        return [None] * len(tape)  # f returned no number
    if seed is None and (len(places) != 1 or shape_of(tape.values[places[0].index])):
        rng = np.random.default_rng(SEED)
        seed = fill(tape._outcome, lambda index: adjoint_like(plain_value(tape.values[index]), rng))
    if seed is None:
        column: list[Any] = [None] * len(tape)
        column[places[0].index] = one_like(plain_value(tape.values[places[0].index]))
        return column
    column, count = reverse_seeds(tape, seed)
    if count is not None:
        raise ValueError(f"diagnose: the seed carries {count} vectors at once; give one")
    return column
