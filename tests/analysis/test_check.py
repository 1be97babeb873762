"""``av.check``: right functions pass, a wrong rule is located, and where differences say nothing there is a note."""

import numpy as np
import pytest
from gallery import GALLERY

import advis as av

X = np.array([0.3, -1.2, 2.0])


def cube_with(vjp=lambda g, ans, x: g * 3 * x**2, jvp=lambda t, ans, x: t * 3 * x**2):
    """An own primitive x³ with these rules."""

    @av.primitive
    def cube(x):
        return x**3

    return cube.defvjp(vjp).defjvp(jvp)


def program(cube):
    def f(x):
        h = np.sin(x) + 2.0
        c = cube(h)
        return np.sum(c * x)

    return f


@pytest.mark.parametrize("name", GALLERY)
def test_the_gallery_is_right(name):
    function, arguments = GALLERY[name]
    report = av.check(function, *arguments)
    assert report.ok, str(report)
    assert not report.notes
    assert str(report).splitlines()[0].endswith("): ok")


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ({"vjp": lambda g, ans, x: g * 2 * x**2}, "reverse rule"),
        ({"jvp": lambda t, ans, x: t * 2 * x**2}, "forward rule"),
        ({"vjp": lambda g, ans, x: g * 3 * np.reshape(x, -1)[0] ** 2}, "reverse rule"),
        ({"vjp": lambda g, ans, x: g * np.nan}, "reverse rule"),
        ({"vjp": lambda g, ans, x: g[0, 0]}, "missing rule"),
    ],
)
def test_a_wrong_rule_is_located_by_name_and_line(rules, kind):
    report = av.check(program(cube_with(**rules)), X)
    assert not report.ok
    assert (report.culprit.name, report.findings[0].kind) == ("c", kind)
    assert report.findings[0].line.text == "c = cube(h)"
    assert report.findings[0].parent.name == "h"
    first = str(report).splitlines()[0]
    assert "wrong" in first
    assert "c = cube(h)" in first


def test_both_numbers_of_a_scalar_partial_are_told():
    report = av.check(program(cube_with(vjp=lambda g, ans, x: g * 2 * x**2)), 0.0)
    finding = report.findings[0]
    assert (finding.expected, finding.found) == (pytest.approx(12.0), pytest.approx(8.0))
    assert "gives 8, finite differences give 12" in finding.sentence


def test_a_rule_whose_own_derivative_is_wrong_is_found_at_order_two_only():
    wrong = cube_with(vjp=lambda g, ans, x: g * av.stop_gradient(3 * x**2))
    assert av.check(program(wrong), X, order=1).ok
    report = av.check(program(wrong), X)
    assert (report.culprit.name, report.findings[0].kind) == ("c", "second order")


def test_a_rule_that_cannot_be_recorded_is_a_note():
    opaque = cube_with(vjp=lambda g, ans, x: g * np.asarray([float(3 * item**2) for item in x]))
    report = av.check(program(opaque), X)
    assert report.ok, str(report)
    assert any("cannot be recorded" in note for note in report.notes)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.sum(np.abs(x)), np.array([0.0, 1.0])),
        (lambda x: np.sum(np.maximum(x, 0.0)), np.array([0.0, 1.0, -1.0])),
        (lambda x: np.sum(np.maximum(x, 2.0 * x)), np.array([0.0, 1.0])),
        (lambda x: np.where(x > 0.0, x, 0.0) * 2.0, 0.0),
        (lambda x: np.sum(np.sqrt(x)), np.array([0.0, 1.0])),
        (lambda x: np.log(x), 0.0),
        (lambda x: x * av.stop_gradient(x), 3.0),
        (lambda x: np.floor(x) * x, 2.0),
    ],
)
def test_kinks_and_what_is_not_finite_are_no_failures(f, x):
    report = av.check(f, x)
    assert report.ok, str(report)


@pytest.mark.parametrize(
    ("f", "x", "said"),
    [
        (lambda x: np.where(x > 0.0, x, 0.0), 0.0, "kink"),
        (np.sqrt, 0.0, "not finite"),
        (lambda x: x * av.stop_gradient(x), 3.0, "was stopped"),
    ],
)
def test_a_reader_is_told_of_them(f, x, said):
    assert any(said in note for note in av.check(f, x).notes)


def test_types_and_structures():
    assert av.check(lambda z: np.real(z * np.conj(z)), 3 + 4j).ok
    assert av.check(lambda x: np.sum(np.tanh(x) * x), X.astype(np.float32)).ok
    assert av.check(lambda p, y: {"a": p["w"] @ y, "b": [y, y]}, {"w": np.outer(X, X)}, X).ok
    assert av.check(lambda x, power: x**power, 2.0, kwargs={"power": 3}).ok
    assert av.check(lambda x: np.sum(x), np.zeros((0, 3))).ok


def test_tiny_and_huge_numbers():
    assert av.check(lambda x, y: np.log(x) * y + x, 1e-12, 1e9).ok
    assert av.check(lambda x, y: x + y, 1e-17, 1.0).ok


def test_a_function_that_is_none_is_a_note():
    rng = np.random.default_rng(0)
    report = av.check(lambda x: x * rng.normal(), 2.0)
    assert report.ok
    assert "another value" in report.notes[0]


def test_a_check_of_a_tape_leaves_no_sweep_behind():
    tape = av.trace(lambda a, b: a * b, 2.0, 5.0)
    assert av.check(tape).ok
    assert tape["a"].adjoint is None


def test_the_same_check_gives_the_same_report():
    f = program(cube_with(vjp=lambda g, ans, x: g * 2 * x**2))
    assert str(av.check(f, X)) == str(av.check(f, X))


def test_the_film_marks_the_culprit_and_its_edge():
    film = av.check(program(cube_with(vjp=lambda g, ans, x: g * 2 * x**2)), 0.0).film()
    roles = {key: track[0][1] for key, track in film.tracks.items() if "wrong" in track[0][1].role}
    assert sum(key.startswith("n") for key in roles) == 1
    assert any(str(state.text).startswith("✗ 8 ≠ 12") for state in roles.values())
    assert "wrong at c" in film.subtitle


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3.0,), {}, TypeError, r"check: the first argument must be a function or a tape, not 3.0; write av.check"),
        ((np.sin, 1.0), {"order": 3}, ValueError, r"check: order=3 is not known; give 1 .* or 2"),
        ((np.sin, 1.0), {"tolerance": 2.0}, ValueError, r"check: tolerance=2.0 must be a number between 0 and 1"),
        ((av.trace(np.sin, 1.0), 1.0), {}, TypeError, r"check: the tape of sin has its arguments already"),
    ],
)
def test_bad_input_is_named_with_the_way_out(arguments, options, error, message):
    with pytest.raises(error, match=message):
        av.check(*arguments, **options)
