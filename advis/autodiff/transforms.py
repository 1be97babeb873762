"""Derivatives as functions of functions: grad, value_and_grad, jvp, vjp, jacobian, hessian, hvp. All of them nest.

Each is a few lines on the tape: record f with respect to the chosen arguments, then sweep. A transform inside a
function that is itself being recorded works on traced values, so its own sweep is recorded too: that is higher order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from sys import getrefcount
from typing import Any, NamedTuple

import numpy as np

from advis.autodiff.jacobians import columns, is_forward, real_mode, rows
from advis.autodiff.numbers import friendly
from advis.autodiff.primitives.rule import CONSTANT, INPUT, plain_value, shape_of
from advis.autodiff.recorder import Recorder, active_recorders
from advis.autodiff.structure import Place, fill, indices, leaves, map_leaves, same_structure
from advis.autodiff.sweep import forward_seeds
from advis.autodiff.sweeps import owned, zero_like
from advis.autodiff.tape import Tape
from advis.autodiff.trace import (
    function_name,
    parameter_names,
    place_on,
    record,
    run_under,
    sweep_away,
    sweep_on,
    trace,
)

Argnums = int | tuple[int, ...]


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return the gradient of a scalar function, as a function of the same arguments.

    Parameters
    ----------
    f : callable
        Plain NumPy code that returns one number; or, with ``has_aux``, a pair of it and anything else.
    argnums : int or tuple of int, optional
        With respect to which positional arguments; a tuple gives a tuple of gradients.
    has_aux : bool, optional
        Whether f returns ``(y, aux)``; the result is then ``(gradient, aux)``.

    Returns
    -------
    callable
        Takes f's arguments, keywords included, and returns the gradient in their structure.

    Raises
    ------
    TypeError
        If f does not return one real number.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> av.grad(lambda x: x**3)(2.0), av.grad(av.grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    """
    call = _call("grad", f, argnums)

    @wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = _value_and_gradient(f, args, kwargs, argnums, has_aux, call(len(args)), has_aux)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that gives both the value of f and its gradient, from one record.

    It takes what `grad` takes and returns ``(value, gradient)``; with ``has_aux``, ``((value, aux), gradient)``.

    Raises
    ------
    TypeError
        If f does not return one real number.

    Examples
    --------
    >>> import advis as av
    >>> av.value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """
    call = _call("value_and_grad", f, argnums)

    @wraps(f)
    def evaluated(*args: Any, **kwargs: Any) -> Any:
        return _value_and_gradient(f, args, kwargs, argnums, has_aux, call(len(args)), True)

    return evaluated


class _Call(NamedTuple):
    """What is known of a call of f by the number of its positional arguments."""

    verb: str
    name: str
    parameters: tuple[str, ...]
    chosen: list[int]


def _call(verb: str, f: Callable[..., Any], argnums: Argnums) -> Callable[[int], _Call]:
    """What is known of calls of f, worked out once for each number of arguments."""

    @lru_cache(maxsize=8)
    def known(count: int) -> _Call:
        return _Call(verb, function_name(f), parameter_names(f, count), _chosen(verb, f, argnums, count))

    return known


def _value_and_gradient(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    argnums: Argnums,
    has_aux: bool,
    call: _Call,
    valued: bool,
) -> tuple[Any, Any]:
    """The columns of a record that nobody else will see, swept at once: no tape is made of them."""
    recorder = Recorder(call.name, False, None, lean=True)
    run = run_under(recorder, f, args, kwargs, call.parameters, call.chosen)
    values = recorder.finished()[2]
    main = _main(call.verb, f, run.outcome) if has_aux else run.outcome
    if type(main) is not Place or type(values[main.index]) is not np.float64:
        _check_one_number(call.verb, f, fill(main, values.__getitem__))
    value = fill(run.outcome, lambda index: owned(friendly(values[index]))) if valued else None
    column = sweep_away(recorder, main.index)

    def adjoint(index: int) -> Any:
        return _handed_over(values, column, index)

    arguments = run.arguments if isinstance(argnums, tuple) else run.arguments[0]
    return value, fill(arguments, adjoint)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return the value of f and the map u ↦ uᵀ F'(x), which can be applied to many u.

    Parameters
    ----------
    f : callable
    *primals
        Where to linearise: all of f's arguments.

    Returns
    -------
    y, pull
        ``pull(u)`` takes an adjoint in the structure of y and returns a tuple over the primals.

    Raises
    ------
    ValueError
        By ``pull``, for an adjoint of another structure or shape.

    Examples
    --------
    >>> import advis as av
    >>> y, pull = av.vjp(lambda a, b: a * b, 2.0, 5.0)
    >>> y, pull(1.0)
    (10.0, (5.0, 2.0))
    """
    tape = trace(f, *primals, source=False)
    return tape.value, lambda adjoint: _arguments(tape, tape.reverse(adjoint))


def jvp(f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """Return the value of f and its derivative along a direction, F'(x) v, from one forward sweep.

    Parameters
    ----------
    f : callable
    primals, tangents : tuple
        The arguments x, and the direction v in the same structure.

    Returns
    -------
    y, ydot
        Both in the structure of f's result.

    Raises
    ------
    TypeError
        If primals or tangents are not tuples (one argument is ``(x,)``).

    Examples
    --------
    >>> import advis as av
    >>> av.jvp(lambda a, b: a * b, (2.0, 5.0), (1.0, 0.0))
    (10.0, 5.0)
    """
    _check_tuples("jvp", primals=primals, tangents=tangents)
    tape = trace(f, *primals, source=False)
    return tape.value, tape.forward(*tangents).result


def jacobian(f: Callable[..., Any], argnums: Argnums = 0, mode: str = "auto") -> Callable[..., Any]:
    """Return the Jacobian of f as a function of the same arguments.

    Parameters
    ----------
    f : callable
    argnums : int or tuple of int, optional
        With respect to which positional arguments.
    mode : {"auto", "forward", "reverse"}, optional
        n forward sweeps or m reverse sweeps, in one batch; ``auto`` takes the fewer.

    Returns
    -------
    callable
        Its result has, for each output leaf, the structure of the arguments; the array for an output of shape s and an
        input of shape t has shape s + t.

    Raises
    ------
    ValueError
        For an unknown mode.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> av.jacobian(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f"jacobian: mode={mode!r} is not known; choose 'auto', 'forward' or 'reverse'")
    return _jacobian("jacobian", f, argnums, mode)


def _jacobian(verb: str, f: Callable[..., Any], argnums: Argnums, mode: str) -> Callable[..., Any]:
    @wraps(f)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        chosen = _chosen(verb, f, argnums, len(args))
        tape = record(f, args, kwargs, False, function_name(f), parameter_names(f, len(args)), chosen)
        forward = is_forward(tape, real_mode(tape, mode))
        blocks = (columns if forward else rows)(tape)
        return fill(
            tape._outcome,
            lambda output: _picked(fill(tape._arguments, lambda place: owned(blocks[output, place])), argnums),
        )

    return matrix


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Return the matrix of second derivatives of a scalar function: a forward sweep over the gradient's own graph.

    Raises
    ------
    TypeError
        If f does not return one real number.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> av.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return _jacobian("hessian", wraps(f)(gradient_on_the_tape("hessian", f, argnums)), argnums, "forward")


def hvp(f: Callable[..., Any], primals: tuple[Any, ...], vectors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the Hessian of a scalar function times a vector, without the Hessian: tangents of adjoints.

    Forward over reverse (Pearlmutter 1994): its cost is a small multiple of the cost of f.

    Parameters
    ----------
    f : callable
    primals, vectors : tuple
        The arguments, and the vector in the same structure.

    Returns
    -------
    tuple
        Over the primals.

    Raises
    ------
    TypeError
        If f does not return one real number, or primals or vectors are not tuples (one argument is ``(x,)``).
    ValueError
        If vectors do not have the structure of primals.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> av.hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    (array([6., 0.]),)
    """
    _check_tuples("hvp", primals=primals, vectors=vectors)
    gradient = gradient_on_the_tape("hvp", f, tuple(range(len(primals))))
    tape = record(gradient, primals, {}, False, function_name(f), parameter_names(f, len(primals)))
    _leave_out_idle(tape)
    seeds, count = forward_seeds(tape, vectors, {})
    if count is not None:
        product: tuple[Any, ...] = tape.forward(*vectors).result
        return product
    column = tape._column("forward", seeds)

    def along(index: int) -> Any:
        tangent = column[index]
        return owned(friendly(zero_like(tape.values[index]) if tangent is None else tangent))

    return tuple(fill(tape._outcome, along))


def _leave_out_idle(tape: Tape) -> None:
    """Make constants of what no result depends on, as the value of f on the tape of its gradient: nobody asks for its
    tangent."""
    primitives, parents = tape.primitives, tape.parents
    leads = bytearray(len(primitives))
    for index in indices(tape._outcome):
        leads[index] = 1
    for index in range(len(primitives) - 1, -1, -1):
        if leads[index]:
            for parent in parents[index]:
                leads[parent] = 1
        elif primitives[index] is not INPUT:  # which keeps its name
            primitives[index] = CONSTANT


def gradient_on_the_tape(verb: str, f: Callable[..., Any], argnums: Argnums) -> Callable[..., Any]:
    """The gradient of f for a caller that records it: the reverse sweep goes on the tape of f, after f itself.

    With `grad` there would be two tapes, and whatever is recorded on the inner one is recorded once more on the outer.
    """

    def gradient(*args: Any, **kwargs: Any) -> Any:
        recorder = active_recorders()[-1]
        chosen = [args[number] for number in (argnums if isinstance(argnums, tuple) else (argnums,))]
        inputs = tuple(map_leaves(lambda leaf: place_on(recorder, leaf) or leaf, part) for part in chosen)
        y = f(*args, **kwargs)
        _check_one_number(verb, f, y)
        seed = place_on(recorder, y)
        at_the_start = all(recorder.primitives[index] is INPUT for index in indices(inputs))
        column = [None] * len(recorder.values) if seed is None else sweep_on(recorder, seed, keep=not at_the_start)

        def adjoint(index: int) -> Any:
            return zero_like(recorder.values[index]) if column[index] is None else column[index]

        return _picked(fill(inputs, adjoint), argnums)

    return gradient


# -- from arguments to a tape of the chosen ones, and back


def _chosen(verb: str, f: Callable[..., Any], argnums: Argnums, count: int) -> list[int]:
    """Which of ``count`` arguments are differentiated: numbers from 0."""
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    chosen = [_position(verb, f, number, count) for number in numbers]
    if len({*chosen}) < len(chosen):
        raise ValueError(f"{verb}: argnums={argnums!r} names an argument twice; name each once")
    return chosen


def _position(verb: str, f: Callable[..., Any], number: int, count: int) -> int:
    if not isinstance(number, int) or not -count <= number < count:
        raise ValueError(
            f"{verb}: argnums={number!r}, but {function_name(f)} was called with {count} positional "
            f"argument{'s' if count != 1 else ''}; choose from 0 to {count - 1}, and pass others as keywords"
        )
    return number % count


def _main(verb: str, f: Callable[..., Any], outcome: Any) -> Any:
    """The structure of what is differentiated: the first of a pair."""
    if not isinstance(outcome, tuple) or len(outcome) != 2:
        raise TypeError(f"{verb}: with has_aux=True, {function_name(f)} must return a pair (y, aux)")
    return outcome[0]


def _check_one_number(verb: str, f: Callable[..., Any], y: Any) -> None:
    if type(plain_value(y)) is np.float64:
        return
    if isinstance(y, (tuple, list, dict)) or shape_of(y) or not _is_number(y):
        said = [
            f"{path} of shape {shape_of(leaf)}" if _is_number(leaf) else f"{path} = {leaf!r}"
            for path, leaf in leaves(y, "y")
        ]
        raise TypeError(
            f"{verb}: {function_name(f)} must return one number, not {', '.join(said[:4]) or 'nothing'}; "
            "use av.jacobian for several, or sum them up"
        )
    if np.result_type(plain_value(y)).kind == "c":
        raise TypeError(
            f"{verb}: {function_name(f)} must return one real number, not a complex one; take its real part, its "
            "imaginary part or its absolute value, or use av.vjp"
        )


def _is_number(y: Any) -> bool:
    return isinstance(plain_value(y), (float, int, complex, np.generic, np.ndarray)) and not isinstance(y, bool)


def _arguments(tape: Tape, sweep: Any) -> tuple[Any, ...]:
    """A sweep's result as a tuple over the arguments, also where there is one."""
    filled: tuple[Any, ...] = fill(tape._arguments, lambda index: owned(sweep.at(index)))
    return filled


def _handed_over(values: list[Any], column: list[Any], index: int) -> Any:
    """An adjoint out of a sweep that is over: without a copy, if nobody else holds the array."""
    adjoint, column[index] = column[index], None
    if adjoint is None:
        return friendly(zero_like(values[index]))
    sole = (
        type(adjoint) is np.ndarray and adjoint.flags.owndata and getrefcount(adjoint) == 2
    )  # this name, and the call
    return adjoint if sole else owned(friendly(adjoint))


def _picked(parts: tuple[Any, ...], argnums: Argnums) -> Any:
    return parts if isinstance(argnums, tuple) else parts[0]


def _check_tuples(verb: str, **pairs: Any) -> None:
    for name, item in pairs.items():
        if not isinstance(item, tuple):
            raise TypeError(f"{verb}: {name} must be a tuple over f's arguments, not {type(item).__name__}; write (x,)")
    (first, structure), (second, other) = pairs.items()
    if not same_structure(other, structure):
        raise ValueError(f"{verb}: {second} must have the structure of {first}")
