"""The tape: the record of one run of a function as columns, and read-only views of its lines."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from advis.autodiff import batch, expressions, sweeps
from advis.autodiff.code import Source, assigned_name, block_paths, is_call, source_of
from advis.autodiff.numbers import friendly, looked_at
from advis.autodiff.primitives.rule import CONSTANT, INPUT, Primitive, shape_of
from advis.autodiff.recorder import Context, Position, sweep_block
from advis.autodiff.shown import Shown
from advis.autodiff.structure import Place, fill, leaves
from advis.autodiff.sweep import Sweep, forward_seeds, reverse_seeds
from advis.autodiff.table import Table, tape_table

_OPERATORS = frozenset({"add", "subtract", "multiply", "divide", "power", "getitem", "greater", "less", "equal"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A turn that the program took because of a recorded value: in an ``if``, a ``while``, an index."""

    node: Node
    source: Source | None


class Tape(Shown, Sequence["Node"]):
    """The record of one run of a function: a sequence of nodes in the order in which they were computed.

    Made by `advis.trace`. The columns ``primitives``, ``parents``, ``values``, ``positions`` have one entry per node.

    Attributes
    ----------
    function : str
        The name of the function.
    primitives, parents, values, positions : list
        The columns.
    """

    def __init__(
        self,
        function: str,
        columns: tuple[list[Primitive], list[tuple[int, ...]], list[Any], list[Position]],
        contexts: list[Context],
        steered: list[tuple[int, Position]],
        arguments: Any,
        outcome: Any,
        input_names: list[str],
        constant_names: dict[int, str],
        parameters: tuple[str, ...],
        nested: int = 0,
        renewed: dict[int, int] | None = None,
    ) -> None:
        self.function = function
        self.primitives, self.parents, self.values, self.positions = columns
        self.contexts = contexts
        self.parameters = parameters
        self.nested = nested  # how deep traces were nested inside the run
        self._steered = steered
        self._arguments = arguments  # the structure of f's arguments, with a Place for each input
        self._outcome = outcome  # the structure of f's result, with a Place for each output
        self._input_names = input_names
        self._constant_names = constant_names
        self._renewed = renewed or {}  # for an array that was written into: its new node, and the one before
        self._latest: dict[str, tuple[Any, ...]] = {}  # without the sweep itself, which holds the tape: no cycle

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know, for example that an output depends on no input."""
        carried = self.carried
        return tuple(
            f"the output {self.names[place.index]} does not depend on any input: its derivative is 0"
            for _, place in leaves(self._outcome)
            if isinstance(place, Place) and not carried[place.index]
        )

    @cached_property
    def carried(self) -> list[bool]:
        """For each node whether a derivative can reach it from an input."""
        return sweeps.carries(self.primitives, self.parents)

    # -- the sequence of nodes

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, key: int | str) -> Node: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Node, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Node | tuple[Node, ...]:
        if isinstance(key, slice):
            return tuple(Node(self, index) for index in range(*key.indices(len(self))))
        if isinstance(key, str):
            return Node(self, self.index_of(key))
        index = operator.index(key)
        if not -len(self) <= index < len(self):
            raise IndexError(f"tape[{index}]: the tape of {self.function} has nodes 0 to {len(self) - 1}")
        return Node(self, index % len(self))

    def __iter__(self) -> Iterator[Node]:
        return (Node(self, index) for index in range(len(self)))

    def index_of(self, name: str) -> int:
        """Return the index of the node of this name.

        Raises
        ------
        KeyError
            If no node, or more than one, has the name; the message lists the names.
        """
        if name.endswith("#1"):
            name = name[:-2]
        elif any(other.startswith(f"{name}#") for other in self._index_by_name):
            same = [n for n in self._index_by_name if n == name or n.startswith(f"{name}#")]
            raise KeyError(
                f"{name!r} names {len(same)} nodes ({', '.join(same)}); write tape[{same[-1]!r}], "
                f"tape['{name}#1'] for the first, or an index"
            )
        if name not in self._index_by_name:
            known = list(self._index_by_name)
            raise KeyError(
                f"no node is named {name!r} in the tape of {self.function}; there are "
                + ", ".join(known[:20])
                + (f" and {len(known) - 20} more" if len(known) > 20 else "")
            )
        return self._index_by_name[name]

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that the caller gave, in the order of f's arguments."""
        return tuple(Node(self, place.index) for place in self.input_places)

    @property
    def outputs(self) -> tuple[Node, ...]:
        """The nodes that f returned, in the order of its result."""
        return tuple(Node(self, place.index) for place in self.output_places)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The turns that the program took because of recorded values, in order."""
        return tuple(Branch(Node(self, index), source_of(self.contexts, place)) for index, place in self._steered)

    @cached_property
    def input_places(self) -> tuple[Place, ...]:
        """Where the inputs stand."""
        return tuple(place for _, place in leaves(self._arguments) if isinstance(place, Place))

    @cached_property
    def output_places(self) -> tuple[Place, ...]:
        """Where the outputs stand."""
        return tuple(place for _, place in leaves(self._outcome) if isinstance(place, Place))

    @property
    def value(self) -> Any:
        """What f returned, in its own structure; scalars as Python floats."""
        return fill(self._outcome, lambda index: sweeps.owned(friendly(self.values[index])))

    # -- names

    @cached_property
    def names(self) -> list[str]:
        """The name of each node: from the reader's code, else v1, v2, …; repeated names count as a, a#2, …."""
        names: list[str] = []
        for index in range(len(self)):
            before = self._renewed.get(index)
            names.append(self._own_name(index) if before is None else names[before])
        return _unique_names(self, names)

    def _own_name(self, index: int) -> str:
        if self.primitives[index] is INPUT:
            return self._input_names[index]
        if self.primitives[index] is CONSTANT:
            return self._constant_names.get(index) or assigned_name(self.contexts, self.positions[index])
        if self._is_step_of_call(index):
            return ""
        options = self.primitives[index].options
        item, output = options.get("index"), options.get("output")
        return assigned_name(self.contexts, self.positions[index], item if isinstance(item, int) else None, output)

    def _is_step_of_call(self, index: int) -> bool:
        """Whether an operator ran inside a function written in C, such as ``sum``, that went on to others.

        An operator's position is then that of the call, and so is the next one's.
        """
        following = index + 1
        while following < len(self) and self.primitives[following] is CONSTANT:
            following += 1
        if self.primitives[index].name not in _OPERATORS or following == len(self):
            return False
        (context, here), (next_context, there) = self.positions[index], self.positions[following]
        return context == next_context and here in (there, ~there) and is_call(self.contexts, (context, here))

    @cached_property
    def _index_by_name(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names) if name}

    @cached_property
    def block_paths(self) -> list[tuple[str, ...]]:
        """The block path of each context."""
        return block_paths(self.contexts)

    # -- sweeps

    def forward(self, /, *seeds: Any, **named: Any) -> Sweep:
        """Run a forward sweep: the tangent of every node, F'(x) v in one pass.

        Parameters
        ----------
        *seeds
            The tangents v of f's arguments by position, in their structure.
        **named
            Or by name: a parameter (with its structure) or a single input (``**{"params.w[0]": …}``). What is not
            named is zero. An input of shape s takes a seed of shape s, or (k, *s) for k seeds at once.

        Returns
        -------
        Sweep
            ``.result`` has the structure of f's result.

        Raises
        ------
        TypeError
            Without a seed, unless f has one scalar input.
        KeyError, ValueError
            For an unknown name or a wrong shape.

        Examples
        --------
        >>> import advis as av
        >>> av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0).forward(x1=1.0).result
        5.0
        """
        column, count = forward_seeds(self, seeds, named)
        return self._swept("forward", column, count)

    def reverse(self, seed: Any = None, /) -> Sweep:
        """Run a reverse sweep: the adjoint of every node, uᵀ F'(x) in one pass.

        Parameters
        ----------
        seed : optional
            The adjoint u of f's result, in its structure; 1.0 if f returns one number. An output of shape s takes a
            seed of shape s, or (k, *s) for k seeds at once.

        Returns
        -------
        Sweep
            ``.result`` has the structure of f's arguments (a bare value if there is one argument).

        Raises
        ------
        TypeError
            Without a seed, if f does not return one number.
        ValueError
            For a seed of the wrong shape.

        Examples
        --------
        >>> import advis as av
        >>> av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0).reverse().result
        (5.0, 2.0)
        """
        column, count = reverse_seeds(self, seed)
        return self._swept("reverse", column, count)

    def _swept(self, direction: str, seeds: list[Any], count: int | None) -> Sweep:
        column = self._column(direction, seeds, count)
        self._latest[direction] = tuple(seeds), column, count
        return Sweep(self, direction, *self._latest[direction])

    def _column(self, direction: str, seeds: list[Any], count: int | None = None) -> list[Any]:
        """Return the tangent or adjoint of each node as bare numbers and arrays, from a column of seeds; None is zero.

        Parameters
        ----------
        direction : {"forward", "reverse"}
        seeds : list
            One entry for each node, or None.
        count : int, optional
            How many vectors each seed stacks.
        """
        forward = direction == "forward"
        run = sweeps.forward_column if forward else sweeps.reverse_column
        with sweeps.quiet(), sweep_block(f"{direction} sweep of {self.function}", self.nested + 1):
            if count is None:
                return run(self.primitives, self.parents, self.values, seeds)
            if not count:
                return [None] * len(self)  # no seed, as of an empty array: nothing arrives anywhere
            fit = batch.grown_many if forward else batch.fitted_many
            return run(batch.of_many(self.primitives, forward), self.parents, self.values, seeds, fit)

    def latest(self, direction: str) -> Sweep | None:
        """Return the latest sweep in a direction, if there was one."""
        latest = self._latest.get(direction)
        return None if latest is None else Sweep(self, direction, *latest)

    # -- text

    def table(self) -> Table:
        """Return the evaluation trace: every node's name, operation and value."""
        return tape_table(self)

    def __str__(self) -> str:
        return self.table().text()

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """One line of a tape, as a read-only view.

    Attributes
    ----------
    tape : Tape
    index : int
        Its place in the order of computation.
    """

    tape: Tape
    index: int

    @property
    def name(self) -> str:
        """Its name in the reader's code, else v1, v2, …"""
        return self.tape.names[self.index]

    @property
    def primitive(self) -> Primitive:
        """The primitive that computed it, with its options."""
        return self.tape.primitives[self.index]

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes that it was computed from; one that was used twice stands here twice."""
        return tuple(Node(self.tape, parent) for parent in self.tape.parents[self.index])

    @property
    def value(self) -> Any:
        """The number or array that was computed, to be looked at and not written into; a scalar is a Python number."""
        return looked_at(self.tape.values[self.index])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its value."""
        return tuple(shape_of(self.tape.values[self.index]))

    @property
    def tangent(self) -> Any:
        """Its tangent in the latest forward sweep, None before there was one."""
        sweep = self.tape.latest("forward")
        return None if sweep is None else sweep[self.index]

    @property
    def adjoint(self) -> Any:
        """Its adjoint in the latest reverse sweep, None before there was one."""
        sweep = self.tape.latest("reverse")
        return None if sweep is None else sweep[self.index]

    @property
    def expression(self) -> str:
        """The operation in terms of its parents' names: ``x1 · x2``."""
        return expressions.expression(self.tape, self.index)

    @property
    def source(self) -> Source | None:
        """The reader's function, line and text, or None if positions were not recorded."""
        return source_of(self.tape.contexts, self.tape.positions[self.index])

    @property
    def level(self) -> int:
        """How many sweeps deep it was made: 0 by the function itself, 1 by a sweep over it, 2 by a sweep over that."""
        return self.tape.contexts[self.tape.positions[self.index][0]].level

    @property
    def blocks(self) -> tuple[str, ...]:
        """The path of user functions and named blocks, inside the traced function, in which it was computed."""
        return self.tape.block_paths[self.tape.positions[self.index][0]]

    def __repr__(self) -> str:
        given = "" if self.expression == self.name else f" = {self.expression}"
        return f"node {self.index}: {self.name}{given} = {expressions.value_of(self.tape, self.index)}"


def _unique_names(tape: Tape, names: list[str]) -> list[str]:
    """Fill in what the reader's code left unnamed, and count what it named twice."""
    outputs = [place.index for _, place in leaves(tape._outcome) if isinstance(place, Place)]
    paths = [path for path, place in leaves(tape._outcome, "y") if isinstance(place, Place)]
    for index, path in zip(outputs, paths, strict=True):
        if not names[index] and path not in names:
            names[index] = path
    taken, number = set(names), 0
    counts: dict[str, int] = {}
    unique: list[str] = []
    for index, name in enumerate(names):
        if not name and tape.primitives[index] is not CONSTANT:
            number += 1
            while f"v{number}" in taken:
                number += 1
            name = f"v{number}"
        counts[name] = counts.get(name, 0) + 1
        unique.append(name if counts[name] == 1 or not name else f"{name}#{counts[name]}")
    return unique
