"""Does it hold elsewhere? Two strategies of the comparison on every data set that has runs."""

import streamlit as st

from core import figures
from core.catalog import DATASETS, Dataset, Pooling
from core.comparison import Arm, Comparison, Results
from core.comparison.across import across
from core.config import Experiment
from core.errors import ConfigError
from core.sentences.across import over_data_sets
from pages.shared import cached, evidence, frame

HELP = """
The same two strategies with the same head and your settings, on every data set that has runs; the
hyperparameters that you did not change are each data set's own. The mean counts every data set the
same, and its interval is about **these** data sets: they were chosen by people, so it says nothing
of others. The probability is that of one run of the strategy being better than one of the other on
the same data set (Agarwal et al. 2021), a tie counting half; its interval is a bootstrap over runs.
"""
PARTS = {Dataset.FASHION_MNIST: Dataset.FASHION}
"""data set -> a part of it, beside which it would count the same images twice"""


def card(results: Results, compare_with: Pooling | None) -> None:
    """Draw the choice of a strategy and how it compares with the reference on all data sets."""
    facet = results.comparison.facets[0]
    reference = results.reference(facet, compare_with)
    others = [arm for arm in facet.arms if arm != reference]
    if reference is None or not others:
        return
    with frame.card("On other data sets", "across", reading=HELP) as head:
        names = [str(arm.pooling) for arm in others]
        if st.session_state.get("across") not in {None, *names}:
            # a strategy that is no longer shown would stay in the link
            st.session_state["across"] = names[0]
        chosen = st.selectbox("Strategy", names, key="across", bind="query-params", width=190)
        arm = next((arm for arm in others if arm.pooling == chosen), others[0])
        there = _elsewhere(arm, reference, results.comparison.seeds)
        found = across(there, arm.pooling, reference.pooling)
        if found is None:
            runs = f"runs are on {', '.join(there)}" if there else "there are no runs yet"
            st.caption(
                "This needs two seeds of both strategies on two data sets, folders not counted; "
                f"{runs}."
            )
            return
        st.markdown(frame.written(over_data_sets(found)))
        chart = cached.chart(figures.across_data_sets, found)
        frame.fill(
            head,
            chart,
            "on sets",
            file_name="across.csv",
            interval=figures.Reading.DIFFERENCES,
        )


def _elsewhere(arm: Arm, reference: Arm, seeds: tuple[int, ...]) -> dict[str, Results]:
    """Label of a data set -> the runs of two networks there, for those that have any."""
    there: dict[Dataset, Results] = {}
    for dataset in DATASETS:
        moved = [_moved(each.experiment, dataset) for each in (reference, arm)]
        arms = [each for each in moved if each is not None]
        if len(arms) == len(moved):
            compared = Comparison.of(arms, seeds)
            if cached.results(compared).runs:
                there[dataset] = evidence.results(compared, read=False)
    twice = {whole for whole, part in PARTS.items() if part in there}
    return {DATASETS[name].label: found for name, found in there.items() if name not in twice}


def _moved(experiment: Experiment, dataset: Dataset) -> Experiment | None:
    """The network on another data set, with what differs from the defaults of its own."""
    flat = experiment.to_flat()
    if flat["dataset"] == dataset:
        return experiment
    if flat["dataset"] not in DATASETS:
        return None
    usual = Experiment.from_flat({"dataset": flat["dataset"]}).to_flat()
    own = {name: value for name, value in flat.items() if value != usual.get(name)}
    try:
        return Experiment.from_flat({**own, "dataset": dataset})
    except ConfigError:
        return None
