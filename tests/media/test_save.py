"""Saving: by extension, whole or not at all, with errors that name the way out."""

from __future__ import annotations

import json
import os
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import advis as av
from advis.films.film import Film
from advis.media import save as module
from advis.media.html import page
from advis.media.moving import Reel, write_gif
from advis.media.picture import picture
from advis.media.raster import pixels
from advis.media.save import Options, save
from advis.media.svg import svg
from tests.media.films import hostile, sample
from tests.tools import needs

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
    with pytest.raises(ValueError, match=r"save: path=.* choose one of \.html, \.svg, \.pdf"):
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


# -- every format of every kind of film

KINDS = {
    "tape": lambda: av.trace(classic, 2.0, 5.0),
    "sweep": lambda: av.trace(classic, 2.0, 5.0).reverse(),
    "play": lambda: av.play(av.trace(classic, 2.0, 5.0)),
    "chain": lambda: av.chain(shapes=[(1, 4), (4, 50), (50, 20)]),
    "accumulation": lambda: av.chain(shapes=[(1, 4), (4, 50), (50, 20)]).accumulate("reverse"),
    "comparison": lambda: av.chain(shapes=[(1, 4), (4, 50), (50, 20)]).compare(),
    "check": lambda: av.check(classic, 2.0, 5.0),
    "methods": lambda: av.compare_methods(lambda x: x * x, 2.0),
    "diagnosis": lambda: av.diagnose(lambda x: np.round(x) + np.sqrt(x), 2.0),
    "relaxations": lambda: av.compare_relaxations("step"),
    "lenses": lambda: av.compare_through(av.fixed_point, lambda x, a: np.cos(a * x), 0.5, 1.0, steps=3),
    "quiz": lambda: av.quiz(av.trace(classic, 2.0, 5.0).reverse()),
    "hostile": hostile,
}
HEADS = {
    ".html": b"<!DOCTYPE html>", ".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG", ".gif": b"GIF89a",
    ".apng": b"\x89PNG", ".webp": b"RIFF", ".mp4": b"", ".dot": b"digraph", ".json": b"{", ".md": b"", ".txt": b"",
    ".tex": b"\\documentclass",
}  # fmt: skip


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return {name: make() for name, make in KINDS.items()}


@pytest.fixture(scope="module")
def films(shown: Any) -> dict[str, Film]:
    return {name: thing.film() for name, thing in shown.items()}


def test_every_format_has_its_place_in_the_matrix() -> None:
    assert set(HEADS) <= set(module.FORMATS)


@pytest.mark.parametrize("extension", HEADS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_format_of_every_kind_of_film(kind: str, extension: str, films: Any, tmp_path: Path) -> None:
    if extension == ".mp4":
        needs("ffmpeg")
    film, moving = films[kind], extension in (".gif", ".apng", ".webp", ".mp4")
    options = Options(size=240 if moving or extension == ".png" else None, steps=[0, 0] if moving else None)
    if extension == ".dot" and not any(scene.name == "graph" for scene in film.scenes):
        with pytest.raises(TypeError, match="has no graph"):
            save(film, "text", tmp_path / "f.dot")
        assert not os.listdir(tmp_path)
        return
    names = "ab" if kind == "sweep" else "a"
    written = [save(film, "text", tmp_path / f"{name}{extension}", options=options).read_bytes() for name in names]
    assert written[0].startswith(HEADS[extension])
    assert len(set(written)) == 1, "the same bytes"
    assert sorted(os.listdir(tmp_path)) == [f"{name}{extension}" for name in names]


def frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as image:
        found = []
        for k in range(image.n_frames):
            image.seek(k)
            found.append(np.asarray(image.convert("RGB")).astype(int))
        return found


@pytest.mark.parametrize("extension", [".gif", ".apng", ".webp"])
def test_frames_are_the_steps(extension: str, shown: Any, tmp_path: Path) -> None:
    sweep = shown["sweep"]
    path = sweep.save(tmp_path / f"f{extension}", fps=2)
    film = sweep.film()
    seen = frames(path)
    assert len(seen) == film.steps + 1
    for step, frame in enumerate(seen):
        painted = pixels(picture(film, step, ("title", "graph", "say"))).astype(int)
        off = np.abs(frame - painted)
        assert off.mean() < 0.3
        assert off.max() == 0 or extension == ".gif"
    with Image.open(path) as image:
        image.seek(1)
        assert image.info.get("duration", 500) == 500


def test_a_video_has_a_frame_for_each_moment(shown: Any, tmp_path: Path) -> None:
    needs("ffmpeg")
    path = shown["sweep"].save(tmp_path / "f.mp4", fps=5, size=301)
    probe = ["-v", "error", "-show_entries", "stream=width,height,nb_frames,pix_fmt", "-of", "csv=p=0", str(path)]
    said = subprocess.run([needs("ffprobe"), *probe], capture_output=True, text=True, check=True).stdout.strip()
    width, _, pixel, count = said.split(",")
    assert (width, pixel) == ("302", "yuv420p")
    assert int(count) == pytest.approx(25 * 7 / 5, abs=2)


def test_a_missing_ffmpeg_is_named_and_nothing_is_left(shown: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"an \.mp4 needs ffmpeg.*\.gif"):
        shown["sweep"].save(tmp_path / "f.mp4")
    assert not os.listdir(tmp_path)


def test_sizes_are_heeded(shown: Any, tmp_path: Path) -> None:
    def size(**options: Any) -> tuple[int, int]:
        with Image.open(shown["sweep"].save(tmp_path / "f.png", **options)) as image:
            return image.size

    wide, high = size(dpi=96)
    assert size() == (pytest.approx(2 * wide, abs=1), pytest.approx(2 * high, abs=1))
    assert size(size=500)[0] == 500
    assert max(size(size=(400, 100))) <= 400
    assert size(size=(400, 100))[1] <= 100
    assert size(font_size=30) == size(dpi=192)
    text = shown["sweep"].save(tmp_path / "f.svg", size=500).read_text("utf-8")
    assert 'width="500"' in text


def test_themes_and_panes_are_heeded(shown: Any, tmp_path: Path) -> None:
    with Image.open(shown["sweep"].save(tmp_path / "f.png", theme="dark")) as image:
        assert image.getpixel((0, 0)) == (0x11, 0x14, 0x18)
    text = shown["sweep"].save(tmp_path / "f.svg", panes=("trace", "say"), step=2).read_text("utf-8")
    assert "Step 2 of 5" in text
    assert "frame" not in text.split("</style>")[1]


def test_text_stays_text_in_a_pdf(shown: Any, tmp_path: Path) -> None:
    written = shown["sweep"].save(tmp_path / "f.pdf", panes=("graph", "say")).read_bytes()
    assert b"/Type /Font" in written
    assert b"/ToUnicode" in written
    assert b"CreationDate" not in written


def test_an_animated_svg_shows_each_step_in_its_time(shown: Any, tmp_path: Path) -> None:
    text = shown["sweep"].save(tmp_path / "f.svg", animate=True, fps=2).read_text("utf-8")
    assert "<script" not in text
    assert "3.5s step-end infinite" in text
    assert "prefers-reduced-motion" in text
    ElementTree.fromstring(text)
    still = shown["sweep"].save(tmp_path / "g.svg", panes=("title", "graph", "say")).read_text("utf-8")
    assert len(text) < 6 * len(still)


def test_some_steps_of_a_set(shown: Any, tmp_path: Path) -> None:
    written = shown["sweep"].save(tmp_path / "f-{step}.png", steps=[1, 3], size=200)
    assert [path.name for path in written] == ["f-1.png", "f-3.png"]
    assert len(frames(shown["sweep"].save(tmp_path / "f.gif", steps=range(2, 5), size=200))) == 3


def test_markdown_and_text_are_the_trace(shown: Any, tmp_path: Path) -> None:
    text = shown["sweep"].save(tmp_path / "f.md").read_text("utf-8")
    assert "| name | operation" in text
    assert shown["sweep"].save(tmp_path / "f.txt").read_text("utf-8") == f"{shown['sweep']}\n"


@pytest.mark.parametrize("size", [200.0, np.int64(200), [200, 900], (200.0, np.float64(900.0))])
def test_a_size_is_any_number_or_pair_of_numbers(size: Any, shown: Any, tmp_path: Path) -> None:
    with Image.open(shown["sweep"].save(tmp_path / "f.png", size=size)) as image:
        assert image.size[0] == 200


@pytest.mark.parametrize(("name", "options", "said"), [
    ("f.svg", {"fps": 2, "dpi": 3}, r"dpi= has no meaning for a \.svg file; its options are steps, size"),
    ("f.html", {"theme": "dark"}, "theme= has no meaning"),
    ("f.png", {"size": -1}, "size=-1 must be positive"),
    ("f.png", {"size": "100"}, "size='100' must be positive"),
    ("f.png", {"size": (100,)}, r"size=\(100,\) must be a width, or a width and a height"),
    ("f.gif", {"fps": 0}, "fps=0 must be positive"),
    ("f.gif", {"steps": []}, "empty"),
    ("f.gif", {"steps": [99]}, "step=99 .* 0 to 6"),
    ("f.gif", {"steps": [1.5]}, "step=1.5 is no whole number; choose 0 to 6"),
    ("f.gif", {"step": 1}, "holds the whole film"),
    ("f-{step}.gif", {}, "holds the whole film"),
    ("f.png", {"steps": [1, 2]}, r"write f-\{step\}.png"),
    ("f.png", {"panes": ["graf"]}, "'graf' is not known; choose from title"),
    ("f.png", {"panes": "graph"}, r"save: panes='graph' is one text; write a sequence of panes, such as \('graph',\)"),
    ("f.png", {"theme": "blue"}, "'blue' is not known"),
])  # fmt: skip
def test_options_without_meaning_are_refused(name: str, options: Any, said: str, shown: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        shown["sweep"].save(tmp_path / name, **options)
    assert not os.listdir(tmp_path)


def test_an_unknown_option_is_the_films(shown: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="colour= is no option"):
        shown["sweep"].save(tmp_path / "f.svg", colour="red")


def test_a_long_film_is_painted_frame_by_frame(tmp_path: Path) -> None:
    """500 steps of 400 × 300 pixels are 180 MB; what is held at once is a few frames."""

    def frame(number: int) -> np.ndarray:
        found = np.full((300, 400, 3), 255, np.uint8)
        found[100:200, number % 300 : number % 300 + 50] = 40
        return found

    tracemalloc.start()
    write_gif(Reel(500, 10.0, frame), tmp_path / "f.gif")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6
    with Image.open(tmp_path / "f.gif") as image:
        assert image.n_frames == 500


def test_a_long_writing_says_how_far_it_is_on_a_terminal_and_not_in_ci(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(module, "QUIET", -1.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    for ci, said in (("", "step 3 of 9"), ("true", "")):
        monkeypatch.setenv("CI", ci)
        progress = module._Progress(Path("f.gif"), 9)
        progress(2)
        assert (said in capsys.readouterr().err) if said else not capsys.readouterr().err
