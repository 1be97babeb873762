"""Where several contributions are equal, one of them is lost, and nobody knows which."""

import numpy as np

import advis as av


def test_a_lost_contribution_among_equal_ones_is_not_named_as_if_it_were_known():
    tape = av.trace(lambda x: np.stack([x] * 8).sum() + x, 0.5)
    (finding, *_) = av.check(av.sabotage(tape, "x", "drop")).findings
    assert "one of 9 equal contributions of y, v1 is lost" in finding.sentence
    assert finding.edge.index == tape["v1"].index


def test_a_lost_contribution_of_its_own_size_is_named():
    tape = av.trace(lambda x: np.sin(x) + 3 * x, 0.5)
    (finding, *_) = av.check(av.sabotage(tape, "x", "drop")).findings
    assert "the contribution of v1 is lost" in finding.sentence
