"""A sweep: one ordered visit of the tape, with the tangents or adjoints that it left, and each step's contributions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from advis.autodiff import sweeps
from advis.autodiff.numbers import friendly, looked_at
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.part import scattered
from advis.autodiff.primitives.rule import INPUT, is_traced, plain_value, shape_of
from advis.autodiff.shown import Shown
from advis.autodiff.structure import fill, leaves, planted, same_structure
from advis.autodiff.table import Table, sweep_table

if TYPE_CHECKING:
    from advis.autodiff.program import Program
    from advis.autodiff.tape import Node, Tape


@dataclass(frozen=True, slots=True)
class Contribution:
    """What flows along one edge in a step: the partial, applied to what stands at its source.

    Attributes
    ----------
    source, target : Node
        Where it comes from and where it goes: parent to child forward, child to parent in reverse.
    partial : Partial
        The local Jacobian of the edge.
    amount : float or ndarray
        What is added to the target; with a leading axis if the sweep carries several seeds.
    """

    source: Node
    target: Node
    partial: Partial
    amount: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One node's turn in a sweep.

    Attributes
    ----------
    number : int
        Its place in the sweep, from 1.
    node : Node
        Whose turn it is: it collects tangents from its parents, or hands its adjoint back to them.
    """

    sweep: Sweep
    number: int
    node: Node

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """What flows along each of the node's edges, in the order of its parents."""
        return contributions(self.sweep, self.node)


class Steps(Sequence[Step]):
    """The steps of a sweep, made when they are looked at."""

    __slots__ = ("_order", "_sweep")

    def __init__(self, sweep: Sweep, order: list[int]) -> None:
        self._sweep = sweep
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, key: int) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, key: int | slice) -> Step | tuple[Step, ...]:
        if isinstance(key, slice):
            return tuple(self[k] for k in range(*key.indices(len(self))))
        if not -len(self) <= key < len(self):
            raise IndexError(f"steps[{key}]: this {self._sweep.direction} sweep has {len(self)} steps")
        place = key % len(self)
        return Step(self._sweep, place + 1, self._sweep.tape[self._order[place]])

    def __iter__(self) -> Iterator[Step]:
        return (self[k] for k in range(len(self)))

    def __repr__(self) -> str:
        return f"{len(self)} steps of a {self._sweep.direction} sweep"


class Sweep(Shown):
    """One forward or reverse sweep over a tape. It holds its own tangents or adjoints.

    Attributes
    ----------
    tape : Tape
    direction : str
        ``forward`` or ``reverse``.
    column : list
        The tangent or adjoint of each node; None stands for zero.
    count : int or None
        How many seeds it carries at once; None for one vector.
    """

    def __init__(
        self, tape: Tape, direction: str, seeds: tuple[Any, ...], column: list[Any], count: int | None
    ) -> None:
        self.tape = tape
        self.direction = direction
        self.column = column
        self.count = count
        self._seeds = seeds

    @property
    def voice(self) -> str:
        """What it computes: ``tangent`` or ``adjoint``."""
        return "tangent" if self.direction == "forward" else "adjoint"

    @property
    def seed(self) -> dict[str, Any]:
        """What it started from: for each input (forward) or output (reverse) its seed, zero if none was given."""
        ends = self.tape.inputs if self.direction == "forward" else self.tape.outputs
        return {node.name: friendly(self._full(node.index, self._seeds[node.index])) for node in ends}

    @property
    def result(self) -> Any:
        """F'(x) v in the structure of f's result, or uᵀ F'(x) in the structure of f's arguments."""
        if self.direction == "forward":
            return fill(self.tape._outcome, lambda index: sweeps.owned(self.at(index)))
        arguments = fill(self.tape._arguments, lambda index: sweeps.owned(self.at(index)))
        return arguments[0] if len(arguments) == 1 else arguments

    def at(self, index: int) -> Any:
        """Return the tangent or adjoint of the node at an index, to be looked at: zeros where nothing arrived."""
        return looked_at(self._full(index, self.column[index]))

    def _full(self, index: int, item: Any) -> Any:
        if item is not None:
            return item
        zero = sweeps.zero_like(self.tape.values[index])
        return zero if self.count is None else np.zeros((self.count, *shape_of(zero)), zero.dtype)

    def __getitem__(self, key: int | str) -> Any:
        return self.at(self.tape[key].index)

    def reached(self, index: int) -> bool:
        """Whether anything arrived at a node."""
        return self.column[index] is not None

    @property
    def steps(self) -> Steps:
        """The steps in order; each shows its contributions."""
        return Steps(self, self._order)  # not cached: it holds the sweep, which would never go

    @cached_property
    def _order(self) -> list[int]:
        tape, carried = self.tape, self.tape.carried
        order = [k for k in range(len(tape)) if carried[k] and tape.primitives[k] is not INPUT]
        if self.direction == "reverse":
            order = [k for k in reversed(order) if self.reached(k)]
        return order

    def table(self) -> Table:
        """Return the evaluation trace with tangents, or adjoints read upwards (Baydin et al. 2018, tables 2 and 3)."""
        return sweep_table(self)

    def code(self) -> Program:
        """Return the sweep as the text of a runnable NumPy function that gives the same numbers to the last bit.

        Names are those of the reader's code; tangents are ``d_x``, adjoints ``x_bar``; one line for each step.

        Returns
        -------
        Program
            A str that defines ``forward`` or ``reverse``, a function of the inputs and the seed that returns the
            sweep's result. Constants that are too large to be written are parameters too. Its ``arguments`` are a dict
            of every parameter's value: after ``exec``, ``reverse(**text.arguments)`` repeats the sweep.

        Raises
        ------
        ValueError
            If the sweep carries several seeds at once, or is itself being recorded.

        Examples
        --------
        >>> import advis as av
        >>> print(av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0).reverse().code())
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def reverse(x1, x2, y_bar=1.0):
            \"""The reverse sweep of lambda.\"""
            x1, x2, y_bar = map(np.float64, (x1, x2, y_bar))
            y = x1 * x2
        <BLANKLINE>
            x1_bar = y_bar * x2
            x2_bar = y_bar * x1
            return x1_bar, x2_bar
        """
        from advis.autodiff.program import program

        return program(self)

    def __str__(self) -> str:
        return self.table().text()


def contributions(sweep: Sweep, node: Node) -> tuple[Contribution, ...]:
    """Return what flows along each edge of a node in its turn: computed anew, by the same rules in the same order."""
    tape, forward = node.tape, sweep.direction == "forward"
    found = []
    places = _places(sweep, node.index)
    for place, parent in enumerate(tape.parents[node.index]):
        partial = Partial(tape, node.index, place)
        if not partial.passes:
            continue
        end = parent if forward else node.index
        item = sweep._full(end, sweep.column[end])
        apply: Callable[[Any], Any] = partial.jvp if forward else partial.vjp
        if places:
            apply = _copying(places[place], tape.values[node.index], tape.values[parent], forward)
        amount = plain_value(apply(item)) if sweep.count is None else _stacked(apply, item, partial, forward)
        ends = (tape[parent], node) if forward else (node, tape[parent])
        found.append(Contribution(*ends, partial, looked_at(amount)))
    return tuple(found)


def _places(sweep: Sweep, index: int) -> list[Any]:
    """Where a node puts its arguments, if there are many: then its rules are not asked, one after the other."""
    tape = sweep.tape
    places = tape.primitives[index].places
    return places(*[tape.values[parent] for parent in tape.parents[index]]) if places is not None else []


def _copying(place: Any, value: Any, argument: Any, forward: bool) -> Callable[[Any], Any]:
    """The partial of an argument that is copied to a place: zeros but for its tangent there, or the adjoint there."""
    if forward:
        return lambda tangent: sweeps.grown(scattered(plain_value(tangent), place, shape_of(value)), value)
    return lambda adjoint: sweeps.fitted(plain_value(adjoint)[place], argument)


def _stacked(apply: Callable[[Any], Any], seeds: Any, partial: Partial, forward: bool) -> Any:
    """A partial applied to each of several seeds; also to none, as of an array without elements."""
    end = partial.tape.values[partial.index if forward else partial.parent]
    return np.stack([apply(one) for one in seeds]) if len(seeds) else np.zeros((0, *shape_of(end)))


# -- seeds: from what the user wrote to a column


def forward_seeds(tape: Tape, seeds: tuple[Any, ...], named: dict[str, Any]) -> tuple[list[Any], int | None]:
    """Return the column of input tangents, and how many seeds it stacks."""
    found: dict[int, Any] = {}
    if not seeds and not named:
        places = tape.input_places
        if len(places) != 1 or shape_of(tape.values[places[0].index]):
            names = ", ".join(f"{tape.names[place.index]}=…" for place in places)
            raise TypeError(f"forward(): say along which direction: tape.forward({names}); what is left out is zero")
        seeds = fill(tape._arguments, lambda _: 1.0)
    if seeds:
        if not same_structure(seeds, tape._arguments):
            raise ValueError(
                f"forward(): {len(seeds)} positional seeds do not have the structure of the arguments "
                f"({', '.join(tape.parameters)}) of {tape.function}"
            )
        _plant(tape, found, tape._arguments, seeds, "forward")
    for name, seed in named.items():
        _plant(tape, found, *_named_place(tape, name, seed), "forward")
    return _column(tape, found), _count(tape, found, "forward")


def _named_place(tape: Tape, name: str, seed: Any) -> tuple[Any, Any]:
    if name in tape.parameters:
        structure = tape._arguments[tape.parameters.index(name)]
        if not same_structure(seed, structure):
            inner = ", ".join(path for path, _ in leaves(structure, name))
            raise ValueError(f"forward(): the seed of {name} does not have its structure ({inner})")
        return structure, seed
    for place in tape.input_places:
        if tape.names[place.index] == name:
            return place, seed
    known = dict.fromkeys((*tape.parameters, *(tape.names[place.index] for place in tape.input_places)))
    raise KeyError(f"forward(): {tape.function} has no input {name!r}; its inputs are {', '.join(known)}")


def reverse_seeds(tape: Tape, seed: Any) -> tuple[list[Any], int | None]:
    """Return the column of output adjoints, and how many seeds it stacks."""
    found: dict[int, Any] = {}
    if seed is None:
        places = tape.output_places
        shapes = [shape_of(tape.values[place.index]) for place in places]
        if shapes != [()]:
            said = ", ".join(f"{tape.names[p.index]} {s}" for p, s in zip(places, shapes, strict=True)) or "no number"
            raise TypeError(
                f"reverse(): {tape.function} does not return one number but {said}; "
                "give the seed u in that structure: tape.reverse(u)"
            )
        found[places[0].index] = sweeps.one_like(tape.values[places[0].index])
        return _column(tape, found), None
    if not same_structure(seed, tape._outcome):
        inner = ", ".join(path for path, _ in leaves(tape._outcome, "y"))
        raise ValueError(f"reverse(): the seed does not have the structure of the result of {tape.function} ({inner})")
    _plant(tape, found, tape._outcome, seed, "reverse")
    return _column(tape, found), _count(tape, found, "reverse")


def _plant(tape: Tape, found: dict[int, Any], structure: Any, seeds: Any, verb: str) -> None:
    """Put seeds where the structure has places; two outputs on one node add up."""
    for place, seed in planted(structure, seeds):
        checked = _checked(tape, place.index, seed, verb)
        before = found.get(place.index)
        if before is not None and shape_of(before) != shape_of(checked):
            name = tape.names[place.index]
            raise ValueError(f"{verb}(): two seeds of {name} carry different numbers of vectors at once")
        found[place.index] = checked if before is None else before + checked


def _column(tape: Tape, found: dict[int, Any]) -> list[Any]:
    """The seeds, by index, as a column with None for every other node."""
    column: list[Any] = [None] * len(tape)
    for index, seed in found.items():
        column[index] = seed
    return column


def _checked(tape: Tape, index: int, seed: Any, verb: str) -> Any:
    value = tape.values[index]
    if type(seed) is np.ndarray is type(value) and seed.dtype is value.dtype and seed.shape == value.shape:
        return seed.copy()  # as nearly always
    traced = is_traced(seed)
    array = seed if traced else np.asarray(seed)
    if array.dtype.kind not in "fciub":
        raise TypeError(f"{verb}(): the seed of {tape.names[index]} is {seed!r}; give a number or an array")
    shape = shape_of(value)
    if shape not in (array.shape, array.shape[1:]) or array.ndim > len(shape) + 1:
        several = "(" + ", ".join(map(str, ("k", *shape))) + ("," if not shape else "") + ")"
        raise ValueError(
            f"{verb}(): the seed of {tape.names[index]} has shape {array.shape}; it must be {shape}, "
            f"or {several} for k seeds at once"
        )
    dtype = sweeps.zero_like(value).dtype
    if array.dtype.kind == "c" and dtype.kind != "c":
        raise TypeError(f"{verb}(): the seed of {tape.names[index]} is complex, but its value is real; give a real one")
    return array.astype(dtype) if traced else array.astype(dtype)[()]


def _count(tape: Tape, found: dict[int, Any], verb: str) -> int | None:
    """How many seeds are stacked: all that were given must agree; None for one vector."""
    counts = {}
    for index in sorted(found):
        shape, whole = shape_of(tape.values[index]), shape_of(found[index])
        counts[index] = whole[0] if len(whole) > len(shape) else None
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{tape.names[index]}: {'one' if n is None else n}" for index, n in counts.items())
        raise ValueError(f"{verb}(): the seeds carry different numbers of vectors at once ({said}); give all the same")
    return next(iter(counts.values()), None)
