"""Write docs/layout.md and its pictures, ours beside those of Graphviz's ``dot``: ``python -m tests.layout_page``."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import advis as av
from advis.films.film import Box, Edge, Film
from advis.films.layout import Layout
from advis.media.svg import svg
from tests.benchmarks import layout_quality as quality
from tests.gallery import GALLERY

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "images" / "layout"
DETAILED = 60
ENGINES = ("layered", "dot")
HEAD = """# Layout, beside dot's

The programs of the gallery (`tests/gallery.py`), drawn by the built-in layout and with the positions of Graphviz's
`dot` (`engine="dot"`). Boxes, labels and colours are the same; only places and curves differ. Pictures of more than
60 boxes are outlines. `python -m tests.layout_page` writes this page; dot's side depends on its version.

A cell is ours / dot's. *Length* is that of all curves; *area* that of the picture.
"""


def drawn(name: str, engine: str) -> Film:
    """Return the picture of a program of the gallery."""
    function, arguments = GALLERY[name]
    return av.trace(function, *arguments).film(engine=engine)


def picture(film: Film) -> str:
    """Return the SVG that stands on the page."""
    boxes = sum(isinstance(mark, Box) for mark in film.scene("graph").marks)
    return svg(film, outline=boxes > DETAILED)


def measured(film: Film) -> tuple[int, float, float]:
    """Return the crossings, the length of all curves and the area of a picture."""
    graph = film.scene("graph")
    boxes = tuple(mark.at[:2] for mark in graph.marks if isinstance(mark, Box))
    curves = tuple(mark.path for mark in graph.marks if isinstance(mark, Edge))
    layout = Layout(graph.width, graph.height, boxes, curves, ())
    return quality.crossings(layout), quality.total_length(layout), graph.width * graph.height


def ratios(ours: tuple[int, float, float], dots: tuple[int, float, float]) -> tuple[float, float, float]:
    """Return ours over dot's, with 1 added to both counts of crossings, since there may be none."""
    return (ours[0] + 1) / (dots[0] + 1), ours[1] / dots[1], ours[2] / dots[2]


def row(name: str, boxes: int, ours: tuple[int, float, float], dots: tuple[int, float, float]) -> str:
    """Return a line of the table."""
    _, length, area = ratios(ours, dots)
    return f"| [{name}](#{name}) | {boxes} | {ours[0]} / {dots[0]} | {length:.2f} | {area:.2f} |"


def main() -> None:
    """Draw everything, and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    rows, shown, all_ratios = [], [], []
    for name in GALLERY:
        films = [drawn(name, engine) for engine in ENGINES]
        for engine, film in zip(ENGINES, films, strict=True):
            (PICTURES / f"{name}-{engine}.svg").write_text(picture(film), encoding="utf-8")
        ours, dots = map(measured, films)
        all_ratios.append(ratios(ours, dots))
        boxes = sum(isinstance(mark, Box) for mark in films[0].scene("graph").marks)
        rows.append(row(name, boxes, ours, dots))
        shown.append(f"## {name}\n\n| ours | dot's |\n|---|---|\n{_pair(name)}\n")
    medians = [f"{median(column):.2f}" for column in zip(*all_ratios, strict=True)]
    table = ["| program | boxes | crossings | length | area |", "|---|---:|---:|---:|---:|", *rows]
    table.append(f"| median of ratios | | {' | '.join(medians)} |")
    (DOCS / "layout.md").write_text("\n".join([HEAD, *table, "", *shown]), encoding="utf-8")


def _pair(name: str) -> str:
    ours, dots = (f"![{name}, {engine}](images/layout/{name}-{engine}.svg)" for engine in ENGINES)
    return f"| {ours} | {dots} |"


if __name__ == "__main__":
    main()
