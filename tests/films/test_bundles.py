"""Many operands of a node from the same box are drawn as one curve, which tells what they carry together."""

from __future__ import annotations

import numpy as np
import pytest

import advis as av
from advis.films.cast import MOST_SINGLE
from advis.films.film import Box, Edge, Film

MANY = MOST_SINGLE + 3


def edges(film: Film, scene: str = "graph") -> dict[str, Edge]:
    drawing = next(each for each in film.scenes if each.name == scene)
    return {mark.key: mark for mark in drawing.marks if isinstance(mark, Edge)}


def told(film: Film, key: str) -> list[tuple[int, str, str]]:
    return [(step, state.role, str(state.text)) for step, state in film.tracks[key]]


def sentence(film: Film, step: int) -> str:
    return "".join(text for _, text in dict(film.tracks["say"])[step].text)


def repeated(x):
    return np.stack([x] * MANY).sum() + x


def listed(x):
    return np.stack([np.sin(k * x) for k in range(100)]).sum()


def test_a_value_that_is_used_many_times_leads_there_in_one_curve() -> None:
    film = av.trace(repeated, 0.5).reverse().film()
    found = edges(film)
    assert [(edge.label, edge.source, edge.target) for edge in found.values() if ".i" in edge.key] == [
        (f"{MANY} times", "n0", "n1")
    ]
    assert len(found) == 4
    assert told(film, "e1.i0") == [(3, "flow adjoint", "8"), (4, "done adjoint", "")]
    assert sentence(film, 3).endswith(
        "back: x gets 8 from 8 places on top of 1, each through a 8×1 selection Jacobian."
    )


def test_its_share_of_a_sum_is_that_of_all() -> None:
    film = av.trace(repeated, 0.5).reverse().film()
    (box,) = [mark for mark in film.scenes[0].marks if isinstance(mark, Box) and mark.key == "n0"]
    assert box.stack == ("e3.1", "e1.i0")
    assert [film.tracks[key][0][1].level for key in box.stack] == [
        pytest.approx(1 / 9, abs=1e-4),
        pytest.approx(8 / 9, abs=1e-4),
    ]


@pytest.mark.parametrize("count", [2, MOST_SINGLE])
def test_a_few_operands_keep_curves_of_their_own(count: int) -> None:
    film = av.trace(lambda x: np.stack([x] * count).sum(), 0.5).reverse().film()
    assert len(edges(film)) == count + 1


def test_many_values_of_a_folded_loop_pass_in_one_curve_that_counts_them() -> None:
    film = av.play(av.trace(listed, 0.5)).film()
    (bundle,) = [edge for edge in edges(film).values() if edge.label == "100 values"]
    assert [text for _, role, text in told(film, bundle.key) if "flow" in role] == ["100 tangents", "100 adjoints"]
    (evaluate,) = [variant for variant in film.variants if variant.label == "evaluate"]
    assert [str(state.text) for _, state in evaluate.tracks[bundle.key] if state.text] == ["100 values"]
    told_at = [sentence(film, step) for step, _ in film.tracks["say"]]
    assert any(
        said.endswith("and 97 more, each through a 100×1 selection Jacobian: its tangent is (100 numbers).")
        for said in told_at
    )


def test_operands_from_different_boxes_are_told_apart() -> None:
    def f(x, y):
        return np.stack([x, y] * MANY + [x * y]).sum()

    labels = [edge.label for edge in edges(av.trace(f, 1.0, 2.0).reverse().film()).values()]
    assert labels.count(f"{MANY} times") == 2
    assert len(labels) == 2 + 2 + 1 + 1  # both bundles, the product with its operands, the sum


def test_in_turns_that_share_a_drawing_each_bundle_has_its_own_numbers() -> None:
    def f(x):
        for _ in range(30):
            x = np.sin(np.stack([x] * MANY).sum())
        return x

    sweep = av.trace(f, 0.7).reverse()
    film = sweep.film(fold=True)
    (scene,) = [each.name for each in film.scenes if each.kind == "drawing" and each.block]
    (bundle,) = [key for key in edges(film, scene) if ".i" in key]
    assert bundle.startswith("e@")
    tokens = [told(film, f"e{node.index}.i0")[0][2] for node in sweep.tape if node.primitive.name == "stack"]
    assert len(set(tokens)) > 10


def test_a_contribution_that_is_not_finite_shows_on_its_bundle() -> None:
    film = av.trace(lambda x: np.sqrt(np.stack([x] * MANY)).sum(), 0.0).reverse().film()
    role = told(film, "e1.i0")[0][1]
    assert "odd" in role


def test_other_seeds_are_not_offered_where_partials_are_not_drawn_one_by_one() -> None:
    def summed(count):
        total = av.primitive(lambda *numbers: sum(numbers))
        total.defvjp(*[lambda g, ans, *numbers: g] * count)
        return av.play(av.trace(lambda x: total(*[x] * count), 0.5)).film()

    few, many = summed(MOST_SINGLE), summed(MANY)
    assert "seeds" in few.data
    assert "seeds" not in many.data
    assert told(many, "e1.i0")[-2][1:] == ("flow adjoint", str(MANY))


def test_what_is_wrong_with_an_edge_is_marked_on_its_bundle() -> None:
    wrong = av.sabotage(av.trace(repeated, 0.5), "x", "drop")
    assert [(state.role, state.text) for _, state in wrong.film().tracks["e1.i0"]] == [("flow wrong adjoint", "✗")]
    played = wrong.against().film()
    assert any("wrong" in state.role for _, state in played.tracks["e1.i0"])
    blocked = av.diagnose(lambda x: np.lexsort((x,) * MANY).sum() * 1.0, np.array([3.0, 1.0, 2.0])).film()
    assert told(blocked, "e1.i0")[1] == (1, "flow wrong adjoint", "✗")


def test_a_curve_out_of_a_fold_of_several_values_has_the_name_of_the_one_that_passes() -> None:
    def inner(xs):
        return np.square(np.stack(xs)).sum()

    film = av.trace(lambda xs, z: inner(xs) * z, [0.1 * k for k in range(50)], 1.0).reverse().film(fold=True)
    names = {edge.key: edge.name for edge in edges(film).values()}
    assert "z" in names.values()
    assert all(edge.name == "" for edge in edges(av.trace(repeated, 0.5).reverse().film()).values())


def test_a_wrong_sweep_stops_before_a_bundle_has_its_turn() -> None:
    def f(x):
        a = np.stack([x] * MANY).sum()
        b = a * a
        return np.sin(b) + b

    film = av.sabotage(av.trace(f, 0.5), "b", "overwrite").against().film()
    assert all(film.tracks.values())
    assert "e1.i0" not in film.tracks


def test_a_quiz_asks_for_no_complex_number() -> None:
    film = av.play(av.trace(lambda x: np.real(x * x), 1 + 2j)).film(quiz=True)
    assert film.steps > 0
