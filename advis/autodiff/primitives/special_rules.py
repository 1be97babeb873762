"""The rules of those functions of `scipy.special` whose derivatives are functions there, too. Imports SciPy."""

import math

import numpy as np
from scipy import special

from advis.autodiff.primitives.rule import UFUNCS, Primitive, elementwise, plain_value

ROOT_PI = np.sqrt(np.pi)
ROOT_TAU = np.sqrt(2 * np.pi)


def _register(ufunc, *rules, needs):
    """As `elementwise`; but rules of the reader's own stay."""
    own = UFUNCS.get(ufunc)
    elementwise(ufunc, *rules, needs=needs)
    if own is not None:
        UFUNCS[ufunc] = own


def _not_by(name, what):
    """The rule of an argument by which the derivative is no function of SciPy."""

    def rule(d, ans, *args):
        raise TypeError(
            f"scipy.special.{name}: its derivative by {what} is not known to advis; keep {what} out of what is traced, "
            "or give it rules as a primitive"
        )

    return rule


# -- copies of NumPy's

_register(special.expm1, lambda d, ans, x: d * (ans + 1), needs=("ans",))
_register(special.exp2, lambda d, ans, x: d * (ans * np.log(2.0)), needs=("ans",))
_register(special.exp10, lambda d, ans, x: d * (ans * np.log(10.0)), needs=("ans",))
_register(special.log1p, lambda d, ans, x: d / (1 + x), needs=("0",))
_register(special.cbrt, lambda d, ans, x: d / (3 * ans * ans), needs=("ans",))
_register(special.cosm1, lambda d, ans, x: -d * np.sin(x), needs=("0",))

# -- the error function and the normal distribution

_register(special.erf, lambda d, ans, x: d * (2 / ROOT_PI * np.exp(-x * x)), needs=("0",))
_register(special.erfc, lambda d, ans, x: -d * (2 / ROOT_PI * np.exp(-x * x)), needs=("0",))
_register(special.erfi, lambda d, ans, x: d * (2 / ROOT_PI * np.exp(x * x)), needs=("0",))
_register(special.erfcx, lambda d, ans, x: d * (2 * x * ans - 2 / ROOT_PI), needs=("0 ans",))
_register(special.dawsn, lambda d, ans, x: d * (1 - 2 * x * ans), needs=("0 ans",))
_register(special.erfinv, lambda d, ans, x: d * (ROOT_PI / 2 * np.exp(ans * ans)), needs=("ans",))
_register(special.erfcinv, lambda d, ans, x: -d * (ROOT_PI / 2 * np.exp(ans * ans)), needs=("ans",))
_register(special.ndtr, lambda d, ans, x: d * (np.exp(-x * x / 2) / ROOT_TAU), needs=("0",))
_register(special.ndtri, lambda d, ans, x: d * (ROOT_TAU * np.exp(ans * ans / 2)), needs=("ans",))
_register(special.log_ndtr, lambda d, ans, x: d * (np.exp(-x * x / 2 - ans) / ROOT_TAU), needs=("0 ans",))

# -- the gamma family


def _polygamma(x, order):
    """By Hurwitz' zeta function, of which SciPy makes it too."""
    return (-1.0) ** (order + 1) * math.factorial(order) * special.zeta(order + 1, x)


_polygamma_slopes = (lambda d, ans, x, order: d * polygamma(x, order=order + 1),)
polygamma: Primitive = Primitive("polygamma", _polygamma, _polygamma_slopes, _polygamma_slopes, ("diagonal",), ("0",))

_register(special.gamma, lambda d, ans, x: d * (ans * special.psi(x)), needs=("0 ans",))
_register(special.gammaln, lambda d, ans, x: d * special.psi(x), needs=("0",))
_register(special.loggamma, lambda d, ans, x: d * special.psi(x), needs=("0",))
_register(special.psi, lambda d, ans, x: d * polygamma(x, order=1), needs=("0",))
_register(
    special.beta,
    lambda d, ans, a, b: d * (ans * (special.psi(a) - special.psi(a + b))),
    lambda d, ans, a, b: d * (ans * (special.psi(b) - special.psi(a + b))),
    needs=("0 1 ans", "0 1 ans"),
)
_register(
    special.betaln,
    lambda d, ans, a, b: d * (special.psi(a) - special.psi(a + b)),
    lambda d, ans, a, b: d * (special.psi(b) - special.psi(a + b)),
    needs=("0 1", "0 1"),
)
_register(
    special.gammainc,
    _not_by("gammainc", "a"),
    lambda d, ans, a, x: d * np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a)),
    needs=("", "0 1"),
)
_register(
    special.gammaincc,
    _not_by("gammaincc", "a"),
    lambda d, ans, a, x: -d * np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a)),
    needs=("", "0 1"),
)
_register(
    special.betainc,
    _not_by("betainc", "a"),
    _not_by("betainc", "b"),
    lambda d, ans, a, b, x: d * np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b)),
    needs=("", "", "0 1 2"),
)

# -- logarithms and the logistic function


def _unless_both_zero(x, y):
    """y, and 1 where both are 0: 0 · log 0 is 0, and stays so."""
    return np.where((plain_value(x) == 0) & (plain_value(y) == 0), 1.0, y)


_register(
    special.xlogy,
    lambda d, ans, x, y: d * np.log(y),
    lambda d, ans, x, y: d * (x / _unless_both_zero(x, y)),
    needs=("1", "0 1"),
)
_register(
    special.xlog1py,
    lambda d, ans, x, y: d * np.log1p(y),
    lambda d, ans, x, y: d * (x / _unless_both_zero(x, 1 + y)),
    needs=("1", "0 1"),
)
_register(special.entr, lambda d, ans, x: -d * (np.log(x) + 1), needs=("0",))
_register(
    special.rel_entr,
    lambda d, ans, x, y: d * (np.log(x / y) + 1),
    lambda d, ans, x, y: -d * (x / y),
    needs=("0 1", "0 1"),
)
_register(
    special.kl_div,
    lambda d, ans, x, y: d * np.log(x / y),
    lambda d, ans, x, y: d * (1 - x / y),
    needs=("0 1", "0 1"),
)
_register(special.expit, lambda d, ans, x: d * (ans * special.expit(-x)), needs=("0 ans",))
_register(special.log_expit, lambda d, ans, x: d * special.expit(-x), needs=("0",))
_register(special.logit, lambda d, ans, x: d / (x * (1 - x)), needs=("0",))
_register(special.exp1, lambda d, ans, x: -d * (np.exp(-x) / x), needs=("0",))
_register(special.expi, lambda d, ans, x: d * (np.exp(x) / x), needs=("0",))

# -- Bessel functions: a derivative is half the difference, or sum, of the neighbours in order

_register(special.j0, lambda d, ans, x: -d * special.j1(x), needs=("0",))
_register(special.j1, lambda d, ans, x: d * ((special.j0(x) - special.jv(2, x)) / 2), needs=("0",))
_register(special.y0, lambda d, ans, x: -d * special.y1(x), needs=("0",))
_register(special.y1, lambda d, ans, x: d * ((special.y0(x) - special.yv(2, x)) / 2), needs=("0",))
_register(special.i0, lambda d, ans, x: d * special.i1(x), needs=("0",))
_register(special.i1, lambda d, ans, x: d * ((special.i0(x) + special.iv(2, x)) / 2), needs=("0",))
_register(special.k0, lambda d, ans, x: -d * special.k1(x), needs=("0",))
_register(special.k1, lambda d, ans, x: -d * ((special.k0(x) + special.kv(2, x)) / 2), needs=("0",))
_register(special.i0e, lambda d, ans, x: d * (special.i1e(x) - np.sign(plain_value(x)) * ans), needs=("0 ans",))
_register(
    special.i1e,
    lambda d, ans, x: d * ((special.i0e(x) + special.ive(2, x)) / 2 - np.sign(plain_value(x)) * ans),
    needs=("0 ans",),
)
_register(special.k0e, lambda d, ans, x: d * (ans - special.k1e(x)), needs=("0 ans",))
_register(special.k1e, lambda d, ans, x: d * (ans - (special.k0e(x) + special.kve(2, x)) / 2), needs=("0 ans",))


def _of_order(ufunc, neighbours, sign, rest=lambda ans, x: 0.0, scaled=False):
    """A family with an order: sign · (its neighbours combined) / 2, and the rest where it is scaled."""
    _register(
        ufunc,
        _not_by(ufunc.__name__, "the order"),
        lambda d, ans, v, x: d * (neighbours(v, x, sign) + rest(ans, x)),
        needs=("", "0 1 ans" if scaled else "0 1"),
    )


def _half(ufunc, other):
    """(f of order v − 1, plus or minus f of order v + 1) / 2."""
    return lambda v, x, sign: sign * (ufunc(v - 1, x) + other * ufunc(v + 1, x)) / 2


_of_order(special.jv, _half(special.jv, -1), 1)
_of_order(special.yv, _half(special.yv, -1), 1)
_of_order(special.yn, _half(special.yv, -1), 1)
_of_order(special.iv, _half(special.iv, 1), 1)
_of_order(special.kv, _half(special.kv, 1), -1)
_of_order(special.kn, _half(special.kv, 1), -1)
_of_order(special.ive, _half(special.ive, 1), 1, lambda ans, x: -np.sign(plain_value(x)) * ans, scaled=True)
_of_order(special.kve, _half(special.kve, 1), -1, lambda ans, x: ans, scaled=True)
