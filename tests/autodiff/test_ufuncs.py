"""Ufuncs called in less usual ways, and choices: what a user notices beside the numbers of a derivative."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from tests.autodiff.derivatives import gradient


def test_elements_that_where_leaves_out_are_zero_and_are_not_computed() -> None:
    x = np.array([0.0, 2.0, 4.0])

    def f(x: Any) -> Any:
        return np.divide(8.0, x, where=x > 0)

    np.testing.assert_array_equal(av.trace(f, x).value, [0.0, 4.0, 2.0])
    np.testing.assert_array_equal(gradient(lambda x: np.sum(f(x)), x), [0.0, -2.0, -0.5])
    np.testing.assert_array_equal(av.trace(f, x).forward(np.ones(3)).result, [0.0, -2.0, -0.5])


def test_where_with_a_number() -> None:
    assert gradient(lambda x: np.log(x, where=x > 1) + x, 0.0) == 1.0
    assert gradient(lambda x: np.log(x, where=x > 1) + x, 2.0) == 1.5


def test_a_traced_mask_is_a_turn_of_the_program() -> None:
    tape = av.trace(lambda x: np.exp(x, where=x > 1), np.array([0.5, 2.0]))
    assert [branch.node.primitive.name for branch in tape.branches] == ["greater"]


def test_comparisons_take_a_mask_too() -> None:
    tape = av.trace(lambda x: np.greater(x, 1.0, where=np.array([True, False, True])), np.array([0.5, 2.0, 3.0]))
    np.testing.assert_array_equal(tape.value, [False, False, True])


def test_what_is_added_at_places_is_seen_through_views() -> None:
    def f(x: Any) -> Any:
        z = np.zeros_like(x, shape=4)
        row = z[1:]
        np.add.at(row, np.array([0, 0, 2]), x)
        return z * z

    x = np.array([1.0, 2.0, 5.0])
    np.testing.assert_array_equal(av.trace(f, x).value, [0, 9, 0, 25])
    np.testing.assert_array_equal(gradient(lambda x: np.sum(f(x)), x), [6, 6, 10])


def test_a_reduction_of_nothing_is_the_identity_of_its_ufunc() -> None:
    assert av.trace(lambda x: np.hypot.reduce(x[:0]) + x[0], np.ones(2)).value == 1.0
    with pytest.raises(ValueError, match="no identity"):
        av.trace(lambda x: np.divide.reduce(x[:0]), np.ones(2))


def test_a_reduction_that_is_not_reorderable_takes_one_axis() -> None:
    for axis in (None, (0, 1)):
        with pytest.raises((ValueError, av.OffTape), match="one axis"):
            av.trace(lambda x, a=axis: np.subtract.reduce(x, axis=a), np.ones((2, 2)))


def test_logsumexp_is_one_node_that_does_not_overflow() -> None:
    x = np.array([1000.0, 1000.0, -np.inf])
    tape = av.trace(np.logaddexp.reduce, x)
    assert [node.primitive.name for node in tape] == ["input", "logsumexp"]
    assert tape.value == pytest.approx(1000 + np.log(2))
    np.testing.assert_allclose(tape.reverse().result, [0.5, 0.5, 0.0])
    np.testing.assert_array_equal(gradient(np.logaddexp.reduce, np.full(2, -np.inf)), [0, 0])


def test_parts_of_a_number_are_nodes() -> None:
    tape = av.trace(lambda x: np.modf(x) + np.frexp(x) + divmod(x, 2.0), 5.25)
    assert tape.value == (0.25, 5.0, 0.65625, 3, 2.0, 1.25)
    assert tape.forward().result == (1.0, 0.0, 0.125, 0.0, 0.0, 1.0)


def test_a_piece_is_given_its_own_elements_alone() -> None:
    seen = []

    def root(v: Any) -> Any:
        seen.append(v.shape)
        return np.sqrt(v)

    x = np.array([-1.0, 4.0, 0.0, 9.0])
    found = gradient(lambda x: np.sum(np.piecewise(x, [x > 0], [root, 0.0])), x)
    np.testing.assert_allclose(found, [0, 0.25, 0, 1 / 6])
    assert seen == [(2,)]


def test_misuse_of_choices_is_numpys_error() -> None:
    x = np.ones(2)
    for f, said in (
        (lambda x: np.select([x > 0], [x, x]), "list of cases must be same length"),
        (lambda x: np.select([], [], x), "empty condition list"),
        (lambda x: np.piecewise(x, [x > 0], [1.0, 2.0, 3.0]), "with 1 condition"),
        (lambda x: np.choose(np.array([0, 5]), [x, x]), "invalid entry in choice array"),
        (lambda x: np.average(x, weights=np.zeros(2)), "sum to zero"),
        (lambda x: np.quantile(x, 1.5), r"range \[0, 1\]"),
        (lambda x: np.linalg.norm(x, 2, axis=(0, 0)), "Duplicate axes"),
        (lambda x: np.cumulative_sum(np.stack([x, x])), "``axis`` argument is required"),
    ):
        with pytest.raises((ValueError, ZeroDivisionError), match=said):
            av.trace(f, x)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_row_without_numbers() -> None:
    x = np.array([[1.0, np.nan], [np.nan, np.nan]])
    for f in (np.nanmax, np.nanmin, np.nanmean, np.nanmedian):
        tape = av.trace(lambda x, f=f: f(x, axis=1), x)
        np.testing.assert_array_equal(tape.value, [1.0, np.nan])
        assert tape.reverse(np.array([1.0, 0.0])).result[0, 0] == 1.0
    assert av.trace(lambda x: np.nansum(x, axis=1)[1], x).value == 0.0


def test_arrays_between_traced_ends() -> None:
    np.testing.assert_allclose(av.jacobian(lambda a: np.linspace(a, 3.0, 3))(1.0), [1.0, 0.5, 0.0])
    with pytest.raises(ValueError, match="different signs"):
        av.trace(lambda a: np.geomspace(a, -1.0, 3), 1.0)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_running_extremes_of_nothing_are_nothing(shape: tuple[int, ...]) -> None:
    tape = av.trace(np.maximum.accumulate, np.zeros(shape))
    np.testing.assert_array_equal(tape.value, np.maximum.accumulate(np.zeros(shape)))


def test_i0_is_exact_near_and_far() -> None:
    special = pytest.importorskip("scipy.special")
    for x in (1e-12, 0.3, 7.0, 100.0, 700.0):
        assert gradient(np.i0, x) == pytest.approx(special.i1(x), rel=1e-13)
        assert av.grad(av.grad(np.i0))(x) == pytest.approx((special.i0(x) + special.iv(2, x)) / 2, rel=1e-13)


def test_the_deviation_of_equal_numbers_has_slope_zero() -> None:
    for f in (np.std, np.nanstd):
        np.testing.assert_array_equal(gradient(f, np.ones(3)), np.zeros(3))


def test_rules_of_scipy_are_loaded_when_they_are_needed() -> None:
    import subprocess
    import sys

    code = "import sys, advis as av; av.grad(lambda x: x * x)(1.0); print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
