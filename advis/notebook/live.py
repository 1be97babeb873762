"""A player whose film follows what the kernel computes, and whose inputs can be moved by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ipywidgets
import traitlets

from advis.films.film import Film
from advis.media.player import Needs, needs_of
from advis.notebook.widget import FilmWidget

PLOT = frozenset({"axis", "contour", "curve", "grid", "heading", "height", "here", "slope", "tick", "told"})
"""The first words of the roles in plots, which are shown by the same player."""

_LENT = """
export default {
  async render({ model, el }) {
    const lender = await model.widget_manager.get_model(model.get("lender").replace("IPY_MODEL_", ""));
    const code = URL.createObjectURL(new Blob([lender.get("_esm")], { type: "text/javascript" }));
    const { default: make } = await import(code);
    URL.revokeObjectURL(code);
    return make().render({ model, el });
  },
};
"""


class LiveWidget(FilmWidget):
    """A film widget that goes from one film to the next without a jump.

    Where only numbers change they are written where they stand; another graph comes about before the reader's eyes.

    Attributes
    ----------
    values : dict
        The numbers that can be moved in the picture itself, by the keys of their boxes.
    ranges : dict
        For each of them the range that a drag of 300 pixels passes.
    error : str
        Why there is no newer picture, or ``""``.
    notice : str
        What changed when the graph last did, or ``""``.
    kept : dict or None
        Which box of the graph before a box of this one is, by keys; None where the graph did not change.

    Examples
    --------
    >>> widget = LiveWidget(Film("tape", "f"), "x = 2", values={"n0": 2.0}, ranges={"n0": (0.0, 4.0)})
    >>> widget.values = {"n0": 2.5}
    """

    live = traitlets.Bool(True, read_only=True).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    ranges = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)
    notice = traitlets.Unicode("").tag(sync=True)
    kept = traitlets.Dict(None, allow_none=True).tag(sync=True)

    def _needed(self, film: Film) -> Needs:
        found = needs_of([film])
        words = None if found.words is None else found.words | PLOT
        return replace(found, words=words, groups=True, tabs=True, live=True)

    def follow(self, film: Film, text: str, notice: str | None = None, kept: Mapping[str, str] | None = None) -> None:
        """Show the next film, and how its graph comes from the one before, if it is another one."""
        with self.hold_sync():
            self.error = ""
            if notice is not None:
                self.notice = notice
            self.set_trait("kept", None if kept is None else dict(kept))
            if kept is not None:
                self.selected = {old: new for new, old in kept.items()}.get(self.selected, "")
            self.show(film, text)

    def __str__(self) -> str:
        return super().__str__() + (f"\nnot shown: {self.error}" if self.error else "")

    __repr__ = __str__

    @traitlets.validate("values")
    def _valid_values(self, proposal: dict[str, Any]) -> dict[str, float]:
        return {str(key): float(value) for key, value in proposal["value"].items()}


class BesideWidget(LiveWidget):
    """A film beside a live one, shown by the player that the other one has: the code travels, and is saved, once.

    Attributes
    ----------
    lender : LiveWidget
        Whose player it is.
    """

    lender = traitlets.Instance(LiveWidget).tag(sync=True, **ipywidgets.widget_serialization)

    def __init__(self, film: Film, text: str, lender: LiveWidget, **traits: Any) -> None:
        super().__init__(film, text, lender=lender, **traits)

    def _module(self) -> str:
        return _LENT
