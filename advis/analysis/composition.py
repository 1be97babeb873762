"""Composition: F = D ∘ C ∘ B ∘ A as a function that knows its stages and the names of what flows between them."""

from __future__ import annotations

import inspect
import keyword
import linecache
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from types import FunctionType
from typing import Any

from advis.autodiff.recorder import block
from advis.autodiff.structure import leaves
from advis.autodiff.trace import function_name

LETTERS = "abcdefghijklmnopqrstuvw"
"""What intermediates are called; x is the input, y the output."""


class Composition:
    """A function composed of stages, made by `advis.compose`.

    Attributes
    ----------
    stages : tuple of callable
        In the order in which they are applied.
    names : tuple of str
        What each stage gives: ``("a", "b", "c", "y")``.
    labels : tuple of str
        What each stage is called: its function's name, made unique; ``F1``, ``F2``, … for what has none.
    """

    def __init__(
        self,
        stages: Sequence[Callable[..., Any]],
        names: Sequence[str],
        kept: Callable[[str, Any], Any] = lambda name, value: value,
    ) -> None:
        self._kept = kept  # is shown each result, with its name, and hands it on
        self.stages = tuple(stages)
        self.names = tuple(names)
        self.labels = _labels(self.stages)
        self.__name__ = "F"
        self.__signature__ = _signature(self.stages[0])
        self._function = _written(self.stages, self.labels, self.names)

    def __call__(self, *args: Any) -> Any:
        given: list[Any] = [args if len(args) != 1 else args[0]]

        def keep(name: str, value: Any) -> Any:
            given.append(self._kept(name, value))
            return given[-1]

        try:
            return self._function(keep, *args)
        except (ValueError, IndexError) as error:
            said = self._reached(given)
            reason = f"{type(error).__name__}: {str(error).strip()}"
            raise ValueError(
                f"compose: stage {said}: {reason}; the stages are written in mathematical order: "
                "compose(D, C, B, A) applies A first"
            ) from error
        except Exception as error:
            if len(given) <= len(self.stages):
                error.add_note(f"advis: stage {self._reached(given)}")
            raise

    def _reached(self, given: list[Any]) -> str:
        """Which stage was given what, and by which stage."""
        at = len(given) - 1
        from_stage = f" that stage {self.labels[at - 1]} gave" if at else ""
        return f"{self.labels[at]} cannot take {('x', *self.names)[at]} of shape {_shapes(given[-1])}{from_stage}"

    @property
    def title(self) -> str:
        """``F = D ∘ C ∘ B ∘ A``."""
        return f"F = {' ∘ '.join(reversed(self.labels))}"

    def __repr__(self) -> str:
        return self.title


def compose(*functions: Callable[..., Any], names: Iterable[str] | None = None) -> Composition:
    """Compose functions in mathematical order: ``compose(D, C, B, A)(x)`` is D(C(B(A(x)))).

    Parameters
    ----------
    *functions : callable
        The last is applied first; it may take several arguments, the others take what the one before gives.
    names : iterable of str, optional
        What the stages give, in the order in which they are applied; a, b, c, … and at last y if not given.

    Returns
    -------
    Composition
        A function; ``.stages`` are the functions in the order in which they are applied. When it is traced, each stage
        is a block, and its result takes its name where the stage returns it at once.

    Raises
    ------
    TypeError, ValueError
        Without a function, for something that is not one, or for names that are not one for each stage.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> F = av.compose(np.sum, np.sin)
    >>> F, F.names, F(np.array([0.0, np.pi / 2]))
    (F = sum ∘ sin, ('a', 'y'), np.float64(1.0))
    >>> [node.name for node in av.trace(F, np.array([0.0, 1.0]))]
    ['x', 'a', 'y']
    """
    if not functions:
        raise TypeError("compose: give at least one function, in mathematical order: av.compose(D, C, B, A)")
    for place, function in enumerate(functions):
        if not callable(function):
            raise TypeError(f"compose: argument {place + 1} is {function!r}, not a function; names are given as names=")
    given = default_names(len(functions)) if names is None else tuple(names)
    check_names("compose", given, len(functions))
    return Composition(functions[::-1], given)


def default_names(count: int) -> tuple[str, ...]:
    """Return a name for what each stage gives: a, b, c, …, y.

    Examples
    --------
    >>> default_names(4), default_names(1)
    (('a', 'b', 'c', 'y'), ('y',))
    """
    inner = LETTERS[: count - 1] if count - 1 <= len(LETTERS) else [f"v{k + 1}" for k in range(count - 1)]
    return (*inner, "y")


def check_names(verb: str, names: Sequence[Any], count: int) -> None:
    """Raise unless there is one usable name for each stage, all different.

    Raises
    ------
    ValueError
    """
    if len(names) != count:
        raise ValueError(f"{verb}: names={names!r} has length {len(names)}, for {count} stages; give one name for each")
    for name in names:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name == "x":
            raise ValueError(f"{verb}: names: {name!r} cannot name a variable (x is the input); write for example 'a'")
    if len(set(names)) < count:
        raise ValueError(f"{verb}: names={names!r} has a name twice; give a different one for each stage")


def _labels(stages: Sequence[Callable[..., Any]]) -> tuple[str, ...]:
    labels: list[str] = []
    for place, stage in enumerate(stages):
        name = function_name(stage)
        name = name if name.isidentifier() and not keyword.iskeyword(name) else f"F{place + 1}"
        count = 1 + sum(label.partition("#")[0] == name for label in labels)
        labels.append(name if count == 1 else f"{name}#{count}")
    return tuple(labels)


def _signature(first: Callable[..., Any]) -> inspect.Signature:
    """The arguments are called as those of the first stage if it needs several, else x."""
    kinds = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    try:
        parameters = inspect.signature(first).parameters.values()
    except (TypeError, ValueError):
        parameters = {}.values()
    needed = [p.name for p in parameters if p.kind in kinds and p.default is p.empty]
    names = needed if len(needed) > 1 else ["x"]
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names])


def _shapes(value: Any) -> str:
    shapes = [getattr(leaf, "shape", ()) for _, leaf in leaves(value)]
    return " and ".join(map(str, shapes)) or "nothing"


def _written(stages: Sequence[Any], labels: Sequence[str], names: Sequence[str]) -> Callable[..., Any]:
    """The composition as a Python function with a line for each stage, ``a = A(x)``.

    It is written out because names come from the bytecode: the result of a stage that is stored in ``a`` is called a. A
    Python function is a block by itself; any other stage is given one. The text that readers are shown of it leaves out
    what is ours.
    """
    space: dict[str, Any] = {"__name__": "composition"}
    lines, shown, given = ["def F(_keep, *x):"], ["def F(x):"], "*x"
    for place, (stage, label, name) in enumerate(zip(stages, labels, names, strict=True)):
        block_name = label.partition("#")[0]  # blocks of one name are counted by themselves
        own = type(stage) is FunctionType and stage.__code__.co_name == block_name
        called = label.replace("#", "_")
        if called in space or called in (*names, "x", "F") or called.startswith("_"):
            called = f"_stage{place}"
        space[called], space[f"_block{place}"] = stage, nullcontext if own else partial(block, block_name)
        call = f"        {name} = {called}({given})"
        lines += [f"    with _block{place}():", f"{call}; {name} = _keep({name!r}, {name})"]
        shown += [f"    with block({block_name!r}):", call.replace("*x", "x")]
        given = name
    file = f"<{' ∘ '.join(reversed(labels))}: {', '.join(names)}>"  # the same file has the same text
    exec(compile("\n".join([*lines, f"    return {given}"]), file, "exec"), space)
    text = "\n".join([*shown, f"    return {given}\n"])
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    function: Callable[..., Any] = space["F"]
    return function
