"""`av.explore` without a browser: what moves, what follows, and what is said when f fails or turns elsewhere."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import ipywidgets
import numpy as np
import pytest
import traitlets

import advis as av
from advis.notebook.explore import Explorer


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def turning(x: Any) -> Any:
    if x > 0:
        y = np.sin(x)
        y = y * x
    else:
        y = -x
    return y + 1.0


def root(x: Any) -> Any:
    if x < 0:
        raise ValueError("no roots here")
    return np.sqrt(x)


def test_a_slider_moves_the_point_the_film_and_the_plot() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    film, plot = explorer.player.film, explorer.plot.film
    explorer.controls.sliders["x1"].value = 3.0
    assert explorer.point == {"x1": 3.0, "x2": 5.0}
    assert explorer.tape.value == classic(3.0, 5.0)
    assert explorer.controls.fields["x1"].value == 3.0
    assert explorer.player.film != film
    assert explorer.plot.film != plot
    assert explorer.player.values == {"n0": 3.0, "n1": 5.0}


def test_field_slider_point_and_graph_agree_whoever_moved() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    places = [
        lambda v: setattr(explorer.controls.fields["x1"], "value", v),
        lambda v: explorer.move(x1=v),
        lambda v: setattr(explorer.player, "values", {**explorer.player.values, "n0": v}),
        lambda v: setattr(explorer, "point", {"x1": v}),
    ]
    for value, move in zip((2.25, 2.5, 2.75, 3.0), places, strict=True):
        move(value)
        shown = explorer.controls.sliders["x1"].value, explorer.controls.fields["x1"].value
        assert (*shown, explorer.point["x1"], explorer.player.values["n0"]) == (value,) * 4
        assert explorer.tape["x1"].value == value


def test_a_slider_that_rounds_a_number_to_its_steps_does_not_move_it() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    explorer.move(x1=2.3456)
    explorer.controls.sliders["x1"].value = 2.3
    assert explorer.point["x1"] == 2.3456


def test_a_number_outside_its_range_takes_the_range_along() -> None:
    explorer = av.explore(lambda x: x * x, 2.0, ranges={"x": (0.0, 4.0)})
    explorer.controls.fields["x"].value = 7.0
    slider = explorer.controls.sliders["x"]
    assert (slider.min, slider.value, slider.max) == (5.0, 7.0, 9.0)
    assert explorer.tape.value == 49.0


def test_seeds_of_both_sweeps_can_be_changed() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    explorer.controls.tangents["x2"].value = 0.0
    assert explorer.play.forward.result == 5.5
    explorer.controls.adjoint.value = 2.0
    assert explorer.play.reverse.result[0] == 11.0


def test_the_point_and_the_mode_can_be_observed() -> None:
    explorer, seen = av.explore(classic, 2.0, 5.0, mode="reverse"), []
    explorer.observe(lambda change: seen.append(change["name"]), ["point", "mode", "tangents"])
    assert explorer.player.tab == "reverse"
    explorer.controls.sliders["x2"].value = 4.0
    explorer.player.tab = "forward"
    explorer.mode = "evaluate"
    assert seen == ["point", "mode", "mode"]
    assert explorer.player.tab == "evaluate"


def test_step_selection_and_tab_stay_while_numbers_change() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    explorer.player.tab, explorer.player.step, explorer.player.selected = "reverse", 3, "n2"
    explorer.move(x1=2.5)
    assert (explorer.player.tab, explorer.player.step, explorer.player.selected) == ("reverse", 3, "n2")
    assert explorer.player.kept is None


def test_nothing_but_numbers_changes_while_the_program_stays() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    before = geometry(explorer)
    explorer.move(x1=0.00123456, x2=-4321.987)
    assert geometry(explorer) == before


def geometry(explorer: Explorer) -> Any:
    """Every place in the player's film."""
    scenes = json.loads(explorer.player.film)["scenes"]
    runs = [run for scene in scenes for run in scene["marks"]]
    return [(run["kind"], run.get("at"), run.get("right"), run.get("label_at")) for run in runs]


def test_an_error_of_f_is_told_with_its_line_and_the_last_picture_stays() -> None:
    explorer = av.explore(root, 2.0)
    film, plot = explorer.player.film, explorer.plot.film
    explorer.controls.sliders["x"].value = -0.5
    assert explorer.error == 'ValueError: no roots here, at line 3 of root: `raise ValueError("no roots here")`'
    assert explorer.player.error == explorer.error
    assert (explorer.player.film, explorer.plot.film) == (film, plot)
    assert explorer.point == {"x": -0.5}
    assert f"not shown: {explorer.error}" in str(explorer)
    explorer.controls.sliders["x"].value = 1.0
    assert (explorer.error, explorer.player.error, explorer.tape.value) == ("", "", 1.0)


def test_a_long_error_and_a_long_name_are_shortened() -> None:
    def f(params: Any) -> Any:
        (x,) = params.values()
        if x < 0:
            raise ValueError("long " * 1000)
        return x

    explorer = av.explore(f, {"key " * 100: 1.0})
    labels = [label.value for label in explorer.controls.children[0].children if isinstance(label, ipywidgets.Label)]
    assert max(len(label) for label in labels) == 24
    (name,) = explorer.point
    explorer.point = {name: -1.0}
    assert len(explorer.error) < 400
    assert "line 4 of f" in explorer.error


def test_what_cannot_be_recorded_is_told_in_our_words() -> None:
    def sometimes(x: Any) -> Any:
        return math.sin(x) if x > 1 else x * 2

    explorer = av.explore(sometimes, 0.5)
    explorer.move(x=1.25)
    assert "line 2 of sometimes" in explorer.error
    assert "np.sin" in explorer.error
    assert explorer.tape.value == 1.0


def test_an_error_at_the_start_is_the_callers() -> None:
    with pytest.raises(ValueError, match="no roots here"):
        av.explore(root, -1.0)


def test_a_branch_that_flips_is_told_and_the_boxes_that_stay_are_known() -> None:
    explorer = av.explore(turning, 0.5)
    explorer.move(x=-0.5)
    assert explorer.player.notice == "x > 0 is now false: line 2 of turning; 1 operation new, 2 gone"
    before, after = av.trace(turning, 0.5), av.trace(turning, -0.5)
    named = lambda tape: [(n.name, n.primitive.name) for n in tape]  # noqa: E731
    for new, old in explorer.player.kept.items():
        assert named(after)[int(new[1:])][1] == named(before)[int(old[1:])][1]
    negated = next(node.index for node in after if node.primitive.name == "negative")
    assert f"n{negated}" not in explorer.player.kept
    explorer.move(x=-0.25)
    assert explorer.player.kept is None
    assert explorer.player.notice.startswith("x > 0 is now false")
    explorer.move(x=0.25)
    assert explorer.player.notice == "x > 0 is now true: line 2 of turning; 2 operations new, 1 gone"


def test_the_box_that_is_selected_stays_so_under_its_new_key() -> None:
    explorer = av.explore(turning, 0.5)
    last = len(explorer.tape) - 1
    explorer.player.selected = f"n{last}"
    explorer.move(x=-0.5)
    assert explorer.player.kept[explorer.player.selected] == f"n{last}"
    explorer.player.selected = next(key for key in ("n4", "n3") if key not in explorer.player.kept)
    explorer.move(x=0.5)
    assert explorer.player.selected == ""


def test_a_step_that_a_shorter_program_does_not_have_becomes_its_last() -> None:
    explorer = av.explore(turning, 0.5)
    explorer.player.step = 9
    explorer.move(x=-0.5)
    film = json.loads(explorer.player.film)
    assert explorer.player.step == film["steps"] < 9


# -- arguments


def test_elements_of_small_arrays_and_containers_move_by_themselves() -> None:
    def f(params: Any, scale: Any) -> Any:
        return np.sum(params["w"] * scale) + params["b"]

    explorer = av.explore(f, {"w": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": 1}, 2)
    assert list(explorer.point) == [
        "params.w[0, 0]",
        "params.w[0, 1]",
        "params.w[1, 0]",
        "params.w[1, 1]",
        "params.b",
        "scale",
    ]
    explorer.point = {"params.w[1, 0]": 0.0}
    assert explorer.tape.value == 15.0
    assert set(explorer.player.values) == {"n1", "n2"}  # the box of w stands for four numbers: it is not dragged


def test_a_large_array_moves_along_a_direction() -> None:
    x = np.arange(10.0)
    explorer = av.explore(lambda x: np.sum(x**2), x)
    assert explorer.point == {"t": 0.0}
    explorer.move(t=1.0)
    assert explorer.tape.value == np.sum((x + 1) ** 2)
    assert explorer.play.forward.result == np.sum(2 * (x + 1))
    explorer.turn("gradient")
    assert explorer.point == {"t": 0.0}
    assert explorer.tape.value == np.sum((x + 1) ** 2)
    gradient = 2 * (x + 1)
    assert explorer.play.forward.result == pytest.approx(np.linalg.norm(gradient))
    explorer.controls.element.value = 3
    explorer.controls.direction.value = "one element"
    assert explorer.play.forward.result == 2 * 4.0
    explorer.player.values = {"n0": 2.0}  # dragging the array's box goes along
    assert explorer.tape["x"].value[3] == 6.0


def test_a_gradient_that_shows_no_direction_is_told_inside() -> None:
    explorer = av.explore(lambda x: np.sum(x**2), np.zeros(8))
    explorer.controls.direction.value = "gradient"
    assert "the gradient is zero" in explorer.error
    with pytest.raises(ValueError, match="no direction to choose"):
        av.explore(classic, 2.0, 5.0).turn("ones")


def test_integers_are_floats_and_keywords_are_passed_on() -> None:
    explorer = av.explore(lambda x, n: x**n, 2, kwargs={"n": 3})
    assert explorer.tape.value == 8.0
    explorer.move(x=3)
    assert explorer.tape.value == 27.0


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: av.explore(2.0), TypeError, "must be a function"),
        (lambda: av.explore(classic, 2.0 + 1j, 5.0), TypeError, "x1 of classic is complex"),
        (lambda: av.explore(np.sum, np.arange(3)), TypeError, "astype"),
        (lambda: av.explore(lambda s: s, "text"), TypeError, "no number or array to move"),
        (lambda: av.explore(classic, 2.0, 5.0, mode="both ways"), ValueError, "mode='both ways'.*evaluate"),
        (lambda: av.explore(classic, 2.0, 5.0, ranges={"x3": (0, 1)}), ValueError, "'x3', but classic has x1, x2"),
        (lambda: av.explore(classic, 2.0, 5.0, ranges={"x1": (1, 0)}), ValueError, "range of x1"),
        (lambda: av.explore(classic, 2.0, 5.0, ranges={"x1": 3}), ValueError, "range of x1 is 3; give two"),
        (lambda: av.explore(classic, 2.0, 5.0, engine="magic"), ValueError, "engine='magic'"),
    ],
)
def test_what_cannot_be_explored_is_refused(call: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        call()


def test_unknown_names_and_numbers_that_are_not_finite_are_refused() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    with pytest.raises(traitlets.TraitError, match="nothing here is called 'x3'; there are x1, x2"):
        explorer.move(x3=1.0)
    with pytest.raises(traitlets.TraitError, match="x1 = nan is no finite number"):
        explorer.move(x1=float("nan"))
    with pytest.raises(traitlets.TraitError, match="mode='sideways'"):
        explorer.mode = "sideways"
    assert explorer.point == {"x1": 2.0, "x2": 5.0}


# -- the plot


def plotted(explorer: Explorer) -> str:
    return str(explorer.plot).splitlines()[0]


def test_the_plot_reads_the_value_and_the_slope_or_gradient() -> None:
    assert plotted(av.explore(lambda x: x**2, 3.0)) == "y = 9 at x = 3, slope 6"
    assert plotted(av.explore(classic, 2.0, 5.0)) == "y = 11.6521 at x1 = 2, x2 = 5, gradient (5.5, 1.71634)"
    three = av.explore(lambda a, b, c: a * b * c, 1.0, 2.0, 3.0)
    assert plotted(three) == "y = 6 at t = 0, slope 11"


def test_the_grid_is_kept_while_the_point_moves_inside_what_is_seen() -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(x)
        return np.sin(x)

    explorer = av.explore(f, 2.0)
    first = len(runs)
    assert 100 < first < 250
    explorer.move(x=2.5)
    assert len(runs) == first + 1


def test_a_value_that_is_not_finite_has_a_picture_and_a_gap() -> None:
    explorer = av.explore(lambda x: np.log(x), 1.0)
    explorer.move(x=-0.25)
    assert explorer.error == ""
    assert plotted(explorer) == "y = nan at x = -0.25, slope -4"
    assert "odd" in explorer.player.film


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda x: np.array([1.0, 2.0]) * x, "returns an array of 2 numbers"),
        (lambda x: (x, x * 2), "returns 2 results"),
        (lambda x: x * (1 + 2j), "returns a complex number"),
    ],
)
def test_what_is_not_plotted_is_said(f: Any, said: str) -> None:
    explorer = av.explore(f, 2.0)
    assert said in plotted(explorer)
    explorer.move(x=3.0)
    assert explorer.tape["x"].value == 3.0


# -- text, size, time


def test_text_plain_carries_the_numbers_and_both_digests() -> None:
    first, second = (av.explore(classic, 2.0, 5.0) for _ in range(2))
    data, _ = first._repr_mimebundle_()
    assert data["text/plain"] == repr(first) == str(second)
    assert "application/vnd.jupyter.widget-view+json" in data
    text = data["text/plain"]
    assert "explore classic at x1 = 2, x2 = 5, tangents (1, 1), adjoint 1" in text
    assert text.count("· film ") == 2
    second.move(x1=2.001)
    assert str(second) != text


def test_state_beyond_the_films_is_small_enough() -> None:
    explorer = av.explore(lambda x: np.sum(x), np.arange(6.0))

    def state(widget: Any) -> int:
        kept = {name: value for name, value in widget.get_state(drop_defaults=True).items() if name != "film"}
        return len(json.dumps(kept, default=str)) + sum(state(child) for child in getattr(widget, "children", ()))

    code = len(explorer.player._esm) + len(explorer.plot._esm)
    assert state(explorer) + code < 100_000


def test_in_a_kernel_the_latest_value_wins() -> None:
    runs = []

    def f(x: Any) -> Any:
        if type(x).__name__ == "Tracer":  # and not a plain run for the plot
            runs.append(float(x.value))
        return x * 2

    explorer = av.explore(f, 1.0)
    runs.clear()

    async def drag() -> None:
        for value in (1.1, 1.2, 1.3, 1.4):
            explorer.player.values = {"n0": value}
        assert runs == []
        await asyncio.sleep(0.1)
        assert runs == [1.4]
        explorer.move(x=2.0)
        assert explorer.tape.value == 4.0  # whoever reads does not wait
        await asyncio.sleep(0.1)
        assert runs == [1.4, 2.0]

    asyncio.run(drag())


def test_it_is_a_widget_among_others() -> None:
    explorer = av.explore(classic, 2.0, 5.0)
    assert isinstance(explorer, ipywidgets.VBox)
    assert ipywidgets.HBox([explorer]).children == (explorer,)
