"""Charts: numbers lie where the axes say, what cannot be drawn is left out, and steps switch what is seen."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from advis.films.chart import HIGH, LEFT, WIDE, Axis, Panel, Series, chart_film
from advis.films.film import spelled, state_at
from advis.films.metrics import text_width
from advis.media.svg import svg

SAID = [(("", "Here it is."),)]


def inks(film, key):
    return next(mark.inks for mark in film.scenes[0].marks if mark.key == key)


def chart(*series, x=None, y=None, said=SAID):
    return chart_film("Chart", [Panel("Panel", x or Axis("x"), y or Axis("y"), series)], said)


def area(film):
    """Left, top, right, bottom of the first panel."""
    left, top, _, bottom, *_, right, _ = next(ink.at for ink in inks(film, "a0") if ink.role == "axis")
    return left, top, right, bottom


def test_numbers_lie_where_the_axes_say():
    film = chart(Series("y", [0, 1, 4], [0, 5, 10]), y=Axis("y", window=(0, 10)))
    left, top, right, bottom = area(film)
    assert (right - left, bottom - top, left) == (WIDE[1], HIGH, LEFT)
    middle = left + WIDE[1] / 4, top + HIGH / 2
    assert inks(film, "s0.0")[0].at == (left, bottom, *middle, *middle, right, top)


def test_logarithmic_axes_have_powers_of_ten_and_equal_steps_for_equal_ratios():
    film = chart(Series("e", [1, 10, 1000], [1e-4, 1e-2, 1.0]), x=Axis("n", log=True), y=Axis("e", log=True))
    left, _, right, _ = area(film)
    assert inks(film, "s0.0")[0].at[2] == pytest.approx(left + (right - left) / 3, abs=0.01)
    assert [spelled(ink.spans) for ink in inks(film, "a0") if ink.role == "tick"][:4] == ["1", "10", "10²", "10³"]


def test_what_cannot_be_drawn_is_left_out_and_the_line_is_broken_there():
    film = chart(Series("y", [0, 1, 2, 3, 4, 5], [1, 2, math.nan, 3, math.inf, 1]))
    assert len(inks(film, "s0.0")[0].at) == 4
    film = chart(Series("y", [0, 1, 2], [0.0, -1.0, 1.0], shape="points"), y=Axis("y", log=True))
    assert len(inks(film, "s0.0")) == 1
    assert "nan" not in svg(film)


def test_lines_end_at_the_edge_of_what_is_seen():
    film = chart(Series("y", [-10, 10], [-10, 10]), x=Axis("x", window=(-1, 1)), y=Axis("y", window=(-2, 0.5)))
    left, top, right, bottom = area(film)
    x, y, x2, y2 = inks(film, "s0.0")[0].at
    assert (x, y) == (left, pytest.approx(bottom - HIGH * 0.4, abs=0.01))
    assert (x2, y2) == (pytest.approx(left + (right - left) * 0.75, abs=0.01), top)


def test_bars_stand_on_zero_and_levels_and_marks_go_across():
    film = chart(
        Series("count", [0, 1, 2], [3, 1], shape="bars"),
        Series("mean", [], [2.0], "soft dashed", "level"),
        Series("here", [0.5], [], "soft", "mark"),
    )
    left, top, right, bottom = area(film)
    _, first, _, tall, _, second, _, low = inks(film, "s0.0")[0].at
    assert (first + tall, second + low) == (pytest.approx(bottom, abs=0.01),) * 2
    assert tall == pytest.approx(3 * low, abs=0.02)
    assert inks(film, "s0.1")[0].at[::2] == (left, right)
    assert inks(film, "s0.2")[0].at[1::2] == (top, bottom)


def test_a_step_switches_what_is_seen():
    film = chart(
        Series("hard", [0, 1], [0, 1], "soft"),
        *(Series("soft", [0, 1], [0, k], steps=(k, k)) for k in range(3)),
        said=[(("", f"Step {k}."),) for k in range(3)],
    )
    assert film.steps == 2
    for step in range(3):
        states = state_at(film, step)
        seen = [k for k in range(1, 4) if states[f"s0.{k}"].role != "off"]
        assert seen == [step + 1]
        assert "s0.0" not in states
        assert spelled(states["say"].text) == f"Step {step}."
    assert [spelled(ink.spans) for ink in inks(film, "a0") if ink.role == "key"] == ["hard", "soft"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_panels_stand_side_by_side_and_legends_fit_them(count):
    labels = [f"a rather long name, number {k}" for k in range(5)]
    panel = Panel("", Axis("x"), Axis("y"), tuple(Series(label, [0, 1], [0, 1]) for label in labels))
    film = chart_film("Chart", [panel] * count, SAID)
    lefts = [next(ink.at[0] for ink in inks(film, f"a{k}") if ink.role == "axis") for k in range(count)]
    assert len({round(b - a) for a, b in pairwise(lefts)}) < 2
    tops = {next(ink.at[1] for ink in inks(film, f"a{k}") if ink.role == "axis") for k in range(count)}
    assert len(tops) == 1
    keys = [ink for ink in inks(film, "a0") if ink.role == "key"]
    assert max(ink.at[0] + text_width(spelled(ink.spans), 13.0) for ink in keys) < LEFT + WIDE[count] + 20
    assert max(ink.at[1] for ink in keys) < tops.pop() - 20


def test_a_number_that_never_moves_has_room_around_it():
    film = chart(Series("y", [1, 2], [3, 3]))
    _, top, _, bottom = area(film)
    assert top < inks(film, "s0.0")[0].at[1] < bottom
