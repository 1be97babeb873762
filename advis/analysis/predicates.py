"""Predicates: what the way of a program, or a mask, depends on; how far they are from flipping, and what jumps then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from advis.analysis.differences import flat
from advis.analysis.examined import Examined
from advis.analysis.replay import rerun
from advis.analysis.symptoms import Symptom, element_text, listed, sized, spot
from advis.analysis.walls import COMPARING
from advis.autodiff.code import Source
from advis.autodiff.numbers import number
from advis.autodiff.primitives.rule import plain_value
from advis.autodiff.sweeps import forward_column, zero_like
from advis.autodiff.tape import Tape

MOST_SWEPT = 12
"""So many predicates, the nearest ones, get a sweep of their own for the distance to the point at which they flip."""
MOST_RUN = 50
"""So often a program is run again to close in on the point at which one predicate flips; a long one less often."""
MOST_NODES = 30_000  # are computed in all these runs
FEWEST_RUN = 6
STEP = 1e-12  # the width, as a part of the size of the inputs, to which the point of flipping is closed in
JUMP = 1e-6  # of the size of the result: a smaller jump is none
STEEP = 4.0
EXACT = 1e-9  # of the size of the inputs: a predicate so near to flipping stands on its threshold

_CURE = "a smooth mixture, av.relax.where with a width; or a start further away"

Again = Callable[[Sequence[Any]], Tape]
"""The program run again, at other inputs."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NearBranch(Symptom):
    """A predicate that a branch, an index or a mask depends on.

    Attributes
    ----------
    use : str
        ``branch``, ``index`` or ``mask``.
    predicate : str
        Such as ``y > 0``.
    operands : tuple of float
        What was compared, of an array at the element that is nearest to flipping.
    margin : float
        How far the inputs are from the nearest point at which it flips, to first order; ∞ if no derivative says so.
    direction : tuple
        Which way that is: for each input a number or an array, of length 1 taken together.
    jump, slope : float or None
        By how much the result, and its slope in that direction, differ just beyond; None where it was not tried.
    times : int
        How often the same line asked.
    """

    kind: ClassVar[str] = "branch"
    word: ClassVar[str] = "branch"

    use: str = "branch"
    predicate: str = ""
    operands: tuple[float, ...] = ()
    margin: float = np.inf
    direction: tuple[Any, ...] = ()
    jump: float | None = None
    slope: float | None = None
    times: int = 1

    @property
    def line(self) -> Source | None:
        """The line that asks."""
        return self.asked or (self.node.source if self.node is not None else None)

    asked: Source | None = None

    @property
    def sort(self) -> str:
        """Its use and the line that asks."""
        return f"{self.use} {self.asked}"


@dataclass(frozen=True, slots=True)
class Question:
    """A comparison at the element nearest to flipping: whether some gap is above 0, and what uses the answer."""

    index: int  # the comparison
    use: str
    ends: tuple[tuple[int, tuple[int, ...], float], ...]  # nodes, elements and signs whose sum is the gap
    gap: float
    operands: tuple[float, ...]
    asked: Source | None
    times: int


def branches(seen: Examined, again: Again | None) -> Iterator[NearBranch]:
    """Yield what the program's way depends on, and masks whose threshold is near; nearest first."""
    asked = sorted(_questions(seen), key=lambda question: abs(question.gap) / _scale(question))
    found = [_measured(seen, question, k < MOST_SWEPT) for k, question in enumerate(asked)]
    for question, near in sorted(found, key=lambda pair: pair[1].margin):
        close = near.margin <= seen.limits.near * _reach(seen, near)
        if near.use == "mask" and not close:
            continue
        yield _crossed(seen, question, near, again) if np.isfinite(near.margin) else near


def _scale(question: Question) -> float:
    return max(1e-300, *(abs(operand) for operand in question.operands))


def _reach(seen: Examined, near: NearBranch) -> float:
    """The size of the inputs that move a predicate; 1 if they are 0."""
    moved = [k for k, part in zip(seen.inputs, near.direction, strict=False) if np.any(np.asarray(part) != 0)]
    length = float(np.sqrt(sum(np.sum(np.abs(np.asarray(seen.values[k])) ** 2) for k in moved)))
    return length or 1.0


# -- what is asked


def _questions(seen: Examined) -> Iterator[Question]:
    """Each line that asks, with the nearest of its comparisons."""
    tape = seen.tape
    steering = [(k, branch.source) for (k, _), branch in zip(tape._steered, tape.branches, strict=True)]
    groups: dict[tuple[Any, ...], list[tuple[int, Source | None]]] = {}
    for (k, position), (_, source) in zip(tape._steered, steering, strict=True):
        use = "index" if seen.values[k].dtype.kind in "iu" else "branch"
        for comparison in _asked_by(seen, k):
            code = tape.contexts[position[0]].code
            key = (use, id(code), abs(position[1]), tape.primitives[comparison].name, spot(tape, comparison))
            groups.setdefault(key, []).append((comparison, source))
    masks = dict.fromkeys(_masks(seen))
    for comparison in masks:
        groups.setdefault(("mask", comparison), []).append((comparison, None))
    for key, members in groups.items():
        posed = [
            q for comparison, source in members for q in [_posed(seen, comparison, key[0], source, len(members))] if q
        ]
        if posed:
            yield min(posed, key=lambda question: abs(question.gap))


def _asked_by(seen: Examined, index: int) -> list[int]:
    """The comparisons that an answer is made of: through ``and``, ``or``, ``not``, ``any``."""
    found, waiting, known = [], [index], {index}
    while waiting:
        node = waiting.pop()
        name = seen.tape.primitives[node].name
        if name in COMPARING or name in ("argmax", "argmin"):
            found.append(node)
        elif seen.tape.primitives[node].blind:
            fresh = [p for p in seen.tape.parents[node] if p not in known]
            known.update(fresh)
            waiting += fresh
    return found


def _masks(seen: Examined) -> Iterator[int]:
    """The comparisons on which a ``where`` depends."""
    for index, primitive in enumerate(seen.tape.primitives):
        if primitive.name in ("where", "select") and seen.counts[index]:
            yield from _asked_by(seen, seen.tape.parents[index][0])


def _posed(seen: Examined, index: int, use: str, source: Source | None, times: int) -> Question | None:
    """A comparison as a gap that changes its sign; None for those that have none."""
    tape, parents = seen.tape, seen.tape.parents[index]
    if tape.primitives[index].name in ("argmax", "argmin"):
        return _between_best(seen, index, use, source, times)
    if len(parents) != 2 or tape.primitives[index].name not in COMPARING or not seen.depends[index]:
        return None
    a, b = (np.asarray(seen.values[p]) for p in parents)
    if a.dtype.kind not in "fiu" or b.dtype.kind not in "fiu":
        return None
    with np.errstate(invalid="ignore"):
        gaps = np.asarray(a - b, float)
    if not np.any(np.isfinite(gaps)):
        return None
    place = np.unravel_index(int(np.argmin(np.where(np.isfinite(gaps), np.abs(gaps), np.inf))), gaps.shape)
    element = tuple(int(k) for k in place)
    ends = tuple((p, _own(x.shape, element), s) for p, x, s in zip(parents, (a, b), (1.0, -1.0), strict=True))
    operands = tuple(float(x[end[1]]) for x, end in zip((a, b), ends, strict=True))
    return Question(index, use, ends, float(gaps[element]), operands, source, times)


def _own(shape: tuple[int, ...], element: tuple[int, ...]) -> tuple[int, ...]:
    """The element of an operand that is broadcast to where the comparison stands."""
    inner = element[len(element) - len(shape) :]
    return tuple(0 if size == 1 else k for size, k in zip(shape, inner, strict=True))


def _between_best(seen: Examined, index: int, use: str, source: Source | None, times: int) -> Question | None:
    """Of an argmax: the gap between the best element and the next."""
    parent = seen.tape.parents[index][0]
    x = np.asarray(seen.values[parent])
    if seen.tape.primitives[index].options.get("axis") not in (None, 0, -1) or x.ndim != 1 or x.size < 2:
        return None
    order = np.argsort(x if seen.tape.primitives[index].name == "argmin" else -x, kind="stable")
    first, second = (int(order[0]),), (int(order[1]),)
    ends = ((parent, first, 1.0), (parent, second, -1.0))
    return Question(index, use, ends, float(x[first] - x[second]), (float(x[first]), float(x[second])), source, times)


# -- how far it is


def _measured(seen: Examined, question: Question, sweep: bool) -> tuple[Question, NearBranch]:
    """A predicate with its margin: the gap over the length of its gradient with respect to all inputs."""
    tape, node = seen.tape, seen.tape[question.index]
    slopes = _gradient(seen, question) if sweep else {}
    length = float(np.sqrt(sum(np.sum(np.abs(part) ** 2) for part in slopes.values())))
    usable = length > 0 and np.isfinite(length)
    margin = abs(question.gap) / length if usable else np.inf
    toward = -np.sign(question.gap or 1.0)
    direction = tuple(
        toward * slopes[k] / length if usable and k in slopes else zero_like(seen.values[k]) for k in seen.inputs
    )
    sides = [element_text(seen.tape.names[k], place) for k, place, _ in question.ends]
    told = " and ".join(f"{side} = {number(x)}" for side, x in zip(sides, question.operands, strict=True) if side)
    brief = f"{node.expression} {_ROLES[question.use]}: {told}"
    how = {"branch": "decides which way the program goes", "index": "decides what is read", "mask": "decides a mask"}
    often = f" ({question.times} times here; this is the nearest)" if question.times > 1 else ""
    message = f"{node.expression} {how[question.use]}{often}: {told}"
    moved = [tape.names[k] for k, part in zip(seen.inputs, direction, strict=True) if np.any(np.asarray(part) != 0)]
    if usable:
        message += f"; it flips when {listed(moved)} {'moves' if len(moved) == 1 else 'move'} by {number(margin)}"
    if usable and margin == 0:
        message = message[: message.rindex(";")] + "; it stands on its threshold"
    return question, NearBranch(
        node=node,
        message=message,
        brief=brief + (f"; it flips {number(margin)} away" if usable and margin else ""),
        grave=False,
        marked=(question.index,),
        path=(question.index, *(k for k, _, _ in question.ends)),
        use=question.use,
        predicate=node.expression,
        operands=question.operands,
        margin=margin,
        direction=direction,
        times=question.times,
        asked=question.asked,
    )


_ROLES = {"branch": "steers", "index": "decides what is read", "mask": "masks"}


def _gradient(seen: Examined, question: Question) -> dict[int, Any]:
    """What moves the gap: a reverse sweep from the two elements that are compared."""
    ends: dict[int, Any] = {}
    for index, place, sign in question.ends:
        if seen.is_number(index):
            seed = np.array(zero_like(seen.values[index]))
            seed[place] = sign
            ends[index] = seed[()] + ends.get(index, 0.0)
    return seen.gradient_of(ends) if ends else {}


# -- what is on the other side


def _crossed(seen: Examined, question: Question, near: NearBranch, again: Again | None) -> NearBranch:
    """The same predicate, with the jump across its threshold if it is near and can be tried."""
    close, mask = near.margin <= seen.limits.near * _reach(seen, near), near.use == "mask"
    if mask:
        again = partial(rerun, seen.tape)  # both sides of a mask are on the tape
    long = _runs(seen) < FEWEST_RUN
    if not close or again is None or long:
        return _untried(near, long) if close and not mask else near
    ways = (1.0, -1.0) if question.gap == 0 else (1.0,)  # on the threshold itself either way may flip it
    for way in ways:
        sides = _closed_in(seen, near, again, way)
        if sides is not None:
            return _compared(near, *sides, exact=near.margin <= EXACT * _reach(seen, near))
    return near


def _untried(near: NearBranch, long: bool) -> NearBranch:
    """A near branch of which nobody knows what lies beyond."""
    hint = "the program is too long to try what" if long else "give diagnose the function, not its tape, to see what"
    return replace(near, grave=True, message=f"{near.message}; {hint} jumps there", cure=_CURE)


def _compared(near: NearBranch, before: Tape, beyond: Tape, apart: float, exact: bool) -> NearBranch:
    """A predicate with what changes where it flips: a jump of the result, or of its slope on the very threshold."""
    results = _results(before), _results(beyond)
    if results[0].shape != results[1].shape:
        said = "; beyond, the result has another shape"
        return replace(near, grave=True, message=near.message + said, cure=_CURE, jump=np.inf)
    slopes = _slope(before, near.direction), _slope(beyond, near.direction)
    jump, slope = sized(results[1] - results[0]), sized(slopes[1] - slopes[0])
    smooth = STEEP * apart * max(map(sized, slopes))  # what a steep slope does over this distance is no jump
    jumps = jump > max(JUMP * max(map(sized, results)), smooth if np.isfinite(smooth) else 0.0)
    bends = slope > JUMP * max(map(sized, slopes))
    grave = jumps or (bends and exact and near.use != "mask")
    said = f"; beyond, the result jumps by {number(jump)}" if jumps else "; beyond, the result goes on without a jump"
    said += f", and its slope by {number(slope)}" if bends else ""
    told = f"; the result jumps by {number(jump)} there" if jumps else "; no jump there"
    return replace(
        near,
        grave=grave,
        message=near.message + said,
        brief=near.brief + told,
        cure=_CURE if grave else "",
        jump=jump if jumps else 0.0,
        slope=slope,
    )


def _runs(seen: Examined) -> int:
    return min(MOST_RUN, MOST_NODES // len(seen.values))


def _results(tape: Tape) -> np.ndarray:
    return flat([plain_value(tape.values[place.index]) for place in tape.output_places]).astype(complex)


def _slope(tape: Tape, direction: Sequence[Any]) -> np.ndarray:
    """The derivative of the results along a direction."""
    seeds: list[Any] = [None] * len(tape)
    for place, part in zip(tape.input_places, direction, strict=True):
        seeds[place.index] = part
    tangents = forward_column(tape.primitives, tape.parents, [plain_value(v) for v in tape.values], seeds)
    ends = [tangents[place.index] for place in tape.output_places]
    values = [zero_like(tape.values[place.index]) for place in tape.output_places]
    return flat([value if end is None else end for end, value in zip(ends, values, strict=True)]).astype(complex)


def _closed_in(seen: Examined, near: NearBranch, again: Again, way: float) -> tuple[Tape, Tape, float] | None:
    """The program just before and just beyond the point at which the predicate flips, and how far apart these are."""

    def at(step: float) -> Tape | None:
        try:
            return again(
                [_moved(seen.values[k], way * step, part) for k, part in zip(seen.inputs, near.direction, strict=True)]
            )
        except Exception:  # the reader's program says no to these inputs: nothing is learnt
            return None

    reach = _reach(seen, near)
    low, low_tape = 0.0, at(0.0)
    high = max(near.margin * (1 + 1e-6), EXACT * reach)
    high_tape = at(high)
    for _ in range(6):
        if high_tape is None or low_tape is None or _answers(high_tape, near) != _answers(low_tape, near):
            break
        low, low_tape, high = high, high_tape, high * 2
        high_tape = at(high)
    if high_tape is None or low_tape is None or _answers(high_tape, near) == _answers(low_tape, near):
        return None
    for _ in range(_runs(seen)):
        if high - low <= STEP * max(reach, high):
            break
        middle = (low + high) / 2
        tape = at(middle)
        if tape is None:
            return None
        if _answers(tape, near) == _answers(low_tape, near):
            low, low_tape = middle, tape
        else:
            high, high_tape = middle, tape
    return low_tape, high_tape, high - low


def _moved(x: Any, step: float, part: Any) -> Any:
    return (np.asarray(x) + step * np.asarray(part)).astype(np.asarray(x).dtype)[()]


def _answers(tape: Tape, near: NearBranch) -> tuple[Any, ...]:
    """What a program's questions were answered: turns taken in order, or the elements of a mask."""
    if near.use == "mask" and near.node is not None:
        return tuple(np.ravel(plain_value(tape.values[near.node.index])).tolist())
    return tuple(np.ravel(plain_value(tape.values[k])).tolist().__repr__() for k, _ in tape._steered)
