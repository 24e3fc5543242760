"""What is not computed yet: its name, the time it takes, and a button that computes exactly that.

Computations run in processes of their own and are kept in the store; a page only asks.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import streamlit as st

from core import settings
from core.analyses import Request
from core.engine import compute
from core.words import duration
from pages.shared import cached
from pages.shared.problems import explained

START_SECONDS = 4.0
"""until the processes have imported torch"""


def offer(
    requests: Sequence[Request[Any]], one: str, many: str, seconds: float, *, key: str
) -> None:
    """Name what is missing, with a button that computes it and redraws the page.

    Args:
        requests: what to compute.
        one: its name if there is one, "map".
        many: its name if there are several, "maps".
        seconds: of work for each, on one core.
        key: of the button.
    """
    if not requests:
        return
    count, workers = len(requests), settings.load().workers
    rounds = -(-count // workers)
    what = f"{count} {many} are" if count > 1 else f"One {one} is"
    with st.container(horizontal=True, vertical_alignment="center", key=f"missing {key}"):
        time = duration(START_SECONDS + rounds * seconds)
        st.markdown(f"**{what} not computed**, about {time}", width="content")
        if not st.button("Compute", icon=":material/play_arrow:", key=key):
            return
        if not _one_at_a_time().acquire(blocking=not settings.load().hosted):
            st.caption("Somebody else's computation is running; try again in a moment.")
            return
        progress = st.progress(0.0, "Starting the workers…")

        def told(done: int) -> None:
            progress.progress(done / count, f"{done} of {count} {many}")

        try:
            with explained():
                compute(cached.store(), requests, workers, told)
        finally:
            _one_at_a_time().release()
        st.rerun()


@st.cache_resource
def _one_at_a_time() -> Lock:
    """Computations of several visitors would take each other's cores."""
    return Lock()
