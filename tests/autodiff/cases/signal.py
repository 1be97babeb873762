"""Samples on grids: interpolation, differences, convolutions; polynomials by their coefficients."""

import numpy as np

from tests.autodiff.cases import Case, mixed, numbers

points, heights = np.array([0.0, 0.7, 1.1, 2.0, 2.3]), mixed(5)
inside = np.array([[-0.3, 0.1, 0.9], [1.2, 2.1, 2.9]])
m5, m3 = mixed(5), mixed(3, seed=4)

GRIDS = {
    "interp": (np.interp, (inside, points, heights)),
    "interp number": (np.interp, (np.float64(0.8), points, heights)),
    "interp left and right": (lambda x, xp, fp: np.interp(x, xp, fp, -1.0, 2.0), (inside, points, heights)),
    "interp period": (lambda x, xp, fp: np.interp(x, xp, fp, period=3.0), (inside, points, heights)),
    "interp of constants": (lambda x: np.interp(x, points, heights) ** 2, (inside,)),
    "diff": (np.diff, (numbers(2, 4),)),
    "diff twice": (lambda x: np.diff(x, 2, axis=0) ** 2, (numbers(4, 2),)),
    "diff ends": (lambda x, y: np.diff(x, prepend=y, append=x[:, :1]) ** 2, (numbers(2, 3), np.float64(0.5))),
    "ediff1d": (lambda x, y: np.ediff1d(x, to_begin=y, to_end=[1.0, 2.0]) ** 2, (numbers(2, 2), np.float64(0.5))),
    "gradient": (lambda f: np.gradient(f) ** 2, (mixed(5),)),
    "gradient axes": (lambda f: np.stack(np.gradient(f)) ** 2, (mixed(3, 4),)),
    "gradient axis": (lambda f: np.gradient(f, 0.5, axis=-1) ** 2, (mixed(3, 4),)),
    "gradient edges": (lambda f, h: np.gradient(f, h, edge_order=2), (mixed(5), np.float64(0.3))),
    "gradient uneven": (np.gradient, (mixed(5), points)),
    "gradient uneven edges": (lambda f, x: np.gradient(f, x, axis=0, edge_order=2), (mixed(5, 2), points)),
    "gradient by lists": (lambda f: np.gradient(f, [0.0, 0.5, 2.0], axis=0) ** 2, (mixed(3, 2),)),
    "gradient of three": (lambda f: np.gradient(f, edge_order=2) ** 2, (mixed(3),)),
    "trapezoid": (lambda y: np.trapezoid(y) ** 2, (numbers(2, 4),)),
    "trapezoid x": (lambda y, x: np.trapezoid(y, x, axis=0), (numbers(5, 2), points)),
    "trapezoid dx": (lambda y, h: np.trapezoid(y, dx=h), (numbers(3), np.float64(0.2))),
    **{f"convolve {mode} {m} {n}": (lambda a, v, mode=mode: np.convolve(a, v, mode), (mixed(m), mixed(n, seed=4)))
       for mode in ("full", "same", "valid") for m, n in ((5, 2), (2, 5), (1, 1))},
    **{f"correlate {mode} {m} {n}": (lambda a, v, mode=mode: np.correlate(a, v, mode), (mixed(m), mixed(n, seed=4)))
       for mode in ("full", "same", "valid") for m, n in ((5, 2), (2, 5))},
}  # fmt: skip
POLYNOMIALS = {
    "polyval": (np.polyval, (m3, mixed(2, 2))),
    "polyval of a list": (lambda x, a: np.polyval([a, a * a], x), (numbers(3), numbers())),
    "polyval number": (lambda x: np.polyval([1.0, -2.0, 3.0], x), (numbers(),)),
    "polyadd": (lambda a, b: np.polyadd(a, b) ** 2, (m3, m5)),
    "polysub": (lambda a, b: np.polysub(a, b) ** 2, (m5, m3)),
    "polymul": (np.polymul, (m5, m3)),
    "polydiv": (lambda a, b: np.concatenate(np.polydiv(a, b)), (m5, m3)),
    "polyder": (lambda p: np.polyder(p) ** 2, (m5,)),
    "polyder twice": (lambda p: np.polyder(p, 2) ** 2, (m5,)),
    "polyint": (lambda p: np.polyint(p, 2, [1.0, 3.0]) ** 2, (m3,)),
    "poly": (np.poly, (m3,)),
    "roots": (lambda p: np.sort(np.real(np.roots(p))), (np.array([2.0, -9.0, 1.0, 3.0]),)),
    "polyfit": (lambda x, y: np.polyfit(x, y, 2), (points, heights)),
    "polyfit weights": (lambda y, w: np.polyfit(points, y, 1, w=w), (heights, numbers(5))),
}

CASES = [Case(name, f, arguments) for family in (GRIDS, POLYNOMIALS) for name, (f, arguments) in family.items()]
