"""Methods side by side: known errors and counts, refusals in words, and nothing measured unless asked."""

from __future__ import annotations

import builtins
import math

import numpy as np
import pytest

import advis as av
from advis.analysis.methods import STEPS


def trigonometric(x):
    return np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def logistic(x):
    for _ in range(4):
        x = 4 * x * (1 - x)
    return x


def test_complex_step_of_the_known_function_is_right_to_one_unit_in_the_last_place():
    found = av.compare_methods(trigonometric, 1.5)["complex step"].gradient[0]
    assert abs(found - 4.0534278938986206) <= math.ulp(4.0534278938986206)


def test_every_method_gives_the_gradient_as_well_as_it_can():
    x = np.linspace(0.5, 1.5, 6)
    ways = av.compare_methods(rosenbrock, x)
    exact = av.grad(rosenbrock)(x)
    for method in ways.methods:
        np.testing.assert_allclose(method.gradient, exact, rtol=1e-5, atol=1e-5)
    errors = {method.name: method.error for method in ways.methods}
    assert errors["reverse mode"] == 0
    assert errors["forward mode"] < 1e-15
    assert errors["complex step"] < 1e-14
    assert 1e-10 < errors["forward difference"] < 1e-5
    assert 1e-13 < errors["central difference"] < errors["forward difference"] / 10


def test_costs_are_counted():
    ways = av.compare_methods(rosenbrock, np.linspace(0.5, 1.5, 6))
    n, operations = 6, sum(bool(node.parents) for node in ways.tape)
    counted = {method.name: (method.runs, method.sweeps) for method in ways.methods}
    assert counted == {
        "forward mode": (1, n),
        "reverse mode": (1, 1),
        "forward difference": (n + 1, 0),
        "central difference": (2 * n, 0),
        "complex step": (n, 0),
    }
    flows = sum(len(step.contributions) for step in ways.tape.reverse().steps)
    assert ways["reverse mode"].operations == operations + flows
    assert ways["central difference"].operations == 2 * n * operations


def test_errors_over_the_step_have_the_shape_of_a_v():
    curves = av.compare_methods(trigonometric, 1.5).curves
    for name, order in (("forward difference", 1), ("central difference", 2)):
        errors = curves[name]
        bottom = int(np.nanargmin(errors))
        assert 5 < bottom < len(STEPS) - 5
        assert errors[-1] > 1e3 * errors[bottom]
        between = (STEPS < 1e-2) & (STEPS > 3e-4)
        slope = np.polyfit(np.log(STEPS[between]), np.log(errors[between]), 1)[0]
        assert slope == pytest.approx(order, abs=0.05)
    assert curves["complex step"][-20:].max() < 1e-15


def test_arguments_may_have_any_structure():
    def f(x, params, scale=2.0):
        return scale * params["w"][0] @ x + params["b"]

    x, params = np.array([1.0, 2.0]), {"w": [np.array([3.0, 5.0])], "b": 7.0}
    ways = av.compare_methods(f, x, params)
    for method in ways.methods:
        np.testing.assert_allclose(method.gradient, [6, 10, 2, 4, 1], rtol=1e-6)


@pytest.mark.parametrize(("f", "said"), [
    (lambda x: np.abs(x) + 0 * x, "not analytic"),
    (lambda x: abs(x), "loses the imaginary part"),
    (lambda x: x * np.heaviside(x.real, 1.0) if np.iscomplexobj(x) else np.maximum(x, 0.0) + 0.5, "another function"),
    (lambda x: np.arctan2(x, 1.0), "refuses complex numbers (TypeError)"),
])  # fmt: skip
def test_where_there_is_no_complex_step_the_reason_is_told(f, said):
    ways = av.compare_methods(f, 1.5)
    assert said in ways["complex step"].note
    assert said in str(ways)
    assert ways["reverse mode"].gradient == pytest.approx(ways["central difference"].gradient)


def test_symbolic_derivatives_swell():
    ways = av.compare_methods(logistic, 0.2, symbolic=True)
    symbolic, reverse = ways["symbolic"], ways["reverse mode"]
    assert symbolic.error == 0
    assert symbolic.gradient == pytest.approx(reverse.gradient, rel=1e-14)
    assert symbolic.operations > 8 * reverse.operations
    assert "symbolic" in ways.measure
    shorter = av.compare_methods(lambda x: 4 * x * (1 - x), 0.2, symbolic=True)["symbolic"]
    assert shorter.operations < reverse.operations


@pytest.mark.parametrize(("f", "x", "said"), [
    (rosenbrock, np.ones(3), "functions of numbers only"),
    (lambda x: np.hypot(x, 1.0), 1.0, "SymPy's name of hypot is not known"),
    (lambda x: np.floor(x) * x, 0.7, "SymPy's name of floor is not known"),
    (lambda x: np.sign(x), 0.0, "no finite number at this point"),
    (lambda x: np.minimum(x, np.inf), 1.0, "a constant is not finite"),
])  # fmt: skip
def test_where_there_is_no_symbolic_derivative_the_reason_is_told(f, x, said):
    assert said in av.compare_methods(f, x, symbolic=True)["symbolic"].note


@pytest.mark.parametrize(("f", "x"), [(np.sinc, 0.7), (np.cbrt, -8.0), (np.cbrt, 2.0), (np.arctan2, (0.3, -0.2))])
def test_symbolic_functions_mean_what_numpys_mean(f, x):
    ways = av.compare_methods(f, *(x if isinstance(x, tuple) else (x,)), symbolic=True)
    assert ways["symbolic"].gradient == pytest.approx(ways["reverse mode"].gradient, rel=1e-13)


def test_a_missing_sympy_says_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **options):
        if name == "sympy":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="pip install sympy"):
        av.compare_methods(logistic, 0.2, symbolic=True)


def test_an_exact_gradient_may_be_given():
    ways = av.compare_methods(lambda x: np.sin(x), 1.0, exact=math.cos(1.0))
    assert "given" in ways.measure
    assert ways["reverse mode"].error < 1e-16
    with pytest.raises(ValueError, match="exact has 2 elements, the arguments have 1"):
        av.compare_methods(lambda x: np.sin(x), 1.0, exact=[1.0, 2.0])


@pytest.mark.parametrize(("f", "x", "said"), [
    (lambda x: x * 2, np.ones(3), r"one real number.*\(3,\).*u @ f"),
    (lambda x: (x, x), 1.0, "returned 2"),
    (lambda x: x, 1j, "complex argument"),
    (np.sum, np.zeros(0), "sum has no element to differentiate by"),
])  # fmt: skip
def test_what_is_no_gradient_is_refused(f, x, said):
    with pytest.raises(ValueError, match=said):
        av.compare_methods(f, x)


def test_times_are_measured_only_when_asked():
    ways = av.compare_methods(logistic, 0.2)
    assert "time" not in str(ways)
    assert "ms" in str(av.compare_methods(logistic, 0.2, measure=True))
    assert ways.film().digest == av.compare_methods(logistic, 0.2).film().digest


def test_the_film_turns_to_one_method_after_the_other():
    ways = av.compare_methods(trigonometric, 1.5, symbolic=True)
    film = ways.film()
    assert film.steps == len(ways.methods) == 6
    rows = film.scene("methods").marks
    assert [row.cells[0][0][1] for row in rows] == [method.name for method in ways.methods]
