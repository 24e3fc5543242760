"""Does a server give back what it no longer needs, and do its workers let its pages go first?"""

import asyncio
import os
import subprocess
import sys

import pytest

from core.hosting import memory
from core.settings import PROJECT

FREED = """
import asyncio, sys
import psutil
from core.hosting import memory

memory.few_arenas()
memory.GIVING_BACK_SECONDS = 0.01
size = psutil.Process().memory_info
before = size().rss
kept = [bytes(60_000) for _ in range(4_000)]
last = bytes(60_000)
grown = size().rss
del kept

async def wait():
    task = asyncio.create_task(memory.give_back())
    await asyncio.sleep(0.5)
    task.cancel()

asyncio.run(wait())
print(grown - before, size().rss - before)
"""

SPARED = """
import gc, weakref
from core.hosting.memory import collect

class Knot:
    def __init__(self):
        self.self = self

collect(everything=True)
looked_through = len(gc.get_objects())
kept = Knot()
there = weakref.ref(kept)
collect(everything=False)
del kept
collect(everything=False)
spared = there() is not None
collect(everything=True)
print(gc.get_freeze_count() // max(looked_through, 1), int(spared), int(there() is None))
"""

NICE = """
import os
from core.engine.process_pool import _begin
_begin({"POOLSCOPE_MODE": "<mode>"})
print(os.nice(0))
"""


def _said(program):
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={name: value for name, value in os.environ.items() if name != "POOLSCOPE_MODE"},
        check=True,
        capture_output=True,
        text=True,
    )
    return [int(number) for number in answer.stdout.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps what was freed")
def test_what_was_freed_goes_back_to_the_system():
    grown, left = _said(FREED)
    assert grown > 150e6
    assert left < 0.1 * grown


def test_objects_that_stay_are_looked_through_only_now_and_then():
    times_as_many, spared, freed = _said(SPARED)
    assert times_as_many > 100
    assert spared
    assert freed


def test_a_library_without_such_a_function_is_left_alone():
    memory._of_glibc("there_is_no_such_function", 1)


def test_giving_back_ends_when_it_is_cancelled():
    async def cancelled():
        task = asyncio.create_task(memory.give_back())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no niceness")
@pytest.mark.parametrize(("mode", "more"), [("hosted", 10), ("local", 0)])
def test_what_computes_for_a_hosted_dashboard_lets_its_pages_go_first(mode, more):
    assert [min(19, os.nice(0) + more)] == _said(NICE.replace("<mode>", mode))
