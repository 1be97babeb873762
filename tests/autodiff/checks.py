"""The checks that every rule passes: each is a function of a case, and raises an AssertionError."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.autodiff.cases import Case
from tests.autodiff.derivatives import directions, forward_of, inner, reverse_of, slope


def close(actual: Any, expected: Any, tolerance: float = 2e-7) -> None:
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def forward_agrees(case: Case) -> None:
    """The forward sweep gives the derivative along a direction that finite differences give."""
    tangents = directions(case.arguments, 10)
    forward = forward_of(case.function, case.arguments, tangents)
    close(forward, slope(case.function, case.arguments, tangents))


def reverse_agrees(case: Case) -> None:
    """The reverse sweep is the transpose of the forward one: ⟨u, J v⟩ = ⟨Jᵀ u, v⟩."""
    tangents = directions(case.arguments, 10)
    forward = forward_of(case.function, case.arguments, tangents)
    (adjoint,) = directions((np.asarray(forward),), 11)
    backward = reverse_of(case.function, case.arguments, adjoint)
    assert [np.shape(part) for part in backward] == [np.shape(x) for x in case.arguments]
    assert inner(backward, tangents) == pytest.approx(inner(adjoint, forward), rel=1e-12, abs=1e-12)


def order_two_agrees(case: Case) -> None:
    """All four nestings of the two sweeps agree, and the derivative of a derivative is that of finite differences."""
    f, x = case.function, case.arguments
    v, w = directions(x, 12), directions(x, 13)
    (u,) = directions((f(*x),), 14)

    def first(*point: Any) -> Any:
        return forward_of(f, point, v)

    def pulled(*point: Any) -> Any:
        return reverse_of(f, point, u)

    expected = slope(first, x, w, 1e-4)
    forward_forward = forward_of(first, x, w)
    close(forward_forward, expected, 2e-6)
    number = inner(u, forward_forward)
    reverse_forward = inner(reverse_of(first, x, u), w)
    forward_reverse = inner(forward_of(pulled, x, w), v)
    reverse_reverse = inner(reverse_of(pulled, x, v), w)
    for result in (reverse_forward, forward_reverse, reverse_reverse):
        assert result == pytest.approx(number, rel=1e-9, abs=1e-9)
