"""Chains for the tests of films, and everything that can be shown of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

import advis as av
from advis.analysis.chain import Chain
from advis.films.film import Film

WEIGHTS = np.array([[1.0, -2.0, 0.5], [0.25, 0.0, 3.0]])


def planned(sizes: Sequence[int], edges: Sequence[int] | None = None) -> Chain:
    """Return a chain of shapes alone, whose variables have these sizes."""
    return av.chain(shapes=list(pairwise(sizes)), edges=edges)


@cache
def small() -> Chain:
    """Return four stages on three numbers: ∂a/∂x and ∂c/∂b are diagonal, ∂b/∂a has a zero; entries have names."""

    def mixed(a: Any) -> Any:
        return WEIGHTS @ a

    def energy(c: Any) -> Any:
        return np.sum(c * c)

    return av.chain(av.compose(energy, np.tanh, mixed, np.sin), np.array([0.3, 1.0, -2.0]))


@cache
def layered() -> Chain:
    """Return five stages on thirty numbers: too large for names, so shaded."""
    rng = np.random.default_rng(0)
    first, second, third = (rng.normal(size=shape) for shape in ((20, 30), (8, 20), (3, 8)))
    stages = (lambda d: third @ d, np.tanh, lambda b: second @ b, np.tanh, lambda x: first @ x)
    return av.chain(av.compose(*stages), rng.normal(size=30))


@cache
def spoken() -> Chain:
    """Return a chain whose variables have long names."""
    names = ["embedded", "encoded", "decoded", "normalised", "probability", "loss"]
    stages = (np.sum, np.exp, lambda b: b / np.sum(b), np.square, np.tanh, np.sin)
    return av.chain(av.compose(*stages, names=names), np.linspace(0.1, 1.0, 12))


TWELVE = (1, 30, 35, 15, 5, 10, 20, 25, 40, 8, 9, 3, 4)

CHAINS: dict[str, Callable[[], Chain]] = {
    "small": small,
    "layered": layered,
    "spoken": spoken,
    "lecture": lambda: planned([1, 4, 50, 20, 10]),
    "one factor": lambda: planned([3, 4]),
    "two factors": lambda: planned([5, 1000, 5]),
    "twelve factors": lambda: planned(TWELVE),
    "fifteen factors": lambda: planned([3, 2] * 8),
    "far apart": lambda: planned([10, 784, 128, 32, 3]),
    "thousands": lambda: planned([1000, 1500, 3, 2000, 1000]),
    "a million": lambda: planned([1, 10**6, 10**6, 1]),
    "numbers": lambda: planned([1, 1, 1, 1]),
    "nothing inside": lambda: planned([2, 0, 3, 2]),
    "elemental": lambda: planned([2, 1, 3, 3], [7, 14, 29]),
}


def _vectors(chain: Chain) -> tuple[list[Any], list[Any]]:
    """A direction v and weights u, if the chain has numbers."""
    m, n = chain.shape
    return ([np.linspace(-1, 1, n)], [np.linspace(1, 2, m)]) if chain.is_known else ([], [])


def every_film(chain: Chain) -> dict[str, Callable[[], Film]]:
    """Return what makes each film of a chain, by what it shows."""
    v, u = _vectors(chain)
    makers: dict[str, Callable[[], Any]] = {
        "chain": lambda: chain,
        "forward": lambda: chain.accumulate("forward"),
        "reverse": lambda: chain.accumulate("reverse"),
        "optimal": lambda: chain.accumulate("optimal"),
        "jvp": lambda: chain.jvp(*v),
        "vjp": lambda: chain.vjp(*u),
        "compare": chain.compare,
    }
    if chain.shape[0] * chain.shape[1] <= 10**5:
        makers |= {"by columns": chain.by_columns, "by rows": chain.by_rows}
    if all(factor.edges is not None for factor in chain.factors):
        for order in ("forward", "reverse", "optimal"):
            makers[f"matrix-free {order}"] = lambda order=order: chain.accumulate(order, matrix_free=True)
        makers["matrix-free compare"] = lambda: chain.compare(matrix_free=True)
        makers["matrix-free jvp"] = lambda: chain.jvp(*v, matrix_free=True)
        makers["matrix-free vjp"] = lambda: chain.vjp(*u, matrix_free=True)
    if chain.tape is not None:
        makers |= {f"sweep {way}": lambda way=way: chain.sweep(way) for way in ("forward", "reverse")}
    return {name: lambda make=make: make().film() for name, make in makers.items()}


FILMS: dict[str, Callable[[], Film]] = {
    f"{which}: {name}": cache(make)
    for which in ("small", "layered", "lecture", "elemental")
    for name, make in every_film(CHAINS[which]()).items()
} | {"lecture: map": cache(lambda: CHAINS["lecture"]().map().film())}
"""The films that both players and all media are compared on."""
