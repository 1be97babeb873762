"""Code without what only its readers need: comments, and space that separates nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      |(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<space>[ \t]+)
      |(?P<word>[\w$]+)
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_TEMPLATE = re.compile(r"[`}](?:[^`\\$]|\\.|\$(?!\{))*(?:`|\$\{)", re.DOTALL)
"""The text of a template up to its end, or to the next place for code."""
_OPEN = ("", *"*;{(,[\n")
"""After these a new line says nothing."""
_WORDLIKE = re.compile(r"[\w$#]")
_BEFORE_REGEX = re.compile(r"(?:^|[(,=>:\[!&|?{};\n]|\breturn)$")


def squeezed(code: str) -> str:
    r"""Return JavaScript without comments and idle space; texts and regular expressions stay as they are.

    Examples
    --------
    >>> squeezed('let a = b  + "x  y"; // a comment\nreturn / +/g.test(`${ a }  b`)')
    'let a=b+"x  y";return/ +/g.test(`${a}  b`)'
    """
    parts: list[str] = [""]
    gap = False
    for piece, kind in tokens(code):
        if kind in ("space", "comment"):
            gap = True
            continue
        if piece == "\n" and parts[-1][-1:] in _OPEN:
            continue
        if gap and _separates(parts[-1], piece):
            parts.append(" ")
        parts.append(piece)
        gap = False
    return "".join(parts).rstrip("\n")


def tokens(code: str) -> Iterator[tuple[str, str]]:
    """The tokens of JavaScript and their kinds: ``text``, ``comment``, ``space``, ``word``, ``other``.

    A template comes in turns of text, from a backtick or brace to the next one, and the tokens of its code.
    """
    place, before = 0, ""
    depths: list[int] = []  # of braces in the code of each template that is open
    while place < len(code):
        if code[place] == "`" or (code[place] == "}" and depths[-1:] == [0]):
            piece, kind = _template_text(code, place), "text"
            depths = depths[: len(depths) - piece.startswith("}")] + [0] * piece.endswith("${")
        else:
            piece, kind = _token(code, place, before)
            if depths and piece in ("{", "}"):
                depths[-1] += 1 if piece == "{" else -1
        yield piece, kind
        place += len(piece)
        before = before if kind in ("space", "comment") else piece


def _token(code: str, place: int, before: str) -> tuple[str, str]:
    """The token at a place outside of templates, and its kind."""
    if code[place] == "/" and code[place + 1 : place + 2] not in ("/", "*") and _BEFORE_REGEX.search(before):
        regex = _REGEX.match(code, place)
        if regex:
            return regex[0], "text"
    token = _TOKEN.match(code, place)
    assert token is not None
    return token[0], token.lastgroup or ""


def _template_text(code: str, place: int) -> str:
    found = _TEMPLATE.match(code, place)
    assert found is not None
    return found[0]


def _separates(before: str, after: str) -> bool:
    """Whether space between two tokens says something: between words, and between signs that would run together."""
    last, first = before[-1:], after[0]
    return bool(_WORDLIKE.match(last) and _WORDLIKE.match(first)) or (last == first and first in "+-/")
