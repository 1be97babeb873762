"""Workloads of NumPy's families beside arithmetic: linear algebra, transforms, sorting, reading element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

import advis as av

Programs = dict[str, Callable[[], Any]]


def _gradients(program: Callable[[Any], Callable[..., Any]], *arguments: Any) -> Programs:
    """The gradient of one program by advis and by autograd, with respect to all its arguments."""
    every = tuple(range(len(arguments)))
    ours, peer = av.grad(program(np), every), autograd.grad(program(anp), every)
    return {"advis": lambda: ours(*arguments), "autograd": lambda: peer(*arguments)}


def _random(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def solve() -> Programs:
    """The squared length of the solution of 200 equations, with respect to matrix and right side."""
    matrix = _random(200, 200) + 20 * np.eye(200)
    return _gradients(lambda np: lambda a, b: np.sum(np.linalg.solve(a, b) ** 2), matrix, _random(200))


def svd() -> Programs:
    """A function of all three factors of a 100×100 matrix."""
    first, last = _random(100, 100), _random(100, 101)[:, 1:]

    def program(np: Any) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            u, s, vh = np.linalg.svd(x, full_matrices=False)
            return np.sum((u @ (first * vh)) * last) + np.sum(s**2)

        return f

    return _gradients(program, _random(100, 100))


def einsum() -> Programs:
    """A chain of three matrices in one einsum."""
    matrices = _random(60, 50), _random(50, 40), _random(40, 30)
    return _gradients(lambda np: lambda a, b, c: np.sum(np.einsum("ij,jk,kl->il", a, b, c) ** 2), *matrices)


def fft() -> Programs:
    """The weighted power spectrum of 2¹⁶ samples."""
    weights = _random(2**16, 1)[:, 0]
    return _gradients(lambda np: lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2 * weights), _random(2**16))


def sort() -> Programs:
    """The weighted sum of a million sorted numbers."""
    weights = _random(10**6, 1)[:, 0]
    return _gradients(lambda np: lambda x: np.sum(np.sort(x) * weights), _random(10**6))


def reads(count: int = 1_000) -> Programs:
    """The sum of a vector's 1,000 elements, read one by one; again and again for a larger count."""

    def program(np: Any) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            total = 0.0
            for k in range(count):
                total = total + x[k % 1_000]
            return total

        return f

    return _gradients(program, _random(1_000))


FAMILIES: dict[str, tuple[Callable[[], Programs], dict[str, float]]] = {
    "solve 200×200": (solve, {"autograd": 1.0}),
    "svd 100×100": (svd, {"autograd": 1.0}),
    "einsum of three operands": (einsum, {"autograd": 1.0}),
    "fft of 2¹⁶ samples": (fft, {"autograd": 1.0}),
    "sort of 10⁶ numbers": (sort, {"autograd": 1.0}),
    "1,000 reads of a 1,000-vector": (reads, {"autograd": 0.15}),
}
"""Each workload, and the ratio to each peer that it is to stay below."""
