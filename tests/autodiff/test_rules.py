"""Every primitive, in both modes and at order two, against finite differences and ⟨u, J v⟩ = ⟨Jᵀ u, v⟩."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import advis as av
from tests.autodiff.cases import Case, collected, mixed
from tests.autodiff.cases.complex_numbers import COMPLEX, z
from tests.autodiff.checks import close, forward_agrees, order_two_agrees, reverse_agrees
from tests.autodiff.derivatives import directions, forward_of, gradient, inner, reverse_of, slope

CASES = collected()


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def test_value_is_numpys(case: Case) -> None:
    expected = case.function(*case.arguments)
    value = av.trace(case.function, *case.arguments).value
    assert np.shape(value) == np.shape(expected)
    np.testing.assert_allclose(value, expected, rtol=1e-14)


def test_both_modes_against_finite_differences(case: Case) -> None:
    forward_agrees(case)
    reverse_agrees(case)


def test_order_two_in_all_four_nestings(case: Case) -> None:
    order_two_agrees(case)


# -- known answers


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def test_classic_function() -> None:
    tape = av.trace(classic, 2.0, 5.0)
    assert tape.value == 11.652071455223084
    assert tape.reverse().result == (5.5, 1.7163378145367738)
    assert tape.forward(x1=1.0).result == 5.5
    assert tape.forward(x2=1.0).result == pytest.approx(1.7163378145367738, rel=1e-15)


def test_results_for_scalars_are_python_floats() -> None:
    for f in (classic, lambda x, y: np.where(True, x, y) * y, lambda x, y: np.reshape(np.stack([x])[:1] * y, ())):
        tape = av.trace(f, 2.0, 5.0)
        results = (tape.value, *tape.reverse().result, tape.forward(1.0, 0.0).result, tape["y"].value)
        assert [type(result) for result in results] == [float] * 5


@pytest.mark.parametrize(("x", "expected"), [
    ([0, 2, 3], [6, 0, 0]),
    ([2, 0, 3], [0, 6, 0]),
    ([0, 2, 0], [0, 0, 0]),
    ([0, 0, 0], [0, 0, 0]),
    ([0], [1]),
])  # fmt: skip
def test_product_with_zeros(x: list[float], expected: list[float]) -> None:
    np.testing.assert_array_equal(gradient(np.prod, np.array(x, float)), expected)
    tape = av.trace(np.prod, np.array(x, float))
    np.testing.assert_array_equal(tape.forward(np.eye(len(x))).result, expected)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
def test_product_with_zeros_along_axes(axis: Any) -> None:
    x = np.array([[0.0, 2.0, 3.0], [4.0, 0.0, 0.0]])

    def f(x: Any) -> Any:
        return np.prod(x, axis=axis)

    v = directions((x,), 0)
    close(forward_of(f, (x,), v), slope(f, (x,), v, 1e-3))
    u = directions((f(x),), 1)[0]
    assert inner(reverse_of(f, (x,), u), v) == pytest.approx(inner(u, forward_of(f, (x,), v)))


@pytest.mark.parametrize("x", [[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
def test_second_order_of_product_with_zeros(x: list[float]) -> None:
    a, b, c = x
    hessian = [[0, c, b], [c, 0, a], [b, a, 0]]
    for one, row in zip(np.eye(3), hessian, strict=True):
        np.testing.assert_allclose(reverse_of(lambda x: gradient(np.prod, x), (np.array(x),), one)[0], row)
        np.testing.assert_allclose(forward_of(lambda x: gradient(np.prod, x), (np.array(x),), (one,)), row)


def test_hessian_of_rosenbrock() -> None:
    def f(x: Any) -> Any:
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    hessian = av.trace(lambda x: gradient(f, x), np.array([1.0, 1.0])).reverse(np.eye(2)).result
    np.testing.assert_allclose(hessian, [[802, -400], [-400, 200]])


@pytest.mark.parametrize("f", [
    lambda x: x[0] * x[0] * x[1] ** 2,
    lambda x: x[[0, 0, 1, 1]].prod(),
    lambda x: np.stack([x[0], x[1]]).prod() ** 2,
    lambda x: np.concatenate([x, x]).prod(),
    lambda x: np.einsum("i,i,j,j->", x[:1], x[:1], x[1:], x[1:]),
    lambda x: x[:1] @ x[:1] * (x[1:] @ x[1:]),
    lambda x: np.where(x > -1, x, 0.0).prod() ** 2,
    lambda x: (x.astype(np.float64) * x).prod(),
])  # fmt: skip
def test_order_three(f: Callable[..., Any]) -> None:
    """∂³(x² y²)/∂x ∂x ∂y = 4 y."""
    e = np.eye(2)

    def along(f: Callable[..., Any], direction: Any, reverse: bool) -> Callable[..., Any]:
        if reverse:
            return lambda x: inner(gradient(f, x), direction)
        return lambda x: av.trace(f, x).forward(direction).result

    for modes in np.ndindex(2, 2, 2):
        third = along(along(along(f, e[0], bool(modes[0])), e[0], bool(modes[1])), e[1], bool(modes[2]))
        assert third(np.array([3.0, 5.0])) == pytest.approx(20.0)


def test_inner_trace_uses_outer_values() -> None:
    def f(x: Any, y: Any) -> Any:
        inner_slope = av.trace(lambda z: z**3 * y + x * z, x).reverse().result  # 3 z² y + x at z = x
        return inner_slope * x

    assert f(2.0, 5.0) == (3 * 4 * 5 + 2) * 2
    assert gradient(f, 2.0, 5.0) == (9 * 4 * 5 + 2 * 2, 3 * 8)


def test_perturbations_are_not_confused() -> None:
    def outer(x: Any) -> Any:
        return x * av.trace(lambda y: x + y, 1.0).forward(1.0).result

    assert gradient(outer, 3.0) == 1.0


# -- kinks and ties, as in jax.numpy


def test_abs_at_zero() -> None:
    x = np.array([-2.0, 0.0, -0.0, 3.0])
    np.testing.assert_array_equal(gradient(lambda x: np.sum(np.abs(x)), x), [-1, 0, 0, 1])


@pytest.mark.parametrize("f", [np.maximum, np.minimum])
def test_tie_of_two_is_shared(f: Callable[..., Any]) -> None:
    assert gradient(f, 2.0, 2.0) == (0.5, 0.5)
    assert av.trace(f, 2.0, 2.0).forward(1.0, 0.0).result == 0.5
    assert gradient(lambda x: f(x, x), 2.0) == 1.0


@pytest.mark.parametrize("f", [np.max, np.min])
def test_ties_of_several_are_shared(f: Callable[..., Any]) -> None:
    sign = 1 if f is np.max else -1
    x = sign * np.array([[3.0, 1.0, 3.0], [2.0, 2.0, 2.0]])
    share = [[0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3]]
    np.testing.assert_array_equal(gradient(lambda x: np.sum(f(x, axis=1)), x), share)
    np.testing.assert_array_equal(gradient(f, x), [[0.5, 0, 0.5], [0, 0, 0]])
    assert av.trace(f, x).forward(np.eye(3)[[0, 0]]).result == 0.5


def test_clip_at_its_bounds() -> None:
    x = np.array([0.0, 1.0, 1.5, 2.0, 3.0])
    np.testing.assert_array_equal(gradient(lambda x: np.sum(np.clip(x, 1.0, 2.0)), x), [0, 0.5, 1, 0.5, 0])


def test_powers_of_zero() -> None:
    assert gradient(lambda x: x**0, 0.0) == 0.0
    assert gradient(lambda x: x**1, 0.0) == 1.0
    assert gradient(lambda x: x**2, 0.0) == 0.0
    assert gradient(lambda x: gradient(lambda z: z**2, x), 0.0) == 2.0
    assert gradient(lambda x: gradient(lambda z: z**1, x), 0.0) == 0.0
    assert gradient(lambda y: 0.0**y, 2.0) == 0.0
    np.testing.assert_array_equal(gradient(lambda x: np.sum(x ** np.array([0, 1, 2, 3])), np.zeros(4)), [0, 1, 0, 0])
    assert gradient(lambda x, y: x**y, 0.0, 2.0) == (0.0, 0.0)


def test_mixed_second_derivative_of_power_at_exponent_zero() -> None:
    """∂²xʸ/∂x ∂y = xʸ⁻¹ (1 + y log x), which is 1/x at y = 0."""
    by_x = gradient(lambda y: gradient(lambda x: x**y, 4.0), 0.0)
    by_y = gradient(lambda x: gradient(lambda y: x**y, 0.0), 4.0)
    assert (by_x, by_y) == (0.25, 0.25)


def test_logaddexp_at_minus_infinity() -> None:
    assert gradient(np.logaddexp, -np.inf, -np.inf)[0] == 0.0
    assert gradient(np.logaddexp, 0.0, -np.inf) == (1.0, 0.0)
    assert gradient(np.logaddexp, 1000.0, 1000.0) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("f", [
    np.sign, np.floor, np.ceil, np.trunc, np.rint, np.round, lambda x: x // 0.3, lambda x: round(x, 1),
    lambda x: x.astype(int), lambda x: x > 1, lambda x: np.argmax(np.stack([x, x])), np.isnan, np.logical_not,
])  # fmt: skip
def test_steps_are_nodes_without_tangent(f: Callable[..., Any]) -> None:
    tape = av.trace(lambda x: f(x) * x, 1.37)
    assert len(tape) > 2
    assert tape.value == f(np.float64(1.37)) * 1.37
    expected = float(f(np.float64(1.37)))
    assert tape.reverse().result == tape.forward().result == expected


# -- types


FLOAT32 = [case for case in CASES if all(np.shape(x) in ((), (3,), (2, 3), (2, 3, 4)) for x in case.arguments)
           and "real" not in case.name and "astype" not in case.name]  # fmt: skip


@pytest.mark.parametrize("case", FLOAT32, ids=str)
def test_float32_stays(case: Case) -> None:
    arguments = tuple(np.asarray(x, np.float32)[()] for x in case.arguments)
    tape = av.trace(case.function, *arguments)
    expected = case.function(*arguments)
    assert tape.values[tape.output_places[0].index].dtype == expected.dtype
    v = tuple(np.ones_like(x) for x in arguments)
    forward = tape.forward(*v)
    reverse = tape.reverse(np.ones_like(expected))
    for node in tape:
        if node.value is not None and forward.reached(node.index):
            assert forward.column[node.index].dtype == tape.values[node.index].dtype
        if reverse.reached(node.index):
            assert reverse.column[node.index].dtype == tape.values[node.index].dtype
    exact = case.function(*(np.asarray(x, float)[()] for x in arguments))
    np.testing.assert_allclose(tape.value, exact, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("case", COMPLEX, ids=str)
def test_complex_numbers(case: Case) -> None:
    f, x = case.function, case.arguments
    v = tuple(z(*np.shape(part), seed=11 + k) for k, part in enumerate(x))
    forward = forward_of(f, x, v)
    close(forward, slope(f, x, v), 1e-6)
    u = np.asarray(np.arange(np.size(forward)).reshape(np.shape(forward)) + 1.0) * (
        1 if np.isrealobj(f(*x)) else 1 + 2j
    )
    backward = reverse_of(f, x, u[()])
    assert inner(backward, v).real == pytest.approx(inner(u, forward).real)


def test_modulus_of_zero() -> None:
    assert gradient(np.abs, 0j) == 0


def test_real_argument_keeps_a_real_derivative() -> None:
    assert gradient(lambda t: np.abs(np.exp(1j * t) + 1), 0.7) == pytest.approx(-np.sin(0.35))


def test_second_derivative_of_modulus() -> None:
    def f(t: Any) -> Any:
        return np.abs(t + 1j)

    assert gradient(lambda t: gradient(f, t), 0.5) == pytest.approx(1.25**-1.5)


def test_methods_agree_with_functions() -> None:
    x = mixed(2, 3)
    for name in ("sum", "mean", "max", "min", "prod", "cumsum", "ravel", "argmax", "argmin", "any", "all", "round"):
        value = av.trace(lambda x, name=name: getattr(x, name)() * 1.0, x).value
        np.testing.assert_allclose(value, getattr(x, name)() * 1.0)
