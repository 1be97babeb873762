"""Never silently off the tape: what cannot be traced raises, and names the function, the line and the way out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import advis as av

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
V = np.array([1.0, 2.0, 3.0])


@pytest.fixture(autouse=True)
def _tape_made_before_stays_usable() -> Any:
    """Around every test here: a tape that was made before gives the same sweeps and text after the error."""

    def before(x: Any) -> Any:
        with av.block("b"):
            y = np.sin(x) * 2
        return y

    tape = av.trace(before, 0.5)
    text, gradient = str(tape), tape.reverse().result
    yield
    assert (str(tape), tape.reverse().result) == (text, gradient)
    assert av.trace(before, 0.5).reverse().result == gradient
    assert av.trace(before, 0.5)["y"].blocks == ("b",)


def told(error: BaseException) -> str:
    """Return everything that a reader sees of an error: its message and its notes."""
    return "\n".join([str(error), *getattr(error, "__notes__", ())])


# -- functions that take a traced value off the tape. Line 2 of each is at fault.


def to_float(x: Any) -> Any:
    return float(x[0]) * 2


def to_math(x: Any) -> Any:
    return math.sin(x[0])


def to_int(x: Any) -> Any:
    return int(x[0]) * x


def to_complex(x: Any) -> Any:
    return complex(x[0]) * 2


def to_item(x: Any) -> Any:
    return x[0].item() * 2


def to_list(x: Any) -> Any:
    return sum(x.tolist())


def to_array(x: Any) -> Any:
    return np.array([x[0], x[1]])


def to_nested_array(x: Any) -> Any:
    return np.array([[x[0], 1.0], [2.0, x[1]]]).sum()


def to_object_array(x: Any) -> Any:
    return np.array([x[0], x[1]], dtype=object)


def to_asarray(x: Any) -> Any:
    return np.asarray(x) * 2


def to_float64(x: Any) -> Any:
    return np.float64(x[0]) * 2


def to_full(x: Any) -> Any:
    return np.full(3, x[0])


def to_arange(x: Any) -> Any:
    return np.arange(x[2])


def sum_of_list(x: Any) -> Any:
    return np.sum([x[0], x[1]])


def write_item(x: Any, z: Any = None) -> Any:
    z = np.zeros(3); z[0] = x[0]  # noqa: E702  # fmt: skip
    return z


def write_slice(x: Any) -> Any:
    z = np.zeros(3); z[:2] = x[:2]  # noqa: E702  # fmt: skip
    return z


def write_list(x: Any) -> Any:
    z = np.zeros((2, 2)); z[0] = [x[0], x[1]]  # noqa: E702  # fmt: skip
    return z


def write_float32(x: Any) -> Any:
    z = np.zeros(3, np.float32); z[1] = x[1]  # noqa: E702  # fmt: skip
    return z


def accumulate(x: Any) -> Any:
    z = np.zeros(3); z += x  # noqa: E702  # fmt: skip
    return z


def write_into_view(x: Any) -> Any:
    z = np.broadcast_to(x, (2, 3)); z[0] = 5.0  # noqa: E702  # fmt: skip
    return z


def write_into_integers(x: Any) -> Any:
    z = np.argsort(x); z[0] = x[0]  # noqa: E702  # fmt: skip
    return z


def out_of_ufunc(x: Any) -> Any:
    return np.add(x, x, out=np.zeros(3))


def out_of_function(x: Any) -> Any:
    return np.sum(x, axis=0, out=np.zeros(()))


def ufunc_at(x: Any) -> Any:
    return np.multiply.at(x.copy(), [0], x[0])


def ufunc_dtype(x: Any) -> Any:
    return np.add(x, x, dtype=np.float32)


def ufunc_at_plain(x: Any) -> Any:
    return np.add.at(np.zeros(3), [0, 0], x[0])


def ufunc_reduce_dtype(x: Any) -> Any:
    return np.subtract.reduce(x, dtype=np.float32)


def unknown_ufunc(x: Any) -> Any:
    return np.frompyfunc(abs, 1, 1)(x)


def left_out_ufunc(x: Any) -> Any:
    return np.nextafter(x, 0.5)


def unknown_function(x: Any) -> Any:
    return np.histogram2d(x, x)[0] * x


def unknown_method(x: Any) -> Any:
    return x.byteswap() * 2


def sum_out(x: Any) -> Any:
    return np.nansum(x, out=np.zeros(()))


def max_where(x: Any) -> Any:
    return np.max(x, where=V > 1)


def weighted_quantile(x: Any) -> Any:
    return np.quantile(x, 0.5, weights=V)


def reshape_order(x: Any) -> Any:
    return np.reshape(x, (3, 1), order="K")


def ravel_order(x: Any) -> Any:
    return x[::-1].ravel(order="K")


def where_alone(x: Any) -> Any:
    return np.where(x > 1)


def einsum_lists(x: Any) -> Any:
    return np.einsum(x, [0], x, [0])


def einsum_operands(x: Any) -> Any:
    return np.einsum("i,j", x)


def truth_of_array(x: Any) -> Any:
    return 1.0 if x else 2.0


def truth_of_comparison(x: Any) -> Any:
    return x if x > 1 else -x


def chained_comparison(x: Any) -> Any:
    return x if 0 < x < 1 else -x


def count(x: Any) -> Any:
    return sum(x[0] for _ in range(x[1]))


def index(x: Any) -> Any:
    return [1.0, 2.0, 3.0][x[0]] * x


def array_index(x: Any) -> Any:
    return x[x[0]]


def slice_bound(x: Any) -> Any:
    return x[: x[0]]


def zeros_count(x: Any) -> Any:
    return np.zeros(x[1]) + x[0]


def object_constant(x: Any) -> Any:
    z = np.empty(2, object); z[0] = x[0]; z[1] = x[1]; return x[2] * z  # noqa: E702  # fmt: skip


def object_result(x: Any) -> Any:
    z = np.empty(2, object); z[0] = x[0]; z[1] = x[1]  # noqa: E702  # fmt: skip
    return z


def matrix_constant(x: Any) -> Any:
    return np.matrix([[1.0, 2.0, 3.0]]) * x


def masked_constant(x: Any) -> Any:
    return x * np.ma.masked_array(V, V > 1)


def sign_of_complex(x: Any) -> Any:
    return np.sign(x * 1j)


OFF_TAPE: list[tuple[Callable[..., Any], type[Exception], str, str]] = [
    (to_float, av.OffTape, "float(x)", "keep x as it is"),
    (to_math, av.OffTape, "math.sin(x)", "np.sin instead of math.sin"),
    (to_int, av.OffTape, "int(x)", "np.floor(x)"),
    (to_complex, av.OffTape, "complex(x)", "x + 0j"),
    (to_item, av.OffTape, "x.item()", "keep x as it is"),
    (to_list, av.OffTape, "x.tolist()", "iterate over x"),
    (to_array, av.OffTape, "np.array([x0, x1])", "np.stack([x0, x1])"),
    (to_nested_array, av.OffTape, "np.array([x0, x1])", "np.stack([x0, x1])"),
    (to_object_array, av.OffTape, "np.array([x0, x1])", "np.stack([x0, x1])"),
    (to_asarray, av.OffTape, "np.asarray(x)", "leave np.asarray out"),
    (to_float64, av.OffTape, "derivative would be lost", ""),
    (to_full, av.OffTape, "derivative would be lost", ""),
    (to_arange, av.OffTape, "derivative would be lost", ""),
    (sum_of_list, av.OffTape, "np.array([x0, x1])", "np.stack([x0, x1])"),
    (write_item, av.OffTape, "writing x into a plain array", "for z[0] = x make z with np.zeros_like(x)"),
    (write_slice, av.OffTape, "writing x into a plain array", "z[:] = x"),
    (write_list, av.OffTape, "writing x into a plain array", "np.stack"),
    (write_float32, av.OffTape, "writing x into a plain array", "np.stack"),
    (accumulate, av.OffTape, "np.add: out= is not recorded", "make z with np.zeros_like(x)"),
    (write_into_view, av.OffTape, "np.broadcast_to", "x.copy()"),
    (write_into_integers, av.OffTape, "array of int64", "np.zeros_like(x, dtype=float)"),
    (out_of_ufunc, av.OffTape, "np.add: out= is not recorded", "z = z + x"),
    (out_of_function, TypeError, "np.sum: out= is not recorded", "assign the result to a name"),
    (ufunc_at, av.OffTape, "np.multiply.at is not recorded", "np.add.at"),
    (ufunc_dtype, av.OffTape, "np.add: dtype= is not recorded", "np.add without it"),
    (ufunc_at_plain, av.OffTape, "np.add.at: a traced value was written into a plain", "np.zeros_like(x)"),
    (ufunc_reduce_dtype, av.OffTape, "np.subtract.reduce: dtype= is not recorded", "without it"),
    (unknown_ufunc, av.OffTape, "is not known to advis", "primitive"),
    (left_out_ufunc, av.OffTape, "np.nextafter is not recorded by advis: it is a step", "np.spacing"),
    (unknown_function, av.OffTape, "np.histogram2d is not recorded by advis", "count there"),
    (unknown_method, av.OffTape, ".byteswap is not recorded by advis", "leave it out"),
    (sum_out, TypeError, "np.nansum: out= is not recorded", "assign the result to a name"),
    (max_where, ValueError, "does not have an identity, so to use a where mask", "initial"),
    (weighted_quantile, TypeError, "np.quantile: weights= is not recorded", "without it"),
    (reshape_order, TypeError, "np.reshape: order='K'", "order='C'"),
    (ravel_order, TypeError, "np.ravel: order='K'", "order='C'"),
    (where_alone, TypeError, "np.where: with one argument", "np.where(condition, x, y)"),
    (einsum_lists, TypeError, "np.einsum: write the subscripts as text", "np.einsum('ij,j->i', A, x)"),
    (einsum_operands, ValueError, "np.einsum: 'i,j' does not name 1 operands", ""),
    (truth_of_array, ValueError, "truth of an array of shape (3,)", "np.where"),
    (truth_of_comparison, ValueError, "truth of an array of shape (3,)", "np.any(…)"),
    (chained_comparison, ValueError, "truth of an array of shape (3,)", "np.all(…)"),
    (count, av.OffTape, "used as an index or a count", "as a keyword"),
    (index, av.OffTape, "used as an index or a count", "np.argmax"),
    (array_index, av.OffTape, "used as an index or a count", "np.argmax"),
    (slice_bound, av.OffTape, "used as an index or a count", "np.argmax"),
    (zeros_count, TypeError, "used as an index or a count", "as a keyword"),
    (object_constant, av.OffTape, "array of objects of shape (2,)", "np.stack([x0, x1])"),
    (matrix_constant, av.OffTape, "matrix is not a plain array", "np.asarray(…)"),
    (masked_constant, av.OffTape, "MaskedArray is not a plain array", "np.asarray(…)"),
    (sign_of_complex, TypeError, "np.sign of a complex number", "x / np.abs(x)"),
]


@pytest.mark.parametrize(("f", "kind", "what", "instead"), OFF_TAPE, ids=[row[0].__name__ for row in OFF_TAPE])
@pytest.mark.parametrize("source", [True, False])
def test_off_tape(f: Callable[..., Any], kind: type[Exception], what: str, instead: str, source: bool) -> None:
    with pytest.raises(kind) as caught:
        av.trace(f, V, source=source)
    said = told(caught.value)
    assert what in said
    assert instead in said
    assert said.count(f"line 2 of {f.__name__}: `") == 1
    assert said.count("\n  at ") + said.startswith("  at ") == 1


def test_off_tape_is_a_type_error() -> None:
    assert issubclass(av.OffTape, TypeError)


def test_object_array_as_result() -> None:
    with pytest.raises(av.OffTape, match=r"array of objects of shape \(2,\)"):
        av.trace(object_result, V)


def test_inner_function_and_its_line_are_named() -> None:
    def helper(x: Any) -> Any:
        y = x * 2
        return math.sin(y)

    def f(x: Any) -> Any:
        return helper(x)

    with pytest.raises(av.OffTape, match=r"line 3 of helper: `return math.sin\(y\)`"):
        av.trace(f, 1.0)


def test_line_inside_a_comprehension_is_the_readers() -> None:
    def f(x: Any) -> Any:
        y = x * 2
        return sum([math.sin(item) for item in y])

    with pytest.raises(av.OffTape, match="line 3 of f: "):
        av.trace(f, V)


def test_off_tape_in_a_nested_trace_is_told_once() -> None:
    def f(x: Any) -> Any:
        return av.trace(lambda y: float(y) * x, x).reverse().result

    with pytest.raises(av.OffTape) as caught:
        av.trace(f, 1.0)
    assert told(caught.value).count("\n  at ") == 1


# -- a value that escaped


def escape() -> tuple[Any, av.Tape]:
    kept = []

    def f(x: Any) -> Any:
        kept.append(x)
        return x * 2

    tape = av.trace(f, 3.0)
    return kept[0], tape


@pytest.mark.parametrize("use", [
    lambda x: x * 2, lambda x: 2 + x, lambda x: np.sin(x), lambda x: x > 1, lambda x: np.sum(x), lambda x: -x,
    bool, float, lambda x: np.stack([x, x]), lambda x: av.trace(lambda y: y * x, 1.0),
    lambda x: av.trace(lambda y: x, 1.0),
])  # fmt: skip
def test_escaped_value(use: Callable[[Any], Any]) -> None:
    x, tape = escape()
    text, count = str(tape), len(tape)
    with pytest.raises(av.OffTape) as caught:
        use(x)
    assert use is float or "made while f was being recorded" in str(caught.value)
    assert (str(tape), len(tape), tape.branches) == (text, count, ())
    assert tape.reverse().result == 2.0


def test_escaped_value_can_still_be_printed() -> None:
    x, _ = escape()
    assert f"{x:.1f}" == str(x) == "3.0"


# -- arguments of trace


@pytest.mark.parametrize("dtype", [int, np.int32, bool, np.uint8])
def test_integer_array_as_input(dtype: Any) -> None:
    def loss(a: Any, weights: Any) -> Any:
        return a

    with pytest.raises(TypeError) as caught:
        av.trace(loss, 1.0, {"w": np.ones((2, 3), dtype)})
    said = str(caught.value)
    for part in ("weights.w", "loss", "(2, 3)", np.dtype(dtype).name, "weights.w.astype(float)", "kwargs="):
        assert part in said


@pytest.mark.parametrize(("kind", "message"), [
    (np.matrix, "matrix is not a plain array"),
    (np.ma.masked_array, "MaskedArray is not a plain array"),
    (lambda row: np.array([*row, None]), "array of object"),
])  # fmt: skip
def test_arrays_of_other_kinds_as_input(kind: Callable[..., Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        av.trace(lambda x: x * 2, kind([1.0, 2.0]))


@pytest.mark.parametrize("f", [None, 3, "f", np.ones(2)])
def test_not_a_function(f: Any) -> None:
    with pytest.raises(TypeError, match="the first argument must be a function"):
        av.trace(f, 1.0)


@pytest.mark.parametrize("arguments", [(), ("text",), (True, None), ([], {})])
def test_nothing_to_differentiate(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="f was given no number or array to differentiate"):
        av.trace(f_of_any, *arguments)


def f_of_any(*rest: Any) -> Any:
    return 1.0


f_of_any.__name__ = "f"


def test_wrong_number_of_arguments_is_pythons_own_error() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y

    with pytest.raises(TypeError, match=r"f\(\) takes 2 positional arguments but 3 were given"):
        av.trace(f, 1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match=r"f\(\) missing 1 required positional argument: 'y'"):
        av.trace(f, 1.0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        av.trace(f, 1.0, 2.0, kwargs={"z": 1})


# -- errors inside f


def shapes_not_aligned(x: Any) -> Any:
    return x @ np.ones((4, 4))


def cannot_broadcast(x: Any) -> Any:
    return x + np.ones(2)


def cannot_broadcast_function(x: Any) -> Any:
    return np.multiply(x, np.ones(2))


def index_out_of_range(x: Any) -> Any:
    return x[7]


def cannot_reshape(x: Any) -> Any:
    return x.reshape(2, 2)


def cannot_concatenate(x: Any) -> Any:
    return np.concatenate([x, np.ones((2, 2))])


def axis_out_of_range(x: Any) -> Any:
    return np.sum(x, axis=1)


def einsum_mismatch(x: Any) -> Any:
    return np.einsum("i,i", x, np.ones(2))


@pytest.mark.parametrize(("f", "kind", "primitive"), [
    (shapes_not_aligned, ValueError, "matmul((3,), (4, 4))"),
    (cannot_broadcast, ValueError, "add((3,), (2,))"),
    (cannot_broadcast_function, ValueError, "multiply((3,), (2,))"),
    (index_out_of_range, IndexError, "getitem((3,))"),
    (cannot_reshape, ValueError, "reshape((3,))"),
    (cannot_concatenate, ValueError, "concatenate((3,), (2, 2))"),
    (axis_out_of_range, np.exceptions.AxisError, "sum((3,))"),
    (einsum_mismatch, ValueError, "einsum((3,), (2,))"),
])  # fmt: skip
@pytest.mark.parametrize("nested", [False, True])
def test_numpys_own_error_gains_a_note(f: Any, kind: type[Exception], primitive: str, nested: bool) -> None:
    with pytest.raises(kind) as plain:
        f(V)
    with pytest.raises(kind) as caught:
        av.trace((lambda x: av.trace(f, x).reverse(V).result) if nested else f, V)
    if f is not index_out_of_range and f is not einsum_mismatch and f is not cannot_reshape:
        assert str(caught.value) == str(plain.value)
    (note,) = caught.value.__notes__
    assert note.startswith(f"advis: in {primitive}\n  at line 2 of {f.__name__}: `return ")


def test_an_error_of_f_itself_passes_through() -> None:
    class MineError(Exception):
        pass

    def f(x: Any) -> Any:
        raise MineError("as it was")

    with pytest.raises(MineError, match=r"^as it was$"):
        av.trace(f, 1.0)


def test_missing_attribute_reads_like_numpys() -> None:
    with pytest.raises(AttributeError, match="'ndarray' object has no attribute 'shap'"):
        av.trace(lambda x: x.shap, V)
    with pytest.raises(AttributeError, match="'float64' object has no attribute 'shap'"):
        av.grad(av.grad(lambda x: x.shap))(2.0)
    assert av.trace(lambda x: x * hasattr(x, "nothing"), 2.0).value == 0.0


def test_an_attribute_error_of_the_readers_own_keeps_its_words() -> None:
    def f(x: Any) -> Any:
        raise AttributeError("this model has no temperature", name="temperature", obj=x)

    with pytest.raises(AttributeError, match=r"^this model has no temperature$"):
        av.trace(f, 1.0)


def test_length_and_iteration_of_a_number() -> None:
    with pytest.raises(TypeError, match="line 1 of <lambda>"):
        av.trace(lambda x: [*x], 1.0)
    with pytest.raises(TypeError):
        av.trace(lambda x: len(x), 1.0)


# -- seeds


def two(x: Any, p: Any) -> Any:
    return {"a": x * 2, "b": [np.sum(x) * p["w"]]}


@pytest.fixture
def tape() -> av.Tape:
    return av.trace(two, V, {"w": 2.0})


@pytest.mark.parametrize("seed", [1.0, np.ones(2), np.ones((3, 1)), np.ones((2, 2, 3)), np.ones((1, 3, 3, 3))])
def test_forward_seed_of_wrong_shape(tape: av.Tape, seed: Any) -> None:
    with pytest.raises(ValueError, match="forward") as caught:
        tape.forward(x=seed)
    said = str(caught.value)
    for part in ("the seed of x", f"shape {np.shape(seed)}", "must be (3,)", "(k, 3) for k seeds at once"):
        assert part in said


def test_reverse_seed_of_wrong_shape(tape: av.Tape) -> None:
    with pytest.raises(ValueError, match=r"seed of y.a has shape \(2,\); it must be \(3,\), or \(k, 3\)"):
        tape.reverse({"a": np.ones(2), "b": [1.0]})
    with pytest.raises(ValueError, match=r"it must be \(\), or \(k,\) for k seeds at once"):
        tape.reverse({"a": V, "b": [np.ones((2, 2))]})


def test_traced_seed_of_wrong_shape() -> None:
    def f(u: Any) -> Any:
        return av.trace(lambda x: x * 2, V).reverse(u).result

    with pytest.raises(ValueError, match=r"has shape \(2,\); it must be \(3,\)"):
        av.trace(f, np.ones(2))


def test_unknown_input_name(tape: av.Tape) -> None:
    with pytest.raises(KeyError) as caught:
        tape.forward(z=1.0)
    assert "two has no input 'z'; its inputs are x, p, p.w" in str(caught.value)


def test_missing_forward_seed(tape: av.Tape) -> None:
    with pytest.raises(TypeError, match=r"tape.forward\(x=…, p.w=…\)"):
        tape.forward()
    with pytest.raises(TypeError, match=r"tape.forward\(x=…\)"):
        av.trace(lambda x: x, V).forward()


def test_missing_reverse_seed(tape: av.Tape) -> None:
    with pytest.raises(TypeError) as caught:
        tape.reverse()
    said = str(caught.value)
    for part in ("two does not return one number", "y.a (3,)", "tape.reverse(u)"):
        assert part in said
    with pytest.raises(TypeError, match="does not return one number but no number"):
        av.trace(lambda x: None, 1.0).reverse()


@pytest.mark.parametrize("seed", [
    1.0, [1.0], {"a": V}, {"a": V, "b": 1.0}, {"a": V, "b": [1.0], "c": 1.0}, {"a": V, "b": [1.0, 2.0]},
])  # fmt: skip
def test_reverse_seed_of_wrong_structure(tape: av.Tape, seed: Any) -> None:
    with pytest.raises(ValueError, match=r"structure of the result of two \(y.a, y.b\[0\]\)"):
        tape.reverse(seed)


def test_forward_seed_of_wrong_structure(tape: av.Tape) -> None:
    with pytest.raises(ValueError, match=r"1 positional seeds do not have the structure of .* \(x, p\) of two"):
        tape.forward(V)
    with pytest.raises(ValueError, match=r"structure"):
        tape.forward(V, 1.0)
    with pytest.raises(ValueError, match=r"the seed of p does not have its structure \(p.w\)"):
        tape.forward(p=1.0)


def test_different_counts_of_seeds(tape: av.Tape) -> None:
    with pytest.raises(ValueError, match="different numbers of vectors at once") as caught:
        tape.forward(x=np.eye(3), p={"w": np.ones(2)})
    assert "x: 3, p.w: 2" in str(caught.value)
    with pytest.raises(ValueError, match=r"x: 3, p\.w: one"):
        tape.forward(x=np.eye(3), p={"w": 1.0})


def test_different_counts_of_seeds_for_one_node() -> None:
    tape = av.trace(lambda x: (x, x), V)
    with pytest.raises(ValueError, match="different numbers of vectors at once"):
        tape.reverse((np.eye(3), V))


@pytest.mark.parametrize("seed", ["one", None, [object()]])
def test_seed_that_is_no_number(seed: Any) -> None:
    with pytest.raises(TypeError, match="give a number or an array"):
        av.trace(lambda x: x * 2, 1.0).forward(x=seed)


def test_complex_seed_of_a_real_value() -> None:
    with pytest.raises(TypeError, match="complex"):
        av.trace(lambda x: x * 2, 1.0).reverse(1j)


# -- looking up nodes


def test_unknown_node_name() -> None:
    tape = av.trace(lambda x1, x2: x1 * x2, 1.0, 2.0)
    with pytest.raises(KeyError) as caught:
        tape["x3"]
    assert "no node is named 'x3' in the tape of lambda; there are x1, x2, y" in str(caught.value)


def test_ambiguous_node_name() -> None:
    def f(x: Any) -> Any:
        a = x * 2
        a = a * 2
        a = a * 2
        return a

    tape = av.trace(f, 1.0)
    with pytest.raises(KeyError) as caught:
        tape["a"]
    assert "'a' names 3 nodes (a, a#2, a#3)" in str(caught.value)
    assert [tape[name].value for name in ("a#1", "a#2", "a#3")] == [2.0, 4.0, 8.0]
    with pytest.raises(KeyError, match="there are"):
        tape["a#4"]


def test_sweep_looks_up_like_the_tape() -> None:
    sweep = av.trace(lambda x: x * x, 1.0).reverse()
    with pytest.raises(KeyError, match="no node is named 'q'"):
        sweep["q"]
    with pytest.raises(IndexError, match=r"tape\[2\]"):
        sweep[2]


@pytest.mark.parametrize("place", [2, -3, 100])
def test_index_out_of_range(place: int) -> None:
    with pytest.raises(IndexError, match=rf"tape\[{place}\]: the tape of lambda has nodes 0 to 1"):
        av.trace(lambda x: np.sin(x), 1.0)[place]


@pytest.mark.parametrize("key", [1.5, None, (0, 1)])
def test_index_of_wrong_type(key: Any) -> None:
    with pytest.raises(TypeError):
        av.trace(lambda x: np.sin(x), 1.0)[key]
