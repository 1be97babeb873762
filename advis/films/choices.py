"""The second law of the player: what a choice changes. Neighbours are taken, something else stands in their place.

A film with choices starts with keys in a row (``data["start"]``). Each choice takes neighbours, pays its cost and gives
one key instead, until one key is left. ``data["orders"]`` lists sequences of choices that can be played, each with a
label and a voice; one without choices is the reader's own. ``static/choices.js`` holds the same functions, and the
tests compare the two.

The states that follow from what was chosen:

==============  ================================================================================
key             state
==============  ================================================================================
what stands     ``""``, or ``active <voice>`` when it has just been given, ``next <voice>`` when it is taken next, or
                ``active next <voice>``; what does not: ``off``, or ``gone`` if it was there at first
a choice        ``open`` if it can be made, ``next <voice>`` if it is the next one that is played, else ``off``
``formula``     what was put together, in parentheses
``spent``       the cost so far and the most that was held at once; the level is the cost as a share of ``data["most"]``
``say``         what the last choice did, and the price from here
==============  ================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from advis.films.film import Choice, Film, Spans, State


@dataclass(frozen=True, slots=True)
class Chosen:
    """What has been chosen so far, and what stands now.

    Attributes
    ----------
    present : tuple of str
        The keys that stand, in a row.
    made : tuple of str
        The choices, in order.
    spent : int
        What they cost.
    holds : tuple of (str, int)
        How much is held by each key that was given and stands.
    peak : int
        The most that was held at once; what is given counts together with what is taken.
    """

    present: tuple[str, ...]
    made: tuple[str, ...] = ()
    spent: int = 0
    holds: tuple[tuple[str, int], ...] = ()
    peak: int = 0


def choose(film: Film, chosen: Chosen, key: str) -> Chosen:
    """Return what stands after a choice.

    Raises
    ------
    ValueError
        If there is no such choice, or what it takes does not stand side by side.
    """
    choice = next((choice for choice in film.choices if choice.key == key), None)
    if choice is None:
        raise ValueError(f"choose: {key!r} is no choice of this film")
    place = _place(chosen.present, choice.takes)
    if place is None:
        raise ValueError(f"choose: {key!r} takes {' and '.join(choice.takes)}, which do not stand side by side now")
    present = (*chosen.present[:place], choice.gives, *chosen.present[place + len(choice.takes) :])
    holds = (*chosen.holds, (choice.gives, choice.size))
    peak = max(chosen.peak, sum(size for _, size in holds))
    left = tuple(held for held in holds if held[0] not in choice.takes)
    return Chosen(present, (*chosen.made, key), chosen.spent + choice.cost, left, peak)


def after(film: Film, keys: Iterable[str]) -> Chosen:
    """Return what stands after choices, from the start."""
    chosen = Chosen(tuple(film.data["start"]))
    for key in keys:
        chosen = choose(film, chosen, key)
    return chosen


def _place(present: tuple[str, ...], takes: tuple[str, ...]) -> int | None:
    places = (at for at in range(len(present)) if present[at : at + len(takes)] == takes)
    return next(places, None)


def open_choices(film: Film, chosen: Chosen) -> list[Choice]:
    """Return the choices that can be made now."""
    return [choice for choice in film.choices if _place(chosen.present, choice.takes) is not None]


def least_from(film: Film, chosen: Chosen) -> int | None:
    """Return the least cost of all that is left to do, or None if it cannot be done with pairs.

    Dynamic programming over what stands now, as for a chain of matrices.
    """
    pairs = {choice.takes: choice for choice in film.choices}
    row = chosen.present
    best: dict[tuple[int, int], tuple[int, str]] = {(k, k): (0, key) for k, key in enumerate(row)}
    for length in range(1, len(row)):
        for first in range(len(row) - length):
            last = first + length
            found = [
                (best[first, at][0] + best[at + 1, last][0] + choice.cost, choice.gives)
                for at in range(first, last)
                if (first, at) in best and (at + 1, last) in best
                if (choice := pairs.get((best[first, at][1], best[at + 1, last][1]))) is not None
            ]
            if found:
                best[first, last] = min(found, key=lambda pair: pair[0])
    whole = best.get((0, len(row) - 1))
    return None if whole is None else whole[0]


# -- what is seen


def order_at(film: Film, order: int, step: int) -> dict[str, State]:
    """Return the state of every key at a step of one of the film's orders."""
    return shown(film, after(film, film.data["orders"][order]["choices"][:step]), order)


def shown(film: Film, chosen: Chosen, order: int) -> dict[str, State]:
    """Return the state of every key, given what was chosen while an order is played, or made by the reader."""
    playing = film.data["orders"][order]
    voice, keys, made = playing["voice"], playing["choices"], len(chosen.made)
    following = keys[made] if made < len(keys) else None
    last = next((choice for choice in film.choices if made and choice.key == chosen.made[-1]), None)
    states = _standing(film, chosen) | _offered(film, chosen, voice, keys, following)
    if last is not None:
        states[last.gives] = State(f"active {states[last.gives].role or voice}")
    spent = f"{chosen.spent:,} {film.data['unit']} · peak {chosen.peak:,} {film.data['held']}"
    return states | {
        "formula": State("", formula(film, chosen, voice)),
        "spent": State(voice, spent, _share(chosen.spent, film.data["most"])),
        "say": State("", sentence(film, chosen, last, playing["intro"])),
    }


def _standing(film: Film, chosen: Chosen) -> dict[str, State]:
    """What stands now, what stood at first, and what is not there."""
    states = {choice.gives: State("off") for choice in film.choices}
    states |= {key: State("gone") for key in film.data["start"]}
    return states | {key: State("") for key in chosen.present}


def _offered(film: Film, chosen: Chosen, voice: str, keys: Sequence[str], following: str | None) -> dict[str, State]:
    """The choices: the one that is played next, with what it takes; or, where the reader chooses, all that are open."""
    states = {choice.key: State("off") for choice in film.choices}
    for choice in film.choices:
        if choice.key == following:
            states |= {key: State(f"next {voice}") for key in (choice.key, *choice.takes)}
    return states if keys else states | {choice.key: State("open") for choice in open_choices(film, chosen)}


def _share(part: int, whole: int) -> float:
    return math.floor(1e4 * min(1.0, part / whole) + 0.5) / 1e4 if whole else 0.0


def formula(film: Film, chosen: Chosen, voice: str) -> Spans:
    """Return what was put together, in parentheses; the newest pair in the colour of the voice."""
    parts: dict[str, list[tuple[str, str]]] = {key: [("name", name)] for key, name in film.data["names"].items()}
    choices = {choice.key: choice for choice in film.choices}
    for number, key in enumerate(chosen.made, 1):
        choice = choices[key]
        newest = number == len(chosen.made)
        whole = len(chosen.present) == 1 and newest
        pair = _joined([parts[take] for take in choice.takes])
        role = voice if newest else "soft"
        alone = whole or len(choice.takes) == 1
        parts[choice.gives] = pair if alone else [(role, "("), *pair, (role, ")")]
    return (("", film.data["left"]), *_joined([parts[key] for key in chosen.present]))


def _joined(parts: Sequence[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Parts of a formula with a dot between them."""
    return [span for place, part in enumerate(parts) for span in [("soft", " · ")] * (place > 0) + part]


def sentence(film: Film, chosen: Chosen, last: Choice | None, intro: Spans) -> Spans:
    """Return what the last choice did, what was paid so far, and what the cheapest way from here would cost in all."""
    unit, best = film.data["unit"], film.data["best"]
    if last is None:
        return intro
    said = (*last.text, ("", " "))
    if len(chosen.present) == 1:
        times = f", {_times(chosen.spent / best)} times the cheapest order ({best:,})" if best else ""
        times = ", as cheap as can be" if chosen.spent <= best else times
        return (*said, ("strong", f"Done: {chosen.spent:,} {unit}"), ("", f"{times}."))
    rest = least_from(film, chosen)
    more = "" if rest is None else f"; from here the cheapest way ends at {chosen.spent + rest:,}"
    return (*said, ("", f"So far {chosen.spent:,} {unit}{more}."))


def _times(ratio: float) -> str:
    tenths = math.floor(10 * ratio + 0.5)
    return f"{tenths // 10:,}" if ratio >= 100 else f"{tenths / 10:g}"
