"""What tests need from outside: a tool that is missing skips a test, except in our own CI, where it fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

import pytest

CHROMIUM_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def needs(tool: str) -> str:
    """Return where a program is; without it the test is skipped, or fails."""
    return shutil.which(tool) or _missing(tool)


def needs_module(name: str) -> ModuleType:
    """Return an installed module; without it the test is skipped, or fails."""
    try:
        return import_module(name)
    except ImportError:
        _missing(name)


def _missing(what: str) -> NoReturn:
    """Skip the test, or fail it where ``ADVIS_CI=1`` promises every tool."""
    if os.environ.get("ADVIS_CI") == "1":
        pytest.fail(f"{what} is missing, and ADVIS_CI=1 says that it is here")
    pytest.skip(f"{what} is not installed")


@contextmanager
def chromium() -> Iterator[Any]:
    """A real browser without a window."""
    path = needs("chromium")
    driver = needs_module("playwright.sync_api")
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
