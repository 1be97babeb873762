"""Laws that every pair of sweeps obeys, as numbers that can be looked at."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from advis.autodiff.sweep import Sweep
from advis.autodiff.sweeps import quiet


def cut_sums(forward: Sweep, reverse: Sweep) -> list[float]:
    """Return Σ⟨adjoint so far, tangent⟩ over the nodes that are not yet processed, before and after each reverse step.

    It is the same number at every moment: ⟨u, J v⟩. The nodes not yet processed are a cut through the graph, and
    what crosses it is the derivative. With the final adjoints it would not hold: a fan-out would count twice.

    Parameters
    ----------
    forward, reverse : Sweep
        A forward and a reverse sweep of one seed each over the same tape.

    Returns
    -------
    list of float
        One number for the seed, then one for each step of the reverse sweep; n + 1 for n steps.

    Raises
    ------
    ValueError
        If the sweeps are not one of each kind over the same tape, or carry several seeds.

    Examples
    --------
    >>> import advis as av
    >>> tape = av.trace(lambda x1, x2: x1 * x2 + x1, 2.0, 5.0)
    >>> cut_sums(tape.forward(x1=1.0), tape.reverse())
    [6.0, 6.0, 6.0]
    """
    if (forward.direction, reverse.direction) != ("forward", "reverse") or forward.tape is not reverse.tape:
        raise ValueError("cut_sums: give a forward and a reverse sweep over the same tape, in this order")
    if forward.count is not None or reverse.count is not None:
        raise ValueError("cut_sums: each sweep must carry one seed, not several at once")
    pending = {}
    for node in reverse.tape.outputs:
        pending[node.index] = _product(reverse.seed[node.name], forward.at(node.index))
    sums = [_total(pending)]
    for step in reverse.steps:
        pending.pop(step.node.index, None)
        for flow in step.contributions:
            target = flow.target.index
            pending[target] = pending.get(target, 0.0) + _product(flow.amount, forward.at(target))
        sums.append(_total(pending))
    return sums


def _product(adjoint: object, tangent: object) -> float:
    with quiet():
        return float(np.real(np.sum(np.asarray(adjoint) * np.asarray(tangent))))


def _total(pending: dict[int, float]) -> float:
    """One after the other, in every version of Python and in the player: from 3.12 on, `sum` compensates."""
    return reduce(add, pending.values(), 0.0)
