"""Relaxations: the hard function as their limit, their derivatives in both modes and at order two, extreme values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import advis as av
from advis import relax
from tests.autodiff.derivatives import directions, forward_of, gradient, inner, reverse_of, slope

X = np.array([-2.3, -0.7, 0.2, 0.9, 1.6, 3.1])
Y = np.array([0.4, -1.1, 2.2, 0.1, -0.3, 1.7])
TABLE = np.stack([X, Y[::-1] + 0.05])
EDGES = np.array([-2.0, -0.5, 0.3, 2.5])

ELEMENTWISE = {
    "step": (lambda x, w: relax.step(x, width=w), lambda x: np.heaviside(x, 0.5)),
    "where": (lambda x, w: relax.where(x, 3.0 * x, 7.0, width=w), lambda x: np.where(x > 0, 3.0 * x, 7.0)),
    "sign": (lambda x, w: relax.sign(x, width=w), np.sign),
    "round": (lambda x, w: relax.round(x, width=w), np.round),
    "abs": (lambda x, w: relax.abs(x, width=w), np.abs),
    "clip": (lambda x, w: relax.clip(x, -1.0, 2.0, width=w), lambda x: np.clip(x, -1.0, 2.0)),
    "clip below": (lambda x, w: relax.clip(x, low=-1.0, width=w), lambda x: np.maximum(x, -1.0)),
    "clip above": (lambda x, w: relax.clip(x, high=2.0, width=w), lambda x: np.minimum(x, 2.0)),
    "maximum": (lambda x, w: relax.maximum(x, Y, width=w), lambda x: np.maximum(x, Y)),
    "minimum": (lambda x, w: relax.minimum(x, Y, width=w), lambda x: np.minimum(x, Y)),
}
ORDER = {
    "sort": (lambda x, t: relax.sort(x, temperature=t), np.sort),
    "neuralsort": (lambda x, t: relax.sort(x, temperature=t, method="neuralsort"), np.sort),
    "permutation": (
        lambda x, t: relax.permutation(x, temperature=t),
        lambda x: np.eye(x.shape[-1])[np.argsort(x, axis=-1)],
    ),
    "rank": (lambda x, t: relax.rank(x, temperature=t), lambda x: 1.0 * np.argsort(np.argsort(x, axis=-1), axis=-1)),
    "one_hot": (lambda x, t: relax.one_hot(x, temperature=t), lambda x: np.eye(x.shape[-1])[np.argmax(x, axis=-1)]),
    "argmax": (lambda x, t: relax.argmax(x, temperature=t), lambda x: 1.0 * np.argmax(x, axis=-1)),
    "top_k": (
        lambda x, t: relax.top_k(x, 2, temperature=t),
        lambda x: 1.0 * (np.argsort(np.argsort(x, axis=-1), axis=-1) >= x.shape[-1] - 2),
    ),
    "median": (lambda x, t: relax.quantile(x, 0.5, temperature=t), lambda x: np.median(x, axis=-1)),
    "quantile": (
        lambda x, t: relax.quantile(x, 0.3, temperature=t),
        lambda x: np.quantile(x, 0.3, axis=-1, method="averaged_inverted_cdf"),
    ),
}
COUNTS = {
    f"histogram {method}": (
        lambda x, w, method=method: relax.histogram(x, EDGES, width=w, method=method)[0],
        lambda x, ends=ends: np.histogram(x, [*ends(EDGES)])[0],
    )
    for method, ends in (("kernel", lambda e: e), ("share", lambda e: (-np.inf, *e[1:-1], np.inf)))
}
ALL = {**ELEMENTWISE, **ORDER, **COUNTS}


@pytest.mark.parametrize("name", ALL)
def test_goes_to_the_hard_function(name):
    soft, hard = ALL[name]
    assert np.allclose(soft(X, 1e-4), hard(X), atol=1e-3)
    errors = [np.max(np.abs(soft(X, width) - hard(X))) for width in (0.3, 0.03, 0.003)]
    assert errors[0] > errors[1] >= errors[2]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [0.7, 0.05])
def test_derivatives_in_both_modes_and_at_order_two(name, width):
    soft, _ = ALL[name]

    def f(x, w):
        return soft(x, w)

    at = X, np.float64(width)
    tangents = directions(at, seed=1)
    adjoint = np.random.default_rng(2).normal(size=np.shape(soft(X, width)))
    expected = slope(f, at, tangents, step=1e-5)
    forward = forward_of(f, at, tangents)
    assert np.allclose(forward, expected, rtol=1e-6, atol=1e-7)
    assert np.isclose(inner(adjoint, forward), inner(reverse_of(f, at, adjoint), tangents), rtol=1e-11, atol=1e-12)

    def scalar(x):
        return np.sum(np.sin(f(x, width)) * adjoint)

    (v,) = directions((X,), seed=3)
    second = slope(av.grad(scalar), (X,), (v,), step=1e-5)
    assert np.allclose(av.hvp(scalar, (X,), (v,))[0], second, rtol=1e-5, atol=1e-5)
    nested = av.grad(lambda x: inner(av.grad(scalar)(x), v))(X)
    assert np.allclose(nested, second, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_a_traced_value_is_that_of_the_plain_array(name):
    soft, _ = ALL[name]
    tape = av.trace(lambda x: soft(x, 0.3), X)
    assert np.array_equal(tape.value, soft(X, 0.3))
    weights = np.cos(np.arange(1.0 * np.size(tape.value))).reshape(np.shape(tape.value))
    assert av.check(lambda x: np.sum(soft(x, 0.4) * weights), X).ok


@pytest.mark.parametrize("name", ORDER)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_along_an_axis(name, axis):
    kind = {"neuralsort": "sort", "median": "quantile"}.get(name, name)
    options = {"top_k": {"k": 1}, "quantile": {"q": 0.4}}.get(kind, {})

    def f(x, axis=-1):
        return getattr(relax, kind)(x, temperature=0.2, axis=axis, **options)

    rows = np.moveaxis(TABLE, axis, -1)
    expected = np.stack([f(row) for row in rows])
    if kind not in ("permutation", "argmax", "quantile"):
        expected = np.moveaxis(expected, -1, axis)
    assert np.allclose(f(TABLE, axis), expected)


@pytest.mark.parametrize("name", [*ELEMENTWISE, *ORDER])
@pytest.mark.parametrize("width", [1e-12, 1e12])
@pytest.mark.filterwarnings("error")
def test_extreme_values_stay_finite(name, width):
    soft, _ = ALL[name]
    for scale in (1e-9, 1.0, 1e9):
        y, pull = av.vjp(lambda x: soft(x, width), X * scale)
        (adjoint,) = pull(np.ones(np.shape(y)))
        assert np.all(np.isfinite(y)), scale
        assert np.all(np.isfinite(adjoint)), scale
        assert np.all(np.isfinite(av.jvp(lambda x: soft(x, width), (X * scale,), (X,))[1])), scale


@pytest.mark.filterwarnings("error")
def test_tails_are_exact():
    assert np.isclose(relax.step(-700.0, width=1.0), np.exp(-700.0), rtol=1e-12)
    assert np.isclose(av.grad(lambda x: relax.step(x, width=1.0))(300.0), np.exp(-300.0), rtol=1e-12)
    assert relax.step(1e300, width=1e-300) == 1.0
    assert relax.step(-1e300, width=1e-300) == 0.0
    assert av.grad(lambda x: relax.step(x, width=1e-300))(-1e300) == 0.0
    assert relax.one_hot(np.array([-np.inf, 1.0]), temperature=0.1).tolist() == [0.0, 1.0]


def test_one_width_fits_together():
    w = 0.37
    assert np.allclose(av.grad(lambda x: np.sum(relax.abs(x, width=w)))(X), relax.sign(X, width=w))
    assert np.allclose(av.grad(lambda x: np.sum(relax.maximum(x, 0.0, width=w)))(X), relax.step(X, width=w))
    bent = av.grad(lambda x: np.sum(relax.clip(x, -1.0, 2.0, width=w)))(X)
    assert np.allclose(bent, relax.step(X + 1.0, width=w) - relax.step(X - 2.0, width=w))
    assert np.allclose(relax.sign(X, width=w), 2 * relax.step(X, width=w) - 1)
    assert np.allclose(relax.round(X, width=1e4), X)


numbers = arrays(float, st.integers(2, 9), elements=st.floats(-1e3, 1e3))
widths = st.floats(1e-3, 1e3)


@given(numbers, widths)
def test_monotone_where_the_hard_function_is(x, width):
    x = np.sort(x)
    for f in (relax.step, relax.sign, relax.round, lambda x, width: relax.clip(x, -1.0, 1.0, width=width)):
        assert np.all(np.diff(f(x, width=width)) >= -1e-9)
    bent = relax.clip(x, -1.0, 1.0, width=width)
    assert np.all(np.abs(bent) <= 1.0 + 1e-9 * max(1.0, width))


@settings(max_examples=40)
@given(numbers, widths, st.randoms(use_true_random=False))
def test_order_does_not_ask_where_elements_stand(x, temperature, random):
    p = np.array(random.sample(range(len(x)), len(x)))
    for method in ("softsort", "neuralsort"):
        weights = relax.permutation(x, temperature=temperature, method=method)
        assert np.all(weights >= 0)
        assert np.allclose(np.sum(weights, axis=-1), 1.0)
        shuffled = relax.sort(x[p], temperature=temperature, method=method)
        assert np.allclose(shuffled, relax.sort(x, temperature=temperature, method=method), atol=1e-6)
    ranks = relax.rank(x, temperature=temperature)
    assert np.isclose(np.sum(ranks), len(x) * (len(x) - 1) / 2)
    assert np.allclose(relax.rank(x[p], temperature=temperature), ranks[p])
    assert np.all(np.diff(ranks[np.argsort(x)]) >= -1e-9)
    for k in range(1, len(x) + 1):
        chosen = relax.top_k(x, k, temperature=temperature)
        assert np.isclose(np.sum(chosen), k, atol=1e-6)
        assert np.all((chosen >= 0) & (chosen <= 1))


@settings(max_examples=40)
@given(numbers, widths, st.floats(0.01, 0.99))
def test_a_quantile_moves_with_its_elements(x, temperature, q):
    t = relax.quantile(x, q, temperature=temperature)
    assert np.isclose(np.mean(relax.step(t - x, width=temperature)), q, atol=1e-6)
    weights = av.grad(lambda x: relax.quantile(x, q, temperature=temperature))(x)
    assert np.all(weights >= 0)
    assert np.isclose(np.sum(weights), 1.0)
    assert np.isclose(relax.quantile(x + 5.0, q, temperature=temperature), t + 5.0, atol=1e-6)


@given(numbers, widths)
def test_what_histograms_keep(x, width):
    shared, _ = relax.histogram(x, EDGES, width=width, method="share")
    assert np.isclose(np.sum(shared), len(x))
    spread, _ = relax.histogram(x, EDGES, width=width)
    inside = np.sum(relax.step(x - EDGES[0], width=width) - relax.step(x - EDGES[-1], width=width))
    assert np.isclose(np.sum(spread), inside)
    assert np.all(spread >= 0)


def test_histogram_of_weighted_events_and_moving_edges():
    x, w = np.array([0.2, 0.6, 0.7, 1.4]), np.array([1.0, 2.0, 0.5, 3.0])
    for method in ("kernel", "share"):
        contents, edges = relax.histogram(x, 3, (0.0, 1.5), width=1e-4, weights=w, method=method)
        hard, expected = np.histogram(x, 3, (0.0, 1.5), weights=w)
        assert np.allclose(contents, hard)
        assert np.array_equal(edges, expected)

    def second(edges, w):
        return relax.histogram(x, edges, width=0.1, weights=w)[0][1]

    at = np.array([0.0, 0.5, 1.0, 1.5]), w
    tangents = directions(at, seed=4)
    assert np.isclose(inner(gradient(second, *at), tangents), slope(second, at, tangents), rtol=1e-6)
    assert np.array_equal(relax.histogram(x, width=0.1)[1], np.histogram(x)[1])


def test_ties_share():
    tied = np.array([1.0, 2.0, 2.0])
    assert np.allclose(relax.one_hot(tied, temperature=1e-3), [0, 0.5, 0.5])
    assert np.isclose(relax.argmax(tied, temperature=1e-3), 1.5)
    assert np.allclose(relax.rank(tied, temperature=1e-3), [0, 1.5, 1.5])
    assert np.allclose(relax.top_k(tied, 1, temperature=1e-3), [0, 0.5, 0.5])
    assert np.allclose(relax.sort(tied, temperature=1e-3), tied)


def test_single_precision_stays():
    x = X.astype(np.float32)
    for name in ("step", "sign", "round", "abs"):
        assert getattr(relax, name)(x, width=0.3).dtype == np.float32, name
    for name in ("sort", "rank", "one_hot"):
        assert getattr(relax, name)(x, temperature=0.3).dtype == np.float32, name
    assert relax.top_k(x, 2, temperature=0.3).dtype == np.float32
    assert relax.quantile(x, 0.5, temperature=0.3).dtype == np.float32


def test_plain_numbers_lists_and_integers_are_taken():
    assert relax.step([0, 1], width=1.0).tolist() == [0.5, relax.step(1.0, width=1.0)]
    assert np.isclose(relax.quantile([1, 2, 3], 0.5, temperature=0.1), 2.0)
    assert relax.histogram([1, 2], [0, 1.5, 3], width=0.01)[0].tolist() == [1.0, 1.0]


def test_a_tape_through_a_relaxation_is_shown_and_written():
    def f(x):
        return np.sum(relax.sort(x, temperature=0.5) * np.arange(6.0)) + relax.quantile(x, 0.5, temperature=0.3)

    tape = av.trace(f, X)
    assert "softmax" in str(tape)
    assert "σ(" in str(av.trace(lambda x: relax.step(x, width=0.2), 0.1))
    assert tape.reverse().film().steps
    code, space = tape.reverse().code(), {}
    exec(code, space)
    assert np.array_equal(space["reverse"](**code.arguments), tape.reverse().result)


BAD_WIDTHS = [0, 0.0, -1.0, np.nan, np.inf, "wide", np.array([0.1, -0.2])]


@pytest.mark.parametrize("width", BAD_WIDTHS, ids=str)
def test_a_width_is_positive(width):
    calls = {
        "step": lambda: relax.step(X, width=width),
        "where": lambda: relax.where(X, 1.0, 2.0, width=width),
        "sign": lambda: relax.sign(X, width=width),
        "round": lambda: relax.round(X, width=width),
        "abs": lambda: relax.abs(X, width=width),
        "maximum": lambda: relax.maximum(X, 0.0, width=width),
        "minimum": lambda: relax.minimum(X, 0.0, width=width),
        "clip": lambda: relax.clip(X, 0.0, 1.0, width=width),
        "histogram": lambda: relax.histogram(X, width=width),
    }
    for name, call in calls.items():
        with pytest.raises(ValueError, match=rf"relax\.{name}: width=.* is not a positive number"):
            call()


@pytest.mark.parametrize("temperature", BAD_WIDTHS, ids=str)
def test_a_temperature_is_positive(temperature):
    for name in ("sort", "rank", "permutation", "argmax", "one_hot", "top_k", "quantile"):
        more = {"top_k": (1,), "quantile": (0.5,)}.get(name, ())
        with pytest.raises(ValueError, match=rf"relax\.{name}: temperature=.* is not a positive number"):
            getattr(relax, name)(X, *more, temperature=temperature)


def test_bad_input_is_named():
    with pytest.raises(TypeError, match=r"relax\.step: the argument of shape \(6,\) holds true and false.*margin"):
        relax.step(X > 0, width=0.1)
    with pytest.raises(TypeError, match="give the margin instead"):
        av.trace(lambda x: relax.where(x > 0, x, 0.0, width=0.1), X)
    with pytest.raises(TypeError, match=r"relax\.sort takes real numbers"):
        relax.sort(X * 1j, temperature=0.1)
    with pytest.raises(ValueError, match=r"relax\.clip: x of shape \(6,\) was given no bound"):
        relax.clip(X, width=0.1)
    with pytest.raises(ValueError, match=r"relax\.clip: low=1\.0 is above high=0\.0"):
        relax.clip(X, 1.0, 0.0, width=0.1)
    with pytest.raises(ValueError, match=r"relax\.histogram: width of shape \(6,\) must be one number"):
        relax.histogram(X, width=np.ones(6))
    for k in (0, 7, 2.0, True):
        with pytest.raises(ValueError, match=r"relax\.top_k: k=.* from 1 to 6"):
            relax.top_k(X, k, temperature=0.1)
    for q in (0, 1.0, -0.1, np.array([0.5, 0.6])):
        with pytest.raises(ValueError, match=r"relax\.quantile: q="):
            relax.quantile(X, q, temperature=0.1)
    with pytest.raises(ValueError, match=r"relax\.sort: there is nothing along axis -1 of an array of shape \(\)"):
        relax.sort(1.0, temperature=0.1)
    with pytest.raises(ValueError, match=r"relax.sort: method='exact' is not known; choose from softsort, neuralsort"):
        relax.sort(X, temperature=0.1, method="exact")
    with pytest.raises(ValueError, match=r"method='soft' is not known; choose from kernel, share"):
        relax.histogram(X, width=0.1, method="soft")
    with pytest.raises(ValueError, match="must increase"):
        relax.histogram(X, [0.0, 1.0, 1.0], width=0.1)
    with pytest.raises(ValueError, match=r"weights of shape \(2,\) for 6 events"):
        relax.histogram(X, 3, width=0.1, weights=np.ones(2))
    with pytest.raises(ValueError, match=r"temperature of shape \(6,\) must be one number"):
        relax.sort(X, temperature=np.ones(6))


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_bin_far_from_its_event_holds_the_tail_of_the_density(side):
    """To the last digits, not the round-off of two numbers that are nearly 1."""
    width, event = 0.02, np.array([0.5 + side * 1.5])
    contents, _ = av.relax.histogram(event, np.array([0.0, 1.0]), width=width)
    near, far = np.exp(-1.0 / width), np.exp(-2.0 / width)
    np.testing.assert_allclose(contents, [near / (1 + near) - far / (1 + far)], rtol=1e-12)
    slope = av.grad(lambda x: av.relax.histogram(x, np.array([0.0, 1.0]), width=width)[0][0])(event)
    np.testing.assert_allclose(slope, -side * contents / width, rtol=1e-12)
