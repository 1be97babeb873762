"""The lenses on a solver side by side: errors over the steps, what is kept, and the picture of it."""

import numpy as np
import pytest

import advis as av


def descent(x, a, b):
    """One step of gradient descent on ½ a x² − b x, long enough to swing."""
    return x - 0.9 * (a * x - b)


def test_unrolling_gets_worse_before_it_gets_better():
    lenses = av.compare_through(av.fixed_point, descent, 0.0, 2.0, 1.0, direction=(1.0, 0.0))
    x = 0.5 * (1 - (-0.8) ** np.array(lenses.steps))
    assert lenses.derivative == pytest.approx(0.25)
    np.testing.assert_allclose(lenses.value_errors, np.abs(x - 0.5), atol=1e-12)
    np.testing.assert_allclose(lenses["implicit"].errors, np.abs(x / 2 - 0.25), atol=1e-12)
    steps = np.array(lenses.steps)
    unrolled = 0.5 * steps * 0.9 * (-0.8) ** (steps - 1) - (1 - (-0.8) ** steps) / 4
    np.testing.assert_allclose(lenses["unrolled"].errors, np.abs(unrolled + 0.25), atol=1e-12)
    at, worst, first = lenses.growth
    assert worst > 3 * first
    assert at == lenses.steps[lenses["unrolled"].worst]
    assert f"off by {first:.2g} at first, by {worst:.2g} after {at} steps" in str(lenses)


def test_what_is_kept():
    lenses = av.compare_through(
        av.fixed_point, lambda x, W: np.tanh(W @ x + 0.1), np.zeros(3), 0.3 * np.eye(3), steps=9
    )
    assert lenses.steps == tuple(range(1, 10))
    assert lenses["implicit"].entries == (3,) * 9
    assert lenses["unrolled"].entries == tuple(9 * k for k in range(1, 10))
    assert lenses["last k"].nodes == lenses["unrolled"].nodes
    assert "implicit keeps 3 entries in 1 node after 9 steps, unrolled 81 in 27" in str(lenses)


@pytest.mark.parametrize(
    ("solver", "f", "x0"),
    [
        (av.root, lambda x, a: x * x - a, 1.0),
        (av.argmin, lambda x, a: np.sum((x**2 - a) ** 2) + x[0], np.ones(2)),
        (av.root, lambda s, a: {"x": s["x"] * s["y"] - a, "y": s["x"] - s["y"]}, {"x": 1.0, "y": 1.5}),
    ],
)
def test_newton_needs_only_its_last_step(solver, f, x0):
    lenses = av.compare_through(solver, f, x0, 2.0)
    assert lenses["last k"].errors[0] < 1e-8
    assert lenses["unrolled"].errors[0] > 1e-3
    assert lenses["unrolled"].errors[-1] < 1e-10
    assert lenses["implicit"].errors[-1] < 1e-10


def test_flows():
    lenses = av.compare_through(av.odeint, lambda y, t, a: -a * y, 1.0, [0.0, 1.0, 2.0], 2.0)
    discrete, continuous, between = lenses.lenses
    assert lenses.derivative == pytest.approx(np.exp(-2) + 2 * np.exp(-4), rel=1e-8)
    for lens in (discrete, continuous, between):
        assert lens.errors[-1] < 1e-8 < 1e-4 < lens.errors[0]
    assert set(continuous.entries) == {3}
    assert discrete.entries[-1] > 2000


def test_film_has_a_step_for_each_number_of_steps():
    lenses = av.compare_through(av.fixed_point, descent, 0.0, 2.0, 1.0)
    film = lenses.film()
    assert film.steps == len(lenses.steps)
    assert "gets worse before it gets better" in film.to_json()
    assert [scene.name for scene in film.scenes] == ["chart", "lenses"]


def test_bad_input():
    with pytest.raises(TypeError, match="as the first argument"):
        av.compare_through(descent, 0.0, 2.0, 1.0)
    with pytest.raises(TypeError, match="at least one parameter"):
        av.compare_through(av.fixed_point, np.cos, 0.0)
    with pytest.raises(TypeError, match="a tuple of 2 parts"):
        av.compare_through(av.fixed_point, descent, 0.0, 2.0, 1.0, direction=(1.0,))
    with pytest.raises(av.NotSolved, match="ran away"), np.errstate(all="ignore"):
        av.compare_through(av.fixed_point, lambda x, a: a * x**2 + 1, 3.0, 2.0)
    with pytest.raises(KeyError, match="there are unrolled, implicit, last k"):
        av.compare_through(av.root, lambda x, a: x - a, 1.0, 2.0)["truncated"]
