"""What tests need from outside: a tool that is missing skips a test, except in our own CI, where it fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def needs(tool: str) -> str:
    """Return where a tool is; skip the test if it is missing, or fail it where ``ADVIS_CI=1`` promises every tool."""
    found = shutil.which(tool)
    if found:
        return found
    if os.environ.get("ADVIS_CI") == "1":
        pytest.fail(f"{tool} is missing, and ADVIS_CI=1 says that it is here")
    pytest.skip(f"{tool} is not installed")


@contextmanager
def chromium() -> Iterator[Any]:
    """A real browser without a window."""
    path = needs("chromium")
    driver = pytest.importorskip("playwright.sync_api")
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
