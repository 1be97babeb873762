"""Poison: where the first number that is not finite comes from, among the values and among the adjoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from advis.analysis.examined import Examined
from advis.analysis.symptoms import Symptom, element_text, finite
from advis.autodiff.numbers import number
from advis.autodiff.primitives.rule import CONSTANT, INPUT, shape_of
from advis.autodiff.sweeps import fitted

LOGARITHMS = {"log": 0.0, "log2": 0.0, "log10": 0.0, "log1p": -1.0}
"""The point of each at which it is −∞."""
ARCS = frozenset({"arcsin", "arccos", "arctanh"})

CURES = {
    "log 0": "keep its argument above 0: np.log(x + ε), or np.maximum(x, ε) if that is meant; np.log1p near 1",
    "log of a negative number": "keep its argument above 0, or compute with np.exp of a free parameter",
    "root of a negative number": "keep its argument at or above 0; round-off can make it slightly negative",
    "division by 0": "keep the denominator away from 0; in an np.where, replace it there first",
    "0 / 0": "treat that point apart: np.where(ok, x / np.where(ok, y, 1.0), limit)",
    "0 · ∞": "find what is infinite, and keep it finite",
    "∞ − ∞": "find what is infinite, and keep it finite; subtract a common maximum first",
    "∞ / ∞": "scale both before dividing: subtract the maximum before np.exp, or use np.logaddexp",
    "overflow": "work with logarithms, or subtract the largest exponent before np.exp",
    "outside of its domain": "keep the argument inside, with np.clip if that is meant",
    "given": "look at where this input comes from",
    "sqrt' at 0": "np.sqrt(x + ε), or the square instead of the root: the slope of √x at 0 is infinite",
    "power' at 0": "an exponent of at least 1, or (x + ε)**p: the slope of x**p at 0 is infinite for p < 1",
    "slope at the end of its domain": "keep the argument inside of (−1, 1), where the slope is finite",
    "infinite slope": "another start, or a function whose slope is finite there",
    "untaken side of where": "keep the bad number out of that side: np.where(ok, g(np.where(ok, x, 1.0)), other)",
}
"""The usual cure of every pattern."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Poison(Symptom):
    """The first number that is not finite.

    Attributes
    ----------
    among : str
        ``values`` (of the program) or ``adjoints`` (of the reverse sweep).
    pattern : str
        Such as ``log 0``, ``0 · ∞``, ``overflow``, ``untaken side of where``.
    element : tuple of int
        Where it is in its array.
    found : float or complex
        What stands there: ∞, −∞ or NaN.
    """

    kind: ClassVar[str] = "poison"
    word: ClassVar[str] = "poison"

    among: str = "values"
    pattern: str = ""
    element: tuple[int, ...] = ()
    found: Any = None

    @property
    def sort(self) -> str:
        """Among what it is."""
        return self.among


def poison(seen: Examined) -> Iterator[Poison]:
    """Yield the first value, and the first adjoint of the reverse sweep, that is not finite."""
    value = next((k for k in range(len(seen.values)) if _is_bad(seen, k, seen.values[k])), None)
    if value is not None:
        yield _bad_value(seen, value)
    spoilt = not all(finite(seen.values[k]) for k in seen.outputs)
    edge = _first_bad_edge(seen) if not spoilt else None  # a result that is not finite says enough
    if edge is not None:
        yield _bad_adjoint(seen, *edge)


def _is_bad(seen: Examined, index: int, item: Any) -> bool:
    """Whether something computed, or given, is not finite; what the program brought itself is meant so."""
    return seen.tape.primitives[index] is not CONSTANT and not finite(item)


def _bad_place(item: Any) -> tuple[int, ...]:
    return tuple(np.argwhere(~np.isfinite(np.asarray(item)))[0].tolist())


# -- values


def _bad_value(seen: Examined, index: int) -> Poison:
    tape = seen.tape
    value, node = seen.values[index], tape[index]
    place = _bad_place(value)
    found = np.asarray(value)[place]
    pattern, places = _pattern(seen, index, place)
    parents = [tape.parents[index][k] for k in places]
    reaches = not all(finite(seen.values[k]) for k in seen.outputs)
    message = f"{element_text(node.name, place)} = {number(found)}: {pattern}"
    if tape.primitives[index] is not INPUT:
        message += f" in {node.expression}{_arguments(seen, index, place)}"
    count = int(np.sum(~np.isfinite(np.asarray(value))))
    message += f" (and {count - 1} more of {np.size(value)} elements)" if count > 1 else ""
    message += _birth(seen, index, found) if reaches else "; as a value it does not reach the result"
    return Poison(
        node=node,
        message=message,
        brief=f"{element_text(node.name, place)} = {number(found)}: {pattern}{_arguments(seen, index, place)}",
        cure=CURES[pattern],
        grave=reaches,
        marked=(index,),
        path=tuple(dict.fromkeys([*seen.subgraph(parents), index])),
        pattern=pattern,
        element=place,
        found=found,
    )


def _birth(seen: Examined, first: int, found: Any) -> str:
    """Where an infinite number becomes NaN."""
    if np.isnan(found):
        return ""
    for index in range(first + 1, len(seen.values)):
        value = seen.values[index]
        if seen.tape.primitives[index] is not CONSTANT and not finite(value) and np.any(np.isnan(np.asarray(value))):
            place = tuple(np.argwhere(np.isnan(np.asarray(value)))[0].tolist())
            pattern, _ = _pattern(seen, index, place)
            return f"; it becomes nan at {seen.tape.names[index]} = {seen.tape[index].expression}: {pattern}"
    return ""


def _operands(seen: Examined, index: int, place: tuple[int, ...]) -> list[Any] | None:
    """The elements that one element was computed from, if the node works element by element."""
    shape = shape_of(seen.values[index])
    found = []
    for parent in seen.tape.parents[index]:
        array = np.asarray(seen.values[parent])
        try:
            found.append(np.broadcast_to(array, shape)[place])
        except ValueError:
            return None
    return found


def _arguments(seen: Examined, index: int, place: tuple[int, ...]) -> str:
    """``, where x = 0``: the elements that are to blame."""
    operands = _operands(seen, index, place)
    if operands is None or _spread_out(seen, index):
        return ""
    tape = seen.tape
    said = [
        f"{element_text(tape.names[parent], place if shape_of(seen.values[parent]) else ())} = {number(operand)}"
        for parent, operand in zip(tape.parents[index], operands, strict=True)
        if tape.primitives[parent] is not CONSTANT or tape.names[parent]
    ]
    return f", where {', '.join(dict.fromkeys(said))}" if said else ""


def _spread_out(seen: Examined, index: int) -> bool:
    """Whether a node does not work element by element."""
    structures = seen.tape.primitives[index].structures
    return bool(structures) and "diagonal" not in structures


def _pattern(seen: Examined, index: int, place: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Why an element is not finite, and which arguments are to blame."""
    name = seen.tape.primitives[index].name
    if seen.tape.primitives[index] is INPUT:
        return "given", ()
    whole = tuple(range(len(seen.tape.parents[index])))
    operands = _operands(seen, index, place)
    if operands is None or _spread_out(seen, index):
        return _summed(seen, index, place), whole
    return _of_numbers(name, operands, np.asarray(seen.values[index])[place], whole)


def _summed(seen: Examined, index: int, place: tuple[int, ...]) -> str:
    """The pattern of a node that sums: it had infinite terms, or overflows."""
    fine = all(finite(seen.values[parent]) for parent in seen.tape.parents[index])
    if fine:
        return "overflow" if not np.isnan(np.asarray(seen.values[index])[place]) else "outside of its domain"
    return "∞ − ∞"


def _of_numbers(name: str, operands: list[Any], found: Any, whole: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    x, y = operands[0], operands[-1]
    if name in LOGARITHMS and np.isrealobj(x) and not np.isnan(x):
        return ("log 0" if x == LOGARITHMS[name] else "log of a negative number" if x < 0 else "overflow"), (0,)
    if name == "sqrt" and x < 0:
        return "root of a negative number", (0,)
    if name in ("divide", "reciprocal", "remainder", "floor_divide", "fmod"):
        if y == 0:
            return ("0 / 0", whole) if len(operands) > 1 and x == 0 else ("division by 0", (len(operands) - 1,))
        return ("∞ / ∞", whole) if np.isinf(x) and np.isinf(y) else ("overflow", whole)
    if name == "power" and x == 0 and y < 0:
        return "division by 0", (0,)
    if name == "power" and x < 0 and np.isnan(found):
        return "root of a negative number", (0,)
    infinite = any(np.isinf(operand) for operand in operands)
    if name == "multiply" and infinite and np.isnan(found):
        return "0 · ∞", whole
    if name in ("add", "subtract") and infinite and np.isnan(found):
        return "∞ − ∞", whole
    if name == "arctanh" and abs(x) == 1:
        return "slope at the end of its domain", (0,)
    return ("outside of its domain" if np.isnan(found) else "overflow"), whole


# -- adjoints


def _first_bad_edge(seen: Examined) -> tuple[int, int, Any] | None:
    """The first edge, in the order of a reverse sweep, that turns a finite adjoint into one that is not."""
    tape = seen.tape
    if all(finite(seen.adjoints[k]) for k in seen.inputs):
        return None
    for index in range(len(tape) - 1, -1, -1):
        adjoint = seen.adjoints[index]
        if adjoint is None or not tape.primitives[index].vjps:
            continue
        bad = [k for k, p in enumerate(tape.parents[index]) if not finite(seen.adjoints[p])]
        for place in bad:
            if seen.rule(index, place) is None:
                continue
            amount = seen.handed(index, place, adjoint)
            if not finite(amount) and (finite(adjoint) or _worse(adjoint, amount)):
                return index, place, amount
    return None


def _worse(adjoint: Any, amount: Any) -> bool:
    """Whether a contribution is not finite at elements where the adjoint still is."""
    if np.shape(adjoint) != np.shape(amount):
        return False
    return bool(np.any(np.isfinite(np.asarray(adjoint)) & ~np.isfinite(np.asarray(amount))))


def _bad_adjoint(seen: Examined, index: int, place: int, amount: Any) -> Poison:
    tape = seen.tape
    node, parent = tape[index], tape.parents[index][place]
    amount = fitted(amount, seen.values[parent]) if shape_of(amount) != shape_of(seen.values[parent]) else amount
    where = _bad_place(amount)
    pattern, chooser = _reverse_pattern(seen, index, place, where)
    found = np.asarray(amount)[where]
    receiver = element_text(tape.names[parent], where)
    at = f"{receiver} = {number(np.asarray(seen.values[parent])[where])}"
    message = (
        f"the adjoint of {receiver} becomes {number(found)} at {node.name} = {node.expression}: {pattern}, at {at}"
    )
    marked: tuple[int, ...] = (index,)
    if chooser is not None:
        message += (
            f"; {tape.names[chooser]} = {tape[chooser].expression} does not take this side and hands 0 back, "
            f"the slope is infinite, and 0 · ∞ is nan"
        )
        marked = (index, chooser)
    ends = [tangent for k, tangent in enumerate(seen.tangents()) if k in set(seen.outputs)]
    if all(finite(tangent) for tangent in ends):
        message += "; a forward sweep passes"
    return Poison(
        node=node,
        message=message,
        brief=f"the adjoint of {at} becomes {number(found)} at {node.name}: {pattern}",
        cure=CURES[pattern],
        marked=marked,
        path=tuple(dict.fromkeys([*seen.subgraph([parent]), *marked])),
        among="adjoints",
        pattern=pattern,
        element=where,
        found=found,
    )


def _reverse_pattern(seen: Examined, index: int, place: int, where: tuple[int, ...]) -> tuple[str, int | None]:
    """Why a contribution is not finite; and the node that did not take this side, if that is why."""
    tape, name = seen.tape, seen.tape.primitives[index].name
    parent = tape.parents[index][place]
    x = np.asarray(seen.values[parent])[where]
    adjoint = np.asarray(seen.adjoints[index])
    same = adjoint.shape == shape_of(seen.values[parent])
    handed = adjoint[where] if same else None
    if handed is not None and handed == 0:
        chooser = _chooser(seen, index, where)
        if chooser is not None:
            return "untaken side of where", chooser
        return ("0 / 0" if name in ("divide", "reciprocal") else "0 · ∞"), None
    value = np.asarray(seen.values[index])
    if same and value.shape == adjoint.shape and not np.isfinite(value[where]):
        return _pattern(seen, index, where)[0], None
    if name == "sqrt" and x == 0:
        return "sqrt' at 0", None
    if name == "power" and x == 0:
        return "power' at 0", None
    if name in LOGARITHMS and x == LOGARITHMS[name]:
        return "log 0", None
    if name in ARCS:
        return "slope at the end of its domain", None
    if name in ("divide", "reciprocal", "arctan2") and any(_has_zero(seen, p) for p in tape.parents[index]):
        return "division by 0" if name != "arctan2" else "0 / 0", None
    probe = np.asarray(seen.handed(index, place, np.ones_like(adjoint)[()]))
    infinite = probe.shape == adjoint.shape == shape_of(seen.values[parent]) and not np.isfinite(probe[where])
    return "infinite slope" if infinite else "overflow", None


def _has_zero(seen: Examined, index: int) -> bool:
    return bool(np.any(np.asarray(seen.values[index]) == 0))


def _chooser(seen: Examined, index: int, where: tuple[int, ...]) -> int | None:
    """The nearest node after this one that takes another side: the reason why the adjoint here is 0."""
    tape, known, waiting = seen.tape, {index}, [index]
    while waiting:
        node = waiting.pop(0)
        for user in seen.users[node]:
            adjoint = seen.adjoints[user]
            if user in known or adjoint is None:
                continue
            known.add(user)
            if tape.primitives[user].name in ("where", "select") and node in tape.parents[user][1:]:
                return user
            waiting.append(user)
    return None
