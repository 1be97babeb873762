"""Moving, repeating, cutting, joining and padding; taking elements, and writing them in place."""

from typing import Any

import numpy as np

from tests.autodiff.cases import Case, numbers

MOVING = {
    "roll": lambda x: np.roll(x, 5),
    "roll axis": lambda x: np.roll(x, -1, axis=-1),
    "roll axes": lambda x: np.roll(x, (1, 2), axis=(0, 2)),
    "flip": np.flip,
    "flip axes": lambda x: np.flip(x, (0, -1)),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": np.rot90,
    "rot90 back": lambda x: np.rot90(x, -1, (1, 2)),
    "rot90 twice": lambda x: np.rot90(x, 2),
    "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "moveaxis several": lambda x: np.moveaxis(x, (0, 1), (-1, 0)),
    "rollaxis": lambda x: np.rollaxis(x, 2),
    "permute_dims": lambda x: np.permute_dims(x, (1, 0, 2)),
    "reshape by columns": lambda x: np.reshape(x, (4, 6), order="F"),
    "ravel by columns": lambda x: np.ravel(x, order="F"),
    "ravel as in memory": lambda x: np.ravel(x, order="K"),
    "flatten by columns": lambda x: x.flatten(order="F"),
    "atleast_2d": lambda x: np.atleast_2d(x[0, 0]),
    "atleast_3d": lambda x: np.atleast_3d(x[0]) * np.atleast_3d(x[0, 0, 0]),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x[0], x[0, 0])[1],
    "meshgrid": lambda x: np.stack(np.meshgrid(x[0, 0], x[0, :, 0])),
    "meshgrid ij": lambda x: np.multiply(*np.meshgrid(x[0, 0], x[0, :, 0], indexing="ij", sparse=True)),
    "tile": lambda x: np.tile(x, 2),
    "tile more axes": lambda x: np.tile(x[0], (2, 1, 3)),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat axis": lambda x: np.repeat(x, 3, axis=-2),
    "repeat each": lambda x: np.repeat(x, [0, 2, 1], axis=1),
    "resize": lambda x: np.resize(x[0, 0], (3, 3)),
    "copy": lambda x: np.copy(x),
    "split": lambda x: np.concatenate(np.split(x, 2, axis=2)),
    "split places": lambda x: np.split(x, [1, 2], axis=-1)[1],
    "array_split": lambda x: np.array_split(x, 3, axis=2)[0],
    "hsplit": lambda x: np.hsplit(x, 3)[2],
    "vsplit": lambda x: np.vsplit(x, 2)[1],
    "dsplit": lambda x: np.dsplit(x, [3])[0],
    "unstack": lambda x: np.multiply(*np.unstack(x)),
    "trim_zeros": lambda x: np.trim_zeros(x[0, 0] * np.array([0.0, 1.0, 1.0, 0.0])),
    "dstack": lambda x: np.dstack([x[0], x[1]]),
    "column_stack": lambda x: np.column_stack([x[0, :, 0], x[0]]),
    "append": lambda x: np.append(x[0], x[1], axis=0),
    "append flat": lambda x: np.append(x, [1.0, 2.0]),
    "block": lambda x: np.block([[x[0], x[1]], [np.ones((1, 4)), x[0, :1]]]),
    "insert": lambda x: np.insert(x, 1, x[0, 0], axis=1),
    "insert several": lambda x: np.insert(x[0, 0], [1, 3], x[0, 1, :2]),
    "insert number": lambda x: np.insert(x, -1, 5.0),
    "delete": lambda x: np.delete(x, 1, axis=1),
    "delete flat": lambda x: np.delete(x, [0, 3, -1]),
    "pad": lambda x: np.pad(x[0], 1),
    "pad constants": lambda x: np.pad(x[0], ((1, 0), (0, 2)), constant_values=3.0),
    "pad axes": lambda x: np.pad(x, {-1: (1, 2)}),
    **{f"pad {mode}": lambda x, mode=mode: np.pad(x[0], ((1, 2), (2, 0)), mode=mode)
       for mode in ("edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean", "maximum", "minimum", "median")},
    "pad odd": lambda x: np.pad(x[0], 2, mode="reflect", reflect_type="odd"),
    "pad two means": lambda x: np.pad(x[0], 2, mode="mean", stat_length=((2, 1), (3, 3))),
    "pad ramp": lambda x: np.pad(x[0], (1, 3), mode="linear_ramp", end_values=(1, 2)),
}  # fmt: skip
TAKING = {
    "take": lambda x: np.take(x, [3, 3, -1]),
    "take axis": lambda x: np.take(x, [[0, 2]], axis=1),
    "take number": lambda x: np.take(x, 2, axis=-1),
    "take wrap": lambda x: np.take(x, [5, -7], axis=2, mode="wrap"),
    "take clip": lambda x: np.take(x, [5, -7], axis=2, mode="clip"),
    "take_along_axis": lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1),
    "take_along_axis flat": lambda x: np.take_along_axis(x, np.array([3, 0, 3]), axis=None),
    "compress": lambda x: np.compress([True, False, True], x, axis=1),
    "extract": lambda x: np.extract(x > 1, x),
    "ix_": lambda x: x[1][np.ix_([2, 0], [1, 3, 1])],
    "nonzero": lambda x: x[np.nonzero(x > 1.5)],
    "argwhere": lambda x: x[tuple(np.argwhere(x > 1.5).T)],
    "flatnonzero": lambda x: np.ravel(x)[np.flatnonzero(x > 1.5)],
    "apply_along_axis": lambda x: np.apply_along_axis(lambda v: v[1:] * v[0], 2, x),
    "apply_along_axis to a number": lambda x: np.apply_along_axis(np.sum, 1, x),
    "apply_over_axes": lambda x: np.apply_over_axes(np.sum, x, [0, 2]),
    "sliding_window_view": lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 3), axis=(1, 2)),
    "method take": lambda x: x.take([0, 1], axis=1),
    "method swapaxes": lambda x: x.swapaxes(0, 2),
    "method diagonal": lambda x: x.diagonal(axis1=1, axis2=2),
    "method repeat": lambda x: x.repeat(2, axis=0),
    "method trace": lambda x: x[0].trace(),
    "mT": lambda x: x.mT,
    "flat": lambda x: np.stack(list(x[0].flat)[2:5]),
}

TRACED_POSITIONS = {
    "insert": lambda x: np.insert(x, np.argmax(x), 1.0),
    "delete": lambda x: np.delete(x, np.argmin(x)),
    "repeat": lambda x: np.repeat(x, np.argsort(x)),
    "roll": lambda x: np.roll(x, np.argmax(x)),
    "split": lambda x: np.split(x, np.sort(np.argsort(x)[:2]))[1],
    "resize": lambda x: np.resize(x, np.argmax(x) + 1),
    "take": lambda x: np.take(x, np.argsort(x)[:3]),
    "diag": lambda x: np.diag(x, np.argmax(x)),
    "transform": lambda x: np.abs(np.fft.rfft(x, np.argmax(x) + 3)),
    "put": lambda x: np.put(z := x * 1.0, np.argsort(x)[:2], x[:2]) or z,
}


def written(write: Any) -> Any:
    """What is left in an array after writing into it in place."""

    def f(x: Any) -> Any:
        z = x[0] * 1.0
        write(z, x)
        return z * x[1]

    return f


WRITING = {
    "put": lambda z, x: np.put(z, [1, 5, -1], x[1, 0]),
    "put cyclic": lambda z, x: np.put(z, [1, 5, 2], x[1, 0, :2]),
    "put_along_axis": lambda z, x: np.put_along_axis(z, np.argmax(x[1], axis=1)[:, np.newaxis], x[1, :, :1], axis=1),
    "place": lambda z, x: np.place(z, x[0] > 1.2, x[1, 0]),
    "putmask": lambda z, x: np.putmask(z, x[0] > 1.2, x[1] * 2),
    "copyto": lambda z, x: np.copyto(z, x[1, 0]),
    "copyto where": lambda z, x: np.copyto(z, x[1], where=np.array([True, False, True, True])),
    "fill_diagonal": lambda z, x: np.fill_diagonal(z, x[1, 0, 0]),
    "fill_diagonal with several": lambda z, x: np.fill_diagonal(z, x[1, 0, :3]),
    "method put": lambda z, x: z.put([0, 1], x[1, 0, :2]),
}

x234 = numbers(2, 3, 4)
CASES = [
    *(Case(name, lambda x, f=f: f(x) ** 2, (x234,)) for name, f in (MOVING | TAKING).items()),
    *(Case(name, written(f), (x234,)) for name, f in WRITING.items()),
    *(Case(f"{name} at traced positions", f, (numbers(5),)) for name, f in TRACED_POSITIONS.items()),
    Case("roll of nothing", lambda x: np.roll(x, 1), (np.zeros(0),)),
    Case("tile of a number", lambda x: np.tile(x, (2, 2)) * x, (numbers(),)),
    Case("insert traced values only", lambda v: np.insert(np.arange(3.0), 1, v), (numbers(),)),
]
