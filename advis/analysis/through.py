"""A solver differentiated in every way, over the number of its steps: how far each derivative is off, what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.errors import NotSolved
from advis.autodiff.numbers import number
from advis.autodiff.shown import Shown
from advis.autodiff.structure import leaves, map_leaves
from advis.autodiff.sweeps import is_operation
from advis.autodiff.table import Table
from advis.autodiff.tape import Tape
from advis.autodiff.through.argmin import argmin
from advis.autodiff.through.fixed_point import fixed_point, iterate
from advis.autodiff.through.linear_solve import Linear
from advis.autodiff.through.odeint import odeint
from advis.autodiff.through.problem import Packing
from advis.autodiff.through.root import root
from advis.autodiff.trace import function_name, trace
from advis.autodiff.transforms import grad, jvp

LONGEST = 200
"""After so many steps a comparison stops, whether the solver has converged or not."""
MOST = 30
"""At so many numbers of steps everything is computed."""
FLOW_STEPS = (1, 2, 4, 8, 16, 32, 64)
REFERENCE_STEPS = 512
ROUND_OFF = 1e-12
"""Errors below this, relative to the derivative, are round-off, and shown as 0."""


@dataclass(frozen=True, slots=True)
class Lens:
    """One way to differentiate through a solver.

    Attributes
    ----------
    name : str
    errors : tuple of float
        By how much its derivative is off, for each number of steps.
    nodes, entries : tuple of int
        How many operations are on its tape, and how many numbers they hold.
    """

    name: str
    errors: tuple[float, ...]
    nodes: tuple[int, ...]
    entries: tuple[int, ...]

    @property
    def worst(self) -> int:
        """The place of its largest error."""
        return int(np.argmax(self.errors))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Lenses(Shown):
    """The lenses on one solver side by side. Made by `advis.compare_through`.

    Attributes
    ----------
    solver, function : str
    steps : tuple of int
        The numbers of steps at which everything was computed.
    value_errors : tuple of float
        How far the solver was from the solution then.
    lenses : tuple of Lens
    derivative : float
        The largest element of what is taken as exact, by which errors are to be judged.
    """

    solver: str
    function: str
    steps: tuple[int, ...]
    value_errors: tuple[float, ...]
    lenses: tuple[Lens, ...]
    derivative: float

    def __getitem__(self, name: str) -> Lens:
        for lens in self.lenses:
            if lens.name == name:
                return lens
        known = ", ".join(lens.name for lens in self.lenses)
        raise KeyError(f"compare_through: no lens is called {name!r}; there are {known}")

    @property
    def growth(self) -> tuple[int, float, float] | None:
        """Where unrolling gets worse before it gets better: the worst number of steps, its error, and the first one."""
        unrolled = self.lenses[0]
        first, worst = unrolled.errors[0], unrolled.errors[unrolled.worst]
        grown = worst > 1.01 * first and worst > ROUND_OFF * self.derivative
        return (self.steps[unrolled.worst], worst, first) if grown else None

    @property
    def unknown(self) -> str:
        """What the solution is called."""
        return "y" if self.solver == "odeint" else "x"

    def error(self, amount: float) -> str:
        """Return an error as text: two digits, and round-off as 0."""
        return number(amount, 2) if amount > ROUND_OFF * self.derivative else "0"

    def table(self) -> Table:
        """Return the numbers: a row for each number of steps."""
        first = self.lenses[0]
        headings = ("steps", f"{self.unknown} off by", *(f"{lens.name} off by" for lens in self.lenses))
        headings += (f"nodes {first.name}", f"entries {first.name}")
        rows = tuple(
            (
                f"{count:,}",
                self.error(self.value_errors[k]),
                *(self.error(lens.errors[k]) for lens in self.lenses),
                f"{first.nodes[k]:,}",
                f"{first.entries[k]:,}",
            )
            for k, count in enumerate(self.steps)
        )
        title = f"through {self.solver} of {self.function}; the derivative's largest element: {number(self.derivative)}"
        return Table(title, headings, rows, (True,) * len(headings), self.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands out."""
        first, box, notes = self.lenses[0], self.lenses[1], []
        if self.growth:
            at, worst, before = self.growth
            notes.append(
                f"{first.name} gets worse before it gets better: off by {self.error(before)} at first, by "
                f"{self.error(worst)} after {at:,} steps"
            )
        notes.append(
            f"{box.name} keeps {_counted(box.entries[-1], 'entry', 'entries')} in "
            f"{_counted(box.nodes[-1], 'node', 'nodes')} after {self.steps[-1]:,} steps, {first.name} "
            f"{first.entries[-1]:,} in {first.nodes[-1]:,}"
        )
        return tuple(notes)

    def __str__(self) -> str:
        return self.table().text()


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def compare_through(
    solver: Callable[..., Any],
    f: Callable[..., Any],
    x0: Any,
    *params: Any,
    direction: tuple[Any, ...] | None = None,
    steps: int | None = None,
) -> Lenses:
    """Differentiate through a solver in every way, and tell what each derivative is off by after so many steps.

    Parameters
    ----------
    solver : callable
        ``av.fixed_point``, ``av.root``, ``av.argmin`` or ``av.odeint``.
    f, x0, *params
        As for the solver; of ``odeint`` the times are the first of the parameters.
    direction : tuple, optional
        The derivative is taken along this change of the parameters, one part for each; by default all of them move
        by one. Of ``odeint`` it is the gradient of the sum of the solution at all times.
    steps : int, optional
        How far to go. By default until the solver has converged, at most 200 steps.

    Returns
    -------
    Lenses
        Of a solver: ``unrolled`` after so many steps, ``implicit`` evaluated at where it is then, and ``last k`` of the
        whole way. Of ``odeint``: ``discrete`` and ``continuous`` with so many steps between two times, and what lies
        ``between`` the two.

    Raises
    ------
    TypeError
        For another solver, or without parameters.
    NotSolved
        If the solver runs away.

    Examples
    --------
    >>> import advis as av
    >>> lenses = av.compare_through(av.fixed_point, lambda x, a, b: x - 0.9 * (a * x - b), 0.0, 2.0, 1.0)
    >>> lenses.growth is not None, lenses["implicit"].entries[-1]
    (True, 1)
    """
    if solver not in (fixed_point, root, argmin, odeint):
        raise TypeError("compare_through: give av.fixed_point, av.root, av.argmin or av.odeint as the first argument")
    if len(params) - (solver is odeint) < 1:
        raise TypeError("compare_through: give at least one parameter; the derivative is taken with respect to it")
    if solver is odeint:
        if direction is not None or steps is not None:
            raise TypeError(
                "compare_through: of av.odeint all steps and parameters are compared; leave the options out"
            )
        return _flow(f, x0, params)
    return _Solver(solver, f, x0, params, _along(params, direction)).compared(steps)


def _along(params: tuple[Any, ...], direction: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """The direction as a tuple of tangents; all ones if there is none."""
    if direction is None:
        return tuple(map_leaves(lambda leaf: np.ones(np.shape(leaf))[()], part) for part in params)
    if not isinstance(direction, tuple) or len(direction) != len(params):
        raise TypeError(f"compare_through: direction= must be a tuple of {len(params)} parts, one for each parameter")
    return direction


class _Solver:
    """A fixed point, a root or a minimum: its steps, and the derivative in every way."""

    def __init__(
        self,
        solver: Callable[..., Any],
        f: Callable[..., Any],
        x0: Any,
        params: tuple[Any, ...],
        direction: tuple[Any, ...],
    ) -> None:
        self.solver, self.f, self.x0, self.params, self.direction = solver, f, x0, params, direction
        self.packing = Packing("compare_through", "x0", x0)

    def residual(self, x: Any, *params: Any) -> Any:
        """What is zero at the solution."""
        packing = self.packing
        if self.solver is argmin:
            return grad(lambda x: self.f(packing.unpack(x), *params))(x)
        found = packing.pack(self.f(packing.unpack(x), *params), "what the function returned")
        return found if self.solver is root else x - found

    def stepped(self, x: Any) -> Any:
        """The next iterate."""
        r = self.residual(x, *self.params)
        return x - (r if self.solver is fixed_point or not np.any(r) else self.newton(x, r))

    def newton(self, x: Any, r: Any) -> Any:
        """The step of Newton's method."""
        return Linear("compare_through", self.residual, x, self.params).solve(r)

    def compared(self, steps: int | None) -> Lenses:
        """Everything, at up to `MOST` numbers of steps."""
        start = self.packing.pack(self.packing.tree)
        ended = iterate(self.stepped, start, steps or LONGEST, None if steps else ROUND_OFF)
        if not np.isfinite(ended.moved):
            raise NotSolved(
                f"compare_through: {function_name(self.f)} ran away in {ended.steps:,} steps; start nearer to the "
                "solution, or make it contract"
            )
        solution = self._polished(ended.x)
        exact = self.implicit(solution)
        counts = _spread(ended.steps)
        runs = {
            name: [self._run(**self._options(name, count, ended.steps)) for count in counts]
            for name in ("unrolled", "last k")
        }
        at = [self.packing.pack(value) for value, *_ in runs["unrolled"]]
        size = int(np.size(solution))
        lenses = (
            _lens("unrolled", runs["unrolled"], exact, self.packing),
            Lens("implicit", tuple(_off(self.implicit(x), exact) for x in at), (1,) * len(at), (size,) * len(at)),
            _lens("last k", runs["last k"], exact, self.packing),
        )
        errors = tuple(_off(x, solution) for x in at)
        name = self.solver.__name__
        return Lenses(name, function_name(self.f), counts, errors, lenses, float(np.max(np.abs(exact), initial=0.0)))

    def _options(self, name: str, count: int, longest: int) -> dict[str, Any]:
        far = {"max_steps": count} if name == "unrolled" else {"max_steps": longest, "last": count}
        return {"derivative": "unrolled", "tolerance": None, **far}

    def _polished(self, x: Any) -> Any:
        """The solution to the last digits: Newton steps from where the solver ended."""
        best = np.inf
        for _ in range(20):
            r = self.residual(x, *self.params)
            if not np.any(r):
                break
            after = x - self.newton(x, r)
            moved = float(np.max(np.abs(after - x)))
            if not moved < best:
                break
            x, best = after, moved
        return x

    def implicit(self, x: Any) -> Any:
        """The implicit rule, evaluated anywhere."""
        change = jvp(lambda *params: self.residual(x, *params), self.params, self.direction)[1]
        return -self.newton(x, change)

    def _run(self, **options: Any) -> Run:
        return _recorded(lambda *params: self.solver(self.f, self.x0, *params, **options), self.params, self.direction)


Run = tuple[Any, Any, int, int]
"""Value and derivative, and how many operations and numbers are on the tape."""


def _recorded(run: Callable[..., Any], params: tuple[Any, ...], direction: tuple[Any, ...]) -> Run:
    tape = trace(run, *params, source=False)
    return tape.value, tape.forward(*direction).result, *_kept(tape)


def _kept(tape: Tape) -> tuple[int, int]:
    kept = [value for primitive, value in zip(tape.primitives, tape.values, strict=True) if is_operation(primitive)]
    return len(kept), int(sum(np.size(value) for value in kept))


def _lens(name: str, runs: list[Run], exact: Any, packing: Packing) -> Lens:
    errors = tuple(_off(packing.pack(derivative), exact) for _, derivative, _, _ in runs)
    return Lens(name, errors, tuple(run[2] for run in runs), tuple(run[3] for run in runs))


def _off(found: Any, exact: Any) -> float:
    return float(np.max(np.abs(found - exact), initial=0.0))


def _spread(steps: int) -> tuple[int, ...]:
    """Numbers of steps to look at: all, or more of the small ones."""
    if steps <= MOST:
        return tuple(range(1, steps + 1))
    return tuple(sorted({round(float(count)) for count in np.geomspace(1, steps, MOST)}))


def _flow(f: Callable[..., Any], y0: Any, params: tuple[Any, ...]) -> Lenses:
    """An initial value problem: the discrete and the continuous adjoint over the number of steps."""
    times, *rest = params

    def run(derivative: str, steps: int) -> Run:
        tape = trace(lambda *rest: odeint(f, y0, times, *rest, derivative=derivative, steps=steps), *rest, source=False)
        gradient = tape.reverse(map_leaves(lambda leaf: np.ones(np.shape(leaf)), tape.value)).result
        return _flat(tape.value), _flat(gradient), *_kept(tape)

    value, exact, *_ = run("discrete", REFERENCE_STEPS)
    runs = {name: [run(name, count) for count in FLOW_STEPS] for name in ("discrete", "continuous")}
    lenses = [
        Lens(name, tuple(_off(r[1], exact) for r in found), tuple(r[2] for r in found), tuple(r[3] for r in found))
        for name, found in runs.items()
    ]
    between = tuple(_off(a[1], b[1]) for a, b in zip(runs["continuous"], runs["discrete"], strict=True))
    lenses.append(Lens("between", between, (0,) * len(between), (0,) * len(between)))
    errors = tuple(_off(r[0], value) for r in runs["discrete"])
    size = float(np.max(np.abs(exact), initial=0.0))
    return Lenses("odeint", function_name(f), FLOW_STEPS, errors, tuple(lenses), size)


def _flat(tree: Any) -> np.ndarray:
    return np.concatenate([np.reshape(leaf, (-1,)) for _, leaf in leaves(tree)])
