"""`train`: train one network, or return its stored run."""

from typing import Any

from core.cli.app import Json, app, open_store
from core.cli.flags import with_experiment
from core.cli.report import accuracy, document, facts, say
from core.cli.trainings import (
    OnDevice,
    Recorded,
    Scheduler,
    lacking,
    recording_of,
    settings_with,
)
from core.cli.workers import train_or_stop
from core.config import Experiment
from core.engine import Job
from core.errors import EngineError
from core.network import describe
from core.run import Run, Status
from core.store import RunStore


@app.command("train")
@with_experiment
def train(
    experiment: Experiment,
    scheduler: Scheduler = None,
    device: OnDevice = None,
    checkpoints: Recorded = None,
    as_json: Json = False,
) -> None:
    """Train one network, or return the stored run of the same experiment."""
    describe(experiment)
    store = open_store()
    key, cached = experiment.key, True
    run = store.runs([key]).get(key)
    recording = recording_of([experiment], checkpoints)
    if run is None or lacking(recording, store):
        chosen = settings_with(workers=1, scheduler=scheduler, device=device)
        (job,) = train_or_stop([experiment], store, chosen, recording=recording)
        cached = job.cached or job.elsewhere
        run = _run_of(job, store)
    answer = _answer(run, cached=cached)
    if as_json:
        document(answer)
    else:
        shown = ("train_accuracy", "validation_accuracy", "test_accuracy")
        facts(answer | {name: accuracy(answer[name]) for name in shown})
    if run.status is Status.DIVERGED:
        say(f"run {key} diverged: its loss stopped being finite; try a smaller --lr")


def _run_of(job: Job, store: RunStore) -> Run:
    """The run that a job stored.

    Raises:
        EngineError: the training failed; the message is its cause.
    """
    run = store.runs([job.key]).get(job.key)
    if run is None:
        raise EngineError(job.cause or f"run {job.key} ended as {job.state} and stored nothing")
    return run


def _answer(run: Run, *, cached: bool) -> dict[str, Any]:
    return {
        "key": run.key,
        "cached": cached,
        "seconds": run.seconds,
        "parameters": run.parameters,
        "train_accuracy": run.train_accuracy,
        "validation_accuracy": run.validation_accuracy,
        "test_accuracy": run.test_accuracy,
        "status": run.status,
    }
