"""Is a signal held back while a process starts, and does it arrive afterwards?"""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.engine.forked import uninterrupted


@pytest.fixture
def handled():
    """The numbers of the signals that reach the handlers of the program."""
    seen = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda got, _: seen.append(got)) for number in numbers}
    yield seen
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_arrives_when_the_block_has_ended(handled, number):
    with uninterrupted():
        os.kill(os.getpid(), number)
        assert [] == handled
    assert [number] == handled
    # as before
    os.kill(os.getpid(), number)
    assert [number, number] == handled


def test_an_interrupt_is_one_afterwards():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    started = []

    def start():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            started.append("a process")

    try:
        with pytest.raises(KeyboardInterrupt):
            start()
    finally:
        signal.signal(signal.SIGINT, before)
    assert ["a process"] == started


def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.SIG_IGN is signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_have_no_handlers_to_hold_back(handled):
    def block():
        with uninterrupted():
            return signal.getsignal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor(1) as threads:
        assert before is threads.submit(block).result()
    assert [] == handled
