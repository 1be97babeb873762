"""Move the inputs of f and see what follows: the graph with its sweeps, and f's plot beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import traitlets

from advis.analysis.change import change
from advis.analysis.landscape import Landscape, Window, reading
from advis.analysis.play import Play, play
from advis.analysis.space import Space, boxes, space_of
from advis.autodiff.errors import OffTape, is_own, place
from advis.autodiff.numbers import number
from advis.autodiff.sweeps import quiet
from advis.autodiff.tape import Tape
from advis.autodiff.trace import function_name, trace
from advis.films.film import Film
from advis.films.landscape import landscape_film
from advis.films.play import play_film
from advis.notebook.controls import Controls
from advis.notebook.latest import Latest
from advis.notebook.live import BesideWidget, LiveWidget
from advis.notebook.plotter import Place, Plotter, filled, first_windows

LONGEST = 300
"""Letters that are told of an error of f."""
MODES = ("evaluate", "forward", "reverse", "both")


class Explorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Sliders and fields, f's plot, and a player that follows. Made by `advis.explore`.

    Attributes
    ----------
    point : dict
        The numbers that can be moved, by name. Set it, as a whole or with `move`, and observe it.
    tangents : dict
        How fast each of them moves: the seed of the forward sweep.
    adjoint : float
        The seed of the reverse sweep, where f returns one number.
    mode : str
        Which part of the film is played: ``"evaluate"``, ``"forward"``, ``"reverse"`` or ``"both"``.
    error : str
        Why f has no picture at this point, or ``""``.
    player : LiveWidget
    plot : BesideWidget
    """

    point = traitlets.Dict()
    tangents = traitlets.Dict()
    adjoint = traitlets.Float(1.0)
    mode = traitlets.Unicode("both")
    error = traitlets.Unicode("")

    def __init__(
        self, f: Callable[..., Any], space: Space, keywords: Mapping[str, Any], mode: str, ranges: Any, picture: Any
    ) -> None:
        self._f, self._space, self._keywords, self._picture = f, space, dict(keywords), picture
        self._latest = Latest(self._update)
        self._windows = first_windows(space, ranges)
        self._plotter = Plotter(f, keywords)
        super().__init__(point=space.start, tangents=dict.fromkeys(space.start, 1.0))
        shown, film, landscape = self._computed()
        self._shown = shown
        self.player = LiveWidget(film, self._told(shown), **self._movable())
        self.plot = BesideWidget(landscape_film(landscape, shown.tape.function), reading(landscape), self.player)
        self.controls = Controls(space, _is_number(shown.tape), self._moved, self._turned)
        self._push()
        self.plot.layout = ipywidgets.Layout(flex="0 1 410px", min_width="300px")
        above = ipywidgets.HBox([self.controls, self.plot], layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.children = [above, self.player]
        if self.player.tab:
            self.player.tab = mode
        traitlets.link((self.player, "tab"), (self, "mode"))
        self.observe(self._changed, ["point", "tangents", "adjoint"])
        self.player.observe(self._dragged, "values")

    # -- what is read

    @property
    def tape(self) -> Tape:
        """The record of f at the point, or where it last had one."""
        return self.play.tape

    @property
    def play(self) -> Play:
        """The sweeps that are shown; it can be saved as any of them."""
        self._latest.settle()
        return self._shown

    def __str__(self) -> str:
        self._latest.settle()
        return f"{self.player}\n{self.plot}"

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": str(self)}, metadata

    # -- what is moved

    def move(self, **numbers: float) -> None:
        """Move some of the numbers, and follow at once; names that are no Python names go into `point`.

        Raises
        ------
        traitlets.TraitError
            For a name that is not there, or a number that is not finite.
        """
        self.point = {**self.point, **numbers}
        self._latest.settle()

    def turn(self, direction: str, element: int = 0) -> None:
        """Let ``t`` go along another direction from here: ``"ones"``, ``"gradient"`` or ``"one element"``.

        Raises
        ------
        ValueError
            For another direction, where no array is moved along one, or where the gradient shows none.
        """
        gradient = self.play.reverse.result if direction == "gradient" else None
        turned = self._space.towards(self.point, self._space.direction(direction, gradient, element))
        name = turned.handles[-1].name
        self._space = turned
        self._plotter.forget()
        self._windows[name] = (-2.0, 2.0)
        if self.point[name]:
            self.point = {**self.point, name: 0.0}
        else:
            self._latest.ask()
        self._latest.settle()

    @traitlets.validate("point", "tangents")
    def _valid_numbers(self, proposal: Any) -> dict[str, float]:
        given, names = proposal["value"], self._space.start
        for name, value in given.items():
            if name not in names:
                raise traitlets.TraitError(f"explore: nothing here is called {name!r}; there are {', '.join(names)}")
            if not math.isfinite(value):
                raise traitlets.TraitError(f"explore: {name} = {value!r} is no finite number")
        before = getattr(self, proposal["trait"].name) or names
        return {name: float(given.get(name, before[name])) for name in names}

    @traitlets.validate("mode")
    def _valid_mode(self, proposal: Any) -> str:
        mode = proposal["value"]
        if mode and mode not in MODES:
            raise traitlets.TraitError(f"explore: mode={mode!r} is not known; choose one of {', '.join(MODES)}")
        return str(mode)

    def _moved(self, name: str, value: float) -> None:
        """A reader moved a slider, or wrote into a field."""
        if not math.isfinite(value):
            return self._push()
        if name == "◂":
            self.adjoint = value
        elif name.startswith("▸ "):
            self.tangents = {**self.tangents, name[2:]: value}
        else:
            self.point = {**self.point, name: value}
        return None

    def _turned(self, direction: str, element: int) -> None:
        try:
            self.turn(direction, element)
        except ValueError as error:
            self.error = self.player.error = str(error)

    def _dragged(self, change: Any) -> None:
        """A reader moved a box of the graph."""
        named = {f"n{index}": name for name, index in boxes(self._space).items()}
        self.point = {**self.point, **{named[key]: value for key, value in change["new"].items() if key in named}}

    def _changed(self, change: Any) -> None:
        self._push()
        self._latest.ask()

    def _push(self) -> None:
        """Bring sliders, fields and boxes to where the point is; a range goes along with a number that leaves it."""
        for name, value in self.point.items():
            low, high = self._windows[name]
            if not low <= value <= high:
                self._windows[name] = value - (high - low) / 2, value + (high - low) / 2
        self.controls.push(self.point, self.tangents, self.adjoint, self._windows)
        self.player.set_trait("ranges", self._movable()["ranges"])
        self.player.set_trait("values", self._movable()["values"])

    def _movable(self) -> dict[str, Any]:
        handles = boxes(self._space).items()
        return {
            "values": {f"n{index}": self.point[name] for name, index in handles},
            "ranges": {f"n{index}": list(self._windows[name]) for name, index in handles},
        }

    # -- what follows

    def _update(self) -> None:
        """Record f anew and show it; where it fails, say why and keep the picture."""
        try:
            shown, film, landscape = self._computed()
        except Exception as error:
            self.error = self.player.error = told(error)
            return
        changed, self._shown = change(self._shown.tape, shown.tape), shown
        text = self._told(shown)
        if changed is None:
            self.player.follow(film, text)
        else:
            kept = {f"n{new}": f"n{old}" for new, old in changed.kept.items()} or None
            self.player.follow(film, text, changed.text, kept)
        self.plot.show(landscape_film(landscape, shown.tape.function), reading(landscape))
        self.error = ""

    def _computed(self) -> tuple[Play, Film, Landscape]:
        """Everything that is shown at the point."""
        with quiet():
            tape = trace(self._f, *self._space.arguments(self.point), kwargs=self._keywords)
        adjoint = filled(tape, self.adjoint) if _is_number(tape) else None
        shown = play(tape, self._space.tangents(self.tangents), adjoint)
        film = play_film(shown, **self._picture)
        place = Place(self.point, self.tangents, self._windows)
        return shown, film, self._plotter.landscape(self._space, shown, place)

    def _told(self, shown: Play) -> str:
        numbers = ", ".join(f"{name} = {number(value)}" for name, value in self.point.items())
        speeds = ", ".join(number(value) for value in self.tangents.values())
        return (
            f"explore {shown.tape.function} at {numbers}, tangents ({speeds}), adjoint {number(self.adjoint)}\n{shown}"
        )


def _is_number(tape: Tape) -> bool:
    return [node.shape for node in tape.outputs] == [()]


def told(error: Exception) -> str:
    """Return an error of f in one line, with the reader's line."""
    said = " ".join(str(error).split())
    if isinstance(error, OffTape) or re.search(r"\bline \d+ of ", said):
        return said
    frames, where = error.__traceback__, None
    while frames is not None:
        if not is_own(frames.tb_frame):
            where = place(frames.tb_frame.f_code, frames.tb_lineno)
        frames = frames.tb_next
    said = said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
    return f"{type(error).__name__}: {said}" + (f", at {where}" if where else "")


def explore(
    f: Callable[..., Any],
    /,
    *args: Any,
    kwargs: Mapping[str, Any] | None = None,
    mode: str = "both",
    ranges: Mapping[str, Window] | None = None,
    engine: str = "layered",
    direction: str = "right",
) -> Explorer:
    """Move the inputs of a function and see its graph, its sweeps and its plot follow.

    Parameters
    ----------
    f : callable
        As for `advis.trace`; it is recorded again whenever something moves.
    *args
        Where to start: numbers, arrays, and nested tuples, lists and dicts of them. Numbers and the elements of arrays
        of up to six can be moved by themselves; larger arrays along a direction, as x + t v.
    kwargs : mapping, optional
        Keyword arguments for f, passed as they are.
    mode : {"both", "evaluate", "forward", "reverse"}, optional
        Which part is played first.
    ranges : mapping, optional
        For some of the numbers, by name, the range of its slider and of the plot.
    engine, direction : str, optional
        As for ``film``: who places the boxes, and where the computation flows.

    Returns
    -------
    Explorer
        A widget. Shown in a notebook, it has a slider and fields for every number and its tangent; an input's box in
        the graph can be dragged sideways. Beside it stands the curve of f with its tangent line, for two numbers
        contours with the gradient.

    Raises
    ------
    TypeError
        For something that is not a function, complex inputs, integer arrays.
    ValueError
        For an unknown mode or range.
    Exception
        What f raises at the start. Later errors are shown inside, and the last good picture stays.

    Examples
    --------
    >>> import advis as av
    >>> explorer = av.explore(lambda x1, x2: x1 * x2 + x1, 2.0, 5.0)
    >>> explorer.move(x1=3.0)
    >>> explorer.tape.value, explorer.play.reverse.result
    (18.0, (6.0, 3.0))
    >>> print(explorer)
    explore lambda at x1 = 3, x2 = 5, tangents (1, 1), adjoint 1
    lambda(x1, x2): ℝ² → ℝ, 2 operations
    ...
    y = 18 at x1 = 3, x2 = 5, gradient (6, 3)
    step 0 of 0 · film ...
    """
    if not callable(f):
        raise TypeError(f"explore: the first argument must be a function, not {f!r}; write av.explore(f, *args)")
    if mode not in MODES:
        raise ValueError(f"explore: mode={mode!r} is not known; choose one of {', '.join(MODES)}")
    space = space_of(f, args)
    for name, window in (ranges or {}).items():
        if name not in space.start:
            raise ValueError(f"explore: ranges has {name!r}, but {function_name(f)} has {', '.join(space.start)}")
        if not _is_window(window):
            raise ValueError(
                f"explore: the range of {name} is {window!r}; give two finite numbers, the smaller one first"
            )
    picture = {"engine": engine, "direction": direction, "steady": True}
    return Explorer(f, space, kwargs or {}, mode, ranges or {}, picture)


def _is_window(window: Any) -> bool:
    try:
        low, high = map(float, window)
    except (TypeError, ValueError):
        return False
    return -math.inf < low < high < math.inf
