"""Which networks does a page show, if it has no room for all, and which two does it compare?"""

from collections.abc import Sequence

import streamlit as st

from core.comparison import Arm, Comparison
from core.sentences.differences import what_else
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


def two(arms: Sequence[Arm]) -> tuple[Arm, Arm]:
    """Draw the choice of any two networks; return one, and the other that it is compared with.

    Every page that has it shares the choice.

    Args:
        arms: at least two.
    """
    by_name = {arm.name: arm for arm in arms}
    with st.container(horizontal=True):
        one = frame.one_in_a_box("Network", list(by_name), "one_network", first=1)
        other = frame.one_in_a_box("compared with", list(by_name), "other_network")
    return by_name[one], by_name[other]


def what_differs(one: Arm, other: Arm) -> None:
    """Draw a table of everything in which two networks differ besides the visitor's choice."""
    changes = what_else(other, one)
    if not changes:
        st.caption("Nothing else differs: same parameters, MACs and receptive field.")
        return
    rows = [
        {
            "quantity": change.what,
            other.label: change.first,
            one.label: change.second,
            "ratio": None if change.ratio is None else round(change.ratio, 2),
        }
        for change in changes
    ]
    st.dataframe(rows, hide_index=True, placeholder="–", key="changed")
