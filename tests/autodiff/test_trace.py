"""What tracing records: any Python, the reader's own names, lines and blocks, and nothing that could change later."""

from __future__ import annotations

import contextlib
import copy
import gc
import math
import threading
import weakref
from collections import namedtuple
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import advis as av


class Params(NamedTuple):
    w: Any
    b: Any


def names(tape: av.Tape) -> list[str]:
    """Return the names of all nodes but constants."""
    return [node.name for node in tape if node.primitive.name != "constant"]


# -- containers


def test_nested_containers_in_and_out() -> None:
    def f(params: dict[str, Any], pair: Any) -> dict[str, Any]:
        first, (second,) = pair
        return {"sum": first + params["w"][0], "rest": [second * params["w"][1], Params(params["b"], 3.0)]}

    params = {"w": [np.array([1.0, 2.0]), 3.0], "b": 4}
    tape = av.trace(f, params, (5.0, [6.0]))
    assert [node.name for node in tape.inputs] == ["params.w[0]", "params.w[1]", "params.b", "pair[0]", "pair[1][0]"]
    value = tape.value
    np.testing.assert_array_equal(value["sum"], [6.0, 7.0])
    assert value["rest"] == [18.0, Params(4.0, 3.0)]
    seed = {"sum": np.array([1.0, 10.0]), "rest": [1.0, Params(1.0, 1.0)]}
    by_params, by_pair = tape.reverse(seed).result
    np.testing.assert_array_equal(by_params["w"][0], [1.0, 10.0])
    assert (by_params["w"][1], by_params["b"], by_pair) == (6.0, 1.0, (11.0, [3.0]))


def test_namedtuple_argument_keeps_its_type() -> None:
    tape = av.trace(lambda p: np.sum(p.w) * p.b, Params(np.ones(2), 3.0))
    assert [node.name for node in tape.inputs] == ["p.w", "p.b"]
    gradient = tape.reverse().result
    assert isinstance(gradient, Params)
    assert gradient.b == 2.0


def test_untyped_namedtuple_and_empty_containers() -> None:
    point = namedtuple("point", "x y")
    tape = av.trace(lambda p, nothing: p.x * p.y, point(2.0, 3.0), ())
    assert tape.reverse().result == (point(3.0, 2.0), ())


def test_other_arguments_pass_as_they_are() -> None:
    def f(x: Any, mode: str, flag: bool, nothing: None) -> Any:
        assert flag is True
        assert nothing is None
        return x * 2 if mode == "double" else x

    tape = av.trace(f, 3.0, "double", True, None)
    assert tape.value == 6.0
    assert tape.reverse().result == (2.0, "double", True, None)
    assert tape.forward().result == 2.0


def test_python_integers_become_floats() -> None:
    tape = av.trace(lambda x, n: x / n, 3, np.int64(2))
    assert [type(node.value) for node in tape.inputs] == [float, float]
    assert tape.reverse().result == (0.5, -0.75)


def test_keywords_are_not_differentiated() -> None:
    def f(x: Any, *, power: int, weights: Any) -> Any:
        return np.sum(weights * x**power)

    weights = np.array([1, 2])
    tape = av.trace(f, np.array([3.0, 4.0]), kwargs={"power": 2, "weights": weights})
    assert len(tape.inputs) == 1
    np.testing.assert_array_equal(tape.reverse().result, [6.0, 16.0])
    assert tape["weights"].primitive.name == "constant"


def test_star_arguments_are_named_by_place() -> None:
    tape = av.trace(lambda x, *rest: x * rest[0] * rest[1], 2.0, 3.0, 4.0)
    assert [node.name for node in tape.inputs] == ["x", "rest[0]", "rest[1]"]
    assert tape.reverse().result == (12.0, 8.0, 6.0)


@pytest.mark.parametrize("f", [np.sin, np.square, np.sum])
def test_numpys_own_functions_can_be_traced(f: Any) -> None:
    assert av.trace(f, 2.0).value == f(2.0)


def test_methods_and_callable_objects() -> None:
    class Model:
        def __init__(self) -> None:
            self.scale = 3.0

        def __call__(self, x: Any) -> Any:
            return self.scale * x

        def loss(self, x: Any) -> Any:
            return self(x) ** 2

    assert str(av.trace(Model(), 2.0)).startswith("Model(x): ℝ → ℝ, 1 operation\n")
    assert av.trace(Model().loss, 2.0).reverse().result == 36.0


# -- Python inside f


def test_print_and_format_show_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: Any, v: Any) -> Any:
        print(x, f"{x:.2f}", repr(x * 2), str(v), f"{v[0]:5.1f}")
        return x * v[1]

    f(2.0, np.array([1.0, 2.0]))
    plain = capsys.readouterr().out
    av.trace(f, 2.0, np.array([1.0, 2.0]))
    assert capsys.readouterr().out.replace("np.float64(4.0)", "4.0") == plain


def test_len_unpacking_iteration_and_builtins() -> None:
    def f(x: Any) -> Any:
        a, b, c = x
        total = sum(x) + sum(row * 2 for row in x) + max(a, b) + max(x) + min(x)
        total = total + sum(p * q for p, q in zip(x, reversed(x), strict=True)) + sorted(x)[1]
        return total * len(x) + math.prod([a, b, c]) + abs(a)

    x = np.array([3.0, 1.0, 2.0])
    tape = av.trace(f, x)
    assert tape.value == f(x) == 129.0
    # (a + b + c) · 9 + max · 3 · 2 + min · 3 + 3 · (2 a c + b b) + median · 3 + a b c + a
    np.testing.assert_allclose(tape.reverse().result, [9 + 6 + 12 + 2 + 1, 9 + 3 + 6 + 6, 9 + 18 + 3 + 3])


def test_metadata_are_plain() -> None:
    def f(x: Any) -> Any:
        assert (x.shape, x.ndim, x.size, x.dtype) == ((2, 3), 2, 6, np.float64)
        assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)
        assert type(np.shape(x)) is tuple
        return np.sum(x) + x.shape[1]

    assert av.trace(f, np.zeros((2, 3))).value == 3.0


def test_loops_unroll_and_recursion_works() -> None:
    def power(x: Any, n: int) -> Any:
        return 1.0 if n == 0 else x * power(x, n - 1)

    def f(x: Any) -> Any:
        y = x
        while y < 10:
            y = y * x
        return y + power(x, 4)

    tape = av.trace(f, 3.0)
    assert tape.value == 27 + 81
    assert tape.reverse().result == 27 + 4 * 27


def test_closures_and_globals() -> None:
    scale = np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return np.sum(scale * x)

    tape = av.trace(f, np.ones(2))
    np.testing.assert_array_equal(tape.reverse().result, scale)
    assert tape["scale"].primitive.name == "constant"


def test_branches_with_their_lines() -> None:
    def f(x: Any) -> Any:
        if x > 1:  # noqa: SIM108
            y = x * x
        else:
            y = -x
        while y > 2:
            y = y / 2
        return y

    tape = av.trace(f, 3.0)
    assert [branch.source.line for branch in tape.branches] == [2, 6, 6, 6, 6]
    assert [bool(branch.node.value) for branch in tape.branches] == [True, True, True, True, False]
    assert tape.branches[0].node.expression == "x > 1"
    assert tape.branches[0].source.text == "if x > 1:  # noqa: SIM108"
    assert tape.reverse().result == 6 / 8


def test_index_from_argmax_is_a_branch() -> None:
    def f(x: Any) -> Any:
        best = np.argmax(x)
        return x[best] ** 2 + [10.0, 20.0, 30.0][best]

    tape = av.trace(f, np.array([1.0, 5.0, 2.0]))
    assert tape.value == 45.0
    assert [branch.node.name for branch in tape.branches] == ["best", "best"]
    np.testing.assert_array_equal(tape.reverse().result, [0, 10, 0])


@pytest.mark.parametrize("use", [
    lambda x, c: c[np.argsort(x)],
    lambda x, c: c[x > 1],
    lambda x, c: c[np.argmax(x)],
    lambda x, c: c[int(np.argmax(x)) :],
    lambda x, c: c[np.argmax(x).item()],
    lambda x, c: c[np.argsort(x).tolist()],
    lambda x, c: sum(c[k] for k in np.argsort(x)),
    lambda x, c: math.sqrt(np.count_nonzero(x > 1)),
])  # fmt: skip
def test_positions_and_masks_choose_among_plain_values(use: Any) -> None:
    c = np.array([10.0, 20.0, 30.0])

    def f(x: Any) -> Any:
        chosen = use(x, c)
        return np.sum(chosen) * x[0]

    x = np.array([3.0, 5.0, 2.0])
    tape = av.trace(f, x)
    assert tape.value == f(x)
    assert len(tape.branches) >= 1
    assert tape.branches[0].source.line == 1
    np.testing.assert_array_equal(tape.reverse().result, [np.sum(use(x, c)), 0, 0])


def test_a_mask_written_into_a_plain_array() -> None:
    def f(x: Any) -> Any:
        weights = np.ones(3)
        weights[x > 1] = 10.0
        return np.sum(weights * x)

    np.testing.assert_array_equal(av.trace(f, np.array([0.0, 2.0, 3.0])).reverse().result, [1, 10, 10])


def test_copies_are_the_value_itself() -> None:
    def f(p: dict[str, Any]) -> Any:
        return copy.deepcopy(p)["a"] * copy.copy(p["a"]) * p["a"].copy()

    assert av.trace(f, {"a": 2.0}).reverse().result == {"a": 12.0}


def test_what_becomes_an_array_is_a_constant_array() -> None:
    class Column:
        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            return np.array([1.0, 2.0])

    tape = av.trace(lambda x: np.dot(x * Column(), [3.0, 4.0]), np.ones(2))
    np.testing.assert_array_equal(tape.reverse().result, [3, 8])


def test_a_mask_is_not_a_branch() -> None:
    assert av.trace(lambda x: np.sum(np.where(x > 0, x, 0.0)), np.ones(2)).branches == ()


# -- names


def test_names_of_assignments() -> None:
    def f(x: Any) -> Any:
        a = x * 2
        b = c = a + 1
        b += 3
        if (w := b * c) > 0:
            w = -w
        d: Any = np.sin(w)
        return d

    assert names(av.trace(f, 2.0)) == ["x", "a", "b", "b#2", "w", "v1", "w#2", "d"]


def test_names_of_parallel_assignments() -> None:
    def f(x: Any) -> Any:
        a, b = x * 2, np.sin(x)
        c, d, e = a + b, a - b, a * b
        (g, h) = (c, d * e)
        a, b = b * 3, a * 4
        return a + b + g + h

    assert names(av.trace(f, 2.0)) == ["x", "a", "b", "c", "d", "e", "h", "a#2", "b#2", "v1", "v2", "y"]


def test_names_of_unpacked_items() -> None:
    def f(x: Any) -> Any:
        a, b = x
        first, *_ = x
        for item in x:
            a = a + item
        return a * b * first

    assert names(av.trace(f, np.ones(2)))[:3] == ["x", "a", "b"]
    tape = av.trace(f, np.array([1.0, 2.0]))
    assert (tape["a#1"].value, tape["b"].value, tape["item#2"].value) == (1.0, 2.0, 2.0)


def test_names_of_results_of_helper_functions() -> None:
    def layer(x: Any) -> Any:
        s = x * x
        return np.tanh(s)

    def f(x: Any) -> Any:
        h = layer(x)
        return layer(h)

    assert names(av.trace(f, 2.0)) == ["x", "s", "h", "s#2", "y"]


def test_names_of_composed_functions_go_to_the_result_alone() -> None:
    def f(x: Any) -> Any:
        limited = np.clip(x, 0.0, 1.0)
        product = np.outer(limited, x)
        total = sum([product[0, 0], product[0, 1], product[1, 0]])
        rows = np.concatenate(product)
        return total * rows

    tape = av.trace(f, np.array([0.5, 2.0]))
    np.testing.assert_array_equal(tape["limited"].value, [0.5, 1.0])
    assert tape["product"].shape == (2, 2)
    assert tape["total"].value == 0.25 + 1.0 + 0.5
    assert tape["rows"].shape == (4,)


def test_names_in_loops_count() -> None:
    def f(x: Any) -> Any:
        for _ in range(3):
            x = np.sin(x)
        return x

    tape = av.trace(f, 2.0)
    assert names(tape) == ["x", "x#2", "x#3", "x#4"]
    assert tape["x#1"].index == 0
    assert tape["x#4"].value == np.sin(np.sin(np.sin(2.0)))


def test_names_without_source() -> None:
    def f(x: Any) -> Any:
        a = x * 2
        b = np.sin(a)
        return a * b

    tape = av.trace(f, 2.0, source=False)
    assert names(tape) == ["x", "v1", "v2", "y"]
    assert [(node.source, node.blocks) for node in tape] == [(None, ())] * len(tape)


def test_own_names_never_collide_with_the_readers() -> None:
    def f(v1: Any, y: Any) -> Any:
        v2 = (v1 + y) * 3
        return v2 * v1

    tape = av.trace(f, 2.0, 3.0)
    assert len(set(names(tape))) == len(names(tape))
    assert (tape["v1"].value, tape["v2"].value, tape["y"].value) == (2.0, 15.0, 3.0)


def test_attributes_and_items_give_no_names() -> None:
    class Box:
        value: Any

    def f(x: Any) -> Any:
        box, store = Box(), {}
        box.value = x * 2
        store["k"] = x * 3
        return box.value * store["k"]

    assert names(av.trace(f, 2.0)) == ["x", "v1", "v2", "y"]


def test_names_from_exec() -> None:
    space: dict[str, Any] = {}
    exec("import numpy as np\ndef f(x):\n    a = np.sin(x)\n    b, c = a * 2, a * 3\n    return b * c\n", space)
    tape = av.trace(space["f"], 2.0)
    assert names(tape)[:2] == ["x", "a"]
    assert (tape["a"].source.line, tape["a"].source.text, tape["a"].source.function) == (2, "", "f")
    assert tape.reverse().result == pytest.approx(12 * np.sin(2.0) * np.cos(2.0))


@pytest.mark.parametrize(("module", "file"), [
    ("numpyro.models", "models.py"),
    ("advisory", "advisory.py"),
    ("advis.autodiff.tape", "<doctest>"),
])  # fmt: skip
def test_readers_code_is_told_from_ours(module: str, file: str) -> None:
    space: dict[str, Any] = {"__name__": module}
    exec(compile("def f(x):\n    a = x * 2\n    return float(a)\n", file, "exec"), space)
    with pytest.raises(av.OffTape, match="line 3 of f"):
        av.trace(space["f"], 2.0)
    exec(compile("def g(x):\n    a = x * 2\n    return a + 1\n", file, "exec"), space)
    assert names(av.trace(space["g"], 2.0)) == ["x", "a", "y"]


# -- source and blocks


def test_source_of_an_expression_over_several_lines() -> None:
    def f(x: Any) -> Any:
        y = (
            x * 2
            + np.sin(
                x
            )
        )  # fmt: skip
        return y

    tape = av.trace(f, 2.0)
    product, sine, y = (node.source for node in tape if node.primitive.name in ("multiply", "sin", "add"))
    assert (product.line, product.text) == (3, "x * 2")
    assert (sine.line, sine.text) == (4, "+ np.sin(")
    assert sine.span == (4, 10, 6, 9)
    assert (y.line, y.span) == (3, (3, 8, 6, 9))


def test_source_of_lambda_nested_function_and_comprehension() -> None:
    double = lambda x: 2.0 * x  # noqa: E731

    def f(x: Any) -> Any:
        def inside(z: Any) -> Any:
            t = z + 1
            return t

        parts = [
            double(item)
            for item in x
        ]  # fmt: skip
        return inside(parts[0]) + sum(part * 3 for part in parts)

    tape = av.trace(f, np.ones(2))
    by_text = {(s.function, s.line, s.text) for s in (node.source for node in tape) if s is not None}
    assert ("lambda", 1, "double = lambda x: 2.0 * x  # noqa: E731") in by_text
    assert ("inside", 2, "t = z + 1") in by_text
    assert ("f", 6, "parts = [") in by_text
    assert ("f", 10, "return inside(parts[0]) + sum(part * 3 for part in parts)") in by_text
    assert not any("<" in function for function, _, _ in by_text)


def test_columns_are_counted_in_characters() -> None:
    def f(x: Any) -> Any:
        größe = x * 2; weite = größe * 3  # noqa: E702  # fmt: skip
        return weite

    tape = av.trace(f, 2.0)
    assert tape["weite"].source.span == (2, 27, 2, 36)


def test_blocks_follow_the_call_path() -> None:
    def inner(x: Any) -> Any:
        return np.sin(x)

    def layer(x: Any) -> Any:
        with av.block("act"):
            return inner(x) * 2

    def f(x: Any) -> Any:
        h = layer(x)
        h = layer(h)
        with av.block("head"), av.block("scale"):
            h = h * 3
        return h + 1

    tape = av.trace(f, 2.0)
    assert [node.blocks for node in tape if node.primitive.name != "constant"] == [
        (),
        ("layer", "act", "inner"), ("layer", "act"),
        ("layer#2", "act", "inner"), ("layer#2", "act"),
        ("head", "scale"),
        (),
    ]  # fmt: skip


def test_blocks_in_a_loop() -> None:
    def f(x: Any) -> Any:
        for _ in range(2):
            with av.block("step"):
                x = x * 2
                with av.block("half"):
                    x = x / 2
        return x

    tape = av.trace(f, 2.0)
    operations = [node.blocks for node in tape if node.primitive.name not in ("constant", "input")]
    assert operations == [("step",), ("step", "half"), ("step#2",), ("step#2", "half")]


def test_block_left_by_an_exception_is_closed() -> None:
    def f(x: Any) -> Any:
        try:
            with av.block("try"):
                x = x * 2
                raise KeyError("no")
        except KeyError:
            x = x + 1
        return x

    assert [node.blocks for node in av.trace(f, 2.0) if node.name.startswith("x")] == [(), ("try",), ()]


def test_block_outside_a_trace_does_nothing() -> None:
    with av.block("alone"):
        assert np.sin(0.0) == 0.0


# -- what was recorded stays


def test_the_same_array_as_two_inputs() -> None:
    x = np.array([1.0, 2.0])
    tape = av.trace(lambda a, b: np.sum(a * a * b), x, x)
    first, second = tape.reverse().result
    np.testing.assert_array_equal(first, 2 * x * x)
    np.testing.assert_array_equal(second, x * x)


def test_later_changes_of_the_arguments_do_not_matter() -> None:
    x, c = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    tape = av.trace(lambda x: np.sum(c * x * x), x)
    x[:], c[:] = 100.0, 100.0
    assert tape.value == 19.0
    np.testing.assert_array_equal(tape.reverse().result, [6.0, 16.0])


def test_a_buffer_changed_inside_f_counts_as_it_was() -> None:
    def f(x: Any) -> Any:
        buffer, total = np.zeros(2), 0.0
        for k in range(3):
            buffer[:] = k
            total = total + np.sum(buffer * x)
        return total

    np.testing.assert_array_equal(av.trace(f, np.ones(2)).reverse().result, [3.0, 3.0])


def test_an_index_changed_inside_f_counts_as_it_was() -> None:
    def f(x: Any) -> Any:
        index = np.array([0, 1])
        picked = x[index]
        index[:] = 2
        return np.sum(picked)

    np.testing.assert_array_equal(av.trace(f, np.arange(3.0)).reverse().result, [1, 1, 0])


def test_results_belong_to_the_caller() -> None:
    x = np.array([1.0, 2.0])
    tape = av.trace(lambda x, y: x + y, x, x)
    seed = np.ones(2)
    first, second = tape.reverse(seed).result
    first *= 5
    np.testing.assert_array_equal(second, [1, 1])
    np.testing.assert_array_equal(seed, [1, 1])
    gradient = av.trace(np.sum, x).reverse().result
    gradient *= 0.1
    value = tape.value
    value *= 0
    np.testing.assert_array_equal(tape.value, [2, 4])
    np.testing.assert_array_equal(x, [1, 2])


def test_constant_arrays_are_recorded_once() -> None:
    weights = np.ones(3)
    tape = av.trace(lambda x: np.sum(weights * x) + np.sum(weights * x * x), np.ones(3))
    assert sum(node.primitive.name == "constant" for node in tape) == 1


# -- the tape as a sequence


def test_tape_is_a_sequence() -> None:
    tape = av.trace(lambda x1, x2: np.log(x1) + x1 * x2, 2.0, 5.0)
    assert len(tape) == 5
    assert [node.index for node in tape] == [0, 1, 2, 3, 4]
    assert tape[-1].index == 4
    assert tape[-1].name == "y"
    assert [node.name for node in tape[:2]] == ["x1", "x2"]
    assert [node.index for node in tape[::-2]] == [4, 2, 0]
    assert tape[np.int64(2)].expression == "log(x1)"
    assert tape["x2"] in tape
    assert [parent.name for parent in tape[3].parents] == ["x1", "x2"]


def test_node_tells_what_it_is() -> None:
    def f(x: Any) -> Any:
        a = np.sum(x * 2, axis=0)
        return a**2 - 1 / a

    tape = av.trace(f, np.ones((2, 3)))
    assert (tape["a"].shape, tape["a"].primitive.name) == ((3,), "sum")
    assert tape["a"].expression == "sum(v1, axis=0)"
    assert [node.expression for node in tape if node.name][3:] == ["a²", "1 / a", "v2 − v3"]
    assert repr(tape["a"]) == "node 3: a = sum(v1, axis=0) = [4, 4, 4]"


# -- no state is left


def test_exception_leaves_no_state() -> None:
    def fails(x: Any) -> Any:
        with av.block("open"):
            raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        av.trace(fails, 1.0)
    tape = av.trace(lambda x: x * 2, 1.0)
    assert [node.blocks for node in tape] == [()] * len(tape)


def test_threads_trace_at_the_same_time() -> None:
    results: dict[int, Any] = {}
    barrier = threading.Barrier(4)

    def work(k: int) -> None:
        def f(x: Any) -> Any:
            with av.block(f"thread {k}"):
                for _ in range(200):
                    x = np.sin(x) + k
            return x

        barrier.wait()
        tape = av.trace(f, float(k))
        results[k] = (tape.value, tape.reverse().result, {node.blocks for node in tape[1:]}, len(tape))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(4):
        x, slope = float(k), 1.0
        for _ in range(200):
            slope *= np.cos(x)
            x = np.sin(x) + k
        value, gradient, blocks, count = results[k]
        assert value == x
        assert gradient == pytest.approx(slope)
        assert blocks == {(f"thread {k}",), ()}
        assert count == 601


@pytest.mark.parametrize("fails", [False, True])
def test_tracing_keeps_no_frames_alive(fails: bool) -> None:
    class Thing:
        pass

    seen = []

    def f(x: Any) -> Any:
        thing = Thing()
        seen.append(weakref.ref(thing))
        y = np.sin(x) * 2
        if fails:
            raise ValueError
        return y

    gc.disable()
    try:
        try:
            tape = av.trace(f, 2.0)
        except ValueError:
            tape = None
        assert seen[0]() is None
        assert fails or str(tape)
    finally:
        gc.enable()


def test_a_tape_is_freed() -> None:
    x = np.ones(3)
    tape = av.trace(lambda x: np.sum(x * x), x)
    tape.reverse()
    tape.forward(x=x)
    freed = weakref.ref(tape)
    del tape
    gc.collect()
    assert freed() is None


def test_a_block_may_be_entered_by_way_of_contextlib() -> None:
    @contextlib.contextmanager
    def section(name: str) -> Iterator[None]:
        with av.block(name):
            yield

    def f(x: Any) -> Any:
        with contextlib.ExitStack() as stack:
            stack.enter_context(av.block("first"))
            x = np.sin(x)
        x = np.cos(x)
        with section("second"), section("inner"):
            x = np.tanh(x)
        return np.exp(x)

    blocks = [node.blocks for node in av.trace(f, 0.3)]
    assert blocks == [(), ("first",), (), ("second", "inner"), ()]
