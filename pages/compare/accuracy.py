"""Accuracy: which network classifies better, and is the difference real?"""

import streamlit as st

from core import figures
from core.catalog import Pooling
from core.comparison import Arm, Facet, Results
from core.headlines import accuracy_headline
from core.statistics import compare_facet
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


def main() -> None:
    """Draw the page."""
    results = cached.results(controls.comparison())
    dark = frame.dark()
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
    with st.grid(min(len(facets), 2), min_column_width=420):
        for facet in facets:
            rows = figures.accuracy_curves_table(results, facet)
            reference = results.reference(facet, Pooling(wanted))
            title = f"Validation accuracy, {frame.facet_name(facet)}"
            with frame.card(title, rows, file_name="curves.csv", reading=CURVES_HELP):
                if not rows:
                    frame.nothing_yet("This comparison")
                    continue
                figure = figures.accuracy_curves(results, facet, reference, dark=dark)
                frame.chart(
                    figure,
                    figures.accuracy_curves_alt(results, facet),
                    f"curves {facet.head} {facet.dropout}",
                )
                st.caption(_curves_caption(results, figure.layout.yaxis.range[0]))
    if results.runs:
        _differences(results, poolings, dark=dark)


def _differences(results: Results, poolings: list[str], *, dark: bool) -> None:
    """Draw the paired differences of every facet, against a reference to choose."""
    facets = results.comparison.facets
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Is the difference real?", anchor=False, width="stretch")
        wanted = st.selectbox(
            "Compare with", poolings, key="reference", bind="query-params", width=190
        )
    with st.grid(min(len(facets), 2), min_column_width=420):
        for facet in facets:
            reference = results.reference(facet, Pooling(wanted))
            if reference is None:
                continue
            rows = figures.paired_differences_table(results, facet, reference)
            title = f"Paired difference, {frame.facet_name(facet)}"
            with frame.card(title, rows, file_name="differences.csv", reading=PAIRS_HELP):
                if not rows:
                    st.caption("Two strategies with two seeds each are needed to compare.")
                    continue
                figure = figures.paired_differences(results, facet, reference, dark=dark)
                frame.chart(
                    figure,
                    figures.paired_differences_alt(results, facet, reference),
                    f"differences {facet.head} {facet.dropout}",
                )
                st.caption(_pairs_caption(results, facet, reference, figure.layout.xaxis.range))


def _curves_caption(results: Results, start: float) -> str:
    seeds = len(results.comparison.seeds)
    axis = f" The axis starts at {start:.0f} %." if start else ""
    if seeds == 1:
        return f"One seed, so no interval.{axis}"
    return f"Mean of {seeds} seeds; band: 95 % interval of that mean.{axis}"


def _pairs_caption(
    results: Results, facet: Facet, reference: Arm, shown: tuple[float, float]
) -> str:
    compared = compare_facet(results, facet, reference)
    first = next(iter(compared.values()))
    missed = max(difference.detectable for difference in compared.values())
    correction = f", corrected for {first.comparisons} comparisons" if first.comparisons > 1 else ""
    low, high = (end / 100 for end in shown)
    cut = any(each.low < low or each.high > high for each in compared.values())
    tested = results.comparison.arms[0].experiment.data.entry.splits.test
    return (
        f"Small dots: one seed each. Bar: 95 % interval{correction}. Grey: differences that these "
        f"seeds would usually miss, up to {size_in_points(missed)} points. Accuracy on {tested:,} "
        f"test images.{' A bar that leaves the axis goes on.' if cut else ''}"
    )


main()
