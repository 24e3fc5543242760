"""Train: what of the comparison is missing, and how long will it take?"""

import streamlit as st

from core import settings
from core.sentences.headlines import train_headline
from core.words import plural
from pages.shared import cached, controls, frame, jobs


def main() -> None:
    """Draw the page."""
    results = cached.results(controls.comparison())
    missing = results.missing
    known = jobs.expected(missing)
    total = len(results.comparison.experiments)
    frame.top(
        "Train: what is missing, and how long will it take?",
        train_headline(len(missing), total, known.text if known else None),
        frame.scene(results),
    )
    workers = settings.load().workers
    with st.grid(3, min_column_width=210):
        st.metric(
            "Missing runs",
            len(missing),
            f"of {total}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        st.metric(
            "Estimate",
            known.text if known else "–",
            f"{workers} {plural('worker', workers)}, {known.per_run:.1f} s per run"
            if known
            else _why(missing != ()),
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="From the time that runs took here, or else the bundled ones on their machine, in "
            "proportion to the work of each run: operations, images, steps and epochs.",
        )
        jobs.queue()
    jobs.train_button(jobs.not_asked_for(missing))
    if not missing:
        st.page_link(
            "accuracy.py",
            label="See them on Accuracy",
            icon=":material/arrow_forward:",
            icon_position="right",
        )
    jobs.watch()
    jobs.diverged(results.diverged)


def _why(anything: bool) -> str:  # noqa: FBT001 (private)
    return "no stored run to measure by" if anything else "nothing to train"


main()
