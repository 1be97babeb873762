"""Matrices to scale: a rectangle for each, with its entries and numbers if it is small, else shaded by magnitude."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from advis.autodiff.numbers import PICTURE, minus, number
from advis.films.film import Ink, Spans
from advis.films.metrics import shortened, text_width

CELL = 58.0  # the side of an entry that shows its name and its number
MOST_NAMED = 6  # rows or columns of a chain whose entries are shown by name
LONGEST = 230.0  # of a rectangle
THINNEST = 4.0  # of a row or a column: a vector is still seen
MOST_TILES = 20  # a larger matrix is shaded in blocks
SHADES = 5
ODD = SHADES + 1  # the level of what is not finite
APART = 60.0  # where sides differ more, their scale is logarithmic
CAPTION_SIZE, SIZE_SIZE = 15.0, 12.5


@dataclass(frozen=True, slots=True)
class Scale:
    """How long a side of so many entries is drawn: one scale for a whole picture.

    Attributes
    ----------
    unit : float
        Pixels for an entry; on a logarithmic scale, for each factor of two.
    logarithmic : bool
    """

    unit: float
    logarithmic: bool = False

    def length(self, entries: int) -> float:
        """Return the length of a side.

        Examples
        --------
        >>> Scale(2.0).length(50), Scale(2.0).length(1), Scale(20.0, True).length(3)
        (100.0, 4.0, 40.0)
        """
        if not entries:
            return 0.0
        length = self.unit * (math.log2(1 + entries) if self.logarithmic else entries)
        return round(max(length, THINNEST), 2)

    @property
    def named(self) -> bool:
        """Whether there is room for the name and the number of each entry."""
        return not self.logarithmic and self.unit >= CELL


def scale_for(sizes: Sequence[int], longest: float = 0.0) -> Scale:
    """Return the scale for matrices whose sides have these sizes; the longest side may be given.

    Examples
    --------
    >>> scale_for([1, 3, 2]).named, scale_for([1, 4, 50, 20, 10]).unit, scale_for([10, 784]).logarithmic
    (True, 4.6, True)
    """
    there = [size for size in sizes if size > 0] or [1]
    most, several = max(there), [size for size in there if size > 1] or [1]
    if not longest and most <= MOST_NAMED and sum(sizes) <= 3 * MOST_NAMED:
        return Scale(CELL)
    longest = longest or LONGEST
    # a vector may be drawn a little thicker than it is, but not many times
    if most / min(several) > APART or most / min(there) > longest:
        return Scale(_short(longest / math.log2(1 + most)), logarithmic=True)
    return Scale(_short(min(longest / most, 30.0)))


def _short(unit: float) -> float:
    return float(f"{unit:.4g}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A matrix as it is drawn.

    Attributes
    ----------
    name : str
        ``∂b/∂a``.
    shape : tuple of int
    matrix : ndarray or None
    rows, columns : tuple of str
        The names of the entries, for small ones.
    """

    name: str
    shape: tuple[int, int]
    matrix: np.ndarray | None = None
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def sheet_inks(sheet: Sheet, centre: tuple[float, float], scale: Scale, room: float, note: str = "") -> tuple[Ink, ...]:
    """Return the inks of a matrix around a centre: rectangle, entries or shades, and its name and size below."""
    width, height = scale.length(sheet.shape[1]), scale.length(sheet.shape[0])
    left, top = round(centre[0] - width / 2, 2), round(centre[1] - height / 2, 2)
    radius = 2.0 if min(width, height) > 12 else 1.0
    below = top + height
    size = " · ".join(part for part in (_size_text(sheet), note, odd_entries(sheet.matrix)) if part)
    return (
        Ink("rect", "sheet", (left, top, width, height, radius)),
        *_inside(sheet, (left, top, width, height), scale),
        Ink(
            "text",
            "caption",
            (centre[0], below + 21),
            _caption(sheet, room),
            "middle",
        ),
        Ink("text", "size", (centre[0], below + 38), (("", size),), "middle"),
    )


def _caption(sheet: Sheet, room: float) -> Spans:
    """The name, in italics if it is one of mathematics."""
    role = "name" if "∂" in sheet.name or len(sheet.name) < 3 else ""
    return ((role, shortened(sheet.name, CAPTION_SIZE, room)),)


def _inside(sheet: Sheet, at: tuple[float, float, float, float], scale: Scale) -> list[Ink]:
    if not min(sheet.shape):
        return []
    if scale.named:
        return _entries(sheet, at)
    return shades(sheet.matrix, at) if sheet.matrix is not None else []


def _entries(sheet: Sheet, at: tuple[float, float, float, float]) -> list[Ink]:
    """Lines between the entries, and in each its name and its number."""
    left, top, width, height = at
    rows, columns = sheet.shape
    inks = []
    strokes = [x for k in range(1, rows) for x in (left, top + CELL * k, left + width, top + CELL * k)]
    strokes += [x for k in range(1, columns) for x in (left + CELL * k, top, left + CELL * k, top + height)]
    if strokes:
        inks.append(Ink("lines", "grid", tuple(strokes)))
    for i in range(rows):
        for j in range(columns):
            x, y = left + CELL * (j + 0.5), top + CELL * i
            name = shortened(_entry_name(sheet, i, j), 12.0, CELL - 2)
            inks.append(Ink("text", "entry", (x, y + 22), (("", name),), "middle"))
            if sheet.matrix is not None:
                inks.append(Ink("text", "figure", (x, y + 42), (("", _figure(sheet.matrix[i, j])),), "middle"))
    return inks


def _entry_name(sheet: Sheet, i: int, j: int) -> str:
    """∂b₁/∂x₂; of a tangent the name of what moves, b₁; of an adjoint that of what it is the adjoint of."""
    row, column = sheet.rows[i] if sheet.rows else "", sheet.columns[j] if sheet.columns else ""
    return (f"∂{row}/∂{column}" if row and column else row or column).translate(_LOW)


_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _figure(value: complex) -> str:
    """A number in an entry: with as many digits as there is room for, at most four."""
    for digits in (PICTURE, 3, 2, 1):
        said = minus(number(value, digits))
        if text_width(said, 13.0) <= CELL - 9:
            break
    return said


def shades(matrix: np.ndarray, at: tuple[float, float, float, float], most: float = 0.0) -> list[Ink]:
    """Return tiles over a matrix, darker where its entries are larger; zeros stay empty. ``most`` is the darkest."""
    levels = shade_levels(matrix, most)
    left, top, width, height = at
    high, wide = height / levels.shape[0], width / levels.shape[1]
    tiles: dict[int, list[float]] = {}
    for i, row in enumerate(levels.tolist()):
        place = 0
        for level, run in groupby(row):
            count = len(list(run))
            if level:
                tiles.setdefault(level, []).extend((left + wide * place, top + high * i, wide * count, high))
            place += count
    odd = tiles.pop(ODD, [])
    inks = [Ink("tiles", f"shade s{level}", tuple(round(x, 2) for x in tiles[level])) for level in sorted(tiles)]
    return inks + _crossed(odd) if odd else inks


def _crossed(odd: Sequence[float]) -> list[Ink]:
    """Tiles of what is not finite: framed, with a stroke from corner to corner."""
    places = zip(*[iter(odd)] * 4, strict=True)
    strokes = [v for left, top, width, height in places for v in (left, top + height, left + width, top)]
    return [
        Ink("tiles", "odd", tuple(round(x, 2) for x in odd)),
        Ink("lines", "odd stroke", tuple(round(x, 2) for x in strokes)),
    ]


def odd_entries(matrix: np.ndarray | None) -> str:
    """Return how many entries are not finite, in words; nothing if all are."""
    count = 0 if matrix is None else int(np.size(matrix) - np.count_nonzero(np.isfinite(matrix)))
    return f"{count:,} not finite" if count else ""


def in_a_row(sheets: Sequence[Sheet], scale: Scale, left: float, gap: float) -> list[float]:
    """Return the centre of each of several matrices beside each other, with room for their names."""
    centres = []
    for sheet in sheets:
        words = max(text_width(sheet.name, CAPTION_SIZE), text_width(_size_text(sheet), SIZE_SIZE))
        room = max(scale.length(sheet.shape[1]), words)
        centres.append(round(left + room / 2, 2))
        left += room + gap
    return centres


def _size_text(sheet: Sheet) -> str:
    return f"{sheet.shape[0]:,} × {sheet.shape[1]:,}"


def shade_levels(matrix: np.ndarray, most: float = 0.0) -> np.ndarray:
    """Return the shade of each entry, or of each block of a larger matrix: 0 for zero, else 1 to 5 by magnitude.

    6 says that an entry is not finite.

    Examples
    --------
    >>> shade_levels(np.array([[0.0, 1.0], [-5.0, 2.5]])).tolist()
    [[0, 1], [5, 3]]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = np.abs(np.asarray(matrix, dtype=np.result_type(matrix, float)))
    sizes = np.where(np.isfinite(sizes), sizes, np.inf)
    for axis in (0, 1):
        count = sizes.shape[axis]
        if count > MOST_TILES:
            starts = np.linspace(0, count, MOST_TILES, endpoint=False).astype(int)
            sizes = np.maximum.reduceat(sizes, starts, axis=axis)
    finite = np.isfinite(sizes)
    most = most or float(sizes.max(initial=0.0, where=finite))
    shares = np.divide(sizes, most, out=np.zeros_like(sizes), where=finite & (most > 0))
    return np.where(finite, np.ceil(SHADES * shares), ODD).astype(int)
