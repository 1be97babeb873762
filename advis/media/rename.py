"""Short names for what JavaScript declares by itself: variables, parameters, functions, classes. Properties stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from itertools import count, product

from advis.media.squeeze import tokens

_KEYWORDS = frozenset(
    [
        *("as", "async", "await", "break", "case", "catch", "class", "const", "continue", "default", "delete", "do"),
        *("else", "export", "extends", "false", "finally", "for", "from", "function", "get", "if", "import", "in"),
        *("instanceof", "let", "new", "null", "of", "return", "set", "static", "super", "switch", "this", "throw"),
        *("true", "try", "typeof", "undefined", "var", "void", "while", "yield"),
    ]
)
_OPENED, _CLOSED = ("(", "[", "{"), (")", "]", "}")
_OBJECT_FOLLOWS = frozenset(["(", ",", "=", ":", "[", "?", "&", "|", ".", "return", "const", "let"])
"""A brace after these opens an object or a pattern; after others a block, or the body of a class."""
_MEMBER_FOLLOWS = frozenset(["{", "}", ";", "\n", "static", "get", "set", "async"])
_CONDITIONS = frozenset(["if", "for", "while", "switch"])
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"


def renamed(code: str, kept: Collection[str] = ()) -> str:
    """Return squeezed JavaScript with short names of its own; each name is short in the same way everywhere.

    After a point, as a key, and as a member of a class a word is a property: there it stays, and ``{name}`` becomes
    ``{name:a}``. Names that the code takes from its surroundings are declared nowhere in it, and stay.

    Parameters
    ----------
    code : str
        A whole program, as `squeezed` gives it.
    kept : collection of str
        Names by which others call it.

    Examples
    --------
    >>> renamed("const area=({wide,high})=>Math.abs(wide*high);area({wide:2,high:3})", kept=["area"])
    'const area=({wide:b,high:a})=>Math.abs(b*a);area({wide:2,high:3})'
    """
    found = list(tokens(code))
    pieces = [piece for piece, _ in found]
    places = [i for i, (_, kind) in enumerate(found) if kind != "space"]
    solid = [pieces[i] for i in places]
    names, shorthands = _names(solid)
    own = _declared(solid, names | shorthands) - set(kept)
    used = Counter(solid[i] for i in names | shorthands)
    short = _short(used, own)
    for i in names | shorthands:
        word = solid[i]
        if word in short:
            pieces[places[i]] = f"{word}:{short[word]}" if i in shorthands else short[word]
    return "".join(pieces)


def _short(used: Counter[str], own: set[str]) -> dict[str, str]:
    """The shortest names for those that are used most."""
    taken = _KEYWORDS | (used.keys() - own)
    free = (name for length in count(1) for name in map("".join, product(_LETTERS, repeat=length)) if name not in taken)
    return dict(zip(sorted(own & used.keys(), key=lambda name: (-used[name], name)), free, strict=False))


@cache
def _is_word(piece: str) -> bool:
    return (
        (piece[0].isalpha() or piece[0] in "_$") and piece not in _KEYWORDS and piece.replace("$", "_").isidentifier()
    )


def _names(pieces: list[str]) -> tuple[set[int], set[int]]:
    """The places of names, and of those that stand for a key and a name in one."""
    names, shorthands = set(), set()
    for i, around in _surroundings(pieces):
        if not _is_word(pieces[i]):
            continue
        before, after = pieces[i - 1] if i else "", pieces[i + 1] if i + 1 < len(pieces) else ""
        if before == "." and pieces[i - 2] != ".":
            continue
        if around == "object" and before in ("{", ",", "get", "set", "async"):
            if after not in (":", "("):
                shorthands.add(i)
        elif around != "class" or before not in _MEMBER_FOLLOWS:
            names.add(i)
    return names, shorthands


def _surroundings(pieces: list[str]) -> Iterator[tuple[int, str]]:
    """Each place, and what the innermost bracket around it is: ``object``, ``class`` or anything else."""
    around, header = [""], False
    for i, piece in enumerate(pieces):
        if piece in _CLOSED or (piece.startswith("}") and len(piece) > 1):
            around.pop()
        yield i, around[-1]
        header = header or (piece == "class" and pieces[i + 1] != ":")
        if piece == "{":
            around.append("class" if header else "object" if i and pieces[i - 1] in _OBJECT_FOLLOWS else "block")
            header = False
        elif piece in _OPENED or piece.endswith("${"):
            around.append(piece)


def _declared(pieces: list[str], names: set[int]) -> set[str]:
    """The words that stand where something is declared: after a keyword, in a pattern, as a parameter."""
    ends = _ends(pieces)
    found: set[str] = set()
    for i, piece in enumerate(pieces):
        if piece in ("const", "let"):
            found |= _bindings(pieces, names, ends, i + 1)
        elif piece in ("class", "function"):
            found |= _pattern(pieces, names, ends, i + 1)
        elif piece == "(" and _holds_parameters(pieces, i, ends[i]):
            found |= _pattern(pieces, names, ends, i)
        elif pieces[i + 1 : i + 3] == ["=", ">"] and i in names:
            found.add(piece)
    return found


def _bindings(pieces: list[str], names: set[int], ends: dict[int, int], start: int) -> set[str]:
    """The words that a declaration binds: those of its first pattern, and of each after a comma of its own."""
    bound = _pattern(pieces, names, ends, start)
    place = start
    while place < len(pieces) and pieces[place] not in (";", "\n", ")", "}", "of", "in"):
        if pieces[place] == ",":
            bound |= _pattern(pieces, names, ends, place + 1)
        place = ends.get(place, place) + 1
    return bound


def _holds_parameters(pieces: list[str], start: int, end: int) -> bool:
    after = pieces[end + 1 : end + 3]
    return after == ["=", ">"] or (after[:1] == ["{"] and pieces[start - 1] not in _CONDITIONS)


def _pattern(pieces: list[str], names: set[int], ends: dict[int, int], start: int) -> set[str]:
    """The words that a pattern binds: its first ones, not those of its default values."""
    if start not in ends:
        return {pieces[start]} if start in names else set()
    bound: set[str] = set()
    for i in range(start + 1, ends[start]):
        begins = pieces[i - 1] in ("(", "[", "{", ",", ":", ".")
        if begins and (i in names or pieces[i] in "[{"):
            bound |= _pattern(pieces, names, ends, i)
    return bound


def _ends(pieces: list[str]) -> dict[int, int]:
    """Where each bracket closes."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for i, piece in enumerate(pieces):
        if piece in _CLOSED or (piece.startswith("}") and len(piece) > 1):
            ends[opened.pop()] = i
        if piece in _OPENED or piece.endswith("${"):
            opened.append(i)
    return ends
