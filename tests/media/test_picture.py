"""Pictures with panes: nothing leaves them, nothing moves between steps, and what is not there takes no room."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.film import spelled
from advis.films.metrics import text_width
from advis.films.theme import look
from advis.media.picture import PANES, picture, wrapped
from advis.media.svg import svg, svg_of


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture(scope="module")
def film() -> Any:
    return av.trace(classic, 2.0, 5.0).reverse().film()


def corners(ink: Any) -> list[tuple[float, float]]:
    if ink.tag == "rect":
        left, top, width, height, _ = ink.at
        return [(left, top), (left + width, top + height)]
    points = list(zip(ink.at[::2], ink.at[1::2], strict=True))
    if ink.tag == "text":
        size = float(look(ink.role)["font-size"].removesuffix("px"))
        wide = text_width(spelled(ink.spans), size) * {"start": 1, "middle": 0.5, "end": 0}[ink.anchor]
        back = text_width(spelled(ink.spans), size) * {"start": 0, "middle": 0.5, "end": 1}[ink.anchor]
        return [(points[0][0] - back, points[0][1] - 0.7 * size), (points[0][0] + wide, points[0][1])]
    return points if ink.tag != "tiles" else []


@pytest.mark.parametrize("panes", [("graph",), ("trace",), ("source", "say"), ("title", "graph", "say"), PANES])
def test_nothing_leaves_the_picture_at_any_step(film: Any, panes: Any) -> None:
    for step in range(film.steps + 1):
        shown = picture(film, step, panes)
        for ink in shown.inks:
            for x, y in corners(ink):
                assert -1 <= x <= shown.width + 1, ink
                assert -1 <= y <= shown.height + 1, ink


@pytest.mark.parametrize("panes", [("trace", "say"), PANES])
def test_every_step_has_the_same_size_and_what_stays_does_not_move(film: Any, panes: Any) -> None:
    shown = [picture(film, step, panes) for step in range(film.steps + 1)]
    assert len({(one.width, one.height) for one in shown}) == 1
    headings = [[ink.at for ink in one.inks if ink.role in ("heading", "headline", "code")] for one in shown]
    assert all(places == headings[0] for places in headings)


def test_the_graph_alone_is_the_drawing(film: Any) -> None:
    def shapes(text: str) -> list[str]:
        return sorted(re.findall(r"<(?:rect x|text|path)[^>]*>", text))

    assert shapes(svg_of(picture(film, 3))) == shapes(svg(film, 3))


def test_the_sentence_is_told_in_full(film: Any) -> None:
    for step in range(film.steps + 1):
        lines = [ink.spans for ink in picture(film, step, ("trace", "say")).inks if ink.role == "said"]
        told = "".join(spelled(line) for line in lines)
        assert told == spelled(dict(film.tracks["say"])[step].text)


def test_lines_break_between_words_and_only_there() -> None:
    text = (("", "one two three "), ("name", "four"), ("", " five six"))
    for width in (30.0, 60.0, 90.0, 400.0):
        lines = wrapped(text, 10.0, width)
        assert "".join(spelled(line) for line in lines) == "one two three four five six"
        assert all(text_width(spelled(line).rstrip(), 10.0) <= max(width, text_width("three", 10.0)) for line in lines)


def test_the_row_whose_turn_it_is_is_lit(film: Any) -> None:
    (lit,) = [ink for ink in picture(film, 4, ("trace",)).inks if ink.role.startswith("lit")]
    (row,) = [ink for ink in picture(film, 4, ("trace",)).inks if spelled(ink.spans) == "v2"]
    assert lit.at[1] < row.at[1] < lit.at[1] + lit.at[3]


def test_a_long_table_shows_the_rows_around_the_active_one() -> None:
    def program(x: Any) -> Any:
        for _ in range(60):
            x = np.sin(x)
        return x

    film = av.trace(program, 1.0).reverse().film(fold=False)
    heights = {picture(film, step, ("trace",)).height for step in range(film.steps + 1)}
    assert len(heights) == 1
    for step in (1, 30, 60):
        assert any(ink.role.startswith("lit") for ink in picture(film, step, ("trace",)).inks)


def test_panes_that_are_not_there_take_no_room_and_unknown_ones_are_named() -> None:
    chart = av.compare_methods(lambda x: x * x, 2.0).film()
    assert picture(chart, 0, ("graph", "source")).inks
    with pytest.raises(ValueError, match=r"'picture' is not known; choose from title, graph"):
        picture(chart, 0, ("picture",))
    with pytest.raises(ValueError, match="has none of them"):
        picture(chart, 0, ("source",))


def test_themes_are_fixed_colours(film: Any) -> None:
    assert "prefers-color-scheme" in svg_of(picture(film, 1))
    assert "prefers-color-scheme" not in svg_of(picture(film, 1), "dark")
    assert "#111418" in svg_of(picture(film, 1), "dark")
    assert "#111418" not in svg_of(picture(film, 1), "light")
