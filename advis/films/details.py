"""The numbers behind a picture: each array's statistics and its entries, in full while they are few, else as means.

They stand in ``film.data["arrays"]`` as columns, one place for each array: its key in the film (``n3.v``, ``n3.a``; the
edge's for a local Jacobian), dtype, shape, norm, least and greatest finite entry, how many are not finite, and the
rows, columns and numbers of what is shown, as one text. Scalars need nothing: their numbers stand in the film.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from advis.autodiff import sweeps
from advis.autodiff.errors import MissingRule
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.rule import plain_value, shape_of
from advis.autodiff.sweep import Sweep
from advis.autodiff.tape import Tape
from advis.films.cast import Cast, drawn, edge_key

FEW = 64
"""An array of more elements is shown as the means of blocks."""
SIDE, LENGTH = 8, 32
"""At most so many rows and columns of blocks; a vector has up to 32."""
MOST_BYTES = 60_000
"""When the numbers of a film have become longer than this, the arrays that follow have their statistics only."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is told about one array; ``rows`` times ``columns`` numbers, or none."""

    key: str
    dtype: str
    shape: tuple[int, ...]
    norm: str
    low: str
    high: str
    odd: int
    rows: int = 0
    columns: int = 0
    numbers: str = ""


def arrays_data(tape: Tape, shown: list[Cast], *swept: Sweep) -> dict[str, Any]:
    """Return ``{"arrays": …}`` for a film's data: values, tangents, adjoints and small local Jacobians; or nothing.

    A program that is folded has no local Jacobians in its film.
    """
    told = list(_bounded(_arrays(tape, shown, swept)))
    if not told:
        return {}
    rows = [asdict(details) for details in told]
    return {"arrays": {field.name: [row[field.name] for row in rows] for field in fields(Details)}}


def _bounded(arrays: Iterable[tuple[str, np.ndarray]]) -> Iterator[Details]:
    left = MOST_BYTES
    for key, array in arrays:
        details = details_of(key, array)
        left -= len(details.numbers)
        yield details if left >= 0 else details_of(key, array, numbers=False)


def _arrays(tape: Tape, shown: list[Cast], swept: tuple[Sweep, ...]) -> Iterator[tuple[str, np.ndarray]]:
    for index in drawn(shown):
        if shape_of(tape.values[index]):
            yield f"n{index}.v", np.asarray(plain_value(tape.values[index]))
        for sweep in swept:
            found = sweep.at(index) if tape.carried[index] else None
            if shape_of(found):
                yield f"n{index}.{sweep.voice[0]}", np.asarray(plain_value(found))
    links = shown[0].links if len(shown) == 1 else []
    for use in [link.uses[0] for link in links if not link.bundle]:
        jacobian = _jacobian(Partial(tape, *use))
        if jacobian is not None:
            yield edge_key(use), jacobian


def _jacobian(partial: Partial) -> np.ndarray | None:
    """A local Jacobian of few entries; None for a number, for a large one, and where there is none."""
    rows, columns = partial.shape
    if not partial.passes or not 1 < rows * columns <= FEW:
        return None
    try:
        with sweeps.quiet():
            return np.asarray(plain_value(partial.dense()))
    except MissingRule:
        return None


def details_of(key: str, array: np.ndarray, numbers: bool = True) -> Details:
    """Return what is told about an array; of a complex one the magnitudes are shown.

    Examples
    --------
    >>> details_of("n0.v", np.array([3.0, -4.0, np.nan]))  # doctest: +NORMALIZE_WHITESPACE
    Details(key='n0.v', dtype='float64', shape=(3,), norm='nan', low='-4', high='3', odd=1, rows=1, columns=3,
            numbers='3 -4 nan')
    >>> details_of("n0.v", np.ones((100, 100))).numbers[:9]
    '1 1 1 1 1'
    """
    real = np.abs(array) if array.dtype.kind == "c" else np.asarray(array, dtype=float)
    finite = real[np.isfinite(real)]
    with sweeps.quiet():
        norm = float(np.linalg.norm(real))
        shown = _shown(real) if numbers else np.zeros((0, 0))
    low, high = (finite.min(), finite.max()) if finite.size else (np.nan, np.nan)
    return Details(
        key,
        array.dtype.name,
        array.shape,
        norm=_text(norm),
        low=_text(low),
        high=_text(high),
        odd=int(real.size - finite.size),
        rows=shown.shape[0],
        columns=shown.shape[1],
        numbers=" ".join(_text(x) for x in shown.flat),
    )


def _text(x: Any) -> str:
    """Six significant digits at most."""
    return f"{float(x) + 0.0:.6g}"


def _shown(array: np.ndarray) -> np.ndarray:
    """The entries as a matrix whose rows run along the last axis, or the means of its blocks where they are many."""
    if not array.size:
        return np.zeros((0, 0))
    matrix = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    if matrix.size <= FEW:
        return matrix
    rows, columns = matrix.shape
    down, across = (1, LENGTH) if rows == 1 else (LENGTH, 1) if columns == 1 else (SIDE, SIDE)
    for axis, blocks in ((0, down), (1, across)):
        if matrix.shape[axis] > blocks:
            matrix = np.stack([part.mean(axis=axis) for part in np.array_split(matrix, blocks, axis=axis)], axis=axis)
    return matrix
