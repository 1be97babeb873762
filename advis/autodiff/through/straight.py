"""The straight-through estimator: the value of a hard function, the derivative of a soft one."""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import Primitive, shape_of


def _hard(hard: Any, soft: Any) -> Any:
    """The hard value, in the type of both."""
    chosen: Any = np.where(True, hard, soft)
    return chosen[()]


def _passed(d: Any, ans: Any, hard: Any, soft: Any) -> Any:
    return d


straight: Primitive = Primitive(
    "straight_through",
    _hard,
    (None, _passed),
    (None, _passed),
    ("diagonal", "identity"),
    ("", ""),
)


def straight_through(hard: Any, soft: Any) -> Any:
    """Return the value of the hard one with the derivative of the soft one.

    Parameters
    ----------
    hard, soft : number or array; or callable
        Two values of one shape. Or two functions of the same arguments: then the result is a function, too.

    Returns
    -------
    number, array or callable
        In both modes and at every order its derivatives are those of ``soft``; whatever comes after it is
        differentiated at the hard value. So the gradient is biased, unless what comes after is linear.

    Raises
    ------
    ValueError
        If the two have different shapes.
    TypeError
        If only one of them is a function.

    Notes
    -----
    Bengio, Léonard and Courville, *Estimating or Propagating Gradients Through Stochastic Neurons for Conditional
    Computation*, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def fire(x):
    ...     return av.straight_through(x > 0, av.relax.step(x, width=1.0))
    >>> float(fire(0.5)), round(av.grad(fire)(0.5), 6)
    (1.0, 0.235004)
    >>> av.grad(av.straight_through(np.round, lambda x: x))(2.7)
    1.0
    """
    if callable(hard) and callable(soft):
        return _both(hard, soft)
    if callable(hard) or callable(soft):
        said = "hard is a function, soft is not" if callable(hard) else "soft is a function, hard is not"
        raise TypeError(f"straight_through: {said}; give two functions of the same arguments, or two values")
    if shape_of(hard) != shape_of(soft):
        raise ValueError(
            f"straight_through: hard has shape {shape_of(hard)}, soft {shape_of(soft)}; the derivative of one stands "
            "for that of the other, so both need one shape"
        )
    return straight(hard, soft)


def _both(hard: Any, soft: Any) -> Any:
    @wraps(hard, assigned=("__name__", "__doc__"), updated=())
    def through(*args: Any, **kwargs: Any) -> Any:
        return straight_through(hard(*args, **kwargs), soft(*args, **kwargs))

    return through
