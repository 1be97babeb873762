"""From a notebook to the items of a deck."""

import json
import os
import sys

import pytest

from advis.notebook.lecture import items_of


def code(source, **slideshow):
    return {"cell_type": "code", "source": source, "metadata": {"slideshow": slideshow} if slideshow else {}}


def prose(source, **slideshow):
    return code(source, **slideshow) | {"cell_type": "markdown"}


@pytest.fixture
def items(tmp_path):
    """Write a notebook and return its items, objects by the name of their kind."""

    def made(*cells):
        path = tmp_path / "lecture.ipynb"
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")
        kinds = [
            [one if isinstance(one, str) else type(one).__name__ for one in _parts(item)] for item in items_of(path)
        ]
        return kinds

    return made


def _parts(item):
    return item if isinstance(item, tuple) else (item,)


START = code("import numpy as np\nimport advis as av\ntape = av.trace(lambda a, b: a * np.sin(b), 2.0, 5.0)")


def test_headings_begin_slides_and_objects_join_them(items):
    assert items(
        prose("# A lecture"),
        START,
        prose("## The graph"),
        code(["%matplotlib inline\n", "tape"]),
        prose("One word more."),
        code("print('not this'); 1 + 1"),
        code("tape.reverse()"),
        prose("## Nothing is shown"),
        code("tape.reverse();"),
    ) == [["# A lecture"], ["## The graph", "Tape", "One word more."], ["Sweep"], ["## Nothing is shown"]]


def test_a_line_begins_a_slide(items):
    assert items(prose("# One\n\n---\n\nTwo"), START, code("tape")) == [["# One"], ["Two", "Tape"]]


def test_display_counts(items):
    cell = "for k in (1.0, 2.0):\n    display(tape.forward(a=k), 'text')\ntape"
    assert items(START, prose("# Two"), code(cell)) == [["# Two", "Sweep"], ["Sweep"], ["Tape"]]


def test_slide_types_decide_where_there_are_any(items):
    assert items(
        prose("# One", slide_type="slide"),
        START,
        prose("## not a new one"),
        code("tape", slide_type="fragment"),
        prose("say this slowly", slide_type="notes"),
        code("tape.reverse()", slide_type="skip"),
        code("tape.forward(a=1.0)", slide_type="subslide"),
    ) == [["# One", "## not a new one", "Tape", "Note: say this slowly"], ["Sweep"]]


def test_the_source_of_a_cell_is_known(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(
        json.dumps({"cells": [START, code("def f(x):\n    h = x * x\n    return h + x\nav.trace(f, 2.0)")]})
    )
    (tape,) = items_of(path)
    assert tape["h"].source.text == "h = x * x"


def test_it_runs_in_the_folder_of_the_notebook_and_comes_back(items, tmp_path):
    (tmp_path / "number.txt").write_text("2.5")
    here, backend = os.getcwd(), os.environ.get("MPLBACKEND")
    assert items(START, code("tape.forward(a=float(open('number.txt').read()))")) == [["Sweep"]]
    assert (os.getcwd(), os.environ.get("MPLBACKEND")) == (here, backend)


def test_modules_beside_the_notebook_are_found(items, tmp_path):
    (tmp_path / "beside_the_lecture.py").write_text("number = 2.5\n")
    known = list(sys.path)
    assert items(START, code("import beside_the_lecture as b\ntape.forward(a=b.number)")) == [["Sweep"]]
    assert sys.path == known


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x = 1\ny = x / 0", "lecture.ipynb: cell 2, line 2: ZeroDivisionError"),
        ("def f():\n    return nothing\n\n\nf()", "cell 2, line 2: NameError"),
        ("x = (", "cell 2, line 1: SyntaxError"),
        ("!ls", "cell 2, line 1: SyntaxError"),
        ("x = 1", "no cell has Markdown, or shows an object"),
    ],
)
def test_what_fails_names_the_cell(items, cell, words):
    with pytest.raises(ValueError, match=words):
        items(START, code(cell))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [1]}', '{"cells": [{"source": 3}]}'])
def test_what_is_no_notebook(tmp_path, text):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"x\.ipynb is no notebook of format 4"):
        items_of(path)
