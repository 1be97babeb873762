"""The display verbs that everything that can be looked at has: one mixin, one hook to the floors above."""

from __future__ import annotations

from typing import Any, Protocol


class Doors(Protocol):
    """What the floors above can do with an object of this one; ``advis/__init__.py`` hangs it in."""

    def film(self, shown: Any, **options: Any) -> Any:
        """Return the film of an object."""

    def html(self, shown: Any) -> dict[str, str]:
        """Return what a notebook shows of an object: HTML and text."""

    def save(self, shown: Any, path: Any, step: int | None, **options: Any) -> Any:
        """Write an object to a file."""

    def widget(self, shown: Any, **options: Any) -> Any:
        """Return the live widget of an object."""

    def slides(self, shown: Any, panes: Any, **options: Any) -> Any:
        """Return an object as an output whose steps are fragments."""

    def plot(self, shown: Any, scene: str) -> Any:
        """Return a drawing of an object as a matplotlib figure."""


class Shown:
    """Something that can be looked at: as a film, a file, a widget, HTML in a notebook, and text everywhere."""

    __slots__ = ()
    _doors: Doors

    def film(self, **options: Any) -> Any:
        """Return the film: what is shown at each step, as plain data.

        Parameters
        ----------
        engine : {"layered", "dot", "planes"}, optional
            Who places the boxes: our own layout, or Graphviz's ``dot`` where it is installed; ``planes`` puts a
            function and each level of sweeps over it below each other.
        direction : {"right", "down"}, optional
            Where the computation flows.
        quiz : bool, optional
            Of a tape, sweep or play: what comes next is hidden until the reader says it.

        Raises
        ------
        ValueError
            For an unknown engine or direction, or a quiz on a program that is too long to be drawn.

        Examples
        --------
        >>> import advis as av
        >>> film = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse().film(direction="down")
        >>> film.kind, film.steps
        ('sweep', 2)
        """
        return Shown._doors.film(self, **options)

    def save(self, path: Any, step: int | None = None, **options: Any) -> Any:
        """Write the picture or the player to a file, in the format that the extension names.

        Parameters
        ----------
        path : str or path
            ``.html`` (a player that needs nothing else); ``.svg``, ``.pdf``, ``.png``, ``.tex`` (one
            picture); ``.gif``, ``.apng``, ``.webp``, ``.mp4`` (a picture for each step); ``.dot`` (the graph);
            ``.json`` (the film); ``.md``, ``.txt`` (the trace). ``"name-{step}.svg"`` writes one file per step.
        step : int, optional
            Which step one picture shows; the last one if not given.
        **options
            How it is to look: ``steps``, ``size``, ``theme``, ``fps``, ``panes``, ``font_size``, ``dpi``, ``animate``,
            ``beamer`` (see `advis.media.save.Options`); and those of `film`.

        Returns
        -------
        pathlib.Path or list of pathlib.Path
            What was written.

        Raises
        ------
        ValueError
            For an extension that is not known (the message lists those that are) or a step out of range.
        OSError
            If the folder is missing or cannot be written; nothing is left half written.
        """
        return Shown._doors.save(self, path, step, **options)

    def widget(self, **options: Any) -> Any:
        """Return the live widget, with ``step``, ``playing``, ``speed`` and ``selected`` to read, set and observe.

        It takes the same options as `film`.
        """
        return Shown._doors.widget(self, **options)

    def slides(self, panes: Any = ("graph", "say"), **options: Any) -> Any:
        """Return an output for a notebook that becomes slides: there, arrow keys go through the steps.

        Parameters
        ----------
        panes : sequence of {"graph", "trace", "source", "say"}
            What is shown on a slide.
        **options
            As for `film`.

        Returns
        -------
        Slides
            In a notebook it is shown as a player. Under ``jupyter nbconvert --to slides``, and Quarto's ``revealjs``,
            each step is a fragment.

        Raises
        ------
        ValueError
            For a pane that is not known.

        Examples
        --------
        >>> import advis as av
        >>> shown = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse().slides()
        >>> shown.film.steps
        2
        """
        return Shown._doors.slides(self, panes, **options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """For notebooks: the picture or player, and a text that changes when the picture does."""
        return Shown._doors.html(self)

    def _display_(self) -> Any:
        """For marimo, which runs no scripts of `text/html`: the live widget."""
        return self.widget()

    def __repr__(self) -> str:
        return str(self)
