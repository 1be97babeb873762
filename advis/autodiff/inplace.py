"""Writing in place: ``y[i] = v`` and ``y += v`` on arrays that are being recorded.

A recorded value never changes. So a write is recorded as a new value, and the Tracer that was written into stands for
it from then on: whoever holds that Tracer sees the write, as in NumPy. A view (a slice, a reshaped or transposed array)
is another Tracer on the same memory. What is written into it is put back into the array that it was taken from; what
is written elsewhere makes it outdated, and an outdated view is read anew when it is next used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np

from advis.autodiff.errors import off_tape
from advis.autodiff.primitives import shaping
from advis.autodiff.primitives.rule import Primitive, is_traced, plain_value

if TYPE_CHECKING:
    from advis.autodiff.tracer import Tracer


class Memory(NamedTuple):
    """What an array shares with others: all the views of one root, and how it was itself taken from another array.

    Views are held weakly, under their identity: one that nobody can use any more is never read again, and leaves its
    place to the next.
    """

    views: dict[int, ref[Tracer]]
    base: Tracer | None = None
    primitive: Primitive | None = None
    options: Mapping[str, Any] = {}


def remember(
    result: Tracer,
    made: Any,
    args: Sequence[Any],
    values: Sequence[Any],
    primitive: Primitive,
    options: Mapping[str, Any],
) -> None:
    """Remember which memory a result has: that of an argument, or its own, where NumPy made an array of one number."""
    for arg, value in zip(args, values):  # noqa: B905 (hot path)
        if arg is not value and _shares_memory(made, value):
            return link(result, arg, primitive, options)
    if not made.shape and (isinstance(made, np.ndarray) or made.memory is not None):
        result.memory = Memory({})
    return None


def _shares_memory(made: Any, value: Any) -> bool:
    """Whether NumPy made an array as a view of another one; for traced values, of an outer trace, likewise."""
    if isinstance(made, np.ndarray):
        return isinstance(value, np.ndarray) and _owner(made) is _owner(value)
    return made.memory is not None and made.memory.base is value


def _owner(array: np.ndarray) -> Any:
    return array if array.base is None else array.base


def link(view: Tracer, base: Tracer, primitive: Primitive, options: Mapping[str, Any]) -> None:
    """Remember that an array is a view of another one."""
    if base.memory is None:
        base.memory = Memory({})
    views = base.memory.views
    view.memory = Memory(views, base, primitive, options)
    views[id(view)] = ref(view)


def read_again(view: Tracer) -> None:
    """Take an outdated view once more from the array that it is a view of."""
    memory = view.memory
    assert memory is not None
    assert memory.primitive is not None
    fresh = memory.primitive(memory.base, **memory.options)
    view.outdated = False
    _renew(view, fresh)


def assign(array: Tracer, index: Any, item: Any) -> None:
    """Record ``array[index] = item``."""
    if _is_own_view(array, index, item):
        return
    if isinstance(item, (list, tuple)) and any(is_traced(part) for part in item):
        item = np.stack(item)
    numeric = array.dtype.kind in "fc"
    if not numeric and is_traced(item) and item.dtype.kind in "fc":
        raise off_tape(
            f"a traced number was written into an array of {array.dtype}, which would cut off its fraction",
            "make the array with a floating-point type: np.zeros_like(x, dtype=float)",
        )
    setitem = shaping.setitem if numeric else shaping.setitem_blind
    write(array, setitem(array, item, index=index))


def _is_own_view(array: Tracer, index: Any, item: Any) -> bool:
    """Whether an array is assigned its own view: ``y[1:] += v`` changes the view, and then assigns it to its place."""
    memory = getattr(item, "memory", None)
    if not isinstance(memory, Memory) or memory.base is not array:
        return False
    return memory.primitive is shaping.getitem and repr(memory.options["index"]) == repr(index)


def accumulate(array: Tracer, operate: Callable[[Any, Any], Any], other: Any) -> Tracer:
    """Record ``array += other`` and its like: the shape and the type stay, as in NumPy.

    Raises
    ------
    ValueError, TypeError
        If the result does not fit into the array; NumPy raises the same.
    """
    recorder, start = array.recorder, len(array.recorder.values)
    fresh = operate(array, other)
    if fresh.shape != array.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {array.shape} doesn't match the broadcast shape {fresh.shape}"
        )
    if fresh.dtype != array.dtype:
        if not np.can_cast(fresh.dtype, array.dtype, "same_kind"):
            raise TypeError(
                f"Cannot cast ufunc {operate.__name__!r} output from {fresh.dtype!r} to {array.dtype!r} "
                "with casting rule 'same_kind'"
            )
        fresh = fresh.astype(array.dtype)
        recorder.mark_steps(start)
    write(array, fresh)
    return array


def write(array: Tracer, fresh: Tracer) -> None:
    """Let an array stand for a new value, and everything that shares its memory see it."""
    chain, before = [array], array.value
    _renew(array, fresh)
    while array.memory is not None and array.memory.base is not None:
        base, before = array.memory.base, array.memory.base.value
        _renew(base, _put_back(array, base, array.memory))
        chain.append(base)
        array = base
    _lay_out(chain, before)
    written = {id(each) for each in chain}
    views = array.memory.views if array.memory is not None else {}
    for view in [shared() for shared in views.values()]:
        if view is not None and id(view) not in written:
            view.outdated = True


def _lay_out(chain: list[Tracer], before: Any) -> None:
    """Give the values of a view and its bases the strides that they have in NumPy, where writing changes no strides.

    They decide whether a later reshape is a view or a copy; in a trace inside another one, where that one records it.
    """
    root, before = chain[-1], plain_value(before)
    value = plain_value(root)
    if isinstance(before, np.ndarray) and isinstance(value, np.ndarray) and value.strides != before.strides:
        laid = np.empty_like(before)
        laid[...] = value
        _move(root, laid)
    for view, base in zip(chain[-2::-1], chain[:0:-1], strict=True):
        memory, value = view.memory, plain_value(base)
        if isinstance(value, np.ndarray) and memory is not None and memory.primitive is not None:
            taken = memory.primitive.call(value, **memory.options)
            _move(view, taken if taken.shape else taken[()])


def _move(array: Tracer, value: Any) -> None:
    """Give an array the same numbers laid out anew, at the outermost trace, which holds them."""
    while is_traced(array.value):
        array = array.value
    array.value = value
    array.recorder.moved(array.index, value)


def _put_back(view: Tracer, base: Tracer, memory: Memory) -> Any:
    """The base with the view's new items in their place. A mere rearrangement is undone by its own transpose."""
    primitive = memory.primitive
    assert primitive is not None
    if primitive is shaping.getitem:
        return shaping.setitem(base, view, **memory.options)
    if primitive.structures[:1] not in (("identity",), ("permutation",)):
        raise off_tape(
            f"the array made by np.{primitive.name} shares its memory with another one, and was written into",
            "write into a copy of it: x.copy()",
        )
    undo = primitive.at(1, memory.options).vjps[0]
    assert undo is not None
    return undo(view, None, base)


def _renew(array: Tracer, fresh: Tracer) -> None:
    """Replace what a Tracer stands for; the new node takes the old one's name."""
    if fresh.recorder is array.recorder:
        array.recorder.renewed[fresh.index] = array.index
    array.recorder, array.index, array.value = fresh.recorder, fresh.index, fresh.value
