"""Expressions that somebody typed: what they can say, and all that they cannot reach."""

import contextlib
import time

import numpy as np
import pytest

import advis as av
from advis.autodiff.typed import LONGEST, typed_function, typed_value


def test_an_expression_is_a_function_with_a_source():
    text = "np.log(x1) + x1*x2 - np.sin(x2)"
    tape = av.trace(typed_function(text, ["x1", "x2"]), 2.0, 5.0)
    assert tape.reverse().result == (5.5, 1.7163378145367738)
    assert tape["v1"].expression == "log(x1)"
    assert tape["v1"].source.text == f"return {text}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x if x > 0 else -x", 2.0),
        ("x**2 * 3 // 2 % 4 + -x", 0.0),
        ("np.where((x > 1) & ~(x > 3), x, 0)", 2.0),
        ("0 < x <= 2 and x", 2.0),
        ("np.sum(np.stack([x, 2*x, np.pi])[1:], axis=0, keepdims=True)[0]", 4 + np.pi),
        ("np.einsum('i,i->', np.stack([x, x]), np.stack([x, 1.0]))", 6.0),
        ("np.stack([x, x])[np.newaxis, ..., -1][0]", 2.0),
        ("np.mean(np.reshape(np.stack([x, x, x, x]), (2, 2)) @ np.stack([x, 1.0]))", 6.0),
        ("np.linalg.norm(np.stack([x, x])) / np.sqrt(2) * np.size(x)", 2.0),
        ("np.sum(np.pad(np.fft.irfft(np.fft.rfft(np.linspace(0, x, 4), norm='ortho')), 1, 'edge'))", 3.0),
        ("np.sum(np.clip(np.stack([x, -x]), a_min=None, a_max=1))", -1.0),
        ("(x +\n 1)", 3.0),
        ("x  # a comment", 2.0),
        ("2*x*1j/1j", 4.0),
    ],
)
def test_what_can_be_said(text, value):
    assert av.trace(typed_function(text, ["x"]), 2.0).value == pytest.approx(value)


def test_several_results():
    assert av.trace(typed_function("(x * y, [x + y])", ["x", "y"]), 2.0, 3.0).value == (6.0, [5.0])


ATTACKS = r"""
__import__('os').system('true')
__builtins__
print(x)
open('a')
eval('x')
x.__class__
x.T
x.tofile('a')
().__class__.__bases__[0].__subclasses__()
np.__dict__
np.__builtins__
np.__getattr__('os')
np.__class__
np.sin.__class__
np.sin.__self__
np.os
np.sys.modules
np.core
np.lib.npyio.os
np.ctypeslib.ctypes
np.ctypeslib.load_library('c', '.')
np.load('a')
np.save('a', x)
np.savetxt('a', x)
np.fromfile('a')
np.loadtxt('a')
np.genfromtxt('a')
np.memmap('a')
np.frombuffer(x)
np.fromfunction(x, (2,))
np.vectorize(np.sin)(x)
np.frompyfunc(x, 1, 1)
np.apply_along_axis(x, 0, x)
np.add.reduce(x)
np.sin.accumulate(x)
np.test()
np.show_config()
np.linalg.linalg
np.linalg.os
np.fft.os
np.array2string(x)
np.astype(x, 'O')
np.pad(x, 1, mode=x.y)
np.linspace(0, x, dtype='O')
np.stack([None, x])
np.clip(None, x, x)
np.copyto(x, 1)
np.isclose(x, x, like=x)
np.random.seed(0)
np.testing.run_module_suite()
np.array(x)
np.ones(9)
np.ndarray
np.ndarray((9,))
np.sin
np
np.sin(x)(x)
x(x)
(lambda: x)()
lambda x: x
[x for x in x]
[y for y in (1, 2)]
{x: x}
{x}
(y := x)
f'{x}'
'%s' % x
'a' * 9
b'a'
[x] * 9
(x,) * 9
*x
np.sum(*[x])
np.sum(**{})
np.sum(x, out=x)
np.sum(x, dtype='O')
np.sum(x, where=x)
np.sum('a')
np.zeros_like(x, 'O')
np.full_like(x, 1, 'O')
np.zeros_like(x, shape=99999999999)
np.broadcast_to(x, (100000, 100000))
x[99999999999]
x['a']
x is x
x in x
x << 9
x >> 9
await x
yield x
True
None
...
not_known
x; x
x = 2
import os
x\nimport os
x\n    return x
x)\ndef g(y): return (y
x)+(x
return x
pass
del x
# nothing
\x00
\ud800

'''
(
x +
sin(x)
pi * x
1_e
0x
9e
x if x
""".strip("\n").split("\n")


@pytest.mark.parametrize("text", ATTACKS)
def test_what_cannot_be_reached(text):
    with pytest.raises(ValueError, match=r".") as refused:
        typed_function(text.encode().decode("unicode_escape"), ["x"])
    assert type(refused.value) is ValueError
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize("name", ["np", "_x", "__x__", "x.y", "lambda", "x y", "x=1", "", "x, *y", "x\n"])
def test_names_that_no_variable_has(name):
    with pytest.raises(ValueError, match="cannot be the name of a variable"):
        typed_function("x", [name])


def test_names_are_compared_as_python_reads_them():
    assert typed_function("ﬁ * fi", ["ﬁ"])(3.0) == 9.0
    for names in (["x", "x"], ["ﬁ", "fi"]):
        with pytest.raises(ValueError, match="two variables have the same name"):
            typed_function(names[0], names)


def test_a_variable_that_is_not_used_is_a_slip():
    with pytest.raises(ValueError, match="y is given, but does not stand in the expression"):
        typed_function("x", ["x", "y"])


@pytest.mark.parametrize("text", ["log(x)", "np.linalg(x)", "x.sum()", "np.array(x)", "q", "np.sin"])
def test_a_refusal_says_what_to_write(text):
    with pytest.raises(
        ValueError, match=r"write np\.|is no function|only what advis records|give one, as q=2|as np\.sin\(x1\)"
    ):
        typed_function(text, ["x"])


BOMBS = [
    "9**9**9**9 * x",
    "((1>0)+(1>0)+(1>0))**((1>0)+(1>0)+(1>0))**99**99 + x",
    "np.power(np.size(x)*9, 9)**9**9 * x",
    "(np.size(x)+np.size(x)+np.size(x))**9**9**9 + x",
    "np.linalg.matrix_power(np.stack([[9]]), " + "*".join(["np.size(np.stack([x,x,x,x]))"] * 30) + ")*x",
    "np.power(np.stack([" + "*".join(["np.size(np.linspace(0,x,999))"] * 12) + "]), 999)**999*x",
    "x**9**9",
    "-" * 990 + "x",
    "(" * 90 + "x" + ")" * 90,
    "+".join(["x"] * 480),
    "x" + "[0]" * 300,
    "x**" * 300 + "x",
    "9" * 999,
]


@pytest.mark.parametrize("text", BOMBS)
def test_nothing_hangs(text):
    start = time.monotonic()
    with np.errstate(all="ignore"), contextlib.suppress(ValueError, TypeError, ArithmeticError, LookupError):
        av.trace(typed_function(text[:LONGEST], ["x"]), 1.0)
    assert time.monotonic() - start < 2.0


SPACE = "np.linspace(0, x, 1000)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"np.outer({SPACE}, np.outer({SPACE}, {SPACE}))", "np.outer: the result can have 1,000,000,000 elements"),
        (f"np.tile({SPACE}, (1000, 1000))", "np.tile: "),
        (f"np.repeat(np.tile({SPACE}, 100), np.argsort(np.tile({SPACE}, 100)))", "np.repeat: "),
        ("np.zeros_like(x, shape=(1000, 1000, 1000))", "np.zeros_like: "),
        ("np.pad(np.outer(np.stack([x]), np.stack([x])), 1000)", "np.pad: "),
        (f"np.tile({SPACE}, 99)[:, None] * np.tile({SPACE}, 99)", r"\*: the result can have 9,801,000,000 elements"),
        (f"np.tile({SPACE}, 99)[:, None] < np.tile({SPACE}, 99)", "<: "),
        (f"np.tile({SPACE}, 99)[:, None] < x < 1", "compares single numbers; write"),
        (f"np.outer({SPACE}, {SPACE})[np.argsort({SPACE})][np.argsort(np.tile({SPACE}, 2))]", r"\[\]: "),
        (f"np.tile({SPACE}, 99)[:, None] @ np.tile({SPACE}, 99)[None]", "@: "),
        (f"np.meshgrid({SPACE}, {SPACE}, {SPACE})", "np.meshgrid: "),
        (f"np.einsum('i,j,k->ijk', {SPACE}, {SPACE}, {SPACE})", "np.einsum: "),
        (f"np.linalg.svd(np.tile({SPACE}, 99)[:, None])[0]", "np.linalg.svd|np.svd"),
    ],
)
def test_a_result_that_would_be_large_is_refused_before_it_is_computed(text, said):
    start = time.monotonic()
    with pytest.raises(ValueError, match=said) as refused:
        av.trace(typed_function(text, ["x"]), 1.0)
    assert "an expression computes with at most 1,000,000" in str(refused.value) or "single" in said
    assert time.monotonic() - start < 2.0


@pytest.mark.parametrize(
    "text",
    [
        f"np.outer({SPACE}, {SPACE})[0, 0]",
        f"np.percentile({SPACE}, [25, 50, 75])[0]",
        f"(np.reshape(np.tile({SPACE}, 90), (300, 300)) @ np.reshape(np.tile({SPACE}, 90), (300, 300)))[0, 0]",
        f"np.roll({SPACE}, 900)[900]",
        f"{SPACE}[[900, 901, 902, 903]][0]",
        f"np.linalg.svd(np.reshape(np.tile({SPACE}, 10), (100, 100)))[1][0]",
        "np.cov(np.stack([x, x, 1.0]), np.stack([x, 2.0, 3.0]))[0, 0]",
        "np.sum(np.pad(np.stack([x, x]), 3))",
    ],
)
def test_what_is_not_so_large_is_computed(text):
    assert np.isfinite(av.trace(typed_function(text, ["x"]), 1.0).value)


def test_a_long_text_is_not_read():
    with pytest.raises(ValueError, match=r"5,000 characters; at most 1,000"):
        typed_function("x" * 5000, ["x"])


@pytest.mark.parametrize(
    ("text", "value"),
    [("-2", -2.0), ("np.pi/2", np.pi / 2), ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]), ("(1, 2)", [1, 2])],
)
def test_values(text, value):
    found = typed_value(text)
    assert np.array_equal(found, value)
    assert isinstance(found, float) or found.dtype == float


@pytest.mark.parametrize(
    "text", ["x", "'a'", "[1, [2, 3]]", "1/0", "[1][2", "1 > 0", "None", "[]*9", "np.log", "[1,'a']"]
)
def test_what_is_no_value(text):
    with pytest.raises(ValueError, match=r".") as refused:
        typed_value(text)
    assert "\n" not in str(refused.value)
