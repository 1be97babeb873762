"""Notebook servers that tests really start, and pages that look at them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DIRECTORIES = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR"),
    *("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"),
)
OWN = ("data:", "blob:", "file:")


def settings_of_its_own(folder: Path) -> dict[str, str]:
    """An environment in which a server neither reads nor writes the settings of who runs the tests."""
    return {**os.environ, **{name: str(folder / name.lower()) for name in DIRECTORIES}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(module: str, *arguments: str, port: int, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run ``python -m module`` until the block ends, and give its address."""
    with log.open("w") as out:
        command = [sys.executable, "-m", module, *arguments]
        running = subprocess.Popen(command, env=dict(environment), stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_for(port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(20)


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"no answer on port {port} within a minute:\n{log.read_text()}")


@contextmanager
def watched_page(browser: Any, home: str = "file:", **options: Any) -> Iterator[Any]:
    """A page on which nothing of ours may fail, and which may ask no other host than its own server.

    Errors in a server's own bundles are its own: Notebook 7.6 throws one while it starts, whatever it shows.
    """
    page = browser.new_page(**{"viewport": {"width": 1400, "height": 1000}, **options})
    elsewhere: list[str] = []
    errors: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith((home, *OWN)) else elsewhere.append(asked.url))
    page.on("pageerror", lambda error: None if f"{home}/static/" in error.stack else errors.append(error.stack))
    yield page
    page.close()
    assert elsewhere == [], elsewhere
    assert errors == [], errors
