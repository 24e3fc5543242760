"""One after the other, in order of rank, not of arrival."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Condition

from core.errors import EngineError

TURN_POLL_SECONDS = 0.25
"""between two questions whether somebody still waits"""


class Line:
    """A place for one at a time; of those who wait, the smallest rank is next."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._numbers = count()
        self._waiting: list[tuple[tuple[int, float], int]] = []
        self._taken = False

    @contextmanager
    def turn(self, rank: tuple[int, float], wanted: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block.

        Args:
            rank: of who waits; among equals the first comes first.
            wanted: asked now and then while it waits.

        Raises:
            EngineError: nobody waits for it any more.
        """
        with self._changed:
            mine = rank, next(self._numbers)
            self._waiting.append(mine)
            try:
                while self._taken or min(self._waiting) != mine:
                    self._changed.wait(TURN_POLL_SECONDS)
                    if not wanted():
                        raise EngineError("nobody waits for this computation any more")
                self._taken = True
            finally:
                self._waiting.remove(mine)
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
