"""What every finding of a diagnosis has: where it is, what is the matter there, and what helps."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from advis.autodiff.code import Source, source_lines
from advis.autodiff.primitives.rule import INPUT
from advis.autodiff.recorder import NOWHERE
from advis.autodiff.tape import Node, Tape

WIDEST = 100


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Symptom:
    """One thing about a tape that a reader of its derivative should know.

    Attributes
    ----------
    node : Node or None
        Where it is.
    message : str
        What is the matter, with the numbers.
    brief : str
        The same in few words, for a picture that shows the place.
    cure : str
        What usually helps.
    grave : bool
        Whether the derivative is lost or wrong by it; else it is a note.
    marked : tuple of int
        The nodes that are to blame.
    path : tuple of int
        The part of the graph that it is about.
    """

    kind: ClassVar[str] = "symptom"
    word: ClassVar[str] = "symptom"
    """What is written beside a marked node in a picture."""

    node: Node | None
    message: str
    brief: str = ""
    cure: str = ""
    grave: bool = True
    marked: tuple[int, ...] = ()
    path: tuple[int, ...] = ()

    @property
    def sort(self) -> str:
        """What tells two findings of one kind on one line apart."""
        return ""

    @property
    def line(self) -> Source | None:
        """The reader's function, line and text; of an input the function's first line."""
        if self.node is None:
            return None
        return self.node.source or (_head(self.node.tape) if self.node.primitive is INPUT else None)

    def __str__(self) -> str:
        lines = [_wrapped(f"{self.kind}: {self.message}")]
        lines += [_cut(f"    {self.line}")] if self.line is not None else []
        lines += [_wrapped(f"    Cure: {self.cure}.")] if self.cure else []
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDEST, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _head(tape: Tape) -> Source | None:
    """The first line of the function that was recorded."""
    code = next((context.code for context in tape.contexts if context.code is not None), None)
    lines = source_lines(code) if code is not None else ()
    return Source(tape.function, 1, lines[0].strip()) if lines else None


def spot(tape: Tape, index: int) -> tuple[int, int]:
    """Return what two nodes share if the same operation of the reader's code made them, at two turns of a loop.

    A node of which no place in the code is known shares it with none.
    """
    context, instruction = tape.positions[index]
    return (id(tape.contexts[context].code), instruction) if instruction != NOWHERE[1] else (-1, index)


def sized(x: Any) -> float:
    """Return the largest magnitude among the elements, 0 for none."""
    if isinstance(x, float):
        return float(abs(x))
    x = np.abs(np.asarray(x))
    return float(np.max(x if x.dtype.kind == "f" else x.astype(float), initial=0.0))


def squared(x: Any) -> float:
    """Return the sum of the squares of the elements."""
    return float(x) ** 2 if isinstance(x, float) else float(np.sum(np.abs(np.asarray(x)) ** 2))


def finite(item: Any) -> bool:
    """Whether all elements are finite, as integers and truth values always are."""
    if type(item) is np.float64:
        return bool(item - item == 0)
    array = np.asarray(0.0 if item is None else item)
    return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))


def element_text(name: str, place: tuple[int, ...]) -> str:
    """Return ``x[2, 0]``, or the bare name of a number.

    Examples
    --------
    >>> element_text("x", (2, 0)), element_text("x", ())
    ('x[2, 0]', 'x')
    """
    return f"{name}[{', '.join(map(str, place))}]" if place else name


def listed(names: list[str], most: int = 4) -> str:
    """Return names as a sentence has them.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed(list("abcdef"))
    ('a', 'a, b and c', 'a, b, c, d and 2 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
