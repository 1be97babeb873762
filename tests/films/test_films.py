"""Films of tapes and sweeps: what a reader sees at each step."""

import json

import numpy as np
import pytest
from gallery import GALLERY

import advis as av
from advis.autodiff.structure import map_leaves
from advis.films.film import SCHEMA, Box, Edge, State, state_at
from advis.films.metrics import text_width
from tests.films.loops import sines


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture
def reverse():
    return av.trace(f, 2.0, 5.0).reverse().film()


def told(film, step):
    return "".join(text for _, text in state_at(film, step)["say"].text)


def boxes(film):
    return {mark.key: mark for mark in film.scene("graph").marks if isinstance(mark, Box)}


def edges(film):
    return {mark.key: mark for mark in film.scene("graph").marks if isinstance(mark, Edge)}


def test_a_sum_is_seen_growing(reverse):
    texts = [state_at(reverse, step)["n0.a"].text for step in range(reverse.steps + 1)]
    assert texts == ["", "", "", "", "5 …", "5.5", "5.5"]
    texts = [state_at(reverse, step)["n1.a"].text for step in range(reverse.steps + 1)]
    assert texts == ["", "", "−0.2837 …", "−0.2837 …", "1.716", "1.716", "1.716"]
    assert state_at(reverse, 4)["n0.a"].role == "partial"


def test_what_is_not_known_yet_is_empty(reverse):
    states = state_at(reverse, 0)
    assert [states[f"n{k}.a"].text for k in range(7)] == [""] * 6 + ["1"]
    assert [states[f"n{k}.v"].text for k in range(2)] == ["2", "5"]


def test_a_contribution_flows_for_one_step_and_is_done(reverse):
    assert state_at(reverse, 3)["e3.0"] == State()
    assert state_at(reverse, 4)["e3.0"] == State("flow adjoint", "5 · 1 = 5", 0.9091)
    assert state_at(reverse, 5)["e3.0"] == State("done adjoint", "", 0.9091)


def test_a_stack_has_one_piece_for_each_contribution(reverse):
    first, second = boxes(reverse)["n1"].stack
    last = state_at(reverse, reverse.steps)
    assert (last[first].role, last[second].role) == ("done adjoint negative", "done adjoint")
    assert last[first].level + last[second].level == pytest.approx(1.0, abs=1e-3)
    assert boxes(reverse)["n4"].stack == ()


def test_each_step_is_told_in_a_sentence(reverse):
    assert told(reverse, 0) == "The seed: y starts with adjoint 1."
    assert told(reverse, 4) == (
        "Step 4 of 5. v2 = x1 · x2 hands its adjoint 1 back: x1 gets 5 · 1; x2 gets 2 · 1 on top of −0.2837."
    )
    assert told(reverse, 6) == "Done: ∂y/∂x1 = 5.5; ∂y/∂x2 = 1.716."


def test_forward_collects():
    film = av.trace(f, 2.0, 5.0).forward(x1=1.0).film()
    assert told(film, 0) == (
        "The seed: x1 starts with tangent 1; the other inputs do not move. The seed does not reach what is grey."
    )
    assert told(film, 2) == "Step 2 of 5. v2 = x1 · x2 collects 5 · 1 from x1 plus 2 · 0 from x2: its tangent is 5."
    assert told(film, 6) == "Done: ∂y/∂x1 = 5.5."
    assert state_at(film, 0)["n1.t"].text == "0"


def test_arrays_show_shape_size_and_structure():
    film = av.trace(lambda w, x: np.tanh(w @ x), np.ones((3, 2)), np.array([0.5, -0.25])).reverse(np.ones(3)).film()
    labels = [edge.label for edge in edges(film).values()]
    assert labels == ["3×6 dense", "3×2 dense", "3×3 diagonal"]
    tokens = {state.text for track in film.tracks.values() for _, state in track if "flow" in state.role}
    assert tokens == {"3 numbers", "3×2 = 6", "2 numbers"}
    assert boxes(film)["n0"].note == "3×2"


def test_all_panes_share_their_keys(reverse):
    rows = {mark.key for mark in reverse.scene("trace").marks}
    pieces = {key for line in reverse.scene("source").marks for key, _, _ in line.segments}
    assert rows == set(boxes(reverse)) == {f"n{k}" for k in range(7)}
    assert pieces == {f"n{k}" for k in range(2, 7)}


def test_source_pieces_are_the_expressions(reverse):
    line = reverse.scene("source").marks[1]
    pieces = {key: line.text[start:stop] for key, start, stop in line.segments}
    assert pieces["n3"] == "x1 * x2"
    assert pieces["n5"] == "np.sin(x2)"


def test_kinds_of_boxes():
    def g(x):
        mask = x > 1.0
        return np.where(mask, x * np.log(x - x), np.floor(x))

    shapes = {box.title[0][1]: box.shape for box in boxes(av.trace(g, 2.0).film()).values()}
    assert shapes["x"] == "input"
    assert shapes["mask"] == "blind"
    assert shapes["1"] == "constant"
    assert "odd" in shapes["v2"]
    assert shapes["y"] == "output odd"


def test_an_adjoint_that_is_not_finite_stands_out():
    film = av.trace(lambda x: np.sqrt(x) * 2.0, 0.0).reverse().film()
    assert state_at(film, film.steps)["n0.a"].text == "inf"
    assert "odd" in state_at(film, film.steps)["n0"].role


def test_json_is_canonical_and_plain(reverse):
    record = json.loads(reverse.to_json())
    assert record["schema"] == SCHEMA
    assert (record["kind"], record["steps"], record["voice"]) == ("sweep", 6, "adjoint")
    assert reverse.to_json() == av.trace(f, 2.0, 5.0).reverse().film().to_json()
    assert len(reverse.digest) == 12
    assert reverse.digest != av.trace(f, 2.0, 5.5).reverse().film().digest


def test_a_tapes_film_holds_no_sweep():
    tape = av.trace(f, 2.0, 5.0)
    before = tape.film().digest, str(tape)
    tape.reverse()
    tape.forward(x2=1.0)
    assert (tape.film().digest, str(tape)) == before


def test_several_seeds_at_once():
    film = av.trace(lambda x: np.stack([x[0] * x[1], x[0]]), np.array([2.0, 3.0])).reverse(np.eye(2)).film()
    assert "2 seeds travel at once" in told(film, 0)
    assert "2×2 = 4" in {state.text for track in film.tracks.values() for _, state in track}


def test_a_loop_of_many_turns_is_one_box():
    tape = av.trace(sines, 1.0)
    for film in (tape.film(), tape.reverse().film(), tape.forward().film()):
        assert [box.shape for box in boxes(film).values()] == ["input", "block"]
        assert [(block.label, len(block.turns)) for block in film.blocks] == [("for _ in range(500)", 500)]
        assert len(film.to_json()) < 120_000
    reverse = tape.reverse().film()
    assert told(reverse, reverse.steps).startswith("Done: ∂")


@pytest.mark.parametrize("direction", ["right", "down"])
def test_direction(direction):
    placed = boxes(av.trace(f, 2.0, 5.0).film(direction=direction))
    axis = 0 if direction == "right" else 1
    assert placed["n0"].at[axis] < placed["n3"].at[axis] < placed["n6"].at[axis]


def test_unknown_engine_and_direction():
    tape = av.trace(f, 2.0, 5.0)
    with pytest.raises(ValueError, match="engine='neato' is not known; write engine='layered'"):
        tape.film(engine="neato")
    with pytest.raises(ValueError, match="direction"):
        tape.film(direction="left")


@pytest.mark.parametrize("name", GALLERY)
def test_texts_fit_their_boxes(name):
    function, arguments = GALLERY[name]
    tape = av.trace(function, *arguments)
    film = tape.reverse(map_leaves(lambda value: np.ones(np.shape(value)), tape.value)).film()
    for box in boxes(film).values():
        if box.shape == "constant":
            continue
        title = sum(text_width(text, 16.0 if role == "name" else 14.0) for role, text in box.title)
        note = text_width(box.note, 11.0) + 6 if box.note else 0.0
        assert title + note <= box.at[2] - 24, box.title
        for voice, key in box.rows:
            widest = max((text_width(str(state.text), 13.0) for _, state in film.tracks.get(key, ())), default=0.0)
            assert widest <= box.at[2] - 28 - (text_width("◂ adjoint", 11.0) if voice != "value" else 30), (key, box.at)


def test_labels_are_inside_the_scene():
    film = av.trace(f, 2.0, 5.0).reverse().film()
    scene = film.scene("graph")
    for edge in edges(film).values():
        assert 0 < edge.label_at[0] < scene.width
        assert 0 < edge.label_at[1] < scene.height


def test_film_has_no_such_scene(reverse):
    with pytest.raises(KeyError, match="it has graph, source, trace"):
        reverse.scene("chart")


def test_a_gradients_own_graph_stands_in_planes():
    def f(x, y):
        return np.log(x) + x * y - np.sin(y)

    tape = av.trace(lambda x, y: av.grad(f, (0, 1))(x, y), 2.0, 5.0)
    film = tape.forward(x=1.0).film(engine="planes")
    boxes = {mark.key: mark for mark in film.scene("graph").marks if mark.kind == "box"}
    (parting,) = (mark for mark in film.scene("graph").marks if mark.kind == "group")
    height = parting.inks[0].at[1]
    for node in tape:
        if node.primitive.name != "constant":
            above = boxes[f"n{node.index}"].at[1] < height
            assert above == (node.level == 0)
    assert [ink.spans[0][1] for ink in parting.inks[1:]] == ["the function", "a sweep over it"]
    single = av.trace(f, 2.0, 5.0).film(engine="planes")
    assert {mark.kind for mark in single.scene("graph").marks} == {"box", "edge"}
