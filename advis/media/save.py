"""Write a film to a file; the extension says how. A file is whole or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from advis.films.film import Film
from advis.media.html import page
from advis.media.svg import checked_step, svg

Writer = Callable[[Film, str, int | None], bytes]
"""From a film, its text and a step (None: the whole film, or the last step of a still picture) to a file's bytes."""


def _html(film: Film, told: str, step: int | None) -> bytes:
    return page([(film, told)], film.title, step or 0).encode()


def _svg(film: Film, told: str, step: int | None) -> bytes:
    return svg(film, step).encode()


def _json(film: Film, told: str, step: int | None) -> bytes:
    if step is not None:
        raise ValueError(f"save: step={step}, but a .json file holds the whole film; leave step out, or save as .svg")
    return f"{film.to_json()}\n".encode()


WRITERS: dict[str, Writer] = {".html": _html, ".svg": _svg, ".json": _json}
"""How each kind of file is written: one entry for each extension."""


def save(film: Film, told: str, path: str | os.PathLike[str], step: int | None = None) -> Path | list[Path]:
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

    Returns
    -------
    Path or list of Path
        What has been written.

    Raises
    ------
    ValueError
        If the extension is not known, or there is no such step.
    OSError
        If the folder is not there or cannot be written to; nothing is left half written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Film("sweep", "f", steps=2), "x = 2", f"{folder}/f.json").name
    'f.json'
    """
    target = Path(path)
    writer = _writer(target)
    if "{step}" not in target.name:
        checked_step("save", film, step)
        return write_whole(target, writer(film, told, step))
    if step is not None:
        raise ValueError(f"save: step={step} and path={os.fspath(path)!r} exclude each other; leave out one")
    names = [target.with_name(target.name.replace("{step}", str(k))) for k in range(film.steps + 1)]
    return [write_whole(name, writer(film, told, k)) for k, name in enumerate(names)]


def _writer(path: Path) -> Writer:
    try:
        return WRITERS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(WRITERS)
        raise ValueError(f"save: path={str(path)!r} does not end in a known extension; choose one of {known}") from None


def write_whole(path: Path, content: bytes, caller: str = "save") -> Path:
    """Write beside the file first and then put it in place, so that no reader meets half a file."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise _explained(caller, path, error) from error
    finally:
        part.unlink(missing_ok=True) if path.parent.is_dir() else None
    return path


def _explained(caller: str, path: Path, error: OSError) -> OSError:
    """The same kind of error, in words that say which folder it is and what to do."""
    folder = str(path.parent)
    if not path.parent.is_dir():
        return type(error)(f"{caller}: path={str(path)!r}: there is no folder {folder!r}; create it, or choose another")
    if path.is_dir():
        return type(error)(f"{caller}: path={str(path)!r} is a folder; give the name of a file in it")
    reason = (error.strerror or "it failed").lower()
    return type(error)(
        f"{caller}: path={str(path)!r}: cannot write in the folder {folder!r} ({reason}); choose another"
    )
