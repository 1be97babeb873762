"""Minima of a loss: found by damped Newton steps, and differentiated by the implicit rule at ∇loss = 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advis.autodiff.errors import NotSolved
from advis.autodiff.numbers import number
from advis.autodiff.through.fixed_point import Solver, check_found
from advis.autodiff.through.implicit import size_of, solution
from advis.autodiff.through.linear_solve import DENSE, Linear
from advis.autodiff.through.newton import converged, newton, unrolled_newton, warn
from advis.autodiff.through.options import check_options, found_by
from advis.autodiff.through.problem import Problem
from advis.autodiff.transforms import grad, gradient_on_the_tape

ROUGH = 1e-7
"""A gradient, or a step, that is more than round-off."""


def argmin(
    loss: Callable[..., Any],
    x0: Any,
    *params: Any,
    derivative: str = "implicit",
    last: int | None = None,
    max_steps: int = 100,
    tolerance: float = 1e-12,
    solver: Solver | None = None,
) -> Any:
    """Return the x that makes loss(x, *params) least, as something that derivatives pass.

    Parameters
    ----------
    loss : callable
        Returns one number.
    x0 : number, array or container
        Where the search starts: damped Newton steps, down the gradient where the Hessian does not point down.
    *params
        What the loss depends on besides; derivatives pass to these, and to traced values in its closure.
    derivative : {"implicit", "unrolled"}, optional
        One box with the implicit function theorem of ∇loss = 0 inside, or every Newton step on the tape, undamped. To
        differentiate through gradient descent, write its step and give it to `fixed_point`.
    last : int, optional
        With ``"unrolled"``: only so many steps, the last ones, are on the tape.
    max_steps : int, optional
    tolerance : float, optional
        It stops when a step moves x by less than this, relative to 1 + |x|.
    solver : callable, optional
        ``solver(loss, x0)`` finds the minimum in place of Newton's method, as ``scipy.optimize.minimize`` does.

    Returns
    -------
    same as x0

    Raises
    ------
    NotSolved
        If no minimum is found (the search runs away, or ends where the loss curves down), or if the Hessian is
        singular there and a derivative is asked for.

    Warns
    -----
    NotConverged
        If it stops before ``tolerance`` is reached.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def ridge(penalty):
    ...     return av.argmin(lambda w, p: (2 * w - 3) ** 2 + p * w**2, 0.0, penalty)
    >>> ridge(2.0), av.grad(ridge)(2.0)  # w = 6 / (4 + p)
    (1.0, -0.16666666666666666)
    """
    check_options("argmin", derivative, last, max_steps, tolerance, solver)
    problem = Problem("argmin", loss, x0, params)

    def slope(x: Any, *args: Any) -> Any:
        return gradient_on_the_tape("argmin", problem.apply, 0)(x, *args)

    def residual(x: Any, *args: Any) -> Any:
        return grad(problem.apply)(x, *args)

    if derivative == "unrolled":
        return unrolled_newton(problem, residual, last, max_steps, tolerance)

    def solve(start: Any, *args: Any) -> Any:
        value = problem.quietly(problem.apply, args)
        down = problem.quietly(residual, args)
        if solver is not None:
            x = found_by(solver, problem, value, start)
            check_found(problem, size_of(down(x)), x, "has a gradient of", max(tolerance, 1e-4))
            return x
        found = newton(
            lambda x: Linear("argmin", slope, x, args),
            down,
            lambda x: _one_number(problem, value(x)),
            _downhill,
            start,
            max_steps,
            tolerance,
        )
        left = size_of(down(found.x))
        _check_minimum(problem, Linear("argmin", slope, found.x, args), left, found.steps)
        if not converged(found, tolerance) and (left > ROUGH or found.moved > ROUGH * (1.0 + size_of(found.x))):
            warn(problem, found, tolerance, left, "the gradient is still")
        return found.x

    return solution(problem, residual, solve)


def _one_number(problem: Problem, found: Any) -> float:
    if np.shape(found):
        raise TypeError(f"argmin: {problem.name} must return one number, not an array of shape {np.shape(found)}")
    return float(found)


def _downhill(hessian: Linear, gradient: Any) -> Any:
    """Newton's step, if it goes down; else the gradient's."""
    try:
        step = -hessian.solve(gradient)
    except NotSolved:
        return -gradient
    return step if np.sum(step * gradient) < 0 and np.all(np.isfinite(step)) else -gradient


def _check_minimum(problem: Problem, hessian: Linear, left: float, steps: int) -> None:
    """Refuse a saddle, a maximum, and a search that ran away."""
    if not np.isfinite(left):
        raise NotSolved(
            f"argmin: {problem.name} has no minimum that the search could find: after {steps:,} steps its gradient is "
            f"{number(left, 3)}; start from another x0, or add a term that keeps x small"
        )
    if hessian.size <= DENSE:
        curve = float(np.linalg.eigvalsh(hessian.matrix)[0]) if hessian.size else 0.0
        if curve < -1e-8 * max(1.0, size_of(hessian.matrix)):
            raise NotSolved(
                f"argmin: where the search ended {problem.name} is no minimum: it curves down ({number(curve, 4)}) "
                "along one direction; start from another x0"
            )
