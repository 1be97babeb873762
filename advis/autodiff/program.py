"""A sweep as a program: short runnable NumPy, one line per step, with the same numbers to the last bit."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff import sweeps
from advis.autodiff.body import Body, ClosedRule
from advis.autodiff.primitives.part import Part
from advis.autodiff.primitives.rule import CONSTANT, INPUT, Primitive, plain_value, shape_of
from advis.autodiff.structure import Place, map_leaves
from advis.autodiff.writer import FEW, Writer
from advis.autodiff.written import Term

if TYPE_CHECKING:
    from advis.autodiff.sweep import Sweep


WIDEST = 100
_WRAPPING: dict[str, Any] = {"replace_whitespace": False, "break_on_hyphens": False, "break_long_words": False}


class Program(str):
    """The text of a program, and the arguments with which it repeats the sweep.

    Attributes
    ----------
    arguments : dict
        Each parameter at the recorded point: inputs, seeds, and what cannot be written as text (large constants).
    lines : tuple of (int or None)
        For each line of the text the index of the node in whose turn it is computed: its value above the empty line in
        the middle, and below it what its step of the sweep does. None for lines of no node.
    middle : int
        The place of the empty line between the values and the sweep.
    """

    __slots__ = ("arguments", "lines", "middle")
    arguments: dict[str, Any]
    lines: tuple[int | None, ...]
    middle: int

    def __new__(cls, text: str, arguments: dict[str, Any], lines: tuple[int | None, ...], middle: int) -> Program:
        program = super().__new__(cls, text)
        program.arguments = arguments
        program.lines = lines
        program.middle = middle
        return program

    def __repr__(self) -> str:
        return str(self)


def program(sweep: Sweep) -> Program:
    """Return a sweep as the text of a function ``forward`` or ``reverse`` that computes the values and then the sweep.

    Raises
    ------
    ValueError
        If the sweep carries several seeds at once, or is itself being recorded.
    """
    if sweep.count is not None:
        raise ValueError(f"code(): this sweep carries {sweep.count} seeds at once; run one with a single seed")
    if any(plain_value(item) is not item for item in (*sweep.tape.values, *sweep.column)):
        raise ValueError("code(): this sweep is itself being recorded; ask for its code outside of the function")
    with sweeps.quiet():
        return _Writing(sweep).program()


class _Writing:
    """One sweep while it is being written."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep, self.tape = sweep, sweep.tape
        kinds = {np.result_type(value) for value in self.tape.values if value is not None}
        self.writer = Writer(plain=all(kind in (np.float64, np.complex128) or kind.kind in "iub" for kind in kinds))
        self.terms: list[Any] = []  # of each node's value
        self.flows: list[Term | None] = [None] * len(self.tape)  # of each node's tangent or adjoint
        self.names = self._names()

    def _names(self) -> list[str]:
        """A name in the program for each node's value; what has none in the tape is named when it is needed."""
        self.writer.name(self.sweep.direction)
        return [self.writer.name(name) if name else "" for name in self.tape.names]

    def program(self) -> Program:
        seeds = {
            index: self.writer.name(self._flow_name(index))
            for index, seed in enumerate(self.sweep._seeds)
            if seed is not None
        }
        for index, primitive in enumerate(self.tape.primitives):
            self.writer.owner = index
            self.terms.append(self._value(index, primitive))
        self.writer.owner = None
        self.writer.write("")
        for index, name in seeds.items():
            self.flows[index] = Term(self.writer, name, self.sweep._seeds[index])
        (self._forward if self.sweep.direction == "forward" else self._reverse)()
        self.writer.owner = None
        self.writer.write(f"return {self._result()}")
        return self._assembled(seeds)

    def _flow_name(self, index: int) -> str:
        name = self.names[index] or self.tape.names[index] or "c"
        return f"d_{name}" if self.sweep.direction == "forward" else f"{name}_bar"

    # -- the values, as the tape recorded them

    def _value(self, index: int, primitive: Primitive) -> Any:
        """Write how a node's value is computed, and return what it is called; a plain number is itself."""
        value, name = self.tape.values[index], self.names[index]
        if primitive is INPUT:
            return Term(self.writer, name, value)
        if primitive is CONSTANT:
            return self._constant(value, name)
        args = tuple(self.terms[parent] for parent in self.tape.parents[index])
        call = primitive.call
        if isinstance(call, Body):  # the reader's own function is called, not opened
            text = self.writer.call(call.function, args, dict(primitive.options))
            return self.writer.assign(name, self.writer.term(text, value))
        return self.writer.assign(name, call(*args, **primitive.options))

    def _constant(self, value: Any, name: str) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        if value.size > FEW and name:
            self.writer.parameters[name] = value
            return Term(self.writer, name, value)
        literal = Term(self.writer, self.writer.literal(value), value)
        return self.writer.assign(name, literal) if name else literal

    # -- the sweep: the same visits, in the same order, as in `sweeps`

    def _forward(self) -> None:
        for index, primitive in enumerate(self.tape.primitives):
            self.writer.owner = index
            total = self._tangent(index, primitive)
            if total is not None:
                self.flows[index] = self._assigned(index, sweeps.grown(total, self.terms[index]))

    def _tangent(self, index: int, primitive: Primitive) -> Any:
        parents = self.tape.parents[index]
        moving = [self.flows[parent] for parent in parents]
        if primitive.places is not None and any(tangent is not None for tangent in moving):
            args = [self.terms[parent] for parent in parents]
            return primitive.call(*sweeps.filled(moving, args), **primitive.options)
        total = None
        for source, rule, args in self._edges(index, primitive.jvps):
            tangent = self.flows[source]
            if tangent is not None:
                amount = rule(tangent, self.terms[index], *args)
                total = amount if total is None else total + amount
        return total

    def _reverse(self) -> None:
        for index in reversed(range(len(self.tape))):
            adjoint, primitive, self.writer.owner = self.flows[index], self.tape.primitives[index], index
            if adjoint is None:
                continue
            for source, found in self._shares(index, primitive, adjoint):
                before = self.flows[source]
                if type(found) is Part and not found.basic and before is not None:
                    np.add.at(before, found.index, found.amount)  # one after the other, as the sweep does
                    self.flows[source] = self._assigned(source, before)
                    continue
                amount = sweeps.fitted(found, self.terms[source])
                self.flows[source] = self._assigned(source, amount if before is None else before + amount)

    def _shares(self, index: int, primitive: Primitive, adjoint: Term) -> Iterator[tuple[int, Any]]:
        """The parents of a node that get something from its adjoint, each with what the rule gives."""
        parents, primitives = self.tape.parents[index], self.tape.primitives
        if primitive.places is not None:
            places = primitive.places(*[self.terms[parent] for parent in parents])
            found = zip(parents, places, strict=True)
            yield from ((source, adjoint[place]) for source, place in found if not primitives[source].blind)
            return
        for source, rule, args in self._edges(index, primitive.vjps):
            if not primitives[source].blind:
                yield source, rule(adjoint, self.terms[index], *args)

    def _edges(self, index: int, rules: Sequence[Any]) -> Iterator[tuple[int, Any, list[Any]]]:
        """The edges of a node that a derivative passes: the parent, the rule, and the rule's arguments."""
        parents = self.tape.parents[index]
        args = [self.terms[parent] for parent in parents]
        for source, rule in zip(parents, rules, strict=False):
            if rule is not None:
                yield source, partial(self._called, rule) if isinstance(rule, ClosedRule) else rule, args

    def _called(self, rule: ClosedRule, *terms: Term) -> Any:
        """Write a rule that is not opened as a call of a function that the program is given."""
        text = self.writer.call(rule, terms, {})
        return self.writer.term(text, np.asarray(rule(*(getattr(term, "value", term) for term in terms)))[()])

    def _assigned(self, index: int, amount: Any) -> Term:
        before = self.flows[index]
        name = before.text if before is not None else self.writer.name(self._flow_name(index))
        term = amount if isinstance(amount, Term) else Term(self.writer, self.writer.literal(amount), amount)
        return self.writer.assign(name, term)

    # -- the function around them

    def _result(self) -> str:
        """What the sweep's ``result`` is, in its structure."""
        forward = self.sweep.direction == "forward"
        structure = self.tape._outcome if forward else self.tape._arguments
        whole = map_leaves(lambda leaf: self._flow(leaf.index) if isinstance(leaf, Place) else leaf, structure)
        if not forward and len(whole) == 1:
            whole = whole[0]
        text = self.writer.literal(whole) if not isinstance(whole, Term) else whole.text
        return text[1:-1] if type(whole) is tuple and len(whole) > 1 else text

    def _flow(self, index: int) -> Term:
        flow = self.flows[index]
        if flow is not None:
            return flow
        zero = sweeps.zero_like(self.tape.values[index])
        return Term(self.writer, self.writer.literal(zero), zero)

    def _assembled(self, seeds: dict[int, str]) -> Program:
        inputs = {self.names[place.index]: self.tape.values[place.index] for place in self.tape.input_places}
        given = {name: self.sweep._seeds[index] for index, name in seeds.items()}
        bare = {name: seed for name, seed in given.items() if shape_of(seed)}
        short = {name: seed for name, seed in given.items() if not shape_of(seed)}
        parameters = [*inputs, *self.writer.parameters, *bare]
        parameters += [f"{name}={self.writer.literal(seed.item())}" for name, seed in short.items()]
        written = self.writer.without_idle_parts()
        body = [f'"""{self._summary()}"""', *_conversions(inputs | short), *(line for line, _ in written)]
        text = "\n".join(f"    {line}".rstrip() for line in body)
        head = f"def {self.sweep.direction}({', '.join(parameters)}):"
        if len(head) > WIDEST:
            head = head.replace("(", "(\n    ", 1).replace("):", "\n):")
            head = "\n".join(textwrap.wrap(head, WIDEST, subsequent_indent="    ", **_WRAPPING))
        top = f"import numpy as np\n\n\n{head}\n"
        before = top.count("\n") + len(body) - len(written)
        owners = (*[None] * before, *(owner for _, owner in written))
        middle = before + next(k for k, (line, _) in enumerate(written) if not line)
        return Program(f"{top}{text}\n", inputs | self.writer.parameters | given, owners, middle)

    def _summary(self) -> str:
        said = f"The {self.sweep.direction} sweep of {self.tape.function}"
        said += " along the branches that it took." if self.tape.branches else "."
        known = self.writer.parameters
        return said + (f" Constants of its own: {', '.join(known)}." if known else "")


def _conversions(numbers: dict[str, Any]) -> list[str]:
    """Lines that make NumPy's numbers of Python's, as the tape does: 1 / x at 0 is infinite, and no error."""
    by_type: dict[str, list[str]] = {}
    for name, value in numbers.items():
        if not shape_of(value):
            by_type.setdefault(np.result_type(value).name, []).append(name)
    return [
        f"{names[0]} = np.{kind}({names[0]})"
        if len(names) == 1
        else f"{', '.join(names)} = map(np.{kind}, ({', '.join(names)}))"
        for kind, names in by_type.items()
    ]
