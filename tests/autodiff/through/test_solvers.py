"""Fixed points, roots and minima: the known answers, both lenses, every mode, containers, and the reader's solvers."""

import numpy as np
import pytest
import scipy.optimize
from derivatives import slope

import advis as av


def cosine(a, **options):
    return av.fixed_point(lambda x, a: a * np.cos(x), 1.0, a, tolerance=1e-16, **options)


def square_root(a, **options):
    return av.root(lambda x, a: x * x - a, 1.0, a, **options)


def descent(a, b, **options):
    """Ten steps of gradient descent on ½ a x² − b x."""
    return av.fixed_point(lambda x, a, b: x - 0.1 * (a * x - b), 0.0, a, b, max_steps=10, tolerance=None, **options)


def test_known_answers():
    assert cosine(1.0) == 0.7390851332151607
    assert av.grad(cosine)(1.0) == pytest.approx(0.4416107917053284, rel=1e-15)
    assert round(av.grad(square_root)(2.0), 8) == 0.35355339
    assert round(av.grad(av.grad(square_root))(2.0), 8) == -0.08838835
    assert round(descent(2.0, 1.0), 10) == 0.4463129088
    unrolled = av.grad(lambda a, b: descent(a, b, derivative="unrolled"), (0, 1))(2.0, 1.0)
    assert [round(part, 10) for part in unrolled] == [-0.1560475904, 0.4463129088]
    assert round(av.grad(descent)(2.0, 1.0), 10) == -0.2231564544
    exact = av.grad(lambda a: av.argmin(lambda x, a: a * x**2 / 2 - x, 0.0, a))(2.0)
    assert exact == pytest.approx(-0.25, rel=1e-15)


@pytest.mark.parametrize("derivative", ["implicit", "unrolled"])
def test_every_mode_and_order(derivative):
    def f(a):
        return cosine(a, derivative=derivative)

    x, first = f(1.2), np.cos(f(1.2)) / (1 + 1.2 * np.sin(f(1.2)))
    tape = av.trace(f, 1.2)
    assert tape.value == x
    for found in (tape.forward(1.0).result, tape.reverse().result, av.grad(f)(1.2), av.jvp(f, (1.2,), (1.0,))[1]):
        assert found == pytest.approx(first, rel=1e-12)
    second = slope(av.grad(f), (1.2,), (1.0,))
    nested = (av.grad(av.grad(f))(1.2), av.hessian(f)(1.2), av.hvp(f, (1.2,), (1.0,))[0])
    assert nested == pytest.approx((second,) * 3, rel=1e-8)
    forward_twice = av.jvp(lambda a: av.jvp(f, (a,), (1.0,))[1], (1.2,), (1.0,))[1]
    assert forward_twice == pytest.approx(second, rel=1e-8)
    third = slope(av.grad(av.grad(f)), (1.2,), (1.0,))
    assert av.grad(av.grad(av.grad(f)))(1.2) == pytest.approx(third, rel=1e-5)


def test_one_box_whose_parents_are_the_parameters():
    tape = av.trace(lambda a, b: descent(a, b) * b, 2.0, 1.0)
    box = tape["v1"]
    assert box.primitive.name == "fixed_point"
    assert [parent.name for parent in box.parents] == ["a", "b"]
    assert len(tape) == 4
    assert "fixed_point(a, b)" in str(tape)


@pytest.mark.parametrize("n", [6, 300])
def test_arrays_small_and_large(n):
    """Up to 128 unknowns by the matrix, above by products alone."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(n, n))
    W *= 0.8 / np.linalg.norm(W, 2)
    b = rng.normal(size=n)

    def loss(W, b, **options):
        return np.sum(av.fixed_point(lambda x, W, b: np.tanh(W @ x + b), np.zeros(n), W, b, **options) ** 2)

    implicit = av.grad(loss, (0, 1))(W, b)
    unrolled = av.grad(lambda W, b: loss(W, b, derivative="unrolled"), (0, 1))(W, b)
    for one, other in zip(implicit, unrolled, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    direction = rng.normal(size=n)
    forward = av.jvp(lambda b: loss(W, b), (b,), (direction,))[1]
    assert forward == pytest.approx(implicit[1] @ direction, rel=1e-8)
    along = av.hvp(lambda b: loss(W, b), (b,), (direction,))[0]
    expected = slope(lambda b: av.grad(loss, 1)(W, b), (b,), (direction,))
    np.testing.assert_allclose(along, expected, atol=1e-6)


def test_float32_stays_float32():
    W = np.array([[0.2, 0.1], [0.0, 0.3]], np.float32)

    def solve(b):
        return av.fixed_point(lambda x, b: np.tanh(W @ x + b), np.zeros(2, np.float32), b)

    b = np.ones(2, np.float32)
    assert solve(b).dtype == av.grad(lambda b: np.sum(solve(b)))(b).dtype == np.float32


def test_containers():
    def f(state, params):
        return {"x": params["a"] * np.cos(state["y"]), "y": 0.5 * np.sin(state["x"]) * params["b"][0]}

    def loss(params):
        found = av.fixed_point(f, {"x": 1.0, "y": np.zeros((2, 1))[:, 0][0]}, params)
        return found["x"] * found["y"]

    params = {"a": 1.1, "b": [0.7]}
    found = av.grad(loss)(params)
    assert found["a"] == pytest.approx(slope(lambda a: loss({"a": a, "b": [0.7]}), (1.1,), (1.0,)), rel=1e-8)
    assert found["b"][0] == pytest.approx(slope(lambda b: loss({"a": 1.1, "b": [b]}), (0.7,), (1.0,)), rel=1e-8)
    pair = av.root(lambda s: (s[0] @ s[0] - s[1], s[1][:1] - s[0]), (np.ones(1) * 2, np.ones(1) * 3))
    assert type(pair) is tuple
    np.testing.assert_allclose(pair[0], 1.0)


def test_matrices_are_unknowns_too():
    """X with X X = A: the derivative of the matrix square root."""
    A = np.array([[4.0, 1.0], [1.0, 3.0]])

    def root(A):
        return av.root(lambda X, A: X @ X - A, np.eye(2), A)

    np.testing.assert_allclose(root(A) @ root(A), A)
    direction = np.array([[0.1, 0.2], [0.2, -0.3]])
    np.testing.assert_allclose(av.jvp(root, (A,), (direction,))[1], slope(root, (A,), (direction,)), rtol=1e-7)


def test_minimum_of_least_squares():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(8, 3)), rng.normal(size=8)

    def fitted(X, y):
        return av.argmin(lambda w, X, y: np.sum((X @ w - y) ** 2), np.zeros(3), X, y)

    np.testing.assert_allclose(fitted(X, y), np.linalg.lstsq(X, y, rcond=None)[0])
    np.testing.assert_allclose(av.jacobian(fitted, 1)(X, y), np.linalg.pinv(X), atol=1e-12)
    direction = rng.normal(size=X.shape)
    np.testing.assert_allclose(
        av.jvp(lambda X: fitted(X, y), (X,), (direction,))[1],
        slope(lambda X: np.linalg.pinv(X) @ y, (X,), (direction,)),
        rtol=1e-7,
    )


def test_minimum_far_from_a_parabola():
    """Damped: the first Newton steps of this loss would run away."""
    found = av.argmin(lambda x, a: np.log(np.cosh(x - a)), 3.0, 0.5)
    assert found == pytest.approx(0.5)
    assert av.grad(lambda a: av.argmin(lambda x, a: np.log(np.cosh(x - a)), 3.0, a))(0.5) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "solve",
    [
        lambda a: av.fixed_point(lambda x, a: a * np.cos(x), 1.0, a, solver=scipy.optimize.fixed_point),
        lambda a: av.root(lambda x, a: x - a * np.cos(x), 1.0, a, solver=scipy.optimize.newton),
        lambda a: av.root(lambda x, a: x - a * np.cos(x), np.ones(1), a, solver=scipy.optimize.root)[0],
        lambda a: av.argmin(lambda x, a: x**2 / 2 - a * np.sin(x), 1.0, a, solver=scipy.optimize.minimize),
    ],
    ids=["fixed_point", "newton", "root", "minimize"],
)
def test_solvers_of_scipy(solve):
    assert solve(1.0) == pytest.approx(0.739085, abs=1e-5)
    assert av.grad(solve)(1.0) == pytest.approx(0.441611, abs=1e-5)


def test_truncated_unrolling():
    """The last k of many contractions by r: all but a share r^k of the derivative."""

    def solve(b, **options):
        return av.fixed_point(lambda x, b: 0.5 * x + b, 0.0, b, derivative="unrolled", **options)

    for k in (1, 2, 5):
        assert av.grad(lambda b, k=k: solve(b, last=k))(1.0) == pytest.approx(2 * (1 - 0.5**k))
        assert len(av.trace(lambda b, k=k: solve(b, last=k), 1.0)) <= 4 * k + 3
    assert av.grad(lambda b: solve(b, last=10_000))(1.0) == av.grad(solve)(1.0)
    assert av.grad(lambda a: square_root(a, derivative="unrolled", last=1))(2.0) == pytest.approx(8**-0.5)


def test_unrolled_starts_where_it_was_told_to():
    start = av.grad(
        lambda x0: av.fixed_point(lambda x: 0.5 * x, x0, derivative="unrolled", max_steps=3, tolerance=None)
    )
    assert start(1.0) == 0.125
    assert av.grad(lambda x0: av.fixed_point(lambda x: 0.5 * x, x0) * x0)(1.0) == pytest.approx(0.0, abs=1e-11)


def test_newton_unrolled_has_the_same_derivatives():
    def solve(a):
        return square_root(a, derivative="unrolled")

    assert av.grad(solve)(2.0) == pytest.approx(8**-0.5, rel=1e-14)
    assert av.grad(av.grad(solve))(2.0) == pytest.approx(-(2**-3.5), rel=1e-12)


def test_a_tape_runs_again_at_other_numbers():
    """What replays a tape (a slider, a check) solves again."""
    from advis.analysis.replay import rerun

    again = rerun(av.trace(cosine, 1.0), [1.2])
    assert again.value == pytest.approx(cosine(1.2), rel=1e-15)
    assert again.reverse().result == pytest.approx(av.grad(cosine)(1.2), rel=1e-14)
    assert av.check(square_root, 2.0).ok


def test_the_sweep_as_code():
    sweep = av.trace(lambda a: cosine(a) * a, 1.0).reverse()
    program = sweep.code()
    assert "fixed_point(a)" in program
    scope = {}
    exec(program, scope)
    assert scope["reverse"](**program.arguments) == sweep.result


def test_training_itself():
    """Through k steps of gradient descent, with respect to the learning rate and the data."""
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(10, 2)), rng.normal(size=10)

    def step(w, rate, X, y):
        return w - rate * av.grad(lambda w: np.mean((X @ w - y) ** 2))(w)

    def trained(rate, y, **options):
        w = av.fixed_point(step, np.zeros(2), rate, X, y, **options)
        return np.sum((X @ w - 1.0) ** 2)

    few = {"derivative": "unrolled", "max_steps": 5, "tolerance": None}
    rate, data = av.grad(lambda rate, y: trained(rate, y, **few), (0, 1))(0.1, y)
    assert rate == pytest.approx(slope(lambda rate: trained(rate, y, **few), (0.1,), (1.0,)), rel=1e-7)
    direction = rng.normal(size=10)
    assert data @ direction == pytest.approx(slope(lambda y: trained(0.1, y, **few), (y,), (direction,)), rel=1e-7)
    rate, data = av.grad(trained, (0, 1))(0.1, y)
    assert rate == pytest.approx(0.0, abs=1e-7)  # where training ends does not depend on how long its steps were
    exact = av.grad(lambda y: np.sum((X @ (np.linalg.pinv(X) @ y) - 1.0) ** 2))(y)
    np.testing.assert_allclose(data, exact, atol=1e-7)


def test_an_argument_may_stay_a_plain_number_where_no_derivative_by_it_is_asked_for():
    def f(x, a, count):
        for _ in range(int(count)):
            x = 0.5 * x + a
        return x

    assert av.fixed_point(f, 0.0, 3.0, 2) == pytest.approx(6.0)
    assert av.jvp(lambda a: av.fixed_point(f, 0.0, a, 2), (3.0,), (1.0,))[1] == pytest.approx(2.0)
    assert av.grad(lambda a: av.fixed_point(f, 0.0, a, 2))(3.0) == pytest.approx(2.0)


def test_nothing_to_solve_for_has_a_derivative_of_zero():
    by_a = av.grad(lambda a: np.sum(av.fixed_point(lambda x, a: 0.5 * x + a, np.zeros(0), a)) + a)(3.0)
    assert by_a == 1.0
