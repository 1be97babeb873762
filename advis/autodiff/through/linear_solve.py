"""Linear systems with the Jacobian of a residual: solved densely when small, by products alone when large.

The solve is a primitive. Its rules are the two halves of one sentence: from A w = b follows A ẇ = ḃ − Ȧ w, and for an
adjoint g of w the adjoint of b is λ with Aᵀ λ = g, that of A's own arguments −(∂(A w))ᵀ λ. So it nests to any order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from advis.autodiff import batch
from advis.autodiff.errors import NotSolved
from advis.autodiff.primitives.rule import Primitive, is_traced
from advis.autodiff.structure import fill
from advis.autodiff.sweeps import forward_column, quiet, reverse_column, zero_like
from advis.autodiff.through.rules import closed_primitive, together
from advis.autodiff.trace import record
from advis.autodiff.transforms import jvp, vjp

DENSE = 128
"""Up to so many unknowns the matrix is made; above, only if products alone do not lead to the solution."""
WIDEST = 2048
"""A matrix of more columns is never made."""
SINGULAR = 1e14
"""A condition number that leaves no digit."""
PRECISION = 1e-12
"""Of a solution by products: the residual, relative to the right-hand side."""

Residual = Callable[..., Any]


class Linear:
    """The Jacobian A = ∂r/∂x of a residual r(x, *args) at a point: products both ways, and solutions.

    With ``pulled`` the adjoints of the arguments will be asked for: those of a small system are on the same record.
    """

    def __init__(self, verb: str, residual: Residual, x: Any, args: tuple[Any, ...], pulled: bool = False) -> None:
        self.verb, self.x, self.args, self.pulled = verb, x, args, pulled
        self._residual = residual
        self.shape = np.shape(x)
        self.size = int(np.prod(self.shape, dtype=int))
        self._solved = False

    @property
    def joint(self) -> bool:
        """Whether the arguments are inputs of the record, too; products with a large A would carry their adjoints."""
        return self.pulled and self.size <= DENSE

    @cached_property
    def _tape(self) -> Any:
        if self.joint:
            names = ("x", *(f"argument {k + 1}" for k in range(len(self.args))))
            return record(self._residual, (self.x, *self.args), {}, False, "residual", names)
        return record(lambda x: self._residual(x, *self.args), (self.x,), {}, False, "residual", ("x",))

    def product(self, v: Any, transposed: bool = False) -> Any:
        """Return A v, or Aᵀ v."""
        tape = self._tape
        (source, *_), (target,) = tape.input_places, tape.output_places
        start, end, run = (target, source, reverse_column) if transposed else (source, target, forward_column)
        seeds: list[Any] = [None] * len(tape)
        seeds[start.index] = v
        with quiet():
            found = run(tape.primitives, tape.parents, tape.values, seeds)[end.index]
        return np.zeros(self.shape)[()] if found is None else found

    @cached_property
    def matrix(self) -> np.ndarray:
        """A as a matrix: its columns in one forward sweep of one-hot tangents of x."""
        if not self.size:
            return np.zeros((0, 0))
        tape = self._tape
        (source, *_), (target,) = tape.input_places, tape.output_places
        seeds: list[Any] = [None] * len(tape)
        seeds[source.index] = np.reshape(np.eye(self.size), (self.size, *self.shape))
        rules = batch.of_many(tape.primitives, forward=True)
        with quiet():
            found = forward_column(rules, tape.parents, tape.values, seeds, batch.grown_many)[target.index]
        if found is None:
            return np.zeros((self.size, self.size))
        return np.reshape(found, (self.size, self.size)).T

    def pull(self, w: Any) -> tuple[Any, ...]:
        """Return the adjoints of the arguments for an adjoint of the residual, from a joint record."""
        tape = self._tape
        seeds: list[Any] = [None] * len(tape)
        seeds[tape.output_places[0].index] = w
        with quiet():
            found = reverse_column(tape.primitives, tape.parents, tape.values, seeds)
        adjoints: tuple[Any, ...] = fill(
            tape._arguments[1:],
            lambda index: zero_like(tape.values[index]) if found[index] is None else found[index],
        )
        return adjoints

    @cached_property
    def inverse(self) -> np.ndarray | None:
        """A⁻¹, or None where there is none."""
        try:
            return np.linalg.inv(self.matrix) if np.all(np.isfinite(self.matrix)) else None
        except np.linalg.LinAlgError:
            return None

    @cached_property
    def condition(self) -> float:
        """The condition number of A in the norm of its largest column sum."""
        if self.inverse is None:
            return np.inf
        norms = [np.max(np.sum(np.abs(A), axis=0), initial=0.0) for A in (self.matrix, self.inverse)]
        return float(norms[0] * norms[1])

    def solve(self, b: Any, transposed: bool = False) -> Any:
        """Return w with A w = b, or with Aᵀ w = b.

        Raises
        ------
        NotSolved
            If A is singular: it names the condition number.
        """
        flat = np.reshape(b, (-1,)).astype(float)
        if self.size > DENSE:
            found, left = gmres(
                lambda v: np.reshape(self.product(np.reshape(v, self.shape)[()], transposed), (-1,)), flat
            )
            if left <= PRECISION:
                return np.reshape(found, self.shape)[()]
            if self.size > WIDEST:
                raise NotSolved(
                    f"{self.verb}: the linear system of {self.size:,} unknowns at the solution was not solved: a "
                    f"residual of {left:.3g} of the right-hand side is left; it is close to singular. Try "
                    "derivative='unrolled', or scale the unknowns alike"
                )
        if self.size and not self._solved:
            self._solved = True
            w = self._eliminated(flat, transposed)
            if w is not None:
                return np.reshape(w, self.shape)[()]
        if self.inverse is None or not self.condition < SINGULAR:
            raise NotSolved(
                f"{self.verb}: the linear system at the solution is singular (condition number "
                f"{self.condition:.3g}), so the solution has no derivative there; move the parameters, start from "
                "another x0, or take derivative='unrolled', which differentiates the steps"
            )
        A, inverse = (self.matrix.T, self.inverse.T) if transposed else (self.matrix, self.inverse)
        w = inverse @ flat
        return np.reshape(w + inverse @ (flat - A @ w), self.shape)[()]  # refined once: as good as by elimination

    def _eliminated(self, b: np.ndarray, transposed: bool) -> np.ndarray | None:
        """The first solution, by elimination, which takes a third of an inverse; None where A is close to singular.

        Vectors of random signs are solved for as well: how much they grow tells the condition number from below, and
        it is hardly ever far above (Dixon 1983). What comes near the limit is looked at closely.
        """
        A = self.matrix.T if transposed else self.matrix
        signs = np.random.default_rng(0).choice([-1.0, 1.0], (self.size, 3))
        try:
            found: np.ndarray = np.linalg.solve(A, np.column_stack([b, signs]))
        except np.linalg.LinAlgError:
            return None
        grown = np.max(np.sum(np.abs(found[:, 1:]), axis=0)) / self.size
        condition = grown * np.max(np.sum(np.abs(A), axis=0))
        return found[:, 0] if condition < 1e-4 * SINGULAR else None


def gmres(product: Callable[[np.ndarray], np.ndarray], b: np.ndarray, most: int = 200) -> tuple[np.ndarray, float]:
    """Return w with A w ≈ b from products alone, and the residual relative to b (Saad & Schultz 1986).

    One cycle builds an orthonormal basis of b, A b, A² b, …, and takes the combination with the smallest residual.

    Examples
    --------
    >>> A = np.array([[2.0, 1.0], [0.0, 3.0]])
    >>> gmres(lambda v: A @ v, np.array([3.0, 3.0]))[0].round(12)
    array([1., 1.])
    """
    w: Any = np.zeros_like(b)
    scale = float(np.linalg.norm(b))
    left = scale
    for _ in range(3):
        if not left > PRECISION * scale:
            break
        r = b - product(w) if w.any() else b
        w = w + _krylov(product, r, min(most, len(b)), 0.1 * PRECISION * scale)
        left = float(np.linalg.norm(b - product(w)))
    return w, left / scale if scale else 0.0


def _krylov(product: Callable[[np.ndarray], np.ndarray], r: np.ndarray, most: int, enough: float) -> Any:
    """The best correction in the space that r and its products span."""
    first = float(np.linalg.norm(r))
    basis: Any = np.zeros((most + 1, len(r)))
    H: Any = np.zeros((most + 1, most))
    basis[0] = r / first
    target = np.zeros(most + 1)
    target[0] = first
    y: Any = np.zeros(0)
    k = 0
    for k in range(1, most + 1):
        v = product(basis[k - 1])
        for _ in range(2):  # once more, against round-off
            parts = basis[:k] @ v
            v = v - parts @ basis[:k]
            H[:k, k - 1] += parts
        H[k, k - 1] = length = float(np.linalg.norm(v))
        if not np.isfinite(length):
            return np.zeros_like(r)
        last = length <= 1e-14 * first or k == most
        if last or k % 5 == 0:
            y = np.linalg.lstsq(H[: k + 1, :k], target[: k + 1], rcond=None)[0]
            if last or float(np.linalg.norm(H[: k + 1, :k] @ y - target[: k + 1])) <= enough:
                break
        basis[k] = v / length
    return y @ basis[:k]


class System:
    """Solutions of linear systems with ∂r/∂x, recorded where b, x or the arguments are traced."""

    def __init__(self, verb: str, residual: Residual) -> None:
        self.verb, self.residual = verb, residual
        self._latest: Linear | None = None

    def at(self, x: Any, args: tuple[Any, ...], pulled: bool = False) -> Linear:
        """Return the Jacobian at a point; the latest one is remembered."""
        known = self._latest
        here = known is not None and known.x is x and all(a is b for a, b in zip(known.args, args, strict=True))
        if known is None or not here or (pulled and not known.pulled):
            known = self._latest = Linear(self.verb, self.residual, x, args, pulled)
        return known

    def solve(self, b: Any, x: Any, args: tuple[Any, ...], transposed: bool = False) -> Any:
        """Return w with A w = b, or Aᵀ w = b, at any level of nesting."""
        primitive = self._primitive(transposed, len(args))  # not kept: it holds the system, which would never go
        return primitive(b, x, *args)

    def pull(self, w: Any, x: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the adjoints of the arguments for an adjoint of the residual, at any level of nesting."""
        if not any(map(is_traced, (w, x, *args))) and (here := self.at(x, args, pulled=True)).joint:
            return here.pull(w)
        pulled: tuple[Any, ...] = vjp(lambda *args: self.residual(x, *args), *args)[1](w)
        return pulled

    def product(self, w: Any, x: Any, args: tuple[Any, ...], transposed: bool) -> Any:
        """Return A w or Aᵀ w as a function of x and the arguments, too."""
        if transposed:
            return vjp(lambda x: self.residual(x, *args), x)[1](w)[0]
        return jvp(lambda x: self.residual(x, *args), (x,), (w,))[1]

    def _primitive(self, transposed: bool, count: int) -> Primitive:
        def call(b: Any, x: Any, *args: Any) -> Any:
            return self.at(x, args, pulled=transposed).solve(b, transposed)

        def moved(place: int, t: Any, w: Any, b: Any, x: Any, *args: Any) -> Any:
            if place == 0:
                return self.solve(t, x, args, transposed)
            at = (x, *args)

            def along(a: Any) -> Any:
                moving = (*at[: place - 1], a, *at[place:])
                return self.product(w, moving[0], moving[1:], transposed)

            change = jvp(along, (at[place - 1],), (t,))[1]
            return -self.solve(change, x, args, transposed)

        def pulled(g: Any, w: Any, b: Any, x: Any, *args: Any) -> list[Any]:
            multiplier = self.solve(g, x, args, not transposed)
            back = vjp(lambda x, *args: self.product(w, x, args, transposed), x, *args)[1](multiplier)
            return [multiplier, *(-part for part in back)]

        name = "solve transposed" if transposed else "solve"
        return closed_primitive(name, call, together(moved, pulled, count + 2))
