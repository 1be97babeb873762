"""Roots g(x, φ) = 0: found by Newton's method, and differentiated by the implicit rule or through the steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from advis.autodiff.errors import NotSolved
from advis.autodiff.numbers import number
from advis.autodiff.through.fixed_point import Solver, check_found
from advis.autodiff.through.implicit import size_of, solution
from advis.autodiff.through.linear_solve import Linear
from advis.autodiff.through.newton import converged, newton, newton_direction, unrolled_newton, warn
from advis.autodiff.through.options import check_options, found_by
from advis.autodiff.through.problem import Problem

NO_ROOT = 1e-3
"""Where so much of the residual at the start is left, what was found is no root."""


def root(
    g: Callable[..., Any],
    x0: Any,
    *params: Any,
    derivative: str = "implicit",
    last: int | None = None,
    max_steps: int = 100,
    tolerance: float = 1e-12,
    solver: Solver | None = None,
) -> Any:
    """Return x with g(x, *params) = 0, as something that derivatives pass.

    Parameters
    ----------
    g : callable
        Returns as many numbers as x has, in its structure.
    x0 : number, array or container
        Where Newton's method starts.
    *params
        What g depends on besides; derivatives pass to these, and to traced values in g's closure.
    derivative : {"implicit", "unrolled"}, optional
        One box with the implicit function theorem inside, or every Newton step on the tape, undamped.
    last : int, optional
        With ``"unrolled"``: only so many steps, the last ones, are on the tape.
    max_steps : int, optional
    tolerance : float, optional
        It stops when a step moves x by less than this, relative to 1 + |x|.
    solver : callable, optional
        ``solver(residual, x0)`` finds the root in place of Newton's method, as ``scipy.optimize.root`` does.

    Returns
    -------
    same as x0

    Raises
    ------
    NotSolved
        If no root is found, or ∂g/∂x is singular there and a derivative is asked for.

    Warns
    -----
    NotConverged
        If it stops before ``tolerance`` is reached.

    Examples
    --------
    >>> import advis as av
    >>> def sqrt(a):
    ...     return av.root(lambda x, a: x * x - a, 1.0, a)
    >>> round(av.grad(sqrt)(2.0), 8), round(av.grad(av.grad(sqrt))(2.0), 8)
    (0.35355339, -0.08838835)
    """
    check_options("root", derivative, last, max_steps, tolerance, solver)
    problem = Problem("root", g, x0, params)
    if derivative == "unrolled":
        return unrolled_newton(problem, problem.mapped, last, max_steps, tolerance)

    def solve(start: Any, *args: Any) -> Any:
        residual = problem.quietly(problem.mapped, args)
        if solver is not None:
            x = found_by(solver, problem, residual, start)
            check_found(problem, size_of(residual(x)), x, "is still", tolerance)
            return x
        found = newton(
            lambda x: Linear("root", problem.mapped, x, args),
            residual,
            lambda x: size_of(residual(x)),
            newton_direction(problem),
            start,
            max_steps,
            tolerance,
        )
        left, first = size_of(residual(found.x)), size_of(residual(start))
        if not left <= NO_ROOT * first:
            raise NotSolved(
                f"root: no root was found: after {found.steps:,} steps {problem.name} is still {number(left, 4)} (at "
                f"x0 it was {number(first, 4)}). Is there one? Start from another x0, or give a solver="
            )
        if not converged(found, tolerance) and left > 0:
            warn(problem, found, tolerance, left, "what is left of the residual is")
        return found.x

    return solution(problem, partial(_residual, problem), solve)


def _residual(problem: Problem, x: Any, *args: Any) -> Any:
    return problem.mapped(x, *args)
