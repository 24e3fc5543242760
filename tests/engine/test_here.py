"""Does an engine without workers train in this process, to the same bits, and stop when asked?"""

from dataclasses import replace

import psutil
import pytest

import core.training
from core.config import Experiment
from core.engine import Engine, JobState, Limit, Permit
from core.errors import DataError
from core.store import RunStore
from core.training import train
from tests.processes import until

SMALL = {"dataset": "digits", "epochs": 2, "train_size": 100, "widths": "4,4"}


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs.db")


def _of(seed, **flat):
    return Experiment.from_flat({**SMALL, "seed": seed, **flat})


def _lasting(run):
    """What of a run does not depend on when and where it was made."""
    epochs = tuple(replace(epoch, seconds=0) for epoch in run.epochs)
    return epochs, run.test_accuracy, run.predictions, run.weights, run.checkpoints


def test_runs_have_the_bits_of_a_training_and_no_process_is_started(store):
    asked = [_of(0), _of(1, pooling="stochastic", dropout="head")]
    kept = [each.key for each in asked]
    before = psutil.Process().children(recursive=True)
    with Engine(store, 0) as engine:
        jobs = engine.wait(engine.submit(asked, checkpoints=kept))
        assert before == psutil.Process().children(recursive=True)
    assert [JobState.DONE] * 2 == [job.state for job in jobs]
    assert [2, 2] == [len(job.curve) for job in jobs]
    for experiment in asked:
        assert _lasting(store.get(experiment.key)) == _lasting(train(experiment, checkpoints=True))


def test_a_training_that_is_cancelled_leaves_no_run(store):
    with Engine(store, 0) as engine:
        [key] = engine.submit([_of(2, epochs=300)])
        until(lambda: engine.jobs()[0].epoch)
        engine.cancel()
        [job] = engine.wait([key])
        assert JobState.CANCELLED is job.state
        # the next one does not wait for it
        [after] = engine.wait(engine.submit([_of(3)]))
        assert JobState.DONE is after.state
    assert {_of(3).key} == store.present([_of(2).key, _of(3).key])


def test_closing_stops_what_is_being_trained(store):
    with Engine(store, 0) as engine:
        engine.submit([_of(4, epochs=300)])
        until(lambda: engine.jobs()[0].epoch)
    assert JobState.CANCELLED is engine.jobs()[0].state
    assert set() == store.present([_of(4).key])


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (DataError("digits: the file is damaged"), "digits: the file is damaged"),
        (MemoryError(), "out of memory"),
        (RuntimeError("one\ntwo"), "RuntimeError: one"),
    ],
)
def test_a_training_that_fails_says_why(store, monkeypatch, error, cause):
    def fail(*_arguments, **_named):
        raise error

    monkeypatch.setattr(core.training, "train", fail)
    with Engine(store, 0) as engine:
        [job] = engine.wait(engine.submit([_of(5)]))
    assert JobState.FAILED is job.state
    assert cause in job.cause


def test_a_limit_is_refused_since_only_a_worker_can_be_ended(store):
    permit = Permit(limits={_of(6).key: Limit(seconds=1.0, memory=2**30)})
    with Engine(store, 0) as engine:
        [job] = engine.wait(engine.submit([_of(6)], permit=permit))
    assert JobState.FAILED is job.state
    assert "limit" in job.cause


def test_without_pytorch_it_says_how_to_install_it(store, monkeypatch):
    monkeypatch.setattr("core.settings.has_torch", lambda: False)
    with Engine(store, 0) as engine:
        [job] = engine.wait(engine.submit([_of(7)]))
    assert JobState.FAILED is job.state
    assert "PyTorch" in job.cause
