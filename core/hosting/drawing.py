"""Whose page is drawn next? Of all visitors of a hosted server, whose pages took least lately.

The threads of one process draw all pages, and one of them runs at a time. Whoever clicks without
a pause, in many tabs, would else have most of that time, and all others would wait.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, local

from core.hosting.line import Line, Rank
from core.hosting.visitor import Visitor

PLACES_TO_DRAW = 1
"""pages that are drawn at once; with two, 95 % of the honest waited twice as long under attack"""
FADING_SECONDS = 30.0
"""after which what was drawn counts 1/e as much"""
LEAST_DRAWN = 0.01
"""seconds of a core below which it counts as nothing"""
CLEARLY_LESS = 0.5
"""seconds of a core less than another visitor, for whom a page that is begun is interrupted"""


@dataclass(slots=True)
class _Turn:
    """A page that is being drawn.

    Attributes:
        names: under which it counts: those of an address and of a cookie.
        counted: seconds of its thread that count already.
    """

    names: tuple[str, str]
    counted: float


class Drawing:
    """The order in which pages are drawn. Any thread may use it."""

    def __init__(self) -> None:
        self._line = Line(PLACES_TO_DRAW)
        self._lock = Lock()
        self._drawn: dict[str, tuple[float, float]] = {}
        self._mine = local()

    @contextmanager
    def turn(self, who: Visitor) -> Iterator[None]:
        """Wait until a visitor's page may be drawn, which is done in the block.

        All tabs of one network address count together, and within it those of one browser.
        """
        names = f"address {who.address}", f"cookie {who.cookie}"
        with self._line.turn(self._rank(names), lambda: True):
            self._mine.turn = _Turn(names, time.thread_time())
            try:
                yield
            finally:
                self._count(self._mine.turn)
                self._mine.turn = None

    def give_way(self) -> None:
        """In the middle of a page, let visitors go first who had clearly less."""
        turn: _Turn | None = getattr(self._mine, "turn", None)
        if turn is not None:
            self._count(turn)
            self._line.give_way(self._rank(turn.names), CLEARLY_LESS)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While a page waits for another process, others are drawn. Outside of turns, nothing."""
        if getattr(self._mine, "turn", None) is None:
            yield
            return
        with self._line.aside():
            yield

    def _rank(self, names: tuple[str, str]) -> Rank:
        address, cookie = names
        with self._lock:
            now = time.monotonic()
            return self._left(address, now), self._left(cookie, now)

    def _left(self, name: str, now: float) -> float:
        """Seconds of a core that still count."""
        seconds, when = self._drawn.get(name, (0.0, now))
        return seconds * math.exp((when - now) / FADING_SECONDS)

    def _count(self, turn: _Turn) -> None:
        """Add what a turn took since it was last counted."""
        until = time.thread_time()
        seconds, turn.counted = until - turn.counted, until
        with self._lock:
            now = time.monotonic()
            for name in turn.names:
                self._drawn[name] = self._left(name, now) + seconds, now
            self._drawn = {
                name: drawn
                for name, drawn in self._drawn.items()
                if self._left(name, now) >= LEAST_DRAWN
            }
