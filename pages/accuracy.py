"""Accuracy: which network classifies better, and is the difference real?"""

import streamlit as st

from core import figures
from core.catalog import Pooling
from core.comparison import Results
from core.figures import Against, Quantity, View
from core.hosting.gate import RefusedError
from core.run import Run
from core.sentences.differences import matched_control
from core.sentences.headlines import Sentence, accuracy_headline, learning_headline
from core.sentences.networks import two_networks
from core.sentences.statement import main_pair, statement
from core.words import literal
from pages.cards import across, recipes, until_decided
from pages.cards.order import order
from pages.shared import cached, chooser, evidence, frame, instead, jobs, live
from pages.shared.parameters import NO_OTHER_RUN

PAIRS_HELP = """
For each seed, every strategy starts from the same weights and sees the batches in the same order,
so differences are taken within a seed: the small dots. The bar is the 95 % interval of their mean:
on images like these, over seeds and test images, or on these images, over seeds alone, as chosen in
the sidebar. Several differences are corrected together (Holm): all verdicts of this figure and the
one beside it are right with a probability of 95 %. If the bar excludes zero, the difference is
established; otherwise it is **undecided**. *Only alone*: a single comparison would be established,
among as many as are shown it may be chance. The grey zone marks differences that would usually be
missed (power 80 %).
"""
TWO_HELP = """
Any network against any other: strategies, heads or dropout. The difference is paired by seed, and
its interval is that of this one comparison, without correction: choose the two before you look. The
table names everything else in which they differ.
"""
CONFUSION_HELP = """
Rows are the true classes, columns the predicted ones, counted on the test images from the stored
predictions. Grey numbers on the diagonal are correct; the darker a cell, the more frequent the
mistake.
"""


def main() -> None:
    """Draw the page."""
    shown = instead.shown(evidence.results, grows=True)
    results = shown.results
    # reserved in page order, because the top depends on controls further down
    top, curves, differences = st.container(), st.container(), st.container()
    with differences:
        reference = _reference(results)
    with top:
        frame.top(
            "Accuracy: which network classifies better, and is the difference real?",
            _headline(shown, reference),
            frame.scene(results),
            statement=_statement(shown, reference),
        )
        instead.missing(shown)
        jobs.diverged(results.diverged)
        frame.caution(results, in_headline=True)
    with curves:
        live.curves(results, reference, _view())
    if results.runs:
        with differences:
            _differences(results, reference)
    with differences:
        until_decided.card(shown.chosen.comparison, reference)
    if results.runs:
        order(results)
        across.card(results, reference)
        recipes.card(results, reference)
        with frame.grid(2, min_column_width=420):
            _changed(results)
            _confusion(results)


def _headline(shown: instead.Shown, reference: Pooling | None) -> Sentence:
    """What is established; before anything can be compared, that networks are being trained."""
    results = shown.results
    if not results.comparable and live.learning(results.comparison):
        return learning_headline(len(results.comparison.arms))
    return shown.headline(accuracy_headline(results, reference))


def _statement(shown: instead.Shown, reference: Pooling | None) -> Sentence:
    """What the headline rests on, and in how many recipes it holds; empty without a difference."""
    pair = main_pair(shown.results, reference)
    if pair is None:
        return ()
    return shown.headline(statement(shown.results, pair, recipes.of_pair(pair)))


def _reference(results: Results) -> Pooling | None:
    """Draw the choice of the strategy to compare with; return it, or None without runs."""
    if not results.runs:
        return None
    poolings = list(dict.fromkeys(str(arm.pooling) for arm in results.comparison.arms))
    with (
        frame.section("differences"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.subheader("Is the difference real?", anchor=False, width="stretch")
        frame.how_to_read("differences", PAIRS_HELP)
        chosen = st.selectbox(
            "Compare with", poolings, key="reference", bind="query-params", width=190
        )
    return Pooling(chosen or poolings[0])


def _view() -> View:
    """Draw the controls of the curves; return how to draw them."""
    with frame.settings_row():
        quantity = frame.one_of(
            "Curves",
            list(map(str, Quantity)),
            "curves",
            help_="Accuracy on the validation images, on a sample of the training images, or the "
            "difference of the two: the generalisation gap.",
        )
        against = frame.one_of("Against", list(map(str, Against)), "curves_against")
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
                help="Weight of past epochs in a moving average. The raw line stays visible.",
            )
    return View(Quantity(quantity), Against(against), seeds, smoothing)


def _changed(results: Results) -> None:
    """Draw how any two networks compare, and a table of everything else in which they differ."""
    arms = results.comparison.arms
    with frame.card("Any two networks", "changed", reading=TWO_HELP):
        if len(arms) == 1:
            st.caption("Choose a second network to see what differs.")
            return
        one, other = chooser.two(arms)
        if said := two_networks(results, one, other):
            st.markdown(frame.written(said))
        chooser.what_differs(one, other)
        if control := matched_control(other, one):
            st.caption(f"A closer control: {control}")


def _confusion(results: Results) -> None:
    """Draw the confusion matrix of one run, or the difference between two."""
    runs = {
        f"{arm.name}, seed {seed}": run
        for arm in results.comparison.arms
        for seed, run in results.of(arm).items()
    }
    if not runs:
        return
    names = list(runs)
    with frame.card("Confusion matrix", "confusion", reading=CONFUSION_HELP) as head:
        with st.container(horizontal=True):
            first = frame.one_in_a_box("Run", names, "confusion_of")
            second = frame.one_in_a_box("compared with", [NO_OTHER_RUN, *names], "confusion_minus")
        experiment = runs[first].experiment
        try:
            labels = evidence.labels(experiment.data)
        except RefusedError as error:
            st.caption(f"The labels of the test images are not read: {literal(str(error))}.")
            return
        chart = cached.chart(
            figures.confusion,
            labels,
            _predictions(runs[first]),
            experiment.data.entry.classes,
            _predictions(runs[second]) if second in runs else None,
        )
        frame.fill(head, chart, "confusion", file_name="confusion.csv")


def _predictions(run: Run) -> bytes:
    return cached.predictions(run.key) or b""


def _differences(results: Results, compare_with: Pooling | None) -> None:
    """Draw the paired differences of every facet."""
    facets = results.comparison.facets
    with frame.grid(min(len(facets), 2), min_column_width=420):
        for facet in facets:
            reference = results.reference(facet, compare_with)
            if reference is None:
                continue
            frame.show(
                f"Paired difference, {facet.label}",
                cached.chart(figures.paired_differences, results, facet, compare_with),
                "differences",
                part=facet.label,
                file_name="differences.csv",
                reading=PAIRS_HELP,
            )


main()
