"""The ufuncs of `scipy.special`: their rules are loaded when the first of them meets a traced value."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from advis.autodiff.primitives.rule import UFUNCS


def is_of_scipy(function: Any) -> bool:
    """Whether a function is one of ``scipy.special``; then SciPy is loaded already, by the reader."""
    module = sys.modules.get("scipy.special")
    return module is not None and getattr(module, getattr(function, "__name__", ""), None) is function


def caller(frame: FrameType | None) -> str:
    """Return which function of ``scipy.special`` is running in a frame or around it, or nothing."""
    while frame is not None:
        name = frame.f_code.co_name
        if frame.f_globals.get("__name__", "").startswith("scipy.special") and not name.startswith("_"):
            return f"scipy.special.{name}"
        frame = frame.f_back
    return ""


def knows(ufunc: Any) -> bool:
    """Return whether there is a rule for a ufunc of SciPy, and register it."""
    if not is_of_scipy(ufunc):
        return False
    from advis.autodiff.primitives import special_rules as special_rules

    return ufunc in UFUNCS
