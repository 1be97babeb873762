"""The engine's table: ratios of medians, rounds of all programs interleaved: ``python -m tests.benchmarks.engine``.

Interleaving makes the ratios hold on a machine whose speed changes from minute to minute.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import advis as av
from tests.benchmarks.families import FAMILIES, reads
from tests.benchmarks.workloads import WORKLOADS, Programs, fan_out


def seconds(program: Callable[[], Any], runs: int = 1) -> float:
    """Return the seconds of one run, as a mean over so many."""
    start = time.perf_counter()
    for _ in range(runs):
        program()
    return (time.perf_counter() - start) / runs


def medians(programs: Programs, budget: float = 4.0, burst: float = 0.005) -> dict[str, float]:
    """Return the median seconds of each program, in as many interleaved rounds as fit the budget (at least 5).

    In its turn a program runs again and again for a burst, as in a loop that trains: so a short one is not measured by
    what its forerunner left in the processor's caches. With ``burst=0`` it runs once.
    """
    once = {name: min(seconds(program) for _ in range(3)) for name, program in programs.items()}
    runs = {name: max(1, round(burst / each)) for name, each in once.items()}
    rounds = int(min(200, max(5, budget / sum(once[name] * runs[name] for name in programs))))
    times: dict[str, list[float]] = {name: [] for name in programs}
    gc.collect()
    for _ in range(rounds):
        for name, program in programs.items():
            times[name].append(seconds(program, runs[name]))
    return {name: median(items) for name, items in times.items()}


def agree(programs: Programs) -> None:
    """Raise if a peer's result differs from ours."""
    ours = programs["advis"]()
    for name, program in programs.items():
        for a, b in zip(_flat(ours), _flat(program()), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-10, err_msg=name)


def _flat(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def growth(small: Callable[[], Any], large: Callable[[], Any], times: int) -> float:
    """Time per operation of a program with so many times the operations of a small one, over that of the small one."""
    ratios = [seconds(large) / times / median(seconds(small) for _ in range(20)) for _ in range(7)]
    return median(ratios)


def linear_fan_out() -> float:
    """Time per operation of a fan-out of 10⁵ operations over that of 10³."""
    return growth(fan_out(10**3)["advis"], fan_out(10**5)["advis"], 100)


def linear_reads() -> float:
    """Time per read of 10⁴ reads of a vector's elements over that of 10³."""
    return growth(reads(10**3)["advis"], reads(10**4)["advis"], 10)


def bytes_per_operation(count: int = 30_000) -> float:
    """Bytes that a tape keeps for each scalar operation, ``source=False``."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(count // 3):
            y = np.sin(y)
            y = y * x
            y = y + 0.5
        return y

    gc.collect()
    tracemalloc.start()
    tape = av.trace(f, 1.1, source=False)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(tape) > count
    return kept / count


def main() -> None:
    print("| workload (gradient, recording included) | advis | peer | ratio | at most |\n|---|---:|---|---:|---:|")
    for name, (make, limits) in (WORKLOADS | FAMILIES).items():
        if len(sys.argv) > 1 and sys.argv[1] not in name:
            continue
        programs = make()
        agree(programs)
        found = medians(programs)
        for peer, most in limits.items():
            if peer in found:
                ratio = found["advis"] / found[peer]
                shown = f"{peer} {1e3 * found[peer]:.3g} ms"
                print(f"| {name} | {1e3 * found['advis']:.3g} ms | {shown} | {ratio:.2f} | {most} |", flush=True)
    if len(sys.argv) == 1:
        print(f"| fan-out, 10⁵ over 10³ operations, time per operation | | | {linear_fan_out():.2f} | 1.3 |")
        print(f"| 10⁴ over 10³ reads of a 1,000-vector, time per read | | | {linear_reads():.2f} | 1.3 |")
        print(f"| bytes of tape per scalar operation | {bytes_per_operation():.0f} bytes | | | 400 bytes |")


if __name__ == "__main__":
    main()
