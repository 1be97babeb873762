"""Settings of the suite: hypothesis tries new examples in every run by hand, and always the same in our own CI.

A run of all tests but those in browsers is shared by two processes (pytest-xdist), which is what two cores can carry.
Thousands of tests are collected and stay to the end; the garbage collector need not walk through them again and again.
"""

import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("any", deadline=None)  # how long an example takes says more about the machine than about us
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("ADVIS_CI") == "1" else "any")
gc.set_threshold(10_000, 10, 10)


ALONE = ("usepdb", "collectonly", "benchmark_enable", "keyword")
"""Options of runs that one process serves as well, or must serve."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Share a run of this whole folder without browsers, unless ``-n`` says otherwise.

    Two browsers beside each other are too slow for what is timed in them, and for JupyterLab.
    """
    asked = config.option
    unasked = getattr(asked, "numprocesses", 0) is None and not hasattr(config, "workerinput")
    whole = any(Path(__file__).is_relative_to(config.invocation_params.dir / folder) for folder in config.args)
    others = "not browser" in asked.markexpr
    if unasked and whole and others and not any(getattr(asked, name, False) for name in ALONE):
        asked.numprocesses, asked.dist = 2, "worksteal"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[Any], list[Any]]:
    """No test has an example in its docstring: none is read for them, and a conftest is not taken for a test."""
    collectors = yield
    return [collector for collector in collectors if type(collector) is pytest.Module]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a release is checked with, unless it is asked for: LaTeX takes minutes (docs/contributing.md)."""
    if os.environ.get("ADVIS_TEX") != "1":
        left = [item for item in items if item.get_closest_marker("tex")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("tex")]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.freeze()
