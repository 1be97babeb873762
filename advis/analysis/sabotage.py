"""The classic bugs of reverse mode, planted on purpose: to be seen, and to test whether a check finds them.

Two of them are bugs of the sweep: an adjoint is *overwritten* where it should be added to, or a contribution is
*dropped*. The tape keeps its right rules, and its sweep leaves out what the bug loses. Three are bugs of a rule:
a Jacobian that is not *transposed*, a *stale* saved value, a wrong *sign*. There the tape has a wrong rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from advis.analysis.bugs import Bug, SabotagedTape, same
from advis.analysis.differences import adjoint_like
from advis.autodiff.partial import Partial
from advis.autodiff.primitives.part import whole
from advis.autodiff.primitives.rule import Rule, plain_value, shape_of
from advis.autodiff.sweeps import quiet
from advis.autodiff.tape import Node, Tape

KINDS = ("overwrite", "drop", "transpose", "stale", "sign")


def sabotage(tape: Tape, node: Node | str | int, kind: str) -> SabotagedTape:
    """Return a tape with a classic bug of reverse mode at a node.

    Parameters
    ----------
    tape : Tape
    node : Node or str or int
        The node, its name or its index.
    kind : {"overwrite", "drop", "transpose", "stale", "sign"}
        ``overwrite``: the node's adjoint is overwritten instead of added to, so that only the last contribution counts.
        ``drop``: the last contribution to the node's adjoint is lost.
        ``transpose``: the node's rule applies the Jacobian itself, not its transpose.
        ``stale``: the node's rule uses a saved value of another moment, as after an assignment in place.
        ``sign``: one contribution of the node has the wrong sign.

    Returns
    -------
    SabotagedTape
        A tape. Its ``reverse()`` gives wrong numbers; ``against()`` plays the wrong sweep beside the right one.

    Raises
    ------
    ValueError
        For an unknown kind, or one that does not apply to the node; the message says what it lacks, and which kinds do.
    KeyError, IndexError
        For a node that is not in the tape.

    Examples
    --------
    >>> import advis as av
    >>> tape = av.trace(lambda x: x * x + x, 3.0)
    >>> wrong = av.sabotage(tape, "x", "overwrite")
    >>> tape.reverse().result, wrong.reverse().result
    (7.0, 3.0)
    >>> wrong.notes
    ('sabotaged (overwrite): the adjoint of x is overwritten, not added to: only the last of 3 contributions counts',)
    """
    if not isinstance(tape, Tape):
        raise TypeError(
            f"sabotage: the first argument must be a tape, not {tape!r}; write av.sabotage(av.trace(f, …), …)"
        )
    if isinstance(tape, SabotagedTape):
        raise ValueError(f"sabotage: this tape of {tape.function} is sabotaged already; start from its .original")
    if kind not in KINDS:
        raise ValueError(f"sabotage: kind={kind!r} is not known; choose from {', '.join(KINDS)}")
    index = _index(tape, node)
    planted = PLANT[kind](tape, index)
    if isinstance(planted, str):
        applicable = [other for other in KINDS if not isinstance(PLANT[other](tape, index), str)]
        way_out = f"to it apply {', '.join(applicable)}" if applicable else "choose another node"
        raise ValueError(f"sabotage: kind={kind!r} does not apply to {tape.names[index]}: {planted}; {way_out}")
    return planted


def _index(tape: Tape, node: Any) -> int:
    if not isinstance(node, Node):
        found: Node = tape[node]
        return found.index
    if node.tape is not tape:
        raise ValueError(
            f"sabotage: node={node.name!r} is of another tape, of {node.tape.function}; write tape[{node.name!r}]"
        )
    return node.index


Planted = SabotagedTape | str
"""The tape with its bug, or what the node lacks for it."""


def _uses(tape: Tape, index: int) -> list[tuple[int, int]]:
    """The edges by which contributions arrive at a node, in the order of the reverse sweep."""
    uses = [
        (child, place)
        for child in range(len(tape) - 1, index, -1)
        for place, parent in enumerate(tape.parents[child])
        if parent == index and Partial(tape, child, place).passes
    ]
    reached = _reached(tape) if uses else []
    return [(child, place) for child, place in uses if reached[child]]


def _reached(tape: Tape) -> list[bool]:
    """For each node whether an adjoint reaches it from an output."""
    reached = [False] * len(tape)
    for output in tape.output_places:
        reached[output.index] = True
    for child in range(len(tape) - 1, -1, -1):
        if reached[child] and tape.carried[child]:
            for place, parent in enumerate(tape.parents[child]):
                reached[parent] = reached[parent] or Partial(tape, child, place).passes
    return reached


def _overwrite(tape: Tape, index: int) -> Planted:
    uses = _uses(tape, index)
    seeded = any(place.index == index for place in tape.output_places)
    count = len(uses) + seeded
    if not uses or count < 2:
        return f"its adjoint is a sum of {count} contribution{'s' if count != 1 else ''}, and overwriting needs two"
    name = tape.names[index]
    said = f"the adjoint of {name} is overwritten, not added to: only the last of {count} contributions counts"
    return SabotagedTape(tape, Bug("overwrite", index, said, frozenset(uses[:-1]), seeded))


def _drop(tape: Tape, index: int) -> Planted:
    uses = _uses(tape, index)
    if not uses:
        return "no contribution arrives at it"
    said = f"the contribution of {tape.names[uses[-1][0]]} to the adjoint of {tape.names[index]} is lost"
    return SabotagedTape(tape, Bug("drop", index, said, frozenset(uses[-1:])))


def _edges(tape: Tape, index: int) -> list[Partial]:
    """The edges through which a node hands its adjoint back, if one reaches it."""
    edges = [edge for place in range(len(tape.parents[index])) if (edge := Partial(tape, index, place)).passes]
    return edges if edges and _reached(tape)[index] else []


def _transpose(tape: Tape, index: int) -> Planted:
    edges = _edges(tape, index)
    if not edges:
        return "it hands no adjoint back"
    square = [edge for edge in edges if edge.shape[0] == edge.shape[1] > 1]
    if not square:
        return "none of its partials is a square matrix, so that the wrong orientation would not fit"
    for edge in square:
        shape = shape_of(tape.values[edge.parent])
        rule = tape.primitives[index].jvps[edge.place]

        def wrong(g: Any, ans: Any, *args: Any, rule: Any = rule, like: Any = shape) -> Any:
            return np.reshape(rule(np.reshape(g, like), ans, *args), like)

        if _changes(edge, wrong):
            said = f"the rule of {tape.names[index]} for {tape.names[edge.parent]} applies J, not its transpose"
            return _with_rule(tape, Bug("transpose", index, said, place=edge.place), wrong)
    return "its square partials are symmetric"


def _sign(tape: Tape, index: int) -> Planted:
    for edge in _edges(tape, index):
        rule = tape.primitives[index].vjps[edge.place]

        def wrong(g: Any, ans: Any, *args: Any, rule: Any = rule) -> Any:
            return -whole(rule(g, ans, *args))

        if _changes(edge, wrong):
            said = f"the contribution of {tape.names[index]} to {tape.names[edge.parent]} has the wrong sign"
            return _with_rule(tape, Bug("sign", index, said, place=edge.place), wrong)
    return "it hands no adjoint back, or only zeros"


def _stale(tape: Tape, index: int) -> Planted:
    edges = _edges(tape, index)
    if not edges:
        return "it hands no adjoint back"
    for which, other, said in _moments(tape, index):
        for edge in edges:
            wrong = _with_saved(tape.primitives[index].vjps[edge.place], which, tape.values[other])
            if _changes(edge, wrong):
                told = f"the rule of {tape.names[index]} for {tape.names[edge.parent]} uses {said}"
                return _with_rule(tape, Bug("stale", index, told, place=edge.place), wrong)
    return "its reverse rule uses no saved value that another of the same shape could replace"


def _moments(tape: Tape, index: int) -> Iterator[tuple[int, int, str]]:
    """What could be mistaken for a saved value: the node's own result in place of an argument, or the other way round,

    as after ``np.sin(x, out=x)``; then the latest other value of the same shape. Places count the result as −1.
    """
    parents, names = tape.parents[index], tape.names
    places = [place for place, parent in enumerate(parents) if _alike(tape, parent, index)]
    for place in places:
        yield place, index, f"the value of {names[index]} in place of {names[parents[place]]}"
    for place in places:
        yield -1, parents[place], f"the value of {names[parents[place]]} in place of its own"
    for place, parent in enumerate(parents):
        for other in range(len(tape) - 1, -1, -1):
            if other not in (index, parent) and tape.carried[other] and _alike(tape, other, parent):
                yield place, other, f"the value of {names[other]} in place of {names[parent]}"
                break


def _alike(tape: Tape, one: int, other: int) -> bool:
    first, second = plain_value(tape.values[one]), plain_value(tape.values[other])
    return (
        shape_of(first) == shape_of(second)
        and np.asarray(first).dtype == np.asarray(second).dtype
        and not np.array_equal(first, second)
    )


def _with_saved(rule: Any, which: int, value: Any) -> Rule:
    """A rule that finds another value where the one at a place was saved."""

    def wrong(g: Any, ans: Any, *args: Any) -> Any:
        saved = [*args, ans]
        saved[which] = value
        return rule(g, saved[-1], *saved[:-1])

    return wrong


def _changes(edge: Partial, wrong: Rule) -> bool:
    """Whether a wrong rule gives other numbers than the right one."""
    adjoint = adjoint_like(edge.tape.values[edge.index], np.random.default_rng(1))
    args = [edge.tape.values[parent] for parent in edge.tape.parents[edge.index]]
    with quiet():
        return not same(edge.vjp(adjoint), whole(wrong(adjoint, edge.tape.values[edge.index], *args)))


def _with_rule(tape: Tape, bug: Bug, wrong: Rule) -> SabotagedTape:
    """A tape with a wrong reverse rule on one edge."""
    primitive = tape.primitives[bug.index]
    rules = [*primitive.vjps]
    rules[bug.place] = wrong  # type: ignore[index]
    return SabotagedTape(tape, bug, primitive.with_rules(primitive.jvps, tuple(rules)))


PLANT: dict[str, Callable[[Tape, int], Planted]] = {
    "overwrite": _overwrite,
    "drop": _drop,
    "transpose": _transpose,
    "stale": _stale,
    "sign": _sign,
}
