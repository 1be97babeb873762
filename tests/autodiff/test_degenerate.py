"""Where a matrix is singular, values are equal, or an array is empty: a documented answer, or an error that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import advis as av
from tests.autodiff.derivatives import directions, forward_of, gradient, reverse_of, slope

turn = np.linalg.qr(np.random.default_rng(5).normal(size=(4, 4)))[0]
twice = turn @ np.diag([1.0, 2.0, 2.0, 5.0]) @ turn.T
"""A symmetric matrix with an eigenvalue that is there twice."""


@pytest.mark.parametrize("f", [np.linalg.eigh, np.linalg.eig, np.linalg.svd])
def test_vectors_of_equal_values_have_no_derivative(f: Callable[..., Any]) -> None:
    values, vectors = (0, 1) if f is not np.linalg.svd else (1, 0)
    found = gradient(lambda x: np.sum(np.real(f(x)[vectors][0]) ** 3), twice)
    assert np.isnan(found).any()
    separate = twice + np.diag([0.1, 0.2, 0.3, 0.4])
    assert np.isfinite(gradient(lambda x: np.sum(np.real(f(x)[vectors][0]) ** 3), separate)).all()
    assert np.isfinite(gradient(lambda x: np.sum(np.real(f(x)[values]) ** 2), twice)).all()


def test_unused_vectors_of_equal_values_spoil_no_forward_sweep() -> None:
    def f(x: Any) -> Any:
        values, _ = np.linalg.eigh(x)
        _, singular, _ = np.linalg.svd(x)
        return np.sum(values) + np.sum(singular**2)

    assert av.trace(f, np.eye(3)).forward(np.eye(3)).result == 9.0
    np.testing.assert_allclose(gradient(f, np.eye(3)), 3 * np.eye(3))


def test_columns_beside_the_singular_values_turn_with_the_space_that_they_span() -> None:
    def beside(x: Any) -> Any:
        more = np.linalg.svd(x)[0][:, 2:]
        return more @ more.T

    x = np.random.default_rng(3).normal(size=(5, 2))
    v = directions((x,), 1)
    np.testing.assert_allclose(forward_of(beside, (x,), v), slope(beside, (x,), v), rtol=1e-6, atol=1e-6)


def test_the_sum_of_equal_eigenvalues_has_a_derivative() -> None:
    np.testing.assert_allclose(gradient(lambda x: np.sum(np.linalg.eigvalsh(x)), np.eye(3)), np.eye(3))


def test_det_of_a_singular_matrix_has_its_cofactors() -> None:
    np.testing.assert_allclose(gradient(np.linalg.det, np.array([[1.0, 2.0], [2.0, 4.0]])), [[4, -2], [-2, 1]])
    np.testing.assert_allclose(gradient(np.linalg.det, np.diag([0.0, 2.0, 3.0])), np.diag([6.0, 0, 0]), atol=1e-14)
    np.testing.assert_allclose(gradient(np.linalg.det, np.diag([0.0, 0.0, 3.0])), np.zeros((3, 3)), atol=1e-14)


def test_slogdet_of_a_singular_matrix_says_so() -> None:
    tape = av.trace(lambda x: np.linalg.slogdet(x)[1], np.zeros((2, 2)))
    with pytest.raises(np.linalg.LinAlgError, match=r"log\|det\| of a singular matrix has no derivative"):
        tape.reverse()


def test_one_triangle_is_read_and_receives_the_derivative() -> None:
    x = np.array([[4.0, 99.0], [1.0, 3.0]])
    for f in (np.linalg.cholesky, np.linalg.eigvalsh, lambda x: np.linalg.eigh(x)[0]):
        found = reverse_of(f, (x,), np.ones(np.shape(f(x))))[0]
        assert found[0, 1] == 0 != found[1, 0]


def test_the_last_elements_of_equal_ones_are_sorted_by_their_places() -> None:
    x = np.array([2.0, 1.0, 2.0, 1.0])
    weights = np.array([1.0, 10.0, 100.0, 1000.0])
    found = gradient(lambda x: np.sum(np.sort(x, kind="stable") * weights), x)
    np.testing.assert_array_equal(found, [100, 1, 1000, 10])


def test_the_first_of_equal_elements_stands_for_them() -> None:
    np.testing.assert_array_equal(gradient(lambda x: np.sum(np.unique(x)), np.array([2.0, 1.0, 2.0])), [1, 1, 0])


def test_the_slope_at_a_point_of_interp_is_that_to_its_right() -> None:
    points, heights = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 5.0])
    slopes = [gradient(lambda x: np.interp(x, points, heights), x) for x in (-1.0, 0.0, 1.0, 2.0, 3.0)]
    assert slopes == [0, 1, 4, 4, 0]


def test_outputs_are_numpys_named_tuples_with_the_readers_names() -> None:
    def f(x: Any) -> Any:
        u, s, vh = np.linalg.svd(x)
        return (
            np.linalg.slogdet(x).logabsdet
            + np.linalg.qr(x).R[0, 0]
            + np.linalg.eigh(x).eigenvalues[0]
            + (u * s @ vh)[0]
        )

    tape = av.trace(f, twice)
    assert [tape[name].expression for name in ("u", "s", "vh")] == ["U(x)", "S(x)", "Vᴴ(x)"]


@pytest.mark.parametrize("order", [1, 2])
def test_a_matrix_is_decomposed_once_at_each_level(order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, original = [], np.linalg.svd

    def counted(x: Any, *args: Any, **options: Any) -> Any:
        calls.extend([1] if isinstance(x, np.ndarray) else [])
        return original(x, *args, **options)

    def f(x: Any) -> Any:
        u, s, vh = original(x)
        return np.sum(u * s) + np.sum(vh**3)

    monkeypatch.setattr(np.linalg, "svd", counted)
    x = np.random.default_rng(1).normal(size=(3, 3))
    g = av.grad(f)
    (av.grad(lambda x: np.sum(g(x) ** 2)) if order == 2 else g)(x)
    assert len(calls) == 1


def test_complex_numbers_are_not_sorted() -> None:
    with pytest.raises(TypeError, match=r"np\.sort: complex numbers are not recorded"):
        av.trace(np.sort, np.array([1j, 2.0]))


def test_complete_qr_of_a_tall_matrix_says_what_is_not_determined() -> None:
    with pytest.raises(TypeError, match="columns of Q that A does not span are not determined"):
        av.trace(lambda x: np.linalg.qr(x, "complete")[0], np.ones((3, 2)))


def test_nothing_is_transformed_decomposed_and_sorted() -> None:
    for f in (lambda x: np.linalg.det(x), lambda x: np.sum(np.sort(x)), lambda x: np.sum(np.linalg.inv(x))):
        assert gradient(f, np.zeros((0, 0))).shape == (0, 0)


# -- misuse: NumPy's error, with the node and the line


def solve_sizes(x: Any) -> Any:
    return np.linalg.solve(x, np.ones(5))


def inverse_of_wide(x: Any) -> Any:
    return np.linalg.inv(x[:1])


def inverse_of_singular(x: Any) -> Any:
    return np.linalg.inv(x * 0)


def cholesky_of_negative(x: Any) -> Any:
    return np.linalg.cholesky(-x - 9 * np.eye(2))


def svd_of_a_vector(x: Any) -> Any:
    return np.linalg.svd(x[0])


def fft_of_length_zero(x: Any) -> Any:
    return np.fft.fft(x, 0)


def fft_axis(x: Any) -> Any:
    return np.fft.fft(x, axis=2)


def fft_norm(x: Any) -> Any:
    return np.fft.rfft(x, norm="half")


def tensordot_sizes(x: Any) -> Any:
    return np.tensordot(x, np.ones((3, 2)), 1)


def convolve_nothing(x: Any) -> Any:
    return np.convolve(x[0, :0], x[0])


def take_outside(x: Any) -> Any:
    return np.take(x, 7)


def sort_axis(x: Any) -> Any:
    return np.sort(x, axis=2)


def split_unevenly(x: Any) -> Any:
    return np.split(x, 3)


def pad_mode(x: Any) -> Any:
    return np.pad(x, 1, mode="mirror")


def interp_sizes(x: Any) -> Any:
    return np.interp(x, x[0], np.ones(3))


def roll_axes(x: Any) -> Any:
    return np.roll(x, (1, 2), axis=(0, 3))


MISUSES = [
    (solve_sizes, ValueError, "advis: in solve((2, 2), (5,))"),
    (inverse_of_wide, np.linalg.LinAlgError, "advis: in inv((1, 2))"),
    (inverse_of_singular, np.linalg.LinAlgError, "advis: in inv((2, 2))"),
    (cholesky_of_negative, np.linalg.LinAlgError, "advis: in cholesky((2, 2))"),
    (svd_of_a_vector, np.linalg.LinAlgError, "advis: in svd((2,))"),
    (fft_of_length_zero, ValueError, "advis: in fft((2, 2))"),
    (fft_axis, IndexError, "advis: in fft((2, 2))"),
    (fft_norm, ValueError, "advis: in rfft((2, 2))"),
    (tensordot_sizes, ValueError, "advis: in tensordot((2, 2), (3, 2))"),
    (convolve_nothing, ValueError, "advis: in convolve((0,), (2,))"),
    (take_outside, IndexError, "advis: in getitem((4,))"),
    (sort_axis, np.exceptions.AxisError, "axis 2 is out of bounds"),
    (split_unevenly, ValueError, "array split does not result in an equal division"),
    (pad_mode, ValueError, "mode 'mirror' is not supported"),
    (interp_sizes, ValueError, "advis: in interp((2, 2), (2,), (3,))"),
    (roll_axes, np.exceptions.AxisError, "advis: in roll((2, 2))"),
]


@pytest.mark.parametrize(("f", "kind", "told"), MISUSES, ids=[f.__name__ for f, *_ in MISUSES])
def test_misuse_gives_numpys_error_with_the_node_and_the_line(f: Any, kind: type[Exception], told: str) -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(kind):
        f(x)
    with pytest.raises(kind) as caught:
        av.trace(f, x)
    text = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", ())])
    assert told in text
    assert f"line 2 of {f.__name__}" in text


@pytest.mark.parametrize("write", [np.copyto, lambda z, x: np.put(z, [0], x), lambda z, x: np.place(z, [True], x),
                                   lambda z, x: np.putmask(z, [True], x),
                                   lambda z, x: np.put_along_axis(z, np.zeros((1, 1), int), x, 1)])  # fmt: skip
def test_a_plain_array_is_not_written_into(write: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="was written into a plain array"):
        av.trace(lambda x: write(np.zeros((1, 1)), x), np.ones((1, 1)))
