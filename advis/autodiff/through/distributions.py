"""Distributions to draw from: samples, log densities, and paths by which samples move with their parameters.

Every one is made of its parameters, plain or traced; ``shape`` is that of a single sample. Arrays of parameters are
independent components, and one log density is their sum.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import is_traced, plain_value, shape_of
from advis.autodiff.through.smooth import sigmoid

__all__ = ["Bernoulli", "Categorical", "Distribution", "Exponential", "Normal", "Poisson"]


class Distribution:
    """What the estimators ask of a distribution; make your own by writing `sample` and `log_density`.

    Samples stand along a leading axis: an array of shape (n, \\*shape).
    """

    shape: tuple[int, ...] = ()
    moves: bool = False
    """Whether a sample is a differentiable function of the parameters: `path`."""

    def sample(self, rng: np.random.Generator, count: int) -> Any:
        """Draw samples as a plain array; for one that moves, along the path of its noise."""
        return self.path(self.noise(rng, count))

    def log_density(self, x: Any) -> Any:
        """Return the logarithm of the density, or of the probability, at each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no log_density, which the score function needs")

    def noise(self, rng: np.random.Generator, count: int) -> Any:
        """Draw what does not depend on the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no path: its samples do not move with its parameters")

    def path(self, noise: Any) -> Any:
        """Return the samples that the noise leads to, as a differentiable function of the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no path: its samples do not move with its parameters")

    def grid(self) -> tuple[Any, Any] | None:
        """Return points and weights with which a sum over densities is the whole distribution, or None."""
        return None

    def _summed(self, logs: Any) -> Any:
        """One log density for each sample, out of those of the components."""
        return np.sum(logs, axis=tuple(range(1, len(self.shape) + 1))) if self.shape else logs


def _positive(what: str, value: Any) -> None:
    plain = np.asarray(plain_value(value))
    if not np.all((plain > 0) & np.isfinite(plain)):
        raise ValueError(f"{what}={plain.tolist()} is not positive")


class Bernoulli(Distribution):
    """0 or 1: 1 with probability σ(logit).

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> b = av.distributions.Bernoulli(1.0)
    >>> b.sample(np.random.default_rng(0), 8), round(float(b.mean), 6)
    (array([1., 1., 1., 1., 0., 0., 1., 1.]), 0.731059)
    """

    def __init__(self, logit: Any) -> None:
        self.logit = logit if is_traced(logit) else np.asarray(logit, float)[()]
        self.shape = shape_of(self.logit)

    @property
    def mean(self) -> Any:
        """The probability of a 1."""
        return sigmoid(self.logit)

    def sample(self, rng: np.random.Generator, count: int) -> Any:
        return 1.0 * (rng.random((count, *self.shape)) < plain_value(self.mean))

    def log_density(self, x: Any) -> Any:
        return self._summed(x * self.logit - np.logaddexp(0.0, self.logit))

    def grid(self) -> tuple[Any, Any] | None:
        return (np.array([0.0, 1.0]), np.ones(2)) if not self.shape else None


class Categorical(Distribution):
    """One of the positions 0 to k − 1, with the probabilities softmax(logits)."""

    def __init__(self, logits: Any) -> None:
        self.logits = logits if is_traced(logits) else np.asarray(logits, float)
        if len(shape_of(self.logits)) != 1:
            raise ValueError(f"Categorical: logits of shape {shape_of(self.logits)}; give one row of them")

    def _logs(self) -> Any:
        shifted = self.logits - np.max(plain_value(self.logits))
        return shifted - np.log(np.sum(np.exp(shifted)))

    def sample(self, rng: np.random.Generator, count: int) -> Any:
        bounds = np.cumsum(np.exp(plain_value(self._logs())))
        return np.minimum(np.searchsorted(bounds, rng.random(count), side="right"), len(bounds) - 1)

    def log_density(self, x: Any) -> Any:
        return self._logs()[x]

    def grid(self) -> tuple[Any, Any] | None:
        (k,) = shape_of(self.logits)
        return np.arange(k), np.ones(k)


class Poisson(Distribution):
    """A count with this mean."""

    def __init__(self, rate: Any) -> None:
        _positive("Poisson: rate", rate)
        self.rate = rate if is_traced(rate) else np.asarray(rate, float)[()]
        self.shape = shape_of(self.rate)

    @property
    def mean(self) -> Any:
        """The rate."""
        return self.rate

    def sample(self, rng: np.random.Generator, count: int) -> Any:
        return 1.0 * rng.poisson(plain_value(self.rate), (count, *self.shape))

    def log_density(self, x: Any) -> Any:
        constant = np.vectorize(math.lgamma)(np.asarray(x) + 1.0)
        return self._summed(x * np.log(self.rate) - self.rate - constant)

    def grid(self) -> tuple[Any, Any] | None:
        if self.shape:
            return None
        most = int(plain_value(self.rate) + 12.0 * np.sqrt(plain_value(self.rate)) + 30.0)
        return np.arange(most + 1.0), np.ones(most + 1)


class Normal(Distribution):
    """The normal distribution. Its samples move: mean + scale · noise."""

    moves = True

    def __init__(self, mean: Any, scale: Any = 1.0) -> None:
        _positive("Normal: scale", scale)
        self.mean, self.scale = (x if is_traced(x) else np.asarray(x, float)[()] for x in (mean, scale))
        self.shape = np.broadcast_shapes(shape_of(self.mean), shape_of(self.scale))

    def noise(self, rng: np.random.Generator, count: int) -> Any:
        return rng.standard_normal((count, *self.shape))

    def path(self, noise: Any) -> Any:
        return self.mean + self.scale * noise

    def log_density(self, x: Any) -> Any:
        z = (x - self.mean) / self.scale
        return self._summed(-0.5 * z * z - np.log(self.scale) - 0.5 * math.log(2.0 * math.pi))

    def grid(self) -> tuple[Any, Any] | None:
        return _steps(self, -9.0, 9.0) if not self.shape else None


class Exponential(Distribution):
    """The exponential distribution with this mean. Its samples move: scale · noise."""

    moves = True

    def __init__(self, scale: Any = 1.0) -> None:
        _positive("Exponential: scale", scale)
        self.scale = scale if is_traced(scale) else np.asarray(scale, float)[()]
        self.shape = shape_of(self.scale)

    @property
    def mean(self) -> Any:
        """The scale."""
        return self.scale

    def noise(self, rng: np.random.Generator, count: int) -> Any:
        return rng.standard_exponential((count, *self.shape))

    def path(self, noise: Any) -> Any:
        return self.scale * noise

    def log_density(self, x: Any) -> Any:
        return self._summed(-x / self.scale - np.log(self.scale))

    def grid(self) -> tuple[Any, Any] | None:
        return _steps(self, 0.0, 40.0) if not self.shape else None


_STEPS = 20_000


def _steps(distribution: Distribution, low: float, high: float) -> tuple[Any, Any]:
    """The midpoints of small steps of the noise, with the width that each has among the samples."""
    ends = plain_value(distribution.path(np.linspace(low, high, _STEPS + 1)))
    return (ends[1:] + ends[:-1]) / 2.0, np.diff(ends)
