"""What is installed here, and what each format needs: for the reader whose file could not be written."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

REQUIRED = ("numpy", "matplotlib", "graphviz", "ipywidgets", "anywidget", "contourpy")
"""Packages without which advis is not whole; they come with it."""

OPTIONAL = {
    "pillow": ".png, .gif, .apng and .webp files; it comes with matplotlib",
    "markdown-it-py": "decks and handouts; pip install advis-notebook[slides] has all they need",
    "jupyterlab": "notebooks",
    "nbconvert": "pages and slides from notebooks",
    "sympy": "av.compare_methods(…, symbolic=True)",
}
PROGRAMS = {
    "dot": 'engine="dot", and rendering .dot files; part of Graphviz',
    "ffmpeg": ".mp4 files",
    "pdflatex": "compiling .tex files; part of TeX Live",
    "chromium": "printing decks to PDF",
}
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((".html", ".svg", ".json", ".md", ".txt", ".dot", ".tex"), ()),
    ".pdf": ("matplotlib",),
    **dict.fromkeys((".png", ".gif", ".apng", ".webp"), ("matplotlib", "pillow")),
    ".mp4": ("matplotlib", "ffmpeg"),
}
"""What writing a file of each kind needs, beside advis and NumPy."""


def report(extensions: Sequence[str]) -> tuple[str, bool]:
    """Return what is installed and which of some formats can be written, as text, and whether advis is whole.

    Examples
    --------
    >>> told, whole = report([".svg"])
    >>> told.splitlines()[-1].split(), whole
    (['.svg', 'ready'], True)
    """
    lines = [
        f"advis {_version('advis-notebook') or '(not installed as a package)'}, Python {platform.python_version()}"
    ]
    lines += ["", "packages", *(_line(name, _version(name) or f"MISSING: pip install {name}") for name in REQUIRED)]
    lines += [_line(name, _version(name) or "no", use) for name, use in OPTIONAL.items()]
    lines += ["", "programs", *(_line(name, shutil.which(name) or "no", use) for name, use in PROGRAMS.items())]
    lines += ["", "formats", *(_line(extension, _state(extension)) for extension in extensions)]
    return "\n".join(lines), all(map(_version, REQUIRED))


def _state(extension: str) -> str:
    lacking = [name for name in NEEDS.get(extension, ()) if not _is_here(name)]
    return f"needs {', '.join(lacking)}" if lacking else "ready"


def _is_here(name: str) -> bool:
    return bool(shutil.which(name) if name in PROGRAMS else _version(name))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _line(name: str, state: str, use: str = "") -> str:
    return f"  {name:12} {state:24} {use and f'for {use}'}".rstrip()
