"""Settings of the suite: hypothesis tries new examples in every run by hand, and always the same in our own CI.

Thousands of tests are collected and stay to the end; the garbage collector need not walk through them again and again.
"""

import gc
import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("ADVIS_CI") == "1":
    settings.load_profile("ci")
gc.set_threshold(10_000, 10, 10)
collect_ignore_glob = ["*/conftest.py"]  # as modules with doctests: two of one name cannot be imported


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.freeze()
