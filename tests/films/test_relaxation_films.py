"""Pictures of relaxations and of estimators: what each step shows, and that the numbers are those of the objects."""

import numpy as np
import pytest

import advis as av
from advis.analysis.relaxation_gallery import GALLERY
from advis.autodiff.through.distributions import Bernoulli, Categorical, Normal
from advis.films.film import spelled, state_at
from advis.media.svg import svg


def cost(b):
    return (b - 0.45) ** 2


def seen(film, step):
    """The keys of the series that are drawn at a step."""
    states = state_at(film, step)
    keys = [mark.key for mark in film.scenes[0].marks if mark.key.startswith("s")]
    return [key for key in keys if key not in states or states[key].role != "off"]


def test_there_is_an_example_of_every_relaxation():
    assert set(GALLERY) == set(av.relax.__all__) - {"permutation"}


@pytest.mark.parametrize("name", GALLERY)
def test_the_narrower_the_nearer(name):
    shown = av.compare_relaxations(name, widths=(0.5, 0.1, 0.02))
    biases = [row.bias for row in shown.rows]
    assert biases[0] > biases[1] > biases[2]
    finite = np.isfinite(shown.hard_slopes)
    assert np.mean(finite) > 0.9
    last = shown.rows[-1]
    far = finite & (np.abs(shown.hard_slopes - last.slopes) > 0.05)
    assert np.mean(far) < 0.3, "away from jumps and kinks the derivative is that of the hard function"


def test_the_histogram_of_an_event_that_wanders():
    shown = av.compare_relaxations("histogram", xs=[-1.2, 0.1], widths=(0.2,))
    edges = [-1.5, -0.5, 0.5, 1.5]
    for x, row, hard in zip(shown.xs, shown.rows[0].values, shown.hard, strict=True):
        assert np.allclose(row, av.relax.histogram([x], edges, width=0.2)[0])
        assert np.array_equal(hard, np.histogram([x], edges)[0])
    with pytest.raises(ValueError, match=r"width=-1\.0 is not a positive number"):
        av.compare_relaxations("histogram", widths=(-1.0,))


def test_a_step_for_every_width():
    shown = av.compare_relaxations("step")
    film = shown.film()
    assert (film.kind, film.steps) == ("chart", len(shown.rows))
    assert "its derivative is 0" in spelled(state_at(film, 0)["say"].text)
    for step, row in enumerate(shown.rows, 1):
        said = spelled(state_at(film, step)["say"].text)
        assert said.startswith(f"Width {row.width:g}: off by {row.bias:.4g}")
        assert len(seen(film, step)) == 8  # hard and soft, their slopes, two curves with a point each
    assert svg(film, step=2) == svg(av.compare_relaxations("step").film(), step=2)
    assert shown.rows[-1].typical < 1e-6 < shown.rows[0].typical
    assert np.isclose(shown.rows[-1].largest, 1 / (4 * 0.05), rtol=1e-3)


def test_functions_of_ones_own():
    shown = av.compare_relaxations(
        lambda x, width: np.stack([av.relax.step(x, width=width), x * x], axis=-1),
        lambda x: np.stack([x > 0, x * x], axis=-1),
        xs=np.linspace(-1, 1, 51),
        widths=[0.3],
    )
    assert shown.rows[0].slopes.shape == (51, 2)
    assert "lambda: soft against hard at 51 points from -1 to 1" in str(shown)


def test_what_cannot_be_compared():
    with pytest.raises(ValueError, match="'stp' is not known; choose from step, where"):
        av.compare_relaxations("stp")
    with pytest.raises(TypeError, match="two functions: soft"):
        av.compare_relaxations(lambda x, w: x)
    with pytest.raises(ValueError, match="increasing points"):
        av.compare_relaxations("step", xs=[1.0, 0.0])
    with pytest.raises(ValueError, match="widths is empty"):
        av.compare_relaxations("step", widths=())
    with pytest.raises(ValueError, match=r"width=0\.0 is not a positive number"):
        av.compare_relaxations("step", widths=(0.0,))
    with pytest.raises(ValueError, match="4 outputs cannot be told apart"):
        av.compare_relaxations(lambda x, w: np.stack([x] * 4, -1), lambda x: np.stack([x] * 4, -1))
    with pytest.raises(ValueError, match=r"of 241 points the function gave shape \(\)"):
        av.compare_relaxations(lambda x, w: np.sum(x), lambda x: np.sum(x))


def test_estimators_of_a_coin():
    shown = av.compare_estimators(cost, Bernoulli, 1.0, samples=100, repeats=400)
    assert [row.name for row in shown.rows] == [
        "score function",
        "mean baseline",
        "optimal baseline",
        "straight-through",
    ]
    assert [row.biased for row in shown.rows] == [False, False, False, True]
    assert abs(shown["straight-through"].bias - (0.1105189 - 0.0196612)) < 0.004
    assert abs(shown["score function"].spread - 0.0103460**0.5) < 0.006
    assert "samples of Bernoulli do not move" in shown.left_out[0]
    film = shown.film()
    assert film.steps == 4
    assert "more samples do not help" in spelled(state_at(film, 4)["say"].text)
    assert "No bias is seen" in spelled(state_at(film, 1)["say"].text)
    assert film.digest == av.compare_estimators(cost, Bernoulli, 1.0).film().digest
    with pytest.raises(KeyError, match="there are score function"):
        shown["pathwise"]


def test_estimators_of_a_normal():
    shown = av.compare_estimators(np.sin, lambda t: Normal(t, 0.5), 0.3, samples=50, repeats=100)
    assert shown.rows[-1].name == "pathwise"
    assert not any(row.biased for row in shown.rows)
    jump = av.compare_estimators(lambda x: x > 0.2, Normal, 0.3, samples=50, repeats=100)
    assert len(jump.rows) == 3
    assert "passes no derivative" in jump.left_out[0]


def test_what_estimators_ask_for():
    with pytest.raises(ValueError, match="give one number as the parameter"):
        av.compare_estimators(lambda k: k, Categorical, np.zeros(3))
    with pytest.raises(ValueError, match="repeats=1"):
        av.compare_estimators(cost, Bernoulli, 1.0, repeats=1)


def test_one_estimate_is_shown():
    film = av.score_function(cost, Bernoulli, 1.0).film()
    assert len([mark for mark in film.scenes[0].marks if mark.key.startswith("a")]) == 2
    many = av.score_function(lambda b: np.sum(b, axis=-1), Bernoulli, np.zeros(5)).film()
    assert "The first 3 of 5 components are drawn" in spelled(state_at(many, 0)["say"].text)
    pair = av.pathwise(np.sin, Normal, (0.3, 0.8)).film()
    captions = [
        ink.spans[0][1] for mark in pair.scenes[0].marks for ink in getattr(mark, "inks", ()) if ink.role == "caption"
    ]
    assert captions == ["parameter 1", "parameter 2"]
