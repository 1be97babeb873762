"""Films of chains: rectangles to scale, prices, formula and meters, orders side by side, the map, J filling up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.analysis.cost_map import CostMap
from advis.films.cost_map import CELL, LEFT, SIDE, TOP, place
from advis.films.draw import lower
from advis.films.film import Film, Group, Ink, Scene, State, spelled, state_at
from advis.films.metrics import text_width
from advis.films.sheets import THINNEST, scale_for
from advis.films.theme import look
from tests.films.chain_films import CHAINS, FILMS, WEIGHTS, every_film, layered, planned, small

Place = tuple[float, float, float, float]


def groups(film: Film, scene: int = 0) -> dict[str, Group]:
    found = {mark.key: mark for mark in film.scenes[scene].marks if isinstance(mark, Group)}
    assert len(found) == len(film.scenes[scene].marks), "one mark for each key"
    return found


def inks(group: Group, *roles: str) -> list[Ink]:
    return [ink for ink in group.inks if ink.role.split()[0] in roles]


def words(group: Group, *roles: str) -> list[str]:
    return [spelled(ink.spans) for ink in inks(group, *roles)]


def sides(group: Group) -> tuple[float, float]:
    """Width and height of a matrix."""
    (sheet,) = inks(group, "sheet")
    return sheet.at[2], sheet.at[3]


# -- to scale


@pytest.mark.parametrize("name", ["small", "layered", "lecture", "twelve factors", "elemental"])
def test_rectangles_are_to_scale(name: str) -> None:
    chain = CHAINS[name]()
    marks = groups(chain.film())
    scale = scale_for(chain.sizes)
    assert not scale.logarithmic
    drawn = 0
    for key, mark in marks.items():
        if key.startswith("m"):
            i, j = map(int, key[1:].split("."))
            for length, size in zip(sides(mark), (chain.sizes[j], chain.sizes[i]), strict=True):
                assert length == pytest.approx(max(size * scale.unit, THINNEST), abs=0.02)
            drawn += 1
    assert drawn >= len(chain.factors)


def test_the_ratio_of_lengths_is_the_ratio_of_sizes() -> None:
    marks = groups(CHAINS["lecture"]().film())
    width, height = sides(marks["m2.3"])  # 50 × 20
    assert height / width == pytest.approx(50 / 20)
    assert sides(marks["m1.2"])[0] / sides(marks["m3.4"])[0] == pytest.approx(50 / 10)


def test_sides_that_differ_too_much_are_on_a_logarithmic_scale_and_that_is_said() -> None:
    for name, said in (("far apart", True), ("thousands", True), ("lecture", False), ("layered", False)):
        film = CHAINS[name]().film()
        texts = [text for mark in groups(film).values() for text in words(mark, "note")]
        assert ("sides on a logarithmic scale" in texts) == said, name
    marks = groups(CHAINS["far apart"]().film())
    assert sides(marks["m0.1"])[0] / sides(marks["m2.3"])[0] == pytest.approx(np.log2(785) / np.log2(33), rel=1e-3)


@pytest.mark.parametrize("name", CHAINS)
def test_inner_sizes_meet(name: str) -> None:
    chain = CHAINS[name]()
    marks = groups(chain.film())
    for k in range(len(chain.factors) - 1):
        assert sides(marks[f"m{k}.{k + 1}"])[0] == sides(marks[f"m{k + 1}.{k + 2}"])[1]
    if len(chain.factors) == 4:  # a product has the height of its left factor and the width of its right one
        assert sides(marks["m0.4"]) == (sides(marks["m3.4"])[0], sides(marks["m0.1"])[1])


def test_a_factor_is_left_of_the_next_and_a_product_between_its_ends() -> None:
    marks = groups(CHAINS["lecture"]().film())
    centres = {key: mark.at[0] + mark.at[2] / 2 for key, mark in marks.items() if key.startswith("m")}
    ends = {key: (mark.at[0], mark.at[0] + mark.at[2]) for key, mark in marks.items() if key.startswith("m")}
    for left, right in pairwise(["m0.1", "m1.2", "m2.3", "m3.4"]):
        assert ends[left][1] < ends[right][0]
    assert centres["m0.1"] < centres["m0.2"] < centres["m1.2"]
    assert centres["m0.2"] < centres["m0.4"] < centres["m3.4"]


@pytest.mark.parametrize("name", FILMS)
def test_marks_never_move(name: str) -> None:
    """What an ink is and where it begins is the same in every state; only a meter grows, to the right."""
    film = FILMS[name]()
    states = [state_at(film, step) for step in range(film.steps + 1)]
    for mark in (mark for scene in film.scenes for mark in scene.marks if isinstance(mark, Group)):
        places = {
            tuple(ink.at[:2] if ink.role.startswith("level") else ink.at for ink in lower(mark, s)) for s in states
        }
        fixed = {tuple(ink.at[:2] if ink.role.startswith("level") else ink.at for ink in mark.inks)}
        off = {tuple(ink.at for ink in mark.inks)}
        assert places <= fixed | off, mark.key


# -- what a matrix shows


def test_small_matrices_show_the_names_and_the_numbers_of_their_entries() -> None:
    chain = small()
    marks = groups(chain.film())
    assert words(marks["m2.3"], "entry") == ["∂b₁/∂a₁", "∂b₁/∂a₂", "∂b₁/∂a₃", "∂b₂/∂a₁", "∂b₂/∂a₂", "∂b₂/∂a₃"]
    assert words(marks["m2.3"], "figure") == ["1", "−2", "0.5", "0.25", "0", "3"]
    assert "∂b₁/∂x₂" in words(marks["m2.4"], "entry")
    assert words(marks["m0.4"], "entry") == ["∂y/∂x₁", "∂y/∂x₂", "∂y/∂x₃"]
    numbers = [float(text.replace("−", "-")) for text in words(marks["m0.4"], "figure")]
    assert numbers == pytest.approx(np.ravel(chain.accumulate().jacobian), rel=5e-3)
    assert words(marks["m2.3"], "caption", "size") == ["∂b/∂a", "2 × 3"]


def test_every_product_shows_its_own_numbers_before_it_is_asked_for() -> None:
    chain = small()
    marks = groups(chain.film())
    a, x = (factor.jacobian for factor in chain.factors[2:])
    numbers = [float(text.replace("−", "-")) for text in words(marks["m2.4"], "figure")]
    assert numbers == pytest.approx(np.ravel(a @ x), abs=5e-4, rel=5e-3)


def test_larger_matrices_are_shaded_and_their_zeros_are_left_empty() -> None:
    chain = layered()
    marks = groups(chain.film())
    assert not words(marks["m3.4"], "entry", "figure")
    left, top, width, height = marks["m3.4"].at  # ∂b/∂a is diagonal, 20 × 20
    shaded = sorted(cell for ink in inks(marks["m3.4"], "shade") for cell in zip(*[iter(ink.at)] * 4, strict=True))
    expected = [(left + width * k / 20, top + height * k / 20, width / 20, height / 20) for k in range(20)]
    assert np.allclose(shaded, expected, atol=0.02)
    first = inks(marks["m4.5"], "shade")  # dense: no cell is empty
    assert sum(w * h for ink in first for _, _, w, h in zip(*[iter(ink.at)] * 4, strict=True)) == pytest.approx(
        marks["m4.5"].at[2] * marks["m4.5"].at[3], rel=0.01
    )


def test_darker_is_larger() -> None:
    (mark,) = [mark for key, mark in groups(layered().film()).items() if key == "m0.1"]
    matrix = np.abs(layered().factors[0].jacobian)
    levels = {}
    for ink in inks(mark, "shade"):
        for x, y, wide, high in zip(*[iter(ink.at)] * 4, strict=True):
            i = round((y - mark.at[1]) / high)
            first = (x - mark.at[0]) / (mark.at[2] / 8)
            for j in range(round(first), round(first + wide / (mark.at[2] / 8))):
                levels[i, j] = int(ink.role[-1])
    ranked = sorted(levels, key=lambda cell: matrix[cell])
    assert len(ranked) == 24
    assert [levels[cell] for cell in ranked] == sorted(levels.values())
    assert levels[ranked[-1]] == 5


@pytest.mark.parametrize("name", ["elemental", "lecture", "far apart", "numbers"])
def test_a_planned_chain_has_no_numbers(name: str) -> None:
    for make in (CHAINS[name]().film, CHAINS[name]().accumulate("forward").film, CHAINS[name]().by_columns().film):
        film = make()
        assert not [ink for mark in groups(film).values() for ink in inks(mark, "figure", "shade")]
    if name == "elemental":
        assert words(groups(CHAINS[name]().film())["m1.2"], "entry") == ["∂b/∂a₁", "∂b/∂a₂", "∂b/∂a₃"]


def test_structure_is_said() -> None:
    marks = groups(small().film())
    assert [words(marks[f"m{k}.{k + 1}"], "size") for k in range(4)] == [
        ["1 × 2"],
        ["2 × 2 · diagonal"],
        ["2 × 3"],
        ["3 × 3 · diagonal"],
    ]
    identity = av.chain(av.compose(np.sum, lambda a: a + 1.0, np.sin), np.ones(3))
    assert words(groups(identity.film())["m1.2"], "size") == ["3 × 3 · identity"]


def test_where_sweeps_go_through_a_factor_it_is_a_stage_without_a_matrix() -> None:
    marks = groups(FILMS["small: matrix-free reverse"]())
    assert words(marks["s2"], "size") == ["2 × 3 · stage"]
    assert not words(marks["s2"], "figure")
    assert words(marks["m0.3"], "figure")


# -- formula, meters, sentence


@pytest.mark.parametrize(
    "order", ["forward", "reverse", "optimal", "(F4 (F3 F2)) F1", "F4 ((F3 F2) F1)", "(F4 F3) (F2 F1)"]
)
def test_the_formula_ends_as_the_bracketing(order: str) -> None:
    accumulated = planned([3, 4, 50, 20, 10]).accumulate(order)
    film = accumulated.film()
    said = spelled(state_at(film, film.steps)["formula"].text)
    names = {"F4": "∂y/∂c", "F3": "∂c/∂b", "F2": "∂b/∂a", "F1": "∂a/∂x"}
    expected = re.sub(r"F\d", lambda match: names[match[0]], accumulated.bracketing).replace(" ", " · ")
    assert said == f"F′(x) = {expected}"
    assert spelled(state_at(film, 0)["formula"].text) == "F′(x) = ∂y/∂c · ∂c/∂b · ∂b/∂a · ∂a/∂x"


def test_the_formula_of_vectors_says_so() -> None:
    first, last = (state_at(FILMS["small: jvp"](), step)["formula"].text for step in (0, 4))
    assert spelled(first) == "F′(x) v = ∂y/∂c · ∂c/∂b · ∂b/∂a · ∂a/∂x · v"
    assert spelled(last) == "F′(x) v = ∂y/∂c · (∂c/∂b · (∂b/∂a · (∂a/∂x · v)))"
    last = state_at(FILMS["small: vjp"](), 4)["formula"].text
    assert spelled(last) == "uᵀ F′(x) = (((u · ∂y/∂c) · ∂c/∂b) · ∂b/∂a) · ∂a/∂x"


def test_one_factor_is_a_still_picture_with_its_formula() -> None:
    film = CHAINS["one factor"]().film()
    assert film.steps == 0
    assert spelled(state_at(film, 0)["formula"].text) == "F′(x) = ∂y/∂x"
    assert not film.choices
    assert "orders" not in film.data, "there is nothing to switch between"


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("order", ["forward", "reverse", "optimal"])
def test_the_meter_ends_at_the_fma_and_the_peak(name: str, order: str) -> None:
    chain = CHAINS[name]()
    accumulated = chain.accumulate(order)
    film = accumulated.film()
    assert film.steps == len(chain.factors) - 1
    last = state_at(film, film.steps)["spent"]
    assert last.text == f"{accumulated.fma:,} fma · peak {accumulated.peak_entries:,} entries"
    assert last.level == (1.0 if accumulated.fma else 0.0)
    levels = [state_at(film, step)["spent"].level for step in range(film.steps + 1)]
    assert levels == sorted(levels)
    assert levels[0] == 0.0


def test_the_lecture_film_has_the_numbers_of_the_lecture() -> None:
    film = CHAINS["lecture"]().film()
    marks = groups(film)
    assert [order["label"] for order in film.data["orders"]] == ["forward", "reverse", "optimal", "my own"]
    meters = {key.removeprefix("order "): words(mark, "meter") for key, mark in marks.items() if "order " in key}
    assert meters["forward"] == ["12,040 fma · peak 540 entries"]
    assert meters["reverse"] == ["1,400 fma · peak 70 entries"]
    assert words(marks["c2.3.4"], "price") == ["50 · 20 · 10", "10,000 fma"]
    assert marks["c2.3.4"].more == "∂b/∂a times ∂a/∂x: 50 · 20 · 10 = 10,000 fma. It leaves 50 × 10 entries."


def test_the_bars_of_the_orders_are_proportional_to_their_costs() -> None:
    marks = groups(CHAINS["lecture"]().film())
    (slot,), (forward,) = (inks(marks["order forward"], role) for role in ("slot", "bar"))
    (reverse,) = inks(marks["order reverse"], "bar")
    assert forward.at[2] == slot.at[2]  # the dearest fills its slot
    assert reverse.at[2] / forward.at[2] == pytest.approx(1400 / 12040, abs=1e-3)


# -- geometry


def box_of(ink: Ink) -> list[Place]:
    """The rectangles that an ink covers; of a text a little less than it may need in the widest font."""
    if ink.tag == "rect":
        left, top, width, height, _ = ink.at
        return [(left, top, left + width, top + height)]
    if ink.tag == "tiles":
        return [(x, y, x + w, y + h) for x, y, w, h in zip(*[iter(ink.at)] * 4, strict=True)]
    if ink.tag == "text":
        text = spelled(ink.spans)
        size = float(look(ink.role).get("font-size", "15px").removesuffix("px"))
        width = 0.9 * text_width(text, size)
        left = ink.at[0] - {"start": 0.0, "middle": width / 2, "end": width}[ink.anchor]
        return [(left, ink.at[1] - 0.75 * size, left + width, ink.at[1] + 0.2 * size)] if text.strip() else []
    xs, ys = ink.at[::2], ink.at[1::2]
    return [(min(xs), min(ys), max(xs), max(ys))] if xs else []


@cache
def is_hidden(role: str) -> bool:
    return role == "off" or look(role).get("display") == "none"


def seen(scene: Scene, states: dict[str, State]) -> Iterator[tuple[str, Ink, Place]]:
    for mark in scene.marks:
        if isinstance(mark, Group):
            for ink in lower(mark, states):
                if not is_hidden(ink.role):
                    for box in box_of(ink):
                        yield mark.key, ink, box


def overlap(a: Place, b: Place) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 3.0 and min(a[3], b[3]) - max(a[1], b[1]) > 3.0


BACKDROPS = ("area", "found", "slot")
"""What a text may stand on: the map's shades, the filled part of J."""


def faults(film: Film, steps: Any) -> Iterator[str]:
    """What lies outside a drawing, or covers a text of another mark."""
    for scene in film.scenes:
        if scene.kind != "drawing":
            continue
        for step in steps:
            visible = list(seen(scene, state_at(film, step)))
            for key, ink, (left, top, right, bottom) in visible:
                if left < -0.5 or top < -0.5 or right > scene.width + 0.5 or bottom > scene.height + 0.5:
                    yield f"{scene.name}, step {step}: {ink.role} {spelled(ink.spans)!r} of {key} is outside"
            texts = [(key, ink, box) for key, ink, box in visible if ink.tag == "text"]
            solid = [
                (key, ink, box)
                for key, ink, box in visible
                if ink.tag in ("rect", "tiles", "text")
                and "gone" not in ink.role
                and not ink.role.startswith(BACKDROPS)
            ]
            for key, text, box in texts:
                for other, ink, covered in solid:
                    if other != key and (other, key[0]) != ("J", "j") and overlap(box, covered):
                        yield f"{scene.name}, step {step}: {spelled(text.spans)!r} of {key} meets {ink.role} of {other}"


EVERY = [(chain, name) for chain in CHAINS for name in every_film(CHAINS[chain]())]


@pytest.mark.parametrize(("chain", "name"), EVERY, ids=lambda part: part)
def test_nothing_is_outside_or_covers_a_text(chain: str, name: str) -> None:
    film = every_film(CHAINS[chain]())[name]()
    steps = sorted({0, 1, film.steps // 2, max(film.steps - 1, 0), film.steps} & set(range(film.steps + 1)))
    assert list(faults(film, steps)) == []


def test_the_map_has_nothing_outside_either() -> None:
    for film in (FILMS["lecture: map"](), planned([1, 10**6, 10**6, 1]).map().film()):
        assert list(faults(film, [0])) == []


# -- orders side by side


def test_orders_stand_side_by_side_and_step_together() -> None:
    film = CHAINS["lecture"]().compare().film()
    assert [scene.name for scene in film.scenes] == ["orders", "chart"]
    last = state_at(film, film.steps)
    assert last["forward.spent"].text == "12,040 fma · peak 540 entries"
    assert last["reverse.spent"].text == "1,400 fma · peak 70 entries"
    assert last["forward.spent"].level / last["reverse.spent"].level == pytest.approx(12040 / 1400, rel=1e-2)
    middle = state_at(film, 1)
    assert set(middle["forward.m2.4"].role.split()) >= {"active", "tangent"}
    assert set(middle["reverse.m0.2"].role.split()) >= {"active", "adjoint"}
    assert spelled(middle["say"].text).startswith("Step 1 of 3. forward 10,000 fma · peak 500 entries; reverse 200 fma")
    assert "optimal.spent" not in last, "here it is the reverse order"
    assert any(key.startswith("optimal.") for key in state_at(planned([30, 35, 15, 5, 10]).compare().film(), 0))


def test_the_rails_of_a_comparison_are_to_one_scale() -> None:
    marks = groups(planned([30, 35, 15, 5, 10]).compare().film())
    assert sides(marks["forward.m0.1"]) == sides(marks["reverse.m0.1"]) == sides(marks["optimal.m0.1"])


@pytest.mark.parametrize("chain", ["lecture", "elemental", "layered", "thousands"])
def test_the_bars_of_a_comparison_are_proportional_or_logarithmic_and_that_is_said(chain: str) -> None:
    comparison = CHAINS[chain]().compare()
    film = comparison.film()
    marks = groups(film, scene=len(film.scenes) - 1)
    headings = words(marks["heading"], "heading")
    for column, numbers in ((0, [r.fma for r in comparison.rows]), (1, [r.peak_entries for r in comparison.rows])):
        bars = [inks(marks[f"row {row.label}"], "bar")[column].at[2] for row in comparison.rows]
        said = headings[column + 1].endswith("on a logarithmic scale")
        assert said == (max(numbers) > 60 * min(n for n in numbers if n))
        shares = np.log1p(numbers) / np.log1p(max(numbers)) if said else np.array(numbers) / max(numbers)
        assert np.allclose(np.array(bars) / max(bars), shares, atol=0.01)


def test_every_row_of_a_comparison_says_its_cost_and_how_many_times_the_cheapest() -> None:
    comparison = CHAINS["lecture"]().compare()
    marks = groups(comparison.film(), scene=1)
    assert words(marks["row forward"], "meter") == ["12,040 · 8.6×", "540"]
    assert words(marks["row reverse"], "meter") == ["1,400 · cheapest", "70"]
    assert len([key for key in marks if key.startswith("row ")]) == len(comparison.rows)


# -- the map


@cache
def the_map(*sizes: int) -> CostMap:
    return planned(sizes).map()


@pytest.mark.parametrize("sizes", [[1, 4, 50, 20, 10], [10, 784, 128, 32, 3]])
def test_the_map_marks_the_chain_where_it_is(sizes: list[int]) -> None:
    shown = the_map(*sizes)
    marks = groups(shown.film())
    x, y, width, height, _ = inks(marks["here"], "here")[0].at
    n, m = sizes[-1], sizes[0]
    right, up = ((x + width / 2 - LEFT) / SIDE, (TOP + SIDE - y - height / 2) / SIDE)
    assert (10 ** (right * shown.decades), 10 ** (up * shown.decades)) == pytest.approx((n, m), rel=1e-3)
    assert words(marks["here"], "place") == [f"n = {n:,}, m = {m:,}"]


def test_forward_and_reverse_cost_the_same_on_the_crossing_line() -> None:
    shown = the_map(1, 4, 50, 20, 10)
    (line,) = groups(shown.film())["crossing"].inks
    places = list(zip(line.at[::2], line.at[1::2], strict=True))
    assert len(places) > 100
    between = 4 * 50 + 50 * 20
    for x, y in places:
        n, m = (10 ** (shown.decades * share) for share in ((x - LEFT) / SIDE, (TOP + SIDE - y) / SIDE))
        forward, reverse = n * (between + m * 4), m * (between + n * 20)
        assert forward == pytest.approx(reverse, rel=2e-3)


def test_the_shades_of_the_map_say_who_is_cheaper_and_by_how_much() -> None:
    shown = the_map(1, 4, 50, 20, 10)
    film = shown.film()
    areas = [ink for key, mark in groups(film).items() if key.startswith("area ") for ink in mark.inks]
    voices = {}
    for ink in areas:
        for x, y, wide, high in zip(*[iter(ink.at)] * 4, strict=True):
            i = round((TOP + SIDE - y - high) / CELL)
            for j in range(round((x - LEFT) / CELL), round((x + wide - LEFT) / CELL)):
                assert (i, j) not in voices, "one shade for each cell"
                voices[i, j] = ink.role.split()[1:]
    for i, m in enumerate(shown.axis):
        for j, n in enumerate(shown.axis):
            between = 4 * 50 + 50 * 20
            times = m * (between + n * 20) / (n * (between + m * 4))
            voice, level = voices.get((i, j), ("", ""))
            assert voice == ("" if 1 / 1.05 < times < 1.05 else "tangent" if times > 1 else "adjoint")
            by = max(times, 1 / times)
            assert level == ("" if not voice else "s1" if by < 2 else "s2" if by < 5 else "s3" if by < 20 else "s4")


def test_the_axes_of_the_map_have_powers_of_ten_at_their_places() -> None:
    shown = the_map(1, 4, 50, 20, 10)
    ticks = inks(groups(shown.film())["axes"], "tick")
    for ink in ticks:
        size = int(spelled(ink.spans).replace(",", ""))
        x, y = place(shown, size, size)
        assert ink.at[0] == x if ink.anchor == "middle" else ink.at[1] == y + 5.0
    assert {spelled(ink.spans) for ink in ticks} == {f"{10**power:,}" for power in range(shown.decades + 1)}


# -- J filling up


@pytest.mark.parametrize("chain", [small, layered])
@pytest.mark.parametrize("direction", ["columns", "rows"])
def test_after_step_k_exactly_k_parts_of_j_are_there(chain: Any, direction: str) -> None:
    assembly = chain().by_columns() if direction == "columns" else chain().by_rows()
    film = assembly.film()
    parts = [key for key in groups(film) if re.fullmatch(r"j\d+", key)]
    assert len(parts) == film.steps
    for step in range(film.steps + 1):
        states = state_at(film, step)
        assert [key for key in parts if states[key].role != "off"] == parts[:step]
        assert [key for key in parts if states[key].role.startswith("active")] == parts[step - 1 : step][:step]
        hot = [key for key in groups(film) if key.startswith("one") and states[key].role != "off"]
        assert hot == ([f"one{step - 1}"] if step else [])
    assert state_at(film, film.steps)["spent"].text == (
        f"{assembly.fma:,} fma · peak {assembly.peak_entries:,} entries"
    )
    assert state_at(film, film.steps)["spent"].level == 1.0


def test_the_numbers_that_fill_j_are_those_of_the_jacobian() -> None:
    chain = av.chain(av.compose(np.tanh, lambda a: WEIGHTS @ a, np.sin), np.array([0.3, 1.0, -2.0]))
    jacobian = chain.accumulate().jacobian
    for film, parts in ((chain.by_columns().film(), jacobian.T), (chain.by_rows().film(), jacobian)):
        marks = groups(film)
        for k, part in enumerate(parts):
            numbers = [float(text.replace("−", "-")) for text in words(marks[f"j{k}"], "figure")]
            assert numbers == pytest.approx(part, rel=3e-2)  # where the room is small, two digits
    assert words(groups(chain.by_columns().film())["j1"], "entry") == ["∂y₁/∂x₂", "∂y₂/∂x₂"]


def test_the_parts_of_j_tile_its_rectangle_and_the_hot_entries_the_vector() -> None:
    for film, axis in ((layered().by_columns().film(), 2), (layered().by_rows().film(), 3)):
        marks = groups(film)
        (whole,), (vector,) = inks(marks["J"], "sheet"), inks(marks["vector"], "sheet")
        found = [inks(mark, "found")[0].at for key, mark in marks.items() if re.fullmatch(r"j\d+", key)]
        hot = [inks(mark, "hot")[0].at for key, mark in marks.items() if key.startswith("one")]
        assert sum(at[axis] for at in found) == pytest.approx(whole.at[axis], abs=0.3)
        assert sum(at[5 - axis] for at in hot) == pytest.approx(vector.at[5 - axis], abs=0.3)
        assert all(at[5 - axis] == whole.at[5 - axis] for at in found)
        for before, after in pairwise(found):
            assert after[axis - 2] == pytest.approx(before[axis - 2] + before[axis], abs=0.03)


def test_many_sweeps_share_a_step() -> None:
    assembly = planned([3, 4, 1000]).by_columns()
    film = assembly.film()
    assert film.steps <= 24
    assert spelled(state_at(film, 1)["say"].text) == "Step 1 of 24. Columns 1 to 42 of J, from 42 JVPs."
    assert state_at(film, film.steps)["spent"].text == f"{assembly.fma:,} fma · peak {assembly.peak_entries:,} entries"


# -- rail and graph together


def with_constants() -> Any:
    """A chain whose first and last stages bring constants along: no sweep visits those."""
    matrix = np.arange(6.0).reshape(2, 3)
    return av.chain(av.compose(lambda z: np.sum(z**2), np.sin, lambda x: matrix @ x), np.ones(3))


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("chain", [small, layered, with_constants])
def test_a_product_appears_on_the_rail_exactly_when_its_stage_has_been_passed(chain: Any, direction: str) -> None:
    shown = chain().sweep(direction)
    film = shown.film()
    count = len(chain().factors)
    turns = {step.node.index for step in shown.sweep.steps}
    stages = [turns.intersection(factor.stage.nodes) for factor in chain().factors]
    assert all(stages)
    visited: set[int] = set()
    for step in range(film.steps + 1):
        if 0 < step <= len(shown.sweep.steps):
            visited.add(shown.sweep.steps[step - 1].node.index)
        states = state_at(film, step)
        spans = [(count - k, count) if direction == "forward" else (0, k) for k in range(2, count + 1)]
        made = [span for span in spans if states[f"rail.m{span[0]}.{span[1]}"].role != "off"]
        passed = [span for span in spans if all(stages[k] <= visited for k in range(*span))]
        if step <= len(shown.sweep.steps):
            assert made == passed[-1:], step  # it takes the place of the one before
    assert made == [(0, count)]
    assert [scene.name for scene in film.scenes][:2] == ["rail", "graph"]


def test_whole_matrices_travel_on_the_graph() -> None:
    """The result of the sweep in the film is the Jacobian of the rail."""
    chain = layered()
    jacobian = chain.accumulate().jacobian
    assert np.allclose(chain.sweep("reverse").sweep.result, jacobian)
    assert np.allclose(chain.sweep("forward").sweep.result, jacobian.T)


def test_what_is_not_finite_is_crossed_out_and_said() -> None:
    weights = np.arange(1.0, 65.0).reshape(8, 8)
    weights[2, 3], weights[4, 4] = np.nan, np.inf
    film = av.chain(av.compose(lambda h: weights @ h, np.tanh), np.ones(8)).film()
    marks = groups(film)
    assert any("not finite" in word for word in words(marks["m0.1"], "size"))
    assert inks(marks["m0.1"], "odd")
    assert not inks(marks["m1.2"], "odd")
    product = marks["m0.2"]
    covered = sum(width * height for _, _, width, height in zip(*[iter(inks(product, "odd")[0].at)] * 4, strict=True))
    assert covered > 0


def test_a_million_beside_ones_is_still_a_picture() -> None:
    for sizes in ([1, 10**6, 10**6], [10**6, 10**6, 1], [10**4, 10**4, 1]):
        film = planned(sizes).film()
        widths = [sides(groups(film)[f"m{k}.{k + 1}"]) for k in range(len(sizes) - 1)]
        assert max(max(pair) for pair in widths) > 100
        assert "scale" in groups(film), "the picture says that its scale is logarithmic"


def test_the_crossing_line_reaches_the_edge_of_the_map() -> None:
    film = av.chain(shapes=[(1, 1000), (1000, 3), (3, 5000), (5000, 2)]).map().film()
    line = groups(film)["crossing"].inks[0].at
    assert max(line[::2]) == pytest.approx(LEFT + SIDE)
    assert all(a <= b + 1e-9 for a, b in zip(line[::4], line[2::4], strict=True)), "it goes to the right"


def test_the_map_is_right_at_every_point() -> None:
    cost_map = av.chain(shapes=[(2, 7), (7, 3), (3, 9), (9, 4), (4, 5)]).map()
    for i in range(0, len(cost_map.axis), 6):
        for j in range(0, len(cost_map.axis), 6):
            wanted = cost_map.costs(cost_map.axis[j], cost_map.axis[i])
            np.testing.assert_allclose(cost_map.grid[:, i, j], wanted)


def test_a_chain_with_folded_stages_steps_its_rail_when_the_sweep_has_passed_one() -> None:
    def many(x: Any) -> Any:
        for _ in range(150):
            x = np.sin(x)
        return x

    film = av.chain(av.compose(many, many, many), np.ones(2)).sweep("forward").film()
    assert film.steps == 451
    spent = [state_at(film, step)["rail.spent"].text.partition(" ")[0] for step in (0, 150, 299, 300, 449, 450, 451)]
    assert spent == ["0", "0", "0", "8", "8", "16", "16"]
    assert [block.label for block in film.blocks][:3] == ["many", "many", "many"]
