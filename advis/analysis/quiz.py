"""A tape, a sweep or a play as a quiz: what comes next is hidden until the reader says it."""

from __future__ import annotations

from dataclasses import dataclass

from advis.analysis.play import Play
from advis.autodiff.shown import Shown
from advis.autodiff.sweep import Sweep
from advis.autodiff.tape import Tape


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Quiz(Shown):
    """What is shown with ``quiz=True``. Made by `advis.quiz`.

    Attributes
    ----------
    of : Tape, Sweep or Play
    """

    of: Tape | Sweep | Play

    def __str__(self) -> str:
        return str(self.of)


def quiz(shown: Tape | Sweep | Play) -> Quiz:
    """Return a tape, a sweep or a play as a quiz, to be looked at in a notebook.

    Before each step the reader says whose turn is next, or which value, tangent, adjoint or shape comes. Right and
    wrong are explained. ``shown.save("quiz.html", quiz=True)`` makes a page of it.

    Parameters
    ----------
    shown : Tape, Sweep or Play
        Of a tape, the evaluation is asked for.

    Raises
    ------
    TypeError
        For something else.

    Examples
    --------
    >>> import advis as av
    >>> film = av.quiz(av.trace(lambda a, b: a * b + a, 2.0, 5.0).reverse()).film()
    >>> for step, kind, asked, answers, _ in film.data["quiz"][0]:
    ...     print(step, kind, "".join(part for _, part in asked), answers[0][0])
    1 node Which node hands its adjoint back next? n3
    2 number v1 = a · b hands its adjoint 1 back. a has 1 so far. What does a have then? 6
    """
    if not isinstance(shown, (Tape, Sweep, Play)):
        raise TypeError(f"quiz: {type(shown).__name__} has no quiz; give a tape, a sweep or av.play(tape)")
    return Quiz(shown)
