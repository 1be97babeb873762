"""See automatic differentiation: record a NumPy function, play its forward and reverse sweeps.

This is the one place where the floors are tied together: it hangs the display verbs of `advis.autodiff.shown` into the
floors above. Those floors load when something is first looked at; the analysis, and the boxes that differentiate
through a solver, when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

from advis.autodiff.custom import primitive, stop_gradient
from advis.autodiff.errors import NotConverged, NotSolved, OffTape
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
    from advis.analysis.diagnosis import Diagnosis, diagnose
    from advis.analysis.estimators import Estimators, compare_estimators
    from advis.analysis.factor import Factor
    from advis.analysis.play import Play, play
    from advis.analysis.quiz import Quiz, quiz
    from advis.analysis.relaxations import Relaxations, compare_relaxations
    from advis.analysis.sabotage import sabotage
    from advis.analysis.through import Lens, Lenses, compare_through
    from advis.autodiff.through import distributions, relax
    from advis.autodiff.through.argmin import argmin
    from advis.autodiff.through.checkpoint import checkpoint
    from advis.autodiff.through.estimates import Estimate, pathwise, score_function
    from advis.autodiff.through.fixed_point import fixed_point
    from advis.autodiff.through.odeint import odeint
    from advis.autodiff.through.root import root
    from advis.autodiff.through.straight import straight_through
    from advis.media.deck import deck
    from advis.media.handout import handout
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
    "Diagnosis",
    "Estimate",
    "Estimators",
    "Factor",
    "Lens",
    "Lenses",
    "Methods",
    "Node",
    "NotConverged",
    "NotSolved",
    "OffTape",
    "Play",
    "Quiz",
    "Relaxations",
    "Sabotage",
    "SabotagedTape",
    "Sweep",
    "Tape",
    "argmin",
    "block",
    "chain",
    "check",
    "checkpoint",
    "compare_estimators",
    "compare_methods",
    "compare_relaxations",
    "compare_through",
    "compose",
    "deck",
    "diagnose",
    "distributions",
    "explore",
    "fixed_point",
    "grad",
    "handout",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "odeint",
    "pathwise",
    "play",
    "primitive",
    "quiz",
    "relax",
    "root",
    "sabotage",
    "score_function",
    "stop_gradient",
    "straight_through",
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
    "Diagnosis": "analysis.diagnosis",
    "Estimate": "autodiff.through.estimates",
    "Estimators": "analysis.estimators",
    "Factor": "analysis.factor",
    "Lens": "analysis.through",
    "Lenses": "analysis.through",
    "Methods": "analysis.methods",
    "Play": "analysis.play",
    "Quiz": "analysis.quiz",
    "Relaxations": "analysis.relaxations",
    "Sabotage": "analysis.bugs",
    "SabotagedTape": "analysis.bugs",
    "argmin": "autodiff.through.argmin",
    "chain": "analysis.chains",
    "check": "analysis.check",
    "checkpoint": "autodiff.through.checkpoint",
    "compare_estimators": "analysis.estimators",
    "compare_methods": "analysis.methods",
    "compare_relaxations": "analysis.relaxations",
    "compare_through": "analysis.through",
    "compose": "analysis.composition",
    "deck": "media.deck",
    "diagnose": "analysis.diagnosis",
    "distributions": "autodiff.through.distributions",
    "explore": "notebook.explore",
    "fixed_point": "autodiff.through.fixed_point",
    "handout": "media.handout",
    "odeint": "autodiff.through.odeint",
    "pathwise": "autodiff.through.estimates",
    "play": "analysis.play",
    "quiz": "analysis.quiz",
    "relax": "autodiff.through.relax",
    "root": "autodiff.through.root",
    "sabotage": "analysis.sabotage",
    "score_function": "autodiff.through.estimates",
    "straight_through": "autodiff.through.straight",
    "taylor": "autodiff.taylor",
}
"""The names that load when they are first used, each with its module: a tape and its sweeps need none of them."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'advis' has no attribute {name!r}")
    module = import_module(f"advis.{_LATER[name]}")
    found = globals()[name] = module if name in ("distributions", "relax") else getattr(module, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_FILMS = {
    "Accumulation": ("chain", "accumulation_film"),
    "Assembly": ("assembly", "assembly_film"),
    "Chain": ("chain", "chain_film"),
    "ChainSweep": ("chain_sweep", "chain_sweep_film"),
    "Check": ("culprit", "check_film"),
    "Comparison": ("comparison", "comparison_film"),
    "CostMap": ("cost_map", "map_film"),
    "Diagnosis": ("diagnosis", "diagnosis_film"),
    "Estimate": ("estimators", "estimate_film"),
    "Estimators": ("estimators", "estimators_film"),
    "Lenses": ("through", "lenses_film"),
    "Methods": ("methods", "methods_film"),
    "Play": ("play", "play_film"),
    "Relaxations": ("relaxations", "relaxations_film"),
    "Sabotage": ("sabotage", "sabotage_film"),
    "SabotagedTape": ("culprit", "sabotaged_film"),
    "Sweep": ("sweep", "sweep_film"),
    "Tape": ("graph", "tape_film"),
}
"""For each type that is shown the function that makes a film of it, with its module."""


class _Doors:
    """The way up: from an object to its film, and from the film to every medium."""

    def film(self, shown: Any, quiz: bool = False, **options: Any) -> Any:
        if type(shown).__name__ == "Quiz":
            return self.film(shown.of, quiz=True, **options)
        kind = type(shown).__name__
        if kind == "Sweep" and type(shown.tape).__name__ == "SabotagedTape" and shown.direction == "reverse":
            shown, kind = shown.tape.beside(shown), "Sabotage"  # its sums are not those of its contributions
        module, name = _FILMS[kind]
        maker = getattr(import_module(f"advis.films.{module}"), name)
        known = [*signature(maker).parameters][1:]  # the first is what is shown
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
        from advis.media.save import OPTIONS, Options, save

        looks = {name: value for name, value in options.items() if name in OPTIONS}
        film = shown.film(**{name: value for name, value in options.items() if name not in looks})
        return save(film, _told(shown, path), path, step, Options(**looks))

    def widget(self, shown: Any, **options: Any) -> Any:
        from advis.notebook.widget import FilmWidget

        return FilmWidget(shown.film(**options), str(shown))

    def slides(self, shown: Any, panes: Any, **options: Any) -> Any:
        from advis.media.slides import Slides

        return Slides(shown.film(**options), str(shown), panes)

    def plot(self, shown: Any, scene: str) -> Any:
        from advis.media.figures import figure

        return figure(shown.film(), scene=scene)


def _told(shown: Any, path: Any) -> str:
    """An object as text; as Markdown, where a file wants that and the object has a table."""
    table = getattr(shown, "table", None)
    return str(table().markdown()) if str(path).lower().endswith(".md") and table is not None else str(shown)


def _check_options(kind: str, known: Iterable[str], options: Iterable[str]) -> None:
    """Refuse a display option that a picture of this kind does not have."""
    names = list(known)
    for name in options:
        if name not in names:
            has = f"its options are {', '.join(names)}" if names else "it has no options"
            raise TypeError(f"film: {name}= is no option of the picture of a {kind}; {has}")


Shown._doors = _Doors()


def load(path: Any) -> Any:
    """Return the film that was saved as ``.json``: it can be displayed, stepped and saved like the object it is of.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Film

    Raises
    ------
    ValueError
        If the file holds no film, one of another schema, or a damaged one.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> import advis as av
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse().save(f"{folder}/f.json")
    ...     print(av.load(path))
    lambda(a, b), ℝ² → ℝ · 1 operation
    <BLANKLINE>
       0  The seed: y starts with adjoint 1.
       1  Step 1 of 1. y = a · b hands its adjoint 1 back: a gets 5 · 1; b gets 2 · 1.
       2  Done: ∂y/∂a = 5; ∂y/∂b = 2.
    """
    from pathlib import Path

    from advis.films.unpack import from_json

    return from_json(Path(path).read_text(encoding="utf-8"))


def to_graphviz(shown: Any) -> Any:
    """Return the graph of a tape or sweep as a ``graphviz.Digraph``, to be styled and rendered with Graphviz.

    Parameters
    ----------
    shown : Tape or Sweep

    Returns
    -------
    graphviz.Digraph
        Its ``source`` is DOT text; rendering it needs Graphviz's ``dot`` program.

    Raises
    ------
    TypeError
        For what has no graph.

    Examples
    --------
    >>> import advis as av
    >>> print(av.to_graphviz(av.trace(lambda x1, x2: x1 * x2, 2.0, 5.0)).source)
    digraph "lambda(x1, x2)" {
    ...
    """
    if not isinstance(shown, Shown):
        raise TypeError(f"to_graphviz: give a tape or a sweep, such as av.trace(f, x), not {shown!r:.60}")
    from advis.media.dot import digraph

    return digraph(shown.film())
