"""The primitives: NumPy functions with their derivative rules, one file for each family."""

from advis.autodiff.primitives import (
    arithmetic,
    choices,
    counting,
    decompositions,
    diagonals,
    fourier,
    indexing,
    linear_algebra,
    polynomials,
    products,
    rearranging,
    reductions,
    shaping,
    signal,
    sorting,
)
from advis.autodiff.primitives.rule import CONSTANT, FUNCTIONS, INPUT, METADATA, UFUNCS, Primitive

__all__ = [
    "CONSTANT", "FUNCTIONS", "INPUT", "METADATA", "UFUNCS", "Primitive",
    "arithmetic", "choices", "counting", "decompositions", "diagonals", "fourier", "indexing", "linear_algebra",
    "polynomials", "products", "rearranging", "reductions", "shaping", "signal", "sorting",
]  # fmt: skip
