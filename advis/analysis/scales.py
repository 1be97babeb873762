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
        The Euclidean norm of all adjoints at each depth, from the inputs to the result.
    factor : float
        By how much the size changes from one level to the one before, on average.
    """

    kind: ClassVar[str] = "scale"
    word: ClassVar[str] = "scale"

    trend: str = ""
    norms: tuple[float, ...] = ()
    factor: float = 1.0


def scale(seen: Examined) -> Iterator[Scale]:
    """Yield a trend of the adjoints over the depth of the program, if there is one."""
    depths = _depths(seen)
    norms, members = profile(seen, depths)
    if len(norms) < FEWEST or min(norms) <= 0.0:
        return
    logs = np.log10(norms)
    change = float(logs[0] - logs[-1])
    steps = [before - after for before, after in pairwise(logs.tolist())]
    same = [step for step in steps if step * change > 0]
    limits = seen.limits
    if np.log10(limits.vanishing) < change < np.log10(limits.exploding):
        return
    if max(abs(step) for step in same) > LARGEST_SHARE * abs(change):
        return
    yield _trend(seen, norms, members, change)


def _trend(seen: Examined, norms: list[float], members: list[list[int]], change: float) -> Scale:
    tape = seen.tape
    vanishing = change < 0
    given = set(seen.inputs)
    shallow = [k for level in members[: max(1, len(members) // 4)] for k in level if k in given]
    steps = [(before - after) * change for before, after in pairwise(np.log10(norms).tolist())]
    node = tape[members[int(np.argmax(steps)) + 1][0]]  # the operation at the level of the largest step
    factor = 10 ** (change / (len(norms) - 1))
    names = listed([tape.names[k] for k in shallow or members[0]])
    message = (
        f"the gradient {'vanishes' if vanishing else 'explodes'}: over {len(norms)} levels the adjoints go from "
        f"{number(norms[-1], 3)} at the result to {number(norms[0], 3)} at {names}, "
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
        f"over {len(norms)} levels",
        cure=cure,
        marked=(node.index,),
        path=tuple(k for level in members for k in level),
        trend="vanishing" if vanishing else "exploding",
        norms=tuple(norms),
        factor=factor,
    )


def _depths(seen: Examined) -> list[int]:
    """How many operations lie before each node, on the longest way; an input stands just before its first use."""
    tape = seen.tape
    depths = [0] * len(tape)
    for index, parents in enumerate(tape.parents):
        carried = [depths[p] for p in parents if tape.carried[p]]
        depths[index] = 1 + max(carried) if carried else 0
    for index in seen.inputs:
        used = [depths[user] for user in seen.users[index] if seen.adjoints[user] is not None]
        depths[index] = min(used, default=1) - 1
    return depths


def profile(seen: Examined, depths: list[int]) -> tuple[list[float], list[list[int]]]:
    """Return the norm of all adjoints at each depth at which one arrives, and the nodes there."""
    levels: dict[int, list[int]] = {}
    for index, adjoint in enumerate(seen.adjoints):
        if adjoint is not None and seen.tape.carried[index] and finite(adjoint):
            levels.setdefault(depths[index], []).append(index)
    members = [levels[depth] for depth in sorted(levels)]
    with np.errstate(over="ignore"):
        norms = [float(np.sqrt(sum(squared(seen.adjoints[k]) for k in level))) for level in members]
    kept = [(norm, level) for norm, level in zip(norms, members, strict=True) if np.isfinite(norm) and norm > 0]
    return [norm for norm, _ in kept], [level for _, level in kept]
