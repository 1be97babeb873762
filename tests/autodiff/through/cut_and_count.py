"""A cut-and-count analysis: events pass a cut, fill a histogram, and a fit finds the signal strength and its error.

Two observables tell signal from background, and a cut across their plane keeps events; the mass of those is binned.
What is wanted is the cut with which the fitted strength has the smallest uncertainty.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import advis as av

BINS = np.linspace(100.0, 150.0, 11)
EXPECTED = 60.0, 3000.0  # events of signal and of background, before the cut
KNOWN = 0.02  # the background is known to so much
STEPS = 6
WIDTHS = np.geomspace(0.6, 0.06, 40)


class Events(NamedTuple):
    """Simulated events: the plane of two observables, the mass, and what each event counts."""

    plane: Any
    mass: Any
    weight: float


def simulated(seed: int = 7, size: int = 2000) -> tuple[Events, Events]:
    """Return events of signal and of background."""
    rng = np.random.default_rng(seed)
    signal = Events(rng.normal((1.0, 0.6), 0.8, (size, 2)), rng.normal(125.0, 3.0, size), EXPECTED[0] / size)
    mass = 100.0 + rng.exponential(30.0, 4 * size)
    background = Events(rng.normal(0.0, 1.0, (4 * size, 2)), mass, EXPECTED[1] / (4 * size))
    return signal, background


def margin(cut: Any, events: Events) -> Any:
    """Return how far each event is inside the cut: beyond a straight line at an angle and a distance."""
    angle, distance = cut[0], cut[1]
    return events.plane[:, 0] * np.cos(angle) + events.plane[:, 1] * np.sin(angle) - distance


def hard_counts(cut: Any, events: Events) -> Any:
    """Return the contents of the bins as they are."""
    passed = margin(cut, events) > 0
    return np.histogram(events.mass, BINS, weights=events.weight * passed)[0]


def soft_counts(cut: Any, events: Events, width: float) -> Any:
    """Return the contents of the bins as smooth functions of the cut."""
    passed = av.relax.step(margin(cut, events), width=width)
    return av.relax.histogram(events.mass, BINS, width=0.5, weights=events.weight * passed)[0]


def uncertainty(signal: Any, background: Any) -> Any:
    """Return the error of the signal strength, fitted to the counts that are expected.

    Maximum likelihood: Poisson counts around μ s + κ b, and κ is known to some per cent. The fit is Newton's method,
    written out: both the fit and the matrix of second derivatives at its end are on the tape.
    """
    observed = signal + background
    templates = np.stack([signal, background])
    fitted = np.stack([0.5, 1.0])
    for _ in range(STEPS):
        expected = fitted @ templates
        slope = templates @ (1.0 - observed / expected) + np.array([0.0, 1.0 / KNOWN**2]) * (fitted - 1.0)
        curvature = information(templates, observed / expected**2)
        fitted = fitted - np.linalg.solve(curvature, slope)
    curvature = information(templates, observed / (fitted @ templates) ** 2)
    return np.sqrt(np.linalg.inv(curvature)[0, 0])


def information(templates: Any, weights: Any) -> Any:
    """Return the second derivatives of the negative logarithm of the likelihood."""
    return (templates * weights) @ templates.T + np.diag([0.0, 1.0 / KNOWN**2])


def soft(cut: Any, events: tuple[Events, Events], width: float) -> Any:
    """Return the uncertainty through the soft cut and the soft histogram."""
    return uncertainty(*(soft_counts(cut, part, width) for part in events))


def hard(cut: Any, events: tuple[Events, Events]) -> float:
    """Return the uncertainty with the cut and the histogram as they are."""
    return float(uncertainty(*(hard_counts(cut, part) for part in events)))


def optimised(cut: Any, events: tuple[Events, Events]) -> Any:
    """Return the cut after a descent along the gradient of the soft uncertainty, whose width shrinks."""
    for width in WIDTHS:
        error, slope = av.value_and_grad(soft)(cut, events=events, width=width)
        cut = cut - 0.4 * slope / error
    return cut
