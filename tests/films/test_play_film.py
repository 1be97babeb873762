"""The film of a play: evaluate, forward, reverse and both over one picture, in which nothing moves."""

import json
from dataclasses import replace

import numpy as np
import pytest

import advis as av
from advis.films.draw import lower
from advis.films.film import Box, Film, State, Variant, state_at
from advis.films.unpack import from_json
from tests.gallery import GALLERY


def classic(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture(scope="module")
def film():
    return av.play(av.trace(classic, 2.0, 5.0), {"x1": 1.0}).film()


def variant(film, label):
    """A variant as a film of its own."""
    found = next(each for each in film.variants if each.label == label)
    return Film(film.kind, film.title, film.scenes, found.tracks, found.steps)


def text(state):
    return state.text if isinstance(state.text, str) else "".join(part for _, part in state.text)


def numbers(film, step, row):
    return {key: text(state) for key, state in state_at(film, step).items() if key.endswith(f".{row}") and state.text}


def test_the_parts_and_the_whole(film):
    assert [(each.label, each.voice, each.steps) for each in film.variants] == [
        ("evaluate", "value", 5),
        ("forward", "tangent", 6),
        ("reverse", "adjoint", 6),
    ]
    assert film.steps == 6 + 1 + 6
    assert film.data["label"] == "both"


def test_evaluation_fills_in_one_value_at_each_step(film):
    evaluated = variant(film, "evaluate")
    counts = [len(numbers(evaluated, step, "v")) for step in range(6)]
    assert counts == [2, 3, 4, 5, 6, 7]
    assert not numbers(evaluated, 5, "t")
    assert not numbers(evaluated, 5, "a")
    assert "v2 = x1 · x2 is 10" in text(state_at(evaluated, 2)["say"])
    assert state_at(evaluated, 2)["e3.0"] == State("flow value", "2")


def test_forward_and_reverse_are_those_of_the_sweeps(film):
    tape = av.trace(classic, 2.0, 5.0)
    for label, sweep, row in (("forward", tape.forward(x1=1.0), "t"), ("reverse", tape.reverse(), "a")):
        whole = sweep.film()
        part = variant(film, label)
        for step in range(whole.steps + 1):
            theirs, ours = state_at(whole, step), state_at(part, step)
            assert {key: ours[key] for key in theirs} == theirs
        assert not numbers(part, part.steps, "a" if row == "t" else "t")


def test_both_run_one_after_the_other_and_keep_what_the_first_found(film):
    last = film.steps
    assert numbers(film, last, "t") == numbers(variant(film, "forward"), 6, "t")
    assert numbers(film, last, "a") == numbers(variant(film, "reverse"), 6, "a")
    assert not numbers(film, 6, "a")
    assert text(state_at(film, 7)["say"]).startswith("The seed: y starts with adjoint 1")


def test_the_conserved_sum_is_said_at_every_step_of_reverse(film):
    part = variant(film, "reverse")
    said = {text(state_at(part, step)["sum"]) for step in range(part.steps + 1)}
    assert said == {"Σ⟨adjoint so far, tangent⟩ = 5.5 = ⟨u, Jv⟩"}
    assert text(state_at(film, 3)["sum"]) == ""
    assert text(state_at(film, 9)["sum"]) in said


def test_every_variant_has_every_key_so_that_nothing_is_left_behind(film):
    for each in film.variants:
        assert each.tracks.keys() == film.tracks.keys()


def test_the_meter_of_a_sum_fills_in_reverse_only(film):
    box = next(mark for scene in film.scenes for mark in scene.marks if isinstance(mark, Box) and mark.stack)
    for label, filled in (("forward", False), ("reverse", True)):
        part = variant(film, label)
        roles = [ink.role for ink in lower(box, state_at(part, part.steps))]
        assert any("filled" in role for role in roles) is filled


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_every_program_of_the_gallery_can_be_played(name):
    f, arguments = GALLERY[name]
    film = av.play(av.trace(f, *arguments)).film()
    assert film.to_json() == av.play(av.trace(f, *arguments)).film().to_json()
    for box in film.scene("graph").marks:
        if isinstance(box, Box) and box.shape.startswith(("operation", "output")):
            assert [voice for voice, _ in box.rows] == ["value", "tangent", "adjoint"]


def test_a_long_program_plays_in_its_places_too():
    def long(x):
        for _ in range(100):
            x = np.sin(x)
        return x

    film = av.play(av.trace(long, 1.0)).film()
    (loop,) = film.blocks
    assert (loop.label, len(loop.turns)) == ("for _ in range(100)", 100)
    assert [one.label for one in film.variants] == ["evaluate", "forward", "reverse"]
    for one in film.variants:
        states = state_at(replace(film, tracks=one.tracks), one.steps)
        assert states[loop.key].role in (f"active {one.voice}", f"done {one.voice}")


def test_what_the_seed_does_not_reach_is_idle_until_the_reverse_sweep_gets_there(film):
    forward, turn = variant(film, "forward"), film.variants[1].steps + 1
    x2, v4 = "n1", "n5"
    assert state_at(forward, 0)[x2].role == state_at(forward, 6)[v4].role == "idle"
    assert state_at(forward, 4)[v4].role == "active tangent"
    assert "does not reach what is grey" in text(state_at(forward, 0)["say"])
    assert state_at(film, turn - 1)[x2].role == "idle"
    assert state_at(film, turn)[x2].role == ""
    assert not [key for key, state in state_at(variant(film, "reverse"), 0).items() if state.role == "idle"]


def test_a_grey_box_is_grey_in_all_its_texts(film):
    box = next(mark for scene in film.scenes for mark in scene.marks if isinstance(mark, Box) and mark.key == "n1")
    inks = lower(box, state_at(variant(film, "forward"), 0))
    assert all("idle" in ink.role for ink in inks if ink.role.split()[0] in ("frame", "title", "label", "number"))


def test_the_sweeps_of_a_play_are_told_by_the_whole() -> None:
    film = av.play(av.trace(classic, 2.0, 5.0)).film()
    _, forward, reverse = json.loads(film.to_json())["variants"]
    for _, _, _, tracks in (forward, reverse):
        assert tracks
        assert all(isinstance(track, int) or track == "" for key, track in tracks.items() if key != "sum"), tracks
    assert from_json(film.to_json()) == film


def test_a_variant_may_have_less_than_the_film_more_and_something_else() -> None:
    said = ((0, State("", "a")), (2, State("", "b")), (5, State("", "c")))
    tracks = {"start": said[:2], "end": ((2, State("", "c")),), "other": said, "new": said, "same": said}
    film = Film(
        "play",
        "f",
        steps=6,
        tracks={"start": said, "end": said, "other": said[1:], "gone": said, "same": said},
        variants=(Variant("part", "value", 3, tracks),),
    )
    packed = json.loads(film.to_json())["variants"][0][3]
    assert packed["start"] == 2
    assert packed["end"] == -1
    assert packed["gone"] is None
    assert "same" not in packed
    assert from_json(film.to_json()) == film
