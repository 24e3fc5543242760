"""Does the process that answers pages answer, end in time, and start again?"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import getitem, mul

import psutil
import pytest

from core.engine import Inspector, Limit, demand_permits, waive_permits
from core.errors import EngineError
from tests.processes import until


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    each = Inspector()
    yield each
    each.close()


def test_it_answers_in_a_process_of_its_own_which_it_keeps(inspector):
    process = inspector.ask(os.getpid)
    assert os.getpid() != process
    assert process == inspector.ask(os.getpid)


def test_many_threads_get_their_own_answers(inspector):
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda n: inspector.ask(partial(mul, n, n)), range(40))
    assert [n * n for n in range(40)] == list(answers)


def test_it_has_torch_on_one_thread(inspector):
    assert inspector.ask(partial(eval, "'torch' in __import__('sys').modules"))
    assert 1 == inspector.ask(partial(eval, "__import__('torch').get_num_threads()"))


@pytest.mark.parametrize(("container", "error"), [({}, KeyError), ([], IndexError)])
def test_what_a_question_raises_reaches_who_asked(inspector, container, error):
    process = inspector.ask(os.getpid)
    with pytest.raises(error):
        inspector.ask(partial(getitem, container, 3))
    assert process == inspector.ask(os.getpid)


def test_a_process_that_dies_is_reported_and_replaced(inspector):
    first = inspector.ask(os.getpid)
    with pytest.raises(EngineError, match="was ended: it took too long, or ran out of memory"):
        inspector.ask(partial(os._exit, 3))
    second = inspector.ask(os.getpid)
    assert first != second
    os.kill(second, signal.SIGTERM)
    # between two questions nobody notices
    until(lambda: not psutil.pid_exists(second))
    assert second != inspector.ask(os.getpid)


def test_an_answer_that_takes_too_long_is_not_awaited(inspector):
    before = inspector.start()
    began = time.monotonic()
    with pytest.raises(EngineError, match="ended after 1 s without an answer"):
        inspector.ask(partial(time.sleep, 600), seconds=1)
    assert time.monotonic() - began < 60
    assert 4 == inspector.ask(partial(mul, 2, 2))
    assert before + 1 == inspector.start()


@pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
def test_a_limit_ends_the_process(inspector):
    endless = partial(eval, "sum(iter(int, 1))")
    began = time.monotonic()
    with pytest.raises(EngineError, match="was ended"):
        inspector.ask(endless, Limit(seconds=0.1, memory=2**30))
    assert time.monotonic() - began < 300
    with pytest.raises(EngineError, match="more memory than"):
        inspector.ask(partial(bytearray, 2**30), Limit(seconds=10.0, memory=100 * 2**20))
    assert 4 == inspector.ask(partial(mul, 2, 2))


def test_it_ends_when_nobody_asks_and_starts_again_when_somebody_does():
    inspector = Inspector(idle_seconds=0.2)
    try:
        first = inspector.ask(os.getpid)
        until(lambda: not psutil.pid_exists(first))
        assert first != inspector.ask(os.getpid)
    finally:
        inspector.close()


def test_it_ends_when_it_has_grown():
    inspector = Inspector()
    try:
        first = inspector.ask(os.getpid)
        # ones, because zeros take no memory until they are written
        inspector.ask(partial(exec, "__import__('sys').kept = b'1' * (400 << 20)"))
        assert first != inspector.ask(os.getpid)
    finally:
        inspector.close()


def test_nothing_is_answered_without_a_limit_where_permits_are_demanded(inspector):
    demand_permits()
    try:
        with pytest.raises(EngineError, match="without a permit"):
            inspector.ask(os.getpid)
        assert inspector.ask(os.getpid, Limit(seconds=5.0, memory=2**30))
    finally:
        waive_permits()
