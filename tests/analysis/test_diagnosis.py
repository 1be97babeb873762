"""The diagnosis: judged on faulty and clean programs; what it says of each kind of finding; its picture; its speed."""

import time

import numpy as np
import pytest
from clean import CLEAN
from faulty import FAULTY
from gallery import GALLERY

import advis as av
from advis.analysis.separators import separator
from advis.films.film import Box, Group, state_at

MISSED = {"cancellation", "penalised_rounding"}
ALARMS = {"target_network", "product_with_zero", "piecewise"}
"""What docs/diagnosis.md publishes; a change for the better or the worse has to be written there too."""

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def found_in(case):
    diagnosis = av.diagnose(case.program, *case.arguments)
    return any(f.kind == case.kind and f.line is not None and case.line in f.line.text for f in diagnosis.findings)


def test_the_score_on_thirty_faulty_and_thirty_clean_programs():
    missed = {case.program.__name__ for case in FAULTY if not found_in(case)}
    alarms = {case.program.__name__ for case in CLEAN if not av.diagnose(case.program, *case.arguments).clean}
    print(f"missed {len(missed)} of {len(FAULTY)}: {sorted(missed)}")
    print(f"false alarms at {len(alarms)} of {len(CLEAN)}: {sorted(alarms)}")
    assert (len(FAULTY), len(CLEAN)) == (30, 30)
    assert missed == MISSED
    assert alarms == ALARMS


@pytest.mark.parametrize("name", GALLERY)
def test_programs_that_were_written_for_other_purposes_are_clean(name):
    function, arguments = GALLERY[name]
    assert av.diagnose(function, *arguments).clean


def only(f, *args, **options):
    (finding,) = av.diagnose(f, *args, **options).findings
    return finding


# -- blocked


@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("round", lambda x: np.round(x) * 2.0),
        ("floor", lambda x: np.floor(x) * 2.0),
        ("ceil", lambda x: np.ceil(x) * 2.0),
        ("trunc", lambda x: np.trunc(x) * 2.0),
        ("sign", lambda x: np.sign(x) * 2.0),
        ("floor_divide", lambda x: x // 0.3 * 2.0),
        ("greater", lambda x: np.where(x > 0.0, 1.0, 0.0)),
        ("greater", lambda x: (x > 0.0) * 2.0),
        ("stop_gradient", lambda x: av.stop_gradient(x) * 2.0),
        ("maximum", lambda x: np.maximum(x, 5.0) * 2.0),
        ("minimum", lambda x: np.minimum(x, 0.0) * 2.0),
        ("maximum", lambda x: np.clip(x, 2.0, 3.0) * 2.0),
        ("where", lambda x: np.where(np.array([False]), x, 1.0)),
        ("multiply", lambda x: x * 0.0 + 1.0),
        ("tanh", lambda x: np.tanh(x * 40.0)),
        ("exp", lambda x: np.exp(-1000.0 * x) + 1.0),
        ("divide", lambda x: 1.0 / (1.0 + np.exp(40.0 * x)) + 1.0),
    ],
)
def test_a_wall_is_named_with_its_node(name, f):
    finding = only(f, 1.2)
    assert finding.kind == "blocked"
    assert finding.node.primitive.name == name
    assert [node.name for node in finding.inputs] == ["x"]
    assert finding.cut == (finding.node,)
    assert finding.cure
    assert finding.line.line == 1


def test_the_smallest_set_of_walls_separates():
    def f(x, y):
        a, b = np.sin(x), np.cos(x)
        return np.floor(np.round(a) + np.round(b) + y)

    finding = only(f, 1.2, 0.7)
    assert [node.primitive.name for node in finding.cut] == ["floor"]
    assert {node.name for node in finding.inputs} == {"x", "y"}
    assert len(finding.walls) == 3


def test_several_ways_need_several_walls():
    def f(x, w):
        return np.round(x) * w + np.sign(x) * w

    finding = only(f, 1.2, 0.7)
    assert [node.primitive.name for node in finding.cut] == ["round", "sign"]
    assert "2 ways to the result end at" in finding.message


def test_the_cut_is_as_small_as_trying_all_sets_finds_it():
    """Random graphs, against brute force."""
    rng = np.random.default_rng(3)
    for _ in range(60):
        count = int(rng.integers(4, 10))
        users = [[v for v in range(u + 1, count) if rng.random() < 0.5] for u in range(count)]
        walls = [v for v in range(1, count) if rng.random() < 0.6]
        cut = separator([0], [count - 1], users, lambda parent, node, walls=walls: node in walls)
        sizes = [bin(k).count("1") for k in range(2 ** len(walls)) if not reaches(users, walls, k)]
        assert (None if cut is None else len(cut)) == (min(sizes) if sizes else None)
        if cut is not None:
            assert not reaches(users, walls, sum(2**k for k, wall in enumerate(walls) if wall in cut))


def reaches(users, walls, chosen):
    closed = {wall for k, wall in enumerate(walls) if chosen >> k & 1}
    known, waiting = {0}, [0]
    while waiting:
        for user in users[waiting.pop()]:
            if user not in known and user not in closed:
                known.add(user)
                waiting.append(user)
    return len(users) - 1 in known


def test_what_the_derivative_goes_around_is_a_note():
    diagnosis = av.diagnose(lambda x: x - np.floor(x), 2.3)
    assert diagnosis.clean
    assert "the derivative goes other ways" in diagnosis.notes[0].message


def test_the_threshold_of_saturation_can_be_turned():
    assert av.diagnose(np.tanh, 5.0).clean
    assert av.diagnose(np.tanh, 5.0, flat=1e-2).blocked[0].partial == pytest.approx(1 - np.tanh(5.0) ** 2)


def test_units_that_are_off_in_every_row_are_counted():
    x = np.random.default_rng(0).normal(size=(8, 3))
    finding = only(lambda b: np.sum(np.maximum(x + b, 0.0) ** 2), np.array([0.0, -9.0, 0.0]))
    assert "1 of 3 units" in finding.message
    assert "[…, 1]" in finding.message


# -- poison


@pytest.mark.parametrize(
    ("pattern", "f", "x"),
    [
        ("log 0", np.log, 0.0),
        ("log of a negative number", np.log, -1.0),
        ("log 0", np.log1p, -1.0),
        ("root of a negative number", np.sqrt, -1.0),
        ("root of a negative number", lambda x: x**0.5, -1.0),
        ("division by 0", lambda x: 1.0 / x, 0.0),
        ("division by 0", lambda x: x**-2.0, 0.0),
        ("0 / 0", lambda x: np.sin(x) / x, 0.0),
        ("overflow", lambda x: np.exp(x), 1000.0),
        ("overflow", lambda x: x**200.0, 1000.0),
        ("0 · ∞", lambda x: x * np.inf, 0.0),
        ("outside of its domain", np.arcsin, 1.5),
        ("given", lambda x: x * 2.0, np.nan),
    ],
)
def test_a_value_that_is_not_finite_has_a_pattern_and_a_cure(pattern, f, x):
    finding = av.diagnose(f, x).findings[0]
    assert (finding.kind, finding.among, finding.pattern) == ("poison", "values", pattern)
    assert finding.cure


@pytest.mark.parametrize(
    ("pattern", "f", "x"),
    [
        ("sqrt' at 0", np.sqrt, 0.0),
        ("power' at 0", lambda x: x**0.5, 0.0),
        ("slope at the end of its domain", np.arccos, 1.0),
        ("0 · ∞", lambda x: np.sqrt(x * x), 0.0),
        ("untaken side of where", lambda x: np.where(x > 0.0, np.sqrt(x), 0.0), 0.0),
        ("untaken side of where", lambda x: np.where(x > 0.0, np.log(x), 0.0), 0.0),
        ("untaken side of where", lambda x: np.where(x > 0.0, 1.0 / x, 0.0) + x, 0.0),
    ],
)
def test_an_adjoint_that_is_not_finite_has_a_pattern_and_a_cure(pattern, f, x):
    finding = next(found for found in av.diagnose(f, x).findings if found.kind == "poison")
    if pattern == "0 · ∞":  # the adjoint that sqrt hands back is infinite, x · x makes it 0 · ∞
        assert finding.pattern == "sqrt' at 0"
    else:
        assert (finding.among, finding.pattern) == ("adjoints", pattern)
    assert finding.cure


def test_the_first_bad_value_is_named_with_the_smallest_subgraph():
    def f(x, y):
        a = np.exp(y) * 2.0
        b = x - 1.0
        c = np.log(b)
        return a + c * y

    finding = av.diagnose(f, 1.0, 2.0).findings[0]
    assert finding.node.name == "c"
    assert [finding.node.tape[k].name for k in finding.path] == ["x", "b", "c"]
    assert finding.line.text == "c = np.log(b)"


def test_infinity_that_becomes_nan_further_on_is_followed():
    finding = av.diagnose(lambda z: np.exp(z)[0] / np.sum(np.exp(z)), np.array([800.0, 1.0])).findings[0]
    assert finding.pattern == "overflow"
    assert "becomes nan" in finding.message
    assert "∞ / ∞" in finding.message


def test_the_untaken_side_names_the_where_and_that_forward_mode_passes():
    finding = only(lambda x: np.sum(np.where(x > 0.0, np.sqrt(x), 0.0)), np.array([4.0, 0.0]))
    assert finding.element == (1,)
    assert "does not take this side" in finding.message
    assert "a forward sweep passes" in finding.message


def test_infinity_that_the_program_brought_is_no_poison():
    assert av.diagnose(lambda x: np.max(np.where(np.array([True, False]), x, -np.inf)), np.array([1.0, 2.0])).clean


# -- dead inputs


@pytest.mark.parametrize(
    ("cause", "f", "args"),
    [
        ("unused", lambda x, y: x * 2.0, (1.0, 2.0)),
        ("steers", lambda x, y: x * 2.0 if y > 0.0 else x, (1.0, 2.0)),
        ("unread elements", lambda x: x[0] * x[2], (np.arange(1.0, 4.0),)),
        ("zero factor", lambda x, y: x * y + y, (1.0, 0.0)),
        ("cancels", lambda x, y: (x - x) * y + y, (1.0, 2.0)),
    ],
)
def test_a_dead_input_has_a_cause(cause, f, args):
    finding = next(found for found in av.diagnose(f, *args).findings if found.kind == "dead input")
    assert finding.cause == cause
    assert finding.line is not None


def test_a_minimum_is_a_note():
    diagnosis = av.diagnose(lambda x: (x - 2.0) ** 2, 2.0)
    assert diagnosis.clean
    assert diagnosis.dead_inputs[0].cause == "at rest"


# -- kinks


@pytest.mark.parametrize(
    ("f", "x", "used", "sides"),
    [
        (np.abs, 0.0, "0", ("−1", "1")),
        (lambda x: np.maximum(x, 0.0), 0.0, "½ (maximum of two equal numbers shares it)", ("0", "1")),
        (lambda x: np.clip(x, 0.0, 1.0), 1.0, "½ (clip at its bound shares it)", ("0", "1")),
        (np.max, np.array([1.0, 1.0, 0.0]), "1/2 for each of 2 that tie", None),
        (np.linalg.norm, np.zeros(2), "0", None),
        (lambda x: np.hypot(x, 0.0 * x), 0.0, "0", None),
        (lambda x: x % 1.0, 2.0, "1", ("a jump by 1",)),
        (np.median, np.array([1.0, 2.0, 2.0]), "that of the order in which they were sorted", None),
        (
            lambda x: np.nanquantile(x, 0.5),
            np.array([1.0, 2.0, 2.0]),
            "that of the order in which they were sorted",
            None,
        ),
    ],
)
def test_a_kink_says_which_slope_was_used(f, x, used, sides):
    finding = av.diagnose(f, x).kinks[0]
    assert finding.used == used
    assert sides is None or finding.sides == sides


def test_a_kink_at_which_no_derivative_arrives_is_a_note():
    def logsumexp(z):
        largest = np.max(z)
        return largest + np.log(np.sum(np.exp(z - largest)))

    diagnosis = av.diagnose(logsumexp, np.zeros(3))
    assert diagnosis.clean
    assert "does not matter" in diagnosis.kinks[0].message


# -- branches


def step(x):
    return x * x + 1.0 if x > 1.0 else x * x


def test_a_branch_has_its_operands_margin_and_jump():
    finding = only(step, 0.9995)
    assert finding.kind == "branch"
    assert finding.operands == (0.9995, 1.0)
    assert finding.margin == pytest.approx(5e-4)
    assert finding.jump == pytest.approx(1.0, rel=1e-6)
    assert finding.line.text == "return x * x + 1.0 if x > 1.0 else x * x"


def test_a_branch_that_is_far_away_is_a_note_with_its_margin():
    diagnosis = av.diagnose(step, 0.25)
    assert diagnosis.clean
    assert diagnosis.branches[0].margin == 0.75
    assert diagnosis.branches[0].jump is None
    assert not av.diagnose(step, 0.25, near=4.0).clean


def test_the_margin_of_a_curved_predicate_is_that_of_its_tangent():
    finding = av.diagnose(lambda x, y: x if x * y > 6.0 else y, 2.0, 1.0).branches[0]
    assert finding.margin == pytest.approx(4.0 / np.hypot(2.0, 1.0))
    assert finding.direction == pytest.approx((1.0 / np.hypot(2.0, 1.0), 2.0 / np.hypot(2.0, 1.0)))


def test_a_tape_does_not_know_what_lies_beyond_its_branches():
    finding = only(av.trace(step, 0.9995))
    assert finding.jump is None
    assert "give diagnose the function" in finding.message


def test_a_branch_without_a_jump_is_no_fault():
    def f(x):
        return x * x if x > 1.0 else 2.0 * x - 1.0

    diagnosis = av.diagnose(f, 1.0001)
    assert diagnosis.clean
    assert diagnosis.branches[0].jump == 0.0


def test_a_result_of_another_shape_is_no_crash():
    def f(x):
        return np.stack([x, x]) if x > 1.0 else np.stack([x, x, x])

    assert only(f, 0.9999).jump == np.inf


def test_a_steep_slope_is_no_jump():
    assert av.diagnose(lambda x: np.sqrt(x - 1.0) if x > 1.0 else x * 0.0, 1.0001).branches[0].jump == 0.0


def test_a_mask_near_its_threshold_is_tried_on_the_tape():
    finding = only(av.trace(lambda x: np.sum(np.where(x > 1.0, 2.0 * x, x)), np.array([0.3, 0.9999])))
    assert (finding.kind, finding.use) == ("branch", "mask")
    assert finding.jump == pytest.approx(1.0, rel=1e-3)


def test_a_mask_on_its_threshold_is_tried_both_ways():
    f = lambda x: np.sum(np.where(x > 0.0, x + 1.0, x))  # noqa: E731
    assert only(f, np.array([0.0, 2.0])).jump == pytest.approx(1.0)
    assert av.diagnose(lambda x: np.sum(np.where(x > 0.0, x, 0.0)), np.array([0.0, 2.0])).clean


# -- scale


def test_vanishing_and_exploding_have_a_factor():
    def deep(x, w):
        for _ in range(30):
            x = np.sin(w * x)
        return x

    vanishing, exploding = only(deep, 0.1, 0.3), only(lambda x: deep(x, 6.0), 0.01, exploding=1e3)
    assert (vanishing.trend, exploding.trend) == ("vanishing", "exploding")
    assert vanishing.factor < 1 < exploding.factor
    assert len(vanishing.norms) > 30
    assert av.diagnose(deep, 0.1, 0.3, vanishing=1e-20).clean


def test_an_input_far_away_in_depth_is_told_although_another_is_near():
    def memory(x, w):
        for _ in range(40):
            x = np.tanh(w * x) + 0.1 * w
        return x

    (finding,) = av.diagnose(memory, 0.5, 0.4).findings
    assert finding.trend == "vanishing"
    assert "at x, by a factor" in finding.message


# -- the whole


def test_a_clean_tape_says_so():
    assert (
        str(av.diagnose(lambda x: x * x, 1.5))
        == "diagnosis of lambda(x): clean: a finite derivative reaches every input"
    )


def test_a_diagnosis_leaves_no_sweep_behind_and_is_the_same_each_time():
    tape = av.trace(step, 0.9995)
    assert str(av.diagnose(tape)) == str(av.diagnose(tape))
    assert tape["x"].adjoint is None


def test_a_fault_in_a_loop_is_told_once():
    def f(xs):
        return sum(np.round(xs[k]) for k in range(20))

    assert len(av.diagnose(f, np.linspace(0.1, 3.0, 20)).findings) == 1


def test_containers_vectors_and_seeds():
    def f(params):
        return params["w"] * np.array([1.0, 2.0]), np.round(params["b"])

    assert [node.name for node in only(f, {"w": 2.0, "b": 0.3}).inputs] == ["params.b"]
    assert av.diagnose(lambda x: x * 2.0, np.ones(3), seed=np.ones(3)).clean


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda z: np.abs(z * z), (1 + 2j,)),
        (lambda x: np.sum(x * 2.0), (np.ones(0),)),
        (lambda x: x, (2.0,)),
        (lambda x: (x, x * 2.0), (np.float32(1.0),)),
        (lambda a, b: np.sum(np.maximum(a[:, None], b)), (np.array([1.0, 2.0]), np.array([3.0, 0.0]))),
        (lambda x: av.grad(lambda y: y * y * x)(x), (1.5,)),
    ],
)
def test_unusual_programs_are_clean(f, args):
    assert av.diagnose(f, *args).clean


def test_a_program_without_a_result_has_dead_inputs():
    assert only(lambda x: None, 1.0).cause == "unused"


def test_a_tape_without_source_is_diagnosed_too():
    tape = av.trace(lambda x: np.round(x), 1.2, source=False)
    (finding,) = av.diagnose(tape).findings
    assert finding.line is None


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3.0,), {}, TypeError, "diagnose: the first argument must be a function or a tape, not 3.0"),
        ((av.trace(np.sin, 1.0), 1.0), {}, TypeError, "diagnose: the tape of sin has its arguments already"),
        ((np.sin, 1.0), {"flat": 2.0}, ValueError, "diagnose: flat=2.0 must be a number from 0 to 1"),
        ((np.sin, 1.0), {"near": -1.0}, ValueError, "diagnose: near=-1.0 must be a number, at least 0"),
        ((np.sin, 1.0), {"exploding": 0.5}, ValueError, "diagnose: exploding=0.5 must be a number above 1"),
        ((np.sin, 1.0), {"seed": np.ones(3)}, ValueError, "diagnose: the seed carries 3 vectors at once"),
    ],
)
def test_bad_input_is_named_with_the_way_out(arguments, options, error, message):
    with pytest.raises(error, match=message):
        av.diagnose(*arguments, **options)


# -- the picture


def cut(t, scale):
    seen = np.sum(np.where(np.array([0.2, 0.9, 1.4]) > t, 1.0, 0.0))
    return np.abs(np.round(scale * seen) - 3.0) + scale


def test_the_film_has_a_step_for_each_finding_and_marks_by_shape_and_word():
    diagnosis = av.diagnose(cut, 0.5, 1.1)
    film = diagnosis.film()
    assert film.steps == len(diagnosis.findings) + len(diagnosis.notes)
    marks = {mark.key: mark for mark in film.scene("graph").marks if isinstance(mark, Group)}
    wall = diagnosis.findings[0].node.index
    assert marks[f"wall n{wall}"].inks[0].tag == "rect"
    assert marks[f"tag n{wall}"].inks[0].spans[0][1] == "▮ wall"
    assert marks["tag n0"].inks[0].spans[0][1] == "∅ dead"
    assert "wrong" in state_at(film, 1)[f"n{wall}"].role
    assert state_at(film, 1)["n0"].role == "idle"
    assert "(line 2)" in "".join(text for _, text in state_at(film, 1)["say"].text)


def test_what_the_film_says_has_room():
    """Two lines of a player in a notebook."""
    for case in (*FAULTY, *CLEAN):
        film = av.diagnose(case.program, *case.arguments).film()
        for _, state in film.tracks["say"]:
            assert len("".join(text for _, text in state.text)) <= 220, state.text


def test_the_boxes_of_the_film_are_those_of_the_tape():
    diagnosis = av.diagnose(cut, 0.5, 1.1)
    boxes = [mark for mark in diagnosis.film().scene("graph").marks if isinstance(mark, Box)]
    assert boxes == [mark for mark in diagnosis.tape.film().scene("graph").marks if isinstance(mark, Box)]


def test_a_long_program_is_folded_and_its_folds_are_marked():
    def long(x):
        for _ in range(60):
            x = np.tanh(x) * 2.0
        return np.round(x)

    film = av.diagnose(long, 0.3).film()
    assert any("wall" in mark.key for scene in film.scenes for mark in scene.marks if isinstance(mark, Group))


# -- speed


def ten_thousand(x):
    for k in range(1666):
        x = np.sin(x) * 0.9 + np.cos(x) * x
        if k % 100 == 0 and x > 5.0:
            x = x * 0.5
    return np.round(x) + x


def test_a_tape_of_ten_thousand_nodes_takes_about_a_second():
    """The bound is lenient, for a busy machine; tests/benchmarks measures it."""
    tape = av.trace(ten_thousand, 0.7)
    assert len(tape) > 9_900
    start = time.process_time()
    av.diagnose(tape)
    assert time.process_time() - start < 4.0
