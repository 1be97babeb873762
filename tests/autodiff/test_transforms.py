"""Transforms: against formulas, against each other, nested, with every kind of argument."""

import numpy as np
import pytest

import advis as av

X = np.array([0.3, -1.2, 2.0])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def quadratic(x):
    return np.sum(x * x * np.array([1.0, 2.0, 3.0])) + x[0] * x[2]


HESSIAN = np.diag([2.0, 4.0, 6.0]) + np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]])


def test_grad_of_numbers_and_arrays():
    assert av.grad(lambda x: x**3)(2.0) == 12.0
    np.testing.assert_array_equal(av.grad(lambda x: np.sum(x * x))(X), 2 * X)


def test_argnums_int_negative_and_tuple():
    def f(a, b, c):
        return a * b + np.sin(c)

    assert av.grad(f)(2.0, 3.0, 0.5) == 3.0
    assert av.grad(f, argnums=-1)(2.0, 3.0, 0.5) == np.cos(0.5)
    assert av.grad(f, argnums=(1, 0))(2.0, 3.0, 0.5) == (2.0, 3.0)
    assert av.grad(f, argnums=(1,))(2.0, 3.0, 0.5) == (2.0,)


def test_containers_and_keywords():
    def loss(params, scale=1.0, label="none"):
        assert label == "real"
        return scale * np.sum(params["w"] ** 2) + params["b"][0]

    found = av.grad(loss)({"w": X, "b": (1.0, 2.0)}, scale=3.0, label="real")
    np.testing.assert_allclose(found["w"], 6 * X)
    assert found["b"] == (1.0, 0.0)


def test_integer_data_is_passed_beside_the_chosen_arguments():
    labels = np.array([0, 2])
    found = av.grad(lambda x, index: np.sum(x[index] ** 2))(X, labels)
    np.testing.assert_allclose(found, [0.6, 0.0, 4.0])


def test_has_aux():
    def f(x):
        return np.sum(x**2), {"half": x / 2, "word": "kept"}

    found, aux = av.grad(f, has_aux=True)(X)
    np.testing.assert_allclose(found, 2 * X)
    np.testing.assert_allclose(aux["half"], X / 2)
    assert aux["word"] == "kept"
    (value, aux), found = av.value_and_grad(f, has_aux=True)(X)
    assert value == np.sum(X**2)
    np.testing.assert_allclose(found, 2 * X)


def test_jvp_and_vjp_agree():
    def f(x, s):
        return np.tanh(x) * s, np.sum(x) / s

    rng = np.random.default_rng(0)
    v, ds, u, w = rng.normal(size=3), 0.7, rng.normal(size=3), -0.4
    y, (dy, dz) = av.jvp(f, (X, 2.0), (v, ds))
    same, pull = av.vjp(f, X, 2.0)
    np.testing.assert_array_equal(y[0], same[0])
    gx, gs = pull((u, w))
    np.testing.assert_allclose(np.dot(u, dy) + w * dz, np.dot(gx, v) + gs * ds)
    np.testing.assert_array_equal(pull((u, w))[0], gx)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_arrays_of_any_shape(mode):
    a = np.arange(6.0).reshape(2, 3) / 3

    def f(x):
        return np.sin(a @ x) * x[0]

    expected = np.cos(a @ X)[:, None] * a * X[0] + np.outer(np.sin(a @ X), [1, 0, 0])
    np.testing.assert_allclose(av.jacobian(f, mode=mode)(X), expected)
    grid = np.ones((2, 2)) / 2
    assert av.jacobian(lambda m: m @ m, mode=mode)(grid).shape == (2, 2, 2, 2)
    np.testing.assert_allclose(av.jacobian(lambda m: np.stack([m, m]), mode=mode)(grid)[1].reshape(4, 4), np.eye(4))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobian_of_containers(mode):
    def f(p, s):
        return {"twice": p["a"] * 2, "mixed": np.sum(p["a"]) * s}

    blocks = av.jacobian(f, argnums=(0, 1), mode=mode)({"a": X}, 3.0)
    np.testing.assert_allclose(blocks["twice"][0]["a"], 2 * np.eye(3))
    np.testing.assert_allclose(blocks["twice"][1], np.zeros(3))
    np.testing.assert_allclose(blocks["mixed"][0]["a"], [3, 3, 3])
    np.testing.assert_allclose(blocks["mixed"][1], X.sum())


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_node_that_is_returned_twice_is_not_counted_twice(mode):
    def f(x):
        y = x * x
        return y, y

    first, second = av.jacobian(f, mode=mode)(3.0)
    assert first == second == 6.0


def test_hessian_and_its_product_with_a_vector():
    np.testing.assert_allclose(av.hessian(quadratic)(X), HESSIAN)
    v = np.array([1.0, -2.0, 0.5])
    (product,) = av.hvp(quadratic, (X,), (v,))
    np.testing.assert_allclose(product, HESSIAN @ v)
    (product,) = av.hvp(rosenbrock, (X,), (v,))
    np.testing.assert_allclose(product, av.hessian(rosenbrock)(X) @ v)


def test_perturbations_do_not_mix():
    assert av.grad(lambda x: x * av.grad(lambda y: x + y)(1.0))(2.0) == 1.0
    inner = lambda x: av.jvp(lambda y: x * y, (3.0,), (1.0,))[1]  # noqa: E731
    assert av.jvp(inner, (2.0,), (1.0,)) == (2.0, 1.0)
    assert av.grad(lambda x: x * av.jvp(lambda y: x * y * y, (3.0,), (1.0,))[1])(2.0) == 24.0


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_every_nesting_gives_the_same_second_derivative(outer, inner):
    def f(x):
        return np.sin(x) * x**2 + np.exp(-x)

    def along(g, mode):
        return (lambda x: av.jvp(g, (x,), (1.0,))[1]) if mode == "forward" else av.grad(g)

    exact = 2 * np.sin(1.3) + 4 * 1.3 * np.cos(1.3) - 1.3**2 * np.sin(1.3) + np.exp(-1.3)
    assert along(along(f, inner), outer)(1.3) == pytest.approx(exact, rel=1e-13)


def test_fourth_derivative():
    f = np.sin
    for _ in range(4):
        f = av.grad(f)
    assert f(0.7) == pytest.approx(np.sin(0.7), rel=1e-14)


def test_the_gradients_own_graph_can_be_recorded_and_drawn():
    tape = av.trace(av.grad(lambda x: np.sin(x) * x), 1.0)
    assert tape.value == np.cos(1.0) + np.sin(1.0)
    assert "cos" in {node.primitive.name for node in tape}
    assert tape.reverse().result == pytest.approx(2 * np.cos(1.0) - np.sin(1.0))
    assert tape.film().scene("graph").marks


def test_what_is_not_scalar_or_not_there_is_refused():
    with pytest.raises(TypeError, match=r"must return one number, not y of shape \(3,\); use av.jacobian"):
        av.grad(lambda x: x * 2)(X)
    with pytest.raises(TypeError, match="must return one number, not y = 'text'"):
        av.grad(lambda x: "text")(X)
    with pytest.raises(
        ValueError, match=r"argnums=2, but .* was called with 1 positional argument; choose from 0 to 0"
    ):
        av.grad(lambda x: x, argnums=2)(1.0)
    with pytest.raises(ValueError, match=r"^hessian: argnums=2, but"):
        av.hessian(lambda x: x, argnums=2)(1.0)
    with pytest.raises(TypeError, match=r"must return a pair \(y, aux\)"):
        av.grad(lambda x: x, has_aux=True)(1.0)
    with pytest.raises(ValueError, match="mode='sideways'"):
        av.jacobian(lambda x: x, mode="sideways")
    with pytest.raises(TypeError, match=r"primals must be a tuple over f's arguments, not ndarray; write \(x,\)"):
        av.jvp(lambda x: x, X, X)
    with pytest.raises(ValueError, match="tangents must have the structure of primals"):
        av.jvp(lambda x: x, (1.0,), (1.0, 2.0))


def test_nodes_know_which_level_made_them():
    def f(x):
        s = np.sin(x)
        return s * x

    def g(x):
        h = av.grad(f)(x)
        return h * 2.0

    tape = av.trace(g, 1.0)
    assert [(node.name, node.level) for node in tape if node.parents][:2] == [("s", 0), ("v1", 0)]
    assert [node.level for node in tape if node.primitive.name == "cos"] == [1]
    assert tape.outputs[0].level == 0
    assert "h" not in {node.name for node in tape if node.primitive.name == "cos"}
    swept = [node for node in tape if node.level == 1]
    assert {node.blocks for node in swept} == {("reverse sweep of f",)}
    assert {node.source.text for node in swept} == {"h = av.grad(f)(x)"}
    levels = {node.level for node in av.trace(av.grad(av.grad(f)), 1.0)}
    assert levels == {0, 1, 2}


def test_blocks_of_jacobians_and_hessians_are_the_callers_own():
    x = np.arange(1.0, 4.0)
    first, second = av.jacobian(lambda a, b: a + b, (0, 1))(x, x)
    first[...] = 7.0
    np.testing.assert_array_equal(second, np.eye(3))
    for mode in ("forward", "reverse"):
        twice = av.jacobian(lambda a: (a, a), mode=mode)(x)
        twice[0][...] = 7.0
        np.testing.assert_array_equal(twice[1], np.eye(3))
    h = av.hessian(lambda a, b: np.sum((a + b) ** 2), (0, 1))(x, x)
    h[0][0][...] = 7.0
    np.testing.assert_array_equal(h[1][0], 2 * np.eye(3))


@pytest.mark.parametrize("transform", [av.grad, av.value_and_grad, av.jacobian, av.hessian])
@pytest.mark.parametrize("argnums", [(0, 0), (1, -1)])
def test_an_argument_that_is_named_twice_is_refused(transform, argnums):
    with pytest.raises(ValueError, match=r"argnums=.* names an argument twice; name each once"):
        transform(lambda x, y: x * x * y, argnums=argnums)(2.0, 3.0)


def test_hvp_names_an_argument_on_which_nothing_depends():
    with pytest.raises(ValueError, match=r"\(x: 2, y: 3\)"):
        av.hvp(lambda x, y: x**2 + y, (1.0, 2.0), (np.ones(2), np.ones(3)))
