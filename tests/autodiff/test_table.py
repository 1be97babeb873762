"""The evaluation trace as text, Markdown, HTML and LaTeX."""

from __future__ import annotations

import html.parser
import re
from typing import Any

import numpy as np
import pytest

import advis as av


def f(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture
def tape() -> av.Tape:
    return av.trace(f, 2.0, 5.0)


PRIMAL = """\
f(x1, x2): ℝ² → ℝ, 5 operations

name  operation    value ↓
────  ─────────  ─────────
x1                       2
x2                       5
v1    log(x1)     0.693147
v2    x1 · x2           10
v3    v1 + v2      10.6931
v4    sin(x2)    -0.958924
y     v3 − v4      11.6521"""

FORWARD = """\
f(x1, x2): ℝ² → ℝ, 5 operations; forward sweep from x1 = 1

name  operation    value ↓  = sum of partial · tangent  tangent ↓
────  ─────────  ─────────  ──────────────────────────  ─────────
x1                       2                                      1
x2                       5                                      0
v1    log(x1)     0.693147  0.5 · 1                           0.5
v2    x1 · x2           10  5 · 1 + 2 · 0                       5
v3    v1 + v2      10.6931  1 · 0.5 + 1 · 5                   5.5
v4    sin(x2)    -0.958924  0.283662 · 0                        0
y     v3 − v4      11.6521  1 · 5.5 + -1 · 0                  5.5"""

REVERSE = """\
f(x1, x2): ℝ² → ℝ, 5 operations; reverse sweep from y = 1

name  operation    value ↓  = sum of partial · adjoint  adjoint ↑
────  ─────────  ─────────  ──────────────────────────  ─────────
x1                       2  5 · 1 + 0.5 · 1                   5.5
x2                       5  0.283662 · -1 + 2 · 1         1.71634
v1    log(x1)     0.693147  1 · 1                               1
v2    x1 · x2           10  1 · 1                               1
v3    v1 + v2      10.6931  1 · 1                               1
v4    sin(x2)    -0.958924  -1 · 1                             -1
y     v3 − v4      11.6521                                      1"""

MARKDOWN = """\
**f(x1, x2): ℝ² → ℝ, 5 operations; reverse sweep from y = 1**

| name | operation | value ↓ | = sum of partial · adjoint | adjoint ↑ |
|:---|:---|---:|:---|---:|
| x1 |  | 2 | 5 · 1 + 0.5 · 1 | 5.5 |
| x2 |  | 5 | 0.283662 · -1 + 2 · 1 | 1.71634 |
| v1 | log(x1) | 0.693147 | 1 · 1 | 1 |
| v2 | x1 · x2 | 10 | 1 · 1 | 1 |
| v3 | v1 + v2 | 10.6931 | 1 · 1 | 1 |
| v4 | sin(x2) | -0.958924 | -1 · 1 | -1 |
| y | v3 − v4 | 11.6521 |  | 1 |"""

LATEX = r"""\begin{tabular}{llrlr}
\hline
name & operation & value $\downarrow$ & = sum of partial $\cdot$ tangent & tangent $\downarrow$ \\
\hline
x1 &  & 2 &  & 1 \\
x2 &  & 5 &  & 0 \\
v1 & log(x1) & 0.693147 & 0.5 $\cdot$ 1 & 0.5 \\
v2 & x1 $\cdot$ x2 & 10 & 5 $\cdot$ 1 + 2 $\cdot$ 0 & 5 \\
v3 & v1 + v2 & 10.6931 & 1 $\cdot$ 0.5 + 1 $\cdot$ 5 & 5.5 \\
v4 & sin(x2) & -0.958924 & 0.283662 $\cdot$ 0 & 0 \\
y & v3 $-$ v4 & 11.6521 & 1 $\cdot$ 5.5 + -1 $\cdot$ 0 & 5.5 \\
\hline
\end{tabular}"""


class Cells(html.parser.HTMLParser):
    """The texts of an HTML table's cells, row by row, and every tag that stands in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_text(tape: av.Tape) -> None:
    assert str(tape) == repr(tape) == tape.table().text() == PRIMAL
    assert str(tape.forward(x1=1.0)) == FORWARD
    assert str(tape.reverse()) == REVERSE


def test_markdown(tape: av.Tape) -> None:
    assert tape.reverse().table().markdown() == MARKDOWN


def test_latex(tape: av.Tape) -> None:
    assert tape.forward(x1=1.0).table().latex() == LATEX


def test_html_has_the_cells_of_the_table(tape: av.Tape) -> None:
    table = tape.reverse().table()
    cells = Cells(table.html())
    assert cells.rows == [list(table.headings), *map(list, table.rows)]
    assert cells.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert table._repr_html_() == table.html()


def test_arrays_have_a_shape_column_and_a_summary() -> None:
    tape = av.trace(lambda x, w: np.sum(w @ x), np.array([1.0, 2.5]), np.arange(12.0).reshape(6, 2))
    rows = {row[0]: row for row in tape.table().rows}
    assert tape.table().headings == ("name", "operation", "shape", "value ↓")
    assert rows["x"] == ("x", "", "2", "[1, 2.5]")
    assert rows["w"] == ("w", "", "6×2", "0 to 11")
    assert rows["v1"] == ("v1", "w @ x", "6", "2.5 to 37.5")
    reverse = {row[0]: row for row in tape.reverse().table().rows}
    assert reverse["x"][-2:] == ("6×2 dense · v1", "[30, 36]")


def test_several_seeds_are_said() -> None:
    tape = av.trace(lambda x: x * 2, np.ones(2))
    assert str(tape.reverse(np.eye(2))).splitlines()[0].endswith("(2 seeds at once)")


def test_long_tables_are_elided() -> None:
    def long(x: Any) -> Any:
        for _ in range(99):
            x = np.sin(x)
        return x

    tape = av.trace(long, 1.0)
    for table in (tape.table(), tape.reverse().table(), tape.forward().table()):
        assert len(table.rows) == 60
        assert table.rows[0][0] == "x"
        assert table.rows[-1][0] == "x#100"
        for text in (table.text(), table.markdown(), table.html(), table.latex()):
            assert len(re.findall("40 more rows", text)) == 1
    lines = tape.table().text().splitlines()
    assert lines[4 + 39].split()[0] == "x#40"
    assert lines[4 + 40] == "… 40 more rows …"
    assert lines[4 + 41].split()[0] == "x#81"


def test_sixty_rows_are_shown_in_full() -> None:
    def short(x: Any) -> Any:
        for _ in range(59):
            x = np.sin(x)
        return x

    assert "more rows" not in str(av.trace(short, 1.0))


def test_many_terms_are_counted() -> None:
    table = av.trace(lambda x: x + x + x + x + x + x, 1.0).reverse().table()
    assert table.rows[0][-2:] == ("1 · 1 + 1 · 1 + 1 · 1 + 1 · 1 + 2 more", "6")


HOSTILE = ["<script>alert(1)</script>", "a|b", "_under*star*`tick`", r"\input{x}", "50%_$x$#{}~^&", "two\nlines",
           "'\"&lt;", "[a](b)"]  # fmt: skip


@pytest.fixture
def hostile() -> av.Tape:
    return av.trace(lambda p: sum(item * item for item in p.values()), dict.fromkeys(HOSTILE, 2.0))


def test_hostile_names_in_text(hostile: av.Tape) -> None:
    lines = hostile.table().text().splitlines()
    assert len(lines) == 4 + len(hostile.table().rows)
    assert "p['two\\nlines']" in lines[4 + HOSTILE.index("two\nlines")]


def test_hostile_names_in_html(hostile: av.Tape) -> None:
    for table in (hostile.table(), hostile.reverse().table()):
        cells = Cells(table.html())
        assert cells.rows == [list(table.headings), *map(list, table.rows)]
        assert "script" not in cells.tags


def test_hostile_names_in_markdown(hostile: av.Tape) -> None:
    table = hostile.reverse().table()
    lines = table.markdown().splitlines()[2:]
    assert len(lines) == 2 + len(table.rows)
    for line, row in zip(lines[2:], table.rows, strict=True):
        cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]
        assert [re.sub(r"\\([^A-Za-z0-9\s])", r"\1", cell.strip()) for cell in cells] == [cell.strip() for cell in row]
        assert not re.search(r"(?<!\\)[<>*_`\[\]$&]", line.replace("\\\\", ""))


def test_hostile_names_in_latex(hostile: av.Tape) -> None:
    body = hostile.reverse().table().latex()
    commands = set(re.findall(r"\\[a-z]+", body))
    assert r"\input" not in commands
    for line, row in zip(body.splitlines()[4:], hostile.reverse().table().rows, strict=False):
        assert len(re.findall(r"(?<!\\)&", line)) == len(row) - 1
        assert not re.search(r"(?<!\\)[%#_~`]", line)
        math = re.findall(r"(?<!\\)\$", line)
        assert len(math) % 2 == 0
        assert line.count("{") - line.count(r"\{") == line.count("}") - line.count(r"\}")


def test_hostile_function_name_is_escaped() -> None:
    def g(x: Any) -> Any:
        return x * 2

    g.__name__ = "<img src=x onerror=alert(1)>"
    assert "<img" not in av.trace(g, 1.0).table().html()


def test_round_off_prints_as_zero() -> None:
    def g(x: Any) -> Any:
        a = 0.1 * x + 0.2 * x - 0.3 * x
        return a * 1e3

    tape = av.trace(g, 1.0)
    assert tape["a"].value != 0
    assert {row[0]: row[-1] for row in tape.table().rows}["a"] == "0"
    assert {row[0]: row[-1] for row in tape.forward().table().rows}["a"] == "0"
    assert {row[0]: row[-1] for row in tape.reverse().table().rows}["x"] == "0"


def test_small_numbers_that_are_no_round_off_stay() -> None:
    tape = av.trace(lambda x: x * 1e-30, 1.0)
    assert tape.table().rows[-1][-1] == "1e-30"
    assert tape.reverse().table().rows[0][-1] == "1e-30"


def test_minus_zero_prints_as_zero() -> None:
    tape = av.trace(lambda x: -x * 0.0, 1.0)
    assert np.signbit(tape.value)
    assert tape.table().rows[-1][-1] == "0"
    assert "-0 " not in str(tape.reverse()) + " "
    array = av.trace(lambda x: x * 1.0, np.array([-0.0, -0.0]))
    assert array.table().rows[-1][-1] == "[0, 0]"


def test_what_no_derivative_reaches_has_a_dash() -> None:
    def g(x: Any) -> Any:
        mask = x > 0
        return mask * x

    rows = {row[0]: row for row in av.trace(g, 2.0).reverse().table().rows}
    assert rows["mask"] == ("mask", "x > 0", "True", "", "–")


def test_complex_partials_are_written_in_full() -> None:
    assert "(1+2j) · (1+0j)" in str(av.trace(lambda x: x * (1 + 2j), 1j).reverse())


def test_text_is_the_same_every_time(tape: av.Tape) -> None:
    assert [str(av.trace(f, 2.0, 5.0).reverse()) for _ in range(2)] == [REVERSE] * 2


def test_complex_numbers_are_said() -> None:
    assert str(av.trace(lambda z: z * z, 1 + 2j)).startswith("lambda(z): ℂ → ℂ, 1 operation")
    tape = av.trace(lambda x, z: np.abs(x[0] * z), np.zeros(3), np.array([1j, 2.0]))
    assert str(tape).startswith("lambda(x, z): ℝ³ × ℂ² → ℝ², ")


def test_a_negative_base_is_held_together() -> None:
    assert av.trace(lambda x: np.power(-2.0, x), 2.0)["y"].expression == "(−2)^x"


def test_complex_constants_are_held_together() -> None:
    tape = av.trace(lambda z: z * (2 - 1j) + 1j, 1 + 1j)
    assert [tape["v1"].expression, tape["y"].expression] == ["z · (2−1j)", "v1 + (0+1j)"]
