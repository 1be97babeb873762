"""Choosing what to multiply next: alike in JavaScript and in Python, and true to the accumulation it stands for."""

from __future__ import annotations

import random
from math import comb
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advis.analysis.accumulation import Accumulation
from advis.analysis.chain import Chain
from advis.films.choices import Chosen, after, choose, formula, least_from, open_choices, order_at, shown
from advis.films.film import Film, state_at
from advis.films.unpack import from_json
from tests.films.chain_films import CHAINS, FILMS, planned
from tests.media.laws import ThrownError, alike, in_javascript, told

WITH_CHOICES = [name for name, make in FILMS.items() if make().choices]
sizes = st.lists(st.sampled_from([1, 2, 7, 60, 999, 1000, 12345, 10**6]), min_size=4, max_size=8)


def same_everywhere(film: Film, keys: list[str], order: int) -> None:
    """Both languages agree on what stands, what is open, what it costs from here, and what is seen."""
    chosen = after(film, keys)
    theirs = in_javascript("choose", film, keys=keys, order=order)
    ours = {
        "present": list(chosen.present),
        "made": list(chosen.made),
        "spent": str(chosen.spent),  # a number of JSON would be rounded
        "holds": [list(held) for held in chosen.holds],
        "peak": chosen.peak,
    }
    assert theirs["chosen"] == ours
    assert theirs["open"] == [choice.key for choice in open_choices(film, chosen)]
    least = least_from(film, chosen)
    assert theirs["least"] == (None if least is None else str(least))
    assert alike(told(shown(film, chosen, order)), theirs["states"])


@pytest.mark.parametrize("name", WITH_CHOICES)
def test_both_languages_agree_at_every_step_of_every_order(name: str) -> None:
    film = FILMS[name]()
    for order, playing in enumerate(film.data["orders"]):
        for step in range(len(playing["choices"]) + 1):
            same_everywhere(film, playing["choices"][:step], order)


def any_sequence(film: Film, pick: random.Random, length: int = 99) -> list[str]:
    """Legal choices, one after the other, until nothing can be chosen."""
    chosen = after(film, [])
    while len(chosen.made) < length and (choices := open_choices(film, chosen)):
        chosen = choose(film, chosen, pick.choice(choices).key)
    return list(chosen.made)


@settings(max_examples=20, deadline=None)
@given(sizes, st.randoms(use_true_random=False), st.data())
def test_both_languages_agree_on_any_choices_of_the_reader(sizes: list[int], pick: Any, data: Any) -> None:
    film = planned(sizes).film()
    keys = any_sequence(film, pick)
    own = len(film.data["orders"]) - 1
    assert film.data["orders"][own]["choices"] == []
    same_everywhere(film, keys[: data.draw(st.integers(0, len(keys)))], own)


def test_both_languages_agree_beyond_what_a_number_of_javascript_holds() -> None:
    film = planned([999_999, 999_983, 1_000_003, 999_961, 1]).film()
    assert film.data["most"] > 2**53
    for order, playing in enumerate(film.data["orders"]):
        for step in range(len(playing["choices"]) + 1):
            same_everywhere(film, playing["choices"][:step], order)
    assert from_json(film.to_json()).to_json() == film.to_json()


@pytest.mark.parametrize("key", ["c0.1.3", "c9.9.9", "", "say"])
def test_what_cannot_be_chosen_is_refused_in_both(key: str) -> None:
    film = FILMS["lecture: chain"]()
    why = "side by side" if key == "c0.1.3" else "is no choice"
    with pytest.raises(ValueError, match=why):
        after(film, [key])
    with pytest.raises(ThrownError, match=why):
        in_javascript("choose", film, keys=[key], order=0)


def test_the_same_pair_cannot_be_multiplied_twice() -> None:
    film = FILMS["lecture: chain"]()
    with pytest.raises(ValueError, match=r"m0\.1 and m1\.2, which do not stand side by side now"):
        after(film, ["c0.1.2", "c0.1.2"])
    with pytest.raises(ThrownError, match=r"m0\.1 and m1\.2, which do not stand side by side now"):
        in_javascript("choose", film, keys=["c0.1.2", "c0.1.2"], order=0)


# -- what the law means


def bracketing(chain: Chain, keys: tuple[str, ...]) -> Any:
    """The nested tuples of factors that choices such as c0.1.2 make."""
    parts: dict[tuple[int, int], Any] = {(k, k + 1): k for k in range(len(chain.factors))}
    for key in keys:
        i, k, j = map(int, key.removeprefix("c").split("."))
        parts[i, j] = (parts[i, k], parts[k, j])
    return parts[0, len(chain.factors)]


@settings(max_examples=20, deadline=None)
@given(sizes, st.randoms(use_true_random=False))
def test_what_is_spent_is_what_this_bracketing_costs(sizes: list[int], pick: Any) -> None:
    chain = planned(sizes)
    film = chain.film()
    chosen = after(film, any_sequence(film, pick))
    assert chosen.present == (f"m0.{len(chain.factors)}",)
    assert chosen.spent == chain.accumulate(bracketing(chain, chosen.made)).fma
    assert chosen.spent >= film.data["best"]


def asked_for(chain: Chain, label: str, free: bool) -> Accumulation:
    """The accumulation that an order of a film stands for."""
    m, n = chain.shape
    if label == "JVP":
        return chain.jvp(*([[1.0] * n] if chain.is_known else []), matrix_free=free)
    if label == "VJP":
        return chain.vjp(*([[1.0] * m] if chain.is_known else []), matrix_free=free)
    return chain.accumulate(label, matrix_free=free)


@pytest.mark.parametrize("name", WITH_CHOICES)
def test_every_order_ends_with_the_product_the_cost_and_the_peak_that_it_has(name: str) -> None:
    film = FILMS[name]()
    chain = CHAINS[name.split(": ")[0]]()
    free = "matrix-free" in name
    for order in film.data["orders"][: -1 if film.data["orders"][-1]["label"] == "my own" else None]:
        accumulated = asked_for(chain, order["label"], free)
        chosen = after(film, order["choices"])
        assert len(chosen.present) == 1
        assert (chosen.spent, chosen.peak) == (accumulated.fma, accumulated.peak_entries)
        assert [key for key, _ in chosen.holds] == list(chosen.present)


@settings(max_examples=20, deadline=None)
@given(sizes)
def test_the_cheapest_way_from_the_start_is_the_optimum_and_can_be_followed(sizes: list[int]) -> None:
    chain = planned(sizes)
    film = chain.film()
    chosen = after(film, [])
    best = chain.accumulate("optimal").fma
    assert least_from(film, chosen) == film.data["best"] == best
    while len(chosen.present) > 1:
        ways = [choose(film, chosen, choice.key) for choice in open_choices(film, chosen)]
        totals = [way.spent + (least_from(film, way) or 0) for way in ways]
        assert min(totals) == best
        chosen = ways[totals.index(best)]
    assert chosen.spent == best


def test_every_pair_of_neighbours_is_open_and_nothing_else() -> None:
    film = FILMS["lecture: chain"]()
    assert len(film.choices) == comb(5, 3)
    open_now = [choice.key for choice in open_choices(film, after(film, ["c1.2.3"]))]
    assert sorted(open_now) == ["c0.1.3", "c1.3.4"]
    assert open_choices(film, after(film, ["c1.2.3", "c0.1.3", "c0.3.4"])) == []


def test_an_order_that_was_not_asked_for_cannot_be_chosen_where_factors_are_many() -> None:
    film = CHAINS["fifteen factors"]().film()
    assert [order["label"] for order in film.data["orders"]] == ["forward", "reverse", "optimal"]
    assert len(film.choices) <= 3 * 14
    assert least_from(film, after(film, [])) == film.data["best"]


def spelled(text: Any) -> str:
    return text if isinstance(text, str) else "".join(part for _, part in text)


def test_the_reader_sees_the_price_at_once_against_the_optimum() -> None:
    film = FILMS["lecture: chain"]()
    own = len(film.data["orders"]) - 1
    start = shown(film, after(film, []), own)
    assert spelled(start["say"].text).endswith("the cheapest order costs 1,400 fma.")
    assert {key for key, state in start.items() if state.role == "open"} == {"c0.1.2", "c1.2.3", "c2.3.4"}
    dear = shown(film, after(film, ["c2.3.4"]), own)
    assert "50 · 20 · 10 = 10,000 fma" in spelled(dear["say"].text)
    assert spelled(dear["say"].text).endswith("So far 10,000 fma; from here the cheapest way ends at 10,700.")
    assert dear["spent"].text == "10,000 fma · peak 500 entries"
    assert dear["spent"].level == round(10_000 / 12_040, 4)
    done = shown(film, after(film, ["c2.3.4", "c1.2.4", "c0.1.4"]), own)
    assert spelled(done["say"].text).endswith("Done: 12,040 fma, 8.6 times the cheapest order (1,400).")
    assert done["spent"] == state_at(film, 3)["spent"]._replace(role="value")
    best = shown(film, after(film, ["c0.1.2", "c0.2.3", "c0.3.4"]), own)
    assert spelled(best["say"].text).endswith("Done: 1,400 fma, as cheap as can be.")


def test_what_stands_is_shown_and_what_was_taken_leaves_its_place() -> None:
    film = FILMS["lecture: chain"]()
    states = order_at(film, 1, 1)  # reverse, one product
    assert states["m0.2"].role == "active next adjoint"
    assert {states["m0.1"].role, states["m1.2"].role} == {"gone"}
    assert states["m3.4"].role == ""
    assert states["m2.3"].role == states["c0.2.3"].role == "next adjoint"
    assert {states[key].role for key in ("m1.3", "m2.4", "m0.4", "c0.1.2", "c2.3.4")} == {"off"}
    assert spelled(states["formula"].text) == "F′(x) = (∂y/∂c · ∂c/∂b) · ∂b/∂a · ∂a/∂x"


def test_a_choice_does_not_change_what_was_chosen_before() -> None:
    film = FILMS["lecture: chain"]()
    before = after(film, ["c0.1.2"])
    choose(film, before, "c2.3.4")
    assert before == Chosen(("m0.2", "m2.3", "m3.4"), ("c0.1.2",), 200, (("m0.2", 50),), 50)
    assert spelled(formula(film, before, "value")) == "F′(x) = (∂y/∂c · ∂c/∂b) · ∂b/∂a · ∂a/∂x"
