"""What changed between two records of one function: which nodes are the same, and which turn the program took."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import CONSTANT, shape_of
from advis.autodiff.sweeps import is_operation
from advis.autodiff.tape import Branch, Tape

MOST_MATCHED = 1500
"""Longer records are not matched node by node: their drawings are folded anyway."""


@dataclass(frozen=True, slots=True)
class Change:
    """How the record of one run differs from that of another.

    Attributes
    ----------
    kept : dict
        The nodes that both have: from the index in the new record to that in the old one.
    text : str
        What happened, as a sentence: ``x > 0 is now false: line 3 of f; 2 operations new, 1 gone``.
    """

    kept: dict[int, int]
    text: str


def change(before: Tape, after: Tape) -> Change | None:
    """Return what changed between two records, or None where only numbers did.

    Examples
    --------
    >>> import advis as av
    >>> def f(x):
    ...     if x > 0:
    ...         return np.sin(x)
    ...     return -x
    >>> change(av.trace(f, 1.0), av.trace(f, -1.0)).text
    'x > 0 is now false: line 2 of f; 1 operation new, 1 gone'
    """
    if _structure(before) == _structure(after):
        return None
    kept = _matched(before, after)
    new = sum(is_operation(primitive) for k, primitive in enumerate(after.primitives) if k not in kept)
    stayed = set(kept.values())
    gone = sum(is_operation(primitive) for k, primitive in enumerate(before.primitives) if k not in stayed)
    counts = _counted(new, gone)
    cause = _cause(before, after)
    return Change(kept, f"{cause}; {counts}" if cause else f"The program changed: {counts}")


def _counted(new: int, gone: int) -> str:
    """How many operations are new and gone: ``2 operations new, 1 gone``."""
    if not new and not gone:
        return "the same operations on other values"
    many = "operation" if (new or gone) == 1 else "operations"
    return f"{new} {many} new" + (f", {gone} gone" if gone else "") if new else f"{gone} {many} gone"


def _structure(tape: Tape) -> list[Any]:
    shapes = [shape_of(value) for value in tape.values]
    names = [primitive.name for primitive in tape.primitives]
    return [tape.parents, names, shapes, tape.names, tape.positions, [place.index for place in tape.output_places]]


def _matched(before: Tape, after: Tape) -> dict[int, int]:
    """The nodes of the new record that are nodes of the old one: same operation, same line, in the same order."""
    if max(len(before), len(after)) > MOST_MATCHED:
        return {}
    ours, theirs = _signatures(before), _signatures(after)
    begin = _common(ours, theirs)  # of a loop that runs once more, the last round is the new one
    matcher = SequenceMatcher(None, ours[begin:], theirs[begin:], autojunk=False)
    later = {b + k: a + k for a, b, size in matcher.get_matching_blocks() for k in range(size)}
    return {k: k for k in range(begin)} | {begin + b: begin + a for b, a in later.items()}


def _common(ours: list[Any], theirs: list[Any]) -> int:
    """How many nodes agree from the start."""
    pairs = zip(ours, theirs, strict=False)
    return next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))


def _signatures(tape: Tape) -> list[tuple[Any, ...]]:
    signatures = []
    for node, primitive in zip(tape, tape.primitives, strict=True):
        source = None if primitive is CONSTANT else node.source
        where = (source.function, source.line, source.span) if source else ()
        signatures.append((primitive.name, where, node.shape, node.name if not node.parents else ""))
    return signatures


def _cause(before: Tape, after: Tape) -> str:
    """The first turn that was taken otherwise than before, in words."""
    for old, new in zip_longest(before.branches, after.branches):
        if old is None or new is None:
            return ""
        if (old.node.expression, old.source) != (new.node.expression, new.source):
            return ""
        if not np.array_equal(old.node.value, new.node.value):
            return _said(old, new)
    return ""


def _said(old: Branch, new: Branch) -> str:
    value = new.node.value
    if isinstance(value, (bool, np.bool_)):
        now = "true" if value else "false"
    else:
        now = f"{value} (it was {old.node.value})"
    where = f": line {new.source.line} of {new.source.function}" if new.source else ""
    return f"{new.node.expression} is now {now}{where}"
