"""A film as one SVG that moves by itself: CSS shows each ink during its steps, and no script runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from advis.films.film import Ink
from advis.films.theme import depth
from advis.media.picture import Picture
from advis.media.svg import Layer, document


def animated_svg(shown: Sequence[Picture], fps: float = 1.0, theme: str = "auto", scale: float = 1.0) -> str:
    """Return pictures of one size as a single SVG that shows one after the other, again and again.

    What stays is drawn once. Where a reader wants less motion, the last picture stands still.

    Parameters
    ----------
    shown : sequence of Picture
    fps : float
        Pictures a second.
    theme, scale
        As for `advis.media.svg.svg_of`.

    Examples
    --------
    >>> one, two = (Picture(8.0, 6.0, (Ink("tiles", "bar", (at, 2.0, 4.0, 4.0)),), "", "") for at in (0.0, 4.0))
    >>> text = animated_svg([one, two])
    >>> text.count("@keyframes"), "<script" in text
    (2, False)
    """
    seen: dict[Ink, list[int]] = {}
    for step, one in enumerate(shown):
        for ink in one.inks:
            seen.setdefault(ink, []).append(step)
    ordered = sorted(seen, key=lambda ink: (depth(ink.role), ink.role, ink.anchor, seen[ink]))
    names: dict[tuple[int, ...], str] = {}
    layers: list[Layer] = []
    for (role, anchor, steps), inks in groupby(ordered, key=lambda ink: (ink.role, ink.anchor, tuple(seen[ink]))):
        always = len(steps) == len(shown)
        name = "" if always else names.setdefault(steps, f"t{len(names)}")
        layers.append(Layer(role, anchor, [(ink, "") for ink in inks], name))
    last = len(shown) - 1
    rules = "".join(_rules(name, steps, len(shown), fps) for steps, name in names.items())
    still = "".join(f".{name}{{animation:none;visibility:{_shown(last in steps)}}}" for steps, name in names.items())
    css = f"{rules}@media(prefers-reduced-motion:reduce){{{still}}}" if names else ""
    first = shown[-1]
    return document(layers, first.width, first.height, first.title, first.description, theme, scale, css)


def _rules(name: str, steps: Sequence[int], count: int, fps: float) -> str:
    """When a group is seen: one point in time for each change."""
    inside = set(steps)
    changes = [k for k in range(count) if k == 0 or (k in inside) != (k - 1 in inside)]
    frames = "".join(f"{100 * k / count:.6g}%{{visibility:{_shown(k in inside)}}}" for k in changes)
    return f"@keyframes {name}{{{frames}}}.{name}{{animation:{name} {count / fps:.6g}s step-end infinite}}"


def _shown(seen: bool) -> str:
    return "visible" if seen else "hidden"
