"""A film as HTML: a fragment for a notebook's output, or a whole page. A picture and text first, upgraded to a player.

Without scripts (off, or stripped from an untrusted notebook) the picture and the text remain. With them, each place
that carries the film's digest gets a player of its own in a shadow root. Nothing is asked of any host.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from advis.films.film import Film
from advis.films.theme import COLOURS
from advis.media.player import inline_json, needs_of, player_module
from advis.media.svg import checked_step, svg, text

MOST_DETAILED = 40
"""A picture that stands in for the player of a larger drawing is an outline: small type could not be read."""

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What a page may load and run: only what it holds itself."""


def fragment(film: Film, told: str, step: int = 0) -> str:
    """Return a film as a piece of HTML, for the ``text/html`` of a notebook's output.

    Parameters
    ----------
    film : Film
        What to show.
    told : str
        The same as text; it stays readable where scripts do not run.
    step : int
        Where the player starts. The picture without a player shows this step, or the last one for 0.

    Examples
    --------
    >>> piece = fragment(Film("tape", "f(x) < 1"), "x = 2")
    >>> piece.startswith('<div data-advis="'), "<pre>x = 2</pre>" in piece, "f(x) < 1" in piece
    (True, True, False)
    """
    checked_step("fragment", film, step)
    return f"{place(film, told, step)}\n{_script([film])}\n"


def page(films: Iterable[tuple[Film, str]], title: str, step: int = 0) -> str:
    """Return a standalone page, one player below the other, that works from a file and asks nothing of any host.

    Examples
    --------
    >>> "<title>Two &amp; three</title>" in page([(Film("tape", "f"), "x = 2")], "Two & three")
    True
    """
    shown = list(films)
    for film, _ in shown:
        checked_step("page", film, step)
    places = "\n".join(place(film, told, step, alone=len(shown) == 1) for film, told in shown)
    heading = f"<h1{' class=alone' if len(shown) == 1 else ''}>{text(title)}</h1>\n"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{_page_css()}</style>\n</head>\n<body>\n"
        f"<main>\n{heading}{places}\n</main>\n{_script([film for film, _ in shown])}\n</body>\n</html>\n"
    )


def place(film: Film, told: str, step: int = 0, alone: bool = False) -> str:
    """Return the element that the script upgrades: picture, text, and the film as JSON."""
    start = (f' data-step="{step}"' if step else "") + (" data-alone" if alone else "")
    return (
        f'<div data-advis="{film.digest}"{start}>\n{_picture(film, step)}'
        f"<details><summary>{text(film.title)} as text</summary><pre>{text(told)}</pre></details>\n"
        f'<script type="application/json">{inline_json(film.to_json())}</script>\n</div>'
    )


def _picture(film: Film, step: int) -> str:
    if not any(scene.kind == "drawing" for scene in film.scenes):
        return ""
    boxes = sum(mark.kind == "box" for scene in film.scenes for mark in scene.marks)
    data = base64.b64encode(svg(film, step or None, outline=boxes > MOST_DETAILED).encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{text(_alternative(film))}" style="max-width:100%">\n'


def _alternative(film: Film) -> str:
    described = [scene.description for scene in film.scenes if scene.kind == "drawing" and scene.description]
    return described[0] if described else film.title


def _script(films: list[Film]) -> str:
    calls = "".join(f'upgrade("{digest}", STYLE);\n' for digest in dict.fromkeys(film.digest for film in films))
    return f'<script type="module">\n{player_module(needs_of(films))}{calls}</script>'


def _page_css() -> str:
    (paper, paper_dark), (ink, ink_dark) = COLOURS["paper"], COLOURS["ink"]
    return (
        f"body{{margin:0;padding:18px;background:{paper};color:{ink};font:16px/1.5 system-ui,sans-serif}}"
        "[data-advis]{margin:0 auto 24px;max-width:1440px}[data-alone]{margin-bottom:0}"
        "h1{font-size:22px;max-width:1440px;margin:0 auto 16px}"
        # heard, not seen: the player has the title already
        ".alone{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
        f"@media(prefers-color-scheme:dark){{body{{background:{paper_dark};color:{ink_dark}}}}}"
    )
