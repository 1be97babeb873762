"""Functions of many arguments: sweeps take time in proportion to their number, and give the same as the rules."""

from __future__ import annotations

import numpy as np
import pytest

import advis as av

OPERATIONS = {"stack": np.stack, "concatenate": np.concatenate}


def several(operation, axis):
    """Five arrays beside each other: one used twice, one constant."""

    def f(a, b, c):
        return np.square(operation([np.sin(a) * b, b * 2.0, np.ones_like(c), c * a, a], axis=axis))

    return f


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_both_modes_one_seed_and_several_and_the_code_agree(name, axis):
    f = several(OPERATIONS[name], axis)
    draw = np.random.default_rng(1)
    point = [draw.normal(size=(2, 3)) for _ in range(3)]
    assert av.check(f, *point).ok
    tape = av.trace(f, *point)
    tangents, adjoints = draw.normal(size=(4, 2, 3)), draw.normal(size=(4, *tape.outputs[0].shape))
    many, back = tape.forward(a=tangents), tape.reverse(adjoints)
    for k in range(4):
        one, other = tape.forward(a=tangents[k]), tape.reverse(adjoints[k])
        assert np.array_equal(many.result[k], one.result)
        assert all(
            np.array_equal(all_of_it[k], alone) for all_of_it, alone in zip(back.result, other.result, strict=True)
        )
        for sweep in (one, other):
            names: dict = {}
            exec(text := sweep.code(), names)
            again = names[sweep.direction](**text.arguments)
            assert all(map(np.array_equal, again, sweep.result)), text


@pytest.mark.parametrize("name", OPERATIONS)
def test_second_derivatives(name):
    f = several(OPERATIONS[name], 0)
    point = [np.random.default_rng(2).normal(size=(2, 3)) for _ in range(3)]
    assert av.check(lambda *args: np.sum(np.sin(av.grad(lambda *more: np.sum(f(*more)))(*args))), *point).ok


@pytest.mark.parametrize("operation", OPERATIONS.values())
def test_a_recorded_sweep_has_a_node_or_two_for_each_argument(operation):
    """The rules one by one would put every argument's tangent between as many zeros."""

    def f(x):
        return operation([np.reshape(x * k, (1,)) for k in range(50)]).sum()

    for derivative in (lambda x: av.jvp(f, (x,), (1.0,))[1], av.grad(f)):
        assert len(av.trace(derivative, 0.7)) < 50 * 7


def test_contributions_are_those_of_the_rules():
    tape = av.trace(lambda x, y: np.stack([x, y, x * y, 1.0]).sum(), 2.0, 5.0)
    for sweep in (tape.forward(x=1.0, y=3.0), tape.reverse()):
        (step,) = [step for step in sweep.steps if step.node.primitive.name == "stack"]
        for flow in step.contributions:
            apply, end = (
                (flow.partial.jvp, flow.source) if sweep.direction == "forward" else (flow.partial.vjp, step.node)
            )
            assert np.array_equal(flow.amount, apply(sweep[end.index]))


def test_a_wrong_rule_is_asked_all_the_same():
    """What a bug replaces is called, argument by argument."""
    tape = av.trace(lambda x: np.stack([x, 2 * x, 3 * x, x]).sum(), 2.0)
    node = next(node for node in tape if node.primitive.name == "stack")
    assert tape.reverse().result == 7.0
    assert av.sabotage(tape, node, "sign").reverse().result != 7.0
