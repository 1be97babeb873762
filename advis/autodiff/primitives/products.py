"""Sums of products: matmul, dot, outer, einsum."""

import numpy as np

from advis.autodiff.primitives.rule import UFUNCS, Primitive, adapter, refuse, shape_of


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
    return np.einsum(",".join(term for term, _ in operands) + "->" + wanted, *(x for _, x in operands))


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
