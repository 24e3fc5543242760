"""Accuracy: which network classifies better, and is the difference real?"""

import streamlit as st

from core import figures
from core.catalog import Pooling
from core.comparison import Arm, Facet, Results
from core.comparison.statistics import compare_facet
from core.figures import Against, Quantity, View
from core.run import Run
from core.sentences.differences import matched_control, what_else
from core.sentences.headlines import accuracy_headline
from core.words import size_in_points
from pages.shared import cached, controls, frame, jobs

CURVES_HELP = """
Each line is the mean over the seeds, measured on the validation images after each epoch; the band
is its 95 % interval (Student's t). Validation images are never trained on. The number at the end of
a line is its last value, in percent.
"""
PAIRS_HELP = """
Seed by seed, every strategy starts from the same weights and sees its batches in the same order, so
a difference can be taken within each seed: the small dots. The bar is the 95 % interval of their
mean, corrected for all comparisons on this page (Bonferroni). If it excludes zero, the difference
is established, on this test set, over training seeds; else it is **undecided**. The grey zone
holds differences that this number of seeds would usually miss (power 80 %).
"""


CONFUSION_HELP = """
Rows are the true classes, columns what the network said, counted on the test images from the stored
predictions. Grey numbers on the diagonal are right; the darker a cell, the more often that mistake.
"""
TITLES = {
    Quantity.VALIDATION: "Validation accuracy",
    Quantity.TRAINING: "Training accuracy",
    Quantity.GAP: "Generalisation gap",
}


def main() -> None:
    """Draw the page."""
    results = cached.results(controls.comparison())
    facets = results.comparison.facets
    poolings = list(dict.fromkeys(str(arm.pooling) for arm in results.comparison.arms))
    wanted = st.session_state.get("reference")
    wanted = wanted if wanted in poolings else poolings[0]
    frame.top(
        "Accuracy: which network classifies better, and is the difference real?",
        accuracy_headline(results, Pooling(wanted)),
        frame.scene(results),
    )
    jobs.missing_runs(results)
    jobs.watch()
    jobs.diverged(results.diverged)
    frame.caution(results, in_headline=True)
    view = _view()
    with frame.grid(min(len(facets), 2), min_column_width=420):
        for facet in facets:
            rows = figures.accuracy_curves_table(results, facet, view)
            reference = results.reference(facet, Pooling(wanted))
            title = f"{TITLES[view.quantity]}, {facet.label}"
            with frame.card(title, rows, file_name="curves.csv", reading=CURVES_HELP):
                if not rows:
                    frame.nothing_yet("This comparison")
                    continue
                drawn = cached.figure(
                    figures.accuracy_curves, results, facet, reference, view=view, **frame.look()
                )
                frame.chart(
                    drawn,
                    figures.accuracy_curves_alt(results, facet, view),
                    f"curves {facet.head} {facet.dropout}",
                )
                start = drawn.figure.layout.yaxis.range[0]
                banded = any(trace.fill for trace in drawn.figure.data)
                st.caption(_curves_caption(results, view, max(start, 0.0), banded=banded))
    if results.runs:
        _differences(results, poolings)
        with frame.grid(2, min_column_width=420):
            _changed(results)
            _confusion(results)


def _view() -> View:
    """How the curves are drawn, as the visitor likes it."""
    with frame.settings_row():
        quantity = frame.one_of(
            "Curves",
            [str(each) for each in Quantity],
            "curves",
            help_="Accuracy on the validation images, on a sample of the training images, or the "
            "difference of the two: the generalisation gap.",
        )
        against = frame.one_of("Against", [str(each) for each in Against], "curves_against")
        with st.popover("Lines", icon=":material/tune:"):
            seeds = st.toggle("Single seeds", key="single_seeds", bind="query-params")
            smoothing = st.slider(
                "Smoothing",
                0.0,
                0.9,
                0.0,
                0.1,
                key="smoothing",
                bind="query-params",
                help="Weight of the past in a moving average. The raw line stays visible.",
            )
    return View(
        Quantity(quantity),
        Against(against),
        seeds,
        smoothing,
    )


def _changed(results: Results) -> None:
    """Everything else in which two networks of the comparison differ."""
    arms = {arm.label: arm for arm in results.comparison.arms}
    names = list(arms)
    with frame.card("What else changed"):
        if len(names) == 1:
            st.caption("Choose a second network to see what differs.")
            return
        with st.container(horizontal=True):
            first = st.selectbox("From", names, key="changed_from") or names[0]
            second = st.selectbox("to", names, 1, key="changed_to") or names[1]
        one, other = arms[first], arms[second]
        changes = what_else(one, other)
        if not changes:
            st.caption("Nothing else that is counted: the same parameters, work and sight.")
        else:
            rows = [
                {
                    "quantity": change.what,
                    first: change.first,
                    second: change.second,
                    "ratio": None if change.ratio is None else round(change.ratio, 2),
                }
                for change in changes
            ]
            st.dataframe(rows, hide_index=True, placeholder="–", key="changed")
        if control := matched_control(one, other):
            st.caption(f"A closer control: {control}")


def _confusion(results: Results) -> None:
    """Mistakes of one run, or of two and their difference."""
    runs = {
        f"{arm.label}, seed {seed}": run
        for arm in results.comparison.arms
        for seed, run in results.of(arm).items()
    }
    if not runs:
        return
    names = list(runs)
    with frame.card("Which classes are taken for which", reading=CONFUSION_HELP) as head:
        with st.container(horizontal=True):
            first = st.selectbox("Run", names, key="confusion_of") or names[0]
            second = st.selectbox("minus", ["nothing", *names], key="confusion_minus")
        entry = runs[first].experiment.data.entry
        counts = _counts(runs[first])
        if second in runs:
            counts = counts - _counts(runs[second])
        drawn = cached.figure(
            figures.confusion,
            tuple(map(tuple, counts.tolist())),
            entry.classes,
            difference=second in runs,
            **frame.look(),
        )
        alt = figures.confusion_alt(_counts(runs[first]), entry.classes)
        with head:
            rows = figures.confusion_table(counts, entry.classes)
            frame.numbers(rows, "confusion.csv", "confusion")
        frame.chart(drawn, alt, "confusion")
        st.caption(
            f"First minus second, on {entry.splits.test:,} test images: blue more, red less."
            if second in runs
            else alt
        )


def _counts(run: Run) -> figures.Counts:
    experiment = run.experiment
    predictions = cached.store().predictions(run.key) or b""
    labels = cached.labels(experiment.data.source)
    return figures.confusion_counts(labels, predictions, experiment.classes)


def _differences(results: Results, poolings: list[str]) -> None:
    """Draw the paired differences of every facet, against a reference to choose."""
    facets = results.comparison.facets
    with (
        frame.section("Paired difference"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.subheader("Is the difference real?", anchor=False, width="stretch")
        wanted = st.selectbox(
            "Compare with", poolings, key="reference", bind="query-params", width=190
        )
    with frame.grid(min(len(facets), 2), min_column_width=420):
        for facet in facets:
            reference = results.reference(facet, Pooling(wanted))
            if reference is None:
                continue
            rows = figures.paired_differences_table(results, facet, reference)
            title = f"Paired difference, {facet.label}"
            with frame.card(title, rows, file_name="differences.csv", reading=PAIRS_HELP):
                if not rows:
                    st.caption("Two strategies with two seeds each are needed to compare.")
                    continue
                drawn = cached.figure(
                    figures.paired_differences, results, facet, reference, **frame.look()
                )
                frame.chart(
                    drawn,
                    figures.paired_differences_alt(results, facet, reference),
                    f"differences {facet.head} {facet.dropout}",
                )
                beyond = figures.goes_beyond(drawn.figure)
                st.caption(_pairs_caption(results, facet, reference, beyond=beyond))


def _curves_caption(results: Results, view: View, start: float, *, banded: bool) -> str:
    seeds = len(results.comparison.seeds)
    axis = f" The axis starts at {start:.0f} %." if start else ""
    if seeds == 1:
        return f"One seed, so no interval.{axis}"
    gap = " Above zero: better on the images it was trained on."
    end = gap if view.quantity is Quantity.GAP else axis
    band = "band: 95 % interval of that mean" if banded else "thin and grey: the other strategies"
    return f"Mean of {seeds} seeds; {band}.{end}"


def _pairs_caption(results: Results, facet: Facet, reference: Arm, *, beyond: bool) -> str:
    compared = compare_facet(results, facet, reference)
    first = next(iter(compared.values()))
    missed = max(difference.detectable for difference in compared.values())
    correction = f", corrected for {first.comparisons} comparisons" if first.comparisons > 1 else ""
    tested = results.comparison.arms[0].experiment.data.entry.splits.test
    return (
        f"Small dots: one seed each. Bar: 95 % interval{correction}. Grey: differences that these "
        f"seeds would usually miss, up to {size_in_points(missed)} points. Accuracy on {tested:,} "
        f"test images.{' An arrow: beyond the axis.' if beyond else ''}"
    )


main()
