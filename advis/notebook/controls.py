"""Sliders and number fields for the handles of an exploration: a row each, with the value and the tangent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ipywidgets

from advis.analysis.landscape import Window
from advis.analysis.space import DIRECTIONS, Space

LONGEST = 24  # letters of a name; its slider tells the whole one
COLUMNS = "max-content minmax(56px, 1fr) minmax(64px, 92px) minmax(52px, 76px)"


class Controls(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A row for each handle: name, slider, value, tangent; below them the direction of arrays and the adjoint.

    Parameters
    ----------
    space : Space
    weighed : bool
        Whether f's result is one number, which then has a field for its adjoint.
    moved, turned : callable
        ``moved(name, value)`` is called when a reader changes a number: ``"x1"``, ``"▸ x1"`` for a tangent, ``"◂"`` for
        the adjoint. ``turned(kind, element)`` when another direction is chosen.
    """

    def __init__(
        self, space: Space, weighed: bool, moved: Callable[[str, float], None], turned: Callable[[str, int], None]
    ) -> None:
        self.moved, self.turned = moved, turned
        self._pushing = False
        wide, field = ipywidgets.Layout(width="auto"), ipywidgets.Layout(width="auto", margin="2px")
        names = [handle.name for handle in space.handles]
        look = ipywidgets.SliderStyle()
        self.sliders = {
            name: ipywidgets.FloatSlider(readout=False, layout=wide, style=look, tooltip=name) for name in names
        }
        self.fields = {name: ipywidgets.FloatText(layout=field, tooltip=name) for name in names}
        self.tangents = {name: ipywidgets.FloatText(layout=field, tooltip=f"tangent of {name}") for name in names}
        heading = [ipywidgets.Label(text) for text in ("", "", "value", "▸ tangent")]
        rows = [w for n in names for w in (_label(n), self.sliders[n], self.fields[n], self.tangents[n])]
        grid = ipywidgets.GridBox(
            [*heading, *rows], layout=ipywidgets.Layout(grid_template_columns=COLUMNS, grid_gap="0 8px")
        )
        self.adjoint = ipywidgets.FloatText(value=1.0, layout=ipywidgets.Layout(width="76px"), tooltip="adjoint")
        self.direction = ipywidgets.Dropdown(options=DIRECTIONS, layout=ipywidgets.Layout(width="130px"))
        most = sum(int(move.size) for move in space.handles[-1].moves.values()) - 1 if space.along else 0
        self.element = ipywidgets.BoundedIntText(
            min=0, max=max(most, 0), layout=ipywidgets.Layout(width="76px"), disabled=True, tooltip="which element"
        )
        below: list[Any] = []
        if space.along:
            below.append(_row(f"{names[-1]} goes along", self.direction, self.element))
        if weighed:
            below.append(_row("◂ adjoint of the result", self.adjoint))
        room = ipywidgets.Layout(flex="1 1 300px", min_width="280px", margin="0 16px 8px 4px")
        super().__init__([grid, *below], layout=room)
        self._listen()

    def _listen(self) -> None:
        for name in self.sliders:
            self.sliders[name].observe(self._slid(name), "value")
            self.fields[name].observe(self._moved(name), "value")
            self.tangents[name].observe(self._moved(f"▸ {name}"), "value")
        self.adjoint.observe(self._moved("◂"), "value")
        for widget in (self.direction, self.element):
            widget.observe(self._turned, "value")

    def _moved(self, name: str) -> Callable[[Any], None]:
        def tell(change: Any) -> None:
            if not self._pushing:
                self.moved(name, float(change["new"]))

        return tell

    def _slid(self, name: str) -> Callable[[Any], None]:
        """A slider knows only its own steps: a number between two of them, which it rounded by itself, is no move."""

        def tell(change: Any) -> None:
            apart = abs(change["new"] - self.fields[name].value)
            if not self._pushing and apart > 0.6 * self.sliders[name].step:
                self.moved(name, float(f"{change['new']:.8g}"))

        return tell

    def _turned(self, change: Any) -> None:
        self.element.disabled = self.direction.value != "one element"
        if not self._pushing:
            self.turned(self.direction.value, int(self.element.value))

    def push(
        self,
        point: Mapping[str, float],
        tangents: Mapping[str, float],
        adjoint: float,
        windows: Mapping[str, Window],
    ) -> None:
        """Show these numbers, without telling anyone that they changed."""
        with self._quietly():
            for name, slider in self.sliders.items():
                low, high = windows[name]
                with slider.hold_sync(), slider.hold_trait_notifications():
                    slider.min, slider.max, slider.step = low, high, step_of((low, high))
                    slider.value = point[name]
                self.fields[name].value = point[name]
                self.tangents[name].value = tangents[name]
            self.adjoint.value = adjoint

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        self._pushing = True
        try:
            yield
        finally:
            self._pushing = False


def _label(name: str) -> Any:
    return ipywidgets.Label(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")


def _row(label: str, *widgets: Any) -> Any:
    return ipywidgets.HBox([ipywidgets.Label(label), *widgets])


def step_of(window: Window) -> float:
    """Return the step of a slider: a power of ten, a hundredth of the range or less.

    Examples
    --------
    >>> step_of((-1.0, 5.0)), step_of((0.0, 20.0))
    (0.01, 0.1)
    """
    return float(10.0 ** math.floor(math.log10((window[1] - window[0]) / 100)))
