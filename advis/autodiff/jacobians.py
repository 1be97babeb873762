"""The blocks of a Jacobian, one for each pair of an output and an input, from sweeps of one-hot seeds in a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import is_traced, shape_of
from advis.autodiff.structure import Place, fill
from advis.autodiff.tape import Tape


def real_mode(tape: Tape, mode: str) -> str:
    """Return the mode in which seeds of ones tell the whole derivative: they start at real numbers.

    Raises
    ------
    TypeError
        If inputs and outputs are complex, or the mode that was asked for starts at complex numbers.
    """
    complex_inputs, complex_outputs = (_is_complex(tape, places) for places in (tape.input_places, tape.output_places))
    wanted = "reverse" if complex_inputs else "forward" if complex_outputs else mode
    if (complex_inputs and complex_outputs) or mode not in ("auto", wanted):
        where = " and ".join(["inputs"] * complex_inputs + ["outputs"] * complex_outputs)
        raise TypeError(
            f"jacobian: {tape.function} has complex {where}, of which a {wanted if mode == 'auto' else mode} sweep of "
            "ones does not tell the whole derivative; write it as a function of real and imaginary parts, or use "
            "av.jvp and av.vjp" + ("" if complex_inputs and complex_outputs else f", or mode={wanted!r}")
        )
    return wanted


def _is_complex(tape: Tape, places: tuple[Place, ...]) -> bool:
    return any(tape.values[place.index].dtype.kind == "c" for place in places)


def is_forward(tape: Tape, mode: str) -> bool:
    """Return whether to sweep forward: as asked, or where there are fewer inputs than outputs."""
    sizes = [sum(_size(tape, place) for place in places) for places in (tape.input_places, tape.output_places)]
    return mode == "forward" or (mode == "auto" and sizes[0] < sizes[1])


def _size(tape: Tape, place: Place) -> int:
    return int(np.prod(shape_of(tape.values[place.index]), dtype=int))


def columns(tape: Tape) -> dict[tuple[int, int], Any]:
    """Return the block of each pair of output and input, from one forward sweep for each element of each input."""
    blocks = {}
    for place in tape.input_places:
        shape = shape_of(tape.values[place.index])
        sweep = tape.forward(*_moving(tape, tape._arguments, place))
        for output in tape.output_places:
            found = sweep.at(output.index)  # (elements of the input, shape of the output)
            last = np.moveaxis(found, 0, -1) if not is_traced(found) else _rolled(found)
            blocks[output.index, place.index] = np.reshape(last, (*shape_of(tape.values[output.index]), *shape))
    return blocks


def _rolled(found: Any) -> Any:
    return np.transpose(found, (*range(1, len(shape_of(found))), 0))


def rows(tape: Tape) -> dict[tuple[int, int], Any]:
    """Return the block of each pair of output and input, from one reverse sweep for each element of each output."""
    blocks = {}
    for output in tape.output_places:
        shape = shape_of(tape.values[output.index])
        sweep = tape.reverse(_moving(tape, tape._outcome, output))
        for place in tape.input_places:
            blocks[output.index, place.index] = np.reshape(
                sweep.at(place.index), (*shape, *shape_of(tape.values[place.index]))
            )
    return blocks


def _moving(tape: Tape, structure: Any, here: Place) -> Any:
    """Seeds for a structure: all one-hot vectors of one place, stacked, and zeros for the others.

    A node may stand in the structure twice; it is seeded once.
    """
    size, pending = _size(tape, here), {here.index}

    def seeds(index: int) -> Any:
        shape = (size, *shape_of(tape.values[index]))
        if index not in pending:
            return np.zeros(shape)
        pending.remove(index)
        return np.reshape(np.eye(size), shape)

    return fill(structure, seeds)
