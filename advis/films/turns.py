"""From the turns of an accumulation to the choices of a film: keys, prices, and what is said."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from advis.analysis.chain import Chain
from advis.analysis.orders import ADJOINT, PRODUCT, TANGENT, Turn, cost_of
from advis.films.film import Choice, Spans

Span = tuple[int, int]


def every_product(count: int) -> Iterable[Turn]:
    """Return every pair of neighbours that can ever be multiplied, of so many factors."""
    return (Turn(PRODUCT, (i, k), (k, j)) for i, k, j in combinations(range(count + 1), 3))


def matrix_key(span: Span) -> str:
    """Return the key of a factor's matrix, or of a product."""
    return f"m{span[0]}.{span[1]}"


def start_key(chain: Chain, turns: Iterable[Turn], factor: int) -> str:
    """Return the key of what a factor is at first: a matrix; or, where sweeps go through it, a stage."""
    swept = any(turn.kind != PRODUCT for turn in turns)
    return f"s{factor}" if swept and not is_vector(chain, factor) else matrix_key((factor, factor + 1))


def is_vector(chain: Chain, factor: int) -> bool:
    """Whether a factor is the v of a JVP, or the u of a VJP."""
    return not (chain.factors[factor].row and chain.factors[factor].column)


def choice_key(turn: Turn) -> str:
    """Return the key of a choice: ``c0.1.2`` multiplies factors 0 and 1; ``t`` and ``a`` sweep."""
    kind = {PRODUCT: "c", TANGENT: "t", ADJOINT: "a"}[turn.kind]
    return f"{kind}{turn.left[0]}.{turn.left[1]}.{turn.right[1]}"


def taken(turn: Turn) -> tuple[str, ...]:
    """Return the keys that a turn takes. A sweep that starts from the identity takes the stage alone."""
    left, right = matrix_key(turn.left), matrix_key(turn.right)
    if turn.kind == TANGENT:
        return (f"s{turn.left[0]}", *([right] if turn.right[0] < turn.right[1] else []))
    if turn.kind == ADJOINT:
        return (*([left] if turn.left[0] < turn.left[1] else []), f"s{turn.right[0]}")
    return left, right


def choice_of(chain: Chain, turn: Turn) -> Choice:
    """Return a turn as a choice, with its cost and what is said of it."""
    (i, j), sizes = turn.span, chain.sizes
    cost = cost_of([turn], sizes, [factor.edges for factor in chain.factors]).total
    text = (
        *_what(chain, turn),
        ("", f": {price_of(chain, turn)} = "),
        ("strong", f"{cost:,} fma"),
        ("", f". It leaves {_left_behind((sizes[i], sizes[j]))}."),
    )
    return Choice(choice_key(turn), taken(turn), matrix_key(turn.span), cost, sizes[i] * sizes[j], text)


def price_of(chain: Chain, turn: Turn) -> str:
    """Return what is multiplied for the price: ``1 · 4 · 50``, or for a sweep ``3 · 7 edges``."""
    (i, j), k, sizes = turn.span, turn.left[1], chain.sizes
    if turn.kind == PRODUCT:
        return f"{sizes[i]:,} · {sizes[k]:,} · {sizes[j]:,}"
    many, factor = _swept(chain, turn)
    return f"{many:,} · {chain.factors[factor].edges or 0:,} edges"


def _swept(chain: Chain, turn: Turn) -> tuple[int, int]:
    """How many vectors a sweep carries, and through which factor."""
    (i, j), sizes = turn.span, chain.sizes
    return (sizes[j], turn.left[0]) if turn.kind == TANGENT else (sizes[i], turn.right[0])


def _what(chain: Chain, turn: Turn) -> Spans:
    if turn.kind == PRODUCT:
        return (("name", chain.name_of(turn.left)), ("", " times "), ("name", chain.name_of(turn.right)))
    many, factor = _swept(chain, turn)
    word = "tangent" if turn.kind == TANGENT else "adjoint"
    said = f"One {word}" if many == 1 else f"{many:,} {word}s"
    return (("", f"{said} through "), ("name", chain.factors[factor].label))


def _left_behind(shape: tuple[int, int]) -> str:
    rows, columns = shape
    if rows == columns == 1:
        return "one number"
    if rows == 1:
        return f"a row of {columns:,}"
    return f"a column of {rows:,}" if columns == 1 else f"{rows:,} × {columns:,} entries"
