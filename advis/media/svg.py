"""A film's drawing at one step as a standalone SVG: static, small, and the same bytes every time.

Inks of one look share a group, from the back to the front, so that 200 boxes stay well below 100 kB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from operator import index

from advis.films.draw import lower
from advis.films.film import Box, Edge, Film, Group, Ink, Scene, Spans, State, spelled, state_at
from advis.films.theme import COLOURS, SANS, depth, ink_css
from advis.media.picture import Picture, painted

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

OUTLINE = ("frame", "title", "number", "edge")
"""The inks of an outline, by the first word of their role."""


def svg(film: Film, step: int | None = None, scene: str | None = None, outline: bool = False) -> str:
    """Return one drawing of a film at one step as SVG.

    Parameters
    ----------
    film : Film
        What to draw.
    step : int, optional
        From 0 to ``film.steps``; the last one if left out.
    scene : str, optional
        The name of a drawing; the film's first one if left out.
    outline : bool, optional
        Only boxes, curves, names and numbers: a third of the bytes, for a picture that stands in for a player.

    Returns
    -------
    str
        A whole SVG document. Text is text, and light or dark follows the reader's system.

    Raises
    ------
    ValueError
        If there is no such step or no such drawing; the message says which there are.

    Examples
    --------
    >>> box = Box("n0", "input", (10.0, 10.0, 100.0, 61.0), (("name", "x"),), (("value", "n0.v"),))
    >>> film = Film("tape", "f(x)", (Scene("graph", "drawing", "Graph", (box,), 120.0, 81.0),))
    >>> svg(film).startswith('<svg xmlns="http://www.w3.org/2000/svg" class="advis" role="img" width="120"')
    True
    """
    step = checked_step("svg", film, step)
    drawing = find_drawing(film, scene)
    states = state_at(film, step)
    layers = _layers(drawing, states)
    if outline:
        layers = [layer for layer in layers if layer.role.startswith(OUTLINE)]
    return document(layers, drawing.width, drawing.height, _heading(film), _description(film, drawing, states))


def svg_of(shown: Picture, theme: str = "auto", scale: float = 1.0) -> str:
    """Return a picture as SVG.

    Parameters
    ----------
    shown : Picture
    theme : {"auto", "light", "dark"}
        Colours that follow the reader's system, or fixed ones.
    scale : float
        How much larger than the drawing it is shown, where nothing else says so.
    """
    grouped: dict[tuple[str, str], list[tuple[Ink, str]]] = {}
    for ink in shown.inks:
        grouped.setdefault((ink.role, ink.anchor), []).append((ink, ""))
    layers = [Layer(role, anchor, inks) for (role, anchor), inks in grouped.items()]
    return document(layers, shown.width, shown.height, shown.title, shown.description, theme, scale)


@dataclass(frozen=True, slots=True)
class Layer:
    """Inks of one look, each with its tooltip; ``also`` is one more class."""

    role: str
    anchor: str
    inks: list[tuple[Ink, str]]
    also: str = ""


def document(
    layers: Sequence[Layer],
    width: float,
    height: float,
    title: str,
    description: str,
    theme: str = "auto",
    scale: float = 1.0,
    css: str = "",
) -> str:
    """Return a whole SVG document of layers, from the back to the front."""
    body = "\n".join(map(_group, layers))
    size = f'width="{short(scale * width)}" height="{short(scale * height)}"'
    return (  # spaces at the edges of a tspan are kept by every program only if it is told so
        f'<svg xmlns="http://www.w3.org/2000/svg" class="advis" role="img" {size} xml:space="preserve" '
        f'viewBox="0 0 {short(width)} {short(height)}">\n<title>{text(title)}</title>\n'
        f"<desc>{text(description)}</desc>\n<style>{_css(_roles(layers), theme)}{css}</style>\n"
        f'<rect class="paper" width="{short(width)}" height="{short(height)}"/>\n{body}\n</svg>\n'
    )


def checked_step(caller: str, film: Film, step: int | None) -> int:
    """Return the step, or the last one for None; raise a ValueError that names the range if there is no such step."""
    if step is None:
        return film.steps
    try:
        if 0 <= index(step) <= film.steps:
            return index(step)
    except TypeError as error:
        raise ValueError(f"{caller}: step={step!r} is no whole number; choose 0 to {film.steps}") from error
    raise ValueError(f"{caller}: step={step} is outside this film; choose 0 to {film.steps}, or leave it out")


def find_drawing(film: Film, name: str | None = None) -> Scene:
    """Return the drawing of this name, or the film's first one; raise a ValueError that lists those that exist."""
    drawings = [scene for scene in film.scenes if scene.kind == "drawing"]
    for scene in drawings:
        if name in (None, scene.name):
            return scene
    known = ", ".join(repr(scene.name) for scene in drawings) or "none"
    raise ValueError(f"svg: scene={name!r} is no drawing of this film; its drawings: {known}")


def text(value: str) -> str:
    """Return a text escaped for markup; what XML cannot hold becomes U+FFFD.

    Examples
    --------
    >>> text('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return escape(printable(value))


def printable(value: str) -> str:
    """Return a text in which what cannot be printed (control characters, halves of pairs) is U+FFFD."""
    return _NOT_XML.sub("\ufffd", value)


def _heading(film: Film) -> str:
    return f"{film.title}, {film.subtitle}" if film.subtitle else film.title


def _description(film: Film, drawing: Scene, states: dict[str, State]) -> str:
    """The drawing in words, and the sentence that tells the step."""
    told = states.get("say", State()).text
    sentence = spelled(told)
    return " ".join(part for part in (drawing.description or film.title, sentence) if part)


def _layers(drawing: Scene, states: dict[str, State]) -> list[Layer]:
    """Inks with the same look together, in the order of painting, each with its tooltip."""
    layers: dict[tuple[str, str], list[tuple[Ink, str]]] = {}
    for mark in drawing.marks:
        if isinstance(mark, (Box, Edge, Group)):
            for ink in filter(painted, lower(mark, states)):
                more = getattr(mark, "more", "") if ink.role.startswith("title") else ""
                layers.setdefault((ink.role, ink.anchor), []).append((ink, more))
    ordered = sorted(layers.items(), key=lambda item: (depth(item[0][0]), item[0]))
    return [Layer(role, anchor, inks) for (role, anchor), inks in ordered]


def _roles(layers: Sequence[Layer]) -> list[str]:
    """Every role in use, of inks and of the pieces of their texts."""
    pieces = {role for layer in layers for ink, _ in layer.inks for role, _ in ink.spans}
    return sorted({layer.role for layer in layers} | pieces)


def _group(layer: Layer) -> str:
    inks, classes = layer.inks, text(f"{layer.role} {layer.also}".strip())
    attributes = f' class="{classes}"' + (f' text-anchor="{layer.anchor}"' if layer.anchor != "start" else "")
    if inks[0][0].tag in ("path", "lines"):
        return f'<path{attributes} d="{"".join(_path(ink) for ink, _ in inks)}"/>'
    if inks[0][0].tag == "tiles":
        return f'<path{attributes} d="{"".join(_tiles(ink.at) for ink, _ in inks)}"/>'
    elements = [_rect(ink) if ink.tag == "rect" else _text(ink, more) for ink, more in inks]
    return f"<g{attributes}>{''.join(elements)}</g>"


def _rect(ink: Ink) -> str:
    x, y, width, height, radius = map(short, ink.at)
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>'


def _tiles(at: tuple[float, ...]) -> str:
    """Rectangles as one path."""
    places = zip(*[iter(map(short, at))] * 4, strict=True)
    return "".join(f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in places)


def _text(ink: Ink, more: str) -> str:
    x, y = map(short, ink.at)
    tooltip = f"<title>{text(more)}</title>" if more else ""
    return f'<text x="{x}" y="{y}">{tooltip}{_spans(ink.spans)}</text>'


def _spans(spans: Spans) -> str:
    return "".join(
        f'<tspan class="{text(role)}">{text(part)}</tspan>' if role else text(part) for role, part in spans if part
    )


def _path(ink: Ink) -> str:
    """The way of the pen, relative to where it stands: short, and exact to a hundredth."""
    grid = [round(100 * value) for value in ink.at]
    points = list(zip(grid[::2], grid[1::2], strict=True))
    return _curves(points) if ink.tag == "path" else _strokes(points)


def _curves(points: list[tuple[int, int]]) -> str:
    parts = ["M", _pairs(points[:1])]
    for place in range(0, len(points) - 3, 3):
        x, y = points[place]
        steps = [(x2 - x, y2 - y) for x2, y2 in points[place + 1 : place + 4]]
        level = all(dy == 0 for _, dy in steps)
        parts += ["h", short(steps[-1][0] / 100)] if level else ["c", _pairs(steps)]
    return "".join(parts)


def _strokes(points: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    for place in range(0, len(points), 2):
        (x, y), (x2, y2) = points[place : place + 2]
        if place == 0 or points[place - 1] != (x, y):
            parts += ["M", _pairs([(x, y)])]
        parts += ["l", _pairs([(x2 - x, y2 - y)])]
    return "".join(parts)


def _pairs(points: list[tuple[int, int]]) -> str:
    return " ".join(short(value / 100) for point in points for value in point).replace(" -", "-")


def short(value: float) -> str:
    """Return at most two decimals, nothing needless: ``12``, ``0.5``, ``-3.25``."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def _css(roles: list[str], theme: str = "auto") -> str:
    """Fixed colours, for programs that know no variables; then the dark ones, where the reader's system is dark."""
    light, dark = (_fixed_css(shade, roles) for shade in (0, 1))
    first = (dark if theme == "dark" else light).replace("\n", "")
    base = f".advis{{font-family:{SANS}}}.advis tspan{{unicode-bidi:isolate}}{first}"
    if theme != "auto":
        return base
    return base + "@media(prefers-color-scheme:dark){" + "".join(map(_coloured, dark.splitlines())) + "}"


def _coloured(rule: str) -> str:
    """The part of a rule that speaks of colours: the rest is the same in the dark."""
    selector, _, style = rule.rstrip("}").partition("{")
    colours = ";".join(declaration for declaration in style.split(";") if "#" in declaration)
    return f"{selector}{{{colours}}}" if colours else ""


def _fixed_css(shade: int, roles: list[str]) -> str:
    css = ink_css(lambda name: COLOURS[name][shade], ".advis ", roles)
    return f".advis .paper{{fill:{COLOURS['paper'][shade]}}}\n{css}"
