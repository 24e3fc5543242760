"""Does the gate admit what fits, refuse the rest in a sentence, and end what must end?"""

import threading
import time
from dataclasses import dataclass, field

import pytest

from core.analyses import EffectiveFieldRequest, FactRequest, Request, ShiftMapRequest, TimesRequest
from core.analyses.fact import Fact
from core.analyses.shift_map import ShiftSettings
from core.config import DataConfig, Experiment
from core.engine import Job, JobState
from core.errors import EngineError
from core.hosting import Visitor
from core.hosting.gate import CANCEL_SECONDS, Gate, RefusedError
from core.network.work import MAC_SECONDS, Work
from core.settings import Mode, Settings
from core.store import RunStore
from tests.store.store_samples import a_run

ANNA, BEN = Visitor("anna", "192.0.2.1"), Visitor("ben", "192.0.2.2")


@dataclass
class StandIn:
    """An engine that notes what it is asked for."""

    store: RunStore | None = None
    listed: dict = field(default_factory=dict)
    permits: dict = field(default_factory=dict)

    def jobs(self):
        return tuple(self.listed.values())

    def submit(self, experiments, *, permit=None, **_):
        for each in experiments:
            self.listed.setdefault(each.key, Job(experiment=each))
            self.permits.setdefault(each.key, permit)

    def cancel(self, keys):
        for key in keys:
            self.end(key)

    def end(self, key, used=0.0):
        self.listed.pop(key)
        if permit := self.permits.pop(key):
            permit.on_end(key, used)

    def runs(self, key, used):
        job = self.listed[key]
        self.listed[key] = Job(experiment=job.experiment, state=JobState.RUNNING, used=used)


@pytest.fixture
def engine():
    return StandIn()


@pytest.fixture
def away():
    """Visitors who have closed their tabs."""
    return set()


@pytest.fixture
def gate(home, engine, away):
    gates = []

    def make(**bounds):
        here = Settings(home=home, mode=Mode.HOSTED, absence_seconds=0.0, **bounds)
        engine.store = RunStore(home / "runs.db", max_pages=here.max_pages)
        gates.append(Gate(lambda: engine, here, present=lambda who: who not in away))
        # the tests look after what is computed themselves
        gates[-1]._start_watching = lambda: None
        return gates[-1]

    yield make
    for each in gates:
        each.close()


def tiny(seed=0, **flat):
    small = {"epochs": 1, "train_size": 30, "widths": "4"}
    return Experiment.from_flat({**small, **flat, "seed": seed})


def second(name):
    """A computation of about a second."""

    class Second(Request[Fact]):
        kind = "second"
        result = Fact
        work = Work(macs=1.0 / MAC_SECONDS)
        settings = name

        def compute(self, weights):  # noqa: ARG002
            raise AssertionError("it is never computed")

    return Second()


HUGE = Experiment.from_flat({"widths": ",".join(["1024"] * 8), "pools": 3})
SLOW = {
    "dataset": "shapes",
    "image_size": 128,
    "train_size": 4_000,
    "epochs": 20,
    "batch_size": 1,
    "norm": "none",
    "pooling": "median",
    "pool_size": 4,
    "pool_stride": 1,
    "widths": "8",
}


@pytest.mark.parametrize(
    "wanted",
    [
        TimesRequest((HUGE,)),
        TimesRequest((HUGE,) * 8, rounds=1),
        ShiftMapRequest(HUGE, ShiftSettings(circular=True, reach=4)),
        Experiment.from_flat(SLOW),
        Experiment.from_flat({**SLOW, "image_size": 64}),
        # not the batch, and not the operator
        Experiment.from_flat({**SLOW, "image_size": 32, "widths": "8,8"}),
    ],
    ids=lambda wanted: getattr(wanted, "kind", "training"),
)
def test_what_takes_too_long_is_refused_with_what_is_predicted_and_allowed(gate, wanted):
    said = gate().refusal([wanted], ANNA)
    assert said is not None
    assert "this takes about" in said
    assert "this dashboard allows 2 min for one computation" in said
    assert "\n" not in said


def test_what_takes_too_much_memory_or_room_is_refused(gate):
    large = Experiment.from_flat({"train_size": 1000, "batch_size": 1000, "widths": "128,8"})
    said = gate(run_megabytes=50).refusal([large], ANNA)
    assert "of memory; this dashboard allows 50 MB" in said
    assert "of memory; this dashboard allows 600" in gate().refusal(
        [EffectiveFieldRequest(HUGE)], ANNA
    )
    said = gate(visitors_megabytes=0.001).refusal([tiny()], ANNA)
    assert "more than this dashboard keeps" in said


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"visitor_seconds": 0.3}, "that this dashboard gives your browser in 24 hours"),
        ({"address_seconds": 0.3}, "gives your network address in 24 hours"),
        ({"daily_seconds": 0.3}, "gives all visitors together in 24 hours"),
        ({"visitor_places": 2}, "takes 2 at once from one visitor: choose fewer"),
        ({"places": 2}, "0 computations are waiting; try again in some minutes"),
        ({"training": False}, "training is switched off on this dashboard"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_submitted(gate, engine, bounds, said):
    closed = gate(**bounds)
    many = [tiny(seed) for seed in range(3)]
    assert said in closed.refusal(many, ANNA)
    with pytest.raises(RefusedError, match=r"dashboard|waiting"):
        closed.train(many, ANNA)
    assert {} == engine.listed


def test_facts_maps_and_small_trainings_pass(gate):
    wanted = [
        FactRequest("light-line"),
        ShiftMapRequest(Experiment(), ShiftSettings(circular=True, reach=4)),
        EffectiveFieldRequest(Experiment()),
        TimesRequest((Experiment(), Experiment.from_flat({"pooling": "conv"}))),
        tiny(),
    ]
    assert gate().refusal(wanted, ANNA) is None


def test_a_training_gets_a_permit_with_twice_its_prediction(gate, engine):
    opened = gate()
    heavy = Experiment.from_flat({"epochs": 20, "widths": "32,64"})
    opened.train([heavy], ANNA)
    limit = engine.permits[heavy.key].limits[heavy.key]
    assert 2 * opened.predict(heavy).seconds == limit.seconds
    assert 400_000 == engine.permits[heavy.key].most_weights


def test_what_was_cancelled_counts_by_the_seconds_it_used(gate, engine):
    opened = gate(visitor_seconds=10.0)
    for seed in range(3):
        opened.train([tiny(seed)], ANNA)
        engine.runs(tiny(seed).key, used=2.0)
        engine.end(tiny(seed).key, used=2.0)
    assert 3 * (2.0 + CANCEL_SECONDS) == opened._ledger.account(ANNA).cookie.used
    opened.train([tiny(3)], ANNA)
    engine.end(tiny(3).key, used=2.0)
    said = opened.refusal([tiny(4)], ANNA)
    assert "in 24 hours nothing is left" in said
    # another browser at the same address has the rest of the address's
    assert opened.refusal([tiny(4)], Visitor("new", ANNA.address)) is None


def test_what_runs_counts_while_it_runs_and_ends_when_the_budget_does(gate, engine):
    opened = gate(visitor_seconds=10.0)
    opened.train([tiny(0), tiny(1)], ANNA)
    opened.train([tiny(2)], BEN)
    engine.runs(tiny(0).key, used=9.0)
    opened.look_after()
    assert 9.0 == opened._ledger.account(ANNA).cookie.used
    engine.runs(tiny(0).key, used=10.5)
    opened.look_after()
    # what waits ends too, and nobody else's does
    assert {tiny(2).key} == set(engine.listed)


def test_the_budget_is_that_of_before_after_a_restart(gate, engine):
    first = gate(visitor_seconds=5.0)
    first.train([tiny(0)], ANNA)
    engine.runs(tiny(0).key, used=4.95)
    first.look_after()
    engine.listed.clear()
    engine.permits.clear()
    second_gate = gate(visitor_seconds=5.0)
    assert "in 24 hours nothing is left" in second_gate.refusal([tiny(1)], ANNA)
    assert second_gate.refusal([tiny(1)], BEN) is None


def test_a_second_request_waits_behind_everybodys_first(gate, engine):
    opened = gate()
    opened.train([tiny(0), tiny(1)], ANNA)
    opened.train([tiny(2)], ANNA)
    opened.train([tiny(3)], BEN)
    ranks = {key: permit.ranks[key] for key, permit in engine.permits.items()}
    order = sorted(ranks, key=ranks.get)
    # who asks for much at once waits with the rest of it
    assert [tiny(0).key, tiny(3).key, tiny(1).key, tiny(2).key] == order


def test_what_nobody_waits_for_ends_and_what_somebody_else_waits_for_goes_on(gate, engine, away):
    opened = gate()
    opened.train([tiny(0), tiny(1)], ANNA)
    opened.train([tiny(1)], BEN)
    away.add(ANNA)
    opened.look_after()
    time.sleep(0.01)
    opened.look_after()
    assert {tiny(1).key} == set(engine.listed)
    assert {tiny(1).key} == opened.waited_for(BEN)
    assert {tiny(1).key} == opened.cancel(BEN) | opened.cancel(ANNA)
    assert {} == engine.listed


def test_reloads_without_a_cookie_fill_no_more_places_than_one_visitor_has(gate, engine):
    opened = gate(visitor_places=5)
    for seed in range(10):
        reloaded = Visitor(f"new {seed}", ANNA.address)
        if not opened.refusal([tiny(seed)], reloaded):
            opened.train([tiny(seed)], reloaded)
    assert 5 == len(engine.listed)
    assert opened.refusal([tiny(11)], BEN) is None


def test_two_who_ask_for_one_training_at_the_same_moment_pay_once(gate, engine):
    opened = gate()
    # the second one looked at the engine before the first one's training was on its list
    first, _ = opened._admit([tiny(0)], ANNA)
    second, _ = opened._admit([tiny(0)], BEN)
    second.on_end(tiny(0).key, 0.0)
    engine.submit([tiny(0)], permit=first)
    engine.runs(tiny(0).key, used=2.0)
    opened.look_after()
    assert 2.0 == opened._ledger.account(ANNA).cookie.used
    engine.end(tiny(0).key, used=3.0)
    assert (3.0 + CANCEL_SECONDS, 0.0) == tuple(
        opened._ledger.account(who).cookie.used for who in (ANNA, BEN)
    )


def test_joining_a_training_leaves_its_payer_as_it_was(gate, engine):
    opened = gate()
    opened.train([tiny(0)], ANNA)
    opened.train([tiny(0)], BEN)
    engine.runs(tiny(0).key, used=2.0)
    opened.look_after()
    assert 2.0 == opened._ledger.account(ANNA).cookie.used
    assert 0.0 == opened._ledger.account(BEN).cookie.used


def test_cancelling_ends_only_what_nobody_else_waits_for(gate, engine):
    opened = gate()
    opened.train([tiny(0), tiny(1)], ANNA)
    opened.train([tiny(1)], BEN)
    assert {tiny(0).key} == opened.cancel(ANNA)
    assert frozenset() == opened.waited_for(ANNA)
    assert {tiny(1).key} == set(engine.listed)


def test_the_oldest_runs_of_visitors_make_room_and_the_operators_stay(gate, engine):
    size = gate().predict(a_run(0).experiment).kept
    opened = gate(visitors_megabytes=2.5 * size / 2**20)
    store = engine.store
    store.put(a_run(9))
    for seed in range(4):
        run = a_run(seed)
        opened.train([run.experiment], ANNA)
        store.put(run)
        engine.end(run.key, used=0.1)
        opened.look_after()
    assert {a_run(seed).key for seed in (2, 3, 9)} == {row.key for row in store.summaries()}


def test_weights_above_a_size_are_not_counted_because_they_are_not_kept(gate):
    wide = Experiment.from_flat({"widths": "170", "head": "flatten", "hidden": 512, "epochs": 1})
    assert gate().predict(wide).kept < 20_000
    assert gate(weights_kilobytes=100_000).predict(wide).kept > 5_000_000
    with pytest.raises(RefusedError, match="weights of this size are not kept"):
        gate().train([wide], ANNA, with_weights=True)


def test_computations_wait_for_their_turn_and_stop_when_nobody_waits(gate, monkeypatch, away):
    opened = gate()
    begun, go_on = threading.Event(), threading.Event()
    order = []

    def computing(_store, requests, _workers, _on_done, *, permit, wanted):
        begun.set()
        order.extend(each.settings for each in requests)
        while not go_on.wait(0.01):
            if not wanted():
                raise EngineError("nobody waits")
        for each in requests:
            permit.on_end(each.id, 0.5)

    monkeypatch.setattr("core.hosting.gate.compute", computing)

    def ask(name, who):
        thread = threading.Thread(target=opened.compute, args=([second(name)], who))
        thread.start()
        return thread

    threads = [ask("anna's first", ANNA)]
    begun.wait(5)
    threads.append(ask("anna's second", ANNA))
    while len(opened.waited_for(ANNA)) < 2:
        time.sleep(0.01)
    threads.append(ask("ben's first", BEN))
    while not opened.waited_for(BEN):
        time.sleep(0.01)
    go_on.set()
    for each in threads:
        each.join(5)
    assert ["anna's first", "ben's first", "anna's second"] == order
    assert 1.0 == opened._ledger.account(ANNA).cookie.used

    go_on.clear()
    begun.clear()

    def ended():
        with pytest.raises(EngineError, match="nobody waits"):
            opened.compute([second("for nobody")], ANNA)

    last = threading.Thread(target=ended)
    last.start()
    begun.wait(5)
    away.add(ANNA)
    opened.look_after()
    time.sleep(0.01)
    opened.look_after()
    last.join(5)
    assert not last.is_alive()
    assert frozenset() == opened.waited_for(ANNA)


def test_loading_counts_what_it_took_and_is_refused_where_it_is_too_much(gate):
    opened = gate()
    with opened.loading(DataConfig(), ANNA):
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass
    assert 0.05 <= opened._ledger.account(ANNA).cookie.used < 5
    small = gate(run_megabytes=1)
    with pytest.raises(RefusedError), small.loading(DataConfig(dataset="cifar10"), ANNA):
        raise AssertionError("it is never loaded")


def test_on_ones_own_machine_everything_passes(home, engine):
    own = Gate(lambda: engine, Settings(home=home))
    assert own.refusal([HUGE], ANNA) is None
    own.train([HUGE], ANNA)
    assert {HUGE.key: None} == engine.permits
    assert not (home / "visitors.db").exists()
