"""A relaxation as a picture: the value, the derivative, and bias against derivative, one step for each width."""

from __future__ import annotations

from advis.analysis.relaxations import Relaxations, Softened
from advis.autodiff.numbers import PICTURE, minus, number
from advis.films.chart import Axis, Panel, Series, chart_film
from advis.films.film import Film, Spans

ROLES = ("value", "tangent dashed", "adjoint dotted")
LEAST = 1e-9
"""Derivatives that are smaller are drawn here."""


def relaxations_film(shown: Relaxations) -> Film:
    """Return the film of a comparison with the hard function: it alone, then one width after the other."""
    panels = [_values(shown), _slopes(shown), _trade(shown)]
    said = [_introduced(shown), *(_said(shown, row) for row in shown.rows)]
    title = f"{shown.name}, made smooth"
    return chart_film(title, panels, said, f"{shown.parameter} as the slider", _described(shown))


def _values(shown: Relaxations) -> Panel:
    hard = [Series("hard", shown.xs, column, "soft thin") for column in shown.hard.T]
    soft = [
        Series(label, shown.xs, column, role, steps=(step, step))
        for step, row in enumerate(shown.rows, 1)
        for label, column, role in zip(shown.outputs, row.values.T, ROLES, strict=False)
    ]
    return Panel("Value", Axis("x"), Axis("value"), (*hard, *soft))


def _slopes(shown: Relaxations) -> Panel:
    soft = [
        Series("", shown.xs, column, role, steps=(step, step))
        for step, row in enumerate(shown.rows, 1)
        for column, role in zip(row.slopes.T, ROLES, strict=False)
    ]
    hard = [Series("hard, beside its jumps and kinks", shown.xs, column, "soft thin") for column in shown.hard_slopes.T]
    return Panel("Derivative", Axis("x"), Axis("∂ value / ∂ x"), (*hard, *soft))


def _trade(shown: Relaxations) -> Panel:
    biases = [row.bias for row in shown.rows]
    series = [
        Series("largest", biases, [max(row.largest, LEAST) for row in shown.rows], "adjoint"),
        Series("median", biases, [max(row.typical, LEAST) for row in shown.rows], "tangent dashed"),
    ]
    for step, row in enumerate(shown.rows, 1):
        for size, role in ((row.largest, "adjoint"), (row.typical, "tangent")):
            series.append(Series("", [row.bias], [max(size, LEAST)], role, "points", (step, step)))
    dead = any(row.typical < LEAST for row in shown.rows)
    upward = Axis("|derivative|, at the bottom 10⁻⁹ or less" if dead else "|derivative|", log=True)
    along = Axis("bias: root mean square of soft − hard", log=True)
    return Panel("Bias against derivative", along, upward, tuple(series))


def _introduced(shown: Relaxations) -> Spans:
    return (("", f"The hard {shown.name}. Where it is flat its derivative is 0, at a jump it has none."),)


def _said(shown: Relaxations, row: Softened) -> Spans:
    width, bias, typical, largest = (minus(number(x, PICTURE)) for x in (row.width, row.bias, row.typical, row.largest))
    return (
        ("strong", f"{shown.parameter.capitalize()} {width}"),
        ("", f": off by {bias} in the root mean square. The derivative is at most {largest}, its median {typical}."),
    )


def _described(shown: Relaxations) -> str:
    return f"{shown.name}: the hard function and its relaxation, their derivatives, and bias against derivative."
