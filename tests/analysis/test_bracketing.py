"""Bracketings: read, written, refused where they are wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import advis as av
from advis.analysis.bracketing import (
    every_bracketing,
    forward_splits,
    how_many,
    in_order,
    parsed,
    reverse_splits,
    text_of,
    tree_of,
)

CHAIN = av.chain(shapes=[(1, 4), (4, 5), (5, 6), (6, 7)])
LABELS = ("D", "C", "B", "A")


@given(st.integers(1, 6), st.integers(0, 100))
def test_text_and_tuples_are_read_as_they_are_written(count, which):
    labels = [f"F{k}" for k in range(count)]
    every = every_bracketing(count)
    splits = every[which % len(every)]
    assert parsed(text_of(splits, labels), labels) == splits
    tree = tree_of(splits, count)
    assert parsed(tree if count > 1 else (0,), labels) == splits


def test_all_bracketings_are_there_once():
    for count in range(1, 8):
        texts = {text_of(splits, [str(k) for k in range(count)]) for splits in every_bracketing(count)}
        assert len(texts) == how_many(count) == len(every_bracketing(count))


def test_named_bracketings():
    assert text_of(forward_splits(4), LABELS) == "D (C (B A))"
    assert text_of(reverse_splits(4), LABELS) == "((D C) B) A"
    assert tree_of(forward_splits(1), 1) == 0
    assert in_order(parsed("(D C) (B A)", LABELS), 4) == [(0, 2), (2, 4), (0, 4)]


@pytest.mark.parametrize(
    "text", ["((D C) B) A", "( ( D C ) B ) A", "(((D C) B) A)", "((D · C) · B) · A", "((D*C)*B)@A", "(((D) C) B) (A)"]
)
def test_spaces_dots_and_spare_parentheses_do_not_matter(text):
    assert parsed(text, LABELS) == reverse_splits(4)


def test_factors_may_be_called_by_their_partials():
    accumulation = CHAIN.accumulate("(∂y/∂c ∂c/∂b) (∂b/∂a ∂a/∂x)")
    assert accumulation.bracketing == "(F4 F3) (F2 F1)"
    assert accumulation.order == "(∂y/∂c ∂c/∂b) (∂b/∂a ∂a/∂x)"


@pytest.mark.parametrize(
    ("order", "place", "what"),
    [
        ("((F4 F3) F2", 1, "not closed"),
        ("(F4 F3)) F2 F1", 8, "not opened"),
        ("F4 F3 F2 F1", 7, "put parentheses around two"),
        ("(F4 F3) F2 F1", 12, "which pair"),
        ("((F4 F3) F2) F5", 14, "no factor is called 'F5'"),
        ("(F3 F4) (F2 F1)", 2, "F4 must stand here"),
        ("(F4 F3) (F2 F1) F1", 17, "the end must stand here"),
        ("() F4", 1, "empty"),
        ("(F4 F3) F2", 11, "F1 is missing"),
        ("fastest", 1, "no factor is called 'fastest'"),
        ("", 1, "F4 is missing"),
        (((0, 1), 2), 10, "3 is missing"),
        ((0, 1, 2, 3), 6, "which pair"),
        (((0, 2), (1, 3)), 5, "1 must stand here"),
        (((0, 1), (2, 4)), 11, "no factor is called '4'"),
        (None, 1, "no factor is called 'None'"),
    ],
)
def test_a_wrong_bracketing_is_told_where_it_is_wrong(order, place, what):
    with pytest.raises(ValueError, match="accumulate: order=") as caught:
        CHAIN.accumulate(order)
    message = str(caught.value)
    assert what in message
    assert f"at character {place}:" in message
    _, text, caret, *_ = message.split("\n")
    assert caret.index("^") == 2 + place - 1
    assert len(text) >= len(caret.rstrip()) - 1


def test_tex_has_the_partials_and_nested_parentheses():
    tex = CHAIN.accumulate("reverse").tex
    assert tex.startswith(r"\left(\left(\frac{\partial y}{\partial c} \, \frac{\partial c}{\partial b}\right)")
    assert tex.count(r"\left(") == tex.count(r"\right)") == 2


def test_names_are_escaped_in_tex():
    def f(x_1):
        h_1 = np.sin(x_1)
        return h_1 * x_1

    tex = av.chain(av.trace(f, 1.0), cuts=[{"h_1", "x_1"}]).accumulate().tex
    assert tex == (
        r"\frac{\partial y}{\partial \mathrm{\{x\_1,h\_1\}}} \, "
        r"\frac{\partial \mathrm{\{x\_1,h\_1\}}}{\partial \mathrm{x\_1}}"
    )


def test_long_chains_need_no_stack():
    chain = av.chain(shapes=[(2, 2)] * 3000)
    accumulation = chain.accumulate("reverse")
    assert chain.accumulate(accumulation.bracketing).fma == accumulation.fma == 2999 * 8
    assert isinstance(accumulation.tree, tuple)
