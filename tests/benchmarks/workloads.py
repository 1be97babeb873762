"""The workloads of the engine's benchmarks: each a gradient by advis, and the same one by its peers.

A workload is a function that returns callables by name: ``advis``, the peers that are installed, and ``by hand`` where
a gradient written in NumPy is the measure. Their results are compared before anything is timed.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

import advis as av

Programs = dict[str, Callable[[], Any]]

HAVE = {name: importlib.util.find_spec(name) is not None for name in ("torch", "mygrad", "micrograd")}
if HAVE["torch"]:
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
if HAVE["mygrad"]:
    import mygrad
if HAVE["micrograd"]:
    from micrograd.engine import Value


def _torch(f: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """The gradient of a scalar function by torch, recording included."""

    def run() -> Any:
        inputs = [torch.tensor(x, requires_grad=True) for x in arguments]
        f(*inputs).backward()
        return [x.grad.numpy() for x in inputs] if len(inputs) > 1 else inputs[0].grad.numpy()

    return run


def _mygrad(f: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    def run() -> Any:
        inputs = [mygrad.tensor(x) for x in arguments]
        f(*inputs).backward()
        return [x.grad for x in inputs] if len(inputs) > 1 else inputs[0].grad

    return run


def mixed_chain() -> Programs:
    """A chain of 1,000 scalar operations: sine, product, sum in turn."""

    def chain(np: Any) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            y = x
            for _ in range(334):
                y = np.sin(y)
                y = y * x
                y = y + 0.5
            return y

        return f

    ours, peer = chain(np), autograd.grad(chain(anp))
    return {"advis": lambda: av.trace(ours, 1.1, source=False).reverse().result, "autograd": lambda: peer(1.1)}


def plain_chain() -> Programs:
    """A chain of 1,000 products and sums, which is what micrograd knows."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(334):
            y = y * x
            y = y + 0.5
            y = y * 0.9
        return y

    programs: Programs = {"advis": lambda: av.grad(f)(0.6)}
    if HAVE["micrograd"]:

        def by_micrograd() -> float:
            sys.setrecursionlimit(10_000)  # its sort is recursive
            x = Value(0.6)
            f(x).backward()
            return float(x.grad)

        programs["micrograd"] = by_micrograd
    return programs


def sines() -> Programs:
    """Fifty chained sines of a vector of ten, summed."""
    x = np.linspace(0.1, 1.0, 10)

    def f(np: Any) -> Callable[[Any], Any]:
        def program(x: Any) -> Any:
            for _ in range(50):
                x = np.sin(x)
            return np.sum(x)

        return program

    ours, peer = av.grad(f(np)), autograd.grad(f(anp))
    programs: Programs = {"advis": lambda: ours(x), "autograd": lambda: peer(x)}
    return programs | ({"torch": _torch(f(torch), x)} if HAVE["torch"] else {})


def fan_out(count: int) -> Programs:
    """``y = (y + y) / 2``, so many operations."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(count // 2):
            y = (y + y) / 2
        return y

    return {"advis": lambda: av.grad(f)(1.5)}


def _layers(*sizes: int) -> list[Any]:
    rng = np.random.default_rng(0)
    return [x for m, n in pairwise(sizes) for x in (rng.normal(size=(m, n)) / np.sqrt(m), np.zeros(n))]


def small_network() -> Programs:
    """A network 64-64-64-1 with tanh, batch 32, mean squared error, with respect to its parameters."""
    rng = np.random.default_rng(1)
    x, t, parameters = rng.normal(size=(32, 64)), rng.normal(size=(32, 1)), _layers(64, 64, 64, 1)

    def loss(np: Any, x: Any, t: Any) -> Callable[..., Any]:
        def f(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
            h = np.tanh(x @ w1 + b1)
            h = np.tanh(h @ w2 + b2)
            e = h @ w3 + b3 - t
            return np.mean(e * e)

        return f

    every = tuple(range(6))
    ours, peer = av.grad(loss(np, x, t), every), autograd.grad(loss(anp, x, t), every)
    programs: Programs = {"advis": lambda: ours(*parameters), "autograd": lambda: peer(*parameters)}
    if HAVE["torch"]:
        programs["torch"] = _torch(loss(torch, torch.tensor(x), torch.tensor(t)), *parameters)
    if HAVE["mygrad"]:
        programs["MyGrad"] = _mygrad(loss(mygrad, x, t), *parameters)
    return programs


def large_network() -> Programs:
    """A network 784-512-10 with tanh, batch 512, against its gradient written by hand."""
    rng = np.random.default_rng(2)
    x, t, parameters = rng.normal(size=(512, 784)), rng.normal(size=(512, 10)), _layers(784, 512, 10)

    def loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        e = np.tanh(x @ w1 + b1) @ w2 + b2 - t
        return np.mean(e * e)

    def by_hand() -> Any:
        w1, b1, w2, b2 = parameters
        h = np.tanh(x @ w1 + b1)
        e = h @ w2 + b2 - t
        np.mean(e * e)
        e_bar = 2 * e / e.size
        z_bar = (e_bar @ w2.T) * (1 - h * h)
        return x.T @ z_bar, z_bar.sum(axis=0), h.T @ e_bar, e_bar.sum(axis=0)

    ours = av.grad(loss, (0, 1, 2, 3))
    return {"advis": lambda: ours(*parameters), "by hand": by_hand}


def _rosenbrock(np: Any) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    return f


def rosenbrock(count: int = 1_000_000) -> Programs:
    """The gradient of Rosenbrock's function of a million variables."""
    x = np.random.default_rng(3).normal(size=count)

    def by_hand() -> Any:
        a, b = x[:-1], x[1:]
        e = b - a**2
        np.sum(100.0 * e**2 + (1.0 - a) ** 2)
        gradient = np.zeros(count)
        gradient[1:] += 200.0 * e
        gradient[:-1] += -400.0 * e * a - 2.0 * (1.0 - a)
        return gradient

    ours, peer = av.grad(_rosenbrock(np)), autograd.grad(_rosenbrock(anp))
    return {"advis": lambda: ours(x), "autograd": lambda: peer(x), "by hand": by_hand}


def lorenz_jacobian() -> Programs:
    """The 3×3 Jacobian of fifty Runge–Kutta steps of the Lorenz system, on vectors of three."""
    x = np.array([1.0, 2.0, 20.0])

    def steps(stack: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
        def velocity(s: Any) -> Any:
            return stack([10.0 * (s[1] - s[0]), s[0] * (28.0 - s[2]) - s[1], s[0] * s[1] - 8.0 / 3.0 * s[2]])

        def f(s: Any) -> Any:
            h = 0.01
            for _ in range(50):
                k1 = velocity(s)
                k2 = velocity(s + h / 2 * k1)
                k3 = velocity(s + h / 2 * k2)
                k4 = velocity(s + h * k3)
                s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            return s

        return f

    ours, peer = av.jacobian(steps(np.stack)), autograd.jacobian(steps(anp.stack))
    programs: Programs = {"advis": lambda: ours(x), "autograd": lambda: peer(x)}
    if HAVE["torch"]:
        inner = steps(torch.stack)
        programs["torch"] = lambda: torch.autograd.functional.jacobian(inner, torch.tensor(x)).numpy()
    return programs


def rosenbrock_hvp(count: int = 1000) -> Programs:
    """The Hessian of Rosenbrock's function of 1,000 variables times a vector."""
    rng = np.random.default_rng(4)
    x, v = rng.normal(size=count), rng.normal(size=count)
    ours, peer = _rosenbrock(np), autograd.hessian_vector_product(_rosenbrock(anp))
    return {"advis": lambda: av.hvp(ours, (x,), (v,))[0], "autograd": lambda: peer(x, v)}


WORKLOADS: dict[str, tuple[Callable[[], Programs], dict[str, float]]] = {
    "chain of 1,000 mixed scalar operations": (mixed_chain, {"autograd": 0.15}),
    "chain of 1,000 products and sums": (plain_chain, {"micrograd": 1.0}),
    "50 chained sines of a 10-vector": (sines, {"autograd": 0.4, "torch": 0.5}),
    "MLP 64-64-64-1, batch 32": (small_network, {"autograd": 0.6, "torch": 1.0, "MyGrad": 0.7}),
    "MLP 784-512-10, batch 512": (large_network, {"by hand": 1.10}),
    "Rosenbrock, n = 10⁶": (rosenbrock, {"autograd": 1.0, "by hand": 1.5}),
    "Jacobian of 50 RK4 steps of Lorenz, 3×3": (lorenz_jacobian, {"autograd": 0.15, "torch": 0.3}),
    "HVP of Rosenbrock, n = 1,000": (rosenbrock_hvp, {"autograd": 0.3}),
}
"""Each workload, and the ratio to each peer that it is to stay below."""
