"""Bracketings: the parentheses of a product, from text or nested tuples and back to text and TeX.

A span (i, j) stands for the product of the factors i, …, j − 1 as written, left to right. A bracketing is a dict that
says, for each span of more than one factor, where it splits: (i, j) ↦ k for (i … k − 1) · (k … j − 1). There is no
recursion: a chain may have more factors than Python has stack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import comb
from typing import Any

from advis.autodiff.tex import tex_text

Span = tuple[int, int]
Splits = dict[Span, int]

MOST_TOLD = 8
AROUND = 60
"""An error lists so many factors, and shows so many characters before and after the place where it is wrong."""

_TOKEN = re.compile(r"[()]|[^\s()·*@∘]+")


def forward_splits(count: int) -> Splits:
    """Return the bracketing that accumulates from the input: A (B (C D)).

    Examples
    --------
    >>> text_of(forward_splits(4), "DCBA")
    'D (C (B A))'
    """
    return {(i, count): i + 1 for i in range(count - 1)}


def reverse_splits(count: int) -> Splits:
    """Return the bracketing that accumulates from the output.

    Examples
    --------
    >>> text_of(reverse_splits(4), "DCBA")
    '((D C) B) A'
    """
    return {(0, j): j - 1 for j in range(2, count + 1)}


def every_bracketing(count: int) -> list[Splits]:
    """Return all the bracketings of so many factors; there are `how_many` of them."""
    found: dict[Span, list[Splits]] = {(i, i + 1): [{}] for i in range(count)}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length
            found[i, j] = [
                {(i, j): k} | left | right for k in range(i + 1, j) for left in found[i, k] for right in found[k, j]
            ]
    return found[0, count]


def how_many(count: int) -> int:
    """Return how many bracketings there are, a Catalan number.

    Examples
    --------
    >>> [how_many(n) for n in range(1, 7)]
    [1, 1, 2, 5, 14, 42]
    """
    return comb(2 * count - 2, count - 1) // count


def in_order(splits: Splits, count: int) -> list[Span]:
    """Return the spans in the order in which they are multiplied: left operand, right operand, their product."""
    order, stack = [], [(0, count)]
    while stack:
        i, j = stack.pop()
        if j - i > 1:
            order.append((i, j))
            stack += [(i, splits[i, j]), (splits[i, j], j)]
    return order[::-1]


def tree_of(splits: Splits, count: int) -> Any:
    """Return a bracketing as nested tuples over the indices of the factors.

    Examples
    --------
    >>> tree_of(reverse_splits(4), 4)
    (((0, 1), 2), 3)
    """
    built: dict[Span, Any] = {(i, i + 1): i for i in range(count)}
    for i, j in in_order(splits, count):
        built[i, j] = built[i, splits[i, j]], built[splits[i, j], j]
    return built[0, count]


def text_of(splits: Splits, labels: Sequence[str]) -> str:
    """Return a bracketing as text, as `parsed` reads it."""
    return " ".join(_bracketed(splits, labels, "(", ")"))


def tex_of(splits: Splits, fractions: Sequence[str]) -> str:
    """Return a bracketing in TeX, of factors that are in TeX already."""
    return r" \, ".join(_bracketed(splits, fractions, r"\left(", r"\right)"))


def _bracketed(splits: Splits, labels: Sequence[str], opening: str, closing: str) -> list[str]:
    """The labels with their parentheses; none around the whole."""
    words = list(labels)
    for i, j in sorted(splits, key=lambda span: span[1] - span[0]):
        if j - i < len(words):
            words[i], words[j - 1] = opening + words[i], words[j - 1] + closing
    return words


def tex_fraction(row: str, column: str) -> str:
    r"""Return a factor in TeX.

    Examples
    --------
    >>> print(tex_fraction("y", "{b,c}"))
    \frac{\partial y}{\partial \mathrm{\{b,c\}}}
    """
    return rf"\frac{{\partial {_tex_name(row)}}}{{\partial {_tex_name(column)}}}"


def _tex_name(name: str) -> str:
    return name if len(name) == 1 and name.isalpha() else rf"\mathrm{{{tex_text(name)}}}"


# -- reading


def parsed(order: Any, labels: Sequence[str], names: Sequence[str] = ()) -> Splits:
    """Return the bracketing that a text or nested tuples of indices mean.

    Parameters
    ----------
    order : str or tuple
        ``"((D C) B) A"``: factors in the order as written, two in each pair of parentheses. A dot between them may
        stand.
    labels : sequence of str
        What the factors are called.
    names : sequence of str, optional
        What they are also called, beside F1, F2, … by their place.

    Raises
    ------
    ValueError
        If it is no bracketing of these factors; the message shows where it is wrong.

    Examples
    --------
    >>> parsed("(D C) (B A)", "DCBA") == parsed(((0, 1), (2, 3)), "DCBA") == {(0, 4): 2, (0, 2): 1, (2, 4): 3}
    True
    """
    if isinstance(order, str):
        places = [f"F{len(labels) - index}" for index in range(len(labels))]
        known = {name: index for index, name in (*enumerate(places), *enumerate(names), *enumerate(labels))}
        return _Reader(order, labels, known).splits()
    numbers = [str(index) for index in range(len(labels))]
    return _Reader(_tuple_text(order), numbers, {number: index for index, number in enumerate(numbers)}).splits()


def _tuple_text(tree: Any) -> str:
    """Nested tuples of indices as text, so that there is one reader, and an error has a place in it."""
    words: list[str] = []
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, (tuple, list)):
            stack += [")", *reversed(item), "("]
        else:
            words.append(item if isinstance(item, str) and item in "()" else str(item))
    return " ".join(words).replace("( ", "(").replace(" )", ")")


class _Reader:
    """Reads a text of parentheses once, from left to right."""

    def __init__(self, text: str, labels: Sequence[str], known: dict[str, int]) -> None:
        self.text = text
        self.labels = labels
        self.known = known
        self.found: Splits = {}
        self.groups: list[tuple[int, list[tuple[Span, int]]]] = [(0, [])]  # where it opened; its parts and their places
        self.next = 0

    def splits(self) -> Splits:
        for token in _TOKEN.finditer(self.text):
            self._take(token.group(), token.start())
        opened, parts = self.groups.pop()
        if self.groups:
            raise self._wrong(opened, "this parenthesis is not closed")
        if self.next < len(self.labels):
            raise self._wrong(len(self.text), f"{self.labels[self.next]} is missing here")
        self._close(parts, len(self.text))
        return self.found

    def _take(self, word: str, place: int) -> None:
        if word == "(":
            self.groups.append((place, []))
        elif word == ")":
            opened, parts = self.groups.pop()
            if not self.groups:
                raise self._wrong(place, "this parenthesis was not opened")
            if not parts:
                raise self._wrong(opened, "these parentheses are empty")
            self.groups[-1][1].append((self._close(parts, place), opened))
        else:
            self.groups[-1][1].append((self._factor(word, place), place))

    def _factor(self, word: str, place: int) -> Span:
        if word not in self.known:
            raise self._wrong(place, f"no factor is called {word!r}")
        if self.known[word] != self.next:
            wanted = self.labels[self.next] if self.next < len(self.labels) else "the end"
            raise self._wrong(place, f"{wanted} must stand here, not {word}: only the parentheses are free")
        self.next += 1
        return self.next - 1, self.next

    def _close(self, parts: list[tuple[Span, int]], end: int) -> Span:
        """The span of a pair of parentheses: of one part, or the product of two."""
        if len(parts) > 2:
            place = parts[2][1]
            said = order_text(self.text[parts[0][1] : end].strip())
            raise self._wrong(place, f"{said} does not say which pair is multiplied first; put parentheses around two")
        whole = parts[0][0][0], parts[-1][0][1]
        if len(parts) == 2:
            self.found[whole] = parts[1][0][0]
        return whole

    def _wrong(self, place: int, what: str) -> ValueError:
        labels = self.labels if len(self.labels) <= MOST_TOLD else [*self.labels[:2], "…", self.labels[-1]]
        start = max(place - AROUND, 0)
        shown = self.text[start : place + AROUND]
        return ValueError(
            f"accumulate: order={order_text(self.text)} is wrong at character {place + 1}: {what}\n"
            f"  {shown}\n  {' ' * (place - start)}^\n"
            f"the factors are {' '.join(labels)}; write for example "
            f"{text_of(reverse_splits(len(labels)), labels)!r}, or 'forward', 'reverse', 'optimal'"
        )


def order_text(text: str) -> str:
    """Return an order as it is quoted: of a long one the beginning."""
    return repr(text if len(text) <= AROUND else text[: AROUND - 1] + "…")
