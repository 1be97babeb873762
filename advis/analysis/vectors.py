"""Directions and weights: from what the reader gave to a flat vector, and results back into the reader's structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff.numbers import friendly
from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.structure import Place, fill, leaves, planted, same_structure
from advis.autodiff.tape import Tape

if TYPE_CHECKING:
    from advis.analysis.chain import Chain


def flat_vector(chain: Chain, given: Any, verb: str) -> np.ndarray | None:
    """Return v or u as a flat vector; None for a chain that was planned from shapes alone, if none was given.

    Raises
    ------
    ValueError
        If it has the wrong size.
    """
    size, name, letter = _end(chain, verb)
    if given is None:
        if size != 1 and chain.is_known:
            said = f"n = {size}" if letter == "v" else f"m = {size}"
            raise ValueError(f"chain.{verb}: give {letter} with {said} numbers, one for each entry of {name}")
        return np.ones(1, chain.dtype) if chain.is_known else None
    parts = _parts(chain.tape, given, verb)
    found = [np.shape(part) for part in parts]
    wanted = [shape for _, shape in chain.ends[-1 if verb == "jvp" else 0].parts]
    if found not in (wanted, [(size,)], [(size, 1) if verb == "jvp" else (1, size)]):
        said = " and ".join(map(str, wanted))
        raise ValueError(
            f"chain.{verb}: {letter} has shape {' and '.join(map(str, found))}; {name} has {size} numbers, of shape "
            f"{said}: give {letter} in this shape, or flat with shape ({size},)"
        )
    return np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)


def _end(chain: Chain, verb: str) -> tuple[int, str, str]:
    end = chain.ends[-1 if verb == "jvp" else 0]
    return end.size, end.name, "v" if verb == "jvp" else "u"


def _parts(tape: Tape | None, given: Any, verb: str) -> list[np.ndarray]:
    """The arrays in what was given: one for each place of the arguments or the result, or a flat one for all."""
    structure = None if tape is None else _structure(tape, verb)
    if structure is None or isinstance(structure, Place) or not same_structure(given, structure):
        return [_numbers(given, verb)]
    return [_numbers(part, verb) for _, part in planted(structure, given)]


def _structure(tape: Tape, verb: str) -> Any:
    """The structure of the result; of the arguments, that of the argument itself if there is one."""
    if verb == "vjp":
        return tape._outcome
    return tape._arguments[0] if len(tape._arguments) == 1 else tape._arguments


def _numbers(given: Any, verb: str) -> np.ndarray:
    letter = "v" if verb == "jvp" else "u"
    try:
        array = np.asarray(given)
    except ValueError:  # of lists of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"chain.{verb}: {letter} must be an array of real numbers, not {given!r}")
    return array if array.dtype.kind == "f" else array.astype(float)


def in_shape(chain: Chain, verb: str) -> Callable[[np.ndarray], Any]:
    """Return the function that gives the result of a JVP the structure of the output, of a VJP that of the input."""
    tape = chain.tape
    if tape is None:
        return lambda matrix: np.array(np.ravel(matrix))
    other = "vjp" if verb == "jvp" else "jvp"
    structure = _structure(tape, other)
    places = [place.index for _, place in leaves(structure) if isinstance(place, Place)]

    def shaped(matrix: np.ndarray) -> Any:
        shapes = [tuple(shape_of(tape.values[index])) for index in places]
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
        pieces = iter(np.split(np.ravel(matrix), ends[:-1]))
        given = iter(
            [friendly(np.array(np.reshape(piece, shape))[()]) for piece, shape in zip(pieces, shapes, strict=True)]
        )
        return fill(structure, lambda index: next(given))

    return shaped
