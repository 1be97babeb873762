"""Several seeds in one sweep: tangents and adjoints with a leading axis, one entry for each seed.

An elementwise rule multiplies by something of the answer's shape, so it carries the axis along by broadcasting;
indexing, stacking and products of matrices have the axis in front of their own. Every other rule is applied to one seed
after the other. In each case a seed's numbers are those of a sweep of its own, but for the last bit of complex ones:
NumPy's products of complex arrays round differently from those of complex numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from advis.autodiff.primitives import products
from advis.autodiff.primitives.part import Part, is_basic, whole
from advis.autodiff.primitives.rule import Primitive, Rule, is_traced, shape_of
from advis.autodiff.primitives.shaping import scatter
from advis.autodiff.sweeps import fitted, grown


def of_many(primitives: Sequence[Primitive], forward: bool) -> list[Primitive]:
    """Return the primitives with their rules of one direction ready for seeds with a leading axis."""
    known: dict[Primitive, Primitive] = {}
    for primitive in primitives:
        if primitive not in known:
            known[primitive] = _of_many(primitive, forward)
    return [known[primitive] for primitive in primitives]


def _of_many(primitive: Primitive, forward: bool) -> Primitive:
    rules = primitive.jvps if forward else primitive.vjps
    if primitive.elementwise:
        return primitive.with_rules([rule and _lifted(rule) for rule in rules], rules) if forward else primitive
    native = _NATIVE.get((primitive.name, forward))
    each = native(primitive) if native else []
    each = each or [rule and _one_by_one(rule) for rule in rules]
    lifted = primitive.with_rules(each, each)
    return _placing(primitive, lifted) if primitive.places is not None else lifted


def _placing(primitive: Primitive, lifted: Primitive) -> Primitive:
    """What puts arrays beside each other does so behind the seeds' axis, too: an axis counted from the front moves."""
    axis = primitive.options["axis"]

    def places(*arrays: Any) -> list[Any]:
        assert primitive.places is not None
        return [(slice(None), *place) for place in primitive.places(*arrays)]

    return replace(lifted, options={"axis": axis + 1 if axis >= 0 else axis}, places=places)


def _taken(primitive: Primitive) -> list[Rule | None]:
    """Tangents through a basic index: the same index behind the seeds' axis."""
    behind = _behind(primitive.options["index"])
    return [lambda tangents, ans, x: tangents[behind]] if behind else []


def _scattered(primitive: Primitive) -> list[Rule | None]:
    """Adjoints through a basic index: zeros, and each adjoint at the index behind the seeds' axis."""
    behind = _behind(primitive.options["index"])

    def rule(adjoints: Any, ans: Any, x: Any) -> Any:
        if is_traced(adjoints):
            return scatter(adjoints, index=behind, shape=(len(adjoints), *shape_of(x)))
        return Part(adjoints, behind, (len(adjoints), *x.shape), True)

    return [rule] if behind else []


def _behind(index: Any) -> tuple[Any, ...]:
    return (slice(None), *(index if isinstance(index, tuple) else (index,))) if is_basic(index) else ()


def _unstacked(primitive: Primitive) -> list[Rule | None]:
    """Adjoints of stacked arrays: the slice of each, behind the seeds' axis."""

    def rule(place: int, adjoints: Any, ans: Any, *arrays: Any) -> Any:
        axis = primitive.options["axis"] % len(shape_of(ans)) + 1
        return adjoints[(slice(None),) * axis + (place,)]

    return [partial(rule, place) for place in range(len(primitive.vjps))]


def _multiplied(primitive: Primitive) -> list[Rule | None]:
    """Tangents through a matrix product: NumPy multiplies a stack of matrices one by one, in one call."""
    return [_of_product(rule, place) for place, rule in enumerate(primitive.jvps)] if _is_matmul(primitive) else []


def _multiplied_back(primitive: Primitive) -> list[Rule | None]:
    """Adjoints through a matrix product: the rules keep an axis in front of their own."""
    return [_of_product(rule, None) for rule in primitive.vjps] if _is_matmul(primitive) else []


def _is_matmul(primitive: Primitive) -> bool:
    return primitive.jvps is products.matmul.jvps and primitive.vjps is products.matmul.vjps


def _of_product(rule: Any, moving: int | None) -> Rule:
    """A rule of ``a @ b`` for seeds of an argument, or None for adjoints, in front: a vector is made a matrix first."""

    def of_many(seeds: Any, ans: Any, a: Any, b: Any) -> Any:
        dimensions = len(shape_of(a)), len(shape_of(b))
        if dimensions not in ((2, 2), (2, 1), (1, 2)):
            return each(seeds, ans, a, b)
        if moving is not None and dimensions[moving] == 1:
            axis = -1 if moving else -2
            return np.squeeze(rule(np.expand_dims(seeds, axis), ans, a, b), axis)
        return rule(seeds, ans, a, b)

    each = _one_by_one(rule)
    return of_many


_NATIVE = {
    ("getitem", True): _taken,
    ("getitem", False): _scattered,
    ("stack", False): _unstacked,
    ("matmul", True): _multiplied,
    ("matmul", False): _multiplied_back,
}


def _one_by_one(rule: Rule) -> Rule:
    return lambda seeds, ans, *args: np.stack([whole(rule(seed, ans, *args)) for seed in seeds])


def _lifted(rule: Rule) -> Rule:
    """The tangents of an argument of fewer axes than the answer keep their seeds' axis in front."""
    return lambda tangents, ans, *args: rule(_spread(tangents, len(shape_of(ans))), ans, *args)


def _spread(stack: Any, dimensions: int) -> Any:
    """Insert axes of length one after the first, until there are so many behind it."""
    count, *rest = shape_of(stack)
    missing = dimensions - len(rest)
    return np.reshape(stack, (count, *(1,) * missing, *rest)) if missing > 0 else stack


def fitted_many(amounts: Any, value: Any) -> Any:
    """Return contributions of many seeds, each in the shape and type of the value."""
    if amounts.shape[1:] == value.shape:
        return _typed(amounts, value)
    return np.stack([fitted(amount, value) for amount in amounts])


def grown_many(amounts: Any, value: Any) -> Any:
    """Return tangents of many seeds, each in the shape and type of the value."""
    shape = value.shape
    if amounts.shape[1:] == shape:
        return _typed(amounts, value)
    return _typed(np.broadcast_to(_spread(amounts, len(shape)), (shape_of(amounts)[0], *shape)), value)


def _typed(amounts: Any, value: Any) -> Any:
    return amounts if amounts.dtype is value.dtype else np.stack([grown(amount, value) for amount in amounts])
