"""A loop for tests: of many turns, each the same."""

from typing import Any

import numpy as np


def sines(x: Any) -> Any:
    """Five hundred sines, one of the other."""
    for _ in range(500):
        x = np.sin(x)
    return x
