"""The rail: a chain's factors as rectangles to scale, their inner sizes meeting, with prices, a formula and meters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from advis.analysis.chain import Chain
from advis.analysis.factor import Factor
from advis.analysis.orders import Cost, Turn
from advis.films.film import Choice, Group, Ink, Mark, Spans
from advis.films.metrics import text_width
from advis.films.sheets import CAPTION_SIZE, SIZE_SIZE, Scale, Sheet, sheet_inks
from advis.films.turns import Span, is_vector, matrix_key, price_of, start_key

Matrices = dict[Span, np.ndarray]
Choices = dict[Turn, Choice]

MARGIN, GAP = 26.0, 30.0
FORMULA, PRICES = 40.0, 76.0  # baselines from the top: of the formula, of the first line of the prices
FORMULA_SIZE, PRICE_SIZE, METER_SIZE = 19.0, 12.5, 13.0
BRACKET = PRICES + 26.0
METER = 30.0  # from one meter to the next
BOLD = 1.22  # how much wider bold text is, in the widest fonts that a browser may take
MOST_WORK = 5e7  # fma that a picture may spend on the numbers of products that no order asks for
LEAST = 920.0  # the narrowest picture: meters and formula need their room
STRUCTURES = ("identity", "diagonal", "banded")  # which are said below a factor


@dataclass(frozen=True, slots=True)
class Order:
    """A way to multiply that the film plays: its name, its voice, its turns, and a sentence that says what it is."""

    label: str
    voice: str
    turns: tuple[Turn, ...]
    cost: Cost
    intro: Spans


@dataclass(frozen=True, slots=True)
class Rail:
    """Where everything stands.

    Attributes
    ----------
    slots : tuple of (float, float)
        The left and right end of each factor's place.
    middle : float
        The height of all centres.
    tallest : float
        The height of the tallest rectangle.
    """

    chain: Chain
    scale: Scale
    slots: tuple[tuple[float, float], ...]
    middle: float
    tallest: float

    def centre(self, span: Span) -> tuple[float, float]:
        """The centre of a product: in the middle of the places of its factors."""
        return round((self.slots[span[0]][0] + self.slots[span[1] - 1][1]) / 2, 2), self.middle

    @property
    def bottom(self) -> float:
        """Below the names and sizes."""
        return self.middle + self.tallest / 2 + 46.0

    @property
    def width(self) -> float:
        """The width of the picture."""
        return round(self.slots[-1][1] + MARGIN, 2)


def rail_marks(
    chain: Chain, choices: Choices, orders: Sequence[Order], known: Matrices, scale: Scale, least: float
) -> tuple[tuple[Mark, ...], tuple[float, float]]:
    """Return the marks of a rail, and its width and height.

    Parameters
    ----------
    chain : Chain
    choices : dict
        Every turn that the film can take, with its choice.
    orders : sequence of Order
        What is measured below.
    known : dict
        Products that were computed already.
    scale : Scale
    least : float
        The width of the narrowest picture.
    """
    rail = _placed(chain, choices, orders, scale, least)
    height = rail.bottom + METER * (len(orders) + 1 if len(orders) > 1 else 1) + 14.0
    marks = (*_sheets(rail, list(choices), known), *_prices(rail, choices), *_frame(rail, orders))
    return marks, (rail.width, round(height, 2))


def _placed(chain: Chain, choices: Choices, orders: Sequence[Order], scale: Scale, least: float) -> Rail:
    """Give each factor a place wide enough for its rectangle, its name, and the prices over it."""
    lines = (line for turn, choice in choices.items() for line in _price_lines(chain, turn, choice))
    price = min(max((text_width(line, PRICE_SIZE) for line in lines), default=0.0), 150.0)
    rooms = []
    for factor in chain.factors:
        size = " · ".join(
            part for part in (f"{factor.shape[0]:,} × {factor.shape[1]:,}", structure_said(factor)) if part
        )
        words = max(text_width(factor.name or factor.label, CAPTION_SIZE), text_width(size, SIZE_SIZE))
        rooms.append(max(scale.length(factor.shape[1]), words, price) + GAP)
    least = max(least, 2 * MARGIN + 250.0 + _meter_room(orders))  # the meters need their room
    spare = max(0.0, least - 2 * MARGIN - sum(rooms)) / max(len(rooms), 1)
    slots, left = [], MARGIN
    for room in rooms:
        slots.append((round(left, 2), round(left + room + spare, 2)))
        left += room + spare
    tallest = max(scale.length(rows) for rows, _ in chain.shapes)
    return Rail(chain, scale, tuple(slots), round(BRACKET + 26.0 + tallest / 2, 2), tallest)


def structure_said(factor: Factor) -> str:
    """What is said of a factor's structure; what is not built has none to tell."""
    structure = None if factor.is_too_large else factor.structure
    return structure if structure in STRUCTURES else ""


def _price_lines(chain: Chain, turn: Turn, choice: Choice) -> tuple[str, str]:
    """What stands over a pair: the sizes that are multiplied, and the price."""
    return price_of(chain, turn), f"{choice.cost:,} fma"


# -- matrices


def _sheets(rail: Rail, turns: Sequence[Turn], known: Matrices) -> list[Group]:
    """One mark for each factor, and for each product that can arise."""
    chain = rail.chain
    starts = [start_key(chain, turns, k) for k in range(len(chain.factors))]
    spans = sorted({turn.span for turn in turns}, key=lambda span: (span[1] - span[0], span))
    numbers = _numbers(chain, spans, known)
    groups = []
    for k, key in enumerate(starts):
        stage = key.startswith("s")
        groups.append(_group(rail, key, (k, k + 1), None if stage else numbers.get((k, k + 1)), stage))
    groups += [
        _group(rail, matrix_key(span), span, numbers.get(span)) for span in spans if matrix_key(span) not in starts
    ]
    return groups


def _group(rail: Rail, key: str, span: Span, matrix: np.ndarray | None, stage: bool = False) -> Group:
    chain, alone = rail.chain, span[1] - span[0] == 1
    first, last = chain.factors[span[0]], chain.factors[span[1] - 1]
    shape = chain.sizes[span[0]], chain.sizes[span[1]]
    name = first.label if alone and is_vector(chain, span[0]) else chain.name_of(span)
    named = rail.scale.named  # only then are the names of all entries worked out
    rows, columns = first.rows if named and first.row else (), last.columns if named and last.column else ()
    sheet = Sheet(name, shape, matrix, rows, columns)
    note = "stage" if stage else structure_said(first) if alone else ""
    room = rail.slots[span[1] - 1][1] - rail.slots[span[0]][0]
    x, y = rail.centre(span)
    width, height = rail.scale.length(shape[1]), rail.scale.length(shape[0])
    at = (round(x - width / 2, 2), round(y - height / 2, 2), width, height)
    return Group(key, sheet_inks(sheet, (x, y), rail.scale, room, note), at)


def _numbers(chain: Chain, spans: Sequence[Span], known: Matrices) -> Matrices:
    """The matrices to show: what is known, the factors, and the products between them if they are cheap."""
    if not chain.is_known:
        return {}
    found = {(k, k + 1): factor.jacobian for k, factor in enumerate(chain.factors) if not factor.is_too_large}
    numbers = {span: matrix for span, matrix in found.items() if matrix is not None} | known
    if len(found) < len(chain.factors):
        return numbers
    sizes, halves = chain.sizes, _halves(spans, set(numbers))
    if sum(sizes[i] * sizes[k] * sizes[j] for (i, j), k in halves.items()) > MOST_WORK:
        return numbers
    with np.errstate(all="ignore"):
        for (i, j), k in halves.items():
            numbers[i, j] = numbers[i, k] @ numbers[k, j]
    return numbers


def _halves(spans: Sequence[Span], known: set[Span]) -> dict[Span, int]:
    """Where to split each product that is not known into two that are, the shortest first."""
    halves: dict[Span, int] = {}
    for i, j in spans:
        splits = [k for k in range(i + 1, j) if (i, k) in known and (k, j) in known]
        if (i, j) not in known and splits:
            halves[i, j] = splits[-1]
            known.add((i, j))
    return halves


# -- prices, formula and meters


def _prices(rail: Rail, choices: Choices) -> list[Group]:
    """Over each pair that can be multiplied a bracket with its price."""
    groups = []
    for turn, choice in choices.items():
        spans = [span for span in (turn.left, turn.right) if span[0] < span[1]]
        left, right = rail.centre(spans[0])[0], rail.centre(spans[-1])[0]
        middle = round((left + right) / 2, 2)
        left, right = (left + 5, right - 5) if left < right else (left - 20, right + 20)
        strokes = (left, BRACKET + 9, left, BRACKET, left, BRACKET, right, BRACKET, right, BRACKET, right, BRACKET + 9)
        first, second = _price_lines(rail.chain, turn, choice)
        inks = (
            Ink("lines", "bracket", tuple(round(x, 2) for x in strokes)),
            Ink("text", "price", (middle, PRICES), (("", first),), "middle"),
            Ink("text", "price cost", (middle, PRICES + 17.0), (("", second),), "middle"),
        )
        said = "".join(part for _, part in choice.text)
        at = (round(left, 2), PRICES - 16.0, round(right - left, 2), 54.0)
        groups.append(Group(choice.key, inks, at, said))
    return groups


def _frame(rail: Rail, orders: Sequence[Order]) -> list[Group]:
    """The formula above; below what each of several orders costs, and what has been paid so far."""
    most = max((order.cost.total for order in orders), default=0)
    marks = [Group("formula", (Ink("text", "told formula", (MARGIN, FORMULA)),))]
    if rail.scale.logarithmic:
        words = (("", "sides on a logarithmic scale"),)
        marks.append(Group("scale", (Ink("text", "note", (rail.width - MARGIN, FORMULA - 22.0), words, "end"),)))
    left, right = MARGIN + 100.0, rail.width - MARGIN - _meter_room(orders)
    top = rail.bottom + 14.0
    for order in orders if len(orders) > 1 else ():
        share = order.cost.total / most if most else 0.0
        said, filled = _measured(order), round((right - left) * share, 2)
        inks = (
            Ink("text", f"label {order.voice}", (MARGIN, top + 10), (("", _marked(order)),)),
            *meter_inks((left, top, right - left), filled, order.voice),
            Ink("text", "meter", (rail.width - MARGIN, top + 10), (("", said),), "end"),
        )
        marks.append(Group(f"order {order.label}", inks))
        top += METER
    return [*marks, _so_far(rail, (left, top, right - left))]


def meter_inks(at: tuple[float, float, float], filled: float, voice: str) -> tuple[Ink, Ink]:
    """Return a slot at (left, top, width) and the bar in it."""
    left, top, width = at
    bar = Ink("rect", f"bar {voice}", (left, top, filled, 11.0, 2.0))
    return Ink("rect", "slot", (left, top, round(width, 2), 11.0, 2.0)), bar


def _measured(order: Order) -> str:
    return f"{order.cost.total:,} fma · peak {order.cost.peak:,} entries"


def _meter_room(orders: Sequence[Order]) -> float:
    """What the longest text beside a meter needs, in bold."""
    return BOLD * max((text_width(_measured(order), METER_SIZE) for order in orders), default=0.0) + 18.0


def _marked(order: Order) -> str:
    return {"tangent": "▸ ", "adjoint": "◂ "}.get(order.voice, "") + order.label


def _so_far(rail: Rail, at: tuple[float, float, float]) -> Group:
    """The meter of the order that is being made."""
    left, top, width = at
    inks = (
        Ink("text", "label", (MARGIN, top + 10), (("", "so far"),)),
        Ink("rect", "slot", (left, top, round(width, 2), 11.0, 2.0)),
        Ink("rect", "level", (left, top, round(width, 2), 11.0, 2.0)),
        Ink("text", "told meter", (rail.width - MARGIN, top + 10), (), "end"),
    )
    return Group("spent", inks)
