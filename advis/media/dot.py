"""A film's graph as DOT, for those who go on with Graphviz: structure and texts, no positions."""

from __future__ import annotations

from typing import Any

from advis.autodiff.visible import brief
from advis.films.draw import VOICES
from advis.films.film import Box, Edge, Film, State, spelled, state_at

_LOOKS = {
    "input": {"shape": "box", "style": "rounded"},
    "operation": {"shape": "box"},
    "output": {"shape": "box", "peripheries": "2"},
    "constant": {"shape": "plaintext", "fontcolor": "gray40", "fontsize": "10"},
    "blind": {"shape": "box", "style": "dashed"},
    "block": {"shape": "folder"},
}


def digraph(film: Film, step: int | None = None) -> Any:
    """Return a ``graphviz.Digraph`` of a film's graph at one step (the last one if not given).

    Every text is quoted and escaped: a name cannot become a DOT attribute, an HTML label or an escape sequence.

    Raises
    ------
    TypeError
        For a film without a graph.
    """
    if not any(scene.name == "graph" for scene in film.scenes):
        raise TypeError(
            f"to_graphviz: the picture of {film.title} has no graph; give a tape or a sweep, or of a chain its tape "
            "or chain.sweep('reverse')"
        )
    import graphviz

    states = state_at(film, film.steps if step is None else step)
    graph = graphviz.Digraph(film.title, graph_attr={"rankdir": "LR"}, node_attr={"fontname": "Helvetica"})
    for mark in film.scene("graph").marks:
        if isinstance(mark, Box):
            graph.node(mark.key, label=_label(mark, states), **_LOOKS[mark.shape.split()[0]])
    for mark in film.scene("graph").marks:
        if isinstance(mark, Edge):
            graph.edge(mark.source, mark.target, label=_quoted(mark.label))
    return graph


def _quoted(text: str) -> str:
    """Text for a label: backslashes are letters, and ``<…>`` is not HTML."""
    import graphviz

    return graphviz.nohtml(graphviz.escape(text)) if text else ""


def _label(mark: Box, states: dict[str, State]) -> str:
    """The box's title and rows, one below the other."""
    lines = [brief(mark.more or spelled(mark.title))]
    for voice, key in mark.rows:
        text = spelled(states.get(key, State()).text)
        if text:
            lines.append(f"{VOICES[voice]} {text}")
    return "\\n".join(_quoted(line) for line in lines)
