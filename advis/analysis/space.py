"""Where a reader moves: a few handles, each one number, and the arguments of f that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from advis.autodiff.structure import Place, fill, indices, map_paths, planted
from advis.autodiff.trace import function_name, input_value, parameter_names

MOST_ELEMENTS = 6
"""An array with more elements is moved along a direction."""
MOST_HANDLES = 8
"""With more numbers than these, all arrays are moved along one direction."""

DIRECTIONS = ("ones", "gradient", "one element")


@dataclass(frozen=True, slots=True, eq=False)
class Handle:
    """One number that can be moved.

    Attributes
    ----------
    name : str
        As it is shown: ``x1``, ``w[0, 1]``, ``params.b``; ``t`` for the way along a direction.
    start : float
        Where it stands at first.
    moves : dict
        How far each input goes when the handle goes by one: by the input's place on the tape.
    """

    name: str
    start: float
    moves: Mapping[int, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The arguments of f as a linear function of handles: each input is ``origin + Σ handle · move``.

    Attributes
    ----------
    handles : tuple of Handle
    origin : tuple
        The inputs where all handles are 0, by their place on the tape.
    structure
        The arguments, with a ``Place`` for each input.
    along : bool
        Whether the last handle is the way along a direction.
    """

    handles: tuple[Handle, ...]
    origin: tuple[Any, ...]
    structure: tuple[Any, ...]
    along: bool = False

    @property
    def start(self) -> dict[str, float]:
        """Where the handles stand at first, by name."""
        return {handle.name: handle.start for handle in self.handles}

    def arguments(self, point: Mapping[str, float]) -> tuple[Any, ...]:
        """Return the arguments of f at a point."""
        moved = [self._input(index, point) for index in range(len(self.origin))]
        return tuple(fill(self.structure, moved.__getitem__))

    def _input(self, index: int, point: Mapping[str, float]) -> Any:
        value = self.origin[index] + 0.0
        for handle in self.handles:
            if index in handle.moves:
                value = value + (handle.moves[index] * point[handle.name]).astype(value.dtype)
        return value

    def tangents(self, velocities: Mapping[str, float]) -> tuple[Any, ...]:
        """Return the tangents of the arguments when the handles move so fast."""
        still = replace(self, origin=tuple(np.zeros_like(value)[()] for value in self.origin))
        return still.arguments(velocities)

    def partials(self, gradient: Any) -> dict[str, float]:
        """Return the derivative by each handle, given a reverse sweep's result."""
        given = (gradient,) if len(self.structure) == 1 else gradient
        adjoints = {place.index: value for place, value in planted(self.structure, given)}
        return {
            handle.name: float(sum(np.sum(adjoints[index] * move) for index, move in handle.moves.items()))
            for handle in self.handles
        }

    def towards(self, point: Mapping[str, float], direction: Mapping[int, Any]) -> Space:
        """Return the space whose last handle goes along another direction, from where one stands now."""
        if not self.along:
            raise ValueError("explore: every input is moved by element, so there is no direction to choose")
        *others, last = self.handles
        way = replace(last, start=0.0, moves=dict(direction))
        origin = [np.array(value)[()] for value in self.origin]
        for index, move in last.moves.items():
            origin[index] = origin[index] + move * point[last.name]
        return replace(self, handles=(*others, way), origin=tuple(origin))

    def direction(self, kind: str, gradient: Any = None, element: int = 0) -> dict[int, Any]:
        """Return a direction for the arrays that have no handles of their own.

        Parameters
        ----------
        kind : {"ones", "gradient", "one element"}
        gradient
            A reverse sweep's result; the direction has the length 1.
        element : int
            Which element moves, counted through all these arrays.

        Raises
        ------
        ValueError
            For another kind, an element that is not there, a gradient that is zero or not finite.
        """
        places = list(self.handles[-1].moves)
        if kind == "ones":
            return {index: np.ones_like(self.origin[index]) for index in places}
        if kind == "one element":
            return self._one_hot(places, element)
        if kind != "gradient":
            raise ValueError(f"explore: direction={kind!r} is not known; choose one of {', '.join(DIRECTIONS)}")
        given = (gradient,) if len(self.structure) == 1 else gradient
        adjoints = {place.index: value for place, value in planted(self.structure, given)}
        length = float(np.sqrt(sum(np.sum(np.square(adjoints[index])) for index in places)))
        if not 0 < length < np.inf:
            raise ValueError("explore: the gradient is zero or not finite here, so it shows no direction; take ones")
        return {index: adjoints[index] / length for index in places}

    def _one_hot(self, places: list[int], element: int) -> dict[int, Any]:
        sizes = [int(np.size(self.origin[index])) for index in places]
        if not 0 <= element < sum(sizes):
            raise ValueError(f"explore: there is no element {element}; choose 0 to {sum(sizes) - 1}")
        direction = {index: np.zeros_like(self.origin[index]) for index in places}
        for index, size in zip(places, sizes, strict=True):
            if 0 <= element < size:
                direction[index].reshape(-1)[element] = 1.0
            element -= size
        return direction


def space_of(f: Any, args: Sequence[Any]) -> Space:
    """Return the space in which the arguments of f can be moved, with handles for numbers and elements of small arrays.

    Raises
    ------
    TypeError
        For complex inputs, integer arrays, and if there is nothing to move.

    Examples
    --------
    >>> import numpy as np
    >>> space = space_of(lambda x, w: x * w, (2, np.array([1.0, 3.0])))
    >>> space.start
    {'x': 2.0, 'w[0]': 1.0, 'w[1]': 3.0}
    >>> space.arguments(space.start | {"w[1]": 4.0})
    (np.float64(2.0), array([1., 4.]))
    """
    name, named = function_name(f), zip(parameter_names(f, len(args)), args, strict=True)
    found: list[tuple[str, Any]] = []

    def place(path: str, leaf: Any) -> Any:
        value = input_value(leaf, path, name)
        if value is None:
            return leaf
        if np.asarray(value).dtype.kind == "c":
            raise TypeError(f"explore: the argument {path} of {name} is complex; explore moves real numbers")
        found.append((path, value))
        return Place(len(found) - 1)

    structure = tuple(map_paths(place, arg, path) for path, arg in named)
    if not found:
        raise TypeError(f"explore: {name} was given no number or array to move; pass at least one")
    return _with_handles(found, structure)


def _with_handles(found: list[tuple[str, Any]], structure: tuple[Any, ...]) -> Space:
    sizes = [int(np.size(value)) for _, value in found]
    small = [np.ndim(value) == 0 or size <= MOST_ELEMENTS for (_, value), size in zip(found, sizes, strict=True)]
    if sum(size for size, ok in zip(sizes, small, strict=True) if ok) > MOST_HANDLES:
        small = [np.ndim(value) == 0 for _, value in found]
    if sum(small) > MOST_HANDLES:  # too many numbers: they go along together
        small = [False] * len(found)
    handles = [handle for k, (path, value) in enumerate(found) if small[k] for handle in _elements(k, path, value)]
    origin = [np.zeros_like(value)[()] if ok else value for (_, value), ok in zip(found, small, strict=True)]
    large = [k for k, ok in enumerate(small) if not ok and sizes[k]]
    if large:
        taken = {handle.name for handle in handles} | {path for path, _ in found}
        name = next(letter for letter in ("t", "s", "step along v") if letter not in taken)
        handles.append(Handle(name, 0.0, {k: np.ones_like(found[k][1]) for k in large}))
    return Space(tuple(handles), tuple(origin), structure, bool(large))


def _elements(index: int, path: str, value: Any) -> Iterator[Handle]:
    """One handle for each element of an input; a number has one."""
    if not np.ndim(value):
        yield Handle(path, float(value), {index: np.ones_like(value)[()]})
        return
    for place in np.ndindex(value.shape):
        move = np.zeros_like(value)
        move[place] = 1.0
        yield Handle(f"{path}[{', '.join(map(str, place))}]", float(value[place]), {index: move})


def boxes(space: Space) -> dict[str, int]:
    """Return the handles that stand for a whole input, by name, with the input's place on the tape."""
    assert len(indices(space.structure)) == len(space.origin)
    shared: dict[int, int] = {}
    for handle in space.handles:
        for index in handle.moves:
            shared[index] = shared.get(index, 0) + 1
    return {handle.name: index for handle in space.handles for index in handle.moves if shared[index] == 1}
