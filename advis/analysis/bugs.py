"""A tape with a bug, and its wrong sweep beside the right one: what `advis.sabotage` makes."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from advis.autodiff.numbers import value_text
from advis.autodiff.primitives.rule import Primitive, plain_value
from advis.autodiff.shown import Shown
from advis.autodiff.sweep import Contribution, Step, Sweep
from advis.autodiff.table import Table, signature
from advis.autodiff.tape import Node, Tape


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug and where it sits.

    Attributes
    ----------
    kind : {"overwrite", "drop", "transpose", "stale", "sign"}
    index : int
        The node: whose adjoint is summed wrongly, or whose reverse rule is wrong.
    sentence : str
        What is wrong, in words.
    lost : frozenset of (int, int)
        The edges (node, place of the parent) whose contributions the sweep loses.
    seedless : bool
        Whether the node's seed is lost too.
    place : int or None
        The edge whose rule is wrong; of a stale value, the first.
    """

    kind: str
    index: int
    sentence: str
    lost: frozenset[tuple[int, int]] = frozenset()
    seedless: bool = False
    place: int | None = None


class SabotagedTape(Tape):
    """A tape whose reverse sweep has a classic bug; in everything else it is the tape that it was made from.

    Attributes
    ----------
    original : Tape
    bug : Bug
    """

    def __init__(self, original: Tape, bug: Bug, primitive: Primitive | None = None) -> None:
        self.__dict__.update(vars(original))
        self.__dict__.pop("notes", None)
        self.original, self.bug, self._latest = original, bug, {}
        if primitive is not None:
            self.primitives = [*original.primitives]
            self.primitives[bug.index] = primitive

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know: above all, that this tape is sabotaged, and how."""
        return (f"sabotaged ({self.bug.kind}): {self.bug.sentence}", *self.original.notes)

    def _swept(self, direction: str, seeds: list[Any], count: int | None) -> Sweep:
        if direction == "forward" or not (self.bug.lost or self.bug.seedless):
            return super()._swept(direction, seeds, count)
        lossy = copy.copy(self.original)
        lossy.values, lossy.primitives = self.values, self._lossy_primitives()
        given = list(seeds)
        if self.bug.seedless:
            given[self.bug.index] = None
        column = lossy._swept(direction, given, count).column
        self._latest[direction] = tuple(seeds), column, count
        return Sweep(self, direction, *self._latest[direction])

    def _lossy_primitives(self) -> list[Primitive]:
        """The primitives without the reverse rules of the edges whose contributions are lost."""
        primitives = [*self.primitives]
        for index, place in self.bug.lost:
            rules = [*primitives[index].vjps]
            rules[place] = None
            primitives[index] = primitives[index].with_rules(primitives[index].jvps, tuple(rules))
        return primitives

    def against(self, seed: Any = None, /) -> Sabotage:
        """Return the wrong sweep beside the right one.

        Parameters
        ----------
        seed : optional
            As for `reverse`.
        """
        return self.beside(self.reverse(seed))

    def beside(self, wrong: Sweep) -> Sabotage:
        """Return a wrong reverse sweep over this tape beside the right one from the same seeds."""
        latest = dict(self.original._latest)
        right = self.original._swept("reverse", list(wrong._seeds), wrong.count)
        self.original._latest = latest  # to look at it leaves nothing behind
        return Sabotage(wrong, right)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sabotage(Shown):
    """A wrong reverse sweep beside the right one. Its film stops at the first step at which they differ.

    Attributes
    ----------
    wrong, right : Sweep
    """

    wrong: Sweep
    right: Sweep

    @property
    def bug(self) -> Bug:
        """What was planted."""
        bug: Bug = self.wrong.tape.bug  # type: ignore[attr-defined]
        return bug

    @property
    def differences(self) -> tuple[Node, ...]:
        """The nodes whose adjoints differ at the end."""
        nodes = (node for node in self.wrong.tape if self.wrong.tape.carried[node.index])
        return tuple(node for node in nodes if not same(self.wrong.at(node.index), self.right.at(node.index)))

    @property
    def step(self) -> Step | None:
        """The first step of the wrong sweep after which a number differs; None if no adjoint differs at the end."""
        if not self.differences:
            return None
        right = {step.node.index: arrived for step, arrived in running(self.right)}
        for step, arrived in running(self.wrong):
            meant = (total for _, total in right[step.node.index])
            if any(not same(now, then) for (_, now), then in zip(arrived, meant, strict=True)):
                return step
        return None

    def table(self) -> Table:
        """Return both adjoints of every node, with a mark where they differ."""
        tape, different = self.wrong.tape, {node.index for node in self.differences}
        rows = []
        for node in tape:
            if tape.carried[node.index]:
                texts = [value_text(plain_value(sweep.at(node.index))) for sweep in (self.wrong, self.right)]
                mark = "≠" if node.index in different else ""
                rows.append((node.name, node.expression if node.parents else "", *texts, mark))
        headings = ("name", "operation", "wrong adjoint ↑", "right adjoint ↑", "")
        title = f"{signature(tape)}; a wrong reverse sweep beside the right one"
        return Table(title, headings, tuple(rows), (False, False, True, True, False), tape.notes)

    def __str__(self) -> str:
        return self.table().text()


def running(sweep: Sweep) -> Iterator[tuple[Step, list[tuple[Contribution, Any]]]]:
    """Yield each step of a reverse sweep with its contributions, each with the sum that it leaves at its target."""
    bug = sweep.tape.bug if isinstance(sweep.tape, SabotagedTape) else None
    totals = {index: seed for index, seed in enumerate(sweep._seeds) if seed is not None}
    for step in sweep.steps:
        arrived = []
        for flow in step.contributions:
            target = flow.target.index
            totals[target] = after(bug, flow, totals.get(target))
            arrived.append((flow, totals[target]))
        yield step, arrived


def after(bug: Bug | None, flow: Contribution, before: Any) -> Any:
    """Return what stands at a target after a contribution arrived, as a sweep with this bug has it."""
    if bug is not None and bug.index == flow.target.index and bug.kind == "overwrite":
        return flow.amount
    if bug is not None and (flow.partial.index, flow.partial.place) in bug.lost:
        return np.zeros_like(flow.amount) if before is None else before
    return flow.amount if before is None else before + flow.amount


def same(one: Any, other: Any) -> bool:
    """Whether two adjoints are the same numbers, but for round-off."""
    one, other = plain_value(one), plain_value(other)
    return np.array_equal(one, other) or bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))
