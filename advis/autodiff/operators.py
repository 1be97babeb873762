"""The operators and array methods of a traced value, each bound to its primitive; importing this installs them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from sys import _getframe
from typing import Any

import numpy as np

from advis.autodiff import inplace
from advis.autodiff.primitives import UFUNCS, arithmetic
from advis.autodiff.primitives.rule import CONSTANT, Primitive
from advis.autodiff.tracer import Tracer, annotate, append, record
from advis.autodiff.unusual import unknown_attribute

_NUMBERS = frozenset({float, int, np.float64})
_ARRAY = np.ndarray


def _binary(primitive: Primitive, compute: Callable[[Any, Any], Any], reflected: bool = False) -> Callable[..., Any]:
    """An operator's method: short for two values of one trace, or one and a plain one; else the general way."""

    def method(self: Tracer, other: Any) -> Any:
        recorder = self.recorder
        kind = type(other)
        if kind is Tracer and other.recorder is recorder:
            parents = (self.index, other.index)
            other = other.value
        elif kind in _NUMBERS:
            index = recorder.given(CONSTANT, other)
            parents = (index, self.index) if reflected else (self.index, index)
        elif kind is _ARRAY:
            index = recorder.constant(other)
            parents = (index, self.index) if reflected else (self.index, index)
        else:
            return record(primitive, (other, self) if reflected else (self, other), {})
        try:
            value = compute(other, self.value) if reflected else compute(self.value, other)
        except Exception as error:
            annotate(error, primitive, (other, self.value) if reflected else (self.value, other))
            raise
        frame = _getframe(1) if recorder.source else None
        return append(recorder, primitive, parents, value, frame)

    return method


def _in_place(operate: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """The method of ``+=`` and its like: arrays are written into; of a number, the name is bound anew by Python."""

    def method(self: Tracer, other: Any) -> Any:
        if self.memory is None and (type(self.value) is np.float64 or not self.shape):
            return NotImplemented
        return inplace.accumulate(self, operate, other)

    return method


def _unary(ufunc: np.ufunc) -> Callable[[Tracer], Any]:
    def method(self: Tracer) -> Any:
        return self.__array_ufunc__(ufunc, "__call__", self)

    return method


def _forwarded(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Tracer, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__doc__ = f"Return ``np.{function.__name__}`` of the value."
    return method


def _written_back(function: Callable[..., Any]) -> Callable[..., None]:
    """The method of an array that changes it where it stands."""

    def method(self: Tracer, *args: Any, **kwargs: Any) -> None:
        self[...] = function(self, *args, **kwargs)

    method.__doc__ = f"Replace the array by its ``np.{function.__name__}``."
    return method


_METHODS = (
    np.all,
    np.any,
    np.argmax,
    np.argmin,
    np.argpartition,
    np.argsort,
    np.choose,
    np.clip,
    np.compress,
    np.cumprod,
    np.cumsum,
    np.diagonal,
    np.max,
    np.mean,
    np.min,
    np.nonzero,
    np.prod,
    np.put,
    np.ravel,
    np.repeat,
    np.round,
    np.searchsorted,
    np.squeeze,
    np.std,
    np.sum,
    np.swapaxes,
    np.take,
    np.trace,
    np.var,
)
"""The functions that are also methods of arrays."""


def _conjugate(self: Tracer) -> Any:
    """Return ``np.conjugate`` of the value; what is real itself, as NumPy's method does."""
    return np.conjugate(self) if self.dtype.kind == "c" else self


def _install() -> None:
    """Give Tracer the operators and the array methods, each bound to its primitive."""
    pairs = {
        "add": (arithmetic.add, operator.add),
        "sub": (arithmetic.subtract, operator.sub),
        "mul": (arithmetic.multiply, operator.mul),
        "truediv": (arithmetic.divide, operator.truediv),
        "pow": (arithmetic.power_operator, operator.pow),
    }
    for name, (primitive, compute) in pairs.items():
        setattr(Tracer, f"__{name}__", _binary(primitive, compute))
        setattr(Tracer, f"__r{name}__", _binary(primitive, compute, reflected=True))
    ufuncs = {
        "matmul": np.matmul,
        "floordiv": np.floor_divide,
        "and": np.bitwise_and,
        "or": np.bitwise_or,
    }
    ufuncs |= {"mod": np.remainder, "xor": np.bitwise_xor}
    for name, ufunc in ufuncs.items():
        setattr(Tracer, f"__{name}__", _binary(UFUNCS[ufunc], ufunc))
        setattr(Tracer, f"__r{name}__", _binary(UFUNCS[ufunc], ufunc, reflected=True))
    for name in (*pairs, *ufuncs):
        setattr(Tracer, f"__i{name}__", _in_place(getattr(operator, f"{name}_" if name in ("and", "or") else name)))
    comparisons = {
        "gt": np.greater, "ge": np.greater_equal, "lt": np.less, "le": np.less_equal, "eq": np.equal,
        "ne": np.not_equal,
    }  # fmt: skip
    for name, ufunc in comparisons.items():
        setattr(Tracer, f"__{name}__", _binary(UFUNCS[ufunc], ufunc))
    for name, ufunc in {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}.items():
        setattr(Tracer, f"__{name}__", _unary(ufunc))
    for function in _METHODS:
        setattr(Tracer, function.__name__, _forwarded(function))
    for function in (np.sort, np.partition):
        setattr(Tracer, function.__name__, _written_back(function))
    Tracer.mT = property(lambda self: np.matrix_transpose(self))  # type: ignore[attr-defined]
    Tracer.flat = property(lambda self: np.ravel(self))  # type: ignore[attr-defined]
    Tracer.conj = Tracer.conjugate = _conjugate  # type: ignore[attr-defined]
    setattr(Tracer, "__divmod__", lambda self, other: np.divmod(self, other))  # noqa: B010 (mypy does not know it)
    setattr(Tracer, "__rdivmod__", lambda self, other: np.divmod(other, self))  # noqa: B010
    for name in dir(np.ndarray):
        if not name.startswith("__") and not hasattr(Tracer, name):
            setattr(Tracer, name, property(partial(_unknown, name)))


def _unknown(name: str, _: Tracer) -> Any:
    raise unknown_attribute(name)


_install()
