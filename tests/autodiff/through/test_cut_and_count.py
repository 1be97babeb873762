"""The gradient passes the cut, the histogram and the fit, and finds a cut that is better when it is hard again."""

import numpy as np
import pytest

import advis as av
from tests.autodiff.derivatives import slope
from tests.autodiff.through.cut_and_count import BINS, hard, hard_counts, optimised, simulated, soft, soft_counts

START = np.array([-0.4, -0.4])


@pytest.fixture(scope="module")
def events():
    return simulated()


def test_the_optimised_cut_is_better_when_it_is_hard(events):
    best = optimised(START, events)
    assert hard(best, events) < 0.85 * hard(START, events)
    scanned = min(
        hard(np.array([angle, distance]), events)
        for angle in np.linspace(-0.4, 1.2, 9)
        for distance in np.linspace(0.2, 1.4, 7)
    )
    assert hard(best, events) < 1.01 * scanned


def test_the_gradient_is_that_of_the_whole_way(events):
    def through(cut):
        return soft(cut, events, 0.3)

    direction = np.array([0.6, -0.8])
    found = av.grad(through)(START)
    assert np.isclose(found @ direction, slope(through, (START,), (direction,)), rtol=1e-6)
    assert np.isclose(av.jvp(through, (START,), (direction,))[1], found @ direction)


def test_the_soft_analysis_goes_to_the_hard_one(events):
    errors = [abs(soft(START, events, width) - hard(START, events)) for width in (0.6, 0.2, 0.06)]
    assert errors[0] > errors[1] > errors[2]
    counts = soft_counts(START, events[0], 1e-6)
    assert abs(np.sum(counts) - np.sum(hard_counts(START, events[0]))) < 0.1


def test_the_hard_analysis_passes_no_derivative(events):
    tape = av.trace(lambda cut: hard_counts(cut, events[0]), START)
    assert "does not depend on any input" in tape.notes[0]
    assert tape.value.shape == (len(BINS) - 1,)
