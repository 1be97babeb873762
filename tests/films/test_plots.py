"""Plots as films: curves with gaps, tangent lines, contours, arrows; nothing outside of the axes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from advis.analysis.landscape import Curve, Plane, Unplotted
from advis.films.film import Film, Group
from advis.films.landscape import LEFT, TOP, landscape_film
from advis.media.svg import svg
from tests.media.laws import alike, in_javascript


def curve(f: Any, at: float, slope: float, window: tuple[float, float] = (-2.0, 2.0)) -> Curve:
    xs = np.linspace(*window, 161)
    with np.errstate(all="ignore"):
        return Curve("x", "y", xs, f(xs), at, float(f(np.float64(at))), slope)


def plane(f: Any, at: tuple[float, float], gradient: tuple[float, float]) -> Plane:
    xs = ys = np.linspace(-2.0, 2.0, 35)
    with np.errstate(all="ignore"):
        return Plane(("a", "b"), "y", xs, ys, f(*np.meshgrid(xs, ys)), at, float(f(*at)), gradient)


def strokes(film: Film, key: str) -> np.ndarray:
    """The straight pieces of a group, a row each."""
    marks = [mark for mark in film.scene("plot").marks if isinstance(mark, Group) and mark.key == key]
    numbers = [ink.at for mark in marks for ink in mark.inks if ink.tag == "lines"]
    return np.array(sum(numbers, ())).reshape(-1, 4)


def test_a_smooth_curve_is_one_line_and_the_tangent_touches_it() -> None:
    film = landscape_film(curve(np.sin, 0.5, np.cos(0.5)), "f")
    pieces = strokes(film, "curve")
    assert len(pieces) == 160
    assert all(tuple(a[2:]) == tuple(b[:2]) for a, b in pairwise(pieces))
    ((x, y, x2, y2),) = strokes(film, "slope")
    dot = next(mark for mark in film.scene("plot").marks if mark.key == "here").inks[0].at
    middle = dot[0] + dot[2] / 2, dot[1] + dot[3] / 2
    assert y + (y2 - y) * (middle[0] - x) / (x2 - x) == pytest.approx(middle[1], abs=0.05)


@pytest.mark.parametrize("f", [lambda x: 1 / x, lambda x: np.where(x > 0.3, x**2, x - 1), np.log, np.tan])
def test_a_jump_a_pole_and_a_gap_are_no_line(f: Any) -> None:
    pieces = strokes(landscape_film(curve(f, 1.0, 1.0), "f"), "curve")
    assert 60 < len(pieces) < 160
    assert np.isfinite(pieces).all()


@pytest.mark.parametrize("f", [np.exp, lambda x: 1 / x, lambda x: x * 1e8, lambda x: 0 * x, lambda x: np.nan * x])
def test_nothing_leaves_the_axes(f: Any) -> None:
    film = landscape_film(curve(f, 1.0, 3.0), "f")
    scene = film.scene("plot")
    for key in ("curve", "slope", "axes"):
        for x, y, x2, y2 in strokes(film, key):
            assert LEFT - 0.01 <= min(x, x2) <= max(x, x2) < scene.width
            assert TOP - 0.01 <= min(y, y2) <= max(y, y2) < scene.height


def test_the_gradient_stands_at_right_angles_on_the_contours() -> None:
    film = landscape_film(plane(lambda a, b: a**2 + 3 * a * b, (0.5, 0.25), (1.75, 1.5)), "f")
    x, y, x2, y2 = strokes(film, "slope")[0]
    assert (y - y2) / (x2 - x) == pytest.approx(1.5 / 1.75, rel=0.01)
    assert len(strokes(film, "contour")) > 100


def test_where_nothing_grows_there_is_no_arrow_and_where_nothing_is_finite_no_line() -> None:
    assert not len(strokes(landscape_film(plane(lambda a, b: a * b, (0.0, 0.0), (0.0, 0.0)), "f"), "slope"))
    nowhere = landscape_film(plane(lambda a, b: a * np.nan, (0.0, 0.0), (np.nan, np.nan)), "f")
    assert not len(strokes(nowhere, "contour"))
    assert "slope" not in [mark.key for mark in nowhere.scene("plot").marks]


def test_what_is_not_plotted_is_a_sentence() -> None:
    film = landscape_film(Unplotted("No plot: f returns 2 results."), "f")
    assert film.scenes == ()
    assert film.tracks["say"][0][1].text == "No plot: f returns 2 results."


def test_python_and_javascript_draw_the_same_plot() -> None:
    from advis.films.draw import lower
    from advis.films.film import state_at

    film = landscape_film(curve(np.sin, 0.5, 1.0), "f")
    ours = [[vars_of(ink) for ink in lower(mark, state_at(film, 0))] for mark in film.scene("plot").marks]
    theirs = in_javascript("steps", film)[0]["inks"]
    assert alike(ours, theirs)


def vars_of(ink: Any) -> dict[str, Any]:
    return {name: getattr(ink, name) for name in ("tag", "role", "at", "spans", "anchor")}


def test_hostile_names_stay_text() -> None:
    name = '"><img onerror=alert(1)>'
    shown = curve(np.sin, 0.5, 1.0)
    film = landscape_film(Curve(name, name, shown.xs, shown.ys, 0.5, shown.value, 1.0), name)
    assert "<img" not in svg(film)
