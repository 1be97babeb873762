"""Types: float32 stays float32, complex numbers follow JAX, integers carry no derivative, empty arrays are arrays."""

from typing import Any

import numpy as np
import pytest
from derivatives import inner

import advis as av

F32 = np.float32
X = np.array([0.7, 1.3, 2.1], F32)
Z = np.array([0.5 - 1.2j, -0.3 + 0.8j, 1.1 + 0.4j])


def elementary(x):
    return (
        np.exp(x) + np.log(x) * np.sin(x) / np.sqrt(x) - x**2.5 + 2.0**x + np.tanh(x) * np.arctan(x) + np.reciprocal(x)
    )


def choices(x):
    return np.maximum(x, 1.0) + np.where(x > 1, x, 0.0) + np.clip(x, 0.8, 2.0) + np.abs(x - 1) + x % 2.0


def reductions(x):
    return np.sum(x) * np.mean(x) + np.prod(x) + np.max(x) - np.min(x) + np.cumsum(x)


def zeros_in_a_product(x):
    return np.prod(x * np.array([0, 1, 1], F32))


def arrangements(x):
    return (
        np.concatenate([np.ravel(x[None]), x[::-1]])[1:4] + np.stack([x, x])[0] + np.broadcast_to(x, (2, 3))[1] + x[1]
    )


def products(x):
    return np.outer(x, x) @ x + np.einsum("i,i->", x, x) + np.einsum("ii->", np.outer(x, x)) + np.dot(x, x)


def in_place(x):
    y = np.zeros_like(x)
    y[0] = x[1] * np.sum(x)
    y[1:] += x[1:] * 2
    y[[0, 0]] = x[:2]
    y[:2][x[:2] > 1] = 3.0
    y /= 2
    return y * np.full_like(x, x[0]) + np.ones_like(x)


SINGLE = [elementary, choices, reductions, zeros_in_a_product, arrangements, products, in_place]


@pytest.mark.parametrize("f", SINGLE)
def test_float32_stays_float32(f):
    def loss(x):
        return np.sum(f(x) ** 2)

    tape = av.trace(f, X)
    assert {value.dtype for value in tape.values if np.shape(value) and value.dtype.kind == "f"} <= {np.dtype(F32)}
    assert tape[-1].tape.values[-1].dtype == np.asarray(f(X.copy())).dtype == F32
    for sweep in (tape.forward(X), tape.reverse(np.ones(tape[-1].shape))):
        assert {item.dtype for item in sweep.column if item is not None} == {np.dtype(F32)}
    results: list[Any] = [
        av.grad(loss)(X),
        av.hessian(loss)(X),
        *av.hvp(loss, (X,), (X,)),
        *av.vjp(f, X)[1](f(X.copy())),
    ]
    results += [av.jacobian(f, mode=mode)(X) for mode in ("forward", "reverse")] + [av.jvp(f, (X,), (X,))[1]]
    assert {result.dtype for result in results if isinstance(result, np.ndarray)} == {np.dtype(F32)}


def test_float32_array_keeps_its_type_when_written_into():
    def f(x):
        y = x * 1
        y *= np.array([1.0, 2.0, 3.0])  # float64: NumPy casts the product back
        y[0] = np.float64(0.1)
        return y

    tape = av.trace(f, X)
    assert tape.value.dtype == f(X.copy()).dtype == F32
    np.testing.assert_array_equal(tape.value, f(X.copy()))
    assert tape.reverse(np.ones(3)).result.dtype == F32


def test_float64_seed_of_a_float32_value():
    tape = av.trace(lambda x: x * 2, X)
    assert tape.forward(np.ones(3)).result.dtype == tape.reverse(np.ones(3)).result.dtype == F32


def writes(z):
    y = np.zeros_like(z)
    y[0] = z[1] * z[2]
    y[1:] += np.conj(z[:2])
    y[2] = np.abs(z[0])
    v = y[:2]
    v[0] *= 2j
    return y


def powers(z):
    return z**3 + z ** z[0] + 2.0**z + np.exp(z) * np.log(z) / np.sqrt(z)


COMPLEX = [
    powers, writes,
    lambda z: np.sin(z) * np.cos(z) + np.tanh(z) + np.arctan(z) + np.square(z) - np.reciprocal(z),
    lambda z: z.real**2 * z + z.imag * 1j, lambda z: z.conj() * np.abs(z), lambda z: np.abs(z),
    lambda z: np.sum(z) * np.mean(z * z) + np.cumsum(z) + np.prod(z), lambda z: np.outer(z, z.conjugate()) @ z,
    lambda z: np.einsum("i,j->ij", z, np.conj(z))[0], lambda z: np.where(np.abs(z) > 1, z, z * z),
    lambda z: z * np.array([1.0, 2.0, 3.0]) + z.real * (1 + 2j), lambda z: np.full_like(z, np.sum(z)) * z,
    lambda z: np.stack([z, z.real * 1j])[1] + np.concatenate([z[:1], z[1:]]), lambda z: z.real.astype(complex) * z,
]  # fmt: skip


def along(f, z, v, h=1e-6):
    return (f(z + h * v) - f(z - h * v)) / (2 * h)


@pytest.mark.parametrize("f", COMPLEX)
def test_complex_in_both_modes_and_at_order_two(f):
    rng = np.random.default_rng(0)
    u, v, w = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))

    def loss(z):
        y = f(z)
        return np.real(np.sum(w * y * np.conj(y + 1)))

    value, tangent = av.jvp(f, (Z,), (v,))
    np.testing.assert_allclose(tangent, along(lambda z: f(z.copy()), Z, v), rtol=1e-6, atol=1e-7)
    u = u if np.iscomplexobj(value) else u.real
    (adjoint,) = av.vjp(f, Z)[1](u)
    assert inner(u, tangent).real == pytest.approx(inner(adjoint, v).real)
    steps = np.eye(3)
    by_parts = [along(loss, Z, e) - 1j * along(loss, Z, 1j * e) for e in steps]  # ∂/∂x − i ∂/∂y, as jax.grad
    np.testing.assert_allclose(av.grad(loss)(Z), by_parts, rtol=1e-5, atol=1e-7)
    (second,) = av.hvp(loss, (Z,), (v,))
    np.testing.assert_allclose(second, along(av.grad(loss), Z, v), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "f", [lambda z: z.real**2 + z.imag**2, lambda z: np.abs(z) ** 2, lambda z: (z * z.conj()).real]
)
def test_square_of_the_absolute_value_as_in_jax(f):
    assert av.grad(f)(3 + 4j) == pytest.approx(6 - 8j)


def test_complex64_stays_complex64():
    z = Z.astype(np.complex64)
    tape = av.trace(lambda z: np.exp(z) * z.conj(), z)
    assert tape.value.dtype == tape.reverse(np.ones(3)).result.dtype == np.complex64
    assert av.grad(lambda z: np.sum(np.abs(z)))(z).dtype == np.complex64


def test_a_real_input_has_a_real_derivative():
    assert av.grad(lambda x: np.real(x * (1 + 2j) * x))(3.0) == 6.0
    gradient = av.grad(lambda x: np.abs(np.sum(x * Z)))(np.ones(3))
    assert gradient.dtype == float


def test_gradient_of_a_complex_number_is_refused():
    with pytest.raises(TypeError, match="must return one real number, not a complex one"):
        av.grad(lambda z: z * z)(1 + 2j)


def test_jacobian_of_complex_numbers():
    np.testing.assert_allclose(av.jacobian(lambda x: x * 2j)(np.ones(2)), 2j * np.eye(2))
    np.testing.assert_allclose(av.jacobian(lambda z: np.abs(z) ** 2)(Z), np.diag(2 * Z.conj()))
    with pytest.raises(TypeError, match=r"complex inputs.*mode='reverse'"):
        av.jacobian(lambda z: np.abs(z), mode="forward")(Z)
    with pytest.raises(TypeError, match=r"complex outputs.*mode='forward'"):
        av.jacobian(lambda x: x * 1j, mode="reverse")(np.ones(2))
    for of_complex in (av.jacobian(lambda z: z * z), av.hessian(lambda z: np.sum(np.abs(z)))):
        with pytest.raises(TypeError, match=r"complex inputs and outputs.*av\.jvp"):
            of_complex(Z)


def test_integers_and_booleans_carry_no_derivative():
    def f(x):
        whole = x.astype(int)
        place = np.argmax(x)
        return np.sum(x * whole) + np.sum(x > 1) * x[place] + np.sum(np.floor(x))

    x = np.array([0.7, 1.3, 2.1])
    tape = av.trace(f, x)
    assert tape.value == f(x)
    np.testing.assert_array_equal(tape.reverse().result, [0, 1, 2 + 2])
    sweep = tape.forward(np.ones(3))
    assert all(sweep.column[node.index] is None for node in tape if np.asarray(node.value).dtype.kind in "ib")


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_empty_arrays(shape):
    def f(x):
        y = np.zeros_like(x)
        y[...] = x * 2
        y += np.sum(x, axis=0)
        return y

    x = np.zeros(shape)
    tape = av.trace(f, x)
    assert tape.value.shape == tape.forward(x).result.shape == tape.reverse(x).result.shape == shape
    assert av.grad(lambda x: np.sum(f(x)) + 1.0)(x).shape == shape
    assert av.jacobian(f, mode="forward")(x).shape == av.jacobian(f, mode="reverse")(x).shape == shape + shape
    assert av.hessian(lambda x: np.sum(f(x) ** 2))(x).shape == shape + shape


def test_parts_that_are_empty():
    def f(x):
        y = x * x
        y[2:2] = 5.0
        y[np.array([], int)] = 7.0
        y[:0] += x[3:]
        return np.sum(y) + np.sum(x[:0])

    np.testing.assert_array_equal(av.grad(f)(np.arange(3.0)), [0, 2, 4])


@pytest.mark.parametrize("x", [2.0, np.float64(2.0), np.array(2.0), 2, np.float32(2.0)])
def test_zero_dimensional_arrays_are_numbers(x):
    def f(x):
        y = np.zeros_like(x)
        y += x * x
        return np.squeeze(np.reshape(y, (1, 1))) * x

    tape = av.trace(f, x)
    assert tape.value == 8.0
    assert type(tape.value) is float
    assert tape.reverse().result == av.grad(f)(x) == 12.0
    assert av.hessian(f)(x) == 12.0
    assert tape.inputs[0].shape == ()
