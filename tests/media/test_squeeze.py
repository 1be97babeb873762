"""Squeezed code is the same code: texts, templates and regular expressions stay, and a parser accepts all of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from advis.media.player import Needs, player_module, widget_module
from advis.media.squeeze import squeezed
from tests.tools import needs


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("const a = b => ({ a, b });", "const a=b=>({a,b});"),
        ("return x  in  y;", "return x in y;"),
        ("a + +b - -c;", "a+ +b- -c;"),
        ("a = b / c / d;", "a=b/c/d;"),
        ("s.replace(/ [/] +\\/ /g, '  ');", "s.replace(/ [/] +\\/ /g,'  ');"),
        ("t = `a  ${ f(`b  ${c}`) }  // d`;", "t=`a  ${ f(`b  ${c}`) }  // d`;"),
        ("x; // said  'so'\ny; /* and\n so */ z", "x;y;z"),
        ("let u = 'http://x'; // v", "let u='http://x';"),
        ("f()\n\n\n  g()", "f()\ng()"),
    ],
)
def test_only_what_says_nothing_goes(code: str, short: str) -> None:
    assert squeezed(code) == short


@pytest.mark.parametrize("module", [player_module, widget_module])
@pytest.mark.parametrize("asked", [Needs(), Needs(views=False, details=False, magnitude=False, blocks=False)])
def test_what_a_page_carries_is_a_program(module: object, asked: Needs, tmp_path: Path) -> None:
    (tmp_path / "player.mjs").write_text(module(asked), encoding="utf-8")  # type: ignore[operator]
    run = subprocess.run([needs("node"), "--check", str(tmp_path / "player.mjs")], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
