"""Check the derivatives of a function: end to end, node by node, step by step, and at order two.

A wrong rule is *located*. A derivative that is wrong at the end says nothing about where; so every node's own rules are
compared with differences of its own primitive, at the values that were recorded (Baydin et al., *Automatic
differentiation in machine learning: a survey*, JMLR 18 (2018), section 2.1, has finite differences in this part), and
every step of a sweep with the laws that it obeys (`advis.analysis.checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.analysis.differences import adjoint_like, direction_like, doubled, flat, kinked, pairing, slope
from advis.analysis.findings import Finding, told_apart, verdict, worst
from advis.analysis.laws import check_laws
from advis.analysis.replay import rerun
from advis.analysis.rules import Notebook, check_rules, check_second_order, first_line
from advis.autodiff.numbers import scale_of
from advis.autodiff.primitives.rule import plain_value
from advis.autodiff.shown import Shown
from advis.autodiff.structure import fill, planted
from advis.autodiff.sweep import Sweep
from advis.autodiff.tape import Node, Tape
from advis.autodiff.trace import trace

SEED = 20
TOLERANCE = 1e-6
MOST_SHOWN = 12

Function = Callable[[list[Any]], np.ndarray]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Check(Shown):
    """What a check found.

    Attributes
    ----------
    tape : Tape
    findings : tuple of Finding
        What is wrong: nodes in the order of the reverse sweep, then what is wrong with the whole.
    notes : tuple of str
        What a reader should know, and is no failure: kinks, numbers that are not finite.
    checked : tuple of str
        What was compared.
    """

    tape: Tape
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    checked: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def culprit(self) -> Node | None:
        """The first node, in the order of the reverse sweep, at which something is wrong."""
        return next((finding.node for finding in self.findings if finding.node is not None), None)

    def text(self) -> str:
        """Return the report: the first line says that all is well, or what is wrong and where."""
        name = f"{self.tape.function}({', '.join(self.tape.parameters)})"
        lines = [f"check of {name}: ok" if self.ok else f"check of {name}: wrong: {self.findings[0]}"]
        more = self.findings[1:]
        if more:
            lines += ["", "Also:", *(f"  {finding}" for finding in more[:MOST_SHOWN])]
            lines += [f"  … and {len(more) - MOST_SHOWN} more"] if len(more) > MOST_SHOWN else []
        lines += ["", "Compared:", *(f"  {line}" for line in self.checked)]
        if self.notes:
            lines += ["", *(f"Note: {note}." for note in self.notes[:MOST_SHOWN])]
            rest = len(self.notes) - MOST_SHOWN
            lines += [f"… and {rest} more notes"] if rest > 0 else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def check(
    f: Callable[..., Any] | Tape,
    /,
    *args: Any,
    kwargs: Mapping[str, Any] | None = None,
    order: int = 2,
    tolerance: float = TOLERANCE,
) -> Check:
    """Check the derivatives of a function, and locate what is wrong.

    Parameters
    ----------
    f : callable or Tape
        Plain NumPy code; or a tape, which is then run again in place of the function.
    *args
        Its arguments, as for `advis.trace`; none for a tape.
    kwargs : mapping, optional
        Keyword arguments for f.
    order : {1, 2}, optional
        Whether the gradient's own derivative is checked too.
    tolerance : float, optional
        By how much of their size two numbers may differ. Single precision is granted more.

    Returns
    -------
    Check
        ``.ok``, ``.findings``, ``.culprit``; its text is a report, its film the graph with the culprit marked.

    Raises
    ------
    TypeError, ValueError
        If f is neither a function nor a tape, or for an order or tolerance that has no meaning.

    Notes
    -----
    End to end, both sweeps are compared with finite differences and with each other, ⟨u, J v⟩ = ⟨Jᵀu, v⟩, along random
    directions of a fixed seed. Node by node, both rules of every edge are compared with differences of the primitive.
    Step by step, each tangent and adjoint must be the sum of its contributions, and the cut sum must be conserved. At
    order two, the derivative of every reverse rule, and of the gradient, is compared with differences of it.

    Differences come with an estimate of their own error (`advis.analysis.differences`). At a kink or a tie they are no
    oracle, and what is not finite cannot be compared: both are notes.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def f(x1, x2):
    ...     return np.log(x1) + x1 * x2 - np.sin(x2)
    >>> print(av.check(f, 2.0, 5.0))
    check of f(x1, x2): ok
    <BLANKLINE>
    Compared:
      both rules of 8 edges, at 5 nodes, with finite differences
      every tangent and adjoint with the sum of its contributions; the cut sum at 6 moments
      both sweeps with finite differences of f, and with each other
      order two: the derivative of every reverse rule, and of the gradient
    """
    _check_options(order, tolerance)
    tape = _tape(f, args, kwargs)
    function = _of_tape(tape) if isinstance(f, Tape) else _of_callable(f, tape, dict(kwargs or {}))
    book = Notebook(tolerance, np.random.default_rng(SEED))
    latest = dict(tape._latest)
    try:
        with np.errstate(all="ignore"):
            _check_all(tape, function, order, book)
    finally:
        tape._latest = latest  # a check leaves no sweep behind in node.tangent and node.adjoint
    return Check(tape, _in_order(book.findings), tuple(book.notes), tuple(book.compared))


def _check_options(order: int, tolerance: float) -> None:
    if order not in (1, 2):
        raise ValueError(f"check: order={order!r} is not known; give 1 (the derivative) or 2 (its derivative too)")
    if not isinstance(tolerance, (int, float)) or not 0 < tolerance < 1:
        raise ValueError(f"check: tolerance={tolerance!r} must be a number between 0 and 1, such as {TOLERANCE:g}")


def _tape(f: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None) -> Tape:
    if isinstance(f, Tape):
        if args or kwargs:
            raise TypeError(f"check: the tape of {f.function} has its arguments already; write av.check(tape)")
        return f
    if not callable(f):
        raise TypeError(f"check: the first argument must be a function or a tape, not {f!r}; write av.check(f, *args)")
    return trace(f, *args, kwargs=kwargs)


def _check_all(tape: Tape, function: Function, order: int, book: Notebook) -> None:
    good = {index for index in range(len(tape)) if check_rules(tape, index, book)}
    book.compared.append(f"both rules of {book.edges} edges, at {book.nodes} nodes, with finite differences")
    if any(finding.kind == "missing rule" for finding in book.findings):
        return
    tangents = [direction_like(plain_value(node.tape.values[node.index]), book.rng) for node in tape.inputs]
    given = {place.index: tangent for place, tangent in zip(tape.input_places, tangents, strict=True)}
    forward = tape.forward(*fill(tape._arguments, given.__getitem__))
    seed = fill(tape._outcome, lambda index: adjoint_like(tape.values[index], book.rng))
    reverse = tape.reverse(seed)
    moments = check_laws(forward, reverse, book)
    law = f"; the cut sum at {moments} moments" if moments else ""
    book.compared.append(f"every tangent and adjoint with the sum of its contributions{law}")
    _check_ends(forward, reverse, tangents, function, book)
    if order == 2:
        for index in sorted(good):
            check_second_order(tape, index, book)
        whole = not book.findings and not _stopped(tape)
        if whole:
            _check_gradient(tape, tangents, seed, book)
        also = ", and of the gradient" if whole else ""
        book.compared.append(f"order two: the derivative of every reverse rule{also}")


def _stopped(tape: Tape) -> list[str]:
    """The nodes at which the reader stopped the derivative: differences do not stop there."""
    return [node.name for node in tape if node.primitive.name == "stop_gradient"]


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Nodes in the order in which a reverse sweep meets them, each as it was found; the whole at last."""
    return tuple(sorted(findings, key=lambda finding: -finding.node.index if finding.node is not None else 1))


# -- end to end


def _of_tape(tape: Tape) -> Function:
    """A tape as a function of its inputs: run again."""
    return lambda point: _outputs(rerun(tape, point))


def _outputs(tape: Tape) -> np.ndarray:
    return flat([tape.values[place.index] for place in tape.output_places])


def _of_callable(f: Callable[..., Any], tape: Tape, keywords: dict[str, Any]) -> Function:
    """The reader's function as one of a list of numbers and arrays, which it may change in place."""

    def function(point: list[Any]) -> np.ndarray:
        given = {place.index: np.array(x)[()] for place, x in zip(tape.input_places, point, strict=True)}
        result = f(*fill(tape._arguments, given.__getitem__), **keywords)
        return flat([x for _, x in planted(tape._outcome, result)])

    return function


def _check_ends(forward: Sweep, reverse: Sweep, tangents: list[Any], function: Function, book: Notebook) -> None:
    """Compare F'(x) v with uᵀ F'(x), and with differences of the function."""
    tape = forward.tape
    pushed = flat([forward.at(place.index) for place in tape.output_places])
    backward = sum(pairing(reverse.at(p.index), t) for p, t in zip(tape.input_places, tangents, strict=True))
    if not np.all(np.isfinite(pushed)) or not np.isfinite(backward):
        book.notes.append("the derivative along a random direction is not finite; end to end nothing was compared")
        return
    _check_pairing(forward, reverse, backward, book)
    point = [doubled(tape.values[place.index]) for place in tape.input_places]
    if not np.allclose(function(point), _outputs(tape), rtol=1e-3, atol=1e-6, equal_nan=True):
        book.notes.append(f"{tape.function} gave another value when it was run again; end to end nothing was measured")
        return
    book.compared.append(f"both sweeps with finite differences of {tape.function}, and with each other")
    found = _compared("J v", "by the sweeps", function, point, tangents, pushed, book.tolerance, book)
    if found is not None and _stopped(tape) and not book.findings:
        book.notes.append(f"{found}: the derivative was stopped, at {', '.join(_stopped(tape))}")
    elif found is not None:
        book.findings.append(found)


def _check_pairing(forward: Sweep, reverse: Sweep, backward: float, book: Notebook) -> None:
    """⟨u, J v⟩ = ⟨Jᵀu, v⟩."""
    tape = forward.tape
    ends = {place.index for place in tape.output_places}
    terms = [(reverse._full(index, reverse._seeds[index]), forward.at(index)) for index in sorted(ends)]
    onward = sum(pairing(u, t) for u, t in terms)
    size = sum(float(np.sum(np.abs(u * t))) for u, t in terms)
    tolerance = book.within(*(tape.values[place.index] for place in (*tape.input_places, *tape.output_places)))
    if abs(onward - backward) > tolerance * (abs(onward) + abs(backward) + 1e-2 * size):
        right, wrong = told_apart(onward, backward)
        told = f"⟨Jᵀu, v⟩ of the reverse sweep is {wrong}, ⟨u, J v⟩ of the forward sweep is {right}"
        book.findings.append(Finding("end to end", told, None, None, onward, backward))


def _check_gradient(tape: Tape, tangents: list[Any], seed: Any, book: Notebook) -> None:
    """Compare the derivative of uᵀ F'(x), forward over reverse, with differences of it."""

    def gradient(*inputs: Any) -> tuple[Any, ...]:
        sweep = rerun(tape, inputs).reverse(seed)
        return tuple(sweep.at(place.index) for place in tape.input_places)

    def function(values: list[Any]) -> np.ndarray:
        return flat(gradient(*values))

    point = [plain_value(tape.values[place.index]) for place in tape.input_places]
    try:
        record = trace(gradient, *point, source=False)
    except Exception as error:  # the node whose rule cannot be recorded has its own note
        book.notes.append(f"the gradient cannot be recorded, so H v was not compared: {first_line(error)}")
        return
    pushed = record.forward(*tangents)
    swept = flat([pushed.at(place.index) for place in record.output_places])
    if np.all(np.isfinite(swept)):
        double = [doubled(x) for x in point]
        found = _compared("H v", "forward over reverse", function, double, tangents, swept, 10 * book.tolerance, book)
        book.findings += [found] if found is not None else []


def _compared(
    what: str,
    how: str,
    function: Function,
    point: list[Any],
    tangents: list[Any],
    swept: np.ndarray,
    tolerance: float,
    book: Notebook,
) -> Finding | None:
    """Compare what a sweep says with differences of a function; a kink is a note."""
    along = [doubled(tangent) for tangent in tangents]
    measured, size = slope(function, point, along), scale_of(function(point))
    off, unsure = verdict(measured.value, swept, measured.error, max(tolerance, book.within(*tangents)), size)
    if np.any(off | unsure):
        bent = kinked(function, point, along)
        if np.any(bent & (off | unsure)):
            book.notes.append(f"{what}: the function has a kink or a jump here; its two sides have different slopes")
        off = off & ~bent
    if not np.any(off):
        return None
    place = worst(measured.value, swept, off)
    right, wrong = told_apart(measured.value[place], swept[place])
    told = f"{what}, along a random direction, is {wrong} {how}, and {right} by finite differences"
    return Finding("end to end", told, None, None, measured.value[place], swept[place])
