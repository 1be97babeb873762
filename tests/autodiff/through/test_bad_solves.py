"""What a solver says when there is no solution, or no derivative, and when it stopped early."""

import numpy as np
import pytest

import advis as av

CASES = {
    "runs away": (lambda: av.fixed_point(lambda x: x**2 + 2, 3.0), "ran away in .* does not contract. Damp it"),
    "grows": (lambda: av.fixed_point(lambda x: 1.01 * x + 1, 1.0), "does not contract: .* 1.01 times as far"),
    "turns": (lambda: av.fixed_point(lambda x: 1 - x, 0.3), "does not contract: .* moved x by 0.4"),
    "no root": (lambda: av.root(lambda x: x**2 + 1, 0.7), "no root was found: .* <lambda> is still|lambda is still"),
    "nothing but nan": (lambda: av.root(lambda x: x * np.nan, 1.0), "lambda is nan on the way, not finite"),
    "flat on the way": (lambda: av.root(lambda x: x**2 - 2, 0.0), "singular on the way .*residual 2"),
    "not a root": (
        lambda: av.root(lambda x: x**2 - 2, 1.0, solver=lambda g, x: x),
        "what the solver returned is no solution: lambda is still 1",
    ),
    "not a fixed point": (
        lambda: av.fixed_point(np.cos, 1.0, solver=lambda f, x: 0.7),
        "no solution: cos moves it by 0.0648",
    ),
    "not a minimum": (lambda: av.argmin(lambda x: x**2, 1.0, solver=lambda f, x: x), "has a gradient of 2"),
    "a saddle": (lambda: av.argmin(lambda x: x[0] ** 2 - x[1] ** 2, np.zeros(2)), "no minimum: it curves down .−2."),
    "singular": (
        lambda: av.grad(lambda a: av.fixed_point(lambda x, a: x + 0 * a, 1.0, a))(2.0),
        "singular .condition number",
    ),
    "nearly singular": (
        lambda: av.grad(
            lambda a: np.sum(av.fixed_point(lambda x, a: x * np.array([1 - 1e-15, 0.5]) + a * 0, np.zeros(2), a))
        )(2.0),
        r"singular .condition number 5e\+14",
    ),
    "a flow that blows up": (lambda: av.odeint(lambda y, t: y**2, 1.0, [0.0, 5.0], steps=50), "runs away before t = 5"),
}


@pytest.mark.parametrize("case", CASES)
def test_no_solution(case):
    compute, said = CASES[case]
    with np.errstate(all="ignore"), pytest.raises(av.NotSolved, match=said.replace("−", "[−-]")):
        compute()


REFUSED = {
    "no steps": (lambda: av.fixed_point(np.cos, 1.0, max_steps=0), ValueError, "max_steps=0"),
    "no steps of Newton": (lambda: av.root(np.cos, 1.0, max_steps=0), ValueError, "max_steps=0"),
    "a third lens": (lambda: av.argmin(np.cos, 1.0, derivative="guess"), ValueError, "'implicit' or 'unrolled'"),
    "last of a box": (lambda: av.fixed_point(np.cos, 1.0, last=3), ValueError, "derivative='unrolled'"),
    "the last none": (
        lambda: av.fixed_point(np.cos, 1.0, last=0, derivative="unrolled"),
        ValueError,
        "last=0",
    ),
    "own steps": (
        lambda: av.fixed_point(np.cos, 1.0, derivative="unrolled", solver=print),
        ValueError,
        "not on the tape",
    ),
    "another shape": (lambda: av.fixed_point(lambda x: np.stack([x, x]), 1.0), ValueError, r"\(2,\) where x0 has"),
    "another structure": (lambda: av.root(lambda x: (x, x), [1.0]), ValueError, "structure of x0"),
    "not a number": (lambda: av.fixed_point(np.cos, "one"), TypeError, "x0 = 'one' is not a real number"),
    "nothing returned": (lambda: av.root(lambda x: None, 1.0), TypeError, "lambda returned holds None, which is not"),
    "complex returned": (lambda: av.fixed_point(lambda x: x * 1j, 1.0), TypeError, "which is not a real number"),
    "a negative tolerance": (lambda: av.root(np.cos, 1.0, tolerance=-1), ValueError, "tolerance=-1 must be a number"),
    "no tolerance": (lambda: av.argmin(np.cos, 1.0, tolerance=None), ValueError, "tolerance=None must be a number"),
    "complex": (lambda: av.fixed_point(np.cos, 1j), TypeError, "is not a real number"),
    "nothing": (lambda: av.fixed_point(np.cos, []), TypeError, "x0 holds no number"),
    "no function": (lambda: av.fixed_point(3.0, 1.0), TypeError, "must be a function"),
    "a loss of two": (lambda: av.argmin(lambda x: np.stack([x, x]), 1.0), TypeError, "must return one number"),
    "two many": (lambda: av.root(np.cos, 1.0, solver=lambda g, x: [1.0, 2.0]), ValueError, "returned 2 numbers"),
    "one time": (lambda: av.odeint(lambda y, t: y, 1.0, [0.0]), ValueError, "give the times, two or more"),
    "no steps of a flow": (lambda: av.odeint(lambda y, t: y, 1.0, [0.0, 1.0], steps=0), ValueError, "steps=0"),
    "a third adjoint": (
        lambda: av.odeint(lambda y, t: y, 1.0, [0.0, 1.0], derivative="implicit"),
        ValueError,
        "'discrete' or 'continuous'",
    ),
    "own steps of a flow": (
        lambda: av.odeint(lambda y, t: y, 1.0, [0.0, 1.0], solver=print),
        ValueError,
        "derivative='continuous'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_before_anything_is_computed(case):
    compute, kind, said = REFUSED[case]
    with pytest.raises(kind, match=said):
        compute()


def test_stopped_early_says_by_how_much_and_what_it_means():
    with pytest.warns(av.NotConverged, match=r"5 steps moved x by 0\.0921 .* about 0\.1\d+ is left") as caught:
        av.grad(lambda a: av.fixed_point(lambda x, a: a * np.cos(x), 1.0, a, max_steps=5))(1.0)
    assert "evaluated at this x: neither the derivative of these steps" in str(caught[0].message)
    assert caught[0].filename == __file__
    with pytest.warns(av.NotConverged, match=r"would have moved x by .* what is left of the residual"):
        av.root(lambda x: x * x - 2, 1.0, max_steps=3)
    with pytest.warns(av.NotConverged, match="the gradient is still"):
        av.argmin(lambda x: np.exp(-x), 1.0)
    with pytest.warns(av.NotConverged, match="The derivative is that of these steps"):
        av.fixed_point(np.cos, 1.0, max_steps=5, derivative="unrolled")
