"""The laws of the player hold alike in JavaScript and in Python: the state at a step, and the inks of a mark."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import advis as av
from advis.films.draw import lower, token_width
from advis.films.film import Box, Edge, Film, Group, Ink, Scene, State, plain, state_at
from tests.films.chain_films import FILMS as CHAIN_FILMS
from tests.media.films import FILMS
from tests.media.laws import alike, in_javascript, told


def in_python(film: Film) -> Any:
    marks = [mark for scene in film.scenes for mark in scene.marks if isinstance(mark, (Box, Edge, Group))]
    steps = []
    for step in range(film.steps + 1):
        states = state_at(film, step)
        inks = [[_ink(ink) for ink in lower(mark, states)] for mark in marks]
        steps.append({"states": told(states), "inks": inks})
    return json.loads(json.dumps(steps))


def _ink(ink: Any) -> dict[str, Any]:
    return {"tag": ink.tag, "role": ink.role, "at": ink.at, "spans": ink.spans, "anchor": ink.anchor}


@pytest.mark.parametrize("name", FILMS)
def test_both_languages_give_the_same_states_and_inks(name: str) -> None:
    film = FILMS[name]()
    assert in_javascript("steps", film) == in_python(film)


@pytest.mark.parametrize("name", CHAIN_FILMS)
def test_both_languages_draw_a_chain_alike(name: str) -> None:
    film = CHAIN_FILMS[name]()
    assert any(isinstance(mark, Group) for scene in film.scenes for mark in scene.marks)
    assert alike(in_python(film), in_javascript("steps", film))


def test_both_languages_play_the_variants_alike() -> None:
    film = av.play(av.trace(lambda x1, x2: x1 * x2 + x1, 2.0, 5.0)).film()
    ours = [
        {
            "label": each.label,
            "voice": each.voice,
            "states": [told(state_at(Film("", "", tracks=each.tracks), step)) for step in range(each.steps + 1)],
        }
        for each in film.variants
    ]
    assert len(ours) == 3
    assert alike(json.loads(json.dumps(ours)), in_javascript("variants", film))
    assert in_javascript("steps", film) == in_python(film)


voices = st.sampled_from(["value", "tangent", "adjoint"])
words = st.text(st.characters(codec="utf-8"), max_size=8)
spans = st.lists(st.tuples(st.sampled_from(["", "soft", "name"]), words), min_size=1, max_size=3).map(tuple)
texts = words | spans
places = st.integers(-400, 4000).map(lambda n: n / 4)
sizes = st.integers(160, 1000).map(lambda n: n / 4)
roles = st.builds(
    "{} {}".format,
    st.sampled_from(["active", "flow", "done", "odd done", "done negative", "idle", "veiled"]),
    voices,
) | st.just("")
states = st.builds(State, roles, texts, st.integers(0, 8).map(lambda n: n / 8))
stacks = st.sampled_from(["e0", "e1"])
boxes = st.builds(
    Box,
    st.sampled_from(["n0", "n1"]),
    st.sampled_from(["input", "operation", "output", "constant", "blind", "block", "block closed odd"]),
    st.tuples(places, places, sizes, sizes),
    spans | st.just(()),
    st.lists(st.tuples(voices, st.sampled_from(["n0.v", "n0.a"])), min_size=1, max_size=3).map(tuple),
    st.lists(stacks, max_size=2).map(tuple),
    words,
)
edges = st.builds(Edge, st.sampled_from(["e0", "e1"]), st.tuples(*[places] * 8), words, st.tuples(places, places))
anchors = st.sampled_from(["start", "middle", "end"])
fixed = st.sampled_from(["", "sheet", "shade s3", "caption", "off"])
inks = st.one_of(
    st.builds(Ink, st.just("rect"), fixed | st.just("level"), st.tuples(places, places, sizes, sizes, sizes)),
    st.builds(Ink, st.just("tiles"), fixed, st.lists(st.tuples(*[places] * 4), max_size=3).map(lambda t: sum(t, ()))),
    st.builds(Ink, st.sampled_from(["lines", "path"]), fixed, st.tuples(*[places] * 8)),
    st.builds(
        Ink,
        st.just("text"),
        fixed | st.sampled_from(["told", "told meter"]),
        st.tuples(places, places),
        spans | st.just(()),
        anchors,
    ),
)
shown_or_not = st.sampled_from(["", "off", "off adjoint", "gone", "open", "next tangent", "active value", "offered"])
turned = st.builds(State, shown_or_not, texts, st.integers(0, 8).map(lambda n: n / 8))
groups = st.builds(
    Group, st.sampled_from(["g0", "g1"]), st.lists(inks, max_size=4).map(tuple), st.tuples(*[places] * 4)
)
KEYS = ["n0", "n1", "n0.v", "n0.a", "n0.n", "n0.o", "e0", "e0.p", "e1", "say", "g0", "g1"]


@st.composite
def films(draw: Any) -> Film:
    """Films of any marks whose tracks change at any steps."""
    turns = st.lists(st.tuples(st.integers(0, 3), states | turned), max_size=3, unique_by=lambda entry: entry[0])
    tracks = draw(st.dictionaries(st.sampled_from(KEYS), turns.map(lambda t: tuple(sorted(t, key=lambda e: e[0])))))
    marks = tuple(draw(st.lists(boxes | edges | groups, max_size=4)))
    return Film("sweep", "f", (Scene("graph", "drawing", "Graph", marks, 100.0, 100.0),), tracks, 3)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(films())
def test_both_languages_agree_on_any_film(film: Film) -> None:
    assert in_javascript("steps", film) == in_python(film)


def test_length_is_counted_in_letters_not_in_code_units() -> None:
    assert token_width("𝔸𝔹") == token_width("AB")


def test_a_mark_gives_the_same_inks_in_every_state_so_that_a_player_only_patches() -> None:
    for make in (*FILMS.values(), *(CHAIN_FILMS[name] for name in CHAIN_FILMS if name.startswith("small"))):
        film = make()
        marks = [mark for scene in film.scenes for mark in scene.marks if isinstance(mark, (Box, Edge, Group))]
        states = [state_at(film, step) for step in range(film.steps + 1)]
        for mark in marks:
            tags = {tuple(ink.tag for ink in lower(mark, at)) for at in states}
            assert len(tags) == 1, mark.key


def test_a_group_tells_its_text_fills_its_level_and_is_gone_when_off() -> None:
    inks = (
        Ink("rect", "level", (10.0, 20.0, 100.0, 11.0, 2.0)),
        Ink("text", "told meter", (0.0, 0.0)),
        Ink("text", "caption", (0.0, 0.0), (("", "fixed"),)),
    )
    bar, meter, caption = lower(Group("g", inks), {"g": State("tangent", "1,200 fma", 0.25)})
    assert (bar.at, bar.role) == ((10.0, 20.0, 25.0, 11.0, 2.0), "level tangent")
    assert (meter.spans, caption.spans) == ((("", "1,200 fma"),), (("", "fixed"),))
    assert {ink.role for ink in lower(Group("g", inks), {"g": State("off", "1,200 fma", 0.25)})} == {"off"}


def test_plain_json_keeps_what_the_player_reads() -> None:
    record = plain(FILMS["sample"]())
    assert set(record) >= {"scenes", "tracks", "steps", "voice", "title", "schema"}
