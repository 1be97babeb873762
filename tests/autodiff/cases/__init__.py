"""The cases on which every primitive is checked, one file for each family; a case is a function and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A smooth function at a point away from its kinks."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __str__(self) -> str:
        return self.name


def numbers(*shape: int, low: float = 0.4, high: float = 2.1, seed: int = 1) -> Any:
    """Return well separated numbers between two bounds, in random order: no ties, no zeros."""
    count = int(np.prod(shape, dtype=int))
    spread = np.linspace(low, high, count) if count > 1 else np.full(count, (low + 2 * high) / 3)
    return np.random.default_rng(seed).permutation(spread).reshape(shape)[()]


def mixed(*shape: int, seed: int = 2) -> Any:
    """Return numbers of both signs, none near zero."""
    array = np.asarray(numbers(*shape, seed=seed))
    signs = np.where(np.arange(array.size).reshape(array.shape) % 2, -1.0, 1.0)
    return (array * signs)[()]


def collected() -> list[Case]:
    """Return the cases of all families."""
    families = [module.name for module in iter_modules(__path__)]
    return [case for name in families for case in import_module(f"{__name__}.{name}").CASES]
