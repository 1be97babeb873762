"""The page that shows one picture in every medium: ``python -m tests.look_page`` (needs pdflatex and pdftoppm)."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import advis as av
from tests.tools import needs

DOCS = Path(__file__).parent.parent / "docs"
FOLDER = DOCS / "images" / "look"


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def parabola(x: Any) -> Any:
    return x * (1 + x * x) / (2 + x * x * x)


PICTURES: dict[str, tuple[str, Callable[[], Any], int]] = {
    "sweep": ("A step of a reverse sweep", lambda: av.trace(classic, 2.0, 5.0).reverse(), 4),
    "rail": (
        "A product of a chain",
        lambda: av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)]).accumulate("reverse"),
        1,
    ),
    "chart": ("A chart", lambda: av.compare_methods(parabola, 1.5), 3),
}
PANES = ("graph", "say")
WIDTH = 900


def made(name: str, thing: Any, step: int) -> None:
    """Write the picture as SVG, as pixels, and as what LaTeX makes of its TikZ."""
    thing.save(FOLDER / f"{name}.svg", step=step, panes=PANES, theme="light")
    thing.save(FOLDER / f"{name}.png", step=step, panes=PANES, size=WIDTH)
    with tempfile.TemporaryDirectory() as folder:
        thing.save(f"{folder}/f.tex", step=step, panes=PANES)
        command = [needs("pdflatex"), "-interaction=batchmode", "-halt-on-error", "f.tex"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        scale = ["-png", "-singlefile", "-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
        subprocess.run([needs("pdftoppm"), *scale, "f.pdf", FOLDER / f"{name}-tex"], cwd=folder, check=True)


def page() -> str:
    """Return the page."""
    lines = [
        "# One look",
        "",
        "The same picture as SVG, as pixels (PNG, GIF, WebP, MP4), and as TikZ set by LaTeX. They are drawn from",
        "the same inks: places and colours are the same to the last digit, letters are those of each medium's fonts.",
        "Names and quantities are mathematics in LaTeX. This page is made by `python -m tests.look_page`.",
        "",
    ]
    for name, (title, _, _) in PICTURES.items():
        lines += [f"## {title}", ""]
        for medium, file in (("SVG", f"{name}.svg"), ("pixels", f"{name}.png"), ("LaTeX", f"{name}-tex.png")):
            lines += [f"{medium}:", "", f"![{title} as {medium}](images/look/{file})", ""]
    return "\n".join(lines)


def main() -> None:
    """Make the pictures and the page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (_, make, step) in PICTURES.items():
        made(name, make(), step)
    (DOCS / "one-look.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
