"""For every relaxation an example that can be drawn: one number moves, and what comes out is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.through import relax
from advis.autodiff.through.relax_histogram import kernels
from advis.autodiff.through.smooth import check_width


@dataclass(frozen=True, slots=True)
class Example:
    """A relaxation ``soft(x, width)`` and its hard function, at an array of points."""

    name: str
    soft: Callable[[Any, float], Any]
    hard: Callable[[Any], Any]
    low: float = -2.0
    high: float = 2.0
    outputs: tuple[str, ...] = ("soft",)
    parameter: str = "width"


EDGES = np.array([-1.5, -0.5, 0.5, 1.5])
THREE = ("x", "the −0.5", "the 0.8")


def _with_two(x: Any) -> Any:
    """Rows of three numbers: one that moves, and two that stay."""
    return np.stack([x, np.full_like(x, -0.5), np.full_like(x, 0.8)], axis=-1)


def _with_four(x: Any) -> Any:
    """Rows of five numbers, of which one moves."""
    return np.stack([x, *(np.full_like(x, other) for other in (-1.2, -0.4, 0.5, 1.3))], axis=-1)


def _soft_bins(x: Any, width: float) -> Any:
    check_width("histogram", width)
    return kernels(x[:, None], EDGES, width)  # the histogram of each event alone


def _bins(x: Any) -> Any:
    return np.stack([np.histogram(event, EDGES)[0] for event in x])


def _hard_ranks(x: Any) -> Any:
    return np.argsort(np.argsort(_with_two(x), axis=-1), axis=-1)


def _median(x: Any) -> Any:
    return np.median(_with_four(x), axis=-1)


GALLERY = {
    example.name: example
    for example in (
        Example("step", lambda x, w: relax.step(x, width=w), lambda x: np.heaviside(x, 0.5)),
        Example("where", lambda x, w: relax.where(x, 1 - x, 2 + x, width=w), lambda x: np.where(x > 0, 1 - x, 2 + x)),
        Example("sign", lambda x, w: relax.sign(x, width=w), np.sign),
        Example("round", lambda x, w: relax.round(x, width=w), np.round, -2.2, 2.2),
        Example("abs", lambda x, w: relax.abs(x, width=w), np.abs),
        Example("maximum", lambda x, w: relax.maximum(x, 0.0, width=w), lambda x: np.maximum(x, 0.0)),
        Example("minimum", lambda x, w: relax.minimum(x, 0.0, width=w), lambda x: np.minimum(x, 0.0)),
        Example("clip", lambda x, w: relax.clip(x, -1.0, 1.0, width=w), lambda x: np.clip(x, -1.0, 1.0)),
        Example(
            "sort",
            lambda x, t: relax.sort(_with_two(x), temperature=t),
            lambda x: np.sort(_with_two(x), axis=-1),
            outputs=("smallest", "middle", "largest"),
            parameter="temperature",
        ),
        Example(
            "rank",
            lambda x, t: relax.rank(_with_two(x), temperature=t),
            _hard_ranks,
            outputs=THREE,
            parameter="temperature",
        ),
        Example(
            "argmax",
            lambda x, t: relax.argmax(_with_two(x), temperature=t),
            lambda x: np.argmax(_with_two(x), axis=-1),
            parameter="temperature",
        ),
        Example(
            "one_hot",
            lambda x, t: relax.one_hot(_with_two(x), temperature=t),
            lambda x: np.eye(3)[np.argmax(_with_two(x), axis=-1)],
            outputs=THREE,
            parameter="temperature",
        ),
        Example(
            "top_k",
            lambda x, t: relax.top_k(_with_two(x), 2, temperature=t),
            lambda x: _hard_ranks(x) >= 1,
            outputs=THREE,
            parameter="temperature",
        ),
        Example(
            "quantile", lambda x, t: relax.quantile(_with_four(x), 0.5, temperature=t), _median, parameter="temperature"
        ),
        Example("histogram", _soft_bins, _bins, outputs=("left bin", "middle", "right bin")),
    )
}
