"""The browser, for every test of a player."""

from tests.media.shown import browser, show

__all__ = ["browser", "show"]
