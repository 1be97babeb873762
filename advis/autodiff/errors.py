"""Errors that name the function, the line of the reader's code, and the way out."""

from __future__ import annotations

import linecache
import sys
import warnings
from types import CodeType, FrameType

HIDDEN = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")
"""Code that readers do not see as a function of its own: its lines are counted in the function around it."""

OWN_MODULES = ("advis.", "numpy.")


class OffTape(TypeError):  # noqa: N818 (reads as what happened)
    """A traced value was used in a way that cannot be recorded, so that its derivative would be lost.

    The message names the operation, the line of the reader's code, and what to write instead.
    """


class MissingRule(TypeError):  # noqa: N818 (reads as what happened)
    """A primitive of the reader's own has no rule for the sweep that needs one, and none can be derived."""


class NotSolved(ArithmeticError):  # noqa: N818 (reads as what happened)
    """A solver found no solution, or a solution at which no derivative exists: the message says what was found."""


class NotConverged(UserWarning):
    """A solver stopped before its tolerance was reached: the message says by how much, and what derivatives mean."""


def user_frame(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is neither advis nor NumPy: the reader's own code."""
    while frame is not None and is_own(frame):
        frame = frame.f_back
    return frame


def is_own(frame: FrameType) -> bool:
    """Whether a frame belongs to advis or NumPy rather than to the reader, who may also type into their modules."""
    name = frame.f_globals.get("__name__", "") + "."
    typed = frame.f_code.co_filename.startswith("<")
    return name.startswith(OWN_MODULES) and not name.startswith("advis.testing.") and not typed


def here(frame: FrameType | None = None) -> str:
    """Return ``line 3 of f: `return math.sin(x)` `` for the reader's line that is being run."""
    frame = user_frame(frame or sys._getframe(1))
    if frame is None:
        return "an unknown line"
    lineno = frame.f_lineno
    while frame.f_code.co_name in HIDDEN and frame.f_back is not None and not is_own(frame.f_back):
        frame = frame.f_back
    return place(frame.f_code, lineno)


def place(code: CodeType, lineno: int) -> str:
    """Return a line of a function in words: counted from its ``def``, without file names (they change)."""
    text = linecache.getline(code.co_filename, lineno).strip()
    name = "the notebook or module" if code.co_name == "<module>" else code.co_name
    number = lineno if code.co_name == "<module>" else lineno - code.co_firstlineno + 1
    return f"line {number} of {name}" + (f": `{text}`" if text else "")


def off_tape(what: str, instead: str) -> OffTape:
    """Return the error for something that cannot be recorded, with the reader's line and the way out."""
    return OffTape(f"{what}\n  at {here(sys._getframe(1))}\n  {instead}")


def warn_reader(message: str, kind: type[Warning]) -> None:
    """Warn at the reader's line, wherever in advis that is found out."""
    frame, level = sys._getframe(1), 2
    while is_own(frame) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)
