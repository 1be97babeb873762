"""Walls: the edges of a tape that a value passes and a derivative does not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from advis.analysis.differences import weights
from advis.analysis.examined import Examined
from advis.analysis.symptoms import finite, sized
from advis.autodiff.numbers import number, value_text
from advis.autodiff.primitives.part import Part
from advis.autodiff.primitives.rule import shape_of

CHOOSING = frozenset({"maximum", "minimum", "fmax", "fmin", "where", "select"})
"""Primitives that take one of their arguments and leave the others."""
ROUNDING = frozenset({"round", "around", "rint", "floor", "ceil", "trunc", "floor_divide"})
COMPARING = frozenset({
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
    "isclose", "allclose", "array_equal", "isnan", "isfinite", "isinf", "signbit",
})  # fmt: skip
COUNTING = frozenset({"argmax", "argmin", "argsort", "lexsort", "argpartition", "count_nonzero"})
BINNING = frozenset({"histogram", "histogram2d", "histogramdd", "bincount", "digitize", "searchsorted"})
BOUNDED = frozenset({"tanh", "erf", "expit", "arctan"})
"""Functions that stay between two bounds: far out, a value of one of them no longer moves."""
NUDGE = 1e-3  # of the size of an argument: where a partial is 0 and grows when it is nudged, it is no wall


@dataclass(frozen=True, slots=True)
class Wall:
    """A node that stops the derivative with respect to some of its parents.

    Attributes
    ----------
    index : int
        The node.
    places : tuple of int
        Which of its parents.
    partial : float
        The largest element of the local partial: 0, or too small to count.
    why, cure : str
        In words.
    """

    index: int
    places: tuple[int, ...]
    partial: float
    why: str
    cure: str


@dataclass(frozen=True, slots=True)
class Walls:
    """All the walls of a tape; whether a derivative reaches a node from an input; edges where it is 0 by chance."""

    walls: tuple[Wall, ...]
    live: tuple[bool, ...]
    resting: tuple[tuple[int, int], ...]


def walls(seen: Examined) -> Walls:
    """Return where derivatives that are under way to an output stop, in the order of the record."""
    tape, given = seen.tape, set(seen.inputs)
    live, found, resting = [False] * len(tape), [], []
    for index, parents in enumerate(tape.parents):
        live[index] = index in given
        ready = [place for place, parent in enumerate(parents) if live[parent] and seen.is_number(parent)]
        if not ready or not seen.counts[index]:
            live[index] = live[index] or (bool(ready) and any(seen.rule(index, place) for place in ready))
            continue
        stopped = [(place, *_stop(seen, index, place, live)) for place in ready]
        closed = [stop for stop in stopped if stop[1] == "wall"]
        resting += [(index, place) for place, verdict, _ in stopped if verdict == "rest"]
        live[index] = live[index] or len(closed) < len(ready)
        if closed:
            found.append(_wall(seen, index, tuple(stop[0] for stop in closed), max(stop[2] for stop in closed)))
    return Walls(tuple(found), tuple(live), tuple(resting))


def _stop(seen: Examined, index: int, place: int, live: list[bool]) -> tuple[str, float]:
    """Whether an edge is a ``wall``, at ``rest`` (its partial is 0 at this point only) or open; with its partial."""
    if seen.rule(index, place) is None:
        return "wall", 0.0
    if not np.size(seen.values[index]):
        return "open", 0.0
    size = _slope(seen, index, place)
    if size > seen.limits.flat or not np.isfinite(size) or not finite(seen.values[index]):
        return "open", size
    if seen.tape.primitives[index].name in CHOOSING:
        return ("wall" if size == 0 else "open"), size
    if size == 0 and not _grows(seen, index, place, live):
        return "wall", size
    if size == 0:
        return "rest", size
    return ("wall" if _saturated(seen, index, place, live) else "open"), size


def _slope(seen: Examined, index: int, place: int, args: list[Any] | None = None) -> float:
    """The size of a local partial: of the largest element of what it makes of an adjoint of ones, or random ones.

    With other arguments than those on the tape, the node is computed anew.
    """
    primitive, value = seen.tape.primitives[index], seen.values[index]
    if args is None:
        args = [seen.values[parent] for parent in seen.tape.parents[index]]
    else:
        value = primitive.call(*args, **primitive.options)
    amount = seen.rule(index, place)(_probe(shape_of(value), np.result_type(value)), value, *args)
    return sized(amount.amount if type(amount) is Part else amount)


@lru_cache(maxsize=64)
def _probe(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """An adjoint to try an edge with: 1, or random numbers, so that nothing cancels by chance."""
    return weights(shape, np.random.default_rng(0)).astype(dtype) if shape else np.ones((), dtype)[()]


def _grows(seen: Examined, index: int, place: int, live: list[bool]) -> bool:
    """Whether the partial is more than nothing beside this point: it rests here, and is no wall."""
    parents = seen.tape.parents[index]
    for side in (-1.0, 1.0):
        args = [_nudged(seen.values[p], side) if live[p] and seen.is_number(p) else seen.values[p] for p in parents]
        try:
            if _slope(seen, index, place, args) > seen.limits.flat:
                return True
        except (TypeError, ValueError, ArithmeticError):  # beside this point the function is not defined
            return False
    return False


def _nudged(x: Any, side: float) -> Any:
    rng = np.random.default_rng(1)
    return x + side * NUDGE * np.maximum(np.abs(x), 1.0) * (weights(shape_of(x), rng) if shape_of(x) else 1.0)


def _saturated(seen: Examined, index: int, place: int, live: list[bool]) -> bool:
    """Whether a function of one argument has stopped to move, and nothing after it makes up for it.

    A tiny probability whose logarithm is taken later has a tiny partial too, and loses nothing.
    """
    primitive, parents = seen.tape.primitives[index], seen.tape.parents[index]
    alone = sum(live[p] for p in parents) == 1
    if not alone or primitive.structures[place] != "diagonal" or seen.adjoints[index] is None:
        return False
    if sized(seen.adjoints[index]) == 0:
        return False
    x = seen.values[parents[place]]
    told = sized(seen.handed(index, place, seen.adjoints[index])) * max(1.0, sized(x))
    bounded = primitive.name in BOUNDED or sigmoid(seen, index) or _in_sigmoid(seen, index)
    size = max(seen.size, seen.push) if bounded else seen.size
    return bool(told <= seen.limits.flat * size) and not _linear(seen, index, place)


def _linear(seen: Examined, index: int, place: int) -> bool:
    """Whether the partial does not depend on the argument: then it is small by its scale, not by saturation."""
    parents = seen.tape.parents[index]
    args = [seen.values[p] for p in parents]
    here = _slope(seen, index, place)
    args[place] = args[place] * 0.5
    return bool(np.isclose(here, _slope(seen, index, place, args), rtol=1e-6, atol=0.0)) and not sigmoid(seen, index)


def sigmoid(seen: Examined, index: int) -> int | None:
    """Return the argument u of a node that computes 1 / (1 + exp(−u)) as it stands, or None: its exp's parent."""
    tape = seen.tape
    name = tape.primitives[index].name
    if name not in ("divide", "reciprocal"):
        return None
    bottom = tape.parents[index][-1]
    if tape.primitives[bottom].name != "add":
        return None
    for parent in tape.parents[bottom]:
        if tape.primitives[parent].name == "exp":
            return tape.parents[parent][0]
    return None


def _in_sigmoid(seen: Examined, index: int) -> bool:
    """Whether a node is the exp inside of one."""
    if seen.tape.primitives[index].name != "exp":
        return False
    return any(sigmoid(seen, top) is not None for user in seen.users[index] for top in seen.users[user])


# -- in words


def _wall(seen: Examined, index: int, places: tuple[int, ...], partial: float) -> Wall:
    why, cure = _words(seen, index, places, partial)
    return Wall(index, places, partial, why, cure)


def _words(seen: Examined, index: int, places: tuple[int, ...], partial: float) -> tuple[str, str]:
    """Why a node stops a derivative, and what helps."""
    tape = seen.tape
    primitive = tape.primitives[index]
    name, parents = primitive.name, tape.parents[index]
    stopped = tape.names[parents[places[0]]]
    if name in ROUNDING:
        return f"{name} is a staircase: its slope is 0 between the steps", (
            "round after the last derivative was taken; or av.relax.round, or av.straight_through"
        )
    if name == "sign":
        return "sign is constant on either side of 0: its slope is 0", (
            "av.relax.sign(x, width=…), or x / np.sqrt(x * x + width**2)"
        )
    if name in COMPARING:
        return "a comparison is true or false: its slope is 0", (
            "a smooth step, av.relax.step(x - threshold, width=…), in place of the comparison"
        )
    if name in COUNTING:
        return f"{name} gives a position or a count, whose slope is 0", (
            "weights in place of the position: av.relax.argmax(x, temperature=…), or a softmax"
        )
    if name in BINNING:
        return f"{name} gives bins or counts, whose slope is 0", "soft bins: av.relax.histogram(x, bins=…, width=…)"
    if name == "cast":
        return f"integers and truth values have no derivative: {stopped} is cast to {primitive.options.get('dtype')}", (
            "keep it floating-point, and cast what needs no derivative"
        )
    if name == "stop_gradient":
        return "av.stop_gradient was written here", "leave it out if this derivative is wanted"
    if name in CHOOSING:
        return _not_taken(seen, index, places)
    if seen.rule(index, places[0]) is None:
        return f"{name} has no derivative with respect to {stopped}", (
            "give it a rule (av.primitive), or compute it in another way"
        )
    if name == "setitem":
        return f"all of {stopped} is written over", "use what was computed before it is written over"
    if name in ("multiply", "matmul", "dot"):
        return f"{stopped} is multiplied by 0", "check the factor: a mask that is all false, a weight that is 0"
    return _flat_words(seen, index, places, partial)


def _not_taken(seen: Examined, index: int, places: tuple[int, ...]) -> tuple[str, str]:
    tape = seen.tape
    name, parents = tape.primitives[index].name, tape.parents[index]
    stopped = tape.names[parents[places[0]]] or "it"
    if name in ("where", "select"):
        if places[0] == 0:
            return "where only asks whether its condition holds", "av.relax.where(margin, x, y, width=…)"
        return f"where takes its other side, everywhere: {stopped} is not used", (
            "nothing to mend if that side is meant; else look at the condition"
        )
    others = [k for k in range(len(parents)) if k not in places]
    bound = tape.names[parents[others[0]]] or value_text(seen.values[parents[others[0]]])
    line = tape[index].source
    clipped = line is not None and "clip" in line.text
    if clipped:
        return f"{stopped} lies beyond the bound {bound} of clip, everywhere: there the slope is 0", (
            "wider bounds, a start inside of them, or av.relax.clip"
        )
    if _is_zero(seen, parents[others[0]]) and name in ("maximum", "fmax"):
        return f"the ReLU is off: {stopped} is negative everywhere, where max({stopped}, 0) is flat", (
            "a slope on that side too (np.maximum(0.01 * x, x)), or another start or bias"
        )
    return f"{name} takes {bound}, everywhere: {stopped} is not used", (
        "nothing to mend if that is meant; else a smooth one: av.relax.maximum, or np.logaddexp"
    )


def _is_zero(seen: Examined, index: int) -> bool:
    return not np.any(np.asarray(seen.values[index]) != 0)


def _flat_words(seen: Examined, index: int, places: tuple[int, ...], partial: float) -> tuple[str, str]:
    tape = seen.tape
    name, parent = tape.primitives[index].name, tape.parents[index][places[0]]
    told = "0" if partial == 0 else f"at most {number(partial, 2)}"
    argument = tape.parents[index][0] if _in_sigmoid(seen, index) else sigmoid(seen, index)
    if argument is not None:
        slope = sized(0.25 / np.cosh(0.5 * np.asarray(seen.values[argument])) ** 2)
        return _too_far("a sigmoid", seen, argument, f"at most {number(slope, 2)}")
    if name == "exp" and partial == 0:
        return f"exp underflows: exp({_range(seen, parent)}) is 0, and so is its slope", (
            "work with logarithms: np.logaddexp, or subtract the largest exponent first"
        )
    if name in BOUNDED:
        return _too_far(name, seen, parent, told)
    return f"{name} is flat at {tape.names[parent]} = {_range(seen, parent)}: its slope is {told}", (
        "another start or scale, where the function still moves"
    )


def _too_far(what: str, seen: Examined, argument: int, told: str) -> tuple[str, str]:
    name = seen.tape.names[argument] or "its argument"
    return f"{what} is saturated at {name} = {_range(seen, argument)}: its slope is {told}", (
        "smaller weights or scaled inputs, so that its argument stays between −4 and 4"
    )


def _range(seen: Examined, index: int) -> str:
    return value_text(seen.values[index], 4)


def edges(found: Walls) -> Iterator[tuple[int, int]]:
    """Yield every edge that a wall stops."""
    for wall in found.walls:
        for place in wall.places:
            yield wall.index, place
