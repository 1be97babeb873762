"""All of NumPy is accounted for: a function has rules, or is recorded without derivative, or is left out by name."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from scipy import special

import advis as av
from advis.autodiff.primitives import METADATA
from advis.autodiff.primitives.left_out import LEFT_OUT, UNTRACED
from tests.numpy_table import PAGE, cases_of_functions, functions, glances, is_known, steps, with_rules

UNTRACED_NAMES = {name for group in UNTRACED.values() for name in group}


def test_no_function_of_numpy_is_forgotten() -> None:
    known = {name for name, function in functions().items() if is_known(function) or function in METADATA}
    assert not functions().keys() - known - LEFT_OUT.keys() - UNTRACED_NAMES
    assert not known & (LEFT_OUT.keys() | UNTRACED_NAMES), "what can be traced is not left out"


def test_no_method_of_arrays_is_forgotten() -> None:
    missing = set()

    def f(x: Any) -> Any:
        for name in (name for name in dir(np.ndarray) if not name.startswith("_")):
            try:
                getattr(x, name)
            except av.OffTape:
                missing.add(name)
        return x

    av.trace(f, np.ones((2, 2)))
    assert missing == {name.removeprefix("ndarray.") for name in LEFT_OUT if name.startswith("ndarray.")}


def test_every_function_with_rules_has_a_case() -> None:
    cases = cases_of_functions()
    assert [name for name, function in with_rules().items() if not cases[function]] == []


def test_the_page_lists_what_there_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \|(.*)\|$", page, re.MULTILINE)
    checked = {name: cells for name, cells in rows if name not in LEFT_OUT}
    assert checked.keys() == with_rules().keys(), "run python -m tests.numpy_table"
    assert not [name for name, cells in checked.items() if cells.count("✓") != 3]
    assert {name: f" {reason} | {way} " for name, (reason, way) in LEFT_OUT.items()} == {
        name: cells for name, cells in rows if name in LEFT_OUT
    }
    for those in (steps(), glances(), UNTRACED_NAMES):
        assert all(f"`{name}`" in page for name in those)


TRIES: list[tuple[Any, ...]] = [(), (2.0,), ((2, 2),), (1.0, 2.0)]
"""What is given to a function behind x, until it is content."""
CALLS = {"np.bmat": lambda x: np.bmat([[x, x]]), "np.full": lambda x: np.full(3, x[0])}


@pytest.mark.parametrize("name", [name for name in LEFT_OUT if name.startswith("np.")])
def test_a_function_that_is_left_out_raises_by_name(name: str) -> None:
    function = functions()[name]

    def f(x: Any) -> Any:
        if name in CALLS:
            return CALLS[name](x)
        for others in TRIES:
            try:
                return function(x, *others)
            except av.OffTape:
                raise
            except (TypeError, ValueError, AttributeError) as error:
                if isinstance(error.__cause__, av.OffTape):
                    raise
        raise AssertionError(f"{name} was content with nothing")

    with pytest.raises(av.OffTape) as caught:
        av.trace(f, np.array([0.5, 1.5]))
    said = str(caught.value)
    assert f"{name} is not recorded by advis: {LEFT_OUT[name][0]}" in said or "its derivative would be lost" in said


@pytest.mark.parametrize("name", [name for name in LEFT_OUT if name.startswith("ndarray.")])
def test_a_method_that_is_left_out_raises_by_name(name: str) -> None:
    method = name.removeprefix("ndarray.")
    with pytest.raises(av.OffTape, match=rf"\.{method} is not recorded by advis: {LEFT_OUT[name][0]}"):
        av.trace(lambda x: getattr(x, method), np.ones(2))


@pytest.mark.parametrize("name", ["log_softmax", "logsumexp", "softmax"])
def test_a_python_function_of_scipy_says_what_to_write(name: str) -> None:
    with pytest.raises(av.OffTape, match=rf"scipy\.special\.{name} is not recorded by advis"):
        av.trace(getattr(special, name), np.ones(2))


def test_what_to_write_instead_of_these_is_the_same() -> None:
    x = np.array([0.5, -1.5, 2.0])
    total = np.logaddexp.reduce(x, axis=-1, keepdims=True)
    np.testing.assert_allclose(np.logaddexp.reduce(x), special.logsumexp(x))
    np.testing.assert_allclose(np.exp(x - total), special.softmax(x))
    np.testing.assert_allclose(x - total, special.log_softmax(x))


def test_a_derivative_that_is_no_function_of_scipy_is_refused_by_name() -> None:
    tape = av.trace(lambda v, x: special.jv(v, x), 1.5, 2.0)
    with pytest.raises(TypeError, match=r"scipy\.special\.jv: its derivative by the order is not known"):
        tape.reverse()
    assert tape.forward(x=1.0).result == pytest.approx(special.jvp(1.5, 2.0))


def test_a_ufunc_of_scipy_without_rules_is_named() -> None:
    with pytest.raises(av.OffTape, match=r"scipy\.special\.airy is not known to advis"):
        av.trace(special.airy, 0.5)
