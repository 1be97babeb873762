"""Squeezed code is the same code, and so is code with short names; a parser accepts all of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from advis.media.player import Needs, player_module, widget_module
from advis.media.rename import renamed
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
        ("t = `a  ${ f(`b  ${c}`) }  // d`;", "t=`a  ${f(`b  ${c}`)}  // d`;"),
        ("t = `${ {a: `}`}.a }  $b \\` {`  + 1;", "t=`${{a:`}`}.a}  $b \\` {`+1;"),
        ("x; // said  'so'\ny; /* and\n so */ z", "x;y;z"),
        ("let u = 'http://x'; // v", "let u='http://x';"),
        ("f()\n\n\n  g()", "f()\ng()"),
    ],
)
def test_only_what_says_nothing_goes(code: str, short: str) -> None:
    assert squeezed(code) == short


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("const one=1,two=2;let three=one+two;", "const a=1,b=2;let c=a+b;"),
        ("function area(wide,{high=wide}={}){return wide*high}", "function c(a,{high:b=a}={}){return a*b}"),
        ("const f=(...all)=>({all,f,g:all});", "const b=(...a)=>({all:a,f:b,g:a});"),
        ("for(const[key,{value}]of list)key.value=value;", "for(const[a,{value:b}]of list)a.value=b;"),
        (
            "class Box extends Set{size=1;static wide=2\nget high(){return this.size}grow(by){new Box(by)}}",
            "class a extends Set{size=1;static wide=2\nget high(){return this.size}grow(b){new a(b)}}",
        ),
        ("const t=x=>`x ${x.x?x:`${x}x`}`;", "const b=a=>`x ${a.x?a:`${a}x`}`;"),
        ("try{const el=document.body}catch(error){log(error)}", "try{const b=document.body}catch(a){log(a)}"),
        ("const a=x=>b(x),c=/x{1}`/;", "const c=a=>b(a),d=/x{1}`/;"),
        ("let el={class:1,el(){},get x(){return el}};", "let a={class:1,el(){},get x(){return a}};"),
    ],
)
def test_only_names_of_its_own_become_short(code: str, short: str) -> None:
    assert renamed(code) == short


def test_names_that_others_call_stay() -> None:
    assert renamed("function show(film){}", kept=["show"]) == "function show(a){}"


@pytest.mark.parametrize("module", [player_module, widget_module])
@pytest.mark.parametrize("asked", [Needs(), Needs(views=False, details=False, magnitude=False, blocks=False)])
def test_what_a_page_carries_is_a_program(module: object, asked: Needs, tmp_path: Path) -> None:
    (tmp_path / "player.mjs").write_text(module(asked), encoding="utf-8")  # type: ignore[operator]
    run = subprocess.run([needs("node"), "--check", str(tmp_path / "player.mjs")], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
