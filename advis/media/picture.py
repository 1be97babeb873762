"""A step of a film as one flat picture: the drawing, and if wanted title, table, source and sentence around it.

Every still and moving medium draws the same picture, so they agree in geometry, text and colours. Room is measured over
all steps, so that nothing moves from one picture of a film to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from advis.films.draw import lower, moved
from advis.films.film import Box, Edge, Film, Group, Ink, Line, Row, Scene, Spans, State, spelled, state_at
from advis.films.metrics import shortened, text_width
from advis.films.theme import depth

PANES = ("title", "graph", "trace", "source", "say")
"""What a picture can hold: ``graph`` is the film's first drawing, ``trace`` its tables, ``source`` the code."""

MARGIN, GAP = 18.0, 26.0
TITLE, SENTENCE, CELL, CODE = 18.0, 17.0, 14.0, 13.0  # sizes of letters
TITLE_HEIGHT, TELLING, ROW, CODE_LINE = 40.0, 25.0, 25.0, 20.0
MONO = 0.602  # of the size: the width of a letter of code
WIDEST_CELL = 230.0
LEAST = 480.0  # a sentence is not broken in a narrower space than this
MOST_ROWS = 40
LONGEST = 1.9  # times as wide as high a picture may become by panes beside its drawing


@dataclass(frozen=True, slots=True)
class Picture:
    """What a medium draws: inks from the back to the front, and their words.

    Attributes
    ----------
    width, height : float
        In pixels of the drawing.
    inks : tuple of Ink
        In the order of painting.
    title, description : str
        In words, for readers who do not see it.
    """

    width: float
    height: float
    inks: tuple[Ink, ...]
    title: str
    description: str


def picture(film: Film, step: int, panes: Sequence[str] = ("graph",)) -> Picture:
    """Return a film at a step as a picture.

    Parameters
    ----------
    film : Film
    step : int
        From 0 to ``film.steps``.
    panes : sequence of str
        Some of `PANES`. A pane that the film does not have takes no room.

    Raises
    ------
    ValueError
        For a pane that is not known, or if nothing is left to be drawn.

    Examples
    --------
    >>> import advis as av
    >>> film = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse().film()
    >>> alone, told = picture(film, 1), picture(film, 1, ("title", "graph", "say"))
    >>> told.height > alone.height, next(ink.spans[0][1] for ink in told.inks if ink.role == "said")
    (True, 'Step 1 of 1. ')
    """
    check_panes(panes)
    states = state_at(film, step)
    page = _Page([], 0.0, 0.0)
    drawing = next((scene for scene in film.scenes if scene.kind == "drawing" and not scene.block), None)
    if "graph" in panes and drawing is not None:
        inks = [ink for mark in drawing.marks if isinstance(mark, (Box, Edge, Group)) for ink in lower(mark, states)]
        page.put(inks, drawing.width, drawing.height)
    beside = [_side(film, scene, states) for scene in film.scenes if _wanted(scene, panes)]
    if beside:
        page.beside(beside)
    if not page.width:
        raise ValueError(f"panes={tuple(panes)!r}: this film has none of them")
    if "title" in panes:
        page.above(_heading(film, page.width), TITLE_HEIGHT)
    if "say" in panes and "say" in film.tracks:
        page.width = max(page.width, LEAST)
        page.below(_sentence(states, page.width), TELLING * _most_lines(film, page.width) + 8.0)
    alone = tuple(panes) == ("graph",)
    return page.finished(film, states, drawing, 0.0 if alone else MARGIN)


def check_panes(panes: Sequence[str], known: Sequence[str] = PANES, caller: str = "") -> None:
    """Raise for a pane that is not known, and for one that is not in a sequence.

    Raises
    ------
    ValueError
    """
    before = f"{caller}: " if caller else ""
    if isinstance(panes, str):
        raise ValueError(f"{before}panes={panes!r} is one text; write a sequence of panes, such as ({panes!r},)")
    unknown = [pane for pane in panes if pane not in known]
    if unknown:
        raise ValueError(f"{before}panes={tuple(panes)!r}: {unknown[0]!r} is not known; choose from {', '.join(known)}")


@dataclass(slots=True)
class _Page:
    """A picture while it grows."""

    inks: list[Ink]
    width: float
    height: float

    def put(self, inks: Iterable[Ink], width: float, height: float) -> None:
        self.inks += inks
        self.width, self.height = width, height

    def beside(self, panes: list[tuple[list[Ink], float, float]]) -> None:
        """Add panes: to the right of what is there, or below it where the picture would become too long."""
        widths, heights = zip(*((width, height) for _, width, height in panes), strict=True)
        gaps = GAP * (len(panes) - 1)
        right = not self.width or self.width + max(widths) < LONGEST * max(self.height, sum(heights) + gaps)
        row = not right and sum(widths) + gaps <= self.width
        left, top = (self.width + GAP * bool(self.width), 0.0) if right else (0.0, self.height + GAP)
        for inks, width, height in panes:
            self.inks += [moved(ink, left, top) for ink in inks]
            self.width, self.height = max(self.width, left + width), max(self.height, top + height)
            left, top = (left + width + GAP, top) if row else (left, top + height + GAP)

    def above(self, inks: Iterable[Ink], height: float) -> None:
        self.inks = [*inks, *(moved(ink, 0.0, height) for ink in self.inks)]
        self.height += height

    def below(self, inks: Iterable[Ink], height: float) -> None:
        self.inks += [moved(ink, 0.0, self.height) for ink in inks]
        self.height += height

    def finished(self, film: Film, states: dict[str, State], drawing: Scene | None, margin: float) -> Picture:
        """The inks that are seen, with room around them, from the back to the front."""
        seen = [moved(ink, margin, margin) for ink in self.inks if painted(ink)]
        seen.sort(key=lambda ink: depth(ink.role))
        described = drawing.description if drawing is not None else ""
        words = " ".join(part for part in (described or film.title, spelled(states.get("say", State()).text)) if part)
        title = f"{film.title}, {film.subtitle}" if film.subtitle else film.title
        return Picture(self.width + 2 * margin, self.height + 2 * margin, tuple(seen), title, words)


def painted(ink: Ink) -> bool:
    """Return whether anything of an ink is seen."""
    return ink.role != "off" and bool(ink.at) and (ink.tag != "text" or any(part for _, part in ink.spans))


def _wanted(scene: Scene, panes: Sequence[str]) -> bool:
    pane = {"table": "trace", "lines": "source"}.get(scene.kind)
    return pane in panes and not scene.block and not (scene.kind == "lines" and scene.name.startswith("code"))


def _side(film: Film, scene: Scene, states: dict[str, State]) -> tuple[list[Ink], float, float]:
    return (_table if scene.kind == "table" else _lines)(film, scene, states)


# -- title and sentence


def _heading(film: Film, width: float) -> list[Ink]:
    room = width - text_width(film.title, TITLE) - 12.0
    rest = shortened(film.subtitle, CELL, room) if film.subtitle and room > 60.0 else ""
    title = shortened(film.title, TITLE, width)
    inks = [Ink("text", "headline", (0.0, TITLE), (("strong", title),))]
    if rest:
        inks.append(Ink("text", "row soft", (text_width(title, TITLE) * 1.06 + 12.0, TITLE), (("", rest),)))
    return inks


def _sentence(states: dict[str, State], width: float) -> list[Ink]:
    lines = wrapped(states.get("say", State()).text, SENTENCE, width)
    return [Ink("text", "said", (0.0, TELLING * (k + 1) + 4.0), line) for k, line in enumerate(lines)]


@lru_cache(maxsize=64)
def _most_lines_of(texts: frozenset[str], width: float) -> int:
    return max((len(wrapped(text, SENTENCE, width)) for text in texts), default=0)


def _most_lines(film: Film, width: float) -> int:
    """How many lines the longest sentence of all steps takes."""
    return _most_lines_of(frozenset(spelled(state.text) for _, state in film.tracks["say"]), width)


def wrapped(text: str | Spans, size: float, width: float) -> list[Spans]:
    """Return a text in lines that are no wider than this, broken between words.

    Examples
    --------
    >>> wrapped((("", "one two "), ("strong", "three")), 10.0, 60.0)
    [(('', 'one two '),), (('strong', 'three'),)]
    >>> wrapped((("", "two is "), ("strong", "2"), ("", ".")), 10.0, 40.0)
    [(('', 'two is '),), (('strong', '2'), ('', '.'))]
    """
    lines: list[list[tuple[str, str]]] = [[]]
    along = 0.0
    for piece in _pieces((("", text),) if isinstance(text, str) else text):
        needed = sum(text_width(word, size) * (1.06 if role else 1.0) for role, word in piece)
        if along and along + needed - text_width(" ", size) * piece[-1][1].endswith(" ") > width:
            lines.append([])
            along = 0.0
        for role, word in piece:
            if lines[-1] and lines[-1][-1][0] == role:
                lines[-1][-1] = (role, lines[-1][-1][1] + word)
            else:
                lines[-1].append((role, word))
        along += needed
    return [tuple(line) for line in lines if line]


def _pieces(text: Spans) -> Iterator[list[tuple[str, str]]]:
    """Words with their roles: what no space separates is one piece, as a number in bold and the full stop after it."""
    piece: list[tuple[str, str]] = []
    for role, part in text:
        for word in _words(part):
            piece.append((role, word))
            if word.endswith(" "):
                yield piece
                piece = []
    if piece:
        yield piece


def _words(text: str) -> list[str]:
    """A text in words, each with the space after it."""
    words = text.split(" ")
    return [f"{word} " for word in words[:-1]] + [words[-1]] * bool(words[-1])


# -- tables and lines


def _table(film: Film, scene: Scene, states: dict[str, State]) -> tuple[list[Ink], float, float]:
    """A table with its headings; a row whose turn it is is lit, a long one shows the rows around it."""
    rows = [mark for mark in scene.marks if isinstance(mark, Row)]
    widths = [
        _column_width(film, heading, [row.cells[k] for row in rows]) for k, (heading, _) in enumerate(scene.columns)
    ]
    shown = _around(rows, states)
    inks: list[Ink] = []
    for k, (heading, role) in enumerate(scene.columns):
        inks.append(_cell("heading", sum(widths[:k]), widths[k], ROW - 8.0, (("", heading),), _right(role)))
    for line, row in enumerate(shown, 1):
        top, state = ROW * line, states.get(row.key, State()).role
        if state.startswith("active"):
            inks.append(Ink("rect", f"lit {state}", (-6.0, top, sum(widths) + 6.0, ROW, 0.0)))
        for k, (cell, (_, role)) in enumerate(zip(row.cells, scene.columns, strict=True)):
            spans = _spans(cell, states)
            inks.append(_cell(f"row {role}".strip(), sum(widths[:k]), widths[k], top + ROW - 8.0, spans, _right(role)))
    return inks, sum(widths), ROW * (1 + len(shown))


def _around(rows: list[Row], states: dict[str, State]) -> list[Row]:
    """As many rows as there is room for, with the active one among them."""
    if len(rows) <= MOST_ROWS:
        return rows
    active = next((k for k, row in enumerate(rows) if states.get(row.key, State()).role.startswith("active")), 0)
    first = min(max(0, active - MOST_ROWS // 2), len(rows) - MOST_ROWS)
    return rows[first : first + MOST_ROWS]


def _cell(role: str, left: float, width: float, baseline: float, spans: Spans, right: bool) -> Ink:
    short = tuple((word, shortened(part, CELL, WIDEST_CELL)) for word, part in spans)
    return Ink("text", role, (left + width - 8.0 if right else left, baseline), short, "end" if right else "start")


def _right(role: str) -> bool:
    return role in ("value", "tangent", "adjoint")


def _spans(cell: str | Spans, states: dict[str, State]) -> Spans:
    text = states.get(cell, State()).text if isinstance(cell, str) else cell
    return (("", text),) if isinstance(text, str) else text


def _column_width(film: Film, heading: str, cells: Sequence[str | Spans]) -> float:
    """What the widest cell needs at any step."""
    texts = [heading]
    for cell in cells:
        texts += (
            [spelled(state.text) for _, state in film.tracks.get(cell, ())]
            if isinstance(cell, str)
            else [spelled(cell)]
        )
    return min(WIDEST_CELL, max(text_width(text, CELL) * 1.06 for text in texts)) + 22.0


def _lines(film: Film, scene: Scene, states: dict[str, State]) -> tuple[list[Ink], float, float]:
    """Lines of source; what is being computed is lit."""
    inks: list[Ink] = []
    lines = [mark for mark in scene.marks if isinstance(mark, Line)]
    for k, line in enumerate(lines):
        for key, start, stop in line.segments:
            state = states.get(key, State()).role
            if state.startswith("active"):
                left, width = 34.0 + start * MONO * CODE, (stop - start) * MONO * CODE
                inks.append(Ink("rect", f"lit {state}", (left - 2.0, CODE_LINE * k, width + 4.0, CODE_LINE, 3.0)))
        if line.number:
            inks.append(Ink("text", "code soft", (22.0, CODE_LINE * k + 14.0), (("", str(line.number)),), "end"))
        inks.append(Ink("text", "code", (34.0, CODE_LINE * k + 14.0), (("", line.text.replace(" ", "\u00a0")),)))
    longest = max((len(line.text) for line in lines), default=0)
    return inks, 34.0 + longest * MONO * CODE, CODE_LINE * len(lines)
