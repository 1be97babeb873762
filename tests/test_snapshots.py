"""The gallery's pictures and traces, compared with those that were looked at and accepted.

A failure leaves the new file in ``failed/`` beside its name. To accept what changed, look at it, then run
``ADVIS_ACCEPT=1 pytest tests/test_snapshots.py``.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from gallery import BOXES, GALLERY

import advis as av
from advis.autodiff.structure import map_leaves
from advis.media.svg import svg

SNAPSHOTS = Path(__file__).parent / "snapshots"
PROGRAMS = GALLERY | BOXES
FAILED = Path(__file__).parent.parent / "failed"


def reverse_sweep(name):
    function, arguments = PROGRAMS[name]
    tape = av.trace(function, *arguments)
    return tape.reverse(map_leaves(lambda value: np.ones(np.shape(value)), tape.value))


def compare(name: str, new: str) -> None:
    accepted = SNAPSHOTS / name
    if os.environ.get("ADVIS_ACCEPT"):
        SNAPSHOTS.mkdir(exist_ok=True)
        accepted.write_text(new, encoding="utf-8")
    if not accepted.exists() or accepted.read_text(encoding="utf-8") != new:
        FAILED.mkdir(exist_ok=True)
        (FAILED / name).write_text(new, encoding="utf-8")
        pytest.fail(f"{name} changed: compare failed/{name} with tests/snapshots/{name}")


@pytest.mark.parametrize("name", PROGRAMS)
def test_text(name):
    compare(f"{name}.txt", f"{reverse_sweep(name)}\n")


@pytest.mark.parametrize("name", PROGRAMS)
def test_picture(name):
    film = reverse_sweep(name).film()
    compare(f"{name}.svg", svg(film, step=film.steps // 2))
