"""Both modes of one tape together: their numbers, the sum that does not move, and what is refused."""

import numpy as np
import pytest

import advis as av
from tests.gallery import GALLERY


def classic(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def test_it_holds_both_sweeps_of_the_tape():
    tape = av.trace(classic, 2.0, 5.0)
    shown = av.play(tape, {"x1": 1.0})
    assert shown.forward.result == tape.forward(x1=1.0).result == 5.5
    assert shown.reverse.result == tape.reverse().result
    assert shown.sums == pytest.approx([5.5] * 6)


def test_without_seeds_every_input_moves_by_one_and_every_output_counts():
    shown = av.play(av.trace(lambda x, w: (x * w, np.sum(x)), np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    u_jv = np.sum([3.0 + 1.0, 4.0 + 2.0]) + 2.0
    assert shown.sums == pytest.approx([u_jv] * len(shown.sums))


def test_seeds_may_have_the_structure_of_arguments_and_results():
    tape = av.trace(classic, 2.0, 5.0)
    shown = av.play(tape, (0.0, 2.0), 3.0)
    assert shown.sums[0] == pytest.approx(3.0 * 2.0 * tape.reverse().result[1])


@pytest.mark.parametrize(("f", "x", "tangent"), [
    (lambda x: x * x, 2.0, 3.0),
    (lambda x: np.sum(x * x), np.array([1.0, 2.0]), np.array([0.5, 0.0])),
    (lambda x: x[0] * x[1], [1.0, 2.0], [0.5, 0.0]),
])  # fmt: skip
def test_the_tangent_of_a_single_argument_may_stand_alone(f, x, tangent):
    tape = av.trace(f, x)
    assert av.play(tape, tangent).forward.result == av.play(tape, (tangent,)).forward.result


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_the_conserved_sum_does_not_move(name):
    f, arguments = GALLERY[name]
    sums = np.array(av.play(av.trace(f, *arguments)).sums)
    np.testing.assert_allclose(sums, sums[0], atol=1e-10 * max(1.0, float(np.max(np.abs(sums)))))


def test_its_text_has_value_tangent_and_adjoint_side_by_side():
    said = str(av.play(av.trace(classic, 2.0, 5.0), {"x1": 1.0}))
    assert "x1                       2          1        5.5" in said
    assert "is 5.5 at every step of the reverse sweep" in said


def test_what_is_refused():
    tape = av.trace(classic, 2.0, 5.0)
    with pytest.raises(TypeError, match="play: 5 is no tape"):
        av.play(5)
    with pytest.raises(KeyError, match="no input 'z'"):
        av.play(tape, {"z": 1.0})
    with pytest.raises(ValueError, match=r"1 positional seeds.*\(x1, x2\)"):
        av.play(tape, 1.0)
    with pytest.raises(ValueError, match="not several vectors at once"):
        av.play(tape, (np.ones(3), np.zeros(3)))


def test_any_node_can_be_the_output_and_the_program_ends_there():
    tape = av.trace(classic, 2.0, 5.0)
    shown = av.play(tape, {"x2": 1.0}, output="v2")
    assert [node.name for node in shown.tape] == [node.name for node in tape][:4]
    assert shown.reverse.result == (5.0, 2.0)
    assert shown.forward.result == 2.0
    assert shown.sums == pytest.approx([2.0] * len(shown.sums))
    assert av.play(tape, output=3).reverse.result == (5.0, 2.0)
    assert av.play(tape, output="x1").reverse.result == (1.0, 0.0)
    assert tape.reverse().result == av.play(tape).reverse.result, "the tape itself stays as it is"


def test_an_array_can_be_the_output():
    shown = av.play(av.trace(lambda x: np.sum(np.sin(x)), np.array([0.0, np.pi])), output="v1")
    np.testing.assert_allclose(shown.reverse.result, [1.0, -1.0])


def test_an_output_that_is_not_there_or_has_no_derivative_is_refused():
    tape = av.trace(lambda x: x * np.floor(x), 1.5)
    with pytest.raises(KeyError, match="no node is named 'z'"):
        av.play(tape, output="z")
    with pytest.raises(IndexError, match="nodes 0 to 2"):
        av.play(tape, output=7)
    with pytest.raises(ValueError, match="play: output='v1' has no derivative"):
        av.play(tape, output="v1")
