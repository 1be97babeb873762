"""The gallery's page: what its code draws is what it shows."""

import linecache
import re
from pathlib import Path

import numpy as np
import pytest

import advis as av
from tests.gallery_page import DOCS, FOLDER, text
from tests.pictures import PICTURES

CHAPTERS = list(dict.fromkeys(one.chapter for one in PICTURES))


def test_the_page_is_up_to_date():
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == text(), "python -m tests.gallery_page"
    assert {path.name for path in FOLDER.iterdir()} == {f"{one.name}.svg" for one in PICTURES}
    assert len({one.name for one in PICTURES}) == len(PICTURES) >= 24


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_code_on_the_page_draws_its_pictures(chapter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "gallery.md").read_text(encoding="utf-8").partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
    code = "\n\n\n".join(re.findall(r"^```python\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL))
    name = f"<gallery: {chapter}>"
    linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
    exec(compile(code, name, "exec"), {"np": np, "av": av, "__name__": "gallery"})
    drawn = {path.name: path.read_bytes() for path in Path().glob("*.svg")}
    assert sorted(drawn) == sorted(f"{one.name}.svg" for one in PICTURES if one.chapter == chapter)
    for one, content in drawn.items():
        assert content == (FOLDER / one).read_bytes(), f"docs/images/gallery/{one}: python -m tests.gallery_page"
