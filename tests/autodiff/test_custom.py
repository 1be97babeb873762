"""Own primitives: one node, the rules that were given, and the other mode by exact transposition, or an error."""

from __future__ import annotations

import numpy as np
import pytest

import advis as av
from advis.autodiff.primitives import UFUNCS
from tests.autodiff.derivatives import directions, forward_of, inner, reverse_of, slope

RNG = np.random.default_rng(3)


def softplus_with(*verbs):
    """log(1 + eˣ) with a forward rule, a reverse rule, or both."""

    @av.primitive
    def softplus(x):
        return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0.0)

    for verb in verbs:
        getattr(softplus, f"def{verb}")(lambda d, ans, x: d / (1 + np.exp(-x)))
    return softplus


def solve_with(verb):
    """A⁻¹ b, whose rules for A and b are linear maps that are not diagonal."""

    @av.primitive
    def solve(a, b):
        return np.linalg.solve(a, b)

    inverse = av.primitive(np.linalg.inv).defjvp(lambda t, ans, a: -ans @ t @ ans)
    if verb == "jvp":
        return solve.defjvp(
            lambda t, ans, a, b: -inverse(a) @ (t @ ans), lambda t, ans, a, b: inverse(a) @ t
        )  # fmt: skip
    return solve.defvjp(
        lambda g, ans, a, b: -np.outer(inverse(a).T @ g, ans), lambda g, ans, a, b: inverse(a).T @ g
    )  # fmt: skip


@av.primitive
def blend(x, y, weight=0.5):
    return weight * x * x + (1 - weight) * np.sin(y)


blend.defjvp(
    lambda t, ans, x, y, weight=0.5: 2 * weight * x * t, lambda t, ans, x, y, weight=0.5: (1 - weight) * np.cos(y) * t
)

EVERY_LINEAR_OPERATION = av.primitive(lambda x: np.sin(x) * np.sum(x)).defjvp(
    lambda t, ans, x: np.stack([
        np.cos(x[0]) * t[0] * np.sum(x) + np.sin(x[0]) * np.sum(t),
        *np.concatenate([
            (np.cos(x) * t * np.sum(x))[1:2],
            np.reshape(np.where(x > 0.5, t * np.cos(x), np.cos(x) * t)[2], (1,)) * np.sum(x),
        ]) + np.sin(x[1:]) * np.einsum("i,i->", np.ones(3), t) / 1.0,
    ])
)  # fmt: skip

matrix, vector = RNG.normal(size=(3, 3)) + 3 * np.eye(3), RNG.normal(size=3)
CASES = {
    "both": (softplus_with("jvp", "vjp"), (vector,)),
    "vjp from jvp": (softplus_with("jvp"), (vector,)),
    "jvp from vjp": (softplus_with("vjp"), (vector,)),
    "number": (softplus_with("vjp"), (np.float64(0.3),)),
    "solve by jvp": (solve_with("jvp"), (matrix, vector)),
    "solve by vjp": (solve_with("vjp"), (matrix, vector)),
    "broadcast": (blend, (RNG.normal(size=(2, 3)), vector)),
    "broadcast a number": (blend, (np.float64(0.7), vector)),
    "option": (lambda x, y: blend(x, y, weight=0.2), (vector, vector + 1)),
    "inside a program": (lambda x: np.exp(-softplus_with("jvp")(x * x)) * x, (vector,)),
    "many linear operations": (EVERY_LINEAR_OPERATION, (np.array([0.3, 0.4, 0.9]),)),
}


@pytest.mark.parametrize("case", CASES)
def test_both_modes_at_two_orders(case):
    f, arguments = CASES[case]
    tangents = directions(arguments, 5)
    moved = forward_of(f, arguments, tangents)
    np.testing.assert_allclose(moved, slope(f, arguments, tangents), rtol=1e-7, atol=1e-8)
    adjoint = np.random.default_rng(6).normal(size=np.shape(moved))[()]
    np.testing.assert_allclose(inner(reverse_of(f, arguments, adjoint), tangents), inner(adjoint, moved), rtol=1e-12)

    def weighted(*x):
        return np.sum(f(*x) * adjoint)

    def along(*x):
        return av.jvp(weighted, x, tangents)[1]

    twice = slope(along, arguments, tangents)
    np.testing.assert_allclose(av.jvp(along, arguments, tangents)[1], twice, rtol=1e-6, atol=1e-6)
    back = av.grad(along, tuple(range(len(arguments))))(*arguments)
    np.testing.assert_allclose(inner(back, tangents), twice, rtol=1e-6, atol=1e-6)
    hvp = av.hvp(weighted, arguments, tangents)
    np.testing.assert_allclose(inner(hvp, tangents), twice, rtol=1e-6, atol=1e-6)


def test_a_rule_that_writes_in_place_is_transposed_too():
    def rule(t, ans, x):
        moved = np.zeros_like(t)
        moved[1:] = t[:-1] * np.cos(x[:-1])
        return moved

    shifted = av.primitive(lambda x: np.concatenate([[0.0], np.sin(x[:-1])])).defjvp(rule)
    adjoint = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(
        av.trace(shifted, vector).reverse(adjoint).result, [*(adjoint[1:] * np.cos(vector[:-1])), 0.0]
    )


def test_it_is_one_node_that_reads_like_any_other():
    def f(x, y):
        z = blend(x, y, weight=0.25)
        return z * x

    tape = av.trace(f, 2.0, 3.0)
    node = tape["z"]
    assert (node.expression, node.primitive.name) == ("blend(x, y, weight=0.25)", "blend")
    assert node.source.text == "z = blend(x, y, weight=0.25)"
    assert [parent.name for parent in node.parents] == ["x", "y"]
    assert len(tape) == 4
    assert "blend(x, y" in tape.film().to_json()


def test_plain_values_are_just_computed():
    assert blend(1.0, 0.0) == 0.5
    assert blend.__name__ == "blend"
    assert repr(blend) == "primitive blend with jvp"
    assert av.primitive(lambda x: x).__name__ == "<lambda>"


def test_structure_is_dense_unless_said():
    x = np.array([0.1, 0.2])
    dense, diagonal = softplus_with("vjp"), av.primitive(structure="diagonal")(lambda x: x**2)
    diagonal.defvjp(lambda g, ans, x: 2 * g * x)
    for f, structure in ((dense, "dense"), (diagonal, "diagonal")):
        step = av.trace(lambda x, f=f: np.sum(f(x)), x).reverse().steps[1]
        assert step.contributions[0].partial.structure == structure
    with pytest.raises(ValueError, match=r"structure='diag' is not known; choose from identity, diagonal"):
        av.primitive(np.cos, structure="diag")


def test_an_argument_without_rule_passes_no_derivative():
    half = av.primitive(lambda x, n: x * n).defvjp(lambda g, ans, x, n: g * n, None)
    assert av.grad(half, (0, 1))(2.0, 3.0) == (3.0, 0.0)
    assert av.trace(half, 2.0, 3.0).forward(x=1.0, n=1.0).result == 3.0


def test_scipy_ufuncs_get_rules(monkeypatch):
    from scipy import special

    monkeypatch.setitem(UFUNCS, special.erf, UFUNCS.get(special.erf))
    av.primitive(special.erf).defvjp(lambda g, ans, x: g * (2 / np.sqrt(np.pi)) * np.exp(-x * x))
    x = np.array([0.1, -0.7])
    f = lambda x: np.sum(special.erf(x * x))  # noqa: E731
    tape = av.trace(f, x)
    assert tape[2].expression == "erf(v1)"
    np.testing.assert_allclose(tape.reverse().result, 4 * x / np.sqrt(np.pi) * np.exp(-(x**4)))
    np.testing.assert_allclose(av.hessian(f)(x), av.jacobian(av.grad(f), mode="reverse")(x), rtol=1e-14)
    assert av.trace(f, x).reverse().steps[1].contributions[0].partial.structure == "diagonal"


def test_a_ufunc_without_rules_says_so_when_they_are_needed(monkeypatch):
    from scipy import special

    monkeypatch.setitem(UFUNCS, special.spence, None)
    av.primitive(special.spence)
    tape = av.trace(lambda x: special.spence(x), 0.5)
    with pytest.raises(TypeError, match=r"spence has no derivative rules; give it spence\.defvjp\(rule\) or"):
        tape.reverse()


def test_missing_rules_are_an_error_by_name_when_needed():
    nothing = av.primitive(lambda x, y: x * y)
    tape = av.trace(lambda x, y: nothing(x, y) + x, 2.0, 3.0)
    assert tape.value == 8.0
    assert tape.film().to_json()
    for sweep in (lambda: tape.reverse(), lambda: tape.forward(x=1.0)):
        with pytest.raises(TypeError, match=r"has no derivative rules; .*\.defvjp\(rule0, rule1\)"):
            sweep()


NOT_LINEAR = {
    "square": (lambda t, ans, x: t * t, "multiply is not linear in it"),
    "sine": (lambda t, ans, x: np.sin(t), "sin is not linear in it"),
    "divisor": (lambda t, ans, x: x / t, "divide is not linear in it"),
    "affine": (lambda t, ans, x: t * x + 1.0, "add is not linear in it"),
    "kink": (lambda t, ans, x: np.maximum(t, 0.0), "maximum is not linear in it"),
    "mask": (lambda t, ans, x: np.where(t > 0, t, 0.0), "greater is not linear in it"),
    "branch": (lambda t, ans, x: t if t > 0 else 2 * t, "greater is not linear in it"),
    "constant": (lambda t, ans, x: 1.0 + 0 * x, "does not depend on what it should be linear in"),
    "off the tape": (lambda t, ans, x: float(t) * x, "cannot become a plain number"),
}


@pytest.mark.parametrize("case", NOT_LINEAR)
def test_a_rule_that_is_not_linear_is_not_transposed(case):
    rule, why = NOT_LINEAR[case]

    @av.primitive
    def crooked(x):
        return x + 0.0

    crooked.defjvp(rule)
    with pytest.raises(TypeError, match=rf"crooked: no vjp is given.*{why}.*define crooked\.defvjp"):
        av.grad(crooked)(2.0)


def test_a_picture_falls_back_on_the_rule_that_is_there():
    crooked = av.primitive(lambda x: x + 0.0).defvjp(lambda g, ans, x: g + 0 * np.sin(g))
    tape = av.trace(lambda x: crooked(x) * 2, 2.0)
    assert tape.reverse().film().to_json()
    with pytest.raises(TypeError, match="no jvp is given"):
        tape.forward(x=1.0)


def test_a_captured_traced_value_is_refused():
    def f(x):
        @av.primitive
        def scaled(y):
            return x * y

        return scaled(2.0 * x)

    with pytest.raises(
        av.OffTape, match=r"scaled used the traced value x, .*\n  at line 6 of f.*\n  pass it to scaled"
    ):
        av.trace(f, 3.0)
    with pytest.raises(av.OffTape, match="scaled used the traced value x"):
        av.grad(av.grad(f))(3.0)


def test_what_is_captured_deeper_or_only_looked_at_is_refused_too():
    def through_a_list(x):
        box = [x]
        return av.primitive(lambda y: box[0] + y)(1.0)

    def as_it_is(x):
        return av.primitive(lambda y: x)(1.0)

    def steering(x):
        mask = x > 0
        return av.primitive(lambda y: y if mask else -y)(x)

    for f in (through_a_list, as_it_is, steering):
        with pytest.raises(av.OffTape, match="which it was not given as an argument"):
            av.trace(f, 3.0)


def test_a_transform_inside_the_body_is_its_own_affair():
    slope_of = av.primitive(lambda x: av.grad(np.sin)(x)).defvjp(lambda g, ans, x: -g * np.sin(x))
    np.testing.assert_allclose(av.grad(slope_of)(0.3), -np.sin(0.3))


def test_bad_arguments_are_refused_by_name():
    @av.primitive
    def total(x, k=1.0):
        return k * np.sum(x)

    total.defvjp(lambda g, ans, x, k=1.0: g * k * np.ones_like(x))
    with pytest.raises(av.OffTape, match=r"total: argument 1 is a list of traced values\n  at line 1"):
        av.trace(lambda x: total([x, x]), 1.0)
    with pytest.raises(av.OffTape, match="total: the keyword k is traced"):
        av.trace(lambda x: total(x, k=x), 1.0)
    with pytest.raises(TypeError, match="total was called with 2 positional arguments, but defvjp gave it 1 rules"):
        av.trace(lambda x: total(x, 2.0), 1.0)
    with pytest.raises(TypeError, match="argument 2 is 'fast', which is not a number or an array"):
        av.trace(lambda x: total(x, "fast"), 1.0)
    with pytest.raises(TypeError, match="returned a tuple"):
        av.trace(av.primitive(lambda x: (x, x)), 1.0)
    with pytest.raises(TypeError, match=r"total\.defjvp takes 1 rules"):
        total.defjvp(None, None)
    with pytest.raises(TypeError, match="3 is not a rule"):
        total.defjvp(3)
    with pytest.raises(TypeError, match="sin has rules already"):
        av.primitive(np.sin)
    with pytest.raises(TypeError, match="frexp does not compute one number"):
        av.primitive(np.frexp)
    with pytest.raises(TypeError, match="3 is not a function"):
        av.primitive(3)


def test_float32_and_complex_stay():
    f = softplus_with("jvp")
    x = np.array([0.1, 0.2], np.float32)
    assert av.trace(lambda x: np.sum(f(x)), x).reverse().result.dtype == np.float32
    turn = av.primitive(lambda z: 1j * z).defjvp(lambda t, ans, z: 1j * t)
    assert av.trace(turn, 1 + 2j).reverse(1 + 0j).result == 1j


def test_stop_gradient():
    x = np.array([1.0, 2.0])
    tape = av.trace(lambda x: np.sum(x * av.stop_gradient(x)), x)
    assert tape.value == 5.0
    np.testing.assert_array_equal(tape.reverse().result, x)
    np.testing.assert_array_equal(tape.forward(x=np.ones(2)).result, 3.0)
    assert av.grad(av.stop_gradient)(3.0) == 0.0
    assert av.grad(av.grad(lambda x: x * av.stop_gradient(x) * x))(3.0) == 6.0
    np.testing.assert_array_equal(av.stop_gradient({"a": [1.0, x]})["a"][1], x)


def test_a_body_cannot_write_into_what_is_on_the_tape():
    @av.primitive
    def greedy(x):
        x += 1.0
        return x * 2.0

    greedy.defvjp(lambda g, ans, x: 2 * g)
    with pytest.raises(ValueError, match="read-only") as caught:
        av.trace(lambda x: np.sum(greedy(x * 1.0)), np.ones(2))
    assert any("greedy" in note for note in caught.value.__notes__)


def test_stopping_a_gradient_gives_a_value_of_its_own():
    plain = np.ones(2)
    av.stop_gradient(plain)[0] = 5.0
    assert plain[0] == 1.0
