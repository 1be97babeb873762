"""Orders of accumulation: what they cost, known answers, and the cheapest one."""

import time
from itertools import pairwise

import numpy as np
import pytest
from chains import long_sizes, planned, trees
from hypothesis import given, settings
from hypothesis import strategies as st

import advis as av
from advis.analysis.bracketing import every_bracketing
from advis.analysis.orders import cheaper_modes, cheapest_within, cost_of, swept

CLRS = [30, 35, 15, 5, 10, 20, 25]
LECTURE = [(1, 4), (4, 50), (50, 20), (20, 10)]


def test_known_answers_of_the_lecture():
    chain = av.chain(shapes=LECTURE)
    forward, reverse = chain.accumulate("forward"), chain.accumulate("reverse")
    assert (forward.fma, forward.peak_entries, forward.largest_intermediate) == (12_040, 540, (50, 10))
    assert (reverse.fma, reverse.peak_entries, reverse.largest_intermediate) == (1_400, 70, (1, 50))


def test_known_answers_of_clrs():
    chain = planned(CLRS)
    assert chain.accumulate("reverse").fma == 40_500
    assert chain.accumulate("forward").fma == 47_500
    optimal = chain.accumulate("optimal")
    assert optimal.fma == 15_125
    assert optimal.tree == ((0, (1, 2)), ((3, 4), 5))
    assert chain.compare().best.label == "optimal"


def test_known_answers_of_admission():
    """The example of ADMission's README, which lists the factors from the input's side."""
    chain = av.chain(shapes=[(2, 1), (1, 3), (3, 3)], edges=[7, 14, 29])
    assert chain.accumulate("forward", matrix_free=True).fma == 150
    assert chain.accumulate("reverse", matrix_free=True).fma == 100
    optimal = chain.accumulate("optimal", matrix_free=True)
    assert optimal.fma == 56
    assert [(step.kind, step.fma) for step in optimal.steps] == [
        ("tangent", 7),
        ("adjoint", 14),
        ("adjoint", 29),
        ("product", 6),
    ]
    rows = chain.compare(matrix_free=True)
    assert [rows[label].fma for label in ("forward", "reverse", "optimal", "factors first")] == [150, 100, 56, 123]
    assert chain.accumulate("(F3 F2) F1", matrix_free=True).fma == 85  # C_{3,2} = 27, then 2 × 29


@given(long_sizes)
def test_forward_and_reverse_are_the_formula(sizes):
    m, n, chain = sizes[0], sizes[-1], planned(sizes)
    pairs = list(pairwise(sizes))
    assert chain.accumulate("forward").fma == sum(p * q * n for p, q in pairs[:-1])
    assert chain.accumulate("reverse").fma == sum(m * p * q for p, q in pairs[1:])
    assert chain.jvp().fma == chain.vjp().fma == sum(p * q for p, q in pairs)
    assert chain.by_columns().fma == n * chain.jvp().fma
    assert chain.by_rows().fma == m * chain.vjp().fma


@settings(deadline=None, max_examples=30)
@given(long_sizes)
def test_no_bracketing_is_cheaper_than_the_optimum_nor_dearer_than_the_worst(sizes):
    chain = planned(sizes)
    every = [chain.accumulate(tree if isinstance(tree, tuple) else (tree,)).fma for tree in trees(len(sizes) - 1)]
    assert chain.accumulate("optimal").fma == min(every)
    rows = {row.label: row.fma for row in chain.compare().rows}
    assert max(rows.get("worst", 0), *(rows[label] for label in ("forward", "reverse"))) <= max(every)
    if "worst" in rows:
        assert rows["worst"] == max(every)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=7), st.data())
def test_no_matrix_free_order_is_cheaper_than_the_optimum(sizes, data):
    count = len(sizes) - 1
    edges = data.draw(st.lists(st.integers(1, 200), min_size=count, max_size=count))
    chain = planned(sizes, edges)
    optimal = chain.accumulate("optimal", matrix_free=True).fma
    every = [
        cost_of(swept(cheapest_within(splits, sizes, edges), cheaper_modes(sizes), count), sizes, edges).total
        for splits in every_bracketing(count)
    ]
    assert optimal == min(every)
    assert chain.accumulate("forward", matrix_free=True).fma == sizes[-1] * sum(edges) >= optimal
    assert chain.accumulate("reverse", matrix_free=True).fma == sizes[0] * sum(edges) >= optimal
    assert chain.compare(matrix_free=True)["factors first"].fma >= optimal
    assert optimal <= sum(e * min(p, q) for e, p, q in zip(edges, sizes, sizes[1:], strict=False)) + min(
        chain.accumulate(order).fma for order in ("forward", "reverse", "optimal")
    )


def test_ties_go_to_the_reverse_order():
    assert planned([3] * 6).accumulate("optimal").bracketing == planned([3] * 6).accumulate("reverse").bracketing
    chain = planned([2, 2, 2], [4, 4])
    assert [turn.kind for turn in chain.turns("optimal", matrix_free=True)] == ["adjoint", "adjoint"]


def test_costs_beyond_machine_integers_are_exact():
    big = 10**7
    chain = planned([size * big for size in CLRS])
    assert chain.accumulate("optimal").fma == 15_125 * big**3
    assert chain.accumulate("optimal").tree == planned(CLRS).accumulate("optimal").tree


def test_the_optimum_of_200_factors_is_found_in_time():
    sizes = np.random.default_rng(0).integers(1, 1000, 201).tolist()
    for matrix_free in (False, True):
        chain = planned(sizes, edges=[size * 10 for size in sizes[1:]])
        start = time.process_time()
        accumulation = chain.accumulate("optimal", matrix_free=matrix_free)
        assert accumulation.fma > 0
        assert accumulation.peak_entries > 0
        assert accumulation.bracketing
        assert time.process_time() - start < 0.3


def test_comparison_lists_every_order_once():
    comparison = av.chain(shapes=LECTURE).compare()
    assert comparison.bracketings == 5
    kinds = [row.kind for row in comparison.rows]
    assert kinds == ["order"] * 3 + ["bracketing"] * 3 + ["sweep", "vectors"] * 2
    assert comparison.best.label == "reverse"
    assert comparison["10 JVPs one by one"].fma == 14_040
    assert comparison["1 VJP one by one"].peak_entries == 70
    assert comparison["(F4 F3) (F2 F1)"].fma == 10_700
    with pytest.raises(KeyError, match="no row is called 'fastest'"):
        comparison["fastest"]
    many = planned(CLRS).compare()
    assert many.bracketings == 42
    assert "bracketing" not in [row.kind for row in many.rows]
    assert many["worst"].fma == 58_000
    assert str(many).count("\n") == 13


def test_comparison_as_text():
    assert str(av.chain(shapes=[(1, 4), (4, 50), (50, 20)]).compare()) == "\n".join(
        [
            "shapes (1×4) · (4×50) · (50×20): orders of accumulation",
            "",
            "order                 bracketing         fma   × best   peak  largest",
            "────────────────────  ──────────────  ──────  ───────  ─────  ───────",
            "forward               F3 (F2 F1)       4,080      3.4    100  4×20",
            "reverse ←             (F3 F2) F1       1,200        1     70  1×50",
            "optimal               (F3 F2) F1       1,200        1     70  1×50",
            "20 JVPs in one sweep  F3 (F2 (F1 I))  24,080  20.0667  1,080  50×20",
            "20 JVPs one by one    F3 (F2 (F1 v))  24,080  20.0667     54  50×1",
            "1 VJP in one sweep    ((I F3) F2) F1   1,204  1.00333     70  1×50",
            "1 VJP one by one      ((u F3) F2) F1   1,204  1.00333     70  1×50",
            "",
            "Note: there are 2 bracketings.",
        ]
    )
