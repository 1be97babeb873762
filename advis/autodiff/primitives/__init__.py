"""The primitives: NumPy functions with their derivative rules, one file for each family."""

from advis.autodiff.primitives import (
    arithmetic,
    choices,
    elementary,
    norms,
    order_statistics,
    products,
    reductions,
    shaping,
    special,
    statistics,
)
from advis.autodiff.primitives.rule import CONSTANT, FUNCTIONS, INPUT, METADATA, UFUNCS, Primitive

__all__ = [
    "CONSTANT",
    "FUNCTIONS",
    "INPUT",
    "METADATA",
    "UFUNCS",
    "Primitive",
    "arithmetic",
    "choices",
    "elementary",
    "norms",
    "order_statistics",
    "products",
    "reductions",
    "shaping",
    "special",
    "statistics",
]
