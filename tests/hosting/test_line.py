"""Is everybody's turn theirs, and are pages drawn first for whom little was drawn?"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from core.errors import EngineError
from core.hosting import Visitor
from core.hosting.drawing import PLACES_TO_DRAW, Drawing
from core.hosting.line import Line
from tests.e2e.dashboard import until


def always() -> bool:
    return True


class Queue:
    """Threads that wait for turns, one after the other, while the test holds all places."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self._threads = ThreadPoolExecutor(16)
        self._running: list[Future[None]] = []

    def wait_for(self, turn: AbstractContextManager[None], name: str, waiting: list) -> None:
        before = len(waiting)

        def wait() -> None:
            with turn:
                self.order.append(name)

        self._running.append(self._threads.submit(wait))
        until(lambda: len(waiting) > before)

    def end(self) -> list[str]:
        for each in self._running:
            each.result(10)
        self._threads.shutdown()
        return self.order


def test_the_smallest_rank_is_next_and_among_equals_who_came_first():
    line, queue = Line(), Queue()
    with line.turn((0.0, 0.0), always):
        for name, rank in (
            ("c", (2.0, 0.0)),
            ("a", (1.0, 5.0)),
            ("b", (1.0, 6.0)),
            ("d", (2.0, 0.0)),
        ):
            queue.wait_for(line.turn(rank, always), name, line._waiting)
    assert ["a", "b", "c", "d"] == queue.end()


def test_no_more_have_a_turn_than_there_are_places():
    line, inside, most = Line(2), [], []

    def work() -> None:
        with line.turn((0.0, 0.0), always):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()

    with ThreadPoolExecutor(8) as threads:
        for each in [threads.submit(work) for _ in range(40)]:
            each.result(10)
    assert 2 == max(most)
    assert 2 == line._free


def test_who_steps_aside_lets_the_next_one_in_and_goes_on_at_once():
    line, queue = Line(), Queue()
    entered, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with line.turn((1.0, 0.0), always):
            entered.set()
            leave.wait(10)

    with ThreadPoolExecutor(1) as threads, line.turn((0.0, 0.0), always):
        staying = threads.submit(stay)
        until(lambda: line._waiting)
        with line.aside():
            assert entered.wait(10)
        # the other one is still there, and might wait for what this one holds
        assert not staying.done()
        leave.set()
        staying.result(10)
    assert 1 == line._free
    assert [] == queue.end()


def test_nobody_waits_for_what_is_no_longer_wanted_and_no_place_is_lost():
    line = Line()
    with line.turn((0.0, 0.0), always):
        with pytest.raises(EngineError, match="nobody waits"), line.turn((1.0, 0.0), lambda: False):
            raise AssertionError("it never was their turn")
        assert [] == line._waiting
    assert 1 == line._free


def test_an_error_within_a_turn_ends_it():
    line = Line()
    with pytest.raises(ZeroDivisionError), line.turn((0.0, 0.0), always):
        1 / 0  # noqa: B018
    assert 1 == line._free


def busy(seconds: float) -> None:
    until_then = time.thread_time() + seconds
    while time.thread_time() < until_then:
        pass


def filled(drawing: Drawing, then: Callable[[], None]) -> None:
    """Call something while every place is taken."""
    leave = threading.Event()
    with ThreadPoolExecutor(PLACES_TO_DRAW) as threads:
        held = []
        for number in range(PLACES_TO_DRAW):
            there = threading.Event()

            def stay(number: int = number, there: threading.Event = there) -> None:
                with drawing.turn(Visitor(f"cookie {number}", "10.9.9.9")):
                    there.set()
                    leave.wait(10)

            held.append(threads.submit(stay))
            assert there.wait(10)
        then()
        leave.set()
        for each in held:
            each.result(10)


def test_pages_are_drawn_first_for_the_address_and_the_browser_that_had_least():
    drawing, queue = Drawing(), Queue()
    greedy, modest = Visitor("g", "10.0.0.1"), Visitor("m", "10.0.0.2")
    # another browser of the address that had much, which itself had nothing
    cousin = Visitor("c", "10.0.0.1")
    with drawing.turn(greedy):
        busy(0.1)
    with drawing.turn(modest):
        busy(0.02)
    visitors = {
        "greedy": greedy,
        "cousin": cousin,
        "modest": modest,
        "new": Visitor("n", "10.0.0.3"),
    }

    def wait() -> None:
        for name, who in visitors.items():
            queue.wait_for(drawing.turn(who), name, drawing._line._waiting)

    filled(drawing, wait)
    assert {"new", "modest"} == set(queue.order[:2]) or queue.end()
    assert ["greedy", "cousin"] == sorted(queue.end()[2:], reverse=True)


def test_what_was_drawn_fades(monkeypatch):
    drawing, who = Drawing(), Visitor("a", "10.0.0.1")
    with drawing.turn(who):
        busy(0.05)
    first = drawing._rank("address 10.0.0.1", "cookie a")
    assert min(first) >= 0.05
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 600)
    assert max(drawing._rank("address 10.0.0.1", "cookie a")) < 1e-6
    with drawing.turn(Visitor("b", "10.0.0.2")):
        pass
    # whoever had nothing lately takes no room
    assert {} == drawing._drawn


def test_outside_of_a_turn_there_is_nothing_to_step_aside_from():
    drawing = Drawing()
    with drawing.aside():
        assert PLACES_TO_DRAW == drawing._line._free
