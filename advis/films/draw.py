"""From a mark and its state to ink: the rectangles, paths and texts that every medium draws.

This is one of the laws of the player: ``static/film.js`` holds the same function, and the tests compare the two.
A mark gives the same list of inks in every state, only their roles, places and texts differ; so a player patches
what it has drawn and never lays out again. What is not to be seen has the role ``off``.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle

from advis.films.film import Box, Edge, Group, Ink, Mark, Spans, State

PAD = 14.0  # from a box's border to its text
TITLE = 23.0  # from a box's top to the baseline of its title
RULE = 32.0
FIRST_ROW = 51.0
ROW = 19.0
NAME_SIZE, TITLE_SIZE, NOTE_SIZE, NUMBER_SIZE, LABEL_SIZE = 17.0, 15.0, 12.0, 15.0, 12.0  # of the letters in a box
LOCAL_SIZE, TOKEN_SIZE = 12.5, 13.0  # of those on an edge: its partial, and what flows
FOLD = 12.0  # the folded corner of a block
METER = 7.0  # height of the meter that shows a growing sum
GRAPH = frozenset(
    {"edge", "arrow", "local", "token", "amount"}
    | {"frame", "hatch", "fold", "title", "note", "rule", "label", "number", "slot", "piece"}
)
"""The first words of the roles that boxes and edges have."""
VOICES = {"value": "value", "tangent": "▸ tangent", "adjoint": "◂ adjoint"}


def box_height(rows: int, stacked: bool) -> float:
    """Return the height of a box that reserves this many rows, and a meter if its sum has several terms.

    Examples
    --------
    >>> box_height(2, stacked=False)
    80.0
    """
    return FIRST_ROW + ROW * (rows - 1) + (METER + 14.0 if stacked else 10.0)


def lower(mark: Box | Edge | Group, states: dict[str, State]) -> list[Ink]:
    """Return the inks of a mark, given the states of all keys at one step."""
    if isinstance(mark, Edge):
        return _edge(mark, states)
    if isinstance(mark, Group):
        return [_grouped(ink, states.get(mark.key, State())) for ink in mark.inks]
    if mark.shape == "constant":
        left, top, width, height = mark.at
        middle = (left + width / 2, top + height / 2 + 4)
        return [Ink("text", "title constant", middle, _title(mark, states), "middle")]
    return _box(mark, states)


def _grouped(ink: Ink, state: State) -> Ink:
    """An ink of a group in a state."""
    if "off" in state.role.split():
        return Ink(ink.tag, "off", ink.at, ink.spans, ink.anchor)
    told, levelled = ink.role.startswith("told"), ink.role.startswith("level")
    left, top, width, *rest = ink.at if levelled else (0.0, 0.0, 0.0)
    at = (left, top, width * state.level, *rest) if levelled else ink.at
    return Ink(ink.tag, f"{ink.role} {state.role}".strip(), at, _spans(state.text) if told else ink.spans, ink.anchor)


def _box(mark: Box, states: dict[str, State]) -> list[Ink]:
    left, top, width, height = mark.at
    role = f"{mark.shape} {states.get(mark.key, State()).role}".strip()
    round_ = 18.0 if "input" in role else 8.0
    inner = (left + 4, top + 4, width - 8, height - 8, round_ - 2)
    idle = " idle" if "idle" in role else ""
    inks = [
        Ink("rect", f"frame {role}", (left, top, width, height, round_)),
        Ink("rect", f"frame inner {role}" if "output" in role else "off", inner),
        Ink("lines", "hatch" if "odd" in role else "off", _hatch(mark.at)),
        Ink("lines", "fold" if opens(mark) else "off", (left + width - FOLD, top, left + width, top + FOLD)),
        Ink("lines", "barrier" if "walled" in role else "off", _sides(mark.at)),
        Ink("text", f"title{idle}", (left + PAD, top + TITLE), _title(mark, states)),
        Ink("text", "note", (left + width - PAD, top + TITLE), (("", "" if "veiled" in role else mark.note),), "end"),
        Ink("lines", "rule", (left + PAD - 2, top + RULE, left + width - PAD + 2, top + RULE)),
    ]
    for place, (voice, key) in enumerate(mark.rows):
        baseline = top + FIRST_ROW + ROW * place
        state = states.get(key, State())
        inks.append(Ink("text", f"label {voice}{idle}", (left + PAD, baseline), (("", VOICES[voice]),)))
        number = (left + width - PAD, baseline)
        inks.append(Ink("text", f"number {voice} {state.role}".strip() + idle, number, _spans(state.text), "end"))
    return inks + _meter(mark, states)


def _sides(at: tuple[float, float, float, float]) -> tuple[float, ...]:
    """The two sides of a box that nothing passes."""
    left, top, width, height = at
    right, bottom = left + width, top + height
    return left, top, left, bottom, right, top, right, bottom


def opens(mark: Box) -> bool:
    """Whether a box is a folded block whose inside the film brings along."""
    return mark.shape.startswith("block") and "closed" not in mark.shape


def _title(mark: Box, states: dict[str, State]) -> Spans:
    """A title of its own, or the one of the turn that is shown: name and operation."""
    if mark.title:
        return mark.title
    name, operation = (states.get(f"{mark.key}.{part}", State()).text for part in "no")
    if "input" in mark.shape:  # of what comes from outside only the name
        return _spans(name)
    return (*_spans(name), *((("soft", " = "), *_spans(operation)) if operation else ()))


def _meter(mark: Box, states: dict[str, State]) -> list[Ink]:
    """The growing sum: a slot, and in it one piece for each contribution; the arriving one is paler."""
    if not mark.stack:
        return []
    left, top, width, height = mark.at
    left, top, width = left + PAD, top + height - METER - 8, width - 2 * PAD
    voice = mark.rows[-1][0]
    inks, start = [Ink("rect", "slot", (left, top, width, METER, 2.0))], 0.0
    for key in mark.stack:
        state = states.get(key, State())
        words = state.role.split()
        length = state.level if voice in words else 0.0
        sign = " negative" if "negative" in words else ""
        role = f"piece {voice} {'coming' if 'flow' in words else 'filled'}{sign}" if length else "off"
        inks.append(Ink("rect", role, (left + width * start, top, max(width * length, 1.0), METER, 2.0)))
        start += length
    return inks


def _edge(mark: Edge, states: dict[str, State]) -> list[Ink]:
    x, y = mark.label_at
    state = states.get(mark.key, State())
    partial = _spans(mark.label or states.get(f"{mark.key}.p", State()).text)
    flowing = "flow" in state.role
    half = token_width(state.text) / 2 if flowing else 0.0
    if "veiled" in state.role:
        partial = ()
    label = partial if flowing or not any(part for _, part in _spans(state.text)) else _spans(state.text)
    shown = "local" if any(part for _, part in label) and not flowing else "off"
    return [
        Ink("path", f"edge {state.role}".strip(), mark.path),
        Ink("lines", f"arrow {state.role}".strip(), arrow(mark.path, at_start="adjoint" in state.role)),
        Ink("text", shown, (x, y + 4), label, "middle"),
        Ink("rect", f"token {state.role}" if flowing else "off", (x - half, y - 11, 2 * half, 22.0, 11.0)),
        Ink("text", "amount" if flowing else "off", (x, y + 4.5), _spans(state.text), "middle"),
    ]


def families(marks: Iterable[Mark]) -> frozenset[str]:
    """Return the first words of all roles that these marks can have.

    Examples
    --------
    >>> sorted(families([Group("m", (Ink("rect", "sheet", (0.0, 0.0, 1.0, 1.0, 0.0)),))]))
    ['off', 'sheet']
    """
    found = {"off"}
    for mark in marks:
        found |= {ink.role.split()[0] for ink in mark.inks} if isinstance(mark, Group) else GRAPH
        if isinstance(mark, Box) and "walled" in mark.shape:
            found.add("barrier")
    return frozenset(found)


def moved(ink: Ink, dx: float, dy: float) -> Ink:
    """Return an ink at another place.

    Examples
    --------
    >>> moved(Ink("rect", "bar", (1.0, 2.0, 30.0, 40.0, 3.0)), 10.0, 20.0).at
    (11.0, 22.0, 30.0, 40.0, 3.0)
    """
    if not dx and not dy:
        return ink
    shift = {"rect": (dx, dy, 0.0, 0.0, 0.0), "tiles": (dx, dy, 0.0, 0.0)}.get(ink.tag, (dx, dy))
    at = tuple([round(value + by, 2) for value, by in zip(ink.at, cycle(shift), strict=False)])
    return Ink(ink.tag, ink.role, at, ink.spans, ink.anchor)


def token_width(text: str | Spans) -> float:
    """Return the width of the token that carries this text: wide enough in every usual font."""
    return 8.0 * sum(len(part) for _, part in _spans(text)) + 16


def arrow(path: tuple[float, ...], at_start: bool) -> tuple[float, ...]:
    """Return the two strokes of an arrowhead at one end of a curve that leaves and arrives along an axis."""
    x, y, x2, y2 = (*path[:2], *path[2:4]) if at_start else (*path[-2:], *path[-4:-2])
    if abs(x2 - x) >= abs(y2 - y):
        back = 8.0 if x2 > x else -8.0
        return (x + back, y - 4.5, x, y, x, y, x + back, y + 4.5)
    back = 8.0 if y2 > y else -8.0
    return (x - 4.5, y + back, x, y, x, y, x + 4.5, y + back)


def _hatch(at: tuple[float, float, float, float]) -> tuple[float, ...]:
    """Slanting lines over a box, 8 apart: this number is not finite."""
    left, top, width, height = at
    strokes: list[float] = []
    for start in range(8, int(width + height), 8):
        x, y = min(float(start), width), max(0.0, start - width)
        x2, y2 = max(0.0, start - height), min(float(start), height)
        strokes += [left + x, top + y, left + x2, top + y2]
    return tuple(strokes)


def _spans(text: str | Spans) -> Spans:
    return (("", text),) if isinstance(text, str) else text
