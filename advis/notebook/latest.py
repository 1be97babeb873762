"""Soon, once, with the latest values: what a moving hand asks for many times a second is done as often as one can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Latest:
    """An action that is asked for again and again, and done once for all requests since it was last done.

    In a kernel, where an event loop runs, it is done a moment after the first request, so that messages that wait are
    read first and only the latest values count. Without a loop it is done at once.

    Parameters
    ----------
    act : callable
    wait : float
        The moment, in seconds.

    Examples
    --------
    >>> done = []
    >>> latest = Latest(lambda: done.append("done"))
    >>> latest.ask()
    >>> done
    ['done']
    """

    def __init__(self, act: Callable[[], None], wait: float = 0.03) -> None:
        self.act, self.wait = act, wait
        self._due: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Have it done soon."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return self.act()
        if self._due is None:
            self._due = loop.call_later(self.wait, self._now)
        return None

    def settle(self) -> None:
        """Do now what is still to be done, so that what is read next is up to date."""
        if self._due is not None:
            self._due.cancel()
            self._now()

    def _now(self) -> None:
        self._due = None
        self.act()
