"""The rail: a chain's factors as rectangles to scale, their inner sizes meeting, and what each product costs.

There is one mark for every product that can arise, at its own place: so nothing moves, whatever is multiplied first.
The film's choices are the pairs; its orders are forward, reverse, optimal, and the reader's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from advis.analysis.accumulation import Accumulation
from advis.analysis.chain import Chain
from advis.analysis.orders import ADJOINT, PRODUCT, TANGENT, Cost, Turn, cost_of
from advis.films.film import Choice, Film, Group, Ink, Scene, Spans
from advis.films.metrics import text_width
from advis.films.sheets import CAPTION_SIZE, SIZE_SIZE, Scale, Sheet, scale_for, sheet_inks

Span = tuple[int, int]

MOST_CHOSEN = 10  # with more factors, the film has the products of its orders only
MARGIN, GAP = 26.0, 30.0
FORMULA, PRICES = 40.0, 76.0  # baselines from the top: of the formula, of the first line of the prices
PRICE_SIZE = 12.5
METER = 30.0  # from one meter to the next
MOST_WORK = 5e7  # fma that a picture may spend on the numbers of products that no order asks for
LEAST = 920.0  # the narrowest picture: meters and formula need their room


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
    """Where everything stands."""

    chain: Chain
    scale: Scale
    slots: tuple[tuple[float, float], ...]  # left and right end of each factor's place
    middle: float  # the height of all centres

    def centre(self, span: Span) -> tuple[float, float]:
        """The centre of a product: in the middle of the places of its factors."""
        return round((self.slots[span[0]][0] + self.slots[span[1] - 1][1]) / 2, 2), self.middle

    @property
    def bottom(self) -> float:
        """Below the names and sizes."""
        return self.middle + self.tallest / 2 + 46.0

    @property
    def tallest(self) -> float:
        """The height of the tallest rectangle."""
        return max(self.scale.length(rows) for rows, _ in self.chain.shapes)

    @property
    def width(self) -> float:
        """The width of the picture."""
        return self.slots[-1][1] + MARGIN


def chain_film(chain: Chain) -> Film:
    """Return the film of a chain: forward, reverse and optimal to play, and the reader's own order to make."""
    orders = [_named(chain, name) for name in ("forward", "reverse", "optimal")]
    return rail_film(chain, orders, own=2 < len(chain.factors) <= MOST_CHOSEN)


def accumulation_film(shown: Accumulation) -> Film:
    """Return the film of an accumulation: its products, one after the other."""
    chain, vectors = shown.chain, not (shown.chain.variables[0] and shown.chain.variables[-1])
    voices = {"forward": "tangent", "jvp": "tangent", "reverse": "adjoint", "vjp": "adjoint"}
    labels = {"jvp": "JVP", "vjp": "VJP"}
    label = labels.get(shown.order, shown.order if shown.order in (*voices, "optimal") else shown.bracketing)
    voice = voices.get(shown.order, "value")
    order = Order(label, voice, shown.turns, shown.cost, _intro(chain, shown.order, shown.cost))
    known = {} if shown.matrices is None else dict(zip((t.span for t in shown.turns), shown.matrices, strict=True))
    choosable = not vectors and not shown.matrix_free and 2 < len(chain.factors) <= MOST_CHOSEN
    return rail_film(chain, [order], own=choosable, known=known, best=None if choosable else shown.fma)


def _named(chain: Chain, name: str) -> Order:
    voice = {"forward": "tangent", "reverse": "adjoint"}.get(name, "value")
    turns = chain.turns(name)
    cost = cost_of(turns, chain.sizes)
    return Order(name, voice, turns, cost, _intro(chain, name, cost))


def _intro(chain: Chain, order: str, cost: Cost) -> Spans:
    """What an order is, in a sentence."""
    m, n = chain.shape
    first, last = chain.variables[0], chain.variables[-1]
    said = {
        "forward": f"Forward: from the input, right to left. Every product keeps {_counted(n, 'column')} of {last}.",
        "reverse": f"Reverse: from the output, left to right. Every product keeps {_counted(m, 'row')} of {first}.",
        "optimal": "Optimal: the cheapest of all orders, found by dynamic programming.",
        "jvp": "The tangent v is the last factor: only columns flow, never a matrix.",
        "vjp": "The adjoint u is the first factor: only rows flow, never a matrix.",
    }.get(order, f"{len(chain.factors)} factors in the order {order}.")
    return (("", f"{said} It costs "), ("strong", f"{cost.total:,} fma"), ("", "."))


def _counted(count: int, word: str) -> str:
    return f"the one {word}" if count == 1 else f"the {count:,} {word}s"


def rail_film(
    chain: Chain,
    orders: Sequence[Order],
    own: bool,
    known: dict[Span, np.ndarray] | None = None,
    best: int | None = None,
) -> Film:
    """Return the film of a chain with these orders; with ``own`` the reader can choose the next pair.

    Parameters
    ----------
    chain : Chain
    orders : sequence of Order
    own : bool
    known : dict, optional
        Products that were computed already, by their spans.
    best : int, optional
        The cost of the cheapest way; that of the optimal order if not given.
    """
    turns = dict.fromkeys(turn for order in orders for turn in order.turns)
    if own:
        turns |= dict.fromkeys(_every_product(len(chain.factors)))
    choices = [_choice(chain, turn) for turn in turns]
    rail = _placed(chain, choices, [order.label for order in orders])
    best = cost_of(chain.turns("optimal"), chain.sizes).total if best is None else best
    marks = (
        *_sheets(rail, turns, known or {}),
        *_prices(rail, dict(zip(turns, choices, strict=True))),
        *_frame(rail, orders),
    )
    height = rail.bottom + METER * (len(orders) + 1) + 18.0
    scene = Scene("rail", "drawing", "Factors", marks, rail.width, round(height, 2), (), _described(chain))
    data = {
        "start": [_start_key(chain, turns, k) for k in range(len(chain.factors))],
        "names": _names(chain, turns),
        "left": _left_side(chain),
        "unit": "fma",
        "held": "entries",
        "best": best,
        "most": max((order.cost.total for order in orders), default=0),
        "orders": [_played(order) for order in orders] + ([_own(chain, best)] if own else []),
    }
    return Film(
        "chain",
        chain.title,
        (scene,),
        {},
        len(orders[0].turns),
        _subtitle(chain),
        orders[0].voice,
        tuple(choices),
        data,
    )


def _played(order: Order) -> dict[str, Any]:
    keys = [_choice_key(turn) for turn in order.turns]
    return {"label": order.label, "voice": order.voice, "choices": keys, "intro": order.intro}


def _own(chain: Chain, best: int) -> dict[str, Any]:
    intro = (
        ("", f"{len(chain.factors)} factors. "),
        ("strong", "Which two neighbours do you multiply first?"),
        ("", f" The price stands over each pair; the cheapest order costs {best:,} fma."),
    )
    return {"label": "my own", "voice": "value", "choices": [], "intro": intro}


def _every_product(count: int) -> Iterable[Turn]:
    return (Turn(PRODUCT, (i, k), (k, j)) for i, k, j in combinations(range(count + 1), 3))


# -- keys, names and words


def _matrix_key(span: Span) -> str:
    return f"m{span[0]}.{span[1]}"


def _start_key(chain: Chain, turns: Iterable[Turn], factor: int) -> str:
    """A factor is there as a matrix, or, where it is swept through, as a stage."""
    swept = any(turn.kind != PRODUCT for turn in turns)
    vector = not (chain.factors[factor].row and chain.factors[factor].column)
    return f"s{factor}" if swept and not vector else _matrix_key((factor, factor + 1))


def _choice_key(turn: Turn) -> str:
    kind = {PRODUCT: "c", TANGENT: "t", ADJOINT: "a"}[turn.kind]
    return f"{kind}{turn.left[0]}.{turn.left[1]}.{turn.right[1]}"


def _takes(turn: Turn) -> tuple[str, ...]:
    left, right = _matrix_key(turn.left), _matrix_key(turn.right)
    if turn.kind == TANGENT:
        return (f"s{turn.left[0]}", *([right] if turn.right[0] < turn.right[1] else []))
    if turn.kind == ADJOINT:
        return (*([left] if turn.left[0] < turn.left[1] else []), f"s{turn.right[0]}")
    return left, right


def _names(chain: Chain, turns: Iterable[Turn]) -> dict[str, str]:
    names = {}
    for k, factor in enumerate(chain.factors):
        names[_start_key(chain, turns, k)] = factor.name if factor.row and factor.column else factor.label
    return names


def _left_side(chain: Chain) -> str:
    if not chain.variables[-1]:
        return "F′(x) v  =  "
    return "F′(x)  =  " if chain.variables[0] else "uᵀ F′(x)  =  "


def _choice(chain: Chain, turn: Turn) -> Choice:
    sizes = chain.sizes
    (i, j), k = turn.span, turn.left[1]
    cost = cost_of([turn], sizes, [factor.edges for factor in chain.factors]).total
    shape = sizes[i], sizes[j]
    said: Spans
    if turn.kind == PRODUCT:
        price = f"{sizes[i]:,} · {sizes[k]:,} · {sizes[j]:,} = "
        said = (("name", chain.name_of(turn.left)), ("", " times "), ("name", chain.name_of(turn.right)))
    else:
        factor, many = (
            chain.factors[turn.left[0] if turn.kind == TANGENT else turn.right[0]],
            shape[turn.kind == TANGENT],
        )
        price = f"{many:,} · {factor.edges or 0:,} edges = "
        word = "tangent" if turn.kind == TANGENT else "adjoint"
        said = (("", f"{_many(many, word)} through "), ("name", factor.label))
    text = (*said, ("", f": {price}"), ("strong", f"{cost:,} fma"), ("", f". It leaves {_left_behind(shape)}."))
    return Choice(_choice_key(turn), _takes(turn), _matrix_key(turn.span), cost, shape[0] * shape[1], text)


def _many(count: int, word: str) -> str:
    return f"One {word}" if count == 1 else f"{count:,} {word}s"


def _left_behind(shape: tuple[int, int]) -> str:
    rows, columns = shape
    if rows == columns == 1:
        return "one number"
    if rows == 1:
        return f"a row of {columns:,}"
    return f"a column of {rows:,}" if columns == 1 else f"{rows:,} × {columns:,} entries"


def _subtitle(chain: Chain) -> str:
    m, n = chain.shape
    flat = "".join(f" · {name} {'×'.join(map(str, shape))} flattened" for name, shape in _flattened(chain))
    return f"sizes {' · '.join(f'{size:,}' for size in chain.sizes)}, J is {m:,} × {n:,}{flat}"


def _flattened(chain: Chain) -> list[tuple[str, tuple[int, ...]]]:
    """The variables that were arrays of several axes."""
    return [(name, shape) for name, shape in chain.flattened.items() if all(isinstance(n, int) for n in shape)]


def _described(chain: Chain) -> str:
    said = ", ".join(
        f"{factor.name or factor.label} {factor.shape[0]} by {factor.shape[1]}" for factor in chain.factors
    )
    return f"The factors of {chain.title} as rectangles to scale: {said}."


# -- places


def _placed(chain: Chain, choices: Sequence[Choice], labels: Sequence[str]) -> Rail:
    """Give each factor a place wide enough for its rectangle, its name, and the prices over it."""
    scale = scale_for(chain.sizes)
    price = max((text_width(line, PRICE_SIZE) for choice in choices for line in _price_lines(choice)), default=0.0)
    rooms = []
    for factor in chain.factors:
        size = f"{factor.shape[0]:,} × {factor.shape[1]:,}"
        words = max(text_width(factor.name or factor.label, CAPTION_SIZE), text_width(size, SIZE_SIZE))
        rooms.append(max(scale.length(factor.shape[1]), words, min(price, 150.0)) + GAP)
    spare = max(0.0, LEAST - 2 * MARGIN - sum(rooms)) / max(len(rooms), 1)
    slots, left = [], MARGIN
    for room in rooms:
        slots.append((round(left, 2), round(left + room + spare, 2)))
        left += room + spare
    tallest = max(scale.length(rows) for rows, _ in chain.shapes)
    return Rail(chain, scale, tuple(slots), round(PRICES + 52.0 + tallest / 2, 2))


def _price_lines(choice: Choice) -> tuple[str, str]:
    """What stands over a pair: the sizes that are multiplied, and the price."""
    product = next(part for role, part in choice.text if part.startswith(": "))
    return product.removeprefix(": ").removesuffix(" = "), f"{choice.cost:,} fma"


# -- marks


def _sheets(rail: Rail, turns: Iterable[Turn], known: dict[Span, np.ndarray]) -> list[Group]:
    """One mark for each factor, and for each product that can arise."""
    chain = rail.chain
    spans = dict.fromkeys([(k, k + 1) for k in range(len(chain.factors))] + sorted({turn.span for turn in turns}))
    numbers = _numbers(chain, list(spans), known)
    groups = []
    for k in range(len(chain.factors)):
        if (key := _start_key(chain, turns, k)).startswith("s"):
            groups.append(_group(rail, key, (k, k + 1), None, "stage"))
    for span in spans:
        if (
            span[1] - span[0] > 1
            or any(turn.span == span for turn in turns)
            or not groups
            or _start_key(chain, turns, span[0]).startswith("m")
        ):
            groups.append(_group(rail, _matrix_key(span), span, numbers.get(span)))
    return groups


def _group(rail: Rail, key: str, span: Span, matrix: np.ndarray | None, kind: str = "") -> Group:
    chain = rail.chain
    first, last = chain.factors[span[0]], chain.factors[span[1] - 1]
    name = chain.name_of(span) if (first.row and last.column) or span[1] - span[0] > 1 else first.label
    shape = chain.sizes[span[0]], chain.sizes[span[1]]
    sheet = Sheet(name, shape, matrix, first.rows if first.row else (), last.columns if last.column else ())
    note = first.structure if span[1] - span[0] == 1 and first.structure in ("identity", "diagonal", "banded") else ""
    room = rail.slots[span[1] - 1][1] - rail.slots[span[0]][0]
    x, y = rail.centre(span)
    width, height = rail.scale.length(shape[1]), rail.scale.length(shape[0])
    at = (x - width / 2, y - height / 2, width, height)
    return Group(key, sheet_inks(sheet, (x, y), rail.scale, room, note or kind), tuple(round(v, 2) for v in at))  # type: ignore[arg-type]


def _numbers(chain: Chain, spans: Sequence[Span], known: dict[Span, np.ndarray]) -> dict[Span, np.ndarray]:
    """The matrices to show: what is known, the factors, and the products between them if they are cheap."""
    if not chain.is_known:
        return {}
    found = {(k, k + 1): factor.jacobian for k, factor in enumerate(chain.factors) if not factor.is_too_large}
    numbers = {span: matrix for span, matrix in found.items() if matrix is not None} | known
    sizes = chain.sizes
    work = sum(sizes[i] * sizes[j - 1] * sizes[j] for i, j in spans)
    if work > MOST_WORK or len(found) < len(chain.factors):
        return numbers
    with np.errstate(all="ignore"):
        for i, j in sorted(spans, key=lambda span: span[1] - span[0]):
            if (i, j) not in numbers and (i, j - 1) in numbers:
                numbers[i, j] = numbers[i, j - 1] @ numbers[j - 1, j]
    return numbers


def _prices(rail: Rail, choices: dict[Turn, Choice]) -> list[Group]:
    """Over each pair that can be multiplied a bracket with its price."""
    groups = []
    for turn, choice in choices.items():
        spans = [span for span in (turn.left, turn.right) if span[0] < span[1]]
        left, right = rail.centre(spans[0])[0], rail.centre(spans[-1])[0]
        middle, first, second = (left + right) / 2, *_price_lines(choice)
        left, right = (left + 5, right - 5) if left < right else (left - 20, right + 20)
        top = PRICES + 26.0
        strokes = (left, top + 9, left, top, left, top, right, top, right, top, right, top + 9)
        inks = (
            Ink("lines", "bracket", tuple(round(x, 2) for x in strokes)),
            Ink("text", "price", (round(middle, 2), PRICES), (("", first),), "middle"),
            Ink("text", "price cost", (round(middle, 2), PRICES + 17.0), (("", second),), "middle"),
        )
        at = (round(left, 2), PRICES - 16.0, round(right - left, 2), 54.0)
        said = "".join(part for _, part in choice.text)
        groups.append(Group(choice.key, inks, at, said))
    return groups


def _frame(rail: Rail, orders: Sequence[Order]) -> list[Group]:
    """The formula above, and below the meters: what each order costs, and what has been paid so far."""
    most = max((order.cost.total for order in orders), default=0)
    marks = [Group("formula", (Ink("text", "told formula", (MARGIN, FORMULA)),))]
    if rail.scale.logarithmic:
        note = Ink("text", "note", (rail.width - MARGIN, FORMULA), (("", "sides on a logarithmic scale"),), "end")
        marks.append(Group("scale", (note,)))
    left, right = MARGIN + 100.0, rail.width - MARGIN - _meter_room(orders)
    top = rail.bottom + 14.0
    for order in orders:
        share = order.cost.total / most if most else 0.0
        said = f"{order.cost.total:,} fma · peak {order.cost.peak:,} entries"
        inks = (
            Ink("text", f"label {order.voice}", (MARGIN, top + 10), (("", _short(order.label)),)),
            Ink("rect", "slot", (left, top, right - left, 11.0, 2.0)),
            Ink("rect", f"bar {order.voice}", (left, top, round((right - left) * share, 2), 11.0, 2.0)),
            Ink("text", "meter", (rail.width - MARGIN, top + 10), (("", said),), "end"),
        )
        marks.append(Group(f"order {order.label}", inks))
        top += METER
    marks += _so_far(rail, (left, top, right - left))
    return marks


def _meter_room(orders: Sequence[Order]) -> float:
    """What the longest text beside a meter needs."""
    texts = (f"{order.cost.total:,} fma · peak {order.cost.peak:,} entries" for order in orders)
    return 1.08 * max((text_width(text, 13.0) for text in texts), default=0.0) + 18.0


def _short(label: str) -> str:
    marks = {"forward": "▸ forward", "reverse": "◂ reverse", "JVP": "▸ JVP", "VJP": "◂ VJP"}
    return marks.get(label, label if len(label) < 14 else "this order")


def _so_far(rail: Rail, at: tuple[float, float, float]) -> list[Group]:
    """The meter of the order that is being made: fma above, entries below."""
    left, top, width = at
    inks = (
        Ink("text", "label", (MARGIN, top + 10), (("", "so far"),)),
        Ink("rect", "slot", (left, top, width, 11.0, 2.0)),
        Ink("rect", "level", (left, top, width, 11.0, 2.0)),
        Ink("text", "told meter", (rail.width - MARGIN, top + 10), (), "end"),
    )
    return [Group("spent", inks)]
