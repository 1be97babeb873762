"""What a player weighs and how long a big one takes to make: ``python -m tests.benchmarks.player``.

Bytes are the same on every machine; times are of the processor, medians of five runs (of one from 10,000 nodes on).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import advis as av
from advis.films.layout import ordered
from advis.media.html import fragment
from advis.media.player import needs_of, player_css, player_module


def straight(operations: int) -> Callable[[Any], Any]:
    """A program of so many lines without loops or functions: two operations and a constant each."""
    lines = "\n".join(f"    v{k} = np.sin({f'v{k - 1}' if k else 'x'}) * 0.9" for k in range(operations))
    names = {"np": np}
    exec(f"def straight(x):\n{lines}\n    return v{operations - 1}\n", names)
    return names["straight"]


def looped(turns: int) -> Callable[[Any], Any]:
    """The same in a loop."""

    def loop(x: Any) -> Any:
        for _ in range(turns):
            x = np.sin(x) * 0.9
        return x

    return loop


def objects(program: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
    """What can be shown of a program, each made anew."""
    return {
        "tape": lambda: av.trace(program, 1.0),
        "reverse sweep": lambda: av.trace(program, 1.0).reverse(),
        "both modes": lambda: av.play(av.trace(program, 1.0)),
    }


def made(make: Callable[[], Any], runs: int) -> tuple[int, float]:
    """The bytes of the HTML, and the median seconds of the processor that film and HTML take."""
    times = []
    for _ in range(runs):
        shown = make()
        ordered.cache_clear()
        start = time.process_time()
        html = fragment(shown.film(), str(shown))
        times.append(time.process_time() - start)
    return len(html.encode()), statistics.median(times)


def weights() -> str:
    """The Markdown table of bytes: 200 nodes, whole, and of these code and style."""
    lines = ["| 200 nodes of straight code | HTML | code | style |", "|---|---:|---:|---:|"]
    for name, make in objects(straight(66)).items():
        film = make().film()
        needs = needs_of([film])
        module, style = (len(text.encode()) for text in (player_module(needs), player_css(needs)))
        html = len(fragment(film, str(make())).encode())
        lines.append(f"| {name} | {html / 1e3:.0f} kB | {(module - style) / 1e3:.1f} kB | {style / 1e3:.1f} kB |")
    return "\n".join(lines)


def big() -> str:
    """The Markdown table of programs of 10,000 nodes."""
    lines = ["| 10,000 nodes | HTML | film and HTML |", "|---|---:|---:|"]
    for where, program in (("straight code", straight(3333)), ("in a loop", looped(3333))):
        for name, make in objects(program).items():
            size, seconds = made(make, runs=1)
            lines.append(f"| {where}, {name} | {size / 1e6:.2f} MB | {seconds:.1f} s |")
    return "\n".join(lines)


if __name__ == "__main__":
    for table in (weights, big):
        print(table(), end="\n\n")
