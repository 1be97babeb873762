"""The command line: ``python -m advis demo``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import advis as av
from advis.analysis.checks import cut_sums
from advis.media.html import page
from advis.media.save import write_whole


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, or 2 with a message in one line."""
    parser = argparse.ArgumentParser(
        prog="advis", description="See automatic differentiation.", epilog="example: python -m advis demo"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="record a function, print its trace, write a page that plays both sweeps")
    demo.add_argument("-o", "--output", default="advis-demo.html", help="the page (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        run_demo(Path(options.output))
    except (OSError, ValueError) as error:
        print(f"advis: {error}", file=sys.stderr)
        return 2
    return 0


def run_demo(output: Path) -> None:
    """Record the classic example, print both sweeps, and write them as players on one page."""
    tape = av.trace(f, 2.0, 5.0)
    forward, reverse = tape.forward(x1=1.0), tape.reverse()
    print(forward, reverse, sep="\n\n", end="\n\n")
    sums = cut_sums(forward, reverse)
    print(f"⟨u, J v⟩ = {sums[0]:g} at each of the {len(sums)} moments of the reverse sweep.")
    films = [(sweep.film(), str(sweep)) for sweep in (forward, reverse)]
    written = write_whole(output, page(films, "Both sweeps of f(x1, x2)").encode())
    print(f"\nWrote {written.resolve()}: open it in a browser; it needs no network.")
    print("Next: jupyter lab notebooks/01-first-sweep.ipynb")


if __name__ == "__main__":
    sys.exit(main())
