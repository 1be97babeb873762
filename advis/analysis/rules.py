"""Node by node: each rule at the values that were recorded, against differences of its primitive and its counterpart.

A reverse rule is compared through ⟨u, J t⟩ = ⟨Jᵀu, t⟩ with a random adjoint u: one number tells whether a whole
Jacobian is right, but for chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from advis.analysis.differences import (
    Function,
    Slope,
    adjoint_like,
    direction_like,
    doubled,
    flat,
    kinked,
    pairing,
    slope,
)
from advis.analysis.findings import Finding, told_apart, verdict, worst
from advis.autodiff import sweeps
from advis.autodiff.numbers import scale_of
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.tape import Tape
from advis.autodiff.trace import trace

UNSURE = "finite differences do not settle there, and say nothing"
KINK = "a kink or a tie: the two sides have different slopes, and the rule takes the value of its convention"


@dataclass(slots=True)
class Notebook:
    """What a check writes down: findings, notes, and how much it compared."""

    tolerance: float
    rng: np.random.Generator
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    nodes: int = 0
    edges: int = 0

    def note(self, tape: Tape, index: int, text: str) -> None:
        """Write down what a reader should know about a node, once."""
        source = tape[index].source
        said = f"{tape.names[index]}: {text}" + (f" ({source})" if source is not None else "")
        if said not in self.notes:
            self.notes.append(said)

    def within(self, *values: Any) -> float:
        """Return the tolerance for numbers of these types: single precision is not held to double's."""
        kinds = [np.asarray(plain_value(value)).dtype for value in values]
        coarsest = max((float(np.finfo(kind).eps) for kind in kinds if kind.kind in "fc"), default=0.0)
        return max(self.tolerance, 1000 * coarsest)


def check_rules(tape: Tape, index: int, book: Notebook) -> bool:
    """Check both rules of every edge of a node, and write down what is wrong; return whether all is well."""
    before = len(book.findings)
    edges = [Partial(tape, index, place) for place in range(len(tape.parents[index]))]
    edges = [edge for edge in edges if edge.passes]
    if not edges:
        return True
    book.nodes += 1
    if not _finite(tape.values[index]):
        book.note(tape, index, "its value is not finite")
    for edge in edges:
        book.edges += 1
        try:
            _check_edge(edge, book)
        except Exception as error:  # whatever a rule raises is what is wrong with it
            told = f"the rules of {_of(edge)} cannot be applied: {type(error).__name__}: {error}"
            book.findings.append(Finding("missing rule", told, tape[index], edge))
    return len(book.findings) == before


def _check_edge(edge: Partial, book: Notebook) -> None:
    tape, index, parent = edge.tape, edge.index, plain_value(edge.tape.values[edge.parent])
    adjoint = adjoint_like(tape.values[index], book.rng)
    finite = np.isfinite(edge.vjp(adjoint))
    function, point = _in_one_argument(edge)
    if not np.allclose(function([point]), flat([tape.values[index]]), rtol=1e-3, atol=1e-6, equal_nan=True):
        book.note(tape, index, "run again, it gives another value: finite differences say nothing")
        return
    tolerance = book.within(tape.values[index], parent)
    if not np.all(finite):
        _infinite_rule(edge, np.where(finite, 0.0, direction_like(parent, book.rng))[()], function, point, book)
    for least in (0.0, 1.0):
        tangent = np.where(finite, direction_like(parent, book.rng, least), 0.0).astype(np.result_type(parent))[()]
        seen = _measured(edge, tangent, function, point, tolerance)
        if not np.any(seen.unsure):
            break
    if np.any(seen.unsure):
        book.note(tape, index, KINK if np.any(seen.kinked) else UNSURE)
    if np.any(seen.off):
        place = worst(seen.slope, seen.rule, seen.off)
        _report(book, "forward rule", edge, seen.slope[place], seen.rule[place], _unit(edge, tangent))
    _reverse_rule(edge, tangent, adjoint, seen, tolerance, book)


def _infinite_rule(edge: Partial, tangent: Any, function: Function, point: Any, book: Notebook) -> None:
    """Where the reverse rule is not finite, the derivative must not be either."""
    seen = _measured(edge, tangent, function, point, book.tolerance)
    if np.any(seen.off | seen.unsure) or not np.all(np.isfinite(seen.slope) & np.isfinite(seen.rule)):
        book.note(edge.tape, edge.index, f"its partial for {edge.tape.names[edge.parent]} is not finite")
    else:
        _report(book, "reverse rule", edge, seen.slope[0], np.nan, 1.0)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Along one direction: the slope by differences, by the forward rule, and what can be said of each element."""

    slope: np.ndarray
    rule: np.ndarray
    off: np.ndarray
    unsure: np.ndarray
    kinked: np.ndarray
    size: float  # of the function's values: what is far below it is round-off


def _measured(edge: Partial, tangent: Any, function: Function, point: Any, tolerance: float) -> _Seen:
    along = [doubled(tangent)]
    measured, rule, size = slope(function, [point], along), flat([edge.jvp(tangent)]), scale_of(function([point]))
    off, unsure = verdict(measured.value, rule, measured.error, tolerance, size)
    at_kink = kinked(function, [point], along) if np.any(off | unsure) else np.zeros(off.shape, bool)
    unsure = (unsure | (off & at_kink)) & np.isfinite(rule)
    return _Seen(measured.value, rule, off & ~at_kink, unsure, at_kink, size)


def _reverse_rule(edge: Partial, tangent: Any, adjoint: Any, seen: _Seen, tolerance: float, book: Notebook) -> None:
    """Compare the reverse rule with differences; then, where these are not sure, with a forward rule that is right."""
    usable = np.isfinite(seen.rule)
    sure = usable & np.isfinite(seen.slope) & ~seen.unsure
    for kind, trusted, tangents in (("reverse rule", sure, seen.slope), ("pair of rules", usable, seen.rule)):
        seed = np.where(np.reshape(trusted, shape_of(adjoint)), adjoint, 0.0).astype(adjoint.dtype)[()]
        pulled = np.where(np.asarray(tangent) == 0, 0.0, edge.vjp(seed))
        terms = np.where(trusted, flat([adjoint]) * tangents, 0.0)
        expected, found = pairing(terms, 1.0), pairing(pulled, tangent)
        floor = 1e-2 * np.sum(np.abs(terms)) + 1e-3 * seen.size
        if abs(expected - found) > tolerance * (abs(expected) + abs(found) + floor):
            _report(book, kind, edge, expected, found, _unit(edge, tangent, adjoint))
            return
        if np.any(seen.off):
            return


def _in_one_argument(edge: Partial) -> tuple[Function, Any]:
    """The node's primitive as a function of one of its arguments, and that argument, in double precision."""
    tape, primitive = edge.tape, edge.tape.primitives[edge.index]
    arguments = [doubled(tape.values[parent]) for parent in tape.parents[edge.index]]

    def function(moved: list[Any]) -> np.ndarray:
        given = [*arguments[: edge.place], moved[0], *arguments[edge.place + 1 :]]
        return flat([primitive.call(*given, **primitive.options)])

    return function, arguments[edge.place]


def _report(book: Notebook, kind: str, edge: Partial, expected: Any, found: Any, unit: Any) -> None:
    """Write down a wrong rule; of a scalar partial the number itself, else what it makes of a random direction."""
    expected, found = expected / unit, found / unit
    right, wrong = told_apart(expected, found)
    oracle = "the forward rule gives" if kind == "pair of rules" else "finite differences give"
    rule = "reverse rule" if kind == "pair of rules" else kind
    along = "" if edge.shape == (1, 1) else ", along a random direction"
    told = f"the {rule} of {_of(edge)} gives {wrong}, {oracle} {right}{along}"
    book.findings.append(Finding(kind, told, edge.tape[edge.index], edge, expected, found))


def _of(edge: Partial) -> str:
    node = edge.tape[edge.index]
    return f"{node.name} = {node.expression}, for {edge.tape.names[edge.parent]},"


def _unit(edge: Partial, tangent: Any, adjoint: Any = 1.0) -> Any:
    """By what a result is divided to give a scalar partial."""
    scalar = edge.shape == (1, 1) and not shape_of(tangent) and not shape_of(adjoint)
    return tangent * adjoint if scalar and np.isrealobj(tangent) and np.isrealobj(adjoint) else 1.0


def _finite(value: Any) -> bool:
    array = np.asarray(plain_value(value))
    return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))


def first_line(error: Exception) -> str:
    """Return the first line of an error."""
    return (str(error).splitlines() or [type(error).__name__])[0]


# -- order two


def check_second_order(tape: Tape, index: int, book: Notebook) -> None:
    """Check the derivative of a node's reverse rules: they are programs too, recorded and swept forward."""
    edges = [edge for place in range(len(tape.parents[index])) if (edge := Partial(tape, index, place)).passes]
    if not edges or not all(map(_finite, (tape.values[index], *(tape.values[edge.parent] for edge in edges)))):
        return
    pulled = _reverse_rules(tape, index, [edge.place for edge in edges])
    point = [plain_value(tape.values[edge.parent]) for edge in edges]
    point.append(adjoint_like(tape.values[index], book.rng))
    direction = [direction_like(value, book.rng) for value in point]
    try:
        record = trace(pulled, *point, source=False)
    except Exception as error:  # a rule that cannot be recorded still serves at order one
        book.note(
            tape, index, f"its reverse rule cannot be recorded, so it has no second derivative ({first_line(error)})"
        )
        return
    found = flat([record.forward(*direction).at(place.index) for place in record.output_places])

    def function(values: list[Any]) -> np.ndarray:
        return flat(pulled(*values))

    double, along = [doubled(value) for value in point], [doubled(value) for value in direction]
    measured = slope(function, double, along)
    off = _off_at_order_two(measured, found, function, double, along, book.within(*point))
    if np.any(off):
        place = worst(measured.value, found, off)
        right, wrong = told_apart(measured.value[place], found[place])
        node = tape[index]
        told = (
            f"the reverse rule of {node.name} = {node.expression} has a wrong derivative of its own: "
            f"forward over reverse gives {wrong}, finite differences give {right}, along a random direction"
        )
        book.findings.append(Finding("second order", told, node, None, measured.value[place], found[place]))


def _reverse_rules(tape: Tape, index: int, places: list[int]) -> Callable[..., tuple[Any, ...]]:
    """All reverse rules of a node as one function of its moving arguments and its adjoint."""
    primitive, arguments = tape.primitives[index], [plain_value(tape.values[p]) for p in tape.parents[index]]
    again = primitive.settled()

    def pulled(*moved: Any) -> tuple[Any, ...]:
        given = list(arguments)
        for place, value in zip(places, moved[:-1], strict=True):
            given[place] = value
        answer = again(*given)
        return tuple(
            sweeps.fitted(primitive.vjps[place](moved[-1], answer, *given), given[place])  # type: ignore[misc]
            for place in places
        )

    return pulled


def _off_at_order_two(
    measured: Slope, found: np.ndarray, function: Function, point: list[Any], along: list[Any], tolerance: float
) -> np.ndarray:
    off, _ = verdict(measured.value, found, measured.error, 10 * tolerance, scale_of(function(point)))
    return off & ~kinked(function, point, along) if np.any(off) else off
