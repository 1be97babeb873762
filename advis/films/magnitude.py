"""How large a tangent or adjoint is, as the level of its state: so that vanishing and exploding ones are seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import plain_value

DECADES = 20
"""Levels 0 and 1 stand for 1e-20 and 1e20, and 0.5 for 1; ``static/magnitude.js`` reads them in the same way."""


def level_of(value: Any) -> float:
    """Return the logarithm of the largest entry's magnitude, from 0 to 1; 0 for zero, 1 if something is not finite.

    Examples
    --------
    >>> level_of(1.0), level_of(1e-4), level_of(np.array([3.0, -100.0])), level_of(0.0), level_of(np.nan)
    (0.5, 0.4, 0.55, 0.0, 1.0)
    """
    array = np.abs(np.asarray(plain_value(value)))
    largest = float(array.max()) if array.size else 0.0
    if not np.isfinite(largest):
        return 1.0
    if not largest:
        return 0.0
    return round(min(max(0.5 + float(np.log10(largest)) / (2 * DECADES), 0.0001), 1.0), 4)


def odd_word(value: Any) -> str:
    """Return the word for what is not finite: ``nan``, ``inf`` or ``−inf``; of several in an array the first of these.

    Examples
    --------
    >>> odd_word(np.array([1.0, np.inf, np.nan])), odd_word(-np.inf)
    ('nan', '−inf')
    """
    array = np.asarray(plain_value(value))
    return "nan" if np.isnan(array).any() else "inf" if np.any(array == np.inf) else "−inf"
