"""Choosing between values: maximum, minimum, where, clip; and what is compared or rounded, without tangent."""

import numpy as np

from advis.autodiff.primitives.rule import UFUNCS, Primitive, adapter, elementwise, plain_value, refuse, without_tangent


def _weight(x, other):
    """1 where the first is greater, 0 where it is less, and one half at a tie (as in jax.numpy)."""
    x, other = plain_value(x), plain_value(other)
    return np.where(x == other, 0.5, np.where(x > other, 1.0, 0.0))[()]


maximum = elementwise(
    np.maximum,
    lambda d, ans, x, y: d * _weight(x, y),
    lambda d, ans, x, y: d * _weight(y, x),
    needs=("0 1", "0 1"),
    symbol="max({0}, {1})",
)
minimum = elementwise(
    np.minimum,
    lambda d, ans, x, y: d * _weight(y, x),
    lambda d, ans, x, y: d * _weight(x, y),
    needs=("0 1", "0 1"),
    symbol="min({0}, {1})",
)

_where_rules = (
    None,
    lambda d, ans, condition, x, y: np.where(condition, d, 0.0),
    lambda d, ans, condition, x, y: np.where(condition, 0.0, d),
)
where = Primitive("where", np.where, _where_rules, _where_rules, ("diagonal",) * 3, ("", "0", "0"))


@adapter(np.where)
def _where(condition, x=None, y=None):
    if x is None or y is None:
        raise TypeError("np.where: with one argument it returns positions, not values; write np.where(condition, x, y)")
    return where(condition, x, y)


@adapter(np.clip)
def _clip(a, a_min=None, a_max=None, out=None, *, min=None, max=None):
    refuse("np.clip", out=out)
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if low is None and high is None:
        return np.positive(a)
    if low is not None:
        a = maximum(a, low)
    return a if high is None else minimum(a, high)


greater = without_tangent(np.greater, symbol="{0} > {1}", strength=0)
greater_equal = without_tangent(np.greater_equal, symbol="{0} ≥ {1}", strength=0)
less = without_tangent(np.less, symbol="{0} < {1}", strength=0)
less_equal = without_tangent(np.less_equal, symbol="{0} ≤ {1}", strength=0)
equal = without_tangent(np.equal, symbol="{0} = {1}", strength=0)
not_equal = without_tangent(np.not_equal, symbol="{0} ≠ {1}", strength=0)
logical_and = without_tangent(np.logical_and, symbol="{0} ∧ {1}", strength=0)
logical_or = without_tangent(np.logical_or, symbol="{0} ∨ {1}", strength=0)
logical_not = without_tangent(np.logical_not, symbol="¬{0}", strength=3)
bitwise_and = without_tangent(np.bitwise_and, symbol="{0} & {1}", strength=0)
bitwise_or = without_tangent(np.bitwise_or, symbol="{0} | {1}", strength=0)
bitwise_xor = without_tangent(np.bitwise_xor, symbol="{0} ^ {1}", strength=0)
logical_xor = without_tangent(np.logical_xor, symbol="{0} ⊕ {1}", strength=0)
invert = without_tangent(np.invert, symbol="~{0}", strength=3)


def _sign(x):
    if np.iscomplexobj(x):
        raise TypeError("np.sign of a complex number turns with it; write x / np.abs(x), which has its derivative")
    return np.sign(x)


sign = UFUNCS[np.sign] = Primitive("sign", _sign)
floor = without_tangent(np.floor, symbol="⌊{0}⌋")
ceil = without_tangent(np.ceil, symbol="⌈{0}⌉")
trunc = without_tangent(np.trunc)
rint = without_tangent(np.rint)
floor_divide = without_tangent(np.floor_divide, symbol="⌊{0} / {1}⌋")
isnan = without_tangent(np.isnan)
isfinite = without_tangent(np.isfinite)
isinf = without_tangent(np.isinf)
signbit = without_tangent(np.signbit)
round_ = without_tangent(np.round, name="round")
around = without_tangent(np.around, name="around")
argmax = without_tangent(np.argmax)
argmin = without_tangent(np.argmin)
argsort = without_tangent(np.argsort)
any_ = without_tangent(np.any, name="any")
all_ = without_tangent(np.all, name="all")
count_nonzero = without_tangent(np.count_nonzero)
isclose = without_tangent(np.isclose)
allclose = without_tangent(np.allclose)
array_equal = without_tangent(np.array_equal)
cast = Primitive("cast", lambda x, dtype: x.astype(dtype))
