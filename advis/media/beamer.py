"""A film as a Beamer document: one frame, whose overlays are the steps.

What looks the same at several steps is set once, in a box; the frame only says which boxes a step shows. So 60
steps are compiled in seconds, and the source holds nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advis.films.film import Film, Ink
from advis.films.metrics import shortened
from advis.films.theme import depth
from advis.media.picture import TITLE, Picture, picture
from advis.media.svg import checked_step
from advis.media.tex import tex_sentence
from advis.media.tikz import bounds, commands, head, length, titles

WIDE, HIGH = 430.0, 200.0
"""The room for a picture on a slide of 16 to 9 below its title, in big points."""

LONGEST = 560.0
"""How wide a frame's title may become, in pixels, before it is cut."""

Layer = tuple[tuple[int, ...], list[Ink]]
"""Inks of one depth, and the steps at which they are seen."""


def beamer(
    film: Film,
    steps: Iterable[int] | None = None,
    panes: Sequence[str] = ("graph", "say"),
    theme: str = "light",
) -> str:
    r"""Return a film as a Beamer document: a frame with an overlay for each step.

    Parameters
    ----------
    film : Film
    steps : iterable of int, optional
        Which steps, in this order; all if left out.
    panes : sequence of str
        What is shown, of `advis.media.picture.PANES`.
    theme : {"light", "dark"}

    Raises
    ------
    ValueError
        If there is no such step, pane or theme, or no step at all.

    Examples
    --------
    >>> import advis as av
    >>> document = beamer(av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0).reverse().film())
    >>> [line for line in document.splitlines() if line.startswith("\\only<1>")]  # doctest: +ELLIPSIS
    ['\\only<1>{...}%']
    """
    chosen = [checked_step("beamer", film, step) for step in (range(film.steps + 1) if steps is None else steps)]
    if not chosen:
        raise ValueError("beamer: steps=[] holds no step; name some, or leave it out for all")
    shown = [picture(film, step, panes) for step in chosen]
    layers = _layers(shown)
    pixel = min(1.0, WIDE / shown[0].width, HIGH / shown[0].height)
    return "\n".join(
        [
            "\\documentclass[aspectratio=169]{beamer}",
            "\\usefonttheme[onlymath]{serif}",
            "\\setbeamertemplate{navigation symbols}{}",
            "\\setbeamersize{text margin left=4mm,text margin right=4mm}",
            *head([ink for _, inks in layers for ink in inks], theme),
            "\\setbeamercolor{background canvas}{bg=advis-paper}",
            "\\setbeamercolor{frametitle}{fg=advis-ink}",
            *_MACROS,
            "\\begin{document}",
            length(pixel),
            f"\\def\\advisbounds{{{bounds(shown[0])}}}",
            *_boxes(layers),
            f"\\begin{{frame}}{{{tex_sentence(shortened(film.title, TITLE, LONGEST))}}}",
            "\\centering",
            *_overlays(shown[0], layers, len(chosen)),
            "\\end{frame}",
            "\\end{document}",
            "",
        ]
    )


_MACROS = (
    r"\newcommand\advislayer[2]{\ifcsname advis#1\endcsname\else",
    r"  \expandafter\newsavebox\csname advis#1\endcsname\fi",
    r"  \expandafter\sbox\csname advis#1\endcsname{%",
    r"    \begin{tikzpicture}[x=\px,y=-\px]\advisbounds#2\end{tikzpicture}}}",
    r"\newcommand\advisshow[1]{\rlap{\expandafter\usebox\csname advis#1\endcsname}}",
)
"""What sets a layer into a box, and shows it: all boxes have the size of the picture, so they lie on each other."""


def _layers(shown: Sequence[Picture]) -> list[Layer]:
    """All inks, once each, by their depth and by the steps that show them, from the back to the front."""
    seen: dict[Ink, list[int]] = {}
    for place, one in enumerate(shown):
        for ink in dict.fromkeys(one.inks):
            seen.setdefault(ink, []).append(place)
    layers: dict[tuple[int, tuple[int, ...]], list[Ink]] = {}
    for ink, places in seen.items():
        layers.setdefault((depth(ink.role), tuple(places)), []).append(ink)
    return _joined((steps, inks) for (_, steps), inks in sorted(layers.items(), key=lambda item: item[0][0]))


def _joined(layers: Iterable[Layer]) -> list[Layer]:
    """Layers that lie on each other and are seen at the same steps are one."""
    joined: list[Layer] = []
    for steps, inks in layers:
        if joined and joined[-1][0] == steps:
            joined[-1][1].extend(inks)
        else:
            joined.append((steps, list(inks)))
    return joined


def _boxes(layers: Sequence[Layer]) -> Iterator[str]:
    named = titles(ink for _, inks in layers for ink in inks)
    for number, (_, inks) in enumerate(layers):
        yield f"\\advislayer{{{number}}}{{%"
        yield from commands(inks, named)
        yield "}"


def _overlays(shown: Picture, layers: Sequence[Layer], count: int) -> Iterator[str]:
    """For each step the layers that it shows, in a place as wide as the picture."""
    for place in range(count):
        seen = "".join(f"\\advisshow{{{number}}}" for number, (places, _) in enumerate(layers) if place in places)
        yield f"\\only<{place + 1}>{{\\makebox[{shown.width:.5g}\\px][l]{{{seen}}}}}%"
