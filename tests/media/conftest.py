"""The browser, for every test of a player: the fixtures stand in ``test_browser.py``."""

from tests.media.test_browser import browser, show

__all__ = ["browser", "show"]
