"""The command line."""

import json
import subprocess
import sys

import pytest
from tools import needs_module

from advis.__main__ import main

CLASSIC = "np.log(x1) + x1*x2 - np.sin(x2)"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys, folder):
    """Run a command; return the exit code and what was written to stdout and stderr."""

    def running(*arguments):
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = stop.code
        return (code, *capsys.readouterr())

    return running


def test_the_demo_prints_both_sweeps_and_writes_an_offline_page(run, folder):
    code, said, _ = run("demo")
    assert code == 0
    assert "forward sweep from x1 = 1" in said
    assert "reverse sweep from y = 1" in said
    assert "1.71634" in said
    page = folder / "advis-demo.html"
    assert str(page) in said
    written = page.read_text(encoding="utf-8")
    assert written.count("data-advis=") >= 2
    assert "http://" not in written.replace("http://www.w3.org", "")
    assert "https://" not in written


def test_the_demo_says_where_it_cannot_write(run, folder):
    code, _, said = run("demo", "-o", str(folder / "missing" / "demo.html"))
    assert code == 2
    assert said.startswith("advis: ")
    assert "there is no folder" in said
    assert said.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_it_runs_as_a_module_and_without_a_command_says_what_there_is():
    answer = subprocess.run([sys.executable, "-m", "advis"], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "COMMAND" in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [(), ("demo",), ("draw",), ("chain",), ("deck",), ("doctor",)])
def test_help(run, command):
    code, said, _ = run(*command, "--help")
    assert code == 0
    assert "usage: advis" in said
    if command not in (("demo",), ("doctor",)):
        assert "examples:\n  advis " in said


def test_an_expression_is_traced_swept_and_written(run, folder):
    assert "log(x1)" in run("draw", CLASSIC, "x1=2", "x2=5")[1]
    assert "1.71634" in run("draw", CLASSIC, "x1=2", "x2=5", "--reverse")[1]
    assert "forward sweep from x1 = 1" in run("draw", CLASSIC, "x1=2", "x2=5", "--forward", "x1=1")[1]
    assert "x1 = 1, x2 = 1" in run("draw", CLASSIC, "x1=2", "x2=5", "--forward")[1]
    both = run("draw", CLASSIC, "x1=2", "x2=5", "--forward", "--reverse")[1]
    assert "7.21634" in both
    code, said, wrong = run("draw", CLASSIC, "x1=2", "x2=5", "--reverse", "--step", "3", "-o", "step.svg")
    assert (code, said, wrong) == (0, f"Wrote {folder / 'step.svg'}\n", "")
    assert "<svg" in (folder / "step.svg").read_text(encoding="utf-8")
    assert run("draw", CLASSIC, "x1=2", "x2=5", "-o", "f-{step}.svg")[1].count("Wrote") == len(
        list(folder.glob("f-*.svg"))
    )


def test_how_a_picture_looks_is_passed_on(run, folder):
    given = ("draw", CLASSIC, "x1=2", "x2=5", "--reverse", "-o")
    assert run(*given, "a.svg", "--animate", "--fps", "2", "--theme", "dark", "--size", "640")[0] == 0
    moving = (folder / "a.svg").read_text(encoding="utf-8")
    assert "@keyframes" in moving
    assert 'width="640"' in moving
    assert run(*given, "b.svg", "--panes", "graph,trace", "--step", "2", "--size", "640x200")[0] == 0
    assert 'height="200"' in (folder / "b.svg").read_text(encoding="utf-8")
    assert run(*given, "c.txt")[0] == 0
    assert "1.71634" in (folder / "c.txt").read_text(encoding="utf-8")


def test_options_may_stand_before_values_and_an_expression_may_begin_with_a_minus(run, folder):
    assert run("draw", "-o", "a.svg", "x*2", "x=1")[0] == 0
    assert run("draw", "x*2", "-o", "b.svg", "x=1")[0] == 0
    assert (folder / "a.svg").read_bytes() == (folder / "b.svg").read_bytes()
    assert "−x1" in run("draw", "-x1**2", "x1=-3")[1] or "-9" in run("draw", "-x1**2", "x1=-3")[1]


def test_arrays_and_seeds(run):
    assert "2×2 dense" in run("draw", "np.sum(np.tanh(w @ x))", "w=[[1,2],[3,4]]", "x=[0.1,0.2]", "--reverse")[1]
    code, _, said = run("draw", "w*2", "w=[1,2]", "--reverse")
    assert (code, "--seed" in said) == (2, True)
    assert "reverse sweep from y = [1, 0]" in run("draw", "w*2", "w=[1,2]", "--reverse", "--seed", "[1,0]")[1]
    assert "y[0] = 1, y[1] = 0" in run("draw", "(x*y, x+y)", "x=1", "y=2", "--reverse", "--seed", "[1,0]")[1]


def test_a_function_of_a_module(run, folder, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (folder / "drawn_model.py").write_text(
        "import math\nimport numpy as np\n\n\nclass Model:\n    @staticmethod\n    def loss(a, x):\n"
        "        return np.sum(np.tanh(a * x))\n\n\ndef leaves(x):\n    return math.sin(x)\n\n\n"
        "def fails(x):\n    raise RuntimeError('one\\ntwo')\n"
    )
    (folder / "drawn_broken.py").write_text("1 / 0")
    code, said, _ = run("draw", "drawn_model:Model.loss", "--at", "-0.5", "[1,2,3]", "--reverse")
    assert code == 0
    assert "loss(a, x): ℝ⁴ → ℝ" in said
    for arguments, words in {
        ("drawn_model:leaves", "--at", "1"): "use NumPy's functions",
        ("drawn_model:fails", "--at", "1"): "RuntimeError: one; two",
        ("drawn_model:fails",): "at least one",
        ("drawn_model:nothing", "--at", "1"): "has no attribute 'nothing'",
        ("drawn_model:np", "--at", "1"): "is no function but module",
        ("drawn_broken:f", "--at", "1"): "ZeroDivisionError",
        ("drawn_missing:f", "--at", "1"): "No module named 'drawn_missing'",
        ("drawn_model:leaves", "x=1"): "--at 2 5",
    }.items():
        code, said, wrong = run("draw", *arguments)
        assert (code, said, wrong.count("\n")) == (2, "", 1)
        assert wrong.startswith("advis: ")
        assert words in wrong


def test_a_chain(run, folder):
    shapes = ("1x50", "50x20", "20×10")
    assert "50×20" in run("chain", *shapes)[1]
    assert "1,200" in run("chain", *shapes, "--compare")[1]
    for order in ("forward", "reverse", "optimal", "(F3 F2) F1"):
        assert run("chain", *shapes, "--order", order, "-o", "chain.svg")[0] == 0
    assert run("chain", "1x50", "-o", "late.svg", "50x20", "20x10")[0] == 0
    assert (folder / "late.svg").exists()


def test_a_deck_of_a_notebook(run, folder):
    needs_module("markdown_it")
    show = "import advis as av\nav.trace(lambda a, b: a * b, 2.0, 5.0).reverse()"
    cells = [{"cell_type": "markdown", "source": "# Reverse mode"}, {"cell_type": "code", "source": show}]
    (folder / "lecture.ipynb").write_text(json.dumps({"cells": cells}))
    code, said, wrong = run("deck", "lecture.ipynb", "--theme", "dark", "--title", "A lecture")
    assert (code, said, wrong) == (0, f"Wrote {folder / 'lecture.html'}\n", "")
    page = (folder / "lecture.html").read_text(encoding="utf-8")
    assert "<title>A lecture</title>" in page
    assert page.count('<i class="fragment"></i>') == 2
    assert run("deck", "lecture.ipynb", "-o", "handout.pdf")[0] == 0
    assert (folder / "handout.pdf").read_bytes().startswith(b"%PDF")
    for arguments, words in {
        ("lecture.ipynb", "-o", "lecture.pptx"): "ends neither in .html",
        ("lecture.ipynb", "-o", "lecture.pdf", "--theme", "dark"): "are for slides",
        ("lecture.ipynb", "--theme", "pink"): "theme='pink'",
        ("missing.ipynb",): "missing.ipynb: no such file",
    }.items():
        code, said, wrong = run("deck", *arguments)
        assert (code, said, wrong.count("\n")) == (2, "", 1)
        assert words in wrong


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "COMMAND"),
        (("bogus",), "invalid choice"),
        (("draw",), "WHAT"),
        (("draw", "x"), "x has no value; give one, as x=2"),
        (("draw", "x*2", "--forward", "x=1"), "the variables stand before --forward"),
        (("draw", "x", "x=1", "x=2"), "x is given twice"),
        (("draw", "x", "1"), "'1' is not a name and a value"),
        (("draw", "x", "x=a"), "draw: x=a: a has no value"),
        (("draw", "x", "x=[1,[2,3]]"), "the rows have different lengths"),
        (("draw", "__import__('os')", "x=1"), "only functions of np"),
        (("draw", "x @ x", "x=1"), "in matmul(1.0, 1.0)"),
        (("draw", "1.0", "x=1"), "x is given, but does not stand"),
        (("draw", "1.0"), "pass at least one"),
        (("draw", "9**9**9*x", "x=1"), "OverflowError"),
        (("draw", "x", "x=1", "--at", "1"), "--at is for package.module:function"),
        (("draw", "x", "x=1", "--seed", "1"), "add --reverse"),
        (("draw", "x", "x=1", "--forward", "y=1"), "no input 'y'"),
        (("draw", "x", "x=1", "--step", "1"), "name it with -o"),
        (("draw", "x", "x=1", "--bogus"), "unrecognized arguments: --bogus"),
        (("draw", "x", "x=1", "-o", "x.bmp"), "known extension; choose one of .html"),
        (("draw", "x", "x=1", "-o", "x.json", "--fps", "2"), "fps= has no meaning for a .json file"),
        (("draw", "x", "x=1", "-o", "x.svg", "--panes", "graph,plot"), "'plot' is not known"),
        (("draw", "x", "x=1", "-o", "no/x.svg"), "there is no folder"),
        (("draw", "x", "x=1", "-o", "x.svg", "--step", "99"), "step"),
        (("draw", "x", "x=1", "-o", "x.svg", "--size", "big"), "'big' is not a width and height"),
        (("chain", "1x50", "5x20"), "do not meet"),
        (("chain", "1x50", "5xa"), "'5xa' is not the shape of a factor"),
        (("chain", "1x2", "2x3", "--order", "sideways"), "no factor is called"),
        (("chain", "1x2", "2x3", "--order", "forward", "--compare"), "exclude each other"),
        (("doctor", "x"), "unrecognized arguments: x"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(run, folder, arguments, words):
    code, said, wrong = run(*arguments)
    assert (code, said, wrong.count("\n")) == (2, "", 1)
    assert wrong.startswith("advis: ")
    assert words in wrong
    assert list(folder.iterdir()) == []


def test_the_doctor_knows_every_format(run, monkeypatch):
    from advis.media import doctor
    from advis.media.save import FORMATS

    assert set(FORMATS) <= set(doctor.NEEDS)
    code, said, _ = run("doctor")
    assert code == 0
    assert "numpy" in said
    assert all(f"{extension} " in said for extension in FORMATS)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    told, _whole = doctor.report([".mp4", ".svg"])
    assert [line.split(maxsplit=1)[1] for line in told.splitlines()[-2:]] == ["needs ffmpeg", "ready"]
    monkeypatch.setattr(doctor, "REQUIRED", ("numpy", "no-such-package-of-ours"))
    assert "MISSING: pip install no-such-package-of-ours" in doctor.report([])[0]
    assert run("doctor")[0] == 1
