"""Places: what one drawing shows of a program, so that no drawing starts with many more than sixty boxes.

The program itself is a place; each folded block in it is a box that opens another one. Blocks that repeat, as the
turns of a loop do, share a place: the first is drawn, and the others differ in which nodes its keys stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from math import ceil, sqrt

from advis.analysis.blocks import FEWEST, Block, blocks, model, nodes_of, outsiders, signature
from advis.autodiff.primitives.rule import CONSTANT, INPUT
from advis.autodiff.tape import Tape

MOST_SHOWN = 60
"""So many boxes a drawing starts with at most; a longer program is folded."""
MOST_BOXES, MOST_CURVES = 400, 8_000
"""More boxes than this, or more pairs of them joined, are not drawn at once, even when a reader asks for it."""
MOST_CARRIED = 10_000
"""So many nodes a film brings along in all its places; of what repeats more often, the first and the last turns."""
MOST_INPUTS = 20
LEAF = 50
"""About so many operations are in a part of a program that has no structure of its own."""
FEWEST_ALIKE = 3
"""So many neighbours that look the same become one box with a count, where there is no room for each."""

Use = tuple[int, int]
"""A use of a node: by which node, as which of its parents."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A box that opens.

    Attributes
    ----------
    key : str
    block : Block
    members : tuple of Block
        What its place shows, one at a time: the block itself, or the turns of a loop.
    model : int
        Which of them is drawn for all.
    ports : dict
        The nodes from outside that it uses, each with its uses.
    outputs : tuple of int
        Its nodes that are used outside, or returned.
    """

    key: str
    block: Block
    members: tuple[Block, ...]
    model: int
    ports: dict[int, list[Use]]
    outputs: tuple[int, ...]


Item = int | Fold


@dataclass(frozen=True, eq=False)
class Place:
    """What one drawing shows.

    Attributes
    ----------
    key, parent : str
        The fold that opens it, and the fold in whose place that stands; ``""`` for the program.
    label : str
        What it is called.
    items : tuple
        The nodes and folds of the block that is drawn.
    turns : tuple
        The nodes of each block that shares it, in order, as they stand in the one that is drawn; None for those that
        the film does not bring along.
    leaving : frozenset of int
        The nodes of the block that is drawn whose values are used outside of it, or returned.
    each : int
        How many of them there are for each turn of the parent.
    model : int
        Which turn is drawn.
    """

    key: str
    parent: str
    label: str
    items: tuple[Item, ...]
    turns: tuple[tuple[int, ...] | None, ...]
    leaving: frozenset[int] = frozenset()
    each: int = 1
    model: int = 0

    @property
    def shared(self) -> bool:
        """Whether its keys stand for more than one block."""
        return len(self.turns) > 1

    @cached_property
    def order(self) -> dict[int, int]:
        """Where each node of the block that is drawn stands in it."""
        return {index: k for k, index in enumerate(self.turns[self.model] or ())}

    @property
    def folds(self) -> list[Fold]:
        """The boxes in it that open."""
        return [item for item in self.items if isinstance(item, Fold)]

    def entrances(self) -> dict[int, list[Use]]:
        """Return the nodes from outside that its nodes and folds use, each with its uses by nodes of this place."""
        return {index: uses for index, uses in self._sources.items() if index not in self.order}

    @cached_property
    def _sources(self) -> dict[int, list[Use]]:
        found: dict[int, list[Use]] = {}
        for fold in self.folds:
            for index, uses in fold.ports.items():
                found.setdefault(index, []).extend(uses)
        return found

    def elsewhere(self, tape: Tape, turn: Sequence[int], index: int, user: Use | None = None) -> int:
        """Return the node that stands in another turn where a node stands in the one that is drawn.

        A node from outside, or a constant, is found by a node that uses it.
        """
        if index in self.order:
            return turn[self.order[index]]
        assert user is not None
        return tape.parents[turn[self.order[user[0]]]][user[1]]


@dataclass(frozen=True)
class Plan:
    """All the places of a program, the whole one first."""

    tape: Tape
    places: tuple[Place, ...]

    @property
    def folded(self) -> bool:
        """Whether some of it is not seen at once."""
        return bool(self.places[0].folds)

    @property
    def opened(self) -> frozenset[str]:
        """The folds whose places the film brings along."""
        return frozenset(place.key for place in self.places)


def plan(tape: Tape, fold: bool | None = None) -> Plan:
    """Return what is shown of a tape, drawing by drawing.

    Parameters
    ----------
    tape : Tape
    fold : bool, optional
        True folds every block, however small the program; False folds none, if that can be shown (see `shown_flat`). By
        default a program of more than 60 boxes is folded.
    """
    nodes = tuple(index for index, primitive in enumerate(tape.primitives) if primitive is not CONSTANT)
    if (len(nodes) <= MOST_SHOWN and not fold) or (fold is False and shown_flat(tape)) or not nodes:
        returned = frozenset(place.index for place in tape.output_places)
        return Plan(tape, (Place("", "", tape.function, nodes, (nodes,), returned),))
    return Plan(tape, tuple(_Planning(tape).places()))


def shown_flat(tape: Tape) -> bool:
    """Whether a drawing without folds shows a whole tape: at most 400 boxes, and 8,000 pairs of them joined."""
    nodes = [index for index, primitive in enumerate(tape.primitives) if primitive is not CONSTANT]
    return len(nodes) <= MOST_BOXES and sum(len(set(tape.parents[index])) for index in nodes) <= MOST_CURVES


class _Planning:
    """The places of a folded program while they are found, from the outermost on."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.folds = 0
        self.room = MOST_CARRIED
        self.returned = {place.index for place in tape.output_places}
        self.users: list[list[Use]] = [[] for _ in range(len(tape))]
        for target, parents in enumerate(tape.parents):
            for place, parent in enumerate(parents):
                self.users[parent].append((target, place))

    def places(self) -> Iterator[Place]:
        """Yield the places whose nodes there is room for, breadth first."""
        whole = blocks(self.tape)
        nodes = tuple(nodes_of(self.tape, whole))
        waiting = [(Place("", "", self.tape.function, (), (nodes,)), whole)]
        while waiting:
            place, block = waiting.pop(0)
            place = replace(place, items=tuple(self._item(item) for item in _arranged(self.tape, block)))
            size = max(1, sum(1 for item in place.items if isinstance(item, int)) + len(place.folds))
            kept = _ends(place.turns, self.room // size if place.key else 1)
            if not kept[place.model]:
                continue
            place = replace(place, turns=kept, leaving=self._leaving(place))
            self.room -= size * sum(turn is not None for turn in kept)
            yield place
            for fold in place.folds:
                label = fold.block.name
                turns = _inner(place, fold)
                each, drawn = len(fold.members), place.model * len(fold.members) + fold.model
                inner = Place(fold.key, place.key, label, (), turns, each=each, model=drawn)
                waiting.append((inner, fold.members[fold.model]))

    def _leaving(self, place: Place) -> frozenset[int]:
        inside = place.order
        left = (i for i in inside if any(target not in inside for target, _ in self.users[i]))
        return frozenset(left) | (self.returned & inside.keys())

    def _item(self, item: int | Block) -> Item:
        if not isinstance(item, Block):
            return item
        self.folds += 1
        first, last = item.first, item.last
        ports: dict[int, list[Use]] = {}
        for index in nodes_of(self.tape, item):
            for place, parent in enumerate(self.tape.parents[index]):
                if parent < first and self.tape.primitives[parent] is not CONSTANT:
                    ports.setdefault(parent, []).append((index, place))
        outputs = tuple(
            index
            for index in nodes_of(self.tape, item)
            if index in self.returned or any(target > last for target, _ in self.users[index])
        )
        members, drawn = _members(self.tape, item)
        return Fold(f"b{self.folds}", item, members, drawn, ports, outputs)


def _members(tape: Tape, block: Block) -> tuple[tuple[Block, ...], int]:
    """What a block's place shows one at a time, and which of it is drawn: the turns of a loop if they look the same."""
    turns = tuple(item for item in block.items if isinstance(item, Block))
    if block.kind != "loop" or len(turns) < len(block.items):
        return (block,), 0
    first = signature(tape, turns[0])
    alike = all(signature(tape, turn) == first for turn in turns[1:])
    drawn = model(tape, turns) if alike else None
    return ((block,), 0) if drawn is None else (turns, drawn)


def _inner(place: Place, fold: Fold) -> tuple[tuple[int, ...] | None, ...]:
    """The nodes of each member of a fold, in each turn of the place around it."""
    spans = [(place.order[member.first], place.order[member.last] + 1) for member in fold.members]
    found: list[tuple[int, ...] | None] = []
    for turn in place.turns:
        found += [None if turn is None else turn[start:stop] for start, stop in spans]
    return tuple(found)


def _ends(turns: Sequence[tuple[int, ...] | None], most: int) -> tuple[tuple[int, ...] | None, ...]:
    """Of more turns than there is room for the first and the last ones."""
    there = [k for k, turn in enumerate(turns) if turn is not None]
    kept = set(there if len(there) <= most else there[: ceil(most / 2)] + there[len(there) - most // 2 :])
    return tuple(turn if k in kept else None for k, turn in enumerate(turns))


# -- what stands side by side


def _arranged(tape: Tape, block: Block) -> list[int | Block]:
    """The items of a block, with as much of it put together as it takes to have at most sixty."""
    only = block.items[0]
    while len(block.items) == 1 and isinstance(only, Block) and only.kind in ("function", "named"):
        block, only = only, only.items[0]  # a turn that only calls a function shows what is in that
    items = [_unwrapped(item) for item in block.items]
    inputs = [item for item in items if not isinstance(item, Block) and tape.primitives[item] is INPUT]
    if len(inputs) > MOST_INPUTS and len(items) > len(inputs):
        items = [_part(tape, inputs), *items[len(inputs) :]]
    if block.kind == "loop":  # its turns do not all look the same
        items = _alike(tape, items, 2)
    items = [inner for item in items for inner in _opened(tape, item)]
    if len(items) > MOST_SHOWN:
        items = _alike(tape, items, FEWEST_ALIKE)
    return _parts(tape, items)


def _opened(tape: Tape, item: int | Block) -> tuple[int | Block, ...]:
    """A turn of one or two operations stands for itself."""
    small = isinstance(item, Block) and item.kind == "turn" and len(nodes_of(tape, item)) < FEWEST
    return item.items if small else (item,)  # type: ignore[union-attr]


def _unwrapped(item: int | Block) -> int | Block:
    """A block that holds nothing but one other block is that block, under its own name."""
    while isinstance(item, Block) and len(item.items) == 1 and isinstance(item.items[0], Block):
        inner = item.items[0]
        item = Block(item.name if item.kind != "turn" else inner.name, inner.kind, inner.items, inner.context)
    return item


def _alike(tape: Tape, items: list[int | Block], fewest: int) -> list[int | Block]:
    """Neighbouring blocks that look the same become one loop."""
    shown: list[int | Block] = []
    for look, run in groupby(items, key=lambda item: signature(tape, item) if isinstance(item, Block) else None):
        if look is None:
            shown += run
            continue
        blocks_of_it = [item for item in run if isinstance(item, Block)]
        for members in _drawn_as_one(tape, blocks_of_it):
            few = sum(len(nodes_of(tape, member)) for member in members) <= FEWEST
            shown += members if few or len(members) < fewest else [_loop_of(members)]
    return shown


def _drawn_as_one(tape: Tape, alike: list[Block]) -> Iterator[list[Block]]:
    """Blocks with one signature, in runs of which one can be drawn for all."""
    if model(tape, alike) is not None:
        yield alike
        return
    for _, run in groupby(alike, key=lambda block: _pattern(outsiders(tape, block))):
        yield list(run)


def _pattern(nodes: list[int]) -> tuple[int, ...]:
    """Which of them are the same."""
    return tuple(nodes.index(node) for node in nodes)


def _loop_of(members: list[Block]) -> Block:
    first, last = members[0], members[-1]
    name = first.name
    if first.kind == "turn":
        name = f"turns {first.name.split()[-1]}–{last.name.split()[-1]}"
    return Block(name, "loop", tuple(members), first.context)


def _parts(tape: Tape, items: list[int | Block]) -> list[int | Block]:
    """A long list in parts of nearly equal length; many parts are put together again."""
    size = ceil(len(items) / ceil(len(items) / LEAF))
    while len(items) > MOST_SHOWN:
        items = [_part(tape, items[start : start + size]) for start in range(0, len(items), size)]
        size = ceil(sqrt(len(items)))
    return items


def _part(tape: Tape, items: Sequence[int | Block]) -> Block:
    whole = Block("", "part", tuple(items))
    turns = [_turns_of(item) for item in items]
    if all(turns):
        return replace(whole, name=f"turns {turns[0][0]}–{turns[-1][-1]}")
    return replace(whole, name=f"{tape.names[whole.first]} … {tape.names[whole.last]}")


def _turns_of(item: int | Block) -> list[str]:
    """The number of the turn of a loop that an item is, or of the first and the last one; nothing if it is no turn."""
    turned = isinstance(item, Block) and item.kind in ("turn", "loop", "part")
    found = re.fullmatch(r"turns? (\d+)(?:–(\d+))?", item.name) if turned else None  # type: ignore[union-attr]
    return [number for number in found.groups() if number] if found else []
