"""The look: colours in light and dark, fonts, and the one table from ink roles to fills, strokes and sizes.

A film speaks of roles; only this module says what they look like. The table is a cascade as in CSS: a rule holds for
an ink whose role has all the words of the rule, and a later rule overrides an earlier one. Its order is also the order
of painting, from the back to the front. ``@name`` is a colour of ``COLOURS``; ``VOICE`` stands for each voice in turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from advis.films.draw import LABEL_SIZE, LOCAL_SIZE, NAME_SIZE, NOTE_SIZE, NUMBER_SIZE, TITLE_SIZE, TOKEN_SIZE

SANS = 'ui-sans-serif,system-ui,"Helvetica Neue",Arial,sans-serif'
SERIF = 'Georgia,"Times New Roman",serif'
MONO = 'ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace'

COLOURS: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#111418"),
    "ink": ("#1c2026", "#e8eaee"),
    "soft": ("#5d6672", "#9aa3af"),
    "line": ("#d5d9e0", "#2f3640"),
    "edge": ("#838b97", "#677280"),
    "value": ("#1c2026", "#e8eaee"),
    "value-pale": ("#868b92", "#6d727a"),
    "value-tint": ("#eff1f4", "#23282f"),
    "tangent": ("#0b5fa5", "#74b8ff"),
    "tangent-pale": ("#5690c0", "#4a729d"),
    "tangent-tint": ("#eaf3fb", "#14273a"),
    "adjoint": ("#b5460f", "#ff9f66"),
    "adjoint-pale": ("#ca7951", "#966142"),
    "adjoint-tint": ("#fef3ec", "#2e2018"),
    "wrong": ("#a3002d", "#ff8095"),
    "wrong-tint": ("#fdeef1", "#331820"),
}
"""Each colour in light and in dark. The voices differ in lightness too, so that they hold without colour vision.

Text has at least 4.5:1 against whatever it stands on, marks and lines that carry meaning 3:1; ``line`` only divides.
"""

VOICES = ("value", "tangent", "adjoint")
RARE = frozenset({"wrong", "next", "gone", "open", "idle"})
"""Words that only the states of some films have."""
_HALO = "paint-order:stroke;stroke-linejoin:round"  # paper around the letters, so that a line may pass behind

INKS: tuple[tuple[str, str], ...] = (
    ("off", "display:none"),
    ("lit VOICE", "fill:@VOICE-tint"),
    ("sheet", "fill:@value-tint;stroke:@edge;stroke-width:1.3"),
    ("sheet gone", "fill:none;stroke:@line;stroke-dasharray:4 4"),
    ("sheet next VOICE", "stroke:@VOICE;stroke-width:2.6"),
    ("sheet active VOICE", "fill:@VOICE-tint;stroke:@VOICE;stroke-width:2"),
    ("sign", "fill:@ink;font-size:22px"),
    ("hot", "fill:@edge"),
    ("hot active VOICE", "fill:@VOICE"),
    ("found VOICE", "fill:@VOICE;fill-opacity:.1"),
    ("found active VOICE", "fill:@VOICE-tint;fill-opacity:1;stroke:@VOICE;stroke-width:2.4"),
    ("shade", "fill:@edge"),
    ("shade active VOICE", "fill:@VOICE"),
    ("shade s1", "fill-opacity:.16"),
    ("shade s2", "fill-opacity:.34"),
    ("shade s3", "fill-opacity:.52"),
    ("shade s4", "fill-opacity:.72"),
    ("shade s5", "fill-opacity:.95"),
    ("shade gone", "display:none"),
    ("odd", "fill:@wrong-tint;stroke:@wrong"),
    ("odd stroke", "fill:none"),
    ("odd gone", "display:none"),
    ("grid", "fill:none;stroke:@line"),
    ("grid active VOICE", "stroke:@VOICE-pale"),
    ("grid gone", "display:none"),
    ("entry", f"fill:@soft;font-family:{SERIF};font-style:italic;font-size:12px"),
    ("entry gone", "display:none"),
    ("figure", "fill:@ink;font-size:13px;font-variant-numeric:tabular-nums"),
    ("figure active VOICE", "fill:@VOICE"),
    ("figure gone", "display:none"),
    ("caption", f"fill:@ink;font-size:15px;stroke:@paper;stroke-width:5px;{_HALO}"),
    ("caption active VOICE", "fill:@VOICE;font-weight:600"),
    ("caption gone", "display:none"),
    ("size", f"fill:@soft;font-size:12.5px;font-variant-numeric:tabular-nums;stroke:@paper;stroke-width:5px;{_HALO}"),
    ("size gone", "display:none"),
    ("bracket", "fill:none;stroke:@edge;stroke-width:1.4"),
    ("bracket next VOICE", "stroke:@VOICE;stroke-width:2"),
    ("price", "fill:@soft;font-size:12.5px;font-variant-numeric:tabular-nums"),
    ("price next VOICE", "fill:@VOICE"),
    ("price cost", "fill:@ink;font-size:14px;font-weight:600"),
    ("price cost next VOICE", "fill:@VOICE"),
    ("told formula", "fill:@ink;font-size:19px"),
    ("bar", "fill:@edge"),
    ("bar VOICE", "fill:@VOICE-pale"),
    ("level VOICE", "fill:@VOICE"),
    ("area tangent", "fill:@tangent"),
    ("area adjoint", "fill:@adjoint"),
    ("area value", "fill:@edge"),
    ("area s1", "fill-opacity:.14"),
    ("area s2", "fill-opacity:.3"),
    ("area s3", "fill-opacity:.5"),
    ("area s4", "fill-opacity:.72"),
    ("area between", "fill:none;stroke:@ink;stroke-width:1.2;stroke-opacity:.55"),
    ("axis", "fill:none;stroke:@edge;stroke-width:1.4"),
    ("tick", "fill:@soft;font-size:13px;font-variant-numeric:tabular-nums"),
    ("contour", "fill:none;stroke:@edge;stroke-width:1.2"),
    ("contour strong", "stroke-width:2"),
    ("curve", "fill:none;stroke:@ink;stroke-width:2.4;stroke-linecap:round"),
    ("slope VOICE", "fill:none;stroke:@VOICE;stroke-width:2.4;stroke-linecap:round"),
    ("bin", "fill:@edge"),
    ("bin VOICE", "fill:@VOICE-pale"),
    ("bin soft", "fill:@line"),
    ("bin dashed", "fill-opacity:.5"),
    ("parting", "fill:none;stroke:@line;stroke-width:1.4;stroke-dasharray:7 6"),
    ("series", "fill:none;stroke:@ink;stroke-width:2.3;stroke-linecap:round;stroke-linejoin:round"),
    ("series VOICE", "stroke:@VOICE"),
    ("series soft", "stroke:@edge"),
    ("series pale", "stroke-opacity:.35"),
    ("series thin", "stroke-width:1.3"),
    ("series dashed", "stroke-dasharray:8 6"),
    ("series dotted", "stroke-dasharray:.5 5.5"),
    ("point", "fill:@ink;stroke:@paper;stroke-width:1"),
    ("point VOICE", "fill:@VOICE"),
    ("point soft", "fill:@edge"),
    ("key", "fill:@ink;font-size:13px"),
    ("height", f"fill:@soft;font-size:12px;font-variant-numeric:tabular-nums;stroke:@paper;stroke-width:4px;{_HALO}"),
    ("told reading", "fill:@ink;font-size:15px;font-variant-numeric:tabular-nums"),
    ("cross", "fill:none;stroke:@ink;stroke-width:2.4"),
    ("here", "fill:@ink;stroke:@paper;stroke-width:2.5"),
    ("place", f"fill:@ink;font-size:14px;stroke:@paper;stroke-width:5px;{_HALO}"),
    ("heading", "fill:@soft;font-size:13px"),
    ("row", "fill:@ink;font-size:14px"),
    ("row soft", "fill:@soft"),
    ("row tangent", "fill:@tangent"),
    ("row adjoint", "fill:@adjoint"),
    ("headline", "fill:@ink;font-size:18px"),
    ("said", "fill:@ink;font-size:17px"),
    ("code", f"fill:@ink;font-size:13px;font-family:{MONO}"),
    ("code soft", "fill:@soft"),
    ("meter", "fill:@soft;font-size:13px;font-variant-numeric:tabular-nums"),
    ("told meter", "fill:@ink;font-weight:600"),
    ("edge", "fill:none;stroke:@edge;stroke-width:1.4"),
    ("edge done VOICE", "stroke:@VOICE-pale;stroke-width:1.8"),
    ("edge flow VOICE", "stroke:@VOICE;stroke-width:2.8"),
    ("edge flow wrong VOICE", "stroke:@wrong;stroke-width:3.4;stroke-dasharray:9 5"),
    ("edge odd VOICE", "stroke-dasharray:2 4;stroke-linecap:round"),
    ("arrow", "fill:none;stroke:@edge;stroke-width:1.4;stroke-linecap:round"),
    ("arrow done VOICE", "stroke:@VOICE-pale;stroke-width:1.8"),
    ("arrow flow VOICE", "stroke:@VOICE;stroke-width:2.4"),
    ("arrow flow wrong VOICE", "stroke:@wrong;stroke-width:3"),
    ("frame", "fill:@paper;stroke:@line;stroke-width:1.4"),
    ("frame input", "stroke:@edge"),
    ("frame output", "stroke:@edge"),
    ("frame block", "stroke:@edge"),
    ("frame blind", "stroke:@edge;stroke-dasharray:5 4"),
    ("barrier", "fill:none;stroke:@ink;stroke-width:5"),
    ("frame odd", "stroke:@ink"),
    ("frame idle", "fill:@value-tint;stroke:@line"),
    ("frame inner idle", "display:none"),
    ("frame active VOICE", "fill:@VOICE-tint;stroke:@VOICE;stroke-width:2.6"),
    ("frame wrong", "fill:@wrong-tint;stroke:@wrong;stroke-width:3.4;stroke-dasharray:9 5"),
    ("frame active wrong VOICE", "fill:@wrong-tint;stroke:@wrong;stroke-width:3.4;stroke-dasharray:9 5"),
    ("frame inner", "fill:none"),
    ("frame inner active VOICE", "fill:none;stroke-width:1.4"),
    ("hatch", "fill:none;stroke:@edge;stroke-opacity:.55"),
    ("fold", "fill:none;stroke:@edge;stroke-width:1.4"),
    ("slot", "fill:none;stroke:@edge"),
    ("piece filled VOICE", "fill:@VOICE"),
    ("piece coming VOICE", "fill:@VOICE-pale"),
    ("piece filled negative VOICE", "fill:@paper;stroke:@VOICE;stroke-width:1.4"),
    ("piece coming negative VOICE", "fill:@paper;stroke:@VOICE-pale;stroke-width:1.4"),
    ("rule", "fill:none;stroke:@line"),
    ("title", f"fill:@ink;font-size:{TITLE_SIZE:g}px"),
    ("title constant", f"fill:@soft;font-size:{NOTE_SIZE:g}px"),
    ("note", f"fill:@soft;font-size:{NOTE_SIZE:g}px"),
    ("label", f"fill:@soft;font-size:{LABEL_SIZE:g}px"),
    ("label tangent", "fill:@tangent"),
    ("label adjoint", "fill:@adjoint"),
    ("number", f"fill:@ink;font-size:{NUMBER_SIZE:g}px;font-variant-numeric:tabular-nums"),
    ("number tangent", "fill:@tangent;font-weight:600"),
    ("number adjoint", "fill:@adjoint;font-weight:600"),
    ("number partial", "font-weight:400"),
    ("number odd", "stroke:none;font-weight:700"),
    ("title idle", "fill:@soft"),
    ("label idle", "fill:@soft"),
    ("number idle", "fill:@soft"),
    ("number wrong", "fill:@wrong;font-weight:600"),
    ("wall", "fill:@wrong"),
    ("tag", f"fill:@wrong;font-size:12.5px;font-weight:700;stroke:@paper;stroke-width:5px;{_HALO}"),
    ("local", f"fill:@soft;font-size:{LOCAL_SIZE:g}px;stroke:@paper;stroke-width:7px;{_HALO}"),
    ("token VOICE", "fill:@VOICE"),
    ("token wrong", "fill:@wrong"),
    ("amount", f"fill:@paper;font-size:{TOKEN_SIZE:g}px;font-weight:600"),
)
"""The look of every ink."""

SPANS: tuple[tuple[str, str], ...] = (
    ("name", f"font-family:{SERIF};font-style:italic;font-size:{NAME_SIZE / TITLE_SIZE:.2f}em"),
    ("soft", "fill:@soft"),
    ("strong", "font-weight:600"),
    ("value", "font-weight:600"),
    ("tangent", "fill:@tangent;font-weight:600"),
    ("adjoint", "fill:@adjoint;font-weight:600"),
)
"""The look of every piece of a text."""


_ANY = f":is({','.join(f'.{voice}' for voice in VOICES)})"


@cache
def rules() -> tuple[tuple[frozenset[str], str], ...]:
    """Return the table with ``VOICE`` written out: the words of each rule and its declarations."""
    return tuple((frozenset(words.split()), style) for words, style in _expanded())


def _expanded() -> Iterator[tuple[str, str]]:
    for words, style in INKS:
        for voice in VOICES if "VOICE" in words else ("",):
            yield words.replace("VOICE", voice), style.replace("VOICE", voice)


@cache
def look(role: str, dark: bool = False) -> dict[str, str]:
    """Return what an ink of this role looks like, for media that know no CSS.

    Examples
    --------
    >>> look("edge flow adjoint")
    {'fill': 'none', 'stroke': '#b5460f', 'stroke-width': '2.8'}
    """
    words = set(role.split())
    style = ";".join(style for rule, style in rules() if rule <= words)
    named = re.sub(r"@([\w-]+)", lambda match: COLOURS[match[1]][dark], style)
    return dict(pair.split(":", 1) for pair in named.split(";") if pair)


@cache
def depth(role: str) -> int:
    """Return the place of a role in the order of painting, from the back to the front.

    Examples
    --------
    >>> depth("edge") < depth("edge flow adjoint") < depth("frame input") < depth("number value")
    True
    """
    words = set(role.split())
    return max((place for place, (rule, _) in enumerate(rules()) if rule <= words), default=-1)


def ink_css(
    colour: Callable[[str], str] = "var(--av-{})".format,
    within: str = "",
    roles: Iterable[str] | None = None,
    words: frozenset[str] | None = None,
    own: bool = False,
) -> str:
    """Return the table as CSS, one rule a line.

    Parameters
    ----------
    colour : callable
        Turns a colour's name into CSS: a variable, or a fixed colour.
    within : str
        What stands before every selector, such as ``".advis "``.
    roles : iterable of str, optional
        The roles of inks and spans in use; rules that no one needs are left out.
    own : bool
        One rule for all voices, by the ``--voice``, ``--voice-pale`` and ``--voice-tint`` of the classes around it.
    words : frozenset of str, optional
        The first words of the roles that can be in use, and those of `RARE`: rules for others are left out.

    Examples
    --------
    >>> print(ink_css(roles=["edge", "name"]))
    .edge{fill:none;stroke:var(--av-edge);stroke-width:1.4}
    tspan.name{font-family:Georgia,"Times New Roman",serif;font-style:italic;font-size:1.13em}
    """
    used = None if roles is None else [set(role.split()) for role in roles]
    table = INKS if own else _expanded()
    needed = [rule for rule in table if used is None or any(set(rule[0].split()) <= words for words in used)]
    if words is not None:
        needed = [rule for rule in needed if rule[0].split()[0] in words and RARE & set(rule[0].split()) <= words]
    lines = [f"{within}.{role.replace(' ', '.')}{{{style}}}".replace(".VOICE", _ANY) for role, style in needed]
    lines += [f"{within}tspan.{word}{{{style}}}" for word, style in SPANS if used is None or {word} in used]
    css = re.sub(r"@VOICE([\w-]*)", r"var(--voice\1)", "\n".join(lines))
    return re.sub(r"@([\w-]+)", lambda match: colour(match[1]), css)


def palette_css(dark: bool) -> str:
    """Return the declarations of the colour variables.

    Examples
    --------
    >>> palette_css(dark=False)[:20]
    '--av-paper:#ffffff;-'
    """
    return ";".join(f"--av-{name}:{pair[dark]}" for name, pair in COLOURS.items())
