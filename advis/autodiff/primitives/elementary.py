"""More functions of one element: roots, inverse hyperbolic functions, angles, and what takes numbers apart."""

import operator

import numpy as np

from advis.autodiff.primitives.arithmetic import _base_rule, _exponent_rule, _share
from advis.autodiff.primitives.rule import (
    FUNCTIONS,
    Primitive,
    adapter,
    elementwise,
    plain_value,
    shape_of,
    without_tangent,
)  # fmt: skip

cbrt = elementwise(np.cbrt, lambda d, ans, x: d / (3 * ans * ans), needs=("ans",), symbol="∛{0}", strength=4)
float_power = elementwise(
    np.float_power, _base_rule, _exponent_rule, needs=("0 1", "0 ans"), symbol="{0}^{1}", strength=4
)


def _binary_share(ans, x):
    """As for logaddexp, with powers of two."""
    return _share(ans * np.log(2.0), x * np.log(2.0))


logaddexp2 = elementwise(
    np.logaddexp2,
    lambda d, ans, x, y: d * _binary_share(ans, x),
    lambda d, ans, x, y: d * _binary_share(ans, y),
    needs=("0 ans", "1 ans"),
)

arcsinh = elementwise(np.arcsinh, lambda d, ans, x: d / np.sqrt(1 + x * x), needs=("0",))
arccosh = elementwise(np.arccosh, lambda d, ans, x: d / (np.sqrt(x - 1) * np.sqrt(x + 1)), needs=("0",))
arctanh = elementwise(np.arctanh, lambda d, ans, x: d / (1 - x * x), needs=("0",))

deg2rad = elementwise(np.deg2rad, lambda d, ans, x: np.deg2rad(d), needs=("",))
radians = elementwise(np.radians, lambda d, ans, x: np.radians(d), needs=("",))
rad2deg = elementwise(np.rad2deg, lambda d, ans, x: np.rad2deg(d), needs=("",))
degrees = elementwise(np.degrees, lambda d, ans, x: np.degrees(d), needs=("",))


@adapter(np.angle)
def _angle(z, deg=False):
    """The direction of a complex number; a real one has the direction 0 or π."""
    angle = np.arctan2(np.imag(z), np.real(z))
    return np.rad2deg(angle) if deg else angle


unwrap = Primitive(
    "unwrap",
    np.unwrap,
    (lambda t, ans, x, **options: t,),
    (lambda g, ans, x, **options: g,),
    ("identity",),
    ("",),
)


@adapter(np.unwrap)
def _unwrap(p, discont=None, axis=-1, *, period=2 * np.pi):
    """Whole turns are added: steps, whose derivative is 0."""
    return unwrap(p, discont=discont, axis=axis, period=period)


def _i0_derivative(x, order):
    """The derivative of the Bessel function I₀ of this order: the mean of exp(x cos θ) cosᵏ θ over the circle.

    A mean of so many equally spaced angles is as exact as the numbers, for a periodic function (Trefethen & Weideman
    2014). θ and π − θ go together, into cosh or sinh, so that all terms have the sign of the result.
    """
    largest = np.max(np.abs(x), initial=0.0, where=np.isfinite(x))
    count = operator.index(np.ceil(8 + order / 4 + 2.5 * np.sqrt(largest)).astype(int))
    cosines = np.cos(np.pi / 2 * (np.arange(count) + 0.5) / count).astype(x.dtype)
    wave = np.sinh if order % 2 else np.cosh
    return np.mean(wave(np.expand_dims(x, -1) * cosines) * cosines**order, axis=-1)


_i0_slopes = (lambda d, ans, x, order: d * i0_derivative(x, order=order + 1),)
i0_derivative: Primitive = Primitive("i0_derivative", _i0_derivative, _i0_slopes, _i0_slopes, ("diagonal",), ("0",))
_i0_rules = (lambda d, ans, x: d * i0_derivative(x, order=1),)
i0 = Primitive("i0", np.i0, _i0_rules, _i0_rules, ("diagonal",), ("0",))
adapter(np.i0)(lambda x: i0(x) if shape_of(x) else np.reshape(i0(x), ()))


# -- numbers taken apart: each part is a node

ldexp = elementwise(
    np.ldexp, lambda d, ans, x, n: np.ldexp(d, n), None, needs=("1", ""), symbol="{0} · 2^{1}", strength=2
)
exponent = Primitive("exponent", lambda x: np.frexp(x)[1])
_fraction_rules = (lambda d, ans, x: d,)
fraction = Primitive("fraction", lambda x: np.modf(x)[0], _fraction_rules, _fraction_rules, ("diagonal",), ("",))


@adapter(np.frexp)
def _frexp(x):
    power = exponent(x)
    return np.ldexp(x, -power), power


@adapter(np.modf)
def _modf(x):
    return fraction(x), np.trunc(x)


adapter(np.divmod)(lambda x, y: (np.floor_divide(x, y), np.remainder(x, y)))


@adapter(np.real_if_close)
def _real_if_close(a, tol=100):
    """The real part if the imaginary one is round-off: a turn that the program takes."""
    if plain_value(a).dtype.kind != "c":
        return a
    bound = tol * np.finfo(plain_value(a).dtype).eps if tol > 1 else tol
    return np.real(a) if np.all(np.abs(np.imag(a)) < bound) else a


_nan_rules = (lambda d, ans, x, nan, posinf, neginf: np.where(np.isfinite(plain_value(x)), d, 0.0),)
nan_to_num = Primitive("nan_to_num", np.nan_to_num, _nan_rules, _nan_rules, ("diagonal",), ("0",))


@adapter(np.nan_to_num)
def _nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """What is not finite is replaced by a number, which does not move."""
    if plain_value(x).dtype.kind == "c":
        real, imag = (_nan_to_num(part, True, nan, posinf, neginf) for part in (np.real(x), np.imag(x)))
        found = real + 1j * imag
    else:
        found = nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
    if copy or not shape_of(x):
        return found
    x[...] = found
    return x


for _step in (np.spacing, np.bitwise_count, np.left_shift, np.right_shift, np.gcd, np.lcm, np.isneginf, np.isposinf,
              np.isreal, np.iscomplex, np.fix, np.array_equiv):  # fmt: skip
    without_tangent(_step)
FUNCTIONS[np.astype] = lambda x, dtype, /, *, copy=True, device=None: x.astype(dtype, copy=copy)
