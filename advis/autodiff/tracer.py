"""What flows through a function while it is recorded: a value that writes down every operation on it."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from sys import _getframe
from types import FrameType
from typing import Any

import numpy as np

from advis.autodiff import inplace, pool
from advis.autodiff.asked import Asked
from advis.autodiff.errors import OffTape, here
from advis.autodiff.inplace import Memory
from advis.autodiff.primitives import FUNCTIONS, METADATA, UFUNCS, choices, shaping
from advis.autodiff.primitives.rule import CONSTANT, TRACED, Primitive, plain_value, shape_of
from advis.autodiff.recorder import Recorder
from advis.autodiff.unusual import not_known, unusual_ufunc

_NOTE = "advis: in"
Bounds = tuple[int | None, int | None, int | None]
_ARRAY = np.ndarray  # on the hot path a name is found sooner than an attribute


class Tracer(Asked):
    """A value of a function that is being recorded. It behaves as its number or array does in NumPy.

    Users meet it only inside the function that they trace.
    """

    # no __init__, which would be called by way of C, and no __getattr__, which would slow down every other attribute
    __slots__ = ("__weakref__", "index", "memory", "recorder", "value")
    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]
    memory: Memory | None

    # -- NumPy's protocols: every function of NumPy arrives at one of these two

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, x: Any, *others: Any, **options: Any) -> Any:
        try:
            primitive = UFUNCS[ufunc]
        except KeyError:
            return unusual_ufunc(ufunc, method, (x, *others), options)
        if options or method != "__call__":
            return unusual_ufunc(ufunc, method, (x, *others), options)
        if others:
            return pair(primitive, x, *others) if len(others) == 1 else record(primitive, (x, *others), {})
        recorder, call = self.recorder, primitive.call  # on the hot path, what is called has a name of its own
        try:
            value = call(self.value)
        except Exception as error:
            annotate(error, primitive, (self.value,))
            raise
        if not recorder.brief:
            return append(recorder, primitive, (self.index,), value, _getframe(1) if recorder.source else None)
        values, tracer = recorder.values, Tracer()
        tracer.recorder, tracer.index = recorder, len(values)
        recorder.primitives.append(primitive)  # what `append` does, without its questions
        recorder.parents.append((self.index,))
        values.append(value)
        tracer.value, tracer.memory = value, None
        return tracer

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        adapt = FUNCTIONS.get(function)
        if adapt is not None:
            start = len(self.recorder.values)
            try:
                result = adapt(*args, **kwargs)
            except Exception as error:
                if not any("\n  at " in note for note in (*getattr(error, "__notes__", ()), str(error))):
                    error.add_note(f"  at {here()}")  # what an adapter refuses gains the reader's line
                raise
            if type(result) is Tracer and result.recorder is self.recorder and self.recorder.source:
                self.recorder.mark_steps(start)
            return result
        if function in METADATA:
            return function(*_plain(args), **{name: _plain(item) for name, item in kwargs.items()})
        raise not_known(function)

    # -- what a number or an array can do without being changed

    shape = property(lambda self: getattr(self.value, "shape", ()))
    dtype = property(lambda self: getattr(self.value, "dtype", None) or np.result_type(self.value))
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: int(np.prod(self.shape, dtype=int)))
    nbytes = property(lambda self: self.size * self.dtype.itemsize)
    itemsize = property(lambda self: self.dtype.itemsize)
    T = property(lambda self: np.transpose(self))
    real = property(lambda self: np.real(self))
    imag = property(lambda self: np.imag(self))

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError(f"a number cannot be iterated over or unpacked\n  at {here()}")
        return (self[k] for k in range(len(self)))

    def __repr__(self) -> str:
        return repr(self.value)

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __getitem__(self, index: Any) -> Any:
        kind = type(index)
        if kind is int and type(self.value) is _ARRAY and self.value.ndim == 1:
            return _element(self, index, _getframe(1) if self.recorder.source else None)
        if kind is slice and type(self.value) is _ARRAY:
            bounds = index.start, index.stop, index.step
            if _PLAIN.issuperset(map(type, bounds)):
                return _sliced(self, index, bounds, _getframe(1) if self.recorder.source else None)
        options = {"index": index if type(index) is int else _settled(index)}
        return alone(shaping.getitem, self, options, _getframe(1) if self.recorder.source else None)

    def __setitem__(self, index: Any, item: Any) -> None:
        inplace.assign(self, _settled(index), item)

    def _set_outdated(self, outdated: bool) -> None:
        self.__class__ = Outdated if outdated else Tracer

    outdated = property(lambda self: type(self) is Outdated, _set_outdated)

    def beside(self, array: np.ndarray) -> Tracer:
        """Return a new array of the same trace, to be written into."""
        recorder = self.recorder
        index = recorder.given(CONSTANT, array[()])
        if recorder.source:
            recorder.positions[index] = recorder.locate(_getframe(1))
        return stand_in(recorder, index, recorder.values[index], Memory({}))

    def astype(self, dtype: Any, *, copy: bool = True, **_: Any) -> Any:
        """Return the value in another type: recorded, and without tangent when integers or booleans come out."""
        if np.dtype(dtype) == self.dtype:
            return self.copy() if copy else self
        return _cast(self, np.dtype(dtype))

    def copy(self, order: str = "C") -> Any:
        """Return the same value under another name: what is written into one is not seen by the other."""
        return stand_in(self.recorder, self.index, self.value, None if self.memory is None else Memory({}))

    __copy__ = copy

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def fill(self, value: Any) -> None:
        """Write one number into the whole array."""
        self[...] = value

    def dot(self, other: Any) -> Any:
        """Return ``np.dot`` of the two."""
        return np.dot(self, other)

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """Return ``np.reshape``, with the shape as one tuple or as several numbers."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        """Return ``np.transpose``, with the axes as one tuple or as several numbers."""
        return np.transpose(self, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None)

    def flatten(self, order: str = "C") -> Any:
        """Return ``np.ravel`` of a copy."""
        return self.copy().reshape(-1, order=order)


class Outdated(Tracer):
    """An array whose memory was written into under another name: when it is next used, it is read anew."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name in ("memory", "__class__"):
            return super().__getattribute__(name)
        inplace.read_again(self)  # it is a Tracer again from here on
        return getattr(self, name)


def _cast(x: Any, dtype: np.dtype[Any]) -> Any:
    if dtype.kind in "fc" and x.dtype.kind in "fc":
        return _to_float(x, dtype=dtype)
    return choices.cast(x, dtype=dtype)


_to_float = Primitive(
    "astype",
    lambda x, dtype: x.astype(dtype),
    (lambda t, ans, x, dtype: t.astype(dtype),),
    (lambda g, ans, x, dtype: g,),
    ("identity",),
    ("",),
)


def _traced(x: Any) -> bool:
    return isinstance(x, Tracer)


def _plain(tree: Any) -> Any:
    """The plain values in the arguments of a function that only looks at shapes or types."""
    if isinstance(tree, (list, tuple)):
        return type(tree)(_plain(item) for item in tree)
    return plain_value(tree)


def append(
    recorder: Recorder, primitive: Primitive, parents: tuple[int, ...], value: Any, frame: FrameType | None
) -> Tracer:
    """Append a node to a record and return the Tracer that stands for it.

    Every operation comes through here. ``frame`` is the reader's, or one of ours below it; None without source.
    """
    kept = value
    if recorder.lean and (recorder.faded or (type(value) is _ARRAY and value.nbytes >= pool.LARGE)):
        kept = recorder.spared(primitive, parents, value)
    values, tracer = recorder.values, Tracer()
    tracer.recorder, tracer.index = recorder, len(values)
    recorder.primitives.append(primitive)
    recorder.parents.append(parents)
    values.append(kept)
    if frame is not None:
        position = (recorder.context, frame.f_lasti) if frame is recorder.frame else recorder.locate(frame)
        recorder.positions.append(position)
    tracer.value, tracer.memory = value, None
    return tracer


def stand_in(recorder: Recorder, index: int, value: Any, memory: Memory | None = None) -> Tracer:
    """Return a Tracer for a node that is recorded already."""
    tracer = Tracer()
    tracer.recorder, tracer.index = recorder, index
    tracer.value, tracer.memory = value, memory
    return tracer


def stand_ins(recorder: Recorder) -> list[Any]:
    """Return a Tracer for each node that is recorded so far, for a sweep that is recorded behind them.

    A number that f brought along is a number in the rules, too: x**2 has a simpler one than x**y.
    """
    made: list[Any] = []
    for index, (primitive, value) in enumerate(zip(recorder.primitives, recorder.values)):  # noqa: B905 (hot path)
        if primitive is CONSTANT and not shape_of(value):
            made.append(value)
            continue
        tracer = Tracer()  # as `stand_in` does
        tracer.recorder, tracer.index = recorder, index
        tracer.value, tracer.memory = value, None
        made.append(tracer)
    return made


def alone(primitive: Primitive, x: Tracer, options: Mapping[str, Any], frame: FrameType | None) -> Tracer:
    """Record an application to one traced value, as reductions, rearrangements and indices are."""
    recorder, value = x.recorder, x.value
    try:
        made = primitive.call(value, **options) if type(value) not in TRACED else primitive(value, **options)
    except Exception as error:
        annotate(error, primitive, (value,))
        raise
    if _shares(made, value):
        return _made(recorder, primitive, (x,), (value,), options, (x.index,), made, frame)
    return append(recorder, primitive.at(1, options), (x.index,), made, frame)


def _element(x: Tracer, index: int, frame: FrameType | None) -> Tracer:
    """Record the reading of one element of a vector: the short way, since loops do it again and again."""
    try:
        value = x.value[index]
    except IndexError as error:
        annotate(error, shaping.getitem, (x.value,))
        raise
    return append(x.recorder, _taken.get(index) or _taking(index, index), (x.index,), value, frame)


def _sliced(x: Tracer, index: slice, bounds: Bounds, frame: FrameType | None) -> Tracer:
    """Record the reading of a slice between plain bounds, the short way too; it is a view."""
    taken = _taken.get(bounds) or _taking(bounds, index)
    view = append(x.recorder, taken, (x.index,), x.value[index], frame)
    inplace.link(view, x, shaping.getitem, taken.options)
    return view


def _taking(key: int | Bounds, index: int | slice) -> Primitive:
    """The reading at an index, kept for the next time."""
    if len(_taken) == _MOST_TAKEN:
        _taken.clear()
    taken = _taken[key] = shaping.getitem.at(1, {"index": index})
    return taken


_taken: dict[int | Bounds, Primitive] = {}
"""The reading of an element by its index, of a slice by its bounds."""
_MOST_TAKEN = 1 << 16

_PLAIN = frozenset({int, type(None), type(Ellipsis)})


def _settled(index: Any) -> Any:
    """An index without traced values: using one is a turn that the program took."""
    if type(index) in _PLAIN:
        return index
    if isinstance(index, tuple):
        return tuple(_settled(part) for part in index)
    if isinstance(index, slice):
        if type(index.start) in _PLAIN and type(index.stop) in _PLAIN and type(index.step) in _PLAIN:
            return index
        return slice(_settled(index.start), _settled(index.stop), _settled(index.step))
    if isinstance(index, list):
        return [_settled(part) for part in index]
    if not _traced(index):
        return index.copy() if isinstance(index, np.ndarray) else index
    if index.dtype.kind not in "iub":
        return operator.index(index)  # raises with the way out
    return index._settle()


def annotate(error: Exception, primitive: Primitive, values: Sequence[Any]) -> None:
    """Add the primitive, the shapes and the reader's line to NumPy's own error; an inner trace may have done so."""
    if isinstance(error, OffTape) or any(note.startswith(_NOTE) for note in getattr(error, "__notes__", ())):
        return
    shapes = ", ".join(str(getattr(value, "shape", None) or plain_value(value)) for value in values)
    error.add_note(f"{_NOTE} {primitive.name}({shapes})\n  at {here()}")


def pair(primitive: Primitive, x: Any, y: Any) -> Any:
    """Record an application of a ufunc to two: short for values of one trace, or one and a plain one."""
    if type(x) is Tracer:
        recorder, first = x.recorder, x.value
        if type(y) is Tracer and y.recorder is recorder:
            second, parents = y.value, (x.index, y.index)
        elif type(y) in PLAIN:
            second, parents = y, (x.index, recorder.constant(y))
        else:
            return record(primitive, (x, y), {})
    elif type(x) in PLAIN and type(y) is Tracer:
        recorder = y.recorder
        first, second, parents = x, y.value, (recorder.constant(x), y.index)
    else:
        return record(primitive, (x, y), {})
    call = primitive.call
    try:
        value = call(first, second)
    except Exception as error:
        annotate(error, primitive, (first, second))
        raise
    return append(recorder, primitive, parents, value, _getframe(1) if recorder.source else None)


def record(primitive: Primitive, args: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Record an application in the innermost trace among its arguments; what is foreign to it is a constant."""
    if len(args) == 1:
        return alone(primitive, args[0], options, _getframe(1) if args[0].recorder.source else None)
    args = [arg if type(arg) in _READY else _operand(arg) for arg in args]
    recorder = _innermost(args)
    values = [arg.value if type(arg) is Tracer and arg.recorder is recorder else arg for arg in args]
    plain = TRACED.keys().isdisjoint(map(type, values))
    compute = primitive.call if plain else primitive  # by an outer trace it is recorded, too
    try:
        made = compute(*values, **options)
    except Exception as error:
        annotate(error, primitive, values)
        raise
    parents = tuple(
        [recorder.constant(_still(arg)) if arg is value else arg.index for arg, value in zip(args, values)]  # noqa: B905
    )
    frame = _getframe(1) if recorder.source else None
    return _made(recorder, primitive, args, values, options, parents, made, frame)


def _made(
    recorder: Recorder,
    primitive: Primitive,
    args: Sequence[Any],
    values: Sequence[Any],
    options: Mapping[str, Any],
    parents: tuple[int, ...],
    made: Any,
    frame: FrameType | None,
) -> Tracer:
    """Append what NumPy made of values; an array without axes becomes a number, a view knows whose it is."""
    value = made[()] if type(made) is _ARRAY and not made.shape else made
    result = append(recorder, primitive.at(len(args), options), parents, value, frame)
    if _shares(made, values[0]):
        inplace.remember(result, made, args, values, primitive, options)
    return result


def _shares(made: Any, first: Any) -> bool:
    """Whether a result may share memory: NumPy gives a view, or, where there is nothing to do, the array itself."""
    kind = type(made)
    return kind is Tracer or (kind is _ARRAY and (made is first or made.base is not None or not made.shape))


def _innermost(args: Sequence[Any]) -> Recorder:
    """The recorder of the innermost trace that an argument belongs to."""
    found = None
    for arg in args:
        if type(arg) is Tracer and (found is None or arg.recorder.level > found.level):
            found = arg.recorder
    assert found is not None, "only an application to a traced value is recorded"
    return found


def _still(arg: Any) -> Any:
    """A value of an outer trace as it is now: what is written into it later does not change this record."""
    return arg.copy() if type(arg) is Tracer else arg


TRACED[Tracer] = TRACED[Outdated] = record


PLAIN = frozenset({float, int, np.float64, np.ndarray})
"""Types of numbers and arrays that a function brings along as nearly always."""
_READY = PLAIN | {Tracer}
"""Types of arguments that stand as they are."""


def _operand(arg: Any) -> Any:
    """An argument as NumPy sees it: lists and what else can become an array become one."""
    if isinstance(arg, (Tracer, float, np.ndarray, np.generic)):
        if type(arg) is Outdated:
            inplace.read_again(arg)
        return arg
    foreign = hasattr(type(arg), "__array__") and not hasattr(type(arg), "__array_function__")
    return np.asarray(arg) if isinstance(arg, (list, tuple)) or foreign else arg
