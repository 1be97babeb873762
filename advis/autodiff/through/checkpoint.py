"""Checkpoints: a function as one box that keeps nothing, and is computed again when a sweep comes by."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import is_traced, plain_value
from advis.autodiff.recorder import active_recorders
from advis.autodiff.structure import leaves, map_leaves
from advis.autodiff.sweeps import is_operation
from advis.autodiff.through.hoisting import hoisted, refusal, shut
from advis.autodiff.through.problem import Packing
from advis.autodiff.through.rules import closed_primitive, together
from advis.autodiff.trace import function_name, trace
from advis.autodiff.transforms import jvp, vjp


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return f as one box of the tape: what it computes inside is not kept, but recomputed in the reverse sweep.

    Parameters
    ----------
    f : callable
        Plain NumPy code, which must give the same numbers each time. Traced values in its closure become parents of
        the box.

    Returns
    -------
    callable
        With f's arguments and result. Each sweep that passes it evaluates f once more.

    Raises
    ------
    TypeError
        If f is not a function.
    OffTape
        If f uses a traced value that it was not given and that cannot be taken out of it.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def layers(x):
    ...     for _ in range(50):
    ...         x = np.sin(x)
    ...     return x
    >>> len(av.trace(layers, 1.0)), len(av.trace(av.checkpoint(layers), 1.0))
    (51, 2)
    >>> bool(av.grad(layers)(1.0) == av.grad(av.checkpoint(layers))(1.0))
    True
    """
    if not callable(f):
        raise TypeError(f"checkpoint: the argument must be a function, not {f!r:.60}; write av.checkpoint(f)(x)")
    name = function_name(f)

    @wraps(f)
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        inner, rebuilt, _ = hoisted((args, kwargs, f))
        if not inner:
            return f(*args, **kwargs)

        def run(*values: Any) -> Any:
            args, kwargs, f = rebuilt(values)
            return f(*args, **kwargs)

        with shut("checkpoint", name):
            result, nodes = _first(run, [plain_value(value) for value in inner])
        if any(is_traced(leaf) for _, leaf in leaves(result)):
            raise refusal("checkpoint", name)
        moving = _moving(result)
        if isinstance(moving, list) and not moving:
            return result
        packing = Packing("checkpoint", f"what {name} returned", moving)

        def packed(*values: Any) -> Any:
            return packing.pack(_moving(run(*values)))

        box = _box(name, packed, len(inner), np.asarray(packing.pack(moving))[()], nodes)
        parts = packing.unpack(box(*inner))
        remaining = iter(parts if isinstance(parts, list) else [parts])
        return map_leaves(lambda leaf: next(remaining) if _moves(leaf) else leaf, result)

    return recomputed


def _first(run: Callable[..., Any], values: list[Any]) -> tuple[Any, int]:
    """The result, and how many operations a sweep will compute again: counted for who looks at the tape."""
    if not any(recorder.source for recorder in active_recorders()):
        return run(*values), 0
    results: list[Any] = []

    def kept(*values: Any) -> Any:
        results.append(run(*values))
        return results[0]

    tape = trace(kept, *values, source=False)
    return map_leaves(plain_value, results[0]), sum(map(is_operation, tape.primitives))


def _moving(result: Any) -> Any:
    """What of a result has derivatives: one array as it is, of a container a list of its arrays and numbers."""
    found = [leaf for _, leaf in leaves(result) if _moves(leaf)]
    return found[0] if found and not isinstance(result, (tuple, list, dict)) else found


def _moves(leaf: Any) -> bool:
    """Whether a leaf has a derivative: counts, masks and words stay as they are."""
    return getattr(leaf, "dtype", np.dtype(type(leaf) if isinstance(leaf, (float, complex)) else int)).kind in "fc"


def _box(name: str, packed: Callable[..., Any], count: int, first: Any, nodes: int) -> Any:
    """The primitive: its rules record f, sweep over the record, and let it go."""
    known = [first]  # the value is there already: f ran in order to tell the structure of its result

    def call(*values: Any) -> Any:
        return known.pop() if known else packed(*values)

    def moved(place: int, t: Any, ans: Any, *values: Any) -> Any:
        return jvp(lambda a: packed(*values[:place], a, *values[place + 1 :]), (values[place],), (t,))[1]

    def pulled(g: Any, ans: Any, *values: Any) -> list[Any]:
        return list(vjp(packed, *values)[1](g))

    said = name.replace("{", "{{").replace("}", "}}")
    symbol = f"{said}({', '.join(f'{{{place}}}' for place in range(count))})"
    many = f"{nodes:,} {'node' if nodes == 1 else 'nodes'}"
    told = f"computes its {many} again, and "
    return closed_primitive("checkpoint", call, together(moved, pulled, count), f"recomputes {many}", told, symbol)
