"""Methods as a picture: the errors of differences over their step, and one method after the other beside them."""

from __future__ import annotations

import numpy as np

from advis.analysis.methods import BEST_STEPS, STEPS, Method, Methods
from advis.autodiff.numbers import minus, number
from advis.films.chart import Axis, Panel, Series, chart_scene
from advis.films.film import Film, Row, Scene, Spans, State, Track
from advis.films.words import signed

LEAST = 1e-17  # an error of 0 is drawn here, on an axis that has no 0
LOOKS = {
    "forward difference": "tangent",
    "central difference": "adjoint dashed",
    "complex step": "value dotted",
}
COLUMNS = (("method", ""), ("error", "value"), ("runs", "value"), ("sweeps", "value"), ("operations", "value"))
TOLD = {
    "forward mode": "The forward mode runs f once and sweeps once for each input, to round-off.",
    "reverse mode": "The reverse mode runs f once and sweeps once, however many inputs there are, to round-off.",
    "forward difference": "A forward difference is off by about h, and by more where a small h drowns in round-off.",
    "central difference": "A central difference is off by about h²: it may take a larger step, and is better for it.",
    "complex step": "The complex step subtracts nothing: it can be as small as one likes. It needs f to be analytic.",
    "symbolic": "The symbolic derivative is exact; its expression has to be written down and evaluated.",
}


def methods_film(shown: Methods) -> Film:
    """Return the film of a comparison of methods: one step for each."""
    series = [
        _series(shown, name, method) for name, method in zip(LOOKS, LOOKS.values(), strict=True) if name in shown.curves
    ]
    panel = Panel(
        "Error of the gradient", Axis("step h", log=True), Axis("relative error", log=True), _all(shown, series)
    )
    scene, tracks = chart_scene([panel], _described(shown))
    rows = tuple(Row(f"m{k}", _cells(method)) for k, method in enumerate(shown.methods))
    table = Scene("methods", "table", "Methods", rows, columns=COLUMNS)
    said = [_introduced(shown), *(_said(method) for method in shown.methods)]
    tracks |= {row.key: _turn(k) for k, row in enumerate(rows, 1)}
    tracks["say"] = tuple((step, State("", sentence)) for step, sentence in enumerate(said))
    return Film("methods", f"Gradient of {shown.tape.function}", (scene, table), tracks, len(rows))


def _series(shown: Methods, name: str, role: str) -> Series:
    return Series(name, STEPS, np.maximum(shown.curves[name], LEAST), role)


def _all(shown: Methods, curves: list[Series]) -> tuple[Series, ...]:
    """The curves, and at its step the point of each method that has one."""
    series = [*curves, Series("reverse mode", [], [max(shown["reverse mode"].error, LEAST)], "soft", "level")]
    for step, method in enumerate(shown.methods, 1):
        h = BEST_STEPS.get(method.name, 0.0)
        if h >= STEPS[-1] and method.gradient is not None:
            at = max(method.error, LEAST)
            series.append(Series("", [h], [at], LOOKS[method.name].split()[0], "points", (step, step)))
            series.append(Series("", [h], [], "soft thin dashed", "mark", (step, step)))
    return tuple(series)


def _cells(method: Method) -> tuple[Spans, ...]:
    if method.gradient is None:
        return ((("", method.name),), *((("soft", "–"),),) * 4)
    counts = (method.runs, method.sweeps, method.operations)
    return (
        (("", method.name),),
        (("", minus(number(method.error, 2))),),
        *((("", f"{count:,}" if count else "–"),) for count in counts),
    )


def _turn(step: int) -> Track:
    return (0, State("")), (step, State("active value")), (step + 1, State("done value"))


def _introduced(shown: Methods) -> Spans:
    count = sum(np.size(shown.tape.values[place.index]) for place in shown.tape.input_places)
    what = "one derivative" if count == 1 else f"a gradient with {count} elements"
    return (("", f"{shown.tape.function}: {what}, {len(shown.methods)} ways. Errors are relative to {shown.measure}."),)


def _said(method: Method) -> Spans:
    if method.gradient is None:
        return (("strong", method.name), ("", f" cannot be used: {signed(method.note)}."))
    at = (
        f" Here, {signed(method.note)}: an error of {minus(number(method.error, 2))}."
        if method.name in BEST_STEPS
        else ""
    )
    counted = f" {method.note[0].upper()}{method.note[1:]}." if method.name == "symbolic" else ""
    return (("", f"{TOLD[method.name]}{at}{counted}"),)


def _described(shown: Methods) -> str:
    return f"Relative error over the step h, by logarithms: {', '.join(shown.curves)}."
