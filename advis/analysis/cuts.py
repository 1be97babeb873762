"""Cuts: sets of nodes that separate a tape's inputs from its outputs, and the stages between them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from advis.analysis.factor import Variable
from advis.analysis.stage import Stage
from advis.autodiff.primitives.rule import CONSTANT, INPUT, shape_of
from advis.autodiff.structure import Place
from advis.autodiff.tape import Tape

MOST_NAMED = 4

Cut = tuple[int, ...]
"""The indices of the nodes of a cut."""


def cuts_named(tape: Tape, cuts: Iterable[str | Iterable[str]]) -> list[Cut]:
    """Return the nodes of each cut: a name, or several.

    Raises
    ------
    TypeError, ValueError, KeyError
        If a cut is not made of names, is empty, or names no node of the tape (the message lists those that there are).
    """
    if isinstance(cuts, str) or not isinstance(cuts, Iterable):
        raise TypeError(f"chain: cuts={cuts!r} must be a list of cuts, each a name or a set of names; write cuts=['a']")
    return [_cut_named(tape, cut) for cut in cuts]


def _cut_named(tape: Tape, cut: Any) -> Cut:
    names = [cut] if isinstance(cut, str) else list(cut) if isinstance(cut, Iterable) else [cut]
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"chain: the cut {cut!r} must be the name of a node or a set of names, such as 'a' or {{'b', 'c'}}"
        )
    try:
        found = sorted({tape.index_of(name) for name in names})
    except KeyError as error:
        raise KeyError(f"chain: in the cut {_quoted(names)}: {error.args[0]}") from None
    still = [tape.names[index] for index in found if not tape.carried[index]]
    if still:
        raise ValueError(
            f"chain: the cut {_said(tape, found)} has {still[0]}, which does not depend on an input; leave it out"
        )
    return tuple(found)


def _quoted(names: Sequence[str]) -> str:
    """A cut as it is written; a set in order, since sets have none."""
    return repr(names[0]) if len(names) == 1 else "{" + ", ".join(map(repr, sorted(names))) + "}"


def stages_between(tape: Tape, cuts: Sequence[Cut]) -> list[Stage]:
    """Return the stages between neighbouring cuts, from the input to the output; the first and last cut included.

    Raises
    ------
    ValueError
        If a cut does not separate what comes before it from what comes after it: the message names the edge that
        bypasses it.
    """
    return [_stage(tape, before, after) for before, after in pairwise(cuts)]


def _stage(tape: Tape, before: Cut, after: Cut) -> Stage:
    between = _needed(tape, before, after)
    outside = [index for index in between if tape.primitives[index] is INPUT]
    if outside:
        raise ValueError(_bypassed(tape, before, after, between, outside[0]))
    return Stage(_piece(tape, before, after, between), before, after, tuple(sorted(between)))


def _needed(tape: Tape, before: Cut, after: Cut) -> set[int]:
    """The nodes on the way back from one cut that are not in the one before it, through which a derivative passes."""
    stop, seen = set(before), set()
    stack = [index for index in after if index not in stop]
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            stack += [parent for parent in _sources(tape, index) if parent not in stop and parent not in seen]
    return seen


def _sources(tape: Tape, index: int) -> list[int]:
    """The parents from which a derivative passes to a node."""
    pairs = zip(tape.parents[index], tape.primitives[index].jvps, strict=False)
    return [parent for parent, rule in pairs if rule is not None]


def _piece(tape: Tape, before: Cut, after: Cut, between: set[int]) -> Tape:
    """The same tape with one cut given and the next one returned; whatever is not between them is a constant."""
    names = tape.names  # worked out with the whole tape, before its nodes become constants
    piece = copy.copy(tape)
    for cached in ("carried", "input_places", "output_places", "notes"):
        piece.__dict__.pop(cached, None)
    piece.__dict__["names"] = names
    piece.primitives = [p if k in between else CONSTANT for k, p in enumerate(tape.primitives)]
    piece.parents = [p if k in between else () for k, p in enumerate(tape.parents)]
    for index in before:
        piece.primitives[index] = INPUT
    piece._arguments, piece._outcome = (tuple(Place(index) for index in cut) for cut in (before, after))
    piece._latest = {}
    return piece


def _bypassed(tape: Tape, before: Cut, after: Cut, between: set[int], outside: int) -> str:
    """Say which edge goes round a cut: the one at which a way round it joins what comes after it."""
    after_it: set[int] = set()
    for index in sorted(between):  # a parent stands before its child
        if any(parent in after_it or parent in before for parent in _sources(tape, index)):
            after_it.add(index)
    ends = after_it | set(after)
    edges = [
        (parent, index)
        for index in sorted(between & ends)
        for parent in _sources(tape, index)
        if parent in between and parent not in after_it
    ]
    reaching = [edge for edge in edges if _comes_from_input(tape, edge[0], between)]
    names, cut = tape.names, _said(tape, before)
    if not reaching:
        return (
            f"chain: the cut {cut} does not separate the inputs from the outputs: {names[outside]} is an input, and "
            f"stands in what comes after it; put {names[outside]} into the cut"
        )
    parent, child = reaching[0]
    return (
        f"chain: the cut {cut} does not separate the inputs from {_said(tape, after)}: the edge {names[parent]} → "
        f"{names[child]} bypasses it; put {names[parent]} into the cut, or give the cuts in the order from the inputs "
        "to the outputs"
    )


def _comes_from_input(tape: Tape, index: int, between: set[int]) -> bool:
    seen, stack = set(), [index]
    while stack:
        at = stack.pop()
        if tape.primitives[at] is INPUT:
            return True
        seen.add(at)
        stack += [parent for parent in _sources(tape, at) if parent in between and parent not in seen]
    return False


# -- what stands in a cut, as a variable


def variable_of(tape: Tape, cut: Sequence[int], name: str = "", paths: Sequence[str] = ()) -> Variable:
    """Return the variable that a cut is: its nodes one after the other; called by their own names if none are given.

    Raises
    ------
    TypeError
        If a value is complex: its derivative is not one matrix.
    """
    names = paths or [tape.names[index] for index in cut]
    for index, own in zip(cut, names, strict=True):
        if tape.values[index].dtype.kind == "c":
            raise TypeError(f"chain: {own} is complex; write the function in real and imaginary parts")
    parts = tuple((own, tuple(shape_of(tape.values[index]))) for own, index in zip(names, cut, strict=True))
    return Variable(name or _set_name(names), parts)


def _set_name(names: Sequence[str]) -> str:
    """``b``; ``{b,c}``; of many the first and the last."""
    shown = list(names) if len(names) <= MOST_NAMED else [*names[:2], "…", names[-1]]
    return shown[0] if len(shown) == 1 else "{" + ",".join(shown) + "}"


def _said(tape: Tape, cut: Sequence[int]) -> str:
    return _set_name([tape.names[index] for index in cut])
