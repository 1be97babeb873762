"""The ufuncs of scipy.special."""

import numpy as np
from scipy import special

from tests.autodiff.cases import Case, mixed, numbers

POSITIVE = {
    "digamma": special.digamma,
    "entr": special.entr,
    "erfcinv": lambda x: special.erfcinv(x / 2),
    "exp1": special.exp1,
    "expi": special.expi,
    "gamma": special.gamma,
    "gammaln": special.gammaln,
    "k0": special.k0,
    "k0e": special.k0e,
    "k1": special.k1,
    "k1e": special.k1e,
    "kn": lambda x: special.kn(2, x),
    "kv": lambda x: special.kv(1.5, x),
    "kve": lambda x: special.kve(1.5, x),
    "log1p": special.log1p,
    "loggamma": special.loggamma,
    "logit": lambda x: special.logit(x / 3),
    "ndtri": lambda x: special.ndtri(x / 3),
    "y0": special.y0,
    "y1": special.y1,
    "yn": lambda x: special.yn(2, x),
    "yv": lambda x: special.yv(1.5, x),
}
REAL = {
    "cbrt": special.cbrt,
    "cosm1": special.cosm1,
    "dawsn": special.dawsn,
    "erf": special.erf,
    "erfc": special.erfc,
    "erfcx": special.erfcx,
    "erfi": special.erfi,
    "erfinv": lambda x: special.erfinv(x / 3),
    "exp10": special.exp10,
    "exp2": special.exp2,
    "expit": special.expit,
    "expm1": special.expm1,
    "i0": special.i0,
    "i0e": special.i0e,
    "i1": special.i1,
    "i1e": special.i1e,
    "iv": lambda x: special.iv(2, x),
    "ive": lambda x: special.ive(2, x),
    "j0": special.j0,
    "j1": special.j1,
    "jn": lambda x: special.jn(3, x),
    "jv": lambda x: special.jv(2, x),
    "log_expit": special.log_expit,
    "log_ndtr": special.log_ndtr,
    "ndtr": special.ndtr,
}
BINARY = {
    "beta": special.beta,
    "betaln": special.betaln,
    "kl_div": special.kl_div,
    "rel_entr": special.rel_entr,
    "xlog1py": special.xlog1py,
    "xlogy": special.xlogy,
}

CASES = [
    *(Case(f"special.{name}", f, (numbers(3),)) for name, f in POSITIVE.items()),
    *(Case(f"special.{name}", f, (mixed(4),)) for name, f in REAL.items()),
    *(Case(f"special.{name}", f, (numbers(2, 3, seed=3), numbers(3, seed=4))) for name, f in BINARY.items()),
    Case("special.gammainc", lambda x: special.gammainc(np.array([0.7, 1.5, 2.0]), x), (numbers(3),)),
    Case("special.gammaincc", lambda x: special.gammaincc(1.5, x), (numbers(3),)),
    Case("special.betainc", lambda x: special.betainc(1.5, 0.7, x / 3), (numbers(3),)),
    Case("special.erf of a number", lambda x: special.erf(x) * x, (numbers(),)),
    Case("special.expit where=", lambda x: special.expit(x, where=x > 1)[x > 1], (numbers(3),)),
]
