"""The pictures of docs/gallery.md: each is a function that returns what is shown, and says how it is shown.

The page shows these functions as they stand here, below the programs of `tests/gallery.py` that they draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

import advis as av
from advis.films.film import Film
from advis.media.picture import picture
from advis.media.svg import svg, svg_of
from tests.gallery import (
    attention_head,
    branchy,
    classic,
    lorenz_rk4,
    lstm_cell,
    mlp_loss,
    softmax_cross_entropy,
)

SHOWN = ("graph", "say")


@dataclass(frozen=True)
class Picture:
    """One picture of the gallery.

    Attributes
    ----------
    make : callable
        Returns what is shown.
    chapter : str
        The part of the page.
    uses : tuple of callable
        What the page shows above it.
    step : int or None
        Which step; the last one if None.
    panes : tuple of str
    options : dict
        Of the film.
    """

    make: Callable[[], Any]
    chapter: str
    uses: tuple[Callable[..., Any], ...]
    step: int | None
    panes: tuple[str, ...]
    options: dict[str, Any]

    @property
    def name(self) -> str:
        """How its file is called."""
        return self.make.__name__.replace("_", "-")

    @cached_property
    def film(self) -> Film:
        """What is shown."""
        film: Film = self.make().film(**self.options)
        return film

    def svg(self) -> str:
        """The picture as a file."""
        step = self.film.steps if self.step is None else self.step
        return svg(self.film, step) if self.panes == ("graph",) else svg_of(picture(self.film, step, self.panes))


PICTURES: list[Picture] = []


def shown(
    chapter: str, *uses: Callable[..., Any], step: int | None = None, panes: tuple[str, ...] = SHOWN, **options: Any
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Put a function into the gallery."""

    def put(make: Callable[[], Any]) -> Callable[[], Any]:
        PICTURES.append(Picture(make, chapter, uses, step, panes, options))
        return make

    return put


ONE = "One function, every way to see it"


@shown(ONE, classic, panes=("graph",))
def the_graph():
    """The function of Baydin et al. (2018), recorded at (2, 5): its computational graph."""
    return av.trace(classic, 2.0, 5.0)


@shown(ONE, step=5, panes=("graph", "trace", "source", "say"))
def a_forward_sweep():
    """Tangents flow with the values: how everything moves when x1 does."""
    return av.trace(classic, 2.0, 5.0).forward(x1=1.0)


@shown(ONE, step=4, panes=("graph", "trace", "source", "say"))
def a_reverse_sweep():
    """Adjoints flow back: each step hands on what its node has received, times a partial."""
    return av.trace(classic, 2.0, 5.0).reverse()


@shown(ONE, step=9)
def both_modes():
    """Both in one picture: tangents on the way there, adjoints on the way back."""
    return av.play(av.trace(classic, 2.0, 5.0), {"x1": 1.0})


@shown(ONE, step=3, panes=("graph",), direction="down")
def downwards():
    """The same graph can be drawn from top to bottom."""
    return av.trace(classic, 2.0, 5.0).reverse()


PROGRAMS = "Programs"


def cubic(x):
    y = 2.0
    for a in (1.0, 0.5, 3.0):
        y = y * x + a
    return y


@shown(PROGRAMS, cubic, step=5, direction="down")
def a_polynomial():
    """Horner's scheme: the adjoint of x grows at each of its uses."""
    return av.trace(cubic, 0.5).reverse()


def many(x):
    return np.sin(x) + np.cos(x) + np.exp(x) + x * x + np.sqrt(x)


@shown(PROGRAMS, many)
def a_fan_out():
    """A value that is used six times: its adjoint is a sum of six contributions."""
    return av.trace(many, 0.25).reverse()


@shown(PROGRAMS, branchy, step=3, direction="down")
def branches():
    """A loop and a branch that the values decided. What no derivative passes is dashed."""
    return av.trace(branchy, 0.7).reverse()


@shown(PROGRAMS, softmax_cross_entropy, direction="down")
def a_classifier():
    """The adjoint of the logits is softmax minus one-hot, and the sweep shows why."""
    return av.trace(softmax_cross_entropy, np.array([0.25, -0.5, 1.0])).reverse()


@shown(PROGRAMS, mlp_loss, step=7, direction="down")
def a_network():
    """Two layers and their loss: matrices are boxes, too."""
    rng = np.random.default_rng(7)
    params = [(rng.normal(size=(3, 4)), np.zeros(4)), (rng.normal(size=(4, 1)), np.zeros(1))]
    return av.trace(mlp_loss, params, rng.normal(size=(5, 3)), rng.normal(size=(5, 1))).reverse()


@shown(PROGRAMS, attention_head, panes=("graph",), direction="down")
def attention():
    """One head of scaled dot-product attention."""
    rng = np.random.default_rng(7)
    x, wq, wk, wv = (rng.normal(size=shape) for shape in ((4, 3), (3, 2), (3, 2), (3, 2)))
    return av.trace(attention_head, x, wq, wk, wv)


@shown(PROGRAMS, lstm_cell, panes=("graph",), direction="down")
def a_recurrent_cell():
    """One step of a long short-term memory; the gates are slices of one product."""
    rng = np.random.default_rng(7)
    return av.trace(lstm_cell, rng.normal(size=2), np.zeros(3), np.zeros(3), rng.normal(size=(12, 5)))


def hadamard(x):
    for half in (1, 2, 4):
        x = [x[k ^ half] - x[k] if k & half else x[k] + x[k | half] for k in range(8)]
    return x


@shown(PROGRAMS, hadamard, panes=("graph",))
def butterflies():
    """The Walsh–Hadamard transform of eight numbers, the pattern of every fast Fourier transform."""
    return av.trace(hadamard, [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])


@shown(PROGRAMS, lorenz_rk4, panes=("graph",), fold=True)
def an_attractor():
    """Three Runge–Kutta steps of the Lorenz system: the turns of the loop fold into boxes that can be entered."""
    return av.trace(lorenz_rk4, 1.0, 2.0, 20.0).reverse()


def deep(x):
    for _ in range(50):
        x = np.sin(x) * 1.1 + 0.01
    return x


@shown(PROGRAMS, deep)
def a_deep_loop():
    """Fifty turns of a loop are one box, and in the player one picture that is entered."""
    return av.trace(deep, 0.5).reverse()


def square_root(a):
    x = a
    for _ in range(3):
        x = (x + a / x) / 2
    return x


@shown(PROGRAMS, square_root, direction="down")
def newtons_method():
    """Newton's iteration for √a, differentiated through its steps: three of them give 1/(2√2) to three digits."""
    return av.trace(square_root, 2.0).reverse()


PHYSICS = "Physics and data"


def energy(q1, q2):
    distance = np.sqrt(np.sum((q2 - q1) ** 2))
    return -1.0 / distance


@shown(PHYSICS, energy, direction="down")
def a_force():
    """Two bodies: the reverse sweep of their potential energy gives both forces, and they cancel."""
    return av.trace(energy, np.array([0.0, 0.0]), np.array([3.0, 4.0])).reverse()


def oscillator(x, v, damping, stiffness):
    v = v - 0.1 * (damping * v + stiffness * x)
    x = x + 0.1 * v
    return x, v


def misfit(damping, stiffness, measured):
    x, v, error = 1.0, 0.0, 0.0
    for k in range(len(measured)):
        x, v = oscillator(x, v, damping, stiffness)
        error = error + (x - measured[k]) ** 2
    return error


@shown(PHYSICS, oscillator, direction="down", step=5)
def one_step_of_an_oscillator():
    """One step in time of a damped oscillator, swept back from its place x."""
    return av.trace(oscillator, 1.0, 0.0, 0.4, 2.0).reverse((1.0, 0.0))


@shown(PHYSICS, oscillator, misfit, fold=True)
def a_physics_fit():
    """Thirty such steps, compared with data: the gradient says how to correct damping and stiffness."""
    measured = np.cos(1.3 * 0.1 * np.arange(1, 31))
    return av.trace(lambda damping, stiffness: misfit(damping, stiffness, measured), 0.4, 2.0).reverse()


def loss(weights, bias, x, y):
    margin = (x @ weights + bias) * y
    return np.mean(np.logaddexp(0.0, -margin))


@shown(PHYSICS, loss, step=4, direction="down")
def a_regression():
    """Logistic regression on four points: the data are small and grey, since nothing is asked about them."""
    x = np.array([[0.5, 1.0], [1.5, -0.5], [-1.0, 0.3], [-0.7, -1.2]])
    y = np.array([1.0, 1.0, -1.0, -1.0])
    return av.trace(lambda weights, bias: loss(weights, bias, x, y), np.array([0.2, -0.1]), 0.0).reverse()


def conduction(u):
    return u + 0.25 * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))


@shown(PHYSICS, conduction, panes=("graph",), direction="down")
def heat():
    """A step of the heat equation on a ring of cells, and back: the adjoint spreads as heat does."""
    return av.trace(conduction, np.array([0.0, 4.0, 1.0, 0.0])).reverse(np.array([0.0, 0.0, 1.0, 0.0]))


CHAINS = "Chains of Jacobians"


def affine(x):
    return np.array([[1.0, 0.5, 0.0, -1.0], [0.0, 2.0, 1.0, 0.5], [0.3, 0.0, 0.0, 1.0]]) @ x


def differences(b):
    return b[1:] - b[:-1]


def length(c):
    return np.sum(c**2)


def stages():
    return av.chain(av.compose(length, differences, np.tanh, affine), np.array([0.1, 0.2, 0.3, 0.4]))


@shown(CHAINS, affine, differences, length, stages, step=0)
def a_four_stage_chain():
    """The Jacobian of a composition is a product, here with the numbers of its four factors."""
    return stages()


@shown(CHAINS, step=2)
def one_order():
    """Reverse accumulation after two products: what has been multiplied stands in the middle of its factors."""
    return stages().accumulate("reverse")


@shown(CHAINS)
def a_tangent():
    """A Jacobian-vector product never meets a matrix larger than its factors."""
    return stages().jvp(np.array([1.0, 0.0, 0.0, 0.0]))


@shown(CHAINS, step=0)
def factors_to_scale():
    """Where only sizes matter, shapes are enough: the factors are drawn to scale."""
    return av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)])


@shown(CHAINS, step=3)
def the_best_order():
    """Six factors of Cormen et al., multiplied in the best of 42 orders."""
    shapes = [(30, 35), (35, 15), (15, 5), (5, 10), (10, 20), (20, 25)]
    return av.chain(shapes=shapes).accumulate("optimal")


@shown(CHAINS, step=1)
def orders_compared():
    """The same product in several orders, side by side, and what each costs."""
    return av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)]).compare()


@shown(CHAINS, panes=("graph",))
def a_map_of_costs():
    """Who is cheapest as the numbers of inputs and outputs vary."""
    return av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)]).map()


@shown(CHAINS, step=2)
def columns():
    """A Jacobian put together column by column, one forward sweep for each."""
    return av.chain(av.compose(differences, np.tanh, affine), np.array([0.1, 0.2, 0.3, 0.4])).by_columns()


TRUST = "Trust"


@shown(TRUST)
def a_culprit():
    """A derivative rule with a mistake is found, and named with its line."""

    @av.primitive
    def cube(x):
        return x**3

    cube.defvjp(lambda g, ans, x: g * 2 * x**2).defjvp(lambda t, ans, x: t * 3 * x**2)

    def volume(a):
        side = a + 1.0
        return cube(side) * 0.5

    return av.check(volume, 1.0)


@shown(TRUST, classic)
def a_planted_bug():
    """An adjoint that is overwritten, not added to, beside the right sweep: it stops where they first differ."""
    return av.sabotage(av.trace(classic, 2.0, 5.0), "x1", "overwrite").against()


def rational(x):
    return x * (1 + x * x) / (2 + x * x * x)


@shown(TRUST, rational)
def differences_and_their_steps():
    """The error of finite differences over their step, and of the ways that have no step."""
    return av.compare_methods(rational, 1.5)


HIGHER = "Higher order"


@shown(HIGHER, classic, panes=("graph",), engine="planes")
def planes_of_a_gradient():
    """The gradient is a program, too: the sweep that made it stands in a plane below the function."""
    return av.trace(av.grad(classic, argnums=(0, 1)), 2.0, 5.0)


@shown(HIGHER, step=12, engine="planes")
def forward_over_reverse():
    """A forward sweep over the gradient's graph: tangents of adjoints, which are the Hessian times a vector."""
    return av.trace(av.grad(classic, argnums=(0, 1)), 2.0, 5.0).forward(x1=1.0)
