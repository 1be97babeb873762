"""Handles: what can be moved in f's arguments, and what a gradient says about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.analysis.space import boxes, space_of


def same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(np.asarray(a), np.asarray(b)))


def f(params: Any, x: Any, n: Any) -> Any:
    return np.sum(np.sin(params["w"] * x)) * params["b"]


ARGS = ({"w": np.array([1.0, 2.0]), "b": 3}, np.linspace(0.0, 1.0, 20).reshape(10, 2), "text")


def test_at_the_start_the_arguments_are_those_that_were_given() -> None:
    space = space_of(f, ARGS)
    assert list(space.start) == ["params.w[0]", "params.w[1]", "params.b", "t"]
    params, x, text = space.arguments(space.start)
    assert same(params["w"], ARGS[0]["w"])
    assert params["b"] == 3.0
    assert same(x, ARGS[1])
    assert text == "text"


def test_arguments_are_new_arrays_each_time() -> None:
    space = space_of(f, ARGS)
    space.arguments(space.start)[0]["w"][:] = 0.0
    assert same(space.arguments(space.start)[0]["w"], [1.0, 2.0])


def test_tangents_and_partials_are_transposes() -> None:
    space = space_of(f, ARGS)
    tape = av.trace(f, *space.arguments(space.start))
    partials = space.partials((*tape.reverse().result[:2], None))
    for name, partial in partials.items():
        seeds = space.tangents(dict.fromkeys(space.start, 0.0) | {name: 1.0})
        assert tape.forward(*seeds).result == pytest.approx(partial)


def test_a_direction_starts_where_one_stands() -> None:
    space = space_of(lambda x: np.sum(x), (np.arange(9.0),))
    turned = space.towards({"t": 2.0}, space.direction("one element", element=4))
    assert same(turned.arguments({"t": 0.0})[0], np.arange(9.0) + 2)
    assert same(turned.arguments({"t": 1.0})[0], np.arange(9.0) + 2 + np.eye(9)[4])
    with pytest.raises(ValueError, match="no element 9; choose 0 to 8"):
        space.direction("one element", element=9)
    with pytest.raises(ValueError, match="direction='down'"):
        space.direction("down")


def test_single_precision_stays() -> None:
    space = space_of(lambda x: x, (np.ones(3, np.float32),))
    assert space.arguments(space.start)[0].dtype == np.float32


def test_names_that_are_taken_are_not_taken_twice() -> None:
    assert list(space_of(lambda t, x: np.sum(x) * t, (1.0, np.ones(20))).start) == ["t", "s"]


def test_more_numbers_than_one_can_follow_go_along_together() -> None:
    space = space_of(lambda *xs: sum(xs), tuple(float(k) for k in range(12)))
    assert list(space.start) == ["t"]
    assert space.arguments({"t": 1.0}) == tuple(k + 1.0 for k in range(12))


def test_a_box_can_be_dragged_if_one_number_moves_it() -> None:
    assert boxes(space_of(f, ARGS)) == {"params.b": 1, "t": 2}
    assert boxes(space_of(lambda x: x, (np.array([2.0]),))) == {"x[0]": 0}
