"""Train: which runs of the comparison are missing, and how long will they take?"""

import streamlit as st

from core import settings
from core.catalog import PAGES, Page
from core.sentences.headlines import train_headline
from core.words import plural
from pages.shared import cached, controls, frame, jobs


def main() -> None:
    """Draw the page."""
    jobs.refreshed(_how_far)()
    results = cached.results(controls.comparison())
    missing = results.missing
    jobs.train_button(jobs.not_asked_for(missing))
    if not missing:
        st.page_link(
            Page.ACCURACY.file,
            label=f"See them on {PAGES[Page.ACCURACY].title}",
            icon=":material/arrow_forward:",
            icon_position="right",
        )
    jobs.watch()
    jobs.diverged(results.diverged)


def _how_far() -> None:
    """Draw what is missing and how long it takes; redrawn while anything is training."""
    results = cached.results(controls.comparison())
    missing = len(results.missing)
    known = jobs.expected(results.missing)
    total = len(results.comparison.experiments)
    frame.top(
        "Train: what is missing, and how long will it take?",
        train_headline(missing, total, known.text if known else None),
        frame.scene(results),
    )
    workers = settings.load().workers
    with st.grid(3, min_column_width=210):
        _tile("Missing runs", f"{missing:,}", f"of {total:,}")
        _tile(
            "Estimate",
            known.text if known else "–",
            f"{workers} {plural('worker', workers)}, {known.per_run:.1f} s per run"
            if known
            else _why(missing),
            help_="From the time of earlier runs on this machine, or else of the bundled runs on "
            "theirs, in proportion to the work of each run: operations, images, steps and epochs.",
        )
        waiting = jobs.waiting()
        _tile("Queue", f"{waiting:,}", "waiting" if waiting else "nothing is waiting")


def _tile(label: str, value: str, below: str, help_: str | None = None) -> None:
    st.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, help=help_)


def _why(missing: int) -> str:
    return "no stored run to measure by" if missing else "nothing to train"


main()
