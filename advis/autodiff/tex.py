"""Text for TeX: every character printed, none interpreted, in plain ASCII that any engine and font encoding takes."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

UNKNOWN = r"\rule{.5em}{1.5ex}"
"""Stands for a character that TeX's usual fonts do not have."""

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾ᵀᵏʸ", "0123456789-()Tky", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_GREEK = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma sigma tau upsilon "
    "varphi chi psi omega"
)
_CAPITALS = {"Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma"}
_CAPITALS |= {"Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega"}
SYMBOLS = {
    "−": "-", "·": r"\cdot", "×": r"\times", "÷": r"\div", "±": r"\pm", "∓": r"\mp", "⊕": r"\oplus", "⊙": r"\odot",
    "√": r"\surd", "∘": r"\circ", "∞": r"\infty", "∂": r"\partial", "∇": r"\nabla", "∑": r"\Sigma", "∏": r"\Pi",
    "≥": r"\geq", "≤": r"\leq", "≠": r"\neq", "≈": r"\approx", "≡": r"\equiv", "∝": r"\propto", "∈": r"\in",
    "∧": r"\wedge", "∨": r"\vee", "¬": r"\neg", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil",
    "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "→": r"\to", "←": r"\leftarrow", "↦": r"\mapsto",
    "↓": r"\downarrow", "↑": r"\uparrow", "⇒": r"\Rightarrow", "▸": r"\triangleright", "◂": r"\triangleleft",
    "′": "{}'", "″": "{}''", "ℓ": r"\ell", "⋮": r"\vdots", "✗": r"\times", "✓": r"\surd", "°": r"^{\circ}",
    "ℝ": r"\mathrm{I\!R}", "ℂ": r"\mathrm{C}", "∛": r"{}^{3}\!\surd", "✱": r"\ast", "∗": r"\ast", "∅": r"\emptyset",
    "◇": r"\diamond", "≷": r"\stackrel{>}{<}",
    **{chr(0x3B1 + k): name if name == "o" else f"\\{name}" for k, name in enumerate(_GREEK.split())},
    **{letter: f"\\{name}" for letter, name in _CAPITALS.items()},
}  # fmt: skip
"""Signs of mathematics, and how they are written in it."""

_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "`": r"\textasciigrave{}", "^": r"\textasciicircum{}", "[": "{[}",
    "…": r"\dots{}", "–": "--", "—": "---", "─": "---", "‘": "{`}", "’": "{'}", "“": "``", "”": "''", "\xa0": "~",
    "\t": " ", "\n": " ", "½": "1/2", "▮": r"\rule{.3em}{1.5ex}",
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}",
    "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}", "å": r"\aa{}", "Å": r"\AA{}", "ı": r"\i{}", "§": r"\S{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    **{sign: f"${tex}$" for sign, tex in SYMBOLS.items()},
}  # fmt: skip
_ACCENTS = dict(
    zip(
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0323\u0331",
        "`'^~=u.\"rHvcdb",
        strict=True,
    )
)
_PIECE = re.compile(
    f"[{''.join(_SUPERSCRIPTS)}]+|[{''.join(_SUBSCRIPTS)}]+|(?P<twice>[-,'])(?P=twice)+|.[\u0300-\u036f]*", re.DOTALL
)


@lru_cache(maxsize=4096)
def tex_text(text: str) -> str:
    r"""Return a text with every character that TeX would interpret written out; it needs no package.

    A character that TeX's usual fonts do not have becomes a black block.

    Examples
    --------
    >>> print(tex_text("a_1 · 50%, café, x⁻¹, שלום"))
    a\_1 $\cdot$ 50\%, caf\'{e}, x$^{-1}$, \rule{.5em}{1.5ex}\rule{.5em}{1.5ex}\rule{.5em}{1.5ex}\rule{.5em}{1.5ex}
    """
    return "".join(_written(found[0]) for found in _PIECE.finditer(normalize("NFC", text)))


def _written(piece: str) -> str:
    """One character with the accents over it, a raised or lowered number, or signs that would run together."""
    for table, way in ((_SUPERSCRIPTS, "^"), (_SUBSCRIPTS, "_")):
        if piece[0] in table:
            inside = "".join(map(table.__getitem__, piece))
            return f"${way}{inside}$" if len(inside) == 1 else f"${way}{{{inside}}}$"
    if piece in _TEXT:
        return _TEXT[piece]
    if len(set(piece)) == 1 and len(piece) > 1:
        return "{}".join(piece)
    base, *marks = list(normalize("NFD", piece))
    written = _base(base)
    for mark in marks:
        written = f"\\{_ACCENTS[mark]}{{{written}}}" if mark in _ACCENTS else written + UNKNOWN
    return written


def _base(character: str) -> str:
    if character in _TEXT or (character.isascii() and character.isprintable()):
        return _TEXT.get(character, character)
    plain = normalize("NFKC", character)  # as Python reads a name: 𝔸 is A
    return plain if plain != character and plain.isascii() and plain.isalnum() else UNKNOWN
