"""nbval is loaded for the runs that ask for it: its import takes longer than most tests do."""

import sys

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load it as its entry point would, where an option of its own is given."""
    if any(argument.startswith("--nbval") for argument in sys.argv) and not pluginmanager.has_plugin("nbval"):
        pluginmanager.import_plugin("nbval.plugin")
