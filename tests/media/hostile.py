"""A program whose every name is an attack, recorded as any other: parameters, keys, blocks, primitives, comments."""

from __future__ import annotations

import io
import linecache
from typing import Any

import advis as av

RUN = "window.hacked=1"
ATTACK = f"</script><script>{RUN}</script><img src=x onerror={RUN}>"
TURNED = "\u202e\u2066\u200b\u200f\ufeff"
LONG = "n" * 10_000
KEYS = {
    f"</script><img src=x onerror={RUN}>": 0.5,
    f"javascript:{RUN}": 1.5,
    r"\N \G \L $\input{/etc/passwd}$ \\ %#&_^~{}": 0.25,
    f"evil{TURNED} x": 2.0,
    "<b>bold</b> <!-- ]]> &lt; --> ${1} `x`": 3.0,
    LONG: 1.25,
    "🎉👩🏽‍🔬": 0.75,
    "\x00\x07\n\r\t\x1b[31m\x7f\x85\u2028\u2029": 0.8,
    "\ud800": 1.0,
    f'"><svg onload={RUN}>': 0.1,
    f"' onmouseover={RUN} x='": 0.2,
    "": 0.3,
}
SOURCE = f"""
def attack(שלום, params, مرحبا, {LONG[:9_000]}):  # {ATTACK} {TURNED} evil
    total = שלום * مرحبا + {LONG[:9_000]}  # <!-- --> ]]> ${{x}} `x` \x0b\x1b[31m
\tfor_the_tab = total
    for key in params:
        with block("{ATTACK}{TURNED}"):
            total = total + own(params[key]) * שלום
    return total
""".replace("\tfor", "    for")


def _twice(x: Any) -> Any:
    return x * 2.0


def hostile_tape() -> av.Tape:
    """Return the record of the program."""
    _twice.__name__ = _twice.__qualname__ = ATTACK + TURNED
    own = av.primitive(_twice)
    own.defjvp(lambda t, ans, x: 2.0 * t)
    linecache.cache["<attack>"] = (len(SOURCE), None, list(io.StringIO(SOURCE)), "<attack>")
    space: dict[str, Any] = {"own": own, "block": av.block}
    exec(compile(SOURCE, "<attack>", "exec"), space)
    return av.trace(space["attack"], 2.0, KEYS, 3.0, 4.0)
