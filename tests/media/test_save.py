"""Saving: by extension, whole or not at all, with errors that name the way out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from advis.media import save as module
from advis.media.html import page
from advis.media.save import save
from advis.media.svg import svg
from tests.media.films import sample

FILM = sample()


def test_the_extension_says_how(tmp_path: Path) -> None:
    assert save(FILM, "text", tmp_path / "f.svg") == tmp_path / "f.svg"
    assert (tmp_path / "f.svg").read_text("utf-8") == svg(FILM)
    save(FILM, "text", str(tmp_path / "f.HTML"))
    assert (tmp_path / "f.HTML").read_text("utf-8") == page([(FILM, "text")], FILM.title)
    save(FILM, "text", tmp_path / "f.json")
    assert json.loads((tmp_path / "f.json").read_text("utf-8")) == json.loads(FILM.to_json())
    assert sorted(os.listdir(tmp_path)) == ["f.HTML", "f.json", "f.svg"]


def test_one_step_or_one_file_for_each(tmp_path: Path) -> None:
    save(FILM, "", tmp_path / "f.svg", step=2)
    assert (tmp_path / "f.svg").read_text("utf-8") == svg(FILM, 2)
    written = save(FILM, "", tmp_path / "g-{step}.svg")
    assert written == [tmp_path / f"g-{k}.svg" for k in range(7)]
    assert [path.read_text("utf-8") for path in written] == [svg(FILM, k) for k in range(7)]


def test_saving_again_replaces(tmp_path: Path) -> None:
    (tmp_path / "f.svg").write_text("old")
    save(FILM, "", tmp_path / "f.svg")
    assert (tmp_path / "f.svg").read_text("utf-8") == svg(FILM)


@pytest.mark.parametrize("name", ["f.xyz", "f", "f.svg.gz"])
def test_an_unknown_extension_lists_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"save: path=.* choose one of \.html, \.svg, \.json"):
        save(FILM, "", tmp_path / name)


def test_a_wrong_step_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"save: step=7 .* 0 to 6"):
        save(FILM, "", tmp_path / "f.svg", step=7)
    with pytest.raises(ValueError, match="exclude each other"):
        save(FILM, "", tmp_path / "f-{step}.svg", step=1)
    with pytest.raises(ValueError, match="holds the whole film"):
        save(FILM, "", tmp_path / "f.json", step=1)
    assert not os.listdir(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere'; create it"):
        save(FILM, "", tmp_path / "nowhere" / "f.svg")


def test_a_folder_in_the_place_of_the_file_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "f.svg").mkdir()
    with pytest.raises(OSError, match="is a folder; give the name of a file"):
        save(FILM, "", tmp_path / "f.svg")
    assert os.listdir(tmp_path) == ["f.svg"]


@pytest.mark.parametrize("verb", ["write_bytes", "replace"])
def test_a_disk_that_fails_leaves_the_old_file(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "f.svg").write_text("old")
    monkeypatch.setattr(module.Path if verb == "write_bytes" else module.os, verb, fail)
    with pytest.raises(PermissionError, match=r"cannot write in the folder .* choose another"):
        save(FILM, "", tmp_path / "f.svg")
    assert (tmp_path / "f.svg").read_text() == "old"
    assert os.listdir(tmp_path) == ["f.svg"]
