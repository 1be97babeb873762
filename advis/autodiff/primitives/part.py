"""An adjoint that is zero but for a part: what an element or a slice gives back to the array that it was taken from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Part(NamedTuple):
    """Zeros of a shape, with an amount added where an index points.

    A sum of many parts takes the time of the parts, not that of so many whole arrays.

    Attributes
    ----------
    amount : number or ndarray
    index
        As in ``array[index]``; a place named twice gets both.
    shape : tuple of int
        Of the whole.
    basic : bool
        Whether the index only slices: see `is_basic`.
    """

    amount: Any
    index: Any
    shape: tuple[int, ...]
    basic: bool

    def begun(self, dtype: Any) -> np.ndarray:
        """Return a new array of the whole's shape, for more to be added to. Where −0 is added, 0 stands."""
        if type(self.index) is slice and self.index.step is None:  # most of it is written once
            total = np.empty(self.shape, dtype)
            start, stop, _ = self.index.indices(self.shape[0])
            total[:start] = 0
            total[max(start, stop) :] = 0
            np.add(self.amount, 0, out=total[start:stop])
        else:
            total = np.zeros(self.shape, dtype)
            self.add_to(total)
        return total

    def add_to(self, total: np.ndarray) -> None:
        """Add it to an array."""
        if self.basic:
            total[self.index] += self.amount
        else:
            np.add.at(total, self.index, self.amount)

    def dense(self) -> np.ndarray:
        """Return the whole array."""
        array: np.ndarray = scattered(self.amount, self.index, self.shape)
        return array


def whole(amount: Any) -> Any:
    """Return what a reverse rule gave as an array or a number: a part is written out."""
    return amount.dense() if type(amount) is Part else amount


def scattered(amount: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Return zeros of a shape with an amount added where an index points."""
    plain = type(amount) is np.ndarray or type(amount) is np.float64  # np.zeros_like takes four times as long
    array = np.zeros(shape, amount.dtype) if plain else np.zeros_like(amount, shape=shape)
    if is_basic(index):
        array[index] = amount
    else:
        np.add.at(array, index, amount)
    return array


def is_basic(index: object) -> bool:
    """Whether an index only slices: no element is taken twice, and NumPy gives a view."""
    if type(index) is int or type(index) is slice:
        return True
    parts = index if isinstance(index, tuple) else (index,)
    kinds = (int, np.integer, slice, type(None), type(Ellipsis))
    return all(isinstance(part, kinds) and not isinstance(part, bool) for part in parts)
