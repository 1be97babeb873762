"""How numbers are written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advis.autodiff.numbers import PICTURE, friendly, minus, number, scale_of, shape_text, value_text


@pytest.mark.parametrize(("x", "text", "picture"), [
    (0.0, "0", "0"),
    (-0.0, "0", "0"),
    (3.0, "3", "3"),
    (2 / 3, "0.666667", "0.6667"),
    (-2 / 3, "-0.666667", "-0.6667"),
    (123456.7, "123457", "1.235e5"),
    (1e-5 / 3, "3.33333e-06", "3.333e-6"),
    (1e20, "1e+20", "1e20"),
    (float("inf"), "inf", "inf"),
    (-np.inf, "-inf", "-inf"),
    (np.nan, "nan", "nan"),
    (5e-324, "4.94066e-324", "4.941e-324"),
    (np.float32(0.1), "0.1", "0.1"),
    (7, "7", "7"),
    (np.int64(1234567), "1234567", "1234567"),
    (True, "True", "True"),
    (np.False_, "False", "False"),
    (1.5 - 2j, "1.5-2j", "1.5-2j"),
    (np.complex128(1j), "0+1j", "0+1j"),
])  # fmt: skip
def test_number(x: Any, text: str, picture: str) -> None:
    assert (number(x), number(x, PICTURE)) == (text, picture)


def test_round_off_is_measured_by_the_operands() -> None:
    residue = 0.1 + 0.2 - 0.3
    assert (number(residue), number(residue, scale=0.3)) == ("5.55112e-17", "0")
    assert number(1e-10, scale=1.0) == "1e-10"
    assert number(1e-10, scale=1e5) == "0"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.floats(-1e300, 1e300))
def test_numbers_read_back(x: float) -> None:
    assert float(number(x)) == pytest.approx(x, rel=5.1e-6, abs=0)
    assert float(number(x, PICTURE)) == pytest.approx(x, rel=5.1e-4, abs=0)
    assert not number(x).startswith("-0 ")


@pytest.mark.parametrize(("x", "text"), [
    (2.5, "2.5"),
    (np.array(2.5), "2.5"),
    (np.array([1.0, -0.0, 2 / 3]), "[1, 0, 0.666667]"),
    (np.array([1.0, np.nan]), "[1, nan]"),
    (np.zeros((0, 3)), "empty"),
    (np.ones((2, 2)), "all 1"),
    (np.arange(6.0).reshape(2, 3), "0 to 5"),
    (np.array([np.nan, np.inf, -np.inf, 1.0, 2.0]), "1 nan, 2 inf of 5"),
    (np.array([True, False, True, True, True]), "4 of 5 true"),
    (np.array([True, False]), "[True, False]"),
    (np.arange(5), "0 to 4"),
    (np.array([3j, 4.0, 1.0, 0.0, 0.0]), "|·| to 4"),
])  # fmt: skip
def test_value(x: Any, text: str) -> None:
    assert value_text(x) == text


def test_scale_is_the_largest_finite_magnitude() -> None:
    assert scale_of(np.array([1.0, -7.0, np.inf, np.nan]), 3.0) == 7.0
    assert scale_of() == scale_of(np.zeros(0)) == scale_of(True) == 0.0


def test_small_helpers() -> None:
    assert [shape_text(shape) for shape in [(), (3,), (2, 1, 4), (0,)]] == ["", "3", "2×1×4", "0"]
    assert minus("-0.5e-3") == "−0.5e−3"
    assert (type(friendly(np.float32(1.5))), friendly(np.float64(1.5))) == (float, 1.5)
    array = np.ones(2)
    assert friendly(array) is array
