"""From a bytecode position back to the reader's code: the line, the columns, and the name that a result was given."""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
import textwrap
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from types import CodeType
from typing import TypeVar

from advis.autodiff.errors import HIDDEN
from advis.autodiff.recorder import Context, Position
from advis.autodiff.visible import visible

T = TypeVar("T")
MOST_CODES = 512
MOST_FILES = 64


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the reader's code a node came from.

    Attributes
    ----------
    function : str
        The name of the function.
    line : int
        The line, counted from the function's first line, which is 1.
    text : str
        That line, without its indentation.
    span : tuple of int
        First line, first column, last line, last column of the expression, in the dedented source of the function.
    """

    function: str
    line: int
    text: str
    span: tuple[int, int, int, int] = (0, 0, 0, 0)

    def __str__(self) -> str:
        return f"line {self.line} of {self.function}: {self.text}"


@dataclass(frozen=True, slots=True)
class _Instruction:
    name: str
    argument: object
    following: int
    span: tuple[int | None, ...]


def per_code(function: Callable[[CodeType], T]) -> Callable[[CodeType], T]:
    """Let a function of a code object work once for each: known by identity, since hashing a code reads all of it."""
    known: dict[int, tuple[CodeType, T]] = {}

    @wraps(function)
    def cached(code: CodeType) -> T:
        if id(code) not in known:
            if len(known) >= MOST_CODES:
                known.clear()
            known[id(code)] = code, function(code)
        return known[id(code)][1]

    return cached


@per_code
def _instructions(code: CodeType) -> dict[int, _Instruction]:
    """Each instruction of a code object by its offset, with the offset of the next one."""
    listed = list(dis.get_instructions(code))
    offsets = [instruction.offset for instruction in listed[1:]] + [-1]
    return {
        here.offset: _Instruction(here.opname, here.argval, following, tuple(here.positions or (None,) * 4))
        for here, following in zip(listed, offsets, strict=True)
    }


def instruction_start(code: CodeType, offset: int) -> int:
    """Return where an instruction begins; while it calls, an interpreter may point into the cache that follows it."""
    table = _instructions(code)
    while offset >= 0 and offset not in table:
        offset -= 2
    return offset


def _instruction_at(code: CodeType, offset: int) -> _Instruction | None:
    """The instruction at an offset, or around it."""
    return _instructions(code).get(instruction_start(code, offset))


def assigned_name(
    contexts: list[Context], position: Position, item: int | None = None, output: int | None = None
) -> str:
    """Return the variable in which a result was stored at once, or ``""`` if the code does not say so.

    A result that is returned at once is named where the call's result is stored: after ``h = layer(x)`` the last
    operation of ``layer`` is ``h``. It is read off the bytecode, so that it works wherever the code came from; only
    for ``a, b = …, …`` the text is needed. After ``a, b = x`` the name belongs to the ``item`` that was taken out;
    after ``a, b = f(x)`` to the ``output`` of that number.
    """
    context, offset = contexts[position[0]], position[1]
    while context.code is not None and offset >= 0:
        table = _instructions(context.code)
        step = _instruction_at(context.code, offset)
        if step is not None and step.name == "UNPACK_SEQUENCE":
            names = _stored_names(table, step)
            return names[item] if item is not None and item < len(names) else ""
        following = table.get(step.following) if step is not None else None
        if following is not None and following.name == "COPY":  # a = b = …, or (a := …)
            following = table.get(following.following)
        if following is None:
            return ""
        if following.name == "UNPACK_SEQUENCE" and output is not None:
            names = _stored_names(table, following)
            return names[output] if output < len(names) else ""
        if _stores(following):
            name = following.argument
            return str(name[0] if isinstance(name, tuple) else name)
        if following.name != "RETURN_VALUE" or context.call < 0:
            return _parallel_names(context.code).get(step.span, "") if step is not None else ""
        offset, context = context.call, contexts[context.parent]
    return ""


def _stores(step: _Instruction) -> bool:
    """Whether an instruction stores into a variable."""
    return step.name.startswith("STORE_") and step.name not in ("STORE_SUBSCR", "STORE_ATTR", "STORE_SLICE")


def _stored_names(table: dict[int, _Instruction], step: _Instruction) -> list[str]:
    """The variables that the instructions after a step store into, until one does something else."""
    names: list[str] = []
    following = table.get(step.following)
    while following is not None and _stores(following):
        argument = following.argument
        names += [str(name) for name in (argument if isinstance(argument, tuple) else (argument,))]
        following = table.get(following.following)
    return names


@per_code
def _parallel_names(code: CodeType) -> dict[tuple[int | None, ...], str]:
    """For ``a, b = x * 2, x * 3``: the name of each expression on the right, by where it stands in the file."""
    return _parallel_names_in("".join(linecache.getlines(code.co_filename)))


@lru_cache(maxsize=MOST_FILES)
def _parallel_names_in(text: str) -> dict[tuple[int | None, ...], str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    pairs = [
        (target, value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
        for targets in node.targets
        if isinstance(targets, ast.Tuple) and len(targets.elts) == len(node.value.elts)
        for target, value in zip(targets.elts, node.value.elts, strict=True)
    ]
    return {
        (value.lineno, value.end_lineno, value.col_offset, value.end_col_offset): target.id
        for target, value in pairs
        if isinstance(target, ast.Name)
    }


def is_call(contexts: list[Context], position: Position) -> bool:
    """Whether a position is that of a call, rather than of an operator."""
    code = contexts[position[0]].code
    step = _instruction_at(code, position[1]) if code is not None else None
    return step is not None and step.name.startswith(("CALL", "PRECALL"))


def source_of(contexts: list[Context], position: Position) -> Source | None:
    """Return where a node came from, or None if positions were not recorded."""
    code = contexts[position[0]].code
    step = _instruction_at(code, max(position[1], ~position[1])) if code is not None else None
    if code is None or step is None or step.span[0] is None:
        return None
    code = home(contexts, position) or code
    first, last, start, stop = (int(x or 0) for x in step.span)
    base, indent = _base(code), _indent(code)
    text = linecache.getline(code.co_filename, first).rstrip("\n")
    return Source(
        display_name(code.co_name),
        first - base + 1,
        text.strip(),
        (
            first - base + 1,
            _characters(code, first, start) - indent,
            last - base + 1,
            _characters(code, last, stop) - indent,
        ),
    )


def home(contexts: list[Context], position: Position) -> CodeType | None:
    """Return the code in whose text a position stands: a comprehension has no text of its own."""
    context = contexts[position[0]]
    while context.code is not None and context.code.co_name in HIDDEN and contexts[context.parent].code is not None:
        context = contexts[context.parent]
    return context.code


def stands_in(code: CodeType, outer: CodeType) -> tuple[int, int] | None:
    """Return how many lines and columns further in another code's text a code begins that is written inside of it.

    None where it is not: a lambda or an inner function is one of the constants of the code around it.
    """
    inside = [constant for constant in outer.co_consts if isinstance(constant, CodeType)]
    if any(constant is code or stands_in(code, constant) for constant in inside):
        return _base(code) - _base(outer), _indent(code) - _indent(outer)
    return None


def _base(code: CodeType) -> int:
    """The line that is called line 1: the function's first line, or a module's own first line."""
    return 1 if code.co_name == "<module>" else code.co_firstlineno


def _characters(code: CodeType, lineno: int, column: int) -> int:
    """Python counts columns in bytes of UTF-8; readers count characters."""
    return len(linecache.getline(code.co_filename, lineno).encode()[:column].decode(errors="ignore"))


def _indent(code: CodeType) -> int:
    line = linecache.getline(code.co_filename, _base(code)).expandtabs()
    return 0 if code.co_name in ("<lambda>", "<module>") else len(line) - len(line.lstrip())


@per_code
def source_lines(code: CodeType) -> tuple[str, ...]:
    """Return the lines of a function, dedented; none where the text is not to be had (code from ``exec``)."""
    lines = linecache.getlines(code.co_filename)[_base(code) - 1 :]
    if not lines or code.co_name == "<module>":
        return ()
    if code.co_name == "<lambda>":
        last = max((span[1] or 0 for span in code.co_positions() if span[0]), default=_base(code))
        return tuple(line.rstrip() for line in lines[: max(1, last - _base(code) + 1)])
    try:
        block = "".join(inspect.getblock(lines))
    except (tokenize.TokenError, SyntaxError):  # the file has changed since it was run
        return ()
    return tuple(textwrap.dedent(block).rstrip().split("\n"))


def display_name(name: str) -> str:
    """Return the name of a function or a block as a reader says it."""
    return {"<lambda>": "lambda", "<module>": "module"}.get(name) or visible(name)


def block_paths(contexts: list[Context]) -> list[tuple[str, ...]]:
    """Return for each context the path of user functions and blocks inside the traced function.

    The same name a second time at one place is another call: ``layer``, ``layer#2``.
    """
    paths: list[tuple[str, ...]] = [()]
    seen: dict[tuple[int, str], int] = {}
    for context in contexts[1:]:
        outermost = context.parent == 0 and context.call >= 0
        if outermost or context.name in HIDDEN:
            paths.append(paths[context.parent])
            continue
        name = display_name(context.name)
        seen[context.parent, name] = count = seen.get((context.parent, name), 0) + 1
        paths.append((*paths[context.parent], name if count == 1 else f"{name}#{count}"))
    return paths
