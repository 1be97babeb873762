"""The same numbers moved, repeated, cut or joined: roll, flip, tile, repeat, split, insert, delete, block."""

from itertools import pairwise

import numpy as np

from advis.autodiff.primitives.rule import METADATA, Primitive, adapter, is_traced, plain_value, settled, shape_of


def along(axis, index, ndim):
    """Return an index that takes ``index`` along one axis, and everything of the others."""
    return (slice(None),) * (axis % ndim) + (index,)


def taken(x, index, axis):
    """Return ``x`` indexed along one axis."""
    np.lib.array_utils.normalize_axis_index(axis, len(shape_of(x)))
    return x[along(axis, index, len(shape_of(x)))]


# -- axes


@adapter(np.moveaxis)
def _moveaxis(a, source, destination):
    order = np.moveaxis(np.empty(range(len(shape_of(a)))), source, destination)  # the axes, told by their lengths
    return np.transpose(a, order.shape)


@adapter(np.rollaxis)
def _rollaxis(a, axis, start=0):
    return np.transpose(a, np.rollaxis(np.empty(range(len(shape_of(a)))), axis, start).shape)


adapter(np.matrix_transpose, np.linalg.matrix_transpose)(lambda x, /: np.swapaxes(x, -1, -2))


@adapter(np.flip)
def _flip(m, axis=None):
    count = len(shape_of(m))
    axes = range(count) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, count)
    return m[tuple(slice(None, None, -1) if k in axes else slice(None) for k in range(count))]


adapter(np.flipud)(lambda m: np.flip(m, 0))
adapter(np.fliplr)(lambda m: np.flip(m, 1))


@adapter(np.rot90)
def _rot90(m, k=1, axes=(0, 1)):
    first, second = (axis % len(shape_of(m)) for axis in axes)
    if first == second:
        raise ValueError(f"np.rot90: the axes of the plane must differ; got {tuple(axes)}")
    k %= 4
    if k in (0, 2):
        return np.flip(m, (first, second)) if k else m[...]
    if k == 1:
        return np.swapaxes(np.flip(m, second), first, second)
    return np.flip(np.swapaxes(m, first, second), second)


roll = Primitive(
    "roll",
    np.roll,
    (lambda t, ans, x, shift, axis: np.roll(t, shift, axis),),
    (lambda g, ans, x, shift, axis: np.roll(g, (-np.asarray(shift)).tolist(), axis),),
    ("permutation",),
    ("",),
)


@adapter(np.roll)
def _roll(a, shift, axis=None):
    def plain(item):
        return tuple(np.asarray(item).tolist()) if isinstance(item, (list, tuple, np.ndarray)) else item

    return roll(a, shift=plain(shift), axis=plain(axis))


def _atleast(count, grown):
    """A function that gives each array so many axes; ``grown`` says which shape a smaller one gets."""

    def adapt(*arrays):
        given = [x if hasattr(x, "__array_function__") else np.asarray(x) for x in arrays]
        found = tuple(np.reshape(x, grown(*shape_of(x))) if len(shape_of(x)) < count else x for x in given)
        return found[0] if len(found) == 1 else found

    return adapt


adapter(np.atleast_1d)(_atleast(1, lambda: (1,)))
adapter(np.atleast_2d)(_atleast(2, lambda *shape: (1, *(shape or (1,)))))
adapter(np.atleast_3d)(_atleast(3, lambda *shape: (*shape, 1) if len(shape) == 2 else (1, *(shape or (1,)), 1)))


# -- repeating


def _tiles(x, reps):
    """The shape of x and the repetitions, with as many axes as each other."""
    reps = (reps,) if isinstance(reps, (int, np.integer)) else tuple(reps)
    shape = shape_of(x)
    count = max(len(shape), len(reps))
    return (1,) * (count - len(shape)) + shape, (1,) * (count - len(reps)) + reps


def _tile_vjp(g, ans, x, reps):
    """The sum over the repetitions: each axis of g is one of repetitions and one of x."""
    shape, reps = _tiles(x, reps)
    split = np.reshape(g, tuple(n for pair in zip(reps, shape, strict=True) for n in pair))
    return np.reshape(np.sum(split, axis=tuple(range(0, 2 * len(shape), 2))), shape_of(x))


tile = Primitive("tile", np.tile, (lambda t, ans, x, reps: np.tile(t, reps),), (_tile_vjp,), ("selection",), ("",))


@adapter(np.tile)
def _tile(A, reps):
    return tile(A, reps=tuple(np.atleast_1d(reps).tolist()))


repeat = Primitive(
    "repeat",
    np.repeat,
    (lambda t, ans, x, repeats, axis: np.repeat(t, repeats, axis),),
    (
        lambda g, ans, x, repeats, axis: np.sum(
            np.reshape(g, (*shape_of(x)[: axis + 1], repeats, *shape_of(x)[axis + 1 :])), axis=axis + 1
        ),
    ),
    ("selection",),
    ("",),
)


@adapter(np.repeat)
def _repeat(a, repeats, axis=None):
    if axis is None or not shape_of(a):
        a, axis = np.ravel(a), 0
    axis = np.lib.array_utils.normalize_axis_index(axis, len(shape_of(a)))
    counts = np.asarray(repeats)
    if counts.size == 1 and counts.dtype.kind in "iu":
        return repeat(a, repeats=int(counts.reshape(())), axis=axis)
    return taken(a, np.repeat(np.arange(shape_of(a)[axis]), repeats), axis)


@adapter(np.resize)
def _resize(a, new_shape):
    a, new_shape = np.ravel(a), settled(new_shape)
    shape = (new_shape,) if isinstance(new_shape, (int, np.integer)) else tuple(new_shape)
    if not shape_of(a)[0]:
        return np.zeros(shape)
    return a[np.resize(np.arange(shape_of(a)[0]), shape)]


@adapter(np.broadcast_arrays)
def _broadcast_arrays(*args, subok=False):
    shape = np.broadcast_shapes(*map(shape_of, args))
    return tuple(x if shape_of(x) == shape else np.broadcast_to(x, shape) for x in args)


@adapter(np.meshgrid)
def _meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    count = len(xi)
    places = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    grids = [
        np.reshape(x, [-1 if k == place else 1 for k in range(count)]) for x, place in zip(xi, places, strict=True)
    ]
    return tuple(grids) if sparse else tuple(_broadcast_arrays(*grids))


# -- cutting


def _pieces(name, split):
    def adapt(ary, indices_or_sections, axis=0):
        count = len(shape_of(ary))
        length = np.shape(np.moveaxis(np.empty(shape_of(ary)), axis, 0))[0]
        sections = settled(indices_or_sections)
        places = split(np.arange(length), sections)
        starts = _starts(length, sections, places)
        return [ary[along(axis, piece, count)] for piece in starts]

    return adapt


def _starts(length, sections, pieces):
    """Slices that cut as NumPy cut the numbers from 0 to the length."""
    if isinstance(sections, (int, np.integer)):
        ends = np.cumsum([len(piece) for piece in pieces]).tolist()
        return [slice(start, stop) for start, stop in zip([0, *ends], ends, strict=False)]
    bounds = [None, *sections, None]
    return [slice(start, stop) for start, stop in pairwise(bounds)]


adapter(np.split)(_pieces("np.split", np.split))
adapter(np.array_split)(_pieces("np.array_split", np.array_split))


@adapter(np.hsplit)
def _hsplit(ary, indices_or_sections):
    if not shape_of(ary):
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return np.split(ary, indices_or_sections, 1 if len(shape_of(ary)) > 1 else 0)


@adapter(np.vsplit)
def _vsplit(ary, indices_or_sections):
    if len(shape_of(ary)) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return np.split(ary, indices_or_sections, 0)


@adapter(np.dsplit)
def _dsplit(ary, indices_or_sections):
    if len(shape_of(ary)) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return np.split(ary, indices_or_sections, 2)


@adapter(np.unstack)
def _unstack(x, /, *, axis=0):
    return tuple(taken(x, k, axis) for k in range(shape_of(x)[axis]))


@adapter(np.trim_zeros)
def _trim_zeros(filt, trim="fb", axis=None):
    """What is cut off depends on the values: the course that the program took."""
    if len(shape_of(filt)) != 1:
        raise TypeError("np.trim_zeros: advis records it for vectors; slice a larger array instead")
    full = filt != 0
    first = int(np.argmax(full)) if "f" in trim.lower() and bool(np.any(full)) else 0
    last = int(np.argmax(full[::-1])) if "b" in trim.lower() and bool(np.any(full)) else 0
    if not bool(np.any(full)):
        return filt[:0]
    return filt[first : shape_of(filt)[0] - last]


# -- joining


@adapter(np.dstack)
def _dstack(tup):
    return np.concatenate([np.atleast_3d(x) for x in tup], axis=2)


@adapter(np.column_stack)
def _column_stack(tup):
    columns = [np.reshape(x, (-1, 1)) if len(shape_of(x)) < 2 else x for x in tup]
    return np.concatenate(columns, axis=1)


@adapter(np.append)
def _append(arr, values, axis=None):
    if axis is None:
        arr, values, axis = np.ravel(arr), np.ravel(values), 0
    return np.concatenate((arr, values), axis=axis)


@adapter(np.block)
def _block(arrays):
    """Innermost lists are joined along the last axis, the next ones along the last but one, and so on."""

    def depth(item):
        return 1 + max(map(depth, item)) if isinstance(item, list) else 0

    def dims(item):
        return max(map(dims, item)) if isinstance(item, list) else len(shape_of(item))

    levels = depth(arrays)
    count = max(levels, dims(arrays))

    def joined(item, level):
        if isinstance(item, list):
            if not item:
                raise ValueError("np.block: lists cannot be empty")
            return np.concatenate([joined(part, level - 1) for part in item], axis=-level)
        if level:
            raise ValueError("np.block: list depths are mismatched; every innermost item must be as deep as the others")
        return np.reshape(item, (1,) * (count - len(shape_of(item))) + shape_of(item))

    found = joined(arrays, levels)
    return found if levels else found[...]


@adapter(np.insert)
def _insert(arr, obj, values, axis=None):
    """Which number goes where is NumPy's own answer for positions; then they are taken from both arrays together."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    axis = np.lib.array_utils.normalize_axis_index(axis, len(shape_of(arr)))
    length, obj = shape_of(arr)[axis], settled(obj)
    whole = np.insert(plain_value(arr), obj, plain_value(values), axis)
    count = whole.shape[axis] - length
    order = np.insert(np.arange(length), obj, length + np.arange(count))
    missing = len(shape_of(arr)) - len(shape_of(values))
    values = (values if is_traced(values) else np.asarray(values)).astype(whole.dtype)
    values = np.reshape(values, (1,) * missing + shape_of(values)) if missing > 0 else values
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        values = np.moveaxis(values, 0, axis)
    shape = (*shape_of(arr)[:axis], count, *shape_of(arr)[axis + 1 :])
    return taken(np.concatenate([arr, np.broadcast_to(values, shape)], axis=axis), order, axis)


@adapter(np.delete)
def _delete(arr, obj, axis=None):
    if axis is None:
        arr, axis = np.ravel(arr), 0
    np.lib.array_utils.normalize_axis_index(axis, len(shape_of(arr)))
    return taken(arr, np.delete(np.arange(shape_of(arr)[axis]), settled(obj)), axis)


METADATA |= {
    np.triu_indices_from, np.tril_indices_from, np.diag_indices_from, np.einsum_path, np.isscalar, np.isfortran,
}  # fmt: skip
