"""Which networks does a page show if it has no room for all? Those chosen, or some per head."""

import streamlit as st

from core.comparison import Arm, Comparison
from core.sentences.shown import in_turns, picked
from core.words import number_word
from pages.shared import frame

NETWORKS_KEY = "networks"


def networks(comparison: Comparison, most: int) -> list[Arm]:
    """Draw a choice if there are more than `most` networks; return the networks to show."""
    arms = comparison.arms
    if len(arms) <= most:
        return list(arms)
    names = [arm.name for arm in arms]
    with frame.settings_row():
        chosen = st.multiselect(
            "Networks shown",
            names,
            max_selections=most,
            placeholder=", ".join(arm.name for arm in in_turns(arms, most)),
            select_all=False,
            key=NETWORKS_KEY,
            bind="query-params",
            help=f"Up to {number_word(most)} of the {number_word(len(arms))} networks compared. "
            "Without a choice, the heads take turns.",
        )
    return list(picked(arms, chosen, most))
