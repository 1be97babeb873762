"""Sums of products: matmul, dot, outer, einsum."""

import numpy as np

from advis.autodiff.primitives.rule import UFUNCS, Primitive, adapter, plain_value, refuse, shape_of


def _transposed(x):
    return np.swapaxes(x, -1, -2)


def _left_vjp(g, ans, a, b):
    """The adjoint of a in a @ b. A vector is a matrix with one row (left) or one column (right)."""
    if len(shape_of(b)) == 1:
        return g * b if len(shape_of(a)) == 1 else np.expand_dims(g, -1) * b
    if len(shape_of(a)) == 1:
        return np.matmul(b, np.expand_dims(g, -1))[..., 0]
    return np.matmul(g, _transposed(b))


def _right_vjp(g, ans, a, b):
    """The adjoint of b in a @ b."""
    if len(shape_of(a)) == 1:
        return g * a if len(shape_of(b)) == 1 else np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if len(shape_of(b)) == 1:
        return np.matmul(_transposed(a), np.expand_dims(g, -1))[..., 0]
    return np.matmul(_transposed(a), g)


matmul = Primitive(
    "matmul",
    np.matmul,
    (lambda t, ans, a, b: np.matmul(t, b), lambda t, ans, a, b: np.matmul(a, t)),
    (_left_vjp, _right_vjp),
    ("dense", "dense"),
    ("1", "0"),
    symbol="{0} @ {1}",
    strength=2,
)
UFUNCS[np.matmul] = matmul


@adapter(np.dot)
def _dot(a, b, out=None):
    refuse("np.dot", out=out)
    dims = len(shape_of(a)), len(shape_of(b))
    if 0 in dims:
        return np.multiply(a, b)
    if dims[1] <= 2:
        return matmul(a, b)
    letters = "abcdefghijklmnopqrstuvwxyz"
    left, right = letters[: dims[0]], list(letters[dims[0] : sum(dims)])
    right[-2] = left[-1]
    return np.einsum(f"{left},{''.join(right)}->{left[:-1]}{''.join(right).replace(left[-1], '')}", a, b)


@adapter(np.outer)
def _outer(a, b, out=None):
    refuse("np.outer", out=out)
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


def _einsum_jvp(place, t, ans, *arrays, subscripts):
    """einsum is linear in each operand: put the tangent in the operand's place."""
    return np.einsum(subscripts, *(t if k == place else x for k, x in enumerate(arrays)))


def _einsum_vjp(place, g, ans, *arrays, subscripts):
    """The operand's own letters become the output, and the adjoint takes the operand's place.

    A letter that stands twice in the operand took a diagonal: an identity matrix puts it back there. A letter that
    stands nowhere else was summed over: the adjoint is the same for all its values.
    """
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    pairs = list(zip(terms, arrays, strict=True))
    sizes: dict[str, int] = {}
    for letter, n in ((letter, n) for term, x in pairs for letter, n in zip(term, shape_of(x), strict=True)):
        sizes[letter] = n if sizes.get(letter, 1) == 1 else sizes[letter]  # an axis of size 1 is broadcast
    operands = [(output, g)] + [pair for k, pair in enumerate(pairs) if k != place]
    wanted, seen = "", "".join(terms) + output
    for letter in terms[place]:
        if letter in wanted:
            fresh = next(c for c in _LETTERS if c not in seen)
            operands.append((letter + fresh, np.eye(sizes[letter])))
            sizes[fresh], seen, letter = sizes[letter], seen + fresh, fresh
        wanted += letter
    known = "".join(term for term, _ in operands)
    operands += [(letter, np.ones(sizes[letter])) for letter in dict.fromkeys(wanted) if letter not in known]
    text = ",".join(term for term, _ in operands) + "->" + wanted
    return np.einsum(text, *(x for _, x in operands), optimize=len(operands) > 2)


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

einsum = Primitive(
    "einsum",
    lambda *arrays, subscripts: np.einsum(subscripts, *arrays),
    (_einsum_jvp,),
    (_einsum_vjp,),
    ("dense",),
    ("others",),
    variadic=True,
)


def _explicit(subscripts, arrays):
    """Subscripts with an arrow and without an ellipsis: one letter for each axis."""
    subscripts = subscripts.replace(" ", "")
    inputs, arrow, output = subscripts.partition("->")
    if not arrow:
        letters = inputs.replace(",", "").replace(".", "")
        output = ("..." if "..." in inputs else "") + "".join(sorted(c for c in letters if letters.count(c) == 1))
    terms = inputs.split(",")
    free = [c for c in _LETTERS if c not in subscripts]
    widths = [
        len(shape_of(x)) - len(term.replace("...", "")) if "..." in term else 0
        for term, x in zip(terms, arrays, strict=True)
    ]
    dots = "".join(free[: max(widths, default=0)])
    terms = [term.replace("...", dots[len(dots) - n :]) for term, n in zip(terms, widths, strict=True)]
    return ",".join(terms) + "->" + output.replace("...", dots)


@adapter(np.einsum)
def _einsum(subscripts, *operands, out=None, optimize=None, **options):
    refuse("np.einsum", out=out, **options)
    if not isinstance(subscripts, str):
        raise TypeError("np.einsum: write the subscripts as text, for example np.einsum('ij,j->i', A, x)")
    if len(subscripts.partition("->")[0].split(",")) != len(operands):
        raise ValueError(f"np.einsum: {subscripts!r} does not name {len(operands)} operands")
    return einsum(*operands, subscripts=_explicit(subscripts, operands))


# -- tensordot and its relatives


def _contracted(axes, a, b):
    """The axes of a and of b that are summed over, in pairs."""
    dims = len(shape_of(a)), len(shape_of(b))
    if isinstance(axes, (int, np.integer)):
        return list(range(dims[0] - axes, dims[0])), list(range(axes))
    left, right = ([side] if isinstance(side, (int, np.integer)) else side for side in axes)
    return [k % dims[0] for k in left], [k % dims[1] for k in right]


def _free(x, axes):
    return [k for k in range(len(shape_of(x))) if k not in axes]


def _tensordot_vjp(g, a, b, left, right):
    """The adjoint of a: g times b along what b kept, its axes put where a has them."""
    kept = _free(b, right)
    count = len(shape_of(a)) - len(left)
    found = np.tensordot(g, b, (list(range(count, count + len(kept))), kept))
    order = _free(a, left) + [left[right.index(k)] for k in sorted(right)]
    return np.transpose(found, np.argsort(order).tolist())


def _swapped(g, a, b, left):
    """The adjoint of ``tensordot(b, a)``, given that of ``tensordot(a, b)``."""
    count = len(shape_of(a)) - len(left)
    total = len(shape_of(g))
    return np.transpose(g, [*range(count, total), *range(count)])


def _right_of_tensordot(g, a, b, axes):
    left, right = _contracted(axes, a, b)
    return _tensordot_vjp(_swapped(g, a, b, left), b, a, right, left)


tensordot = Primitive(
    "tensordot",
    np.tensordot,
    (
        lambda t, ans, a, b, axes: np.tensordot(t, b, axes),
        lambda t, ans, a, b, axes: np.tensordot(a, t, axes),
    ),
    (
        lambda g, ans, a, b, axes: _tensordot_vjp(g, a, b, *_contracted(axes, a, b)),
        lambda g, ans, a, b, axes: _right_of_tensordot(g, a, b, axes),
    ),
    ("dense", "dense"),
    ("1", "0"),
)


@adapter(np.tensordot, np.linalg.tensordot)
def _tensordot(a, b, /, axes=2):
    return tensordot(a, b, axes=axes)


@adapter(np.inner)
def _inner(a, b, /):
    return np.tensordot(a, b, (-1, -1)) if shape_of(a) and shape_of(b) else np.multiply(a, b)


def _conj(x):
    return np.conjugate(x) if plain_value(x).dtype.kind == "c" else x


@adapter(np.vdot)
def _vdot(a, b, /):
    return np.matmul(_conj(np.ravel(a)), np.ravel(b))


def _times(g, v):
    """A number for each vector, times the vector."""
    return np.expand_dims(g, -1) * v


vecdot = UFUNCS[np.vecdot] = Primitive(
    "vecdot",
    np.vecdot,
    (lambda t, ans, a, b: np.vecdot(t, b), lambda t, ans, a, b: np.vecdot(a, t)),
    (lambda g, ans, a, b: _conj(_times(g, b)), lambda g, ans, a, b: _times(g, _conj(a))),
    ("dense", "dense"),
    ("1", "0"),
)
matvec = UFUNCS[np.matvec] = Primitive(
    "matvec",
    np.matvec,
    (lambda t, ans, a, x: np.matvec(t, x), lambda t, ans, a, x: np.matvec(a, t)),
    (
        lambda g, ans, a, x: np.expand_dims(g, -1) * np.expand_dims(x, -2),
        lambda g, ans, a, x: np.matvec(_transposed(a), g),
    ),
    ("dense", "dense"),
    ("1", "0"),
)
vecmat = UFUNCS[np.vecmat] = Primitive(
    "vecmat",
    np.vecmat,
    (lambda t, ans, x, a: np.vecmat(t, a), lambda t, ans, x, a: np.vecmat(x, t)),
    (
        lambda g, ans, x, a: _conj(np.matvec(a, g)),
        lambda g, ans, x, a: np.expand_dims(_conj(x), -1) * np.expand_dims(g, -2),
    ),
    ("dense", "dense"),
    ("1", "0"),
)


@adapter(np.linalg.vecdot)
def _vecdot(x1, x2, /, *, axis=-1):
    return np.vecdot(*(x if axis == -1 else np.moveaxis(x, axis, -1) for x in (x1, x2)))


adapter(np.linalg.matmul)(lambda x1, x2, /: matmul(x1, x2))


@adapter(np.linalg.outer)
def _outer_of_vectors(x1, x2, /):
    for x in (x1, x2):
        if len(shape_of(x)) != 1:
            raise ValueError(f"np.linalg.outer takes vectors; an argument has shape {shape_of(x)}")
    return _outer(x1, x2)


def _along(x, axis):
    """An axis counted from the end, where broadcasting leaves it."""
    return axis if axis < 0 else axis - len(shape_of(x))


cross = Primitive(
    "cross",
    lambda a, b, axes: np.cross(a, b, *axes),
    (lambda t, ans, a, b, axes: np.cross(t, b, *axes), lambda t, ans, a, b, axes: np.cross(a, t, *axes)),
    (
        lambda g, ans, a, b, axes: np.cross(b, g, axes[1], axes[2], _along(a, axes[0])),
        lambda g, ans, a, b, axes: np.cross(g, a, axes[2], axes[0], _along(b, axes[1])),
    ),
    ("dense", "dense"),
    ("1", "0"),
)


@adapter(np.cross)
def _cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    axes = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    sizes = {shape_of(x)[k] for x, k in ((a, axes[0]), (b, axes[1])) if -len(shape_of(x)) <= k < len(shape_of(x))}
    if 2 in sizes:
        raise TypeError("np.cross: vectors of two numbers are not recorded by advis; write a[0] * b[1] - a[1] * b[0]")
    return cross(a, b, axes=axes)


@adapter(np.linalg.cross)
def _cross_of_three(x1, x2, /, *, axis=-1):
    return _cross(x1, x2, axis=axis)


@adapter(np.kron)
def _kron(a, b):
    """Every product of an element of a and one of b, laid out in blocks."""
    dims = max(len(shape_of(a)), len(shape_of(b)))
    left, right = ((1,) * (dims - len(shape_of(x))) + shape_of(x) for x in (a, b))
    outer = tuple(n for size in left for n in (size, 1))
    inner = tuple(n for size in right for n in (1, size))
    blocks = np.reshape(a, outer) * np.reshape(b, inner)
    return np.reshape(blocks, tuple(m * n for m, n in zip(left, right, strict=True)))


@adapter(np.linalg.multi_dot)
def _multi_dot(arrays, *, out=None):
    """The product of a chain of matrices in the cheapest order; a vector may stand at either end."""
    refuse("np.linalg.multi_dot", out=out)
    if len(arrays) < 2:
        raise ValueError("np.linalg.multi_dot: expecting at least two arrays")
    sizes = [shape_of(x) for x in arrays]
    row, column = len(sizes[0]) == 1, len(sizes[-1]) == 1
    rows = [1 if row else sizes[0][0]] + [size[0] for size in sizes[1:]]
    best = _cheapest([*rows, 1 if column else sizes[-1][-1]])

    def product(first, last):
        if first == last:
            return arrays[first]
        middle = best[first, last][1]
        return np.dot(product(first, middle), product(middle + 1, last))

    return product(0, len(arrays) - 1)


def _cheapest(sizes):
    """For each stretch of a chain what its product costs, and after which matrix it is best parted."""
    best = {(k, k): (0, k) for k in range(len(sizes) - 1)}
    for length in range(1, len(sizes) - 1):
        for first in range(len(sizes) - 1 - length):
            last = first + length
            best[first, last] = min(
                (best[first, k][0] + best[k + 1, last][0] + sizes[first] * sizes[k + 1] * sizes[last + 1], k)
                for k in range(first, last)
            )
    return best
