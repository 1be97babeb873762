"""How long files take and what they weigh, of a sweep of 60 nodes: ``python -m tests.benchmarks.media``.

Seconds are of the processor; those of programs that others run (ffmpeg) are not among them.
"""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np

import advis as av


def sixty(a: Any, b: Any) -> Any:
    """A program of 60 nodes: sums, products and sines of earlier values."""
    values = [a, b]
    for k in range(58):
        left, right = values[-1], values[max(0, len(values) - 2 - k % 7)]
        values.append(np.sin(left) if k % 4 == 0 else left * right if k % 4 == 1 else left + right)
    return values[-1]


FILES = {
    "SVG, one for each step": ("f-{step}.svg", {}),
    "animated SVG": ("f.svg", {"animate": True}),
    "GIF": ("f.gif", {}),
    "APNG": ("f.apng", {}),
    "WebP": ("f.webp", {}),
    "MP4": ("f.mp4", {}),
    "PNG": ("f.png", {}),
    "PDF": ("f.pdf", {}),
    "TikZ": ("f.tex", {}),
    "Beamer": ("f.tex", {"beamer": True}),
    "HTML": ("f.html", {}),
}


def table() -> str:
    """The Markdown table of all formats."""
    sweep = av.trace(sixty, 0.4, 0.7).reverse()
    lines = [f"| {len(sweep.tape)} nodes, {sweep.film(fold=False).steps} steps | time | size |", "|---|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, (file, options) in FILES.items():
            start = time.process_time()
            written = sweep.save(f"{folder}/{file}", fold=False, **options)
            seconds = time.process_time() - start
            size = sum(path.stat().st_size for path in ([written] if isinstance(written, Path) else written))
            lines.append(f"| {name} | {seconds:.1f} s | {size / 1e3:,.0f} kB |")
        lines.append(_deck(f"{folder}/deck.html", sweep))
    return "\n".join(lines)


def _deck(path: str, sweep: Any) -> str:
    tape = sweep.tape
    chain = av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)])
    items = [sweep, tape, av.play(tape), chain, chain.accumulate("forward"), chain.accumulate("reverse")]
    items += [chain.compare(), av.compare_methods(lambda x: x * x, 2.0), tape.forward(a=1.0), av.trace(sixty, 0.1, 0.2)]
    start = time.process_time()
    written = av.deck(items, path, title="Ten objects")
    return f"| deck of ten objects | {time.process_time() - start:.1f} s | {written.stat().st_size / 1e3:,.0f} kB |"


def memory() -> str:
    """The most that is held while a GIF of 500 steps is written."""

    def program(x: Any) -> Any:
        for _ in range(250):
            x = np.sin(x) * 1.01
        return x

    sweep = av.trace(program, 0.5).reverse()
    with tempfile.TemporaryDirectory() as folder:
        tracemalloc.start()
        sweep.save(f"{folder}/f.gif")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return f"A GIF of {sweep.film().steps} steps: at most {peak / 1e6:.0f} MB at once, film included."


if __name__ == "__main__":
    print(table())
    print()
    print(memory())
