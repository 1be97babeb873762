"""Taylor coefficients: known series, nested derivatives, structures, and a cost that grows slowly with the order."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

import advis as av


def nested(f, x, v, order):
    """The coefficients by derivatives of derivatives: 2ᵏ times the work at order k."""
    found = [f(x)]
    for k in range(1, order + 1):
        f = (lambda g: lambda x: av.jvp(g, (x,), (v,))[1])(f)
        found.append(f(x) / math.factorial(k))
    return found


@pytest.mark.parametrize(("f", "x", "expected"), [
    (np.exp, 0.0, [1 / math.factorial(k) for k in range(9)]),
    (np.sin, 0.0, [0, 1, 0, -1 / 6, 0, 1 / 120, 0, -1 / 5040, 0]),
    (np.log1p, 0.0, [0, 1, -1 / 2, 1 / 3, -1 / 4, 1 / 5, -1 / 6, 1 / 7, -1 / 8]),
    (np.arctan, 0.0, [0, 1, 0, -1 / 3, 0, 1 / 5, 0, -1 / 7, 0]),
    (np.tan, 0.0, [0, 1, 0, 1 / 3, 0, 2 / 15, 0, 17 / 315, 0]),
    (lambda x: 1 / (1 - x), 0.0, [1] * 9),
    (np.sqrt, 1.0, [math.prod(0.5 - j for j in range(k)) / math.factorial(k) for k in range(9)]),
    (lambda x: x**5, 1.0, [math.comb(5, k) for k in range(9)]),
    (lambda x: x**-1.0, 1.0, [(-1) ** k for k in range(9)]),
    (lambda x: 7.0, 1.0, [7, 0, 0, 0, 0, 0, 0, 0, 0]),
    (lambda x: np.where(x > 0, x * x, -x), 2.0, [4, 4, 1, 0, 0, 0, 0, 0, 0]),
    (np.floor, 1.5, [1, 0, 0, 0, 0, 0, 0, 0, 0]),
])  # fmt: skip
def test_known_series(f, x, expected):
    assert av.taylor(f, x, 1.0, 8) == pytest.approx(expected, rel=1e-13, abs=1e-14)


WEIGHTS = np.random.default_rng(0).normal(size=(4, 4))
PROGRAMS = {
    "network": lambda x: np.tanh(WEIGHTS @ np.tanh(WEIGHTS @ x)).sum(),
    "quotient": lambda x: np.sum(np.exp(x) / np.sqrt(1 + x * x)),
    "powers": lambda x: np.prod(x ** np.array([2.0, 0.5, -1.0, 3.0])),
    "norm": lambda x: np.linalg.norm(x) * np.log(x[0]),
    "shapes": lambda x: (np.reshape(x, (2, 2)) @ np.stack([x[1:3], x[::3]])).ravel()[1] / x.mean(),
    "einsum": lambda x: np.einsum("i,ij,j->", x, WEIGHTS, np.sin(x)),
    "exponent": lambda x: x[0] ** x[1] + np.arctan2(x[2], x[3]),
    "cumulative": lambda x: np.cumsum(x * x)[-1] * np.cumprod(x)[2],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_coefficients_are_those_of_nested_derivatives(name):
    x, v = np.array([0.7, 1.3, 0.4, 1.9]), np.array([1.0, -0.5, 0.3, 0.8])
    found, expected = av.taylor(PROGRAMS[name], x, v, 4), nested(PROGRAMS[name], x, v, 4)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_the_polynomial_follows_the_function():
    x, v, t = np.array([0.7, 1.3, 0.4, 1.9]), np.array([1.0, -0.5, 0.3, 0.8]), 0.05
    f = PROGRAMS["network"]
    near = np.polynomial.polynomial.polyval(t, av.taylor(f, x, v, 9))
    assert near == pytest.approx(f(x + t * v), rel=1e-9)


def test_structures_stay():
    def f(params):
        return {"product": params["a"] * params["b"][0], "sum": (params["a"] + 1.0,)}

    x, v = {"a": np.array([1.0, 2.0]), "b": [3.0]}, {"a": np.array([1.0, 0.0]), "b": [2.0]}
    found = av.taylor(f, x, v, 2)
    np.testing.assert_array_equal([c["product"] for c in found], [[3, 6], [5, 4], [2, 0]])
    np.testing.assert_array_equal([c["sum"][0] for c in found], [[2, 3], [1, 0], [0, 0]])


def test_coefficients_of_a_number_are_numbers():
    assert list(map(type, av.taylor(lambda x: np.where(x > 0, x**3, 0.0), 1.0, 1.0, 4))) == [float] * 5


def test_a_high_order_costs_little():
    start = time.process_time()
    found = av.taylor(lambda x: np.sin(np.exp(x)) / (1 + x * x), 0.3, 1.0, 24)
    assert time.process_time() - start < 2.0
    assert len(found) == 25
    assert all(map(math.isfinite, found))


def test_it_nests_with_the_other_transforms():
    slope = av.grad(lambda x: av.taylor(np.sin, x, 1.0, 2)[2])(0.7)
    assert slope == pytest.approx(-np.cos(0.7) / 2)


@pytest.mark.parametrize(("x", "v", "order", "said"), [
    (1.0, 1.0, -1, "order=-1 must be a whole number"),
    (1.0, 1.0, 2.5, "order=2.5 must be a whole number"),
    (np.ones(3), np.ones(2), 2, r"v has shape \(2,\) where x has \(3,\)"),
    ({"a": 1.0}, [1.0], 2, "structure"),
])  # fmt: skip
def test_misuse_is_named(x, v, order, said):
    with pytest.raises(ValueError, match=said):
        av.taylor(lambda x: x, x, v, order)
