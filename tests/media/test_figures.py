"""A drawing as a matplotlib figure: every ink where it stands, in its colour."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

import advis as av
from advis.films.film import Film, Group, Ink, Scene
from advis.films.theme import COLOURS
from advis.media.figures import figure
from tests.media.films import FILMS

PLAN = av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)])


def texts(drawn):
    return [text.get_text() for text in drawn.axes[0].texts]


def test_the_chart_says_what_every_order_costs():
    drawn = PLAN.compare().plot()
    said = texts(drawn)
    for row in PLAN.compare().rows:
        assert any(row.label in text for text in said)
        assert any(text.startswith(f"{row.fma:,}") for text in said)
    width, height = drawn.get_size_inches()
    assert width == pytest.approx(PLAN.compare().film().scene("chart").width / 96)
    assert height == pytest.approx(PLAN.compare().film().scene("chart").height / 96)


def test_bars_have_the_colours_of_their_voice_and_lengths_in_proportion():
    patches = PLAN.compare().plot().axes[0].patches
    bars = [patch for patch in patches if to_hex(patch.get_facecolor()) == COLOURS["adjoint-pale"][0]]
    assert len(bars) == 6  # reverse, and VJPs at once and one by one: fma and peak
    lengths = [patch.get_path().get_extents().width for patch in patches]
    assert max(lengths) > 0


def test_a_step_of_a_film_and_an_unknown_one():
    film = PLAN.accumulate("reverse").film()
    first, last = (texts(figure(film, step)) for step in (0, 3))
    assert "200 fma" in first
    assert "200 fma" not in last
    with pytest.raises(ValueError, match="plot: step=9"):
        figure(film, 9)


@pytest.mark.parametrize("name", FILMS)
def test_every_kind_of_mark_can_be_drawn(name, tmp_path):
    figure(FILMS[name]()).savefig(tmp_path / "drawn.png")
    pixels = np.asarray(Image.open(tmp_path / "drawn.png").convert("L"))
    assert pixels.min() < 128  # there is ink


def test_labels_are_text_and_never_mathematics_or_markup(tmp_path):
    drawing = Scene(
        "g", "drawing", "G", (Group("x", (Ink("text", "meter", (9.0, 20.0), (("", r"$\frac{$"),)),)),), 99.0, 30.0
    )
    drawn = figure(Film("chart", "f", (drawing,)))
    drawn.savefig(tmp_path / "drawn.png")
    assert texts(drawn) == [r"$\frac{$"]
