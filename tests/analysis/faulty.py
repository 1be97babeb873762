"""Thirty programs whose derivative is lost or wrong, each with where, and of which kind the finding must be."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import advis as av


@dataclass(frozen=True)
class Faulty:
    """A program, its arguments, and what must be found: the kind, and a piece of the line that is to blame."""

    program: Any
    arguments: tuple
    kind: str
    line: str


def rng():
    return np.random.default_rng(11)


def rounded_price(amount, rate):
    """A price is rounded to cents before it is compared with a target."""
    price = np.round(amount * (1.0 + rate), 2)
    return (price - 10.0) ** 2


def cut_and_count(threshold, scale):
    """Events above a threshold are counted."""
    data = rng().normal(size=50)
    kept = np.sum((data > threshold) * 1.0)
    return scale * (kept - 12.0) ** 2


def cancellation(x):
    """(1 − cos x) / x² near 0, where the difference has no digit left."""
    return (1.0 - np.cos(x)) / x**2


def hard_attention(query, values):
    """One item is chosen by argmax, and nothing else of the scores is used."""
    keys = rng().normal(size=(5, 3))
    chosen = np.argmax(keys @ query)
    return np.sum(values[chosen] ** 2)


def binned(x):
    """A table look-up through floor and an integer cast."""
    table = np.linspace(0.0, 1.0, 20) ** 2
    place = np.floor(x * 10.0).astype(int)
    return table[place] * 3.0


def dead_relu(x, w, b):
    """A layer whose bias pushes every unit below 0."""
    h = np.maximum(x @ w + b, 0.0)
    return np.sum(h) + 1.0


def saturated_tanh(w):
    """Unscaled inputs in the hundreds drive tanh against its bounds."""
    pixels = np.linspace(100.0, 255.0, 8)
    h = np.tanh(pixels * w)
    return np.mean((h - 0.5) ** 2)


def saturated_sigmoid(z):
    """A gate that is shut."""
    gate = 1.0 / (1.0 + np.exp(-z))
    return 2.0 + gate * 5.0


def clipped(x):
    """A parameter beyond the bounds of clip."""
    y = np.clip(x, 0.0, 1.0)
    return y**2 + y


def stopped(w, x):
    """The derivative is stopped too early: of the prediction, not of the target."""
    prediction = av.stop_gradient(w * x)
    return (prediction - 3.0) ** 2


def underflow(x, mu):
    """A density far from all data: exp underflows."""
    density = np.exp(-0.5 * (x - mu) ** 2)
    return np.mean(density) + 0.1


def log_of_zero(p):
    """An entropy with a probability of 0."""
    return -np.sum(p * np.log(p))


def softmax_overflow(z):
    """A softmax without subtracting the maximum."""
    e = np.exp(z)
    return (e / np.sum(e))[0]


def root_at_zero(x):
    """A distance of a point from itself, by a square root."""
    difference = x - x * 1.0
    return np.sqrt(np.sum(difference**2)) + x[0]


def where_root(x):
    """The safe side of where is taken, but the other one poisons the reverse sweep."""
    y = np.where(x > 0.0, np.sqrt(x), 0.0)
    return np.sum(y)


def near_cut(x):
    """A hard cut by where, with one event just below it."""
    weight = np.where(x > 1.0, 1.0, 0.2)
    return np.sum(weight * x)


def floor_by_remainder(x):
    """A staircase without any rounding: what is beyond the step is taken off."""
    step = x - x % 1.0
    return step**2


def standardised(x):
    """A constant column has no spread."""
    centred = x - np.mean(x)
    spread = np.sqrt(np.mean(centred**2))
    return np.sum(centred / spread)


def arc(u, v):
    """The angle between two parallel vectors."""
    cosine = np.sum(u * v) / np.sqrt(np.sum(u * u) * np.sum(v * v))
    return np.arccos(cosine)


def penalised_rounding(x):
    """A rounded parameter beside a weak penalty, which is all that the gradient sees."""
    loss = (np.round(x) - 7.0) ** 2
    return loss + 1e-3 * x * x


def lasso_at_zero(w):
    """An L1 penalty at weights that start at 0."""
    residual = 2.0 - np.sum(w)
    return residual**2 + np.sum(np.abs(w))


def tied_maximum(a, b):
    """Two candidates that tie."""
    best = np.maximum(a * 2.0, b + 1.0)
    return best**2


def one_dead_unit(x, w, b):
    """One unit of four is off for every example."""
    h = np.maximum(x @ w + b, 0.0)
    return np.sum(h**2)


def tariff(income):
    """A step in a tariff, just before it."""
    tax = 0.1 * income
    if income >= 1000.0:
        tax = tax + 50.0
    return income - tax


def only_steers(x, threshold):
    """A parameter that only decides which way the program goes."""
    y = x * 3.0
    if y > threshold:
        y = y * 2.0
    return y


def forgotten(x, w, b):
    """A bias that is never added."""
    return np.sum(np.tanh(w * x))


def off_by_one(x):
    """The last element is never read."""
    total = 0.0
    for k in range(len(x) - 1):
        total = total + x[k] ** 2
    return total


def zero_start(x, w1, w2):
    """Both layers start at 0: nothing moves."""
    h = np.tanh(x @ w1)
    return np.sum((h @ w2 - 1.0) ** 2)


def long_memory(w, x):
    """A recurrence that forgets."""
    h = x
    for _ in range(40):
        h = np.sin(w * h)
    return h


def chaos(x):
    """The logistic map: the derivative doubles at every turn."""
    for _ in range(60):
        x = 4.0 * x * (1.0 - x)
    return x


_x = rng().normal(size=(6, 3))
FAULTY = [
    Faulty(rounded_price, (7.3, 0.19), "blocked", "np.round"),
    Faulty(cut_and_count, (0.4, 2.0), "blocked", "data > threshold"),
    Faulty(cancellation, (1e-8,), "scale", "np.cos"),
    Faulty(hard_attention, (np.array([0.3, 0.2, -0.5]), rng().normal(size=(5, 2))), "dead input", "argmax"),
    Faulty(binned, (0.57,), "dead input", "astype(int)"),
    Faulty(dead_relu, (_x, rng().normal(size=(3, 4)), np.full(4, -50.0)), "blocked", "np.maximum"),
    Faulty(saturated_tanh, (0.9,), "blocked", "np.tanh"),
    Faulty(saturated_sigmoid, (-30.0,), "blocked", "np.exp"),
    Faulty(clipped, (1.7,), "blocked", "np.clip"),
    Faulty(stopped, (2.0, 1.3), "blocked", "stop_gradient"),
    Faulty(underflow, (np.linspace(100.0, 120.0, 5), 0.0), "blocked", "np.exp"),
    Faulty(log_of_zero, (np.array([0.5, 0.5, 0.0]),), "poison", "np.log"),
    Faulty(softmax_overflow, (np.array([800.0, 1.0, 2.0]),), "poison", "np.exp"),
    Faulty(root_at_zero, (np.array([1.0, 2.0]),), "poison", "np.sqrt"),
    Faulty(where_root, (np.array([4.0, 0.0]),), "poison", "np.sqrt"),
    Faulty(near_cut, (np.array([0.3, 0.9999, 2.0]),), "branch", "x > 1.0"),
    Faulty(floor_by_remainder, (2.3,), "dead input", "floor_by_remainder"),
    Faulty(standardised, (np.full(5, 3.0),), "poison", "centred / spread"),
    Faulty(arc, (np.array([1.0, 0.0]), np.array([2.0, 0.0])), "poison", "np.arccos"),
    Faulty(penalised_rounding, (4.2,), "blocked", "np.round"),
    Faulty(lasso_at_zero, (np.zeros(3),), "kink", "np.abs"),
    Faulty(tied_maximum, (1.0, 1.0), "kink", "np.maximum"),
    Faulty(one_dead_unit, (_x, rng().normal(size=(3, 4)), np.array([0.0, 0.0, -50.0, 0.0])), "blocked", "np.maximum"),
    Faulty(tariff, (999.9,), "branch", "income >= 1000.0"),
    Faulty(only_steers, (1.0, 2.0), "dead input", "y > threshold"),
    Faulty(forgotten, (0.5, 1.2, 0.1), "dead input", "def forgotten"),
    Faulty(off_by_one, (np.array([1.0, 2.0, 3.0]),), "dead input", "x[k]"),
    Faulty(zero_start, (_x, np.zeros((3, 2)), np.zeros(2)), "dead input", "@"),
    Faulty(long_memory, (0.4, 0.5), "scale", "np.sin"),
    Faulty(chaos, (0.3,), "scale", "4.0 * x"),
]
