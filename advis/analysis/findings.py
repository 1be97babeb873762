"""What a check found: one disagreement of two numbers, with the node and the line where they part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.code import Source
from advis.autodiff.numbers import friendly, number
from advis.autodiff.partial import Partial
from advis.autodiff.tape import Node


@dataclass(frozen=True, slots=True)
class Finding:
    """Two numbers that should agree and do not.

    Attributes
    ----------
    kind : str
        ``forward rule``, ``reverse rule``, ``pair of rules``, ``second order``: a rule of the node is wrong;
        ``sum``, ``cut``: the sweep went wrong at the node; ``end to end``: the result, with no node to blame.
    sentence : str
        What is wrong, in words, with both numbers.
    node : Node or None
        The culprit.
    edge : Partial or None
        The edge that is to blame, where it is one.
    expected, found : float or complex
        The two numbers.
    """

    kind: str
    sentence: str
    node: Node | None = None
    edge: Partial | None = None
    expected: Any = None
    found: Any = None

    def __post_init__(self) -> None:
        for field in ("expected", "found"):  # plain numbers, however they were compared
            object.__setattr__(self, field, friendly(getattr(self, field)))

    @property
    def name(self) -> str:
        """The name of the culprit, or nothing."""
        return self.node.name if self.node is not None else ""

    @property
    def parent(self) -> Node | None:
        """The parent's end of the edge that is to blame."""
        return None if self.edge is None else self.edge.tape[self.edge.parent]

    @property
    def line(self) -> Source | None:
        """The reader's function, line and text."""
        return self.node.source if self.node is not None else None

    def __str__(self) -> str:
        return self.sentence + (f"\n    {self.line}" if self.line is not None else "")


def verdict(
    expected: np.ndarray, found: np.ndarray, error: np.ndarray | float, tolerance: float, floor: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return which elements differ, and which cannot be decided since the oracle is not sure enough.

    Two numbers agree within a tolerance of their own size, or of a thousandth of the largest one around them.
    """
    with np.errstate(invalid="ignore"):
        sizes = np.maximum(np.abs(expected), np.abs(found))
        around = max(float(np.max(sizes, initial=0.0, where=np.isfinite(sizes))), floor)
        off = ~(np.abs(expected - found) <= tolerance * (sizes + 1e-3 * around))
        known = np.isfinite(expected) & np.isfinite(found)
        sure = known & (np.abs(expected - found) > 10 * error)
    return off & sure, off & ~sure


def worst(expected: np.ndarray, found: np.ndarray, among: np.ndarray) -> int:
    """Return the place of the largest difference."""
    return int(np.argmax(np.where(among, np.abs(expected - found), -1.0)))


def told_apart(first: Any, second: Any) -> tuple[str, str]:
    """Return two numbers with as many digits as tell them apart.

    Examples
    --------
    >>> told_apart(1.0, 2.0), told_apart(1.0, 1.0000001)
    (('1', '2'), ('1', '1.0000001'))
    """
    for digits in (6, 9, 12, 17):
        texts = number(first, digits), number(second, digits)
        if texts[0] != texts[1]:
            break
    return texts
