"""A step of a film as a LaTeX document with TikZ: geometry, texts and colours of the SVG, labels as mathematics.

Every role is a TikZ style and every colour has its name, so that a reader can change the look at the head of the file.
All lengths are multiples of ``\\px``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from advis.films.draw import FIRST_ROW, NUMBER_SIZE, TITLE, VOICES
from advis.films.draw import ROW as NEXT_ROW
from advis.films.film import Film, Ink, spelled
from advis.films.theme import COLOURS, SPANS, look, rules
from advis.media.picture import MONO, Picture, picture
from advis.media.svg import checked_step, short
from advis.media.tex import MACROS, tex_label, tex_spans

PIXEL = 0.75
"""A pixel of the drawing, in big points."""

LARGEST = 14_000.0
"""A page is at most so many big points wide and high; a larger picture is made smaller."""

TYPEWRITER = 0.525
"""Width of a letter of Latin Modern Mono, in its size: code is set so that it has the columns of the drawing."""

NAMES = 1.05
"""Size of a name, in that of the letters around it."""

_WORDS = frozenset().union(*(words for words, _ in rules()))
Titles = dict[tuple[float, ...], str]
_ANCHORS = {"start": "start", "middle": "middle", "end": "end"}


def tikz(
    film: Film,
    step: int | None = None,
    panes: Sequence[str] = ("graph",),
    theme: str = "light",
    font_size: float | None = None,
) -> str:
    r"""Return a film at a step as a LaTeX document of its own, to be compiled or to be copied from.

    Parameters
    ----------
    film : Film
    step : int, optional
        From 0 to ``film.steps``; the last one if left out.
    panes : sequence of str
        What is shown, of `advis.media.picture.PANES`.
    theme : {"light", "dark"}
    font_size : float, optional
        Size of the numbers in the boxes, in big points; the whole picture follows. 11.25 if left out.

    Raises
    ------
    ValueError
        If there is no such step, pane or theme, or the size is not positive.

    Examples
    --------
    >>> import advis as av
    >>> document = tikz(av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0).reverse().film(), 1)
    >>> [line for line in document.splitlines() if "bar{x}" in line][0]
    '\\node[label adjoint,start] at (26,82) {$\\bar{x}_{1}$ adjoint};'
    """
    shown = picture(film, checked_step("tikz", film, step), panes)
    pixel = min(_pixel(font_size), LARGEST / max(shown.width, shown.height))
    drawn = [
        "\\begin{tikzpicture}[x=\\px,y=-\\px]",
        bounds(shown, "fill=advis-paper,"),
        *commands(shown.inks, titles(shown.inks)),
        "\\end{tikzpicture}",
    ]
    return "\n".join(
        [
            "\\documentclass{standalone}",
            *head(shown.inks, theme),
            "\\begin{document}%",
            length(pixel),
            *drawn,
            "\\end{document}",
            "",
        ]
    )


def _pixel(font_size: float | None) -> float:
    if font_size is None:
        return PIXEL
    if not font_size > 0:
        raise ValueError(f"tikz: font_size={font_size!r} is no size; give points, such as font_size=10")
    return font_size / NUMBER_SIZE


def head(inks: Iterable[Ink], theme: str) -> list[str]:
    """Return what stands before the document: packages, colours, and a style for each role in use."""
    if theme not in ("light", "dark"):
        raise ValueError(f"tikz: theme={theme!r} is not known; choose 'light' or 'dark'")
    dark = theme == "dark"
    roles = sorted({_role(ink.role) for ink in inks} - {""})
    return [
        "\\usepackage[T1]{fontenc}",
        "\\usepackage{lmodern,tikz}",
        "\\ifdefined\\px\\else\\newlength\\px\\fi",
        *(f"\\definecolor{{{_colour(name)}}}{{HTML}}{{{both[dark][1:].upper()}}}" for name, both in COLOURS.items()),
        *_pieces(),
        "\\tikzset{every node/.style={inner sep=0pt,font=\\sffamily},",
        "  start/.style={anchor=base west},middle/.style={anchor=base},end/.style={anchor=base east},",
        *(f"  {role}/.style={{{_style(role, dark)}}}," for role in roles),
        "}",
    ]


def length(pixel: float) -> str:
    """Return what makes a pixel so many big points."""
    return f"\\setlength\\px{{{pixel:.5g}bp}}%"


def _colour(name: str) -> str:
    return f"advis-{name}"


def _pieces() -> Iterator[str]:
    """The commands for pieces of a text."""
    yield "\\makeatletter"
    for word, css in SPANS:
        style = dict(pair.split(":", 1) for pair in css.split(";"))
        if word == "name":
            sized = f"\\fontsize{{{NAMES}\\dimexpr\\f@size pt}}{{0pt}}\\selectfont"
            yield f"\\providecommand\\{MACROS[word]}[1]{{{{{sized}$#1$}}}}"
            continue
        bold = "\\bfseries\\boldmath" if "font-weight" in style else ""
        colour = f"\\color{{{_colour(style['fill'][1:])}}}" if "fill" in style else ""
        yield f"\\providecommand\\{MACROS[word]}[1]{{{{{colour}{bold}\\relax#1}}}}"  # \\color would take a space
    yield "\\makeatother"


def _role(role: str) -> str:
    """The words of a role that have a look: they name its style."""
    return " ".join(word for word in role.split() if word in _WORDS)


def _style(role: str, dark: bool) -> str:
    """What a role looks like, in the options of TikZ."""
    style = look(role, dark)
    return ",".join(_letters(style, dark) if "font-size" in style else _strokes(style, dark))


def _strokes(style: dict[str, str], dark: bool) -> Iterator[str]:
    fill, stroke = style.get("fill", "none"), style.get("stroke", "none")
    if fill != "none":
        yield f"fill={_named(fill, dark)}"
        if "fill-opacity" in style:
            yield f"fill opacity={style['fill-opacity']}"
    if stroke != "none":
        yield f"draw={_named(stroke, dark)},line width={style.get('stroke-width', '1')}\\px"
        if "stroke-opacity" in style:
            yield f"draw opacity={style['stroke-opacity']}"
        for option in ("linecap", "linejoin"):
            if f"stroke-{option}" in style:
                yield f"{option.replace('line', 'line ')}={style[f'stroke-{option}']}"
        if "stroke-dasharray" in style:
            on, off = style["stroke-dasharray"].split()
            yield f"dash pattern=on {on}\\px off {off}\\px"


def _letters(style: dict[str, str], dark: bool) -> Iterator[str]:
    yield f"text={_named(style.get('fill', COLOURS['ink'][dark]), dark)}"
    size, face = float(style["font-size"].removesuffix("px")), "\\sffamily"
    if "monospace" in style.get("font-family", ""):
        size, face = size * MONO / TYPEWRITER, "\\ttfamily"
    elif style.get("font-style") == "italic":
        face = "\\rmfamily\\itshape"
    weight = "\\bfseries\\boldmath" if style.get("font-weight", "400") in ("600", "700") else ""
    yield f"font=\\fontsize{{{size:.5g}\\px}}{{{size:.5g}\\px}}{face}{weight}"
    if "stroke-width" in style:  # paper behind the letters, so that a line may pass behind them
        yield f"fill={_colour('paper')},inner sep=1.5\\px"


def _named(shade: str, dark: bool) -> str:
    """The name of a colour of the theme."""
    return _colour(next(name for name, both in COLOURS.items() if both[dark] == shade))


def bounds(shown: Picture, options: str = "") -> str:
    """Return what makes a drawing as large as the picture."""
    return f"\\path[{options}use as bounding box] (0,0) rectangle ({short(shown.width)},{short(shown.height)});"


def titles(inks: Iterable[Ink]) -> Titles:
    """Return the names of boxes by where they stand; of a place with several names none."""
    found: dict[tuple[float, ...], set[str]] = {}
    for ink in inks:
        if ink.role.startswith("title"):
            found.setdefault(ink.at, set()).add(spelled(ink.spans[:1]))
    return {at: names.pop() for at, names in found.items() if len(names) == 1}


def commands(inks: Iterable[Ink], named: Titles) -> list[str]:
    """Return what draws these inks, one after the other; neighbours of one look share a path.

    Parameters
    ----------
    inks : iterable of Ink
    named : dict
        The `titles` of the picture.

    Examples
    --------
    >>> line, text = Ink("lines", "axis", (0.0, 5.0, 9.5, 5.0)), Ink("text", "tick", (3.0, 4.0), (("", "50%"),), "end")
    >>> commands([line, text], {})
    ['\\\\path[axis] (0,5)--(9.5,5);', '\\\\node[tick,end] at (3,4) {50\\\\%};']
    """
    drawn = []
    inks = [ink for ink in inks if look(ink.role).get("display") != "none"]
    for (tag, role, radius), group in groupby(inks, key=_shared):
        if tag == "text":
            drawn += [_text(ink, named) for ink in group]
        else:
            options = ",".join(filter(None, [role, f"rounded corners={short(radius)}\\px" if radius else ""]))
            drawn.append(f"\\path[{options}] {' '.join(_WAYS[tag](ink.at) for ink in group)};")
    return drawn


def _shared(ink: Ink) -> tuple[str, str, float]:
    """What inks on one path have in common."""
    radius = min(ink.at[4], ink.at[2] / 2, ink.at[3] / 2) if ink.tag == "rect" else 0.0
    return ink.tag, _role(ink.role), radius


def _text(ink: Ink, named: Titles) -> str:
    first, said, (x, y) = ink.role.split()[0], spelled(ink.spans), ink.at
    if said in VOICES.values():
        rows = (y - FIRST_ROW + TITLE - NEXT_ROW * row for row in range(len(VOICES)))
        name = next((named[x, top] for top in rows if (x, top) in named), "v" if first == "heading" else "")
        written = tex_label(said, name)
    else:
        written = tex_spans(ink.spans, mathematics=first != "code")
    options = ",".join(filter(None, [_role(ink.role), _ANCHORS.get(ink.anchor, "start")]))
    return f"\\node[{options}] at ({short(x)},{short(y)}) {{{written}}};"


def _rectangle(at: Sequence[float]) -> str:
    left, top, width, height = at[:4]
    return f"({short(left)},{short(top)}) rectangle ++({short(width)},{short(height)})"


def _tiles(at: Sequence[float]) -> str:
    return " ".join(_rectangle(at[place : place + 4]) for place in range(0, len(at), 4))


def _curve(at: Sequence[float]) -> str:
    points = _points(at)
    pieces = (points[place : place + 3] for place in range(1, len(points) - 2, 3))
    return points[0] + "".join(f"..controls{a}and{b}..{c}" for a, b, c in pieces)


def _lines(at: Sequence[float]) -> str:
    points = _points(at)
    written = ""
    for place in range(0, len(points), 2):
        start, end = points[place : place + 2]
        written += f"--{end}" if place and points[place - 1] == start else f" {start}--{end}"
    return written.strip()


_WAYS = {"rect": _rectangle, "tiles": _tiles, "path": _curve, "lines": _lines}
"""The way of the pen for each kind of ink."""


def _points(at: Sequence[float]) -> list[str]:
    return [f"({short(x)},{short(y)})" for x, y in zip(at[::2], at[1::2], strict=True)]
