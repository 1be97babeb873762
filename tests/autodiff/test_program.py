"""The sweep as a program: its text, executed with nothing but NumPy, gives the sweep's numbers to the last bit."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import advis as av
from advis.autodiff.numbers import friendly
from advis.autodiff.structure import leaves, map_leaves
from advis.autodiff.writer import Writer
from tests.autodiff.cases import Case, collected
from tests.autodiff.test_custom import blend, softplus_with, solve_with
from tests.gallery import GALLERY, classic


def rerun(sweep: Any) -> Any:
    """What the text computes, in a namespace of its own."""
    text = sweep.code()
    namespace: dict[str, Any] = {}
    exec(compile(text, "program", "exec"), namespace)
    assert set(namespace) - {"__builtins__"} == {"np", sweep.direction}
    with np.errstate(all="ignore"):
        return namespace[sweep.direction](**text.arguments)


def agrees(sweep: Any) -> None:
    """Raise unless the program's result has the structure, the types and the bits of the sweep's."""
    mine, expected = rerun(sweep), sweep.result
    for (here, a), (there, b) in zip(leaves(mine), leaves(expected), strict=True):
        a, b = np.asarray(friendly(a)), np.asarray(b)
        assert (a.dtype, a.shape) == (b.dtype, b.shape), f"{here}, {there}\n{sweep.code()}"
        assert np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"), f"{here}: {a} ≠ {b}\n{sweep.code()}"


def both(f: Any, arguments: tuple[Any, ...], seed: int = 0) -> None:
    """Hold the two sweeps along random seeds to their programs."""
    rng = np.random.default_rng(seed)

    def random(leaf: Any) -> Any:
        array = np.asarray(leaf)
        if array.dtype.kind not in "fc":
            return leaf
        return np.asarray(rng.normal(size=array.shape)).astype(array.dtype)[()]

    tape = av.trace(f, *arguments)
    agrees(tape.reverse(map_leaves(random, tape.value)))
    agrees(tape.forward(*map_leaves(random, arguments)))


def test_the_classic_function_reads_as_a_textbook() -> None:
    tape = av.trace(classic, 2.0, 5.0)
    assert (
        tape.reverse().code()
        == '''\
import numpy as np


def reverse(x1, x2, y_bar=1.0):
    """The reverse sweep of classic."""
    x1, x2, y_bar = map(np.float64, (x1, x2, y_bar))
    v1 = np.log(x1)
    v2 = x1 * x2
    v3 = v1 + v2
    v4 = np.sin(x2)
    y = v3 - v4

    v3_bar = y_bar
    v4_bar = -y_bar
    x2_bar = v4_bar * np.cos(x2)
    v1_bar = v3_bar
    v2_bar = v3_bar
    x1_bar = v2_bar * x2
    x2_bar = x2_bar + v2_bar * x1
    x1_bar = x1_bar + v1_bar / x1
    return x1_bar, x2_bar
'''
    )
    assert (
        tape.forward(x2=1.0).code().split("\n\n")[-1]
        == """\
    d_v2 = d_x2 * x1
    d_v3 = d_v2
    d_v4 = d_x2 * np.cos(x2)
    d_y = d_v3 - d_v4
    return d_y
"""
    )


@pytest.mark.parametrize("name", GALLERY)
def test_gallery(name: str) -> None:
    f, arguments = GALLERY[name]
    both(f, arguments)


@pytest.mark.parametrize("case", collected(), ids=str)
def test_every_rule(case: Case) -> None:
    both(case.function, case.arguments)


class Pair(NamedTuple):
    left: Any
    right: Any


W = np.round(np.random.default_rng(1).normal(size=(4, 3)), 3)
few = np.array([1.0, -2.0, np.inf])


def in_place(x: Any) -> Any:
    y = np.zeros_like(x)
    y[0] = x[1] * x[2]
    y[1:] = x[:2] ** 2
    y *= x
    return y


PROGRAMS = {
    "a large constant": (lambda x: np.sum(W @ x * W[:, 0]), (np.arange(3.0),)),
    "a short constant": (lambda x: np.where(few > 0, x, x * x) * [1, 2, 3], (np.arange(3.0),)),
    "the order of a sum": (lambda a, b, c: (a + (b + c)) - (a - (b - c)) * -(a * b), (0.1, 0.2, 0.3)),
    "powers": (lambda x: x**2 + x**0.5 + x**-1 + (-x) ** 3 + 2**x + np.power(x, 0.5), (np.linspace(0.1, 3, 7),)),
    "powers of a number": (lambda x: x**2.5 + x**-1 + (-x) ** 2.0 + 2**x, (0.7,)),
    "float32": (lambda x, y: np.sin(x) * y + 0.1, (np.array([0.1, 0.2], np.float32), np.float32(0.3))),
    "mixed types": (lambda x, y: np.sum(x * y + np.float64(0.1)), (np.array([0.1], np.float32), np.array([0.2, 0.3]))),
    "complex": (lambda z: np.real(z * z) + np.abs(z) + np.imag(z * 1j), (np.array([1 + 2j, 0.5 - 1j]),)),
    "a pole": (lambda x: 1 / x + np.log(x), (0.0,)),
    "containers": (lambda p, k: {"a": p["w"] * k.left, "b": [k.right, 2.0]}, ({"w": np.ones(2)}, Pair(2.0, 3.0))),
    "prod with zeros": (np.prod, (np.array([0.0, 2.0, 3.0]),)),
    "ties": (lambda x: np.max(x) + np.maximum(x, 1.0) + np.clip(x, 0, 1), (np.array([1.0, 1.0, 0.5]),)),
    "zero to zero": (lambda x, y: x**y, (np.array([0.0, 0.0, 2.0]), np.array([0.0, 2.0, 0.0]))),
    "one node twice": (lambda x: (x * 2, x * x, x), (3.0,)),
    "an output that is a constant": (lambda x: (x, 3.0, np.floor(x)), (2.5,)),
    "an input that is not used": (lambda x, y: x * 2, (2.5, np.ones(2))),
    "a function of one's own": (lambda x, y: blend(x, y, weight=0.25) * x, (2.5, np.ones(2))),
    "one's own, transposed": (lambda x: softplus_with("jvp")(x) * 2, (np.arange(3.0),)),
    "a longer rule, transposed": (solve_with("vjp"), (np.eye(2) * 3 + 1, np.array([0.3, 0.4]))),
    "stopped": (lambda x: x * av.stop_gradient(x), (3.0,)),
    "in place": (in_place, (np.array([1.0, 2.0, 3.0]),)),
    "casts": (lambda x: (x > 1).astype(float) * x.astype(np.float32), (np.array([1.0, 2.0, 3.0]),)),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    f, arguments = PROGRAMS[name]
    both(f, arguments)


def test_names_are_the_readers_and_pythons() -> None:
    def f(params: Any, lambda_: Any) -> Any:
        a = params["w"][0] * lambda_
        a = np.sin(a) * params["np"]
        a_bar = a * params["class"]
        return a_bar

    tape = av.trace(f, {"w": [2.0], "np": 3.0, "class": 4.0}, 5.0)
    text = tape.reverse().code()
    assert text.splitlines()[3].startswith("def reverse(params_w_0, params_np, params_class, lambda_, ")
    assert "    a = params_w_0 * lambda_\n" in text
    assert "    a_2 = v1 * params_np\n" in text
    assert 'return {"w": [params_w_0_bar]' in text.replace("'", '"')
    agrees(tape.reverse())
    both(lambda np, map: np * map, (2.0, 3.0))
    both(lambda reverse, part: reverse[0] * part, (np.ones(2), 3.0))


@pytest.mark.parametrize("constant", [complex(-0.0, 1.0), complex(1.0, -0.0), complex(0.0, -2.0), -1j, 2j, 1 - 2j])
def test_complex_constants_keep_the_signs_of_their_zeros(constant: complex) -> None:
    def f(z: Any) -> Any:
        return np.sqrt(z * constant) + np.sum(np.array([constant, 1.0]) * z)

    both(f, (complex(-4.0, 0.0),))
    assert repr(eval(Writer(plain=True).literal(constant), {})) == repr(constant)


def test_names_that_the_text_needs_are_not_taken_by_variables() -> None:
    def f(complex: Any, slice: Any) -> Any:
        return complex * np.complex128(-1j) + slice

    both(f, (1 + 2j, 2.0))


def test_large_constants_are_parameters() -> None:
    def f(x: Any) -> Any:
        return np.sum(W @ x)

    text = av.trace(f, np.arange(3.0)).reverse().code()
    assert "def reverse(x, W, v2_bar=1.0):" in text or "def reverse(x, W, y_bar=1.0):" in text
    assert "Constants of its own: W." in text
    np.testing.assert_array_equal(text.arguments["W"], W)
    assert repr(text) == str(text)


def test_it_is_a_function_of_its_arguments() -> None:
    """Away from the recorded point it computes the sweep there, as long as no branch turns."""
    namespace: dict[str, Any] = {}
    exec(av.trace(classic, 2.0, 5.0).reverse().code(), namespace)
    assert namespace["reverse"](0.3, 0.7) == av.trace(classic, 0.3, 0.7).reverse().result
    assert namespace["reverse"](0.3, 0.7, 2.0) == av.trace(classic, 0.3, 0.7).reverse(2.0).result


def test_what_cannot_be_written_says_so() -> None:
    tape = av.trace(lambda x: x * x, np.ones(2))
    with pytest.raises(ValueError, match="carries 2 seeds at once"):
        tape.reverse(np.eye(2)).code()
    with pytest.raises(ValueError, match="is itself being recorded"):
        av.trace(lambda x: len(av.trace(np.sin, x).reverse().code()) * x, 1.0)
    odd = av.primitive(lambda x: 2 * x).defvjp(lambda g, ans, x: np.asarray(g) * 2)
    with pytest.raises(TypeError, match="a rule turned a value into a plain array"):
        av.trace(odd, 1.0).reverse().code()


def test_repeated_fancy_indices_add_up_in_the_order_of_the_sweep():
    rng = np.random.default_rng(4)
    for _ in range(30):
        x, k = rng.normal(size=3), rng.normal(size=4)

        def f(x, k=k):
            return np.sum(x[[0, 0, 2, 0]] * k) + x[0] * k[1] + np.sum(x[[1, 1]]) * k[2]

        sweep = av.trace(f, x).reverse()
        code, space = sweep.code(), {}
        exec(code, space)
        np.testing.assert_array_equal(space["reverse"](**code.arguments), sweep.result)


def test_each_line_says_whose_turn_it_is() -> None:
    tape = av.trace(classic, 2.0, 5.0)
    code = tape.reverse().code()
    told = [
        (tape.names[index], line.strip()) for index, line in zip(code.lines, code.splitlines(), strict=True) if index
    ]
    assert told == [
        ("v1", "v1 = np.log(x1)"),
        ("v2", "v2 = x1 * x2"),
        ("v3", "v3 = v1 + v2"),
        ("v4", "v4 = np.sin(x2)"),
        ("y", "y = v3 - v4"),
        ("y", "v3_bar = y_bar"),
        ("y", "v4_bar = -y_bar"),
        ("v4", "x2_bar = v4_bar * np.cos(x2)"),
        ("v3", "v1_bar = v3_bar"),
        ("v3", "v2_bar = v3_bar"),
        ("v2", "x1_bar = v2_bar * x2"),
        ("v2", "x2_bar = x2_bar + v2_bar * x1"),
        ("v1", "x1_bar = x1_bar + v1_bar / x1"),
    ]
    assert code.splitlines()[code.middle] == ""


def test_lines_of_parts_and_of_wrapped_heads_are_counted_too() -> None:
    rng = np.random.default_rng(0)
    names = {f"a_rather_long_name_{k}": 1.0 + k for k in range(8)}
    wide = eval(f"lambda {', '.join(names)}: {' * '.join(names)}")
    for sweep in (
        av.trace(wide, *names.values()).reverse(),
        av.trace(lambda x: np.sum(np.max(x, axis=0) / np.mean(x)), rng.normal(size=(4, 3))).reverse(),
        av.trace(lambda x: np.sum(x[np.array([0, 0, 2])] * np.logaddexp(x[:3], 1.0)), rng.normal(size=4)).reverse(),
    ):
        code = sweep.code()
        lines = code.splitlines()
        assert len(code.lines) == len(lines)
        owned = [place for place, index in enumerate(code.lines) if index is not None]
        assert owned == [*range(owned[0], code.middle), *range(code.middle + 1, len(lines) - 1)]
        assert lines[-1].startswith("    return ")
