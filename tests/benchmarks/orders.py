"""Measured time against predicted fma, and the time to find an optimum: ``python tests/benchmarks/orders.py``."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from itertools import pairwise

import numpy as np

import advis as av
from advis.analysis.chain import Chain
from advis.analysis.factor import Factor, vector

CHAINS = {
    "one output: 1, 800, 800, 800, 800": (1, 800, 800, 800, 800),
    "one input: 800, 800, 800, 800, 1": (800, 800, 800, 800, 1),
    "a narrow middle: 800, 800, 2, 800, 800": (800, 800, 2, 800, 800),
}
ORDERS = ("forward", "reverse", "optimal")
RUNS = 7


def random_chain(sizes: tuple[int, ...]) -> Chain:
    """A chain of given matrices."""
    rng = np.random.default_rng(0)
    ends = [vector(f"z{k}", size) for k, size in enumerate(sizes)]
    factors = [
        Factor(out, into, f"F{k}", given=rng.normal(size=(out.size, into.size)))
        for k, (out, into) in enumerate(pairwise(ends))
    ]
    return Chain(factors, "random matrices", None)


def seconds(run) -> float:
    """The best of several runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def table() -> str:
    """Return the Markdown table: predicted and measured, each also as a multiple of the optimum."""
    lines = ["| chain, order | fma | × optimum | time | × optimum |", "|---|---:|---:|---:|---:|"]
    for name, sizes in CHAINS.items():
        chain = random_chain(sizes)
        fma = {order: chain.accumulate(order).fma for order in ORDERS}
        measured = {order: seconds(lambda order=order, chain=chain: chain.accumulate(order)) for order in ORDERS}
        for order in ORDERS:
            took = 1e3 * measured[order]
            predicted, found = fma[order] / fma["optimal"], measured[order] / measured["optimal"]
            lines.append(f"| {name}, {order} | {fma[order]:,} | {predicted:.3g} | {took:.3g} ms | {found:.3g} |")
    return "\n".join(lines)


def optimum() -> str:
    """Return how long the optimum of 200 factors takes, text included."""
    sizes = np.random.default_rng(0).integers(1, 1000, 201).tolist()
    chain = av.chain(shapes=list(pairwise(sizes)), edges=[10 * size for size in sizes[1:]])
    dense, swept = (seconds(lambda free=free: str(chain.accumulate("optimal", free))) for free in (False, True))
    return f"optimum of 200 factors: {1e3 * dense:.3g} ms of matrices, {1e3 * swept:.3g} ms matrix-free"


if __name__ == "__main__":
    print(table())
    print(optimum())
