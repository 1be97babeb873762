"""What is written in the boxes and rows of a tape: names, operations, values, partials, in a picture's digits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite

import numpy as np

from advis.autodiff import expressions
from advis.autodiff.errors import MissingRule
from advis.autodiff.numbers import PICTURE, grouped, minus, number, value_text
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.rule import CONSTANT, INPUT, plain_value, shape_of
from advis.autodiff.sweep import Contribution, Sweep
from advis.autodiff.table import mapping_text, operations_text, term_text
from advis.autodiff.tape import Tape
from advis.films.film import Spans

LONGEST_SAID = 48
"""A longer operation or label is shortened in a sentence."""


def title(tape: Tape) -> str:
    """Return ``f(x1, x2)``."""
    return f"{tape.function}({', '.join(tape.parameters)})"


def subtitle(tape: Tape) -> str:
    """Return ``ℝ² → ℝ · 5 operations``."""
    return f"{mapping_text(tape)} · {operations_text(tape)}"


def tape_sentence(tape: Tape) -> Spans:
    """Return the sentence below the picture of a tape."""
    note = f" Note: {'; '.join(tape.notes)}." if tape.notes else ""
    said = f"The record of one run of {tape.function}: {operations_text(tape)}, from the inputs to the result.{note}"
    return (("", said),)


class Words:
    """The texts of a tape, each worked out once.

    Attributes
    ----------
    tape : Tape
    homes : mapping
        Of each node that is drawn in a place which several turns share: the key of the place.
    alike : mapping
        Of each place, how it tells automatic names that differ from turn to turn: the same in every turn.
    """

    def __init__(
        self, tape: Tape, homes: Mapping[int, str] | None = None, alike: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.tape, self.homes, self.alike = tape, homes or {}, alike or {}
        self._values: dict[int, str] = {}
        self._partials: dict[tuple[int, int], str] = {}
        self._titles: dict[int, tuple[str, str]] = {}

    def value(self, index: int) -> str:
        """Return a node's value as it stands in a picture: four digits, true minus."""
        if index not in self._values:
            self._values[index] = picture_value(self.tape, index)
        return self._values[index]

    def title(self, index: int) -> tuple[str, str]:
        """Return a node's name and operation; of an input only the name, of a constant its name or number."""
        if index not in self._titles:
            self._titles[index] = self._title(index)
        return self._titles[index]

    def _title(self, index: int) -> tuple[str, str]:
        primitive = self.tape.primitives[index]
        if primitive is CONSTANT:
            return expressions.constant_text(self.tape, index, PICTURE), ""
        name = self.tape.names[index]
        return name, "" if primitive is INPUT else expressions.expression(self.tape, index, PICTURE)

    def told(self, index: int, by: int | None = None) -> tuple[str, str]:
        """Return a node's name and operation, as they stand in the place that shows its turn, or that of another."""
        home, (name, operation) = self.homes.get(index if by is None else by), self.title(index)
        return (name, operation) if home is None else (self.common(name, home), self.common(operation, home))

    def common(self, text: str, place: str) -> str:
        """Return a text as it stands in a picture of any turn: the third ``h``, called h#3, is h there."""
        alike = self.alike.get(place, {})
        return re.sub(r"\bv\d+\b", lambda found: alike.get(found[0], found[0]), re.sub(r"#\d+\b", "", text))

    def partial(self, target: int, place: int) -> str:
        """Return a partial for its edge: a number, or size and structure; nothing where no derivative passes."""
        use = (target, place)
        if use not in self._partials:
            self._partials[use] = partial_text(Partial(self.tape, target, place))
        return self._partials[use]

    def term(self, sweep: Sweep, flow: Contribution) -> str:
        """Return a contribution as a product: ``5 · 1``; of arrays which edge it came by, and its partial's size."""
        source = sweep.column[flow.source.index]
        if flow.partial.shape != (1, 1) or sweep.count is not None or shape_of(source):
            return minus(term_text(sweep, flow, PICTURE))
        amount = minus(number(0.0 if source is None else source, PICTURE))
        return f"{grouped(self.partial(flow.partial.index, flow.partial.place))} · {grouped(amount)}"


def signed(text: str) -> str:
    """Return a sentence with true minus signs before its numbers; the hyphens of its words stay.

    Examples
    --------
    >>> signed("straight-through is off by -1.5e-7")
    'straight-through is off by −1.5e−7'
    """
    return re.sub(r"(?<![A-Za-z]{2})-(?=\d)", "−", text)


def finite(value: object) -> bool:
    """Whether a value is all of finite numbers."""
    value = plain_value(value)
    if isinstance(value, float):  # NumPy's own scalars too
        return isfinite(value)
    array = np.asarray(value)
    return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))


def shortly(text: str) -> str:
    """Return a text that is short enough for a sentence."""
    return text if len(text) <= LONGEST_SAID else f"{text[: LONGEST_SAID - 1]}…"


def lowered(name: str) -> str:
    """Return a name for a formula: the count of a name that is given again and again stands below the line.

    Examples
    --------
    >>> lowered("x#31"), lowered("x1")
    ('x₃₁', 'x1')
    """
    name, _, count = name.partition("#")
    return name + count.translate(_LOWERED)


_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def picture_value(tape: Tape, index: int) -> str:
    """Return a node's value as it stands in a picture: four digits, true minus."""
    value = plain_value(tape.values[index])
    return minus(value_text(value, PICTURE, expressions.residue_scale(tape, index), room=2))


def partial_text(partial: Partial) -> str:
    """Return a partial for its edge: a number, or size and structure; nothing where no derivative passes."""
    if not partial.passes:
        return ""
    if partial.shape == (1, 1):
        try:
            return minus(number(partial.value, PICTURE))
        except MissingRule:
            return "?"
    rows, columns = partial.shape
    return f"{rows}×{columns} {partial.structure}"
