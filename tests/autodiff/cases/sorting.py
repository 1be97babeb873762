"""Sorting and selecting, and counts with weights."""

from typing import Any

import numpy as np

from tests.autodiff.cases import Case, numbers

weights = np.array([1.0, 2.0, 4.0, 7.0])
SORTING = {
    "sort": lambda x: np.sort(x) * weights,
    "sort stable": lambda x: np.sort(x, kind="stable") * weights,
    "sort axis": lambda x: np.sort(x, axis=0) * np.array([[[1.0]], [[3.0]]]),
    "sort flat": lambda x: np.sort(x, axis=None) ** 2,
    "sort descending": lambda x: -np.sort(-x, axis=1) * x,
    "partition": lambda x: np.partition(x, 2, axis=-1)[..., 2] ** 2,
    "partition flat": lambda x: np.partition(x, (3, 5), axis=None)[[3, 5]] ** 2,
    "argpartition": lambda x: x[0, 0, np.argpartition(x[0, 0], 1)[1]] ** 2,
    "lexsort": lambda x: x[0, :, 0][np.lexsort((x[0, :, 1], x[0, :, 0]))] * weights[:3],
    "searchsorted": lambda x: x * np.searchsorted(np.array([0.7, 1.5]), x),
    "digitize": lambda x: x * np.digitize(x, np.array([0.7, 1.5])),
    "unique": lambda x: np.unique(np.concatenate([x[0, 0], x[0, 0]])) * weights,
    "unique with counts": lambda x: np.multiply(*np.unique(np.stack([x[0, 0], x[0, 0]]), return_counts=True)) ** 2,
    "bincount": lambda x: np.bincount([0, 3, 3, 1], x[0, 0], minlength=6) ** 2,
    "histogram with weights": lambda x: np.histogram([0.1, 0.5, 0.9, 1.0], 3, (0, 1), weights=x[0, 0])[0] ** 2,
    "histogram density": lambda x: np.histogram(
        [0.1, 0.5, 0.9, 7.0], np.array([0, 0.2, 1.0]), density=True, weights=x[0, 0]
    )[0],
    "histogram": lambda x: x[0, 0, :3] * np.histogram(x, 3)[0],
}


def sorted_in_place(x: Any) -> Any:
    """A copy that is sorted where it stands, and one of its rows that is parted."""
    z = x * 1.0
    z.sort(axis=0)
    z[1].partition(2)
    return z[:, 2] * weights[:2]


CASES = [
    *(Case(name, f, (numbers(2, 3, 4),)) for name, f in SORTING.items()),
    Case("method sort", sorted_in_place, (numbers(2, 4),)),
    Case("sort of nothing", np.sort, (np.zeros((2, 0)),)),
]
