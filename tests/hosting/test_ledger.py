"""Does the record of what visitors used survive a restart, and forget after a day?"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import StoreError
from core.hosting import Visitor
from core.hosting.ledger import DAY_SECONDS, Ledger

ANNA, BEN = Visitor("anna", "192.0.2.1"), Visitor("ben", "192.0.2.2")


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(tmp_path, clock):
    return Ledger(tmp_path / "home" / "visitors.db", clock)


def taken(_account):
    return None


def test_what_is_predicted_counts_until_it_has_ended_and_then_what_was_used(ledger):
    _, numbers, before = ledger.reserve(ANNA, {"a": 10.0, "b": 20.0}, taken)
    assert 0 == before
    assert (30.0, 0.0, 2) == spent(ledger.account(ANNA).cookie)
    ledger.use({numbers["a"]: 12.0})
    assert (32.0, 12.0, 2) == spent(ledger.account(ANNA).cookie)
    ledger.close(numbers["a"], 13.0)
    ledger.close(numbers["b"], 0.0)
    assert (13.0, 13.0, 0) == spent(ledger.account(ANNA).cookie)
    # what has ended takes nothing more
    ledger.use({numbers["a"]: 99.0})
    ledger.close(numbers["a"], 99.0)
    assert 13.0 == ledger.account(ANNA).everybody.used


def spent(found):
    return found.reserved, found.used, found.places


def test_a_cookie_an_address_and_everybody_have_their_own_sums(ledger):
    ledger.reserve(ANNA, {"a": 1.0}, taken)
    ledger.reserve(Visitor("carl", ANNA.address), {"a": 2.0}, taken)
    ledger.reserve(BEN, {"a": 4.0}, taken)
    found = ledger.account(ANNA)
    assert (1.0, 3.0, 7.0) == tuple(
        each.reserved for each in (found.cookie, found.address, found.everybody)
    )
    # whoever sends no cookie back counts by the address
    assert 3.0 == ledger.account(Visitor("new", ANNA.address)).address.reserved


def test_the_number_of_requests_before_is_that_of_the_cookie_or_the_address(ledger):
    for expected in range(3):
        new = Visitor(f"new {expected}", "192.0.2.3")
        assert expected == ledger.reserve(new, {"a": 1.0, "b": 1.0}, taken)[2]
    assert 0 == ledger.reserve(BEN, {"a": 1.0}, taken)[2]


def test_a_day_later_all_is_forgotten_but_what_runs(ledger, clock):
    _, numbers, _ = ledger.reserve(ANNA, {"a": 10.0}, taken)
    ledger.close(numbers["a"], 10.0)
    clock.now += DAY_SECONDS - 1
    assert 10.0 == ledger.account(ANNA).cookie.used
    clock.now += 2
    assert 0.0 == ledger.account(ANNA).cookie.used


def test_it_survives_a_restart_and_what_was_open_has_ended_with_what_it_had_used(tmp_path, clock):
    path = tmp_path / "visitors.db"
    first = Ledger(path, clock)
    _, numbers, _ = first.reserve(ANNA, {"a": 10.0, "b": 10.0}, taken)
    first.use({numbers["a"]: 4.0})
    second = Ledger(path, clock)
    assert (4.0, 4.0, 0) == spent(second.account(ANNA).cookie)


def test_a_refused_request_leaves_nothing(ledger):
    reason, numbers, _ = ledger.reserve(ANNA, {"a": 10.0}, lambda _: "too much")
    assert ("too much", {}) == (reason, numbers)
    assert 0 == ledger.account(ANNA).everybody.requests


def test_two_who_ask_at_once_cannot_both_have_the_last_seconds(ledger):
    def refusal(account):
        return "too much" if account.everybody.reserved >= 1.0 else None

    with ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(ledger.reserve, Visitor(str(n), str(n)), {"a": 1.0}, refusal)
            for n in range(8)
        ]
        assert 1 == sum(each.result()[0] is None for each in asked)


def test_neither_cookies_nor_addresses_are_in_the_file(ledger, tmp_path):
    ledger.reserve(ANNA, {"a": 1.0}, taken)
    content = b"".join(file.read_bytes() for file in (tmp_path / "home").iterdir())
    assert b"anna" not in content
    assert b"192.0.2" not in content


def test_of_what_is_too_much_the_oldest_goes_first(ledger, clock):
    for name in ("first", "second", "third"):
        clock.now += 1
        ledger.keep(name, 10)
    assert [] == ledger.surplus(30)
    assert ["first"] == ledger.surplus(29)
    assert ["second", "third"] == ledger.surplus(0)
    assert [] == ledger.surplus(0)


def test_a_file_that_is_no_ledger_is_told(tmp_path):
    (tmp_path / "visitors.db").write_text("no database, and longer than a header of one" * 9)
    with pytest.raises(StoreError, match=r"visitors\.db cannot be used"):
        Ledger(tmp_path / "visitors.db")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"visitors\.db cannot be made"):
        Ledger(tmp_path / "home" / "visitors.db")


def test_it_is_one_file_of_its_own(ledger, tmp_path):
    connection = sqlite3.connect(tmp_path / "home" / "visitors.db")
    assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
