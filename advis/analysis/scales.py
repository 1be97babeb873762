"""Scale: how the size of the adjoints changes with depth; vanishing and exploding gradients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from advis.analysis.examined import Examined
from advis.analysis.symptoms import Symptom, finite, listed, squared
from advis.autodiff.numbers import number

FEWEST = 8
"""Over fewer levels than this, a change of size is no trend."""
LARGEST_SHARE = 0.5  # of the whole change, at one level: more than that is one operation, and no trend


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scale(Symptom):
    """How adjoints shrink or grow on the way from the result back to the inputs.

    Attributes
    ----------
    trend : str
        ``vanishing`` or ``exploding``.
    norms : tuple of float
        The Euclidean norm of the adjoints of all operations at each depth, from the inputs to the result.
    factor : float
        By how much the size changes from one level to the one before, on average.
    """

    kind: ClassVar[str] = "scale"
    word: ClassVar[str] = "scale"

    trend: str = ""
    norms: tuple[float, ...] = ()
    factor: float = 1.0


def scale(seen: Examined) -> Iterator[Scale]:
    """Yield a trend of the adjoints over the depth of the program that reaches an input, if there is one."""
    norms, members = profile(seen)
    if len(norms) < FEWEST:
        return
    low, high = np.log10(seen.limits.vanishing), np.log10(seen.limits.exploding)
    changes = {index: _change(seen, index, norms[-1]) for index in seen.inputs if seen.adjoints[index] is not None}
    for vanishing in (True, False):
        reached = [k for k, change in changes.items() if (change <= low if vanishing else change >= high)]
        whole = max((abs(changes[k]) for k in reached), default=0.0)
        steps = [(before - after) * (-1 if vanishing else 1) for before, after in pairwise(np.log10(norms).tolist())]
        if reached and max(steps) <= LARGEST_SHARE * whole and sum(steps) >= LARGEST_SHARE * whole:
            yield _trend(seen, norms, members, reached, vanishing, int(np.argmax(steps)) + 1)


def _change(seen: Examined, index: int, last: float) -> float:
    """By how many powers of ten an input's adjoint is larger than those at the result."""
    norm = np.sqrt(squared(seen.adjoints[index]))
    return float(np.log10(norm / last)) if 0 < norm < np.inf else 0.0


def _trend(
    seen: Examined, norms: list[float], members: list[list[int]], reached: list[int], vanishing: bool, steepest: int
) -> Scale:
    tape = seen.tape
    node = tape[members[steepest][0]]  # the operation at the level of the largest step
    factor = (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))
    sizes = [float(np.sqrt(squared(seen.adjoints[k]))) for k in reached]
    names = listed([tape.names[k] for k in reached])
    message = (
        f"the gradient {'vanishes' if vanishing else 'explodes'}: over {len(norms)} levels the adjoints go from "
        f"{number(norms[-1], 3)} at the result to {number(min(sizes) if vanishing else max(sizes), 3)} at {names}, "
        f"by a factor of {number(factor, 3)} from level to level"
    )
    cure = (
        "weights nearer to 1 in size, ReLU-like functions, shortcuts (x + g(x)), normalisation, fewer levels"
        if vanishing
        else "smaller weights or steps, normalisation, clipping of the gradient's norm, fewer levels"
    )
    return Scale(
        node=node,
        message=message,
        brief=f"the gradient {'vanishes' if vanishing else 'explodes'} by a factor of {number(factor, 3)} a level, "
        f"over {len(norms)} levels, to {names}",
        cure=cure,
        marked=(node.index, *reached),
        path=tuple(k for level in members for k in level),
        trend="vanishing" if vanishing else "exploding",
        norms=tuple(norms),
        factor=factor,
    )


def _heights(seen: Examined) -> list[int]:
    """How many operations lie behind each node, on the longest way to a result."""
    tape = seen.tape
    heights = [0] * len(tape)
    for index in range(len(tape) - 1, -1, -1):
        if seen.adjoints[index] is not None:
            for parent in tape.parents[index]:
                heights[parent] = max(heights[parent], heights[index] + 1)
    return heights


def profile(seen: Examined) -> tuple[list[float], list[list[int]]]:
    """Return the norm of the adjoints of all operations at each depth at which one arrives, and these operations.

    Depth is counted from the result, on the longest way: so the operations of one turn of a loop stand together.
    """
    heights = _heights(seen)
    given = set(seen.inputs)
    levels: dict[int, list[int]] = {}
    for index, adjoint in enumerate(seen.adjoints):
        if adjoint is not None and index not in given and seen.tape.carried[index] and finite(adjoint):
            levels.setdefault(heights[index], []).append(index)
    members = [levels[height] for height in sorted(levels, reverse=True)]
    with np.errstate(over="ignore"):
        norms = [float(np.sqrt(sum(squared(seen.adjoints[k]) for k in level))) for level in members]
    kept = [(norm, level) for norm, level in zip(norms, members, strict=True) if np.isfinite(norm) and norm > 0]
    return [norm for norm, _ in kept], [level for _, level in kept]
