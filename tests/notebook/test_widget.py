"""The widget's side in Python: traits with ranges, and a text that tells what is shown."""

from __future__ import annotations

import json

import pytest
import traitlets

import advis as av
from advis.notebook.widget import FilmWidget
from tests.media.films import large, sample


def test_text_plain_carries_text_step_and_digest_and_no_address() -> None:
    film = sample()
    widget = FilmWidget(film, "x1 = 2\nx2 = 5")
    widget.step = 4
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == f"x1 = 2\nx2 = 5\nstep 4 of 6 · film {film.digest}" == repr(widget) == str(widget)
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize("step", [-1, 7])
def test_a_step_outside_the_film_names_the_range(step: int) -> None:
    widget = FilmWidget(sample(), "")
    with pytest.raises(traitlets.TraitError, match=rf"step={step} .* 0 to 6"):
        widget.step = step
    assert widget.step == 0
    with pytest.raises(traitlets.TraitError, match="0 to 6"):
        FilmWidget(sample(), "", step=step)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), 1000.0])
def test_a_speed_outside_the_player_is_refused(speed: float) -> None:
    with pytest.raises(traitlets.TraitError, match="speed="):
        FilmWidget(sample(), "").speed = speed


def test_traits_can_be_watched() -> None:
    widget, seen = FilmWidget(sample(), ""), []
    names = ["step", "selected", "playing", "speed"]
    widget.observe(lambda change: seen.append((change["name"], change["new"])), names)
    widget.step, widget.selected, widget.playing, widget.speed = 2, "n3", True, 2.0
    assert seen == [("step", 2), ("selected", "n3"), ("playing", True), ("speed", 2.0)]


def test_another_film_keeps_the_step_within_its_range() -> None:
    widget = FilmWidget(large(40), "long", step=39)
    widget.show(sample(), "short")
    assert (widget.step, widget.film) == (6, sample().to_json())
    assert str(widget) == f"short\nstep 6 of 6 · film {sample().digest}"
    widget.show(large(40), "long")
    widget.step = 40
    assert str(widget).startswith("long\nstep 40 of 40")


@pytest.mark.parametrize(
    "film", ["", "{", "[]", "{}", sample().to_json()[:200], '{"schema": "advis-film/9", "steps": 1}']
)
def test_what_is_no_film_is_refused_and_the_last_one_stays(film: str) -> None:
    widget = FilmWidget(sample(), "")
    with pytest.raises(traitlets.TraitError, match=r"film=.* is no film of this version .*give film\.to_json\(\)"):
        widget.film = film
    assert widget.film == sample().to_json()


def play() -> FilmWidget:
    return av.play(av.trace(lambda a, b: a * b + a, 2.0, 5.0)).widget()


def test_the_tab_that_is_shown_is_shared_and_has_steps_of_its_own() -> None:
    widget = play()
    assert widget.tab == "both"
    widget.step = 7
    widget.tab = "evaluate"
    assert (widget.tab, widget.step) == ("evaluate", 2)
    assert str(widget).splitlines()[-1].startswith("step 2 of 2")
    with pytest.raises(traitlets.TraitError, match=r"step=3 .* 0 to 2"):
        widget.step = 3
    with pytest.raises(traitlets.TraitError, match=r"tab='backward' .* evaluate, forward, reverse, both"):
        widget.tab = "backward"
    with pytest.raises(traitlets.TraitError, match="it has no tabs"):
        FilmWidget(sample(), "").tab = "both"


def test_another_film_keeps_the_tab_where_it_has_it() -> None:
    widget = play()
    widget.tab = "reverse"
    widget.show(av.play(av.trace(lambda a: a * a, 2.0)).film(), "")
    assert widget.tab == "reverse"
    widget.show(sample(), "")
    assert widget.tab == ""
    widget.show(av.chain(shapes=[(1, 4), (4, 50), (50, 20)]).accumulate("forward").film(), "")
    assert widget.tab == json.loads(widget.film)["data"]["orders"][0]["label"]


def test_saved_state_is_small_enough() -> None:
    state = FilmWidget(large(200), "").get_state()
    assert sum(len(str(item).encode()) for name, item in state.items() if name != "film") < 100_000
