"""Places: big programs fold, every number is found in some place, and no drawing is too large to be read."""

import json

import numpy as np
import pytest
from gallery import GALLERY

import advis as av
from advis.films.film import Box, Edge, resolve, spelled, state_at
from advis.films.places import MOST_CARRIED, MOST_SHOWN, plan
from tests.films.loops import sines


def layer(h, w, b):
    a = h * w + b
    return np.tanh(a)


def network(x, w):
    """A loop of 40 turns with a function in it: 160 operations and a few."""
    h = x
    for k in range(40):
        h = layer(h, w, 0.1 * k)
        h = h + x
    return h * h


@pytest.fixture(scope="module")
def tape():
    return av.trace(network, 0.3, 1.1)


def boxes(film, block=""):
    name = f"graph {block}".strip()
    return [mark for mark in film.scene(name).marks if isinstance(mark, Box)]


def chain(n):
    lines = "\n".join(f"    v{k} = np.sin({'x' if not k else f'v{k - 1}'}) * 0.9" for k in range(n))
    names = {"np": np}
    exec(f"def straight(x):\n{lines}\n    return v{n - 1}\n", names)
    return names["straight"]


def test_a_small_program_is_not_folded_and_a_reader_may_ask():
    small = av.trace(lambda x: layer(layer(x, 2.0, 0.5), 3.0, 1.0), 0.1)
    assert not plan(small).folded
    assert [box.shape for box in boxes(small.film(fold=True))] == ["input", "block", "block"]
    assert not small.film().blocks


def test_a_big_program_starts_folded_and_a_reader_may_ask_otherwise(tape):
    shapes = [box.shape for box in boxes(tape.film())]
    assert shapes.count("block") == 1
    assert len(shapes) < 10
    unfolded = tape.film(fold=False)
    assert not unfolded.blocks
    assert len(boxes(unfolded)) > 160


def test_turns_of_a_loop_share_a_place(tape):
    film = tape.reverse().film()
    loop, inner = film.blocks
    assert (loop.label, loop.each, len(loop.turns)) == ("for k in range(40)", 40, 40)
    assert (inner.label, inner.parent, inner.each, len(inner.turns)) == ("layer", loop.key, 1, 40)
    titles = {"".join(part for _, part in box.title) for box in boxes(film, inner.key)}
    assert {"h = tanh(a)", "w"} <= titles


def test_every_turn_shows_its_own_numbers(tape):
    sweep = tape.reverse()
    film = sweep.film()
    _, inner = film.blocks
    (out,) = (box for box in boxes(film, inner.key) if box.shape == "output")
    last = state_at(film, film.steps)
    tanhs = [node for node in tape if node.primitive.name == "tanh"]
    for turn, (nodes, node) in enumerate(zip(inner.turns, tanhs, strict=True)):
        value, adjoint = (resolve(key, turn, nodes) for _, key in out.rows)
        assert (value, adjoint) == (f"n{node.index}.v", f"n{node.index}.a")
        assert float(str(last[value].text).replace("−", "-")) == pytest.approx(node.value, rel=1e-3)
        assert float(str(last[adjoint].text).replace("−", "-")) == pytest.approx(sweep[node.index], rel=1e-3)


def test_a_fold_is_active_while_its_nodes_have_their_turn_and_says_what_passes(tape):
    film = tape.reverse().film()
    loop = film.blocks[0]
    track = film.tracks[loop.key]
    assert [state.role for _, state in track] == ["active adjoint", "active adjoint", "done adjoint"]
    said = "".join(part for _, part in track[1][1].text)
    assert said.startswith("for k in range(40) hands its adjoint back through 160 of 161 operations: x gets ")
    ports = [mark for mark in film.scene("graph").marks if isinstance(mark, Edge) and mark.target == loop.key]
    sweep = tape.reverse()
    for port in ports:
        name = next(box for box in boxes(film) if box.key == port.source).key
        passed = film.tracks[port.key][0][1].text
        assert float(str(passed).replace("−", "-")) == pytest.approx(sweep[int(name[1:])], rel=1e-3)


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_no_place_has_many_more_than_sixty_boxes_and_none_is_lost(name):
    function, arguments = GALLERY[name]
    tape = av.trace(function, *arguments)
    film = tape.film(fold=True)
    shown = set()
    for scene in film.scenes:
        if scene.kind != "drawing":
            continue
        block = next((one for one in film.blocks if one.key == scene.block), None)
        marks = [mark for mark in scene.marks if isinstance(mark, Box)]
        assert sum(mark.shape != "constant" for mark in marks) <= MOST_SHOWN + 20
        for turn, nodes in enumerate(block.turns if block and len(block.turns) > 1 else [()]):
            shown |= {resolve(mark.key, turn, nodes) for mark in marks}
    wanted = {f"n{node.index}" for node in tape if node.primitive.name != "constant"}
    assert wanted <= shown


def test_code_without_loops_or_functions_is_cut_into_parts():
    tape = av.trace(chain(300), 0.2)
    film = tape.reverse().film()
    labels = [block.label for block in film.blocks]
    assert len(labels) > 10
    assert labels[0].startswith("x … ") or " … " in labels[0]
    assert all(len(boxes(film, block.key)) <= MOST_SHOWN + 20 for block in film.blocks)


def test_of_very_many_turns_the_first_and_the_last_ones_are_there():
    count = 2 * MOST_CARRIED

    def long(x):
        for _ in range(count):
            x = np.sin(x)
        return x

    film = av.trace(long, 0.4).reverse().film()
    (loop,) = film.blocks
    there = [turn is not None for turn in loop.turns]
    assert len(there) == count
    assert 0.99 * MOST_CARRIED < sum(there) <= MOST_CARRIED
    assert there[0]
    assert there[-1]
    assert not there[count // 2]


def test_what_differs_between_turns_has_tracks_of_its_own():
    def f(x):
        for k in range(70):
            x = np.sin(x * (0.5 + 0.01 * k)) + x
        return x

    film = av.trace(f, 0.3).film()
    (loop,) = film.blocks
    (scale,) = (box for box in boxes(film, loop.key) if box.shape == "constant" and not box.title)
    texts = {film.tracks[f"{resolve(scale.key, turn, nodes)}.n"][0][1].text for turn, nodes in enumerate(loop.turns)}
    assert len(texts) == 70


def test_the_film_is_the_same_in_every_run(tape):
    again = av.trace(network, 0.3, 1.1)
    assert again.reverse().film().to_json() == tape.reverse().film().to_json()
    assert av.play(again).film().to_json() == av.play(tape).film().to_json()


def test_a_mark_in_a_folded_part_is_marked_on_the_box_that_hides_it():
    tape = av.trace(sines, 0.3)
    film = av.sabotage(tape, tape[250], "sign").film()
    assert "✗" in json.dumps([box.note for box in boxes(film)], ensure_ascii=False)


def test_empty_and_tiny_programs_fold_too():
    assert boxes(av.trace(lambda x: x, 1.0).film(fold=True))
    assert not av.trace(lambda x: 2.0 * x, 1.0).film(fold=True).blocks


def deep(x):
    for _ in range(50):
        x = np.sin(x) * 1.1 + 0.01
    return x


def test_automatic_names_are_the_same_in_every_turn():
    film = av.trace(deep, 0.5).reverse().film()
    said = [spelled(state.text) for _, state in film.tracks["say"]]
    assert said[1:7] == [
        "x = v2 + 0.01 hands its adjoint 1 back: v2 gets 1 · 1.",
        "v2 = v1 · 1.1 hands its adjoint 1 back: v1 gets 1.1 · 1.",
        "v1 = sin(x) hands its adjoint 1.1 back: x gets 0.6995 · 1.1.",
        "x = v2 + 0.01 hands its adjoint 0.7695 back: v2 gets 1 · 0.7695.",
        "v2 = v1 · 1.1 hands its adjoint 0.7695 back: v1 gets 1.1 · 0.7695.",
        "v1 = sin(x) hands its adjoint 0.8464 back: x gets 0.6995 · 0.8464.",
    ]
    assert not any(key.endswith((".n", ".o")) for key in film.tracks)  # and so none is told turn by turn
    evaluated = dict(av.play(av.trace(deep, 0.5)).film().variants[0].tracks["say"])
    assert spelled(evaluated[5].text) == "v2 = v1 · 1.1 is 0.5631."


def test_a_count_is_below_the_line_where_it_is_needed():
    said = dict(av.trace(deep, 0.5).reverse().film().tracks["say"])
    assert spelled(said[0].text) == "The seed: x₅₁ starts with adjoint 1."
    assert spelled(said[151].text) == "Done: ∂x₅₁/∂x = 9.472e−6."


def test_what_passes_a_fold_is_called_as_in_the_picture():
    def pair(x, y):
        return x * y, x + y

    def pairs(x, y):
        for _ in range(30):
            a, b = pair(x, y)
            x, y = pair(a * 0.1, b * 0.2)
        return x

    film = av.trace(pairs, 0.5, 0.25).reverse().film()
    names = {part for track in film.tracks.values() for _, state in track for part in _names(state.text)}
    assert not any("#" in name for name in names)
    shown = {spelled(mark.title) for scene in film.scenes for mark in scene.marks if isinstance(mark, Box)}
    told = {part for key, track in film.tracks.items() if key[0] == "b" for _, s in track for part in _names(s.text)}
    assert all(any(title.split(" = ")[0] == name for title in shown) or name in ("x", "y", "a", "b") for name in told)


def _names(text):
    return [] if isinstance(text, str) else [part for role, part in text if role == "name"]


def test_a_comprehension_and_a_lambda_stand_in_the_text_around_them():
    def outer(x):
        double = lambda a: a * 2.0  # noqa: E731
        return sum([double(x) + k for k in range(3)])

    scene = av.trace(outer, 1.0).film().scene("source")
    texts = [line.text for line in scene.marks]
    assert len(texts) == 3
    assert texts[0] == "def outer(x):"
    lit = {text[start:stop] for text, line in zip(texts, scene.marks, strict=True) for _, start, stop in line.segments}
    assert {"a * 2.0", "double(x) + k"} <= lit


def test_parts_of_a_loop_whose_turns_differ_are_called_by_their_turns() -> None:
    def growing(x):
        seen = [x[0]]
        for k in range(1, 100):
            all_of_them = np.stack(seen)
            seen.append(np.tanh(np.sum(all_of_them * all_of_them) * x[k]))
        return seen[-1]

    film = av.trace(growing, np.linspace(0.1, 1.0, 100)).reverse().film()
    labels = [block.label for block in film.blocks]
    assert labels[:3] == ["for k in range(1, 100)", "turns 1–50", "turns 51–99"]


def test_a_program_of_too_many_curves_is_folded_even_if_asked_not_to_be() -> None:
    def dense(x, layers):
        values = [x]
        for _ in range(layers):
            values.append(np.stack(values).mean())
        return values[-1]

    few, many = (av.trace(lambda x, n=n: dense(x, n), 0.5) for n in (100, 130))
    assert not plan(few, fold=False).folded
    assert plan(many, fold=False).folded
