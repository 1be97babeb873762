"""What happens around a trace: long tapes, memory, exceptions, threads, values that escape."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest

import advis as av
from advis.autodiff.recorder import active_recorders


def halves(x, count):
    y = x
    for _ in range(count):
        y = (y + y) / 2
    return y


def test_a_hundred_thousand_nodes():
    tape = av.trace(lambda x: halves(x, 50_000), 3.0)
    assert len(tape) > 100_000
    assert tape.value == 3.0
    assert tape.reverse().result == tape.forward(x=1.0).result == 1.0
    assert tape.names[-1]


def median_seconds(count):
    times = []
    for _ in range(5):
        start = time.process_time()
        av.trace(lambda x: halves(x, count), 3.0, source=False).reverse()
        times.append(time.process_time() - start)
    return sorted(times)[2] / count


def test_time_is_linear_in_the_length():
    assert median_seconds(20_000) < 4 * median_seconds(1000)


@pytest.fixture
def without_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def arrays_of(tape):
    return [weakref.ref(value) for value in tape.values if isinstance(value, np.ndarray)]


def mixed(x):
    y = np.zeros_like(x)
    view = y[1:]
    y[0] = np.sum(np.exp(x))
    view *= x[1:]
    return np.sum(y * view[0])


@pytest.mark.usefixtures("without_collector")
def test_memory_returns_with_the_tape():
    tape = av.trace(mixed, np.ones(3))
    arrays = arrays_of(tape)
    forward, reverse = tape.forward(np.ones(3)), tape.reverse()
    assert tape["x#1"].adjoint is not None
    assert str(tape) != str(reverse)
    assert [step.contributions for step in forward.steps] + [step.node.source for step in reverse.steps]
    assert arrays
    assert all(array() is not None for array in arrays)
    del tape, forward, reverse
    assert not any(array() is not None for array in arrays)


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize(
    "use",
    [
        av.grad(mixed),
        av.hessian(mixed),
        av.jacobian(lambda x: np.exp(x)),
        lambda x: av.hvp(mixed, (x,), (x,)),
        lambda x: av.jvp(mixed, (x,), (x,)),
        lambda x: av.vjp(mixed, x)[1](1.0),
    ],
    ids=["grad", "hessian", "jacobian", "hvp", "jvp", "vjp"],
)
def test_transforms_leave_no_cycles(use):
    use(np.ones(3))  # what is cached by code is cached now
    gc.collect()
    use(np.ones(3))
    assert gc.collect() == 0


@pytest.mark.usefixtures("without_collector")
def test_memory_returns_after_an_exception():
    seen = []

    def f(x):
        seen.append(weakref.ref((x * 2).value))
        y = np.exp(x)
        seen.append(weakref.ref(y.value))
        return np.zeros(y[0])

    with pytest.raises(TypeError) as caught:
        av.trace(f, np.ones(3))
    del caught
    assert not any(array() is not None for array in seen)


def test_exceptions_leave_no_state():
    def fails(x):
        with av.block("inside"):
            av.grad(lambda t: 1 / 0)(x)

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            av.trace(fails, 2.0)
        assert active_recorders() == []
    assert av.trace(lambda x: x * x, 2.0)[-1].blocks == ()
    assert av.grad(lambda x: x * x)(2.0) == 4.0


def test_threads_trace_at_the_same_time():
    barrier, results = threading.Barrier(4), {}

    def work(number):
        def f(x):
            with av.block(f"thread {number}"):
                y = np.zeros_like(x)
                for _ in range(50):
                    y[number] += x[number] * av.grad(lambda t: t * t * t)(x[0])
            return y

        barrier.wait()
        tapes = [av.trace(f, np.arange(1.0, 5.0)) for _ in range(10)]
        results[number] = [(tape.value, tape.reverse(np.ones(4)).result, len(tape), tape[-1].blocks) for tape in tapes]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 1, 2, 3]
    for number, runs in results.items():
        x = np.arange(1.0, 5.0)
        expected = np.where(x == x[number], 150 * x * x[0] ** 2, 0)
        slope = np.where(x == x[number], 150 * x[0] ** 2, 0) + np.eye(4)[0] * 300 * x[number]
        for value, gradient, length, blocks in runs:
            np.testing.assert_allclose(value, expected)
            np.testing.assert_allclose(gradient, slope)
            assert length == runs[0][2]
            assert blocks[:1] == (f"thread {number}",)


@pytest.mark.parametrize(
    "use",
    [
        lambda y: y + 1, lambda y: np.sin(y), lambda y: y[0], lambda y: y.__setitem__(0, 1.0),
        lambda y: y.__iadd__(1.0), lambda y: np.reshape(y, (1, 3)), lambda y: bool(y[0] > 0), lambda y: np.ones(3) * y,
        lambda y: y.copy() * 2,
        lambda y: np.zeros_like(y), lambda y: av.trace(lambda t: np.sum(t * y), 2.0), lambda y: av.grad(np.sum)(y),
        lambda y: av.trace(lambda t: (t, y), 2.0),
    ],
)  # fmt: skip
def test_a_value_that_escapes_is_named(use):
    kept = []

    def leaking(x):
        kept.append(x * 2)
        return x

    av.trace(leaking, np.ones(3))
    with pytest.raises(av.OffTape, match="made while leaking was being recorded"):
        use(kept[0])


def test_a_view_that_escapes_outdated_is_named():
    kept = []

    def leaking(x):
        y = x * 2
        kept.append(y[1:])
        y[:] = 0.0
        return y

    av.trace(leaking, np.ones(3))
    with pytest.raises(av.OffTape, match="made while leaking was being recorded"):
        kept[0] + 1
