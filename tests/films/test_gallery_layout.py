"""The gallery's real graphs, drawn by us and by dot: sound, and with no more crossings."""

from statistics import median

import numpy as np
import pytest
from gallery import GALLERY
from tools import needs

import advis as av
from advis.films.dot import dot_layout
from advis.films.film import Box, Edge
from advis.films.layout import Layout, layered
from tests.benchmarks import layout_quality as quality


def problem(name):
    function, arguments = GALLERY[name]
    tape = av.trace(function, *arguments)
    edges = [(source, target) for target, parents in enumerate(tape.parents) for source in parents]
    return [(176.0, 80.0)] * len(tape), edges, [(60.0, 18.0)] * len(edges)


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", GALLERY)
def test_the_film_of_a_tape_is_drawn_soundly(name, direction):
    function, arguments = GALLERY[name]
    scene = av.trace(function, *arguments).film(direction=direction, fold=False).scene("graph")
    boxes = [mark for mark in scene.marks if isinstance(mark, Box)]
    curves = [mark for mark in scene.marks if isinstance(mark, Edge)]
    drawn = Layout(
        scene.width,
        scene.height,
        tuple(box.at[:2] for box in boxes),
        tuple(edge.path for edge in curves),
        tuple(edge.label_at for edge in curves),
    )
    sizes = [box.at[2:] for box in boxes]
    assert quality.box_overlaps(drawn, sizes) == 0
    assert quality.edges_through_boxes(drawn, sizes) == 0
    for box in boxes:
        left, top, width, height = box.at
        assert left >= 0
        assert top >= 0
        assert left + width <= scene.width
        assert top + height <= scene.height


def test_no_more_crossings_than_dot():
    needs("dot")
    ratios = []
    for name in GALLERY:
        sizes, edges, labels = problem(name)
        ours = quality.crossings(layered(sizes, edges, labels=labels))
        dots = quality.crossings(dot_layout(sizes, edges, labels=labels))
        ratios.append((ours + 1) / (dots + 1))
    assert median(ratios) <= 1.0


def test_dot_can_place_the_boxes():
    needs("dot")
    function, arguments = GALLERY["classic"]
    ours, dots = (av.trace(function, *arguments).film(engine=engine) for engine in ("layered", "dot"))
    assert {mark.key for mark in dots.scene("graph").marks} == {mark.key for mark in ours.scene("graph").marks}
    places = [mark.at[:2] for mark in dots.scene("graph").marks if isinstance(mark, Box)]
    assert len(set(places)) == 7
    assert np.all(np.array(places) > 0)
