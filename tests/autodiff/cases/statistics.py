"""Variance, averages, quantiles, norms; what ignores missing numbers; integrals and covariance."""

import numpy as np

from tests.autodiff.cases import Case, mixed, numbers

x3, x23, x234 = numbers(3), numbers(2, 3), numbers(2, 3, 4)
MASK = np.array([[True, False, True], [False, True, True]])
AXES = [None, 1, -1, (0, 2)]


def with_gaps(x):
    """The same without some of the numbers."""
    return np.where(np.arange(x.size).reshape(x.shape) % 5 == 1, np.nan, x)


WITH_AXES = {
    "average": lambda x, axis, keepdims: np.average(x, axis=axis, keepdims=keepdims),
    "median": lambda x, axis, keepdims: np.median(x, axis=axis, keepdims=keepdims),
    "nanmax": lambda x, axis, keepdims: np.nanmax(with_gaps(x), axis=axis, keepdims=keepdims),
    "nanmean": lambda x, axis, keepdims: np.nanmean(with_gaps(x), axis=axis, keepdims=keepdims),
    "nanmedian": lambda x, axis, keepdims: np.nanmedian(with_gaps(x), axis=axis, keepdims=keepdims),
    "nanmin": lambda x, axis, keepdims: np.nanmin(with_gaps(x), axis=axis, keepdims=keepdims),
    "nanpercentile": lambda x, axis, keepdims: np.nanpercentile(with_gaps(x), [20, 70.0], axis=axis, keepdims=keepdims),
    "nanprod": lambda x, axis, keepdims: np.nanprod(with_gaps(x), axis=axis, keepdims=keepdims),
    "nanstd": lambda x, axis, keepdims: np.nanstd(with_gaps(x), axis=axis, keepdims=keepdims, ddof=1),
    "nansum": lambda x, axis, keepdims: np.nansum(with_gaps(x), axis=axis, keepdims=keepdims),
    "nanvar": lambda x, axis, keepdims: np.nanvar(with_gaps(x), axis=axis, keepdims=keepdims),
    "percentile": lambda x, axis, keepdims: np.percentile(x, 30, axis=axis, keepdims=keepdims),
    "ptp": lambda x, axis, keepdims: np.ptp(x, axis=axis, keepdims=keepdims),
    "quantile": lambda x, axis, keepdims: np.quantile(x, [0.0, 0.3, 1.0], axis=axis, keepdims=keepdims),
    "std": lambda x, axis, keepdims: np.std(x, axis=axis, keepdims=keepdims, ddof=1),
    "var": lambda x, axis, keepdims: np.var(x, axis=axis, keepdims=keepdims),
    "vector_norm": lambda x, axis, keepdims: np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=3),
}

METHODS = [
    "averaged_inverted_cdf", "closest_observation", "hazen", "higher", "interpolated_inverted_cdf", "inverted_cdf",
    "linear", "lower", "median_unbiased", "midpoint", "nearest", "normal_unbiased", "weibull",
]  # fmt: skip
CONTINUOUS = ("hazen", "interpolated_inverted_cdf", "linear", "median_unbiased", "normal_unbiased", "weibull")

OTHERS = {
    "amax": lambda x: np.amax(x, axis=0),
    "amin": lambda x: np.amin(x, axis=0),
    "average weights": lambda x: np.average(x, weights=x * x),
    "average along": lambda x: np.average(x, axis=1, weights=np.array([1.0, 2.0, 3.0]), keepdims=True) ** 2,
    "average returned": lambda x: np.prod(np.stack(np.average(x, axis=0, weights=x[:, 0], returned=True))),
    "corrcoef": lambda x: np.corrcoef(x),
    "corrcoef columns": lambda x: np.corrcoef(x[:, :2], rowvar=False),
    "corrcoef two": lambda x: np.corrcoef(x[0], x[1] ** 2),
    "cov": lambda x: np.cov(x),
    "cov bias": lambda x: np.cov(x, bias=True),
    "cov ddof": lambda x: np.cov(x[0], ddof=0),
    "cov two": lambda x: np.cov(x, x[:1] ** 2, rowvar=True),
    "cov weights": lambda x: np.cov(x, fweights=[1, 3, 2], aweights=np.array([0.5, 1.0, 0.7])),
    "cumulative_prod": lambda x: np.cumulative_prod(x, axis=1, include_initial=True) ** 2,
    "cumulative_sum": lambda x: np.cumulative_sum(x[0], include_initial=True) ** 2,
    "cumulative_sum axis": lambda x: np.cumulative_sum(x, axis=-1) ** 2,
    "max initial": lambda x: np.max(x, axis=1, initial=1.9) ** 2,
    "max where": lambda x: np.max(x, axis=1, where=MASK, initial=0.1) ** 2,
    "max initial of nothing": lambda x: np.max(x[:, :0], initial=0.1) + x,
    "mean dtype": lambda x: np.mean(x, dtype=np.float64) ** 2,
    "mean where": lambda x: np.mean(x, axis=1, where=MASK) ** 2,
    "min where": lambda x: np.min(x, axis=-1, where=MASK, initial=9.0, keepdims=True) ** 2,
    "nancumprod": lambda x: np.nancumprod(with_gaps(x), axis=1) ** 2,
    "nancumsum": lambda x: np.nancumsum(with_gaps(x)) ** 2,
    "nanmax of all": lambda x: np.nanmax(np.where(MASK, x, np.nan), axis=0) ** 2,
    "nanquantile": lambda x: np.nanquantile(with_gaps(x), 0.4, axis=0),
    "prod where": lambda x: np.prod(x, axis=1, where=MASK, initial=2.0) ** 2,
    "std method": lambda x: x.std(axis=1, ddof=1),
    "std where": lambda x: np.std(x, axis=1, where=MASK),
    "sum initial": lambda x: np.sum(x, axis=1, initial=2.0) ** 2,
    "sum where": lambda x: np.sum(x, axis=1, where=MASK) ** 2,
    "trapezoid": lambda x: np.trapezoid(x) ** 2,
    "trapezoid dx": lambda x: np.trapezoid(x, dx=0.3, axis=0) ** 2,
    "trapezoid x": lambda x: np.trapezoid(x, x[0] ** 2),
    "trapezoid x axis": lambda x: np.trapezoid(x, x**3, axis=0),
    "var method": lambda x: x.var(0, ddof=1),
    "var where": lambda x: np.var(x, where=MASK, ddof=1),
}

VECTOR_ORDERS = [1, 2, 3, 2.5, 0.5, -1, np.inf, -np.inf]
MATRIX_ORDERS = [None, "fro", 1, -1, np.inf, -np.inf]

CASES = [
    *(
        Case(f"{name} {axis} {keepdims}", lambda x, f=f, a=axis, k=keepdims: f(x, a, k) ** 2, (x234,))
        for name, f in WITH_AXES.items()
        for axis, keepdims in zip(AXES, (False, True, False, True), strict=True)
    ),
    *(Case(name, f, (x23,)) for name, f in OTHERS.items()),
    *(Case(f"quantile {method}", lambda x, m=method: np.quantile(x, 0.37, method=m) ** 2, (numbers(6),))
      for method in METHODS),
    *(Case(f"quantile by q {method}", lambda x, q, m=method: np.quantile(x, q, 1, method=m) ** 2,
           (x23, numbers(2, high=0.6)))
      for method in CONTINUOUS),
    Case("percentile by q", lambda x, q: np.percentile(x, q * 50) ** 2, (x3, numbers())),
    Case("median of even", lambda x: np.median(x) ** 2, (numbers(4),)),
    Case("median of one", np.median, (numbers(1),)),
    *(Case(f"norm {order}", lambda x, o=order: np.linalg.norm(x, o, axis=1), (mixed(2, 3),))
      for order in VECTOR_ORDERS),
    *(Case(f"matrix norm {order}", lambda x, o=order: np.linalg.norm(x, o, axis=(2, 0)), (mixed(2, 3, 4) ** 3,))
      for order in MATRIX_ORDERS),
    Case("norm 0", lambda x: np.linalg.norm(x, 0) * x, (mixed(3),)),
    Case("vector_norm of all", lambda x: np.linalg.vector_norm(x, keepdims=True), (x23,)),
    Case("matrix_norm", lambda x: np.linalg.matrix_norm(x, keepdims=True), (x234,)),
]  # fmt: skip
