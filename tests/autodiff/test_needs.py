"""What a primitive declares about its edges holds: which values the reverse rule reads, and the partial's structure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.part import whole
from advis.autodiff.primitives.reads import ANSWER, declared, read_by
from advis.autodiff.sweeps import quiet
from tests.autodiff.cases import Case, collected
from tests.autodiff.cases.complex_numbers import COMPLEX

LARGEST = 2000
"""Entries of a local Jacobian that is still written out."""


Edges = dict[str, list[Partial]]


@pytest.fixture(scope="module")
def edges() -> Edges:
    """Every kind of edge in the cases, by its primitive: applications to the same shapes and options are one kind."""
    found: dict[str, dict[Any, Partial]] = defaultdict(dict)
    for case in (*collected(), *COMPLEX):
        for partial in edges_of(case):
            primitive = partial.tape.primitives[partial.index]
            applied_to = [sort_of(partial.tape.values[p]) for p in partial.tape.parents[partial.index]]
            found[primitive.name].setdefault((partial.place, repr(primitive.options), *applied_to), partial)
    return {name: list(kinds.values()) for name, kinds in sorted(found.items())}


def sort_of(value: Any) -> tuple[Any, ...]:
    """What a rule may go by: shape and type, a number itself, whether there is a zero."""
    return np.shape(value), np.result_type(value), np.any(value == 0) if np.shape(value) else np.asarray(value).item()


def edges_of(case: Case) -> Iterator[Partial]:
    with quiet():
        tape = av.trace(case.function, *case.arguments)
    for node in tape:
        for place, rule in enumerate(node.primitive.vjps):
            if rule is not None and tape.carried[node.parents[place].index]:
                yield Partial(tape, node.index, place)


def values_of(partial: Partial) -> list[Any]:
    """The arguments of the application, and at `ANSWER` its value."""
    tape = partial.tape
    return [*(tape.values[p] for p in tape.parents[partial.index]), tape.values[partial.index]]


def spoilt(value: Any) -> Any:
    """Another value of the same shape and type: not a number, where there is one."""
    kind = np.result_type(value).kind
    return np.full_like(value, np.nan)[()] if kind in "fc" else ~np.asarray(value)[()]


def adjoint_by(partial: Partial, values: list[Any]) -> bytes:
    """What the reverse rule gives, to the bit, at these values."""
    rule = partial.tape.primitives[partial.index].vjps[partial.place]
    value = values_of(partial)[ANSWER]
    g = np.random.default_rng(1).normal(size=np.shape(value)).astype(np.result_type(value))[()]
    try:
        with quiet():
            return np.asarray(whole(rule(g, values[ANSWER], *values[:-1]))).tobytes()
    except ValueError:  # a value was read that cannot be
        return b"refused"


def with_spoilt(partial: Partial, places: set[int]) -> list[Any]:
    values = values_of(partial)
    return [spoilt(x) if k in places else x for k, x in enumerate(values[:-1])] + [
        spoilt(values[ANSWER]) if ANSWER in places else values[ANSWER]
    ]


def needs(partial: Partial) -> set[int]:
    primitive, count = partial.tape.primitives[partial.index], len(partial.tape.parents[partial.index])
    return set(declared(primitive.needs[partial.place], partial.place, count))


def test_a_reverse_rule_reads_only_what_is_declared(edges: Edges) -> None:
    wrong = []
    for partial in chain.from_iterable(edges.values()):
        places = {*range(len(partial.tape.parents[partial.index])), ANSWER}
        spoilt_others = with_spoilt(partial, places - needs(partial))
        if adjoint_by(partial, spoilt_others) != adjoint_by(partial, values_of(partial)):
            wrong.append((partial.tape.primitives[partial.index].name, partial))
    assert not wrong


def test_what_the_code_of_a_rule_reads_covers_what_is_declared(edges: Edges) -> None:
    for name, partials in edges.items():
        for partial in partials:
            tape = partial.tape
            rule = tape.primitives[partial.index].vjps[partial.place]
            assert needs(partial) <= read_by([rule], len(tape.parents[partial.index])), name


def test_every_declared_value_matters_somewhere(edges: Edges) -> None:
    matters: dict[tuple[str, int, int], bool] = {}
    for name, partial in ((name, partial) for name, partials in edges.items() for partial in partials):
        variadic = partial.tape.primitives[partial.index].variadic
        before = adjoint_by(partial, values_of(partial))
        for place in needs(partial):
            key = (name, 0, 0) if variadic else (name, partial.place, place)
            matters[key] = matters.get(key, False) or adjoint_by(partial, with_spoilt(partial, {place})) != before
    assert not [key for key, read in matters.items() if not read], "(primitive, argument, value it is said to need)"


def is_structured(structure: str, matrix: np.ndarray, partial: Partial) -> bool:
    """Whether a local Jacobian has a structure."""
    tape = partial.tape
    if structure == "identity":
        return np.array_equal(matrix, np.eye(len(matrix)))
    if structure == "diagonal":
        return np.array_equal(matrix, np.diag(np.diag(matrix)), equal_nan=True)
    if structure == "permutation":
        return np.array_equal(matrix @ matrix.T, np.eye(len(matrix))) and set(np.ravel(matrix)) <= {0, 1}
    if structure == "selection":
        once = max(matrix.sum(axis=0).max(), 0) <= 1 or max(matrix.sum(axis=1).max(), 0) <= 1
        return once and set(np.ravel(matrix)) <= {0, 1}
    if structure == "broadcast":
        shapes = (np.shape(tape.values[partial.parent]), np.shape(tape.values[partial.index]))
        columns = np.broadcast_to(np.arange(matrix.shape[1]).reshape(shapes[0]), shapes[1]).ravel()
        elsewhere = columns[:, np.newaxis] != np.arange(matrix.shape[1])
        return not np.any(matrix[elsewhere])
    return structure in ("dense", "scalar")


def test_a_partial_has_the_structure_that_is_declared(edges: Edges) -> None:
    wrong = []
    for partial in chain.from_iterable(edges.values()):
        claims = partial.structure not in ("dense", "scalar") and 0 < np.prod(partial.shape) <= LARGEST
        if claims and not is_structured(partial.structure, partial.dense(), partial):
            wrong.append((partial.tape.primitives[partial.index].name, partial))
    assert not wrong


def test_a_partial_names_the_nodes_that_its_reverse_rule_reads() -> None:
    def f(a: Any, b: Any) -> Any:
        q = a / b
        return np.einsum("i,i,i->", q, a, b) + a[0]

    tape = av.trace(f, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    named = {
        (node.primitive.name, place): {tape.names[index] for index in Partial(tape, node.index, place).needs}
        for node in tape
        for place in range(len(node.parents))
    }
    assert named["divide", 0] == {"b"}
    assert named["divide", 1] == {"b", "q"}
    assert named["einsum", 0] == {"a", "b"}
    assert named["getitem", 0] == named["add", 0] == set()


def test_of_an_own_primitive_everything_may_be_read() -> None:
    own = av.primitive(lambda x, y: x * y).defvjp(lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
    tape = av.trace(own, 2.0, 3.0)
    assert Partial(tape, 2, 0).needs == Partial(tape, 2, 1).needs == (0, 1, 2)


def test_nothing_is_read_where_no_derivative_passes() -> None:
    tape = av.trace(lambda x: np.where(x > 1, x, 2.0), 3.0)
    where = tape.outputs[0].index
    assert [Partial(tape, where, place).needs for place in range(3)] == [(), (2,), ()]


def test_a_closed_box_may_read_everything() -> None:
    held = av.checkpoint(lambda x, y: x * y)
    tape = av.trace(lambda x, y: held(x, y) * 2, 2.0, 3.0)
    assert Partial(tape, 2, 0).needs == Partial(tape, 2, 1).needs == (0, 1, 2)
