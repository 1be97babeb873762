"""Who appears in a place: its boxes and curves with their keys, and the nodes and edges that these stand for.

In a shared place the keys are ``n@3``, ``e@3.0``, ``b2.@``: in each turn the number after ``@`` is looked up in the
turn's own list of nodes, and a bare ``@`` is the number of the turn. So a drawing is made once, for all turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from advis.autodiff.primitives.rule import CONSTANT
from advis.autodiff.tape import Tape
from advis.films.places import Fold, Place, Plan, Use
from advis.films.words import Words

MOST_ENTRANCES = 20
"""So many values from outside have a box of their own in an inner place; the rest are counted."""
MOST_PARALLEL = 3
"""More values than this from the same box into a fold are drawn as one curve, with their number."""
MOST_SINGLE = 5
"""More operands of a node than this from the same box are drawn as one curve, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Vertex:
    """A box to be drawn: a node or a constant, a value from outside, a fold, or what is only counted."""

    key: str
    kind: str  # node, constant, entrance, fold, more
    index: int  # the node; of a fold the first
    user: Use | None = None  # of a constant or an entrance: one of its uses in this place
    fold: Fold | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A curve to be drawn: from which box to which, and the edges of the tape that it stands for.

    It is a bundle if these are many operands of one node.
    """

    key: str
    source: int
    target: int
    sources: tuple[int, ...]  # the nodes whose values pass
    uses: tuple[Use, ...]
    fold: Fold | None = None  # what it leads into, if that is folded

    @property
    def bundle(self) -> bool:
        return self.fold is None and len(self.uses) > 1


@dataclass(eq=False)
class Cast:
    """The boxes and curves of a place, in the order of the record.

    Attributes
    ----------
    tape : Tape
    place : Place
    vertices : list of Vertex
    links : list of Link
    references : list
        Of a shared place: the nodes of the drawn block that the numbers after ``@`` mean, each with a use of it.
    """

    tape: Tape
    place: Place
    vertices: list[Vertex] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    references: list[tuple[int, Use | None]] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)

    def node(self, index: int, user: Use | None = None) -> str:
        """Return the key of a node."""
        return f"n{self._reference(index, user)}"

    def _reference(self, index: int, user: Use | None = None) -> str:
        if not self.place.shared:
            return str(index)
        if index not in self._numbers:
            self._numbers[index] = len(self.references)
            self.references.append((index, user))
        return f"@{self._numbers[index]}"

    def edge(self, use: Use) -> str:
        """Return the key of an edge of one of the nodes of this place."""
        return f"e{self._reference(use[0])}.{use[1]}"

    def fold(self, fold: Fold) -> str:
        """Return the key of a fold."""
        return f"{fold.key}.@" if self.place.shared else fold.key

    def turns(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Each turn that the film brings along, with its number."""
        return ((q, turn) for q, turn in enumerate(self.place.turns) if turn is not None)

    def nodes(self) -> tuple[tuple[int, ...] | None, ...]:
        """Return what the references are in each turn."""
        find = self.place.elsewhere
        return tuple(
            turn if turn is None else tuple(find(self.tape, turn, index, user) for index, user in self.references)
            for turn in self.place.turns
        )

    def everywhere(self, index: int, user: Use | None = None) -> list[int]:
        """Return the node that a node of the drawn block stands for in each turn."""
        if not self.place.shared:
            return [index]
        return [self.place.elsewhere(self.tape, turn, index, user) for _, turn in self.turns()]

    def anywhere(self, index: int, user: Use | None = None) -> list[int]:
        """Return those nodes each once, in order: what comes from outside may be the same in every turn."""
        return sorted(set(self.everywhere(index, user)))

    def entered(self, fold: Fold) -> Iterator[int]:
        """The nodes of a fold that use values from outside, in all turns."""
        for _, turn in self.turns():
            for uses in fold.ports.values():
                for target, _ in uses:
                    yield turn[self.place.order[target]]

    def keys(self, link: Link) -> list[str]:
        """Return the keys that the key of a curve stands for, in all turns."""
        if not self.place.shared:
            return [link.key]
        if link.fold is not None:
            return [link.key.replace("@", str(q)) for q, _ in self.turns()]
        target, place = self.place.order[link.uses[0][0]], link.key.partition(".")[2]
        return [f"e{turn[target]}.{place}" for _, turn in self.turns()]

    def bundles(self) -> Iterator[tuple[str, tuple[int, ...], list[Use]]]:
        """Each bundle in each turn: its key there, the nodes whose values pass, and the edges of the tape."""
        order = self.place.order
        for link in (link for link in self.links if link.bundle):
            for key, (_, turn) in zip(self.keys(link), self.turns(), strict=True):
                uses = [(turn[order[target]], place) for target, place in link.uses]
                yield key, tuple(dict.fromkeys(self.tape.parents[target][place] for target, place in uses)), uses


def edge_key(use: Use) -> str:
    """Return the key of an edge of the tape: to a node, from one of its parents."""
    return f"e{use[0]}.{use[1]}"


def drawn_as(shown: list[Cast]) -> dict[str, str]:
    """Return the keys of the edges that are drawn in a bundle, each with that of the bundle."""
    return {edge_key(use): key for cast in shown for key, _, uses in cast.bundles() for use in uses}


def casts(plan: Plan) -> list[Cast]:
    """Return who appears in each place of a plan."""
    return [_cast(plan.tape, place) for place in plan.places]


def _cast(tape: Tape, place: Place) -> Cast:
    cast = Cast(tape, place)
    found: dict[int, Vertex] = {}  # by the first node, and so in the order of the record
    owners: dict[int, int] = {}  # of each value the node or fold that gives it, by its first node
    inner = [item for item in place.items if not isinstance(item, Fold)]
    for index in inner:
        found[index] = Vertex(cast.node(index), "node", index)
    for fold in place.folds:
        found[fold.block.first] = Vertex(cast.fold(fold), "fold", fold.block.first, fold=fold)
        owners |= dict.fromkeys(fold.outputs, fold.block.first)
        if len(fold.outputs) == 1:
            cast.node(fold.outputs[0])
    outside = 0
    more: dict[int, Use] = {}
    uses = [(parent, (index, k)) for index in inner for k, parent in enumerate(tape.parents[index])]
    uses += [(parent, entries[0]) for fold in place.folds for parent, entries in fold.ports.items()]
    for parent, use in uses:
        if parent in found or parent in owners:
            continue
        if tape.primitives[parent] is CONSTANT:
            found[parent] = Vertex(cast.node(parent, use), "constant", parent, use)
        elif outside < MOST_ENTRANCES:
            outside += 1
            found[parent] = Vertex(cast.node(parent, use), "entrance", parent, use)
        else:
            more[parent] = use
    if more:
        found[min(more)] = Vertex("", "more", min(more), count=len(more))
        owners |= dict.fromkeys(more, min(more))
    cast.vertices = [found[index] for index in sorted(found)]
    order = {vertex.index: k for k, vertex in enumerate(cast.vertices)}
    giver = {index: order[owner] for index, owner in owners.items()} | order
    for k, vertex in enumerate(cast.vertices):
        if vertex.kind == "node":
            cast.links += _operands(cast, vertex.index, k, giver)
        elif vertex.fold is not None:
            cast.links += _ports(vertex.key, vertex.fold, k, giver)
    return cast


def _operands(cast: Cast, index: int, target: int, giver: Mapping[int, int]) -> Iterator[Link]:
    """The curves into a node: one for each operand, or one for many from the same box."""
    parents = cast.tape.parents[index]
    places: dict[int, list[int]] = {}
    for place, parent in enumerate(parents):
        places.setdefault(giver[parent], []).append(place)
    many = [source for source, found in places.items() if len(found) > MOST_SINGLE]
    for place, parent in enumerate(parents):
        source = giver[parent]
        if source not in many:
            yield Link(cast.edge((index, place)), source, target, (parent,), ((index, place),))
        elif place == places[source][0]:
            sources = tuple(dict.fromkeys(parents[each] for each in places[source]))
            uses = tuple((index, each) for each in places[source])
            key = cast.edge((index, place)).removesuffix(f".{place}")
            yield Link(f"{key}.i{many.index(source)}", source, target, sources, uses)


def _ports(key: str, fold: Fold, target: int, giver: Mapping[int, int]) -> Iterator[Link]:
    """The curves into a fold: one for each value, or one for many from the same box."""
    groups: dict[int, list[int]] = {}
    for index in fold.ports:
        groups.setdefault(giver[index], []).append(index)
    count = 0
    for source, indices in groups.items():
        single = len(indices) <= MOST_PARALLEL
        for sources in [(index,) for index in indices] if single else [tuple(indices)]:
            uses = tuple(use for index in sources for use in fold.ports[index])
            yield Link(f"{key}.i{count}", source, target, sources, uses, fold)
            count += 1


def drawn(shown: list[Cast]) -> list[int]:
    """Return the nodes whose numbers stand in a box or a row of some place, in order."""
    found: set[int] = set()
    for cast in shown:
        for vertex in cast.vertices:
            if vertex.kind in ("node", "entrance"):
                found.update(cast.anywhere(vertex.index, vertex.user))
            elif vertex.fold is not None and len(vertex.fold.outputs) == 1:
                found.update(cast.everywhere(vertex.fold.outputs[0]))
    return sorted(found)


def words_of(tape: Tape, shown: list[Cast]) -> Words:
    """Return the words of a tape for the places in which it is shown."""
    homes: dict[int, str] = {}
    alike: dict[str, dict[str, str]] = {}
    for place in (cast.place for cast in shown):
        turns = [turn for turn in place.turns if turn is not None] if place.shared else []
        drawn_there = {place.order[item] for item in place.items if not isinstance(item, Fold)} if turns else set()
        homes |= {turn[k]: place.key for turn in turns for k in drawn_there}
        alike[place.key] = {**alike.get(place.parent, {}), **_alike(tape, turns)}
    return Words(tape, homes, alike)


def _alike(tape: Tape, turns: list[tuple[int, ...]]) -> dict[str, str]:
    """How automatic names are told in a place that turns share: as those of the first turn.

    What the program returns keeps its name, by which its result is known.
    """
    names, returned = tape.names, {node.index for node in tape.outputs}
    return {
        names[index]: names[first]
        for first, *others in zip(*turns, strict=True)
        for index in others
        if index not in returned and automatic(names[first]) and automatic(names[index])
    }


def automatic(name: str) -> bool:
    """Return whether a name is one that is given where the reader's code gives none."""
    return re.fullmatch(r"v\d+", name) is not None
