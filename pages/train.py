"""Train: which runs are missing, how long will they take, and how do they learn?"""

from functools import partial

import streamlit as st

from core import settings
from core.catalog import PAGES, Page
from core.comparison import Arm, Results
from core.comparison.estimate import Estimate
from core.config import Experiment
from core.engine import Job, JobState
from core.figures import View
from core.sentences.headlines import train_headline
from core.words import about, capitalised, plural
from pages.shared import cached, controls, frame, gate, jobs, live, words


def main() -> None:
    """Draw the page."""
    jobs.refreshed(_how_far)()
    results = cached.results(controls.comparison())
    with st.container(horizontal=True, vertical_alignment="center", key="next steps"):
        jobs.train_button(jobs.not_asked_for(results.missing))
        if results.runs:
            _to_the_result(results)
    jobs.diverged(results.diverged)
    # one part for both: each part that is drawn again by itself costs a run of the script
    jobs.refreshed(partial(_learning, results))()


def _how_far() -> None:
    """Draw what is missing and how long it takes; redrawn while anything is training."""
    results = cached.results(controls.comparison())
    missing, total = len(results.missing), len(results.comparison.experiments)
    training = missing > 0 and not jobs.not_asked_for(results.missing)
    request = jobs.requested()
    known = jobs.remaining(request) if training else jobs.expected(results.missing)
    words.again()
    frame.top(
        "Train: what is missing, and how long will it take?",
        train_headline(
            missing,
            total,
            known.text if known else None,
            training=training,
            trains=gate.left_out(results.missing) is None,
        ),
        frame.scene(results),
    )
    with st.grid(3, min_column_width=210):
        _tile("Trained", f"{total - missing:,}", f"of {total:,}")
        _time(known, results.missing, training=training)
        if waiting := sum(job.state is JobState.QUEUED for job in request):
            _tile("Queue", f"{waiting:,}", f"{plural('run', waiting)} waiting for a worker")


def _time(known: Estimate | None, missing: tuple[Experiment, ...], *, training: bool) -> None:
    """Draw how long what is missing takes, or what is being trained will still take."""
    workers = settings.load().workers
    _tile(
        "Time left" if training else "Estimate",
        capitalised(about(known.text)) if known else "–",
        f"{workers} {plural('worker', workers)}, {known.per_run:.1f} s per run"
        if known
        else _why(missing),
        help_="Measured on earlier runs on this machine, or else on the bundled runs, and scaled "
        "by the work of each run: operations, images, steps and epochs.",
    )


def _tile(label: str, value: str, below: str, help_: str | None = None) -> None:
    st.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, help=help_)


def _why(missing: tuple[Experiment, ...]) -> str:
    if gate.left_out(missing):
        return "PyTorch is not installed"
    return "no earlier run to estimate from" if missing else "nothing to train"


def _to_the_result(results: Results) -> None:
    title = PAGES[Page.ACCURACY].title
    st.page_link(
        Page.ACCURACY.file,
        label=f"See what is trained on {title}" if results.missing else f"See them on {title}",
        icon=":material/arrow_forward:",
        icon_position="right",
    )


def _learning(results: Results) -> None:
    """Draw the curves of this comparison, and a table of what is being trained."""
    states = (*jobs.ACTIVE, JobState.DONE)
    asked = {job.key for job in jobs.requested() if job.state in states}
    if any(each.key in asked for each in results.comparison.experiments):
        live.draw(results, None, View())
    running = [job for job in jobs.requested() if job.state is JobState.RUNNING]
    if not running:
        return
    st.dataframe(
        [_row(job) for job in running],
        hide_index=True,
        column_config={
            "progress": st.column_config.ProgressColumn(format="percent", max_value=1.0),
            "validation %": st.column_config.LineChartColumn(y_min=0, y_max=100),
            "loss": st.column_config.NumberColumn(format="%.3f", help="On the training images."),
        },
        placeholder="–",
        key="running",
        alt="One row per run that is being trained.",
    )


def _row(job: Job) -> dict[str, object]:
    return {
        "run": Arm(job.experiment).label,
        "data set": str(job.experiment.data.dataset),
        "seed": job.experiment.seed,
        "epoch": f"{job.epoch} / {job.epochs}",
        "progress": jobs.fraction(job),
        "loss": job.curve[-1].train_loss if job.curve else None,
        "validation %": [100 * value for value in job.validation_accuracy],
    }


main()
