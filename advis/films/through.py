"""Lenses on a solver as a picture: errors of the derivatives over the steps, and what each of them keeps."""

from __future__ import annotations

from advis.analysis.through import ROUND_OFF, Lens, Lenses
from advis.autodiff.numbers import PICTURE, minus, number
from advis.films.chart import Axis, Panel, Series, chart_scene
from advis.films.film import Film, Row, Scene, Spans, State, Track
from advis.films.words import signed

LOOKS = {
    "unrolled": "tangent",
    "implicit": "adjoint dashed",
    "last k": "value dotted",
    "discrete": "tangent",
    "continuous": "adjoint dashed",
    "between": "value dotted",
}
MEANS = {
    "unrolled": "Unrolled: every step is on the tape; implicit: one box; last k: only the last steps.",
    "discrete": "Discrete: through every step; continuous: one box, which solves the adjoint equation.",
}


def lenses_film(shown: Lenses) -> Film:
    """Return the film of a comparison: one step for each number of steps of the solver."""
    what = "gradient" if shown.solver == "odeint" else "derivative"
    errors = Panel(
        f"Error of the {what}", Axis("steps", log=True), Axis("off by", log=True), (*_errors(shown), *_cursors(shown))
    )
    kept = Panel(
        "Kept on the tape", Axis("steps", log=True), Axis("entries", log=True), (*_kept(shown), *_cursors(shown))
    )
    scene, tracks = chart_scene([errors, kept], _described(shown))
    rows = tuple(Row(f"m{k}", _cells(shown, k)) for k in range(len(shown.steps)))
    names = ("steps", f"{shown.unknown} off by", *(lens.name for lens in shown.lenses))
    table = Scene("lenses", "table", "Steps", rows, columns=tuple((name, "value") for name in names))
    said = [_introduced(shown), *(_said(shown, k) for k in range(len(shown.steps)))]
    tracks |= {row.key: _turn(k) for k, row in enumerate(rows, 1)}
    tracks["say"] = tuple((step, State("", sentence)) for step, sentence in enumerate(said))
    title = f"Through {shown.solver} of {shown.function}"
    return Film("through", title, (scene, table), tracks, len(rows), data={"notes": list(shown.notes)})


def _errors(shown: Lenses) -> list[Series]:
    floor = ROUND_OFF * shown.derivative
    curves = [
        Series(lens.name, shown.steps, [e if e > floor else 0.0 for e in lens.errors], LOOKS[lens.name])
        for lens in shown.lenses
    ]
    known = [e if e > floor else 0.0 for e in shown.value_errors]
    return [*curves, Series(shown.unknown, shown.steps, known, "soft thin")]


def _kept(shown: Lenses) -> list[Series]:
    return [Series("", shown.steps, lens.entries, LOOKS[lens.name]) for lens in shown.lenses if any(lens.entries)]


def _cursors(shown: Lenses) -> list[Series]:
    """At each step of the film a line where the solver is."""
    return [
        Series("", [count], [], "soft thin dashed", "mark", (step, step)) for step, count in enumerate(shown.steps, 1)
    ]


def _cells(shown: Lenses, k: int) -> tuple[Spans, ...]:
    errors = (shown.value_errors[k], *(lens.errors[k] for lens in shown.lenses))
    return tuple((("", minus(text)),) for text in (f"{shown.steps[k]:,}", *map(shown.error, errors)))


def _turn(step: int) -> Track:
    return (0, State("")), (step, State("active value")), (step + 1, State("done value"))


def _introduced(shown: Lenses) -> Spans:
    note = shown.notes[0]
    return (("", f"{MEANS[shown.lenses[0].name]} {note[0].upper()}{signed(note[1:])}."),)


def _said(shown: Lenses, k: int) -> Spans:
    count = shown.steps[k]
    kept = ", ".join(_keeps(lens, k) for lens in shown.lenses if any(lens.entries))
    off = ", ".join(f"{lens.name} {shown.error(lens.errors[k])}" for lens in shown.lenses)
    return (
        ("strong", f"{count:,} {'step' if count == 1 else 'steps'}"),
        ("", f": {shown.unknown} is off by {minus(shown.error(shown.value_errors[k]))}; of a derivative of "),
        ("", f"{minus(number(shown.derivative, PICTURE))}, off by: {signed(off)}. Entries kept: {kept}."),
    )


def _keeps(lens: Lens, k: int) -> str:
    return f"{lens.name} {lens.entries[k]:,}"


def _described(shown: Lenses) -> str:
    names = ", ".join(lens.name for lens in shown.lenses)
    return f"Errors of the derivatives ({names}) and entries kept, over the number of steps, by logarithms."
