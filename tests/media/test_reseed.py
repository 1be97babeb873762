"""Another output, another input: the player's sweeps over a scalar tape are those of Python, digit by digit."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import advis as av
from advis.autodiff.numbers import PICTURE, minus, number
from advis.autodiff.partial import Partial
from advis.autodiff.tape import Tape
from advis.films.film import Film, plain
from advis.films.reseed import word
from tests.gallery import GALLERY
from tests.media.laws import in_javascript

SCALAR = ["branchy", "classic", "fan_out_20", "horner", *(f"random_{k}" for k in range(5))]


def linear(tape: Tape) -> Tape:
    """The same tape with rules that multiply by the partials: then the order of operations is that of the player."""
    twin = copy.copy(tape)
    twin.names = tape.names
    twin.__dict__.pop("carried", None)
    twin.primitives, twin._latest = [], {}
    for index, primitive in enumerate(tape.primitives):
        edges = [Partial(tape, index, place) for place in range(len(tape.parents[index]))]
        rules = [_times(np.float64(edge.value)) if edge.passes else None for edge in edges]
        twin.primitives.append(primitive if not any(rules) else primitive.with_rules(rules, rules))
    return twin


def _times(partial: Any) -> Any:
    return lambda amount, *_: amount * partial


def traced(name: str) -> Tape:
    function, arguments = GALLERY[name]
    return av.trace(function, *arguments)


def in_python(film: Film) -> dict[str, Any]:
    """Forward, reverse and both in turn, without values and what is never lit."""
    record = json.loads(json.dumps(plain(replace(film, scenes=()))))
    ways = [*record["variants"][1:], {"label": "both", "steps": record["steps"], "tracks": record["tracks"]}]
    return {way["label"]: {"steps": way["steps"], "tracks": lit(way["tracks"])} for way in ways}


def in_the_player(film: Film, output: str, moves: str) -> dict[str, Any]:
    answer = in_javascript("reseed", film, output=output, moves=moves)
    return {
        name: {"steps": answer[name]["steps"], "tracks": lit(answer[name]["tracks"])}
        for name in ("forward", "reverse", "both")
    }


def lit(tracks: dict[str, Any]) -> dict[str, Any]:
    """The tracks of what changes, but for values."""
    found = {key: [trimmed(entry) for entry in track] for key, track in tracks.items() if not key.endswith(".v")}
    return {key: track for key, track in found.items() if track not in ([], [[0]])}


def trimmed(entry: list[Any]) -> list[Any]:
    """An entry without the defaults at its end, and with the pieces of its text joined where they have one role."""
    if len(entry) > 2 and isinstance(entry[2], list):
        joined = [
            [role, "".join(part for _, part in run)] for role, run in groupby(entry[2], key=lambda piece: piece[0])
        ]
        entry = [*entry[:2], [piece for piece in joined if piece[1]], *entry[3:]]
    while len(entry) > 1 and entry[-1] in ("", 0, []):
        entry = entry[:-1]
    return entry


def agree(tape: Tape, *choices: tuple[int | None, int | None]) -> None:
    """Each choice of an output and an input is played alike."""
    film = av.play(tape).film(fold=False)
    for output, moves in choices:
        direction = None if moves is None else {tape.names[moves]: 1.0}
        ours = in_python(av.play(tape, direction, output=output).film(fold=False))
        keys = ["" if index is None else f"n{index}" for index in (output, moves)]
        assert in_the_player(film, *keys) == ours


@pytest.mark.parametrize("name", SCALAR)
def test_every_output_and_every_input_of_the_gallery(name: str) -> None:
    tape = linear(traced(name))
    inputs = [node.index for node in tape.inputs]
    outputs = [k for k in range(len(tape)) if tape.carried[k]][:: max(1, len(tape) // 6)]
    agree(tape, (None, None), *((index, inputs[index % len(inputs)]) for index in outputs))


@pytest.mark.parametrize("name", SCALAR)
def test_the_rules_themselves_give_the_same_words(name: str) -> None:
    tape = traced(name)
    agree(tape, (None, tape.inputs[0].index))


def test_round_off_far_below_its_terms_is_zero_in_both() -> None:
    def f(x: Any) -> Any:
        first = x * 2.0
        return first + (x * 0.1 + x * 0.2 - x * 0.3)

    tape = linear(av.trace(f, 1.0))
    agree(tape, (None, None), (len(tape) - 2, None))
    said = [text for _, _, text, *_ in in_the_player(av.play(tape).film(), "", "")["reverse"]["tracks"]["say"]]
    assert " on top of 0" in "".join(part for spans in said for _, part in spans)


STEPS: list[Any] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: np.sin(a),
    lambda a, b: np.exp(a),
    lambda a, b: np.log(a),
    lambda a, b: np.sqrt(a),
    lambda a, b: a * 3.0,
    lambda a, b: np.maximum(a, b),
    lambda a, b: np.where(a > b, a, -b),
    lambda a, b: np.floor(a) + b,
]
numbers = st.floats(-1e3, 1e3) | st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-160, 1e200, 1000.5])
programs = st.lists(
    st.tuples(st.sampled_from(range(len(STEPS))), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=14
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs, st.tuples(numbers, numbers, numbers), st.integers(0, 30), st.integers(-1, 2), st.booleans())
@example([(3, 0, 1), (7, 0, 0)], (1.0, 0.0, 0.0), 0, 1, True)
def test_any_program(program: Any, arguments: Any, output: int, moves: int, ends: bool) -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        values = [x, y, z]
        for step, i, j in program:
            values.append(STEPS[step](values[-1 - i % len(values)], values[-1 - j % len(values)]))
        return values[-1], values[-2]

    with np.errstate(all="ignore"):
        tape = av.trace(f, *arguments)
    film = av.play(tape).film(fold=False)
    assume("seeds" in film.data)
    carried = [index for index in range(len(tape)) if tape.carried[index]]
    agree(linear(tape), (carried[output % len(carried)] if ends else None, None if moves < 0 else moves))


@given(
    st.lists(st.floats() | st.integers(-99999, 99999).map(lambda n: n / 2) | numbers, min_size=40, max_size=400),
    st.floats(0, 1e12),
)
@settings(max_examples=60, deadline=None)
@example([1000.5, 1001.5, 2.0625, 2.1875, -0.0, 0.00012345, 9999.5, 99999.5, 1e-5, 123456.0, 5e-324, 1.7e308], 0.0)
def test_numbers_are_written_alike(given_numbers: list[float], scale: float) -> None:
    ours = [minus(number(x, PICTURE, scale)) for x in given_numbers]
    assert in_javascript("numbers", None, words=[word(x) for x in given_numbers], scale=scale) == ours


def test_thousands_of_numbers_of_every_size() -> None:
    rng = np.random.default_rng(5)
    drawn = [float(x) for x in rng.normal(size=4000) * 10.0 ** rng.integers(-30, 30, size=4000)]
    halves = [float(digits) / 2**k for digits in range(10001, 12001, 7) for k in range(5)]
    ours = [minus(number(x, PICTURE)) for x in drawn + halves]
    assert in_javascript("numbers", None, words=[word(x) for x in drawn + halves], scale=0) == ours


def test_words_are_read_back_to_the_last_bit() -> None:
    for x in (0.1, 1 / 3, -2.0, 1e22, 5e-324, 1e16, -0.0):
        assert float(word(x)) == x
        assert math.copysign(1, float(word(x))) == math.copysign(1, x)


def test_only_scalar_tapes_of_numbers_can_be_reseeded() -> None:
    def has(f: Any, *arguments: Any) -> bool:
        return "seeds" in av.play(av.trace(f, *arguments)).film().data

    assert has(lambda x: x * np.floor(x), 1.5)
    assert not has(lambda x: np.sum(x * 2.0), np.ones(3))
    assert not has(lambda x: np.real(x * x), 1.0 + 2.0j)
    assert not has(lambda x: x * x, np.float32(1.5))

    def long(x: Any) -> Any:
        for _ in range(100):
            x = np.sin(x)
        return x

    assert not has(long, 1.0)


def test_two_hundred_nodes_grow_by_less_than_eight_kilobytes() -> None:
    def f(x: Any, y: Any) -> Any:
        for _ in range(66):
            x, y = np.sin(x) * y, x - y
        return x * y

    film = av.play(av.trace(f, 0.3, 0.7)).film(fold=False)
    assert len(film.scene("trace").marks) > 200
    bare = Film(film.kind, film.title, film.scenes, film.tracks, film.steps, variants=film.variants)
    assert len(film.to_json()) - len(bare.to_json()) < 8_000
