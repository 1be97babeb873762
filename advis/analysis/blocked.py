"""Blocked: inputs from which every way to the outputs ends at a wall; and walls that the derivative goes around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from advis.analysis.examined import Examined
from advis.analysis.separators import separator
from advis.analysis.symptoms import Symptom, listed, spot
from advis.analysis.walls import CHOOSING, COMPARING, Wall, Walls
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.tape import Node

MOST_CUTS = 8
MOST_INPUTS = 200
"""So many separated inputs are told apart by their walls."""
FEWEST_ROWS = 4
"""In fewer rows a unit that is off in all of them is no surprise."""

Stops = Callable[[int, int], bool]
"""Whether a wall stands on the edge from a node to another."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Blocked(Symptom):
    """Walls between inputs and outputs.

    Attributes
    ----------
    inputs : tuple of Node
        Whose derivative does not pass.
    cut : tuple of Node
        The fewest walls that separate them from every output; none if a derivative goes around.
    walls : tuple of Node
        All the walls that their values pass.
    partial : float
        The largest element of the local partial at the first of them.
    """

    kind: ClassVar[str] = "blocked"
    word: ClassVar[str] = "wall"

    inputs: tuple[Node, ...] = ()
    cut: tuple[Node, ...] = ()
    walls: tuple[Node, ...] = ()
    partial: float = 0.0


def blocked(seen: Examined, found: Walls) -> Iterator[Blocked]:
    """Yield what is blocked: first what separates inputs from all outputs, then walls that are passed by."""
    by_index, stops = {wall.index: wall for wall in found.walls}, _stops(seen, found)
    named: set[tuple[int, int]] = set()
    for finding in _cuts(seen, separated(seen, found), by_index, stops):
        named.update(spot(seen.tape, node.index) for node in finding.walls)
        yield finding
    for wall in found.walls:
        if spot(seen.tape, wall.index) not in named and not _is_mask(seen, wall):
            yield _passed_by(seen, wall)
    for index, primitive in enumerate(seen.tape.primitives):
        if primitive.name in CHOOSING and index not in by_index and found.live[index] and seen.counts[index]:
            yield from _idle_units(seen, index, found)


def _stops(seen: Examined, found: Walls) -> Stops:
    by_index = {wall.index: wall for wall in found.walls}
    stopped = {(wall.index, seen.tape.parents[wall.index][place]) for wall in found.walls for place in wall.places}
    open_ = {
        (index, parent)
        for index in by_index
        for place, parent in enumerate(seen.tape.parents[index])
        if place not in by_index[index].places and seen.rule(index, place) is not None
    }  # a parent that is used twice may be stopped in one place only

    def stops(parent: int, node: int) -> bool:
        return (node, parent) in stopped and (node, parent) not in open_

    return stops


def _cuts(seen: Examined, waiting: list[int], walls: dict[int, Wall], stops: Stops) -> Iterator[Blocked]:
    """Inputs that are separated, those together that the same walls, or walls of the same line, separate."""
    firsts = {index: _first(index, seen, stops) for index in waiting[:MOST_INPUTS]}
    waiting, more = waiting[:MOST_INPUTS], len(waiting) - MOST_INPUTS
    for _ in range(MOST_CUTS):
        if not waiting:
            return
        cut = firsts[waiting[0]]
        if len(cut) > 1:
            cut = separator(waiting[:1], seen.outputs, seen.users, stops) or cut
        together = _behind(seen, waiting, cut, stops)
        line = {spot(seen.tape, index) for index in cut}
        alike = [k for k in waiting if k not in together and {spot(seen.tape, index) for index in firsts[k]} == line]
        cut = sorted({*cut, *(index for k in alike for index in firsts[k])})
        together = [k for k in waiting if k in together or k in alike]
        waiting = [k for k in waiting if k not in together]
        yield _cut_off(seen, together, cut, walls, more)
    if waiting:
        yield _rest(seen, waiting, sorted({wall for index in waiting for wall in firsts[index]}))


def separated(seen: Examined, found: Walls) -> list[int]:
    """Return the inputs that count for an output, from which no way without a wall leads to one."""
    open_ = _open(seen, _stops(seen, found))
    return [index for index in seen.inputs if seen.counts[index] and not open_[index]]


def _behind(seen: Examined, waiting: list[int], cut: list[int], stops: Stops) -> list[int]:
    """Those of the separated inputs that some walls are enough to separate; the first is."""
    walls = set(cut)
    open_ = _open(seen, lambda parent, node: node in walls and stops(parent, node))
    return [index for index in waiting if not open_[index] or index == waiting[0]]


def _open(seen: Examined, stops: Stops) -> list[bool]:
    """Which nodes have a way without a wall to an output."""
    reached = [False] * len(seen.values)
    for end in seen.outputs:
        reached[end] = True
    for index in range(len(reached) - 1, -1, -1):
        if reached[index]:
            for parent in seen.tape.parents[index]:
                reached[parent] = reached[parent] or not stops(parent, index)
    return reached


def _first(source: int, seen: Examined, stops: Stops) -> list[int]:
    """The first walls on every way from an input."""
    found, known, waiting = set(), {source}, [source]
    while waiting:
        node = waiting.pop()
        for user in seen.users[node]:
            if stops(node, user):
                found.add(user)
            elif user not in known:
                known.add(user)
                waiting.append(user)
    return sorted(index for index in found if seen.counts[index])


def _cut_off(seen: Examined, inputs: list[int], cut: list[int], walls: dict[int, Wall], more: int) -> Blocked:
    tape = seen.tape
    onward = _descendants(seen, inputs)
    before = seen.ancestors(cut)
    way = tuple(k for k in sorted(onward) if before[k])
    also = [index for index in walls if index in onward and index not in cut]
    plain = [index for index in cut if tape.primitives[index].name not in COMPARING]
    wall = walls[(plain or cut)[0]]
    names = listed([tape.names[index] for index in inputs])
    where = listed([f"{tape.names[index]} = {tape[index].expression}" for index in cut], 3)
    ways = "the only way" if len(cut) == 1 else f"{len(cut)} ways"
    message = f"no derivative reaches {names}: {ways} to the result {'ends' if len(cut) == 1 else 'end'} at {where}; "
    message += wall.why
    if also:
        message += f"; further on also at {listed([tape.names[index] for index in also])}"
    message += f"; {more} more inputs are behind walls" if more > 0 else ""
    return Blocked(
        node=tape[wall.index],
        message=message,
        brief=f"no derivative reaches {names}: {wall.why}",
        cure=wall.cure,
        marked=tuple(cut),
        path=way,
        inputs=tuple(tape[index] for index in inputs),
        cut=tuple(tape[index] for index in cut),
        walls=tuple(tape[index] for index in sorted({*cut, *also})),
        partial=wall.partial,
    )


def _rest(seen: Examined, inputs: list[int], walls: list[int]) -> Blocked:
    tape = seen.tape
    return Blocked(
        node=tape[walls[0]],
        message=f"no derivative reaches {listed([tape.names[k] for k in inputs])} either: {len(walls)} further walls",
        marked=tuple(walls),
        path=tuple(inputs),
        inputs=tuple(tape[index] for index in inputs),
        walls=tuple(tape[index] for index in walls),
    )


def _descendants(seen: Examined, starts: list[int]) -> set[int]:
    found = set(starts)
    for index in range(min(starts), len(seen.values)):
        if index not in found and any(parent in found for parent in seen.tape.parents[index]):
            found.add(index)
    return found


def _idle_units(seen: Examined, index: int, found: Walls) -> Iterator[Blocked]:
    """Of a layer: the units, along the last axis, that are off in every row."""
    tape, shape = seen.tape, shape_of(seen.values[index])
    if len(shape) < 2 or np.prod(shape[:-1]) < FEWEST_ROWS or shape[-1] < 2:
        return
    for place, parent in enumerate(tape.parents[index]):
        if not found.live[parent] or shape_of(seen.values[parent]) != shape or seen.rule(index, place) is None:
            continue
        partial = np.asarray(seen.handed(index, place, np.ones(shape)))
        off = np.flatnonzero(np.all(partial == 0, axis=tuple(range(len(shape) - 1))))
        if not len(off):
            continue
        node, name = tape[index], tape.names[parent]
        are = "is" if len(off) == 1 else "are"
        units = listed([f"{name}[…, {k}]" for k in off])
        yield Blocked(
            node=node,
            message=f"{len(off)} of {shape[-1]} units of {node.name} = {node.expression} {are} off in all "
            f"{np.prod(shape[:-1])} rows: no derivative reaches {units}",
            brief=f"{len(off)} of {shape[-1]} units {are} off in all rows",
            cure="a slope on that side too (np.maximum(0.01 * x, x)), or another start or bias of these units",
            marked=(index,),
            path=(index, parent),
            walls=(node,),
        )


def _is_mask(seen: Examined, wall: Wall) -> bool:
    """Whether a wall is an ordinary choice: a comparison that only chooses, or the side that was not taken."""
    return seen.tape.primitives[wall.index].name in CHOOSING | COMPARING


def _passed_by(seen: Examined, wall: Wall) -> Blocked:
    tape = seen.tape
    names = listed([tape.names[tape.parents[wall.index][place]] for place in wall.places])
    node = tape[wall.index]
    message = (
        f"{node.name} = {node.expression} hands nothing back to {names}: {wall.why}; the derivative goes other ways"
    )
    return Blocked(
        node=node,
        message=message,
        brief=f"nothing comes back to {names}: {wall.why}; the derivative goes other ways",
        grave=False,
        marked=(wall.index,),
        path=(wall.index, *tape.parents[wall.index]),
        walls=(node,),
        partial=wall.partial,
    )
