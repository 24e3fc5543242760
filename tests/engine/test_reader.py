"""Does the process that reads images for pages answer, end in time, and start again?"""

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
import torch  # noqa: F401 (so that the reader could inherit it)

from core.analyses import lookup
from core.config import DataConfig
from core.engine import Limit, Reader, demand_permits, waive_permits
from core.errors import EngineError
from tests.processes import until


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    each = Reader()
    yield each
    each.close()


def has_ended(process):
    """Whether a process runs no more; its parent may not have noticed."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_it_answers_in_a_process_of_its_own_which_it_keeps(reader):
    process = reader.ask(os.getpid)
    assert os.getpid() != process
    assert process == reader.ask(os.getpid)


def test_many_threads_get_their_own_answers(reader):
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda n: reader.ask(partial(mul, n, n)), range(40))
    assert [n * n for n in range(40)] == list(answers)


def test_it_reads_images_without_torch(reader):
    image, label = reader.ask(partial(lookup.test_image, DataConfig(), 17))
    assert ((1, 8, 8), 0) == (image.shape, label)
    assert "torch" in sys.modules
    assert not reader.ask(partial(eval, "'torch' in __import__('sys').modules"))


@pytest.mark.parametrize(("container", "error"), [({}, KeyError), ([], IndexError)])
def test_what_a_question_raises_reaches_who_asked(reader, container, error):
    process = reader.ask(os.getpid)
    with pytest.raises(error):
        reader.ask(partial(getitem, container, 3))
    assert process == reader.ask(os.getpid)


def test_a_process_that_dies_is_reported_and_replaced(reader):
    first = reader.ask(os.getpid)
    with pytest.raises(EngineError, match="was ended: it took too long, or ran out of memory"):
        reader.ask(partial(os._exit, 3))
    second = reader.ask(os.getpid)
    assert first != second
    os.kill(second, signal.SIGTERM)
    # between two questions nobody notices
    until(lambda: has_ended(second))
    assert second != reader.ask(os.getpid)


def test_an_answer_that_takes_too_long_is_not_awaited(reader):
    before = reader.start()
    began = time.monotonic()
    with pytest.raises(EngineError, match="ended after 1 s without an answer"):
        reader.ask(partial(time.sleep, 600), seconds=1)
    assert time.monotonic() - began < 60
    assert 4 == reader.ask(partial(mul, 2, 2))
    assert before + 1 == reader.start()


@pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
def test_a_limit_ends_the_process(reader):
    endless = partial(eval, "sum(iter(int, 1))")
    began = time.monotonic()
    with pytest.raises(EngineError, match="was ended"):
        reader.ask(endless, Limit(seconds=0.1, memory=2**30))
    assert time.monotonic() - began < 300
    with pytest.raises(EngineError, match="more memory than"):
        reader.ask(partial(bytearray, 2**30), Limit(seconds=10.0, memory=100 * 2**20))
    assert 4 == reader.ask(partial(mul, 2, 2))


def test_it_ends_when_nobody_asks_and_starts_again_when_somebody_does():
    reader = Reader(idle_seconds=0.2)
    try:
        first = reader.ask(os.getpid)
        until(lambda: has_ended(first))
        assert first != reader.ask(os.getpid)
    finally:
        reader.close()


def test_it_ends_when_it_has_grown():
    reader = Reader()
    try:
        first = reader.ask(os.getpid)
        # ones, because zeros take no memory until they are written
        reader.ask(partial(exec, "__import__('sys').kept = b'1' * (400 << 20)"))
        assert first != reader.ask(os.getpid)
    finally:
        reader.close()


def test_nothing_is_answered_without_a_limit_where_permits_are_demanded(reader):
    demand_permits()
    try:
        with pytest.raises(EngineError, match="without a permit"):
            reader.ask(os.getpid)
        assert reader.ask(os.getpid, Limit(seconds=5.0, memory=2**30))
    finally:
        waive_permits()
