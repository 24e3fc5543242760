"""Curves that grow while their networks are being trained."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from core import figures
from core.catalog import Pooling
from core.comparison import Arm, Comparison, Facet, Results
from core.engine import NEWEST_BYTES, Job, JobState, shared_engine
from core.figures import Chart, Growing, Quantity, View
from core.network import describe
from pages.shared import frame, jobs

CURVES_HELP = """
Each line is the mean over the seeds, measured on the validation images after each epoch; the band
is its 95 % interval (Student's t). No network trains on the validation images. The number at the
end of a line is its last value, in percent. While networks are being trained, a thin line with a
mark at its end is one run, as far as it is trained.
"""
FIRST_POINT = "The first points come with the end of the first epoch."
TITLES = {
    Quantity.VALIDATION: "Validation accuracy",
    Quantity.TRAINING: "Training accuracy",
    Quantity.GAP: "Generalisation gap",
}


def learning(comparison: Comparison) -> bool:
    """Whether any run of a comparison waits for a worker or is being trained."""
    active = {job.key for job in shared_engine().jobs() if job.state in jobs.ACTIVE}
    return bool(active) and any(each.key in active for each in comparison.experiments)


def growing_networks(arms: Sequence[Arm], seed: int) -> dict[Arm, Job]:
    """The networks of a seed that wait for a worker or are being trained."""
    active = {job.key: job for job in shared_engine().jobs() if job.state in jobs.ACTIVE}
    return {arm: active[key] for arm in arms if (key := arm.seeded(seed).key) in active}


def awaited(arms: Iterable[Arm], seed: int) -> str:
    """When networks of which nothing is known yet can be shown, as a sentence."""
    if all(describe(arm.seeded(seed)).totals.parameters * 4 > NEWEST_BYTES for arm in arms):
        return (
            f"The networks appear when their training has ended: those of more than "
            f"{NEWEST_BYTES // 2**20} MiB are not shown while they learn."
        )
    return "The networks appear as soon as a worker has begun to train them."


def growing(results: Results) -> tuple[Growing, ...]:
    """The runs of a comparison that are being trained, or ended after its results were read."""
    curves = {
        job.key: job.curve
        for job in shared_engine().jobs()
        if job.state in (JobState.RUNNING, JobState.DONE)
        # a training that another session began may have been met in its midst
        and job.curve
        and job.curve[0].number == 1
        and job.key not in results.runs
    }
    if not curves:
        return ()
    seeded = ((arm, seed) for arm in results.comparison.arms for seed in results.comparison.seeds)
    return tuple(
        Growing(arm, seed, curves[key])
        for arm, seed in seeded
        if (key := arm.seeded(seed).key) in curves
    )


def curves(results: Results, compare_with: Pooling | None, view: View) -> None:
    """Draw the accuracy curves of every facet, and again and again while any of them grows."""
    part = partial(draw, results, compare_with, view)
    (jobs.refreshed(part) if learning(results.comparison) else part)()


def draw(results: Results, compare_with: Pooling | None, view: View) -> None:
    """Draw the accuracy curves of every facet as they are now."""
    now = growing(results)
    untrained = None if learning(results.comparison) else "This comparison"
    facets = results.comparison.facets
    with frame.grid(min(len(facets), 2), min_column_width=420):
        for facet in facets:
            own = tuple(run for run in now if run.arm in facet.arms)
            frame.show(
                f"{TITLES[view.quantity]}, {facet.label}",
                _chart(results, facet, results.reference(facet, compare_with), view, own),
                "curves",
                part=facet.label,
                file_name="curves.csv",
                reading=CURVES_HELP,
                untrained=untrained,
                # one picture for a row of figures of the same kind
                interval=figures.Reading.MEANS if facet is facets[0] else None,
            )


# apart from the other charts, which would be forgotten while curves grow
@lru_cache(maxsize=32)
def _chart(
    results: Results, facet: Facet, reference: Arm | None, view: View, now: tuple[Growing, ...]
) -> Chart:
    chart = figures.accuracy_curves(results, facet, reference, view, now)
    return chart if chart.rows else replace(chart, caption=FIRST_POINT)
