"""Containers taken apart and put together again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advis.autodiff.structure import Place, fill, leaves, map_leaves, same_structure


class Point(NamedTuple):
    x: Any
    y: Any


TREE = {"w": [1.0, (2.0, 3.0)], "at": Point(4.0, {"deep": 5.0}), 7: 6.0, "a b": [], "two\nlines": 8.0}


def test_leaves_have_paths_that_read_like_python() -> None:
    assert list(leaves(TREE, "p")) == [
        ("p.w[0]", 1.0), ("p.w[1][0]", 2.0), ("p.w[1][1]", 3.0), ("p.at.x", 4.0), ("p.at.y.deep", 5.0), ("p[7]", 6.0),
        (r"p['two\nlines']", 8.0),
    ]  # fmt: skip


def test_a_bare_value_is_its_own_leaf() -> None:
    assert list(leaves(3.0, "x")) == [("x", 3.0)]
    assert map_leaves(lambda x: -x, 3.0) == -3.0


def test_map_keeps_every_container() -> None:
    doubled = map_leaves(lambda x: 2 * x, TREE)
    assert doubled["at"] == Point(8.0, {"deep": 10.0})
    assert isinstance(doubled["at"], Point)
    assert (doubled["w"], doubled[7], doubled["a b"]) == ([2.0, (4.0, 6.0)], 12.0, [])
    assert TREE["w"] == [1.0, (2.0, 3.0)]


trees = st.recursive(
    st.integers(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.builds(Point, inner, inner),
        st.dictionaries(st.text(max_size=2), inner, max_size=3),
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(trees)
def test_taking_apart_and_filling_is_the_identity(tree: Any) -> None:
    parts: list[Any] = []

    def place(leaf: Any) -> Place:
        parts.append(leaf)
        return Place(len(parts) - 1)

    structure = map_leaves(place, tree)
    assert parts == [leaf for _, leaf in leaves(tree)]
    assert fill(structure, parts.__getitem__) == tree
    assert same_structure(tree, structure)


@pytest.mark.parametrize(("tree", "same"), [
    ({"a": 1, "b": [2, 3]}, True),
    ({"b": [2, 3], "a": 1}, True),
    (OrderedDict(a=1, b=(2, 3)), True),
    ({"a": [1], "b": [2, 3]}, True),  # a leaf may be given as a list of numbers: an array
    ({"a": 1}, False),
    ({"a": 1, "b": [2, 3], "c": 4}, False),
    ({"a": 1, "b": [2]}, False),
    ({"a": 1, "b": 2}, False),
    ([1, [2, 3]], False),
    (1, False),
])  # fmt: skip
def test_same_structure(tree: Any, same: bool) -> None:
    assert same_structure(tree, {"a": 0, "b": [0, 0]}) is same


def test_other_leaves_stay() -> None:
    assert fill([Place(1), "text", None], {1: 5.0}.__getitem__) == [5.0, "text", None]
