"""A deck of slides in one file that needs no network: Markdown, and films whose steps are the fragments of a slide."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advis.autodiff.shown import Shown
from advis.films.film import Film
from advis.films.theme import palette_css
from advis.media.html import POLICY, place
from advis.media.markdown import Said, html_of, slides_of
from advis.media.picture import check_panes
from advis.media.player import needs_of, slides_module, static
from advis.media.save import write_whole
from advis.media.svg import text

WIDTH, HEIGHT = 1040, 585
"""A slide in pixels; the browser scales it to the screen."""
THEMES = ("auto", "light", "dark")
PANES = ("graph", "trace", "source", "say")
PANES_SHOWN = ("graph", "say")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands on a slide: Markdown, or a film with its text."""

    said: Said | None = None
    film: Film | None = None
    told: str = ""


def deck(
    items: Sequence[Any],
    path: str | os.PathLike[str],
    title: str = "",
    theme: str = "auto",
    panes: Sequence[str] = PANES_SHOWN,
) -> Path:
    r"""Write slides to one HTML file that works without a network.

    Arrow keys play what is shown, step after step, and then go on to the next slide; ``O`` gives the overview, ``S``
    the speaker's notes, ``D`` a dark room, ``F`` the full screen. Opened with ``?print-pdf`` at the end of the
    address, the deck prints to a PDF with one page for each step.

    Parameters
    ----------
    items : sequence
        One after the other: Markdown (``$…$`` and ``$$…$$`` are mathematics, a line ``---`` begins another slide, what
        follows ``Note:`` is for the speaker alone), or anything of advis that can be shown. A tuple puts several of
        these on one slide.
    path : str or path
        The file, such as ``"lecture.html"``.
    title : str, optional
        What the browser's window is called; the first heading if left out.
    theme : {"auto", "light", "dark"}
        Colours that follow the system, or fixed ones.
    panes : sequence of {"graph", "trace", "source", "say"}
        What is shown of an object that has a drawing: the drawing and the sentence below it are read from the last row.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    TypeError
        For an item that cannot be shown; the message says which one, and of what type it is.
    ValueError
        For a deck without slides, mathematics that cannot be read, an image that is no file, or an unknown theme.
    ImportError
        Without the packages of the extra ``slides``.
    OSError
        If the folder is missing or cannot be written; nothing is left half written.

    Examples
    --------
    >>> import tempfile
    >>> import advis as av
    >>> sweep = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     av.deck(["# Reverse mode", ("## One product\nNote: $\\bar a$ first", sweep)], f"{folder}/lecture.html").name
    'lecture.html'
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"deck: path={str(target)!r} does not end in .html")
    return write_whole(target, deck_page(items, title, theme, panes).encode(), "deck")


def deck_page(items: Sequence[Any], title: str = "", theme: str = "auto", panes: Sequence[str] = PANES_SHOWN) -> str:
    """Return the page of a deck; see `deck`."""
    if theme not in THEMES:
        raise ValueError(f"deck: theme={theme!r} is not known; choose one of {', '.join(THEMES)}")
    slides = slide_parts("deck", items)
    sections = "\n".join(_section(where, parts, panes) for where, parts in slides)
    films = [part.film for _, parts in slides for part in parts if part.film is not None]
    chosen = "" if theme == "auto" else f' data-theme="{theme}"'
    light, dark = palette_css(False), palette_css(True)
    colours = (
        f":root{{{light}}}:root[data-theme=dark]{{{dark}}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"{chosen}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title or _first_heading(slides))}</title>\n<style>{static('vendor/reveal/reveal.css')}</style>\n"
        f"<style>{colours}\n{static('deck.css')}</style>\n"
        f'<style media="not all" id="speaker">{colours}\n{static("speaker.css")}</style>\n</head>\n<body>\n'
        f'<div class="reveal">\n<div class="slides">\n{sections}\n</div>\n</div>\n'
        f"<script>{_library()}</script>\n"
        f'<script type="module">\n{slides_module(needs_of(films), deck=True)}'
        f"startDeck(STYLE, {WIDTH}, {HEIGHT});\n</script>\n"
        f"</body>\n</html>\n"
    )


def slide_parts(caller: str, items: Sequence[Any]) -> list[tuple[str, list[Part]]]:
    """Return what stands on each slide, with the place of its item in words; raise where an item cannot be shown."""
    if isinstance(items, (str, Shown)):
        items = [items]
    slides: list[tuple[str, list[Part]]] = []
    for number, item in enumerate(items):
        where = f"{caller}: items[{number}]"
        if isinstance(item, str):
            slides += [(where, [Part(said)]) for said in slides_of(item)]
        elif isinstance(item, tuple):
            slides.append((where, [_part(f"{where}[{k}]", one) for k, one in enumerate(item)]))
        else:
            slides.append((where, [_part(where, item)]))
    if not slides:
        raise ValueError(f"{caller}: items=[] has nothing to show; give Markdown, or something that advis can show")
    return slides


def _part(where: str, item: Any) -> Part:
    if isinstance(item, str):
        said = [one for one in slides_of(item) if one.text or one.notes]
        return Part(Said("\n\n".join(one.text for one in said), "\n\n".join(one.notes for one in said if one.notes)))
    if isinstance(item, Shown):
        return Part(film=item.film(), told=str(item))
    kind = type(item).__name__
    raise TypeError(
        f"{where} is of type {kind}, which cannot be shown; an item is Markdown text, an object of advis such as a "
        f"tape or a sweep, or a tuple of these for one slide"
    )


def _section(where: str, parts: list[Part], panes: Sequence[str]) -> str:
    shows = any(part.film is not None for part in parts)
    try:
        inside = "".join(
            stepped(part.film, part.told, panes) if part.film is not None else _prose(part.said) for part in parts
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    return f"<section{' class=shows' if shows else ''}>\n{inside}</section>"


def _prose(said: Said | None) -> str:
    if said is None:
        return ""
    notes = f'<aside class="notes">{html_of(said.notes)}</aside>\n' if said.notes else ""
    return html_of(said.text) + notes


def stepped(film: Film, told: str, panes: Sequence[str] = PANES_SHOWN) -> str:
    """Return a film's place on a slide, and beside it one fragment for each of its steps.

    Raises
    ------
    ValueError
        For a pane that is not known.

    Examples
    --------
    >>> stepped(Film("tape", "f", steps=3), "x = 2").count('class="fragment"')
    3
    """
    check_panes(panes, PANES)
    title = text(f"{film.title}, {film.subtitle}" if film.subtitle else film.title)
    fragments = '<i class="fragment"></i>' * film.steps
    place_and_steps = f"{place(film, told)}{fragments}"
    shown = " ".join(panes)
    return f'<div class="advis-steps" data-title="{title}" data-panes="{shown}">\n{place_and_steps}\n</div>\n'


def _first_heading(slides: list[tuple[str, list[Part]]]) -> str:
    for _, parts in slides:
        for part in parts:
            found = re.search(r"^#+[ \t]+(.+)$", part.said.text if part.said else "", re.MULTILINE)
            if found:
                return found[1].strip()
            if part.film is not None:
                return part.film.title
    return "Slides"


def _library() -> str:
    """The code of reveal.js, without the address of a map of it that is not here."""
    return re.sub(r"\n//# sourceMappingURL=\S*", "", static("vendor/reveal/reveal.js"))
