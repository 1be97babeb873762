"""Initial value problems y' = f(y, t, φ): differentiated through the steps, or by an equation of its own.

Discrete: the Runge–Kutta steps are on the tape, and the derivative is that of the computed numbers. Continuous: the
solution is one box. Its tangent solves the variational equation, its adjoint the adjoint equation a' = −(∂f/∂y)ᵀ a
backwards in time (Pontryagin 1962; Chen et al. 2018). Both approximate the derivative of the exact solution, so they
differ from that of the computed one by as much as the steps are off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from advis.autodiff.errors import NotSolved
from advis.autodiff.numbers import friendly
from advis.autodiff.primitives.rule import is_traced, plain_value, shape_of
from advis.autodiff.structure import map_leaves
from advis.autodiff.through.problem import Packing, Problem
from advis.autodiff.through.rules import closed_primitive, together
from advis.autodiff.transforms import jvp, vjp

Slope = Callable[[Any, Any], Any]


def odeint(
    f: Callable[..., Any],
    y0: Any,
    t: Any,
    *params: Any,
    derivative: str = "discrete",
    steps: int = 10,
    solver: Callable[..., Any] | None = None,
) -> Any:
    """Return the solution of dy/dt = f(y, t, *params) at the times t, as something that derivatives pass.

    Parameters
    ----------
    f : callable
        Returns the slope, in the structure of y.
    y0 : number, array or container
        The value at ``t[0]``.
    t : array
        The times, in order, up or down. The derivative with respect to them is known, too.
    *params
        What f depends on besides.
    derivative : {"discrete", "continuous"}, optional
        Through the steps, all of which are on the tape; or one box, which solves the variational or the adjoint
        equation, keeps the solution at t only, and is off by as much as the steps are.
    steps : int, optional
        Steps of the classical Runge–Kutta method from one time to the next.
    solver : callable, optional
        ``solver(f, y0, t)`` in place of the steps, as ``scipy.integrate.odeint``: a number or a container arrives as
        one vector. It needs ``derivative="continuous"``, whose equations it solves, too.

    Returns
    -------
    same as y0
        With the times as a new leading axis.

    Raises
    ------
    NotSolved
        If the solution runs away.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def final(rate, how):
    ...     return av.odeint(lambda y, t, rate: -rate * y, 1.0, [0.0, 1.0], rate, derivative=how)[-1]
    >>> exact = -np.exp(-0.5)
    >>> [f"{av.grad(final)(0.5, how) - exact:.1e}" for how in ("discrete", "continuous")]
    ['1.5e-07', '6.2e-08']
    """
    if derivative not in ("discrete", "continuous"):
        raise ValueError(f"odeint: derivative={derivative!r} is not known; choose 'discrete' or 'continuous'")
    if not isinstance(steps, (int, np.integer)) or steps < 1:
        raise ValueError(f"odeint: steps={steps!r}: at least one step leads from one time to the next")
    if solver is not None and derivative == "discrete":
        raise ValueError("odeint: the steps of a solver of your own are not on the tape; write derivative='continuous'")
    if isinstance(t, (tuple, list)):
        t = np.stack(t) if any(is_traced(time) for time in t) else np.asarray(t, dtype=float)
    if len(shape_of(t)) != 1 or shape_of(t)[0] < 2:
        raise ValueError(f"odeint: t has shape {shape_of(t)}; give the times, two or more, as a vector")
    flow = _Flow(Problem("odeint", f, y0, (y0, t, *params)), steps, solver)
    if derivative == "discrete" or not flow.problem.args:
        found = flow.solved(*flow.problem.args)
    else:
        args = flow.problem.hand_over()
        found = flow.box(len(args))(*args)
    return map_leaves(friendly, _unpacked(flow.problem.packing, found))


class _Flow:
    """The solution as a function of the traced values: those in y0 and t, the parameters, and f's surroundings."""

    def __init__(self, problem: Problem, steps: int, solver: Callable[..., Any] | None) -> None:
        self.problem, self.steps, self.solver = problem, steps, solver

    def start(self, *args: Any) -> tuple[Any, Any]:
        """Return y0, packed, and the times."""
        y0, t, *_ = self.problem.rebuilt(args)
        return self.problem.packing.pack(y0), t

    def slope(self, y: Any, time: Any, *args: Any) -> Any:
        """Return f at a packed y, packed."""
        _, _, *params, f = self.problem.rebuilt(args)
        packing = self.problem.packing
        return packing.pack(f(packing.unpack(y), time, *params), f"what {self.problem.name} returned")

    def solved(self, *args: Any) -> Any:
        """Return the solution at all times, by steps that are recorded if the values are traced."""
        y, t = self.start(*args)
        if self.solver is not None:
            return self._by_solver(y, t, args)
        states = [y]
        for k in range(shape_of(t)[0] - 1):
            states.append(runge_kutta(lambda y, s: self.slope(y, s, *args), states[-1], t[k], t[k + 1], self.steps))
            if not np.all(np.isfinite(plain_value(states[-1]))):
                raise NotSolved(
                    f"odeint: the solution of {self.problem.name} runs away before t = {plain_value(t)[k + 1]:.4g}; "
                    f"take more steps than {self.steps}, or end earlier"
                )
        return np.stack(states)

    def _by_solver(self, y: Any, t: Any, args: tuple[Any, ...]) -> Any:
        shape = np.shape(y)

        def slope(flat: Any, time: Any) -> Any:
            return np.reshape(self.slope(np.reshape(flat, shape)[()], time, *args), (-1,))

        assert self.solver is not None
        found = np.asarray(self.solver(slope, np.reshape(y, (-1,)), t), dtype=float)
        if found.shape != (len(t), int(np.prod(shape, dtype=int))):
            raise ValueError(f"odeint: the solver returned shape {found.shape} for {len(t)} times")
        return np.reshape(found, (len(t), *shape))

    def again(self, slope: Callable[..., Any], y0: Any, t: Any) -> Any:
        """Solve another equation in the same way."""
        return odeint(slope, y0, t, derivative="continuous", steps=self.steps, solver=self.solver)

    def box(self, count: int) -> Any:
        """Return the primitive of ``count`` arguments that solves, with equations of its own as its rules."""

        def call(*args: Any) -> Any:
            return self.solved(*args)

        rules = together(self.moved, self.pulled, count)
        return closed_primitive("odeint", call, rules, "continuous", "solves an equation of its own, and ")

    def moved(self, place: int, change: Any, ys: Any, *args: Any) -> Any:
        """Return the tangent of the solution: s' = ∂f/∂y s + ∂f/∂φ φ̇, and what moved times do."""

        def put(a: Any) -> tuple[Any, ...]:
            return (*args[:place], a, *args[place + 1 :])

        (y0, t), (s0, moves) = jvp(lambda a: self.start(*put(a)), (args[place],), (change,))
        along = _each([self.slope(ys[k], t[k], *args) for k in range(shape_of(t)[0])], moves)

        def together(state: Any, time: Any) -> Any:
            return jvp(lambda y, a: self.slope(y, time, *put(a)), (state[0], args[place]), (state[1], change))

        return self.again(together, (y0, s0 - along[0]), t)[1] + along

    def pulled(self, g: Any, ys: Any, *args: Any) -> list[Any]:
        """Return the adjoints of all arguments: a' = −(∂f/∂y)ᵀ a backwards, collecting (∂f/∂φ)ᵀ a on the way."""

        def backwards(state: Any, time: Any) -> Any:
            y, a, _ = state
            slope, pull = vjp(lambda y, *args: self.slope(y, time, *args), y, *args)
            moved, *collected = pull(a)
            return slope, -moved, [-part for part in collected]

        (_, t), pull = vjp(self.start, *args)
        a, collected = 0.0 * g[0], [0.0 * arg for arg in args]
        at_times: list[Any] = []
        for k in range(shape_of(t)[0] - 1, 0, -1):
            at_times.append(np.sum(g[k] * self.slope(ys[k], t[k], *args)))
            ends = self.again(backwards, (ys[k], a + g[k], collected), np.stack([t[k], t[k - 1]]))
            a, collected = ends[1][-1], [part[-1] for part in ends[2]]
        at_times.append(-np.sum(a * self.slope(ys[0], t[0], *args)))
        given = pull((a + g[0], np.stack(at_times[::-1])))
        return [one + other for one, other in zip(given, collected, strict=True)]


def runge_kutta(slope: Slope, y: Any, start: Any, end: Any, steps: int) -> Any:
    """Return y at the end, by steps of the classical method of order four."""
    h = (end - start) / steps
    for k in range(steps):
        time = start + k * h
        k1 = slope(y, time)
        k2 = slope(y + h / 2 * k1, time + h / 2)
        k3 = slope(y + h / 2 * k2, time + h / 2)
        k4 = slope(y + h * k3, time + h)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def _each(slopes: Sequence[Any], moves: Any) -> Any:
    """What moved times do to the solution there: the slopes, times the moves."""
    return np.stack([slope * moves[k] for k, slope in enumerate(slopes)])


def _unpacked(packing: Packing, states: Any) -> Any:
    """The states at all times in the structure of y0, each leaf with the times in front."""
    if packing.single:
        return states
    count, start, parts = shape_of(states)[0], 0, []
    for shape in packing.shapes:
        size = int(np.prod(shape, dtype=int))
        part = states[:, start : start + size] if shape else states[:, start]
        parts.append(np.reshape(part, (count, *shape)) if len(shape) > 1 else part)
        start += size
    remaining = iter(parts)
    return map_leaves(lambda leaf: next(remaining), packing.tree)
