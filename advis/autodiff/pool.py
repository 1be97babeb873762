"""Memory for large arrays, used again: in fresh memory a copy takes ten times as long.

The pool holds what it lent. An array that only the pool still holds is free; so nothing has to be given back, and a
view of an array keeps it from being lent again.
"""

from __future__ import annotations

import sys
import threading
from functools import cache

import numpy as np

LARGE = 1 << 18
"""Smaller arrays are copied into memory of their own: NumPy and the system have it at hand."""
MOST = 1 << 26
"""How many bytes the pool of a thread holds at most."""

_LEARNT = (1 << 25) - (1 << 16)

_lent = threading.local()
_ONLY_HERE = 3  # the pool's list, the name in `_free`, and the argument of getrefcount


def copied(array: np.ndarray) -> np.ndarray:
    """Return a copy of an array, with its strides, for a record that nobody will see."""
    if array.nbytes < LARGE:
        return array.copy("K")
    copy = _free(array)
    if copy is None:
        copy = array.copy("K")
        _hold(copy)
    else:
        np.copyto(copy, array)
    return copy


@cache
def keep_at_hand() -> None:
    """Let the C library keep the memory of large arrays when they are free, instead of giving it back to the system.

    glibc gives blocks above a threshold back at once, and then every new array is faulted in page by page, which takes
    longer than filling it. The threshold moves up to the largest block that was freed so far, to 32 MB at most, and
    twice as much stays at the top of the heap (mallopt(3), M_MMAP_THRESHOLD). So a block of that size is taken, and let
    go untouched. Other C libraries lose nothing by it.
    """
    np.empty(_LEARNT, np.uint8)


def _arrays() -> list[np.ndarray]:
    if not hasattr(_lent, "arrays"):
        _lent.arrays = []
    arrays: list[np.ndarray] = _lent.arrays
    return arrays


def _free(like: np.ndarray) -> np.ndarray | None:
    """An array of the same layout that nobody else holds."""
    layout = like.shape, like.strides, like.dtype
    for array in _arrays():
        if sys.getrefcount(array) == _ONLY_HERE and (array.shape, array.strides, array.dtype) == layout:
            return array
    return None


def _hold(array: np.ndarray) -> None:
    """Hold an array, and let the oldest go while there are too many."""
    arrays = _arrays()
    arrays.append(array)
    while sum(each.nbytes for each in arrays) > MOST:
        del arrays[0]
