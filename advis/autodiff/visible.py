"""Names and source come from the reader's code, and may hold what is not seen or turns the direction of text."""

from __future__ import annotations

LONGEST = 100
"""A cell of a text table shows at most so many characters."""


def visible(text: str) -> str:
    """Return a text in which every character can be seen: others are written as in Python's ``repr``, tabs as spaces.

    Controls, zero-width characters and marks that turn the direction of text would let a name look like another one,
    or move what stands beside it.

    Examples
    --------
    >>> visible("a\\u202eb\\x00") == r"a\\u202eb\\x00", visible("∂y/∂x שלום") == "∂y/∂x שלום"
    (True, True)
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "    " if c == "\t" else repr(c)[1:-1] for c in text)


def brief(text: str) -> str:
    """Return a text, or the beginning of a very long one.

    Examples
    --------
    >>> len(brief("n" * 10_000))
    100
    """
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
