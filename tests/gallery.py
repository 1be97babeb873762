"""The gallery: named programs in plain NumPy, with arguments. Snapshots and layout figures use it."""

import numpy as np

import advis as av


def classic(x1, x2):
    """ln x₁ + x₁ x₂ − sin x₂, the example of Baydin et al. 2018."""
    return np.log(x1) + x1 * x2 - np.sin(x2)


def mlp_loss(params, x, y):
    """Two layers and a mean squared error."""
    h = x
    for w, b in params:
        h = np.tanh(h @ w + b)
    e = h - y
    return np.mean(e * e)


def attention_head(x, wq, wk, wv):
    """One head of scaled dot-product attention over a short sequence."""
    q, k, v = x @ wq, x @ wk, x @ wv
    s = q @ k.T / np.sqrt(2.0)
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    a = e / np.sum(e, axis=-1, keepdims=True)
    return a @ v


def fft8_butterfly(x):
    """The real part of one bin, and the energy, of an FFT of length 8 written out in three stages."""
    order = [0, 4, 2, 6, 1, 5, 3, 7]
    re = [x[k] for k in order]
    im = [0.0] * 8
    for half in (1, 2, 4):
        for start in range(0, 8, 2 * half):
            for k in range(half):
                c, s = np.cos(np.pi * k / half), -np.sin(np.pi * k / half)
                a, b = start + k, start + k + half
                tr, ti = re[b] * c - im[b] * s, re[b] * s + im[b] * c
                re[a], re[b] = re[a] + tr, re[a] - tr
                im[a], im[b] = im[a] + ti, im[a] - ti
    return re, im


def lorenz_rk4(x, y, z):
    """Three Runge–Kutta steps of the Lorenz system, on scalars."""

    def velocity(x, y, z):
        return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z

    def moved(state, slope, h):
        return [s + h * k for s, k in zip(state, slope, strict=True)]

    state, h = [x, y, z], 0.01
    for _ in range(3):
        k1 = velocity(*state)
        k2 = velocity(*moved(state, k1, h / 2))
        k3 = velocity(*moved(state, k2, h / 2))
        k4 = velocity(*moved(state, k3, h))
        slope = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(k1, k2, k3, k4, strict=True)]
        state = moved(state, slope, h)
    return state[0]


def lstm_cell(x, h, c, w):
    """One step of a long short-term memory cell."""

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    gates = w @ np.concatenate([x, h])
    i, f, o, g = sigmoid(gates[0:3]), sigmoid(gates[3:6]), sigmoid(gates[6:9]), np.tanh(gates[9:12])
    c = f * c + i * g
    return o * np.tanh(c), c


def horner(x):
    """A polynomial of degree six by Horner's scheme."""
    y = 1.0
    for a in (-2.0, 0.5, 3.0, -1.0, 0.25, 4.0):
        y = y * x + a
    return y


def softmax_cross_entropy(logits):
    """The cross-entropy of a softmax against the class 2."""
    z = logits - np.max(logits)
    return np.log(np.sum(np.exp(z))) - z[2]


def branchy(x):
    """A loop that stops, and a branch, both steered by the values."""
    y = x
    while y < 10.0:
        y = y * y if y > 1.5 else y + x
    return np.where(y > 50.0, np.sqrt(y), y) + np.floor(x)


def fan_out_20(x):
    """One value used twenty times, and summed."""
    total = 0.0
    for k in range(20):
        total = total + np.sin(x * (k + 1.0))
    return total


def walls_and_boxes(a, b):
    """A wall, a rule of one's own, a checkpoint, and a solver that is one box."""
    wall = av.stop_gradient(a * b)
    s = softplus(a)
    h = av.checkpoint(horner)(b)
    x = av.fixed_point(lambda x, s: s * np.cos(x), 0.5, s)
    return wall * x + h


@av.primitive
def softplus(x):
    """ln(1 + eˣ), with its derivative by hand."""
    return np.log1p(np.exp(x))


softplus.defvjp(lambda g, ans, x: g / (1 + np.exp(-x)))


def random_program(seed):
    """A random program on scalars with fan-out; the same for the same seed."""

    def program(a, b, c):
        rng = np.random.default_rng(seed)
        values = [a, b, c]
        for _ in range(int(rng.integers(15, 60))):
            left, right = (values[-1 - min(int(rng.exponential(4.0)), len(values) - 1)] for _ in range(2))
            kind = rng.integers(5)
            step = (np.sin, np.tanh, None, None, None)[kind]
            values.append(
                step(left) if step else left * right if kind == 2 else left + right if kind == 3 else left - right
            )
        return values[-1] + values[-2]

    program.__name__ = f"random_{seed}"
    return program


def _arrays():
    rng = np.random.default_rng(7)

    def normal(*shape):
        return np.round(rng.normal(size=shape), 2)

    return {
        mlp_loss: ([(normal(3, 4), normal(4)), (normal(4, 1), normal(1))], normal(5, 3), normal(5, 1)),
        attention_head: (normal(4, 3), normal(3, 2), normal(3, 2), normal(3, 2)),
        fft8_butterfly: (normal(8),),
        lstm_cell: (normal(2), normal(3), normal(3), normal(12, 5)),
        softmax_cross_entropy: (normal(4),),
    }


GALLERY = {
    f.__name__: (f, args)
    for f, args in {
        classic: (2.0, 5.0),
        **_arrays(),
        lorenz_rk4: (1.0, 2.0, 20.0),
        horner: (0.5,),
        branchy: (0.7,),
        fan_out_20: (0.3,),
        **{random_program(seed): (0.6, -1.2, 0.9) for seed in range(5)},
    }.items()
}
"""Each program's name, the function, and its arguments."""

BOXES = {"walls_and_boxes": (walls_and_boxes, (0.6, 1.2))}
"""Programs with a wall: derivatives that are meant to differ from the slope of the values."""
