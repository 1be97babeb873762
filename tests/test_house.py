"""The house holds: a floor imports only floors below it, and nothing heavy loads before it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import advis

PACKAGE = Path(__file__).parent.parent / "advis"
FLOORS = ["autodiff", "analysis", "films", "media", "notebook"]
"""From the ground up. ``__init__``, ``__main__`` and ``testing`` stand on top of all."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The modules of advis that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "advis"}


def floor(parts: tuple[str, ...]) -> int:
    return FLOORS.index(parts[0]) if parts and parts[0] in FLOORS else len(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_goes_up(path):
    here = floor(path.relative_to(PACKAGE).parts)
    upward = {name for name in imports(path) if floor(tuple(name.split(".")[1:])) > here}
    assert not upward, f"{path.relative_to(PACKAGE)} imports upwards: {sorted(upward)}"


def test_every_floor_exists_and_is_inhabited():
    for name in FLOORS:
        assert len(list((PACKAGE / name).glob("*.py"))) > 1, name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text)), f"{path} has no docstring"


def test_import_is_light():
    outside = ["matplotlib", "graphviz", "ipywidgets", "anywidget", "IPython"]
    floors = ["advis.analysis.chain", "advis.analysis.check", "advis.films.graph", "advis.media.html"]
    heavy = [*outside, *floors, "advis.autodiff.through"]
    code = f"import sys, advis; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_public_name_is_there_and_listed():
    assert set(advis.__all__) <= set(dir(advis))
    homes = [getattr(item, "__module__", None) or item.__name__ for item in (getattr(advis, n) for n in advis.__all__)]
    assert {home.split(".")[0] for home in homes} == {"advis"}
    with pytest.raises(AttributeError, match="'advis' has no attribute 'chian'"):
        getattr(advis, "chian")  # noqa: B009 (a name that is not there)
