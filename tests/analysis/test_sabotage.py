"""``av.sabotage``: each classic bug gives wrong numbers, says so, plays beside the right ones, and is located."""

from pathlib import Path

import numpy as np
import pytest
from mutation import KINDS, PROGRAMS, mutants, table

import advis as av

DOCS = Path(__file__).parents[2] / "docs" / "checking.md"


def f(x1, x2):
    v = x1 * x2
    return np.log(x1) + v - np.sin(x2)


def layer(w, x):
    h = w @ x
    return np.sum(np.tanh(h))


W = np.array([[1.0, 2.0], [-0.5, 0.3]])


def scalar():
    return av.trace(f, 2.0, 5.0)


def test_overwritten_and_dropped_contributions():
    tape = scalar()
    assert tape.reverse().result == pytest.approx((5.5, 2.0 - np.cos(5.0)))
    assert av.sabotage(tape, "x1", "overwrite").reverse().result[0] in (0.5, 5.0)
    dropped = av.sabotage(tape, "x1", "drop").reverse().result[0]
    assert dropped + av.sabotage(tape, "x1", "overwrite").reverse().result[0] == pytest.approx(5.5)


def test_wrong_sign_and_stale_value():
    tape = scalar()
    sine = next(node for node in tape if node.primitive.name == "sin")
    assert av.sabotage(tape, sine, "sign").reverse().result[1] == pytest.approx(2.0 + np.cos(5.0))
    stale = av.sabotage(tape, sine.index, "stale").reverse().result[1]
    assert stale == pytest.approx(2.0 - np.cos(np.sin(5.0)))  # as after np.sin(x2, out=x2)


def test_a_jacobian_that_is_not_transposed():
    tape = av.trace(layer, W, np.array([0.2, 0.4]))
    adjoint = tape.reverse()["h"]
    _, at_x = av.sabotage(tape, "h", "transpose").reverse().result
    np.testing.assert_allclose(at_x, W @ adjoint)


def test_the_seed_counts_as_a_contribution():
    def g(x):
        y = x * 2.0
        return y, y * 3.0

    tape = av.trace(g, 1.0)
    assert tape.reverse((1.0, 1.0)).result == 8.0
    assert av.sabotage(tape, "y", "overwrite").reverse((1.0, 1.0)).result == 6.0


def test_several_seeds_at_once_and_the_forward_sweep():
    tape = av.trace(lambda x: np.sin(x) * x, np.array([1.0, 2.0]))
    wrong = av.sabotage(tape, "x", "overwrite")
    batch = wrong.reverse(np.eye(2)).result
    np.testing.assert_allclose(batch, [wrong.reverse(row).result for row in np.eye(2)])
    np.testing.assert_allclose(wrong.forward(np.ones(2)).result, tape.forward(np.ones(2)).result)


def test_it_says_that_it_is_sabotaged():
    tape = scalar()
    wrong = av.sabotage(tape, "x1", "overwrite")
    for shown in (wrong, wrong.reverse(), wrong.against()):
        assert "sabotaged (overwrite): the adjoint of x1 is overwritten" in str(shown)
    assert "sabotaged" in wrong.film().subtitle
    assert "sabotaged" not in str(tape)


def test_the_right_tape_is_left_as_it_was():
    tape = scalar()
    before = tape.reverse().result
    av.sabotage(tape, "x1", "overwrite").against()
    av.sabotage(tape, "v", "sign").against()
    assert tape.reverse().result == before


@pytest.mark.parametrize(("node", "kind"), [("x1", "overwrite"), ("x2", "drop"), ("v", "sign"), ("v", "stale")])
def test_wrong_beside_right_stops_at_the_first_difference(node, kind):
    both = av.sabotage(scalar(), node, kind).against()
    film = both.film()
    assert film.steps == both.step.number
    assert max(entry[0] for track in film.tracks.values() for entry in track) <= film.steps
    texts = [state.text for key, track in film.tracks.items() if key.endswith(".a") for _, state in track]
    assert any("≠" in str(text) for text in texts)
    said = "".join(text for _, text in film.tracks["say"][-1][1].text)
    assert both.bug.sentence in said
    assert film.to_json()


def test_a_wrong_sweep_shows_itself_as_wrong():
    wrong = av.sabotage(scalar(), "x1", "overwrite")
    assert wrong.reverse().film().digest == wrong.against().film().digest
    several = av.sabotage(av.trace(lambda x: np.sin(x) * x, np.array([1.0, 2.0])), "x", "drop")
    assert several.reverse(np.eye(2)).film().steps == several.against(np.eye(2)).step.number
    assert "wrong" not in wrong.forward(x1=1.0).film().to_json()


def test_a_bug_that_changes_nothing_has_no_step():
    both = av.sabotage(av.trace(lambda x: x + x * 0.0, 2.0), "x", "drop").against()
    lost = [flow.amount for flow in both.right.steps[-1].contributions]
    assert lost == [0.0]
    assert both.step is None
    assert both.differences == ()
    assert both.film().kind == "sweep"


def test_every_planted_bug_is_found_and_located_and_the_score_is_published():
    counts = {}
    for name in PROGRAMS:
        for planted in mutants(name):
            report = av.check(planted, order=1)
            assert not report.ok, f"{name}: {planted.bug.sentence} was not found"
            assert report.culprit.index == planted.bug.index, f"{name}: {planted.bug.sentence}\n{report}"
            counts[planted.bug.kind] = counts.get(planted.bug.kind, 0) + 1
    assert min(counts.values()) >= 5, counts
    published = table({kind: (counts[kind],) * 3 for kind in KINDS})
    assert published in DOCS.read_text(encoding="utf-8"), "python tests/analysis/mutation.py"


@pytest.mark.parametrize(
    ("node", "kind", "message"),
    [
        ("x1", "explode", r"sabotage: kind='explode' is not known; choose from overwrite, drop"),
        (
            "v",
            "overwrite",
            r"kind='overwrite' does not apply to v: its adjoint is a sum of 1 contribution, .* apply drop",
        ),
        ("y", "drop", r"does not apply to y: no contribution arrives at it; to it apply sign"),
        ("v", "transpose", r"does not apply to v: none of its partials is a square matrix"),
        ("y", "stale", r"does not apply to y: its reverse rule uses no saved value"),
        ("x1", "sign", r"does not apply to x1: it hands no adjoint back"),
    ],
)
def test_what_does_not_apply_names_what_the_node_lacks(node, kind, message):
    with pytest.raises(ValueError, match=message):
        av.sabotage(scalar(), node, kind)


def test_a_selection_saves_no_value_that_could_be_stale():
    tape = av.trace(lambda x: np.sum(x[::-1] * x), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="its reverse rule uses no saved value"):
        av.sabotage(tape, 1, "stale")


def test_bad_nodes_and_tapes_are_named():
    tape = scalar()
    with pytest.raises(KeyError, match="no node is named 'nix'"):
        av.sabotage(tape, "nix", "sign")
    with pytest.raises(ValueError, match="is of another tape"):
        av.sabotage(tape, scalar()["v"], "sign")
    with pytest.raises(TypeError, match="must be a tape"):
        av.sabotage(f, "v", "sign")
    with pytest.raises(ValueError, match="sabotaged already"):
        av.sabotage(av.sabotage(tape, "v", "sign"), "v", "sign")
