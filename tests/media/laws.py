"""The player's laws in JavaScript, asked from here: one process of Node answers all questions of a test run."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from advis.films.film import Film
from tests.tools import needs

SCRIPT = Path(__file__).resolve().parents[1] / "js" / "laws.js"


class ThrownError(Exception):
    """What the player throws."""


@cache
def _node() -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    return subprocess.Popen([needs("node"), str(SCRIPT)], **pipes)


def in_javascript(what: str, film: Film | None, **rest: Any) -> Any:
    """Return what the player's own code answers about a film, which it gets as packed JSON, or without one."""
    node = _node()
    assert node.stdin is not None
    assert node.stdout is not None
    node.stdin.write(f'{{"film":{film.to_json() if film else "null"},{json.dumps({"what": what, **rest})[1:]}\n')
    node.stdin.flush()
    answer = json.loads(node.stdout.readline())
    if "error" in answer:
        raise ThrownError(answer["error"])
    return answer["answer"]


def told(states: dict[str, Any]) -> dict[str, Any]:
    """Return states as the player has them."""
    return {key: {"role": s.role, "text": s.text, "level": s.level} for key, s in states.items()}


def alike(ours: Any, theirs: Any) -> bool:
    """Whether two records are the same; numbers may differ by what a film's JSON rounds, 0.0001."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(alike(item, theirs[key]) for key, item in ours.items())
    if isinstance(ours, (list, tuple)):
        return len(ours) == len(theirs) and all(alike(a, b) for a, b in zip(ours, theirs, strict=True))
    return abs(ours - theirs) < 1e-3 if isinstance(ours, (int, float)) else bool(ours == theirs)
