"""For other people's test suites: one assertion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advis.analysis.check import TOLERANCE, check


def assert_derivatives(
    f: Callable[..., Any],
    /,
    *args: Any,
    kwargs: Mapping[str, Any] | None = None,
    order: int = 2,
    tolerance: float = TOLERANCE,
) -> None:
    """Assert that the derivatives of a function are right: both modes, node by node, and at order two.

    Parameters
    ----------
    f, *args, kwargs, order, tolerance
        As for `advis.check`.

    Raises
    ------
    AssertionError
        With the report of the check: its first line names the culprit, the line of code, and both numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from advis.testing import assert_derivatives
    >>> assert_derivatives(lambda x: np.sum(np.sin(x) * x), np.array([0.1, 0.2]))
    """
    report = check(f, *args, kwargs=kwargs, order=order, tolerance=tolerance)
    if not report.ok:
        raise AssertionError(str(report))
