"""Kinks: points at which a function has several slopes, which of them was used, and what the others are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from advis.analysis.examined import Examined
from advis.analysis.symptoms import Symptom, element_text, sized
from advis.autodiff.numbers import value_text
from advis.autodiff.primitives.rule import shape_of

HARMLESS = 1e-12  # of what arrives at a node: what is left of it where contributions cancel

SORTING = frozenset({
    "sort", "partition", "median", "nanmedian", "percentile", "nanpercentile", "quantile", "nanquantile",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Kink(Symptom):
    """A point at which the slope depends on the side from which one comes.

    Attributes
    ----------
    used : str
        The slope that the rule takes.
    sides : tuple of str
        What it is on either side.
    element : tuple of int
        The first element that stands there.
    elements : int
        How many do.
    """

    kind: ClassVar[str] = "kink"
    word: ClassVar[str] = "kink"

    used: str = ""
    sides: tuple[str, ...] = ()
    element: tuple[int, ...] = ()
    elements: int = 1


def kinks(seen: Examined) -> Iterator[Kink]:
    """Yield the kinks on which the program stands, where a derivative passes."""
    carried = seen.tape.carried
    for index, primitive in enumerate(seen.tape.primitives):
        look = LOOKS.get(primitive.name)
        if look is None or not carried[index] or not seen.counts[index]:
            continue
        there = look(seen, index)
        if np.any(there):
            yield _kink(seen, index, np.asarray(there))


def _kink(seen: Examined, index: int, there: np.ndarray) -> Kink:
    tape = seen.tape
    node = tape[index]
    places = np.argwhere(there)
    first = tuple(places[0].tolist())
    used, sides, cure = _words(seen, index, first)
    weighs = _weighs(seen, index, there)
    count = len(places)
    of = f" at {count} of {there.size} elements, first {element_text(node.name, first)}" if there.size > 1 else ""
    message = f"{node.name} = {node.expression} stands on a kink{of}: the slope used is {used}; beside it, {sides[0]}"
    message += f" or {sides[1]}" if len(sides) > 1 else ""
    message += "" if weighs else "; no derivative arrives here, so that it does not matter"
    return Kink(
        node=node,
        message=message,
        brief=f"{node.name} stands on a kink: the slope used is {used}; beside it, {' or '.join(sides)}",
        cure=cure if weighs else "",
        grave=weighs,
        marked=(index,),
        path=(index, *tape.parents[index]),
        used=used,
        sides=sides,
        element=first,
        elements=count,
    )


def _weighs(seen: Examined, index: int, there: np.ndarray) -> bool:
    """Whether an adjoint arrives there, beyond what is left of contributions that cancel."""
    adjoint = seen.adjoints[index]
    if adjoint is None:
        return False
    at = np.asarray(adjoint)
    return sized(at[there] if at.shape == there.shape else at) > HARMLESS * max(_arriving(seen, index), 1e-300)


def _arriving(seen: Examined, index: int) -> float:
    """The size of the largest contribution to an adjoint."""
    tape, largest = seen.tape, sized(0.0 if seen.seeds[index] is None else seen.seeds[index])
    for user in seen.users[index]:
        if seen.adjoints[user] is None:
            continue
        for place, parent in enumerate(tape.parents[user]):
            if parent == index and seen.rule(user, place) is not None:
                largest = max(largest, sized(seen.handed(user, place, seen.adjoints[user])))
    return largest


# -- where a function has its kinks


def _parent(seen: Examined, index: int, place: int = 0) -> np.ndarray:
    return np.asarray(seen.values[seen.tape.parents[index][place]])


def _at_zero(seen: Examined, index: int) -> Any:
    return _parent(seen, index) == 0


def _answer_zero(seen: Examined, index: int) -> Any:
    """Of a length: it is 0 where all that it is computed from is."""
    return np.asarray(seen.values[index]) == 0


def _tied(seen: Examined, index: int) -> Any:
    """Of two arguments: both are equal, and not the same value for the same reason."""
    first, second = seen.tape.parents[index]
    if first == second:
        return False
    return np.asarray(seen.values[first] == seen.values[second]) & np.isfinite(np.asarray(seen.values[index]))


def _several(seen: Examined, index: int) -> Any:
    """Of a reduction: the extreme is reached more than once."""
    options, x, extreme = seen.tape.primitives[index].options, _parent(seen, index), np.asarray(seen.values[index])
    axis, keepdims = options.get("axis"), options.get("keepdims")
    if axis is not None and not keepdims:
        axes = axis if isinstance(axis, tuple) else (axis,)
        spread = np.expand_dims(extreme, tuple(a % x.ndim for a in axes))
    else:
        spread = extreme
    return np.sum(x == spread, axis=axis, keepdims=bool(keepdims)) > 1


def _ties(seen: Examined, index: int) -> Any:
    """Of what sorts: two neighbours in the order are equal; of a median, it is met more than once."""
    x, value = _parent(seen, index), np.asarray(seen.values[index])
    axis = seen.tape.primitives[index].options.get("axis", -1)
    if value.shape != x.shape:
        return np.sum(x == value) > 1 if not value.shape else False
    ordered = np.sort(x, axis=-1 if axis is None else axis)
    return np.any(np.diff(ordered, axis=-1 if axis is None else axis) == 0)


def _whole(seen: Examined, index: int) -> Any:
    """Of a remainder: it jumps where the quotient is a whole number."""
    x, y = _parent(seen, index), _parent(seen, index, 1)
    return np.remainder(x, np.where(y == 0, 1.0, y)) == 0


LOOKS: dict[str, Callable[[Examined, int], Any]] = {
    "abs": _at_zero,
    "fabs": _at_zero,
    "norm": _answer_zero,
    "hypot": _answer_zero,
    "std": _answer_zero,
    "maximum": _tied,
    "minimum": _tied,
    "fmax": _tied,
    "fmin": _tied,
    "max": _several,
    "min": _several,
    "remainder": _whole,
    **dict.fromkeys(SORTING, _ties),
}
"""For each primitive with kinks, the elements of its value that stand on one."""


def _words(seen: Examined, index: int, first: tuple[int, ...]) -> tuple[str, tuple[str, ...], str]:
    """The slope that is used, those on the sides, and what helps."""
    name, parents = seen.tape.primitives[index].name, seen.tape.parents[index]
    soft = "none needed if met by chance; smooth: "
    turning = name in ("norm", "hypot", "std") or np.iscomplexobj(_parent(seen, index))
    if name in ("abs", "fabs") and not turning:
        return "0", ("−1", "1"), soft + "av.relax.abs(x, width=…), or np.sqrt(x * x + width**2)"
    if turning:
        return "0", ("the direction from which one comes, of length 1",), soft + "np.sqrt(ε + the sum of squares)"
    if name in ("max", "min"):
        count = _count_ties(seen, index, first)
        return (
            f"1/{count} for each of {count} that tie",
            ("1 for one of them and 0 for the others",),
            (soft + "a weighted mean, as np.logaddexp or softmax gives it"),
        )
    if name in SORTING:
        return "that of the order in which they were sorted", ("that of the other order",), soft + "av.relax.sort"
    if name == "remainder":
        step = value_text(_parent(seen, index, 1))
        return "1", (f"a jump by {step}",), "none needed if met by chance; else move the origin"
    line = seen.tape[index].source
    what = "clip at its bound" if line is not None and "clip" in line.text else f"{name} of two equal numbers"
    zero = any(not np.any(np.asarray(seen.values[p])) and not shape_of(seen.values[p]) for p in parents)
    cure = "np.logaddexp(0, x), a softplus" if zero and name == "maximum" else "av.relax.maximum(x, y, width=…)"
    return f"½ ({what} shares it)", ("0", "1"), soft + cure


def _count_ties(seen: Examined, index: int, first: tuple[int, ...]) -> int:
    extreme = np.asarray(seen.values[index])[first]
    axis = seen.tape.primitives[index].options.get("axis")
    x = _parent(seen, index)
    if axis is None:
        return int(np.sum(x == extreme))
    keep = seen.tape.primitives[index].options.get("keepdims")
    return int(np.sum(x == np.asarray(extreme), axis=axis, keepdims=bool(keep))[first])
