"""Write a film to a file; the extension says how. A file is whole or not there at all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from numbers import Real
from pathlib import Path
from typing import Any

from advis.films.draw import NUMBER_SIZE
from advis.films.film import Film
from advis.media.html import page
from advis.media.picture import Picture, check_panes, picture
from advis.media.svg import checked_step, svg, svg_of

STILL, MOVING = ("graph",), ("title", "graph", "say")
"""What pictures show if nothing else is said: a still one stands in a text that tells the rest, a moving one alone."""

WIDEST = 1200.0  # pixels of a moving picture, unless a size is given
PIXELS_PER_INCH = 96.0  # at which a pixel of the drawing is one of the file
QUIET = 2.0  # seconds before a long writing says how far it is


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to look.

    Attributes
    ----------
    steps : sequence of int, optional
        Which steps a moving picture, or a set of files, shows; all if not given.
    size : float or pair of float, optional
        The width in pixels, or the width and height in which the picture must fit.
    theme : {"light", "dark", "auto"}, optional
        ``auto``, for SVG, follows the reader's system.
    fps : float, optional
        Steps a second of what moves; 1 if not given.
    panes : sequence of str, optional
        What is shown: ``title``, ``graph``, ``trace``, ``source``, ``say``.
    font_size : float, optional
        Of the numbers in boxes: in points on paper, in pixels elsewhere. It scales the whole picture.
    dpi : float, optional
        Of a ``.png``; 192 if not given.
    animate : bool, optional
        An ``.svg`` that moves by itself, without scripts.
    beamer : bool, optional
        A ``.tex`` with one frame, whose overlays are the steps.
    """

    steps: Sequence[int] | None = None
    size: float | tuple[float, float] | list[float] | None = None
    theme: str | None = None
    fps: float | None = None
    panes: Sequence[str] | None = None
    font_size: float | None = None
    dpi: float | None = None
    animate: bool | None = None
    beamer: bool | None = None


OPTIONS = tuple(field.name for field in fields(Options))


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written: a film, the same as text, a step (None: the last one, or all), and how."""

    film: Film
    told: str
    step: int | None
    options: Options

    def picture(self, step: int, panes: Sequence[str]) -> Picture:
        """Return a step as a picture."""
        return picture(self.film, step, self.options.panes or panes)

    @property
    def steps(self) -> list[int]:
        """The steps of what shows several."""
        return list(range(self.film.steps + 1)) if self.options.steps is None else list(self.options.steps)

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.options.theme == "dark"

    def scale(self, shown: Picture, otherwise: float) -> float:
        """How much larger than the drawing a picture becomes."""
        if self.options.font_size is not None:
            return self.options.font_size / NUMBER_SIZE
        if self.options.size is None:
            return otherwise
        size = self.options.size
        if isinstance(size, (tuple, list)):
            return float(min(size[0] / shown.width, size[1] / shown.height))
        return size / shown.width

    @property
    def shown(self) -> int:
        """The step of a still picture."""
        return self.film.steps if self.step is None else self.step


Writer = Callable[[Order, Path], None]


def _html(order: Order, path: Path) -> None:
    path.write_bytes(page([(order.film, order.told)], order.film.title, order.step or 0).encode())


def _svg(order: Order, path: Path) -> None:
    options = order.options
    if options.animate:
        from advis.media.animated import animated_svg

        shown = [order.picture(step, MOVING) for step in order.steps]
        text = animated_svg(shown, options.fps or 1.0, options.theme or "auto", order.scale(shown[0], 1.0))
    elif options == Options():
        text = svg(order.film, order.step)
    else:
        still = order.picture(order.shown, STILL)
        text = svg_of(still, options.theme or "auto", order.scale(still, 1.0))
    path.write_bytes(text.encode())


def _pdf(order: Order, path: Path) -> None:
    import matplotlib as mpl

    from advis.media.figures import figure_of

    shown = order.picture(order.shown, STILL)
    scale = order.scale(shown, 1.0) * (PIXELS_PER_INCH / 72.0 if order.options.font_size is not None else 1.0)
    with mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 6}):  # text stays text
        figure_of(shown, order.dark, scale).savefig(path, format="pdf", metadata={"CreationDate": None})


def _png(order: Order, path: Path) -> None:
    from PIL import Image

    from advis.media.raster import pixels

    shown, dpi = order.picture(order.shown, STILL), order.options.dpi or 2 * PIXELS_PER_INCH
    found = pixels(shown, order.scale(shown, dpi / PIXELS_PER_INCH), order.dark)
    Image.fromarray(found).save(path, "PNG", dpi=(dpi, dpi))


def _moving(name: str) -> Writer:
    def write(order: Order, path: Path) -> None:
        from advis.media import moving
        from advis.media.raster import pixels

        steps = order.steps
        first = order.picture(steps[0], MOVING)
        scale = order.scale(first, min(1.0, WIDEST / first.width))
        told = _Progress(path, len(steps))

        def frame(number: int) -> Any:
            told(number)
            return pixels(order.picture(steps[number], MOVING), scale, order.dark)

        try:
            getattr(moving, f"write_{name}")(moving.Reel(len(steps), order.options.fps or 1.0, frame), path)
        finally:
            told.over()

    return write


def _tex(order: Order, path: Path) -> None:
    from advis.media.beamer import beamer
    from advis.media.tikz import PIXEL, tikz

    options, theme = order.options, "dark" if order.dark else "light"
    if options.beamer and (options.size is not None or options.font_size is not None):
        raise ValueError("save: size= and font_size= have no meaning with beamer=True: a picture fills its slide")
    if options.beamer:
        steps = order.steps if order.step is None else [order.step]
        text = beamer(order.film, steps, options.panes or ("graph", "say"), theme)
    else:
        scale = order.scale(order.picture(order.shown, STILL), 1.0)
        size = options.font_size or scale * PIXEL * NUMBER_SIZE
        text = tikz(order.film, order.shown, options.panes or STILL, theme, size)
    path.write_bytes(text.encode())


def _dot(order: Order, path: Path) -> None:
    from advis.media.dot import digraph

    path.write_bytes(digraph(order.film, order.step).source.encode())


def _json(order: Order, path: Path) -> None:
    path.write_bytes(f"{order.film.to_json()}\n".encode())


def _text(order: Order, path: Path) -> None:
    path.write_bytes(f"{order.told}\n".encode())


def _markdown(order: Order, path: Path) -> None:
    """The trace as a table, where the object has one; else its text as it is."""
    written = order.told if order.told.startswith("**") else f"```text\n{order.told}\n```"
    path.write_bytes(f"{written}\n".encode())


@dataclass(frozen=True, slots=True)
class Format:
    """How files of an extension are written, and which options they heed."""

    write: Writer
    heeds: tuple[str, ...] = ()
    whole: bool = False  # it holds the whole film, and takes no step


_STILL_OPTIONS = ("size", "theme", "panes", "font_size")
_MOVING_OPTIONS = ("steps", *_STILL_OPTIONS, "fps")
FORMATS: dict[str, Format] = {
    ".html": Format(_html),
    ".svg": Format(_svg, ("steps", *_STILL_OPTIONS, "fps", "animate")),
    ".pdf": Format(_pdf, ("steps", *_STILL_OPTIONS)),
    ".png": Format(_png, ("steps", *_STILL_OPTIONS, "dpi")),
    ".gif": Format(_moving("gif"), _MOVING_OPTIONS, whole=True),
    ".apng": Format(_moving("apng"), _MOVING_OPTIONS, whole=True),
    ".webp": Format(_moving("webp"), _MOVING_OPTIONS, whole=True),
    ".mp4": Format(_moving("mp4"), _MOVING_OPTIONS, whole=True),
    ".tex": Format(_tex, ("steps", *_STILL_OPTIONS, "beamer")),
    ".dot": Format(_dot, ("steps",)),
    ".json": Format(_json, whole=True),
    ".md": Format(_markdown, whole=True),
    ".txt": Format(_text, whole=True),
}
"""How each kind of file is written: one entry for each extension."""


def save(
    film: Film, told: str, path: str | os.PathLike[str], step: int | None = None, options: Options = Options()
) -> Path | list[Path]:
    """Write a film to a file, or to one file for each step where the name contains ``{step}``.

    Parameters
    ----------
    film : Film
        What to write.
    told : str
        The same as text, for those formats that carry it.
    path : str or path
        The file, such as ``"f.html"``; or one for each step, such as ``"f-{step}.svg"``.
    step : int, optional
        The step of a still picture (the last one if left out), or where the player of a page starts.
    options : Options
        How it is to look.

    Returns
    -------
    Path or list of Path
        What has been written.

    Raises
    ------
    ValueError
        If the extension is not known, there is no such step, or an option has no meaning for this kind of file.
    TypeError
        For the graph of a film that has none.
    OSError
        If the folder is not there or cannot be written to, or ffmpeg is missing; nothing is left half written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Film("sweep", "f", steps=2), "x = 2", f"{folder}/f.json").name
    'f.json'
    """
    target = Path(path)
    kind = _format(target)
    _check(film, target, kind, step, options)
    if "{step}" not in target.name:
        return _written(target, kind, Order(film, told, step, options))
    order, alone = Order(film, told, None, options), replace(options, steps=None)
    names = {k: target.with_name(target.name.replace("{step}", str(k))) for k in order.steps}
    return [_written(name, kind, Order(film, told, k, alone)) for k, name in names.items()]


def _format(path: Path) -> Format:
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(FORMATS)
        raise ValueError(f"save: path={str(path)!r} does not end in a known extension; choose one of {known}") from None


def _check(film: Film, target: Path, kind: Format, step: int | None, options: Options) -> None:
    """Refuse, before anything is written, what has no meaning."""
    extension, each = target.suffix.lower(), "{step}" in target.name
    if step is not None and each:
        raise ValueError(f"save: step={step} and path={str(target)!r} exclude each other; leave out one")
    if kind.whole and (step is not None or each):
        said = f"step={step}" if step is not None else "{step}"
        raise ValueError(f"save: {said}, but a {extension} file holds the whole film; leave it out, or save as .svg")
    checked_step("save", film, step)
    for name in OPTIONS:
        value = getattr(options, name)
        if value is not None and name not in kind.heeds:
            heeded = ", ".join(kind.heeds) or "none"
            raise ValueError(f"save: {name}= has no meaning for a {extension} file; its options are {heeded}")
    _check_values(film, options)
    if options.steps is not None and not each and not kind.whole and not options.animate and not options.beamer:
        raise ValueError(f"save: steps= of a still picture; write {target.stem}-{{step}}{extension}, or step=")


def _check_values(film: Film, options: Options) -> None:
    if options.steps is not None:
        if not len(options.steps):
            raise ValueError(f"save: steps={options.steps!r} is empty; choose from 0 to {film.steps}")
        for step in options.steps:
            checked_step("save", film, step)
    if options.theme not in (None, "light", "dark", "auto"):
        raise ValueError(f"save: theme={options.theme!r} is not known; choose 'light', 'dark' or, for .svg, 'auto'")
    if isinstance(options.size, (tuple, list)) and len(options.size) != 2:
        raise ValueError(f"save: size={options.size!r} must be a width, or a width and a height")
    sizes = options.size if isinstance(options.size, (tuple, list)) else (options.size,)
    others = [(name, getattr(options, name)) for name in ("fps", "font_size", "dpi")]
    for name, value in [*(("size", value) for value in sizes), *others]:
        if value is not None and not (isinstance(value, Real) and 0 < float(value) < 100_000):
            raise ValueError(f"save: {name}={getattr(options, name)!r} must be positive")
    if options.panes is not None:
        check_panes(options.panes, caller="save")


def _written(path: Path, kind: Format, order: Order) -> Path:
    with whole(path) as part:
        kind.write(order, part)
    return path


class _Progress:
    """Says on a terminal or in a notebook how far a long writing is; stays silent in CI."""

    def __init__(self, path: Path, count: int) -> None:
        self.name, self.count, self.began = path.name, count, time.monotonic()
        self.talks = not os.environ.get("CI") and (sys.stderr.isatty() or "ipykernel" in sys.modules)
        self.said = False

    def __call__(self, number: int) -> None:
        if self.talks and time.monotonic() - self.began > QUIET:
            print(f"\rsave: step {number + 1} of {self.count}", end="", file=sys.stderr, flush=True)
            self.said = True

    def over(self) -> None:
        if self.said:
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)


def write_whole(path: Path, content: bytes, caller: str = "save") -> Path:
    """Write bytes to a file that is whole or not there."""
    with whole(path, caller) as part:
        part.write_bytes(content)
    return path


@contextmanager
def whole(path: Path, caller: str = "save") -> Iterator[Path]:
    """Give a file beside the wanted one to write to, and put it in place at the end: no reader meets half a file."""
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        if str(error).startswith(f"{caller}: "):
            raise
        raise _explained(caller, path, error) from error
    finally:
        part.unlink(missing_ok=True) if path.parent.is_dir() else None


def _explained(caller: str, path: Path, error: OSError) -> OSError:
    """The same kind of error, in words that say which folder it is and what to do."""
    folder = str(path.parent)
    if not path.parent.is_dir():
        return type(error)(f"{caller}: path={str(path)!r}: there is no folder {folder!r}; create it, or choose another")
    if path.is_dir():
        return type(error)(f"{caller}: path={str(path)!r} is a folder; give the name of a file in it")
    reason = (error.strerror or "it failed").lower()
    where = f"{caller}: path={str(path)!r}"
    return type(error)(f"{where}: cannot write in the folder {folder!r} ({reason}); choose another")
