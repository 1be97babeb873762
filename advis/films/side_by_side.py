"""Several films of a rail as one: beside each other or one below the other, stepping together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from advis.films.draw import moved
from advis.films.film import Film, Group, Mark, Scene, State, Track, state_at


def prefixed(mark: Mark, prefix: str, right: float, down: float) -> Mark:
    """Return a group under another key, at another place."""
    assert isinstance(mark, Group), "a rail consists of groups"
    left, top, width, height = mark.at
    at = (round(left + right, 2), round(top + down, 2), width, height)
    return replace(mark, key=prefix + mark.key, at=at, inks=tuple(moved(ink, right, down) for ink in mark.inks))


def arranged(films: Sequence[Film], prefixes: Sequence[str], widest: float) -> Scene:
    """Return the first drawings of films as one drawing: beside each other if they fit, else one below the other."""
    scenes = [film.scenes[0] for film in films]
    beside = sum(scene.width for scene in scenes) <= widest
    marks: list[Mark] = []
    right = down = 0.0
    for scene, prefix in zip(scenes, prefixes, strict=True):
        marks += [prefixed(mark, prefix, right, down) for mark in scene.marks]
        right, down = (right + scene.width, down) if beside else (right, down + scene.height)
    width = right if beside else max(scene.width for scene in scenes)
    height = max(scene.height for scene in scenes) if beside else down
    return replace(scenes[0], marks=tuple(marks), width=round(width, 2), height=round(height, 2))


def tracks_of(film: Film, prefix: str, at: Sequence[int]) -> dict[str, Track]:
    """Return the tracks under other keys of a film whose step is ``at[t]`` at step t of another film."""
    tracks: dict[str, list[tuple[int, State]]] = {}
    for step, own in enumerate(at):
        for key, state in state_at(film, own).items():
            track = tracks.setdefault(prefix + key, [])
            if not track or track[-1][1] != state:
                track.append((step, state))
    return {key: tuple(track) for key, track in tracks.items() if key != f"{prefix}say"}
