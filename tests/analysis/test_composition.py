"""Composition: a function that knows its stages, and what is told when they do not fit."""

import numpy as np
import pytest

import advis as av
from advis.autodiff.errors import OffTape

W = np.arange(12.0).reshape(3, 4)


def A(x):
    return W @ x


def B(a):
    return np.tanh(a)


def C(b):
    return np.ones((2, 2)) @ b


def D(c):
    return np.sum(c)


def test_it_is_the_function():
    composed = av.compose(D, B, A)
    x = np.linspace(-1.0, 1.0, 4)
    assert composed(x) == D(B(A(x)))
    assert composed.stages == (A, B, D)
    assert composed.names == ("a", "b", "y")
    assert composed.labels == ("A", "B", "D")
    assert repr(composed) == composed.title == "F = D ∘ B ∘ A"
    np.testing.assert_allclose(av.grad(composed)(x), av.grad(lambda x: D(B(A(x))))(x))


def test_names_are_given_or_derived():
    assert av.compose(A).names == ("y",)
    assert av.compose(D, C, B, A).names == ("a", "b", "c", "y")
    assert av.compose(D, A, names=["h", "loss"]).names == ("h", "loss")
    many = av.compose(*[B] * 30).names
    assert many[0] == "v1"
    assert len(set(many)) == 30


def test_labels_are_unique_and_lambdas_are_numbered():
    assert av.compose(np.sum, B, B, lambda x: x, B).labels == ("B", "F2", "B#2", "B#3", "sum")


def test_each_stage_is_a_block_and_names_its_result():
    tape = av.trace(av.compose(np.sum, B, B, lambda x: x * 2.0, A), np.ones(4))
    found = [(node.name, node.blocks) for node in tape if node.parents]
    assert found == [
        ("a", ("A",)),
        ("b", ("F2", "lambda")),
        ("c", ("B",)),
        ("d", ("B#2",)),
        ("y", ("sum",)),
    ]
    assert tape.function == "F"
    assert tape.parameters == ("x",)


def test_inside_a_function_of_the_readers_own():
    composed = av.compose(np.sum, A)

    def f(t):
        return composed(t * 2.0) + 1.0

    tape = av.trace(f, np.ones(4))
    assert tape["a"].blocks == ("F", "A")
    assert tape["t"].blocks == ()


def test_constants_keep_the_names_that_they_have_in_the_stages():
    assert av.trace(av.compose(D, A), np.ones(4))["a"].expression == "W @ x"


def test_its_lines_can_be_read():
    def a(x):
        return x * 2.0

    composed = av.compose(np.sum, np.tanh, B, a, B)  # a is also the name of an intermediate
    tape = av.trace(composed, np.ones(3))
    assert str(tape["d"].source) == "line 9 of F: d = tanh(c)"
    assert str(tape["y"].source) == "line 11 of F: y = sum(d)"
    assert tape["b"].blocks == ("a",)
    assert composed(np.ones(3)) == np.sum(np.tanh(B(a(B(np.ones(3))))))


def test_the_first_stage_may_take_several_arguments():
    composed = av.compose(np.sin, lambda p, q: p * q)
    assert composed(2.0, 3.0) == np.sin(6.0)
    assert av.trace(composed, 2.0, 3.0).parameters == ("p", "q")
    assert av.grad(composed, argnums=(0, 1))(2.0, 3.0) == pytest.approx((3 * np.cos(6.0), 2 * np.cos(6.0)))


def test_compositions_compose():
    inner = av.compose(B, A)
    outer = av.compose(D, inner)
    assert outer(np.ones(4)) == D(B(A(np.ones(4))))
    assert outer.title == "F = D ∘ F"
    assert av.chain(outer, np.ones(4)).shape == (1, 4)


@pytest.mark.parametrize("call", [lambda f, x: f(x), lambda f, x: av.trace(f, x), lambda f, x: av.chain(f, x)])
def test_stages_that_do_not_meet_are_both_named_with_their_shapes(call):
    with pytest.raises(ValueError, match=r"stage C cannot take b of shape \(3,\) that stage B gave: ValueError"):
        call(av.compose(C, B, A), np.ones(4))
    with pytest.raises(ValueError, match=r"stage A cannot take x of shape \(3,\): ValueError: matmul"):
        call(av.compose(B, A), np.ones(3))


def test_other_errors_of_a_stage_pass_with_a_note():
    with pytest.raises(ZeroDivisionError) as caught:
        av.compose(lambda a: 1 / 0, A)(np.ones(4))
    assert caught.value.__notes__ == ["advis: stage F2 cannot take a of shape (3,) that stage A gave"]
    with pytest.raises(OffTape, match="float"):
        av.chain(av.compose(lambda a: float(a[0]), A), np.ones(4))


def test_bad_input():
    with pytest.raises(TypeError, match="at least one function"):
        av.compose()
    with pytest.raises(TypeError, match="argument 2 is 3, not a function"):
        av.compose(A, 3)
    with pytest.raises(ValueError, match="length 1, for 2 stages"):
        av.compose(B, A, names=["a"])
    with pytest.raises(ValueError, match="a name twice"):
        av.compose(B, A, names=["a", "a"])
    for name in ("x", "lambda", "2", "", 3):
        with pytest.raises(ValueError, match="cannot name a variable"):
            av.compose(B, A, names=[name, "y"])
