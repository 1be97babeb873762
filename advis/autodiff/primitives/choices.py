"""Choosing between values: maximum, minimum, where, clip; and what is compared or rounded, without tangent."""

import numpy as np

from advis.autodiff.primitives.rule import (
    UFUNCS,
    Primitive,
    adapter,
    elementwise,
    is_traced,
    plain_value,
    refuse,
    shape_of,
    without_tangent,
)  # fmt: skip


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


def _known_weight(x, other, weight):
    """As it is; but a number wins over what is not a number, and two of these share."""
    lost, other_lost = np.isnan(plain_value(x)), np.isnan(plain_value(other))
    return np.where(lost | other_lost, 0.5 * (1.0 + other_lost - lost), weight)[()]


fmax = elementwise(
    np.fmax,
    lambda d, ans, x, y: d * _known_weight(x, y, _weight(x, y)),
    lambda d, ans, x, y: d * _known_weight(y, x, _weight(y, x)),
    needs=("0 1", "0 1"),
)
fmin = elementwise(
    np.fmin,
    lambda d, ans, x, y: d * _known_weight(x, y, _weight(y, x)),
    lambda d, ans, x, y: d * _known_weight(y, x, _weight(x, y)),
    needs=("0 1", "0 1"),
)
fabs = elementwise(np.fabs, lambda d, ans, x: d * np.sign(plain_value(x)), needs=("0",), symbol="|{0}|")


def _same_sign(x, y):
    """The sign that x is multiplied by; 0 at x = 0, as for abs."""
    return np.sign(plain_value(x)) * np.copysign(1.0, plain_value(y))


copysign = elementwise(np.copysign, lambda d, ans, x, y: d * _same_sign(x, y), None, needs=("0 1", ""))
heaviside = elementwise(np.heaviside, None, lambda d, ans, x, y: d * (plain_value(x) == 0), needs=("", "0"))
fmod = elementwise(
    np.fmod,
    lambda d, ans, x, y: d,
    lambda d, ans, x, y: -d * np.trunc(plain_value(x) / plain_value(y)),
    needs=("", "0 1"),
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


@adapter(np.select)
def _select(condlist, choicelist, default=0):
    """The first choice whose condition holds; backwards, each is chosen over those after it."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    dtype = np.result_type(*map(plain_value, (*choicelist, default)))
    *choices, result = (x if is_traced(x) else np.asarray(x, dtype) for x in (*choicelist, default))
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        result = np.where(condition, choice, result)
    return result


def _chosen_here(place, index, count, mode):
    """Where the choice at this place among the arguments is the one that is taken."""
    index = plain_value(index)
    index = index % count if mode == "wrap" else np.clip(index, 0, count - 1) if mode == "clip" else index
    return index == place - 1


_choose_rules = (
    lambda place, d, ans, index, *choices, mode: np.where(_chosen_here(place, index, len(choices), mode), d, 0.0),
)
choose = Primitive(
    "choose",
    lambda index, *choices, mode: np.choose(index, choices, mode=mode),
    _choose_rules,
    _choose_rules,
    ("diagonal",),
    ("0",),
    variadic=True,
)


@adapter(np.choose)
def _choose(a, choices, out=None, mode="raise"):
    refuse("np.choose", out=out)
    return choose(a, *choices, mode=mode)


@adapter(np.piecewise)
def _piecewise(x, condlist, funclist, *args, **kw):
    """Each function is given those elements where its condition holds, and only those."""
    alone = not isinstance(condlist, (list, tuple)) and len(shape_of(condlist)) <= len(shape_of(x))
    conditions = [condlist] if alone else list(condlist)
    if not shape_of(x):
        conditions = [np.reshape(condition, (1,)) for condition in conditions]
        return np.reshape(np.piecewise(np.reshape(x, (1,)), conditions, funclist, *args, **kw), ())
    if len(funclist) == len(conditions) + 1:
        covered = conditions[0]
        for condition in conditions[1:]:
            covered = np.logical_or(covered, condition)
        conditions.append(np.logical_not(covered))
    if len(funclist) != len(conditions):
        n = len(conditions)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    result = np.zeros_like(x)
    for condition, function in zip(conditions, funclist, strict=True):
        result[condition] = function(x[condition], *args, **kw) if callable(function) else function
    return result


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
