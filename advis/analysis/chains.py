"""From a composition, from shapes or from a tape to a chain of factors."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from advis.analysis.chain import LIMIT, Chain
from advis.analysis.composition import Composition, check_names, compose, default_names
from advis.analysis.cuts import Cut, cuts_named, stages_between, variable_of
from advis.analysis.factor import Factor, Variable, vector
from advis.autodiff.numbers import shape_text
from advis.autodiff.recorder import active_recorders
from advis.autodiff.structure import Place, leaves, map_leaves
from advis.autodiff.tape import Tape
from advis.autodiff.trace import function_name, input_value, parameter_names, record
from advis.autodiff.tracer import Tracer, stand_in


def chain(
    f: Callable[..., Any] | Tape | None = None,
    /,
    *args: Any,
    shapes: Iterable[Sequence[int]] | None = None,
    edges: Iterable[int] | None = None,
    names: Iterable[str] | None = None,
    cuts: Iterable[str | Iterable[str]] | None = None,
    max_entries: int = LIMIT,
) -> Chain:
    """Return the Jacobian of a composition as a product of factors, one for each stage.

    Parameters
    ----------
    f : Composition, callable or Tape, optional
        From `advis.compose`, with its arguments; or a tape, with cuts. A plain function is a single stage.
    *args
        The arguments of f: numbers, arrays or containers. Each is flattened, as is what a stage gives.
    shapes : iterable of (int, int), optional
        Instead of f: the shapes of the factors as written, ∂y/∂c first, to plan without numbers.
    edges : iterable of int, optional
        With shapes: the elemental edges of each factor, for ``matrix_free=True``.
    names : iterable of str, optional
        With shapes: what the stages give, in the order in which they are applied; a, b, c, …, y if not given.
    cuts : iterable of str or set of str, optional
        Where to cut a tape, from the inputs to the outputs: names of nodes, or sets of them.
    max_entries : int, optional
        A larger matrix is not built; what does not need it still works.

    Returns
    -------
    Chain
        ``.factors``, ``.accumulate(order)``, ``.jvp(v)``, ``.vjp(u)``, ``.compare()``.

    Raises
    ------
    TypeError, ValueError, KeyError
        For stages or shapes that do not meet (the message names both), a cut that does not separate the inputs from
        the outputs (it names the edge that bypasses it), or an unknown name.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> W = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> def layer(x):
    ...     return W @ x
    >>> chain = av.chain(av.compose(np.sum, np.tanh, layer), np.zeros(3))
    >>> chain.factors
    (∂y/∂b: 1×2 dense, ∂b/∂a: 2×2 identity, ∂a/∂x: 2×3 dense)
    >>> chain.accumulate("reverse").jacobian
    array([[1., 3., 3.]])

    A tape can be cut anywhere:

    >>> def f(x1, x2):
    ...     a = x1 * x2
    ...     b = np.sin(a)
    ...     return b * x2
    >>> av.chain(av.trace(f, 2.0, 5.0), cuts=[{"a", "x2"}, {"b", "x2"}]).variables
    ('y', '{x2,b}', '{x2,a}', '{x1,x2}')
    """
    limit = _whole("max_entries", max_entries)
    if shapes is not None:
        _refuse_more("shapes", f=f, cuts=cuts)
        return _planned(shapes, edges, names, limit)
    _refuse_more("a function or a tape", edges=edges, names=names)
    if isinstance(f, Tape):
        if cuts is None or args:
            raise TypeError(
                f"chain: say where to cut the tape of {f.function}, and nothing else: av.chain(tape, cuts=['a'])"
            )
        return _of_tape(f, cuts, limit)
    if not callable(f):
        raise TypeError(f"chain: give a composition and its arguments, shapes=, or a tape and cuts=, not {f!r}")
    _refuse_more("a function", cuts=cuts)
    return _of_composition(f if isinstance(f, Composition) else compose(f), args, limit)


def _refuse_more(besides: str, **given: Any) -> None:
    for name, item in given.items():
        if item is not None:
            raise TypeError(f"chain: {name}={item!r} cannot stand beside {besides}; leave one of the two out")


def _whole(name: str, value: Any, least: int = 1) -> int:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = -1
    if whole < least:
        raise ValueError(f"chain: {name} is {value!r}; it must be a whole number, at least {least}")
    return whole


# -- from shapes


def _planned(
    shapes: Iterable[Sequence[int]], edges: Iterable[int] | None, names: Iterable[str] | None, limit: int
) -> Chain:
    sizes = _sizes(list(shapes))
    count = len(sizes) - 1
    given = default_names(count) if names is None else tuple(names)
    check_names("chain", given, count)
    elemental = [None] * count if edges is None else [_whole("a number in edges", number, 0) for number in edges]
    if len(elemental) != count:
        raise ValueError(f"chain: edges has {len(elemental)} numbers for {count} factors; give one for each")
    ends = [vector(name, size) for name, size in zip((*reversed(given), "x"), sizes, strict=True)]
    factors = [
        Factor(out, into, f"F{count - k}", planned_edges=elemental[k], max_entries=limit)
        for k, (out, into) in enumerate(pairwise(ends))
    ]
    said = " · ".join(f"({shape_text(factor.shape)})" for factor in factors[:6])
    return Chain(factors, f"shapes {said}{' · …' if count > 6 else ''}", None, limit)


def _sizes(shapes: list[Any]) -> list[int]:
    """The sizes of the variables: neighbours must meet."""
    if not shapes:
        raise ValueError("chain: shapes=[] has no factor; give at least one, such as shapes=[(1, 4), (4, 50)]")
    pairs: list[tuple[int, int]] = []
    for shape in shapes:
        if not isinstance(shape, Iterable) or len(parts := list(shape)) != 2:
            raise ValueError(f"chain: in shapes, {shape!r} is not a pair (rows, columns)")
        pairs.append((_whole("a size in shapes", parts[0], 0), _whole("a size in shapes", parts[1], 0)))
    count = len(pairs)
    for place, (left, right) in enumerate(pairwise(pairs)):
        if left[1] != right[0]:
            names = f"F{count - place} {left}", f"F{count - place - 1} {right}"
            raise ValueError(
                f"chain: in shapes, factors {place + 1} and {place + 2} do not meet: {names[0]} has {left[1]} columns, "
                f"{names[1]} has {right[0]} rows; write them as they are multiplied, ∂y/∂c first"
            )
    return [pairs[0][0], *(columns for _, columns in pairs)]


# -- from a tape


def _of_tape(tape: Tape, cuts: Iterable[str | Iterable[str]], limit: int) -> Chain:
    inner = cuts_named(tape, cuts)
    inputs, outputs = _places(tape.input_places), _places(tape.output_places)
    if not outputs:
        raise ValueError(f"chain: {tape.function} returns no number; there is nothing to differentiate")
    whole = [inputs, *inner, outputs]
    ends = [variable_of(tape, cut) for cut in whole]
    said = ", ".join(end.name for end in ends[1:-1])
    labels = [f"F{k + 1}" for k in range(len(whole) - 1)]
    return _cut(tape, whole, ends, labels, f"{tape.function}, {f'cut at {said}' if said else 'not cut'}", limit)


def _places(places: Sequence[Place]) -> Cut:
    return tuple(place.index for place in places)


def _cut(
    tape: Tape, cuts: Sequence[Cut], ends: Sequence[Variable], labels: Sequence[str], title: str, limit: int
) -> Chain:
    """The chain of a tape that is cut, from the inputs to the outputs."""
    stages = stages_between(tape, cuts)
    factors = [
        Factor(out, into, label, stage, max_entries=limit)
        for into, out, label, stage in zip(ends, ends[1:], labels, stages, strict=False)
    ]
    return Chain(factors[::-1], title, tape, limit)


# -- from a composition


def _of_composition(composed: Composition, args: tuple[Any, ...], limit: int) -> Chain:
    """Record all stages on one tape, with a cut where each of them ends."""
    kept: list[dict[int, str]] = []

    def keep(name: str, value: Any) -> Any:
        traced = map_leaves(_traced, value)
        numbers = [(leaf.index, path) for path, leaf in leaves(traced, name) if _is_number(leaf)]
        kept.append(dict(reversed(numbers)))  # of a value that stands there twice the first path counts
        kept[-1] = {index: kept[-1][index] for index, _ in numbers}
        if not numbers:
            label = composed.labels[len(kept) - 1]
            raise TypeError(f"chain: stage {label} gives no floating-point number, so {name} has no derivative")
        return traced

    watched = Composition(composed.stages, composed.names, keep)
    tape = record(watched, args, {}, True, function_name(composed), parameter_names(composed, len(args)))
    inputs, outputs = _places(tape.input_places), _places(tape.output_places)
    ends = [variable_of(tape, inputs, "x", [tape.names[index] for index in inputs])]
    ends += [
        variable_of(tape, [*cut], name, [*cut.values()]) for name, cut in zip(composed.names, kept[:-1], strict=False)
    ]
    paths = [path for path, place in leaves(tape._outcome, composed.names[-1]) if isinstance(place, Place)]
    ends.append(variable_of(tape, outputs, composed.names[-1], paths))
    cuts = [inputs, *(tuple(cut) for cut in kept[:-1]), outputs]
    return _cut(tape, cuts, ends, composed.labels, composed.title, limit)


def _is_number(leaf: Any) -> bool:
    return isinstance(leaf, Tracer) and leaf.dtype.kind in "fc"


def _traced(leaf: Any) -> Any:
    """A number that a stage made without its input, as a traced constant: the next stage depends on it all the same.

    A traced value is handed on as a copy, since the next stage may write into it.
    """
    if isinstance(leaf, Tracer):
        return leaf.copy()
    if not isinstance(leaf, (float, complex, np.inexact, np.ndarray)) or np.asarray(leaf).dtype.kind not in "fc":
        return leaf
    recorder, value = active_recorders()[-1], input_value(leaf, "", "")
    return stand_in(recorder, recorder.constant(value), value)
