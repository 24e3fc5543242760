"""Which network fits a budget? Recommends one, with its evidence, its code and its weights."""

from collections.abc import Mapping

import streamlit as st

from core.analyses import ShiftMapRequest
from core.analyses.shift_map import ShiftSettings
from core.comparison import Arm, Results
from core.comparison.decision import Budget, Candidate, Need, candidates, decide
from core.figures.decision import decision_rows
from core.network.pytorch_code import torch_code
from core.sentences.decision import LOSS, evidence, left_out, reason, recommendation
from core.words import literal
from pages.cards.latency import Timed
from pages.shared import cached, exports, frame, instead
from pages.shared.parameters import BUDGETS

DECISION_HELP = f"""
Set what a network may cost and must do; empty fields limit nothing. Of the networks that meet the
budget, those that are shown to lose less than {LOSS} against the most accurate are good enough,
and of these the one with the fewest MACs is recommended (a test of non-inferiority: paired
differences, Holm's correction). A network of which too few runs show anything is not good enough;
*Train until decided* on Accuracy adds the seeds that are missing. Networks trained on another data
set are never recommended.
Accuracy is the mean over the seeds. Time is the median for one image on one thread, measured on
this server. Agreement is the share of predictions that a shift by one pixel leaves as they are,
averaged over the four directions, from the stored shift maps.
"""


def card(shown: instead.Shown, timed: Timed) -> None:
    """Draw the card.

    Args:
        shown: what the page shows.
        timed: what one image takes in its networks.
    """
    # what is best on other images, and code and weights for their classes, is no advice for these
    results = shown.chosen if shown.of_other_images else shown.results
    with frame.card("Which network fits your budget?", "decision", reading=DECISION_HELP) as head:
        budget = _budget()
        every = candidates(results, timed.milliseconds, _agreement(results))
        decision = decide(results, every, budget)
        if not shown.of_other_images:
            instead.name(shown)
        st.markdown(f"**{frame.written(recommendation(decision, budget))}**")
        if decision.recommended:
            _recommended(decision.recommended, results)
            if why := reason(decision):
                st.markdown(frame.written(why))
        remarks = " ".join(frame.written(said) for said in left_out(decision, budget))
        if remarks:
            st.caption(remarks)
        _missing(every, budget, timed)
        if decision.candidates:
            rows = decision_rows(decision, budget)
            with head:
                exports.menu(rows, "decision.csv", "decision", title=head.title)


def _budget() -> Budget:
    """Draw the fields of the budget; return what they say."""
    given: dict[str, float | None] = {}
    with st.container(horizontal=True):
        for field in BUDGETS:
            limits = field.allowed
            value = st.number_input(
                field.label,
                limits.least,
                limits.most,
                None,
                limits.step,
                key=field.parameter,
                bind="query-params",
                placeholder="any",
                width=150,
                format="%g",
            )
            given[field.name] = None if value is None else value * field.unit
    return Budget(**given)


def _agreement(results: Results) -> Mapping[Arm, float]:
    """The share of predictions that one pixel leaves, over the seeds with a stored shift map."""
    settings = ShiftSettings.of(results.comparison.arms[0].experiment.input_shape, circular=False)
    shares: dict[Arm, float] = {}
    for arm in results.comparison.arms:
        requests = (ShiftMapRequest(arm.seeded(seed), settings) for seed in results.of(arm))
        read = (cached.computed(one) for one in requests)
        maps = [steadiness for steadiness in read if steadiness]
        if maps:
            shares[arm] = sum(one.one_pixel() for one in maps) / len(maps)
    return shares


def _recommended(chosen: Candidate, results: Results) -> None:
    """Draw the evidence for a network, and its code and weights as downloads."""
    st.markdown(evidence(chosen, len(results.comparison.seeds)))
    runs = results.of(chosen.arm)
    kept = cached.store().with_weights([run.key for run in runs.values()])
    seed = next((seed for seed, run in runs.items() if run.key in kept), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "network.py",
            torch_code(chosen.arm.experiment),
            "network.py",
            "text/x-python",
            icon=":material/download:",
            key="decision_code",
            on_click="ignore",
            help="Plain PyTorch: needs only torch.",
        )
        if seed is None:
            st.caption("None of its runs was stored with its weights.")
            return
        key = runs[seed].key
        st.download_button(
            "network.safetensors",
            lambda: cached.store().weights(key) or b"",
            "network.safetensors",
            "application/octet-stream",
            icon=":material/download:",
            key="decision_weights",
            on_click="ignore",
            help="`model.load_state_dict(safetensors.torch.load_file(...))`",
        )
        st.caption(
            literal(f"Weights of seed {seed}; test accuracy {_tested(results, chosen, seed)}")
        )


def _tested(results: Results, chosen: Candidate, seed: int) -> str:
    return f"{100 * results.test_accuracy(chosen.arm)[seed]:.1f} %."


def _missing(every: tuple[Candidate, ...], budget: Budget, timed: Timed) -> None:
    """Say what of the budget has not been measured, and offer to measure it."""
    limited = budget.limits
    if Need.MILLISECONDS in limited and not any(Need.MILLISECONDS in one.known for one in every):
        timed.offer("measure_latency")
    if Need.AGREEMENT in limited and not all(Need.AGREEMENT in one.known for one in every):
        there = sum(Need.AGREEMENT in one.known for one in every)
        st.caption(
            f"Shift maps are stored for {there} of {len(every)} networks; the page Shift computes "
            "the others."
        )
