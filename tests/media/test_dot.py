"""The graph as DOT: Graphviz reads it, and no name becomes markup, an attribute or an escape."""

import subprocess

import numpy as np
import pytest
from tools import needs

import advis as av


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def laid_out(source: str) -> list[list[str]]:
    """What Graphviz makes of a source, as words of its plain output."""
    answer = subprocess.run([needs("dot"), "-Tplain"], input=source, capture_output=True, text=True, check=True)
    return [line.split() for line in answer.stdout.splitlines()]


def test_every_node_and_edge_is_there():
    lines = laid_out(av.to_graphviz(av.trace(f, 2.0, 5.0)).source)
    assert sum(line[0] == "node" for line in lines) == 7
    assert sum(line[0] == "edge" for line in lines) == 8


def test_a_sweep_brings_its_numbers():
    source = av.to_graphviz(av.trace(f, 2.0, 5.0).reverse()).source
    assert "◂ adjoint 5.5" in source
    assert "peripheries=2" in source
    assert "style=rounded" in source


def test_a_folded_loop_is_a_folder():
    def long(x):
        for _ in range(500):
            x = np.sin(x)
        return x

    lines = laid_out(av.to_graphviz(av.trace(long, 1.0)).source)
    assert [line[1] for line in lines if line[0] == "node"] == ["n0", "b1"]
    assert sum(line[0] == "edge" for line in lines) == 1


@pytest.mark.parametrize("name", ["<b>bold</b>", "\\N", 'a"b', "a];x[label=c", "line\nbreak", "<i>"])
def test_hostile_names_stay_names(name):
    tape = av.trace(lambda params: params[name] * 2.0, {name: 3.0})
    lines = laid_out(av.to_graphviz(tape).source)
    assert [line[1] for line in lines if line[0] == "node"] == ["n0", "n1", "n2"]
    assert "bold" not in [line[6].strip('"') for line in lines if line[0] == "node"]


def test_what_has_no_graph_is_refused():
    plan = av.chain(shapes=[(1, 4), (4, 2)])
    with pytest.raises(TypeError, match=r"no graph; give a tape or a sweep"):
        av.to_graphviz(plan)
    swept = av.chain(av.compose(np.sum, np.sin), np.ones(2)).sweep("reverse")
    assert "sin(x)" in av.to_graphviz(swept).source


def test_an_option_that_a_picture_does_not_have_is_refused():
    with pytest.raises(TypeError, match="engine= is no option of the picture of a Chain; it has no options"):
        av.chain(shapes=[(1, 4), (4, 2)]).film(engine="dot")
    with pytest.raises(TypeError, match="its options are engine, direction"):
        av.trace(f, 2.0, 5.0).film(colour="red")


def test_what_is_nothing_of_advis_is_refused():
    with pytest.raises(TypeError, match=r"to_graphviz: give a tape or a sweep, such as av\.trace\(f, x\), not 3"):
        av.to_graphviz(3)
