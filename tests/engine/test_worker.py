"""How often does a worker send the network that it trains?"""

import pytest

from core.engine import worker
from core.engine.worker import NEWEST_BYTES, NEWEST_BYTES_A_SECOND, NEWEST_SECONDS


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(worker, "time", clock)
    return clock


def sent_within(seconds: float, size: int, clock: Clock) -> list[int]:
    """The steps sent of a network of some bytes, with a step every tenth of a second."""
    sent: list[int] = []
    listen = worker._now_and_then(lambda step, _: sent.append(step))
    for step in range(round(10 * seconds)):
        listen(step, lambda: b"x" * size)
        clock.now += 0.1
    return sent


def test_a_small_network_is_sent_twice_a_second(clock: Clock):
    sent = sent_within(10, 100_000, clock)

    assert 0 == sent[0]
    assert NEWEST_SECONDS == 0.5
    assert 17 <= len(sent) <= 20


@pytest.mark.parametrize("size", [2 * 2**20, 5 * 2**20, NEWEST_BYTES])
def test_a_large_network_is_sent_less_often(clock: Clock, size: int):
    sent = sent_within(20, size, clock)

    assert 0 == sent[0]
    assert len(sent) > 1
    # the first one is sent at once
    assert (len(sent) - 1) * size <= 20 * NEWEST_BYTES_A_SECOND


def test_a_network_that_is_too_large_is_never_sent(clock: Clock):
    assert [] == sent_within(20, NEWEST_BYTES + 1, clock)
