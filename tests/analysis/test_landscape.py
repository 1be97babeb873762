"""f around a point: the grid, its gaps, what is not plotted, and functions that take their time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.analysis.landscape import (
    CURVE,
    evaluations,
    line,
    nice_half,
    plain_values,
    plane,
    why_not,
    window_around,
)
from advis.analysis.space import space_of


def along(f: Any, x: float, count: int = 10_000, window: tuple[float, float] = (-2.0, 2.0)) -> Any:
    values = plain_values(f, space_of(f, (x,)), {})
    return line(values, lambda at: {"x": at}, window, count)


def test_a_curve_is_f_itself() -> None:
    xs, ys = along(lambda x: np.sin(x) * x, 1.0)
    assert len(xs) == CURVE
    assert 0.0 in xs
    assert np.array_equal(ys, np.sin(xs) * xs)


def test_a_plane_has_a_row_for_each_height() -> None:
    space = space_of(lambda a, b: a + 10 * b, (0.0, 0.0))
    values = plain_values(lambda a, b: a + 10 * b, space, {})
    xs, ys, zs = plane(values, ("a", "b"), space.start, ((0.0, 1.0), (0.0, 2.0)), 10_000)
    assert zs.shape == (len(ys), len(xs))
    assert zs[0, -1] == 1.0
    assert zs[-1, 0] == 20.0


def test_there_is_a_gap_where_f_fails_or_has_no_value_and_nothing_is_printed(capsys: Any) -> None:
    def f(x: Any) -> Any:
        print("here")
        if x > 1:
            raise ValueError
        return np.log(x)

    xs, ys = along(f, 0.5)
    assert np.isnan(ys[xs < 0]).all()
    assert np.isnan(ys[xs > 1]).all()
    assert np.isfinite(ys[(xs > 0) & (xs <= 1)]).all()
    assert capsys.readouterr().out == ""


def test_a_slow_function_has_fewer_points_and_a_very_slow_one_none() -> None:
    def lasting(seconds: float) -> Any:
        def slow(x: Any) -> Any:
            time.sleep(seconds)
            return x

        return slow

    xs, ys = along(lasting(0.015), 1.0)
    assert len(xs) == 21
    assert np.array_equal(xs, ys)
    begin = time.perf_counter()
    with pytest.raises(TimeoutError, match="takes too long"):
        along(lasting(0.1), 1.0)
    assert time.perf_counter() - begin < 2


def test_long_programs_have_coarser_grids_and_very_long_ones_none() -> None:
    def loop(n: int) -> Any:
        def f(x: Any) -> Any:
            for _ in range(n):
                x = x * 1.0001
            return x

        return av.trace(f, 1.0, source=False)

    assert evaluations(loop(10)) > CURVE > evaluations(loop(1000)) > 9
    assert why_not(loop(10)) == why_not(loop(1000)) == ""
    assert "f records 40,001 nodes" in why_not(loop(20_000))


@pytest.mark.parametrize("x", [2.0, 5.0, -3.0, 0.001, 1e9, 0.0])
def test_what_one_sees_is_round_and_larger_than_the_number(x: float) -> None:
    low, high = window_around(x)
    assert low < x < high
    assert low < 0 < high
    assert nice_half(x) == nice_half(-x)
