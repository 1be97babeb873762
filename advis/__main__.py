"""The command line: ``advis draw "np.sin(x) * x" x=2 --reverse -o sweep.html``, or ``python -m advis …``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

import advis as av
from advis.analysis.checks import cut_sums
from advis.autodiff.typed import typed_function, typed_value
from advis.autodiff.visible import brief, visible
from advis.media.doctor import report
from advis.media.html import page
from advis.media.save import FORMATS, OPTIONS, write_whole
from advis.notebook.lecture import items_of

EXAMPLES = """
examples:
  advis demo
  advis draw "np.log(x1) + x1*x2 - np.sin(x2)" x1=2 x2=5 --reverse -o sweep.gif
  advis draw "np.log(x1) + x1*x2 - np.sin(x2)" x1=2 x2=5 --forward x1=1 --step 3 -o step.svg
  advis draw package.module:function --at 2 5 -o graph.svg
  advis chain 1x50 50x20 20x10 --order reverse -o chain.svg
  advis deck lecture.ipynb -o lecture.html
  advis doctor

exit codes:
  0  done
  1  doctor: a package that advis needs is missing
  2  the command or its arguments are wrong, or a file could not be written; one line on stderr says why
  130  interrupted
"""
DRAW = """
WHAT is an expression or package.module:function. An expression sees the variables given as NAME=VALUE and those
functions of NumPy that advis records, as np.…; it has no attributes, no assignment and no other name.
A value is a number or a list, and may be computed: x=-2, x=np.pi/2, x=[1,2,3], "w=[[1, 0], [0, 1]]".
Without -o the evaluation trace is printed.

examples:
  advis draw "np.log(x1) + x1*x2 - np.sin(x2)" x1=2 x2=5
  advis draw "np.sum(np.tanh(w @ x))" "w=[[1,2],[3,4]]" x=[0.1,0.2] --reverse -o sweep.html
  advis draw "x1 * np.sin(x2)" x1=2 x2=5 --forward x1=1 --reverse -o both.html
  advis draw model:loss --at 0.5 [1,2,3] --reverse --step 4 -o step.svg
"""
CHAIN = """
The factors are written as they are multiplied, from the result to the input: 1x50 50x20 20x10 is a 1×50 matrix times
a 50×20 one times a 20×10 one. Without -o the costs are printed.

examples:
  advis chain 1x50 50x20 20x10 -o chain.html
  advis chain 1x50 50x20 20x10 --order optimal -o optimal.svg
  advis chain 1x50 50x20 20x10 --compare -o orders.svg
"""
DECK = """
The notebook's code is run. A heading or a line --- begins a slide, and what a cell shows joins it; slide types decide
where the notebook has them.

examples:
  advis deck lecture.ipynb                             lecture.html: slides in one file, without network
  advis deck lecture.ipynb -o handout.pdf              a handout, with the first, the last and some steps between
"""


class Wrong(ValueError):  # noqa: N818 (reads as what happened)
    """What a user gave does not do; the message is one line."""


class _Parser(argparse.ArgumentParser):
    """One that says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"advis: {message}; see {self.prog} --help\n")


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; see `EXAMPLES`."""
    parser = _parser()
    given = sys.argv[1:] if arguments is None else arguments
    given = [f" {word}" if re.match("-[^-oh]", word) else word for word in given]  # -x1 is an expression, no option
    options, late = parser.parse_known_args(given)
    if late and (options.command not in ("draw", "chain") or any(word.startswith("-") for word in late)):
        parser.error(f"unrecognized arguments: {' '.join(late)}")
    if late:  # values that stand after an option
        options.values += late
    try:
        return int(options.run(options) or 0)
    except BrokenPipeError:  # the reader of our output has gone, as in `advis draw … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError, ImportError) as error:
        print(f"advis: {_in_a_line(error)}", file=sys.stderr)
        return 2


def _in_a_line(error: BaseException) -> str:
    message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if isinstance(error, OSError) and error.strerror and error.filename:
        message = f"{error.filename}: {error.strerror.lower()}"
    return "; ".join(line.strip() for line in message.splitlines() if line.strip()) or type(error).__name__


# -- what can be written


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _described(_Parser, "See automatic differentiation.", EXAMPLES, prog="advis")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], Any], said: str, more: str = "") -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = _described(
            commands.add_parser, f"{said[0].upper()}{said[1:]}.", more, name, help=said
        )
        made.set_defaults(run=run)
        return made

    demo = command("demo", run_demo, "record a function, print its trace, write a page that plays both sweeps")
    demo.add_argument("-o", "--output", default="advis-demo.html", help="the page (default: %(default)s)")

    draw = command("draw", run_draw, "draw an expression or a function, or its sweeps", DRAW)
    draw.add_argument("what", metavar="WHAT", help="an expression, or package.module:function")
    draw.add_argument("values", metavar="NAME=VALUE", nargs="*", help="the variables of an expression")
    draw.add_argument("--at", metavar="VALUE", nargs="+", help="the arguments of a function, in order")
    draw.add_argument(
        "--forward", metavar="NAME=VALUE", nargs="*", help="the forward sweep; which inputs move (all by 1)"
    )
    draw.add_argument("--reverse", action="store_true", help="the reverse sweep; with --forward, both in one player")
    draw.add_argument("--seed", metavar="VALUE", help="where the reverse sweep starts (default: 1)")
    _add_file(draw)

    chain = command("chain", run_chain, "draw a product of Jacobians, and what orders of multiplying it cost", CHAIN)
    chain.add_argument("values", metavar="ROWSxCOLUMNS", nargs="+", help="the shapes of the factors")
    chain.add_argument("--order", help='forward, reverse, optimal, or parentheses such as "(F3 F2) F1"')
    chain.add_argument("--compare", action="store_true", help="all orders side by side")
    _add_file(chain)

    deck = command("deck", run_deck, "make slides, or a handout, of a notebook", DECK)
    deck.add_argument("notebook", metavar="NOTEBOOK", help="an .ipynb file")
    deck.add_argument(
        "-o", "--output", metavar="FILE", help="an .html or .pdf file (default: the notebook's name, .html)"
    )
    deck.add_argument("--title", help="what the window is called (default: the first heading)")
    deck.add_argument("--theme", help="auto, light or dark; of slides")
    deck.add_argument("--panes", type=_names, help="what is shown of an object, such as graph,say; of slides")

    command("doctor", run_doctor, "say what is installed, and what each format needs")
    return parser


def _described(make: Callable[..., Any], said: str, more: str, *names: str, **options: Any) -> Any:
    raw = argparse.RawDescriptionHelpFormatter
    return make(*names, description=said, epilog=more.strip(), formatter_class=raw, allow_abbrev=False, **options)


def _add_file(parser: argparse.ArgumentParser) -> None:
    """The options of `save`."""
    known = ", ".join(FORMATS)
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the file; its extension is the format: {known}")
    parser.add_argument("--step", type=int, help="the step that a still picture shows (default: the last)")
    parser.add_argument("--panes", type=_names, help="such as graph,trace,source")
    parser.add_argument("--theme", help="light, dark, or auto")
    parser.add_argument("--size", type=_size, help="the width, such as 1280, or a width and height to fit in: 1280x720")
    parser.add_argument("--font-size", type=float, help="of the numbers in boxes; it scales the picture")
    parser.add_argument("--fps", type=float, help="steps a second of a moving picture (default: 1)")
    parser.add_argument("--dpi", type=float, help="of a .png (default: 192)")
    parser.add_argument("--animate", action="store_true", default=None, help="an .svg that moves by itself")
    parser.add_argument(
        "--beamer", action="store_true", default=None, help="a .tex with one frame, a step for each overlay"
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _size(text: str) -> Any:
    found = re.fullmatch(r"(\d{1,5})(?:[x×](\d{1,5}))?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a width and height such as 1280x720")
    return int(found[1]) if found[2] is None else (int(found[1]), int(found[2]))


# -- what is done


def run_demo(options: Any) -> None:
    """Record the classic example, print both sweeps, and write them as players on one page."""
    tape = av.trace(f, 2.0, 5.0)
    forward, reverse = tape.forward(x1=1.0), tape.reverse()
    print(forward, reverse, sep="\n\n", end="\n\n")
    sums = cut_sums(forward, reverse)
    print(f"⟨u, J v⟩ = {sums[0]:g} at each of the {len(sums)} moments of the reverse sweep.")
    films = [(sweep.film(), str(sweep)) for sweep in (forward, reverse)]
    written = write_whole(Path(options.output), page(films, "Both sweeps of f(x1, x2)").encode())
    print(f"\nWrote {written.resolve()}: open it in a browser; it needs no network.")
    print("Next: jupyter lab notebooks/01-first-sweep.ipynb")


def run_draw(options: Any) -> None:
    """Trace an expression or a function, and show the tape, a sweep or both."""
    tape = _recorded(*_program(options))
    seeds = dict(_named(options.forward or ()))
    seed = _seed(tape, options)
    if options.forward is not None and options.reverse:
        shown: Any = av.play(tape, seeds or None, seed)
    elif options.forward is not None:
        shown = tape.forward(**seeds) if seeds else tape.forward(*_ones(tape))
    else:
        shown = tape.reverse(*() if seed is None else (seed,)) if options.reverse else tape
    _show(shown, options)


def run_chain(options: Any) -> None:
    """Show a chain of shapes, one order of its accumulation, or all of them."""
    sizes = [re.fullmatch(r"(\d+)[x×](\d+)", word) for word in options.values]
    wrong = [word for word, found in zip(options.values, sizes, strict=True) if found is None]
    if wrong:
        raise Wrong(f"chain: {wrong[0]!r} is not the shape of a factor; write rows x columns, such as 50x20")
    chain = av.chain(shapes=[(int(found[1]), int(found[2])) for found in sizes if found])
    if options.order and options.compare:
        raise Wrong("chain: --order and --compare exclude each other; leave one out")
    _show(chain.accumulate(options.order) if options.order else chain.compare() if options.compare else chain, options)


def run_deck(options: Any) -> None:
    """Run a notebook, and write what it shows as slides or as a handout."""
    target = Path(options.output or Path(options.notebook).with_suffix(".html").name)
    given = {name: getattr(options, name) for name in ("title", "theme", "panes")}
    given = {name: value for name, value in given.items() if value is not None}
    make: Any = {".html": av.deck, ".pdf": av.handout}.get(target.suffix.lower())
    if make is None:
        raise Wrong(f"deck: {str(target)!r} ends neither in .html (slides) nor in .pdf (a handout)")
    if make is av.handout and {*given} - {"title"}:
        raise Wrong("deck: --theme and --panes are for slides (.html); a handout takes --title")
    print(f"Wrote {make(items_of(options.notebook), target, **given).resolve()}")


def run_doctor(options: Any) -> int:
    """Print what is installed; 1 if something is missing that advis cannot do without."""
    told, whole = report([*FORMATS])
    print(told)
    return 0 if whole else 1


def _show(shown: Any, options: Any) -> None:
    """Write what is shown to the file, with those options that were given, or print it."""
    given = {name: getattr(options, name, None) for name in ("step", *OPTIONS)}
    given = {name: value for name, value in given.items() if value is not None}
    if options.output is None:
        if given:
            raise Wrong(f"{options.command}: --{next(iter(given))} is about a file; name it with -o")
        print(shown)
        return
    written = shown.save(options.output, **given)
    for path in written if isinstance(written, list) else [written]:
        print(f"Wrote {path.resolve()}")


# -- the program and where it is evaluated


def _program(options: Any) -> tuple[Callable[..., Any], list[Any]]:
    """The function that was meant, and its arguments."""
    if re.fullmatch(r"[^\W\d][\w.]*:[^\W\d][\w.]*", options.what):
        if options.values:
            raise Wrong(f"draw: {options.values[0]!r}: the arguments of a function are given in order: --at 2 5")
        return _imported(options.what), [typed_value(word) for word in options.at or ()]
    if options.at:
        raise Wrong("draw: --at is for package.module:function; the variables of an expression have names: x1=2")
    values = dict(_named(options.values))
    try:
        return typed_function(options.what, [*values]), [*values.values()]
    except ValueError as error:
        late = [*dict(_named(options.forward or ()))]
        more = "; the variables stand before --forward" if late and not values else ""
        raise Wrong(f"draw: {error}{more}") from None


def _seed(tape: av.Tape, options: Any) -> Any:
    """Where the reverse sweep starts: None for 1."""
    if options.seed is None:
        if options.reverse and options.forward is None and not isinstance(tape.value, float):
            raise Wrong("draw: --reverse: the result is not one number; say where the sweep starts, as --seed [1,0]")
        return None
    if not options.reverse:
        raise Wrong("draw: --seed is where the reverse sweep starts; add --reverse")
    seed = typed_value(options.seed)
    return tuple(seed) if isinstance(tape.value, tuple) and np.ndim(seed) else seed


def _named(words: Iterable[str]) -> Iterable[tuple[str, Any]]:
    """From ``x1=2`` to the name and the value."""
    seen: set[str] = set()
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            raise Wrong(f"draw: {word!r} is not a name and a value; write x1=2 (quote what contains spaces)")
        if name in seen:
            raise Wrong(f"draw: {name} is given twice")
        seen.add(name)
        try:
            yield name, typed_value(text)
        except ValueError as error:
            raise Wrong(f"draw: {brief(visible(word))}: {error}") from None


def _imported(what: str) -> Callable[..., Any]:
    """The function of a module, which may lie in the working folder."""
    module, _, name = what.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # the module is the reader's: anything may happen in it
        raise Wrong(f"draw: {what}: {type(error).__name__}: {_in_a_line(error)}") from None
    if not callable(found):
        raise Wrong(f"draw: {what} is no function but {type(found).__name__}")
    return found  # type: ignore[no-any-return]


def _recorded(function: Callable[..., Any], args: Sequence[Any]) -> av.Tape:
    try:
        with np.errstate(all="ignore"):  # what is infinite stands in the trace
            return av.trace(function, *args)
    except av.OffTape:
        raise
    except Exception as error:  # as above
        told = "; ".join([_in_a_line(error), *(" ".join(note.split()) for note in getattr(error, "__notes__", ()))])
        kind = "" if str(error).startswith("trace:") else f"{type(error).__name__}: "
        raise Wrong(f"draw: {kind}{told}") from None


def _ones(tape: av.Tape) -> tuple[Any, ...]:
    """A tangent of ones for every input."""
    return tuple(np.ones_like(node.value) for node in tape.inputs)


if __name__ == "__main__":
    sys.exit(main())
