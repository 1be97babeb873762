"""A film comes back from its JSON as it was, and what is no film is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.film import state_at
from advis.films.unpack import from_json
from advis.media.svg import svg
from tests.films.chain_films import FILMS as CHAIN_FILMS
from tests.gallery import GALLERY
from tests.media.films import FILMS, sample

OTHERS = {
    "play": lambda: av.play(av.trace(lambda a, b: np.log(a) * b - np.sin(b), 2.0, 5.0)).film(),
    "folded": lambda: av.trace(GALLERY["lorenz_rk4"][0], *GALLERY["lorenz_rk4"][1]).reverse().film(fold=True),
    "quiz": lambda: av.trace(lambda a, b: a * b, 2.0, 5.0).reverse().film(quiz=True),
    "down": lambda: av.trace(lambda a, b: a * b, 2.0, 5.0).film(direction="down"),
    "chart": lambda: av.compare_methods(lambda x: x * x, 3.0).film(),
}


def same(film: Any) -> None:
    again = from_json(film.to_json())
    assert again.to_json() == film.to_json()
    for step in {0, film.steps // 2, film.steps}:
        assert state_at(again, step).keys() == state_at(film, step).keys()


@pytest.mark.parametrize("name", FILMS)
def test_hand_made_films_come_back(name: str) -> None:
    same(FILMS[name]())


@pytest.mark.parametrize("name", OTHERS)
def test_films_of_objects_come_back(name: str) -> None:
    same(OTHERS[name]())


@pytest.mark.parametrize("name", CHAIN_FILMS)
def test_films_of_chains_come_back(name: str) -> None:
    same(CHAIN_FILMS[name]())


def test_a_saved_film_is_loaded_and_can_be_looked_at(tmp_path: Path) -> None:
    sweep = av.trace(lambda a, b: a * b, 2.0, 5.0).reverse()
    film = av.load(sweep.save(tmp_path / "f.json"))
    assert svg(film) == svg(sweep.film())
    assert film.digest == sweep.film().digest
    assert film.save(tmp_path / "f.png", size=200).exists()


@pytest.mark.parametrize(("change", "said"), [
    (lambda record: "no film at all", "no JSON"),
    (lambda record: "[1, 2]", "no film of advis-film/1, but None"),
    (lambda record: json.dumps({**record, "schema": "advis-film/9"}), "advis-film/9"),
    (lambda record: json.dumps({**record, "words": []}), "damaged"),
    (lambda record: json.dumps({k: v for k, v in record.items() if k != "tracks"}), "damaged"),
    (lambda record: json.dumps({**record, "scenes": 3}), "damaged"),
    (lambda record: json.dumps({**record, "tracks": {"n0": [[0, 99]]}}), "damaged"),
])  # fmt: skip
def test_what_is_no_film_is_told(change: Any, said: str, tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(change(json.loads(sample().to_json())), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        av.load(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        av.load(tmp_path / "nowhere.json")
