"""Is everybody's turn theirs, and are pages drawn first for whom little was drawn?"""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from core.errors import EngineError
from core.hosting import Visitor
from core.hosting.drawing import CLEARLY_LESS, FADING_SECONDS, Drawing
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
    line = Line()
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


GREEDY, MODEST, NEW = (Visitor(f"cookie {n}", f"10.0.0.{n}") for n in range(3))
COUSIN = Visitor("another cookie", GREEDY.address)
"""another browser of an address for which much was drawn"""


@pytest.fixture
def drawing() -> Drawing:
    """Much was drawn for one visitor, something for another one."""
    drawing = Drawing()
    for who, seconds in ((GREEDY, CLEARLY_LESS + 0.1), (MODEST, 0.05)):
        with drawing.turn(who):
            busy(seconds)
    return drawing


def test_a_page_is_drawn_first_for_the_address_and_the_browser_that_had_least(drawing):
    queue = Queue()
    with drawing.turn(Visitor("somebody", "10.9.9.9")):
        for who in (GREEDY, COUSIN, MODEST, NEW):
            queue.wait_for(drawing.turn(who), who.cookie, drawing._line._waiting)
    assert [NEW.cookie, MODEST.cookie, COUSIN.cookie, GREEDY.cookie] == queue.end()


def test_a_page_that_is_begun_gives_way_to_whoever_had_clearly_less(drawing):
    queue = Queue()
    with drawing.turn(GREEDY):
        queue.wait_for(drawing.turn(NEW), NEW.cookie, drawing._line._waiting)
        drawing.give_way()
        assert [NEW.cookie] == queue.order
    with drawing.turn(MODEST):
        queue.wait_for(drawing.turn(NEW), NEW.cookie, drawing._line._waiting)
        # somewhat less is not enough, or pages would be drawn in slices
        drawing.give_way()
        assert [NEW.cookie] == queue.order
    assert [NEW.cookie] * 2 == queue.end()


def test_while_a_page_waits_for_another_process_others_are_drawn(drawing):
    queue = Queue()
    with drawing.turn(NEW):
        queue.wait_for(drawing.turn(GREEDY), GREEDY.cookie, drawing._line._waiting)
        with drawing.aside():
            until(lambda: queue.order)
    assert [GREEDY.cookie] == queue.end()


def test_what_was_drawn_fades(drawing, monkeypatch):
    names = f"address {GREEDY.address}", f"cookie {GREEDY.cookie}"
    assert min(drawing._rank(names)) >= CLEARLY_LESS
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 20 * FADING_SECONDS)
    assert max(drawing._rank(names)) < 1e-6
    with drawing.turn(NEW):
        pass
    # whoever had nothing lately takes no room
    assert {} == drawing._drawn


def test_outside_of_a_turn_there_is_nothing_to_give_up(drawing):
    with drawing.aside():
        drawing.give_way()
    assert 1 == drawing._line._free
