"""Code without what only its readers need: comments, and space that separates nothing."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      |(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<space>[ \t]+)
      |(?P<word>[\w$]+)
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_OPEN = ("", *";{(,[\n")
"""After these a new line says nothing."""
_BEFORE_REGEX = re.compile(r"(?:^|[(,=:\[!&|?{};\n]|\breturn)$")


def squeezed(code: str) -> str:
    r"""Return JavaScript without comments and idle space; texts, templates and regular expressions stay as they are.

    Examples
    --------
    >>> squeezed('let a = b  + "x  y"; // a comment\nreturn / +/g.test(`${ a }  b`)')
    'let a=b+"x  y";return/ +/g.test(`${ a }  b`)'
    """
    parts: list[str] = [""]
    place, gap = 0, False
    while place < len(code):
        piece, kind = _piece(code, place, parts[-1])
        place += len(piece)
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


def _piece(code: str, place: int, before: str) -> tuple[str, str]:
    """The token at a place, and its kind."""
    if code[place] == "`":
        return code[place : _template_end(code, place)], "text"
    regex = _REGEX.match(code, place) if code[place : place + 2] not in ("//", "/*") else None
    if regex and _BEFORE_REGEX.search(before):
        return regex[0], "text"
    token = _TOKEN.match(code, place)
    assert token is not None
    return token[0], token.lastgroup or ""


def _template_end(code: str, start: int) -> int:
    """Where a template ends that starts here; templates may stand inside of its places."""
    place, depth = start + 1, 0
    while depth or code[place] != "`":
        if code[place] == "\\":
            place += 1
        elif code.startswith("${", place):
            depth, place = depth + 1, place + 1
        elif depth and code[place] == "`":
            place = _template_end(code, place) - 1
        elif depth and code[place] in "{}":
            depth += 1 if code[place] == "{" else -1
        place += 1
    return place + 1


def _separates(before: str, after: str) -> bool:
    """Whether space between two tokens says something: between words, and between signs that would run together."""
    last, first = before[-1:], after[0]
    wordlike = re.compile(r"[\w$#]")
    return bool(wordlike.match(last) and wordlike.match(first)) or (last == first and first in "+-/")
