"""docs/layout.md: our side is fresh, and over the gallery our drawings are as good as dot's."""

from __future__ import annotations

import re
from statistics import median

import pytest

from tests.gallery import GALLERY
from tests.layout_page import DOCS, PICTURES, drawn, measured, picture, ratios
from tests.tools import needs


@pytest.mark.parametrize("name", GALLERY)
def test_our_side_of_the_page_is_fresh(name: str) -> None:
    film = drawn(name, "layered")
    fresh = "run python -m tests.layout_page, and look at it"
    assert (PICTURES / f"{name}-layered.svg").read_text(encoding="utf-8") == picture(film), fresh
    assert (PICTURES / f"{name}-dot.svg").exists()
    page = (DOCS / "layout.md").read_text(encoding="utf-8")
    crossings = re.search(rf"^\| \[{name}\]\(#{name}\) \| \d+ \| (\d+) / \d+ \|", page, re.MULTILINE)
    assert crossings is not None
    assert int(crossings[1]) == measured(film)[0], fresh


def test_over_the_gallery_we_cross_and_wander_no_more_than_dot() -> None:
    needs("dot")
    pairs = [ratios(*(measured(drawn(name, engine)) for engine in ("layered", "dot"))) for name in GALLERY]
    crossings, lengths, _ = (median(column) for column in zip(*pairs, strict=True))
    assert crossings <= 1.0
    assert lengths <= 1.1
