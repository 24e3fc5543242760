"""A few at a time, in order of rank, not of arrival."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock

from core.errors import EngineError

TURN_POLL_SECONDS = 0.25
"""between two questions whether somebody still waits"""

Rank = tuple[float, float]


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody who waits; `called` is set when it is their turn."""

    place: tuple[Rank, int]
    called: Event = field(default_factory=Event)


class Line:
    """Some places; of those who wait for one, the smallest rank is next.

    Args:
        places: how many have a turn at once.
    """

    def __init__(self, places: int = 1) -> None:
        self._lock = Lock()
        self._numbers = count()
        self._waiting: list[_Waiting] = []
        self._free = places

    @contextmanager
    def turn(self, rank: Rank, wanted: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block.

        Args:
            rank: of who waits; among equals the first comes first.
            wanted: asked now and then while it waits.

        Raises:
            EngineError: nobody waits for it any more.
        """
        self._wait(rank, wanted)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within a turn, let others go ahead for as long as the block lasts.

        Afterwards the turn goes on at once, beside theirs: whoever waited here could hold
        something that they wait for.
        """
        self._leave()
        try:
            yield
        finally:
            with self._lock:
                self._free -= 1

    def give_way(self, rank: Rank, margin: float) -> None:
        """Within a turn, let those go first whose rank is smaller by some margin.

        Args:
            rank: of who has the turn, as it is by now.
            margin: so much smaller the first number of theirs is at least.
        """
        with self._lock:
            ahead = min((waiting.place[0][0] for waiting in self._waiting), default=math.inf)
        if ahead <= rank[0] - margin:
            self._leave()
            self._wait(rank, lambda: True)

    def _wait(self, rank: Rank, wanted: Callable[[], bool]) -> None:
        with self._lock:
            if self._free > 0:
                # then nobody waits
                self._free -= 1
                return
            mine = _Waiting((rank, next(self._numbers)))
            self._waiting.append(mine)
        called = False
        try:
            while not called and wanted():
                called = mine.called.wait(TURN_POLL_SECONDS)
        finally:
            if not called:
                self._give_up(mine)
        if not called:
            raise EngineError("nobody waits for this computation any more")

    def _give_up(self, mine: _Waiting) -> None:
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        # called in this moment: the turn goes to the next one
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._free += 1
            while self._free > 0 and self._waiting:
                first = min(self._waiting, key=lambda waiting: waiting.place)
                self._waiting.remove(first)
                self._free -= 1
                first.called.set()
