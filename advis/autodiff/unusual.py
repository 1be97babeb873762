"""What the short way does not take: a ufunc with options or by one of its methods, and what has no rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from advis.autodiff import ufuncs
from advis.autodiff.errors import off_tape
from advis.autodiff.primitives import FUNCTIONS, UFUNCS, special
from advis.autodiff.primitives.left_out import LEFT_OUT
from advis.autodiff.primitives.rule import is_traced


def unusual_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A ufunc with options, by one of its methods, with several results, of SciPy, or without a rule."""
    options = {name: item for name, item in options.items() if item is not None or name == "axis"}
    if UFUNCS.get(ufunc) is None and ufunc not in FUNCTIONS and not special.knows(ufunc):
        raise not_known(ufunc)
    if method == "__call__" and options.keys() - {"where"}:
        name = next(name for name in options if name != "where")
        hint = "make z with np.zeros_like(x), which can be written into, or write z = z + x instead of z += x"
        hint = hint if name == "out" else f"call np.{ufunc.__name__} without it"
        raise off_tape(f"np.{ufunc.__name__}: {name}= is not recorded", hint)
    if method == "__call__" and not options and ufunc in UFUNCS:
        return UFUNCS[ufunc](*inputs)
    recorder = next(x for x in (*inputs, *options.values()) if is_traced(x)).recorder
    start = len(recorder.values)
    if method != "__call__":
        result = ufuncs.METHODS[method](ufunc, *inputs, **options)
    elif options:
        result = ufuncs.where_only(ufunc, inputs, options["where"])
    else:
        result = FUNCTIONS[ufunc](*inputs)
    if is_traced(result) and result.recorder is recorder:
        recorder.mark_steps(start)
    return result


def not_known(function: Any) -> Exception:
    """The error for a function that has no rule: with the reason, where it was left out for one."""
    name = _name(function)
    reason = LEFT_OUT.get(name)
    if reason is not None:
        return off_tape(f"{name} is not recorded by advis: {reason[0]}", reason[1])
    return off_tape(
        f"{name} is not known to advis, so its derivative would be lost",
        "write it with functions that are (see docs/numpy.md), or give it rules as a primitive",
    )


def _name(function: Any) -> str:
    module = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    if isinstance(function, np.ufunc) and getattr(np, function.__name__, None) is not function:
        module = "scipy.special" if special.is_of_scipy(function) else "np"
    return f"{module}.{getattr(function, '__name__', function)}"


def unknown_attribute(name: str) -> Exception:
    """The error for an attribute of arrays that traced values do not have."""
    reason = LEFT_OUT.get(f"ndarray.{name}")
    if reason is not None:
        return off_tape(f"the array attribute or method .{name} is not recorded by advis: {reason[0]}", reason[1])
    return off_tape(
        f"the array attribute or method .{name} is not known to advis",
        f"write it with a function, as np.{name}(x), or in another way",
    )
