"""Newton's method with our own Jacobians, for roots and for minima."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from advis.autodiff.errors import NotConverged, NotSolved, warn_reader
from advis.autodiff.numbers import number, value_text
from advis.autodiff.primitives.rule import plain_value
from advis.autodiff.through.fixed_point import MEANING, unrolled
from advis.autodiff.through.implicit import size_of
from advis.autodiff.through.linear_solve import Linear, Residual, System
from advis.autodiff.through.problem import Problem

SHORTEST = 1e-9
"""A step is halved down to this part of its length; then there is no way on."""


class Search(NamedTuple):
    """How Newton's method ended: where, after how many steps, and by how much the last one moved x."""

    x: Any
    steps: int
    moved: float
    stuck: bool = False


def newton(
    linear: Callable[[Any], Linear],
    residual: Callable[[Any], Any],
    merit: Callable[[Any], float],
    direction: Callable[[Linear, Any], Any],
    x: Any,
    max_steps: int,
    tolerance: float,
) -> Search:
    """Take damped Newton steps until one moves x by less than the tolerance.

    A step is halved while it makes ``merit`` worse: the size of the residual for a root, the loss for a minimum.
    """
    moved, best = np.inf, merit(x)
    for k in range(1, max_steps + 1):
        r = residual(x)
        if not np.any(r):
            return Search(x, k - 1, 0.0)
        step, length = direction(linear(x), r), 1.0
        moved = size_of(step)
        if not np.isfinite(moved):
            return Search(x, k, moved, stuck=True)
        settled = moved <= tolerance * (1.0 + size_of(x))
        while not settled and not merit(x + length * step) <= best + 1e-12 * abs(best):
            length /= 2
            if length < SHORTEST:
                return Search(x, k, moved, stuck=True)
        x = x + length * step
        best = merit(x)
        if settled:
            return Search(x, k, moved)
    return Search(x, max_steps, moved)


def converged(search: Search, tolerance: float) -> bool:
    """Whether the last step was small enough."""
    return not search.stuck and search.moved <= tolerance * (1.0 + size_of(search.x))


def warn(problem: Problem, search: Search, tolerance: float, left: float, what: str) -> None:
    """Say that the method stopped early, and what a derivative then means."""
    warn_reader(
        f"{problem.verb}: not converged: the last of {search.steps:,} steps would have moved x by "
        f"{number(search.moved, 3)} (tolerance {number(tolerance, 3)}, relative to 1 + |x|); {what} "
        f"{number(left, 3)}. {MEANING}.",
        NotConverged,
    )


def newton_direction(problem: Problem) -> Callable[[Linear, Any], Any]:
    """Return the step −A⁻¹ r of a root; an error says where A was singular."""

    def direction(linear: Linear, r: Any) -> Any:
        try:
            return -linear.solve(r)
        except NotSolved as error:
            if not np.all(np.isfinite(plain_value(r))):
                raise NotSolved(
                    f"{problem.verb}: {problem.name} is {value_text(plain_value(r))} on the way, not finite; start "
                    "from another x0"
                ) from error
            raise NotSolved(
                f"{problem.verb}: the Jacobian of {problem.name} is singular on the way (condition number "
                f"{number(linear.condition, 3)}, residual {number(size_of(r), 3)}); start from another x0"
            ) from error

    return direction


def unrolled_newton(
    problem: Problem, residual: Residual, last: int | None, max_steps: int, tolerance: float | None
) -> Any:
    """Return the end of undamped Newton steps that are on the tape, each with its linear solve as a node."""
    system = System(problem.verb, residual)

    def step(x: Any, *args: Any) -> Any:
        r = residual(x, *args)
        return x - (system.solve(r, x, args) if np.any(plain_value(r)) else r)

    return unrolled(problem, step, last, max_steps, tolerance)
