"""Numerical routines that know nothing of advis: differentiated both ways, checked, and drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.autodiff.structure import map_leaves
from advis.media.svg import svg
from tests.programs import estimation, networks, numerics, physics

rng = np.random.default_rng(7)


def normal(*shape: int, scale: float = 1.0) -> Any:
    return scale * rng.normal(size=shape)


points = np.linspace(0.0, 3.0, 6)
knots = np.array([0.0, 0.8, 1.5, 2.1, 3.0])
gates = {name: normal(3, 5, scale=0.5) for name in ("update", "reset", "state")}
times = np.linspace(0.1, 2.0, 8)
wave = 1.1 * np.exp(-0.4 * times) * np.sin(3.1 * times)

PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "Kalman filter": (
        estimation.kalman_log_likelihood,
        (np.array([[1.0, 0.3], [-0.2, 0.9]]), np.array([0.1, 0.2]), normal(3)),
    ),
    "Gaussian process": (
        estimation.gaussian_process_log_likelihood,
        (np.float64(0.1), np.float64(-0.2), np.float64(-1.0), points, np.sin(points)),
    ),
    "logistic regression": (
        lambda w, b: estimation.logistic_loss(w, b, np.vander(times, 4), (wave > 0) * 1.0),
        (normal(4, scale=0.3), np.float64(0.2)),
    ),
    "principal components": (estimation.unexplained_variance, (normal(6, 3),)),
    "spectral gap": (estimation.spectral_gap, (np.abs(normal(5, 5)) + 0.1,)),
    "gated recurrent unit": (networks.gru, (normal(4, 2), normal(3), gates)),
    "attention": (networks.attention, (normal(4, 4), *(normal(4, 4, scale=0.5) for _ in range(3)))),
    "PageRank": (networks.pagerank, (np.abs(normal(5, 5)) + 0.1,)),
    "N bodies": (physics.n_body, (normal(3, 3), normal(3, 3), np.array([1.0, 0.5, 2.0]))),
    "finite volumes": (physics.finite_volume, (1.0 + 0.3 * normal(8), np.float64(0.9))),
    "heat": (physics.heat, (normal(5, 5), np.float64(0.2))),
    "robot arm": (physics.hand, (np.array([0.3, -0.8, 1.1]), np.array([1.0, 0.7, 0.4]))),
    "natural spline": (numerics.natural_spline, (np.array([0.3, 1.1, 1.9, 2.6]), knots, normal(5))),
    "fast convolution": (numerics.fast_convolution, (normal(7), normal(4))),
    "Black–Scholes": (
        numerics.black_scholes,
        (np.array([90.0, 100.0, 115.0]), np.float64(100.0), np.float64(0.03), np.float64(0.25), np.float64(0.5)),
    ),
    "Gauss–Newton": (numerics.gauss_newton, (np.array([1.0, 0.5, 3.0]), times, wave)),
    "median filter": (numerics.median_filter, (normal(9),)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_of_a_program(name: str) -> None:
    program, arguments = PROGRAMS[name]
    report = av.check(program, *arguments)
    assert report.ok, str(report)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_drawn(name: str) -> None:
    program, arguments = PROGRAMS[name]
    tape = av.trace(program, *arguments)
    assert svg(tape.film()).startswith("<svg")
    assert len(str(tape).splitlines()) > 5
    sweep = tape.reverse(map_leaves(np.ones_like, tape.value))
    assert svg(sweep.film()).startswith("<svg")
