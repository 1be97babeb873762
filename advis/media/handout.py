"""A handout: Markdown as paragraphs, and of each object a few steps one below the other, as pages of a PDF."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.films.film import Film, State, spelled, state_at
from advis.films.metrics import text_width
from advis.films.theme import COLOURS
from advis.media.deck import slide_parts
from advis.media.figures import Brush, draw
from advis.media.markdown import paragraphs_of
from advis.media.picture import picture
from advis.media.save import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = (595.0, 842.0)  # A4 in points
MARGIN, GUTTER = 50.0, 18.0
WIDTH = PAGE[0] - 2 * MARGIN
WIDE = 560.0  # a drawing with more pixels has the whole width of a page
MOST_HIGH = 230.0  # points of one picture
_SIZES = {"h1": 20.0, "h2": 15.0, "h3": 12.5, "code": 8.5, "math": 13.0, "caption": 8.5}
_BODY = 10.5
_BEFORE = {"code": 0.7, "math": 0.8}  # times the size
_SPACE = 1.42  # between lines, times the size
_WORDS = re.compile(r"\$[^$]+\$\S*|\S+")


def handout(items: Sequence[Any], path: str | os.PathLike[str], title: str = "", steps: int = 4) -> Path:
    r"""Write a PDF to be handed out: text, and of each object its first step, its last and some between them.

    Parameters
    ----------
    items : sequence
        As for `deck`. What follows ``Note:`` is left out.
    path : str or path
        The file, such as ``"lecture.pdf"``.
    title : str, optional
        Stands at the foot of each page.
    steps : int
        The most pictures of one object.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    TypeError
        For an item that cannot be shown; the message says which one, and of what type it is.
    ValueError
        If there is nothing to show, or less than one step is asked for.
    ImportError
        Without the packages of the extra ``slides``.
    OSError
        If the folder is missing or cannot be written; nothing is left half written.

    Examples
    --------
    >>> import tempfile
    >>> import advis as av
    >>> sweep = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     av.handout(["# Reverse mode", sweep], f"{folder}/lecture.pdf", steps=2).name
    'lecture.pdf'
    """
    target = Path(path)
    if target.suffix.lower() != ".pdf":
        raise ValueError(f"handout: path={str(target)!r} does not end in .pdf")
    if not isinstance(steps, (int, np.integer)) or steps < 1:
        raise ValueError(f"handout: steps={steps!r} is no number of steps to show; give 1 or more")
    pages = _Pages(title)
    for _, parts in slide_parts("handout", items):
        for part in parts:
            if part.film is not None:
                pages.film(part.film, part.told, steps)
            elif part.said is not None:
                for kind, text in paragraphs_of(part.said.text):
                    pages.paragraph(kind, text)
    return write_whole(target, pages.pdf(), "handout")


@dataclass(slots=True)
class _Pages:
    """Pages while they fill; ``top`` is how far the current one is filled, in points from its upper edge."""

    title: str
    pages: list[Figure] = field(default_factory=list)
    top: float = PAGE[1]

    def room(self, height: float) -> None:
        """Begin a page if this one has not so much room."""
        from matplotlib.figure import Figure

        if self.pages and self.top + height <= PAGE[1] - MARGIN:
            return
        self.pages.append(Figure(figsize=(PAGE[0] / 72.0, PAGE[1] / 72.0), dpi=72.0, facecolor="white"))
        self.top = MARGIN
        foot = f"{self.title}   {len(self.pages)}" if self.title else str(len(self.pages))
        self.write(foot, PAGE[0] - MARGIN, PAGE[1] - 26.0, 8.5, colour="soft", ha="right")

    def write(self, text: str, left: float, baseline: float, size: float, colour: str = "ink", **looks: Any) -> None:
        place = left / PAGE[0], 1.0 - baseline / PAGE[1]
        looks = {"parse_math": _is_mathematics(text), **looks}
        self.pages[-1].text(*place, text, fontsize=size, color=COLOURS[colour][0], va="baseline", **looks)

    def paragraph(self, kind: str, text: str) -> None:
        size = _SIZES.get(kind, _BODY)
        looks: dict[str, Any] = {"fontweight": "bold"} if kind.startswith("h") else {}
        indent, mark = (14.0, "•") if kind == "li" else (0.0, "")
        if kind == "code":
            looks, lines = {"family": "monospace", "parse_math": False}, text.split("\n")
        else:
            lines = _lines(text, size, WIDTH - indent)
        before = size * _BEFORE.get(kind, 0.9 if kind.startswith("h") else 0.0) * (self.top > MARGIN)
        self.room(
            before + size * _SPACE * (len(lines) if kind != "code" else 1) + (80.0 if looks.get("fontweight") else 0)
        )
        self.top += before
        for k, line in enumerate(lines):
            self.room(size * _SPACE)
            self.top += size * _SPACE
            if mark and not k:
                self.write(mark, MARGIN + 2.0, self.top - size * 0.35, size)
            self.write(line, MARGIN + indent, self.top - size * 0.35, size, **looks)
        self.top += size * (0.25 if kind == "li" else max(0.6, _BEFORE.get(kind, 0.0)))

    def film(self, film: Film, told: str, steps: int) -> None:
        if not any(scene.kind == "drawing" and not scene.block for scene in film.scenes):
            return self.paragraph("code", told)
        shown = [(step, picture(film, step)) for step in some_steps(film.steps, steps)]
        columns = 1 if shown[0][1].width > WIDE or len(shown) == 1 else 2
        wide = (WIDTH - GUTTER * (columns - 1)) / columns
        scale = min(wide / shown[0][1].width, MOST_HIGH / shown[0][1].height, 0.75)
        high = shown[0][1].height * scale
        says = [_lines(_said(film, step), _SIZES["caption"], wide) for step, _ in shown]
        row = high + max(map(len, says)) * _SIZES["caption"] * _SPACE + 16.0
        self.room(row + 26.0)
        self.top += 16.0
        self.write(film.title, MARGIN, self.top, 11.0, fontweight="bold")
        if film.subtitle:
            self.write(film.subtitle, MARGIN + text_width(film.title, 11.0) * 1.12 + 10.0, self.top, 9.0, colour="soft")
        self.top += 10.0
        for first in range(0, len(shown), columns):
            self.room(row)
            for column, (_, seen) in enumerate(shown[first : first + columns]):
                left = MARGIN + column * (wide + GUTTER)
                at = left / PAGE[0], 1.0 - (self.top + high) / PAGE[1], seen.width * scale / PAGE[0], high / PAGE[1]
                axes = self.pages[-1].add_axes(at)
                axes.set_axis_off()
                axes.set_xlim(0.0, seen.width)
                axes.set_ylim(seen.height, 0.0)
                draw(Brush(axes, scale, False), seen.inks)
                for k, line in enumerate(says[first + column], 1):
                    baseline = self.top + high + k * _SIZES["caption"] * _SPACE
                    self.write(line, left, baseline, _SIZES["caption"], colour="soft")
            self.top += row
        self.top += 6.0
        return None

    def pdf(self) -> bytes:
        from matplotlib import rc_context
        from matplotlib.backends.backend_pdf import PdfPages

        held = io.BytesIO()
        with rc_context({"pdf.fonttype": 42}), PdfPages(held, metadata={"CreationDate": None}) as file:
            for page in self.pages:
                file.savefig(page)
        return held.getvalue()


def some_steps(last: int, most: int) -> list[int]:
    """Return the first step, the last and some between them.

    Examples
    --------
    >>> some_steps(10, 4), some_steps(1, 4), some_steps(10, 1)
    ([0, 3, 7, 10], [0, 1], [10])
    """
    if most == 1:
        return [last]
    return sorted({round(k * last / (most - 1)) for k in range(most)})


def _said(film: Film, step: int) -> str:
    return spelled(state_at(film, step).get("say", State()).text)


def _is_mathematics(text: str) -> bool:
    """Whether matplotlib can set the parts of a text between dollar signs."""
    from matplotlib.mathtext import MathTextParser

    if text.count("$") < 2 or text.count("$") % 2:
        return False
    try:
        MathTextParser("agg").parse(text)
    except ValueError:
        return False
    return True


def _lines(text: str, size: float, width: float) -> list[str]:
    """A text in lines of this width; mathematics is not broken."""
    lines: list[list[str]] = [[]]
    along = 0.0
    for word in _WORDS.findall(text):
        seen = re.sub(r"\\[a-zA-Z]+|[{}^_$\\]", "", word) if "$" in word else word
        needed = text_width(seen, size) * 1.08
        if lines[-1] and along + needed > width:
            lines.append([])
            along = 0.0
        lines[-1].append(word)
        along += needed + size * 0.32
    return [" ".join(line) for line in lines if line]
