"""What is not computed yet: its name, the time it takes, and a button that computes exactly that.

Computations run in processes of their own and are kept in the store; a page only asks.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import streamlit as st

from core import settings
from core.analyses import Request
from core.words import duration
from pages.shared import gate
from pages.shared.problems import explained, sentence

PROCESS_START_SECONDS = 4.0
"""until the processes have imported torch"""


def offer(requests: Sequence[Request[Any]], one: str, many: str, *, key: str) -> None:
    """Name what is missing, with a button that computes it and redraws the page.

    Args:
        requests: what to compute.
        one: its name if there is one, "map".
        many: its name if there are several, "maps".
        key: of the button.
    """
    if not requests:
        return
    count = len(requests)
    what = f"{count} {many} are" if count > 1 else f"One {one} is"
    if lacking := gate.left_out(requests):
        st.markdown(f"**{what} not computed.** {sentence(lacking)}")
        return
    reason = gate.refusal(requests)
    with st.container(horizontal=True, vertical_alignment="center", key=f"missing {key}"):
        st.markdown(f"**{what} not computed**, about {_time(requests)}", width="content")
        pressed = st.button(
            "Compute", icon=":material/play_arrow:", key=key, disabled=reason is not None
        )
        if reason:
            st.caption(sentence(reason))
        if not pressed or reason:
            return
        progress = st.progress(0.0, "Starting the workers…")

        def told(done: int) -> None:
            progress.progress(done / count, f"{done} of {count} {many}")

        with explained():
            gate.compute(requests, told)
        st.rerun()


def _time(requests: Sequence[Request[Any]]) -> str:
    """How long they take together, in words."""
    rounds = -(-len(requests) // settings.load().workers)
    each = fmean(gate.predict(request).seconds for request in requests)
    return duration(PROCESS_START_SECONDS + rounds * each)
