"""The player's code and style, put together from the files in ``static`` for a page or a widget.

Relative imports do not resolve in a page or a blob, so the modules are joined: idle space, comments and lines of
import fall away, and ``export`` before a declaration, and names become short. An import therefore stands on one line,
no line of code starts with ``*``, and no text goes over several lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from advis.films.draw import families
from advis.films.film import Box, Film, Group
from advis.films.theme import COLOURS, RARE, ink_css, palette_css
from advis.media.rename import renamed
from advis.media.squeeze import squeezed

_MODULES = (
    *("film", "choices", "elements", "cast", "drawing", "panes", "surroundings", "player"),
    *("spoken", "groups", "tabs", "chooser", "places", "zoom", "search", "views", "magnitude", "details"),
    *("numbers", "reseed", "seeds", "quiz", "mount", "checked", "renew", "drag", "live"),
)
"""The modules of the player in the order in which they are joined: what extends the player stands after it."""
_STYLES = (
    "player",
    "groups",
    "tabs",
    "places",
    "zoom",
    "search",
    "views",
    "magnitude",
    "details",
    "seeds",
    "quiz",
    "live",
)

_CALLED = ("STYLE", "upgrade", "present", "startDeck")
"""The names by which a page calls the player's code."""

FEW = 20
"""So many boxes are seen without zoom, map and search."""
_HOST = {
    "paper": "var(--jp-layout-color0,var(--vscode-editor-background,{}))",
    "line": "var(--jp-border-color2,var(--vscode-panel-border,{}))",
    "ink": "var(--jp-content-font-color1,var(--vscode-editor-foreground,{}))",
}


def inline_json(json_text: str) -> str:
    """Return JSON that can stand inside a script element: no ``</script``, no ``<!--``, no line separators.

    Examples
    --------
    >>> inline_json('{"a":"</script><!--"}')
    '{"a":"\\\\u003c/script>\\\\u003c!--"}'
    """
    return json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@dataclass(frozen=True, slots=True)
class Needs:
    """What the films of a page ask of its player.

    Attributes
    ----------
    words : frozenset of str or None
        The first words of the roles that their inks can have, and the words of their states that are rare: the style of
        others is left out. None: all.
    groups : bool
        Whether there are marks of fixed inks.
    tabs : bool
        Whether there are several ways to play one.
    choices : bool
        Whether there is something to choose.
    blocks : bool
        Whether there are boxes that open.
    many : bool
        Whether a drawing has many boxes.
    views : bool
        Whether there are panes beside a drawing.
    details : bool
        Whether there are nodes whose numbers can be looked at.
    magnitude : bool
        Whether there are tangents or adjoints whose magnitude is told.
    seeds : bool
        Whether there are other outputs, or inputs, to sweep from.
    quiz : bool
        Whether something is asked.
    live : bool
        Whether the kernel sends one film after the other, and inputs can be moved by hand: see `advis.explore`.
    """

    words: frozenset[str] | None = None
    groups: bool = True
    tabs: bool = True
    choices: bool = True
    blocks: bool = True
    many: bool = True
    views: bool = True
    details: bool = True
    magnitude: bool = True
    seeds: bool = True
    quiz: bool = True
    live: bool = False

    def joined(self, other: Needs) -> Needs:
        """What both ask for."""
        words = None if self.words is None or other.words is None else self.words | other.words
        parts = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self) if f.name != "words"}
        return Needs(words, **parts)


def needs_of(films: Iterable[Film]) -> Needs:
    """Return what films ask of a player.

    Examples
    --------
    >>> needs = needs_of([Film("tape", "f")])
    >>> needs.words, needs.tabs, needs.details
    (frozenset({'off'}), False, False)
    """
    shown = list(films)
    marks = [mark for film in shown for scene in film.scenes if scene.kind == "drawing" for mark in scene.marks]
    choices = any(film.choices for film in shown)
    said = {
        word for film in shown for track in film.tracks.values() for _, state in track for word in state.role.split()
    }
    seeds = any("seeds" in film.data for film in shown)
    words = families(marks) | (RARE if choices else RARE & said) | ({"idle"} if seeds else set())
    tabs = choices or any(film.variants for film in shown)
    kinds = {scene.kind for film in shown for scene in film.scenes}
    drawings = (scene for film in shown for scene in film.scenes if scene.kind == "drawing")
    magnitude = any(
        key[-2:] in (".t", ".a") and state.level
        for film in shown
        for key, track in film.tracks.items()
        for _, state in track
    )
    return Needs(
        words,
        groups=any(isinstance(mark, Group) for mark in marks),
        tabs=tabs,
        choices=choices,
        blocks=any(film.blocks for film in shown),
        many=any(sum(isinstance(mark, Box) for mark in scene.marks) > FEW for scene in drawings),
        views=bool(kinds & {"table", "lines"}),
        details="table" in kinds and any(isinstance(mark, Box) for mark in marks),
        magnitude=magnitude,
        seeds=seeds,
        quiz=any("quiz" in film.data for film in shown),
    )


@cache
def player_module(needs: Needs = Needs()) -> str:
    """Return the modules of a page's player as one, after the line that holds the player's style as ``STYLE``.

    What is not needed is left out: the names of missing modules are never looked up.
    """
    return _joined(needs, ["page.js"])


@cache
def widget_module(needs: Needs = Needs()) -> str:
    """Return the player and what connects it with a kernel as one module, for anywidget."""
    return _joined(needs, ["widget.js"])


@cache
def slides_module(needs: Needs = Needs(), deck: bool = False) -> str:
    """Return the player and what ties it to the fragments of slides as one module; a deck has what runs it too."""
    return _joined(needs, ["slides.js", *["deck.js"] * deck], slides=True)


def _joined(needs: Needs, last: list[str], slides: bool = False) -> str:
    wanted = _optional(needs)
    modules = "".join(_bare(f"{name}.js") for name in _MODULES if wanted.get(name, True)) + "".join(map(_bare, last))
    style = player_css(needs) + slides * re.sub(r"\n *", "", static("slides.css"))
    return f"const STYLE={inline_json(json.dumps(style))};\n{renamed(modules, kept=_CALLED)}"


def _optional(needs: Needs) -> dict[str, bool]:
    """The modules and styles that not every page carries, and whether this one does."""
    choosing = dict.fromkeys(("choices", "chooser"), needs.choices)
    named = {name: getattr(needs, name) for name in ("groups", "tabs", "views", "magnitude", "details", "quiz")}
    named |= dict.fromkeys(("renew", "drag", "live"), needs.live)
    named |= dict.fromkeys(("numbers", "reseed", "seeds"), needs.seeds)
    found = {"places": needs.blocks, "zoom": needs.many, "search": needs.many or needs.blocks}
    return {**choosing, **named, **found}


@cache
def _bare(name: str) -> str:
    """A module's code alone, by the rule at the head of this module."""
    lines = (line.strip() for line in static(name).splitlines())
    kept = (line for line in lines if line and not re.match(r"//|/\*\*|\*|import\b", line))
    return squeezed("".join(f"{re.sub('^export (?!default)', '', line)}\n" for line in kept)) + "\n"


def static(name: str) -> str:
    """Return a file of the folder ``static``."""
    return (resources.files("advis.media") / "static" / name).read_text(encoding="utf-8")


@cache
def player_css(needs: Needs = Needs()) -> str:
    """Return the player's style: the colours in light and dark, the inks, the frame around them."""
    wanted = _optional(needs)
    frame = "".join(static(f"{part}.css") for part in _STYLES if wanted.get(part, True))
    light, dark = (_hosted(palette_css(dark), dark) for dark in (False, True))
    css = f".player{{{light}}}\n.player.dark{{{dark}}}\n{ink_css(words=needs.words, own=True)}\n{frame}"
    return re.sub(r"\n *", "", css)


def _hosted(palette: str, dark: bool) -> str:
    """Paper and ink are those of the notebook around the player, where there is one."""
    for name, host in _HOST.items():
        colour = COLOURS[name][dark]
        palette = palette.replace(f"--av-{name}:{colour};", f"--av-{name}:{host.format(colour)};")
    return palette
