"""Markdown with mathematics as HTML for slides: TeX becomes MathML here, code is coloured here, raw HTML stays text."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_NOTE = re.compile(r"^notes?:[ \t]*", re.IGNORECASE | re.MULTILINE)
_BREAK = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_IMAGES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp", ".svg": "svg+xml"}


_THIN = '<mspace width="0.167em"></mspace>'
"""Between the name of a function and what it is applied to."""
_UNSAFE = ("href", "src", "style", "class")
"""What TeX may not put on the slide: an address that is followed, a look that is not ours."""


@dataclass(frozen=True, slots=True)
class Said:
    """The Markdown of one slide, and what the speaker alone sees."""

    text: str
    notes: str = ""


def slides_of(text: str) -> list[Said]:
    r"""Return the slides of a Markdown text: a line ``---`` begins a new one, ``Note:`` what is for the speaker.

    Examples
    --------
    >>> slides_of("# One\nNote: slowly\n\n---\n\n# Two")
    [Said(text='# One', notes='slowly'), Said(text='# Two', notes='')]
    """
    hidden = _FENCE.sub(lambda found: re.sub(r"[^\n]", "·", found[0]), text)  # code is neither break nor note
    starts = [0, *(found.end() for found in _BREAK.finditer(hidden))]
    stops = [*(found.start() for found in _BREAK.finditer(hidden)), len(text)]
    return [_said(text[start:stop], hidden[start:stop]) for start, stop in zip(starts, stops, strict=True)]


def _said(text: str, hidden: str) -> Said:
    found = _NOTE.search(hidden)
    if not found:
        return Said(text.strip())
    return Said(text[: found.start()].strip(), text[found.end() :].strip())


def html_of(text: str) -> str:
    r"""Return Markdown as HTML.

    Raises
    ------
    ImportError
        Without the packages of the extra ``slides``; the message says how to install them.
    ValueError
        For mathematics that cannot be read, or an image that is not a file.

    Examples
    --------
    >>> html_of("a **b** <i>c</i>")
    '<p>a <strong>b</strong> &lt;i&gt;c&lt;/i&gt;</p>\n'
    """
    return str(_markdown().render(text))


def paragraphs_of(text: str) -> list[tuple[str, str]]:
    r"""Return Markdown as plain paragraphs, each with its kind: ``h1`` to ``h6``, ``p``, ``li``, ``math`` or ``code``.

    Examples
    --------
    >>> paragraphs_of("# Two sweeps\n\nOne *forward*,\none back:\n\n* $\\bar x$")
    [('h1', 'Two sweeps'), ('p', 'One forward, one back:'), ('li', '$\\bar x$')]
    """
    found: list[tuple[str, str]] = []
    kind, items = "p", 0
    for token in _markdown().parse(text):
        items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type == "heading_open":
            kind = token.tag
        elif token.type == "inline":
            found.append(("li" if items and kind == "p" else kind, "".join(map(_plain, token.children or []))))
            kind = "p"
        elif token.type in ("fence", "code_block"):
            found.append(("code", token.content.rstrip("\n")))
        elif token.type.startswith("math_block"):
            found.append(("math", f"${' '.join(token.content.split())}$"))
    return found


def _plain(token: Any) -> str:
    if token.type.startswith("math"):
        return f"${token.content}$"
    return " " if token.type in ("softbreak", "hardbreak") else str(token.content)


@cache
def _markdown() -> Any:
    plain = needed("markdown_it").MarkdownIt("commonmark", {"html": False, "highlight": _coloured})
    dollars = needed("mdit_py_plugins.dollarmath").dollarmath_plugin
    markdown = plain.enable(["table", "strikethrough"]).use(dollars, double_inline=True, renderer=_mathematics)
    for kind in ("math_inline", "math_inline_double", "math_block", "math_block_label"):  # MathML and nothing around it
        markdown.add_render_rule(kind, _math_rule)
    markdown.add_render_rule("image", _image_rule)
    return markdown


def _math_rule(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    return _mathematics(tokens[place].content, {"display_mode": tokens[place].type != "math_inline"})


def _mathematics(tex: str, options: dict[str, Any]) -> str:
    convert = needed("latex2mathml.converter").convert_to_element
    try:
        return _mathml(convert(tex.strip(), display="block" if options["display_mode"] else "inline"))
    except Exception as error:  # whatever the reader of TeX stumbles over, it is this text
        reason = str(error) or type(error).__name__
        raise ValueError(f"the mathematics ${tex.strip()}$ cannot be read as TeX ({reason})") from error


def _mathml(element: Any) -> str:
    """An element as text. Its texts hold entities, and may hold anything that the author wrote: all is escaped here."""
    said = unescape(element.text or "")
    if element.tag == "mi" and said.startswith("\\"):
        raise ValueError(f"{said} is not known")
    kept = {name: value for name, value in element.attrib.items() if name not in _UNSAFE}
    attributes = "".join(f' {name}="{escape(unescape(value))}"' for name, value in kept.items())
    inside = escape(said) + "".join(map(_mathml, element))
    for before, after in pairwise(element):
        if before.tag == "mi" and len(before.text or "") > 1 and (before.text or "").isalpha() and after.tag != "mo":
            inside = inside.replace(_mathml(before) + _mathml(after), _mathml(before) + _THIN + _mathml(after))
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>"


def _image_rule(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    source = unquote(str(tokens[place].attrs["src"]))  # it stands there as in an address, with %20 for a space
    return f'<img src="{_inlined(source)}" alt="{escape(tokens[place].content)}">'


def _inlined(source: str) -> str:
    """An image file as a data URL: a deck is one file."""
    kind = _IMAGES.get(Path(source).suffix.lower())
    if source.startswith("data:image/"):
        return escape(source)
    if not kind or re.match(r"[a-z]+:", source, re.IGNORECASE):
        known = ", ".join(_IMAGES)
        raise ValueError(f"the image {source!r} is no file with a known extension ({known}); a deck holds its images")
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise ValueError(f"the image {source!r} cannot be read ({(error.strerror or 'it failed').lower()})") from error
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _coloured(code: str, language: str, attributes: str) -> str:
    """Code with its keywords, texts, numbers and comments marked, where the language is known."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        return ""
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


def needed(module: str) -> Any:
    """Return a module of the extra ``slides``; without it, say how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.split(".")[0].replace("_", "-")
        raise ImportError(
            f"slides need {package}, which is not installed; install the extra: pip install 'advis-notebook[slides]'"
        ) from error
