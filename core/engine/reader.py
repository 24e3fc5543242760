"""A process that reads the images of data sets for pages, so that the server does not keep them.

It imports no torch, unless torchvision reads the data set. It ends after some minutes without a
question, and when it has grown, so that its memory is free.
"""

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from core.engine.forked import worker_environment
from core.engine.limits import enforced
from core.engine.permit import Limit, checked
from core.errors import EngineError, PoolscopeError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

IDLE_SECONDS = 300.0
"""time without a question after which the process ends"""
MOST_ANSWER_SECONDS = 60.0
"""time that an answer may take"""
MOST_GROWN_BYTES = 300 * 2**20
"""memory that the process may keep in addition to what it starts with"""
END_SECONDS = 1.0
"""time between the last byte of a process that ends and its end"""

Answer = TypeVar("Answer")


class Reader:
    """One process that answers one question after another. Any thread may use it.

    It starts with the first question, and again if it has ended.

    Args:
        idle_seconds: time without a question after which it ends.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._lock = Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._starts = 0

    def ask(
        self,
        question: Callable[[], Answer],
        limit: Limit | None = None,
        seconds: float = MOST_ANSWER_SECONDS,
    ) -> Answer:
        """Call a function in the process.

        Args:
            question: a function that can be pickled.
            limit: limit at which the process is ended.
            seconds: time after which it is ended as well.

        Raises:
            PoolscopeError, LookupError, ValueError: as the question raises it.
            EngineError: the process was ended before it answered, or this process demands a permit
                and there is no limit.
        """
        if limit is None:
            checked(None)
        with self._lock:
            while True:
                try:
                    answer, error = self._answered(question, limit, seconds)
                except (EOFError, OSError) as lost:
                    if self._ended_by_itself():
                        # with nothing to do, just before it was asked
                        continue
                    raise EngineError(
                        "the process that computed it was ended: it took too long, or ran out of "
                        "memory"
                    ) from lost
                except BaseException:
                    self._end()
                    raise
                if error is not None:
                    raise error
                result: Answer = answer
                return result

    def start(self) -> int:
        """Start the process if there is none; how often it has been started."""
        with self._lock:
            self._open()
            return self._starts

    def close(self) -> None:
        """End the process; the next question starts another."""
        with self._lock:
            self._end()

    def _answered(
        self, question: Callable[[], Any], limit: Limit | None, seconds: float
    ) -> tuple[Any, Exception | None]:
        connection = self._open()
        connection.send((question, limit))
        if not connection.poll(seconds):
            raise EngineError(f"it was ended after {seconds:.0f} s without an answer")
        answer: tuple[Any, Exception | None] = connection.recv()
        return answer

    def _open(self) -> Connection:
        """The connection to the process, which is started if it does not live."""
        if self._connection is None or self._process is None or not self._process.is_alive():
            self._end()
            # not forked from the server of workers, which has torch loaded
            context = get_context("spawn")
            self._connection, there = context.Pipe()
            with worker_environment():
                self._process = context.Process(
                    target=_serve, args=(there, dict(os.environ), self._idle_seconds), daemon=True
                )
                self._process.start()
            there.close()
            self._starts += 1
        return self._connection

    def _ended_by_itself(self) -> bool:
        """Whether the process whose connection is lost ended without being killed."""
        process = self._process
        if process is not None:
            process.join(END_SECONDS)
        self._end()
        return process is not None and process.exitcode == 0

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._connection = self._process = None


def _serve(connection: Connection, environment: Mapping[str, str], idle_seconds: float) -> None:
    """Answer until the other side closes the connection, or asks nothing for some time."""
    os.environ.update(environment)
    # Ctrl-C reaches the whole process group; the server ends this process by closing the connection
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = psutil.Process().memory_info
    most = memory().rss + MOST_GROWN_BYTES
    with suppress(EOFError, OSError):
        while memory().rss <= most and connection.poll(idle_seconds):
            connection.send(_called(*connection.recv()))
    # skips the shutdown of modules, which achieves nothing
    os._exit(0)


def _called(question: Callable[[], Any], limit: Limit | None) -> tuple[Any, Exception | None]:
    """The answer to a question, or what it raises; any other error ends the process."""
    try:
        with enforced(limit):
            return question(), None
    except (PoolscopeError, LookupError, ValueError) as error:
        return None, error
