"""A film that asks: before a step is shown, the reader says what comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from advis.analysis.play import Play
from advis.autodiff.sweep import Sweep
from advis.autodiff.tape import Tape
from advis.films import number_questions, questions
from advis.films.cast import Cast, casts, drawn
from advis.films.film import Box, Edge, Film, State, Track
from advis.films.places import plan
from advis.films.play import evaluation
from advis.films.questions import Question
from advis.films.sweep import Script, write_script
from advis.films.words import Words

MOST_QUESTIONS = 12
"""A long film asks this often, at steps that are spread over it."""

Maker = Callable[[int], Question | None]
"""Makes a question about a step, or none if the step has nothing of that kind."""


def quiz_film(shown: Tape | Sweep | Play, film: Film) -> Film:
    """Return the film of a tape, sweep or play as one that asks; a tape is then evaluated step by step.

    Raises
    ------
    ValueError
        If the program is too long to be drawn without folds: then most of its numbers are not seen.
    """
    tape = shown if isinstance(shown, Tape) else shown.tape
    if film.blocks:
        raise ValueError(
            f"quiz: the {len(tape):,} nodes of {tape.function} are more than a drawing can show; ask about a part of it"
        )
    words, seen = Words(tape), casts(plan(tape, fold=False))
    if isinstance(shown, Tape):
        return _evaluated(words, seen, film)
    if isinstance(shown, Sweep):
        return _asking(film, [_sweep_questions(write_script(shown, words, seen))])
    first, second = (_sweep_questions(write_script(sweep, words, seen)) for sweep in (shown.forward, shown.reverse))
    evaluate, *others = film.variants
    hidden = replace(evaluate, tracks=veiled(evaluate.tracks, film))
    return _asking(replace(film, variants=(hidden, *others)), [_value_questions(tape, seen), first, second])


def _evaluated(words: Words, seen: list[Cast], film: Film) -> Film:
    steps, tracks = evaluation(words, seen)
    bare = {key: ((0, State()),) for key in film.tracks}
    return _asking(replace(film, steps=steps, tracks=veiled(bare | tracks, film)), [_value_questions(words.tape, seen)])


def veiled(tracks: Any, film: Film) -> dict[str, Track]:
    """Return the tracks of an evaluation in which boxes keep their shape, and edges their partial, until their turn."""
    veil = State("veiled")
    marks = [mark for mark in film.scene("graph").marks if isinstance(mark, (Box, Edge))]
    late = {mark.key: tracks[mark.key] for mark in marks if tracks.get(mark.key, ((0, State()),)) != ((0, State()),)}
    return dict(tracks) | {key: ((0, veil), *track) for key, track in late.items() if track[0][0] > 0}


def _asking(film: Film, asked: list[list[Question]]) -> Film:
    """The film with its questions: a list for each way to play it; a play asks in turn what its sweeps ask."""
    data = {name: item for name, item in film.data.items() if name != "seeds"}  # other seeds have other answers
    return replace(film, data={**data, "quiz": [[_record(question) for question in way] for way in asked]})


def _record(question: Question) -> list[Any]:
    """A question as a list of its fields, for the film's data."""
    answers = [[answer.value, int(answer.right), answer.said] for answer in question.answers]
    return [question.step, question.kind, question.asked, answers, list(question.choices)]


def _value_questions(tape: Tape, seen: list[Cast]) -> list[Question]:
    order = questions.operations(tape, drawn(seen))
    return _spread(
        len(order),
        lambda step: questions.turn_question(order, step, tape, "evaluate"),
        lambda step: questions.value_shape_question(tape, order[step - 1], step),
        lambda step: number_questions.value_question(tape, order[step - 1], step),
    )


def _sweep_questions(script: Script) -> list[Question]:
    sweep = script.sweep
    number = number_questions.tangent_question if sweep.direction == "forward" else number_questions.adjoint_question
    return _spread(
        len(script.order),
        lambda step: questions.turn_question(script.order, step, sweep.tape, sweep.direction),
        lambda step: number(script, step),
        lambda step: questions.flow_shape_question(script, step),
    )


def _spread(steps: int, *makers: Maker) -> list[Question]:
    """One question for each of up to twelve steps; whose turn is next and what it brings are asked in turn."""
    count = min(steps, MOST_QUESTIONS)
    asked: list[Question] = []
    for k in range(count):
        step = 1 + (k * (steps - 1)) // max(count - 1, 1)
        turn, *rest = makers
        for maker in (turn, *rest) if k % 2 == 0 else (*rest, turn):
            question = maker(step)
            if question is not None:
                asked.append(question)
                break
    return asked
