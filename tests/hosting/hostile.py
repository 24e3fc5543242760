"""A crowd of honest visitors, and some who try to take the machine away from them."""

import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass

import psutil

from tests.e2e.dashboard import Server
from tests.hosting.tab import Somebody, Tab
from tests.visitors import EVERY_PAGE, Crowd, Seen, again, visit

WIDE = "widths=" + ",".join(["1024"] * 8) + "&pools=3&pooling=max&head=gap&seeds=1"
LONG = "pooling=conv&head=gap&norm=none&seeds=1&dataset=shapes&train_size=2000&epochs=20"
MEDIAN = (
    "pooling=median&head=gap&seeds=20&dataset=shapes&image_size=128&train_size=4000&epochs=20"
    "&batch_size=1&norm=none&pool_size=4&pool_stride=1&widths=8"
)
HEAVY = "pooling=max&head=flatten&widths=170&hidden=512&epochs=1&train_size=10&seeds=5"
ATTACKS = (
    ("cost", f"{WIDE}&ledger=measured time, ms"),
    ("accuracy", MEDIAN),
    ("train", LONG),
    ("accuracy", HEAVY),
    ("shift", "pooling=max&head=gap&seeds=1"),
    ("features", "pooling=max&pooling=average&head=gap&head=flatten&seeds=1"),
)
PRESSED = ("Train the", "Compute", "Train again", "Cancel")


@dataclass(frozen=True, slots=True)
class Siege:
    """What came of it.

    Attributes:
        seen: by the honest visitors.
        used: seconds of a core that the ledger says were used.
        worked: seconds of a core that the server's other processes took.
        memory: of the server before, at most, and when it was over, MB.
        left: bytes in the store.
    """

    seen: Seen
    used: float
    worked: float
    memory: tuple[int, int, int]
    left: int

    def __str__(self) -> str:
        before, most, after = self.memory
        return (
            f"{self.seen}; {self.used:.0f} s of a core counted, {self.worked:.0f} s taken by "
            f"workers and their start; memory {before}, at most {most}, then {after} MB; "
            f"{self.left / 1e6:.1f} MB in the store"
        )


def besiege(server: Server, crowd: Crowd, hostile: int, rest: float) -> Siege:
    """Let honest visitors click while hostile ones press whatever costs much.

    Args:
        server: hosted.
        crowd: of honest visitors.
        hostile: how many of the others.
        rest: longest time until the memory is back, seconds.
    """
    port = int(server.url.rsplit(":", 1)[1])
    # what only the first visitor waits for
    again(port, 2 * len(EVERY_PAGE), EVERY_PAGE)
    before = most = _megabytes(server)
    until = time.monotonic() + crowd.seconds
    worked = _Worked(server)
    with ThreadPoolExecutor(hostile + 1) as threads:
        attackers = [threads.submit(_attack, port, number, until) for number in range(hostile)]
        honest = threads.submit(visit, port, crowd)
        while not honest.done():
            time.sleep(0.5)
            most = max(most, _megabytes(server))
            worked.look()
        seen = honest.result()
        for each in attackers:
            each.result()
    deadline = time.monotonic() + rest
    while time.monotonic() < deadline and _megabytes(server) > before * 1.1:
        time.sleep(1.0)
        worked.look()
    left = sum(file.stat().st_size for file in server.home.glob("runs.db*"))
    memory = before, most, _megabytes(server)
    return Siege(seen, _used(server), worked.seconds, memory, left)


def _attack(port: int, number: int, until: float) -> None:
    """Press what costs much, in new tabs, with and without the cookie, until the time is over."""
    source = random.Random(number)  # noqa: S311 (nothing secret)
    address = f"127.66.0.{number + 1}"
    while time.monotonic() < until:
        who = Somebody.arrives(port, address) if source.random() < 0.5 else Somebody(port, address)
        # a server that has had enough of somebody closes the connection
        with suppress(OSError, TimeoutError, StopIteration, EOFError):
            _press(who, source, until)


def _press(who: Somebody, source: random.Random, until: float) -> None:
    with Tab(who, *source.choice(ATTACKS)) as tab:
        for _ in range(source.randrange(1, 8)):
            costly = [label for label in tab.buttons if label.startswith(PRESSED)]
            if not costly or time.monotonic() > until:
                return
            tab.run(source.choice(costly))
            time.sleep(source.uniform(0.0, 1.0))


class _Worked:
    """Seconds of a core of all processes that a server has started."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._each: dict[int, float] = {}

    def look(self) -> None:
        for process in self._server.process.children(recursive=True):
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._each[process.pid] = times.user + times.system

    @property
    def seconds(self) -> float:
        return sum(self._each.values())


def _used(server: Server) -> float:
    path = server.home / "visitors.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        (used,) = connection.execute("SELECT coalesce(sum(used), 0) FROM work").fetchone()
    return float(used)


def _megabytes(server: Server) -> int:
    return round(server.process.memory_info().rss / 1e6)
