"""The titles of a place's boxes and the labels of its curves: fixed where all turns agree, else in tracks."""

from __future__ import annotations

from advis.films.cast import Cast, Link, Vertex
from advis.films.draw import NAME_SIZE, PAD, TITLE_SIZE
from advis.films.film import State, Track
from advis.films.metrics import shortened, text_width
from advis.films.words import Words

WIDEST = 280.0
"""No box is wider."""
LONGEST = WIDEST - 2 * PAD


class Titles:
    """What stands in the boxes and on the curves of a place.

    Attributes
    ----------
    tracks : dict
        The texts that differ from turn to turn: ``n5.n`` is a name, ``n5.o`` an operation, ``e5.0.p`` a partial.
    """

    def __init__(self, words: Words, cast: Cast) -> None:
        self.words, self.cast = words, cast
        self.tracks: dict[str, Track] = {}
        self._texts: dict[str, tuple[str, str] | None] = {}

    def texts(self, vertex: Vertex) -> tuple[str, str] | None:
        """Return the name and the operation of a node or constant; None where they differ from turn to turn."""
        if vertex.key not in self._texts:
            self._texts[vertex.key] = self._common(vertex)
        return self._texts[vertex.key]

    def _common(self, vertex: Vertex) -> tuple[str, str] | None:
        if not self.cast.place.shared:
            name, operation = self.words.title(vertex.index)
            return name, "" if vertex.kind == "entrance" else operation
        titles = self._titles(vertex)
        if vertex.kind == "entrance" and len({name for name, _ in titles.values()}) == 1:
            return next(iter(titles.values()))[0], ""
        if len(set(titles.values())) == 1:
            return next(iter(titles.values()))
        for node, (name, operation) in titles.items():
            shown = shortened(name, NAME_SIZE, LONGEST)
            rest = shortened(operation, TITLE_SIZE, LONGEST - text_width(f"{shown} = ", NAME_SIZE))
            self.tracks[f"n{node}.n"] = ((0, State("", (("name", shown),))),)
            self.tracks[f"n{node}.o"] = ((0, State("", (("soft", rest),) if rest else "")),)
        return None

    def _titles(self, vertex: Vertex) -> dict[int, tuple[str, str]]:
        nodes = self.cast.anywhere(vertex.index, vertex.user)
        titles = {node: self.words.title(node) for node in nodes}
        common, place = self.words.common, self.cast.place.key
        return {node: (common(name, place), common(rest, place)) for node, (name, rest) in titles.items()}

    def widest(self, vertex: Vertex) -> tuple[str, str]:
        """Return the longest name and the longest operation of any turn."""
        texts = self.texts(vertex)
        if texts is not None:
            return texts
        titles = self._titles(vertex).values()
        return max((name for name, _ in titles), key=len), max((rest for _, rest in titles), key=len)

    def label(self, link: Link) -> tuple[str | None, str]:
        """Return the partial on a curve, None if it differs from turn to turn, and the longest one."""
        if link.fold is not None or link.bundle:
            said = self._passing(link)
            return said, said
        target, position = link.uses[0]
        nodes = self.cast.everywhere(target)
        said_each = [self.words.partial(node, position) for node in nodes]
        if len(set(said_each)) == 1:
            return said_each[0], said_each[0]
        pairs = zip(self.cast.keys(link), said_each, strict=True)
        self.tracks |= {f"{key}.p": ((0, State("", text)),) for key, text in pairs}
        return None, max(said_each, key=len)

    def passing(self, link: Link) -> str:
        """Return the name of the value that passes a curve into a node, if it comes from a fold of several values."""
        return "" if link.fold is not None or link.bundle else self._hidden(link)

    def _passing(self, link: Link) -> str:
        """What goes into a fold or passes in a bundle: how many values, or the name of one that stands nowhere else."""
        if len(link.sources) > 1:
            return f"{len(link.sources):,} values"
        return f"{len(link.uses):,} times" if link.bundle else self._hidden(link)

    def _hidden(self, link: Link) -> str:
        """The name of a value that is one of several of a fold."""
        source = self.cast.vertices[link.source]
        if source.fold is None or len(source.fold.outputs) == 1:
            return ""
        return self.words.common(self.words.title(link.sources[0])[0], self.cast.place.key)
