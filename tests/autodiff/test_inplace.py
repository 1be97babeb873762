"""Writing in place means what it means in NumPy: the same value, and both modes agree with finite differences."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from derivatives import directions, forward_of, inner, reverse_of, slope

import advis as av

Program = Callable[..., Any]
X = np.array([0.7, -1.3, 2.1, 0.4])
A = np.array([[0.5, -1.2, 0.3], [1.7, 0.2, -0.9]])


def items(x):
    y = np.zeros_like(x)
    for k in range(4):
        y[k] = x[k] ** 2 + (y[k - 1] if k else 1.0)
    return y


def slices(x):
    y = np.ones_like(x)
    y[1:] = x[:-1] * 2
    y[::2] += x[1::2]
    y[1:3] *= x[2:]
    y[-1] /= 3.0
    y[:2] -= 5.0
    return y * x


def overlapping(x):
    y = x * 1
    y[1:] += y[:-1]
    y[:] = y[::-1]
    return y


def input_is_written(x):
    x[0] = x[1] * x[2]
    x *= x[0]
    return x


def whole_array(x):
    y = x + 0
    alias = y
    y += x
    y -= 0.5
    y *= x
    y /= 2.0
    y **= 2
    return alias + y


def matrix_product(x):
    m = np.reshape(x, (2, 2)) * 1
    alias = m
    m @= np.array([[0.0, 1.0], [2.0, 3.0]])
    return alias


def fancy(x):
    y = np.zeros_like(x)
    y[[0, 2]] = x[1:3] * 3
    y[np.array([1, 3])] += x[:2]
    return y


def repeated_index(x):
    y = x * 2
    y[[1, 1, 3]] = x[:3] ** 2  # the last one stays
    y[[0, 0]] += x[2:]
    return y


def mask(x):
    y = x * x
    y[x < 0] = 0.0
    y[x > 1] *= x[x > 1]
    return y


def mask_of_booleans(x):
    chosen = x > 0
    chosen[2] = False
    chosen &= x < 5
    return np.where(chosen, x, x * x)


def item_is_broadcast(x):
    y = np.zeros_like(x, shape=(3, 4))
    y[:] = x * 2
    y[1] = x[0]
    y[:, 1] = x[:3]
    y[2:] = x[np.newaxis, np.newaxis]
    return y


def list_of_items(x):
    y = np.empty_like(x)
    y[:2] = [x[0] * x[1], 4.0]
    y[2:] = (x[2], x[3])
    return y


def full(x):
    y = np.full_like(x, x[1])
    y[0] = x[0] * y[3]
    z = np.full_like(x, 2.0)
    z[1:] *= y[1:]
    return y + z


def copies_are_apart(x):
    y = x.copy()
    z, w = np.copy(y), copy.deepcopy(y)
    f = x.flatten()
    f[1] = 9.0
    y[0] = 5.0
    z *= y
    unclipped = np.clip(x, None, None)
    unclipped.fill(x[2])
    z += unclipped
    return x * y + z * w + copy.copy(x).astype(float) + f


def a_view_is_written(x):
    y = x * 1
    v = y[1:]
    v[0] = x[3] ** 2
    v *= 3
    return y


def a_view_of_a_view_is_written(x):
    y = x * 1
    w = y[1:][::-1][:2]
    w[0] = x[0] * x[1]
    w += y[:2]
    return y * w[0]


def the_base_is_written(x):
    y = x * 1
    v, w = y[1:], y[::2]
    y[2] = x[0] ** 2
    z = v * 2
    y *= x
    return z + v + w[0]


def views_see_each_other(x):
    y = x * 1
    v, w = y[:3], y[1:]
    v[1] = x[3] * 2
    w[1] += v[1] * w[0]
    return np.sum(v) * w


def rearranged(x):
    y = x * 1
    m = y.reshape(2, 2)
    m[0, 1] = x[0] * 3
    m.T[0] *= x[1]
    m.ravel()[3] = x[2]
    np.swapaxes(m, 0, 1)[1, 0] += 1.0
    np.expand_dims(y, 0)[0, 0] = x[3]
    np.squeeze(y[np.newaxis])[2] += x[0]
    return y


def rows(x):
    m = np.outer(x, x)
    for k, row in enumerate(m):
        row *= k + x[k]
    first, second, *_ = m
    first += second
    return m


def swapped(x):
    m = np.reshape(x, (2, 2)) * 1
    m[0], m[1] = m[1], m[0]  # a well-known trap: rows are views
    y = x * 1
    y[0], y[1] = y[1], y[0]  # items are not
    return np.ravel(m) + y


def view_of_one_item(x):
    y = x * 1
    v = y[0, ...]
    v += x[1]
    w = y[1:2].reshape(())
    w[...] = x[3] ** 2
    return y


def arrays_of_one_number(x):
    a = np.where(x[0] > 0, x[1], x[2])
    b, c, d = a, a.copy(), np.zeros_like(x[0])
    a += x[3]
    d[...] = x[0]
    d *= 3
    return x * a + b - c * d


def numbers_are_not_arrays(x):
    a = x[0]
    b = a
    a += x[1]
    y = x * 1
    s = y[2]
    s *= 2
    return y * a + b * s


def in_a_function(x):
    def clear(y):
        y[1:3] = 0.0

    y = x * x
    clear(y)
    return y


def forward_substitution(x):
    L = np.array([[2.0, 0, 0, 0], [1, 3, 0, 0], [0.5, -1, 1, 0], [1, 2, 3, 4]]) * (1 + x[0] ** 2)
    y = np.zeros_like(x)
    for i in range(4):
        y[i] = (x[i] - L[i, :i] @ y[:i]) / L[i, i]
    return y


def of_a_matrix(x):
    y = np.zeros_like(x, shape=(3, 3))
    y[:2] = x
    y[:, 0] = y[1] * y[0]
    y[2] += x[0] @ x[1]
    y[1, 1:] **= 2
    return y


ON_VECTORS: list[Program] = [
    items, slices, overlapping, input_is_written, whole_array, matrix_product, fancy, repeated_index, mask,
    mask_of_booleans, item_is_broadcast, list_of_items, full, copies_are_apart, a_view_is_written,
    a_view_of_a_view_is_written, the_base_is_written, views_see_each_other, rearranged, rows, swapped, view_of_one_item,
    arrays_of_one_number, numbers_are_not_arrays, in_a_function, forward_substitution,
]  # fmt: skip
CASES = [pytest.param(f, X, id=f.__name__) for f in ON_VECTORS] + [pytest.param(of_a_matrix, A, id="of_a_matrix")]


def fresh(f: Program) -> Program:
    """The function on a copy of its argument: NumPy writes into what it is given."""
    return lambda x: f(x.copy())


@pytest.mark.parametrize(("f", "x"), CASES)
def test_value_is_that_of_numpy(f, x):
    before = x.copy()
    value = av.trace(f, x).value
    np.testing.assert_array_equal(value, fresh(f)(x))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(("f", "x"), CASES)
def test_both_modes(f, x):
    v = directions((x,), 1)
    u = np.random.default_rng(2).normal(size=np.shape(fresh(f)(x)))
    forward, reverse = forward_of(f, (x,), v), reverse_of(f, (x,), u)
    np.testing.assert_allclose(forward, slope(fresh(f), (x,), v), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(inner(u, forward), inner(reverse, v), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("f", "x"), CASES)
def test_order_two(f, x):
    def loss(x):
        y = f(x)
        return np.sum(y * y * y)

    (v,) = directions((x,), 3)
    (product,) = av.hvp(loss, (x,), (v,))
    np.testing.assert_allclose(product, slope(av.grad(loss), (x,), (v,)), rtol=1e-6, atol=1e-6)
    (again,) = av.vjp(av.grad(loss), x)[1](v)  # reverse over reverse: the Hessian is symmetric
    np.testing.assert_allclose(again, product, rtol=1e-9, atol=1e-9)


def test_names_continue():
    def f(x):
        y = np.zeros_like(x)
        y[0] = x[0] * 2
        y[1:] += x[1:]
        y *= 3
        x[0] = y[1]
        return np.sum(y * x)

    tape = av.trace(f, X)
    assert [node.name for node in tape if node.name.startswith(("x", "y"))] == ["x", "y", "y#2", "y#3", "y#4", "x#2"]
    assert tape["y#2"].expression == "y with [0] = v2"
    assert tape["y#2"].source.text == "y[0] = x[0] * 2"


def test_one_augmented_slice_is_one_assignment():
    def f(x):
        y = x * 1
        y[1:] += 2.0
        return y

    names = [node.primitive.name for node in av.trace(f, X)]
    assert names.count("setitem") == 1
    assert names[-1] == "setitem"


def test_a_view_that_nobody_uses_again_is_not_read_again():
    def f(x):
        y = x * 1
        view = y[1:]  # noqa: F841
        y[0] = 2.0
        return y

    assert [node.primitive.name for node in av.trace(f, X)].count("getitem") == 1


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda y, x: y.__iadd__(np.ones((2, 4))), ValueError, "non-broadcastable output operand"),
        (lambda y, x: y.__setitem__(7, x[0]), IndexError, "out of bounds"),
        (lambda y, x: y.__setitem__(slice(2), x[:3]), ValueError, "could not broadcast"),
        (lambda y, x: y.__iadd__(1j), TypeError, "same_kind"),
        (lambda y, x: np.argsort(y).__iadd__(0.5), TypeError, "same_kind"),
        (lambda y, x: np.argsort(y).__setitem__(0, x[0]), av.OffTape, "np.zeros_like"),
        (lambda y, x: np.broadcast_to(y, (2, 4)).__setitem__(0, 1.0), av.OffTape, "copy"),
        (lambda y, x: np.zeros(4).__setitem__(0, x[0]), av.OffTape, "np.zeros_like"),
        (lambda y, x: np.zeros(4).__iadd__(x), av.OffTape, "np.zeros_like"),
    ],
)
def test_what_cannot_be_written_is_refused(write, error, message):
    def f(x):
        write(x * 1, x)
        return x

    with pytest.raises(error, match=message):
        av.trace(f, X)


def test_integers_and_booleans_can_be_written():
    def f(x):
        order = np.argsort(x)
        order[0] = 3
        order += 1
        order[1:] -= 1
        return np.sum(x[order % 4] * x)

    assert av.trace(f, X).value == f(X.copy())
    np.testing.assert_allclose(av.grad(f)(X), [slope(fresh(f), (X,), (e,)) for e in np.eye(4)], rtol=1e-7)


def test_a_result_is_the_callers_own():
    def f(x):
        y = av.grad(lambda a: np.sum(a * a + x))(x)
        _, tangents = av.jvp(lambda a: (a + 0, a + 1), (x,), (x,))
        tangents[0][0] = 100.0
        y[1] = x[0]
        return y * x + tangents[1] + x

    np.testing.assert_allclose(av.grad(lambda x: np.sum(f(x)))(X), _slopes(f), rtol=1e-7)


def _slopes(f):
    return [slope(lambda x: np.sum(f(x.copy())), (X,), (e,)) for e in np.eye(4)]


def test_outer_array_written_in_an_inner_trace():
    def f(x):
        y = x * 1

        def inside(t):
            a = np.sum(t * t * y)
            y[0] = 3.0 * x[1]  # what was computed before keeps the value of before
            return a * a + y[0] * t

        return av.grad(inside)(x[2]) * y[0]

    np.testing.assert_allclose(av.trace(f, X).value, f(X.copy()))
    np.testing.assert_allclose(av.grad(f)(X), _slopes(f), rtol=1e-6, atol=1e-7)


def test_inner_value_in_an_outer_array():
    def f(x):
        def inside(t):
            y = np.zeros_like(x)
            y[0] = t
            y[1:] = x[1:] * t
            return np.sum(y * y)

        return av.grad(inside)(x[2])

    def by_hand(x):
        return 2 * x[2] * (1 + np.sum(x[1:] * x[1:]))

    assert av.trace(f, X).value == pytest.approx(by_hand(X))
    np.testing.assert_allclose(av.grad(f)(X), av.grad(by_hand)(X))


def test_inner_value_that_stays_in_an_outer_array_is_named():
    def f(x):
        y = x * 1

        def inside(t):
            y[0] = t
            return t * t

        return av.grad(inside)(x[2]) + y[0]

    with pytest.raises(av.OffTape, match="outlived its trace"):
        av.trace(f, X)


def test_a_pull_keeps_the_record_of_before():
    def f(x):
        y = x * 1
        _, pull = av.vjp(lambda a: a * a, y)
        y[0] = 100.0
        return pull(np.ones_like(x))[0]

    np.testing.assert_allclose(av.trace(f, X).value, 2 * X)


def test_in_place_without_source():
    tape = av.trace(slices, X, source=False)
    np.testing.assert_array_equal(tape.value, slices(X))


def test_many_writes_take_linear_time():
    def f(x):
        y = np.zeros_like(x, shape=(3000,))
        for k in range(1, 3000):
            y[k] = y[k - 1] + x
        return y[-1]

    assert av.grad(f)(2.0) == 2999.0


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_constant_that_changes_only_the_sign_of_a_zero_has_changed():
    def f(x):
        c = np.array([0.0, 1.0])
        before = x / c
        c[0] = -0.0
        return np.sum(x / c) + 0.0 * np.sum(np.isnan(before))

    np.testing.assert_array_equal(av.grad(f)(np.ones(2)), [-np.inf, 1.0])


def _zeros_of_nan(y):
    return np.nan_to_num(y, copy=False)


SAME_MEMORY = {
    "squeeze": np.squeeze,
    "method squeeze": lambda y: y.squeeze(),
    "method conj": lambda y: y.conj(),
    "astype without copy": lambda y: y.astype(float, copy=False),
    "np.astype without copy": lambda y: np.astype(y, float, copy=False),
    "nan_to_num": _zeros_of_nan,
    "ravel": np.ravel,
    "ravel backwards": lambda y: np.ravel(y[::-1]),
    "ravel of every other": lambda y: y[..., ::2].ravel(),
    "reshape backwards": lambda y: np.reshape(y[::-1], -1),
    "np.conj": np.conj,
    "astype": lambda y: y.astype(float),
}
"""What gives a view, the array itself or a copy, as NumPy sees fit."""


@pytest.mark.parametrize("take", SAME_MEMORY.values(), ids=SAME_MEMORY.keys())
@pytest.mark.parametrize("x", [X, A], ids=["vector", "matrix"])
@pytest.mark.parametrize("first", [True, False], ids=["written first", "read anew"])
def test_memory_is_shared_where_numpy_shares_it(take, x, first):
    def f(x):
        y = x * 1.0
        z = take(y)
        if first:
            z[-1] = np.sum(x)
        else:
            y *= 3.0
        return np.sum(y**2) + np.sum(z**3)

    assert av.trace(f, x).value == pytest.approx(f(x))
    v = np.linspace(-1.0, 1.0, x.size).reshape(x.shape)
    assert np.sum(av.grad(f)(x) * v) == pytest.approx(slope(f, (x,), (v,)))


def test_a_diagonal_sees_what_is_written_into_its_matrix():
    def f(x):
        m = np.outer(x, x)
        diagonals = np.diag(m), np.diagonal(m), np.linalg.diagonal(m)
        m[1] = 0.0
        return sum(np.sum(each) for each in diagonals)

    np.testing.assert_allclose(av.grad(f)(X), np.array([6.0, 0.0, 6.0, 6.0]) * X)
    with pytest.raises(av.OffTape, match=r"write into a copy of it: x.copy\(\)"):
        av.trace(lambda x: np.diag(np.outer(x, x)).sort(), X)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_trace_inside_another_keeps_the_layout_too(order):
    def f(x):
        y = x * 1.0
        back = y[::-1]
        back -= 0.25
        row = np.reshape(back, -1)  # a copy, since the rows stand in another order
        row *= 3.0
        return np.sum(np.sin(y)) + np.sum(row**2)

    x = np.asarray(A, order=order)
    v = np.linspace(-1.0, 1.0, x.size).reshape(x.shape)
    nested = av.jvp(av.grad(f), (x,), (v,))[1]
    np.testing.assert_allclose(nested, av.hvp(f, (x,), (v,))[0])
    assert np.sum(av.grad(f)(x) * v) == pytest.approx(slope(f, (x,), (v,)))
