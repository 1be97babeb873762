"""A film as a notebook's output whose steps are the fragments of a slide, for reveal.js under nbconvert or Quarto."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advis.films.film import Film
from advis.media.deck import PANES, PANES_SHOWN, stepped
from advis.media.picture import check_panes
from advis.media.player import needs_of, slides_module


@dataclass(frozen=True, slots=True)
class Slides:
    """What `Shown.slides` returns: in a notebook a player, on slides a picture that follows the arrow keys.

    Attributes
    ----------
    film : Film
    told : str
        The same as text.
    panes : sequence of {"graph", "trace", "source", "say"}
        What is shown on a slide.

    Examples
    --------
    >>> shown = Slides(Film("tape", "f", steps=2), "x = 2")
    >>> shown
    x = 2
    >>> shown._repr_mimebundle_()["text/html"].count('class="fragment"')
    2
    """

    film: Film
    told: str
    panes: Sequence[str] = PANES_SHOWN

    def __post_init__(self) -> None:
        check_panes(self.panes, PANES, "slides")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """For notebooks, and for what makes slides of them."""
        start = f'present(STYLE, "{self.film.digest}");\n'
        script = f'<script type="module">\n{slides_module(needs_of([self.film]))}{start}</script>\n'
        html = stepped(self.film, self.told, self.panes) + script
        return {"text/html": html, "text/plain": f"{self.told}\n[film {self.film.digest}]"}

    def __repr__(self) -> str:
        return self.told
