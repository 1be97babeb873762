"""A film: what is shown, as plain data. Scenes hold fixed marks; tracks say what changes at which step.

A mark is drawn at one place for ever. What changes is its *state*: a role (words that the theme turns into
colours and strokes), a text and a level. A mark's key names it in every scene: the box of a node, its row in the
trace table and its piece of the source line share one key, so that they light up together.

==========  =======================================================================================
key         state
==========  =======================================================================================
``n3``      node 3: role ``""``, ``active <voice>`` or ``done <voice>``
``n3.v``    its value; ``n3.t`` its tangent; ``n3.a`` its adjoint: the text, role ``partial`` while a
            sum is still growing
``e3.0``    the edge to node 3 from the first of its parents: role ``""``, ``flow <voice>`` (the text is the token
            that travels), ``done <voice>``; with ``negative`` where it makes a sum smaller
``b2``      block 2: as a node, and its text is the sentence that tells its step; ``b2.i0`` what goes into it
``say``     the sentence that tells the step, as spans
``m0.2``    the product of the factors 0 and 1; ``c0.1.2`` the choice to multiply them (`advis.films.rail`)
==========  =======================================================================================

A voice is ``value``, ``tangent`` or ``adjoint``. A node that a sweep does not reach is ``idle``; what a quiz asks
for is ``veiled`` until its step: a box then keeps its shape to itself, an edge its partial.

In a scene that several blocks share, as the turns of a loop do, a key says ``@`` where these differ (`resolve`).
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple

from advis.autodiff.shown import Shown

SCHEMA = "advis-film/1"
MOST_SAID = 60
"""A film's text has at most so many lines."""

Spans = tuple[tuple[str, str], ...]
"""A text in pieces, each with its role: ``(("name", "v1"), ("soft", " = log(x1)"))``."""


class State(NamedTuple):
    """What a mark shows from one step on: its role, its text (a string or spans) and its level in [0, 1]."""

    role: str = ""
    text: str | Spans = ""
    level: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node in a drawing: a frame with a title and one reserved row for each quantity.

    ``rows`` are pairs of a voice and the key whose state fills the row. ``stack`` are the edges whose contributions are
    added up in the last row, in the order in which they arrive: the level of each edge's state is its share of the sum.
    """

    key: str
    shape: str  # input, operation, output, constant, blind (no tangent), block
    at: tuple[float, float, float, float]  # left, top, width, height
    title: Spans  # if empty, the states of the key with ``.n`` (name) and ``.o`` (operation)
    rows: tuple[tuple[str, str], ...] = ()
    stack: tuple[str, ...] = ()
    note: str = ""  # small, at the right of the title: the shape of an array
    more: str = ""  # the whole text where the title is shortened
    kind: str = "box"


@dataclass(frozen=True, slots=True)
class Edge:
    """A curve between two boxes, with its partial in small type and a place for what flows."""

    key: str
    path: tuple[float, ...]  # x, y, then (x1, y1, x2, y2, x, y) of each cubic
    label: str = ""  # if empty, the state of the key with ``.p``
    label_at: tuple[float, float] = (0.0, 0.0)
    source: str = ""
    target: str = ""
    name: str = ""  # of what passes, if its source is a box of several values
    kind: str = "edge"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: each cell is fixed spans, or the key whose state fills it."""

    key: str
    cells: tuple[str | Spans, ...]
    kind: str = "row"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source: its number, its text, and which columns of it belong to which node (key, start, stop).

    A line with a voice is lit in that voice's sweep only.
    """

    number: int
    text: str
    segments: tuple[tuple[str, int, int], ...] = ()
    voice: str = ""
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class Ink:
    """One thing to draw.

    ``tag`` is ``rect`` (``at`` = left, top, width, height, corner radius), ``tiles`` (left, top, width, height of each
    rectangle), ``path`` (``at`` = x, y, then cubics), ``lines`` (``at`` = x1, y1, x2, y2 of each straight piece) or
    ``text`` (``at`` = x, baseline).
    """

    tag: str
    role: str
    at: tuple[float, ...]
    spans: Spans = ()
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Group:
    """Fixed inks under one key: a matrix, a bar, a price, a part of a chart.

    The words of its state's role are added to each ink's; ``off`` hides it. An ink with the role ``told …`` shows the
    state's text; the width of one with the role ``level …`` is the share of the state's level.
    """

    key: str
    inks: tuple[Ink, ...]
    at: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # what a click or an outline means
    more: str = ""  # in words, for a tooltip
    kind: str = "group"


Mark = Box | Edge | Row | Line | Group


@dataclass(frozen=True, slots=True)
class Choice:
    """A transition that the reader drives: what stands side by side is taken, and something else is given.

    Attributes
    ----------
    key : str
        Of the mark that is clicked.
    takes : tuple of str
        Keys that must stand side by side.
    gives : str
        The key that stands there afterwards.
    cost : int
        What is paid.
    size : int
        What it holds, while it is there.
    text : Spans
        What happens, as a sentence.
    """

    key: str
    takes: tuple[str, ...]
    gives: str
    cost: int
    size: int
    text: Spans


@dataclass(frozen=True, slots=True)
class Scene:
    """Marks that are shown together: a ``drawing`` with a size, a ``table`` with columns, or ``lines`` of source."""

    name: str
    kind: str
    title: str
    marks: tuple[Mark, ...]
    width: float = 0.0
    height: float = 0.0
    columns: tuple[tuple[str, str], ...] = ()  # of a table: heading and role (name, soft, value, tangent, adjoint)
    description: str = ""  # the drawing in words
    block: str = ""  # the block that shows it; "" for what a film shows first


@dataclass(frozen=True, slots=True)
class Block:
    """A box that opens: the scenes that carry its key are shown in place of those around it.

    Attributes
    ----------
    key : str
        Of its box.
    label : str
        What it is called.
    parent : str
        The block in whose scenes its box stands; ``""`` for the outermost.
    each : int
        How many turns it has for each turn of the parent.
    turns : tuple
        For each turn the nodes that ``@0``, ``@1``, … in its keys stand for; None for one that is not in the film.
        A single turn needs none.
    """

    key: str
    label: str
    parent: str = ""
    each: int = 1
    turns: tuple[tuple[int, ...] | None, ...] = ()


Track = tuple[tuple[int, State], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to play the same scenes: tracks of its own, for every key that the film has."""

    label: str
    voice: str
    steps: int
    tracks: Mapping[str, Track]


@dataclass(frozen=True, slots=True, repr=False)
class Film(Shown):
    """What is shown, in every medium: see the head of this module.

    ``steps`` is the last step: a film runs from step 0 to ``steps``. A film with variants is itself the last of them.
    A film can itself be displayed and saved; its text is what is said at each step.

    Examples
    --------
    >>> film = Film("sweep", "f", steps=2, tracks={"n1.a": ((0, State("", "")), (2, State("", "5")))})
    >>> state_at(film, 1)["n1.a"].text, state_at(film, 2)["n1.a"].text
    ('', '5')
    """

    kind: str
    title: str
    scenes: tuple[Scene, ...] = ()
    tracks: Mapping[str, Track] = field(default_factory=dict)
    steps: int = 0
    subtitle: str = ""
    voice: str = "value"
    choices: tuple[Choice, ...] = ()
    variants: tuple[Variant, ...] = ()
    blocks: tuple[Block, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    _json: list[str] = field(default_factory=list, init=False, repr=False, compare=False)  # once it was asked for

    def to_json(self) -> str:
        """Return the film as canonical, compact JSON: the same film gives the same bytes on every machine."""
        from advis.films.pack import to_json

        if not self._json:
            self._json.append(to_json(self))
        return self._json[0]

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change when anything in the film changes (SHA-256 of its JSON)."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def film(self) -> Film:  # type: ignore[override]
        """Return the film itself: it takes no options any more."""
        return self

    def __str__(self) -> str:
        said = (f"{step:>4}  {spelled(state.text)}" for step, state in self.tracks.get("say", ()))
        lines = [f"{self.title}, {self.subtitle}" if self.subtitle else self.title, "", *said]
        return "\n".join([*lines[:MOST_SAID], f"… {len(lines) - MOST_SAID} more"] if len(lines) > MOST_SAID else lines)

    def scene(self, name: str) -> Scene:
        """Return the scene of this name.

        Raises
        ------
        KeyError
            If there is none; the message lists those that exist.
        """
        for scene in self.scenes:
            if scene.name == name:
                return scene
        raise KeyError(f"no scene {name!r} in this film; it has {', '.join(s.name for s in self.scenes) or 'none'}")


def spelled(text: str | Spans) -> str:
    """Return a text without its roles."""
    return text if isinstance(text, str) else "".join(part for _, part in text)


def resolve(key: str, turn: int, nodes: Sequence[int]) -> str:
    """Return what a key of a shared scene means in a turn: ``@3`` is a node of its list, a bare ``@`` its number.

    Examples
    --------
    >>> resolve("e@1.0", 7, [20, 31]), resolve("b2.@.i0", 7, [20, 31])
    ('e31.0', 'b2.7.i0')
    """
    return re.sub(r"@(\d*)", lambda found: str(nodes[int(found[1])] if found[1] else turn), key)


def state_at(film: Film, step: int) -> dict[str, State]:
    """Return the state of every mark at a step: the latest entry of its track that is not after it.

    A mark whose track has not begun is in the empty ``State()``. A film with choices plays its first order.
    """
    if film.choices:
        from advis.films.choices import order_at

        return order_at(film, 0, step)
    states = {}
    for key, track in film.tracks.items():
        place = bisect_right(track, step, key=lambda entry: entry[0])
        states[key] = track[place - 1][1] if place else State()
    return states


def plain(film: Film) -> dict[str, Any]:
    """Return the film as dicts, lists, strings and numbers, with defaults left out: what the player works on."""
    record = {name: _plain(value) for name, value in _items(film)}
    record["tracks"] = _plain_tracks(film.tracks)
    for variant, whole in zip(record["variants"], film.variants, strict=True):
        variant["tracks"] = _plain_tracks(whole.tracks)
    return {"schema": SCHEMA, **record}


def _plain_tracks(tracks: Mapping[str, Track]) -> dict[str, Any]:
    return {key: [[step, *_short(state)] for step, state in track] for key, track in tracks.items()}


def _items(record: Any) -> Iterable[tuple[str, Any]]:
    return ((name, getattr(record, name)) for name in _shown_fields(record.__class__))


@cache
def _shown_fields(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if not f.name.startswith("_"))


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 4)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {name: _plain(item) for name, item in _items(value) if item not in ("", (), 0.0)}
    return value


def _short(state: State) -> list[Any]:
    """Role, text and level of a state without the trailing defaults."""
    parts = [state.role, _plain(state.text), _plain(state.level)]
    while parts and parts[-1] in ("", 0, []):
        parts.pop()
    return parts
