"""Record one run of a function as a tape."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from advis.autodiff import operators as operators  # gives traced values their operators
from advis.autodiff.code import display_name
from advis.autodiff.errors import OffTape
from advis.autodiff.primitives.rule import plain_value
from advis.autodiff.recorder import NOWHERE, Recorder, active_recorders, check_array, sweep_block
from advis.autodiff.structure import Place, at, fill, map_leaves, map_paths
from advis.autodiff.sweeps import one_like, quiet, reverse_column
from advis.autodiff.tape import Tape
from advis.autodiff.tracer import Tracer, stand_in, stand_ins


def trace(f: Callable[..., Any], /, *args: Any, kwargs: Mapping[str, Any] | None = None, source: bool = True) -> Tape:
    """Run a NumPy function once and record what it does.

    Parameters
    ----------
    f : callable
        Plain NumPy code. Loops unroll, a branch collapses to the one that was taken.
    *args
        Its arguments: numbers, arrays, or nested tuples, lists and dicts of them. Floating-point numbers become
        inputs; Python integers are taken as floats; strings, booleans, None and other objects are passed as they are.
    kwargs : mapping, optional
        Keyword arguments for f, passed as they are: they are not differentiated.
    source : bool, optional
        Whether to record where in the code each node came from. Without it, nodes have no names, lines or blocks.

    Returns
    -------
    Tape

    Raises
    ------
    OffTape
        If f uses a traced value in a way that cannot be recorded (a TypeError; it names the line and the way out).
    TypeError
        For an array of integers among the arguments.

    Notes
    -----
    Define-by-run: the record is specific to these arguments. An error of f itself passes through, with the primitive
    and the line added as a note.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def f(x1, x2):
    ...     return np.log(x1) + x1 * x2 - np.sin(x2)
    >>> tape = av.trace(f, 2.0, 5.0)
    >>> tape.value
    11.652071455223084
    >>> tape.reverse().result
    (5.5, 1.7163378145367738)
    """
    if not callable(f):
        raise TypeError(f"trace: the first argument must be a function, not {f!r}; write av.trace(f, *args)")
    return record(f, args, dict(kwargs or {}), source, function_name(f), parameter_names(f, len(args)))


def record(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    keywords: dict[str, Any],
    source: bool,
    name: str,
    parameters: tuple[str, ...],
    chosen: Sequence[int] | None = None,
) -> Tape:
    """Run f once under a recorder, and return the tape; see `trace`. What is not ``chosen`` is passed as it is."""
    recorder = Recorder(name, source, sys._getframe())
    chosen = range(len(args)) if chosen is None else chosen
    run = run_under(recorder, f, args, keywords, parameters, chosen)
    primitives, parents, values, positions = recorder.finished()
    positions = positions if source else [NOWHERE] * len(values)
    return Tape(
        recorder.function,
        (primitives, parents, values, positions),
        recorder.contexts,
        recorder.branches,
        run.arguments,
        run.outcome,
        run.names,
        run.constants,
        tuple([parameters[place] for place in chosen]),
        recorder.nested,
        recorder.renewed,
    )


class Run(NamedTuple):
    """What a run of a function under a recorder left beside the columns.

    Attributes
    ----------
    arguments, outcome
        The structures of the chosen arguments and of the result, with a Place for each input and output.
    names : list of str
        Of the inputs.
    constants : dict
        The names of constants, by index.
    """

    arguments: tuple[Any, ...]
    outcome: Any
    names: list[str]
    constants: dict[int, str]


def run_under(
    recorder: Recorder,
    f: Callable[..., Any],
    args: tuple[Any, ...],
    keywords: dict[str, Any],
    parameters: Sequence[str],
    chosen: Sequence[int],
) -> Run:
    """Run f once, the chosen arguments traced, and close the recorder."""
    arguments, passed, names = _inputs(recorder, args, parameters, chosen)
    stack = active_recorders()
    stack.append(recorder)
    try:
        result = f(*passed, **keywords)
        one = type(result) is Tracer
        outcome = _output(recorder, result) if one else map_leaves(lambda leaf: _output(recorder, leaf), result)
        return Run(arguments, outcome, names, _constant_names(recorder, f, keywords) if recorder.source else {})
    except Exception as error:
        _raise_own(error, recorder)
        raise
    finally:
        stack.remove(recorder)
        if stack:
            stack[-1].nested = max(stack[-1].nested, recorder.nested + 1)
        recorder.close()


def place_on(recorder: Recorder, leaf: Any) -> Place | None:
    """Return where a traced value stands on the tape that is being recorded, or None if it is not on it."""
    return at(leaf.index) if isinstance(leaf, Tracer) and leaf.recorder is recorder else None


def sweep_on(recorder: Recorder, place: Place, keep: bool = True) -> list[Any]:
    """Run a reverse sweep over what has been recorded so far, seed 1 at a number, and record it on the same tape.

    Without ``keep`` only the inputs' adjoints remain.
    """
    values = stand_ins(recorder)
    seeds: list[Any] = [None] * len(values)
    seeds[place.index] = one_like(recorder.values[place.index])
    recorder.nested += 1
    with quiet(), sweep_block(f"reverse sweep of {recorder.function}", recorder.nested):
        return reverse_column([*recorder.primitives], [*recorder.parents], values, seeds, keep=keep)


def sweep_away(recorder: Recorder, index: int) -> list[Any]:
    """Run a reverse sweep over a record that is closed, seed 1 at a number; its values go as they are used."""
    primitives, parents, values, _ = recorder.finished()
    seeds: list[Any] = [None] * len(values)
    seeds[index] = one_like(values[index])
    with quiet():
        if not active_recorders():
            return reverse_column(primitives, parents, values, seeds, keep=False)
        with sweep_block(f"reverse sweep of {recorder.function}", recorder.nested + 1):
            return reverse_column(primitives, parents, values, seeds, keep=False)


def function_name(f: Callable[..., Any]) -> str:
    """Return what a function is called; an object with ``__call__`` by its class."""
    return display_name(getattr(f, "__name__", "") or type(f).__name__)


def parameter_names(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return a name for each positional argument: f's own parameters, else x1, x2, ….

    Raises
    ------
    TypeError
        If f does not take so many arguments (Python's own message).
    """
    inner = f if type(f) is FunctionType and not f.__dict__ else inspect.unwrap(f, stop=_says_its_signature)
    if (
        type(inner) is FunctionType
        and not _says_its_signature(inner)
        and not inner.__code__.co_flags & inspect.CO_VARARGS
    ):
        names = list(inner.__code__.co_varnames[: inner.__code__.co_argcount])  # a signature takes thirty times as long
        return tuple((names + [f"x{k + 1}" for k in range(len(names), count)])[:count])
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # NumPy's ufuncs and other functions written in C have no signature
        return tuple(f"x{k + 1}" for k in range(count)) if count != 1 else ("x",)
    names = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{k}]" for k in range(count - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
    names += [f"x{k + 1}" for k in range(len(names), count)]
    return tuple(names[:count])


def _says_its_signature(f: Any) -> bool:
    return hasattr(f, "__signature__")


def _inputs(
    recorder: Recorder, args: tuple[Any, ...], parameters: Sequence[str], chosen: Sequence[int]
) -> tuple[tuple[Any, ...], list[Any], list[str]]:
    """Append an input node for each number among the chosen arguments.

    Returns their structures with places, all arguments with traced values in those places, and the inputs' names.
    """
    names: list[str] = []

    def place(path: str, leaf: Any) -> Any:
        value = input_value(leaf, path, recorder.function, recorder.copied)
        if value is None:
            return leaf
        names.append(path)
        return at(recorder.input(value))

    def traced(index: int) -> Tracer:
        return stand_in(recorder, index, recorder.values[index])

    structures, passed = [], [*args]
    for number in chosen:
        structure = map_paths(place, args[number], parameters[number])
        structures.append(structure)
        passed[number] = fill(structure, traced)
    if not names:
        raise TypeError(f"trace: {recorder.function} was given no number or array to differentiate; pass at least one")
    return tuple(structures), passed, names


def input_value(leaf: Any, path: str, function: str, copied: Callable[[np.ndarray], np.ndarray] = np.array) -> Any:
    """Return the value with which a leaf becomes an input, or None if it is not a number.

    Raises
    ------
    TypeError
        For an integer or boolean array: it has no derivative, and NumPy would truncate silently.
    """
    if type(leaf) is np.ndarray and leaf.dtype.kind in "fc":
        return copied(leaf)[()]
    if isinstance(leaf, Tracer):
        return leaf.copy()
    if isinstance(leaf, (bool, np.bool_)):
        return None
    if isinstance(leaf, (int, float, np.integer)):
        return np.float64(leaf)
    if isinstance(leaf, complex):
        return np.complex128(leaf)
    if isinstance(leaf, np.generic) and leaf.dtype.kind in "fc":
        return leaf
    if not isinstance(leaf, np.ndarray):
        return None
    if leaf.dtype.kind in "fc":
        check_array(leaf)
        return np.array(leaf)[()]
    raise TypeError(
        f"trace: the argument {path} of {function} is an array of {leaf.dtype} of shape {leaf.shape}, which has no "
        f"derivative; pass {path}.astype(float), or hand it to {function} as a keyword: av.trace(f, …, "
        f"kwargs={{{path!r}: …}})"
    )


def _output(recorder: Recorder, leaf: Any) -> Any:
    """Return the place of an output; a plain number among the outputs becomes a constant."""
    if isinstance(leaf, Tracer):
        if leaf.recorder is recorder:
            recorder.values[leaf.index] = leaf.value  # a lean record may have let it go
            return at(leaf.index)
        leaf.recorder.check_open()
        return at(recorder.constant(leaf.copy()))
    if isinstance(leaf, (float, int, complex, np.ndarray, np.generic)) and not isinstance(leaf, bool):
        return at(recorder.constant(np.float64(leaf) if isinstance(leaf, (int, float)) else leaf))
    return leaf


def _constant_names(recorder: Recorder, f: Callable[..., Any], keywords: dict[str, Any]) -> dict[int, str]:
    """Names for constant arrays that f took from a keyword, its closure or its module."""
    if not recorder._constants:
        return {}
    stages = getattr(f, "stages", None)
    functions = stages if isinstance(stages, tuple) else (f,)  # of a composition those of its stages
    known = [pair for stage in functions for pair in _known_to(inspect.unwrap(stage)).items()]
    by_identity = {id(value): name for name, value in (*known, *keywords.items()) if isinstance(value, np.ndarray)}
    return {index: by_identity[id(value)] for value, index in recorder._constants.values() if id(value) in by_identity}


def _known_to(function: Any) -> dict[str, Any]:
    """What a function takes from its closure and its module, by name."""
    code = getattr(function, "__code__", None)
    if code is None:
        return {}
    cells = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=False)
    known = {name: cell.cell_contents for name, cell in cells if _is_filled(cell)}
    return known | {name: function.__globals__[name] for name in code.co_names if name in function.__globals__}


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 (raises when the variable was never assigned)
    except ValueError:
        return False
    return True


def _raise_own(error: BaseException, recorder: Recorder) -> None:
    """NumPy hides our error as the cause of its own when a traced value is written into a plain array.

    When it is asked for a count, as in ``np.zeros(x)``, it drops our error altogether: then it is told in a note.
    An attribute that arrays do not have is missed as NumPy says it.
    """
    if isinstance(error, AttributeError) and str(error) == _missed(Tracer, error.name):  # not the reader's own words
        error.args = (_missed(type(plain_value(error.obj)), error.name),)
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is not None and recorder.refused and recorder.refused[1:] == (last.tb_frame.f_code, last.tb_lineno):
        error.add_note(f"advis: {recorder.refused[0]}")
    while error.__cause__ is not None and not isinstance(error.__cause__, OffTape):
        error = error.__cause__
    cause = error.__cause__
    if cause is None:
        return
    error.__cause__ = None  # it becomes the context of its own cause, and two errors that hold each other never go
    try:
        raise cause from None
    finally:
        del error, cause, last  # nor does an error that a frame of its own traceback holds; and with it the record


def _missed(kind: type, name: str | None) -> str:
    """What Python says when an object of a type has no attribute of this name."""
    return f"{kind.__name__!r} object has no attribute {name!r}"
