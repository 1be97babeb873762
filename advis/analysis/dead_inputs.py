"""Dead inputs: those that get no derivative although no wall is to blame, and elements that are never read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from advis.analysis.blocked import separated
from advis.analysis.examined import Examined
from advis.analysis.symptoms import Symptom, element_text, listed, sized
from advis.analysis.walls import Walls
from advis.autodiff.numbers import value_text
from advis.autodiff.primitives.rule import shape_of

MOST_TOLD = 20
"""So many dead inputs are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DeadInput(Symptom):
    """An input, or a part of one, whose derivative is 0.

    Attributes
    ----------
    cause : str
        ``unused``, ``steers`` (only decides which way the program goes), ``unread elements``, ``zero factor``,
        ``at rest`` (a maximum, a minimum or the like: the derivative is rightly 0), ``cancels``, ``vanished``.
    elements : int
        How many of its elements.
    """

    kind: ClassVar[str] = "dead input"
    word: ClassVar[str] = "dead"

    cause: str = ""
    elements: int = 1

    @property
    def sort(self) -> str:
        """Its cause."""
        return self.cause


def dead_inputs(seen: Examined, found: Walls) -> Iterator[DeadInput]:
    """Yield the dead inputs that are not behind walls; of very many, the first ones and how many more there are."""
    steering, behind = _steering(seen), set(separated(seen, found))
    dead: list[tuple[int, int]] = []
    for index in seen.inputs:
        size = int(np.prod(shape_of(seen.values[index]), dtype=int))
        if not size or index in behind:
            continue
        if not seen.counts[index] or seen.adjoints[index] is None or sized(seen.adjoints[index]) == 0:
            dead.append((index, size))
        else:
            yield from _unread(seen, index, size, steering)
    for index, size in dead[:MOST_TOLD]:
        yield _at_zero(seen, index, size, found) if seen.counts[index] else _unused(seen, index, size, steering)
    more = [index for index, _ in dead[MOST_TOLD:]]
    if more:
        names = listed([seen.tape.names[index] for index in more])
        yield DeadInput(
            node=seen.tape[more[0]], message=f"{names} get no derivative either", marked=tuple(more), elements=len(more)
        )


def _steering(seen: Examined) -> list[bool]:
    """Which nodes a turn of the program depended on."""
    return seen.ancestors(index for index, _ in seen.tape._steered)


def _unused(seen: Examined, index: int, size: int, steering: list[bool]) -> DeadInput:
    node = seen.tape[index]
    about: dict[str, Any] = {"node": node, "marked": (index,), "path": (index,), "elements": size}
    if steering[index]:
        turn = next(k for k, _ in seen.tape._steered if seen.ancestors([k])[index])
        about |= {"node": seen.tape[turn], "marked": (index, turn), "path": seen.subgraph([turn])}
        asked = f"{about['node'].name} = {about['node'].expression}"
        use = "is read" if seen.values[turn].dtype.kind in "iu" else "the program does"
        return DeadInput(
            message=f"{node.name} only decides what {use}, by {asked}: its derivative is 0 whatever comes of it",
            brief=f"{node.name} only decides what {use}: its derivative is 0",
            cure="a mixture of both ways, weighted by av.relax.step(…, width=…)",
            cause="steers",
            **about,
        )
    some = "nothing that is computed from it is used" if seen.users[index] else "the program never uses it"
    return DeadInput(
        message=f"{node.name} does not reach the result: {some}",
        cure="use it, or leave it out of the arguments",
        cause="unused",
        **about,
    )


def _at_zero(seen: Examined, index: int, size: int, found: Walls) -> DeadInput:
    """An input with open ways whose derivative is 0 all the same."""
    tape = seen.tape
    onward = _reached(seen, index)
    rests = [(k, place) for k, place in found.resting if tape.parents[k][place] in onward]
    about: dict[str, Any] = {"marked": (index,), "path": tuple(sorted(onward)), "elements": size}
    factors = [(k, place) for k, place in rests if tape.primitives[k].name in ("multiply", "matmul", "dot", "einsum")]
    if factors:
        k, place = factors[0]
        other = [p for q, p in enumerate(tape.parents[k]) if q != place][-1]
        name = tape.names[other] or value_text(seen.values[other])
        return DeadInput(
            node=tape[k],
            message=f"{tape.names[index]} gets 0 at this point: {tape[k].name} = {tape[k].expression} multiplies it by "
            f"{name}, which is 0",
            cure=f"start {name} at other numbers than 0 (small random ones)",
            cause="zero factor",
            **about,
        )
    if rests:
        k, place = rests[0]
        parent = tape.parents[k][place]
        return DeadInput(
            node=tape[k],
            message=f"{tape.names[index]} gets 0 at this point: {tape[k].name} = {tape[k].expression} is at rest at "
            f"{tape.names[parent]} = {value_text(seen.values[parent])}",
            cure="nothing to mend if this is the minimum or maximum; else start beside it",
            grave=False,
            cause="at rest",
            **about,
        )
    if not any(_brings(seen, user, index) for user in seen.users[index]):
        return DeadInput(
            node=tape[index],
            message=f"{tape.names[index]} gets 0: on the way to it the derivative became smaller than any number",
            cure="fewer levels, or factors nearer to 1, on that way",
            cause="vanished",
            **about,
        )
    return DeadInput(
        node=tape[index],
        message=f"{tape.names[index]} gets 0: what comes to it by different ways cancels: the result does not move "
        "with it here",
        cure="look whether the result should depend on it: a difference of a value and its copy does not",
        cause="cancels",
        **about,
    )


def _brings(seen: Examined, user: int, index: int) -> bool:
    """Whether a user of a node hands anything but 0 back to it."""
    places = [k for k, p in enumerate(seen.tape.parents[user]) if p == index and seen.rule(user, k) is not None]
    adjoint = seen.adjoints[user]
    return adjoint is not None and any(sized(seen.handed(user, place, adjoint)) for place in places)


def _reached(seen: Examined, start: int) -> set[int]:
    found = {start}
    for index in range(start + 1, len(seen.values)):
        if seen.counts[index] and any(parent in found for parent in seen.tape.parents[index]):
            found.add(index)
    return found


def _unread(seen: Examined, index: int, size: int, steering: list[bool]) -> Iterator[DeadInput]:
    """Elements that no index ever names, in an array that is only ever read by indices."""
    tape = seen.tape
    users = [user for user in seen.users[index] if seen.counts[user] or steering[user]]
    shape = shape_of(seen.values[index])
    if not shape or any(tape.primitives[user].name != "getitem" for user in users):
        return
    read = np.zeros(shape, bool)
    for user in users:
        read[tape.primitives[user].options["index"]] = True
    missing = np.argwhere(~read)
    if not len(missing) or index in seen.outputs:
        return
    first = element_text(tape.names[index], tuple(missing[0].tolist()))
    count = len(missing)
    yield DeadInput(
        node=tape[users[0]],
        message=f"{count} of {size} elements of {tape.names[index]} never reach the result, from {first} on"
        if count > 1
        else f"{first} never reaches the result: no index names it",
        cure="check the bounds of the slices and loops that read it",
        marked=(index,),
        path=(index, *users),
        cause="unread elements",
        elements=count,
    )
