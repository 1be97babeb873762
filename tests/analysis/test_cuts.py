"""Cuts of a tape: what they make, and what does not separate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import advis as av


def f(x1, x2):
    a = x1 * x2
    b = np.sin(a)
    c = np.exp(b) * x2
    return c + b


TAPE = av.trace(f, 2.0, 5.0)


def names(tape):
    return [node.name for node in tape if node.parents]


def test_cuts_make_factors():
    chain = av.chain(TAPE, cuts=[{"a", "x2"}, {"b", "x2"}, {"b", "c"}])
    assert chain.variables == ("y", "{b,c}", "{x2,b}", "{x2,a}", "{x1,x2}")
    assert chain.title == "f, cut at {x2,a}, {x2,b}, {b,c}"
    assert chain.labels == ("F4", "F3", "F2", "F1")
    np.testing.assert_allclose(chain.accumulate().jacobian, [TAPE.reverse().result])
    assert chain.tape is TAPE


def test_a_value_that_stands_in_two_cuts_is_an_identity():
    chain = av.chain(TAPE, cuts=[{"a", "x2"}, {"b", "x2"}])
    middle = chain.factors[1]
    assert (middle.rows, middle.columns) == (("x2", "b"), ("x2", "a"))
    np.testing.assert_allclose(middle.jacobian, [[1.0, 0.0], [0.0, np.cos(10.0)]])
    assert middle.edges == 1


def test_arrays_in_a_cut_are_put_one_after_the_other():
    def g(w, x):
        h = np.tanh(w @ x)
        s = np.sum(w * w)
        return h[0] * s + h[1]

    w, x = np.arange(6.0).reshape(2, 3) / 5, np.ones(3)
    tape = av.trace(g, w, x)
    chain = av.chain(tape, cuts=[{"h", "s"}])
    assert chain.shapes == ((1, 3), (3, 9))
    assert chain.flattened["{w,x}"] == ((2, 3), (3,))
    assert chain.factors[0].columns == ("h1", "h2", "s")
    gradient = chain.vjp().result
    for found, expected in zip(gradient, tape.reverse().result, strict=True):
        np.testing.assert_allclose(found, expected)
    pushed = chain.jvp((np.ones((2, 3)), np.zeros(3)), matrix_free=True)
    assert pushed.result == pytest.approx(np.sum(gradient[0]))


def test_no_cut_and_cuts_at_the_ends():
    assert av.chain(TAPE, cuts=[]).shapes == ((1, 2),)
    assert av.chain(TAPE, cuts=[]).title == "f, not cut"
    chain = av.chain(TAPE, cuts=[{"x1", "x2"}, "y"])
    assert [factor.structure for factor in chain.factors] == ["dense", "dense", "identity"]
    np.testing.assert_allclose(chain.accumulate().jacobian, [TAPE.reverse().result])


def test_the_tape_is_left_alone():
    before = str(TAPE), TAPE.latest("forward"), list(TAPE.primitives), TAPE.reverse().result
    av.chain(TAPE, cuts=[{"a", "x2"}]).accumulate("forward", matrix_free=True)
    assert (str(TAPE), TAPE.latest("forward"), list(TAPE.primitives), TAPE.reverse().result) == before


@pytest.mark.parametrize(
    ("cuts", "edge"),
    [
        (["b"], "v2 → c"),
        (["a"], "v2 → c"),
        (["c"], "b → y"),
        ([{"b", "c"}, {"a", "x2"}], "x1 → a"),
        ([{"a", "x2"}, "b"], "v2 → c"),
        ([{"a", "x2"}, {"c"}], "b → y"),
        ([{"a", "x1"}], "v2 → c"),
    ],
)
def test_a_cut_that_is_bypassed_is_refused_naming_the_edge(cuts, edge):
    def f(x1, x2):
        a = x1 * x2
        b = np.sin(a)
        v2 = x2 * x2
        c = np.exp(b) * v2
        return c + b

    with pytest.raises(
        ValueError, match=f"does not separate .* the edge {edge} bypasses it; put {edge.split()[0]} into"
    ):
        av.chain(av.trace(f, 2.0, 5.0), cuts=cuts)


def test_an_output_that_is_an_input_bypasses_every_cut_without_it():
    tape = av.trace(lambda x: (x, np.sin(x)), 2.0)
    with pytest.raises(ValueError, match=r"the cut y\[1\] does not separate .*: x is an input"):
        av.chain(tape, cuts=["y[1]"])
    assert av.chain(tape, cuts=[{"y[1]", "x"}]).shapes == ((2, 2), (2, 1))


def test_what_carries_no_derivative_bypasses_nothing():
    def g(x):
        a = np.sin(x)
        return a * np.sign(x) + np.round(x) * 2.0 + (x > 0)

    chain = av.chain(av.trace(g, np.array([1.0, -2.0])), cuts=["a"])
    np.testing.assert_allclose(chain.factors[0].jacobian, np.diag([1.0, -1.0]))


def test_bad_cuts():
    with pytest.raises(KeyError, match="in the cut 'q': no node is named 'q' in the tape of f; there are x1"):
        av.chain(TAPE, cuts=["q"])
    with pytest.raises(KeyError, match=r"in the cut \{'a', 'q', 'z'\}: no node is named"):
        av.chain(TAPE, cuts=[{"z", "a", "q"}])
    with pytest.raises(TypeError, match="must be a list of cuts"):
        av.chain(TAPE, cuts="a")
    with pytest.raises(TypeError, match="the cut 3 must be the name of a node"):
        av.chain(TAPE, cuts=[3])
    with pytest.raises(TypeError, match=r"the cut set\(\) must be the name"):
        av.chain(TAPE, cuts=[set()])
    with pytest.raises(TypeError, match="say where to cut the tape of f"):
        av.chain(TAPE)
    constant = av.trace(lambda x: x * np.round(x), 2.4)
    with pytest.raises(ValueError, match="which does not depend on an input"):
        av.chain(constant, cuts=[{"v1", "x"}])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_cuts_of_random_programs(seed):
    """Every prefix of a tape is a cut: the values that are still needed after it."""
    rng = np.random.default_rng(seed)

    def program(x):
        values = [x[0], x[1] * 1.5, x]
        for _ in range(6):
            i, j = rng.integers(0, len(values), 2)
            values.append(np.sin(values[i]) * values[j] if rng.random() < 0.5 else np.tanh(values[i]) - values[j])
        return np.sum(values[-1]) + np.sum(values[-2])

    tape = av.trace(program, rng.normal(size=3))
    places = sorted(rng.choice(np.arange(1, len(tape)), 3, replace=False).tolist())
    cuts = []
    for place in places:
        used = {parent for index in range(place, len(tape)) for parent in tape.parents[index] if parent < place}
        cuts.append({tape.names[index] for index in used if tape.carried[index]})
    chain = av.chain(tape, cuts=[cut for cut in cuts if cut])
    for order in ("forward", "reverse", "optimal"):
        for matrix_free in (False, True):
            found = chain.accumulate(order, matrix_free=matrix_free).jacobian
            np.testing.assert_allclose(found, [tape.reverse().result], atol=1e-10)
