"""What a player needs to sweep a scalar tape again by itself, from another output or along another input.

``static/reseed.js`` holds the sweep. It is that of `advis.play` with ``output=`` or other tangents; tests compare them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from advis.analysis.play import Play
from advis.autodiff.errors import MissingRule
from advis.autodiff.partial import Partial
from advis.autodiff.tape import Tape

NONE = "_"
"""Stands for no number: an edge that no derivative passes, an input without seed."""


def seeds_of(shown: Play) -> dict[str, Any] | None:
    """Return every partial in full precision, in the order of the edges, and the seeds; None if not all is scalar.

    Numbers are words with spaces between, in the shortest form that is read back to the last bit.

    Examples
    --------
    >>> import advis as av
    >>> seeds_of(av.play(av.trace(lambda x, c: x / 3.0 * c, 2.0, 5.0), {"x": 1.0}))["partials"]
    '0.3333333333333333 _ 5 0.6666666666666666'
    """
    tape = shown.tape
    if not all(type(value) is np.float64 for value, carried in zip(tape.values, tape.carried, strict=True) if carried):
        return None
    try:
        partials = _partials(tape)
    except MissingRule:
        return None
    starts, ends = tape.inputs, tape.outputs
    return {
        "partials": " ".join(partials),
        "inputs": [node.index for node in starts],
        "tangents": " ".join(word(shown.forward._seeds[node.index]) for node in starts),
        "outputs": [node.index for node in ends],
        "adjoints": " ".join(word(shown.reverse._seeds[node.index]) for node in ends),
    }


def _partials(tape: Tape) -> list[str]:
    edges = [Partial(tape, index, place) for index, parents in enumerate(tape.parents) for place in range(len(parents))]
    return [word(edge.value) if edge.passes else NONE for edge in edges]


def word(number: Any) -> str:
    """Return the shortest text that JavaScript and Python read back as the same float64.

    Examples
    --------
    >>> word(0.1), word(2.0), word(-np.inf), word(None)
    ('0.1', '2', '-Infinity', '_')
    """
    if number is None:
        return NONE
    x = float(number)
    if math.isnan(x):
        return "NaN"
    return repr(x).replace("inf", "Infinity").removesuffix(".0")
