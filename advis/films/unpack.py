"""A film from its compact JSON: the way back of `advis.films.pack`, which tells the rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from advis.films.film import (
    SCHEMA,
    Block,
    Box,
    Choice,
    Edge,
    Film,
    Group,
    Ink,
    Line,
    Mark,
    Row,
    Scene,
    Spans,
    State,
    Track,
    Variant,
)
from advis.films.pack import path_through


def from_json(text: str) -> Film:
    """Return the film that a text holds.

    Raises
    ------
    ValueError
        If it is no JSON, is a film of another schema, or is damaged; the message says which.

    Examples
    --------
    >>> film = Film("sweep", "f", steps=2, tracks={"say": ((0, State("", "Start.")), (2, State("", "Done.")))})
    >>> from_json(film.to_json()) == film
    True
    """
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"load: this is no JSON ({error})") from None
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"load: this is no film of {SCHEMA}, but {schema!r}; save the object again with this version")
    try:
        return _film(record, _Words(record["words"]))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"load: this film is damaged ({type(error).__name__}: {error})") from error


class _Words:
    """The roles and pieces of texts that others name by their places."""

    def __init__(self, listed: list[str]) -> None:
        self.listed = listed

    def spans(self, flat: list[Any]) -> Spans:
        return tuple((self.listed[role], self._piece(part)) for role, part in _pairs(flat))

    def text(self, packed: Any) -> str | Spans:
        return packed if isinstance(packed, str) else self.spans(packed)

    def _piece(self, part: Any) -> str:
        return part if isinstance(part, str) else self.listed[part]


def _pairs(flat: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def _film(record: dict[str, Any], words: _Words) -> Film:
    tracks = _tracks(record["tracks"], words)
    return Film(
        record["kind"],
        record["title"],
        tuple(_scene(scene, words) for scene in record["scenes"]),
        tracks,
        record["steps"],
        record["subtitle"],
        record["voice"],
        tuple(_choice(choice, words) for choice in record["choices"]),
        tuple(
            Variant(label, voice, steps, _variant(packed, tracks, record["steps"] - steps, words))
            for label, voice, steps, packed in record.get("variants", ())
        ),
        tuple(_block(*block) for block in record.get("blocks", ())),
        _data(record["data"]),
    )


def _data(data: dict[str, Any]) -> dict[str, Any]:
    """What a film carries besides; a cost too large for a number of JavaScript has travelled as text."""
    return data | {name: int(data[name]) for name in ("best", "most") if isinstance(data.get(name), str)}


def _choice(packed: list[Any], words: _Words) -> Choice:
    key, takes, gives, cost, size, text = packed
    return Choice(key, tuple(takes), gives, int(cost), size, words.spans(text))


def _block(key: str, label: str, parent: str, each: int, turns: list[Any]) -> Block:
    return Block(key, label, parent, each, tuple(None if turn is None else tuple(turn) for turn in turns))


# -- tracks


def _tracks(packed: Mapping[str, Any], words: _Words) -> dict[str, Track]:
    return {key: _track(track, words) for key, track in packed.items()}


def _variant(packed: Mapping[str, Any], film: Mapping[str, Track], later: int, words: _Words) -> dict[str, Track]:
    """The tracks of a variant: those of the film, but for what is told here."""
    own = {
        key: _part(track, film[key], later) if isinstance(track, int) else _track(track, words)
        for key, track in packed.items()
        if track is not None
    }
    return {key: track for key, track in film.items() if key not in packed} | own


def _part(count: int, whole: Track, later: int) -> Track:
    return whole[:count] if count > 0 else tuple((step - later, state) for step, state in whole[count:])


def _track(packed: Any, words: _Words) -> Track:
    if isinstance(packed, str):
        return ((0, State("", packed)),)
    if packed and isinstance(packed[0], int):  # a turn at one step, and something else from the next one on
        return _turn(words, *packed)
    entries: list[list[Any]] = packed
    return tuple(_entry(words, *entry) for entry in entries)


def _turn(words: _Words, step: int, now: int, later: int, text: Any = "", level: float = 0.0) -> Track:
    state = State(words.listed[now], words.text(text), float(level))
    return (step, state), (step + 1, State(words.listed[later], "", float(level)))


def _entry(words: _Words, step: int, role: int = 0, text: Any = "", level: float = 0.0) -> tuple[int, State]:
    return step, State(words.listed[role], words.text(text), float(level))


# -- scenes


def _scene(packed: dict[str, Any], words: _Words) -> Scene:
    marks = (mark for run in packed["marks"] for mark in _run(run, words))
    rest = {name: item for name, item in packed.items() if name not in ("marks", "columns")}
    columns = tuple((heading, role) for heading, role in packed.get("columns", ()))
    return Scene(**rest, marks=tuple(marks), columns=columns)


def _run(packed: dict[str, Any], words: _Words) -> Iterator[Mark]:
    """The marks of a run, from its columns."""
    columns = {name: _column(column) for name, column in packed.items() if name != "kind"}
    make = _MAKERS[packed["kind"]]
    for place in range(len(next(iter(columns.values())))):
        yield make({name: column[place] for name, column in columns.items()}, words, place)


def _column(column: Any) -> list[Any]:
    if isinstance(column, list):
        return column
    return [item for count, item in _pairs(column["runs"]) for _ in range(count)]


def _whole(key: str, owner: str) -> str:
    return owner + key if key.startswith(".") else key


def _box(named: dict[str, Any], words: _Words, place: int) -> Box:
    rows = tuple((words.listed[voice], _whole(key, named["key"])) for voice, key in _pairs(named.pop("rows", [])))
    title, stack = words.spans(named.pop("title", [])), tuple(named.pop("stack", ()))
    return Box(named.pop("key"), named.pop("shape"), tuple(named.pop("at")), title, rows, stack, **named)


def _edge(named: dict[str, Any], words: _Words, place: int) -> Edge:
    for axis in ("right", "down"):
        if axis in named:
            named["path"] = path_through(named.pop(axis), axis)
    named["path"], named["label_at"] = tuple(named["path"]), tuple(named.get("label_at") or (0.0, 0.0))
    return Edge(**named)


def _row(named: dict[str, Any], words: _Words, place: int) -> Row:
    cells = (_whole(cell, named["key"]) if isinstance(cell, str) else words.spans(cell) for cell in named["cells"])
    return Row(named["key"], tuple(cells))


def _line(named: dict[str, Any], words: _Words, place: int) -> Line:
    text, segments = named.get("text", ""), named.get("segments", [])
    if isinstance(segments, str):
        segments = [(segments, len(text) - len(text.lstrip()), len(text))]
    voice = words.listed[named.get("voice", 0)]
    return Line(named.get("number", place + 1), text, tuple((key, start, stop) for key, start, stop in segments), voice)


def _group(named: dict[str, Any], words: _Words, place: int) -> Group:
    inks = tuple(_ink(words, *ink) for ink in named.get("inks", ()))
    at = tuple(named.get("at") or (0.0, 0.0, 0.0, 0.0))
    return Group(named["key"], inks, at, named.get("more", ""))


def _ink(words: _Words, tag: int, role: int, at: list[float], text: Any = "", anchor: int = 0) -> Ink:
    spans = () if isinstance(text, str) else words.spans(text)
    return Ink(words.listed[tag], words.listed[role], tuple(at), spans, words.listed[anchor] or "start")


_MAKERS: dict[str, Callable[[dict[str, Any], _Words, int], Mark]] = {
    "box": _box,
    "edge": _edge,
    "row": _row,
    "line": _line,
    "group": _group,
}
