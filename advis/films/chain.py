"""Films of a chain: its factors on the rail, multiplied forward, in reverse, in the best order, or as the reader likes.

There is one mark for every product that can arise, at its own place: so nothing moves, whatever is multiplied first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from advis.analysis.accumulation import Accumulation
from advis.analysis.chain import Chain
from advis.analysis.orders import Cost, cost_of
from advis.films.choices import order_at
from advis.films.film import Film, Scene, Spans
from advis.films.metrics import text_width
from advis.films.rail import FORMULA_SIZE, LEAST, MARGIN, Matrices, Order, rail_marks
from advis.films.sheets import scale_for
from advis.films.turns import choice_key, choice_of, every_product, start_key

MOST_CHOSEN = 12  # with more factors, the film has the products of its orders only
VOICES = {"forward": "tangent", "jvp": "tangent", "reverse": "adjoint", "vjp": "adjoint"}


def chain_film(chain: Chain) -> Film:
    """Return the film of a chain: forward, reverse and optimal to play, and the reader's own order to make."""
    orders = [named_order(chain, name) for name in ("forward", "reverse", "optimal")]
    return rail_film(chain, orders, own=2 < len(chain.factors) <= MOST_CHOSEN)


def accumulation_film(shown: Accumulation) -> Film:
    """Return the film of an accumulation: its products, one after the other."""
    chain, vectors = shown.chain, not all((shown.chain.variables[0], shown.chain.variables[-1]))
    known = {} if shown.matrices is None else dict(zip((t.span for t in shown.turns), shown.matrices, strict=True))
    choosable = not vectors and not shown.matrix_free and 2 < len(chain.factors) <= MOST_CHOSEN
    return rail_film(chain, [order_of(shown)], choosable, known, None if choosable else shown.fma)


def named_order(chain: Chain, name: str, matrix_free: bool = False) -> Order:
    """Return forward, reverse or optimal, as a film plays it."""
    turns = chain.turns(name, matrix_free)
    cost = cost_of(turns, chain.sizes, chain.edges if matrix_free else ())
    return Order(name, VOICES.get(name, "value"), turns, cost, _intro(chain, name, cost))


def order_of(shown: Accumulation) -> Order:
    """Return the order of an accumulation, as a film plays it."""
    labels = {"jvp": "JVP", "vjp": "VJP"} | {name: name for name in ("forward", "reverse", "optimal")}
    label = labels.get(shown.order, shown.bracketing)
    voice = VOICES.get(shown.order, "value")
    return Order(label, voice, shown.turns, shown.cost, _intro(shown.chain, shown.order, shown.cost))


def rail_film(
    chain: Chain,
    orders: Sequence[Order],
    own: bool,
    known: Matrices | None = None,
    best: int | None = None,
    longest: float = 0.0,
    most: int = 0,
    least: float = LEAST,
    prefix: str = "",
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
    longest : float, optional
        How long the longest side is drawn, for a smaller picture.
    most : int, optional
        The cost that fills a meter; that of the dearest order if not given.
    least : float, optional
        The width of the narrowest picture; a longer formula needs more.
    prefix : str, optional
        What stands before the formula.
    """
    turns = dict.fromkeys(turn for order in orders for turn in order.turns)
    if own:
        turns |= dict.fromkeys(every_product(len(chain.factors)))
    choices = {turn: choice_of(chain, turn) for turn in turns}
    best = cost_of(chain.turns("optimal"), chain.sizes).total if best is None else best
    left = prefix + _left_side(chain)
    least = max(least, 2 * MARGIN + _formula_room(chain, left))
    marks, size = rail_marks(chain, choices, orders, known or {}, scale_for(chain.sizes, longest), least)
    scene = Scene("rail", "drawing", "Factors", marks, *size, (), _described(chain))
    starts = [start_key(chain, turns, k) for k in range(len(chain.factors))]
    data = {
        "start": starts,
        "names": dict(zip(starts, (factor.name or factor.label for factor in chain.factors), strict=True)),
        "left": left,
        "unit": "fma",
        "held": "entries",
        "best": best,
        "most": most or max((order.cost.total for order in orders), default=0),
        "orders": [_played(order) for order in orders] + ([_own(chain, best)] if own else []),
    }
    steps, voice = len(orders[0].turns), orders[0].voice
    film = Film("chain", chain.title, (scene,), {}, steps, subtitle(chain), voice, tuple(choices.values()), data=data)
    return film if choices else _still(film)


def _still(film: Film) -> Film:
    """One factor alone: there is nothing to play or to choose."""
    return replace(film, tracks={key: ((0, state),) for key, state in order_at(film, 0, 0).items()}, data={})


def _played(order: Order) -> dict[str, Any]:
    keys = [choice_key(turn) for turn in order.turns]
    return {"label": order.label, "voice": order.voice, "choices": keys, "intro": order.intro}


def _own(chain: Chain, best: int) -> dict[str, Any]:
    intro = (
        ("", f"{len(chain.factors)} factors. "),
        ("strong", "Which two neighbours do you multiply first?"),
        ("", f" The price stands over each pair; the cheapest order costs {best:,} fma."),
    )
    return {"label": "my own", "voice": "value", "choices": [], "intro": intro}


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


def _left_side(chain: Chain) -> str:
    if not chain.variables[-1]:
        return "F′(x) v = "
    return "F′(x) = " if chain.variables[0] else "uᵀ F′(x) = "


def _formula_room(chain: Chain, left: str) -> float:
    """How wide the formula is with all its parentheses."""
    names = " · ".join(factor.name or factor.label for factor in chain.factors)
    return 0.9 * text_width(f"{left}{names}{'()' * (len(chain.factors) - 2)}", FORMULA_SIZE)


def subtitle(chain: Chain) -> str:
    """Return the sizes, the shape of J, and what was flattened."""
    m, n = chain.shape
    arrays = {name: shape for name, shape in chain.flattened.items() if all(isinstance(k, int) for k in shape)}
    flat = "".join(f" · {name} {'×'.join(map(str, shape))} flattened" for name, shape in arrays.items())
    return f"sizes {' · '.join(f'{size:,}' for size in chain.sizes)}, J is {m:,} × {n:,}{flat}"


def _described(chain: Chain) -> str:
    sides = ((factor.name or factor.label, *factor.shape) for factor in chain.factors)
    said = ", ".join(f"{name} {rows} by {columns}" for name, rows, columns in sides)
    return f"The factors of {chain.title} as rectangles to scale: {said}."
