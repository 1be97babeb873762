"""Chains: from functions, from shapes; flattening, names, limits, bad input."""

import warnings

import numpy as np
import pytest

import advis as av

W = np.arange(12.0).reshape(3, 4) / 10


def A(x):
    return W @ x


def D(c):
    return np.sum(c**2)


def test_the_factors_are_as_written():
    chain = av.chain(av.compose(D, np.tanh, A), np.ones(4))
    assert chain.variables == ("y", "b", "a", "x")
    assert chain.sizes == (1, 3, 3, 4)
    assert chain.shapes == ((1, 3), (3, 3), (3, 4))
    assert chain.shape == (1, 4)
    assert chain.labels == ("D", "tanh", "A")
    assert chain.title == "F = D ∘ tanh ∘ A"
    first, second, third = chain.factors
    assert (first.name, second.name, third.name) == ("∂y/∂b", "∂b/∂a", "∂a/∂x")
    assert (third.row, third.column, third.rows, third.columns) == (
        "a",
        "x",
        ("a1", "a2", "a3"),
        ("x1", "x2", "x3", "x4"),
    )
    assert first.rows == ("y",)
    assert (first.edges, second.edges, third.edges) == (6, 3, 12)
    assert (first.nnz, second.nnz, third.nnz) == (3, 3, 11)
    b = np.tanh(W @ np.ones(4))
    np.testing.assert_allclose(first.jacobian, [2 * b])
    np.testing.assert_allclose(second.jacobian, np.diag(1 - b**2))
    np.testing.assert_allclose(third.jacobian, W)
    assert repr(second) == "∂b/∂a: 3×3 diagonal"


def test_a_factor_is_swept_in_the_direction_with_fewer_seeds(monkeypatch):
    from advis.analysis.stage import Stage

    seen = []
    for name in ("jvps", "vjps"):
        method = getattr(Stage, name)
        monkeypatch.setattr(Stage, name, lambda self, m, method=method, name=name: seen.append(name) or method(self, m))
    chain = av.chain(av.compose(D, lambda x: np.stack([x[0], x[1], x[0] * x[1]])), np.ones(2))
    assert [factor.jacobian.shape for factor in chain.factors] == [(1, 3), (3, 2)]
    assert seen == ["vjps", "jvps"]


def test_arrays_of_any_shape_are_flattened_and_it_is_said():
    def first(image):
        return np.mean(image, axis=0).reshape(2, 2)

    image = np.random.default_rng(0).normal(size=(3, 4))
    chain = av.chain(av.compose(np.sum, np.sin, first), image)
    assert chain.flattened == {"x": (3, 4), "a": (2, 2), "b": (2, 2)}
    assert chain.sizes == (1, 4, 4, 12)
    expected = av.jacobian(av.compose(np.sum, np.sin, first))(image)
    np.testing.assert_allclose(chain.accumulate().jacobian, expected.reshape(1, 12))
    gradient = chain.vjp().result
    np.testing.assert_allclose(gradient, expected)
    v = np.ones((3, 4))
    assert chain.jvp(v).result == pytest.approx(np.sum(expected))
    assert chain.jvp(np.ones(12)).result == chain.jvp(np.ones((12, 1))).result == chain.jvp(v).result
    assert "Note: x, of shape 3×4, is flattened to a vector." in str(chain)


def test_numbers_are_vectors_of_one_entry():
    chain = av.chain(av.compose(np.sin, np.exp), 1.0)
    assert chain.shape == (1, 1)
    assert chain.flattened == {}
    assert chain.jvp().result == chain.vjp().result == pytest.approx(np.cos(np.e) * np.e)


def test_containers_and_several_arguments():
    def split(x, scale):
        return {"u": x * scale, "w": (x[0], 3, "text")}

    def join(parts):
        return parts["u"] * parts["w"][0], parts["w"][0], parts["w"][0]

    composed, x = av.compose(join, split), np.array([1.0, 2.0, 3.0])
    chain = av.chain(composed, x, 2.0)
    assert chain.factors[0].columns == ("a.u1", "a.u2", "a.u3", "a.w[0]")
    assert chain.factors[0].rows == ("y[0]_1", "y[0]_2", "y[0]_3", "y[1]", "y[2]")
    assert chain.flattened == {"x": ((3,), ()), "a": ((3,), ()), "y": ((3,), (), ())}
    jacobian = chain.accumulate().jacobian
    tangents, adjoints = (np.array([1.0, 0.0, 2.0]), 3.0), (np.ones(3), 1.0, 2.0)
    moved = av.jvp(composed, (x, 2.0), tangents)[1]
    pulled = av.vjp(composed, x, 2.0)[1](adjoints)
    for found, expected in ((chain.jvp(tangents).result, moved), (chain.vjp(adjoints).result, pulled)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(np.concatenate([np.ravel(part) for part in moved]), jacobian @ [1.0, 0.0, 2.0, 3.0])
    np.testing.assert_allclose(chain.vjp([1.0] * 5).result[0], (np.ones(5) @ jacobian)[:3])


def test_a_stage_that_hands_its_argument_on_is_an_identity():
    chain = av.chain(av.compose(np.sum, lambda a: a, np.sin), np.ones(3))
    assert chain.factors[1].structure == "identity"
    assert chain.factors[1].edges == 0
    twice = av.chain(av.compose(lambda a: (a, a), np.sin), np.zeros(2))
    np.testing.assert_array_equal(twice.factors[0].jacobian, np.vstack([np.eye(2), np.eye(2)]))
    np.testing.assert_array_equal(twice.vjp([1.0, 2.0, 3.0, 4.0]).result, [4.0, 6.0])
    inner = av.chain(av.compose(lambda pair: pair[0] * pair[1], lambda a: (a, a), np.exp), np.zeros(2))
    assert inner.sizes == (2, 2, 2, 2)  # one value that stands there twice is one variable
    np.testing.assert_array_equal(inner.accumulate().jacobian, 2 * np.eye(2))


def test_a_stage_may_write_into_its_argument():
    def erase(a):
        a[0] = 0.0
        return a * 1.0

    chain = av.chain(av.compose(erase, lambda x: x * x), np.array([1.0, 2.0]))
    np.testing.assert_array_equal(chain.factors[0].jacobian, [[0.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(chain.factors[1].jacobian, [[2.0, 0.0], [0.0, 4.0]])
    np.testing.assert_array_equal(chain.accumulate().jacobian, [[0.0, 0.0], [0.0, 4.0]])


def test_a_stage_without_derivative_makes_a_factor_of_zeros():
    for first in (np.round, lambda x: np.ones(2)):
        chain = av.chain(av.compose(lambda a: a**2, first), np.array([1.2, 2.0]))
        assert [factor.structure for factor in chain.factors] == ["diagonal", "zero"]
        np.testing.assert_array_equal(chain.accumulate().jacobian, np.zeros((2, 2)))


def test_single_precision_and_empty_arrays():
    chain = av.chain(av.compose(np.sum, np.sin), np.ones(3, np.float32))
    assert chain.accumulate().jacobian.dtype == np.float32
    empty = av.chain(av.compose(np.sum, np.sin), np.ones(0))
    assert empty.accumulate("forward").jacobian.shape == (1, 0)
    assert empty.accumulate("forward", matrix_free=True).jacobian.shape == (1, 0)
    assert empty.vjp().result.shape == (0,)
    assert empty.by_columns().jacobian.shape == (1, 0)
    assert "1×0" in str(empty)


def test_what_is_not_finite_passes_without_a_warning_of_ours():
    with np.errstate(all="ignore"):  # those of the function itself
        chain = av.chain(av.compose(np.sum, lambda a: a * 0.0, np.log), np.array([0.0, 1.0]))
    with warnings.catch_warnings(action="error"):
        for matrix_free in (False, True):
            assert np.isnan(chain.accumulate("forward", matrix_free).jacobian[0, 0])
        assert "nan" in str(chain.accumulate("reverse"))


def test_inside_a_trace_a_chain_is_differentiated():
    def gradient(x):
        return av.chain(av.compose(np.sum, np.sin), x).accumulate("reverse", matrix_free=True).jacobian[0]

    np.testing.assert_allclose(av.jacobian(gradient)(np.ones(2)), -np.sin(1.0) * np.eye(2))


def test_a_plain_function_is_one_stage():
    chain = av.chain(D, np.ones(3))
    assert chain.title == "F = D"
    assert [factor.name for factor in chain.factors] == ["∂y/∂x"]


def test_planned_from_shapes():
    chain = av.chain(shapes=[(1, 4), (4, 50)], edges=[4, 200], names=["hidden", "loss"])
    assert chain.variables == ("loss", "hidden", "x")
    assert [factor.label for factor in chain.factors] == ["F2", "F1"]
    assert [factor.edges for factor in chain.factors] == [4, 200]
    assert chain.tape is None
    assert not chain.is_known
    for factor in chain.factors:
        assert factor.jacobian is factor.nnz is factor.structure is None
    accumulation = chain.accumulate()
    assert accumulation.jacobian is accumulation.result is accumulation.steps[0].matrix is None
    assert chain.jvp().result is None
    assert chain.vjp(matrix_free=True).fma == 204
    assert chain.jvp(np.ones(50)).fma == 204


def test_a_chain_as_text():
    assert str(av.chain(av.compose(D, np.tanh, A), np.ones(4))) == "\n".join(
        [
            "F = D ∘ tanh ∘ A: J = ∂y/∂b · ∂b/∂a · ∂a/∂x is 1×4",
            "",
            "factor  stage  shape  entries  nonzero  structure  edges",
            "──────  ─────  ─────  ───────  ───────  ─────────  ─────",
            "∂y/∂b   D      1×3          3        3  dense          6",
            "∂b/∂a   tanh   3×3          9        3  diagonal       3",
            "∂a/∂x   A      3×4         12       11  dense         12",
        ]
    )
    planned = str(av.chain(shapes=[(2, 3), (3, 4)]))
    assert planned.split("\n")[2].split() == ["factor", "stage", "shape", "entries"]


# -- what is too large


def test_a_large_matrix_is_refused_before_it_is_built():
    chain = av.chain(av.compose(np.sum, np.tanh, lambda x: x * 2.0), np.ones(20), max_entries=300)
    with pytest.raises(
        ValueError, match=r"∂b/∂a of shape \(20, 20\) would have 400 entries, more than max_entries=300"
    ):
        chain.accumulate("reverse")
    with pytest.raises(ValueError, match=r"chain\.vjp\(u\), chain\.accumulate\(…, matrix_free=True\)"):
        chain.factors[2].jacobian
    assert "not built" in str(chain)
    assert repr(chain.factors[2]) == "∂a/∂x: 20×20"


def test_what_does_not_need_the_matrix_still_works():
    chain = av.chain(av.compose(np.sum, np.tanh, lambda x: x * 2.0), np.ones(20), max_entries=300)
    expected = np.full(20, 2 / np.cosh(2.0) ** 2)
    pulled, pushed = chain.vjp(), chain.jvp(np.ones(20))
    assert pulled.matrix_free
    assert [step.kind for step in pulled.steps] == ["adjoint"] * 3
    np.testing.assert_allclose(pulled.result, expected)
    assert pushed.result == pytest.approx(expected.sum())
    for order in ("reverse", "optimal"):
        np.testing.assert_allclose(chain.accumulate(order, matrix_free=True).jacobian, [expected])
    np.testing.assert_allclose(chain.by_rows().jacobian, [expected])
    np.testing.assert_allclose(chain.by_columns().jacobian, [expected])
    with pytest.raises(ValueError, match="max_entries=300"):
        chain.accumulate("forward", matrix_free=True)


def test_vectors_are_never_too_large():
    chain = av.chain(av.compose(np.sum, np.sin), np.ones(20), max_entries=1)
    assert chain.jvp(np.ones(20)).result == pytest.approx(20 * np.cos(1.0))
    assert chain.vjp().result.shape == (20,)


def test_a_product_may_be_too_large_though_its_factors_are_not():
    chain = av.chain(av.compose(lambda a: np.ones(30) * a, np.sum), np.ones(30), max_entries=100)
    with pytest.raises(ValueError, match=r"∂y/∂x of shape \(30, 30\)"):
        chain.accumulate()
    with pytest.raises(ValueError, match=r"∂y/∂x of shape \(30, 30\)"):
        chain.by_columns()
    assert chain.vjp(np.ones(30)).fma == 60


# -- bad input


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({}, TypeError, "give a composition"),
        ({"shapes": [(1, 2), (3, 4)]}, ValueError, r"F2 \(1, 2\) has 2 columns, F1 \(3, 4\) has 3 rows"),
        ({"shapes": []}, ValueError, "has no factor"),
        ({"shapes": [(1, 2, 3)]}, ValueError, "not a pair"),
        ({"shapes": [3]}, ValueError, "not a pair"),
        ({"shapes": [(1, -2)]}, ValueError, "a size in shapes is -2"),
        ({"shapes": [(1, 2.5)]}, ValueError, "a size in shapes is 2.5"),
        ({"shapes": [(1, 2)], "edges": [1, 2]}, ValueError, "edges has 2 numbers for 1 factor"),
        ({"shapes": [(1, 2)], "edges": [-1]}, ValueError, "a number in edges is -1"),
        ({"shapes": [(1, 2)], "names": ["a", "b"]}, ValueError, "length 2, for 1 stage"),
        ({"shapes": [(1, 2)], "cuts": ["a"]}, TypeError, "cuts=.* cannot stand beside shapes"),
        ({"shapes": [(1, 2)], "max_entries": 0}, ValueError, "max_entries is 0"),
    ],
)
def test_wrong_plans(given, error, said):
    with pytest.raises(error, match=said):
        av.chain(**given)


def test_wrong_calls():
    with pytest.raises(TypeError, match="not 3"):
        av.chain(3)
    with pytest.raises(TypeError, match=r"edges=.* cannot stand beside a function"):
        av.chain(D, np.ones(2), edges=[1])
    with pytest.raises(TypeError, match=r"cuts=.* cannot stand beside a function"):
        av.chain(D, np.ones(2), cuts=["a"])
    with pytest.raises(TypeError, match="stage F2 gives no floating-point number, so y has no derivative"):
        av.chain(av.compose(lambda a: "text", np.sin), np.ones(2))
    with pytest.raises(TypeError, match="x is complex"):
        av.chain(np.sin, np.ones(2) + 0j)
    with pytest.raises(ValueError, match="elemental edges of ∂y/∂x are not known"):
        av.chain(shapes=[(1, 2)]).accumulate(matrix_free=True)
    with pytest.raises(ValueError, match="elemental edges"):
        av.chain(shapes=[(1, 2)]).jvp(matrix_free=True)


def test_vectors_of_the_wrong_size():
    chain = av.chain(av.compose(np.tanh, A), np.ones(4))
    with pytest.raises(ValueError, match=r"chain\.jvp: v has shape \(3,\); x has 4 numbers, of shape \(4,\)"):
        chain.jvp(np.ones(3))
    with pytest.raises(ValueError, match=r"chain\.vjp: u has shape \(4,\); y has 3 numbers"):
        chain.vjp(np.ones(4))
    with pytest.raises(ValueError, match=r"chain\.jvp: give v with n = 4 numbers"):
        chain.jvp()
    with pytest.raises(ValueError, match=r"chain\.vjp: give u with m = 3 numbers"):
        chain.vjp()
    for wrong in (["a", "b", "c", "d"], np.ones(4) * 1j, [[1.0], [2.0, 3.0]], {"x": 1.0}):
        with pytest.raises(TypeError, match="v must be an array of real numbers"):
            chain.jvp(wrong)
    image = av.chain(av.compose(np.sum, np.sin), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"of shape \(2, 3\): give v in this shape, or flat with shape \(6,\)"):
        image.jvp(np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"v has shape \(3,\); x has 4 numbers"):
        av.chain(shapes=[(2, 4)]).jvp(np.ones(3))


def test_single_precision_stays_single():
    chain = av.chain(av.compose(np.tanh, np.sin), np.ones(3, np.float32))
    one = np.ones(3, np.float32)
    found = [chain.jvp(one).result, chain.vjp(one).result, chain.by_columns().jacobian, chain.by_rows().jacobian]
    found += [chain.accumulate(order).jacobian for order in ("forward", "reverse")]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


def test_matrices_are_looked_at_and_results_are_the_readers_own():
    chain = av.chain(av.compose(np.sum, np.sin, lambda x: x * x), np.arange(1.0, 4.0))
    found = chain.accumulate("reverse")
    for matrix in (chain.factors[0].jacobian, found.jacobian, found.steps[0].matrix):
        with pytest.raises(ValueError, match="read-only"):
            matrix[...] = 0.0
    before = chain.vjp().result.copy()
    result = chain.vjp().result
    result *= 0.0
    np.testing.assert_array_equal(chain.vjp().result, before)


def test_factors_are_also_called_by_their_place():
    chain = av.chain(av.compose(np.sum, np.sin, np.tanh), np.ones(2))
    by_place, by_name = chain.accumulate("F3 (F2 F1)"), chain.accumulate("sum∘(sin∘tanh)")
    assert by_place.tree == by_name.tree == (0, (1, 2))


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_sweep_over_nothing(direction):
    swept = av.chain(av.compose(np.sum, np.sin), np.zeros(0)).sweep(direction)
    assert swept.film().steps > 0
