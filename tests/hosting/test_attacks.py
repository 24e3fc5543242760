"""Whatever a visitor does over a real websocket, does the host stay within its bounds?

Each test is somebody else at another address, with a few seconds as the budget of a day.
"""

import os
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from tests.e2e.dashboard import serving, until
from tests.hosting.hostile import besiege
from tests.hosting.tab import Somebody, Tab
from tests.visitors import EVERY_PAGE, Crowd

BOUNDS = {
    "POOLSCOPE_MODE": "hosted",
    "POOLSCOPE_WORKERS": "1",
    "POOLSCOPE_RUN_SECONDS": "20",
    "POOLSCOPE_VISITOR_SECONDS": "15",
    "POOLSCOPE_ADDRESS_SECONDS": "15",
    "POOLSCOPE_DAILY_SECONDS": "300",
    "POOLSCOPE_ABSENCE_SECONDS": "1",
}
A_MOMENT = 2.0
"""seconds between two looks at what is used, and until a worker stops: they do not shrink with the
budget, so that of a day of 11 to 20 s they are more than its 10 %"""
LOOKING_SECONDS = 5.0
"""more than it takes to look into small networks"""
HUGE = "widths=" + ",".join(["1024"] * 8) + "&pools=3&pooling=max&head=gap&seeds=1"
CONV = "pooling=conv&head=gap&norm=none&seeds=1&dataset=shapes&train_size=2000"
# half of a visitor's day: tests end it after two seconds, and on a machine that is several times
# faster it has to take more than these as well
LONG = f"{CONV}&epochs=8"
# one to each test, for one that ended is stored, and nothing is left to train
LONG_TOO, LONG_AS_WELL = f"{CONV}&epochs=5&lr=0.011", f"{CONV}&epochs=3&lr=0.012"
SLOW = (
    "pooling=median&head=gap&seeds=20&dataset=shapes&image_size=128&train_size=4000&epochs=20"
    "&batch_size=1&norm=none&pool_size=4&pool_stride=1&widths=8"
)
STEADY = "pooling=conv&head=gap&seeds=1&epochs=20&batch_size=16&widths=8,16"
QUICK = "head=gap&seeds=1&epochs=1&train_size=10"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("attacked"), **BOUNDS) as server:
        yield server


def port_of(server):
    return int(server.url.rsplit(":", 1)[1])


def book(server):
    """Every entry of the ledger: seconds used, and whether it is open."""
    path = server.home / "visitors.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT id, used, open FROM work ORDER BY id").fetchall()


def since(server, before):
    """What was written down since then."""
    return book(server)[before:]


def is_open(server):
    return any(open_ for *_, open_ in book(server))


@pytest.mark.parametrize(
    ("page", "query", "button"),
    [
        ("cost", f"{HUGE}&ledger=measured time, ms", "Compute"),
        ("cost", f"{HUGE.replace('1024', '512')}&ledger=measured time, ms", "Compute"),
        ("accuracy", SLOW, "Train the"),
        ("train", SLOW.replace("image_size=128", "image_size=32"), "Train the"),
        ("accuracy", SLOW.replace("seeds=20", "seeds=1"), "Train the"),
        ("shift", HUGE, "Train the"),
        ("features", f"{HUGE}&epochs=900", "Train the"),
        (
            "accuracy",
            "pooling=max&head=gap&seeds=20&widths=4,8&epochs=2&pooling=conv&pooling=soft",
            "Train the",
        ),
        ("accuracy", "dataset=mnist&train_size=all&pooling=max&head=gap&seeds=1", "Train the"),
    ],
)
def test_what_is_too_much_is_refused_in_a_sentence_and_not_computed_when_pressed_all_the_same(
    server, page, query, button
):
    before, working = len(book(server)), server.workers
    with Tab(Somebody.arrives(port_of(server), "127.0.1.1"), page, query) as tab:
        (label,) = [label for label in tab.buttons if label.startswith(button)]
        assert label in tab.disabled
        assert "this dashboard" in tab.text.lower() or "this hosted dashboard" in tab.text.lower()
        tab.run(label)
        assert [] == tab.errors
    if page in {"features", "shift"}:
        # the nearest networks that are stored are looked into instead, and an image of theirs
        assert sum(seconds for _, seconds, _ in since(server, before)) < LOOKING_SECONDS
    else:
        assert [] == since(server, before)
        assert working == server.workers


def test_training_and_cancelling_again_and_again_uses_no_more_than_the_budget(server):
    before = len(book(server))
    who = Somebody.arrives(port_of(server), "127.0.2.1")
    with Tab(who, "accuracy", LONG) as tab:
        # every reload is a new tab, and after a while a browser without a cookie
        for _ in range(30):
            if not any(label.startswith("Train the") for label in tab.buttons):
                break
            if any(label.startswith("Train the") for label in tab.disabled):
                break
            tab.press("Train the")
            until(lambda: any(used > 2 for _, used, _ in since(server, before)[-1:]), 60)
            tab.press("Cancel")
            tab.run()
    assert "in 24 hours" in tab.text
    entries = since(server, before)
    # what was cancelled counts: a few rounds and the day is over
    assert 1 <= len(entries) <= 8
    assert all(used > 2 for _, used, _ in entries)
    assert sum(used for _, used, _ in entries) <= 1.1 * 15 + A_MOMENT
    until(lambda: not is_open(server))
    # a new browser at the same address has what is left of the address's
    with Tab(Somebody(port_of(server), "127.0.2.1"), "accuracy", LONG) as tab:
        assert "your network address" in tab.text
    # and somebody else has all
    with Tab(Somebody.arrives(port_of(server), "127.0.2.2"), "accuracy", LONG) as tab:
        assert not tab.disabled


def test_somebody_elses_first_request_starts_before_the_second_of_who_asks_for_much(server):
    hostile = Somebody.arrives(port_of(server), "127.0.3.1")
    honest = Somebody.arrives(port_of(server), "127.0.3.2")
    first = len(book(server))
    with (
        Tab(hostile, "accuracy", LONG_TOO) as one,
        Tab(hostile, "accuracy", STEADY.replace("conv", "strided")) as two,
        Tab(honest, "accuracy", f"pooling=soft&{QUICK}") as three,
    ):
        one.press("Train the")
        until(lambda: is_open(server))
        two.press("Train the")
        three.press("Train the")
        until(lambda: len(since(server, first)) == 3)
        until(lambda: not since(server, first)[2][2], 60)
        _, second, third = since(server, first)
        # the honest one has ended; the hostile second one has only now begun, if at all: where the
        # first one takes the whole budget of 15 s, on a slow machine, it is ended without a second
        # of a core, and that is the order that is promised as well
        assert third[1] > 0
        assert second[2] or second[1] == 0
        two.press("Cancel")
    until(lambda: not is_open(server))


def test_closing_the_tab_ends_what_nobody_else_waits_for(server):
    first = len(book(server))
    who = Somebody.arrives(port_of(server), "127.0.4.1")
    with Tab(who, "accuracy", LONG_AS_WELL) as tab:
        tab.press("Train the")
        until(lambda: any(used > 0 for _, used, _ in since(server, first)), 60)
    until(lambda: not is_open(server), 15)
    assert since(server, first)[0][1] < 20


def test_many_runs_with_large_weights_leave_little(server):
    who = Somebody.arrives(port_of(server), "127.0.5.1")
    first = len(book(server))
    query = f"pooling=max&widths=170&head=flatten&hidden=512&{QUICK.replace('head=gap&', '')}"
    with Tab(who, "accuracy", query.replace("seeds=1", "seeds=5")) as tab:
        tab.press("Train the")
        until(lambda: len(since(server, first)) == 5 and not is_open(server), 90)
    assert sum(file.stat().st_size for file in server.home.glob("runs.db*")) < 10_000_000


def test_after_a_restart_in_the_middle_the_day_goes_on(tmp_path):
    bounds = {**BOUNDS, "POOLSCOPE_VISITOR_SECONDS": "20", "POOLSCOPE_ADDRESS_SECONDS": "20"}
    address = "127.0.6.1"
    with (
        serving(tmp_path, **bounds) as server,
        Tab(Somebody.arrives(port_of(server), address), "accuracy", LONG) as tab,
    ):
        tab.press("Train the")
        until(lambda: any(used > 1.5 for _, used, _ in book(server)), 60)
        for process in [*server.process.children(recursive=True), server.process]:
            os.kill(process.pid, signal.SIGKILL)
    used = sum(each for _, each, _ in book(server))
    assert used > 1.5
    with (
        serving(tmp_path, **bounds) as server,
        Tab(Somebody(port_of(server), address), "accuracy", LONG) as tab,
    ):
        label = next(iter(label for label in tab.buttons if label.startswith("Train the")))
        began = time.monotonic()
        if label not in tab.disabled:
            tab.press("Train the")
            until(lambda: not is_open(server), 60)
        assert time.monotonic() - began < 60
        assert used <= sum(each for _, each, _ in book(server)) <= 1.1 * 20 + A_MOMENT


def test_honest_visitors_meet_no_error_while_others_attack(tmp_path):
    bounds = {**BOUNDS, "POOLSCOPE_DAILY_SECONDS": "20"}
    with serving(tmp_path, **bounds) as server:
        crowd = Crowd(4, 15.0, EVERY_PAGE, thinking=(0.2, 0.8))
        met = besiege(server, crowd, hostile=2, rest=0.0)
    assert [] == met.seen.errors
    assert len(met.seen.seconds) > 4
    assert met.used <= 1.1 * 20 + A_MOMENT
