"""Kinks and special points: the table of docs/conventions.md is run, row by row, with advis and with HIPS autograd."""

from __future__ import annotations

import sys

import autograd
import autograd.numpy
import numpy as np
import pytest

import advis as av
from tests.conventions_peers import PEERS, Gradient, Peer, Row, differences, directions, main, table

ROWS = table()


@pytest.fixture(params=ROWS, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    return request.param


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_advis_in_both_modes(row: Row) -> None:
    tape, expected = av.trace(row.function(np), row.x), row.gradients["advis"]
    np.testing.assert_array_equal(tape.reverse().result, expected.reverse)
    forward = np.array([tape.forward(one).result for one in directions(row.x)]).reshape(np.shape(row.x))
    np.testing.assert_array_equal(forward, expected.forward)


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
def test_autograd_in_reverse(row: Row) -> None:
    gradient, expected = autograd.grad(row.function(autograd.numpy)), row.gradients["autograd"]
    if expected is None:
        with pytest.raises(NotImplementedError):
            gradient(row.x)
    else:
        np.testing.assert_array_equal(gradient(row.x), expected.reverse)


def test_the_table_was_read() -> None:
    assert len(ROWS) > 25
    for row in ROWS:
        assert list(row.gradients) == ["advis", "autograd", "JAX", "torch"]
        for name, gradient in row.gradients.items():
            assert gradient is None or np.shape(gradient.reverse) == np.shape(row.x), f"{row}: {name}"


def test_a_peer_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    for package in PEERS:
        monkeypatch.setitem(sys.modules, package, None)
    assert main() == 1
    assert capsys.readouterr().out == "jax is not installed\ntorch is not installed\n"


def test_a_cell_that_differs_is_found() -> None:
    """Each kind of difference, with a made-up library in the place of JAX."""
    written = Row("np.abs(x)", 0.0, {"JAX": Gradient(1.0, 1.0)})
    assert list(differences(Peer("JAX", "0", lambda row: Gradient(1.0, 1.0)), [written])) == []
    assert list(differences(Peer("JAX", "0", lambda row: Gradient(1.0, 0.5)), [written])) == [
        "np.abs(x) at 0.0: forward gives 0.5, written is 1.0"
    ]
    dash = Row("np.abs(x)", 0.0, {"JAX": None})
    assert len(list(differences(Peer("JAX", "0", lambda row: Gradient(1.0, 1.0)), [dash]))) == 2


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_second_order_where_the_function_is_smooth() -> None:
    """Products with zeros, sinc at 0 and near it: as exact as the first order."""
    assert av.grad(av.grad(np.sinc))(0.0) == pytest.approx(-(np.pi**2) / 3, rel=1e-15)
    fourth = av.grad(av.grad(av.grad(av.grad(np.sinc))))
    assert fourth(0.0) == pytest.approx(np.pi**4 / 5, rel=1e-14)
    assert fourth(1e-9) == pytest.approx(np.pi**4 / 5, rel=1e-14)
    assert av.grad(np.sinc)(1e-9) == pytest.approx(-(np.pi**2) / 3 * 1e-9, rel=1e-14)
    x = np.array([2.0, 0.0, 3.0])
    np.testing.assert_array_equal(av.hessian(np.prod)(x), [[0, 3, 0], [3, 0, 2], [0, 2, 0]])
    np.testing.assert_array_equal(av.hessian(lambda x: np.cumprod(x)[-1])(x), [[0, 3, 0], [3, 0, 2], [0, 2, 0]])
    assert av.hessian(lambda x: np.sum(np.cumprod(x) ** 2))(np.zeros(3)).tolist() == np.diag([2.0, 0, 0]).tolist()


@pytest.mark.parametrize("order", range(5))
def test_sinc_on_both_sides_of_the_series(order: int) -> None:
    """Where the power series hands over to the recurrence, both say the same."""
    f = np.sinc
    for _ in range(order):
        f = av.grad(f)
    edge = max(1.0, order) / np.pi
    assert f(edge * (1 - 1e-12)) == pytest.approx(f(edge * (1 + 1e-12)), rel=1e-9, abs=1e-9)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_second_order_at_a_kink_is_that_of_the_formula() -> None:
    assert av.grad(av.grad(np.abs))(0.0) == 0.0
    assert av.grad(av.grad(lambda x: np.hypot(x, 0.0)))(0.0) == 1.0
    np.testing.assert_array_equal(av.hessian(np.linalg.norm)(np.zeros(2)), np.eye(2))


def test_complex_numbers_pair_without_conjugation() -> None:
    assert av.grad(lambda z: np.abs(z) ** 2)(3 + 4j) == pytest.approx(6 - 8j)
    assert av.grad(np.linalg.norm)(np.array([3 + 4j])) == pytest.approx(0.6 - 0.8j)


def test_norms_that_numpy_does_not_know_say_so() -> None:
    with pytest.raises(ValueError, match="Invalid norm order 'nuc' for vectors"):
        av.trace(lambda x: np.linalg.norm(x, "nuc"), np.ones(2))
    with pytest.raises(ValueError, match="Invalid norm order for matrices"):
        av.trace(lambda x: np.linalg.norm(x, 3), np.ones((2, 2)))
