"""From a sweep to the pane with its program: runnable NumPy whose lines light up with the steps."""

from __future__ import annotations

from advis.autodiff.program import Program
from advis.autodiff.sweep import Sweep
from advis.films.film import Line, Scene


def code_scene(sweep: Sweep, name: str = "code", title: str = "Code") -> tuple[Scene, ...]:
    """Return the scene of a sweep's program, or none where it cannot be written (several seeds, some own rules).

    A line belongs to the node in whose turn it is computed, and is lit while that node is active in the line's voice:
    value for the lines that repeat the evaluation, the sweep's voice for those of its steps.
    """
    try:
        program = sweep.code()
    except Exception:  # a rule of the reader's may fail in any way when its text is asked for; the rest is shown
        return ()
    lines = tuple(_line(program, place, text, sweep.voice) for place, text in enumerate(program.splitlines()))
    return (Scene(name, "lines", title, lines, description=f"The {sweep.direction} sweep as NumPy"),)


def _line(program: Program, place: int, text: str, voice: str) -> Line:
    node = program.lines[place]
    if node is None:
        return Line(place + 1, text)
    segment = (f"n{node}", len(text) - len(text.lstrip()), len(text))
    return Line(place + 1, text, (segment,), "value" if place < program.middle else voice)
