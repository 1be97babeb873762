"""A film as compact JSON: marks in columns, roles in one list of words, keys without what repeats.

``static/film.js`` unpacks it to the plain form of `plain`; the tests compare the two. The rules:

* A scene's marks are runs of one kind, each a dict of columns; a column that would hold only defaults is left out, and
  one that repeats itself is ``{"runs": [how often, what, …]}``.
* Roles are places in ``words``, and so are the pieces of texts that occur often. Spans and rows are flat:
  ``[role, text, role, text]``.
* Inks, choices and blocks are lists of their fields in order.
* The number of a line is left out where lines are counted from 1; its voice is a place in ``words``; a segment that
  covers the whole line but for its indentation is written as its key.
* A track that says one text from the start is this text. One that has its turn at a step, and is something else from
  the next step on, is ``[step, role, later role, text, level]``.
* A variant's track that is the film's own is left out. One that is its first k entries is k, one that is its last k,
  moved back by as many steps as the variant has fewer, is -k. One that is not there is null.
* A key that begins with the mark's own is written from the dot on: ``".v"`` in the box ``n3`` is ``n3.v``.
* Curves that leave and arrive along one axis, with their controls half way, are written as knots (``right``, ``down``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from advis.films.film import SCHEMA, Box, Edge, Film, Group, Ink, Line, Mark, Row, Scene, Spans, State, Track, Variant


def to_json(film: Film) -> str:
    """Return a film as canonical JSON: the same film gives the same bytes on every machine."""
    return json.dumps(packed(film), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def packed(film: Film) -> dict[str, Any]:
    """Return the compact form of a film, ready for JSON."""
    words = _Words(_often(film))
    scenes = [_scene(scene, words) for scene in film.scenes]
    tracks = _tracks(film.tracks, words)
    head = {name: _value(getattr(film, name)) for name in ("kind", "title", "subtitle", "voice", "steps", "data")}
    head["choices"] = [
        [choice.key, list(choice.takes), choice.gives, _value(choice.cost), choice.size, _text(choice.text, words)]
        for choice in film.choices
    ]
    if film.blocks:
        head["blocks"] = [[b.key, b.label, b.parent, b.each, _value(b.turns)] for b in film.blocks]
    if film.variants:  # most films have none
        head["variants"] = [
            [variant.label, variant.voice, variant.steps, _variant(variant, film, words)] for variant in film.variants
        ]
    return {"schema": SCHEMA, **head, "scenes": scenes, "tracks": tracks, "words": words.listed}


def _tracks(tracks: Mapping[str, Track], words: _Words) -> dict[str, Any]:
    return {key: _track(tracks[key], words) for key in sorted(tracks)}  # so words have one order in all films alike


def _variant(variant: Variant, film: Film, words: _Words) -> dict[str, Any]:
    """The tracks of a variant, told by those of the film as far as they can be."""
    later = film.steps - variant.steps
    packed: dict[str, Any] = {}
    for key in sorted(film.tracks.keys() | variant.tracks.keys()):
        whole, track = film.tracks.get(key), variant.tracks.get(key)
        if track is None:
            packed[key] = None
        elif track != whole:
            packed[key] = _part(track, whole or (), later) or _track(track, words)
    return packed


def _part(track: Track, whole: Track, later: int) -> int:
    """How many entries at the beginning of a film's track are this one, or, below zero, at its end; 0 if neither."""
    count = len(track)
    if track == whole[:count]:
        return count
    return -count if track == tuple((step - later, state) for step, state in whole[-count:]) else 0


def _track(track: Track, words: _Words) -> Any:
    step, state = track[0] if track else (0, State())
    if len(track) == 1 and not step and not state.role and not state.level and isinstance(state.text, str):
        return state.text
    if len(track) == 2:
        (_, now), (then, later) = track
        if then == step + 1 and not later.text and later.level == now.level:
            rest = _trimmed([_text(now.text, words), _value(now.level)])
            return [step, words.place(now.role), words.place(later.role), *rest]
    return [
        [step, *_trimmed([words.place(state.role), _text(state.text, words), _value(state.level)])]
        for step, state in track
    ]


class _Words:
    """The roles that occur, each once, in the order of their first use; the first is the empty one."""

    def __init__(self, often: frozenset[str]) -> None:
        self.listed = [""]
        self._places = {"": 0}
        self._often = often

    def piece(self, text: str) -> str | int:
        """A piece of a text, or its place if it occurs often."""
        return self.place(text) if text in self._often else text

    def place(self, word: str) -> int:
        if word not in self._places:
            self._places[word] = len(self.listed)
            self.listed.append(word)
        return self._places[word]


EXACT = 2**53
"""Larger whole numbers travel as text: a number of JavaScript does not hold all their digits."""

MOST_ONCE = 3
"""A piece of so many letters, or one that occurs no more often, is simply written."""


def _often(film: Film) -> frozenset[str]:
    """The pieces of sentences that are shorter as a place in a list."""
    tracks = (film.tracks, *(variant.tracks for variant in film.variants))
    counts = Counter(
        part
        for track in (track for tracks in tracks for track in tracks.values())
        for _, state in track
        if not isinstance(state.text, str)
        for _, part in state.text
        if len(part) > MOST_ONCE
    )
    return frozenset(part for part, count in counts.items() if count > MOST_ONCE)


def _trimmed(parts: list[Any]) -> list[Any]:
    """A state's role, text and level without the defaults at its end."""
    while parts and parts[-1] in (0, "", []):
        parts.pop()
    return parts


def _scene(scene: Scene, words: _Words) -> dict[str, Any]:
    named = {f.name: _value(getattr(scene, f.name)) for f in fields(scene) if f.name != "marks"}
    runs = [_run(kind, list(run), words) for kind, run in groupby(scene.marks, key=lambda mark: mark.kind)]
    return {name: item for name, item in named.items() if item not in ("", [], 0)} | {"marks": runs}


def _run(kind: str, marks: Sequence[Mark], words: _Words) -> dict[str, Any]:
    """Consecutive marks of one kind, in columns."""
    columns: dict[str, Any] = {"kind": kind}
    for field in fields(marks[0]):
        if field.name == "kind":
            continue
        column = [_field(mark, field.name, words) for mark in marks]
        if any(item not in ("", [], 0) for item in column):
            columns[field.name] = column if kind != "box" else _shorter(column)
    if kind == "line" and columns.get("number") == list(range(1, len(marks) + 1)):
        del columns["number"]
    if kind == "edge":
        for axis in ("right", "down"):
            knots = [knots_of(path, axis) for path in columns["path"]]
            if all(knots):
                del columns["path"]
                columns[axis] = knots
                break
    return columns


def _shorter(column: list[Any]) -> Any:
    """A column as it is, or as runs if they are fewer by far."""
    runs = [(len(list(run)), item) for item, run in groupby(column)]
    return column if 3 * len(runs) > len(column) else {"runs": [x for run in runs for x in run]}


def _field(mark: Mark, name: str, words: _Words) -> Any:
    value = getattr(mark, name)
    if isinstance(mark, Box) and name == "title":
        return _text(value, words)
    if isinstance(mark, Box) and name == "rows":
        return [item for voice, key in value for item in (words.place(voice), _own(key, mark.key))]
    if isinstance(mark, Group) and name == "inks":
        return [_ink(ink, words) for ink in value]
    if isinstance(mark, Row) and name == "cells":
        return [_own(cell, mark.key) if isinstance(cell, str) else _text(cell, words) for cell in value]
    if isinstance(mark, Line) and name == "voice":
        return words.place(value)
    if isinstance(mark, Line) and name == "segments":
        whole = [(key, len(mark.text) - len(mark.text.lstrip()), len(mark.text)) for key, *_ in value[:1]]
        return value[0][0] if list(value) == whole and whole else _value(value)
    if isinstance(mark, Edge) and name == "label_at" and not mark.label and value == (0.0, 0.0):
        return []
    return _value(value)


def _ink(ink: Ink, words: _Words) -> list[Any]:
    """Tag, role, places, text and anchor, without the defaults at the end."""
    anchor = 0 if ink.anchor == "start" else words.place(ink.anchor)
    rest = _trimmed([_text(ink.spans, words), anchor])
    return [words.place(ink.tag), words.place(ink.role), _value(ink.at), *rest]


def _own(key: str, owner: str) -> str:
    return key.removeprefix(owner) if key.startswith(f"{owner}.") else key


def _text(text: str | Spans, words: _Words) -> Any:
    return text if isinstance(text, str) else [x for role, part in text for x in (words.place(role), words.piece(part))]


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_value(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 4)
    return str(value) if isinstance(value, int) and abs(value) > EXACT else value


def path_through(knots: Sequence[float], axis: str) -> tuple[float, ...]:
    """Return the cubics through knots (x, y, …) that leave and arrive along an axis, with their controls half way.

    Examples
    --------
    >>> path_through([0, 0, 10, 4], "right")
    (0, 0, 5.0, 0, 5.0, 4, 10, 4)
    """
    path = list(knots[:2])
    for k in range(0, len(knots) - 2, 2):
        x, y, x2, y2 = knots[k : k + 4]
        half = round(50 * (x + x2 if axis == "right" else y + y2)) / 100
        path += [half, y, half, y2, x2, y2] if axis == "right" else [x, half, x2, half, x2, y2]
    return tuple(path)


def knots_of(path: Sequence[float], axis: str) -> list[float]:
    """Return the knots of which `path_through` makes exactly this path, or nothing if there are none."""
    knots = [*path[:2], *(x for k in range(6, len(path), 6) for x in path[k : k + 2])]
    return knots if list(path_through(knots, axis)) == list(path) else []


def canonical(path: Sequence[float], axis: str) -> tuple[float, ...]:
    """Return a path with its controls exactly half way, if it is such a path but for rounding; else the path itself."""
    knots = [*path[:2], *(x for k in range(6, len(path), 6) for x in path[k : k + 2])]
    smooth = path_through(knots, axis)
    across = 1 if axis == "right" else 0
    for k in range(0, len(path) - 2, 6):
        straight = len(set(path[k + across : k + 8 : 2])) == 1
        moved = max(abs(a - b) for a, b in zip(path[k : k + 8], smooth[k : k + 8], strict=True))
        if moved > 0.1 and not straight:
            return tuple(path)
    return smooth
