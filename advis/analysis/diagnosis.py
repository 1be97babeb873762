"""Where does the gradient die? The diagnosis of a tape: what blocks, spoils or distorts its derivative, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from advis.analysis.blocked import Blocked, blocked
from advis.analysis.dead_inputs import DeadInput, dead_inputs
from advis.analysis.examined import Examined, Limits
from advis.analysis.kinks import Kink, kinks
from advis.analysis.poison import Poison, poison
from advis.analysis.predicates import Again, NearBranch, branches
from advis.analysis.scales import Scale, scale
from advis.analysis.symptoms import Symptom, spot
from advis.analysis.walls import walls
from advis.autodiff.shown import Shown
from advis.autodiff.structure import fill
from advis.autodiff.sweeps import quiet
from advis.autodiff.tape import Tape
from advis.autodiff.trace import trace

MOST_SHOWN = 12
KINDS: tuple[type[Symptom], ...] = (Poison, Blocked, DeadInput, NearBranch, Kink, Scale)
"""In the order of importance."""

S = TypeVar("S", bound=Symptom)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Diagnosis(Shown):
    """What was found on a tape.

    Attributes
    ----------
    tape : Tape
    findings : tuple of Symptom
        What blocks, spoils or distorts the derivative, the most important first.
    notes : tuple of Symptom
        What a reader should know, and is no fault: branches with their margins, walls that are passed by.
    """

    tape: Tape
    findings: tuple[Symptom, ...]
    notes: tuple[Symptom, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def poison(self) -> tuple[Poison, ...]:
        """The first values and adjoints that are not finite."""
        return self._of(Poison)

    @property
    def blocked(self) -> tuple[Blocked, ...]:
        """Walls, with the smallest set of them that separates an input from the result."""
        return self._of(Blocked)

    @property
    def dead_inputs(self) -> tuple[DeadInput, ...]:
        """Inputs whose derivative is 0 for another reason."""
        return self._of(DeadInput)

    @property
    def branches(self) -> tuple[NearBranch, ...]:
        """What the way of the program depends on, nearest first."""
        return self._of(NearBranch)

    @property
    def kinks(self) -> tuple[Kink, ...]:
        """Points with several slopes on which the program stands."""
        return self._of(Kink)

    @property
    def scale(self) -> tuple[Scale, ...]:
        """Vanishing or exploding adjoints."""
        return self._of(Scale)

    def _of(self, kind: type[S]) -> tuple[S, ...]:
        return tuple(found for found in (*self.findings, *self.notes) if isinstance(found, kind))

    def text(self) -> str:
        """Return the report: the most important first, each with its line and what usually helps."""
        name = f"diagnosis of {self.tape.function}({', '.join(self.tape.parameters)})"
        count = len(self.findings)
        if self.clean:
            lines = [f"{name}: clean: a finite derivative reaches every input"]
        else:
            lines = [f"{name}: {count} finding{'s' if count > 1 else ''}"]
        for place, found in enumerate(self.findings[:MOST_SHOWN], 1):
            lines += ["", f"{place}. {found}"]
        lines += [f"… and {count - MOST_SHOWN} more"] if count > MOST_SHOWN else []
        if self.notes:
            lines += ["", "Notes, no faults:", *(f"  {note}" for note in self.notes[:MOST_SHOWN])]
            rest = len(self.notes) - MOST_SHOWN
            lines += [f"  … and {rest} more"] if rest > 0 else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def diagnose(
    f: Callable[..., Any] | Tape,
    /,
    *args: Any,
    kwargs: Mapping[str, Any] | None = None,
    seed: Any = None,
    flat: float = 1e-8,
    near: float = 1e-3,
    vanishing: float = 1e-6,
    exploding: float = 1e6,
) -> Diagnosis:
    """Find where a derivative dies: what blocks, spoils or distorts it, with node, line and the usual cure.

    Parameters
    ----------
    f : callable or Tape
        Plain NumPy code; or a tape. With the function, what lies beyond a branch is tried out.
    *args
        Its arguments, as for `advis.trace`; none for a tape.
    kwargs : mapping, optional
        Keyword arguments for f.
    seed : optional
        The adjoint of the result; 1 for a number, random numbers of a fixed seed for anything else.
    flat : float, optional
        A saturated function whose slope is below this is a wall, as one whose slope is 0 is.
    near : float, optional
        A branch is near if it flips within this part of the size of the inputs.
    vanishing, exploding : float, optional
        By which factor adjoints shrink or grow along the depth of the program until it is a finding.

    Returns
    -------
    Diagnosis
        ``.findings``, ``.notes``, ``.clean``, and by kind ``.poison``, ``.blocked``, ``.dead_inputs``, ``.branches``,
        ``.kinks``, ``.scale``; its text is a report, its film one finding a step.

    Raises
    ------
    TypeError, ValueError
        If f is neither a function nor a tape, or for a threshold that has no meaning.

    Examples
    --------
    >>> import numpy as np
    >>> import advis as av
    >>> def f(x):
    ...     y = np.round(3.0 * x)
    ...     return y * y
    >>> print(av.diagnose(f, 2.2))
    diagnosis of f(x): 1 finding
    <BLANKLINE>
    1. blocked: no derivative reaches x: the only way to the result ends at y = round(v1); round
        is a staircase: its slope is 0 between the steps
        line 2 of f: y = np.round(3.0 * x)
        Cure: round after the last derivative was taken; or av.relax.round, or av.straight_through.
    """
    limits = _limits(flat, near, vanishing, exploding)
    tape, again = _tape(f, args, dict(kwargs or {}))
    with quiet():
        seen = Examined(tape, limits, seed)
        found = walls(seen)
        everything: list[Symptom] = [
            *poison(seen),
            *blocked(seen, found),
            *dead_inputs(seen, found),
            *branches(seen, again),
            *kinks(seen),
            *scale(seen),
        ]
    return Diagnosis(
        tape,
        gathered(finding for finding in everything if finding.grave),
        gathered(finding for finding in everything if not finding.grave),
    )


def gathered(findings: Iterable[Symptom]) -> tuple[Symptom, ...]:
    """Return findings with those of one kind and one line told once: a loop meets the same fault at every turn."""
    groups: dict[Any, list[Symptom]] = {}
    for finding in findings:
        place = None if finding.node is None else spot(finding.node.tape, finding.node.index)
        groups.setdefault((type(finding), place, finding.sort), []).append(finding)
    return tuple(_together(group) for group in groups.values())


def _together(group: list[Symptom]) -> Symptom:
    first, more = group[0], len(group) - 1
    if not more:
        return first
    marked = tuple(dict.fromkeys(index for finding in group for index in finding.marked))
    return replace(first, message=f"{first.message} (and {more} more like it on this line)", marked=marked)


def _limits(flat: float, near: float, vanishing: float, exploding: float) -> Limits:
    for name, value, high in (("flat", flat, 1.0), ("near", near, None), ("vanishing", vanishing, 1.0)):
        if not isinstance(value, (int, float)) or not value >= 0 or (high is not None and value >= high):
            bound = "a number from 0 to 1" if high is not None else "a number, at least 0"
            raise ValueError(f"diagnose: {name}={value!r} must be {bound}")
    if not isinstance(exploding, (int, float)) or not exploding > 1:
        raise ValueError(f"diagnose: exploding={exploding!r} must be a number above 1")
    return Limits(flat, near, vanishing or 1e-300, exploding)


def _tape(f: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Tape, Again | None]:
    """The tape, and how to run the function again; that is not known of a tape."""
    if isinstance(f, Tape):
        if args or keywords:
            raise TypeError(f"diagnose: the tape of {f.function} has its arguments already; write av.diagnose(tape)")
        return f, None
    if not callable(f):
        raise TypeError(
            f"diagnose: the first argument must be a function or a tape, not {f!r}; write av.diagnose(f, *args)"
        )
    tape = trace(f, *args, kwargs=keywords)

    def again(point: Sequence[Any]) -> Tape:
        given = dict(zip([place.index for place in tape.input_places], point, strict=True))
        return trace(f, *fill(tape._arguments, given.__getitem__), kwargs=keywords, source=False)

    return tape, again
