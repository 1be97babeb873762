"""The mutation test: classic bugs planted over the gallery; how many does a check find, and how many does it locate?

``python tests/analysis/mutation.py`` prints the table that stands in docs/checking.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gallery import GALLERY

import advis as av
from advis.analysis.sabotage import KINDS, PLANT
from advis.autodiff.structure import map_leaves


def orientations(a, x):
    """Square matrices in many places: a wrong orientation fits everywhere, and shows only in the numbers."""
    b = a @ a + np.transpose(a)
    y = (b @ x)[[1, 2, 0]]
    z = x @ b + y
    return np.sum(np.sin(b[:, ::-1]), axis=0) @ np.tanh(z)


MATRIX = np.array([[0.5, -1.2, 0.3], [0.9, 0.4, -0.7], [-0.1, 1.1, 0.8]])
PROGRAMS = GALLERY | {"orientations": (orientations, (MATRIX, np.array([0.3, -0.8, 1.4])))}


def mutants(name: str, seed: int = 1) -> Iterator[av.SabotagedTape]:
    """Yield a bug of each kind in a program, at a random node where it changes a number; of orientations all."""
    function, arguments = PROGRAMS[name]
    tape = av.trace(function, *arguments)
    ones = map_leaves(lambda value: np.ones(np.shape(value)), tape.value)
    for kind in KINDS:
        for index in np.random.default_rng(seed).permutation(len(tape)):
            planted = PLANT[kind](tape, int(index))
            if isinstance(planted, str):  # this kind does not apply here
                continue
            if planted.against(ones).step is not None:
                yield planted
                if function is not orientations:
                    break


def score() -> dict[str, tuple[int, int, int]]:
    """Return for each kind of bug how many were planted, found, and located."""
    counts = dict.fromkeys(KINDS, (0, 0, 0))
    for name in PROGRAMS:
        for planted in mutants(name):
            report = av.check(planted, order=1)
            located = report.culprit is not None and report.culprit.index == planted.bug.index
            before = counts[planted.bug.kind]
            counts[planted.bug.kind] = (before[0] + 1, before[1] + (not report.ok), before[2] + located)
    return counts


def table(counts: dict[str, tuple[int, int, int]]) -> str:
    """Return the score as a Markdown table."""
    rows = [*counts.items(), ("all", tuple(map(sum, zip(*counts.values(), strict=True))))]
    body = [f"| {kind} | {planted} | {found} | {located} |" for kind, (planted, found, located) in rows]
    return "\n".join(["| bug | planted | found | located |", "|---|---:|---:|---:|", *body])


if __name__ == "__main__":
    print(table(score()))
