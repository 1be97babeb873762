"""What a gradient does with memory: parts added in place, copies handed over, large copies used again."""

import gc
import threading
import weakref
from contextlib import suppress
from functools import partial

import numpy as np
import pytest

import advis as av
from advis.autodiff import pool
from advis.autodiff.primitives.part import Part
from advis.autodiff.primitives.reads import ANSWER, read_by
from advis.autodiff.primitives.rule import CONSTANT, shape_of
from advis.autodiff.recorder import Recorder
from advis.autodiff.structure import leaves
from advis.autodiff.transforms import gradient_on_the_tape
from tests.gallery import GALLERY


@pytest.fixture
def fresh_pool():
    """What the pool holds for this thread, emptied before and after."""
    held = pool._arrays()
    held.clear()
    yield held
    held.clear()


def large(value=1.0):
    return np.full(pool.LARGE // 8, value)


def test_large_copies_use_the_memory_of_those_that_nobody_holds(fresh_pool):
    array = large()
    first = pool.copied(array)
    second = pool.copied(array)
    assert first is not second  # the first is still held here
    del first
    third = pool.copied(array + 1)
    assert len(fresh_pool) == 2
    np.testing.assert_array_equal(third, array + 1)
    np.testing.assert_array_equal(second, array)


def test_a_view_keeps_its_memory(fresh_pool):
    view = pool.copied(large())[3:5]
    pool.copied(large(2.0))
    np.testing.assert_array_equal(view, [1.0, 1.0])


def test_the_pool_holds_a_bounded_amount(fresh_pool):
    count = 3 * pool.MOST // large().nbytes
    copies = [pool.copied(large(k)) for k in range(count)]
    assert sum(each.nbytes for each in fresh_pool) <= pool.MOST
    assert [copy[0] for copy in copies] == list(range(count))


def test_small_copies_and_tapes_leave_nothing_behind(fresh_pool):
    pool.copied(np.ones(3))
    value = weakref.ref(av.trace(np.sum, large()).values[0])
    assert not fresh_pool
    assert value() is None


def test_each_thread_has_a_pool_of_its_own(fresh_pool):
    found = []
    thread = threading.Thread(target=lambda: found.append((pool.copied(large()), len(pool._arrays()))))
    thread.start()
    thread.join()
    assert found[0][1] == 1
    assert not fresh_pool


def test_gradients_of_large_arrays_stay_what_they_were(fresh_pool):
    x, weights = large(2.0), large(3.0)

    def f(x):
        return np.sum(weights * x * x)

    gradient = av.grad(f)
    first = gradient(x)
    kept = first.copy()
    second = gradient(x + 1)
    first[:] = 0.0  # the caller's own
    np.testing.assert_array_equal(second, 6.0 * (x + 1))
    np.testing.assert_array_equal(kept, 6.0 * x)
    np.testing.assert_array_equal(gradient(x), kept)
    np.testing.assert_array_equal(weights, large(3.0))


def test_a_gradient_that_others_hold_too_is_copied():
    slope = np.array([1.0, 2.0])
    scaled = av.primitive(lambda x: np.sum(slope * x)).defvjp(lambda g, ans, x: slope)
    gradient = av.grad(lambda x: scaled(x))(np.ones(2))
    gradient[0] = 99.0
    np.testing.assert_array_equal(slope, [1.0, 2.0])
    a, b = av.grad(lambda x, y: np.sum((x + y) ** 2), (0, 1))(np.ones(2), np.ones(2))
    a[0] = 99.0
    np.testing.assert_array_equal(b, [4.0, 4.0])


def test_a_gradient_lets_go_what_it_has_used():
    seen = []

    def f(x):
        for _ in range(4):
            x = np.sin(x)
        return np.sum(x)

    watched = av.primitive(lambda x: x * 1.0, structure="diagonal").defvjp(
        lambda g, ans, x: (seen.append(sum(r() is not None for r in alive)), g)[1]
    )
    alive = []

    def traced(x):
        x = watched(x)
        for _ in range(4):
            x = np.sin(x)
            alive.append(weakref.ref(x.value))
        return np.sum(x)

    expected = av.grad(f)(np.ones(3))
    np.testing.assert_array_equal(av.grad(traced)(np.ones(3)), expected)
    assert seen == [0]  # when the sweep arrives at the first operation, the values of the others are gone
    alive.clear()
    tape = av.trace(traced, np.ones(3))
    tape.reverse()
    assert seen[-1] == 4  # a tape keeps them


@pytest.fixture
def lean_always(monkeypatch):
    """Every array counts as large."""
    monkeypatch.setattr(pool, "LARGE", 0)


@pytest.mark.usefixtures("lean_always", "fresh_pool")
@pytest.mark.parametrize("name", sorted(GALLERY))
def test_a_gradient_needs_only_what_its_rules_read(name):
    f, arguments = GALLERY[name]
    every = tuple(range(len(arguments)))
    whole = av.trace(lambda *args: total(f(*args)), *arguments).reverse().result
    lean = av.grad(lambda *args: total(f(*args)), every)(*arguments)
    for a, b in zip(flat(lean), flat(whole), strict=True):
        np.testing.assert_array_equal(a, b)


def total(result):
    return sum(np.sum(np.tanh(leaf)) for _, leaf in leaves(result))


def flat(result):
    return [leaf for _, leaf in leaves(result)]


@pytest.mark.usefixtures("lean_always", "fresh_pool")
def test_values_that_no_rule_reads_go_while_the_function_runs():
    alive, seen = [], []

    def f(x):
        for _ in range(3):
            x = x + 1.0
            alive.append(weakref.ref(x.value))
        y = np.exp(x)
        alive.append(weakref.ref(y.value))
        z = y * 2.0 - y
        alive.append(weakref.ref(z.value))
        seen.append([each() is not None for each in alive])
        return np.sum(z)

    np.testing.assert_allclose(av.grad(f)(np.ones(3)), np.exp(4.0) * np.ones(3))
    assert seen == [[False, False, True, True, True]]  # x and z by their names, y because exp reads it


@pytest.mark.usefixtures("lean_always", "fresh_pool")
def test_a_value_is_taken_back_when_a_later_rule_reads_it():
    def f(x):
        y = x + 1.0  # no rule reads it so far
        z = y - 2.0
        return np.sum(y * z) + np.sum(np.where(y > 1.5, y**3, z))

    x = np.array([0.0, 1.0, 2.0])
    np.testing.assert_array_equal(av.grad(f)(x), av.trace(f, x).reverse().result)
    value, found = av.value_and_grad(lambda x: (np.sum(x), (x + 1.0, x * x)), has_aux=True)(x)
    np.testing.assert_array_equal(value[1][0], x + 1)
    np.testing.assert_array_equal(value[1][1], x * x)
    np.testing.assert_array_equal(found, np.ones(3))


def test_what_a_rule_reads_is_found_in_its_code():
    def helped(g, ans, x, y, axis):
        return [g * part for part in (x, y)][axis]

    assert read_by([lambda g, ans, x: np.reshape(g, shape_of(x))], 1) == set()
    assert read_by([lambda g, ans, x, y: g * y, lambda g, ans, x, y: g / ans], 2) == {ANSWER, 1}
    assert read_by([partial(helped, axis=0)], 2) == {0, 1}
    assert read_by([lambda g, ans, x, y: (lambda: g * y)()], 2) == {1}
    assert read_by([lambda g, ans, *xs: g], 2) == {ANSWER, 0, 1}
    assert read_by([partial(lambda place, g, ans, x: g, 0)], 1) == {ANSWER, 0}
    assert read_by([np.multiply], 1) == {ANSWER, 0}


def test_a_part_adds_up():
    part = Part(np.array([1.0, 2.0]), [0, 0], (3,), basic=False)
    np.testing.assert_array_equal(part.dense(), [3.0, 0.0, 0.0])
    total = np.ones(3)
    Part(5.0, 1, (3,), basic=True).add_to(total)
    np.testing.assert_array_equal(total, [1.0, 6.0, 1.0])


def test_reading_elements_adds_to_one_array(monkeypatch):
    made = []
    begun = Part.begun
    monkeypatch.setattr(Part, "begun", lambda self, dtype: made.append(self.shape) or begun(self, dtype))
    x = np.arange(50.0)

    def f(x):
        total = 0.0
        for k in range(50):
            total = total + x[k] * x[-1 - k]
        return total

    np.testing.assert_allclose(av.grad(f)(x), 2 * x[::-1])
    assert made == [(50,)]
    np.testing.assert_allclose(av.hessian(f)(x), 2 * np.eye(50)[::-1])


@pytest.mark.parametrize(
    "index",
    [
        slice(1, None),
        slice(None, -1),
        slice(2, 4),
        slice(4, 2),
        slice(-9, 99),
        slice(None, None, 2),
        slice(3, 0, -1),
        1,
    ],
    ids=repr,
)
@pytest.mark.parametrize("shape", [(5,), (5, 2)])
def test_an_adjoint_begins_as_zeros_to_which_a_part_is_added(index, shape):
    amount = np.full(np.zeros(shape)[index].shape, -0.0)
    amount.reshape(-1)[:1] = 3.0
    expected = np.zeros(shape)
    expected[index] += amount
    begun = Part(amount, index, shape, True).begun(np.dtype(float))
    np.testing.assert_array_equal(begun, expected)
    np.testing.assert_array_equal(np.signbit(begun), np.signbit(expected))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_parts_and_whole_adjoints_meet_in_any_order(order):
    terms = [lambda x: np.sum(x**2), lambda x: x[0] * x[2], lambda x: np.sum(x[[1, 1]] * x[1:])]
    x = np.array([1.0, 2.0, 3.0])
    expected = np.array([2 * 1 + 3, 4 + 2 * 2 + 3, 6 + 1 + 2])

    def f(x):
        chosen = [terms[k] for k in (*order, 2)]
        return sum(term(x) for term in chosen)

    np.testing.assert_allclose(av.grad(f)(x), expected)
    np.testing.assert_allclose(av.trace(f, x).reverse(np.array([1.0, 2.0])).result, [expected, 2 * expected])


def test_second_derivatives_run_on_the_tape_of_the_function():
    def f(x, y):
        return np.sum(x**2.0 * y) + y

    x, y = np.array([1.0, 2.0]), 3.0
    product = av.hvp(f, (x, y), (np.array([1.0, 0.0]), 2.0))
    np.testing.assert_allclose(product[0], [2 * 3 + 2 * 1 * 2, 2 * 2 * 2])
    assert product[1] == 2 * 1
    # an exponent that is an argument is differentiated, too
    second = av.hessian(lambda a: a[0] ** a[1])(np.array([3.0, 2.0]))
    np.testing.assert_allclose(second[0, 1], 3 * (1 + 2 * np.log(3.0)))


def test_second_derivatives_of_what_does_not_depend_on_the_argument():
    assert av.hvp(lambda x: 1.0, (2.0,), (1.0,)) == (0.0,)
    np.testing.assert_array_equal(av.hessian(lambda x: x[0])(np.ones(2)), np.zeros((2, 2)))

    def inner(x):
        return av.hvp(lambda y: x, (2.0,), (1.0,))[0] + x

    assert av.grad(inner)(3.0) == 1.0


@pytest.mark.parametrize(
    ("verb", "transform"),
    [
        ("hvp", lambda f: av.hvp(f, (np.ones(2),), (np.ones(2),))),
        ("hessian", lambda f: av.hessian(f)(np.ones(2))),
        ("value_and_grad", lambda f: av.value_and_grad(f)(np.ones(2))),
    ],
)
def test_what_wants_one_real_number_says_so_by_name(verb, transform):
    def doubled(x):
        return 2 * x

    with pytest.raises(TypeError, match=rf"^{verb}: doubled must return one number, not y of shape \(2,\)"):
        transform(doubled)
    with pytest.raises(TypeError, match="one real number"):
        transform(lambda x: np.sum(x * 1j))


_TABLE = np.arange(6.0).reshape(2, 3) / 4


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(np.exp(3.0 * x)),
        lambda x: np.sum(np.exp(x) + _TABLE),  # x is repeated to meet the table
        lambda x: np.sum(np.exp(x[:, None]) * np.ones(2)),
        lambda x: np.sum(-(x[:1] + x)),
        lambda x: np.sum((2.0 * x + 1.0) ** 2) + np.sum(2.0 * x + 1.0),
        lambda x: sum(part(2.0 * x) for part in (np.sum, lambda y: y[0] * y[1], np.mean)),
        lambda x: sum(part(2.0 * x) for part in (lambda y: y[0] * y[1], np.sum)),
        lambda x: np.sum(np.where(x > 0.2, 2.0 * x, x)) + np.max(-x),
        lambda x: np.sum(np.abs(x * (1 + 2j)) ** 2 + np.real(1j * x)),
        lambda x: np.sum(np.tanh(x)) * np.sum(x),
        lambda x: np.sum(np.outer(x, x)) + np.sum(np.cumsum(-x)),
    ],
)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_one_number_stands_for_equal_adjoints_and_changes_no_bit(f, kind):
    def twice(x):
        y = 2.0 * x  # several uses of one value whose adjoint begins as a number
        return f(y) + np.sum(y) + np.sum(y)

    x = np.array([0.1, -0.4, 0.9], kind)
    for program in (f, twice):
        found = av.grad(program)(x)
        np.testing.assert_array_equal(found, av.trace(program, x).reverse().result)
        assert found.dtype == kind
    order_two = av.jacobian(av.grad(f))(x)
    np.testing.assert_allclose(av.hessian(f)(x), order_two, rtol=1e-5 if kind is np.float32 else 1e-12)


def test_equal_adjoints_take_no_array_in_the_graph_of_a_gradient():
    tape = av.trace(av.grad(lambda x: np.sum(np.cos(2.0 * (1.0 + x)))), np.ones(3))
    assert [node for node in tape if node.primitive is CONSTANT and np.shape(node.value)] == []


def test_what_a_second_derivative_does_not_need_is_left_out():
    calls = []

    def jvp(t, ans, x):
        calls.append(x)
        return t

    twice = av.primitive(lambda x: 2.0 * x)
    twice.defvjp(lambda g, ans, x: 2.0 * g)
    twice.defjvp(jvp)
    assert av.hvp(lambda x: twice(x * x), (3.0,), (1.0,)) == (4.0,)
    assert not calls  # the value of f is no part of its gradient


def test_second_derivatives_through_slices_whose_bounds_are_numpys():
    def f(x, start):
        return np.sum(x[start : np.int64(3)] ** 3 * x[:2])

    x = np.array([1.0, 2.0, 3.0])
    expected = av.jacobian(av.grad(lambda x: f(x, 1)))(x)
    for start in (1, np.int64(1), np.array(1), True):
        np.testing.assert_array_equal(av.hessian(lambda x, start=start: f(x, start))(x), expected)


def test_a_gradient_on_the_tape_by_a_value_that_was_computed_there():
    def f(z):
        return gradient_on_the_tape("f", lambda x: np.sum(x**3), 0)(2.0 * z)

    z = np.array([1.0, 2.0])
    np.testing.assert_array_equal(av.trace(f, z).value, 12 * z**2)
    np.testing.assert_array_equal(av.jacobian(f)(z), np.diag(24 * z))


def held(x):
    """Traced values in a closure, in defaults, in a container."""
    return av.checkpoint(lambda y, *, pair: np.sum(np.sin(x) * y * pair["b"]))(x * x, pair={"b": x + 1.0})


def stepped(a):
    return av.odeint(lambda y, t: -a * y, a, np.linspace(0.0, 1.0, 4), derivative="continuous")[-1]


def off_the_tape(x):
    np.zeros(3)[0] = x


GONE = {
    "grad": lambda: av.grad(lambda x: np.sum(x[1:] * np.cos(x)[:-1]))(np.ones(4)),
    "hvp": lambda: av.hvp(lambda x: np.sum(x**3), (np.ones(4),), (np.ones(4),)),
    "grad of grad": lambda: av.grad(lambda x: np.sum(av.grad(lambda x: np.sum(x**3))(x)))(np.ones(4)),
    "checkpoint": lambda: av.grad(held)(np.ones(4)),
    "checkpoint in a Hessian": lambda: av.hessian(held)(np.ones(4)),
    "fixed_point": lambda: av.grad(lambda a: av.fixed_point(lambda x: np.cos(a * x), a))(0.7),
    "root in a Hessian": lambda: av.hessian(lambda a: av.root(lambda x, a: x * x - a, 1.5, a))(2.0),
    "argmin": lambda: av.grad(lambda a: av.argmin(lambda x, a: (x - a) ** 2 + x**4, 1.0, a))(2.0),
    "odeint": lambda: av.grad(stepped)(0.7),
    "an attribute that is missed": lambda: av.grad(lambda x: x.nothing)(1.0),
    "an error that NumPy hides": lambda: av.grad(off_the_tape)(1.0),
}


@pytest.mark.parametrize("run", GONE.values(), ids=GONE.keys())
def test_a_record_goes_at_once(run):
    """Without waiting for the collector of cycles, which comes late where arrays are large and few."""

    def records():
        return sum(isinstance(item, Recorder) for item in gc.get_objects())

    with suppress(av.OffTape, AttributeError):
        run()
    gc.collect()
    gc.disable()
    try:
        before = records()
        with suppress(av.OffTape, AttributeError):
            run()
        assert records() == before
    finally:
        gc.enable()
