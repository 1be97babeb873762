"""One gradient in every way that people use: forward, reverse, differences, complex step, symbolic; what each costs."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from advis.analysis.differences import flat
from advis.autodiff.numbers import TEXT, number, value_text
from advis.autodiff.shown import Shown
from advis.autodiff.structure import fill, leaves
from advis.autodiff.sweep import Sweep
from advis.autodiff.sweeps import is_operation
from advis.autodiff.table import Table
from advis.autodiff.tape import Tape
from advis.autodiff.trace import trace

STEPS = np.array([float(f"{10.0 ** (-k / 4):.12g}") for k in range(65)])
"""The steps h over which the differences are shown, relative to each number (absolute for numbers below 1).

Powers of ten differ between processors in their last bit, and so would all round-off that is shown. Rounded they agree.
"""

ROUND_OFF = 2.0**-52
FORWARD_STEP, CENTRAL_STEP, COMPLEX_STEP = ROUND_OFF ** (1 / 2), ROUND_OFF ** (1 / 3), 1e-20
"""Where truncation and round-off are about the same: h ~ ε and h² ~ ε. The complex step has no cancellation."""

NOT_ANALYTIC = 1e-6  # a complex step that is further off is no derivative

Function = Callable[[np.ndarray], Any]
"""f as a function of one flat vector to one number."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to get the gradient.

    Attributes
    ----------
    name : str
    gradient : ndarray or None
        All elements in one vector, in the order of the inputs; None where the method cannot be used.
    error : float
        The largest difference from what is taken as exact, over the largest element of that.
    runs : int
        How often f is run.
    sweeps : int
        How many sweeps there are over its tape.
    operations : int
        NumPy operations in all: those of the runs, and in a sweep one for each contribution.
    note : str
        Why it cannot be used, or what it found on the way.
    seconds : float or None
        The fastest of three, if it was measured.
    """

    name: str
    gradient: np.ndarray | None
    error: float = float("nan")
    runs: int = 0
    sweeps: int = 0
    operations: int = 0
    note: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Methods(Shown):
    """The ways to a gradient side by side. Made by `advis.compare_methods`.

    Attributes
    ----------
    tape : Tape
    methods : tuple of Method
    curves : dict
        For each kind of difference its error at every one of ``STEPS``.
    measure : str
        What errors are measured by, in words.
    """

    tape: Tape
    methods: tuple[Method, ...]
    curves: Mapping[str, np.ndarray]
    measure: str

    def __getitem__(self, name: str) -> Method:
        for method in self.methods:
            if method.name == name:
                return method
        known = ", ".join(method.name for method in self.methods)
        raise KeyError(f"compare_methods: no method is called {name!r}; there are {known}")

    def table(self) -> Table:
        """Return the methods as a table."""
        timed = any(method.seconds is not None for method in self.methods)
        headings = ("method", "gradient", "error", "runs of f", "sweeps", "operations", *(("time",) if timed else ()))
        rows = tuple(_row(method, timed) for method in self.methods)
        notes = (f"errors are relative to {self.measure}", *(f"{m.name}: {m.note}" for m in self.methods if m.note))
        numeric = (False, True, True, True, True, True, True)[: len(headings)]
        count = sum(np.size(self.tape.values[place.index]) for place in self.tape.input_places)
        title = f"gradient of {self.tape.function} with {count} {'element' if count == 1 else 'elements'}"
        return Table(title, headings, rows, numeric, notes)

    def __str__(self) -> str:
        return self.table().text()


def _row(method: Method, timed: bool) -> tuple[str, ...]:
    if method.gradient is None:
        return (method.name, *("–",) * (5 + timed))
    shown = value_text(method.gradient if method.gradient.size > 1 else method.gradient[0], TEXT)
    counts = (method.runs, method.sweeps, method.operations)
    row = (method.name, shown, number(method.error, 2), *(f"{count:,}" if count else "–" for count in counts))
    return (*row, "–" if method.seconds is None else f"{1e3 * method.seconds:.3g} ms") if timed else row


def compare_methods(
    f: Callable[..., Any], *args: Any, exact: Any = None, symbolic: bool = False, measure: bool = False
) -> Methods:
    """Return the gradient of a function by every method, with errors and costs.

    Parameters
    ----------
    f : callable
        Plain NumPy code with one real number as its result.
    *args
        Real numbers and arrays, in any structure.
    exact : optional
        The true gradient, in the structure of the arguments, to measure errors by. If it is not given, that is the
        symbolic one where there is one, else that of the reverse mode.
    symbolic : bool
        Whether to differentiate by SymPy as well (``pip install sympy``): for functions of numbers only.
    measure : bool
        Whether to measure times; they differ from run to run.

    Returns
    -------
    Methods
        Shown: a table, and the errors of the differences over their step as a chart.

    Raises
    ------
    ValueError
        If the result is not one real number, an argument is not real, or there is nothing to differentiate by.
    ModuleNotFoundError
        If SymPy is asked for and missing.

    Notes
    -----
    Truncation makes the error of a difference grow with h, round-off makes it grow with 1/h; the V between them is
    described by Baydin, Pearlmutter, Radul and Siskind, *Automatic differentiation in machine learning: a survey*, JMLR
    18 (2018), section 2.1 and figure 3. The complex step, Im f(x + ih) / h, subtracts nothing: Squire and Trapp, *Using
    complex variables to estimate derivatives of real functions*, SIAM Review 40 (1998), p. 110.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def f(x):
    ...     return np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3)
    >>> ways = av.compare_methods(f, 1.5)
    >>> print(ways.table().headings[:3], ways["complex step"].gradient[0])
    ('method', 'gradient', 'error') 4.0534278938986...
    >>> bool(ways["forward difference"].error > 1e-9 > ways["complex step"].error)
    True
    """
    tape = trace(f, *args)
    vector = _checked(tape)
    flat_f = _flattened(f, tape)
    found = [
        _sweeping("forward mode", f, args, tape, measure),
        _sweeping("reverse mode", f, args, tape, measure),
        _differing("forward difference", flat_f, vector, tape, measure),
        _differing("central difference", flat_f, vector, tape, measure),
        _differing("complex step", flat_f, vector, tape, measure),
    ]
    truth, said = found[1].gradient, "the reverse mode"
    if symbolic:
        from advis.analysis.symbolic import symbolic_method

        found.append(symbolic_method(tape))
        if found[-1].gradient is not None:
            truth, said = found[-1].gradient, "the symbolic derivative, evaluated with 30 digits"
    if exact is not None:
        truth, said = flat([part for _, part in leaves(exact)]), "the exact gradient that was given"
        if truth.shape != vector.shape:
            raise ValueError(f"compare_methods: exact has {truth.size} elements, the arguments have {vector.size}")
    assert truth is not None
    methods = tuple(_judged(method, truth) for method in found)
    usable = [method.name for method in methods[2:5] if method.gradient is not None]
    curves = {name: _curve(_KINDS[name], flat_f, vector, truth) for name in usable}
    return Methods(tape, methods, curves, said)


def _judged(method: Method, truth: np.ndarray) -> Method:
    """A method with its error; a complex step that is far off has met something that is not analytic."""
    error = _error(method.gradient, truth)
    broken = method.name == "complex step" and error > NOT_ANALYTIC
    note = f"{method.note}; f is not analytic here, as abs, comparisons and conj are not" if broken else method.note
    return replace(method, error=error, note=note)


def _checked(tape: Tape) -> np.ndarray:
    """The point as one vector of real numbers; raise where gradients of real functions have no meaning."""
    values = [tape.values[place.index] for place in tape.input_places]
    outputs = tape.output_places
    if any(np.iscomplexobj(value) for value in values):
        raise ValueError(f"compare_methods: {tape.function} has a complex argument; give real ones")
    if not sum(np.size(value) for value in values):
        raise ValueError(f"compare_methods: {tape.function} has no element to differentiate by; give numbers or arrays")
    if len(outputs) != 1 or np.size(tape.values[outputs[0].index]) != 1 or np.iscomplexobj(tape.value):
        shape = [np.shape(tape.values[place.index]) for place in outputs]
        raise ValueError(
            f"compare_methods: {tape.function} must return one real number, and returned "
            f"{len(outputs)} of shape {', '.join(map(str, shape)) or 'none'}; weigh them, as in lambda x: u @ f(x)"
        )
    return flat(values)


def _flattened(f: Callable[..., Any], tape: Tape) -> Function:
    """Return the function of one vector that gives f new arrays in each run."""
    shapes = {place.index: np.shape(tape.values[place.index]) for place in tape.input_places}
    ends = dict(zip(shapes, np.cumsum([int(np.prod(shape, dtype=int)) for shape in shapes.values()]), strict=True))

    def function(vector: np.ndarray) -> Any:
        def part(index: int) -> Any:
            end, shape = int(ends[index]), shapes[index]
            return np.array(vector[end - int(np.prod(shape, dtype=int)) : end]).reshape(shape)[()]

        return np.asarray(f(*fill(tape._arguments, part))).reshape(())[()]

    return function


# -- by the tape


def _sweeping(name: str, f: Callable[..., Any], args: tuple[Any, ...], tape: Tape, measure: bool) -> Method:
    forward = name == "forward mode"
    values = [tape.values[place.index] for place in tape.input_places]
    count = flat(values).size

    def run() -> tuple[np.ndarray, list[Sweep]]:
        fresh = trace(f, *args, source=False) if measure else tape
        if not forward:
            reverse = fresh.reverse()
            return flat([reverse.at(place.index) for place in fresh.input_places]), [reverse]
        sweeps = [fresh.forward(*seed) for seed in _one_hots(fresh)]
        return np.array([float(np.reshape(sweep.at(fresh.outputs[0].index), ())) for sweep in sweeps]), sweeps

    (gradient, sweeps), seconds = _timed(run, measure)
    flows = sum(len(step.contributions) for step in sweeps[0].steps) * len(sweeps) if sweeps else 0
    return Method(name, gradient, 0.0, 1, count if forward else 1, _operations(tape) + flows, "", seconds)


def _one_hots(tape: Tape) -> list[Any]:
    """For each element of the inputs the seed that moves it alone, in the structure of the arguments."""
    values = {place.index: tape.values[place.index] for place in tape.input_places}
    seeds = []
    for index, value in values.items():
        for element in range(np.size(value)):
            one = {k: np.zeros(np.shape(v)) for k, v in values.items()}
            one[index].flat[element] = 1.0
            seeds.append(fill(tape._arguments, one.__getitem__))
    return seeds


def _operations(tape: Tape) -> int:
    return sum(map(is_operation, tape.primitives))


# -- by runs of the function


def _forward(f: Function, x: np.ndarray, h: float) -> np.ndarray:
    here = f(x)
    return np.array([(f(x + move) - here) / move[k] for k, move in enumerate(_moves(x, h))])


def _central(f: Function, x: np.ndarray, h: float) -> np.ndarray:
    return np.array([(f(x + move) - f(x - move)) / (2 * move[k]) for k, move in enumerate(_moves(x, h))])


def _complex(f: Function, x: np.ndarray, h: float) -> np.ndarray:
    return np.array([np.imag(f(x + 1j * move)) / move[k] for k, move in enumerate(_moves(x, h))])


def _moves(x: np.ndarray, h: float) -> np.ndarray:
    """One row for each element: how far it goes, and that the others stay."""
    return np.diag(h * np.maximum(np.abs(x), 1.0))


_KINDS = {"forward difference": _forward, "central difference": _central, "complex step": _complex}
BEST_STEPS = {"forward difference": FORWARD_STEP, "central difference": CENTRAL_STEP, "complex step": COMPLEX_STEP}


def _differing(name: str, f: Function, x: np.ndarray, tape: Tape, measure: bool) -> Method:
    if name == "complex step":
        refusal = _refusal(f, x)
        if refusal:
            return Method(name, None, note=refusal)
    kind, h = _KINDS[name], BEST_STEPS[name]
    with _quiet():
        gradient, seconds = _timed(lambda: kind(f, x, h), measure)
    runs = {"forward difference": x.size + 1, "central difference": 2 * x.size, "complex step": x.size}[name]
    note = f"h = {number(h, 2)}"
    return Method(name, gradient, 0.0, runs, 0, runs * _operations(tape), note, seconds)


def _refusal(f: Function, x: np.ndarray) -> str:
    """Why f has no complex step: it refuses complex numbers, or loses their imaginary parts on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            there, here = f(x + 1j * COMPLEX_STEP * np.maximum(np.abs(x), 1.0)), f(x)
        except Exception as error:  # any refusal: a function of real numbers owes complex ones nothing
            return f"f refuses complex numbers ({type(error).__name__})"
    if not np.iscomplexobj(there):
        return "f loses the imaginary part, as abs and comparisons do"
    return "" if np.isclose(there.real, here, rtol=1e-9, equal_nan=True) else "f is another function of complex numbers"


def _curve(
    kind: Callable[[Function, np.ndarray, float], np.ndarray], f: Function, x: np.ndarray, truth: np.ndarray
) -> np.ndarray:
    with _quiet():
        return np.array([_error(kind(f, x, float(h)), truth) for h in STEPS])


def _error(gradient: np.ndarray | None, truth: np.ndarray) -> float:
    if gradient is None or not gradient.size:
        return float("nan") if gradient is None else 0.0
    largest = float(np.max(np.abs(truth)))
    return float(np.max(np.abs(gradient - truth))) / (largest or 1.0)


def _quiet() -> Any:
    return np.errstate(all="ignore")


def _timed(run: Callable[[], Any], measure: bool) -> tuple[Any, float | None]:
    """What a run gives, and the fastest of three if that is asked for."""
    found = run()
    if not measure:
        return found, None
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return found, min(seconds)
