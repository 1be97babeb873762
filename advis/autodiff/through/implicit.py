"""The implicit function theorem as one box of the tape: the solution of r(x, φ) = 0, with the parameters as parents.

From r(x(φ), φ) = 0 follows ∂r/∂x ẋ + ∂r/∂φ φ̇ = 0 (Griewank & Walther 2008, section 15). So the tangent of the solution
is one linear solve, and the adjoints of all parameters are one solve with the transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advis.autodiff.numbers import friendly
from advis.autodiff.structure import map_leaves
from advis.autodiff.through.hoisting import shut
from advis.autodiff.through.linear_solve import Residual, System
from advis.autodiff.through.problem import Problem
from advis.autodiff.through.rules import closed_primitive, together
from advis.autodiff.transforms import jvp


def solution(problem: Problem, residual: Residual, solve: Callable[..., Any]) -> Any:
    """Return the solution, unpacked; where a parameter is traced, as one box.

    Parameters
    ----------
    problem : Problem
    residual : callable
        ``residual(x, *args)`` of a packed x, which is zero at the solution.
    solve : callable
        ``solve(start, *args)`` finds it from numbers.
    """
    start = problem.packing.pack(problem.packing.tree)

    def call(*args: Any) -> Any:
        with shut(problem.verb, problem.name):
            return solve(start, *args)

    if not problem.args:
        return map_leaves(friendly, problem.packing.unpack(call()))
    system = System(problem.verb, residual)

    def moved(place: int, t: Any, x: Any, *args: Any) -> Any:
        def along(a: Any) -> Any:
            return residual(x, *args[:place], a, *args[place + 1 :])

        return -system.solve(jvp(along, (args[place],), (t,))[1], x, args)

    def pulled(g: Any, x: Any, *args: Any) -> list[Any]:
        w = system.solve(g, x, args, transposed=True)
        return [0.0 - part for part in system.pull(w, x, args)]  # not −0

    args = problem.hand_over()
    rules = together(moved, pulled, len(args))
    box = closed_primitive(problem.verb, call, rules, "implicit", "solves a linear system at the solution, and ")
    return problem.packing.unpack(box(*args))


def size_of(x: Any) -> float:
    """Return the largest absolute element."""
    if type(x) is np.ndarray:
        return float(np.abs(x).max()) if x.size else 0.0
    return float(abs(x))
