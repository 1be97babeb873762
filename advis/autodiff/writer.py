"""The text of a function while it is being written: its lines, its names, and how Python writes a value."""

from __future__ import annotations

import inspect
import keyword
import re
import unicodedata
from functools import lru_cache
from typing import Any

import numpy as np

from advis.autodiff.written import ATOM, UNARY, Term

LONG = 72
"""What is longer than this many characters inside an expression gets a line of its own."""
FEW = 8
"""An array of more elements is not written out: it becomes a parameter."""
_TAKEN = frozenset({"bool", "complex", "float", "int", "map", "np", "slice"})
"""Names that the text itself needs."""


class Writer:
    """The text of a function while it is being written: its lines, its names, and what it takes as parameters.

    Attributes
    ----------
    lines : list of str
        Without indentation.
    parameters : dict
        What cannot be written as text, by name: large arrays, functions of the reader's.
    """

    def __init__(self, plain: bool) -> None:
        self.lines: list[str] = []
        self.owners: list[int | None] = []  # of each line the node in whose turn it was written
        self.owner: int | None = None
        self.parameters: dict[str, Any] = {}
        self._plain = plain  # every number is float64, so that a literal need not say so
        self._taken = {*_TAKEN}
        self._parts: dict[str, int] = {}  # and the line where each is made

    def name(self, wanted: str) -> str:
        """Return a name that Python accepts and that is not taken, as near to what is wanted as possible."""
        name = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", wanted)).strip("_") or "v"
        name = name if name.isidentifier() else f"v_{name}"
        name = f"{name}_" if keyword.iskeyword(name) else name
        unique, count = name, 1
        while unique in self._taken:
            count += 1
            unique = f"{name}_{count}"
        self._taken.add(unique)
        return unique

    def write(self, line: str) -> None:
        """Write a line, for the node whose turn it is."""
        self.lines.append(line)
        self.owners.append(self.owner)

    def assign(self, name: str, term: Term) -> Term:
        """Write ``name = …`` and return the term that the name stands for; an array without axes becomes a number."""
        if isinstance(term.value, np.ndarray) and not term.shape:
            term = term[()]
        if self._renamed(term.text, name):
            return Term(self, name, term.value)
        if term.text != name:
            self.write(f"{name} = {term.text}")
        return Term(self, name, term.value)

    def _renamed(self, part: str, name: str) -> bool:
        """Give a part the name of the whole that it turned out to be, unless that name means another value there."""
        start = self._parts.get(part)
        if start is None:
            return False
        if start < len(self.lines) - 1 and any(re.search(rf"\b{name}\b", line) for line in self.lines[start:]):
            return False
        self.lines[start:] = [re.sub(rf"\b{part}\b", name, line) for line in self.lines[start:]]
        self._taken.remove(part)
        del self._parts[part]
        return True

    def parameter(self, value: Any, wanted: str) -> str:
        """Return the name of what has to be handed over as a parameter."""
        for name, known in self.parameters.items():
            if known is value:
                return name
        name = self.name(wanted)
        self.parameters[name] = value
        return name

    def term(self, text: str, value: Any, strength: float = ATOM) -> Any:
        """Return what was computed: a Term if it is a number or an array, else (a shape, a dtype) itself."""
        if isinstance(value, (tuple, list)) and any(isinstance(item, (np.ndarray, np.generic)) for item in value):
            name = self.name("parts")
            self._parts[name] = len(self.lines)
            self.write(f"{name} = {text}")
            return [self.term(f"{name}[{place}]", item) for place, item in enumerate(value)]
        if not isinstance(value, (np.ndarray, np.generic)):
            return value
        term = Term(self, text, value, strength)
        return self.part(term) if len(text) > LONG else term

    def part(self, term: Term) -> Term:
        """Give a part of an expression a line of its own."""
        if term.text in self._parts:
            return term
        name, line = self.name("part"), len(self.lines)
        named = self.assign(name, term)
        self._parts[name] = line
        return named

    def without_idle_parts(self) -> list[tuple[str, int | None]]:
        """Return the lines with their owners, without those parts that nothing uses: a rule may compute too much."""
        kept: list[tuple[str, int | None]] = []
        used: set[str] = set()
        for line, owner in zip(reversed(self.lines), reversed(self.owners), strict=True):
            name, assigns, text = line.partition(" = ")
            if assigns and name in self._parts and name not in used:
                continue
            used.update(re.findall(r"\w+", text or line))
            used.update(re.findall(r"\w+", name) if not name.isidentifier() else ())
            kept.append((line, owner))
        return kept[::-1]

    def is_part(self, term: Term) -> bool:
        """Whether a term is a part with a line of its own, which nothing else shares."""
        return term.text in self._parts

    def text(self, item: Any, strength: float = -1.0, tight: bool = False) -> str:
        """Write an operand, in parentheses if it binds less tightly than what stands around it (or as tightly)."""
        own = item.strength if isinstance(item, Term) else UNARY if _is_negative(item) else ATOM
        text = item.text if isinstance(item, Term) else self.literal(item)
        return f"({text})" if own < strength or (tight and own == strength) else text

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Write a call; keywords that only repeat the default are left out."""
        said = {name: item for name, item in kwargs.items() if not _is_default(function, name, item)}
        while args and args[-1] is None and list(_defaults(function).values())[len(args) - 1 : len(args)] == [None]:
            args = args[:-1]
        items = [self.text(arg) for arg in args] + [f"{name}={self.text(item)}" for name, item in said.items()]
        return f"{self.function(function)}({', '.join(items)})"

    def function(self, function: Any) -> str:
        """Write a function: NumPy's by its name, another one as a parameter."""
        path = f"{getattr(function, '__module__', None) or 'numpy'}.{function.__name__}".split(".")[1:]
        found: Any = np
        for name in path:
            found = getattr(found, name, None)
        return "np." + ".".join(path) if found is function else self.parameter(function, function.__name__)

    def literal(self, item: Any) -> str:
        """Write a value that is no Term."""
        if isinstance(item, np.ndarray):
            return self._array(item)
        if isinstance(item, np.generic):
            text = self.literal(item.item())
            bare = self._plain or isinstance(item, np.bool_)
            return text if bare else f"np.{item.dtype.name}({text})"
        if isinstance(item, float):
            return repr(item) if np.isfinite(item) else "np.nan" if item != item else f"{'-' * (item < 0)}np.inf"
        if isinstance(item, complex):
            both = f"complex({self.literal(item.real)}, {self.literal(item.imag)})"
            return f"({item!r})".replace("((", "(").replace("))", ")") if _is_read_back(item) else both
        if isinstance(item, slice):
            return f"slice({', '.join(self.text(bound) for bound in (item.start, item.stop, item.step))})"
        if isinstance(item, np.dtype) or (isinstance(item, type) and issubclass(item, np.generic)):
            return f"np.{np.dtype(item).name}"
        if isinstance(item, type):
            return item.__name__
        if isinstance(item, dict):
            return "{" + ", ".join(f"{key!r}: {self.text(part)}" for key, part in item.items()) + "}"
        if isinstance(item, (tuple, list)):
            return self._sequence(item)
        if item is None or item is Ellipsis or isinstance(item, (bool, int, str)):
            return "..." if item is Ellipsis else repr(item)
        return self.parameter(item, getattr(item, "__name__", "c"))

    def index(self, index: Any) -> str:
        """Write what stands between brackets."""
        if isinstance(index, tuple) and index:
            return ", ".join(self.index(part) for part in index) + ("," if len(index) == 1 else "")
        if isinstance(index, slice):
            start, stop, step = (
                "" if part is None else self.text(part) for part in (index.start, index.stop, index.step)
            )
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return self.text(index)

    def _sequence(self, items: Any) -> str:
        inner = ", ".join(self.text(item) for item in items)
        return f"[{inner}]" if isinstance(items, list) else f"({inner}{',' * (len(items) == 1)})"

    def _array(self, array: np.ndarray) -> str:
        """Write an array by what it is: zeros, ones, the identity, or its few numbers; else as a parameter."""
        shape = self.literal(array.shape if array.ndim != 1 else array.size)
        kind = "" if array.dtype == float else f", dtype=np.{array.dtype.name}"
        for name in ("zeros", "ones"):
            if _same_bits(array, getattr(np, name)(array.shape, array.dtype)):
                return f"np.{name}({shape}{kind})"
        if array.ndim == 2 and array.size > 1 and _same_bits(array, np.eye(*array.shape, dtype=array.dtype)):
            square = array.shape[0] == array.shape[1]
            return f"np.eye({array.shape[0] if square else f'{array.shape[0]}, {array.shape[1]}'}{kind})"
        if array.size > FEW or not array.flags.c_contiguous:  # a product's last bit depends on the order in memory
            return self.parameter(array, "c1")
        known = array.dtype in (np.dtype(float), np.dtype(int), np.dtype(bool), np.dtype(complex))
        return f"np.array({self.literal(array.tolist())}{'' if known else kind})"


def _same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def _is_read_back(z: complex) -> bool:
    """Whether Python reads what it prints of a complex number as the same one: as a sum, it loses signs of zeros."""
    signs = "-0.0" in (str(z.real), str(z.imag)) or (z.real == 0 and z.imag < 0)
    return bool(np.isfinite(z)) and not signs


def _is_negative(item: Any) -> bool:
    return isinstance(item, (int, float, np.number)) and not isinstance(item, complex) and str(item).startswith("-")


@lru_cache(maxsize=256)
def _defaults(function: Any) -> dict[str, Any]:
    try:
        return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}
    except (TypeError, ValueError):  # a function written in C
        return {}


def _is_default(function: Any, name: str, item: Any) -> bool:
    """Whether a keyword says what would hold without it; ``keepdims=False`` does, though NumPy does not say so."""
    default = _defaults(function).get(name, inspect.Parameter.empty)
    return item is default or (item is False and default is np._NoValue)
