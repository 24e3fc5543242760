"""What is missing, the button that trains it, and what became of it.

Training happens in the engine's workers. Pages only ask; the work outlives the session.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import ParamSpec

import streamlit as st

from core import settings
from core.comparison import Arm, Results
from core.comparison.estimate import START_SECONDS, Estimate, Progress, estimate, time_left
from core.config import Experiment
from core.engine import Job, JobState, expect_training, shared_engine
from core.hosting.gate import RefusedError
from core.run import Run
from core.words import about, join, literal, plural, shortest
from pages.shared import cached, gate
from pages.shared.problems import explained, sentence

P = ParamSpec("P")
POLL_SECONDS = 0.6
"""between two drawings of what is trained; a point is on the page within a second of the worker's
having it"""
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


def expected(missing: tuple[Experiment, ...]) -> Estimate | None:
    """Time for the missing runs on this machine; None if it is unknown, or nothing trains."""
    if gate.left_out(missing):
        return None
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
    active = {job.key for job in shared_engine().jobs() if job.state in ACTIVE}
    return tuple(experiment for experiment in missing if experiment.key not in active)


def refreshed(draw: Callable[[], None]) -> Callable[[], None]:
    """A part of a page that is drawn again and again while anything is trained."""

    def part() -> None:
        # between two draws of the page, this runs by itself
        with explained():
            draw()

    return by_itself(part, POLL_SECONDS if shared_engine().active else None)


def by_itself(draw: Callable[P, None], every: float | None) -> Callable[P, None]:
    """A part of a page that is drawn again by itself, in a place that the page has made.

    Of a page that was just drawn, Streamlit leaves out what it has not sent yet of parts that are
    drawn again at once. If such a part were its own place, all below it would move up, and its
    next drawing would have no place any more: the browser then shows a white page.

    Args:
        draw: draws it.
        every: seconds from one drawing to the next; None for never.
    """
    fragment = st.fragment(draw, run_every=every)

    def placed(*args: P.args, **how: P.kwargs) -> None:
        with st.container():
            fragment(*args, **how)

    return placed


def train_button(
    missing: tuple[Experiment, ...], label: str | None = None, key: str = "train_missing"
) -> None:
    """Ask the engine for the missing runs, if there are any.

    Args:
        missing: what is trained.
        label: of the button; without it, how many runs are missing.
        key: of the button.
    """
    count = len(missing)
    if not count or _left_out(missing):
        return
    reason = gate.refusal(missing)
    if not reason:
        expect_training()
    usual = f"Train the {count} missing runs" if count > 1 else "Train the missing run"
    st.button(
        label or usual,
        icon=":material/play_arrow:",
        key=key,
        on_click=_submit,
        args=(missing,),
        disabled=reason is not None,
    )
    if reason:
        st.caption(sentence(reason))


def _left_out(missing: tuple[Experiment, ...]) -> bool:
    """Say in place of a button that this installation trains nothing; whether it does not."""
    reason = gate.left_out(missing)
    if reason:
        st.caption(sentence(reason))
    return reason is not None


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
        if _left_out(missing):
            return
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


def outcome() -> None:
    """Say what has failed, and what a cancel has kept."""
    failures(requested())
    if said := _cancelled():
        st.info(said, icon=":material/stop_circle:")


def requested() -> list[Job]:
    """The jobs of what is being trained, or was trained last, without those only looked up."""
    return [job for job in shared_engine().jobs() if not job.cached]


def fills_in(done: int, drawn: int) -> bool:
    """Whether the page is drawn again: with the first run, then whenever there are twice as many.

    Each time would be too often: figures move, and an open dialog closes.
    """
    return done > 0 and done >= 2 * drawn


def waits() -> bool:
    """Whether anything that this visitor asked for is not done."""
    mine = asked()
    return any(job.key in mine for job in shared_engine().jobs() if job.state in ACTIVE)


def asked() -> frozenset[str]:
    """Keys that this visitor asked for, in this tab or another one."""
    keys: frozenset[str] = st.session_state.get("asked", frozenset())
    return keys | gate.waited_for()


def cancel() -> None:
    """Cancel everything; of a hosted dashboard's visitors each only their own."""
    engine = shared_engine()
    ending = [job.key for job in requested() if job.state in ACTIVE]
    if settings.load().hosted:
        ending = list(gate.cancel())
    else:
        engine.cancel()
    note_cancelled(ending)


def note_cancelled(keys: Iterable[str]) -> None:
    """Remember whose end this visitor is told about."""
    st.session_state["cancelled"] = frozenset(keys)


def _cancelled() -> str | None:
    """What was stopped, and what is kept; None if nothing was, or it is trained again."""
    keys: frozenset[str] = st.session_state.get("cancelled", frozenset())
    jobs = requested()
    stopped = sum(job.key in keys for job in jobs if job.state is JobState.CANCELLED)
    if not stopped:
        return None
    if settings.load().hosted:
        mine = keys | asked()
        jobs = [job for job in jobs if job.key in mine]
    kept = sum(job.state is JobState.DONE for job in jobs)
    runs = f"{stopped} {plural('run', stopped)} cancelled"
    if not kept:
        return f"{runs}; none was finished before."
    was, is_ = ("was", "is") if kept == 1 else ("were", "are")
    return f"{runs}; {kept} {was} finished before and {is_} kept."


def fraction(job: Job) -> float:
    """The fraction of a job that is done; all of it once it has ended, however it ended."""
    if job.state is JobState.QUEUED:
        return 0.0
    return job.epoch / job.epochs if job.state is JobState.RUNNING else 1.0


def remaining(jobs: Sequence[Job]) -> Estimate | None:
    """Time until all of some jobs have ended; None if none is left, or no rate is known."""
    request = [
        # what was cancelled or failed took no whole training
        Progress(job.experiment, fraction(job), job.seconds if job.state is JobState.DONE else None)
        for job in jobs
    ]
    start = 0.0 if shared_engine().ready else START_SECONDS
    return time_left(request, cached.rates(), settings.load().workers, start)


def failures(jobs: Sequence[Job]) -> None:
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
