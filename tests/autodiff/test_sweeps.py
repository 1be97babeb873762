"""Both sweeps: seeds of every kind, steps and contributions, long chains, and what reverse accumulation conserves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import advis as av


def pair(x: Any, w: Any) -> Any:
    h = np.tanh(w @ x)
    return h * h, np.sum(h)


X, W = np.array([0.5, -1.0, 2.0]), np.array([[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]])


@pytest.fixture
def tape() -> av.Tape:
    return av.trace(pair, X, W)


# -- seeds


def test_matrix_of_seeds_gives_columns_forward(tape: av.Tape) -> None:
    columns = tape.forward(x=np.eye(3)).result
    assert [part.shape for part in columns] == [(3, 2), (3,)]
    for k, one in enumerate(np.eye(3)):
        vector, number = tape.forward(x=one).result
        np.testing.assert_array_equal(columns[0][k], vector)
        assert columns[1][k] == number


def test_matrix_of_seeds_gives_rows_in_reverse(tape: av.Tape) -> None:
    seeds = np.arange(8.0).reshape(4, 2) / 7, np.arange(4.0)
    by_x, by_w = tape.reverse(seeds).result
    assert (by_x.shape, by_w.shape) == ((4, 3), (4, 2, 3))
    for k in range(4):
        x, w = tape.reverse((seeds[0][k], seeds[1][k])).result
        np.testing.assert_array_equal(by_x[k], x)
        np.testing.assert_array_equal(by_w[k], w)


@pytest.mark.parametrize("shapes", [(a, b) for a in ((3,), (5, 3), (2, 5, 3)) for b in ((3,), (3, 7), (2, 3, 7))])
def test_several_seeds_through_a_product_are_those_of_sweeps_of_their_own(shapes: Any) -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape) for shape in shapes)
    tape = av.trace(lambda a, b: a @ b, a, b)
    for name, value in (("a", a), ("b", b)):
        seeds = rng.normal(size=(4, *value.shape))
        many = tape.forward(**{name: seeds}).result
        np.testing.assert_array_equal(many, [tape.forward(**{name: seed}).result for seed in seeds])
    seeds = rng.normal(size=(4, *np.shape(tape.value)))
    one_by_one = [tape.reverse(seed).result for seed in seeds]
    for many, each in zip(tape.reverse(seeds).result, zip(*one_by_one, strict=True), strict=True):
        np.testing.assert_array_equal(many, each)


def test_several_seeds_for_numbers() -> None:
    tape = av.trace(lambda x, y: x * y, 2.0, 5.0)
    np.testing.assert_array_equal(tape.forward(x=np.array([1.0, 0.0]), y=[0.0, 1.0]).result, [5, 2])
    by_x, by_y = tape.reverse([1.0, 2.0, 3.0]).result
    np.testing.assert_array_equal(by_x, [5, 10, 15])
    np.testing.assert_array_equal(by_y, [2, 4, 6])


def test_one_seed_in_a_stack_keeps_its_axis(tape: av.Tape) -> None:
    assert tape.forward(x=np.ones((1, 3))).result[0].shape == (1, 2)


def test_no_seeds_at_all() -> None:
    tape = av.trace(lambda x: x * 2, np.zeros(0))
    assert tape.forward(np.eye(0)).result.shape == (0, 0)
    assert tape.reverse(np.eye(0)).result.shape == (0, 0)


def test_what_has_no_seed_is_zero(tape: av.Tape) -> None:
    sweep = tape.forward(x=X)
    np.testing.assert_array_equal(sweep["w"], np.zeros((2, 3)))
    np.testing.assert_array_equal(sweep.seed["w"], np.zeros((2, 3)))
    many = tape.forward(x=np.eye(3))
    assert many["w"].shape == (3, 2, 3)


def test_positional_seeds_and_names_agree(tape: av.Tape) -> None:
    by_place = tape.forward(X, 2 * W).result
    by_name = tape.forward(w=2 * W, x=X).result
    np.testing.assert_array_equal(by_place[0], by_name[0])


def test_containers_as_seeds() -> None:
    def f(params: dict[str, Any], x: Any) -> Any:
        return [params["w"] * x, {"b": params["b"][0] + x}]

    tape = av.trace(f, {"w": 2.0, "b": [3.0]}, 5.0)
    assert tape.forward({"b": [10.0], "w": 1.0}, 0.0).result == [5.0, {"b": 10.0}]
    assert tape.forward(params={"w": 1.0, "b": [0.0]}).result == [5.0, {"b": 0.0}]
    assert tape.forward(**{"params.b[0]": 1.0}).result == [0.0, {"b": 1.0}]
    assert tape.reverse([1.0, {"b": 2.0}]).result == ({"w": 5.0, "b": [2.0]}, 4.0)


def test_scalar_function_needs_no_seed() -> None:
    assert av.trace(lambda x: x * x, 3.0).forward().result == 6.0
    assert av.trace(lambda p: p["x"] * 2, {"x": 3.0}).forward().result == 2.0
    assert av.trace(lambda x: [x * x], 3.0).reverse().result == 6.0


def test_seed_of_a_sweep_is_kept(tape: av.Tape) -> None:
    sweep = tape.reverse((np.array([1.0, 2.0]), 3.0))
    first, second = sweep.seed
    np.testing.assert_array_equal(sweep.seed[first], [1, 2])
    assert sweep.seed[second] == 3.0
    assert sweep.direction == "reverse"
    assert sweep.tape is tape


# -- outputs


def test_output_that_is_an_input() -> None:
    tape = av.trace(lambda x, y: (x, x * y), 2.0, 3.0)
    assert tape.value == (2.0, 6.0)
    assert tape.reverse((10.0, 1.0)).result == (13.0, 2.0)
    assert tape.forward(x=1.0).result == (1.0, 3.0)


def test_identity() -> None:
    tape = av.trace(lambda x: x, 2.0)
    assert (tape.reverse().result, tape.forward().result) == (1.0, 1.0)
    assert len(tape.reverse().steps) == 0


def test_the_same_node_twice_among_the_outputs() -> None:
    def f(x: Any) -> Any:
        y = x * x
        return y, {"again": y}

    tape = av.trace(f, 3.0)
    assert tape.reverse((1.0, {"again": 10.0})).result == 66.0
    assert tape.forward(1.0).result == (6.0, {"again": 6.0})


def test_output_that_depends_on_no_input() -> None:
    tape = av.trace(lambda x: (np.ones(3) * 2, np.floor(x), 7, x * 1), np.array([1.5, 2.5]))
    forward = tape.forward(np.ones(2)).result
    assert [np.shape(part) for part in forward] == [(3,), (2,), (), (2,)]
    assert not any(np.any(part) for part in forward[:3])
    np.testing.assert_array_equal(tape.reverse((np.ones(3), np.ones(2), 1.0, np.ones(2))).result, [1, 1])
    assert len(tape.notes) == 3
    assert all("does not depend on any input" in note for note in tape.notes)
    assert str(tape).count("does not depend on any input: its derivative is 0") == 3


def test_constant_function() -> None:
    tape = av.trace(lambda x: 5.0, np.ones((2, 3)))
    assert tape.value == 5.0
    np.testing.assert_array_equal(tape.reverse().result, np.zeros((2, 3)))
    assert tape.forward(np.ones((2, 3))).result == 0.0
    assert "Note:" in str(tape)


def test_unused_input_has_zero_adjoint() -> None:
    _, by_y = av.trace(lambda x, y: np.sum(x), np.ones(2), np.ones((2, 2))).reverse().result
    np.testing.assert_array_equal(by_y, np.zeros((2, 2)))


# -- nodes and text


def test_nodes_read_the_latest_sweep() -> None:
    tape = av.trace(lambda x: np.sin(x) * x, 2.0)
    assert (tape["x"].tangent, tape["x"].adjoint) == (None, None)
    first = tape.reverse()
    second = tape.reverse(10.0)
    tape.forward(3.0)
    assert tape["x"].adjoint == second["x"] == pytest.approx(10 * first["x"])
    assert tape["x"].tangent == 3.0
    assert first["x"] == pytest.approx(np.sin(2.0) + 2 * np.cos(2.0))


def test_sweeps_do_not_change_the_tapes_text(tape: av.Tape) -> None:
    before = str(tape)
    tape.reverse((np.ones(2), 1.0))
    tape.forward(x=np.eye(3))
    assert str(tape) == before == str(av.trace(pair, X, W))


# -- steps


def test_steps_are_read_only_views_in_order(tape: av.Tape) -> None:
    forward, reverse = tape.forward(x=X), tape.reverse((np.ones(2), 1.0))
    names = [step.node.name for step in forward.steps]
    assert [step.node.name for step in reverse.steps] == names[::-1]
    assert [step.number for step in forward.steps] == list(range(1, len(names) + 1))
    assert forward.steps[-1].node.name == names[-1]
    assert [step.number for step in forward.steps[1:3]] == [2, 3]
    with pytest.raises(IndexError, match=r"steps\[99\]: this reverse sweep has 4 steps"):
        reverse.steps[99]


def test_fan_out_is_a_sum_of_contributions() -> None:
    def f(x: Any) -> Any:
        return x * 2 + np.sin(x) + x * x

    sweep = av.trace(f, 3.0).reverse()
    amounts = [c.amount for step in sweep.steps for c in step.contributions if c.target.name == "x"]
    assert amounts == [3.0, 3.0, np.cos(3.0), 2.0]
    assert sum(amounts) == sweep["x"]


def test_contribution_names_its_ends_and_partial() -> None:
    tape = av.trace(lambda x, y: x * y, 2.0, 5.0)
    (step,) = tape.forward(x=1.0, y=10.0).steps
    assert [(c.source.name, c.target.index, c.partial.value, c.amount) for c in step.contributions] == [
        ("x", 2, 5.0, 5.0),
        ("y", 2, 2.0, 20.0),
    ]
    (step,) = tape.reverse(3.0).steps
    assert [(c.target.name, c.amount) for c in step.contributions] == [("x", 15.0), ("y", 6.0)]


UNARY = [np.sin, np.tanh, np.exp, lambda x: -x, lambda x: x * x, lambda x: x[::-1], np.sum, lambda x: x[[0, 0, 1]],
         lambda x: np.where(x > 0, x, 0.5 * x), np.cumsum, lambda x: np.floor(x)]  # fmt: skip
BINARY = [np.add, np.subtract, np.multiply, np.maximum, lambda x, y: x * np.sum(y),
          lambda x, y: np.stack([x, y]).mean(0)]  # fmt: skip


@st.composite
def programs(draw: st.DrawFn) -> Any:
    """A random DAG of arrays of three numbers: some unused, some used often, some without tangent."""
    count = draw(st.integers(1, 3))
    moves = []
    for k in range(draw(st.integers(1, 10))):
        known = count + k
        places = draw(st.integers(0, known - 1)), draw(st.integers(0, known - 1))
        binary = draw(st.booleans())
        moves.append((binary, draw(st.integers(0, len(BINARY if binary else UNARY) - 1)), *places))
    outputs = draw(st.lists(st.integers(0, count + len(moves) - 1), min_size=1, max_size=3))

    def f(*arguments: Any) -> Any:
        known = list(arguments)
        for binary, choice, a, b in moves:
            value = BINARY[choice](known[a], known[b]) if binary else UNARY[choice](known[a])
            known.append(np.tanh(np.broadcast_to(value, (3,))))
        return [known[k] for k in outputs]

    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return av.trace(f, *rng.normal(size=(count, 3))), rng


def dot(a: Any, b: Any) -> float:
    return float(np.sum(np.multiply(a, b)))


def random_sweeps(program: Any) -> tuple[av.Tape, Any, Any]:
    tape, rng = program
    forward = tape.forward(*rng.normal(size=(len(tape.inputs), 3)))
    return tape, forward, tape.reverse(list(rng.normal(size=(len(tape.outputs), 3))))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(programs())
def test_modes_agree_on_random_programs(program: Any) -> None:
    tape, forward, reverse = random_sweeps(program)
    across = sum(dot(reverse.column[n.index], forward[n.index]) for n in tape.inputs if reverse.reached(n.index))
    seeds = sum(dot(reverse._seeds[k], forward[k]) for k in {n.index for n in tape.outputs})
    assert across == pytest.approx(seeds, abs=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(programs())
def test_contributions_and_seed_add_up(program: Any) -> None:
    for sweep in random_sweeps(program)[1:]:
        sums = {node.index: np.zeros(node.shape) for node in sweep.tape}
        for index, seed in enumerate(sweep._seeds):
            sums[index] = sums[index] + (0 if seed is None else seed)
        for step in sweep.steps:
            for contribution in step.contributions:
                assert step.node in (contribution.source, contribution.target)
                target = contribution.target.index
                sums[target] = sums[target] + contribution.amount
        for node in sweep.tape:
            if sweep.tape.carried[node.index]:
                np.testing.assert_allclose(sums[node.index], sweep[node.index], rtol=1e-12, atol=1e-14)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(programs())
def test_cut_sum_is_conserved(program: Any) -> None:
    """At every moment of the reverse sweep, Σ ⟨adjoint so far, tangent⟩ over the nodes to come is ⟨u, J v⟩."""
    tape, forward, reverse = random_sweeps(program)
    adjoints = {k: np.zeros(tape[k].shape) + (0 if seed is None else seed) for k, seed in enumerate(reverse._seeds)}
    expected = sum(dot(adjoints[k], forward[k]) for k in adjoints)
    for step in reverse.steps:
        for contribution in step.contributions:
            adjoints[contribution.target.index] = adjoints[contribution.target.index] + contribution.amount
        del adjoints[step.node.index]
        assert sum(dot(adjoints[k], forward[k]) for k in adjoints) == pytest.approx(expected, abs=1e-12)


# -- long programs


def test_chain_of_a_hundred_thousand_nodes() -> None:
    def f(x: Any) -> Any:
        for _ in range(100_000):
            x = np.sin(x)
        return x

    tape = av.trace(f, 1.0)
    assert len(tape) == 100_001
    gradient = tape.reverse().result
    assert tape.forward().result == pytest.approx(gradient, rel=1e-9)
    assert 0 < gradient < 1e-6
    text = str(tape)
    assert str(tape.reverse()).count("\n") < 70
    assert text.count("\n") < 70
    assert "… 99,941 more rows …" in text or "… 99941 more rows …" in text
    assert "100,000 operations" in text


def test_wide_fan_out() -> None:
    tape = av.trace(lambda x: sum(x * k for k in range(2000)), 2.0)
    assert tape.reverse().result == tape.forward().result == 1999 * 1000


def test_what_is_looked_at_cannot_be_written_into():
    tape = av.trace(lambda x: np.sum(x**3), np.array([1.0, 2.0]))
    forward, reverse = tape.forward(np.ones(2)), tape.reverse()
    x = tape["x"]
    contribution = reverse.steps[-1].contributions[0].amount
    for array in (x.value, x.tangent, x.adjoint, forward["x"], reverse["x"], contribution):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    mine = reverse.result
    mine *= 0.0  # a result is the caller's own
    np.testing.assert_array_equal(reverse.result, [3.0, 12.0])
