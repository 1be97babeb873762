"""A drawing as a matplotlib figure: for charts beside a reader's own, and for papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advis.films.draw import lower
from advis.films.film import Box, Edge, Film, Group, Ink, state_at
from advis.films.theme import COLOURS, depth, look
from advis.media.picture import Picture
from advis.media.raster import BEFORE, font, runs, size
from advis.media.svg import checked_step, find_drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 96.0  # a pixel of the drawing is a pixel of the figure
POINTS = 72.0 / DPI


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
    drawing, states = find_drawing(film, scene), state_at(film, checked_step("plot", film, step))
    marks = (mark for mark in drawing.marks if isinstance(mark, (Box, Edge, Group)))
    inks = sorted((ink for mark in marks for ink in lower(mark, states)), key=lambda ink: depth(ink.role))
    return _figure(drawing.width, drawing.height, inks)


def figure_of(shown: Picture, dark: bool = False, scale: float = 1.0) -> Figure:
    """Return a picture as a matplotlib figure, for PDF; ``scale`` is how much larger it is on paper."""
    return _figure(shown.width, shown.height, shown.inks, dark, scale)


def _figure(width: float, height: float, inks: Iterable[Ink], dark: bool = False, scale: float = 1.0) -> Figure:
    from matplotlib.figure import Figure

    size = width / DPI * scale, height / DPI * scale
    made = Figure(figsize=size, dpi=DPI, facecolor=COLOURS["paper"][dark])
    axes = made.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0.0, width)
    axes.set_ylim(height, 0.0)
    draw(Brush(axes, POINTS * scale, dark), inks)
    return made


def draw(brush: Brush, inks: Iterable[Ink]) -> None:
    """Draw inks into the axes of a brush, whose units are pixels of the drawing."""
    for ink in inks:
        style = look(ink.role, brush.dark)
        if style.get("display") != "none" and ink.at:
            _DRAW[ink.tag](brush, ink, style)


@dataclass(frozen=True, slots=True)
class Brush:
    """Where to draw, how many points a pixel of the drawing has, and on which ground."""

    axes: Axes
    points: float
    dark: bool


def _paint(style: dict[str, str], points: float) -> dict[str, Any]:
    """What a patch is filled and stroked with."""
    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    dashes = style.get("stroke-dasharray", "")
    width = float(style.get("stroke-width", "1").removesuffix("px")) * points
    opacity = float(style.get("fill-opacity", "1"))
    pattern = (0, tuple(float(part) * points / max(width, 0.1) for part in dashes.split()))
    return {
        "facecolor": "none" if fill == "none" else (fill, opacity),
        "edgecolor": "none" if stroke == "none" else (stroke, float(style.get("stroke-opacity", "1"))),
        "linewidth": 0.0 if stroke == "none" else width,
        "linestyle": pattern if dashes else "solid",
        "capstyle": style.get("stroke-linecap", "butt"),
    }


def _rect(brush: Brush, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    left, top, width, height, radius = ink.at
    if not width or not height:
        return
    corner = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
    brush.axes.add_artist(FancyBboxPatch((left, top), width, height, boxstyle=corner, **_paint(style, brush.points)))


def _tiles(brush: Brush, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import Rectangle

    for left, top, width, height in zip(*[iter(ink.at)] * 4, strict=True):
        brush.axes.add_artist(Rectangle((left, top), width, height, **_paint(style, brush.points)))


def _path(brush: Brush, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points = list(zip(ink.at[::2], ink.at[1::2], strict=True))
    codes = [Path.MOVETO, *([Path.CURVE4] * (len(points) - 1))]
    brush.axes.add_artist(PathPatch(Path(points, codes), **_paint(style, brush.points)))


def _lines(brush: Brush, ink: Ink, style: dict[str, str]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points = list(zip(ink.at[::2], ink.at[1::2], strict=True))
    codes = [Path.MOVETO if k % 2 == 0 and points[k] != points[k - 1] else Path.LINETO for k in range(len(points))]
    brush.axes.add_artist(PathPatch(Path(points, [Path.MOVETO, *codes[1:]]), **_paint(style, brush.points)))


def _text(brush: Brush, ink: Ink, style: dict[str, str]) -> None:
    """Each piece of a text in its own look, one after the other."""
    pieces = runs(ink, style, brush.dark)
    x = ink.at[0] - BEFORE[ink.anchor] * sum(wide for *_, wide in pieces)
    for said, own, wide in pieces:
        family, bold, italic = font(own)
        drawn = brush.axes.text(x, ink.at[1], said, ha="left", va="baseline", family=family)
        drawn.set_parse_math(False)  # a dollar sign in a name is a dollar sign
        drawn.set_fontsize(size(own) * brush.points)
        drawn.set_fontstyle("italic" if italic else "normal")
        drawn.set_fontweight("bold" if bold else "normal")
        drawn.set_color(own.get("fill", COLOURS["ink"][brush.dark]))
        _halo(drawn, own, brush)
        x += wide


def _halo(drawn: Any, style: dict[str, str], brush: Brush) -> None:
    """Paper around the letters, so that a line may pass behind."""
    if style.get("paint-order") != "stroke":
        return
    from matplotlib.patheffects import withStroke

    wide = float(style.get("stroke-width", "1").removesuffix("px")) * brush.points
    drawn.set_path_effects([withStroke(linewidth=wide, foreground=style["stroke"])])


_DRAW: dict[str, Callable[[Brush, Ink, dict[str, str]], None]] = {
    "rect": _rect,
    "tiles": _tiles,
    "path": _path,
    "lines": _lines,
    "text": _text,
}
