"""Pictures as pixels: inks painted by matplotlib's Agg renderer, letters as outlines, so that any size is sharp.

The renderer is used without figures and artists: a picture of 60 boxes then takes a tenth of the time. A film's frames
are painted one after the other, and none is kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.films.film import Ink
from advis.films.theme import COLOURS, SPANS, look
from advis.media.picture import Picture
from advis.media.svg import printable

if TYPE_CHECKING:
    from matplotlib.path import Path

_SPAN_LOOKS = {name: dict(pair.split(":", 1) for pair in style.split(";")) for name, style in SPANS}
BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""Which part of a text stands before its place."""
_UNIT = 100.0  # letters are outlined at this size once, and scaled


def pixels(shown: Picture, scale: float = 1.0, dark: bool = False) -> np.ndarray:
    """Return a picture as an array of red, green and blue, shape (height, width, 3), of bytes.

    Parameters
    ----------
    shown : Picture
    scale : float
        Pixels for each pixel of the drawing: 2 is twice as wide and high.
    dark : bool
        Colours on a dark ground.

    Examples
    --------
    >>> bar = Ink("tiles", "bar", (2.0, 2.0, 4.0, 4.0))
    >>> found = pixels(Picture(8.0, 6.0, (bar,), "", ""))
    >>> found.shape, found.dtype, found[0, 0].tolist()
    ((6, 8, 3), dtype('uint8'), [255, 255, 255])
    """
    from matplotlib.backends.backend_agg import RendererAgg

    width, height = round(shown.width * scale), round(shown.height * scale)
    agg: Any = RendererAgg
    painter = _Painter(agg(width, height, 72.0), scale, float(height), dark)
    painter.renderer.clear()
    painter.ground(width, height)
    for ink in shown.inks:
        painter.draw(ink)
    return np.asarray(painter.renderer.buffer_rgba())[..., :3].copy()


class _Painter:
    """Draws inks; y runs downwards in pictures and upwards in the renderer."""

    def __init__(self, renderer: Any, scale: float, height: float, dark: bool) -> None:
        self.renderer, self.scale, self.height, self.dark = renderer, scale, height, dark

    def ground(self, width: int, height: int) -> None:
        self._paint(
            _rectangle(0.0, 0.0, width / self.scale, height / self.scale), {"fill": COLOURS["paper"][self.dark]}
        )

    def draw(self, ink: Ink) -> None:
        style = look(ink.role, self.dark)
        if style.get("display") == "none":
            return
        if ink.tag == "text":
            self._text(ink, style)
        elif ink.tag == "rect":
            self._paint(_rounded(*ink.at), style)
        elif ink.tag == "tiles":
            for left, top, width, height in zip(*[iter(ink.at)] * 4, strict=True):
                self._paint(_rectangle(left, top, width, height), style)
        else:
            self._paint(_curve(ink.at) if ink.tag == "path" else _strokes(ink.at), style)

    def _paint(self, path: Path, style: dict[str, str], transform: Any = None) -> None:
        from matplotlib.transforms import Affine2D

        fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
        place = (transform or Affine2D()).scale(self.scale, -self.scale).translate(0.0, self.height)
        outline = self._pen(stroke, style) if stroke != "none" else None
        under = style.get("paint-order") == "stroke"
        if outline and under:
            self.renderer.draw_path(outline, path, place)
        if fill != "none":
            brush = self._pen(fill, {"stroke-width": "0"})
            brush.set_alpha(float(style.get("fill-opacity", "1")))
            self.renderer.draw_path(brush, path, place, _rgb(fill))
        if outline and not under:
            self.renderer.draw_path(outline, path, place)

    def _pen(self, colour: str, style: dict[str, str]) -> Any:
        pen = self.renderer.new_gc()
        pen.set_foreground(_rgb(colour), isRGBA=False)
        pen.set_linewidth(float(style.get("stroke-width", "1").removesuffix("px")) * self.scale)
        pen.set_capstyle(style.get("stroke-linecap", "butt"))
        pen.set_joinstyle(style.get("stroke-linejoin", "miter"))
        pen.set_alpha(float(style.get("stroke-opacity", "1")))
        pen.set_snap(False)
        dashes = style.get("stroke-dasharray")
        if dashes:
            pen.set_dashes(0.0, [float(part) * self.scale for part in dashes.split()])
        return pen

    def _text(self, ink: Ink, style: dict[str, str]) -> None:
        from matplotlib.transforms import Affine2D

        pieces = runs(ink, style, self.dark)
        x = ink.at[0] - BEFORE[ink.anchor] * sum(width for *_, width in pieces)
        for part, own, width in pieces:
            path, _ = _outline(part, *font(own))
            scale = size(own) / _UNIT
            self._paint(path, own, Affine2D().scale(scale, -scale).translate(x, ink.at[1]))
            x += width


def runs(ink: Ink, style: dict[str, str], dark: bool) -> list[tuple[str, dict[str, str], float]]:
    """Return the pieces of a text, each with its look and its width in pixels of the drawing."""
    found = [(printable(part), _styled(style, role, dark)) for role, part in ink.spans if part]
    return [(part, own, _outline(part, *font(own))[1] * size(own)) for part, own in found]


def size(style: dict[str, str]) -> float:
    """Return the size of the letters of a look."""
    return float(style.get("font-size", "13px").removesuffix("px"))


def _styled(style: dict[str, str], role: str, dark: bool) -> dict[str, str]:
    """The look of a piece of a text; a size in em is relative to the text's."""
    own = dict(style)
    for name, value in _SPAN_LOOKS.get(role, {}).items():
        own[name] = COLOURS[value[1:]][dark] if value.startswith("@") else value
    if own.get("font-size", "").endswith("em"):
        own["font-size"] = f"{size(style) * float(own['font-size'].removesuffix('em'))}px"
    return own


def font(style: dict[str, str]) -> tuple[str, bool, bool]:
    """Return family, and whether bold or italic: fonts that come with matplotlib, the same on every machine."""
    family = style.get("font-family", "")
    mono, serif = "monospace" in family, family.startswith("Georgia")
    name = "DejaVu Sans Mono" if mono else "DejaVu Serif" if serif else "DejaVu Sans"
    return name, style.get("font-weight") in ("600", "700"), style.get("font-style") == "italic"


@lru_cache(maxsize=4096)
def _outline(text: str, family: str, bold: bool, italic: bool) -> tuple[Path, float]:
    """A text as one path at the unit size, and its width there, over the size."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=family, weight="bold" if bold else "normal", style="italic" if italic else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font.copy(), ismath=False)
    points, codes = text_to_path.get_text_path(font, text, ismath=False)
    points = np.array(points, float).reshape(-1, 2) * (_UNIT / text_to_path.FONT_SCALE)
    return Path(points, np.array(codes, np.uint8)) if len(points) else Path(points), width / font.get_size_in_points()


@lru_cache(maxsize=256)
def _rgb(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))  # type: ignore[return-value]


# -- shapes


def _rectangle(left: float, top: float, width: float, height: float) -> Path:
    from matplotlib.path import Path

    right, bottom = left + width, top + height
    return Path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], closed=True)


def _rounded(left: float, top: float, width: float, height: float, radius: float) -> Path:
    """A rectangle with round corners; each is a quadratic curve."""
    from matplotlib.path import Path

    r = min(radius, width / 2, height / 2)
    if not r:
        return _rectangle(left, top, width, height)
    right, bottom, k = left + width, top + height, 0.45 * r  # of a circle: (1 - 0.5523) r from the corner
    points = [
        *((left + r, top), (right - r, top), (right - k, top), (right, top + k), (right, top + r)),
        *((right, bottom - r), (right, bottom - k), (right - k, bottom), (right - r, bottom)),
        *((left + r, bottom), (left + k, bottom), (left, bottom - k), (left, bottom - r)),
        *((left, top + r), (left, top + k), (left + k, top), (left + r, top), (left + r, top)),
    ]
    corner = [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path(points, [Path.MOVETO, *corner * 4, Path.CLOSEPOLY])


def _curve(at: tuple[float, ...]) -> Path:
    from matplotlib.path import Path

    points = list(zip(at[::2], at[1::2], strict=True))
    return Path(points, [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)])


def _strokes(at: tuple[float, ...]) -> Path:
    from matplotlib.path import Path

    points = list(zip(at[::2], at[1::2], strict=True))
    codes = [Path.MOVETO if k % 2 == 0 and points[k] != points[k - 1] else Path.LINETO for k in range(len(points))]
    return Path(points, [Path.MOVETO, *codes[1:]])
