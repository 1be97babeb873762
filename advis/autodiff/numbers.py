"""How numbers and arrays are written: six significant digits in text, four in pictures, nothing measured."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

TEXT = 6
PICTURE = 4
ROUND_OFF = 1e-12
"""What is smaller than this fraction of what it was computed from is round-off, and written as 0."""


def number(x: Any, digits: int = TEXT, scale: float = 0.0) -> str:
    """Write a number with so many significant digits.

    Parameters
    ----------
    x : number or bool
    digits : int
        Significant digits.
    scale : float
        The size of the operands that x was computed from: a round-off residue far below it is written as 0.

    Examples
    --------
    >>> number(11.652071455223084), number(1e-5 / 3), number(-0.0), number(0.1 + 0.2 - 0.3, scale=0.3)
    ('11.6521', '3.33333e-06', '0', '0')
    """
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    if isinstance(x, (complex, np.complexfloating)):
        return f"{number(x.real, digits, scale)}{'-' if x.imag < 0 else '+'}{number(abs(x.imag), digits, scale)}j"
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    x = float(x)
    if math.isnan(x) or math.isinf(x):
        return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
    if x == 0 or abs(x) < scale * ROUND_OFF:
        return "0"
    text = f"{x:.{digits}g}"
    return _short_exponent(text) if digits <= PICTURE else text


def grouped(text: str) -> str:
    """Return a number that stands in a product or a sum: a complex one in parentheses, which hold its parts together.

    Examples
    --------
    >>> grouped("2-1j"), grouped("-2")
    ('(2-1j)', '-2')
    """
    return f"({text})" if text.endswith("j") else text


def _short_exponent(text: str) -> str:
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as people say it.

    Examples
    --------
    >>> shape_text((32, 64)), shape_text((3,)), shape_text(())
    ('32×64', '3', '')
    """
    return "×".join(str(n) for n in shape)


def value_text(x: Any, digits: int = TEXT, scale: float = 0.0, room: int = 4) -> str:
    """Write a number, a short vector in full, or the range of a longer array.

    Examples
    --------
    >>> value_text(np.array([1.0, 2.5])), value_text(np.arange(12.0).reshape(3, 4)), value_text(np.ones(9))
    ('[1, 2.5]', '0 to 11', 'all 1')
    """
    x = np.asarray(x)
    if not x.shape:
        return number(x[()], digits, scale)
    if x.size == 0:
        return "empty"
    if x.ndim == 1 and x.size <= room:
        return "[" + ", ".join(number(item, digits, scale) for item in x) + "]"
    if x.dtype.kind == "c":
        return f"|·| to {number(np.abs(x).max(), digits, scale)}"
    if x.dtype.kind == "b":
        return f"{int(x.sum())} of {x.size} true"
    if not np.all(np.isfinite(x)):
        return _odd_text(x)
    digits = digits if digits != PICTURE else PICTURE - 1  # two numbers share the room of one
    low, high = number(x.min(), digits, scale), number(x.max(), digits, scale)
    return f"all {low}" if low == high else f"{low} to {high}"


def _odd_text(x: np.ndarray) -> str:
    """How many elements are not finite, and of which kind."""
    counts = {"nan": int(np.isnan(x).sum()), "inf": int(np.isinf(x).sum())}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) + f" of {x.size}"


def scale_of(*operands: Any) -> float:
    """Return the largest finite magnitude among operands: what their round-off is measured by."""
    largest = 0.0
    for operand in operands:
        if isinstance(operand, float):  # the usual case, and quick
            largest = max(largest, abs(float(operand)) if math.isfinite(operand) else 0.0)
            continue
        magnitudes = np.abs(np.asarray(operand)) if np.asarray(operand).dtype.kind in "fc" else np.zeros(1)
        finite = magnitudes[np.isfinite(magnitudes)]
        largest = max(largest, float(finite.max()) if finite.size else 0.0)
    return largest


def minus(text: str) -> str:
    """Return a text with true minus signs, for pictures.

    Examples
    --------
    >>> minus("-0.5")
    '−0.5'
    """
    return text.replace("-", "−")


def looked_at(value: Any) -> Any:
    """Return a scalar as a Python number, an array as a view that cannot be written into: the record stays true."""
    if not isinstance(value, np.ndarray):
        return friendly(value)
    view = value.view()
    view.flags.writeable = False
    return view


def friendly(value: Any) -> Any:
    """Return a scalar as a Python number, an array as it is."""
    return value.item() if isinstance(value, np.generic) else value
