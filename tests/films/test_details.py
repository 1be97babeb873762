"""What a film knows beyond its picture: the sweep's code, arrays, magnitudes, and what is not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.details import FEW, MOST_BYTES, details_of
from advis.films.film import Film, state_at
from tests.gallery import GALLERY, classic


def layer(w: Any, x: Any) -> Any:
    return np.sum(np.tanh(w @ x))


def arrays(film: Film) -> dict[str, dict[str, Any]]:
    """The columns of a film's arrays as one record for each key."""
    columns = film.data["arrays"]
    return {key: {name: column[k] for name, column in columns.items()} for k, key in enumerate(columns["key"])}


def lit(film: Film, step: int, scene: str = "code") -> list[str]:
    """The lines of the code that are lit at a step: those of an active node, in the line's voice."""
    roles = {key: state.role for key, state in state_at(film, step).items()}
    lines = [line for line in film.scene(scene).marks if line.segments]
    active = [line for line in lines if roles.get(line.segments[0][0], "").startswith("active")]
    return [line.text.strip() for line in active if line.voice in roles[line.segments[0][0]]]


# -- the sweep's code


def test_each_step_lights_the_lines_that_it_computes() -> None:
    film = av.trace(classic, 2.0, 5.0).reverse().film()
    assert lit(film, 4) == ["x1_bar = v2_bar * x2", "x2_bar = x2_bar + v2_bar * x1"]
    assert lit(film, 1) == ["v3_bar = y_bar", "v4_bar = -y_bar"]


def test_a_line_is_lit_from_its_first_letter_to_its_last() -> None:
    film = av.trace(classic, 2.0, 5.0).forward(x1=1.0).film()
    for line in film.scene("code").marks:
        for _, start, stop in line.segments:
            assert line.text[start:stop] == line.text.strip()
    assert lit(film, 2) == ["d_v2 = d_x1 * x2"]


def test_the_code_of_both_sweeps_stands_beside_a_play() -> None:
    film = av.play(av.trace(classic, 2.0, 5.0)).film()
    assert [scene.title for scene in film.scenes if scene.name.startswith("code")] == ["▸ Code", "◂ Code"]
    assert lit(film, 2, "code forward") == ["d_v2 = d_x1 * x2 + d_x2 * x1"]
    assert lit(film, 2, "code reverse") == []


def test_the_pane_is_absent_where_the_code_is_not_to_be_had() -> None:
    several = av.trace(classic, 2.0, 5.0).reverse(np.eye(2)[:, 0])
    assert "code" not in [scene.name for scene in several.film().scenes]

    @av.primitive
    def own(x: Any) -> Any:
        return np.sin(x)

    own.defvjp(lambda g, ans, x: g * float(np.cos(np.asarray(x))))
    film = av.trace(lambda x: own(x) * 2.0, 1.0).reverse().film()
    assert [scene.name for scene in film.scenes] == ["graph", "source", "trace"]


@pytest.mark.parametrize("name", GALLERY)
def test_every_line_of_the_sweep_belongs_to_a_step(name: str) -> None:
    f, arguments = GALLERY[name]
    tape = av.trace(f, *arguments)
    sweep = tape.reverse(tape.value)
    code = sweep.code()
    steps = {step.node.index for step in sweep.steps}
    assert {index for index in code.lines[code.middle :] if index is not None} <= steps


# -- arrays


def test_small_arrays_stand_in_the_film_in_full() -> None:
    w, x = np.array([[0.5, -1.25, 0.0], [2.0, 0.1, 1e-9]]), np.array([1.0, 2.0, 3.0])
    film = av.trace(layer, w, x).reverse().film()
    told = arrays(film)
    assert told["n0.v"]["numbers"] == "0.5 -1.25 0 2 0.1 1e-09"
    assert (told["n0.v"]["shape"], told["n0.v"]["rows"], told["n0.v"]["columns"]) == ((2, 3), 2, 3)
    adjoint = np.array(told["n0.a"]["numbers"].split(), dtype=float).reshape(2, 3)
    np.testing.assert_allclose(adjoint, av.grad(layer)(w, x), rtol=1e-5)


def test_a_scalar_needs_nothing_more() -> None:
    assert "arrays" not in av.trace(classic, 2.0, 5.0).reverse().film().data


def test_local_jacobians_of_few_entries_are_kept() -> None:
    film = av.trace(lambda x: np.sum(x[::-1]), np.array([1.0, 2.0])).reverse().film()
    told = arrays(film)
    edges = {mark.key: mark.label for mark in film.scene("graph").marks if mark.kind == "edge"}
    kept = {label: told[key]["numbers"] for key, label in edges.items()}
    assert kept["2×2 selection"] == "0 1 1 0"
    assert kept["1×2 dense"] == "1 1"


def test_large_arrays_are_told_by_the_means_of_blocks() -> None:
    array = np.arange(4096.0).reshape(64, 64)
    told = details_of("n0.v", array)
    assert (told.rows, told.columns) == (8, 8)
    assert told.numbers.split()[0] == f"{array[:8, :8].mean():.6g}"
    vector = details_of("n0.v", np.arange(640.0))
    assert (vector.rows, vector.columns, vector.numbers.split()[:2]) == (1, 32, ["9.5", "29.5"])


@pytest.mark.parametrize(
    "array", [np.zeros(0), np.zeros((3, 0)), np.array([True, False]), np.array([1 + 2j, 3.0]), np.full((9, 9), np.nan)]
)
def test_odd_arrays_are_told_too(array: np.ndarray) -> None:
    told = details_of("n0.v", array)
    assert told.shape == array.shape
    assert len(told.numbers.split()) == told.rows * told.columns <= FEW


def test_what_is_not_finite_is_counted_and_named() -> None:
    told = details_of("n0.v", np.array([np.nan, np.inf, -np.inf, 2.0]))
    assert (told.odd, told.low, told.high, told.numbers) == (3, "2", "2", "nan inf -inf 2")


def test_the_numbers_of_a_film_are_bounded_and_the_statistics_stay() -> None:
    def f(*xs: Any) -> Any:
        return sum(np.sum(np.sin(x)) for x in xs)

    rng = np.random.default_rng(0)
    film = av.trace(f, *(rng.normal(size=64) for _ in range(60))).reverse().film()
    columns = film.data["arrays"]
    assert MOST_BYTES * 0.9 < sum(map(len, columns["numbers"])) <= MOST_BYTES
    assert columns["numbers"][-70] == ""
    assert all(columns["norm"])


# -- magnitudes, and what is not finite


def test_levels_tell_how_an_adjoint_vanishes() -> None:
    def shrink(x: Any) -> Any:
        for _ in range(4):
            x = x * 0.01
        return x

    film = av.trace(shrink, 1.0).reverse().film()
    last = state_at(film, film.steps)
    levels = [last[key].level for key in sorted(last) if key.endswith(".a")]
    assert sorted(levels) == [0.3, 0.35, 0.4, 0.45, 0.5]


def test_what_is_not_finite_says_so_on_edges_and_in_rows() -> None:
    with np.errstate(all="ignore"):
        film = av.trace(lambda x: np.sqrt(x) * x, 0.0).reverse().film()
    last = state_at(film, film.steps)
    assert last["n0.a"].role == "odd"
    broken = [state for key, state in last.items() if key.startswith("e") and "odd" in state.role]
    assert [(state.role, state.text) for state in broken] == [("done odd adjoint", "nan")]
    with np.errstate(all="ignore"):
        values = state_at(av.trace(lambda x: np.log(x), 0.0).film(), 0)
    assert (values["n1.v"].role, values["n1.v"].text) == ("odd", "−inf")
