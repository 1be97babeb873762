"""The player's code and style, put together from the files in ``static`` for a page or a widget.

Relative imports do not resolve in a page or a blob, so the modules are joined: indentation, lines of comment and of
import fall away, and ``export`` before a declaration. An import therefore stands on one line, no line of code starts
with ``*``, and no text goes over several lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from advis.films.draw import families
from advis.films.film import Film, Group
from advis.films.theme import COLOURS, RARE, ink_css, palette_css

_MODULES = (
    *("film", "choices", "elements", "cast", "drawing", "panes", "surroundings", "player"),
    *("groups", "tabs", "chooser", "mount", "renew", "drag", "live"),
)
"""The modules of the player in the order in which they are joined: what extends the player stands after it."""

_HOST = {
    "paper": "var(--jp-layout-color0,var(--vscode-editor-background,{}))",
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
    live : bool
        Whether the kernel sends one film after the other, and inputs can be moved by hand: see `advis.explore`.
    """

    words: frozenset[str] | None = None
    groups: bool = True
    tabs: bool = True
    choices: bool = True
    live: bool = False

    def cover(self, other: Needs) -> bool:
        """Whether a player with these needs can show what asks for others."""
        words = self.words is None or (other.words is not None and other.words <= self.words)
        parts = ("groups", "tabs", "choices", "live")
        return words and all(getattr(self, part) or not getattr(other, part) for part in parts)


def needs_of(films: Iterable[Film]) -> Needs:
    """Return what films ask of a player.

    Examples
    --------
    >>> needs_of([Film("tape", "f")])
    Needs(words=frozenset({'off'}), groups=False, tabs=False, choices=False, live=False)
    """
    shown = list(films)
    marks = [mark for film in shown for scene in film.scenes if scene.kind == "drawing" for mark in scene.marks]
    choices = any(film.choices for film in shown)
    said = {
        word for film in shown for track in film.tracks.values() for _, state in track for word in state.role.split()
    }
    words = families(marks) | (RARE if choices else RARE & said)
    tabs = choices or any(film.variants for film in shown)
    return Needs(words, any(isinstance(mark, Group) for mark in marks), tabs, choices)


@cache
def player_module(needs: Needs = Needs()) -> str:
    """Return the modules of a page's player as one, after the line that holds the player's style as ``STYLE``.

    What is not needed is left out: the names of missing modules are never looked up.
    """
    return _joined(needs, "page.js")


@cache
def widget_module(needs: Needs = Needs()) -> str:
    """Return the player and what connects it with a kernel as one module, for anywidget."""
    return _joined(needs, "widget.js")


def _joined(needs: Needs, last: str) -> str:
    wanted = {"choices": needs.choices, "chooser": needs.choices, "groups": needs.groups, "tabs": needs.tabs}
    wanted |= dict.fromkeys(("renew", "drag", "live"), needs.live)
    modules = "".join(_bare(f"{name}.js") for name in _MODULES if wanted.get(name, True)) + _bare(last)
    return f"const STYLE = {inline_json(json.dumps(player_css(needs)))};\n{modules}"


def _bare(name: str) -> str:
    """A module's code alone, by the rule at the head of this module."""
    lines = (line.strip() for line in _static(name).splitlines())
    kept = (line for line in lines if line and not re.match(r"//|/\*\*|\*|import\b", line))
    return "".join(f"{re.sub('^export (?!default)', '', line)}\n" for line in kept)


def _static(name: str) -> str:
    return (resources.files("advis.media") / "static" / name).read_text(encoding="utf-8")


@cache
def player_css(needs: Needs = Needs()) -> str:
    """Return the player's style: the colours in light and dark, the inks, the frame around them."""
    parts = ("player", *["groups"] * needs.groups, *["tabs"] * needs.tabs, *["live"] * needs.live)
    frame = "".join(_static(f"{part}.css") for part in parts)
    light, dark = (_hosted(palette_css(dark), dark) for dark in (False, True))
    return f".player{{{light}}}\n.player.dark{{{dark}}}\n{ink_css(words=needs.words)}\n{frame}"


def _hosted(palette: str, dark: bool) -> str:
    """Paper and ink are those of the notebook around the player, where there is one."""
    for name, host in _HOST.items():
        colour = COLOURS[name][dark]
        palette = palette.replace(f"--av-{name}:{colour};", f"--av-{name}:{host.format(colour)};")
    return palette
