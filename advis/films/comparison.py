"""Orders side by side: the rails of forward, reverse and the best order in step, and a chart of all costs."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from advis.analysis.comparison import Comparison, Row
from advis.autodiff.numbers import number
from advis.films.chain import named_order, rail_film, subtitle
from advis.films.film import Film, Group, Ink, Scene, Spans, State, Track, state_at
from advis.films.metrics import shortened, text_width
from advis.films.rail import MARGIN, Order, meter_inks
from advis.films.side_by_side import arranged, tracks_of

LONGEST = 130.0  # the longest side of a factor, where several rails stand below each other
WIDEST = 1500.0  # what rails beside each other may take together
MOST_RAILS = 12  # with more factors, only the chart is shown
APART = 60.0  # where costs differ more, the bars are on a logarithmic scale
LABELS, BARS, PEAKS, WIDTH = 250.0, 290.0, 690.0, 960.0  # where the columns of the chart begin
LINE = 27.0


def comparison_film(shown: Comparison) -> Film:
    """Return the film of a comparison: rails that step together, and the chart."""
    chain = shown.chain
    chart = _chart(shown)
    if not 2 < len(chain.factors) <= MOST_RAILS:
        return Film("comparison", chain.title, (chart,), {}, 0, subtitle(chain))
    matrix_free = any(row.kind == "matrix-free" for row in shown.rows)
    orders = [named_order(chain, name, matrix_free) for name in ("forward", "reverse", "optimal")]
    orders = [order for k, order in enumerate(orders) if order.turns not in [before.turns for before in orders[:k]]]
    most = max(order.cost.total for order in orders)
    films = [_one(shown, order, most) for order in orders]
    prefixes = [f"{order.label}." for order in orders]
    steps = max(film.steps for film in films)
    tracks: dict[str, Track] = {}
    for film, prefix in zip(films, prefixes, strict=True):
        tracks |= tracks_of(film, prefix, [min(step, film.steps) for step in range(steps + 1)])
    tracks["say"] = tuple((step, State("", _said(orders, films, step, steps))) for step in range(steps + 1))
    rails = replace(arranged(films, prefixes, WIDEST), name="orders", title="Orders side by side")
    return Film("comparison", chain.title, (rails, chart), tracks, steps, subtitle(chain))


def _one(shown: Comparison, order: Order, most: int) -> Film:
    prefix = f"{order.label}:  "
    return rail_film(shown.chain, [order], own=False, longest=LONGEST, most=most, least=0.0, prefix=prefix)


def _said(orders: list[Order], films: list[Film], step: int, steps: int) -> Spans:
    """What every order has paid so far."""
    spans: list[tuple[str, str]] = [("", f"Step {step} of {steps}. " if step else "All start from the same factors. ")]
    for place, (order, film) in enumerate(zip(orders, films, strict=True)):
        paid = state_at(film, min(step, film.steps))["spent"].text
        spans += [("", "; " if place else ""), (order.voice, order.label), ("", f" {paid}" if step else "")]
    return (*spans, ("", "." if step else ": the result is the same in any order, the cost is not."))


# -- the chart


def _chart(shown: Comparison) -> Scene:
    """Bars for every order: what it costs, and what it holds."""
    rows = shown.rows
    columns = ((BARS, PEAKS - BARS - 30.0, "fma"), (PEAKS, WIDTH - PEAKS - MARGIN, "entries at the peak"))
    scales = (
        _Bars([row.fma for row in rows], [_cost_text(shown, row) for row in rows]),
        _Bars([row.peak_entries for row in rows], [f"{row.peak_entries:,}" for row in rows]),
    )
    marks = [Group("heading", tuple(_headings(columns, scales)))]
    for place, row in enumerate(rows):
        marks.append(_bar_row(shown, row, 44.0 + LINE * place, columns, scales))
    height = 44.0 + LINE * len(rows) + 12.0
    said = ", ".join(f"{row.label} {row.fma:,} fma" for row in rows)
    return Scene("chart", "drawing", "What every order costs", tuple(marks), WIDTH, height, (), f"Costs: {said}.")


class _Bars:
    """How long a bar is: in proportion, or by logarithm where the numbers are too far apart."""

    def __init__(self, numbers: list[int], texts: list[str]) -> None:
        positive = [n for n in numbers if n > 0]
        self.most = max(positive, default=1)
        self.logarithmic = bool(positive) and self.most / min(positive) > APART
        self.words = 1.05 * max((text_width(text, 13.0) for text in texts), default=0.0) + 10.0

    def share(self, n: int) -> float:
        if self.logarithmic:
            return math.log1p(n) / math.log1p(self.most)
        return n / self.most


def _headings(columns: tuple[tuple[float, float, str], ...], scales: tuple[_Bars, ...]) -> list[Ink]:
    inks = [Ink("text", "heading", (MARGIN, 26.0), (("", "order"),))]
    for (left, _, name), bars in zip(columns, scales, strict=True):
        said = f"{name}, on a logarithmic scale" if bars.logarithmic else name
        inks.append(Ink("text", "heading", (left, 26.0), (("", said),)))
    return inks


def _bar_row(
    shown: Comparison, row: Row, top: float, columns: tuple[tuple[float, float, str], ...], scales: tuple[_Bars, ...]
) -> Group:
    voice = {"forward": "tangent", "reverse": "adjoint"}.get(row.label, "value" if row.label == "optimal" else "other")
    voice = "tangent" if "JVP" in row.label else "adjoint" if "VJP" in row.label else voice
    mark = {"tangent": "▸ ", "adjoint": "◂ "}.get(voice, "")
    best = row.fma == shown.best.fma
    name = shortened(mark + _brief(shown, row), 14.0, LABELS - MARGIN)
    inks = [Ink("text", f"row {voice}", (MARGIN, top + 10.0), (("strong" if best else "", name),))]
    texts = (_cost_text(shown, row), f"{row.peak_entries:,}")
    for (left, width, _), bars, n, text in zip(columns, scales, (row.fma, row.peak_entries), texts, strict=True):
        room = width - bars.words
        filled = max(round(room * bars.share(n), 2), 1.0 if n else 0.0)
        inks.append(meter_inks((left, top, room), filled, voice)[1])
        end = (round(left + filled + 8.0, 2), top + 10.0)
        inks.append(Ink("text", "meter", end, (("strong" if best else "", text),)))
    more = f"{row.label}: {row.bracketing}" if row.bracketing != row.label else row.bracketing
    return Group(f"row {row.label}", tuple(inks), (MARGIN, top - 6.0, WIDTH - 2 * MARGIN, LINE - 4.0), more)


def _cost_text(shown: Comparison, row: Row) -> str:
    """The fma, and how many times those of the cheapest order."""
    best = shown.best.fma
    times = "cheapest" if row.fma == best else f"{number(row.fma / best, 3)}×" if best else ""
    return f"{row.fma:,} · {times}" if times else f"{row.fma:,}"


def _brief(shown: Comparison, row: Row) -> str:
    """What a row is called: where a bracketing of long names has no room, its factors are F4, F3, … by their place."""
    if row.kind != "bracketing" or text_width(row.label, 14.0) <= LABELS - MARGIN:
        return row.label
    labels = shown.chain.labels
    numbered = {label: f"F{len(labels) - place}" for place, label in enumerate(labels)}
    return re.sub(r"[^()\s]+", lambda word: numbered.get(word[0], word[0]), row.label)
