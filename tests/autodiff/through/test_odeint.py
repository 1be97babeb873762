"""Initial value problems: through the steps, by the adjoint equation; derivatives by start, times and parameters."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.integrate
from derivatives import slope

import advis as av

TIMES = np.linspace(0.0, 1.0, 4)


def pendulum(y, t, p):
    return {"angle": y["speed"], "speed": -p[0] * np.sin(y["angle"]) - p[1] * t * y["speed"]}


def energy(angle, p, t, **options):
    found = av.odeint(pendulum, {"angle": angle, "speed": 0.0 * angle}, t, p, **options)
    return np.sum(found["speed"] ** 2) + np.sum(found["angle"][1:] * found["speed"][:-1])


POINT = (np.array([1.0, 0.5]), np.array([2.0, 0.3]), TIMES)
DIRECTION = (np.array([0.3, -1.0]), np.array([1.0, 0.7]), np.array([0.1, -0.2, 0.3, 0.2]))


@pytest.mark.parametrize(("how", "rtol"), [("discrete", 1e-8), ("continuous", 1e-5)])
def test_start_parameters_and_times(how, rtol):
    def f(*args):
        return energy(*args, derivative=how)

    expected = slope(f, POINT, DIRECTION)
    gradient = av.grad(f, (0, 1, 2))(*POINT)
    along = sum(np.sum(part * v) for part, v in zip(gradient, DIRECTION, strict=True))
    assert along == pytest.approx(expected, rel=rtol)
    assert av.jvp(f, POINT, DIRECTION)[1] == pytest.approx(expected, rel=rtol)


def test_second_order():
    found = [
        av.hessian(lambda p, how=how: energy(POINT[0], p, TIMES[:2], derivative=how, steps=4))(POINT[1])
        for how in ("discrete", "continuous")
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-3)
    expected = slope(lambda p: av.grad(energy, 1)(POINT[0], p, TIMES[:2], steps=4), POINT[1:2], (np.array([1.0, 0]),))
    np.testing.assert_allclose(found[0][0], expected, rtol=1e-7)


def test_continuous_is_one_box_and_off_by_what_the_steps_are():
    def final(rate, how, steps):
        return av.odeint(lambda y, t: -rate * y, 1.0, [0.0, 1.0], derivative=how, steps=steps)[-1]

    tape = av.trace(lambda rate: final(rate, "continuous", 5), 0.5)
    assert [node.primitive.name for node in tape] == ["input", "odeint", "getitem"]
    errors = [
        abs(av.grad(final)(0.5, "continuous", steps) - av.grad(final)(0.5, "discrete", steps)) for steps in (2, 4, 8)
    ]
    for coarse, fine in pairwise(errors):
        assert 8 < coarse / fine < 40  # the method is of order four
    assert len(av.trace(lambda rate: final(rate, "discrete", 5), 0.5)) > 50


def test_solver_of_scipy():
    def final(rate):
        return av.odeint(
            lambda y, t: -rate * y * t, 1.0, [0.0, 1.0], derivative="continuous", solver=scipy.integrate.odeint
        )[-1]

    assert av.grad(final)(1.0) == pytest.approx(-0.5 * np.exp(-0.5), rel=1e-5)


def test_shapes():
    found = av.odeint(lambda y, t: (y[0] @ y[0], -y[1]), (np.eye(2), 1.0), [0.0, -0.1, -0.2])
    assert [part.shape for part in found] == [(3, 2, 2), (3,)]
    np.testing.assert_allclose(found[1], np.exp([0.0, 0.1, 0.2]), rtol=1e-6)
