"""One Jupyter server for all tests in this folder: it serves JupyterLab and Notebook; and a browser for each module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.notebook.servers import free_port, server, settings_of_its_own, watched_page
from tests.tools import chromium

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@dataclass(frozen=True, slots=True)
class Jupyter:
    """A running server: its address, the folder that it serves, and the environment that it runs in."""

    address: str
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A server over a copy of the notebooks, with settings of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    shutil.copytree(NOTEBOOKS, folder)
    environment, port = settings_of_its_own(home), free_port()
    options = [
        *("--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"),
        *("--LabApp.extension_manager=readonly", "--LabApp.news_url=None"),
    ]
    with server("notebook", *options, port=port, environment=environment, log=home / "log") as address:
        yield Jupyter(address, folder, environment)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(jupyter: Jupyter, browser: Any) -> Iterator[Any]:
    """A page of a real browser; afterwards nothing may have failed, or been asked of another host."""
    with watched_page(browser, jupyter.address) as opened:
        yield opened
