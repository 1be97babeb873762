"""The evaluation trace as a table, in text, HTML, Markdown and LaTeX.

The columns follow Baydin, Pearlmutter, Radul & Siskind, *Automatic differentiation in machine learning: a survey*,
JMLR 18 (2018), tables 2 and 3: the primal trace read downwards; beside it the tangents, read downwards too, or the
adjoints, read upwards.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from advis.autodiff import expressions
from advis.autodiff.body import mark_of
from advis.autodiff.numbers import TEXT, grouped, number, scale_of, shape_text, value_text
from advis.autodiff.primitives.rule import CONSTANT, INPUT, shape_of
from advis.autodiff.sweeps import is_operation
from advis.autodiff.tex import tex_text
from advis.autodiff.visible import brief

if TYPE_CHECKING:
    from advis.autodiff.sweep import Contribution, Sweep
    from advis.autodiff.tape import Tape

LIMIT = 60
"""A text shows at most so many rows; what is left out is said."""

TERMS = 4


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """A table of texts that can be written in several ways.

    Attributes
    ----------
    title : str
    headings : tuple of str
    rows : tuple of tuple of str
    numeric : tuple of bool
        Which columns are aligned to the right.
    notes : tuple of str
        Sentences below the table.
    omitted : int
        How many rows were left out, after the row ``gap``.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    notes: tuple[str, ...] = ()
    omitted: int = 0
    gap: int = 0

    def text(self) -> str:
        """Return the table as aligned plain text."""
        rows = [tuple(map(brief, row)) for row in self.rows]
        cells = [self.headings, *rows]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.headings))]
        lines = [self.title, "", _aligned(self.headings, widths, self.numeric), "  ".join("─" * w for w in widths)]
        body = [_aligned(row, widths, self.numeric) for row in rows]
        return "\n".join([*lines, *self._with_gap(body, "… {} more rows …"), *self._paragraph()])

    def _with_gap(self, lines: list[str], said: str) -> list[str]:
        return [*lines[: self.gap], said.format(self.omitted), *lines[self.gap :]] if self.omitted else lines

    def _paragraph(self) -> list[str]:
        return ["", *(f"Note: {note}." for note in self.notes)] if self.notes else []

    def markdown(self) -> str:
        """Return the table as a Markdown (GitHub) table."""
        rule = "|" + "|".join("---:" if numeric else ":---" for numeric in self.numeric) + "|"
        body = [_pipes(row) for row in self.rows]
        gap = _pipes(("… {} more rows …",) + ("",) * (len(self.headings) - 1))
        return "\n".join(
            [
                f"**{_mark(self.title)}**",
                "",
                _pipes(self.headings),
                rule,
                *self._with_gap(body, gap),
                *self._paragraph(),
            ]
        )

    def html(self) -> str:
        """Return the table as HTML, every text escaped."""
        head = "".join(
            f"<th{_right(n)}>{html.escape(h)}</th>" for h, n in zip(self.headings, self.numeric, strict=True)
        )
        body = [
            "<tr>"
            + "".join(f"<td{_right(n)}>{html.escape(c)}</td>" for c, n in zip(row, self.numeric, strict=True))
            + "</tr>"
            for row in self.rows
        ]
        gap = f'<tr><td colspan="{len(self.headings)}">… {{}} more rows …</td></tr>'
        notes = "".join(f"<p>{html.escape(line)}</p>" for line in self._paragraph() if line)
        caption = f"<caption>{html.escape(self.title)}</caption>"
        rows = "".join(self._with_gap(body, gap))
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"

    def latex(self) -> str:
        """Return the table as a LaTeX ``tabular``; it needs no package."""
        columns = "".join("r" if numeric else "l" for numeric in self.numeric)
        body = [_ampersands(row) for row in self.rows]
        gap = rf"\multicolumn{{{{{len(self.headings)}}}}}{{{{l}}}}{{{{\dots\ {{}} more rows}}}} \\"
        lines = [f"\\begin{{tabular}}{{{columns}}}", "\\hline", _ampersands(self.headings), "\\hline"]
        return "\n".join([*lines, *self._with_gap(body, gap), "\\hline", "\\end{tabular}"])

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()


def _aligned(cells: tuple[str, ...], widths: list[int], numeric: tuple[bool, ...]) -> str:
    pairs = zip(cells, widths, numeric, strict=True)
    return "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in pairs).rstrip()


def _right(numeric: bool) -> str:
    return ' style="text-align:right"' if numeric else ""


def _mark(text: str) -> str:
    for character in "\\`*_|<>[]&~$":
        text = text.replace(character, "\\" + character)
    return text


def _pipes(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_mark(cell) for cell in cells) + " |"


def _ampersands(cells: tuple[str, ...]) -> str:
    return " & ".join(tex_text(cell) for cell in cells) + r" \\"


# -- what stands in the tables


def signature(tape: Tape) -> str:
    """Return ``f(x1, x2): ℝ² → ℝ, 5 operations``."""
    return f"{tape.function}({', '.join(tape.parameters)}): {mapping_text(tape)}, {operations_text(tape)}"


def mapping_text(tape: Tape) -> str:
    """Return ``ℝ² → ℝ``: how many numbers go in and come out, ``ℝ × ℂ → ℂ`` where some are complex."""
    return " → ".join(
        _space([tape.values[place.index] for place in places]) for places in (tape.input_places, tape.output_places)
    )


def _space(values: list[Any]) -> str:
    """The set that some values are in together."""
    sizes = {"ℝ": 0, "ℂ": 0}
    for value in values:
        sizes["ℂ" if np.iscomplexobj(value) else "ℝ"] += _size(value)
    factors = [letter + (_raised(n) if n != 1 else "") for letter, n in sizes.items() if n]
    return " × ".join(factors) or "ℝ⁰"


def operations_text(tape: Tape) -> str:
    """Return ``5 operations``."""
    count = sum(map(is_operation, tape.primitives))
    return f"{count:,} operation{'s' if count != 1 else ''}"


def _size(value: Any) -> int:
    size = 1
    for n in shape_of(value):
        size *= n
    return size


def _raised(n: int) -> str:
    return str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _shown(tape: Tape) -> tuple[list[int], int, int]:
    """The nodes that have a row (constants stand in the expressions), how many are left out, and where."""
    rows = [index for index, primitive in enumerate(tape.primitives) if primitive is not CONSTANT]
    if len(rows) <= LIMIT:
        return rows, 0, 0
    head = 2 * LIMIT // 3
    return rows[:head] + rows[len(rows) - (LIMIT - head) :], len(rows) - LIMIT, head


def tape_table(tape: Tape) -> Table:
    """Return the primal trace: name, operation, shape where there are arrays, value."""
    shown, omitted, gap = _shown(tape)
    arrays = any(shape_of(tape.values[index]) for index in shown)
    rows = tuple(_primal(tape, index, arrays) for index in shown)
    headings = ("name", "operation", "shape", "value ↓") if arrays else ("name", "operation", "value ↓")
    numeric = (False, False) + (False,) * arrays + (True,)
    return Table(signature(tape), headings, rows, numeric, tape.notes, omitted, gap)


def _primal(tape: Tape, index: int, arrays: bool) -> tuple[str, ...]:
    primitive = tape.primitives[index]
    operation = "" if primitive is INPUT else expressions.expression(tape, index)
    operation += f", {mark_of(primitive)}" if mark_of(primitive) else ""
    shape = (shape_text(shape_of(tape.values[index])),) if arrays else ()
    return (tape.names[index], operation, *shape, expressions.value_of(tape, index))


def sweep_table(sweep: Sweep) -> Table:
    """Return the primal trace with the tangents, or with the adjoints read upwards, and the terms of each sum."""
    tape = sweep.tape
    shown, omitted, gap = _shown(tape)
    arrays = any(shape_of(tape.values[index]) for index in shown)
    terms = sums(sweep, set(shown))
    rows = tuple(
        (*_primal(tape, index, arrays), _terms_text(sweep, terms[index]), derivative_text(sweep, index, terms[index]))
        for index in shown
    )
    mark = "↓" if sweep.direction == "forward" else "↑"
    headings = ("name", "operation", *(("shape",) if arrays else ()), "value ↓")
    headings += (f"= sum of partial · {sweep.voice}", f"{sweep.voice} {mark}")
    numeric = (False, False) + (False,) * arrays + (True, False, True)
    title = f"{signature(tape)}; {sweep.direction} sweep from {seed_text(sweep)}"
    return Table(title, headings, rows, numeric, tape.notes, omitted, gap)


def seed_text(sweep: Sweep, digits: int = TEXT) -> str:
    """Return the seeds that are not zero: ``x1 = 1``."""
    ends = sweep.tape.inputs if sweep.direction == "forward" else sweep.tape.outputs
    given = [node for node in ends if sweep._seeds[node.index] is not None]
    many = "" if sweep.count is None else " (1 seed)" if sweep.count == 1 else f" ({sweep.count} seeds at once)"
    texts = (f"{node.name} = {value_text(sweep._seeds[node.index], digits)}" for node in given)
    return (", ".join(texts) or "nothing") + many


def sums(sweep: Sweep, targets: set[int]) -> dict[int, list[Contribution]]:
    """Return for each target the contributions of which its tangent or adjoint is the sum, in order of arrival."""
    from advis.autodiff.sweep import contributions

    found: dict[int, list[Contribution]] = {index: [] for index in targets}
    for step in sweep.steps:
        index = step.node.index
        ends = {index} if sweep.direction == "forward" else set(sweep.tape.parents[index])
        if ends & targets:
            for contribution in contributions(sweep, step.node):
                if contribution.target.index in found:
                    found[contribution.target.index].append(contribution)
    return found


def derivative_text(sweep: Sweep, index: int, terms: list[Contribution], digits: int = TEXT) -> str:
    """Return a tangent or adjoint as text; round-off far below its terms is written as 0."""
    if not sweep.tape.carried[index]:
        return "–"
    return value_text(sweep.at(index), digits, residue_scale(sweep, terms))


def residue_scale(sweep: Sweep, terms: list[Contribution]) -> float:
    """Return the size of what was added up, by which round-off is measured; 0 where nothing was added.

    Several contributions are added; and so are the elements inside one, unless each goes to its own place.
    """
    added = [term.amount for term in terms] if len(terms) > 1 else []
    summed = (term for term in terms if term.partial.structure in ("dense", "broadcast"))
    return scale_of(*added, *(sweep.at(term.source.index) for term in summed))


def term_text(sweep: Sweep, term: Contribution, digits: int = TEXT) -> str:
    """Return one contribution: ``5 · 1`` for numbers, else which edge it came by and its partial's size."""
    source = sweep.column[term.source.index]
    if term.partial.shape == (1, 1) and sweep.count is None and not shape_of(source):
        source = 0.0 if source is None else source
        return " · ".join(grouped(number(value, digits)) for value in (term.partial.value, source))
    rows, columns = term.partial.shape
    return f"{rows}×{columns} {term.partial.structure} · {term.source.name}"


def _terms_text(sweep: Sweep, terms: list[Contribution]) -> str:
    said = [term_text(sweep, term) for term in terms[:TERMS]]
    return " + ".join(said) + (f" + {len(terms) - TERMS} more" if len(terms) > TERMS else "")
