"""Step by step: each tangent and adjoint is the sum of its contributions, and what crosses the cut is conserved."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.analysis.checks import cut_sums
from advis.analysis.differences import flat
from advis.analysis.findings import Finding, told_apart, verdict, worst
from advis.analysis.rules import Notebook
from advis.autodiff.numbers import scale_of
from advis.autodiff.primitives.rule import INPUT
from advis.autodiff.sweep import Contribution, Sweep


def check_laws(forward: Sweep, reverse: Sweep, book: Notebook) -> int:
    """Check the laws of a pair of sweeps and write down what is wrong; return how often the cut was summed."""
    for sweep in (forward, reverse):
        arrived = _arrivals(sweep)
        for index, carried in enumerate(sweep.tape.carried):
            if carried and not (sweep.direction == "forward" and sweep.tape.primitives[index] is INPUT):
                _check_sum(sweep, index, arrived.get(index, []), book)
    return _check_cut(forward, reverse, book)


def _arrivals(sweep: Sweep) -> dict[int, list[Contribution]]:
    """What arrives at each node, in order."""
    arrived: dict[int, list[Contribution]] = {}
    for step in sweep.steps:
        for flow in step.contributions:
            arrived.setdefault(flow.target.index, []).append(flow)
    return arrived


def _check_sum(sweep: Sweep, index: int, flows: list[Contribution], book: Notebook) -> None:
    seed = sweep._seeds[index]
    terms = ([] if seed is None else [seed]) + [flow.amount for flow in flows]
    expected = flat([sum(terms[1:], terms[0]) if terms else sweep._full(index, None)])
    found = flat([sweep.at(index)])
    off, _ = verdict(expected, found, 0.0, book.within(sweep.tape.values[index]), 1e-3 * scale_of(*terms))
    if not np.any(off):
        return
    node, place = sweep.tape[index], worst(expected, found, off)
    right, wrong = told_apart(expected[place], found[place])
    why, lost = _explained(expected, found, seed, flows)
    told = f"the {sweep.voice} of {node.name} is {wrong}, the sum of its contributions is {right}{why}"
    edge = lost.partial if lost is not None else None
    book.findings.append(Finding("sum", told, node, edge, expected[place], found[place]))


def _explained(
    expected: np.ndarray, found: np.ndarray, seed: Any, flows: list[Contribution]
) -> tuple[str, Contribution | None]:
    """How a wrong sum came about, where that can be seen, and the contribution that was lost."""
    if len(flows) + (seed is not None) > 2 and _same(found, flat([flows[-1].amount])):
        return f": it was overwritten, only what came last, from {flows[-1].source.name}, counts", flows[0]
    lost = [flow for flow in flows if _same(expected - found, flat([flow.amount]))]
    if lost:
        which = f"one of {len(lost)} equal contributions" if len(lost) > 1 else "the contribution"
        names = list(dict.fromkeys(flow.source.name for flow in lost))
        return f": {which} of {', '.join(names[:3])}{', …' if len(names) > 3 else ''} is lost", lost[-1]
    if seed is not None and _same(expected - found, flat([seed])):
        return ": its seed is lost", None
    return "", None


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-6, atol=1e-9 * scale_of(one, other))


def _check_cut(forward: Sweep, reverse: Sweep, book: Notebook) -> int:
    """Follow the conserved sum through the reverse sweep; where it jumps, a node went wrong."""
    sums = np.array(cut_sums(forward, reverse))
    if not np.all(np.isfinite(sums)):
        book.notes.append("the cut sum is not finite, and was not compared")
        return 0
    named = {finding.node.index for finding in book.findings if finding.node is not None}
    largest = float(np.max(np.abs(sums), initial=0.0))
    tolerance = book.within(*(reverse.tape.values[place.index] for place in reverse.tape.output_places))
    for place in np.flatnonzero(np.abs(np.diff(sums)) > tolerance * largest):
        node = reverse.steps[int(place)].node
        if node.index not in named:
            right, wrong = told_apart(sums[place], sums[place + 1])
            told = f"at {node.name} = {node.expression} the cut sum jumps to {wrong}; it was, and must stay, {right}"
            book.findings.append(Finding("cut", told, node, None, sums[place], sums[place + 1]))
    return len(sums)
