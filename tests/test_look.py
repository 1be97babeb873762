"""The page with one picture in every medium is up to date, as far as its bytes are the same everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.look_page import DOCS, FOLDER, PANES, PICTURES, page


@pytest.mark.parametrize("name", PICTURES)
def test_its_drawings_are_those_of_today(name: str, tmp_path: Path) -> None:
    _, make, step = PICTURES[name]
    written = make().save(tmp_path / "f.svg", step=step, panes=PANES, theme="light")
    if name == "chart":  # round-off, which follows the processor
        assert written.read_text("utf-8").count("<path") == (FOLDER / f"{name}.svg").read_text("utf-8").count("<path")
    else:
        assert written.read_bytes() == (FOLDER / f"{name}.svg").read_bytes()


def test_the_page_names_pictures_that_are_there() -> None:
    assert (DOCS / "one-look.md").read_text("utf-8") == page()
    for name in PICTURES:
        assert all((FOLDER / file).exists() for file in (f"{name}.svg", f"{name}.png", f"{name}-tex.png"))
