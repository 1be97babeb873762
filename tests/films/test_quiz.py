"""The film that asks: what is asked, what is right, which mistakes are named, and that nothing stands there before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.draw import lower
from advis.films.film import Box, Edge, Film, state_at
from advis.films.number_questions import close
from tests.gallery import GALLERY


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def text(spans: Any) -> str:
    return "".join(part for _, part in spans)


def questions(film: Film, way: int = 0) -> dict[int, dict[str, Any]]:
    """The questions by their step."""
    names = ("step", "kind", "asked", "answers", "choices")
    return {question[0]: dict(zip(names, question, strict=True)) for question in film.data["quiz"][way]}


def said(question: dict[str, Any], answer: float | str) -> tuple[bool, str]:
    """What is said to an answer."""
    for value, right, spans in question["answers"]:
        if value == answer or (question["kind"] == "number" and close(float(answer), float(value))):
            return bool(right), text(spans)
    return False, ""


def nodes(*names: str) -> list[str]:
    tape = av.trace(classic, 2.0, 5.0)
    return [f"n{tape[name].index}" for name in names]


def test_reverse_asks_whose_turn_it_is_and_every_node_that_is_ready_is_right() -> None:
    asked = questions(av.trace(classic, 2.0, 5.0).reverse().film(quiz=True))
    v1, v2, v3, v4, x1, y = nodes("v1", "v2", "v3", "v4", "x1", "y")
    assert text(asked[3]["asked"]) == "Which node hands its adjoint back next?"
    assert said(asked[3], v3) == (True, "All that uses v3 has had its turn: its adjoint is complete.")
    assert said(asked[3], v2) == (False, "v2 is used by v3, which has not had its turn: its adjoint is not complete.")
    assert said(asked[3], x1) == (False, "x1 is an input: adjoints end there.")
    assert said(asked[3], y) == (False, "y has had its turn.")
    assert said(asked[1], v4)[0] is False
    tape = av.trace(lambda a, b: np.sin(a) + np.cos(b), 1.0, 2.0)
    ready = questions(tape.film(quiz=True))[1]
    assert said(ready, f"n{tape['v2'].index}") == (True, "v2 is ready too; the record takes v1 first.")
    assert v1 != v2


def test_the_classic_mistakes_with_an_adjoint_are_named() -> None:
    asked = questions(av.trace(classic, 2.0, 5.0).reverse().film(quiz=True))[4]
    assert (
        text(asked["asked"]) == "v2 = x1 · x2 hands its adjoint 1 back. x2 has −0.2837 so far. What does x2 have then?"
    )
    assert said(asked, 1.716) == (True, "x2 gets 2 · 1 on top of −0.2837, so 1.716.")
    assert "contributions add up" in said(asked, 2)[1]
    assert "comes on top" in said(asked, -0.2837)[1]
    assert "sign" in said(asked, -1.716)[1]
    assert "the partial for x1" in said(asked, 4.716)[1]
    assert "its adjoint is asked for" in said(asked, 5)[1]
    assert said(asked, 17) == (False, "")


def test_the_incoming_adjoint_forgotten_is_named() -> None:
    tape = av.trace(lambda a, b: np.exp(a * b) * 3.0, 0.5, 2.0)
    asked = [q for q in questions(tape.reverse().film(quiz=True)).values() if q["kind"] == "number"]
    assert any("multiplied by the incoming adjoint" in text(spans) for q in asked for _, _, spans in q["answers"])


def test_a_value_that_is_used_twice_asks_for_both_uses() -> None:
    tape = av.trace(lambda x: np.sin(x * x), 3.0)
    asked = questions(tape.reverse().film(quiz=True))[2]
    assert asked["kind"] == "number"
    whole, half = 6 * np.cos(9.0), 3 * np.cos(9.0)
    assert said(asked, whole)[0] is True
    assert said(asked, half) == (False, "x is used 2 times here: every use contributes.")


def test_forward_asks_for_tangents() -> None:
    asked = questions(av.trace(classic, 2.0, 5.0).forward(x1=1.0, x2=1.0).film(quiz=True))[2]
    assert text(asked["asked"]) == "v2 = x1 · x2 is next. What is its tangent?"
    assert said(asked, 7) == (True, "v2 collects 5 · 1 + 2 · 1, so its tangent is 7.")
    assert said(asked, 5) == (False, "That is what comes from x1 alone; contributions add up.")
    assert said(asked, 10) == (False, "That is the value of v2; its tangent is asked for.")


def test_a_tape_is_evaluated_step_by_step_with_calculators_in_the_wrong_mode() -> None:
    film = av.trace(classic, 2.0, 5.0).film(quiz=True)
    assert film.steps == 5
    asked = questions(film)
    assert said(asked[2], 10) == (True, "x1 · x2 with x1 = 2, x2 = 5 is 10.")
    assert said(asked[4], -0.9589)[0] is True
    assert "degrees" in said(asked[4], 0.08716)[1]


def layer(w: Any, x: Any) -> Any:
    return np.sum(np.tanh(w @ x))


def test_arrays_are_asked_for_their_shapes() -> None:
    tape = av.trace(layer, np.ones((3, 4)), np.ones(4))
    asked = questions(tape.film(quiz=True))
    shapes = [question for question in asked.values() if question["kind"] == "shape"]
    assert shapes
    for question in shapes:
        expected = question["answers"][0]
        assert expected[1] == 1
        assert expected[0] in question["choices"]
        assert len(set(question["choices"])) == len(question["choices"]) <= 4
        assert set(question["choices"]) == {value for value, _, _ in question["answers"]}
    back = questions(tape.reverse().film(quiz=True))
    [last] = [q for q in back.values() if q["kind"] == "shape"][-1:]
    assert "has the shape of its value" in text(last["answers"][0][2])


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_every_film_of_the_gallery_asks_and_says_nothing_before(name: str) -> None:
    function, arguments = GALLERY[name]
    tape = av.trace(function, *arguments)
    film = tape.film(quiz=True)
    assert film.to_json() == av.trace(function, *arguments).film(quiz=True).to_json()
    asked = questions(film)
    assert 0 < len(asked) <= 12
    assert all(1 <= step <= film.steps for step in asked)
    computed = [node.index for node in tape if node.parents]
    start = state_at(film, 0)
    assert not [k for k in computed if start.get(f"n{k}.v") and start[f"n{k}.v"].text]
    for mark in film.scene("graph").marks:
        texts = {ink.role: text(ink.spans) for ink in lower(mark, start) if ink.tag == "text"}
        if isinstance(mark, Edge):
            assert not any(texts.values()), "a partial tells the shape, or the value, of what is asked"
        elif isinstance(mark, Box) and int(mark.key[1:]) in computed:
            assert not texts["note"]
    whole = lower(film.scene("graph").marks[0], state_at(film, film.steps))
    assert film.scene("graph").marks[0].label in [text(ink.spans) for ink in whole]


@pytest.mark.parametrize("name", ["classic", "branchy", "lorenz_rk4", "random_1", "attention_head"])
def test_every_question_has_one_expected_answer_that_comes_first(name: str) -> None:
    function, arguments = GALLERY[name]
    film = av.play(av.trace(function, *arguments)).film(quiz=True)
    assert len(film.data["quiz"]) == 3
    for way in film.data["quiz"]:
        for _, kind, _, answers, _ in way:
            assert answers[0][1] == 1
            assert len({value for value, *_ in answers}) == len(answers)
            if kind == "number":
                values = [float(value) for value, *_ in answers]
                assert not any(close(b, a) for k, a in enumerate(values) for b in values[k + 1 :])


def test_several_seeds_at_once_are_asked_for_the_order_only() -> None:
    tape = av.trace(layer, np.ones((3, 4)), np.ones(4))
    assert {q["kind"] for q in questions(tape.reverse(np.ones(5)).film(quiz=True)).values()} == {"node"}


def test_a_quiz_can_be_looked_at_and_saved(tmp_path: Any) -> None:
    tape = av.trace(classic, 2.0, 5.0)
    shown = av.quiz(tape.reverse())
    assert str(shown) == str(tape.reverse())
    assert shown.film().to_json() == tape.reverse().film(quiz=True).to_json()
    assert "Try again, or let it be shown." in shown._repr_mimebundle_()["text/html"]
    saved = shown.save(tmp_path / "quiz.html").read_text()
    assert saved == tape.reverse().save(tmp_path / "other.html", quiz=True).read_text()
    assert "Try again, or let it be shown." not in tape.reverse().save(tmp_path / "plain.html").read_text()
    assert "seeds" not in av.quiz(av.play(tape)).film().data


def test_what_is_refused() -> None:
    def long(x: Any) -> Any:
        for _ in range(401):
            x = np.sin(x)
        return x

    with pytest.raises(ValueError, match="quiz: the 402 nodes of long are more than a drawing can show"):
        av.trace(long, 1.0).reverse().film(quiz=True)
    with pytest.raises(TypeError, match="quiz: int has no quiz"):
        av.quiz(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="quiz= is no option of the picture of a Chain"):
        av.chain(shapes=[(1, 4), (4, 5)]).film(quiz=True)
    with pytest.raises(TypeError, match="its options are engine, direction, fold, quiz"):
        av.trace(classic, 2.0, 5.0).film(colour=True)
