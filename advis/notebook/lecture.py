"""From a notebook to the items of a deck: its Markdown, and what its code shows, in the order of its cells.

The code is run here, in one namespace and in the notebook's folder: no kernel is needed, and what a cell shows is the
object itself, whose steps a deck can play.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advis.autodiff.shown import Shown

BEGINS = ("slide", "subslide")
"""Slide types that begin one."""

_HEADING = re.compile(r"#{1,3}\s")


def items_of(path: str | os.PathLike[str]) -> list[Any]:
    """Run a notebook, and return what stands on each slide: Markdown, objects of advis, or a tuple of both.

    A heading (``#`` to ``###``) or a line ``---`` begins a slide; what is shown joins the slide unless something is
    shown on it already. Where the notebook has slide types of its own, they decide: ``slide`` and ``subslide`` begin
    one, ``skip`` is run and not shown, ``notes`` are for the speaker.

    Parameters
    ----------
    path : str or path
        An ``.ipynb`` of format 4. A cell shows the value of its last line, unless that ends in a semicolon, and what it
        gives to ``display``. Numbers, tables and plots are left out; so are magics (lines that begin with %).

    Raises
    ------
    ValueError
        If the file is no notebook, shows nothing, or a cell fails; the message names the cell and its line.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> cells = [{"cell_type": "markdown", "source": "# A sweep"}, {"cell_type": "code", "source": [
    ...     "import advis as av\\n", "av.trace(lambda a, b: a * b, 2.0, 5.0)"]}]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "lecture.ipynb"
    ...     _ = path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    ...     [(said, type(shown).__name__) for said, shown in items_of(path)]
    [('# A sweep', 'Tape')]
    """
    path = Path(path)
    cells = _cells(path)
    typed = any(_slide_type(cell) for cell in cells)
    slides: list[list[Any]] = []
    for kind, part in _shown(path, cells):
        if not slides or kind in BEGINS or (not typed and _stands_alone(part, slides[-1])):
            slides.append([])
        slides[-1].append(part)
    if not slides:
        raise ValueError(f"{path.name}: no cell has Markdown, or shows an object of advis on its last line")
    return [tuple(slide) if len(slide) > 1 else slide[0] for slide in slides]


def _stands_alone(part: Any, slide: list[Any]) -> bool:
    """Whether what comes next begins a slide where the notebook does not say so."""
    if isinstance(part, str):
        return _HEADING.match(part) is not None
    return any(isinstance(one, Shown) for one in slide)


def _cells(path: Path) -> list[dict[str, Any]]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        cells = read["cells"]
        for cell in cells:
            source = cell["source"]
            cell["source"] = source if isinstance(source, str) else "".join(source)
            cell["cell_type"] + ""
    except (ValueError, TypeError, LookupError):
        raise ValueError(f"{path.name} is no notebook of format 4 (.ipynb)") from None
    return list(cells)


def _slide_type(cell: dict[str, Any]) -> str:
    kind = (cell.get("metadata") or {}).get("slideshow") or {}
    return "" if kind.get("slide_type") in (None, "-") else str(kind["slide_type"])


def _shown(path: Path, cells: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What stands on the slides, Markdown or what the code shows, each with its slide type."""
    with _folder(path):
        space: dict[str, Any] = {"__name__": "notebook"}
        for number, cell in enumerate(cells, 1):
            kind, source = _slide_type(cell), cell["source"]
            if cell["cell_type"] == "code":
                found = [
                    (kind * (k == 0), one) for k, one in enumerate(_run(f"{path.name}: cell {number}", source, space))
                ]
            elif cell["cell_type"] == "markdown":
                pieces = enumerate(re.split(r"^---[ \t]*$", source, flags=re.MULTILINE))
                found = [(kind if k == 0 else "slide", piece.strip()) for k, piece in pieces if piece.strip()]
            else:
                found = []
            if kind == "notes":
                found = [("", f"Note: {part}") for _, part in found if isinstance(part, str)]
            if kind != "skip":
                yield from found


def _run(where: str, source: str, space: dict[str, Any]) -> list[Any]:
    """Run a cell, and return those objects of advis that it shows."""
    shown: list[Any] = []
    space["display"] = lambda *objects, **_: shown.extend(objects)
    name = f"<{where}>"
    code = re.sub(r"^[ \t]*%.*", "", "" if source.startswith("%%") else source, flags=re.MULTILINE)
    linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
    try:
        body = ast.parse(code).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.Module(body, []), name, "exec"), space)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), name, "eval"), space)
                shown += [] if code.rstrip().endswith(";") else [value]
    except Exception as error:
        raise ValueError(f"{where}{_line(error, name)}: {type(error).__name__}: {error}") from error
    return [one for one in shown if isinstance(one, Shown)]


def _line(error: Exception, name: str) -> str:
    """The line of the cell in which an error happened."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    step = error.__traceback__
    while step is not None:
        line = step.tb_lineno if step.tb_frame.f_code.co_filename == name else line
        step = step.tb_next
    return f", line {line}" if line is not None else ""


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Work in the notebook's folder, where its data and modules are, and draw no plot on a screen."""
    before, known, backend = Path.cwd(), list(sys.path), os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "agg"
    sys.path.insert(0, str(path.parent.resolve()))
    os.chdir(path.parent)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = known
        os.environ.pop("MPLBACKEND", None)
        os.environ.update({"MPLBACKEND": backend} if backend else {})
