"""A tape run again, at other inputs: the same operations, the branches that were taken, with new values."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from advis.autodiff.sweeps import is_operation
from advis.autodiff.tape import Tape


def rerun(tape: Tape, inputs: Sequence[Any]) -> Tape:
    """Return the same tape with the values that these inputs give; they may be traced.

    Parameters
    ----------
    tape : Tape
    inputs : sequence
        A number or array for each of ``tape.inputs``.

    Examples
    --------
    >>> import advis as av
    >>> again = rerun(av.trace(lambda a, b: a * b, 2.0, 5.0), [3.0, 5.0])
    >>> again.value, again.reverse().result
    (15.0, (5.0, 3.0))
    """
    values = list(tape.values)
    for place, value in zip(tape.input_places, inputs, strict=True):
        values[place.index] = value
    for index, primitive in enumerate(tape.primitives):
        if is_operation(primitive):
            values[index] = primitive.settled()(*(values[parent] for parent in tape.parents[index]))
    again = copy.copy(tape)
    again.values = values
    again._latest = {}
    return again
