"""Write docs/gallery.md and its pictures: ``python -m tests.gallery_page``."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.pictures import PICTURES, Picture

DOCS = Path(__file__).parents[1] / "docs"
FOLDER = DOCS / "images" / "gallery"
HEAD = f"""# Gallery

{len(PICTURES)} pictures, each with its code. In a notebook each is a player; here one of its steps stands still. The
code of a picture needs `import numpy as np`, `import advis as av`, and what stands before it in its chapter.
`python -m tests.gallery_page` writes this page, and a test runs it.
"""


def text() -> str:
    """Return the page."""
    chapters: dict[str, list[Picture]] = {}
    for one in PICTURES:
        chapters.setdefault(one.chapter, []).append(one)
    parts = [HEAD, *(f"* [{chapter}](#{anchor(chapter)})" for chapter in chapters)]
    for chapter, pictures in chapters.items():
        parts.append(f"\n## {chapter}")
        known: set[Callable[..., Any]] = set()
        for one in pictures:
            parts.append(entry(one, [function for function in one.uses if function not in known]))
            known |= {*one.uses}
    return "\n".join(parts) + "\n"


def anchor(heading: str) -> str:
    """Return what a heading is called in a link."""
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c == "-")


def entry(one: Picture, fresh: Sequence[Callable[..., Any]]) -> str:
    """Return the part of the page that shows one picture, with those functions that its chapter has not shown yet."""
    title = one.make.__name__.replace("_", " ").capitalize()
    code = "\n\n\n".join([*map(source, fresh), source(one.make, docstring=False)])
    said = f"\n### {title}\n\n{one.make.__doc__}\n\n![{title}](images/gallery/{one.name}.svg)\n"
    return f"{said}\n```python\n{code}\n\n\n{saved(one)}\n```"


def saved(one: Picture) -> str:
    """Return the line that writes the picture."""
    options = {"step": one.step} if one.step is not None else {}
    options |= one.options | ({"panes": one.panes} if one.panes != ("graph",) else {})
    given = "".join(f", {name}={value!r}".replace("'", '"') for name, value in options.items())
    return f'{one.make.__name__}().save("{one.name}.svg"{given})'


def source(function: Callable[..., Any], docstring: bool = True) -> str:
    """Return the text of a function, without decorators and, if it is said elsewhere, without docstring."""
    lines = dedent(inspect.getsource(function)).rstrip().split("\n")
    (tree,) = ast.parse("\n".join(lines)).body
    assert isinstance(tree, ast.FunctionDef)
    first, rest = tree.body[0], tree.lineno - 1
    if not docstring and ast.get_docstring(tree):
        lines[first.lineno - 1 : first.end_lineno] = []
        while len(lines) > first.lineno - 1 and not lines[first.lineno - 1]:
            del lines[first.lineno - 1]
    return "\n".join(lines[rest:])


def files() -> dict[Path, str]:
    """Return everything that stands in the docs, by its path."""
    return {DOCS / "gallery.md": text()} | {FOLDER / f"{one.name}.svg": one.svg() for one in PICTURES}


def main() -> None:
    """Write the page and its pictures, and remove what no picture draws."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, content in (written := files()).items():
        path.write_text(content, encoding="utf-8")
    for path in {*FOLDER.iterdir()} - {*written}:
        path.unlink()


if __name__ == "__main__":
    main()
