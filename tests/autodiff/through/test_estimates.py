"""Straight-through, score function and paths: known answers, unbiasedness, variance, and what each cannot do."""

import numpy as np
import pytest

import advis as av
from advis.autodiff.through.distributions import Bernoulli, Categorical, Distribution, Exponential, Normal, Poisson
from advis.autodiff.through.estimates import true_derivative
from tests.autodiff.derivatives import slope

EXACT, STRAIGHT, VARIANCE = 0.0196612, 0.1105189, 0.0103460
"""Of (b − 0.45)², b ~ Bernoulli(σ(1)): the derivative, the mean straight-through estimate, the score's variance."""


def cost(b):
    return (b - 0.45) ** 2


def enumerated(estimates):
    """The mean and the variance of estimates for b = 0 and b = 1."""
    p = float(Bernoulli(1.0).mean)
    chances = np.array([1 - p, p])
    mean = chances @ estimates
    return mean, chances @ (estimates - mean) ** 2


def test_known_answers_of_a_coin():
    logs = av.jacobian(lambda theta: Bernoulli(theta).log_density(np.array([0.0, 1.0])))(1.0)
    mean, variance = enumerated(cost(np.array([0.0, 1.0])) * logs)
    assert np.isclose(mean, EXACT, atol=5e-8)
    assert np.isclose(variance, VARIANCE, atol=5e-8)
    assert np.isclose(true_derivative(cost, Bernoulli, 1.0), EXACT, atol=5e-8)

    def through(theta, b):
        return cost(av.straight_through(b, Bernoulli(theta).mean))

    estimates = np.array([av.grad(through)(1.0, b) for b in (0.0, 1.0)])
    assert np.isclose(enumerated(estimates)[0], STRAIGHT, atol=5e-8)


@pytest.mark.parametrize("baseline", [None, 0.3, "mean", "optimal"])
def test_the_score_function_is_unbiased_with_any_baseline(baseline):
    found = av.score_function(cost, Bernoulli, 1.0, samples=40_000, seed=1, baseline=baseline)
    assert abs(found.value - EXACT) < 4 * found.standard_error
    assert np.isclose(found.true, EXACT, atol=5e-8)
    assert len(found) == 40_000
    assert np.isclose(found.standard_error, np.sqrt(found.variance / 40_000))
    if baseline is None:
        assert np.isclose(found.variance, VARIANCE, rtol=0.02)
    else:
        assert found.variance < VARIANCE
    again = av.score_function(cost, Bernoulli, 1.0, samples=40_000, seed=1, baseline=baseline)
    assert np.array_equal(found.samples, again.samples)
    assert str(found) == str(again)


def test_the_optimal_baseline_has_the_least_variance():
    variances = [
        av.score_function(lambda x: np.exp(x), Normal, (0.3, 0.8), samples=20_000, baseline=b).variance[0]
        for b in (None, "mean", "optimal")
    ]
    assert variances[0] > variances[1] > variances[2]


FAMILIES = {
    "Bernoulli": (Bernoulli, -0.4, lambda x: np.cos(3 * x)),
    "Categorical": (Categorical, np.array([0.3, -0.2, 0.9]), lambda k: np.array([1.0, 4.0, -2.0])[k]),
    "Poisson": (Poisson, 3.2, lambda x: np.sqrt(x)),
    "Normal": (Normal, (0.3, 0.8), lambda x: np.sin(2 * x)),
    "Exponential": (Exponential, 1.7, lambda x: np.tanh(x)),
    "made of another parameter": (lambda t: Normal(np.sin(t), np.exp(-t)), 0.4, lambda x: x**2),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_true_derivative_and_the_estimates_agree(name):
    family, theta, f = FAMILIES[name]
    parameters = theta if isinstance(theta, tuple) else (theta,)

    def expectation(*at):
        points, widths = family(*parameters).grid()
        return np.sum(np.exp(family(*at).log_density(points)) * widths * f(points))

    points, widths = family(*parameters).grid()
    assert np.isclose(np.sum(np.exp(family(*parameters).log_density(points)) * widths), 1.0, atol=1e-6)
    true = true_derivative(f, family, theta)
    true = true if isinstance(theta, tuple) else (true,)
    for place, t in enumerate(true):
        shifts = tuple(np.ones(np.shape(p)) * (k == place) for k, p in enumerate(parameters))
        assert np.isclose(np.sum(t), slope(expectation, parameters, shifts), atol=1e-6)
    estimates = [av.score_function(f, family, theta, samples=30_000, seed=3, baseline="mean")]
    if family(*parameters).moves:
        estimates.append(av.pathwise(f, family, theta, samples=30_000, seed=3))
    for found in estimates:
        values, errors = (x if isinstance(x, tuple) else (x,) for x in (found.value, found.standard_error))
        for value, error, t in zip(values, errors, true, strict=True):
            assert np.all(np.abs(value - t) < 4.5 * np.asarray(error) + 1e-12), (name, found.method)


def test_samples_have_the_shape_of_their_parameters():
    logits = np.array([0.2, -1.0, 0.5])
    found = av.score_function(lambda b: np.sum(b, axis=-1), Bernoulli, logits, samples=20_000, baseline="mean")
    p = Bernoulli(logits).mean
    assert found.value.shape == (3,)
    assert found.true is None
    assert np.all(np.abs(found.value - p * (1 - p)) < 4.5 * found.standard_error)


def test_paths_are_steadier_than_scores():
    scored = av.score_function(np.sin, Normal, (0.3, 0.8), samples=5000)
    moved = av.pathwise(np.sin, Normal, (0.3, 0.8), samples=5000)
    assert moved.variance[0] < scored.variance[0]
    assert moved.notes == ()


def test_straight_through_in_both_modes_and_nested():
    x = np.array([-0.6, 0.3, 1.2])
    f = av.straight_through(np.round, lambda x: av.relax.round(x, width=0.2))

    def soft(x):
        return av.relax.round(x, width=0.2)

    assert np.array_equal(f(x), np.round(x))
    assert np.array_equal(av.trace(f, x).value, np.round(x))
    assert np.array_equal(av.jacobian(f, mode="forward")(x), av.jacobian(soft, mode="forward")(x))
    assert np.array_equal(av.jacobian(f, mode="reverse")(x), av.jacobian(soft, mode="reverse")(x))
    weights = np.array([1.0, 2.0, -1.0])
    assert np.allclose(av.hessian(lambda x: f(x) @ weights)(x), av.hessian(lambda x: soft(x) @ weights)(x))
    assert av.grad(lambda x: f(x) ** 2)(1.8) == 2 * 2.0 * av.grad(soft)(1.8)
    assert av.straight_through(True, 0.5) == 1.0
    tape = av.trace(f, x)
    code, space = tape.reverse(weights).code(), {}
    exec(code, space)
    assert np.array_equal(space["reverse"](**code.arguments), tape.reverse(weights).result)


def jumpy(x):
    kept = x > 0.2
    return 1.0 * kept


def test_a_path_through_a_blind_step_is_refused():
    with pytest.raises(TypeError, match=r"jumpy passes no.*kept = x > 0\.2 \(line 2 of jumpy\) alone.*av\.relax"):
        av.pathwise(jumpy, Normal, 0.0)
    with pytest.raises(TypeError, match="does not move with the samples"):
        av.pathwise(lambda x: np.ones(len(x)), Normal, 0.0)
    found = av.score_function(jumpy, Normal, 0.0, samples=20_000)
    assert abs(found.value - found.true) < 4 * found.standard_error
    partly = av.pathwise(lambda x: x + jumpy(x), Normal, 0.0)
    assert "kept = x > 0.2 (line 2 of jumpy) passes no derivative" in partly.notes[0]
    assert partly.value == pytest.approx(1.0)
    assert partly.true > 1.2


class Die(Distribution):
    """A distribution of a reader's own, that can only be drawn from."""

    def __init__(self, bias):
        self.bias = bias

    def sample(self, rng, count):
        return rng.integers(1, 7, count)


def test_what_an_estimator_needs_is_asked_for():
    with pytest.raises(TypeError, match=r"samples of Bernoulli do not move.*av\.score_function.*straight_through"):
        av.pathwise(cost, Bernoulli, 1.0)
    with pytest.raises(TypeError, match="Die has no log_density"):
        av.score_function(cost, Die, 1.0)
    with pytest.raises(TypeError, match="the family gave a float"):
        av.score_function(cost, lambda t: t, 1.0)
    with pytest.raises(TypeError, match="is not callable"):
        av.score_function(cost, Bernoulli(1.0), 1.0)
    with pytest.raises(ValueError, match=r"cost must return one real number for each sample.*shape \(1000, 3\)"):
        av.score_function(cost, Bernoulli, np.zeros(3))
    for samples in (1, 0, 2.5, True):
        with pytest.raises(ValueError, match=r"score_function: samples=.*at least two"):
            av.score_function(cost, Bernoulli, 1.0, samples=samples)
    for baseline in ("best", (0.1, 0.2)):
        with pytest.raises(ValueError, match=r"score_function: baseline=.* is not known; give a number, mean, opt"):
            av.score_function(cost, Bernoulli, 1.0, baseline=baseline)
    with pytest.raises(ValueError, match=r"Normal: scale=-1\.0 is not positive"):
        av.pathwise(np.sin, Normal, (0.0, -1.0))
    with pytest.raises(ValueError, match=r"give one row"):
        Categorical(np.zeros((2, 2)))
    for family in (lambda t: lambda: Bernoulli(t), lambda t: lambda: Normal(0.0, t)):
        with pytest.raises(av.OffTape, match="its distribution is made of traced values"):
            av.grad(lambda t, family=family: av.score_function(cost, family(t), ()).value)(1.0)
    with pytest.raises(av.OffTape, match="its distribution is made of traced values"):
        av.grad(lambda t: av.pathwise(cost, Normal, t).value)(1.0)


def test_straight_through_names_what_does_not_fit():
    with pytest.raises(ValueError, match=r"hard has shape \(2,\), soft \(3,\)"):
        av.straight_through(np.zeros(2), np.zeros(3))
    with pytest.raises(TypeError, match="hard is a function, soft is not"):
        av.straight_through(np.sign, 1.0)
