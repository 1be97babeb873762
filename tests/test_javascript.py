"""The player's pure functions have tests of their own in JavaScript; they run with everything else."""

import subprocess
from pathlib import Path

import pytest
from tools import needs

FILES = sorted((Path(__file__).parent / "js").glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_javascript(file):
    run = subprocess.run([needs("node"), "--test", str(file)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "# pass 0" not in run.stdout
