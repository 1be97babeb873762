"""The conserved cut sum."""

import numpy as np
import pytest
from gallery import GALLERY

import advis as av
from advis.analysis.checks import cut_sums
from advis.autodiff.structure import map_leaves


@pytest.mark.parametrize("name", GALLERY)
def test_the_cut_sum_is_the_same_at_every_moment_and_is_what_both_modes_say(name):
    function, arguments = GALLERY[name]
    rng = np.random.default_rng(1)
    tape = av.trace(function, *arguments)
    tangents = map_leaves(lambda value: rng.normal(size=np.shape(value)), arguments)
    adjoints = map_leaves(lambda value: rng.normal(size=np.shape(value)), tape.value)
    forward, reverse = tape.forward(*tangents), tape.reverse(adjoints)
    sums = cut_sums(forward, reverse)
    assert len(sums) == len(reverse.steps) + 1
    direct = sum(np.sum(reverse.seed[node.name] * forward[node.index]) for node in tape.outputs)
    np.testing.assert_allclose(sums, direct, rtol=1e-9, atol=1e-9)


def test_what_cannot_be_paired_is_refused():
    tape = av.trace(lambda x: x * x, 3.0)
    with pytest.raises(ValueError, match="in this order"):
        cut_sums(tape.reverse(), tape.forward())
    with pytest.raises(ValueError, match="same tape"):
        cut_sums(tape.forward(), av.trace(lambda x: x, 3.0).reverse())
    with pytest.raises(ValueError, match="several at once"):
        cut_sums(tape.forward(np.ones(2)), tape.reverse())
