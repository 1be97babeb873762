"""The blocks of a program: its functions, loops, turns of loops and named parts, as a tree over the nodes of its tape.

Nothing is recorded for this on the way: functions and named parts are the tape's contexts, and the turns of a loop are
read off the bytecode, whose backward jumps say where a loop begins and ends. A turn ends where the program goes back.
"""

from __future__ import annotations

import dis
import linecache
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from types import CodeType
from typing import Any

from advis.autodiff.code import display_name, instruction_start, per_code
from advis.autodiff.errors import HIDDEN
from advis.autodiff.primitives.rule import CONSTANT, INPUT, shape_of
from advis.autodiff.recorder import Context
from advis.autodiff.tape import Tape

FEWEST = 3
"""A function or a part of fewer operations is no block of its own."""

SOMEWHERE = -(1 << 40)
"""The instruction of what a transform called: it is not known."""

Region = tuple[int, int]
"""The first and the last instruction of a loop."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A part of a program that belongs together.

    Attributes
    ----------
    name : str
        What a reader calls it: a function's name, a loop's line, the name given to `advis.block`.
    kind : str
        ``program``, ``function``, ``named``, ``loop``, ``turn`` (of a loop) or ``part`` (of a long list).
    items : tuple of int or Block
        Its nodes and the blocks in it, in the order of computation; constants belong to whoever uses them.
    context : int
        The context of the tape in which it was computed.
    """

    name: str
    kind: str
    items: tuple[int | Block, ...]
    context: int = 0

    @property
    def first(self) -> int:
        """Its first node."""
        item: int | Block = self
        while isinstance(item, Block):
            item = item.items[0]
        return item

    @property
    def last(self) -> int:
        """Its last node; what stands between the two is in it, or a constant."""
        item: int | Block = self
        while isinstance(item, Block):
            item = item.items[-1]
        return item


def nodes_of(tape: Tape, item: int | Block) -> list[int]:
    """Return the nodes of a block in order, without constants."""
    if not isinstance(item, Block):
        return [item]
    return [index for index in range(item.first, item.last + 1) if tape.primitives[index] is not CONSTANT]


def blocks(tape: Tape) -> Block:
    """Return the whole program as a block.

    Parameters
    ----------
    tape : Tape
        Without code positions (``source=False``) there are no blocks in it.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def f(x):
    ...     for _ in range(3):
    ...         x = np.sin(x) * x + 1.0
    ...     return x
    >>> loop = blocks(av.trace(f, 0.5)).items[1]
    >>> loop.kind, [turn.items for turn in loop.items]
    ('loop', [(1, 2, 4), (5, 6, 8), (9, 10, 12)])
    """
    opened = [_Open(0)]
    paths = _paths(tape.contexts)
    for index, primitive in enumerate(tape.primitives):
        if primitive is CONSTANT:
            continue
        context, instruction = tape.positions[index] if tape.positions else (0, -1)
        path = paths[context] if primitive is not INPUT else paths[0]
        kept = _common(opened, path)
        while len(opened) > kept:
            _close(tape, opened)
        opened += [_Open(entered) for entered in path[kept:]]
        opened[-1].items.append((_begun(tape, context, instruction), index))
    while len(opened) > 1:
        _close(tape, opened)
    return Block(tape.function, "program", _turned(tape, opened[0].items, (), opened[0].context))


@dataclass(slots=True)
class _Open:
    """A context while its nodes are gathered: each item with the instruction that made it."""

    context: int
    items: list[tuple[int, Any]] = field(default_factory=list)


def _paths(contexts: Sequence[Context]) -> list[tuple[int, ...]]:
    """For each context the contexts around it, from the outermost to itself."""
    paths: list[tuple[int, ...]] = []
    for place, context in enumerate(contexts):
        paths.append((*(paths[context.parent] if context.parent >= 0 else ()), place))
    return paths


def _common(opened: list[_Open], path: tuple[int, ...]) -> int:
    """How many of the open contexts stay open on a path."""
    pairs = enumerate(zip(opened, path, strict=False))
    return next((k for k, (one, context) in pairs if one.context != context), min(len(opened), len(path)))


def _close(tape: Tape, opened: list[_Open]) -> None:
    """End the innermost context: its items become a block of the one around it, or are simply put there."""
    inner, outer = opened.pop(), opened[-1]
    context = tape.contexts[inner.context]
    named = context.call < 0 and context.code is tape.contexts[context.parent].code
    regions = _loops(context.code) if context.code is not None and not named else ()
    if named:  # its instructions are those of the code around it, whose loops may go on inside
        here = _place(inner.items[0][0])
        regions = tuple(r for r in _loops(context.code) if not r[0] <= here <= r[1]) if context.code else ()
    items = _turned(tape, inner.items, regions, inner.context)
    where = _begun(tape, context.parent, context.call) if context.call >= 0 else inner.items[0][0]
    if context.call < 0 and not named:  # called by a transform: its instructions are not those of the code around it
        where = SOMEWHERE
    outermost = context.parent == 0 and not named
    size = sum(len(nodes_of(tape, item)) for item in items)
    if outermost or context.name in HIDDEN or size < FEWEST:
        outer.items += [(where, item) for item in items]
    else:
        kind = "named" if named else "function"
        outer.items.append((where, Block(display_name(context.name), kind, items, inner.context)))


def _begun(tape: Tape, context: int, instruction: int) -> int:
    """The beginning of an instruction, still marked if it is a step on the way to a result."""
    code = tape.contexts[context].code
    if code is None or instruction == -1:
        return instruction
    start = instruction_start(code, _place(instruction))
    return start if instruction >= 0 else ~start


# -- loops


def _place(instruction: int) -> int:
    """The instruction of a position, whether or not it is a step on the way to a result."""
    return instruction if instruction >= 0 else ~instruction


@per_code
def _loops(code: CodeType) -> tuple[Region, ...]:
    """The loops of a code object, outer ones first."""
    found: dict[int, int] = {}
    for step in dis.get_instructions(code):
        if "JUMP_BACKWARD" in step.opname and not step.opname.endswith("NO_INTERRUPT"):
            found[step.argval] = max(step.offset, found.get(step.argval, 0))
    return tuple(sorted(found.items(), key=lambda region: (region[0], -region[1])))


def _around(regions: tuple[Region, ...], instruction: int) -> Region | None:
    """The outermost loop in which an instruction stands."""
    here = _place(instruction)
    return next((region for region in regions if region[0] <= here <= region[1]), None)


def _turned(
    tape: Tape, items: list[tuple[int, Any]], regions: tuple[Region, ...], context: int
) -> tuple[int | Block, ...]:
    """Items with those of each loop put together, turn by turn."""
    shown: list[int | Block] = []
    items = _settled(items)
    for region, run in groupby(items, key=lambda item: _around(regions, item[0])):
        members = list(run)
        if region is None:
            shown += [item for _, item in members]
            continue
        inner = tuple(r for r in regions if r != region and region[0] <= r[0] and r[1] <= region[1])
        code = tape.contexts[context].code
        assert code is not None  # it has loops
        turns = [_turned(tape, turn, inner, context) for turn in _turns(members, inner, code)]
        name = _loop_names(code)[region]
        if len(turns) == 1:
            within = {_around(inner, place) for place, _ in members}
            alone = len(within) == 1 and None not in within  # nothing of its own is in the outer loop
            shown += [_called(item, name) if alone else item for item in turns[0]]
            continue
        blocks_of_it = (Block(f"turn {k}", "turn", turn, context) for k, turn in enumerate(turns, 1))
        shown.append(Block(name, "loop", tuple(blocks_of_it), context))
    return tuple(shown)


def _called(item: int | Block, outer: str) -> int | Block:
    """A loop that is all that another one does: its turns are those of both, and nothing tells them apart."""
    if isinstance(item, Block) and item.kind == "loop" and outer != "loop":  # of which no text is known
        return Block(f"{outer}, {item.name}", item.kind, item.items, item.context)
    return item


def _settled(items: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """What was computed somewhere belongs to the instruction that follows, or at the end to the one before."""
    known = [place for place, _ in items if place != SOMEWHERE]
    settled, there = [], known[-1] if known else -1
    for place, item in reversed(items):
        there = there if place == SOMEWHERE else place
        settled.append((there, item))
    return settled[::-1]


def _turns(members: list[tuple[int, Any]], inner: tuple[Region, ...], code: CodeType) -> list[list[tuple[int, Any]]]:
    """The items of a loop, cut where the program must have gone back: no way forward leads to the next operation."""
    turns: list[list[tuple[int, Any]]] = []
    before, ended = -1, False
    for instruction, item in members:
        region = _around(inner, instruction)
        place = region[0] if region else _place(instruction)
        if not turns or (place == before and ended) or not _leads(code, before, place):
            turns.append([])
        turns[-1].append((instruction, item))
        before, ended = place, region is None and instruction >= 0
    return turns


def _leads(code: CodeType, start: int, end: int) -> bool:
    """Whether a way forward leads from one instruction to another, or to itself."""
    places, reached = _ways(code)
    return bool(reached[start] >> places[end] & 1)


@per_code
def _ways(code: CodeType) -> tuple[dict[int, int], dict[int, int]]:
    """The place of each instruction, and which ones can follow it without a jump back, as the bits of a number."""
    steps = list(dis.get_instructions(code))
    places = {step.offset: k for k, step in enumerate(steps)}
    reached: dict[int, int] = {}
    following = 0
    for k, step in reversed(list(enumerate(steps))):
        jumps = step.opcode in dis.hasjrel or step.opcode in dis.hasjabs
        onward = step.argval > step.offset if jumps else False
        ends = step.opname.startswith(("RETURN", "RAISE", "RERAISE", "JUMP"))
        ways = (0 if ends else following) | (reached[step.argval] if onward else 0)
        following = reached[step.offset] = ways | 1 << k
    return places, reached


@per_code
def _loop_names(code: CodeType) -> dict[Region, str]:
    """The words of each loop: ``for k in range(9)``, also inside brackets, or ``while x > 1``."""
    lines = {step.offset: step.positions.lineno for step in dis.get_instructions(code) if step.positions}
    named = {region: _loop_name(code.co_filename, [lines.get(place) for place in region]) for region in _loops(code)}
    return named | dict(zip(named, _comprehended(code), strict=False))


def _comprehended(code: CodeType) -> list[str]:
    """The loops of a comprehension in their order, without those of another one inside of it."""
    steps = [step for step in dis.get_instructions(code) if step.opname == "FOR_ITER"] if code.co_name in HIDDEN else []
    if not steps or steps[0].positions is None or steps[0].positions.lineno is None:
        return []
    first, last, start, stop = (int(x or 0) for x in steps[0].positions)
    lines = [linecache.getline(code.co_filename, line).encode() for line in range(first, last + 1)]
    lines[-1] = lines[-1][:stop]
    lines[0] = lines[0][start:]
    text = " ".join(line.decode(errors="ignore").strip() for line in lines)
    starts, depth = [], 0
    for match in re.finditer(r"[(\[{]|[)\]}]|\bfor\b", text):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if match[0] == "for" and depth == 1:
            starts.append(match.start())
    return [_clause(text[start:end].strip()) for start, end in pairwise([*starts, len(text)])]


def _loop_name(filename: str, lines: list[int | None]) -> str:
    for line in filter(None, lines):  # a while asks at its end
        found = _clause(linecache.getline(filename, line).strip())
        if found:
            return found
    return "loop"


def _clause(text: str) -> str:
    """The words of a loop in a line, up to a colon, an ``if`` or the bracket that closes around them.

    >>> _clause("for k in range(9):"), _clause("y = sum([a[k] for k in range(len(a)) if k])")
    ('for k in range(9)', 'for k in range(len(a))')
    """
    start = re.search(r"\b(?:for\b.+?\bin|while)\b", text)
    if start is None:
        return ""
    depth = 0
    for place in range(start.end(), len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth < 0 or (not depth and (text[place] == ":" or text[place:].startswith(" if "))):
            return text[start.start() : place].strip()
    return text[start.start() :]


# -- what repeats


def signature(tape: Tape, block: Block) -> tuple[Any, ...]:
    """Return what two blocks have in common if one drawing can stand for both: operations, shapes and inner blocks.

    For each parent it says whether that is in the block, and where, or a constant, or comes from outside.
    """
    inside: dict[int, int] = {}
    found = []
    for index in nodes_of(tape, block):
        inside[index] = len(inside)
        primitive = tape.primitives[index]
        outside = (-1 if tape.primitives[k] is CONSTANT else -2 for k in tape.parents[index])
        places = (inside.get(k, there) for k, there in zip(tape.parents[index], outside, strict=True))
        found.append((primitive.name, shape_of(tape.values[index]), tape.carried[index], *places))
    return (*_nested(block), *found)


def outsiders(tape: Tape, block: Block) -> list[int]:
    """Return the nodes from outside that a block uses, one for each use, in order."""
    first = block.first
    return [
        parent
        for index in nodes_of(tape, block)
        for parent in tape.parents[index]
        if parent < first and tape.primitives[parent] is not CONSTANT
    ]


def model(tape: Tape, alike: Sequence[Block]) -> int | None:
    """Return which of some blocks with one signature can be drawn for all of them.

    It is one that uses the most different values from outside: in the first turn of a loop, ``h`` and ``x`` may still
    be one value. None if uses that are one value in it are two in another.
    """
    used = [outsiders(tape, block) for block in alike]
    counts = [len(set(nodes)) for nodes in used]
    place = counts.index(max(counts))
    for nodes in used:
        same = dict(zip(used[place], nodes, strict=True))
        if any(same[ours] != theirs for ours, theirs in zip(used[place], nodes, strict=True)):
            return None
    return place


def _nested(block: Block) -> Iterator[tuple[Any, ...]]:
    """The inner blocks: where each begins, how deep, how many items it has."""
    waiting: list[tuple[Block, int]] = [(block, 0)]
    while waiting:
        shown, depth = waiting.pop()
        yield ("block", depth, shown.first - block.first, len(shown.items))
        waiting += [(item, depth + 1) for item in shown.items if isinstance(item, Block)]
