"""Does the engine train each experiment once, report progress, and lose nothing?"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.config import Experiment
from core.data import load
from core.engine import (
    Engine,
    Job,
    JobState,
    close_shared_engine,
    cluster,
    expect_training,
    labels_of_test,
    shared_engine,
)
from core.engine.order import OnEnd, Order, Ticket, explain
from core.errors import DataError, EngineError, StoreError
from core.settings import PROJECT
from core.store import FullDiskError, RunStore
from core.training import train
from tests.processes import until, workers_of

WORKERS = 2

OUT_OF_MEMORY = (
    "the worker ran out of memory; use fewer workers, a smaller batch or narrower widths"
)

# starts its own engine, prints what became of the jobs, and forgets to close
SCRIPT = """
import json, sys
from core.config import Experiment
from core.engine import shared_engine

if __name__ == "__main__":
    engine = shared_engine()
    keys = engine.submit(Experiment.from_flat(json.loads(line)) for line in sys.argv[1:])
    jobs = [[job.key, job.state, job.cached, job.elsewhere] for job in engine.wait(keys)]
    print(json.dumps({"jobs": jobs, "modules": sorted(sys.modules)}))
"""

# eight threads ask for the same at once; how many trainings were sent out?
CROWD = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from core.config import Experiment
from core.engine import cluster, shared_engine

if __name__ == "__main__":
    sent, send, together = [], cluster.Cluster.train, Barrier(8)

    def counting(self, order, on_end):
        sent.append(order.experiment.key)
        return send(self, order, on_end)

    def ask(_):
        together.wait()
        [job] = engine.wait(engine.submit([Experiment.from_flat(json.loads(sys.argv[1]))]))
        return job.state

    cluster.Cluster.train = counting
    engine = shared_engine()
    with ThreadPoolExecutor(8) as threads:
        states = list(threads.map(ask, range(8)))
    print(json.dumps({"states": states, "trained": len(sent)}))
"""


def _no_labels(_data: object, _limit: object) -> bytes:
    """Raised in the other process, which finds it in this file."""
    raise DataError("mnist: not found")


def tiny(seed: int, **flat: Any) -> Experiment:
    """An experiment of milliseconds."""
    return Experiment.from_flat(
        {"epochs": 2, "train_size": 50, "widths": "4", "seed": seed, **flat}
    )


def endless(seed: int) -> Experiment:
    """An experiment that outlasts every test."""
    return tiny(seed, epochs=1000, train_size="all", widths="16,32")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("engine") / "runs.db")


@pytest.fixture(scope="module")
def shared(store: RunStore) -> Iterator[Engine]:
    with Engine(store, WORKERS) as engine:
        yield engine


@pytest.fixture
def engine(shared: Engine) -> Iterator[Engine]:
    """The engine of all tests, idle before and after each."""
    yield shared
    shared.cancel()
    shared.forget_ended()


def job_of(engine: Engine, key: str) -> Job:
    return next(job for job in engine.jobs() if job.key == key)


def run_script(tmp_path: Path, home: Path, experiments: list[Experiment]) -> subprocess.Popen[str]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, "-W", "error", script, *(json.dumps(e.to_flat()) for e in experiments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "POOLSCOPE_HOME": str(home),
            "POOLSCOPE_GALLERY": str(home / "none.db"),
            "POOLSCOPE_WORKERS": "1",
        },
    )


def in_worker(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have a function of this file sent to the workers as code: they cannot import this file."""
    function.__module__ = "__main__"
    return function


def test_several_experiments_are_trained_and_stored(engine: Engine, store: RunStore):
    experiments = [tiny(seed) for seed in range(5)]

    keys = engine.submit(experiments)
    jobs = engine.wait(keys)

    assert tuple(experiment.key for experiment in experiments) == keys
    assert [JobState.DONE] * 5 == [job.state for job in jobs]
    assert experiments == [store.get(key).experiment for key in keys]
    assert engine.ready


def test_an_ended_job_carries_the_figures_of_its_run(engine: Engine, store: RunStore):
    [key] = engine.submit([tiny(10)])
    [job] = engine.wait([key])

    run = store.get(key)
    assert run.seconds == job.seconds
    assert (2, 2) == (job.epoch, job.epochs)
    assert tuple(epoch.validation_accuracy for epoch in run.epochs) == job.validation_accuracy
    assert (False, False) == (job.cached, job.elsewhere)


def test_the_engine_gives_the_same_bits_as_a_direct_training(engine: Engine, store: RunStore):
    experiment = tiny(11, dropout="head", norm="batch")

    engine.wait(engine.submit([experiment]))

    direct = train(experiment)
    assert direct.weights == store.get(experiment.key).weights
    assert direct.predictions == store.get(experiment.key).predictions


def test_epochs_are_reported_one_by_one_while_a_training_runs(engine: Engine):
    seen: list[Job] = []

    engine.wait(engine.submit([tiny(12, epochs=30, train_size="all")]), seen.extend)

    running = [job.epoch for job in seen if job.state is JobState.RUNNING]
    assert sorted(running) == running
    assert len(set(running)) > 10
    assert all(len(job.validation_accuracy) == job.epoch for job in seen)


def test_networks_that_keep_checkpoints_are_seen_while_they_are_trained(engine: Engine):
    shown, other = (tiny(seed, epochs=60, train_size="all") for seed in (14, 15))
    seen: list[Job] = []
    engine.wait(engine.submit([shown, other], checkpoints=[shown.key]), seen.extend)
    newest = [job.newest for job in seen if job.newest and job.key == shown.key]
    steps = [each.step for each in newest]
    assert 0 == steps[0]
    assert sorted(steps) == steps
    assert len(set(steps)) > 1
    assert len({each.weights for each in newest}) == len(set(steps))
    assert not any(job.newest for job in seen if job.key == other.key or job.state.ended)


def test_a_duplicate_in_one_submission_is_one_job(engine: Engine):
    keys = engine.submit([tiny(13), tiny(14), tiny(13)])

    assert (tiny(13).key, tiny(14).key) == keys
    assert keys == tuple(job.key for job in engine.jobs())


def test_ten_threads_that_ask_for_one_experiment_cause_one_training(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    sent: list[str] = []
    send = cluster.Cluster.train

    def counting(self: cluster.Cluster, order: Order, on_end: OnEnd) -> Ticket:
        sent.append(order.experiment.key)
        return send(self, order, on_end)

    monkeypatch.setattr(cluster.Cluster, "train", counting)
    experiment = tiny(15)

    with ThreadPoolExecutor(10) as threads:
        jobs = list(threads.map(lambda _: engine.wait(engine.submit([experiment])), range(10)))

    assert [experiment.key] == sent
    assert {JobState.DONE} == {job.state for (job,) in jobs}


def test_workers_are_warmed_once_and_train_at_once(tmp_path: Path):
    others = workers_of(psutil.Process())
    with Engine(RunStore(tmp_path / "runs.db"), 1) as engine:
        assert not engine.ready
        for _ in range(3):
            engine.warm()
        until(lambda: engine.ready)
        engine.warm()
        workers = workers_of(psutil.Process())
        (job,) = engine.wait(engine.submit([tiny(16)]))
        assert JobState.DONE is job.state
        assert workers == workers_of(psutil.Process())
        assert 1 + len(others) == len(workers)
    engine.warm()
    assert others == workers_of(psutil.Process())


def test_a_scheduler_is_not_asked_before_something_is_to_be_trained(tmp_path: Path):
    with Engine(RunStore(tmp_path / "runs.db"), 1, "tcp://127.0.0.1:1") as engine:
        engine.warm()
        (job,) = engine.wait(engine.submit([tiny(17)]))
        assert "cannot be reached" in job.cause


def test_only_a_process_that_serves_pages_warms_its_workers():
    try:
        expect_training()
        assert not shared_engine().ready
        assert not shared_engine()._dispatcher.alive
    finally:
        close_shared_engine()


def test_a_run_of_the_store_is_done_at_once_and_starts_no_worker(tmp_path: Path):
    store = RunStore(tmp_path / "runs.db")
    store.put(train(tiny(0)))

    with Engine(store, WORKERS) as engine:
        keys = engine.submit([tiny(0)])
        [job] = engine.jobs()

        assert (JobState.DONE, True) == (job.state, job.cached)
        assert (job,) == engine.wait(keys)
        assert engine._dispatcher._cluster is engine._dispatcher._opening is None
        assert not engine.ready


def test_what_ran_before_is_cached_when_it_is_asked_for_again(engine: Engine):
    engine.wait(engine.submit([tiny(16)]))

    [job] = engine.wait(engine.submit([tiny(16)]))

    assert (JobState.DONE, True) == (job.state, job.cached)


def test_a_run_that_was_kept_without_weights_is_trained_again_where_they_are_needed(
    engine: Engine, store: RunStore
):
    experiment = tiny(31)
    (job,) = engine.wait(engine.submit([experiment]))
    whole = store.get(experiment.key)
    assert whole is not None
    store.delete([experiment.key])
    store.put(replace(whole, weights=b""))
    (job,) = engine.wait(engine.submit([experiment]))
    assert job.cached
    assert not store.weights(experiment.key)
    (job,) = engine.wait(engine.submit([experiment], with_weights=True))
    assert not job.cached
    assert whole.weights == store.weights(experiment.key)
    (job,) = engine.wait(engine.submit([experiment], with_weights=True))
    assert job.cached


def test_runs_that_are_named_keep_checkpoints_and_are_trained_again_for_them_only_where_asked(
    engine: Engine, store: RunStore
):
    kept, bare = tiny(32), tiny(33)
    engine.wait(engine.submit([kept, bare], checkpoints=[kept.key, "unknown"]))
    assert {kept.key} == store.checkpoint_steps([kept.key, bare.key]).keys()
    weights = store.weights(bare.key)
    (job,) = engine.wait(engine.submit([bare], checkpoints=[bare.key]))
    assert job.cached
    (job,) = engine.wait(engine.submit([bare], checkpoints=[bare.key], with_checkpoints=True))
    assert not job.cached
    assert (weights, True) == (store.weights(bare.key), bool(store.checkpoints(bare.key)))
    (job,) = engine.wait(engine.submit([bare], checkpoints=[bare.key], with_checkpoints=True))
    assert job.cached


def test_a_deleted_run_is_trained_again(engine: Engine, store: RunStore):
    [key] = engine.submit([tiny(17)])
    engine.wait([key])
    store.delete([key])

    [job] = engine.wait(engine.submit([tiny(17)]))

    assert (JobState.DONE, False) == (job.state, job.cached)
    assert {key} == store.present([key])


def test_cancelling_a_running_training_frees_its_worker_in_two_seconds_and_stores_nothing(
    engine: Engine, store: RunStore
):
    keys = engine.submit([endless(seed) for seed in range(WORKERS)])
    until(lambda: all(job.epoch > 1 for job in engine.jobs()))

    started = time.monotonic()
    engine.cancel()
    states = [job.state for job in engine.jobs()]
    [after] = engine.wait(engine.submit([tiny(18)]))
    seconds = time.monotonic() - started

    assert [JobState.CANCELLED] * WORKERS == states
    assert JobState.DONE is after.state
    assert seconds < 2
    assert set() == store.present(keys)


def test_cancelling_a_queued_job_leaves_the_running_ones_alone(engine: Engine):
    running = engine.submit([endless(seed) for seed in range(WORKERS)])
    [queued] = engine.submit([tiny(19)])
    until(lambda: all(job_of(engine, key).state is JobState.RUNNING for key in running))

    engine.cancel([queued])

    assert JobState.CANCELLED is job_of(engine, queued).state
    assert [JobState.RUNNING] * WORKERS == [job_of(engine, key).state for key in running]
    assert engine.active


def test_a_cancelled_experiment_can_be_asked_for_again_at_once(engine: Engine, store: RunStore):
    [key] = engine.submit([tiny(20, epochs=60, train_size=400)])
    until(lambda: job_of(engine, key).epoch > 1)
    engine.cancel([key])

    [job] = engine.wait(engine.submit([job_of(engine, key).experiment]))

    assert JobState.DONE is job.state
    assert train(job.experiment).weights == store.get(key).weights


def test_a_failed_training_tells_its_cause_and_succeeds_when_it_is_asked_for_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    flag = str(tmp_path / "failed-once")

    @in_worker
    def fails_once(job: Any, version: str) -> Any:
        from pathlib import Path

        from core.engine.worker import train_in_worker
        from core.errors import DataError

        if Path(flag).exists():
            return train_in_worker(job, version)
        Path(flag).touch()
        raise DataError("the images are not there; put them there")

    monkeypatch.setattr(cluster, "train_in_worker", fails_once)

    [failed] = engine.wait(engine.submit([tiny(21)]))
    [done] = engine.wait(engine.submit([tiny(21)]))

    assert (JobState.FAILED, "the images are not there; put them there") == (
        failed.state,
        failed.cause,
    )
    assert (JobState.DONE, "") == (done.state, done.cause)


def test_a_network_that_cannot_be_built_fails_alone_with_the_reason(engine: Engine):
    keys = engine.submit([tiny(22, widths="4,4,4,4,4"), tiny(22)])
    broken, sound = engine.wait(keys)

    assert JobState.FAILED is broken.state
    assert "block4" in broken.cause
    assert 1 == len(broken.cause.splitlines())
    assert JobState.DONE is sound.state


def test_a_run_that_cannot_be_stored_fails_with_the_reason_and_can_be_asked_for_again(
    engine: Engine, store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    def refuse(_run: object) -> bool:
        raise StoreError("the disk is full; make room")

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", refuse)
        [failed] = engine.wait(engine.submit([tiny(23)]))
    [done] = engine.wait(engine.submit([tiny(23)]))

    assert (JobState.FAILED, "the disk is full; make room") == (failed.state, failed.cause)
    assert JobState.DONE is done.state


def test_without_a_place_for_locks_a_job_fails_with_the_reason(tmp_path: Path):
    (tmp_path / "locks").write_text("a file where the folder should be")

    with Engine(RunStore(tmp_path / "runs.db"), WORKERS) as engine:
        [job] = engine.wait(engine.submit([tiny(0)]))

    assert JobState.FAILED is job.state
    assert job.cause.startswith(f"{tmp_path / 'locks'}: a lock cannot be created there")


def test_a_scheduler_that_does_not_answer_fails_its_jobs_with_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 0.5)
    address = "tcp://127.0.0.1:9"

    with Engine(RunStore(tmp_path / "runs.db"), WORKERS, address) as engine:
        jobs = engine.wait(engine.submit([tiny(0), tiny(1), tiny(2)]))

    assert [JobState.FAILED] * 3 == [job.state for job in jobs]
    [cause] = {job.cause for job in jobs}
    assert cause.startswith(f"the Dask scheduler at {address} cannot be reached")


def test_ended_jobs_are_forgotten_and_active_ones_are_not(engine: Engine):
    engine.wait(engine.submit([tiny(24)]))
    [running] = engine.submit([endless(24)])

    engine.forget_ended()

    assert [running] == [job.key for job in engine.jobs()]


def test_a_key_that_was_never_submitted_cannot_be_waited_for(engine: Engine):
    with pytest.raises(KeyError, match="0123456789abcdef"):
        engine.wait(["0123456789abcdef"])


def test_closing_while_the_workers_start_cancels_the_jobs_and_leaves_no_process(tmp_path: Path):
    before = set(workers_of(psutil.Process()))
    engine = Engine(RunStore(tmp_path / "runs.db"), 1)
    engine.submit([tiny(0)])

    engine.close()
    engine.close()

    assert [JobState.CANCELLED] == [job.state for job in engine.jobs()]
    until(lambda: set(workers_of(psutil.Process())) <= before, seconds=10)
    with pytest.raises(EngineError, match="the engine is closed"):
        engine.submit([tiny(0)])


def test_the_shared_engine_is_one_until_it_is_closed():
    first = shared_engine()
    assert first is shared_engine()

    close_shared_engine()
    second = shared_engine()
    close_shared_engine()

    assert first is not second


def test_the_labels_of_the_test_images_come_from_a_process_of_their_own(tmp_path: Path):
    found = labels_of_test(tiny(0).data)

    assert bytes(load(tiny(0).data).test.labels.tolist()) == found
    gone = tiny(0).data.model_copy(update={"dataset": "mnist"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOLSCOPE_DATA", str(tmp_path))
        patch.setattr("core.engine.process_pool._labels", _no_labels)
        with pytest.raises(DataError, match="mnist: not found"):
            labels_of_test(gone)


def test_importing_the_engine_imports_neither_torch_nor_dask():
    heavy = {"torch", "dask", "distributed", "sklearn"}
    code = f"import sys, core.engine; print({heavy} & set(sys.modules))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()" == found.stdout.strip()


def test_two_processes_with_one_store_train_each_experiment_once(tmp_path: Path):
    experiments = [tiny(seed) for seed in range(6)]
    home = tmp_path / "both"

    processes = [
        run_script(tmp_path, home, experiments),
        run_script(tmp_path, home, experiments[::-1]),
    ]
    outputs = [process.communicate(timeout=120) for process in processes]

    # warnings are errors there, and a program that forgets to close ends silently
    assert ["", ""] == [stderr for _, stderr in outputs]
    answers = [json.loads(stdout) for stdout, _ in outputs]
    jobs = [job for answer in answers for job in answer["jobs"]]
    assert ["done"] * 12 == [state for _, state, _, _ in jobs]
    trained = [key for key, _, cached, elsewhere in jobs if not cached and not elsewhere]
    assert sorted(experiment.key for experiment in experiments) == sorted(trained)
    # what a training needs stays in the workers
    assert set() == {"torch", "sklearn"} & {name for a in answers for name in a["modules"]}


def test_two_processes_with_eight_threads_each_that_ask_at_once_cause_one_training(tmp_path: Path):
    script = tmp_path / "crowd.py"
    script.write_text(CROWD)
    home = tmp_path / "crowd"
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "POOLSCOPE_HOME": str(home),
        "POOLSCOPE_GALLERY": str(home / "none.db"),
        "POOLSCOPE_WORKERS": "1",
    }
    command = [sys.executable, "-W", "error", script, json.dumps(tiny(0).to_flat())]
    crowds = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    answers = [json.loads(crowd.communicate(timeout=120)[0]) for crowd in crowds]

    assert ["done"] * 16 == [state for answer in answers for state in answer["states"]]
    assert 1 == sum(answer["trained"] for answer in answers)


def test_a_training_whose_worker_is_killed_runs_again(
    engine: Engine, store: RunStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    flag = str(tmp_path / "trained-once")

    @in_worker
    def lingers_once(job: Any, version: str) -> Any:
        import time
        from pathlib import Path

        from core.engine.worker import train_in_worker

        again = Path(flag).exists()
        Path(flag).touch()
        run = train_in_worker(job, version)
        if not again:
            # does not end by itself, however fast the machine is
            time.sleep(600)
        return run

    monkeypatch.setattr(cluster, "train_in_worker", lingers_once)
    experiment = tiny(25, epochs=5)
    [key] = engine.submit([experiment])
    until(lambda: job_of(engine, key).epoch > 1)

    epochs = [job_of(engine, key).epoch]
    for process in workers_of(psutil.Process()):
        process.send_signal(signal.SIGKILL)
    [job] = engine.wait([key], lambda jobs: epochs.append(jobs[0].epoch))

    assert JobState.DONE is job.state
    assert sorted(epochs) != epochs
    assert train(experiment).weights == store.get(key).weights


def test_a_training_under_which_three_workers_die_has_failed_and_the_engine_goes_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    log = tmp_path / "deaths"

    @in_worker
    def die(job: Any, version: str) -> None:
        import os
        import signal

        with open(path, "a") as file:  # noqa: PTH123
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)

    path = str(log)
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "train_in_worker", die)
        [killed] = engine.wait(engine.submit([tiny(26)]))
    [sound] = engine.wait(engine.submit([tiny(26)]))

    assert "xxx" == log.read_text()
    assert JobState.FAILED is killed.state
    assert killed.cause.startswith("3 worker processes died while training it")
    assert JobState.DONE is sound.state


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), OUT_OF_MEMORY),
        (EngineError("no network"), "no network"),
        (ValueError("first\nsecond"), "ValueError: first"),
        (KeyError(), "KeyError"),
    ],
)
def test_a_failure_is_explained_in_one_sentence(error, expected):
    assert expected == explain(error)


def test_on_a_full_disk_nothing_more_is_trained_that_could_not_be_kept(tmp_path, monkeypatch):
    trained = []

    def put(store, run):
        trained.append(run.key)
        raise FullDiskError("the disk is full")

    monkeypatch.setattr(RunStore, "put", put)
    with Engine(RunStore(tmp_path / "runs.db"), 1) as engine:
        jobs = engine.wait(engine.submit(tiny(seed) for seed in range(5)))
    assert 1 == len(trained)
    assert [(JobState.FAILED, "the disk is full")] * 5 == [(job.state, job.cause) for job in jobs]
