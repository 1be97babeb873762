"""The player's code and style, put together from the files in ``static`` for a page or a widget.

Relative imports do not resolve in a page or a blob, so the modules are joined: indentation, lines of comment and of
import fall away, and ``export`` before a declaration. An import therefore stands on one line, no line of code starts
with ``*``, and no text goes over several lines.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

from advis.films.theme import COLOURS, ink_css, palette_css

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


@cache
def player_module(families: frozenset[str] | None = None, choosing: bool = True) -> str:
    """Return the modules of the player as one, after the line that holds the player's style as ``STYLE``.

    A page that knows its films leaves out what they do not need: the style of other inks, and the law of choices.
    """
    modules = "".join(_bare(name) for name in ("film.js", *["choices.js"] * choosing, "player.js"))
    return f"const STYLE = {inline_json(json.dumps(player_css(families)))};\n{modules}"


@cache
def widget_module() -> str:
    """Return the player and what connects it with a kernel as one module, for anywidget."""
    return player_module() + _bare("widget.js")


def _bare(name: str) -> str:
    """A module's code alone, by the rule at the head of this module."""
    lines = (line.strip() for line in _static(name).splitlines())
    kept = (line for line in lines if line and not re.match(r"//|/\*\*|\*|import\b", line))
    return "".join(f"{re.sub('^export (?!default)', '', line)}\n" for line in kept)


def _static(name: str) -> str:
    return (resources.files("advis.media") / "static" / name).read_text(encoding="utf-8")


@cache
def player_css(families: frozenset[str] | None = None) -> str:
    """Return the player's style: the colours in light and dark, the inks (all, or some), the frame around them."""
    light, dark = (_hosted(palette_css(dark), dark) for dark in (False, True))
    return f".player{{{light}}}\n.player.dark{{{dark}}}\n{ink_css(families=families)}\n{_static('player.css')}"


def _hosted(palette: str, dark: bool) -> str:
    """Paper and ink are those of the notebook around the player, where there is one."""
    for name, host in _HOST.items():
        colour = COLOURS[name][dark]
        palette = palette.replace(f"--av-{name}:{colour};", f"--av-{name}:{host.format(colour)};")
    return palette
