"""What tests need from outside: a tool that is missing skips a test, except in our own CI, where it fails."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(tool: str) -> str:
    """Return where a tool is; skip the test if it is missing, or fail it where ``ADVIS_CI=1`` promises every tool."""
    found = shutil.which(tool)
    if found:
        return found
    if os.environ.get("ADVIS_CI") == "1":
        pytest.fail(f"{tool} is missing, and ADVIS_CI=1 says that it is here")
    pytest.skip(f"{tool} is not installed")
