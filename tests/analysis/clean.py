"""Thirty programs whose derivative is right and useful, some of which look as if it were not."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import advis as av


@dataclass(frozen=True)
class Clean:
    """A program and its arguments."""

    program: Any
    arguments: tuple


def rng():
    return np.random.default_rng(5)


def classic(x1, x2):
    """The example of the survey."""
    return np.log(x1) + x1 * x2 - np.sin(x2)


def rosenbrock(x):
    """A narrow valley."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def two_layers(x, w1, b1, w2):
    """A small network with tanh."""
    h = np.tanh(x @ w1 + b1)
    return np.mean((h @ w2 - 1.0) ** 2)


def relu_layers(x, w1, w2):
    """ReLU units of which about half are off, as usual."""
    h = np.maximum(x @ w1, 0.0)
    return np.mean((h @ w2) ** 2)


def stable_softmax(z):
    """The maximum is subtracted, and cancels."""
    e = np.exp(z - np.max(z))
    return np.log(np.sum(e)) - z[0] + np.max(z) - np.max(z)


def tied_softmax(z):
    """The same with logits that all tie: the kink of max cancels."""
    shifted = z - np.max(z)
    return np.log(np.sum(np.exp(shifted))) - shifted[1]


def guarded_log(p):
    """x log x, guarded on the inside too."""
    safe = np.where(p > 0.0, p, 1.0)
    return -np.sum(np.where(p > 0.0, p * np.log(safe), 0.0))


def fraction(x):
    """The part behind the point: floor stands beside a way that passes."""
    return (x - np.floor(x)) ** 2


def straight_through(x):
    """Rounding with the derivative of the identity, on purpose."""
    hard = x + av.stop_gradient(np.round(x) - x)
    return (hard - 2.0) ** 2


def sign_times(x):
    """sign(x) · √|x|: sign is a factor, and the derivative is right."""
    return np.sign(x) * np.sqrt(np.abs(x))


def newton(a):
    """A root by iteration until it stands."""
    x = a
    while np.abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def branchy(x):
    """A branch far from its threshold, with a jump."""
    if x > 0.0:
        return x * x + 3.0
    return -x


def padded_attention(q, k):
    """Scores that are masked by −∞ before a softmax."""
    scores = np.where(np.array([True, True, False]), k @ q, -np.inf)
    e = np.exp(scores - np.max(scores))
    return np.sum((e / np.sum(e)) ** 2)


def tiny_likelihood(x, mu):
    """A likelihood of 1e−90, of which the logarithm is taken."""
    p = np.exp(-0.5 * (x - mu) ** 2)
    return np.log(np.prod(p))


def log_sigmoid(z):
    """A loss whose sigmoid is nearly 0, and whose logarithm makes up for it."""
    return -np.log(1.0 / (1.0 + np.exp(-z)))


def nanometres(x):
    """Small units: partials of 1e−9 that are no saturation."""
    metres = x * 1e-9
    return np.sin(metres * 1e9)


def offset(t):
    """A small time beside a large offset."""
    stamp = t + 1e9
    return (stamp - 1e9) ** 2


def leaky(x):
    """A leaky ReLU, on its flat side."""
    return np.sum(np.where(x > 0.0, x, 0.01 * x))


def lorenz(x, y, z):
    """Three steps of a chaotic system, and no more."""
    for _ in range(3):
        dx, dy, dz = 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z
        x, y, z = x + 0.01 * dx, y + 0.01 * dy, z + 0.01 * dz
    return x


def residual_chain(x, w):
    """Sixty layers with shortcuts."""
    for _ in range(60):
        x = x + 0.1 * np.tanh(w * x)
    return x


def horner(c, x):
    """A polynomial of degree 12."""
    y = 0.0
    for k in range(12):
        y = y * x + c[k]
    return y


def hinge(w):
    """A hinge loss of which some margins are met."""
    x = rng().normal(size=(20, 3))
    y = np.sign(x[:, 0])
    return np.mean(np.maximum(0.0, 1.0 - y * (x @ w)))


def best_of(x):
    """An element chosen by its position: its own derivative passes."""
    return x[np.argmax(x)] * 2.0


def pendulum(theta, omega):
    """A hundred steps of an oscillation."""
    for _ in range(100):
        omega = omega - 0.05 * np.sin(theta)
        theta = theta + 0.05 * omega
    return theta


def huber(r):
    """Quadratic inside, linear outside, smooth in between."""
    a = np.abs(r)
    return np.sum(np.where(a < 1.0, 0.5 * r * r, a - 0.5))


def target_network(w, w_old, x):
    """The target of a bootstrapped loss is held on purpose."""
    target = 0.9 * av.stop_gradient(w_old * x) + 0.1
    return (w * x - target) ** 2


def at_the_minimum(x):
    """A square at its minimum: the derivative is rightly 0."""
    return np.sum((x - 2.0) ** 2)


def product_with_zero(a, b):
    """A product at a point where one factor is 0."""
    return a * b + b


def piecewise(a, b, x):
    """Two laws, one of which holds at this point."""
    return np.where(x > 1.0, a * x, b * x * x)


def norm_far(x):
    """A distance that is not 0."""
    return np.linalg.norm(x - np.array([1.0, 1.0]))


CLEAN = [
    Clean(classic, (2.0, 5.0)),
    Clean(rosenbrock, (np.array([1.2, 0.7, 2.0]),)),
    Clean(two_layers, (rng().normal(size=(8, 3)), rng().normal(size=(3, 4)), np.zeros(4), np.ones(4))),
    Clean(relu_layers, (rng().normal(size=(8, 3)), rng().normal(size=(3, 6)), np.ones(6))),
    Clean(stable_softmax, (np.array([1.0, -0.5, 3.0]),)),
    Clean(tied_softmax, (np.zeros(4),)),
    Clean(guarded_log, (np.array([0.5, 0.5, 0.0]),)),
    Clean(fraction, (2.3,)),
    Clean(straight_through, (1.3,)),
    Clean(sign_times, (-2.0,)),
    Clean(newton, (2.0,)),
    Clean(branchy, (0.3,)),
    Clean(padded_attention, (np.array([0.1, 0.4]), rng().normal(size=(3, 2)))),
    Clean(tiny_likelihood, (np.array([9.0, 12.0, 13.0]), 0.0)),
    Clean(log_sigmoid, (-30.0,)),
    Clean(nanometres, (0.4,)),
    Clean(offset, (0.25,)),
    Clean(leaky, (np.array([-1.0, -2.0]),)),
    Clean(lorenz, (1.0, 2.0, 20.0)),
    Clean(residual_chain, (0.5, 0.4)),
    Clean(horner, (np.linspace(-1.0, 1.0, 12), 0.3)),
    Clean(hinge, (np.array([1.5, 0.1, -0.2]),)),
    Clean(best_of, (np.array([0.3, 1.7, 0.9]),)),
    Clean(pendulum, (0.8, 0.0)),
    Clean(huber, (np.array([0.3, -2.0, 1.4]),)),
    Clean(target_network, (1.1, 0.9, 2.0)),
    Clean(at_the_minimum, (np.full(3, 2.0),)),
    Clean(product_with_zero, (1.5, 0.0)),
    Clean(piecewise, (1.0, 2.0, 0.4)),
    Clean(norm_far, (np.array([2.0, -1.0]),)),
]
