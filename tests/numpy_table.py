"""The page docs/numpy.md, made by running the checks on the cases: ``python -m tests.numpy_table``.

Which functions of NumPy a case is about is seen while its function is traced.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from scipy import special

import advis as av
from advis.autodiff.primitives import FUNCTIONS, METADATA, UFUNCS, Primitive, special_rules
from advis.autodiff.primitives.left_out import LEFT_OUT, UNTRACED
from advis.autodiff.tracer import Tracer
from tests.autodiff.cases import Case, collected
from tests.autodiff.checks import forward_agrees, order_two_agrees, reverse_agrees

PAGE = Path(__file__).parent.parent / "docs" / "numpy.md"
CONVENTIONS = PAGE.with_name("conventions.md")
ENOUGH = 8
"""So many cases of a function are run."""
CHECKS: dict[str, Callable[[Case], None]] = {"jvp": forward_agrees, "vjp": reverse_agrees, "order 2": order_two_agrees}

INTRODUCTION = """# NumPy

Which functions of NumPy can be used in a function that is traced, each with its derivative in both modes. This page is
made by `python -m tests.numpy_table`: a ✓ says that the check was run on cases of the function, and passed. Checked are
the forward sweep against finite differences (jvp), the reverse sweep against the forward one (vjp), and all four
nestings of the two against each other and against finite differences (order 2). Operators and array methods are those
of their functions. Where a function has kinks, a link leads to what its derivative is there.
"""


def namespaces() -> Iterator[tuple[str, ModuleType]]:
    yield "np", np
    yield "np.linalg", np.linalg
    yield "np.fft", np.fft


def functions() -> dict[str, Any]:
    """Every public function of NumPy's namespaces by name, in order; one that has several names by its own."""
    found = {}
    for prefix, module in namespaces():
        for name in sorted(dir(module)):
            function = getattr(module, name)
            public = callable(function) and not isinstance(function, type) and not name.startswith("_")
            if public and name != "row_stack":  # an old name of vstack
                found[f"{prefix}.{name}"] = function
    return found


def is_known(function: Any) -> bool:
    """Whether a traced value may be given to a function."""
    return function in UFUNCS or function in FUNCTIONS


def is_blind(function: Any) -> bool:
    """Whether a function is a node through which no derivative passes."""
    primitive = UFUNCS.get(function) if isinstance(function, np.ufunc) else None
    primitive = primitive or FUNCTIONS.get(function)
    return (isinstance(primitive, Primitive) and primitive.blind) or function in WITHOUT_TANGENT


WITHOUT_TANGENT = frozenset({
    np.argwhere, np.digitize, np.flatnonzero, np.indices, np.lexsort, np.nonzero, np.ravel_multi_index, np.searchsorted,
    np.unravel_index, np.tril_indices_from, np.triu_indices_from, np.diag_indices_from, np.zeros_like, np.ones_like,
    np.empty_like, np.ix_, np.linalg.matrix_rank, np.argpartition,
})  # fmt: skip
"""Adapters whose results are places, counts, or constants."""


@contextmanager
def watched(calls: set[Any]) -> Iterator[None]:
    """Write down which of NumPy's functions the code inside calls with traced values, not those that these call."""
    originals = Tracer.__array_function__, Tracer.__array_ufunc__
    depth = 0

    def watch(original: Callable[..., Any], function: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal depth
        if not depth:
            calls.add(function)
        depth += 1
        try:
            return original(*args, **kwargs)
        finally:
            depth -= 1

    def array_function(self: Tracer, function: Any, *rest: Any) -> Any:
        return watch(originals[0], function, self, function, *rest)

    def array_ufunc(self: Tracer, ufunc: np.ufunc, *rest: Any, **options: Any) -> Any:
        return watch(originals[1], ufunc, self, ufunc, *rest, **options)

    Tracer.__array_function__, Tracer.__array_ufunc__ = array_function, array_ufunc  # type: ignore[method-assign]
    try:
        yield
    finally:
        Tracer.__array_function__, Tracer.__array_ufunc__ = originals  # type: ignore[method-assign]


def cases_of_functions() -> dict[Any, list[Case]]:
    """The cases that are about each function: what they call, and the ufuncs that their operators are."""
    by_primitive = {primitive: ufunc for ufunc, primitive in UFUNCS.items()}
    found: dict[Any, list[Case]] = defaultdict(list)
    for case in collected():
        calls: set[Any] = set()
        with watched(calls):
            tape = av.trace(case.function, *case.arguments)
        operators = {by_primitive[primitive] for primitive in tape.primitives if primitive in by_primitive}
        for function in calls | operators:
            found[function].append(case)
    return found


def about(function: Any, cases: list[Case]) -> list[Case]:
    """The cases to run: first those that are named after the function, spread over all there are."""
    named = [case for case in cases if function.__name__ in case.name] or cases
    return named[:: max(len(named) // ENOUGH, 1)][:ENOUGH]


def passes(check: Callable[[Case], None], cases: list[Case]) -> bool:
    try:
        for case in cases:
            check(case)
    except AssertionError:
        return False
    return bool(cases)


def conventions() -> set[str]:
    """The names of functions that have a row on the page of conventions."""
    rows = [line for line in CONVENTIONS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"np\.[\w.]+(?=\()", row.split("|")[1])}


def with_rules() -> dict[str, Any]:
    """The functions that have a line in the tables, by name."""
    known = {name: function for name, function in functions().items() if is_known(function) and not is_blind(function)}
    return known | of_scipy()


def of_scipy() -> dict[str, Any]:
    """The ufuncs of SciPy that have rules."""
    assert special_rules
    ufuncs = {name: ufunc for name, ufunc in vars(special).items() if isinstance(ufunc, np.ufunc)}
    known = {f"scipy.special.{name}": ufunc for name, ufunc in sorted(ufuncs.items()) if ufunc in UFUNCS}
    return {name: ufunc for name, ufunc in known.items() if getattr(np, ufunc.__name__, None) is not ufunc}


def page() -> str:
    """Run the checks and return the page."""
    found, kinks = cases_of_functions(), conventions()
    lines = [INTRODUCTION]
    groups: dict[str, list[str]] = defaultdict(list)
    for name, function in with_rules().items():
        cases = about(function, found[function])
        marks = [" ✓ " if passes(check, cases) else " – " for check in CHECKS.values()]
        link = "[kinks](conventions.md)" if name in kinks else ""
        groups[name.rpartition(".")[0]].append(f"| `{name}` |{'|'.join(marks)}| {link} |")
    for prefix, rows in groups.items():
        lines += [f"## {prefix}\n", f"| | {' | '.join(CHECKS)} | |", "|---|---|---|---|---|", *rows, ""]
    lines += listed("Recorded, without derivative", steps(), "Places, counts, comparisons, roundings and constants:")
    lines += listed("Looking at shapes and types", glances(), "These see the plain value, and record nothing:")
    lines += [
        "## Not handed what is traced\n",
        *(f"Functions that {what}: {names(group)}.\n" for what, group in UNTRACED.items()),
    ]
    lines += ["## Left out\n", "Each of these raises an error that says why, and what to write instead.\n"]
    lines += ["| | because | instead |", "|---|---|---|"]
    lines += [f"| `{name}` | {reason} | {way} |" for name, (reason, way) in LEFT_OUT.items()]
    return "\n".join(lines) + "\n"


def steps() -> list[str]:
    return [name for name, function in functions().items() if is_known(function) and is_blind(function)]


def glances() -> list[str]:
    return [name for name, function in functions().items() if function in METADATA]


def listed(title: str, those: list[str], sentence: str) -> list[str]:
    return [f"## {title}\n", f"{sentence} {names(those)}.\n"]


def names(those: Any) -> str:
    return ", ".join(f"`{name}`" for name in those)


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    found = cases_of_functions()
    bare = [name for name, function in with_rules().items() if not found[function]]
    print(f"wrote {PAGE}", *(f"no case: {name}" for name in bare), sep="\n")
    return bool(bare)


if __name__ == "__main__":
    sys.exit(main())
