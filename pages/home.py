"""Home: what does pooling really do? The answer from the cached runs, and where to go next."""

from collections import Counter
from typing import Any

import streamlit as st

from core import figures
from core.catalog import PAGES, Page
from core.claims import ClaimVerdict
from core.comparison import Results
from core.comparison.families import Pair, compare_facet
from core.comparison.statistics import Verdict
from core.sentences.headlines import home_headline
from core.sentences.intervals import span
from core.sentences.uncertainty import covered, fallback, only_alone
from core.words import capitalised, points
from pages.shared import cached, controls, evidence, frame, jobs

READING = """
Each row is one strategy; its dots are mean test accuracies over the seeds, **filled** for a GAP
head and **open** for Flatten. The thin bars are 95 % intervals over training seeds, on this test
set.
"""
BADGES: dict[Verdict, tuple[str, Any, str]] = {
    Verdict.HIGHER: ("Higher", "green", ":material/arrow_upward:"),
    Verdict.LOWER: ("Lower", "red", ":material/arrow_downward:"),
    Verdict.UNDECIDED: ("Undecided", "gray", ":material/pending:"),
}
CLAIMS_SAID = {
    ClaimVerdict.SUPPORTED: "true as stated",
    ClaimVerdict.NUANCED: "true in part",
    ClaimVerdict.REFUTED: "false",
    ClaimVerdict.UNDECIDED: "too few seeds to tell",
    ClaimVerdict.UNTESTED: "runs are missing",
}
NEXT = (
    (
        "Is the difference real?",
        "Curves, seed by seed, with the smallest difference that these seeds can show.",
        Page.ACCURACY,
    ),
    (
        "What is missing?",
        "Add strategies, heads or dropout in the sidebar and train them here, in seconds.",
        Page.TRAIN,
    ),
    (
        "What has been trained?",
        "Every stored run with its configuration, its result and its time.",
        Page.HISTORY,
    ),
)


def main() -> None:
    """Draw the page."""
    results = evidence.results(controls.comparison())
    frame.top("What does pooling really do?", home_headline(results), frame.scene(results))
    jobs.missing_runs(results)
    jobs.watch()
    jobs.diverged(results.diverged)
    frame.caution(results, in_headline=True)
    left, right = frame.columns((3, 2))
    with left:
        frame.show(
            "Test accuracy, by strategy and head",
            cached.chart(figures.accuracy_by_head, results),
            "accuracy by head",
            file_name="accuracy.csv",
            reading=READING,
            untrained="This comparison",
        )
    with right:
        with (
            frame.section("differences in words"),
            st.container(border=True, height="stretch"),
        ):
            _differences(results)
        with frame.section("outcomes"):
            _claims()
    with frame.section("next"):
        st.subheader("Where next", anchor=False)
        with st.grid(3, min_column_width=210, border=True):
            for title, text, page in NEXT:
                with st.container():
                    st.markdown(f"**{title}**")
                    st.markdown(f":gray[{text}]")
                    st.page_link(
                        page.file,
                        label=PAGES[page].title,
                        icon=":material/arrow_forward:",
                        icon_position="right",
                    )


def _claims() -> None:
    """Draw how many claims there are with each verdict."""
    counts = Counter(result.verdict for result in cached.claim_results().values())
    with st.container(border=True):
        st.markdown("**Claims about pooling**")
        for verdict, phrase in CLAIMS_SAID.items():
            if counts[verdict]:
                with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
                    frame.badge(verdict)
                    st.markdown(f"**{counts[verdict]}** :gray[{phrase}]")
        st.page_link(
            Page.CLAIMS.file,
            label="See all twenty claims",
            icon=":material/arrow_forward:",
            icon_position="right",
        )


def _differences(results: Results) -> None:
    """Draw the paired differences in words, one row each."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Which differences are real?**", width="stretch")
        frame.how_to_read("differences")
    shown: list[Pair] = []
    for facet in results.comparison.facets:
        reference = results.reference(facet)
        compared = compare_facet(results, facet)
        if reference is None or not compared:
            continue
        shown += compared
        st.markdown(f":gray[{facet.label}, against] {frame.named(reference.pooling)}")
        for item in compared:
            word, colour, icon = BADGES[item.difference.verdict]
            with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
                st.badge(word, icon=icon, color=colour)
                st.markdown(
                    f"{frame.named(item.arm.pooling)} **{points(item.difference.mean)}** points "
                    f"{span(item.difference)}{' :gray[only alone]' if item.only_alone else ''}"
                )
    if not shown:
        st.caption("A comparison needs two strategies with two seeds each.")
        return
    corrected = f", corrected for {len(shown)} comparisons" if len(shown) > 1 else ""
    said = (
        f"95 % intervals of the paired differences{corrected}; {covered(shown, results)}.",
        capitalised(only_alone(shown)),
        fallback(shown, results),
    )
    st.caption(" ".join(filter(None, said)))


main()
