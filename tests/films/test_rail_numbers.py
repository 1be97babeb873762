"""What a rail can show of a chain's numbers: every product that it plays, and nothing that is too large."""

from itertools import pairwise

import numpy as np
import pytest

import advis as av
from advis.films.rail import _halves, _numbers


def layers(*sizes):
    """A chain of dense layers, from the output to the input."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in pairwise(sizes)]
    stages = [lambda value, W=W: np.tanh(W @ value) for W in weights]
    return av.chain(av.compose(*stages), rng.normal(size=sizes[-1]))


@pytest.mark.parametrize("order", ["forward", "reverse", "optimal", "(F4 (F3 F2)) F1"])
def test_the_numbers_of_every_product_of_an_order_are_there(order):
    chain = layers(7, 2, 5, 1, 6)
    found = chain.accumulate(order)
    numbers = _numbers(chain, sorted({turn.span for turn in found.turns}, key=lambda span: span[1] - span[0]), {})
    for step in found.steps:
        np.testing.assert_allclose(numbers[step.span], step.matrix)


def test_a_product_is_split_where_both_halves_are_known():
    known = {(k, k + 1) for k in range(4)}
    assert _halves([(2, 4), (1, 4), (0, 4)], known) == {(2, 4): 3, (1, 4): 2, (0, 4): 1}
    assert _halves([(0, 3)], {(0, 1), (1, 2), (2, 3)}) == {}


def test_factors_that_are_too_large_are_drawn_empty():
    chain = av.chain(av.compose(np.sum, np.sin, np.tanh), np.zeros(9), max_entries=80)
    film = chain.film()
    assert [mark.key for mark in film.scenes[0].marks][:3] == [film.data["start"][k] for k in range(3)]
    assert chain.jvp(np.ones(9)).film().steps == 3
