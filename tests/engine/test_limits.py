"""Does a computation end at its limit, whatever it does?"""

import time

import pytest

from core.analyses import Request
from core.analyses.fact import Fact
from core.config import Experiment
from core.engine import (
    Engine,
    JobState,
    Limit,
    Permit,
    compute,
    demand_permits,
    labels_of_test,
    waive_permits,
)
from core.engine.limits import enforced
from core.errors import EngineError
from core.network.work import Work
from core.store import RunStore

ROOM = 2**32


class Endless(Request[Fact]):
    """Computes until somebody ends it, without ever asking whether it should."""

    kind = "endless"
    result = Fact
    work = Work(macs=1.0)

    def compute(self, weights):  # noqa: ARG002
        while True:
            sum(range(1_000_000))


class Greedy(Request[Fact]):
    """Takes ever more memory."""

    kind = "greedy"
    result = Fact
    work = Work(macs=1.0)

    def compute(self, weights):  # noqa: ARG002
        import torch

        held = []
        while True:
            held.append(torch.ones(2**22))


@pytest.fixture
def used():
    return {}


def bounded(request, used, seconds=0.5, memory=ROOM):
    return Permit(
        limits={request.id: Limit(seconds=seconds, memory=memory)}, on_end=used.__setitem__
    )


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs.db")


def test_what_takes_too_long_is_ended_by_the_kernel(store, used):
    request = Endless()
    with pytest.raises(EngineError, match="it took too long, or ran out of memory"):
        compute(store, [request], 1, permit=bounded(request, used))
    # what it took is told, whatever came of it
    assert used[request.id] > 0.5


def test_what_takes_too_much_memory_is_told_so(store, used):
    request = Greedy()
    with pytest.raises(EngineError, match="more memory than the 300 MB"):
        compute(store, [request], 1, permit=bounded(request, used, 60.0, 300 * 2**20))
    assert used[request.id] > 0


def test_what_nobody_wants_any_more_is_ended(store, used):
    request = Endless()
    began = time.monotonic()
    with pytest.raises(EngineError, match="nobody waits"):
        compute(
            store,
            [request],
            1,
            permit=bounded(request, used, 600.0),
            wanted=lambda: time.monotonic() < began + 1.0,
        )
    # long before its limit
    assert time.monotonic() < began + 300.0
    assert used[request.id] > 0.5


def test_the_question_says_when_the_time_is_over():
    with (
        enforced(Limit(seconds=0.05, memory=ROOM)) as question,
        pytest.raises(EngineError, match="twice what was predicted"),
    ):
        _ask_for_ever(question)


def _ask_for_ever(question):
    while True:
        question()


def test_afterwards_there_is_no_limit():
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_DATA)
    with enforced(Limit(seconds=100.0, memory=ROOM)):
        assert before != resource.getrlimit(resource.RLIMIT_DATA)
        assert 0 < signal.getitimer(signal.ITIMER_PROF)[0] < 200
    assert before == resource.getrlimit(resource.RLIMIT_DATA)
    assert (0.0, 0.0) == signal.getitimer(signal.ITIMER_PROF)


@pytest.fixture
def demanding():
    demand_permits()
    yield
    waive_permits()


@pytest.mark.usefixtures("demanding")
def test_a_process_that_demands_permits_computes_nothing_without_one(store):
    experiment = Experiment.from_flat({})
    with pytest.raises(EngineError, match="without a permit"):
        compute(store, [Endless()], 1)
    with pytest.raises(EngineError, match="without a permit"):
        labels_of_test(experiment.data)
    with Engine(store, 1) as engine:
        with pytest.raises(EngineError, match="without a permit"):
            engine.submit([experiment])
        assert () == engine.jobs()


class Careless(Request[Fact]):
    """Does not say its work."""

    kind = "careless"
    result = Fact

    def compute(self, weights):  # noqa: ARG002
        return Fact(holds=True, sentence="")


def test_a_computation_that_does_not_say_its_work_cannot_be_made():
    with pytest.raises(TypeError, match=r"abstract method '?work"):
        Careless()


def tiny(seed, **flat):
    return Experiment.from_flat(
        {"epochs": 1, "train_size": 30, "widths": "4", **flat, "seed": seed}
    )


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("limits") / "runs.db")
    with Engine(store, 1, deaths=1) as engine:
        yield engine


def test_a_training_ends_at_its_limit_and_says_so(engine, used):
    long = tiny(1, epochs=1000, train_size="all", widths="16,32")
    permit = Permit(limits={long.key: Limit(seconds=0.5, memory=ROOM)}, on_end=used.__setitem__)
    (job,) = engine.wait(engine.submit([long], permit=permit))
    assert JobState.FAILED is job.state
    assert "twice what was predicted" in job.cause
    assert 0.3 < job.used == used[long.key]


def test_smaller_ranks_go_first(engine):
    behind, ahead = tiny(2), tiny(3)
    # keeps the only worker until the others wait
    first = tiny(4, epochs=1000, train_size="all", widths="16,32")
    ended = []

    def permit(experiment, rank):
        return Permit(ranks={experiment.key: rank}, on_end=lambda key, _: ended.append(key))

    engine.submit([first], permit=permit(first, (1, 0.0)))
    keys = [
        *engine.submit([behind], permit=permit(behind, (2, 0.0))),
        *engine.submit([ahead], permit=permit(ahead, (1, 9.0))),
    ]
    engine.cancel([first.key])
    engine.wait(keys)
    assert [first.key, ahead.key, behind.key] == ended


def test_larger_weights_are_not_kept(engine):
    experiment = tiny(5)
    engine.wait(engine.submit([experiment], permit=Permit(most_weights=100)))
    assert b"" == engine._dispatcher._store.weights(experiment.key)


def test_who_joins_a_training_has_it_for_nothing(engine, used):
    long = tiny(6, epochs=1000, train_size="all", widths="16,32")
    engine.submit([long])
    engine.submit([long], permit=Permit(on_end=used.__setitem__))
    assert {long.key: 0.0} == used
    engine.cancel()
