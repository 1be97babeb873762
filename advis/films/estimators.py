"""Estimates as pictures: how they lie around the true derivative, and how their error falls with more samples."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import numpy as np

from advis.analysis.estimators import Estimator, Estimators
from advis.autodiff.numbers import PICTURE, minus, number
from advis.autodiff.through.estimates import Estimate
from advis.films.chart import Axis, Panel, Series, chart_film
from advis.films.film import Film, Spans

BINS = 48
ROLES = ("tangent", "tangent dashed", "tangent dotted", "adjoint", "adjoint dashed")
COUNTS = np.geomspace(1.0, 1e6, 61)
DRAWN = 200
"""A running mean is drawn at so many places."""
MOST = 3


def estimators_film(shown: Estimators) -> Film:
    """Return the film of a comparison of estimators: one step for each."""
    panels = [_distributions(shown), _errors(shown)]
    said = [_introduced(shown), *(_said(shown, row) for row in shown.rows)]
    description = f"How the estimates of {', '.join(row.name for row in shown.rows)} are distributed, and their errors."
    return chart_film(f"d E[{shown.function}], estimated", panels, said, _subtitle(shown), description)


def _subtitle(shown: Estimators) -> str:
    return f"{len(shown.rows[0].estimates)} estimates of each kind, from {shown.samples} samples each"


def _distributions(shown: Estimators) -> Panel:
    everything = np.concatenate([row.estimates for row in shown.rows])
    edges = np.histogram_bin_edges(
        everything, BINS, (min(everything.min(), shown.true), max(everything.max(), shown.true))
    )
    bars = [
        Series("", edges, _heights(row, edges), role.split()[0], "bars", (step, step))
        for step, (row, role) in enumerate(zip(shown.rows, ROLES, strict=False), 1)
    ]
    means = [
        Series("mean of the estimates", [float(np.mean(row.estimates))], [], "value dashed thin", "mark", (step, step))
        for step, row in enumerate(shown.rows, 1)
    ]
    label = "true derivative" if shown.known else "mean of the steadiest"
    true = Series(label, [shown.true], [], "value", "mark")
    return Panel("Estimates", Axis("estimate"), Axis("number, of that of the fullest bin"), (*bars, true, *means))


def _heights(row: Estimator, edges: np.ndarray) -> np.ndarray:
    """How full the bins are: spreads are compared along the axis, and a narrow one must not flatten the others."""
    counts, _ = np.histogram(row.estimates, edges)
    shares: np.ndarray = counts / np.max(counts)
    return shares


def _errors(shown: Estimators) -> Panel:
    pairs = list(zip(shown.rows, ROLES, strict=False))
    curves = [Series(row.name, COUNTS, _error(row, COUNTS), role) for row, role in pairs]
    here = [
        Series("", [shown.samples], [_error(row, float(shown.samples))], role.split()[0], "points", (step, step))
        for step, (row, role) in enumerate(pairs, 1)
    ]
    axes = Axis("samples for one estimate", log=True), Axis("error, root mean square", log=True)
    return Panel("Error", *axes, (*curves, *here))


def _error(row: Estimator, count: Any) -> Any:
    """What is expected of an estimate from so many samples: the bias, if there is one, and the spread."""
    return np.sqrt((row.bias if row.biased else 0.0) ** 2 + row.spread**2 / count)


def _introduced(shown: Estimators) -> Spans:
    what = "The derivative is" if shown.known else "The derivative is not known; the steadiest estimator gives"
    return (("", f"{what} {minus(number(shown.true, PICTURE))}. One estimator after the other."),)


def _said(shown: Estimators, row: Estimator) -> Spans:
    mean = minus(number(np.mean(row.estimates), PICTURE))
    spread = minus(number(np.std(row.estimates, ddof=1), PICTURE))
    biased = f"It is biased by {minus(number(row.bias, 3))}: more samples do not help."
    bias = biased if row.biased else "No bias is seen." if shown.known else ""
    return ("strong", _capital(row.name)), ("", f": mean {mean}, standard deviation {spread}. {bias}".rstrip())


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


# -- one estimate


def estimate_film(shown: Estimate) -> Film:
    """Return the picture of one estimate: the mean of more and more samples, within its error."""
    parts = list(_components(shown))
    panels = [_running(*part) for part in parts[:MOST]]
    if len(parts) == 1:
        panels = [_single(parts[0][1], parts[0][2]), *panels]
    left = f" The first {MOST} of {len(parts)} components are drawn." if len(parts) > MOST else ""
    said = f"{_capital(shown.method)}, {len(shown):,} samples.{left}"
    description = f"The running mean of {len(shown):,} estimates, with its standard error."
    return chart_film(f"d E[{shown.function}]", panels, [(("", said),)], shown.method, description)


def _components(shown: Estimate) -> Iterator[tuple[str, np.ndarray, float | None]]:
    """Every number that was estimated: its name, its estimates, and the true derivative."""
    several = isinstance(shown.samples, tuple)
    parts = shown.samples if several else (shown.samples,)
    trues = shown.true if several and shown.true is not None else (shown.true,)
    for place, (samples, true) in enumerate(zip_longest(parts, trues)):
        columns = np.reshape(samples, (len(samples), -1))
        known = [None] * columns.shape[1] if true is None else np.ravel(true).tolist()
        for k, column in enumerate(columns.T):
            names = [f"parameter {place + 1}"] * several + [f"[{k}]"] * (columns.shape[1] > 1)
            yield " ".join(names), column, known[k]


def _running(name: str, samples: np.ndarray, true: float | None) -> Panel:
    counts = np.unique(np.geomspace(2, len(samples), DRAWN).astype(int))
    means = np.cumsum(samples)[counts - 1] / counts
    squares = np.cumsum((samples - means[-1]) ** 2)[counts - 1] / counts
    errors = np.sqrt(np.maximum(squares - (means - means[-1]) ** 2, 0.0) / (counts - 1))
    series = [
        Series("mean", counts, means, "tangent"),
        Series("± standard error", counts, means - errors, "soft thin"),
        Series("± standard error", counts, means + errors, "soft thin"),
    ]
    if true is not None:
        series.append(Series("true derivative", [], [true], "value dashed", "level"))
    return Panel(name or "Mean of more and more", Axis("samples", log=True), Axis("derivative"), tuple(series))


def _single(samples: np.ndarray, true: float | None) -> Panel:
    """How the estimates from single samples are distributed."""
    edges = np.histogram_bin_edges(samples, BINS)
    shares = np.histogram(samples, edges)[0] / len(samples)
    series = [Series("one sample each", edges, shares, "tangent", "bars")]
    series.append(Series("their mean", [float(np.mean(samples))], [], "soft dashed", "mark"))
    if true is not None:
        series.append(Series("true derivative", [true], [], "value", "mark"))
    return Panel("Estimates from one sample", Axis("estimate"), Axis("share"), tuple(series))
