"""Python asks a traced value for a plain number: the program is steered by it, or the derivative would be lost."""

from __future__ import annotations

import operator
from sys import _getframe
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff.errors import here, off_tape
from advis.autodiff.primitives import special
from advis.autodiff.primitives.left_out import LEFT_OUT
from advis.autodiff.primitives.rule import plain_value

if TYPE_CHECKING:
    from advis.autodiff.recorder import Recorder


class Asked:
    """The part of a Tracer that answers when a number, a position or a truth is wanted."""

    __slots__ = ()
    recorder: Recorder
    index: int
    value: Any
    shape: Any
    dtype: Any
    size: Any

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(
                f"the truth of an array of shape {self.shape} is ambiguous\n  at {here()}\n"
                "  write np.any(…) or np.all(…), or choose element by element with np.where(…)"
            )
        self._steer()
        return bool(self.value)

    def __index__(self) -> int:
        if self.dtype.kind not in "iub":
            error = off_tape(
                f"a traced number ({self.value}) was used as an index or a count",
                "an index has no derivative: compute it from np.argmax or the like, or pass it to f as a keyword",
            )
            raise self.recorder.refuse(error)
        return operator.index(self._settle())

    def __int__(self) -> int:
        if self.dtype.kind in "iub":
            return self.__index__()
        raise self._leaving("int(x)", "use np.floor(x) or np.trunc(x), which are recorded (without derivative)")

    def __float__(self) -> float:
        if self.dtype.kind in "iub":
            return float(self._settle())
        raise self._leaving(
            "float(x), math.sin(x), or writing x into a plain array",
            "use NumPy's functions (np.sin instead of math.sin); for z[0] = x make z with np.zeros_like(x), or build z "
            "with np.stack([…]); keep x as it is where a float seemed needed",
        )

    def __complex__(self) -> complex:
        raise self._leaving("complex(x)", "write x + 0j")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.dtype.kind in "iub":
            return np.array(self._settle(), dtype)
        name = special.caller(_getframe(1))
        if name in LEFT_OUT:
            raise off_tape(f"{name} is not recorded by advis: {LEFT_OUT[name][0]}", LEFT_OUT[name][1])
        raise self._leaving(
            "np.array(x), np.asarray(x), np.array([x0, x1]), or writing x into a plain array",
            "leave np.asarray out, write np.stack([x0, x1]) for np.array([x0, x1]), and for z[:] = x make z with "
            "np.zeros_like(x)",
        )

    def __round__(self, digits: int = 0) -> Any:
        return np.round(self, digits)

    __floor__ = property(lambda self: lambda: np.floor(self))
    __ceil__ = property(lambda self: lambda: np.ceil(self))
    __trunc__ = property(lambda self: lambda: np.trunc(self))

    def _leaving(self, what: str, instead: str) -> Exception:
        return off_tape(f"{what}: a traced value cannot become a plain number, its derivative would be lost", instead)

    def _settle(self) -> Any:
        """The plain value of a mask, a position or a count, which has no derivative: using it is a turn taken."""
        self._steer()
        return plain_value(self.value)

    def _steer(self) -> None:
        """Write down that the course of the program depended on this value."""
        self.recorder.check_open()
        self.recorder.branches.append((self.index, self.recorder.locate(_getframe(2))))

    def item(self) -> Any:
        """Return a position or a count; refuse a number, which would lose its derivative."""
        if self.dtype.kind in "iub":
            return self._settle().item()
        raise self._leaving("x.item()", "keep x as it is")

    def tolist(self) -> Any:
        """Return positions as a list; refuse numbers, which would lose their derivative."""
        if self.dtype.kind in "iub":
            return self._settle().tolist()
        raise self._leaving("x.tolist()", "unpack or iterate over x, or keep it as it is")
