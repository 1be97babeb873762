"""See automatic differentiation: record a NumPy function, play its forward and reverse sweeps.

This is the one place where the floors are tied together: it hangs the display verbs of `advis.autodiff.shown` into the
floors above. Those floors load when something is first looked at, and that of the analysis when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

from advis.autodiff.custom import primitive, stop_gradient
from advis.autodiff.errors import OffTape
from advis.autodiff.recorder import block
from advis.autodiff.shown import Shown
from advis.autodiff.sweep import Sweep
from advis.autodiff.tape import Node, Tape
from advis.autodiff.trace import trace
from advis.autodiff.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

if TYPE_CHECKING:
    from advis.analysis.accumulation import Accumulation
    from advis.analysis.assembly import Assembly
    from advis.analysis.bugs import Sabotage, SabotagedTape
    from advis.analysis.chain import Chain
    from advis.analysis.chain_sweep import ChainSweep
    from advis.analysis.chains import chain
    from advis.analysis.check import Check, check
    from advis.analysis.comparison import Comparison
    from advis.analysis.composition import Composition, compose
    from advis.analysis.cost_map import CostMap
    from advis.analysis.factor import Factor
    from advis.analysis.play import Play, play
    from advis.analysis.quiz import Quiz, quiz
    from advis.analysis.sabotage import sabotage
    from advis.media.deck import deck
    from advis.notebook.explore import explore

__all__ = [
    "Accumulation",
    "Assembly",
    "Chain",
    "ChainSweep",
    "Check",
    "Comparison",
    "Composition",
    "CostMap",
    "Factor",
    "Node",
    "OffTape",
    "Play",
    "Quiz",
    "Sabotage",
    "SabotagedTape",
    "Sweep",
    "Tape",
    "block",
    "chain",
    "check",
    "compare_methods",
    "compose",
    "deck",
    "explore",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "play",
    "primitive",
    "quiz",
    "sabotage",
    "stop_gradient",
    "taylor",
    "to_graphviz",
    "trace",
    "value_and_grad",
    "vjp",
]

_LATER = {
    "Accumulation": "analysis.accumulation",
    "Assembly": "analysis.assembly",
    "Chain": "analysis.chain",
    "ChainSweep": "analysis.chain_sweep",
    "Check": "analysis.check",
    "Comparison": "analysis.comparison",
    "Composition": "analysis.composition",
    "CostMap": "analysis.cost_map",
    "Factor": "analysis.factor",
    "Methods": "analysis.methods",
    "Play": "analysis.play",
    "Quiz": "analysis.quiz",
    "Sabotage": "analysis.bugs",
    "SabotagedTape": "analysis.bugs",
    "chain": "analysis.chains",
    "check": "analysis.check",
    "compare_methods": "analysis.methods",
    "compose": "analysis.composition",
    "deck": "media.deck",
    "explore": "notebook.explore",
    "play": "analysis.play",
    "quiz": "analysis.quiz",
    "sabotage": "analysis.sabotage",
    "taylor": "autodiff.taylor",
}
"""The names of the floors above, each with its module."""


def __getattr__(name: str) -> Any:
    """Load a name of a floor above when it is first used: a tape and its sweeps need none of them."""
    if name not in _LATER:
        raise AttributeError(f"module 'advis' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"advis.{_LATER[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Doors:
    """The way up: from an object to its film, and from the film to every medium."""

    def film(self, shown: Any, quiz: bool = False, **options: Any) -> Any:
        if type(shown).__name__ == "Quiz":
            return self.film(shown.of, quiz=True, **options)
        from advis.analysis import bugs
        from advis.films.assembly import assembly_film
        from advis.films.chain import accumulation_film, chain_film
        from advis.films.chain_sweep import chain_sweep_film
        from advis.films.comparison import comparison_film
        from advis.films.cost_map import map_film
        from advis.films.culprit import check_film, sabotaged_film
        from advis.films.graph import tape_film
        from advis.films.methods import methods_film
        from advis.films.play import play_film
        from advis.films.sabotage import sabotage_film
        from advis.films.sweep import sweep_film

        makers: dict[str, Any] = {
            "Accumulation": accumulation_film,
            "Assembly": assembly_film,
            "Chain": chain_film,
            "ChainSweep": chain_sweep_film,
            "Comparison": comparison_film,
            "CostMap": map_film,
            "Check": check_film,
            "Methods": methods_film,
            "Play": play_film,
            "Sabotage": sabotage_film,
            "SabotagedTape": sabotaged_film,
            "Sweep": sweep_film,
            "Tape": tape_film,
        }
        if isinstance(shown, Sweep) and isinstance(shown.tape, bugs.SabotagedTape) and shown.direction == "reverse":
            shown = shown.tape.beside(shown)  # its sums are not those of its contributions
        maker = makers[type(shown).__name__]
        kind, known = type(shown).__name__, [*signature(maker).parameters][1:]  # the first is what is shown
        asks = kind in ("Tape", "Sweep", "Play")
        _check_options(kind, [*known, "quiz"] if asks else known, [*options, *["quiz"] * quiz])
        if not quiz:
            return maker(shown, **options)
        film = maker(shown, **{**options, "fold": False})  # what is asked must be seen
        from advis.films.quiz import quiz_film

        return quiz_film(shown, film)

    def html(self, shown: Any) -> dict[str, str]:
        from advis.media.html import fragment

        film, text = shown.film(), str(shown)
        return {"text/html": fragment(film, text), "text/plain": f"{text}\n[film {film.digest}]"}

    def save(self, shown: Any, path: Any, step: int | None, **options: Any) -> Any:
        from advis.media.save import save

        return save(shown.film(**options), str(shown), path, step)

    def widget(self, shown: Any, **options: Any) -> Any:
        from advis.notebook.widget import FilmWidget

        return FilmWidget(shown.film(**options), str(shown))

    def slides(self, shown: Any, panes: Any, **options: Any) -> Any:
        from advis.media.slides import Slides

        return Slides(shown.film(**options), str(shown), tuple(panes))

    def plot(self, shown: Any, scene: str) -> Any:
        from advis.media.figures import figure

        return figure(shown.film(), scene=scene)


def _check_options(kind: str, known: Iterable[str], options: Iterable[str]) -> None:
    """Refuse a display option that a picture of this kind does not have."""
    names = list(known)
    for name in options:
        if name not in names:
            has = f"its options are {', '.join(names)}" if names else "it has no options"
            raise TypeError(f"film: {name}= is no option of the picture of a {kind}; {has}")


Shown._doors = _Doors()


def to_graphviz(shown: Any) -> Any:
    """Return the graph of a tape or sweep as a ``graphviz.Digraph``, to be styled and rendered with Graphviz.

    Parameters
    ----------
    shown : Tape or Sweep

    Returns
    -------
    graphviz.Digraph
        Its ``source`` is DOT text; rendering it needs Graphviz's ``dot`` program.

    Examples
    --------
    >>> import advis as av
    >>> print(av.to_graphviz(av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0)).source)
    digraph "lambda(x1, x2)" {
    ...
    """
    from advis.media.dot import digraph

    return digraph(shown.film())
