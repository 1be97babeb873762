"""Accumulations: the same J in every order, costs as they are counted, vectors that flow."""

import numpy as np
import pytest
from chains import Multiplier, layers, numeric, planned, sizes, trees
from hypothesis import given, settings
from hypothesis import strategies as st

import advis as av
from advis.analysis.stage import Stage

ORDERS = ("forward", "reverse", "optimal")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=6), st.integers(0, 1000))
def test_every_bracketing_gives_the_same_jacobian(sizes, seed):
    chain = numeric(sizes, seed)
    expected = chain.accumulate("reverse").jacobian
    for tree in trees(len(sizes) - 1):
        accumulation = chain.accumulate(tree if isinstance(tree, tuple) else (tree,))
        np.testing.assert_array_equal(accumulation.jacobian, expected)
        assert accumulation.tree == tree


@settings(deadline=None, max_examples=40)
@given(sizes, st.data())
def test_fma_and_peak_are_what_a_multiplication_counts(sizes, data):
    """By a multiplication in three loops that counts, and weak references to the products that are alive."""
    chain = numeric(sizes)
    tree = data.draw(st.sampled_from([*trees(len(sizes) - 1), *ORDERS]))
    accumulation = chain.accumulate(tree if isinstance(tree, (tuple, str)) else (tree,))
    counted = Multiplier()
    result = counted.product(accumulation.tree, [factor.jacobian for factor in chain.factors])
    assert (accumulation.fma, accumulation.peak_entries) == (counted.fma, counted.peak)
    np.testing.assert_array_equal(accumulation.jacobian, result.matrix)


@settings(deadline=None, max_examples=40)
@given(sizes, st.sampled_from(ORDERS))
def test_what_is_planned_is_what_is_carried_out(sizes, order):
    """The library's own multiplications, counted from the shapes of the arrays that it multiplies."""

    class Counting(np.ndarray):
        fma = 0

        def __matmul__(self, other):
            Counting.fma += self.shape[0] * self.shape[1] * other.shape[1]
            return (np.asarray(self) @ np.asarray(other)).view(Counting)

    chain = numeric(sizes)
    for factor in chain.factors:
        object.__setattr__(factor, "given", factor.given.view(Counting))
    accumulation = chain.accumulate(order)
    assert Counting.fma == accumulation.fma == planned(sizes).accumulate(order).fma
    assert accumulation.peak_entries == planned(sizes).accumulate(order).peak_entries


def test_steps_tell_the_whole_story():
    chain = numeric([1, 4, 50, 20, 10])
    steps = chain.accumulate("(F0 F1) (F2 F3)").steps
    assert [(step.left, step.right, step.span) for step in steps] == [
        ((0, 1), (1, 2), (0, 2)),
        ((2, 3), (3, 4), (2, 4)),
        ((0, 2), (2, 4), (0, 4)),
    ]
    assert [(step.shape, step.inner, step.fma) for step in steps] == [
        ((1, 50), 4, 200),
        ((50, 10), 20, 10_000),
        ((1, 10), 50, 500),
    ]
    assert [(step.total, step.alive, step.peak) for step in steps] == [
        (200, 50, 50),
        (10_200, 550, 550),
        (10_700, 560, 560),
    ]
    assert [step.name for step in steps] == ["∂z0/∂z2", "∂z2/∂z4", "∂z0/∂z4"]
    first, second, last = (step.matrix for step in steps)
    np.testing.assert_array_equal(first @ second, last)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(0, 1000), st.sampled_from(ORDERS))
def test_jacobians_of_real_functions(sizes, seed, order):
    composed, x = layers(sizes, seed)
    chain = av.chain(composed, x)
    expected = av.jacobian(composed)(x)
    for matrix_free in (False, True):
        np.testing.assert_allclose(chain.accumulate(order, matrix_free=matrix_free).jacobian, expected, atol=1e-12)
    np.testing.assert_allclose(chain.by_columns().jacobian, expected, atol=1e-12)
    np.testing.assert_allclose(chain.by_rows().jacobian, expected, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(0, 1000))
def test_vectors_agree_with_the_matrix_and_with_each_other(sizes, seed):
    composed, x = layers(sizes, seed)
    chain, rng = av.chain(composed, x), np.random.default_rng(seed)
    jacobian = chain.accumulate().jacobian
    v, u = rng.normal(size=sizes[-1]), rng.normal(size=sizes[0])
    for matrix_free in (False, True):
        pushed, pulled = chain.jvp(v, matrix_free).result, chain.vjp(u, matrix_free).result
        np.testing.assert_allclose(pushed, jacobian @ v, atol=1e-12)
        np.testing.assert_allclose(pulled, u @ jacobian, atol=1e-12)
        assert u @ pushed == pytest.approx(pulled @ v, abs=1e-12)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(0, 1000), st.sampled_from(ORDERS))
def test_matrix_free_sweeps_are_counted_as_they_are_carried_out(sizes, seed, order):
    """By the vectors that really go through each stage, and the sizes of the matrices that are multiplied."""
    composed, x = layers(sizes, seed)
    chain = av.chain(composed, x)
    counted = []

    def watched(method, axis):
        def sweep(self, matrix):
            counted.append(self.edges * matrix.shape[axis])
            return method(self, matrix)

        return sweep

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "jvps", watched(Stage.jvps, 1))
        patch.setattr(Stage, "vjps", watched(Stage.vjps, 0))
        accumulation = chain.accumulate(order, matrix_free=True)
    multiplied = sum(
        step.shape[0] * step.inner * step.shape[1] for step in accumulation.steps if step.kind == "product"
    )
    assert sum(counted) + multiplied == accumulation.fma
    again = planned(sizes, [factor.edges for factor in chain.factors]).accumulate(order, matrix_free=True)
    assert (again.fma, again.peak_entries, again.turns) == (
        accumulation.fma,
        accumulation.peak_entries,
        accumulation.turns,
    )


def test_only_vectors_flow():
    composed, x = layers([2, 6, 5, 3])
    chain = av.chain(composed, x)
    pushed, pulled = chain.jvp(np.ones(3)), chain.vjp(np.ones(2))
    assert [step.shape for step in pushed.steps] == [(5, 1), (6, 1), (2, 1)]
    assert [step.shape for step in pulled.steps] == [(1, 6), (1, 5), (1, 3)]
    assert [step.name for step in pushed.steps] == ["tangent of a", "tangent of b", "tangent of y"]
    assert [step.name for step in pulled.steps] == ["adjoint of b", "adjoint of a", "adjoint of x"]
    assert pushed.chain.factors[-1].name == "v"
    assert pulled.chain.factors[0].name == "u"
    assert pushed.bracketing == "F3 (F2 (F1 v))"
    assert pulled.tex.startswith(r"\left(\left(\mathrm{u} \,")
    assert pushed.peak_entries == 11


def test_j_fills_up_column_by_column_and_row_by_row():
    composed, x = layers([2, 4, 3])
    chain = av.chain(composed, x)
    jacobian = chain.accumulate().jacobian
    columns, rows = chain.by_columns(), chain.by_rows()
    assert (columns.direction, rows.direction) == ("forward", "reverse")
    assert [(sweep.index, sweep.entry) for sweep in columns.sweeps] == [(0, "x1"), (1, "x2"), (2, "x3")]
    assert [sweep.entry for sweep in rows.sweeps] == ["y1", "y2"]
    for k, sweep in enumerate(columns.sweeps):
        np.testing.assert_allclose(sweep.found, jacobian[:, k])
    for k, sweep in enumerate(rows.sweeps):
        np.testing.assert_allclose(sweep.found, jacobian[k])
    assert columns.peak_entries == rows.sweeps[0].accumulation.peak_entries - 1 == 6
    assert columns.largest_intermediate == (4, 1)
    assert "of x3" in str(columns)
    assert "row by row, 2 VJPs" in str(rows)
    assert planned([2, 3]).by_rows().jacobian is None


def test_a_chain_of_one_factor_has_nothing_to_multiply():
    chain = av.chain(np.tanh, np.zeros(2))
    accumulation = chain.accumulate("forward")
    assert (accumulation.fma, accumulation.peak_entries, accumulation.largest_intermediate) == (0, 0, (0, 0))
    assert (accumulation.tree, accumulation.bracketing, accumulation.steps) == (0, "tanh", ())
    np.testing.assert_array_equal(accumulation.result, np.eye(2))
    assert chain.accumulate("forward", matrix_free=True).fma == 4


def test_sparse_costs_count_products_of_nonzeros():
    composed = av.compose(np.sum, np.tanh, lambda x: np.ones((4, 3)) @ x)
    accumulation = av.chain(composed, np.zeros(3)).accumulate("forward")
    assert [(step.fma, step.fma_sparse) for step in accumulation.steps] == [(48, 12), (12, 12)]
    assert (accumulation.fma, accumulation.fma_sparse) == (60, 24)
    assert planned([1, 2, 3]).accumulate().fma_sparse is None
    assert av.chain(composed, np.zeros(3)).accumulate("forward", matrix_free=True).fma_sparse is None


def test_an_accumulation_as_text():
    chain = av.chain(av.compose(np.sum, np.tanh, lambda x: 2.0 * x), np.zeros(2))
    assert str(chain.accumulate("reverse")) == "\n".join(
        [
            "(sum tanh) F1 (reverse): 8 fma (4 without zeros), at most 4 entries alive, largest 1×2",
            "",
            "step  product                shape  fma  total  alive   value",
            "────  ─────────────────────  ─────  ───  ─────  ─────  ──────",
            "   1  ∂y/∂a = ∂y/∂b · ∂b/∂a  1×2      4      4      2  [1, 1]",
            "   2  ∂y/∂x = ∂y/∂a · ∂a/∂x  1×2      4      8      4  [2, 2]",
        ]
    )
    assert "adjoint" in str(chain.accumulate("reverse", matrix_free=True))
    assert repr(chain.accumulate("reverse").steps[0]) == "∂y/∂a: 1×2 by product, 4 fma"


def test_round_off_is_written_as_zero():
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    back = np.array([[0.6, 0.8], [-0.8, 0.6]])
    chain = av.chain(av.compose(lambda a: (back @ a)[:1], lambda x: turn @ x), np.ones(2))
    shift = av.compose(lambda a: 0.1 * a[0] + 0.2 * a[1] - 0.3 * a[2], lambda x: np.stack([x, x, x]))
    assert str(chain.accumulate()).endswith("[1, 0]")
    assert abs(av.chain(shift, 1.0).accumulate().jacobian[0, 0]) > 0
    assert str(av.chain(shift, 1.0).accumulate()).endswith("  0")


def test_many_steps_are_elided():
    text = str(planned([2] * 101).accumulate("reverse"))
    assert "… 39 more rows …" in text
    assert text.count("\n") == 64
