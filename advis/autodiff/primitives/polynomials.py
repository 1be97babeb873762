"""Polynomials by their coefficients, highest power first: polyval, polymul, polyder, polyint, polyfit, roots."""

import numpy as np

from advis.autodiff.primitives.rule import adapter, is_traced, plain_value, refuse, shape_of


@adapter(np.polyval)
def _polyval(p, x):
    """By Horner's rule."""
    if isinstance(x, np.poly1d):
        raise TypeError("np.polyval: a polynomial in a polynomial is not recorded by advis; give numbers x")
    coefficients = p if is_traced(p) else np.stack(p) if any(map(is_traced, p)) else np.asarray(p)
    value = x * 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _aligned(a, b):
    """Two polynomials with as many coefficients as each other."""
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    count = max(shape_of(a)[0], shape_of(b)[0])
    return tuple(np.pad(x, (count - shape_of(x)[0], 0)) if shape_of(x)[0] < count else x for x in (a, b))


adapter(np.polyadd)(lambda a1, a2: np.add(*_aligned(a1, a2)))
adapter(np.polysub)(lambda a1, a2: np.subtract(*_aligned(a1, a2)))
adapter(np.polymul)(lambda a1, a2: np.convolve(a1, a2))


@adapter(np.polyder)
def _polyder(p, m=1):
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    for _ in range(m):
        p = p[:-1] * np.arange(shape_of(p)[0] - 1, 0, -1)
    return p


@adapter(np.polyint)
def _polyint(p, m=1, k=None):
    """The constants of integration, one for each order; zero if they are not given."""
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = np.zeros(m) if k is None else np.broadcast_to(k, (m,)) if len(np.atleast_1d(k)) == 1 else k
    for order in range(m):
        p = np.concatenate([p / np.arange(shape_of(p)[0], 0, -1), np.reshape(constants[order], (1,))])
    return p


@adapter(np.poly)
def _poly(seq_of_zeros):
    """The product of x − root over all roots; of a matrix, over its eigenvalues."""
    roots = np.linalg.eigvals(seq_of_zeros) if len(shape_of(seq_of_zeros)) == 2 else seq_of_zeros
    product = np.ones(1, np.result_type(*map(plain_value, roots)))
    for root in roots:
        product = np.convolve(product, np.stack([np.ones_like(plain_value(root)), -root]))
    return product


@adapter(np.roots)
def _roots(p):
    """The eigenvalues of the companion matrix, after zeros at either end of the coefficients are set aside."""
    there = np.flatnonzero(plain_value(p))
    if not there.size:
        return np.array([])
    first, last = int(there[0]), int(there[-1])
    degree, zeros = last - first, shape_of(p)[0] - 1 - last
    if not degree:
        return np.zeros(zeros)
    row = -p[first + 1 : last + 1] / p[first]
    companion = np.concatenate([np.reshape(row, (1, -1)), np.eye(degree - 1, degree, dtype=plain_value(p).dtype)])
    found = np.linalg.eigvals(companion)
    return np.concatenate([found, np.zeros(zeros)]) if zeros else found


@adapter(np.polydiv)
def _polydiv(u, v):
    """Long division: the quotient, and the remainder without its leading zeros."""
    u, v = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    n = shape_of(v)[0]
    terms = []
    for _ in range(max(shape_of(u)[0] - n + 1, 1)):
        if shape_of(u)[0] < n:
            terms.append(0.0)
            break
        terms.append(u[0] / v[0])
        head = u[:n] - terms[-1] * v
        u = np.concatenate([head, u[n:]])[1:]
    quotient = np.stack(terms)
    full = np.flatnonzero(np.abs(plain_value(u)) > 1e-8)
    return quotient, u[int(full[0]) if full.size else shape_of(u)[0] - 1 :] if shape_of(u)[0] else np.zeros(1)


@adapter(np.polyfit)
def _polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """Least squares by the pseudo-inverse, in columns scaled to length 1 as NumPy does."""
    refuse("np.polyfit", full=full or None, cov=cov or None)
    if len(shape_of(x)) != 1 or shape_of(x)[0] == 0:
        raise TypeError("expected 1D vector for x" if len(shape_of(x)) != 1 else "expected non-empty vector for x")
    if shape_of(x)[0] != shape_of(y)[0]:
        raise TypeError("expected x and y to have same length")
    columns = np.vander(x, int(deg) + 1)
    if w is not None:
        columns = columns * np.expand_dims(w, -1)
        y = y * (np.expand_dims(w, -1) if len(shape_of(y)) == 2 else w)
    lengths = np.sqrt(np.sum(columns * columns, axis=0))
    rcond = shape_of(x)[0] * np.finfo(float).eps if rcond is None else rcond
    found = np.linalg.lstsq(columns / lengths, y, rcond)[0]
    return found / (np.expand_dims(lengths, -1) if len(shape_of(y)) == 2 else lengths)
