"""The committed notebooks: run anew, every output compared, in several surroundings."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def path_without_dot():
    """The folders of PATH in which there is no Graphviz."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / "dot").exists())


OLDER = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Haswell"}
"""Arithmetic of processors with narrower vectors: exp, log, powers and products of matrices differ in the last bits."""


@pytest.mark.notebook
@pytest.mark.parametrize(
    "surroundings",
    [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "4242", **OLDER}],
    ids=["this processor", "an older one"],
)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_strict(notebook, surroundings):
    environment = {**os.environ, **surroundings, "PATH": path_without_dot()}
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", notebook.name]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER, env=environment, check=False)
    assert answer.returncode == 0, answer.stdout[-4000:]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_has_run_in_order_from_a_fresh_kernel(notebook):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_carries_nothing_of_the_machine_and_no_complaint(notebook):
    text = notebook.read_text(encoding="utf-8")
    assert not re.search(r"/(root|home|tmp|work)/", text)
    assert "NBVAL_IGNORE" not in text
    streams = [output.get("name") for cell in code_cells(notebook) for output in cell["outputs"]]
    assert "stderr" not in streams
    assert len(text) < 3_000_000


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_picture_has_its_numbers_and_digest_beside_it(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "data-advis" in "".join(data.get("text/html", "")):
                assert re.search(r"\[film [0-9a-f]{12}\]", "".join(data["text/plain"]))


@pytest.mark.notebook
def test_a_changed_picture_fails_strict_mode(tmp_path):
    """What nbval would not see of a widget or a PNG, it sees of us: the digest does not agree."""
    text = NOTEBOOKS[0].read_text(encoding="utf-8")
    changed = re.sub(r"\[film ([0-9a-f])", lambda m: "[film " + ("0" if m[1] != "0" else "1"), text, count=1)
    (tmp_path / "changed.ipynb").write_text(changed, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-x", "-p", "no:cacheprovider", "changed.ipynb"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert answer.returncode == 1
    assert changed[changed.index("[film ") :][:12] in answer.stdout  # the report shows the digest that does not agree
