"""The map as a picture: who is cheapest over inputs and outputs, where they cross, and where the chain is."""

from __future__ import annotations

import math
from itertools import groupby, pairwise

import numpy as np

from advis.analysis.cost_map import POINTS, CostMap
from advis.films.chain import subtitle
from advis.films.film import Film, Group, Ink, Scene, Spans, State
from advis.films.metrics import shortened

LEFT, TOP, SIDE = 96.0, 34.0, 444.0  # of the plane
CELL = SIDE / POINTS
LEGEND = LEFT + SIDE + 44.0
WIDTH, HEIGHT = 980.0, TOP + SIDE + 66.0
MIDDLE = 1.2  # an order in between has to be cheaper by this factor to be worth a place on the map
SHADES = (1.05, 2.0, 5.0, 20.0)  # how many times cheaper: from pale to strong; below the first both cost the same
VOICES = (("tangent", "▸ forward"), ("adjoint", "◂ reverse"))


def map_film(shown: CostMap) -> Film:
    """Return the film of a map: one still picture."""
    marks = (*_areas(shown), _frame(shown), _crossing(shown), _own(shown), _legend(shown))
    scene = Scene("map", "drawing", "Costs over inputs and outputs", marks, WIDTH, HEIGHT, (), _described(shown))
    tracks = {"say": ((0, State("", _said(shown))),)}
    return Film("map", shown.chain.title, (scene,), tracks, 0, subtitle(shown.chain))


def _said(shown: CostMap) -> Spans:
    m, n = shown.chain.shape
    forward, reverse, best = shown.costs(n, m)
    return (
        ("", f"Here, with n = {n:,} and m = {m:,}: "),
        ("tangent", f"forward {forward:,}"),
        ("", ", "),
        ("adjoint", f"reverse {reverse:,}"),
        ("", f", the best order {best:,} fma."),
    )


def _described(shown: CostMap) -> str:
    sizes = " by ".join(f"{size:,}" for size in shown.inner)
    return f"Which order is cheapest for n inputs and m outputs, with inner sizes {sizes}."


def place(shown: CostMap, n: float, m: float) -> tuple[float, float]:
    """Return where n inputs and m outputs lie in the picture: n to the right, m upwards, both by logarithm."""
    right, up = (math.log10(max(value, 1.0)) / shown.decades for value in (n, m))
    return round(LEFT + SIDE * right, 2), round(TOP + SIDE * (1.0 - up), 2)


def _areas(shown: CostMap) -> list[Group]:
    """One group for each shade of forward and of reverse; and strokes where another order beats both."""
    forward, reverse, best = shown.grid
    ratio = np.divide(reverse, forward, out=np.ones_like(forward), where=forward > 0)
    tiles: dict[str, list[float]] = {}
    for i in range(POINTS):
        column = 0
        for role, run in groupby(_shade(float(value)) for value in ratio[i]):
            count = len(list(run))
            if role:
                at = (LEFT + CELL * column, TOP + SIDE - CELL * (i + 1), CELL * count, CELL)
                tiles.setdefault(role, []).extend(round(value, 2) for value in at)
            column += count
    groups = [Group(f"area {role}", (Ink("tiles", f"area {role}", tuple(tiles[role])),)) for role in sorted(tiles)]
    return [*groups, Group("between", (Ink("lines", "area between", _strokes(forward, reverse, best)),))]


def _shade(ratio: float) -> str:
    """How much cheaper one is: ``tangent s3``, ``adjoint s1``, or nothing where both cost the same."""
    voice, times = ("tangent", ratio) if ratio >= 1 else ("adjoint", 1 / ratio)
    level = sum(times >= bound for bound in SHADES)
    return f"{voice} s{level}" if level else ""


def _strokes(forward: np.ndarray, reverse: np.ndarray, best: np.ndarray) -> tuple[float, ...]:
    """A slanting stroke in every cell in which another order is clearly cheaper than both."""
    strokes: list[float] = []
    for i, j in zip(*np.nonzero(np.minimum(forward, reverse) > MIDDLE * best), strict=True):
        x, y = LEFT + CELL * int(j), TOP + SIDE - CELL * (int(i) + 1)
        strokes += [x + 3, y + CELL - 3, x + CELL - 3, y + 3]
    return tuple(round(value, 2) for value in strokes)


def _frame(shown: CostMap) -> Group:
    """The two axes, with powers of ten."""
    inks = [
        Ink("lines", "axis", (LEFT, TOP, LEFT, TOP + SIDE, LEFT, TOP + SIDE, LEFT + SIDE, TOP + SIDE)),
        Ink("text", "heading", (LEFT + SIDE / 2, TOP + SIDE + 50.0), (("name", "n"), ("", " inputs")), "middle"),
        Ink("text", "heading", (LEFT - 66.0, TOP - 14.0), (("name", "m"), ("", " outputs"))),
    ]
    for power in range(shown.decades + 1):
        x, y = place(shown, 10**power, 10**power)
        inks.append(Ink("lines", "axis", (x, TOP + SIDE, x, TOP + SIDE + 6.0, LEFT - 6.0, y, LEFT, y)))
        inks.append(Ink("text", "tick", (x, TOP + SIDE + 24.0), (("", f"{10**power:,}"),), "middle"))
        inks.append(Ink("text", "tick", (LEFT - 12.0, y + 5.0), (("", f"{10**power:,}"),), "end"))
    return Group("axes", tuple(inks))


def _crossing(shown: CostMap) -> Group:
    """The line on which forward and reverse cost the same."""
    along = [10 ** (shown.decades * step / 120) for step in range(121)]
    points = [(shown.crossing(m), m) for m in along] + [(n, shown.crossing_outputs(n)) for n in along]
    most = 10**shown.decades
    places = [place(shown, n, m) for n, m in points if 1 <= n <= most and 1 <= m <= most]
    places.sort(key=lambda at: (at[0], -at[1]))
    return Group("crossing", (Ink("lines", "cross", tuple(value for a, b in pairwise(places) for value in (*a, *b))),))


def _own(shown: CostMap) -> Group:
    """The chain's own sizes: a dot with its name."""
    m, n = shown.chain.shape
    x, y = place(shown, n, m)
    right, high = x < LEFT + SIDE / 2, y < TOP + 40
    words = (round(x + (14.0 if right else -14.0), 2), round(y + (22.0 if high else -12.0), 2))
    inks = (
        Ink("rect", "here", (round(x - 7.0, 2), round(y - 7.0, 2), 14.0, 14.0, 7.0)),
        Ink("text", "place", words, (("strong", f"n = {n:,}, m = {m:,}"),), "start" if right else "end"),
    )
    return Group("here", inks)


def _legend(shown: CostMap) -> Group:
    """What the colours mean, and what the orders cost at the chain's own sizes."""
    inks: list[Ink] = []
    for line, (voice, name) in enumerate(VOICES):
        top = TOP + 6.0 + 30.0 * line
        for level in range(1, len(SHADES) + 1):
            inks.append(Ink("tiles", f"area {voice} s{level}", (LEGEND + 26.0 * (level - 1), top, 26.0, 16.0)))
        inks.append(Ink("text", f"row {voice}", (LEGEND + 118.0, top + 13.0), (("", f"{name} is cheaper"),)))
    inks.append(
        Ink("text", "tick", (LEGEND, TOP + 72.0), (("", "by 1.05 to 2, 2 to 5, 5 to 20, over 20 times; blank: less"),))
    )
    inks.append(Ink("lines", "cross", (LEGEND, TOP + 100.0, LEGEND + 104.0, TOP + 100.0)))
    inks.append(Ink("text", "row", (LEGEND + 118.0, TOP + 105.0), (("", "both cost the same"),)))
    strokes = [(LEGEND + 13.0 * k + 2, TOP + 136.0, LEGEND + 13.0 * k + 11, TOP + 126.0) for k in range(8)]
    inks.append(Ink("tiles", "area value s1", (LEGEND, TOP + 123.0, 104.0, 16.0)))
    inks.append(Ink("lines", "area between", tuple(value for stroke in strokes for value in stroke)))
    inks.append(Ink("text", "row", (LEGEND + 118.0, TOP + 136.0), (("", "another order beats both"),)))
    return Group("legend", (*inks, *_costs_here(shown, TOP + 196.0)))


def _costs_here(shown: CostMap, top: float) -> list[Ink]:
    """What the orders cost at the chain's own sizes."""
    m, n = shown.chain.shape
    costs = shown.costs(n, m)
    inks = [Ink("text", "heading", (LEGEND, top), (("", f"fma at n = {n:,}, m = {m:,}"),))]
    for line, ((voice, name), cost) in enumerate(zip((*VOICES, ("value", "best order")), costs, strict=True), 1):
        strong = "strong" if cost == min(costs) else ""
        inks.append(Ink("text", f"row {voice}", (LEGEND, top + 26.0 * line), (("", name),)))
        inks.append(Ink("text", "row", (LEGEND + 250.0, top + 26.0 * line), ((strong, f"{cost:,}"),), "end"))
    inner = shortened(" · ".join(f"{size:,}" for size in shown.inner), 13.0, WIDTH - LEGEND - 100.0)
    inks.append(Ink("text", "heading", (LEGEND, top + 122.0), (("", f"inner sizes {inner}"),)))
    return inks
