"""A film as a live widget: step, speed, playing and selection are shared between the notebook and its kernel."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import anywidget
import traitlets

from advis.films.film import SCHEMA, Film
from advis.media.player import Needs, needs_of, widget_module


class FilmWidget(anywidget.AnyWidget):
    """A player that the kernel can watch and drive.

    Parameters
    ----------
    film : Film
        What to show.
    text : str
        The same as text; it stands in the widget's ``text/plain``.

    Attributes
    ----------
    film : str
        The film as JSON.
    step : int
        The step that is shown.
    playing : bool
        Whether the film runs.
    speed : float
        1.0 is about one step a second.
    selected : str
        The key of what is outlined, such as ``"n3"``, or ``""``.
    tab : str
        Which of several ways to play the film is shown, such as ``"reverse"``; ``""`` where there is one way only.

    Examples
    --------
    >>> widget = FilmWidget(Film("sweep", "f", steps=4), "x = 2")
    >>> widget.step = 3
    >>> print(widget)  # doctest: +ELLIPSIS
    x = 2
    step 3 of 4 · film ...
    """

    film = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    speed = traitlets.Float(1.0).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    tab = traitlets.Unicode("").tag(sync=True)

    def __init__(self, film: Film, text: str, **traits: Any) -> None:
        self._text, self._known = text, ""
        self._needs = self._needed(film)
        self._esm = self._module()
        self._read(film.to_json())
        super().__init__(film=film.to_json(), **{"tab": self._opening, **traits})

    def _needed(self, film: Film) -> Needs:
        return needs_of([film])

    def _module(self) -> str:
        return widget_module(self._needs)

    def show(self, film: Film, text: str) -> None:
        """Show another film in the same place; the step stays, or becomes the last one if the film is shorter."""
        self._text = text
        with self.hold_sync():
            needs = self._needs.joined(needs_of([film]))
            if needs != self._needs:  # the player that is there cannot show it
                self._needs = needs
                self._esm = self._module()
            self.film = film.to_json()

    def _read(self, film: str) -> None:
        if film == self._known:
            return
        try:
            record = json.loads(film)
            if record["schema"] != SCHEMA:
                raise ValueError(f"its schema is {record['schema']!r}")
            tabs, last = tabs_of(record), int(record["steps"])
        except (ValueError, TypeError, KeyError) as error:
            raise traitlets.TraitError(
                f"FilmWidget: film={film[:40]!r}… is no film of this version ({SCHEMA}): {error}; "
                "give film.to_json(), or call .show(film, text)"
            ) from None
        self._known, self._last = film, last
        self._tabs, self._opening = tabs
        self._digest = hashlib.sha256(film.encode()).hexdigest()[:12]

    @property
    def _steps(self) -> int:
        """The last step of what is played."""
        return self._tabs.get(self.tab, self._last)

    @traitlets.validate("film")
    def _valid_film(self, proposal: dict[str, Any]) -> str:
        self._read(proposal["value"])
        return str(proposal["value"])

    @traitlets.observe("film", "tab")
    def _keep_within(self, change: Any) -> None:
        """Another film, or another way to play it, may have other tabs and fewer steps."""
        if self.tab not in (self._tabs or {""}):
            self.tab = self._opening
        self.step = min(self.step, self._steps)

    @traitlets.validate("tab")
    def _valid_tab(self, proposal: dict[str, Any]) -> str:
        tab = proposal["value"]
        if tab and tab not in self._tabs:
            has = f"choose one of {', '.join(self._tabs)}" if self._tabs else "it has no tabs"
            raise traitlets.TraitError(f"FilmWidget: tab={tab!r} is not in this film; {has}")
        return str(tab or self._opening)

    @traitlets.validate("step")
    def _valid_step(self, proposal: dict[str, Any]) -> int:
        step = proposal["value"]
        if not 0 <= step <= self._steps:
            raise traitlets.TraitError(f"FilmWidget: step={step} is outside this film; choose 0 to {self._steps}")
        return int(step)

    @traitlets.validate("speed")
    def _valid_speed(self, proposal: dict[str, Any]) -> float:
        speed = proposal["value"]
        if not 0 < speed <= 100:
            raise traitlets.TraitError(f"FilmWidget: speed={speed} is outside this player; choose above 0, up to 100")
        return float(speed)

    def __str__(self) -> str:
        return f"{self._text}\nstep {self.step} of {self._steps} · film {self._digest}"

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/plain": str(self)}, metadata


def tabs_of(record: dict[str, Any]) -> tuple[dict[str, int], str]:
    """Return the last step of each tab of a film, by its label, and the tab that is shown at first.

    Examples
    --------
    >>> tabs_of({"variants": [["forward", "tangent", 4, {}]], "data": {"label": "both"}, "steps": 9})
    ({'forward': 4, 'both': 9}, 'both')
    """
    if record.get("choices"):
        pairs = len(record["data"]["start"]) - 1
        tabs = {order["label"]: len(order["choices"]) or pairs for order in record["data"]["orders"]}
        return tabs, next(iter(tabs))
    if not record.get("variants"):
        return {}, ""
    own = record["data"].get("label", "")
    return {variant[0]: variant[2] for variant in record["variants"]} | {own: record["steps"]}, own
