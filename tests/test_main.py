"""The command line."""

import subprocess
import sys

import pytest

from advis.__main__ import main


def test_the_demo_prints_both_sweeps_and_writes_an_offline_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    said = capsys.readouterr().out
    assert "forward sweep from x1 = 1" in said
    assert "reverse sweep from y = 1" in said
    assert "1.71634" in said
    page = tmp_path / "advis-demo.html"
    assert str(page) in said
    written = page.read_text(encoding="utf-8")
    assert written.count("data-advis=") >= 2
    assert "http://" not in written.replace("http://www.w3.org", "")
    assert "https://" not in written


def test_the_demo_says_where_it_cannot_write(tmp_path, capsys):
    assert main(["demo", "-o", str(tmp_path / "missing" / "demo.html")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("advis: ")
    assert "there is no folder" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_it_runs_as_a_module_and_without_a_command_says_what_there_is():
    answer = subprocess.run([sys.executable, "-m", "advis"], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "COMMAND" in answer.stderr
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
