"""How an operation reads on paper: ``x1 · x2``, ``sin(x2)``, ``v3 − v4``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff.numbers import TEXT, grouped, minus, number, scale_of, shape_text, value_text
from advis.autodiff.primitives.rule import CONSTANT, INPUT, Primitive, plain_value, shape_of
from advis.autodiff.primitives.shaping import _index_text
from advis.autodiff.visible import visible

if TYPE_CHECKING:
    from advis.autodiff.tape import Tape

_SUPERSCRIPTS = str.maketrans("0123456789−.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


def expression(tape: Tape, index: int, digits: int = TEXT) -> str:
    """Return the operation of a node in terms of its parents' names; an input's name; a constant's number."""
    primitive = tape.primitives[index]
    if primitive is INPUT:
        return tape.names[index]
    if primitive is CONSTANT:
        return constant_text(tape, index, digits)
    return written(primitive, [operand(tape, parent, digits) for parent in tape.parents[index]])


def operand(tape: Tape, index: int, digits: int = TEXT) -> str:
    """Return what a node is called inside an expression."""
    if tape.names[index] or tape.primitives[index] is not CONSTANT:
        return tape.names[index]
    return grouped(constant_text(tape, index, digits))


def constant_text(tape: Tape, index: int, digits: int = TEXT) -> str:
    """Return a constant's name if it has one, its number, or the shape of its array."""
    value = plain_value(tape.values[index])
    if tape.names[index]:
        return tape.names[index]
    if isinstance(value, (bool, int, float, complex, np.generic)):
        return minus(number(value, digits))
    return f"{shape_text(shape_of(value))} array" if shape_of(value) else minus(str(value))


def written(primitive: Primitive, operands: list[str]) -> str:
    """Return an application of a primitive to operands, by its symbol or as a call."""
    if primitive.name == "power" and operands[0].startswith("−"):
        operands = [f"({operands[0]})", operands[1]]
    if primitive.name == "power" and _is_short_number(operands[1]):
        return f"{operands[0]}{operands[1].translate(_SUPERSCRIPTS)}"
    options = {name: option_text(name, item) for name, item in primitive.options.items()}
    if primitive.symbol:
        return primitive.symbol.format(*operands, **options)
    shown = [f"{name}={text}" for name, text in options.items() if text != "None" and name != "keepdims"]
    return f"{visible(primitive.name)}({', '.join(operands + shown)})"


def _is_short_number(text: str) -> bool:
    return len(text) <= 4 and all(c in "0123456789−." for c in text)


def option_text(name: str, item: Any) -> str:
    """Return an option as short text: an index as it is written, an axis as a number."""
    if name == "index":
        return _index_text(item)
    if isinstance(item, str):
        return item
    return minus("(" + ", ".join(map(str, item)) + ")" if isinstance(item, tuple) and len(item) != 1 else str(item))


def value_of(tape: Tape, index: int, digits: int = TEXT) -> str:
    """Return a node's value as text; round-off far below its operands is written as 0."""
    value = plain_value(tape.values[index])
    return value_text(value, digits, residue_scale(tape, index))


def residue_scale(tape: Tape, index: int) -> float:
    """Return the size of the operands of a sum or difference, by which round-off is measured; else 0."""
    if tape.primitives[index].name not in ("add", "subtract", "sum"):
        return 0.0
    return scale_of(*(plain_value(tape.values[parent]) for parent in tape.parents[index]))
