"""The record while it is being made: columns that only grow, and where in the reader's code each line came from."""

from __future__ import annotations

import itertools
import sys
import threading
from dataclasses import dataclass
from inspect import CO_GENERATOR
from types import CodeType, FrameType
from typing import Any, NoReturn
from weakref import ref

import numpy as np

from advis.autodiff import pool
from advis.autodiff.errors import OffTape, here, is_own, off_tape, user_frame
from advis.autodiff.primitives.reads import ANSWER, read_by
from advis.autodiff.primitives.rule import CONSTANT, INPUT, Primitive

_levels = itertools.count()

Position = tuple[int, int]
"""Which context, and which bytecode instruction in it. ``~k`` marks a step on the way to the result of the call at
``k`` (as the ``np.maximum`` in ``y = np.clip(x, 0, 1)``: the name ``y`` is not its own). ``(0, -1)``: not recorded."""


@dataclass(frozen=True, slots=True)
class Context:
    """One call of a function of the reader's, or one ``with av.block(...)``, and where it was called from."""

    parent: int
    code: CodeType | None
    call: int  # the instruction in the parent's code that made the call
    name: str
    level: int = 0  # how many sweeps deep: a sweep that is itself recorded is one deeper than what it sweeps over


ROOT = Context(-1, None, -1, "")
NOWHERE: Position = (0, -1)
INDIRECT = -1  # the call went through a transform of ours: its result is not what the reader stored


class Faded:
    """A value that no rule reads: its shape and type, and the array itself as long as somebody else holds it."""

    __array_ufunc__ = None
    __slots__ = ("array", "dtype", "shape")

    def __init__(self, array: np.ndarray) -> None:
        self.shape, self.dtype, self.array = array.shape, array.dtype, ref(array)


Columns = tuple[list[Primitive], list[tuple[int, ...]], list[Any], list[Position]]


class Over:
    """Stands where the columns of a trace were, and tells whoever uses a traced value after its end."""

    __slots__ = ("function",)

    def __init__(self, function: str) -> None:
        self.function = function

    def append(self, _: Any) -> NoReturn:
        """Raise: nothing can be added.

        Raises
        ------
        OffTape
        """
        _escaped(self.function)

    def __len__(self) -> NoReturn:
        _escaped(self.function)

    def __getitem__(self, _: int) -> NoReturn:
        _escaped(self.function)


class Recorder:
    """The columns of a tape that is being recorded, one entry per node.

    When the trace ends, the lists are handed out as ``columns``, and in their place stands what raises: so a traced
    value which escaped can neither compute nor spoil a finished tape.

    A ``lean`` recorder serves a single reverse sweep. Of large arrays it keeps those that the rules will read (see
    `advis.autodiff.primitives.reads`), and its copies use memory again.
    """

    __slots__ = (  # noqa: RUF023 (in the order in which they are told)
        "level", "lean", "brief", "copied", "nested", "source", "primitives", "parents", "values", "positions",
        "contexts", "branches", "renewed", "function", "columns", "frame", "context", "boundary", "refused", "faded",
        "_stack", "_constants",
    )  # fmt: skip

    def __init__(
        self,
        function: str,
        source: bool,
        boundary: FrameType | None,
        lean: bool = False,
    ) -> None:
        self.level = next(_levels)
        self.lean = lean
        self.brief = not source  # whether an operation is no more than an entry in each column
        self.copied = pool.copied if lean else np.array
        self.faded = False  # whether a value is
        self.nested = 0  # how deep traces were nested inside this one
        self.source = source
        self.function = function
        self.primitives: list[Primitive] = []
        self.parents: list[tuple[int, ...]] = []
        self.values: list[Any] = []
        self.positions: list[Position] = []
        self.contexts: list[Context] = [ROOT]
        self.branches: list[tuple[int, Position]] = []
        self.renewed: dict[int, int] = {}  # for an array that was written into: its new node, and the one before
        self.columns: Columns | None = None  # once the trace is over
        self.frame: FrameType | None = None  # the reader's frame that recorded last, whose context is `context`
        self.context = 0
        self.boundary = boundary
        self.refused: tuple[OffTape, CodeType, int] | None = None  # the latest count asked for, and where
        self._stack: list[tuple[Any, int]] = []
        self._constants: dict[int, tuple[Any, int]] = {}

    def spared(self, primitive: Primitive, parents: tuple[int, ...], value: Any) -> Any:
        """What of a value has to stay: of a large one that its own rules do not read, the shape.

        A rule that reads a parent's value takes it back: its Tracer, an argument of the operation, still holds it.
        """
        self._notice(value)
        large = type(value) is np.ndarray and value.nbytes >= pool.LARGE and value.flags.owndata
        pairs = zip(primitive.vjps, parents, strict=False)
        rules = [rule for rule, parent in pairs if rule is not None and not self.primitives[parent].blind]
        read = read_by(rules, len(parents))
        for place in read - {ANSWER}:
            parent = parents[place]
            if type(self.values[parent]) is Faded:
                self.values[parent] = self.values[parent].array()
        if not large or ANSWER in read:
            return value
        self.faded = True
        return Faded(value)

    def moved(self, index: int, value: Any) -> None:
        """Let a faded value be found in the array that its holder has now: the same numbers, laid out anew."""
        if type(self.values[index]) is Faded:
            self.values[index] = Faded(value)

    def input(self, value: Any) -> int:
        """Append an input node and return its index."""
        if self.lean:
            self._notice(value)
        return self.given(INPUT, value)

    def _notice(self, value: Any) -> None:
        """Leave the short way of a lean record where a value is large: what is made of it may have to be spared."""
        if type(value) is np.ndarray and value.nbytes >= pool.LARGE:
            self.brief = False
            pool.keep_at_hand()

    def constant(self, value: Any) -> int:
        """Append a value that the function brought itself; an array that stands there already is found again.

        Arrays are copied, so that the record stays true when the reader's code later writes into them.
        """
        if not isinstance(value, np.ndarray):
            return self.given(CONSTANT, value)
        original, index = self._constants.get(id(value), (None, -1))
        if original is value and _same_numbers(self.values[index], value):
            return index
        check_array(value)
        if self.lean:
            self._notice(value)
        index = self.given(CONSTANT, self.copied(value))
        self._constants[id(value)] = (value, index)
        return index

    def check_open(self) -> None:
        """Raise if the trace is over: a value of it escaped.

        Raises
        ------
        OffTape
        """
        if self.columns is not None:
            _escaped(self.function)

    def finished(self) -> Columns:
        """Return the columns of a trace that is over."""
        assert self.columns is not None, "they grow still"
        return self.columns

    def given(self, primitive: Primitive, value: Any) -> int:
        """Append an input or a constant and return its index."""
        self.primitives.append(primitive)
        self.parents.append(())
        values = self.values
        values.append(value)
        if self.source:
            self.positions.append(NOWHERE)
        return len(values) - 1

    def mark_steps(self, start: int) -> None:
        """Mark the nodes since an index, all but the last, as steps on the way to the result of one call."""
        for index in range(start, len(self.positions) - 1):  # without source, there are none
            context, instruction = self.positions[index]
            if instruction >= 0:
                self.positions[index] = context, ~instruction

    def locate(self, frame: FrameType | None) -> Position:
        """Return the position of the reader's innermost frame, entering new calls as contexts."""
        if not self.source:
            return NOWHERE
        path: list[FrameType] = []
        direct = frame
        while frame is not None and frame is not self.boundary:
            if not is_own(frame):
                path.append(frame)
            frame = frame.f_back
        self._enter(path)
        # only the reader's own frame may take the short way of the hot path
        self.frame = direct if path and direct is path[0] else None
        instruction = path[0].f_lasti if path else -1
        # what a sweep computes on the way is not what the reader stores under a name
        return self.context, ~instruction if self._in_sweep() and path else instruction

    def _in_sweep(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1][0], sweep_block)

    def _enter(self, path: list[FrameType]) -> None:
        """Make the stack of contexts agree with the reader's frames, innermost first in ``path``."""
        known = {id(key): place for place, (key, _) in enumerate(self._stack)}
        depth = next((k for k, frame in enumerate(path) if id(frame) in known), len(path))
        keep = known[id(path[depth])] + 1 if depth < len(path) else 0
        while keep < len(self._stack) and isinstance(self._stack[keep][0], block):
            keep += 1  # blocks that are open in that frame
        del self._stack[keep:]
        for frame, caller in reversed(list(zip(path[:depth], [*path[1:], None], strict=False))):
            direct = caller is None or frame.f_back is caller  # else a transform of ours stands between the two
            call = caller.f_lasti if caller is not None else 0
            top, call = self._top(), call if direct else INDIRECT
            self._push(frame, Context(top, frame.f_code, call, frame.f_code.co_name, self.contexts[top].level))
        self.context = self._top()

    def _push(self, key: Any, context: Context) -> None:
        self.contexts.append(context)
        self._stack.append((key, len(self.contexts) - 1))

    def _top(self) -> int:
        return self._stack[-1][1] if self._stack else 0

    def open_block(self, opened: block, frame: FrameType | None) -> None:
        """Begin a named part of the program in the reader's current frame."""
        if not self.source:
            return
        self.locate(frame)
        parent = self.contexts[self._top()]
        level = opened.level if isinstance(opened, sweep_block) else parent.level
        self._push(opened, Context(self._top(), parent.code, -1, opened.name, level))
        self.frame, self.context = None, self._top()

    def refuse(self, error: OffTape) -> OffTape:
        """Remember an error that NumPy may hide behind its own, and return it."""
        frame = user_frame(sys._getframe(1))
        if frame is not None:
            self.refused = error, frame.f_code, frame.f_lineno
        return error

    def close_block(self, opened: block) -> None:
        """End a named part of the program, and whatever was called in it."""
        if not self.source:
            return
        places = [place for place, (key, _) in enumerate(self._stack) if key is opened]
        del self._stack[places[0] if places else len(self._stack) :]
        self.frame, self.context = None, self._top()

    def close(self) -> None:
        """End the record: nothing can be added any more, and no frame of the reader's is held."""
        self.columns = self.primitives, self.parents, self.values, self.positions
        self.primitives = self.parents = self.values = self.positions = Over(self.function)  # type: ignore[assignment]
        self.frame = self.boundary = self.refused = None
        self._stack.clear()
        self._constants.clear()


def _same_numbers(kept: np.ndarray, now: np.ndarray) -> bool:
    """Whether two arrays have the same elements to the last bit, the signs of zeros included."""
    if kept.shape != now.shape or kept.dtype != now.dtype:
        return False
    if now.nbytes <= _SHORT:
        return kept.tobytes() == now.tobytes()
    parts = [(kept.real, now.real), (kept.imag, now.imag)] if kept.dtype.kind == "c" else [(kept, now)]
    return all(bool(np.all(_bits(a) == _bits(b))) for a, b in parts)


_SHORT = 4096  # bytes that are copied sooner than compared


def _bits(array: np.ndarray) -> np.ndarray:
    whole = array.itemsize in (1, 2, 4, 8)
    return array.view(f"u{array.itemsize}") if whole else np.frombuffer(array.tobytes(), np.uint8)


def _escaped(function: str) -> NoReturn:
    raise OffTape(
        f"a traced value outlived its trace: it was made while {function} was being recorded, and is used"
        f"\n  at {here()}\n  return it from {function} instead of keeping it"
    )


def check_array(array: np.ndarray) -> None:
    """Raise for an array that is not one of plain numbers.

    Raises
    ------
    OffTape
        For an array of objects (they may be traced values, lost in it) and for NumPy's matrices and masked arrays
        (their operators mean something else).
    """
    if array.dtype.hasobject:
        raise off_tape(
            f"an array of objects of shape {array.shape} cannot be recorded",
            "build an array of traced values with np.stack([x0, x1])",
        )
    if isinstance(array, (np.matrix, np.ma.MaskedArray)):
        raise off_tape(f"{type(array).__name__} is not a plain array", "pass np.asarray(…) of it")


def active_recorders() -> list[Recorder]:
    """Return the traces that are being recorded in this thread, outermost first."""
    return _active.recorders


class _Active(threading.local):
    """Each thread has its own."""

    def __init__(self) -> None:
        self.recorders: list[Recorder] = []


_active = _Active()


class block:  # noqa: N801 (reads as a verb: with av.block("layer 1"))
    """Name a part of a program, so that its nodes belong together in ``node.blocks`` and in pictures.

    Parameters
    ----------
    name : str
        What the part is called.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def f(x):
    ...     with av.block("layer"):
    ...         h = np.tanh(x)
    ...     return h * 2
    >>> av.trace(f, 0.5)["h"].blocks
    ('layer',)
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = str(name)

    def __enter__(self) -> block:
        for recorder in active_recorders():
            recorder.open_block(self, _entered_from(sys._getframe(1)))
        return self

    def __exit__(self, *_: object) -> None:
        for recorder in active_recorders():
            recorder.close_block(self)


def _entered_from(frame: FrameType) -> FrameType:
    """The frame whose ``with`` this is, also where contextlib stands between, as in an ExitStack."""
    while frame.f_back is not None and (
        _is_contextlib(frame) or (frame.f_code.co_flags & CO_GENERATOR and _is_contextlib(frame.f_back))
    ):
        frame = frame.f_back
    return frame


def _is_contextlib(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") == "contextlib"


class sweep_block(block):  # noqa: N801
    """The block of a sweep that is itself being recorded: what it records is one level deeper than what it sweeps."""

    __slots__ = ("level",)

    def __init__(self, name: str, level: int) -> None:
        self.name, self.level = name, level
