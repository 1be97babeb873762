"""Labels as mathematics: a name is set as a variable, ``x1`` as x₁, with the signs of partial, tangent and adjoint.

Setting changes how a label looks and never what it says: no word is translated, no expression rearranged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from advis.autodiff.tex import SYMBOLS, tex_text
from advis.films.film import Spans
from advis.films.theme import SPANS

MACROS = {"name": "advisname"} | {word: f"advis{word}" for word, _ in SPANS if word != "name"}
"""The command for each role that a piece of a text can have."""

MARKS = {"▸": r"\dot", "◂": r"\bar"}
"""What stands over a name for its tangent and its adjoint."""

LONGEST = 6
"""A mark does not stand over a longer word."""

_OVER = {"\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar", "\u0307": r"\dot", "\u0308": r"\ddot"}
_LETTER = f"[A-Za-zα-ωΓΔΘΛΞΠΣΥΦΨΩ][{''.join(_OVER)}]"
_INDEX, _END = "[0-9]+|[₀-₉]+|_[A-Za-z0-9]{1,2}", r"(?![\w\u0300-\u036f])"
_SYMBOL = rf"{_LETTER}?(?:{_INDEX})?{_END}"
_NAME = re.compile(rf"(?P<symbol>{_SYMBOL})|(?P<word>[^\W\d][\w\u0300-\u036f]*)|(?P<sign>.)", re.DOTALL)
_IN_TEXT = re.compile(rf"(?<![\w.#\u0300-\u036f])(?:∂(?:{_SYMBOL})?|{_LETTER}?(?:{_INDEX}){_END}|{_LETTER}{_END})")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉_", "0123456789 ")


def tex_spans(spans: Spans, mathematics: bool = True) -> str:
    r"""Return a text in TeX, each piece in the command of its role.

    Parameters
    ----------
    spans : Spans
    mathematics : bool
        False for source code, which is set as it is written.

    Examples
    --------
    >>> print(tex_spans((("name", "v1"), ("soft", " = x1 · 2"))))
    \advisname{v_{1}}\advissoft{ = $x_{1}$ $\cdot$ 2}
    """
    return "".join(_span(role, part, mathematics) for role, part in spans if part)


def _span(role: str, part: str, mathematics: bool) -> str:
    if role == "name":
        return rf"\{MACROS[role]}{{{tex_name(part)}}}"
    written = tex_sentence(part) if mathematics else _code(part)
    return rf"\{MACROS[role]}{{{written}}}" if role in MACROS else written


def _code(text: str) -> str:
    """Source as it is written: its quotes are straight."""
    return r"\textquotesingle{}".join(map(tex_text, text.split("'")))


@lru_cache(maxsize=4096)
def tex_name(name: str) -> str:
    r"""Return a name as it stands in a formula.

    Examples
    --------
    >>> for name in ("x1", "loss", "∂y/∂x12", "w_ij", "params[0]", "my_name", "y#2"):
    ...     print(tex_name(name))
    x_{1}
    \mathit{loss}
    \partial y/\partial x_{12}
    w_{ij}
    \mathit{params}[0]
    \mathit{my\_name}
    y\mbox{\#}2
    """
    return "".join(map(_factor, _NAME.finditer(normalize("NFD", name)))).strip()


def _factor(found: re.Match[str]) -> str:
    """A piece of a name, in mathematics."""
    piece = found[0]
    if found["symbol"]:
        return _symbol(piece)
    if found["word"]:
        return rf"\mathit{{{tex_text(piece)}}}" if piece.isascii() else rf"\mbox{{\itshape {tex_text(piece)}}}"
    if piece in SYMBOLS:
        return f"{SYMBOLS[piece]} "
    return piece if piece in "0123456789()[]/.,:=+*!?" else rf"\mbox{{{tex_text(piece)}}}"


def _symbol(text: str) -> str:
    """A letter with what stands over it, and its index."""
    over = _OVER.get(text[1:2], "")
    letter, index = SYMBOLS.get(text[0], text[0]), text[2 if over else 1 :].translate(_LOWERED).strip()
    return (f"{over}{{{letter}}}" if over else letter) + (f"_{{{index}}}" if index else "")


@lru_cache(maxsize=4096)
def tex_sentence(text: str) -> str:
    r"""Return a text in which what can only be a variable is one: a letter with an index, and what follows a ∂.

    Examples
    --------
    >>> print(tex_sentence("∂y/∂x1 = 5.5 in step 1e5 of a · x2"))
    $\partial y$/$\partial x_{1}$ = 5.5 in step 1e5 of a $\cdot$ $x_{2}$
    """
    text, written, end = normalize("NFD", text), [], 0
    for found in _IN_TEXT.finditer(text):
        written += [tex_text(text[end : found.start()]), f"${tex_name(found[0])}$"]
        end = found.end()
    return "".join([*written, tex_text(text[end:])])


def tex_label(label: str, name: str) -> str:
    r"""Return the label of a tangent or an adjoint, with its mark over the name if that is short.

    Examples
    --------
    >>> print(tex_label("◂ adjoint", "x1"), tex_label("▸ tangent", "loss"), tex_label("◂ adjoint", "params[0]"))
    $\bar{x}_{1}$ adjoint $\dot{\mathit{loss}}$ tangent $\triangleleft$ adjoint
    """
    over = MARKS.get(label[:1])
    found = _NAME.fullmatch(normalize("NFD", name))
    if over is None or found is None or len(name) > LONGEST or found["sign"]:
        return tex_text(label)
    piece = tex_name(name)
    letter, below, index = (piece, "", "") if found["word"] else piece.partition("_{")
    return f"${over}{{{letter}}}{below}{index}$" + tex_text(label[1:])
