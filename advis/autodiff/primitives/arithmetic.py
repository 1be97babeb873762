"""Arithmetic, powers and the elementary functions: what works on each element alone."""

import math
import operator
from dataclasses import replace

import numpy as np

from advis.autodiff.primitives.rule import Primitive, adapter, elementwise, plain_value, shape_of

add = elementwise(
    np.add, lambda d, ans, x, y: d, lambda d, ans, x, y: d, needs=("", ""), symbol="{0} + {1}", strength=1
)
subtract = elementwise(
    np.subtract, lambda d, ans, x, y: d, lambda d, ans, x, y: -d, needs=("", ""), symbol="{0} − {1}", strength=1
)
multiply = elementwise(
    np.multiply,
    lambda d, ans, x, y: d * y,
    lambda d, ans, x, y: d * x,
    needs=("1", "0"),
    symbol="{0} · {1}",
    strength=2,
)
divide = elementwise(
    np.divide,
    lambda d, ans, x, y: d / y,
    lambda d, ans, x, y: -d * ans / y,
    needs=("1", "1 ans"),
    symbol="{0} / {1}",
    strength=2,
)
negative = elementwise(np.negative, lambda d, ans, x: -d, needs=("",), symbol="−{0}", strength=3)
positive = elementwise(np.positive, lambda d, ans, x: d, needs=("",), symbol="+{0}", strength=3)


def _base_rule(d, ans, x, y):
    """d xʸ/dx = y xʸ⁻¹, and 0 for y = 0 even at x = 0."""
    if type(y) in (int, float, np.float64) and y == 2:
        return 2 * d * x  # NumPy squares by a product too; a power of an array costs tens of times as much
    both = (plain_value(x) == 0) & (plain_value(y) == 0)
    base = np.where(both, 1.0, x) if np.any(both) else x
    return d * (y * base ** (y - 1))


def _exponent_rule(d, ans, x, y):
    """d xʸ/dy = log(x) xʸ, and 0 at x = 0 (as in jax.numpy)."""
    return d * (np.log(np.where(plain_value(x) == 0, 1.0, x)) * ans)


power = elementwise(np.power, _base_rule, _exponent_rule, needs=("0 1", "0 ans"), symbol="{0}^{1}", strength=4)
power_operator = replace(power, call=operator.pow)  # x**y: NumPy takes short cuts for y = 2, ½, −1; np.power does not

square = elementwise(np.square, lambda d, ans, x: 2 * d * x, needs=("0",), symbol="{0}²", strength=4)
sqrt = elementwise(np.sqrt, lambda d, ans, x: d / (2 * ans), needs=("ans",), symbol="√{0}", strength=4)
reciprocal = elementwise(np.reciprocal, lambda d, ans, x: -d * ans * ans, needs=("ans",), symbol="1 / {0}", strength=2)


def _absolute_rule(d, ans, x):
    """d times the sign; of a complex number its direction, mirrored: |x| moves by Re(x̄ dx) / |x|."""
    if plain_value(x).dtype.kind != "c":
        return d * np.sign(plain_value(x))
    return np.conjugate(x) * (d / np.where(plain_value(ans) == 0, 1.0, ans))


absolute = elementwise(np.absolute, _absolute_rule, needs=("0 ans",), symbol="|{0}|", name="abs")
conjugate = elementwise(np.conjugate, lambda d, ans, x: np.conjugate(d), needs=("",), symbol="conj({0})", name="conj")

exp = elementwise(np.exp, lambda d, ans, x: d * ans, needs=("ans",))
expm1 = elementwise(np.expm1, lambda d, ans, x: d * (ans + 1), needs=("ans",))
exp2 = elementwise(np.exp2, lambda d, ans, x: d * (ans * np.log(2.0)), needs=("ans",))
log = elementwise(np.log, lambda d, ans, x: d / x, needs=("0",))
log1p = elementwise(np.log1p, lambda d, ans, x: d / (1 + x), needs=("0",))
log2 = elementwise(np.log2, lambda d, ans, x: d / (x * np.log(2.0)), needs=("0",))
log10 = elementwise(np.log10, lambda d, ans, x: d / (x * np.log(10.0)), needs=("0",))


def _share(ans, x):
    """The softmax weight of one term: exp(x − ans), and 0 where both terms are exp(−∞) = 0."""
    return np.exp(np.where(np.isneginf(plain_value(ans)), -np.inf, x - ans))


logaddexp = elementwise(
    np.logaddexp,
    lambda d, ans, x, y: d * _share(ans, x),
    lambda d, ans, x, y: d * _share(ans, y),
    needs=("0 ans", "1 ans"),
)

sin = elementwise(np.sin, lambda d, ans, x: d * np.cos(x), needs=("0",))
cos = elementwise(np.cos, lambda d, ans, x: -d * np.sin(x), needs=("0",))
tan = elementwise(np.tan, lambda d, ans, x: d * (1 + ans * ans), needs=("ans",))
sinh = elementwise(np.sinh, lambda d, ans, x: d * np.cosh(x), needs=("0",))
cosh = elementwise(np.cosh, lambda d, ans, x: d * np.sinh(x), needs=("0",))
tanh = elementwise(np.tanh, lambda d, ans, x: d * (1 - ans * ans), needs=("ans",))
arcsin = elementwise(np.arcsin, lambda d, ans, x: d / np.sqrt(1 - x * x), needs=("0",))
arccos = elementwise(np.arccos, lambda d, ans, x: -d / np.sqrt(1 - x * x), needs=("0",))
arctan = elementwise(np.arctan, lambda d, ans, x: d / (1 + x * x), needs=("0",))


def _along(ans, x):
    """x over the hypotenuse; 0 where both legs are 0 (a subgradient)."""
    return x / np.where(plain_value(ans) == 0, 1.0, ans)


hypot = elementwise(
    np.hypot, lambda d, ans, x, y: d * _along(ans, x), lambda d, ans, x, y: d * _along(ans, y), needs=("0 ans", "1 ans")
)


def _sinc_derivative(x, order):
    """The derivative of sinc of this order; exact at 0, and accurate near it.

    With u = πx and s = sin(u) / u, Leibniz' rule for u s = sin(u) gives u s⁽ᵏ⁾ = sin⁽ᵏ⁾(u) − k s⁽ᵏ⁻¹⁾. Near 0 that
    would subtract what is nearly equal; there the power series of s⁽ᵏ⁾ is summed, by Horner's scheme.
    """
    u = np.pi * x
    far = np.abs(u) > max(1.0, order)
    big, small = np.where(far, u, 1.0), np.where(far, 0.0, u)
    waves = np.sin(big), np.cos(big), -np.sin(big), -np.cos(big)
    distant = waves[0] / big
    for k in range(1, order + 1):
        distant = (waves[k % 4] - k * distant) / big
    squared, series = small * small, 0.0
    for j in range((order + 1) // 2 + 12 + order, (order + 1) // 2 - 1, -1):
        degree = 2 * j - order
        series = series * squared + (-1) ** j / (math.factorial(degree) * (2 * j + 1))
    return np.pi**order * np.where(far, distant, series * small if order % 2 else series)


_sinc_slopes = (lambda d, ans, x, order: d * sinc_derivative(x, order=order + 1),)
sinc_derivative: Primitive = Primitive(
    "sinc_derivative", _sinc_derivative, _sinc_slopes, _sinc_slopes, ("diagonal",), ("0",)
)
_sinc_rules = (lambda d, ans, x: d * sinc_derivative(x, order=1),)
sinc = Primitive("sinc", np.sinc, _sinc_rules, _sinc_rules, ("diagonal",), ("0",))
adapter(np.sinc)(lambda x: sinc(x))
remainder = elementwise(
    np.remainder,
    lambda d, ans, x, y: d,
    lambda d, ans, x, y: -d * np.floor_divide(plain_value(x), plain_value(y)),
    needs=("", "0 1"),
    symbol="{0} mod {1}",
    strength=2,
)
arctan2 = elementwise(
    np.arctan2,
    lambda d, ans, y, x: d * x / (x * x + y * y),
    lambda d, ans, y, x: -d * y / (x * x + y * y),
    needs=("0 1", "0 1"),
)

# Of a complex number. The pairing of tangents and adjoints is Re(Σ u v), without conjugation, as in JAX.
real = Primitive("real", np.real, (lambda t, ans, x: np.real(t),), (lambda g, ans, x: g,), ("diagonal",), ("",))
imag = Primitive("imag", np.imag, (lambda t, ans, x: np.imag(t),), (lambda g, ans, x: -1j * g,), ("diagonal",), ("",))


@adapter(np.real)
def _real(val):
    return real(val) if plain_value(val).dtype.kind == "c" else val


@adapter(np.imag)
def _imag(val):
    return imag(val) if plain_value(val).dtype.kind == "c" else np.zeros(shape_of(val), plain_value(val).dtype)[()]
