"""``advis.testing``: what other people's test suites use."""

import subprocess
import sys

import numpy as np
import pytest

import advis as av
from advis.testing import assert_derivatives


def test_right_derivatives_pass():
    assert_derivatives(lambda x, power: np.sum(x**power), np.array([1.0, 2.0]), kwargs={"power": 3})


def test_a_wrong_rule_is_reported():
    @av.primitive
    def double(x):
        return 2.0 * x

    double.defvjp(lambda g, ans, x: 3.0 * g)

    def f(x):
        d = double(x)
        return np.sin(d)

    with pytest.raises(AssertionError, match=r"wrong: the (forward|reverse) rule of d = double\(x\).*3.*2"):
        assert_derivatives(f, 1.0)


def test_nothing_heavy_is_loaded():
    code = "import sys, advis.testing; print([m for m in ('matplotlib', 'pytest', 'ipywidgets') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
