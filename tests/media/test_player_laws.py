"""The laws of the player hold alike in JavaScript and in Python: the state at a step, and the inks of a mark."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advis.films.draw import lower, token_width
from advis.films.film import Box, Edge, Film, Scene, Stack, State, plain, state_at
from tests.media.films import FILMS
from tests.tools import needs

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import { lower, stateAt, unpack } from "./advis/media/static/film.js";
import { readFileSync } from "node:fs";
const film = unpack(JSON.parse(readFileSync(0, "utf8")));
const marks = film.scenes.flatMap((scene) => (scene.kind === "drawing" ? scene.marks ?? [] : []));
const steps = Array.from({ length: film.steps + 1 }, (_, step) => {
  const states = stateAt(film, step);
  return { states: [...states], inks: marks.map((mark) => lower(mark, states)) };
});
process.stdout.write(JSON.stringify(steps));
"""


def in_javascript(film: Film) -> Any:
    command = [needs("node"), "--input-type=module", "--eval", RUN]
    run = subprocess.run(command, input=film.to_json().encode(), capture_output=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


def in_python(film: Film) -> Any:
    marks = [mark for scene in film.scenes for mark in scene.marks if isinstance(mark, (Box, Edge))]
    steps = []
    for step in range(film.steps + 1):
        states = state_at(film, step)
        inks = [[_ink(ink) for ink in lower(mark, states)] for mark in marks]
        told = [[key, {"role": s.role, "text": s.text, "level": s.level}] for key, s in sorted(states.items())]
        steps.append({"states": told, "inks": inks})
    return json.loads(json.dumps(steps))


def _ink(ink: Any) -> dict[str, Any]:
    return {"tag": ink.tag, "role": ink.role, "at": ink.at, "spans": ink.spans, "anchor": ink.anchor}


@pytest.mark.parametrize("name", FILMS)
def test_both_languages_give_the_same_states_and_inks(name: str) -> None:
    film = FILMS[name]()
    assert in_javascript(film) == in_python(film)


voices = st.sampled_from(["value", "tangent", "adjoint"])
words = st.text(st.characters(codec="utf-8"), max_size=8)
spans = st.lists(st.tuples(st.sampled_from(["", "soft", "name"]), words), min_size=1, max_size=3).map(tuple)
texts = words | spans
places = st.integers(-400, 4000).map(lambda n: n / 4)
sizes = st.integers(160, 1000).map(lambda n: n / 4)
roles = st.builds("{} {}".format, st.sampled_from(["active", "flow", "done", "odd done"]), voices) | st.just("")
states = st.builds(State, roles, texts, st.integers(0, 8).map(lambda n: n / 8))
stacks = st.builds(Stack, st.sampled_from(["e0", "e1"]), st.just(0.25), st.sampled_from([0.0, 0.5]), st.booleans())
boxes = st.builds(
    Box,
    st.sampled_from(["n0", "n1"]),
    st.sampled_from(["input", "operation", "output", "constant", "blind", "block"]),
    st.tuples(places, places, sizes, sizes),
    spans,
    st.lists(st.tuples(voices, st.sampled_from(["n0.v", "n0.a"])), min_size=1, max_size=3).map(tuple),
    st.lists(stacks, max_size=2).map(tuple),
    words,
)
edges = st.builds(Edge, st.sampled_from(["e0", "e1"]), st.tuples(*[places] * 8), words, st.tuples(places, places))
KEYS = ["n0", "n1", "n0.v", "n0.a", "e0", "e1", "say"]


@st.composite
def films(draw: Any) -> Film:
    """Films of any marks whose tracks change at any steps."""
    turns = st.lists(st.tuples(st.integers(0, 3), states), max_size=3, unique_by=lambda entry: entry[0])
    tracks = draw(st.dictionaries(st.sampled_from(KEYS), turns.map(lambda t: tuple(sorted(t, key=lambda e: e[0])))))
    marks = tuple(draw(st.lists(boxes | edges, max_size=4)))
    return Film("sweep", "f", (Scene("graph", "drawing", "Graph", marks, 100.0, 100.0),), tracks, 3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(films())
def test_both_languages_agree_on_any_film(film: Film) -> None:
    assert in_javascript(film) == in_python(film)


def test_length_is_counted_in_letters_not_in_code_units() -> None:
    assert token_width("𝔸𝔹") == token_width("AB")


def test_a_mark_gives_the_same_inks_in_every_state_so_that_a_player_only_patches() -> None:
    for make in FILMS.values():
        steps = in_python(make())
        tags = [[[ink["tag"] for ink in inks] for inks in step["inks"]] for step in steps]
        assert all(other == tags[0] for other in tags)


def test_plain_json_keeps_what_the_player_reads() -> None:
    record = plain(FILMS["sample"]())
    assert set(record) >= {"scenes", "tracks", "steps", "voice", "title", "schema"}
