"""The options that the solvers share: looked at before anything is computed; and the reader's own solver called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import shape_of
from advis.autodiff.through.problem import Problem


def check_options(
    verb: str, derivative: str, last: int | None, max_steps: int, tolerance: float | None, solver: Any
) -> None:
    """Refuse options that are unknown or exclude each other.

    Raises
    ------
    ValueError
    """
    if derivative not in ("implicit", "unrolled"):
        raise ValueError(f"{verb}: derivative={derivative!r} is not known; choose 'implicit' or 'unrolled'")
    if not isinstance(max_steps, (int, np.integer)) or max_steps < 1:
        raise ValueError(f"{verb}: max_steps={max_steps!r}: without a step there is no solution; give at least 1")
    counted = tolerance is None and (verb == "fixed_point" or derivative == "unrolled")  # exactly max_steps are taken
    if not counted and not (isinstance(tolerance, (int, float, np.number)) and tolerance >= 0):
        raise ValueError(f"{verb}: tolerance={tolerance!r} must be a number, 0 or more, such as 1e-12")
    if last is not None and derivative != "unrolled":
        raise ValueError(f"{verb}: last={last!r} shortens what is unrolled; write derivative='unrolled' with it")
    if last is not None and (not isinstance(last, (int, np.integer)) or last < 1):
        raise ValueError(f"{verb}: last={last!r}: at least the last step must be on the tape; give 1 or more")
    if solver is not None and derivative == "unrolled":
        raise ValueError(
            f"{verb}: the steps of a solver of your own are not on the tape; write derivative='implicit' with it, or "
            "leave solver= out"
        )


def found_by(solver: Callable[..., Any], problem: Problem, function: Callable[[Any], Any], start: Any) -> Any:
    """Return what a solver of the reader's found, in the shape of the unknown."""
    found = solver(function, start)
    x = np.asarray(getattr(found, "x", found), dtype=float)
    if x.size != np.size(start):
        raise ValueError(
            f"{problem.verb}: the solver returned {x.size} numbers for an unknown of shape {shape_of(start)}"
        )
    return np.reshape(x, np.shape(start))[()]
