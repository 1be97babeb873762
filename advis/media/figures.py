"""A drawing as a matplotlib figure: for charts beside a reader's own, and for papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from advis.films.draw import lower
from advis.films.film import Box, Edge, Film, Group, Ink, Spans, state_at
from advis.films.theme import COLOURS, depth, look
from advis.media.svg import checked_step, find_drawing, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 96.0  # a pixel of the drawing is a pixel of the figure
POINTS = 72.0 / DPI
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def figure(film: Film, step: int | None = None, scene: str | None = None) -> Figure:
    """Return one drawing of a film at one step as a matplotlib figure.

    Parameters
    ----------
    film : Film
    step : int, optional
        The last one if left out.
    scene : str, optional
        The name of a drawing; the film's first one if left out.

    Returns
    -------
    matplotlib.figure.Figure
        It belongs to no window: save it, or show it in a notebook.

    Raises
    ------
    ValueError
        If there is no such step or no such drawing.

    Examples
    --------
    >>> from advis.films.film import Scene
    >>> bar = Group("bar", (Ink("rect", "bar", (10.0, 10.0, 50.0, 11.0, 2.0)),))
    >>> drawn = figure(Film("chart", "f", (Scene("chart", "drawing", "Chart", (bar,), 96.0, 48.0),)))
    >>> drawn.get_size_inches().tolist()
    [1.0, 0.5]
    """
    from matplotlib.figure import Figure

    drawing, states = find_drawing(film, scene), state_at(film, checked_step("plot", film, step))
    made = Figure(figsize=(drawing.width / DPI, drawing.height / DPI), dpi=DPI, facecolor=COLOURS["paper"][0])
    axes = made.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0.0, drawing.width)
    axes.set_ylim(drawing.height, 0.0)
    marks = (mark for mark in drawing.marks if isinstance(mark, (Box, Edge, Group)))
    inks = [ink for mark in marks for ink in lower(mark, states)]
    for ink in sorted(inks, key=lambda ink: depth(ink.role)):
        style = look(ink.role)
        if style.get("display") != "none" and ink.at:
            _DRAW[ink.tag](axes, ink, style)
    return made


def _paint(style: dict[str, str]) -> dict[str, Any]:
    """What a patch is filled and stroked with."""
    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    dashes = style.get("stroke-dasharray", "")
    width = float(style.get("stroke-width", "1").removesuffix("px")) * POINTS
    opacity = float(style.get("fill-opacity", "1"))
    pattern = (0, tuple(float(part) * POINTS / max(width, 0.1) for part in dashes.split()))
    return {
        "facecolor": "none" if fill == "none" else (fill, opacity),
        "edgecolor": "none" if stroke == "none" else (stroke, float(style.get("stroke-opacity", "1"))),
        "linewidth": 0.0 if stroke == "none" else width,
        "linestyle": pattern if dashes else "solid",
    }


def _rect(axes: Axes, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    left, top, width, height, radius = ink.at
    if not width or not height:
        return
    corner = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
    axes.add_patch(FancyBboxPatch((left, top), width, height, boxstyle=corner, **_paint(style)))


def _tiles(axes: Axes, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import Rectangle

    for left, top, width, height in zip(*[iter(ink.at)] * 4, strict=True):
        axes.add_patch(Rectangle((left, top), width, height, **_paint(style)))


def _path(axes: Axes, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points = list(zip(ink.at[::2], ink.at[1::2], strict=True))
    codes = [Path.MOVETO, *([Path.CURVE4] * (len(points) - 1))]
    axes.add_patch(PathPatch(Path(points, codes), **_paint(style)))


def _lines(axes: Axes, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points = list(zip(ink.at[::2], ink.at[1::2], strict=True))
    codes = [Path.MOVETO if k % 2 == 0 and points[k] != points[k - 1] else Path.LINETO for k in range(len(points))]
    axes.add_patch(PathPatch(Path(points, [Path.MOVETO, *codes[1:]]), **_paint(style)))


def _text(axes: Axes, ink: Ink, style: dict[str, str]) -> None:
    said = printable("".join(part for _, part in ink.spans))
    if not said:
        return
    roles = {role for role, part in ink.spans if part.strip()}
    bold = style.get("font-weight") == "600" or roles == {"strong"}
    family, slant = _face(ink.spans)
    drawn = axes.text(ink.at[0], ink.at[1], said, ha=_ANCHORS[ink.anchor], va="baseline", family=family, style=slant)
    drawn.set_parse_math(False)  # a dollar sign in a name is a dollar sign
    drawn.set_fontsize(float(style.get("font-size", "13px").removesuffix("px")) * POINTS)
    drawn.set_color(style.get("fill", COLOURS["ink"][0]))
    drawn.set_fontweight("bold" if bold else "normal")


def _face(spans: Spans) -> tuple[str, Literal["italic", "normal"]]:
    """Names are italic: a text of names alone is set so."""
    names = bool(spans) and all(role == "name" for role, part in spans if part.strip())
    return ("serif", "italic") if names else ("sans-serif", "normal")


_DRAW: dict[str, Callable[[Axes, Ink, dict[str, str]], None]] = {
    "rect": _rect,
    "tiles": _tiles,
    "path": _path,
    "lines": _lines,
    "text": _text,
}
