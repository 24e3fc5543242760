"""What is missing, the button that trains it, and the progress of what is being trained.

Training happens in the engine's workers. Pages only ask; the work outlives the session.
"""

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from core import settings
from core.comparison import Arm, Results
from core.comparison.estimate import START_SECONDS, Estimate, Progress, estimate, time_left
from core.config import Experiment
from core.engine import Job, JobState, shared_engine
from core.hosting.gate import RefusedError
from core.run import Run
from core.words import about, join, literal, plural, shortest
from pages.shared import cached, gate
from pages.shared.problems import explained

POLL_SECONDS = 1.0
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


def expected(missing: tuple[Experiment, ...]) -> Estimate | None:
    """Time for the missing runs on this machine's workers."""
    return estimate(missing, cached.rates(), settings.load().workers, start=_start())


def _start() -> float:
    """Seconds until a run begins, once it is its turn."""
    engine = shared_engine()
    return 0.0 if engine.active or engine.ready else START_SECONDS


def missing_runs(results: Results) -> None:
    """Name what is not trained yet, with a button that trains exactly that."""
    missing = not_asked_for(results.missing)
    if not missing:
        return
    known = expected(missing)
    time = f", {about(known.text)}" if known else ""
    total = len(results.comparison.experiments)
    with st.container(horizontal=True, vertical_alignment="center", width="content", key="missing"):
        st.markdown(f"**{len(missing)} of {total} runs missing**{time}", width="content")
        train_button(missing)


def not_asked_for(missing: tuple[Experiment, ...]) -> tuple[Experiment, ...]:
    """Those of the missing runs that nobody has asked the engine for."""
    asked = {job.key for job in shared_engine().jobs() if job.state in ACTIVE}
    return tuple(experiment for experiment in missing if experiment.key not in asked)


def refreshed(draw: Callable[[], None]) -> Callable[[], None]:
    """A part of a page that is drawn again every second while anything is trained."""

    def part() -> None:
        # between two draws of the page, this runs by itself
        with explained():
            draw()

    run_every = POLL_SECONDS if shared_engine().active else None
    again: Callable[[], None] = st.fragment(part, run_every=run_every)
    return again


def waiting() -> int:
    """How many runs wait for a worker."""
    return sum(job.state is JobState.QUEUED for job in shared_engine().jobs())


def train_button(missing: tuple[Experiment, ...]) -> None:
    """Ask the engine for the missing runs, if there are any."""
    count = len(missing)
    if not count:
        return
    reason = gate.refusal(missing)
    st.button(
        f"Train the {count} missing runs" if count > 1 else "Train the missing run",
        icon=":material/play_arrow:",
        key="train_missing",
        on_click=_submit,
        args=(missing,),
        disabled=reason is not None,
    )
    if reason:
        st.caption(literal(f"{reason[:1].upper()}{reason[1:]}."))


def _submit(
    missing: tuple[Experiment, ...], *, with_weights: bool = False, with_checkpoints: bool = False
) -> None:
    engine = shared_engine()
    if not engine.active:
        # progress counts what is asked for from here on
        engine.forget_ended()
    with suppress(RefusedError):
        # if not, the button was drawn before something else changed
        gate.train(missing, with_weights=with_weights, with_checkpoints=with_checkpoints)
        st.session_state["asked"] = frozenset(each.key for each in missing)
        st.session_state.pop("cancelled", None)


def train_again(bare: tuple[Experiment, ...]) -> None:
    """Say which networks were kept without weights, and offer to train them again."""
    said = "**The weights of {} were not stored.** Train again to look inside"
    _again(bare, said, "train_again", "with_weights")


def record(lacking: tuple[Experiment, ...]) -> None:
    """Say which networks have no checkpoints, and offer to train them again."""
    # a hosted dashboard keeps none
    if not settings.load().hosted:
        said = "**No checkpoints of {}.** Train again to watch the networks learn"
        _again(lacking, said, "record", "with_checkpoints")


def _again(lacking: tuple[Experiment, ...], said: str, key: str, wanted: str) -> None:
    """Offer to train networks again.

    Args:
        lacking: what is trained again.
        said: why, with a place for the names of the networks.
        key: of the button.
        wanted: what the runs have then, as `_submit` takes it.
    """
    missing = not_asked_for(lacking)
    if not missing:
        return
    known = expected(missing)
    time = f", {about(known.text)}" if known else ""
    names = join(list(dict.fromkeys(Arm(experiment).label for experiment in missing)))
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key} of"):
        st.markdown(f"{said.format(names)}{time}:", width="content")
        reason = gate.refusal(missing)
        st.button(
            "Train again",
            icon=":material/play_arrow:",
            key=key,
            on_click=_submit,
            args=(missing,),
            kwargs={wanted: True},
            disabled=reason is not None,
            help=literal(reason) if reason else None,
        )


def watch() -> None:
    """Show what is being trained, refreshed while anything runs; redraw the page as runs end."""
    active = shared_engine().active
    st.session_state["was_training"] = active, _waits()
    st.session_state["runs_drawn"] = _done()
    st.fragment(_panel, run_every=POLL_SECONDS if active else None)()


def _panel() -> None:
    engine = shared_engine()
    jobs = [job for job in engine.jobs() if not job.cached]
    was_active, waited = st.session_state["was_training"]
    # a visitor's own runs are shown when they are there, whoever else is still waiting
    over = (was_active and not engine.active) or (waited and not _waits())
    if over or fills_in(_done(), st.session_state["runs_drawn"]):
        st.rerun()
    # between two draws of the page, this runs by itself
    with explained():
        failures(jobs)
        if said := st.session_state.get("cancelled"):
            st.info(said, icon=":material/stop_circle:")
        if engine.active:
            with st.container(border=True, key="training"):
                _progress(jobs)


def fills_in(done: int, drawn: int) -> bool:
    """Whether the page is drawn again: with the first run, then whenever there are twice as many.

    Each time would be too often: figures move, and an open dialog closes.
    """
    return done > 0 and done >= 2 * drawn


def _done() -> int:
    """How many of the runs that this visitor asked for have ended well."""
    asked = _asked()
    return sum(job.key in asked for job in shared_engine().jobs() if job.state is JobState.DONE)


def _waits() -> bool:
    """Whether anything that this visitor asked for is not done."""
    asked = _asked()
    return any(job.key in asked for job in shared_engine().jobs() if job.state in ACTIVE)


def _asked() -> frozenset[str]:
    """Keys that this visitor asked for, in this tab or another one."""
    asked: frozenset[str] = st.session_state.get("asked", frozenset())
    return asked | gate.waited_for()


def _progress(jobs: list[Job]) -> None:
    ended = [job for job in jobs if job.state not in ACTIVE]
    running = [job for job in jobs if job.state is JobState.RUNNING]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**Training** :gray[{len(ended)} of {len(jobs)} done{_time_left(jobs)}{_place(jobs)}]",
            width="stretch",
        )
        st.button(
            "Cancel",
            icon=":material/stop:",
            type="tertiary",
            key="cancel_training",
            on_click=_cancel,
        )
    st.progress(sum(_fraction(job) for job in jobs) / max(len(jobs), 1))
    if not running:
        st.caption("Starting the workers…")
        return
    st.dataframe(
        [_row(job) for job in running],
        hide_index=True,
        column_config={
            "progress": st.column_config.ProgressColumn(format="percent", max_value=1.0),
            "validation %": st.column_config.LineChartColumn(y_min=0, y_max=100),
        },
        key="running",
    )


def _cancel() -> None:
    """Cancel everything; of a hosted dashboard's visitors each only their own."""
    engine = shared_engine()
    jobs = [job for job in engine.jobs() if not job.cached]
    if settings.load().hosted:
        asked = gate.cancel()
        jobs = [job for job in jobs if job.key in asked | _asked()]
    else:
        engine.cancel()
    kept = sum(job.state is JobState.DONE for job in jobs)
    stopped = sum(job.state in ACTIVE for job in jobs)
    st.session_state["cancelled"] = (
        f"{stopped} {plural('run', stopped)} cancelled; {kept} {'was' if kept == 1 else 'were'} "
        f"finished before and {'is' if kept == 1 else 'are'} kept."
        if kept
        else f"{stopped} {plural('run', stopped)} cancelled; none was finished before."
    )


def _place(jobs: list[Job]) -> str:
    """How many runs of others come before a visitor's own."""
    asked = _asked()
    waiting = [job.key for job in jobs if job.state is JobState.QUEUED]
    mine = [number for number, key in enumerate(waiting) if key in asked]
    begun = any(job.key in asked for job in jobs if job.state is JobState.RUNNING)
    if not settings.load().hosted or not mine or begun:
        return ""
    return f", {mine[0]} {plural('run', mine[0])} before yours" if mine[0] else ", yours is next"


def _row(job: Job) -> dict[str, object]:
    return {
        "run": Arm(job.experiment).label,
        "seed": job.experiment.seed,
        "epoch": f"{job.epoch} / {job.epochs}",
        "progress": _fraction(job),
        "validation %": [100 * value for value in job.validation_accuracy],
    }


def _fraction(job: Job) -> float:
    if job.state is JobState.QUEUED:
        return 0.0
    return job.epoch / job.epochs if job.state is JobState.RUNNING else 1.0


def _time_left(jobs: list[Job]) -> str:
    request = [
        # what was cancelled or failed took no whole training
        Progress(
            job.experiment, _fraction(job), job.seconds if job.state is JobState.DONE else None
        )
        for job in jobs
    ]
    start = 0.0 if shared_engine().ready else START_SECONDS
    known = time_left(request, cached.rates(), settings.load().workers, start)
    return f", {about(known.text)} left" if known else ""


def failures(jobs: list[Job]) -> None:
    """One sentence per cause of failure."""
    failed = [job for job in jobs if job.state is JobState.FAILED]
    for cause in dict.fromkeys(job.cause for job in failed):
        count = sum(job.cause == cause for job in failed)
        st.error(
            f"{count} {plural('run', count)} failed: {literal(cause)}",
            icon=":material/error:",
        )


def diverged(runs: tuple[Run, ...]) -> None:
    """One sentence per run whose loss stopped being finite."""
    for run in runs:
        st.error(
            f"Seed {run.experiment.seed} of {Arm(run.experiment).label} stopped: the loss became "
            f"infinite in epoch {len(run.epochs) + 1} (learning rate "
            f"{shortest(run.experiment.hyperparameters.lr)}). Lower the rate and train it again.",
            icon=":material/error:",
        )
