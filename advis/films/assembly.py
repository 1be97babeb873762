"""J filling up: one sweep of vectors after another, each with a one-hot vector, each finding a column or a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advis.analysis.assembly import Assembly
from advis.autodiff.numbers import PICTURE, minus, value_text
from advis.films.chain import named_order, subtitle
from advis.films.film import Film, Group, Ink, Mark, Scene, Spans, State, Track
from advis.films.metrics import text_width
from advis.films.rail import BOLD, METER, METER_SIZE, meter_inks
from advis.films.sheets import Scale, Sheet, in_a_row, scale_for, shades, sheet_inks

Place = tuple[float, float, float, float]

MARGIN, TOP, LEAST = 26.0, 40.0, 920.0
LONGEST = 150.0  # the longest side, where the entries are not shown by name
MOST_NAMED = 18  # rows and columns, over the factors, J and the vector, that are shown by name
MOST_STEPS = 24  # of more sweeps, several belong to one step


def assembly_film(shown: Assembly) -> Film:
    """Return the film of an assembly: at each step one sweep, or several of very many, fills its part of J."""
    chain, forward = shown.chain, shown.direction == "forward"
    parts = _parts(len(shown.sweeps))
    sheets, scale = _sheets(shown), _scale(shown)
    middle = TOP + max(scale.length(sheet.shape[0]) for sheet in sheets) / 2
    centres = [(x, middle) for x in in_a_row(sheets, scale, MARGIN, 40.0)]
    width = max(LEAST, centres[-1][0] + scale.length(chain.shape[1]) / 2 + 60.0)
    marks: list[Mark] = []
    vector, last = (len(sheets) - 2 if forward else 0), len(sheets) - 1
    for place, (sheet, centre) in enumerate(zip(sheets, centres, strict=True)):
        inks = sheet_inks(sheet, centre, scale, 200.0)
        if place == vector:
            marks += _one_hot(inks, parts, len(shown.sweeps), forward)
        elif place == last:
            marks += _filling(shown, inks, parts)
        else:
            marks.append(Group(f"m{place}", inks))
    marks.append(_equals(sheets, centres, scale))
    bottom = middle + max(scale.length(sheet.shape[0]) for sheet in sheets) / 2 + 66.0
    meters = _meters(shown, bottom, width)
    height = bottom + METER * len(meters) + 14.0
    scene = Scene(
        "assembly", "drawing", "J filling up", (*marks, *meters), width, round(height, 2), (), _described(shown)
    )
    voice = "tangent" if forward else "adjoint"
    return Film("assembly", chain.title, (scene,), _tracks(shown, parts, voice), len(parts), subtitle(chain), voice)


def _parts(count: int) -> list[range]:
    """Which sweeps belong to which step."""
    stride = max(1, -(-count // MOST_STEPS))
    return [range(first, min(first + stride, count)) for first in range(0, count, stride)]


def _sheets(shown: Assembly) -> list[Sheet]:
    """The factors as written, the vector at its end of them, and J."""
    chain, forward = shown.chain, shown.direction == "forward"
    m, n = chain.shape
    named = _scale(shown).named  # only then are the names of all entries worked out
    row = []
    for factor in chain.factors:
        rows, columns = (factor.rows, factor.columns) if named else ((), ())
        matrix = None if factor.is_too_large else factor.jacobian
        row.append(Sheet(factor.name, factor.shape, matrix, rows, columns))
    vector = Sheet("v", (n, 1)) if forward else Sheet("u", (1, m))
    whole = Sheet(chain.name_of((0, len(row))), (m, n), shown.jacobian, chain.ends[0].entries, chain.ends[-1].entries)
    return [*row, vector, whole] if forward else [vector, *row, whole]


def _scale(shown: Assembly) -> Scale:
    sizes = [*shown.chain.sizes[1:], 1, shown.chain.shape[1]]
    named = scale_for(shown.chain.sizes)
    return named if named.named and sum(sizes) <= MOST_NAMED else scale_for(shown.chain.sizes, LONGEST)


def _described(shown: Assembly) -> str:
    word = "column" if shown.direction == "forward" else "row"
    return f"J of {shown.chain.title}, {word} by {word}, from {len(shown.sweeps):,} sweeps of vectors."


# -- marks


def _one_hot(inks: Sequence[Ink], parts: Sequence[range], count: int, column: bool) -> list[Mark]:
    """The vector, and for each step the entries that are one."""
    frame = _frame(inks)
    fixed = tuple(ink for ink in inks if ink.role not in ("entry", "figure"))
    ones = [
        Group(f"one{step}", (Ink("tiles", "hot", _slice(frame, part, count, not column)),))
        for step, part in enumerate(parts)
    ]
    return [Group("vector", fixed), *ones]


def _filling(shown: Assembly, inks: Sequence[Ink], parts: Sequence[range]) -> list[Mark]:
    """J: its frame, and each part that a step finds."""
    columns, jacobian = shown.direction == "forward", shown.jacobian
    frame, most = _frame(inks), 0.0 if jacobian is None else float(np.max(np.abs(jacobian), initial=0.0))
    entries = [ink for ink in inks if ink.role in ("entry", "figure")]
    marks: list[Mark] = [Group("J", tuple(ink for ink in inks if ink.role in ("sheet", "caption", "size")))]
    for step, part in enumerate(parts):
        at = _slice(frame, part, len(shown.sweeps), columns)
        inside = [ink for ink in entries if _is_within(ink.at, at)]
        if not inside and jacobian is not None:
            piece = jacobian[:, part.start : part.stop] if columns else jacobian[part.start : part.stop]
            inside = shades(piece, at, most)
        marks.append(Group(f"j{step}", (Ink("tiles", "found", at), *inside)))
    return marks


def _frame(inks: Sequence[Ink]) -> Place:
    left, top, width, height = next(ink.at for ink in inks if ink.role == "sheet")[:4]
    return left, top, width, height


def _slice(frame: Place, part: range, count: int, columns: bool) -> Place:
    """The place of some columns, or some rows, of a rectangle."""
    left, top, width, height = frame
    first, share = part.start / count, len(part) / count
    if columns:
        return round(left + width * first, 2), top, round(width * share, 2), height
    return left, round(top + height * first, 2), width, round(height * share, 2)


def _is_within(at: Sequence[float], place: Place) -> bool:
    left, top, width, height = place
    return left <= at[0] <= left + width and top <= at[1] <= top + height


def _equals(sheets: Sequence[Sheet], centres: Sequence[tuple[float, float]], scale: Scale) -> Group:
    """The sign between the product and J."""
    right = centres[-2][0] + scale.length(sheets[-2].shape[1]) / 2
    left = centres[-1][0] - scale.length(sheets[-1].shape[1]) / 2
    return Group(
        "equals", (Ink("text", "sign", (round((left + right) / 2, 2), centres[-1][1] + 8.0), (("", "="),), "middle"),)
    )


def _meters(shown: Assembly, top: float, width: float) -> list[Group]:
    """What all sweeps cost together, beside the two accumulations of the whole matrix; and what has been paid."""
    chain, forward = shown.chain, shown.direction == "forward"
    rows = [
        (f"{'▸' if forward else '◂'} one by one", "tangent" if forward else "adjoint", shown.fma, shown.peak_entries)
    ]
    for name, voice, mark in (("forward", "tangent", "▸"), ("reverse", "adjoint", "◂")):
        cost = named_order(chain, name).cost
        rows.append((f"{mark} {name}, at once", voice, cost.total, cost.peak))
    texts = [f"{fma:,} fma · peak {peak:,} entries" for _, _, fma, peak in rows]
    left, most = MARGIN + 150.0, max(fma for _, _, fma, _ in rows)
    room = width - MARGIN - left - BOLD * max(text_width(text, METER_SIZE) for text in texts) - 18.0
    groups = []
    for line, ((name, voice, fma, _), text) in enumerate(zip(rows, texts, strict=True)):
        at = top + METER * line
        filled = round(room * fma / most, 2) if most else 0.0
        label = Ink("text", f"label {voice}", (MARGIN, at + 10), (("", name),))
        said = Ink("text", "meter", (width - MARGIN, at + 10), (("", text),), "end")
        groups.append(Group(f"cost {line}", (label, *meter_inks((left, at, room), filled, voice), said)))
    at, full = top + METER * len(rows), round(room * shown.fma / most, 2) if most else 0.0
    so_far = (
        Ink("text", "label", (MARGIN, at + 10), (("", "so far"),)),
        Ink("rect", "slot", (left, at, round(room, 2), 11.0, 2.0)),
        Ink("rect", "level", (left, at, full, 11.0, 2.0)),
        Ink("text", "told meter", (width - MARGIN, at + 10), (), "end"),
    )
    return [*groups, Group("spent", so_far)]


# -- tracks


def _tracks(shown: Assembly, parts: Sequence[range], voice: str) -> dict[str, Track]:
    """Each part of J is empty, lit in its step, and then stays."""
    tracks: dict[str, Track] = {}
    for step, _ in enumerate(parts, 1):
        lit = State(f"active {voice}")
        tracks[f"j{step - 1}"] = ((0, State("off")), (step, lit), (step + 1, State(voice)))
        tracks[f"one{step - 1}"] = ((0, State("off")), (step, lit), (step + 1, State("off")))
    count = len(shown.sweeps)
    done = [0, *(part.stop for part in parts)]
    one = shown.cost.total
    tracks["spent"] = tuple(
        (
            step,
            State(
                voice, f"{k * one:,} fma · peak {shown.peak_entries if k else 0:,} entries", round(k / max(count, 1), 4)
            ),
        )
        for step, k in enumerate(done)
    )
    tracks["say"] = tuple((step, State("", _said(shown, parts, step))) for step in range(len(parts) + 1))
    return tracks


def _said(shown: Assembly, parts: Sequence[range], step: int) -> Spans:
    forward, count = shown.direction == "forward", len(shown.sweeps)
    verb, vector, word = ("JVP", "v", "column") if forward else ("VJP", "u", "row")
    voice = "tangent" if forward else "adjoint"
    if not step:
        many = f"{count:,} {verb}s" if count != 1 else f"one {verb}"
        return (("", f"J from {many}, one by one: each one-hot {vector} finds a {word}, and no matrix is ever made."),)
    part = parts[step - 1]
    which = f"{word} {part.start + 1:,}" if len(part) == 1 else f"{word}s {part.start + 1:,} to {part.stop:,}"
    head: list[tuple[str, str]] = [("", f"Step {step} of {len(parts)}. "), (voice, f"{which[:1].upper()}{which[1:]}")]
    if len(part) > 1:
        return (*head, ("", f" of J, from {len(part):,} {verb}s."))
    sweep = shown.sweeps[part.start]
    found = "" if sweep.found is None else f": {minus(value_text(sweep.found, PICTURE, room=4))}"
    one = f"{vector} is one at {sweep.entry} and zero elsewhere"
    return (*head, ("", f" of J: {one}; {shown.cost.total:,} fma{found}."))
