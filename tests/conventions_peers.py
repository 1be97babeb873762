"""The table of docs/conventions.md as data; and its columns JAX and torch, run: ``python -m tests.conventions_peers``.

Neither is needed by the tests, which run the columns advis and autograd. A peer that is not installed is named and left
out. The exit status is 1 if a cell differs from what was run, or if nothing could be run.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

PAGE = Path(__file__).parent.parent / "docs" / "conventions.md"
NUMBERS = {"inf": np.inf, "nan": np.nan}


class Gradient(NamedTuple):
    """What a sweep in reverse gives, and one forward sweep per element of x."""

    reverse: Any
    forward: Any


class Row(NamedTuple):
    """A line of the table: code, point, and for each library its gradient; None for a dash."""

    code: str
    x: Any
    gradients: dict[str, Gradient | None]

    def function(self, numpy: Any) -> Callable[[Any], Any]:
        return eval(f"lambda x: np.sum({self.code})", {"np": numpy})

    def __str__(self) -> str:
        return f"{self.code} at {self.x}"


def numbers(cell: str) -> list[Any]:
    """The numbers or arrays of a cell; none for a dash."""
    return [np.array(eval(text, NUMBERS), float)[()] for text in re.findall(r"`(.*?)`", cell)]


def gradient(cell: str) -> Gradient | None:
    """A cell of a library: one value, or two where the modes differ."""
    found = numbers(cell)
    assert found or cell == "–", f"neither numbers nor a dash: {cell!r}"
    return Gradient(found[0], found[-1]) if found else None


def table() -> list[Row]:
    """The rows of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    (_, _, *libraries, _), *body = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    return [
        Row(code.strip("`"), numbers(x)[0], dict(zip(libraries, map(gradient, cells), strict=True)))
        for code, x, *cells, _ in body
    ]


def directions(x: Any) -> list[Any]:
    """The unit vectors in the shape of x."""
    return list(np.eye(np.size(x)).reshape(-1, *np.shape(x)))


class Peer(NamedTuple):
    """A library: the name of its column, its version, and the gradient of a row."""

    name: str
    version: str
    run: Callable[[Row], Gradient]


def jax_peer() -> Peer:
    import jax

    jax.config.update("jax_enable_x64", True)

    def run(row: Row) -> Gradient:
        f, x = row.function(jax.numpy), jax.numpy.asarray(row.x)
        forward = [jax.jvp(f, (x,), (jax.numpy.asarray(v),))[1] for v in directions(row.x)]
        return Gradient(np.asarray(jax.grad(f)(x)), np.reshape(forward, np.shape(row.x)))

    return Peer("JAX", jax.__version__, run)


class TorchNumpy:
    """torch under NumPy's names: functions of two tensors take numbers too, and cumprod runs along the first axis."""

    BINARY = ("maximum", "minimum", "logaddexp", "hypot", "arctan2", "fmax", "fmod", "copysign")

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self.cumprod = partial(torch.cumprod, dim=0)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._torch, name)
        return partial(self._of_tensors, found) if name in self.BINARY else found

    def _of_tensors(self, function: Callable[..., Any], *values: Any) -> Any:
        return function(*(self._torch.as_tensor(value, dtype=self._torch.float64) for value in values))


def torch_peer() -> Peer:
    import torch

    def run(row: Row) -> Gradient:
        f, x = row.function(TorchNumpy(torch)), torch.tensor(row.x)
        with warnings.catch_warnings(action="ignore"):  # torch.func says that torch.jit is deprecated
            forward = [torch.func.jvp(f, (x,), (torch.tensor(v),))[1] for v in directions(row.x)]
        x.requires_grad_()
        (reverse,) = torch.autograd.grad(f(x), x)
        return Gradient(reverse.numpy(), np.reshape(forward, np.shape(row.x)))

    return Peer("torch", torch.__version__, run)


PEERS = {"jax": jax_peer, "torch": torch_peer}
"""How to get each peer, by the name of its package."""


def differences(peer: Peer, rows: list[Row]) -> Iterator[str]:
    """A line for each cell that does not say what the library gives; a dash says that it refuses."""
    for row in rows:
        written = row.gradients[peer.name]
        try:
            found = peer.run(row)
        except (AttributeError, NotImplementedError, RuntimeError, TypeError) as error:
            if written is not None:
                yield f"{row}: written {written.reverse}, but refused: {error}"
            continue
        for mode, value in found._asdict().items():
            expected = written and getattr(written, mode)
            if expected is None or not np.array_equal(value, expected, equal_nan=True):
                yield f"{row}: {mode} gives {value}, written is {'–' if expected is None else expected}"


def main() -> int:
    rows, ran, wrong = table(), 0, 0
    for package, peer_of in PEERS.items():
        try:
            peer = peer_of()
        except ImportError:
            print(f"{package} is not installed")
            continue
        ran += 1
        found = list(differences(peer, rows))
        wrong += len(found)
        print(f"{peer.name} {peer.version}: {len(rows)} rows, {len(found)} differences", *found, sep="\n  ")
    return int(wrong > 0 or ran == 0)


if __name__ == "__main__":
    sys.exit(main())
