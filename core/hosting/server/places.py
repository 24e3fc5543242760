"""Who still finds a place? Open sockets by address, and a share that is kept for newcomers."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.hosting.memory import over_memory
from core.settings import Settings
from core.words import count, plural

KEPT_FREE = 0.2
"""share of all places that only an address without a page may take"""


class Places:
    """The places of one server.

    A socket is one open page. All methods belong to the event loop.
    """

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def taken(self, address: str) -> Iterator[None]:
        """A place for as long as a socket is open."""
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def refusal(self, address: str, here: Settings) -> str | None:
        """Why somebody at this address finds no place, in a sentence; None if there is one."""
        own, everybody = self._open[address], self._open.total()
        if own >= here.address_sessions:
            return (
                f"Your network has {own} {plural('page', own)} open, as many as one network is "
                f"given. Close one that nobody looks at."
            )
        kept = int(KEPT_FREE * here.sessions) if own else 0
        if everybody >= here.sessions - kept:
            return f"As many visitors as this dashboard can serve are here ({everybody})."
        if over_memory():
            used = count(here.memory_megabytes)
            return f"The pages that are open take all of the memory that there is ({used} MB)."
        return None

    def refusal_of_a_newcomer(self, here: Settings) -> str | None:
        """Why somebody who has no page open finds no place."""
        return self.refusal("", here)
