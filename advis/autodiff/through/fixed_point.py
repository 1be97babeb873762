"""Fixed points x = f(x, φ): found by iteration, and differentiated by the implicit rule or through the iterations."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf, isfinite
from typing import Any, NamedTuple

import numpy as np

from advis.autodiff.errors import NotConverged, NotSolved, warn_reader
from advis.autodiff.numbers import friendly, number
from advis.autodiff.primitives.rule import plain_value
from advis.autodiff.structure import map_leaves
from advis.autodiff.through.hoisting import shut
from advis.autodiff.through.implicit import size_of, solution
from advis.autodiff.through.options import check_options, found_by
from advis.autodiff.through.problem import Problem

Solver = Callable[..., Any]
MEANING = (
    "The implicit derivative is that of an exact solution's equation, evaluated at this x: neither the derivative of "
    "these steps (derivative='unrolled') nor that of the solution. Raise max_steps, or loosen tolerance"
)
"""What a derivative means where a solver stopped early."""

STEPS = "The derivative is that of these steps"


def fixed_point(
    f: Callable[..., Any],
    x0: Any,
    *params: Any,
    derivative: str = "implicit",
    last: int | None = None,
    max_steps: int = 1000,
    tolerance: float | None = 1e-12,
    solver: Solver | None = None,
) -> Any:
    """Return the fixed point x = f(x, *params), as something that derivatives pass.

    Parameters
    ----------
    f : callable
        Returns what x is: a number, an array, or nested tuples, lists and dicts of them.
    x0 : number, array or container
        Where the iteration starts. The fixed point does not depend on it.
    *params
        What f depends on besides; derivatives pass to these, and to traced values in f's closure.
    derivative : {"implicit", "unrolled"}, optional
        One box with the implicit function theorem inside, or every iteration on the tape.
    last : int, optional
        With ``"unrolled"``: only so many iterations, the last ones, are on the tape.
    max_steps : int, optional
        After so many iterations it stops.
    tolerance : float or None, optional
        It stops when a step moves x by less than this, relative to 1 + |x|. With None it takes exactly ``max_steps``.
    solver : callable, optional
        ``solver(map, x0)`` finds the fixed point in place of the iteration; a container arrives as one vector. What
        it returns may carry the solution as ``.x``, as SciPy's results do.

    Returns
    -------
    same as x0

    Raises
    ------
    NotSolved
        If f does not contract, or (when a derivative is asked for) I − ∂f/∂x is singular.
    OffTape
        If f uses a traced value that it was not given and that cannot be taken out of it.

    Warns
    -----
    NotConverged
        If it stops before ``tolerance`` is reached.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def solve(a):
    ...     return av.fixed_point(lambda x, a: a * np.cos(x), 1.0, a, tolerance=1e-16)
    >>> solve(1.0), round(av.grad(solve)(1.0), 12)
    (0.7390851332151607, 0.441610791705)
    """
    check_options("fixed_point", derivative, last, max_steps, tolerance, solver)
    problem = Problem("fixed_point", f, x0, params)
    if derivative == "unrolled":
        return unrolled(problem, problem.mapped, last, max_steps, tolerance)

    def solve(start: Any, *args: Any) -> Any:
        step = problem.step(args)
        if solver is not None:
            x = found_by(solver, problem, step, start)
            check_found(problem, size_of(step(x) - x), x, "moves it by", tolerance)
            return x
        return checked(problem, iterate(step, start, max_steps, tolerance), tolerance, MEANING)

    return solution(problem, lambda x, *args: x - problem.mapped(x, *args), solve)


class Iteration(NamedTuple):
    """How an iteration ended.

    Attributes
    ----------
    x
        The last iterate; traced, if the map is.
    steps : int
    moved : float
        By how much the last step moved x.
    factor : float
        The last step over the one before: below 1 where the map contracts.
    """

    x: Any
    steps: int
    moved: float
    factor: float

    def converged(self, tolerance: float | None) -> bool:
        """Whether the last step was small enough: below the tolerance, or round-off that shrinks no more."""
        x = plain_value(self.x)
        scale = 1.0 + size_of(x)
        if self.moved <= (tolerance or 0.0) * scale:
            return True
        return self.factor >= 1.0 and self.moved <= 16 * float(np.finfo(np.result_type(x)).eps) * scale


def iterate(
    step: Callable[[Any], Any],
    x: Any,
    max_steps: int,
    tolerance: float | None,
    seen: Callable[[Any], None] = lambda x: None,
) -> Iteration:
    """Apply a map until it moves x no more; ``seen`` is told every iterate before it is mapped."""
    state, before = Iteration(x, 0, inf, 0.0), plain_value(x)
    for k in range(1, max_steps + 1):
        seen(state.x)
        x = step(state.x)
        value = plain_value(x)
        moved, before = size_of(value - before), value
        state = Iteration(x, k, moved, moved / state.moved if state.moved else 0.0)
        if not isfinite(moved) or (tolerance is not None and state.converged(tolerance)):
            break
    return state


def unrolled(
    problem: Problem, step: Callable[..., Any], last: int | None, max_steps: int, tolerance: float | None
) -> Any:
    """Return the end of an iteration that is on the tape: all of it, or the last steps."""
    start = problem.packing.pack(problem.start)
    if last is not None:
        before: deque[Any] = deque(maxlen=last)
        first = problem.packing.pack(problem.packing.tree)
        with shut(problem.verb, problem.name):
            plain = iterate(problem.quietly(step, problem.plain), first, max_steps, tolerance, before.append)
        checked(problem, plain, tolerance, STEPS)
        start = start if plain.steps <= last else before[0]
        max_steps, tolerance = min(last, plain.steps), None
    ended = iterate(lambda x: step(x, *problem.args), start, max_steps, tolerance)
    x = checked(problem, ended, tolerance, STEPS)
    return map_leaves(friendly, problem.packing.unpack(x))


def checked(problem: Problem, ended: Iteration, tolerance: float | None, meaning: str) -> Any:
    """Return where an iteration ended; raise if it ran away, warn if it stopped early."""
    if not np.isfinite(ended.moved):
        raise NotSolved(
            f"{problem.verb}: {problem.name} ran away in {ended.steps:,} steps: it does not contract. Damp it "
            "(x + 0.5 * (f(x) - x)), start nearer to the solution, or write it as av.root of f(x) - x"
        )
    if tolerance is None or ended.converged(tolerance):
        return ended.x
    said = f"the last of {ended.steps:,} steps moved x by {number(ended.moved, 3)}"
    if ended.steps > 2 and ended.factor >= 1.0 - 1e-9:
        raise NotSolved(
            f"{problem.verb}: {problem.name} does not contract: {said}, {number(ended.factor, 4)} times as far as the "
            "one before. Damp it (x + 0.5 * (f(x) - x)), or write it as av.root of f(x) - x"
        )
    left = ended.moved * ended.factor / (1.0 - ended.factor) if ended.factor < 1.0 else ended.moved
    warn_reader(
        f"{problem.verb}: not converged: {said} (tolerance {number(tolerance, 3)}, relative to 1 + |x|); about "
        f"{number(left, 3)} is left to the solution. {meaning}.",
        NotConverged,
    )
    return ended.x


LOOSE = 1e-6
"""What a solver of the reader's may leave, relative to 1 + |x|."""


def check_found(problem: Problem, left: float, x: Any, what: str, tolerance: float | None) -> None:
    """Refuse what a solver of the reader's returned if it is no solution."""
    if not left <= max(LOOSE, tolerance or 0.0) * (1.0 + size_of(x)):
        raise NotSolved(
            f"{problem.verb}: what the solver returned is no solution: {problem.name} {what} {number(left, 4)}; give "
            "it a better x0 or a smaller tolerance of its own"
        )
