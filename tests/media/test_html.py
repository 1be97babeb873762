"""The HTML: what stands in it without a browser. What it does in one is in test_browser.py."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from html.parser import HTMLParser

import pytest

import advis as av
from advis.media.html import fragment, page
from advis.media.player import inline_json, needs_of, player_css, player_module, widget_module
from advis.media.svg import svg
from tests.benchmarks.player import straight
from tests.media.films import FILMS, HOSTILE, hostile, large, sample
from tests.tools import needs


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text of every script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.mark.parametrize("name", FILMS)
def test_a_fragment_is_picture_and_text_first_then_film_and_player(name: str) -> None:
    film = FILMS[name]()
    elements = Elements(fragment(film, "x = 2"))
    assert [tag for tag, _ in elements.tags] == ["div", "img", "details", "summary", "pre", "script", "script"]
    assert elements.tags[0][1] == {"data-advis": film.digest}
    types = [attributes.get("type") for tag, attributes in elements.tags if tag == "script"]
    assert types == ["application/json", "module"]
    assert json.loads(elements.scripts[0]) == json.loads(film.to_json())
    prefix = "data:image/svg+xml;base64,"
    assert base64.b64decode((elements.tags[1][1]["src"] or "").removeprefix(prefix)).decode() == svg(film)


def test_a_fragment_may_start_at_a_step_and_its_picture_shows_that_step() -> None:
    film = sample()
    attributes = dict(Elements(fragment(film, "", step=3)).tags)
    assert attributes["div"]["data-step"] == "3"
    assert base64.b64encode(svg(film, 3).encode()).decode() in (attributes["img"]["src"] or "")
    with pytest.raises(ValueError, match=r"fragment: step=9 .* 0 to 6"):
        fragment(film, "", step=9)


def test_hostile_texts_open_no_element() -> None:
    html = page([(hostile(), HOSTILE)], HOSTILE)
    tags = [tag for tag, _ in Elements(html).tags]
    assert tags.count("script") == 2
    assert tags.count("img") == 1
    assert "window.hacked=1</script>" not in html
    assert "<!--" not in html


def test_inline_json_reads_back() -> None:
    text = json.dumps({"a": f"{HOSTILE}\u2028\u2029</SCRIPT>"}, ensure_ascii=False)
    assert json.loads(inline_json(text)) == json.loads(text)
    assert not re.search("<|[\u2028\u2029]", inline_json(text))


def test_the_player_asks_nothing_of_any_host_and_trusts_no_label() -> None:
    code = widget_module()
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval|currentScript|Math\.random", code)
    assert re.findall(r"https?://[^\"]*", code) == ["http://www.w3.org/2000/svg"]
    assert "</" not in player_module()
    assert "<!--" not in player_module()
    assert "url(" not in player_css()
    assert "@import" not in player_css()


def test_the_joined_module_is_valid_javascript() -> None:
    for code in (player_module(), widget_module()):
        assert not re.search(r"^import\b|^export (?!default)", code, re.MULTILINE)
        command = [needs("node"), "--check", "--input-type=module", "-"]
        run = subprocess.run(command, input=code.encode(), capture_output=True)
        assert run.returncode == 0, run.stderr.decode()


def test_sizes() -> None:
    film = large(200)
    assert len(fragment(film, "").encode()) < 3.6 * len(svg(film).encode())


@pytest.mark.parametrize("name", ["large", "folded", "played"])
def test_the_player_of_two_hundred_nodes_has_sixty_kilobytes_of_code(name: str) -> None:
    tape = av.trace(straight(66), 1.0)
    film = {"large": large(200), "folded": tape.reverse().film(), "played": av.play(tape).film()}[name]
    needs = needs_of([film])
    assert bool(film.blocks) == (name != "large")
    whole, style = (len(part.encode()) for part in (player_module(needs), player_css(needs)))
    assert whole - style <= 60_000
    assert style < 23_000  # it grows no further


def test_a_page_holds_the_player_once_and_each_film() -> None:
    html = page([(sample(), "a"), (hostile(), "b"), (sample(), "c")], "Three")
    assert html.count("function upgrade(") == 1
    assert html.count("data-advis=") == 3 + player_module().count("data-advis=")
    assert html.count('upgrade("') == 2
    assert "<h1>Three</h1>" in html


def test_the_same_film_gives_the_same_bytes() -> None:
    assert fragment(sample(), "x") == fragment(sample(), "x")
